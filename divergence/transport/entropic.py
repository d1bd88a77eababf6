"""Entropic transport between positive masses: potentials by over-relaxed scaling, a certificate from both sides.

OT_ε = min Σ π c + ε KL(π | a ⊗ b) over plans π of marginals a, b; a term of KL is p log(p/q) − p + q. The dual is
max Σ f a + Σ g b − ε (Σ a b exp((f + g − c)/ε) − 1). With `rho` the marginals need not be kept: ρ KL of each is paid
instead, and Σ f a becomes Σ ρ (1 − exp(−f/ρ)) a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .. import ops
from .gibbs import HELD, Cost, Gibbs, log_sums

Array = Any
SHRINK = 0.25  # from one ε of the ladder to the next
ROUGH = 0.05  # the marginal error at which the ladder goes on
COARSE = 1500  # atoms of the smaller problem that a large one starts from
LOOK = 10  # iterations between two looks at the rate


@dataclass
class Problem:
    """Positive masses a (n,), b (m,), their cost, ε and ρ or None; where it is `symmetric` both sides are one."""

    cost: Cost
    a: Array
    b: Array
    epsilon: float
    rho: float | None = None
    symmetric: bool = False

    @property
    def damping(self) -> float:
        return 1.0 if self.rho is None else self.rho / (self.rho + self.epsilon)

    def at(self, epsilon: float) -> Problem:
        return Problem(self.cost, self.a, self.b, epsilon, self.rho, self.symmetric)


@dataclass
class Solution:
    """Potentials f (n,), g (m,), and what they prove: lower ≤ OT_ε ≤ upper but for `rounding`."""

    f: Array
    g: Array
    lower: float
    upper: float
    rounding: float
    iterations: int
    wanted: float

    @property
    def gap(self) -> float:
        return max(self.upper - self.lower, 0.0) + self.rounding

    @property
    def converged(self) -> bool:
        return self.gap <= self.wanted


def solve(problem: Problem, rtol: float, most: int, near: tuple[Array, Array] | None = None) -> Solution:
    """Until the gap is at most rtol (|OT_ε| + ε), or `most` iterations are done.

    Where ε is larger than the costs reach, that takes its place. It starts `near` potentials if those are nearly right.
    """
    f, g, done = _start(problem, most, near)
    gibbs = Gibbs(problem.cost, problem.epsilon)
    spread = problem.cost.spread()
    floor = float(ops.limits(f).eps) * (1 + spread / problem.epsilon)  # what exponents are off by
    error = rtol
    while True:
        f, g, count, reached = iterate(problem, gibbs, f, g, max(error, floor), most - done)
        done += count
        found = certificate(problem, gibbs, f, g)
        found.iterations, found.wanted = done, rtol * (abs(found.lower) + min(problem.epsilon, spread))
        if found.converged or error < floor or done >= most:
            return found
        # the gap falls at least like the error of the marginals
        error = min(0.1 * error, 0.5 * reached * found.wanted / found.gap)


def _start(problem: Problem, most: int, near: tuple[Array, Array] | None = None) -> tuple[Array, Array, int]:
    """Potentials from a decreasing ε; those of large problems from a smaller one, on every k-th atom of either side."""
    n, m = problem.cost.shape
    a, b, epsilon = problem.a, problem.b, problem.epsilon
    xp = ops.namespace(a)
    if near is not None:
        f, g, _, off = iterate(problem, Gibbs(problem.cost, epsilon), *near, ROUGH, 1)
        if off <= ROUGH:
            return f, g, 1
    if n * m > HELD and max(n, m) > COARSE:
        i, j = (slice(None, None, -(-k // COARSE)) for k in (n, m))
        one, other = (w / xp.sum(w) for w in (a[i], b[j]))
        small = Problem(problem.cost.among(i, j), one, other, epsilon, problem.rho, problem.symmetric)
        f, g, _ = _start(small, most)
        f, g, _, _ = iterate(small, Gibbs(small.cost, epsilon), f, g, ROUGH, most)
        every = slice(None)
        wide = problem.cost.among(every, j)
        full = -problem.damping * epsilon * log_sums(wide, xp.zeros_like(a), g, small.b, epsilon)
        if problem.symmetric:
            return full, full, 0
        wide = problem.cost.among(i, every).transposed()
        return full, -problem.damping * epsilon * log_sums(wide, xp.zeros_like(b), f, small.a, epsilon), 0
    f, g, done = xp.zeros_like(a), xp.zeros_like(b), 0
    step = problem.cost.spread()
    while step * SHRINK > epsilon and done < most:
        step *= SHRINK
        stage = problem.at(step)
        f, g, count, _ = iterate(stage, Gibbs(stage.cost, step), f, g, ROUGH, min(LOOK, most - done))
        done += count
    return f, g, done


def iterate(
    problem: Problem, gibbs: Gibbs, f: Array, g: Array, error: float, most: int
) -> tuple[Array, Array, int, float]:
    """Potentials whose marginals are off by at most `error`, the iterations taken and the error reached.

    One iteration moves f and g by ω times what solves their own equation. ω comes from the observed rate, as in
    successive over-relaxation, and is taken only where the dual value does not fall (Thibault et al. 2021).
    """
    a, b, epsilon, damping = problem.a, problem.b, problem.epsilon, problem.damping
    omega, last, off = 1.0, math.inf, math.inf
    for count in range(1, most + 1):
        if problem.symmetric:
            move, off = _move(f, gibbs.log_rows(f, f, a), a, epsilon, damping)
            f = f + 0.5 * move
            g = f
        else:
            logs = gibbs.log_rows(f, g, b)
            move, off = _move(f, logs, a, epsilon, damping)
            f = f + (omega if _rises(problem, f, omega * move, logs, a) else 1.0) * move
            logs = gibbs.log_columns(f, g, a)
            move, other = _move(g, logs, b, epsilon, damping)
            g = g + (omega if _rises(problem, g, omega * move, logs, b) else 1.0) * move
            off = max(off, other)
        if off <= error:
            return f, g, count, off
        if count % LOOK == 0:
            omega = 1.0 if problem.symmetric else _relaxation(omega, (off / last) ** (1 / LOOK))
            last = off
    return f, g, most, off


def _move(f: Array, logs: Array, a: Array, epsilon: float, damping: float) -> tuple[Array, float]:
    """From f to what solves its equation, and how far the marginal is off: Σ a min(1, |log s|)."""
    xp = ops.namespace(f)
    move = damping * (f - epsilon * logs) - f
    far = xp.abs(move) / (damping * epsilon)
    return move, float(xp.sum(a * xp.where(far < 1, far, xp.ones_like(far))))


def _rises(problem: Problem, f: Array, move: Array, logs: Array, a: Array) -> bool:
    """Whether the dual value does not fall where f moves, given the logs of its sums."""
    xp, epsilon, rho = ops.namespace(f), problem.epsilon, problem.rho
    with ops.quiet():
        gain = move if rho is None else -rho * xp.exp(-f / rho) * xp.expm1(-move / rho)
        return float(xp.sum(a * (gain - epsilon * xp.exp(logs) * xp.expm1(move / epsilon)))) >= 0


def _relaxation(omega: float, rate: float) -> float:
    """Young's relation between the rate at ω and the rate θ at 1, and the best ω for it, 2/(1 + √(1 − θ))."""
    if not omega - 1 < rate < 1:  # beyond the best ω the rate says nothing
        return omega
    theta = ((rate + omega - 1) / omega) ** 2 / rate
    return min(2 / (1 + math.sqrt(max(1 - theta, 0.0))), 1.95)


def certificate(problem: Problem, gibbs: Gibbs, f: Array, g: Array) -> Solution:
    """What the potentials prove, after one more plain step of g."""
    with ops.quiet():  # far from the solution sums overflow, and the gap is infinite or nan
        return _certified(problem, gibbs, f, g)


def _certified(problem: Problem, gibbs: Gibbs, f: Array, g: Array) -> Solution:
    a, b, epsilon, rho = problem.a, problem.b, problem.epsilon, problem.rho
    xp = ops.namespace(a)
    g = problem.damping * (g - epsilon * gibbs.log_columns(f, g, a))
    s = gibbs.log_rows(f, g, b)
    size = float(xp.sum(xp.abs(f) * a) + xp.sum(xp.abs(g) * b)) + problem.cost.spread()
    rounding = 8 * float(ops.limits(f).eps) * size
    if rho is None:
        lower = float(xp.sum(f * a) + xp.sum(g * b))
        return Solution(f, g, lower, _feasible(problem, gibbs, f, g, s), rounding, 0, 0.0)
    t = gibbs.log_columns(f, g, a)
    lower, gap = 0.0, 0.0
    for w, h, logs in ((a, f, s), (b, g, t)):
        lower -= rho * float(xp.sum(w * xp.expm1(-h / rho)))
        gap += rho * float(xp.sum(w * xp.exp(-h / rho) * _excess(logs + h / rho)))
    lower -= epsilon * float(xp.sum(a * xp.expm1(s)))
    return Solution(f, g, lower, lower + gap, rounding, 0, 0.0)


def _excess(u: Array) -> Array:
    """u eᵘ − eᵘ + 1 ≥ 0: a term of KL."""
    xp = ops.namespace(u)
    return u * xp.exp(u) - xp.expm1(u)


def _feasible(problem: Problem, gibbs: Gibbs, f: Array, g: Array, s: Array) -> float:
    """The primal value of a plan near exp((f + g − c)/ε) a b, whose columns are b, made feasible; never too small.

    Rows that are too heavy are scaled down, and what is missing, δ in all, is spread as a product (Altschuler et al.
    2017). The value of the mixture of both is at most the mixture of their values.
    """
    a, b, epsilon = problem.a, problem.b, problem.epsilon
    xp = ops.namespace(a)
    cut = xp.where(s > 0, -s, xp.zeros_like(s))
    f, rows = f + epsilon * cut, a * xp.exp(s + cut)
    missing = a - rows
    logs = gibbs.log_columns(f, g, a)
    columns = b * xp.exp(logs)
    absent = -b * xp.expm1(xp.where(logs < 0, logs, xp.zeros_like(logs)))
    delta = float(xp.sum(missing))
    value = float(xp.sum(f * rows) + xp.sum(g * columns))
    total = float(xp.sum(absent))
    if delta <= 0 or total <= 0 or delta >= 1:
        return value if delta <= 0 or total <= 0 else math.inf
    spread = gibbs.bilinear(missing, absent) / total
    spread += epsilon * sum(_entropy_of(w / t, x) * delta for w, t, x in ((missing, delta, a), (absent, total, b)))
    return value - epsilon * (1 - delta) * math.log1p(-delta) + spread


def _entropy_of(p: Array, q: Array) -> float:
    """KL(p | q) of masses p, zeros allowed, and q > 0."""
    xp = ops.namespace(p)
    there = p > 0
    ratio = xp.where(there, p / q, xp.ones_like(p))
    return float(xp.sum(xp.where(there, p * xp.log(ratio), xp.zeros_like(p))))
