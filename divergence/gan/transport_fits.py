"""The normal law nearest to a mixture by W1 and W2: best lines through its quantiles, with no search but a root."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .toys import NormalMixture


@dataclass(frozen=True)
class TransportFit:
    """N(mean, sd²) and W_p from the data to it; `residual` is the length of what should vanish there."""

    mean: float
    sd: float
    value: float
    residual: float


def quantiles(data: NormalMixture, z: np.ndarray) -> np.ndarray:
    """F⁻¹(Φ(z)) of the mixture, by bisection to the last bit of the interval."""
    means, sds = np.array(data.means), np.array(data.sds)
    low, high = np.min(means + z[:, None] * sds, axis=1), np.max(means + z[:, None] * sds, axis=1)
    w = np.array(data.weights)
    upper = z > 0  # the smaller tail keeps its digits
    sign = np.where(upper, -1.0, 1.0)
    aim = ndtr(sign * z)
    for _ in range(80):
        middle = (low + high) / 2
        mass = (w * ndtr(sign[:, None] * (middle[:, None] - means) / sds)).sum(-1)
        below = np.where(upper, mass > aim, mass < aim)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _nodes(count: int = 4001, reach: float = 9.0) -> tuple[np.ndarray, np.ndarray]:
    """z on an even grid and the weights φ(z) dz."""
    z = np.linspace(-reach, reach, count)
    return z, np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])


def best_w2(data: NormalMixture) -> TransportFit:
    """The projection of x(z) = F⁻¹(Φ(z)) on 1 and z: mean E x = the data's, sd = E x z; W2² is what is left of E x²."""
    z, weight = _nodes()
    x = quantiles(data, z)
    mean, sd = float((weight * x).sum()), float((weight * x * z).sum())
    rest = x - mean - sd * z
    return TransportFit(mean, sd, math.sqrt(float((weight * rest**2).sum())), abs(mean - data.mean))


def best_w1(data: NormalMixture) -> TransportFit:
    """Least absolute deviations: E sign(x - mean - sd z) = 0 and E z sign(…) = 0, both sums over the crossings.

    The problem is convex, so a zero of these two is the optimum.
    """
    from scipy.optimize import minimize, root

    z, weight = _nodes()
    x = quantiles(data, z)

    def deviation(point: np.ndarray) -> float:
        return float((weight * np.abs(x - point[0] - point[1] * z)).sum())

    first = minimize(deviation, [data.mean, data.sd], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})

    def unbalance(point: np.ndarray) -> np.ndarray:
        at, sign = crossings(lambda s: quantiles(data, s) - point[0] - point[1] * s, z, x - point[0] - point[1] * z)
        edges = np.concatenate([[-np.inf], at, [np.inf]])
        signs = sign * (-1.0) ** np.arange(len(edges) - 1)
        bell = np.exp(-(edges**2) / 2) / math.sqrt(2 * math.pi)  # E z 1{a < z < b} = φ(a) - φ(b)
        return np.array([np.sum(signs * np.diff(ndtr(edges))), np.sum(signs * -np.diff(bell))])

    found = root(unbalance, first.x, tol=1e-13)
    mean, sd = found.x
    return TransportFit(float(mean), float(sd), distance(data, mean, sd), float(np.hypot(*unbalance(found.x))))


def distance(data: NormalMixture, mean: float, sd: float, order: float = 1) -> float:
    """W_p of the mixture from N(mean, sd²), by the library's own transport."""
    from scipy import stats

    from ..mixture import Mixture
    from ..transport.wasserstein import wasserstein

    law = Mixture(data.weights, [stats.norm(m, s) for m, s in zip(data.means, data.sds)])
    return float(wasserstein(order)(law, stats.norm(mean, sd)))


def crossings(g: Callable[[np.ndarray], np.ndarray], z: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    """The zeros of g between neighbours of the grid z where its `values` change sign, and the sign before the first."""
    change = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    low, high = z[change].copy(), z[change + 1].copy()
    up = values[change] < 0
    for _ in range(60):
        middle = (low + high) / 2
        early = (g(middle) < 0) == up
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    return (low + high) / 2, float(np.sign(values[0]))
