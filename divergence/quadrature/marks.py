"""Where a law lives that says little about it: its modes, found on grids of all scales, and how far they reach."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .densities import Side

FEW = 5  # landmarks that leave nothing to find: quantiles from tail to tail
MODES = 8  # so many of the highest peaks are looked at
SCALES = 2.0 ** np.arange(-498, 497)  # what is added to a place and taken from it
FALLS = (0.5, 2.0, 8.0, 32.0, 128.0, 745.0)  # logs of the density below its peak at which a mark is set


def marks_of(side: Side, pair: int, thorough: bool = False) -> np.ndarray:
    """Landmarks of one law, and where there are few, marks around each of its modes at every scale it has."""
    low, high = float(side.low[pair]), float(side.high[pair])
    given = side.marks[:, pair]
    given = np.unique(given[np.isfinite(given) & (given >= low) & (given <= high)])
    if len(given) >= FEW and not thorough:
        return given

    def log(x: np.ndarray) -> np.ndarray:
        values = side.raw(x, np.full(len(x), pair))
        return np.where(np.isnan(values), -np.inf, values)  # what is nan near the mass will be met again

    ends = [end for end in (low, high) if math.isfinite(end)]
    start = [0.0] if low < 0 < high else []
    if len(ends) == 2:
        start.append(low / 2 + high / 2)
    anchors = np.unique(np.concatenate([given, ends, start]))
    modes = _modes(log, low, high, anchors)
    found = [given, modes]
    for anchor in np.unique(np.concatenate([given, ends, modes])):
        for sign in (-1.0, 1.0):
            found.append(_reach(log, low, high, float(anchor), sign, anchor in ends))
    marks = np.unique(np.concatenate(found))
    if len(marks) < 3:  # it is nowhere that was looked at: the mass will tell
        marks = np.unique(np.concatenate([marks, *(anchors + step for step in (-1.0, 0.0, 1.0))]))
    return _thinned(marks)


def _thinned(marks: np.ndarray) -> np.ndarray:
    """Of two marks that are one but for rounding, one."""
    gaps = np.diff(marks)
    around = np.concatenate([[np.inf], gaps, [np.inf]])
    twins = gaps < 1e-3 * np.minimum(around[:-2], around[2:])
    return marks[np.concatenate([[True], ~twins])]


def _modes(log: Callable[[np.ndarray], np.ndarray], low: float, high: float, anchors: np.ndarray) -> np.ndarray:
    """The places of the highest peaks among a grid around the anchors, each refined between its neighbours."""
    from scipy.optimize import minimize_scalar

    x = np.unique(np.concatenate([anchors, *((anchors[:, None] + sign * SCALES).ravel() for sign in (-1, 1))]))
    x = x[(x > low) & (x < high)]
    y = log(x)
    inner = (y[1:-1] >= y[:-2]) & (y[1:-1] >= y[2:]) & np.isfinite(y[1:-1]) & ((y[1:-1] > y[:-2]) | (y[1:-1] > y[2:]))
    peaks = np.flatnonzero(inner) + 1
    peaks = peaks[np.argsort(-y[peaks], kind="stable")][:MODES]
    modes = []
    for k in peaks:
        a, b = float(x[k - 1]), float(x[k + 1])

        def depth(z: float, top: float = float(y[k])) -> float:
            value = float(log(np.asarray([z]))[0])
            return top - value if math.isfinite(value) else 1e300 if value < 0 else -1e300

        best: Any = minimize_scalar(
            depth, bounds=(a, b), method="bounded", options={"xatol": 4 * float(np.spacing(max(abs(a), abs(b))))}
        )
        modes.append(float(best.x) if best.fun < 0 else float(x[k]))
    return np.asarray(modes)


def _reach(
    log: Callable[[np.ndarray], np.ndarray], low: float, high: float, anchor: float, sign: float, end: bool
) -> np.ndarray:
    """Where the mass per octave of distance from the anchor is largest, and where it has fallen by each of FALLS."""
    x = anchor + sign * SCALES
    x = x[(x > low) & (x < high) & (x != anchor)]
    if len(x) == 0:
        return x
    y = log(x) + np.log(np.abs(x - anchor))
    top = int(np.argmax(y))
    if y[top] == -np.inf:
        return x[:0]
    places = {top}
    for fall in FALLS:
        outer = np.flatnonzero(y[top:] < y[top] - fall)
        places.update([top + int(outer[0])] if len(outer) else [])
        inner = np.flatnonzero(y[:top] < y[top] - fall) if end else []
        places.update([int(inner[-1])] if len(inner) else [])
    return x[sorted(places)]
