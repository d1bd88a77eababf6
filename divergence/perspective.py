"""The perspective q f(p/q) of a row, atom by atom: where the digits are kept.

It is evaluated from the larger of the two masses: with t = smaller/larger in [0, 1] and s = t - 1, as q f(p/q) or
p f_rev(q/p), so that nothing overflows and equality is exact; atoms that one law lacks come from f(0) and f'(inf).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import ops
from .generators import Generator

Array = Any


def terms_of_masses(row: Generator, p: Array, q: Array, *, gap: Array | None = None) -> Array:
    """q f(p/q) for each atom, (..., k): no checks, no sum. `gap` is p - q where q is known better than its float."""
    o = ops.words(p, q)
    with ops.quiet():
        up = p <= q
        big, small = o.where(up, q, p), o.where(up, p, q)
        empty = big == 0
        none_empty = o.nowhere(empty)
        unit = big if none_empty else o.where(empty, o.like(big, 1), big)
        t, s = small / unit, (small - big if gap is None else o.where(up, gap, -gap)) / unit
        if not none_empty:
            t, s = o.where(empty, o.like(big, 1), t), o.where(empty, o.like(big, 0), s)
        ratio = _ratio(small, unit, t, o)
        gone = t == 0
        value = _perspective(row, t, s, up, gone, ops.ArrayWords(o.xp, ratio))
        terms = big * value if none_empty else o.where(empty, o.like(big, 0), big * value)
        return _weighed(row, terms, value, up, gone, lambda: (o.xp.log(unit), ratio.log()), o)


def terms_of_logs(row: Generator, log_p: Array, log_q: Array, log_ratio: Array | None = None) -> Array:
    """q f(p/q) for each atom from log-masses or log-densities; the ratio's logarithm survives its underflow.

    `log_ratio` is log p/q where it is known better than by the difference.
    """
    o = ops.words(log_p, log_q)
    with ops.quiet():
        up = log_p <= log_q
        if log_ratio is None:
            gap = o.where(log_p == log_q, o.like(log_p, 0), log_p - log_q)  # also -inf - (-inf)
        else:
            gap, up = log_ratio, o.where(log_ratio == 0, up, log_ratio < 0)
        log_big, v = o.where(up, log_q, log_p), -o.abs(gap)
        big = o.exp(log_big)
        t, s, gone = o.exp(v), o.expm1(v), v == -np.inf
        words = ops.ArrayWords(o.xp, ops.ratio_of_log(t, v, o))
        value = _perspective(row, t, s, up, gone, words)
        # a steep row may outweigh a mass that underflows
        deep = (big < o.xp.finfo(big.dtype).smallest_normal) & (value > 0)
        log_value = o.xp.log(o.where(deep, value, o.like(big, 1)))
        terms = o.where(deep, o.exp(log_big + log_value), big * value)
        return _weighed(row, terms, value, up, gone, lambda: (log_big, v), o)


def _perspective(row: Generator, t: Array, s: Array, p_smaller: Array, gone: Array, o: Any) -> Array:
    """f or f_rev at t <= 1, with f(0) or f'(inf) where the smaller mass is zero."""
    value, ends = row.f(t, s, o), o.like(t, row.at_zero)
    if not row.symmetric:
        value = o.where(p_smaller, value, row.reverse.f(t, s, o))
    if o.nowhere(gone):
        return value
    return o.where(gone, ends if row.symmetric else o.where(p_smaller, ends, o.like(t, row.slope)), value)


def _weighed(
    row: Generator,
    terms: Array,
    value: Array,
    p_smaller: Array,
    gone: Array,
    logs: Callable[[], tuple[Array, Array]],
    o: ops.ArrayWords,
) -> Array:
    """`terms`, where f overflowed though neither mass is zero from the logarithms (of the larger mass, of t)."""
    overflowed = o.xp.isinf(value) & ~gone
    (c, level), (c_reverse, level_reverse) = row.blow_up, row.reverse.blow_up
    if c == c_reverse == 0 or o.nowhere(overflowed):
        return terms
    log_big, v = logs()
    log_value = o.where(p_smaller, level - c * v, level_reverse - c_reverse * v)
    return o.where(overflowed, o.exp(log_big + o.where(overflowed, log_value, o.like(v, 0))), terms)


def _ratio(small: Array, big: Array, t: Array, o: ops.ArrayWords) -> ops.Ratio:
    """t = small/big with the digits that t loses where it is subnormal: there it is lifted by 2^64."""
    deep = t < o.xp.finfo(t.dtype).smallest_normal
    level = o.nowhere(deep)
    kept: list[Array] = []  # the logarithm, which both sides of a row may ask for

    def lifted() -> Array:
        return t if level else o.where(deep, small * 2.0**64 / big, t)

    def log() -> Array:
        if not kept:
            plain = o.xp.log(lifted())
            kept.append(plain if level else plain - o.where(deep, o.like(t, 64 * math.log(2)), o.like(t, 0)))
        return kept[0]

    def power(c: float) -> Array:
        plain = lifted() ** c
        return plain if level else plain * o.where(deep, o.like(t, 2.0 ** min(-64 * c, 1000)), o.like(t, 1))

    def over(m: Array) -> Array:
        return t / m if level else o.where(deep, lifted() / m * 2.0**-64, t / m)

    return ops.Ratio(t, log, power, over)
