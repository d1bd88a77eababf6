"""Steps a second of many GANs at once, side by side with an eager loop over them one by one, in turns.

    python -m benchmarks.gan_speed [--members 32] [--device cpu] [--rounds 5] [--compiled]

writes benchmarks/results/gan_speed.txt. The eager loop is what one writes by hand: torch.nn, torch.optim.Adam, one GAN
after the other. A step is one discriminator step and one generator step of one member; both sides do the same work on
the same shapes.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from divergence.gan.networks import LocationScale, Perceptron
from divergence.gan.objectives import Objective, from_row
from divergence.gan.seeds import member_seeds
from divergence.gan.toys import NormalMixture
from divergence.gan.train import Contest, Schedule, one_thread, train
from divergence.generators import GENERATORS

from .record import RESULTS, heading, keep

TOY = NormalMixture((0.75, 0.25), (-1.0, 2.5), (0.8, 0.5))
AIM = 3.0


class Line(nn.Module):
    """z -> mean + sd z."""

    def __init__(self) -> None:
        super().__init__()
        self.mean, self.log_sd = nn.Parameter(torch.zeros(())), nn.Parameter(torch.zeros(()))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.mean + self.log_sd.exp() * z


def eager(objective: Objective, members: int, steps: int, batch: int, width: int, device: str) -> None:
    """Each member alone: modules, optimisers, a loop."""
    for seed in member_seeds(0, members):
        rng = torch.Generator(device=device).manual_seed(seed)
        generator = Line().to(device)
        critic = nn.Sequential(
            nn.Linear(1, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1)
        ).to(device)
        ours = torch.optim.Adam(critic.parameters(), 4e-3, (0.5, 0.99))
        theirs = torch.optim.Adam(generator.parameters(), 1e-2, (0.5, 0.99))
        for _ in range(steps):
            real = TOY.draw((batch,), rng)
            fake = generator(torch.randn((batch, 1), generator=rng, device=device))
            loss = objective.discriminator_loss(critic(real)[:, 0], critic(fake.detach())[:, 0])
            ours.zero_grad()
            loss.backward()
            ours.step()
            fake = generator(torch.randn((batch, 1), generator=rng, device=device))
            loss = objective.generator_loss(critic(fake)[:, 0])
            theirs.zero_grad()
            loss.backward()
            theirs.step()


def together(
    objective: Objective, members: int, steps: int, batch: int, width: int, device: str, compiled: bool = False
) -> None:
    """All members in one set of tensors."""
    contest = Contest(TOY, LocationScale((0.0, 1.0)), Perceptron((1, width, width, 1)), objective)
    train(contest, Schedule(steps, 1, batch), member_seeds(0, members), device=device, compiled=compiled)


def seconds(work: Callable[[], None], device: str) -> float:
    start = time.perf_counter()
    work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=32)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compiled", action="store_true", help="the losses through torch.compile")
    options = parser.parse_args()
    objective, members, device = from_row(GENERATORS["js"]), options.members, options.device
    lines = [
        f"many GANs at once against an eager loop, {members} members, device {device}",
        heading("torch", "numpy"),
        "steps a second of one member (1 discriminator and 1 generator step), medians of "
        f"{options.rounds} rounds in turns; ratio with its least and largest",
        "",
        f"{'batch':>6} {'width':>6} {'threads':>8} {'eager':>10} {'together':>10} {'ratio':>7}  {'range':<14} aim",
    ]
    few, many = 20, 48
    for batch, width, threads in ((64, 32, 1), (256, 32, 1), (64, 32, 2), (256, 32, 2), (256, 128, 1)):
        rates: list[tuple[float, float]] = []
        for turn in range(options.rounds + 1):
            torch.set_num_threads(threads)  # the batched side takes one thread whatever is set, as it does for users
            own = seconds(lambda b=batch, w=width: eager(objective, members, few, b, w, device), device)
            with one_thread():
                ours = seconds(
                    lambda b=batch, w=width: together(objective, members, many, b, w, device, options.compiled), device
                )
            if turn:  # the first round warms both up
                rates.append((members * few / own, members * many / ours))
        ratios = sorted(b / a for a, b in rates)
        ratio = statistics.median(ratios)
        # wide networks are bound by arithmetic, which batching does not make less
        aim = "none" if width > 64 else f"{AIM:g}{'' if ratio >= AIM else ': missed'}"
        lines.append(
            f"{batch:>6} {width:>6} {threads:>8} {statistics.median(a for a, _ in rates):>10,.0f} "
            f"{statistics.median(b for _, b in rates):>10,.0f} {ratio:>7.2f}  "
            f"{f'{ratios[0]:.2f} to {ratios[-1]:.2f}':<14} {aim}"
        )
        print(lines[-1], flush=True)
    if device == "cpu":
        lines += ["", "not measured on a GPU"]
    assert all(math.isfinite(rate) for pair in rates for rate in pair)
    keep(RESULTS / ("gan_speed.txt" if device == "cpu" else f"gan_speed_{device.split(':')[0]}.txt"), lines)


if __name__ == "__main__":
    main()
