"""Figures in one style. Each function takes numbers and returns a matplotlib Figure; nothing is shown or saved here."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

DATA, FIT, THIRD, INK, FAINT = "#2166ac", "#c8322b", "#1b7f5c", "#222222", "#8a8f98"

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "divergence",
}


P = ParamSpec("P")
R = TypeVar("R")


def in_style(draw: Callable[P, R]) -> Callable[P, R]:
    """Run `draw` with the house style, whatever the caller's rcParams are, and leave those alone."""

    @wraps(draw)
    def styled(*args: P.args, **options: P.kwargs) -> R:
        with rc_context(STYLE):
            return draw(*args, **options)

    return styled


@in_style
def canvas(width: float, height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """A figure and its axes, (rows, columns) of them, laid out so that nothing overlaps."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


@in_style
def law(axes: Any, data: Any, mean: float, sd: float, grid: np.ndarray, *, best: Any = None) -> None:
    """The mixture filled in blue, N(mean, sd²) in red, and the exact best fit as a thin dark line where given."""
    p = np.exp(data.log_density(grid))
    axes.fill_between(grid, p, color=DATA, alpha=0.22, linewidth=0)
    axes.plot(grid, p, color=DATA, linewidth=1.4, label="data")
    axes.plot(grid, _normal(grid, mean, sd), color=FIT, linewidth=2, label="model")
    if best is not None:
        axes.plot(
            grid, _normal(grid, best.mean, best.sd), color=INK, linewidth=1.1, dashes=(3, 2), label="exact best fit"
        )
    axes.set(xlim=(grid[0], grid[-1]), ylim=(0, 1.3 * max(p.max(), 0.4)), yticks=[])
    axes.spines["left"].set_visible(False)


@in_style
def fit_panels(trained: Any) -> list[tuple[str, Figure]]:
    """Before, during and after: one small figure each, of the first member's path and the mean of all at the end."""
    run, data = trained.run, trained.data
    # "during" is half of the way in the divergence's own plane, not half of the steps, which would be the end already
    path = np.stack([run.means[:, 0], np.log(run.sds[:, 0])], axis=1)
    left = np.linalg.norm(path - path[-1], axis=1)
    middle = int(np.argmax(left < left[0] / 2))
    last = len(run.means) - 1
    stages = [
        (0, run.means[0, 0], run.sds[0, 0], None),
        (middle, run.means[middle, 0], run.sds[middle, 0], None),
        (last, trained.mean[0], trained.sd[0], trained.best),
    ]
    figures = []
    for step, mean, sd, best in stages:
        title = f"step {step}: {normal_name(mean, sd)}"
        figure, axes = canvas(3.6, 2.3)
        law(axes[0, 0], data, mean, sd, run.grid, best=best)
        axes[0, 0].set_title(title, fontsize=10, fontweight="normal", loc="center")
        axes[0, 0].legend(loc="upper right", fontsize=8, handlelength=1.4)
        figures.append((title, figure))
    return figures


@in_style
def paths(trained: Any, landscape: Callable[..., np.ndarray]) -> Figure:
    """Every member's path over the contours of the exact divergence, from the start to the exact optimum."""
    run, best = trained.run, trained.best
    low, high = (np.minimum(run.means.min(), best.mean) - 0.5, np.maximum(run.means.max(), best.mean) + 0.5)
    bottom, top = min(run.sds.min(), best.sd) * 0.75, max(run.sds.max(), best.sd) * 1.15
    means, sds = np.linspace(low, high, 64), np.linspace(bottom, top, 56)
    values = landscape(trained.row, trained.data, means, sds)
    levels = np.quantile(values[np.isfinite(values)], np.linspace(0.0, 0.95, 15))
    figure, axes = canvas(3.6, 2.9)
    ax = axes[0, 0]
    ax.contourf(means, sds, values, levels=np.unique(levels), cmap="Blues_r", extend="max", alpha=0.75)
    for member in np.flatnonzero(run.finite):
        ax.plot(run.means[:, member], run.sds[:, member], color=FIT, linewidth=0.7, alpha=0.6)
    ax.plot(
        *run.settings.start,
        marker="o",
        color="white",
        markeredgecolor=INK,
        markersize=7,
        linestyle="none",
        label="start",
    )
    ax.plot(
        best.mean,
        best.sd,
        marker="*",
        color="#ffd23f",
        markeredgecolor=INK,
        markersize=14,
        linestyle="none",
        label="exact optimum",
    )
    ax.set(xlabel="mean", ylabel="standard deviation", xlim=(low, high), ylim=(bottom, top))
    gans = int(run.finite.sum())
    ax.set_title(
        "path of one GAN" if gans == 1 else f"paths of {gans} GANs", fontsize=10, fontweight="normal", loc="center"
    )
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure


@in_style
def critic(trained: Any) -> Figure:
    """The trained discriminators against D* = p_data/(p_data + p_g), each for the law its own generator ended with."""
    run, x = trained.run, trained.run.grid
    log_p = trained.data.log_density(x)
    figure, axes = canvas(3.6, 2.9)
    ax = axes[0, 0]
    for i, member in enumerate(np.flatnonzero(run.finite)):
        best = 1 / (1 + np.exp(np.log(_normal(x, run.means[-1, member], run.sds[-1, member])) - log_p))
        learnt = 1 / (1 + np.exp(-run.logits[member]))
        ax.plot(x, learnt, color=FIT, linewidth=1, alpha=0.55, label="trained D" if i == 0 else None)
        ax.plot(x, best, color=INK, linewidth=1.2, dashes=(3, 2), label="D*" if i == 0 else None)
    p = np.exp(log_p)
    ax.fill_between(x, 0.35 * p / p.max(), color=DATA, alpha=0.15, linewidth=0, label="data (density)")
    ax.axhline(0.5, color=FAINT, linewidth=0.7)
    ax.set(xlim=(x[0], x[-1]), ylim=(0, 1.02), yticks=[0, 0.5, 1])
    ax.set_title("discriminator against D*", fontsize=10, fontweight="normal", loc="center")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, handlelength=1.4, columnspacing=1.2)
    return figure


@in_style
def fits(comparison: Any, titles: dict[str, str]) -> Figure:
    """The hero figure: the law each GAN ends with, side by side, on the same data."""
    figure, axes = canvas(9.6, 2.9, 1, len(comparison.rows), sharey=True)
    for ax, trained in zip(axes[0], comparison.rows):
        law(ax, trained.data, trained.mean[0], trained.sd[0], trained.run.grid, best=trained.best)
        ax.set_title(titles.get(trained.row.name, trained.row.name), loc="center", fontsize=11)
        found, exact = normal_name(trained.mean[0], trained.sd[0]), normal_name(trained.best.mean, trained.best.sd)
        ax.set_xlabel(f"GAN {found}   exact {exact}", fontsize=9)
    axes[0, 0].legend(loc="upper right", fontsize=9, handlelength=1.6)
    return figure


@in_style
def contributions(found: Any, top: int = 20) -> Figure:
    """The masses of the `top` atoms, p blue and q red, beside their parts of the divergence; the others in words."""
    shown, others = found.order[:top], found.order[top:]
    lines, rows = len(shown) + bool(others.size), range(len(shown))
    figure, ((left, right),) = canvas(8.4, 0.27 * lines + 1.8, 1, 2, sharey=True)
    figure.set_layout_engine("constrained", h_pad=0.06, wspace=0.06)
    for masses, color, name, above in ((found.p, DATA, "p", 0.19), (found.q, FIT, "q", -0.19)):
        left.barh([row - above for row in rows], masses[shown].astype(float), 0.36, color=color, label=name)
    parts, ratio = found.contributions[shown].astype(float), found.log_ratio[shown]
    finite = np.isfinite(parts)
    end = 1.3 * float(np.abs(parts[finite]).max(initial=0.0)) or 1.0  # room for what is written beside the longest bar
    bars = right.barh(rows, np.where(finite, parts, end), 0.62, color=np.where(ratio > 0, DATA, FIT))
    total = float(found.contributions.sum())
    for row, bar, part in zip(rows, bars, parts):
        bar.set(hatch=None if math.isfinite(part) else "////", edgecolor="white", linewidth=0)
        share = f"{part / total:.1%}" if 0 < abs(total) < math.inf else f"{part:.3g}"
        at = max(part, 0.0) if math.isfinite(part) else end
        _beside(right, share.replace("-", "−"), at, row)
    names = [("atom " if found.labels is None else "") + _short(found.label(int(i))) for i in shown]
    if others.size:
        names.append(f"{others.size:,} other{'s' if others.size > 1 else ''}")
        words = (f"p {found.p[others].sum():.3g},  q {found.q[others].sum():.3g}", _others(found, others, total))
        for axes, text in zip((left, right), words):
            _beside(axes, text, 0, len(shown), fontweight="bold")
            axes.axhline(len(shown) - 0.5, color=FAINT, linewidth=0.6)
    left.set_yticks(range(lines), names, parse_math=False, fontsize=9)
    left.set_ylim(lines - 0.4, -0.6)
    left.set_xlim(0, None)
    right.set_xlim(min(1.1 * float(parts[finite].min(initial=0.0)), 0.0), end)
    left.set_title("masses", fontsize=10)
    right.set_title("contributions", fontsize=10)
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=8.5, color=FAINT)
        axes.locator_params(axis="x", nbins=4)
    figure.suptitle(found.title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    keys = [Patch(color=DATA, label="p, and atoms where p > q"), Patch(color=FIT, label="q, and atoms where q > p")]
    figure.legend(handles=keys, loc="outside lower left", ncols=2, fontsize=9)
    meaning = f"total variation {found.optimal_advantage:.3g}, Bayes error {found.bayes_error:.3g}"
    figure.legend([Line2D([], [], linestyle="none")], [meaning], loc="outside lower right", handlelength=0, fontsize=9)
    return figure


def _beside(axes: Any, text: str, x: float, y: float, **options: Any) -> None:
    place = {"textcoords": "offset points", "va": "center", "fontsize": 8.5, "color": INK}
    axes.annotate(text, (x, y), (4, 0), **place, **options)


def _others(found: Any, others: np.ndarray, total: float) -> str:
    part = float(found.contributions[others].sum())
    return f"{part / total:.1%} together" if 0 < abs(total) < math.inf else f"{part:.3g} together"


def _short(name: str, most: int = 24) -> str:
    """A name cut to `most` places; a letter of full width, as Chinese has, takes two."""
    places = np.cumsum([1 + (unicodedata.east_asian_width(letter) in "WF") for letter in name])
    return name if not len(name) or places[-1] <= most else name[: int(np.sum(places < most))] + "…"


def normal_name(mean: float, sd: float) -> str:
    """N(−0.13, 1.69²), with a minus sign where there is one."""
    return f"N({mean:.2f}, {sd:.2f}²)".replace("-", "−")


def _normal(x: np.ndarray, mean: float, sd: float) -> np.ndarray:
    return np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


@in_style
def marginals(
    real: Any,
    fake: Any,
    names: Sequence[str],
    distances: Sequence[float],
    *,
    labels: tuple[str, str] = ("real", "fake"),
    limit: int = 12,
) -> Figure:
    """The distribution functions of the columns of real (n, d) in blue and fake (m, d) in red; between them lies W1.

    `distances` (d,) are the W1 that the panels show as their shaded areas. Of more than `limit` columns those with the
    largest W1 per standard deviation are drawn, and the title says so.
    """
    real, fake, w1 = np.asarray(real, float), np.asarray(fake, float), np.asarray(distances, float)
    spread = np.std(np.concatenate([real, fake]), axis=0)
    apart = np.divide(w1, spread, out=np.zeros_like(w1), where=spread > 0)
    chosen = np.argsort(-apart, stable=True)[:limit] if len(names) > limit else np.arange(len(names))
    wide = min(4, len(chosen))
    rows = -(-len(chosen) // wide)
    figure, grid = canvas(max(2.75 * wide, 6.0), 2.1 * rows + 0.95, rows, wide, sharey=True)
    for axes in grid.flat[len(chosen) :]:
        axes.set_axis_off()
    for axes, column in zip(grid.flat, chosen.tolist()):
        name = str(names[column])
        _between(axes, real[:, column], fake[:, column])
        axes.set_title(_short(name, 18), fontsize=10.5, parse_math=False)
        axes.set_title(f"W1 = {w1[column]:.3g}", loc="right", fontsize=9.5, fontweight="normal", color=FAINT)
    for axes in grid[:, 0]:
        axes.set_ylabel("share of rows ≤ x", fontsize=9)
    most = f"The {len(chosen)} most different of {len(names)} columns" if len(names) > limit else "Column by column"
    figure.suptitle(f"{most}: the shaded area is W1", x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    lines = [Line2D([], [], color=color, linewidth=2.2) for color in (DATA, FIT)]
    legend = figure.legend(lines, labels, loc="outside lower left", ncols=2, fontsize=10)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return figure


def _between(axes: Any, real: np.ndarray, fake: np.ndarray) -> None:
    """Both distribution functions as steps and the area between them; thinned to what a panel can show."""
    a, b = np.sort(real), np.sort(fake)
    x = np.union1d(a, b)
    if len(x) > 600:
        x = x[np.unique(np.linspace(0, len(x) - 1, 600).astype(int))]
    f, g = (np.searchsorted(s, x, side="right") / len(s) for s in (a, b))
    margin = 0.04 * float(np.ptp(x)) or 0.5
    x = np.concatenate([[x[0] - margin], x, [x[-1] + margin]])
    f, g = (np.concatenate([[0.0], s, [1.0]]) for s in (f, g))
    axes.fill_between(x, f, g, step="post", color=FAINT, alpha=0.28, linewidth=0)
    axes.step(x, f, where="post", color=DATA, linewidth=1.7)
    axes.step(x, g, where="post", color=FIT, linewidth=1.7)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(-0.02, 1.03)
    axes.set_yticks([0, 0.5, 1])
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(labelsize=8.5, color=FAINT)
