"""The route from two laws to a number: which there is, what it is called, and how it is gone.

`plan`, `evaluate` and a call all ask here, so that what is planned is what is done.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import ops
from .density import Density, Lattice
from .errors import NotConverged, ShapeMismatch
from .evaluation import Evaluation
from .families.closed_form import RELATIVE_ERROR, closed_form, uniform_masses

Array = Any


@dataclass(frozen=True)
class Route:
    """How a pair of laws is served: `text` for people, `values` of the whole batch, `evaluate(rtol)` of one pair."""

    text: str
    batch: tuple[int, ...]
    values: Callable[[float], Array]
    evaluate: Callable[[float], Evaluation]

    def of_one_pair(self, name: str) -> Route:
        """Itself; refused is a batch."""
        if self.batch:
            raise ShapeMismatch(
                f"a batch of shape {self.batch} where one pair belongs",
                argument="p, q",
                remedy=f"call {name}(p, q) for a batch, or evaluate it pair by pair",
            )
        return self


def route(functional: Any, p: Density | Lattice, q: Density | Lattice) -> Route:
    """The first that leads there: three masses, a closed form, a sum over the integers, an integral."""
    batch = np.broadcast_shapes(p.batch, q.batch)
    if type(p) is not type(q):
        value = functional.bound
        text = "f(0) + f'(∞): one law has a density, the other has atoms"
        return Route(
            text, batch, lambda rtol: np.full(batch, value)[()], lambda rtol: Evaluation(float(value), 0.0, text)
        )
    for found in (_uniform(functional, p, q, batch), _closed(functional, p, q, batch)):
        if found is not None:
            return found
    text = _words(p, q)

    def evaluate(rtol: float) -> Evaluation:
        return within(functional._of_densities(p, q, rtol), rtol, functional.name)

    def values(rtol: float) -> Array:
        return functional._of_density_batch(p, q, batch, rtol) if batch else evaluate(rtol).value

    return Route(text, batch, values, evaluate)


def _uniform(functional: Any, p: Any, q: Any, batch: tuple[int, ...]) -> Route | None:
    masses = uniform_masses(p.member, q.member)
    if masses is None:
        return None
    text = "sum over 3 intervals: uniform laws"

    def values(rtol: float) -> Array:
        return ops.plain(functional._of_masses(*masses, lambda: None))

    def evaluate(rtol: float) -> Evaluation:
        value = float(ops.to_numpy(values(rtol)))
        return Evaluation(value, 2.0**-52 * functional._rounding(value) if math.isfinite(value) else 0.0, text)

    return Route(text, batch, values, evaluate)


def _closed(functional: Any, p: Any, q: Any, batch: tuple[int, ...]) -> Route | None:
    form = closed_form(p.member, q.member)
    if form is None or not functional._closes(form):
        return None
    text = f"closed form: {form.name}"

    def evaluate(rtol: float) -> Evaluation:
        value = float(ops.to_numpy(functional._of_form(form)))
        return Evaluation(value, RELATIVE_ERROR * value if math.isfinite(value) else 0.0, text)

    return Route(text, batch, lambda rtol: ops.plain(functional._of_form(form)), evaluate)


def _words(p: Any, q: Any) -> str:
    if p.batch or q.batch:
        return "sums over the integers" if isinstance(p, Lattice) else "integrals over the line"
    if getattr(p, "dimension", 1) > 1:
        return f"cubature in {p.dimension} dimensions"
    low, high = min(p.support[0], q.support[0]), max(p.support[1], q.support[1])
    return f"{'sum over the integers in' if isinstance(p, Lattice) else 'integral over'} ({low:g}, {high:g})"


def within(found: Evaluation, rtol: float, name: str) -> Evaluation:
    """`found`, if it is as accurate as was asked for."""
    if not found.error <= max(rtol * abs(found.value), 1e-300) and math.isfinite(found.value):
        raise NotConverged(
            f"quadrature reached {found}",
            evaluation=found,
            argument=f"{name}.evaluate",
            remedy="name the narrow places as landmarks=(...) of the Density, or ask for a larger rtol",
        )
    return found
