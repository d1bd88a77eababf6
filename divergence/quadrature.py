"""Integrals of a row over the line, with an error that says how far they can be trusted.

scipy's adaptive Gauss-Kronrod cubature does the integrating; what is here is the splitting at support ends, landmarks
and kinks, and the check, in the same pass, that both densities have mass one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidMeasure, NotConverged
from .evaluation import Evaluation
from .generators import Generator
from .measure import Density
from .perspective import terms_of_logs


def integrate_row(row: Generator, p: Density, q: Density, rtol: float = 1e-10) -> Evaluation:
    """∫ q f(p/q) dx with the error estimate of the rule, which is an estimate and not a bound.

    Infinite where one density vanishes on a set that the other charges and f says so. Raises InvalidMeasure for a
    density whose integral is not 1.
    """
    low, high = min(p.support[0], q.support[0]), max(p.support[1], q.support[1])
    landmarks = {*p.landmarks, *q.landmarks}
    # a mode may be far narrower than its distance to the next cut: decades of cuts lead down to each landmark
    around = (m + side * max(1.0, abs(m)) * 10.0**-k for m in landmarks for k in range(9) for side in (-1, 1))
    marks = sorted({*landmarks, *around, *p.support, *q.support})
    cuts = [low, *([m for m in marks if low < m < high] or [_some_point(p)] * (low == -math.inf)), high]
    infinite = False

    def integrand(x: np.ndarray) -> np.ndarray:
        nonlocal infinite
        x = x[:, 0]
        log_p, log_q = _log_density(p, x, "p"), _log_density(q, x, "q")
        terms = terms_of_logs(row, log_p, log_q)
        # a logpdf of -inf may be an underflow of the law's own; where the other density underflows too it says nothing
        lost = (np.minimum(log_p, log_q) == -np.inf) & (np.exp(np.maximum(log_p, log_q)) == 0)
        terms = np.where(lost, 0.0, terms)
        if np.isinf(terms).any():
            infinite = True
            terms = np.where(np.isinf(terms), 0.0, terms)
        return np.stack([terms, np.exp(log_p), np.exp(log_q)], axis=-1)

    value, error, converged = _integral(integrand, cuts, rtol)
    if not np.isfinite(value + error).all():  # a term that grows spoils the masses beside it
        masses, slack, _ = _integral(lambda x: integrand(x)[:, 1:], cuts, 1e-8)
        value, error, converged = np.append(math.nan, masses), np.append(math.nan, slack), False
    for name, mass, slack in (("p", value[1], error[1]), ("q", value[2], error[2])):
        if not (math.isfinite(mass) and abs(mass - 1) <= 1e-6 + slack):
            raise InvalidMeasure(
                f"the density integrates to {mass:.9g}, not 1",
                argument=name,
                value=float(mass),
                remedy="subtract the log of that from logpdf, widen support=, name narrow modes as landmarks=(...), or "
                "hand in the logarithm of the density, if this was the density",
            )
    method = f"integral over ({low:g}, {high:g})"
    if infinite:
        return Evaluation(math.inf, 0.0, f"{method}: infinite, one law charges a set where the other has no density")
    found = Evaluation(float(value[0]), float(error[0]), method)
    if math.isnan(found.value):
        raise NotConverged(
            "the integral does not settle as x grows: it is infinite, or too large for quadrature",
            evaluation=found,
            argument="p, q",
            remedy="choose a bounded row, such as js; or give both laws one finite support=(...)",
        )
    if not converged and not error[0] <= rtol * abs(value[0]):
        raise NotConverged(
            f"quadrature stopped at {found}",
            evaluation=found,
            argument="p, q",
            remedy="name the narrow places as landmarks=(...) of the Density, or ask for a larger rtol",
        )
    return found


def _integral(
    integrand: Callable[[np.ndarray], np.ndarray], cuts: list[float], rtol: float
) -> tuple[np.ndarray, np.ndarray, bool]:
    """The integrals between the first cut and the last, their error estimates, and whether the rule is content."""
    from scipy.integrate import cubature

    options: dict[str, Any] = {"rtol": rtol / 4, "atol": rtol * 1e-6, "rule": "gk21", "max_subdivisions": 2000}
    parts = []
    for a, b in pairwise(cuts):
        # scipy 1.17 takes (-inf, b] for (-inf, -b]: such a piece is reflected, and the masses tell the rest
        piece = integrand
        if a == -math.inf:
            a, b, piece = -b, math.inf, lambda y: integrand(-y)
        with ops.quiet():
            parts.append(cubature(piece, [a], [b], **options))
    value, error = (np.sum([getattr(part, name) for part in parts], axis=0) for name in ("estimate", "error"))
    return value, error, all(part.status == "converged" for part in parts)


def _log_density(law: Density, x: np.ndarray, name: str) -> np.ndarray:
    """logpdf at x, -inf outside the support."""
    inside = (x >= law.support[0]) & (x <= law.support[1])
    values: Any = np.asarray(law.logpdf(np.where(inside, x, _some_point(law))), dtype=float)
    values = np.where(inside, values, -np.inf)
    if np.isnan(values).any():
        at = float(x[np.isnan(values)][0])
        raise InvalidMeasure(
            f"logpdf({at:g}) is nan",
            argument=name,
            value=at,
            remedy="return -inf where there is no mass",
        )
    return values


def _some_point(law: Density) -> float:
    """A point of the support, to evaluate at where x lies outside."""
    low, high = law.support
    if math.isfinite(low) and math.isfinite(high):
        return (low + high) / 2
    return low + 1 if math.isfinite(low) else high - 1 if math.isfinite(high) else 0.0
