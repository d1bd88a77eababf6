"""The shipped floats, on numbers and on random cases; and what is taken on its authors' word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp

from divergence.ops import quiet

from .. import witnesses
from ..symbols import POINT, Expr, Rejected
from .step import Step, accepted, tex


def computes(
    shipped: Callable[[np.ndarray], Any],
    reading: Expr,
    x: sp.Symbol,
    points: np.ndarray,
    *,
    values: Mapping[sp.Symbol, Expr] | None = None,
    ulps: float = 4,
    floor: float = 0.0,
) -> Step:
    """What the code computes at the floats `points` is the reading at the same numbers, to a few units in the last
    place.

    The reference has 50 digits. The units are those of the value, of what a unit of the argument moves it by, and of
    `floor` where that is larger.
    """
    points, reading = np.asarray(points, np.float64), sp.sympify(reading)
    if points.ndim != 1 or len(points) < 16 or not np.isfinite(points).all():
        raise Rejected("at least 16 finite points are needed")
    with quiet():
        found = np.asarray(shipped(points), np.float64)
    if found.shape != points.shape:
        raise Rejected(f"the code gives the shape {found.shape} for {points.shape}")
    for point, number in zip(points.tolist(), found.tolist()):
        witnesses.close(number, reading, x, {**(values or {}), x: sp.Rational(point)}, ulps, floor)
    said = rf"\mathrm{{float}}\left({tex(reading)}\right)"
    evidence = f"{len(points)} floats, within {ulps:g} ulp of 50 digits"
    return accepted("computes", (reading, x), POINT, said, evidence, "numeric", len(points))


def checked(said: str, errors: Callable[[np.random.Generator], Any], *, cases: int = 200, within: float) -> Step:
    """In at least `cases` seeded random cases the error is finite and at most `within`; nan never passes.

    `errors` draws one case, or an array of them, and returns the error of each, 0 for none.
    """
    if cases < 1:
        raise Rejected("no case was tried")
    rng, tried, worst = np.random.default_rng(0), 0, 0.0
    while tried < cases:
        sizes = np.atleast_1d(np.asarray(errors(rng), np.float64))
        if not sizes.size:
            raise Rejected(f"after {tried} cases of {said}, none is left to try")
        wrong = ~(np.isfinite(sizes) & (sizes >= 0) & (sizes <= within))
        if wrong.any():
            first = int(wrong.argmax())
            raise Rejected(
                f"case {tried + first} of {said} has the error {sizes.flat[first]:.3g}; {within:g} is allowed"
            )
        tried, worst = tried + sizes.size, max(worst, float(sizes.max()))
    return accepted("checked", (said,), POINT, said, f"{tried} random cases, worst error {worst:.2g}", "numeric", tried)


def cited(said: str, source: str) -> Step:
    """A published theorem, taken on its authors' word."""
    if not (said.strip() and source.strip()):
        raise Rejected("a citation names its theorem and its source")
    return accepted("cited", (said, source), POINT, said, source, "cited")
