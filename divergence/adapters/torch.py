"""The gradient (T, -R) of a row for torch: finite or infinite where autograd would give nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .. import slopes
from ..generators import Generator


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
    """T(v), the derivative by p of q f(p/q), with its own derivatives."""

    generate_vmap_rule = True

    @staticmethod
    def forward(p: Any, q: Any, row: Generator) -> Any:
        return slopes.of_masses(row, p, q)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        p, q, ctx.row = inputs
        ctx.save_for_backward(p, q)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (upstream,) = gradients
        by_p, by_q = slopes.bends_of_masses(ctx.row, *ctx.saved_tensors)
        return _times(upstream, by_p), _times(upstream, by_q), None


class _LogPerspective(torch.autograd.Function):
    """q f(p/q) elementwise from log p and log q; d/dlog p = p T(v), d/dlog q = q T_reverse(-v)."""

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
        (upstream,) = gradients
        by_p, by_q = _LogSlopes.apply(*ctx.saved_tensors, ctx.row)
        return _times(upstream, by_p), _times(upstream, by_q), None, None, None


class _LogSlopes(torch.autograd.Function):
    """p T(v) and q T_reverse(-v). Each moves by itself with its own logarithm, and both bend by the same p T'(v)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(log_p: Any, log_q: Any, v: Any, value: Any, row: Generator) -> Any:
        return slopes.of_logs(row, log_p, log_q, v, value)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        log_p, log_q, v, _, ctx.row = inputs
        ctx.save_for_backward(log_p, log_q, v, *output)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (on_p, on_q), (log_p, log_q, v, by_p, by_q) = gradients, ctx.saved_tensors
        apart = _times(on_p - on_q, slopes.bend_of_logs(ctx.row, log_p, log_q, v))
        return _times(on_p, by_p) + apart, _times(on_q, by_q) - apart, None, None, None


class _Elementwise(torch.autograd.Function):
    """A function of each atom whose derivatives are given: where automatic ones would be nan."""

    generate_vmap_rule = True

    @staticmethod
    def forward(p: Any, q: Any, value: Callable[..., Any], slopes: Callable[..., Any]) -> Any:
        return value(p) if q is None else value(p, q)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        p, q, _, ctx.slopes = inputs
        ctx.save_for_backward(p, q)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        p, q = ctx.saved_tensors
        (upstream,) = gradients
        found = [_times(upstream, slope) for slope in (ctx.slopes(p) if q is None else ctx.slopes(p, q))]
        return found[0], None if q is None else found[1], None, None


def elementwise(value: Callable[..., Any], slopes: Callable[..., Any], p: Any, q: Any = None) -> Any:
    """`value(p, q)`, or `value(p)`, with the derivatives `slopes` of the same."""
    return _Elementwise.apply(p, q, value, slopes)


def perspective(row: Generator, p: Any, q: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, p, q)` with the row's own gradient."""
    return _Perspective.apply(p, q, row, terms)


def log_perspective(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, log_p, log_q, v)` with the row's own gradient; v is a constant, given with log_p and log_q."""
    return _LogPerspective.apply(log_p, log_q, v, row, terms)


def _times(upstream: Any, slope: Any) -> Any:
    """upstream · slope, where nothing upstream makes nothing of an infinite slope."""
    return torch.where((upstream == 0) & torch.isinf(slope), 0, upstream * slope)
