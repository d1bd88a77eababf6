"""Laws of scipy.stats: the members they are, their batches, supports and landmarks, and what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import divergence as dv
from divergence import Density, Discrete, InvalidMeasure, InvalidParameter, UnsupportedLaw
from divergence.adapters import law
from divergence.adapters.scipy_laws import scipy_law
from divergence.density import Lattice
from tests import families
from tests.families import close, sane

# name, shapes, family, power of the gamma family
CONTINUOUS: list[tuple[str, tuple[float, ...], str]] = [
    ("norm", (), "normal"),
    ("lognorm", (0.7,), "lognormal"),
    ("gamma", (2.5,), "gamma"),
    ("expon", (), "gamma"),
    ("erlang", (3,), "gamma"),
    ("chi2", (5.0,), "gamma"),
    ("chi", (5.0,), "gamma"),
    ("rayleigh", (), "gamma"),
    ("maxwell", (), "gamma"),
    ("halfnorm", (), "gamma"),
    ("nakagami", (1.7,), "gamma"),
    ("weibull_min", (1.7,), "gamma"),
    ("invweibull", (1.7,), "gamma"),
    ("gengamma", (1.7, 2.5), "gamma"),
    ("gengamma", (1.7, -2.5), "gamma"),
    ("invgamma", (1.7,), "gamma"),
    ("levy", (), "gamma"),
    ("beta", (1.7, 2.5), "beta"),
    ("arcsine", (), "beta"),
    ("powerlaw", (1.7,), "beta"),
    ("rdist", (3.3,), "beta"),
    ("semicircular", (), "beta"),
    ("uniform", (), "uniform"),
    ("laplace", (), "laplace"),
    ("logistic", (), "logistic"),
    ("t", (3.3,), "student"),
    ("cauchy", (), "cauchy"),
    ("pareto", (1.7,), "pareto"),
    ("lomax", (1.7,), "pareto"),
    ("genpareto", (0.4,), "pareto"),
    ("genpareto", (-0.4,), "beta"),
    ("genpareto", (0.0,), "gamma"),
    ("invgauss", (1.7,), "inverse_gaussian"),
    ("wald", (), "inverse_gaussian"),
]
LATTICES: list[tuple[str, tuple[float, ...], str]] = [
    ("poisson", (3.3,), "poisson"),
    ("binom", (7, 0.3), "binomial"),
    ("bernoulli", (0.3,), "binomial"),
    ("nbinom", (2.5, 0.3), "negative_binomial"),
    ("geom", (0.3,), "negative_binomial"),
]
PLACES = np.linspace(0.01, 0.99, 25)


class TestMembers:
    @pytest.mark.parametrize(("loc", "scale"), [(0.0, 1.0), (1.5, 2.25), (-40.0, 0.01)])
    @pytest.mark.parametrize(("name", "shapes", "family"), CONTINUOUS)
    def test_continuous(self, name: str, shapes: tuple[float, ...], family: str, loc: float, scale: float) -> None:
        x = getattr(stats, name)(*shapes, loc=loc, scale=scale)
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert found.member is not None
        assert found.member.family == family
        places = x.ppf(PLACES)
        # an end moved by loc is off by a rounding of loc
        close(found.logpdf(places), families.log_density(found.member, places), 1e-13)
        close(found.logpdf(places), x.logpdf(places), 1e-10 if loc == -40 else 1e-12)
        close(found.support, x.support(), 1e-14)
        sane(found.landmarks, found.support)
        low, high = found.support
        outside = np.array([y for y in (low - 1, high + 1) if math.isfinite(y)])
        assert (found.logpdf(outside) == -np.inf).all()
        if family not in ("uniform",):
            assert x.cdf(found.landmarks[0]) <= 1e-3
            assert x.sf(found.landmarks[-1]) <= 1e-3
            assert np.abs(x.cdf(np.array(found.landmarks)) - 0.5).min() < 0.2

    @pytest.mark.parametrize("loc", [0, 3, -2])
    @pytest.mark.parametrize(("name", "shapes", "family"), LATTICES)
    def test_on_the_integers(self, name: str, shapes: tuple[float, ...], family: str, loc: int) -> None:
        x = getattr(stats, name)(*shapes, loc=loc)
        found = scipy_law(x)
        assert isinstance(found, Lattice)
        assert found.member is not None
        assert found.member.family == family
        k = np.arange(*(int(x.ppf(p)) for p in (0.001, 0.999)))
        close(found.logpmf(k), families.log_density(found.member, k))
        close(found.logpmf(k), x.logpmf(k))
        assert found.support == tuple(map(float, x.support()))
        sane(found.landmarks, found.support)
        assert (found.logpmf(np.array([found.support[0] - 1, found.support[0] + 0.5])) == -np.inf).all()

    def test_the_circle(self) -> None:
        x = stats.vonmises(2.0, loc=5.0)
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert found.member is not None
        assert found.support == (-math.pi, math.pi)
        y = np.linspace(-math.pi, math.pi, 9)
        close(found.logpdf(y), families.log_density(found.member, y))
        close(found.logpdf(y), x.logpdf(y))
        assert -math.pi <= float(found.member.parameters[0]) <= math.pi
        sane(found.landmarks, found.support)
        assert found.logpdf(np.array([4.0])) == -np.inf

    def test_several_dimensions(self) -> None:
        x = stats.multivariate_normal([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]])
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert found.member is not None
        assert (found.dimension, found.member.family) == (2, "multivariate_normal")
        y = np.random.default_rng(0).normal(size=(9, 2))
        close(found.logpdf(y), x.logpdf(y))
        assert np.shape(found.landmarks)[1:] == (2,)

        x = stats.dirichlet([1.0, 2.0, 3.0])
        found = scipy_law(x)
        assert isinstance(found, Density)
        y = np.random.default_rng(0).dirichlet([1, 1, 1], size=9)
        close(found.logpdf(y[:, :2]), [x.logpdf(row) for row in y])
        assert (found.logpdf(np.array([[0.6, 0.6], [-0.1, 0.5]])) == -np.inf).all()
        assert np.shape(found.landmarks)[1:] == (2,)

    def test_one_of_several_dimensions(self) -> None:
        found = scipy_law(stats.multivariate_normal(1.0, 4.0))
        assert isinstance(found, Density)
        assert found.member is not None
        assert found.member.family == "normal"
        assert [float(p) for p in found.member.parameters] == [1.0, 2.0]
        beta = scipy_law(stats.dirichlet([1.0, 2.0]))
        assert isinstance(beta, Density)
        assert beta.member is not None
        assert beta.member.family == "beta"


class TestOthers:
    @pytest.mark.parametrize(
        ("x", "least"),
        [
            (stats.gumbel_r(1, 2), 15),
            (stats.skewnorm(4.0), 10),
            (stats.truncnorm(-1, 2), 10),
            (stats.f(3, 4), 10),
            (stats.halfcauchy(), 15),
            (stats.triang(0.3, loc=2), 10),
            (stats.exponnorm(1.5), 4),  # each of its quantiles is a search
            (stats.genhyperbolic(0.5, 1.5, -0.5), 4),
            (stats.vonmises_line(2.0), 4),
            (stats.vonmises(2.0, scale=3.0), 4),
        ],
        ids=lambda x: x.dist.name if hasattr(x, "dist") else str(x),
    )
    def test_by_scipy_itself(self, x: Any, least: int) -> None:
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert found.member is None
        y = x.ppf(PLACES)
        close(found.logpdf(y), x.logpdf(y), 0)
        sane(found.landmarks, found.support)
        assert len(found.landmarks) >= least

    @pytest.mark.parametrize(
        "x", [stats.hypergeom(20, 7, 12), stats.zipf(2.5), stats.randint(2, 9), stats.skellam(3, 4)]
    )
    def test_on_the_integers(self, x: Any) -> None:
        found = scipy_law(x)
        assert isinstance(found, Lattice)
        k = np.arange(0, 12)
        close(found.logpmf(k), x.logpmf(k), 0)
        sane(found.landmarks, found.support)

    def test_histogram(self) -> None:
        found = scipy_law(stats.rv_histogram(np.histogram([1, 2, 2, 3, 7.0], bins=4)))
        assert isinstance(found, Density)
        assert found.landmarks == (1.0, 2.5, 4.0, 5.5, 7.0)
        close(found.logpdf(np.array([0.0, 1.5, 6.0])), [-np.inf, math.log(0.6 / 1.5), math.log(0.2 / 1.5)])

    def test_values_on_the_integers(self) -> None:
        found = scipy_law(stats.rv_discrete(values=([1, 2, 7], [0.25, 0.5, 0.25]))(loc=1))
        assert isinstance(found, Lattice)
        assert found.support == (2.0, 8.0)
        assert found.landmarks == (2.0, 3.0, 8.0)
        close(
            found.logpmf(np.array([1.0, 2, 3, 4, 8, 9])),
            [-math.inf, *np.log([0.25, 0.5]), -math.inf, math.log(0.25), -math.inf],
        )

    def test_values_elsewhere(self) -> None:
        found = scipy_law(stats.rv_discrete(values=([1, 2, 7.5], [0.25, 0.5, 0.25])))
        assert isinstance(found, Discrete)
        assert found.points.tolist() == [1, 2, 7.5]
        assert isinstance(scipy_law(stats.rv_discrete(values=([0, 10**9], [0.5, 0.5]))), Discrete)

    def test_values_that_are_no_masses(self) -> None:
        with pytest.raises(InvalidMeasure, match="is not 1"):
            scipy_law(stats.rv_discrete(values=([1, 2], [0.5, 0.5 + 1e-9])))

    def test_without_parameters(self) -> None:
        found = scipy_law(stats.norm)
        assert repr(found) == "norm()"

    def test_poisson_binomial(self) -> None:
        x = stats.poisson_binom([0.1, 0.6, 0.7])
        found = scipy_law(x)
        assert isinstance(found, Lattice)
        assert found.support == (0.0, 3.0)
        close(found.logpmf(np.arange(4)), x.logpmf(np.arange(4)))

    def test_student_in_the_plane(self) -> None:
        x = stats.multivariate_t([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]], df=3)
        found = scipy_law(x)
        assert isinstance(found, Density)
        y = np.random.default_rng(0).normal(size=(9, 2))
        close(found.logpdf(y), x.logpdf(y))
        assert found.dimension == 2

    def test_kernel_estimates(self) -> None:
        data = np.random.default_rng(0).normal(size=(2, 40))
        line, plane = scipy_law(stats.gaussian_kde(data[0])), scipy_law(stats.gaussian_kde(data))
        assert isinstance(line, Density)
        assert isinstance(plane, Density)
        close(line.logpdf(data[0]), stats.gaussian_kde(data[0]).logpdf(data[0]))
        close(plane.logpdf(data.T), stats.gaussian_kde(data).logpdf(data))
        sane(line.landmarks, line.support)
        assert plane.dimension == 2

    def test_in_the_user_s_words(self) -> None:
        assert repr(scipy_law(stats.norm(0, scale=2.5))) == "norm(0, scale=2.5)"
        assert repr(scipy_law(stats.norm(np.zeros(3)))) == "norm(array (3,))"


class TestVariables:
    """The random variables of scipy 1.15 and later."""

    Gamma: Any = stats.make_distribution(stats.gamma)
    Poisson: Any = stats.make_distribution(stats.poisson)

    @pytest.mark.parametrize(
        ("make", "family", "parameters"),
        [
            (lambda g: stats.Normal(), "normal", (0, 1)),
            (lambda g: stats.Normal(mu=1, sigma=2), "normal", (1, 2)),
            (lambda g: 3 * stats.Normal(mu=1) - 1, "normal", (2, 3)),
            (lambda g: -stats.Normal(mu=1, sigma=2), "normal", (-1, 2)),
            (lambda g: stats.Uniform(a=1, b=3), "uniform", (1, 3)),
            (lambda g: 2 * stats.Uniform(a=1, b=3) + 1, "uniform", (3, 7)),
            (lambda g: 2 * stats.Logistic() + 1, "logistic", (1, 2)),
            (lambda g: g(a=2.5), "gamma", (2.5, 1, 1)),
            (lambda g: 2 * g(a=2.5) + 1, "gamma", (2.5, 2, 1)),
            (lambda g: stats.exp(stats.Normal(mu=1, sigma=2)), "lognormal", (1, 2)),
            (lambda g: stats.abs(stats.Normal(sigma=2, mu=0)), "gamma", (0.5, 2 * math.sqrt(2), 2)),
            (lambda g: -g(a=2.5), None, ()),
            (lambda g: stats.log(g(a=2.5)), None, ()),
            (lambda g: stats.exp(stats.Uniform(a=0, b=1)), None, ()),
            (lambda g: stats.abs(stats.Normal(mu=1, sigma=1)), None, ()),
            (lambda g: stats.truncate(stats.Normal(), lb=0.5, ub=3), None, ()),
            (lambda g: stats.truncate(g(a=2.5), lb=1), None, ()),
            (lambda g: stats.order_statistic(stats.Normal(), r=2, n=3), None, ()),
        ],
    )
    def test_on_the_line(self, make: Callable[[Any], Any], family: str | None, parameters: tuple[float, ...]) -> None:
        x = make(self.Gamma)
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert (found.member and found.member.family) == family
        if found.member is not None:
            close([float(p) for p in found.member.parameters], parameters, 1e-15)
        y = x.icdf(PLACES)
        close(found.logpdf(y), x.logpdf(y), 1e-12)
        close(found.support, x.support(), 0)
        sane(found.landmarks, found.support)
        outside = np.array([e for e in (found.support[0] - 1, found.support[1] + 1) if math.isfinite(e)])
        assert (found.logpdf(outside) == -np.inf).all()

    def test_on_the_integers(self) -> None:
        for x, family in ((self.Poisson(mu=3.0), "poisson"), (getattr(stats, "Binomial", None), "binomial")):
            if x is None:
                continue
            x = x(n=7, p=0.3) if family == "binomial" else x
            found = scipy_law(x)
            assert isinstance(found, Lattice)
            assert found.member is not None
            assert found.member.family == family
            close(found.logpmf(np.arange(8)), x.logpmf(np.arange(8)))

    def test_made_of_what_is_no_member(self) -> None:
        for name, parameters in (("gumbel_r", {}), ("randint", {"low": 2, "high": 9})):
            x = stats.make_distribution(getattr(stats, name))(**parameters)
            found = scipy_law(x)
            assert isinstance(found, Density | Lattice)
            assert found.member is None
            f = found.logpdf if isinstance(found, Density) else found.logpmf
            close(f(np.arange(2.0, 9)), x.logpdf(np.arange(2.0, 9)) if name == "gumbel_r" else -np.log(np.full(7, 7.0)))
            sane(found.landmarks, found.support)

    def test_a_class_of_the_user_s_own(self) -> None:
        class Folded(stats.Normal):
            def _logpdf_formula(self, x: Any, **parameters: Any) -> Any:
                return super()._logpdf_formula(x, **parameters) + 1

        found = scipy_law(Folded(mu=1.0, sigma=2.0))
        assert isinstance(found, Density)
        assert found.member is None
        close(found.logpdf(np.array([1.0])), stats.norm(1, 2).logpdf(1.0) + 1)

    def test_mixture(self) -> None:
        x = stats.Mixture([stats.Normal(), stats.Normal(mu=30, sigma=0.1)], weights=[0.25, 0.75])
        found = scipy_law(x)
        assert isinstance(found, Density)
        assert found.parts is not None
        assert found.parts[0].tolist() == [0.25, 0.75]
        assert [part.member.family for part in found.parts[1] if part.member] == ["normal", "normal"]
        y = np.linspace(-3, 33, 50)
        close(found.logpdf(y), x.logpdf(y))
        assert found.support == (-np.inf, np.inf)
        sane(found.landmarks, found.support)

    def test_batches(self) -> None:
        index = np.array([3, 0, 2, 2])
        for x in (
            stats.Normal(mu=[0, 1.0], sigma=[[1.0], [2.0]]),
            stats.truncate(stats.Normal(mu=[0, 1.0], sigma=[[1.0], [2.0]]), lb=-1.0),
            stats.log(self.Gamma(a=[[1.0, 2.0], [3.0, 4.0]])),
            2 * stats.exp(stats.Uniform(a=[[0.0], [0.1]], b=[1.0, 2.0])),
        ):
            found = scipy_law(x)
            assert isinstance(found, Density)
            assert found.batch == (2, 2)
            assert found.at is not None
            y = np.array([0.9, 1.1, 2.3, 0.1])
            whole = np.stack([found.logpdf(np.full((2, 2), each)).ravel() for each in y])
            some = found.at(index)
            assert some.batch == (4,)
            close(some.logpdf(y), whole[np.arange(4), index], 1e-13)
            close(some.support[0], np.broadcast_to(found.support[0], (2, 2)).ravel()[index], 0)
            assert np.shape(found.landmarks)[1:] == (2, 2)
            assert np.shape(some.landmarks)[1:] == (4,)
            expected = x.logpdf(np.full((2, 2), 0.9))
            inside = (x.support()[0] <= 0.9) & (x.support()[1] >= 0.9)
            close(whole[0].reshape(2, 2), np.where(inside, expected, -np.inf), 1e-12)


class TestBatches:
    @pytest.mark.parametrize(
        "x",
        [
            stats.norm(np.array([0.0, 1.0, 2.0]), np.array([[1.0], [2.0]])),
            stats.gamma(np.array([1.5, 2.5, 3.5]), scale=np.array([[1.0], [2.0]]), loc=0.1),
            stats.beta(2.0, np.array([1.5, 2.5, 3.5]), scale=np.array([[2.0], [5.0]])),
            stats.invgauss(1.5, loc=np.array([0.0, 0.1, 0.2]), scale=np.array([[1.0], [2.0]])),
            stats.gumbel_r(np.array([0.0, 1.0, 2.0]), np.array([[1.0], [2.0]])),
            stats.exponnorm(np.array([1.0, 2.0, 3.0]), scale=np.array([[1.0], [2.0]])),
            stats.poisson(np.array([0.5, 1.0, 200.0]), loc=np.array([[0], [1]])),
            stats.randint(np.array([-1, 0, 1]), np.array([[9], [12]])),
        ],
        ids=lambda x: x.dist.name,
    )
    def test_at(self, x: Any) -> None:
        found = scipy_law(x)
        assert isinstance(found, Density | Lattice)
        assert found.batch == (2, 3)
        assert found.at is not None
        lattice = isinstance(found, Lattice)
        index = np.array([5, 0, 2, 2, 3])
        some: Any = found.at(index)
        f, g = (x.logpmf, some.logpmf) if lattice else (x.logpdf, some.logpdf)
        y = np.array([1.0, 2.0, 3.0, 0.0, 1.0]) if lattice else np.array([0.7, 1.1, 0.3, 0.2, 1.4])
        whole = f(y[:, None, None]).reshape(5, 6)
        close(g(y), whole[np.arange(5), index], 1e-12)
        whole_here: Any = found.logpmf if isinstance(found, Lattice) else found.logpdf
        close(whole_here(y[:, None, None]).reshape(5, 6), whole, 1e-12)
        close(some.support, [np.broadcast_to(end, (2, 3)).ravel()[index] for end in x.support()], 0)
        marks = np.asarray(found.landmarks)
        assert np.isfinite(marks).all()
        assert (np.diff(marks, axis=0) >= 0).all()
        close(some.landmarks, marks.reshape(len(marks), 6)[:, index], 0)
        assert some.batch == (5,)
        again = some.at(np.array([4, 1]))
        close((again.logpmf if lattice else again.logpdf)(y[[4, 1]]), whole[[4, 1], index[[4, 1]]], 1e-12)

    def test_one_of_one(self) -> None:
        found = scipy_law(stats.norm([0.5]))
        assert isinstance(found, Density)
        assert found.batch == (1,)


class TestRefused:
    @pytest.mark.parametrize(
        ("x", "error", "words"),
        [
            (stats.gamma, UnsupportedLaw, r"gamma without its parameters. Remedy: give them, as stats.gamma\(a\)"),
            (stats.dirichlet, UnsupportedLaw, r"dirichlet without its parameters"),
            (stats.poisson(3, loc=0.5), UnsupportedLaw, "integers moved by 0.5. Remedy: shift it by an integer loc"),
            (stats.norm(0, -1), InvalidParameter, r"norm\(0, -1\) has parameters outside their domain"),
            (stats.gamma([1.0, -1.0]), InvalidParameter, r"q\[1\]: gamma"),
            (stats.norm(np.nan), InvalidParameter, "outside their domain"),
            (stats.norm(0, np.inf), InvalidParameter, "scale positive and finite"),
            (stats.Normal(mu=[0, 1], sigma=[1, -1]), InvalidParameter, r"q\[1\]: Normal"),
            (
                stats.rv_discrete(values=([1, 2], [0.5, 0.5]))(loc=[0, 1]),
                UnsupportedLaw,
                "a batch of places for one set of values",
            ),
            (stats.wishart(3, np.eye(2)), UnsupportedLaw, "wishart of scipy.stats is no density on a box"),
            (stats.multinomial(3, [0.5, 0.5]), UnsupportedLaw, "multinomial of scipy.stats is no density on a box"),
            (
                stats.multivariate_normal([0, 0], np.ones((2, 2)), allow_singular=True),
                UnsupportedLaw,
                "rank 1 in 2 dimensions leaves no density",
            ),
        ],
    )
    def test_in_the_user_s_words(self, x: Any, error: type[Exception], words: str) -> None:
        with pytest.raises(error, match=words):
            scipy_law(x, "q")

    @pytest.mark.parametrize(
        "x",
        [None, 3, "norm", [0.5, 0.5], np.ones(3), stats, stats.Normal, stats.norm.fit, stats.ttest_1samp([1, 2.0], 0)],
    )
    def test_what_is_no_law(self, x: Any) -> None:
        assert law(x) is None

    def test_scipy_stats_is_not_imported_for_it(self) -> None:
        code = "import sys; from divergence.adapters import law; law(3.0); assert 'scipy.stats' not in sys.modules"
        subprocess.run([sys.executable, "-c", code + "; assert 'torch' not in sys.modules"], check=True)


@pytest.mark.parametrize("row", [dv.kl, dv.js, dv.renyi(2), dv.chernoff], ids=lambda row: row.name)
def test_an_empty_batch_has_no_values(row: Any) -> None:
    assert row(stats.norm(np.zeros((2, 0)), 1), stats.norm(0, 1)).shape == (2, 0)
    assert row(stats.norm(np.zeros((2, 0)), 1), stats.laplace(0, 1)).shape == (2, 0)


@pytest.mark.parametrize("rtol", [-1e-10, math.nan, math.inf, "1e-10", None, True])
def test_an_accuracy_is_a_number_from_nought(rtol: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"rtol: .* is no relative accuracy"):
        dv.js.evaluate(stats.norm(0, 1), stats.laplace(0, 1), rtol=rtol)
