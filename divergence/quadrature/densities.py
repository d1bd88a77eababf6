"""Two laws, or two batches of laws, as what is integrated and summed: log-densities pair by pair, checked.

Everything here is flat: pair i of the broadcast batch, one number of each pair, (n,).
"""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..density import Density, Lattice
from ..errors import InvalidMeasure, ShapeMismatch

if TYPE_CHECKING:
    from .tails import Tail

MASS_TOLERANCE = 1e-6  # how far from 1 a mass may be: what is typed with seven digits is still a density
ROUGH = 1e-3  # what the rule may leave unknown of a mass that is judged


class Side:
    """One law of each pair: its log-density, -inf outside the support, and where it lives."""

    def __init__(self, law: Density | Lattice, argument: str, batch: tuple[int, ...]):
        self.law, self.argument, self.batch = law, argument, batch
        size = math.prod(batch)
        own = np.arange(math.prod(law.batch)).reshape(law.batch)
        self.own = np.broadcast_to(own, batch).reshape(size)  # which of its laws belongs to a pair
        self.low, self.high = (self._flat(end)[0] for end in law.support)
        self.marks = _finite(self._flat(law.landmarks, rows=True))
        self.poles = np.empty((0, size))  # where the density is infinite inside the support
        self.pairs = np.arange(size)  # their places in the batch
        self.log_mass = np.zeros(size)  # to divide by
        self.tails: list[Tail] = []  # what to say where logpdf underflows

    def _flat(self, x: Any, rows: bool = False) -> np.ndarray:
        """(m, n): one column for each pair."""
        if isinstance(x, tuple | list):
            x = np.broadcast_arrays(*(ops.to_numpy(ops.as_array(y)) for y in x)) if x else []
        x = np.asarray(ops.to_numpy(x), dtype=float)
        if not rows:
            x = x[None]
        laws = np.broadcast_to(
            x.reshape(x.shape + (1,) * (1 + len(self.law.batch) - x.ndim)), x.shape[:1] + self.law.batch
        )
        return laws.reshape(x.shape[0], -1)[:, self.own] if x.size else np.empty((0, len(self.own)))

    def log(self, x: np.ndarray, index: np.ndarray) -> np.ndarray:
        """The log-density of the law of pair index[i] at x[i]."""
        values = self.raw(x, index)
        for tail in self.tails:
            values = tail(x, values)
        if np.isnan(values).any():
            first = int(np.flatnonzero(np.isnan(values))[0])
            raise InvalidMeasure(
                f"{function_name(self.law)}({x[first]:g}) is nan",
                argument=self.argument,
                index=self.place(int(index[first])),
                value=float(x[first]),
                remedy="return -inf where there is no mass",
            )
        return values

    def raw(self, x: np.ndarray, index: np.ndarray) -> np.ndarray:
        """The same as the law says it, nan included."""
        low, high = self.low[index], self.high[index]
        inside = (x >= low) & (x <= high)
        whole = bool(inside.all())
        if not inside.any():
            return np.full(x.shape, -np.inf)
        at = x if whole else np.where(inside, x, inner_point(low, high))
        law = self.law
        if law.batch:
            assert law.at is not None
            law = law.at(self.own[index])
        function = law.logpdf if isinstance(law, Density) else law.logpmf
        with ops.quiet():
            at = at if isinstance(law, Density) else np.round(at)
            values = np.asarray(ops.to_numpy(ops.as_array(function(at))), dtype=float)
        if values.shape != x.shape:
            raise InvalidMeasure(
                f"{function_name(law)} maps shape {x.shape} to {values.shape}",
                argument=self.argument,
                remedy="let it map (n,) points to (n,) values",
            )
        return (values if whole else np.where(inside, values, -np.inf)) - self.log_mass[index]

    def select(self, pairs: np.ndarray) -> Side:
        """The same for some of the pairs."""
        part = copy(self)
        part.own, part.low, part.high, part.log_mass = (
            x[pairs] for x in (self.own, self.low, self.high, self.log_mass)
        )
        part.poles = self.poles[:, pairs]
        part.marks, part.pairs = self.marks[:, pairs], self.pairs[pairs]
        return part

    def place(self, pair: int) -> tuple[int, ...] | None:
        return place(int(self.pairs[pair]), self.batch)

    def refuse(self, pair: int, mass: float, verb: str, remedy: str) -> None:
        raise InvalidMeasure(
            f"the {'density' if isinstance(self.law, Density) else 'law'} {verb} to {mass:.9g}, not 1",
            argument=self.argument,
            index=self.place(pair),
            value=float(mass),
            remedy=remedy,
        )


class Pair:
    """p and q, batches broadcast against each other."""

    def __init__(self, p: Density | Lattice, q: Density | Lattice):
        try:
            self.batch = np.broadcast_shapes(p.batch, q.batch)
        except ValueError as error:
            raise ShapeMismatch(
                f"batch {q.batch} does not broadcast with {p.batch} of p",
                argument="q",
                remedy="batches must be equal, or 1 along an axis",
            ) from error
        self._hold(Side(p, "p", self.batch), Side(q, "q", self.batch))

    def _hold(self, p: Side, q: Side) -> None:
        self.p, self.q = self.sides = p, q
        self.size = len(p.own)
        self.low, self.high = np.minimum(p.low, q.low), np.maximum(p.high, q.high)

    def select(self, pairs: np.ndarray) -> Pair:
        part = copy(self)
        part._hold(self.p.select(pairs), self.q.select(pairs))
        return part

    def logs(self, x: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.p.log(x, index), self.q.log(x, index)


def place(pair: int, batch: tuple[int, ...]) -> tuple[int, ...] | None:
    """The index of a pair in the batch, None for one pair."""
    return tuple(int(i) for i in np.unravel_index(pair, batch)) if batch else None


def one_of(law: Any, own: int) -> Any:
    """Law number `own` of a batch, as a law by itself."""
    if not law.batch:
        return law
    kind, name = type(law), function_name(law)

    def function(x: np.ndarray) -> np.ndarray:
        single = law.at(np.full(len(x), own))
        return getattr(single, name)(x)

    side = Side(law, "", law.batch)
    options = {"normalise": law.normalise} if isinstance(law, Density) else {}
    marks = side.marks[:, own]
    return kind(
        function,
        support=(float(side.low[own]), float(side.high[own])),
        landmarks=tuple(marks[np.isfinite(marks)].tolist()),
        name=law.name,
        **options,
    )


def function_name(law: Density | Lattice) -> str:
    return "logpdf" if isinstance(law, Density) else "logpmf"


def _finite(marks: np.ndarray) -> np.ndarray:
    """Finite landmarks, the rest nan."""
    return np.where(np.isfinite(marks), marks, np.nan)


def inner_point(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """A point of each support, to evaluate at where x lies outside."""
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isfinite(low) & np.isfinite(high), low / 2 + high / 2, 0.0)
    return np.where(
        np.isfinite(low),
        np.where(np.isfinite(high), middle, low + 1),
        np.where(np.isfinite(high), high - 1, 0.0),
    )


def losses(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """Where a log-density of -inf may be an underflow of the law's own: the other density underflows there too."""
    return (np.minimum(log_p, log_q) == -np.inf) & (np.exp(np.maximum(log_p, log_q)) == 0)
