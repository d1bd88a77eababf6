"""What two arguments have in common, and what is said where they have nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import divergence as dv
from divergence.density import Density, Lattice
from divergence.product import Product
from divergence.promotion import promote

torch = pytest.importorskip("torch")
HALVES = np.array([0.5, 0.5])


def test_foreign_laws_become_ours() -> None:
    kind, p, q = promote(stats.norm(0, 1), torch.distributions.Laplace(0.0, 1.0))
    assert (kind, type(p), type(q)) == ("laws", Density, Density)
    kind, p, q = promote(stats.poisson(3), stats.binom(3, 0.5))
    assert (kind, type(p), type(q)) == ("laws", Lattice, Lattice)


def test_categorical_laws_are_masses() -> None:
    probs = torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    kind, p, q = promote(torch.distributions.Categorical(probs), torch.distributions.Categorical(probs[0]))
    assert kind == "masses"
    assert tuple(p.shape) == tuple(q.shape) == (2, 2)


def test_masses_at_integers_meet_laws_on_the_integers() -> None:
    masses = dv.Discrete(np.array([0.25, 0.0, 0.75]), np.array([2.0, 0.0, 1.0]))
    kind, p, _ = promote(masses, stats.poisson(1))
    assert (kind, p.support) == ("laws", (0.0, 2.0))
    np.testing.assert_allclose(np.exp(p.logpmf(np.array([-1.0, 0.0, 1.0, 2.0, 3.0]))), [0, 0, 0.75, 0.25, 0])
    truth = 0.75 * np.log(0.75 / stats.poisson(1).pmf(1)) + 0.25 * np.log(0.25 / stats.poisson(1).pmf(2))
    assert dv.kl(masses, stats.poisson(1)) == pytest.approx(truth, rel=1e-12)


def test_products_keep_their_coordinates_or_meet_as_densities() -> None:
    normal = torch.distributions.Normal(torch.zeros(2, 3), 1.0)
    p = torch.distributions.Independent(normal, 1)
    kind, x, _ = promote(p, torch.distributions.Independent(torch.distributions.Laplace(torch.zeros(3), 1.0), 1))
    assert (kind, type(x), x.axes) == ("laws", Product, 1)
    kind, x, _ = promote(p, torch.distributions.MultivariateNormal(torch.zeros(3), torch.eye(3)))
    assert (kind, type(x), x.dimension, x.batch) == ("laws", Density, 3, (2,))


class Unknown:
    """No law."""


@pytest.mark.parametrize(
    ("p", "q", "error", "message"),
    [
        (Unknown(), HALVES, dv.UnsupportedLaw, r"p: .*Unknown is no law that is known here. Remedy: .*Density\(logpdf"),
        (stats.norm(0, 1), HALVES, dv.UnsupportedLaw, "q: ndarray against a Density"),
        (HALVES, stats.poisson(1), dv.UnsupportedLaw, "p: ndarray against a law on the integers"),
        (
            dv.Discrete(HALVES),
            stats.poisson(1),
            dv.UnsupportedLaw,
            r"p: masses without points .*Discrete\(masses",
        ),
        (dv.Discrete(HALVES, np.array([0.5, 1.0])), stats.poisson(1), dv.UnsupportedLaw, "p: points that are no"),
        (stats.norm([0, 1], 1), stats.norm([0, 1, 2], 1), dv.ShapeMismatch, r"q: batch \(3,\) does not broadcast"),
        (
            stats.norm(),
            stats.multivariate_normal([0, 0]),
            dv.ShapeMismatch,
            "q: a law in 2 dimensions",
        ),
        (dv.Samples([1.0, 2.0]), stats.norm(), dv.UnsupportedLaw, "p: samples where a distribution belongs"),
    ],
)
def test_refusals(p: Any, q: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dv.kl(p, q)
