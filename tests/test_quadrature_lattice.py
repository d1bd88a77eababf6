"""Sums over the integers against closed forms: narrow laws, wide ones, heavy tails."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from quadrature_laws import quantiles
from scipy import stats
from scipy.special import gammaln, zeta

import divergence as dv
from divergence.density import Lattice
from divergence.perspective import terms_of_logs
from divergence.quadrature import rule_of_sum, sum_row, sum_rows
from divergence.quadrature.blocks import rules

KL, JS, TV = dv.kl.generator, dv.js.generator, dv.total_variation.generator


def lattice(law: Any, marked: bool = True) -> Lattice:
    return Lattice(law.logpmf, support=law.support(), landmarks=quantiles(law) if marked else ())


def zipf(a: float) -> Lattice:
    return Lattice(lambda k: -a * np.log(k) - math.log(zeta(a)), support=(1, math.inf))


def poissons(rate: Any) -> Lattice:
    rate = np.asarray(rate, float)

    def laws(r: np.ndarray, batch: tuple[int, ...], marks: Any) -> Lattice:
        return Lattice(
            lambda k: k * np.log(r) - r - gammaln(k + 1),
            landmarks=marks,
            batch=batch,
            at=lambda i: laws(rate.reshape(-1)[i], (len(i),), ()),
        )

    return laws(rate, rate.shape, tuple(np.maximum(0, rate + z * np.sqrt(rate)) for z in (-12, -4, -1, 0, 1, 4, 12)))


def kl_of_poissons(a: float, b: float) -> Any:
    a, b = mp.mpf(a), mp.mpf(b)
    return a * mp.log(a / b) - a + b


def kl_of_binomials(n: int, p: float, q: float) -> Any:
    p, q = mp.mpf(p), mp.mpf(q)
    return n * (p * mp.log(p / q) + (1 - p) * mp.log((1 - p) / (1 - q)))


def kl_of_zipfs(a: float, b: float) -> Any:
    mean = -mp.zeta(a, derivative=1) / mp.zeta(a)
    return mp.log(mp.zeta(b) / mp.zeta(a)) + (mp.mpf(b) - mp.mpf(a)) * mean


CASES = {
    "poisson": (stats.poisson(3), stats.poisson(5), kl_of_poissons(3, 5)),
    "wide poisson": (stats.poisson(1e6), stats.poisson(1e6 + 100), kl_of_poissons(1e6, 1e6 + 100)),
    "poissons apart": (stats.poisson(10), stats.poisson(1e4), kl_of_poissons(10, 1e4)),
    "near poisson": (stats.poisson(3), stats.poisson(3 + 3e-6), kl_of_poissons(3, 3 + 3e-6)),
    "binomial": (stats.binom(10, 0.3), stats.binom(10, 0.5), kl_of_binomials(10, 0.3, 0.5)),
    "wide binomial": (stats.binom(10**5, 0.3), stats.binom(10**5, 0.301), kl_of_binomials(10**5, 0.3, 0.301)),
    "geometric": (stats.geom(0.3), stats.geom(0.5), math.log(0.6) + 0.7 / 0.3 * math.log(1.4)),
    "wide geometric": (
        stats.geom(1e-6), stats.geom(1e-5), math.log(0.1) + (1 - 1e-6) / 1e-6 * (math.log1p(-1e-6) - math.log1p(-1e-5)),
    ),
    "negative binomial": (
        stats.nbinom(5, 0.3), stats.nbinom(5, 0.35), 5 * math.log(0.3 / 0.35) + 5 * 0.7 / 0.3 * math.log(0.7 / 0.65),
    ),
}  # fmt: skip


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_the_error_covers_the_truth(name: str, marked: bool) -> None:
    p, q, truth = CASES[name]
    found = sum_row(KL, lattice(p, marked), lattice(q, marked))
    assert abs(mp.mpf(found.value) - truth) <= found.error + 1e-15
    # scipy's own digits: 1e7 eps of a Poisson's logarithm at 1e6
    assert found.error <= (1e-6 if "wide" in name or "near" in name else 1e-9) * found.value


@pytest.mark.parametrize(("a", "b"), [(1.5, 2), (2, 1.1), (1.05, 1.5), (3, 3.001)])
def test_heavy_tails(a: float, b: float) -> None:
    found = sum_row(KL, zipf(a), zipf(b))
    assert abs(mp.mpf(found.value) - kl_of_zipfs(a, b)) <= found.error <= 1e-9 * found.value
    if a < 2:
        assert "power law beyond" in found.method


@pytest.mark.parametrize("row", [TV, JS, dv.squared_hellinger.generator])
@pytest.mark.parametrize("rates", [(1000, 1010), (3.5, 9), (2e4, 2.1e4)])
def test_blocks_against_the_plain_sum(row: Any, rates: tuple[float, float]) -> None:
    p, q = (stats.poisson(rate) for rate in rates)
    k = np.arange(0, 30_000)
    with np.errstate(under="ignore"):
        truth = float(terms_of_logs(row, p.logpmf(k), q.logpmf(k)).sum())
    found = sum_row(row, lattice(p), lattice(q))
    assert abs(found.value - truth) <= found.error + 1e-12


def test_the_rules_sum_polynomials() -> None:
    offsets, weights, _ = rules()
    for m in (4, 5, 6, 9, 12, 13, 16):
        n = 2**m
        k, t = np.arange(n), (2 * offsets[m] + 1 - n) / n
        for degree in range(17 if m > 4 else 1):
            truth = float(np.sum(((2 * k + 1 - n) / n) ** degree)) / n
            assert float(weights[m] @ t**degree) / n == pytest.approx(truth, abs=1e-12)
    assert np.all(np.diff(offsets[5:], axis=1) > 0)


class TestSupports:
    def test_methods_say_what_was_added(self) -> None:
        found = sum_row(KL, lattice(stats.binom(10, 0.3)), lattice(stats.binom(10, 0.5)))
        assert found.method == "sum over the integers from 0 to 10"
        found = sum_row(KL, lattice(stats.poisson(3)), lattice(stats.poisson(5)))
        assert found.method.startswith("sum over the integers from 0 to ")
        assert found.method.endswith("tail below 1e-18")

    def test_one_that_sticks_out(self) -> None:
        inner, outer = lattice(stats.poisson(4, loc=1)), lattice(stats.poisson(4))
        assert sum_row(KL, outer, inner).value == math.inf
        found = sum_row(KL, inner, outer)
        k = np.arange(1, 120)
        p = stats.poisson(4, loc=1)
        truth = float(np.sum(p.pmf(k) * (p.logpmf(k) - stats.poisson(4).logpmf(k))))
        assert found.value == pytest.approx(truth, rel=1e-12)

    def test_one_point(self) -> None:
        point = Lattice(lambda k: 0 * k, support=(2, 2))
        assert sum_row(KL, point, lattice(stats.poisson(3))).value == pytest.approx(
            -float(stats.poisson(3).logpmf(2)), rel=1e-12
        )

    def test_two_sides(self) -> None:
        p, q = stats.dlaplace(0.1), stats.dlaplace(0.2)
        k = np.arange(-3000, 3001)
        truth = float(np.sum(p.pmf(k) * (p.logpmf(k) - q.logpmf(k))))
        assert sum_row(KL, lattice(p), lattice(q)).value == pytest.approx(truth, rel=1e-9)

    def test_gaps_inside(self) -> None:
        """On the even numbers only, which no rule of large blocks sees."""
        even = Lattice(lambda k: np.where(k % 2 == 0, -(k / 2 + 1) * math.log(2), -np.inf))
        found = sum_row(JS, even, Lattice(lambda k: -(k + 1) * math.log(2)))
        k = np.arange(0, 200)
        p, q = np.where(k % 2 == 0, 2.0 ** -(k / 2 + 1), 0.0), 2.0 ** -(k + 1.0)
        assert found.value == pytest.approx(float(dv.js(p / p.sum(), q / q.sum())), rel=1e-12)


class TestInfinity:
    def test_is_decided(self) -> None:
        assert sum_row(dv.pearson.generator, lattice(stats.geom(0.1)), lattice(stats.geom(0.5))).value == math.inf
        found = sum_row(KL, zipf(1.5), lattice(stats.poisson(4)))
        assert found.value == math.inf
        assert "infinite" in found.method


def test_another_mass_is_refused() -> None:
    with pytest.raises(dv.InvalidMeasure, match=r"p: the law sums to 1.58197671, not 1.*logpmf"):
        sum_row(KL, Lattice(lambda k: -k), lattice(stats.poisson(3)))


class TestBatches:
    def test_broadcast(self) -> None:
        a, b = np.asarray([[1.0, 30.0], [1e5, 3.0]]), np.asarray([2.0, 40.0])
        value, error = sum_rows(KL, poissons(a), poissons(b), rtol=1e-8)
        truth = a * np.log(a / b) - a + b
        assert np.all(np.abs(value - truth) <= error + 1e-15)
        assert value == pytest.approx(truth, rel=1e-8)

    def test_rule(self) -> None:
        p, q = poissons([3.0, 500.0]), poissons([5.0, 510.0])
        rule = rule_of_sum(KL, p, q)
        terms = terms_of_logs(KL, p.at(rule.index).logpmf(rule.x), q.at(rule.index).logpmf(rule.x))
        assert np.bincount(rule.index, rule.weights * terms) == pytest.approx(rule.value, rel=1e-11)
        assert np.all(rule.x == np.round(rule.x))
