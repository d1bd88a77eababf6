"""Functions on (0, 1] that are at least 0, by balls: contact at 1 by Taylor, the middle by bisection, 0 by its terms.

An end at infinity is brought here by the reverse row: f on (1, inf) is x f(1/x) on (0, 1). Every bound is a theorem of
ball arithmetic; what the boxes do not decide is refused.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp
from flint import arb, arb_series

from . import algebra, balls
from .symbols import Expr, Rejected

BITS = 128
MOST_BOXES = 20_000
NARROWEST = 40  # halvings after which a neighbourhood of an end is given up
MOST_CONTACT = 6  # derivatives that may vanish at 1
_u = sp.Symbol("u", positive=True)  # the square root of x, in which halves of powers are whole


def nonnegative(e: Expr, x: sp.Symbol) -> str:
    """Refuse unless e >= 0 for 0 < x < 1; what was done, in words."""
    start = _near_zero(e, x)
    contact, end = _near_one(e, x)
    boxes = _between(e, x, start, end) if start < end else 0
    return f"balls: {boxes} boxes, contact of order {contact} at 1"


# --- at 1


def _near_one(e: Expr, x: sp.Symbol) -> tuple[int, Fraction]:
    """The number of derivatives, e the first, that vanish at 1, and from where on e >= 0 follows by Taylor."""
    derivative, order = e, 0
    while algebra.vanishes(derivative.subs(x, 1)):
        derivative, order = sp.diff(derivative, x), order + 1
        if order > MOST_CONTACT:
            raise Rejected(f"{e} is too flat at 1")
    side = -1 if order % 2 else 1
    if not side * balls.ball(derivative.subs(x, 1), {}) > 0:
        raise Rejected(f"{e} is negative below 1: its derivative of order {order} has the wrong sign there")
    for halvings in range(2, NARROWEST):
        low = 1 - Fraction(1, 2**halvings)
        coefficient = taylor(e, x, low, Fraction(1), order + 1)[order]
        if coefficient.is_finite() and side * coefficient >= 0:
            return order, low
    raise Rejected(f"undecided: the Taylor coefficient {order} of {e} near 1")


def taylor(e: Expr, x: sp.Symbol, low: Fraction, high: Fraction, terms: int) -> list[arb]:
    """Balls that contain e, e', e''/2, ... at every point of [low, high]."""
    with balls.precision(BITS, terms):
        place = _arb(low) if low == high else _arb(low).union(_arb(high))
        try:
            series = balls.walk(e, {x: arb_series([place, arb(1)])})
        except (ValueError, ZeroDivisionError) as error:  # a quotient by a box that holds 0
            raise Rejected(f"{e} is not seen to be defined on [{low}, {high}]") from error
        return [series[i] for i in range(terms)] if isinstance(series, arb_series) else [arb(series)] + [arb(0)] * terms


def _arb(number: Fraction) -> arb:
    return balls.rational(sp.Rational(number.numerator, number.denominator))


# --- between


def _between(e: Expr, x: sp.Symbol, start: Fraction, end: Fraction) -> int:
    """The number of boxes on each of which e >= 0."""
    rest, boxes = [(start, end)], 0
    while rest:
        low, high = rest.pop()
        boxes += 1
        if boxes > MOST_BOXES:
            raise Rejected(f"undecided: {MOST_BOXES} boxes leave {e} near {x} = {float(low):.6g}")
        middle = (low + high) / 2
        try:
            if _holds(e, x, low, middle, high):
                continue
        except Rejected:
            pass  # a box too wide for a logarithm or a quotient
        value = balls.ball(e, {x: sp.Rational(middle.numerator, middle.denominator)})
        if value < 0:
            raise Rejected(f"{e} is {value.str(5, radius=False)} at {x} = {middle}")
        rest += [(middle, high), (low, middle)]
    return boxes


def _holds(e: Expr, x: sp.Symbol, low: Fraction, middle: Fraction, high: Fraction) -> bool:
    whole = taylor(e, x, low, high, 3)
    if whole[0].is_finite() and whole[0] >= 0:
        return True
    there = taylor(e, x, middle, middle, 2)
    reach = _arb((high - low) / 2)
    value = there[0] - reach * abs(there[1]) - reach * reach * abs(whole[2])
    return bool(value.is_finite() and value >= 0)


# --- at 0


def _near_zero(e: Expr, x: sp.Symbol) -> Fraction:
    """Up to where e >= 0 follows from its terms, or from those of its slope where it begins at 0."""
    here = algebra.normal(sp.sympify(e).subs(x, _u**2))
    found = _signed_start(here)
    if found is None and sp.limit(here, _u, 0, "+") == 0 and _begins_at_zero(here):
        found = _signed_start(algebra.normal(sp.diff(here, _u)))
    if found is None:
        raise Rejected(f"undecided: the sign of {e} near 0")
    return found**2


def _signed_start(e: Expr) -> Fraction | None:
    """Up to which u the terms of e, over what is positive and a power of u, add up to at least 0."""
    above, below = sp.fraction(sp.together(e))
    e = above if algebra.signs(below) == algebra.POSITIVE else e
    for power in range(-3, 5):
        terms = _gathered(sp.expand(e * _u**power))
        for halvings in range(2, NARROWEST):
            end = Fraction(1, 2**halvings)
            with balls.precision(BITS):
                bounds = [_term(*place, rest, end) for place, rest in terms.items()]
                if (
                    all(bound is not None for bound in bounds)
                    and sum((b for b in bounds if b is not None), arb(0)) >= 0
                ):
                    return end
    return None


def _gathered(e: Expr) -> dict[tuple[int, int], Expr]:
    """e as a sum of u^j (log u)^i times what is smooth at 0, by (j, i)."""
    found: dict[tuple[int, int], Expr] = {}
    for term in sp.Add.make_args(e):
        power, logs, rest = 0, 0, sp.Integer(1)
        for factor in sp.Mul.make_args(term):
            base, exponent = factor.as_base_exp()
            if base == _u and exponent.is_Integer:
                power += int(exponent)
            elif factor == sp.log(_u):
                logs += 1
            else:
                rest *= factor
        found[power, logs] = found.get((power, logs), sp.Integer(0)) + rest
    return found


def _begins_at_zero(e: Expr) -> bool:
    """The second opinion on sympy's limit: e is tiny at 10^-40."""
    return bool(abs(balls.ball(e, {_u: sp.Rational(1, 10**40)})) < arb(1e-30))


def _term(power: int, logs: int, rest: Expr, end: Fraction) -> arb | None:
    """A lower bound of u^j (log u)^i g(u) on 0 < u <= end, None where there is none."""
    if power < 0 or logs > 1:
        return None
    try:
        smooth = arb(balls.walk(rest, {_u: arb(0).union(_arb(end))}))
    except Rejected:
        return None
    if not smooth.is_finite():
        return None
    top, deep = _arb(end) ** power, _arb(end).log()
    if not logs:
        return (smooth * (arb(0).union(top) if power else arb(1))).lower()
    if power == 0:  # log u runs from -inf to log end < 0
        return (smooth * deep).lower() if smooth <= 0 else None
    # u^j log u falls from 0 as far as log u = -1/j, and is above -1 anyway
    return (smooth * arb(0).union(top * deep if deep * power < -1 else arb(-1))).lower()
