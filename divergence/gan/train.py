"""The training loop: k discriminator steps, then one generator step, for a batch of independent GANs at once.

Each member of the batch is a GAN of its own (its seed, its generator N(mean, sd²), its discriminator); they share the
loop and nothing else, so that a statement about training comes with its spread over members.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InvalidParameter
from ..generators import Generator
from . import losses
from .toys import NormalMixture


@dataclass(frozen=True)
class Settings:
    """What a run depends on besides its row and its data; two runs with equal settings give equal numbers on a CPU.

    `steps` generator steps, each after `critic_steps` discriminator steps, on `batch` fresh samples; learning rates
    fall to zero on a half cosine, and the reported end is the average over the last quarter of the steps.
    """

    members: int = 8
    steps: int = 1200
    critic_steps: int = 3
    batch: int = 512
    width: int = 32
    critic_rate: float = 4e-3
    generator_rate: float = 1e-2
    start: tuple[float, float] = (1.0, 2.0)
    warm_up: int = 300
    saturating: bool = True
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name in ("members", "steps", "critic_steps", "batch", "width"):
            if getattr(self, name) < 1:
                raise InvalidParameter(
                    f"{getattr(self, name)} is below 1", argument=name, value=getattr(self, name), remedy="at least 1"
                )
        for name, value in (("critic_rate", self.critic_rate), ("start[1]", self.start[1])):
            if not (math.isfinite(value) and value > 0):
                raise InvalidParameter(
                    f"{value} is not positive", argument=name, value=value, remedy="a number above 0"
                )
        if not 0 <= self.seed < 2**63:
            raise InvalidParameter(f"{self.seed} is no seed", argument="seed", value=self.seed, remedy="0 to 2**63 - 1")
        try:
            torch.empty(0, device=self.device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise InvalidParameter(
                f"torch has no device {self.device!r} on this machine",
                argument="device",
                value=self.device,
                remedy="write cpu",
            ) from error


@dataclass(frozen=True)
class Run:
    """One training run: `means` and `sds` (steps + 1, members), and the discriminators at the end on a grid.

    `logits` (members, n) on `grid` (n,) are taken after the last step; `finite` (members,) marks those that never
    left the numbers.
    """

    row: str
    settings: Settings
    means: np.ndarray
    sds: np.ndarray
    grid: np.ndarray
    logits: np.ndarray

    @property
    def finite(self) -> np.ndarray:
        columns = np.concatenate([self.means, self.sds, self.logits.T])
        return np.asarray(np.isfinite(columns).all(axis=0))

    def ends(self) -> np.ndarray:
        """(members, 2): mean and sd of each member, averaged over the last quarter of the steps."""
        tail = max(1, (len(self.means) - 1) // 4)
        return np.stack([self.means[-tail:].mean(0), self.sds[-tail:].mean(0)], axis=1)


class Critics(nn.Module):
    """`members` independent networks x -> v(x) with two hidden layers of `width` units each, as batched products."""

    def __init__(self, members: int, width: int, centre: float, scale: float, generator: torch.Generator):
        super().__init__()
        self.centre, self.scale = centre, scale
        sizes = [1, width, width, 1]
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for inside, outside in pairwise(sizes):
            reach = math.sqrt(3 / inside)
            draw = torch.rand((members, inside, outside), generator=generator, device=generator.device)
            self.weights.append(nn.Parameter((2 * draw - 1) * reach * (0.1 if outside == 1 else 1.0)))
            spread = torch.rand((members, 1, outside), generator=generator, device=generator.device)
            self.biases.append(nn.Parameter((2 * spread - 1) * (0.0 if outside == 1 else 1.0)))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (members, n) of points (members, n)."""
        h = ((x - self.centre) / self.scale).unsqueeze(-1)
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            h = torch.baddbmm(bias, h, weight)
            if i < last:
                h = nn.functional.silu(h)
        return h.squeeze(-1)


def train(
    row: Generator,
    data: NormalMixture,
    settings: Settings | None = None,
    *,
    grid: np.ndarray | None = None,
    progress: Callable[[int], Any] | None = None,
) -> Run:
    """Fit N(mean, sd²) to `data` adversarially by D_f(data || model), f the row's.

    The discriminator maximises the row's variational bound, the generator follows its penalty term. `progress` is
    called with the number of generator steps just done. A member that leaves the finite numbers stays marked by nan.
    """
    with _one_thread():
        return _train(row, data, settings or Settings(), grid, progress or (lambda done: None))


@contextmanager
def _one_thread() -> Iterator[None]:
    """These tensors are too small to share out: on a busy machine threads that wait for each other cost tenfold."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _train(
    row: Generator, data: NormalMixture, s: Settings, grid: np.ndarray | None, progress: Callable[[int], Any]
) -> Run:
    generator = torch.Generator(device=s.device).manual_seed(s.seed)
    critics = Critics(s.members, s.width, data.mean, data.sd, generator)
    place = torch.tensor([[s.start[0], math.log(s.start[1])]], device=s.device).repeat(s.members, 1).requires_grad_()
    critic_optimiser = torch.optim.Adam(critics.parameters(), lr=s.critic_rate, betas=(0.5, 0.99))
    optimiser = torch.optim.Adam([place], lr=s.generator_rate, betas=(0.5, 0.99))
    generator_loss = losses.generator_loss if s.saturating else losses.non_saturating_loss
    means, sds = np.empty((s.steps + 1, s.members)), np.empty((s.steps + 1, s.members))

    def fake() -> Tensor:
        noise = torch.randn((s.members, s.batch), generator=generator, device=s.device)
        return place[:, :1] + place[:, 1:].exp() * noise

    def critic_step() -> None:
        real, false = data.sample((s.members, s.batch), generator), fake().detach()
        real_logits, fake_logits = critics(torch.cat([real, false], dim=1)).split(s.batch, dim=1)
        loss = losses.discriminator_loss(row, real_logits, fake_logits).sum()
        critic_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        critic_optimiser.step()

    for _ in range(s.warm_up):
        critic_step()
    for step in range(s.steps + 1):
        means[step], sds[step] = place[:, 0].detach().cpu().numpy(), place[:, 1].detach().exp().cpu().numpy()
        if step == s.steps:
            break
        fall = 0.5 * (1 + math.cos(math.pi * step / s.steps))
        critic_optimiser.param_groups[0]["lr"] = s.critic_rate * (0.1 + 0.9 * fall)
        optimiser.param_groups[0]["lr"] = s.generator_rate * fall
        for _ in range(s.critic_steps):
            critic_step()
        (place.grad,) = torch.autograd.grad(generator_loss(row, critics(fake())).sum(), place)
        optimiser.step()
        progress(1)
    points = np.linspace(*span(data, s.start), 401) if grid is None else grid
    with torch.no_grad():
        x = torch.tensor(points, device=s.device, dtype=torch.float32).expand(s.members, -1)
        logits = critics(x).double().cpu().numpy()
    return Run(row.name, s, means, sds, points, logits)


def span(data: NormalMixture, start: tuple[float, float]) -> tuple[float, float]:
    """The interval worth looking at: three standard deviations of everything that moves."""
    reach = 3 * max(data.sd, *data.sds)
    return min(data.mean - reach, start[0] - 1.5 * start[1]), max(data.mean + reach, start[0] + 1.5 * start[1])
