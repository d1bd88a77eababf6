"""Where p/q crosses a kink of the row: there the integrand is bent, and panels shall end there."""

from __future__ import annotations

import math

import numpy as np

from .. import ops
from ..generators import Generator
from .densities import Pair
from .panels import Panels


def crossings(row: Generator, pair: Pair, panels: Panels) -> np.ndarray:
    """The x at which log p - log q is the log of a kink, (m, n): a column for each pair, nan where it has fewer."""
    levels = [math.log(kink) for kink in row.kinks if 0 < kink < math.inf]
    if not levels:
        return np.empty((0, pair.size))
    from scipy.optimize.elementwise import find_root

    with ops.quiet():
        x = panels.nodes()[0]
        index = np.repeat(panels.index, x.shape[1])
        order = np.lexsort((x.ravel(), index))
        x, index = x.ravel()[order], index[order]
        log_p, log_q = pair.logs(x, index)
        gap = log_p - log_q
        seen = np.isfinite(gap)
        x, index, gap = x[seen], index[seen], gap[seen]
        found: list[tuple[np.ndarray, np.ndarray]] = []
        for level in levels:
            y = gap - level
            turns = np.flatnonzero((np.sign(y[:-1]) * np.sign(y[1:]) < 0) & (index[:-1] == index[1:]))
            hits = np.flatnonzero((y == 0) & (np.abs(gap) + abs(level) > 0))
            found.append((index[hits[:0]], x[hits[:0]]))
            if not len(turns):
                continue

            def height(at: np.ndarray, which: np.ndarray, level: float = level) -> np.ndarray:
                one, two = pair.logs(at.ravel(), which.ravel().astype(int))
                return np.reshape(one - two - level, at.shape)

            root = find_root(height, (x[turns], x[turns + 1]), args=(index[turns].astype(float),))
            found.append((index[turns], root.x))
    index, x = (np.concatenate(part) for part in zip(*found))
    return columns(index, x, pair.size)


def columns(index: np.ndarray, x: np.ndarray, size: int) -> np.ndarray:
    """Values x of the pairs `index` as a table (m, size), filled with nan."""
    order = np.argsort(index, kind="stable")
    index, x = index[order], x[order]
    count = np.bincount(index, minlength=size)
    table = np.full((int(count.max(initial=0)), size), np.nan)
    start = np.cumsum(count) - count
    table[np.arange(len(index)) - start[index], index] = x
    return table
