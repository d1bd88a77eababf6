"""An exponential family by two functions: KL between two members, and where a step along the family leads.

For members p, q with natural parameters θ, log ∫ p^a q^(1−a) = A(aθ_p + (1−a)θ_q) − a A(θ_p) − (1−a) A(θ_q). With m the
member at aθ_p + (1−a)θ_q that is −a KL(m‖p) − (1−a) KL(m‖q): terms of one sign, so that no digit is lost near p = q or
near a = 0 and a = 1. Rényi's divergences, Bhattacharyya's, Chernoff's, Hellinger's and every power are functions of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import ops

Array = Any
Point = tuple[Array, ...]


@dataclass(frozen=True)
class Family:
    """Members as tuples of parameters, in coordinates of their own, perhaps scaled to p.

    `between(p, q, o)` is (base, step, end): p, the step from it, and q; both step and end are handed on, for one holds
    its digits near p = q and the other far away. `kl(base, step, end, o)` is KL(base‖end). `part(base, step, end, w,
    o)` is (to, m, rest) for the member m at natural parameters θ + w (θ' − θ), with the steps from base to m and from m
    to end; `inside(m)` is whether there is one. Where `gap` is given, it is used for a other than 0 and 1 instead of
    `part`. `ranks` are the numbers of axes of each parameter of one member, where they are not numbers.
    """

    name: str
    between: Callable[[Point, Point, ops.ArrayWords], tuple[Point, Point, Point]]
    kl: Callable[[Point, Point, Point, ops.ArrayWords], Array]
    part: Callable[[Point, Point, Point, float, ops.ArrayWords], tuple[Point, Point, Point]] | None
    inside: Callable[[Point], Array]
    gap: Callable[[float, float, Point, Point, ops.ArrayWords], Array] | None = None
    ranks: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.name} family>"


def scaled_gap(family: Family, a: float, p: Point, q: Point) -> Array:
    """−log ∫ p^a q^(1−a) / (a (1−a)) ≥ 0, KL(p‖q) at a = 1 and KL(q‖p) at a = 0; inf where the integral diverges."""
    with ops.quiet():
        return gap(family, a, 1 - a, p, q) if a >= 0.5 else gap(family, 1 - a, a, q, p)


def gap(family: Family, a: float, b: float, p: Point, q: Point) -> Array:
    """The same for a + b = 1, a ≥ b; both are given, since 1 − (1 − a) has lost the digits of a small a."""
    o = ops.words(*p, *q)
    if family.gap is not None and a != 1:
        return family.gap(a, b, p, q, o)
    base, step, end = family.between(p, q, o)
    if a == 1 and b == 0:
        return family.kl(base, step, end, o)
    assert family.part is not None
    to, m, rest = family.part(base, step, end, b, o)
    if b > 0:
        back = tuple(-x for x in to)
        return family.kl(m, back, base, o) / b + family.kl(m, rest, end, o) / a
    inside = family.inside(m)
    mask = o.xp.expand_dims(inside, axis=-1) if any(family.ranks) else inside
    to = tuple(o.where(mask, x, o.like(x, 0)) for x in to)
    m = tuple(o.where(mask, x, y + o.like(x, 0)) for x, y in zip(m, base))
    value = family.kl(base, to, m, o) / (-a * b) + family.kl(base, step, end, o) / a
    return o.where(inside, value, o.like(value, math.inf))


def power_of_gap(a: float, gap: Array) -> Array:
    """(∫ p^a q^(1−a) − 1)/(a (a − 1)), the row `power(a)`, from the scaled gap."""
    if a in (0, 1):
        return gap
    with ops.quiet():
        return ops.words(gap).expm1(a * (a - 1) * gap) / (a * (a - 1))
