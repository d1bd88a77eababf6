"""GANs on the line: N(mean, sd²) fitted to a mixture by a row, many at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InvalidParameter
from ..generators import Generator
from .networks import LocationScale, Perceptron
from .objectives import from_row
from .seeds import check_seed, member_seeds
from .toys import NormalMixture
from .train import Contest, Schedule, refuse_device
from .train import train as train_many


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
        check_seed(self.seed)
        refuse_device(self.device)


@dataclass(frozen=True)
class Run:
    """One training run: `means` and `sds` (steps + 1, members), and the discriminators at the end on a grid.

    `logits` (members, n) on `grid` (n,) are taken after the last step; `finite` (members,) marks those that never
    left the numbers. Where the discriminators were watched, `during` (T, members, n) are those at the steps `seen`.
    """

    row: str
    settings: Settings
    means: np.ndarray
    sds: np.ndarray
    grid: np.ndarray
    logits: np.ndarray
    seen: np.ndarray | None = None
    during: np.ndarray | None = None

    @property
    def finite(self) -> np.ndarray:
        columns = np.concatenate([self.means, self.sds, self.logits.T])
        return np.asarray(np.isfinite(columns).all(axis=0))

    def ends(self) -> np.ndarray:
        """(members, 2): mean and sd of each member, averaged over the last quarter of the steps."""
        tail = max(1, (len(self.means) - 1) // 4)
        return np.stack([self.means[-tail:].mean(0), self.sds[-tail:].mean(0)], axis=1)


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
    (run,) = train_rows((row,), data, settings, grid=grid, progress=progress)
    return run


def train_rows(
    rows: Sequence[Generator],
    data: NormalMixture,
    settings: Settings | None = None,
    *,
    grid: np.ndarray | None = None,
    watched: int = 0,
    progress: Callable[[int], Any] | None = None,
) -> list[Run]:
    """`train` by several rows in one batch; member i of every row has the same seed, whichever rows are beside it.

    With `watched` the discriminators are kept on the grid every so many steps too, as `Run.during`.
    """
    s = settings or Settings()
    objectives = tuple(from_row(row, saturating=s.saturating) for row in rows for _ in range(s.members))
    critic = Perceptron((1, s.width, s.width, 1), centre=data.mean, scale=data.sd)
    contest = Contest(data, LocationScale(s.start), critic, objectives)
    schedule = Schedule(
        s.steps,
        s.critic_steps,
        s.batch,
        critic_rate=s.critic_rate,
        generator_rate=s.generator_rate,
        warm_up=-(-s.warm_up // s.critic_steps),
    )
    points = np.linspace(*span(data, s.start), 401) if grid is None else grid
    x = torch.tensor(points, device=s.device, dtype=torch.float32)[:, None].expand(len(objectives), -1, 1)

    def watch(place: Sequence[Tensor], parts: Sequence[Tensor]) -> dict[str, Tensor]:
        return {"place": place[0]}

    def watch_all(place: Sequence[Tensor], parts: Sequence[Tensor]) -> dict[str, Tensor]:
        return {"place": place[0], "logits": critic(parts, x).squeeze(-1)}

    seeds = member_seeds(s.seed, s.members) * len(rows)
    trained = train_many(
        contest,
        schedule,
        seeds,
        device=s.device,
        watch=watch_all if watched else watch,
        every=watched or 1,
        progress=progress,
    )
    place, logits = trained.history["place"], trained.logits(x).double().cpu().numpy()
    means, sds = place[..., 0].astype(float), np.exp(place[..., 1].astype(float))
    during = trained.history.get("logits")
    parts = [slice(i * s.members, (i + 1) * s.members) for i in range(len(rows))]
    return [
        Run(
            row.name,
            s,
            means[:, part],
            sds[:, part],
            points,
            logits[part],
            trained.seen,
            None if during is None else during[:, part].astype(float),
        )
        for row, part in zip(rows, parts)
    ]


def span(data: NormalMixture, start: tuple[float, float]) -> tuple[float, float]:
    """The interval worth looking at: three standard deviations of everything that moves."""
    reach = 3 * max(data.sd, *data.sds)
    return min(data.mean - reach, start[0] - 1.5 * start[1]), max(data.mean + reach, start[0] + 1.5 * start[1])
