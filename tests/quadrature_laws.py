"""Families whose affinities ∫ p^a q^(1−a) are known, with scipy's laws: what integrals and sums are held against."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
from scipy import stats

import divergence as dv

Affinity = Callable[[Any], Any]
LOWER = [1e-300, 1e-100, 1e-30, 1e-10, 1e-4, 0.05, 0.25, 0.5, 0.75, 0.95]
UPPER = [1e-4, 1e-10, 1e-30, 1e-100, 1e-300]


@dataclass(frozen=True)
class Known:
    """Two laws of scipy and their affinity as a function of the order."""

    name: str
    affinity: Affinity
    p: Any
    q: Any

    def __repr__(self) -> str:
        return self.name


def quantiles(law: Any) -> tuple[float, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy's own, far out
        found = [*law.ppf(LOWER), *law.isf(UPPER)]
    return tuple(float(x) for x in found if np.isfinite(x))


def density(law: Any, marked: bool = True) -> dv.Density:
    return dv.Density(law.logpdf, support=law.support(), landmarks=quantiles(law) if marked else ())


def power_divergence(affinity: Affinity, a: float) -> Any:
    """∫ q (t^a − a t + a − 1)/(a (a − 1)) from the affinity, with its limits at 0 and 1."""
    with mp.workdps(60):
        if a in (0, 1):
            return mp.diff(affinity, a) * (1 if a else -1)
        value = affinity(mp.mpf(a))
        return value if value == mp.inf else (value - 1) / (mp.mpf(a) * (mp.mpf(a) - 1))


def normals(p: tuple[float, float], q: tuple[float, float]) -> Affinity:
    (m, s), (n, t) = ([mp.mpf(x) for x in law] for law in (p, q))

    def affinity(a: Any) -> Any:
        v = a * t**2 + (1 - a) * s**2
        return mp.inf if v <= 0 else mp.exp(-a * (1 - a) * (m - n) ** 2 / (2 * v)) * t**a * s ** (1 - a) / mp.sqrt(v)

    return affinity


def gammas(p: tuple[Any, Any], q: tuple[Any, Any]) -> Affinity:
    """Shapes and scales."""
    (k, s), (j, t) = ([mp.mpf(x) for x in law] for law in (p, q))

    def affinity(a: Any) -> Any:
        shape, rate = a * k + (1 - a) * j, a / s + (1 - a) / t
        if shape <= 0 or rate <= 0:
            return mp.inf
        norms = a * (mp.loggamma(k) + k * mp.log(s)) + (1 - a) * (mp.loggamma(j) + j * mp.log(t))
        return mp.exp(mp.loggamma(shape) - shape * mp.log(rate) - norms)

    return affinity


def betas(p: tuple[float, float], q: tuple[float, float]) -> Affinity:
    (a1, b1), (a2, b2) = ([mp.mpf(x) for x in law] for law in (p, q))

    def log_beta(x: Any, y: Any) -> Any:
        return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)

    def affinity(a: Any) -> Any:
        x, y = a * a1 + (1 - a) * a2, a * b1 + (1 - a) * b2
        if x <= 0 or y <= 0:
            return mp.inf
        return mp.exp(log_beta(x, y) - a * log_beta(a1, b1) - (1 - a) * log_beta(a2, b2))

    return affinity


def paretos(p: float, q: float) -> Affinity:
    k, j = mp.mpf(p), mp.mpf(q)
    return lambda a: mp.inf if a * k + (1 - a) * j <= 0 else k**a * j ** (1 - a) / (a * k + (1 - a) * j)


def _known() -> list[Known]:
    found = []
    for p, q in [
        ((0, 1), (1, 2)), ((0, 1), (0, 1.5)), ((0, 1), (1e-3, 1)), ((0, 1), (40, 1)), ((0, 1), (3, 1e-3)),
        ((5, 1e-6), (0, 1)), ((1e6, 1), (1e6 + 1, 2)), ((0, 1), (1e-6, 1 + 1e-7)), ((-3, 0.1), (3, 0.2)),
        ((0, 1), (0, 1e3)), ((123.456, 1e-7), (123.456, 2e-7)), ((0, 1), (0, 1 + 1e-9)), ((0, 1), (0, 1e-6)),
    ]:  # fmt: skip
        found.append(Known(f"normal{p}{q}", normals(p, q), stats.norm(*p), stats.norm(*q)))
    for p, q in [
        ((0.01, 1), (0.02, 1)), ((0.01, 1), (2, 1)), ((0.5, 1), (0.5, 3)), ((2, 1), (3, 2)), ((100, 1), (110, 1)),
        ((1e4, 1), (1.01e4, 1)), ((1, 1), (1, 1e-3)), ((3.3, 0.1), (0.7, 5)), ((0.1, 1), (0.1, 1.001)),
    ]:  # fmt: skip
        found.append(Known(f"gamma{p}{q}", gammas(p, q), *(stats.gamma(k, scale=s) for k, s in (p, q))))
    for p, q in [((0.5, 1), (0.5, 3)), ((2, 1), (3, 2)), ((5, 10), (0.2, 1))]:
        affinity = gammas(*((k, 1 / mp.mpf(s)) for k, s in (p, q)))
        found.append(Known(f"inverse gamma{p}{q}", affinity, *(stats.invgamma(k, scale=s) for k, s in (p, q))))
    for p, q in [
        ((0.1, 0.1), (0.2, 0.3)), ((0.01, 1), (1, 1)), ((2, 3), (3, 2)), ((0.5, 0.5), (5, 5)),
        ((1e3, 1e3), (1e3, 1.1e3)), ((1, 1), (0.05, 0.05)), ((1, 4), (4, 1)), ((0.1, 50), (0.2, 30)),
    ]:  # fmt: skip
        found.append(Known(f"beta{p}{q}", betas(p, q), stats.beta(*p), stats.beta(*q)))
    for k, j in [(0.5, 0.7), (2, 3), (5, 0.1), (1, 1.0001), (0.05, 0.07)]:
        found.append(Known(f"pareto({k})({j})", paretos(k, j), stats.pareto(k), stats.pareto(j)))
    for s, t in [(1, 2), (1, 1.001)]:
        found.append(Known(f"laplace({s})({t})", gammas((1, s), (1, t)), stats.laplace(0, s), stats.laplace(0, t)))
    for p, q in [((0, 1), (1, 2)), ((0, 3), (1, 3))]:
        laws = (stats.lognorm(s, scale=math.exp(m)) for m, s in (p, q))
        found.append(Known(f"lognormal{p}{q}", normals(p, q), *laws))
    for c, s, t in [(0.5, 1, 2), (3, 1, 1.1), (20, 1, 1.05)]:
        affinity = gammas((1, mp.mpf(s) ** c), (1, mp.mpf(t) ** c))
        laws = (stats.weibull_min(c, scale=x) for x in (s, t))
        found.append(Known(f"weibull({c}: {s}, {t})", affinity, *laws))
    return found


KNOWN = _known()
