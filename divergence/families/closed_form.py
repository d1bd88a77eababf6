"""From two members of families to what is closed about them: which family, in which coordinates, for which orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import ops
from ..density import Member
from . import members, pieces
from .exponential import Family, Point, power_of_gap, scaled_gap

Array = Any
RELATIVE_ERROR = 1e-12  # of every closed form, tested against 50 digits


@dataclass(frozen=True)
class ClosedForm:
    """Two members of one family, for which ∫ p^a q^(1−a) is closed; where `only_kl`, at a = 0 and 1 alone."""

    family: Family
    p: Point
    q: Point
    only_kl: bool = False
    axes: int = 0  # so many last axes of the batch are independent coordinates of one law

    @property
    def name(self) -> str:
        return f"{self.family.name} family"

    def knows(self, a: float) -> bool:
        return not self.only_kl or a in (0, 1)

    def scaled_gap(self, a: float) -> Array:
        """−log ∫ p^a q^(1−a) / (a (1−a)), KL(p‖q) at a = 1 and KL(q‖p) at a = 0; it adds up over coordinates."""
        gap = scaled_gap(self.family, a, self.p, self.q)
        for _ in range(self.axes):
            gap = ops.namespace(gap).sum(gap, axis=-1)
        return gap

    def pairs(self) -> Iterator[ClosedForm]:
        """The pairs of the batch, one by one."""
        whole, ranks = self._shape, self._ranks
        for i in np.ndindex(self.batch):
            p, q = (
                tuple(
                    ops.namespace(x).broadcast_to(x, (*whole, *x.shape[x.ndim - rank :]))[i]
                    for x, rank in zip(point, ranks)
                )
                for point in (self.p, self.q)
            )
            yield replace(self, p=p, q=q)

    @property
    def batch(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self._shape[: len(self._shape) - self.axes]

    @property
    def _ranks(self) -> tuple[int, ...]:
        return self.family.ranks or (0,) * len(self.p)

    @property
    def _shape(self) -> tuple[int, ...]:
        """The shape of the batch, coordinates included."""
        return np.broadcast_shapes(
            *(tuple(x.shape[: x.ndim - r]) for point in (self.p, self.q) for x, r in zip(point, self._ranks))
        )

    def fixed(self) -> ClosedForm:
        """The same in numpy, off the graph."""
        p, q = (tuple(ops.to_numpy(x) for x in point) for point in (self.p, self.q))
        return replace(self, p=p, q=q)

    def power(self, a: float) -> Array:
        """(∫ p^a q^(1−a) − 1)/(a (a − 1)), KL at a = 1 and reverse KL at a = 0."""
        return power_of_gap(a, self.scaled_gap(a))


@dataclass(frozen=True)
class _Entry:
    """How the parameters of a member become a point of a family; those in `shared` must agree between two."""

    family: Family
    point: Callable[..., Point] = lambda *x: x
    shared: Callable[..., tuple[Array, ...]] = lambda *x: ()
    only_kl: bool = False


def _concentrations(a: Array, b: Array) -> Point:
    xp = ops.namespace(a, b)
    return (xp.stack(xp.broadcast_arrays(a, b), axis=-1),)


TABLE = {
    "normal": _Entry(members.normal),
    "lognormal": _Entry(members.normal),
    "gamma": _Entry(members.gamma, shared=lambda shape, scale, power: (power,)),
    "beta": _Entry(members.dirichlet, _concentrations),
    "dirichlet": _Entry(members.dirichlet),
    "poisson": _Entry(members.poisson),
    "binomial": _Entry(members.binomial, shared=lambda p, n: (n,)),
    "negative_binomial": _Entry(members.negative_binomial, shared=lambda p, r: (r,)),
    "inverse_gaussian": _Entry(members.inverse_gaussian),
    "von_mises": _Entry(members.von_mises),
    "multivariate_normal": _Entry(members.multivariate_normal),
    "laplace": _Entry(pieces.laplace),
    "pareto": _Entry(pieces.pareto),
    "cauchy": _Entry(pieces.cauchy, only_kl=True),
}
# by the parameters that were given
GIVEN = {
    "lognormal_of_scale": _Entry(members.lognormal),
    "gamma_of_rate": _Entry(members.gamma_of_rate, shared=lambda shape, rate, power: (power,)),
    "scaled_gamma": _Entry(members.gamma, shared=lambda shape, scale, power: (power,)),
    "inverse_gaussian_of_scale": _Entry(members.inverse_gaussian_of_scale),
}


def closed_form(p: Member | None, q: Member | None, axes: int = 0) -> ClosedForm | None:
    """What is closed about the pair, or None."""
    if p is None or q is None or p.family != q.family or p.family not in TABLE:
        return None
    entry = TABLE[p.family]
    x, y, here, there = (_of_one_library(part, p, q) for part in (p.parameters, q.parameters, p.frame, q.frame))
    if p.family == "gamma":
        special = _exponentials(x, y, here, there)
        if special is not None:
            return ClosedForm(*special, axes=axes)
    if not (_agree(here, there) and _agree(entry.shared(*x), entry.shared(*y))):
        return None
    if p.given is not None and q.given is not None and p.given[0] == q.given[0]:
        entry = GIVEN[p.given[0]]
        x, y = (_of_one_library(part, p, q) for part in (p.given[1], q.given[1]))
    return ClosedForm(entry.family, entry.point(*x), entry.point(*y), entry.only_kl, axes)


def _exponentials(x: Point, y: Point, here: Point, there: Point) -> tuple[Family, Point, Point, bool] | None:
    """Exponentials with different shifts, and Weibull laws (or their inverses) with different shapes."""
    (shape, scale, power), (other, other_scale, other_power) = x, y
    if not _all(shape == 1, other == 1):
        return None
    if not _agree(here, there):
        if _all(power == 1, other_power == 1):
            return pieces.shifted_exponential, (here[0], scale), (there[0], other_scale), False
        return None
    if _agree((power,), (other_power,)):
        return None
    if _all(power > 0, other_power > 0):
        return pieces.weibull, (power, scale), (other_power, other_scale), True
    if _all(power < 0, other_power < 0):
        return pieces.weibull, (-power, 1 / scale), (-other_power, 1 / other_scale), True
    return None


def uniform_masses(p: Member | None, q: Member | None) -> tuple[Array, Array] | None:
    """The masses of two uniform laws on: where both have some, where p alone has, where q alone has."""
    if p is None or q is None or p.family != "uniform" or q.family != "uniform":
        return None
    (low, high), (other_low, other_high) = (_of_one_library(x.parameters, p, q) for x in (p, q))
    o = ops.words(low, high, other_low, other_high)
    low, high, other_low, other_high = o.xp.broadcast_arrays(low, high, other_low, other_high)
    # of each law what sticks out of the other
    left, right = other_low - low, high - other_high
    own = _cut(left, high - low, o) + _cut(right, high - low, o)
    theirs = _cut(-left, other_high - other_low, o) + _cut(-right, other_high - other_low, o)
    within = o.positive_part(o.where(high < other_high, high, other_high) - o.where(low > other_low, low, other_low))
    none, width, other_width = o.like(low, 0), high - low, other_high - other_low
    apart = within == 0
    own, theirs = o.where(apart, width, own), o.where(apart, other_width, theirs)
    first = o.xp.stack([within / width, own / width, none], axis=-1)
    return first, o.xp.stack([within / other_width, none, theirs / other_width], axis=-1)


def _cut(x: Array, width: Array, o: ops.ArrayWords) -> Array:
    return o.positive_part(o.where(x < width, x, width))


def _of_one_library(arrays: tuple[Array, ...], *both: Member) -> tuple[Array, ...]:
    """As tensors, where either law has one."""
    every = [x for member in both for x in (*member.parameters, *member.frame)]
    tensor = next((x for x in every if ops.is_torch(x)), None)
    if tensor is None:
        return tuple(np.asarray(x, dtype=float) for x in arrays)
    return tuple(x if ops.is_torch(x) else tensor.new_tensor(x) for x in arrays)


def _agree(x: tuple[Array, ...], y: tuple[Array, ...]) -> bool:
    return len(x) == len(y) and all(_all(a == b) for a, b in zip(x, y))


def _all(*masks: Array) -> bool:
    return all(bool(np.all(ops.to_numpy(mask))) for mask in masks)
