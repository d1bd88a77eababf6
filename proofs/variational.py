"""The variational bound E_p T - E_q f*(T) <= D_f(P||Q), what follows from it, and the losses that train on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from divergence.f_divergence import ROWS as DIVERGENCES
from divergence.generators import GENERATORS
from divergence.ops import numpy_words

from . import rules
from .claim import claim
from .inequalities import log_minimum, sides
from .masses import separation
from .rows import _curvature, _slope
from .rules import Step
from .symbols import ROWS, S, Subject, a, b, box, oo, p, part, q, read, t, u, v, x

NGUYEN = "Nguyen, Wainwright & Jordan 2010, Estimating divergence functionals and the likelihood ratio"
DONSKER_VARADHAN = "Donsker & Varadhan 1983; Ruderman et al. 2012, Tighter variational representations"
NOWOZIN = "Nowozin, Cseke & Tomioka 2016, f-GAN"
CSISZAR = "Csiszár 1967, Information-type measures of difference of probability distributions"
SMOOTH = tuple(one for one in ROWS if "hockey" not in one.name and one.name != "total_variation")
PLAIN = tuple(one for one in SMOOTH if "(" not in one.name)
BOUNDED = tuple(
    Subject(n, lambda n=n: (read(n),)) for n in ("js", "total_variation", "squared_hellinger", "triangular")
)
EVEN = tuple(
    Subject(n, lambda n=n: (read(n),)) for n in ("jeffreys", "js", "total_variation", "squared_hellinger", "triangular")
)
WORDS = numpy_words()

r, z = sp.symbols("r z", positive=True)  # any critic says f'(r): the ratio it takes for p/q; a normaliser
RATIO = box({t: (0, oo)})


@claim(over=SMOOTH, rests_on=("critic", "penalty"), cites=(NGUYEN,))
def variational_bound(subject: Subject) -> Iterator[Step]:
    r"""$f(t) \ge T(\log r)\,t - R(\log r)$ for every $r > 0$, with equality only at $t = r$: $E_P T - E_Q R \le D_f$
    for every critic, and only the best critic $T = f'(p/q)$ attains it."""
    for reading in subject.readings():
        row = reading.row
        (piece,) = reading.pieces()
        says, costs = part(row, "critic")(sp.log(r), S), row.penalty(sp.log(r), S)
        domain = piece.domain.times(box({r: (0, oo)}))
        others = domain.without(t)
        gap = piece.f(row) - says * t + costs
        slope = _slope(row, piece) - says
        curvature = _curvature(row, piece)
        steps = {
            "slope": rules.derivative(gap, t, slope, domain),
            "stationary": rules.identity(slope.subs(t, r), 0, others, name="f'(r) - T"),
            "curvature": rules.derivative(slope, t, curvature, domain),
            "convex": rules.positive(curvature, domain),
        }
        inside = (rules.positive(r, others),)
        yield from (*steps.values(), *inside)
        yield rules.unique_minimum(gap, t, r, inside=inside, **steps)
        yield rules.identity(gap.subs(t, r), 0, others, name="f(r) - r T + R")


@claim(over=SMOOTH, rests_on=("variational_bound",), cites=(CSISZAR,))
def data_processing(subject: Subject) -> Iterator[Step]:
    r"""Merging two atoms never raises $D_f$: with $r = (p_1 + p_2)/(q_1 + q_2)$ the loss is $\sum q_i [f(t_i) - f(r) -
    f'(r)(t_i - r)] \ge 0$. So for every channel between finite spaces, and for mixtures: $D_f$ is jointly convex."""
    # F1, F2, F and T stand for f at the two ratios, f(r) and f'(r): the identity asks nothing of f
    p1, p2, q1, q2 = sp.symbols("p1 p2 q1 q2", positive=True)
    f1, f2, f0, slope = sp.symbols("F1 F2 F T", real=True)
    masses = box({p1: (0, oo), p2: (0, oo), q1: (0, oo), q2: (0, oo)})
    values = box({f1: (-oo, oo), f2: (-oo, oo), f0: (-oo, oo), slope: (-oo, oo)})
    ratio = (p1 + p2) / (q1 + q2)
    loss = q1 * f1 + q2 * f2 - (q1 + q2) * f0
    gaps = q1 * (f1 - f0 - slope * (p1 / q1 - ratio)) + q2 * (f2 - f0 - slope * (p2 / q2 - ratio))
    yield rules.identity(loss, gaps, masses.times(values))
    for mass in (q1, q2):
        yield rules.positive(mass, masses)

    def raised(rng: np.random.Generator) -> float:
        size, into = rng.integers(2, 7, 2)
        first, second = (rng.dirichlet(np.full(size, 0.7)) for _ in range(2))
        channel = rng.dirichlet(np.full(into, 0.5), size)
        before, after = (
            _shipped(subject, rng, *pair) for pair in ((first, second), (first @ channel, second @ channel))
        )
        return np.maximum(0.0, (after - before) / (1 + before))

    yield rules.checked(r"D_f(PK\|QK) \le D_f(P\|Q)", raised, cases=60, within=1e-13)


def _shipped(subject: Subject, rng: np.random.Generator, first: np.ndarray, second: np.ndarray) -> float:
    from divergence.f_divergence import power

    divergence = DIVERGENCES.get(subject.name) or power(0.5)
    return float(divergence(first / first.sum(), second / second.sum()))


@claim(over=BOUNDED, rests_on=("at_zero", "tail_slope"), cites=(CSISZAR,))
def range_theorem(subject: Subject) -> Iterator[Step]:
    r"""$f(t) \le f(0) + f'(\infty)\,t$, so that $D_f \le f(0) + f'(\infty)$, which disjoint supports attain: the bound
    that the code reports."""
    (reading,) = subject.readings()
    left, right = sides(subject.name)
    start, end = sp.limit(left, t, 0, "+"), sp.limit(right, t, 0, "+")
    yield rules.limit(left, t, 0, start, box({t: (0, 1)}))
    yield rules.limit(right, t, 0, end, box({t: (0, 1)}))
    yield rules.at_least_zero((start + end * t - left, start * t + end - right), r"f(0) + f'(\infty)\,t - f(t)")
    yield rules.rounds(reading.row.bound, start + end)


@claim(over=EVEN)
def symmetric(subject: Subject) -> Iterator[Step]:
    r"""$f(t) = t f(1/t)$, so that $D_f(P\|Q) = D_f(Q\|P)$."""
    (reading,) = subject.readings()
    for piece in reading.pieces():
        again = piece.t * reading.row.f(1 / piece.t, 1 / piece.t - 1, S)
        yield rules.identity(piece.f(reading.row), again, piece.domain, name="f(t)")


@claim(over=SMOOTH, cites=(CSISZAR,))
def local_behaviour(subject: Subject) -> Iterator[Step]:
    r"""$f(t)/(t - 1)^2 \to f''(1)/2$ from both sides: near $P = Q$ every smooth divergence is
    $\frac{f''(1)}{2} \chi^2$."""
    for reading in subject.readings():
        (piece,) = reading.pieces()
        half = sp.simplify(_curvature(reading.row, piece).subs(t, 1)) / 2
        for side in ("+", "-"):
            # in s = t - 1, where nothing cancels
            e = piece.f(reading.row).subs(t, 1 + (x if side == "+" else -x)) / x**2
            near = reading.parameters.times(box({x: (0, 1)}))
            yield rules.limit(e, x, 0, half, near)
        yield rules.positive(half, reading.parameters)


@claim(over=SMOOTH, rests_on=("critic", "penalty"), cites=(NOWOZIN,))
def generator_weight(subject: Subject) -> Iterator[Step]:
    r"""$R'(v) = e^v T'(v) = t^2 f''(t)$: a sample at log-ratio $v$ moves the saturating loss by $-R'(v)$ per unit of
    $v$, the non-saturating one by $-T'(v)$, which is $1/t$ times as much: where the sample looks fake, $t \to 0$,
    more."""
    for reading in subject.readings():
        row = reading.row
        (piece,) = reading.pieces()
        line = reading.parameters.times(box({v: (-oo, oo)}))
        bend = _curvature(row, piece).subs(t, sp.exp(v))
        yield rules.derivative(part(row, "critic")(v, S), v, sp.exp(v) * bend, line)
        yield rules.derivative(row.penalty(v, S), v, sp.exp(2 * v) * bend, line)


# --- Donsker and Varadhan


@claim(cites=(DONSKER_VARADHAN,))
def donsker_varadhan() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) - (E_P T - \log Z) = \mathrm{KL}(P \| Q e^T/Z) \ge 0$ with $Z = E_Q e^T$, for every $T$: the
    bound holds, and is met where $T = \log(p/q)$ up to a constant."""
    *steps, gibbs = separation("kl")
    yield from (*steps, gibbs)
    tilted = q * sp.exp(u) / z
    domain = box({p: (0, oo), q: (0, oo), u: (-oo, oo), z: (0, oo)})
    lhs = p * sp.log(p / q) - p * u + p * sp.log(z)
    yield rules.identity(lhs, gibbs.terms[0].subs(q, tilted, simultaneous=True) + p - tilted, domain)


@claim(rests_on=("donsker_varadhan", "fenchel[kl]"), cites=(DONSKER_VARADHAN,))
def donsker_varadhan_is_tighter() -> Iterator[Step]:
    r"""For the same $T$, $E_P T - \log E_Q e^T \ge E_P T - E_Q f^*(T)$ with $f^*(u) = e^u - 1$: the difference is $Z -
    1 - \log Z \ge 0$, and 0 only at $Z = 1$."""
    row = GENERATORS["kl"]
    yield rules.identity(part(row, "conjugate")(u, S), sp.exp(u) - 1, box({u: (-oo, oo)}), name="f^*(u)")
    steps, minimum, zero = log_minimum()
    yield from (*steps, minimum, zero)


# --- InfoGAN: a bound of the same kind


@claim(
    cites=("Chen et al. 2016, InfoGAN; Barber & Agakov 2003, The IM algorithm",),
    article="InfoGAN maximises a lower bound of the mutual information, E log Q(c|x) + H(c).",
)
def infogan_bound() -> Iterator[Step]:
    r"""$I(c; x) - (E \log Q(c|x) + H(c)) = E_x \mathrm{KL}(P(c|x) \| Q(c|x)) \ge 0$, with equality at the posterior: at
    each $c$ and $x$, with $a = P(x)$, $b = P(c)$, $p = P(c|x)$ and $q = Q(c|x)$."""
    *steps, gibbs = separation("kl")
    yield from (*steps, gibbs)
    masses = box({a: (0, oo), b: (0, oo), p: (0, oo), q: (0, oo)})
    joint = a * p
    information, entropy = joint * sp.log(p / b), -joint * sp.log(b)
    gap = information - joint * sp.log(q) - entropy
    yield rules.identity(gap, a * (gibbs.terms[0] + p - q), masses)
