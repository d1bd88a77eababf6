"""The permutation test against the enumeration of all permutations, and its size."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from divergence.errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.estimate.resampling import Draws
from divergence.estimate.tests import two_sample_test
from divergence.f_divergence import kl
from divergence.integral_metric import energy
from divergence.transport.sliced import sliced_wasserstein
from divergence.transport.wasserstein import wasserstein

STATISTICS = [wasserstein(1), wasserstein(2), sliced_wasserstein(1, 5), energy]


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.name)
def test_tends_to_the_enumeration(statistic):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=4), rng.normal(1.0, 1.0, size=5)
    pooled = np.concatenate([x, y])
    evaluate = statistic.on_pooled(pooled, np.random.default_rng(0))
    labels = np.array([[i in chosen for i in range(9)] for chosen in combinations(range(9), 4)])
    every = evaluate(Draws(labels, ~labels))
    exact = np.mean(every >= every[0] * (1 - 1e-10))  # the first combination is the samples as they are
    found = two_sample_test(x, y, statistic=statistic, rng=1, resamples=4000)
    assert found.value == pytest.approx(every[0], rel=1e-12)
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4000) + 1 / 4000)
    assert np.isclose(every, found.level, rtol=1e-9).any()


def test_ties_count_against_a_difference():
    x = np.array([0.0, 0.0, 1.0, 1.0])
    assert two_sample_test(x, x, statistic=wasserstein(1), rng=0, resamples=99).p_value == 1.0
    constant = np.zeros((5, 3))
    assert two_sample_test(constant, constant, statistic=energy, rng=0, resamples=99).p_value == 1.0


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.name)
def test_sees_a_difference_and_is_seeded(statistic):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 2)), rng.normal(2.0, 1.0, size=(30, 2))
    x, y = (x[:, 0], y[:, 0]) if statistic.name.startswith("wasserstein") else (x, y)
    one, two = (two_sample_test(x, y, statistic=statistic, rng=7, resamples=199) for _ in range(2))
    assert one == two
    assert one.p_value == 1 / 200
    assert one.value > one.level
    assert "199 permutations of 40 and 30 samples" in str(one)


def test_size_under_the_null():
    rng = np.random.default_rng(2)
    p = [
        two_sample_test(rng.normal(size=12), rng.normal(size=15), statistic=wasserstein(1), rng=i, resamples=39).p_value
        for i in range(400)
    ]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.035)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: two_sample_test(x, x, statistic=kl, rng=0), UnsupportedLaw, "statistic"),
        (lambda x: two_sample_test(x, x, statistic=energy, rng=None), InvalidParameter, "rng"),
        (lambda x: two_sample_test(x, x[:1], statistic=energy, rng=0), InvalidMeasure, "y: .*two samples"),
        (lambda x: two_sample_test(x, np.zeros((3, 2)), statistic=energy, rng=0), ShapeMismatch, "y: "),
        (
            lambda x: two_sample_test(np.zeros((3, 2)), np.zeros((3, 2)), statistic=wasserstein(1), rng=0),
            ShapeMismatch,
            "sliced",
        ),
        (lambda x: two_sample_test(x, x, statistic=energy, rng=0, resamples=-1), InvalidParameter, "resamples"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call(np.array([1.0, 2.0, 3.0]))
