"""Exact normal forms and signs of expressions, by steps each of which is valid on all of a symbol's range.

Nothing here is forced: a logarithm of a product is split only where sympy knows the factors to be positive. Both
questions have the answer "undecided", which the rules treat as no.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from .symbols import Expr

Signs = frozenset[int]
UNKNOWN: Signs = frozenset((-1, 0, 1))
POSITIVE: Signs = frozenset((1,))
NONNEGATIVE: Signs = frozenset((0, 1))


def vanishes(expression: Expr) -> bool:
    """Whether a normal form of the expression is the zero polynomial in its exponentials, logarithms and symbols."""
    e = sp.sympify(expression)
    return e == 0 or sp.expand(sp.numer(sp.together(normal(e)))) == 0


def normal(expression: Expr) -> Expr:
    """Logarithms of atoms only, exponentials of one term each, powers of one base each."""
    e = sp.sympify(expression).rewrite(sp.tanh, sp.exp) if expression.has(sp.tanh) else sp.sympify(expression)
    for _ in range(4):
        before, e = e, _powers_of_logs(_factored(e))
        e = sp.expand(sp.expand_log(e), deep=True)
        if e == before:
            break
    return e


def _factored(e: Expr) -> Expr:
    """The arguments of logarithms and the bases of broken powers as products."""

    def visit(node: Expr) -> Expr:
        if node.func is sp.log:
            return sp.log(sp.factor(sp.together(node.args[0])))
        if node.is_Pow and not node.exp.is_Integer:
            return sp.expand_power_base(sp.factor(sp.together(node.base)) ** node.exp)
        return node

    return e.replace(lambda node: node.func is sp.log or node.is_Pow, visit)


def _powers_of_logs(e: Expr) -> Expr:
    """exp(k log z + r) as z^k exp(r) for numbers k, and z^a with a symbol in a as exp(a log z), for positive z."""
    e = e.replace(
        lambda node: node.is_Pow and node.base.is_positive and bool(node.exp.free_symbols),
        lambda node: sp.exp(node.exp * sp.expand_log(sp.log(node.base)), evaluate=False),
    )

    def split(node: Expr) -> Expr:
        product = sp.Integer(1)
        for term in sp.Add.make_args(sp.expand(_partial_fractions(sp.expand_log(node.args[0])))):
            number, rest = term.as_coeff_Mul()
            if rest.func is sp.log:
                product *= rest.args[0] ** number
            else:
                product *= sp.exp(term, evaluate=False) if number > 0 else 1 / sp.exp(-term, evaluate=False)
        return product

    return e.replace(lambda node: node.func is sp.exp, split)


def _partial_fractions(exponent: Expr) -> Expr:
    """The coefficients of the logarithms in an exponent, each in partial fractions of its symbol."""
    logs = sorted(exponent.atoms(sp.log), key=str)
    collected = sp.collect(sp.expand(exponent), logs, evaluate=False)
    return sp.Add(*(part * _apart(coefficient) for part, coefficient in collected.items()))


def _apart(coefficient: Expr) -> Expr:
    symbols = coefficient.free_symbols
    rational = coefficient.is_rational_function(*symbols)
    return sp.apart(sp.together(coefficient)) if len(symbols) == 1 and rational else coefficient


def forms(expression: Expr) -> Iterator[Expr]:
    """Spellings of an expression on which its sign may be visible; whoever uses one must prove it equal."""
    yield expression
    yield _factored(expression)
    yield sp.factor(sp.together(expression))
    plain = sp.together(normal(expression))
    yield sp.factor(plain)
    yield normal(expression)
    yield sp.factor(sp.simplify(plain))


def signs(e: Expr) -> Signs:
    """The signs that the real number `e` can have, seen from how it is built; all three where that does not tell."""
    if e.is_Rational:
        return frozenset((int(sp.sign(e)),))
    if e.is_Symbol:
        return POSITIVE if e.is_positive else UNKNOWN
    if e.is_Add:
        return _of_sum([signs(term) for term in e.args])
    if e.is_Mul:
        found = POSITIVE
        for factor in e.args:
            found = frozenset(one * other for one in found for other in signs(factor))
        return found
    if e.is_Pow:
        return _of_power(signs(e.base), e.exp)
    if e.func is sp.exp or e in (sp.E, sp.pi):
        return POSITIVE
    if e.func is sp.log:
        return _of_logarithm(e.args[0])
    return UNKNOWN


def defined(e: Expr) -> bool:
    """Whether every logarithm, broken power and quotient in `e` is seen to be that of an argument that allows it."""
    if e.func is sp.log and signs(e.args[0]) != POSITIVE:
        return False
    if e.is_Pow and not (e.exp.is_Integer and e.exp >= 0):
        base = signs(e.base)
        if 0 in base or (not e.exp.is_Integer and base != POSITIVE):
            return False
    return all(defined(part) for part in e.args)


def _of_sum(terms: list[Signs]) -> Signs:
    for side in (1, -1):
        if all(-side not in term for term in terms):
            return frozenset((side,)) if frozenset((side,)) in terms else frozenset().union(*terms)
    return UNKNOWN


def _of_power(base: Signs, exponent: Expr) -> Signs:
    if base == POSITIVE:
        return POSITIVE
    if exponent.is_Integer and (exponent > 0 or 0 not in base):
        return frozenset(sign ** abs(int(exponent)) for sign in base)
    if exponent.is_Rational and exponent > 0 and base <= NONNEGATIVE:
        return base
    return UNKNOWN


def _of_logarithm(argument: Expr) -> Signs:
    """log z has the sign of z - 1, for z > 0."""
    if signs(argument) != POSITIVE:
        return UNKNOWN
    return signs(sp.factor(sp.together(argument - 1)))
