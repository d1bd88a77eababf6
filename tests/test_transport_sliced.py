"""Sliced W_p against a loop over directions and against W_p."""

from __future__ import annotations

import numpy as np
import pytest

from divergence.errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.estimate.resampling import observed
from divergence.transport.sliced import along, over_directions, sliced_wasserstein
from divergence.transport.wasserstein import wasserstein


@pytest.mark.parametrize("order", [1, 2, 7.5])
def test_against_a_loop_over_directions(order):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 4)), rng.normal(1, 1, size=(41, 4))
    sliced = sliced_wasserstein(order, 13)
    directions = sliced.directions(x, np.random.default_rng(5))
    np.testing.assert_allclose(np.linalg.norm(directions, axis=0), 1)
    each = [wasserstein(order).estimate(x @ u, y @ u).value for u in directions.T]
    np.testing.assert_allclose(along(x, y, directions, order), each, rtol=1e-12)
    mean = np.mean(np.power(each, order)) ** (1 / order)
    found = sliced.estimate(x, y, rng=5, resamples=49)
    assert found.value == pytest.approx(mean, rel=1e-12)
    assert found.lower < found.value < found.upper
    assert found == sliced.estimate(x, y, rng=5, resamples=49)
    pooled = sliced.on_pooled(np.concatenate([x, y]), np.random.default_rng(5))(observed(30, 41))
    assert pooled[0] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("order", [1, 2])
def test_on_the_line_it_is_w_p(order):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=30), rng.normal(size=20)
    expected = wasserstein(order).estimate(x, y).value
    for shape in ((-1,), (-1, 1)):
        found = sliced_wasserstein(order, 50).estimate(x.reshape(shape), y.reshape(shape), rng=0, resamples=19)
        assert found.value == pytest.approx(expected, rel=1e-13)
        assert "along the line" in found.method


def test_shift_has_the_known_mean():
    """W_2 along θ of a shift by v is |θ·v|, whose mean square is |v|²/d."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20, 3))
    found = sliced_wasserstein(2, 4000).estimate(x, x + np.array([3.0, 0.0, 0.0]), rng=0, resamples=1)
    assert found.value == pytest.approx(np.sqrt(3), rel=0.03)


@pytest.mark.parametrize("order", [1, 2])
def test_interval_over_directions_covers(order):
    """Of a shift by v, W_p along θ is |θ·v|: its mean over the directions of space is |v|/2, its square's |v|²/3."""
    rng = np.random.default_rng(6)
    truth, hits = {1: 0.5, 2: 3**-0.5}[order], 0
    for _ in range(400):
        g = rng.normal(size=(50, 3))
        low, high = over_directions(np.abs(g[:, 0]) / np.linalg.norm(g, axis=1), order, 0.9)
        hits += low <= truth <= high
    assert 340 <= hits <= 380


def test_the_interval_is_wider_by_the_directions():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(200, 3))
    y = x + np.array([5.0, 0.0, 0.0])
    few, many = (sliced_wasserstein(2, k).estimate(x, y, rng=0, resamples=19) for k in (30, 600))
    for found in (few, many):
        assert found.lower <= 5 / np.sqrt(3) <= found.upper
    assert few.upper - few.lower > 1.5 * (many.upper - many.lower)
    one = sliced_wasserstein(2, 1).estimate(x, y, rng=0, resamples=9)
    assert (one.lower, one.upper) == (0, np.inf)


def test_large_orders_do_not_overflow():
    x = np.array([[0.0, 0.0], [1e100, 0.0]])
    assert np.isfinite(sliced_wasserstein(300, 5).estimate(x, 2 * x + 1, rng=0, resamples=9).value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sliced_wasserstein(0, 10), InvalidParameter, "order"),
        (lambda: sliced_wasserstein(1, 0), InvalidParameter, "projections"),
        (lambda: sliced_wasserstein(1, 2.5), InvalidParameter, "projections"),
        (lambda: sliced_wasserstein(1, 2).estimate([0.0, 1.0], [0.0, 1.0], rng=None), InvalidParameter, "rng"),
        (lambda: sliced_wasserstein(1, 2).estimate(np.zeros((2, 2)), np.zeros((2, 3)), rng=0), ShapeMismatch, "y: "),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_call_is_refused_with_what_to_write():
    x = np.zeros((3, 2))
    with pytest.raises(UnsupportedLaw, match=r"directions are random.*estimate\(x, y"):
        sliced_wasserstein(1, 2)(x, x)
