"""Integrals over the line: their error, what they refuse, and narrow places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import divergence as dv
from divergence.quadrature import integrate_row


def normal(mean: float, sd: float, **options: Any) -> dv.Density:
    def logpdf(x: np.ndarray) -> np.ndarray:
        return -(((x - mean) / sd) ** 2) / 2 - math.log(sd * math.sqrt(2 * math.pi))

    return dv.Density(logpdf, **options)


def exponential(rate: float) -> dv.Density:
    return dv.Density(lambda x: math.log(rate) - rate * x, support=(0.0, math.inf))


def uniform(low: float, high: float) -> dv.Density:
    return dv.Density(lambda x: np.full_like(x, -math.log(high - low)), support=(low, high))


P, Q = normal(0, 1), normal(1, 2)


def test_a_call_is_a_float_and_the_evaluation_its_account() -> None:
    found = dv.kl.evaluate(P, Q)
    assert isinstance(dv.kl(P, Q), float)
    assert dv.kl(P, Q) == found.value
    assert found.method == "integral over (-inf, inf)" == dv.kl.plan(P, Q)
    assert 0 < found.error <= 1e-10 * found.value


def test_equal_laws() -> None:
    assert dv.kl(P, P) == dv.js(P, P) == 0.0
    assert dv.js(P, normal(0, 1)) == 0.0


def test_half_lines() -> None:
    """KL of exponentials is log(a/b) + b/a - 1."""
    assert dv.kl(exponential(2), exponential(0.5)) == pytest.approx(math.log(4) + 0.25 - 1, rel=1e-10)
    mirrored = [dv.Density(lambda x, r=r: math.log(r) + r * x, support=(-math.inf, 0.0)) for r in (2.0, 0.5)]
    assert dv.kl(*mirrored) == pytest.approx(math.log(4) + 0.25 - 1, rel=1e-10)


def test_intervals_within_intervals() -> None:
    narrow, wide = uniform(0, 1), uniform(0, 2)
    assert dv.kl(narrow, wide) == pytest.approx(math.log(2), rel=1e-10)
    assert dv.total_variation(narrow, wide) == pytest.approx(0.5, rel=1e-10)
    assert dv.js(narrow, uniform(5, 6)) == pytest.approx(math.log(2), rel=1e-10)


def test_infinity_is_a_value() -> None:
    found = dv.kl.evaluate(uniform(0, 2), uniform(0, 1))
    assert (found.value, found.error) == (math.inf, 0.0)
    assert "infinite" in found.method
    assert dv.kl(uniform(0, 1), uniform(2, 3)) == math.inf


def test_an_underflow_of_the_law_s_own_is_not_a_gap() -> None:
    """log of a sum of exponentials is -inf far out; the other density is nothing there too."""

    def mixture(x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", under="ignore"):
            return np.log(sum(np.exp(-((x - m) ** 2) / 2) for m in (-1, 1)) / 2 / math.sqrt(2 * math.pi))

    found = dv.kl(normal(0, 0.5), dv.Density(mixture))
    x = np.linspace(-8, 8, 20_001)
    p, q = normal(0, 0.5).logpdf(x), mixture(x)
    assert found == pytest.approx(float(np.sum(np.exp(p) * (p - q)) * (x[1] - x[0])), rel=1e-9)


def test_landmarks_find_narrow_modes() -> None:
    def logpdf(x: np.ndarray) -> np.ndarray:
        modes = [-(((x - m) / 1e-4) ** 2) / 2 - math.log(1e-4) for m in (-3.0, 7.0)]
        return np.logaddexp(*modes) - math.log(2 * math.sqrt(2 * math.pi))

    spiky = dv.Density(logpdf, landmarks=(-3.0, 7.0))
    truth = np.mean([-math.log(1e-4) - math.log(2) - 0.5 + m**2 / 2 for m in (-3, 7)]) + 1e-8 / 2
    assert dv.kl(spiky, P) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (dv.Density(lambda x: -(x**2)), "p: the density integrates to 1.77"),
        (dv.Density(lambda x: np.full_like(x, np.nan)), r"p: logpdf\(.*\) is nan"),
    ],
)
def test_not_a_density(law: dv.Density, message: str) -> None:
    with pytest.raises(dv.InvalidMeasure, match=message):
        dv.kl(law, Q)


def test_a_narrow_mode_by_itself_is_found() -> None:
    truth = math.log(2 / 1e-7) + (1e-14 + 122.456**2) / 8 - 0.5
    assert dv.kl(normal(123.456, 1e-7), Q) == pytest.approx(truth, rel=1e-10)


def test_a_narrow_mode_that_is_missed_is_not_passed_over() -> None:
    def logpdf(x: np.ndarray) -> np.ndarray:
        return np.logaddexp(P.logpdf(x), normal(123.456, 1e-7).logpdf(x)) - math.log(2)

    with pytest.raises(dv.InvalidMeasure, match=r"integrates to 0.5, not 1.*landmarks"):
        dv.kl(dv.Density(logpdf), Q)
    truth = 0.5 * (math.log(2) - 0.25 + math.log(2 / 1e-7) + (1e-14 + 122.456**2) / 8 - 0.5) - math.log(2)
    assert dv.kl(dv.Density(logpdf, landmarks=(123.456,)), Q) == pytest.approx(truth, rel=1e-10)


def test_what_rounding_alone_leaves_is_in_the_error() -> None:
    ramp = dv.Density(lambda x: np.log(2 * x), support=(0.0, 1.0))
    found = dv.total_variation.evaluate(ramp, uniform(0, 1), rtol=1e-17)
    assert 1e-17 < found.error < 1e-12
    assert abs(found.value - 0.25) <= found.error


def test_an_accuracy_out_of_reach_carries_what_was_found() -> None:
    """More waves than the rule has nodes."""
    waves = dv.Density(lambda x: np.log1p(0.9 * np.sin(2e6 * np.pi * x)), support=(0.0, 1.0))
    with pytest.raises(dv.NotConverged, match="landmarks") as caught:
        dv.kl.evaluate(waves, uniform(0, 1))
    assert isinstance(caught.value.evaluation, dv.Evaluation)


def test_integrate_row_reports_what_it_reached() -> None:
    found = integrate_row(dv.kl.generator, P, Q, rtol=1e-6)
    assert abs(found.value - (math.log(2) - 0.25)) <= found.error + 1e-15


def test_a_density_where_its_logarithm_belongs() -> None:
    wrong = dv.Density(stats.norm.pdf)
    for divergence in (dv.kl, dv.js, dv.total_variation):
        with pytest.raises(dv.InvalidMeasure, match=r"p: the density integrates to .*logarithm of the density"):
            divergence.evaluate(wrong, wrong)


@pytest.mark.parametrize("heavy", [stats.cauchy, stats.t(2), stats.t(1.5)], ids=["cauchy", "t2", "t1.5"])
def test_a_heavy_tail_against_a_light_one_blames_neither_law(heavy: Any) -> None:
    """KL is infinite; a number that is not is never returned."""
    p, q = dv.Density(heavy.logpdf), dv.Density(stats.norm.logpdf)
    for divergence, first, second in ((dv.kl, p, q), (dv.reverse_kl, q, p), (dv.jeffreys, p, q)):
        try:
            found = str(divergence.evaluate(first, second).value)
        except dv.NotConverged as stopped:
            found = str(stopped)
        assert found == "inf" or "infinite, or too large" in found
    assert 0 < dv.js.evaluate(p, q).value < np.log(2)
