"""W_p between samples, row by row and all pairs: batches are loops, gradients are finite differences."""

from __future__ import annotations

import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import divergence as dv
from divergence import Discrete
from divergence.errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.transport.coupling import uniform_coupling
from divergence.transport.wasserstein import wasserstein

ORDERS = [1.0, 1.5, 2.0, 3.0, math.inf]


def weights(rng, *shape):
    w = rng.exponential(size=shape)
    return w / w.sum(-1, keepdims=True)


@given(st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_uniform_coupling_in_fractions(n, m):
    widths, i, j = uniform_coupling(n, m, np.zeros(1))
    level = Fraction(0)
    for width, a, b in zip(widths, i, j):
        assert Fraction(int(a), n) <= level <= level + Fraction(float(width)).limit_denominator(n * m)
        assert Fraction(int(b), m) <= level
        level += Fraction(float(width)).limit_denominator(n * m)
        assert level <= min(Fraction(int(a) + 1, n), Fraction(int(b) + 1, m))
    assert level == 1


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("n", "m"), [(9, 9), (8, 12), (7, 5), (1, 4)])
def test_a_batch_is_a_loop(order, n, m):
    rng = np.random.default_rng(0)
    x, y, u, v = rng.normal(size=(3, 1, n)), rng.normal(size=(4, m)), weights(rng, 3, 1, n), weights(rng, m)
    w = wasserstein(order)
    found, weighted = w.between_samples(x, y), w.between_samples(x, y, u, v)
    assert found.shape == weighted.shape == (3, 4)
    for k in range(3):
        for j in range(4):
            one = w(Discrete(np.full(n, 1 / n), x[k, 0]), Discrete(np.full(m, 1 / m), y[j]))
            assert found[k, j] == pytest.approx(float(one), rel=1e-7)
            other = w(Discrete(u[k, 0], x[k, 0]), Discrete(v, y[j]))
            assert weighted[k, j] == pytest.approx(float(other), rel=1e-7)
            if n > 1:
                assert found[k, j] == pytest.approx(w.estimate(x[k, 0], y[j]).value, rel=1e-12)
                assert weighted[k, j] == pytest.approx(w.estimate(x[k, 0], y[j], u[k, 0], v).value, rel=1e-7)


def test_any_axis_and_many_small_blocks():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20, 700, 3)), rng.normal(size=(20, 800, 3))
    found = wasserstein(2).between_samples(x, y, axis=1)
    np.testing.assert_array_equal(found, wasserstein(2).between_samples(np.moveaxis(x, 1, -1), np.moveaxis(y, 1, -1)))
    assert found[7, 2] == pytest.approx(wasserstein(2).estimate(x[7, :, 2], y[7, :, 2]).value, rel=1e-13)
    share = weights(rng, 700)
    along = wasserstein(1).between_samples(x, y, share, axis=1)
    assert along[3, 1] == pytest.approx(wasserstein(1).estimate(x[3, :, 1], y[3, :, 1], share).value, rel=1e-12)


def test_input_is_left_alone():
    x, y = np.array([3.0, 1.0, 2.0]), np.array([0.0, 5.0, 4.0])
    wasserstein(1).between_samples(x, y)
    wasserstein(1).estimate(x, y)
    assert x.tolist() == [3, 1, 2]
    assert y.tolist() == [0, 5, 4]


@pytest.mark.parametrize("order", ORDERS)
def test_one_sample_in_many_pieces_and_in_many_sizes(order):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(1, 300_000)), rng.normal(size=(1, 300_000)) + 0.1
    direct = np.abs(np.sort(x[0]) - np.sort(y[0]))
    expected = direct.max() if order == math.inf else np.mean(direct**order) ** (1 / order)
    assert wasserstein(order).estimate(x[0], y[0]).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(("n", "m"), [(5, 5), (4, 6)])
def test_torch_agrees_and_differentiates(order, n, m):
    rng = np.random.default_rng(3)
    x, y, u, v = rng.normal(size=(2, n)), rng.normal(size=m), weights(rng, 2, n), weights(rng, m)
    s, t = (torch.tensor(z, requires_grad=True) for z in (x, y))
    w = wasserstein(order)
    np.testing.assert_allclose(w.between_samples(s, t).detach(), w.between_samples(x, y), rtol=1e-13)
    assert torch.autograd.gradcheck(w.between_samples, (s, t))

    def weighted(s, t, a, b):
        return w.between_samples(s, t, torch.softmax(a, -1), torch.softmax(b, -1))

    logits = tuple(torch.tensor(np.log(z), requires_grad=True) for z in (u, v))
    np.testing.assert_allclose(weighted(s, t, *logits).detach(), w.between_samples(x, y, u, v), rtol=1e-12)
    assert torch.autograd.gradcheck(weighted, (s, t, *logits))


def test_a_loss_falls():
    torch.manual_seed(0)
    y = torch.randn(64, dtype=torch.float64)
    x = (3 * torch.randn(64, dtype=torch.float64) + 5).requires_grad_()
    w = wasserstein(2)
    start = w.between_samples(x, y).item()
    for _ in range(50):
        (slope,) = torch.autograd.grad(w.between_samples(x, y) ** 2, x)
        x = (x - 16 * slope).detach().requires_grad_()
    assert w.between_samples(x, y).item() < 1e-3 * start


def test_order_infinity_is_the_limit_and_differentiates():
    x = torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    value = wasserstein(math.inf).between_samples(x, y)
    assert value.item() == 3.0
    assert (wasserstein(400).between_samples(x, y)).item() == pytest.approx(3.0, rel=1e-2)
    value.backward()
    assert x.grad.tolist() == [0, 0, 1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_dtype_is_kept(dtype):
    x, y = torch.tensor([[0.0, 1.0]], dtype=dtype), torch.tensor([3.0, 2.0, 2.5], dtype=dtype)
    value = wasserstein(1).between_samples(x, y)
    assert value.dtype == dtype
    assert value.shape == (1,)
    assert float(value[0]) == pytest.approx(2.0, rel=1e-2)


@pytest.mark.parametrize("order", ORDERS)
def test_array_api_strict(order):
    rng = np.random.default_rng(4)
    x, y, u = rng.normal(size=(2, 4)), rng.normal(size=6), weights(rng, 4)
    a, b, c = (array_api_strict.asarray(z) for z in (x, y, u))
    w = wasserstein(order)
    np.testing.assert_allclose(np.asarray(w.between_samples(a, b)), w.between_samples(x, y), rtol=1e-13)
    np.testing.assert_allclose(np.asarray(w.between_samples(a, b, c)), w.between_samples(x, y, u), rtol=1e-12)
    np.testing.assert_allclose(
        np.asarray(w.pairwise_samples([a[0, :], b])), w.pairwise_samples([x[0], y]), rtol=1e-13, atol=0
    )


# ---------------------------------------------------------------- all pairs


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shared", [True, False])
def test_all_pairs_of_histograms(order, shared):
    rng = np.random.default_rng(5)
    x = rng.normal(size=7)
    y = x if shared else rng.normal(size=6)
    p, q = weights(rng, 4, 7), weights(rng, 3, len(y))
    w = wasserstein(order)
    found = w.pairwise(Discrete(p, x), Discrete(q, y))
    assert found.shape == (4, 3)
    for i in range(4):
        for j in range(3):
            assert found[i, j] == pytest.approx(float(w(Discrete(p[i], x), Discrete(q[j], y))), rel=1e-10)
    square = w.pairwise(Discrete(p, x))
    np.testing.assert_array_equal(np.diag(square), 0.0)
    np.testing.assert_allclose(square, square.T, rtol=1e-10)
    tensors = w.pairwise(*(Discrete(torch.tensor(a), torch.tensor(b)) for a, b in ((p, x), (q, y))))
    np.testing.assert_allclose(tensors.numpy(), found, rtol=1e-12)


def test_all_pairs_of_histograms_differentiate():
    rng = np.random.default_rng(6)
    x = torch.tensor(rng.normal(size=4), requires_grad=True)
    logits = torch.tensor(rng.normal(size=(2, 4)), requires_grad=True)
    q = Discrete(torch.tensor(weights(rng, 3, 4)), torch.tensor(rng.normal(size=4)))
    for order in (1, 2):

        def every(a, x, order=order):
            return wasserstein(order).pairwise(Discrete(torch.softmax(a, -1), x), q)

        assert torch.autograd.gradcheck(every, (logits, x))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sizes", [(6, 6, 6), (6, 1, 9)])
def test_all_pairs_of_samples(order, sizes):
    rng = np.random.default_rng(7)
    xs, ys = [rng.normal(size=n) for n in sizes], [rng.normal(size=n) for n in (6, 6)]
    w = wasserstein(order)
    found, square = w.pairwise_samples(xs, ys), w.pairwise_samples(xs)
    assert found.shape == (3, 2)
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            assert found[i, j] == pytest.approx(float(w.between_samples(x, y)), rel=1e-12)
        for j, y in enumerate(xs):
            assert square[i, j] == pytest.approx(float(w.between_samples(x, y)), rel=1e-12)
    tensors = w.pairwise_samples([torch.tensor(x) for x in xs], [torch.tensor(y) for y in ys])
    np.testing.assert_allclose(tensors.numpy(), found, rtol=1e-12)


def test_all_pairs_of_large_numbers():
    found = wasserstein(2).pairwise_samples(np.array([[0.0, 1e200], [3e200, 1e200]]))
    assert found[0, 1] == pytest.approx(1e200 * math.sqrt(2.5), rel=1e-12)


LINE = np.array([0.0, 1.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda w: w.between_samples([[0.0, math.nan]], LINE), InvalidMeasure, r"x\[0, 1\]"),
        (lambda w: w.between_samples([1, 2], LINE), InvalidMeasure, r"astype\(float\)"),
        (lambda w: w.between_samples(np.zeros((0,)), LINE), InvalidMeasure, "x: is empty"),
        (lambda w: w.between_samples(1.0, LINE), (ShapeMismatch, UnsupportedLaw), "x: "),
        (lambda w: w.between_samples(np.zeros((2, 3)), np.zeros((3, 3))), ShapeMismatch, "y: batch"),
        (lambda w: w.between_samples(LINE, LINE, [0.5, 0.6]), InvalidMeasure, "sum of x_weights"),
        (lambda w: w.between_samples(LINE, LINE, None, [1.0]), ShapeMismatch, "y_weights: 1 weights"),
        (lambda w: w.between_samples(LINE, torch.tensor([0.0])), UnsupportedLaw, "y: "),
        (lambda w: w.between_samples(LINE, LINE, axis=0.5), InvalidParameter, "axis"),
        (lambda w: w.between_samples(LINE, LINE, axis=2), ShapeMismatch, "no axis 2"),
        (lambda w: w.between_samples(dv.Samples(LINE), LINE), UnsupportedLaw, "x: Samples"),
        (lambda w: w.pairwise(Discrete(LINE, LINE)), ShapeMismatch, r"p: masses of shape \(2,\)"),
        (lambda w: w.pairwise(np.eye(2)), UnsupportedLaw, "p: a bare ndarray"),
        (lambda w: w.pairwise(Discrete(np.eye(2))), InvalidMeasure, "p: has no points"),
        (lambda w: w.pairwise_samples([]), InvalidMeasure, "x: is empty"),
        (lambda w: w.pairwise_samples([LINE, [math.inf]]), InvalidMeasure, r"x\[1\]"),
        (lambda w: w.pairwise_samples([LINE], [np.eye(2)]), ShapeMismatch, r"y\[0\]"),
    ],
)
@pytest.mark.parametrize("order", [1, 2])
def test_bad_input(call, error, message, order):
    with pytest.raises(error, match=message) as caught:
        call(wasserstein(order))
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy


def test_no_interval_for_order_infinity():
    x = np.arange(5.0)
    assert wasserstein(math.inf).estimate(x, x + 2).value == 2.0
    with pytest.raises(InvalidParameter, match="rng: the bootstrap"):
        wasserstein(math.inf).estimate(x, x, rng=0)
