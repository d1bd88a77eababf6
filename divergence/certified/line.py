"""The line cut into rays on which two laws are analytic, and the integral of a row over each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import acb, arb

from ..generators import Generator
from .balls import at_zero, ball, perspective
from .direction import Direction, LogDensity, Tail
from .tails import Law
from .taylor import enclosed, logarithm, middle


@dataclass(frozen=True)
class Ray:
    """x = anchor + side z for 0 < z < length, with the parts of p and of q that have density there."""

    direction: Direction
    length: Fraction | None  # None: infinite
    p: Law
    q: Law

    @property
    def parts(self) -> list[Any]:
        return [part for _, part in (*self.p, *self.q)]

    @property
    def singular(self) -> bool:
        """Whether a density is not analytic at the anchor."""
        return any(self.direction.anchor in part.singular for part in self.parts)

    @property
    def unit(self) -> Fraction:
        """The length, or a typical distance from the anchor."""
        if self.length is not None:
            return self.length
        return max(abs(part.centre - self.direction.anchor) + part.scale for part in self.parts)

    @property
    def ends(self) -> list[bool]:
        """The tails that no integral reaches, True for the far one."""
        return [False] * self.singular + [True] * (self.length is None)

    def tail(self, far: bool, n: int) -> Tail:
        """z > 2^n unit, or z < 2^-n unit."""
        unit = ball(self.unit)
        return Tail(self.direction, far, (unit if far else 1 / unit) * arb(2) ** n)

    def integral(self, row: Generator, reach: dict[bool, int], **accuracy: Any) -> arb:
        """∫ q f(p/q) up to the tails that begin at `reach`."""
        heavy = any(part.heavy for part in self.parts)
        total = arb(0)
        if self.singular:
            total += self._over(row, True, -reach[False], 0, accuracy)
        else:
            total += self._over(row, False, 0, 1, accuracy)
        if self.length is None:
            ends = (0, reach[True]) if heavy else (1, 2 ** reach[True])
            total += self._over(row, heavy, *ends, accuracy)
        return total

    def _over(self, row: Generator, logarithmic: bool, start: int, end: int, accuracy: dict[str, Any]) -> arb:
        """z = unit w, or unit 2^w: the integral over w."""
        unit, log_two = ball(self.unit), arb(2).log()
        log_unit, log_rate = unit.log(), log_two.log()
        log_p, log_q = (log_mixture(law, self.direction) for law in (self.p or self.q, self.q or self.p))
        alone = None if self.p and self.q else at_zero(row.reverse if self.p else row)

        def logs(w: Any, analytic: bool) -> tuple[Any, Any]:
            """log p and log q as densities in w: with dz/dw in them, which a wide ball could not cancel later."""
            log_z = log_unit + log_two * w if logarithmic else None
            z = unit * w if log_z is None else log_z.exp()
            stretch = log_unit if log_z is None else log_z + log_rate
            return log_p(z, log_z, analytic) + stretch, log_q(z, log_z, analytic) + stretch

        def integrand(w: acb, analytic: bool) -> acb:
            found = enclosed(logs, w, analytic)
            return perspective(row, *found, analytic) if alone is None else alone * found[0].exp()

        return acb.integral(integrand, acb(start), acb(end), **accuracy).real


def log_mixture(law: Law, way: Direction) -> LogDensity:
    """log Σ w p, led by the part that is largest at the ball, so that its logarithm stays off the cut."""
    terms = [(weight.log(), part.log_density(way)) for weight, part in law]

    def log_density(z: Any, log_z: Any, analytic: bool) -> Any:
        logs = [log_weight + log_part(z, log_z, analytic) for log_weight, log_part in terms]
        if len(logs) == 1:
            return logs[0]
        heights = [middle(x) for x in logs]
        lead = heights.index(max(heights))
        rest = sum(((x - logs[lead]).exp() for i, x in enumerate(logs) if i != lead), acb(1))
        return logs[lead] + logarithm(rest, analytic)

    return log_density


def rays(p: Law, q: Law) -> Iterator[Ray]:
    """The line, cut where a density begins, ends or has a corner."""
    parts = [part for _, part in (*p, *q)]
    points = {x for part in parts for x in (part.low, part.high, *part.cuts) if x not in (-math.inf, math.inf)}
    ends: list[Any] = [-math.inf, *(sorted(points) or [parts[0].centre]), math.inf]
    for low, high in pairwise(ends):
        here = [[(w, part) for w, part in law if part.low <= low and high <= part.high] for law in (p, q)]
        if not any(here):
            continue
        if low == -math.inf or high == math.inf:
            yield Ray(Direction(high, -1) if low == -math.inf else Direction(low, 1), None, *here)
        elif any(end in part.singular for _, part in (*here[0], *here[1]) for end in (low, high)):
            yield Ray(Direction(low, 1), (high - low) / 2, *here)
            yield Ray(Direction(high, -1), (high - low) / 2, *here)
        else:
            yield Ray(Direction(low, 1), high - low, *here)
