"""Exact rules: finite cases in rational numbers, where a float has no place and equal means equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

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
    rows, columns = [Fraction(0)] * len(p), [Fraction(0)] * len(q)
    for (i, j), mass in found.plan.items():
        if mass < 0:
            raise Rejected(f"the plan has the mass {mass} at {(i, j)}")
        rows[i] += mass
        columns[j] += mass
    if rows != list(p) or columns != list(q):
        raise Rejected("the plan does not have the marginals")
    if any(found.u[i] + found.v[j] > costs[i][j] for i in range(len(p)) for j in range(len(q))):
        raise Rejected("the potentials exceed a cost")
    primal = sum((mass * costs[i][j] for (i, j), mass in found.plan.items()), Fraction(0))
    dual = sum((x * y for x, y in zip((*found.u, *found.v), (*p, *q))), Fraction(0))
    if not primal == dual == found.value:
        raise Rejected(
            f"the plan costs {primal}, the potentials are worth {dual}, the value is said to be {found.value}"
        )
    return primal
