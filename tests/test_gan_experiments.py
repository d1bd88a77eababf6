"""The experiments confirm what they should and say no when they should."""

import dataclasses
import math

import numpy as np
import pytest

import divergence as dv
from divergence.gan import fits
from divergence.gan.experiments.fit import TWO_MODES, _at_most, compare_fits, fit_one, student_interval
from divergence.gan.univariate import Settings
from divergence.generators import GENERATORS


def test_a_trained_gan_lands_on_its_optimum():
    trained = fit_one(GENERATORS["reverse_kl"], TWO_MODES, Settings(members=4, steps=700))
    assert trained.lands, trained.verdict
    assert trained.mean[0] == pytest.approx(trained.best.mean, abs=0.05)
    assert trained.sd[0] == pytest.approx(trained.best.sd, abs=0.05)
    assert max(trained.critic_error) < 0.05
    assert min(trained.critic_gap) > -1e-6, "no critic exceeds the divergence"
    assert min(trained.excess) > -1e-9, "nothing is nearer than the optimum"


def test_an_untrained_gan_does_not():
    comparison = compare_fits(("kl", "reverse_kl"), settings=Settings(members=2, steps=4, warm_up=2, width=4, batch=32))
    assert not comparison.confirmed
    assert "misses" in comparison.rows[0].verdict
    assert comparison.cross.shape == (2, 2)


def test_all_members_lost_is_an_error_that_says_so():
    wild = Settings(members=2, steps=30, warm_up=5, width=4, batch=32, critic_rate=1e8, generator_rate=1e2)
    with pytest.raises(dv.InvalidMeasure, match="left the finite numbers"):
        fit_one(GENERATORS["kl"], TWO_MODES, wild)


def test_a_lost_member_denies_the_verdict():
    trained = fit_one(GENERATORS["js"], TWO_MODES, Settings(members=2, steps=8, warm_up=2, width=4, batch=32))
    means = trained.run.means.copy()
    means[-1, 0] = math.nan
    lost = dataclasses.replace(trained, run=dataclasses.replace(trained.run, means=means))
    assert not lost.lands
    assert lost.verdict.startswith("1 of 2 members left")


@pytest.mark.parametrize(
    ("share", "said"), [(0.00031, "0.04%"), (0.0003, "0.03%"), (2e-9, "0.01%"), (-1e-12, "0.01%"), (math.inf, "inf%")]
)
def test_at_most_is_a_bound(share, said):
    assert _at_most(share) == said


def test_student_interval_against_scipy():
    from scipy import stats

    values = np.array([1.0, 2.0, 4.0, 3.5])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert student_interval(values)[1:] == pytest.approx(expected)
    assert student_interval(values[:1]) == (1.0, -math.inf, math.inf)


def test_landscape_has_its_minimum_at_the_best_fit():
    best = fits.best_fit(GENERATORS["js"], TWO_MODES)
    means, sds = best.mean + np.linspace(-0.2, 0.2, 5), best.sd + np.linspace(-0.2, 0.2, 5)
    values = fits.landscape(GENERATORS["js"], TWO_MODES, means, sds)
    assert np.unravel_index(values.argmin(), values.shape) == (2, 2)
    assert values[2, 2] == pytest.approx(best.divergence.value, rel=1e-8)
