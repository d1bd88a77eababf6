"""One number or one point, by balls: a float that is a constant, a point at which a sentence is false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from .. import witnesses
from ..symbols import POINT, Domain, Expr, Rejected
from .step import Step, accepted, tex, well_formed


def rounds(number: float, exact: Expr, *, ulps: float = 2) -> Step:
    """The float `number` is the exact constant, to `ulps` units in the last place; infinity is infinity."""
    exact = sp.sympify(exact)
    if exact.is_infinite:
        if number != float(exact):
            raise Rejected(f"{number} is not {exact}")
    else:
        well_formed(POINT, exact)
        witnesses.close(number, exact, None, {}, ulps, 0.0)
    said = f"{tex(exact)} = {tex(exact)}" if exact.is_infinite else rf"{tex(exact)} \approx {number!r}"
    return accepted("rounds", (number, exact), POINT, said, f"within {ulps:g} ulp")


def counterexample(
    lhs: Expr,
    relation: str,
    rhs: Expr,
    at: Mapping[sp.Symbol, Any] | None = None,
    domain: Domain = POINT,
    *,
    words: str = "It is {left} on the left, {right} on the right.",
) -> Step:
    """The sentence "lhs `relation` rhs on the domain" is false: balls at the point `at` of the domain exclude it.

    `words` tell what was found, with the values of both sides for {left} and {right}.
    """
    lhs, rhs = sp.sympify(lhs), sp.sympify(rhs)
    well_formed(domain, lhs, rhs)
    point = {symbol: sp.sympify(place) for symbol, place in (at or {}).items()}
    if set(point) != domain.symbols:
        raise Rejected(f"the counterexample is to name a point of {domain}")
    for symbol, place in point.items():
        low, high = domain.ends(symbol)
        if not (place.is_Rational and low < place < high):
            raise Rejected(f"{symbol} = {place} is not a rational point of {domain}")
    gap = witnesses.value(lhs - rhs, point)
    false = {"=": not gap.contains(0), "<=": gap > 0, "<": gap >= 0, ">=": gap < 0, ">": gap <= 0}
    if relation not in false:
        raise Rejected(f"{relation} is no relation")
    if not false[relation]:
        raise Rejected(f"{lhs} {relation} {rhs} is not refuted at {point}")
    sign = {"<=": r"\le", ">=": r"\ge"}.get(relation, relation)
    where = ",\\ ".join(f"{tex(symbol)} = {tex(place)}" for symbol, place in point.items())
    said = rf"\neg\left({tex(lhs)} {sign} {tex(rhs)}\right)" + (rf"\ \text{{at }} {where}" if where else "")
    evidence = f"the difference is {gap.str(8, radius=False)}"
    for side, e in (("{left}", lhs), ("{right}", rhs)):
        words = words.replace(side, f"{float(witnesses.value(e, point)):.4g}")
    return accepted("counterexample", (lhs, relation, rhs), domain, said, evidence, "counterexample", words=words)
