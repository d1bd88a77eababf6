"""Every number by two roads at least: closed form, integral, sum on a grid, identity, another library."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from laws import ALL, DERIVED, random_masses
from scipy import special, stats

import divergence as dv
from divergence.f_divergence import FDivergence

RNG = np.random.default_rng(20260101)
P, Q = random_masses(RNG, 50, 7), random_masses(RNG, 50, 7)


def density(law: Any, **options: Any) -> dv.Density:
    return dv.Density(law.logpdf, **options)


STANDARD, WIDE = stats.norm(0, 1), stats.norm(1, 2)  # N(0, 1) and N(1, variance 4)
CROSSINGS = np.sort(np.roots([3 / 8, 1 / 4, -1 / 8 - math.log(2)]))  # where their densities are equal


class TestNormals:
    """P = N(0, 1) and Q = N(1, variance 4)."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("kl", math.log(2) + (1 + 1) / 8 - 0.5),
            ("kl", 0.443147180559945),
            ("reverse_kl", -math.log(2) + (4 + 1) / 2 - 0.5),
            ("jeffreys", 0.25 - 0.5 + 2.5 - 0.5),
            ("js", 0.128174973054398),
            ("total_variation", 0.390065660121),
            ("total_variation", float(np.diff(STANDARD.cdf(CROSSINGS) - WIDE.cdf(CROSSINGS))[0])),
            ("squared_hellinger", 1 - math.sqrt(2 * 2 / 5) * math.exp(-1 / 20)),
            ("pearson", 4 / math.sqrt(7) * math.exp(1 / 7) - 1),
        ],
    )
    def test_closed_forms_and_published_values(self, name: str, value: float) -> None:
        found = getattr(dv, name)(density(STANDARD), density(WIDE))
        assert found == pytest.approx(value, rel=2e-11)

    @pytest.mark.parametrize("a", [-0.2, 0.25, 0.5, 0.75, 1.2])
    def test_powers(self, a: float) -> None:
        """∫ p^a q^(1-a) of two normals is σ_q^a σ_p^(1-a)/σ* exp(-a (1-a) Δ²/(2 σ*²)), σ*² = a σ_q² + (1-a) σ_p²."""
        variance = a * 4 + (1 - a) * 1
        affinity = 2**a / math.sqrt(variance) * math.exp(-a * (1 - a) / (2 * variance))
        found = dv.power(a)(density(STANDARD), density(WIDE))
        assert found == pytest.approx((affinity - 1) / (a * (a - 1)), rel=2e-10)

    def test_pearson_of_the_wide_from_the_narrow_is_infinite(self) -> None:
        assert dv.pearson(density(WIDE), density(STANDARD)) == math.inf

    @pytest.mark.parametrize(
        "divergence",
        [d for d in ALL if d.generator.parameters.get("a", 1) in (0, 0.25, 0.5, 0.75, 1, 1.5) and d not in DERIVED],
        ids=lambda d: d.name,
    )
    def test_integral_is_the_sum_on_a_fine_grid(self, divergence: FDivergence) -> None:
        if divergence.name in ("neyman", "power(1.5)"):
            pytest.skip("of these two the pair below is the finite one")
        x = np.linspace(-30, 32, 200_001)
        p, q = (law.pdf(x) * (x[1] - x[0]) for law in (STANDARD, WIDE))
        grid = float(divergence(p / p.sum(), q / q.sum()))
        tolerance = 1e-7 if divergence.generator.kinks else 1e-9
        assert divergence(density(STANDARD), density(WIDE)) == pytest.approx(grid, rel=tolerance)

    @pytest.mark.parametrize("name", ["kl", "js", "total_variation", "squared_hellinger", "pearson", "triangular"])
    def test_a_bijection_changes_nothing(self, name: str) -> None:
        """exp carries N(μ, σ²) to LogNormal(μ, σ²)."""
        logs = [density(stats.lognorm(s, scale=math.exp(m)), support=(0.0, math.inf)) for m, s in ((0, 1), (1, 2))]
        divergence = getattr(dv, name)
        assert divergence(*logs) == pytest.approx(divergence(density(STANDARD), density(WIDE)), rel=1e-9)

    def test_scale_and_shift_change_nothing(self) -> None:
        moved = [density(stats.norm(3 + 10 * m, 10 * s)) for m, s in ((0, 1), (1, 2))]
        assert dv.js(*moved) == pytest.approx(0.128174973054398, rel=1e-10)


def same(left: Any, right: Any, rtol: float = 5e-15) -> None:
    np.testing.assert_allclose(left, right, rtol=rtol)


class TestIdentities:
    def test_powers_meet_the_table(self) -> None:
        same(dv.power(2)(P, Q), dv.pearson(P, Q) / 2)
        same(dv.power(-1)(P, Q), dv.neyman(P, Q) / 2)
        same(dv.power(0.5)(P, Q), 4 * dv.squared_hellinger(P, Q))
        same(dv.power(1)(P, Q), dv.kl(P, Q))
        same(dv.power(0)(P, Q), dv.reverse_kl(P, Q))

    def test_powers_are_continuous_at_kl(self) -> None:
        for a in (1e-8, -1e-8):
            same(dv.power(a)(P, Q), dv.reverse_kl(P, Q), 1e-7)
            same(dv.power(1 + a)(P, Q), dv.kl(P, Q), 1e-7)

    def test_jensen_shannon_is_the_mean_of_two_kls_to_the_midpoint(self) -> None:
        middle = (P + Q) / 2
        same(dv.js(P, Q), (dv.kl(P, middle) + dv.kl(Q, middle)) / 2)

    def test_jeffreys_is_both_kls(self) -> None:
        same(dv.jeffreys(P, Q), dv.kl(P, Q) + dv.kl(Q, P))

    def test_triangular_is_pearson_to_the_midpoint(self) -> None:
        same(dv.triangular(P, Q), dv.pearson(P, (P + Q) / 2))

    def test_total_variation_is_the_hockey_stick_at_one(self) -> None:
        same(dv.hockey_stick(1)(P, Q), dv.total_variation(P, Q))
        same(dv.total_variation(P, Q), 1 - np.minimum(P, Q).sum(axis=-1), 1e-14)

    def test_hockey_stick_is_the_loss_of_privacy(self) -> None:
        """The largest of p(A) - γ q(A) over all events A, by going through them."""
        events = (np.arange(2**7)[:, None] >> np.arange(7)) & 1
        for gamma in (1.0, 1.3, 2.0):
            brute = (events @ (P - gamma * Q).T).max(axis=0)
            np.testing.assert_allclose(dv.hockey_stick(gamma)(P, Q), brute, rtol=1e-13, atol=1e-16)

    def test_kl_is_an_integral_of_hockey_sticks(self) -> None:
        """KL = ∫ over γ ≥ 1 of E_γ(P‖Q)/γ + E_γ(Q‖P)/γ²."""
        p, q = P[0], Q[0]
        nodes, weights = np.polynomial.legendre.leggauss(200)
        top = max((p / q).max(), (q / p).max())
        gammas = 1 + (top - 1) * (nodes + 1) / 2
        terms = [float(dv.hockey_stick(g)(p, q)) / g + float(dv.hockey_stick(g)(q, p)) / g**2 for g in gammas]
        assert float(np.dot(terms, weights) * (top - 1) / 2) == pytest.approx(float(dv.kl(p, q)), rel=1e-3)

    def test_product_laws_add_up(self) -> None:
        p, q = P[:10], Q[:10]
        joint_p = (p[:, :, None] * P[10:20, None, :]).reshape(10, -1)
        joint_q = (q[:, :, None] * Q[10:20, None, :]).reshape(10, -1)
        same(dv.kl(joint_p, joint_q), dv.kl(p, q) + dv.kl(P[10:20], Q[10:20]), 1e-13)
        affinity = (1 - dv.squared_hellinger(p, q)) * (1 - dv.squared_hellinger(P[10:20], Q[10:20]))
        same(1 - dv.squared_hellinger(joint_p, joint_q), affinity, 1e-14)


class TestOtherLibraries:
    """Away from p = q, where they keep their digits."""

    def test_scipy_special(self) -> None:
        same(dv.kl(P, Q), special.rel_entr(P, Q).sum(axis=-1), 1e-13)
        same(dv.kl(P, Q), special.kl_div(P, Q).sum(axis=-1), 1e-13)

    def test_scipy_stats(self) -> None:
        same(dv.kl(P, Q), stats.entropy(P, Q, axis=-1), 1e-13)

    def test_jensenshannon(self) -> None:
        from scipy.spatial.distance import jensenshannon

        same(np.sqrt(dv.js(P, Q)), jensenshannon(P, Q, axis=-1), 1e-13)

    def test_torch(self) -> None:
        log_q, p = torch.log(torch.tensor(Q)), torch.tensor(P)
        peer = torch.nn.functional.kl_div(log_q, p, reduction="none").sum(-1)
        same(dv.kl(p, torch.tensor(Q)).numpy(), peer.numpy(), 1e-13)


@pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
def test_libraries_agree(divergence: FDivergence, xp: Any) -> None:
    p, q = P[:8], Q[:8]
    exponent = 1 + divergence.generator.steepness
    found = xp.floats(divergence(xp.array(p), xp.array(q)))
    slack = 8 * xp.eps if divergence.generator.kinks else 0
    np.testing.assert_allclose(found, divergence(p, q), rtol=50 * exponent * xp.eps, atol=slack)
    logs = xp.floats(divergence.from_log(xp.array(np.log(p)), xp.array(np.log(q))))
    np.testing.assert_allclose(logs, divergence(p, q), rtol=200 * exponent * xp.eps, atol=slack)


def test_js_is_the_symmetrised_k_divergence() -> None:
    rng = np.random.default_rng(8)
    p, q = random_masses(rng, 20, 9), random_masses(rng, 20, 9)
    np.testing.assert_allclose(dv.symmetrised(dv.skew(dv.kl, 0.5))(p, q), dv.js(p, q), rtol=2e-15)
    np.testing.assert_allclose(dv.symmetrised(dv.kl)(p, q), dv.jeffreys(p, q) / 2, rtol=2e-15)
    assert dv.symmetrised(dv.js).generator is dv.js.generator
    assert dv.skew(dv.kl, 1).generator is dv.kl.generator


@pytest.mark.parametrize("divergence", [dv.kl, dv.neyman, dv.js], ids=lambda d: d.name)
def test_skewed_is_the_row_against_the_mixture(divergence: dv.FDivergence) -> None:
    rng = np.random.default_rng(9)
    p, q = random_masses(rng, 20, 9), random_masses(rng, 20, 9)
    for weight in (0.1, 0.5, 0.9):
        skewed = dv.skew(divergence, weight)
        np.testing.assert_allclose(skewed(p, q), divergence(p, (1 - weight) * p + weight * q), rtol=1e-11)
        np.testing.assert_allclose(dv.FDivergence(skewed.generator.reverse)(q, p), skewed(p, q), rtol=2e-15)


def test_skew_refuses() -> None:
    for weight in (0.0, -1.0, 1.5, float("nan"), "half"):
        with pytest.raises(dv.InvalidParameter, match="weight"):
            dv.skew(dv.kl, weight)  # type: ignore[arg-type]
    with pytest.raises(dv.InvalidParameter, match="no f-divergence"):
        dv.skew(dv.energy, 0.5)
