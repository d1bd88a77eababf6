"""The Chernoff information against a search in many digits, at the edges, and against the tests it speaks of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from laws import random_masses
from mpmath import exp, findroot, log, mpf
from scipy import stats

import divergence as dv


def exact(p: list[Any], q: list[Any]) -> Any:
    """By bisection, for the slope of the affinity rises."""
    pairs = [(mpf(x), mpf(y)) for x, y in zip(p, q)]

    def affinity(a: Any) -> Any:
        return sum(x**a * y ** (1 - a) for x, y in pairs)

    def slope(a: Any) -> Any:
        return sum(x**a * y ** (1 - a) * log(x / y) for x, y in pairs)

    return -log(affinity(findroot(slope, (mpf(0), mpf(1)), solver="bisect", maxsteps=200, tol=0, verify=False)))


@pytest.mark.parametrize("step", [1.0, 1e-2, 1e-5, 1e-9, 1e-13])
def test_digits(step: float) -> None:
    rng = np.random.default_rng(0)
    q = rng.multinomial(2**40, [0.1, 0.2, 0.3, 0.4]) / 2**40
    move = np.round(step * 2**40 * np.array([0.05, -0.1, 0.15, -0.1])) / 2**40  # sums are exactly one
    move[-1] = -move[:-1].sum()
    p = q + move if move.any() else q + np.array([1, -2, 2, -1]) * 2.0**-52
    found, truth = float(dv.chernoff(p, q)), exact(p.tolist(), q.tolist())
    assert abs(mpf(found) - truth) <= mpf(4e-15) * truth
    assert float(dv.chernoff(q, p)) == pytest.approx(found, rel=4e-15)


def test_it_is_the_largest_of_its_family(xp: Any) -> None:
    rng = np.random.default_rng(1)
    p, q = random_masses(rng, 5, 4), random_masses(rng, 5, 4)
    found = xp.floats(dv.chernoff(xp.array(p), xp.array(q)))
    grid = np.stack([(1 - a) * dv.renyi(a)(p, q) for a in np.linspace(0.001, 0.999, 999)])
    assert np.all(found >= grid.max(axis=0) * (1 - 8 * xp.eps))
    np.testing.assert_allclose(found, grid.max(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        xp.floats(dv.chernoff.from_log(xp.array(np.log(p)), xp.array(np.log(q)))), found, rtol=2e-6
    )


FAR = (
    ([1e-60, 1.0], [1.0, 1e-250]),
    ([1e-300, 1.0], [1.0, 1e-17]),
    ([1e-20, 1.0], [1.0, 1e-80]),
    ([0.25, 0.75, 5e-324], [1e-30, 1e-20, 1.0]),
)


@pytest.mark.parametrize(("p", "q"), FAR)
def test_far_apart(p: list[float], q: list[float]) -> None:
    truth = exact(p, q)
    found = dv.chernoff.evaluate(p, q)
    assert abs(mpf(found.value) - truth) <= min(mpf(found.error), 2e-15 * truth)


@pytest.mark.parametrize(
    ("a", "b"), [([0, 1000.0], [300.0, 0]), ([0, 200, 10.0], [150, 0, 3.0]), ([0, 100.0], [50.0, 0])]
)
def test_far_apart_in_logits(a: list[float], b: list[float]) -> None:
    p, q = ([exp(mpf(x)) / sum(exp(mpf(y)) for y in z) for x in z] for z in (a, b))
    assert float(dv.chernoff.from_logits(a, b)) == pytest.approx(float(exact(p, q)), rel=2e-15)


def test_edges() -> None:
    assert float(dv.chernoff([1.0, 0.0], [0.5, 0.5])) == pytest.approx(math.log(2), rel=1e-15)
    assert float(dv.chernoff([0.5, 0.5], [1.0, 0.0])) == pytest.approx(math.log(2), rel=1e-15)
    assert float(dv.chernoff([1.0, 0.0], [0.0, 1.0])) == math.inf
    assert float(dv.chernoff([0.3, 0.7, 0.0], [0.3, 0.7, 0.0])) == 0.0
    assert float(dv.chernoff.from_log([0.0, -5000.0], [-5000.0, 0.0])) == pytest.approx(2500 - math.log(2), rel=1e-12)
    assert dv.chernoff(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)
    assert dv.chernoff(np.full((2, 1, 2), 0.5), np.full((3, 2), 0.5)).shape == (2, 3)


def test_laws_that_share_nothing_are_infinitely_far() -> None:
    assert dv.chernoff(stats.bernoulli(0.0), stats.bernoulli(1.0)) == math.inf
    assert dv.chernoff(stats.binom(5, 0.25), stats.binom(5, [0.25, 0.5])).tolist() == pytest.approx(
        [0.0, float(5 * dv.chernoff([0.25, 0.75], [0.5, 0.5]))]
    )


def test_it_is_the_rate_of_the_best_test() -> None:
    """−log of the Bayes error of n draws of Bernoulli(0.3) against Bernoulli(0.6), over n."""
    p, q, n = (0.7, 0.3), (0.4, 0.6), 100_000
    draws = np.arange(n + 1)
    error = np.logaddexp.reduce(
        np.minimum(stats.binom.logpmf(draws, n, 0.3), stats.binom.logpmf(draws, n, 0.6)) - math.log(2)
    )
    assert -error / n == pytest.approx(float(dv.chernoff(p, q)), rel=0.003)


def test_gradient() -> None:
    rng = np.random.default_rng(2)
    a, b = (torch.tensor(rng.normal(size=(2, 4)), requires_grad=True) for _ in "ab")
    assert torch.autograd.gradcheck(lambda x, y: dv.chernoff.from_logits(x, y), (a, b))


def test_densities() -> None:
    """Of N(0,1) and N(m,1): m²/8 at a = 1/2."""
    p, q = dv.Density(stats.norm(0, 1).logpdf), dv.Density(stats.norm(1.5, 1).logpdf)
    assert dv.chernoff.evaluate(p, q).value == pytest.approx(1.5**2 / 8, rel=1e-9)


def test_refusals() -> None:
    with pytest.raises(dv.InvalidMeasure, match=r"p\[1\]: -0.5 is negative"):
        dv.chernoff([1.5, -0.5], [0.5, 0.5])
    with pytest.raises(dv.ShapeMismatch, match="batch"):
        dv.chernoff.order([[0.5, 0.5]], [[0.5, 0.5]])
