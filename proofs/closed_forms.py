"""The closed forms that run, of families and of other laws, against the textbook's to 50 digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from divergence.density import Member
from divergence.f_divergence import ROWS
from divergence.families.closed_form import closed_form

from . import balls, rules
from .claim import claim
from .families import BOOKS, ORDER, UNIT, P, Parameters, Q, Textbook, log, own, scales
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
    members = [Member(book.name, _arrays(book, parameters)) for parameters in (first, second)]
    form = closed_form(*members)
    assert form is not None
    found = float(np.asarray(form.scaled_gap(order)))
    return _against(found, *_gap(book, order, first, second))


def _arrays(book: Textbook, parameters: tuple[float, ...]) -> tuple[Any, ...]:
    return tuple(np.asarray(float(value)) for value in (*parameters, *book.whole))


def _gap(book: Textbook, order: float, first: tuple[float, ...], second: tuple[float, ...]) -> tuple[Expr, Values]:
    """The exact number, as an expression in the parameters, and their values; infinity outside the family."""
    p, q = own(book, P), own(book, Q)
    values = dict(zip((*p, *q), map(sp.Rational, (*first, *second))))
    if order in (0, 1):
        return book.kl(p, q) if order == 1 else book.kl(q, p), values
    a = sp.Rational(order)
    here, there = book.natural(*p), book.natural(*q)
    middle = tuple(a * e + (1 - a) * f for e, f in zip(here, there))
    if not bool(book.inside(*(e.subs(values) for e in middle))):
        return oo, values
    total = a * book.log_normaliser(*here) + (1 - a) * book.log_normaliser(*there) - book.log_normaliser(*middle)
    return total / (a * (1 - a)), values


def _against(found: float, exact: Expr, values: Values) -> float:
    """The relative error of a float; nan, which no check passes, where one is infinite and the other is not."""
    if exact is oo:
        return 0.0 if found == np.inf else np.nan
    truth = balls.relative_ball(exact, values, 20)
    if truth == 0:
        return abs(found)
    return float(abs(truth - found) / abs(truth))


# --- laws that are no exponential family, or whose normaliser is a Bessel function


Draw = Callable[[np.random.Generator], tuple[float, ...]]
OTHERS: dict[str, tuple[Callable[[Parameters, Parameters], Expr], Draw]] = {
    "laplace": (
        lambda p, q: log(q[1] / p[1]) - 1 + (p[1] * sp.exp(-abs(p[0] - q[0]) / p[1]) + abs(p[0] - q[0])) / q[1],
        lambda rng: (float(rng.normal()), *scales(rng, 1)),
    ),
    "cauchy": (
        lambda p, q: log(((p[1] + q[1]) ** 2 + (p[0] - q[0]) ** 2) / (4 * p[1] * q[1])),
        lambda rng: (float(rng.normal()), *scales(rng, 1)),
    ),
    "pareto": (
        lambda p, q: log(p[0] / q[0]) + q[0] * log(p[1] / q[1]) + q[0] / p[0] - 1,
        lambda rng: scales(rng, 2),
    ),
    "von_mises": (
        lambda p, q: log(sp.besseli(0, q[1], evaluate=False)) - log(sp.besseli(0, p[1], evaluate=False))
        + (p[1] - q[1] * sp.cos(p[0] - q[0], evaluate=False)) * sp.besseli(1, p[1], evaluate=False)
        / sp.besseli(0, p[1], evaluate=False),
        lambda rng: (float(rng.uniform(-3, 3)), float(10 ** rng.uniform(-2, 2.3))),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    name: str


@claim(
    over=tuple(map(Named, OTHERS)), cites=("Chyzak & Nielsen 2019, for the Cauchy laws; Mardia & Jupp 2000",), budget=60
)
def kl_computes(subject: Named) -> Iterator[Step]:
    r"""The code's KL, both ways, is the textbook's formula to 50 digits, far apart and near."""
    exact, draw = OTHERS[subject.name]

    def error(rng: np.random.Generator) -> float:
        first, second = draw(rng), draw(rng)
        if rng.uniform() < 0.5:
            near = 10 ** rng.uniform(-7, -0.5)
            second = tuple(value * (1 + near * float(rng.uniform(-1, 1))) for value in first)
        p, q = (tuple(np.asarray(value) for value in one) for one in (first, second))
        form = closed_form(Member(subject.name, p), Member(subject.name, q))
        assert form is not None
        errors = []
        for order, (one, two) in ((1.0, (first, second)), (0.0, (second, first))):
            outside = subject.name == "pareto" and one[1] < two[1]  # an atom of the first law below the second
            values = dict(zip((*P, *Q), map(sp.Rational, (*one, *two))))
            errors.append(_against(float(np.asarray(form.scaled_gap(order))), oo if outside else exact(P, Q), values))
        return float(np.max(errors))

    yield rules.checked(rf"\mathrm{{KL}},\ \text{{{subject.name}}}", error, cases=60, within=2e-12)


@claim(cites=("Gil, Alajaji & Linder 2013, Rényi divergence measures for commonly used univariate continuous laws",))
def affinity_of_laplace_laws() -> Iterator[Step]:
    r"""$\int p^a q^{1-a}$ of two Laplace laws, integrated in its three pieces: the code's closed form."""

    def error(rng: np.random.Generator) -> float:
        a = float(rng.uniform(0.05, 0.95))
        (m, s), (n, r) = ((float(rng.normal()), scales(rng, 1)[0]) for _ in range(2))
        form = closed_form(*(Member("laplace", tuple(np.asarray(value) for value in one)) for one in ((m, s), (n, r))))
        assert form is not None
        values = dict(zip((*P, *Q, ORDER), map(sp.Rational, (m, s, n, r, a))))
        return _against(float(np.asarray(form.scaled_gap(a))), _laplace_gap(), values)

    yield rules.checked(r"-\log \int p^a q^{1-a}/(a (1 - a))", error, cases=60, within=1e-10)


def _laplace_gap() -> Expr:
    """Both tails and the piece between, each an exponential in x."""
    d, here, there = sp.Abs(P[0] - Q[0]), ORDER / P[1], (1 - ORDER) / Q[1]
    ends = sp.exp(-there * d) + sp.exp(-here * d)
    between = (sp.exp(-there * d) - sp.exp(-here * d)) / (here - there)
    total = (ends / (here + there) + between) / 2
    return (log(P[1]) * ORDER + log(Q[1]) * (1 - ORDER) - log(total)) / (ORDER * (1 - ORDER))


@claim(budget=60)
def rows_by_closed_form() -> Iterator[Step]:
    r"""Of two normal laws, every row that is a sum of powers comes from the closed form of $\int p^a q^{1-a}$, and it
    is the certified integral."""
    laws = stats.norm(0, 1), stats.norm(0.5, 0.8)
    for name in ("kl", "reverse_kl", "jeffreys", "squared_hellinger", "pearson", "neyman"):
        divergence = ROWS[name]
        value = float(divergence(*laws))
        if "closed form" not in divergence.plan(*laws):
            raise Rejected(f"{name} is not found in closed form")
        if np.isfinite(value):
            yield rules.between(divergence, *laws, value * (1 - 1e-11), value * (1 + 1e-11), width=1e-12, name=name)
        else:
            yield rules.encloses(divergence, *laws, oo, name=name)
