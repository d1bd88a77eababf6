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
        (upstream,) = gradients
        by_p = _times(upstream, _Slope.apply(p, q, ctx.row))
        by_q = _times(upstream, _Slope.apply(q, p, ctx.row.reverse))
        return by_p, by_q, None, None


class _Slope(torch.autograd.Function):
    """T(v), the derivative by p of q f(p/q). Its own derivatives are T'(v)/p by p and -T'(v)/q by q.

    The second is the mixed derivative, which the reverse row has too, as -T'_reverse(-v)/p: the side whose mass is the
    larger is taken, which has a value where p = 0.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(p: Any, q: Any, row: Generator) -> Any:
        return row.critic(_log_ratio(p, q), words(p))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        p, q, ctx.row = inputs
        ctx.save_for_backward(p, q)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        p, q = ctx.saved_tensors
        (upstream,) = gradients
        v = _log_ratio(p, q)
        bend = _bend(ctx.row, v)
        mixed = torch.where(p <= q, bend / q, _bend(ctx.row.reverse, -v) / p)
        neither = (p == 0) & (q == 0)
        by_p, by_q = (torch.where(neither, 0, x) for x in (bend / p, -mixed))
        return _times(upstream, by_p), _times(upstream, by_q), None


class _LogPerspective(torch.autograd.Function):
    """q f(p/q) elementwise from log p and log q; d/dlog p = p T(v), d/dlog q = q T_reverse(-v).

    No finite step moves a log-mass of -inf, so its derivative is 0.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(log_p: Any, log_q: Any, v: Any, row: Generator, terms: Callable[..., Any]) -> Any:
        return terms(row, log_p, log_q, v)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        log_p, log_q, v, ctx.row, _ = inputs
        ctx.save_for_backward(log_p, log_q, v, output)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        log_p, log_q, v, value = ctx.saved_tensors
        (upstream,) = gradients
        o = words(log_p)
        no_p, no_q = log_p == -torch.inf, log_q == -torch.inf
        if v is None:
            neither = no_p & no_q
            v = torch.where(neither, 0, log_p) - torch.where(neither, 0, log_q)
        slope_p, slope_q = ctx.row.critic(v, o), ctx.row.reverse.critic(-v, o)
        steep_p, steep_q = torch.isinf(slope_p), torch.isinf(slope_q)
        by_p = torch.exp(log_p) * torch.where(steep_p, 0, slope_p)
        by_q = torch.exp(log_q) * torch.where(steep_q, 0, slope_q)
        # the value is the sum of both (it is 1-homogeneous): where one slope overflows, the other tells it
        by_p, by_q = (
            torch.where(steep_p, torch.where(steep_q, slope_p, value - by_q), by_p),
            torch.where(steep_q, torch.where(steep_p, slope_q, value - by_p), by_q),
        )
        by_p, by_q = torch.where(no_p, 0, by_p), torch.where(no_q, 0, by_q)
        return _times(upstream, by_p), _times(upstream, by_q), None, None, None


def perspective(row: Generator, p: Any, q: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, p, q)` with the row's own gradient."""
    return _Perspective.apply(p, q, row, terms)


def log_perspective(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, log_p, log_q, v)` with the row's own gradient; v is a constant, given with log_p and log_q."""
    return _LogPerspective.apply(log_p, log_q, v, row, terms)


def _log_ratio(p: Any, q: Any) -> Any:
    """log p/q, exact near p = q; 0 for an atom that neither has, where no direction that keeps it so sees the row."""
    neither = (p == 0) & (q == 0)
    p, q = torch.where(neither, 1, p), torch.where(neither, 1, q)
    excess = (p - q) / q
    near = torch.abs(excess) < 0.5
    return torch.where(near, torch.log1p(torch.where(near, excess, 0)), torch.log(p) - torch.log(q))


def _bend(row: Generator, v: Any) -> Any:
    """T'(v) elementwise."""
    pull = torch.func.vjp(lambda x: row.critic(x, words(x)), v)[1]
    return pull(torch.ones_like(v))[0]


def _times(upstream: Any, slope: Any) -> Any:
    """upstream · slope, where nothing upstream makes nothing of an infinite slope."""
    return torch.where((upstream == 0) & torch.isinf(slope), 0, upstream * slope)
