"""Each word's derivative against mpmath's, and the digits that differentiating the plain spelling would lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from divergence import ops
from divergence.tangent import Dual, TangentWords, derivative

O = ops.numpy_words()  # noqa: E741
X = np.array([-60.0, -3.0, -0.7, -1e-9, 1e-9, 0.3, 1.5, 30.0])

WORDS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any], Any]]] = {
    "exp": (lambda x, o: o.exp(x), mp.exp),
    "expm1": (lambda x, o: o.expm1(x), mp.exp),
    "tanh": (lambda x, o: o.tanh(x), lambda x: mp.sech(x) ** 2),
    "sigmoid": (lambda x, o: o.sigmoid(x), lambda x: mp.sech(x / 2) ** 2 / 4),
    "softplus": (lambda x, o: o.softplus(x), lambda x: 1 / (1 + mp.exp(-x))),
    "log_mean_exp": (lambda x, o: o.log_mean_exp(x), lambda x: 1 / (1 + mp.exp(-x))),
    "expm1_ratio": (lambda x, o: o.expm1_ratio(x, 0.5), lambda x: mp.exp(x / 2)),
    "log_mix_exp": (lambda x, o: o.log_mix_exp(x, 0.25), lambda x: mp.exp(x) / (3 + mp.exp(x))),
    "sum_led_by": (lambda x, o: o.sum_led_by(2 * x, x), lambda x: 3),
    "expm1_ratio at 0": (lambda x, o: o.expm1_ratio(x, 0), lambda x: 1),
    "abs": (lambda x, o: o.abs(x), mp.sign),
    "sign": (lambda x, o: o.sign(x), lambda x: 0),
    "step": (lambda x, o: o.step(x), lambda x: 0),
    "positive_part": (lambda x, o: o.positive_part(x), lambda x: x > 0),
    "a constant": (lambda x, o: 3.0, lambda x: 0),
    "sum": (lambda x, o: 1 + x - (2 - x), lambda x: 2),
    "product": (lambda x, o: 2 * x * x * 3, lambda x: 12 * x),
    "ratio": (lambda x, o: 1 / x + x / 4 + o.exp(x) / x, lambda x: -1 / x**2 + 1 / mpf(4) + mp.exp(x) * (x - 1) / x**2),
    "numpy's own numbers": (lambda x, o: np.float64(3) * x - np.float64(1) / x, lambda x: 3 + 1 / x**2),
    "like": (lambda x, o: x * o.like(x, 5), lambda x: 5),
}
POSITIVE: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any], Any]]] = {
    "log": (lambda x, o: o.log(x) + o.log(2.0), lambda x: 1 / x),
    "log1p": (lambda x, o: o.log1p(x), lambda x: 1 / (1 + x)),
    "log1p_ratio": (lambda x, o: o.log1p_ratio(x, 2), lambda x: 1 / (1 + 2 * x)),
    "sqrt": (lambda x, o: o.sqrt(x), lambda x: 1 / (2 * mp.sqrt(x))),
    "pow": (lambda x, o: o.pow(x, 1.5), lambda x: 3 * mp.sqrt(x) / 2),
}


@pytest.mark.parametrize("name", [*WORDS, *POSITIVE])
def test_derivative(name: str) -> None:
    x = X if name in WORDS else np.abs(X)
    word, exact = (WORDS | POSITIVE)[name]
    expected = [float(exact(mpf(float(point)))) for point in x]
    np.testing.assert_allclose(derivative(word, x, O), expected, rtol=4e-15)


def test_value_is_that_of_the_words() -> None:
    for word, _ in WORDS.values():
        found = word(Dual(X, X), TangentWords(O))
        np.testing.assert_array_equal(found.x if isinstance(found, Dual) else found, word(X, O))
