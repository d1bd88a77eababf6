"""Sums of q f(p/q) over big numpy arrays: pieces that stay in the cache, on all cores, the checks in the same pass.

Where numba is installed (the extra `fast`) a piece is one compiled loop over the row's own function; elsewhere it is
`perspective.terms_of_masses` on slices. Both leave the sums of p and q beside that of the terms, so that masses which
are not masses are found without a pass of their own.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

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
Run = Callable[..., int]
_seen: WeakKeyDictionary[Generator, int] = WeakKeyDictionary()


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
    p, q = (_table(_unrepeated(x)) for x in (p, q))
    rows = max(p.shape[0], q.shape[0])  # where both are one repeated row, so is the answer
    run = _compiled(row, p, q, rows * k)
    size = STRETCH if run else SLICE
    pieces = _pieces(rows, k, size)
    found = np.empty((3, rows, -(-k // size)))
    signs = np.zeros(len(pieces), dtype=bool)

    def work(index: int) -> None:
        across, along = pieces[index]
        signs[index] = _piece(row, run, p, q, pieces[index], found[:, across, along.start // size])

    with quiet():
        on_threads(work, len(pieces))
        value, p_sum, q_sum = (np.broadcast_to(x.sum(axis=-1), (math.prod(batch),)).reshape(batch) for x in found)
    return Sums(value, p_sum, q_sum, bool(signs.any()))


def pair_sums(row: Generator, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The divergence of each of p (m, k) with each of q (n, k): (m, n) in float64, one law of p at a time."""
    (m, k), n = p.shape, q.shape[0]
    p, q = _table(p), _table(q)
    run = _compiled(row, p, q, m * n * k)
    size = STRETCH if run else SLICE
    pieces = _pieces(n, k, size)
    found = np.empty((m, n))

    def work(i: int) -> None:
        places = np.empty((3, n, -(-k // size)))
        for across, along in pieces:
            _piece(row, run, p[i : i + 1], q, (across, along), places[:, across, along.start // size])
        places[0].sum(axis=-1, out=found[i])

    with quiet():
        on_threads(work, m)
    return found


def _piece(row: Generator, run: Run | None, p: np.ndarray, q: np.ndarray, piece: Piece, place: np.ndarray) -> bool:
    """The sums of one piece go to `place` (3, rows); the answer is whether some mass is negative or -0."""
    across, along = piece
    state = run(p, q, across.start, along.start, along.stop, place) if run else 2
    if state & 2:
        x, y = (z[across if z.shape[0] > 1 else slice(0, 1), along] for z in (p, q))
        _by_numpy(row, x, y, place)
        return not (x.min() >= 0 and y.min() >= 0)  # nan is not
    return bool(state & 1)


def _unrepeated(x: np.ndarray) -> np.ndarray:
    """One row where broadcasting repeats it, otherwise x."""
    repeated = all(step == 0 or size == 1 for step, size in zip(x.strides[:-1], x.shape[:-1]))
    return x[(0,) * (x.ndim - 1)] if repeated else x


def _table(x: np.ndarray) -> np.ndarray:
    """x as contiguous rows that nobody writes to, for which one compiled pass is enough."""
    x = np.ascontiguousarray(x).reshape(-1, x.shape[-1]).view()
    x.flags.writeable = False
    return x


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


def _compiled(row: Generator, p: np.ndarray, q: np.ndarray, atoms: int) -> Run | None:
    """The compiled pass, once this row has seen so many atoms that compiling it pays."""
    if np.float16 in (p.dtype, q.dtype) or not pays(row, atoms):
        return None
    from .compiled.kernel import kernel, spoken

    return kernel(row) if spoken(row) else None


def pays(row: Generator, atoms: int) -> bool:
    """Whether `row`, now to be asked for so many atoms more, is worth compiling, and numba is there to do it."""
    _seen[row] = _seen.get(row, 0) + atoms
    return _seen[row] >= WORTH_COMPILING and _has_numba()


@cache
def _has_numba() -> bool:
    try:
        from .compiled import kernel  # noqa: F401
    except ImportError:  # also of a numba that does not fit this numpy
        return False
    return True


def on_threads(work: Callable[[int], None], count: int) -> None:
    """work(0), ..., work(count - 1) on as many threads as there are cores, OMP_NUM_THREADS of them where it is set."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    threads = min(int(wanted) if wanted.isdecimal() and int(wanted) else _cores(), count)
    if threads == 1:
        for index in range(count):
            work(index)
        return
    places, stopped = iter(range(count)), threading.Event()

    def steps() -> None:
        while not stopped.is_set() and (index := next(places, None)) is not None:
            work(index)

    with ThreadPoolExecutor(threads) as pool:
        started = []
        try:
            try:
                for _ in range(threads):
                    started.append(pool.submit(steps))
            except RuntimeError:  # an interpreter that is shutting down starts no thread
                steps()
            for ended in started:
                ended.result()
        finally:
            stopped.set()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
