"""Energy distance against double sums, against its line integral and against its laws."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from divergence import Discrete, wasserstein
from divergence.errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.estimate.resampling import observed
from divergence.integral_metric import _quadratic_form, energy


def masses(rng, *shape):
    w = rng.exponential(size=shape)
    return w / w.sum(-1, keepdims=True)


def brute(p, x, q, y):
    """2 E|X − Y| − E|X − X'| − E|Y − Y'|, term by term."""
    x, y = (s[:, None] if s.ndim == 1 else s for s in (x, y))

    def mean(a, s, b, t):
        return sum(a[i] * b[j] * np.sqrt(np.sum((s[i] - t[j]) ** 2)) for i in range(len(a)) for j in range(len(b)))

    return 2 * mean(p, x, q, y) - mean(p, x, p, x) - mean(q, y, q, y)


@pytest.mark.parametrize("shape", [(), (1,), (3,)])
def test_histograms_against_the_double_sum(shape):
    rng = np.random.default_rng(0)
    p, q, x, y = masses(rng, 6), masses(rng, 5), rng.normal(size=(6, *shape)), rng.normal(size=(5, *shape))
    assert energy(Discrete(p, x), Discrete(q, y)) == pytest.approx(brute(p, x, q, y), rel=1e-12)
    r = masses(rng, 6)
    assert energy(Discrete(p, x), Discrete(r, x)) == pytest.approx(brute(p, x, r, x), rel=1e-12)
    assert energy(Discrete(p, x), Discrete(p, x)) == 0.0


def test_line_integral_is_the_quadratic_form():
    rng = np.random.default_rng(1)
    p, q, x = masses(rng, 4, 30), masses(rng, 30), rng.normal(size=30)
    np.testing.assert_allclose(energy(Discrete(p, x), Discrete(q, x)), _quadratic_form(x[:, None], p - q), rtol=1e-12)


def test_samples_against_scipy():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=40), rng.normal(1, 2, size=60)
    found = energy.estimate(x, y, rng=0, resamples=99)
    assert found.value == pytest.approx(stats.energy_distance(x, y) ** 2, rel=1e-12)
    assert found.lower < found.value < found.upper
    assert found == energy.estimate(x, y, rng=0, resamples=99)


def test_tiles_make_no_difference(monkeypatch):
    rng = np.random.default_rng(3)
    points, draws = rng.normal(size=(50, 4)), observed(20, 30)
    whole = energy.on_pooled(points)(draws)
    monkeypatch.setattr("divergence.integral_metric.SIDE", 4)
    np.testing.assert_allclose(energy.on_pooled(points)(draws), whole, rtol=1e-13)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=8),
    st.lists(st.floats(-50, 50), min_size=2, max_size=8),
    st.lists(st.floats(-50, 50), min_size=2, max_size=8),
    st.floats(-5, 5),
    st.floats(0.1, 5),
)
def test_its_root_is_a_metric(x, y, z, shift, scale):
    x, y, z = (np.array(s) for s in (x, y, z))

    def d(a, b):
        p, q = (Discrete(np.full(len(s), 1 / len(s)), s) for s in (a, b))
        return float(energy(p, q))

    assert d(x, y) >= 0
    assert d(x, y) == pytest.approx(d(y, x), rel=1e-9, abs=1e-12)
    assert d(x, z) ** 0.5 <= d(x, y) ** 0.5 + d(y, z) ** 0.5 + 1e-6
    assert d(x + shift, y + shift) == pytest.approx(d(x, y), rel=1e-9, abs=1e-9)
    assert d(scale * x, scale * y) == pytest.approx(scale * d(x, y), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("d", [1, 2])
def test_libraries_agree_and_torch_differentiates(d):
    rng = np.random.default_rng(4)
    p, q, x, y = masses(rng, 3, 5), masses(rng, 4), rng.normal(size=(5, d)), rng.normal(size=(4, d))
    here = energy(Discrete(p, x), Discrete(q, y))
    a, b, s, t = (array_api_strict.asarray(v) for v in (p, q, x, y))
    np.testing.assert_allclose(np.asarray(energy(Discrete(a, s), Discrete(b, t))), here, rtol=1e-12)
    logits, q, s, t = (torch.tensor(v, requires_grad=True) for v in (np.log(p), q, x, y))

    def value(logits, s, t):
        return energy(Discrete(torch.softmax(logits, -1), s), Discrete(q.detach(), t))

    np.testing.assert_allclose(value(logits, s, t).detach().numpy(), here, rtol=1e-12)
    assert torch.autograd.gradcheck(value, (logits, s, t))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: energy([0.5, 0.5], [0.5, 0.5]), UnsupportedLaw, "p: a bare list"),
        (lambda: energy(Discrete([1.0], [0.0]), Discrete([1.0])), InvalidMeasure, "q: has no points"),
        (lambda: energy(Discrete([1.0], [0.0]), Discrete([1.0], [[0.0, 1.0]])), ShapeMismatch, "points of q"),
        (lambda: energy.estimate([1.0, 2.0], [1.0, np.nan], rng=0), InvalidMeasure, r"y\[1\]"),
        (lambda: energy.estimate([1.0, 2.0], np.zeros((3, 2)), rng=0), ShapeMismatch, "y: samples of dimension 2"),
        (lambda: energy.estimate(np.zeros((3, 0)), np.zeros((3, 0)), rng=0), InvalidMeasure, "no coordinates"),
        (lambda: energy.estimate([1.0, 2.0], [1.0, 2.0], rng=None), InvalidParameter, "rng: None.*rng=0"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_gap_longer_than_any_float_is_infinite():
    p, q = (Discrete(np.array([1.0]), np.array([x])) for x in (-1.7e308, 1.7e308))
    for distance in (energy, wasserstein(1), wasserstein(2), wasserstein(np.inf)):
        assert float(distance(p, q)) == np.inf
