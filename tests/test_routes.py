"""The route from two laws to a number: which is planned, that it is gone, and that roads meet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import divergence as dv

torch = pytest.importorskip("torch")
D = torch.distributions
CLOSED = [dv.kl, dv.reverse_kl, dv.jeffreys, dv.squared_hellinger, dv.pearson, dv.neyman, dv.power(0.3), dv.renyi(0.7)]
CLOSED += [dv.renyi(3), dv.bhattacharyya, dv.chernoff, dv.symmetrised(dv.kl)]
SAME_FAMILY = [
    (stats.norm(0, 2), stats.norm(1, 1.5)),
    (stats.gamma(3), stats.gamma(4, scale=0.8)),
    (stats.beta(3, 4), stats.beta(2.5, 3)),
    (stats.laplace(), stats.laplace(0.5, 1.5)),
    (stats.invgauss(1), stats.invgauss(1.2)),
    (stats.vonmises(2), stats.vonmises(1, loc=1)),
    (stats.pareto(4), stats.pareto(3)),
    (stats.poisson(3), stats.poisson(4.5)),
    (stats.nbinom(3, 0.5), stats.nbinom(3, 0.6)),
]


def forgetful(law: Any) -> Any:
    """The same law without its family."""
    if hasattr(law, "pmf"):
        return dv.Lattice(law.logpmf, law.support(), (float(law.median()),))
    support = (-math.pi, math.pi) if law.dist.name == "vonmises" else law.support()
    return dv.Density(law.logpdf, support=support, landmarks=tuple(law.ppf([1e-9, 0.1, 0.5, 0.9, 1 - 1e-9])))


@pytest.mark.parametrize(("p", "q"), SAME_FAMILY, ids=lambda law: law.dist.name)
def test_closed_forms_meet_integrals_and_sums(p: Any, q: Any) -> None:
    for divergence in CLOSED:
        closed = divergence.evaluate(p, q)
        assert closed.method == divergence.plan(p, q)
        assert closed.method.startswith("closed form"), closed
        if closed.value == math.inf:
            assert divergence.name in ("neyman", "pearson", "renyi(3.0)")
            continue
        found = divergence.evaluate(forgetful(p), forgetful(q))
        assert found.method.startswith(("integral", "sum")), found
        assert abs(found.value - closed.value) <= found.error + closed.error, (divergence, closed, found)


def test_lognormals_are_normals() -> None:
    """Invariance under a bijection."""
    for divergence in (*CLOSED, dv.js, dv.total_variation):
        first = divergence(stats.lognorm(1), stats.lognorm(2, scale=3))
        second = divergence(stats.norm(0, 1), stats.norm(math.log(3), 2))
        assert first == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize("divergence", [dv.kl, dv.js, dv.squared_hellinger, dv.renyi(0.5)], ids=lambda d: d.name)
def test_location_and_scale(divergence: Any) -> None:
    here = divergence(stats.t(3), stats.logistic(1, 2))
    there = divergence(stats.t(3, loc=50, scale=4), stats.logistic(54, 8))
    assert here == pytest.approx(there, rel=1e-9)


def test_batches_are_their_pairs() -> None:
    means = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    for divergence in (dv.kl, dv.js, dv.renyi(0.5), dv.chernoff):
        for p, q in ((stats.norm(means, 1), stats.norm(1, 2)), (stats.poisson(means + 1), stats.poisson(2))):
            found = divergence(p, q)
            assert found.shape == (2, 3)
            one = divergence(type(p)(p.dist, *(np.ravel(x)[4] for x in np.broadcast_arrays(*p.args))), q)
            assert found[1, 1] == pytest.approx(one, rel=1e-9)
    with pytest.raises(dv.ShapeMismatch, match=r"a batch of shape \(2, 3\) where one pair belongs"):
        dv.kl.evaluate(stats.norm(means, 1), stats.norm(0, 1))


def test_the_singular_pair() -> None:
    for divergence, value in (
        (dv.kl, math.inf),
        (dv.js, math.log(2)),
        (dv.total_variation, 1.0),
        (dv.chernoff, math.inf),
    ):
        found = divergence.evaluate(stats.norm(), stats.poisson(3))
        assert (found.value, found.error) == (value, 0.0)
        assert "one law has a density, the other has atoms" in found.method
    assert dv.js(stats.norm([0, 1], 1), stats.poisson(3)).tolist() == [math.log(2)] * 2


def test_uniform_laws_take_every_divergence() -> None:
    p, q = stats.uniform(0, 2), stats.uniform(1, 2)
    assert dv.js.plan(p, q) == "sum over 3 intervals: uniform laws"
    assert dv.total_variation(p, q) == 0.5
    assert dv.js(p, q) == pytest.approx(math.log(2) / 2, rel=1e-15)
    assert dv.kl(p, q) == math.inf
    assert dv.kl(p, p) == 0.0
    near = dv.kl(stats.uniform(0, 1), stats.uniform(0, 1 + 2.0**-40))
    assert near == pytest.approx(math.log1p(2.0**-40), rel=1e-12)


class TestProducts:
    P = D.Independent(D.Normal(torch.tensor([0.0, 1.0, 2.0]), 1.0), 1)
    Q = D.Independent(D.Laplace(torch.tensor([0.0, 0.0, 3.0]), 1.0), 1)

    def pairs(self) -> list[tuple[Any, Any]]:
        return [(stats.norm(m, 1), stats.laplace(k, 1)) for m, k in ((0, 0), (1, 0), (2, 3))]

    def test_additive_ones_add_up(self) -> None:
        for divergence in (dv.kl, dv.reverse_kl, dv.renyi(0.5), dv.bhattacharyya):
            truth = sum(divergence(p, q) for p, q in self.pairs())
            found = divergence.evaluate(self.P, self.Q)
            assert abs(found.value - truth) <= found.error
            assert "coordinate by coordinate" in found.method
            assert float(divergence(self.P, self.Q)) == pytest.approx(truth, rel=1e-6)

    def test_powers_multiply(self) -> None:
        truth = 1 - math.prod(1 - dv.squared_hellinger(p, q) for p, q in self.pairs())
        assert dv.squared_hellinger.evaluate(self.P, self.Q).value == pytest.approx(truth, rel=1e-9)
        truth = math.prod(1 + dv.pearson(p, q) for p, q in self.pairs()) - 1
        assert dv.pearson.evaluate(self.P, self.Q).value == pytest.approx(truth, rel=1e-9)

    def test_one_family_is_closed(self) -> None:
        p = D.Independent(D.Gamma(torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64), 2.0), 1)
        q = D.Independent(D.Gamma(torch.tensor([2.0, 2.0], dtype=torch.float64), 1.0), 1)
        assert dv.kl.plan(p, q) == "closed form: gamma family"
        truth = D.kl_divergence(p, q)
        torch.testing.assert_close(dv.kl(p, q), truth, rtol=1e-12, atol=0.0)

    def test_categorical_coordinates(self) -> None:
        probs = torch.tensor([[0.2, 0.8], [0.5, 0.5]], dtype=torch.float64, requires_grad=True)
        p, q = D.Independent(D.Categorical(probs), 1), D.Independent(D.Categorical(torch.ones(2, 2) / 2), 1)
        found = dv.kl(p, q)
        assert float(found.detach()) == pytest.approx(float(dv.kl([0.2, 0.8], [0.5, 0.5])), rel=1e-6)


class TestTorch:
    def test_dtype_follows_the_laws(self) -> None:
        for dtype in (torch.float32, torch.float64):
            p, q = (D.Normal(torch.tensor(m, dtype=dtype), torch.tensor(1.0, dtype=dtype)) for m in (0.0, 1e-4))
            for divergence in (dv.kl, dv.js, dv.chernoff):
                found = divergence(p, q)
                assert found.dtype == dtype
                assert float(found) == pytest.approx(
                    {"kl": 5e-9, "js": 1.25e-9, "chernoff": 1.25e-9}[divergence.name], rel=1e-3
                )

    @pytest.mark.parametrize(
        "divergence", [dv.kl, dv.js, dv.total_variation, dv.renyi(0.5), dv.chernoff], ids=lambda d: d.name
    )
    @pytest.mark.parametrize("family", ["Normal", "Laplace"])
    def test_gradients_reach_the_parameters(self, divergence: Any, family: str) -> None:
        mean = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
        q = D.Laplace(torch.tensor(1.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
        divergence(getattr(D, family)(mean, torch.ones(2, dtype=torch.float64)), q).sum().backward()
        law = {"Normal": stats.norm, "Laplace": stats.laplace}[family]
        step = 1e-5
        for m, slope in zip((0.5, -1.0), mean.grad.tolist()):
            above, below = (float(divergence(law(m + d, 1), stats.laplace(1, 2))) for d in (step, -step))
            assert slope == pytest.approx((above - below) / (2 * step), rel=1e-6)

    def test_gradients_of_sums_and_mixtures(self) -> None:
        rate = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
        dv.js(D.Poisson(rate), D.Geometric(torch.tensor(0.25, dtype=torch.float64))).backward()
        step = 1e-5
        above, below = (dv.js(stats.poisson(3 + d), stats.geom(0.25, loc=-1)) for d in (step, -step))
        assert float(rate.grad) == pytest.approx((above - below) / (2 * step), rel=1e-6)  # type: ignore[arg-type]
        weight = torch.tensor([0.25, 0.75], dtype=torch.float64, requires_grad=True)
        normals = D.Normal(torch.tensor([-1.0, 1.0], dtype=torch.float64), 1.0)
        dv.kl(D.MixtureSameFamily(D.Categorical(weight), normals), D.Normal(0.0, 2.0)).backward()
        values = []
        for d in (step, -step):
            mixture = dv.Mixture([0.25 + d, 0.75 - d], [stats.norm(-1, 1), stats.norm(1, 1)])
            values.append(dv.kl(mixture, stats.norm(0, 2)))
        slope = weight.grad[0] - weight.grad[1]  # type: ignore[index]
        assert float(slope) == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-6)

    def test_against_the_registry_where_it_is_right(self) -> None:
        f = torch.float64
        one, two, three = (torch.tensor(x, dtype=f) for x in (1.0, 2.0, 3.0))
        pairs = [
            (D.Normal(one, two), D.Normal(two, one)),
            (D.Gamma(two, one), D.Gamma(three, two)),
            (D.Beta(two, three), D.Beta(one, two)),
            (D.Laplace(one, two), D.Laplace(two, three)),
            (D.Exponential(two), D.Exponential(three)),
            (D.Poisson(two), D.Poisson(three)),
            (D.Geometric(one / 3), D.Geometric(one / 4)),
            (D.Bernoulli(one / 3), D.Bernoulli(one / 4)),
            (D.Binomial(5, one / 3), D.Binomial(5, one / 4)),
            (D.Pareto(two, three), D.Pareto(one, two)),
            (D.Cauchy(one, two), D.Cauchy(two, three)),
            (D.LogNormal(one, two), D.LogNormal(two, one)),
            (D.HalfNormal(one), D.HalfNormal(two)),
            (D.Dirichlet(torch.stack([one, two, three])), D.Dirichlet(torch.stack([two, two, one]))),
        ]
        for p, q in pairs:
            torch.testing.assert_close(dv.kl(p, q), D.kl_divergence(p, q), rtol=1e-12, atol=0.0)


class TestChance:
    P, Q = (stats.multivariate_normal(np.full(5, m), np.eye(5)) for m in (0.0, 0.5))

    def test_beyond_three_dimensions_on_request(self) -> None:
        found = dv.js.evaluate(self.P, self.Q, method="monte_carlo", rng=0, n=20_000)
        truth = dv.js(stats.norm(0, 1), stats.norm(math.sqrt(5) / 2, 1))
        assert found.confidence == 0.95
        assert abs(found.value - truth) <= 2 * found.error
        again = dv.js.evaluate(self.P, self.Q, method="monte_carlo", rng=0, n=20_000)
        assert again == found

    def test_never_in_silence(self) -> None:
        with pytest.raises(dv.UnsupportedLaw, match=r'quadrature in 5 dimensions.*method="monte_carlo", rng=0'):
            dv.js(self.P, self.Q)
        with pytest.raises(dv.InvalidParameter, match="rng: None is no source of randomness"):
            dv.js.evaluate(self.P, self.Q, method="monte_carlo")
        with pytest.raises(dv.InvalidParameter, match="method: 'guess' is no method"):
            dv.js.evaluate(self.P, self.Q, method="guess")
        with pytest.raises(dv.UnsupportedLaw, match="method: renyi"):
            dv.renyi(2).evaluate(self.P, self.Q, method="monte_carlo", rng=0)

    @pytest.mark.parametrize(
        ("p", "q"),
        [
            (dv.Mixture([0.5, 0.5], [stats.norm(-1, 1), stats.norm(1, 1)]), stats.norm(0, 1)),
            (D.Normal(0.0, 1.0), D.Laplace(0.0, 1.0)),
            (stats.Normal(mu=0.0, sigma=1.0), stats.Normal(mu=1.0, sigma=1.0)),
        ],
        ids=["mixture", "torch", "new scipy"],
    )
    def test_every_library_draws(self, p: Any, q: Any) -> None:
        state = torch.get_rng_state()
        found = dv.js.evaluate(p, q, method="monte_carlo", rng=1, n=20_000)
        assert abs(found.value - float(dv.js(p, q))) <= 2 * found.error
        assert torch.equal(torch.get_rng_state(), state)

    def test_your_own_density_says_how_to_draw(self) -> None:
        law = dv.Density(lambda x: -np.abs(x) - math.log(2))
        with pytest.raises(dv.UnsupportedLaw, match=r"p: nothing is known that draws.*draw="):
            dv.kl.evaluate(law, law, method="monte_carlo", rng=0)
        drawn = dv.Density(law.logpdf, draw=lambda rng, n: rng.laplace(size=n))
        assert dv.kl.evaluate(drawn, drawn, method="monte_carlo", rng=0).value == 0.0


def test_dirichlet_laws_are_independent_sticks() -> None:
    p, q = stats.dirichlet([1.5, 2, 3]), stats.dirichlet([3, 2, 1.5])
    assert dv.js.plan(p, q) == "cubature in 2 dimensions"
    found = dv.js.evaluate(p, q)
    chance = dv.js.evaluate(p, q, method="monte_carlo", rng=0)
    assert abs(found.value - chance.value) <= 2 * chance.error
    assert found.error <= 1e-7 * found.value
