"""The log-density of each family, in its standard parameters: written once, for numpy and for torch.

What cancels for large parameters is written by Loader's deviance: the density of Gamma(a) at y, on which those of beta,
Dirichlet, Poisson, binomial and negative binomial laws stand, needs log Γ(a) only where a is small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import ops
from ..density import Member

Array = Any
LARGE = 15  # from here on Stirling's series has all digits
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)  # log Γ(a + 1) - (a + ½) log a + a - ½ log 2π, in 1/a
HALF_LOG_2PI = math.log(2 * math.pi) / 2


class LawWords(ops.ArrayWords):
    """The vocabulary of the library and the two special functions that log-densities need."""

    def __init__(self, x: Array):
        super().__init__(ops.namespace(x))
        if ops.is_torch(x):
            import torch

            self.lgamma, self.i0e = torch.lgamma, torch.special.i0e
        else:
            from scipy import special

            self.lgamma, self.i0e = special.gammaln, special.i0e

    def log_or_never(self, y: Array) -> Array:
        """log y, at 0 a -inf that does not move."""
        positive = y > 0
        return self.where(positive, self.log(self.where(positive, y, self.like(y, 1))), self.like(y, -math.inf))

    def times(self, a: Array, log_y: Array) -> Array:
        """a log y with 0 log 0 = 0, and an infinite value that does not move."""
        lost = log_y == -math.inf
        if self.nowhere(lost):
            return a * log_y
        product = a * self.where(lost, self.like(log_y, 0), log_y)
        never = self.where(a > 0, self.like(product, -math.inf), self.like(product, math.inf))
        return self.where(lost & (a != 0), never, product)


def log_density(member: Member, x: Array) -> Array:
    """log f(x) of a member of a family, -inf where it has no mass; x are arrays of the library of the parameters."""
    o = LawWords(x)
    with ops.quiet():
        return _FAMILIES[member.family](o, x, *member.parameters, *member.frame)


def support(member: Member) -> Any:
    """The ends (low, high) between which the member has its mass, arrays of the shape of its parameters."""
    family, parameters, frame = member.family, member.parameters, member.frame
    if family == "multivariate_normal":
        return ((-math.inf, math.inf),) * parameters[0].shape[-1]
    if family == "dirichlet":
        return ((0.0, 1.0),) * (parameters[0].shape[-1] - 1)
    low, high = {
        "lognormal": lambda: (frame[0], math.inf),
        "gamma": lambda: (frame[0], math.inf),
        "inverse_gaussian": lambda: (frame[0], math.inf),
        "pareto": lambda: (frame[0] + parameters[1], math.inf),
        "beta": lambda: (frame[0], frame[0] + frame[1]),
        "uniform": lambda: parameters,
        "von_mises": lambda: (-math.pi, math.pi),
        "poisson": lambda: (frame[0], math.inf),
        "negative_binomial": lambda: (frame[0], math.inf),
        "binomial": lambda: (frame[0], frame[0] + parameters[1]),
    }.get(family, lambda: (-math.inf, math.inf))()
    return low, high


def _within(o: LawWords, inside: Array, z: Array, function: Callable[[Array], Array], some: float = 0.5) -> Array:
    """function(z) inside, -inf outside; `some` is any point inside, where the function may be asked instead."""
    value = function(o.where(inside, z, o.like(z, some)))
    return o.where(inside, value, o.like(value, -math.inf))


def log_gamma_density(o: LawWords, a: Array, y: Array, log_y: Array) -> Array:
    """log of y^(a-1) e^-y / Γ(a)."""
    large = (a > LARGE) & (y > 0)
    plain = o.times(a - 1, log_y) - y - o.lgamma(a)
    if o.nowhere(large):
        return plain
    one = o.like(plain, 1)
    k, mu, log_mu = (o.where(large, x * one, one) for x in (a, y, log_y))
    s = (mu - k) / k
    near = o.abs(s) < ops.NEAR
    excess = o.where(near, o.log_excess(o.where(near, mu / k, one), o.where(near, s, 0 * one)), log_mu - o.log(k) - s)
    stirling = sum(c / k ** (2 * i + 1) for i, c in enumerate(STIRLING))
    return o.where(large, k * excess + o.log(k) / 2 - log_mu - HALF_LOG_2PI - stirling, plain)


def _gamma(o: LawWords, x: Array, shape: Array, scale: Array, power: Array, loc: Array) -> Array:
    def inside(z: Array) -> Array:
        edge = z == 0
        positive = o.where(edge, o.like(z, 1), z)
        y, log_z = positive**power, o.log(positive)
        value = log_gamma_density(o, shape, y, power * log_z) + o.times(power - 1, log_z)
        at_edge = o.times(shape * power - 1, o.log(o.where(edge, o.like(z, 0), o.like(z, 1)))) - o.lgamma(shape)
        at_edge = o.where(power * o.like(z, 1) > 0, at_edge, o.like(at_edge, -math.inf))
        return o.where(edge, at_edge, value) + o.log(o.abs(power) / scale)

    z = (x - loc) / scale
    return _within(o, z >= 0, z, inside)


def _dirichlet(o: LawWords, x: Array, a: Array) -> Array:
    x = o.xp.concat([x, 1 - o.xp.sum(x, axis=-1, keepdims=True)], axis=-1)
    inside = o.xp.all(x >= 0, axis=-1, keepdims=True)
    return _simplex(o, o.where(inside, x, o.like(x, 1 / x.shape[-1])), a, inside[..., 0])


def _simplex(o: LawWords, x: Array, a: Array, inside: Array) -> Array:
    """Dirichlet at all of its coordinates: Γ(n x_i; a_i) over Γ(n; n), n the sum of a."""
    n, k = o.xp.sum(a, axis=-1), x.shape[-1]
    total, log_n = n[..., None], o.log(n)
    terms = log_gamma_density(o, a, total * x, o.log(total) + o.log_or_never(x))
    value = o.xp.sum(terms, axis=-1) - log_gamma_density(o, n, n, log_n) + (k - 1) * log_n
    return o.where(inside, value, o.like(value, -math.inf))


def _beta(o: LawWords, x: Array, a: Array, b: Array, loc: Array, scale: Array) -> Array:
    z = (x - loc) / scale
    inside = (z >= 0) & (z <= 1)
    z = o.where(inside, z, o.like(z, 0.5))
    a, b = a + o.like(a * b, 0), b + o.like(a * b, 0)
    points = o.xp.stack([z, 1 - z], axis=-1)
    return _simplex(o, points, o.xp.stack([a, b], axis=-1), inside) - o.log(scale)


def _normal(o: LawWords, x: Array, mean: Array, sd: Array) -> Array:
    z = (x - mean) / sd
    return -z * z / 2 - o.log(sd) - HALF_LOG_2PI


def _lognormal(o: LawWords, x: Array, mean: Array, sd: Array, loc: Array) -> Array:
    z = x - loc
    return _within(o, z > 0, z, lambda z: _normal(o, o.log(z), mean, sd) - o.log(z))


def _uniform(o: LawWords, x: Array, low: Array, high: Array) -> Array:
    return _within(o, (x >= low) & (x <= high), x, lambda x: o.like(x, 0) - o.log(high - low))


def _laplace(o: LawWords, x: Array, loc: Array, scale: Array) -> Array:
    return -o.abs((x - loc) / scale) - o.log(2 * scale)


def _logistic(o: LawWords, x: Array, loc: Array, scale: Array) -> Array:
    z = o.abs((x - loc) / scale)
    return -z - 2 * o.log1p(o.exp(-z)) - o.log(scale)


def _log1p_square(o: LawWords, z: Array) -> Array:
    """log(1 + z²), whose square may overflow."""
    far = o.abs(z) > 1e9
    one = o.like(z, 1)
    return o.where(far, 2 * o.log(o.abs(o.where(far, z, one))), o.log1p(o.where(far, one, z) ** 2))


def _student(o: LawWords, x: Array, df: Array, loc: Array, scale: Array) -> Array:
    h = df / 2
    large = h > LARGE
    k, one = o.where(large, h, o.like(h, 2 * LARGE)), o.like(h, 1)
    series = k * o.log1p(0.5 / (k - 1)) + o.log(k - 1) / 2 - 0.5  # log Γ(h + ½) - log Γ(h)
    series = series + sum(c * ((k - 0.5) ** (-2 * i - 1) - (k - 1) ** (-2 * i - 1)) for i, c in enumerate(STIRLING))
    small = o.where(large, one, h)
    level = o.where(large, series, o.lgamma(small + 0.5) - o.lgamma(small)) - o.log(math.pi * df) / 2
    return level - (df + 1) / 2 * _log1p_square(o, (x - loc) / scale / o.sqrt(df)) - o.log(scale)


def _cauchy(o: LawWords, x: Array, loc: Array, scale: Array) -> Array:
    return -_log1p_square(o, (x - loc) / scale) - o.log(math.pi * scale)


def _pareto(o: LawWords, x: Array, shape: Array, minimum: Array, loc: Array) -> Array:
    z = (x - loc) / minimum
    return _within(o, z >= 1, z, lambda z: o.log(shape / minimum) - (shape + 1) * o.log(z), some=2.0)


def _inverse_gaussian(o: LawWords, x: Array, mean: Array, shape: Array, loc: Array) -> Array:
    def inside(z: Array) -> Array:
        return (o.log(shape) - 3 * o.log(z)) / 2 - HALF_LOG_2PI - shape * ((z - mean) / mean) ** 2 / (2 * z)

    return _within(o, x > loc, x - loc, inside)


def _von_mises(o: LawWords, x: Array, angle: Array, concentration: Array) -> Array:
    # cos is periodic, and the law is one on the circle: an end is as good as the other
    bend = -2 * concentration * o.xp.sin((x - angle) / 2) ** 2
    inside = (x >= -math.pi) & (x <= math.pi)
    return o.where(inside, bend - o.log(o.i0e(concentration)) - 2 * HALF_LOG_2PI, o.like(bend, -math.inf))


def _multivariate_normal(o: LawWords, x: Array, mean: Array, covariance: Array) -> Array:
    root = o.xp.linalg.cholesky(covariance)
    z = (o.xp.linalg.inv(root) @ (x - mean)[..., None])[..., 0]
    level = o.xp.sum(o.log(o.xp.linalg.diagonal(root)), axis=-1) + x.shape[-1] * HALF_LOG_2PI
    return -o.xp.sum(z * z, axis=-1) / 2 - level


def _whole(o: LawWords, k: Array) -> Array:
    return (k >= 0) & (o.xp.floor(k) == k)


def _poisson(o: LawWords, x: Array, rate: Array, loc: Array) -> Array:
    k = x - loc
    rate = rate + 0 * k
    return _within(o, _whole(o, k), k, lambda k: log_gamma_density(o, k + 1, rate, o.log_or_never(rate)), some=0.0)


def _binomial(o: LawWords, x: Array, p: Array, n: Array, loc: Array) -> Array:
    def inside(k: Array) -> Array:
        pieces = ((k, n * p), (n - k, n * (1 - p)))
        found = sum(log_gamma_density(o, j + 1, mu + 0 * j, o.log_or_never(mu) + 0 * j) for j, mu in pieces)
        return found - log_gamma_density(o, n + 1, n, o.log_or_never(n))

    k = x - loc
    return _within(o, _whole(o, k) & (k <= n), k, inside, some=0.0)


def _negative_binomial(o: LawWords, x: Array, p: Array, r: Array, first: Array) -> Array:
    def inside(k: Array) -> Array:
        n = r + k
        failures = n * (1 - p)
        found = log_gamma_density(o, r + 0 * k, n * p, o.log_or_never(n * p)) + log_gamma_density(
            o, k + 1, failures, o.log_or_never(failures)
        )
        return found - log_gamma_density(o, n, n, o.log_or_never(n)) + o.log(p)

    k = x - first
    return _within(o, _whole(o, k), k, inside, some=0.0)


_FAMILIES: dict[str, Callable[..., Array]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "beta": _beta,
    "uniform": _uniform,
    "laplace": _laplace,
    "logistic": _logistic,
    "student": _student,
    "cauchy": _cauchy,
    "pareto": _pareto,
    "inverse_gaussian": _inverse_gaussian,
    "von_mises": _von_mises,
    "multivariate_normal": _multivariate_normal,
    "dirichlet": _dirichlet,
    "poisson": _poisson,
    "binomial": _binomial,
    "negative_binomial": _negative_binomial,
}
