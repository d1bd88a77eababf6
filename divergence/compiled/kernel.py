"""One pass over two arrays of masses, compiled from a row as it stands: sums of q f(p/q), with the checks riding along.

A row is an expression in t, s and the words of `o`; numba takes the module `words` for `o` and compiles the row's own
function, so there is no second formula. The terms of a block go to a small buffer and are added from there, because
adding may be reordered for speed and the formula may not.
"""

# pyright: reportCallIssue=false, reportReturnType=false, reportArgumentType=false, reportAttributeAccessIssue=false
# (a compiled function has the types that numba finds)

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from ..generators import Generator
from . import words

BLOCK = 1024  # atoms whose terms lie in the first-level cache with their masses
RUN = 128  # terms that are added in sequence, in some lanes; the sums of runs are added by halves
SMALLEST = int(np.array(np.finfo(float).tiny).view(np.int64))  # its bits, ordered as the positive floats are
LARGEST = float(np.finfo(float).max)
LOOP: dict[str, Any] = {**words.WORD, "inline": "never", "nogil": True}


def spoken(row: Generator) -> bool:
    """Whether `row` and its reverse use no word that `words` lacks: their own lambdas, closed over numbers alone."""
    return all(
        set(side.f.__code__.co_names) <= set(vars(words))
        and all(isinstance(cell.cell_contents, int | float) for cell in side.f.__closure__ or ())
        for side in (row, row.reverse)
    )


@njit(**{**LOOP, "fastmath": {"reassoc", "contract", "nsz"}})
def added(x: Any) -> float:
    total = 0.0
    for i in range(x.size):
        total += x[i]
    return total


@njit(**LOOP)
def added_by_runs(x: Any, sums: Any) -> float:
    """The sum of each run of x goes to `sums`; the answer is what they add to."""
    total = 0.0
    for i in range(sums.size):
        sums[i] = added(x[i * RUN : (i + 1) * RUN])
        total += sums[i]
    return total


@njit(**LOOP)
def added_by_halves(x: Any) -> float:
    """As numpy adds, so that equal terms do not all round to one side; x is written over."""
    size = x.size
    while size > 1:
        kept = (size + 1) // 2
        for i in range(size - kept):
            x[i] += x[kept + i]
        size = kept
    return x[0]


@lru_cache(maxsize=64)
def kernel(row: Generator) -> Callable[..., int]:
    """run(p, q, top, left, right, sums): for p and q (rows or 1, k), atoms `left` to `right` of rows from `top` on.

    The sums of q f(p/q), of p and of q go to `sums` (3, rows).

    The answer is 0 where they stand, else the sum of 1 (a sign bit: some mass is negative, or -0) and 2 (some ratio or
    some value left the range in which the words hold, so that the sums do not stand).
    """
    forward, backward = (njit(**words.WORD)(side.f) for side in (row, row.reverse))
    at_zero, slope = row.at_zero, row.slope

    @njit(**LOOP)
    def terms(p: Any, q: Any, out: Any) -> int:
        signs, strange = np.int64(0), np.int64(0)
        for i in range(p.size):
            a, b = np.float64(p[i]), np.float64(q[i])
            up = a <= b
            big, small = (b, a) if up else (a, b)
            t, s = small / big, (small - big) / big
            value = forward(t, s, words) if up else backward(t, s, words)
            value = value if t > 0.0 else (at_zero if up else slope)
            out[i] = big * value if big > 0.0 else 0.0
            signs |= words.bits(a) | words.bits(b)
            strange |= (words.bits(t) - SMALLEST) & -words.bits(t)  # negative where 0 < t < the smallest normal number
        return np.int64(signs < 0) + 2 * np.int64(strange < 0)

    @njit(**LOOP)
    def overflows(p: Any, q: Any, out: Any) -> bool:
        found = 0
        for i in range(p.size):
            found |= int(not out[i] <= LARGEST and p[i] > 0.0 and q[i] > 0.0)
        return found > 0

    @njit(**LOOP)
    def run(p: Any, q: Any, top: int, left: int, right: int, sums: Any) -> int:
        buffer, runs, state = np.empty(BLOCK), np.empty(-(-(right - left) // RUN)), np.int64(0)
        for j in range(sums.shape[1]):
            p_total, q_total = 0.0, 0.0
            x_row, y_row = p[top + j if p.shape[0] > 1 else 0], q[top + j if q.shape[0] > 1 else 0]
            for low in range(left, right, BLOCK):
                high = min(low + BLOCK, right)
                x, y = x_row[low:high], y_row[low:high]
                out = buffer[: high - low]
                state |= terms(x, y, out)
                here = added_by_runs(out, runs[(low - left) // RUN : -((left - high) // RUN)])
                if not here <= LARGEST and overflows(x, y, out):
                    state |= 2
                p_total, q_total = p_total + added(x), q_total + added(y)
            sums[0, j], sums[1, j], sums[2, j] = added_by_halves(runs), p_total, q_total
        return state

    return run


@lru_cache(maxsize=64)
def mixed_kernel(row: Generator) -> Callable[..., None]:
    """run(r, x, y, sums): Σ r f(1 + x + y_j) goes to sums (n,), for weights r (k,), x (k,), y (n, k), x + y >= -1."""
    forward = njit(**words.WORD)(row.f)
    at_zero = row.at_zero

    @njit(**LOOP)
    def terms(r: Any, x: Any, y: Any, out: Any) -> None:
        for i in range(r.size):
            s = x[i] + y[i]
            t = 1.0 + s
            value = forward(t, s, words)
            out[i] = r[i] * (value if t > 0.0 else at_zero)

    @njit(**LOOP)
    def run(r: Any, x: Any, y: Any, sums: Any) -> None:
        buffer, runs = np.empty(BLOCK), np.empty(-(-r.size // RUN))
        for j in range(sums.size):
            for low in range(0, r.size, BLOCK):
                high = min(low + BLOCK, r.size)
                out = buffer[: high - low]
                terms(r[low:high], x[low:high], y[j, low:high], out)
                added_by_runs(out, runs[low // RUN : -(-high // RUN)])
            sums[j] = added_by_halves(runs)

    return run
