"""Exact fits, held against moments, published optima, finite differences and a plain grid search."""

import numpy as np
import pytest

from divergence.gan.experiments.fit import TWO_MODES
from divergence.gan.fits import _grid, _value_and_gradient, best_fit, divergence_from, flow_end, landscape
from divergence.gan.toys import NormalMixture
from divergence.generators import GENERATORS, power

# the mixture that meets every published optimum of f-GAN's univariate experiment (Nowozin et al. 2016) within 4e-4
F_GAN = NormalMixture((0.33, 0.67), (-1.0, 2.0), (0.065**0.5, 2.0025**0.5))


@pytest.mark.parametrize("data", [TWO_MODES, F_GAN])
def test_forward_kl_matches_the_moments(data):
    fit = best_fit(GENERATORS["kl"], data)
    assert (fit.mean, fit.sd) == pytest.approx((data.mean, data.sd), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "mean", "sd", "value"), [("kl", 1.0100, 1.8308, 0.2831), ("reverse_kl", 1.5782, 1.6319, 0.2480)]
)
def test_published_optima(name, mean, sd, value):
    fit = best_fit(GENERATORS[name], F_GAN)
    assert (fit.mean, fit.sd, fit.divergence.value) == pytest.approx((mean, sd, value), abs=4e-4)


@pytest.mark.parametrize(
    "name", [n for n, row in GENERATORS.items() if not row.kinks and n not in ("neyman", "jeffreys")]
)
def test_optimum_is_a_zero_of_the_gradient_and_beats_a_grid(name):
    row = GENERATORS[name]
    fit = best_fit(row, TWO_MODES)
    assert fit.residual < 1e-8
    values = landscape(row, TWO_MODES, np.linspace(-2, 3, 26), np.linspace(0.4, 2.6, 23))
    assert fit.divergence.value <= values.min() + 1e-9
    assert fit.divergence.value >= values.min() - 0.02


@pytest.mark.parametrize("row", [GENERATORS["kl"], GENERATORS["js"], GENERATORS["reverse_kl"], power(0.5)], ids=str)
def test_gradient_against_differences(row):
    grid, at, h = _grid(TWO_MODES), np.array([0.3, 0.2]), 1e-5
    _, gradient = _value_and_gradient(row, grid, at)
    for i, step in enumerate(np.eye(2) * h):
        difference = (_value_and_gradient(row, grid, at + step)[0] - _value_and_gradient(row, grid, at - step)[0]) / (
            2 * h
        )
        assert gradient[i] == pytest.approx(difference, abs=1e-8)


def test_grid_agrees_with_adaptive_quadrature():
    row = GENERATORS["js"]
    value, _ = _value_and_gradient(row, _grid(TWO_MODES), np.array([0.5, np.log(1.3)]))
    found = divergence_from(row, TWO_MODES, 0.5, 1.3)
    assert value == pytest.approx(found.value, rel=1e-9)


def test_reverse_kl_is_mode_seeking_only_when_the_modes_are_apart():
    """Near modes: the best fit covers both. Far modes of weight w: it sits on one, at about -log w."""
    near = best_fit(GENERATORS["reverse_kl"], NormalMixture((0.5, 0.5), (-0.8, 0.8), (1.0, 1.0)))
    assert near.mean == pytest.approx(0, abs=1e-6)
    far = best_fit(GENERATORS["reverse_kl"], NormalMixture((0.75, 0.25), (-8.0, 8.0), (1.0, 1.0)))
    assert far.mean == pytest.approx(-8, abs=1e-4)
    assert far.divergence.value == pytest.approx(-np.log(0.75), abs=1e-6)


def test_gradient_flow_may_end_in_another_basin():
    """Between two far equal modes the flow of reverse KL from the light mode stays there: a local optimum."""
    data = NormalMixture((0.75, 0.25), (-4.0, 4.0), (0.7, 0.7))
    best, flow = best_fit(GENERATORS["reverse_kl"], data), flow_end(GENERATORS["reverse_kl"], data, (4.5, 0.9))
    assert best.mean < 0 < flow.mean
    assert flow.divergence.value == pytest.approx(-np.log(0.25), abs=1e-3)
