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
from .adapters.members import in_sticks
from .density import Density, Lattice
from .errors import ShapeMismatch
from .evaluation import Evaluation
from .families.closed_form import RELATIVE_ERROR, ClosedForm, closed_form, uniform_masses
from .product import Product, batch_of, singles

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


def route(functional: Any, p: Any, q: Any) -> Route:
    """The first that leads there: three masses, a closed form, a sum over the integers, an integral."""
    if isinstance(p, Product):
        return _product(functional, p, q)
    batch = np.broadcast_shapes(p.batch, q.batch)
    if type(p) is not type(q):
        return _singular(functional, p, q, batch)
    for find in (_uniform, _closed):
        found = find(functional, p, q, batch)
        if found is not None:
            return found
    if all(law.member is not None and law.member.family == "dirichlet" for law in (p, q)):
        p, q = in_sticks(p), in_sticks(q)
    text = _words(p, q)

    def evaluate(rtol: float) -> Evaluation:
        return functional._of_densities(p, q, rtol)

    return Route(text, batch, lambda rtol: _like(functional._of_laws(p, q, batch, rtol), p, q), evaluate)


def _singular(functional: Any, p: Any, q: Any, batch: tuple[int, ...]) -> Route:
    text = "f(0) + f'(∞): one law has a density, the other has atoms"
    found = Evaluation(float(functional.bound), 0.0, text)
    return Route(text, batch, lambda rtol: _like(np.full(batch, found.value), p, q), lambda rtol: found)


def _product(functional: Any, p: Product, q: Product) -> Route:
    """Coordinate by coordinate where the functional allows it; otherwise in the space of the points."""
    batch = np.broadcast_shapes(p.batch, q.batch)
    first, second = p.coordinates, q.coordinates
    if isinstance(first, Density | Lattice) and isinstance(second, Density | Lattice):
        form = closed_form(first.member, second.member, p.axes)
        if form is not None and functional._closes(form):
            return _of_form(functional, form, p, q, batch)
    if functional._of_coordinates(lambda part: np.zeros(1)) is None:
        return route(functional, p.joint(), q.joint())
    text = f"{functional.plan(first, second)}, coordinate by coordinate"

    def values(rtol: float) -> Array:
        def each(part: Any) -> Array:
            found = part(first, second)
            return ops.namespace(found).reshape(found, (*batch, -1))

        return functional._of_coordinates(each)

    def evaluate(rtol: float) -> Evaluation:
        shape = np.broadcast_shapes(*(batch_of(law) for law in (first, second)))
        pairs = list(zip(singles(first, shape), singles(second, shape)))

        def bound(side: int) -> float:
            def each(part: Any) -> Array:
                found = (part.evaluate(x, y, rtol=rtol) for x, y in pairs)
                return np.asarray([x.value + side * x.error for x in found])

            return float(functional._of_coordinates(each))

        value = bound(0)
        return Evaluation(value, bound(1) - value if math.isfinite(value) else 0.0, text)

    return Route(text, batch, values, evaluate)


def _uniform(functional: Any, p: Any, q: Any, batch: tuple[int, ...]) -> Route | None:
    masses = uniform_masses(p.member, q.member)
    if masses is None:
        return None
    text = "sum over 3 intervals: uniform laws"

    def values(rtol: float) -> Array:
        return _like(functional._of_masses(*masses, lambda: None), p, q)

    def evaluate(rtol: float) -> Evaluation:
        value = float(ops.to_numpy(functional._of_masses(*masses, lambda: None)))
        return Evaluation(value, 2.0**-52 * functional._rounding(value) if math.isfinite(value) else 0.0, text)

    return Route(text, batch, values, evaluate)


def _closed(functional: Any, p: Any, q: Any, batch: tuple[int, ...]) -> Route | None:
    form = closed_form(p.member, q.member)
    return None if form is None or not functional._closes(form) else _of_form(functional, form, p, q, batch)


def _of_form(functional: Any, form: ClosedForm, p: Any, q: Any, batch: tuple[int, ...]) -> Route:
    text = f"closed form: {form.name}"

    def evaluate(rtol: float) -> Evaluation:
        value = float(ops.to_numpy(functional._of_form(form)))
        return Evaluation(value, RELATIVE_ERROR * value if math.isfinite(value) else 0.0, text)

    return Route(text, batch, lambda rtol: _like(functional._of_form(form), p, q), evaluate)


def _like(value: Array, p: Any, q: Any) -> Array:
    """The value in the dtype and on the device that tensors among the laws ask for."""
    tensors = [x.like for x in (p, q) if x.like is not None]
    if not tensors:
        return ops.plain(np.asarray(value))
    xp = ops.namespace(*tensors)
    dtype = xp.result_type(*tensors)
    if ops.is_torch(value):
        return xp.astype(value, dtype, copy=False)
    return tensors[0].new_tensor(value, dtype=dtype)


def _words(p: Any, q: Any) -> str:
    if isinstance(p, Lattice):
        return "sum over the integers" if not (p.batch or q.batch) else "sums over the integers"
    if p.dimension > 1:
        return f"cubature in {p.dimension} dimensions"
    if p.batch or q.batch:
        return "integrals over the line"
    low, high = min(p.support[0], q.support[0]), max(p.support[1], q.support[1])
    return f"integral over ({low:g}, {high:g})"
