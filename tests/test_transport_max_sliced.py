"""Max-sliced W_p against a grid of directions, closed forms and its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from divergence import max_sliced_wasserstein, sliced_wasserstein, wasserstein
from divergence.errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.transport.sliced import along


@pytest.mark.parametrize("order", [1, 2, 3.5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_against_a_fine_grid_in_the_plane(order, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(40, 2)) @ rng.normal(size=(2, 2)), rng.normal(size=(31, 2)) ** 3
    angles = np.linspace(0, np.pi, 4001)
    grid = along(x, y, np.stack([np.cos(angles), np.sin(angles)]), order)
    found = max_sliced_wasserstein(order).estimate(x, y)
    assert np.linalg.norm(found.direction) == pytest.approx(1, rel=1e-14)
    assert found.value == pytest.approx(wasserstein(order).estimate(x @ found.direction, y @ found.direction).value)
    assert grid.max() * (1 - 1e-6) <= found.value <= grid.max() * (1 + 1e-5)
    assert found.value >= sliced_wasserstein(order, 50).estimate(x, y, rng=0, resamples=1).value
    assert "lower bound of the maximum" in found.method


def test_of_a_shift_it_is_its_length():
    rng = np.random.default_rng(3)
    x, shift = rng.normal(size=(50, 6)), rng.normal(size=6)
    for order in (1, 2):
        found = max_sliced_wasserstein(order).estimate(x, x + shift)
        assert found.value == pytest.approx(np.linalg.norm(shift), rel=1e-9)
        np.testing.assert_allclose(np.abs(found.direction), np.abs(shift) / np.linalg.norm(shift), rtol=1e-4)


def test_finds_a_hidden_direction_that_no_mean_tells():
    """Equal means, and one direction of twelve in which the spread differs."""
    rng = np.random.default_rng(4)
    hidden = np.linalg.qr(rng.normal(size=(12, 12)))[0][:, 0]
    x, y = rng.normal(size=(400, 12)), rng.normal(size=(400, 12))
    y = y + 2 * np.outer(y @ hidden, hidden)
    assert abs(max_sliced_wasserstein(2).estimate(x, y).direction @ hidden) > 0.98


def test_equal_samples_on_the_line_and_translation():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(20, 3)) * 2
    assert max_sliced_wasserstein(2).estimate(x, x[::-1]).value == 0
    line = max_sliced_wasserstein(1).estimate(x[:, 0], y[:, 0])
    assert line.value == wasserstein(1).estimate(x[:, 0], y[:, 0]).value
    value = max_sliced_wasserstein(2).estimate(x, y).value
    assert max_sliced_wasserstein(2).estimate(x + 7, y + 7).value == pytest.approx(value, rel=1e-6)
    assert max_sliced_wasserstein(2).estimate(4 * x, 4 * y).value == pytest.approx(4 * value, rel=1e-6)


def test_interval_reaches_from_a_direction_chosen_by_other_samples():
    """Of one law MSW is 0, and an interval that starts above it would be wrong."""
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(20):
        found = max_sliced_wasserstein(1).estimate(
            rng.normal(size=(60, 5)), rng.normal(size=(60, 5)), rng=rng, resamples=99
        )
        alarms += found.lower > 0
    assert alarms <= 3
    far = max_sliced_wasserstein(1).estimate(rng.normal(size=(100, 5)), rng.normal(size=(100, 5)) + 2, rng=0)
    assert 2 < far.lower < far.value
    assert far.upper == math.inf
    assert far.confidence == 0.95


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: max_sliced_wasserstein(0), InvalidParameter, "order"),
        (lambda: max_sliced_wasserstein(math.inf), InvalidParameter, "order"),
        (lambda: max_sliced_wasserstein(1, starts=0), InvalidParameter, "starts"),
        (lambda: max_sliced_wasserstein(1).estimate(np.zeros((2, 2)), np.zeros((2, 3))), ShapeMismatch, "y: "),
        (lambda: max_sliced_wasserstein(1).estimate(np.eye(3), np.eye(3), rng=0), InvalidParameter, "rng: 3 and 3"),
        (lambda: max_sliced_wasserstein(1).estimate(np.eye(4), np.eye(4), rng=-1), InvalidParameter, "rng"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_at_any_scale(scale):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 3)), rng.normal(0.3, 1.0, size=(40, 3))
    w = max_sliced_wasserstein(2)
    assert w.estimate(x * scale, y * scale).value / scale == pytest.approx(w.estimate(x, y).value, rel=1e-9)


def test_a_call_is_refused_with_what_to_write():
    x = np.zeros((3, 2))
    with pytest.raises(UnsupportedLaw, match=r"those of samples.*estimate\(x, y"):
        max_sliced_wasserstein(1)(x, x)
