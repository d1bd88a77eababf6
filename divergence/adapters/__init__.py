"""Foreign libraries become ours here; each is imported only when its own arrays or laws come in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import ops
from ..generators import Generator

if TYPE_CHECKING:
    from ..density import Density, Lattice
    from ..measure import Discrete
    from ..product import Product

Terms = Callable[..., Any]


def law(x: Any, argument: str = "law") -> Density | Lattice | Discrete | Product | None:
    """A law of scipy.stats or of torch.distributions as one of ours; None for anything else.

    >>> from scipy import stats
    >>> law(stats.norm(0, scale=2)), law("norm")
    (norm(0, scale=2), None)
    """
    from ..density import Density
    from ..product import Product, batch_of
    from .draws import draws
    from .scipy_laws import scipy_law
    from .torch_laws import torch_law

    found = scipy_law(x, argument)
    found = torch_law(x, argument) if found is None else found
    if isinstance(found, Product) and not found.batch:
        return replace(found, draw=draws(x, math.prod(batch_of(found.coordinates))))
    return replace(found, draw=draws(x, found.dimension)) if isinstance(found, Density) and not found.batch else found


def terms_with_gradient(row: Generator, p: Any, q: Any, terms: Terms) -> Any:
    """`terms(row, p, q)`, with the row's own gradient where the library of p and q differentiates."""
    library = _library(row, p)
    return library.perspective(row, p, q, terms) if library else terms(row, p, q)


def log_terms_with_gradient(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Terms) -> Any:
    """`terms(row, log_p, log_q, v)` likewise; v = log p/q, or None for log_p - log_q."""
    library = _library(row, log_p)
    return library.log_perspective(row, log_p, log_q, v, terms) if library else terms(row, log_p, log_q, v)


def terms_with_slopes(value: Terms, slopes: Terms, *arrays: Any) -> Any:
    """`value(*arrays)` atom by atom, with the derivatives `slopes(*arrays)` in torch."""
    if ops.is_torch(arrays[0]):
        from .torch import elementwise

        return elementwise(value, slopes, *arrays)
    return value(*arrays)


def _library(row: Generator, x: Any) -> Any:
    """What knows more of the library of x than its namespace tells, or None."""
    if row.critic is not None and ops.is_torch(x):
        from . import torch

        return torch
    if row.critic is not None and ops.is_jax(x):
        from . import jax

        return jax
    if ops.is_dask(x):
        from . import dask

        return dask
    return None
