"""Steps on the parameters of all members at once: one buffer, a rate per member, a dozen operations a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class Adam:
    """Kingma and Ba's rule; `parts` are the parameters (E, …), views of one buffer, and `fall` scales every rate.

    With `plain` the step is the gradient itself, whose length Adam would hide.
    """

    def __init__(self, parts: Sequence[Tensor], rate: Any, betas: tuple[float, float], plain: bool = False):
        self.plain = plain
        self.members, self.betas, self.fall, self.count = parts[0].shape[0], betas, 1.0, 0
        self.flat = torch.cat([part.reshape(-1) for part in parts])
        self.parts, start = [], 0
        for part in parts:
            end = start + part.numel()
            self.parts.append(self.flat[start:end].view(part.shape).requires_grad_())
            start = end
        self.mean, self.square = torch.zeros_like(self.flat), torch.zeros_like(self.flat)
        self.rate = self._rates(rate) if isinstance(rate, tuple) else rate

    def _rates(self, rate: tuple[float, ...]) -> Tensor:
        from ..errors import ShapeMismatch

        if len(rate) != self.members:
            raise ShapeMismatch(
                f"{len(rate)} rates for {self.members} members", argument="rate", remedy="give one, or one per member"
            )
        own = torch.tensor(rate, device=self.flat.device)
        return torch.cat([own.repeat_interleave(part[0].numel()) for part in self.parts])

    @torch.no_grad()
    def follow(self, gradients: Sequence[Tensor]) -> None:
        """One step down the gradients, which come in the order of `parts`."""
        gradient = torch.cat([part.reshape(-1) for part in gradients])
        if self.plain:
            self.flat.add_(gradient * self.rate, alpha=-self.fall)
            return
        slow, fast = self.betas
        self.count += 1
        self.mean.lerp_(gradient, 1 - slow)
        self.square.mul_(fast).addcmul_(gradient, gradient, value=1 - fast)
        length = (self.square / (1 - fast**self.count)).sqrt_().add_(1e-8)  # as the rule is defined
        scale = -self.fall / (1 - slow**self.count)
        if isinstance(self.rate, Tensor):
            self.flat.addcdiv_(self.mean * self.rate, length, value=scale)
        else:
            self.flat.addcdiv_(self.mean, length, value=scale * self.rate)

    @torch.no_grad()
    def finite(self) -> Tensor:
        """(E,): whose parameters are all numbers."""
        return torch.stack([torch.isfinite(part).reshape(self.members, -1).all(1) for part in self.parts]).all(0)

    def state(self) -> dict[str, Any]:
        return {"flat": self.flat, "mean": self.mean, "square": self.square, "count": self.count}

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        for name in ("flat", "mean", "square"):
            getattr(self, name).copy_(state[name])
        self.count = state["count"]
