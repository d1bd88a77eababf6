"""f-GAN: the losses that train on the variational bound, and its published table, line by line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from divergence import generators
from divergence.errors import InvalidParameter
from divergence.f_divergence import FDivergence
from divergence.gan import losses
from divergence.generators import GENERATORS, Generator
from divergence.ops import numpy_words

from . import rules
from .claim import claim
from .rules import Step
from .symbols import Expr, S, Subject, box, oo, p, part, q, t, u
from .variational import NOWOZIN, RATIO, SMOOTH

WORDS = numpy_words()


@claim(over=SMOOTH, rests_on=("variational_bound",))
def losses_are_the_bound(subject: Subject) -> Iterator[Step]:
    r"""The losses in code: the discriminator's is $-(\overline{T} - \overline{R})$ over its logits, the generator's
    $-\overline{R}$, the non-saturating one $-\overline{T}$; at the logits $\log(p/q)$ the bound is $D_f$."""
    rows = [instance.row for reading in subject.readings() for instance in reading.instances]

    def error(rng: np.random.Generator) -> float:
        counts, other = rng.integers(1, 9, (2, 4))
        ratio = np.log(counts / counts.sum()) - np.log(other / other.sum())
        real, fake = np.repeat(ratio, counts), np.repeat(ratio, other)
        return np.max([_loss_error(row, real, fake, counts / counts.sum(), other / other.sum()) for row in rows])

    yield rules.checked(r"L_D = -(\overline{T} - \overline{R})", error, cases=40, within=1e-11)

    def shapes(rng: np.random.Generator) -> float:
        real, fake = rng.normal(size=(2, 3, 5))
        row = rows[0]
        found = (losses.bound(row, real, fake), losses.generator_loss(row, fake), losses.non_saturating_loss(row, fake))
        return float(any(np.shape(one) != (3,) for one in found))

    yield rules.checked(r"\text{means over the last axis}", shapes, cases=2, within=0)


def _loss_error(row: Generator, real: np.ndarray, fake: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    value = float(FDivergence(row)(first, second))
    says, costs = row.critic(real, WORDS).mean(), row.penalty(fake, WORDS).mean()
    found = (
        (losses.bound(row, real, fake), value),
        (losses.bound(row, real, fake), says - costs),
        (losses.discriminator_loss(row, real, fake), -value),
        (losses.generator_loss(row, fake), -costs),
        (losses.non_saturating_loss(row, fake), -row.critic(fake, WORDS).mean()),
    )
    scale = 1 + abs(says) + abs(costs)
    return float(np.max([abs(float(x) - float(y)) / scale for x, y in found]))


@claim()
def losses_refuse_steps() -> Iterator[Step]:
    r"""The best critic of a row with a kink is a step, whose gradient is 0: the losses refuse it, and no other."""

    def wrong(rng: np.random.Generator) -> float:
        found = 0
        for row in (*GENERATORS.values(), generators.hockey_stick(2.0), generators.power(0.5)):
            for use in (
                lambda row=row: losses.bound(row, np.zeros(2), np.zeros(2)),
                lambda row=row: losses.generator_loss(row, np.zeros(2)),
                lambda row=row: losses.non_saturating_loss(row, np.zeros(2)),
            ):
                try:
                    use()
                    refused = False
                except InvalidParameter:
                    refused = True
                found += refused != bool(row.kinks)
        return float(found)

    yield rules.checked(r"\text{refused exactly where there is a kink}", wrong, cases=1, within=0)


# --- the published table of f-GAN


def _published(name: str) -> tuple[str, Expr, Expr, Expr, Expr, Expr]:
    """The row it is about, and as printed f(t), T at the best critic, f*(u); k and l with f = k row + l (t - 1) +
    f(1)."""
    half = sp.log((1 + t) / 2)
    return {
        "KL": ("kl", t * sp.log(t), 1 + sp.log(t), sp.exp(u - 1), sp.Integer(1), sp.Integer(1)),
        "reverse KL": ("reverse_kl", -sp.log(t), -1 / t, -1 - sp.log(-u), sp.Integer(1), sp.Integer(-1)),
        "Pearson": ("pearson", (t - 1) ** 2, 2 * (t - 1), u**2 / 4 + u, sp.Integer(1), sp.Integer(0)),
        "Hellinger": (
            "squared_hellinger",
            (sp.sqrt(t) - 1) ** 2,
            (sp.sqrt(t) - 1) / sp.sqrt(t),
            u / (1 - u),
            sp.Integer(2),
            sp.Integer(0),
        ),
        "Jensen-Shannon": (
            "js",
            -(t + 1) * half + t * sp.log(t),
            sp.log(2 * t / (1 + t)),
            -sp.log(2 - sp.exp(u)),
            sp.Integer(2),
            sp.Integer(0),
        ),
        "GAN": (
            "js",
            t * sp.log(t) - (t + 1) * sp.log(t + 1),
            sp.log(t / (1 + t)),
            -sp.log(1 - sp.exp(u)),
            sp.Integer(2),
            -sp.log(2),
        ),
    }[name]


PUBLISHED = tuple(
    Subject(name, lambda: ()) for name in ("KL", "reverse KL", "Pearson", "Hellinger", "Jensen-Shannon", "GAN")
)


@claim(over=PUBLISHED, cites=(NOWOZIN,))
def fgan_table(subject: Subject) -> Iterator[Step]:
    r"""The line of the published table of f-GAN is $k$ times a row here plus a line, $f_N = k f + l (t - 1) + f_N(1)$;
    its best critic is $f_N'$, and its conjugate is met there."""
    name, f, best, conjugate, k, line = _published(subject.name)
    row = GENERATORS[name]
    yield rules.identity(f, k * row.f(t, t - 1, S) + line * (t - 1) + f.subs(t, 1), RATIO, name="f_N(t)")
    yield rules.derivative(f, t, best, RATIO)
    yield rules.identity(conjugate.subs(u, best), t * best - f, RATIO, name="f_N^*(T)")


@claim(
    refutes=True,
    cites=(NOWOZIN,),
    article="The Jensen–Shannon line of the published f-GAN table is the Jensen–Shannon divergence.",
    truth="It is twice that.",
)
def fgan_table_js() -> Iterator[Step]:
    r"""$q f_N(p/q)$ is the term of $\frac12 \mathrm{KL}(P\|M) + \frac12 \mathrm{KL}(Q\|M)$ for the printed $f_N$."""
    _, f, *_ = _published("Jensen-Shannon")
    words = "At a ratio of 4 it is {left}, and the term of the divergence is {right}."
    yield rules.counterexample(f, "=", GENERATORS["js"].f(t, t - 1, S), {t: sp.Integer(4)}, RATIO, words=words)
    yield rules.identity(f, 2 * GENERATORS["js"].f(t, t - 1, S), RATIO)


@claim(
    refutes=True,
    cites=(NOWOZIN,),
    article="With f(u) = (u − 1)², Pearson's divergence of the published f-GAN table is ∫ (q − p)²/p.",
    truth=r"$\int q f(p/q)$ is $\int (p - q)^2/q$; the printed integral is Neyman's, with the arguments exchanged.",
)
def fgan_table_pearson() -> Iterator[Step]:
    r"""$q (p/q - 1)^2 = (q - p)^2/p$ for all $p, q > 0$."""
    pair = box({p: (0, oo), q: (0, oo)})
    term = q * GENERATORS["pearson"].f(p / q, (p - q) / q, S)
    words = "At p = 2, q = 1 the first is {left}, the second {right}."
    at = {p: sp.Integer(2), q: sp.Integer(1)}
    yield rules.counterexample(term, "=", (q - p) ** 2 / p, at, pair, words=words)
    yield rules.identity(term, (p - q) ** 2 / q, pair)


@claim(
    refutes=True,
    article="The conjugate of Pearson's f is u²/4 + u for every u.",
    truth=r"Below $f'(0) = -2$ the supremum over $t \ge 0$ is met at $t = 0$, and is $-f(0) = -1$.",
)
def familiar_conjugate_of_pearson() -> Iterator[Step]:
    r"""$\sup_{t > 0} (u t - (t - 1)^2) = u^2/4 + u$ at every $u < -2$; there $u t - (t - 1)^2 < -1$ for all $t > 0$."""
    row, below = GENERATORS["pearson"], box({u: (-oo, -2)})
    words = "At u = −4 it is {left}, above the {right} that no t exceeds."
    yield rules.counterexample(part(row, "conjugate")(u, S), "<=", -1, {u: sp.Integer(-4)}, below, words=words)
    e = -1 - (u * t - row.f(t, t - 1, S))
    yield rules.positive(e, below.times(RATIO))
    floats = np.linspace(-9.0, -2.0, 40)
    yield rules.computes(lambda one: row.completed_conjugate(one, WORDS), sp.Integer(-1) + 0 * u, u, floats)
