"""W_p of laws: closed forms, distribution functions and quantiles against each other and against known values."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from divergence import Density, Discrete, Evaluation, Lattice, Mixture, Samples, wasserstein
from divergence.adapters import law
from divergence.errors import (
    DivergenceError,
    InvalidMeasure,
    InvalidParameter,
    NotConverged,
    ShapeMismatch,
    UnsupportedLaw,
)
from divergence.transport.distribution import on_line
from divergence.transport.laws import _by_distribution_functions, _by_quantiles

ORDERS = [1, 1.5, 2, 3]
NORMAL = Density(lambda x: -x * x / 2 - math.log(2 * math.pi) / 2, name="normal")
CAUCHY = Density(lambda x: -np.log1p(x * x) - math.log(math.pi), name="cauchy")
BIMODAL = Mixture([0.3, 0.7], [stats.norm(-3, 1), stats.norm(2, 0.5)])


def within(found: Evaluation, truth: float, rel: float = 1e-8) -> None:
    """As near as was asked for, and no farther off than it says."""
    assert found.value == pytest.approx(truth, rel=rel)
    assert abs(found.value - truth) <= found.error + 1e-14 * abs(truth)


def by_quadrature(p, q, order):
    """The integral of quantiles as it is written, by QUADPACK between the places where they cross."""

    def half(x, y):
        """Over the probabilities below 1/2, in their logarithm."""

        def gap(s):
            return x(math.exp(s)) - y(math.exp(s))

        grid = np.linspace(-80, math.log(0.5), 800)
        values = x(np.exp(grid)) - y(np.exp(grid))
        crossed = np.flatnonzero(values[1:] * values[:-1] < 0)
        roots = [optimize.brentq(gap, grid[k], grid[k + 1], xtol=1e-14) for k in crossed]
        edges = sorted([-80, -20, -5, *roots, math.log(0.5)])
        return sum(
            integrate.quad(lambda s: abs(gap(s)) ** order * math.exp(s), a, b, epsabs=1e-14, epsrel=1e-12)[0]
            for a, b in pairwise(edges)
        )

    return (half(p.ppf, q.ppf) + half(p.isf, q.isf)) ** (1 / order)


# ---------------------------------------------------------------- known values


def test_values_to_twelve_digits():
    p, q = stats.norm(0, 1), stats.norm(1, 2)
    assert wasserstein(1)(p, q) == pytest.approx(1.166630941175, rel=1e-12)
    assert wasserstein(2)(p, q) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert wasserstein(math.inf)(p, q) == math.inf
    assert wasserstein(2).evaluate(p, q).method == "closed form: normal family"
    within(wasserstein(1).evaluate(NORMAL, q), 1.166630941175373)
    within(wasserstein(2).evaluate(NORMAL, q), math.sqrt(2))
    cubic = special.hyp1f1(-1.5, 0.5, -0.5) * 2**1.5 * special.gamma(2) / math.sqrt(math.pi)  # E|1 + Z|³
    within(wasserstein(3).evaluate(p, q), cubic ** (1 / 3))


@pytest.mark.parametrize("order", [*ORDERS, 7.5])
@pytest.mark.parametrize(
    ("p", "q", "moment"),
    [
        (stats.gamma(2.5, scale=1), stats.gamma(2.5, scale=3), lambda k: special.gamma(2.5 + k) / special.gamma(2.5)),
        (stats.expon(), stats.expon(scale=3), lambda k: special.gamma(1 + k)),
        (stats.rayleigh(), stats.rayleigh(scale=3), lambda k: 2 ** (k / 2) * special.gamma(1 + k / 2)),
        (stats.invgamma(9), stats.invgamma(9, scale=3), lambda k: special.gamma(9 - k) / special.gamma(9)),
        (stats.pareto(9), stats.pareto(9, scale=3), lambda k: 9 / (9 - k)),
        (stats.lognorm(0.5), stats.lognorm(0.5, scale=3), lambda k: math.exp(k * k / 8)),
        (stats.uniform(0, 1), stats.uniform(0, 3), lambda k: 1 / (k + 1)),
        (stats.powerlaw(2), stats.powerlaw(2, scale=3), lambda k: 2 / (2 + k)),
    ],
)
def test_laws_that_differ_by_their_scale(p, q, moment, order):
    """The quantiles are those of Z, times 1 and times 3."""
    within(wasserstein(order).evaluate(p, q), 2 * moment(order) ** (1 / order))


@pytest.mark.parametrize("order", [*ORDERS, math.inf])
@pytest.mark.parametrize(
    "p",
    [
        lambda x: stats.norm(x, 2),
        lambda x: stats.laplace(x),
        lambda x: stats.logistic(x),
        lambda x: stats.t(1.5, x),
        lambda x: stats.cauchy(x),
        lambda x: stats.uniform(x, 2),
        lambda x: stats.gamma(2, loc=x),
        lambda x: stats.pareto(0.5, loc=x),
    ],
)
def test_a_shift_is_its_own_distance_at_every_order(p, order):
    """Also where no moment is finite: the monotone coupling moves every point by as much."""
    found = wasserstein(order).evaluate(p(0.25), p(1.5))
    within(found, 1.25)
    assert "closed form" in found.method


@pytest.mark.parametrize(
    ("p", "q", "truth"),
    [
        (stats.pareto(1.5), stats.expon(), 2),
        (stats.pareto(1.01), stats.expon(), 100),
        (stats.poisson(3), stats.poisson(5), 2),
        (stats.binom(10, 0.2), stats.binom(10, 0.5), 3),
        (stats.geom(0.2), stats.geom(0.5), 3),
        (stats.nbinom(3, 0.2), stats.nbinom(3, 0.5), 9),
        (stats.beta(2, 1), stats.beta(1, 1), 1 / 6),
        (stats.lognorm(1), stats.lognorm(1, loc=5), 5),
        (stats.randint(0, 10), stats.randint(5, 15), 5),
        (stats.uniform(0, 1), Discrete([0.5, 0.5], [1.0, 2.0]), 1),
        (stats.poisson(4), stats.uniform(-1, 1), 4.5),
    ],
    ids=lambda x: x.dist.name if hasattr(x, "dist") else str(x),
)
def test_ordered_laws_are_as_far_apart_as_their_means(p, q, truth):
    """Where F ≤ G everywhere, ∫ |F − G| is the difference of the means."""
    if isinstance(q, Discrete):
        within(wasserstein(1).evaluate(p, q), truth)
    elif isinstance(p.dist, stats.rv_discrete) and isinstance(q.dist, stats.rv_continuous):
        found = wasserstein(1).evaluate(p, q)
        expected, _ = integrate.quad(lambda x: abs(p.cdf(x) - q.cdf(x)), -1, 40, points=np.arange(0.0, 40.0), limit=400)
        within(found, expected)
    else:
        within(wasserstein(1).evaluate(p, q), truth)


@pytest.mark.parametrize("order", [1, 2.5])
@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.norm(), stats.laplace()),
        (stats.beta(0.3, 2), stats.uniform()),
        (stats.gamma(2), stats.weibull_min(1.5)),
        (stats.t(5), stats.norm(1, 2)),
        (stats.gumbel_r(), stats.logistic(0, 0.5)),
    ],
)
def test_quantiles_as_they_are_written(p, q, order):
    found = wasserstein(order).evaluate(p, q)
    assert found.value == pytest.approx(by_quadrature(p, q, order), rel=1e-9)


LAWS = [
    NORMAL,
    BIMODAL,
    Density(lambda x: -np.abs(x), normalise=True),
    Density(lambda x: np.log(2 * x), support=(0, 1)),
    Lattice(lambda k: -(k + 1) * math.log(2)),
    Discrete([0.2, 0.3, 0.5], [-1.0, 0.5, 4.0]),
    Mixture([0.5, 0.5], [stats.poisson(3), stats.poisson(20)]),
    *map(law, (stats.skewnorm(3), stats.vonmises(2), stats.beta(0.2, 0.1), stats.invgauss(0.7), stats.poisson(1e4))),
]


@pytest.mark.parametrize("p", LAWS, ids=lambda law: type(law).__name__)
def test_two_ways_to_the_first_order(p):
    """∫ |F − G| dx = ∫ |F⁻¹ − G⁻¹| du."""
    a, b = on_line(p, "p"), on_line(law(stats.norm(0.5, 2)), "q")
    one, other = _by_distribution_functions(a, b, 1e-9), _by_quantiles(a, b, 1.0, 1e-9)
    assert one.value == pytest.approx(other.value, rel=1e-7)
    assert abs(one.value - other.value) <= one.error + other.error


@pytest.mark.parametrize("p", LAWS, ids=lambda law: type(law).__name__)
def test_distribution_functions_and_quantiles_are_inverse(p):
    a = on_line(p, "p")
    u = np.array([1e-12, 1e-3, 0.1, 0.3, 0.5])
    for of, quantile, sign in ((a.below, a.quantile, 1), (a.above, a.upper_quantile, -1)):
        x = quantile(u)
        step = np.maximum(np.abs(x), 1e-300) * 1e-9
        assert (of(x + sign * step) >= u * (1 - 1e-9)).all()
        assert (of(x - sign * step) <= u * (1 + 1e-6)).all()
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(a.below(x) + a.above(x), 1, atol=1e-9)


def test_an_integrated_density_has_digits_in_its_tails():
    for ours, theirs, x in ((NORMAL, stats.norm(), 30.0), (CAUCHY, stats.cauchy(), 1e30)):
        found = on_line(ours, "p")
        places = np.array([-x, -x / 2, -1.0, 0.0, 0.3, 5.0, x])
        np.testing.assert_allclose(found.below(places), theirs.cdf(places), rtol=1e-11)
        np.testing.assert_allclose(found.above(places), theirs.sf(places), rtol=1e-11)


# ---------------------------------------------------------------- infinity is a value


@pytest.mark.parametrize(
    ("p", "q", "order"),
    [
        (stats.cauchy(), stats.norm(), 1),
        (CAUCHY, stats.norm(), 1),
        (CAUCHY, stats.norm(), 2),
        (stats.cauchy(), stats.cauchy(scale=2), 1),
        (stats.t(2), stats.norm(), 2),
        (stats.pareto(1), stats.expon(), 1),
        (stats.pareto(2), stats.pareto(2, scale=2), 2),
        (stats.zipf(1.8), stats.poisson(3), 1),
        (stats.norm(), stats.expon(), math.inf),
        (stats.norm(), stats.norm(0, 2), math.inf),
        (stats.norm(), stats.laplace(), math.inf),
        (stats.gamma(2), stats.gamma(3), math.inf),
    ],
)
def test_infinite_where_the_moments_are(p, q, order):
    found = wasserstein(order).evaluate(p, q)
    assert found.value == math.inf
    assert found.error == 0


@pytest.mark.parametrize(("p", "q", "order"), [(stats.t(1.2), stats.norm(), 1), (stats.t(2.5), stats.norm(), 2)])
def test_finite_where_they_barely_are(p, q, order):
    """‖X − Y‖ ≥ ‖X‖ − ‖Y‖, and the other way about."""
    size = {1: lambda x: x.expect(abs), 2: lambda x: x.std()}[order]
    spread = 2 * stats.t.pdf(0, 1.2) * 1.2 / 0.2 if order == 1 else size(p)  # E|T| = 2 f(0) ν/(ν − 1)
    other = size(q)
    value = wasserstein(order)(p, q)
    assert spread - other <= value <= spread + other


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.gamma(3, 1, 2), stats.gamma(3, 0, 1)),
        (stats.gamma(1e5, -1e5, 1), stats.gamma(1e5, -2e5 - 7, 2)),
        (stats.weibull_min(1.5, 1, 2), stats.weibull_min(1.5)),
        (stats.lognorm(0.7, 1, 2), stats.lognorm(0.7)),
        (stats.pareto(4.5, 1, 2), stats.pareto(4.5)),
        (stats.t(4.5, 1, 2), stats.t(4.5)),
        (stats.uniform(1, 2), stats.uniform(0, 1)),
        (stats.laplace(1, 2), stats.laplace()),
        (stats.logistic(1, 2), stats.logistic()),
    ],
)
def test_closed_forms_against_quantiles(p, q, order):
    found = wasserstein(order).evaluate(p, q)
    integrated = _by_quantiles(on_line(law(p), "p"), on_line(law(q), "q"), order, 1e-10)
    assert ("closed form" in found.method) == (order == 2)
    assert found.value == pytest.approx(integrated.value, rel=1e-9)
    assert abs(found.value - integrated.value) <= found.error + integrated.error + 1e-13


def test_what_cannot_be_seen_is_said():
    """Two integrated tails without moments: how near they are out there no float tells."""
    with pytest.raises(NotConverged) as caught:
        wasserstein(2)(CAUCHY, stats.cauchy(3))
    assert caught.value.evaluation.error == math.inf
    within(wasserstein(1).evaluate(CAUCHY, stats.cauchy(3)), 3)


def test_the_largest_difference():
    """Largest in the inside, at an end, and between atoms."""
    u = optimize.minimize_scalar(
        lambda u: -abs(stats.beta.ppf(u, 2, 5) - u), bounds=(0, 1), method="bounded", options={"xatol": 1e-12}
    )
    within(wasserstein(math.inf).evaluate(stats.beta(2, 5), stats.uniform(), rtol=1e-6), -u.fun)
    within(wasserstein(math.inf).evaluate(stats.uniform(0, 1), stats.uniform(1, 3)), 3)
    within(wasserstein(math.inf).evaluate(stats.uniform(0, 1), Discrete([0.25, 0.75], [0.0, 1.0])), 0.75)
    within(wasserstein(math.inf).evaluate(Discrete([0.5, 0.5], [0.0, 1.0]), Discrete([1.0], [3.0])), 3)
    tenths = Discrete([0.1, 0.2, 0.7], [0.0, 1.0, 2.0])  # 0.1 + 0.2 is a level of both, but for rounding
    assert wasserstein(math.inf)(tenths, Discrete([0.3, 0.7], [0.5, 2.0])) == 0.5


# ---------------------------------------------------------------- laws of the distance

places = st.tuples(st.floats(-5, 5), st.floats(0.1, 4))


@given(places, places, places, st.sampled_from(ORDERS), st.sampled_from([stats.norm, stats.logistic, stats.gumbel_r]))
@settings(max_examples=15, deadline=None)
def test_metric_laws(a, b, c, order, family):
    d = wasserstein(order)
    p, q, r = family(*a), stats.norm(*b), stats.laplace(*c)
    assert d(p, q) == pytest.approx(d(q, p), rel=1e-7, abs=1e-9)
    assert d(p, r) <= (d(p, q) + d(q, r)) * (1 + 1e-7) + 1e-9
    moved = family(a[0] * 3 + 1, a[1] * 3), stats.laplace(c[0] * 3 + 1, c[1] * 3)
    assert d(*moved) == pytest.approx(3 * d(p, r), rel=1e-6, abs=1e-8)
    assert wasserstein(1)(p, r) <= d(p, r) * (1 + 1e-7) + 1e-9
    assert abs(p.mean() - r.mean()) <= d(p, r) * (1 + 1e-7) + 1e-9


@pytest.mark.parametrize("p", LAWS, ids=lambda law: type(law).__name__)
def test_equal_laws(p):
    assert wasserstein(1)(p, p) < 1e-10
    assert wasserstein(2)(p, p) < 1e-9


@pytest.mark.parametrize("order", [1, 2])
def test_fine_histograms_come_near(order):
    """Atoms at the middles of 4000 equal pieces lie within half a piece of the law."""
    u = (np.arange(4000) + 0.5) / 4000
    share = np.full(4000, 1 / 4000)
    p, q = stats.norm(), stats.laplace(1)
    fine = wasserstein(order)(Discrete(share, p.ppf(u)), Discrete(share, q.ppf(u)))
    assert fine == pytest.approx(wasserstein(order)(p, q), rel=3e-3)
    assert wasserstein(order)(p, Discrete(share, p.ppf(u))) < 0.02


@pytest.mark.parametrize("order", ORDERS)
def test_against_the_linear_programme_and_its_dual(order):
    rng = np.random.default_rng(0)
    p, q, x, y = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(5)), rng.normal(size=6), rng.normal(size=5)
    cost = np.abs(x[:, None] - y) ** order
    rows = np.vstack([np.kron(np.eye(6), np.ones(5)), np.kron(np.ones(6), np.eye(5))])
    primal = optimize.linprog(cost.ravel(), A_eq=rows, b_eq=np.concatenate([p, q]))
    dual = optimize.linprog(-np.concatenate([p, q]), A_ub=rows.T, b_ub=cost.ravel(), bounds=(None, None))
    found = wasserstein(order).evaluate(Discrete(p, x), Discrete(q, y))
    assert found.value**order == pytest.approx(primal.fun, rel=1e-7)
    assert found.value**order == pytest.approx(-dual.fun, rel=1e-7)
    assert found.value == pytest.approx(float(wasserstein(order)(Discrete(p, x), Discrete(q, y))), rel=1e-12)


def test_the_dual_of_the_first_order():
    """W1 = E_P f − E_Q f for the f with slope sign(G − F)."""
    p, q = stats.norm(), stats.norm(0.5, 2)
    x = np.linspace(-20, 20, 400_001)
    f = np.concatenate([[0.0], np.cumsum(np.sign(q.cdf(x) - p.cdf(x))[:-1] * np.diff(x))])
    gain = integrate.trapezoid(f * (p.pdf(x) - q.pdf(x)), x)
    assert gain == pytest.approx(wasserstein(1)(p, q), rel=1e-6)


# ---------------------------------------------------------------- batches, tensors, what is refused


def test_batches_are_loops():
    means, scales = np.array([[0.0], [1.0]]), np.array([1.0, 2.0, 3.0])
    p, q = stats.norm(means, 1), stats.norm(0, scales)
    for order in (1, 2, 3):
        found = wasserstein(order)(p, q)
        assert found.shape == (2, 3)
        for i in range(2):
            for j in range(3):
                one = wasserstein(order)(stats.norm(means[i, 0], 1), stats.norm(0, scales[j]))
                assert found[i, j] == pytest.approx(one, rel=1e-12)
    found = wasserstein(1)(stats.gamma([1.0, 2.0]), Discrete(np.eye(2), np.array([0.0, 5.0])))
    assert found == pytest.approx([1.0, wasserstein(1)(stats.gamma(2.0), Discrete([1.0], [5.0]))], rel=1e-9)
    skewed = wasserstein(1)(stats.skewnorm([1.0, 3.0]), stats.norm())
    assert skewed[1] == pytest.approx(wasserstein(1)(stats.skewnorm(3.0), stats.norm()), rel=1e-12)
    mixed = Mixture(np.array([[0.5, 0.5], [1.0, 0.0]]), [stats.norm(), stats.norm(3)])
    assert wasserstein(2)(mixed, stats.norm()) == pytest.approx([math.sqrt(4.5) * 1.0, 0.0], abs=0.8)


@pytest.mark.parametrize("order", [1, 2, math.inf])
def test_torch_laws_answer_and_differentiate(order):
    td = torch.distributions
    mean = torch.tensor([0.5, 1.0], dtype=torch.float64, requires_grad=True)
    sd = torch.tensor([1.0, 3.0], dtype=torch.float64, requires_grad=True)
    w = wasserstein(order)
    if order == math.inf:

        def value(a, b):
            return w(td.Uniform(a, a + b), td.Uniform(0.2 * torch.ones_like(a), torch.ones_like(a)))
    else:

        def value(a, b):
            return w(td.Normal(a, b), td.Normal(torch.zeros_like(a), 2 * torch.ones_like(a)))

    assert value(mean, sd).shape == (2,)
    assert torch.autograd.gradcheck(value, (mean, sd))


def test_torch_laws_without_closed_form():
    td = torch.distributions
    p, q = td.Normal(torch.tensor(0.0), torch.tensor(1.0)), td.Laplace(torch.tensor(0.0), torch.tensor(1.0))
    found = wasserstein(2)(p, q)
    assert isinstance(found, torch.Tensor)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(wasserstein(2)(stats.norm(), stats.laplace()), rel=1e-6)
    with pytest.raises(UnsupportedLaw, match=r"p: .*rsample"):
        wasserstein(2)(td.Normal(torch.tensor(0.0, requires_grad=True), 1.0), q)
    shape = torch.tensor(2.0, requires_grad=True)
    with pytest.raises(UnsupportedLaw, match="not differentiable"):
        wasserstein(2)(td.Gamma(shape, 1.0), td.Gamma(shape, 2.0))
    assert wasserstein(1)(td.Categorical(torch.tensor([0.5, 0.5])), td.Bernoulli(torch.tensor(0.25))).item() == 0.25


def test_the_gradient_at_equal_laws_is_finite():
    mean = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    sd = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    for order in (1, 2):
        value = wasserstein(order)(torch.distributions.Normal(mean, sd), torch.distributions.Normal(0.0, 1.0))
        assert all(bool(torch.isfinite(g)) for g in torch.autograd.grad(value, (mean, sd)))
        assert value.item() == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wasserstein(1)(stats.norm(), [0.5, 0.5]), UnsupportedLaw, "q: a bare"),
        (lambda: wasserstein(1)(stats.norm(), Samples([0.0, 1.0])), UnsupportedLaw, "q: samples"),
        (lambda: wasserstein(1)(stats.norm(), "norm"), UnsupportedLaw, "q: "),
        (lambda: wasserstein(1)(stats.norm(), Discrete([0.5, 0.5])), InvalidMeasure, "q: has no points"),
        (lambda: wasserstein(1)(stats.multivariate_normal([0, 0]), stats.norm()), ShapeMismatch, "p: .*2 dimensions"),
        (lambda: wasserstein(1)(stats.norm([0.0, 1.0]), stats.norm([0.0, 1.0, 2.0])), ShapeMismatch, "q: batch"),
        (lambda: wasserstein(1).evaluate(stats.norm([0.0, 1.0]), stats.norm()), ShapeMismatch, "one pair"),
        (lambda: wasserstein(1)(Density(lambda x: -x * x), stats.norm()), InvalidMeasure, "p: .*integrates to 1.77"),
        (lambda: wasserstein(1)(Density(lambda x: x * math.nan), stats.norm()), InvalidMeasure, "nan"),
        (lambda: wasserstein(1)(Lattice(lambda k: -k), stats.norm()), InvalidMeasure, "p: .*sums to 1.58"),
        (lambda: wasserstein(1)(Lattice(lambda k: k * math.nan), stats.norm()), InvalidMeasure, "nan"),
        (lambda: wasserstein(1).evaluate(stats.norm(), stats.norm(), rtol=0), InvalidParameter, "rtol"),
        (lambda: wasserstein(1)(stats.norm(0, -1), stats.norm()), InvalidParameter, "p: "),
        (lambda: wasserstein(1)(stats.randint(0, 500_000), stats.norm()), UnsupportedLaw, "p: 500000 atoms"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, DivergenceError)
    assert caught.value.remedy
