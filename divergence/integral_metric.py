"""Metrics that are norms of the difference P − Q: the line integral that W1 and energy share, and energy itself.

On the line both are integrals of the difference of the distribution functions: W1 = ∫ |F − G|, energy = 2 ∫ (F − G)².
They see a pair of laws only through the signed weights P − Q, which is why equal laws are at distance exactly 0, and
why resampling them costs no more than resampling weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidMeasure, ShapeMismatch, UnsupportedLaw
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
from .kernels import KERNELS
from .measure import Density, Discrete, Samples, common_namespace
from .summation import on_threads

Array = Any
CACHE = 2**17  # numbers worked on at a time: 1 MiB as float64, so that passes over them stay in the cache
SIDE = 512  # points of one side of a tile of distances, 2 MiB as float64; four times as many in torch


# ---------------------------------------------------------------- two laws with positions


@dataclass(frozen=True)
class Pair:
    """Masses p (..., k) at x (k, ...) and q (..., l) at y (l, ...), one dtype and one library.

    `shared` says that x and y are one alphabet, so that masses can be subtracted point by point.
    """

    p: Array
    x: Array
    q: Array
    y: Array
    shared: bool
    dtype: Any

    @property
    def xp(self) -> Any:
        return ops.namespace(self.p)

    def signed(self) -> tuple[Array, Array]:
        """The signed measure P − Q as points (N, ...) and weights (..., N)."""
        if self.shared:
            return self.x, self.p - self.q
        p, q = _broadcast(self.p, self.q)
        return self.xp.concat([self.x, self.y]), self.xp.concat([p, -q], axis=-1)

    def result(self, value: Array) -> Array:
        return ops.plain(self.xp.astype(value, self.dtype, copy=False))


def pair(p: Any, q: Any, functional: str, *, line: bool, verb: str = "estimate") -> Pair:
    """p and q as a `Pair`, refused where they are no Discrete with points, or (`line`) lie off the line.

    Half precisions become float32; points (k, 1) on the line become (k,).
    """
    for law, name in ((p, "p"), (q, "q")):
        check_positioned(law, name, functional, verb)
    xp = common_namespace(p.masses, q.masses, ("p", "q"))
    for law, name in ((p, "p"), (q, "q")):
        common_namespace(law.masses, law.points, (f"masses of {name}", f"points of {name}"))
    dtype = xp.result_type(p.masses, q.masses, p.points, q.points)
    wide = dtype if xp.finfo(dtype).bits >= 32 else xp.float32
    x, y = (
        on_line(law.points, f"points of {name}", functional) if line else law.points
        for law, name in ((p, "p"), (q, "q"))
    )
    if tuple(x.shape[1:]) != tuple(y.shape[1:]):
        raise ShapeMismatch(
            f"points {tuple(y.shape)}, but those of p are {tuple(x.shape)}",
            argument="points of q",
            remedy="both laws must live in the same space: points (k,) on the line or (k, d) with one d",
        )
    shared = x is y or (
        tuple(x.shape) == tuple(y.shape)
        and not (getattr(x, "requires_grad", False) or getattr(y, "requires_grad", False))
        and bool(xp.all(x == y))
    )
    try:
        np.broadcast_shapes(tuple(p.masses.shape[:-1]), tuple(q.masses.shape[:-1]))
    except ValueError as error:
        raise ShapeMismatch(
            f"batch {tuple(q.masses.shape[:-1])} does not broadcast with {tuple(p.masses.shape[:-1])} of p",
            argument="q",
            remedy="leading axes must be equal or 1",
        ) from error
    a, b, x, y = (xp.astype(array, wide, copy=False) for array in (p.masses, q.masses, x, y))
    return Pair(a, x, b, x if shared else y, shared, dtype)


def on_line(points: Array, argument: str, functional: str) -> Array:
    """Points (k,) or (k, 1) as (k,), refused in higher dimensions."""
    if points.ndim == 2 and points.shape[1] != 1:
        raise ShapeMismatch(
            f"points of dimension {points.shape[1]}, and {functional} is computed on the line",
            argument=argument,
            remedy="write sliced_wasserstein(order, projections).estimate(x, y, rng=0) or energy, which take (n, d); "
            "or one column at a time",
        )
    return points if points.ndim == 1 else points[:, 0]


def check_positioned(law: Any, name: str, functional: str, verb: str = "estimate") -> None:
    if isinstance(law, Samples):
        raise UnsupportedLaw(
            "samples where masses with positions belong", argument=name, remedy=f"write {functional}.{verb}(x, y)"
        )
    if isinstance(law, Density):
        raise UnsupportedLaw(
            f"{functional} does not take a Density",
            argument=name,
            remedy="write it as Discrete(masses, points) on a grid, or estimate from samples",
        )
    if not isinstance(law, Discrete):
        raise UnsupportedLaw(
            f"a bare {type(law).__name__}: are these masses or positions? {functional} must know both",
            argument=name,
            remedy=f"write Discrete({name}, points) for masses at points, {functional}.{verb}(x, y) for samples",
        )
    if law.points is None:
        raise InvalidMeasure(
            "has no points, and distances need positions", argument=name, remedy=f"write Discrete({name}, points)"
        )


def _broadcast(p: Array, q: Array) -> tuple[Array, Array]:
    xp = ops.namespace(p, q)
    batch = np.broadcast_shapes(tuple(p.shape[:-1]), tuple(q.shape[:-1]))
    return xp.broadcast_to(p, (*batch, p.shape[-1])), xp.broadcast_to(q, (*batch, q.shape[-1]))


# ---------------------------------------------------------------- the integral on the line


@dataclass(frozen=True)
class Line:
    """Points on the line, sorted once: `order` sorts them, `gaps` (N - 1,) lie between neighbours."""

    order: Array
    gaps: Array

    @classmethod
    def of(cls, points: Array) -> Line:
        xp = ops.namespace(points)
        order = xp.argsort(points, stable=True)
        ordered = xp.take(points, order)
        with ops.quiet():  # a gap may be longer than any float
            return cls(order, ordered[1:] - ordered[:-1])

    def integral(self, signed: Array, of: Callable[[Array], Array]) -> Array:
        """∫ of(F − G), where F − G is the distribution function of the signed weights (..., N); (...)."""
        xp = ops.namespace(self.gaps)
        difference = xp.cumulative_sum(xp.take(signed, self.order, axis=-1), axis=-1)[..., :-1]
        return xp.matmul(of(difference), self.gaps)

    def evaluator(self, of: Callable[[Array], Array]) -> Evaluator:
        """The integral for blocks of draws, a few rows at a time so that they stay in the cache."""
        rows = max(1, CACHE // len(self.order))

        def evaluate(draws: Draws) -> np.ndarray:
            d = draws.difference
            return np.concatenate([self.integral(d[i : i + rows], of) for i in range(0, len(d), rows)])

        return evaluate


# ---------------------------------------------------------------- energy


@dataclass(frozen=True)
class Energy:
    """E(P, Q) = 2 E|X − Y| − E|X − X'| − E|Y − Y'| ≥ 0, in the unit of the points; √E is a metric, E is its square.

    X, X' from P and Y, Y' from Q are independent and |·| is the Euclidean norm. Call it on `Discrete(p, points)` and
    `Discrete(q, points)`, masses (..., k), points (k,) or (k, d); batches broadcast, the points may differ. Returns
    (...), in the dtype and on the device of the input. On the line it is computed as 2 ∫ (F − G)², elsewhere tile by
    tile as −Σ s_i s_j |z_i − z_j| with s = P − Q, so its memory is bounded; there it is nonnegative up to rounding.

    >>> import numpy as np
    >>> from divergence import Discrete
    >>> float(energy(Discrete(np.array([1.0, 0.0]), np.array([0.0, 3.0])), Discrete(np.array([1.0]), np.array([3.0]))))
    6.0

    Raises UnsupportedLaw for bare arrays, samples and densities, InvalidMeasure without points, ShapeMismatch where
    dimensions or batches do not fit. Source: Székely & Rizzo 2013.
    """

    @property
    def name(self) -> str:
        return "energy"

    @property
    def root(self) -> float:
        return 0.5

    @property
    def norm(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "<energy: 2 E|X − Y| − E|X − X'| − E|Y − Y'|, in [0, inf]>"

    def __call__(self, p: Any, q: Any) -> Array:
        laws = pair(p, q, "energy", line=False)
        points, signed = laws.signed()
        if points.ndim == 1 or points.shape[1] == 1:
            return laws.result(2 * Line.of(ops.namespace(points).reshape(points, (-1,))).integral(signed, _square))
        return laws.result(_quadratic_form(points, signed))

    def estimate(self, x: Any, y: Any, *, rng: Any, confidence: float = 0.95, resamples: int = 999) -> Evaluation:
        """Energy distance of the laws behind samples x (n,) or (n, d) and y (m,) or (m, d).

        The value is that of the two empirical laws, each point paired with itself too (the V-statistic), so it is
        at least 0, and too large by E|X − X'|/n + E|Y − Y'|/m on average. The interval allows for that: it holds √E to
        within what the bootstrap says the samples lie from their laws, so it covers at least as often as it says.

        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(200, 2)), rng.normal(1.0, 1.0, size=(200, 2))
        >>> found = energy.estimate(x, y, rng=0)
        >>> found.lower < found.value < found.upper
        True

        Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ,
        InvalidParameter for resamples, confidence or rng outside their domain.
        """
        points, n, m = pooled(x, y)
        resamples, confidence = check_resampling(resamples, confidence)
        evaluate = self.on_pooled(points)
        sample = observed(n, m)
        value = float(evaluate(sample)[0])
        moved = deviations([self], [evaluate], bootstraps(n, m, resamples, generator(rng)), sample)
        low, high = interval(value, moved, confidence, self.root)
        method = f"V-statistic of {n} and {m} samples, triangle inequality on {resamples} bootstrap resamples"
        return Evaluation(value, (high - low) / 2, method, confidence, (low, high))

    def on_pooled(self, points: np.ndarray, rng: Any = None) -> Evaluator:
        """The statistic for resampling, on pooled points (N,) or (N, d)."""
        points, merge = merged(points)
        if points.ndim == 1 or points.shape[1] == 1:
            evaluate = Line.of(points.reshape(-1)).evaluator(lambda d: 2 * d * d)
            return lambda draws: evaluate(merge(draws))
        return lambda draws: _quadratic_form(points, merge(draws).difference)


def _square(difference: Array) -> Array:
    return difference * difference


def _quadratic_form(points: Array, signed: Array) -> Array:
    """−Σ_ij s_i s_j |z_i − z_j| for points (N, d) and weights (..., N)."""
    return quadratic_form(points, signed, lambda x, y: KERNELS["distance"].entries(x, y, 1.0))


def quadratic_form(points: Array, signed: Array, entries: Callable[[Array, Array], Array]) -> Array:
    """Σ_ij s_i s_j k(z_i, z_j) for points (N, d), weights (..., N) and the entries (n, m) of a symmetric k.

    By square tiles on one side of the diagonal, on threads of numpy; torch finds the tiles again for derivatives, so
    that they are never all held.
    """
    xp, count = ops.namespace(points, signed), points.shape[0]
    side = SIDE if ops.is_numpy(points) else 4 * SIDE
    places = [(i, j) for i in range(0, count, side) for j in range(i, count, side)]

    def part(x: Array, u: Array, y: Array, v: Array) -> Array:
        return xp.sum(xp.matmul(u, entries(x, y)) * v, axis=-1)

    def tile(i: int, j: int) -> Array:
        m, n = min(i + side, count), min(j + side, count)
        u = signed[..., i:m] if i == j else 2 * signed[..., i:m]
        arrays = points[i:m, :], u, points[j:n, :], signed[..., j:n]
        if len(places) > 1 and (_tracked(points) or _tracked(signed)):
            from .adapters.torch_tiles import found_again

            return found_again(part, *arrays)
        return part(*arrays)

    if not ops.is_numpy(points) or len(places) < 4:
        return sum((tile(i, j) for i, j in places[1:]), start=tile(*places[0]))
    found = np.empty((len(places), *signed.shape[:-1]), signed.dtype)

    def work(k: int) -> None:
        found[k] = tile(*places[k])

    on_threads(work, len(places))
    return found.sum(axis=0)


def _tracked(x: Array) -> bool:
    return getattr(x, "requires_grad", False)


energy = Energy()
