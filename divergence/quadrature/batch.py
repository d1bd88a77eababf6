"""A row of a batch of pairs: one pass over the panels of all, and a careful one for each pair that it misses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import ops
from ..density import Density, Lattice
from ..errors import InvalidMeasure, NotConverged
from ..evaluation import Evaluation
from ..generators import Generator
from ..perspective import terms_of_logs
from . import blocks, cuts
from .crossings import crossings
from .cuts import Edges
from .densities import MASS_TOLERANCE, Pair, losses, one_of, place
from .marks import FEW
from .refinement import SHARE, Measured, margin, missing, refine, rounding
from .single import Found, Law, find
from .tails import NOTHING

MANY = 12  # marks of a law to begin with
AT_ONCE = 256  # pairs whose panels are held in memory


@dataclass(frozen=True)
class Rule:
    """Nodes and weights with Σ weights · q f(p/q)(x) over the nodes of a pair its integral: to be differentiated.

    `x`, `weights` and `index`, the flat index of the pair, are (n,); `value` and `error` have the shape of the batch.
    `trouble` is what keeps the nodes from being differentiated, where the values are known all the same.
    """

    x: np.ndarray
    weights: np.ndarray
    index: np.ndarray
    value: np.ndarray
    error: np.ndarray
    trouble: NotConverged | None = None


def over_pairs(row: Generator, p: Law, q: Law, rtol: float, nodes: bool) -> Rule:
    """The integral or the sum for each pair, with nodes where they are asked for."""
    pair = Pair(p, q)
    value, error = np.empty(pair.size), np.empty(pair.size)
    known = np.isfinite(pair.p.marks).sum(axis=0) >= FEW
    known &= np.isfinite(pair.q.marks).sum(axis=0) >= FEW
    known &= not any(isinstance(law, Density) and law.normalise for law in (p, q))
    parts, trouble = [], None
    for start in range(0, pair.size, AT_ONCE):
        here = np.arange(start, min(start + AT_ONCE, pair.size))
        here = here[known[here]]
        if len(here) == 0:
            continue
        part = pair.select(here)
        value[here], error[here], fine, at = _together(row, part, rtol)
        known[here] = fine
        if nodes:
            kept = at[fine[at.panels.index]]
            parts.append(_nodes(kept, here[kept.panels.index]))
    for i in np.flatnonzero(~known).tolist():
        found, method = _alone(row, p, q, pair, i, rtol)
        value[i], error[i] = (math.inf, 0.0) if found.infinite else (found.value, found.error)
        if nodes and not found.infinite:
            assert found.at is not None
            parts.append(_nodes(found.at, np.full(len(found.at.panels), i)))
            parts.append((*found.nodes.T, np.full(len(found.nodes), i)))
            trouble = trouble or _loose(found, method, rtol, place(i, pair.batch))
    x, weights, index = (np.concatenate(y) for y in zip(*parts)) if parts else (np.empty(0),) * 3
    return Rule(x, weights, index.astype(int), value.reshape(pair.batch), error.reshape(pair.batch), trouble)


def _together(row: Generator, pair: Pair, rtol: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, Measured]:
    """Value and error of each pair, and whether they may be trusted without a closer look."""
    for side in pair.sides:
        side.marks = _thinned(side.marks)
    discrete = isinstance(pair.p.law, Lattice)
    panels, edges = blocks.cut(pair) if discrete else cuts.cut(pair)
    if not discrete and len(crossed := crossings(row, pair, panels)):
        panels, edges = cuts.cut(pair, crossed)
    got = refine(row, pair.logs, panels, pair.size, SHARE * rtol)
    index = got.at.panels.index
    value = got.value[:, 0]
    off = np.abs(got.value[:, 1:] - 1)
    same = (got.at.log_p == got.at.log_q).all(axis=1)
    equal = np.bincount(index, ~same, pair.size) == 0
    noise = np.bincount(index, rounding(row, got.at, off.sum(axis=1)[index]), pair.size)
    noise = np.where(equal, 0.0, noise + margin(row, rtol) * np.abs(value))
    apart = np.bincount(index, missing(row, pair, got.at), pair.size) > 0
    fine = got.converged & ~got.charged & ~apart & ~got.grown & (off <= MASS_TOLERANCE).all(axis=1)
    fine &= (got.error[:, 1:] < MASS_TOLERANCE).all(axis=1) & _closed(row, pair, edges, np.abs(value))
    return value, got.error[:, 0] + noise, fine, got.at


def _thinned(marks: np.ndarray) -> np.ndarray:
    """MANY marks of each law, its middle one among them: panels are halved where that is too few."""
    marks = np.sort(marks, axis=0)
    count = np.isfinite(marks).sum(axis=0)
    stride = np.maximum(1, np.ceil(count / MANY)).astype(int)
    kept = (np.arange(len(marks))[:, None] - (count - 1) // 2) % stride == 0
    return np.where(kept, marks, np.nan)


def _closed(row: Generator, pair: Pair, edges: Edges, value: np.ndarray) -> np.ndarray:
    """Of which pairs nothing lies beyond the outermost panels."""
    steps = np.where(edges.inward, 1.0, -1.0)[:, None] * np.asarray([0.1, 3.0, 6.0])
    s = edges.s[:, None] + steps
    x = edges.origin[:, None] + edges.turn[:, None] * np.exp(s)
    with ops.quiet():
        log_p, log_q = (y.reshape(x.shape) + s for y in pair.logs(x.ravel(), np.repeat(edges.index, 3)))
        size = np.log(np.abs(np.where(losses(log_p, log_q), 0.0, terms_of_logs(row, log_p, log_q))))
        small = size < np.log(value[edges.index])[:, None] + NOTHING / 2
        none = (size == -np.inf).all(axis=1)
        falls = none | (small.all(axis=1) & (size[:, 0] < size[:, 1] - 0.3) & (size[:, 1] < size[:, 2] - 0.3))
        light = (np.maximum(log_p, log_q) < NOTHING).all(axis=1)
    return np.bincount(edges.index, ~(falls & light), pair.size) == 0


def _alone(row: Generator, p: Law, q: Law, pair: Pair, i: int, rtol: float) -> tuple[Found, str]:
    """One pair by itself, with the places where its laws live looked for."""
    try:
        return find(row, one_of(p, int(pair.p.own[i])), one_of(q, int(pair.q.own[i])), rtol)
    except InvalidMeasure as error:
        where = place(i, pair.batch)
        raise InvalidMeasure(
            error.problem, argument=error.argument, index=where, value=error.value, remedy=error.remedy
        ) from error
    except NotConverged as error:
        where = place(i, pair.batch)
        raise NotConverged(
            error.problem, evaluation=error.evaluation, argument=error.argument, index=where, remedy=error.remedy
        ) from error


def _loose(found: Found, method: str, rtol: float, where: tuple[int, ...] | None) -> NotConverged | None:
    """What keeps a gradient from being that of the value."""
    if found.loose <= rtol * abs(found.value) + found.error:
        return None
    return NotConverged(
        f"{found.loose:.3g} of the integral lies so near to an end, or so far out, that no gradient is known there",
        evaluation=Evaluation(found.value, found.error, method),
        argument="p, q",
        index=where,
        remedy="detach the parameters for the value alone, or call evaluate(p, q)",
    )


def _nodes(at: Measured, index: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, weights for densities in x, and pairs, where there is any mass."""
    kept = (np.maximum(at.log_p, at.log_q) > -745.0) & (at.weights != 0)
    with ops.quiet():
        weights = at.weights * np.exp(at.stretch)
    return at.x[kept], weights[kept], np.broadcast_to(index[:, None], at.x.shape)[kept]
