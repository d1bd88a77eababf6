"""Panels halved where their errors are large, for many pairs at once, and what rounding leaves of the answer.

The row and the masses of both laws are integrated in one pass. The error of a panel is read off the Legendre
coefficients of what the nodes see.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..generators import Generator
from ..perspective import terms_of_logs
from .densities import Pair, losses
from .panels import Panels

Logs = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
EPS = float(np.finfo(float).eps)
MOST_SWEEPS, MOST_PANELS = 200, 5000
COARSE = 1e-4  # a panel whose nodes round by this much of it is not halved
SHARE = 0.9  # of the error allowed, for the rule; the rest is for rounding
AT_ONCE = 4096  # panels measured together, so that their nodes stay near the processor


@dataclass(frozen=True)
class Measured:
    """Panels with what the rule finds on them: columns are the row's terms, p and q; logs are of densities in s."""

    panels: Panels
    x: np.ndarray  # (n, k)
    stretch: np.ndarray
    weights: np.ndarray
    log_p: np.ndarray
    log_q: np.ndarray
    terms: np.ndarray
    value: np.ndarray  # (n, 3)
    error: np.ndarray
    off: np.ndarray  # (n,)
    rounding: np.ndarray
    charged: np.ndarray  # one law has mass where the other has none, and the row is infinite there
    grown: np.ndarray  # the row's term is larger than a float

    def __getitem__(self, chosen: np.ndarray) -> Measured:
        return Measured(*(x[chosen] for x in self._fields))

    @property
    def _fields(self) -> tuple:
        return tuple(vars(self).values())

    @classmethod
    def joined(cls, parts: list[Measured]) -> Measured:
        if len(parts) == 1:
            return parts[0]
        columns = list(zip(*(part._fields for part in parts)))
        return cls(type(columns[0][0]).joined(*columns[0]), *(np.concatenate(x) for x in columns[1:]))


def measure(row: Generator, logs: Logs, panels: Panels, rtol: float) -> Measured:
    if len(panels) > AT_ONCE:
        starts = range(0, len(panels), AT_ONCE)
        return Measured.joined([measure(row, logs, panels[i : i + AT_ONCE], rtol) for i in starts])
    with ops.quiet():
        x, stretch, weights, shift = panels.nodes()
        log_p, log_q = (y.reshape(x.shape) for y in logs(x.ravel(), np.repeat(panels.index, x.shape[1])))
        log_p, log_q = log_p + stretch, log_q + stretch
        terms = terms_of_logs(row, log_p, log_q)
        none = np.zeros(len(panels), bool)
        charged = grown = none
        gone = (log_p == -np.inf) | (log_q == -np.inf)
        if gone.any():
            terms = np.where(gone & losses(log_p, log_q), 0.0, terms)
            charged = (gone & np.isinf(terms)).any(axis=1)
        wild = ~np.isfinite(terms)
        if wild.any():
            grown = (wild & ~gone).any(axis=1)
            terms = np.where(wild, 0.0, terms)
        columns = terms, np.exp(log_p), np.exp(log_q)
        value = np.stack([np.einsum("nj,nj->n", column, weights) for column in columns], axis=-1)
        error = np.stack([panels.missed(column, shift) for column in columns], axis=-1)
        off = np.abs(shift).max(axis=1)
    measured = Measured(panels, x, stretch, weights, log_p, log_q, terms, value, error, off, none * 0.0, charged, grown)
    doubtful = error[:, 0] > 1e-3 * rtol * np.abs(value[:, 0])
    if doubtful.any():
        measured.rounding[doubtful] = rounding(row, measured[doubtful])
    return measured


def missing(row: Generator, pair: Pair, at: Measured) -> np.ndarray:
    """On which panels one law lives outside the support of the other, however little, and the row is infinite for it.

    A support is no rounding: what underflows there has mass all the same.
    """
    found = np.zeros(len(at.panels), bool)
    logs = at.log_p, at.log_q
    for k, limit in ((0, row.slope), (1, row.at_zero)):  # where law k alone has mass
        own, other = pair.sides[k], pair.sides[1 - k]
        if math.isinf(limit):
            outside = (at.x < other.low[at.panels.index, None]) | (at.x > other.high[at.panels.index, None])
            alive = outside & (logs[k] > -np.inf)
            for tail in own.tails:  # where its own logarithm is no float
                alive &= ~tail.past(at.x)
            found |= alive.any(axis=1)
    return found


def rounding(row: Generator, at: Measured, slack: np.ndarray | float = 0.0) -> np.ndarray:
    """How far the integral over each panel moves when log p and log q move by their rounding, and by `slack`."""
    own = np.reshape(np.asarray(slack, dtype=float), (-1, 1))
    moved = shaken(row, at.log_p, at.log_q, at.stretch, at.terms, own)
    return np.einsum("nj,nj->n", moved, np.abs(at.weights))


def shaken(
    row: Generator, log_p: np.ndarray, log_q: np.ndarray, stretch: np.ndarray, terms: np.ndarray, slack: Any
) -> np.ndarray:
    """How far each term moves; the logarithms are those of the laws plus `stretch`.

    Evaluated, not linearised: near p = q the row is a square, and no row needs a derivative.
    """
    with ops.quiet():
        size_p, size_q, larger = (np.abs(log - stretch) for log in (log_p, log_q, np.maximum(log_p, log_q)))
        finite = [np.where(np.isfinite(size), size, 0.0) for size in (size_p, size_q, larger)]
        unsure = EPS * (2 + finite[0] + finite[1]) + slack
        gap = log_p - log_q
        gap = np.where(np.isnan(gap), 0.0, gap)
        moved = np.zeros_like(gap)
        # away from p = q a row without kinks moves most
        for sign in (-1, 1) if row.kinks else (np.where(gap < 0, -1, 1),):
            other = terms_of_logs(row, log_p, log_q, gap + sign * unsure)
            moved = np.maximum(moved, np.abs(other - terms))
        moved = np.where(np.isfinite(moved) & np.isfinite(gap), moved, 0.0)
        return moved + (EPS * (2 + finite[2]) + slack) * np.abs(terms)


def margin(row: Generator, rtol: float) -> float:
    """What is added to every relative error: the rounding of the sum, and a kink that no node saw."""
    return 4 * EPS + (rtol / 100 if row.kinks else 0.0)


def roughness(at: Measured) -> np.ndarray:
    """The noise of log p - log q on each panel, (n,), as its nodes show it."""
    with ops.quiet():
        gap = at.log_p - at.log_q
        return 4 * at.panels.noise(np.where(np.isfinite(gap), gap, 0.0))


@dataclass(frozen=True)
class Refined:
    """Sums over the panels of each pair, (m, 3) for m pairs, and whether the rule is content with its terms."""

    at: Measured
    value: np.ndarray
    error: np.ndarray
    converged: np.ndarray
    charged: np.ndarray
    grown: np.ndarray


def refine(row: Generator, logs: Logs, panels: Panels, pairs: int, rtol: float) -> Refined:
    """Halve panels until the errors of each pair sum to rtol of its value, or to what rounding makes of it."""

    def totals(x: np.ndarray, index: np.ndarray) -> np.ndarray:
        return np.stack([np.bincount(index, column, pairs) for column in x.T], axis=-1)

    store = [measure(row, logs, panels, rtol)]
    fields = _brief(store[0])
    alive = np.ones(len(panels), bool)
    for _ in range(MOST_SWEEPS):
        here = np.flatnonzero(alive)
        index, value, error, off, round_ = (x[here] for x in fields)
        count = np.bincount(index, minlength=pairs)
        total, slack = totals(value, index), totals(error, index)
        goal = np.stack([rtol * np.abs(total[:, 0]), *(np.full(pairs, rtol),) * 2], axis=-1)
        open_ = (slack > goal) & (count < MOST_PANELS)[:, None]
        share = goal[index] / (2 * count[index])[:, None]
        bad = open_[index] & (error > share)
        bad[:, 0] &= error[:, 0] > round_
        bad = bad.any(axis=1) & (off < COARSE)
        if not bad.any():
            break
        chosen = here[bad]
        alive[chosen] = False
        store.append(measure(row, logs, _rows(store, chosen).halves(), rtol))
        fields = tuple(np.concatenate([x, y]) for x, y in zip(fields, _brief(store[-1])))
        alive = np.concatenate([alive, np.ones(len(store[-1].panels), bool)])
    starts = np.cumsum([0, *(len(part.panels) for part in store)])
    at = Measured.joined([part[alive[a:b]] for part, a, b in zip(store, starts, starts[1:])])
    index = at.panels.index
    value, error = totals(at.value, index), totals(at.error, index)
    noise = np.bincount(index, at.rounding, pairs)
    flags = (np.bincount(index, flag, pairs) > 0 for flag in (at.charged, at.grown))
    return Refined(at, value, error, error[:, 0] <= np.maximum(rtol * np.abs(value[:, 0]), noise), *flags)


def _brief(x: Measured) -> tuple[np.ndarray, ...]:
    return x.panels.index, x.value, x.error, x.off, x.rounding


def _rows(store: list[Measured], rows: np.ndarray) -> Panels:
    """The panels of these rows of all that was measured."""
    starts = np.cumsum([0, *(len(part.panels) for part in store)])
    pieces = []
    for part, a, b in zip(store, starts, starts[1:]):
        mine = rows[(rows >= a) & (rows < b)] - a
        if len(mine):
            pieces.append(part.panels[mine])
    return type(pieces[0]).joined(*pieces)
