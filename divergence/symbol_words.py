"""The vocabulary of ops.py read as sympy expressions, so that what is proved is what is computed."""

from __future__ import annotations

from typing import Any


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

    def log_mix_exp(self, x: Any, w: Any) -> Any:
        return self.log(1 - w + w * self.exp(x))

    def sum_led_by(self, x: Any, y: Any) -> Any:
        return x + y

    def pow(self, x: Any, c: Any) -> Any:
        return x**c

    def over(self, t: Any, m: Any) -> Any:
        return t / m

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
