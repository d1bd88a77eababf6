"""The power family and what is a function of it: Rényi's divergences, Bhattacharyya's, Chernoff's, skewed rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from divergence import derived_rows, generators
from divergence.affinity import renyi
from divergence.chernoff_information import Chernoff
from divergence.generators import GENERATORS

from . import rules
from .claim import claim
from .rules import Step
from .symbols import Expr, S, a, b, box, c, oo, p, q, read, t, u, x

VAN_ERVEN = "van Erven & Harremoës 2014, Rényi divergence and Kullback–Leibler divergence"
LIN = "Lin 1991, Divergence measures based on the Shannon entropy"
FIRST = tuple(sp.Rational(n, 16) for n in (1, 3, 4, 8))
SECOND = tuple(sp.Rational(n, 16) for n in (6, 5, 4, 1))
LAWS = tuple(np.array([float(mass) for mass in law]) for law in (FIRST, SECOND))


def _affinity(order: Expr) -> Expr:
    return sum((m**order * n ** (1 - order) for m, n in zip(FIRST, SECOND)), sp.Integer(0))


@claim(rests_on=("members_of_power",), cites=("Cressie & Read 1984, Multinomial goodness-of-fit tests",))
def power_is_continuous_in_its_order() -> Iterator[Step]:
    r"""power(a) tends to KL as $a \to 1$ and to reverse KL as $a \to 0$, from either side."""
    small = box({x: (0, 1), t: (0, oo)})
    for place, name in ((1, "kl"), (0, "reverse_kl")):
        (piece,) = read(name).pieces()
        for side in (1, -1):
            row = generators.power(place + side * x)
            yield rules.limit(row.f(t, t - 1, S), x, 0, piece.f(read(name).row), small)


@claim(cites=(VAN_ERVEN,))
def renyi_at_one() -> Iterator[Step]:
    r"""Rényi's $\frac{1}{a - 1} \log \sum p^a q^{1-a}$ tends to KL as $a \to 1$: the sum is then that of $p$, which
    is 1, so that its logarithm vanishes with $a - 1$, and its slope there is KL; on two atoms."""
    order = u
    atoms = box({p: (0, oo), q: (0, oo), a: (0, oo), b: (0, oo)})
    line = atoms.times(box({order: (-oo, oo)}))
    pairs = ((p, q), (a, b))
    total = sum((m**order * n ** (1 - order) for m, n in pairs), sp.Integer(0))
    slope = sum((m**order * n ** (1 - order) * sp.log(m / n) for m, n in pairs), sp.Integer(0))
    kl = sum((_kl_term(*pair) for pair in pairs), sp.Integer(0))
    yield rules.identity(total.subs(order, 1), p + a, atoms)
    yield rules.derivative(total, order, slope, line)
    yield rules.identity(slope.subs(order, 1), kl + (p + a) - (q + b), atoms)


def _kl_term(first: Expr, second: Expr) -> Expr:
    return second * GENERATORS["kl"].f(first / second, first / second - 1, S)


@claim(cites=(VAN_ERVEN,))
def renyi_at_infinity() -> Iterator[Step]:
    r"""As $a \to \infty$ Rényi's divergence tends to $\log \max p/q$: with the largest ratio $r$, on an atom of mass
    $p$ in $Q$, and a smaller one $r e^{-b}$, the sum is $r^a (p + q e^{-ab})$. The code gives the same at $a =
    \infty$."""
    ratio = sp.Symbol("r", positive=True)
    domain = box({p: (0, oo), q: (0, oo), b: (0, oo), c: (0, oo), ratio: (0, oo)})
    total = p * ratio**c + q * (ratio * sp.exp(-b)) ** c
    rest = p + q * sp.exp(-b * c)
    yield rules.identity(total, ratio**c * rest, domain)
    yield rules.limit(rest, c, oo, p, domain.without(ratio))
    yield rules.limit(sp.log(rest) / (c - 1), c, oo, 0, box({p: (0, oo), q: (0, oo), b: (0, oo), c: (2, oo)}))
    ratios = [m / n for m, n in zip(FIRST, SECOND)]
    yield rules.rounds(float(renyi(np.inf)(*LAWS)), sp.log(max(ratios)), ulps=4)


@claim(cites=(VAN_ERVEN,))
def renyi_computes() -> Iterator[Step]:
    r"""The code's Rényi divergence is $\frac{1}{a - 1} \log \sum p^a q^{1-a}$ for $a$ on both sides of 1."""
    for low, high in ((0.05, 0.95), (1.05, 6.0)):
        orders = np.linspace(low, high, 33)
        reading = sp.log(_affinity(a)) / (a - 1)
        yield rules.computes(lambda z: np.array([float(renyi(one)(*LAWS)) for one in z]), reading, a, orders, ulps=16)
    kl = sum((_kl_term(*pair) for pair in zip(FIRST, SECOND)), sp.Integer(0))
    yield rules.rounds(float(renyi(1)(*LAWS)), kl, ulps=8)


@claim(cites=(VAN_ERVEN,))
def renyi_rises_with_its_order() -> Iterator[Step]:
    r"""Rényi's divergence does not fall as its order rises."""

    def fall(rng: np.random.Generator) -> float:
        first, second = (rng.dirichlet(np.full(5, 0.7)) for _ in range(2))
        low, high = np.sort(rng.uniform(0, 4, 2))
        one, two = (float(renyi(float(order))(first, second)) for order in (low, high))
        return np.maximum(0.0, one - two) / (1 + two)

    yield rules.checked(r"a \le b \Rightarrow R_a \le R_b", fall, cases=200, within=1e-13)


@claim()
def bhattacharyya_is_half_of_renyi() -> Iterator[Step]:
    r"""$R_{1/2} = -2 \log \int \sqrt{pq}$, and $\int \sqrt{pq} = 1 - H^2$: the affinity, Bhattacharyya's distance and
    Hellinger's are one number."""
    (piece,) = read("squared_hellinger").pieces()
    term = q * piece.f(read("squared_hellinger").row).subs(t, p / q)
    pair = box({p: (0, oo), q: (0, oo)})
    yield rules.identity(term, (p + q) / 2 - sp.sqrt(p * q), pair)
    half = sp.Rational(1, 2)
    yield rules.rounds(float(renyi(0.5)(*LAWS)), -2 * sp.log(_affinity(half)), ulps=16)


@claim(cites=("Chernoff 1952; Nielsen 2013, An information-geometric characterization of Chernoff information",))
def chernoff_is_the_best_order() -> Iterator[Step]:
    r"""Chernoff's information is $\max_a -\log \sum p^a q^{1-a}$: $-\log$ of the sum is concave in $a$, its slope
    changes sign once, and the code finds the place and the value."""
    e = -sp.log(_affinity(x))
    slope = sp.diff(e, x)
    order = Chernoff().order(*LAWS)
    yield rules.root(slope, x, "0.05", "0.95", digits=9, name="a")
    at = sp.Rational(str(round(order, 9)))

    def error(rng: np.random.Generator) -> float:
        value = float(Chernoff()(*LAWS))
        best = float(e.subs(x, at))
        return abs(value - best) + np.maximum(0.0, float(e.subs(x, rng.uniform(0.01, 0.99))) - value)

    yield rules.checked(r"C = \max_a", error, cases=40, within=1e-13)


@claim(cites=(LIN,))
def js_is_a_symmetrised_skew() -> Iterator[Step]:
    r"""The Jensen–Shannon row is the KL row skewed by ½, towards the mixture, and symmetrised."""
    row = derived_rows.symmetrised(derived_rows.skew(GENERATORS["kl"], sp.Rational(1, 2)))
    domain = box({t: (0, oo)})
    yield rules.identity(row.f(t, t - 1, S), GENERATORS["js"].f(t, t - 1, S), domain, name="f(t)")


@claim(cites=(LIN,))
def skewed_rows() -> Iterator[Step]:
    r"""The row skewed by $w$ is $m f(t/m)$ with $m = (1 - w) t + w$, in closed form for KL and Pearson, and its
    reverse is $t$ times it at $1/t$."""
    weight = sp.Rational(1, 3)
    domain = box({t: (0, oo)})
    m = (1 - weight) * t + weight
    books = {"kl": t * sp.log(t / m) - t + m, "pearson": (t - m) ** 2 / m}
    for name, book in books.items():
        row = derived_rows.skew(GENERATORS[name], weight)
        yield rules.identity(row.f(t, t - 1, S), book, domain, name="f(t)")
        turned = t * row.reverse.f(1 / t, 1 / t - 1, S)
        yield rules.identity(row.f(t, t - 1, S), turned, domain, name="f(t)")
