"""Where a box is cut before anything is integrated: beside the modes of both laws, and far out in logarithms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..density import Density

Log = Callable[[np.ndarray], np.ndarray]
REACH = 40.0  # beyond e^40 times the distance of the outermost mark nothing is looked at
FALLS = (8.0, 32.0)  # logs below a peak at which marks are set on either side; the nearer for heavy tails only
HEAVY = 4.0  # ratio of their distances that tells


@dataclass(frozen=True)
class Cells:
    """n boxes of the coordinates that `origin` and `turn` name, as of `Panels`, all (n, d)."""

    low: np.ndarray
    high: np.ndarray
    origin: np.ndarray
    turn: np.ndarray
    edge: np.ndarray  # where `high` ends and the law does not, else infinite

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, chosen: Any) -> Cells:
        return Cells(*(x[chosen] for x in vars(self).values()))

    def halves(self, axis: np.ndarray) -> Cells:
        n = np.arange(len(self))
        middle = (self.low[n, axis] + self.high[n, axis]) / 2
        low, high = np.concatenate([self.low, self.low]), np.concatenate([self.high, self.high])
        high[n, axis], low[len(n) + n, axis] = middle, middle
        return Cells(low, high, *(np.concatenate([x, x]) for x in (self.origin, self.turn, self.edge)))


def cells_of(box: np.ndarray, laws: list[Log], supports: list[np.ndarray], given: tuple[Density, ...]) -> Cells:
    """The product of panels of each side, cut at support ends and beside the modes of both laws."""
    marks: list[list[float]] = [[] for _ in box.T]
    for log, support, law in zip(laws, supports, given):
        for mode in _modes(log, support, law.landmarks):
            for i in range(len(marks)):
                marks[i] += [float(mode[i]), *_beside(log, mode, i, support[i])]
    sides = []
    for i, (low, high) in enumerate(box.T):
        ends = [end for support in supports for end in support[i]]
        inside = np.unique([m for m in (*marks[i], *ends) if low < m < high and math.isfinite(m)])
        if len(inside) > 1:  # cuts beside each other do not help
            inside = inside[np.concatenate([[True], np.diff(inside) > 1e-3 * np.ptp(inside) / len(inside)])]
        if len(inside) < 2:
            middle = inside[0] if len(inside) else _inside(low, high)
            step = min(1.0, *(abs(end - middle) / 2 for end in (low, high)))
            inside = np.asarray([middle - step, middle + step])
        sides.append(_side(float(low), float(high), inside))
    grids = np.meshgrid(*(np.arange(len(side[0])) for side in sides), indexing="ij")
    pick = [[x[grid.ravel()] for x in side] for side, grid in zip(sides, grids)]
    return Cells(*(np.stack(x, axis=-1) for x in zip(*pick)))


def _inside(low: float, high: float) -> float:
    if math.isfinite(low) and math.isfinite(high):
        return (low + high) / 2
    return low + 1 if math.isfinite(low) else high - 1 if math.isfinite(high) else 0.0


def _side(low: float, high: float, marks: np.ndarray) -> tuple[np.ndarray, ...]:
    """The fields of `Cells` for panels of one side, end to end, infinite ones in the logarithm of a distance."""
    points = np.concatenate([[low] * math.isfinite(low), marks, [high] * math.isfinite(high)])
    middle = (points[:-1] + points[1:]) / 2
    a, b = points[:-1] - middle, points[1:] - middle
    turn, origin = np.zeros(len(a)), middle
    centre = float((marks[0] + marks[-1]) / 2)
    # towards a far mark in the logarithm of the distance from the centre, as beyond it
    left, right = points[:-1] - centre, points[1:] - centre
    near, far = np.where(middle > centre, left, -right), np.where(middle > centre, right, -left)
    wide = (far > HEAVY * near) & (near > 2.0**-26 * np.maximum(far, abs(centre)))
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = np.where(wide, np.log(near), a), np.where(wide, np.log(far), b)
    turn, origin = np.where(wide, np.where(middle > centre, 1.0, -1.0), 0.0), np.where(wide, centre, origin)
    edge = np.full(len(a), math.inf)
    for end, sign in ((low, -1.0), (high, 1.0)):
        if math.isinf(end):
            s = math.log(sign * ((marks[-1] if sign > 0 else marks[0]) - centre))
            a, b = np.append(a, s), np.append(b, s + REACH)
            origin, turn, edge = np.append(origin, centre), np.append(turn, sign), np.append(edge, s + REACH)
    return a, b, origin, turn, edge


def _modes(log: Log, support: np.ndarray, landmarks: Any) -> list[np.ndarray]:
    """Peaks of a density uphill from its landmarks and from a place inside."""
    from scipy.optimize import minimize

    d = len(support)
    starts = [np.asarray(x, dtype=float) for x in np.reshape(np.asarray(landmarks, dtype=float), (-1, d))]
    starts = starts or [np.asarray([_inside(*side) for side in support])]
    modes: list[np.ndarray] = []
    for start in starts:
        height = float(log(start[None])[0])

        def depth(x: np.ndarray, height: float = height if math.isfinite(height) else 0.0) -> float:
            value = float(log(x[None])[0])
            return height - value if math.isfinite(value) else math.copysign(1e300, -value)

        best: Any = minimize(
            depth, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 2000}
        )
        modes.append(best.x if best.fun < 0 else start)
    return modes


def _beside(log: Log, mode: np.ndarray, axis: int, support: np.ndarray) -> list[float]:
    """The places on the axis through a mode where the density has fallen by FALLS."""
    steps = 2.0 ** np.arange(-120, 120)
    top = float(log(mode[None])[0])
    found = []
    for sign in (-1.0, 1.0):
        x = np.repeat(mode[None], len(steps), axis=0)
        x[:, axis] += sign * steps
        inside = (x[:, axis] > support[0]) & (x[:, axis] < support[1])
        fall = np.where(inside, top - log(x), 0.0) if math.isfinite(top) else np.zeros(len(steps))
        reached = [np.flatnonzero(fall >= level) for level in FALLS]
        near, far = (int(k[0]) if len(k) else None for k in reached)
        if far is not None:
            found.append(float(x[far, axis]))
        if near is not None and (far is None or steps[far] > HEAVY * steps[near]):
            found.append(float(x[near, axis]))
    return found
