"""Figures in one style. Each function takes numbers and returns a matplotlib Figure; nothing is shown or saved here."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

DATA, FIT, THIRD, INK, FAINT = "#2166ac", "#c8322b", "#1b7f5c", "#222222", "#8a8f98"

STYLE: dict[str, Any] = {
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


def canvas(width: float, height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """A figure and its axes, (rows, columns) of them, laid out so that nothing overlaps."""
    from matplotlib import rc_context

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False, **options)
