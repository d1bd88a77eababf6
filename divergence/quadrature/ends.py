"""What lies beyond the last panel: nearer to an end of the support than a float can be, farther out than 10^150.

There a law is a power law or is as good as gone: log p is fitted by c + a s + (powers of the distance) in the
logarithm s of the distance, and the row of the two fits is integrated to the end. How well the fit fits goes into
the error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import ops
from ..generators import GENERATORS, Generator
from ..perspective import terms_of_logs
from .cuts import Edges
from .densities import Pair, Side, losses
from .panels import Panels
from .refinement import Measured, Refined, refine

STRETCH = 10.0  # the length in s over which a law is looked at
NOTHING = -90.0  # log of what may be left out; below it a law's mass is no more than e^-90
DEEP = -700.0  # below it the logarithm of a float that underflows has lost its digits
BEYOND = 2.0 ** np.arange(4, 25)  # lengths of the panels beyond


@dataclass(frozen=True)
class End:
    """What lies beyond one edge: value, mass of p, mass of q and their errors; or why it is not known."""

    value: np.ndarray
    error: np.ndarray
    infinite: bool = False
    unknown: bool = False


NONE = End(np.zeros(3), np.zeros(3))


def beyond(row: Generator, pair: Pair, edges: Edges, k: int, scale: float) -> End:
    """The integrals beyond edge k, where those of the panels are `scale`."""
    rough = [any(tail.rough for tail in side.tails) for side in pair.sides]
    index, origin, turn = int(edges.index[k]), float(edges.origin[k]), float(edges.turn[k])
    inward, edge = bool(edges.inward[k]), float(edges.s[k])
    away = -1.0 if inward else 1.0  # the direction of s in which the end lies
    x = origin + turn * np.exp(edge - away * STRETCH * _chebyshev(16))
    with ops.quiet():
        distance = np.abs(x - origin)
        s = np.log(distance)
        log_p, log_q = (y + s for y in pair.logs(x, np.full(len(x), index)))
        terms = np.where(losses(log_p, log_q), 0.0, terms_of_logs(row, log_p, log_q))
        known = np.isfinite(log_p) & np.isfinite(log_q)
        infinite = not np.isfinite(terms[known]).all()
        # whether the row is worth anything near the edge, and whether it decays there
        size = np.log(np.abs(terms[:6]))
        growth = np.diff(size)[:-1] / np.diff(s[:6])[:-1] * away
        decays = bool((size == -np.inf).all() or (growth < -0.1).all())
        largest = float(np.max(size))
        small = largest == -np.inf or largest < np.log(scale) + NOTHING / 2
        if max(np.max(log_p), np.max(log_q)) < NOTHING and decays and small:
            return NONE
        found_fits = [_fit(y, s, distance, edge, away) for y in (log_p, log_q)]
        fits = [fit or GONE for fit in found_fits]
        limits = row.at_zero, row.slope
        unknown = any(a is None or (a is GONE and math.isinf(limit)) for a, limit in zip(found_fits, limits))
    lengths = np.concatenate([[0.0], np.cumsum(BEYOND)])
    reach = np.sort(edge + away * lengths)
    here, flat = np.zeros(len(BEYOND), int), np.zeros(len(BEYOND))
    panels = Panels(here, reach[:-1], reach[1:], flat, flat)

    def integrals(row: Generator, tilt: float) -> Refined:
        one, two = (GONE if tilt and lost else fit for fit, lost in zip(fits, rough))
        return refine(row, lambda at, _: (one(at, tilt), two(at, -tilt)), panels, 1, 1e-12)

    if infinite or unknown:  # the masses are known all the same
        infinite = infinite or bool((growth > -1e-9).all())
        masses = integrals(GENERATORS["total_variation"], 0.0)
        alone = np.asarray([0.0, 1.0, 1.0])
        return End(masses.value[0] * alone, masses.error[0] * alone, infinite, not infinite)
    found, tilted = integrals(row, 0.0), integrals(row, 1.0)
    with ops.quiet():
        far = edge + away * lengths[-1] * np.asarray([0.5, 1.0])
        size = np.log(np.abs(terms_of_logs(row, fits[0](far, 0.0), fits[1](far, 0.0))))
    if found.grown[0] or size[1] > -np.inf:
        infinite = bool(found.grown[0] or size[1] - size[0] > -1e-9 * lengths[-1])
        return End(found.value[0], found.error[0], infinite, not infinite)
    apart = np.abs(found.value[0] if tilted.charged[0] else tilted.value[0] - found.value[0])
    return End(found.value[0], found.error[0] + 2 * apart)


def doubt(row: Generator, pair: Pair, at: Measured) -> float:
    """How much the panels would change if the rough tails were nothing: those fall faster than what stands for them."""
    unsure, gone = np.zeros(at.x.shape, bool), [at.log_p, at.log_q]
    for k, side in enumerate(pair.sides):
        for tail in side.tails:
            if tail.rough:
                past = tail.past(at.x)
                unsure, gone[k] = unsure | past, np.where(past, -np.inf, gone[k])
    if not unsure.any():
        return 0.0
    with ops.quiet():
        other = terms_of_logs(row, *gone)
        other = np.where(np.isfinite(other), other, 0.0)
    return float(np.sum((np.abs(at.weights) * np.abs(at.terms - other))[unsure]))


class Fit:
    """log p = c + a s + (powers of the distance e^s), off by `rest` where it was fitted."""

    def __init__(self, coefficients: np.ndarray, unit: float, edge: float, rest: float):
        self.coefficients, self.unit, self.edge, self.rest = coefficients, unit, edge, rest

    def __call__(self, s: np.ndarray, tilt: float) -> np.ndarray:
        c = self.coefficients
        value = c[0] + c[1] * (s - self.edge)
        if len(c) > 2:
            u = np.exp(s - self.unit)
            value = value + sum(c[k] * u ** (k - 1) for k in range(2, len(c)))
        return value + tilt * self.rest * (1 + np.abs(s - self.edge) / STRETCH)


class Gone(Fit):
    """A law without mass beyond."""

    def __init__(self) -> None:
        super().__init__(np.zeros(2), 0.0, 0.0, 0.0)

    def __call__(self, s: np.ndarray, tilt: float) -> np.ndarray:
        return np.full_like(s, -np.inf)


GONE = Gone()


@dataclass(frozen=True)
class Tail:
    """A law beyond the place where its log-density is no float, continued by the power law that it follows there.

    Where it follows none it falls faster, and what is integrated there is `rough`.
    """

    origin: float
    turn: float
    edge: float
    away: float
    fit: Fit
    rough: bool

    def _place(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distance = self.turn * (x - self.origin)
        s = np.log(np.where(distance > 0, distance, 1.0))
        return s, (distance > 0) & (self.away * (s - self.edge) > 0)

    def past(self, x: np.ndarray) -> np.ndarray:
        return self._place(x)[1]

    def __call__(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        s, past = self._place(x)
        return np.where(past, self.fit(s, 0.0) - s, values) if past.any() else values


def mend(side: Side, edges: Edges, k: int) -> Tail | None:
    """What a law is beyond the place where exp(log p) is no normal float, if it goes to -inf there; else None."""
    origin, turn = float(edges.origin[k]), float(edges.turn[k])
    away = -1.0 if edges.inward[k] else 1.0

    def log(s: np.ndarray) -> np.ndarray:
        return side.raw(origin + turn * np.exp(s), np.full(len(s), edges.index[k]))

    with ops.quiet():
        s = np.linspace(edges.start[k], edges.s[k], 257)
        outermost = origin + turn * np.exp(s[-1])
        y = log(s)
        if not side.low[edges.index[k]] <= outermost <= side.high[edges.index[k]] or np.isfinite(y).all():
            return None
        edge, height = _last(log, s, y, -np.inf)
        if not height < DEEP + 10:
            return None  # a gap of the law
        if height > DEEP - 100:  # the logarithm of a float that underflows; else it is one that overflows
            edge, _ = _last(log, s, y, DEEP)
        s = edge - away * STRETCH * _chebyshev(16)
        x = origin + turn * np.exp(s)
        distance = np.abs(x - origin)
        s = np.log(distance)
        y = side.raw(x, np.full(len(x), edges.index[k])) + s
        fit = _fit(y, s, distance, edge, away)
        rough = fit is None or fit is GONE
        if rough:
            slope = float((y[0] - y[1]) / (s[0] - s[1]))
            fit = Fit(np.asarray([float(y[0]) + slope * (edge - float(s[0])), slope]), 0.0, edge, 0.0)
        assert fit is not None
    return Tail(origin, turn, edge, away, fit, rough)


def _last(
    log: Callable[[np.ndarray], np.ndarray], s: np.ndarray, y: np.ndarray, level: float
) -> tuple[float, float]:
    """The last s before y falls to the level, and y there; (s, inf) where it begins below."""
    for _ in range(5):
        deep = np.flatnonzero(~(y > level))
        if len(deep) == 0 or deep[0] == 0:
            return float(s[0]), math.inf
        s = np.linspace(s[deep[0] - 1], s[deep[0]], 33)
        y = log(s)
    last = int(np.flatnonzero(~(y > level))[0]) - 1
    return float(s[last]), float(y[last])


def _chebyshev(n: int) -> np.ndarray:
    """n places in (0, 1)."""
    return (1 - np.cos(np.pi * (np.arange(n) + 0.5) / n)) / 2


def _fit(y: np.ndarray, s: np.ndarray, distance: np.ndarray, edge: float, away: float) -> Fit | None:
    """The power law that y follows up to the edge, None where it follows none."""
    deep = GONE if np.max(y) < 8 * NOTHING else None
    if not np.isfinite(y).all():
        return deep
    unit = float(np.max(s))
    columns = [np.ones_like(s), s - edge]
    if away < 0:  # towards a finite end the density has a Taylor factor in the distance
        u = distance / distance.max()
        columns += [u**k for k in range(1, 5)]
    table = np.stack(columns, axis=-1)
    coefficients = np.linalg.lstsq(table, y, rcond=None)[0]
    rest = float(np.max(np.abs(table @ coefficients - y)))
    if rest > 1e-6 or away * coefficients[1] >= 0:
        return deep
    return Fit(coefficients, unit, edge, rest + 2e-16 * float(np.max(np.abs(y))))
