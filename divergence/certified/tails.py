"""What lies beyond the reach of an integral: bounds on ∫ q f(p/q) over a tail, and proofs that it is infinite.

Let y grow along the tail (y = z far out, y = 1/z near the end of a support). Two lemmas do it for every row and every
pair of laws. Growth: f(t) <= f(0) + f'(inf) t where both are finite, and otherwise c t^a (log t)^k stands for the
infinite one, so that ∫ q f(p/q) is at most a sum of integrals of monomials p^a q^(1-a). Fall: if d log h/d log y <= -κ
on the tail, then ∫ h dlog y <= h(start)/κ. A mixture is at least each of its parts, and its powers are at most those of
its parts, added up. The same lemmas read backwards prove divergence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from flint import acb, arb

from ..generators import Generator
from .balls import at_zero, ball, largest, perspective, power
from .direction import FLAT, Order, Tail, Undecided
from .growth import START, growth
from .laws import Line

Law = Sequence[tuple[arb, Line]]  # weights and laws


class Heights:
    """p, q and their monomials on one tail."""

    def __init__(self, tail: Tail):
        self.tail = tail
        self._kept: dict[int, tuple[arb, dict[Order, arb]]] = {}

    def of(self, law: Line) -> tuple[arb, dict[Order, arb]]:
        """log p where the tail starts, and d log p/d log y."""
        if id(law) not in self._kept:
            start = law.log_density(self.tail.direction)(acb(self.tail.z), None, False).real
            self._kept[id(law)] = start, law.elasticity(self.tail)
        return self._kept[id(law)]

    def monomial(self, powers: Sequence[tuple[Line, Any]]) -> tuple[arb, dict[Order, arb]]:
        """h = z Π p_i^a_i where the tail starts, and d log h/d log y."""
        log_height, slope = self.tail.z.log(), {FLAT: arb(self.tail.sign)}
        for law, a in powers:
            start, elasticity = self.of(law)
            log_height += a * start
            slope = combined(slope, elasticity, a)
        return log_height.exp(), slope

    def integral(self, powers: Sequence[tuple[Line, Any]], extra: Any = 0) -> arb:
        """At least ∫ Π p_i^a_i (y/start)^extra over the tail."""
        height, slope = self.monomial(powers)
        return height / -self.sup(combined(slope, {FLAT: arb(1)}, extra))

    def sup(self, slope: dict[Order, arb]) -> arb:
        """A negative bound on Σ b y^c (log y)^k for all of the tail: lower terms fall behind the leading one."""
        lead = max(slope)
        bound = slope[lead] * self.size(lead)
        for order, b in slope.items():
            if order != lead:
                self.falls_behind(order, lead)
                bound += largest(b) * self.size(order)
        bound = arb(bound.upper())
        if not (slope[lead] < 0 and bound < 0):
            raise Undecided
        return bound

    def gain(self, slope: dict[Order, arb]) -> arb:
        """At least h(y)/h(start) for all of the tail."""
        if max(slope) == FLAT and slope[FLAT] <= 0:
            integrals = (largest(b) * self.size(order) / -ball(order[0]) for order, b in slope.items() if order != FLAT)
            return sum(integrals, arb(0)).exp()
        self.sup(slope)
        return arb(1)

    def never_falls(self, slope: dict[Order, arb]) -> bool:
        """Whether h with d log h/d log y = Σ b y^c (log y)^k stays above some positive number for all of the tail.

        So it does if the sum is positive, or if it is at least 0 but for negative powers of y, which have integrals.
        """
        if max(slope) == FLAT and slope[FLAT] >= 0 and all(b.is_finite() for b in slope.values()):
            return True
        try:
            self.sup(negative(slope))
        except Undecided:
            return False
        return True

    def size(self, order: Order) -> arb:
        """y^c (log y)^k at the start."""
        return power(self.tail.start, order[0]) * self.tail.start.log() ** order[1]

    def falls_behind(self, order: Order, lead: Order) -> None:
        """Refuse a tail on which y^c (log y)^k does not fall behind the leading term, nor this rise, all the way."""
        for c, k in ((lead[0] - order[0], lead[1] - order[1]), lead):
            if k and not (self.tail.start > 1 and (k > 0 or ball(c) * self.tail.start.log() > -k)):
                raise Undecided

    def rise(self, slope: dict[Order, arb], c: arb) -> tuple[arb, arb]:
        """(b, c) with ∫ Σ b y^c (log y)^k dlog y <= b (y/start)^c, from the start to any y; c as given if it may be."""
        try:
            self.sup(slope)
            return arb(0), arb(0)
        except Undecided:
            pass
        lead = max([FLAT, *(order for order, b in slope.items() if not b <= 0)])
        bound = arb(0)
        for order in slope:
            self.falls_behind(FLAT, order)
        for order, b in slope.items():
            if not b <= 0:
                self.falls_behind(order, lead)
                bound += largest(b) * self.size(order) / self.size(lead)
        if lead[0]:
            return bound * self.size(lead) / ball(lead[0]), ball(lead[0])
        # with w = log(y/start): w <= e^(c w)/(e c) and w²/2 <= 2 e^(c w)/(e c)²
        unit = 1 / (arb(1).exp() * c)
        return bound * (self.tail.start.log() * unit + 2 * unit**2 if lead[1] else unit), c


def combined(slope: dict[Order, arb], other: dict[Order, arb], a: Any) -> dict[Order, arb]:
    """slope + a other, without what is exactly 0 but the constant."""
    total = dict(slope)
    for order, b in other.items():
        total[order] = total.get(order, arb(0)) + a * b
    return {order: b for order, b in total.items() if order == FLAT or not b.is_zero()}


def negative(slope: dict[Order, arb]) -> dict[Order, arb]:
    return {order: -b for order, b in slope.items()}


def mass(law: Law, heights: Heights) -> arb:
    return sum((weight * heights.integral([(part, 1)]) for weight, part in law), arb(0))


def tail_bound(row: Generator, p: Law, q: Law, tail: Tail) -> arb:
    """At least ∫ q f(p/q) over the tail; p or q may be empty where one law has no density."""
    heights = Heights(tail)
    return _half(row, p, q, heights) + _half(row.reverse, q, p, heights)


def _half(row: Generator, p: Law, q: Law, heights: Heights) -> arb:
    """The integral of f'(inf) p, or of what stands for it."""
    if not p:
        return arb(0)
    slope = at_zero(row.reverse)
    if slope.is_finite():
        return slope * mass(p, heights) if not slope.is_zero() else arb(0)
    c, a, k = growth(row)
    middle = perspective(row, acb(START), acb(0), acb(START)).real  # f(e^START) bounds f up to there
    bounds = _decided([lambda j=j: _steep(c, a, k, p, q[j], heights) for j in range(len(q))])
    return middle * mass(q, heights) + bounds


def _decided(bounds: Sequence[Callable[[], arb]]) -> arb:
    """The least of those that can be had."""
    found = []
    for bound in bounds:
        try:
            found.append(bound())
        except Undecided:
            continue
    if not found:
        raise Undecided
    return reduce(lambda x, y: x.min(y), (arb(x.upper()) for x in found))


def _steep(c: arb, a: Any, k: int, p: Law, weighed: tuple[arb, Line], heights: Heights) -> arb:
    """∫ c p^a q^(1-a) (log p/q)^k where p/q is large, with q at least one part of it: Σ over the parts of p."""
    if not (c.is_finite() and a >= 1 and k in (0, 1)):
        raise Undecided
    share, low = weighed
    n = arb(len(p))
    steep = c * n ** arb(a - 1) * share ** arb(1 - a)
    powers = [[(part, arb(a))] + ([] if a == 1 else [(low, arb(1 - a))]) for _, part in p]
    slack = reduce(lambda x, y: x.min(y), (-heights.sup(heights.monomial(x)[1]) for x in powers)) / 2
    logs = [(n.log(), arb(0))] * k  # log p/q <= log n + the largest of the parts, each at most level + b y^c
    for weight, part in p if k else ():
        (start, elasticity), (low_start, low_elasticity) = heights.of(part), heights.of(low)
        logs.append((largest(start - low_start + (weight / share).log()), arb(0)))
        logs.append(heights.rise(combined(elasticity, low_elasticity, -1), slack))
    total = arb(0)
    for (weight, _), monomial in zip(p, powers):
        for factor, extra in logs or [(arb(1), arb(0))]:
            if not factor.is_zero():
                total += steep * weight ** arb(a) * factor * heights.integral(monomial, extra)
    return total


def is_infinite(row: Generator, p: Law, q: Law, tail: Tail) -> bool:
    """Whether it is proved that ∫ q f(p/q) over the tail is infinite."""
    heights = Heights(tail)
    try:
        return _grows(row, p, q, heights) or _grows(row.reverse, q, p, heights)
    except Undecided:
        return False


def _grows(row: Generator, p: Law, q: Law, heights: Heights) -> bool:
    if at_zero(row.reverse).is_finite() or not (p and q):
        return False
    c, a, k = growth(row)
    if not (c > 0 and a >= 1 and k in (0, 1)):
        return False
    return any(_outgrows(a, k, above, below, q, heights) for above in p for below in q)


def _outgrows(a: Any, k: int, above: tuple[arb, Line], below: tuple[arb, Line], q: Law, heights: Heights) -> bool:
    """Whether p^a q^(1-a) (log p/q)^k has no integral, by one part of p and the part of q that falls slowest."""
    (weight, p), (share, low) = above, below
    (start, elasticity), (low_start, low_elasticity) = heights.of(p), heights.of(low)
    try:
        excess = arb(0)  # q <= low (share + excess)
        for other_share, other in q:
            if other is not low:
                other_start, other_elasticity = heights.of(other)
                gain = heights.gain(combined(other_elasticity, low_elasticity, -1))
                excess += other_share * (other_start - low_start).exp() * gain
        gap = combined(elasticity, low_elasticity, -1)
        heights.sup(negative(gap))  # log p/q rises all the way
    except Undecided:
        return False
    if not start + weight.log() - low_start - (share + excess).log() > START:
        return False
    _, slope = heights.monomial([(p, arb(a)), (low, arb(1 - a))])
    # and it rises at least as the leading power of its slope does
    return heights.never_falls(combined(slope, {FLAT: arb(1)}, ball(max(gap)[0]) * k))
