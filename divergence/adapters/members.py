"""A member of a family as a law of ours, and what any batch of laws needs: its laws at given indices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .. import ops
from ..density import Deferred, Density, Lattice, Member
from ..errors import UnsupportedLaw
from ..product import Product
from .landmarks import landmarks as landmarks_of
from .log_densities import log_density, support

Array = Any
LATTICES = ("poisson", "binomial", "negative_binomial")
CORES = {"multivariate_normal": (1, 2), "dirichlet": (1,)}  # axes of each parameter that are not the batch's


def law_of_member(
    member: Member, *, name: str = "", like: Array | None = None, landmarks: Any = None, argument: str = "law"
) -> Density | Lattice:
    """The law of a member of a family, with its own log-density and differentiable where its parameters are tensors."""
    cores = CORES.get(member.family, (0,) * len(member.parameters))
    given = [*zip(member.parameters, cores), *((x, 0) for x in member.frame)]
    batch = np.broadcast_shapes(*(tuple(x.shape[: x.ndim - core]) for x, core in given))
    if member.family in LATTICES:
        check_integers(member.frame[0], argument)
    if landmarks is None:
        landmarks = Deferred(lambda: landmarks_of(member, batch))
    frozen = replace(member, **{k: tuple(map(_constant, getattr(member, k))) for k in ("parameters", "frame")})

    def logpdf(x: Array) -> np.ndarray:
        return np.asarray(log_density(frozen, np.asarray(x, dtype=float)))

    def at(index: Array) -> Any:
        pieces = [gathered(x, batch, index, core) for x, core in given]
        here = Member(member.family, tuple(pieces[: len(cores)]), tuple(pieces[len(cores) :]))
        marks = Deferred(lambda: gathered_landmarks(landmarks, batch, index))
        return law_of_member(here, name=name, like=like, landmarks=marks, argument=argument)

    tensors = ops.is_torch(member.parameters[0])
    return (Lattice if member.family in LATTICES else Density)(
        logpdf,
        ends(support(frozen), batch),
        landmarks,
        name=name,
        member=member,
        batch=batch,
        at=at if batch else None,
        log_prob=(lambda x: log_density(member, x)) if tensors else None,
        like=like,
    )


def dirichlet(concentration: Array) -> Member:
    """A Dirichlet law, in its first coordinates: a beta law where there are two."""
    if concentration.shape[-1] > 2:
        return Member("dirichlet", (concentration,))
    nothing = 0 * concentration[..., 0]
    return Member("beta", (concentration[..., 0], concentration[..., 1]), (nothing, nothing + 1))


def in_sticks(law: Density) -> Density:
    """A Dirichlet law in the coordinates x_i/(1 − x_1 − ... − x_{i−1}), which are independent and beta in a cube.

    A divergence does not see the change; an integrator sees no slanted edge.
    """
    assert law.member is not None
    (alpha,) = law.member.parameters
    xp = ops.namespace(alpha)
    rest = xp.flip(xp.cumulative_sum(xp.flip(alpha, axis=-1), axis=-1), axis=-1)[..., 1:]
    nothing = 0 * rest
    betas = law_of_member(Member("beta", (alpha[..., :-1], rest), (nothing, nothing + 1)), like=law.like)
    return Product(betas, 1, name=law.name, draw=None).joint()


def multivariate_normal(mean: Array, covariance: Array) -> Member:
    """A normal law in d dimensions, or on the line."""
    if mean.shape[-1] > 1:
        return Member("multivariate_normal", (mean, covariance))
    return Member("normal", (mean[..., 0], ops.namespace(covariance).sqrt(covariance[..., 0, 0])))


def gathered(x: Array, batch: tuple[int, ...], index: Array, core: int = 0) -> Array:
    """(n, *core) of x, whose first axes broadcast to the batch, at flat indices (n,)."""
    xp = ops.namespace(x)
    kept = tuple(x.shape[x.ndim - core :])
    x = xp.reshape(xp.broadcast_to(x, (*batch, *kept)), (math.prod(batch), *kept))
    return x[xp.asarray(np.asarray(index), device=x.device)] if ops.is_torch(x) else x[np.asarray(index)]


def gathered_landmarks(landmarks: Any, batch: tuple[int, ...], index: Array) -> np.ndarray:
    """Landmarks (m, *batch) or (m, *batch, d) at flat indices."""
    x = np.asarray(landmarks)
    if x.size == 0:
        return np.zeros((0, len(np.asarray(index))))
    return x.reshape(len(x), math.prod(batch), *x.shape[1 + len(batch) :])[:, np.asarray(index)]


def ends(interval: Any, batch: tuple[int, ...]) -> Any:
    """The ends of a support as floats, or as arrays of the batch's shape."""
    if len(interval) and isinstance(interval[0], tuple):
        return tuple(ends(x, batch) for x in interval)
    if batch:
        return tuple(np.broadcast_to(np.asarray(x, dtype=float), batch) for x in interval)
    return tuple(float(x) for x in interval)


def check_integers(shift: Array, argument: str) -> None:
    off = np.asarray(ops.to_numpy(shift), dtype=float)
    if (off != np.floor(off)).any():
        raise UnsupportedLaw(
            f"lives on the integers moved by {float(off[off != np.floor(off)].flat[0])!r}",
            argument=argument,
            remedy="shift it by an integer loc, or shift both laws back",
        )


def as_tensors(function: Callable[[Array], Array], like: Array) -> Callable[[Array], np.ndarray]:
    """A function of float64 tensors on the device of `like` as one of numpy arrays, off the graph."""
    import torch

    def on_numpy(x: Array) -> np.ndarray:
        with torch.no_grad():
            return ops.to_numpy(function(torch.as_tensor(np.asarray(x, dtype=float), device=like.device)))

    return on_numpy


def _constant(x: Array) -> np.ndarray:
    return np.asarray(ops.to_numpy(x), dtype=float)
