"""The Dirac-GAN: one point of data, one parameter on either side, and all of the dynamics of training in the plane.

The data are δ₀, the generator is δ_θ, the discriminator is D(x) = ψ x. With f(t) = −log(1 + e^−t) the value of the
game is L(θ, ψ) = f(ψ θ) + f(0): ψ climbs it, θ descends. A `Game` is the vector field (θ', ψ') of one way to train.
The fields are written in the vocabulary of the rows, so that what is proved of them is what runs.

Source: Mescheder, Geiger & Nowozin 2018, Which training methods for GANs do actually converge?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidParameter
from ..ops import numpy_words

Array = Any
Field = Callable[[Any, Any, Any, Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Game:
    """`field(theta, psi, gamma, o)` is (θ', ψ'); `gamma` weighs what was added to the bare game, if anything was.

    `clips` says that ψ is put back into [−γ, γ] after each step.
    """

    name: str
    formula: str
    field: Field
    damped: bool = False
    clips: bool = False

    def __repr__(self) -> str:
        return f"<Dirac game {self.name}: {self.formula}>"


def _gan(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    slope = o.sigmoid(-theta * psi)  # f'(t) = sigmoid(−t)
    return -psi * slope, theta * slope


def _non_saturating(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    return -psi * o.sigmoid(theta * psi), theta * o.sigmoid(-theta * psi)


def _wgan(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    return -psi, theta


def _penalised(weight: int) -> Field:
    """The bare game with −γ w ψ on the discriminator's side, the slope of −γ w ψ²/2: D has the slope ψ everywhere."""

    def field(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
        down, up = _gan(theta, psi, gamma, o)
        return down, up - weight * gamma * psi

    return field


def _gradient_penalty(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    return -psi, theta - gamma * (psi - o.sign(psi))


def _instance_noise(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    # every sample is moved by +s or −s, s² = γ
    s = o.sqrt(gamma)
    fake = [(x, o.sigmoid(-x * psi)) for x in (theta + s, theta - s)]
    real = [(x, o.sigmoid(x * psi)) for x in (s, -s)]
    down = -psi * sum(slope for _, slope in fake) / 2
    return down, sum(x * slope for x, slope in fake) / 2 - sum(x * slope for x, slope in real) / 2


def _consensus(theta: Any, psi: Any, gamma: Any, o: Any) -> tuple[Any, Any]:
    # v − γ ∇ |v|²/2, with |v|² = f'(θψ)² (θ² + ψ²)
    down, up = _gan(theta, psi, gamma, o)
    slope = o.sigmoid(-theta * psi)
    square = theta * theta + psi * psi
    bend = slope * slope * o.sigmoid(theta * psi) * square
    return down - gamma * (slope * slope * theta - bend * psi), up - gamma * (slope * slope * psi - bend * theta)


GAMES: dict[str, Game] = {
    game.name: game
    for game in (
        Game("gan", "θ' = −ψ f'(θψ), ψ' = θ f'(θψ)", _gan),
        Game("non_saturating", "θ' = −ψ f'(−θψ), ψ' = θ f'(θψ)", _non_saturating),
        Game("relativistic", "θ' = −ψ f'(−θψ), ψ' = θ f'(θψ)", _non_saturating),
        Game("wgan", "θ' = −ψ, ψ' = θ", _wgan),
        Game("wgan_clipped", "θ' = −ψ, ψ' = θ, ψ kept in [−γ, γ]", _wgan, clips=True),
        Game("wgan_gp", "θ' = −ψ, ψ' = θ − γ (ψ − sign ψ)", _gradient_penalty),
        Game("instance_noise", "the gan, every sample moved by ±√γ", _instance_noise, damped=True),
        Game("r1", "the gan, less γ ψ²/2 at the data", _penalised(1), damped=True),
        Game("r2", "the gan, less γ ψ²/2 at the samples", _penalised(1), damped=True),
        Game("r1_r2", "the gan, less both", _penalised(2), damped=True),
        Game("consensus", "the gan's v, less γ ∇ |v|²/2", _consensus, damped=True),
    )
}


def simultaneous(game: Game, theta: Any, psi: Any, gamma: Any, h: Any, o: Any) -> tuple[Any, Any]:
    """One step of both players at once: (θ + h θ', ψ + h ψ')."""
    down, up = game.field(theta, psi, gamma, o)
    return theta + h * down, psi + h * up


def alternating(game: Game, theta: Any, psi: Any, gamma: Any, h: Any, o: Any) -> tuple[Any, Any]:
    """One step of the generator, then one of the discriminator, which sees it."""
    moved = theta + h * game.field(theta, psi, gamma, o)[0]
    return moved, psi + h * game.field(moved, psi, gamma, o)[1]


def trajectory(
    game: Game, start: tuple[float, float], *, h: float, steps: int, gamma: float = 1.0, alternate: bool = False
) -> np.ndarray:
    """The path (steps + 1, 2) of (θ, ψ) from `start`, by steps of length h.

    >>> path = trajectory(GAMES["wgan"], (1.0, 0.0), h=0.5, steps=2)
    >>> (path**2).sum(-1).tolist()
    [1.0, 1.25, 1.5625]

    Raises InvalidParameter for a step or a γ that is negative or not finite.
    """
    for value, name in ((h, "h"), (gamma, "gamma")):
        if not 0 <= value < np.inf:
            raise InvalidParameter(
                f"{value!r} is negative or not finite", argument=name, value=value, remedy="give a number from 0 on"
            )
    o, step = numpy_words(), alternating if alternate else simultaneous
    path = np.empty((steps + 1, 2))
    path[0] = start
    for n in range(steps):
        theta, psi = (np.asarray(x) for x in path[n])
        theta, psi = step(game, theta, psi, np.asarray(gamma), h, o)
        path[n + 1] = theta, (max(-gamma, min(float(psi), gamma)) if game.clips else psi)
    return path
