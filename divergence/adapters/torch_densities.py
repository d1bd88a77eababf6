"""Laws of torch on the line that are members of none of our families, by their log_prob, transforms and supports."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.distributions import constraints

from ..density import Density, Lattice
from ..errors import UnsupportedLaw
from .landmarks import LOW, finite
from .members import as_tensors, ends, gathered, gathered_landmarks
from .torch_families import flattened, rebuilt, rebuilt_transform, wide

Array = Any


def by_its_own(x: Any, name: str, like: Array, argument: str, landmarks: Any = None) -> Density | Lattice:
    """A law on the line or on the integers by its log_prob within its support."""
    batch = tuple(x.batch_shape)
    try:
        low, high = bounds(x.support)
    except (NotImplementedError, AttributeError) as error:
        raise UnsupportedLaw(
            f"{type(x).__name__} of torch does not say on which interval it lives",
            argument=argument,
            remedy="write Density(logpdf, support=(low, high)), or give the class a support",
        ) from error
    try:
        there, known = rebuilt(x, lambda t, batch, core: wide(t)), True
    except TypeError:  # a class of the user's own
        there, known = x, False
    lattice = bool(x.support.is_discrete)

    def log_prob(y: Array) -> Array:
        return within(y, low, high, there.log_prob, lattice)

    def at(index: Array) -> Any:
        marks = gathered_landmarks(law.landmarks, batch, index)
        if known:
            here = rebuilt(x, lambda t, b, core: gathered(t, b, index, core))
            return by_its_own(here, name, like, argument, marks)
        return picked(law, index, marks)

    if landmarks is None:
        landmarks = finite(_places(there, low, high, batch, like), ends((number(low), number(high)), batch))
        if lattice:
            landmarks = np.round(landmarks) if batch else tuple(sorted(set(map(round, landmarks))))
    law = (Lattice if lattice else Density)(
        as_tensors(log_prob, like),
        ends((number(low), number(high)), batch),
        landmarks,
        name=name,
        batch=batch,
        at=at if batch else None,
        log_prob=log_prob,
        like=like,
    )
    return law


def transformed(
    base: Density, transforms: list[Any], batch: tuple[int, ...], name: str, like: Array, argument: str
) -> Density:
    """The law of T(X), T rising or falling: log f(T⁻¹ y) - log |T'|."""
    try:
        steps = [rebuilt_transform(step, lambda t: wide(t).to(like.device)) for step in flattened(transforms)]
    except TypeError:
        steps = flattened(transforms)
    if not all(step.bijective and step.domain.event_dim == 0 for step in steps):
        raise UnsupportedLaw(
            f"{name} is not the image of its base under a bijection of the line",
            argument=argument,
            remedy="write Density(logpdf, support=(low, high))",
        )
    low, high = (torch.as_tensor(np.broadcast_to(end, batch).copy(), device=like.device) for end in base.support)
    marks = torch.as_tensor(np.asarray(base.landmarks, dtype=float), device=like.device)
    marks = marks.reshape(len(marks), *[1] * (len(batch) - len(base.batch)), *marks.shape[1:]).expand(-1, *batch)
    with torch.no_grad():
        for step in steps:
            low, high = image(step, low, high)
            marks = step(marks)
    assert base.log_prob is not None

    def inside(y: Array) -> Array:
        jacobian = 0.0
        for step in reversed(steps):
            y, there = step.inv(y), y
            jacobian = jacobian + step.log_abs_det_jacobian(y, there)
        return base.log_prob(y) - jacobian  # type: ignore[misc]

    def log_prob(y: Array) -> Array:
        return within(y, low, high, inside)

    def at(index: Array) -> Density:
        own = np.broadcast_to(np.arange(math.prod(base.batch)).reshape(base.batch), batch).ravel()[np.asarray(index)]
        try:
            here = [rebuilt_transform(step, lambda t: gathered(t, batch, index)) for step in steps]
        except TypeError:
            return picked(law, index, gathered_landmarks(law.landmarks, batch, index))
        there = base.at(own) if base.at else base
        return transformed(there, here, (len(own),), name, like, argument)

    law = Density(
        as_tensors(log_prob, like),
        ends((number(low), number(high)), batch),
        finite(marks.cpu().numpy()),
        name=name,
        batch=batch,
        at=at if batch else None,
        log_prob=log_prob,
        like=like,
    )
    return law


def within(y: Array, low: Array, high: Array, function: Callable[[Array], Array], lattice: bool = False) -> Array:
    """function(y) between low and high, -inf elsewhere; at an end its value beside that end, where it may be nan."""
    low, high = (torch.as_tensor(end, dtype=torch.float64, device=y.device).detach() for end in (low, high))
    inside = (y >= low) & (y <= high)
    if lattice:
        inside = inside & (torch.floor(y) == y)
        some = torch.where(torch.isfinite(low), low, torch.where(torch.isfinite(high), high, 0.0))
    else:
        some = beside(low, high, y)
        after, before = (torch.nextafter(end, some) for end in (low, high))
        # a power of the number next to 0 would underflow
        after, before = torch.where(low == 0, 1e-60, after), torch.where(high == 0, -1e-60, before)
        y = torch.where(y == low, after, torch.where(y == high, before, y))
    value = function(torch.where(inside, y, some))
    return torch.where(inside, value, -math.inf)


def beside(low: Array, high: Array, like: Array) -> Array:
    """A point between low and high."""
    low, high = (torch.as_tensor(end, dtype=torch.float64, device=like.device).detach() for end in (low, high))
    some = torch.where(torch.isfinite(low), low + 1, torch.where(torch.isfinite(high), high - 1, 0.0))
    return torch.where(torch.isfinite(low) & torch.isfinite(high), low + (high - low) / 2, some)


def bounds(constraint: Any) -> tuple[Array, Array]:
    """The interval that a constraint of torch describes."""
    while hasattr(constraint, "base_constraint"):
        constraint = constraint.base_constraint
    if constraint is constraints.real:
        return -math.inf, math.inf
    if constraint is constraints.boolean:
        return 0.0, 1.0
    low, high = getattr(constraint, "lower_bound", None), getattr(constraint, "upper_bound", None)
    if low is None and high is None:
        raise NotImplementedError(str(constraint))
    return -math.inf if low is None else low, math.inf if high is None else high


def image(step: Any, low: Array, high: Array) -> tuple[Array, Array]:
    """The image of an interval: that of the whole domain is the codomain, which a transform may not reach in floats."""
    domain, codomain = bounds(step.domain), bounds(step.codomain)
    if all(bool((end == torch.as_tensor(bound, device=end.device)).all()) for end, bound in zip((low, high), domain)):
        found = [torch.zeros_like(low) + bound for bound in codomain]
        return found[0], found[1]
    a, b = step(low), step(high)
    return torch.minimum(a, b), torch.maximum(a, b)


def _places(x: Any, low: Array, high: Array, batch: tuple[int, ...], like: Array) -> np.ndarray:
    """Quantiles where the law has them, else steps from the mean, within the support."""
    columns = (-1, *[1] * len(batch))
    p = torch.as_tensor(np.concatenate([LOW, 1 - LOW[-2:2:-1]]), device=like.device).reshape(columns)
    steps = torch.tensor([-37.0, -12, -6, -3, -1, 0, 1, 3, 6, 12, 37], dtype=torch.float64, device=like.device)
    with torch.no_grad():
        try:
            found = x.icdf(p)
        except (NotImplementedError, AttributeError, TypeError):
            try:
                found = x.mean + steps.reshape(columns) * x.stddev
            except (NotImplementedError, AttributeError):
                found = torch.full((0, *batch), math.nan)
        found = np.broadcast_to(found.double().cpu().numpy(), (len(found), *batch))
    good = np.isfinite(found) & (found >= number(low)) & (found <= number(high))
    if len(found) and good.any(axis=0).all():
        return found
    # nothing is known of where the mass is: all scales
    low, high = (np.broadcast_to(np.asarray(number(end), dtype=float), batch) for end in (low, high))
    decades = (10.0 ** np.arange(-9, 10)).reshape(-1, *[1] * len(batch))
    if np.isfinite(low).all():
        return low + (np.where(np.isfinite(high), high - low, 1) * decades / (1 + decades * np.isfinite(high)))
    return np.concatenate([-decades[::-1], 0 * decades[:1], decades]) + np.zeros(batch)


def picked(law: Any, index: Array, landmarks: np.ndarray) -> Any:
    """The laws at flat indices of a batch that nobody can take apart: all of it is asked, and what is wanted picked."""
    index, batch = np.asarray(index), law.batch
    each, places = torch.arange(len(index)), torch.as_tensor(index)

    function: Any = law.log_prob
    core = (law.dimension,) if isinstance(law, Density) and law.dimension > 1 else ()

    def log_prob(y: Array) -> Array:
        outer = y.shape[: y.ndim - len(core)]
        whole = function(y.reshape(*outer, *[1] * len(batch), *core).expand(*outer, *batch, *core))
        return whole.reshape(*outer, -1)[..., each, places.to(whole.device)]

    def chosen(interval: Any) -> Any:
        if isinstance(interval[0], tuple):
            return tuple(map(chosen, interval))
        return tuple(np.asarray(end).ravel()[index] for end in interval)

    return type(law)(
        as_tensors(log_prob, law.like),
        chosen(law.support),
        landmarks,
        name=law.name,
        batch=(len(index),),
        at=lambda chosen: picked(law, index[np.asarray(chosen)], landmarks[:, np.asarray(chosen)]),
        log_prob=log_prob,
        like=law.like,
    )


def number(end: Array) -> Array:
    return end.detach().cpu().numpy() if torch.is_tensor(end) else end
