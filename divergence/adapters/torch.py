"""The gradient (T, -R) of a row for torch: finite or infinite where autograd would give nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..generators import Generator
from ..ops import words


class _Perspective(torch.autograd.Function):
    """q f(p/q) elementwise; d/dp = T(v) and d/dq = -R(v) = T_reverse(-v), v = log p - log q."""

    generate_vmap_rule = True

    @staticmethod
    def forward(p: Any, q: Any, row: Generator, terms: Callable[..., Any]) -> Any:
        return terms(row, p, q)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        p, q, ctx.row, _ = inputs
        ctx.save_for_backward(p, q)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        p, q = ctx.saved_tensors
        o = words(p)
        empty = (p == 0) & (q == 0)  # an atom that neither has: the row is 0 along every direction that keeps it so
        a, b = torch.where(empty, 1, p), torch.where(empty, 1, q)
        v = torch.log(a) - torch.log(b)
        return gradients[0] * ctx.row.critic(v, o), gradients[0] * ctx.row.reverse.critic(-v, o), None, None


def terms_with_gradient(row: Generator, p: Any, q: Any, terms: Callable[..., Any]) -> Any:
    return _Perspective.apply(p, q, row, terms)
