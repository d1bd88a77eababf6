"""The closed forms that run, of families and of other laws, against the textbook's to 50 digits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from divergence.density import Member
from divergence.f_divergence import ROWS, power
from divergence.families.closed_form import closed_form

from . import balls, rules
from .claim import claim
from .families import BOOKS, UNIT, P, Parameters, Q, Textbook, own
from .rules import Step
from .symbols import Expr, Rejected, oo

ORDERS = (0.0, 1.0, 0.5, 0.25, 1.5, -0.5, 3.0)
Values = dict[sp.Symbol, Expr]


@claim(over=BOOKS, rests_on=("kl_is_bregman",), budget=60)
def closed_form_computes(book: Textbook) -> Iterator[Step]:
    r"""The code's $-\log \int p^a q^{1-a}/(a (1-a))$, KL at $a = 1$ and reverse KL at $a = 0$, from the parameters of
    the textbook, far apart and within $10^{-9}$ of each other, is that of the log-normaliser to 50 digits."""
    for order in ORDERS:
        yield rules.checked(
            rf"\text{{{book.name}}},\ a = {order:g}",
            lambda rng, order=order: _family_error(book, order, rng),
            cases=24,
            within=2e-12,
        )


def _family_error(book: Textbook, order: float, rng: np.random.Generator) -> float:
    first = book.draw(rng)
    if rng.uniform() < 0.5:
        near = 10 ** rng.uniform(-9, -0.5)
        second = tuple(value * (1 + near * float(rng.uniform(-1, 1))) for value in first)
    else:
        second = book.draw(rng)
    if book.domain is UNIT:
        second = tuple(min(max(value, 0.01), 0.99) for value in second)
    one, other = (Member(book.name, _arrays(book, parameters)) for parameters in (first, second))
    form = closed_form(one, other)
    assert form is not None
    found = float(np.asarray(form.scaled_gap(order)))
    return against(found, *_gap(book, order, first, second))


def _arrays(book: Textbook, parameters: tuple[float, ...]) -> tuple[Any, ...]:
    return tuple(np.asarray(float(value)) for value in (*parameters, *book.whole))


def _gap(book: Textbook, order: float, first: tuple[float, ...], second: tuple[float, ...]) -> tuple[Expr, Values]:
    """The exact number, as an expression in the parameters, and their values; infinity outside the family."""
    p, q = own(book, P), own(book, Q)
    values = dict(zip((*p, *q), map(sp.Rational, (*first, *second))))
    return exact_gap(book, order, p, q, values), values


def exact_gap(book: Textbook, order: float, p: Parameters, q: Parameters, values: Values) -> Expr:
    """The scaled gap by the log-normaliser, for expressions of the textbook's parameters; infinity outside."""
    if order in (0, 1):
        return book.kl(p, q) if order == 1 else book.kl(q, p)
    a = sp.Rational(order)
    here, there = book.natural(*p), book.natural(*q)
    middle = tuple(a * e + (1 - a) * f for e, f in zip(here, there))
    if not bool(book.inside(*(e.subs(values) for e in middle))):
        return oo
    total = a * book.log_normaliser(*here) + (1 - a) * book.log_normaliser(*there) - book.log_normaliser(*middle)
    return total / (a * (1 - a))


def against(found: float, exact: Expr, values: Values) -> float:
    """The relative error of a float; nan, which no check passes, where one is infinite and the other is not."""
    if exact is oo:
        return 0.0 if found == np.inf else np.nan
    truth = balls.relative_ball(exact, values, 20)
    if truth == 0:
        return abs(found)
    return float(abs(truth - found) / abs(truth))


@claim(budget=60)
def rows_by_closed_form() -> Iterator[Step]:
    r"""Of two normal laws, every row that is a sum of powers comes from the closed form of $\int p^a q^{1-a}$, and it
    is the certified integral."""
    laws = stats.norm(0, 1), stats.norm(0.5, 0.8)
    named = [ROWS[n] for n in ("kl", "reverse_kl", "jeffreys", "squared_hellinger", "pearson", "neyman")]
    for divergence in (*named, power(0.3), power(1.7)):
        name = divergence.name
        value = float(divergence(*laws))
        if "closed form" not in divergence.plan(*laws):
            raise Rejected(f"{name} is not found in closed form")
        if np.isfinite(value):
            yield rules.between(divergence, *laws, value * (1 - 1e-11), value * (1 + 1e-11), width=1e-12, name=name)
        else:
            yield rules.encloses(divergence, *laws, oo, name=name)
