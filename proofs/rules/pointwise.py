"""Inequalities at every ratio t, put together, and what they say in the mean of all divergences at once.

From F(t) = c0 + c1 t + Σ k_i f_i(t) >= 0 follows c0 + c1 + Σ k_i D_i >= 0, on every space: no joint range is needed.
A parameter in F that may be chosen afterwards turns a straight line into the best curve.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from .. import algebra, witnesses
from ..symbols import Domain, Expr, Rejected, t
from .step import POINTS, Sides, Step, about, accepted, tex, well_formed
from .symbolic import positive

POINTWISE = ("at least zero", "square", "composed", "combined")
UNIT = Domain(((t, sp.Integer(0), sp.Integer(1)),))


def squares(roots: Sides, weights: Sides, parameters: Domain, name: str) -> Step:
    """w r^2 >= 0 on both sides, w > 0: terms are the two products."""
    domain = parameters.times(UNIT)
    for weight in weights:
        positive(weight, domain)
    for root in roots:
        well_formed(domain, root)
    e = tuple(w * r**2 for w, r in zip(weights, roots))
    return accepted("square", (*e, parameters), domain, rf"{name} \ge 0", "a square")


def composed(minimum: Step, zero: Step, inner: Sides, weights: Sides, parameters: Domain, name: str) -> Step:
    """w F(z(t)) >= 0 on both sides, for F >= 0 = F(at) by its unique minimum, z(t) in F's interval and w > 0.

    `inner` is z(t) and z(1/t), `weights` w(t) and t w(1/t).
    """
    f, z, at = about(minimum, "unique minimum")
    if about(zero, "identity") != (f.subs(z, at), sp.Integer(0)) or zero.domain != minimum.domain.without(z):
        raise Rejected(f"F at its minimum {at} is to be shown to be 0, on {minimum.domain.without(z)}")
    if not {axis for axis in minimum.domain.axes if axis[0] != z} <= set(parameters.axes):
        raise Rejected(f"the minimum is shown on {minimum.domain}, and needed on {parameters}")
    low, high = minimum.domain.ends(z)
    domain = parameters.times(UNIT)
    for place, weight in zip(inner, weights):
        positive(weight, domain)
        for gap in [place - low] * low.is_finite + [high - place] * high.is_finite:
            positive(gap, domain)
    e = tuple(w * f.subs(z, place) for w, place in zip(weights, inner))
    return accepted("composed", (*e, parameters), domain, rf"{name} \ge 0", "a unique minimum, where it is 0")


def combined(e: Sides, parts: list[tuple[Sides, Step]], parameters: Domain, name: str) -> Step:
    """e >= 0, from e = Σ k_i s_i where every step says s_i >= 0 on both sides, and k_i > 0."""
    domain = parameters.times(UNIT)
    for i in (0, 1):
        total = sp.Integer(0)
        for k, step in parts:
            if step.rule not in POINTWISE:
                raise Rejected(f"{step.rule} does not say that something is at least 0 on both sides")
            if step.rule != "at least zero" and not set(about(step, step.rule)[2].axes) <= set(parameters.axes):
                raise Rejected(f"a part is shown on {step.domain}, and needed on {domain}")
            positive(k[i], domain)
            total += k[i] * about(step, step.rule)[i]
        well_formed(domain, e[i])
        for point in domain.points(POINTS):
            witnesses.equal(e[i], total, point)
        if not algebra.vanishes(e[i] - total):
            raise Rejected(f"undecided: {e[i]} is not seen to be the combination {total}")
    level = "certified" if any(step.level == "certified" for _, step in parts) else "symbolic"
    said = rf"{name} \ge 0"
    return accepted("combined", (*e, parameters), domain, said, "a sum of parts that are", level)


def in_the_mean(pointwise: Step, parts: Mapping[sp.Symbol, Sides], total: Expr) -> Step:
    """`total` >= 0, linear in the divergences D: from F >= 0 at every t, F = c0 + c1 t + Σ k_i f_i, where `total` is
    c0 + c1 + Σ k_i D_i, for the integrals of q, of p and of q f_i(p/q) are 1, 1 and D_i.

    The k_i are read off `total`, c1 off what is left of F.
    """
    if pointwise.rule not in POINTWISE:
        raise Rejected("an inequality at every ratio is needed")
    left, right = about(pointwise, pointwise.rule)[:2]
    total = sp.expand(sp.sympify(total))
    factors = {d: total.coeff(d, 1) for d in parts}
    rest = sp.expand(total - sum((k * d for d, k in factors.items()), sp.Integer(0)))
    if any(e.has(*parts) for e in (rest, *factors.values())):
        raise Rejected(f"{total} is not linear in {list(parts)}")
    lines = [side - sum(k * parts[d][i] for d, k in factors.items()) for i, side in enumerate((left, right))]
    slope = sp.simplify(algebra.normal(sp.diff(lines[0], t)))
    if slope.has(t):
        raise Rejected("what the divergences leave of the inequality is not a constant and a multiple of t")
    constant = rest - slope
    for point in pointwise.domain.times(Domain()).points(POINTS):
        here = {symbol: sp.Min(value, value / (1 + value)) if symbol == t else value for symbol, value in point.items()}
        witnesses.equal(lines[0], constant + slope * t, here)
        witnesses.equal(lines[1], constant * t + slope, here)
    if not (algebra.vanishes(lines[0] - constant - slope * t) and algebra.vanishes(lines[1] - constant * t - slope)):
        raise Rejected(f"undecided: {total} is not seen to be the mean of the inequality")
    said = rf"{tex(total)} \ge 0"
    evidence = "p and q have mass one"
    return accepted("in the mean", (total, tuple(parts)), pointwise.domain.without(t), said, evidence, pointwise.level)


def chosen(mean: Step, parameter: sp.Symbol, value: Expr, times: Expr, equals: Expr, domain: Domain) -> Step:
    """`equals` >= 0 on `domain`, that of the divergences: what holds in the mean for every value of the parameter holds
    for this one; `equals` is `times` what it says then, times > 0.
    """
    total, divergences = about(mean, "in the mean")
    value, times = sp.sympify(value), sp.sympify(times)
    if set(divergences) != domain.symbols or mean.domain.without(parameter).axes:
        raise Rejected(f"the domain is to be that of {list(divergences)}, and {parameter} the only parameter")
    low, high = mean.domain.ends(parameter)
    for gap in [value - low] * low.is_finite + [high - value] * high.is_finite:
        positive(gap, domain)
    positive(times, domain)
    found = times * total.subs(parameter, value)
    well_formed(domain, found, sp.sympify(equals))
    for point in domain.points(POINTS):
        witnesses.equal(found, equals, point)
    if not algebra.vanishes(found - equals):
        raise Rejected(f"undecided: at {parameter} = {value} it says {found} >= 0, not {equals} >= 0")
    said = rf"{tex(sp.sympify(equals))} \ge 0"
    return accepted("chosen", (equals,), domain, said, f"at the best {parameter}", mean.level)
