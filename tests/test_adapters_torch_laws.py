"""Laws of torch.distributions: the members they are, their graphs, batches and supports, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import distributions as td

from divergence import Density, Discrete, UnsupportedLaw
from divergence.adapters import law
from divergence.adapters.torch_laws import torch_law
from divergence.density import Lattice
from divergence.product import Product
from tests import families
from tests.families import close, sane

Make = Callable[..., Any]
# the law, its parameters, its family
LINE: list[tuple[Make, tuple[float, ...], str | None]] = [
    (td.Normal, (0.5, 2.0), "normal"),
    (td.LogNormal, (0.5, 2.0), "lognormal"),
    (td.Gamma, (2.5, 0.7), "gamma"),
    (td.Exponential, (0.7,), "gamma"),
    (td.Chi2, (5.0,), "gamma"),
    (td.InverseGamma, (2.5, 0.7), "gamma"),
    (td.HalfNormal, (0.7,), "gamma"),
    (td.Weibull, (0.7, 2.5), "gamma"),
    (td.Beta, (1.7, 2.5), "beta"),
    (td.Uniform, (-0.5, 2.5), "uniform"),
    (td.Laplace, (0.5, 2.0), "laplace"),
    (td.StudentT, (3.5, 0.5, 2.0), "student"),
    (td.Cauchy, (0.5, 2.0), "cauchy"),
    (td.Pareto, (0.7, 2.5), "pareto"),
    (td.VonMises, (0.5, 2.0), "von_mises"),
    (td.GeneralizedPareto, (0.5, 2.0, 0.3), "pareto"),
    (td.GeneralizedPareto, (0.5, 2.0, -0.3), "beta"),
    (td.HalfCauchy, (0.7,), None),
    (td.Gumbel, (0.5, 2.0), None),
    (td.Kumaraswamy, (1.7, 2.5), None),
    (td.ContinuousBernoulli, (0.3,), None),
    (td.FisherSnedecor, (3.5, 5.5), None),
    (lambda p: td.RelaxedBernoulli(torch.tensor(0.5), probs=p), (0.3,), None),
    (lambda m, s: td.TransformedDistribution(td.Normal(m, s), [td.ExpTransform()]), (0.5, 2.0), "lognormal"),
    (
        lambda m, s: td.TransformedDistribution(
            td.Normal(m, s), [td.AffineTransform(1.0, -2.0), td.ExpTransform(), td.AffineTransform(0.5, 3.0)]
        ),
        (0.5, 0.7),
        "lognormal",
    ),
    (
        lambda m, s: td.TransformedDistribution(
            td.Uniform(torch.tensor(0.0), torch.tensor(1.0)), [td.SigmoidTransform().inv, td.AffineTransform(m, s)]
        ),
        (0.5, 2.0),
        "logistic",
    ),
    (
        lambda a, r: td.TransformedDistribution(td.Gamma(a, r), [td.PowerTransform(torch.tensor(0.5))]),
        (2.5, 2.0),
        "gamma",
    ),
    (lambda a, b: td.TransformedDistribution(td.Beta(a, b), [td.AffineTransform(1.0, 2.0)]), (1.7, 2.5), "beta"),
    (lambda d: td.TransformedDistribution(td.StudentT(d), [td.AffineTransform(1.0, -2.0)]), (3.5,), "student"),
    (lambda m, s: td.TransformedDistribution(td.Normal(m, s), [td.SigmoidTransform()]), (0.5, 0.7), None),
    (lambda m, s: td.TransformedDistribution(td.Normal(m, s), [td.TanhTransform()]), (0.5, 0.7), None),
    (lambda m, s: td.TransformedDistribution(td.Exponential(m), [td.AffineTransform(s, -2.0)]), (0.5, 0.7), None),
]
INTEGERS: list[tuple[Make, tuple[float, ...], str]] = [
    (td.Poisson, (3.3,), "poisson"),
    (td.Bernoulli, (0.3,), "binomial"),
    (lambda z: td.Bernoulli(logits=z), (0.3,), "binomial"),
    (lambda p: td.Binomial(7, p), (0.3,), "binomial"),
    (lambda z: td.Binomial(7, logits=z), (0.3,), "binomial"),
    (td.Geometric, (0.3,), "negative_binomial"),
    (lambda z: td.Geometric(logits=z), (0.3,), "negative_binomial"),
    (td.NegativeBinomial, (2.5, 0.3), "negative_binomial"),
    (lambda r, z: td.NegativeBinomial(r, logits=z), (2.5, 0.3), "negative_binomial"),
]


def leaves(parameters: tuple[float, ...], dtype: Any = torch.float64) -> list[Any]:
    return [torch.tensor(p, dtype=dtype, requires_grad=True) for p in parameters]


def slopes(value: Any, given: list[Any]) -> list[float]:
    found = torch.autograd.grad(value, given, allow_unused=True, retain_graph=True)
    return [0.0 if slope is None else float(slope) for slope in found]


class TestOnTheLine:
    @pytest.mark.parametrize(("make", "parameters", "family"), LINE)
    def test_member_and_log_density(self, make: Make, parameters: tuple[float, ...], family: str | None) -> None:
        given = leaves(parameters)
        x = make(*given)
        found = torch_law(x)
        assert isinstance(found, Density)
        assert (found.member and found.member.family) == family
        assert found.log_prob is not None
        torch.manual_seed(0)
        y = x.sample((25,)).double()
        if family is not None:
            assert found.member is not None
            close(found.logpdf(y.numpy()), families.log_density(found.member, y.numpy()), 1e-12)
        if not isinstance(x, td.GeneralizedPareto):  # torch compares its concentration in float32
            # torch's Bessel function has seven digits
            close(found.logpdf(y.numpy()), x.log_prob(y).detach(), 1e-6 if family == "von_mises" else 1e-9)
        close(found.log_prob(y).detach(), found.logpdf(y.numpy()), 1e-13)
        sane(found.landmarks, found.support)
        low, high = found.support
        assert low <= float(y.min()) <= float(y.max()) <= high
        outside = np.array([e for e in (low - 1, high + 1) if math.isfinite(e)])
        assert (found.logpdf(outside) == -np.inf).all()
        assert not np.isnan(found.logpdf(np.array([e for e in (low, high) if math.isfinite(e)]))).any()

    @pytest.mark.parametrize(("make", "parameters", "family"), LINE)
    def test_slopes(self, make: Make, parameters: tuple[float, ...], family: str | None) -> None:
        """Those of torch's own log_prob, also where some points have no mass."""
        if make is td.GeneralizedPareto:
            return
        given = leaves(parameters)
        x = make(*given)
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.log_prob is not None
        torch.manual_seed(0)
        y = x.sample((5,)).double()
        expected = slopes(x.log_prob(y).sum(), given)
        outside = [e for e in (found.support[0] - 1, found.support[1] + 1) if math.isfinite(e)]
        ours = found.log_prob(torch.cat([y, torch.tensor(outside, dtype=torch.float64)]))
        assert (ours[5:] == -math.inf).all()
        close(slopes(ours[torch.isfinite(ours)].sum(), given), expected, 1e-6 if family == "von_mises" else 1e-9)

    @pytest.mark.parametrize(("make", "parameters", "family"), LINE)
    def test_single_precision(self, make: Make, parameters: tuple[float, ...], family: str | None) -> None:
        """Parameters in float32 are taken as the float64 numbers that they are, and the graph leads back to them."""
        given = leaves(parameters, torch.float32)
        found = torch_law(make(*given))
        exact = torch_law(make(*(p.detach().double() for p in given)))
        assert isinstance(found, Density)
        assert isinstance(exact, Density)
        assert found.like is not None
        assert found.like.dtype == torch.float32
        assert found.log_prob is not None
        y = np.array(exact.landmarks)
        y = y[len(y) // 3 : -len(y) // 3]
        close(found.logpdf(y), exact.logpdf(y), 1e-11)
        assert found.logpdf(y).dtype == np.float64
        value = found.log_prob(torch.as_tensor(y)).sum()
        assert value.dtype == torch.float64
        assert all(
            slope.dtype == torch.float32
            for slope in torch.autograd.grad(value, given, allow_unused=True)
            if slope is not None
        )

    def test_von_mises_to_all_digits(self) -> None:
        from scipy import stats

        found = torch_law(td.VonMises(torch.tensor(4.0), torch.tensor(2.0)))
        assert isinstance(found, Density)
        y = np.linspace(-3, 3, 7)
        close(found.logpdf(y), stats.vonmises(2.0, loc=4.0).logpdf(y))


class TestOnTheIntegers:
    @pytest.mark.parametrize(("make", "parameters", "family"), INTEGERS)
    def test_member_log_mass_and_slopes(self, make: Make, parameters: tuple[float, ...], family: str) -> None:
        given = leaves(parameters)
        x = make(*given)
        found = torch_law(x)
        assert isinstance(found, Lattice)
        assert found.member is not None
        assert found.member.family == family
        assert found.log_prob is not None
        k = np.arange(found.support[0], min(found.support[1], 20) + 1)
        close(found.logpmf(k), families.log_density(found.member, k), 1e-12)
        close(found.logpmf(k), x.log_prob(torch.as_tensor(k)).detach(), 1e-9)
        close(found.log_prob(torch.as_tensor(k)).detach(), found.logpmf(k))
        sane(found.landmarks, found.support)
        assert (found.logpmf(np.array([-1.0, 0.5])) == -np.inf).all()
        ours = slopes(found.log_prob(torch.as_tensor(k)).sum(), given)
        close(ours, slopes(x.log_prob(torch.as_tensor(k)).sum(), given), 1e-9)

    def test_certain_events(self) -> None:
        """torch keeps probabilities away from 0 and 1; here they are what they are."""
        for x, expected in (
            (td.Bernoulli(torch.tensor(0.0)), [0, -np.inf]),
            (td.Binomial(1, torch.tensor(1.0)), [-np.inf, 0]),
            (td.Poisson(torch.tensor(0.0)), [0, -np.inf]),
        ):
            found = torch_law(x)
            assert isinstance(found, Lattice)
            assert found.logpmf(np.array([0.0, 1.0])).tolist() == expected


class TestLogits:
    """Where a probability is nearly one, what is left of it is known by its logit only."""

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_large(self, dtype: Any) -> None:
        z = torch.tensor([0.0, 40.0], dtype=dtype, requires_grad=True)
        for x, k, expected in (
            (td.Bernoulli(logits=z), 0.0, [-math.log(2), -40]),
            (td.Binomial(2, logits=z), 0.0, [-2 * math.log(2), -80]),
            (td.Geometric(logits=z), 1.0, [-2 * math.log(2), -40]),
            (td.NegativeBinomial(torch.tensor(1.0, dtype=dtype), logits=-z), 1.0, [-2 * math.log(2), -40]),
        ):
            found = torch_law(x)
            assert isinstance(found, Lattice)
            assert found.member is None
            assert found.at is not None
            assert found.log_prob is not None
            close(found.logpmf(np.full(2, k)), expected, 1e-14)
            close(found.at(np.array([1])).logpmf(np.array([k])), expected[1:], 1e-14)
            (slope,) = torch.autograd.grad(found.log_prob(torch.full((2,), k, dtype=torch.float64)).sum(), z)
            assert torch.isfinite(slope).all()
            assert float(slope[1]) <= -1 + 1e-6

    def test_small(self) -> None:
        found = torch_law(td.Bernoulli(logits=torch.tensor(-40.0)))
        assert isinstance(found, Lattice)
        assert found.member is not None
        close(found.logpmf(np.array([1.0])), -40)
        rare = torch_law(
            td.NegativeBinomial(torch.tensor(2.0, dtype=torch.float64), torch.tensor(1e-9, dtype=torch.float64))
        )
        assert isinstance(rare, Lattice)
        close(rare.logpmf(np.array([1.0])), math.log(2e-9) - 2e-9, 1e-14)


class TestDiscrete:
    def test_categorical(self) -> None:
        logits = torch.tensor([[0.1, 0.2, 0.3], [1.0, 0.0, -math.inf]], requires_grad=True)
        found = torch_law(td.Categorical(logits=logits))
        assert isinstance(found, Discrete)
        assert found.masses.requires_grad
        assert found.masses.dtype == torch.float32
        assert found.points.tolist() == [0, 1, 2]
        torch.testing.assert_close(found.masses, torch.softmax(logits, -1))

    def test_one_hot(self) -> None:
        found = torch_law(td.OneHotCategorical(torch.tensor([0.25, 0.75])))
        assert isinstance(found, Discrete)
        assert found.points is None
        assert found.masses.tolist() == [0.25, 0.75]


class TestInSpace:
    @pytest.mark.parametrize("form", ["covariance_matrix", "precision_matrix", "scale_tril"])
    def test_normal(self, form: str) -> None:
        mean = torch.tensor([0.5, 1.0], dtype=torch.float64, requires_grad=True)
        matrix = torch.tensor([[2.0, 0.0], [0.5, 1.0]], dtype=torch.float64, requires_grad=True)
        given = matrix if form == "scale_tril" else matrix @ matrix.mT
        x = td.MultivariateNormal(mean, **{form: given})
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.member is not None
        assert found.log_prob is not None
        assert (found.dimension, found.member.family) == (2, "multivariate_normal")
        y = torch.randn(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        close(found.logpdf(y.numpy()), x.log_prob(y).detach(), 1e-12)
        ours = torch.autograd.grad(found.log_prob(y).sum(), (mean, matrix), retain_graph=True)
        expected = torch.autograd.grad(x.log_prob(y).sum(), (mean, matrix))
        for a, b in zip(ours, expected):
            close(a, b, 1e-10)

    def test_low_rank(self) -> None:
        x = td.LowRankMultivariateNormal(torch.zeros(2), torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 3.0]))
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.member is not None
        close(found.member.parameters[1], [[2, 2], [2, 7]], 0)

    def test_one_dimension(self) -> None:
        found = torch_law(td.MultivariateNormal(torch.ones(3, 1), 4 * torch.eye(1)))
        assert isinstance(found, Density)
        assert found.member is not None
        assert (found.member.family, found.batch) == ("normal", (3,))
        assert found.member.parameters[1].tolist() == [2, 2, 2] or found.member.parameters[1].tolist() == 2

    def test_dirichlet(self) -> None:
        a = torch.tensor([[1.0, 2.0, 3.0], [2.0, 2.0, 0.5]], dtype=torch.float64, requires_grad=True)
        x = td.Dirichlet(a)
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.at is not None
        assert found.log_prob is not None
        assert (found.batch, found.dimension) == ((2,), 2)
        y = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.6, 0.3]], dtype=torch.float64)
        close(found.logpdf(y[:, :2].numpy()), x.log_prob(y).detach(), 1e-12)
        (ours,) = torch.autograd.grad(found.log_prob(y[:, :2]).sum(), a)
        (expected,) = torch.autograd.grad(x.log_prob(y).sum(), a)
        close(ours, expected, 1e-10)
        some = found.at(np.array([1, 0, 1]))
        assert isinstance(some, Density)
        assert (some.batch, some.dimension) == ((3,), 2)
        close(some.logpdf(y[[1, 0, 1], :2].numpy()), x.log_prob(y)[[1, 0, 1]].detach(), 1e-12)
        beta = torch_law(td.Dirichlet(torch.tensor([1.0, 2.0])))
        assert isinstance(beta, Density)
        assert beta.member is not None
        assert beta.member.family == "beta"

    @pytest.mark.parametrize("d", [1, 2])
    def test_logistic_normal(self, d: int) -> None:
        loc = torch.linspace(0, 1, d, dtype=torch.float64).requires_grad_()
        x = td.LogisticNormal(loc, torch.ones(d, dtype=torch.float64))
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.log_prob is not None
        assert found.dimension == d
        y = torch.tensor(
            [[0.2, 0.3, 0.5], [0.1, 0.6, 0.3]] if d == 2 else [[0.2, 0.8], [0.7, 0.3]], dtype=torch.float64
        )
        z = y[:, :d] if d > 1 else y[:, 0]
        close(found.logpdf(z.numpy()), x.log_prob(y).detach(), 1e-12)
        outside = np.array([[0.6, 0.6]]) if d > 1 else np.array([1.5])
        assert (found.logpdf(outside) == -np.inf).all()
        (slope,) = torch.autograd.grad(found.log_prob(torch.cat([z, torch.as_tensor(outside)]))[:2].sum(), loc)
        (expected,) = torch.autograd.grad(x.log_prob(y).sum(), loc)
        close(slope, expected, 1e-10)

    def test_batch_of_logistic_normals(self) -> None:
        x = td.LogisticNormal(torch.tensor([[0.0, 1.0], [1.0, 2.0]]), torch.ones(2, 2))
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.at is not None
        assert (found.batch, found.dimension) == ((2,), 2)
        some = found.at(np.array([1, 1, 0]))
        y = torch.tensor([[0.2, 0.3, 0.5]]).expand(3, 3)
        close(some.logpdf(y[:, :2].numpy()), x.log_prob(y[:, None])[0, [1, 1, 0]], 1e-6)

    def test_flow(self) -> None:
        loc = torch.tensor([0.5, 1.0], requires_grad=True)
        base = td.Independent(td.Normal(torch.zeros(2), torch.ones(2)), 1)
        x = td.TransformedDistribution(base, [td.AffineTransform(loc, torch.tensor([1.0, 2.0]), event_dim=1)])
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.log_prob is not None
        assert found.dimension == 2
        assert found.support == ((-math.inf, math.inf),) * 2
        y = torch.tensor([[0.5, 1.0], [1.5, 3.0]])
        close(found.logpdf(y.numpy()), x.log_prob(y).detach(), 1e-6)
        assert torch.autograd.grad(found.log_prob(y.double()).sum(), loc)[0].tolist() == pytest.approx([1.0, 0.5])

    def test_batch_of_flows(self) -> None:
        loc = torch.tensor([[0.5, 1.0], [2.0, 3.0]])
        base = td.Independent(td.Normal(torch.zeros(2, 2), torch.ones(2, 2)), 1)
        x = td.TransformedDistribution(base, [td.AffineTransform(loc, torch.tensor([1.0, 2.0]), event_dim=1)])
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.at is not None
        assert (found.batch, found.dimension) == ((2,), 2)
        y = torch.tensor([[0.5, 1.0], [1.5, 3.0], [0.1, 0.2]])
        some = found.at(np.array([1, 0, 1]))
        assert (some.batch, some.dimension) == ((3,), 2)
        close(some.logpdf(y.numpy()), x.log_prob(y[:, None])[[0, 1, 2], [1, 0, 1]], 1e-6)


class TestProducts:
    def test_independent(self) -> None:
        loc = torch.arange(6.0).reshape(2, 3).requires_grad_()
        x = td.Independent(td.Normal(loc, torch.tensor(2.0)), 1)
        found = torch_law(x)
        assert isinstance(found, Product)
        assert isinstance(found.coordinates, Density)
        assert (found.batch, found.axes, found.coordinates.batch) == ((2,), 1, (2, 3))
        assert found.like is not None
        assert found.like.dtype == torch.float32
        assert repr(found) == "Independent(Normal(loc: (2, 3), scale: (2, 3)), 1)"
        assert isinstance(torch_law(td.Independent(td.Normal(loc, torch.tensor(2.0)), 0)), Density)

    def test_nested(self) -> None:
        inner = td.Independent(td.Normal(torch.zeros(4, 2, 3), torch.ones(4, 2, 3)), 1)
        found = torch_law(td.Independent(inner, 1))
        assert isinstance(found, Product)
        assert found.batch == (4,)

    def test_of_masses(self) -> None:
        found = torch_law(td.Independent(td.Categorical(torch.ones(3, 4) / 4), 1))
        assert isinstance(found, Product)
        assert found.batch == ()


class TestBatches:
    @pytest.mark.parametrize(
        "x",
        [
            td.Normal(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([[1.0], [2.0]])),
            td.Gamma(torch.tensor([1.5, 2.5, 3.5]), torch.tensor([[1.0], [2.0]])),
            td.Normal(0.5, 1.5).expand((2, 3)),
            td.HalfCauchy(torch.tensor([[1.0, 2.0, 3.0], [0.1, 0.2, 0.3]])),
            td.Gumbel(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([[1.0], [2.0]])),
            td.Kumaraswamy(torch.tensor([0.5, 1.0, 2.0]), torch.tensor([[1.0], [2.0]])),
            td.RelaxedBernoulli(torch.tensor(0.5), logits=torch.tensor([[0.0, 1.0, 2.0], [0.1, 0.2, 0.3]])),
            td.TransformedDistribution(
                td.Normal(torch.tensor([0.0, 1.0, 2.0]), 1.0),
                [td.AffineTransform(0.5, torch.tensor([[1.0], [2.0]])), td.SigmoidTransform()],
            ),
            td.Poisson(torch.tensor([[0.5, 1.0, 200.0], [1, 2, 3]])),
            td.NegativeBinomial(torch.tensor([0.5, 1.0, 20.0]), logits=torch.tensor([[0.5], [1.0]])),
        ],
        ids=lambda x: type(x).__name__,
    )
    def test_at(self, x: Any) -> None:
        found = torch_law(x)
        assert isinstance(found, Density | Lattice)
        assert found.at is not None
        assert found.batch == (2, 3)
        lattice = isinstance(found, Lattice)
        index = np.array([5, 0, 2, 2, 3])
        some: Any = found.at(index)
        y = np.array([1.0, 2.0, 3.0, 0.0, 1.0]) if lattice else np.array([0.7, 0.9, 0.3, 0.2, 0.4])
        f: Any = found.logpmf if isinstance(found, Lattice) else found.logpdf
        whole = f(y[:, None, None]).reshape(5, 6)
        close(whole.reshape(5, 2, 3), x.log_prob(torch.as_tensor(y[:, None, None], dtype=torch.float32)), 1e-4)
        g = some.logpmf if lattice else some.logpdf
        close(g(y), whole[np.arange(5), index], 1e-12)
        close(some.log_prob(torch.as_tensor(y)), g(y), 1e-12)
        close(some.support, [np.broadcast_to(end, (2, 3)).ravel()[index] for end in found.support], 0)
        marks = np.asarray(found.landmarks)
        assert np.isfinite(marks).all()
        close(some.landmarks, marks.reshape(len(marks), 6)[:, index], 1e-15)
        again = some.at(np.array([4, 1]))
        close((again.logpmf if lattice else again.logpdf)(y[[4, 1]]), whole[[4, 1], index[[4, 1]]], 1e-12)

    def test_the_graph_goes_through_at(self) -> None:
        scale = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
        for make in (lambda s: td.Normal(0.0, s), td.HalfCauchy, lambda s: td.Gumbel(torch.tensor(0.0), s)):
            x = make(scale)
            found = torch_law(x)
            assert isinstance(found, Density)
            assert found.at is not None
            some = found.at(np.array([1, 0, 1]))
            assert some.log_prob is not None
            y = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
            ours = torch.autograd.grad(some.log_prob(y).sum(), scale)[0]
            expected = torch.autograd.grad(x.log_prob(y[:, None])[[0, 1, 2], [1, 0, 1]].sum(), scale)[0]
            close(ours, expected, 1e-12)


class TestMixtures:
    def test_on_the_line(self) -> None:
        logits = torch.tensor([0.1, 0.7], dtype=torch.float64, requires_grad=True)
        loc = torch.tensor([-1.0, 2.0], dtype=torch.float64, requires_grad=True)
        x = td.MixtureSameFamily(td.Categorical(logits=logits), td.Normal(loc, torch.ones(2, dtype=torch.float64)))
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.parts is not None
        assert found.log_prob is not None
        weights, parts = found.parts
        torch.testing.assert_close(weights, torch.softmax(logits, -1))
        assert [part.member.family for part in parts if part.member] == ["normal", "normal"]
        y = torch.linspace(-4, 4, 9, dtype=torch.float64)
        close(found.logpdf(y.numpy()), x.log_prob(y).detach(), 1e-12)
        for ours, expected in zip(
            torch.autograd.grad(found.log_prob(y).sum(), (logits, loc), retain_graph=True),
            torch.autograd.grad(x.log_prob(y).sum(), (logits, loc)),
        ):
            close(ours, expected, 1e-10)

    @pytest.mark.parametrize(
        "components",
        [
            td.Independent(td.Laplace(torch.arange(12.0).reshape(2, 3, 2), torch.tensor(1.0)), 1),
            td.MultivariateNormal(torch.arange(12.0).reshape(2, 3, 2), torch.eye(2)),
        ],
        ids=["product", "normal"],
    )
    def test_batch_in_the_plane(self, components: Any) -> None:
        weights = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
        x = td.MixtureSameFamily(td.Categorical(weights), components)
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.at is not None
        assert found.like is not None
        assert found.like.dtype == torch.float32
        assert (found.batch, found.dimension) == ((2,), 2)
        y = np.array([[0.5, 1.0], [4.0, 4.5]])
        close(found.logpdf(y), x.log_prob(torch.tensor(y, dtype=torch.float32)), 1e-5)
        some = found.at(np.array([1, 0, 1]))
        close(some.logpdf(y[[1, 0, 1]]), found.logpdf(y)[[1, 0, 1]])

    def test_on_the_integers_and_of_masses(self) -> None:
        w = td.Categorical(torch.tensor([0.25, 0.75]))
        found = torch_law(td.MixtureSameFamily(w, td.Poisson(torch.tensor([1.0, 5.0]))))
        assert isinstance(found, Lattice)
        close(found.logpmf(np.array([0.0])), math.log(0.25 * math.exp(-1) + 0.75 * math.exp(-5)))
        mixed = torch_law(td.MixtureSameFamily(w, td.Categorical(torch.tensor([[0.5, 0.5], [0.1, 0.9]]))))
        assert isinstance(mixed, Discrete)
        close(mixed.masses, [0.2, 0.8], 1e-7)


class Tent(td.Distribution):
    """A class of the user's own, with a tensor that nobody knows of."""

    support = td.constraints.interval(-1.0, 1.0)
    arg_constraints: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, tilt: Any):
        self.tilt = tilt
        super().__init__(tilt.shape, validate_args=False)

    def log_prob(self, value: Any) -> Any:
        return torch.log(1 + self.tilt * value) - math.log(2)


class TestOfTheUser:
    def test_one(self) -> None:
        tilt = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
        found = torch_law(Tent(tilt))
        assert isinstance(found, Density)
        assert found.log_prob is not None
        close(found.logpdf(np.array([-2.0, 0.0, 0.5])), [-np.inf, math.log(0.5), math.log(1.25 / 2)])
        sane(found.landmarks, found.support)
        (slope,) = torch.autograd.grad(found.log_prob(torch.tensor([0.5, 3.0], dtype=torch.float64))[0], tilt)
        close(float(slope), 0.5 / 1.25)

    def test_batch(self) -> None:
        tilt = torch.tensor([[0.5, 0.0], [-0.5, 0.25]], dtype=torch.float64, requires_grad=True)
        found = torch_law(Tent(tilt))
        assert isinstance(found, Density)
        assert found.at is not None
        some = found.at(np.array([3, 0, 0]))
        y = np.array([0.5, -0.5, 0.25])
        close(some.logpdf(y), np.log((1 + np.array([0.25, 0.5, 0.5]) * y) / 2))
        assert some.at is not None
        close(some.at(np.array([2, 0])).logpdf(y[[2, 0]]), np.log((1 + np.array([0.5, 0.25]) * y[[2, 0]]) / 2))

    def test_a_class_that_holds_more_than_it_names(self) -> None:
        class Moved(td.Normal):
            def __init__(self, loc: Any, scale: Any, shift: float = 0.0, validate_args: Any = None):
                self.shift = shift
                super().__init__(loc, scale, validate_args=validate_args)

            def log_prob(self, value: Any) -> Any:
                return super().log_prob(value - self.shift)

        x = Moved(torch.zeros(2), torch.tensor(1.0), shift=3.0)
        found = torch_law(x)
        assert isinstance(found, Density)
        assert found.member is None
        assert found.at is not None
        close(found.logpdf(np.array([3.0, 3.0])), td.Normal(0.0, 1.0).log_prob(torch.tensor(0.0)), 1e-6)
        close(found.at(np.array([1])).logpdf(np.array([3.0])), td.Normal(0.0, 1.0).log_prob(torch.tensor(0.0)), 1e-6)
        with pytest.raises(UnsupportedLaw, match="how to take a batch of Moved apart"):
            torch_law(td.MixtureSameFamily(td.Categorical(torch.ones(2) / 2), x))

    def test_in_the_plane(self) -> None:
        class Disc(td.Distribution):
            """Coordinates in a square, with a batch."""

            support = td.constraints.independent(td.constraints.interval(0.0, 2.0), 1)
            arg_constraints: dict[str, Any] = {}  # noqa: RUF012

            def log_prob(self, value: Any) -> Any:
                return torch.log(value.sum(-1) / 8) + 0 * torch.arange(3.0)

        found = torch_law(Disc(torch.Size([3]), torch.Size([2]), validate_args=False))
        assert isinstance(found, Density)
        assert found.at is not None
        assert (found.batch, found.dimension) == ((3,), 2)
        some = found.at(np.array([2, 0]))
        assert (some.batch, some.dimension) == ((2,), 2)
        close(some.logpdf(np.array([[1.0, 0.5], [0.5, 2.5]])), [math.log(1.5 / 8), -np.inf])


class TestNames:
    def test_as_torch_writes_it(self) -> None:
        assert repr(torch_law(td.Normal(torch.tensor(0.5), torch.tensor(2.0)))) == "Normal(loc: 0.5, scale: 2.0)"
        assert repr(torch_law(td.Normal(torch.zeros(3), 1.0))) == "Normal(loc: (3,), scale: (3,))"

    def test_where_torch_is_silent(self) -> None:
        assert repr(torch_law(td.LogNormal(torch.tensor(0.5), torch.tensor(2.0)))) == "LogNormal(loc: 0.5, scale: 2.0)"
        x = td.TransformedDistribution(td.Normal(torch.tensor(0.5), torch.tensor(2.0)), [td.TanhTransform()])
        assert repr(torch_law(x)) == "Normal(loc: 0.5, scale: 2.0) under TanhTransform()"


class TestRefused:
    @pytest.mark.parametrize(
        ("x", "words"),
        [
            (td.Wishart(torch.tensor(3.0), torch.eye(2)), "q: Wishart of torch has no density on a box"),
            (td.Multinomial(3, torch.ones(2) / 2), "q: Multinomial of torch has no density on a box"),
            (
                td.TransformedDistribution(td.Normal(torch.tensor(0.0), 1.0), [td.AbsTransform()]),
                "not the image of its base under a bijection",
            ),
        ],
    )
    def test_in_the_user_s_words(self, x: Any, words: str) -> None:
        with pytest.raises(UnsupportedLaw, match=words):
            torch_law(x, "q")

    def test_what_does_not_say_where_it_lives(self) -> None:
        class Nowhere(td.Distribution):
            arg_constraints: dict[str, Any] = {}  # noqa: RUF012

        with pytest.raises(UnsupportedLaw, match="does not say on which interval it lives"):
            torch_law(Nowhere(validate_args=False))

    @pytest.mark.parametrize("x", [None, torch.ones(3), torch.nn.Linear(1, 1), td.Normal])
    def test_what_is_no_law(self, x: Any) -> None:
        assert law(x) is None
