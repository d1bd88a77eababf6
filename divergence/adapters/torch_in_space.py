"""Laws of torch in d dimensions that are members of none of our families: flows, logistic normal laws, a user's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from ..density import Density
from ..errors import UnsupportedLaw
from .landmarks import finite
from .members import as_tensors, ends, gathered, gathered_landmarks
from .torch_densities import beside, bounds, number, picked
from .torch_families import rebuilt, wide

Array = Any


def in_a_box(x: Any, name: str, like: Array, argument: str, landmarks: Any = None) -> Density:
    """A law of points of a box by its log_prob there: flows, and classes of the user's own."""
    batch, d = tuple(x.batch_shape), x.event_shape[0]
    try:
        if x.support.is_discrete:
            raise no_box(x, argument)
        low, high = bounds(x.support)
    except (NotImplementedError, AttributeError) as error:
        raise no_box(x, argument) from error
    try:
        there, known = rebuilt(x, lambda t, b, core: wide(t)), True
    except TypeError:
        there, known = x, False

    def log_prob(y: Array) -> Array:
        y = y[..., None] if d == 1 else y
        inside = ((y >= low) & (y <= high)).all(-1)
        some = beside(low, high, y)
        value = there.log_prob(torch.where(inside[..., None], y, some))
        return torch.where(inside, value, -math.inf)

    def at(index: Array) -> Density:
        marks = gathered_landmarks(law.landmarks, batch, index)
        if known:
            here = rebuilt(x, lambda t, b, core: gathered(t, b, index, core))
            return in_a_box(here, name, like, argument, marks)
        return picked(law, index, marks)

    if landmarks is None:
        with torch.no_grad():
            try:
                landmarks = there.mean.expand(1, *batch, d).double().cpu().numpy()
            except (NotImplementedError, AttributeError):
                landmarks = np.zeros((0, *batch, d))
        landmarks = landmarks if d > 1 else finite(landmarks[..., 0])
    sides = (np.broadcast_to(np.asarray(number(end), dtype=float), (*batch, d)) for end in (low, high))
    intervals = tuple(ends((a[..., i], b[..., i]), batch) for a, b in [tuple(sides)] for i in range(d))
    law = Density(
        as_tensors(log_prob, like),
        intervals if d > 1 else intervals[0],
        landmarks,
        name=name,
        batch=batch,
        at=at if batch else None,
        log_prob=log_prob,
        like=like,
    )
    return law


def logistic_normal(x: Any, name: str, like: Array) -> Density:
    """The density of the first coordinates of a point of the simplex; the last is what they leave."""
    there = rebuilt(x, lambda t, batch, core: wide(t))
    batch, d = tuple(x.batch_shape), x.event_shape[0] - 1
    outer = (*batch, d)

    def log_prob(y: Array) -> Array:
        y = y[..., None] if d == 1 else y
        y = torch.cat([y, 1 - y.sum(-1, keepdim=True)], -1)
        inside = (y > 0).all(-1)
        value = there.log_prob(torch.where(inside[..., None], y, 1 / (d + 1)))
        return torch.where(inside, value, -math.inf)

    def at(index: Array) -> Density:
        return logistic_normal(rebuilt(x, lambda t, b, core: gathered(t, batch, index, core)), name, like)

    with torch.no_grad():
        steps = torch.tensor([-2.0, 0.0, 2.0], dtype=torch.float64, device=like.device).reshape(-1, *[1] * len(outer))
        places = there.transforms[0](there.loc + steps * there.scale)[..., :-1].cpu().numpy()
    sides = tuple(ends((0.0, 1.0), batch) for _ in range(d))
    return Density(
        as_tensors(log_prob, like),
        sides if d > 1 else sides[0],
        places if d > 1 else finite(places[..., 0]),
        name=name,
        batch=batch,
        at=at if batch else None,
        log_prob=log_prob,
        like=like,
    )


def no_box(x: Any, argument: str) -> UnsupportedLaw:
    return UnsupportedLaw(
        f"{type(x).__name__} of torch has no density on a box",
        argument=argument,
        remedy="write Density(logpdf, support=((low, high), ...)) in coordinates in which it has one",
    )
