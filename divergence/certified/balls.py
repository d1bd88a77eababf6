"""The vocabulary once more, in Arb's complex balls: a row handed these words encloses q f(p/q) with every rounding error.

A function is integrated by its values on complex balls about the line. Where the integrator asks for it, `analytic` is
true, and a word that is not analytic on the whole of its ball, such as a logarithm across its cut or |x| across 0, must
answer with a ball that is not finite. So the flag lives here, and no caller can forget it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


def largest(x: arb) -> arb:
    """max(x, 0) from above."""
    return arb(x.upper()).max(arb(0))


class BallWords:
    """The words of which the f of a row is made, for t = e^v; t = 0 is met only where f(0) is asked for."""

    def __init__(self, t: acb, v: acb | None, analytic: bool = False):
        self._logs = [] if v is None else [(t, v)]
        self._analytic = analytic

    def log(self, x: Ball) -> Ball:
        known = self._known(x)
        return acb(x).log(analytic=self._analytic) if known is None else known

    def _known(self, x: Ball) -> Ball | None:
        return next((log for ratio, log in self._logs if ratio is x), None)

    def over(self, t: Ball, m: Ball) -> Ball:
        """t/m, whose logarithm has no cut where log t has none."""
        ratio, known = t / m, self._known(t)
        if known is not None:
            self._logs.append((ratio, known - self.log(m)))
        return ratio

    def sqrt(self, x: Ball) -> Ball:
        known = self._known(x)
        return x.sqrt(analytic=self._analytic) if known is None else (known / 2).exp()

    def abs(self, x: Ball) -> Ball:
        return x.real_abs(analytic=self._analytic)

    def positive_part(self, x: Ball) -> Ball:
        return x.real_max(acb(0), analytic=self._analytic)

    def pow(self, x: Ball, c: Any) -> Ball:
        if x == 0 and c > 0:
            return acb(0)
        return (c * self.log(x)).exp()

    def log_excess(self, t: Ball, s: Ball) -> Ball:
        return self.log(t) - s

    def klfun(self, t: Ball, s: Ball) -> Ball:
        return -s if t == 0 else t * self.log(t) - s

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


def perspective(row: Generator, log_p: acb, log_q: acb, analytic: bool) -> acb:
    """q f(p/q)."""
    v = log_p - log_q
    t = v.exp()
    return log_q.exp() * row.f(t, v.expm1(), BallWords(t, v, analytic))


def at_zero(row: Generator) -> arb:
    """f(0), not finite where f says so."""
    zero = acb(0)
    return acb(row.f(zero, acb(-1), BallWords(zero, None))).real
