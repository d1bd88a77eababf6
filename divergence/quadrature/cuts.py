"""Where the line is cut before anything is integrated: at support ends and landmarks, by octaves towards the ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .densities import Pair, Side
from .panels import Panels

FAR = 345.0  # log of the farthest and of the nearest distance at which a density is asked for: squares of it are floats
NEAR_END = 2.0**-26  # times a support end that is not 0: nearer to it than that, x does not resolve the distance
WIDE = 4.0  # a panel with distances from an end or the centre in a larger ratio is measured in their logarithm


@dataclass(frozen=True)
class Edges:
    """Where the outermost panels stop: at s of the coordinate origin + turn e^s, below it (`inward`) or above."""

    index: np.ndarray
    origin: np.ndarray
    turn: np.ndarray
    start: np.ndarray  # the s of a place well inside
    s: np.ndarray
    inward: np.ndarray

    def __len__(self) -> int:
        return len(self.index)


def cut(pair: Pair, more: np.ndarray | None = None) -> tuple[Panels, Edges]:
    """The first panels of all pairs, from the marks of both laws, three or more of each pair, and from `more`."""
    low, high = pair.low, pair.high
    walls = [wall for side in pair.sides for wall in _walls(side)]
    marks = np.concatenate([side.marks for side in pair.sides] + ([] if more is None else [more]))
    marks = np.where((marks > low) & (marks < high), marks, np.nan)
    everyone = np.arange(pair.size)
    for wall in walls:
        marks = np.where(np.abs(marks - wall.place) <= wall.near, np.nan, marks)
    centre = median(marks)
    marks = np.where(np.abs(marks - centre) < np.exp(FAR), marks, np.nan)
    points = np.sort(np.concatenate([marks, [wall.place for wall in walls]]), axis=0)
    a, b = points[:-1], points[1:]
    kept = b > a
    index = np.broadcast_to(everyone, a.shape)[kept]
    a, b = a[kept], b[kept]
    # how near to a wall on its left, on its right, a panel goes; infinite where it touches none
    left, right = (_reached(walls, x, index, turn) for x, turn in ((a, 1.0), (b, -1.0)))
    both = np.isfinite(left) & np.isfinite(right)
    if both.any():  # such a panel is parted in its middle
        middle = a / 2 + b / 2
        index = np.concatenate([index, index[both]])
        none = np.full(int(both.sum()), np.inf)
        a, b, left, right = (
            np.concatenate([a, middle[both]]),
            np.concatenate([np.where(both, middle, b), b[both]]),
            np.concatenate([left, none]),
            np.concatenate([np.where(both, np.inf, right), right[both]]),
        )
    inner = np.isinf(left) & np.isinf(right)
    parts = [_inner(pair, centre, index[inner], a[inner], b[inner])]
    edges = []
    for nearest, turn in ((left, 1.0), (right, -1.0)):
        touching = np.isfinite(nearest)
        i, near, far = index[touching], (a if turn > 0 else b)[touching], (b if turn > 0 else a)[touching]
        first, last = np.log(turn * (far - near)), np.log(nearest[touching])
        parts.append(_octaves(i, first, last, near, turn))
        start = np.log(np.maximum(np.abs(centre[i] - near), turn * (far - near)))
        edges.append(Edges(i, near, np.full(len(i), turn), start, last, np.ones(len(i), bool)))
    for infinite, outermost, turn in (
        (low == -np.inf, points[0], -1.0),
        (high == np.inf, points[np.maximum(np.isfinite(points).sum(axis=0) - 1, 0), everyone], 1.0),
    ):
        i = everyone[infinite]
        first = np.log(turn * (outermost - centre)[infinite])
        last = np.full(len(i), FAR)
        parts.append(_octaves(i, first, last, centre[i], turn))
        start = np.log(np.maximum(np.abs(centre[i]) * 2.0**-50, np.exp(-FAR)))
        edges.append(Edges(i, centre[i], np.full(len(i), turn), start, last, np.zeros(len(i), bool)))
    joined = Edges(*(np.concatenate(x) for x in zip(*(vars(e).values() for e in edges))))
    return Panels.joined(*parts), joined


def median(marks: np.ndarray) -> np.ndarray:
    """The middle one of each column's marks, the lower of two; nan for none."""
    marks = np.sort(marks, axis=0)
    count = np.isfinite(marks).sum(axis=0)
    return np.where(count > 0, marks[np.maximum(count - 1, 0) // 2, np.arange(marks.shape[1])], np.nan)


@dataclass(frozen=True)
class Wall:
    """A place of each pair at which its density may be singular on the side `turn`: an end of the support or a pole."""

    place: np.ndarray  # nan where there is none
    turn: float
    near: np.ndarray  # the least distance from it at which a density is asked for


def _walls(side: Side) -> list[Wall]:
    found = []
    for place, turn in ((side.low, 1.0), (side.high, -1.0), *((pole, t) for pole in side.poles for t in (1.0, -1.0))):
        place = np.where(np.isfinite(place), place, np.nan)
        away = np.abs(side.marks - place)
        scale = median(np.where(away > 0, away, np.nan))
        near = np.fmin(np.abs(place) * NEAR_END, scale * 2.0**-16)
        found.append(Wall(place, turn, np.fmax(near, np.exp(-FAR))))
    return found


def _reached(walls: list[Wall], x: np.ndarray, index: np.ndarray, turn: float) -> np.ndarray:
    near = np.full(len(x), np.inf)
    for wall in walls:
        if wall.turn == turn:
            near = np.where(x == wall.place[index], np.minimum(near, wall.near[index]), near)
    return near


def _inner(pair: Pair, centre: np.ndarray, index: np.ndarray, a: np.ndarray, b: np.ndarray) -> Panels:
    """Panels between marks: in the logarithm of the distance from an end or from the centre where they are wide."""
    middle = a / 2 + b / 2
    origin, turn, widest = middle, np.zeros(len(a)), np.full(len(a), WIDE)
    with np.errstate(invalid="ignore", divide="ignore"):
        for side in pair.sides:
            for end, sign in ((side.low[index], 1.0), (side.high[index], -1.0)):
                origin, turn, widest = _better(a, b, end, sign, origin, turn, widest)
        for sign in (1.0, -1.0):
            origin, turn, widest = _better(a, b, centre[index], sign, origin, turn, widest)
        near, far = np.where(turn < 0, b, a), np.where(turn < 0, a, b)
        s0 = np.where(turn == 0, a - origin, np.log(turn * (near - origin)))
        s1 = np.where(turn == 0, b - origin, np.log(turn * (far - origin)))
    return Panels(index, s0, s1, origin, turn)


Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def _better(a: np.ndarray, b: np.ndarray, end: np.ndarray, sign: float, *best: np.ndarray) -> Three:
    """Origin, turn and the ratio of distances of each panel [a, b], of `end` where that ratio is larger."""
    origin, turn, widest = best
    near, far = (a - end, b - end) if sign > 0 else (end - b, end - a)
    ratio = np.where(np.isfinite(end) & (near > np.abs(end) * NEAR_END), far / near, 0.0)
    wider = ratio > widest
    return np.where(wider, end, origin), np.where(wider, sign, turn), np.where(wider, ratio, widest)


def _octaves(index: np.ndarray, first: np.ndarray, last: np.ndarray, origin: np.ndarray, turn: float) -> Panels:
    """Panels of the logarithmic coordinate from `first` to `last` whose widths are 1, 4, 16, ..."""
    steps = np.concatenate([[0.0], np.cumsum(4.0 ** np.arange(6))])
    sign = np.sign(last - first)
    s = first + sign * np.minimum(steps[:, None], np.abs(last - first))
    a, b = np.minimum(s[:-1], s[1:]), np.maximum(s[:-1], s[1:])
    kept = b > a
    here = np.broadcast_to(np.arange(len(index)), a.shape)[kept]
    return Panels(index[here], a[kept], b[kept], origin[here], np.full(len(here), turn))
