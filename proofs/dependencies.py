"""What rests on what, as a figure: each claim to the right of those that it rests on, and a line to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .claim import Claim, resolved

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (
    "#2166ac", "#c8322b", "#1b7f5c", "#9a6700", "#6a3d9a", "#0e8ba0", "#c2187a", "#5b6472",
    "#7a4a2b", "#5f8f00", "#e06c00", "#173f7a", "#8c1c1c", "#4b9bd6", "#a070d0", "#20b080",
    "#b08d57", "#334f4f", "#d45087", "#7f7f00",
)  # fmt: skip
ROW, COLUMN = 0.2, 3.1  # inches


def edges(claims: Mapping[str, Claim]) -> dict[str, set[str]]:
    """For each claim, a schema over rows counting once, those that it rests on."""
    found: dict[str, set[str]] = {}
    for claim in claims.values():
        own = stem(claim.name)
        found.setdefault(own, set()).update(stem(name) for name in resolved(claim, claims) if stem(name) != own)
    return found


def stem(name: str) -> str:
    """`fenchel` for `fenchel[kl]`."""
    return name.partition("[")[0]


def depths(below: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """The length of the longest chain under each."""
    found: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...] = ()) -> int:
        if name not in found:
            chain = [depth(other, (*above, name)) for other in below.get(name, ()) if other not in above]
            found[name] = 1 + max(chain, default=-1)
        return found[name]

    for name in below:
        depth(name)
    return found


def figure(claims: Mapping[str, Claim]) -> Figure:
    """Those claims that rest on others or carry others, in columns by depth, in the colour of their theory."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    every = edges(claims)
    below = {name: others & every.keys() for name, others in every.items()}
    carried: set[str] = set().union(*below.values())
    shown = {name: others for name, others in below.items() if others or name in carried}
    theory = {stem(claim.name): claim.theory for claim in claims.values()}
    theories = list(dict.fromkeys(theory[name] for name in shown))
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(theories)}
    columns: dict[int, list[str]] = {}
    for name, depth in depths(shown).items():
        columns.setdefault(depth, []).append(name)
    height: dict[str, float] = {}
    rows = max(map(len, columns.values()), default=1)
    for depth in sorted(columns):
        names = columns[depth]

        def wanted(name: str) -> float:
            others = [height[other] for other in sorted(shown[name]) if other in height]
            return sum(others) / len(others) if others else theories.index(theory[name]) / len(theories) * rows

        for i, name in enumerate(sorted(names, key=lambda name: (wanted(name), theory[name], name))):
            height[name] = (i + 0.5) * rows / len(names)
    depth_of = {name: depth for depth, names in columns.items() for name in names}
    drawn = Figure(figsize=(COLUMN * max(len(columns), 2) + 0.6, ROW * (rows + 6)))
    FigureCanvasAgg(drawn)  # which knows how long a text is
    axes = drawn.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set_axis_off()
    axes.set_xlim(-0.1, max(len(columns), 2) + 0.05)
    axes.set_ylim(-0.3, rows + 5.7)
    ends: dict[str, float] = {}
    halo = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    for name in shown:
        x, y, ink = depth_of[name], height[name], colour[theory[name]]
        axes.plot(x - 0.015, y, "o", color=ink, markersize=3)
        label = axes.text(x, y, name, color=ink, fontsize=7, va="center", bbox=halo, zorder=2)
        ends[name] = axes.transData.inverted().transform(label.get_window_extent())[1, 0] + 0.015
    for name, others in shown.items():
        for other in sorted(others):
            across = (ends[other], depth_of[name] - 0.03)
            ink = colour[theory[other]]
            axes.plot(across, (height[other], height[name]), color=ink, linewidth=0.6, alpha=0.6, zorder=1)
    axes.text(-0.03, rows + 4.7, "A claim stands to the right of what it rests on. Colours are theories:", fontsize=8)
    wide = max(1, -(-len(theories) // 2))
    for i, name in enumerate(theories):
        x, y = (i % wide) * len(columns) / wide, rows + 3.3 - 1.2 * (i // wide)
        axes.plot(x - 0.015, y, "s", color=colour[name], markersize=4)
        axes.text(x + 0.01, y, name, color=colour[name], fontsize=8, va="center")
    return drawn
