"""Animations: how a fit moves, and how samples spread over the modes of a ring, as GIF files."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def gif(
    figure: Any, draw: Callable[[int], Any], frames: int, *, per_second: int = 12, dots_per_inch: int = 72
) -> bytes:
    """The bytes of a GIF of `frames` pictures; `draw`(i) changes the figure's artists to picture i.

    The last picture is held for a second and a half.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dots_per_inch)
    pictures = []
    for i in range(frames):
        draw(i)
        canvas.draw()
        pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(64))
    buffer = io.BytesIO()
    each = 1000 // per_second
    pictures[0].save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[each] * (frames - 1) + [1500],
        loop=0,
    )
    return buffer.getvalue()


def fits(runs: Sequence[Any], data: Any, titles: Sequence[str], frames: int = 40) -> bytes:
    """GIF of the first member of each run of `univariate.train_rows`, over the data it is fitted to."""
    from ..plot import DATA, FIT, canvas, in_style

    @in_style
    def make() -> bytes:
        figure, axes = canvas(3.1 * len(runs), 2.6, 1, len(runs), sharey=True)
        x, lines = runs[0].grid, []
        p = np.exp(data.log_density(x))
        for ax, title in zip(axes[0], titles):
            ax.fill_between(x, p, color=DATA, alpha=0.22, linewidth=0)
            ax.plot(x, p, color=DATA, linewidth=1.3)
            lines += ax.plot(x, 0 * x, color=FIT, linewidth=2)
            ax.set(xlim=(x[0], x[-1]), ylim=(0, 1.35 * p.max()), yticks=[])
            ax.set_title(title, fontsize=10, loc="center")
        caption = figure.supxlabel("step 0", fontsize=9)
        last = len(runs[0].means) - 1
        # even steps of the root, as most of the way is gone early
        steps = np.unique((last * np.linspace(0, 1, frames) ** 2).astype(int))

        def draw(i: int) -> None:
            for line, run in zip(lines, runs):
                mean, sd = run.means[steps[i], 0], run.sds[steps[i], 0]
                line.set_ydata(np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi)))
            caption.set_text(f"step {steps[i]}")

        return gif(figure, draw, len(steps))

    return make()


def clouds(history: np.ndarray, points: np.ndarray, steps: Sequence[int], title: str = "") -> bytes:
    """GIF of samples `history` (T, n, 2) at `steps` (T,) among modes at `points` (k, 2)."""
    from ..plot import DATA, FIT, canvas, in_style

    @in_style
    def make() -> bytes:
        figure, axes = canvas(3.6, 3.9)
        ax = axes[0, 0]
        ax.scatter(points[:, 0], points[:, 1], s=90, facecolors="none", edgecolors=DATA, linewidth=1.2)
        cloud = ax.scatter(*history[0].T, s=4, color=FIT, alpha=0.45, linewidth=0)
        reach = np.abs(points).max() * 1.5
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        ax.set_title(title, fontsize=10)

        def draw(i: int) -> None:
            cloud.set_offsets(history[i])
            ax.set_xlabel(f"step {steps[i]}", fontsize=9)

        return gif(figure, draw, len(history))

    return make()
