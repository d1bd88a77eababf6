"""What it costs to move one unit of mass from x_i to y_j: asked for in tiles and at single pairs, never all at once."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..errors import InvalidParameter, ShapeMismatch

Array = Any
TILE = 2**21  # numbers in one tile, 16 MiB


class PairCost(ABC):
    """c_ij for n sources and m targets, as float64."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(n, m)."""

    @abstractmethod
    def at(self, i: Any, j: Any) -> np.ndarray:
        """c_ij for indices that broadcast."""

    @abstractmethod
    def among(self, i: Any, j: Any) -> PairCost:
        """The same between the sources i and the targets j."""

    @abstractmethod
    def transposed(self) -> PairCost:
        """c_ji."""

    @property
    def width(self) -> int:
        """How many numbers are held for one entry of a tile."""
        return 1

    def tile(self, rows: slice) -> np.ndarray:
        """The rows (r, m) of the matrix, a fresh array."""
        i = np.arange(self.shape[0])[rows]
        return self.at(i[:, None], np.arange(self.shape[1]))

    def tiles(self) -> Iterator[tuple[slice, np.ndarray]]:
        n, m = self.shape
        step = max(1, TILE // (m * self.width))
        for start in range(0, n, step):
            rows = slice(start, min(start + step, n))
            yield rows, self.tile(rows)


@dataclass(frozen=True)
class Power(PairCost):
    """|x_i − y_j|^order, the Euclidean norm of points (n, d) and (m, d)."""

    x: np.ndarray
    y: np.ndarray
    order: float

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.x), len(self.y)

    def at(self, i: Any, j: Any) -> np.ndarray:
        apart = self.x[i] - self.y[j]
        return _power(np.einsum("...d,...d->...", apart, apart), self.order)

    def tile(self, rows: slice) -> np.ndarray:
        from scipy.spatial.distance import cdist

        return _power(cdist(self.x[rows], self.y, "sqeuclidean"), self.order)

    def among(self, i: Any, j: Any) -> Power:
        return Power(self.x[i], self.y[j], self.order)

    def transposed(self) -> Power:
        return Power(self.y, self.x, self.order)


@dataclass(frozen=True)
class Function(PairCost):
    """cost(x_i, y_j) for a function of points (..., d) and (..., d), which broadcast, to (...)."""

    cost: Callable[[Array, Array], Array]
    x: np.ndarray
    y: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.x), len(self.y)

    @property
    def width(self) -> int:
        return math.prod(self.x.shape[1:])

    def at(self, i: Any, j: Any) -> np.ndarray:
        found = np.asarray(self.cost(self.x[i], self.y[j]))
        wanted = np.broadcast_shapes(np.shape(i), np.shape(j))
        if found.shape != wanted or found.dtype.kind not in "fiub":
            raise InvalidParameter(
                f"gives {found.dtype} of shape {found.shape} for points of {wanted}",
                argument="cost",
                remedy="cost(x, y) maps points (..., d) and (..., d), which broadcast, to real costs (...)",
            )
        found = found.astype(np.float64)
        if not np.isfinite(found).all():
            place = tuple(int(k) for k in np.argwhere(~np.isfinite(found))[0])
            pair = tuple(int(np.broadcast_to(index, wanted)[place]) for index in (i, j))
            _refuse_cost(float(found[place]), pair)
        return found

    def among(self, i: Any, j: Any) -> Function:
        return Function(self.cost, self.x[i], self.y[j])

    def transposed(self) -> Function:
        return Function(lambda y, x: self.cost(x, y), self.y, self.x)


@dataclass(frozen=True)
class Matrix(PairCost):
    """A matrix (n, m) as it stands."""

    entries: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.entries.shape  # type: ignore[return-value]

    def at(self, i: Any, j: Any) -> np.ndarray:
        return self.entries[i, j].astype(np.float64)

    def tile(self, rows: slice) -> np.ndarray:
        return self.entries[rows].astype(np.float64)

    def among(self, i: Any, j: Any) -> Matrix:
        return Matrix(self.entries[np.ix_(i, j)])

    def transposed(self) -> Matrix:
        return Matrix(self.entries.T)


def pair_cost(cost: Any, order: float, x: Any, y: Any, shape: tuple[int, int]) -> PairCost:
    """`cost` as a PairCost: None is |x − y|^order, else a function of points or a matrix (n, m)."""
    if cost is None:
        return Power(x, y, order)
    if callable(cost):
        return Function(cost, x, y)
    try:
        entries = ops.to_numpy(ops.as_array(cost))
    except ValueError as error:
        raise ShapeMismatch(
            "rows of different lengths", argument="cost", remedy=f"give one cost for each pair, {shape}"
        ) from error
    if ops.is_masked(cost):
        raise InvalidParameter(
            "a masked array, and what is behind the mask is no cost",
            argument="cost",
            remedy="fill it, as cost.filled(value) does, or leave out atoms that nothing can be moved to",
        )
    if entries.dtype.kind not in "fiub":
        raise InvalidParameter(
            f"dtype {entries.dtype} holds no costs", argument="cost", remedy="costs are real numbers, (n, m)"
        )
    if entries.shape != shape:
        raise ShapeMismatch(
            f"shape {entries.shape}, but p has {shape[0]} atoms and q has {shape[1]}",
            argument="cost",
            remedy=f"give one cost for each pair, {shape}",
        )
    if entries.dtype.kind == "f":
        for start in range(0, len(entries), max(1, TILE // shape[1])):
            rows = entries[start : start + max(1, TILE // shape[1])]
            if not np.isfinite(rows).all():
                i, j = (int(k) for k in np.argwhere(~np.isfinite(rows))[0])
                _refuse_cost(float(rows[i, j]), (start + i, j))
    return Matrix(entries)


def _refuse_cost(value: float, pair: tuple[int, ...]) -> None:
    raise InvalidParameter(
        f"{value!r} is no cost",
        argument="cost",
        index=pair,
        value=value,
        remedy="costs are finite; leave out atoms that nothing can be moved to",
    )


def _power(squares: np.ndarray, order: float) -> np.ndarray:
    """|z|^order from |z|²."""
    if order == 2:
        return squares
    return np.sqrt(squares) if order == 1 else squares ** (order / 2)
