"""Families of laws on the line, in balls: the log-density, and how it falls towards the ends of its support.

Each law knows its log-density as a function of z, the distance from an anchor x = anchor ± z, so that next to the end
of a support nothing cancels; and its elasticity d log p/d log z, as a sum of powers of z that holds for a whole tail.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import acb, arb

from .balls import ball, power, reach
from .direction import Direction, LogDensity, Order, Tail, Undecided
from .taylor import logarithm, middle


class Line(ABC):
    """A law with log-density `log_density`, positive on (low, high), analytic there but at `cuts`."""

    low: Any = -math.inf
    high: Any = math.inf
    centre: Fraction
    scale: Fraction
    cuts: tuple[Fraction, ...] = ()
    singular: tuple[Fraction, ...] = ()  # ends of the support at which log p is not analytic
    heavy = False  # falls slower than an exponential

    @abstractmethod
    def log_density(self, way: Direction) -> LogDensity:
        """log p(anchor + side z), of a ball or a series z, of log z where that is known, and of the analytic flag."""

    @abstractmethod
    def score(self, x: arb, side: int) -> arb:
        """d log p/dx at a ball of x - centre to that side of a cut."""

    def fall(self, tail: Tail) -> dict[Order, arb]:
        """d log p/d log y in a far tail, or towards a singular end of the support."""
        raise AssertionError("no such tail")

    def elasticity(self, tail: Tail) -> dict[Order, arb]:
        """d log p/d log y for all of a tail."""
        way = tail.direction
        if tail.far or way.anchor in self.singular:
            return self.fall(tail)
        x = way.since(self.centre) + way.side * tail.small
        return tail.in_y((Fraction(1), way.side * self.score(x, way.side)))

    def ahead(self, tail: Tail) -> arb:
        """(distance from the centre)/z in a far tail, where it must be positive."""
        return 1 + tail.direction.side * tail.direction.since(self.centre) * tail.small


class Normal(Line):
    def __init__(self, mean: Fraction, sd: Fraction):
        self.centre, self.scale = mean, sd
        self.width, self.level = ball(sd), -(ball(sd) * (2 * arb.pi()).sqrt()).log()

    def log_density(self, way: Direction) -> LogDensity:
        start = way.since(self.centre)

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            w = (start + way.side * z) / self.width
            return self.level - w * w / 2

        return log_density

    def score(self, x: arb, side: int) -> arb:
        return -x / self.width**2

    def fall(self, tail: Tail) -> dict[Order, arb]:
        gap = tail.direction.side * tail.direction.since(self.centre)
        return tail.in_y((Fraction(2), -1 / self.width**2), (Fraction(1), -gap / self.width**2))


class Laplace(Line):
    def __init__(self, loc: Fraction, scale: Fraction):
        self.centre, self.scale, self.cuts = loc, scale, (loc,)
        self.width, self.level = ball(scale), -(2 * ball(scale)).log()

    def log_density(self, way: Direction) -> LogDensity:
        start = way.since(self.centre)
        right = way.anchor > self.centre or (way.anchor == self.centre and way.side > 0)
        rate = (-1 if right else 1) / self.width
        return lambda z, log_z, analytic: self.level + rate * (start + way.side * z)

    def score(self, x: arb, side: int) -> arb:
        return -arb(0 if x == 0 else 1 if x > 0 else -1 if x < 0 else side) / self.width

    def fall(self, tail: Tail) -> dict[Order, arb]:
        return tail.in_y((Fraction(1), -1 / self.width))


class Logistic(Line):
    def __init__(self, loc: Fraction, scale: Fraction):
        self.centre, self.scale = loc, scale
        self.width, self.level = ball(scale), -ball(scale).log()

    def log_density(self, way: Direction) -> LogDensity:
        start = way.since(self.centre)

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            w = (start + way.side * z) / self.width
            w = w if middle(w) > 0 else -w  # even in w; so the exponential is small
            return self.level - w - 2 * logarithm(1 + (-w).exp(), analytic)

        return log_density

    def score(self, x: arb, side: int) -> arb:
        return -(x / (2 * self.width)).tanh() / self.width

    def fall(self, tail: Tail) -> dict[Order, arb]:
        if not tail.start > 2 * self.width:
            raise Undecided
        # z (1 - tanh) <= 2 z e^(-w), and z² e^(-w) falls from here on
        w = (tail.direction.side * tail.direction.since(self.centre) + tail.start) / self.width
        short = reach(2 * tail.start**2 * (-w).exp())
        return tail.in_y((Fraction(1), -1 / self.width), (Fraction(-1), short / self.width))


class Student(Line):
    heavy = True

    def __init__(self, df: Fraction, loc: Fraction, scale: Fraction):
        self.centre, self.scale, n = loc, scale, ball(df)
        self.df, self.width = n, ball(scale)
        self.level = ((n + 1) / 2).lgamma() - (n / 2).lgamma() - (n * arb.pi()).log() / 2 - self.width.log()

    def log_density(self, way: Direction) -> LogDensity:
        start, spread, power = way.since(self.centre), self.df * self.width**2, (self.df + 1) / 2
        log_distance, near = way.log_distance(self.centre, way.side), (2 * (abs(start) + spread.sqrt())).log()

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            if log_z is None or not middle(log_z) > near:
                x = start + way.side * z
                return self.level - power * logarithm(1 + x * x / spread, analytic)
            log_square = 2 * log_distance(z, log_z, analytic) - spread.log()  # far out log x has no cut
            return self.level - power * (log_square + logarithm(1 + (-log_square).exp(), analytic))

        return log_density

    def score(self, x: arb, side: int) -> arb:
        return -(self.df + 1) * x / (self.df * self.width**2 + x * x)

    def fall(self, tail: Tail) -> dict[Order, arb]:
        ahead, spread = self.ahead(tail), self.df * self.width**2 * tail.small
        gap = tail.direction.side * tail.direction.since(self.centre)
        short = (gap * ahead + spread) / (spread * tail.small + ahead**2)
        return tail.in_y((Fraction(0), -(self.df + 1)), (Fraction(-1), (self.df + 1) * short))


class Gamma(Line):
    """(X - loc)^power ~ Gamma(shape, scale^power)."""

    def __init__(self, shape: Fraction, scale: Fraction, power: Fraction, loc: Fraction):
        self.low = self.centre = loc
        self.scale = scale * Fraction(math.exp(max(-300.0, min(300.0, math.log(max(shape, 1)) / power))))
        self.power, self.rate, self.log_scale = power, ball(power), ball(scale).log()
        self.unit = ball(scale)
        self.singular = () if shape == power == 1 else (loc,)
        self.heavy = power < 1
        self.exponent = self.rate * ball(shape) - 1
        self.level = abs(self.rate).log() - self.rate * ball(shape) * self.log_scale - ball(shape).lgamma()

    def log_density(self, way: Direction) -> LogDensity:
        log_distance, start = way.log_distance(self.centre, 1), way.since(self.centre)

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            value = acb(self.level)
            if self.power == 1:
                value -= (start + way.side * z) / self.unit
                if self.exponent.is_zero():
                    return value
            log_x = log_distance(z, log_z, analytic)
            if self.power != 1:
                value -= (self.rate * (log_x - self.log_scale)).exp()
            return value + self.exponent * log_x

        return log_density

    def score(self, x: arb, side: int) -> arb:
        rise = self.rate * power(x, self.power - 1) / power(self.unit, self.power)
        return (arb(0) if self.exponent.is_zero() else self.exponent / x) - rise

    def fall(self, tail: Tail) -> dict[Order, arb]:
        ahead = self.ahead(tail)
        steep = -self.rate * power(ahead, self.power - 1) / power(self.unit, self.power)
        short = tail.direction.side * tail.direction.since(self.centre) / ahead
        return tail.in_y((Fraction(0), self.exponent), (Fraction(-1), -self.exponent * short), (self.power, steep))


class Beta(Line):
    def __init__(self, a: Fraction, b: Fraction, loc: Fraction, scale: Fraction):
        self.low, self.high, self.centre, self.scale = loc, loc + scale, loc, scale
        self.length, self.exponents = ball(scale), (ball(a) - 1, ball(b) - 1)
        self.singular = tuple(end for end, c in ((self.low, a), (self.high, b)) if c != 1)
        first, second, total = ball(a), ball(b), ball(a + b)
        self.level = total.lgamma() - first.lgamma() - second.lgamma() - (total - 1) * self.length.log()

    def log_density(self, way: Direction) -> LogDensity:
        ends = ((self.low, 1), (self.high, -1))
        logs = [(c, way.log_distance(*end)) for c, end in zip(self.exponents, ends) if not c.is_zero()]

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            return sum((c * log(z, log_z, analytic) for c, log in logs), acb(self.level))

        return log_density

    def score(self, x: arb, side: int) -> arb:
        first, second = self.exponents
        left, right = (arb(0) if c.is_zero() else c / gap for c, gap in ((first, x), (second, self.length - x)))
        return left - right

    def fall(self, tail: Tail) -> dict[Order, arb]:
        here, there = self.exponents if tail.direction.side > 0 else self.exponents[::-1]
        return tail.in_y((Fraction(0), here), (Fraction(1), -there / (self.length - tail.small)))


class Uniform(Line):
    def __init__(self, low: Fraction, high: Fraction):
        self.low, self.high, self.centre, self.scale = low, high, low, high - low
        self.level = acb(-ball(high - low).log())

    def log_density(self, way: Direction) -> LogDensity:
        return lambda z, log_z, analytic: self.level

    def score(self, x: arb, side: int) -> arb:
        return arb(0)


class LogNormal(Line):
    """log(X - loc) ~ N(mean, sd²)."""

    heavy = True

    def __init__(self, mean: Fraction, sd: Fraction, loc: Fraction):
        self.low = self.centre = loc
        self.scale = Fraction(math.exp(max(-700.0, min(700.0, float(mean)))))
        self.singular = (loc,)
        self.mean, self.width = ball(mean), ball(sd)
        self.level = -(self.width * (2 * arb.pi()).sqrt()).log()

    def log_density(self, way: Direction) -> LogDensity:
        log_distance = way.log_distance(self.centre, 1)

        def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
            log_x = log_distance(z, log_z, analytic)
            w = (log_x - self.mean) / self.width
            return self.level - log_x - w * w / 2

        return log_density

    def score(self, x: arb, side: int) -> arb:
        return -(1 + (x.log() - self.mean) / self.width**2) / x

    def fall(self, tail: Tail) -> dict[Order, arb]:
        ahead, variance = self.ahead(tail), self.width**2
        level = (-1 - (ahead.log() - self.mean) / variance) / ahead
        return tail.in_y((Fraction(0), level), log=-1 / (variance * ahead))


FAMILIES: dict[str, Callable[..., Line]] = {
    "normal": Normal,
    "laplace": Laplace,
    "logistic": Logistic,
    "student": Student,
    "cauchy": lambda loc, scale: Student(Fraction(1), loc, scale),
    "gamma": Gamma,
    "beta": Beta,
    "uniform": Uniform,
    "lognormal": LogNormal,
}
