"""What lies beyond the last panel: nearer to an end of the support than a float can be, farther out than 10^150.

There a law is a power law or is as good as gone: log p is fitted by c + a s + (powers of the distance) in the
logarithm s of the distance, and the row of the two fits is integrated to the end. How well the fit fits goes into
the error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import ops
from ..generators import Generator
from ..perspective import terms_of_logs
from .cuts import Edges
from .densities import Pair, Side, losses
from .panels import Panels
from .refinement import Refined, refine

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
    index, origin, turn = int(edges.index[k]), float(edges.origin[k]), float(edges.turn[k])
    inward, edge = bool(edges.inward[k]), float(edges.s[k])
    away = -1.0 if inward else 1.0  # the direction of s in which the end lies
    x = origin + turn * np.exp(edge - away * STRETCH * _chebyshev(16))
    with ops.quiet():
        distance = np.abs(x - origin)
        s = np.log(distance)
        log_p, log_q = (y + s for y in pair.logs(x, np.full(len(x), index)))
        terms = np.where(losses(log_p, log_q), 0.0, terms_of_logs(row, log_p, log_q))
        # what the panels show of the row near the edge: whether it is worth anything, and whether it decays
        known = np.isfinite(log_p) & np.isfinite(log_q)
        if not np.isfinite(terms[known]).all():
            return End(np.zeros(3), np.zeros(3), infinite=True)
        size = np.log(np.abs(terms[:6]))
        growth = np.diff(size)[:-1] / np.diff(s[:6])[:-1] * away
        largest = float(np.max(size))
        decays = bool((size == -np.inf).all() or (growth < -0.1).all())
        if max(np.max(log_p), np.max(log_q)) < NOTHING and decays and (largest == -np.inf or largest < np.log(scale) + NOTHING / 2):
            return NONE
        fits = [_fit(y, s, distance, edge, away) for y in (log_p, log_q)]
        ends = row.at_zero, row.slope
        if any(fit is None or (fit is GONE and math.isinf(end)) for fit, end in zip(fits, ends)):
            infinite = bool((growth > -1e-9).all())
            return End(np.zeros(3), np.zeros(3), infinite=infinite, unknown=not infinite)
    lengths = np.concatenate([[0.0], np.cumsum(BEYOND)])
    reach = np.sort(edge + away * lengths)
    index, flat = np.zeros(len(BEYOND), int), np.zeros(len(BEYOND))
    panels = Panels(index, reach[:-1], reach[1:], flat, flat)

    def integrals(tilt: float) -> Refined:
        return refine(row, lambda at, _: (fits[0](at, tilt), fits[1](at, -tilt)), panels, 1, 1e-12)  # type: ignore[misc]

    found, tilted = integrals(0.0), integrals(1.0)
    with ops.quiet():
        far = edge + away * lengths[-1] * np.asarray([0.5, 1.0])
        size = np.log(np.abs(terms_of_logs(row, fits[0](far, 0.0), fits[1](far, 0.0))))  # type: ignore[misc]
    if found.grown[0] or size[1] > -np.inf:
        infinite = bool(found.grown[0] or size[1] - size[0] > -1e-9 * lengths[-1])
        return End(np.zeros(3), np.zeros(3), infinite=infinite, unknown=not infinite)
    return End(found.value[0], found.error[0] + 2 * np.abs(tilted.value[0] - found.value[0]))


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
    """A law beyond the place where its log-density is the logarithm of an underflow: its power law, or nothing."""

    origin: float
    turn: float
    edge: float
    away: float
    fit: Fit

    def __call__(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        s = np.log(np.where(self.turn * (x - self.origin) > 0, self.turn * (x - self.origin), 1.0))
        past = (self.turn * (x - self.origin) > 0) & (self.away * (s - self.edge) > 0)
        return np.where(past, self.fit(s, 0.0) - s, values) if past.any() else values


def mend(side: Side, edges: Edges, k: int) -> Tail | None:
    """What a law is beyond the place where exp(log p) is no normal float, if it goes to -inf there; else None."""
    origin, turn = float(edges.origin[k]), float(edges.turn[k])
    away = -1.0 if edges.inward[k] else 1.0

    def log(s: np.ndarray) -> np.ndarray:
        return side.log(origin + turn * np.exp(s), np.full(len(s), edges.index[k]))

    with ops.quiet():
        s = np.linspace(edges.start[k], edges.s[k], 257)
        outermost = origin + turn * np.exp(s[-1])
        y = log(s)
        if not side.low[edges.index[k]] <= outermost <= side.high[edges.index[k]] or np.isfinite(y).all():
            return None
        for _ in range(4):  # the first place that is too deep, ever closer
            deep = np.flatnonzero(~(y > DEEP))
            if len(deep) == 0 or deep[0] == 0:
                return None
            s = np.linspace(s[deep[0] - 1], s[deep[0]], 33)
            y = log(s)
        last = int(np.flatnonzero(y > DEEP)[-1])
        if y[last] > DEEP + 20:
            return None  # a gap of the law
        edge = float(s[last])
        s = edge - away * STRETCH * _chebyshev(16)
        x = origin + turn * np.exp(s)
        distance = np.abs(x - origin)
        s = np.log(distance)
        fit = _fit(side.log(x, np.full(len(x), edges.index[k])) + s, s, distance, edge, away)
    return Tail(origin, turn, edge, away, fit or GONE)


def _chebyshev(n: int) -> np.ndarray:
    """n places in (0, 1)."""
    return (1 - np.cos(np.pi * (np.arange(n) + 0.5) / n)) / 2


def _fit(y: np.ndarray, s: np.ndarray, distance: np.ndarray, edge: float, away: float) -> Fit | None:
    """The power law that y follows up to the edge, None where it follows none."""
    if np.max(y) < 8 * NOTHING:
        return GONE
    if not np.isfinite(y).all():
        return None
    unit = float(np.max(s))
    columns = [np.ones_like(s), s - edge]
    if away < 0:  # towards a finite end the density has a Taylor factor in the distance
        u = distance / distance.max()
        columns += [u**k for k in range(1, 5)]
    table = np.stack(columns, axis=-1)
    coefficients = np.linalg.lstsq(table, y, rcond=None)[0]
    rest = float(np.max(np.abs(table @ coefficients - y)))
    if rest > 1e-6 or away * coefficients[1] >= 0:
        return None
    return Fit(coefficients, unit, edge, rest + 2e-16 * float(np.max(np.abs(y))))
