"""Symbolic rules: two independent engines, an exact normal form by sympy, and balls at random rational points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from .. import algebra, witnesses
from ..symbols import Domain, Expr, Rejected, oo
from .step import POINTS, Step, about, accepted, plain, premise, tex, well_formed

# --- equalities


def identity(lhs: Expr, rhs: Expr, domain: Domain, *, name: str = "") -> Step:
    """lhs = rhs on the domain: the normal form of the difference is 0, and so is each of its balls.

    `name` is what lhs is called, in LaTeX, where it has evaluated itself beyond recognition.
    """
    lhs, rhs = sp.sympify(lhs), sp.sympify(rhs)
    well_formed(domain, lhs, rhs)
    for point in domain.points(POINTS):
        witnesses.equal(lhs, rhs, point)
    if not (algebra.vanishes(lhs - rhs) or algebra.vanishes((lhs - rhs).subs(domain.opened()))):
        raise Rejected(f"undecided: the normal form of {lhs} - ({rhs}) is not 0")
    sides = dict.fromkeys((name or tex(lhs), tex(lhs), tex(rhs)))
    said = " = ".join(side for side in sides if side) if len(sides) > 1 else f"{tex(lhs)} = {tex(rhs)}"
    return accepted("identity", (lhs, rhs), domain, said, f"normal form 0, {POINTS} balls")


def derivative(f: Expr, x: sp.Symbol, equals: Expr, domain: Domain) -> Step:
    """df/dx = equals on the domain: by sympy's derivative, and by the power series of f in ball arithmetic."""
    f, equals = sp.sympify(f), sp.sympify(equals)
    well_formed(domain, f, equals, x)
    for point in domain.points(POINTS):
        witnesses.slope(f, x, equals, point)
    if not algebra.vanishes(sp.diff(f, x) - equals):
        raise Rejected(f"undecided: the normal form of d/d{x} ({f}) - ({equals}) is not 0")
    said = rf"\frac{{d}}{{d{tex(x)}}}\left({tex(f)}\right) = {tex(equals)}"
    return accepted("derivative", (f, x, equals), domain, said, f"normal form 0, {POINTS} series")


def limit(e: Expr, x: sp.Symbol, to: Expr, equals: Expr, domain: Domain, side: str = "+") -> Step:
    """lim e = equals as x comes to `to` from above ("+") or below ("-"): by sympy, and by balls that approach it."""
    e, to, equals = sp.sympify(e), sp.sympify(to), sp.sympify(equals)
    low, high = domain.ends(x)
    if side not in ("+", "-") or not (low <= to < high if side == "+" and to != oo else low < to <= high):
        raise Rejected(f"{x} cannot come to {to}{side} inside {domain}")
    parameters = domain.without(x)
    well_formed(domain, e)
    well_formed(parameters, sp.Integer(0) if equals.is_infinite else equals)
    places = parameters.opened()
    try:
        found = sp.limit(e.subs(places), x, to, side)
    except (NotImplementedError, ValueError, TypeError, sp.PoleError) as error:
        raise Rejected(f"undecided: sympy finds no limit of {e}") from error
    exact = found.is_finite and algebra.vanishes(found - equals.subs(places))
    if found != equals if equals.is_infinite else not exact:
        raise Rejected(f"the limit of {e} is {found}, not {equals}")
    for point in parameters.points(3):
        witnesses.approach(e, x, to, side, equals, point)
    arrow = rf"{tex(x)} \to {tex(to)}" + ("" if to.is_infinite else f"^{side}")
    evidence = f"followed to 10^{'' if to.is_infinite else '-'}{witnesses.REACHES[-1]}"
    return accepted("limit", (e, x, to, equals, side), domain, rf"\lim_{{{arrow}}} {tex(e)} = {tex(equals)}", evidence)


# --- inequalities


def positive(e: Expr, domain: Domain) -> Step:
    """e > 0 on the domain: some form of e, proved equal to it, is positive by how it is built; so is each ball."""
    e, evidence = _signed(e, domain, algebra.POSITIVE, lambda value: value > 0)
    return accepted("positive", (e,), domain, f"{tex(e)} > 0", evidence)


def nonnegative(e: Expr, domain: Domain) -> Step:
    """e >= 0 on the domain, in the same way."""
    e, evidence = _signed(e, domain, algebra.NONNEGATIVE, lambda value: value >= 0 or value.contains(0))
    return accepted("nonnegative", (e,), domain, rf"{tex(e)} \ge 0", evidence)


def _signed(e: Expr, domain: Domain, allowed: algebra.Signs, sees: Callable[[Any], bool]) -> tuple[Expr, str]:
    e = sp.sympify(e)
    well_formed(domain, e)
    for point in domain.points(POINTS):
        if not sees(witnesses.value(e, point)):
            raise Rejected(f"{e} has the wrong sign at {point}")
    opened = e.subs(domain.opened())
    for form in algebra.forms(opened):
        if algebra.signs(form) <= allowed and algebra.defined(form) and algebra.vanishes(form - opened):
            return e, f"every part of {plain(form)} has a sign, {POINTS} balls"
    raise Rejected(f"undecided: the sign of {e} on {domain} is not visible in any of its forms")


def unique_maximum(
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    *,
    slope: Step,
    stationary: Step,
    curvature: Step,
    concave: Step,
    inside: tuple[Step, ...] = (),
) -> Step:
    """f as a function of x has its one maximum at `at`: it is strictly concave, and stationary there.

    `slope`: f' on a domain D; `curvature`: f'' on D; `concave`: -f'' > 0 on D; `stationary`: f'(at) = 0, and `inside`:
    at - low > 0 and high - at > 0 for the finite ends of x, all on D without x. Any other domain is refused.
    """
    return _unique_extremum("maximum", -1, f, x, at, slope, stationary, curvature, concave, inside)


def unique_minimum(
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    *,
    slope: Step,
    stationary: Step,
    curvature: Step,
    convex: Step,
    inside: tuple[Step, ...] = (),
) -> Step:
    """f as a function of x has its one minimum at `at`: it is strictly convex, and stationary there."""
    return _unique_extremum("minimum", 1, f, x, at, slope, stationary, curvature, convex, inside)


def _unique_extremum(
    kind: str,
    side: int,
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    slope: Step,
    stationary: Step,
    curvature: Step,
    bent: Step,
    inside: tuple[Step, ...],
) -> Step:
    f, at = sp.sympify(f), sp.sympify(at)
    first, second, domain = about(slope, "derivative")[-1], about(curvature, "derivative")[-1], slope.domain
    others, (low, high) = domain.without(x), domain.ends(x)
    well_formed(domain, f)
    well_formed(others, at)
    premise(slope, "derivative", (f, x, first), domain)
    premise(curvature, "derivative", (first, x, second), domain)
    premise(bent, "positive", (side * second,), domain)
    premise(stationary, "identity", (first.subs(x, at), sp.Integer(0)), others)
    needed = [at - low] * low.is_finite + [high - at] * high.is_finite
    if len(inside) != len(needed):
        raise Rejected(f"{at} is to be shown inside ({low}, {high}) by {len(needed)} steps, not {len(inside)}")
    for step, gap in zip(inside, needed):
        premise(step, "positive", (gap,), others)
    word, ends = ("max", "concave") if side < 0 else ("min", "convex")
    said = rf"\arg\{word}_{{{tex(x)}}} \left({tex(f)}\right) = {tex(at)}\ \text{{only}}"
    return accepted(f"unique {kind}", (f, x, at), domain, said, f"strictly {ends}, stationary inside")
