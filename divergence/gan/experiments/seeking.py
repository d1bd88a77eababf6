"""Forward against reverse KL on two modes, on the line and in the plane: which fits cover both, which seek one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...generators import GENERATORS
from ..networks import Affine, LocationScale, Perceptron
from ..objectives import from_row
from ..phases import best, two_modes
from ..plane import Spots
from ..seeds import member_seeds
from ..train import Contest, Schedule, train
from .outcome import Check, Outcome, Setup, share, within

NEAR, FAR = 1.0, 3.2  # half the distance of the modes: before and after reverse KL turns, at 2.800082
PLANE = Spots(((-3.2, 0.0), (3.2, 0.0)), 1.0)
ROWS = ("kl", "reverse_kl")


def run(setup: Setup) -> Outcome:
    """One batch on the line (two rows, two separations), one in the plane; every member its own seed and start."""
    n, places = setup.pick(5, 64), setup.pick((FAR,), (NEAR, FAR))
    rng = np.random.default_rng(setup.seed)
    seeds = member_seeds(setup.seed, n)
    line = _line(setup, seeds, places, rng)
    plane = {} if setup.quick else _plane(setup, seeds, rng)
    checks: list[Check] = []
    for m in places:
        data = two_modes(m)
        for name in ROWS:
            ends = line[name, m]
            on_one = (np.abs(ends[:, 0]) > 0.6 * m) & (ends[:, 1] < 1.5)
            seeks = name == "reverse_kl" and m == FAR
            _, sd, _ = best(GENERATORS[name], data)
            said = f"line, m = {m:g}, {name}: share of fits on one mode"
            checks.append(share(said, on_one, 0.95 if seeks else 0.0, 1.0 if seeks else 0.05))
            said = f"line, m = {m:g}, {name}: sd of the fits, exact {sd:.4f}"
            checks.append(within(said, ends[:, 1], sd - 0.12 * sd, sd + 0.12 * sd))
    for name, lesser in plane.items():
        seeks = name == "reverse_kl"
        said = f"plane, {name}: share of fits on one mode"
        checks.append(share(said, lesser < 0.05, 0.95 if seeks else 0.0, 1.0 if seeks else 0.05))
        if not seeks:
            checks.append(within(f"plane, {name}: samples nearer to the mode that has fewer", lesser, 0.35, 0.5))
    data = {
        "line": [{"row": name, "m": m, "ends": ends} for (name, m), ends in line.items()],
        "plane": plane,
    }
    return Outcome(
        "seeking",
        "Is forward KL mean-seeking and reverse KL mode-seeking, and when?",
        tuple(checks),
        n,
        setup,
        data,
        {"seeking": lambda: figure(line, plane, places)},
        notes=(
            "Starts are wide, about one mode or the other: the centred fit stays a local optimum of reverse KL, where "
            "a few fits of the plane end, half of their samples on either side.",
        ),
    )


def _line(setup: Setup, seeds: list[int], places: Any, rng: np.random.Generator) -> dict[tuple[str, float], np.ndarray]:
    n = len(seeds)
    cases = [(name, m) for name in ROWS for m in places]
    starts = rng.uniform(0.9, 1.1, n) * rng.choice((-1, 1), n)
    contest = Contest(
        data=tuple(two_modes(m) for _, m in cases for _ in seeds),
        generator=tuple(LocationScale((float(m * s), 2.5)) for _, m in cases for s in starts),
        critic=Perceptron((1, 24, 24, 1), scale=2.0),
        objective=tuple(from_row(GENERATORS[name]) for name, _ in cases for _ in seeds),
    )
    schedule = _schedule(setup)
    bar = setup.bar("forward and reverse KL on the line", schedule.steps)
    found = train(contest, schedule, seeds * len(cases), device=setup.device, watch=_place, progress=bar, every=10)
    place = found.history["place"][-(len(found.seen) // 4) :].mean(0)
    ends = np.stack([place[:, 0], np.exp(place[:, 1])], axis=1)
    return {case: ends[i * n : (i + 1) * n] for i, case in enumerate(cases)}


def _schedule(setup: Setup) -> Schedule:
    steps, batch = setup.pick(300, 800), setup.pick(128, 256)
    return Schedule(steps, 4, batch, critic_rate=2e-3, generator_rate=3e-2, warm_up=60)


def _sides(rng: np.random.Generator, n: int) -> np.ndarray:
    """Places beside one mode or the other: the middle is a local optimum of reverse KL too."""
    return np.stack([rng.uniform(0.9, 1.1, n) * rng.choice((-3.2, 3.2), n), rng.uniform(-1, 1, n)], axis=1)


def _place(generator: Any, critic: Any) -> dict[str, torch.Tensor]:
    return {"place": generator[0]}


def _plane(setup: Setup, seeds: list[int], rng: np.random.Generator) -> dict[str, np.ndarray]:
    n = len(seeds)
    starts = [Affine((float(x), float(y)), 2.0) for x, y in _sides(rng, n)]
    contest = Contest(
        data=PLANE,
        generator=tuple(starts * 2),
        critic=Perceptron((2, 24, 24, 1), scale=2.5),
        objective=tuple(from_row(GENERATORS[name]) for name in ROWS for _ in seeds),
        latent=2,
    )
    schedule = Schedule(800, 4, 128, critic_rate=2e-3, generator_rate=2e-2, warm_up=100)
    bar = setup.bar("forward and reverse KL in the plane", schedule.steps)
    found = train(contest, schedule, seeds * 2, device=setup.device, progress=bar)
    rng_z = torch.Generator(device=setup.device).manual_seed(setup.seed)
    z = torch.randn((1, 4000, 2), generator=rng_z, device=setup.device).expand(2 * n, -1, -1)
    right = (found.make(z)[..., 0] > 0).double().mean(1).cpu().numpy()
    lesser = np.minimum(right, 1 - right)
    return {name: lesser[i * n : (i + 1) * n] for i, name in enumerate(ROWS)}


def figure(line: Any, plane: Any, places: Any) -> Any:
    from ...plot import DATA, FAINT, FIT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(3.2 * (len(places) + bool(plane)), 3.2, 1, len(places) + bool(plane))
        for ax, m in zip(axes[0], places):
            x = np.linspace(-m - 5, m + 5, 400)
            p = np.exp(two_modes(m).log_density(x))
            ax.fill_between(x, p, color=FAINT, alpha=0.35, linewidth=0)
            for name, color in (("kl", DATA), ("reverse_kl", FIT)):
                for i, (mean, sd) in enumerate(line[name, m][:24].tolist()):
                    q = np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))
                    ax.plot(
                        x, q, color=color, linewidth=0.7, alpha=0.5, label=name.replace("_", " ") if i == 0 else None
                    )
            ax.set_title(f"modes at ±{m:g}", fontsize=10.5)
            ax.set(yticks=[], ylim=(0, 0.5))
            ax.spines["left"].set_visible(False)
        axes[0, 0].legend(fontsize=9, loc="upper left")
        if not plane:
            return drawn
        ax = axes[0, -1]
        bins = np.linspace(0, 0.5, 26)
        for name, color in (("kl", DATA), ("reverse_kl", FIT)):
            ax.hist(plane[name], bins, color=color, alpha=0.75, label=name.replace("_", " "))
        ax.set(xlabel="share of samples nearer the lesser mode", ylabel="GANs", xlim=(0, 0.5))
        ax.set_title("in the plane, modes at ±3.2", fontsize=10.5)
        return drawn

    return draw()
