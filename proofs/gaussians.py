"""Normal laws: numbers to know by heart, Rényi's domain, Bures and Gelbrich, three inequalities of transport."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from scipy import stats

from divergence.f_divergence import ROWS, js, kl, pearson, power, total_variation
from divergence.measure import Discrete
from divergence.transport.exact import optimal_transport
from divergence.transport.gaussian import gaussian_wasserstein
from divergence.transport.wasserstein import wasserstein

from . import rules
from .claim import claim
from .families import BOOKS, P, Q
from .inequalities import log_minimum
from .rules import Step
from .symbols import POINT, Expr, box, oo, u, v, y

GELBRICH = "Gelbrich 1990, On a formula for the L2 Wasserstein metric between measures on Euclidean and Hilbert spaces"
BHATIA = "Bhatia, Jain & Lim 2019, On the Bures–Wasserstein distance between positive definite matrices"
GIL = "Gil, Alajaji & Linder 2013, Rényi divergence measures for commonly used univariate continuous distributions"
OTTO_VILLANI = "Otto & Villani 2000; Talagrand 1996; Gross 1975"
NORMAL = next(book for book in BOOKS if book.name == "normal")
FIRST, SECOND = stats.norm(0, 1), stats.norm(1, 2)
PAIR = box(dict.fromkeys((*P, *Q), (0, oo)))
a = sp.Symbol("a", positive=True)


@claim()
def normal_test_pair() -> Iterator[Step]:
    r"""$P = N(0, 1)$, $Q = N(1, 4)$: $\mathrm{KL} = \log 2 - \frac14$, $\mathrm{JSD} = 0.128174973054$, $\mathrm{TV}
    = 0.390065660121$, $W_1 = \sqrt{2/\pi}\, e^{-1/2} + \mathrm{erf}(1/\sqrt2)$, $W_2 = \sqrt 2$, $\chi^2(Q\|P) =
    \infty$; the integrals certified."""
    yield rules.encloses(kl, FIRST, SECOND, sp.log(2) - sp.Rational(1, 4), name=r"\mathrm{KL}")
    yield rules.encloses(pearson, SECOND, FIRST, oo, name=r"\chi^2(Q\|P)")
    for row, name in ((js, "JSD"), (total_variation, "TV")):
        value = float(row(FIRST, SECOND))
        yield rules.between(row, FIRST, SECOND, value - 1e-11, value + 1e-11, width=1e-12, name=rf"\mathrm{{{name}}}")
    # W1 = E|1 + Z|, for the quantiles are z and 1 + 2 z
    folded = sp.sqrt(2 / sp.pi) * sp.exp(-sp.Rational(1, 2)) + sp.erf(1 / sp.sqrt(2))
    yield rules.rounds(float(wasserstein(1)(FIRST, SECOND)), folded, ulps=8)
    yield rules.rounds(float(wasserstein(2)(FIRST, SECOND)), sp.sqrt(2), ulps=8)


def _log_affinity(order: Expr) -> Expr:
    """-log of the integral of p^a q^(1-a), from the log-normaliser."""
    here, there = NORMAL.natural(*P), NORMAL.natural(*Q)
    middle = tuple(order * e + (1 - order) * f for e, f in zip(here, there))
    A = NORMAL.log_normaliser
    return order * A(*here) + (1 - order) * A(*there) - A(*middle)


@claim(rests_on=("exponential_form[normal]",), cites=(GIL,))
def renyi_of_normals() -> Iterator[Step]:
    r"""$-\log \int p^a q^{1-a} = \frac{a (1-a) (\mu_P - \mu_Q)^2}{2 s} + \frac12 \log \frac{s}{\sigma_P^{2(1-a)}
    \sigma_Q^{2a}}$ with $s = a \sigma_Q^2 + (1 - a) \sigma_P^2$, for $0 < a < 1$."""
    (m, s), (n, r) = P, Q
    spread = a * r**2 + (1 - a) * s**2
    book = a * (1 - a) * (m - n) ** 2 / (2 * spread) + sp.log(spread) / 2 - (1 - a) * sp.log(s) - a * sp.log(r)
    domain = PAIR.times(box({a: (0, 1)}))
    yield rules.identity(_log_affinity(a), book, domain, name=r"-\log \int p^a q^{1-a}")


@claim(rests_on=("renyi_of_normals",), cites=(GIL,))
def domain_of_renyi() -> Iterator[Step]:
    r"""Beyond $a = 1$ the integral is finite exactly while $a \sigma_Q^2 + (1 - a) \sigma_P^2 > 0$: for $Q$ against
    $P$ of the test pair, below $a = \frac43$. Certified finite at 1.3, infinite at 1.4 and at 2, which is
    $\chi^2$."""
    yield rules.identity((a * 1 + (1 - a) * 4).subs(a, sp.Rational(4, 3)), 0, POINT)
    yield rules.between(power(1.3), SECOND, FIRST, 0.0, 100.0, name="D_{1.3}")
    for order in (1.4, 2.0):
        yield rules.encloses(power(order), SECOND, FIRST, oo, name=f"D_{{{order:g}}}")


@claim(rests_on=("renyi_of_normals",))
def bhattacharyya_of_normals() -> Iterator[Step]:
    r"""$-\log \int \sqrt{pq} = \frac{(\mu_P - \mu_Q)^2}{4 (\sigma_P^2 + \sigma_Q^2)} + \frac12 \log \frac{\sigma_P^2
    + \sigma_Q^2}{2 \sigma_P \sigma_Q}$."""
    (m, s), (n, r) = P, Q
    book = (m - n) ** 2 / (4 * (s**2 + r**2)) + sp.log((s**2 + r**2) / (2 * s * r)) / 2
    yield rules.identity(_log_affinity(sp.Rational(1, 2)), book, PAIR)
    value = 1 - sp.exp(-book.subs({P[0]: 0, P[1]: 1, Q[0]: 1, Q[1]: 2}))
    yield rules.encloses(ROWS["squared_hellinger"], FIRST, SECOND, value, name="H^2")


@claim()
def chi_square_of_translates() -> Iterator[Step]:
    r"""$1 + \chi^2(N(\mu, \sigma^2)\|N(\nu, \sigma^2)) = e^{(\mu - \nu)^2/\sigma^2}$."""
    same = {Q[1]: P[1]}
    found = sp.exp(-_log_affinity(sp.Integer(2)).subs(same))
    domain = box({P[0]: (0, oo), Q[0]: (0, oo), P[1]: (0, oo)})
    yield rules.identity(-_log_affinity(sp.Integer(2)).subs(same), (P[0] - Q[0]) ** 2 / P[1] ** 2, domain)
    value = found.subs({P[0]: 0, P[1]: 1, Q[0]: 1}) - 1
    yield rules.encloses(pearson, stats.norm(0, 1), stats.norm(1, 1), value, name=r"\chi^2")


# --- Bures and Gelbrich


@claim(cites=(GELBRICH, BHATIA))
def bures_is_optimal() -> Iterator[Step]:
    r"""$|x - y|^2 - x^\top (I - T) x - y^\top (I - T^{-1}) y = (y - T x)^\top T^{-1} (y - T x) \ge 0$ for a positive
    $T$: potentials that are met on $y = T x$. With $T A T = B$ both sides of duality are $\mathrm{tr}(A + B - 2 T
    A)$; in two dimensions."""
    t11, t22, first = sp.symbols("T1 T2 T3", positive=True)
    z = sp.Symbol("z", real=True)
    domain = box(dict.fromkeys((t11, t22, first), (0, oo)) | dict.fromkeys((u, v, z, y), (-oo, oo)))
    # T = L Lᵀ with the factor L = ((T1, 0), (T3, T2)): every positive matrix up to a sign
    factor = sp.Matrix([[t11, 0], [first, t22]])
    matrix = factor * factor.T
    inverse = sp.simplify(matrix.inv())
    here, there = sp.Matrix([u, v]), sp.Matrix([z, y])
    identity = sp.eye(2)
    left = (
        ((here - there).T * (here - there))[0]
        - (here.T * (identity - matrix) * here)[0]
        - (there.T * (identity - inverse) * there)[0]
    )
    gap = factor.inv() * (there - matrix * here)
    yield rules.identity(left, (gap.T * gap)[0], domain)


@claim(rests_on=("bures_is_optimal",), cites=(BHATIA,))
def gaussian_wasserstein_computes() -> Iterator[Step]:
    r"""The code's $W_2$ of normal laws is $|m_1 - m_2|^2 + \mathrm{tr}(A + B - 2 T A)$ where $B = T A T$ was made
    with a known $T$; on the line $(m_1 - m_2)^2 + (\sigma_1 - \sigma_2)^2$."""

    def error(rng: np.random.Generator) -> float:
        d = int(rng.integers(1, 5))
        one, two = rng.normal(size=(2, d, d))
        a_, t_ = one @ one.T + np.eye(d), two @ two.T + np.eye(d)
        b_ = t_ @ a_ @ t_
        shift = rng.normal(size=d)
        square = shift @ shift + np.trace(a_ + b_ - 2 * t_ @ a_)
        found = float(gaussian_wasserstein(np.zeros(d), a_, shift, (b_ + b_.T) / 2))
        return abs(found**2 - square) / (1 + square)

    yield rules.checked(r"W_2^2 = |m_1 - m_2|^2 + \mathrm{tr}(A + B - 2 T A)", error, cases=60, within=1e-11)

    def on_the_line(rng: np.random.Generator) -> float:
        (m, n), (s, r) = rng.normal(size=2), rng.uniform(0.1, 3, 2)
        found = float(gaussian_wasserstein(np.array([m]), np.array([[s * s]]), np.array([n]), np.array([[r * r]])))
        return abs(found - np.hypot(m - n, s - r))

    yield rules.checked(r"W_2 = \sqrt{(m_1 - m_2)^2 + (\sigma_1 - \sigma_2)^2}", on_the_line, cases=60, within=1e-14)


@claim(rests_on=("bures_is_optimal",), cites=(GELBRICH,))
def gelbrich() -> Iterator[Step]:
    r"""No two laws with these moments are nearer than the normal ones: the potentials of `bures_is_optimal` see second
    moments only. On random finite laws in the plane."""

    def below(rng: np.random.Generator) -> float:
        laws = [Discrete.normalised(rng.uniform(0.2, 1, 6), rng.normal(size=(6, 2))) for _ in range(2)]
        moments = []
        for law in laws:
            mean = law.masses @ law.points
            centred = law.points - mean
            moments += [mean, (centred * law.masses[:, None]).T @ centred]
        return np.maximum(0.0, float(gaussian_wasserstein(*moments)) - optimal_transport(*laws).cost.value ** 0.5)

    yield rules.checked(r"W_2(P, Q) \ge W_2(N_P, N_Q)", below, cases=30, within=1e-8)


# --- Talagrand, log-Sobolev, HWI against the standard normal law

m, s = sp.symbols("m s", positive=True)
MOMENTS = box({m: (0, oo), s: (0, oo)})
DISTANCE, INFORMATION = m**2 + (s - 1) ** 2, m**2 + (s - 1 / s) ** 2  # W2² and Fisher's information of N(m, s²)


def _kl() -> Expr:
    return NORMAL.kl((m, s), (sp.Integer(0), sp.Integer(1)))


@claim(cites=(OTTO_VILLANI,))
def talagrand() -> Iterator[Step]:
    r"""$W_2(P, \gamma)^2 \le 2 \mathrm{KL}(P\|\gamma)$ for $P = N(m, s^2)$ and $\gamma = N(0, 1)$: the difference is
    $2 (s - 1 - \log s)$, 0 exactly for translations, $s = 1$."""
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)
    f, z, _ = minimum.terms
    yield rules.identity(2 * _kl() - DISTANCE, 2 * f.subs(z, s), MOMENTS)


@claim(cites=(OTTO_VILLANI,))
def log_sobolev() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|\gamma) \le \frac12 I(P\|\gamma)$ for $P = N(m, s^2)$, with $I = m^2 + (s - 1/s)^2$: the
    difference is $\frac12 (z - 1 - \log z)$ at $z = s^{-2}$, 0 exactly for translations."""
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)
    f, z, _ = minimum.terms
    yield rules.identity(INFORMATION / 2 - _kl(), f.subs(z, s**-2) / 2, MOMENTS)
    # the information is the mean square of (log p/γ)' = x - (x - m)/s², at x = m + s z, whose mean square is 1
    score = (m + s * v) - s * v / s**2
    yield rules.identity(score, m + (s - 1 / s) * v, MOMENTS.times(box({v: (-oo, oo)})))


@claim(cites=(OTTO_VILLANI,))
def hwi() -> Iterator[Step]:
    r"""$\mathrm{KL} \le W_2 \sqrt I - \frac12 W_2^2$ for normal laws, with equality for translations, where all three
    are $m^2$ or half of it."""
    moved = {s: sp.Integer(1)}
    line = box({m: (0, oo)})
    yield rules.identity(_kl().subs(moved), m**2 / 2, line, name=r"\mathrm{KL}")
    both = sp.sqrt(DISTANCE.subs(moved)) * sp.sqrt(INFORMATION.subs(moved)) - DISTANCE.subs(moved) / 2
    yield rules.identity(both, m**2 / 2, line, name=r"W_2 \sqrt I - W_2^2/2")

    def excess(rng: np.random.Generator) -> np.ndarray:
        mean, sd = rng.normal(0, 2, 100), 10 ** rng.uniform(-1, 1, 100)
        divergence = (sd**2 + mean**2 - 1) / 2 - np.log(sd)
        square, information = mean**2 + (sd - 1) ** 2, mean**2 + (sd - 1 / sd) ** 2
        return np.maximum(divergence - np.sqrt(square * information) + square / 2, 0) / (1 + divergence)

    yield rules.checked(r"\mathrm{KL} \le W_2 \sqrt I - W_2^2/2", excess, cases=2000, within=1e-14)
