"""The integral of a row over the line, for one pair of densities, with an error that covers the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..density import Density
from ..errors import NotConverged
from ..evaluation import Evaluation
from ..generators import Generator
from .crossings import crossings
from .cuts import cut
from .densities import MASS_TOLERANCE, Pair
from .ends import beyond, doubt, mend
from .marks import marks_of
from .refinement import EPS, Measured, refine, roughness, rounding

REMEDY = (
    "subtract the log of that from logpdf or write normalise=True, widen support=, name narrow modes as "
    "landmarks=(...), or hand in the logarithm of the density, if this was the density"
)


def integrate_row(row: Generator, p: Density, q: Density, rtol: float = 1e-10) -> Evaluation:
    """∫ q f(p/q) dx. The error adds up what the rule, the rounding of log p and log q and the masses leave unknown.

    Infinite where one density vanishes on a set that the other charges and f says so, and where the integrand does not
    decay. Raises InvalidMeasure for a density whose integral is not 1, NotConverged where the rule misses `rtol`; where
    rounding alone keeps it from that, the error says so.
    """
    found, method = find(row, p, q, rtol)
    return Evaluation(math.inf, 0.0, method) if found.infinite else Evaluation(found.value, found.error, method)


def find(row: Generator, p: Density, q: Density, rtol: float) -> tuple[Found, str]:
    """What `integrate_row` finds, with the panels, and the method in words."""
    pair = Pair(p, q)
    divided = _normalise(row, pair)
    low, high = float(pair.low[0]), float(pair.high[0])
    method = f"integral over ({low:g}, {high:g}){divided}"
    found = _found(row, pair, rtol, thorough=False)
    if not found.masses_are_one:
        found = _found(row, pair, rtol, thorough=True)
        for side, mass, slack in zip(pair.sides, found.mass, found.mass_error):
            if not abs(mass - 1) <= MASS_TOLERANCE + slack:
                side.refuse(0, mass, "integrates", REMEDY)
    if found.infinite:
        return found, f"{method}: infinite, {found.infinite}"
    known = Evaluation(found.value, found.error, method)
    if found.trouble:
        raise NotConverged(
            found.trouble, evaluation=known, argument="p, q", remedy="choose a bounded row, such as js; or give both laws one finite support=(...)"
        )
    if not found.converged:
        raise NotConverged(
            f"quadrature stopped at {known}",
            evaluation=known,
            argument="p, q",
            remedy="name the narrow places as landmarks=(...) of the Density, or ask for a larger rtol",
        )
    return found, method


@dataclass(frozen=True)
class Found:
    """What one run over the line says."""

    value: float
    error: float
    mass: np.ndarray
    mass_error: np.ndarray
    converged: bool
    infinite: str = ""
    trouble: str = ""
    at: Measured | None = None  # the panels
    beyond: float = 0.0  # the part of the value that lies beyond them

    @property
    def masses_are_one(self) -> bool:
        return bool((np.abs(self.mass - 1) <= MASS_TOLERANCE + self.mass_error).all() and (self.mass_error < 1e-3).all())


def _normalise(row: Generator, pair: Pair) -> str:
    """Divide the densities that ask for it by their integrals, and say so."""
    said = []
    for side in pair.sides:
        if isinstance(side.law, Density) and side.law.normalise:
            alone = Pair(replace(side.law, normalise=False), replace(side.law, normalise=False))
            found = _found(row, alone, 1e-12, thorough=True)
            mass = float(found.mass[0])
            if not (0 < mass < math.inf and found.mass_error[0] <= 1e-8 * mass):
                side.refuse(0, mass, "integrates", "normalise=True needs a positive finite integral")
            side.log_mass[:] = math.log(mass)
            said.append(f"{side.argument} divided by its integral {mass:.9g}")
    return f", {', '.join(said)}" if said else ""


def _found(row: Generator, pair: Pair, rtol: float, thorough: bool) -> Found:
    for side in pair.sides:
        side.marks = marks_of(side, 0, thorough)[:, None]
    panels, edges = cut(pair)
    for side in pair.sides:
        mended = [mend(side, edges, k) for k in range(len(edges))]
        side.tails = [tail for tail in mended if tail is not None]
    crossed = crossings(row, pair, panels)
    if len(crossed):
        panels, edges = cut(pair, crossed)
    got = refine(row, pair.logs, panels, 1, rtol)
    value, error = got.value[0], got.error[0]
    infinite = trouble = ""
    if got.charged[0]:
        infinite = "one law charges a set where the other has no density"
    error[0] += doubt(row, pair, got.at)
    for k in range(len(edges)):
        end = beyond(row, pair, edges, k, abs(float(value[0])))
        value, error = value + end.value, error + end.error
        if end.infinite:
            infinite = infinite or "the integrand does not decay"
        if end.unknown:
            trouble = trouble or "the integral does not settle as x grows: it is infinite, or too large for quadrature"
    if got.grown[0]:
        infinite = infinite or "the integrand is larger than any float"
    off = np.abs(value[1:] - 1)
    equal = np.array_equal(got.at.log_p, got.at.log_q)
    noise = 0.0 if equal else float(rounding(row, got.at, float(off.sum())).sum())
    rule = float(error[0])
    enough = max(rtol * abs(float(value[0])), noise)
    # where the rule stopped on panels so small that what it sees is the noise of the logarithms, its error is theirs
    converged = rule <= enough or rule <= float(rounding(row, got.at, float(off.sum()) + roughness(got.at)).sum())
    noise += 0.0 if equal else 4 * EPS * abs(float(value[0]))
    left = float(value[0] - got.value[0, 0])
    return Found(float(value[0]), rule + noise, value[1:], error[1:], converged, infinite, trouble, got.at, left)

