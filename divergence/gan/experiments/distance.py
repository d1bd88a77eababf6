"""The gradient that JS loses with distance and W1 keeps: N(0, 1) against N(θ, 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...generators import GENERATORS
from ..fits import divergence_from
from ..networks import Perceptron, Shift
from ..objectives import WASSERSTEIN, from_row
from ..seeds import member_seeds
from ..toys import NormalMixture
from ..train import Contest, Schedule, train
from ..transport_fits import distance
from .outcome import Check, Outcome, Setup, near, within
from .saturation import pulls

DATA = NormalMixture((1.0,), (0.0,), (1.0,))
PENALTY = 10.0


def run(setup: Setup) -> Outcome:
    """Exact slopes over θ; critics trained for each θ with the generator held, and the slopes they hand to it."""
    theta = np.linspace(0.25, 8, 32)
    slope = pulls(theta)[0] / 2  # d JSD/dθ = ½ θ E_q σ(v), by the envelope theorem
    places = setup.pick((1.0, 6.0), (0.5, 1.0, 2.0, 3.0, 4.0, 6.0))
    n = setup.pick(3, 16)
    js = slopes(setup, places, n, "js")
    w1 = slopes(setup, places, n, "w1")
    exact = pulls(np.array(places))[0] / 2
    checks: list[Check] = []
    for i, place in enumerate(places):
        # the best linear critic of slope s gains θ s and pays λ (s - 1)², so s = 1 + θ/(2λ)
        steep = 1 + place / (2 * PENALTY)
        checks.append(within(f"θ = {place:g}: slope by a JS critic", js[:, i], exact[i] - 0.06, exact[i] + 0.06))
        checks.append(within(f"θ = {place:g}: slope by a critic of W1", w1[:, i], steep - 0.15, steep + 0.15))
    h = 1e-4
    at = [divergence_from(GENERATORS["js"], DATA, 2 + s, 1.0).value for s in (-h, h)]
    checks.append(
        near(
            "θ = 2: dJSD/dθ by differences of the library's js",
            (at[1] - at[0]) / (2 * h),
            float(pulls(np.array([2.0]))[0][0]) / 2,
            1e-6,
        )
    )
    checks.append(near("θ = 6: W1 by the library", distance(DATA, 6.0, 1.0), 6.0, 1e-9))
    data = {"theta": theta, "d js": slope, "places": places, "js critic": js, "w1 critic": w1}
    return Outcome(
        "distance",
        "Does the gradient of JS vanish with distance where that of W1 does not?",
        tuple(checks),
        n,
        setup,
        data,
        {"distance": lambda: figure(theta, slope, places, js, w1)},
        notes=(
            "Critics of W1 are held by a one-sided gradient penalty with λ = 10, whose own best slope is 1 + θ/20.",
        ),
    )


def slopes(setup: Setup, places: Any, n: int, kind: str) -> np.ndarray:
    """(n, places): d/dθ of what the generator minimises, at critics trained with θ held."""
    seeds = member_seeds(setup.seed, n)
    contest = Contest(
        DATA,
        tuple(Shift(float(place)) for place in places for _ in seeds),
        Perceptron((1, 32, 32, 1), centre=2.0, scale=3.0),
        from_row(GENERATORS["js"]) if kind == "js" else WASSERSTEIN,
        penalty=0.0 if kind == "js" else PENALTY,
        one_sided=True,
    )
    steps = setup.pick(400, 1000)
    schedule = Schedule(steps, 1, 256, critic_rate=5e-3, generator_rate=0.0)
    found = train(
        contest, schedule, seeds * len(places), device=setup.device, progress=setup.bar(f"{kind} critics", steps)
    )
    rng = torch.Generator(device=setup.device).manual_seed(setup.seed)
    x = torch.randn((1, 8192, 1), generator=rng, device=setup.device) + found.generator[0]
    x.requires_grad_()
    objective = contest.objective
    loss = objective.generator_loss(contest.critic(found.critic, x).squeeze(-1))
    (slope,) = torch.autograd.grad(loss.sum(), x)
    return slope.sum((1, 2)).cpu().numpy().reshape(len(places), n).T


def figure(theta: np.ndarray, slope: np.ndarray, places: Any, js: np.ndarray, w1: np.ndarray) -> Any:
    from ...plot import DATA as BLUE
    from ...plot import FIT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(6.2, 4.2)
        ax = axes[0, 0]
        ax.plot(theta, slope, color=FIT, linewidth=1.6, label="dJSD/dθ, exact")
        ax.axhline(1, color=BLUE, linewidth=1.6, label="dW1/dθ, exact")
        ax.plot(
            theta, 1 + theta / (2 * PENALTY), color=BLUE, linewidth=1, dashes=(3, 2), label="W1 with penalty, predicted"
        )
        for values, color, name in ((js, FIT, "by trained JS critics"), (w1, BLUE, "by trained W1 critics")):
            centre, spread = values.mean(0), 2 * values.std(0)
            ax.errorbar(places, centre, spread, fmt="o", color=color, markersize=4, linewidth=1, capsize=2, label=name)
        ax.set(xlabel="θ", ylabel="slope in θ", ylim=(-0.1, 1.5))
        ax.set_title("N(0, 1) against N(θ, 1): bars are ±2 sd over critics", fontsize=10.5)
        drawn.legend(loc="outside lower center", fontsize=8.5, ncols=2)
        return drawn

    return draw()
