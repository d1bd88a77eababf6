"""One pair of laws, carefully: where they live, what the row comes to, what the ends hold, whether masses are one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from ..density import Density, Lattice
from ..errors import NotConverged, ShapeMismatch
from ..evaluation import GROWN, Evaluation
from ..generators import Generator
from . import blocks, cuts
from .crossings import crossings
from .densities import MASS_TOLERANCE, ROUGH, Pair
from .ends import beyond, doubt, nodes_beyond
from .marks import marks_of
from .refinement import SHARE, Measured, margin, missing, refine, roughness, rounding
from .tails import mend

Law = Density | Lattice
TAIL = 1e-18  # mass of each law outside the range that is named
UNSETTLED = "the integral does not settle towards an end: it is infinite, or too large or too rough for quadrature"
REMEDY = (
    "subtract the log of that from logpdf or write normalise=True, widen support=, name narrow modes as "
    "landmarks=(...), or hand in the logarithm of the density, if this was the density"
)

REMEDY_OF_SUMS = (
    "subtract the log of that from logpmf, widen support=, name places of much mass as landmarks=(...), or hand in the "
    "logarithm of the masses, if these were the masses"
)


def find(row: Generator, p: Law, q: Law, rtol: float) -> tuple[Found, str]:
    """The integral or the sum, with its panels, and the method in words."""
    pair = Pair(p, q)
    if pair.batch:
        raise ShapeMismatch(
            f"a batch of shape {pair.batch} where one pair belongs",
            argument="p, q",
            remedy="call it for a batch, or evaluate it pair by pair",
        )
    divided = _normalise(row, pair)
    found = _found(row, pair, rtol, thorough=False)
    if not found.masses_are_one:
        found = _found(row, pair, rtol, thorough=True)
        for side, mass, slack in zip(pair.sides, found.mass, found.mass_error):
            if not abs(mass - 1) <= MASS_TOLERANCE + min(slack, ROUGH):
                side.refuse(0, mass, *(("integrates", REMEDY) if isinstance(p, Density) else ("sums", REMEDY_OF_SUMS)))
    method = _method(pair, found) + divided
    if found.infinite:
        return found, f"{method}: infinite, {found.infinite}"
    known = Evaluation(found.value, found.error, method)
    if found.trouble:
        raise NotConverged(
            found.trouble,
            evaluation=known,
            argument="p, q",
            remedy="choose a bounded row, such as js; name the narrow places as landmarks=(...); or give both laws one "
            "finite support=(...)",
        )
    if not found.converged:
        raise NotConverged(
            f"{'quadrature' if isinstance(p, Density) else 'the sum'} stopped at {known}",
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
    nodes: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))  # x and weights that stand for it, and
    loose: float = 0.0  # what none stand for

    @property
    def masses_are_one(self) -> bool:
        return bool(
            (np.abs(self.mass - 1) <= MASS_TOLERANCE + self.mass_error).all() and (self.mass_error < ROUGH).all()
        )


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
        marks = marks_of(side, 0, thorough)
        poles = marks[side.raw(marks, np.zeros(len(marks), int)) == np.inf]
        side.marks = marks[:, None]
        side.poles = poles[(poles > side.low) & (poles < side.high)][:, None]
    discrete = isinstance(pair.p.law, Lattice)
    panels, edges = blocks.cut(pair) if discrete else cuts.cut(pair)
    for side in pair.sides:
        mended = [mend(side, edges, k) for k in range(len(edges))]
        side.tails = [tail for tail in mended if tail is not None]
    if not discrete and len(crossed := crossings(row, pair, panels)):
        panels, edges = cuts.cut(pair, crossed)
    got = refine(row, pair.logs, panels, 1, SHARE * rtol)
    value, error = got.value[0], got.error[0]
    infinite = trouble = ""
    unsure = loose = 0.0
    nodes = [np.empty((0, 2))]
    if got.charged[0] or missing(row, pair, got.at).any():
        infinite = "one law charges a set where the other has no density"
    error[0] += doubt(row, pair, got.at)
    for k in range(len(edges)):
        end = beyond(row, pair, edges, k, abs(float(value[0])))
        value, error, unsure = value + end.value, error + end.error, unsure + end.noise
        if end.value[0]:
            nodes.append(nodes_beyond(row, pair, edges, k, float(end.value[0])))
            loose += 0.0 if len(nodes[-1]) else abs(float(end.value[0]))
        if end.infinite:
            infinite = infinite or "the integrand does not decay"
        if end.unknown:
            trouble = trouble or UNSETTLED
    if got.grown[0]:
        infinite = infinite or GROWN
    off = np.abs(value[1:] - 1)
    equal = np.array_equal(got.at.log_p, got.at.log_q)
    noise = 0.0 if equal else float(rounding(row, got.at, float(off.sum())).sum())
    noise, rule = noise + unsure, float(error[0])
    enough = max(rtol * abs(float(value[0])), noise)
    # where the rule stopped on panels so small that what it sees is the noise of the logarithms, its error is theirs
    converged = rule <= enough or rule <= float(rounding(row, got.at, float(off.sum()) + roughness(got.at)).sum())
    noise += 0.0 if equal else margin(row, rtol) * abs(float(value[0]))
    left = 0.0 if infinite else float(value[0] - got.value[0, 0])
    known = float(value[0]), rule + noise, value[1:], error[1:], converged
    return Found(*known, infinite, trouble, got.at, left, np.concatenate(nodes), loose)


def _method(pair: Pair, found: Found) -> str:
    low, high = float(pair.low[0]), float(pair.high[0])
    if not isinstance(pair.p.law, Lattice):
        return f"integral over ({low:g}, {high:g})"
    assert found.at is not None
    at = found.at
    heavy = at.value[:, 1:].max(axis=1) > TAIL / len(at.panels)
    first, last = at.panels.low[heavy].min(initial=math.inf), at.panels.high[heavy].max(initial=-math.inf) - 1
    least, most = max(low, first), min(high, last)
    text = f"sum over the integers from {least:.9g} to {most:.9g}"
    if found.beyond:
        return f"{text}, and a power law beyond"
    return text if least == low and most == high else f"{text}, tail below {TAIL:g}"
