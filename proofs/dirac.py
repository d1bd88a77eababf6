"""The Dirac-GAN: how each way to train a GAN moves near the solution, on the vector fields that run.

A field with trace T and determinant d of its Jacobian at 0 has the eigenvalues T/2 ± sqrt(T²/4 - d). Where T = 0 < d
they are imaginary, ± i sqrt(d): the players circle. Where T < 0 < d they spiral in, and a simultaneous step of length h
shrinks the distance as long as |1 + h λ| < 1, for complex λ as long as h < -T/d.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import sympy as sp

from divergence.gan.dirac import METHODS, Method, one_step, simulate

from . import rules
from .algebra import forms
from .claim import claim
from .rules import Step
from .symbols import POINT, Domain, Expr, S, b, box, c, oo, p, u, v

MESCHEDER = "Mescheder, Geiger & Nowozin 2018, Which training methods for GANs do actually converge?"
NAGARAJAN = "Nagarajan & Kolter 2017, Gradient descent GAN optimization is locally stable"
THETA, PSI, GAMMA, STEP = u, v, c, b  # real θ and ψ, positive γ and h
PLANE = box({THETA: (-oo, oo), PSI: (-oo, oo)})
EVERY = PLANE.times(box({GAMMA: (0, oo)}))
WEIGHTS = box({GAMMA: (0, oo)})
HALF = sp.Rational(1, 2)

SMOOTH = tuple(game for game in METHODS.values() if game.name not in ("wgan_clipped", "wgan_gp"))
CIRCLING = tuple(game for game in SMOOTH if not game.parameters)
DAMPED = tuple(game for game in SMOOTH if game.parameters)


def f(x: Expr) -> Expr:
    return -sp.log(1 + sp.exp(-x))


def _objectives(name: str) -> tuple[Expr, Expr]:
    """What the generator descends and what the discriminator climbs, from the literature and not from the fields."""
    bare, s = f(THETA * PSI) + f(sp.Integer(0)), sp.sqrt(GAMMA)
    penalty = GAMMA * PSI**2 / 2
    noisy = (f((THETA + s) * PSI) + f((THETA - s) * PSI) + f(s * PSI) + f(-s * PSI)) / 2
    fooled = -f(-THETA * PSI)  # the generator wants the sample to pass for real
    return {
        "gan": (bare, bare),
        "non_saturating": (fooled, bare),
        "relativistic": (fooled, f(THETA * PSI - 0 * PSI)),
        "wgan": (THETA * PSI, THETA * PSI),
        "instance_noise": (noisy, noisy),
        "r1": (bare, bare - penalty),
        "r2": (bare, bare - penalty),
        "r1_r2": (bare, bare - 2 * penalty),
    }[name]


def _weighed(game: Method, gamma: Any) -> dict[str, Any]:
    """The parameters of a method, gamma its weight or its variance; noise of two points moves as any noise near 0."""
    if game.name == "instance_noise":
        half = HALF if isinstance(gamma, sp.Basic) else 0.5
        return {"variance": gamma, "noise": ((1, half), (-1, half))}
    return {name: gamma if name == "gamma" else 1 for name in game.parameters}


def _field(game: Method, theta: Expr = THETA, psi: Expr = PSI) -> tuple[Expr, Expr]:
    down, up = game.field(theta, psi, S, **_weighed(game, GAMMA))
    return sp.sympify(down), sp.sympify(up)


def _step(game: Method, h: Expr, *, alternating: bool = False) -> tuple[Expr, Expr]:
    theta, psi = one_step(game, THETA, PSI, h, S, alternating=alternating, **_weighed(game, GAMMA))
    return sp.sympify(theta), sp.sympify(psi)


def _jacobian(game: Method) -> Iterator[Step]:
    """The steps to the Jacobian at (0, 0), which are the last four."""
    at_zero = {THETA: 0, PSI: 0}
    entries = []
    for component in _field(game):
        yield rules.identity(component.subs(at_zero), 0, WEIGHTS)
        for symbol in (THETA, PSI):
            other = PSI if symbol == THETA else THETA
            here = component.subs(other, 0)
            slope = _tidy(sp.diff(here, symbol))
            yield rules.derivative(here, symbol, slope, EVERY.without(other))
            entries.append(rules.identity(slope.subs(symbol, 0), sp.simplify(slope.subs(symbol, 0)), WEIGHTS))
    yield from entries


def _tidy(e: Expr) -> Expr:
    return min(islice(forms(e), 5), key=sp.count_ops)


def _trace_and_determinant(game: Method) -> tuple[Expr, Expr]:
    down, up = _field(game)
    matrix = sp.Matrix(2, 2, [sp.diff(e, s) for e in (down, up) for s in (THETA, PSI)]).subs({THETA: 0, PSI: 0})
    return sp.simplify(matrix.trace()), sp.simplify(matrix.det())


def _linear(game: Method) -> Iterator[Step]:
    """The Jacobian, and its trace and determinant from the entries that were shown."""
    *steps, one, two, three, four = _jacobian(game)
    entries = [step.terms[1] for step in (one, two, three, four)]
    yield from (*steps, one, two, three, four)
    trace, determinant = _trace_and_determinant(game)
    yield rules.identity(entries[0] + entries[3], trace, WEIGHTS, name=r"\mathrm{trace}")
    yield rules.identity(entries[0] * entries[3] - entries[1] * entries[2], determinant, WEIGHTS, name=r"\det")


@claim(over=tuple(game for game in SMOOTH if game.name != "consensus"), cites=(MESCHEDER,))
def dirac_field(game: Method) -> Iterator[Step]:
    r"""The field that runs is $(-\partial_\theta L_G, \partial_\psi L_D)$ of the objectives of the two players."""
    descended, climbed = _objectives(game.name)
    down, up = _field(game)
    yield rules.derivative(descended, THETA, -down, EVERY)
    yield rules.derivative(climbed, PSI, up, EVERY)


@claim(cites=("Mescheder, Nowozin & Geiger 2017, The numerics of GANs",))
def dirac_consensus_field() -> Iterator[Step]:
    r"""Consensus optimisation follows $v - \gamma \nabla \frac12 \|v\|^2$ with the field $v$ of the GAN."""
    down, up = _field(METHODS["gan"])
    half = (down**2 + up**2) / 2
    for plain, found, symbol in zip((down, up), _field(METHODS["consensus"]), (THETA, PSI)):
        yield rules.derivative(half, symbol, (plain - found) / GAMMA, EVERY)


@claim(over=CIRCLING, cites=(MESCHEDER, NAGARAJAN))
def dirac_circles(game: Method) -> Iterator[Step]:
    r"""The Jacobian at the solution has trace 0 and a positive determinant: eigenvalues $\pm i \sqrt{\det}$, so that
    the linearised players circle for ever."""
    *steps, trace, determinant = _linear(game)
    yield from (*steps, trace, determinant)
    yield rules.identity(trace.terms[1], 0, WEIGHTS, name=r"\mathrm{trace}")
    yield rules.positive(determinant.terms[1], WEIGHTS)


@claim(over=DAMPED, cites=(MESCHEDER,))
def dirac_spirals_in(game: Method) -> Iterator[Step]:
    r"""The Jacobian at the solution has a negative trace and a positive determinant for every $\gamma > 0$: both
    eigenvalues $T/2 \pm \sqrt{T^2/4 - d}$ lie in the left half plane, and the solution attracts."""
    *steps, trace, determinant = _linear(game)
    yield from (*steps, trace, determinant)
    yield rules.positive(-trace.terms[1], WEIGHTS)
    yield rules.positive(determinant.terms[1], WEIGHTS)


@claim(
    over=tuple(game for game in DAMPED if game.name != "consensus"), cites=(MESCHEDER,), rests_on=("dirac_spirals_in",)
)
def dirac_critical_weight(game: Method) -> Iterator[Step]:
    r"""$T^2/4 - d$ is negative below the critical $\gamma$ and positive beyond it: the players spiral in below, and
    come straight beyond; at it both eigenvalues are $T/2$, and the slower of the two is fastest."""
    trace, determinant = _trace_and_determinant(game)
    gap: Expr = sp.factor(trace**2 / 4 - determinant)
    (critical,) = (root for root in sp.solve(gap, GAMMA) if root.is_positive)
    yield rules.identity(
        gap.subs(GAMMA, critical), 0, POINT, name=rf"T^2/4 - d \text{{ at }} \gamma = {sp.latex(critical)}"
    )
    yield rules.positive(-gap, box({GAMMA: (0, critical)}))
    yield rules.positive(gap, box({GAMMA: (critical, oo)}))
    # beyond it the slower eigenvalue T/2 + sqrt(gap) is above T/2 at the critical weight, which is -sqrt(d)
    slower = trace / 2 + sp.sqrt(gap)
    yield rules.positive(determinant, WEIGHTS)
    yield rules.identity(slower * (trace / 2 - sp.sqrt(gap)), determinant, box({GAMMA: (critical, oo)}))


@claim(cites=(MESCHEDER,))
def dirac_consensus_never_comes_straight() -> Iterator[Step]:
    r"""For consensus optimisation $T^2/4 - d < 0$ for every $\gamma$: the players always spiral."""
    trace, determinant = _trace_and_determinant(METHODS["consensus"])
    yield rules.positive(determinant - trace**2 / 4, WEIGHTS)


@claim(over=DAMPED, cites=(MESCHEDER,), rests_on=("dirac_spirals_in",))
def dirac_largest_step(game: Method) -> Iterator[Step]:
    r"""A simultaneous step of length $h$ multiplies the area by $1 + h T + h^2 d$, which for complex eigenvalues is
    $|1 + h \lambda|^2$: below 1 exactly for $0 < h < -T/d$, the largest stable step."""
    trace, determinant = _trace_and_determinant(game)
    largest = sp.simplify(-trace / determinant)
    shrunk = 1 + STEP * trace + STEP**2 * determinant
    with_step = box({GAMMA: (0, oo), STEP: (0, oo)})
    yield rules.identity(shrunk - 1, STEP * determinant * (STEP - largest), with_step)
    yield rules.positive(largest, WEIGHTS)
    yield rules.positive(STEP * determinant, with_step)
    yield from _stable_steps(game, largest)


def _stable_steps(game: Method, largest: Expr) -> Iterator[Step]:
    """What runs: a hundredth below the largest step the path comes in, a hundredth beyond it does not."""

    def wrong(rng: np.random.Generator) -> float:
        gamma = float(rng.uniform(0.1, 0.5))
        h, angle = float(largest.subs(GAMMA, gamma)), rng.uniform(0, 2 * np.pi)
        start = (1e-3 * float(np.cos(angle)), 1e-3 * float(np.sin(angle)))
        ends = []
        for share in (0.9, 1.1):
            path = simulate(game, start, share * h, 150, **_weighed(game, gamma))
            ends.append(np.linalg.norm(path[-20:], axis=-1).max() / np.linalg.norm(path[:20], axis=-1).max())
        return float(not ends[0] < 1) + float(not ends[1] > 1)

    yield rules.checked(r"r_n \to 0 \text{ exactly below the largest step}", wrong, cases=20, within=0)


@claim(over=(METHODS["gan"], METHODS["wgan"]), cites=(MESCHEDER,))
def dirac_simultaneous_steps_lead_away(game: Method) -> Iterator[Step]:
    r"""Each simultaneous step multiplies $r^2 = \theta^2 + \psi^2$ by exactly $1 + h^2 s^2$, with $s =
    f'(\theta\psi)$, or 1 for the WGAN: whatever the step, training moves away from the solution."""
    domain = PLANE.times(box({STEP: (0, oo)}))
    theta, psi = _step(game, STEP)
    slope = sp.diff(f(p), p).subs(p, THETA * PSI) if game.name == "gan" else sp.Integer(1)
    square = THETA**2 + PSI**2
    yield rules.identity(theta**2 + psi**2, square * (1 + STEP**2 * slope**2), domain, name="r_1^2")
    yield rules.positive(STEP**2 * slope**2, domain)


@claim(over=CIRCLING, cites=(MESCHEDER,), rests_on=("dirac_circles",))
def dirac_alternating_steps_keep_the_area(game: Method) -> Iterator[Step]:
    r"""Near the solution an alternating step has determinant 1 and trace $2 - h^2 d$: for $h < 2/\sqrt{d}$ both
    eigenvalues lie on the unit circle, and the players neither come nor go."""
    _, determinant = _trace_and_determinant(game)
    down, up = _step(game, STEP, alternating=True)
    domain, at_zero = box({STEP: (0, oo)}), {THETA: 0, PSI: 0}
    matrix = sp.Matrix(2, 2, [sp.simplify(sp.diff(e, s).subs(at_zero)) for e in (down, up) for s in (THETA, PSI)])
    for e, row in ((down, 0), (up, 1)):
        for symbol, column in ((THETA, 0), (PSI, 1)):
            other = PSI if symbol == THETA else THETA
            here = e.subs(other, 0)
            slope = _tidy(sp.diff(here, symbol))
            plain = Domain(tuple(axis for axis in PLANE.times(domain).axes if axis[0] != other))
            yield rules.derivative(here, symbol, slope, plain)
            yield rules.identity(slope.subs(symbol, 0), matrix[row, column], domain)
    trace = matrix.trace()
    yield rules.identity(matrix.det(), 1, domain, name=r"\det")
    yield rules.identity(trace, 2 - STEP**2 * determinant, domain, name=r"\mathrm{trace}")
    limit = 2 / sp.sqrt(determinant)
    yield rules.positive(4 - trace**2, box({STEP: (0, limit)}))
    yield rules.positive(trace**2 - 4, box({STEP: (limit, oo)}))


@claim(
    refutes=True,
    cites=(MESCHEDER,),
    rests_on=("dirac_simultaneous_steps_lead_away[gan]", "dirac_alternating_steps_keep_the_area[gan]"),
    article="With k steps of the discriminator and then one of the generator, training is guaranteed to reach D* "
    "and so the solution.",
    truth=r"For a fixed generator the discriminator's problem is concave, and is solved; the game is not: on the "
    r"Dirac-GAN each simultaneous step multiplies the distance from the solution by $\sqrt{1 + h^2 f'(\theta\psi)^2} > "
    r"1$, and alternating steps circle. Penalties of the slope, or noise, make it converge.",
)
def training_reaches_the_solution() -> Iterator[Step]:
    r"""A step of gradient descent and ascent does not increase the distance from the solution; here a step of length
    $\frac12$ of the Dirac-GAN from $(\theta, \psi) = (1, 0)$."""
    theta, psi = _step(METHODS["gan"], HALF)
    words = "The squared distance from the solution is {left} after the step, and was {right} before."
    at = {THETA: sp.Integer(1), PSI: sp.Integer(0)}
    yield rules.counterexample(theta**2 + psi**2, "<=", THETA**2 + PSI**2, at, PLANE, words=words)


@claim(over=tuple(METHODS[name] for name in ("r1", "r2", "r1_r2")), cites=(MESCHEDER,))
def dirac_energy_falls(game: Method) -> Iterator[Step]:
    r"""$\frac12 (\theta^2 + \psi^2)' = -w \gamma \psi^2 \le 0$ along the flow, from anywhere: a penalty of the slope
    damps the whole plane, not just the neighbourhood of the solution."""
    down, up = _field(game)
    weight = 2 if game.name == "r1_r2" else 1
    yield rules.identity(THETA * down + PSI * up, -weight * GAMMA * PSI**2, EVERY, name=r"(r^2/2)'")
    yield rules.nonnegative(weight * GAMMA * PSI**2, EVERY)


@claim(over=(METHODS["gan"], METHODS["wgan"], METHODS["wgan_clipped"]), cites=(MESCHEDER,))
def dirac_flow_circles(game: Method) -> Iterator[Step]:
    r"""$\theta\theta' + \psi\psi' = 0$: the flow keeps its distance from the solution for ever, clipped or not, and
    whoever starts elsewhere never arrives."""
    down, up = _field(game)
    yield rules.identity(THETA * down + PSI * up, 0, PLANE, name=r"(r^2/2)'")


@claim(cites=(MESCHEDER,), rests_on=("dirac_simultaneous_steps_lead_away[wgan]",))
def dirac_clipping_does_not_help() -> Iterator[Step]:
    r"""Clipping $\psi$ to $[-\gamma, \gamma]$ leaves the field inside as it was, so that near the solution every
    simultaneous step of the WGAN still leads away; runs from random starts end no nearer."""
    for clipped, plain in zip(_field(METHODS["wgan_clipped"]), _field(METHODS["wgan"])):
        yield rules.identity(clipped, plain, PLANE)

    def nearer(rng: np.random.Generator) -> float:
        gamma, angle = float(rng.uniform(0.5, 2)), rng.uniform(0, 2 * np.pi)
        start = (0.1 * float(np.cos(angle)), 0.1 * float(np.sin(angle)))
        path = simulate(replace(METHODS["wgan_clipped"], reach=gamma), start, 0.1, 2000)
        outside = max(0.0, float(np.abs(path[:, 1]).max()) - gamma)
        return outside + np.maximum(0.0, 0.1 - float(np.linalg.norm(path, axis=-1).min()))

    yield rules.checked(r"r_n \ge r_0 \text{ and } |\psi| \le \gamma", nearer, cases=20, within=1e-15)


@claim(cites=(MESCHEDER,))
def dirac_gradient_penalty_pushes_off() -> Iterator[Step]:
    r"""WGAN-GP: $\psi' \to \gamma$ as $\psi \to 0^+$ and $-\gamma$ as $\psi \to 0^-$ at $\theta = 0$: the penalty
    $\frac{\gamma}{2} (|\psi| - 1)^2$ pushes the discriminator off the solution, which is no equilibrium."""
    above = box({p: (0, oo), GAMMA: (0, oo)})
    for side in (1, -1):
        up = _field(METHODS["wgan_gp"], sp.Integer(0), side * p)[1]
        yield rules.limit(up, p, 0, side * GAMMA, above)
        yield rules.derivative(-GAMMA * (p - 1) ** 2 / 2, p, side * up, above)
        down = _field(METHODS["wgan_gp"], THETA, side * p)[0]
        yield rules.identity(down, -side * p, above.times(box({THETA: (-oo, oo)})))


@claim(cites=("Jolicoeur-Martineau 2019, The relativistic discriminator",))
def dirac_relativistic_is_non_saturating() -> Iterator[Step]:
    r"""On the Dirac-GAN $D(x_r) - D(x_f) = -\psi\theta$: the relativistic game has the field of the non-saturating one,
    and circles like it."""
    for one, other in zip(_field(METHODS["relativistic"]), _field(METHODS["non_saturating"])):
        yield rules.identity(one, other, PLANE)


@claim(cites=("Mescheder, Nowozin & Geiger 2017, The numerics of GANs",), rests_on=("dirac_largest_step[consensus]",))
def dirac_best_consensus() -> Iterator[Step]:
    r"""The largest stable step of consensus optimisation is longest at one $\gamma$, found here: more of it slows
    training down."""
    trace, determinant = _trace_and_determinant(METHODS["consensus"])
    largest = sp.simplify(-trace / determinant)
    slope: Expr = sp.factor(sp.diff(largest, GAMMA))
    (best,) = (root for root in sp.solve(slope, GAMMA) if root.is_positive)
    yield rules.derivative(largest, GAMMA, slope, WEIGHTS)
    yield rules.identity(slope.subs(GAMMA, best), 0, POINT)
    yield rules.positive(slope, box({GAMMA: (0, best)}))
    yield rules.positive(-slope, box({GAMMA: (best, oo)}))
    yield rules.identity(largest.subs(GAMMA, best), largest.subs(GAMMA, best), POINT, name="h")
