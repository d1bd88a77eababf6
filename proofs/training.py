"""The article on training: the change of variables, the two losses of the generator, and what they minimise."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy as sp

from divergence.gan import losses
from divergence.generators import GENERATORS
from divergence.ops import numpy_words

from . import rules
from .article import ANSWER, GOODFELLOW, WEIGHTS, gain
from .claim import claim
from .masses import Law, divergence, separation, term
from .rules import Step
from .symbols import POINT, Expr, S, a, b, box, c, oo, p, part, q, u, v, x

ARJOVSKY_BOTTOU = "Arjovsky & Bottou 2017, Towards principled methods for training generative adversarial networks"
HUSZAR = "Huszár 2015, How (not) to train your generative model"
LINE, PAIR, CERTAINTY = box({v: (-oo, oo)}), box({p: (0, oo), q: (0, oo)}), box({x: (0, 1)})
DATA, MODEL_ONE, MODEL_TWO = (tuple(sp.Rational(n, 20) for n in law) for law in ((5, 1, 14), (15, 4, 1), (4, 12, 4)))


# --- 3. the change of variables


@claim(article="The expectation over z of h(G(z)) is the expectation over x of h(x), for x drawn from $p_g$.")
def change_of_variables() -> Iterator[Step]:
    r"""$E_z h(G(z)) = E_{x \sim p_g} h(x)$: on finite spaces for every $G$, exactly; on the line for a rising smooth
    $G$, where $p_g(G(z))\, G'(z) = p_z(z)$: here $G = \exp$, which turns a normal law into a lognormal one, and a
    shift and a scale."""

    def case(rng: random.Random) -> rules.Case:
        size, into = rng.randint(2, 6), rng.randint(1, 5)
        weights = [rng.randint(1, 9) for _ in range(size)]
        masses = [Fraction(weight, sum(weights)) for weight in weights]
        sends, h = [rng.randrange(into) for _ in range(size)], [Fraction(rng.randint(-9, 9)) for _ in range(into)]
        made = [sum((m for m, k in zip(masses, sends) if k == j), Fraction(0)) for j in range(into)]
        there = sum((h[j] * m for j, m in enumerate(made)), Fraction(0))
        return sum((h[k] * m for m, k in zip(masses, sends)), Fraction(0)), "=", there

    yield rules.exactly(r"\sum_z p_z h(G(z)) = \sum_x p_g h(x)", case)
    normal = sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi)
    lognormal = sp.exp(-(sp.log(x) ** 2) / 2) / (x * sp.sqrt(2 * sp.pi))
    moved = sp.exp(-((v - u) ** 2) / (2 * c**2)) / (c * sp.sqrt(2 * sp.pi))
    for made, sent, places, domain, start in (
        (lognormal, sp.exp(v), x, LINE, 0),
        (moved, u + c * v, v, LINE.times(box({u: (-oo, oo), c: (0, oo)})), -oo),
    ):
        slope = sp.diff(sent, v)
        pushed = rules.identity(made.subs(places, sent) * slope, normal, domain, name="p_g(G(z)) G'(z)")
        rising = rules.derivative(sent, v, slope, domain)
        positive = rules.positive(slope, domain)
        ends = (rules.limit(sent, v, -oo, start, domain), rules.limit(sent, v, oo, oo, domain, side="-"))
        yield from (pushed, rising, positive, *ends)
        yield rules.substituted(pushed, rising, positive, ends, (start, oo))


# --- 6. the discriminator's problem


@claim(rests_on=("best_answer",), article="For a fixed generator the discriminator's problem is concave.")
def discriminator_problem_is_concave() -> Iterator[Step]:
    r"""$a \log x + b \log(1 - x)$ is strictly concave, and its slope is $(a + b)(x^* - x)/(x (1 - x))$: to climb it
    is to come nearer to $x^* = a/(a + b)$ from anywhere, so that gradient ascent with small steps converges to
    $D^*$."""
    slope = a / x - b / (1 - x)
    yield rules.derivative(gain, x, slope, ANSWER)
    curvature = -a / x**2 - b / (1 - x) ** 2
    yield rules.derivative(slope, x, curvature, ANSWER)
    yield rules.positive(-curvature, ANSWER)
    yield rules.identity(slope, (a + b) * (a / (a + b) - x) / (x * (1 - x)), ANSWER)
    yield rules.positive((a + b) / (x * (1 - x)), ANSWER)


# --- 7. the generator's two losses


@claim(
    cites=(GOODFELLOW,),
    article="Early on log(1 − D) saturates, so that the generator hardly learns; −log D does not.",
)
def early_gradients() -> Iterator[Step]:
    r"""In the logit $v$ of $D$: the slope of $\log(1 - D)$ is $-D \to 0$ and that of $-\log D$ is $-(1 - D) \to -1$
    as $v \to -\infty$; in $D$ their ratio is $D/(1 - D) \to 0$. The losses in code are these up to a factor and a
    constant."""
    says = S.sigmoid(v)
    yield rules.derivative(sp.log(1 - says), v, -says, LINE)
    yield rules.derivative(-sp.log(says), v, -(1 - says), LINE)
    yield rules.limit(-says, v, -oo, 0, LINE)
    yield rules.limit(-(1 - says), v, -oo, -1, LINE)
    yield rules.derivative(sp.log(1 - x), x, -1 / (1 - x), CERTAINTY)
    yield rules.derivative(-sp.log(x), x, -1 / x, CERTAINTY)
    yield rules.limit((1 / (1 - x)) / (1 / x), x, 0, 0, CERTAINTY)
    row = GENERATORS["js"]
    yield rules.identity(-2 * row.penalty(v, S) - sp.log(2), sp.log(1 - says), LINE)
    yield rules.identity(-2 * part(row, "critic")(v, S) + sp.log(2), -sp.log(says), LINE)

    def error(rng: np.random.Generator) -> float:
        logits = rng.normal(0, 3, 20)
        saturating, other = losses.generator_loss(row, logits), losses.non_saturating_loss(row, logits)
        o = numpy_words()
        first = np.mean(-o.softplus(logits)) - (2 * float(saturating) - np.log(2))
        second = np.mean(o.softplus(-logits)) - (2 * float(other) + np.log(2))
        return np.maximum(abs(first), abs(second))

    yield rules.checked(r"\text{the losses in code}", error, cases=60, within=1e-13)


@claim(cites=(ARJOVSKY_BOTTOU,), rests_on=("best_discriminator",))
def objectives_of_the_two_losses() -> Iterator[Step]:
    r"""At the best discriminator the saturating loss is $2\,\mathrm{JSD}$ up to a constant, the other one
    $\mathrm{KL}(q\|p) - 2\,\mathrm{JSD} = 2\,\mathrm{KL}(m\|p)$, $m = (p + q)/2$, up to what the data alone decide;
    both are least, 0, only at $q = p$."""
    m = (p + q) / 2
    forward = q * sp.log(q / p) - 2 * term("js")
    yield rules.identity(forward, 2 * m * sp.log(m / p), PAIR, name=r"q \log(q/p) - 2\, q f(p/q)")
    # -E_q log D* = E_q log((p + q)/p), and so KL(q||p) - 2 JSD up to a multiple of the masses and the term of the data
    loss = q * sp.log((p + q) / p)
    of_data = p * sp.log((p + q) / p)
    yield rules.identity(loss + of_data, 2 * m * sp.log(m / p) + 2 * m * sp.log(2), PAIR)
    *steps, gibbs = separation("kl")
    yield from (*steps, gibbs)
    first = gibbs.terms[0].subs({p: m, q: p}, simultaneous=True)
    yield rules.identity(2 * m * sp.log(m / p), 2 * first + 2 * m - 2 * p, PAIR)


@claim(
    refutes=True,
    cites=(ARJOVSKY_BOTTOU,),
    rests_on=("objectives_of_the_two_losses",),
    article="Minimising log(1 − D) is equal to maximising log D.",
    truth=r"They have the same solution and different objectives: at the best discriminator one minimises "
    r"$2\,\mathrm{JSD}(p, q)$, the other $2\,\mathrm{KL}(m\|p)$, which rank models differently.",
)
def the_two_losses_are_one() -> Iterator[Step]:
    r"""Of two models the one with the smaller $\mathrm{JSD}(p, q)$ has the smaller $\mathrm{KL}(m\|p)$; here $p = (5,
    1, 14)/20$, and the models $(15, 4, 1)/20$ and $(4, 12, 4)/20$."""
    one, two = (divergence("js", DATA, model) for model in (MODEL_ONE, MODEL_TWO))
    middle = [_mixture_kl(model) for model in (MODEL_ONE, MODEL_TWO)]
    yield from _ranked(one, two, middle[0], middle[1])


def _mixture_kl(model: Law) -> Expr:
    return divergence("kl", tuple((m + n) / 2 for m, n in zip(DATA, model)), DATA)


def _ranked(one: Expr, two: Expr, other_one: Expr, other_two: Expr) -> Iterator[Step]:
    """By the first measure one of the models is nearer, by the second measure the other."""
    if float(one) > float(two):
        one, two, other_one, other_two = two, one, other_two, other_one
    words = (
        f"By the first measure the models are {{left}} and {{right}} from the data, by the second "
        f"{float(other_one):.4g} and {float(other_two):.4g}: the order is turned round."
    )
    yield rules.counterexample(one, ">=", two, words=words)
    yield rules.counterexample(other_one, "<=", other_two, words=words)


@claim(rests_on=("objectives_of_the_two_losses",))
def best_fits_of_the_two_losses_differ() -> Iterator[Step]:
    r"""Where the model is too small for the data the two losses end at different places: data $(5, 1, 14)/20$, models
    $((1 - x)/2, (1 - x)/2, x)$; both objectives are convex in $x$, and their minima are computed."""
    places, model = [], ((1 - x) / 2, (1 - x) / 2, x)
    middles = [(m + n) / 2 for m, n in zip(DATA, model)]
    books = {
        "JSD": sum(m * sp.log(m / h) + n * sp.log(n / h) for m, n, h in zip(DATA, model, middles)) / 2,
        r"KL(m\|p)": sum((h * sp.log(h / m) for m, h in zip(DATA, middles)), sp.Integer(0)),
    }
    shipped = (divergence("js", DATA, model), divergence("kl", tuple(middles), DATA))
    for (name, book), value in zip(books.items(), shipped):
        yield rules.identity(value, book, CERTAINTY)
        found = rules.root(sp.diff(book, x), x, "0.3", "0.95", digits=10, name=rf"x_{{\text{{{name}}}}}")
        yield found
        places.append(found.terms[2:4])
    (low, high), (other_low, other_high) = sorted(places)
    yield rules.counterexample(other_low, "<=", high, words="The minima are at {right} and {left}.")
    yield rules.positive(other_high - low, POINT)


# --- 9. what training minimises


@claim(
    refutes=True,
    rests_on=("value_of_the_game", "objectives_of_the_two_losses"),
    article=r"Training a GAN minimises $\mathrm{KL}(p_g\|p_{\text{data}})$.",
    truth=r"At the best discriminator the generator minimises $2\,\mathrm{JSD}$, or with the non-saturating loss "
    r"$\mathrm{KL}(p_g\|p_{\text{data}}) - 2\,\mathrm{JSD}$.",
)
def training_minimises_kl() -> Iterator[Step]:
    r"""Of two models the one with the smaller $\mathrm{KL}(p_g\|p_{\text{data}})$ has the smaller value of the game,
    $2\,\mathrm{JSD} - \log 4$; here for the data and the models of `the_two_losses_are_one`."""
    values = [2 * divergence("js", DATA, model) - sp.log(4) for model in (MODEL_ONE, MODEL_TWO)]
    forward = [divergence("kl", model, DATA) for model in (MODEL_ONE, MODEL_TWO)]
    yield from _ranked(values[0], values[1], forward[0], forward[1])


# --- 10. forward KL


@claim(
    cites=(HUSZAR,),
    article="Forward KL is mean-seeking: its best normal law has the mean and the variance of the data.",
)
def forward_kl_matches_moments() -> Iterator[Step]:
    r"""$E_P [-\log q] = \frac12 \left(\frac{b + (u - v)^2}{a} + \log a\right) + \ldots$ for $q = N(v, a)$ and data of
    mean $u$ and variance $b$: for every $a$ it is least at $v = u$, and then at $a = b$."""
    cost = (b + (u - v) ** 2) / (2 * a) + sp.log(a) / 2
    whole = WEIGHTS.times(box({u: (-oo, oo), v: (-oo, oo)}))
    slope = (v - u) / a
    steps = {
        "slope": rules.derivative(cost, v, slope, whole),
        "stationary": rules.identity(slope.subs(v, u), 0, whole.without(v)),
        "curvature": rules.derivative(slope, v, 1 / a, whole),
        "convex": rules.positive(1 / a, whole),
    }
    yield from steps.values()
    yield rules.unique_minimum(cost, v, u, inside=(), **steps)
    # in z = log a, where the cost is convex
    z = sp.Symbol("z", real=True)
    rest = (b * sp.exp(-z) + z) / 2
    yield rules.identity(rest.subs(z, sp.log(a)), cost.subs(v, u), WEIGHTS)
    slope = (1 - b * sp.exp(-z)) / 2
    domain = box({b: (0, oo), z: (-oo, oo)})
    steps = {
        "slope": rules.derivative(rest, z, slope, domain),
        "stationary": rules.identity(slope.subs(z, sp.log(b)), 0, domain.without(z)),
        "curvature": rules.derivative(slope, z, b * sp.exp(-z) / 2, domain),
        "convex": rules.positive(b * sp.exp(-z) / 2, domain),
    }
    yield from steps.values()
    yield rules.unique_minimum(rest, z, sp.log(b), inside=(), **steps)


@claim(
    rests_on=("tail_slope[kl]", "at_zero[reverse_kl]"), article="Forward KL is zero-avoiding, reverse KL zero-forcing."
)
def zeros_avoided_and_forced() -> Iterator[Step]:
    r"""$\mathrm{KL}(p\|q)$ is without bound where $q \to 0$ at $p > 0$, and takes nothing but $q$ where $p \to 0$;
    $\mathrm{KL}(q\|p)$ is without bound where $p \to 0$ at $q > 0$: a fit by it has no mass where the data have
    none."""
    forward, reverse = term("kl"), term("reverse_kl")
    yield rules.limit(forward, q, 0, oo, PAIR)
    yield rules.limit(forward, p, 0, q, PAIR)
    yield rules.limit(reverse, p, 0, oo, PAIR)
    yield rules.limit(reverse, q, 0, p, PAIR)
