"""The vocabulary on scalars, for numba: the same words as `ops.ArrayWords`, spelt so that a loop of them vectorises.

The module itself is handed to a row as its `o`. Nothing here branches: both sides of a choice are computed and one is
taken, which is what a vector unit does. Logarithms and exponentials are polynomials on a reduced range, since a call
into the mathematical library would stop the vectoriser; each is good to about an ulp of its own size.
"""

# pyright: reportCallIssue=false, reportReturnType=false, reportArgumentType=false, reportAttributeAccessIssue=false
# (a compiled function has the types that numba finds)

from __future__ import annotations

import math
from math import sqrt as sqrt
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

# no reassociation: the order of the operations is where the digits are
WORD: dict[str, Any] = {"inline": "always", "error_model": "numpy", "fastmath": {"contract", "nsz"}}

LN2 = math.log(2)
LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # 21 bits short of ln 2, so that its multiples up to 2^11 are exact
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # ln 2 - LN2_HIGH

# log((1 + z)/(1 - z)) = 2 z + z^3 (a0 + a1 z^2 + ...), |z| <= 1/3
A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15 = (2.0 / k for k in range(3, 35, 2))
# e^x - 1 - x = x^2 (b0 + b1 x + ...), |x| <= 1
B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17 = (
    1.0 / math.factorial(k) for k in range(2, 20)
)


@intrinsic
def bits(_context: Any, _x: Any) -> Any:
    """The 64 bits of a float64 as an integer."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def from_bits(_context: Any, _x: Any) -> Any:
    """The float64 of these 64 bits."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


MAGIC = 1.5 * 2.0**52  # MAGIC + k holds the integer k in its lowest bits
MAGIC_BITS = 0x4338000000000000


@njit(**WORD)
def log_parts(t: float, s: float) -> tuple[float, float, float]:
    """(k, u, r) with t = 2^k (1 + u), k = 0 on [1/2, 2), and r = log(1 + u) - u; t is normal and positive."""
    b = bits(t)
    k = (b >> 52) - 1023 + (1 if t < 1.0 else 0)
    u = s if k == 0 else from_bits(b - (k << 52)) - 1.0
    z = u / (2.0 + u)
    y = z * z
    low = (((A15 * y + A14) * y + A13) * y + A12) * y + A11
    low = (((low * y + A10) * y + A9) * y + A8) * y + A7
    low = (((low * y + A6) * y + A5) * y + A4) * y + A3
    return from_bits(MAGIC_BITS + k) - MAGIC, u, z * y * (((low * y + A2) * y + A1) * y + A0) - z * u


@njit(**WORD)
def log_excess(t: float, s: float) -> float:
    """log t - s."""
    k, u, r = log_parts(t, s)
    return r if k == 0.0 else (k * LN2_HIGH - s) + (u + (r + k * LN2_LOW))


@njit(**WORD)
def klfun(t: float, s: float) -> float:
    """t log t - s; the second form cancels its own -s + s where t is small, the first where it is not near one."""
    excess = log_excess(t, s)
    return t * excess + s * s if abs(s) < 0.5 else t * (excess + s) - s


@njit(**WORD)
def exp_series(r: float) -> float:
    """e^r - 1 - r for |r| <= 1."""
    low = (((B17 * r + B16) * r + B15) * r + B14) * r + B13
    low = ((((low * r + B12) * r + B11) * r + B10) * r + B9) * r + B8
    low = ((((low * r + B7) * r + B6) * r + B5) * r + B4) * r + B3
    return r * r * (((low * r + B2) * r + B1) * r + B0)


@njit(**WORD)
def power_excess(t: float, s: float, a: float) -> float:
    """(t^a - 1 - a s)/(a (a - 1)), from x = c log t with c = a - 1 or c = a, whichever is the smaller.

    Near t = 1 it is (t h + klfun)/a or (h + log_excess)/(a - 1), h = (e^x - 1 - x)/c: the first adds two positive terms
    for a >= 1, the second for a <= 0, and in between neither loses more than a factor of 5.
    """
    k, u, r = log_parts(t, s)
    c = a - 1.0 if a >= 0.5 else a
    excess = r if k == 0.0 else (k * LN2_HIGH - s) + (u + (r + k * LN2_LOW))
    if c == 0.0:
        return klfun(t, s) if a >= 0.5 else -excess
    x = c * (excess + s)
    # e^x = 2^n e^v: the turns of t and those of e^x cancel exactly, so that v has no error of the size of x
    shifted = min(max(x / LN2, -1074.0), 1024.0) + MAGIC
    n, turns = bits(shifted) - MAGIC_BITS, shifted - MAGIC
    head = float(np.float32(c))
    v = x if abs(x) <= 1.0 else ((head * k - turns) + (c - head) * k) * LN2 + c * (u + r)
    over = exp_series(v)
    half = n >> 1  # 2^n in two steps, for it may overflow or be subnormal
    scale, rest = from_bits((half + 1023) << 52), from_bits((n - half + 1023) << 52)
    growth = v + over if abs(x) <= 1.0 else (1.0 + (v + over)) * scale * rest - 1.0
    h, g = (over if abs(x) <= 1.0 else growth - x) / c, growth / c
    if a >= 0.5:
        return (t * h + (t * excess + s * s) if abs(s) < 0.5 else t * g - s) / a
    return (h + excess if abs(s) < 0.9 else g - s) / (a - 1.0)


@njit(**WORD)
def positive_part(x: float) -> float:
    return x if x > 0.0 else 0.0


@njit(**WORD)
def abs(x: float) -> float:
    return x if x > 0.0 else -x


@njit(**WORD)
def over(t: float, m: float) -> float:
    return t / m
