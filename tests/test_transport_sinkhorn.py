"""Sinkhorn divergences against a plain loop, exact transport, energy, closed forms and their laws."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
import torch

from divergence import Discrete, energy, optimal_transport, sinkhorn, wasserstein
from divergence.errors import InvalidMeasure, InvalidParameter, NotConverged, ShapeMismatch, UnsupportedLaw
from divergence.transport import entropic, gibbs


def laws(seed=0, n=20, m=15, d=2, shift=0.7):
    rng = np.random.default_rng(seed)
    a, b = rng.exponential(size=n), rng.exponential(size=m)
    return a / a.sum(), rng.normal(size=(n, d)), b / b.sum(), rng.normal(size=(m, d)) + shift


def two(a, x, b, y):
    return Discrete(a, x), Discrete(b, y)


def plain(a, b, c, epsilon, rho=math.inf, steps=2000):
    """OT_ε of positive masses by the textbook's loop, and its plan; costs must be moderate beside ε."""
    f, g, damping = np.zeros(len(a)), np.zeros(len(b)), 1 / (1 + epsilon / rho)
    kernel = np.exp(-c / epsilon)
    for _ in range(steps):
        f = -damping * epsilon * np.log(kernel @ (b * np.exp(g / epsilon)))
        g = -damping * epsilon * np.log((a * np.exp(f / epsilon)) @ kernel)
    plan = a[:, None] * b * np.exp((f[:, None] + g - c) / epsilon)

    def kl(p, q):
        return np.sum(p * np.log(p / q) - p + q)

    value = np.sum(plan * c) + epsilon * kl(plan, a[:, None] * b)
    if rho < math.inf:
        value += rho * (kl(plan.sum(1), a) + kl(plan.sum(0), b))
    return value, plan


def costs(x, y, order):
    return np.sum((x[:, None] - y) ** 2, axis=-1) ** (order / 2)


def debiased(a, x, b, y, order, *rest):
    return (
        plain(a, b, costs(x, y, order), *rest)[0]
        - (plain(a, a, costs(x, x, order), *rest)[0] + plain(b, b, costs(y, y, order), *rest)[0]) / 2
    )


class TestValues:
    @pytest.mark.parametrize("order", [1, 1.5, 2, 3])
    @pytest.mark.parametrize("epsilon", [0.3, 3.0])
    def test_against_a_plain_loop(self, order, epsilon):
        a, x, b, y = laws()
        found = sinkhorn(epsilon, order=order).evaluate(*two(a, x, b, y))
        expected = debiased(a, x, b, y, order, epsilon)
        assert abs(found.value - expected) <= found.error + 1e-9
        assert found.error < 3e-6 * (1 + expected)
        alone = sinkhorn(epsilon, order=order, debias=False).evaluate(*two(a, x, b, y))
        value, plan = plain(a, b, costs(x, y, order), epsilon)
        assert abs(alone.value - value) <= alone.error + 1e-9
        np.testing.assert_allclose(alone.plan, plan, atol=1e-7)
        np.testing.assert_allclose(alone.plan.sum(0), b, rtol=1e-5)

    @pytest.mark.parametrize("order", [1, 2])
    def test_unbalanced_against_a_plain_loop(self, order):
        a, x, b, y = laws(1)
        found = sinkhorn(0.5, order=order, reach=0.8).evaluate(*two(a, x, b, y))
        assert found.value == pytest.approx(debiased(a, x, b, y, order, 0.5, 0.8**order), rel=1e-7)
        far = sinkhorn(0.5, order=order, reach=1e4, iterations=10**5).evaluate(*two(a, x, b, y))
        assert far.value == pytest.approx(sinkhorn(0.5, order=order).evaluate(*two(a, x, b, y)).value, rel=1e-3)

    def test_any_cost_as_a_function_or_a_matrix(self):
        a, x, b, y = laws(2)
        p, q = two(a, x, b, y)
        matrix = np.abs(x[:, None] - y).sum(-1)
        by_function = sinkhorn(0.4, cost=lambda s, t: np.abs(s - t).sum(-1), debias=False).evaluate(p, q)
        by_matrix = sinkhorn(0.4, cost=matrix, debias=False).evaluate(p, q)
        assert by_function.value == pytest.approx(by_matrix.value, rel=1e-12)
        assert by_matrix.value == pytest.approx(plain(a, b, matrix, 0.4)[0], rel=1e-6)
        w = np.random.default_rng(5).dirichlet(np.ones(20))
        shared = sinkhorn(0.4, cost=costs(x, x, 1)).evaluate(Discrete(a, x), Discrete(w, x))
        assert shared.value == pytest.approx(sinkhorn(0.4, order=1)(Discrete(a, x), Discrete(w, x)), abs=2e-6)

    def test_gap_holds_the_value_where_it_has_not_converged(self):
        a, x, b, y = laws(3)
        for order, reach in ((2, None), (1, None), (2, 1.0)):
            value = plain(a, b, costs(x, y, order), 0.1, math.inf if reach is None else reach**order, 20000)[0]
            for most in (1, 3, 10, 30):
                with pytest.raises(NotConverged, match="gap") as caught:
                    sinkhorn(0.1, order=order, reach=reach, debias=False, iterations=most, rtol=1e-12).evaluate(
                        *two(a, x, b, y)
                    )
                found = caught.value.evaluation
                assert found.value - 1e-9 <= value <= found.upper + 1e-9

    def test_tiles_and_held_kernels_agree(self, monkeypatch):
        a, x, b, y = laws(4)
        calls = [sinkhorn(0.2), sinkhorn(0.2, order=1), sinkhorn(0.2, reach=1.0)]
        held = [call(*two(a, x, b, y)) for call in calls]
        monkeypatch.setattr(gibbs, "HELD", 0)
        monkeypatch.setattr(gibbs, "CACHE", 40)
        streamed = [call(*two(a, x, b, y)) for call in calls]
        np.testing.assert_allclose(streamed, held, rtol=2e-6)
        monkeypatch.setattr(entropic, "HELD", 0)
        monkeypatch.setattr(entropic, "COARSE", 8)
        np.testing.assert_allclose([call(*two(a, x, b, y)) for call in calls], held, rtol=2e-6)


class TestLaws:
    def test_goes_to_exact_transport_and_the_gap_is_bounded_by_entropy(self):
        a, x, b, y = laws(5)
        p, q = two(a, x, b, y)
        exact = float(optimal_transport(p, q))
        h, k = (-np.sum(w * np.log(w)) for w in (a, b))
        for epsilon in (1.0, 0.1, 0.02):
            alone = sinkhorn(epsilon, debias=False)(p, q)
            assert -1e-6 <= alone - exact <= epsilon * min(h, k)
            assert -epsilon * (h + k) / 2 <= sinkhorn(epsilon)(p, q) - exact <= epsilon * min(h, k)
        assert sinkhorn(0.02)(p, q) == pytest.approx(exact, rel=0.01)

    def test_accuracy_chooses_epsilon(self):
        p, q = two(*laws(6))
        exact = float(optimal_transport(p, q))
        for debias in (True, False):
            found = sinkhorn(accuracy=0.2, debias=debias).evaluate(p, q)
            assert found.lower <= exact <= found.upper
            assert 0.2 <= found.error < 0.201

    def test_goes_to_half_the_energy_and_to_the_distance_of_means(self):
        a, x, b, y = laws(7)
        p, q = two(a, x, b, y)
        assert sinkhorn(1e7, order=1)(p, q) == pytest.approx(energy(p, q) / 2, rel=1e-5)
        assert sinkhorn(1e7)(p, q) == pytest.approx(np.sum((a @ x - b @ y) ** 2), rel=1e-5)

    @pytest.mark.parametrize("kind", ["same", "permuted", "split", "torch"])
    def test_equal_laws_are_at_exactly_zero(self, kind):
        a, x, _, _ = laws(8)
        p, q = Discrete(a, x), Discrete(a.copy(), x.copy())
        if kind == "permuted":
            q = Discrete(a[::-1].copy(), x[::-1].copy())
        if kind == "split":
            q = Discrete(np.concatenate([a / 4, 0.75 * a]), np.concatenate([x, x]))
        if kind == "torch":
            p, q = (Discrete(torch.tensor(a), torch.tensor(x)) for _ in range(2))
        for call in (sinkhorn(0.1), sinkhorn(0.1, order=1), sinkhorn(0.3, reach=1.0)):
            assert float(call(p, q)) == 0.0

    def test_nonnegative_near_equality_and_symmetric(self):
        rng = np.random.default_rng(9)
        a, x, _, _ = laws(9)
        for size in (1e-2, 1e-5, 1e-8):
            p, q = two(a, x, a, x + size * rng.normal(size=x.shape))
            value = sinkhorn(0.5)(p, q)
            assert 0 <= value <= 10 * size**2 + 1e-6
        p, q = two(*laws(9))
        assert sinkhorn(0.5)(p, q) == pytest.approx(sinkhorn(0.5)(q, p), rel=1e-6)

    def test_translation_and_scaling(self):
        a, x, b, y = laws(10)
        value = sinkhorn(0.3)(*two(a, x, b, y))
        far = np.array([1e6, -1e6])
        assert sinkhorn(0.3)(*two(a, x + far, b, y + far)) == pytest.approx(value, rel=1e-5)
        assert sinkhorn(0.3)(*two(a, x, a, x + far)) == pytest.approx(2e12, rel=1e-12)
        assert sinkhorn(0.3 * 4e300)(*two(a, 2e150 * x, b, 2e150 * y)) == pytest.approx(4e300 * value, rel=2e-6)
        assert sinkhorn(0.3 / 8, order=3)(*two(a, x / 2, b, y / 2)) == pytest.approx(
            sinkhorn(0.3, order=3)(*two(a, x, b, y)) / 8, rel=1e-5
        )

    def test_equal_covariances_give_the_distance_of_means(self):
        """Of normal laws with one covariance it is |m1 − m2|² at every ε; here each on a grid of quantiles."""
        z = np.random.default_rng(11).normal(size=(400, 2))
        w = np.full(400, 1 / 400)
        turned = z @ np.array([[0.0, 1.0], [-1.0, 0.0]])
        for epsilon in (0.5, 5.0):
            assert sinkhorn(epsilon)(*two(w, z, w, turned + np.array([3.0, 4.0]))) == pytest.approx(25, rel=0.05)

    def test_one_atom_zero_masses_and_duplicates(self):
        one = Discrete(np.array([1.0]), np.array([[1.0, 2.0]]))
        other = Discrete(np.array([1.0]), np.array([[1.0, 5.0]]))
        assert sinkhorn(0.1)(one, other) == pytest.approx(9.0, rel=1e-14)
        assert sinkhorn(0.1, order=1)(one, other) == pytest.approx(3.0, rel=1e-14)
        a, x, b, y = laws(12)
        more = Discrete(np.append(a, [0.0, 0.0]), np.concatenate([x, [[50.0, 0.0], [0.0, 0.0]]]))
        found, plainly = (sinkhorn(0.3, order=1).evaluate(p, Discrete(b, y)) for p in (more, Discrete(a, x)))
        assert found.value == pytest.approx(plainly.value, rel=1e-6)
        assert found.u.shape == (22,)
        assert np.isfinite(found.u).all()
        assert found.plan.shape == (22, 15)
        twice = Discrete(np.concatenate([a / 2, a / 2]), np.concatenate([x, x]))
        assert sinkhorn(0.3)(twice, Discrete(b, y)) == pytest.approx(sinkhorn(0.3)(*two(a, x, b, y)), abs=3e-6)

    def test_on_the_line_against_w1_at_small_epsilon(self):
        a, x, b, y = laws(13, d=1)
        p, q = Discrete(a, x[:, 0]), Discrete(b, y[:, 0])
        assert sinkhorn(0.01, order=1)(p, q) == pytest.approx(wasserstein(1)(p, q), abs=0.02)


class TestArrays:
    def test_batches_and_libraries(self):
        a, x, b, y = laws(14)
        rows = np.stack([a, a[::-1]])
        found = sinkhorn(0.5)(Discrete(rows, x), Discrete(b, y))
        assert found.shape == (2,)
        assert found[1] == pytest.approx(sinkhorn(0.5)(*two(a[::-1].copy(), x, b, y)), rel=1e-12)
        s, t, u, v = (array_api_strict.asarray(z) for z in (rows, x, b, y))
        np.testing.assert_allclose(np.asarray(sinkhorn(0.5)(Discrete(s, t), Discrete(u, v))), found, rtol=1e-12)
        s, t, u, v = (torch.tensor(z.copy()) for z in (rows, x, b, y))
        np.testing.assert_allclose(sinkhorn(0.5)(Discrete(s, t), Discrete(u, v)).numpy(), found, rtol=2e-6)
        for order in (1, 2):
            narrow = sinkhorn(0.5, order=order)(Discrete(s[0].float(), t.float()), Discrete(u.float(), v.float()))
            assert narrow.dtype == torch.float32
            assert float(narrow) == pytest.approx(sinkhorn(0.5, order=order)(*two(a, x, b, y)), abs=5e-3)

    @pytest.mark.parametrize(
        ("options", "function"),
        [({}, None), ({"order": 1}, None), ({"reach": 1.0}, None), ({"debias": False}, None), ({}, "sums")],
        ids=["squares", "norms", "reach", "biased", "function"],
    )
    def test_gradients_against_finite_differences(self, options, function):
        cost = None if function is None else lambda s, t: abs(s - t).sum(-1)
        a, x, b, y = laws(15, 8, 6)
        value = sinkhorn(0.5, cost=cost, rtol=1e-11, **options)
        tensors = [torch.tensor(z, requires_grad=True) for z in (a, x, b, y)]
        value(*two(*tensors)).backward()
        rng = np.random.default_rng(0)
        for k, z in enumerate((a, x, b, y)):
            move = rng.normal(size=z.shape)
            if k % 2 == 0:  # masses keep their sum
                move = z * (move - z @ move)
            ends = []
            for step in (1e-4, -1e-4):
                given = [a, x, b, y]
                given[k] = z + step * move
                ends.append(value.evaluate(*two(*given)).value)
            assert float((tensors[k].grad * torch.tensor(move)).sum()) == pytest.approx(
                (ends[0] - ends[1]) / 2e-4, rel=1e-5, abs=1e-7
            )

    def test_gradient_is_zero_at_equality(self):
        a, x, _, _ = laws(16)
        moved = torch.tensor(x, requires_grad=True)
        sinkhorn(0.5)(Discrete(torch.tensor(a), moved), Discrete(torch.tensor(a), torch.tensor(x))).backward()
        assert moved.grad is None or bool((moved.grad == 0).all())


class TestSamples:
    def test_estimate_is_the_value_of_the_empirical_laws(self):
        _, x, _, y = laws(17)
        found = sinkhorn(0.5).estimate(x, y)
        assert found.value == sinkhorn(0.5)(*two(np.full(20, 1 / 20), x, np.full(15, 1 / 15), y))
        assert found.confidence is None
        w = np.random.default_rng(0).dirichlet(np.ones(20))
        weighted = sinkhorn(0.5).estimate(x, y, w)
        assert weighted.value == sinkhorn(0.5)(*two(w, x, np.full(15, 1 / 15), y))
        assert sinkhorn(0.5).estimate(torch.tensor(x), torch.tensor(y)).value == pytest.approx(found.value, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sinkhorn(), InvalidParameter, "epsilon: one of epsilon and accuracy"),
        (lambda: sinkhorn(0.1, accuracy=0.1), InvalidParameter, "epsilon"),
        (lambda: sinkhorn(0.0), InvalidParameter, "epsilon: 0.0 is no positive"),
        (lambda: sinkhorn(math.inf), InvalidParameter, "epsilon"),
        (lambda: sinkhorn(1, reach=-1), InvalidParameter, "reach"),
        (lambda: sinkhorn(1, rtol=math.nan), InvalidParameter, "rtol"),
        (lambda: sinkhorn(1, iterations=0), InvalidParameter, "iterations"),
        (lambda: sinkhorn(1, order=math.inf), InvalidParameter, "order"),
        (lambda: sinkhorn(accuracy=1, reach=1), InvalidParameter, "accuracy"),
        (lambda: sinkhorn(1)([0.5, 0.5], [0.5, 0.5]), UnsupportedLaw, "p: a bare list"),
        (lambda: sinkhorn(1)(Discrete([1.0], [0.0]), Discrete([1.0])), InvalidMeasure, "q: has no points"),
        (lambda: sinkhorn(1)(Discrete([1.0], [0.0]), Discrete([1.0], [[0.0, 1.0]])), ShapeMismatch, "points of q"),
        (lambda: sinkhorn(1).evaluate(*two(np.ones((2, 1)), [0.0], [1.0], [0.0])), ShapeMismatch, "p: masses"),
        (lambda: sinkhorn(1).estimate([0.0, 1.0], [0.0, 1.0], rng=0), InvalidParameter, "rng"),
        (lambda: sinkhorn(1, cost=np.ones((1, 2)))(*two([1.0], [0.0], [0.5, 0.5], [0.0, 1.0])), ShapeMismatch, "cost"),
        (lambda: sinkhorn(1, cost=[[math.nan]])(*two([1.0], [0.0], [1.0], [0.0])), InvalidParameter, r"cost\[0, 0\]"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("epsilon", [1e-3, 1e-300])
def test_kernels_that_vanish_give_no_warning_and_no_wrong_value(epsilon):
    """A row of a held kernel may vanish whole where ε is small; warnings are errors here."""
    p, q = two(*laws(3, n=12, m=15, shift=0.5))
    exact = float(optimal_transport(p, q))
    functional = sinkhorn(epsilon, iterations=5000 if epsilon > 1e-100 else 100)
    if epsilon < 1e-100:
        with pytest.raises(NotConverged):
            functional(p, q)
    else:
        assert float(functional(p, q)) == pytest.approx(exact, abs=epsilon * math.log(15))


@pytest.mark.parametrize("array", [np.asarray, torch.tensor])
def test_debiased_costs_must_be_symmetric(array):
    p, q = (Discrete(array(np.array(w)), array(np.array([0.0, 1.0]))) for w in ([0.3, 0.7], [0.6, 0.4]))
    for cost in (lambda x, y: (x - y).sum(-1), np.array([[0.0, 1.0], [2.0, 0.0]])):
        with pytest.raises(InvalidParameter, match=r"cost\[0, 1\].*not symmetric.*debias=False"):
            sinkhorn(0.1, cost=cost)(p, q)
        assert math.isfinite(float(sinkhorn(0.1, cost=cost, debias=False)(p, q)))


@pytest.mark.parametrize("array", [np.asarray, torch.tensor])
def test_a_matrix_of_costs_needs_no_points(array):
    x = np.array([0.0, 1.0, 3.0])
    p, q = array(np.array([0.2, 0.3, 0.5])), array(np.array([0.5, 0.25, 0.25]))
    functional = sinkhorn(0.1, cost=np.abs(x[:, None] - x))
    wanted = float(functional(Discrete(p, array(x)), Discrete(q, array(x))))
    assert float(functional(p, q)) == float(functional(Discrete(p), Discrete(q))) == wanted
    assert functional.evaluate(p, q).value == pytest.approx(wanted, rel=1e-12)
    assert float(functional(p, p)) == 0
    with pytest.raises(InvalidMeasure, match="sum of p"):
        functional(2 * p, q)
