"""Figures of slices and of entropic plans: what directions see, and what ε blurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..plot import DATA, FAINT, FIT, INK, canvas, in_style
from .exact import Transport
from .figures import LARGEST, atoms_of, plane
from .max_sliced import Slice
from .sinkhorn import EntropicTransport
from .sliced import along, project

LEAST = 0.05  # the share of the largest mass of a pair from which it is drawn


@in_style
def slices(best: Slice, x: Any, y: Any, *, order: float = 2, others: int = 3, title: str = "") -> Figure:
    """Samples x (n, 2), blue, and y (m, 2), red, and what is seen of them along the best direction and a few others.

    On the left the directions, dark the best; on the right the distribution functions along each, and in grey what W_p
    measures.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    first = np.arctan2(best.direction[1], best.direction[0])
    angles = first + np.pi * np.arange(others + 1) / (others + 1)
    directions = np.stack([np.cos(angles), np.sin(angles)])
    found = along(x, y, directions, order)
    figure, axes = canvas(9.2, 4.4, others + 1, 2, sharey="col", width_ratios=[1.25, 1])
    for ax in axes[:, 0]:
        ax.remove()
    cloud = figure.add_subplot(axes[0, 0].get_gridspec()[:, 0])
    both = np.concatenate([x, y])
    centre, reach = both.mean(axis=0), 0.5 * float(np.ptp(both, axis=0).max())
    for k, direction in enumerate(directions.T):
        ends = np.stack([centre - reach * direction, centre + reach * direction])
        cloud.plot(*ends.T, color=FAINT if k else INK, linewidth=1.0 if k else 1.8, zorder=1)
        cloud.annotate("abcdefgh"[k], ends[1], ha="center", va="center", fontsize=10, color=INK, backgroundcolor="w")
    for points, color in ((x, DATA), (y, FIT)):
        cloud.scatter(*points.T, s=13, color=color, alpha=0.75, edgecolor="white", linewidth=0.3, zorder=2)
    plane(cloud, np.concatenate([both, centre + 1.08 * reach * directions.T, centre - 1.08 * reach * directions.T]))
    level = (np.arange(512) + 0.5) / 512
    places = [project(points, directions) for points in (x, y)]
    low, high = _ends(places)
    for k, ax in enumerate(axes[:, 1]):
        below, above = (np.quantile(p[:, k], level, method="inverted_cdf") for p in places)
        ax.fill_betweenx(level, below, above, color=FAINT, alpha=0.35, linewidth=0)
        for curve, color in ((below, DATA), (above, FIT)):
            ax.plot(curve, level, color=color, linewidth=1.5)
        ax.set(xlim=(low, high), ylim=(0, 1), yticks=[])
        ax.tick_params(labelbottom=k == others)
        ax.set_title(
            f"{'abcdefgh'[k]}   W_{order:g} = {found[k]:.3g}", fontsize=10, fontweight="normal" if k else "bold"
        )
    axes[-1, 1].set_xlabel("position along the direction, share of the sample below it")
    figure.suptitle(
        title or f"slices, the best with W_{order:g} = {best.value:.3g}",
        x=0.01,
        ha="left",
        fontsize=12,
        fontweight="bold",
        color=INK,
    )
    dots = [Line2D([], [], linestyle="none", marker="o", color=color) for color in (DATA, FIT)]
    figure.legend(dots, ["x", "y"], loc="outside lower left", ncols=2)
    return figure


@in_style
def entropic_plans(found: Sequence[EntropicTransport], exact: Transport, x: Any, y: Any, *, title: str = "") -> Figure:
    """Plans between atoms x (n, 2), blue, and y (m, 2), red: the exact one, then one for each ε; widths are masses."""
    x, y = atoms_of(exact, x, y, 2)
    plans = [exact.plan.toarray(), *(np.asarray(one.plan) for one in found)]
    names = [f"exact, cost {exact.cost.value:.3g}", *(f"ε = {one.epsilon:.3g}" for one in found)]
    figure, axes = canvas(3.1 * len(plans), 2.9, 1, len(plans))
    for ax, plan, name in zip(axes[0], plans, names):
        i, j = np.nonzero(plan > LEAST * plan.max())
        share = plan[i, j] / plans[0].max()
        lines = np.stack([x[i], y[j]], axis=1)
        alphas = 0.12 + 0.6 * plan[i, j] / plan.max()
        drawn = LineCollection(list(lines), linewidths=0.4 + 1.9 * share, colors=FAINT, alpha=alphas, zorder=1)
        ax.add_collection(drawn)
        most = max(plan.sum(1).max(), plan.sum(0).max())
        for points, masses, color in ((x, plan.sum(1), DATA), (y, plan.sum(0), FIT)):
            ax.scatter(
                *points.T, s=0.6 * LARGEST * masses / most, color=color, edgecolor="white", linewidth=0.4, zorder=2
            )
        plane(ax, np.concatenate([x, y]))
        ax.set_title(name, fontsize=10, fontweight="normal", loc="center")
    figure.suptitle(
        title or "an entropic plan blurs the exact one", x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK
    )
    dots = [Line2D([], [], linestyle="none", marker="o", color=color) for color in (DATA, FIT)]
    line = Line2D([], [], color=FAINT, alpha=0.8)
    text = f"pairs above {LEAST:.0%} of the plan's largest"
    figure.legend([*dots, line], ["from p", "to q", text], loc="outside lower left", ncols=3)
    return figure


def _ends(places: Sequence[np.ndarray]) -> tuple[float, float]:
    low, high = min(float(p.min()) for p in places), max(float(p.max()) for p in places)
    margin = 0.03 * (high - low)
    return low - margin, high + margin
