"""The training loop: k discriminator steps, then one generator step, for E independent GANs in one set of tensors.

Each member has its own seed, learning rates, objective, data and start; members share the loop and nothing else, so a
statement about training comes with its spread over members, and member e of a batch is the same member trained alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import ShapeMismatch
from . import checkpoint
from .adam import Adam
from .contest import Contest as Contest
from .contest import Schedule as Schedule
from .devices import refuse_device as refuse_device
from .information import information_bound, log_posterior, uniform_entropy
from .networks import Network, stacked
from .objectives import Objective
from .packing import pack, refuse_unpackable
from .penalties import confine, gradient_penalty, squared_slope
from .streams import Streams

CHUNK = 16  # steps whose random numbers are drawn at once, checked at once and saved at once
Watch = Callable[[Sequence[Tensor], Sequence[Tensor]], dict[str, Tensor]]


@dataclass(frozen=True)
class Trained:
    """What a run ends with: parameters (E, …) of both players, and what `watch` saw at `seen` (T,), each (T, E, …).

    `lost_at` (E,) is the step by which a member had left the finite numbers, -1 for those that never did.
    """

    contest: Contest
    schedule: Schedule
    generator: list[Tensor]
    critic: list[Tensor]
    lost_at: np.ndarray
    reader: list[Tensor] = field(default_factory=list)
    seen: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    history: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def finite(self) -> np.ndarray:
        return self.lost_at < 0

    @torch.no_grad()
    def make(self, source: Tensor) -> Tensor:
        """Samples (E, n, d) from the generators' inputs (E, n, latent)."""
        return _network(self.contest.generator)(self.generator, source)

    @torch.no_grad()
    def logits(self, x: Tensor) -> Tensor:
        """The critics at points (E, n, d), packs of which are judged together."""
        return self.contest.critic(self.critic, pack(x, self.contest.pack)).squeeze(-1)


def train(
    contest: Contest,
    schedule: Schedule,
    seeds: Sequence[int],
    *,
    device: str = "cpu",
    watch: Watch | None = None,
    every: int = 1,
    save: Path | None = None,
    save_every: int = 40,
    progress: Callable[[int], Any] | None = None,
    compiled: bool = False,
) -> Trained:
    """Train one GAN per seed, all at once.

    `watch`(generator, critic) is asked for tensors (E, …) every `every` generator steps and at the end; `progress` is
    called with the number of generator steps just done. With `save` the state goes to that file every `save_every`
    times 16 steps, whole or not at all, and a run that finds its own state there goes on from it, to the same end bit
    by bit. A member that leaves the finite numbers is marked in `lost_at` and hurts no other. `compiled` puts the
    losses through torch.compile, which takes half a minute first, and rounds otherwise: for long runs on a GPU.

    Raises InvalidParameter for a device that is not there, a batch that is no whole number of packs, and a saved state
    of another run; ShapeMismatch where a tuple does not have one entry per member, and where the generator's samples
    have another dimension than the data; InvalidMeasure for data with nan.
    """
    refuse_device(device)
    with one_thread():
        loop = _Loop(contest, schedule, seeds, device, watch, every, compiled)
        return loop.run(save, save_every, progress or (lambda _: None))


class _Loop:
    """The state of one run, and what a step does to it."""

    def __init__(
        self,
        contest: Contest,
        schedule: Schedule,
        seeds: Sequence[int],
        device: str,
        watch: Watch | None,
        every: int,
        compiled: bool = False,
    ):
        refuse_unpackable(schedule.batch, contest.pack)
        self.c, self.s, self.members, self.device, self.every = contest, schedule, len(seeds), device, every
        self.watch = watch or (lambda generator, critic: {})
        self.streams = Streams(seeds, device)
        self.data = contest.each("data", self.members)
        self.generator_network = _network(contest.generator)
        networks = contest.each("generator", self.members)
        self.generator = Adam(
            stacked(networks, self.streams.generators), schedule.generator_rate, schedule.betas, schedule.plain
        )
        critics = (contest.critic,) * self.members
        self.critic = Adam(stacked(critics, self.streams.generators), schedule.critic_rate, schedule.betas)
        readers = [] if contest.reader is None else stacked((contest.reader,) * self.members, self.streams.generators)
        self.reader = Adam(readers, schedule.critic_rate, schedule.betas) if readers else None
        self.groups = _groups(contest.each("objective", self.members))
        self.paired = any(objective.paired for objective, _ in self.groups)
        self.lost_at = torch.full((self.members,), -1, dtype=torch.int64, device=device)
        self.step, self.seen, self.history = -schedule.warm_up, [], {}
        self.identity = repr((contest, schedule, tuple(seeds), every))
        # what is differentiated twice cannot be compiled
        if compiled and not contest.consensus:
            self._discriminator_loss = torch.compile(self._discriminator_loss)
            self._generator_loss = torch.compile(self._generator_loss)

    def run(self, save: Path | None, save_every: int, progress: Callable[[int], Any]) -> Trained:
        self._try_a_batch()
        if save is not None and save.exists():
            self._restore(checkpoint.load(save, self.identity, self.device))
            progress(max(0, self.step))
        chunks = 0
        while self.step < self.s.steps:
            count = min(CHUNK, (0 if self.step < 0 else self.s.steps) - self.step)
            self._chunk(count, progress)
            chunks += 1
            if save is not None and (chunks % save_every == 0 or self.step == self.s.steps):
                checkpoint.save(save, self.identity, self._state())
        if not self.seen or self.seen[-1] != self.step:
            self._observe()
        history = {name: torch.stack(parts).cpu().numpy() for name, parts in self.history.items()}
        return Trained(
            self.c,
            self.s,
            [part.detach() for part in self.generator.parts],
            [part.detach() for part in self.critic.parts],
            self.lost_at.cpu().numpy(),
            [] if self.reader is None else [part.detach() for part in self.reader.parts],
            np.array(self.seen),
            history,
        )

    def _chunk(self, count: int, progress: Callable[[int], Any]) -> None:
        """`count` steps on random numbers drawn for CHUNK of them, so that a chunk cut short draws the same."""
        k, n = self.s.critic_steps, self.s.batch
        real = self.streams.draw(lambda i, g: self.data[i].draw((CHUNK, k + self.paired, n), g))
        source = self.streams.draw(lambda _, g: self._source((CHUNK, k + 1, n), g))
        jitter = mix = None
        if self.c.noise:
            shape = (2, CHUNK, k + 1, n, real.shape[-1])
            jitter = self.c.noise * self.streams.draw(lambda _, g: torch.randn(shape, generator=g, device=g.device))
        if self.c.penalty:
            shape = (CHUNK, k, n // self.c.pack)
            mix = self.streams.draw(lambda _, g: torch.rand(shape, generator=g, device=g.device))
        for t in range(count):
            if self.step >= 0 and self.step % self.every == 0:
                self._observe()
            self._set_rates()
            for j in range(k + 1):
                ours, inputs = real[:, t, min(j, real.shape[2] - 1)], source[:, t, j]
                noise = (0.0, 0.0) if jitter is None else (jitter[:, 0, t, j], jitter[:, 1, t, j])
                if j < k:
                    self._critic_step(ours, inputs, noise, None if mix is None else mix[:, t, j])
                elif self.step >= 0:
                    self._generator_step(ours, inputs, noise)
            self.step += 1
            if self.step > 0:
                progress(1)
        bad = ~(self.generator.finite() & self.critic.finite()) & (self.lost_at < 0)
        self.lost_at[bad] = max(self.step, 0)

    def _source(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        if self.c.source is not None:
            return self.c.source.draw(shape, rng)
        return torch.randn((*shape, self.c.latent), generator=rng, device=rng.device)

    def _set_rates(self) -> None:
        share = max(self.step, 0) / self.s.steps
        fall = 0.5 * (1 + math.cos(math.pi * share)) if self.s.falling else 1.0
        self.critic.fall, self.generator.fall = (0.1 + 0.9 * fall, fall) if self.s.falling else (1.0, 1.0)

    def _logits(self, x: Tensor) -> Tensor:
        return self.c.critic(self.critic.parts, x).squeeze(-1)

    def _critic_step(self, real: Tensor, inputs: Tensor, noise: tuple[Any, Any], mix: Tensor | None) -> None:
        if self.c.consensus:
            return self._consensus_step(self.critic, real, inputs)
        with torch.no_grad():
            fake = pack(self.generator_network(self.generator.parts, inputs) + noise[1], self.c.pack)
        real = pack(real + noise[0], self.c.pack)
        loss = self._discriminator_loss(real, fake)
        if self.c.r1:
            loss = loss + self.c.r1 / 2 * squared_slope(self._logits, real)
        if self.c.r2:
            loss = loss + self.c.r2 / 2 * squared_slope(self._logits, fake)
        if mix is not None:
            loss = loss + self.c.penalty * gradient_penalty(self._logits, real, fake, mix, one_sided=self.c.one_sided)
        self.critic.follow(torch.autograd.grad(loss.sum(), self.critic.parts))
        if math.isfinite(self.c.reach):
            confine(self.critic.parts, self.c.reach)
        return None

    def _generator_step(self, real: Tensor, inputs: Tensor, noise: tuple[Any, Any]) -> None:
        if self.c.consensus:
            return self._consensus_step(self.generator, real, inputs)
        fake = self.generator_network(self.generator.parts, inputs)
        loss = self._generator_loss(real + noise[0], fake + noise[1])
        if self.reader is None:
            return self.generator.follow(torch.autograd.grad(loss.sum(), self.generator.parts))
        loss = loss - self.c.information * self._information(fake, inputs)
        both = torch.autograd.grad(loss.sum(), [*self.generator.parts, *self.reader.parts])
        self.generator.follow(both[: len(self.generator.parts)])
        return self.reader.follow(both[len(self.generator.parts) :])

    def _information(self, fake: Tensor, inputs: Tensor) -> Tensor:
        """(E,): a lower bound of I(code; sample), by what the reader makes of the samples."""
        assert self.c.reader is not None
        assert self.reader is not None
        logits = self.c.reader(self.reader.parts, fake)
        codes = inputs[..., -logits.shape[-1] :].argmax(-1)
        return information_bound(log_posterior(logits, codes), uniform_entropy(logits.shape[-1]))

    def _consensus_step(self, player: Adam, real: Tensor, inputs: Tensor) -> None:
        """The player's own gradient, and that of γ/2 of the squared length of both players' gradients together."""
        fake = self.generator_network(self.generator.parts, inputs)
        critic_loss = self._discriminator_loss(pack(real, self.c.pack), pack(fake, self.c.pack))
        losses = (critic_loss, self._generator_loss(real, fake))
        gradients = [
            torch.autograd.grad(loss.sum(), who.parts, create_graph=True)
            for loss, who in zip(losses, (self.critic, self.generator))
        ]
        energy = sum((part.square().sum() for gradient in gradients for part in gradient), start=torch.zeros(()))
        own = gradients[0 if player is self.critic else 1]
        pull = torch.autograd.grad(self.c.consensus / 2 * energy, player.parts)
        player.follow([a.detach() + b for a, b in zip(own, pull)])

    def _discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """(E,), each member by its own objective; both batches go through the critic in one product."""
        ours, theirs = self._logits(torch.cat([real, fake], dim=1)).split(real.shape[1], dim=1)
        return torch.cat([o.discriminator_loss(ours[part], theirs[part]) for o, part in self.groups])

    def _generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        theirs = self._logits(pack(fake, self.c.pack))
        ours = self._logits(pack(real, self.c.pack)) if self.paired else theirs
        return torch.cat([o.generator_loss(theirs[part], ours[part]) for o, part in self.groups])

    @torch.no_grad()
    def _observe(self) -> None:
        self.seen.append(self.step)
        for name, value in self.watch(self.generator.parts, self.critic.parts).items():
            self.history.setdefault(name, []).append(value.detach().clone())

    def _try_a_batch(self) -> None:
        """Refuse, before the first step, data and samples that cannot be compared."""
        from ..errors import InvalidMeasure

        streams = Streams([0] * self.members, self.device)  # of its own, so that looking changes no number
        for i, toy in enumerate(self.data):
            drawn = toy.draw((self.s.batch,), streams.generators[i])
            if not bool(torch.isfinite(drawn).all()):
                raise InvalidMeasure(f"the data of member {i} hold nan or infinity", argument="data", remedy="drop it")
        real = streams.draw(lambda i, g: self.data[i].draw((2,), g))
        with torch.no_grad():
            fake = self.generator_network(self.generator.parts, streams.draw(lambda _, g: self._source((2,), g)))
        if real.shape != fake.shape:
            raise ShapeMismatch(
                f"the generator makes points of {fake.shape[-1]} numbers, the data have {real.shape[-1]}",
                argument="generator",
                remedy=f"give it {real.shape[-1]} outputs",
            )

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "generator": self.generator.state(),
            "critic": self.critic.state(),
            "reader": None if self.reader is None else self.reader.state(),
            "streams": self.streams.state(),
            "lost_at": self.lost_at,
            "seen": self.seen,
            "history": {name: torch.stack(parts) for name, parts in self.history.items()},
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.step, self.seen, self.lost_at = state["step"], state["seen"], state["lost_at"]
        self.generator.restore(state["generator"])
        self.critic.restore(state["critic"])
        if self.reader is not None:
            self.reader.restore(state["reader"])
        self.streams.restore(state["streams"])
        self.history = {name: list(parts) for name, parts in state["history"].items()}


def _network(generator: Any) -> Network:
    """Members may differ in their generator's start, not in how it is computed."""
    return generator[0] if isinstance(generator, tuple) else generator


def _groups(objectives: Sequence[Objective]) -> list[tuple[Objective, slice]]:
    """Runs of members with one objective; members of one are best put side by side."""
    groups, start = [], 0
    for objective, run in groupby(objectives):
        end = start + len(list(run))
        groups.append((objective, slice(start, end)))
        start = end
    return groups


@contextmanager
def one_thread() -> Iterator[None]:
    """These tensors are too small to share out: on a busy machine threads that wait for each other cost tenfold."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
