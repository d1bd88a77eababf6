"""Laws that are no exponential family, or whose normaliser is a Bessel function: the closed forms that run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from scipy import stats

from divergence.density import Member
from divergence.f_divergence import ROWS, in_bits, js, kl
from divergence.families import bessel
from divergence.families.closed_form import closed_form
from divergence.measure import Discrete
from divergence.product import Product

from . import rules
from .claim import claim
from .closed_forms import Values, against
from .families import ORDER, P, Parameters, Q, log, scales
from .rules import Step
from .symbols import Expr, oo

GIL = "Gil, Alajaji & Linder 2013, Rényi divergence measures for commonly used univariate continuous laws"
FARTHER = (0.3, 0.8, 1.3, -0.4, 2.5)

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
        lambda rng: (float(rng.uniform(-3, 3)), float(10 ** rng.uniform(-4.5, 2.3))),
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
            errors.append(against(float(np.asarray(form.scaled_gap(order))), oo if outside else exact(P, Q), values))
        return float(np.max(errors))

    yield rules.checked(rf"\mathrm{{KL}},\ \text{{{subject.name}}}", error, cases=60, within=2e-12)


def _form(name: str, first: tuple[float, ...], second: tuple[float, ...], frames: Any = ((), ())) -> Any:
    p, q = (
        Member(name, tuple(map(np.asarray, one)), tuple(map(np.asarray, frame)))
        for one, frame in zip((first, second), frames)
    )
    form = closed_form(p, q)
    assert form is not None
    return form


def _found(form: Any, order: float) -> float:
    return float(np.asarray(form.scaled_gap(order)))


def _near_or_far(rng: np.random.Generator, draw: Draw) -> tuple[tuple[float, ...], tuple[float, ...]]:
    first, second = draw(rng), draw(rng)
    if rng.uniform() < 0.4:
        near = 10 ** rng.uniform(-6, -0.5)
        second = tuple(value * (1 + near * float(rng.uniform(-1, 1))) for value in first)
    return first, second


def _values(first: tuple[float, ...], second: tuple[float, ...], order: float) -> Values:
    return dict(zip((*P, *Q, ORDER), map(sp.Rational, (*first, *second, order))))


@claim(cites=(GIL,), budget=60)
def affinity_of_laplace_laws() -> Iterator[Step]:
    r"""$\int p^a q^{1-a}$ of two Laplace laws, integrated in its three pieces, at every order where it is finite: the
    code's closed form, which is infinite beyond."""
    d, here, there = sp.Abs(P[0] - Q[0]), ORDER / P[1], (1 - ORDER) / Q[1]
    ends = sp.exp(-there * d) + sp.exp(-here * d)
    between = (sp.exp(-there * d) - sp.exp(-here * d)) / (here - there)
    total = (ends / (here + there) + between) / 2
    gap = (log(P[1]) * ORDER + log(Q[1]) * (1 - ORDER) - log(total)) / (ORDER * (1 - ORDER))

    def error(rng: np.random.Generator) -> float:
        first, second = _near_or_far(rng, OTHERS["laplace"][1])
        order = float(rng.choice(FARTHER))
        outside = order / first[1] + (1 - order) / second[1] <= 0
        found = _found(_form("laplace", first, second), order)
        return against(found, oo if outside else gap, _values(first, second, order))

    yield rules.checked(r"-\log \int p^a q^{1-a}/(a (1 - a))", error, cases=80, within=1e-10)


def _apart(first: tuple[float, ...], second: tuple[float, ...], order: float) -> Expr:
    """Two exponential laws (start, scale): the scaled gap, infinite where one sticks out or the tails are too heavy."""
    (m, s), (n, r) = P, Q
    later = first[0] - second[0]
    if (order > 1 and later < 0) or (order < 0 and later > 0) or order / first[1] + (1 - order) / second[1] <= 0:
        return oo
    start = m if later > 0 else n
    rate = ORDER / s + (1 - ORDER) / r
    logs = -ORDER * log(s) - (1 - ORDER) * log(r) - ORDER * (start - m) / s - (1 - ORDER) * (start - n) / r - log(rate)
    return -logs / (ORDER * (1 - ORDER))


@claim(cites=(GIL,), budget=60)
def affinity_of_exponential_laws() -> Iterator[Step]:
    r"""$\int p^a q^{1-a}$ of exponential laws that begin at different places is $e^{-a (M - m)/s - (1-a)(M -
    n)/r}/(s^a r^{1-a} (a/s + (1-a)/r))$ with $M = \max(m, n)$; Pareto's law is that of $e^X$. KL too, and infinity
    where a law sticks out."""

    def draw(rng: np.random.Generator) -> tuple[float, ...]:
        return float(rng.normal()), *scales(rng, 1)

    def error(rng: np.random.Generator) -> float:
        first, second = _near_or_far(rng, draw)
        order = float(rng.choice(FARTHER))
        ones = [(1.0, scale, 1.0) for _, scale in (first, second)]
        found = _found(_form("gamma", *ones, frames=((first[0],), (second[0],))), order)
        return against(found, _apart(first, second, order), _values(first, second, order))

    yield rules.checked(r"-\log \int p^a q^{1-a}/(a (1 - a))", error, cases=80, within=1e-11)

    def pareto(rng: np.random.Generator) -> float:
        first, second = _near_or_far(rng, OTHERS["pareto"][1])
        order = float(rng.choice(FARTHER))
        logs = [(float(np.log(start)), 1 / shape) for shape, start in (first, second)]
        exact = _apart(logs[0], logs[1], order)
        swapped = {P[0]: log(P[1]), P[1]: 1 / P[0], Q[0]: log(Q[1]), Q[1]: 1 / Q[0]}
        exact = exact if exact is oo else exact.subs(swapped, simultaneous=True)
        return against(_found(_form("pareto", first, second), order), exact, _values(first, second, order))

    yield rules.checked(r"\text{Pareto}", pareto, cases=80, within=1e-10)

    def divergence(rng: np.random.Generator) -> float:
        first, second = _near_or_far(rng, draw)
        (m, s), (n, r) = P, Q
        exact = oo if first[0] < second[0] else log(r / s) + s / r - 1 + (m - n) / r
        ones = [(1.0, scale, 1.0) for _, scale in (first, second)]
        found = _found(_form("gamma", *ones, frames=((first[0],), (second[0],))), 1.0)
        return against(found, exact, _values(first, second, 0.0))

    yield rules.checked(r"\mathrm{KL}", divergence, cases=60, within=1e-11)


@claim(
    cites=("Bauckhage 2013, Computing the Kullback–Leibler divergence between two Weibull distributions",), budget=60
)
def kl_of_weibull_laws() -> Iterator[Step]:
    r"""KL of two Weibull laws of shapes $k, k'$ and scales $\lambda, \lambda'$, and of their inverses."""
    (k, s), (n, r) = P, Q
    exact = log(k) - k * log(s) - log(n) + n * log(r) + (k - n) * (log(s) - sp.EulerGamma / k)
    exact += sp.exp(n * log(s / r) + sp.loggamma(n / k + 1)) - 1

    def error(rng: np.random.Generator) -> float:
        first, second = ((float(rng.uniform(0.5, 4)), *scales(rng, 1)) for _ in range(2))
        if rng.uniform() < 0.4:
            near = 10 ** rng.uniform(-5, -0.5)
            second = tuple(value * (1 + near * float(rng.uniform(-1, 1))) for value in first)
        found = _found(_form("gamma", *((1.0, scale, shape) for shape, scale in (first, second))), 1.0)
        inverse = _found(_form("gamma", *((1.0, 1 / scale, -shape) for shape, scale in (first, second))), 1.0)
        values = _values(first, second, 0.0)
        return np.maximum(against(found, exact, values), against(inverse, exact, values))

    yield rules.checked(r"\mathrm{KL}", error, cases=60, within=1e-10)


@claim(cites=("Mardia & Jupp 2000, Directional statistics",), budget=60)
def affinity_of_von_mises_laws() -> Iterator[Step]:
    r"""$\int p^a q^{1-a} = I_0(\kappa_m)/(I_0(\kappa)^a I_0(\kappa')^{1-a})$, $\kappa_m$ the length of $a \kappa + (1
    - a) \kappa'$ as vectors in the plane, at every order."""

    def log_bessel(x: Expr) -> Expr:
        return log(sp.besseli(0, x, evaluate=False))

    inner = ORDER * (1 - ORDER) * P[1] * Q[1] * sp.cos(P[0] - Q[0], evaluate=False)
    length = sp.sqrt((ORDER * P[1]) ** 2 + ((1 - ORDER) * Q[1]) ** 2 + 2 * inner)
    gap = ORDER * log_bessel(P[1]) + (1 - ORDER) * log_bessel(Q[1]) - log_bessel(length)

    def error(rng: np.random.Generator) -> float:
        first, second = _near_or_far(rng, OTHERS["von_mises"][1])
        order = float(rng.choice(FARTHER))
        found = _found(_form("von_mises", first, second), order)
        return against(found, gap / (ORDER * (1 - ORDER)), _values(first, second, order))

    yield rules.checked(r"-\log \int p^a q^{1-a}/(a (1 - a))", error, cases=80, within=1e-10)


@claim(cites=("Mardia & Jupp 2000, Directional statistics",))
def variance_of_von_mises_laws() -> Iterator[Step]:
    r"""$(\log I_0)'' = 1 - A/\kappa - A^2$, $A = I_1/I_0$: the numbers of its series in $1/\kappa$ are exactly those of
    the series of $I_0$ and $I_1$, and at every $\kappa$ the code has it to nearly all digits."""

    def hankel(order: int) -> list[Fraction]:
        """Of I_order: the numbers a_j with I ~ e^κ (2πκ)^(-1/2) Σ a_j κ^-j."""
        found = [Fraction(1)]
        for j in range(1, 13):
            found.append(-found[-1] * Fraction(4 * order**2 - (2 * j - 1) ** 2, 8 * j))
        return found

    ratio: list[Fraction] = []  # of the two series
    for above, n in zip(hankel(1), range(13)):
        ratio.append(above - sum((ratio[i] * hankel(0)[n - i] for i in range(n)), Fraction(0)))
    for n, number in enumerate(bessel.SERIES, 2):
        square = sum((ratio[i] * ratio[n - i] for i in range(n + 1)), Fraction(0))
        exact = -ratio[n - 1] - square
        yield rules.exactly(rf"c_{{{n}}}", lambda _, found=number, e=exact: (Fraction(found), "=", e), cases=1)

    def error(rng: np.random.Generator) -> float:
        place = float(10 ** rng.uniform(-4, 5))
        with mpmath.workdps(40):
            k = mpmath.mpf(place)
            mean = mpmath.besseli(1, k) / mpmath.besseli(0, k)
            exact = 1 - mean / k - mean**2
            return float(abs(exact - float(bessel.variance(np.asarray(place)))) / exact)

    yield rules.checked(r"1 - A/\kappa - A^2", error, cases=60, within=2e-12)


@claim(cites=(GIL,))
def affinity_of_normal_laws_in_space() -> Iterator[Step]:
    r"""$-\log \int p^a q^{1-a} = \frac{a (1-a)}{2} d^\top S^{-1} d + \frac12 \log \frac{|S|}{|A|^{1-a} |B|^a}$ with
    $S = a B + (1 - a) A$ in any dimension, infinite where $S$ is not positive; and KL."""

    def error(rng: np.random.Generator) -> float:
        k = int(rng.integers(1, 4))
        roots = rng.normal(size=(2, k, k))
        a, b = (root @ root.T + 0.3 * np.eye(k) for root in roots)
        if rng.uniform() < 0.5:
            b = a + 0.2 * b
        m, n = rng.normal(size=(2, k))
        form = closed_form(Member("multivariate_normal", (m, a)), Member("multivariate_normal", (n, b)))
        assert form is not None
        errors, d = [], m - n
        for order in FARTHER:
            spread = order * b + (1 - order) * a
            exact = np.inf
            if np.linalg.eigvalsh(spread)[0] > 1e-6:
                logs = [np.linalg.slogdet(x)[1] for x in (spread, a, b)]
                exact = d @ np.linalg.solve(spread, d) / 2
                exact += (logs[0] - (1 - order) * logs[1] - order * logs[2]) / 2 / (order * (1 - order))
            found = _found(form, order)
            errors.append(0.0 if np.isinf(found) and np.isinf(exact) else abs(found - exact) / (1 + exact))
        inverse = np.linalg.inv(b)
        exact = (np.trace(inverse @ a) - k + d @ inverse @ d + np.linalg.slogdet(b)[1] - np.linalg.slogdet(a)[1]) / 2
        return np.max([*errors, abs(_found(form, 1.0) - exact) / (1 + exact)])

    yield rules.checked(r"-\log \int p^a q^{1-a}/(a (1 - a))", error, cases=60, within=1e-10)


@claim()
def uniform_laws() -> Iterator[Step]:
    r"""Uniform laws on $[a, b]$ and $[c, d]$ that share a length $o$: total variation, $H^2 = 1 - o/\sqrt{(b - a)(d -
    c)}$ and KL."""

    def error(rng: np.random.Generator) -> float:
        (a, width), (c, other) = ((float(rng.uniform(-1, 1)), float(rng.uniform(0.2, 3))) for _ in range(2))
        p, q = stats.uniform(a, width), stats.uniform(c, other)
        shared = max(0.0, min(a + width, c + other) - max(a, c))
        apart = (abs(shared / width - shared / other) + (width - shared) / width + (other - shared) / other) / 2
        found = [float(ROWS[name](p, q)) for name in ("total_variation", "squared_hellinger")]
        errors = [abs(found[0] - apart), abs(found[1] - (1 - shared / np.sqrt(width * other)))]
        inside = c <= a and a + width <= c + other
        value = float(kl(p, q))
        errors.append(abs(value - np.log(other / width)) if inside else 0.0 if np.isinf(value) else 1.0)
        return np.max(errors)

    yield rules.checked(r"\mathrm{TV}, H^2, \mathrm{KL}", error, cases=120, within=1e-14)


@claim()
def independent_coordinates() -> Iterator[Step]:
    r"""Of laws with independent coordinates KL, reverse KL and Jeffreys add up, and $\int p^a q^{1-a}$ multiplies:
    what the code finds is what the masses of all pairs of atoms give."""

    def error(rng: np.random.Generator) -> float:
        first, second = rng.dirichlet(np.full(3, 2.0), size=(2, 2))
        p, q = (Product(Discrete.normalised(one, np.arange(3.0))) for one in (first, second))
        joint = [np.outer(*one).ravel() for one in (first, second)]
        joint = [one / one.sum() for one in joint]
        names = ("kl", "reverse_kl", "jeffreys", "squared_hellinger", "pearson", "neyman")
        return np.max(
            [abs(float(ROWS[n](p, q)) - float(ROWS[n](*joint))) / (1 + float(ROWS[n](*joint))) for n in names]
        )

    yield rules.checked(r"D_f(P_1 \times P_2 \| Q_1 \times Q_2)", error, cases=40, within=1e-12)


@claim(rests_on=("closed_form_computes[gamma]",))
def pair_by_pair() -> Iterator[Step]:
    r"""A batch of pairs is that of its pairs, in every family of which members are numbers."""

    def error(rng: np.random.Generator) -> float:
        shape, scale, other, other_scale = 10 ** rng.uniform(-1, 1, (4, 3))
        members = [Member("gamma", (k, s, np.ones(3))) for k, s in ((shape, scale), (other, other_scale))]
        form = closed_form(members[0], members[1])
        assert form is not None
        singles = [_found(one, 0.5) for one in form.pairs()]
        return float(np.abs(np.asarray(form.scaled_gap(0.5)) / singles - 1).max()) + abs(len(singles) - 3)

    yield rules.checked(r"\text{each pair}", error, cases=5, within=1e-14)


@claim()
def bits() -> Iterator[Step]:
    r"""A nat is $1/\log 2$ bits, and disjoint supports are one bit of JSD apart."""
    yield rules.rounds(float(in_bits(1.0)), 1 / sp.log(2))
    yield rules.rounds(float(in_bits(js(np.array([1.0, 0.0]), np.array([0.0, 1.0])))), sp.Integer(1))
