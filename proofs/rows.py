"""What every row of the table promises, proved on the very functions that compute.

Each claim is made once for every row, and for the families with their parameter as a symbol. The row is looked up when
the claim runs: break a row, and its claims fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import sympy as sp

from divergence import generators
from divergence.generators import Generator
from divergence.ops import numpy_words, quiet

from . import algebra, rules
from .claim import claim
from .rules import Step
from .symbols import ROWS, TABLE, Expr, Instance, Piece, Reading, S, Subject, box, oo, part, read, t, u, v, x

WORDS = numpy_words()
LIESE_VAJDA = "Liese & Vajda 2006, On divergences and informations in statistics and information theory"
WITH_CONJUGATE = tuple(subject for subject in ROWS if subject.name != "jeffreys")  # whose conjugate is not elementary
IN_POWERS = tuple(subject for subject in TABLE if generators.GENERATORS[subject.name].powers)
SEPARATING = tuple(subject for subject in ROWS if "hockey" not in subject.name)


def _tidy(e: Expr) -> Expr:
    """The shortest spelling of an expression that comes to mind: a proposal, for a rule to accept."""
    return min(islice(algebra.forms(e), 5), key=sp.count_ops)


def _slope(row: Generator, piece: Piece) -> Expr:
    return _tidy(piece.per_t(sp.diff(piece.f(row), piece.at)))


def _curvature(row: Generator, piece: Piece) -> Expr:
    return _tidy(piece.per_t(sp.diff(_slope(row, piece), piece.at)))


def _at_kink(row: Generator, left: Piece, right: Piece) -> tuple[Expr, Expr, Expr]:
    """f at a kink, and its slope before and after."""
    before, after = (_tidy(_slope(row, piece).subs(piece.at, 0)) for piece in (left, right))
    return _tidy(right.f(row).subs(right.at, 0)), before, after


@claim(over=ROWS)
def centred(subject: Subject) -> Iterator[Step]:
    r"""$f(1) = 0$, and $f'(1) = 0$, or $f \ge 0$ on both sides of 1 where $f$ has a kink."""
    for reading in subject.readings():
        row, parameters = reading.row, reading.parameters
        yield rules.identity(row.f(sp.Integer(1), sp.Integer(0), S), 0, parameters, name="f(1)")
        for piece in reading.pieces():
            if piece.kink is None:
                yield rules.identity(sp.diff(piece.f(row), t).subs(t, 1), 0, parameters, name="f'(1)")
            else:
                yield rules.nonnegative(piece.f(row), piece.domain)


@claim(over=ROWS)
def convex(subject: Subject) -> Iterator[Step]:
    r"""$f'' \ge 0$ where $f$ is smooth; at a kink $f$ is continuous and its slope increases."""
    for reading in subject.readings():
        row, pieces = reading.row, reading.pieces()
        for piece in pieces:
            slope, curvature, at = _slope(row, piece), _curvature(row, piece), piece.at
            yield rules.derivative(piece.f(row), at, slope * sp.diff(piece.t, at), piece.domain)
            yield rules.derivative(slope, at, curvature * sp.diff(piece.t, at), piece.domain)
            yield rules.nonnegative(curvature, piece.domain)
        for left, right in pairwise(pieces):
            value, before, after = _at_kink(row, left, right)
            for piece, slope in ((left, before), (right, after)):
                yield rules.limit(piece.f(row), piece.at, 0, value, piece.domain)
                yield rules.limit(_slope(row, piece), piece.at, 0, slope, piece.domain)
            yield rules.nonnegative(after - before, reading.parameters)


@claim(over=ROWS)
def critic(subject: Subject) -> Iterator[Step]:
    r"""$T(v) = f'(e^v)$: the best critic is the slope of $f$ at the ratio of the densities."""
    for reading in subject.readings():
        for piece in reading.pieces():
            yield rules.identity(sp.exp(piece.v), piece.t, piece.domain, name="e^v")
            slope = piece.critic(reading.row) * sp.diff(piece.t, piece.at)
            yield rules.derivative(piece.f(reading.row), piece.at, slope, piece.domain)


@claim(over=ROWS)
def reverse(subject: Subject) -> Iterator[Step]:
    r"""$f^\diamond(t) = t\,f(1/t)$, so that $D_{f^\diamond}(P\|Q) = D_f(Q\|P)$; and the reverse of $f^\diamond$ is
    $f$."""
    for reading in subject.readings():
        row, other = reading.row, reading.row.reverse
        for piece in reading.pieces():
            turned = other.f(1 / piece.t, 1 / piece.t - 1, S)
            yield rules.identity(piece.f(row), piece.t * turned, piece.domain, name="f(t)")
            again = r"f^{\diamond\diamond}(t)"
            yield rules.identity(piece.f(other.reverse), piece.f(row), piece.domain, name=again)


@claim(over=IN_POWERS)
def powers(subject: Subject) -> Iterator[Step]:
    r"""$f = \sum_i c_i f_{a_i}$ with $f_a(t) = (t^a - a t + a - 1)/(a (a - 1))$: a divergence that is a function of
    $\int p^a q^{1-a}$, and so closed for an exponential family."""
    for reading in subject.readings():
        for piece in reading.pieces():
            terms = (sp.Rational(c) * piece.f(generators.power(sp.Rational(a))) for c, a in reading.row.powers)
            yield rules.identity(piece.f(reading.row), sum(terms, sp.Integer(0)), piece.domain, name="f(t)")


@claim(over=ROWS)
def at_zero(subject: Subject) -> Iterator[Step]:
    r"""$f(0) = \lim_{t \to 0} f(t)$ is the number that the code uses for an atom of $Q$ without $P$, infinity
    included."""
    for reading in subject.readings():
        row, piece = reading.row, reading.pieces()[0]
        value = _limit(piece.f(row), piece, _start(piece))
        yield rules.limit(piece.f(row), piece.at, _start(piece), value, piece.domain)
        for instance in reading.instances:
            yield rules.rounds(instance.row.at_zero, value.subs(instance.values))


@claim(over=ROWS, rests_on=("reverse",))
def tail_slope(subject: Subject) -> Iterator[Step]:
    r"""$f'(\infty) = \lim_{t \to \infty} f(t)/t = f^\diamond(0)$, the number that the code uses for an atom of $P$
    without $Q$."""
    for reading in subject.readings():
        row, piece, other = reading.row, reading.pieces()[-1], reading.row.reverse
        start = Reading(other, reading.parameters).pieces()[0]
        value = _limit(piece.f(row) / piece.t, piece, oo)
        yield rules.limit(piece.f(row) / piece.t, piece.at, oo, value, piece.domain)
        yield rules.limit(start.f(other), start.at, _start(start), value, start.domain)
        for instance in reading.instances:
            yield rules.rounds(instance.row.slope, value.subs(instance.values))


def _start(piece: Piece) -> Expr:
    """Where t = 0 is, in the coordinate of the leftmost piece."""
    return sp.Integer(0) if piece.kink is None else oo


def _limit(e: Expr, piece: Piece, to: Expr) -> Expr:
    value = sp.limit(e, piece.at, to)
    return _tidy(value) if value.is_finite else value


@claim(over=WITH_CONJUGATE, rests_on=("convex", "critic"))
def fenchel(subject: Subject) -> Iterator[Step]:
    r"""$f^*(f'(t)) = t\,f'(t) - f(t)$: the conjugate is met where the slope is; at a kink $k$, $f^*(u) = u k - f(k)$
    for all slopes $u$ between."""
    for reading in subject.readings():
        row = reading.row
        for piece in reading.pieces():
            slope = piece.critic(row)
            found = part(row, "conjugate")(slope, S)
            yield rules.identity(found, piece.t * slope - piece.f(row), piece.domain, name="f^*(f'(t))")
        for left, right in pairwise(reading.pieces()):
            value, before, after = _at_kink(row, left, right)
            between, share = before + x * (after - before), reading.parameters.times(box({x: (0, 1)}))
            found = part(row, "conjugate")(sp.factor(between), S)
            yield rules.identity(found, between * left.kink - value, share, name="f^*(u)")


@claim(over=ROWS, rests_on=("critic",))
def penalty(subject: Subject) -> Iterator[Step]:
    r"""$R(v) = t\,f'(t) - f(t) = f^*(T(v))$ at $t = e^v$, the other half of the variational bound."""
    for reading in subject.readings():
        row = reading.row
        for piece in reading.pieces():
            slope = piece.critic(row)
            found = row.penalty(piece.v, S)
            yield rules.identity(found, piece.t * slope - piece.f(row), piece.domain, name="R(v)")


@claim(over=SEPARATING, rests_on=("centred",), cites=(LIESE_VAJDA,))
def separates(subject: Subject) -> Iterator[Step]:
    r"""$f(t) > 0$ for $t \ne 1$, so that $D_f(P\|Q) = 0$ only for $P = Q$."""
    for reading in subject.readings():
        row = reading.row
        for piece in reading.pieces():
            yield from (
                strict_minimum(row, piece) if piece.kink is None else [rules.positive(piece.f(row), piece.domain)]
            )


def strict_minimum(row: Generator, piece: Piece) -> Iterator[Step]:
    """The steps to the unique minimum of a smooth f at t = 1, which is the last of them."""
    f, slope = piece.f(row), _slope(row, piece)
    curvature = _curvature(row, piece)
    steps = {
        "slope": rules.derivative(f, t, slope, piece.domain),
        "stationary": rules.identity(slope.subs(t, 1), 0, piece.domain.without(t), name="f'(1)"),
        "curvature": rules.derivative(slope, t, curvature, piece.domain),
        "convex": rules.positive(curvature, piece.domain),
        "inside": (rules.positive(sp.Integer(1), piece.domain.without(t)),),
    }
    yield from (step for step in steps.values() if isinstance(step, Step))
    yield rules.unique_minimum(f, t, sp.Integer(1), **steps)


@claim()
def members_of_power() -> Iterator[Step]:
    r"""power(a) is KL at 1, reverse KL at 0, half Pearson at 2, half Neyman at $-1$, four times squared Hellinger at
    ½."""
    for place, name, factor in ((1, "kl", 1), (0, "reverse_kl", 1), (2, "pearson", 2), (-1, "neyman", 2)):
        yield _member(place, name, sp.Rational(1, factor))
    yield _member(sp.Rational(1, 2), "squared_hellinger", sp.Integer(4))


def _member(place: Expr, name: str, factor: Expr) -> Step:
    row = read(name)
    (piece,) = row.pieces()
    return rules.identity(piece.f(generators.power(place)), factor * piece.f(row.row), piece.domain)


# --- on the floats


def _magnitudes(rng: np.random.Generator, low: float, high: float, size: int) -> np.ndarray:
    return 10 ** rng.uniform(low, high, size)


@claim(over=ROWS)
def computes(subject: Subject) -> Iterator[Step]:
    r"""The code's $f$, on ratios from $10^{-300}$ to 1 and within $10^{-16}$ of 1, and its $T$ and $f^*$ are the
    functions proved here, $f^*$ to 16 units in the last place of it or of 1, the others to 4."""
    rng = np.random.default_rng(1)
    near = _magnitudes(rng, -16, -0.4, 60) * np.repeat((1.0, -1.0), 30)
    below = np.concatenate((_magnitudes(rng, -300, -0.5, 30), rng.uniform(0.3, 1, 30)))
    ratios = _magnitudes(rng, -16, 2.5, 60) * np.repeat((1.0, -1.0), 30)
    for reading in subject.readings():
        for instance in reading.instances:
            yield from _computed(reading.row, instance, rng, near, below, ratios)


def _computed(
    read: Generator,
    instance: Instance,
    rng: np.random.Generator,
    near: np.ndarray,
    below: np.ndarray,
    ratios: np.ndarray,
) -> Iterator[Step]:
    """The parts of one row on floats: f at 1 + s and at t, T at v, f* at u."""
    row, values = instance.row, instance.values
    unit = 1.0 if row.kinks else 0.0  # t - gamma is as good as t, not as good as its own small value
    e = read.f(1 + u, u, S)
    yield rules.computes(lambda s: row.f(1 + s, s, WORDS), e, u, near, values=values, floor=unit)
    e = read.f(t, t - 1, S)
    yield rules.computes(lambda z: row.f(z, z - 1, WORDS), e, t, below, values=values, floor=unit)
    e = part(read, "critic")(v, S)
    yield rules.computes(lambda z: part(row, "critic")(z, WORDS), e, v, ratios, values=values)
    if row.name != "jeffreys":
        e, slopes = part(read, "conjugate")(u, S), _slopes(row, rng, 60)
        yield rules.computes(lambda z: part(row, "conjugate")(z, WORDS), e, u, slopes, values=values, ulps=16)


def _slopes(row: Generator, rng: np.random.Generator, size: int) -> np.ndarray:
    """Floats between slopes of f, where the conjugate is met inside."""
    low, high = (
        part(row, "critic")(side * rng.uniform(1.7, 4, size), WORDS) for side in (-1, 1)
    )  # kinks are at |v| < 1.7
    return low + (high - low) * rng.uniform(0.05, 0.95, size)


@claim(over=WITH_CONJUGATE, rests_on=("fenchel",))
def completed_conjugate(subject: Subject) -> Iterator[Step]:
    r"""The conjugate on the whole line is $\sup_{t \ge 0} (u t - f(t))$: $-f(0)$ left of $f'(0)$, $\infty$ right of
    $f'(\infty)$."""
    for reading in subject.readings():
        for instance in reading.instances:
            said = rf"f^*(u) = \sup_t (u t - f(t)),\ \text{{{instance.row.name}}}"
            yield rules.checked(said, lambda rng, row=instance.row: _conjugate_errors(row, rng), within=1e-9)


def _conjugate_errors(row: Generator, rng: np.random.Generator) -> np.ndarray:
    """|f*(u) - sup| at slopes u inside and beyond each finite end; the sup is where u - T(v) changes its sign."""
    critic = part(row, "critic")
    ends = [float(critic(np.asarray(end), WORDS)) for end in (-np.inf, np.inf)]
    beyond = [end + side * rng.uniform(0.01, 5, 20) for end, side in zip(ends, (-1, 1)) if np.isfinite(end)]
    slopes = np.concatenate((_slopes(row, rng, 60), *beyond))
    with quiet():
        low, high = np.full_like(slopes, -300.0), np.full_like(slopes, 300.0)
        for _ in range(70):
            middle = (low + high) / 2
            rising = critic(middle, WORDS) < slopes
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        size, excess = np.exp(-np.abs(low)), np.expm1(-np.abs(low))
        f = np.where(low <= 0, row.f(size, excess, WORDS), np.exp(low) * row.reverse.f(size, excess, WORDS))
        supremum = np.exp(low) * slopes - f
        found = np.asarray(row.completed_conjugate(slopes, WORDS))
        return np.where(
            np.isposinf(found) & (supremum > 1e60), 0.0, np.abs(found - supremum) / np.maximum(1, np.abs(supremum))
        )
