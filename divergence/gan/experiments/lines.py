"""Parallel lines (Arjovsky et al. 2017): P_0 = (0, U), P_θ = (θ, U). W1 = |θ|, JSD = log 2, KL = ∞, TV = 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from ...f_divergence import FDivergence
from ...generators import GENERATORS
from ...measure import Discrete
from ...transport.exact import optimal_transport
from ..networks import Perceptron, Shift
from ..objectives import HINGE, WASSERSTEIN, from_row
from ..plane import Lines
from ..seeds import member_seeds
from ..train import Contest, Schedule, train
from .outcome import Outcome, Setup, near, within


class Heights(Lines):
    """The inputs of the generator: points of the line at 0, which it moves to θ."""


def run(setup: Setup) -> Outcome:
    """The exact numbers on the two lines cut into pieces, and θ under four losses from θ = 1."""
    n, steps = setup.pick(4, 24), setup.pick(200, 600)
    height = (np.arange(40) + 0.5) / 40
    apart = 0.7
    here, there = (np.stack([np.full(40, x), height], axis=1) for x in (0.0, apart))
    mass = np.full(40, 1 / 40)
    w1 = float(optimal_transport(Discrete(mass, here), Discrete(mass, there), order=1).cost)
    both = [np.concatenate([mass, 0 * mass]), np.concatenate([0 * mass, mass])]
    values = {name: float(FDivergence(GENERATORS[name])(*both)) for name in ("js", "kl", "total_variation")}
    objectives = {
        "js, saturating": from_row(GENERATORS["js"]),
        "js, non-saturating": from_row(GENERATORS["js"], saturating=False),
        "hinge": HINGE,
    }
    seeds = member_seeds(setup.seed, n)
    critic = Perceptron((2, 24, 24, 1))
    # critics near their best at every step, as the theorem has it
    schedule = Schedule(steps, 3, 64, critic_rate=1e-2, generator_rate=0.02, warm_up=100, falling=False, plain=True)
    groups = tuple(objective for objective in objectives.values() for _ in seeds)
    contest = Contest(Lines(), Shift(1.0), critic, groups, source=Heights())
    bar = setup.bar("parallel lines, f-divergences", steps)
    found = train(contest, schedule, seeds * 3, device=setup.device, watch=_place, progress=bar)
    paths = {name: found.history["theta"][:, i * n : (i + 1) * n] for i, name in enumerate(objectives)}
    bar = setup.bar("parallel lines, W1", steps)
    lipschitz = Contest(Lines(), Shift(1.0), critic, WASSERSTEIN, source=Heights(), penalty=3.0)
    found = train(lipschitz, schedule, seeds, device=setup.device, watch=_place, progress=bar)
    paths["W1, gradient penalty"] = found.history["theta"]
    last = max(1, steps // 10)
    left = {name: np.abs(path[-last:]).mean(0) for name, path in paths.items()}
    early = {name: (path[0] - path[10]) / (10 * 0.02) for name, path in paths.items()}
    checks = (
        near("W1 of the lines at θ = 0.7, by the library", w1, apart, 1e-12),
        near("JSD of the lines", values["js"], math.log(2), 1e-14),
        near("TV of the lines", values["total_variation"], 1, 1e-14),
        near("1/KL of the lines", 1 / values["kl"], 0, 0),
        within("W1 critic: first slope in θ", early["W1, gradient penalty"], 0.7, 1.3, "1 ± 0.3"),
        within("W1 critic: |θ| at the end", left["W1, gradient penalty"], 0, 0.15, "below 0.15"),
        within("JS critic, saturating: first slope in θ", early["js, saturating"], -0.05, 0.1, "near 0"),
        within("JS critic, saturating: |θ| at the end", left["js, saturating"], 0.5, 1.5, "stays above ½"),
    )
    data = {
        "exact": {**values, "w1": w1},
        "paths": {name: path[:: max(1, steps // 50)] for name, path in paths.items()},
    }
    return Outcome(
        "lines",
        "Parallel lines: which losses bring θ to 0?",
        checks,
        n,
        setup,
        data,
        {"lines": lambda: figure(paths)},
        notes=(
            "The generator follows its gradient itself; Adam would hide how small it is.",
            "Non-saturating and hinge losses bring θ home too: their critics are smooth networks, not the best ones.",
        ),
    )


def _place(generator: Any, critic: Any) -> dict[str, torch.Tensor]:
    return {"theta": generator[0][:, 0, 0]}


def figure(paths: dict[str, np.ndarray]) -> Any:
    from ...plot import DATA, FAINT, FIT, THIRD, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(6.4, 3.5)
        ax = axes[0, 0]
        for (name, path), color in zip(paths.items(), (FIT, "#e08a3c", THIRD, DATA)):
            ax.plot(path, color=color, linewidth=0.5, alpha=0.3)
            ax.plot(np.median(path, axis=1), color=color, linewidth=2, label=name)
        ax.axhline(0, color=FAINT, linewidth=0.8)
        ax.set(xlabel="generator steps along the gradient", ylabel="θ", ylim=(-0.9, 1.6))
        ax.set_title("two parallel lines, θ apart (thick: median)", fontsize=10.5)
        ax.legend(fontsize=8.5, ncols=2, loc="lower left")
        return drawn

    return draw()
