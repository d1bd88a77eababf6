"""The symbols of the proofs, the open boxes they range over, and how a row is read on them.

A row with kinks is read piece by piece. Left of a kink k the ratio is t = k/(1 + w), right of it t = k (1 + w), with
w > 0 in both, so that every |.| and max(., 0) of the row resolves by signs alone. A family is read once for each range
of its parameter on which one formula holds, the parameter being written in a positive symbol too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from divergence import generators
from divergence.generators import Generator
from divergence.symbol_words import SymbolWords

Expr = Any  # a sympy expression: its operators are not typed
oo = sp.oo
S = SymbolWords()

t = sp.Symbol("t", positive=True)  # the ratio p/q
w = sp.Symbol("w", positive=True)  # the distance from a kink, |log(t/k)| = log(1 + w)
c = sp.Symbol("c", positive=True)  # the parameter of a family
p, q, a, b = sp.symbols("p q a b", positive=True)
x = sp.Symbol("x", positive=True)  # what a discriminator says, in (0, 1)
v, u, y = sp.symbols("v u y", real=True)  # log t, the argument of a conjugate, a label

_KINDS = (sp.Symbol("_", positive=True).assumptions0, sp.Symbol("_", real=True).assumptions0)


class Rejected(Exception):
    """A rule says no: the statement is false, undecided or not about what it should be about."""


@dataclass(frozen=True)
class Domain:
    """An open box: for each symbol an interval with rational or infinite ends. Never empty.

    What sympy assumes of a symbol must hold on all of its interval, otherwise a simplification could be valid for the
    symbol and false on the box.
    """

    axes: tuple[tuple[sp.Symbol, Expr, Expr], ...] = ()

    def __post_init__(self) -> None:
        for symbol, low, high in self.axes:
            if symbol.assumptions0 not in _KINDS:
                raise Rejected(f"{symbol} is neither a real nor a positive symbol")
            if not all(end.is_Rational or end in (oo, -oo) for end in (low, high)):
                raise Rejected(f"the ends of {symbol}, {low} and {high}, are neither rational nor infinite")
            if not low < high:
                raise Rejected(f"vacuous domain: {low} < {symbol} < {high}")
            if symbol.is_positive and low < 0:
                raise Rejected(f"{symbol} is assumed positive, but the domain begins at {low}")

    @property
    def symbols(self) -> set[sp.Symbol]:
        return {symbol for symbol, _, _ in self.axes}

    def ends(self, symbol: sp.Symbol) -> tuple[Expr, Expr]:
        for known, low, high in self.axes:
            if known == symbol:
                return low, high
        raise Rejected(f"{symbol} is not in the domain {self}")

    def without(self, symbol: sp.Symbol) -> Domain:
        return Domain(tuple(axis for axis in self.axes if axis[0] != symbol))

    def times(self, other: Domain) -> Domain:
        if self.symbols & other.symbols:
            raise Rejected(f"{self} and {other} share a symbol")
        return Domain(tuple(sorted(self.axes + other.axes, key=lambda axis: axis[0].name)))

    def points(self, number: int, seed: str = "") -> Iterator[dict[sp.Symbol, Expr]]:
        """Random rational points of the box, the same ones in every run."""
        rng = random.Random(f"{self} {seed}")
        for _ in range(number):
            yield {
                symbol: _between(low, high, sp.Rational(rng.randint(1, 996), 997)) for symbol, low, high in self.axes
            }

    def opened(self) -> dict[sp.Symbol, Expr]:
        """The box as the image of positive symbols: what to put for each symbol; a symbol of the whole line stays."""
        places = {}
        for symbol, low, high in self.axes:
            z = sp.Dummy(symbol.name, positive=True)
            if (low, high) == (-oo, oo):
                continue
            places[symbol] = high - z if low == -oo else low + z if high == oo else (low + high * z) / (1 + z)
        return places

    def __str__(self) -> str:
        return ", ".join(f"{symbol} in ({low}, {high})" for symbol, low, high in self.axes) or "one point"


def _between(low: Expr, high: Expr, share: Expr) -> Expr:
    """An increasing map of (0, 1) onto (low, high), rational at rationals."""
    if low == -oo and high == oo:
        return (2 * share - 1) / (share * (1 - share))
    if high == oo:
        return low + share / (1 - share)
    return high - (1 - share) / share if low == -oo else low + (high - low) * share


def box(ends: Mapping[sp.Symbol, tuple[Any, Any]]) -> Domain:
    """The domain `{symbol: (low, high)}`."""
    axes = ((symbol, sp.sympify(low), sp.sympify(high)) for symbol, (low, high) in ends.items())
    return Domain(tuple(sorted(axes, key=lambda axis: axis[0].name)))


POINT = Domain()


def part(row: Generator, name: str) -> Callable[..., Any]:
    """The critic or the conjugate of a row that must have one."""
    found = getattr(row, name)
    if found is None:
        raise Rejected(f"{row.name} has no {name}")
    return found


@dataclass(frozen=True)
class Piece:
    """An interval of t > 0 on which a row has no kink: t and v = log t as functions of `at`, over `domain`."""

    t: Expr
    v: Expr
    at: sp.Symbol
    domain: Domain
    kink: Expr | None = None  # the kink where `at` = 0, if any

    def f(self, row: Generator) -> Expr:
        return row.f(self.t, self.t - 1, S)

    def critic(self, row: Generator) -> Expr:
        return part(row, "critic")(self.v, S)

    def per_t(self, derivative: Expr) -> Expr:
        """d/dt from d/d`at`, by the chain rule."""
        return derivative / sp.diff(self.t, self.at)


@dataclass(frozen=True)
class Instance:
    """A row that computes, and the values of the parameters at which a reading must agree with it."""

    row: Generator
    values: Mapping[sp.Symbol, Expr]


@dataclass(frozen=True)
class Reading:
    """A row as expressions, its parameters ranging over `parameters`, and rows of floats to compare it with.

    `place` is the parameter that a family was asked for, whatever the row says of itself.
    """

    row: Generator
    parameters: Domain = POINT
    instances: tuple[Instance, ...] = ()
    place: Expr = None

    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of (0, inf), from left to right."""
        if not self.row.kinks:
            return (Piece(t, sp.log(t), t, self.parameters.times(box({t: (0, oo)}))),)
        (k,) = (sp.sympify(kink) for kink in self.row.kinks)
        domain, far = self.parameters.times(box({w: (0, oo)})), sp.log(1 + w)
        log_k = sp.expand_log(sp.log(k))
        return Piece(k / (1 + w), log_k - far, w, domain, kink=k), Piece(k * (1 + w), log_k + far, w, domain, kink=k)


def read(name: str) -> Reading:
    """The row of the table called `name`, as it is now."""
    row = generators.GENERATORS[name]
    return Reading(row, POINT, (Instance(row, {}),))


def read_family(make: Callable[[Any], Generator], places: Mapping[Expr, tuple[str, ...]]) -> tuple[Reading, ...]:
    """A family at each of `places`, numbers or expressions in c > 0, with the values of c at which floats are tried."""
    readings = []
    for place, values in places.items():
        chosen = [{c: sp.Rational(value)} for value in values] or [{}]
        instances = tuple(Instance(make(float(place.subs(at))), at) for at in chosen)
        readings.append(Reading(make(place), box({c: (0, oo)}) if place.has(c) else POINT, instances, place))
    return tuple(readings)


@dataclass(frozen=True)
class Subject:
    """A row or a family of the table, by name: a claim over it looks it up when it runs."""

    name: str
    readings: Callable[[], tuple[Reading, ...]]


# the values make every parameter a float exactly
_ZERO, _ONE = sp.Integer(0), sp.Integer(1)
POWERS = {-c: ("1/4", "1", "4"), _ZERO: (), c / (1 + c): ("1/3", "1", "15"), _ONE: (), 1 + c: ("1/4", "1", "4")}
STICKS = {_ONE: (), 1 + c: ("1/2", "1", "4")}

TABLE = tuple(Subject(name, lambda name=name: (read(name),)) for name in generators.GENERATORS)
FAMILIES = (
    Subject("power(a)", lambda: read_family(generators.power, POWERS)),
    Subject("hockey_stick(gamma)", lambda: read_family(generators.hockey_stick, STICKS)),
    Subject("reverse_hockey_stick(gamma)", lambda: read_family(generators.reverse_hockey_stick, STICKS)),
)
ROWS = TABLE + FAMILIES
