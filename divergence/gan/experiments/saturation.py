"""The gradient of log(1 − D) against that of −log D while the discriminator still wins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from ...generators import GENERATORS
from ..networks import Perceptron, Shift
from ..objectives import from_row
from ..seeds import member_seeds
from ..toys import NormalMixture
from ..train import Contest, Schedule, train
from .outcome import Check, Outcome, Setup, within

DATA = NormalMixture((1.0,), (0.0,), (1.0,))
FAR = 6.0


def pulls(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exactly, at D* for N(0, 1) against N(θ, 1): the descent gradients in θ of E_q log(1 − D) and of −E_q log D.

    With v = log p/q they are θ E_q σ(v) and θ E_q σ(−v); integrals by sums on an even grid.
    """
    z = np.linspace(-12, 12, 2401)
    weight = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    x = theta[:, None] + z
    v = (theta[:, None] ** 2 - 2 * theta[:, None] * x) / 2
    real = 1 / (1 + np.exp(-v))
    return theta * (weight * real).sum(-1), theta * (weight * (1 - real)).sum(-1)


def run(setup: Setup) -> Outcome:
    """The exact ratio over θ, and GANs started at θ = 6 that follow each gradient itself."""
    theta = np.linspace(0.25, 8, 32)
    saturating, other = pulls(theta)
    at, not_at = (float(part[0]) for part in pulls(np.array([FAR])))
    n = setup.pick(5, 32)
    seeds = member_seeds(setup.seed, n)
    row = GENERATORS["js"]
    contest = Contest(
        DATA,
        Shift(FAR),
        Perceptron((1, 24, 24, 1), centre=FAR / 2, scale=3.0),
        (*(from_row(row) for _ in seeds), *(from_row(row, saturating=False) for _ in seeds)),
    )
    steps = setup.pick(160, 400)
    schedule = Schedule(steps, 2, 128, generator_rate=0.05, warm_up=150, falling=False, plain=True)
    bar = setup.bar("saturating and not", steps)
    found = train(contest, schedule, seeds * 2, device=setup.device, watch=_place, progress=bar)
    paths = found.history["theta"]
    early = (paths[0] - paths[20]) / (20 * 0.05)
    left = np.abs(paths[-1])
    checks = (
        Check(
            "exact, θ = 6: gradient of −log D over that of log(1 − D)",
            "above 50",
            not_at / at,
            not_at / at > 50,
        ),
        within("trained, first 20 steps: slope in θ of −log D", early[n:], 0.5, FAR / 2, "½ to 3, of 3 at D*"),
        within("trained, first 20 steps: slope in θ of log(1 − D)", early[:n], -0.01, 0.05, "below 0.05"),
        within("−log D: distance left at the end", left[n:], 0, 0.5, "below 0.5"),
        within(
            f"log(1 − D): distance left after {steps} steps",
            left[:n],
            left[n:].max(),
            FAR + 1,
            "more than the worst of −log D",
        ),
    )
    data = {"theta": theta, "saturating": saturating, "non-saturating": other, "paths": paths[:: max(1, steps // 50)]}
    return Outcome(
        "saturation",
        "How much stronger is the gradient of −log D than that of log(1 − D), early on?",
        checks,
        n,
        setup,
        data,
        {"saturation": lambda: figure(theta, saturating, other, paths, n)},
        notes=("The js row's losses are half of Goodfellow's, so trained slopes are half of the exact ones.",),
    )


def _place(generator: Any, critic: Any) -> dict[str, torch.Tensor]:
    return {"theta": generator[0][:, 0, 0]}


def figure(theta: np.ndarray, saturating: np.ndarray, other: np.ndarray, paths: np.ndarray, n: int) -> Any:
    from ...plot import DATA as BLUE
    from ...plot import FIT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(8.8, 3.3, 1, 2)
        left, right = axes[0]
        left.semilogy(theta, other, color=BLUE, linewidth=1.8, label="−log D")
        left.semilogy(theta, saturating, color=FIT, linewidth=1.8, label="log(1 − D)")
        left.set(xlabel="θ", ylabel="gradient in θ at D*", ylim=(1e-4, 20))
        left.set_title("exact, N(0, 1) against N(θ, 1)", fontsize=10.5)
        left.legend(fontsize=9, loc="lower left")
        for part, color in ((paths[:, n:], BLUE), (paths[:, :n], FIT)):
            right.plot(part, color=color, linewidth=0.6, alpha=0.45)
        right.axhline(0, color="#8a8f98", linewidth=0.7)
        right.set(xlabel="generator steps along the gradient", ylabel="θ")
        right.set_title(f"{n} GANs each, from θ = 6", fontsize=10.5)
        return drawn

    return draw()
