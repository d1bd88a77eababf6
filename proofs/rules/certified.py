"""Certified rules: inequalities between rows and their best constants, roots and integrals, by balls alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from divergence.errors import DivergenceError

from .. import algebra, balls, unit, witnesses
from ..symbols import POINT, Domain, Expr, Rejected, oo, t
from .step import Sides, Step, about, accepted, tex, well_formed

HALF_LINE = Domain(((t, sp.Integer(0), oo),))
GRID = [Fraction(i, 512) for i in range(1, 512)]


def at_least_zero(sides: Sides, name: str) -> Step:
    """F >= 0 on (0, inf), `name` in LaTeX: F(t) and t F(1/t) are at least 0 on (0, 1)."""
    evidence = []
    for side in sides:
        well_formed(HALF_LINE, side)
        evidence.append(unit.nonnegative(sp.sympify(side), t))
    said = rf"{name} \ge 0\ \text{{for all }} t > 0"
    return accepted("at least zero", tuple(map(sp.sympify, sides)), HALF_LINE, said, "; ".join(evidence), "certified")


def best_constant(first: Sides, second: Sides, names: tuple[str, str], *, digits: int = 8) -> Step:
    """The least c with f <= c g on (0, inf), and so D_f <= c D_g: the supremum of f/g, to `digits` digits or exactly.

    Where the ratio is largest at 0, 1 or infinity, c is that limit, exactly; otherwise it is caught between the ratio
    at a rational point and a constant for which the inequality is certified. f = g = 0 at 1.
    """
    limits = _limits(first, second)
    floats = [float(value) for value in limits]
    peak, at, side = max(_peak(f, g, i) for i, (f, g) in enumerate(zip(first, second)))
    best = max(range(len(limits)), key=lambda i: floats[i])
    if floats[best] >= peak * (1 - 1e-9):
        value = limits[best]
        if value.is_infinite:
            raise Rejected(f"{names[0]} is not bounded by a multiple of {names[1]}")
        low = high = value
        where = ("0", "1", r"\infty")[best]
        said = rf"\sup_t \frac{{{names[0]}}}{{{names[1]}}} = {tex(value)},\ \text{{at }} t \to {where}"
    else:
        ratio = witnesses.value(first[side] / second[side], {t: at})
        low = sp.Rational(str(Fraction(float(ratio)) * (1 - Fraction(1, 10**12))))
        high = sp.Rational(str(Fraction(float(ratio)) * (1 + Fraction(1, 10**digits))))
        if not ratio > balls.rational(low):
            raise Rejected("the ratio at the peak is not where floats see it")
        place = at if side == 0 else 1 / at
        shown = f"{float(low):.{digits + 1}g}"
        said = (
            rf"\sup_t \frac{{{names[0]}}}{{{names[1]}}} = {shown}\ldots,\ "
            rf"\text{{near }} t = {float(place):.6g}"
        )
    bound = at_least_zero(
        tuple(high * g - f for f, g in zip(first, second)),  # type: ignore[arg-type]
        rf"c\,{names[1]} - {names[0]}",
    )
    return accepted("best constant", (*first, *second, low, high), HALF_LINE, said, bound.evidence, "certified")


def _limits(first: Sides, second: Sides) -> list[Expr]:
    """The limits of f/g at 0, at 1 (the larger of both sides) and at infinity."""
    ratios = [sp.limit(f / g, t, 0, "+") for f, g in zip(first, second)]
    ones = [sp.limit(f / g, t, 1, "-") for f, g in zip(first, second)]
    found = [ratios[0], max(ones, key=float), ratios[1]]
    for e, place, value in (
        *zip(_quotients(first, second), (0, 0), ratios),
        *zip(_quotients(first, second), (1, 1), ones),
    ):
        if not value.is_infinite:
            near = sp.Rational(1, 10**12)
            here = balls.ball(e, {t: near if place == 0 else 1 - near}, 800)
            if not abs(here - balls.ball(value, {})) < arb(0.2) * (1 + abs(here)):
                raise Rejected(f"the balls of {e} do not come to {value} at {place}")
    return [sp.simplify(value) for value in found]


def _quotients(first: Sides, second: Sides) -> list[Expr]:
    return [f / g for f, g in zip(first, second)]


def _peak(f: Expr, g: Expr, side: int) -> tuple[float, Expr, int]:
    """Where f/g is largest on (0, 1), seen in floats: a proposal."""
    import numpy as np

    ratio = sp.lambdify(t, f / g, "numpy")
    grid = np.concatenate([np.geomspace(1e-6, 0.1, 400), np.linspace(0.1, 0.99, 400)])
    with np.errstate(all="ignore"):
        values = np.asarray(ratio(grid), float) * np.ones_like(grid)
    i = int(np.nanargmax(values))
    low, high = grid[max(i - 1, 0)], grid[min(i + 1, len(grid) - 1)]
    for _ in range(60):
        a, b = low + (high - low) * 0.382, low + (high - low) * 0.618
        low, high = (low, b) if ratio(a) > ratio(b) else (a, high)
    at = sp.Rational(str(Fraction((low + high) / 2).limit_denominator(10**9)))
    return float(ratio(float(at))), at, side


def follows(constant: Step, factor: Expr, first: Sides, second: Sides, names: tuple[str, str]) -> Step:
    """f <= `factor` g, from the best constant of f and g, which is at most `factor`."""
    terms = about(constant, "best constant")
    if terms[:4] != (*first, *second):
        raise Rejected("the best constant is of other functions")
    if not balls.ball(sp.sympify(factor) - terms[5], {}) >= 0 and not algebra.vanishes(factor - terms[5]):
        raise Rejected(f"{factor} is below the best constant {terms[5]}")
    said = rf"{names[0]} \le {tex(sp.sympify(factor))}\,{names[1]}"
    return accepted("follows", (*terms[:4], factor), HALF_LINE, said, "the best constant is no larger", "certified")


def root(e: Expr, x: sp.Symbol, low: Any, high: Any, *, digits: int = 12, name: str = "") -> Step:
    """The one root of e in (low, high), to `digits` digits: e changes its sign, and its slope does not vanish."""
    e, low, high = sp.sympify(e), Fraction(str(low)), Fraction(str(high))
    domain = Domain(((x, sp.Rational(str(low)), sp.Rational(str(high))),))
    well_formed(domain, e)
    rest, slopes = [(low, high)], set()
    while rest:
        a, b = rest.pop()
        slope = _slope(e, x, a, b)
        if slope is not None and slope.is_finite() and (slope > 0 or slope < 0):
            slopes.add(1 if slope > 0 else -1)
        elif b - a < (high - low) / 4096:
            raise Rejected(f"undecided: the slope of {e} near {x} = {float(a):.6g}")
        else:
            rest += [(a, (a + b) / 2), ((a + b) / 2, b)]
    if len(slopes) != 1:
        raise Rejected(f"{e} is not monotone on ({low}, {high})")
    (rising,) = slopes

    def sign(at: Fraction) -> int:
        found = rising * balls.ball(e, {x: sp.Rational(at.numerator, at.denominator)})
        if not (found > 0 or found < 0):
            raise Rejected(f"the sign of {e} at {at} is undecided")
        return 1 if found > 0 else -1

    if not (sign(low) < 0 < sign(high)):
        raise Rejected(f"{e} has no root in ({low}, {high})")
    while high - low > Fraction(1, 10**digits) * max(abs(low), Fraction(1, 10**digits)):
        middle = (low + high) / 2
        low, high = (middle, high) if sign(middle) < 0 else (low, middle)
    terms = (e, x, sp.Rational(str(low)), sp.Rational(str(high)))
    said = rf"{name or tex(x)} = {float(low):.{digits}g}"
    return accepted("root", terms, domain, said, "a change of sign, and a slope that has one", "certified")


def _slope(e: Expr, x: sp.Symbol, low: Fraction, high: Fraction) -> arb | None:
    try:
        return unit.taylor(e, x, low, high, 2)[1]
    except Rejected:
        return None


def encloses(divergence: Any, p: Any, q: Any, equals: Expr, *, width: float = 1e-12, name: str = "") -> Step:
    """The certified interval of D(P||Q) for two laws on the line contains `equals`, or is infinite as it is."""
    equals = sp.sympify(equals)
    low, high = _interval(divergence, p, q, width)
    if equals.is_infinite:
        if not low == high == float("inf"):
            raise Rejected(f"the integral lies in [{low}, {high}], and is not infinite")
    else:
        well_formed(POINT, equals)
        truth = balls.narrow_ball(equals, {}, 1e-40)
        if not (arb(low) <= truth and truth <= arb(high)):
            raise Rejected(f"{truth.str(20)} is outside [{low!r}, {high!r}]")
    said = rf"{name or divergence.name} = {tex(equals)}"
    evidence = f"in [{low!r}, {high!r}]"
    return accepted("encloses", (divergence.name, equals, low, high), POINT, said, evidence, "certified")


def between(divergence: Any, p: Any, q: Any, low: float, high: float, *, width: float = 1e-9, name: str = "") -> Step:
    """low <= D(P||Q) <= high for two laws on the line, by a certified interval."""
    found = _interval(divergence, p, q, width)
    if not low <= found[0] <= found[1] <= high:
        raise Rejected(f"the integral lies in [{found[0]!r}, {found[1]!r}], which is not inside [{low!r}, {high!r}]")
    said = rf"{low:.10g} \le {name or divergence.name} \le {high:.10g}"
    evidence = f"in [{found[0]!r}, {found[1]!r}]"
    return accepted("between", (divergence.name, low, high), POINT, said, evidence, "certified")


def ordered(
    divergence: Any, smaller: tuple[Any, Any], larger: tuple[Any, Any], names: tuple[str, str], *, width: float = 1e-12
) -> Step:
    """D of the first pair of laws is below D of the second: certified intervals that do not meet."""
    (_, high), (low, _) = (_interval(divergence, *pair, width) for pair in (smaller, larger))
    if not high < low:
        raise Rejected(f"undecided or false: {names[0]} is up to {high!r}, {names[1]} from {low!r} on")
    said, evidence = rf"{names[0]} < {names[1]}", f"below {high!r} and above {low!r}"
    return accepted("ordered", (divergence.name, high, low), POINT, said, evidence, "certified")


def _interval(divergence: Any, p: Any, q: Any, width: float) -> tuple[float, float]:
    try:
        found = divergence.certify(p, q, width=width)
    except DivergenceError as error:
        raise Rejected(f"undecided: {error}") from error
    return float(found.lower), float(found.upper)
