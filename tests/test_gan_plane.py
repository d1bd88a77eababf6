"""Toys in the plane and the counts that score them, with their traps."""

import math

import numpy as np
import pytest
import torch

import divergence as dv
from divergence.gan.plane import PERFECT, Coded, Collection, Lines, Spots, count_modes, grid, ring


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_ring_of_eight_has_eight_modes():
    """An end point counted twice, as linspace does, would leave seven."""
    assert len({tuple(np.round(p, 9)) for p in ring().points}) == 8
    assert len(set(grid().points)) == 25
    assert max(abs(x) for point in grid().points for x in point) == 4


def test_a_perfect_sampler_scores_98_889_percent():
    assert pytest.approx(0.98889, abs=1e-5) == PERFECT
    for spots in (ring(), grid()):
        found = count_modes(spots.draw((40_000,), rng()).numpy(), spots)
        assert found.modes == found.of
        assert found.high_quality == pytest.approx(PERFECT, abs=3 * math.sqrt(PERFECT * (1 - PERFECT) / 40_000))
        assert found.kl < 1e-3
        assert found.audit == ""


def test_counts_by_hand():
    spots = Spots(((0.0, 0.0), (10.0, 0.0), (0.0, 10.0)), 1.0)
    found = count_modes(np.array([[0, 0], [0, 2.9], [0, 3.1], [10, 0.5]]), spots)
    assert (found.modes, found.high_quality) == (2, 0.75)
    assert found.kl == pytest.approx(2 / 3 * math.log(2) + 1 / 3 * math.log(1))
    assert found.audit == ""


def test_an_impossible_row_fails_the_audit():
    """2 of 8 modes cannot have a KL below log 4."""
    from divergence.gan.plane import Count

    assert "outside" in Count(2, 0.9, 0.45, 8).audit
    assert "outside" in Count(8, 0.9, 2.2, 8).audit
    assert "no mode" in Count(0, 0.0, math.inf, 8).audit


def test_density_of_spots_is_normalised():
    spots = Spots(((0.0, 0.0), (2.0, 1.0)), 0.5)
    side = np.linspace(-4, 6, 401)
    points = np.stack(np.meshgrid(side, side), axis=-1)
    assert np.exp(spots.log_density(points)).sum() * (side[1] - side[0]) ** 2 == pytest.approx(1, abs=1e-9)


def test_shapes_and_supports():
    line = Lines().draw((3, 5), rng())
    assert line.shape == (3, 5, 2)
    assert (line[..., 0] == 0).all()
    coded = Coded(2, 4).draw((6,), rng())
    assert coded.shape == (6, 6)
    assert (coded[:, 2:].sum(-1) == 1).all()
    points = np.arange(6.0).reshape(3, 2)
    assert set(map(tuple, Collection(points, "three").draw((50,), rng()).tolist())) <= set(map(tuple, points.tolist()))


def test_bad_samples():
    with pytest.raises(dv.InvalidMeasure, match="nan"):
        count_modes(np.full((3, 2), np.nan), ring())
    with pytest.raises(dv.ShapeMismatch, match="samples of shape"):
        count_modes(np.zeros((3, 1)), ring())
