"""What becomes of a sentence: proved with the best constant, refuted by the smallest counterexample, or open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from . import functionals, proving
from .counterexamples import Counterexample, Search, Worst
from .proving import Proof
from .sentence import Binary, Call, Node, Number, Sentence, constant, values

CLOSE = 2e-4  # of a ratio seen, within which a simple constant is tried
CERTAIN = 1e-6  # width of the interval of a constant that is then named by its proved end


@dataclass(frozen=True)
class Settled:
    """`low` and `high` enclose the best constant on the right side of the sentence; `exact` is what it is, if known."""

    proof: Proof | None
    counterexample: Counterexample | None
    worst: Worst | None
    low: float
    high: float
    exact: str = ""


def settle(sentence: Sentence) -> Settled:
    """Search, and prove what the search does not refute."""
    search = Search(sentence)
    found = search.smallest()
    smaller, larger = (functionals.canonical(side, search.names) for side in sentence.sides)
    proof = None
    if found is None and len(search.names) == 2:
        if not sentence.strict:
            proof = proving.proof(smaller, larger)
        elif not any(values(larger)) and _number(larger) > 0:  # below a number: at most a little less
            proof = proving.proof(smaller, Binary("*", Number(Fraction(999, 1000)), larger))
    worst = None
    if proof is None and found is None:
        worst = search.worst()
        found = search.near(worst) if worst.ratio > 1 + 1e-12 else None
    low, high, exact = _best(search, smaller, larger, proof, found, worst)
    return Settled(proof, found, worst, low, high, exact)


def _best(
    search: Search, smaller: Node, larger: Node, proof: Proof | None, found: Counterexample | None, worst: Worst | None
) -> tuple[float, float, str]:
    """Bounds on the best constant, and its name."""
    if 0 in (constant(search.sentence.left), constant(search.sentence.right)):
        return 0.0, math.inf, ""  # a multiple of nothing
    scale = _split(search.sentence.right)[0]
    grows = search.sentence.relation[0] == "<"  # the constant stands on the larger side: the least is wanted
    if not any(values(search.sentence.right)):
        scale = _number(search.sentence.right)
    ratio = proving.best_constant(smaller, larger) if len(search.names) == 2 else None
    if ratio is not None:
        low, high = ratio
        name = _named(_times(scale, high, grows)) if low == high else ""
        return (*_ends(scale, float(low), float(high), grows), name)
    if found is not None and math.isinf(found.smaller) and math.isfinite(found.larger) and found.larger > 0:
        return (*_ends(scale, math.inf, math.inf, grows), "")
    worst = worst or search.worst()
    below = max(worst.below, found.smaller / found.larger * (1 - 1e-15) if found and found.larger > 0 else 0.0)
    if worst.below == math.inf:
        return (*_ends(scale, math.inf, math.inf, grows), "")
    high, exact = 1.0 if proof else math.inf, sp.Integer(1) if proof and below > 1 - CERTAIN else None
    if len(search.names) == 2 and exact is None and (proof is not None or found is not None):
        for guess in _guesses(worst.ratio):
            if guess > below and proving.proof(smaller, Binary("*", _node(guess), larger)):
                high, exact = float(guess), guess if below > (1 - CERTAIN) * float(guess) else None
                break
    return (*_ends(scale, below, high, grows), _named(_times(scale, exact, grows)) if exact is not None else "")


def _guesses(ratio: float) -> Iterator[sp.Expr]:
    """Simple numbers close to a ratio, from above."""
    if not math.isfinite(ratio):
        return
    for unit in (sp.Integer(1), sp.log(2), 1 / sp.log(2), sp.sqrt(2)):
        near = Fraction(ratio / float(unit)).limit_denominator(16)
        guess = sp.Rational(near.numerator, near.denominator) * unit
        if near and abs(float(guess) / ratio - 1) < CLOSE:
            yield guess


def _node(e: sp.Expr) -> Node:
    """A guess as an expression of the grammar."""
    number, rest = e.as_coeff_Mul()
    head = Number(Fraction(str(number)))
    if rest == 1:
        return head
    if rest == sp.sqrt(2):
        return Binary("*", head, Call("sqrt", Number(Fraction(2))))
    logarithm = Call("log", Number(Fraction(2)))
    return Binary("*" if rest == sp.log(2) else "/", head, logarithm)


def _split(node: Node) -> tuple[sp.Expr, Node]:
    """A positive number times the rest."""
    if isinstance(node, Binary) and node.operator in "*/":
        for factor, rest in ((node.left, node.right), (node.right, node.left)):
            if not any(values(factor)) and (node.operator == "*" or factor is node.right):
                scale, kept = _split(rest)
                number = _number(factor)
                if not number > 0:
                    continue
                return (scale * number if node.operator == "*" else scale / number), kept
    return sp.Integer(1), node


def _number(node: Node) -> sp.Expr:
    c = constant(node)
    return sp.Rational(c.numerator, c.denominator) if c is not None else functionals.expression(node, None)


def _times(scale: sp.Expr, ratio: sp.Expr, grows: bool) -> sp.Expr:
    return scale * ratio if grows else scale / ratio


def _ends(scale: sp.Expr, low: float, high: float, grows: bool) -> tuple[float, float]:
    """Of the constant, from those of the ratio."""
    c = float(scale)
    if grows:
        return c * low, c * high
    return (c / high if high else math.inf), (c / low if low else math.inf)


def _named(e: sp.Expr) -> str:
    return "" if e.is_infinite else str(sp.nsimplify(sp.simplify(e)) if e.is_Rational else sp.simplify(e))
