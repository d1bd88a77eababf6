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


def terms_of_masses(row: Generator, p: Array, q: Array) -> Array:
    """q f(p/q) for each atom, (..., k): no checks, no sum."""
    o = ops.words(p, q)
    with ops.quiet():
        big, small = o.where(p <= q, q, p), o.where(p <= q, p, q)
        empty = big == 0
        unit = o.where(empty, o.like(big, 1), big)
        t = o.where(empty, o.like(big, 1), small / unit)
        s = o.where(empty, o.like(big, 0), (small - big) / unit)
        ratio = _ratio(small, unit, t, o)
        value = _perspective(row, t, s, p <= q, t == 0, ops.ArrayWords(o.xp, ratio))
        terms = o.where(empty, o.like(big, 0), big * value)
        return _weighed(row, terms, value, p <= q, t == 0, lambda: (o.xp.log(unit), ratio.log()), o)


def terms_of_logs(row: Generator, log_p: Array, log_q: Array) -> Array:
    """q f(p/q) for each atom from log-masses or log-densities; the ratio's logarithm survives its underflow."""
    o = ops.words(log_p, log_q)
    with ops.quiet():
        log_big = o.where(log_p <= log_q, log_q, log_p)
        big = o.exp(log_big)
        equal = log_p == log_q  # covers -inf - (-inf)
        v = o.where(equal, o.like(log_p, 0), -o.abs(log_p - log_q))
        t, s, gone = o.exp(v), o.expm1(v), v == -np.inf
        words = ops.ArrayWords(o.xp, ops.Ratio(t, lambda: v, lambda c: o.xp.exp(c * v)))
        value = _perspective(row, t, s, log_p <= log_q, gone, words)
        # a steep row may outweigh a mass that underflows
        deep = (big < o.xp.finfo(big.dtype).smallest_normal) & (value > 0)
        log_value = o.xp.log(o.where(deep, value, o.like(big, 1)))
        terms = o.where(deep, o.exp(log_big + log_value), big * value)
        return _weighed(row, terms, value, log_p <= log_q, gone, lambda: (log_big, v), o)


def _perspective(row: Generator, t: Array, s: Array, p_smaller: Array, gone: Array, o: Any) -> Array:
    """f or f_rev at t <= 1, with f(0) or f'(inf) where the smaller mass is zero."""
    low = o.where(gone, o.like(t, row.at_zero), row.f(t, s, o))
    if row.symmetric:
        return low
    high = o.where(gone, o.like(t, row.slope), row.reverse.f(t, s, o))
    return o.where(p_smaller, low, high)


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
    if not (math.isinf(row.bound) and ops.holds(overflowed)):
        return terms
    log_big, v = logs()
    (c, level), (c_reverse, level_reverse) = row.blow_up, row.reverse.blow_up
    log_value = o.where(p_smaller, level - c * v, level_reverse - c_reverse * v)
    return o.where(overflowed, o.exp(log_big + o.where(overflowed, log_value, o.like(v, 0))), terms)


def _ratio(small: Array, big: Array, t: Array, o: ops.ArrayWords) -> ops.Ratio:
    """t = small/big with the digits that t loses where it is subnormal: there it is lifted by 2^64."""
    deep = t < o.xp.finfo(t.dtype).smallest_normal
    lifted = o.where(deep, small * 2.0**64 / big, t)

    def log() -> Array:
        return o.xp.log(lifted) - o.where(deep, o.like(t, 64 * math.log(2)), o.like(t, 0))

    def power(c: float) -> Array:
        return lifted**c * o.where(deep, o.like(t, 2.0 ** min(-64 * c, 1000)), o.like(t, 1))

    return ops.Ratio(t, log, power)
