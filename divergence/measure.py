"""What a user can hand in: masses, masses with positions, a density, samples; and what two of them have in common.

Bare arrays are probability masses along one axis. They are checked, never changed: nothing is renormalised, clipped or
guessed, and what is refused is refused in the user's words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import ops
from .errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw

Array = Any


class Discrete:
    """Masses p (..., k) along the last axis, at `points` (k,) or (k, d) where positions matter.

    >>> import numpy as np
    >>> Discrete(np.array([0.2, 0.8]), np.array([0.0, 1.0]))
    Discrete(2 atoms, points (2,))
    >>> Discrete.normalised([3, 1]).masses
    array([0.75, 0.25])

    Raises InvalidMeasure for masses that are negative, nan or do not sum to one, ShapeMismatch where the number of
    points is not the number of masses.
    """

    def __init__(self, masses: Array, points: Array | None = None, *, argument: str = "masses"):
        self.masses = check_masses(masses, argument)
        self.points = None if points is None else check_points(points, f"points of {argument}")
        if self.points is not None and self.points.shape[0] != self.masses.shape[-1]:
            raise ShapeMismatch(
                f"{self.points.shape[0]} points for {self.masses.shape[-1]} masses",
                argument="points",
                remedy="give one point per mass: masses (..., k) with points (k,) or (k, d)",
            )

    @classmethod
    def normalised(cls, weights: Array, points: Array | None = None) -> Discrete:
        """Weights or counts, (..., k), divided by their sum: the one place where this library renormalises."""
        w = ops.as_array(weights)
        o = ops.words(w)
        if not o.xp.isdtype(w.dtype, "real floating"):
            w = o.xp.astype(w, o.xp.float64)
        refuse(w < 0, w, "weights", "is negative", "weights and counts are at least 0")
        refuse(~o.xp.isfinite(w), w, "weights", "is not finite", "drop the entry or give its count")
        total = o.xp.sum(w, axis=-1, keepdims=True)
        refuse(total == 0, total, "weights", "has sum 0", "at least one weight must be positive")
        return cls(w / total, points, argument="weights")

    def __repr__(self) -> str:
        place = "" if self.points is None else f", points {tuple(self.points.shape)}"
        return f"Discrete({self.masses.shape[-1]} atoms{place})"


@dataclass(frozen=True)
class Density:
    """A law by its log-density: `logpdf` maps an array of shape (n,) to (n,), -inf where there is no mass.

    `support` is the interval outside which the density is 0. `landmarks` are places an integrator must not miss, such
    as the centres of narrow modes.

    >>> import numpy as np
    >>> Density(lambda x: -x, support=(0, np.inf)).support
    (0, inf)
    """

    logpdf: Callable[[Array], Array]
    support: tuple[float, float] = (-math.inf, math.inf)
    landmarks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        low, high = self.support
        if not low < high:
            raise InvalidParameter(
                f"{self.support} is not an interval", argument="support", remedy="write support=(low, high), low < high"
            )


class Samples:
    """Points x, (n,) or (n, d), drawn from a law: what `estimate` takes."""

    def __init__(self, x: Array, *, argument: str = "x"):
        self.points = check_points(x, argument)
        if self.points.shape[0] < 2:
            raise InvalidMeasure(
                f"{self.points.shape[0]} sample{'' if self.points.shape[0] == 1 else 's'} tell nothing about a law",
                argument=argument,
                remedy="give at least two samples, as (n,) or (n, d)",
            )

    def __repr__(self) -> str:
        return f"Samples{tuple(self.points.shape)}"


def refuse(mask: Array, values: Array, argument: str, problem: str, remedy: str) -> None:
    """Raise InvalidMeasure at the first index where `mask` holds."""
    xp = ops.namespace(mask)
    if not bool(xp.any(mask)):
        return
    flat = int(xp.argmax(xp.astype(xp.reshape(mask, (-1,)), xp.int8)))
    index = []
    for size in reversed(mask.shape):
        flat, here = divmod(flat, size)
        index.append(here)
    place = tuple(reversed(index))
    value = float(values[place])
    raise InvalidMeasure(f"{value:.17g} {problem}", argument=argument, index=place or None, value=value, remedy=remedy)


def check_floating(x: Any, argument: str, what: str, remedy: str) -> Array:
    """x as an array of real floating dtype; Python numbers of any kind are taken as floats."""
    if isinstance(x, Discrete | Density | Samples):
        raise UnsupportedLaw(f"{type(x).__name__} where {what} belong", argument=argument, remedy=remedy)
    try:
        array = ops.as_array(x)
        xp = ops.namespace(array)
    except (TypeError, ValueError) as error:
        raise UnsupportedLaw(
            f"{type(x).__name__} is no array of {what} ({error})",
            argument=argument,
            remedy="hand in a numpy, torch or other array-API array",
        ) from error
    if not hasattr(array, "dtype") or not xp.isdtype(array.dtype, "real floating"):
        raise InvalidMeasure(
            f"dtype {array.dtype} holds no {what}", argument=argument, value=array.dtype, remedy=remedy
        )
    return array


def check_masses(p: Any, argument: str, axis: int = -1) -> Array:
    """p itself, if it holds masses along `axis`: floating, not nan, none negative, each sum one within rounding.

    Rounding is what n terms of the dtype may lose: 16 eps sqrt(n), eps that of the dtype.
    """
    p = check_floating(
        p,
        argument,
        "masses",
        f"write Discrete.normalised({argument}) for counts; samples go to an estimator, such as "
        "wasserstein(1).estimate(x, y)",
    )
    xp = ops.namespace(p)
    if p.ndim == 0 or not -p.ndim <= axis < p.ndim:
        raise ShapeMismatch(
            f"no axis {axis} in shape {tuple(p.shape)}",
            argument=argument,
            remedy="masses lie along one axis of an array; name it with axis=",
        )
    if p.shape[axis] == 0:
        raise ShapeMismatch("has no atoms", argument=argument, remedy="a distribution needs at least one atom")
    samples = "samples go to an estimator, such as wasserstein(1).estimate(x, y)"
    refuse(xp.isnan(p), p, argument, "is no mass", "find where the nan came from, or drop that atom")
    refuse(p < 0, p, argument, "is negative", f"masses are at least 0; {samples}")
    refuse(xp.isinf(p), p, argument, "is no mass", f"masses are at most 1; {samples}")
    total = xp.sum(p if xp.finfo(p.dtype).bits >= 32 else xp.astype(p, xp.float32), axis=axis)
    tolerance = 16 * float(xp.finfo(p.dtype).eps) * math.sqrt(p.shape[axis])
    refuse(
        xp.abs(total - 1) > tolerance,
        total,
        f"sum of {argument}",
        "is not 1",
        f"write Discrete.normalised({argument}) if these are weights, axis= if the masses lie along another axis; "
        f"{samples}",
    )
    return p


def check_points(x: Any, argument: str) -> Array:
    """Points of the line (n,) or of space (n, d): finite, floating."""
    x = check_floating(x, argument, "points", f"write {argument}.astype(float)")
    xp = ops.namespace(x)
    if x.ndim not in (1, 2):
        raise ShapeMismatch(
            f"shape {tuple(x.shape)} is neither (n,) nor (n, d)", argument=argument, remedy="reshape it to (n, d)"
        )
    if x.shape[0] == 0:
        raise InvalidMeasure("is empty", argument=argument, remedy="give at least one point")
    refuse(~xp.isfinite(x), x, argument, "is no point", "drop the rows that hold nan or inf")
    return x


def same_alphabet(p: Array, q: Array, axis: int, names: tuple[str, str] = ("p", "q")) -> tuple[Array, Array]:
    """p and q with their atoms moved to the last axis, refused where their numbers of atoms or their batches differ."""
    xp = common_namespace(p, q, names)
    p, q = xp.moveaxis(p, axis, -1), xp.moveaxis(q, axis, -1)
    if p.shape[-1] != q.shape[-1]:
        raise ShapeMismatch(
            f"{q.shape[-1]} atoms, but {names[0]} has {p.shape[-1]}",
            argument=names[1],
            remedy=f"give both on the same alphabet (shapes {tuple(p.shape)} and {tuple(q.shape)}), with 0 where one "
            "has no mass",
        )
    try:
        return tuple(xp.broadcast_arrays(p, q))  # type: ignore[return-value]
    except (ValueError, RuntimeError, TypeError, IndexError) as error:
        raise ShapeMismatch(
            f"batch {tuple(q.shape[:-1])} does not broadcast with {tuple(p.shape[:-1])} of {names[0]}",
            argument=names[1],
            remedy="leading axes must be equal or 1",
        ) from error


def common_namespace(p: Array, q: Array, names: tuple[str, str]) -> Any:
    try:
        return ops.namespace(p, q)
    except TypeError as error:
        raise UnsupportedLaw(
            f"{type(q).__module__} array, but {names[0]} is a {type(p).__module__} array",
            argument=names[1],
            remedy="convert one of them, so that both come from one library",
        ) from error


def promote(p: Any, q: Any, axis: int = -1, names: tuple[str, str] = ("p", "q")) -> tuple[str, Any, Any]:
    """The most specific representation that p and q share: ("masses", p, q) or ("densities", P, Q)."""
    for x, name in ((p, names[0]), (q, names[1])):
        if isinstance(x, Samples):
            raise UnsupportedLaw(
                "samples where a distribution belongs",
                argument=name,
                remedy="use an estimator, such as wasserstein(1).estimate(x, y), or histogram them with "
                "Discrete.normalised(counts)",
            )
    if isinstance(p, Density) or isinstance(q, Density):
        for x, name in ((p, names[0]), (q, names[1])):
            if not isinstance(x, Density):
                raise UnsupportedLaw(
                    f"{type(x).__name__} against a Density", argument=name, remedy="write it as a Density too"
                )
        return "densities", p, q
    if isinstance(p, Discrete) and isinstance(q, Discrete):
        same_points(p, q, names)
    masses = [x.masses if isinstance(x, Discrete) else check_masses(x, n, axis) for x, n in zip((p, q), names)]
    if axis != -1 and (isinstance(p, Discrete) or isinstance(q, Discrete)):
        raise InvalidParameter(
            f"axis {axis} for Discrete", argument="axis", value=axis, remedy="Discrete has its atoms on the last axis"
        )
    return "masses", *same_alphabet(*masses, axis=axis, names=names)


def same_points(p: Discrete, q: Discrete, names: tuple[str, str]) -> None:
    """Refuse two alphabets whose points are not the same; Discretes without points are taken as they stand."""
    if p.points is None or q.points is None or p.points is q.points:
        return
    xp = common_namespace(p.points, q.points, names)
    if p.points.shape != q.points.shape:
        raise ShapeMismatch(
            f"points {tuple(q.points.shape)}, but {names[0]} has {tuple(p.points.shape)}",
            argument=names[1],
            remedy="give both on the same points, with mass 0 where one has none",
        )
    differ = p.points != q.points
    if bool(xp.any(differ)):
        first = int(xp.argmax(xp.astype(xp.reshape(differ, (-1,)), xp.int8))) // (
            1 if differ.ndim == 1 else differ.shape[1]
        )
        raise ShapeMismatch(
            f"point {q.points[first]} differs from {p.points[first]} of {names[0]}",
            argument=f"points of {names[1]}",
            index=first,
            remedy="give both on the same points, with mass 0 where one has none; wasserstein takes different points",
        )
