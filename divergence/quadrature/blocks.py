"""Blocks of consecutive integers, each with a rule of 21 of them that sums what is smooth; small blocks sum all.

The weights are those of least norm that sum polynomials of degree 16 exactly.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .cuts import FAR, Edges, median
from .densities import Pair
from .panels import Panels, kronrod, unresolved

SMALLEST, LARGEST = 4, 52  # powers of two; integers beyond 2^53 are no floats
DEGREE = 16


@cache
def rules() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For blocks of 2^m integers: offsets and weights (m, 21) of the rule, and what `unresolved` reads (m, 21, 4)."""
    offsets, weights = np.zeros((LARGEST + 1, 21)), np.zeros((LARGEST + 1, 21))
    look = np.zeros((LARGEST + 1, 21, 4))
    offsets[: SMALLEST + 1] = np.minimum(np.arange(21), 2**SMALLEST - 1)
    weights[: SMALLEST + 1, : 2**SMALLEST] = 1
    for m in range(SMALLEST + 1, LARGEST + 1):
        n = 2.0**m
        near = np.round((kronrod()[0][1:12] + 1) / 2 * (n - 1))
        near = np.maximum.accumulate(near - np.arange(11)) + np.arange(11)  # distinct
        offsets[m] = np.concatenate([near, (n - 1 - near[:10])[::-1]])
        table = np.polynomial.legendre.legvander((2 * offsets[m] + 1 - n) / n, DEGREE)
        inverse = np.linalg.pinv(table)
        weights[m] = _sums(m) @ inverse
        look[m] = inverse[DEGREE - 3 :].T
    return offsets, weights, look


def _sums(m: int) -> np.ndarray:
    """Σ P_j(t) over the 2^m midpoints t of equal parts of [-1, 1], by Euler and Maclaurin where they are many."""
    n = 2**m
    if m <= 12:
        return np.polynomial.legendre.legvander((2 * np.arange(n) + 1 - n) / n, DEGREE).sum(axis=0)
    j = np.arange(DEGREE + 1)
    even = (j % 2 == 0).astype(float)
    first = j * (j + 1) / 2  # P_j'(1) and P_j'''(1), odd functions where j is even
    third = (j + 3) * (j + 2) * (j + 1) * j * (j - 1) * (j - 2) / 48.0
    h = 2.0 / n
    return ((j == 0) * 2.0 + even * (-(h**2) / 12 * first + 7 * h**4 / 2880 * third)) / h


class Blocks(Panels):
    """Blocks [low, high) of 2^m integers, m >= 4."""

    @property
    def power(self) -> np.ndarray:
        return np.round(np.log2(self.high - self.low)).astype(int)

    def nodes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        offsets, weights, _ = rules()
        m = self.power
        x = self.low[:, None] + offsets[m]
        # a block that is summed whole is not halved
        return x, np.zeros_like(x), weights[m], np.where(m > SMALLEST, 0.0, 1.0)[:, None] + np.zeros_like(x)

    def missed(self, values: np.ndarray, shift: np.ndarray) -> np.ndarray:
        seen = np.einsum("nj,njk->nk", values, rules()[2][self.power])
        return (self.high - self.low) * unresolved(seen, 0.0)

    def noise(self, values: np.ndarray) -> np.ndarray:
        found = np.zeros(len(self))
        for m in np.unique(self.power[self.power > SMALLEST]).tolist():
            table = np.polynomial.legendre.legvander((2 * rules()[0][m] + 1 - 2.0**m) / 2.0**m, 12)
            rest = np.eye(21) - table @ np.linalg.pinv(table)
            mine = self.power == m
            found[mine] = np.max(np.abs(values[mine] @ rest), axis=1)
        return found


def cut(pair: Pair) -> tuple[Blocks, Edges]:
    """The first blocks of all pairs: larger and larger away from the centre, halved until marks and ends part them."""
    marks = np.concatenate([side.marks for side in pair.sides])
    known = (marks >= pair.low) & (marks <= pair.high) & (np.abs(marks) < 2.0**LARGEST)
    marks = np.round(np.where(known, marks, np.nan))
    centre = median(marks)
    sizes = 2.0 ** np.minimum(np.concatenate([[SMALLEST], np.arange(SMALLEST, LARGEST + 1, 2)]), LARGEST)
    away = np.concatenate([[0.0], np.cumsum(sizes)])
    index = np.broadcast_to(np.arange(pair.size), (len(sizes), pair.size)).ravel()
    low = np.concatenate([(centre + away[:-1, None]).ravel(), (centre - away[1:, None]).ravel()])
    high = np.concatenate([(centre + away[1:, None]).ravel(), (centre - away[:-1, None]).ravel()])
    flat = np.zeros(len(low))
    blocks = Blocks(np.concatenate([index, index]), low, high, flat, flat)
    blocks = blocks[_meets(pair, blocks)]
    done: list[Panels] = []
    ends = np.stack([pair.p.low, pair.p.high + 1, pair.q.low, pair.q.high + 1])
    while len(blocks):
        i = blocks.index
        inside = ((marks[:, i] >= blocks.low) & (marks[:, i] < blocks.high)).sum(axis=0) > 1
        inside |= ((ends[:, i] > blocks.low) & (ends[:, i] < blocks.high)).any(axis=0)
        inside &= blocks.high - blocks.low > 2**SMALLEST
        done.append(blocks[~inside])
        blocks = blocks[inside].halves() if inside.any() else blocks[:0]
        blocks = blocks[_meets(pair, blocks)]
    everyone = np.arange(pair.size)
    edges = []
    for infinite, turn in ((pair.low == -np.inf, -1.0), (pair.high == np.inf, 1.0)):
        i = everyone[infinite]
        start = np.log(np.maximum(np.abs(centre[i]) * 2.0**-50, np.exp(-FAR)))
        last = np.full(len(i), np.log(away[-1] - 0.5))
        edges.append(Edges(i, centre[i], np.full(len(i), turn), start, last, np.zeros(len(i), bool)))
    return Blocks(*Panels.joined(*done).fields), Edges(
        *(np.concatenate(x) for x in zip(*(vars(e).values() for e in edges)))
    )


def _meets(pair: Pair, blocks: Panels) -> np.ndarray:
    return (blocks.high > pair.low[blocks.index]) & (blocks.low <= pair.high[blocks.index])
