"""W_p between empirical laws on the line: one pair with its rounding, rows against rows, all pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_floating, check_masses, check_points, refuse
from ..errors import InvalidMeasure, InvalidParameter, ShapeMismatch
from ..integral_metric import CACHE, on_line
from ..measure import Samples, common_namespace
from ..summation import on_threads
from .coupling import EPS, cost, coupling, uniform_coupling

Array = Any
PIECE = 2**15  # numbers of a row worked on at a time


# ---------------------------------------------------------------- one pair


def line_samples(x: Any, weights: Any, argument: str, functional: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Samples on the line and their masses as float64; points of mass 0 are no part of the empirical law."""
    points = Samples(x, argument=argument).points
    points = ops.to_numpy(on_line(points, argument, functional)).astype(np.float64, copy=False)
    if weights is None:
        return points, None
    masses = ops.to_numpy(check_masses(weights, f"{argument}_weights")).astype(np.float64, copy=False)
    if masses.shape != points.shape:
        raise ShapeMismatch(
            f"shape {masses.shape}, but {argument} has {len(points)} samples",
            argument=f"{argument}_weights",
            remedy="give one weight per sample, (n,)",
        )
    charged = masses > 0
    if np.count_nonzero(charged) < 2:
        raise InvalidMeasure(
            "only one sample has mass",
            argument=f"{argument}_weights",
            remedy="give at least two samples of positive weight",
        )
    return (points, masses) if charged.all() else (points[charged], masses[charged])


def empirical(
    x: np.ndarray, u: np.ndarray | None, y: np.ndarray, v: np.ndarray | None, order: float
) -> tuple[float, float]:
    """W_p of the empirical laws and a bound on its rounding."""
    if u is None and v is None:
        value, pieces = float(_rows(x[None], y[None], order)[0]), len(x) + len(y)
        return value, (16 + math.log2(pieces)) * EPS * value
    (x, p), (y, q) = _in_order(x, u), _in_order(y, v)
    pieces, span = len(x) + len(y), float(x[-1] - x[0] + y[-1] - y[0])
    if order == 1:
        value = _by_distribution_functions(x, p, y, q)
    else:
        widths, i, j = coupling(p, q)
        value = float(cost(x[i], y[j], widths, order))
    # levels off by N eps: W_p of the levels as rounded, by the triangle inequality
    levels = 2 * pieces * EPS
    moved = 0.0 if order == math.inf else levels ** (1 / order) * span
    return value, (16 + math.log2(pieces)) * EPS * value + moved


def _in_order(points: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Points in order with their masses."""
    if weights is None:
        return np.sort(points), np.full(len(points), 1 / len(points))
    order = np.argsort(points)
    return points[order], weights[order]


def _by_distribution_functions(x: np.ndarray, p: np.ndarray, y: np.ndarray, q: np.ndarray) -> float:
    """∫ |F − G|, F and G the distribution functions of masses p at x and q at y, both in order."""
    points, signed = np.concatenate([x, y]), np.concatenate([p / p.sum(), q / -q.sum()])
    merged = np.argsort(points, kind="stable")  # two runs in order: one merge
    points, difference = points[merged], np.cumsum(signed[merged])[:-1]
    np.abs(difference, out=difference)
    return float(np.multiply(difference, np.diff(points), out=difference).sum())


# ---------------------------------------------------------------- rows against rows


def between(x: Any, y: Any, x_weights: Any, y_weights: Any, order: float, axis: int) -> Array:
    """W_p of the empirical laws along `axis` of x (..., n) and y (..., m); the batches broadcast."""
    x, y = check_rows(x, "x", axis), check_rows(y, "y", axis)
    xp = common_namespace(x, y, ("x", "y"))
    u, v = (_check_weights(w, s, name, axis) for w, s, name in ((x_weights, x, "x"), (y_weights, y, "y")))
    given = [s for s in (x, y, u, v) if s is not None]
    dtype = xp.result_type(*given)
    wide = dtype if xp.finfo(dtype).bits >= 32 else xp.float32
    x, y, u, v = (None if s is None else xp.astype(ops.last(s, axis), wide, copy=False) for s in (x, y, u, v))
    batch = common_batch(*(s for s in (x, y, u, v) if s is not None))
    if u is None and v is None:
        value = uniform_rows(x, y, order) if ops.is_numpy(x) and x.shape[:-1] == y.shape[:-1] else _rows(x, y, order)
    else:
        value = _weighted_rows(x, u, y, v, batch, order)
    return ops.plain(xp.astype(value, dtype, copy=False))


def common_batch(x: Array, y: Array, *weights: Array) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(tuple(s.shape[:-1]) for s in (x, y, *weights)))
    except ValueError as error:
        raise ShapeMismatch(
            f"batch {tuple(y.shape[:-1])} does not broadcast with {tuple(x.shape[:-1])} of x",
            argument="y",
            remedy="leading axes must be equal or 1",
        ) from error


def _rows(x: Array, y: Array, order: float) -> Array:
    """Uniform masses on x (..., n) and y (..., m)."""
    xp = ops.namespace(x, y)
    n, m = x.shape[-1], y.shape[-1]
    if ops.is_numpy(x):
        x, y = _sorted(x, y)
        return _in_pieces(x, y, order)
    x, y = (xp.sort(s, axis=-1, stable=False) for s in (x, y))
    if n == m and order == 1:
        return xp.mean(xp.abs(x - y), axis=-1)
    widths, i, j = uniform_coupling(n, m, x)
    if n != m:
        x, y = xp.take(x, i, axis=-1), xp.take(y, j, axis=-1)
    return cost(x, y, widths, order)


def _sorted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in order along the last axis, on a thread each where that pays."""
    if x.size + y.size <= 2 * CACHE:
        return np.sort(x, axis=-1), np.sort(y, axis=-1)
    found = [x, y]

    def work(k: int) -> None:
        found[k] = np.sort(found[k], axis=-1)

    on_threads(work, 2)
    return found[0], found[1]


def _in_pieces(x: np.ndarray, y: np.ndarray, order: float) -> np.ndarray:
    """The same of rows in order, in pieces that stay in the cache; the largest distance is scaled out."""
    n, m = x.shape[-1], y.shape[-1]

    def pieces() -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        for k in range(0, max(n, m), PIECE):
            if n == m:
                d, widths = x[..., k : k + PIECE] - y[..., k : k + PIECE], None
            else:
                widths, i, j = uniform_coupling(n, m, x, k, min(k + PIECE, max(n, m)))
                d = np.take(x, i, axis=-1) - np.take(y, j, axis=-1)
            yield np.abs(d, out=d), widths

    def added(d: np.ndarray, widths: np.ndarray | None) -> np.ndarray:
        return d.sum(axis=-1) / n if widths is None else np.multiply(d, widths, out=d).sum(axis=-1)

    if order == 1:
        return np.asarray(sum(added(d, widths) for d, widths in pieces()), dtype=x.dtype)
    # a piece without width is as far as its neighbour: both have the same atoms
    largest = np.max([d.max(axis=-1) for d, _ in pieces()], axis=0)
    if order == math.inf:
        return largest
    unit = np.where(largest == 0, 1, largest).astype(x.dtype)[..., None]
    with ops.quiet():
        total = sum(added(np.power(np.divide(d, unit, out=d), order, out=d), widths) for d, widths in pieces())
        return largest * np.power(total, 1 / order, dtype=x.dtype)


def uniform_rows(x: np.ndarray, y: np.ndarray, order: float) -> np.ndarray:
    """W_p of rows x (..., n) and y (..., m), uniform masses, in blocks that stay in the cache, on threads."""
    batch = x.shape[:-1]
    x, y = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    step = max(1, CACHE // (x.shape[1] + y.shape[1]))
    found = np.empty(len(x), x.dtype)

    def work(k: int) -> None:
        rows = slice(k * step, (k + 1) * step)
        found[rows] = _rows(x[rows], y[rows], order)

    blocks = -(-len(x) // step)
    if blocks < 4:
        for k in range(blocks):
            work(k)
    else:
        on_threads(work, blocks)
    return found.reshape(batch)


def _weighted_rows(x: Array, u: Array, y: Array, v: Array, batch: tuple[int, ...], order: float) -> Array:
    xp = ops.namespace(x, y)

    def in_order(s: Array, w: Array | None) -> tuple[Array, Array]:
        s = xp.broadcast_to(s, (*batch, s.shape[-1]))
        if w is None:
            return xp.sort(s, axis=-1, stable=False), xp.ones_like(s)
        by_place = xp.argsort(s, axis=-1, stable=False)
        w = xp.broadcast_to(w, s.shape)
        return xp.take_along_axis(s, by_place, axis=-1), xp.take_along_axis(w, by_place, axis=-1)

    (x, p), (y, q) = in_order(x, u), in_order(y, v)
    widths, i, j = coupling(p, q)
    return cost(xp.take_along_axis(x, i, axis=-1), xp.take_along_axis(y, j, axis=-1), widths, order)


def check_rows(x: Any, argument: str, axis: int) -> Array:
    x = check_floating(x, argument, "samples", "convert them, as astype(float) does")
    if not hasattr(axis, "__index__") or isinstance(axis, bool):
        raise InvalidParameter(f"{axis!r} is no axis", argument="axis", value=axis, remedy="axis is one integer")
    if x.ndim == 0 or not -x.ndim <= axis < x.ndim:
        raise ShapeMismatch(
            f"no axis {axis} in shape {tuple(x.shape)}",
            argument=argument,
            remedy="samples lie along one axis of an array; name it with axis=",
        )
    if x.shape[axis] == 0:
        raise InvalidMeasure("is empty", argument=argument, remedy="give at least one sample")
    refuse(~ops.namespace(x).isfinite(x), x, argument, "is no point", "drop the samples that are nan or inf")
    return x


def _check_weights(weights: Any, x: Array, argument: str, axis: int) -> Array | None:
    if weights is None:
        return None
    w = check_masses(weights, f"{argument}_weights", axis if getattr(weights, "ndim", 1) > 1 else -1)
    common_namespace(x, w, (argument, f"{argument}_weights"))
    if w.ndim == 1 and x.ndim > 1:
        w = ops.namespace(w).reshape(w, tuple(-1 if k == axis % x.ndim else 1 for k in range(x.ndim)))
    if w.shape[axis] != x.shape[axis]:
        raise ShapeMismatch(
            f"{w.shape[axis]} weights, but {argument} has {x.shape[axis]} samples",
            argument=f"{argument}_weights",
            remedy="give one weight per sample, (n,) or in the shape of the samples",
        )
    return w


# ---------------------------------------------------------------- all pairs


def all_pairs(xs: Sequence[Any], ys: Sequence[Any] | None, order: float, functional: str) -> Array:
    """(m, n): W_p of each of m samples with each of n, or of m with one another."""
    xs = _many(xs, "x", functional)
    others = xs if ys is None else _many(ys, "y", functional)
    xp = common_namespace(xs[0], others[0], ("x", "y"))
    rows, columns = ([xp.sort(s, stable=False) for s in many] for many in (xs, others))
    if len({s.shape[0] for s in (*rows, *columns)}) == 1:
        return _lp_distances(xp.stack(rows), xp.stack(columns), order)
    found = [
        # W is symmetric: below the diagonal it is known
        [None if ys is None and j < i else _sorted_pair(x, y, order) for j, y in enumerate(columns)]
        for i, x in enumerate(rows)
    ]
    for i, row in enumerate(found):
        for j in range(len(row)):
            row[j] = found[j][i] if row[j] is None else row[j]
    return xp.stack([xp.stack(row) for row in found])


def _sorted_pair(x: Array, y: Array, order: float) -> Array:
    xp = ops.namespace(x, y)
    widths, i, j = uniform_coupling(x.shape[0], y.shape[0], x)
    return xp.asarray(cost(xp.take(x, i), xp.take(y, j), widths, order))


def _lp_distances(x: Array, y: Array, order: float) -> Array:
    """(m, n) of sorted rows (m, k) and (n, k): (Σ |x − y|ᵖ / k)^(1/p)."""
    k = x.shape[1] if order < math.inf else 1
    kinds: dict[float, Any] = {1: "cityblock", 2: "euclidean", math.inf: "chebyshev"}
    if ops.is_numpy(x) and order in kinds:
        from scipy.spatial.distance import cdist

        unit = 1.0
        if order == 2:  # so that no square overflows
            unit = float(max(np.max(np.abs(x)), np.max(np.abs(y)))) or 1.0
        return (cdist(x / unit, y / unit, kinds[order]) * (unit * k ** (-1 / order))).astype(x.dtype, copy=False)
    xp = ops.namespace(x, y)
    step = max(1, 2**24 // (y.shape[0] * y.shape[1]))
    share = xp.full((x.shape[1],), 1 / x.shape[1], dtype=x.dtype, device=x.device)
    blocks = [cost(x[i : i + step, None, :], y[None, :, :], share, order) for i in range(0, x.shape[0], step)]
    return xp.concat(blocks)


def _many(samples: Sequence[Any], argument: str, functional: str) -> list[Array]:
    if len(samples) == 0:
        raise InvalidMeasure("is empty", argument=argument, remedy="give at least one sample of points")
    found = []
    for k, s in enumerate(samples):
        s = s.points if isinstance(s, Samples) else check_points(s, f"{argument}[{k}]")
        s = on_line(s, f"{argument}[{k}]", functional)
        xp = common_namespace(found[0] if found else s, s, (f"{argument}[0]", f"{argument}[{k}]"))
        found.append(s if xp.finfo(s.dtype).bits >= 32 else xp.astype(s, xp.float32))
    return found
