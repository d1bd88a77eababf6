"""Rows made of a row: skewed towards the second law, and symmetrised. What holds for a row holds for these.

With m = (1 − w) p + w q the skewed row is Σ m f(p/m). Its critic needs no formula of its own: by Fenchel it is
T(u) − (1 − w) R(u) at u = log p/m, with the critic T and the penalty R of the row itself.
"""

from __future__ import annotations

from typing import Any

from .generators import FAMILIES, Generator


def skew(row: Generator, weight: Any) -> Generator:
    """Σ m f(p/m), m = (1 − w) p + w q: the divergence of P from the mixture, 0 < w ≤ 1. `weight` may be a symbol."""
    if weight == 1:
        return row
    return Generator(
        f"skew({row.name}, {weight})",
        f"{row.formula}, with q := {1 - weight} p + {weight} q",
        f=lambda t, s, o: _from_first(row, t, s, weight, o),
        critic=row.critic and (lambda v, o: _slope(row, -o.log_mix_exp(-v, weight), weight, o)),
        conjugate=None,
        reversed=lambda: skew_reversed(row, weight),
        kinks=tuple(weight * k / (1 - (1 - weight) * k) for k in row.kinks if (1 - weight) * k < 1),
        parameters={"row": row, "weight": weight},
    )


def skew_reversed(row: Generator, weight: Any) -> Generator:
    """Σ m f(q/m), m = w p + (1 − w) q: `skew` with its arguments exchanged."""
    forward = skew(row, weight)
    return Generator(
        f"skew_reversed({row.name}, {weight})",
        f"{row.formula}, with p := q and q := {weight} p + {1 - weight} q",
        # m' f(1/m') with m' = w t + 1 − w, which the reverse row knows
        f=lambda t, s, o: row.reverse.f(weight * t + (1 - weight), weight * s, o),
        critic=row.critic and (lambda v, o: weight * row.reverse.critic(o.log_mix_exp(v, weight), o)),
        conjugate=None,
        reversed=lambda: forward,
        kinks=tuple(1 / k for k in forward.kinks if k != 0),
        parameters={"row": row, "weight": weight},
    )


def symmetrised(row: Generator) -> Generator:
    """½ Σ q f(p/q) + ½ Σ p f(q/p)."""
    if row.symmetric:
        return row
    name = f"symmetrised({row.name})"
    return Generator(
        name,
        f"½ ({row.formula}) + ½ ({row.reverse.formula})",
        f=lambda t, s, o: (row.f(t, s, o) + row.reverse.f(t, s, o)) / 2,
        critic=row.critic and (lambda v, o: (row.critic(v, o) + row.reverse.critic(v, o)) / 2),
        conjugate=None,
        reversed=name,
        kinks=tuple({*row.kinks, *row.reverse.kinks}),
        powers=tuple((c / 2, a) for half in (row, row.reverse) for c, a in half.powers),
        parameters={"row": row},
    )


def _from_first(row: Generator, t: Any, s: Any, weight: Any, o: Any) -> Any:
    m = (1 - weight) * t + weight
    return m * row.f(o.over(t, m), weight * s / m, o)


def _slope(row: Generator, u: Any, weight: Any, o: Any) -> Any:
    return o.sum_led_by(row.critic(u, o), (1 - weight) * row.reverse.critic(-u, o))


FAMILIES.update({family.__name__: family for family in (skew, skew_reversed, symmetrised)})
