"""Foreign libraries become ours here; each is imported only when its own arrays or laws come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..generators import Generator

Terms = Callable[..., Any]


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


def law(x: Any) -> Any:
    return None
