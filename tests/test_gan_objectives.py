"""Objectives and penalties: signs, what each is at its best critic, and hand-made derivatives."""

import math

import numpy as np
import pytest
import sympy as sp
import torch

import divergence as dv
from divergence.gan.information import information_bound, log_posterior, uniform_entropy
from divergence.gan.networks import Perceptron
from divergence.gan.objectives import (
    HINGE,
    LEAST_SQUARES,
    OBJECTIVES,
    RELATIVISTIC,
    WASSERSTEIN,
    from_row,
    named,
)
from divergence.gan.packing import pack
from divergence.gan.penalties import confine, gradient_penalty, squared_slope
from divergence.gan.rows import named_row
from divergence.generators import GENERATORS
from divergence.symbol_words import SymbolWords

ALL = [*OBJECTIVES.values(), *(from_row(row) for row in GENERATORS.values() if not row.kinks)]
ALL += [from_row(GENERATORS[name], saturating=False) for name in ("js", "kl")]
objectives = pytest.mark.parametrize("objective", ALL, ids=lambda objective: objective.name)

# two laws on four atoms, written as samples so that means over samples are exact expectations
P, Q = np.array([4, 2, 1, 1]) / 8, np.array([1, 1, 2, 4]) / 8
REAL, FAKE = np.repeat(np.arange(4), [4, 2, 1, 1]), np.repeat(np.arange(4), [1, 1, 2, 4])


@objectives
def test_signs(objective):
    """The discriminator is served by high logits of data and low ones of samples, the generator by the opposite."""
    low, high = np.array([-0.4, -0.1]), np.array([0.0, 0.3])
    assert objective.discriminator_loss(high, low) < objective.discriminator_loss(low, high)
    assert objective.discriminator_loss(high, low) < objective.discriminator_loss(low, low)
    assert objective.generator_loss(high, low) < objective.generator_loss(low, high)
    assert objective.discriminator_loss(np.zeros((3, 2)), np.zeros((3, 2))).shape == (3,)


@pytest.mark.parametrize(
    ("objective", "best", "least"),
    [
        (LEAST_SQUARES, P / (P + Q), (1 - dv.triangular(P, Q)) / 4),
        (HINGE, np.sign(P - Q), 2 - 2 * dv.total_variation(P, Q)),
        (from_row(GENERATORS["pearson"]), np.log(P / Q), -dv.pearson(P, Q)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_least_loss_of_a_discriminator(objective, best, least):
    """At the best critic it is the number that the comment says, at others more."""
    assert objective.discriminator_loss(best[REAL], best[FAKE]) == pytest.approx(float(least), rel=1e-14)
    rng = np.random.default_rng(0)
    for _ in range(50):
        v = best + rng.normal(scale=0.3, size=4)
        assert objective.discriminator_loss(v[REAL], v[FAKE]) >= float(least) - 1e-15


def test_wasserstein_is_at_most_lipschitz_times_w1():
    points = np.array([0.0, 1.0, 2.0, 4.0])
    w1 = float(dv.wasserstein(1)(dv.Discrete(P, points), dv.Discrete(Q, points)))
    v = -points  # of Lipschitz constant 1, and the best: all mass moves one way
    assert -WASSERSTEIN.discriminator_loss(v[REAL], v[FAKE]) == pytest.approx(w1, rel=1e-14)


def test_relativistic_is_the_game_of_a_difference():
    real, fake = np.array([0.3, 1.0]), np.array([-0.2, 0.4])
    expected = np.mean(np.log1p(np.exp(-(real - fake))))
    assert RELATIVISTIC.discriminator_loss(real, fake) == pytest.approx(expected, rel=1e-14)
    assert RELATIVISTIC.generator_loss(fake, real) == pytest.approx(np.mean(np.log1p(np.exp(real - fake))), rel=1e-14)
    with pytest.raises(dv.InvalidParameter, match="logits of data"):
        RELATIVISTIC.generator_loss(fake)


@objectives
def test_the_same_lines_are_read_by_sympy_and_torch(objective):
    for term in (objective.real, objective.fake, objective.generator):
        symbol = float(sp.N(term(sp.Rational(3, 10), SymbolWords())))
        number = float(term(np.array(0.3), dv.ops.ArrayWords(np)))
        assert symbol == pytest.approx(number, abs=1e-14)
    real, fake = torch.tensor([0.3, 1.0]), torch.tensor([-0.2, 0.4])
    assert float(objective.discriminator_loss(real, fake)) == pytest.approx(
        float(objective.discriminator_loss(real.double().numpy(), fake.double().numpy())), rel=1e-6
    )


def linear(slope):
    return lambda x: x @ torch.tensor(slope)


def test_penalties_of_a_linear_critic():
    real, fake = torch.randn(2, 5, 2), torch.randn(2, 5, 2)
    critic, mix = linear([3.0, 4.0]), torch.rand(2, 5)
    assert squared_slope(critic, real).tolist() == pytest.approx([25, 25])
    assert gradient_penalty(critic, real, fake, mix).tolist() == pytest.approx([16, 16])
    assert gradient_penalty(critic, real, fake, mix, aim=5.0).tolist() == pytest.approx([0, 0], abs=1e-10)


def test_penalties_reach_the_parameters_and_each_member_alone():
    network = Perceptron((2, 4, 1))
    parts = [
        torch.cat([a, b]).requires_grad_()
        for a, b in zip(*(network.initial(torch.Generator().manual_seed(i)) for i in (1, 2)))
    ]
    x = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(0))
    values = squared_slope(lambda y: network(parts, y).squeeze(-1), x)
    (gradient,) = torch.autograd.grad(values[0], parts[:1])
    assert gradient[0].abs().max() > 0
    assert (gradient[1] == 0).all()
    h = 1e-3
    moved = [part.detach().clone() for part in parts]
    moved[0][0, 0, 0] += h
    difference = squared_slope(lambda y: network(moved, y).squeeze(-1), x)[0] - values[0]
    assert float(difference.detach()) / h == pytest.approx(float(gradient[0, 0, 0]), rel=0.02, abs=1e-3)


def test_confine():
    weights = [torch.tensor([[-3.0, 0.2, 5.0]])]
    confine(weights, 0.5)
    assert weights[0].tolist() == [[-0.5, pytest.approx(0.2), 0.5]]


def test_packs_are_samples_side_by_side():
    x = torch.arange(12).reshape(1, 6, 2)
    assert pack(x, 3).tolist() == [[[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]]
    assert pack(x, 1) is x
    with pytest.raises(dv.InvalidParameter, match="a batch of 6 is no whole number of packs of 4"):
        pack(x, 4)
    with pytest.raises(dv.InvalidParameter, match="a batch of 1 is no whole number of packs of 2"):
        pack(x[:, :1], 2)


def test_information_bound_is_met_at_the_posterior():
    """Three codes, four outcomes: E log Q(c|x) + H(c) is I(c; x) at Q = P(c|x) and less elsewhere."""
    rng = np.random.default_rng(1)
    joint = rng.dirichlet(np.ones(4), size=3) / 3  # uniform codes
    information = float(dv.mutual_information(joint))

    def bound(logits):  # by summing over the joint law
        found = [[log_posterior(logits[None, x], np.array([c]))[0] for x in range(4)] for c in range(3)]
        return float((joint * np.array(found)).sum()) + uniform_entropy(3)

    posterior = np.log(joint / joint.sum(0)).T + rng.normal(size=(4, 1))
    assert bound(posterior) == pytest.approx(information, rel=1e-13)
    assert bound(posterior + rng.normal(size=(4, 3))) < information
    assert information_bound(np.zeros(5), math.log(3)) == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("least_square", "did you mean 'least_squares'"),
        ("pearsn", "did you mean 'pearson'"),
        ("frobnicate", "one of least_squares"),
        ("power(x)", "no row is called"),
        ("total_variation", "a step"),
    ],
)
def test_unknown_names(name, said):
    with pytest.raises(dv.InvalidParameter, match=said):
        named(name)


def test_names():
    assert named("hinge") is HINGE
    assert named("kl").name == "kl"
    assert named_row("power(0.5)").parameters == {"a": 0.5}
