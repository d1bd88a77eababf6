"""The families: normal, gamma (with all its powers), Dirichlet, Poisson, binomial, negative binomial, inverse Gaussian,
von Mises, multivariate normal. Parameters are arrays that broadcast; vectors lie on the last axis.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from .. import generators, ops
from ..generators import GENERATORS
from ..perspective import terms_of_masses
from . import stirling
from .bessel import bessel_ratio, log_bessel_bregman
from .exponential import Family, Point

Array = Any
KL, REVERSE_KL = GENERATORS["kl"], GENERATORS["reverse_kl"]


def log_ratio(p: Array, q: Array, o: ops.ArrayWords) -> Array:
    """log p/q > -inf of positive numbers, exact near p = q."""
    s = (p - q) / q
    near = o.abs(s) < 0.5
    return o.where(near, o.log1p(o.where(near, s, o.like(s, 0))), o.log(p) - o.log(q))


def _blend(x: Array, step: Array, y: Array, w: float) -> Array:
    """x + w (y − x): in a form that loses nothing between, however far apart they are."""
    return (1 - w) * x + w * y if 0 <= w <= 1 else x + w * step


def _straight(base: Point, step: Point, end: Point, w: float, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    """In natural parameters."""
    m = tuple(_blend(x, d, y, w) for x, d, y in zip(base, step, end))
    return tuple(w * d for d in step), m, tuple((1 - w) * d for d in step)


def _from_to(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    return p, tuple(y - x for x, y in zip(p, q)), q


# normal (mean, deviation); in units of p's deviation: (mean, precision)


def _normal_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    (mean, sd), (other, other_sd) = p, q
    shift, precision = (other - mean) / sd, (sd / other_sd) ** 2
    step = shift, _near(o.expm1(2 * log_ratio(sd, other_sd, o)), precision - 1, o)
    return (o.like(shift, 0), o.like(precision, 1)), step, (shift, precision)


def _lognormal_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    """By (deviation, scale), the mean the logarithm of the scale."""
    (sd, scale), (other_sd, other) = p, q
    return _normal_between((o.like(scale, 0), sd), (log_ratio(other, scale, o), other_sd), o)


def _near(close: Array, far: Array, o: ops.ArrayWords) -> Array:
    return o.where(o.abs(far) < 0.5, close, far)


def _normal_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    shift = step[0]
    return REVERSE_KL.f(end[1] / base[1], step[1] / base[1], o) / 2 + end[1] * shift * shift / 2


def _normal_part(base: Point, step: Point, end: Point, w: float, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    here = _blend(base[1], step[1], end[1], w)
    to = w * step[0] * (end[1] / here), w * step[1]
    return to, (base[0] + to[0], here), ((1 - w) * step[0] * (base[1] / here), (1 - w) * step[1])


normal = Family("normal", _normal_between, _normal_kl, _normal_part, lambda m: m[1] > 0)
lognormal = replace(normal, between=_lognormal_between)


# gamma (shape, scale, power): X^power ~ Gamma(shape, scale^power); in units of p's rate: (shape, rate)


def _gamma_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    (shape, scale, power), (other, other_scale, _) = p, q
    rate = (scale / other_scale) ** power
    faster = _near(o.expm1(power * log_ratio(scale, other_scale, o)), rate - 1, o)
    return (shape, o.like(rate, 1)), (other - shape, faster), (other, rate)


def _gamma_of_rate(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    """By (shape, rate, power): the ratio of rates is that of scales the other way round."""
    return _gamma_between((p[0], q[1], p[2]), (q[0], p[1], q[2]), o)


def _gamma_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (shape, rate), (wider, faster), (other, other_rate) = base, step, end
    # ratio of the means
    t = (shape / other) * (other_rate / rate)
    s = (shape * (faster / rate) - wider) / other
    s = o.where(2 * other > shape, s, t - 1)
    return stirling.bregman(shape, wider, other, o) + other * REVERSE_KL.f(t, s, o)


gamma = Family("gamma", _gamma_between, _gamma_kl, _straight, lambda m: (m[0] > 0) & (m[1] > 0))
gamma_of_rate = replace(gamma, between=_gamma_of_rate)


# Dirichlet (concentrations (..., k)), and beta with k = 2


def _dirichlet_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (alpha,), (d,), (other,) = base, step, end
    total, change, end_total = (o.xp.sum(x, axis=-1, keepdims=True) for x in (alpha, d, other))
    mean, end_mean = alpha / total, other / end_total
    gap = (d - mean * change) / end_total
    gap = o.where(2 * end_total > total, gap, end_mean - mean)
    apart = o.xp.sum(terms_of_masses(KL, end_mean, mean, gap=gap), axis=-1)
    parts = o.xp.sum(stirling.bregman(alpha, d, other, o), axis=-1)
    return parts - stirling.bregman(total, change, end_total, o)[..., 0] + end_total[..., 0] * apart


dirichlet = Family("Dirichlet", _from_to, _dirichlet_kl, _straight, lambda m: (m[0] > 0).all(-1), ranks=(1,))


# Poisson (rate): log A(a) is that of two masses that do not sum to one


poisson = Family(
    "Poisson",
    _from_to,
    lambda base, step, end, o: terms_of_masses(KL, base[0], end[0], gap=-step[0]),
    None,
    lambda m: m[0] > 0,
    lambda a, b, p, q, o: terms_of_masses(generators.power(a), p[0], q[0]),
)


# binomial (probability, trials) of the same number of trials: so many independent pairs of two masses


def _two(p: Array, q: Array, terms: Any) -> Array:
    """The divergence of (p, 1 − p) from (q, 1 − q)."""
    return terms(p, q, p - q) + terms(1 - p, 1 - q, q - p)


def _kl_terms(p: Array, q: Array, gap: Array) -> Array:
    return terms_of_masses(KL, p, q, gap=gap)


def _power_terms(a: float) -> Any:
    row = generators.power(a)
    return lambda p, q, gap: terms_of_masses(row, p, q, gap=gap)


def _log_product(a: float, b: float, p: Array, q: Array, o: ops.ArrayWords) -> tuple[Array, Array]:
    """log p^a q^b and log (1 − p)^a (1 − q)^b for a > 0, -inf where p or 1 − p is 0."""

    def blend(x: Array, y: Array, none: Array) -> Array:
        return o.where(none, o.like(x, -math.inf), a * o.where(none, o.like(x, 0), x) + b * y)

    return blend(o.log(p), o.log(q), p == 0), blend(o.log1p(-p), o.log1p(-q), p == 1)


def _far(excess: Array) -> Array:
    """Where log(1 + excess) is to be found in another way: it cancels, or overflows."""
    return ~((excess > -0.5) & (excess < 1e10))


def _binomial_gap(a: float, b: float, p: Point, q: Point, o: ops.ArrayWords) -> Array:
    excess = -a * b * _two(p[0], q[0], _power_terms(a))
    far = _far(excess)
    value = p[1] * -o.log1p(o.where(far, o.like(excess, 0), excess)) / (a * b)
    if o.nowhere(far):
        return value
    # guarded, for a gradient goes through both
    x, y = (o.where(far, z + o.like(excess, 0), o.like(excess, 0.5)) for z in (p[0], q[0]))
    return o.where(far, p[1] * -o.xp.logaddexp(*_log_product(a, b, x, y, o)) / (a * b), value)


binomial = Family(
    "binomial",
    _from_to,
    lambda base, step, end, o: base[1] * _two(base[0], end[0], _kl_terms),
    None,
    lambda m: m[0] > 0,
    _binomial_gap,
)


# negative binomial (probability, successes) of the same number of successes, and geometric with one


def _negative_binomial_gap(a: float, b: float, p: Point, q: Point, o: ops.ArrayWords) -> Array:
    # Σ = p^a q^b / (1 − (1−p)^a (1−q)^b); both are the mean a p + b q less or more what power(a) takes
    terms, c = _power_terms(a), a * b
    success, failure = terms(p[0], q[0], p[0] - q[0]), terms(1 - p[0], 1 - q[0], q[0] - p[0])
    log_success, log_failure = _log_product(a, b, p[0], q[0], o)
    excess = c * (success + failure) / o.exp(log_success)
    far = _far(excess)
    value = p[1] * o.log1p(o.where(far, o.like(excess, 0), excess)) / c
    if o.nowhere(far):
        return value
    x, y = (o.where(far, z + o.like(excess, 0), o.like(excess, 0.5)) for z in (p[0], q[0]))
    log_success, log_failure = _log_product(a, b, x, y, o)
    inside, small = log_failure < 0, log_failure < -1
    # torch differentiates expm1 as its value plus one, which loses a small e^x
    log_rest = o.where(
        small,
        o.log1p(-o.exp(o.where(small, log_failure, o.like(log_failure, -1)))),
        o.log(-o.expm1(o.where(inside & ~small, log_failure, o.like(log_failure, -1)))),
    )
    apart = o.where(inside, p[1] * (log_rest - log_success) / c, o.like(value, math.inf))
    return o.where(far, apart, value)


negative_binomial = Family(
    "negative binomial",
    _from_to,
    lambda base, step, end, o: base[1] * _two(base[0], end[0], _kl_terms) / base[0],
    None,
    lambda m: m[0] > 0,
    _negative_binomial_gap,
)


# inverse Gaussian (mean, shape); in units of p's shape: (1/mean, shape)


def _inverse_gaussian_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    (mean, shape), (other, other_shape) = p, q
    base = shape / mean, o.like(mean, 1) * o.like(shape, 1)
    step = shape * ((mean - other) / mean) / other, (other_shape - shape) / shape
    return base, step, (shape / other, other_shape / shape)


def _inverse_gaussian_of_scale(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    """By (mean/scale, scale), the shape the scale."""
    (ratio, scale), (other, other_scale) = p, q
    longer = (other_scale - scale) / scale
    # shape/mean' − shape/mean
    step = ((ratio - other) / ratio - other / ratio * longer) / (other * (other_scale / scale))
    base = 1 / ratio + 0 * scale, o.like(ratio + scale, 1)
    return base, (step, longer + 0 * step), (1 / (other * (other_scale / scale)), other_scale / scale + 0 * step)


def _inverse_gaussian_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (slowness, shape), (d, wider), (_, other) = base, step, end
    return REVERSE_KL.f(other / shape, wider / shape, o) / 2 + other * d * d / (2 * slowness)


def _inverse_gaussian_part(
    base: Point, step: Point, end: Point, w: float, o: ops.ArrayWords
) -> tuple[Point, Point, Point]:
    # straight in the shape λ and in λ ν², ν = 1/mean
    (slowness, shape), (d, wider), (other, other_shape) = base, step, end
    here = _blend(shape, wider, other_shape, w)
    squares = d * (slowness + other)  # ν'² − ν²
    middle = o.sqrt(slowness * slowness + w * other_shape / here * squares)
    to = w * other_shape / here * squares / (middle + slowness)
    rest = (1 - w) * shape / here * squares / (middle + other)
    return (to, w * wider), (middle, here), (rest, (1 - w) * wider)


inverse_gaussian = Family(
    "inverse Gaussian",
    _inverse_gaussian_between,
    _inverse_gaussian_kl,
    _inverse_gaussian_part,
    lambda m: (m[1] > 0) & (m[0] >= 0),
)
inverse_gaussian_of_scale = replace(inverse_gaussian, between=_inverse_gaussian_of_scale)


# von Mises (mean direction, concentration)


def _von_mises_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (_, k), (turn, d), (_, other) = base, step, end
    half = o.xp.sin(turn / 2)
    return log_bessel_bregman(k, d, other, o) + 2 * other * bessel_ratio(k) * half * half


def _von_mises_part(base: Point, step: Point, end: Point, w: float, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    # straight as vectors κ (cos, sin)
    (angle, k), (turn, d), (_, other) = base, step, end
    half = o.xp.sin(turn / 2)
    bend = 2 * other * half * half  # κ' (1 − cos)
    x, y = k + w * (d - bend), w * other * o.xp.sin(turn)
    here = o.sqrt(x * x + y * y)
    longer = (2 * w * k * (d - bend) + w * w * (d * d + 2 * k * bend)) / (here + k)
    aside = o.xp.atan2(y, x)
    return (aside, longer), (angle + aside, here), (turn - aside, d - longer)


von_mises = Family("von Mises", _from_to, _von_mises_kl, _von_mises_part, lambda m: m[1] >= 0)


# multivariate normal (mean (..., k), covariance (..., k, k)): where p is made standard and q diagonal, k normals


def _multivariate_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    (mean, cov), (other, other_cov) = p, q
    linalg, transpose = o.xp.linalg, o.xp.matrix_transpose
    root = linalg.cholesky(cov)

    def whitened(x: Array) -> Array:
        inner = linalg.solve(root, transpose(linalg.solve(root, x)))
        return (inner + transpose(inner)) / 2

    excess, axes = linalg.eigh(whitened(other_cov - cov))
    # an excess near −1 keeps no digit of a small variance
    variance = o.where(excess > -0.5, 1 + excess, linalg.eigvalsh(whitened(other_cov)))
    shift = (transpose(axes) @ linalg.solve(root, o.xp.expand_dims(other - mean, axis=-1)))[..., 0]
    step = shift, o.where(excess > -0.5, -excess / variance, 1 / variance - 1)
    return (o.like(shift, 0), o.like(shift, 1)), step, (shift, 1 / variance)


multivariate_normal = Family(
    "multivariate normal",
    _multivariate_between,
    lambda base, step, end, o: o.xp.sum(_normal_kl(base, step, end, o), axis=-1),
    _normal_part,
    lambda m: (m[1] > 0).all(-1),
    ranks=(1, 2),
)
