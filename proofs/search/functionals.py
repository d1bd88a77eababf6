"""What a functional of a sentence means: in floats by the shipped numerics, in balls, and as an expression.

Every functional is brought to rows first: `canonical` writes renyi(a) as the logarithm of an affinity, which the row
power(a) knows, and D(Q||P) as the reverse row at (P, Q).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from flint import acb, arb

from divergence import affinity, generators
from divergence.certified import balls
from divergence.f_divergence import ROWS, member
from divergence.generators import Generator
from divergence.ops import quiet

from ..rules import Sides
from ..symbols import Expr, S, t
from .sentence import Binary, Call, Node, Number, Value, fold

Laws = Mapping[str, Any]
_ROWS = {Fraction(0): "reverse_kl", Fraction(1): "kl"}  # what a member of power is called in the table


# --- in rows


def canonical(node: Node, laws: Sequence[str]) -> Node:
    """The expression in rows alone, those of two laws at (first, second)."""
    if isinstance(node, Value):
        return _canonical(node, laws)
    if isinstance(node, Call):
        return Call(node.function, canonical(node.argument, laws))
    if isinstance(node, Binary):
        return Binary(node.operator, canonical(node.left, laws), canonical(node.right, laws))
    return node


def _canonical(value: Value, laws: Sequence[str]) -> Node:
    if value.laws[0] == value.laws[1]:
        return Number(Fraction(0))
    (a,) = value.parameters or (Fraction(1, 2),)
    if value.name == "bhattacharyya" or (value.name == "renyi" and a != 1):
        excess = Number(a * (a - 1))  # of the affinity over 1, in units of power(a)
        affinity = Binary("+", Number(Fraction(1)), _times(excess.value, Value("power", (a,), value.laws)))
        scale = Fraction(-1) if value.name == "bhattacharyya" else 1 / (a - 1)
        return _times(scale, Call("log", canonical(affinity, laws)))
    name, parameters, pair = value.name, value.parameters, value.laws
    if len(laws) == 2 and pair != tuple(laws):
        pair = (pair[1], pair[0])
        if name == "power":
            a, parameters = 1 - a, (1 - a,)
        elif name == "hockey_stick":
            name = "reverse_hockey_stick"
        elif name != "renyi":
            name = generators.GENERATORS[name].reverse.name
    if name == "renyi":
        return Value("kl" if pair == value.laws else "reverse_kl", (), pair)
    if name == "power":
        if a in _ROWS:
            return Value(_ROWS[a], (), pair)
        for table, scale, order in (("squared_hellinger", 4, Fraction(1, 2)), ("pearson", Fraction(1, 2), 2)):
            if a == order:
                return _times(Fraction(scale), Value(table, (), pair))
        if a == -1:
            return _times(Fraction(1, 2), Value("neyman", (), pair))
    if name.endswith("hockey_stick") and parameters == (1,):
        return Value("total_variation", (), pair)
    return Value(name, parameters, pair)


def _times(c: Fraction, node: Node) -> Node:
    if isinstance(node, Binary) and node.operator == "*" and isinstance(node.left, Number):
        return _times(c * node.left.value, node.right)
    return node if c == 1 else Binary("*", Number(c), node)


@cache
def row(value: Value, kind: type = Fraction) -> Generator:
    """The row of a canonical functional, with parameters of this kind."""
    if value.name in generators.GENERATORS:
        return generators.GENERATORS[value.name]
    (a,) = value.parameters
    return generators.FAMILIES[value.name](sp.Rational(a.numerator, a.denominator) if kind is sp.Rational else kind(a))


# --- in floats


class _Floats:
    number, log, sqrt, exp = np.float64, np.log, np.sqrt, np.exp

    @staticmethod
    def power(x: Any, c: Fraction) -> Any:
        return x ** int(c) if c.denominator == 1 else x ** float(c)


def floats(node: Node, laws: Laws) -> np.ndarray:
    """The expression on masses (n, k), by what users call; nan where it is not defined."""

    def shipped(value: Value) -> Any:
        first, second = (laws[name] for name in value.laws)
        return _functional(value)(first, second)

    with quiet():
        return np.asarray(fold(node, _Floats, shipped), float)


@cache
def _functional(value: Value) -> Any:
    if value.name == "bhattacharyya":
        return affinity.bhattacharyya
    if not value.parameters:
        return ROWS[value.name]
    a = float(value.parameters[0])
    return affinity.renyi(a) if value.name == "renyi" else member(generators.FAMILIES[value.name], a)


# --- in balls


class _Balls:
    log, sqrt, exp = (staticmethod(getattr(arb, name)) for name in ("log", "sqrt", "exp"))

    @staticmethod
    def number(x: Fraction) -> arb:
        return balls.ball(x)

    @staticmethod
    def power(x: arb, c: Fraction) -> arb:
        if c.denominator == 1:
            return x ** int(c) if c >= 0 else 1 / x ** int(-c)
        if c.denominator == 2:
            return _Balls.power(x.sqrt(), 2 * c)
        zero = bool(x == 0)
        return arb(0) if zero and c > 0 else balls.power(x, c)


def in_balls(node: Node, laws: Mapping[str, Sequence[Fraction]], bits: int = 256) -> arb:
    """The canonical expression at rational laws: an interval, infinite where it is, nan where it is not defined."""

    def of(value: Value) -> arb:
        return sum((_atom(value, p, q) for p, q in zip(*(laws[name] for name in value.laws))), arb(0))

    with balls.precision(bits):
        return fold(node, _Balls, of)


def _atom(value: Value, p: Fraction, q: Fraction) -> arb:
    """q f(p/q), from f(0) and f'(inf) where one of them is 0."""
    if p == q:
        return arb(0)
    exact = balls.with_exact_parameters(row(value))
    if p == 0 or q == 0:
        seen, side = (r if p == 0 else r.reverse for r in (row(value, float), exact))
        return arb.pos_inf() if seen.at_zero == math.inf else balls.ball(p + q) * balls.at_zero(side)
    ratio = p / q
    at, gap = acb(balls.ball(ratio)), acb(balls.ball(ratio - 1))
    return balls.ball(q) * exact.f(at, gap, balls.BallWords()).real


# --- as expressions


class _Symbols:
    log, sqrt, exp = sp.log, sp.sqrt, sp.exp

    @staticmethod
    def number(x: Fraction) -> Expr:
        return sp.Rational(x.numerator, x.denominator)

    @staticmethod
    def power(x: Expr, c: Fraction) -> Expr:
        return x ** sp.Rational(c.numerator, c.denominator)


def expression(node: Node, of: Any) -> Expr:
    """The canonical expression with `of` for its functionals."""
    return sp.sympify(fold(node, _Symbols, of))


def f(value: Value, at: Expr) -> Expr:
    """f of the functional's row at a ratio."""
    return row(value, sp.Rational).f(at, at - 1, S)


def sides(value: Value) -> Sides:
    """f on (0, 1), and the f of its reverse, which is f on (1, inf)."""
    found = row(value, sp.Rational)
    left, right = (side.f(t, t - 1, S).xreplace({sp.Abs(t - 1): 1 - t}) for side in (found, found.reverse))
    return left, right


def symmetric(value: Value) -> bool:
    return row(value).symmetric


def exact(node: Node, laws: Mapping[str, Sequence[Fraction]]) -> Expr:
    """The canonical expression at rational laws, as a number of sympy."""

    def of(value: Value) -> Expr:
        return sp.Add(*(_exact_atom(value, p, q) for p, q in zip(*(laws[name] for name in value.laws))))

    return expression(node, of)


def _exact_atom(value: Value, p: Fraction, q: Fraction) -> Expr:
    if p == q:
        return sp.Integer(0)
    weight = sp.Rational(q.numerator, q.denominator)
    if p == 0 or q == 0:
        side = sides(value)[0 if p == 0 else 1]
        return sp.Rational((p + q).numerator, (p + q).denominator) * sp.limit(side, t, 0, "+")
    return weight * f(value, sp.Rational((p / q).numerator, (p / q).denominator))
