"""Sliced W_p: the mean of W_p^p over random directions, for samples in any dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from ..errors import InvalidParameter, UnsupportedLaw
from ..estimate.resampling import (
    Draws,
    Evaluator,
    bootstraps,
    check_resampling,
    deviations,
    generator,
    interval,
    merged,
    observed,
    pooled,
)
from ..evaluation import Evaluation
from .samples import uniform_rows
from .wasserstein import Wasserstein, check_order, cost

TILE = 2**22  # numbers of one block of projected samples, 32 MiB as float64


def sliced_wasserstein(order: float, projections: int) -> SlicedWasserstein:
    """SW_p(P, Q) = (mean over unit directions θ of W_p(θ·P, θ·Q)ᵖ)^(1/p), over `projections` random directions.

    >>> sliced_wasserstein(1, 100)
    <sliced_wasserstein(1, 100): (mean of W_1^1 over 100 directions)^(1/1), in [0, inf]>

    Raises InvalidParameter for an order that is no finite number >= 1 or projections that are no integer >= 1.
    """
    if isinstance(projections, bool) or not isinstance(projections, int | np.integer) or projections < 1:
        raise InvalidParameter(
            f"{projections!r} is no number of directions",
            argument="projections",
            value=projections,
            remedy="write an integer >= 1, such as 100",
        )
    return SlicedWasserstein(check_order(order), int(projections))


@dataclass(frozen=True)
class SlicedWasserstein:
    """SW_p, in [0, ∞), in the unit of the points; a metric in P and Q as the number of directions grows.

    Samples (n, d) are projected to the line along directions drawn uniformly from the sphere; W_p on the line does the
    rest. Data on the line (n,) has one direction up to its sign, and SW_p is W_p. Source: Bonneel et al. 2015.
    """

    order: float
    projections: int

    @property
    def name(self) -> str:
        return f"sliced_wasserstein({self.order:g}, {self.projections})"

    @property
    def root(self) -> float:
        return 1.0

    @property
    def norm(self) -> bool:
        return self.order == 1

    def __repr__(self) -> str:
        p = f"{self.order:g}"
        return f"<{self.name}: (mean of W_{p}^{p} over {self.projections} directions)^(1/{p}), in [0, inf]>"

    def __call__(self, p: Any, q: Any) -> Any:
        """Refused, for directions are drawn: `estimate` takes samples and the source of randomness."""
        raise UnsupportedLaw(
            "directions are random, and a call takes no source of randomness",
            argument="p, q",
            remedy=f"write {self.name}.estimate(x, y, rng=0) for samples; wasserstein(order) takes Discrete in space",
        )

    def estimate(self, x: Any, y: Any, *, rng: Any, confidence: float = 0.95, resamples: int = 999) -> Evaluation:
        """SW_p of the laws behind samples x (n, d) and y (m, d), along directions drawn with `rng`.

        The value is that of the empirical laws along these directions. The interval is for the laws behind them and
        for every direction there is: the confidence left over is shared between the triangle inequality on bootstrap
        resamples with the directions held fixed, and Student's interval for the mean of wᵖ over directions, which wants
        thirty of them or more. From one direction nothing is known of the others: the interval is [0, ∞).

        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(200, 3)), rng.normal(size=(200, 3)) + 1.0
        >>> found = sliced_wasserstein(2, 50).estimate(x, y, rng=0)
        >>> found.lower < found.value < found.upper
        True

        Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ,
        InvalidParameter for confidence, resamples or rng.
        """
        resamples, confidence = check_resampling(resamples, confidence)
        points, n, m = pooled(x, y)
        rng = generator(rng)
        directions = self.directions(points, rng)
        found = along(points[:n], points[n:], directions, self.order)
        value = float(power_mean(found[None, :], self.order)[0])
        moved = deviations(
            [self], [self._evaluator(points, directions)], bootstraps(n, m, resamples, rng), observed(n, m)
        )
        if points.ndim == 1 or points.shape[1] == 1:
            low, high = interval(value, moved, confidence, self.root)
            told = "the line"
        else:
            each = (1 + confidence) / 2
            low, high = interval(value, moved, each, self.root)
            least, most = over_directions(found, self.order, each)
            low, high = max(low - (value - least), 0.0), high + (most - value)
            told = f"{directions.shape[1]} random directions, the mean over all of them in [{least:.4g}, {most:.4g}]"
        method = f"{n} and {m} samples along {told}, triangle inequality on {resamples} bootstrap resamples"
        return Evaluation(value, (high - low) / 2, method, confidence, (low, high))

    def directions(self, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(d, projections) unit vectors, uniform on the sphere; on the line the only one there is, (1, 1)."""
        if points.ndim == 1:
            return np.ones((1, 1))
        g = rng.normal(size=(points.shape[1], self.projections))
        return g / np.linalg.norm(g, axis=0)

    def on_pooled(self, points: np.ndarray, rng: np.random.Generator) -> Evaluator:
        """The statistic for resampling, on pooled points (N,) or (N, d), its directions drawn once."""
        points, merge = merged(points)
        evaluate = self._evaluator(points, self.directions(points, rng))
        return lambda draws: evaluate(merge(draws))

    def _evaluator(self, points: np.ndarray, directions: np.ndarray) -> Evaluator:
        line = Wasserstein(self.order)
        slices = [line.on_pooled(column) for column in project(points, directions).T]

        def evaluate(draws: Draws) -> np.ndarray:
            return power_mean(np.stack([one(draws) for one in slices], axis=1), self.order)

        return evaluate


def project(points: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(n, L) positions of points (n,) or (n, d) along directions (d, L), each direction's lying side by side."""
    return (directions.T @ (points[None, :] if points.ndim == 1 else points.T)).T


def along(x: np.ndarray, y: np.ndarray, directions: np.ndarray, order: float) -> np.ndarray:
    """(L,): W_p of samples x and y along each direction."""
    step = max(1, TILE // max(len(x), len(y)))
    blocks = (directions[:, start : start + step] for start in range(0, directions.shape[1], step))
    return np.concatenate([uniform_rows(project(x, block).T, project(y, block).T, order) for block in blocks])


def power_mean(distances: np.ndarray, order: float) -> np.ndarray:
    """(mean of wᵖ)^(1/p) along the last axis, the largest scaled out."""
    share = np.full(distances.shape[-1], 1 / distances.shape[-1])
    return cost(distances, np.zeros_like(distances), share, order)


def over_directions(found: np.ndarray, order: float, confidence: float) -> tuple[float, float]:
    """An interval for (E wᵖ)^(1/p) over all directions from `found` (L,), by Student's for the mean of wᵖ."""
    count, largest = len(found), float(found.max())
    if largest == 0:
        return 0.0, 0.0
    if count == 1:
        return 0.0, np.inf
    powers = (found / largest) ** order
    half = stdtrit(count - 1, (1 + confidence) / 2) * np.std(powers, ddof=1) / np.sqrt(count)
    ends = np.maximum(powers.mean() + np.array([-half, half]), 0.0) ** (1 / order)
    return float(ends[0] * largest), float(ends[1] * largest)
