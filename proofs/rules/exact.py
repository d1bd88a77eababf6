"""Exact rules: finite cases in rational numbers, where a float has no place and equal means equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from divergence.transport.certificate import exact_value
from divergence.transport.rational import rational_transport

from ..symbols import POINT, Rejected
from .step import Step, accepted

Case = tuple[Fraction, str, Fraction]
HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": lambda x, y: x == y,
    "<=": lambda x, y: x <= y,
    "<": lambda x, y: x < y,
}


def exactly(said: str, case: Callable[[random.Random], Case], *, cases: int = 40) -> Step:
    """In `cases` seeded cases lhs `relation` rhs, two fractions, holds."""
    if cases < 1:
        raise Rejected("no case was tried")
    rng = random.Random(said)
    for number in range(cases):
        lhs, relation, rhs = case(rng)
        if not (_rational(lhs) and _rational(rhs)):
            raise Rejected(f"case {number} of {said} is about {lhs!r} and {rhs!r}, which are no fractions")
        if relation not in HOLDS:
            raise Rejected(f"{relation} is no relation")
        if not HOLDS[relation](Fraction(lhs), Fraction(rhs)):
            raise Rejected(f"case {number} of {said}: {lhs} {relation} {rhs} is false")
    return accepted("exactly", (said,), POINT, said, f"{cases} random cases in fractions", "exact", cases)


def _rational(x: Any) -> bool:
    return isinstance(x, Fraction | int) and not isinstance(x, bool)


def cheapest(p: Sequence[Fraction], q: Sequence[Fraction], costs: Sequence[Sequence[Fraction]]) -> Fraction:
    """min Σ π_ij c_ij, refused unless its certificate is one: a plan with the marginals, potentials below the costs,
    and the two values equal. Whoever found them need not be trusted.
    """
    found = rational_transport(p, q, costs)
    value = exact_value(p, q, costs, found.plan, found.u, found.v)
    if value is None:
        raise Rejected("the plan lacks the marginals, the potentials exceed a cost, or their values differ")
    if value != found.value:
        raise Rejected(f"the plan costs {value}, and the value is said to be {found.value}")
    return value
