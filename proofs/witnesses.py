"""What balls have to say about a statement, at one point: each question raises `Rejected` unless the answer is yes."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

import sympy as sp
from flint import arb

from . import balls
from .symbols import Expr, Rejected, oo

Point = Mapping[sp.Symbol, Expr]
RADIUS = 1e-60  # a ball that contains zero is evidence only where it is this narrow
REACHES = (30, 300, 3000)  # a limit is followed to 10^-30, 10^-300, 10^-3000 of its place
EPS = 2.0**-52
LARGEST, SMALLEST = sys.float_info.max, sys.float_info.min


def value(e: Expr, point: Point) -> arb:
    """The narrow ball of e."""
    return balls.narrow_ball(e, point, RADIUS)


def equal(lhs: Expr, rhs: Expr, point: Point) -> None:
    """lhs = rhs, two finite real numbers."""
    gap = value(lhs, point) - value(rhs, point)
    if not gap.contains(0):
        raise Rejected(f"{lhs} = {rhs} is false at {dict(point)}: the difference is {gap.str(8)}")


def slope(f: Expr, x: sp.Symbol, equals: Expr, point: Point) -> None:
    """df/dx = equals, without differentiating an expression."""
    gap = balls.narrow_ball(f, point, RADIUS, x) - value(equals, point)
    if not gap.contains(0):
        raise Rejected(f"d/d{x} of {f} differs from {equals} at {dict(point)} by {gap.str(8)}")


def approach(e: Expr, x: sp.Symbol, to: Expr, side: str, equals: Expr, point: Point) -> None:
    """e comes nearer to `equals`, or grows, at every reach on x's way to `to`, and ends near, or large."""
    bits, sizes = 16 * REACHES[-1], []
    for reach in REACHES:
        found = balls.ball(e, {**point, x: _on_the_way(to, side, reach)}, bits)
        if equals.is_infinite:
            sizes.append(found if equals == oo else -found)
        else:
            sizes.append((found - balls.ball(equals, point, bits)).abs_upper())
    first, second, third = sizes
    if equals.is_infinite:
        arrives = second > 2 * first and third > 2 * second and third > 1
    else:
        arrives = third < 1e-2 and all(new < RADIUS or 2 * new < old for old, new in ((first, second), (second, third)))
    if not arrives:
        raise Rejected(f"the balls of {e} do not come to {equals}: {', '.join(size.str(5) for size in sizes)}")


def _on_the_way(to: Expr, side: str, reach: int) -> Expr:
    far = sp.Integer(10) ** reach
    if to.is_infinite:
        return far if to == oo else -far
    return to + 1 / far if side == "+" else to - 1 / far


def close(number: float, exact: Expr, x: sp.Symbol | None, point: Point, ulps: float, floor: float) -> None:
    """The float is the exact number, to `ulps` units of its last place, of x's, or of `floor`'s.

    A unit in the last place of x counts by what it moves the number. Overflow to infinity is right where due.
    """
    truth = balls.relative_ball(exact, point)
    if math.isinf(number) and (truth > LARGEST if number > 0 else truth < -LARGEST):
        return
    size = abs(truth)
    if x is not None:
        size += abs(balls.slope_ball(exact, x, point) * balls.rational(point[x]))
    allowed = ulps * EPS * (size if size > floor else floor) + SMALLEST
    if not math.isfinite(number) or not abs(truth - number) <= allowed:
        raise Rejected(f"{number!r} is not {exact} at {dict(point)}, which is {truth.str(20, radius=False)}")
