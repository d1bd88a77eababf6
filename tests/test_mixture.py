"""Mixtures of laws: their log-densities at all scales, batches, derivatives, landmarks, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from mpmath import mp
from scipy import stats
from torch import distributions as td

from divergence import Density, Discrete, InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.density import Lattice
from divergence.mixture import Mixture
from tests.families import close, sane


def half_line(scale: float = 1.0) -> Density:
    return Density(lambda x: np.where(x >= 0, -x / scale - math.log(scale), -np.inf), (0, math.inf), (scale,))


class TestOnTheLine:
    def test_against_a_sum_of_densities(self) -> None:
        laws = [stats.norm(-1, 0.5), stats.laplace(2, 1), stats.expon()]
        m = Mixture([0.2, 0.3, 0.5], laws)
        assert isinstance(m, Density)
        x = np.linspace(-5, 5, 41)
        close(m.logpdf(x), np.log(sum(w * law.pdf(x) for w, law in zip((0.2, 0.3, 0.5), laws))), 1e-14)
        assert m.support == (-math.inf, math.inf)
        sane(m.landmarks, m.support)
        assert m.parts is not None
        assert m.parts[0].tolist() == [0.2, 0.3, 0.5]
        assert [repr(part) for part in m.parts[1]] == ["norm(-1, 0.5)", "laplace(2, 1)", "expon()"]

    def test_where_densities_underflow(self) -> None:
        m = Mixture([0.25, 0.75], [stats.norm(0, 1), stats.norm(1, 1)])
        with mp.workdps(30):
            expected = float(
                mp.log(mp.mpf(0.25) + mp.mpf(0.75) * mp.exp((mp.mpf(100) ** 2 - mp.mpf(99) ** 2) / 2))
                - mp.mpf(100) ** 2 / 2
                - mp.log(2 * mp.pi) / 2
            )
        close(m.logpdf(np.array([100.0])), expected, 1e-15)

    def test_infinite_values(self) -> None:
        m = Mixture([0.5, 0.5], [stats.beta(0.5, 1), stats.uniform(1, 1)])
        assert m.logpdf(np.array([-1.0, 0.0, 3.0])).tolist() == [-np.inf, np.inf, -np.inf]
        close(m.logpdf(np.array([1.5])), math.log(0.5))
        assert m.support == (0.0, 2.0)

    def test_a_weight_of_zero_counts_for_nothing(self) -> None:
        m = Mixture([0.0, 1.0], [stats.beta(0.5, 1), stats.norm()])
        close(m.logpdf(np.array([0.0, 0.5])), stats.norm().logpdf([0.0, 0.5]))

    def test_one_law_and_the_same_twice(self) -> None:
        x = np.linspace(-3, 3, 7)
        close(Mixture([1.0], [stats.norm()]).logpdf(x), stats.norm().logpdf(x), 0)
        close(Mixture([0.25, 0.75], [stats.norm(), stats.norm()]).logpdf(x), stats.norm().logpdf(x), 1e-15)

    def test_of_one_s_own_densities_and_of_mixtures(self) -> None:
        inner = Mixture([0.5, 0.5], [half_line(), half_line(2.0)])
        m = Mixture([0.5, 0.5], [inner, stats.expon(scale=4)])
        x = np.array([0.5, 3.0])
        expected = 0.25 * np.exp(-x) + 0.125 * np.exp(-x / 2) + 0.125 * np.exp(-x / 4)
        close(m.logpdf(x), np.log(expected))
        assert m.logpdf(np.array([-1.0])) == -np.inf

    def test_many_landmarks_are_thinned_and_none_lost_at_the_ends(self) -> None:
        laws = [stats.norm(i, 0.1) for i in range(40)]
        m = Mixture(np.full(40, 1 / 40), laws)
        assert len(m.landmarks) <= 200
        sane(m.landmarks, m.support)
        for i in range(40):  # a place within each
            assert np.abs(np.array(m.landmarks) - i).min() < 0.1


class TestOnTheIntegers:
    def test_lattice(self) -> None:
        laws = [stats.poisson(3), stats.binom(5, 0.3, loc=-2), stats.rv_discrete(values=([1, 4], [0.5, 0.5]))]
        m = Mixture([0.2, 0.3, 0.5], laws)
        assert isinstance(m, Lattice)
        assert m.support == (-2.0, math.inf)
        k = np.arange(-4, 12)
        with np.errstate(divide="ignore"):
            close(m.logpmf(k), np.log(sum(w * law.pmf(k) for w, law in zip((0.2, 0.3, 0.5), laws))))
        sane(m.landmarks, m.support)

    def test_masses(self) -> None:
        points = np.array([0.0, 1.5])
        m = Mixture([0.25, 0.75], [Discrete(np.array([0.5, 0.5]), points), Discrete(np.array([0.1, 0.9]), points)])
        assert isinstance(m, Discrete)
        close(m.masses, [0.2, 0.8], 1e-15)
        assert m.points is not None


class TestInSpace:
    def test_plane(self) -> None:
        laws = [stats.multivariate_normal([0, 0], np.eye(2)), stats.multivariate_normal([3, 1], [[1, 0.5], [0.5, 2]])]
        m = Mixture([0.25, 0.75], laws)
        assert isinstance(m, Density)
        assert m.dimension == 2
        x = np.random.default_rng(0).normal(size=(9, 2))
        close(m.logpdf(x), np.log(0.25 * laws[0].pdf(x) + 0.75 * laws[1].pdf(x)))
        assert np.shape(m.landmarks)[1:] == (2,)


class TestBatches:
    def test_broadcasting_and_at(self) -> None:
        rng = np.random.default_rng(0)
        weights = rng.dirichlet([1, 1, 1], size=(2, 1))
        m = Mixture(weights, [stats.norm([0.0, 1.0, 2.0]), stats.norm([[1.0], [2.0]], 3), half_line()])
        assert isinstance(m, Density)
        assert m.batch == (2, 3)
        assert m.at is not None
        x = rng.normal(size=(2, 3))
        expected = (
            weights[..., 0] * stats.norm([0.0, 1.0, 2.0]).pdf(x)
            + weights[..., 1] * stats.norm([[1.0], [2.0]], 3).pdf(x)
            + weights[..., 2] * stats.expon().pdf(x)
        )
        close(m.logpdf(x), np.log(expected))
        index = np.array([5, 0, 0, 3])
        some = m.at(index)
        assert some.batch == (4,)
        close(some.logpdf(x.ravel()[index]), np.log(expected).ravel()[index])
        assert np.shape(m.landmarks)[1:] == (2, 3)
        assert np.shape(some.landmarks)[1:] == (4,)
        assert np.isfinite(m.landmarks).all()
        assert np.shape(m.support[0]) == (2, 3)
        assert some.at is not None
        close(some.at(np.array([3, 0])).logpdf(x.ravel()[[3, 5]]), np.log(expected).ravel()[[3, 5]])

    def test_batch_of_weights_alone(self) -> None:
        weights = np.array([[0.25, 0.75], [1.0, 0.0]])
        m = Mixture(weights, [stats.norm(0), stats.norm(1)])
        assert isinstance(m, Density)
        assert m.at is not None
        assert m.batch == (2,)
        x = np.array([0.5, 0.7])
        close(m.logpdf(x), np.log(weights @ np.array([stats.norm(0).pdf(x), stats.norm(1).pdf(x)])).diagonal())
        close(m.at(np.array([1])).logpdf(x[1:]), stats.norm().logpdf(x[1:]))

    def test_batch_of_masses(self) -> None:
        p, q = np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0.1, 0.9])
        m = Mixture(np.array([[0.25, 0.75], [1.0, 0.0]]), [Discrete(p), Discrete(q)])
        assert isinstance(m, Discrete)
        close(m.masses, [[0.2, 0.8], [0.25, 0.75]], 1e-15)


class TestTorch:
    def test_slopes(self) -> None:
        """In the weights and in the parameters, with a law of scipy among those of torch."""
        logits = torch.tensor([0.1, 0.7, 0.2], dtype=torch.float64, requires_grad=True)
        loc = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
        rate = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        weights = torch.softmax(logits, 0)
        m = Mixture(weights, [td.Normal(loc, 1.0), td.Exponential(rate), stats.laplace(1, 2)])
        assert isinstance(m, Density)
        assert m.log_prob is not None
        x = torch.tensor([-1.0, 0.3, 2.0], dtype=torch.float64)
        found = m.log_prob(x)
        close(found.detach(), m.logpdf(x.numpy()), 1e-14)
        terms = [
            td.Normal(loc, 1.0).log_prob(x).exp(),
            torch.where(x > 0, rate * torch.exp(-rate * x), 0.0),
            torch.as_tensor(stats.laplace(1, 2).pdf(x.numpy())),
        ]
        expected = torch.log(sum(w * t for w, t in zip(weights, terms)))
        given = (logits, loc, rate)
        for ours, theirs in zip(
            torch.autograd.grad(found.sum(), given, retain_graph=True), torch.autograd.grad(expected.sum(), given)
        ):
            close(ours, theirs, 1e-13)

    def test_no_nan_where_nothing_is(self) -> None:
        rate = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        m = Mixture([0.5, 0.5], [td.Exponential(rate), td.Exponential(2 * rate)])
        assert isinstance(m, Density)
        assert m.log_prob is not None
        value = m.log_prob(torch.tensor([-1.0, 1.0], dtype=torch.float64))
        assert float(value[0].detach()) == -math.inf
        assert torch.isfinite(torch.autograd.grad(value[1], rate)[0])

    def test_like(self) -> None:
        single = Mixture([0.5, 0.5], [td.Normal(torch.tensor(0.0), 1.0), stats.norm()])
        weighed = Mixture(torch.tensor([0.5, 0.5]), [stats.norm(), stats.norm(1)])
        plain = Mixture([0.5, 0.5], [stats.norm(), stats.norm(1)])
        assert isinstance(single, Density)
        assert isinstance(weighed, Density)
        assert isinstance(plain, Density)
        assert single.like is not None
        assert weighed.like is not None
        assert single.like.dtype == weighed.like.dtype == torch.float32
        assert plain.like is None
        assert plain.log_prob is None

    def test_products(self) -> None:
        laws = [td.Independent(td.Normal(torch.zeros(2), torch.tensor(s)), 1) for s in (1.0, 2.0)]
        m = Mixture([0.25, 0.75], laws)
        assert isinstance(m, Density)
        assert m.dimension == 2
        x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
        expected = 0.25 * laws[0].log_prob(x).exp() + 0.75 * laws[1].log_prob(x).exp()
        close(m.logpdf(x.numpy()), expected.log(), 1e-5)


class TestRefused:
    @pytest.mark.parametrize(
        ("weights", "laws", "error", "words"),
        [
            ([0.5, 0.4], [stats.norm(), stats.norm(1)], InvalidMeasure, r"sum of weights: 0\.9 is not 1"),
            ([1.5, -0.5], [stats.norm(), stats.norm(1)], InvalidMeasure, r"weights\[1\]: -0\.5 is negative"),
            ([1, 0], [stats.norm(), stats.norm(1)], InvalidMeasure, "holds no masses"),
            ([0.5, 0.5], [stats.norm()], ShapeMismatch, "laws: 1 laws for 2 weights. Remedy: give one law for each"),
            (
                [0.5, 0.5],
                [stats.norm(), stats.poisson(3)],
                UnsupportedLaw,
                r"laws\[1\]: a law on the integers, but laws\[0\] is a density",
            ),
            ([0.5, 0.5], [stats.norm(), "norm"], UnsupportedLaw, r"laws\[1\]: str is no law"),
            ([0.5, 0.5], [stats.norm(), np.array([0.5, 0.5])], UnsupportedLaw, r"laws\[1\]: ndarray is no law"),
            ([0.5, 0.5], [stats.norm(), stats.gamma], UnsupportedLaw, r"laws\[1\]: gamma without its parameters"),
            (
                [0.5, 0.5],
                [stats.norm(), stats.multivariate_normal([0, 0])],
                ShapeMismatch,
                r"laws\[1\]: is in 2 dimensions, but laws\[0\] in 1",
            ),
            (
                [0.5, 0.5],
                [stats.norm(), Density(lambda x: -x * x, normalise=True)],
                InvalidParameter,
                r"laws\[1\]: is known up to a factor only",
            ),
            (
                [0.5, 0.5],
                [Discrete(np.array([1.0]), np.array([0.5])), Discrete(np.array([1.0]), np.array([1.5]))],
                ShapeMismatch,
                r"points of laws\[1\]\[0\]: point 1.5 differs from 0.5 of laws\[0\]",
            ),
            ([0.5, 0.5], [stats.norm([0, 1.0]), stats.norm([0, 1, 2.0])], ShapeMismatch, "do not broadcast"),
        ],
    )
    def test_in_the_user_s_words(self, weights: Any, laws: Any, error: type[Exception], words: str) -> None:
        with pytest.raises(error, match=words):
            Mixture(weights, laws)

    def test_independent_counts(self) -> None:
        law = td.Independent(td.Bernoulli(torch.tensor([0.3, 0.4])), 1)
        with pytest.raises(UnsupportedLaw, match="has no density in the coordinates of one point"):
            Mixture([0.5, 0.5], [law, law])
