"""W_2 of normal laws against mpmath with 60 digits, its gradients, maps and barycentres; Fréchet distances."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
import scipy.linalg
import torch
from scipy import stats

from divergence import frechet, gaussian_barycentre, gaussian_map, gaussian_wasserstein, wasserstein
from divergence.errors import (
    DivergenceError,
    InvalidMeasure,
    InvalidParameter,
    NotConverged,
    ShapeMismatch,
    UnsupportedLaw,
)
from divergence.transport.frechet import Moments, bias
from divergence.transport.gaussian import NEAR, bures


def symmetric(m):
    return (m + m.swapaxes(-1, -2)) / 2


def covariance(rng, d, condition=10.0):
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return symmetric(axes @ np.diag(np.geomspace(1, 1 / condition, d)) @ axes.T)


def moved(rng, a, by):
    step = np.eye(len(a)) + by * rng.normal(size=a.shape)
    return symmetric(step @ a @ step.T)


def by_mpmath(a, b):
    def root(m):
        values, axes = mp.eigsy(m)
        return axes * mp.diag([mp.sqrt(max(v, 0)) for v in values]) * axes.T

    def trace(m):
        return sum(m[i, i] for i in range(m.rows))

    with mp.workdps(60):
        a, b = mp.matrix(a.tolist()), mp.matrix(b.tolist())
        half = root(a)
        return float(mp.sqrt(abs(trace(a) + trace(b) - 2 * trace(root(half * b * half)))))


class TestDistance:
    @pytest.mark.parametrize("by", [10.0, 1.0, 0.1, 1e-2, 1e-3, 1e-5, 1e-8, 1e-12])
    @pytest.mark.parametrize(("condition", "rtol"), [(1.0, 2e-13), (1e4, 2e-13), (1e8, 1e-10)])
    def test_against_mpmath(self, condition, rtol, by):
        rng = np.random.default_rng(0)
        a = covariance(rng, 4, condition)
        b = moved(rng, a, by)
        assert bures(a, b) == pytest.approx(by_mpmath(a, b), rel=rtol)
        assert bures(b, a) == pytest.approx(by_mpmath(a, b), rel=rtol)

    @pytest.mark.parametrize("factor", [1 - NEAR / 2, 1 + NEAR / 2, 1 + 2 * NEAR, 1 + 1e-15])
    def test_on_both_sides_of_the_switch(self, factor):
        a = np.diag([4.0, 9.0])
        b = a * factor
        exact = by_mpmath(a, b)
        assert bures(a, b) == pytest.approx(exact, rel=1e-13)

    def test_of_singular_covariances(self):
        a, b = np.diag([1.0, 0.0]), np.diag([0.0, 4.0])
        assert bures(a, b) == pytest.approx(math.sqrt(5), rel=1e-15)
        assert bures(a, np.diag([1.0, 1e-20])) == pytest.approx(1e-10, rel=1e-14)
        assert bures(a, a * (1 + 1e-10)) == pytest.approx(0.5e-10, rel=1e-5)
        assert bures(a, 0 * a) == 1
        assert bures(0 * a, 0 * a) == 0
        assert bures(a, a) == 0

    def test_of_commuting_covariances(self):
        rng = np.random.default_rng(1)
        axes = np.linalg.qr(rng.normal(size=(5, 5)))[0]
        s, t = rng.uniform(0.1, 3, (2, 5))
        a, b = (symmetric(axes @ np.diag(sd**2) @ axes.T) for sd in (s, t))
        assert bures(a, b) == pytest.approx(np.linalg.norm(s - t), rel=1e-13)

    def test_with_means_and_batches(self):
        rng = np.random.default_rng(2)
        covs = np.stack([covariance(rng, 3) for _ in range(4)]).reshape(2, 2, 3, 3)
        means, other = rng.normal(size=(2, 1, 3)), covariance(rng, 3)
        found = gaussian_wasserstein(means, covs, np.zeros(3), other)
        assert found.shape == (2, 2)
        one = math.hypot(float(np.linalg.norm(means[1, 0])), by_mpmath(covs[1, 0], other))
        assert found[1, 0] == pytest.approx(one, rel=1e-14)

    def test_near_and_far_in_one_batch(self):
        rng = np.random.default_rng(3)
        a = covariance(rng, 3)
        b = np.stack([moved(rng, a, by) for by in (1.0, 1e-9, 0.0)])
        found = bures(a, b)
        assert found[0] == pytest.approx(by_mpmath(a, b[0]), rel=1e-13)
        assert found[1] == pytest.approx(by_mpmath(a, b[1]), rel=1e-13)
        assert found[2] == 0

    def test_in_float32(self):
        a = torch.eye(3)
        found = gaussian_wasserstein(torch.zeros(3), a, torch.zeros(3), a * (1 + 2**-12))
        assert found.dtype == torch.float32
        assert found.item() == pytest.approx(math.sqrt(3) * (math.sqrt(1 + 2**-12) - 1), rel=1e-5)

    def test_triangle(self):
        rng = np.random.default_rng(4)
        a, b, c = (covariance(rng, 4) * rng.uniform(0.5, 2) for _ in range(3))
        assert bures(a, c) <= bures(a, b) + bures(b, c)
        assert bures(9 * a, 9 * b) == pytest.approx(3 * bures(a, b), rel=1e-13)


class TestGradients:
    @pytest.mark.parametrize("by", [1.0, 1e-3])
    def test_by_finite_differences(self, by):
        rng = np.random.default_rng(5)
        a = covariance(rng, 3)
        arrays = rng.normal(size=3) * by, a, np.zeros(3), moved(rng, a, by)
        tensors = [torch.tensor(s, requires_grad=True) for s in arrays]
        gaussian_wasserstein(*tensors).backward()
        h = 1e-6 * by
        for k, tensor in enumerate(tensors):
            step = rng.normal(size=tensor.shape)
            step = symmetric(step) if step.ndim == 2 else step
            up, down = (
                gaussian_wasserstein(*(s + sign * h * step if i == k else s for i, s in enumerate(arrays)))
                for sign in (1, -1)
            )
            slope = float((tensor.grad * torch.tensor(step)).sum())
            assert slope == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-9)

    def test_of_repeated_eigenvalues(self):
        a = torch.eye(3, dtype=torch.float64, requires_grad=True)
        bures(a, 4 * torch.eye(3, dtype=torch.float64)).backward()
        np.testing.assert_allclose(a.grad, np.eye(3) * (1 - 2) / (2 * math.sqrt(3)), atol=1e-15)

    def test_where_the_distance_is_zero(self):
        a = torch.eye(2, dtype=torch.float64, requires_grad=True)
        mean = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        gaussian_wasserstein(mean, a, mean.detach(), a.detach()).backward()
        assert (a.grad == 0).all()
        assert (mean.grad == 0).all()


class TestLaws:
    def test_of_scipy(self):
        p = stats.multivariate_normal(np.zeros(3), np.diag([1.0, 2.0, 3.0]))
        q = stats.multivariate_normal(np.ones(3), np.diag([4.0, 2.0, 1.0]))
        assert wasserstein(2)(p, q) == pytest.approx(math.sqrt(4 + (math.sqrt(3) - 1) ** 2), rel=1e-14)
        with pytest.raises(UnsupportedLaw, match="wasserstein"):
            wasserstein(1)(p, q)

    def test_of_torch(self):
        mean = torch.zeros(2, 3, requires_grad=True)
        p = torch.distributions.MultivariateNormal(mean, torch.eye(3))
        q = torch.distributions.Independent(torch.distributions.Normal(torch.ones(3), 2 * torch.ones(3)), 1)
        found = wasserstein(2)(p, q)
        assert found.dtype == torch.float32
        assert found.detach().numpy() == pytest.approx(np.full(2, math.sqrt(6)), rel=1e-6)
        found.sum().backward()
        assert mean.grad.numpy() == pytest.approx(np.full((2, 3), -1 / math.sqrt(6)), rel=1e-6)


class TestMap:
    @pytest.mark.parametrize("by", [1.0, 1e-6])
    def test_carries_one_law_to_the_other(self, by):
        rng = np.random.default_rng(6)
        a = covariance(rng, 4)
        b, m, n = moved(rng, a, by), rng.normal(size=4), rng.normal(size=4)
        linear, shift = gaussian_map(m, a, n, b)
        np.testing.assert_allclose(linear @ a @ linear, b, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(linear, linear.T, atol=1e-12)
        np.testing.assert_allclose(linear @ m + shift, n, rtol=1e-13)
        assert (np.linalg.eigvalsh(linear) > 0).all()
        cost = np.trace((linear - np.eye(4)) @ a @ (linear - np.eye(4)))
        assert math.sqrt(cost) == pytest.approx(bures(a, b), rel=1e-9)

    def test_onto_a_singular_law_but_not_back(self):
        a, b = np.eye(2), np.diag([4.0, 0.0])
        np.testing.assert_allclose(gaussian_map(np.zeros(2), a, np.zeros(2), b)[0], np.diag([2.0, 0.0]), atol=1e-15)
        with pytest.raises(InvalidMeasure, match="out of reach"):
            gaussian_map(np.zeros(2), b, np.zeros(2), a)


class TestBarycentre:
    def test_of_commuting_covariances(self):
        rng = np.random.default_rng(7)
        axes = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        sds, w = rng.uniform(0.2, 3, (5, 4)), np.array([0.1, 0.2, 0.3, 0.15, 0.25])
        means = rng.normal(size=(5, 4))
        found = gaussian_barycentre(means, symmetric(axes @ (sds[:, :, None] ** 2 * np.eye(4)) @ axes.T), w)
        np.testing.assert_allclose(found.covariance, axes @ np.diag((w @ sds) ** 2) @ axes.T, atol=1e-12)
        np.testing.assert_allclose(found.mean, w @ means, atol=1e-14)

    def test_is_least(self):
        rng = np.random.default_rng(8)
        covs, means = np.stack([covariance(rng, 3) for _ in range(4)]), rng.normal(size=(4, 3))
        found = gaussian_barycentre(means, covs)
        assert found.residual <= 1e-12
        for _ in range(10):
            other = moved(rng, found.covariance, 1e-3)
            spread = np.mean(gaussian_wasserstein(means, covs, found.mean, other) ** 2)
            assert spread > found.spread
        average = np.mean([gaussian_map(found.mean, found.covariance, m, c)[0] for m, c in zip(means, covs)], axis=0)
        np.testing.assert_allclose(average, np.eye(3), atol=1e-10)

    def test_with_singular_members(self):
        found = gaussian_barycentre(np.zeros((2, 2)), np.stack([np.eye(2), np.diag([9.0, 0.0])]))
        np.testing.assert_allclose(found.covariance, np.diag([4.0, 0.25]), atol=1e-10)

    def test_that_does_not_converge_says_so(self):
        rng = np.random.default_rng(9)
        covs = np.stack([covariance(rng, 3, 100.0) for _ in range(3)])
        with pytest.raises(NotConverged, match="residual") as caught:
            gaussian_barycentre(np.zeros((3, 3)), covs, tolerance=0.0)
        assert caught.value.evaluation.value > 0


class TestFrechet:
    def setup_method(self):
        rng = np.random.default_rng(10)
        self.x = rng.normal(size=(500, 5)) @ rng.normal(size=(5, 5))
        self.y = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + 1

    def test_is_the_formula_with_a_matrix_root(self):
        a, b = np.cov(self.x.T), np.cov(self.y.T)
        shift = self.x.mean(0) - self.y.mean(0)
        expected = shift @ shift + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)
        found = frechet(self.x, self.y)
        assert found.value == pytest.approx(expected, rel=1e-11)
        assert 0 < found.error < 1e-11 * found.value
        assert "500 and 300 samples in 5 dimensions; too large by" in found.method

    def test_of_fewer_samples_than_dimensions(self):
        rng = np.random.default_rng(11)
        x, y = rng.normal(size=(20, 64)), rng.normal(size=(30, 64))
        a, b = np.cov(x.T), np.cov(y.T)
        left, right = (z - z.mean(0) for z in (x, y))
        nuclear = np.linalg.svd(left @ right.T, compute_uv=False).sum() / math.sqrt(19 * 29)
        shift = x.mean(0) - y.mean(0)
        assert frechet(x, y).value == pytest.approx(shift @ shift + np.trace(a) + np.trace(b) - 2 * nuclear, rel=1e-11)

    def test_of_equal_samples_is_zero(self):
        assert frechet(self.x, self.x).value == 0

    def test_streams(self):
        chunks = Moments.of_chunks(self.x[k : k + 7] for k in range(0, 500, 7))
        assert chunks.n == 500
        np.testing.assert_allclose(chunks.covariance, np.cov(self.x.T), rtol=1e-12)
        assert frechet(chunks, self.y).value == pytest.approx(frechet(self.x, self.y).value, rel=1e-12)
        far = Moments.of(self.x + 1e8)
        np.testing.assert_allclose(far.covariance, np.cov(self.x.T), rtol=1e-6)

    def test_bias_is_what_normal_samples_show(self):
        rng = np.random.default_rng(12)
        root = rng.normal(size=(4, 4))
        draws = [rng.normal(size=(2, 200, 4)) @ root for _ in range(150)]
        values = np.array([frechet(x, y).value for x, y in draws])
        stated = bias(*(Moments.of(s) for s in draws[0]))
        assert values.mean() == pytest.approx(stated, abs=4 * values.std() / math.sqrt(150) + 0.1 * stated)

    def test_is_a_lower_bound_of_what_samples_cost(self):
        """Gelbrich: with covariances divided by n the value is at most W_2² of the empirical laws."""
        x, y = self.x[:80], self.y[:80]
        moments = [(s.mean(0), np.cov(s.T, ddof=0)) for s in (x, y)]
        bound = gaussian_wasserstein(*moments[0], *moments[1])
        assert bound < wasserstein(2).estimate(x, y).value

    def test_on_the_line(self):
        x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
        assert frechet(x, y).value == pytest.approx(4 + 1, rel=1e-14)


ONE = np.eye(2)
CASES = [
    (
        lambda: gaussian_wasserstein([0.0, 0.0], [[1.0, 2.0], [0.0, 1.0]], [0.0, 0.0], ONE),
        InvalidMeasure,
        r"cov1\[0, 1\]",
    ),
    (lambda: gaussian_wasserstein([0.0, 0.0], -ONE, [0.0, 0.0], ONE), InvalidMeasure, "eigenvalues of cov1.*negative"),
    (lambda: gaussian_wasserstein([0.0, math.nan], ONE, [0.0, 0.0], ONE), InvalidMeasure, r"mean1\[1\]"),
    (lambda: gaussian_wasserstein([0.0, 0.0], ONE, [0.0, 0.0], np.full((2, 2), math.inf)), InvalidMeasure, "cov2"),
    (lambda: gaussian_wasserstein([0.0, 0.0], ONE, [0.0] * 3, np.eye(3)), ShapeMismatch, "mean2: dimension 3"),
    (lambda: gaussian_wasserstein([0.0, 0.0], [1.0, 1.0], [0.0, 0.0], ONE), ShapeMismatch, "cov1"),
    (lambda: gaussian_wasserstein([0, 0], ONE, [0.0, 0.0], ONE), InvalidMeasure, "mean1"),
    (lambda: gaussian_barycentre(np.zeros(2), ONE), ShapeMismatch, "means"),
    (lambda: gaussian_barycentre(np.zeros((2, 2)), np.zeros((2, 2, 2))), InvalidParameter, "covariances: .*rank"),
    (lambda: gaussian_barycentre(np.zeros((2, 2)), np.stack([ONE, ONE]), [1.0]), ShapeMismatch, "weights"),
    (lambda: gaussian_barycentre(np.zeros((2, 2)), np.stack([ONE, ONE]), [0.5, 0.6]), InvalidMeasure, "weights"),
    (lambda: frechet(np.zeros((3, 2)), np.zeros((3, 4))), ShapeMismatch, "y: 4 columns"),
    (lambda: frechet(np.zeros((1, 2)), np.zeros((3, 2))), InvalidMeasure, "x: one sample"),
    (lambda: frechet(np.full((3, 2), math.nan), np.zeros((3, 2))), InvalidMeasure, "x"),
    (lambda: Moments.of_chunks([]), InvalidMeasure, "no samples"),
    (lambda: Moments.of_chunks([np.zeros((2, 2)), np.zeros((2, 3))]), ShapeMismatch, "columns"),
]


@pytest.mark.parametrize(("call", "error", "message"), CASES)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy


def test_evaluate_says_how_far_to_trust_it() -> None:
    p, q = stats.multivariate_normal([0, 0], np.eye(2)), stats.multivariate_normal([1, 0], 4 * np.eye(2))
    found = wasserstein(2).evaluate(p, q)
    assert abs(found.value - math.sqrt(3)) <= found.error < 1e-13
    assert found.method == "closed form: multivariate normal family"


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_means_at_any_scale(scale):
    found = gaussian_wasserstein(np.zeros(2), np.zeros((2, 2)), np.full(2, scale), np.zeros((2, 2)))
    assert float(found) / scale == pytest.approx(math.sqrt(2), rel=1e-15)
    found = wasserstein(2)(stats.norm(0, scale), stats.norm(scale, 2 * scale))
    assert float(found) / scale == pytest.approx(math.sqrt(2), rel=1e-15)


def test_no_dimension_and_counts_that_differ_are_refused():
    nothing = np.zeros(0), np.zeros((0, 0))
    with pytest.raises(ShapeMismatch, match="d at least 1"):
        gaussian_wasserstein(*nothing, *nothing)
    for means, count in ((np.zeros((0, 2)), 0), (np.zeros((2, 2)), 5)):
        with pytest.raises(ShapeMismatch, match=f"covariances: {count} for {len(means)} means"):
            gaussian_barycentre(means, np.zeros((count, 2, 2)) + np.eye(2))
