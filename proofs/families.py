"""Exponential families from their log-normalisers, and the closed forms that run against the textbook's.

A member has the density h(x) exp(θ·T(x) - A(θ)). Then A' is the mean of T, KL(P||Q) is the Bregman divergence of A from
θ_P to θ_Q, and log ∫ p^a q^(1-a) = A(a θ_P + (1-a) θ_Q) - a A(θ_P) - (1-a) A(θ_Q).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp

from divergence.density import Member
from divergence.f_divergence import ROWS
from divergence.families.closed_form import closed_form

from . import balls, rules
from .claim import claim
from .rules import Step
from .symbols import Domain, Expr, Rejected, box, oo, x

BARNDORFF = "Barndorff-Nielsen 1978, Information and exponential families; Nielsen & Nock 2011"
NATURAL = sp.symbols("eta1 eta2", real=True)
P, Q = (sp.symbols(f"{name}1 {name}2", positive=True) for name in "pq")
ORDER = sp.Symbol("a", real=True)
ORDERS = (0.0, 1.0, 0.5, 0.25, 1.5, -0.5, 3.0)

Parameters = tuple[Expr, ...]
Values = dict[sp.Symbol, Expr]
log, gamma_log = sp.log, sp.loggamma


def digamma(z: Expr) -> Expr:
    return sp.polygamma(0, z)


@dataclass(frozen=True)
class Textbook:
    """A family as written in books: its parameters, the density that has them, its KL, and its exponential form.

    `natural` are θ, `log_normaliser` is A(θ), `statistics` are T(x), `base` is log h(x), `means` are E T; `draw` gives
    floats for the parameters; `whole` are integers that both members share, after the parameters.
    """

    name: str
    domain: Mapping[sp.Symbol, tuple[Any, Any]]
    log_density: Callable[..., Expr]
    kl: Callable[[Parameters, Parameters], Expr]
    natural: Callable[..., Parameters]
    log_normaliser: Callable[..., Expr]
    statistics: Parameters
    base: Expr
    means: Callable[..., Parameters]
    draw: Callable[[np.random.Generator], tuple[float, ...]]
    inside: Callable[..., Any] = lambda *eta: True
    whole: tuple[int, ...] = field(default=())
    support: tuple[Any, Any] = (0, oo)


def _scales(rng: np.random.Generator, size: int) -> tuple[float, ...]:
    return tuple(float(value) for value in 10 ** rng.uniform(-1, 1, size))


def _two(p: Expr, q: Expr) -> Expr:
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


HALF, TRIALS = sp.Rational(1, 2), 7
UNIT = {P[0]: (0, 1), Q[0]: (0, 1)}
POSITIVE = dict.fromkeys((*P, *Q), (0, oo))

BOOKS = (
    Textbook(
        "normal",
        POSITIVE,
        lambda m, s: -((x - m) ** 2) / (2 * s**2) - log(s) - log(2 * sp.pi) / 2,
        lambda p, q: log(q[1] / p[1]) + (p[1] ** 2 + (p[0] - q[0]) ** 2) / (2 * q[1] ** 2) - HALF,
        lambda m, s: (m / s**2, -1 / (2 * s**2)),
        lambda e1, e2: -(e1**2) / (4 * e2) - log(-2 * e2) / 2,
        (x, x**2),
        -log(2 * sp.pi) / 2,
        lambda m, s: (m, m**2 + s**2),
        lambda rng: (float(rng.normal()), *_scales(rng, 1)),
        lambda e1, e2: e2 < 0,
    ),
    Textbook(
        "poisson",
        {P[0]: (0, oo), Q[0]: (0, oo)},
        lambda rate: x * log(rate) - rate - gamma_log(x + 1),
        lambda p, q: p[0] * log(p[0] / q[0]) - p[0] + q[0],
        lambda rate: (log(rate),),
        lambda e: sp.exp(e),
        (x,),
        -gamma_log(x + 1),
        lambda rate: (rate,),
        lambda rng: _scales(rng, 1),
    ),
    Textbook(
        "binomial",
        UNIT,
        lambda p: gamma_log(sp.Integer(TRIALS + 1)) - gamma_log(x + 1) - gamma_log(TRIALS + 1 - x)
        + x * log(p) + (TRIALS - x) * log(1 - p),
        lambda p, q: TRIALS * _two(p[0], q[0]),
        lambda p: (log(p / (1 - p)),),
        lambda e: TRIALS * log(1 + sp.exp(e)),
        (x,),
        gamma_log(sp.Integer(TRIALS + 1)) - gamma_log(x + 1) - gamma_log(TRIALS + 1 - x),
        lambda p: (TRIALS * p,),
        lambda rng: (float(rng.uniform(0.02, 0.98)),),
        whole=(TRIALS,),
        support=(0, TRIALS),
    ),
    Textbook(
        "negative_binomial",
        UNIT,
        lambda p: gamma_log(x + 3) - gamma_log(x + 1) - log(2) + 3 * log(p) + x * log(1 - p),
        lambda p, q: 3 * _two(p[0], q[0]) / p[0],
        lambda p: (log(1 - p),),
        lambda e: -3 * log(1 - sp.exp(e)),
        (x,),
        gamma_log(x + 3) - gamma_log(x + 1) - log(2),
        lambda p: (3 * (1 - p) / p,),
        lambda rng: (float(rng.uniform(0.02, 0.98)),),
        lambda e: e < 0,
        whole=(3,),
    ),
    Textbook(
        "gamma",
        POSITIVE,
        lambda k, s: (k - 1) * log(x) - x / s - k * log(s) - gamma_log(k),
        lambda p, q: (p[0] - q[0]) * digamma(p[0]) - gamma_log(p[0]) + gamma_log(q[0])
        + q[0] * log(q[1] / p[1]) + p[0] * (p[1] - q[1]) / q[1],
        lambda k, s: (k, -1 / s),
        lambda e1, e2: gamma_log(e1) - e1 * log(-e2),
        (log(x), x),
        -log(x),
        lambda k, s: (digamma(k) + log(s), k * s),
        lambda rng: _scales(rng, 2),
        lambda e1, e2: (e1 > 0) & (e2 < 0),
        whole=(1,),
    ),
    Textbook(
        "beta",
        POSITIVE,
        lambda a, b: (a - 1) * log(x) + (b - 1) * log(1 - x) + gamma_log(a + b) - gamma_log(a) - gamma_log(b),
        lambda p, q: gamma_log(p[0] + p[1]) - gamma_log(p[0]) - gamma_log(p[1])
        - gamma_log(q[0] + q[1]) + gamma_log(q[0]) + gamma_log(q[1])
        + (p[0] - q[0]) * (digamma(p[0]) - digamma(p[0] + p[1]))
        + (p[1] - q[1]) * (digamma(p[1]) - digamma(p[0] + p[1])),
        lambda a, b: (a, b),
        lambda e1, e2: gamma_log(e1) + gamma_log(e2) - gamma_log(e1 + e2),
        (log(x), log(1 - x)),
        -log(x) - log(1 - x),
        lambda a, b: (digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)),
        lambda rng: _scales(rng, 2),
        lambda e1, e2: (e1 > 0) & (e2 > 0),
        support=(0, 1),
    ),
    Textbook(
        "inverse_gaussian",
        POSITIVE,
        lambda m, lam: (log(lam) - log(2 * sp.pi) - 3 * log(x)) / 2 - lam * (x - m) ** 2 / (2 * m**2 * x),
        lambda p, q: (log(p[1] / q[1]) - 1 + q[1] / p[1]) / 2 + q[1] * (p[0] - q[0]) ** 2 / (2 * p[0] * q[0] ** 2),
        lambda m, lam: (-lam / (2 * m**2), -lam / 2),
        lambda e1, e2: -2 * sp.sqrt(e1 * e2) - log(-2 * e2) / 2,
        (x, 1 / x),
        -(log(2 * sp.pi) + 3 * log(x)) / 2,
        lambda m, lam: (m, 1 / m + 1 / lam),
        lambda rng: _scales(rng, 2),
        lambda e1, e2: (e2 < 0) & (e1 <= 0),
    ),
)  # fmt: skip


def _domain(book: Textbook, *which: Parameters) -> Domain:
    used = {symbol for group in which for symbol in group}
    return box({symbol: ends for symbol, ends in book.domain.items() if symbol in used})


def _own(book: Textbook, group: Parameters) -> Parameters:
    return tuple(symbol for symbol in group if symbol in book.domain)


@claim(over=BOOKS, cites=(BARNDORFF,))
def exponential_form(book: Textbook) -> Iterator[Step]:
    r"""The density of the textbook is $h(x) \exp(\theta \cdot T(x) - A(\theta))$."""
    own = _own(book, P)
    theta = book.natural(*own)
    form = book.base + sum((e * s for e, s in zip(theta, book.statistics)), sp.Integer(0)) - book.log_normaliser(*theta)
    place = box({x: book.support})
    yield rules.identity(book.log_density(*own), form, _domain(book, P).times(place), name=r"\log p(x)")


@claim(over=BOOKS, rests_on=("exponential_form",), cites=(BARNDORFF,))
def mean_map(book: Textbook) -> Iterator[Step]:
    r"""$A'(\theta)$ is the mean of the statistic that the textbook states, by the chain rule in its parameters."""
    own = _own(book, P)
    theta, means = book.natural(*own), book.means(*own)
    value = book.log_normaliser(*theta)
    for symbol in own:
        slope = sum((mean * sp.diff(e, symbol) for mean, e in zip(means, theta)), sp.Integer(0))
        yield rules.derivative(value, symbol, slope, _domain(book, P))


@claim(over=BOOKS, rests_on=("mean_map",), cites=(BARNDORFF,))
def kl_is_bregman(book: Textbook) -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) = A(\theta_Q) - A(\theta_P) - (\theta_Q - \theta_P) \cdot A'(\theta_P)$ is the textbook's
    formula."""
    first, second = _own(book, P), _own(book, Q)
    here, there, means = book.natural(*first), book.natural(*second), book.means(*first)
    bregman = book.log_normaliser(*there) - book.log_normaliser(*here)
    bregman -= sum(((f - e) * mean for e, f, mean in zip(here, there, means)), sp.Integer(0))
    yield rules.identity(book.kl(first, second), bregman, _domain(book, P, Q), name=r"\mathrm{KL}")


@claim(rests_on=("exponential_form[normal]",), cites=(BARNDORFF,))
def affinity_of_a_family() -> Iterator[Step]:
    r"""$a \log p + (1 - a) \log q = \log m + A(\theta_m) - a A(\theta_P) - (1 - a) A(\theta_Q)$ with $\theta_m = a
    \theta_P + (1 - a) \theta_Q$, at every $x$ and in every exponential family: $m$ has mass one, and the rest is
    constant."""
    s, h, a1, a2, a3, e1, e2 = sp.symbols("s h A_P A_Q A_m theta_P theta_Q", real=True)
    everything = box(dict.fromkeys((s, h, a1, a2, a3, e1, e2, ORDER), (-oo, oo)))
    first, second = h + e1 * s - a1, h + e2 * s - a2
    middle = h + (ORDER * e1 + (1 - ORDER) * e2) * s - a3
    yield rules.identity(ORDER * first + (1 - ORDER) * second, middle + a3 - ORDER * a1 - (1 - ORDER) * a2, everything)


# --- the closed forms that run


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
    p, q = _own(book, P), _own(book, Q)
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
        lambda rng: (float(rng.normal()), *_scales(rng, 1)),
    ),
    "cauchy": (
        lambda p, q: log(((p[1] + q[1]) ** 2 + (p[0] - q[0]) ** 2) / (4 * p[1] * q[1])),
        lambda rng: (float(rng.normal()), *_scales(rng, 1)),
    ),
    "pareto": (
        lambda p, q: log(p[0] / q[0]) + q[0] * log(p[1] / q[1]) + q[0] / p[0] - 1,
        lambda rng: _scales(rng, 2),
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
        (m, s), (n, r) = ((float(rng.normal()), _scales(rng, 1)[0]) for _ in range(2))
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
    from scipy import stats

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
