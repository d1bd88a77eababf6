"""The losses of a GAN, from any row.

The discriminator hands in logits v(x), read as its estimate of log p_data/p_g, so that D = sigmoid(v). For every row
the variational bound is E_data T(v) - E_g R(v) with the row's critic T and penalty R, at most D_f(p_data||p_g), equal
to it at v = log p_data/p_g. For the js row it is half of Goodfellow's V(D, G) plus log 2.
"""

from __future__ import annotations

from typing import Any

from ..errors import InvalidParameter
from ..generators import Generator
from ..ops import words

Array = Any


def bound(row: Generator, real: Array, fake: Array) -> Array:
    """E_data T(v) - E_g R(v), means over the last axis of the logits: what the discriminator maximises."""
    refuse_steps(row)
    o = words(real, fake)
    return o.xp.mean(row.critic(real, o), axis=-1) - o.xp.mean(row.penalty(fake, o), axis=-1)


def discriminator_loss(row: Generator, real: Array, fake: Array) -> Array:
    """-(E_data T(v) - E_g R(v)), to be minimised over v; logits (..., n), result (...)."""
    return -bound(row, real, fake)


def generator_loss(row: Generator, fake: Array) -> Array:
    """-E_g R(v), to be minimised over the generator: the saturating loss, log(1 - D) up to scale for the js row.

    At the best discriminator its gradient is that of D_f(p_data||p_g).
    """
    refuse_steps(row)
    o = words(fake)
    return -o.xp.mean(row.penalty(fake, o), axis=-1)


def non_saturating_loss(row: Generator, fake: Array) -> Array:
    """-E_g T(v), to be minimised over the generator: -log D up to scale and a constant for the js row.

    It has the fixed point of `generator_loss`, p_g = p_data, and another objective on the way there.
    """
    refuse_steps(row)
    o = words(fake)
    return -o.xp.mean(row.critic(fake, o), axis=-1)


def refuse_steps(row: Generator) -> None:
    if row.kinks:
        raise InvalidParameter(
            f"the best critic of {row.name} is a step, whose gradient is 0 almost everywhere",
            argument="row",
            value=row.name,
            remedy="train on a smooth row, such as js or squared_hellinger; both bound total_variation on either side",
        )
