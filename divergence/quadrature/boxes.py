"""The integral of a row over a box in two or three dimensions: cells with the product of the rules of their sides.

A cell is halved across the direction in which the two rules differ most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..density import Density
from ..errors import InvalidMeasure, NotConverged, ShapeMismatch, UnsupportedLaw
from ..evaluation import GROWN, Evaluation
from ..generators import Generator
from ..perspective import terms_of_logs
from .cells import Cells, Log, cells_of
from .densities import MASS_TOLERANCE, ROUGH, inner_point, losses
from .panels import Panels, kronrod, unresolved
from .refinement import COARSE, SHARE, shaken
from .single import REMEDY

MOST_NODES = {2: 2**22, 3: 2**23}  # nodes of all cells ever measured
AT_ONCE = 2**15  # nodes measured together
SLACK = 1e-12  # a mass so close to 1 moves nothing


def integrate_box(row: Generator, p: Density, q: Density, rtol: float = 1e-8) -> Evaluation:
    """∫ q f(p/q) dx for two densities in two or three dimensions, with an error as of `integrate_row`.

    Raises InvalidMeasure for a density whose integral is not 1, NotConverged where the rule misses `rtol`,
    UnsupportedLaw beyond three dimensions: `monte_carlo_row` goes there.
    """
    d = _dimension(p, q)
    if p.normalise or q.normalise:
        return _normalised(row, p, q, rtol)
    supports = [np.asarray(law.support, dtype=float) for law in (p, q)]
    box = np.stack([np.minimum(supports[0][:, 0], supports[1][:, 0]), np.maximum(supports[0][:, 1], supports[1][:, 1])])
    laws = [_logarithm(law, support, name) for law, support, name in zip((p, q), supports, ("p", "q"))]
    found = _refined(row, laws, cells_of(box, laws, supports, (p, q)), d, rtol)
    method = "integral over " + " × ".join(f"({a:g}, {b:g})" for a, b in box.T)
    for name, mass, slack in zip(("p", "q"), found.value[1:], found.error[1:]):
        if not abs(mass - 1) <= MASS_TOLERANCE + min(slack, ROUGH):
            raise InvalidMeasure(
                f"the density integrates to {mass:.9g}, not 1", argument=name, value=float(mass), remedy=REMEDY
            )
    if found.infinite:
        return Evaluation(math.inf, 0.0, f"{method}: infinite, {found.infinite}")
    off = float(np.abs(found.value[1:] - 1).sum())
    known = Evaluation(float(found.value[0]), float(found.error[0]) + found.noise * max(1.0, off / SLACK), method)
    if not found.error[0] <= max(rtol * abs(known.value), found.noise):
        raise NotConverged(
            f"quadrature stopped at {known}",
            evaluation=known,
            argument="p, q",
            remedy="name the narrow places as landmarks=(...) of the Density, ask for a larger rtol or random points",
        )
    return known


def _dimension(p: Density, q: Density) -> int:
    if p.dimension != q.dimension:
        raise ShapeMismatch(
            f"{q.dimension} dimensions, but p has {p.dimension}",
            argument="q",
            remedy="give both densities on one space",
        )
    if p.dimension not in MOST_NODES or p.batch or q.batch:
        raise UnsupportedLaw(
            f"quadrature in {p.dimension} dimensions" if not (p.batch or q.batch) else "a batch of laws in a box",
            argument="p, q",
            remedy='call evaluate(p, q, method="monte_carlo", rng=0), which draws at random, as nothing else here does',
        )
    return p.dimension


def _normalised(row: Generator, p: Density, q: Density, rtol: float) -> Evaluation:
    """The same of the densities divided by their integrals, which are said."""
    laws, said = [], []
    for law, name in ((p, "p"), (q, "q")):
        if law.normalise:
            support = np.asarray(law.support, dtype=float)
            log = _logarithm(law, support, name)
            cells = cells_of(support.T, [log], [support], (law,))
            mass = float(_refined(row, [log, log], cells, law.dimension, rtol).value[1])
            if not 0 < mass < math.inf:
                raise InvalidMeasure(
                    f"the density integrates to {mass:.9g}",
                    argument=name,
                    value=mass,
                    remedy="normalise=True needs a positive finite integral",
                )
            said.append(f"{name} divided by its integral {mass:.9g}")
            law = Density(lambda x, f=law.logpdf, mass=mass: f(x) - math.log(mass), law.support, law.landmarks)
        laws.append(law)
    found = integrate_box(row, laws[0], laws[1], rtol)
    return Evaluation(found.value, found.error, ", ".join([found.method, *said]))


def _logarithm(law: Density, support: np.ndarray, name: str) -> Log:
    """The log-density at x (n, d), -inf outside the support."""
    inner = inner_point(*support.T)

    def log(x: np.ndarray) -> np.ndarray:
        inside: Any = ((x >= support[:, 0]) & (x <= support[:, 1])).all(axis=1)
        with ops.quiet():
            values = np.asarray(law.logpdf(np.where(inside[:, None], x, inner)), dtype=float)
        if values.shape != x.shape[:1]:
            raise InvalidMeasure(
                f"logpdf maps shape {x.shape} to {values.shape}",
                argument=name,
                remedy="let it map (n, d) points to (n,) log-densities",
            )
        values = np.where(inside, values, -np.inf)
        nan: np.ndarray = np.flatnonzero(np.isnan(values))
        if len(nan):
            at = x[int(nan[0])]
            raise InvalidMeasure(
                f"logpdf({at}) is nan", argument=name, value=at, remedy="return -inf where there is no mass"
            )
        return values

    return log


@dataclass(frozen=True)
class Found:
    value: np.ndarray  # of the row, of p and of q
    error: np.ndarray
    noise: float
    infinite: str


def _refined(row: Generator, laws: list[Log], cells: Cells, d: int, rtol: float) -> Found:
    """Halve cells until their errors sum to rtol of the value."""
    parts = [(cells, *_measured(row, laws, cells))]
    measured = len(cells) * 21**d
    charged = grown = False
    while True:
        cells = Cells(*(np.concatenate(x) for x in zip(*(vars(part[0]).values() for part in parts))))
        value, error, by_axis, noise, flags, coarse = (np.concatenate(x) for x in list(zip(*parts))[1:])
        charged, grown = bool(flags[:, 0].any()), bool(flags[:, 1].any())
        total, slack = value.sum(axis=0), error.sum(axis=0)
        goal = np.asarray([math.inf if charged or grown else SHARE * rtol * abs(total[0]), rtol / 4, rtol / 4])
        bad = ((error > goal / (2 * len(cells))) & (slack > goal)[None]) & ~coarse[:, None]
        bad[:, 0] &= error[:, 0] > noise
        wrong = bad.any(axis=1)
        if not wrong.any() or measured > MOST_NODES[d]:
            break
        worst = np.flatnonzero(wrong)
        weight = np.where(bad[worst], error[worst] / np.where(goal > 0, goal, 1.0), 0.0)
        worst = worst[np.argsort(-weight.max(axis=1))[: max(64, len(worst) // 2)]]
        axis = np.argmax((by_axis[worst] / np.where(goal > 0, goal, 1.0)).max(axis=2), axis=1)
        kept = np.ones(len(cells), bool)
        kept[worst] = False
        new = cells[worst].halves(axis)
        measured += len(new) * 21**d
        old = (cells[kept], value[kept], error[kept], by_axis[kept], noise[kept], flags[kept], coarse[kept])
        parts = [old, (new, *_measured(row, laws, new))]
    infinite = "one law charges a set where the other has no density" if charged else ""
    if grown and not charged:
        infinite = GROWN
    # what the outermost cells hold says how much may lie beyond them
    outermost = (cells.high == cells.edge).any(axis=1)
    slack = slack + np.abs(value[outermost]).sum(axis=0)
    return Found(total, slack, float(noise.sum()), infinite)


def _measured(row: Generator, laws: list[Log], cells: Cells) -> tuple[np.ndarray, ...]:
    """Of each cell: value and error (n, 3), the error along each axis (n, d, 3), noise, (charged, grown), coarse."""
    n, d = cells.low.shape
    if n * 21**d > AT_ONCE and n > 1:
        step = max(1, AT_ONCE // 21**d)
        parts = [_measured(row, laws, cells[i : i + step]) for i in range(0, n, step)]
        return tuple(np.concatenate(x) for x in zip(*parts))
    flat = [x.ravel() for x in (cells.low, cells.high, cells.origin, cells.turn)]
    x, stretch, weights, shift = (y[:, 1:-1] for y in Panels(np.zeros(n * d, int), *flat).nodes())
    x, stretch, weights = (y.reshape(n, d, 21) for y in (x, stretch, weights))
    shape = (n, *(21,) * d)

    def spread_out(y: np.ndarray, axis: int) -> np.ndarray:
        return y[:, axis].reshape(n, *(21 if k == axis else 1 for k in range(d)))

    points = np.stack([np.broadcast_to(spread_out(x, k), shape).ravel() for k in range(d)], axis=-1)
    jacobian = np.broadcast_to(sum(spread_out(stretch, k) for k in range(d)), shape).reshape(n, -1)
    with ops.quiet():
        log_p, log_q = (log(points).reshape(n, -1) + jacobian for log in laws)
        terms = terms_of_logs(row, log_p, log_q)
        gone = (log_p == -np.inf) | (log_q == -np.inf)
        terms = np.where(gone & losses(log_p, log_q), 0.0, terms)
        wild = ~np.isfinite(terms)
        flags = np.stack([(wild & gone).any(axis=1), (wild & ~gone).any(axis=1)], axis=-1)
        terms = np.where(wild, 0.0, terms)
        columns = np.stack([terms, np.exp(log_p), np.exp(log_q)], axis=1).reshape(n, 3, *shape[1:])
        size, look = np.abs(weights), kronrod()[3][1:-1, :4]
        value = _contracted(columns, weights)
        # line by line along each axis, for over a whole cell what the lines of a kink miss would cancel
        by_axis = np.empty((n, d, 3))
        for i in range(d):
            lines = np.moveaxis(columns, 2 + i, -1)
            missed = unresolved(lines @ look, 0.0) * (cells.high - cells.low)[:, i].reshape(n, *(1,) * d)
            by_axis[:, i] = _contracted(missed, np.delete(size, i, axis=1))
        error = by_axis.sum(axis=1)
        moved = shaken(row, log_p, log_q, jacobian, terms, SLACK).reshape(n, 1, *shape[1:])
        noise = _contracted(moved, size)[:, 0]
    return value, error, by_axis, noise, flags, np.abs(shift).reshape(n, -1).max(axis=1) > COARSE


def _contracted(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums over the nodes of every axis: (n, c, 21, ...) and weights (n, d, 21) to (n, c)."""
    for k in reversed(range(weights.shape[1])):
        n, c, *others, nodes = columns.shape
        columns = (columns.reshape(n, -1, nodes) @ weights[:, k, :, None]).reshape(n, c, *others)
    return columns
