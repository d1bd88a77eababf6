"""The rule on one panel: its table, its charts, and nodes that floats cannot place."""

from __future__ import annotations

import numpy as np
import pytest

from divergence.quadrature.panels import Panels, kronrod


def panel(low: float, high: float, origin: float = 0.0, turn: float = 0.0) -> Panels:
    return Panels(np.zeros(1, int), *(np.asarray([x]) for x in (low, high, origin, turn)))


def test_degrees() -> None:
    t, weights, slopes, look = kronrod()
    for k in range(32):
        assert weights @ t**k == pytest.approx(0 if k % 2 else 2 / (k + 1), abs=1e-14)
    assert abs(weights @ t**36 - 2 / 37) > 1e-14
    assert slopes @ t**5 == pytest.approx(5 * t**4, abs=1e-10)
    assert np.polynomial.legendre.legvander(t, 20)[:, 18] @ look == pytest.approx([0, 1, 0, 0, 0, 0], abs=1e-12)


@pytest.mark.parametrize("power", [0, 1])
def test_the_error_covers_a_kink_wherever_it_is(power: int) -> None:
    """Only what happens nearer to an end than 1e-4 of the panel is not seen."""
    at = np.random.default_rng(0).uniform(-1, 1, 20_000)
    n = len(at)
    panels = Panels(np.zeros(n, int), np.full(n, -1.0), np.full(n, 1.0), np.zeros(n), np.zeros(n))
    x, _, weights, shift = panels.nodes()
    g = np.where(x > at[:, None], (x - at[:, None]) ** power, 0.0)
    wrong = np.abs((g * weights).sum(axis=1) - (1 - at) ** (power + 1) / (power + 1))
    covered = wrong <= panels.missed(g, shift) + 1e-15
    assert covered[np.abs(at) < 0.9999].mean() > 0.999


@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_logarithmic_panels(turn: float) -> None:
    """∫ u^(-0.9) du from e^-50 to e^-1, beside 3."""
    x, stretch, weights, _ = panel(-50, -1, 0.0, turn).nodes()
    g = np.abs(x) ** -0.9 * np.exp(stretch)
    assert float(np.sum(weights * g)) == pytest.approx(10 * (np.exp(-0.1) - np.exp(-5.0)), rel=1e-12)


def test_a_node_that_rounds_moves_its_rule() -> None:
    """x cannot be placed better than 1e-7 of this width; the rule integrates to 1e-13 all the same."""
    origin, width = 123.456, 1e-7
    x, _, weights, shift = panel(0.0, 4 * width, origin).nodes()
    z = (x - origin) / width
    assert np.abs(shift).max() > 1e-9
    found = float(np.sum(weights * np.exp(-z))) / width
    assert found == pytest.approx(1 - np.exp(-4.0), rel=1e-13)
    plain = kronrod()[1]
    assert abs(2 * float(plain @ np.exp(-z[0])) - (1 - np.exp(-4.0))) > 1e-10
