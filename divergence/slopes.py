"""First and second derivatives of q f(p/q), for every library that differentiates: (T, -R), and what they bend by.

With v = log p/q the derivative by p is T(v) and by q T_reverse(-v). All second derivatives come from one number,
B(w) = T'(w) of the row whose ratio t = e^w = smaller/larger is at most 1: B/smaller and t B/larger on the diagonal,
-B/larger across. In log-masses the first are p T(v) and q T_reverse(-v), and a second derivative is the first, on
the diagonal, plus or minus larger · t B.
"""

from __future__ import annotations

import math
from typing import Any

from .generators import Generator
from .ops import ArrayWords, quiet, words
from .tangent import derivative

Array = Any
FAR = -40.0  # log-ratio left of which B is its leading power to all digits; the next one is a factor t behind


def of_masses(row: Generator, p: Array, q: Array) -> Array:
    """T(v), the derivative by p; that by q is the same of the reverse row with its arguments exchanged."""
    o = words(p, q)
    with quiet():
        return row.critic(log_ratio(p, q, o), o)


def bends_of_masses(row: Generator, p: Array, q: Array) -> tuple[Array, Array]:
    """The derivatives of T(v) by p and by q."""
    o = words(p, q)
    with quiet():
        v = log_ratio(p, q, o)
        zero, one, up, neither = o.like(v, 0), o.like(v, 1), p <= q, (p == 0) & (q == 0)
        w = -o.abs(v)
        small, big = (o.where(neither, one, x) for x in (o.where(up, p, q), o.where(up, q, p)))
        bend, far = _side(row, w, 0, up, o), w < FAR
        # far away as powers of t, which have a value where the smaller mass is 0
        by_small = o.where(far, _side(row, w, -1, up, o) / big, bend / small)
        by_big = o.where(far, _side(row, w, 1, up, o), small / big * bend) / big
        by_p, by_q = o.where(up, by_small, by_big), -bend / big
        return o.where(neither, zero, by_p), o.where(neither, zero, by_q)


def of_logs(row: Generator, log_p: Array, log_q: Array, v: Any, value: Array) -> tuple[Array, Array]:
    """p T(v) and q T_reverse(-v), the derivatives by log p and log q; `value` is q f(p/q).

    No finite step moves a log-mass of -inf, so its derivative is 0.
    """
    o = words(log_p, log_q)
    with quiet():
        v = _gap(log_p, log_q, o) if v is None else v
        zero = o.like(v, 0)
        slope_p, slope_q = row.critic(v, o), row.reverse.critic(-v, o)
        steep_p, steep_q = o.xp.isinf(slope_p), o.xp.isinf(slope_q)
        by_p = o.exp(log_p) * o.where(steep_p, zero, slope_p)
        by_q = o.exp(log_q) * o.where(steep_q, zero, slope_q)
        # the value is the sum of both (it is 1-homogeneous): where one slope overflows, the other tells it
        by_p, by_q = (
            o.where(steep_p, o.where(steep_q, slope_p, value - by_q), by_p),
            o.where(steep_q, o.where(steep_p, slope_q, value - by_p), by_q),
        )
        return o.where(log_p == -math.inf, zero, by_p), o.where(log_q == -math.inf, zero, by_q)


def bend_of_logs(row: Generator, log_p: Array, log_q: Array, v: Any) -> Array:
    """p T'(v) = q T_reverse'(-v), by which p T(v) falls when log q rises."""
    o = words(log_p, log_q)
    with quiet():
        v = _gap(log_p, log_q, o) if v is None else v
        up, w = v <= 0, -o.abs(v)
        log_big = o.where(up, log_q, log_p)
        found = _side(row, w, 1, up, o, log_big)
        return o.where((log_p == -math.inf) | (log_q == -math.inf), o.like(v, 0), found)


def _side(row: Generator, w: Array, power: int, up: Array, o: ArrayWords, scale: Any = 0) -> Array:
    """e^scale t^power B(w) of the row where p is the smaller mass, else of its reverse; w = log t at most 0."""
    found = _bend(row, w, power, o, scale)
    return found if row.symmetric else o.where(up, found, _bend(row.reverse, w, power, o, scale))


def _bend(row: Generator, w: Array, power: int, o: ArrayWords, scale: Any) -> Array:
    """e^scale t^power T'(w), w = log t at most 0, by its leading power where w is far to the left."""
    exponent, level, sign = row.bend_at_zero
    if sign == 0:  # straight on both sides of a kink
        return o.like(w, 0)
    far = w < FAR
    here = o.where(far, o.like(w, 0), w)
    near = o.exp(scale + power * here) * derivative(row.critic, here, o)
    tail = scale + level + (exponent + power) * w if exponent + power else o.like(w, level) + scale
    return o.where(far, sign * o.exp(tail), near)


def log_ratio(p: Array, q: Array, o: ArrayWords, gap: Array | None = None) -> Array:
    """log p/q, exact near p = q; 0 for an atom that neither has, where no direction that keeps it so sees the row.

    `gap` is p - q where q is known better than its float.
    """
    neither = (p == 0) & (q == 0)
    if not o.nowhere(neither):
        p, q = (o.where(neither, o.like(x, 1), x) for x in (p, q))
    excess, ratio = (p - q if gap is None else gap) / q, p / q
    near = o.abs(excess) < 0.5
    # a difference of logarithms has the error of each, so it is left to ratios that are no normal float
    lost = (ratio < o.xp.finfo(ratio.dtype).smallest_normal) | (ratio == math.inf)
    if o.nowhere(lost):
        far = o.xp.log(ratio)
    else:
        far = o.where(lost, o.xp.log(p) - o.xp.log(q), o.xp.log(o.where(lost, o.like(ratio, 1), ratio)))
    return o.where(near, o.log1p(o.where(near, excess, o.like(excess, 0))), far)


def _gap(log_p: Array, log_q: Array, o: ArrayWords) -> Array:
    """log p - log q, 0 where neither law has the atom."""
    neither = (log_p == -math.inf) & (log_q == -math.inf)
    return o.where(neither, o.like(log_p, 0), log_p) - o.where(neither, o.like(log_q, 0), log_q)
