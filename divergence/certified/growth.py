"""How a row grows: the same f read on sums of c t^a (log t)^k, each c in a ball, that hold for every t from e^8 on.

Only a divisor and what a function is taken of must be one term: the leading one, into whose ball goes what the others
can amount to. So a row, written once, tells a majorant and a minorant of itself as t grows, and its reverse tells them
as t falls to 0.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq

from ..generators import Generator
from .balls import reach

START = 8  # log t from which on the sums hold
ONE = (fmpq(0), 0)


class Growth:
    """Σ c t^a (log t)^k for all t >= e^START, as {(a, k): c}."""

    def __init__(self, terms: dict[tuple[fmpq, int], arb]):
        self.terms = {order: c for order, c in terms.items() if not c.is_zero()} or {ONE: arb(0)}

    def lead(self) -> tuple[arb, fmpq, int]:
        """(c, a, k) with the whole = c t^a (log t)^k."""
        a, k = lead = max(self.terms)
        total = arb(0)
        for (b, m), c in self.terms.items():
            fall, rise = a - b, m - k  # this term over the leading one is t^-fall (log t)^rise, at its peak
            peak = arb(START) if fall == 0 else arb(START).max(arb(rise) / fall)
            total += c if (b, m) == lead else c * reach((-fall * peak).exp() * peak**rise)
        return total, a, k

    def __neg__(self) -> Growth:
        return Growth({order: -c for order, c in self.terms.items()})

    def __add__(self, other: Any) -> Growth:
        terms = dict(self.terms)
        for order, c in _number(other).terms.items():
            terms[order] = terms.get(order, arb(0)) + c
        return Growth(terms)

    def __sub__(self, other: Any) -> Growth:
        return self + -_number(other)

    def __rsub__(self, other: Any) -> Growth:
        return -self + other

    def __mul__(self, other: Any) -> Growth:
        total = Growth({})
        for (a, k), c in self.terms.items():
            total = total + Growth({(a + b, k + m): c * d for (b, m), d in _number(other).terms.items()})
        return total

    def __truediv__(self, other: Any) -> Growth:
        c, a, k = _number(other).lead()
        return self * Growth({(-a, -k): 1 / c})

    def __rtruediv__(self, other: Any) -> Growth:
        return _number(other) / self

    def __pow__(self, n: int) -> Growth:
        return self if n == 1 else self * self ** (n - 1)

    __radd__, __rmul__ = __add__, __mul__


def _number(x: Any) -> Growth:
    return x if isinstance(x, Growth) else Growth({ONE: arb(x)})


class GrowthWords:
    """The words of which the f of a row is made, on `Growth`."""

    def log(self, x: Any) -> Growth:
        c, a, k = _number(x).lead()
        if k:
            raise NotImplementedError("an iterated logarithm")
        return Growth({ONE: c.log(), (fmpq(0), 1): arb(a)})

    def over(self, t: Any, m: Any) -> Any:
        return t / m

    def sqrt(self, x: Any) -> Growth:
        return self.pow(x, fmpq(1, 2))

    def abs(self, x: Growth) -> Growth:
        c, a, k = x.lead()
        return Growth({(a, k): abs(c)})

    def positive_part(self, x: Growth) -> Growth:
        c, a, k = x.lead()
        return Growth({(a, k): c.max(arb(0))})

    def pow(self, x: Any, c: Any) -> Growth:
        level, a, k = _number(x).lead()
        if k:
            raise NotImplementedError("a power of a logarithm")
        return Growth({(c * a, 0): (c * level.log()).exp()})

    def log_excess(self, t: Any, s: Any) -> Growth:
        return self.log(t) - s

    def klfun(self, t: Any, s: Any) -> Growth:
        return self.log(t) * t - s

    def power_excess(self, t: Any, s: Any, a: Any) -> Growth:
        if a == 0:
            return -self.log_excess(t, s)
        return self.klfun(t, s) if a == 1 else (self.pow(t, a) - 1 - a * s) / (a * (a - 1))


def growth(row: Generator) -> tuple[arb, fmpq, int]:
    """(c, a, k) with f(t) = c t^a (log t)^k for all t >= e^START."""
    t = Growth({(fmpq(1), 0): arb(1)})
    return row.f(t, t - 1, GrowthWords()).lead()
