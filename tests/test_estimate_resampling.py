"""Draws, deviations and intervals against loops that move points."""

from __future__ import annotations

import numpy as np
import pytest

from divergence.errors import InvalidParameter
from divergence.estimate import resampling
from divergence.estimate.resampling import (
    bootstraps,
    check_resampling,
    deviations,
    generator,
    interval,
    observed,
    p_value,
    permutations,
    values,
)
from divergence.integral_metric import energy
from divergence.transport.wasserstein import wasserstein


def test_blocks_make_no_difference(monkeypatch):
    def drawn(make):
        return np.concatenate([np.hstack([block.x, block.y]) for block in make(7, 5, 23, np.random.default_rng(0))])

    whole = drawn(permutations)
    assert whole.shape == (23, 24)
    monkeypatch.setattr(resampling, "BLOCK", 30)
    np.testing.assert_array_equal(drawn(permutations), whole)
    assert len(list(bootstraps(7, 5, 23, np.random.default_rng(0)))) == 12


def test_permutations_deal_and_bootstraps_count():
    (deal,) = permutations(4, 6, 200, np.random.default_rng(0))
    assert set(deal.x.sum(axis=1)) == {4}
    np.testing.assert_array_equal(deal.x + deal.y, 1)
    np.testing.assert_allclose(deal.x.mean(axis=0), 0.4, atol=0.12)
    (draw,) = bootstraps(4, 6, 2000, np.random.default_rng(0))
    assert set(draw.x.sum(axis=1)) == {4}
    assert set(draw.y.sum(axis=1)) == {6}
    assert not draw.x[:, 4:].any()
    assert not draw.y[:, :4].any()
    np.testing.assert_allclose(draw.x[:, :4].mean(axis=0), 1, atol=0.1)
    np.testing.assert_allclose(draw.x[:, 0].var(), 0.75, rtol=0.1)  # binomial(4, 1/4)


@pytest.mark.parametrize("statistic", [wasserstein(1), wasserstein(2), energy], ids=lambda s: s.name)
def test_deviations_against_points_that_move(statistic):
    """Each bootstrap draw taken as a sample of its own, and the distances of these samples computed from scratch."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=6), rng.normal(size=5)
    draws = list(bootstraps(6, 5, 8, np.random.default_rng(2)))
    evaluate = statistic.on_pooled(np.concatenate([x, y]))
    moved = deviations([statistic], [evaluate], draws, observed(6, 5))[:, 0]
    for a, b, found in zip(draws[0].x[:, :6], draws[0].y[:, 6:], moved):
        again, other = np.repeat(x, a), np.repeat(y, b)

        def distance(s, t):
            if statistic is energy:
                return energy.estimate(s, t, rng=0, resamples=1).value ** 0.5
            return statistic.estimate(s, t).value

        if statistic.norm:  # (P* − P̂) − (Q* − Q̂) is twice the difference of two mixtures, here as repeated samples
            expected = 2 * distance(
                np.concatenate([np.repeat(again, 5), np.repeat(y, 6)]),
                np.concatenate([np.repeat(x, 5), np.repeat(other, 6)]),
            )
        else:
            expected = distance(again, x) + distance(other, y)
        assert found == pytest.approx(expected, rel=1e-6)


def test_interval_is_a_ball_in_the_metric():
    moved = np.arange(1.0, 101.0)
    assert interval(200.0, moved, 0.9, 1.0) == (200.0 - 91, 200.0 + 91)
    assert interval(4.0, moved / 100, 0.9, 0.5) == pytest.approx(((2 - 0.91) ** 2, 2.91**2))
    assert interval(0.0, moved, 0.9, 1.0)[0] == 0.0


def test_p_value_counts_ties_and_itself():
    null = np.array([1.0, 2.0, 2.0 * (1 - 1e-14), 3.0])
    assert p_value(np.asarray(2.0), null) == 4 / 5
    assert p_value(np.asarray(9.0), null) == 1 / 5


def test_progress_adds_up():
    heard = []
    values([lambda d: np.zeros(len(d.x))] * 3, permutations(2, 2, 10, np.random.default_rng(0)), heard.append)
    assert sum(heard) == 30


@pytest.mark.parametrize("rng", [None, True, -1, 0.5, "seed"])
def test_randomness_is_a_parameter(rng):
    with pytest.raises(InvalidParameter, match=r"rng: .*rng=0"):
        generator(rng)


def test_generators_pass():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng
    assert generator(np.int64(3)).integers(100) == np.random.default_rng(3).integers(100)


@pytest.mark.parametrize(("resamples", "confidence"), [(0, 0.9), (1.5, 0.9), (True, 0.9), (9, 0), (9, 1), (9, "x")])
def test_bad_settings(resamples, confidence):
    with pytest.raises(InvalidParameter):
        check_resampling(resamples, confidence)
