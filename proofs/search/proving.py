"""Proofs for all laws, on every space, of inequalities between divergences of two laws; no proof is no refutation.

Four ways lead from all laws to functions of one or two numbers:

- *pointwise*: Σ c_i D_i >= 0 where Σ c_i f_i(t) >= 0 at every ratio t.
- *at its ceiling*: D_f <= (f(0) + f'(∞)) TV, with equality for all rows at once where P and Q agree except on atoms
  that one of them lacks. What only falls with each D_f is least there.
- *on two equal overlaps*: to merge the atoms where p > q, and the others, keeps TV and raises no D_f. A symmetric row
  is then least at p = ((1 + τ)/2, (1 - τ)/2) and q turned round, which are the same laws for all of them.
- *on two atoms*: what only grows with each D_f, or is concave in all of them, is least on two atoms (merging, or
  Harremoës & Vajda 2011). It is 0 at p = q and its slope away from there has a sign.

Laws without full support follow by limits, for every D_f is lower semicontinuous and convex.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .. import algebra, rules, unit, witnesses
from ..budget import OutOfTime, at_most
from ..rules import Sides
from ..symbols import Domain, Expr, Rejected, box, oo, t
from . import functionals
from .sentence import Binary, Call, Node, Number, Value, values
from .shape import bend, nonnegative, peeled, trend

TV = Value("total_variation")
SECONDS = 5.0  # for each way
UNDECIDED = (Rejected, ArithmeticError, ValueError, TypeError, NotImplementedError, AttributeError)
_x, _y, _share, _tau, _z = sp.symbols("x y s tau z", positive=True)
TRIANGLE = box({_y: (0, 1), _share: (0, 1)})  # x = y + (1 - y) s


@dataclass(frozen=True)
class Proof:
    """How it was proved, in words, and what the rules said."""

    way: str
    evidence: tuple[str, ...]


def proof(smaller: Node, larger: Node) -> Proof | None:
    """A proof that smaller <= larger for all pairs of laws, None where none is found; both sides are canonical."""
    bare = peeled(smaller, larger)
    for way in (_pointwise, _on_two_atoms, _at_ceilings, _on_equal_overlaps):
        for pair in dict.fromkeys((bare, (smaller, larger))):
            try:
                with at_most(SECONDS):
                    return way(_renamed(pair[0]), _renamed(pair[1]))
            except (*UNDECIDED, OutOfTime):
                continue
    return None


def _renamed(node: Node) -> Node:
    """With the two laws called p and q."""
    if isinstance(node, Value):
        return Value(node.name, node.parameters)
    if isinstance(node, Number):
        return node
    if isinstance(node, Binary):
        return Binary(node.operator, _renamed(node.left), _renamed(node.right))
    return Call(node.function, _renamed(node.argument))


# --- pointwise


def linear(node: Node) -> Sides | None:
    """Σ c_i f_i, and its reverse, of an expression that is Σ c_i D_i; None of any other."""
    known = {value: sp.Dummy(value.name, positive=True) for value in set(values(node))}
    e = sp.expand(functionals.expression(node, known.__getitem__))
    total = [sp.Integer(0), sp.Integer(0)]
    for value, symbol in known.items():
        c = e.coeff(symbol)
        if c.free_symbols:
            return None
        e -= c * symbol
        total = [part + c * side for part, side in zip(total, functionals.sides(value))]
    return (total[0], total[1]) if sp.expand(e) == 0 and known else None


def _pointwise(smaller: Node, larger: Node) -> Proof:
    sides = linear(Binary("-", larger, smaller))
    if sides is None:
        raise Rejected("not linear")
    return Proof("pointwise, at every ratio p/q", (_at_least_zero(sides),))


def _at_least_zero(sides: Sides) -> str:
    if all(algebra.vanishes(side) for side in sides):
        return "the two sides are equal"
    if all(_visibly_nonnegative(side, box({t: (0, 1)})) for side in sides):
        return "every part of the difference has a sign"
    return rules.at_least_zero(sides, "larger - smaller").evidence


def best_constant(smaller: Node, larger: Node) -> tuple[Expr, Expr] | None:
    """Bounds on the least c with smaller <= c larger, (oo, oo) where there is none, None where it is not found."""
    if not (nonnegative(smaller) and nonnegative(larger)):
        return None
    try:
        first, second = linear(_renamed(smaller)), linear(_renamed(larger))
        if first is None or second is None:
            return None
        return rules.best_constant(first, second, ("f", "g")).terms[-2:]
    except Rejected as no:
        return (oo, oo) if "not bounded by a multiple" in str(no) else None
    except UNDECIDED:
        return None


# --- one number


def _functionals(node: Node) -> list[Value]:
    return [value for value in dict.fromkeys(values(node)) if value != TV]


def _needs(node: Node, way: int) -> None:
    if any(trend(node)[value] != way for value in _functionals(node)):
        raise Rejected("not seen to be monotone")


def _ceiling(value: Value) -> Expr:
    """f(0) + f'(∞)."""
    left, right = functionals.sides(value)
    found = sp.Add(*(side.subs(t, 0) if side.has(sp.Max) else sp.limit(side, t, 0, "+") for side in (left, right)))
    if not found.is_finite:
        raise Rejected("not bounded")
    return found


def _at_ceilings(smaller: Node, larger: Node) -> Proof:
    gap = Binary("-", larger, smaller)
    _needs(gap, -1)
    e = functionals.expression(gap, lambda value: _tau if value == TV else _ceiling(value) * _tau)
    return Proof("at the largest values for each total variation", (_nonnegative_on_unit(e),))


def _on_equal_overlaps(smaller: Node, larger: Node) -> Proof:
    gap = Binary("-", larger, smaller)
    _needs(gap, 1)
    if not all(map(functionals.symmetric, _functionals(gap))):
        raise Rejected("not symmetric")

    def at(ratio: Expr, tv: Expr) -> Expr:
        return functionals.expression(gap, lambda v: tv if v == TV else (1 - tv) * functionals.f(v, ratio))

    way, t_of_z = "at the least values for each total variation, on two atoms", (1 + _z) ** 2
    rooted = at(t_of_z, (t_of_z - 1) / (t_of_z + 1))
    if not rooted.has(sp.log):  # every root is rational in z
        rooted = sp.factor(sp.together(algebra.normal(rooted)))
        if algebra.signs(rooted) <= algebra.NONNEGATIVE:
            return Proof(
                way, ("every part of the difference has a sign" if rooted else "the two sides are equal there",)
            )
    return Proof(way, (_nonnegative_on_unit(at((1 + _tau) / (1 - _tau), _tau).xreplace({sp.Abs(_tau): _tau})),))


def _nonnegative_on_unit(e: Expr) -> str:
    """e(τ) >= 0 on (0, 1)."""
    domain = box({_tau: (0, 1)})
    turned = algebra.normal(e.subs(_tau, 1 - _tau))  # where the two sides touch is then at 1
    seen = witnesses.value(e, next(domain.points(1)))
    if seen.contains(0) and algebra.vanishes(e.subs(domain.opened())):
        return "the two sides are equal there"
    for form in (turned, e):
        try:
            return unit.nonnegative(form, _tau)
        except UNDECIDED:
            continue
    if not e.has(sp.log) and _visibly_nonnegative(e, domain):
        return "every part of the difference has a sign"
    raise Rejected(f"undecided: {e}")


# --- two numbers


def _on_two_atoms(smaller: Node, larger: Node) -> Proof:
    gap = Binary("-", larger, smaller)
    if bend(gap) != "concave" and bend(gap) != "affine":
        _needs(gap, 1)

    def on_two(value: Value) -> Expr:
        if value == TV:
            return _x - _y
        return _y * functionals.f(value, _x / _y) + (1 - _y) * functionals.f(value, (1 - _x) / (1 - _y))

    e = functionals.expression(gap, on_two)
    if not algebra.vanishes(e.subs(_x, _y)):
        raise Rejected("not 0 at p = q")
    for variable, side in ((_y, -1), (_x, 1)):
        slope = _rational(side * sp.diff(e, variable))
        if slope is not None and _visibly_nonnegative(slope.subs(_x, _y + (1 - _y) * _share), TRIANGLE):
            return Proof(
                "on two atoms, by its slope away from p = q", ("every factor of the slope has a sign, 8 balls",)
            )
    raise Rejected("undecided: the sign of the slope")


def _rational(e: Expr) -> Expr | None:
    """e in factors, once its logarithms have cancelled; None where they do not."""
    e = sp.expand_log(e)
    logs = {found: sp.Dummy(positive=True) for found in e.atoms(sp.log)}
    plain: Expr = sp.factor(sp.together(e.xreplace(logs)))
    return plain if plain.is_rational_function(_x, _y) and not plain.free_symbols - {_x, _y} else None


def _visibly_nonnegative(e: Expr, domain: Domain) -> bool:
    """Whether e >= 0 is visible in its factors, written in positive symbols; random balls must agree."""
    for point in domain.points(rules.POINTS):
        if witnesses.value(e, point) < 0:
            return False
    return algebra.signs(sp.factor(sp.together(e.subs(domain.opened())))) <= algebra.NONNEGATIVE
