"""The distribution function of a density that comes without one: integrated panel by panel, summed from both ends."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .. import ops
from ..density import Density
from ..quadrature import cuts
from ..quadrature.densities import MASS_TOLERANCE, Pair
from ..quadrature.marks import marks_of
from ..quadrature.panels import Panels
from ..quadrature.single import REMEDY
from .distribution import FARTHEST, LawOnLine, root

PRECISION = 1e-13  # of a panel's mass, relative to the mass from there to the nearer end
SWEEPS, MOST = 60, 20000


def integrated(law: Density, argument: str) -> LawOnLine:
    """Raises InvalidMeasure where the integral is not 1 and the law does not ask to be normalised."""
    divide = law.normalise
    alone = replace(law, normalise=False)
    pair = Pair(alone, alone)
    side = pair.p
    side.argument = argument
    for thorough in (False, True):
        side.marks = pair.q.marks = marks_of(side, 0, thorough)[:, None]
        panels, mass, error = _refined(pair)
        total = float(mass.sum())
        if divide or abs(total - 1) <= MASS_TOLERANCE + error:
            break
    if divide and not 0 < total < math.inf:
        side.refuse(0, total, "integrates", "normalise=True needs a positive finite integral")
    if not divide and not abs(total - 1) <= MASS_TOLERANCE + error:
        side.refuse(0, total, "integrates", REMEDY)
    mass, error = mass / total, error / total
    up = np.concatenate([[0.0], np.cumsum(mass)])
    down = np.concatenate([np.cumsum(mass[::-1])[::-1], [0.0]])
    ends = _ends(panels)
    edges = np.append(ends[0], ends[1][-1])

    def located(x: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(np.searchsorted(edges, x, side="right") - 1, 0), len(mass) - 1)

    def part(x: np.ndarray, k: np.ndarray, upper: bool) -> np.ndarray:
        """The mass of panel k below x, or above it."""
        here = panels[k]
        s = np.where(here.turn == 0, x - here.origin, _log_distance(x, here))
        s = np.minimum(np.maximum(s, here.low), here.high)
        above_in_s = (here.turn >= 0) == upper
        piece = Panels(
            here.index, np.where(above_in_s, s, here.low), np.where(above_in_s, here.high, s), here.origin, here.turn
        )
        return _masses(pair, piece)[0] / total

    def below(x: np.ndarray) -> np.ndarray:
        k = located(x)
        return np.where(x <= edges[0], 0.0, np.where(x >= edges[-1], 1.0, up[k] + part(x, k, upper=False)))

    def above(x: np.ndarray) -> np.ndarray:
        k = located(x)
        return np.where(x <= edges[0], 1.0, np.where(x >= edges[-1], 0.0, down[k + 1] + part(x, k, upper=True)))

    def quantile(u: np.ndarray) -> np.ndarray:
        k = np.minimum(np.maximum(np.searchsorted(up, u, side="left") - 1, 0), len(mass) - 1)
        return _in_sight(root(below, u, edges[k], edges[k + 1], 1.0))

    def upper_quantile(v: np.ndarray) -> np.ndarray:
        k = np.minimum(np.maximum(np.searchsorted(-down, -v, side="left") - 1, 0), len(mass) - 1)
        return _in_sight(root(above, v, edges[k], edges[k + 1], -1.0))

    low, high = (float(end) for end in law.support)
    unknown = error + (0.0 if divide else abs(total - 1))
    marks = np.unique(side.marks[np.isfinite(side.marks)])
    return LawOnLine(
        low, high, marks, below, above, quantile, upper_quantile, unknown=unknown, precision=10 * PRECISION
    )


def _refined(pair: Pair) -> tuple[Panels, np.ndarray, float]:
    """Panels in order on which the rule is as good as it gets, their masses, the error of the sum."""
    panels, _ = cuts.cut(pair)
    mass, error = _masses(pair, panels)
    for _ in range(SWEEPS):
        order = np.argsort(_ends(panels)[0], kind="stable")
        panels, mass, error = panels[order], mass[order], error[order]
        nearer = np.minimum(np.cumsum(mass), np.cumsum(mass[::-1])[::-1])
        bad = (error > PRECISION * nearer) & (mass > 1e-300)
        if not bad.any() or len(panels) > MOST:
            break
        halves = panels[bad].halves()
        there, there_error = _masses(pair, halves)
        there_error = np.where(halves.high - halves.low < 1e-12 * (1 + np.abs(halves.high)), 0.0, there_error)
        panels = Panels.joined(panels[~bad], halves)
        mass, error = np.concatenate([mass[~bad], there]), np.concatenate([error[~bad], there_error])
    return panels, mass, float(error.sum())


def _masses(pair: Pair, panels: Panels) -> tuple[np.ndarray, np.ndarray]:
    """The integral of the density over each panel, and its error."""
    with ops.quiet():
        x, stretch, weights, shift = panels.nodes()
        density = np.exp(pair.p.log(x.ravel(), np.zeros(x.size, dtype=int)).reshape(x.shape) + stretch)
        found, fine = np.einsum("nj,nj->n", density, weights), panels.missed(density, shift)
    some = panels.high > panels.low
    return np.where(some, found, 0.0), np.where(some, fine, 0.0)


def _ends(panels: Panels) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each panel as places, the lower first."""
    a, b = (
        panels.origin + np.where(panels.turn == 0, s, panels.turn * np.exp(np.where(panels.turn == 0, 0.0, s)))
        for s in (panels.low, panels.high)
    )
    return np.minimum(a, b), np.maximum(a, b)


def _in_sight(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) > FARTHEST / 1e3, np.copysign(np.inf, x), x)


def _log_distance(x: np.ndarray, panels: Panels) -> np.ndarray:
    with ops.quiet():
        return np.log(np.maximum(panels.turn * (x - panels.origin), 0.0))
