"""Integrals by random points: their intervals, and what they notice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import divergence as dv
from divergence.quadrature import monte_carlo_row

D = 6


def normal(mean: float, mass: float = 1.0) -> dv.Density:
    level = math.log(mass) - D / 2 * math.log(2 * math.pi)
    return dv.Density(lambda x: level - ((x - mean) ** 2).sum(axis=1) / 2, support=((-math.inf, math.inf),) * D)


def draw(mean: float) -> Any:
    return lambda rng, k: rng.normal(mean, 1.0, (k, D))


def test_the_interval_covers_as_often_as_it_says() -> None:
    truth = D * 0.3**2 / 2
    hits = 0
    for seed in range(100):
        found = monte_carlo_row(
            dv.kl.generator, normal(0), normal(0.3), draw(0), draw(0.3), n=2000, rng=np.random.default_rng(seed)
        )
        hits += found.lower <= truth <= found.upper
    assert 88 <= hits <= 100
    assert found.confidence == 0.95
    assert "2000 random points" in found.method


def test_a_bounded_row_has_bounded_terms() -> None:
    rng = np.random.default_rng(0)
    found = monte_carlo_row(dv.js.generator, normal(0), normal(20), draw(0), draw(20), n=1000, rng=rng)
    assert found.value == pytest.approx(math.log(2), rel=1e-12)
    assert found.error < 1e-12


def test_infinity() -> None:
    half = dv.Density(lambda x: np.where(x > 0, -x, -np.inf), support=(0.0, math.inf))
    line = dv.Density(lambda x: -(x**2) / 2 - math.log(2 * math.pi) / 2)
    rng = np.random.default_rng(0)
    draws = [lambda rng, k: rng.normal(size=k), lambda rng, k: rng.exponential(size=k)]
    assert monte_carlo_row(dv.kl.generator, line, half, *draws, rng=rng).value == math.inf
    assert monte_carlo_row(dv.kl.generator, half, line, *draws[::-1], rng=rng).value < 2


class TestRefusals:
    def test_points_of_another_law(self) -> None:
        with pytest.raises(dv.InvalidMeasure, match="over the points drawn"):
            monte_carlo_row(dv.js.generator, normal(0), normal(0.3), draw(0.5), draw(0.3), rng=np.random.default_rng(0))
        with pytest.raises(dv.InvalidMeasure, match="over the points drawn"):
            monte_carlo_row(
                dv.js.generator, normal(0, 1.1), normal(0.3), draw(0), draw(0.3), rng=np.random.default_rng(0)
            )

    @pytest.mark.parametrize(("name", "value"), [("rng", 0), ("n", 3), ("confidence", 1.5)])
    def test_parameters(self, name: str, value: Any) -> None:
        options: dict[str, Any] = {"rng": np.random.default_rng(0), name: value}
        with pytest.raises(dv.InvalidParameter, match=name):
            monte_carlo_row(dv.js.generator, normal(0), normal(1), draw(0), draw(1), **options)
