"""Certified intervals: they contain closed forms known to 50 digits, and their tails, words and series enclose."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import stats

import divergence as dv
from divergence import generators
from divergence.certified import certificate, certify
from divergence.density import Density, Member
from divergence.derived_rows import skew, symmetrised
from divergence.errors import InvalidMeasure, InvalidParameter, NotConverged, UnsupportedLaw
from divergence.generators import GENERATORS, Generator, hockey_stick, power, reverse_hockey_stick
from divergence.perspective import terms_of_logs

flint = pytest.importorskip("flint")
acb, arb, fmpq = flint.acb, flint.arb, flint.fmpq

from divergence.certified import balls, growth, laws, line, reading, tails, taylor  # noqa: E402
from divergence.certified.direction import Direction, Tail, Undecided  # noqa: E402

INF = math.inf
KL, JS, TV = (GENERATORS[name] for name in ("kl", "js", "total_variation"))
H2, PEARSON, NEYMAN, JEFFREYS = (GENERATORS[name] for name in ("squared_hellinger", "pearson", "neyman", "jeffreys"))


def member(law: Any, family: str, *parameters: float, frame: tuple[float, ...] = ()) -> Density:
    low, high = law.support()
    return Density(law.logpdf, (float(low), float(high)), member=Member(family, parameters, frame))


def normal(mean: float, sd: float) -> Density:
    return member(stats.norm(mean, sd), "normal", mean, sd)


def laplace(loc: float, scale: float) -> Density:
    return member(stats.laplace(loc, scale), "laplace", loc, scale)


def logistic(loc: float, scale: float) -> Density:
    return member(stats.logistic(loc, scale), "logistic", loc, scale)


def student(df: float, loc: float, scale: float) -> Density:
    return member(stats.t(df, loc, scale), "student", df, loc, scale)


def cauchy(loc: float, scale: float) -> Density:
    return member(stats.cauchy(loc, scale), "cauchy", loc, scale)


def gamma(shape: float, scale: float, c: float = 1.0, loc: float = 0.0) -> Density:
    return member(stats.gengamma(shape, c, loc, scale), "gamma", shape, scale, c, frame=(loc,))


def beta(a: float, b: float, loc: float = 0.0, scale: float = 1.0) -> Density:
    return member(stats.beta(a, b, loc, scale), "beta", a, b, frame=(loc, scale))


def uniform(low: float, high: float) -> Density:
    return member(stats.uniform(low, high - low), "uniform", low, high)


def lognormal(mean: float, sd: float, loc: float = 0.0) -> Density:
    return member(stats.lognorm(sd, loc, math.exp(mean)), "lognormal", mean, sd, frame=(loc,))


def mixture(weights: list[float], *parts: Density) -> Density:
    def logpdf(x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.logaddexp.reduce([np.log(w) + part.logpdf(x) for w, part in zip(weights, parts)])

    support = min(part.support[0] for part in parts), max(part.support[1] for part in parts)
    return Density(logpdf, support, parts=(np.array(weights), parts))


def lines(*densities: Density) -> list[Any]:
    return [reading.laws(reading.read(density, "p")) for density in densities]


# ---------------------------------------------------------------------------------------------------- closed forms


def kl_normal(m: Any, s: Any, n: Any, r: Any) -> Any:
    m, s, n, r = map(mpf, (m, s, n, r))
    return mp.log(r / s) + (s**2 + (m - n) ** 2) / (2 * r**2) - mpf(1) / 2


def kl_gamma(k: Any, a: Any, l: Any, b: Any) -> Any:  # noqa: E741
    k, a, l, b = map(mpf, (k, a, l, b))  # noqa: E741
    return (k - l) * mp.digamma(k) - mp.loggamma(k) + mp.loggamma(l) + l * mp.log(b / a) + k * (a / b - 1)


def kl_beta(a: Any, b: Any, c: Any, d: Any) -> Any:
    a, b, c, d = map(mpf, (a, b, c, d))
    level = mp.log(mp.beta(c, d) / mp.beta(a, b)) + (c - a + d - b) * mp.digamma(a + b)
    return level + (a - c) * mp.digamma(a) + (b - d) * mp.digamma(b)


def kl_laplace(m: Any, a: Any, n: Any, b: Any) -> Any:
    d, a, b = abs(mpf(m) - mpf(n)), mpf(a), mpf(b)
    return mp.log(b / a) + (a * mp.exp(-d / a) + d) / b - 1


def hellinger_normal(m: Any, s: Any, n: Any, r: Any) -> Any:
    m, s, n, r = map(mpf, (m, s, n, r))
    return 1 - mp.sqrt(2 * s * r / (s**2 + r**2)) * mp.exp(-((m - n) ** 2) / (4 * (s**2 + r**2)))


def kl_cauchy(m: Any, s: Any, n: Any, r: Any) -> Any:
    m, s, n, r = map(mpf, (m, s, n, r))
    return mp.log(((s + r) ** 2 + (m - n) ** 2) / (4 * s * r))


CLOSED = {
    "kl of normals": (KL, normal(0.3, 1.1), normal(-1.7, 0.4), kl_normal(0.3, 1.1, -1.7, 0.4)),
    "kl of close normals": (KL, normal(0.0, 1.0), normal(1e-4, 1.0), kl_normal(0, 1, 1e-4, 1)),
    "kl of far normals": (KL, normal(0.0, 1.0), normal(1e3, 1e-3), kl_normal(0, 1, 1e3, 1e-3)),
    "kl of lognormals": (KL, lognormal(0.3, 1.1), lognormal(-0.7, 0.4), kl_normal(0.3, 1.1, -0.7, 0.4)),
    "kl of Laplace laws": (KL, laplace(0.1, 0.7), laplace(1.3, 2.1), kl_laplace(0.1, 0.7, 1.3, 2.1)),
    "kl of gammas": (KL, gamma(2.3, 1.7), gamma(0.4, 0.9), kl_gamma(2.3, 1.7, 0.4, 0.9)),
    "kl of small shapes": (KL, gamma(0.01, 1.0), gamma(0.02, 3.0), kl_gamma(0.01, 1, 0.02, 3)),
    "kl of large shapes": (KL, gamma(1e5, 1.0), gamma(1e5 + 1, 1.0), kl_gamma(1e5, 1, 1e5 + 1, 1)),
    "kl of exponentials": (KL, gamma(1.0, 0.5), gamma(1.0, 2.0), kl_gamma(1, 0.5, 1, 2)),
    "kl of inverse gammas": (KL, gamma(2.3, 4.0, -1.0), gamma(0.4, 2.0, -1.0), kl_gamma(2.3, 0.25, 0.4, 0.5)),
    "kl of chi laws": (KL, gamma(2.3, 2.0, 2.0, 5.0), gamma(0.4, 3.0, 2.0, 5.0), kl_gamma(2.3, 4, 0.4, 9)),
    "kl of betas": (KL, beta(0.5, 1.7), beta(2.3, 0.6), kl_beta(0.5, 1.7, 2.3, 0.6)),
    "kl of large betas": (KL, beta(1e6, 1e6), beta(1e6 + 1, 1e6), kl_beta(10**6, 10**6, 10**6 + 1, 10**6)),
    "kl of shifted betas": (KL, beta(0.5, 1.7, -3.0, 0.1), beta(2.3, 0.6, -3.0, 0.1), kl_beta(0.5, 1.7, 2.3, 0.6)),
    "kl of Cauchy laws": (KL, cauchy(0.3, 1.1), cauchy(-1.7, 0.4), kl_cauchy(0.3, 1.1, -1.7, 0.4)),
    "kl of uniforms": (KL, uniform(0.25, 0.5), uniform(-1.0, 7.0), mp.log(32)),
    "jeffreys": (
        JEFFREYS, laplace(0.1, 0.7), laplace(1.3, 2.1),
        kl_laplace(0.1, 0.7, 1.3, 2.1) + kl_laplace(1.3, 2.1, 0.1, 0.7),
    ),
    "reverse kl": (GENERATORS["reverse_kl"], normal(0.3, 1.1), normal(-1.7, 0.4), kl_normal(-1.7, 0.4, 0.3, 1.1)),
    "power(1)": (power(1.0), normal(0.3, 1.1), normal(-1.7, 0.4), kl_normal(0.3, 1.1, -1.7, 0.4)),
    "Hellinger": (H2, normal(0.3, 1.1), normal(-1.7, 0.4), hellinger_normal(0.3, 1.1, -1.7, 0.4)),
    "total variation": (TV, normal(0.0, 0.7), normal(1.3, 0.7), mp.erf(mpf(1.3) / mpf(0.7) / mp.sqrt(8))),
    "close total variation": (TV, normal(0.0, 1.0), normal(1e-6, 1.0), mp.erf(mpf(1e-6) / mp.sqrt(8))),
    "pearson": (PEARSON, normal(0.0, 1.0), normal(1.3, 1.0), mp.expm1(mpf(1.3) ** 2)),
    "large pearson": (PEARSON, normal(0.0, 1.0), normal(12.0, 1.0), mp.expm1(144)),
    "pearson of Cauchy laws": (PEARSON, cauchy(0.0, 1.0), cauchy(1.0, 2.0), mpf(1) / 2),
    "power(1.5)": (power(1.5), normal(0.0, 1.0), normal(1.3, 1.0), mp.expm1(mpf("0.375") * mpf(1.3) ** 2) / 0.75),
    "js of disjoint laws": (JS, uniform(0.0, 1.0), gamma(2.0, 1.0, 1.0, 3.0), mp.log(2)),
    "triangular": (GENERATORS["triangular"], uniform(0.0, 1.0), uniform(0.0, 2.0), mpf(1) / 3),
    "hockey stick": (hockey_stick(1.25), uniform(0.0, 1.0), uniform(0.0, 2.0), mpf(3) / 8),
    "reverse hockey stick": (reverse_hockey_stick(1.25), uniform(0.0, 1.0), uniform(0.0, 2.0), mpf(1) / 2),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_contains_the_closed_form_and_not_its_mutant(name: str) -> None:
    row, p, q, exact = CLOSED[name]
    found = certify(row, p, q)
    assert found.lower <= exact <= found.upper
    assert found.upper - found.lower <= 1e-12 * max(found.upper, 1e-12)
    assert not found.lower <= exact * (1 + mpf("1e-9")) <= found.upper
    assert not found.lower <= exact * (1 - mpf("1e-9")) <= found.upper
    assert found.confidence is None
    assert found.method == "certified by ball arithmetic, 128 bits"


@pytest.mark.parametrize("width", [1e-3, 1e-9, 1e-15])
def test_the_width_is_honoured(width: float) -> None:
    exact = hellinger_normal(0.3, 1.1, -1.7, 0.4)
    found = certify(H2, normal(0.3, 1.1), normal(-1.7, 0.4), width)
    assert found.lower <= exact <= found.upper
    assert found.upper - found.lower <= width * found.upper


def test_a_small_value_is_known_to_the_square_of_the_width() -> None:
    p, q = normal(0.0, 1.0), normal(1e-11, 1.0)
    exact, rough, fine = mpf(1e-11) ** 2 / 2, certify(KL, p, q), certify(KL, p, q, 1e-15)
    for found, width in ((rough, 1e-12), (fine, 1e-15)):
        assert found.lower <= exact <= found.upper
        assert found.upper - found.lower <= width**2
    assert fine.error < rough.error


def test_one_law() -> None:
    p, q = (
        mixture(w, normal(a, 1.0), normal(b, 1.0)) for w, a, b in (([0.25, 0.75], 0.0, 1.0), ([0.75, 0.25], 1.0, 0.0))
    )
    found = certify(KL, p, q)
    assert (found.lower, found.value, found.upper) == (0, 0, 0)
    disguised = certify(KL, mixture([0.5, 0.5], normal(0.0, 1.0), normal(0.0, 1.0)), normal(0.0, 1.0))
    assert disguised.lower == 0 < disguised.upper <= 1e-24


# ------------------------------------------------------------------------------------ agreement, mixtures, families

BIMODAL = mixture([0.5, 0.5], normal(-2.0, 0.5), normal(2.0, 1.0))
MOTLEY = mixture([0.5, 0.25, 0.25], laplace(0.0, 1.0), logistic(1.0, 0.5), student(2.5, 0.0, 1.0))
PAIRS = {
    "mixtures": (BIMODAL, mixture([1 / 3, 2 / 3], normal(0.0, 1.0), normal(3.0, 1.5)), ()),
    "motley mixtures": (MOTLEY, mixture([0.5, 0.5], cauchy(0.0, 1.0), normal(3.0, 0.5)), (0.0, 3.0)),
    "half-lines": (mixture([0.5, 0.5], gamma(2.0, 1.0), gamma(0.5, 1.0, 1.0, 1.0)), lognormal(0.0, 1.0), (0.0, 1.0)),
    "intervals": (
        mixture([0.5, 0.5], uniform(0.0, 1.0), uniform(2.0, 3.0)), beta(2.0, 0.5, 0.0, 2.5), (0.0, 1.0, 2.0, 2.5, 3.0)
    ),
    "line and interval": (beta(2.0, 3.0), MOTLEY, (0.0, 1.0)),
    "heavy and light": (student(3.0, 0.0, 1.0), normal(1.0, 2.0), ()),
    "Weibull": (gamma(1.0, 1.0, 0.5), gamma(1.0, 2.0, 1.5), (0.0,)),
}  # fmt: skip


def by_tanh_sinh(row: Generator, p: Density, q: Density, cuts: tuple[float, ...]) -> float:
    """∫ q f(p/q) by one trapezoidal sum on each interval between the cuts."""
    u = np.arange(-6, 6, 2**-9)
    ends = [-INF, *cuts, INF]
    total = 0.0
    for low, high in pairwise(ends):
        with np.errstate(all="ignore"):
            if math.isfinite(low) and math.isfinite(high):
                near = (high - low) / (1 + np.exp(-np.pi * np.sinh(u)))
                x = np.where(u < 0, low + near, high - (high - low) / (1 + np.exp(np.pi * np.sinh(u))))
                rate = near / (1 + np.exp(np.pi * np.sinh(u))) * np.pi * np.cosh(u)
            elif math.isfinite(low) or math.isfinite(high):
                z = np.exp(np.pi / 2 * np.sinh(u))
                x, rate = (low + z if math.isfinite(low) else high - z), z * np.pi / 2 * np.cosh(u)
            else:
                x, rate = np.sinh(np.pi / 2 * np.sinh(u)), np.cosh(np.pi / 2 * np.sinh(u)) * np.pi / 2 * np.cosh(u)
            kept = (x > low) & (x < high) & (np.abs(x) < 1e100)
            terms = terms_of_logs(row, *(logs(law, x[kept]) for law in (p, q)))
        total += float(np.sum(terms * rate[kept])) * 2**-9
    return total


def logs(law: Density, x: np.ndarray) -> np.ndarray:
    return np.where((x >= law.support[0]) & (x <= law.support[1]), law.logpdf(x), -np.inf)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("row", [JS, TV, H2, hockey_stick(2.0)], ids=lambda row: row.name)
def test_agrees_with_a_plain_sum(row: Generator, name: str) -> None:
    p, q, cuts = PAIRS[name]
    found = certify(row, p, q)
    assert found.value == pytest.approx(by_tanh_sinh(row, p, q, cuts), rel=1e-6 if row in (JS, H2) else 1e-4)
    assert found.upper - found.lower <= 1e-12 * found.upper


@pytest.mark.parametrize("name", ["mixtures", "heavy and light"])
def test_agrees_with_quadrature(name: str) -> None:
    p, q, _ = PAIRS[name]
    found, estimate = certify(JS, p, q), dv.js.evaluate(p, q)
    assert abs(found.value - estimate.value) <= estimate.error + found.error


@pytest.mark.parametrize("name", ["mixtures", "heavy and light", "Weibull"])
@pytest.mark.parametrize(
    "same",
    [
        lambda p, q: (certify(symmetrised(KL), p, q), certify(JEFFREYS, p, q), 2),
        lambda p, q: (certify(symmetrised(skew(KL, 0.5)), p, q), certify(JS, p, q), 1),
        lambda p, q: (certify(skew(TV, 0.5), p, q), certify(TV, p, q), 2),
        lambda p, q: (certify(hockey_stick(1.0), p, q), certify(TV, p, q), 1),
        lambda p, q: (certify(power(0.5), p, q), certify(H2, p, q), 0.25),
        lambda p, q: (certify(KL, q, p), certify(GENERATORS["reverse_kl"], p, q), 1),
        lambda p, q: (certify(skew(KL, 0.3), q, p), certify(skew(KL, 0.3).reverse, p, q), 1),
    ],
)
def test_rows_that_are_one_another(same: Any, name: str) -> None:
    a, b, factor = same(*PAIRS[name][:2])
    if math.isinf(a.value):
        assert math.isinf(b.value)
        return
    assert factor * a.lower <= b.upper * (1 + 1e-15)
    assert b.lower <= factor * a.upper * (1 + 1e-15)


def test_parameters_are_exactly_the_given_floats() -> None:
    """1 − 0.1 is no float: a skewed row with rounded weights would be off by some 1e-17 of itself."""
    found = certify(skew(KL, 0.1), uniform(0.0, 1.0), uniform(0.0, 2.0), 2**-50)
    w = mpf(0.1)
    assert found.lower <= -mp.log(1 - w / 2) <= found.upper
    exact = balls.with_exact_parameters(skew(KL, 0.1))
    assert exact.parameters["weight"] == fmpq(*(0.1).as_integer_ratio())


def test_weights_count_relative_to_their_sum() -> None:
    thirds = mixture([0.1, 0.2, 0.7], *(uniform(k, k + 1.0) for k in range(3)))
    total = mpf(0.1) + mpf(0.2) + mpf(0.7)
    assert total != 1
    found = certify(KL, uniform(0.0, 1.0), thirds, 2**-50)
    assert found.lower <= mp.log(total / mpf(0.1)) <= found.upper


# ---------------------------------------------------------------------------------------------- infinite and refused

INFINITE = {
    "p sticks out": (KL, normal(0.0, 1.0), gamma(2.0, 1.0), "p has mass where q has none"),
    "q sticks out": (NEYMAN, uniform(0.0, 1.0), uniform(0.0, 2.0), "q has mass where p has none"),
    "Cauchy to normal": (KL, cauchy(0.0, 1.0), normal(0.0, 1.0), "as x tends to −∞"),
    "mixture to normal": (KL, mixture([0.5, 0.5], normal(0.0, 1.0), cauchy(0.0, 1.0)), BIMODAL, "as x tends to −∞"),
    "jeffreys": (JEFFREYS, normal(0.0, 1.0), cauchy(0.0, 1.0), "as x tends to −∞"),
    "pearson of normals": (PEARSON, normal(0.0, 2.0), normal(0.0, 1.0), "as x tends to −∞"),
    "pearson of gammas": (PEARSON, gamma(2.0, 2.5), gamma(2.0, 1.0), "as x tends to ∞"),
    "pearson at an end": (PEARSON, beta(0.5, 0.5), beta(2.0, 3.0), "as x tends to 0"),
    "neyman at the other end": (NEYMAN, uniform(0.0, 1.0), beta(1.0, 0.5), "as x tends to 1"),
    "neyman, just so": (NEYMAN, beta(2.0, 3.0), uniform(0.0, 1.0), "as x tends to 0"),
    "pearson, just so": (PEARSON, student(1.0, 0.0, 1.0), student(2.0, 0.0, 1.0), "as x tends to −∞"),
    "power, just so": (power(4.0), normal(0.0, 2.0), normal(0.0, 1.0), "as x tends to −∞"),
    "tied parts": (
        PEARSON,
        student(0.5, 0.0, 1.0),
        mixture([0.5, 0.5], cauchy(0.0, 1.0), cauchy(1.0, 3.0)),
        "tends to",
    ),
}


@pytest.mark.parametrize("name", INFINITE)
def test_infinity_is_proved(name: str) -> None:
    row, p, q, reason = INFINITE[name]
    found = certify(row, p, q)
    assert found.value == found.lower == found.upper == INF
    assert found.method.startswith("infinite, certified: ")
    assert reason in found.method


FINITE = {
    "student to normal": (KL, student(2.5, 0.0, 1.0), normal(0.0, 1.0)),
    "pearson, a little heavier": (PEARSON, student(1.0, 0.0, 1.0), student(1.8, 0.0, 1.0)),
    "pearson of normals, a little narrower": (PEARSON, normal(0.0, 1.3), normal(0.0, 1.0)),
    "pearson at an end, a little lighter": (PEARSON, beta(1.2, 1.0), beta(2.0, 1.0)),
    "power, a little less": (power(3.99), normal(0.0, 1.15), normal(0.0, 1.0)),
    "lognormal to Student": (KL, lognormal(0.0, 1.0), student(0.5, 0.0, 1.0)),
}


@pytest.mark.parametrize("name", FINITE)
def test_nothing_finite_is_called_infinite(name: str) -> None:
    found = certify(*FINITE[name])
    assert 0 < found.lower <= found.upper < INF


class TestRefusals:
    @pytest.mark.parametrize("side", ["p", "q"])
    def test_a_density_of_no_known_family(self, side: str) -> None:
        known, unknown = normal(0.0, 1.0), Density(stats.norm.logpdf)
        with pytest.raises(
            UnsupportedLaw, match=f"^{side}: no enclosure is known for this density.*certified are normal"
        ):
            certify(KL, *((unknown, known) if side == "p" else (known, unknown)))

    def test_another_family(self) -> None:
        with pytest.raises(UnsupportedLaw, match="no enclosure is known for von_mises"):
            certify(KL, normal(0.0, 1.0), Density(stats.norm.logpdf, member=Member("von_mises", (0.0, 1.0))))

    def test_a_batch_and_what_is_no_density(self) -> None:
        batch = Density(stats.norm.logpdf, batch=(2,), member=Member("normal", (np.zeros(2), np.ones(2))))
        for other in (batch, np.array([0.5, 0.5])):
            with pytest.raises(UnsupportedLaw, match="not one law with a density on the line"):
                certify(KL, normal(0.0, 1.0), other)

    def test_a_row_in_foreign_functions(self) -> None:
        row = dv.f_divergence(lambda t: (t - 1) ** 2, slope=INF).generator
        with pytest.raises(UnsupportedLaw, match="functions that have no enclosure"):
            certify(row, normal(0.0, 1.0), normal(1.0, 1.0))

    @pytest.mark.parametrize("width", [0.0, -1.0, 1e-16, INF, math.nan])
    def test_widths(self, width: float) -> None:
        with pytest.raises(InvalidParameter, match="is no width"):
            certify(KL, normal(0.0, 1.0), normal(1.0, 1.0), width)

    def test_weights(self) -> None:
        wrong = Density(stats.norm.logpdf, parts=(np.array([0.5, 0.6]), (normal(0.0, 1.0), normal(1.0, 1.0))))
        with pytest.raises(InvalidMeasure, match="weights are not masses"):
            certify(KL, wrong, normal(0.0, 1.0))

    def test_a_parameter_that_is_not_finite(self) -> None:
        with pytest.raises(UnsupportedLaw, match="a parameter is nan"):
            certify(KL, normal(0.0, 1.0), Density(stats.norm.logpdf, member=Member("normal", (math.nan, 1.0))))

    def test_without_flint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "flint", None)
        with pytest.raises(UnsupportedLaw, match=r"divergence-toolkit\[certified\]"):
            certify(KL, normal(0.0, 1.0), normal(1.0, 1.0))

    def test_an_undecided_tail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(certificate, "LONGEST", 2)
        with pytest.raises(UnsupportedLaw, match="no tail bound for kl of Student against Student"):
            certify(KL, cauchy(0.0, 1.0), cauchy(1.0, 1.0))

    def test_too_little_work_leaves_a_true_interval(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(certificate, "MOST_VALUES", 200)
        monkeypatch.setattr(certificate, "MOST_BITS", 128)
        with pytest.raises(NotConverged, match="128 bits leave the interval") as caught:
            certify(JS, *PAIRS["mixtures"][:2])
        found = caught.value.evaluation
        assert found.lower <= dv.js(*PAIRS["mixtures"][:2]) <= found.upper
        assert found.upper - found.lower > 1e-12

    def test_beyond_the_largest_float(self) -> None:
        with pytest.raises(NotConverged, match="beyond the largest float"):
            certify(PEARSON, uniform(0.0, 1e-200), uniform(0.0, 1e200))


# -------------------------------------------------------------------------------------------------------- the parts

ALL_ROWS = [
    *GENERATORS.values(), power(1.5), power(-0.5), power(3.0), hockey_stick(2.0), reverse_hockey_stick(1.5),
    skew(KL, 0.3), skew(KL, 0.3).reverse, skew(GENERATORS["reverse_kl"], 0.5), symmetrised(PEARSON),
]  # fmt: skip
rows = pytest.mark.parametrize("row", ALL_ROWS, ids=lambda row: row.name)


@rows
def test_words_agree_with_those_of_arrays(row: Generator) -> None:
    o = generators.numpy_words()
    with balls.precision(128):
        exact = balls.with_exact_parameters(row)
        for v in (-30.0, -1.0, -1e-3, 1e-3, 0.5, 20.0):
            found = balls.perspective(exact, acb(v), acb(0), acb(v)).real
            expected = float(row.f(np.exp([v]), np.expm1([v]), o)[0])
            assert float(found) == pytest.approx(expected, rel=1e-13)
            assert found.rad() < 1e-30 * abs(found) + 1e-35
        for side, end in ((exact, row.at_zero), (exact.reverse, row.slope)):
            value = balls.at_zero(side)
            assert value.is_finite() == math.isfinite(end)
            assert not value.is_finite() or float(value) == pytest.approx(end, rel=1e-15)


@rows
@pytest.mark.parametrize("v", [8.0, 8.5, 30.0, 500.0])
def test_growth_encloses_the_row(row: Generator, v: float) -> None:
    with balls.precision(128):
        for side in (balls.with_exact_parameters(row), balls.with_exact_parameters(row.reverse)):
            c, a, k = growth.growth(side)
            value = balls.perspective(side, acb(v), acb(0), acb(v)).real
            assert (c * (a * arb(v)).exp() * arb(v) ** k).overlaps(value)
            assert c.rad() < 1.01 * abs(c.mid()) + 1e-30


def test_growth_keeps_what_may_be_zero() -> None:
    """A ball around 0 is not != 0, and dropped it would be lost."""
    doubtful = arb(0, 1e-3)
    assert not doubtful == 0  # noqa: SIM201
    assert not doubtful != 0  # noqa: SIM202
    order = growth.ONE
    assert growth.Growth({order: doubtful}).terms[order].rad() > 0
    assert tails.combined({(Fraction(1), 0): doubtful}, {}, 1)


def test_a_word_is_not_finite_where_it_is_not_analytic() -> None:
    wide, below = acb(arb(0.5, 1), arb(0, 1)), acb(arb(-1, 0.5), arb(0, 1))
    for ball in (wide, below):
        assert not balls.BallWords(True).log(ball).is_finite()
        assert not balls.BallWords(True).sqrt(ball).is_finite()
    assert not balls.BallWords(True).abs(wide).is_finite()
    assert not balls.BallWords(True).positive_part(wide).is_finite()
    truth = acb(14) / 3
    assert not acb.integral(lambda x, _: balls.BallWords().sqrt(x), 1, 4).overlaps(truth), "the trap is gone"
    assert acb.integral(lambda x, analytic: balls.BallWords(analytic).sqrt(x), 1, 4).overlaps(truth)


def test_a_mixture_is_not_finite_where_its_logarithm_has_a_cut() -> None:
    with balls.precision(128):
        law = lines(mixture([0.25, 0.25, 0.25, 0.25], *(normal(mean, 1.0) for mean in (0.0, 4.0, 4.0, 4.0))))[0]
        log_density = line.log_mixture(law, Direction(Fraction(0), 1))
        across = acb(arb(1.99, 0.001), arb(math.pi / 4, 0.01))  # 1 + 3 e^(4 x - 8) is about -2
        assert log_density(across, None, False).is_finite()
        assert not log_density(across, None, True).is_finite()
        assert log_density(acb(arb(1.99, 0.001), arb(0, 0.01)), None, True).is_finite()


def test_what_is_known_not_to_fall() -> None:
    flat, power = (Fraction(0), 0), (Fraction(-1), 0)
    with balls.precision(128):
        heights = tails.Heights(Tail(Direction(Fraction(0), 1), True, arb(4)))
        assert heights.never_falls({flat: arb(0), power: arb(-5)})
        assert heights.never_falls({flat: arb(0.5), power: arb(-1)})
        for slope in ({flat: arb(-0.5)}, {flat: arb(0, 0.1)}, {flat: arb(0), power: arb("nan")}):
            assert not heights.never_falls(slope)


LINES = {
    "normal": normal(0.3, 1.7), "laplace": laplace(0.3, 1.7), "logistic": logistic(0.3, 0.7),
    "student": student(2.5, 0.3, 1.7), "cauchy": cauchy(0.3, 1.7), "gamma": gamma(2.5, 1.7, 1.0, 0.3),
    "exponential": gamma(1.0, 1.7, 1.0, 0.3), "Weibull": gamma(1.0, 1.7, 1.5, 0.3),
    "inverse gamma": gamma(2.5, 1.7, -1.0, 0.3), "beta": beta(0.5, 2.5, 0.3, 1.7), "arc": beta(1.0, 0.5, 0.3, 1.7),
    "uniform": uniform(0.3, 1.7), "lognormal": lognormal(0.3, 1.7, 0.3),
}  # fmt: skip


def directions(law: Any) -> list[tuple[Direction, bool]]:
    """Ways into the support, each with whether it goes on for ever."""
    anchors = {
        x for x in (law.low, law.high, Fraction(-2), Fraction(1), Fraction(3), law.centre) if x not in (-INF, INF)
    }
    found = []
    for anchor in sorted(anchors):
        for side in (-1, 1):
            inside = law.low <= anchor < law.high if side > 0 else law.low < anchor <= law.high
            crosses = any((cut - anchor) * side > 0 for cut in law.cuts)
            if inside and not crosses:
                found.append((Direction(anchor, side), (law.high if side > 0 else law.low) in (-INF, INF)))
    return found


@pytest.mark.parametrize("name", LINES)
def test_log_densities_are_those_of_scipy(name: str) -> None:
    with balls.precision(128):
        ((_, law),) = lines(LINES[name])[0]
        for way, _ in directions(law):
            for z in (1e-3, 0.1, 0.6):
                x = float(way.anchor) + way.side * z
                expected = float(LINES[name].logpdf(x))
                for log_z in (None, acb(z).log()):
                    value = law.log_density(way)(acb(z), log_z, True)
                    assert float(value.real) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("n", [2, 5, 12])
def test_elasticities_hold_for_the_whole_tail(name: str, n: int) -> None:
    with balls.precision(128):
        ((_, law),) = lines(LINES[name])[0]
        for way, endless in directions(law):
            for far in [False] + [True] * endless:
                tail = Tail(way, far, arb(2) ** n)
                try:
                    found = law.elasticity(tail)
                except Undecided:
                    assert name == "logistic"
                    continue
                for stretch in (1.0, 1.01, 1.7, 10.0, 1e4):
                    y = tail.start * stretch
                    z = y if far else 1 / y
                    series = law.log_density(way)(flint.acb_series([acb(z), 1]), None, False)
                    slope = series[1].real if isinstance(series, flint.acb_series) else arb(0)
                    bound = sum(b * balls.power(y, c) * y.log() ** k for (c, k), b in found.items())
                    assert bound.overlaps(tail.sign * z * slope), (way, far, stretch)


TAILS = {
    **{name: PAIRS[name][:2] for name in ("mixtures", "motley mixtures", "half-lines", "heavy and light", "Weibull")},
    "betas": (beta(0.5, 1.7), beta(0.4, 1.5)),
    "lognormals": (lognormal(0.0, 1.0), lognormal(0.5, 1.2)),
}


@pytest.mark.parametrize("name", TAILS)
@pytest.mark.parametrize("row", [KL, JEFFREYS, JS, TV, PEARSON, power(1.1)], ids=lambda row: row.name)
def test_a_tail_is_at_most_its_bound(row: Generator, name: str) -> None:
    """What a longer integral adds is covered by the bound on the tail of the shorter one."""
    seen = 0
    with balls.precision(128):
        exact = balls.with_exact_parameters(row)
        for ray in line.rays(*lines(*TAILS[name])):
            for far in ray.ends if ray.p and ray.q else []:
                for n in (0, 1, 2, 4):
                    try:
                        bound = tails.tail_bound(exact, ray.p, ray.q, ray.tail(far, n))
                    except Undecided:
                        continue
                    if bound < 1e-20:  # the difference of two integrals could not show it
                        continue
                    accuracy = {"rel_tol": arb(0), "abs_tol": bound / 1000, "eval_limit": 30_000}
                    short, long = (dict.fromkeys(ray.ends, n) | {far: m} for m in (n, n + 2))
                    more = ray.integral(exact, long, **accuracy) - ray.integral(exact, short, **accuracy)
                    assert more.lower() <= bound.upper()
                    seen += 1
    assert seen or math.isinf(certify(row, *TAILS[name]).value)


def test_a_tenth_less_is_no_bound() -> None:
    """The bound on the mass of a power law's tail is sharp, so that the test above can fail."""
    with balls.precision(128):
        ((_, law),) = lines(cauchy(0.0, 1.0))[0]
        heights = tails.Heights(Tail(Direction(Fraction(0), 1), True, arb(256)))
        bound, mass = heights.integral([(law, 1)]), arb(1 / arb(256)).atan() / arb.pi()
        assert 0.9 * bound < mass < bound


def test_taylor_series_enclose_and_do_not_lose_the_difference() -> None:
    p, q = (line.log_mixture(law, Direction(Fraction(0), 1)) for law in lines(normal(0.0, 1.0), normal(1e-6, 1.0)))

    def logs(w: Any, analytic: bool) -> tuple[Any, Any]:
        return p(w, None, analytic), q(w, None, analytic)

    with balls.precision(128):
        wide = acb(arb(3, 0.5), arb(0, 0.25))
        found = taylor.enclosed(logs, wide, True)
        for x in (acb(2.6), acb(3.4), acb(3, 0.2)):
            inside = taylor.enclosed(logs, x, True)
            assert all(whole.contains(value) for whole, value in zip(found, inside))
        assert found[2].rad() < 1e-6 < (found[0] - found[1]).rad()


def test_a_value_that_no_float_holds_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []
    value = certificate._value
    monkeypatch.setattr(certificate, "_value", lambda *given: rounds.append(1) or value(*given))
    with pytest.raises(NotConverged, match="beyond the largest float"):  # e^1600
        dv.pearson.certify(stats.norm(0, 1), stats.norm(40, 1), width=1e-9)
    assert len(rounds) == 1


def test_floats_are_rounded_outward() -> None:
    with balls.precision(128):
        third = arb(1) / 3
        low, high = certificate._floats(third.lower(), third.upper())
        assert arb(low) < third < arb(high)
        assert high == math.nextafter(low, 1)
        assert certificate._floats(arb(-1), arb("1e400")) == (0, INF)
        assert certificate._floats(arb("nan"), arb(1)) == (0, INF)
        assert certificate._floats(arb(0.5), arb(0.5)) == (0.5, 0.5)


def test_unknown_tails_say_so() -> None:
    with pytest.raises(AssertionError, match="no such tail"):
        laws.Uniform(Fraction(0), Fraction(1)).fall(Tail(Direction(Fraction(0), 1), True, arb(1)))
