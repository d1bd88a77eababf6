"""The vocabulary once more, in Arb's complex balls: a row handed these words encloses q f(p/q), rounding and all.

A function is integrated by its values on complex balls about the line. Where the integrator asks for it, `analytic` is
true, and a word that is not analytic on the whole of its ball, such as a logarithm across its cut or |x| across 0, must
answer with a ball that is not finite. So the flag lives in the words, where no formula can forget it. A ball
that may be 0 is neither == 0 nor != 0: ask `is_zero`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx, fmpq

from ..generators import FAMILIES, Generator

Ball = Any


@contextmanager
def precision(bits: int) -> Iterator[None]:
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def rational(x: Any) -> fmpq:
    """A float or a fraction as what it is."""
    exact = Fraction(x)
    return fmpq(exact.numerator, exact.denominator)


def ball(x: Any) -> arb:
    return arb(rational(x))


def reach(x: arb) -> arb:
    """[0, x] as a ball."""
    return arb(0).union(x)


def power(x: arb, c: Fraction) -> arb:
    """x^c, exact where c is a small integer and x^c a short number."""
    return x ** int(c) if c.denominator == 1 and abs(c) < 64 else (ball(c) * x.log()).exp()


def largest(x: arb) -> arb:
    """max(x, 0) from above."""
    return arb(x.upper()).max(arb(0))


@dataclass(frozen=True)
class Ratio:
    """A ball t that knows its logarithm, and keeps it when scaled: so log t has no cut where t winds about 0."""

    t: acb
    log: acb
    analytic: bool

    def __mul__(self, other: Ball) -> Ball:
        if isinstance(other, int | float | fmpq) and other > 0:
            return Ratio(self.t * other, self.log + arb(other).log(), self.analytic)
        return self.t * _plain(other)

    def __truediv__(self, other: Ball) -> Ball:
        other = _plain(other)
        return Ratio(self.t / other, self.log - acb(other).log(analytic=self.analytic), self.analytic)

    def __rtruediv__(self, other: Ball) -> Ball:
        return other / self.t

    def __add__(self, other: Ball) -> Ball:
        return self.t + _plain(other)

    def __sub__(self, other: Ball) -> Ball:
        return self.t - _plain(other)

    def __rsub__(self, other: Ball) -> Ball:
        return other - self.t

    __radd__, __rmul__ = __add__, __mul__


def _plain(x: Ball) -> Ball:
    return x.t if isinstance(x, Ratio) else x


class BallWords:
    """The words of which the f of a row is made."""

    def __init__(self, analytic: bool = False):
        self._analytic = analytic

    def log(self, x: Ball) -> Ball:
        return x.log if isinstance(x, Ratio) else acb(x).log(analytic=self._analytic)

    def over(self, t: Ball, m: Ball) -> Ball:
        return t / m

    def sqrt(self, x: Ball) -> Ball:
        return (x.log / 2).exp() if isinstance(x, Ratio) else x.sqrt(analytic=self._analytic)

    def abs(self, x: Ball) -> Ball:
        return _plain(x).real_abs(analytic=self._analytic)

    def positive_part(self, x: Ball) -> Ball:
        return _plain(x).real_max(acb(0), analytic=self._analytic)

    def pow(self, x: Ball, c: Any) -> Ball:
        return acb(0) if _plain(x) == 0 and c > 0 else (c * self.log(x)).exp()

    def log_excess(self, t: Ball, s: Ball) -> Ball:
        return self.log(t) - s

    def klfun(self, t: Ball, s: Ball) -> Ball:
        return -s if _plain(t) == 0 else _plain(t) * self.log(t) - s

    def power_excess(self, t: Ball, s: Ball, a: Any) -> Ball:
        if a == 0:
            return -self.log_excess(t, s)
        return self.klfun(t, s) if a == 1 else (self.pow(t, a) - 1 - a * s) / (a * (a - 1))


def with_exact_parameters(row: Generator) -> Generator:
    """The row whose parameters are the rationals that its floats are, so that 1 - w is 1 - w."""
    family = FAMILIES.get(row.name.split("(")[0])
    if family is None:
        return row
    values = row.parameters.values()
    return family(*(with_exact_parameters(x) if isinstance(x, Generator) else rational(x) for x in values))


def perspective(row: Generator, log_p: acb, log_q: acb, v: acb, analytic: bool = False) -> acb:
    """q f(p/q), v = log p/q, from the larger of the two: where it is analytic both spellings are one function."""
    if v.real.mid() > 0:
        row, v, log_q = row.reverse, -v, log_p
    return log_q.exp() * row.f(Ratio(v.exp(), v, analytic), v.expm1(), BallWords(analytic))


def at_zero(row: Generator) -> arb:
    """f(0), not finite where f says so."""
    return acb(row.f(acb(0), acb(-1), BallWords())).real
