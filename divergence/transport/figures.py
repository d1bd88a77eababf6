"""Figures of optimal transport: a plan, potentials on the line, and the paths of displacement interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..errors import InvalidParameter, ShapeMismatch
from ..plot import DATA, FAINT, FIT, INK, canvas, in_style
from .exact import Transport
from .gaussian import factor, gaussian_map

LARGEST = 90.0  # the area in points² of the atom of largest mass


@in_style
def plan(found: Transport, x: Any, y: Any, *, title: str = "") -> Figure:
    """The plan between atoms x (n, 2), blue, and y (m, 2), red: areas are masses, widths what is moved."""
    x, y = atoms_of(found, x, y, 2)
    figure, axes = canvas(5.2, 4.7)
    ax = axes[0, 0]
    p, q = _marginals(found)
    share = found.masses / found.masses.max()
    lines = np.stack([x[found.sources], y[found.targets]], axis=1)
    ax.add_collection(LineCollection(list(lines), linewidths=0.4 + 1.8 * share, colors=FAINT, alpha=0.6, zorder=1))
    most = max(p.max(), q.max())
    for points, masses, color in ((x, p, DATA), (y, q, FIT)):
        ax.scatter(*points.T, s=LARGEST * masses / most, color=color, edgecolor="white", linewidth=0.5, zorder=2)
    plane(ax, np.concatenate([x, y]))
    ax.set_title(title or f"an optimal plan, cost {found.cost.value:.4g}")
    dots = [Line2D([], [], linestyle="none", marker="o", color=color) for color in (DATA, FIT)]
    line = Line2D([], [], color=FAINT, alpha=0.8)
    figure.legend([*dots, line], ["from p", "to q", f"{len(found.masses)} pairs"], loc="outside lower left", ncols=3)
    return figure


@in_style
def potentials(found: Transport, x: Any, y: Any, *, title: str = "") -> Figure:
    """On the line: above, the masses at x (n,) in blue and at y (m,) in red; below, the potentials that prove the cost.

    The dual value Σ u p + Σ v q is the sum of what lies under the two curves, weighed by the masses above.
    """
    x, y = (s[:, 0] for s in atoms_of(found, x, y, 1))
    figure, ((above,), (below,)) = canvas(6.4, 4.6, 2, 1, sharex=True, height_ratios=[1, 1.5])
    ends = (x, _marginals(found)[0], found.u, DATA, 1), (y, _marginals(found)[1], found.v, FIT, -1)
    for points, masses, potential, color, side in ends:
        order = np.argsort(points)
        above.vlines(points, 0, side * masses, color=color, linewidth=2.2, alpha=0.85)
        below.plot(points[order], potential[order], color=color, linewidth=1.6)
        below.plot(points, potential, color=color, linestyle="none", marker="o", markersize=3.2)
    above.axhline(0, color=FAINT, linewidth=0.8)
    above.set(yticks=[], ylabel="masses")
    above.spines["left"].set_visible(False)
    below.axhline(0, color=FAINT, linewidth=0.7, dashes=(3, 3))
    below.set(xlabel="position", ylabel="potentials")
    figure.align_ylabels()
    above.set_title(title or f"potentials, cost {found.cost.value:.4g}")
    lines = [Line2D([], [], color=color, linewidth=2, marker="o", markersize=4) for color in (DATA, FIT)]
    figure.legend(lines, ["p and u", "q and v,  u(x) + v(y) ≤ c(x, y)"], loc="outside lower left", ncols=2)
    return figure


@in_style
def displacement(found: Transport, x: Any, y: Any, *, steps: int = 5, title: str = "") -> Figure:
    """The shortest path from p to q in W_2: at time t the mass of a pair (x, y) of the plan is at (1 − t) x + t y."""
    x, y = atoms_of(found, x, y, 2)
    _check_steps(steps)
    figure, axes = canvas(2.1 * steps, 2.75, 1, steps, sharex=True, sharey=True)
    start, end = x[found.sources], y[found.targets]
    areas = LARGEST * 0.5 * found.masses / found.masses.max()
    for ax, t in zip(axes[0], np.linspace(0, 1, steps)):
        ax.scatter(*((1 - t) * start + t * end).T, s=areas, color=_between(t), alpha=0.8, linewidth=0)
        plane(ax, np.concatenate([x, y]))
        ax.set_title(f"t = {t:.3g}", fontsize=10, fontweight="normal", loc="center")
    figure.suptitle(title or "displacement interpolation", x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK)
    return figure


@in_style
def gaussian_displacement(mean1: Any, cov1: Any, mean2: Any, cov2: Any, *, steps: int = 7, title: str = "") -> Figure:
    """The path of W_2 between normal laws in the plane, as ellipses of one and two standard deviations."""
    mean1, cov1, mean2, cov2 = (np.asarray(s, float) for s in (mean1, cov1, mean2, cov2))
    _check_steps(steps)
    if mean1.shape != (2,):
        raise ShapeMismatch(f"shape {mean1.shape}", argument="mean1", remedy="give laws in the plane, means (2,)")
    linear, _ = gaussian_map(mean1, cov1, mean2, cov2)
    figure, axes = canvas(7.2, 4.2)
    ax = axes[0, 0]
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    root = factor(cov1)
    drawn, centres = [], []
    for t in np.linspace(0, 1, steps):
        centre = (1 - t) * mean1 + t * mean2
        axes_at = ((1 - t) * np.eye(2) + t * linear) @ root
        for deviations, alpha in ((2.0, 0.10), (1.0, 0.18)):
            ellipse = centre[:, None] + deviations * axes_at @ circle
            ends = t in (0, 1)
            ax.fill(*ellipse, color=_between(t), alpha=alpha if ends else alpha / 2, linewidth=0)
            ax.plot(*ellipse, color=_between(t), linewidth=1.6 if ends else 0.9, alpha=0.9 if ends else 0.6)
            drawn.append(ellipse.T)
        centres.append(centre)
    ax.plot(*np.array(centres).T, color=INK, linewidth=0.9, marker="o", markersize=3)
    plane(ax, np.concatenate(drawn))
    ax.set_title(title or "displacement interpolation of normal laws")
    return figure


def atoms_of(found: Transport, x: Any, y: Any, d: int) -> tuple[np.ndarray, np.ndarray]:
    """The points (n, d) and (m, d) of a plan as floats; ShapeMismatch where they are not those."""
    rows = []
    for s, count, name in ((x, len(found.u), "x"), (y, len(found.v), "y")):
        s = np.asarray(s, float)
        s = s[:, None] if s.ndim == 1 else s
        if s.shape != (count, d):
            raise ShapeMismatch(
                f"points {s.shape} for a plan of {count} atoms there", argument=name, remedy=f"give {(count, d)}"
            )
        rows.append(s)
    return rows[0], rows[1]


def _check_steps(steps: Any) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 2:
        raise InvalidParameter(
            f"{steps!r} is no number of steps", argument="steps", value=steps, remedy="write an integer >= 2"
        )


def _marginals(found: Transport) -> tuple[np.ndarray, np.ndarray]:
    n, m = len(found.u), len(found.v)
    return np.bincount(found.sources, found.masses, n), np.bincount(found.targets, found.masses, m)


def plane(axes: Any, points: np.ndarray) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.06 * float((high - low).max()) or 0.5
    axes.set(xlim=(low[0] - margin, high[0] + margin), ylim=(low[1] - margin, high[1] + margin), aspect="equal")
    axes.set(xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set(visible=True, color=FAINT, linewidth=0.6)


def _between(t: float) -> tuple[float, ...]:
    """Blue at 0, red at 1."""
    return tuple((1 - t) * np.array(to_rgb(DATA)) + t * np.array(to_rgb(FIT)))
