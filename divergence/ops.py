"""The one door to arrays: a small vocabulary in which every formula of the library is written once.

A row is a function of numbers and of `o`, the words it may use. `ArrayWords` reads the words on any array-API
namespace, `SymbolWords` (symbol_words.py) the same words as sympy expressions, so what is proved is what is computed.
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
log_mix_exp(x, w)        log(1 - w + w e^x)                      x = 0, |x| large
sum_led_by(x, y)         x + y, x where x is infinite            x = -inf, y = inf
over(t, m)               t / m, whose log is log t - log m       t near the smallest float
======================== ======================================= =============================

Everywhere s = t - 1, handed in separately because it is exact where t - 1 is not.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import array_api_compat
import numpy as np

Array = Any
NEAR = 0.5  # |t - 1| up to which the series is used: beyond it the plain spelling loses less than one digit


@dataclass(frozen=True)
class Ratio:
    """A ratio t of which more is known than its float: log t, t^c and t/m hold their digits where t underflows."""

    t: Array
    log: Callable[[], Array]
    power: Callable[[float], Array]
    over: Callable[[Array], Array]


class ArrayWords:
    """The vocabulary on the arrays of one array-API namespace `xp`; `log` and `pow` of `ratio.t` come from `ratio`."""

    def __init__(self, xp: Any, ratio: Ratio | None = None):
        self.xp = xp
        self.exp, self.sqrt, self.abs, self.expm1, self.log1p = xp.exp, xp.sqrt, xp.abs, xp.expm1, xp.log1p
        self.where, self.sign, self.tanh = xp.where, xp.sign, xp.tanh
        self._ratios = [] if ratio is None else [ratio]
        self._kept: tuple[Array, Array] | None = None

    def log(self, x: Array) -> Array:
        if type(x) in (int, float):  # not np.float64, which is a float too
            return math.log(x)
        known = self._known(x)
        return self.xp.log(x) if known is None else known.log()

    def pow(self, x: Array, c: Any) -> Array:
        known = self._known(x)
        return x**c if known is None else known.power(c)

    def _known(self, x: Array) -> Ratio | None:
        return next((ratio for ratio in self._ratios if x is ratio.t), None)

    def over(self, t: Array, m: Array) -> Array:
        """t/m, with all that is known of t."""
        known = self._known(t)
        if known is None:
            return t / m
        ratio = known.over(m)
        lost = ratio < self.xp.finfo(ratio.dtype).smallest_normal

        def log() -> Array:
            plain = self.xp.log(ratio)
            return plain if self.nowhere(lost) else self.where(lost, known.log() - self.xp.log(m), plain)

        def power(c: float) -> Array:
            plain = ratio**c
            return plain if self.nowhere(lost) else self.where(lost, known.power(c) / m**c, plain)

        self._ratios.append(Ratio(ratio, log, power, lambda n: known.over(m * n)))
        return ratio

    def sum_led_by(self, x: Array, y: Array) -> Array:
        return self.where(self.abs(x) == math.inf, x, x + y)

    def like(self, x: Array, constant: float) -> Array:
        """The constant in the shape, dtype and device of x, whatever x holds."""
        return self.xp.zeros_like(x) + constant

    def positive_part(self, x: Array) -> Array:
        return self.where(x > 0, x, self.like(x, 0))

    def step(self, x: Array) -> Array:
        return self.where(x > 0, self.like(x, 1), self.like(x, 0))

    def softplus(self, x: Array) -> Array:
        """log(1 + e^x), differentiable at 0 too."""
        up = x > 0
        tail = self.log1p(self.exp(self.where(up, -x, x)))
        return self.where(up, x + tail, tail)

    def sigmoid(self, x: Array) -> Array:
        return self.exp(-self.softplus(-x))

    def log_mean_exp(self, x: Array) -> Array:
        return self.log_mix_exp(x, 0.5)

    def log_mix_exp(self, x: Array, w: float) -> Array:
        low = x < 1
        up = self.where(low, self.like(x, 1), x)
        here = self.log1p(w * self.expm1(self.where(low, x, self.like(x, 0))))
        return self.where(low, here, up + self.log1p((1 - w) * self.expm1(-up)))

    def _log_excess_near(self, s: Array) -> Array:
        """log(1 + s) - s where |s| < NEAR, anything elsewhere; the last answer is kept for a row's other side."""
        if self._kept is None or self._kept[0] is not s:
            u = s if self.nowhere(self.abs(s) >= NEAR) else self.where(self.abs(s) < NEAR, s, self.like(s, 0))
            z = u / (2 + u)  # log t = 2 artanh z and 2 z - s = -s z, so only odd powers from the third remain
            z2 = z * z
            series = 2.0 / 33 * z2 + 2.0 / 31
            for k in range(29, 1, -2):
                series = series * z2 + 2.0 / k
            self._kept = s, z * z2 * series - u * z
        return self._kept[1]

    def nowhere(self, mask: Array) -> bool:
        """Whether a truth value is known to hold nowhere: for numpy only, since to ask costs other libraries more."""
        return isinstance(mask, np.ndarray) and not mask.any()

    def _chosen(self, near: Array, here: Callable[[], Array], there: Callable[[], Array]) -> Array:
        """`here` where near, `there` elsewhere; one of them alone where it is known to be enough."""
        if self.nowhere(near):
            return there()
        return here() if self.nowhere(~near) else self.where(near, here(), there())

    def log_excess(self, t: Array, s: Array) -> Array:
        return self._chosen(self.abs(s) < NEAR, lambda: self._log_excess_near(s), lambda: self.log(t) - s)

    def klfun(self, t: Array, s: Array) -> Array:
        def far() -> Array:
            zero = t <= 0
            return t * (self.log(t) if self.nowhere(zero) else self.where(zero, self.like(t, 0), self.log(t))) - s

        return self._chosen(self.abs(s) < NEAR, lambda: t * self._log_excess_near(s) + s * s, far)

    def expm1_ratio(self, x: Array, c: float) -> Array:
        return x if c == 0 else self.expm1(c * x) / c

    def log1p_ratio(self, x: Array, c: float) -> Array:
        return x if c == 0 else self.log1p(c * x) / c

    def exp_excess(self, x: Array) -> Array:
        """e^x - 1 - x."""
        near = self.abs(x) < 1
        u = self.where(near, x, self.like(x, 0))
        series = u / math.factorial(19) + 1 / math.factorial(18)
        for k in range(17, 1, -1):
            series = series * u + 1 / math.factorial(k)
        return self.where(near, u * u * series, self.expm1(x) - x)

    def power_excess(self, t: Array, s: Array, a: float) -> Array:
        # near t = 1, with h(c) = (e^(c log t) - 1)/c - log t: (t h(a - 1) + klfun)/a or (h(a) + log_excess)/(a - 1);
        # the first adds positive terms for a >= 1, the second for a <= 0; in between neither loses a factor above 3
        if a in (0, 1):
            return self.klfun(t, s) if a else -self.log_excess(t, s)
        c = a - 1 if a >= 0.5 else a
        near = self.abs(s) < NEAR

        def here() -> Array:
            excess = self._log_excess_near(s)
            h = self.exp_excess(c * (excess + self.where(near, s, self.like(s, 0)))) / c
            return (t * h + (t * excess + s * s)) / a if a >= 0.5 else (h + excess) / (a - 1)

        def there() -> Array:
            log_t = self.log(t)
            if a >= 0.5:
                zero = t <= 0
                return (t * self.where(zero, self.like(t, 0), self.expm1(c * log_t) / c) - s) / a
            x = a * log_t
            if a > 0:
                return (s - self.expm1(x) / a) / (1 - a)
            # e^(a log t) would lose as many digits as its exponent is large
            grown = self.where(self.abs(x) > 1, self.pow(t, a) - 1, self.expm1(x))
            return (s - grown / a) / (1 - a)

        return self._chosen(near, here, there)


def ratio_of_log(t: Array, v: Array, o: ArrayWords) -> Ratio:
    """t = e^v, known by v."""
    deep = t < o.xp.finfo(t.dtype).smallest_normal

    def over(m: Array) -> Array:
        return t / m if o.nowhere(deep) else o.where(deep, o.exp(v - o.xp.log(m)), t / m)

    return Ratio(t, lambda: v, lambda c: o.exp(c * v), over)


def namespace(*arrays: Array) -> Any:
    """The array-API namespace that all `arrays` share; TypeError where they share none."""
    if arrays and all(is_torch(x) for x in arrays):  # without the cache that torch.compile would warn about
        import array_api_compat.torch as xp

        return xp
    return array_api_compat.array_namespace(*arrays)


def words(*arrays: Array) -> ArrayWords:
    return ArrayWords(namespace(*arrays))


def numpy_words() -> ArrayWords:
    """The vocabulary on numpy, for numbers that belong to a row itself, such as f(0)."""
    return ArrayWords(np)  # array_api_compat.numpy would load all of numpy, and rows are made when this is imported


def is_array(x: Any) -> bool:
    return is_torch(x) or array_api_compat.is_array_api_obj(x)


def is_dtype(x: Array, kind: str | tuple[str, ...]) -> bool:
    """Whether the dtype of x is of this array-API kind."""
    return namespace(x).isdtype(x.dtype, kind)


def limits(x: Array) -> Any:
    """eps, bits and smallest_normal of the floating dtype of x."""
    return namespace(x).finfo(x.dtype)


def is_torch(x: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def is_jax(x: Any) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.Array)


def is_dask(x: Any) -> bool:
    dask = sys.modules.get("dask.array")
    return dask is not None and isinstance(x, dask.Array)


def is_numpy(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic))  # a tuple: torch.compile reads no union


def compiling() -> bool:
    """Whether torch.compile is tracing this call."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.compiler.is_compiling()


def known(x: Array) -> bool:
    """Whether the values of x may be asked for: not those of dask, which would compute them, nor of what has none."""
    if is_torch(x):
        return not (compiling() or x.is_meta)
    return not is_dask(x)


def as_array(x: Any) -> Array:
    """Arrays pass as they are; Python sequences, scalars and subclasses of numpy's array become plain numpy arrays."""
    return np.asarray(x) if is_numpy(x) or not is_array(x) else x


def total(x: Array) -> Array:
    """The sum over the last axis; numpy adds pairwise only along contiguous memory, so that is what it gets."""
    return namespace(x).sum(np.ascontiguousarray(x) if isinstance(x, np.ndarray) and x.ndim else x, axis=-1)


def holds(mask: Array) -> bool:
    """Whether a truth value holds anywhere; False where it is not known yet: in a transform, in lazy arrays."""
    if not known(mask):
        return False
    try:
        return bool(namespace(mask).any(mask))
    except (RuntimeError, TypeError):
        return False


def fixed(x: Array) -> Array:
    """x as a constant, which neither torch nor jax differentiates."""
    if is_jax(x):
        from jax.lax import stop_gradient

        return stop_gradient(x)
    return x.detach() if is_torch(x) else x


def is_masked(x: Any) -> bool:
    return isinstance(x, np.ma.MaskedArray)


def is_sparse(x: Any) -> bool:
    return is_torch(x) and str(x.layout) != "torch.strided"


def last(x: Array, axis: int) -> Array:
    """x with `axis` moved to the end."""
    return x if axis in (-1, x.ndim - 1) else namespace(x).moveaxis(x, axis, -1)


def quiet() -> Any:
    """Infinity is a value: numpy shall not warn about 1/0, log 0, overflow or underflow inside a formula."""
    if compiling():
        return nullcontext()
    return np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore")


def special(x: Array) -> Any:
    """The special functions of the library of x: `i0e`, `i1e`."""
    if is_torch(x):
        import torch

        return torch.special
    if is_jax(x):
        from jax.scipy import special

        return special
    from scipy import special

    return special


def to_numpy(x: Array) -> np.ndarray:
    """A numpy view or copy of any array, off the device and off the graph."""
    if is_torch(x):
        x = x.detach().cpu()
        return x.float().numpy() if str(x.dtype) == "torch.bfloat16" else x.numpy()
    return x if isinstance(x, np.ndarray) else np.asarray(x)


def plain(x: Array) -> Array:
    """A zero-dimensional numpy array as a numpy scalar, anything else as it is."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x
