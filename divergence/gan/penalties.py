"""What is added to a discriminator's loss so that training comes to rest: R1, R2, the gradient penalty, weight limits.

A critic here is a function of points (E, n, d) to logits (E, n); each penalty returns one number per member, (E,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Critic = Callable[[Tensor], Tensor]


def slopes(critic: Critic, x: Tensor) -> Tensor:
    """∇ₓ D at points (E, n, d), (E, n, d), itself differentiable in the critic's parameters."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]


def squared_slope(critic: Critic, x: Tensor) -> Tensor:
    """E |∇ₓ D|² over points (E, n, d): R1 where they are data, R2 where they are samples (Mescheder et al. 2018)."""
    return slopes(critic, x).square().sum(-1).mean(-1)


def gradient_penalty(
    critic: Critic, real: Tensor, fake: Tensor, mix: Tensor, aim: float = 1.0, one_sided: bool = False
) -> Tensor:
    """E (|∇ₓ D| - aim)² at x = mix·real + (1 - mix)·fake, `mix` (E, n) uniform on [0, 1] (Gulrajani et al. 2017).

    `one_sided` forgives slopes below `aim` (Petzka et al. 2018): the two-sided penalty pushes a critic that is flat at
    first to slope 1 whichever way it leans, and may hold it on the wrong side.
    """
    share = mix.unsqueeze(-1)
    slope = slopes(critic, share * real + (1 - share) * fake)
    over = torch.linalg.vector_norm(slope, dim=-1) - aim
    return (over.relu() if one_sided else over).square().mean(-1)


@torch.no_grad()
def confine(parameters: Sequence[Tensor], reach: float) -> None:
    """Every weight cut to [-reach, reach], in place: the first WGAN's way to bound the Lipschitz constant."""
    for weight in parameters:
        weight.copy_(weight.minimum(torch.full_like(weight, reach)).maximum(torch.full_like(weight, -reach)))
