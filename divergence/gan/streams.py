"""One stream of random numbers per member, so that a member draws the same whoever trains beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class Streams:
    """A torch generator per seed."""

    def __init__(self, seeds: Sequence[int], device: str):
        self.generators = [torch.Generator(device=device).manual_seed(seed) for seed in seeds]

    def draw(self, sample: Callable[[int, torch.Generator], Tensor]) -> Tensor:
        """(E, …): `sample`(member, its generator) of every member."""
        return torch.stack([sample(i, rng) for i, rng in enumerate(self.generators)])

    def state(self) -> Tensor:
        return torch.stack([rng.get_state() for rng in self.generators])

    def restore(self, states: Tensor) -> None:
        for rng, state in zip(self.generators, states.cpu()):
            rng.set_state(state.clone())  # torch reads a view of a larger tensor wrongly
