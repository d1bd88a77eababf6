"""A critic for other people's GANs: what a discriminator is worth, and what it says about its generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InvalidMeasure, InvalidParameter, ShapeMismatch
from ..generators import GENERATORS
from ..ops import numpy_words, quiet
from .networks import Perceptron
from .objectives import from_row
from .plane import Collection
from .seeds import check_seed
from .train import Contest, Schedule, train


@dataclass(frozen=True)
class Bin:
    """Points whose D lies between `low` and `high`: how many, the mean D, and the share of them that are real."""

    low: float
    high: float
    count: int
    said: float
    real: float


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found; divergences in nats.

    `implied` and `fresh` map each smooth row to E_real T(v) − E_fake R(v) at this discriminator and at the fresh one,
    both on points that the fresh one was not trained on: each is an estimate of a lower bound of D_f(real || fake).
    `accuracy` and `fresh_accuracy` are the shares judged right, with half of both kinds.
    """

    calibration: tuple[Bin, ...]
    calibration_error: float
    implied: dict[str, float]
    fresh: dict[str, float]
    accuracy: float
    fresh_accuracy: float
    asleep: bool
    verdict: str

    @property
    def gap(self) -> float:
        """How much more of the JS divergence the fresh critic sees."""
        return self.fresh["js"] - self.implied["js"]

    def __repr__(self) -> str:
        return f"<diagnosis: {self.verdict}>"


def diagnose(
    discriminator: Callable[[Tensor], Tensor],
    real: Any,
    fake: Any,
    *,
    rng: int = 0,
    steps: int = 400,
    width: int = 64,
    bins: int = 10,
) -> Diagnosis:
    """Whether D ≈ ½ means success or an asleep critic, with D = sigmoid(discriminator(x)).

    `discriminator` is any torch callable that takes points (n, d) to logits (n,) or (n, 1); `real` and `fake` are
    tensors or arrays (n, d), at least 64 of each. A fresh critic is trained by the js row on one half of the points;
    calibration, accuracy, the implied divergences of every smooth row and those of the fresh critic are taken on the
    other half. By D = p/(p + q) each f-divergence is an expectation of a function of D, so all rows come from the same
    logits. The critic is called asleep where the fresh one beats its accuracy by more than three standard errors. It is
    called as it is, on points of its own dtype if it is a Module, else of theirs if they are tensors of 32 or 64 bits,
    else of 32: put a Module in eval mode first, as its batch norm would learn here.

    >>> import torch
    >>> g = torch.Generator().manual_seed(0)
    >>> real, fake = torch.randn(400, 1, generator=g), torch.randn(400, 1, generator=g) + 3
    >>> diagnose(lambda x: 0 * x, real, fake).asleep
    True

    Raises ShapeMismatch for points of different dimensions and logits of another shape, InvalidMeasure for nan among
    points or logits, InvalidParameter for fewer than 64 points, for what is no torch callable and for steps, width and
    bins that are no integers >= 1; what the discriminator raises goes through.
    """
    check_seed(rng, "rng")
    for name, value in (("steps", steps), ("width", width), ("bins", bins)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise InvalidParameter(f"{value!r} is no number of {name}", argument=name, value=value, remedy="1 or more")
    if not callable(discriminator):
        raise InvalidParameter(
            f"a {type(discriminator).__name__} cannot be called",
            argument="discriminator",
            remedy="hand in a torch callable that takes points (n, d) to logits (n,)",
        )
    ours, theirs = _points(real, "real"), _points(fake, "fake")
    if ours.shape[1] != theirs.shape[1]:
        raise ShapeMismatch(
            f"points of {ours.shape[1]} and of {theirs.shape[1]} numbers", argument="fake", remedy="give one dimension"
        )
    order = torch.Generator().manual_seed(rng)
    seen, held = zip(*(_halves(x, order) for x in (ours, theirs)))
    taken = _taken(discriminator, real)
    told = [_logits(discriminator, x.to(taken)) for x in held]
    fresh = _fresh(seen, rng, steps, width)
    found = [_logits(lambda x: fresh(x[None])[0], x) for x in held]
    accuracy, better = ((float((r > 0).mean()) + float((f <= 0).mean())) / 2 for r, f in (told, found))
    error = 0.5 / math.sqrt(min(len(x) for x in held))
    asleep = bool(better - accuracy > 3 * error)
    table, off = _calibration(told[0], told[1], bins)
    return Diagnosis(
        table,
        off,
        _implied(told[0], told[1]),
        _implied(found[0], found[1]),
        accuracy,
        better,
        asleep,
        _verdict(accuracy, better, error, off, asleep) + _doubt(np.concatenate(told)),
    )


def _verdict(accuracy: float, better: float, error: float, off: float, asleep: bool) -> str:
    if asleep:
        return f"the critic is asleep: it judges {accuracy:.1%} right where a fresh one judges {better:.1%}"
    if better - 0.5 <= 3 * error:
        return f"no critic tells these samples from data: {better:.1%} right, {accuracy:.1%} by this one"
    calibrated = "calibrated" if off < 0.1 else f"off by {off:.2f} on average"
    return f"the critic is awake, {calibrated}: it judges {accuracy:.1%} right, and the samples are not the data"


def _taken(discriminator: Any, real: Any) -> torch.dtype:
    """The dtype of the points that it is called with: arrays are doubles, and networks seldom."""
    if isinstance(discriminator, torch.nn.Module):
        own = [x.dtype for x in discriminator.parameters() if x.is_floating_point()]
        if own:
            return own[0]
    if isinstance(real, Tensor) and real.dtype in (torch.float32, torch.float64):
        return real.dtype
    return torch.float32


def _doubt(told: np.ndarray) -> str:
    """The commonest mistake is seen from the outputs alone."""
    if told.min() >= 0 and told.max() <= 1 and told.min() < told.max():
        return "; all its outputs are in [0, 1]: where they are probabilities, return their logits, torch.logit(D)"
    return ""


def _points(x: Any, name: str) -> Tensor:
    try:
        points = torch.as_tensor(x if isinstance(x, Tensor) else np.asarray(x)).detach()
        if points.is_complex() or points.layout is not torch.strided:
            raise TypeError(f"they are {'complex' if points.is_complex() else 'sparse'}")
    except (TypeError, ValueError, RuntimeError) as wrong:
        raise InvalidMeasure(
            f"no points can be read from it ({wrong})", argument=name, remedy="give a dense real tensor or array (n, d)"
        ) from wrong
    if points.ndim != 2:
        raise ShapeMismatch(f"shape {tuple(points.shape)}", argument=name, remedy="points (n, d)")
    if len(points) < 64:
        raise InvalidParameter(f"{len(points)} points", argument=name, value=len(points), remedy="at least 64")
    if not bool(torch.isfinite(points).all()):
        row = int((~torch.isfinite(points)).any(1).nonzero()[0])
        raise InvalidMeasure("nan or infinity", argument=name, index=row, remedy="leave that point out")
    return points if points.is_floating_point() else points.float()


def _halves(x: Tensor, order: torch.Generator) -> tuple[Tensor, Tensor]:
    mixed = x[torch.randperm(len(x), generator=order).to(x.device)]
    return mixed[: len(x) // 2], mixed[len(x) // 2 :]


@torch.no_grad()
def _logits(discriminator: Callable[[Tensor], Tensor], x: Tensor) -> np.ndarray:
    found = discriminator(x)
    if not isinstance(found, Tensor):
        raise InvalidParameter(
            f"returns a {type(found).__name__}", argument="discriminator", remedy="return a tensor of logits"
        )
    if tuple(found.shape) not in ((len(x),), (len(x), 1)):
        raise ShapeMismatch(
            f"logits of shape {tuple(found.shape)} for {len(x)} points",
            argument="discriminator",
            remedy="return one logit a point, (n,) or (n, 1)",
        )
    if found.is_complex():
        raise InvalidMeasure("its logits are complex", argument="discriminator", remedy="return real logits")
    values = found.reshape(len(x)).double().cpu().numpy()
    if np.isnan(values).any():
        raise InvalidMeasure(
            "its logits hold nan", argument="discriminator", index=int(np.isnan(values).argmax()), remedy="look there"
        )
    return values


def _fresh(seen: Sequence[Tensor], rng: int, steps: int, width: int) -> Callable[[Tensor], Tensor]:
    """A critic trained on these points alone, in their standard deviations."""
    both = torch.cat([x.double() for x in seen])
    centre, scale = both.mean(0), both.std(0)
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    ours, theirs = (Collection(((x - centre) / scale).float().cpu().numpy(), "points") for x in seen)
    d = both.shape[1]
    contest = Contest(ours, _Same(), Perceptron((d, width, width, 1)), from_row(GENERATORS["js"]), source=theirs)
    batch = min(256, *(len(x) for x in seen))
    schedule = Schedule(steps, 1, batch, critic_rate=2e-3, generator_rate=0.0)
    found = train(contest, schedule, [rng])
    parts = [part.to(both.device) for part in found.critic]
    return lambda x: contest.critic(parts, ((x - centre) / scale).float()).squeeze(-1)


@dataclass(frozen=True)
class _Same:
    """The generator that hands its inputs on; its one parameter is of no use."""

    def initial(self, rng: torch.Generator) -> list[Tensor]:
        return [torch.zeros((1, 1, 1), device=rng.device)]

    def __call__(self, parameters: Sequence[Tensor], x: Tensor) -> Tensor:
        return x + 0 * parameters[0]


def _implied(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """E_real T(v) − E_fake R(v) of every smooth row; −∞ where a row forbids such logits."""
    o = numpy_words()
    found = {}
    with quiet():
        for name, row in GENERATORS.items():
            if not row.kinks:
                costs = float(row.penalty(fake, o).mean())
                found[name] = -math.inf if costs == math.inf else float(row.critic(real, o).mean()) - costs
    return found


def _calibration(real: np.ndarray, fake: np.ndarray, bins: int) -> tuple[tuple[Bin, ...], float]:
    """Bins of D with both kinds weighed as halves, and the mean |D − share of real| over them."""
    o = numpy_words()
    with quiet():
        said = o.sigmoid(np.concatenate([real, fake]))
    is_real = np.arange(len(said)) < len(real)
    weight = np.where(is_real, 0.5 / len(real), 0.5 / len(fake))
    place = np.minimum((said * bins).astype(int), bins - 1)
    table, off = [], 0.0
    for i in range(bins):
        here = place == i
        if here.any():
            total = weight[here].sum()
            mean, share = float((weight * said)[here].sum() / total), float(weight[here & is_real].sum() / total)
            table.append(Bin(i / bins, (i + 1) / bins, int(here.sum()), mean, share))
            off += float(total) * abs(mean - share)
    return tuple(table), off
