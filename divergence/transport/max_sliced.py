"""Max-sliced W_p: the direction along which two samples in space lie farthest apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidParameter, UnsupportedLaw
from ..estimate.resampling import check_resampling, generator, pooled
from ..evaluation import Evaluation
from .coupling import coupling
from .sliced import along
from .wasserstein import check_order, wasserstein

STEPS = 0.5 ** np.arange(0, 24, 1.5)  # tangents of the angles tried on each ascent, from 45° down
GAIN = 1e-12  # the relative gain at which an ascent stops


def max_sliced_wasserstein(order: float, *, starts: int = 8) -> MaxSlicedWasserstein:
    """MSW_p(P, Q) = max over unit directions θ of W_p(θ·P, θ·Q), sought by gradient ascent from `starts` directions.

    >>> max_sliced_wasserstein(2)
    <max_sliced_wasserstein(2): max of W_2 over directions, by ascent from 8 of them, in [0, inf]>

    Raises InvalidParameter for an order that is no finite number >= 1 or starts that are no integer >= 1.
    """
    if isinstance(starts, bool) or not isinstance(starts, int | np.integer) or starts < 1:
        raise InvalidParameter(
            f"{starts!r} is no number of directions", argument="starts", value=starts, remedy="write an integer >= 1"
        )
    return MaxSlicedWasserstein(check_order(order), int(starts))


@dataclass(frozen=True, eq=False)
class Slice(Evaluation):
    """W_p along one `direction` (d,), a unit vector."""

    direction: Any = None


@dataclass(frozen=True)
class MaxSlicedWasserstein:
    """MSW_p, in [0, ∞), in the unit of the points; a metric. What is found is a lower bound of it.

    W_p along θ has many local maxima, and no method finds the largest for sure: every direction gives a lower bound,
    and the best one found is returned. Nothing is random: it starts from the difference of the means, the axes in which
    the covariances differ and the principal axes, the best of them first. Source: Deshpande et al. 2019.
    """

    order: float
    starts: int

    @property
    def name(self) -> str:
        return f"max_sliced_wasserstein({self.order:g})"

    def __repr__(self) -> str:
        return (
            f"<{self.name}: max of W_{self.order:g} over directions, by ascent from {self.starts} of them, in [0, inf]>"
        )

    def __call__(self, p: Any, q: Any) -> Any:
        """Refused: `estimate` takes samples."""
        raise UnsupportedLaw(
            "max-sliced distances are those of samples",
            argument="p, q",
            remedy=f"write {self.name}.estimate(x, y) for samples; wasserstein(order) takes Discrete in space",
        )

    def estimate(self, x: Any, y: Any, *, rng: Any = None, confidence: float = 0.95, resamples: int = 999) -> Slice:
        """The largest W_p found along a direction between samples x (n, d) and y (m, d), and that `direction`.

        The error is the rounding of W_p along it. On the samples it was chosen by, a direction looks better than it is:
        with `rng` it is sought in one random half of either sample, and the interval reaches from the lower end of
        W_p of the other halves along it to infinity. That holds MSW_p of the laws behind the samples as often as it
        says, and is all that is known: how much larger the maximum is nothing says.

        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 3)) + np.array([0.0, 2.0, 0.0])
        >>> found = max_sliced_wasserstein(2).estimate(x, y)
        >>> bool(abs(found.direction[1]) > 0.99), found.value > 1.9
        (True, True)

        Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ,
        InvalidParameter for confidence, resamples or rng.
        """
        resamples, confidence = check_resampling(resamples, confidence)
        points, n, m = pooled(x, y)
        rows = points.reshape(len(points), -1)
        x, y = rows[:n], rows[n:]
        direction, tried = self._best(x, y)
        line = wasserstein(self.order)
        found = line.estimate(x @ direction, y @ direction)
        method = f"the largest W_{self.order:g} found from {tried} directions, a lower bound of the maximum over all"
        if rng is None:
            return Slice(found.value, found.error, method, direction=direction)
        if min(n, m) < 4:
            raise InvalidParameter(
                f"{n} and {m} samples have no halves",
                argument="rng",
                value=rng,
                remedy="give at least four samples of either law, or leave rng away",
            )
        rng = generator(rng)
        halves = [np.array_split(s[rng.permutation(len(s))], 2) for s in (x, y)]
        (x, other_x), (y, other_y) = halves
        half, _ = self._best(x, y)
        held = line.estimate(other_x @ half, other_y @ half, confidence=confidence, resamples=resamples, rng=rng)
        method += "; the interval from W_p of the other halves along the direction of random halves"
        return Slice(found.value, math.inf, method, confidence, (held.lower, math.inf), direction)

    def _best(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, int]:
        """The best direction (d,) found, and from how many it was sought."""
        d = x.shape[1]
        if d == 1:
            return np.ones(1), 1
        largest = max(float(np.abs(x).max()), float(np.abs(y).max()))
        if largest > 0:  # the direction has no unit, and no square shall overflow or vanish
            unit = 2.0 ** min(math.frexp(largest)[1], 1023)
            x, y = x / unit, y / unit
        directions = _starts(x, y)
        order = np.argsort(-along(x, y, directions, self.order), kind="stable")[: self.starts]
        found = [self._ascend(x, y, directions[:, k]) for k in order]
        return max(found, key=lambda one: one[1])[0], len(order)

    def _ascend(self, x: np.ndarray, y: np.ndarray, direction: np.ndarray) -> tuple[np.ndarray, float]:
        """A local maximum above a direction, and W_p there."""
        value = float(along(x, y, direction[:, None], self.order)[0])
        widths, i, j = coupling(np.ones(len(x)), np.ones(len(y)))
        for _ in range(200):
            by_x, by_y = np.argsort(x @ direction)[i], np.argsort(y @ direction)[j]
            apart = x[by_x] - y[by_y]
            along_it = apart @ direction
            largest = float(np.abs(along_it).max())
            if largest == 0:
                return direction, value
            pull = widths * np.sign(along_it) * np.abs(along_it / largest) ** (self.order - 1)
            slope = pull @ apart
            slope = slope - (slope @ direction) * direction
            size = float(np.linalg.norm(slope))
            if size == 0:
                return direction, value
            tried = direction[:, None] + slope[:, None] / size * STEPS
            tried /= np.linalg.norm(tried, axis=0)
            values = along(x, y, tried, self.order)
            best = int(np.argmax(values))
            if not values[best] > value * (1 + GAIN):
                return direction, value
            direction, value = tried[:, best], float(values[best])
        return direction, value


def _starts(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(d, L): the difference of the means, and the axes of the difference and of the sum of the covariances."""
    d = x.shape[1]
    shift = x.mean(axis=0) - y.mean(axis=0)
    first, second = (np.cov(s.T, bias=True).reshape(d, d) for s in (x, y))
    found = [np.linalg.eigh(first - second)[1], np.linalg.eigh(first + second)[1]]
    if np.linalg.norm(shift) > 0:
        found.insert(0, shift[:, None] / np.linalg.norm(shift))
    return np.concatenate(found, axis=1)
