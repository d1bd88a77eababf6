"""From points to integrals; p and q are densities, each of mass one."""

from __future__ import annotations

import sympy as sp

from .. import algebra
from ..symbols import Domain, Expr, Rejected, oo
from .step import Step, about, accepted, premise, tex, well_formed


def perspective(minimum: Step, zero: Step, p: sp.Symbol, q: sp.Symbol) -> Step:
    """q f(p/q) > 0 unless p = q, where it is 0: because f > 0 = f(1) off its one minimum at 1."""
    f, x, at = about(minimum, "unique minimum")
    if at != 1 or minimum.domain.ends(x) != (0, oo) or p == q or {p, q} & minimum.domain.symbols:
        raise Rejected("the minimum must be at 1 in (0, inf), and p and q be two new symbols")
    premise(zero, "identity", (f.subs(x, at), sp.Integer(0)), minimum.domain.without(x))
    e = q * f.subs(x, p / q)
    axes = ((p, sp.Integer(0), oo), (q, sp.Integer(0), oo))
    domain = minimum.domain.without(x).times(Domain(tuple(sorted(axes, key=lambda axis: axis[0].name))))
    said = rf"{tex(e)} \ge 0,\ \text{{and }} = 0 \text{{ only at }} {tex(p)} = {tex(q)}"
    return accepted("perspective", (e, p, q), domain, said, "unique minimum of f at 1, where f = 0")


def integrated(pointwise: Step, remainder: Step, weights: tuple[Expr, Expr], multiple: Expr) -> Step:
    """The integral of L is c1 + c2 + k times that of R, from L = c1 p + c2 q + k R at every point.

    `remainder`: R >= 0, a perspective in p and q, so that its integral exists, perhaps infinite; k > 0; `weights`
    (c1, c2) are numbers, times the masses of p and q, which are one.
    """
    r, p, q = about(remainder, "perspective")
    c1, c2, k = map(sp.sympify, (*weights, multiple))
    lhs = about(pointwise, "identity")[0]
    premise(pointwise, "identity", (lhs, c1 * p + c2 * q + k * r), remainder.domain)
    well_formed(remainder.domain.without(p).without(q), c1, c2, k)
    if algebra.signs(k) != algebra.POSITIVE:
        raise Rejected(f"the multiple {k} is not positive")
    said = rf"\int {tex(lhs)} = {tex(c1 + c2)} + {tex(k)} \int {tex(r)}"
    return accepted("integrated", (lhs, c1 + c2, k, r, p, q), remainder.domain, said, "the masses of p and q are one")


def least(total: Step, remainder: Step) -> Step:
    """The integral of L is at least c1 + c2, and equal to it only where p = q almost everywhere."""
    lhs, constant, _, r, p, q = about(total, "integrated")
    premise(remainder, "perspective", (r, p, q), total.domain)
    said = rf"\int {tex(lhs)} \ge {tex(constant)},\ \text{{and }} = \text{{ only where }} {tex(p)} = {tex(q)}"
    return accepted("least", (lhs, constant, p, q), total.domain, said, "what is at least 0 with integral 0 is 0 a.e.")


def greatest(maximum: Step, bounded: Step) -> Step:
    """The integral of f is largest over functions x of the point where x = `at` at almost every point, and only there.

    `bounded`: -f > 0 on the same domain, so that all the integrals exist; the largest must be finite for uniqueness.
    """
    f, x, at = about(maximum, "unique maximum")
    premise(bounded, "positive", (-f,), maximum.domain)
    said = rf"\int {tex(f)} \le \int {tex(f.subs(x, at))},\ \text{{and }} = \text{{ only where }} {tex(x)} = {tex(at)}"
    return accepted("greatest", (f, x, at), maximum.domain, said, "a unique maximum at every point")


def substituted(pushed: Step, slope: Step, rising: Step, ends: tuple[Step, Step], onto: tuple[Expr, Expr]) -> Step:
    """The integral of h p_g over `onto` is that of h(G) p_z, for every h: by x = G(z), which rises from end to end.

    `pushed`: p_g(G(z)) G'(z) = p_z(z); `slope`: G' is the derivative; `rising`: G' > 0; `ends`: the limits of G.
    """
    sent, z, rate = about(slope, "derivative")
    made, before = about(pushed, "identity")
    domain = slope.domain
    premise(rising, "positive", (rate,), domain)
    if pushed.domain != domain or domain.ends(z) != (-oo, oo):
        raise Rejected(f"the densities are compared on {pushed.domain}, and G is read on {domain}")
    for step, to, value in zip(ends, (-oo, oo), map(sp.sympify, onto)):
        if about(step, "limit")[:4] != (sent, z, to, value) or step.domain != domain:
            raise Rejected(f"the limit of G at {to} is to be shown to be {value}")
    if not algebra.vanishes(made / rate * rate - made) or made.has(sp.Integral):
        raise Rejected(f"{made} is not a density times {rate}")
    said = rf"\int h(x)\, p_g(x)\, dx = \int h(G({tex(z)})) \left({tex(before)}\right) d{tex(z)},\ G = {tex(sent)}"
    return accepted("substituted", (sent, z, made, before), domain, said, "G rises from end to end")
