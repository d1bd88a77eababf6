"""Where a tail lies: along which direction, and from which point on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import acb, arb

from .balls import ball, reach

Order = tuple[Fraction, int]
LogDensity = Callable[[acb, "acb | None", bool], acb]
FLAT: Order = (Fraction(0), 0)


@dataclass(frozen=True)
class Direction:
    """x = anchor + side z, z > 0."""

    anchor: Fraction
    side: int

    def since(self, m: Fraction) -> arb:
        """anchor - m, exactly 0 where it is."""
        return ball(self.anchor - m)

    def log_distance(self, end: Fraction, side: int) -> Callable[[acb, acb | None, bool], acb]:
        """log(side (x - end)), which is log z itself from this end."""
        from_end = self.since(end)

        def log(z: acb, log_z: acb | None, analytic: bool) -> acb:
            if self.anchor == end and log_z is not None:
                return log_z
            return (side * (from_end + self.side * z)).log(analytic=analytic)

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

    def power(self, c: Fraction) -> arb:
        return (ball(c) * self.start.log()).exp()

    def in_y(self, powers: dict[Fraction, arb], log: arb | None = None) -> dict[Order, arb]:
        """{(c, k): b} with Σ b y^c (log y)^k = d log p/d log y, from Σ powers z^c + log · log z = d log p/d log z."""
        found = {FLAT: arb(0)} | {(self.sign * c, 0): self.sign * b for c, b in powers.items()}
        return found if log is None else found | {(Fraction(0), 1): log}  # of a sign twice
