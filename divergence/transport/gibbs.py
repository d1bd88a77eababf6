"""The Gibbs kernel exp((f_i + g_j − c_ij)/ε), summed over rows or columns in tiles, in the log domain.

A sum is shifted by the potential that it updates: near the solution it is then near 1, and one exponential an entry is
all it costs. Rows whose sum leaves the safe range are done again, shifted by their largest entry, so nothing overflows
or vanishes. Small kernels are held as a matrix at some potentials nearby, where a sum is a matrix product.

Arrays are numpy's in float64, or torch's in their own dtype on their own device.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .. import ops
from ..integral_metric import CACHE
from ..summation import on_threads
from .pair_cost import PairCost, Power

Array = Any
HELD = 2**23  # entries up to which a kernel is held, 64 MiB as float64
ON_CPU, ON_DEVICE = 2**19, 2**26  # numbers in one tile of torch


class Cost(ABC):
    """c_ij for n sources and m targets, asked for as exponents."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(n, m)."""

    @abstractmethod
    def exponents(self, f: Array, g: Array, epsilon: float) -> Callable[[Any], Array]:
        """A function from rows, a slice or indices, to the fresh tile (f_i + g_j − c_ij)/ε, (r, m)."""

    @abstractmethod
    def transposed(self) -> Cost:
        """c_ji."""

    @abstractmethod
    def among(self, i: Any, j: Any) -> Cost:
        """The same between the sources i and the targets j, indices or slices."""

    @abstractmethod
    def spread(self) -> float:
        """About how far the costs reach; where a decreasing ε starts."""

    @property
    def width(self) -> int:
        """How many numbers are held for one entry of a tile."""
        return 1


@dataclass(frozen=True)
class Squares(Cost):
    """|x_i − y_j|² for points (n, d) and (m, d) near the origin: the exponents are one matrix product.

    |x|² − 2 x·y + |y|² cancels where points are close together and far from the origin: they must be centred, and
    costs are then off by a few ulp of the squared radius.
    """

    x: Array
    y: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.x.shape[0], self.y.shape[0]

    def exponents(self, f: Array, g: Array, epsilon: float) -> Callable[[Any], Array]:
        xp = ops.namespace(f)
        x, y = self.x, self.y
        one, other = xp.ones_like(f), xp.ones_like(g)
        left = xp.stack([*((2 / epsilon) * x.T), (f - xp.sum(x * x, axis=1)) / epsilon, one], axis=1)
        right = xp.stack([*y.T, other, (g - xp.sum(y * y, axis=1)) / epsilon], axis=0)
        return lambda rows: xp.matmul(left[rows], right)

    def transposed(self) -> Squares:
        return Squares(self.y, self.x)

    def among(self, i: Any, j: Any) -> Squares:
        return Squares(self.x[i], self.y[j])

    def spread(self) -> float:
        xp = ops.namespace(self.x)
        both = xp.concat([self.x, self.y], axis=0)
        return float(xp.sum((xp.max(both, axis=0) - xp.min(both, axis=0)) ** 2)) if both.shape[1] else 0.0


@dataclass(frozen=True)
class Tiles(Cost):
    """Any cost that gives rows of its matrix: a PairCost, or `Broadcast` on the arrays of torch."""

    cost: PairCost | Broadcast

    @property
    def shape(self) -> tuple[int, int]:
        return self.cost.shape

    @property
    def width(self) -> int:
        return self.cost.width

    def exponents(self, f: Array, g: Array, epsilon: float) -> Callable[[Any], Array]:
        def tile(rows: Any) -> Array:
            found: Array = self.cost.tile(rows)
            found -= f[rows][:, None]
            found -= g
            found *= -1 / epsilon
            return found

        return tile

    def transposed(self) -> Tiles:
        return Tiles(self.cost.transposed())

    def among(self, i: Any, j: Any) -> Tiles:
        if isinstance(self.cost, Broadcast):
            return Tiles(self.cost.among(i, j))
        n, m = self.shape
        return Tiles(self.cost.among(np.arange(n)[i], np.arange(m)[j]))

    def spread(self) -> float:
        row = self.cost.tile(slice(0, 1))
        column = self.cost.transposed().tile(slice(0, 1))
        return max(float(row.max() - row.min()), float(column.max() - column.min()))


@dataclass(frozen=True)
class Broadcast:
    """cost(x_i, y_j) on arrays of torch, for points (n, d) and (m, d) which broadcast; or a matrix where x is None."""

    cost: Any
    x: Array = None
    y: Array = None

    @property
    def shape(self) -> tuple[int, int]:
        return tuple(self.cost.shape) if self.x is None else (self.x.shape[0], self.y.shape[0])

    @property
    def width(self) -> int:
        return 1 if self.x is None else max(1, self.x.shape[1])

    def tile(self, rows: Any) -> Array:
        if self.x is None:
            return self.cost[rows] * 1.0
        return self.cost(self.x[rows][:, None, :], self.y[None, :, :]) * 1.0

    def transposed(self) -> Broadcast:
        if self.x is None:
            return Broadcast(self.cost.T)
        return Broadcast(lambda y, x: self.cost(x, y), self.y, self.x)

    def among(self, i: Any, j: Any) -> Broadcast:
        return Broadcast(self.cost[i][:, j]) if self.x is None else Broadcast(self.cost, self.x[i], self.y[j])


def gibbs_cost(cost: PairCost) -> Cost:
    """The Cost of a PairCost of numpy; points of squares are taken as they stand."""
    return Squares(cost.x, cost.y) if isinstance(cost, Power) and cost.order == 2 else Tiles(cost)


class Gibbs:
    """Sums of the kernel of a cost at one ε, over rows and columns."""

    def __init__(self, cost: Cost, epsilon: float):
        self.cost, self.epsilon = cost, epsilon
        self.back = cost.transposed()
        self.held: _Held | None = None
        self.most_held = HELD

    def log_rows(self, f: Array, g: Array, b: Array) -> Array:
        """log Σ_j b_j exp((f_i + g_j − c_ij)/ε), (n,), for masses b > 0."""
        return self._log_sums(f, g, b, columns=False)

    def log_columns(self, f: Array, g: Array, a: Array) -> Array:
        """log Σ_i a_i exp((f_i + g_j − c_ij)/ε), (m,), for masses a > 0."""
        return self._log_sums(f, g, a, columns=True)

    def _log_sums(self, f: Array, g: Array, w: Array, columns: bool) -> Array:
        if self.held is not None and self.held.near(f, g):
            found = self.held.log_sums(f, g, w, columns)
            if bool(ops.namespace(found).all(ops.namespace(found).isfinite(found))):
                return found
        cost, one, other = (self.back, g, f) if columns else (self.cost, f, g)
        found = log_sums(cost, one, other, w, self.epsilon)
        n, m = self.cost.shape
        if n * m <= self.most_held:
            self.held = None  # one matrix at a time
            settled = one - self.epsilon * found  # sums of 1: no entry is larger than one over its mass
            self.held = _Held.at(self.cost, *((f, settled) if columns else (settled, g)), self.epsilon)
        return found

    def bilinear(self, left: Array, right: Array) -> float:
        """Σ_ij left_i c_ij right_j."""
        xp = ops.namespace(left)
        tile = self.cost.exponents(xp.zeros_like(left), xp.zeros_like(right), 1.0)
        total = 0.0
        for rows in blocks(self.cost, left):
            total -= float(xp.sum(left[rows] * xp.matmul(tile(rows), right)))
        return total


@dataclass
class _Held:
    """exp((f + g − c)/ε) as a matrix at potentials `f`, `g`, for sums at others that are near."""

    matrix: Array
    f: Array
    g: Array
    epsilon: float

    @classmethod
    def at(cls, cost: Cost, f: Array, g: Array, epsilon: float) -> _Held:
        xp = ops.namespace(f)
        tile = cost.exponents(f, g, epsilon)
        matrix = xp.empty(cost.shape, dtype=f.dtype, device=f.device)

        def work(rows: slice) -> None:
            with ops.quiet():
                matrix[rows] = _exp(tile(rows))

        _each(blocks(cost, f), f, work)
        return cls(matrix, f, g, epsilon)

    @cached_property
    def limit(self) -> float:
        """How far exponents may move: what vanished from the matrix must still be nothing after it."""
        return 0.1 * math.log(float(ops.limits(self.f).max))

    def near(self, f: Array, g: Array) -> bool:
        xp = ops.namespace(f)
        moved = xp.max(xp.abs(f - self.f)) + xp.max(xp.abs(g - self.g))
        return bool(moved <= self.limit * self.epsilon)

    def log_sums(self, f: Array, g: Array, w: Array, columns: bool) -> Array:
        xp = ops.namespace(f)
        u, v = (f - self.f) / self.epsilon, (g - self.g) / self.epsilon
        with ops.quiet():  # a row or a column may have vanished whole
            if columns:
                return v + xp.log(xp.matmul(xp.exp(u) * w, self.matrix))
            return u + xp.log(xp.matmul(self.matrix, xp.exp(v) * w))


def log_sums(cost: Cost, f: Array, g: Array, w: Array, epsilon: float) -> Array:
    """log Σ_j w_j exp((f_i + g_j − c_ij)/ε), (n,), tile by tile, for masses w > 0 and any finite f and g."""
    xp = ops.namespace(f)
    tile = cost.exponents(f, g, epsilon)
    found = xp.empty_like(f)
    safe = 0.5 * math.log(float(ops.limits(f).max))

    def work(rows: slice) -> None:
        with ops.quiet():
            found[rows] = xp.log(xp.matmul(_exp(tile(rows)), w))

    _each(blocks(cost, f), f, work)
    with ops.quiet():
        again = xp.nonzero(~(xp.abs(found) < safe))[0]
        step = _rows_of_a_tile(cost, f)
        for start in range(0, again.shape[0], step):
            rows = again[start : start + step]
            kernel = tile(rows)
            largest = xp.max(kernel, axis=1)
            kernel -= largest[:, None]
            found[rows] = largest + xp.log(xp.matmul(_exp(kernel), w))
    return found


def moments(cost: Cost, f: Array, g: Array, w: Array, values: Array, epsilon: float) -> Array:
    """Σ_j w_j exp((f_i + g_j − c_ij)/ε) values_j, (n, d), where the sums without values are moderate."""
    xp = ops.namespace(f)
    tile = cost.exponents(f, g, epsilon)
    weighted = w[:, None] * values
    found = []
    for rows in blocks(cost, f):
        found.append(xp.matmul(_exp(tile(rows)), weighted))
    return xp.concat(found, axis=0)


def _exp(tile: Array) -> Array:
    """In place. Float32 has numbers small enough to be denormal in a product, which cost a processor a hundred times
    more; they become as many that are still nothing beside a sum in the safe range."""
    xp = ops.namespace(tile)
    limits = ops.limits(tile)
    if limits.bits == 32 and str(tile.device) == "cpu":
        xp.maximum(tile, xp.full_like(tile[:1, :1], -0.69 * math.log(float(limits.max))), out=tile)
    return xp.exp(tile, out=tile)


def blocks(cost: Cost, like: Array) -> list[slice]:
    """The rows of a cost, a tile at a time."""
    n, step = cost.shape[0], _rows_of_a_tile(cost, like)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def _each(places: list[slice], like: Array, work: Callable[[slice], None]) -> None:
    """work(rows) for every tile, on threads where the tiles are numpy's and many."""
    if ops.is_numpy(like) and len(places) >= 8:
        on_threads(lambda k: work(places[k]), len(places))
        return
    for rows in places:
        work(rows)


def _rows_of_a_tile(cost: Cost, like: Array) -> int:
    size = CACHE if ops.is_numpy(like) else ON_CPU if str(like.device) == "cpu" else ON_DEVICE
    return max(1, size // (cost.shape[1] * cost.width))
