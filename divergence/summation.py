"""Sums of q f(p/q) over big numpy arrays: pieces that stay in the cache, on all cores, the checks in the same pass.

Where numba is installed (the extra `fast`) a piece is one compiled loop over the row's own function; elsewhere it is
`perspective.terms_of_masses` on slices. Both leave the sums of p and q beside that of the terms, so that masses which
are not masses are found without a pass of their own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from .generators import Generator
from .ops import quiet
from .perspective import terms_of_masses

BIG = 2**15  # atoms from which a pass in pieces is worth its set-up
WORTH_COMPILING = 2**23  # atoms whose sum by numpy takes as long as compiling does
SLICE = 2**13  # atoms of a piece of numpy's, whose temporaries fit the second-level cache
STRETCH = 2**17  # atoms of a compiled piece, long against the cost of starting it

FLOATS = tuple(np.dtype(name) for name in ("float64", "float32", "float16"))  # in this machine's byte order

Piece = tuple[slice, slice]  # rows and atoms
_seen: dict[str, int] = {}


@dataclass(frozen=True)
class Sums:
    """Of each pair of rows: the divergence and the sums of the masses; `signed` where some mass is negative or -0."""

    value: np.ndarray
    p: np.ndarray
    q: np.ndarray
    signed: bool


def streams(p: Any, q: Any) -> bool:
    """Whether `sums` takes these arrays of one shape: big, and of numpy's own floats."""
    return (
        isinstance(p, np.ndarray)
        and isinstance(q, np.ndarray)
        and p.size >= BIG
        and p.dtype in FLOATS
        and q.dtype in FLOATS
    )


def sums(row: Generator, p: np.ndarray, q: np.ndarray) -> Sums:
    """Those of p (..., k) and q (..., k), each pair of rows in float64."""
    batch, k = p.shape[:-1], p.shape[-1]
    p, q = (np.ascontiguousarray(_unrepeated(x)).reshape(-1, k) for x in (p, q))
    rows = max(p.shape[0], q.shape[0])  # where both are one repeated row, so is the answer
    run = _compiled(row, p, q)
    size = STRETCH if run else SLICE
    pieces = _pieces(rows, k, size)
    found = np.empty((3, rows, -(-k // size)))
    signs = np.zeros(len(pieces), dtype=bool)

    def work(index: int) -> None:
        across, along = pieces[index]
        place = found[:, across, along.start // size]
        state = run(p, q, across.start, along.start, along.stop, place) if run else 2
        if state & 2:
            x, y = (z[across if z.shape[0] > 1 else slice(0, 1), along] for z in (p, q))
            _by_numpy(row, x, y, place)
            state = not (x.min() >= 0 and y.min() >= 0)  # nan is not
        signs[index] = state & 1

    with quiet():
        _on_threads(work, len(pieces))
        value, p_sum, q_sum = (np.broadcast_to(x.sum(axis=-1), (math.prod(batch),)).reshape(batch) for x in found)
    return Sums(value, p_sum, q_sum, bool(signs.any()))


def _unrepeated(x: np.ndarray) -> np.ndarray:
    """One row where broadcasting repeats it, otherwise x."""
    repeated = all(step == 0 or size == 1 for step, size in zip(x.strides[:-1], x.shape[:-1]))
    return x[(0,) * (x.ndim - 1)] if repeated else x


def _pieces(rows: int, k: int, size: int) -> list[Piece]:
    """The table of rows and atoms, cut into pieces of at most `size` atoms, or one row of it."""
    together = max(1, size // k)
    return [
        (slice(top, min(top + together, rows)), slice(left, min(left + size, k)))
        for top in range(0, rows, together)
        for left in range(0, k, size)
    ]


def _by_numpy(row: Generator, p: np.ndarray, q: np.ndarray, place: np.ndarray) -> None:
    p, q = (x.astype(np.float32) if x.dtype == np.float16 else x for x in (p, q))
    with quiet():
        for line, x in zip(place, (terms_of_masses(row, p, q), p, q)):
            line[:] = x.sum(axis=-1, dtype=float)


def _compiled(row: Generator, p: np.ndarray, q: np.ndarray) -> Callable[..., int] | None:
    """The compiled pass, once this row has seen so many atoms that compiling it pays."""
    if np.float16 in (p.dtype, q.dtype) or not _has_numba():
        return None
    _seen[row.name] = _seen.get(row.name, 0) + max(p.size, q.size)
    if _seen[row.name] < WORTH_COMPILING:
        return None
    from .compiled.kernel import kernel, spoken

    return kernel(row) if spoken(row) else None


@cache
def _has_numba() -> bool:
    return find_spec("numba") is not None


def _on_threads(work: Callable[[int], None], count: int) -> None:
    """work(0), ..., work(count - 1) on as many threads as there are cores, OMP_NUM_THREADS of them where it is set."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    threads = min(int(wanted) if wanted.isdecimal() and int(wanted) else _cores(), count)
    if threads == 1:
        for index in range(count):
            work(index)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(count)))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
