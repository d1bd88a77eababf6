"""The monotone coupling of two laws on the line, which is optimal for every order, and what moving along it costs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops

Array = Any
EPS = float(np.finfo(np.float64).eps)


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


def uniform_coupling(
    n: int, m: int, like: Array, start: int = 0, stop: int | None = None
) -> tuple[Array, Array, Array]:
    """The coupling of n masses 1/n with m masses 1/m in exact arithmetic, widths in the dtype of `like`.

    From `start` to `stop` are the masses whose pieces are wanted, of the side that has more; all by default.
    """
    xp = ops.namespace(like)
    device = like.device
    if n == m:
        k = xp.arange(start, n if stop is None else stop, dtype=xp.int64, device=device)
        return xp.full(k.shape, 1 / n, dtype=like.dtype, device=device), k, k
    if n < m:
        widths, j, i = uniform_coupling(m, n, like, start, stop)
        return widths, i, j
    # a mass 1/n meets one or two of 1/m: all in units of 1/(n m)
    k = xp.arange(start, n if stop is None else stop, dtype=xp.int64, device=device)
    first = k * m // n
    border = (first + 1) * n - k * m
    before = xp.where(border < m, border, xp.full_like(border, m))
    second = xp.where(before < m, first + 1, first)
    widths, i, j = (
        xp.reshape(xp.stack(pair, axis=-1), (-1,)) for pair in ((before, m - before), (k, k), (first, second))
    )
    return xp.astype(widths, like.dtype) / (n * m), i, j


def cost(x: Array, y: Array, widths: Array, order: float) -> Array:
    """(Σ widths |x − y|ᵖ)^(1/p) along the last axis; the largest distance is scaled out, so no power overflows.

    At order ∞ it is the largest distance over pieces that are wider than the rounding of their levels.
    """
    xp = ops.namespace(x, y, widths)
    with ops.quiet():  # a distance may be longer than any float
        distance = xp.abs(x - y)
    if order == 1:
        return xp.sum(widths * distance, axis=-1)
    none = 2 * widths.shape[-1] * float(xp.finfo(widths.dtype).eps) if order == math.inf else 0.0
    moved = xp.where(widths > none, distance, xp.zeros_like(distance))
    largest = xp.max(moved, axis=-1, keepdims=True)
    if order == math.inf:
        return largest[..., 0]
    nothing = largest == 0
    unit = xp.where(nothing | (largest == math.inf), xp.ones_like(largest), largest)
    with ops.quiet():
        total = xp.sum(widths * (moved / unit) ** order, axis=-1, keepdims=True)
        root = xp.where(nothing, xp.ones_like(total), total) ** (1 / order)
    return xp.where(nothing, xp.zeros_like(total), largest * root)[..., 0]
