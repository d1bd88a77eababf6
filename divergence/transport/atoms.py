"""The atoms of a law on the integers that matter, by name, and how the rest falls off."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..density import Lattice
from ..errors import InvalidMeasure, UnsupportedLaw

Array = Any
DEEP = -100.0  # log of the mass below which an atom is left out, if all beyond it are lighter
MOST = 2**22  # atoms
TOLERANCE = 1e-6  # how far from 1 the masses may sum


def enumerated(law: Lattice, argument: str) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Points, masses, what is unknown of the total mass, and the power with which the mass beyond the last falls."""

    def logs(k: np.ndarray) -> np.ndarray:
        k = np.asarray(k, dtype=float)
        inside = (k >= low) & (k <= high)
        with ops.quiet():
            values = np.asarray(ops.to_numpy(ops.as_array(law.logpmf(np.where(inside, k, start)))), dtype=float)
        if np.isnan(values).any():
            raise InvalidMeasure(
                f"logpmf({k[np.isnan(values)][0]:g}) is nan", argument=argument, remedy="return -inf where no mass is"
            )
        return np.where(inside, values, -np.inf)

    low, high = (float(end) for end in law.support)
    start = low if math.isfinite(low) else high if math.isfinite(high) else 0.0
    marks = np.round(np.ravel(np.asarray(ops.to_numpy(ops.as_array(law.landmarks)), dtype=float)))
    marks = np.unique(np.append(marks[np.isfinite(marks)], start))
    heavy = marks[logs(marks) > DEEP]
    marks = heavy if len(heavy) else marks
    first, last = _reach(logs, marks, low, -1.0), _reach(logs, marks, high, 1.0)
    cut = last - first >= MOST
    if cut:
        centre = float(marks[len(marks) // 2])
        first, last = max(first, centre - MOST // 2), min(last, centre + MOST // 2)
    points = np.arange(first, last + 1)
    log_masses = logs(points)
    masses = np.exp(log_masses)
    off = abs(float(masses.sum()) - 1)
    tail = _power(log_masses, points) if cut else math.inf
    if not off <= TOLERANCE and not tail <= 1:  # the mean of such a tail is infinite, whatever it holds
        if cut or off < 0.5:
            raise UnsupportedLaw(
                f"more than {MOST} atoms hold its mass; these sum to {masses.sum():.9g}",
                argument=argument,
                remedy="widen its landmarks if its mass lies elsewhere, or use a Density near it",
            )
        raise InvalidMeasure(
            f"the law sums to {masses.sum():.9g}, not 1",
            argument=argument,
            value=float(masses.sum()),
            remedy="subtract the log of that from logpmf, or name places of much mass as landmarks=(...)",
        )
    kept = masses > 0
    return points[kept], masses[kept], off, tail


def _reach(logs: Any, marks: np.ndarray, end: float, sign: float) -> float:
    """The place past which, from every mark, the masses stay below DEEP; the end of the support at most."""
    steps = 2.0 ** np.arange(0, 40)
    outermost = float(marks[-1] if sign > 0 else marks[0])
    if math.isfinite(end) and abs(end - outermost) < 2**16:
        return end
    found = outermost
    for mark in marks:
        places = mark + sign * steps
        deep = np.flatnonzero(logs(places) < DEEP)
        reach = float(places[deep[0]] if len(deep) else places[-1])
        found = max(found * sign, reach * sign) * sign
    return min(found, end) if sign > 0 else max(found, end)


def _power(log_masses: np.ndarray, points: np.ndarray) -> float:
    """a of masses that fall as k^(-a - 1) at the last atoms, inf where they fall faster."""
    k = np.asarray([len(points) // 2, len(points) - 1])
    rise = np.diff(log_masses[k])[0] / np.log(2.0)
    return float(-rise - 1) if rise > -60 else math.inf
