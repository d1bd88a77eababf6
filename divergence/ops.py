"""The one door to arrays: a small vocabulary in which every formula of the library is written once.

A row is a function of numbers and of `o`, the words it may use. `ArrayWords` reads the words on any array-API
namespace, `SymbolWords` reads the same words as sympy expressions, so what is proved is what is computed.
Besides the elementary words there are a few *stable* ones, each exact where its plain spelling cancels:

======================== ======================================= =============================
word                     means                                   plain spelling fails at
======================== ======================================= =============================
log_excess(t, s)         log t - s                               t = 1
klfun(t, s)              t log t - s                             t = 1, t = 0
power_excess(t, s, a)    (t^a - 1 - a s) / (a (a - 1))           t = 1, a = 0, a = 1
expm1_ratio(x, c)        (e^(c x) - 1) / c                       c = 0, x = 0
log1p_ratio(x, c)        log(1 + c x) / c                        c = 0, x = 0
log_mean_exp(x)          log((1 + e^x) / 2)                      x = 0, |x| large
======================== ======================================= =============================

Everywhere s = t - 1, handed in separately because it is exact where t - 1 is not.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import array_api_compat
import numpy as np

Array = Any
NEAR = 0.5  # |t - 1| up to which the series is used: beyond it the plain spelling loses less than one digit


@lru_cache(maxsize=2)
def _rule(n: int) -> tuple[tuple[float, float], ...]:
    """Nodes u and weights w (1 - u) of the n-point Gauss rule on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(n)
    return tuple(zip(((1 + x) / 2).tolist(), (w * (1 - x) / 4).tolist(), strict=True))


class ArrayWords:
    """The vocabulary on the arrays of one array-API namespace `xp`.

    `bound=(t, v)` tells that log t is known to be v, for ratios that come from log-masses: the words then use v, so
    that a ratio below the smallest float keeps its logarithm.
    """

    def __init__(self, xp: Any, bound: tuple[Array, Array] | None = None):
        self.xp = xp
        self.exp, self.sqrt, self.abs, self.expm1, self.log1p = xp.exp, xp.sqrt, xp.abs, xp.expm1, xp.log1p
        self.where, self.sign, self.tanh = xp.where, xp.sign, xp.tanh
        self._bound = bound

    def log(self, x: Array) -> Array:
        if type(x) in (int, float):  # not np.float64, which is a float too
            return math.log(x)
        if self._bound is not None and x is self._bound[0]:
            return self._bound[1]
        return self.xp.log(x)

    def like(self, x: Array, constant: float) -> Array:
        """The constant in the shape, dtype and device of x, whatever x holds."""
        return self.xp.zeros_like(x) + constant

    def positive_part(self, x: Array) -> Array:
        return self.where(x > 0, x, self.like(x, 0))

    def step(self, x: Array) -> Array:
        return self.where(x > 0, self.like(x, 1), self.like(x, 0))

    def softplus(self, x: Array) -> Array:
        """log(1 + e^x)"""
        return self.positive_part(x) + self.log1p(self.exp(-self.abs(x)))

    def sigmoid(self, x: Array) -> Array:
        return self.exp(-self.softplus(-x))

    def log_mean_exp(self, x: Array) -> Array:
        near = self.abs(x) < 1
        return self.where(
            near, self.log1p(self.expm1(self.where(near, x, self.like(x, 0))) / 2), self.softplus(x) - math.log(2)
        )

    def log_excess(self, t: Array, s: Array) -> Array:
        near = self.abs(s) < NEAR
        u = self.where(near, s, self.like(s, 0))
        z = u / (2 + u)  # log t = 2 artanh z and 2 z - s = -s z, so only odd powers from the third remain
        z2 = z * z
        series = self.like(z, 0)
        for k in range(33, 1, -2):
            series = series * z2 + 2.0 / k
        return self.where(near, z * z2 * series - u * z, self.log(t) - s)

    def klfun(self, t: Array, s: Array) -> Array:
        zero = t <= 0
        product = t * self.where(zero, self.like(t, 0), self.log_excess(t, s))
        return product + self.where(zero, -s, s * s)

    def expm1_ratio(self, x: Array, c: float) -> Array:
        return x if c == 0 else self.expm1(c * x) / c

    def log1p_ratio(self, x: Array, c: float) -> Array:
        return x if c == 0 else self.log1p(c * x) / c

    def power_excess(self, t: Array, s: Array, a: float) -> Array:
        # near t = 1: s^2 times the integral of (1 - u) (1 + u s)^(a - 2) over [0, 1], every term positive
        near = self.abs(s) < NEAR
        x = self.where(near, s, self.like(s, 0))
        total = self.like(x, 0)
        for node, weight in _rule(13 if abs(a - 0.5) <= 3 else 24):
            total = total + weight * self.exp((a - 2) * self.log1p(node * x))
        log_t = self.log(t)
        if a > 0.5:
            zero = t <= 0
            product = t * self.where(zero, self.like(t, 0), self.expm1_ratio(log_t, a - 1))
            far = (product - s) / a
        else:
            far = (s - self.expm1_ratio(log_t, a)) / (1 - a)
        return self.where(near, x * x * total, far)


class SymbolWords:
    """The same vocabulary as sympy expressions."""

    def __init__(self) -> None:
        import sympy

        self.sp = sympy
        self.log, self.exp, self.sqrt, self.abs, self.sign, self.tanh = (
            sympy.log,
            sympy.exp,
            sympy.sqrt,
            sympy.Abs,
            sympy.sign,
            sympy.tanh,
        )

    def expm1(self, x: Any) -> Any:
        return self.exp(x) - 1

    def log1p(self, x: Any) -> Any:
        return self.log(1 + x)

    def like(self, x: Any, constant: Any) -> Any:
        return self.sp.sympify(constant)

    def positive_part(self, x: Any) -> Any:
        return self.sp.Max(self.sp.factor(x), 0)

    def step(self, x: Any) -> Any:
        return self.sp.Heaviside(x)

    def softplus(self, x: Any) -> Any:
        return self.log(1 + self.exp(x))

    def sigmoid(self, x: Any) -> Any:
        return 1 / (1 + self.exp(-x))

    def log_mean_exp(self, x: Any) -> Any:
        return self.log((1 + self.exp(x)) / 2)

    def log_excess(self, t: Any, s: Any) -> Any:
        return self.log(t) - s

    def klfun(self, t: Any, s: Any) -> Any:
        return t * self.log(t) - s

    def expm1_ratio(self, x: Any, c: Any) -> Any:
        return x if c == 0 else (self.exp(c * x) - 1) / c

    def log1p_ratio(self, x: Any, c: Any) -> Any:
        return x if c == 0 else self.log(1 + c * x) / c

    def power_excess(self, t: Any, s: Any, a: Any) -> Any:
        if a == 0:
            return s - self.log(t)
        return t * self.log(t) - s if a == 1 else (t**a - 1 - a * s) / (a * (a - 1))


def namespace(*arrays: Array) -> Any:
    """The array-API namespace that all `arrays` share; TypeError where they share none."""
    return array_api_compat.array_namespace(*arrays)


def words(*arrays: Array) -> ArrayWords:
    return ArrayWords(namespace(*arrays))


def numpy_words() -> ArrayWords:
    """The vocabulary on numpy, for numbers that belong to a row itself, such as f(0)."""
    return ArrayWords(array_api_compat.array_namespace(np.zeros(1)))


def is_array(x: Any) -> bool:
    return array_api_compat.is_array_api_obj(x)


def is_torch(x: Any) -> bool:
    return array_api_compat.is_torch_array(x)


def is_numpy(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.generic)


def as_array(x: Any) -> Array:
    """Arrays pass as they are; Python sequences and scalars become numpy arrays."""
    return x if is_array(x) and not isinstance(x, np.generic) else np.asarray(x)


def quiet() -> Any:
    """Infinity is a value: numpy shall not warn about 1/0, log 0, overflow or underflow inside a formula."""
    return np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore")


def to_numpy(x: Array) -> np.ndarray:
    """A numpy view or copy of any array, off the device and off the graph."""
    if is_torch(x):
        x = x.detach().cpu()
        return x.float().numpy() if str(x.dtype) == "torch.bfloat16" else x.numpy()
    return x if isinstance(x, np.ndarray) else np.asarray(x)


def plain(x: Array) -> Array:
    """A zero-dimensional numpy array as a numpy scalar, anything else as it is."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x
