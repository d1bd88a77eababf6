"""Inequalities between divergences, each with its best constant, computed: nothing here states one.

D_f <= c D_g for all laws follows from f <= c g at every ratio, and no smaller c than sup f/g will do, for laws of two
atoms come as near to it as one likes. Curves, such as Pinsker's, follow from lines whose slope may be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp

from divergence import joint_range
from divergence.generators import GENERATORS

from . import rules
from .algebra import forms
from .claim import claim
from .rules import Sides, Step
from .symbols import POINT, Expr, S, Subject, box, c, oo, read, t, x

HARREMOES_VAJDA = "Harremoës & Vajda 2011, On pairs of f-divergences and their joint range"
TOPSOE = "Topsøe 2000, Some inequalities for information divergence and related measures of discrimination"
PINSKER = "Pinsker 1964; Csiszár 1967; Kullback 1967"
BRETAGNOLLE_HUBER = "Bretagnolle & Huber 1979, Estimation des densités: risque minimax"
SASON_VERDU = "Sason & Verdú 2016, f-divergence inequalities"

D, V, X, B = sp.symbols("D V X B", positive=True)  # a divergence, total variation, chi-square, the affinity
r = sp.Symbol("r", positive=True)  # where a tangent touches
z = sp.Symbol("z", positive=True)
EVERY_C = box({c: (0, oo)})
TV: Sides = ((1 - t) / 2, (1 - t) / 2)
ROOT: Sides = (sp.sqrt(t), sp.sqrt(t))  # that of the affinity, the integral of sqrt(p q)


def sides(name: str) -> Sides:
    """f on (0, 1), and the f of its reverse, which is f on (1, inf)."""
    row = GENERATORS[name]
    left, right = (side.f(t, t - 1, S).xreplace({sp.Abs(t - 1): 1 - t}) for side in (row, row.reverse))
    return left, right


def turned(e: Expr) -> Sides:
    """F and t F(1/t)."""
    return e, sp.expand(t * e.subs(t, 1 / t))


@dataclass(frozen=True)
class Pair:
    """D_first <= c D_second."""

    first: str
    second: str

    @property
    def name(self) -> str:
        return f"{self.first}<={self.second}"


PAIRS = tuple(
    Pair(*names)
    for names in (
        ("squared_hellinger", "kl"),
        ("js", "squared_hellinger"),
        ("squared_hellinger", "js"),
        ("js", "triangular"),
        ("triangular", "js"),
        ("squared_hellinger", "triangular"),
        ("triangular", "squared_hellinger"),
        ("js", "kl"),
        ("js", "reverse_kl"),
        ("js", "jeffreys"),
        ("triangular", "kl"),
        ("triangular", "jeffreys"),
        ("squared_hellinger", "jeffreys"),
        ("kl", "pearson"),
        ("js", "pearson"),
        ("js", "total_variation"),
        ("squared_hellinger", "total_variation"),
        ("triangular", "total_variation"),
    )
)
SYMMETRIC = tuple(Subject(name, lambda name=name: (read(name),)) for name in ("js", "triangular", "jeffreys"))


@claim(over=PAIRS, cites=(HARREMOES_VAJDA, TOPSOE))
def best_constant(pair: Pair) -> Iterator[Step]:
    r"""$D_f \le c\,D_g$ with the least $c$ there is, $\sup f/g$."""
    first, second = sides(pair.first), sides(pair.second)
    yield rules.best_constant(first, second, (_called(pair.first), _called(pair.second)))


def _called(name: str) -> str:
    return rf"f_{{\mathrm{{{name.replace('_', ' ')}}}}}"


@claim(cites=(HARREMOES_VAJDA,))
def no_constant() -> Iterator[Step]:
    r"""No multiple of Jensen–Shannon, of total variation or of Hellinger bounds KL, and none of KL bounds Pearson:
    $f/g$ is without bound as $t \to \infty$."""
    whole = box({t: (0, oo)})
    for first, second in (("kl", "js"), ("kl", "squared_hellinger"), ("pearson", "kl")):
        quotient = GENERATORS[first].f(t, t - 1, S) / GENERATORS[second].f(t, t - 1, S)
        yield rules.limit(quotient, t, oo, oo, whole)
    yield rules.limit(GENERATORS["kl"].f(t, t - 1, S) / ((t - 1) / 2), t, oo, oo, box({t: (1, oo)}))


# --- curves against total variation


@claim(over=SYMMETRIC, cites=(TOPSOE,), rests_on=("convex",))
def least_at_total_variation(subject: Subject) -> Iterator[Step]:
    r"""$D_f \ge \varphi(\mathrm{TV})$ with $\varphi(x) = (1 - x) f(\frac{1 + x}{1 - x})$, the value on two atoms: no
    better bound by total variation exists, and it is the one that `joint_range` computes."""
    row = GENERATORS[subject.name]
    shape = _tidy((1 - x) * row.f((1 + x) / (1 - x), 2 * x / (1 - x), S))
    unit, touched = box({x: (0, 1)}), box({r: (0, 1)})
    slope = _tidy(sp.diff(shape, x))
    value, tangent = shape.subs(x, r), slope.subs(x, r)
    above = shape - value - tangent * (x - r)
    both, curvature = unit.times(touched), _tidy(sp.diff(slope, x))
    steps = {
        "slope": rules.derivative(above, x, slope - tangent, both),
        "stationary": rules.identity((slope - tangent).subs(x, r), 0, touched),
        "curvature": rules.derivative(slope - tangent, x, curvature, both),
        "convex": rules.positive(curvature, both),
    }
    inside = (rules.positive(r, touched), rules.positive(1 - r, touched))
    minimum = rules.unique_minimum(above, x, r, inside=inside, **steps)
    zero = rules.identity(above.subs(x, r), 0, touched)
    yield from (*steps.values(), *inside, minimum, zero)
    place, weight = (1 - t) / (1 + t), (1 + t) / 2
    lifted = rules.composed(minimum, zero, (place, place), (weight, weight), touched, r"\frac{1 + t}{2} F(x)")
    yield lifted
    line = weight * (value + tangent * (place - r))
    first = sides(subject.name)
    pointwise = rules.combined(
        (first[0] - line, first[1] - line), [((sp.Integer(1), sp.Integer(1)), lifted)], touched, "f - line"
    )
    yield pointwise
    mean = rules.in_the_mean(pointwise, {D: first, V: TV}, D - value - tangent * (V - r))
    yield mean
    yield rules.chosen(mean, r, V, sp.Integer(1), D - shape.subs(x, V), box({D: (0, oo), V: (0, 1)}))
    yield _joint_range(subject.name, shape)


def _tidy(e: Expr) -> Expr:
    return min(forms(e), key=sp.count_ops)


@claim(cites=(PINSKER,))
def pinsker() -> Iterator[Step]:
    r"""$\mathrm{KL} \ge 2\,\mathrm{TV}^2$, by $(4 + 2t)(t \log t - t + 1) \ge 3 (t - 1)^2$; no constant larger than 2
    will do, for near $P = Q$ the two are equal to second order."""
    f = GENERATORS["kl"].f(t, t - 1, S)
    weight, gap = (4 + 2 * t) / 3, 1 - t
    lemma = rules.at_least_zero(turned(weight * f - (t - 1) ** 2), r"\frac{4 + 2t}{3} f_{KL} - (t - 1)^2")
    yield lemma
    there = weight.subs(t, 1 / t)
    square = rules.squares(
        (c * weight - gap, c * there - gap / t),
        (sp.Integer(1), t),
        EVERY_C,
        r"(c \tfrac{4 + 2t}{3} - |t - 1|)^2",
    )
    yield square
    share = (1 / (2 * c * weight), 1 / (2 * c * there))
    kl = sides("kl")
    e = (c * weight / 2 + kl[0] / (2 * c) - gap, t * c * there / 2 + kl[1] / (2 * c) - gap)
    pointwise = rules.combined(
        e, [(share, square), (share, lemma)], EVERY_C, r"\frac{c (4 + 2t)}{6} + \frac{f}{2c} - |t - 1|"
    )
    yield pointwise
    mean = rules.in_the_mean(pointwise, {D: kl, V: TV}, c + D / (2 * c) - 2 * V)
    yield mean
    yield rules.chosen(mean, c, V, 2 * V, D - 2 * V**2, box({D: (0, oo), V: (0, 1)}))
    yield _near_equality("kl", 2)


def _near_equality(name: str, factor: int) -> Step:
    """The row on (½ + v, ½ − v) against (½, ½), over TV² = v², comes to `factor` as v comes to 0."""
    half, small = sp.Rational(1, 2), box({x: (0, sp.Rational(1, 2))})
    row = GENERATORS[name]
    value = sum((half * row.f(1 + side * 2 * x, side * 2 * x, S) for side in (1, -1)), sp.Integer(0))
    return rules.limit(value / x**2, x, 0, factor, small)


def log_minimum() -> tuple[list[Step], Step, Step]:
    """z - 1 - log z >= 0, and 0 at z = 1 only."""
    e, domain = z - 1 - sp.log(z), box({z: (0, oo)})
    steps = {
        "slope": rules.derivative(e, z, 1 - 1 / z, domain),
        "stationary": rules.identity((1 - 1 / z).subs(z, 1), 0, POINT),
        "curvature": rules.derivative(1 - 1 / z, z, 1 / z**2, domain),
        "convex": rules.positive(1 / z**2, domain),
    }
    inside = (rules.positive(sp.Integer(1), POINT),)
    minimum = rules.unique_minimum(e, z, sp.Integer(1), inside=inside, **steps)
    return [*steps.values(), *inside], minimum, rules.identity(e.subs(z, 1), 0, POINT)


@claim()
def kl_by_the_affinity() -> Iterator[Step]:
    r"""$\mathrm{KL} \ge -2 \log \int \sqrt{pq}$: by $z - 1 \ge \log z$ at $z = \sqrt{q/p}/c$, with the best $c$."""
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)
    inner = (1 / (c * sp.sqrt(t)), sp.sqrt(t) / c)
    pointwise = rules.composed(minimum, zero, inner, (2 * t, sp.Integer(2)), EVERY_C, r"2 t (z - 1 - \log z)")
    yield pointwise
    mean = rules.in_the_mean(pointwise, {D: sides("kl"), B: ROOT}, D + 2 * sp.log(c) - 2 + 2 * B / c)
    yield mean
    yield rules.chosen(mean, c, B, sp.Integer(1), D + 2 * sp.log(B), box({D: (0, oo), B: (0, 1)}))


@claim()
def affinity_against_total_variation() -> Iterator[Step]:
    r"""$\int \sqrt{pq} \le \sqrt{1 - \mathrm{TV}^2}$, and so $H^2 \ge 1 - \sqrt{1 - \mathrm{TV}^2}$."""
    pointwise = _larger_and_smaller()
    yield pointwise
    mean = rules.in_the_mean(pointwise, {V: TV, B: ROOT}, c * (1 + V) + (1 - V) / c - 2 * B)
    yield mean
    bound = sp.sqrt(1 - V**2) - B
    domain = box({V: (0, 1), B: (0, 1)})
    yield rules.chosen(mean, c, sp.sqrt((1 - V) / (1 + V)), sp.Rational(1, 2), bound, domain)
    yield _joint_range("squared_hellinger", 1 - sp.sqrt(1 - x**2))


def _joint_range(name: str, least: Expr) -> Step:
    """What `joint_range` computes is `least`, a function of total variation x."""
    row = GENERATORS[name]
    places = np.linspace(0.02, 0.98, 33)
    return rules.computes(
        lambda tv: np.array([joint_range.least(row, float(v)) for v in tv]), least, x, places, ulps=64
    )


def _larger_and_smaller() -> Step:
    """c max(p, q) + min(p, q)/c - 2 sqrt(p q) is a square."""
    root = sp.sqrt(c) - sp.sqrt(t) / sp.sqrt(c)
    one = sp.Integer(1)
    return rules.squares((root, root), (one, one), EVERY_C, r"c \max(1, t) + \min(1, t)/c - 2 \sqrt{t}")


@claim(cites=(BRETAGNOLLE_HUBER,), rests_on=("kl_by_the_affinity", "affinity_against_total_variation"))
def bretagnolle_huber() -> Iterator[Step]:
    r"""$\mathrm{TV} \le \sqrt{1 - e^{-\mathrm{KL}}}$, that is $\mathrm{KL} \ge -\log(1 - \mathrm{TV}^2)$."""
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)
    middle = 2 * c / (1 + c**2)  # where c = sqrt((1 - V)/(1 + V)), this is sqrt(1 - V²)
    inner = (1 / (middle * sp.sqrt(t)), sp.sqrt(t) / middle)
    logs = rules.composed(minimum, zero, inner, (2 * t, sp.Integer(2)), EVERY_C, r"2 t (z - 1 - \log z)")
    square = _larger_and_smaller()
    yield from (logs, square)
    kl, one = sides("kl"), (sp.Integer(1), sp.Integer(1))
    ends = (c + t / c, c + t / c)  # c max(1, t) + min(1, t)/c, and t times it at 1/t
    e = (
        kl[0] + t - 1 + 2 * t * sp.log(middle) - 2 * t + ends[0] / middle,
        kl[1] + 1 - t + 2 * sp.log(middle) - 2 + ends[1] / middle,
    )
    pointwise = rules.combined(e, [(one, logs), ((1 / middle, 1 / middle), square)], EVERY_C, "F_c")
    yield pointwise
    mean = rules.in_the_mean(
        pointwise, {D: kl, V: TV}, D + 2 * sp.log(middle) - 2 + (c * (1 + V) + (1 - V) / c) / middle
    )
    yield mean
    domain = box({D: (0, oo), V: (0, 1)})
    yield rules.chosen(mean, c, sp.sqrt((1 - V) / (1 + V)), sp.Integer(1), D + sp.log(1 - V**2), domain)


@claim(rests_on=("pinsker", "bretagnolle_huber"))
def bretagnolle_huber_overtakes_pinsker() -> Iterator[Step]:
    r"""$\sqrt{1 - e^{-k}} < \sqrt{k/2}$ exactly beyond the root $k$ of $1 - e^{-k} = k/2$, and there Pinsker's bound on
    TV is below 1 until $k = 2$; on TV, Bretagnolle and Huber's is better from $\mathrm{TV} = \sqrt{k/2}$ on."""
    yield rules.root(1 - sp.exp(-x) - x / 2, x, "1", "3", name="k")
    yield rules.root(-sp.log(1 - x**2) - 2 * x**2, x, "0.8", "0.99", name=r"\mathrm{TV}")
    yield rules.identity((x / 2).subs(x, 2), 1, POINT)


@claim()
def kl_by_chi_square() -> Iterator[Step]:
    r"""$\mathrm{KL} \le \log(1 + \chi^2) \le \chi^2$."""
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)
    pointwise = rules.composed(minimum, zero, (t / c, 1 / (c * t)), (t, sp.Integer(1)), EVERY_C, r"t (z - 1 - \log z)")
    yield pointwise
    parts = {D: sides("kl"), X: sides("pearson")}
    mean = rules.in_the_mean(pointwise, parts, (1 + X) / c - 1 - D + sp.log(c))
    yield mean
    yield rules.chosen(mean, c, 1 + X, sp.Integer(1), sp.log(1 + X) - D, box({D: (0, oo), X: (0, oo)}))
    # log(1 + x) <= x, as z - 1 >= log z at z = 1 + x
    yield rules.identity((z - 1 - sp.log(z)).subs(z, 1 + X), X - sp.log(1 + X), box({X: (0, oo)}))


@claim()
def chi_square_by_total_variation() -> Iterator[Step]:
    r"""$\chi^2 \ge 4\,\mathrm{TV}^2$, and 4 is the best constant: near $P = Q$ the two are equal."""
    gap = 1 - t
    pointwise = rules.squares((gap - c, gap / t - c), (sp.Integer(1), t), EVERY_C, "(|t - 1| - c)^2")
    yield pointwise
    mean = rules.in_the_mean(pointwise, {X: sides("pearson"), V: TV}, X - 4 * c * V + c**2)
    yield mean
    yield rules.chosen(mean, c, 2 * V, sp.Integer(1), X - 4 * V**2, box({X: (0, oo), V: (0, 1)}))
    yield _near_equality("pearson", 4)
