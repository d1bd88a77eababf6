"""W_p on the line against linear programmes, quantile integrals and closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from divergence import Density, Discrete, Samples
from divergence.errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.estimate.resampling import Draws
from divergence.transport.wasserstein import coupling, wasserstein

ORDERS = [1.0, 1.5, 2.0, 3.0, 10.0]


def by_programme(p, x, q, y, order):
    """min Σ π |x − y|^p over couplings π, by scipy's linear programme."""
    n, m = len(p), len(q)
    cost = np.abs(x[:, None] - y[None, :]) ** order
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    found = optimize.linprog(cost.ravel(), A_eq=rows, b_eq=np.concatenate([p, q]), method="highs")
    assert found.success
    return found.fun ** (1 / order)


def masses(rng, *shape, sparse=False):
    w = rng.exponential(size=shape) * ((rng.random(shape) < 0.7) if sparse else 1)
    w[..., 0] += 0.1
    return w / w.sum(-1, keepdims=True)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(4))
def test_histograms_against_the_linear_programme(order, seed):
    rng = np.random.default_rng(seed)
    p, q = masses(rng, 6, sparse=True), masses(rng, 5, sparse=True)
    x, y = rng.integers(-4, 5, 6).astype(float), rng.integers(-4, 5, 5).astype(float)
    value = wasserstein(order)(Discrete(p, x), Discrete(q, y))
    assert value == pytest.approx(by_programme(p, x, q, y, order), rel=1e-7)


@pytest.mark.parametrize("order", ORDERS)
def test_samples_against_assignment(order):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=40), rng.normal(size=40) * 2
    cost = np.abs(x[:, None] - y) ** order
    best = cost[optimize.linear_sum_assignment(cost)].mean() ** (1 / order)
    assert wasserstein(order).estimate(x, y).value == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_samples_of_order_one_against_scipy(weighted):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=37), rng.normal(size=52) + 1
    u, v = (masses(rng, 37), masses(rng, 52)) if weighted else (None, None)
    found = wasserstein(1).estimate(x, y, u, v)
    assert found.value == pytest.approx(stats.wasserstein_distance(x, y, u, v), rel=1e-13)
    assert 0 < found.error < 1e-10
    assert found.confidence is None


@pytest.mark.parametrize("order", ORDERS)
def test_unequal_samples_against_exact_fractions(order):
    x, y = np.array([0.0, 1.0, 3.0]), np.array([-1.0, 0.5, 2.0, 2.0, 5.0])
    grid = [Fraction(k, 15) for k in range(15)]
    exact = sum(abs(x[int(u * 3)] - y[int(u * 5)]) ** order for u in grid) / 15
    assert wasserstein(order).estimate(x, y).value == pytest.approx(exact ** (1 / order), rel=1e-14)


@pytest.mark.parametrize("order", ORDERS)
def test_weighted_samples_are_histograms(order):
    rng = np.random.default_rng(3)
    x, y, u, v = rng.normal(size=9), rng.normal(size=7), masses(rng, 9, sparse=True), masses(rng, 7)
    found = wasserstein(order).estimate(x, y, u, v)
    assert found.value == pytest.approx(float(wasserstein(order)(Discrete(u, x), Discrete(v, y))), rel=1e-7)
    assert found.value == pytest.approx(by_programme(u, x, v, y, order), rel=1e-7)
    assert abs(found.value - by_programme(u, x, v, y, order)) < max(found.error, 1e-7)


def test_scipys_trap_is_refused_and_answered():
    p, q = np.array([0.2, 0.8]), np.array([0.8, 0.2])
    assert stats.wasserstein_distance(p, q) == 0.0
    line = np.array([0.0, 1.0])
    assert wasserstein(1)(Discrete(p, line), Discrete(q, line)) == pytest.approx(0.6, rel=1e-15)
    with pytest.raises(UnsupportedLaw, match=r"^p: .*Discrete\(p, points\).*estimate"):
        wasserstein(1)(p, q)


@pytest.mark.parametrize("order", ORDERS)
def test_batches_and_shared_points(order):
    rng = np.random.default_rng(4)
    p, q, x = masses(rng, 3, 1, 8), masses(rng, 5, 8), rng.normal(size=8)
    value = wasserstein(order)(Discrete(p, x), Discrete(q, x))
    assert value.shape == (3, 5)
    for i in range(3):
        for j in range(5):
            one = wasserstein(order)(Discrete(p[i, 0], x), Discrete(q[j], x.copy() + 0.0))
            assert value[i, j] == pytest.approx(one, rel=1e-13)
    column = wasserstein(order)(Discrete(p, x[:, None]), Discrete(q, x[:, None]))
    np.testing.assert_array_equal(column, value)


def exactly(p, q, x, order):
    """W_p^p on one alphabet in rational arithmetic, but for the powers of distances; W1 of the masses as they stand."""
    p, q = ([Fraction(float(v)) for v in w] for w in (p, q))
    if order == 1:
        up = [sum(p[: k + 1]) - sum(q[: k + 1]) for k in range(len(p) - 1)]
        return sum(abs(u) * Fraction(float(gap)) for u, gap in zip(up, np.diff(x)))
    up, uq = ([sum(w[: k + 1]) / sum(w) for k in range(len(w))] for w in (p, q))
    total, below = Fraction(0), Fraction(0)
    for level in sorted(up + uq):
        i, j = (next(k for k, u in enumerate(side) if u >= level) for side in (up, uq))
        total += (level - below) * Fraction(abs(float(x[i]) - float(x[j])) ** order)
        below = level
    return total


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [0.5, 1e-3, 1e-9, 1e-14])
def test_digits_survive_near_equality(order, size):
    rng = np.random.default_rng(5)
    p, x = masses(rng, 12, sparse=True), np.cumsum(rng.exponential(size=12))
    q = p * (1 + size * rng.uniform(-1, 1, size=12))
    q[0] += p.sum() - q.sum()
    value = float(wasserstein(order)(Discrete(p, x), Discrete(q, x)))
    assert value == pytest.approx(float(exactly(p, q, x, order)) ** (1 / order), rel=2e-13)


@pytest.mark.parametrize("order", ORDERS)
def test_equal_laws_are_at_distance_zero_exactly(order):
    rng = np.random.default_rng(6)
    p, x = masses(rng, 9, sparse=True), rng.normal(size=9)
    assert wasserstein(order)(Discrete(p, x), Discrete(p, x)) == 0.0
    assert wasserstein(order).estimate(x, x[::-1].copy()).value == 0.0
    assert wasserstein(order).estimate(x, np.repeat(x, 3)).value == 0.0


@given(
    st.lists(st.floats(-100, 100), min_size=2, max_size=8),
    st.lists(st.floats(-100, 100), min_size=2, max_size=8),
    st.lists(st.floats(-100, 100), min_size=2, max_size=8),
    st.sampled_from(ORDERS),
    st.floats(-10, 10),
    st.floats(0.1, 10),
)
@settings(max_examples=60, deadline=None)
def test_metric_laws(x, y, z, order, shift, scale):
    x, y, z = (np.array(s) for s in (x, y, z))

    def d(a, b):
        return wasserstein(order).estimate(a, b).value

    close = {"rel": 1e-9, "abs": 1e-9}
    assert d(x, y) == pytest.approx(d(y, x), rel=1e-12)
    assert d(x, z) <= (d(x, y) + d(y, z)) * (1 + 1e-12) + 1e-12
    assert d(x + shift, y + shift) == pytest.approx(d(x, y), **close)
    assert d(x, x + shift) == pytest.approx(abs(shift), **close)
    assert d(-scale * x, -scale * y) == pytest.approx(scale * d(x, y), **close)
    assert wasserstein(1).estimate(x, y).value <= d(x, y) * (1 + 1e-12)


def test_large_orders_and_numbers_do_not_overflow():
    x, y = np.array([0.0, 1e150]), np.array([1.0, 3e150])
    assert wasserstein(500).estimate(x, y).value == pytest.approx(2e150 * 0.5 ** (1 / 500), rel=1e-12)
    tiny = wasserstein(50).estimate(x * 1e-300, y * 1e-300).value
    assert tiny == pytest.approx(2e-150 * 0.5 ** (1 / 50), rel=1e-12)


@pytest.mark.parametrize("order", [1.0, 2.0, 3.5])
def test_torch_agrees_and_differentiates(order):
    rng = np.random.default_rng(7)
    p, q, x, y = masses(rng, 4, 6), masses(rng, 5), rng.normal(size=6), rng.normal(size=5)
    here = wasserstein(order)(Discrete(p, x), Discrete(q, y))
    a, b, s, t = (torch.tensor(v, requires_grad=True) for v in (np.log(p), np.log(q), x, y))

    def value(a, b, s, t):
        return wasserstein(order)(Discrete(torch.softmax(a, -1), s), Discrete(torch.softmax(b, -1), t))

    np.testing.assert_allclose(value(a, b, s, t).detach().numpy(), here, rtol=1e-12)
    assert torch.autograd.gradcheck(value, (a, b, s, t))

    def same(a, b, s):
        return wasserstein(order)(Discrete(torch.softmax(a, -1), s), Discrete(torch.softmax(b, -1), s))

    assert torch.autograd.gradcheck(same, (a, torch.tensor(np.log(masses(rng, 6)), requires_grad=True), s))


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_gradient_at_equality_is_finite(order):
    logits = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    line = torch.arange(4.0, dtype=torch.float64)
    q = Discrete(torch.full((4,), 0.25, dtype=torch.float64), line)
    wasserstein(order)(Discrete(torch.softmax(logits, -1), line), q).backward()
    assert bool(torch.all(torch.isfinite(logits.grad)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dtype_is_kept(dtype):
    p = Discrete(torch.tensor([0.25, 0.75], dtype=dtype), torch.tensor([0.0, 1.0], dtype=dtype))
    q = Discrete(torch.tensor([0.75, 0.25], dtype=dtype), torch.tensor([0.0, 1.0], dtype=dtype))
    assert wasserstein(1)(p, q).dtype == dtype
    assert float(wasserstein(2)(p, q)) == pytest.approx(math.sqrt(0.5), rel=1e-2)


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_array_api_strict(order):
    rng = np.random.default_rng(8)
    p, q, x, y = masses(rng, 2, 6), masses(rng, 5), rng.normal(size=6), rng.normal(size=5)
    a, b, s, t = (array_api_strict.asarray(v) for v in (p, q, x, y))
    found = wasserstein(order)(Discrete(a, s), Discrete(b, t))
    np.testing.assert_allclose(np.asarray(found), wasserstein(order)(Discrete(p, x), Discrete(q, y)), rtol=1e-13)
    shared = wasserstein(order)(Discrete(a, s), Discrete(a, s))
    assert float(array_api_strict.max(shared)) == 0.0


@pytest.mark.parametrize("order", ORDERS)
def test_pooled_weights_are_the_samples(order):
    """What is resampled is what is measured: counts on pooled points give W_p of the repeated samples."""
    rng = np.random.default_rng(9)
    points, x, y = rng.integers(0, 6, 8).astype(float), rng.integers(0, 3, (5, 8)), rng.integers(0, 3, (5, 8))
    x[:, 0] += 2
    y[:, 1] += 2
    found = wasserstein(order).on_pooled(points)(Draws(x, y))
    for a, b, value in zip(x, y, found):
        direct = wasserstein(order).estimate(np.repeat(points, a), np.repeat(points, b)).value
        assert value == pytest.approx(direct, rel=1e-7, abs=1e-12)


def test_coupling_is_the_quantile_coupling():
    widths, i, j = coupling(np.array([1.0, 0.0, 2.0]), np.array([1.0, 1.0]))
    kept = widths > 0
    np.testing.assert_allclose(widths[kept], [1 / 3, 1 / 6, 1 / 2])
    assert i[kept].tolist() == [0, 2, 2]
    assert j[kept].tolist() == [0, 0, 1]


def test_interval_covers_and_is_seeded():
    rng = np.random.default_rng(10)
    x, y = rng.normal(size=150), rng.normal(1, 1, size=120)
    for order in (1, 2):
        one, two = (wasserstein(order).estimate(x, y, resamples=199, rng=3) for _ in range(2))
        assert one == two
        assert one.confidence == 0.95
        assert one.lower < 1 < one.upper
        assert "bootstrap" in one.method
    narrow = wasserstein(1).estimate(x, y, rng=3, resamples=199, confidence=0.5)
    assert narrow.upper - narrow.lower < one.upper - one.lower
    weighted = wasserstein(1).estimate(x, y, np.full(150, 1 / 150), None, rng=3, resamples=199)
    plain = wasserstein(1).estimate(x, y, rng=3, resamples=199)
    assert (weighted.lower, weighted.upper) == pytest.approx((plain.lower, plain.upper), rel=1e-9)


LINE = np.array([0.0, 1.0])
HALF = np.array([0.5, 0.5])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wasserstein(0.5), InvalidParameter, "order.*number >= 1"),
        (lambda: wasserstein(math.nan), InvalidParameter, "order"),
        (lambda: wasserstein(-math.inf), InvalidParameter, "order"),
        (lambda: wasserstein("two"), InvalidParameter, "order"),
        (lambda: wasserstein("1"), InvalidParameter, "order: '1' is no order"),
        (lambda: wasserstein(1)(Discrete(HALF), Discrete(HALF, LINE)), InvalidMeasure, "p: has no points"),
        (lambda: wasserstein(1)(Samples(LINE), Discrete(HALF, LINE)), UnsupportedLaw, "estimate"),
        (lambda: wasserstein(1)(Discrete(HALF, LINE), Density(lambda x: -x * x)), InvalidMeasure, "q: .*integrates"),
        (lambda: wasserstein(1)(Discrete(HALF, np.eye(2)), Discrete(HALF, LINE)), ShapeMismatch, "same space"),
        (
            lambda: wasserstein(1)(Discrete(np.full((2, 2), 0.5), LINE), Discrete(np.full((3, 2), 0.5), LINE)),
            ShapeMismatch,
            "broadcast",
        ),
        (lambda: wasserstein(1)(Discrete(HALF, torch.tensor([0.0, 1.0])), Discrete(HALF, LINE)), UnsupportedLaw, "p"),
        (lambda: wasserstein(1).estimate([1.0, math.nan], LINE), InvalidMeasure, r"x\[1\]"),
        (lambda: wasserstein(1).estimate(LINE, [1.0]), InvalidMeasure, "y: .*at least two samples"),
        (lambda: wasserstein(1).estimate([], LINE), InvalidMeasure, "x: is empty"),
        (lambda: wasserstein(1).estimate([1, 2], LINE), InvalidMeasure, r"x.*astype\(float\)"),
        (lambda: wasserstein(1).estimate(np.zeros((3, 2)), LINE), ShapeMismatch, "y: points of dimension 1"),
        (lambda: wasserstein(1).estimate(LINE, LINE, [0.5, 0.6]), InvalidMeasure, "x_weights"),
        (lambda: wasserstein(1).estimate(LINE, LINE, None, [1.0]), ShapeMismatch, "y_weights"),
        (lambda: wasserstein(1).estimate(LINE, LINE, [0.0, 1.0]), InvalidMeasure, "only one"),
        (lambda: wasserstein(1).estimate(LINE, LINE, [-0.5, 1.5]), InvalidMeasure, r"x_weights\[0\]"),
        (lambda: wasserstein(1).estimate(LINE, LINE, rng=True), InvalidParameter, "rng"),
        (lambda: wasserstein(1).estimate(LINE, LINE, rng=0, resamples=0), InvalidParameter, "resamples"),
        (lambda: wasserstein(1).estimate(LINE, LINE, rng=0, confidence=95), InvalidParameter, "confidence"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy
