"""What a canonical member of a family means: its log-density by mpmath, written apart from the code that is tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import mp

from divergence import ops
from divergence.density import Member


def _gamma(x: Any, a: Any, scale: Any, power: Any, loc: Any) -> Any:
    z = (x - loc) / scale
    return mp.log(abs(power) / scale) + (a * power - 1) * mp.log(z) - z**power - mp.loggamma(a)


def _beta(x: Any, a: Any, b: Any, loc: Any, scale: Any) -> Any:
    z = (x - loc) / scale
    level = mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b) - mp.log(scale)
    return level + (a - 1) * mp.log(z) + (b - 1) * mp.log1p(-z)


def _student(x: Any, df: Any, loc: Any, scale: Any) -> Any:
    level = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2 - mp.log(scale)
    return level - (df + 1) / 2 * mp.log1p(((x - loc) / scale) ** 2 / df)


def _binomial(x: Any, p: Any, n: Any, loc: Any) -> Any:
    k = x - loc
    return mp.log(mp.binomial(n, k)) + _times(k, p) + _times(n - k, 1 - p)


def _negative_binomial(x: Any, p: Any, r: Any, first: Any) -> Any:
    k = x - first
    return mp.loggamma(k + r) - mp.loggamma(k + 1) - mp.loggamma(r) + r * mp.log(p) + _times(k, 1 - p)


def _times(k: Any, p: Any) -> Any:
    return k * mp.log(p) if k else mp.mpf(0)


def _normal(x: Any, mean: Any, sd: Any) -> Any:
    return -(((x - mean) / sd) ** 2) / 2 - mp.log(sd) - mp.log(2 * mp.pi) / 2


def _inverse_gaussian(x: Any, mean: Any, shape: Any, loc: Any) -> Any:
    z = x - loc
    return mp.log(shape / (2 * mp.pi * z**3)) / 2 - shape * (z - mean) ** 2 / (2 * mean**2 * z)


LOG_DENSITIES: dict[str, Callable[..., Any]] = {
    "normal": _normal,
    "lognormal": lambda x, mean, sd, loc: _normal(mp.log(x - loc), mean, sd) - mp.log(x - loc),
    "gamma": _gamma,
    "beta": _beta,
    "uniform": lambda x, low, high: -mp.log(high - low),
    "laplace": lambda x, loc, scale: -abs(x - loc) / scale - mp.log(2 * scale),
    "logistic": lambda x, loc, s: -(x - loc) / s - mp.log(s) - 2 * mp.log1p(mp.exp(-(x - loc) / s)),
    "student": _student,
    "cauchy": lambda x, loc, scale: -mp.log(mp.pi * scale * (1 + ((x - loc) / scale) ** 2)),
    "pareto": lambda x, a, minimum, loc: mp.log(a / minimum) - (a + 1) * mp.log((x - loc) / minimum),
    "inverse_gaussian": _inverse_gaussian,
    "von_mises": lambda x, angle, k: k * mp.cos(x - angle) - mp.log(2 * mp.pi * mp.besseli(0, k)),
    "poisson": lambda x, rate, loc: _times(x - loc, rate) - rate - mp.loggamma(x - loc + 1),
    "binomial": _binomial,
    "negative_binomial": _negative_binomial,
}


def log_density(member: Member, x: np.ndarray) -> np.ndarray:
    """By 30 digits, for one member at points where it has mass."""
    given = [mp.mpf(float(ops.to_numpy(p))) for p in (*member.parameters, *member.frame)]
    with mp.workdps(30):
        return np.array([float(LOG_DENSITIES[member.family](mp.mpf(float(y)), *given)) for y in x])


def close(found: Any, expected: Any, digits: float = 2e-13) -> None:
    """Equal to as many digits, absolute where the value is below 1, and infinite together."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    same = found == expected
    with np.errstate(invalid="ignore"):
        near = np.abs(found - expected) <= digits * (1 + np.abs(expected))
    assert (same | near).all(), (found[~(same | near)], expected[~(same | near)])


def sane(landmarks: Any, support: Any) -> None:
    """Finite, in rising order, unique and within the support."""
    x = np.asarray(landmarks)
    assert len(x)
    assert np.isfinite(x).all()
    assert (np.diff(x) > 0).all()
    assert support[0] <= x[0] <= x[-1] <= support[1]
