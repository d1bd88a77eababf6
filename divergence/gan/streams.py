"""One stream of random numbers per member, so that a member draws the same whoever trains beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from ..errors import InvalidParameter


def member_seeds(seed: int, members: int) -> list[int]:
    """The seeds of the members of an experiment, unlike those of any other seed.

    >>> member_seeds(0, 3)[:2] == member_seeds(0, 2)
    True
    """
    if not 0 <= seed < 2**63:
        raise InvalidParameter(f"{seed} is no seed", argument="seed", value=seed, remedy="0 to 2**63 - 1")
    children = [np.random.SeedSequence([seed, member]) for member in range(members)]
    return [int(child.generate_state(1, np.uint64)[0] >> np.uint64(1)) for child in children]


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
