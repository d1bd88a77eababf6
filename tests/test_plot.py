"""Figures say what they show and leave the caller's matplotlib as it was."""

import matplotlib
import numpy as np
import pytest

from divergence import plot
from divergence.gan.experiments.fit import TWO_MODES, fit_one
from divergence.gan.fits import landscape
from divergence.gan.univariate import Settings
from divergence.generators import GENERATORS


@pytest.fixture(scope="module")
def trained():
    return fit_one(GENERATORS["kl"], TWO_MODES, Settings(members=3, steps=30, warm_up=5, width=8, batch=64))


def drawn(figure, tmp_path):
    """The figure after it was really drawn: a broken artist fails here."""
    figure.savefig(tmp_path / "figure.svg")
    return figure


def test_before_during_after(trained, tmp_path):
    panels = plot.fit_panels(trained)
    titles = [title for title, _ in panels]
    assert titles[0] == "step 0: N(1.00, 2.00²)"
    assert titles[2].startswith("step 30: N(")
    for _, figure in panels:
        axes = drawn(figure, tmp_path).axes[0]
        assert [text.get_text() for text in axes.get_legend().get_texts()][:2] == ["data", "model"]
    blue, red = axes.lines[0], axes.lines[1]
    assert (blue.get_color(), red.get_color()) == (plot.DATA, plot.FIT)
    np.testing.assert_allclose(blue.get_ydata(), np.exp(TWO_MODES.log_density(trained.run.grid)))
    step = trained.run.grid[1] - trained.run.grid[0]
    assert red.get_ydata().sum() * step == pytest.approx(1, abs=0.05), "the model drawn is a density"


def test_paths_start_and_end_where_they_did(trained, tmp_path):
    axes = drawn(plot.paths(trained, landscape), tmp_path).axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 31]
    assert len(lines) == 3
    np.testing.assert_array_equal(lines[1].get_xdata(), trained.run.means[:, 1])
    assert axes.get_xlabel() == "mean"


def test_critic_draws_d_star_of_each_member(trained, tmp_path):
    axes = drawn(plot.critic(trained), tmp_path).axes[0]
    best = [line for line in axes.lines if line.get_color() == plot.INK]
    assert len(best) == 3
    values = best[0].get_ydata()
    assert ((values >= 0) & (values <= 1)).all()


def test_hero_figure(trained, tmp_path):
    class Two:
        rows = (trained, trained)

    figure = drawn(plot.fits(Two(), {"kl": "forward KL"}), tmp_path)
    assert [axes.get_title() for axes in figure.axes] == ["forward KL", "forward KL"]


def test_style_is_local(trained):
    before = dict(matplotlib.rcParams)
    plot.fit_panels(trained)
    assert dict(matplotlib.rcParams) == before


def test_normal_name_has_a_minus_sign():
    assert plot.normal_name(-0.125, 1.685) == "N(−0.12, 1.69²)"
