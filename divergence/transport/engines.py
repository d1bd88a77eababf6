"""Solvers of the transport problem on given pairs: POT's network simplex, and the linear programming of scipy."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from ..errors import InvalidParameter, NotConverged
from ..evaluation import Evaluation
from .flow import Flow
from .network import Engine

SMALL = 10_000  # pairs up to which the linear programme is solved before POT is even loaded
MOST = {"POT": 2_500_000_000, "scipy": 100_000_000}  # pairs, that is 50,000 and 10,000 points on either side


def engine(pairs: int) -> tuple[str, Engine]:
    """Who solves a problem of that many pairs, and how; InvalidParameter where it would take hours."""
    installed = find_spec("ot") is not None
    name = "POT" if installed and pairs > SMALL else "scipy"
    if pairs > MOST[name]:
        hint = "" if installed else "install the extra `ot` (pip install 'divergence-toolkit[ot]') for more, or "
        raise InvalidParameter(
            f"{pairs:,} pairs of atoms are more than the {MOST[name]:,} that are solved exactly here",
            argument="q",
            value=pairs,
            remedy=f"{hint}write sinkhorn(epsilon) or sliced_wasserstein(order, projections), or take fewer points",
        )
    return ("network simplex of POT", _simplex) if name == "POT" else ("linear programme of scipy", _programme)


def _simplex(a: np.ndarray, b: np.ndarray, i: np.ndarray, j: np.ndarray, c: np.ndarray) -> Flow:
    from ot.lp.emd_wrap import emd_c_sparse  # pyright: ignore[reportMissingImports]

    # potentials to start from: the costs are reduced ones
    u, v = np.zeros(len(a)), np.zeros(len(b))
    i, j = i.astype(np.uint64), j.astype(np.uint64)
    i, j, mass, value, u, v, code = emd_c_sparse(a, b, i, j, np.ascontiguousarray(c), 10**12, u, v)
    if code != 1:
        raise _stuck(f"POT's network simplex ended with code {code}", value)
    middle = np.median(u)  # its potentials are those of an artificial root far away
    return Flow(i.astype(np.int64), j.astype(np.int64), mass, u - middle, v + middle)


def _programme(a: np.ndarray, b: np.ndarray, i: np.ndarray, j: np.ndarray, c: np.ndarray) -> Flow:
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    n, m, e = len(a), len(b), len(c)
    both = np.concatenate([i, n + j]), np.tile(np.arange(e), 2)
    marginals = coo_array((np.ones(2 * e), both), shape=(n + m, e)).tocsr()[
        :-1
    ]  # the last one follows, but for rounding
    unit = float(np.abs(c).max()) or 1.0  # its tolerances are absolute, so masses and costs near one suit it
    size = max(n, m)
    found = linprog(c / unit, A_eq=marginals, b_eq=size * np.concatenate([a, b])[:-1], method="highs-ds")
    if found.status != 0:
        raise _stuck(found.message, np.nan)
    potentials = unit * np.append(found.eqlin.marginals, 0.0)
    used = found.x > 0
    return Flow(i[used], j[used], found.x[used] / size, potentials[:n], potentials[n:])


def _stuck(problem: str, value: float) -> NotConverged:
    return NotConverged(
        problem,
        argument="cost",
        evaluation=Evaluation(float(value), np.inf, "not optimal"),
        remedy="scale the costs so that the largest is near one, or write sinkhorn(epsilon)",
    )
