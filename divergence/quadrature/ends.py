"""What lies beyond the last panel: nearer to an end of the support than a float can be, farther out than 10^150.

There a law is a power law or is as good as gone: log p is fitted by c + a s + (powers of the distance) in the
logarithm s of the distance, and the row of the two fits is integrated to the end. How well the fit fits goes into
the error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import ops
from ..generators import GENERATORS, Generator
from ..perspective import terms_of_logs
from .cuts import Edges
from .densities import Pair, losses
from .panels import Panels
from .refinement import Measured, Refined, refine
from .tails import GONE, NOTHING, STRETCH, chebyshev, fitted

FAINT = 1e-11  # part of the whole that may lie beyond where a law follows no power law
BEYOND = 2.0 ** np.arange(4, 25)  # lengths of the panels beyond


@dataclass(frozen=True)
class End:
    """What lies beyond one edge: value, mass of p, mass of q and their errors; or why it is not known.

    `noise` is what the digits of the logarithms near the edge leave open of the value.
    """

    value: np.ndarray
    error: np.ndarray
    noise: float = 0.0
    infinite: bool = False
    unknown: bool = False


NONE = End(np.zeros(3), np.zeros(3))


def beyond(row: Generator, pair: Pair, edges: Edges, k: int, scale: float) -> End:
    """The integrals beyond edge k, where those of the panels are `scale`."""
    rough = [any(tail.rough for tail in side.tails) for side in pair.sides]
    index, origin, turn = int(edges.index[k]), float(edges.origin[k]), float(edges.turn[k])
    inward, edge = bool(edges.inward[k]), float(edges.s[k])
    away = -1.0 if inward else 1.0  # the direction of s in which the end lies
    x = origin + turn * np.exp(edge - away * STRETCH * chebyshev(16))
    with ops.quiet():
        distance = np.abs(x - origin)
        s = np.log(distance)
        log_p, log_q = (y + s for y in pair.logs(x, np.full(len(x), index)))
        terms = np.where(losses(log_p, log_q), 0.0, terms_of_logs(row, log_p, log_q))
        known = np.isfinite(log_p) & np.isfinite(log_q)
        infinite = not np.isfinite(terms[known]).all()
        # whether the row is worth anything near the edge, and whether it decays there
        size = np.log(np.abs(terms[:6]))
        growth = np.diff(size)[:-1] / np.diff(s[:6])[:-1] * away
        decays = bool((size == -np.inf).all() or (growth < -0.1).all())
        largest = float(np.max(size[:6]))
        small = largest == -np.inf or largest < np.log(scale) + NOTHING / 2
        # of a law that falls faster than any power, such as e^(-s²/2), too
        if max(np.max(log_p[:6]), np.max(log_q[:6])) < NOTHING and decays and small:
            return NONE
        found_fits = [fitted(y, s, distance, edge, away) for y in (log_p, log_q)]
        fits = [fit or GONE for fit in found_fits]
        limits = row.at_zero, row.slope
        unknown = any(a is None or (a is GONE and math.isinf(limit)) for a, limit in zip(found_fits, limits))
        if unknown and not infinite:
            left = np.asarray([_left(np.where(known, y, -np.inf), s) for y in (np.log(np.abs(terms)), log_p, log_q)])
            if (left <= FAINT * np.asarray([scale, 1.0, 1.0])).all():
                return End(np.zeros(3), 10 * left)
    lengths = np.concatenate([[0.0], np.cumsum(BEYOND)])
    reach = np.sort(edge + away * lengths)
    here, flat = np.zeros(len(BEYOND), int), np.zeros(len(BEYOND))
    panels = Panels(here, reach[:-1], reach[1:], flat, flat)

    def integrals(row: Generator, tilt: float) -> Refined:
        one, two = (GONE if tilt and lost else fit for fit, lost in zip(fits, rough))
        return refine(row, lambda at, _: (one(at, tilt), two(at, -tilt)), panels, 1, 1e-12)

    if infinite or unknown:  # the masses are known all the same
        infinite = infinite or bool((growth > -1e-9).all())
        masses = integrals(GENERATORS["total_variation"], 0.0)
        alone = np.asarray([0.0, 1.0, 1.0])
        return End(masses.value[0] * alone, masses.error[0] * alone, 0.0, infinite, not infinite)
    found, tilted = integrals(row, 0.0), integrals(row, 1.0)
    with ops.quiet():
        far = edge + away * lengths[-1] * np.asarray([0.5, 1.0])
        size = np.log(np.abs(terms_of_logs(row, fits[0](far, 0.0), fits[1](far, 0.0))))
    if found.grown[0] or size[1] > -np.inf:
        infinite = bool(found.grown[0] or size[1] - size[0] > -1e-9 * lengths[-1])
        return End(found.value[0], found.error[0], 0.0, infinite, not infinite)
    apart = np.abs(found.value[0] if tilted.charged[0] else tilted.value[0] - found.value[0])
    if any(rough):
        return End(found.value[0], found.error[0] + apart)
    return End(found.value[0], found.error[0] + apart * np.asarray([0.0, 1.0, 1.0]), float(apart[0]))


def _left(size: np.ndarray, s: np.ndarray) -> float:
    """What lies beyond the edge if it goes on to fall as before, from logarithms at 16 places, the edge first."""
    near, far = float(np.max(size[:6])), float(np.max(size[10:]))
    if near == -np.inf:
        return 0.0
    rate = (far - near) / abs(float(s[12] - s[3]))
    return math.exp(near) / rate if rate > 0.1 else math.inf


def nodes_beyond(row: Generator, pair: Pair, edges: Edges, k: int, value: float) -> np.ndarray:
    """x and weights, (m, 2), with Σ weights · q f(p/q)(x) the value beyond edge k; none where that is not so.

    Near a finite end, for a row and its derivatives that are polynomials there in the logarithm of the distance.
    """
    none = np.empty((0, 2))
    if not edges.inward[k]:
        return none
    fall, weights = np.polynomial.laguerre.laggauss(3)
    width = math.exp(edges.s[k])
    x = edges.origin[k] + edges.turn[k] * width * np.exp(-fall)
    with ops.quiet():
        total = float(width * weights @ terms_of_logs(row, *pair.logs(x, edges.index[k].repeat(len(x)))))
    # where the digits of x hide how the row goes on, the value says so
    return np.stack([x, value / total * width * weights], axis=-1) if abs(value / total - 1) < 1e-4 else none


def doubt(row: Generator, pair: Pair, at: Measured) -> float:
    """How much the panels would change if the rough tails were nothing: those fall faster than what stands for them."""
    unsure, gone = np.zeros(at.x.shape, bool), [at.log_p, at.log_q]
    for k, side in enumerate(pair.sides):
        for tail in side.tails:
            if tail.rough:
                past = tail.past(at.x)
                unsure, gone[k] = unsure | past, np.where(past, -np.inf, gone[k])
    if not unsure.any():
        return 0.0
    with ops.quiet():
        other = terms_of_logs(row, *gone)
        other = np.where(np.isfinite(other), other, 0.0)
    return float(np.sum((np.abs(at.weights) * np.abs(at.terms - other))[unsure]))
