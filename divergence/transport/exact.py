"""Optimal transport between finite laws: value, plan and potentials, which prove each other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_masses
from ..errors import ShapeMismatch, UnsupportedLaw
from ..evaluation import Evaluation
from ..measure import Discrete, Samples
from .certificate import bounds
from .engines import engine
from .flow import Flow
from .network import conjugate, solve
from .pair_cost import Matrix, PairCost, Power, pair_cost
from .wasserstein import check_order

Array = Any
HELD = 2**23  # costs up to which they are computed once and kept, 64 MiB


@dataclass(frozen=True)
class Transport:
    """An optimal plan between n and m atoms and its proof.

    `cost` is min Σ π_ij c_ij as an Evaluation whose interval reaches from the dual value Σ u a + Σ v b to the primal
    value Σ π c. The plan moves `masses` (e,) from `sources` (e,) to `targets` (e,), e < n + m; `u` (n,) and `v` (m,)
    are potentials with u_i + v_j ≤ c_ij, which is an equality on the plan to within `slackness`.
    """

    cost: Evaluation
    sources: np.ndarray
    targets: np.ndarray
    masses: np.ndarray
    u: np.ndarray
    v: np.ndarray
    slackness: float

    def __float__(self) -> float:
        return self.cost.value

    @property
    def plan(self) -> Any:
        """π as a sparse matrix (n, m) of scipy; `plan.toarray()` is dense."""
        from scipy.sparse import coo_array

        return coo_array((self.masses, (self.sources, self.targets)), shape=(len(self.u), len(self.v)))

    def __repr__(self) -> str:
        return f"<{len(self.u)} to {len(self.v)} atoms along {len(self.masses)} pairs, cost {self.cost}>"


def optimal_transport(p: Any, q: Any, cost: Any = None, *, order: float = 2) -> Transport:
    """min Σ π_ij c_ij over plans π with marginals p and q, the optimal plan and the potentials that prove it.

    p and q are `Discrete(masses, points)` or `Samples`, points (k,) or (k, d). The cost is |x − y|^order, or a function
    `cost(x, y)` of points (..., d) that broadcast, or a matrix (n, m), for which p and q may be bare masses.

    >>> from divergence import Discrete
    >>> p = Discrete(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [3.0, 4.0]]))
    >>> q = Discrete(np.array([1.0]), np.array([[0.0, 0.0]]))
    >>> found = optimal_transport(p, q, order=1)
    >>> float(found), found.plan.toarray().tolist()
    (2.5, [[0.5], [0.5]])
    >>> optimal_transport(np.array([0.5, 0.5]), np.array([0.5, 0.5]), [[0.0, 1.0], [1.0, 0.0]]).cost.upper < 1e-12
    True

    Memory is O(n + m) beside a cost matrix, if that is what was given. With the extra `ot` the network simplex of POT
    solves it, up to 50,000 points on either side; without it the linear programme of scipy, up to 10,000.

    Raises InvalidParameter for a cost that is nan or infinite and for more pairs than that, UnsupportedLaw for what has
    no positions, ShapeMismatch where dimensions or the cost's shape differ.
    """
    bare = cost is not None and not callable(cost)
    (a, x), (b, y) = (atoms(law, name, bare) for law, name in ((p, "p"), (q, "q")))
    if not bare and x.shape[1] != y.shape[1]:
        raise ShapeMismatch(
            f"points of dimension {y.shape[1]}, but those of p are of dimension {x.shape[1]}",
            argument="q",
            remedy="both laws must live in the same space",
        )
    if cost is None:
        order = check_order(order)
        found, unit = in_a_unit(a, x, b, y, order)
        return _in_unit_of_points(found, unit, order)
    return transport(a, b, pair_cost(cost, order, x, y, (len(a), len(b))))


def _in_unit_of_points(found: Transport, unit: float, order: float) -> Transport:
    """The same in the unit of the points to the power of the order; a cost past the range of floats is bracketed."""
    with ops.quiet():
        scale = float(np.float64(unit) ** order)
        value, error, slackness = (
            x * scale if x else 0.0 for x in (found.cost.value, found.cost.error, found.slackness)
        )
        u, v = (np.where(x == 0, 0.0, x * scale) for x in (found.u, found.v))
    limits = np.finfo(np.float64)
    if value == math.inf:
        cost = Evaluation(
            value, math.inf, f"{found.cost.method}; larger than any float", None, (float(limits.max), value)
        )
    else:
        vanished = float(limits.smallest_subnormal) if found.cost.value and value < float(limits.tiny) else 0.0
        cost = Evaluation(value, error + vanished, found.cost.method)
    return replace(found, cost=cost, u=u, v=v, slackness=slackness)


def transport(a: np.ndarray, b: np.ndarray, cost: PairCost) -> Transport:
    """The same for masses a (n,), b (m,) and a PairCost; atoms without mass have potentials too."""
    name, solver = engine(len(a) * len(b))
    if len(a) * len(b) <= HELD:
        cost = Matrix(np.concatenate([tile for _, tile in cost.tiles()]))
    i, j = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
    some = cost if len(i) == len(a) and len(j) == len(b) else cost.among(i, j)
    flow = solve(a[i], b[j] * (a.sum() / b.sum()), some, solver)
    # feasible potentials of all atoms, half of the value on either side
    u = np.empty(len(a))
    u[i] = flow.u
    v = conjugate(cost.among(i, np.arange(len(b))) if len(i) < len(a) else cost, flow.u)
    if len(i) < len(a):
        rest = np.flatnonzero(a == 0)
        u[rest] = conjugate(cost.among(rest, np.arange(len(b))).transposed(), v)
    half = (float(v @ b) - float(u @ a)) / 2
    flow = Flow(i[flow.i], j[flow.j], flow.mass, u + half, v - half)
    found = bounds(flow, a, b, cost)
    method = f"optimal plan on {len(flow.mass)} of {len(a)} × {len(b)} pairs by the {name}, potentials feasible"
    return Transport(
        Evaluation(found.upper, found.error, method), flow.i, flow.j, flow.mass, flow.u, flow.v, found.slackness
    )


def in_a_unit(a: np.ndarray, x: np.ndarray, b: np.ndarray, y: np.ndarray, order: float) -> tuple[Transport, float]:
    """The same at the cost (|x − y|/unit)^order, and the unit, near the largest coordinate lest it overflow."""
    largest = max(float(np.abs(x).max()), float(np.abs(y).max()))
    unit = 2.0 ** min(math.frexp(largest)[1], 1023) if largest else 1.0
    return transport(a, b, Power(x / unit, y / unit, order)), unit


def atoms(law: Any, name: str, bare: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Masses (k,) and points (k, d) as float64."""
    if isinstance(law, Samples):
        n = law.points.shape[0]
        masses, points = np.full(n, 1 / n), law.points
    elif isinstance(law, Discrete):
        masses, points = law.masses, law.points
    elif bare:
        masses, points = check_masses(law, name), None
    else:
        raise UnsupportedLaw(
            f"a bare {type(law).__name__}: are these masses or positions?",
            argument=name,
            remedy=f"write Discrete({name}, points) for masses at points, Samples({name}) for samples",
        )
    if masses.ndim != 1:
        raise ShapeMismatch(
            f"masses {tuple(masses.shape)}", argument=name, remedy="give one law; wasserstein(order) takes batches"
        )
    if points is None and not bare:
        raise UnsupportedLaw(
            "has no points, and distances need positions", argument=name, remedy=f"write Discrete({name}, points)"
        )
    masses = ops.to_numpy(masses).astype(np.float64)
    return masses, np.zeros((len(masses), 0)) if points is None else _rows(points)


def _rows(points: Array) -> np.ndarray:
    points = ops.to_numpy(points).astype(np.float64)
    return points.reshape(len(points), -1)
