"""From a row to two laws: its term q f(p/q) at a point, its sum over atoms, and what its minimum says of the laws."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from . import rules
from .rows import strict_minimum
from .rules import Step
from .symbols import POINT, Expr, p, q, read

Law = tuple[Expr, ...]


def term(name: str) -> Expr:
    """q f(p/q) for the smooth row called `name`."""
    (piece,) = read(name).pieces()
    return q * piece.f(read(name).row).subs(piece.t, p / q)


def divergence(name: str, first: Law, second: Law) -> Expr:
    """The sum of q f(p/q) over the atoms of two positive laws, exactly."""
    return sum((term(name).subs({p: n, q: m}) for n, m in zip(first, second)), sp.Integer(0))


def separation(name: str) -> Iterator[Step]:
    """The steps to q f(p/q) >= 0, equal to 0 only at p = q, which is the last of them."""
    reading = read(name)
    (piece,) = reading.pieces()
    *steps, minimum = strict_minimum(reading.row, piece)
    zero = rules.identity(piece.f(reading.row).subs(piece.t, 1), 0, POINT, name="f(1)")
    yield from (*steps, minimum, zero)
    yield rules.perspective(minimum, zero, p, q)
