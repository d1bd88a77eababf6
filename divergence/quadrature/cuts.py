"""Where the line is cut before anything is integrated: at support ends and landmarks, by octaves towards the ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .densities import Pair
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
    p, q = pair.sides
    low, high = pair.low, pair.high
    middles = median(p.marks), median(q.marks)
    nearest = {id(side): [_nearest(end, m) for end in (side.low, side.high)] for side, m in zip(pair.sides, middles)}
    marks = np.concatenate([p.marks, q.marks, *([] if more is None else [more])])
    marks = np.where((marks > low) & (marks < high), marks, np.nan)
    everyone = np.arange(pair.size)
    ends = np.stack([p.low, p.high, q.low, q.high])
    for end, near in zip(ends, nearest[id(p)] + nearest[id(q)]):
        marks = np.where(np.isfinite(end) & (np.abs(marks - end) <= near), np.nan, marks)
    centre = median(marks)
    marks = np.where(np.abs(marks - centre) < np.exp(FAR), marks, np.nan)
    points = np.sort(np.concatenate([marks, np.where(np.isfinite(ends), ends, np.nan)]), axis=0)
    a, b = points[:-1], points[1:]
    kept = b > a
    index = np.broadcast_to(everyone, a.shape)[kept]
    a, b = a[kept], b[kept]
    # supports that meet in one panel are parted in its middle
    from_low = (a == p.low[index]) | (a == q.low[index])
    to_high = (b == p.high[index]) | (b == q.high[index])
    both = from_low & to_high
    if both.any():
        middle = a / 2 + b / 2
        index = np.concatenate([index, index[both]])
        a, b, from_low, to_high = (
            np.concatenate([a, middle[both]]),
            np.concatenate([np.where(both, middle, b), b[both]]),
            np.concatenate([from_low, ~both[both]]),
            np.concatenate([to_high & ~both, both[both]]),
        )
    inner = ~from_low & ~to_high
    parts = [_inner(pair, centre, index[inner], a[inner], b[inner])]
    edges = []
    for touching, turn in ((from_low, 1.0), (to_high, -1.0)):
        i, near, far = index[touching], (a if turn > 0 else b)[touching], (b if turn > 0 else a)[touching]
        own = [
            np.where(near == (side.low if turn > 0 else side.high)[i], nearest[id(side)][int(turn < 0)][i], np.inf)
            for side in pair.sides
        ]
        last = np.log(np.minimum(*own))
        first = np.log(turn * (far - near))
        parts.append(_octaves(i, first, last, near, turn))
        edges.append(
            Edges(i, near, np.full(len(i), turn), np.log(np.abs(centre[i] - near)), last, np.ones(len(i), bool))
        )
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


def _nearest(end: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """The least distance from an end at which a density is asked for; `middle` is a place inside the law."""
    with np.errstate(invalid="ignore"):
        near = np.fmin(np.abs(end) * NEAR_END, np.abs(middle - end) * 2.0**-16)
    return np.maximum(np.where(np.isfinite(end), near, 0.0), np.exp(-FAR))


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
