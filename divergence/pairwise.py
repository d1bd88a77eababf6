"""All pairs of two sets of laws, in bounded memory; KL as one matrix product whose cancelled entries are done again.

With a law r in the middle, KL(p‖q) = KL(p‖r) + KL(r‖q) − Σ (p − r) log(q/r), all of second order in the
distances: the product carries what mixes p and q, and loses digits only where they are far closer than they are to r.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import ops, slopes
from .generators import Generator
from .perspective import terms_of_masses
from .summation import BIG, sums

Array = Any
Sums = Callable[[Array, Array], Array]
BLOCK = 2**22  # atoms of pairs at a time, 32 MiB of each temporary
LOST = 64  # entries that cancel by more than this factor are done again: at most two digits are lost


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
    """KL(p_i‖q_j), (m, n), of big numpy arrays p (m, k) and q (n, k) of one dtype; `row` is that of KL."""
    middle = (p.mean(axis=0) + q.mean(axis=0)) / 2
    kept = middle > 0
    p, q, middle = p[:, kept], q[:, kept], middle[kept]
    absent = q == 0
    with ops.quiet():
        log_ratio = np.where(absent, 0.0, slopes.of_masses(row, q, middle[None]))
        there = terms_of_masses(row, p, middle[None]).sum(axis=-1)
        # an atom that neither p nor q has shall add nothing: + r of the first, - r of this
        back = np.where(absent, -middle, terms_of_masses(row, middle[None], q))
        gap = p - middle
        mixed = gap @ log_ratio.T
        found = (there[:, None] + back.sum(axis=-1)) - mixed
        # by Cauchy and Schwarz no more than this was added and taken away
        size = np.sqrt((gap * gap / middle).sum(axis=-1))[:, None] * np.sqrt((middle * log_ratio**2).sum(axis=-1))
        size += there[:, None] + np.abs(back).sum(axis=-1)
        again = found * LOST < size
        if absent.any():
            infinite = (p > 0).astype(p.dtype) @ absent.T.astype(p.dtype) > 0
            found[infinite], again = np.inf, again & ~infinite
        for pairs in _blocks(np.argwhere(again), BLOCK // p.shape[1] + 1):
            i, j = pairs.T
            found[i, j] = sums(row, p[i], q[j]).value
    return found


def _blocks(x: np.ndarray, size: int) -> list[np.ndarray]:
    return [x[top : top + size] for top in range(0, len(x), size)]
