"""The integral of a row over a box in two or three dimensions: cells with the product of the rules of their sides.

A cell is halved across the direction in which the two rules differ most.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..density import Density
from ..errors import InvalidMeasure, NotConverged, ShapeMismatch, UnsupportedLaw
from ..evaluation import Evaluation
from ..generators import Generator
from ..perspective import terms_of_logs
from .densities import MASS_TOLERANCE, losses
from .panels import Panels
from .refinement import heeded, shaken
from .single import REMEDY

MOST_NODES = {2: 2**24, 3: 2**25}  # nodes of all cells ever measured
AT_ONCE = 2**18  # nodes measured together
REACH = 40.0  # beyond e^40 times the distance of the outermost mark nothing is looked at
FALLS = (8.0, 32.0)  # logs below a peak at which marks are set on either side; the nearer for heavy tails only
HEAVY = 4.0  # ratio of their distances that tells
SLACK = 1e-12  # a mass so close to 1 moves nothing


@dataclass(frozen=True)
class Cells:
    """n boxes of the coordinates that `origin` and `turn` name, as of `Panels`, all (n, d)."""

    low: np.ndarray
    high: np.ndarray
    origin: np.ndarray
    turn: np.ndarray
    edge: np.ndarray  # where `high` ends and the law does not, else infinite

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, chosen: Any) -> Cells:
        return Cells(*(x[chosen] for x in vars(self).values()))

    def halves(self, axis: np.ndarray) -> Cells:
        n = np.arange(len(self))
        middle = (self.low[n, axis] + self.high[n, axis]) / 2
        low, high = np.concatenate([self.low, self.low]), np.concatenate([self.high, self.high])
        high[n, axis], low[len(n) + n, axis] = middle, middle
        return Cells(low, high, *(np.concatenate([x, x]) for x in (self.origin, self.turn, self.edge)))


def integrate_box(row: Generator, p: Density, q: Density, rtol: float = 1e-8) -> Evaluation:
    """∫ q f(p/q) dx for two densities in two or three dimensions, with an error as of `integrate_row`.

    Raises InvalidMeasure for a density whose integral is not 1, NotConverged where the rule misses `rtol`, UnsupportedLaw
    beyond three dimensions: `monte_carlo_row` goes there.
    """
    d = _dimension(p, q)
    if p.normalise or q.normalise:
        return _normalised(row, p, q, rtol)
    supports = [np.asarray(law.support, dtype=float) for law in (p, q)]
    box = np.stack([np.minimum(supports[0][:, 0], supports[1][:, 0]), np.maximum(supports[0][:, 1], supports[1][:, 1])])
    laws = [_logarithm(law, support, name) for law, support, name in zip((p, q), supports, ("p", "q"))]
    found = _refined(row, laws, _cells(box, laws, supports, (p, q)), d, rtol)
    method = "integral over " + " × ".join(f"({a:g}, {b:g})" for a, b in box.T)
    for name, mass, slack in zip(("p", "q"), found.value[1:], found.error[1:]):
        if not abs(mass - 1) <= MASS_TOLERANCE + slack:
            raise InvalidMeasure(
                f"the density integrates to {mass:.9g}, not 1", argument=name, value=float(mass), remedy=REMEDY
            )
    if found.infinite:
        return Evaluation(math.inf, 0.0, f"{method}: infinite, {found.infinite}")
    off = float(np.abs(found.value[1:] - 1).sum())
    known = Evaluation(
        float(found.value[0]), float(found.error[0]) + found.noise * max(1.0, off / SLACK), method
    )
    if not found.error[0] <= max(rtol * abs(known.value), found.noise):
        raise NotConverged(
            f"quadrature stopped at {known}",
            evaluation=known,
            argument="p, q",
            remedy="name the narrow places as landmarks=(...) of the Density, ask for a larger rtol, or for monte_carlo_row",
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
            remedy="use monte_carlo_row beyond three dimensions, integrate_row on the line, and one pair at a time",
        )
    return p.dimension


def _normalised(row: Generator, p: Density, q: Density, rtol: float) -> Evaluation:
    """The same of the densities divided by their integrals, which are said."""
    laws, said = [], []
    for law, name in ((p, "p"), (q, "q")):
        if law.normalise:
            support = np.asarray(law.support, dtype=float)
            log = _logarithm(law, support, name)
            cells = _cells(support.T, [log], [support], (law,))
            mass = float(_refined(row, [log, log], cells, law.dimension, rtol).value[1])
            if not 0 < mass < math.inf:
                raise InvalidMeasure(
                    f"the density integrates to {mass:.9g}",
                    argument=name,
                    value=mass,
                    remedy="normalise=True needs a positive finite integral",
                )
            said.append(f"{name} divided by its integral {mass:.9g}")
            law = Density(lambda x, f=law.logpdf, c=math.log(mass): f(x) - c, law.support, law.landmarks)
        laws.append(law)
    found = integrate_box(row, *laws, rtol)
    return Evaluation(found.value, found.error, ", ".join([found.method, *said]))


def _logarithm(law: Density, support: np.ndarray, name: str) -> Callable[[np.ndarray], np.ndarray]:
    """The log-density at x (n, d), -inf outside the support."""
    inner = np.where(np.isfinite(support).all(axis=1), np.where(np.isfinite(support), support, 0.0).mean(axis=1), 0.0)
    inner = np.where(np.isfinite(support[:, 0]) & ~np.isfinite(support[:, 1]), support[:, 0] + 1, inner)
    inner = np.where(~np.isfinite(support[:, 0]) & np.isfinite(support[:, 1]), support[:, 1] - 1, inner)

    def log(x: np.ndarray) -> np.ndarray:
        inside = ((x >= support[:, 0]) & (x <= support[:, 1])).all(axis=1)
        with ops.quiet():
            values = np.asarray(law.logpdf(np.where(inside[:, None], x, inner)), dtype=float)
        if values.shape != x.shape[:1]:
            raise InvalidMeasure(
                f"logpdf maps shape {x.shape} to {values.shape}",
                argument=name,
                remedy="let it map (n, d) points to (n,) log-densities",
            )
        values = np.where(inside, values, -np.inf)
        if np.isnan(values).any():
            at = x[np.isnan(values)][0]
            raise InvalidMeasure(
                f"logpdf({at}) is nan", argument=name, value=at, remedy="return -inf where there is no mass"
            )
        return values

    return log


def _cells(box: np.ndarray, laws: list, supports: list[np.ndarray], given: tuple[Density, ...]) -> Cells:
    """The product of panels of each side, cut at support ends and beside the modes of both laws."""
    marks: list[list[float]] = [[] for _ in box.T]
    for log, support, law in zip(laws, supports, given):
        for mode in _modes(log, support, law.landmarks):
            for i in range(len(marks)):
                marks[i] += [float(mode[i]), *_beside(log, mode, i, support[i])]
    sides = []
    for i, (low, high) in enumerate(box.T):
        ends = [end for support in supports for end in support[i]]
        inside = np.unique([m for m in (*marks[i], *ends) if low < m < high and math.isfinite(m)])
        if len(inside) > 1:  # cuts beside each other do not help
            inside = inside[np.concatenate([[True], np.diff(inside) > 1e-3 * np.ptp(inside) / len(inside)])]
        if len(inside) < 2:
            middle = inside[0] if len(inside) else _inside(low, high)
            step = min(1.0, *(abs(end - middle) / 2 for end in (low, high)))
            inside = np.asarray([middle - step, middle + step])
        sides.append(_side(float(low), float(high), inside))
    grids = np.meshgrid(*(np.arange(len(side[0])) for side in sides), indexing="ij")
    pick = [[x[grid.ravel()] for x in side] for side, grid in zip(sides, grids)]
    return Cells(*(np.stack(x, axis=-1) for x in zip(*pick)))


def _inside(low: float, high: float) -> float:
    if math.isfinite(low) and math.isfinite(high):
        return (low + high) / 2
    return low + 1 if math.isfinite(low) else high - 1 if math.isfinite(high) else 0.0


def _side(low: float, high: float, marks: np.ndarray) -> tuple[np.ndarray, ...]:
    """The fields of `Cells`, for panels from end to end of one side; infinite ends in the logarithm of the distance from the marks' centre."""
    points = np.concatenate([[low] * math.isfinite(low), marks, [high] * math.isfinite(high)])
    middle = (points[:-1] + points[1:]) / 2
    a, b = points[:-1] - middle, points[1:] - middle
    turn, origin = np.zeros(len(a)), middle
    centre = float((marks[0] + marks[-1]) / 2)
    # towards a far mark in the logarithm of the distance from the centre, as beyond it
    left, right = points[:-1] - centre, points[1:] - centre
    near, far = np.where(middle > centre, left, -right), np.where(middle > centre, right, -left)
    wide = (far > HEAVY * near) & (near > 2.0**-26 * np.maximum(far, abs(centre)))
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = np.where(wide, np.log(near), a), np.where(wide, np.log(far), b)
    turn, origin = np.where(wide, np.where(middle > centre, 1.0, -1.0), 0.0), np.where(wide, centre, origin)
    edge = np.full(len(a), math.inf)
    for end, sign in ((low, -1.0), (high, 1.0)):
        if math.isinf(end):
            s = math.log(sign * ((marks[-1] if sign > 0 else marks[0]) - centre))
            a, b = np.append(a, s), np.append(b, s + REACH)
            origin, turn, edge = np.append(origin, centre), np.append(turn, sign), np.append(edge, s + REACH)
    return a, b, origin, turn, edge


def _modes(log: Callable, support: np.ndarray, landmarks: Any) -> list[np.ndarray]:
    """Peaks of a density uphill from its landmarks and from a place inside."""
    from scipy.optimize import minimize

    d = len(support)
    starts = [np.asarray(x, dtype=float) for x in np.reshape(np.asarray(landmarks, dtype=float), (-1, d))]
    starts = starts or [np.asarray([_inside(*side) for side in support])]
    modes: list[np.ndarray] = []
    for start in starts:
        height = float(log(start[None])[0])

        def depth(x: np.ndarray, height: float = height if math.isfinite(height) else 0.0) -> float:
            value = float(log(x[None])[0])
            return height - value if math.isfinite(value) else math.copysign(1e300, -value)

        best: Any = minimize(depth, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 2000})
        modes.append(best.x if best.fun < 0 else start)
    return modes


def _beside(log: Callable, mode: np.ndarray, axis: int, support: np.ndarray) -> list[float]:
    """The places on the axis through a mode where the density has fallen by FALLS."""
    steps = 2.0 ** np.arange(-120, 120)
    top = float(log(mode[None])[0])
    found = []
    for sign in (-1.0, 1.0):
        x = np.repeat(mode[None], len(steps), axis=0)
        x[:, axis] += sign * steps
        inside = (x[:, axis] > support[0]) & (x[:, axis] < support[1])
        fall = np.where(inside, top - log(x), 0.0) if math.isfinite(top) else np.zeros(len(steps))
        reached = [np.flatnonzero(fall >= level) for level in FALLS]
        near, far = (int(k[0]) if len(k) else None for k in reached)
        if far is not None:
            found.append(float(x[far, axis]))
        if near is not None and (far is None or steps[far] > HEAVY * steps[near]):
            found.append(float(x[near, axis]))
    return found


@dataclass(frozen=True)
class Found:
    value: np.ndarray  # of the row, of p and of q
    error: np.ndarray
    noise: float
    infinite: str


def _refined(row: Generator, laws: list, cells: Cells, d: int, rtol: float) -> Found:
    """Halve cells until their errors sum to rtol of the value."""
    parts = [(cells, *_measured(row, laws, cells))]
    measured = len(cells) * 21**d
    charged = grown = False
    while True:
        cells = Cells(*(np.concatenate(x) for x in zip(*(vars(part[0]).values() for part in parts))))
        value, error, by_axis, noise, flags, coarse = (np.concatenate(x) for x in list(zip(*parts))[1:])
        charged, grown = (bool(x) for x in flags.any(axis=0))
        total, slack = value.sum(axis=0), error.sum(axis=0)
        goal = np.asarray([math.inf if charged or grown else rtol * abs(total[0]), rtol / 4, rtol / 4])
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
        infinite = "the integrand is larger than any float"
    # what the outermost cells hold says how much may lie beyond them
    outermost = (cells.high == cells.edge).any(axis=1)
    slack = slack + np.abs(value[outermost]).sum(axis=0)
    return Found(total, slack, float(noise.sum()), infinite)


def _measured(row: Generator, laws: list, cells: Cells) -> tuple[np.ndarray, ...]:
    """Of each cell: value and error (n, 3), the error along each axis (n, d, 3), noise, (charged, grown), coarse."""
    n, d = cells.low.shape
    if n * 21**d > AT_ONCE and n > 1:
        step = max(1, AT_ONCE // 21**d)
        parts = [_measured(row, laws, cells[i : i + step]) for i in range(0, n, step)]
        return tuple(np.concatenate(x) for x in zip(*parts))
    flat = [x.ravel() for x in (cells.low, cells.high, cells.origin, cells.turn)]
    x, stretch, weights, off = Panels(np.zeros(n * d, int), *flat).nodes()
    x, stretch, weights = x.reshape(n, d, 21), stretch.reshape(n, d, 21), weights.reshape(n, d, 21, 2)
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
        both = _contracted(columns, weights)
        value = both[(slice(None), slice(None), *(0,) * d)]
        volume = np.prod(cells.high - cells.low, axis=1)[:, None]
        mean = (value / volume).reshape(n, 3, *(1,) * d)
        around = _contracted(np.abs(columns - mean), np.abs(weights[..., :1])).reshape(n, 3)
        lesser = [both[(slice(None), slice(None), *(int(k == i) for k in range(d)))] for i in range(d)]
        by_axis = np.abs(np.stack(lesser, axis=1) - value[:, None])
        error = heeded(by_axis, around[:, None]).sum(axis=1)
        moved = shaken(row, log_p, log_q, jacobian, terms, SLACK).reshape(n, 1, *shape[1:])
        noise = _contracted(moved, np.abs(weights[..., :1])).reshape(n)
    return value, error, by_axis, noise, flags, (off.reshape(n, d) > 1e-4).any(axis=1)


def _contracted(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums over the nodes of every axis by each of r rules: (n, c, 21, ...) and (n, d, 21, r) to (n, c, r, ...)."""
    n, _, *sides = columns.shape
    for k in reversed(range(len(sides))):
        flat = np.moveaxis(columns, 2 + k, -1)
        columns = np.matmul(flat.reshape(n, -1, sides[k]), weights[:, k])
        columns = np.moveaxis(columns.reshape(*flat.shape[:-1], weights.shape[-1]), -1, 2 + k)
    return columns
