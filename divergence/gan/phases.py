"""When a divergence seeks a mode: best normal fits to w N(-m, 1) + (1 - w) N(m, 1) as m, w and the row vary.

Local optima are zeros of the exact gradient, found by Newton's method on many starts at once; a threshold is where two
of them change places. Integrals are sums on an even grid, whose error for these smooth and fast falling integrands is
below 1e-13.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidParameter
from ..generators import Generator, power
from ..ops import numpy_words, quiet
from ..perspective import terms_of_logs
from ..tangent import derivative
from .toys import NormalMixture, log_normal


def two_modes(separation: float, weight: float = 0.5) -> NormalMixture:
    """w N(-m, 1) + (1 - w) N(m, 1)."""
    return NormalMixture((weight, 1 - weight), (-separation, separation), (1.0, 1.0))


@dataclass(frozen=True)
class Surface:
    """D_f(data || N(mean, sd²)) with its first two derivatives in (mean, log sd), at many points at once."""

    row: Generator
    data: NormalMixture

    @property
    def count(self) -> int:
        """So many points that sums are integrals: log p has poles at a distance of π s²/(2m) from the line."""
        width, narrow = max(self.data.means) - min(self.data.means), min(self.data.sds)
        step = min(0.2 * narrow, math.pi * narrow**2 / max(width, 1e-9) / 6)
        return int((width + 20 * self.data.sd) / step)

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value (S,), gradient (S, 2), Hessian (S, 2, 2) at `points` (S, 2)."""
        # no best fit is wider than the data by much, none narrower than half a component
        reach = 8.5 * 1.2 * self.data.sd
        x = np.linspace(min(self.data.means) - reach, max(self.data.means) + reach, self.count)
        step, log_p, o = x[1] - x[0], self.data.log_density(x), numpy_words()
        mean, sd = points[:, :1], np.exp(points[:, 1:])
        z = (x - mean) / sd
        log_q = log_normal(x, mean, sd)
        with quiet():
            v, q = log_p - log_q, np.exp(log_q)
            r, bent = self.row.penalty(v, o), derivative(self.row.penalty, v, o)
            value = step * terms_of_logs(self.row, np.broadcast_to(log_p, v.shape), log_q).sum(-1)
            g = np.stack([z / sd, z * z - 1])
            curve = np.stack([np.stack([-1 / sd**2 + 0 * z, -2 * z / sd]), np.stack([-2 * z / sd, -2 * z * z])])
            outer = g[:, None] * g[None]
            # where q is 0 as a float, q R(v) is nothing, whatever R(v) is
            qr, qb = (np.where(q > 0, q * part, 0.0) for part in (r, bent))
            gradient = -step * (qr * g).sum(-1)
            hessian = step * (qb * outer - qr * (outer + curve)).sum(-1)
        return value, gradient.T, np.moveaxis(hessian, -1, 0)


def minima(surface: Surface, starts: np.ndarray, steps: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """(points (S, 2), values (S,)) of the local minima that `starts` (S, 2), in (mean, log sd), lead to; nan for none.

    Newton steps, shortened where the surface is not convex or the value would rise, all starts at once.
    """
    points = np.array(starts, float)
    value, gradient, hessian = surface.at(points)
    damping = np.full(len(points), 1e-3)
    for _ in range(steps):
        lowest = np.linalg.eigvalsh(hessian)[:, 0]
        shift = np.where(lowest > 1e-12, 0.0, 1e-3 - lowest) + damping
        move = np.linalg.solve(hessian + shift[:, None, None] * np.eye(2), gradient[..., None])[..., 0]
        longest = np.abs(move).max(axis=1, keepdims=True)
        trial = points - move * np.minimum(1, 0.5 / np.maximum(longest, 1e-300))
        new = surface.at(trial)
        better = new[0] <= value + 1e-15
        points = np.where(better[:, None], trial, points)
        value = np.where(better, new[0], value)
        gradient = np.where(better[:, None], new[1], gradient)
        hessian = np.where(better[:, None, None], new[2], hessian)
        damping = np.where(better, np.maximum(damping / 10, 1e-15), np.minimum(damping * 4, 1e6))
        if (np.abs(gradient).max(axis=1) < 1e-13).all():
            break
    settled = (np.abs(gradient).max(axis=1) < 1e-9) & (np.linalg.eigvalsh(hessian)[:, 0] > -1e-9)
    return np.where(settled[:, None], points, np.nan), np.where(settled, value, np.nan)


def best(row: Generator, data: NormalMixture) -> tuple[float, float, float]:
    """(mean, sd, value) of the global best fit: the lowest of the minima from a net of starts over the data."""
    means = np.linspace(min(data.means), max(data.means), 9)
    logs = np.log(np.geomspace(0.7 * min(data.sds), 1.4 * data.sd, 5))
    starts = np.array([(mean, log) for mean in means for log in logs])
    points, values = minima(Surface(row, data), starts)
    k = int(np.nanargmin(values))
    return float(points[k, 0]), math.exp(points[k, 1]), float(values[k])


@dataclass(frozen=True)
class Thresholds:
    """The separations of equal modes at which things change; nan where they never do up to the furthest looked at.

    From `exists` on there is a local optimum on one mode; from `jumps` on it is the global one.
    """

    exists: float
    jumps: float


def thresholds(row: Generator, furthest: float = 8.0) -> Thresholds:
    """At which separations the best normal fit to ½ N(-m, 1) + ½ N(m, 1) leaves the centre, to about 1e-10."""
    from scipy.optimize import brentq, root

    def surface(m: float) -> Surface:
        return Surface(row, two_modes(m))

    def beside(m: float, near: np.ndarray) -> tuple[np.ndarray, float]:
        points, values = minima(surface(m), near[None])
        return points[0], float(values[0])

    m = furthest
    at, _ = beside(m, np.array([m, 0.0]))
    if not (np.isfinite(at).all() and abs(at[0]) > 0.05 * m):
        return Thresholds(math.nan, math.nan)
    step = 0.1
    while step > 1e-4 and m > 0.3:  # walk the one-mode optimum down to where it is lost
        found, _ = beside(m - step, at)
        if np.isfinite(found).all() and abs(found[0]) > 0.05 * m and abs(found[0] - at[0]) < 0.5:
            m, at = m - step, found
        else:
            step /= 2

    def fold(state: np.ndarray) -> np.ndarray:
        _, gradient, hessian = surface(float(state[2])).at(state[None, :2])
        return np.array([*gradient[0], np.linalg.det(hessian[0])])

    lost = root(fold, [*at, m], tol=1e-13)
    exists = float(lost.x[2]) if lost.success and abs(lost.x[2] - m) < 0.05 else m

    def lead(m: float, near: np.ndarray) -> tuple[float, np.ndarray]:
        point, value = beside(m, near)
        return value - _centred(surface(m)), point

    before, near = exists + 1e-3, np.array([at[0] + 0.02, at[1]])
    ahead, near = lead(before, near)
    while ahead > 0 and before < furthest:  # up along the one-mode optimum until it is the lower of the two
        after, last = before + 0.1, near
        ahead, near = lead(after, near + np.array([0.1, 0.0]))
        if ahead <= 0:
            jumps: Any = brentq(
                lambda m, s=before, p=last: lead(m, p + np.array([m - s, 0.0]))[0], before, after, xtol=1e-11
            )
            return Thresholds(exists, float(jumps))
        before = after
    return Thresholds(exists, math.nan)


def _centred(surface: Surface) -> float:
    """The least divergence among normal laws with mean 0."""
    from scipy.optimize import bisect, brentq

    def slope(log: Any) -> Any:  # +inf where the divergence is infinite, beyond some width
        logs = np.atleast_1d(log)
        found = surface.at(np.stack([0 * logs, logs], axis=1))[1][:, 1]
        return np.where(np.isfinite(found), found, np.inf)

    logs = np.linspace(-0.7, math.log(1.15 * surface.data.sd), 30)
    slopes = slope(logs)
    found = [
        (brentq if np.isfinite(slopes[i + 1]) else bisect)(lambda log: slope(log)[0], logs[i], logs[i + 1], xtol=1e-14)
        for i in np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    ]
    value, _, _ = surface.at(np.array([[0.0, log] for log in found]))
    return float(value.min())


def jump(row: Generator, weight: float, low: float = 1.0, high: float = 6.0, digits: float = 1e-7) -> float:
    """The separation at which the global best fit to w N(-m, 1) + (1 - w) N(m, 1) jumps to the heavier mode.

    Found by comparing global searches alone, so slower and blunter than `thresholds`; nan where the fit moves over
    without a jump.
    """

    def place(m: float) -> float:
        return abs(best(row, two_modes(m, weight))[0]) / m

    before, at = low, place(low)
    for m in np.arange(low, high, 0.1)[1:].tolist():
        after = place(m)
        if after - at > 0.2:
            left, right = (before, at), (m, after)
            while right[0] - left[0] > digits:
                middle = (left[0] + right[0]) / 2
                there = place(middle)
                if there - left[1] < right[1] - there:
                    left = middle, there
                else:
                    right = middle, there
            return (left[0] + right[0]) / 2 if right[1] - left[1] > 0.05 else math.nan
        before, at = m, after
    return math.nan


def phase_diagram(a: float, separations: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """μ*/m of the best fit by power(a), (len(weights), len(separations)): 2 w - 1 down for moments, ±1 on a mode."""
    if not np.all((weights >= 0.5) & (weights < 1)):
        raise InvalidParameter(
            f"weights from {weights.min()} to {weights.max()}", argument="weights", remedy="the heavier mode's, ½ to 1"
        )
    row = power(a)
    return np.array([[abs(best(row, two_modes(m, w))[0]) / m for m in separations.tolist()] for w in weights.tolist()])
