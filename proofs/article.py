"""The article "The Math Behind Deepfakes", sentence by sentence: the classifier's error, its best answer, the game.

V(D, G) = E_data log D + E_g log(1 - D). With 0 log 0 = 0, an atom that one law lacks contributes the limit of its term.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from divergence import generators
from divergence.f_divergence import js
from divergence.gan import losses
from divergence.ops import numpy_words, quiet

from . import rules
from .claim import claim
from .masses import divergence, separation, term
from .rules import Step
from .symbols import POINT, S, a, b, box, oo, p, part, q, v, x

GOODFELLOW = "Goodfellow et al. 2014, Generative adversarial nets"
CERTAINTY = box({x: (0, 1)})  # what the discriminator says of an item: the probability that it is real
PAIR = box({p: (0, oo), q: (0, oo)})  # the two densities at a point
WEIGHTS = box({a: (0, oo), b: (0, oo)})
ANSWER = WEIGHTS.times(CERTAINTY)
HALF = sp.Rational(1, 2)
WORDS = numpy_words()

real, fake = -sp.log(x), -sp.log(1 - x)  # the error for label 1 and for label 0
gain = a * sp.log(x) + b * sp.log(1 - x)  # the integrand of V, with a and b for the two densities
best = p * sp.log(p / (p + q)) + q * sp.log(q / (p + q))  # the integrand of V at the best discriminator


def _one_line(label: int) -> sp.Expr:
    return -(label * sp.log(x) + (1 - label) * sp.log(1 - x))


# --- 1. the error of a classifier


@claim(
    article="The error is −log D for a real item and −log(1 − D) for a fake one: nothing when the classifier is sure "
    "and right, without bound when it is sure and wrong."
)
def error_of_a_classifier() -> Iterator[Step]:
    r"""$-\log x$ falls from $\infty$ to 0 on $(0, 1)$, and $-\log(1 - x)$ rises from 0 to $\infty$."""
    for error, side, start, end in ((real, -1, oo, 0), (fake, 1, 0, oo)):
        slope = sp.diff(error, x)
        yield rules.derivative(error, x, slope, CERTAINTY)
        yield rules.positive(side * slope, CERTAINTY)
        yield rules.positive(error, CERTAINTY)
        yield rules.limit(error, x, 0, start, CERTAINTY, side="+")
        yield rules.limit(error, x, 1, end, CERTAINTY, side="-")


@claim(article="Both cases fit in one line, −[y log D + (1 − y) log(1 − D)].")
def error_in_one_line() -> Iterator[Step]:
    r"""$-[y \log x + (1 - y) \log(1 - x)]$ is $-\log x$ at $y = 1$ and $-\log(1 - x)$ at $y = 0$."""
    yield rules.identity(_one_line(1), real, CERTAINTY)
    yield rules.identity(_one_line(0), fake, CERTAINTY)


@claim(
    rests_on=("error_in_one_line",),
    article="With the sign turned it is at most 0: exactly 0 when sure and right, −∞ when sure and wrong.",
)
def turned_error() -> Iterator[Step]:
    r"""$y \log x + (1 - y) \log(1 - x)$ for $y \in \{0, 1\}$ is negative inside, 0 at $x = y$ and $-\infty$ at $x = 1
    - y$."""
    for label in (0, 1):
        yield rules.positive(_one_line(label), CERTAINTY)
        for end, side in ((0, "+"), (1, "-")):
            yield rules.limit(-_one_line(label), x, end, 0 if end == label else -oo, CERTAINTY, side=side)


@claim(
    refutes=True,
    article="The two curves −log x and −log(1 − x) are mirror images in the line y = 0.5.",
    truth=r"They are mirror images in the line $x = \frac12$: $-\log(1 - x)$ is $-\log$ at $1 - x$.",
)
def mirrored_in_height() -> Iterator[Step]:
    r"""$1 - (-\log x) = -\log(1 - x)$ for every $x$ in $(0, 1)$."""
    words = r"At $x = \frac12$ the mirror image of $-\log x$ is at {left}, $-\log(1 - x)$ at {right}."
    yield rules.counterexample(1 - real, "=", fake, {x: HALF}, CERTAINTY, words=words)
    yield rules.identity(real.subs(x, 1 - x), fake, CERTAINTY)


# --- 2. the game


@claim(
    refutes=True,
    article="The expectation over the data is the number of items.",
    truth="Each of n items weighs 1/n: duplicating the data doubles their number and changes no expectation.",
)
def expectation_counts_items() -> Iterator[Step]:
    r"""Written twice, data have twice the items and so twice the expectation:
    $E_{\text{twice}} \log D = 2 E_{\text{data}} \log D$; here for two items, to which $D$ says $a$ and $b$."""
    pair = box({a: (0, 1), b: (0, 1)})
    once, twice = (sp.log(a) + sp.log(b)) / 2, (2 * sp.log(a) + 2 * sp.log(b)) / 4
    says = {a: HALF, b: HALF**2}
    words = (
        r"Data of two items, to which $D$ says $\frac12$ and $\frac14$, give the expectation of $\log D$ in $V$. Write "
        r"each item twice: the number of items doubles, from 2 to 4, but the expectation is still {left}, not {right}."
    )
    yield rules.counterexample(twice, "=", 2 * once, says, pair, words=words)
    yield rules.identity(twice, once, pair)


# --- 4. the best discriminator


@claim(cites=(GOODFELLOW,), article="a log x + b log(1 − x) is largest at x = a/(a + b).")
def best_answer() -> Iterator[Step]:
    r"""$a \log x + b \log(1 - x)$ with $a, b > 0$ has its one maximum on $(0, 1)$ at $a/(a + b)$."""
    at, slope = a / (a + b), a / x - b / (1 - x)
    curvature = -a / x**2 - b / (1 - x) ** 2
    steps = {
        "slope": rules.derivative(gain, x, slope, ANSWER),
        "stationary": rules.identity(slope.subs(x, at), 0, WEIGHTS),
        "curvature": rules.derivative(slope, x, curvature, ANSWER),
        "concave": rules.positive(-curvature, ANSWER),
    }
    inside = (rules.positive(at, WEIGHTS), rules.positive(1 - at, WEIGHTS))
    yield from (*steps.values(), *inside)
    yield rules.unique_maximum(gain, x, at, inside=inside, **steps)


@claim(rests_on=("best_answer",), article="The maximum is inside, where the slope is zero.")
def no_answer_at_the_ends() -> Iterator[Step]:
    r"""$a \log x + b \log(1 - x) \to -\infty$ at both ends of $[0, 1]$ for $a, b > 0$, so the maximum on $(0, 1)$ is
    that on $[0, 1]$."""
    yield rules.limit(gain, x, 0, -oo, ANSWER, side="+")
    yield rules.limit(gain, x, 1, -oo, ANSWER, side="-")


@claim(article="Where there is no real item, a = 0, the best answer is 0.")
def best_answer_without_real() -> Iterator[Step]:
    r"""$b \log(1 - x)$ is 0 at $x = 0 = a/(a + b)$, negative on $(0, 1)$ and $-\infty$ at 1."""
    domain = box({b: (0, oo), x: (0, 1)})
    value = gain.subs(a, 0)
    yield rules.identity(value.subs(x, 0), 0, domain.without(x))
    yield rules.identity((a / (a + b)).subs(a, 0), 0, domain.without(x))
    yield rules.positive(-value, domain)
    yield rules.limit(value, x, 1, -oo, domain, side="-")


@claim(article="Where there is no fake item, b = 0, the best answer is 1.")
def best_answer_without_fake() -> Iterator[Step]:
    r"""$a \log x$ is 0 at $x = 1 = a/(a + b)$, negative on $(0, 1)$ and $-\infty$ at 0."""
    domain = box({a: (0, oo), x: (0, 1)})
    value = gain.subs(b, 0)
    yield rules.identity(value.subs(x, 1), 0, domain.without(x))
    yield rules.identity((a / (a + b)).subs(b, 0), 1, domain.without(x))
    yield rules.positive(-value, domain)
    yield rules.limit(value, x, 0, -oo, domain, side="+")


@claim(
    rests_on=("best_answer", "no_answer_at_the_ends", "best_answer_without_real", "best_answer_without_fake"),
    cites=(GOODFELLOW,),
    article="For a fixed generator the best discriminator is $D^* = p_{\\text{data}}/(p_{\\text{data}} + p_g)$.",
)
def best_discriminator() -> Iterator[Step]:
    r"""$\int p \log D + q \log(1 - D)$ is largest at $D^* = p/(p + q)$, and only there on the union of the supports."""
    *steps, maximum = best_answer()
    yield from (*steps, maximum)
    bounded = rules.positive(-gain, ANSWER)
    yield bounded
    yield rules.greatest(maximum, bounded)
    yield rules.identity(gain.subs({a: p, b: q}).subs(x, p / (p + q)), best, PAIR)


@claim(rests_on=("best_discriminator",))
def free_off_the_supports() -> Iterator[Step]:
    r"""Where $p = q = 0$ the integrand of $V$ is 0 whatever $D$ says: $D^*$ is determined on the union of the
    supports only."""
    yield rules.identity(gain.subs({a: 0, b: 0}), 0, CERTAINTY)


@claim(article="D* is the share of real items among all the items at a point.")
def best_discriminator_is_a_sigmoid() -> Iterator[Step]:
    r"""$p/(p + q) = \mathrm{sigmoid}(v)$ at the log-ratio $v = \log(p/q)$, the logit in which every row is written."""
    yield rules.identity(S.sigmoid(sp.log(p / q)), p / (p + q), PAIR)
    yield rules.identity(S.sigmoid(v) + S.sigmoid(-v), 1, box({v: (-oo, oo)}))


@claim(
    refutes=True,
    article="The generator maximises V(D, G).",
    truth="The discriminator maximises V; the generator minimises it, and its solution is where the maximum over D is "
    "least.",
)
def generator_maximises() -> Iterator[Step]:
    r"""$V(D^*, G) \le V(D^*, G_0)$ for every $G$, where $G_0$ is the solution $p_g = p_{\text{data}}$; here on two
    items with $p_{\text{data}} = (\frac12, \frac12)$ and $p_g = (a, 1 - a)$."""
    law = box({a: (0, 1)})
    value = sum((best.subs({p: HALF, q: mass}) for mass in (a, 1 - a)), sp.Integer(0))
    words = (
        r"With $p_g = (\frac14, \frac34)$ in place of the solution $(\frac12, \frac12)$, $V(D^*, G)$ is {left}: more "
        r"than the {right} of the solution."
    )
    yield rules.counterexample(value, "<=", value.subs(a, HALF), {a: sp.Rational(1, 4)}, law, words=words)
    # at the fixed D = (3/4, 1/4) V falls as the generator moves mass to the item that D takes for real
    fixed = a * sp.log(1 - sp.Rational(3, 4)) + (1 - a) * sp.log(1 - sp.Rational(1, 4))
    yield rules.positive(-sp.diff(fixed, a), law)


@claim(rests_on=("best_discriminator",))
def best_discriminator_on_finite_spaces() -> Iterator[Step]:
    r"""On random finite spaces, atoms of one law only included, no random $D$ beats $D^*$."""

    def excess(rng: np.random.Generator) -> float:
        data, made = _random_pair(rng)
        other = rng.uniform(size=data.size)
        return np.maximum(0.0, _value(data, made, other) - _value(data, made, _best(data, made)))

    yield rules.checked(r"V(D, G) \le V(D^*, G)", excess, cases=500, within=1e-14)


# --- 5. the value of the game


@claim(
    rests_on=("best_discriminator", "at_zero[js]", "tail_slope[js]"),
    cites=(GOODFELLOW,),
    article="Against the best discriminator V is $-\\log 4 + 2\\,\\mathrm{JSD}(p_{\\text{data}}, p_g)$.",
)
def value_of_the_game() -> Iterator[Step]:
    r"""$\int p \log \frac{p}{p + q} + q \log \frac{q}{p + q} = -\log 4 + 2\,\mathrm{JSD}(p, q)$, with the js row as
    it computes."""
    *steps, total = _value_of_the_game()
    yield from (*steps, total)
    yield rules.identity(total.terms[1], -sp.log(4), POINT)
    # atoms of one law only: the integrand of V is 0 there, and so is the right side with the row's f(0) and f'(inf)
    for gone, left in ((p, q), (q, p)):
        boundary = left * sp.log(2) / 2
        yield rules.limit(best, gone, 0, 0, PAIR)
        yield rules.limit(term("js"), gone, 0, boundary, PAIR)
        yield rules.identity(-left * sp.log(2) + 2 * boundary, 0, PAIR.without(gone))


def _value_of_the_game() -> Iterator[Step]:
    """The steps to V(D*, G) = -2 log 2 + 2 JSD as an equality of integrals, which is the last of them."""
    *steps, gibbs = separation("js")
    log2 = sp.log(2)
    pointwise = rules.identity(best, -log2 * p - log2 * q + 2 * term("js"), PAIR)
    yield from (*steps, gibbs, pointwise)
    yield rules.integrated(pointwise, gibbs, (-log2, -log2), sp.Integer(2))


@claim(rests_on=("value_of_the_game",))
def value_on_finite_spaces() -> Iterator[Step]:
    r"""$V(D^*, G) = -\log 4 + 2\,\mathrm{JSD}$ on random finite spaces, by the `js` that users call."""

    def error(rng: np.random.Generator) -> float:
        data, made = _random_pair(rng)
        return abs(_value(data, made, _best(data, made)) + np.log(4) - 2 * float(js(data, made)))

    yield rules.checked(r"V(D^*, G) = -\log 4 + 2 \mathrm{JSD}", error, cases=500, within=1e-14)


@claim(
    rests_on=("value_of_the_game",),
    cites=(GOODFELLOW,),
    article="Its least value over the generators is −log 4, met only by $p_g = p_{\\text{data}}$.",
)
def least_value_of_the_game() -> Iterator[Step]:
    r"""$V(D^*, G) \ge -\log 4$, with equality only where $p_g = p_{\text{data}}$: the js row is strictly positive off
    $t = 1$."""
    *steps, total = _value_of_the_game()
    (gibbs,) = (step for step in steps if step.rule == "perspective")
    yield from (*steps, total)
    yield rules.least(total, gibbs)
    yield rules.identity(best.subs(p, q), -q * sp.log(4), PAIR.without(p))


@claim(rests_on=("best_discriminator",), article="At the solution the discriminator can only say ½.")
def half_at_the_solution() -> Iterator[Step]:
    r"""$D^* = \frac12$ exactly where $p = q$: $D^* - \frac12 = (p - q)/(2(p + q))$."""
    yield rules.identity(p / (p + q) - HALF, (p - q) / (2 * (p + q)), PAIR)
    yield rules.positive(1 / (2 * (p + q)), PAIR)


@claim(
    refutes=True,
    article="When the discriminator says ½ everywhere, the generator has converged.",
    truth="The best discriminator says ½ everywhere only at $p_g = p_{\\text{data}}$; an untrained one says it "
    "whatever the generator does.",
)
def half_means_converged() -> Iterator[Step]:
    r"""If $D = \frac12$ everywhere then $\mathrm{JSD}(p_{\text{data}}, p_g) \le 0$; here $D$ is the sigmoid of the
    logit 0, $p_{\text{data}} = (\frac34, \frac14)$ and $p_g = (\frac14, \frac34)$."""
    data, made = (sp.Rational(3, 4), sp.Rational(1, 4)), (sp.Rational(1, 4), sp.Rational(3, 4))
    yield rules.identity(S.sigmoid(sp.Integer(0)), HALF, POINT)
    words = (
        r"$D$ says ½ of both items, while $p_{\text{data}} = (\frac34, \frac14)$ and $p_g = (\frac14, \frac34)$ are "
        r"{left} apart in JSD."
    )
    yield rules.counterexample(divergence("js", data, made), "<=", 0, words=words)
    yield rules.identity(p / (p + q) - HALF, (p - q) / (2 * (p + q)), PAIR)


@claim(rests_on=("critic[js]", "penalty[js]"), article="The loss in code is the V of the theory.")
def game_of_the_row() -> Iterator[Step]:
    r"""$2 T(v) - \log 2 = \log D$ and $-2 R(v) - \log 2 = \log(1 - D)$ for $D = \mathrm{sigmoid}(v)$ and the js row,
    so that $V = 2 (E_{\text{data}} T - E_g R) - \log 4$."""
    row, line = generators.GENERATORS["js"], box({v: (-oo, oo)})
    yield rules.identity(2 * part(row, "critic")(v, S) - sp.log(2), sp.log(S.sigmoid(v)), line)
    yield rules.identity(-2 * row.penalty(v, S) - sp.log(2), sp.log(1 - S.sigmoid(v)), line)


@claim(rests_on=("game_of_the_row",))
def game_of_the_losses() -> Iterator[Step]:
    r"""$V = 2\,\mathrm{bound}(\mathrm{js}) - \log 4$ on random logits, by the losses that train."""

    def error(rng: np.random.Generator) -> float:
        data, made = rng.normal(0, 3, 20), rng.normal(0, 3, 30)
        value = np.mean(np.log(1 / (1 + np.exp(-data)))) + np.mean(np.log(1 / (1 + np.exp(made))))
        return abs(2 * float(losses.bound(generators.GENERATORS["js"], data, made)) - np.log(4) - value)

    yield rules.checked(r"V = 2 (E T - E R) - \log 4", error, cases=200, within=1e-13)


def _random_pair(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two laws on the same 2 to 8 atoms, often with an atom that only one of them has."""
    size = int(rng.integers(2, 9))
    data, made = (rng.dirichlet(np.full(size, 0.7)) for _ in range(2))
    for law in (data, made):
        if rng.uniform() < 0.5:
            law[int(rng.integers(size))] = 0.0
    return data / data.sum(), made / made.sum()


def _best(data: np.ndarray, made: np.ndarray) -> np.ndarray:
    total = data + made
    return np.where(total > 0, data / np.where(total > 0, total, 1), 0.5)


def _value(data: np.ndarray, made: np.ndarray, says: np.ndarray) -> float:
    """V(D, G) as it is written, with 0 log 0 = 0."""
    with quiet():
        terms = np.where(data > 0, data * np.log(says), 0) + np.where(made > 0, made * np.log(1 - says), 0)
    return float(terms.sum())
