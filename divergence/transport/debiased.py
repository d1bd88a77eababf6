"""The Sinkhorn divergence of masses at points, as arrays: one entropic problem, or three where it is debiased."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..errors import InvalidParameter, ShapeMismatch
from .entropic import Problem, Solution, solve
from .gibbs import Broadcast, Cost, Squares, Tiles, gibbs_cost, log_sums
from .pair_cost import Power, pair_cost

Array = Any


@dataclass
class Side:
    """Masses (n,) at points (n, d), and which of them are positive."""

    masses: Array
    points: Array
    there: Array

    @classmethod
    def of(cls, masses: Array, points: Array) -> Side:
        xp = ops.namespace(masses)
        return cls(masses / xp.sum(masses), points, xp.nonzero(masses > 0)[0])

    @property
    def positive(self) -> Array:
        return self.masses[self.there]


@dataclass
class Term:
    """One entropic problem on all atoms, in the unit of its cost, and its solution on those that have mass.

    The cost asked for is `scale` times that of `cost`, between points that lie `shift` farther apart.
    """

    p: Side
    q: Side
    cost: Cost
    epsilon: float
    rho: float | None
    unit: float = 1.0
    scale: float = 1.0
    shift: Array = None  # of the centres of two laws centred each by itself, in units

    def solve(self, rtol: float, most: int, symmetric: bool = False, near: tuple[Found, Found] | None = None) -> Found:
        """Its solution, from the potentials of either side with itself where `near` gives them."""
        p, q = self.p, self.q
        cost = self.cost.among(p.there, q.there)
        problem = Problem(cost, p.positive, q.positive, self.epsilon, self.rho, symmetric)
        start = None if near is None else (near[0].inner[0][p.there], near[1].inner[1][q.there])
        return Found.of(self, problem, solve(problem, rtol, most, start), symmetric)

    @property
    def offset(self) -> float:
        """What every plan costs because of the shift."""
        return 0.0 if self.shift is None else float(self.shift @ self.shift)


@dataclass
class Found:
    """The solution of a term on all atoms: the potentials f (n,) and g (m,) are those of its cost as it was asked."""

    term: Term
    f: Array
    g: Array
    inner: tuple[Array, Array]  # in the unit of the term, where the kernel is
    value: float
    gap: float
    iterations: int
    converged: bool

    @classmethod
    def of(cls, term: Term, problem: Problem, found: Solution, symmetric: bool) -> Found:
        f, g = (
            _extended(term.p, found.f, term.cost, term.q, found.g, problem),
            _extended(term.q, found.g, term.cost.transposed(), term.p, found.f, problem),
        )
        inner = (f, f if symmetric else g)
        f, g = inner
        if term.shift is not None:
            assert isinstance(term.cost, Squares)
            f = f + 2 * (term.cost.x @ term.shift) + term.offset
            g = g - 2 * (term.cost.y @ term.shift)
        scale, value = term.scale, term.scale * (found.lower + term.offset)
        return cls(term, scale * f, scale * g, inner, value, scale * found.gap, found.iterations, found.converged)

    def plan(self) -> Array:
        """π (n, m), dense."""
        xp = ops.namespace(self.f)
        tile = self.term.cost.exponents(*self.inner, self.term.epsilon)(slice(None))
        tile = xp.where(self.term.p.masses[:, None] * self.term.q.masses > 0, tile, xp.zeros_like(tile))
        return self.term.p.masses[:, None] * xp.exp(tile) * self.term.q.masses


def _extended(side: Side, f: Array, cost: Cost, other: Side, g: Array, problem: Problem) -> Array:
    """The potentials of all atoms: those without mass have what their equation says."""
    xp = ops.namespace(f)
    if side.there.shape[0] == side.masses.shape[0]:
        return f
    rest = xp.nonzero(side.masses == 0)[0]
    found = xp.empty_like(side.masses)
    found[side.there] = f
    logs = log_sums(cost.among(rest, other.there), xp.zeros_like(side.masses[rest]), g, other.positive, problem.epsilon)
    found[rest] = -problem.damping * problem.epsilon * logs
    return found


# ---------------------------------------------------------------- costs


def terms(p: Side, q: Side, cost: Any, order: float, epsilon: float, rho: float | None) -> Callable[[str], Term]:
    """The terms "pq", "pp" and "qq" of the cost |x − y|^order, or of a function of points, or of a matrix."""
    if cost is not None:
        return lambda name: _general(p, q, name, cost, epsilon, rho)
    xp = ops.namespace(p.points)
    x, y, shift = p.points, q.points, None
    if order == 2:  # squares are products, and a product wants its points centred
        one, other = (xp.matmul(side.masses, side.points) for side in (p, q))
        if rho is not None:
            one = other = (one + other) / 2
        x, y = x - one, y - other
        shift = one - other if rho is None else None
    largest = max(float(xp.max(xp.abs(s))) if s.shape[1] else 0.0 for s in (x, y))
    unit = 2.0 ** min(math.frexp(largest)[1], 1023) if largest else 1.0
    scale = unit**order
    sides = {"p": (p, x / unit), "q": (q, y / unit)}

    def term(name: str) -> Term:
        (one, x), (other, y) = (sides[letter] for letter in name)
        if order == 2:
            made: Cost = Squares(x, y)
        elif ops.is_torch(x):
            made = Tiles(Broadcast(lambda s, t: _norm(s - t) ** order, x, y))
        else:
            made = gibbs_cost(Power(x, y, order))
        moved = shift / unit if shift is not None and name == "pq" else None
        return Term(one, other, made, epsilon / scale, None if rho is None else rho / scale, unit, scale, moved)

    return term


def _norm(z: Array) -> Array:
    return ops.namespace(z).linalg.vector_norm(z, axis=-1)


def _general(p: Side, q: Side, name: str, cost: Any, epsilon: float, rho: float | None) -> Term:
    sides = {"p": p, "q": q}
    one, other = (sides[letter] for letter in name)
    shape = one.masses.shape[0], other.masses.shape[0]
    if not callable(cost) and name != "pq":
        n, m = sides["p"].masses.shape[0], sides["q"].masses.shape[0]
        if n != m:
            raise ShapeMismatch(
                f"{n} by {m}: from p to q, and nothing says what it costs within p and within q",
                argument="cost",
                remedy="write debias=False, or a function of points, or both laws on one alphabet and its (k, k) costs",
            )
    if name != "pq":
        _check_symmetric(cost, one.points)
    made = pair_cost(cost, 2, one.points, other.points, shape) if ops.is_numpy(one.masses) else None
    if made is None:
        if callable(cost):
            made = Broadcast(cost, one.points, other.points)
        else:
            xp = ops.namespace(one.masses)
            checked = pair_cost(cost, 2, None, None, shape)
            made = Broadcast(
                xp.asarray(checked.tile(slice(0, shape[0])), dtype=one.masses.dtype, device=one.masses.device)
            )
    return Term(one, other, Tiles(made), epsilon, rho)


def _check_symmetric(cost: Any, points: Array) -> None:
    """Refuses a cost with c(x, y) ≠ c(y, x): all of a matrix, a function at some hundred pairs of its first points."""
    if callable(cost):
        some = points[:16]
        c = ops.to_numpy(ops.fixed(cost(some[:, None, :], some[None, :, :])))
        if c.shape != (len(some), len(some)):
            return  # refused where it is used
    else:
        c = ops.to_numpy(ops.fixed(ops.as_array(cost)))
        if c.ndim != 2 or c.shape[0] != c.shape[1] or c.dtype.kind not in "fiub":
            return
    c = c.astype(np.float64)
    off = np.abs(c - c.T) > 1e-6 * np.abs(c).max(initial=0.0)
    if off.any():
        i, j = (int(k) for k in np.argwhere(off)[0])
        raise InvalidParameter(
            f"{float(c[i, j])!r} there and {float(c[j, i])!r} across the diagonal: a cost that is not symmetric",
            argument="cost",
            index=(i, j),
            value=float(c[i, j]),
            remedy="write debias=False, since what is taken off is the cost within either law",
        )


def identical(p: Side, q: Side) -> bool:
    """Whether both have the same masses at the same points in the same order."""
    a, x, b, y = p.masses, p.points, q.masses, q.points
    if a.shape != b.shape or x.shape != y.shape:
        return False
    xp = ops.namespace(a)
    return bool(xp.all(a == b)) and bool(xp.all(x == y))


def same_law(p: Side, q: Side) -> bool:
    """Whether both have the same mass at the same points, in whatever order and however divided."""
    merged = []
    for side in (p, q):
        points, masses = (ops.to_numpy(s).astype(np.float64) for s in (side.points[side.there], side.positive))
        points, which = np.unique(points, axis=0, return_inverse=True)
        merged.append((points, np.bincount(which.reshape(-1), masses), len(masses)))
    (x, a, n), (y, b, m) = merged
    if x.shape != y.shape or not np.array_equal(x, y):
        return False
    off = float(ops.limits(p.masses).eps) * max(n, m)  # sums of parts are rounded
    return bool(np.all(np.abs(a - b) <= off * np.maximum(a, b)))
