"""What the objectives of the GAN laboratory minimise at the best critic, and what penalties, packs and codes add."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from divergence.entropies import mutual_information
from divergence.f_divergence import js, total_variation, triangular
from divergence.gan.dirac import METHODS
from divergence.gan.information import information_bound, log_posterior, uniform_entropy
from divergence.gan.objectives import HINGE, LEAST_SQUARES, OBJECTIVES, RELATIVISTIC, WASSERSTEIN, Objective
from divergence.gan.packing import pack
from divergence.generators import GENERATORS

from . import rules
from .claim import claim
from .dirac import GAMMA, HALF, PSI, THETA, WEIGHTS, f
from .masses import separation, term
from .rules import Step
from .symbols import Domain, Expr, S, a, b, box, oo, p, q, t, v, w, x

MAO = "Mao et al. 2017, Least squares generative adversarial networks"
LIM_YE = "Lim & Ye 2017, Geometric GAN"
JOLICOEUR = "Jolicoeur-Martineau 2019, The relativistic discriminator; 2020, On relativistic f-divergences"
WGAN = "Arjovsky, Chintala & Bottou 2017, Wasserstein GAN; Gulrajani et al. 2017, Improved training of Wasserstein GANs"
LIN = "Lin et al. 2018, PacGAN: the power of two samples in generative adversarial networks"
PAIR, RATIO = box({p: (0, oo), q: (0, oo)}), box({t: (0, oo)})
TWO_PAIRS = PAIR.times(box({a: (0, oo), b: (0, oo)}))


def _convex_minimum(of: Expr, x: sp.Symbol, at: Expr, slope: Expr, curvature: Expr, domain: Domain) -> Iterator[Step]:
    """The steps to the one minimum of a strictly convex function of x on an interval open at infinity."""
    others, (low, _) = domain.without(x), domain.ends(x)
    steps = {
        "slope": rules.derivative(of, x, slope, domain),
        "stationary": rules.identity(slope.subs(x, at), 0, others),
        "curvature": rules.derivative(slope, x, curvature, domain),
        "convex": rules.positive(curvature, domain),
    }
    inside = (rules.positive(sp.sympify(at) - low, others),) if low.is_finite else ()
    yield from (*steps.values(), *inside)
    yield rules.unique_minimum(of, x, at, inside=inside, **steps)


def _penalty(of: Expr, slope: Expr, curvature: Expr) -> Iterator[Step]:
    """The steps to q of(p/q) >= 0, equal to 0 only at p = q, for a convex function of t that is 0 at its minimum 1."""
    *steps, minimum = _convex_minimum(of, t, sp.Integer(1), slope, curvature, RATIO)
    zero = rules.identity(of.subs(t, 1), 0, RATIO.without(t), name="f(1)")
    yield from (*steps, minimum, zero)
    yield rules.perspective(minimum, zero, p, q)


# --- least squares


@claim(cites=(MAO,))
def least_squares_critic() -> Iterator[Step]:
    r"""$\frac12 p (v - 1)^2 + \frac12 q v^2$ is least only at $v = p/(p + q)$, which is $D^*$; the least loss of the
    discriminator is $\frac14 (1 - \Delta(P, Q))$, $\Delta$ the triangular discrimination."""
    loss = p * LEAST_SQUARES.real(v, S) + q * LEAST_SQUARES.fake(v, S)
    domain = PAIR.times(box({v: (-oo, oo)}))
    best = p / (p + q)
    yield from _convex_minimum(loss, v, best, p * (v - 1) + q * v, p + q, domain)
    *steps, apart = separation("triangular")
    yield from (*steps, apart)
    eighth = sp.Rational(1, 8)
    there = rules.identity(-loss.subs(v, best), -eighth * p - eighth * q + term("triangular") / 4, PAIR)
    yield there
    yield rules.integrated(there, apart, (-eighth, -eighth), sp.Rational(1, 4))


@claim(cites=(MAO,), rests_on=("least_squares_critic",))
def least_squares_generator() -> Iterator[Step]:
    r"""At that critic the generator's loss is $\frac18 + D_f(P\|Q)$ with $f(t) = (t - 1)^2 (t + 2)/(8 (1 + t)^2)$: it
    is least only at $p_g = p_{\text{data}}$. It is no Pearson $\chi^2$; that takes targets other than 0, 1 and 1."""
    says = p / (p + q)
    loss = q * LEAST_SQUARES.generator(says, S)
    of = (t - 1) ** 2 * (t + 2) / (8 * (1 + t) ** 2)
    yield rules.identity(of, 1 / (2 * (1 + t) ** 2) + (t - 1) / 8 - sp.Rational(1, 8), RATIO)
    slope, curvature = sp.Rational(1, 8) - 1 / (1 + t) ** 3, 3 / (1 + t) ** 4
    *steps, apart = _penalty(of, slope, curvature)
    yield from (*steps, apart)
    weights = (-sp.Rational(1, 8), sp.Rational(1, 4))
    there = rules.identity(loss, weights[0] * p + weights[1] * q + apart.terms[0], PAIR)
    total = rules.integrated(there, apart, weights, sp.Integer(1))
    yield from (there, total, rules.least(total, apart))


# --- hinge


@claim(cites=(LIM_YE,))
def hinge_critic() -> Iterator[Step]:
    r"""$p \max(0, 1 - v) + q \max(0, 1 + v) \ge 2 \min(p, q)$, met at $v = \mathrm{sign}(p - q)$: the least loss of
    the discriminator is $2 - 2\,\mathrm{TV}(P, Q)$."""
    inside, beyond = (a - b) / (a + b), 1 + w
    gap = box({x: (0, oo), q: (0, oo)})

    def loss(first: Expr, second: Expr, says: Expr) -> Expr:
        return first * HINGE.real(says, S) + second * HINGE.fake(says, S)

    row = GENERATORS["total_variation"]
    for first, second, sign in ((q + x, q, 1), (q, q + x, -1)):
        least = 2 * q
        yield rules.identity(loss(first, second, sp.Integer(sign)), least, gap, name=rf"L({sign})")
        yield rules.positive(loss(first, second, sp.Integer(-sign)) - least, gap)
        yield rules.positive(loss(first, second, inside) - least, gap.times(box({a: (0, oo), b: (0, oo)})))
        yield rules.positive(loss(first, second, sign * beyond) - least, gap.times(box({w: (0, oo)})))
        yield rules.positive(loss(first, second, -sign * beyond) - least, gap.times(box({w: (0, oo)})))
    for first, second, ratio, part in ((q * (1 + w), q, 1 + w, w), (q, q * (1 + w), 1 / (1 + w), -w / (1 + w))):
        common = first + second - 2 * second * row.f(ratio, part, S)
        yield rules.identity(common, 2 * q, box({q: (0, oo), w: (0, oo)}), name=r"p + q - 2 q f(p/q)")


@claim(rests_on=("hinge_critic",))
def hinge_generator_descends_no_divergence() -> Iterator[Step]:
    r"""At that critic the generator's loss is $-E_q \mathrm{sign}(p - q)$, which is 0 at $q = p$ and $-\frac45$ at $p =
    (0.99, 0.01)$, $q = (0.9, 0.1)$: no divergence, and what holds the generator back is the critic's next step."""
    for data, model, value in (((99, 1), (90, 10), (-4, 5)), ((99, 1), (99, 1), (0, 1))):
        best = [(one > other) - (one < other) for one, other in zip(data, model)]
        says = [sp.sympify(HINGE.generator(sp.Integer(one), S)) for one in best]
        loss = sum((Fraction(int(one) * mass, 100) for one, mass in zip(says, model)), Fraction(0))
        yield rules.exactly(rf"q = {model[0]}/100", lambda _, found=loss, e=value: (found, "=", Fraction(*e)), cases=1)


# --- relativistic


@claim(cites=(JOLICOEUR,), rests_on=("best_answer",))
def relativistic_critic() -> Iterator[Step]:
    r"""With $a = p(x) q(y)$ and $b = q(x) p(y)$ the loss of a pair and of its swap, $a\,\mathrm{softplus}(-d) +
    b\,\mathrm{softplus}(d)$, is least only at $d = \log(a/b)$, a difference of critics $C = \log(p/q)$: no pairing is
    lost, and the least loss is $\log 2 - \mathrm{JSD}(P \otimes Q, Q \otimes P)$."""
    first, second = p * b, q * a  # p(x) q(y) and q(x) p(y), the masses at y being a and b
    yield rules.identity(sp.log(first / second), sp.log(p / q) - sp.log(a / b), TWO_PAIRS)
    loss = p * RELATIVISTIC.real(v, S) + q * RELATIVISTIC.fake(v, S)
    domain = PAIR.times(box({v: (-oo, oo)}))
    slope = -p / (1 + sp.exp(v)) + q / (1 + sp.exp(-v))
    curvature = (p + q) / ((1 + sp.exp(v)) * (1 + sp.exp(-v)))
    yield from _convex_minimum(loss, v, sp.log(p / q), slope, curvature, domain)
    *steps, apart = separation("js")
    yield from (*steps, apart)
    weight = -sp.log(2)
    there = rules.identity(-loss.subs(v, sp.log(p / q)), weight * p + weight * q + 2 * term("js"), PAIR)
    yield there
    yield rules.integrated(there, apart, (weight, weight), sp.Integer(2))


@claim(cites=(JOLICOEUR,), rests_on=("relativistic_critic",))
def relativistic_generator() -> Iterator[Step]:
    r"""At that critic the generator's loss over pairs is $\log 2 + D_f(P \otimes Q \| Q \otimes P)$ with $f(t) = t \log
    \frac{1 + t}{2} - \frac12 (t - 1)$: least only at $p_g = p_{\text{data}}$."""
    # a pair of mass p is judged at d = log(p/q), and the generator hands in -d
    loss = p * RELATIVISTIC.generator(-sp.log(p / q), S)
    of = t * sp.log((1 + t) / 2) - (t - 1) / 2
    slope = sp.log((1 + t) / 2) + t / (1 + t) - HALF
    *steps, apart = _penalty(of, slope, (2 + t) / (1 + t) ** 2)
    yield from (*steps, apart)
    weights = (sp.log(2) + HALF, -HALF)
    there = rules.identity(loss, weights[0] * p + weights[1] * q + apart.terms[0], PAIR)
    total = rules.integrated(there, apart, weights, sp.Integer(1))
    yield from (there, total, rules.least(total, apart))


# --- Wasserstein, and what bounds its critic


@claim(cites=(WGAN,), rests_on=("critic_is_at_most_its_slope_times_w1", "kantorovich_rubinstein"))
def wasserstein_critic() -> Iterator[Step]:
    r"""$L_D = -(E_p v - E_q v)$ and the generator's is $-E_q v$: over critics of Lipschitz constant $L$ the least loss
    of the discriminator is $-L\,W_1$; the generator descends what it climbs, up to the term of the data."""
    line = box({v: (-oo, oo)})
    yield rules.identity(WASSERSTEIN.real(v, S), -v, line, name=r"L_D \text{ at data}")
    yield rules.identity(WASSERSTEIN.fake(v, S), v, line, name=r"L_D \text{ at samples}")
    yield rules.identity(WASSERSTEIN.generator(v, S), -v, line, name="L_G")


@claim(cites=(WGAN,), rests_on=("dirac_field[wgan]", "dirac_field[r1]"))
def bounded_critics_of_the_dirac_gan() -> Iterator[Step]:
    r"""Data at 0, a sample at $\theta$, $D(x) = \psi x$. Over $|\psi| \le \gamma$ the best WGAN critic is worth $\gamma
    |\theta| = \gamma W_1$; with the gradient penalty $|\theta| + \theta^2/2\gamma$; with $\frac{\gamma}{2} |D'|^2$, R1
    or R2, $\theta^2/2\gamma = W_2^2/2\gamma$: each is least only at $\theta = 0$."""
    positive = box({x: (0, oo), GAMMA: (0, oo)})  # x is |theta|; by symmetry theta > 0
    clipped = GAMMA * w / (1 + w)  # any weight between 0 and the limit
    yield rules.positive(GAMMA * x - x * clipped, positive.times(box({w: (0, oo)})))
    yield rules.positive(GAMMA * x - x * -clipped, positive.times(box({w: (0, oo)})))
    ridge = THETA * PSI - GAMMA * PSI**2 / 2
    plane = box({THETA: (-oo, oo), PSI: (-oo, oo), GAMMA: (0, oo)})
    down, up = METHODS["wgan"].field(THETA, PSI, S)
    yield rules.derivative(ridge, PSI, up - GAMMA * PSI, plane)
    yield rules.derivative(ridge, THETA, -down, plane)
    yield from _convex_minimum(-ridge, PSI, THETA / GAMMA, GAMMA * PSI - THETA, GAMMA, plane)
    yield rules.identity(ridge.subs(PSI, THETA / GAMMA), THETA**2 / (2 * GAMMA), plane.without(PSI))
    worth = x + x**2 / (2 * GAMMA)
    leaning = {1: p, -1: -p}  # a slope on the right side, and on the wrong one
    both = positive.times(box({p: (0, oo)}))
    for side, slope in leaning.items():
        value = x * slope - GAMMA * (p - 1) ** 2 / 2
        _, up = METHODS["wgan_gp"].field(x, slope, S, gamma=GAMMA, aim=1)
        yield rules.derivative(value, p, side * sp.sympify(up), both)
        if side > 0:
            yield from _convex_minimum(-value, p, 1 + x / GAMMA, GAMMA * (p - 1) - x, GAMMA, both)
            yield rules.identity(value.subs(p, 1 + x / GAMMA), worth, positive)
        else:
            yield rules.positive(worth - value, both)


@claim(cites=(WGAN,), rests_on=("dirac_field[gan]", "dirac_field[r1]"))
def penalty_brings_the_slope_back() -> Iterator[Step]:
    r"""On the Dirac-GAN $\sup_\psi f(\theta\psi) + f(0) = -\log 2$ for every $\theta \ne 0$: the best discriminator
    tells the generator nothing of where the data are. With R1 the best value exceeds $2 f(0)$, that of $\theta = 0$,
    for every $\theta \ne 0$, and its slope in $|\theta|$ is positive: it is least at the data."""
    line, ways = box({v: (-oo, oo)}), box({x: (0, oo)})
    yield rules.positive(-f(v), line)
    yield rules.limit(f(v), v, oo, 0, line, side="-")
    yield rules.identity(f(sp.Integer(0)), -sp.log(2), ways.without(x), name="f(0)")
    domain = ways.times(box({PSI: (-oo, oo)})).times(WEIGHTS)
    value = f(x * PSI) + f(sp.Integer(0)) - GAMMA * PSI**2 / 2
    down, up = METHODS["r1"].field(x, PSI, S, gamma=GAMMA)
    yield rules.derivative(value, PSI, sp.sympify(up), domain)
    yield rules.positive(sp.sympify(up).subs(PSI, 0), domain.without(PSI))  # the best psi is another one, and better
    on_its_side = ways.times(box({p: (0, oo)})).times(WEIGHTS)  # and it is positive, for to the left the slope is too
    yield rules.positive(sp.sympify(up).subs(PSI, -p), on_its_side)
    yield rules.derivative(value, x, -sp.sympify(down), domain)
    yield rules.positive(-sp.sympify(down).subs(PSI, p), on_its_side)


# --- packs


@claim(cites=(LIN,))
def packing_tells_collapse_from_spread() -> Iterator[Step]:
    r"""The law of a pack is $P^{\otimes m}$, of which the discriminator's divergence is taken. Of two generators at
    $\mathrm{TV} = \frac15$ from uniform data, one that leaves a fifth out and one that weighs two halves 3 : 7, packs
    of two see $\frac{9}{25}$ and $\frac{6}{25}$; leaving out $\delta$ is worth $1 - (1 - \delta)^m$."""

    def variation(first: list[Fraction], second: list[Fraction], size: int) -> Fraction:
        packs = product(zip(first, second), repeat=size)
        masses = ((_product(one for one, _ in each), _product(other for _, other in each)) for each in packs)
        return sum((abs(one - other) for one, other in masses), Fraction(0)) / 2

    data = [Fraction(1, 10)] * 10
    collapsed, spread = [Fraction(0)] * 2 + [Fraction(1, 8)] * 8, [Fraction(3, 50)] * 5 + [Fraction(7, 50)] * 5
    for size, found, other in ((1, (1, 5), (1, 5)), (2, (9, 25), (6, 25))):
        for law, value in ((collapsed, found), (spread, other)):
            said = rf"\mathrm{{TV}}(P^{{\otimes {size}}}, Q^{{\otimes {size}}}) = {value[0]}/{value[1]}"
            yield rules.exactly(
                said, lambda _, made=law, n=size, e=value: (variation(data, made, n), "=", Fraction(*e)), cases=1
            )

    def left_out(rng: random.Random) -> rules.Case:
        size, lost, kept = rng.randint(1, 3), rng.randint(1, 3), rng.randint(1, 4)
        masses = [Fraction(1, lost + kept)] * (lost + kept)
        survivors = [Fraction(0)] * lost + [Fraction(1, kept)] * kept
        return variation(masses, survivors, size), "=", 1 - (1 - Fraction(lost, lost + kept)) ** size

    yield rules.exactly(r"\mathrm{TV} = 1 - (1 - \delta)^m", left_out, cases=30)

    def more(rng: random.Random) -> rules.Case:
        one, other = (_fractions(rng, 3) for _ in range(2))
        return variation(one, other, 1), "<=", variation(one, other, 2)

    yield rules.exactly(r"\text{packs are told apart at least as well}", more, cases=30)


@claim()
def packs_in_code() -> Iterator[Step]:
    r"""A pack of $m$ points in $R^d$ is one point in $R^{md}$, samples that follow each other side by side."""

    def shape(rng: np.random.Generator) -> float:
        size = int(rng.integers(1, 4))
        points = rng.normal(size=(2, 6 * size, 3))
        found = pack(points, size)
        beside = np.array([[np.concatenate(one[i : i + size]) for i in range(0, 6 * size, size)] for one in points])
        return float(found.shape != beside.shape or np.any(found != beside))

    yield rules.checked(r"\text{a pack is samples side by side}", shape, cases=20, within=0)


def _product(factors: Iterator[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


def _fractions(rng: random.Random, size: int) -> list[Fraction]:
    weights = [rng.randint(1, 9) for _ in range(size)]
    return [Fraction(weight, sum(weights)) for weight in weights]


# --- codes


@claim(cites=("Chen et al. 2016, InfoGAN",), rests_on=("infogan_bound",))
def information_term_is_a_bound() -> Iterator[Step]:
    r"""The term in code, $\overline{\log Q(c|x)} + \log k$ for uniform codes and $Q$ a softmax of logits, is $I(c; x)$
    at the posterior, whatever is added to all the logits of one $x$, and at most $I(c; x)$ at other logits."""

    def error(rng: np.random.Generator) -> float:
        codes, places = (int(n) for n in rng.integers(2, 5, 2))
        counts = rng.multinomial(30, rng.dirichlet(np.ones(places), codes)) + 1
        counts[:, 0] += counts.sum(axis=1).max() - counts.sum(axis=1)  # every code as often
        joint = counts / counts.sum()
        sample = np.repeat(np.indices(joint.shape).reshape(2, -1), counts.ravel(), axis=1)
        posterior = np.log(joint / joint.sum(axis=0)).T + rng.normal(size=(places, 1))
        found = []
        for logits in (posterior, posterior + rng.normal(size=posterior.shape)):
            found.append(float(information_bound(log_posterior(logits[sample[1]], sample[0]), uniform_entropy(codes))))
        information = float(mutual_information(joint))
        return np.maximum(abs(found[0] - information), found[1] - information)

    yield rules.checked(r"\overline{\log Q(c|x)} + H(c) \le I(c; x)", error, cases=60, within=1e-13)


# --- the losses in code


@claim(rests_on=("least_squares_critic", "hinge_critic", "relativistic_critic"))
def least_losses_in_code() -> Iterator[Step]:
    r"""The losses in code at the best critic are $\frac14 (1 - \Delta)$ for least squares, $2 - 2\,\mathrm{TV}$ for the
    hinge, $\log 2 - \mathrm{JSD}(P \otimes Q, Q \otimes P)$ over all pairs for the relativistic one; nowhere less."""

    def at_best(first: np.ndarray, second: np.ndarray) -> dict[str, tuple[Objective, np.ndarray, float]]:
        swapped = float(js(np.outer(first, second).ravel(), np.outer(second, first).ravel()))
        return {
            "least squares": (LEAST_SQUARES, first / (first + second), (1 - float(triangular(first, second))) / 4),
            "hinge": (HINGE, np.sign(first - second), 2 - 2 * float(total_variation(first, second))),
            "relativistic": (RELATIVISTIC, np.log(first / second), math.log(2) - swapped),
        }

    for name in ("least squares", "hinge", "relativistic"):

        def error(rng: np.random.Generator, name: str = name) -> float:
            counts, others = rng.integers(1, 9, (2, 4))
            objective, best, value = at_best(counts / counts.sum(), others / others.sum())[name]
            # every sample is an atom, so that means are expectations; pairs are every sample with every other
            real, fake = np.repeat(range(4), counts), np.repeat(range(4), others)
            if objective.paired:
                real, fake = np.array(list(product(real, fake))).T
            elsewhere = best + rng.normal(size=4)
            found, more = (float(objective.discriminator_loss(v[real], v[fake])) for v in (best, elsewhere))
            return np.maximum(abs(found - value), value - more)

        yield rules.checked(rf"\min_D L_D \text{{ of {name}}}", error, cases=60, within=1e-13)


@claim()
def objectives_pull_the_right_way() -> Iterator[Step]:
    r"""Every discriminator is served by higher logits of data and lower ones of samples, every generator by higher
    logits of its samples: least squares between its targets 0 and 1, the hinge inside its margin, the others
    everywhere."""

    def wrong(rng: np.random.Generator) -> float:
        real, fake = rng.uniform(0.05, 0.95, (2, 5))
        found = 0
        for objective in OBJECTIVES.values():
            base = float(objective.discriminator_loss(real, fake))
            better = float(objective.discriminator_loss(real + 0.05, fake - 0.05))
            made = [float(objective.generator_loss(one, real)) for one in (fake, fake + 0.05)]
            found += better >= base or made[1] >= made[0]
        return float(found)

    yield rules.checked(r"\text{signs of the losses}", wrong, cases=40, within=0)
