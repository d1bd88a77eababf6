"""The only place where a `Step` is made. Every rule re-does the mathematics it is asked to accept, and can say no.

A symbolic rule has two independent engines: an exact normal form by sympy, and ball arithmetic at random rational
points of the domain. Undecided is `Rejected`, like false. sympy is asked to check, never to find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import sympy as sp

from divergence.ops import quiet

from . import algebra, witnesses
from .symbols import POINT, Domain, Expr, Rejected, oo

Level = Literal["symbolic", "numeric", "counterexample", "cited"]
POINTS = 8  # random rational points at which balls are asked

_SEAL = object()


@dataclass(frozen=True, eq=False)
class Step:
    """What a rule has accepted: `terms` on `domain`, said in LaTeX by `statement`, and on what evidence.

    `words` say a counterexample to a reader who does not read formulas.
    """

    rule: str
    terms: tuple[Any, ...]
    domain: Domain
    statement: str
    evidence: str
    level: Level = "symbolic"
    cases: int = 0
    words: str = ""
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise Rejected("a step is made by a rule, and by nothing else")
        _MADE[self] = self._content()

    def _content(self) -> tuple[Any, ...]:
        return self.rule, self.terms, self.domain, self.statement, self.level, self.cases


_MADE: WeakKeyDictionary[Step, tuple[Any, ...]] = WeakKeyDictionary()


def made(step: object) -> bool:
    """Whether a rule made this very object, as it is now."""
    return isinstance(step, Step) and step in _MADE and _MADE[step] == step._content()


# --- equalities


def identity(lhs: Expr, rhs: Expr, domain: Domain, *, name: str = "") -> Step:
    """lhs = rhs on the domain: the normal form of the difference is 0, and so is each of its balls.

    `name` is what lhs is called, in LaTeX, where it has evaluated itself beyond recognition.
    """
    lhs, rhs = sp.sympify(lhs), sp.sympify(rhs)
    _exact(domain, lhs, rhs)
    for point in domain.points(POINTS):
        witnesses.equal(lhs, rhs, point)
    if not algebra.vanishes(lhs - rhs):
        raise Rejected(f"undecided: the normal form of {lhs} - ({rhs}) is not 0")
    sides = dict.fromkeys((name or _tex(lhs), _tex(lhs), _tex(rhs)))
    said = " = ".join(side for side in sides if side) if len(sides) > 1 else f"{_tex(lhs)} = {_tex(rhs)}"
    return _step("identity", (lhs, rhs), domain, said, f"normal form 0, {POINTS} balls")


def derivative(f: Expr, x: sp.Symbol, equals: Expr, domain: Domain) -> Step:
    """df/dx = equals on the domain: by sympy's derivative, and by the power series of f in ball arithmetic."""
    f, equals = sp.sympify(f), sp.sympify(equals)
    _exact(domain, f, equals, x)
    for point in domain.points(POINTS):
        witnesses.slope(f, x, equals, point)
    if not algebra.vanishes(sp.diff(f, x) - equals):
        raise Rejected(f"undecided: the normal form of d/d{x} ({f}) - ({equals}) is not 0")
    said = rf"\frac{{d}}{{d{_tex(x)}}}\left({_tex(f)}\right) = {_tex(equals)}"
    return _step("derivative", (f, x, equals), domain, said, f"normal form 0, {POINTS} series")


def limit(e: Expr, x: sp.Symbol, to: Expr, equals: Expr, domain: Domain, side: str = "+") -> Step:
    """lim e = equals as x comes to `to` from above ("+") or below ("-"): by sympy, and by balls that approach it."""
    e, to, equals = sp.sympify(e), sp.sympify(to), sp.sympify(equals)
    low, high = domain.ends(x)
    if side not in ("+", "-") or not (low <= to < high if side == "+" and to != oo else low < to <= high):
        raise Rejected(f"{x} cannot come to {to}{side} inside {domain}")
    parameters = domain.without(x)
    _exact(domain, e)
    _exact(parameters, sp.Integer(0) if equals.is_infinite else equals)
    places = parameters.opened()
    try:
        found = sp.limit(e.subs(places), x, to, side)
    except (NotImplementedError, ValueError, TypeError, sp.PoleError) as error:
        raise Rejected(f"undecided: sympy finds no limit of {e}") from error
    exact = found.is_finite and algebra.vanishes(found - equals.subs(places))
    if found != equals if equals.is_infinite else not exact:
        raise Rejected(f"the limit of {e} is {found}, not {equals}")
    for point in parameters.points(3):
        witnesses.approach(e, x, to, side, equals, point)
    arrow = rf"{_tex(x)} \to {_tex(to)}" + ("" if to.is_infinite else f"^{side}")
    evidence = f"followed to 10^{'' if to.is_infinite else '-'}{witnesses.REACHES[-1]}"
    return _step("limit", (e, x, to, equals, side), domain, rf"\lim_{{{arrow}}} {_tex(e)} = {_tex(equals)}", evidence)


# --- inequalities


def positive(e: Expr, domain: Domain) -> Step:
    """e > 0 on the domain: some form of e, proved equal to it, is positive by how it is built; so is each ball."""
    e, evidence = _signed(e, domain, algebra.POSITIVE, lambda value: value > 0)
    return _step("positive", (e,), domain, f"{_tex(e)} > 0", evidence)


def nonnegative(e: Expr, domain: Domain) -> Step:
    """e >= 0 on the domain, in the same way."""
    e, evidence = _signed(e, domain, algebra.NONNEGATIVE, lambda value: value >= 0 or value.contains(0))
    return _step("nonnegative", (e,), domain, rf"{_tex(e)} \ge 0", evidence)


def _signed(e: Expr, domain: Domain, allowed: algebra.Signs, sees: Callable[[Any], bool]) -> tuple[Expr, str]:
    e = sp.sympify(e)
    _exact(domain, e)
    for point in domain.points(POINTS):
        if not sees(witnesses.value(e, point)):
            raise Rejected(f"{e} has the wrong sign at {point}")
    opened = e.subs(domain.opened())
    for form in algebra.forms(opened):
        if algebra.signs(form) <= allowed and algebra.defined(form) and algebra.vanishes(form - opened):
            return e, f"every part of {_plain(form)} has a sign, {POINTS} balls"
    raise Rejected(f"undecided: the sign of {e} on {domain} is not visible in any of its forms")


def unique_maximum(
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    *,
    slope: Step,
    stationary: Step,
    curvature: Step,
    concave: Step,
    inside: tuple[Step, ...] = (),
) -> Step:
    """f as a function of x has its one maximum at `at`: it is strictly concave, and stationary there.

    `slope`: f' on a domain D; `curvature`: f'' on D; `concave`: -f'' > 0 on D; `stationary`: f'(at) = 0, and `inside`:
    at - low > 0 and high - at > 0 for the finite ends of x, all on D without x. Any other domain is refused.
    """
    return _unique_extremum("maximum", -1, f, x, at, slope, stationary, curvature, concave, inside)


def unique_minimum(
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    *,
    slope: Step,
    stationary: Step,
    curvature: Step,
    convex: Step,
    inside: tuple[Step, ...] = (),
) -> Step:
    """f as a function of x has its one minimum at `at`: it is strictly convex, and stationary there."""
    return _unique_extremum("minimum", 1, f, x, at, slope, stationary, curvature, convex, inside)


def _unique_extremum(
    kind: str,
    side: int,
    f: Expr,
    x: sp.Symbol,
    at: Expr,
    slope: Step,
    stationary: Step,
    curvature: Step,
    bent: Step,
    inside: tuple[Step, ...],
) -> Step:
    f, at = sp.sympify(f), sp.sympify(at)
    first, second, domain = _terms(slope, "derivative")[-1], _terms(curvature, "derivative")[-1], slope.domain
    others, (low, high) = domain.without(x), domain.ends(x)
    _exact(domain, f)
    _exact(others, at)
    _premise(slope, "derivative", (f, x, first), domain)
    _premise(curvature, "derivative", (first, x, second), domain)
    _premise(bent, "positive", (side * second,), domain)
    _premise(stationary, "identity", (first.subs(x, at), sp.Integer(0)), others)
    needed = [at - low] * low.is_finite + [high - at] * high.is_finite
    if len(inside) != len(needed):
        raise Rejected(f"{at} is to be shown inside ({low}, {high}) by {len(needed)} steps, not {len(inside)}")
    for step, gap in zip(inside, needed):
        _premise(step, "positive", (gap,), others)
    word, ends = ("max", "concave") if side < 0 else ("min", "convex")
    said = rf"\arg\{word}_{{{_tex(x)}}} \left({_tex(f)}\right) = {_tex(at)}\ \text{{only}}"
    return _step(f"unique {kind}", (f, x, at), domain, said, f"strictly {ends}, stationary inside")


# --- from points to integrals; p and q are densities, each of mass one


def perspective(minimum: Step, zero: Step, p: sp.Symbol, q: sp.Symbol) -> Step:
    """q f(p/q) > 0 unless p = q, where it is 0: because f > 0 = f(1) off its one minimum at 1."""
    f, x, at = _terms(minimum, "unique minimum")
    if at != 1 or minimum.domain.ends(x) != (0, oo) or p == q or {p, q} & minimum.domain.symbols:
        raise Rejected("the minimum must be at 1 in (0, inf), and p and q be two new symbols")
    _premise(zero, "identity", (f.subs(x, at), sp.Integer(0)), minimum.domain.without(x))
    e = q * f.subs(x, p / q)
    axes = ((p, sp.Integer(0), oo), (q, sp.Integer(0), oo))
    domain = minimum.domain.without(x).times(Domain(tuple(sorted(axes, key=lambda axis: axis[0].name))))
    said = rf"{_tex(e)} \ge 0,\ \text{{and }} = 0 \text{{ only at }} {_tex(p)} = {_tex(q)}"
    return _step("perspective", (e, p, q), domain, said, "unique minimum of f at 1, where f = 0")


def integrated(pointwise: Step, remainder: Step, weights: tuple[Expr, Expr], multiple: Expr) -> Step:
    """The integral of L is c1 + c2 + k times that of R, from L = c1 p + c2 q + k R at every point.

    `remainder`: R >= 0, a perspective in p and q, so that its integral exists, perhaps infinite; k > 0; `weights`
    (c1, c2) are numbers, times the masses of p and q, which are one.
    """
    r, p, q = _terms(remainder, "perspective")
    c1, c2, k = map(sp.sympify, (*weights, multiple))
    lhs = _terms(pointwise, "identity")[0]
    _premise(pointwise, "identity", (lhs, c1 * p + c2 * q + k * r), remainder.domain)
    _exact(remainder.domain.without(p).without(q), c1, c2, k)
    if algebra.signs(k) != algebra.POSITIVE:
        raise Rejected(f"the multiple {k} is not positive")
    said = rf"\int {_tex(lhs)} = {_tex(c1 + c2)} + {_tex(k)} \int {_tex(r)}"
    return _step("integrated", (lhs, c1 + c2, k, r, p, q), remainder.domain, said, "the masses of p and q are one")


def least(total: Step, remainder: Step) -> Step:
    """The integral of L is at least c1 + c2, and equal to it only where p = q almost everywhere."""
    lhs, constant, _, r, p, q = _terms(total, "integrated")
    _premise(remainder, "perspective", (r, p, q), total.domain)
    said = rf"\int {_tex(lhs)} \ge {_tex(constant)},\ \text{{and }} = \text{{ only where }} {_tex(p)} = {_tex(q)}"
    return _step("least", (lhs, constant, p, q), total.domain, said, "what is at least 0 with integral 0 is 0 a.e.")


def greatest(maximum: Step, bounded: Step) -> Step:
    """The integral of f is largest over functions x of the point where x = `at` at almost every point, and only there.

    `bounded`: -f > 0 on the same domain, so that all the integrals exist; the largest must be finite for uniqueness.
    """
    f, x, at = _terms(maximum, "unique maximum")
    _premise(bounded, "positive", (-f,), maximum.domain)
    said = (
        rf"\int {_tex(f)} \le \int {_tex(f.subs(x, at))},\ \text{{and }} = \text{{ only where }} {_tex(x)} = {_tex(at)}"
    )
    return _step("greatest", (f, x, at), maximum.domain, said, "a unique maximum at every point")


# --- one number, one point


def rounds(number: float, exact: Expr, *, ulps: float = 2) -> Step:
    """The float `number` is the exact constant, to `ulps` units in the last place; infinity is infinity."""
    exact = sp.sympify(exact)
    if exact.is_infinite:
        if number != float(exact):
            raise Rejected(f"{number} is not {exact}")
    else:
        _exact(POINT, exact)
        witnesses.close(number, exact, None, {}, ulps, 0.0)
    said = f"{_tex(exact)} = {_tex(exact)}" if exact.is_infinite else rf"{_tex(exact)} \approx {number!r}"
    return _step("rounds", (number, exact), POINT, said, f"within {ulps:g} ulp")


def counterexample(
    lhs: Expr,
    relation: str,
    rhs: Expr,
    at: Mapping[sp.Symbol, Any] | None = None,
    domain: Domain = POINT,
    *,
    words: str = "It is {left} on the left, {right} on the right.",
) -> Step:
    """The sentence "lhs `relation` rhs on the domain" is false: balls at the point `at` of the domain exclude it.

    `words` tell what was found, with the values of both sides for {left} and {right}.
    """
    lhs, rhs = sp.sympify(lhs), sp.sympify(rhs)
    _exact(domain, lhs, rhs)
    point = {symbol: sp.sympify(place) for symbol, place in (at or {}).items()}
    if set(point) != domain.symbols:
        raise Rejected(f"the counterexample is to name a point of {domain}")
    for symbol, place in point.items():
        low, high = domain.ends(symbol)
        if not (place.is_Rational and low < place < high):
            raise Rejected(f"{symbol} = {place} is not a rational point of {domain}")
    gap = witnesses.value(lhs - rhs, point)
    false = {"=": not gap.contains(0), "<=": gap > 0, "<": gap >= 0, ">=": gap < 0, ">": gap <= 0}
    if relation not in false:
        raise Rejected(f"{relation} is no relation")
    if not false[relation]:
        raise Rejected(f"{lhs} {relation} {rhs} is not refuted at {point}")
    sign = {"<=": r"\le", ">=": r"\ge"}.get(relation, relation)
    where = ",\\ ".join(f"{_tex(symbol)} = {_tex(place)}" for symbol, place in point.items())
    said = rf"\neg\left({_tex(lhs)} {sign} {_tex(rhs)}\right)" + (rf"\ \text{{at }} {where}" if where else "")
    evidence = f"the difference is {gap.str(8, radius=False)}"
    for side, e in (("{left}", lhs), ("{right}", rhs)):
        words = words.replace(side, f"{float(witnesses.value(e, point)):.4g}")
    return _step("counterexample", (lhs, relation, rhs), domain, said, evidence, "counterexample", words=words)


# --- the shipped floats


def computes(
    shipped: Callable[[np.ndarray], Any],
    reading: Expr,
    x: sp.Symbol,
    points: np.ndarray,
    *,
    values: Mapping[sp.Symbol, Expr] | None = None,
    ulps: float = 4,
    floor: float = 0.0,
) -> Step:
    """What the code computes at the floats `points` is the reading at the same numbers, to a few units in the last
    place.

    The reference has 50 digits. The units are those of the value, of what a unit of the argument moves it by, and of
    `floor` where that is larger.
    """
    points, reading = np.asarray(points, np.float64), sp.sympify(reading)
    if points.ndim != 1 or len(points) < 16 or not np.isfinite(points).all():
        raise Rejected("at least 16 finite points are needed")
    with quiet():
        found = np.asarray(shipped(points), np.float64)
    if found.shape != points.shape:
        raise Rejected(f"the code gives the shape {found.shape} for {points.shape}")
    for point, number in zip(points.tolist(), found.tolist()):
        witnesses.close(number, reading, x, {**(values or {}), x: sp.Rational(point)}, ulps, floor)
    said = rf"\mathrm{{float}}\left({_tex(reading)}\right)"
    evidence = f"{len(points)} floats, within {ulps:g} ulp of 50 digits"
    return _step("computes", (reading, x), POINT, said, evidence, "numeric", len(points))


def checked(said: str, errors: Callable[[np.random.Generator], Any], *, cases: int = 200, within: float) -> Step:
    """In at least `cases` seeded random cases the error is finite and at most `within`; nan never passes.

    `errors` draws one case, or an array of them, and returns the error of each, 0 for none.
    """
    if cases < 1:
        raise Rejected("no case was tried")
    rng, tried, worst = np.random.default_rng(0), 0, 0.0
    while tried < cases:
        sizes = np.atleast_1d(np.asarray(errors(rng), np.float64))
        if not sizes.size:
            raise Rejected(f"after {tried} cases of {said}, none is left to try")
        wrong = ~(np.isfinite(sizes) & (sizes >= 0) & (sizes <= within))
        if wrong.any():
            first = int(wrong.argmax())
            raise Rejected(
                f"case {tried + first} of {said} has the error {sizes.flat[first]:.3g}; {within:g} is allowed"
            )
        tried, worst = tried + sizes.size, max(worst, float(sizes.max()))
    return _step("checked", (said,), POINT, said, f"{tried} random cases, worst error {worst:.2g}", "numeric", tried)


def cited(said: str, source: str) -> Step:
    """A published theorem, taken on its authors' word."""
    if not (said.strip() and source.strip()):
        raise Rejected("a citation names its theorem and its source")
    return _step("cited", (said, source), POINT, said, source, "cited")


# --- what the rules share


def _exact(domain: Domain, *expressions: Expr) -> None:
    """Only symbols of the domain, exact numbers, nothing infinite or undefined."""
    for e in expressions:
        if e.has(sp.Float, sp.I, sp.nan, sp.zoo, oo, -oo):
            raise Rejected(f"{e} holds a float, an imaginary, an infinite or an undefined number")
        if not e.free_symbols <= domain.symbols:
            raise Rejected(f"{e} holds symbols outside the domain {domain}")


def _terms(step: Step, rule: str) -> tuple[Any, ...]:
    """What a premise is about, once it is seen to be a step of that rule."""
    if not made(step) or step.rule != rule:
        raise Rejected(f"a step of the rule {rule} is needed, not {step!r}")
    return step.terms


def _premise(step: Step, rule: str, terms: tuple[Any, ...], domain: Domain) -> None:
    if _terms(step, rule) != terms:
        raise Rejected(f"a step of the rule {rule} is needed about {terms}, not about {step.terms}")
    if step.domain != domain:
        raise Rejected(f"a side lemma is proved on {step.domain}, and needed on {domain}")


def _tex(e: Expr) -> str:
    return sp.latex(e, fold_short_frac=False)


def _plain(e: Expr) -> str:
    text = str(e)
    return text.replace("_", "") if len(text) < 60 else "one form"


def _step(
    rule: str,
    terms: tuple,
    domain: Domain,
    said: str,
    evidence: str,
    level: Level = "symbolic",
    cases: int = 0,
    **more: str,
) -> Step:
    return Step(rule, terms, domain, said, evidence, level, cases, **more, seal=_SEAL)
