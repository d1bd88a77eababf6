"""Exact transport against linear programmes, assignments, the line, its own dual, and a checker that can say no."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from divergence import Discrete, Samples, optimal_transport, rational_transport, wasserstein
from divergence.errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.transport import engines, network, rational
from divergence.transport.certificate import bounds, exact_value
from divergence.transport.flow import Flow
from divergence.transport.pair_cost import Function, Matrix, Power

needs_pot = pytest.mark.skipif(find_spec("ot") is None, reason="needs POT")
ENGINES = [engines._programme, pytest.param(engines._simplex, marks=needs_pot)]
HALF, SQUARE = np.array([0.5, 0.5]), np.array([[0.0, 0.0], [1.0, 0.0]])


def masses(rng, k):
    w = rng.exponential(size=k)
    return w / w.sum()


def by_programme(a, b, c):
    """min Σ π c by scipy's linear programme on all pairs."""
    n, m = c.shape
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    found = optimize.linprog(c.ravel(), A_eq=rows, b_eq=np.concatenate([a, b]), method="highs")
    assert found.success
    return found.fun


def cloud(seed, n, m, d):
    rng = np.random.default_rng(seed)
    return masses(rng, n), rng.normal(size=(n, d)), masses(rng, m), rng.normal(size=(m, d)) + 0.5


def squares(x, y):
    return ((x[:, None] - y) ** 2).sum(-1)


class TestValue:
    @pytest.mark.parametrize("order", [1.0, 1.5, 2.0, 4.0])
    @pytest.mark.parametrize("seed", range(3))
    def test_is_that_of_the_linear_programme_and_of_the_dual(self, order, seed):
        a, x, b, y = cloud(seed, 12, 9, 3)
        found = optimal_transport(Discrete(a, x), Discrete(b, y), order=order)
        c = squares(x, y) ** (order / 2)
        assert found.cost.value == pytest.approx(by_programme(a, b, c), rel=1e-9)
        assert found.u @ a + found.v @ b == pytest.approx(found.cost.value, rel=1e-13)
        assert found.cost.error < 1e-13 * found.cost.value
        value = wasserstein(order)(Discrete(a, x), Discrete(b, y))
        assert value == pytest.approx(found.cost.value ** (1 / order), rel=1e-13)

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize(
        ("n", "m", "d", "weighted"), [(230, 310, 2, True), (250, 250, 5, False), (40, 400, 20, True)]
    )
    def test_on_few_pairs_is_that_on_all(self, engine, n, m, d, weighted):
        a, x, b, y = cloud(0, n, m, d)
        if not weighted:
            a, b = np.full(n, 1 / n), np.full(m, 1 / m)
        cost = Power(x, y, 2.0)
        flow = network.solve(a, b, cost, engine)
        found = bounds(flow, a, b, cost)
        assert found.error < 1e-12 * found.upper, "the dual proves it over all pairs"
        if not weighted:
            i, j = optimize.linear_sum_assignment(squares(x, y))
            assert found.upper == pytest.approx(squares(x, y)[i, j].mean(), rel=1e-13)

    @needs_pot
    def test_engines_agree(self):
        a, x, b, y = cloud(1, 150, 120, 3)
        cost = Power(x, y, 1.0)
        one, other = (
            bounds(network.solve(a, b, cost, e), a, b, cost).upper for e in (engines._simplex, engines._programme)
        )
        assert one == pytest.approx(other, rel=1e-13)

    def test_of_ties_on_a_grid(self):
        grid = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), -1).reshape(-1, 2)
        rng = np.random.default_rng(0)
        a, b = (rng.multinomial(500, np.full(144, 1 / 144)) / 500 for _ in range(2))
        found = wasserstein(1).transport(Discrete(a, grid), Discrete(b, grid))
        assert found.cost.error < 1e-12
        assert found.u @ a + found.v @ b == pytest.approx(float(found), rel=1e-12)

    @pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
    def test_on_the_line(self, order):
        a, x, b, y = cloud(2, 60, 70, 1)
        line = wasserstein(order)(Discrete(a, x[:, 0]), Discrete(b, y[:, 0]))
        flat = wasserstein(order)(Discrete(a, np.c_[x, 0 * x]), Discrete(b, np.c_[y, 0 * y]))
        found = wasserstein(order).transport(Discrete(a, x[:, 0]), Discrete(b, y))
        assert flat == pytest.approx(line, rel=1e-12)
        assert float(found) ** (1 / order) == pytest.approx(line, rel=1e-12)

    def test_of_a_cost_as_function_and_as_matrix(self):
        a, x, b, y = cloud(3, 130, 20, 2)
        manhattan = np.abs(x[:, None] - y).sum(-1)
        by_matrix = optimal_transport(a, b, manhattan)
        by_function = optimal_transport(Discrete(a, x), Discrete(b, y), lambda s, t: np.abs(s - t).sum(-1))
        assert float(by_matrix) == pytest.approx(float(by_function), rel=1e-14)
        assert float(optimal_transport(Discrete(a), Discrete(b), -manhattan)) < -float(by_matrix)
        counts = optimal_transport(HALF, HALF, np.array([[3, 1], [1, 2]]))
        assert float(counts) == 1.0

    @pytest.mark.parametrize("engine", ENGINES)
    def test_of_masses_of_every_size(self, engine):
        rng = np.random.default_rng(17)
        w = np.exp(6 * rng.normal(size=150))
        x, y = np.zeros((1, 2)), rng.normal(size=(150, 2))
        for a, points in ((np.ones(1), x), (masses(rng, 140), rng.normal(size=(140, 2)))):
            cost = Power(points, y, 2.0)
            found = bounds(network.solve(a, w / w.sum(), cost, engine), a, w / w.sum(), cost)
            assert found.error < 1e-13

    @pytest.mark.parametrize("engine", ENGINES)
    def test_of_ties_on_the_line(self, engine):
        rng = np.random.default_rng(18)
        x, y = rng.normal(size=(2, 250, 1))
        a = np.full(250, 1 / 250)
        cost = Power(x, y, 1.0)
        found = bounds(network.solve(a, a, cost, engine), a, a, cost)
        assert found.upper == pytest.approx(np.abs(np.sort(x[:, 0]) - np.sort(y[:, 0])).mean(), rel=1e-13)
        assert found.error < 1e-12

    def test_equal_laws_are_at_distance_zero(self):
        a, x, _, _ = cloud(4, 30, 1, 3)
        found = wasserstein(2).transport(Discrete(a, x), Discrete(a, x))
        assert found.cost.value == 0
        assert found.cost.error < 1e-15
        assert wasserstein(2)(Discrete(a, x), Discrete(a, x)) == 0
        assert wasserstein(2).estimate(x, x).value == 0

    def test_atoms_without_mass_have_feasible_potentials(self):
        a, x, b, y = cloud(5, 12, 10, 2)
        a[3], b[0] = 0, 0
        a, b = a / a.sum(), b / b.sum()
        found = optimal_transport(Discrete(a, x), Discrete(b, y))
        assert (squares(x, y) - found.u[:, None] - found.v).min() > -1e-13
        assert 3 not in found.sources
        np.testing.assert_allclose(found.plan.toarray().sum(1), a, atol=1e-15)
        np.testing.assert_allclose(found.plan.toarray().sum(0), b, atol=1e-15)

    @pytest.mark.parametrize("scale", [1e-170, 1e-3, 1e170])
    def test_scales(self, scale):
        a, x, b, y = cloud(6, 8, 9, 2)
        one = wasserstein(2).estimate(x, y, a, b)
        other = wasserstein(2).estimate(scale * x, scale * y, a, b)
        assert other.value == pytest.approx(scale * one.value, rel=1e-13)
        assert other.error < 1e-7 * other.value

    def test_moves_with_a_translation(self):
        a, x, _, _ = cloud(7, 20, 1, 3)
        step = np.array([3.0, 4.0, 12.0])
        assert wasserstein(1)(Discrete(a, x), Discrete(a, x + step)) == pytest.approx(13, rel=1e-13)
        assert wasserstein(2)(Discrete(a, x), Discrete(a, x + step)) == pytest.approx(13, rel=1e-13)

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 10**6), st.sampled_from([1.0, 2.0]))
    def test_triangle_and_symmetry(self, seed, order):
        rng = np.random.default_rng(seed)
        laws = [Discrete(masses(rng, k), rng.normal(size=(k, 2))) for k in (3, 4, 5)]
        w = wasserstein(order)
        pq, qr, pr = w(laws[0], laws[1]), w(laws[1], laws[2]), w(laws[0], laws[2])
        assert pr <= pq + qr + 1e-12
        assert w(laws[1], laws[0]) == pytest.approx(pq, rel=1e-12)

    def test_batches(self):
        rng = np.random.default_rng(8)
        p, q = np.stack([masses(rng, 5) for _ in range(6)]).reshape(3, 2, 5), masses(rng, 4)
        x, y = rng.normal(size=(5, 2)), rng.normal(size=(4, 2))
        found = wasserstein(2)(Discrete(p, x), Discrete(q, y))
        assert found.shape == (3, 2)
        assert found[1, 0] == wasserstein(2)(Discrete(p[1, 0], x), Discrete(q, y))

    def test_samples(self):
        rng = np.random.default_rng(9)
        x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 3)) + 1
        i, j = optimize.linear_sum_assignment(squares(x, y))
        found = wasserstein(2).estimate(x, y)
        assert found.value == pytest.approx(squares(x, y)[i, j].mean() ** 0.5, rel=1e-13)
        assert found.error < 1e-13
        assert "exact distance of the empirical laws" in found.method
        assert float(optimal_transport(Samples(x), Samples(y))) == pytest.approx(found.value**2, rel=1e-13)


class TestGradients:
    @pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
    def test_by_finite_differences(self, order):
        a, x, b, y = cloud(10, 7, 6, 2)
        tensors = [torch.tensor(s, requires_grad=True) for s in (a, x, b, y)]
        p, s, q, t = tensors
        value = wasserstein(order)(Discrete(p, s), Discrete(q, t))
        value.backward()
        assert value.item() == pytest.approx(wasserstein(order)(Discrete(a, x), Discrete(b, y)), rel=1e-13)
        rng, h = np.random.default_rng(0), 1e-6
        for k, tensor in enumerate(tensors):
            step = rng.normal(size=tensor.shape)
            if k in (0, 2):
                step -= step.mean()
            moved = [[z + sign * h * step if i == k else z for i, z in enumerate((a, x, b, y))] for sign in (1, -1)]
            up, down = (wasserstein(order)(Discrete(w, z), Discrete(u, v)) for w, z, u, v in moved)
            assert float((tensor.grad * torch.tensor(step)).sum()) == pytest.approx((up - down) / (2 * h), rel=1e-6)

    def test_are_zero_where_the_distance_is(self):
        x = torch.tensor(SQUARE, requires_grad=True)
        value = wasserstein(2)(Discrete(torch.tensor(HALF), x), Discrete(torch.tensor(HALF), torch.tensor(SQUARE)))
        value.backward()
        assert value.item() == 0
        assert (x.grad == 0).all()

    def test_keep_the_dtype(self):
        p = Discrete(torch.tensor([0.5, 0.5]), torch.tensor([[0.0, 0.0], [3.0, 4.0]]))
        q = Discrete(torch.tensor([1.0]), torch.tensor([[0.0, 0.0]]))
        found = wasserstein(1)(p, q)
        assert found.dtype == torch.float32
        assert found.item() == 2.5


class TestCertificate:
    def setup_method(self):
        self.a, x, self.b, y = cloud(11, 15, 12, 2)
        self.cost = Power(x, y, 2.0)
        found = optimal_transport(Discrete(self.a, x), Discrete(self.b, y))
        self.value = float(found)
        self.flow = Flow(found.sources, found.targets, found.masses, found.u, found.v)

    def error(self, **changes):
        return bounds(replace(self.flow, **changes), self.a, self.b, self.cost).error

    def test_proves_the_optimum(self):
        found = bounds(self.flow, self.a, self.b, self.cost)
        assert found.error < 1e-14 * 100 * self.value
        assert found.slackness < 1e-13

    def test_catches_an_infeasible_potential(self):
        u = self.flow.u.copy()
        u[0] += 1e-6
        assert self.error(u=u) > 1e-7, "what it wrongly gains it must not keep"
        assert bounds(replace(self.flow, u=u), self.a, self.b, self.cost).lower < self.value

    def test_catches_a_potential_that_is_too_low(self):
        u = self.flow.u.copy()
        u[0] -= 1e-6
        assert self.error(u=u) == pytest.approx(1e-6 * self.a[0], rel=1e-3)

    def test_catches_a_plan_that_is_no_coupling(self):
        mass = self.flow.mass.copy()
        mass[0] += 1e-6
        assert self.error(mass=mass) > 1e-6

    def test_catches_a_coupling_that_is_not_optimal(self):
        product = np.outer(self.a, self.b)
        i, j = (index.ravel() for index in np.indices(product.shape))
        found = bounds(replace(self.flow, i=i, j=j, mass=product.ravel()), self.a, self.b, self.cost)
        assert found.lower == pytest.approx(self.value, rel=1e-12)
        assert found.error == pytest.approx(found.upper - self.value, rel=1e-9)
        assert found.slackness > 0.1

    def test_refuses_a_negative_mass(self):
        mass = self.flow.mass.copy()
        mass[2] = -mass[2]
        with pytest.raises(InvalidParameter, match=r"plan.*nonnegative"):
            self.error(mass=mass)

    @pytest.mark.parametrize("engine", ENGINES)
    def test_takes_out_the_rounding_of_the_engine(self, engine):
        def careless(a, b, i, j, c):
            flow = engine(a, b, i, j, c)
            noise = np.random.default_rng(0).normal(size=len(a))
            return replace(flow, u=flow.u + 1e-9 * noise * np.abs(c).max(), mass=flow.mass * (1 + 1e-9))

        flow = network.solve(self.a, self.b, self.cost, careless)
        assert bounds(flow, self.a, self.b, self.cost).error < 1e-12


class TestFractions:
    def test_on_the_line_are_those_of_the_distribution_functions(self):
        rng = np.random.default_rng(12)
        x, y = ([Fraction(int(k), 97) for k in rng.integers(-1000, 1000, size)] for size in (14, 11))
        p, q = ([Fraction(int(k), int(w.sum())) for k in w] for w in (rng.integers(1, 99, 14), rng.integers(1, 99, 11)))
        found = rational_transport(p, q, [[abs(s - t) for t in y] for s in x])
        points, total = sorted({*x, *y}), Fraction(0)
        for left, right in pairwise(points):
            f, g = (sum(m for m, z in zip(w, s) if z <= left) for w, s in ((p, x), (q, y)))
            total += (right - left) * abs(f - g)
        assert found.value == total
        assert sum(found.plan.values()) == 1

    def test_from_a_bad_start_too(self, monkeypatch):
        rng = np.random.default_rng(13)
        cost = rng.integers(0, 9, (8, 9)).tolist()
        p, q = [9] * 8, [8] * 9
        good = rational_transport(p, q, cost)
        monkeypatch.setattr(rational, "_proposed", lambda p, q, _: rational._staircase(p, q))
        assert rational_transport(p, q, cost).value == good.value
        assert float(good) / 72 == pytest.approx(
            float(optimal_transport(np.full(8, 1 / 8), np.full(9, 1 / 9), cost)), rel=1e-14
        )

    def test_checker_says_no(self):
        p, q = [Fraction(1, 2)] * 2, [Fraction(1, 3), Fraction(2, 3)]
        cost = [[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]]
        found = rational_transport(p, q, cost)
        tiny = Fraction(1, 10**30)
        assert exact_value(p, q, cost, found.plan, found.u, found.v) == found.value == Fraction(1, 6)
        assert exact_value(p, q, cost, found.plan, [found.u[0] + tiny, found.u[1]], found.v) is None
        assert exact_value(p, q, cost, found.plan, [found.u[0] - tiny, found.u[1]], found.v) is None
        for pair in found.plan:
            assert exact_value(p, q, cost, {**found.plan, pair: found.plan[pair] + tiny}, found.u, found.v) is None
        worse = {(0, 0): Fraction(1, 6), (0, 1): Fraction(1, 3), (1, 0): Fraction(1, 6), (1, 1): Fraction(1, 3)}
        assert exact_value(p, q, cost, worse, found.u, found.v) is None

    def test_zero_masses_and_ties(self):
        found = rational_transport([1, 0, 2], [2, 1, 0], [[1, 1, 1]] * 3)
        assert found.value == 3


X = np.zeros((2, 2))
CASES = [
    (lambda: optimal_transport(HALF, HALF), UnsupportedLaw, "p: a bare"),
    (lambda: optimal_transport(HALF, HALF, [[0.0, np.nan], [1.0, 0.0]]), InvalidParameter, r"cost\[0, 1\]: nan"),
    (lambda: optimal_transport(HALF, HALF, [[0.0, 1.0], [np.inf, 0.0]]), InvalidParameter, r"cost\[1, 0\]: inf"),
    (lambda: optimal_transport(HALF, HALF, np.zeros((2, 3))), ShapeMismatch, "cost: shape"),
    (lambda: optimal_transport(HALF, HALF, [["a", "b"], ["c", "d"]]), InvalidParameter, "cost"),
    (lambda: optimal_transport([0.5, 0.6], HALF, np.zeros((2, 2))), InvalidMeasure, "p: "),
    (lambda: optimal_transport(Discrete(HALF), Discrete(HALF, X)), UnsupportedLaw, "p: has no points"),
    (lambda: optimal_transport(Discrete(HALF, X), Discrete(HALF, np.zeros((2, 3)))), ShapeMismatch, "dimension 3"),
    (lambda: optimal_transport(Discrete(HALF, X), Discrete(HALF, X), lambda x, y: x), InvalidParameter, "cost: gives"),
    (
        lambda: optimal_transport(Discrete(HALF, X), Discrete(HALF, X), lambda x, y: np.nan * (x - y).sum(-1)),
        InvalidParameter,
        r"cost\[0, 0\]: nan",
    ),
    (lambda: optimal_transport(Discrete(HALF, X), Discrete(HALF, X), order=0.5), InvalidParameter, "order"),
    (lambda: optimal_transport(Discrete(np.full((2, 2), 0.5), X), Discrete(HALF, X)), ShapeMismatch, "one law"),
    (lambda: wasserstein(1).estimate(np.zeros((3, 2)), np.zeros((3, 4))), ShapeMismatch, "y: .*dimension 4"),
    (lambda: wasserstein(1).estimate(np.zeros((3, 2)), np.zeros((3, 2)), rng=0), InvalidParameter, "rng: .*sliced"),
    (lambda: wasserstein(1).estimate([[0.0, np.nan]] * 2, np.zeros((3, 2))), InvalidMeasure, r"x\[0, 1\]"),
    (lambda: wasserstein(1).estimate(np.zeros((3, 2)), X, [0.5, 0.5]), ShapeMismatch, "2 masses"),
    (lambda: rational_transport([0.5, 0.5], [1], [[1], [1]]), InvalidParameter, r"p\[0\]: .*Fraction"),
    (lambda: rational_transport([1, 2], [2], [[1], [1]]), InvalidMeasure, "q: the total"),
    (lambda: rational_transport([-1, 2], [1], [[1], [1]]), InvalidMeasure, r"p\[0\]"),
    (lambda: rational_transport([1, 2], [3], [[1]]), ShapeMismatch, "cost"),
]


@pytest.mark.parametrize(("call", "error", "message"), CASES)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy


@pytest.mark.parametrize("installed", [False, pytest.param(True, marks=needs_pot)])
def test_too_many_pairs_are_refused_with_a_remedy(installed, monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: installed or None)
    with pytest.raises(InvalidParameter, match="sinkhorn") as caught:
        engines.engine(10**10)
    assert ("extra `ot`" in caught.value.remedy) is not installed


def test_without_pot_scipy_solves(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    a, x, b, y = cloud(14, 150, 140, 2)
    assert "scipy" in optimal_transport(Discrete(a, x), Discrete(b, y)).cost.method


def test_costs_know_their_parts():
    rng = np.random.default_rng(15)
    x, y = rng.normal(size=(6, 2)), rng.normal(size=(5, 2))
    whole = squares(x, y) ** 0.5
    i, j = np.array([4, 1]), np.array([0, 3, 2])
    for cost in (Power(x, y, 1.0), Matrix(whole), Function(lambda s, t: np.linalg.norm(s - t, axis=-1), x, y)):
        np.testing.assert_allclose(np.concatenate([tile for _, tile in cost.tiles()]), whole, rtol=1e-14)
        np.testing.assert_allclose(cost.among(i, j).tile(slice(0, 2)), whole[np.ix_(i, j)], rtol=1e-14)
        np.testing.assert_allclose(cost.transposed().tile(slice(1, 3)), whole.T[1:3], rtol=1e-14)
        assert cost.shape == (6, 5)


def test_normal_samples_come_near_their_laws():
    rng = np.random.default_rng(16)
    x, y = rng.normal(size=(300, 2)), rng.normal(size=(300, 2)) * [2.0, 0.5] + [3.0, 0.0]
    laws = (
        stats.multivariate_normal(np.zeros(2), np.eye(2)),
        stats.multivariate_normal([3.0, 0.0], np.diag([4.0, 0.25])),
    )
    assert wasserstein(2).estimate(x, y).value == pytest.approx(wasserstein(2)(*laws), rel=0.1)


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-160])
def test_distances_at_any_scale(scale):
    rng = np.random.default_rng(5)
    p, q = (Discrete(masses(rng, k), rng.normal(size=(k, 2))) for k in (6, 9))
    far, away = (Discrete(law.masses, law.points * scale) for law in (p, q))
    for order in (1, 2, 7):
        w = wasserstein(order)
        assert float(w(far, away)) / scale == pytest.approx(float(w(p, q)), rel=1e-12)
    assert float(
        wasserstein(1)(Discrete([1.0], [[1.7e308, 0.0]]), Discrete([1.0], [[1.0e308, 0.0]]))
    ) / 0.7 == pytest.approx(1e308)


def test_costs_past_the_range_of_floats_are_bracketed():
    p, q = Discrete([1.0], [[1e200, 0.0]]), Discrete([1.0], [[0.0, 0.0]])
    found = optimal_transport(p, q)
    assert found.cost.value == found.cost.upper == np.inf
    assert found.cost.lower == np.finfo(float).max
    assert not np.isnan(found.u).any()
    tiny = optimal_transport(Discrete([1.0], [[1e-200, 0.0]]), q).cost
    assert tiny.lower <= 0 < tiny.upper <= 1e-320


def test_costs_of_ragged_rows_and_of_masked_arrays_are_refused():
    with pytest.raises(ShapeMismatch, match="rows of different lengths"):
        optimal_transport(HALF, HALF, [[0.0], [1.0, 2.0]])
    with pytest.raises(InvalidParameter, match="masked"):
        optimal_transport(HALF, HALF, np.ma.masked_array(np.eye(2), mask=[[1, 0], [0, 0]]))
    for p in ([[1], 2], ["a", 2]):
        with pytest.raises(InvalidParameter, match=r"p\[0\].* is no fraction"):
            rational_transport(p, [2, 1], [[0, 1], [1, 0]])


def test_all_pairs_in_the_plane():
    rng = np.random.default_rng(6)
    xs = [rng.normal(size=(n, 2)) for n in (4, 7, 1)]
    for order in (1, 2):
        w = wasserstein(order)
        wanted = [
            [float(w.transport(*(Discrete(np.full(len(s), 1 / len(s)), s) for s in (x, y)))) for y in xs] for x in xs
        ]
        assert np.allclose(w.pairwise_samples(xs) ** order, wanted, rtol=1e-12)
        assert np.allclose(w.pairwise_samples(xs, xs[1:]) ** order, np.array(wanted)[:, 1:], rtol=1e-12)
        found = w.pairwise(Discrete(np.eye(2), SQUARE))
        assert found.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    tensors = wasserstein(2).pairwise_samples([torch.tensor(x) for x in xs])
    assert np.allclose(tensors, wasserstein(2).pairwise_samples(xs), rtol=1e-12)
    with pytest.raises(ShapeMismatch, match=r"x\[1\]: points \(7,\)"):
        wasserstein(1).pairwise_samples([xs[0], xs[1][:, 0]])
    with pytest.raises(InvalidMeasure, match="y: is empty"):
        wasserstein(1).pairwise_samples(xs, [])


def test_words_for_laws_beside_atoms_in_the_plane_and_for_the_order_inf():
    atom = Discrete([1.0], [[0.0, 1.0]])
    for pair in ((stats.norm(), atom), (atom, stats.norm())):
        for verb in (wasserstein(2), wasserstein(2).evaluate):
            with pytest.raises(UnsupportedLaw, match="beside atoms in 2 dimensions"):
                verb(*pair)
    with pytest.raises(InvalidParameter, match="order inf is for the line"):
        wasserstein(np.inf)(atom, atom)
    for order in (True, np.True_):
        with pytest.raises(InvalidParameter, match="is no order"):
            wasserstein(order)
