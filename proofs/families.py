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

from . import rules
from .claim import claim
from .rules import Step
from .symbols import Domain, Expr, box, oo, x

BARNDORFF = "Barndorff-Nielsen 1978, Information and exponential families; Nielsen & Nock 2011"
NATURAL = sp.symbols("eta1 eta2", real=True)
P, Q = (sp.symbols(f"{name}1 {name}2", positive=True) for name in "pq")
ORDER = sp.Symbol("a", real=True)

Parameters = tuple[Expr, ...]
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


def scales(rng: np.random.Generator, size: int) -> tuple[float, ...]:
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
        lambda rng: (float(rng.normal()), *scales(rng, 1)),
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
        lambda rng: scales(rng, 1),
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
        lambda rng: scales(rng, 2),
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
        lambda rng: scales(rng, 2),
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
        lambda rng: scales(rng, 2),
        lambda e1, e2: (e2 < 0) & (e1 <= 0),
    ),
)  # fmt: skip


def _domain(book: Textbook, *which: Parameters) -> Domain:
    used = {symbol for group in which for symbol in group}
    return box({symbol: ends for symbol, ends in book.domain.items() if symbol in used})


def own(book: Textbook, group: Parameters) -> Parameters:
    return tuple(symbol for symbol in group if symbol in book.domain)


@claim(over=BOOKS, cites=(BARNDORFF,))
def exponential_form(book: Textbook) -> Iterator[Step]:
    r"""The density of the textbook is $h(x) \exp(\theta \cdot T(x) - A(\theta))$."""
    mine = own(book, P)
    theta = book.natural(*mine)
    form = book.base + sum((e * s for e, s in zip(theta, book.statistics)), sp.Integer(0)) - book.log_normaliser(*theta)
    place = box({x: book.support})
    yield rules.identity(book.log_density(*mine), form, _domain(book, P).times(place), name=r"\log p(x)")


@claim(over=BOOKS, rests_on=("exponential_form",), cites=(BARNDORFF,))
def mean_map(book: Textbook) -> Iterator[Step]:
    r"""$A'(\theta)$ is the mean of the statistic that the textbook states, by the chain rule in its parameters."""
    mine = own(book, P)
    theta, means = book.natural(*mine), book.means(*mine)
    value = book.log_normaliser(*theta)
    for symbol in mine:
        slope = sum((mean * sp.diff(e, symbol) for mean, e in zip(means, theta)), sp.Integer(0))
        yield rules.derivative(value, symbol, slope, _domain(book, P))


@claim(over=BOOKS, rests_on=("mean_map",), cites=(BARNDORFF,))
def kl_is_bregman(book: Textbook) -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) = A(\theta_Q) - A(\theta_P) - (\theta_Q - \theta_P) \cdot A'(\theta_P)$ is the textbook's
    formula."""
    first, second = own(book, P), own(book, Q)
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
