"""A number together with how it was obtained and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

GROWN = "the integrand is larger than any float"  # so ends the method of a value that is infinite for that reason


@dataclass(frozen=True)
class Evaluation:
    """value, its error and the method that found it; `float(evaluation)` is the value.

    `error` is the half-width of what is known about the value: a bound on rounding or quadrature error where
    `confidence` is None, otherwise half the width of the confidence interval [`lower`, `upper`].

    >>> Evaluation(0.25, 1e-3, "by hand").upper
    0.251
    """

    value: float
    error: float
    method: str
    confidence: float | None = None
    interval: tuple[float, float] | None = None

    @property
    def lower(self) -> float:
        return self.interval[0] if self.interval else self.value - self.error

    @property
    def upper(self) -> float:
        return self.interval[1] if self.interval else self.value + self.error

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        level = "" if self.confidence is None else f" at {self.confidence:.0%} confidence"
        return f"{self.value:.6g}  [{self.lower:.6g}, {self.upper:.6g}]{level}, {self.method}"
