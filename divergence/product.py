"""The law of a point whose coordinates are independent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import ops
from .checks import Law
from .density import Density, Draw, Lattice, Member
from .errors import UnsupportedLaw
from .measure import Discrete

Array = Any


@dataclass(frozen=True)
class Product(Law):
    """Independent coordinates: the last `axes` axes of the batch of `coordinates` are those of one point.

    KL, Rényi divergences and other functionals that are additive over independent coordinates are those of
    `coordinates`, summed over these axes; the integral of √(pq) is a product over them. For all others `joint()` is the
    density in d dimensions.
    """

    coordinates: Density | Lattice | Discrete
    axes: int = 1
    name: str = field(default="", kw_only=True)
    draw: Draw | None = field(default=None, kw_only=True)

    @property
    def batch(self) -> tuple[int, ...]:
        return batch_of(self.coordinates)[: -self.axes]

    @property
    def like(self) -> Array | None:
        return self.coordinates.masses if isinstance(self.coordinates, Discrete) else self.coordinates.like

    def __repr__(self) -> str:
        return self.name or f"Product({self.coordinates!r}, axes={self.axes})"

    def joint(self) -> Density:
        """The density of the whole point in d dimensions, d the number of coordinates; on the line for d = 1."""
        law, batch = self.coordinates, self.batch
        if not isinstance(law, Density) or law.dimension > 1:
            raise UnsupportedLaw(
                f"{self!r} has no density in the coordinates of one point",
                argument="coordinates",
                remedy="use a functional that adds over independent coordinates, such as kl or renyi(a)",
            )
        shape = law.batch
        d = math.prod(shape[len(batch) :])
        support = [np.reshape(np.broadcast_to(end, shape), (*batch, d)) for end in law.support]
        intervals = tuple((low, high) for low, high in zip(*(np.moveaxis(end, -1, 0) for end in support)))
        if not batch:
            intervals = tuple((float(low), float(high)) for low, high in intervals)
        marks = np.asarray(law.landmarks, dtype=float)
        marks = np.reshape(marks, (len(marks), *batch, d))

        def summed(function: Any) -> Any:
            def log_density(x: Array) -> Array:
                x = x[..., None] if d == 1 else x
                values = function(x.reshape((*x.shape[: x.ndim - 1 - len(batch)], *shape)))
                each = values.reshape((*values.shape[: values.ndim - len(shape)], *batch, d))
                o = ops.words(each)
                none = (each == -math.inf).any(-1)  # no mass, also beside a density that is infinite
                return o.where(
                    none, o.like(each[..., 0], -math.inf), o.where(none[..., None], o.like(each, 0), each).sum(-1)
                )

            return log_density

        def at(index: Array) -> Density:
            each = (np.asarray(index)[:, None] * d + np.arange(d)).ravel()
            assert law.at is not None
            return _folded(law.at(each), d).joint()

        return Density(
            summed(law.logpdf),
            intervals[0] if d == 1 else intervals,
            (tuple(marks[:, 0]) if not batch else marks[..., 0]) if d == 1 else marks,
            name=self.name,
            member=_diagonal(law.member, shape, batch, d) if d > 1 else None,
            batch=batch,
            at=at if batch else None,
            log_prob=summed(law.log_prob) if law.log_prob else None,
            like=law.like,
            draw=self.draw,
        )


def _folded(law: Density, d: int) -> Product:
    """A batch (n d,) as n points of d coordinates."""
    n = law.batch[0] // d

    def fold(function: Any) -> Any:
        return lambda x: function(x.reshape((*x.shape[:-2], n * d))).reshape((*x.shape[:-2], n, d))

    member = law.member and Member(
        law.member.family,
        tuple(x.reshape((n, d)) for x in law.member.parameters),
        tuple(x.reshape((n, d)) for x in law.member.frame),
    )
    folded = Density(
        fold(law.logpdf),
        tuple(np.reshape(np.broadcast_to(end, law.batch), (n, d)) for end in law.support),
        np.reshape(np.asarray(law.landmarks), (-1, n, d)),
        name=law.name,
        member=member,
        batch=(n, d),
        at=law.at,
        log_prob=fold(law.log_prob) if law.log_prob else None,
        like=law.like,
    )
    return Product(folded, 1, name=law.name)


def _diagonal(member: Member | None, shape: tuple[int, ...], batch: tuple[int, ...], d: int) -> Member | None:
    """Independent normal coordinates as one multivariate normal law, which they are."""
    if member is None or member.family != "normal":
        return None
    xp = ops.namespace(*member.parameters)
    mean, sd = (xp.reshape(xp.broadcast_to(x, shape), (*batch, d)) for x in member.parameters)
    eye = xp.eye(d, dtype=mean.dtype, device=mean.device)
    return Member("multivariate_normal", (mean, (sd * sd)[..., None] * eye))


def batch_of(law: Density | Lattice | Discrete) -> tuple[int, ...]:
    return tuple(law.masses.shape[:-1]) if isinstance(law, Discrete) else law.batch


def singles(law: Density | Lattice | Discrete, batch: tuple[int, ...]) -> Iterator[Any]:
    """The laws of a batch that is broadcast to `batch`, one by one."""
    own = batch_of(law)
    for i in np.broadcast_to(np.arange(math.prod(own)).reshape(own), batch).ravel():
        if isinstance(law, Discrete):
            masses = law.masses.reshape((-1, law.masses.shape[-1]))
            yield Discrete(masses[int(i)], law.points)
        elif not own:
            yield law
        else:
            one = law.at(np.asarray([i]))  # type: ignore[misc]
            low, high = (float(np.ravel(end)[0]) for end in one.support)
            yield replace(
                one, batch=(), at=None, support=(low, high), landmarks=tuple(np.ravel(one.landmarks).tolist())
            )
