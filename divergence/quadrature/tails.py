"""A law in its tail: the power law that it follows there, and what stands for it where its logarithm is no float."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from .cuts import Edges
from .densities import Side

STRETCH = 10.0  # the length in s over which a law is looked at
NOTHING = -90.0  # log of what may be left out; below it a law's mass is no more than e^-90
GOOD = 1e-10  # what a fit may leave before another power is tried
DEEP = -700.0  # below it the logarithm of a float that underflows has lost its digits


class Fit:
    """log p = c + a s + (a polynomial of the distance's power e^(b s)); `doubt` are the errors of c and of a."""

    def __init__(
        self, coefficients: np.ndarray, unit: float, edge: float, doubt: tuple[float, float], power: float = 1.0
    ):
        self.coefficients, self.unit, self.edge, self.doubt, self.power = coefficients, unit, edge, doubt, power

    def __call__(self, s: np.ndarray, tilt: float) -> np.ndarray:
        c = self.coefficients
        value = c[0] + c[1] * (s - self.edge)
        if len(c) > 2:
            u = np.exp(self.power * (s - self.unit))
            value = value + sum(c[k] * u ** (k - 1) for k in range(2, len(c)))
        return value + tilt * (self.doubt[0] + self.doubt[1] * np.abs(s - self.edge))


class Gone(Fit):
    """A law without mass beyond."""

    def __init__(self) -> None:
        super().__init__(np.zeros(2), 0.0, 0.0, (0.0, 0.0))

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
        s = edge - away * STRETCH * chebyshev(16)
        x = origin + turn * np.exp(s)
        distance = np.abs(x - origin)
        s = np.log(distance)
        y = side.raw(x, np.full(len(x), edges.index[k])) + s
        fit = fitted(y, s, distance, edge, away)
        rough = fit is None or fit is GONE
        if rough:
            slope = float((y[0] - y[1]) / (s[0] - s[1]))
            fit = Fit(np.asarray([float(y[0]) + slope * (edge - float(s[0])), slope]), 0.0, edge, (0.0, 0.0))
        assert fit is not None
    return Tail(origin, turn, edge, away, fit, rough)


def _last(log: Callable[[np.ndarray], np.ndarray], s: np.ndarray, y: np.ndarray, level: float) -> tuple[float, float]:
    """The last s before y falls to the level, and y there; (s, inf) where it begins below."""
    for _ in range(5):
        deep = np.flatnonzero(~(y > level))
        if len(deep) == 0 or deep[0] == 0:
            return float(s[0]), math.inf
        s = np.linspace(s[deep[0] - 1], s[deep[0]], 33)
        y = log(s)
    last = int(np.flatnonzero(~(y > level))[0]) - 1
    return float(s[last]), float(y[last])


def chebyshev(n: int) -> np.ndarray:
    """n places in (0, 1)."""
    return (1 - np.cos(np.pi * (np.arange(n) + 0.5) / n)) / 2


def fitted(y: np.ndarray, s: np.ndarray, distance: np.ndarray, edge: float, away: float) -> Fit | None:
    """The power law that y follows up to the edge, None where it follows none."""
    deep = GONE if np.max(y) < 8 * NOTHING else None
    if not np.isfinite(y).all():
        return deep
    unit = float(np.max(s))

    def least(power: float) -> tuple[float, np.ndarray, np.ndarray]:
        columns = [np.ones_like(s), s - edge]
        if away < 0:  # towards a finite end the density has a Taylor factor in the distance, or in a power of it
            columns += [np.exp(k * power * (s - unit)) for k in range(1, 5)]
        table = np.stack(columns, axis=-1)
        inverse = np.linalg.pinv(table)
        coefficients = inverse @ y
        return float(np.max(np.abs(table @ coefficients - y))), coefficients, inverse

    power, (rest, coefficients, inverse) = 1.0, least(1.0)
    if away < 0 and rest > GOOD:
        from scipy.optimize import minimize_scalar

        bounds = (math.log(0.02), 0.0)
        best: Any = minimize_scalar(lambda b: math.log(least(math.exp(b))[0] + 1e-300), bounds=bounds, method="bounded")
        other = least(math.exp(best.x))
        if other[0] < rest / 10:  # else it follows the noise
            power, (rest, coefficients, inverse) = math.exp(best.x), other
    if rest > 1e-6 or away * coefficients[1] >= 0:
        return deep
    # what noise of twice that size can make of c and of a
    noise = 2 * rest + 2e-16 * float(np.max(np.abs(y)))
    doubt = noise * float(np.abs(inverse[0]).sum()), noise * float(np.abs(inverse[1]).sum())
    return Fit(coefficients, unit, edge, doubt, power)
