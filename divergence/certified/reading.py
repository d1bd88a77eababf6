"""From a `Density` to laws in balls: its parts, their families, and parameters that are exactly the given floats."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flint import arb

from .. import ops
from ..density import Density
from ..errors import InvalidMeasure, UnsupportedLaw
from .balls import ball
from .laws import FAMILIES
from .tails import Law

Part = tuple[Fraction, str, tuple[Fraction, ...]]
DEFAULT_FRAME = {"gamma": (0.0,), "lognormal": (0.0,), "beta": (0.0, 1.0)}


def read(density: Density, argument: str) -> list[Part]:
    """(weight, family, parameters) of each part; weights are relative to their sum."""
    if not isinstance(density, Density) or density.batch or density.dimension != 1:
        raise UnsupportedLaw(
            f"{density!r} is not one law with a density on the line",
            argument=argument,
            remedy="certify such laws, one pair at a time",
        )
    parts = [part for part in _parts(density, Fraction(1), argument) if part[0]]
    return sorted(parts)


def laws(parts: list[Part]) -> Law:
    """The parts in balls of the precision at hand."""
    total = sum((weight for weight, _, _ in parts), Fraction(0))
    return [
        (arb(1) if weight == total else ball(weight / total), FAMILIES[family](*parameters))
        for weight, family, parameters in parts
    ]


def _parts(density: Density, share: Fraction, argument: str) -> Iterator[Part]:
    if density.parts is not None:
        weights, components = density.parts
        exact = [Fraction(x) for x in _numbers(tuple(ops.to_numpy(ops.as_array(weights))), f"weights of {argument}")]
        if min(exact) < 0 or abs(sum(exact) - 1) > 1e-9:
            raise InvalidMeasure(
                "weights are not masses", argument=argument, value=weights, remedy="give weights that sum to 1"
            )
        for weight, component in zip(exact, components, strict=True):
            yield from _parts(component, share * weight / sum(exact), argument)
        return
    member = density.member
    if member is None or member.family not in FAMILIES:
        raise UnsupportedLaw(
            f"no enclosure is known for {'this density' if member is None else member.family}",
            argument=argument,
            remedy=f"certified are {', '.join(FAMILIES)} and mixtures of them; evaluate() takes any density",
        )
    frame = member.frame or DEFAULT_FRAME.get(member.family, ())
    yield share, member.family, tuple(map(Fraction, _numbers((*member.parameters, *frame), argument)))


def _numbers(values: tuple[Any, ...], argument: str) -> list[float]:
    found = [float(ops.to_numpy(ops.as_array(x)).reshape(())) for x in values]
    for x in found:
        if not math.isfinite(x):
            raise UnsupportedLaw(f"a parameter is {x}", argument=argument, value=x, remedy="give finite parameters")
    return found
