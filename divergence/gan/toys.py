"""Toy data whose law is known: a mixture of normals on the line, its density, its samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidParameter
from ..measure import Density
from ..ops import words

Array = Any


@dataclass(frozen=True)
class NormalMixture:
    """Σ wᵢ N(mᵢ, sᵢ²) on the line.

    >>> toy = NormalMixture(weights=(0.7, 0.3), means=(-1.0, 2.0), sds=(0.5, 0.5))
    >>> round(toy.mean, 12), round(toy.sd, 6)
    (-0.1, 1.462874)

    Raises InvalidParameter for weights that are not positive or do not sum to one, a standard deviation that is not
    positive, and lists of different lengths.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.weights) == len(self.means) == len(self.sds) > 0:
            raise InvalidParameter(
                f"{len(self.weights)} weights, {len(self.means)} means and {len(self.sds)} standard deviations",
                argument="weights",
                remedy="give one of each per component",
            )
        for name, values in (("weights", self.weights), ("sds", self.sds)):
            for i, value in enumerate(values):
                if not (math.isfinite(value) and value > 0):
                    raise InvalidParameter(
                        f"{value} is not positive", argument=name, index=i, value=value, remedy="write a number above 0"
                    )
        if abs(math.fsum(self.weights) - 1) > 1e-12:
            raise InvalidParameter(
                f"sum {math.fsum(self.weights)} is not 1", argument="weights", remedy="divide them by their sum"
            )

    @property
    def mean(self) -> float:
        return math.fsum(w * m for w, m in zip(self.weights, self.means))

    @property
    def sd(self) -> float:
        parts = zip(self.weights, self.means, self.sds)
        return math.sqrt(math.fsum(w * (s * s + (m - self.mean) ** 2) for w, m, s in parts))

    def log_density(self, x: Array) -> Array:
        """log Σ wᵢ φ((x − mᵢ)/sᵢ)/sᵢ on any array, from its largest term so that no tail underflows."""
        o = words(x)
        parts = [math.log(w) + log_normal(x, m, s) for w, m, s in zip(self.weights, self.means, self.sds)]
        total = parts[0]
        for part in parts[1:]:
            total = o.where(total > part, total, part) + o.log1p(o.exp(-o.abs(total - part)))
        return total

    @property
    def density(self) -> Density:
        return Density(self.log_density, landmarks=tuple(sorted(self.means)))

    def sample(self, shape: tuple[int, ...], generator: Any) -> Any:
        """Torch samples of that shape, on the generator's device."""
        import torch

        device = generator.device
        edges = torch.cumsum(torch.tensor(self.weights, device=device, dtype=torch.float64), 0)[:-1]
        which = torch.bucketize(torch.rand(shape, generator=generator, device=device, dtype=torch.float64), edges)
        means, sds = (torch.tensor(values, device=device, dtype=torch.float32) for values in (self.means, self.sds))
        return means[which] + sds[which] * torch.randn(shape, generator=generator, device=device)

    def draw(self, shape: tuple[int, ...], generator: Any) -> Any:
        """The same as points of one number, (*shape, 1)."""
        return self.sample(shape, generator).unsqueeze(-1)


def log_normal(x: Array, mean: Array, sd: Array) -> Array:
    """log of the density of N(mean, sd²) at x."""
    log_sd = math.log(sd) if isinstance(sd, float) else words(sd).log(sd)
    return -(((x - mean) / sd) ** 2) / 2 - log_sd - math.log(2 * math.pi) / 2


def normal_density(mean: float, sd: float) -> Density:
    return Density(lambda x: log_normal(x, mean, sd), landmarks=(mean,))
