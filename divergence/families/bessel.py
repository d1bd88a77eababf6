"""log I₀ of the von Mises laws: its slope A = I₁/I₀ and its Bregman divergence, at any concentration κ ≥ 0."""

from __future__ import annotations

from typing import Any

from .. import ops
from .stirling import by_curvature

Array = Any
LARGE = 60.0  # from which the asymptotic series of the variance holds more digits than 1 − A/κ − A², which cancels
# 1 − A/κ − A² = Σ c_n κ^-n, n = 2, 3, ...
SERIES = (
    *(1 / 2, 1 / 4, 3 / 8, 25 / 32, 65 / 32, 3219 / 512, 721 / 32, 375733 / 4096),
    *(214173 / 512, 276923875 / 131072),
)


def bessel_ratio(k: Array) -> Array:
    """A(κ) = I₁(κ)/I₀(κ), the mean length of the von Mises law."""
    special = ops.special(k)
    return special.i1e(k) / special.i0e(k)


def _shortfall(k: Array, o: ops.ArrayWords) -> Array:
    """1 − A(κ), which is 1/(2κ) + ... for a large κ: the integral of the variance from there on."""
    large = k > LARGE
    y = 1 / o.where(large, k, o.like(k, LARGE))
    series = 0.0
    for n, c in reversed(list(enumerate(SERIES, 1))):
        series = series * y + c / n
    return o.where(large, y * series, 1 - bessel_ratio(k))


def variance(k: Array) -> Array:
    """(log I₀)''(κ) = 1 − A/κ − A², in (0, ½]."""
    o = ops.words(k)
    small, large = k < 1e-3, k > LARGE
    here = o.where(small | large, o.like(k, 1), k)
    ratio = bessel_ratio(here)
    middle = 1 - ratio / here - ratio * ratio
    low = o.where(small, k, o.like(k, 0))
    y = 1 / o.where(large, k, o.like(k, LARGE))
    series = 0.0
    for c in reversed(SERIES):
        series = series * y + c
    return o.where(small, 0.5 - 3 * low * low / 16, o.where(large, y * y * series, middle))


def log_bessel_bregman(k: Array, d: Array, end: Array, o: ops.ArrayWords) -> Array:
    """log I₀(κ') − log I₀(κ) − d A(κ) ≥ 0; d = κ' − κ is handed in, for either may hold digits that the other lost."""
    near = (o.abs(d) <= 1) | ((d <= k) & (2 * d >= -k))
    step = o.where(near, d, o.like(d, 0))
    close = by_curvature(variance, k, step)
    if o.nowhere(~near):
        return close
    special = ops.special(k)
    far = o.log(special.i0e(end) / special.i0e(k)) + d * _shortfall(k, o)
    return o.where(near, close, far)
