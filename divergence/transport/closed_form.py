"""W_p of two members of a family of one shape: X = a + b Z and Y = c + d Z with one Z are coupled by that Z.

Then F⁻¹ − G⁻¹ = (a − c) + (b − d) Z⁻¹, so W_p = ‖(a − c) + (b − d) Z‖_p: the shift where b = d, at every order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..density import Density
from .coupling import EPS

Array = Any
FAR = 1e12  # sizes from which a square is taken of the ratio alone, in float32 too


@dataclass(frozen=True)
class Shape:
    """(loc, scale, what two laws must share) of a family's parameters; mean and variance of Z by that; its support."""

    place: Callable[..., tuple[Array, Array, tuple[Array, ...]]]
    moments: Callable[..., tuple[Any, Any]]
    support: tuple[float, float]


def of(p: Any, q: Any, order: float) -> Array | None:
    """W_p for a batch of pairs, differentiable in the parameters of torch laws; None where it has no closed form."""
    if not (isinstance(p, Density) and isinstance(q, Density)) or p.normalise or q.normalise:
        return None
    if p.member is None or q.member is None or p.member.family != q.member.family or p.member.family not in SHAPES:
        return None
    shape = SHAPES[p.member.family]
    tensor = next((x for x in (*p.member.parameters, *q.member.parameters) if ops.is_torch(x)), None)

    def array(x: Array) -> Array:
        if tensor is None:
            return np.asarray(x, dtype=float)
        return x if ops.is_torch(x) else tensor.new_tensor(x)

    (a, b, same), (c, d, other) = (
        shape.place(*map(array, member.parameters), *map(array, member.frame)) for member in (p.member, q.member)
    )
    if not all(bool(np.all(ops.to_numpy(x) == ops.to_numpy(y))) for x, y in zip(same, other)):
        return None
    if any(getattr(x, "requires_grad", False) for x in (*same, *other)):  # the form holds on a line only
        return None
    shift, stretch = a - c, b - d
    if bool(np.all(ops.to_numpy(stretch) == 0)) and not getattr(stretch, "requires_grad", False):
        return ops.namespace(shift).abs(shift)
    o = ops.words(shift, stretch)
    if order == 2:
        with ops.quiet():
            mean, variance = (array(x) for x in shape.moments(*map(ops.to_numpy, same)))
            return _root_mean_square(shift, stretch, mean, variance, o)
    if order == 1 and p.member.family == "normal":
        return _folded(shift, o.abs(stretch), o)
    if order == math.inf:
        return _largest(shift, stretch, shape.support, o)
    return None


def rounding(p: Density, q: Density, value: float) -> float:
    """A bound for one pair: the terms that are added are of the size of their largest, the parameters are exact."""
    assert p.member is not None
    assert q.member is not None
    shape = SHAPES[p.member.family]
    (a, b, same), (c, d, _) = (
        shape.place(*(np.asarray(ops.to_numpy(x), dtype=float) for x in (*member.parameters, *member.frame)))
        for member in (p.member, q.member)
    )
    with ops.quiet():
        shift, stretch, mean = np.max(np.abs(a - c)), np.max(np.abs(b - d)), np.max(np.abs(shape.moments(*same)[0]))
    if stretch == 0:
        return 4 * EPS * value
    digits = 1 + float(np.max(np.abs(np.log(b / d))) + np.max(np.log1p(np.abs(mean))))
    return 64 * EPS * digits * (value + float(shift) + (float(stretch * mean) if np.isfinite(mean) else 0.0))


def _root_mean_square(shift: Array, stretch: Array, mean: Array, variance: Array, o: ops.ArrayWords) -> Array:
    """√E(a + b Z)² from mean and variance of Z; |a| where b = 0, whatever they are."""
    endless = variance == math.inf
    middle = shift + stretch * o.where(endless, o.like(mean, 0), mean)
    size = o.abs(ops.fixed(middle)) + o.abs(ops.fixed(stretch))  # taken out, lest a square overflow or vanish
    unit = o.where((size > FAR) | (size < 1 / FAR) & (size > 0), size, o.like(size, 1))
    middle, stretch = middle / unit, stretch / unit
    square = middle * middle + stretch * stretch * o.where(endless, o.like(variance, 0), variance)
    nothing = square == 0
    root = unit * o.where(nothing, o.like(square, 0), o.sqrt(o.where(nothing, o.like(square, 1), square)))
    return o.where(stretch == 0, o.abs(shift), o.where(endless, o.like(root, math.inf), root))


def _folded(m: Array, s: Array, o: ops.ArrayWords) -> Array:
    """E|m + s Z| of a standard normal Z: s √(2/π) e^(−m²/2s²) + m erf(m/(s √2))."""
    still = s == 0
    unit = o.where(still, o.like(s, 1), s)
    z = m / unit
    moved = unit * math.sqrt(2 / math.pi) * o.exp(-z * z / 2) + m * ops.special(m).erf(z / math.sqrt(2))
    return o.where(still, o.abs(m), moved)


def _largest(shift: Array, stretch: Array, support: tuple[float, float], o: ops.ArrayWords) -> Array:
    ends = [o.abs(shift + stretch * end) for end in support if math.isfinite(end)]
    value = o.abs(shift) if not ends else ends[0]
    for end in ends[1:]:
        value = o.where(end > value, end, value)
    return o.where(stretch == 0, o.abs(shift), value if len(ends) == 2 else o.like(value, math.inf))


def _gamma(shape: np.ndarray, power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of Z where Z^power is a gamma variable: E Zᵏ = Γ(shape + k/power)/Γ(shape)."""
    from scipy.special import gammaln

    first, second = (
        np.where(shape + k / power > 0, np.exp(gammaln(np.abs(shape + k / power)) - gammaln(shape)), math.inf)
        for k in (1, 2)
    )
    return np.where(power == 1, shape, first), np.where(power == 1, shape, second - first * first)


def _pareto(shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.where(shape > 1, shape / (shape - 1), math.inf),
        np.where(shape > 2, shape / ((shape - 1) ** 2 * (shape - 2)), math.inf),
    )


REAL, POSITIVE = (-math.inf, math.inf), (0.0, math.inf)
SHAPES = {
    "normal": Shape(lambda mean, sd: (mean, sd, ()), lambda: (0.0, 1.0), REAL),
    "lognormal": Shape(
        lambda mean, sd, loc: (loc, ops.words(mean, sd).exp(mean), (sd,)),
        lambda sd: (np.exp(sd * sd / 2), np.exp(sd * sd) * np.expm1(sd * sd)),
        POSITIVE,
    ),
    "gamma": Shape(lambda shape, scale, power, loc: (loc, scale, (shape, power)), _gamma, POSITIVE),
    "laplace": Shape(lambda loc, scale: (loc, scale, ()), lambda: (0.0, 2.0), REAL),
    "logistic": Shape(lambda loc, scale: (loc, scale, ()), lambda: (0.0, math.pi**2 / 3), REAL),
    "cauchy": Shape(lambda loc, scale: (loc, scale, ()), lambda: (0.0, math.inf), REAL),
    "student": Shape(
        lambda df, loc, scale: (loc, scale, (df,)),
        lambda df: (np.zeros_like(df), np.where(df > 2, df / (df - 2), math.inf)),
        REAL,
    ),
    "uniform": Shape(lambda low, high: (low, high - low, ()), lambda: (0.5, 1 / 12), (0.0, 1.0)),
    "pareto": Shape(lambda shape, minimum, loc: (loc, minimum, (shape,)), _pareto, (1.0, math.inf)),
}
