"""The gradient (T, -R) of a row for jax, forward and reverse: finite or infinite where autodiff gives nan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from .. import slopes
from ..generators import Generator

# u · slope with 0 · inf = 0: nothing moved, or nothing asked, makes nothing of an infinite slope. A bilinear word of
# its own, so that jax transposes it as a whole: it would refuse to transpose the comparison of u with 0.
_times_p = Primitive("divergence_times")
_times = _times_p.bind


def _multiplied(u: Any, slope: Any) -> Any:
    return jnp.where((u == 0) & jnp.isinf(slope), jnp.zeros_like(u), u * slope)


_times_p.def_impl(jax.jit(_multiplied))
_times_p.def_abstract_eval(lambda u, slope: u)
mlir.register_lowering(_times_p, mlir.lower_fun(_multiplied, multiple_results=False))
ad.defbilinear(_times_p, lambda ct, u, slope: _times(ct, slope), lambda ct, u, slope: _times(ct, u))


def _mapped(args: Any, axes: Any) -> Any:
    size = next(x.shape[axis] for x, axis in zip(args, axes) if axis is not None)
    fronts = (
        jnp.broadcast_to(x, (size, *x.shape)) if axis is None else jnp.moveaxis(x, axis, 0)
        for x, axis in zip(args, axes)
    )
    return _times(*fronts), 0


batching.primitive_batchers[_times_p] = _mapped


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _perspective(row: Generator, terms: Callable[..., Any], p: Any, q: Any) -> Any:
    """q f(p/q) elementwise; d/dp = T(v) and d/dq = -R(v) = T_reverse(-v), v = log p - log q."""
    return terms(row, p, q)


@_perspective.defjvp
def _perspective_moves(row: Generator, terms: Callable[..., Any], at: Any, along: Any) -> Any:
    (p, q), (dp, dq) = at, along
    moved = _times(dp, _slope(row, p, q)) + _times(dq, _slope(row.reverse, q, p))
    return _perspective(row, terms, p, q), moved


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _slope(row: Generator, p: Any, q: Any) -> Any:
    """T(v), the derivative by p of q f(p/q), with its own derivatives."""
    return slopes.of_masses(row, p, q)


@_slope.defjvp
def _slope_moves(row: Generator, at: Any, along: Any) -> Any:
    by_p, by_q = slopes.bends_of_masses(row, *at)
    return _slope(row, *at), _times(along[0], by_p) + _times(along[1], by_q)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _log_perspective(row: Generator, terms: Callable[..., Any], log_p: Any, log_q: Any, v: Any) -> Any:
    """q f(p/q) elementwise from log p and log q; d/dlog p = p T(v), d/dlog q = q T_reverse(-v)."""
    return terms(row, log_p, log_q, v)


@_log_perspective.defjvp
def _log_perspective_moves(row: Generator, terms: Callable[..., Any], at: Any, along: Any) -> Any:
    value = _log_perspective(row, terms, *at)
    by_p, by_q = _log_slopes(row, *at, value)
    return value, _times(along[0], by_p) + _times(along[1], by_q)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _log_slopes(row: Generator, log_p: Any, log_q: Any, v: Any, value: Any) -> Any:
    """p T(v) and q T_reverse(-v). Each moves by itself with its own logarithm, and both bend by the same p T'(v)."""
    return slopes.of_logs(row, log_p, log_q, v, value)


@_log_slopes.defjvp
def _log_slopes_move(row: Generator, at: Any, along: Any) -> Any:
    log_p, log_q, v, _ = at
    by_p, by_q = _log_slopes(row, *at)
    apart = _times(along[0] - along[1], slopes.bend_of_logs(row, log_p, log_q, v))
    return (by_p, by_q), (_times(along[0], by_p) + apart, _times(along[1], by_q) - apart)


def perspective(row: Generator, p: Any, q: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, p, q)` with the row's own gradient."""
    return _perspective(row, terms, p, q)


def log_perspective(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Callable[..., Any]) -> Any:
    """`terms(row, log_p, log_q, v)` with the row's own gradient; v is a constant, given with log_p and log_q."""
    return _log_perspective(row, terms, log_p, log_q, v)
