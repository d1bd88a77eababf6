"""What lies between two laws, integrated: over places for W1, over probabilities for other orders."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import ops
from ..quadrature.panels import Panels
from .coupling import EPS
from .distribution import LawOnLine

Integrand = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # with its sign, and how far rounding may put it off
FAR, HALF = 320.0, math.log(0.5)  # logs of the largest distance from the middle, and of the largest probability
DEEP, DEEPER = -230.0, -690.0  # logs of the smallest probabilities
STEP = 10.0  # in the logarithm, between the places at which the decay is looked at
WIDE = 4.0  # a panel with distances from an end in a larger ratio is measured in their logarithm
SWEEPS, MOST, AT_ONCE = 100, 100_000, 4096
CORNER = 0.01  # the error of a panel where F − G changes its sign, relative to its integral


@dataclass(frozen=True)
class End:
    """Where the panels stop and the integral does not: at origin + turn e^s, the rest towards larger s if `outward`."""

    origin: float
    turn: float
    s: float
    outward: bool


@dataclass(frozen=True)
class Gap:
    integrand: Integrand
    panels: Panels
    ends: tuple[End, ...]
    method: str

    @classmethod
    def on_places(cls, p: LawOnLine, q: LawOnLine, integrand: Integrand) -> Gap:
        """Over the hull of both supports, cut at their marks and atoms."""
        low, high = min(p.low, q.low), max(p.high, q.high)
        stops = [end for end in (p.low, p.high, q.low, q.high) if math.isfinite(end)]
        places = np.unique(np.concatenate([p.marks, q.marks, stops]))
        centre = float(places[len(places) // 2])
        places = places[np.abs(places - centre) < math.exp(FAR)]
        panels, ends = [_between(places[:-1], places[1:], stops, centre)], []
        for outer, place, turn in ((low, places[0], -1.0), (high, places[-1], 1.0)):
            if math.isinf(outer):
                start = math.log(turn * (place - centre)) if place != centre else -FAR
                s = np.minimum(start + np.concatenate([[0.0], np.cumsum(4.0 ** np.arange(6))]), FAR)
                panels.append(_logarithmic(np.unique(s), centre, turn))
                ends.append(End(centre, turn, FAR, outward=True))
        return cls(integrand, Panels.joined(*panels), tuple(ends), f"integral of |F − G| over ({low:g}, {high:g})")

    @classmethod
    def on_probabilities(cls, p: LawOnLine, q: LawOnLine, integrand: Integrand, tail: str) -> Gap:
        """Over the probabilities (0, 1/2] of one tail, cut at the levels of atoms and marks."""
        levels = np.concatenate([getattr(law, tail)(law.marks) for law in (p, q)])
        name = "quantile" if tail == "below" else "upper_quantile"
        deepest = max(_depth(getattr(law, name)) for law in (p, q))
        with ops.quiet():
            s = np.log(levels)
        steps = HALF - np.concatenate([[0.0], 2.0 ** np.arange(10)])
        s = np.concatenate([s, steps, [deepest]])
        s = np.unique(s[(s >= deepest) & (s <= HALF)])
        infinite = any(math.isinf(law.low if tail == "below" else law.high) for law in (p, q))
        ends = (End(0.0, 1.0, deepest, outward=False),) if infinite else ()
        return cls(integrand, _logarithmic(s, 0.0, 1.0), ends, "")


def integral(gap: Gap, rtol: float) -> tuple[float, float, bool]:
    """The value, a bound on its error, and whether it is infinite instead."""
    left = [_beyond(gap, end) for end in gap.ends]
    if any(rest is None for rest in left):
        return math.inf, 0.0, True
    panels = gap.panels
    value, error, noise = _measured(gap, panels)
    for _ in range(SWEEPS):
        total = float(value.sum())
        share = rtol * total / (2 * len(panels))
        open_ = error.sum() > 0.5 * rtol * total
        bad = (error > np.maximum(share, noise)) & (panels.high - panels.low > 16 * _resolution(panels))
        if not (open_ and bad.any()) or len(panels) > MOST + 4 * len(gap.panels):
            break
        halves = panels[bad].halves()
        there = _measured(gap, halves)
        panels = Panels.joined(panels[~bad], halves)
        value, error, noise = (np.concatenate([x[~bad], y]) for x, y in zip((value, error, noise), there))
    rest = sum(x[0] for x in left if x)
    doubt = sum(x[1] for x in left if x)
    return float(value.sum()) + rest, float(error.sum() + noise.sum()) + doubt, False


def _resolution(panels: Panels) -> np.ndarray:
    """What a coordinate is known to: that of the places of its panel."""
    near = np.where(panels.turn == 0, np.abs(panels.origin) + np.maximum(np.abs(panels.low), np.abs(panels.high)), 1.0)
    return EPS * near


def _measured(gap: Gap, panels: Panels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Over each panel: the integral, the error of the rule, what rounding may come to."""
    found = []
    for k in range(0, len(panels), AT_ONCE):
        part = panels[k : k + AT_ONCE]
        x, stretch, weights, shift = part.nodes()
        with ops.quiet():
            value, noise = (y.reshape(x.shape) * np.exp(stretch) for y in gap.integrand(x.ravel()))
            ends = gap.integrand(_inner_ends(part).ravel())[0].reshape(-1, 2)
            seen = np.concatenate([value, ends], axis=1)
            crossed = (seen > 0).any(axis=1) & (seen < 0).any(axis=1)
            whole = np.einsum("nj,nj->n", np.abs(value), weights)
            fine = part.missed(np.abs(value), shift)
            # a corner of |F − G|: the rule may be right by chance, and the panel is halved until it does not matter
            fine = np.where(crossed, np.maximum(fine, CORNER * whole), fine)
            rough = np.einsum("nj,nj->n", np.abs(noise), np.abs(weights))
        found.append((whole, fine, rough))
    return tuple(np.concatenate(x) for x in zip(*found))  # type: ignore[return-value]


def _inner_ends(panels: Panels) -> np.ndarray:
    """(n, 2) places a trifle inside the ends of each panel, where a jump at an end is not seen."""
    trifle = 1e-6 * (panels.high - panels.low)
    s = np.stack([panels.low + trifle, panels.high - trifle], axis=-1)
    turn = panels.turn[:, None]
    return panels.origin[:, None] + np.where(turn == 0, s, turn * np.exp(np.where(turn == 0, 0.0, s)))


def _beyond(gap: Gap, end: End) -> tuple[float, float] | None:
    """The integral beyond an end and its error, by the exponential that is seen there; None where it does not decay."""
    away = 1.0 if end.outward else -1.0
    s = end.s - away * STEP * np.arange(3)
    with ops.quiet():
        values, noise = (np.abs(y) * np.exp(s) for y in gap.integrand(end.origin + end.turn * np.exp(s)))
    if np.isnan(values).any():
        return 0.0, math.inf
    if np.isinf(values).any():
        return None
    if not (values > 4 * noise).all():  # nothing to be seen
        return 0.0, float(noise[0]) if noise[0] < noise[1] else math.inf if noise[0] > 2 * noise[1] else float(noise[0])
    with ops.quiet():
        nearer, before = -np.diff(np.log(values)) / STEP
    if nearer > -1e-7:
        return None
    rest = values[0] / -nearer
    return float(rest), float(rest * (abs(nearer - before) / -nearer + 1e-12))


def _depth(quantile: Callable[[np.ndarray], np.ndarray]) -> float:
    """How small a probability the quantiles of a law go down to in order."""
    with ops.quiet():
        x = quantile(np.exp(np.asarray([DEEPER, 2 * DEEP, DEEP, DEEP / 2])))
    ordered = bool(np.isfinite(x).all() and ((np.diff(x) >= 0).all() or (np.diff(x) <= 0).all()))
    return DEEPER if ordered and np.abs(x).max() < 1e300 else DEEP


def _logarithmic(s: np.ndarray, origin: float, turn: float) -> Panels:
    n = len(s) - 1
    return Panels(np.zeros(n, dtype=int), s[:-1], s[1:], np.full(n, origin), np.full(n, turn))


def _between(a: np.ndarray, b: np.ndarray, stops: list[float], centre: float) -> Panels:
    """Panels between places, in the logarithm of the distance from an end or the centre where they are wide."""
    origin, turn, widest = a / 2 + b / 2, np.zeros(len(a)), np.full(len(a), WIDE)
    for place, sign in [*((stop, sign) for stop in stops for sign in (1.0, -1.0)), (centre, 1.0), (centre, -1.0)]:
        near, far = (a - place, b - place) if sign > 0 else (place - b, place - a)
        with ops.quiet():
            ratio = np.where(near > abs(place) * 2.0**-26, far / near, 0.0)
        wider = ratio > widest
        origin, turn = np.where(wider, place, origin), np.where(wider, sign, turn)
        widest = np.where(wider, ratio, widest)
    near, far = np.where(turn < 0, b, a), np.where(turn < 0, a, b)
    with ops.quiet():
        low = np.where(turn == 0, a - origin, np.log(turn * (near - origin)))
        high = np.where(turn == 0, b - origin, np.log(turn * (far - origin)))
    return Panels(np.zeros(len(a), dtype=int), low, high, origin, turn)
