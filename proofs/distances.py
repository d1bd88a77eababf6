"""The article on its distances: what Kullback-Leibler is not, and what Jensen-Shannon is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import sympy as sp

from divergence import generators
from divergence.f_divergence import js

from . import rules
from .claim import claim
from .masses import Law, divergence, separation, term
from .rules import Step
from .symbols import box, oo, p, q, read

ENDRES_SCHINDELIN = "Endres & Schindelin 2003, A new metric for probability distributions"
PAIR = box({p: (0, oo), q: (0, oo)})  # the two masses at a point


def _law(*hundredths: int) -> Law:
    return tuple(sp.Rational(share, 100) for share in hundredths)


SURE, EVEN, DOUBTFUL = _law(99, 1), _law(50, 50), _law(1, 99)

DETOUR = "From (0.99, 0.01) to (0.01, 0.99) it is {left} directly, and only {right} by way of (0.5, 0.5)."


@claim(article="The KL divergence is not symmetric.")
def kl_is_not_symmetric() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) \ne \mathrm{KL}(Q\|P)$ for $P = (0.99, 0.01)$ and $Q = (0.5, 0.5)$."""
    words = "For these two laws it is {left} one way and {right} the other."
    yield rules.counterexample(divergence("kl", SURE, EVEN), "=", divergence("kl", EVEN, SURE), words=words)


@claim(article="The KL divergence does not obey the triangle inequality.")
def kl_breaks_the_triangle() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|R) > \mathrm{KL}(P\|Q) + \mathrm{KL}(Q\|R)$ for $P, Q, R = (0.99, 0.01), (0.5, 0.5), (0.01,
    0.99)$."""
    legs = sum(divergence("kl", one, two) for one, two in pairwise((SURE, EVEN, DOUBTFUL)))
    yield rules.counterexample(divergence("kl", SURE, DOUBTFUL), "<=", legs, words=DETOUR)


@claim(article="The KL divergence is never negative, and 0 only between equal laws.")
def kl_is_not_negative() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) \ge 0$, with equality only for $P = Q$: its row has its one minimum at $t = 1$, where it is
    0."""
    yield from separation("kl")


@claim(rests_on=("tail_slope[kl]",), article="The KL divergence of laws with disjoint supports is infinite.")
def kl_is_infinite_when_disjoint() -> Iterator[Step]:
    r"""$\mathrm{KL}(P\|Q) = \infty$ where $P$ has an atom that $Q$ lacks: $f'(\infty) = \infty$ for the kl row."""
    kl = read("kl")
    (piece,) = kl.pieces()
    yield rules.limit(piece.f(kl.row) / piece.t, piece.t, oo, oo, piece.domain)
    yield rules.rounds(kl.row.slope, oo)


@claim(rests_on=("reverse[js]",), article="The JS divergence is symmetric.")
def js_is_symmetric() -> Iterator[Step]:
    r"""$q f(p/q) = p f(q/p)$ for the js row."""
    one = term("js")
    yield rules.identity(one, one.subs({p: q, q: p}, simultaneous=True), PAIR)


@claim(
    rests_on=("at_zero[js]", "tail_slope[js]"),
    article="The JS divergence is at most log 2, and equal to it exactly for disjoint supports.",
)
def js_is_at_most_log_two() -> Iterator[Step]:
    r"""$q f(p/q) < \frac{p + q}{2} \log 2$ where $p, q > 0$, and equal to it where one of them is 0."""
    one, most = term("js"), (p + q) * sp.log(2) / 2
    gap = (p * sp.log((p + q) / p) + q * sp.log((p + q) / q)) / 2
    yield rules.identity(most - one, gap, PAIR)
    yield rules.positive(gap, PAIR)
    yield rules.limit(one, p, 0, q * sp.log(2) / 2, PAIR)
    yield rules.limit(one, q, 0, p * sp.log(2) / 2, PAIR)
    yield rules.rounds(generators.GENERATORS["js"].bound, sp.log(2))


@claim(
    refutes=True,
    article="The JS divergence is a metric.",
    truth=r"Its square root is: $\sqrt{\mathrm{JSD}}$ obeys the triangle inequality, JSD does not.",
)
def js_is_a_metric() -> Iterator[Step]:
    r"""$\mathrm{JSD}(P, R) \le \mathrm{JSD}(P, Q) + \mathrm{JSD}(Q, R)$; here for $(0.99, 0.01), (0.5, 0.5), (0.01,
    0.99)$."""
    legs = sum(divergence("js", one, two) for one, two in pairwise((SURE, EVEN, DOUBTFUL)))
    yield rules.counterexample(divergence("js", SURE, DOUBTFUL), "<=", legs, words=DETOUR)


@claim(cites=(ENDRES_SCHINDELIN,), article="The square root of the JS divergence is a metric.")
def root_of_js_is_a_metric() -> Iterator[Step]:
    r"""$\sqrt{\mathrm{JSD}}$ obeys the triangle inequality."""
    yield rules.cited(r"\sqrt{\mathrm{JSD}} \text{ is a metric}", ENDRES_SCHINDELIN)

    def excess(rng: np.random.Generator) -> np.ndarray:
        one, two, three = (rng.dirichlet(np.full(4, 0.5), 100) for _ in range(3))
        side, *legs = (np.sqrt(js(*pair)) for pair in ((one, three), (one, two), (two, three)))
        return np.maximum(side - sum(legs), 0)

    yield rules.checked(r"\sqrt{\mathrm{JSD}} \text{ obeys the triangle}", excess, cases=2000, within=1e-14)
