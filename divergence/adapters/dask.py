"""Lazy arrays of dask: a pair of blocks goes, when it is computed, through the formulas of the arrays that they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dask.array as da
from dask.array.utils import meta_from_array

from .. import ops
from ..generators import Generator


def perspective(row: Generator, p: Any, q: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, p, q)`, block by block."""
    return da.map_blocks(lambda p, q: terms(row, p, q), p, q, dtype=p.dtype)


def log_perspective(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, log_p, log_q, v)`, block by block."""
    given = (log_p, log_q) if v is None else (log_p, log_q, v)
    return da.map_blocks(lambda *blocks: terms(row, *blocks), *given, dtype=log_p.dtype)


def by_rows(function: Callable[..., tuple[Any, Any, Any]], x: Any, y: Any) -> tuple[Any, Any, Any]:
    """The three arrays of `function(x, y)`, which adds along the last axis: each row in one block."""
    x = x.rechunk({x.ndim - 1: -1})
    y = y.rechunk(x.chunks)

    def stacked(*blocks: Any) -> Any:
        return ops.namespace(*blocks).stack(function(*blocks))

    meta = meta_from_array(x, ndim=x.ndim + 1)
    found = da.map_blocks(stacked, x, y, dtype=x.dtype, new_axis=0, chunks=((3,), *x.chunks), meta=meta)
    return found[0], found[1], found[2]
