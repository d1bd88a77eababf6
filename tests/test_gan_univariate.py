"""GANs on the line: seeded, independent members, honest about those that leave the numbers."""

import dataclasses

import numpy as np
import pytest
import torch

import divergence as dv
from divergence.gan.experiments.fit import TWO_MODES
from divergence.gan.univariate import Settings, train
from divergence.generators import GENERATORS

SHORT = Settings(members=3, steps=40, warm_up=20, batch=64, width=8)


def test_equal_seeds_give_equal_runs_and_others_do_not():
    a, b = (train(GENERATORS["js"], TWO_MODES, SHORT) for _ in range(2))
    assert np.array_equal(a.means, b.means)
    assert np.array_equal(a.logits, b.logits)
    c = train(GENERATORS["js"], TWO_MODES, dataclasses.replace(SHORT, seed=1))
    assert not np.array_equal(a.means, c.means)


def test_shapes_start_and_progress():
    done = []
    run = train(GENERATORS["kl"], TWO_MODES, SHORT, progress=done.append)
    assert run.means.shape == run.sds.shape == (41, 3)
    assert run.logits.shape == (3, 401)
    assert sum(done) == 40
    assert (run.means[0] == 1.0).all()
    np.testing.assert_allclose(run.sds[0], 2.0, rtol=1e-6)
    assert len(np.unique(run.means[-1])) == 3, "members are independent"
    assert run.finite.all()
    assert run.ends().shape == (3, 2)


def test_more_discriminator_steps_give_a_better_discriminator():
    """The generator held still (rate 0), the discriminator nears log p/q as its steps grow."""
    still = dataclasses.replace(SHORT, generator_rate=0.0, steps=30, warm_up=1, batch=256, width=16)

    def error(k):
        run = train(GENERATORS["js"], TWO_MODES, dataclasses.replace(still, critic_steps=k))
        from divergence.gan.toys import log_normal

        v = TWO_MODES.log_density(run.grid) - log_normal(run.grid, 1.0, 2.0)
        return np.abs(1 / (1 + np.exp(-run.logits)) - 1 / (1 + np.exp(-v))).mean()

    assert error(10) < 0.5 * error(1)


def test_a_diverged_member_is_marked_not_fatal():
    wild = dataclasses.replace(SHORT, critic_rate=1e8, generator_rate=1e2)
    run = train(GENERATORS["kl"], TWO_MODES, wild)
    assert not run.finite.all()


def test_row_without_a_gradient_is_refused():
    with pytest.raises(dv.InvalidParameter, match="total_variation"):
        train(GENERATORS["total_variation"], TWO_MODES, SHORT)


@pytest.mark.parametrize("name", ["members", "steps", "critic_steps", "batch", "width"])
def test_settings_are_checked(name):
    with pytest.raises(dv.InvalidParameter, match=f"^{name}: 0 is below 1"):
        Settings(**{name: 0})


@pytest.mark.skipif(torch.cuda.is_available(), reason="speaks of machines without CUDA")
def test_cuda_without_a_device():
    with pytest.raises(dv.InvalidParameter, match=r"^device"):
        Settings(device="cuda")
