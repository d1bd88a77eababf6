"""Figures of transport draw what they say."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from divergence import Discrete, max_sliced_wasserstein, optimal_transport, sinkhorn
from divergence.errors import InvalidParameter, ShapeMismatch
from divergence.plot import DATA, FIT
from divergence.transport import figures, slice_figures


@pytest.fixture(scope="module")
def clouds():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 2)), rng.normal(size=(25, 2)) + 2
    return x, y, optimal_transport(Discrete(np.full(20, 1 / 20), x), Discrete(np.full(25, 1 / 25), y))


def drawn(figure, tmp_path):
    """The figure after it was really drawn: a broken artist fails here."""
    before = dict(mpl.rcParams)
    figure.savefig(tmp_path / "figure.svg")
    assert dict(mpl.rcParams) == before
    return figure


def test_plan_draws_every_pair(clouds, tmp_path):
    x, y, found = clouds
    axes = drawn(figures.plan(found, x, y), tmp_path).axes[0]
    lines, p, q = axes.collections
    assert len(lines.get_segments()) == len(found.masses)
    np.testing.assert_allclose(lines.get_segments()[0], [x[found.sources[0]], y[found.targets[0]]])
    assert (len(p.get_offsets()), len(q.get_offsets())) == (20, 25)
    assert "cost" in axes.get_title(loc="left")


def test_potentials_are_those_of_the_proof(tmp_path):
    x = np.array([0.0, 2.0, 1.0])
    found = optimal_transport(Discrete(np.array([0.5, 0.25, 0.25]), x), Discrete(np.array([0.2, 0.3, 0.5]), x), order=1)
    above, below = drawn(figures.potentials(found, x, x), tmp_path).axes
    curve, points = (line for line in below.lines if line.get_color() == DATA)
    np.testing.assert_array_equal(curve.get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(curve.get_ydata(), found.u[[0, 2, 1]])
    np.testing.assert_array_equal(points.get_ydata(), found.u)
    assert len(above.collections) == 2


def test_displacement_ends_at_both_laws(clouds, tmp_path):
    x, y, found = clouds
    panels = drawn(figures.displacement(found, x, y, steps=3), tmp_path).axes
    places = [ax.collections[0].get_offsets() for ax in panels]
    np.testing.assert_allclose(places[0], x[found.sources])
    np.testing.assert_allclose(places[1], (x[found.sources] + y[found.targets]) / 2)
    np.testing.assert_allclose(places[2], y[found.targets])
    assert mpl.colors.to_hex(panels[0].collections[0].get_facecolor()[0]) == DATA
    assert mpl.colors.to_hex(panels[2].collections[0].get_facecolor()[0]) == FIT


def test_gaussian_displacement(tmp_path):
    figure = figures.gaussian_displacement([0.0, 0.0], np.eye(2), [4.0, 0.0], 4 * np.eye(2), steps=3)
    axes = drawn(figure, tmp_path).axes[0]
    widths = [np.ptp(line.get_xdata()) for line in axes.lines[:-1]]
    assert widths == pytest.approx([4, 2, 6, 3, 8, 4], rel=1e-3)
    np.testing.assert_allclose(axes.lines[-1].get_xdata(), [0, 2, 4])


def test_slices_show_the_best_direction_first(tmp_path):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 2)), rng.normal(size=(30, 2)) + np.array([0.0, 3.0])
    best = max_sliced_wasserstein(2).estimate(x, y)
    first, *others, cloud = drawn(slice_figures.slices(best, x, y, others=2), tmp_path).axes
    assert first.get_title(loc="left") == f"a   W_2 = {best.value:.3g}"
    assert len(others) == 2
    below = next(line for line in first.lines if line.get_color() == DATA)
    np.testing.assert_allclose(np.unique(below.get_xdata()), np.sort(x @ best.direction), atol=1e-9)
    assert len(cloud.collections[0].get_offsets()) == 40


def test_entropic_plans_draw_more_pairs_as_epsilon_grows(clouds, tmp_path):
    x, y, exact = clouds
    laws = Discrete(np.full(20, 1 / 20), x), Discrete(np.full(25, 1 / 25), y)
    found = [sinkhorn(epsilon).evaluate(*laws) for epsilon in (0.1, 10.0)]
    panels = drawn(slice_figures.entropic_plans(found, exact, x, y), tmp_path).axes
    pairs = [len(ax.collections[0].get_segments()) for ax in panels]
    assert pairs[0] == np.sum(exact.masses > 0.05 * exact.masses.max())
    assert pairs[0] < pairs[1] < pairs[2] <= 500
    assert [ax.get_title() for ax in panels[1:]] == ["ε = 0.1", "ε = 10"]


def test_points_that_are_not_those_of_the_plan_are_refused():
    p, q = (Discrete([0.5, 0.5], np.array([[0.0, 0.0], [1.0, shift]])) for shift in (0.0, 2.0))
    found = optimal_transport(p, q)
    for draw, x in (
        (figures.plan, p.points[:1]),
        (figures.displacement, p.points[:, 0]),
        (figures.potentials, p.points),
    ):
        with pytest.raises(ShapeMismatch, match="x: points"):
            draw(found, x, q.points)
    with pytest.raises(ShapeMismatch, match="mean1: shape"):
        figures.gaussian_displacement(np.zeros(3), np.eye(3), np.zeros(3), np.eye(3))
    for steps in (0, 1, 2.5):
        with pytest.raises(InvalidParameter, match="steps"):
            figures.displacement(found, p.points, q.points, steps=steps)


def test_singular_laws_have_a_path_too(tmp_path):
    line = np.diag([1.0, 0.0])
    drawn(figures.gaussian_displacement(np.zeros(2), line, np.ones(2), 4 * line), tmp_path)
