"""What Stirling's formula leaves of log Γ, and the Bregman divergence of it that gamma and beta laws are made of.

g(x) = log Γ(x) − x log x + x is convex and varies slowly, so that differences of it keep the digits that differences
of log Γ lose at large x. Its derivatives are sums of positive terms: ten steps of the recurrence, then the series.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops

Array = Any
STEPS = 10  # after which x >= 10 and eight terms of the series hold all digits
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_X, _W = np.polynomial.legendre.leggauss(16)
NODES, WEIGHTS = (1 + _X) / 2, _W / 2 * (1 - (1 + _X) / 2)  # of ∫ (1 − u) · du over [0, 1]


def curvature(x: Array) -> Array:
    """g''(x) = ψ'(x) − 1/x > 0."""
    total = 0.0
    for i in range(STEPS):
        z = x + i
        total = total + 1 / (z * z * (z + 1))
    y = 1 / (x + STEPS)
    series = 0.0
    for number in reversed(BERNOULLI):
        series = series * y * y + number
    return total + y * y / 2 + y * y * y * series


def remainder(x: Array, o: ops.ArrayWords) -> Array:
    """Binet's log Γ(x) − (x − ½) log x + x − ½ log 2π > 0."""
    total = 0.0
    for i in range(STEPS):
        total = total + ((x + (i + 0.5)) * o.log1p(1 / (x + i)) - 1)
    y = 1 / (x + STEPS)
    series = 0.0
    for k, number in reversed(list(enumerate(BERNOULLI, 1))):
        series = series * y * y + number / (2 * k * (2 * k - 1))
    return total + y * series


def remainder_slope(x: Array, o: ops.ArrayWords) -> Array:
    """Its derivative ψ(x) − log x + 1/(2x) < 0."""
    total = 0.0
    for i in range(STEPS):
        total = total + (o.log1p(1 / (x + i)) - (x + (i + 0.5)) / ((x + i) * (x + (i + 1))))
    y = 1 / (x + STEPS)
    series = 0.0
    for k, number in reversed(list(enumerate(BERNOULLI, 1))):
        series = series * y * y + number / (2 * k)
    return total - y * y * series


def bregman(x: Array, d: Array, y: Array, o: ops.ArrayWords) -> Array:
    """g(y) − g(x) − d g'(x) ≥ 0 for x, y > 0; d = y − x is handed in, for it is exact where the difference is not."""
    near = (d <= x) & (2 * y >= x)
    close = by_curvature(curvature, x, o.where(near, d, o.like(d, 0)))
    if o.nowhere(~near):
        return close
    far, there = o.where(near, o.like(d, 1) * x, d), o.where(near, 2 * x, y)  # 2x where it is not wanted
    ratio = there / x
    straight = (far / x - o.log(ratio)) / 2  # of −½ log, whose g'' is 1/(2x²)
    rest = remainder(there, o) - remainder(x, o) - far * remainder_slope(x, o)
    return o.where(near, close, straight + rest)


def log_gamma_bregman(x: Array, d: Array, o: ops.ArrayWords) -> Array:
    """log Γ(x + d) − log Γ(x) − d ψ(x): g and x log x − x."""
    return bregman(x, d, x + d, o) + x * o.klfun(1 + d / x, d / x)


def by_curvature(second: Any, x: Array, d: Array) -> Array:
    """d² ∫ (1 − u) φ''(x + u d) du over [0, 1]: the Bregman divergence of φ from its second derivative."""
    o = ops.words(x, d)
    u, weights = (o.xp.asarray(y, dtype=d.dtype, device=d.device) for y in (NODES, WEIGHTS))
    places = o.xp.expand_dims(x, axis=-1) + u * o.xp.expand_dims(d, axis=-1)
    return d * d * o.xp.sum(weights * second(places), axis=-1)
