"""The vocabulary once more, on dual numbers: a critic handed a `Dual` returns its value and its derivative.

A derivative here keeps the digits that automatic differentiation of the same words loses: that of e^x - 1 is e^x, not
(e^x - 1) + 1, which is 0 far to the left. It needs no library, so that second derivatives are the same in each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .ops import ArrayWords

Array = Any


@dataclass(frozen=True)
class Dual:
    """A number x that moves at the rate dx."""

    x: Array
    dx: Array

    __array_ufunc__ = None  # numpy's own numbers leave the arithmetic to this class

    def __neg__(self) -> Dual:
        return Dual(-self.x, -self.dx)

    def __add__(self, other: Any) -> Dual:
        return Dual(self.x + other.x, self.dx + other.dx) if isinstance(other, Dual) else Dual(self.x + other, self.dx)

    def __sub__(self, other: Any) -> Dual:
        return self + -other

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.x * other.x, self.dx * other.x + self.x * other.dx)
        return Dual(self.x * other, self.dx * other)

    def __truediv__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            ratio = self.x / other.x
            return Dual(ratio, (self.dx - ratio * other.dx) / other.x)
        return Dual(self.x / other, self.dx / other)

    def __rtruediv__(self, other: Any) -> Dual:
        ratio = other / self.x
        return Dual(ratio, -ratio / self.x * self.dx)

    __radd__, __rmul__ = __add__, __mul__


class TangentWords:
    """The words of which critics are made, on dual numbers over the words `o`; constants pass as they are."""

    def __init__(self, o: ArrayWords):
        self.o = o

    def log(self, x: Any) -> Any:
        return Dual(self.o.log(x.x), x.dx / x.x) if isinstance(x, Dual) else self.o.log(x)

    def exp(self, x: Dual) -> Dual:
        grown = self.o.exp(x.x)
        return Dual(grown, grown * x.dx)

    def expm1(self, x: Dual) -> Dual:
        return Dual(self.o.expm1(x.x), self.o.exp(x.x) * x.dx)

    def log1p(self, x: Dual) -> Dual:
        return Dual(self.o.log1p(x.x), x.dx / (1 + x.x))

    def sqrt(self, x: Dual) -> Dual:
        root = self.o.sqrt(x.x)
        return Dual(root, x.dx / (2 * root))

    def pow(self, x: Dual, c: float) -> Dual:
        return Dual(self.o.pow(x.x, c), c * self.o.pow(x.x, c - 1) * x.dx)

    def abs(self, x: Dual) -> Dual:
        return Dual(self.o.abs(x.x), self.o.sign(x.x) * x.dx)

    def like(self, x: Dual, constant: float) -> Dual:
        return Dual(self.o.like(x.x, constant), self.o.like(x.x, 0))

    def sign(self, x: Dual) -> Dual:
        return Dual(self.o.sign(x.x), self.o.like(x.x, 0))

    def step(self, x: Dual) -> Dual:
        return Dual(self.o.step(x.x), self.o.like(x.x, 0))

    def positive_part(self, x: Dual) -> Dual:
        return Dual(self.o.positive_part(x.x), self.o.step(x.x) * x.dx)

    def sigmoid(self, x: Dual) -> Dual:
        up = self.o.sigmoid(x.x)
        return Dual(up, up * self.o.sigmoid(-x.x) * x.dx)

    def softplus(self, x: Dual) -> Dual:
        return Dual(self.o.softplus(x.x), self.o.sigmoid(x.x) * x.dx)

    def tanh(self, x: Dual) -> Dual:
        fall = self.o.sigmoid(2 * x.x) * self.o.sigmoid(-2 * x.x)  # 1 - tanh² without its cancellation
        return Dual(self.o.tanh(x.x), 4 * fall * x.dx)

    def log_mean_exp(self, x: Dual) -> Dual:
        return Dual(self.o.log_mean_exp(x.x), self.o.sigmoid(x.x) * x.dx)

    def log_mix_exp(self, x: Dual, w: float) -> Dual:
        return Dual(self.o.log_mix_exp(x.x, w), self.o.sigmoid(x.x + math.log(w / (1 - w))) * x.dx)

    def sum_led_by(self, x: Dual, y: Dual) -> Dual:
        return Dual(self.o.sum_led_by(x.x, y.x), self.o.sum_led_by(x.dx, y.dx))

    def expm1_ratio(self, x: Dual, c: float) -> Dual:
        return Dual(self.o.expm1_ratio(x.x, c), self.o.exp(c * x.x) * x.dx) if c else x

    def log1p_ratio(self, x: Dual, c: float) -> Dual:
        return Dual(self.o.log1p_ratio(x.x, c), x.dx / (1 + c * x.x))


def derivative(function: Any, x: Array, o: ArrayWords) -> Array:
    """g'(x) of `function`(x, words), elementwise."""
    found = function(Dual(x, o.like(x, 1)), TangentWords(o))
    return found.dx if isinstance(found, Dual) else o.like(x, 0)
