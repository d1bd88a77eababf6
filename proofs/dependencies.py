"""What rests on what, as a figure: each claim to the right of those that it rests on, and a line to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .claim import Claim, resolved

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#2166ac", "#c8322b", "#1b7f5c", "#9a6700", "#6a3d9a", "#1d91a8", "#b3487f", "#5b6472")
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
    from matplotlib.figure import Figure

    below = edges(claims)
    carried = set().union(*below.values())
    shown = {name: others for name, others in below.items() if others or name in carried}
    theory = {stem(claim.name): claim.theory for claim in claims.values()}
    theories = list(dict.fromkeys(theory[name] for name in shown))
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(theories)}
    columns: dict[int, list[str]] = {}
    for name, depth in depths(shown).items():
        columns.setdefault(depth, []).append(name)
    height: dict[str, float] = {}
    rows = max(map(len, columns.values()))
    for depth in sorted(columns):
        names = columns[depth]

        def wanted(name: str) -> float:
            others = [height[other] for other in shown[name] if other in height]
            return sum(others) / len(others) if others else theories.index(theory[name]) / len(theories) * rows

        for i, name in enumerate(sorted(names, key=lambda name: (wanted(name), theory[name], name))):
            height[name] = (i + 0.5) * rows / len(names)
    depth_of = {name: depth for depth, names in columns.items() for name in names}
    drawn = Figure(figsize=(COLUMN * len(columns) + 0.6, ROW * rows + 0.9))
    axes = drawn.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set_axis_off()
    for name, others in shown.items():
        for other in others:
            ends = (depth_of[other] + 0.02 + 0.021 * len(other), depth_of[name] - 0.03)
            axes.plot(ends, (height[other], height[name]), color=colour[theory[other]], linewidth=0.6, alpha=0.55)
    for name in shown:
        axes.plot(depth_of[name] - 0.015, height[name], "o", color=colour[theory[name]], markersize=3)
        axes.text(depth_of[name], height[name], name, color=colour[theory[name]], fontsize=7, va="center")
    for i, name in enumerate(theories):
        axes.text(i * len(columns) / len(theories), rows + 1.2, name, color=colour[name], fontsize=8, weight="bold")
    axes.set_xlim(-0.1, len(columns) + 0.05)
    axes.set_ylim(-0.3, rows + 2)
    return drawn
