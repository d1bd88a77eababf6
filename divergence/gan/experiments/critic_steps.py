"""k discriminator steps for one generator step, k from 1 to 10."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..fits import best_fit
from ..rows import named_row
from ..univariate import Settings, train_rows
from .critic import scores
from .fit import TWO_MODES
from .outcome import Check, Outcome, Setup, within


def run(setup: Setup) -> Outcome:
    """The same generator steps with k = 1 to 10: how near the discriminator is to D*, how far the fit from the best."""
    row = named_row(setup.divergence or "js")
    ks = setup.pick((1, 6), (1, 2, 3, 5, 10))
    n, steps = setup.pick(3, 16), setup.pick(150, 500)
    best = best_fit(row, TWO_MODES)
    errors, distances = [], []
    for k in ks:
        settings = Settings(
            members=n,
            steps=steps,
            critic_steps=k,
            batch=256,
            warm_up=20,
            generator_rate=2e-2,
            seed=setup.seed,
            device=setup.device,
        )
        bar = setup.bar(f"k = {k}", steps)
        (found,) = train_rows([row], TWO_MODES, settings, watched=10, progress=bar)
        error, _ = scores(row, found)
        errors.append(error[1 : len(error) // 2].mean(0))  # while the generator still moves
        distances.append(np.abs(found.ends() - [best.mean, best.sd]).max(1))
    error, distance = np.array(errors), np.array(distances)
    checks = [
        Check(
            "E |D − D*| falls with every k: largest ratio of neighbours",
            "below 1",
            float((error[1:].mean(1) / error[:-1].mean(1)).max()),
            bool((error[1:].mean(1) < error[:-1].mean(1)).all()),
        ),
        within(
            f"E |D − D*| with k = {ks[-1]} over that with k = 1, per seed", error[-1] / error[0], 0, 0.8, "below 0.8"
        ),
        within(f"distance from the best fit with k = {ks[-1]}", distance[-1], 0, setup.pick(0.3, 0.15)),
    ]
    return Outcome(
        "critic_steps",
        "What do k discriminator steps per generator step buy, for k from 1 to 10?",
        tuple(checks),
        n,
        setup,
        {"row": row.name, "k": ks, "E |D − D*|": error, "distance": distance},
        {"critic_steps": lambda: figure(ks, error, distance)},
        notes=(
            "More steps bring D nearer to D* on average; that the game then converges is another matter: see dirac.",
        ),
    )


def figure(ks: Any, error: np.ndarray, distance: np.ndarray) -> Any:
    from ...plot import DATA, FIT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(8.4, 3.1, 1, 2)
        for ax, values, color, title in (
            (axes[0, 0], error, DATA, "E |D − D*| in the first half"),
            (axes[0, 1], distance, FIT, "distance of the fit from the best one"),
        ):
            ax.plot(ks, values, ".", color=color, alpha=0.4)
            ax.plot(ks, values.mean(1), "o-", color=color, linewidth=1.6)
            ax.set(xlabel="discriminator steps k", xticks=ks, ylim=(0, None))
            ax.set_title(title, fontsize=10.5)
        return drawn

    return draw()
