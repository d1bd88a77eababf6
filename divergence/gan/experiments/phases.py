"""When a divergence turns from covering two modes to seeking one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...generators import GENERATORS, power
from ..phases import best, jump, phase_diagram, thresholds, two_modes
from .outcome import Check, Outcome, Setup, near


def run(setup: Setup) -> Outcome:
    """Exact fits only. Thresholds of equal modes for power(a) and the rows; for unequal ones by global search."""
    powers = setup.pick((0.0, 0.5), (-2.0, -1.0, -0.5, 0.0, 0.25, 0.5, 0.6))
    found = {a: thresholds(power(a)) for a in powers}
    rows = {name: thresholds(GENERATORS[name]) for name in setup.pick((), ("js", "triangular", "jeffreys", "kl"))}
    weights = np.array(setup.pick([0.5, 0.7], [0.5, 0.52, 0.55, 0.6, 0.7, 0.8, 0.9]))
    separations = np.linspace(0.5, 5, setup.pick(7, 37))
    shown = setup.pick((0.0,), (0.0, 0.5, 1.0))
    maps = {a: phase_diagram(a, separations, weights) for a in shown}
    checks = [
        near("reverse KL, equal modes: m* where one mode becomes the global best", found[0.0].jumps, 2.800082, 5e-7),
        near("reverse KL, equal modes: m where a one-mode optimum first exists", found[0.0].exists, 2.412230, 5e-7),
    ]
    if not setup.quick:
        same = thresholds(GENERATORS["squared_hellinger"]).jumps
        checks.append(near("squared Hellinger turns where power(½) does", same, found[0.5].jumps, 1e-7))
    jumps = [found[a].jumps for a in powers]
    checks.append(
        Check(
            "m* rises with a: least difference between neighbours",
            "above 0",
            float(np.diff(jumps).min()),
            bool((np.diff(jumps) > 0).all()),
        )
    )
    kl = best(GENERATORS["kl"], two_modes(6.0))
    checks.append(near("forward KL at m = 6 covers both: mean", kl[0], 0, 1e-8))
    far = best(power(0), two_modes(6.0, 0.7))
    checks.append(near("reverse KL on a far mode of weight 0.7 tends to −log 0.7", far[2], -math.log(0.7), 1e-5))
    unequal = {}
    for w in setup.pick((), (0.51, 0.55, 0.6, 0.7)):
        unequal[w] = jump(power(0), w, 1.5, 4.0, setup.pick(1e-3, 1e-7))
    data = {
        "power": [{"a": a, "exists": t.exists, "jumps": t.jumps} for a, t in found.items()],
        "rows": [{"row": name, "exists": t.exists, "jumps": t.jumps} for name, t in rows.items()],
        "reverse KL, unequal modes": [{"weight": w, "jumps": m} for w, m in unequal.items()],
    }
    return Outcome(
        "phases",
        "When does a divergence turn from covering to mode-seeking?",
        tuple(checks),
        0,
        setup,
        data,
        {"phases": lambda: figure(maps, separations, weights, found)},
        notes=(
            "The data are w N(−m, 1) + (1 − w) N(m, 1); where the best fit moves over without a jump there is no m*.",
        ),
    )


def figure(maps: dict[float, np.ndarray], separations: np.ndarray, weights: np.ndarray, found: dict[float, Any]) -> Any:
    from ...plot import DATA, FIT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(3.2 * (len(maps) + 1), 3.3, 1, len(maps) + 1)
        names = {0.0: "reverse KL (a = 0)", 0.5: "Hellinger (a = ½)", 1.0: "forward KL (a = 1)"}
        mesh: Any = None
        for ax, (a, values) in zip(axes[0], maps.items()):
            edges = np.append(separations - np.diff(separations)[0] / 2, separations[-1] + np.diff(separations)[0] / 2)
            mesh = ax.pcolormesh(edges, np.arange(len(weights) + 1), values, cmap="RdBu_r", vmin=0, vmax=1)
            ax.set_yticks(np.arange(len(weights)) + 0.5, [f"{w:g}" for w in weights])
            ax.set(xlabel="half distance m of the modes")
            ax.set_title(names.get(a, f"a = {a:g}"), fontsize=10)
        axes[0, 0].set_ylabel("weight of the heavier mode")
        drawn.colorbar(mesh, ax=list(axes[0, :-1]), label="|mean of the fit|/m", shrink=0.9)
        ax = axes[0, -1]
        a = list(found)
        ax.plot(a, [found[k].jumps for k in a], "o-", color=FIT, markersize=4, label="one mode is best")
        ax.plot(a, [found[k].exists for k in a], "s--", color=DATA, markersize=4, label="a one-mode optimum exists")
        ax.set(xlabel="a of power(a)", ylabel="m", ylim=(0, None))
        ax.set_title("equal modes", fontsize=10)
        ax.legend(fontsize=8, loc="lower right")
        return drawn

    return draw()
