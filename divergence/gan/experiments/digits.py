"""Handwritten digits of 8×8 points by several rows, scored by the library's own estimators beside a normal fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...generators import GENERATORS
from ...integral_metric import energy
from ...measure import Discrete
from ..networks import Perceptron
from ..objectives import LEAST_SQUARES, Objective, from_row
from ..plane import Collection
from ..seeds import member_seeds
from ..streams import Streams
from ..train import Contest, Schedule, train
from .outcome import Outcome, Setup, within


def run(setup: Setup) -> Outcome:
    """GANs of a few losses on half of the digits; the other half is what their samples are compared with."""
    from sklearn.datasets import load_digits

    digits: Any = load_digits()
    pixels = digits.data / 8 - 1
    order = np.random.default_rng(setup.seed).permutation(len(pixels))
    seen, held = pixels[order[:900]], pixels[order[900:]]
    objectives: dict[str, Objective] = {"js, non-saturating": from_row(GENERATORS["js"], saturating=False)}
    if not setup.quick:
        objectives |= {
            "kl, non-saturating": from_row(GENERATORS["kl"], saturating=False),
            "squared_hellinger": from_row(GENERATORS["squared_hellinger"], saturating=False),
            "least_squares": LEAST_SQUARES,
        }
    n, steps = setup.pick(2, 4), setup.pick(400, 3000)
    seeds = member_seeds(setup.seed, n)
    contest = Contest(
        Collection(seen, "digits"),
        Perceptron((16, 128, 128, 64), activation="relu", last=1.0),
        Perceptron((64, 128, 64, 1), activation="leaky_relu", scale=2.0),
        tuple(objective for objective in objectives.values() for _ in seeds),
        latent=16,
        r1=0.1,
    )
    schedule = Schedule(steps, 1, 64, critic_rate=1e-3, generator_rate=1e-3)
    bar = setup.bar(f"digits by {len(objectives)} losses", steps)
    found = train(contest, schedule, seeds * len(objectives), device=setup.device, progress=bar)
    streams = Streams([seed + 1 for seed in seeds] * len(objectives), setup.device)
    z = streams.draw(lambda _, g: torch.randn((len(held), 16), generator=g, device=g.device))
    made = found.make(z).double().cpu().numpy()
    scores = {name: np.array([score(held, made[i * n + j]) for j in range(n)]) for i, name in enumerate(objectives)}
    rng = np.random.default_rng(setup.seed)
    centre, spread = seen.mean(0), np.cov(seen.T)
    normal = np.array([score(held, rng.multivariate_normal(centre, spread, len(held))) for _ in range(n)])
    itself = score(held, seen[: len(held)])
    noise = score(held, rng.uniform(-1, 1, held.shape))
    checks = [
        within(f"{name}: energy distance over that of noise", values / noise, 0, setup.pick(0.5, 0.1))
        for name, values in scores.items()
    ]
    data = {"energy distance": scores, "normal fit": normal, "the other half of the data": itself, "noise": noise}
    return Outcome(
        "digits",
        "8×8 digits by several rows, scored by the library's own estimators: do GANs beat a normal fit?",
        tuple(checks),
        n,
        setup,
        data,
        {"digits": lambda: figure(pixels, made[::n], list(objectives))},
        notes=(
            "The normal law has the mean and covariance of the seen half; the other half is the floor of the score.",
        ),
    )


def score(held: np.ndarray, made: np.ndarray) -> float:
    """The energy distance of two samples."""
    return float(energy(*(Discrete(np.full(len(x), 1 / len(x)), x) for x in (held, made))))


def figure(pixels: np.ndarray, made: np.ndarray, names: list[str]) -> Any:
    from ...plot import canvas, in_style

    @in_style
    def draw() -> Any:
        rows = [("data", pixels), *zip(names, made)]
        drawn, axes = canvas(9.0, 0.85 * len(rows) + 0.3, len(rows), 1)
        for ax, (name, images) in zip(axes[:, 0], rows):
            strip = np.full((8, 16 * 9 - 1), -1.0)
            for i, image in enumerate(images[:16]):
                strip[:, 9 * i : 9 * i + 8] = image.reshape(8, 8)
            ax.imshow(strip, cmap="gray_r", vmin=-1, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.set_ylabel(
                name.replace(", ", ",\n").replace("_", "\n"), rotation=0, ha="right", va="center", fontsize=8.5
            )
            for side in ax.spines.values():
                side.set_visible(False)
        return drawn

    return draw()
