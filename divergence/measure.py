"""What a user can hand in: masses, masses with positions, a density, samples; and what two of them have in common.

Bare arrays are probability masses along one axis. They are checked, never changed: nothing is renormalised, clipped or
guessed, and what is refused is refused in the user's words.
"""

from __future__ import annotations

from typing import Any

from . import ops
from .checks import Law, check_axis, check_floating, check_masses, check_points, refuse
from .density import Density, Lattice
from .errors import InvalidMeasure, ShapeMismatch, UnsupportedLaw

Array = Any


class Discrete(Law):
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
        w = weights
        if not (isinstance(w, Discrete | Density | Lattice | Samples) or ops.is_masked(w)):
            w = ops.as_array(w)
        if ops.is_array(w) and ops.is_dtype(w, ("bool", "integral")):
            w = ops.namespace(w).astype(w, ops.namespace(w).float64)
        w = check_floating(w, "weights", "weights", "give weights or counts as numbers, (..., k)")
        xp = ops.namespace(w)
        check_axis(w, "weights", -1)
        refuse(xp.isnan(w) | xp.isinf(w), w, "weights", "is not finite", "drop the entry or give its count")
        refuse(w < 0, w, "weights", "is negative", "weights and counts are at least 0")
        wide = w if xp.finfo(w.dtype).bits >= 32 else xp.astype(w, xp.float32)
        with ops.quiet():
            total = ops.total(wide)
        refuse(total == 0, total, "sum of weights", "is no scale", "at least one weight must be positive")
        refuse(xp.isinf(total), total, "sum of weights", "is no scale", "divide the weights by their largest first")
        return cls(xp.astype(wide / xp.expand_dims(total, axis=-1), w.dtype, copy=False), points, argument="weights")

    def __repr__(self) -> str:
        place = "" if self.points is None else f", points {tuple(self.points.shape)}"
        return f"Discrete({self.masses.shape[-1]} atoms{place})"


class Samples(Law):
    """Points x, (n,) or (n, d), drawn from a law: what `estimate` takes."""

    def __init__(self, x: Array, *, argument: str = "x"):
        self.points = check_points(x, argument)
        if self.points.shape[0] < 2:
            raise InvalidMeasure(
                "one sample tells nothing about a law",
                argument=argument,
                remedy="give at least two samples, as (n,) or (n, d)",
            )

    def __repr__(self) -> str:
        return f"Samples{tuple(self.points.shape)}"


def same_alphabet(p: Array, q: Array, axis: int, names: tuple[str, str] = ("p", "q")) -> tuple[Array, Array]:
    """p and q with their atoms moved to the last axis, refused where their numbers of atoms or their batches differ."""
    p, q = ops.last(p, axis), ops.last(q, axis)
    xp = same_number_of_atoms(p, q, names)
    try:
        return tuple(xp.broadcast_arrays(p, q))  # type: ignore[return-value]
    except (ValueError, RuntimeError, TypeError, IndexError) as error:
        raise ShapeMismatch(
            f"batch {tuple(q.shape[:-1])} does not broadcast with {tuple(p.shape[:-1])} of {names[0]}",
            argument=names[1],
            remedy="leading axes must be equal or 1",
        ) from error


def same_number_of_atoms(p: Array, q: Array, names: tuple[str, str] = ("p", "q")) -> Any:
    """The namespace of p (..., k) and q (..., k), refused where they have none in common or their k differ."""
    xp = common_namespace(p, q, names)
    if p.shape[-1] != q.shape[-1]:
        raise ShapeMismatch(
            f"{q.shape[-1]} atoms, but {names[0]} has {p.shape[-1]}",
            argument=names[1],
            remedy=f"give both on the same alphabet (shapes {tuple(p.shape)} and {tuple(q.shape)}), with 0 where one "
            "has no mass",
        )
    return xp


def common_namespace(p: Array, q: Array, names: tuple[str, str]) -> Any:
    try:
        return ops.namespace(p, q)
    except TypeError as error:
        raise UnsupportedLaw(
            f"{type(q).__module__} array, but {names[0]} is a {type(p).__module__} array",
            argument=names[1],
            remedy="convert one of them, so that both come from one library",
        ) from error


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
    if ops.holds(differ):
        first = int(xp.argmax(xp.astype(xp.reshape(differ, (-1,)), xp.int8))) // (
            1 if differ.ndim == 1 else differ.shape[1]
        )
        raise ShapeMismatch(
            f"point {q.points[first]} differs from {p.points[first]} of {names[0]}",
            argument=f"points of {names[1]}",
            index=first,
            remedy="give both on the same points, with mass 0 where one has none; wasserstein takes different points",
        )
