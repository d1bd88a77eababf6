"""Toy data in the plane, and the counts by which the literature scores mode collapse, with their audits.

The ring is 8 modes on the unit circle with sd 0.01, the grid 25 modes on {-4, -2, 0, 2, 4}² with variance 0.05 per axis
(VEEGAN, PacGAN). A sample is of high quality within 3 sd of its nearest mode; a mode is captured if it is nearest to at
least one such sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..errors import InvalidMeasure, ShapeMismatch

PERFECT = 1 - math.exp(-9 / 2)  # the share of a perfect sampler within 3 sd of its mode: 98.889%, not 100%


@dataclass(frozen=True)
class Spots:
    """Equal normal modes at `points`, each with standard deviation `sd` along every axis."""

    points: tuple[tuple[float, ...], ...]
    sd: float

    def draw(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """(*shape, d)."""
        points = torch.tensor(self.points, device=rng.device)
        which = torch.randint(len(self.points), shape, generator=rng, device=rng.device)
        return points[which] + self.sd * torch.randn((*shape, points.shape[1]), generator=rng, device=rng.device)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log of the density at points (..., d)."""
        points = np.array(self.points)
        squares = ((x[..., None, :] - points) ** 2).sum(-1) / self.sd**2
        d = points.shape[1]
        peak = -squares.min(-1) / 2
        rest = np.log(np.exp(-squares / 2 - peak[..., None]).mean(-1))
        return peak + rest - d * math.log(self.sd) - d / 2 * math.log(2 * math.pi)


def ring(modes: int = 8, radius: float = 1.0, sd: float = 0.01) -> Spots:
    """`modes` different points of a circle; an end point counted twice would leave one less."""
    angles = 2 * math.pi * np.arange(modes) / modes
    return Spots(tuple((radius * math.cos(a), radius * math.sin(a)) for a in angles.tolist()), sd)


def grid(side: int = 5, spacing: float = 2.0, variance: float = 0.05) -> Spots:
    """side × side points, centred."""
    places = [spacing * (i - (side - 1) / 2) for i in range(side)]
    return Spots(tuple((x, y) for x in places for y in places), math.sqrt(variance))


@dataclass(frozen=True)
class Lines:
    """(0, U) with U uniform on [0, 1]: what the parallel lines of Arjovsky et al. are made of."""

    def draw(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        height = torch.rand((*shape, 1), generator=rng, device=rng.device)
        return torch.cat([torch.zeros_like(height), height], dim=-1)


@dataclass(frozen=True)
class Collection:
    """A finite set of points (n, d), drawn from with replacement."""

    points: np.ndarray
    name: str

    def __repr__(self) -> str:
        return f"Collection({self.name!r}, {self.points.shape})"

    def draw(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        points = torch.tensor(self.points, dtype=torch.float32, device=rng.device)
        return points[torch.randint(len(points), shape, generator=rng, device=rng.device)]


@dataclass(frozen=True)
class Coded:
    """The input of an InfoGAN: `latent` normal numbers, then one of `codes` as a one among noughts."""

    latent: int
    codes: int

    def draw(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        which = torch.randint(self.codes, shape, generator=rng, device=rng.device)
        noise = torch.randn((*shape, self.latent), generator=rng, device=rng.device)
        return torch.cat([noise, torch.nn.functional.one_hot(which, self.codes).to(noise)], dim=-1)


@dataclass(frozen=True)
class Count:
    """What a set of samples makes of the modes; `kl` is KL(histogram of modes || uniform), over high-quality samples.

    `audit` is empty where log(K/M) <= kl <= log K, which every table row with M of K modes must satisfy.
    """

    modes: int
    high_quality: float
    kl: float
    of: int

    @property
    def audit(self) -> str:
        if self.modes == 0:
            return "no mode captured: the histogram is empty"
        low, high = math.log(self.of / self.modes), math.log(self.of)
        ok = low - 1e-9 <= self.kl <= high + 1e-9
        return "" if ok else f"KL {self.kl:.4g} is outside [{low:.4g}, {high:.4g}] for {self.modes} of {self.of} modes"


def count_modes(samples: np.ndarray, spots: Spots) -> Count:
    """Count the modes that samples (n, d) reach.

    Raises InvalidMeasure for nan among the samples, ShapeMismatch for another dimension than that of the modes.
    """
    samples = np.asarray(samples, float)
    points = np.array(spots.points)
    if samples.ndim != 2 or samples.shape[1] != points.shape[1]:
        raise ShapeMismatch(
            f"samples of shape {samples.shape}", argument="samples", remedy=f"(n, {points.shape[1]}) as the modes have"
        )
    if not np.isfinite(samples).all():
        raise InvalidMeasure("samples hold nan or infinity", argument="samples", remedy="leave lost members out")
    distances = np.sqrt(((samples[:, None] - points) ** 2).sum(-1))
    near, good = distances.argmin(1), distances.min(1) <= 3 * spots.sd
    histogram = np.bincount(near[good], minlength=len(points)) / max(1, good.sum())
    share = histogram[histogram > 0]
    kl = float((share * np.log(share * len(points))).sum()) if len(share) else math.inf
    return Count(len(share), float(good.mean()), kl, len(points))
