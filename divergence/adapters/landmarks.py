"""Where the mass of a member of a family lies: its quantiles from the deep tails to the centre, or places like them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..density import Member

Array = np.ndarray
TAIL = np.array([1e-300, 1e-100, 1e-30, 1e-12, 1e-6, 1e-3, 0.05, 0.25])  # probabilities on either side of the median
LOW = np.append(TAIL, 0.5)
REACH = np.array([37.0, 21.0, 11.5, 7.0, 4.75, 3.1, 1.65, 0.67])  # what they are in standard deviations of a normal law
STEPS = np.concatenate([-REACH, [0.0], REACH[::-1]])


def landmarks(member: Member, batch: tuple[int, ...]) -> Any:
    """Finite places in rising order: a tuple for one law, (m, *batch) for a batch; with (d,) more in d dimensions."""
    parameters = [np.asarray(ops.to_numpy(x), dtype=float) for x in (*member.parameters, *member.frame)]
    many = member.family in ("multivariate_normal", "dirichlet")
    if not many:
        parameters = [np.broadcast_to(x, batch) for x in parameters]
    with ops.quiet():
        found = _FAMILIES[member.family](*parameters)
    return found if many else finite(found)


def finite(x: Array, support: Any = (-math.inf, math.inf)) -> Any:
    """Places (m, *batch) in order, those that are nan, infinite or outside replaced by one that is not; one law's as a
    tuple."""
    good = np.isfinite(x) & (x >= support[0]) & (x <= support[1])
    if x.ndim == 1:
        return tuple(float(place) for place in np.unique(x[good]))
    some = np.where(good, x, 0.0)[np.argmax(good, axis=0), *np.indices(x.shape[1:])] if len(x) else x
    return np.sort(np.where(good, x, some), axis=0)


def _column(x: Array, parameter: Array) -> Array:
    """x along a first axis, ahead of the axes of a parameter."""
    return x.reshape(-1, *[1] * parameter.ndim)


def _both(parameter: Array, low: Callable[[Array], Array], high: Callable[[Array], Array]) -> Array:
    """`low` of the probabilities in the lower tail and of one half, `high` of those in the upper tail."""
    p = _column(TAIL, parameter)
    return np.concatenate([low(p), low(_column(np.array([0.5]), parameter)), high(p[::-1])])


def _normal(mean: Array, sd: Array) -> Array:
    return mean + sd * _column(STEPS, mean)


def _gamma(shape: Array, scale: Array, power: Array, loc: Array) -> Array:
    from scipy.special import gammainccinv, gammaincinv

    y = _both(shape, lambda p: gammaincinv(shape, p), lambda p: gammainccinv(shape, p))
    return loc + scale * y ** (1 / power)


def _beta(a: Array, b: Array, loc: Array, scale: Array) -> Array:
    from scipy.special import betaincinv

    return loc + scale * _both(a, lambda p: betaincinv(a, b, p), lambda p: 1 - betaincinv(b, a, p))


def _student(df: Array, loc: Array, scale: Array) -> Array:
    from scipy.special import stdtrit

    # beyond the float of a probability the tail is a power
    low = stdtrit(df, _column(TAIL[1:], df))
    return loc + scale * np.concatenate([low, 0 * low[:1], -low[::-1]])


def _symmetric(loc: Array, scale: Array, low: Callable[[Array], Array]) -> Array:
    return loc + scale * _both(loc, low, lambda p: -low(p))


def _pareto(shape: Array, minimum: Array, loc: Array) -> Array:
    return loc + minimum * np.exp(_both(shape, lambda p: -np.log1p(-p) / shape, lambda p: -np.log(p) / shape))


def _inverse_gaussian(mean: Array, shape: Array, loc: Array) -> Array:
    z2 = _column(REACH**2, mean)
    below, above = 1 / (1 / mean + z2 / shape), mean + mean * mean * z2[::-1] / shape
    mode = mean / (np.sqrt(1 + (1.5 * mean / shape) ** 2) + 1.5 * mean / shape)
    return loc + np.concatenate([below, mode[None], mean[None], above])


def _von_mises(angle: Array, concentration: Array) -> Array:
    steps = _column(STEPS, angle) / np.sqrt(concentration)
    return (angle + np.where(np.abs(steps) < math.pi, steps, 0) + math.pi) % (2 * math.pi) - math.pi


def _counts(mean: Array, sd: Array, tail: Array | float, high: Array | float) -> Array:
    """Integers around the mean, `tail` times the square of the steps farther than a normal law's on the upper side."""
    steps = _column(STEPS, mean)
    places = np.round(mean + steps * sd + np.where(steps > 0, steps * steps / 2, 0) * tail)
    return np.minimum(np.maximum(places, 0), high)


def _poisson(rate: Array, loc: Array) -> Array:
    return loc + _counts(rate, np.sqrt(rate), 1 / 3, math.inf)


def _binomial(p: Array, n: Array, loc: Array) -> Array:
    return loc + _counts(n * p, np.sqrt(n * p * (1 - p)), 1 / 3, n)


def _negative_binomial(p: Array, r: Array, first: Array) -> Array:
    mean = r * (1 - p) / p
    return first + _counts(mean, np.sqrt(mean / p), -1 / np.log1p(-p), math.inf)


def _multivariate_normal(mean: Array, covariance: Array) -> Array:
    """The mean, and what lies six standard deviations from it along each column of the root of the covariance."""
    columns = np.moveaxis(6 * np.linalg.cholesky(covariance), -1, 0)
    return mean + np.concatenate([-columns, 0 * columns[:1], columns])


def _dirichlet(a: Array) -> Array:
    return (a / a.sum(axis=-1, keepdims=True))[None, ..., :-1]


_FAMILIES: dict[str, Callable[..., Array]] = {
    "normal": _normal,
    "lognormal": lambda mean, sd, loc: loc + np.exp(_normal(mean, sd)),
    "gamma": _gamma,
    "beta": _beta,
    "uniform": lambda low, high: low + (high - low) * _column(np.array([0.25, 0.5, 0.75]), low),
    "laplace": lambda loc, scale: _symmetric(loc, scale, lambda p: np.log(2 * p)),
    "logistic": lambda loc, scale: _symmetric(loc, scale, lambda p: np.log(p) - np.log1p(-p)),
    "student": _student,
    "cauchy": lambda loc, scale: _symmetric(loc, scale, lambda p: np.where(p == 0.5, 0, -1 / np.tan(math.pi * p))),
    "pareto": _pareto,
    "inverse_gaussian": _inverse_gaussian,
    "von_mises": _von_mises,
    "multivariate_normal": _multivariate_normal,
    "dirichlet": _dirichlet,
    "poisson": _poisson,
    "binomial": _binomial,
    "negative_binomial": _negative_binomial,
}
