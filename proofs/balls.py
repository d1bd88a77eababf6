"""Expressions evaluated in Arb's ball arithmetic: an engine that shares no code with sympy.

A ball is a midpoint with a radius that bounds every error, so an answer is a theorem about one point. The same walk
over truncated power series gives derivatives without differentiating an expression. Everything is real: a logarithm of
a negative number is nan, and nan is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from .symbols import Expr, Rejected

BITS = 400
MOST_BITS = 25_600


@contextmanager
def precision(bits: int, terms: int = 10) -> Iterator[None]:
    old = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = bits, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = old


def rational(number: Expr) -> arb:
    return arb(fmpq(int(number.p), int(number.q)))


def ball(expression: Expr, values: Mapping[sp.Symbol, Expr], bits: int = BITS) -> arb:
    """The real number `expression` at rational `values`; Rejected where it is not a finite real number."""
    with precision(bits):
        return _finite(walk(sp.sympify(expression), {s: rational(r) for s, r in values.items()}), expression, values)


def slope_ball(expression: Expr, x: sp.Symbol, values: Mapping[sp.Symbol, Expr], bits: int = BITS) -> arb:
    """d/dx of `expression` at rational `values`, as the linear coefficient of its power series."""
    with precision(bits, 2):
        places: dict[sp.Symbol, Any] = {s: arb_series([rational(r)]) for s, r in values.items()}
        places[x] = arb_series([rational(values[x]), arb(1)])
        series = walk(sp.sympify(expression), places)
        return _finite(series[1] if isinstance(series, arb_series) else arb(0), expression, values)


def narrow_ball(expression: Expr, values: Mapping[sp.Symbol, Expr], radius: float, x: sp.Symbol | None = None) -> arb:
    """The ball at the first of 400, 800, ... bits whose radius is below `radius`; d/dx of it where `x` is given."""
    bits = BITS
    while bits <= MOST_BITS:
        found = ball(expression, values, bits) if x is None else slope_ball(expression, x, values, bits)
        if found.rad() < arb(radius):
            return found
        bits *= 2
    raise Rejected(f"the ball of {expression} at {_shown(values)} stays wider than {radius:g}")


def relative_ball(expression: Expr, values: Mapping[sp.Symbol, Expr], digits: int = 50) -> arb:
    """The ball at the first of 400, 800, ... bits with `digits` significant digits, or exactly zero."""
    bits = BITS
    while bits <= MOST_BITS:
        found = ball(expression, values, bits)
        if found == 0 or found.rel_accuracy_bits() > 3.33 * digits:
            return found
        bits *= 2
    raise Rejected(f"{expression} at {_shown(values)} is not known to {digits} digits")


def _finite(found: Any, expression: Expr, values: Mapping[sp.Symbol, Expr]) -> arb:
    found = found[0] if isinstance(found, arb_series) else arb(found)
    if not found.is_finite():
        raise Rejected(f"{expression} is not a finite real number at {_shown(values)}")
    return found


def _shown(values: Mapping[sp.Symbol, Expr]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in values.items()) or "its only point"


def walk(e: Expr, values: Mapping[sp.Symbol, Any]) -> Any:
    if e.is_Symbol:
        if e not in values:
            raise Rejected(f"{e} has no value here")
        return values[e]
    if e.is_Rational:
        return rational(e)
    if e is sp.pi:
        return arb.pi()
    if e is sp.EulerGamma:
        return -arb(1).digamma()
    if e is sp.E:
        return arb(1).exp()
    if e.is_Pow:
        return _power(walk(e.base, values), e.exp, values)
    parts = [walk(part, values) for part in e.args]
    if e.is_Add:
        return sum(parts[1:], parts[0])
    if e.is_Mul:
        product = parts[0]
        for part in parts[1:]:
            product = product * part
        return product
    meaning = _FUNCTIONS.get(e.func)
    if meaning is None:
        raise Rejected(f"{e} is no exact elementary expression")
    return meaning(*parts)


def _power(base: Any, exponent: Expr, values: Mapping[sp.Symbol, Any]) -> Any:
    if exponent == sp.Rational(1, 2):
        return base.sqrt()
    if not exponent.is_Integer:
        return (walk(exponent, values) * base.log()).exp()  # nan unless base > 0
    power, square, left = arb(1), base, abs(int(exponent))
    while left:
        power, square, left = power * square if left % 2 else power, square * square, left // 2
    return power if exponent >= 0 else 1 / power


def _sign(number: Any) -> int:
    """The sign of a ball that excludes zero or is zero exactly; of a series, where it is locally constant."""
    head = number[0] if isinstance(number, arb_series) else number
    if head > 0:
        return 1
    if head < 0:
        return -1
    if head == 0 and head is number:
        return 0
    raise Rejected("the sign of a ball is undecided, or a function has a kink there")


def _extreme(numbers: Any, side: int) -> Any:
    best = numbers[0]
    for number in numbers[1:]:
        best = number if side * _sign(number - best) > 0 else best
    return best


_FUNCTIONS = {
    sp.log: lambda z: z.log(),
    sp.exp: lambda z: z.exp(),
    sp.sin: lambda z: z.sin(),
    sp.cos: lambda z: z.cos(),
    sp.erf: lambda z: z.erf(),
    sp.loggamma: lambda z: z.lgamma(),
    sp.polygamma: lambda n, z: z.digamma() if n == 0 else arb.nan(),
    sp.besseli: lambda n, z: z.bessel_i(n),
    sp.tanh: lambda z: 1 - 2 / ((2 * z).exp() + 1),
    sp.Abs: lambda z: z * _sign(z),
    sp.sign: lambda z: arb(_sign(z)),
    sp.Heaviside: lambda z, at_zero: arb(int(at_zero) if _sign(z) == 0 else (1 + _sign(z)) // 2),
    sp.Max: lambda *zs: _extreme(zs, 1),
    sp.Min: lambda *zs: _extreme(zs, -1),
}
