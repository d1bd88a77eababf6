"""Closed forms of laws that are no exponential family: Laplace, Pareto and shifted exponential, Cauchy, Weibull.

Laplace's and the exponential's p^a q^(1−a) are exponentials in pieces, so every order is closed; of Cauchy laws, and of
Weibull laws with different shapes, only the KL is.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..generators import GENERATORS
from .exponential import Family, Point, gap
from .members import gamma, log_ratio
from .stirling import log_gamma_bregman

Array = Any
REVERSE_KL = GENERATORS["reverse_kl"]


def _from_to(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    return p, tuple(y - x for x, y in zip(p, q)), q


def _rates(a: float, b: float, scale: Array, other: Array) -> Array:
    """The gap of two exponentials, a ≥ b."""
    one = scale * 0 + other * 0 + 1
    return gap(gamma, a, b, (one, scale, one), (one, other, one))


# Laplace (location, scale)


def _one_less_ratio(z: Array, o: ops.ArrayWords) -> Array:
    """1 − (1 − e^−z)/z."""
    nought = z == 0
    return o.where(nought, o.like(z, 0), o.exp_excess(-z) / o.where(nought, o.like(z, 1), z))


def _laplace_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (_, scale), (d, wider), (_, other) = base, step, end
    d = o.abs(d)
    return REVERSE_KL.f(scale / other, -wider / other, o) + d / other * _one_less_ratio(d / scale, o)


def _laplace_gap(a: float, b: float, p: Point, q: Point, o: ops.ArrayWords) -> Array:
    # a/s and b/s' are the rates of decay of p^a and q^b; the part of the slower is what is small
    (location, scale), (other, other_scale) = p, q
    d = o.abs(other - location)
    rate, other_rate = a / scale, b / other_scale
    swap = rate < other_rate
    fast, slow = o.where(swap, other_rate, rate), o.where(swap, rate, other_rate)
    less = _one_less_ratio((fast - slow) * d, o)
    inside = fast + slow > 0
    v = o.where(inside, slow * d * (1 - less), o.like(less, 0))
    part = -o.log_excess(1 + v, v) + slow * d * less
    value = _rates(a, b, scale + 0 * d, other_scale + 0 * d) + part / (a * b)
    return o.where(inside, value, o.like(value, math.inf))


laplace = Family("Laplace", _from_to, _laplace_kl, None, lambda m: m[1] > 0, _laplace_gap)


# shifted exponential (location, scale), and Pareto by its logarithm


def _shifted_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (_, scale), (d, wider), (_, other) = base, step, end
    value = REVERSE_KL.f(scale / other, -wider / other, o) + o.where(d <= 0, -d, o.like(d, 0)) / other
    return o.where(d <= 0, value, o.like(value, math.inf))


def _shifted_gap(a: float, b: float, p: Point, q: Point, o: ops.ArrayWords) -> Array:
    d = q[0] - p[0]
    return _apart(a, b, p[1], q[1], d, _rates(a, b, p[1] + 0 * d, q[1] + 0 * d), o)


def _apart(a: float, b: float, scale: Array, other: Array, d: Array, value: Array, o: ops.ArrayWords) -> Array:
    """The gap of two exponentials, of which that of their rates is `value`, d apart."""
    below = value - o.where(d <= 0, d, o.like(d, 0)) / other / a
    if b < 0:
        return o.where(d <= 0, below, o.like(value, math.inf))
    return o.where(d <= 0, below, value + o.where(d > 0, d, o.like(d, 0)) / scale / b)


shifted_exponential = Family("shifted exponential", _from_to, _shifted_kl, None, lambda m: m[1] > 0, _shifted_gap)


def _pareto_between(p: Point, q: Point, o: ops.ArrayWords) -> tuple[Point, Point, Point]:
    (shape, minimum), (other, other_minimum) = p, q
    d = log_ratio(other_minimum, minimum, o)
    step = d, (shape - other) / (shape * other)
    return (o.like(d, 0), 1 / shape + 0 * d), step, (d, 1 / other + 0 * d)


def _pareto_gap(a: float, b: float, p: Point, q: Point, o: ops.ArrayWords) -> Array:
    d = log_ratio(q[1], p[1], o)
    # the shapes are rates, whose ratio is that of scales the other way round: 1/shape would lose it near equality
    return _apart(a, b, 1 / p[0], 1 / q[0], d, _rates(a, b, q[0] + 0 * d, p[0] + 0 * d), o)


pareto = Family("Pareto", _pareto_between, _shifted_kl, None, lambda m: m[1] > 0, _pareto_gap)


# Cauchy (location, scale)


def _cauchy_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (_, scale), (d, wider), (_, other) = base, step, end
    return o.log1p((wider / scale * wider + d / scale * d) / other / 4)


cauchy = Family("Cauchy", _from_to, _cauchy_kl, None, lambda m: m[1] > 0)


# Weibull (shape, scale)


def _weibull_kl(base: Point, step: Point, end: Point, o: ops.ArrayWords) -> Array:
    (shape, scale), (d, _), (other, other_scale) = base, step, end
    convex = log_gamma_bregman(o.like(d, 1), d / shape, o)
    # log of (λ/λ')^k' Γ(1 + k'/k)
    level = other * log_ratio(scale, other_scale, o) + log_ratio(other, shape, o) + convex - EULER * d / shape
    return o.exp_excess(level) + convex


EULER = 0.57721566490153286060651209
weibull = Family("Weibull", _from_to, _weibull_kl, None, lambda m: m[1] > 0)
