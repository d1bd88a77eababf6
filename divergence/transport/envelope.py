"""Derivatives of entropic transport by the envelope theorem: at the solution potentials and plan count as fixed."""

from __future__ import annotations

from typing import Any

from .. import ops
from .debiased import Found
from .gibbs import Broadcast, Squares, Tiles, blocks, moments

Array = Any


def mass_slopes(found: Found) -> tuple[Array, Array]:
    """∂OT/∂a (n,) and ∂OT/∂b (m,), up to a constant where masses are kept."""
    rho = found.term.rho
    if rho is None:
        return found.f, found.g
    xp, scale = ops.namespace(found.f), found.term.scale
    whole = (rho + found.term.epsilon) * scale
    return tuple(-whole * xp.expm1(-h / (rho * scale)) for h in (found.f, found.g))  # type: ignore[return-value]


def point_slopes(found: Found, sources: bool) -> Array:
    """Σ_j π_ij ∂c(x_i, y_j)/∂x_i, (n, d); of the targets where not `sources`."""
    term = found.term
    cost, p, q, (f, g) = term.cost, term.p, term.q, found.inner
    shift = term.shift
    if not sources:
        cost, p, q, f, g = cost.transposed(), q, p, g, f
        shift = None if shift is None else -shift
    xp = ops.namespace(f)
    if isinstance(cost, Squares):
        kept = cost.among(p.there, q.there)
        f, g, a, b = f[p.there], g[q.there], p.positive, q.positive
        sums = moments(kept, f, g, b, xp.concat([kept.y, xp.ones_like(b)[:, None]], axis=1), term.epsilon)
        places = kept.x if shift is None else kept.x + shift
        found_there = 2 * a[:, None] * (places * sums[:, -1:] - sums[:, :-1])
        slopes = xp.zeros_like(p.points)
        slopes[p.there] = found_there * (term.scale / term.unit)
        return slopes
    assert isinstance(cost, Tiles)
    assert isinstance(cost.cost, Broadcast)
    return _through(cost, p.masses, f, g, q.masses, term.epsilon) * (term.scale / term.unit)


def _through(cost: Tiles, a: Array, f: Array, g: Array, b: Array, epsilon: float) -> Array:
    """By the derivative that torch finds of the cost, a tile at a time."""
    xp = ops.namespace(f)
    inner = cost.cost
    assert isinstance(inner, Broadcast)
    x = ops.fixed(inner.x) * 1.0
    x.requires_grad_(True)
    tile = cost.exponents(f, g, epsilon)
    for rows in blocks(cost, f):
        weights = a[rows][:, None] * b
        plan = weights * xp.exp(xp.where(weights > 0, tile(rows), xp.zeros_like(weights)))
        xp.sum(plan * inner.cost(x[rows][:, None, :], inner.y[None, :, :])).backward()
    return xp.zeros_like(x) if x.grad is None else x.grad
