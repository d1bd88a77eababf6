"""Maximum mean discrepancy: how far the means of two laws lie apart in the space of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidParameter
from .estimate.resampling import (
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
from .evaluation import Evaluation
from .integral_metric import pair, quadratic_form
from .kernels import Kernel, kernel_named, median_distance

Array = Any


def mmd(kernel: str = "gaussian", *, scale: float | None = None) -> MMD:
    """MMD²(P, Q) = E k(X, X') + E k(Y, Y') − 2 E k(X, Y), k(x, y) = κ(|x − y|/scale); X, X' from P and Y, Y' from Q.

    >>> import numpy as np
    >>> from divergence import Discrete
    >>> p, q = Discrete(np.array([1.0]), np.array([0.0])), Discrete(np.array([1.0]), np.array([1.0]))
    >>> float(mmd("laplace", scale=1.0)(p, q))  # 2 − 2/e
    1.26424...
    >>> mmd("matern32")
    <mmd(matern32, scale=median): E k(X, X') + E k(Y, Y') − 2 E k(X, Y), κ(r) = (1 + √3 r) exp(−√3 r)>

    `kernel` is gaussian, laplace, matern32, matern52, inverse_multiquadric or distance, whose κ(r) = −r has no scale
    and whose MMD² is `energy`. Without `scale` it is the median distance of the points of both laws, as the name and
    every `method` says; it is then a constant, which nothing is differentiated by.

    Raises InvalidParameter for other kernels and for a scale that is not positive. Source: Gretton et al. 2012.
    """
    row = kernel_named(kernel)
    if scale is not None and (
        isinstance(scale, bool) or not isinstance(scale, int | float | np.number) or not 0 < scale < np.inf
    ):
        raise InvalidParameter(
            f"{scale!r} is no scale", argument="scale", value=scale, remedy="write a finite number > 0, or None"
        )
    if scale is not None and not row.scaled:
        raise InvalidParameter(
            f"the kernel {kernel} has none", argument="scale", value=scale, remedy="leave scale away"
        )
    return MMD(row, None if scale is None else float(scale))


@dataclass(frozen=True)
class MMD:
    """MMD², in [0, ∞), without a unit (in that of the points for `distance`); its root is a metric.

    Call it on `Discrete(p, points)` and `Discrete(q, points)`, masses (..., k), points (k,) or (k, d); batches
    broadcast, the points may differ. Returns (...), in the dtype and on the device of the input, differentiable in
    masses and points. It is computed as Σ s_i s_j k(z_i, z_j) with s = P − Q, tile by tile, also backwards, so that
    memory is bounded; nonnegative up to rounding, and exactly 0 at equal masses on one alphabet.
    """

    kernel: Kernel
    scale: float | None

    @property
    def name(self) -> str:
        if not self.kernel.scaled:
            return f"mmd({self.kernel.name})"
        return f"mmd({self.kernel.name}, scale={'median' if self.scale is None else f'{self.scale:g}'})"

    @property
    def root(self) -> float:
        return 0.5

    @property
    def norm(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self.name}: E k(X, X') + E k(Y, Y') − 2 E k(X, Y), κ(r) = {self.kernel.text}>"

    def __call__(self, p: Any, q: Any) -> Array:
        laws = pair(p, q, self.name, line=False)
        points, signed = laws.signed()
        points = laws.xp.reshape(points, (points.shape[0], -1))
        scale, _ = self._scale(ops.to_numpy(points))
        return laws.result(quadratic_form(points, signed, self._entries(scale)))

    def estimate(
        self,
        x: Any,
        y: Any,
        *,
        statistic: str = "V",
        rng: Any = None,
        confidence: float = 0.95,
        resamples: int = 999,
    ) -> Evaluation:
        """MMD² of the laws behind samples x (n,) or (n, d) and y (m, d).

        - "V" is that of the empirical laws: at least 0, and too large by about 1/n + 1/m.
        - "U" leaves out the pairs of a point with itself: unbiased, and below 0 half the time where P = Q.
        - "linear" is the mean of k(x, x') + k(y, y') − k(x, y') − k(x', y) over pairs of neighbours in the order given:
          unbiased, O(n), for samples that are independent; noisier by far.

        With `rng` V and U carry the interval that holds MMD to within what the bootstrap says the samples lie from
        their laws, with the scale held fixed; it covers at least as often as it says. It is one for MMD² ≥ 0, also of
        U, whose value may lie below it. Without `rng` the error is rounding. The interval of "linear" comes from the
        central limit theorem, and needs no `rng`.

        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(100, 2)), rng.normal(1.0, 1.0, size=(100, 2))
        >>> found = mmd("gaussian", scale=1.0).estimate(x, y, rng=0)
        >>> found.lower < found.value < found.upper
        True
        >>> mmd().estimate(x, y).method
        'V-statistic of 100 and 100 samples, gaussian kernel, scale 1.78305, the median distance of all points'

        Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ,
        InvalidParameter for statistic, resamples, confidence or rng.
        """
        resamples, confidence = check_resampling(resamples, confidence)
        if statistic not in ("V", "U", "linear"):
            raise InvalidParameter(
                f"{statistic!r} is no statistic", argument="statistic", value=statistic, remedy="write V, U or linear"
            )
        points, n, m = pooled(x, y)
        rows = points.reshape(len(points), -1)
        scale, text = self._scale(rows)
        what = f"{statistic}-statistic of {n} and {m} samples, {self.kernel.name} kernel{text and ', ' + text}"
        if statistic == "linear":
            return self._linear(rows[:n], rows[n:], scale, confidence, what)
        evaluate, sample = self._evaluator(points, scale), observed(n, m)
        value = biased = float(evaluate(sample)[0])
        if statistic == "U":
            value = self._unbiased(biased, rows, n, m, scale)
        if rng is None:
            size = float(np.abs(self.kernel.entries(rows[:1], rows, scale)).max())
            return Evaluation(value, 64 * np.finfo(float).eps * size, what)
        moved = deviations([self], [evaluate], bootstraps(n, m, resamples, generator(rng)), sample)
        low, high = interval(biased, moved, confidence, self.root)
        method = f"{what}, triangle inequality on {resamples} bootstrap resamples"
        return Evaluation(value, (high - low) / 2, method, confidence, (low, high))

    def on_pooled(self, points: np.ndarray, rng: Any = None) -> Evaluator:
        """The V-statistic for resampling, on pooled points (N,) or (N, d); a median scale is that of these points."""
        return self._evaluator(points, self._scale(points.reshape(len(points), -1))[0])

    def _scale(self, points: np.ndarray) -> tuple[float, str]:
        """The scale, and what the method says of it."""
        if not self.kernel.scaled:
            return 1.0, ""
        return median_distance(points) if self.scale is None else (self.scale, f"scale {self.scale:g}")

    def _evaluator(self, points: np.ndarray, scale: float) -> Evaluator:
        points, merge = merged(points)
        rows = points.reshape(len(points), -1)

        def evaluate(draws: Draws) -> np.ndarray:
            return quadratic_form(rows, merge(draws).difference, self._entries(scale))

        return evaluate

    def _entries(self, scale: float) -> Callable[[Array, Array], Array]:
        return lambda x, y: self.kernel.entries(x, y, scale)

    def _unbiased(self, biased: float, points: np.ndarray, n: int, m: int, scale: float) -> float:
        """From V: the mean over pairs i ≠ j is that over all pairs and a little more, less what points have alone.

        With A, B the means of k over all pairs of x and of y and k(x, x) = κ(0): U − V = (A − κ(0))/(n − 1) + the same
        of B.
        """
        at_zero = float(self.kernel.of(np.zeros(1))[0])
        more = 0.0
        for part, count in ((points[:n], n), (points[n:], m)):
            mean = float(quadratic_form(part, np.full(count, 1 / count), self._entries(scale)))
            more += (mean - at_zero) / (count - 1)
        return biased + more

    def _linear(self, x: np.ndarray, y: np.ndarray, scale: float, confidence: float, what: str) -> Evaluation:
        from statistics import NormalDist

        half = min(len(x), len(y)) // 2
        if half < 2:
            raise InvalidParameter(
                "two pairs of neighbours are the least that have a variance",
                argument="statistic",
                value="linear",
                remedy="give at least four samples of either law, or write V or U",
            )
        x, other_x = x[: 2 * half : 2], x[1 : 2 * half : 2]
        y, other_y = y[: 2 * half : 2], y[1 : 2 * half : 2]

        def k(s: np.ndarray, t: np.ndarray) -> np.ndarray:
            return self.kernel.neighbours(s, t, scale)

        h = k(x, other_x) + k(y, other_y) - k(x, other_y) - k(other_x, y)
        value = float(h.mean())
        size = float(np.abs(h).max()) or 1.0  # taken out, lest a square overflow
        error = NormalDist().inv_cdf((1 + confidence) / 2) * size * float((h / size).std(ddof=1)) / half**0.5
        return Evaluation(
            value,
            error,
            f"{what}, central limit theorem over {half} pairs",
            confidence,
            (value - error, value + error),
        )
