"""Many small networks as one: the parameters of E members stacked, one batched product a layer.

A network is a value without parameters: `initial(rng)` draws those of one member, each with a leading 1, and a call
takes the stacked parameters of E members and points (E, n, inputs) to (E, n, outputs).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS = {"silu": functional.silu, "relu": functional.relu, "leaky_relu": functional.leaky_relu}


class Network(Protocol):
    """What the training loop asks of a player."""

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        """The parameters of one member, each of shape (1, …)."""
        ...

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        """(E, n, inputs) to (E, n, outputs)."""
        ...


@dataclass(frozen=True)
class Perceptron:
    """Layers of `sizes` units; `last` scales the first weights of the last layer, `normalised` adds batch norm.

    Inputs are taken to (x - centre)/scale. Batch norm is that of training, over the n points of each member.
    """

    sizes: tuple[int, ...]
    activation: str = "silu"
    centre: float = 0.0
    scale: float = 1.0
    last: float = 0.1
    normalised: bool = False

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        parts = []
        for i, (inside, outside) in enumerate(pairwise(self.sizes)):
            is_last = i == len(self.sizes) - 2
            reach = math.sqrt(3 / inside) * (self.last if is_last else 1.0)
            parts.append((2 * torch.rand((1, inside, outside), generator=rng, device=rng.device) - 1) * reach)
            spread = 2 * torch.rand((1, 1, outside), generator=rng, device=rng.device) - 1
            parts.append(spread * (0.0 if is_last else 1.0))
        return parts

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        h = x if (self.centre, self.scale) == (0, 1) else (x - self.centre) / self.scale
        bend, layers = ACTIVATIONS[self.activation], len(parameters) // 2
        for i in range(layers):
            h = torch.baddbmm(parameters[2 * i + 1], h, parameters[2 * i])
            if i < layers - 1:
                h = bend(self._normal(h) if self.normalised else h)
        return h

    @staticmethod
    def _normal(h: Tensor) -> Tensor:
        members, n, units = h.shape
        columns = h.transpose(0, 1).reshape(n, members * units)
        return functional.batch_norm(columns, None, None, training=True).reshape(n, members, units).transpose(0, 1)


@dataclass(frozen=True)
class LocationScale:
    """The generator of N(mean, sd²): z -> mean + sd z, with mean and log sd as parameters."""

    start: tuple[float, float]

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        return [torch.tensor([[self.start[0], math.log(self.start[1])]], device=rng.device)]

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        (place,) = parameters
        return place[:, None, :1] + place[:, None, 1:].exp() * x


@dataclass(frozen=True)
class Affine:
    """The generator of a normal law on R^d: z -> centre + z A, with A at first `spread` times the identity."""

    centre: tuple[float, ...]
    spread: float = 1.0

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        centre = torch.tensor(self.centre, device=rng.device)
        return [self.spread * torch.eye(len(centre), device=rng.device)[None], centre[None, None]]

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        return torch.baddbmm(parameters[1], x, parameters[0])


@dataclass(frozen=True)
class Shift:
    """The generator x -> x + θ e₁: one parameter, the place along the first axis."""

    start: float

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        return [torch.tensor([[[self.start]]], device=rng.device)]

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        return torch.cat([x[..., :1] + parameters[0], x[..., 1:]], dim=-1)


def stacked(networks: Sequence[Network], generators: Sequence[torch.Generator]) -> list[Tensor]:
    """The first parameters of all members, each drawn by its own generator."""
    members = [network.initial(rng) for network, rng in zip(networks, generators)]
    return [torch.cat(parts) for parts in zip(*members)]
