"""W_p on the circle against linear programmes, rotations and the line."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from divergence import Discrete, Samples, circular_wasserstein, wasserstein
from divergence.errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw

ORDERS = [1.0, 1.5, 2.0, 4.0]


def arc(x, y, period):
    apart = np.abs(x - y) % period
    return np.minimum(apart, period - apart)


def by_programme(p, x, q, y, order, period):
    n, m = len(p), len(q)
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    cost = arc(x[:, None], y, period) ** order
    found = optimize.linprog(cost.ravel(), A_eq=rows, b_eq=np.concatenate([p, q]), method="highs")
    assert found.success
    return found.fun ** (1 / order)


def masses(rng, *shape):
    w = rng.exponential(size=shape) * (rng.random(shape) < 0.8)
    w[..., 0] += 0.1
    return w / w.sum(-1, keepdims=True)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(6))
def test_histograms_against_the_linear_programme(order, seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 8, 2)
    p, q, x, y = masses(rng, n), masses(rng, m), rng.uniform(-9, 20, n), rng.uniform(-9, 20, m)
    if seed % 2:
        x, y = np.round(x), np.round(y)  # places and levels that meet
    found = circular_wasserstein(order, 5.0)(Discrete(p, x), Discrete(q, y))
    assert found == pytest.approx(by_programme(p, x, q, y, order, 5.0), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("n", "m"), [(9, 9), (6, 4)])
def test_samples_against_the_linear_programme(order, n, m):
    rng = np.random.default_rng(1)
    x, y = rng.vonmises(0, 1, n), rng.vonmises(2, 3, m)
    found = circular_wasserstein(order).between_samples(x, y)
    expected = by_programme(np.full(n, 1 / n), x, np.full(m, 1 / m), y, order, 2 * math.pi)
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("order", ORDERS)
def test_far_from_the_cut_it_is_the_line(order):
    rng = np.random.default_rng(2)
    p, q, x, y = masses(rng, 8), masses(rng, 6), rng.random(8), rng.random(6)
    on_line = wasserstein(order)(Discrete(p, x), Discrete(q, y))
    assert circular_wasserstein(order, 1000.0)(Discrete(p, x), Discrete(q, y)) == pytest.approx(on_line, rel=1e-9)


turns = st.lists(st.floats(0, 2 * math.pi), min_size=1, max_size=6).map(np.array)


@given(turns, turns, turns, st.sampled_from(ORDERS), st.floats(-20, 20))
@settings(max_examples=40, deadline=None)
def test_metric_laws(x, y, z, order, turn):
    d = circular_wasserstein(order).between_samples
    close = {"rel": 1e-6, "abs": 1e-6}
    assert d(x, y) == pytest.approx(d(y, x), **close)
    assert d(x, x + 2 * math.pi) == pytest.approx(0, abs=1e-6)
    assert d(x + turn, y + turn) == pytest.approx(d(x, y), **close)
    assert d(-x, -y) == pytest.approx(d(x, y), **close)
    assert d(x, z) <= d(x, y) + d(y, z) + 1e-6
    assert d(x, y) <= math.pi + 1e-12
    assert d(x, y) <= wasserstein(order).between_samples(x, y) + 1e-9
    assert circular_wasserstein(1).between_samples(x, y) <= d(x, y) + 1e-9


@pytest.mark.parametrize("order", ORDERS)
def test_equal_laws_and_rotations(order):
    rng = np.random.default_rng(3)
    p, x = masses(rng, 9), rng.uniform(0, 10, 9)
    d = circular_wasserstein(order)
    assert d(Discrete(p, x), Discrete(p, x)) == 0.0
    assert d(Discrete(p, x), Discrete(p, x[::-1] + 0 * x)) >= 0
    point, other = Discrete(np.ones(1), np.array([0.1])), Discrete(np.ones(1), np.array([6.2]))
    assert d(point, other) == pytest.approx(0.1 + 2 * math.pi - 6.2, rel=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_a_batch_is_a_loop(order):
    rng = np.random.default_rng(4)
    p, q, x, y = masses(rng, 3, 1, 6), masses(rng, 2, 5), rng.uniform(0, 7, 6), rng.uniform(0, 7, 5)
    d = circular_wasserstein(order)
    found = d(Discrete(p, x), Discrete(q, y))
    assert found.shape == (3, 2)
    for i in range(3):
        for j in range(2):
            assert found[i, j] == pytest.approx(float(d(Discrete(p[i, 0], x), Discrete(q[j], y))), rel=1e-12)
    s, t = rng.uniform(0, 7, (5, 2)), rng.uniform(0, 7, (4, 2))
    rows = d.between_samples(s, t, axis=0)
    assert rows.shape == (2,)
    assert rows[1] == pytest.approx(float(d.between_samples(s[:, 1], t[:, 1])), rel=1e-12)


@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
def test_torch_agrees_and_differentiates(order):
    rng = np.random.default_rng(5)
    p, q, x, y = masses(rng, 2, 6), masses(rng, 5), rng.uniform(0, 12, 6), rng.uniform(0, 12, 5)
    d = circular_wasserstein(order)
    a, b = torch.tensor(p), torch.tensor(q)
    s, t = (torch.tensor(z, requires_grad=True) for z in (x, y))
    here = d(Discrete(a, s), Discrete(b, t))
    np.testing.assert_allclose(here.detach(), d(Discrete(p, x), Discrete(q, y)), rtol=1e-10)
    assert torch.autograd.gradcheck(lambda s, t: d(Discrete(a, s), Discrete(b, t)), (s, t))
    assert torch.autograd.gradcheck(d.between_samples, (s, t))
    logits = torch.tensor(rng.normal(size=6), requires_grad=True)
    if order == 1:
        assert torch.autograd.gradcheck(lambda z: d(Discrete(torch.softmax(z, -1), s), Discrete(b, t)), logits)
    else:
        with pytest.raises(UnsupportedLaw, match=r"p: .*in the points only"):
            d(Discrete(torch.softmax(logits, -1), s), Discrete(b, t))


def test_array_api_strict():
    rng = np.random.default_rng(6)
    p, q, x, y = masses(rng, 2, 6), masses(rng, 5), rng.uniform(0, 12, 6), rng.uniform(0, 12, 5)
    a, b, s, t = (array_api_strict.asarray(z) for z in (p, q, x, y))
    for order in (1, 2):
        d = circular_wasserstein(order)
        found = np.asarray(d(Discrete(a, s), Discrete(b, t)))
        np.testing.assert_allclose(found, d(Discrete(p, x), Discrete(q, y)), rtol=1e-12)


HALF, LINE = np.array([0.5, 0.5]), np.array([0.0, 1.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: circular_wasserstein(0.5), InvalidParameter, "order"),
        (lambda: circular_wasserstein(math.inf), InvalidParameter, "finite"),
        (lambda: circular_wasserstein(1, period=0), InvalidParameter, "period: 0 is no circumference"),
        (lambda: circular_wasserstein(1, period=math.inf), InvalidParameter, "period"),
        (lambda: circular_wasserstein(1, period="day"), InvalidParameter, "period"),
        (lambda: circular_wasserstein(1)(HALF, HALF), UnsupportedLaw, "p: a bare ndarray"),
        (lambda: circular_wasserstein(1)(Samples(LINE), Discrete(HALF, LINE)), UnsupportedLaw, "samples"),
        (lambda: circular_wasserstein(1)(Discrete(HALF), Discrete(HALF, LINE)), InvalidMeasure, "p: has no points"),
        (lambda: circular_wasserstein(2)(Discrete(HALF, np.eye(2)), Discrete(HALF, LINE)), ShapeMismatch, "dimension"),
        (lambda: circular_wasserstein(2).between_samples([math.nan], LINE), InvalidMeasure, r"x\[0\]"),
        (
            lambda: circular_wasserstein(2).between_samples(np.zeros((2, 3)), np.zeros((3, 3))),
            ShapeMismatch,
            "y: batch",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy


def test_the_remedy_for_samples_is_a_verb_that_exists():
    w = circular_wasserstein(1)
    for law in (np.array([0.5, 0.5]), Samples(np.array([0.5, 0.6]))):
        with pytest.raises(UnsupportedLaw, match=r"\.between_samples\(x, y\)"):
            w(law, law)
    assert hasattr(w, "between_samples")
