"""Transport on finite spaces, exactly: duality, the line, the critic of a WGAN; and the distances that keep a slope."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import sympy as sp
from scipy import stats

from divergence.f_divergence import js, kl, total_variation
from divergence.measure import Discrete
from divergence.transport.rational import rational_transport
from divergence.transport.wasserstein import wasserstein

from . import rules
from .claim import claim
from .rules import Step
from .symbols import POINT, oo

VILLANI = "Villani 2009, Optimal transport: old and new"
ARJOVSKY = "Arjovsky, Chintala & Bottou 2017, Wasserstein GAN"
Law = list[Fraction]
Space = list[list[Fraction]]


def law(rng: random.Random, size: int) -> Law:
    weights = [rng.randint(0, 9) for _ in range(size)]
    weights[rng.randrange(size)] += 1
    return [Fraction(weight, sum(weights)) for weight in weights]


def space(rng: random.Random, size: int) -> Space:
    """A metric: the shortest ways in a random network."""
    d = [
        [Fraction(0) if i == j else Fraction(rng.randint(1, 12), rng.randint(1, 4)) for j in range(size)]
        for i in range(size)
    ]
    for i in range(size):
        for j in range(i):
            d[i][j] = d[j][i]
    for k in range(size):
        for i in range(size):
            for j in range(size):
                d[i][j] = min(d[i][j], d[i][k] + d[k][j])
    return d


def line(rng: random.Random, size: int) -> list[Fraction]:
    return sorted(rng.sample([Fraction(n, 3) for n in range(40)], size))


def _costs(x: list[Fraction], power: int = 1) -> Space:
    return [[abs(s - r) ** power for r in x] for s in x]


def _shared(p: Law, q: Law) -> Fraction:
    return sum((abs(m - n) for m, n in zip(p, q)), Fraction(0)) / 2


@claim(cites=(VILLANI,))
def duality_on_finite_spaces() -> Iterator[Step]:
    r"""The cheapest plan costs exactly what the best potentials are worth: $\min \sum \pi_{ij} c_{ij} = \max \sum u_i
    p_i + \sum v_j q_j$ over $u_i + v_j \le c_{ij}$, for any costs."""

    def case(rng: random.Random) -> rules.Case:
        n, m = rng.randint(2, 6), rng.randint(2, 6)
        p, q = law(rng, n), law(rng, m)
        costs = [[Fraction(rng.randint(0, 20), rng.randint(1, 5)) for _ in range(m)] for _ in range(n)]
        value = rules.cheapest(p, q, costs)
        independent = min(
            sum((min(c - v for c, v in zip(row, potential)) * mass for row, mass in zip(costs, p)), Fraction(0))
            + sum((v * mass for v, mass in zip(potential, q)), Fraction(0))
            for potential in [rational_transport(p, q, costs).v]
        )
        return value, "=", independent

    yield rules.exactly(r"\min \sum \pi_{ij} c_{ij} = \max \sum u_i p_i + \sum v_j q_j", case)


@claim(
    cites=(VILLANI, ARJOVSKY),
    rests_on=("duality_on_finite_spaces",),
    article="By Kantorovich and Rubinstein, W1 is the largest difference of the means of a 1-Lipschitz function.",
)
def kantorovich_rubinstein() -> Iterator[Step]:
    r"""On a finite metric space $f(x) = \min_y (d(x, y) - v(y))$ of the best potentials is 1-Lipschitz, and $E_P f -
    E_Q f = W_1$."""

    def case(rng: random.Random) -> rules.Case:
        size = rng.randint(2, 6)
        p, q, d = law(rng, size), law(rng, size), space(rng, size)
        value, potential = rules.cheapest(p, q, d), rational_transport(p, q, d).v
        f = [min(c - v for c, v in zip(row, potential)) for row in d]
        lipschitz = all(abs(f[i] - f[j]) <= d[i][j] for i in range(size) for j in range(size))
        return sum((one * (m - n) for one, m, n in zip(f, p, q)), Fraction(0)), "=", value if lipschitz else value + 1

    yield rules.exactly(r"E_P f - E_Q f = W_1,\ f \text{ 1-Lipschitz}", case)


@claim(
    cites=(ARJOVSKY,),
    rests_on=("kantorovich_rubinstein",),
    article="The loss of a WGAN's critic estimates W1.",
)
def critic_is_at_most_its_slope_times_w1() -> Iterator[Step]:
    r"""$E_P f - E_Q f \le \mathrm{Lip}(f)\, W_1(P, Q)$ for every critic: it is a bound from below, at the scale of
    the critic's own slope."""

    def case(rng: random.Random) -> rules.Case:
        size = rng.randint(2, 6)
        p, q, d = law(rng, size), law(rng, size), space(rng, size)
        f = [Fraction(rng.randint(-9, 9)) for _ in range(size)]
        slope = max(abs(f[i] - f[j]) / d[i][j] for i in range(size) for j in range(size) if i != j)
        gain = sum((one * (m - n) for one, m, n in zip(f, p, q)), Fraction(0))
        return gain, "<=", slope * rules.cheapest(p, q, d)

    yield rules.exactly(r"E_P f - E_Q f \le \mathrm{Lip}(f) W_1", case, cases=60)


@claim(cites=(VILLANI,))
def w1_by_distribution_functions() -> Iterator[Step]:
    r"""On the line $W_1 = \int |F - G| = \int |F^{-1} - G^{-1}|$, and it is what the linear programme finds."""

    def by_height(rng: random.Random) -> rules.Case:
        x, p, q = _line_pair(rng)
        gaps = accumulate(m - n for m, n in zip(p, q))
        return (
            sum((abs(g) * (r - s) for g, (s, r) in zip(gaps, pairwise(x))), Fraction(0)),
            "=",
            rules.cheapest(p, q, _costs(x)),
        )

    yield rules.exactly(r"\int |F - G| = W_1", by_height)
    yield rules.exactly(r"\int |F^{-1} - G^{-1}| = W_1", lambda rng: _by_quantiles(rng, 1))


@claim(cites=(VILLANI,))
def w2_by_quantiles() -> Iterator[Step]:
    r"""On the line $W_p^p = \int |F^{-1} - G^{-1}|^p$: the monotone plan is the cheapest, here for $p = 2$ and 3."""
    for order in (2, 3):
        yield rules.exactly(
            rf"\int |F^{{-1}} - G^{{-1}}|^{order} = W_{order}^{order}",
            lambda rng, order=order: _by_quantiles(rng, order),
        )


def _line_pair(rng: random.Random) -> tuple[list[Fraction], Law, Law]:
    size = rng.randint(2, 7)
    return line(rng, size), law(rng, size), law(rng, size)


def _by_quantiles(rng: random.Random, order: int) -> rules.Case:
    """The monotone plan: at every level u both quantiles."""
    x, p, q = _line_pair(rng)
    levels = sorted({*accumulate(p), *accumulate(q)})
    total, before = Fraction(0), Fraction(0)
    for level in levels:
        ends = [next(s for s, top in zip(x, accumulate(one)) if top >= level) for one in (p, q)]
        total += abs(ends[0] - ends[1]) ** order * (level - before)
        before = level
    return total, "=", rules.cheapest(p, q, _costs(x, order))


@claim(cites=(VILLANI,))
def w1_is_at_most_diameter_times_tv() -> Iterator[Step]:
    r"""$W_1 \le \mathrm{diam} \cdot \mathrm{TV}$, and $W_1 \ge d_{\min} \mathrm{TV}$ with the least distance of two
    points."""

    def case(rng: random.Random, most: bool) -> rules.Case:
        size = rng.randint(2, 6)
        p, q, d = law(rng, size), law(rng, size), space(rng, size)
        apart = [d[i][j] for i in range(size) for j in range(size) if i != j]
        value = rules.cheapest(p, q, d)
        shared = _shared(p, q)
        return (value, "<=", max(apart) * shared) if most else (min(apart) * shared, "<=", value)

    yield rules.exactly(r"W_1 \le \mathrm{diam} \cdot \mathrm{TV}", lambda rng: case(rng, True))
    yield rules.exactly(r"d_{\min} \mathrm{TV} \le W_1", lambda rng: case(rng, False))


@claim(cites=(VILLANI,))
def w1_is_a_metric() -> Iterator[Step]:
    r"""$W_1(P, R) \le W_1(P, Q) + W_1(Q, R)$, it is symmetric, and 0 only for equal laws."""

    def triangle(rng: random.Random) -> rules.Case:
        size = rng.randint(2, 5)
        d, (p, q, r) = space(rng, size), (law(rng, size) for _ in range(3))
        return rules.cheapest(p, r, d), "<=", rules.cheapest(p, q, d) + rules.cheapest(q, r, d)

    def turned(rng: random.Random) -> rules.Case:
        size = rng.randint(2, 5)
        d, (p, q) = space(rng, size), (law(rng, size) for _ in range(2))
        return rules.cheapest(p, q, d), "=", rules.cheapest(q, p, d)

    def apart(rng: random.Random) -> rules.Case:
        size = rng.randint(2, 5)
        d, (p, q) = space(rng, size), (law(rng, size) for _ in range(2))
        return Fraction(0), "=" if p == q else "<", rules.cheapest(p, q, d)

    yield rules.exactly(r"W_1(P, R) \le W_1(P, Q) + W_1(Q, R)", triangle, cases=30)
    yield rules.exactly(r"W_1(P, Q) = W_1(Q, P)", turned, cases=30)
    yield rules.exactly(r"P \ne Q \Rightarrow W_1(P, Q) > 0", apart, cases=30)


@claim(rests_on=("w1_by_distribution_functions", "w2_by_quantiles"))
def wasserstein_computes() -> Iterator[Step]:
    r"""The code's $W_1$ and $W_2$ of masses on the line are the exact values, to a few units in the last place."""
    for order in (1, 2):

        def error(rng: np.random.Generator, order: int = order) -> float:
            x, p, q = _line_pair(random.Random(int(rng.integers(2**32))))
            exact = rules.cheapest(p, q, _costs(x, order))
            points = np.array([float(s) for s in x])
            laws = (Discrete.normalised(np.array([float(m) for m in one]), points) for one in (p, q))
            found = float(wasserstein(order)(*laws))
            return abs(found**order - float(exact)) / (1 + float(exact))

        yield rules.checked(rf"W_{order}", error, cases=60, within=1e-14)


# --- the article's two lines


@claim(
    cites=(ARJOVSKY,),
    article="For two parallel lines at distance θ, W1 is |θ| while JSD is log 2, KL infinite and TV 1, whatever θ.",
)
def parallel_lines() -> Iterator[Step]:
    r"""$P_0 = (0, U)$ and $P_\theta = (\theta, U)$: the plan $(0, u) \to (\theta, u)$ costs $|\theta|$ and the
    potential $f(x, y) = x$ is 1-Lipschitz and worth $|\theta|$; exactly, on points of both lines. The supports are
    disjoint."""

    def case(rng: random.Random) -> rules.Case:
        theta, size = Fraction(rng.randint(1, 40), rng.randint(1, 9)), rng.randint(2, 5)
        # the larger of the two differences of coordinates is a metric in which the lines are θ apart
        costs = [[max(theta, Fraction(abs(i - j), size)) for j in range(size)] for i in range(size)]
        even = [Fraction(1, size)] * size
        return rules.cheapest(even, even, costs), "=", theta

    yield rules.exactly(r"W_1(P_0, P_\theta) = |\theta|", case)
    ones, others = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.5, 0.5])
    yield rules.rounds(float(js(ones, others)), sp.log(2))
    yield rules.rounds(float(kl(ones, others)), oo)
    yield rules.rounds(float(total_variation(ones, others)), sp.Integer(1))


@claim(
    cites=("Arjovsky & Bottou 2017, Towards principled methods for training generative adversarial networks",),
    article="Where the laws are far apart JSD has no gradient left, and W1 has.",
)
def slopes_far_apart() -> Iterator[Step]:
    r"""$N(0, 1)$ against $N(\theta, 1)$: $W_1 = \theta$ with slope 1 at every $\theta$, while all that JSD can still
    gain beyond $\theta$ is $\log 2 - \mathrm{JSD}(\theta)$, certified here to fall below $0.2, 10^{-3}, 10^{-6}$
    at 3, 7 and 10."""
    log2 = float(np.log(2))
    for theta, left in ((3.0, 0.2), (7.0, 1e-3), (10.0, 1e-6)):
        pair = stats.norm(0, 1), stats.norm(theta, 1)
        yield rules.between(js, *pair, log2 - left, log2, name=rf"\mathrm{{JSD}}({theta:g})")
        yield rules.rounds(float(wasserstein(1)(*pair)), sp.Rational(theta), ulps=8)
        # a plan that shifts costs θ, and the potential f(x) = -x is worth it
        yield rules.identity(sp.Rational(theta), abs(sp.Rational(0) - sp.Rational(theta)), POINT)
