"""Integrals over the line against closed forms: the error covers the truth, and infinity is never a number."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from quadrature_laws import KNOWN, Known, density, power_divergence
from scipy import stats

import divergence as dv
from divergence import generators
from divergence.affinity import affinity
from divergence.quadrature import integrate_row

KL, JS, TV = dv.kl.generator, dv.js.generator, dv.total_variation.generator
ORDERS = (1, 0, 0.5, 2, -1)
# scipy's logpdf underflows there to -inf, so that nobody can know
UNKNOWABLE = {("laplace(1)(2)", -1)}


@pytest.mark.parametrize("marked", [True, False], ids=["with landmarks", "without"])
@pytest.mark.parametrize("known", KNOWN, ids=repr)
def test_the_error_covers_the_truth(known: Known, marked: bool) -> None:
    p, q = density(known.p, marked), density(known.q, marked)
    for a in ORDERS if marked else ORDERS[:3]:
        truth = power_divergence(known.affinity, a)
        if (known.name, a) in UNKNOWABLE:
            with pytest.raises(dv.NotConverged):
                integrate_row(generators.power(a), p, q)
            continue
        found = integrate_row(generators.power(a), p, q)
        if truth > 1.7e308:
            assert (found.value, found.error) == (math.inf, 0.0), a
            assert "infinite" in found.method
        else:
            assert abs(mp.mpf(found.value) - truth) <= found.error, a
            # what is not as accurate as asked for is so because log p/q is no better
            assert found.error <= 1e-10 * found.value or abs(found.value) < 1e-11, a


def test_near_equality_is_as_accurate_as_the_log_densities() -> None:
    for gap, rel in ((1e-3, 1e-10), (1e-6, 1e-8), (1e-9, 1e-5)):
        found = integrate_row(KL, density(stats.norm(0, 1)), density(stats.norm(gap, 1)))
        assert abs(found.value - gap**2 / 2) <= found.error <= rel * found.value


def test_equal_log_densities_are_equal_laws() -> None:
    found = integrate_row(KL, density(stats.norm(0, 1)), density(stats.norm(0, 1)))
    assert (found.value, found.error) == (0.0, 0.0)


class TestKinks:
    """Panels end where p/q crosses a kink of the row."""

    @pytest.mark.parametrize(
        ("p", "q", "truth"),
        [
            (stats.norm(0, 1), stats.norm(1, 1), math.erf(0.5 / math.sqrt(2))),
            (stats.norm(0, 1), stats.norm(1e-5, 1), math.erf(0.5e-5 / math.sqrt(2))),
            (stats.laplace(0, 1), stats.laplace(1, 1), -math.expm1(-0.5)),
            (stats.cauchy(0, 1), stats.cauchy(1, 1), 2 / math.pi * math.atan(0.5)),
            (stats.expon(), stats.expon(scale=2), 0.25),
            (stats.uniform(0, 1), stats.uniform(0.3, 1), 0.3),
        ],
        ids=["normal", "near", "laplace", "cauchy", "exponential", "uniform"],
    )
    @pytest.mark.parametrize("marked", [True, False])
    def test_total_variation(self, p: Any, q: Any, truth: float, marked: bool) -> None:
        found = integrate_row(TV, density(p, marked), density(q, marked))
        assert abs(found.value - truth) <= found.error + 1e-16
        assert found.error <= 1e-9 * truth

    def test_hockey_stick(self) -> None:
        p, q = density(stats.expon(scale=2)), density(stats.expon())
        truth = 1 / 6 - 3 / 36
        found = integrate_row(dv.hockey_stick(3).generator, p, q)
        assert abs(found.value - truth) <= found.error + 1e-16


class TestBoundedRows:
    def test_laws_far_apart(self) -> None:
        p, q = density(stats.norm(0, 1), False), density(stats.norm(40, 1), False)
        assert integrate_row(JS, p, q).value == pytest.approx(math.log(2), rel=1e-13)
        assert integrate_row(affinity(0.5).generator, p, q).value == pytest.approx(math.exp(-200), rel=1e-10)

    @pytest.mark.parametrize("df", [0.5, 1, 5])
    def test_heavy_tails_against_light_ones(self, df: float) -> None:
        """Against a sum on an even grid of x = sinh u."""
        p, q = stats.t(df), stats.norm(0, 1)
        u = np.arange(-120, 120, 1 / 64)
        x = np.sinh(u)
        log_p, log_q = p.logpdf(x), q.logpdf(x)
        m = np.logaddexp(log_p, log_q) - math.log(2)
        with np.errstate(invalid="ignore"):
            halves = [np.where(y > -700, np.exp(y) * (y - m), 0.0) for y in (log_p, log_q)]
        truth = float(np.sum(np.cosh(u) * (halves[0] + halves[1])) / 64 / 2)
        for marked in (True, False):
            found = integrate_row(JS, density(p, marked), density(q, marked))
            assert abs(found.value - truth) <= found.error + 1e-13

    def test_a_logarithm_that_underflows_is_continued(self) -> None:
        """The log of this density is -inf beyond 10^108, where a thousandth of the other law's mass lies."""
        light = dv.Density(lambda x: np.log(2 * x**-3.0), support=(1.0, math.inf))
        truth = math.log(0.03 / 2) + 2 / 0.03 - 1
        found = integrate_row(dv.reverse_kl.generator, light, density(stats.pareto(0.03)))
        assert abs(found.value - truth) <= found.error

    def test_where_it_cannot_be_continued_only_bounded_rows_are_known(self) -> None:
        light, wide = dv.Density(lambda x: np.log(stats.norm.pdf(x))), density(stats.norm(0, 60))
        found = integrate_row(JS, light, wide)
        truth = integrate_row(JS, density(stats.norm()), wide)
        assert abs(found.value - truth.value) <= found.error + truth.error
        with pytest.raises(dv.NotConverged):
            integrate_row(dv.reverse_kl.generator, light, wide)


class TestInfinity:
    @pytest.mark.parametrize("marked", [True, False])
    @pytest.mark.parametrize(
        ("row", "p", "q"),
        [
            (KL, stats.cauchy(), stats.norm()),
            (KL, stats.t(2), stats.norm()),
            (KL, stats.t(1.5), stats.norm()),
            (dv.pearson.generator, stats.norm(0, 1), stats.norm(0, 0.5)),
            (dv.pearson.generator, stats.pareto(2), stats.pareto(4)),
            (dv.pearson.generator, stats.t(3), stats.t(7)),
            (dv.pearson.generator, stats.gamma(0.01), stats.gamma(0.02)),
            (dv.reverse_kl.generator, stats.uniform(), stats.norm()),
        ],
        ids=["cauchy", "t2", "t1.5", "normal", "pareto", "t3", "gamma", "support"],
    )
    def test_is_decided(self, row: Any, p: Any, q: Any, marked: bool) -> None:
        found = integrate_row(row, density(p, marked), density(q, marked))
        assert (found.value, found.error) == (math.inf, 0.0)
        assert "infinite" in found.method

    def test_is_left_open_where_the_integral_settles_too_slowly(self) -> None:
        with pytest.raises(dv.NotConverged, match="does not settle") as caught:
            integrate_row(KL, density(stats.t(2.01)), density(stats.norm()))
        assert caught.value.evaluation.value > 1

    def test_a_tail_that_just_decays_is_finite(self) -> None:
        p, q = stats.t(2.5), stats.norm()
        entropy = float(p.entropy())
        truth = -entropy + math.log(2 * math.pi) / 2 + p.var() / 2
        found = integrate_row(KL, density(p), density(q))
        assert found.value == pytest.approx(truth, rel=1e-10)


class TestMasses:
    def test_normalise_divides_and_says_so(self) -> None:
        p = dv.Density(lambda x: -(x**2), normalise=True)
        found = integrate_row(KL, p, density(stats.norm()))
        assert found.value == pytest.approx(math.log(math.sqrt(2)) + 0.25 - 0.5, rel=1e-10)
        assert "p divided by its integral 1.77245385" in found.method

    @pytest.mark.parametrize(
        ("law", "said"),
        [
            (dv.Density(lambda x: -x, support=(0.0, 3.0)), "0.95"),
            (dv.Density(stats.norm.logpdf, support=(0.0, math.inf)), "0.5"),
            (dv.Density(lambda x: 0 * x), "inf|e"),
        ],
        ids=["cut", "half", "flat"],
    )
    def test_another_mass_is_refused(self, law: dv.Density, said: str) -> None:
        with pytest.raises(dv.InvalidMeasure, match=f"integrates to .*({said}).*normalise=True.*support=.*landmarks"):
            integrate_row(JS, law, density(stats.norm()))

    def test_a_density_that_is_normalised_to_nine_digits_says_so_in_the_error(self) -> None:
        p = dv.Density(lambda x: stats.norm.logpdf(x) + 1e-9)
        found = integrate_row(KL, p, density(stats.norm(1, 2)))
        assert 1e-10 < found.error < 1e-8

    def test_shape_and_nan(self) -> None:
        with pytest.raises(dv.InvalidMeasure, match="maps shape"):
            integrate_row(KL, dv.Density(lambda x: 0.0), density(stats.norm()))
        with pytest.raises(dv.InvalidMeasure, match=r"q: logpdf.* is nan"):
            integrate_row(KL, density(stats.norm()), dv.Density(lambda x: np.where(x > 1, np.nan, -(x**2))))


class TestSingularPlaces:
    def test_a_pole_inside_the_support(self) -> None:
        p = dv.Density(lambda x: math.log(0.05) - 0.9 * np.log(np.abs(x)), support=(-1.0, 1.0))
        q = dv.Density(lambda x: 0 * x - math.log(2), support=(-1.0, 1.0))
        found = integrate_row(KL, p, q)
        assert abs(found.value - (math.log(0.1) + 9)) <= found.error <= 1e-9

    def test_an_end_that_no_float_comes_near(self) -> None:
        """A hundredth of beta(0.1, 0.1) lies nearer to 1 than 1 - 1e-17; Weibull's correction is no Taylor series."""
        for loc, scale, rel in ((0, 1, 1e-11), (-2, 4, 1e-6)):
            p, q = (stats.beta(a, b, loc, scale) for a, b in ((0.1, 0.1), (0.2, 0.3)))
            truth = power_divergence(next(k for k in KNOWN if k.name == "beta(0.1, 0.1)(0.2, 0.3)").affinity, 1)
            found = integrate_row(KL, density(p), density(q))
            assert abs(mp.mpf(found.value) - truth) <= found.error <= rel
        p, q = (stats.weibull_min(0.3, 3, s) for s in (1, 2))
        truth = integrate_row(KL, *(density(stats.weibull_min(0.3, 0, s)) for s in (1, 2))).value
        found = integrate_row(KL, density(p), density(q))
        assert abs(found.value - truth) <= found.error <= 1e-6 * truth

    @pytest.mark.parametrize("weight", [0.5, 0.1, 1e-3, 1e-6])
    def test_bends_of_the_log_ratio(self, weight: float) -> None:
        """A mixture of narrow modes bends sharply where one takes over from the other, in the middle of p."""
        sds, sizes = np.asarray([0.02, 0.05]), np.asarray([1 - weight, weight])

        def logpdf(x: np.ndarray) -> np.ndarray:
            parts = np.log(sizes / sds / math.sqrt(2 * math.pi)) - ((x[:, None] - [-1.0, 1.0]) / sds) ** 2 / 2
            return np.logaddexp(parts[:, 0], parts[:, 1])

        a, b = 1 / sds**2
        half, level = (a + b), (a - b) / 2 - math.log(sizes[0] / sds[0] / sizes[1] * sds[1])
        bends = np.roots([(a - b) / 2, half, level]).real
        fine = np.concatenate([-np.geomspace(1e-7, 1e-2, 200), np.geomspace(1e-7, 1e-2, 200)])
        cuts = np.unique(np.concatenate([np.linspace(-5, 5, 2001), *(bends[:, None] + fine)]))
        cuts = cuts[np.abs(cuts) <= 5]
        t, w = np.polynomial.legendre.leggauss(20)
        x = ((cuts[1:] + cuts[:-1])[:, None] + np.diff(cuts)[:, None] * t) / 2
        log_p = stats.norm.logpdf(x, 0, 0.5)
        gap = log_p - logpdf(x.ravel()).reshape(x.shape)
        truth = float(np.sum(np.diff(cuts)[:, None] / 2 * w * np.exp(log_p) * gap))
        found = integrate_row(KL, density(stats.norm(0, 0.5)), dv.Density(logpdf, landmarks=(-1.0, 1.0)))
        assert abs(found.value - truth) <= found.error + 1e-13 * truth

    def test_steps_inside(self) -> None:
        p = dv.Density(
            lambda x: np.log(np.where(x < 0.3, 2.0, np.where(x < 0.35, 0.5, 0.375 / 0.65))), support=(0.0, 1.0)
        )
        truth = 0.6 * math.log(2) + 0.025 * math.log(0.5) + 0.375 * math.log(0.375 / 0.65)
        found = integrate_row(KL, p, dv.Density(lambda x: 0 * x, support=(0.0, 1.0)))
        assert abs(found.value - truth) <= found.error <= 1e-10


class TestEndsThatNoPowerLawDescribes:
    """Normal laws moved to an interval: at an end of it that is not 0 they fall faster than a power, but not to 0."""

    @pytest.mark.parametrize(("row", "truth"), [("kl", 0.5), ("pearson", math.expm1(1)), ("js", None)])
    @pytest.mark.parametrize("name", ["logistic", "tanh", "scipy's"])
    def test_against_the_normal_laws(self, name: str, row: str, truth: float | None) -> None:
        def logistic(mean: float) -> dv.Density:
            return dv.Density(lambda x: stats.norm.logpdf(np.log(x / (1 - x)), mean) - np.log(x * (1 - x)), (0.0, 1.0))

        def tanh(mean: float) -> dv.Density:
            return dv.Density(lambda x: stats.norm.logpdf(np.arctanh(x), mean) - np.log1p(-x * x), (-1.0, 1.0))

        make = {"logistic": logistic, "tanh": tanh, "scipy's": lambda mean: density(stats.johnsonsb(-mean, 1.0))}[name]
        found = integrate_row(getattr(dv, row).generator, make(0.0), make(1.0))
        if truth is None:
            truth = float(dv.js(stats.norm(0, 1), stats.norm(1, 1)))
        assert abs(found.value - truth) <= found.error + 1e-12 * truth
        assert found.error <= 1e-10 * truth


class TestSupports:
    @pytest.mark.parametrize("mean", [3.0, 10.0, 40.0, 1e4])
    def test_mass_that_underflows_beyond_the_other_support_counts(self, mean: float) -> None:
        p, q = stats.norm(mean, 1), stats.gamma(0.5)
        assert dv.kl.evaluate(p, q).value == dv.reverse_kl(q, p) == dv.renyi(2)(p, q) == math.inf
        assert dv.kl(stats.norm([mean, mean], 1), q).tolist() == [math.inf, math.inf]
        assert dv.js(p, q) < math.log(2) * (1 + 1e-12)
        # KL(q‖p) = E (x − m)²/2 + log √2π − h, h the entropy of q
        truth = (0.5 + (0.5 - mean) ** 2) / 2 + math.log(2 * math.pi) / 2 - float(q.entropy())
        assert dv.kl(q, p) == pytest.approx(truth, rel=1e-10)

    def test_a_law_that_ends_where_the_other_does_is_within_it(self) -> None:
        assert dv.kl(stats.truncnorm(-1, 1), stats.uniform(-1, 2)) < 0.1
        assert dv.kl(stats.expon(), stats.gamma(2)) == pytest.approx(0.57721566490153286, rel=1e-10)
