"""Thresholds of mode-seeking and fits by transport, each against a slower or a second way."""

import numpy as np
import pytest

from divergence.gan.fits import best_fit, divergence_from
from divergence.gan.phases import Surface, best, jump, minima, phase_diagram, thresholds, two_modes
from divergence.gan.toys import NormalMixture
from divergence.gan.transport_fits import best_w1, best_w2, distance, quantiles
from divergence.generators import GENERATORS, power

SKEWED = NormalMixture((0.33, 0.67), (-1.0, 2.0), (0.065**0.5, 2.0025**0.5))


@pytest.mark.parametrize("row", [power(0), GENERATORS["js"], power(0.5), power(-0.5)], ids=lambda row: row.name)
def test_derivatives_of_the_surface_against_differences(row):
    surface, at, h = Surface(row, two_modes(1.5)), np.array([0.4, 0.1]), 1e-5
    value, gradient, hessian = (part[0] for part in surface.at(at[None]))
    assert value == pytest.approx(divergence_from(row, two_modes(1.5), 0.4, float(np.exp(0.1))).value, rel=1e-9)
    ahead, back = surface.at(at + h * np.eye(2)), surface.at(at - h * np.eye(2))
    np.testing.assert_allclose((ahead[0] - back[0]) / (2 * h), gradient, atol=1e-9)
    np.testing.assert_allclose((ahead[1] - back[1]) / (2 * h), hessian, atol=1e-8)


def test_reverse_kl_turns_to_one_mode_at_these_separations():
    """A one-mode local optimum from 2.412230 on, the global one from 2.800082 on."""
    found = thresholds(power(0))
    assert (round(found.exists, 6), round(found.jumps, 6)) == (2.412230, 2.800082)
    for m, centred in ((found.jumps - 1e-4, True), (found.jumps + 1e-4, False)):
        assert (abs(best_fit(GENERATORS["reverse_kl"], two_modes(m)).mean) < 0.1) == centred
    starts = np.array([[m, s] for m in np.linspace(0.2, 3.5, 12) for s in (-0.2, 0.2, 0.6)])
    for m, there in ((found.exists - 1e-3, False), (found.exists + 1e-3, True)):
        points, _ = minima(Surface(power(0), two_modes(m)), starts)
        assert bool((points[np.isfinite(points[:, 0]), 0] > 0.5).any()) == there


def test_two_rows_that_are_one_turn_together():
    """squared_hellinger is power(1/2)/4, by other lines of code."""
    a, b = thresholds(power(0.5)), thresholds(GENERATORS["squared_hellinger"])
    assert (a.exists, a.jumps) == pytest.approx((b.exists, b.jumps), abs=1e-8)


def test_forward_kl_never_turns():
    assert np.isnan(thresholds(GENERATORS["kl"]).jumps)
    assert best(GENERATORS["kl"], two_modes(5.0))[:2] == pytest.approx((0, np.sqrt(26)), abs=1e-8)


def test_the_blunt_search_finds_the_same_threshold():
    assert jump(power(0), 0.5, 2.7, 3.0, 1e-4) == pytest.approx(thresholds(power(0)).jumps, abs=1e-4)


def test_phase_diagram_of_reverse_kl():
    seen = phase_diagram(0, np.array([1.0, 5.0]), np.array([0.5, 0.7]))
    assert seen[0, 0] < 1e-6
    assert seen[:, 1] == pytest.approx([1, 1], abs=1e-3)
    assert 0.3 < seen[1, 0] < 0.6


def test_quantiles_against_the_distribution_function():
    from scipy.special import ndtr

    z = np.linspace(-8, 8, 41)
    x = quantiles(SKEWED, z)
    parts = [w * ndtr((x - m) / s) for w, m, s in zip(SKEWED.weights, SKEWED.means, SKEWED.sds)]
    np.testing.assert_allclose(sum(parts), ndtr(z), rtol=1e-12)


def test_w2_is_a_projection():
    fit = best_w2(SKEWED)
    assert fit.mean == pytest.approx(SKEWED.mean, abs=1e-12)
    assert fit.value == pytest.approx(distance(SKEWED, fit.mean, fit.sd, 2), rel=1e-8)
    for step in (-0.01, 0.01):
        assert distance(SKEWED, fit.mean, fit.sd + step, 2) > fit.value
        assert distance(SKEWED, fit.mean + step, fit.sd, 2) > fit.value


def test_w1_beats_its_neighbours():
    fit = best_w1(SKEWED)
    assert fit.residual < 1e-9
    for move in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, -0.01), (-0.01, 0.01)):
        assert distance(SKEWED, fit.mean + move[0], fit.sd + move[1]) > fit.value


def test_transport_fits_of_a_normal_law_are_that_law():
    law = NormalMixture((1.0,), (0.7,), (1.3,))
    assert (best_w2(law).mean, best_w2(law).sd, best_w2(law).value) == pytest.approx((0.7, 1.3, 0), abs=1e-7)
