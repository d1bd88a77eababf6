"""The losses of any row: at the best critic they are the divergence, at any other critic less."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import divergence as dv
from divergence.gan import losses
from divergence.generators import GENERATORS, hockey_stick, power

SMOOTH = [row for row in GENERATORS.values() if not row.kinks] + [power(a) for a in (-1.5, 0, 0.3, 1, 2.5)]
names = {"ids": lambda row: row.name}

# two finite laws written as samples: 8 atoms each, so that means over samples are exact expectations
P = np.array([4, 2, 1, 1]) / 8
Q = np.array([1, 1, 2, 4]) / 8
REAL, FAKE = np.repeat(np.arange(4), [4, 2, 1, 1]), np.repeat(np.arange(4), [1, 1, 2, 4])
BEST = np.log(P) - np.log(Q)


@pytest.mark.parametrize("row", SMOOTH, **names)
def test_bound_is_the_divergence_at_the_best_critic(row):
    value = float(losses.bound(row, BEST[REAL], BEST[FAKE]))
    assert value == pytest.approx(float(dv.FDivergence(row)(P, Q)), rel=1e-13)
    assert float(losses.discriminator_loss(row, BEST[REAL], BEST[FAKE])) == -value


@pytest.mark.parametrize("row", SMOOTH, **names)
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_bound_is_at_most_the_divergence(row, critic):
    v = np.array(critic)
    assert float(losses.bound(row, v[REAL], v[FAKE])) <= float(dv.FDivergence(row)(P, Q)) * (1 + 1e-12)


def test_js_row_is_goodfellows_game():
    v = np.array([0.3, -1.0, 2.0, 0.1])
    d = 1 / (1 + np.exp(-v))
    game = np.log(d)[REAL].mean() + np.log(1 - d)[FAKE].mean()
    assert 2 * float(losses.bound(GENERATORS["js"], v[REAL], v[FAKE])) - math.log(4) == pytest.approx(game, rel=1e-14)


@pytest.mark.parametrize("row", SMOOTH, **names)
def test_generator_follows_the_gradient_of_the_divergence(row):
    """At the best discriminator, d/dq of -E_q R(v) with v held fixed is dD_f(p||q)/dq."""
    q = torch.tensor(Q, requires_grad=True)
    (exact,) = torch.autograd.grad(dv.FDivergence(row)(torch.tensor(P), q), q)
    per_sample = np.array([float(losses.generator_loss(row, np.array([v]))) for v in BEST])
    np.testing.assert_allclose(per_sample, exact.numpy(), rtol=1e-12)


@pytest.mark.parametrize("row", SMOOTH, **names)
def test_signs(row):
    """Both generator losses fall when samples look more real, and both push the same way."""
    looks = np.linspace(-2, 2, 9)
    for loss in (losses.generator_loss, losses.non_saturating_loss):
        values = [float(loss(row, np.array([v]))) for v in looks]
        assert all(b < a for a, b in pairwise(values))


def test_saturation_of_the_js_row():
    """As D falls to 0 the gradient of log(1 - D) vanishes and that of -log D does not."""
    v = torch.tensor([-20.0], dtype=torch.float64, requires_grad=True)
    row = GENERATORS["js"]
    (saturating,) = torch.autograd.grad(losses.generator_loss(row, v), v)
    (other,) = torch.autograd.grad(losses.non_saturating_loss(row, v), v)
    assert abs(float(saturating)) == pytest.approx(math.exp(-20) / 2, rel=1e-6)
    assert float(other) == pytest.approx(-0.5, rel=1e-6)


@pytest.mark.parametrize("row", [GENERATORS["total_variation"], hockey_stick(2.0)], **names)
def test_rows_whose_critic_is_a_step_are_refused(row):
    with pytest.raises(dv.InvalidParameter, match=r"step.*Remedy"):
        losses.discriminator_loss(row, np.zeros(3), np.zeros(3))


def test_batches_of_members():
    v = torch.zeros((5, 8), dtype=torch.float64)
    assert losses.bound(GENERATORS["kl"], v, v).shape == (5,)
