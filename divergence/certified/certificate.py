"""An interval that surely contains the divergence: integrals in balls up to tails that are bounded in closed form."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from flint import arb

from ..density import Density
from ..errors import NotConverged, UnsupportedLaw
from ..evaluation import Evaluation
from ..generators import Generator
from .balls import at_zero, precision, with_exact_parameters
from .direction import Undecided
from .line import Ray, rays
from .reading import Part, laws, read
from .tails import is_infinite, tail_bound

BITS = 128
MOST_BITS = 512
MOST_VALUES = 30_000  # of the integrand on one ray
LONGEST = 1_000_000  # log2 of the longest reach of an integral, over its unit


class Infinite(Exception):
    """A proof that the divergence is infinite."""


def enclosure(row: Generator, p: Density, q: Density, width: float, hopeless: Callable[[], bool]) -> Evaluation:
    first, second = read(p, "p"), read(q, "q")
    if first == second:
        return Evaluation(0.0, 0.0, "certified: p and q are one law", interval=(0.0, 0.0))
    bits, goal, lower, upper = BITS, width / 8, 0.0, math.inf
    fineness = 2.0**-8  # the integrator meets a tolerance on each of its pieces, which add up
    while True:
        try:
            with precision(bits):
                low, high = _floats(*_value(row, first, second, goal, width, fineness))
        except Infinite as proof:
            return Evaluation(math.inf, 0.0, f"infinite, certified: {proof}", interval=(math.inf, math.inf))
        lower, upper = max(lower, low), min(upper, high)
        method = f"certified by ball arithmetic, {bits} bits"
        middle = lower + (upper - lower) / 2
        found = Evaluation(middle, max(middle - lower, upper - middle), method, interval=(lower, upper))
        if upper < math.inf and upper - lower <= width * max(upper, width):
            return found
        wanted = max(width * max(lower, width) / 8, 5e-324)
        if lower >= sys.float_info.max or (upper == math.inf and bits == BITS and hopeless()):
            raise NotConverged(
                "beyond the largest float", evaluation=found, argument="p, q", remedy="choose a bounded row"
            )
        if not goal / 2 <= wanted <= goal * 2:
            goal = wanted
        elif bits < MOST_BITS:
            bits, fineness = bits * 2, fineness**2
        else:
            raise NotConverged(
                f"{bits} bits leave the interval [{lower:g}, {upper:g}]",
                evaluation=found,
                argument="width",
                remedy="ask for a larger width",
            )


def _value(row: Generator, p: list[Part], q: list[Part], goal: float, width: float, fineness: float) -> tuple[arb, arb]:
    """Bounds on D_f, by tails that add up to `goal` and integrals meant to be that much finer, or than `width`."""
    exact = with_exact_parameters(row)
    pieces = list(rays(laws(p), laws(q)))
    for ray in pieces:
        _refuse_infinite_mass(row, exact, ray)
    kept = [ray for ray in pieces if not _weighs_nothing(exact, ray)]
    share = goal / (3 * len(kept) + 1)
    accuracy = {"rel_tol": arb(width) * fineness, "abs_tol": arb(share) * fineness, "eval_limit": MOST_VALUES}
    total = arb(0)
    for ray in kept:
        reach = {}
        for far in ray.ends:
            reach[far], bound = _reach(row, exact, ray, far, share)
            total += arb(0).union(bound)
        total += ray.integral(exact, reach, **accuracy)
    most = at_zero(exact) + at_zero(exact.reverse)
    upper = total.upper().min(most.upper()) if most.is_finite() else total.upper()
    return total.lower(), upper


def _weighs_nothing(exact: Generator, ray: Ray) -> bool:
    return not (ray.p and ray.q) and at_zero(exact.reverse if ray.p else exact).is_zero()


def _refuse_infinite_mass(row: Generator, exact: Generator, ray: Ray) -> None:
    """Raise where one law is alone on a ray and f has no finite weight for it."""
    if ray.p and ray.q:
        return
    side, weight, name, other = (exact.reverse, row.slope, "p", "q") if ray.p else (exact, row.at_zero, "q", "p")
    if at_zero(side).is_finite():
        return
    if weight != math.inf:
        raise UnsupportedLaw(
            f"no enclosure of f(0) is known for {side.name}", argument="row", remedy="evaluate() takes any row"
        )
    limit = "f'(∞)" if ray.p else "f(0)"
    raise Infinite(f"{name} has mass where {other} has none, and {limit} of {row.name} is infinite")


def _reach(row: Generator, exact: Generator, ray: Ray, far: bool, goal: float) -> tuple[int, arb]:
    """The first n from which on the tail amounts to at most `goal`, and its bound."""
    n = 1
    while n < LONGEST:
        tail = ray.tail(far, n)
        try:
            bound = tail_bound(exact, ray.p, ray.q, tail)
            if bound.upper() <= arb(goal):
                return n, arb(bound.upper())
        except Undecided:
            if is_infinite(exact, ray.p, ray.q, tail):
                infinity = "∞" if ray.direction.side > 0 else "−∞"
                place = infinity if far else f"{float(ray.direction.anchor):g}"
                raise Infinite(f"the integral of {row.name} diverges as x tends to {place}") from None
        n += max(1, n // 4)
    names = " against ".join(" + ".join(type(part).__name__ for _, part in law) or "nothing" for law in (ray.p, ray.q))
    raise UnsupportedLaw(
        f"no tail bound for {row.name} of {names}",
        argument="p, q",
        remedy="choose a bounded row, such as js; evaluate() takes any pair",
    )


def _floats(lower: arb, upper: arb) -> tuple[float, float]:
    """The bounds as floats, rounded outward; a divergence is at least 0."""
    if not (lower.is_finite() and upper.is_finite()):
        return 0.0, math.inf
    low, high = _float(lower), _float(upper)
    while arb(low) > lower:
        low = math.nextafter(low, -math.inf)
    while high < math.inf and arb(high) < upper:
        high = math.nextafter(high, math.inf)
    return max(0.0, low), high


def _float(x: arb) -> float:
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf
