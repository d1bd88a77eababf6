"""Rényi and Bhattacharyya against the definition in many digits, at the edges of the order and of the floats."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from laws import CASES, random_masses
from mpmath import log, log1p, mpf, workdps
from scipy import stats

import divergence as dv
from divergence.affinity import affinity

SMALLEST = mpf(2) ** -1022
ORDERS = (0.1, 0.5, 0.9, 1.5, 2.0, 5.0)


def exact(a: float, p: list[float], q: list[float]) -> Any:
    """From Σ p^a q^(1-a) - a p + (a - 1) q where that is near 0, so that sums need not be one to the last digit."""
    order, excess, affinity = mpf(a), mpf(0), mpf(0)
    for x, y in zip(map(mpf, p), map(mpf, q)):
        if x > 0 and y == 0 and a > 1:
            return mpf(math.inf)
        both = x**order * y ** (1 - order) if x and y else mpf(0)
        affinity, excess = affinity + both, excess + both - order * x + (order - 1) * y
    if a < 1 and excess < -0.5:
        return log(affinity) / (order - 1) if affinity else mpf(math.inf)
    return log1p(excess) / (order - 1)


@pytest.mark.parametrize("a", ORDERS)
def test_digits(a: float) -> None:
    with workdps(900):  # 1e-323 beside 1
        for case in CASES:
            if case["kind"] != "masses":
                continue
            truth, found = exact(a, case["p"], case["q"]), float(dv.renyi(a)(case["p"], case["q"]))
            if math.isinf(truth):
                assert found == math.inf, case["name"]
            else:
                assert abs(mpf(found) - truth) <= mpf(2e-15) * max(truth, SMALLEST), (case["name"], found, float(truth))


def test_orders_that_have_names(xp: Any) -> None:
    rng = np.random.default_rng(0)
    p, q = random_masses(rng, 7, 5), random_masses(rng, 7, 5)
    a, b = xp.array(p), xp.array(q)
    close = {"rtol": 30 * xp.eps}
    np.testing.assert_allclose(xp.floats(dv.renyi(1)(a, b)), dv.kl(p, q), **close)
    np.testing.assert_allclose(xp.floats(dv.renyi(2)(a, b)), np.log1p(dv.pearson(p, q)), **close)
    np.testing.assert_allclose(xp.floats(dv.bhattacharyya(a, b)), -np.log1p(-dv.squared_hellinger(p, q)), **close)
    np.testing.assert_allclose(xp.floats(dv.renyi(math.inf)(a, b)), np.log((p / q).max(axis=-1)), **close)
    np.testing.assert_allclose(xp.floats(dv.renyi(1 + 1e-7)(a, b)), dv.kl(p, q), rtol=1e-5)


def test_order_zero_and_infinity(xp: Any) -> None:
    p, q = xp.array([0.5, 0.5, 0.0]), xp.array([0.25, 0.25, 0.5])
    assert float(dv.renyi(0)(p, q)) == pytest.approx(math.log(2), rel=2 * xp.eps)
    assert float(dv.renyi(0)(q, p)) == 0.0
    assert float(dv.renyi(math.inf)(p, q)) == pytest.approx(math.log(2), rel=2 * xp.eps)
    assert float(dv.renyi(math.inf)(q, p)) == math.inf
    assert float(dv.renyi(math.inf)(p, p)) == 0.0
    assert float(dv.renyi(0).from_log([0.0, -math.inf], [-0.5, math.log1p(-math.exp(-0.5))])) == pytest.approx(0.5)
    assert float(dv.renyi(0)([1.0, 0.0], [0.0, 1.0])) == math.inf


def test_it_grows_with_the_order() -> None:
    rng = np.random.default_rng(1)
    p, q = random_masses(rng, 50, 6), random_masses(rng, 50, 6)
    values = np.stack([dv.renyi(a)(p, q) for a in (0, 0.2, 0.5, 0.99, 1, 1.01, 2, 8, 100, math.inf)])
    assert np.all(np.diff(values, axis=0) >= -1e-13)


def test_beyond_the_floats() -> None:
    """A sum that overflows or underflows leaves its logarithm."""
    p, q = [0.5, 0.5], [1e-200, 1.0]
    assert float(dv.renyi(9)(p, q)) == pytest.approx((9 * math.log(0.5) + 8 * 200 * math.log(10)) / 8, rel=1e-14)
    far = ([0.0, -5000.0], [-5000.0, 0.0])
    assert float(dv.renyi(0.5).from_log(*far)) == pytest.approx(5000 - 2 * math.log(2), rel=1e-14)
    assert float(dv.bhattacharyya.from_logits([2e3, 0.0], [0.0, 2e3])) == pytest.approx(1000 - math.log(2), rel=1e-14)


@pytest.mark.parametrize("functional", [dv.renyi(0.5), dv.renyi(1), dv.renyi(3), dv.bhattacharyya])
def test_gradients(functional: Any) -> None:
    rng = np.random.default_rng(2)
    p, q = (torch.tensor(random_masses(rng, 3, 4), requires_grad=True) for _ in "pq")
    assert torch.autograd.gradcheck(lambda a, b: functional.from_logits(a, b), (p, q))
    assert torch.autograd.gradcheck(lambda a, b: functional.from_logits(7 * a, -9 * b), (p, q))
    one = torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]], dtype=torch.float64, requires_grad=True)
    other = torch.tensor([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5]], dtype=torch.float64)
    (found,) = torch.autograd.grad(functional(one, other).sum(), one)
    assert not found.isnan().any()
    assert found[1].abs().max() == 0 or functional.order == 1


def test_the_gradient_of_the_largest_ratio_at_a_zero() -> None:
    p = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([0.5, 0.5], dtype=torch.float64, requires_grad=True)
    by_p, by_q = torch.autograd.grad(dv.renyi(math.inf)(p, q), (p, q))
    assert by_p.tolist() == [1.0, 0.0]
    assert by_q.tolist() == [-2.0, 0.0]
    p = torch.tensor([0.5, 0.5], dtype=torch.float64, requires_grad=True)
    (by_p,) = torch.autograd.grad(dv.renyi(math.inf)(p, torch.tensor([1.0 - 2**-40, 2**-40], dtype=torch.float64)), p)
    assert by_p.tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    "functional", [dv.renyi(2), dv.renyi(0), dv.bhattacharyya, affinity(0.25)], ids=lambda d: d.name
)
def test_pickle(functional: Any) -> None:
    p, q = [0.5, 0.5], [0.25, 0.75]
    for again in (pickle.loads(pickle.dumps(functional)), copy.deepcopy(functional)):
        assert float(again(p, q)) == float(functional(p, q))


def test_densities_of_normals() -> None:
    """R_a(N(0,1)‖N(m,1)) = a m²/2; and far apart, where the affinity is small."""
    for mean in (0.5, 2.0, 4.0):
        p, q = (dv.Density(stats.norm(m, 1).logpdf, landmarks=(m,)) for m in (0.0, mean))
        for a in (0.25, 0.5, 1.0, 1.5):
            found = dv.renyi(a).evaluate(p, q)
            assert found.value == pytest.approx(a * mean**2 / 2, rel=1e-9)
    with pytest.raises(dv.UnsupportedLaw, match="order"):
        dv.renyi(0).evaluate(p, q)


def test_evaluate_plan_and_repr() -> None:
    found = dv.bhattacharyya.evaluate([0.5, 0.5], [0.25, 0.75])
    assert found.lower < found.value < found.upper
    assert dv.renyi(2).plan([0.5, 0.5], [0.25, 0.75]) == "sum over 2 atoms"
    assert repr(dv.renyi(2)).startswith("<renyi(2.0)")
    assert dv.renyi(0.5).bound == math.inf


def test_refusals() -> None:
    for order in (-0.5, math.nan, "2", None):
        with pytest.raises(dv.InvalidParameter, match="order"):
            dv.renyi(order)  # type: ignore[arg-type]
    for a in (0, 0.5, 2, math.inf):
        with pytest.raises(dv.InvalidMeasure, match="sum of q"):
            dv.renyi(a)([0.5, 0.5], [0.5, 0.6])


class TestLawsThatAreInfinitelyFar:
    """What is infinite is a value, in a batch too; what is only beyond the floats is refused."""

    NORMAL = stats.norm(0, 1)

    @pytest.mark.parametrize(
        ("p", "q"),
        [
            (stats.uniform(0, 1), stats.expon(2)),
            (stats.t(3), stats.norm(0, 1)),
            (stats.norm(0, 1), stats.gamma(2)),
            (stats.poisson(1), stats.randint(0, 6)),
        ],
        ids=["disjoint", "heavy tail", "sticks out", "integers"],
    )
    def test_a_call_says_what_evaluate_says(self, p: Any, q: Any) -> None:
        found = dv.renyi(2).evaluate(p, q)
        assert dv.renyi(2)(p, q) == found.value == math.inf
        assert found.error == 0

    def test_disjoint_supports(self) -> None:
        for p, q in ((stats.uniform(0, 1), stats.expon(1)), (stats.poisson(1), stats.randint(-9, 0))):
            for row in (dv.bhattacharyya, dv.renyi(0.25), dv.chernoff):
                found = row.evaluate(p, q)
                assert row(p, q) == found.value == found.lower == math.inf
                assert "disjoint" in found.method

    def test_a_batch_keeps_the_finite_pairs(self) -> None:
        found = dv.renyi(2)(stats.norm(0, [0.5, 1.0]), stats.logistic([0.0, 1.0], [1.0, 0.25]))
        p, q = stats.norm(0, 0.5), stats.logistic(0, 1)
        assert found[0] == pytest.approx(dv.renyi(2).evaluate(p, q).value, rel=1e-12)
        found = dv.renyi(2)(stats.t([3.0, 3.0]), stats.t([2.5, 9.0]))
        assert math.isfinite(found[0])
        assert found[1] == math.inf

    @pytest.mark.parametrize(
        "row", [dv.bhattacharyya, dv.renyi(2), dv.chernoff], ids=["bhattacharyya", "renyi", "chernoff"]
    )
    def test_what_no_float_holds_is_not_called_infinite(self, row: Any) -> None:
        for ask in (row, row.evaluate):
            with pytest.raises(dv.NotConverged, match="too far apart for integrals"):
                ask(self.NORMAL, stats.laplace(3000))
