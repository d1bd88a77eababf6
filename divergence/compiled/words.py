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

# log((1 + z)/(1 - z)) = 2 z + z^3 (a0 + a1 z^2 + ...), |z| <= 3 - 2 sqrt 2
A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10 = (2.0 / k for k in range(3, 25, 2))
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


@intrinsic
def exponent(_context: Any, _x: Any) -> Any:
    """The upper 12 bits of these 64, as an integer; a shift that keeps the sign would have no vector instruction."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.lshr(arguments[0], ir.Constant(ir.IntType(64), 52))

    return types.int64(types.int64), generate


MAGIC = 1.5 * 2.0**52  # MAGIC + k holds the integer k in its lowest bits
MAGIC_BITS = 0x4338000000000000
ONE = 0x3FF0000000000000  # the bits of 1.0
TO_HALF = 0x00095F619980C433  # added to the bits of t, it carries into the exponent from sqrt 2 on
POWER_OF_TWO = 0x7FF0000000000000


@njit(**WORD)
def log_parts(t: float, s: float) -> tuple[float, float, float]:
    """(k, u, r) with t = 2^k (1 + u), 1 + u in [sqrt 1/2, sqrt 2), and r = log(1 + u) - u; t is normal and positive."""
    b = bits(t)
    e = (b + TO_HALF) & POWER_OF_TWO
    k = from_bits(MAGIC_BITS + exponent(e)) - (MAGIC + 1023.0)
    turn = from_bits(2 * ONE - e)  # 2^-k
    # near one t = 1 + s, where s is exact and t is not
    u = turn * s + (turn - 1.0) if abs(s) < 0.5 else from_bits(b - e + ONE) - 1.0
    z = u / (2.0 + u)
    y = z * z
    y2 = y * y
    y4 = y2 * y2
    # in pairs of pairs, for a chain of eleven would keep the unit waiting
    low = ((A0 + A1 * y) + (A2 + A3 * y) * y2) + ((A4 + A5 * y) + (A6 + A7 * y) * y2) * y4
    low = low + ((A8 + A9 * y) + A10 * y2) * (y4 * y4)
    return k, u, z * y * low - z * u


@njit(**WORD)
def excess_of(k: float, u: float, r: float, s: float) -> float:
    """log t - s: of the three, k ln 2 - s + u has no rounding near one."""
    return ((k * LN2_HIGH - s) + u) + (r + k * LN2_LOW)


@njit(**WORD)
def log_excess(t: float, s: float) -> float:
    """log t - s."""
    k, u, r = log_parts(t, s)
    return excess_of(k, u, r, s)


@njit(**WORD)
def klfun(t: float, s: float) -> float:
    """t log t - s; the second form cancels its own -s + s where t is small, the first loses least on [1/2, 2]."""
    excess = log_excess(t, s)
    return t * excess + s * s if abs(s - 0.25) < 0.75 else t * (excess + s) - s


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
    excess = excess_of(k, u, r, s)
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
