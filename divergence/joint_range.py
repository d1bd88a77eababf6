"""The joint range of total variation and one row: what the value of D_f alone says about TV, sharp for every row.

The least D_f at TV = τ is met by laws of two atoms, since merging the atoms where p > q, and the others, keeps TV and
never raises D_f. The greatest is (f(0) + f'(∞)) τ, met where p and q agree except on atoms that one of them lacks.
Mixtures meet everything between, so every inequality between D_f and TV, such as Pinsker's, Bretagnolle and Huber's or
Hellinger's, is a curve outside these two. Source: Harremoës & Vajda 2011, On pairs of f-divergences.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .generators import Generator
from .ops import numpy_words, quiet

DEEP = 744.0  # the logit of the smallest float, with its sign turned


def least(row: Generator, tv: float) -> float:
    """min D_f(P||Q) over all pairs with total variation `tv`.

    >>> from divergence.generators import GENERATORS
    >>> round(least(GENERATORS["pearson"], 0.25), 12), round(least(GENERATORS["pearson"], 0.75), 12)
    (0.25, 3.0)

    Those are 4 TV², up to TV = ½, and TV/(1 − TV).
    """
    return _least(row, tv, 1 - tv)[1]


def two_atoms(row: Generator, tv: float) -> tuple[np.ndarray, np.ndarray]:
    """p and q (2,) with total variation `tv` and D_f the least possible."""
    q, p = ((1 - tv) * share for share in _shares(_least(row, tv, 1 - tv)[0]))
    return np.asarray([1 - p, p]), np.asarray([q, 1 - q])


def implied_total_variation(row: Generator, low: float, high: float | None = None) -> tuple[float, float]:
    """The least and the largest total variation of the pairs whose D_f is `low`, or lies in [low, high].

    Where f(0) + f'(∞) is infinite, D_f > 0 excludes no TV > 0, and the least is given as 0.

    >>> from divergence.generators import GENERATORS
    >>> implied_total_variation(GENERATORS["squared_hellinger"], 0.1)  # H², and H sqrt(2 − H²)
    (0.1, 0.43588989435...)
    """
    high = max(low if high is None else high, 0.0)
    lowest = min(max(low, 0.0) / row.bound, 1.0) if math.isfinite(row.bound) else 0.0
    if high >= row.bound:
        return lowest, 1.0
    left, right = -DEEP, DEEP  # of the logit of TV, so that neither TV nor 1 - TV loses digits
    while right - left > 1e-13 * max(1.0, abs(left)):
        middle = (left + right) / 2
        tv, overlap = _shares(middle)
        left, right = (middle, right) if _least(row, tv, overlap)[1] <= high else (left, middle)
    return lowest, max(_shares(right)[0], lowest)


def _shares(logit: float) -> tuple[float, float]:
    """x and 1 - x."""
    return float(_sigmoid(np.asarray(logit))), float(_sigmoid(np.asarray(-logit)))


def _least(row: Generator, tv: float, overlap: float) -> tuple[float, float]:
    """Where two atoms best divide the overlap 1 - tv, as the logit of the part x of q's first, and D_f there."""
    o, other = numpy_words(), row.reverse

    def ended(side: Generator, t: np.ndarray, s: np.ndarray) -> np.ndarray:
        return o.where(t == 0, o.like(t, side.at_zero), side.f(t, s, o))

    def between(logit: np.ndarray) -> np.ndarray:
        """D_f of p = (τ + ε x, ε (1 − x)) and q = (ε x, 1 − ε x), ε = 1 − τ: convex in x."""
        q, p = overlap * _sigmoid(logit), overlap * _sigmoid(-logit)
        above, below = tv + q, tv + p  # the larger mass of either atom
        with quiet():
            value = above * ended(other, q / above, -tv / above) + below * ended(row, p / below, -tv / below)
        return o.where(np.isnan(value), o.like(value, math.inf), value)

    if row.symmetric:  # and so least in the middle
        return 0.0, float(between(np.zeros(1))[0])
    return _lowest(between)


def _lowest(function: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """Where a function that falls and then rises over the extended line is least, and its value there."""
    grid = np.concatenate([[-math.inf], np.linspace(-DEEP, DEEP, 257), [math.inf]])
    place, value = math.inf, math.inf
    while True:
        values = function(grid)
        i = int(np.argmin(values))
        if values[i] < value:
            place, value = float(grid[i]), float(values[i])
        left, right = max(grid[max(i - 1, 0)], -DEEP), min(grid[min(i + 1, len(grid) - 1)], DEEP)
        if right - left < 1e-7:
            return place, value
        grid = np.linspace(left, right, 65)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))
    return np.where(x > 0, 1 / (1 + small), small / (1 + small))
