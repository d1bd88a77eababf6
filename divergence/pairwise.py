"""All pairs of two sets of laws, in bounded memory; KL and JS through a law in the middle, what cancels done again.

With a law r in the middle, KL(p‖q) = KL(p‖r) + KL(r‖q) − Σ (p − r) log(q/r), all of second order in the distances: one
matrix product carries what mixes p and q, and digits are lost only where they are far closer than they are to r. In the
same way JS(p, q) = ½ KL(p‖r) + ½ KL(q‖r) − KL(m‖r), m = (p + q)/2: one logarithm for a pair of atoms and not two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import ops, slopes
from .generators import Generator
from .summation import BIG, SLICE, on_threads, pair_sums, pays, sums

Array = Any
Sums = Callable[[Array, Array], Array]
BLOCK = 2**22  # atoms of pairs at a time, 32 MiB of each temporary
PANEL = 2**11  # atoms of a matrix product
LOST = 16  # entries that cancel by more than this factor are done again


def all_pairs(value: Sums, p: Array, q: Array) -> Array:
    """`value`, which takes (..., k) twice to (...), of each of p (m, k) with each of q (n, k): (m, n)."""
    xp, (m, k), n = ops.namespace(p, q), p.shape, q.shape[0]
    # one of p against all of q needs no copy of either, where that alone is worth a pass
    together = 1 if ops.is_numpy(p) and n * k >= BIG else max(1, BLOCK // max(1, n * k))
    blocks = []
    for top in range(0, m, together):
        x = xp.expand_dims(p[top : min(top + together, m), :], axis=1)
        left, right = xp.broadcast_arrays(x, xp.expand_dims(q, axis=0))
        blocks.append(value(left, right))
    return blocks[0] if len(blocks) == 1 else xp.concat(blocks, axis=0)


def kl_pairs(row: Generator, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """KL(p_i‖q_j), (m, n), of big float64 arrays p (m, k) and q (n, k); `row` is that of KL."""
    p, q, middle = _with_middle(p, q)
    absent = q == 0
    lacks = absent.any()
    present = np.where(absent, middle, q) if lacks else q
    log_ratio = np.empty_like(q)
    together = max(1, SLICE // q.shape[1])

    def logarithms(index: int) -> None:
        part = slice(index * together, (index + 1) * together)
        log_ratio[part] = slopes.of_masses(row, present[part], middle[None])

    with ops.quiet():
        on_threads(logarithms, -(-q.shape[0] // together))
        there, back = _sums(row, p, middle), _sums(row, middle, present)
        # an atom that neither p nor q has shall add nothing: + r of the first, - r of this
        gone = absent @ middle if lacks else 0.0
        gap = p - middle
        # by Cauchy and Schwarz no more than this was added and taken away
        spread = np.sqrt((gap * (gap / middle)).sum(axis=-1)), np.sqrt((log_ratio**2) @ middle)
        found = _product(gap, log_ratio)
        again = np.empty(found.shape, dtype=bool)

        def assemble(index: int) -> None:
            part = slice(index * rows, (index + 1) * rows)
            level, line = there[part, None], found[part]
            np.subtract(level + (back - gone), line, out=line)
            size = spread[0][part, None] * spread[1]
            size += level + (back + gone)
            np.less(line * LOST, size, out=again[part])

        rows = max(1, SLICE // len(q))
        on_threads(assemble, -(-len(p) // rows))
        if lacks:
            infinite = (p > 0).astype(p.dtype) @ absent.T.astype(p.dtype) > 0
            found[infinite], again = np.inf, again & ~infinite
    return _done_again(row, p, q, found, again)


def js_pairs(row: Generator, kl: Generator, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """JS(p_i, q_j), (m, n), of big float64 arrays p (m, k) and q (n, k); `row` is that of JS, `kl` that of KL."""
    p, q, middle = _with_middle(p, q)
    half_p, half_q = _sums(kl, p, middle) / 2, _sums(kl, q, middle) / 2
    x, y = ((z - middle) / (2 * middle) for z in (p, q))  # x + y = (m - r)/r
    found = np.empty((len(p), len(q)))
    run = _mixed(kl, found.size * len(middle))

    def work(i: int) -> None:
        run(middle, x[i], y, found[i])
        np.subtract(half_p[i] + half_q, found[i], out=found[i])

    with ops.quiet():
        on_threads(work, len(p))
        size = half_p[:, None] + half_q
        again = (found * LOST < size) | (found > row.bound - size / LOST**2)  # no value shall be above the range
    return _done_again(row, p, q, found, again)


def _with_middle(p: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p, q and the mean r of all of them, on the atoms that any has; any r will do that has those, so that where the
    mean loses digits it is the largest mass."""
    middle = (p.mean(axis=0) + q.mean(axis=0)) / 2
    deep = middle < np.finfo(p.dtype).smallest_normal
    if not deep.any():
        return p, q, middle
    middle[deep] = np.maximum(p[:, deep].max(axis=0), q[:, deep].max(axis=0))
    kept = middle > 0
    return p[:, kept], q[:, kept], middle[kept]


def _sums(row: Generator, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    shape = np.broadcast_shapes(p.shape, q.shape)
    return sums(row, np.broadcast_to(p, shape), np.broadcast_to(q, shape)).value


def _mixed(row: Generator, atoms: int) -> Callable[..., None]:
    """run(r, x, y, found): Σ r f(1 + x + y_j) to found (n,), compiled where that pays."""
    if pays(row, atoms):
        from .compiled.kernel import mixed_kernel

        return mixed_kernel(row)

    def run(r: np.ndarray, x: np.ndarray, y: np.ndarray, found: np.ndarray) -> None:
        together, o = max(1, SLICE // len(r)), ops.words(r)
        with ops.quiet():
            for top in range(0, len(y), together):
                s = x + y[top : top + together]
                t = 1 + s
                found[top : top + together] = np.where(t > 0, row.f(t, s, o), row.at_zero) @ r

    return run


def _product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x yᵀ by halves of the atoms, down to a length along which a product may add in sequence."""
    k = x.shape[1]
    if k <= PANEL:
        return x @ y.T
    return _product(x[:, : k // 2], y[:, : k // 2]) + _product(x[:, k // 2 :], y[:, k // 2 :])


def _done_again(row: Generator, p: np.ndarray, q: np.ndarray, found: np.ndarray, again: np.ndarray) -> np.ndarray:
    """`found` (m, n) with the entries of the pairs marked `again` summed atom by atom."""
    count = np.count_nonzero(again)
    if count == 0:
        return found
    if count > again.size / 2:
        return pair_sums(row, p, q)
    pairs, together = np.argwhere(again), BLOCK // p.shape[1] + 1
    for top in range(0, len(pairs), together):
        i, j = pairs[top : top + together].T
        found[i, j] = sums(row, p[i], q[j]).value
    return found
