"""Products of laws: the joint density of independent coordinates, in batches and on tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from torch import distributions as td

from divergence import Density, Discrete, UnsupportedLaw
from divergence.adapters import law
from divergence.product import Product
from tests.families import close


def product(coordinates: object, axes: int = 1) -> Product:
    found = law(coordinates)
    assert isinstance(found, Density)
    return Product(found, axes)


class TestJoint:
    def test_adds_over_coordinates(self) -> None:
        joint = product(stats.gamma([1.5, 2.5, 3.5], scale=[1.0, 2.0, 3.0], loc=[0.0, -1.0, 1.0])).joint()
        x = np.random.default_rng(0).gamma(2.0, size=(9, 3))
        close(
            joint.logpdf(x), stats.gamma([1.5, 2.5, 3.5], scale=[1.0, 2.0, 3.0], loc=[0.0, -1.0, 1.0]).logpdf(x).sum(-1)
        )
        assert joint.dimension == 3
        assert joint.support == ((0.0, np.inf), (-1.0, np.inf), (1.0, np.inf))
        assert np.shape(joint.landmarks)[1:] == (3,)

    def test_two_axes_in_a_batch(self) -> None:
        loc, scale = np.arange(24.0).reshape(4, 2, 3), np.linspace(1, 2, 24).reshape(4, 2, 3)
        p = product(stats.laplace(loc, scale), axes=2)
        joint = p.joint()
        assert p.batch == joint.batch == (4,)
        assert joint.dimension == 6
        assert joint.at is not None
        x = np.random.default_rng(0).normal(size=(4, 6))
        expected = stats.laplace(loc, scale).logpdf(x.reshape(4, 2, 3)).sum((-1, -2))
        close(joint.logpdf(x), expected)
        close(joint.logpdf(np.stack([x, x])), np.stack([expected, expected]))
        index = np.array([3, 0, 3])
        some = joint.at(index)
        assert (some.batch, some.dimension) == ((3,), 6)
        close(some.logpdf(x[index]), expected[index])
        close(np.asarray(some.support)[:, 0], np.full((6, 3), -np.inf))
        assert np.shape(some.landmarks)[1:] == (3, 6)

    def test_normal_coordinates_are_a_normal_law(self) -> None:
        sd = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
        x = td.Independent(td.Normal(torch.zeros(2), sd), 1)
        p = law(x)
        assert isinstance(p, Product)
        joint = p.joint()
        assert joint.member is not None
        assert joint.log_prob is not None
        assert joint.at is not None
        assert joint.member.family == "multivariate_normal"
        assert joint.member.parameters[1].tolist() == [[[1, 0], [0, 4]], [[9, 0], [0, 16]]]
        assert joint.member.parameters[1].requires_grad
        y = torch.tensor([[0.5, 1.0], [1.5, 2.0]], dtype=torch.float64)
        close(joint.log_prob(y).detach(), x.log_prob(y).detach())
        close(joint.logpdf(y.numpy()), x.log_prob(y).detach())
        some = joint.at(np.array([1, 1, 0]))
        assert some.member is not None
        assert some.member.parameters[1][2].tolist() == [[1, 0], [0, 4]]
        assert some.log_prob is not None
        (slope,) = torch.autograd.grad(some.log_prob(y[[1, 1, 0]]).sum(), sd)
        (expected,) = torch.autograd.grad((x.log_prob(y) * torch.tensor([1.0, 2.0])).sum(), sd)
        close(slope, expected)

    def test_one_coordinate_is_a_law_on_the_line(self) -> None:
        joint = product(stats.norm([0.5])).joint()
        assert joint.dimension == 1
        assert joint.support == (-np.inf, np.inf)
        close(joint.logpdf(np.array([0.0, 1.0])), stats.norm(0.5).logpdf([0.0, 1.0]))
        batch = product(stats.norm([[0.5], [1.0]])).joint()
        assert (batch.batch, batch.dimension) == ((2,), 1)
        close(batch.logpdf(np.array([0.0, 1.0])), stats.norm([0.5, 1.0]).logpdf([0.0, 1.0]))

    def test_refuses_masses(self) -> None:
        p = Product(Discrete(np.full((3, 2), 0.5)))
        assert p.batch == ()
        with pytest.raises(UnsupportedLaw, match="use a functional that adds over independent coordinates"):
            p.joint()
