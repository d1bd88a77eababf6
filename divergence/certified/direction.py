"""Where a tail lies: along which direction, and from which point on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from .balls import ball, reach
from .taylor import logarithm, middle

Order = tuple[Fraction, int]
LogDensity = Callable[[Any, Any, bool], Any]
FLAT: Order = (Fraction(0), 0)


class Undecided(Exception):
    """The tail is too long, or the balls too wide, to tell."""


@dataclass(frozen=True)
class Direction:
    """x = anchor + side z, z > 0."""

    anchor: Fraction
    side: int

    def since(self, m: Fraction) -> arb:
        """anchor - m, exactly 0 where it is."""
        return ball(self.anchor - m)

    def log_distance(self, end: Fraction, side: int) -> LogDensity:
        """log(side (x - end)); from that end itself, or far from both, by log z, which has no cut."""
        gap = self.side * self.since(end)
        log_gap = abs(gap).log()

        def log(z: Any, log_z: Any, analytic: bool) -> Any:
            if log_z is not None and gap.is_zero():
                return log_z
            if log_z is not None and side == self.side and middle(log_z) > log_gap:
                return log_z + logarithm(1 + gap * (-log_z).exp(), analytic)
            return logarithm(side * self.side * (gap + z), analytic)

        return log


@dataclass(frozen=True)
class Tail:
    """The z with y >= `start`, where y = z far out and y = 1/z near the anchor."""

    direction: Direction
    far: bool
    start: arb

    @property
    def sign(self) -> int:
        """log z = sign log y."""
        return 1 if self.far else -1

    @property
    def z(self) -> arb:
        """Where it begins."""
        return self.start if self.far else 1 / self.start

    @property
    def small(self) -> arb:
        """1/y as a ball for the whole tail."""
        return reach(1 / self.start)

    def in_y(self, *powers: tuple[Fraction, arb], log: arb | None = None) -> dict[Order, arb]:
        """{(c, k): b} with Σ b y^c (log y)^k = d log p/d log y, from pairs: Σ b z^c + log · log z = d log p/d log z."""
        found = {FLAT: arb(0)}
        for c, b in powers:
            order = (self.sign * c, 0)
            found[order] = found.get(order, arb(0)) + self.sign * b
        return found if log is None else found | {(Fraction(0), 1): log}  # of a sign twice
