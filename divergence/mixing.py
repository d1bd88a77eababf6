"""The log-density of a mixture of laws of ours: log Σ w f, with -inf and +inf as values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import ops
from .density import Deferred, Density, Lattice
from .errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from .measure import Discrete

Array = Any
MOST = 96  # landmarks of a mixture


def mixed(weights: Array, laws: Sequence[Density | Lattice | Discrete], name: str = "", like: Array = None) -> Any:
    """The mixture of k laws of one kind by weights (..., k), which are masses; answers about it are `like` this."""
    check_alike(laws)
    if isinstance(laws[0], Discrete):
        return _of_discretes(weights, laws)  # type: ignore[arg-type]
    batch = _common_batch(weights, laws)
    each = [law.logpdf if isinstance(law, Density) else law.logpmf for law in laws]  # type: ignore[union-attr]
    given: list[Any] = list(laws)
    flat_weights = np.asarray(ops.to_numpy(weights), dtype=float)
    dimension = given[0].dimension if isinstance(given[0], Density) else 1
    if like is None:
        like = next((x for x in (*(law.like for law in given), weights) if ops.is_torch(x)), None)

    def logarithm(x: Array) -> np.ndarray:
        x = np.asarray(x, dtype=float)
        return _log_sum([_on_points(f, law, x, dimension) for f, law in zip(each, given)], flat_weights)

    def log_prob(x: Array) -> Array:
        terms = [
            law.log_prob(x) if law.log_prob else _constant(_on_points(f, law, ops.to_numpy(x), dimension), x)
            for f, law in zip(each, given)
        ]
        return _log_sum(terms, weights if ops.is_torch(weights) else _constant(weights, x))

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        counts = rng.multinomial(n, flat_weights / flat_weights.sum())
        return np.concatenate([law.draw(rng, count) for law, count in zip(given, counts.tolist()) if count])

    def at(index: Array) -> Any:
        w = flat(weights, batch, index) if weights.ndim > 1 else weights
        pieces = [law.at(_own_indices(law, batch, index)) if law.batch else law for law in given]
        return mixed(w, pieces, name, like)

    options: dict[str, Any] = {}
    if not batch and all(getattr(law, "draw", None) for law in given):
        options["draw"] = draw
    return (Lattice if isinstance(given[0], Lattice) else Density)(
        logarithm,
        _hull([law.support for law in given], batch, dimension),
        Deferred(lambda: _union(given, batch, dimension)),
        name=name or f"Mixture of {len(laws)} laws",
        batch=batch,
        at=at if batch else None,
        parts=(weights, tuple(given)),
        log_prob=log_prob if like is not None else None,
        like=like,
        **options,
    )


def check_alike(laws: Sequence[Any]) -> None:
    """Refuse laws of different kinds or dimensions."""
    for i, law in enumerate(laws):
        if type(law) is not type(laws[0]):
            raise UnsupportedLaw(
                f"{_kind(law)}, but laws[0] is {_kind(laws[0])}",
                argument="laws",
                index=i,
                remedy="mix laws with densities, or laws on the integers, or masses on the same points",
            )
        if isinstance(law, Density):
            if law.dimension != laws[0].dimension:
                raise ShapeMismatch(
                    f"is in {law.dimension} dimensions, but laws[0] in {laws[0].dimension}",
                    argument="laws",
                    index=i,
                    remedy="mix laws of one space",
                )
            if law.normalise:
                raise InvalidParameter(
                    "is known up to a factor only",
                    argument="laws",
                    index=i,
                    remedy="subtract the log of its integral from its logpdf",
                )


def _kind(law: Any) -> str:
    return {Density: "a density", Lattice: "a law on the integers", Discrete: "masses at points"}[type(law)]


def _log_sum(terms: Sequence[Array], weights: Array) -> Array:
    """log Σ w_i e^(terms_i): a weight of 0 counts for nothing, an infinite term alone."""
    o = ops.words(terms[0], weights)
    with ops.quiet():
        charged = weights > 0
        log_w = o.where(charged, o.log(o.where(charged, weights, o.like(weights, 1))), o.like(weights, -math.inf))
        logs = []
        for i, term in enumerate(terms):
            here = charged[..., i] & (term > -math.inf)
            logs.append(o.where(here, o.where(here, term, o.like(term, 0)) + log_w[..., i], o.like(term, -math.inf)))
        logs = o.xp.stack(o.xp.broadcast_arrays(*logs))
        highest = o.xp.max(ops.fixed(logs), axis=0)
        finite = o.xp.isfinite(highest)
        top = o.where(finite, highest, o.like(highest, 0))
        total = o.xp.sum(o.xp.exp(o.where(finite, logs, o.like(logs, 0)) - top), axis=0)
        return o.where(finite, top + o.log(total), highest)


def _on_points(function: Callable[[Array], Array], law: Any, x: np.ndarray, dimension: int) -> np.ndarray:
    """A law without batch takes its points in one row."""
    if law.batch:
        return np.asarray(function(x))
    core = x.shape[x.ndim - (dimension > 1) :]
    row = function(np.reshape(x, (-1, *core)))
    return np.reshape(np.asarray(row, dtype=float), x.shape[: x.ndim - len(core)])


def _constant(x: Array, like: Array) -> Array:
    xp = ops.namespace(like)
    return xp.asarray(np.asarray(ops.to_numpy(x)), dtype=like.dtype, device=like.device)


def _common_batch(weights: Array, laws: Sequence[Any]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(tuple(weights.shape[:-1]), *(law.batch for law in laws))
    except ValueError as error:
        raise ShapeMismatch(
            f"batches {', '.join(str(law.batch) for law in laws)} do not broadcast with weights {tuple(weights.shape)}",
            argument="laws",
            remedy="leading axes must be equal or 1",
        ) from error


def flat(x: Array, batch: tuple[int, ...], index: Array) -> Array:
    """(n, k) of x (..., k), whose first axes broadcast to the batch."""
    xp, k = ops.namespace(x), x.shape[-1]
    return xp.reshape(xp.broadcast_to(x, (*batch, k)), (-1, k))[np.asarray(index)]


def _own_indices(law: Any, batch: tuple[int, ...], index: Array) -> np.ndarray:
    own = np.arange(math.prod(law.batch)).reshape(law.batch)
    return np.broadcast_to(own, batch).ravel()[np.asarray(index)]


def _hull(supports: Sequence[Any], batch: tuple[int, ...], dimension: int) -> Any:
    if dimension > 1:
        return tuple(_hull([s[i] for s in supports], batch, 1) for i in range(dimension))
    low = np.broadcast_to(np.minimum.reduce(np.broadcast_arrays(*(s[0] for s in supports))), batch)
    high = np.broadcast_to(np.maximum.reduce(np.broadcast_arrays(*(s[1] for s in supports))), batch)
    return (low, high) if batch else (float(low), float(high))


def _union(laws: Sequence[Any], batch: tuple[int, ...], dimension: int) -> Any:
    """The landmarks of all the laws, those between thinned where there are many."""
    tail = (dimension,) if dimension > 1 else ()
    marks = []
    for law in laws:
        own = np.asarray(law.landmarks, dtype=float)
        own = own.reshape(len(own), *([1] * (len(batch) - len(law.batch)) if len(own) else ()), *own.shape[1:])
        own = own if law.batch or not len(own) else np.reshape(own, (len(own), *[1] * len(batch), *tail))
        step = max(1, -(-len(own) * len(laws) // MOST))
        kept = (
            np.unique(np.append(np.arange(len(own) // 2 % step, len(own), step), [0, len(own) - 1])) if len(own) else []
        )
        marks.append(np.broadcast_to(own[np.asarray(kept, dtype=int)], (len(kept), *batch, *tail)))
    together = np.concatenate(marks)
    if batch or tail:
        return together if tail else np.sort(together, axis=0)
    return tuple(map(float, np.unique(together)))


def _of_discretes(weights: Array, laws: Sequence[Discrete]) -> Discrete:
    """Masses on the same points mix to masses."""
    from .measure import same_alphabet, same_points

    for i, law in enumerate(laws[1:], 1):
        same_points(laws[0], law, ("laws[0]", f"laws[{i}]"))
        same_alphabet(laws[0].masses, law.masses, -1, ("laws[0]", f"laws[{i}]"))
    xp = ops.namespace(*(law.masses for law in laws))
    w = weights if ops.namespace(weights) is xp else _constant(weights, laws[0].masses)
    masses = sum(w[..., i : i + 1] * law.masses for i, law in enumerate(laws))
    masses = xp.astype(masses, xp.result_type(*(law.masses for law in laws)), copy=False)
    points = next((law.points for law in laws if law.points is not None), None)
    return Discrete(masses, points, argument="mixture")
