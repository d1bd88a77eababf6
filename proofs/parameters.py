"""Closed forms by the parameters that a user gives, at orders far out, in the corners, and of many coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from divergence.density import Member
from divergence.families.closed_form import ClosedForm, closed_form

from . import rules
from .claim import claim
from .closed_forms import against, exact_gap
from .families import BOOKS, ORDER, P, Parameters, Q, log, scales
from .rules import Step
from .symbols import oo

BOOK = {book.name: book for book in BOOKS}
RESTS = tuple(f"kl_is_bregman[{name}]" for name in ("gamma", "normal", "inverse_gaussian"))
ORDERS = (1.0, 0.0, 0.5, 0.25, 1.5, -0.5)
TRIALS, SUCCESSES = 7, 3


@dataclass(frozen=True)
class Given:
    """An entry of the closed forms by what it is given, and the family and parameters of the textbook that it means."""

    name: str
    family: str
    standard: Callable[..., Parameters]
    rest: tuple[int, ...] = ()

    def member(self, parameters: tuple[float, ...]) -> Member:
        given = tuple(np.asarray(float(value)) for value in (*parameters, *self.rest))
        return Member(self.family, given, given=(self.name, given))  # the standard ones are not asked


GIVEN = (
    Given("inverse_gaussian_of_scale", "inverse_gaussian", lambda ratio, scale: (ratio * scale, scale)),
    Given("lognormal_of_scale", "normal", lambda sd, scale: (log(scale), sd)),
    Given("gamma_of_rate", "gamma", lambda shape, rate: (shape, 1 / rate), (1,)),
)


def _form(*members: Member, axes: int = 0) -> ClosedForm:
    form = closed_form(*members, axes=axes)
    assert form is not None
    return form


def _found(form: ClosedForm, order: float) -> float:
    return float(np.asarray(form.scaled_gap(order)))


def _error(given: Given, order: float, rng: np.random.Generator) -> float:
    first, second = scales(rng, 2), scales(rng, 2)
    if rng.uniform() < 0.6:
        near = 10 ** rng.uniform(-9, -0.5) * (rng.uniform() < 0.7)  # or the very same
        second = tuple(value * (1 + near * float(rng.uniform(-1, 1))) for value in first)
    found = _found(_form(given.member(first), given.member(second)), order)
    if first == second:
        return abs(found)
    values = dict(zip((*P, *Q), map(sp.Rational, (*first, *second))))
    return against(found, exact_gap(BOOK[given.family], order, given.standard(*P), given.standard(*Q), values), values)


@claim(over=GIVEN, rests_on=RESTS, budget=60)
def by_what_is_given(given: Given) -> Iterator[Step]:
    r"""The closed forms by the parameters that a library gives, such as a rate or the scale of a lognormal law, are
    those of the textbook's parameters, far apart, within $10^{-9}$ of each other, and at $P = Q$."""
    for order in ORDERS:
        said = rf"\text{{{given.name.replace('_', ' ')}}},\ a = {order:g}"
        yield rules.checked(said, lambda rng, order=order: _error(given, order, rng), cases=16, within=2e-12)


@claim(rests_on=("closed_form_computes[gamma]",), budget=60)
def powers_of_gamma_laws() -> Iterator[Step]:
    r"""Where $X^c$ is a gamma law, as for Rayleigh, Maxwell and inverse gamma laws, the closed forms are those of the
    gamma laws of scale $s^c$."""
    for power in (2, 3, -1, -2):
        given = Given("scaled_gamma", "gamma", lambda shape, scale, c=power: (shape, scale**c), (power,))
        for order in (1.0, 0.0, 0.5):
            said = rf"c = {power},\ a = {order:g}"
            yield rules.checked(said, lambda rng, g=given, a=order: _error(g, a, rng), cases=12, within=1e-11)


# --- orders far out, and corners


def _counts(name: str, order: float, rng: np.random.Generator) -> float:
    p, q = (float(10 ** rng.uniform(-7, -0.3)) for _ in range(2))
    p, q = (1 - x if rng.uniform() < 0.5 else x for x in (p, q))
    whole = np.asarray(float(TRIALS if name == "binomial" else SUCCESSES))
    found = _found(_form(*(Member(name, (np.asarray(x), whole)) for x in (p, q))), order)
    values = dict(zip((P[0], Q[0], ORDER), map(sp.Rational, (p, q, order))))
    success = P[0] ** ORDER * Q[0] ** (1 - ORDER)
    failure = (1 - P[0]) ** ORDER * (1 - Q[0]) ** (1 - ORDER)
    scale = ORDER * (1 - ORDER)
    if name == "binomial":
        return against(found, -TRIALS * log(success + failure) / scale, values)
    level = order * np.log1p(-p) + (1 - order) * np.log1p(-q)
    if abs(level) < 1e-9:
        return 0.0  # too near the edge for floats to tell
    return against(found, oo if level > 0 else SUCCESSES * log((1 - failure) / success) / scale, values)


@claim(rests_on=("closed_form_computes[binomial]", "closed_form_computes[negative_binomial]"), budget=60)
def counts_at_far_orders() -> Iterator[Step]:
    r"""$\int p^a q^{1-a}$ of binomial and negative binomial laws of rare and of common successes, up to orders where a
    power overflows or the sum is all but cancelled; it is infinite where the series of the failures diverges."""
    for name in ("binomial", "negative_binomial"):
        for order in (4.0, -3.0, 13.0, -12.0, 60.0, 0.5):
            said = rf"\text{{{name.replace('_', ' ')}}},\ a = {order:g}"
            yield rules.checked(said, lambda rng, n=name, a=order: _counts(n, a, rng), cases=24, within=1e-8)


@claim()
def certain_outcomes() -> Iterator[Step]:
    r"""A binomial law whose every trial fails, or succeeds: $-\log \int p^a q^{1-a}/(a (1 - a)) = -\frac{n}{a} \log(1 -
    q)$, or $-\frac{n}{a} \log q$."""

    def error(rng: np.random.Generator) -> Any:
        q, order = float(rng.uniform(0.001, 0.999)), float(rng.choice((0.5, 0.9, 3.0, 12.0)))
        errors = []
        for p, kept in ((0.0, 1 - q), (1.0, q)):
            form = _form(*(Member("binomial", (np.asarray(x), np.asarray(float(TRIALS)))) for x in (p, q)))
            errors.append(abs(_found(form, order) / (-TRIALS / order * np.log(kept)) - 1))
        return errors

    yield rules.checked(r"p = 0,\ 1", error, cases=40, within=1e-12)


# --- many coordinates, and places that meet


@claim(rests_on=("closed_form_computes[normal]",))
def coordinates_add_up() -> Iterator[Step]:
    r"""Laws of independent coordinates in one family: the scaled gaps of the coordinates add up."""

    def error(rng: np.random.Generator) -> float:
        places, sds = rng.normal(size=(2, 2, 3)), 10 ** rng.uniform(-1, 1, (2, 2, 3))
        members = [Member("normal", parameters) for parameters in zip(places, sds)]
        together, each = (np.asarray(_form(*members, axes=axes).scaled_gap(0.3)) for axes in (1, 0))
        return float(np.max(abs(together - each[:, 0] - each[:, 1] - each[:, 2])))

    yield rules.checked(r"\sum_i", error, cases=20, within=1e-12)


@claim(rests_on=("affinity_of_laplace_laws",))
def laplace_laws_of_one_scale() -> Iterator[Step]:
    r"""The middle piece of two Laplace laws is flat where $a/s = (1 - a)/r$: at $s = r$, $\int \sqrt{pq} = e^{-d/2s}
    (1 + d/2s)$, which is 1 where the places meet."""

    def error(rng: np.random.Generator) -> float:
        scale, apart = float(10 ** rng.uniform(-1, 1)), float(rng.choice((0.0, 10 ** rng.uniform(-2, 1))))
        found = _found(_form(*(Member("laplace", (np.asarray(x), np.asarray(scale))) for x in (0.0, apart))), 0.5)
        half = apart / (2 * scale)
        exact = 4 * (half - np.log1p(half))
        return abs(found - exact) / (exact or 1)

    yield rules.checked(r"\int \sqrt{pq}", error, cases=40, within=1e-10)


@claim()
def laws_that_begin_together() -> Iterator[Step]:
    r"""Pareto laws of one minimum, and exponential laws of one start beside others of two in a batch: $-\log \int p^a
    q^{1-a} = \log(a\alpha + (1 - a)\beta) - a \log\alpha - (1 - a) \log\beta$ in their rates, and KL
    $\log(\alpha/\beta) + \beta/\alpha - 1$."""

    def error(rng: np.random.Generator) -> Any:
        a, order = float(rng.uniform(0.5, 3)), float(rng.uniform(0.1, 0.9))
        b = a * float(rng.uniform(0.5, 2))
        mean = order * a + (1 - order) * b
        gap = (np.log(mean) - order * np.log(a) - (1 - order) * np.log(b)) / (order * (1 - order))
        kl = np.log(a / b) + b / a - 1
        start, one = np.asarray([0.0, 0.0]), np.ones(2)
        pareto = _form(*(Member("pareto", (np.asarray(rate), np.asarray(2.0))) for rate in (a, b)))
        frames = (start,), (np.asarray([0.0, -0.5]),)
        batch = _form(*(Member("gamma", (one, one / r, one), frame) for r, frame in zip((a, b), frames)))
        found = [_found(pareto, order), float(batch.scaled_gap(order)[0])]
        both = [_found(pareto, 1.0), float(batch.scaled_gap(1.0)[0])]
        return np.array([abs(x - gap) for x in found] + [abs(x - kl) for x in both]) / (1 + gap + kl)

    yield rules.checked(r"d = 0", error, cases=40, within=1e-12)
