"""W_p on the line: W1 from the distribution functions, every other order from the quantile functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_masses
from ..errors import InvalidMeasure, InvalidParameter, ShapeMismatch
from ..estimate.resampling import (
    Draws,
    Evaluator,
    bootstraps,
    check_resampling,
    deviations,
    generator,
    interval,
    observed,
)
from ..evaluation import Evaluation
from ..integral_metric import CACHE, Line, on_line, pair
from ..measure import Samples

Array = Any
EPS = float(np.finfo(np.float64).eps)


def wasserstein(order: float) -> Wasserstein:
    """W_p(P, Q) = (∫₀¹ |F⁻¹(u) − G⁻¹(u)|ᵖ du)^(1/p), the order p any finite number ≥ 1.

    >>> import numpy as np
    >>> from divergence import Discrete
    >>> line = np.array([0.0, 1.0])
    >>> float(wasserstein(1)(Discrete(np.array([0.2, 0.8]), line), Discrete(np.array([0.8, 0.2]), line)))
    0.6...
    >>> wasserstein(0.5)
    Traceback (most recent call last):
    divergence.errors.InvalidParameter: order: 0.5 is no order. Remedy: the order is a finite number >= 1
    """
    return Wasserstein(check_order(order))


@dataclass(frozen=True)
class Wasserstein:
    """W_p(P, Q) = (inf E|X − Y|ᵖ)^(1/p) over all couplings, on the line; in [0, ∞), in the unit of the points.

    Call it on `Discrete(p, points)` and `Discrete(q, points)`, masses (..., k), points (k,), which may differ; batches
    broadcast. Returns (...), in the dtype and on the device of the input, differentiable in masses and points where
    they are torch tensors; 0 is taken as the derivative where W_p is 0 and has none. For a loss on samples write
    `Discrete` with masses 1/n. `estimate` takes samples.

    W1 is ∫ |F − G|, exact near P = Q on a shared alphabet and exactly 0 at P = Q.

    Raises UnsupportedLaw for bare arrays (are they masses or positions?), samples and densities, InvalidMeasure
    without points, ShapeMismatch for points off the line or batches that do not fit. Source: Villani 2003, section 2.2.
    """

    order: float

    @property
    def name(self) -> str:
        return f"wasserstein({self.order:g})"

    @property
    def root(self) -> float:
        return 1.0

    @property
    def norm(self) -> bool:
        return self.order == 1

    def __repr__(self) -> str:
        return f"<{self.name}: (∫ |F⁻¹ − G⁻¹|^{self.order:g})^(1/{self.order:g}), in [0, inf]>"

    def __call__(self, p: Any, q: Any) -> Array:
        laws = pair(p, q, self.name, line=True)
        if self.order == 1:
            points, signed = laws.signed()
            return laws.result(Line.of(points).integral(signed, ops.namespace(signed).abs))
        xp = laws.xp
        by_x, by_y = xp.argsort(laws.x, stable=True), xp.argsort(laws.y, stable=True)
        masses = xp.take(laws.p, by_x, axis=-1), xp.take(laws.q, by_y, axis=-1)
        widths, i, j = coupling(*masses, shared=laws.shared)
        return laws.result(cost(_at(laws.x, by_x, i), _at(laws.y, by_y, j), widths, self.order))

    def estimate(
        self,
        x: Any,
        y: Any,
        x_weights: Any = None,
        y_weights: Any = None,
        *,
        confidence: float = 0.95,
        resamples: int = 999,
        rng: Any = None,
    ) -> Evaluation:
        """W_p between the empirical laws of samples x (n,) and y (m,), with masses `x_weights` (n,), each 1/n if None.

        Without `rng` the Evaluation is that distance and a bound on its rounding: it says nothing about the laws
        behind the samples. With `rng` it carries a confidence interval for the distance of these laws: by the triangle
        inequality the value is off by at most what the samples lie from their laws, which the bootstrap tells; it
        covers at least as often as it says. A weighted point is drawn like any other and carries its weight.

        >>> found = wasserstein(2).estimate([0.0, 1.0, 2.0], [3.0, 4.0, 5.0])
        >>> found.value, found.error < 1e-13
        (3.0, True)

        Raises InvalidMeasure for nan, integers, fewer than two samples or weights that are no masses, ShapeMismatch
        for (n, d) with d > 1 and for weights that do not fit, InvalidParameter for confidence, resamples or rng.
        """
        resamples, confidence = check_resampling(resamples, confidence)
        (a, u), (b, v) = (
            _line_samples(s, w, name, self.name) for s, w, name in ((x, x_weights, "x"), (y, y_weights, "y"))
        )
        value, error = _empirical(a, u, b, v, self.order)
        sizes = f"{len(a)} and {len(b)} {'samples' if u is None and v is None else 'weighted samples'}"
        if rng is None:
            method = f"exact distance of the empirical laws of {sizes}; for an interval about their laws write rng=0"
            return Evaluation(value, error, method)
        evaluate = self.on_pooled(np.concatenate([a, b]))
        sample, draws = observed(len(a), len(b), u, v), bootstraps(len(a), len(b), resamples, generator(rng), u, v)
        low, high = interval(value, deviations([self], [evaluate], draws, sample), confidence, self.root)
        method = f"distance of the empirical laws of {sizes}, triangle inequality on {resamples} bootstrap resamples"
        return Evaluation(value, (high - low) / 2, method, confidence, (low, high))

    def on_pooled(self, points: np.ndarray, rng: Any = None) -> Evaluator:
        """The statistic for resampling, on pooled points (N,)."""
        points = on_line(points, "points", self.name)
        if self.order == 1:
            return Line.of(points).evaluator(np.abs)
        order = np.argsort(points, stable=True)
        z, rows = points[order], max(1, CACHE // len(points))

        def evaluate(draws: Draws) -> np.ndarray:
            found = []
            for start in range(0, len(draws.x), rows):
                block = slice(start, start + rows)
                widths, i, j = coupling(draws.x[block][:, order], draws.y[block][:, order])
                found.append(cost(z[i], z[j], widths, self.order))
            return np.concatenate(found)

        return evaluate


def coupling(p: Array, q: Array, shared: bool = False) -> tuple[Array, Array, Array]:
    """The monotone coupling of weights p (..., n) and q (..., m), sorted by position, of any positive total.

    Returns widths, i, j, each (..., n + m): the k-th piece of [0, 1] has length widths[k], and there the quantile of p
    is its i-th point and that of q its j-th. Levels are compared as cumsum(p) Σq and cumsum(q) Σp, so both end at
    the same number, and counts give exact levels. `shared` says that p and q have one alphabet: then a level of p and
    one of q are subtracted by way of p − q, which keeps the digits where p is near q.
    """
    xp = ops.namespace(p, q)
    n, m = p.shape[-1], q.shape[-1]
    batch = np.broadcast_shapes(tuple(p.shape[:-1]), tuple(q.shape[:-1]))
    p, q = xp.broadcast_to(p, (*batch, n)), xp.broadcast_to(q, (*batch, m))
    up, uq = xp.cumulative_sum(p, axis=-1), xp.cumulative_sum(q, axis=-1)
    total_p, total_q = up[..., -1:], uq[..., -1:]
    levels = xp.concat([up * total_q, uq * total_p], axis=-1)
    by_level = xp.argsort(levels, axis=-1, stable=True)
    levels = xp.take_along_axis(levels, by_level, axis=-1)
    of_p = by_level < n
    steps = xp.astype(of_p, xp.int64)
    i = xp.cumulative_sum(steps, axis=-1) - steps  # how many points of p end before this piece
    j = xp.cumulative_sum(1 - steps, axis=-1) - (1 - steps)
    inner = levels[..., 1:] - levels[..., :-1]
    if shared:
        d = xp.cumulative_sum(p - q, axis=-1)
        d = d * total_q - uq * d[..., -1:]  # up Σq − uq Σp
        atom = xp.where(of_p, by_level, by_level - n)
        here, before = atom[..., 1:], atom[..., :-1]
        a, b = (xp.where(of_p[..., 1:] == side, here, before) for side in (True, False))
        apart = xp.take_along_axis(d, a, axis=-1) + total_p * (
            xp.take_along_axis(uq, a, axis=-1) - xp.take_along_axis(uq, b, axis=-1)
        )
        inner = xp.where(of_p[..., 1:] == of_p[..., :-1], inner, xp.abs(apart))
    widths = xp.concat([levels[..., :1], inner], axis=-1) / (total_p * total_q)
    last = xp.ones_like(i)  # past the last point only where the width is 0
    return widths, xp.minimum(i, last * (n - 1)), xp.minimum(j, last * (m - 1))


def cost(x: Array, y: Array, widths: Array, order: float) -> Array:
    """(Σ widths |x − y|ᵖ)^(1/p) along the last axis; the largest distance is scaled out, so no power overflows."""
    xp = ops.namespace(x, y, widths)
    distance = xp.abs(x - y)
    if order == 1:
        return xp.sum(widths * distance, axis=-1)
    moved = xp.where(widths > 0, distance, xp.zeros_like(distance))
    largest = xp.max(moved, axis=-1, keepdims=True)
    nothing = largest == 0
    unit = xp.where(nothing, xp.ones_like(largest), largest)
    with ops.quiet():
        total = xp.sum(widths * (moved / unit) ** order, axis=-1, keepdims=True)
        root = xp.where(nothing, xp.ones_like(total), total) ** (1 / order)
    return xp.where(nothing, xp.zeros_like(total), largest * root)[..., 0]


def check_order(order: Any) -> float:
    """The order as a float; InvalidParameter unless it is a finite number >= 1."""
    try:
        number = math.nan if isinstance(order, str | bytes) else float(order)
    except (TypeError, ValueError):
        number = math.nan
    if not 1 <= number < math.inf:
        raise InvalidParameter(
            f"{order!r} is no order", argument="order", value=order, remedy="the order is a finite number >= 1"
        )
    return number


def _at(points: Array, order: Array, index: Array) -> Array:
    """points[order][index] for points (k,) and an index of any shape."""
    xp = ops.namespace(points, index)
    return xp.reshape(xp.take(xp.take(points, order), xp.reshape(index, (-1,))), index.shape)


def _line_samples(x: Any, weights: Any, argument: str, functional: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Samples on the line and their masses as float64; points of mass 0 are no part of the empirical law."""
    points = Samples(x, argument=argument).points
    points = ops.to_numpy(on_line(points, argument, functional)).astype(np.float64)
    if weights is None:
        return points, None
    masses = ops.to_numpy(check_masses(weights, f"{argument}_weights")).astype(np.float64)
    if masses.shape != points.shape:
        raise ShapeMismatch(
            f"shape {masses.shape}, but {argument} has {len(points)} samples",
            argument=f"{argument}_weights",
            remedy="give one weight per sample, (n,)",
        )
    if np.sum(masses > 0) < 2:
        raise InvalidMeasure(
            "only one sample has mass",
            argument=f"{argument}_weights",
            remedy="give at least two samples of positive weight",
        )
    return points[masses > 0], masses[masses > 0]


def _empirical(
    x: np.ndarray, u: np.ndarray | None, y: np.ndarray, v: np.ndarray | None, order: float
) -> tuple[float, float]:
    """W_p of the empirical laws and a bound on its rounding."""
    (x, p), (y, q) = _sorted(x, u), _sorted(y, v)
    if u is None and v is None and len(x) == len(y):  # the k-th smallest goes to the k-th smallest
        widths = np.full(len(x), 1 / len(x))
        value = float(cost(x, y, widths, order))
    else:
        widths, i, j = coupling(p, q)
        value = float(cost(x[i], y[j], widths, order))
    error = (16 + math.log2(len(widths))) * EPS * value
    if u is not None or v is not None:  # levels off by N eps: W_p of the levels as rounded, by the triangle inequality
        error += (2 * len(widths) * EPS) ** (1 / order) * float(np.ptp(x) + np.ptp(y))
    return value, error


def _sorted(points: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Points in order with their weights, counts of one where there are none."""
    if weights is None:
        return np.sort(points), np.ones(len(points))
    order = np.argsort(points, stable=True)
    return points[order], weights[order]
