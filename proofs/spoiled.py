"""Negative controls: every step of every claim said wrong, which its rule must refuse.

`recorded` listens to the rules while a claim runs; `spoiled` turns what one rule was asked into false statements about
the same things: a digit changed far down, a sign turned, a premise dropped or proved on a narrower domain only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np
import sympy as sp

from . import rules
from .rules import Step
from .symbols import Domain, Expr, Rejected, oo

TINY = sp.Rational(1, 10**20)
NAMES = tuple(name for name in vars(rules) if callable(getattr(rules, name)) and name[0].islower() and name != "made")


@dataclass(frozen=True)
class Call:
    """What a rule was asked, and the step it made of it; for `cheapest`, which makes none, a value."""

    rule: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    step: Any

    def again(self, *arguments: Any, **options: Any) -> Callable[[], Any]:
        """The same question with its first arguments and some options replaced."""
        rest = self.arguments[len(arguments) :]
        return lambda: getattr(rules, self.rule)(*arguments, *rest, **(self.options | options))


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """The calls of rules that made a step, in order, inner ones left out."""
    calls: list[Call] = []
    before = {name: getattr(rules, name) for name in NAMES}

    def listening(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(rule)
        def heard(*arguments: Any, **options: Any) -> Any:
            step = rule(*arguments, **options)
            calls.append(Call(name, arguments, options, step))
            return step

        return heard

    try:
        for name, rule in before.items():
            setattr(rules, name, listening(name, rule))
        yield calls
    finally:
        for name, rule in before.items():
            setattr(rules, name, rule)


def accepted(ask: Callable[[], Any]) -> bool:
    """Whether a rule takes a false statement: never, if it is any good."""
    try:
        ask()
    except (Rejected, TypeError, AttributeError, ValueError, KeyError):
        return False  # a premise that is not there breaks a rule as surely as it is refused
    return True


def spoiled(call: Call) -> Iterator[tuple[str, Callable[[], Any]]]:
    """False versions of what the rule was asked, each with what was done to it."""
    yield from SPOILERS[call.rule](call)
    for i, argument in enumerate(call.arguments):
        if isinstance(argument, Step):
            yield f"premise {i} dropped", _with(call, i, None)
            yield from _narrowed(call, argument, lambda step, i=i: _with(call, i, step))
    for name, option in call.options.items():
        if isinstance(option, Step):
            yield f"premise {name} dropped", call.again(**{name: None})
            yield from _narrowed(call, option, lambda step, name=name: call.again(**{name: step}))
        if isinstance(option, tuple) and option:
            yield "a step that the place is inside dropped", call.again(**{name: option[1:]})


def _with(call: Call, i: int, value: Any) -> Callable[[], Any]:
    arguments = (*call.arguments[:i], value, *call.arguments[i + 1 :])
    return lambda: getattr(rules, call.rule)(*arguments, **call.options)


def _narrowed(call: Call, step: Step, put: Callable[[Step], Callable[[], Any]]) -> Iterator[tuple[str, Any]]:
    """The same premise on half of its domain, where its rule is one that can be asked again."""
    rule: Any = getattr(rules, step.rule, None)
    if step.rule in ("identity", "derivative", "positive") and step.domain.axes:
        (symbol, low, high), *rest = step.domain.axes
        middle = high - 1 if low == -oo and high != oo else low + 1 if high == oo and low != -oo else (low + high) / 2
        middle = sp.Integer(0) if (low, high) == (-oo, oo) else middle
        half = Domain(((symbol, low, middle), *rest))
        yield f"a {step.rule} on a narrower domain", lambda: put(rule(*step.terms, half))()


# --- one spoiler for each rule


def _identity(call: Call) -> Iterator[tuple[str, Any]]:
    lhs, rhs = call.arguments[:2]
    yield "1e-20 added", call.again(lhs, sp.sympify(rhs) + TINY)
    for what, token in tokens(sp.sympify(rhs)):
        if not _same(token, sp.sympify(rhs)):
            yield what, call.again(lhs, token)


def _derivative(call: Call) -> Iterator[tuple[str, Any]]:
    f, x, equals = call.arguments[:3]
    yield "1e-20 added", call.again(f, x, sp.sympify(equals) + TINY)
    for what, token in tokens(sp.sympify(equals)):
        if not _same(token, sp.sympify(equals)):
            yield what, call.again(f, x, token)


def _limit(call: Call) -> Iterator[tuple[str, Any]]:
    e, x, to, equals = call.arguments[:4]
    yield "another limit", call.again(e, x, to, sp.Integer(0) if sp.sympify(equals).is_infinite else equals + TINY)
    yield "another infinity", call.again(e, x, to, -oo if equals == oo else oo)


def _sign(call: Call) -> Iterator[tuple[str, Any]]:
    (e, *_) = call.arguments
    yield "the sign turned", call.again(-sp.sympify(e) - (TINY if call.rule == "nonnegative" else 0))


def _extremum(call: Call) -> Iterator[tuple[str, Any]]:
    f, x, at = call.arguments[:3]
    yield "another place", call.again(f, x, at + TINY)
    yield "another function", call.again(f + x, x, at)


def _rounds(call: Call) -> Iterator[tuple[str, Any]]:
    number, *_ = call.arguments
    yield "another float", call.again(1e308 if np.isinf(number) else number * (1 + 1e-11) + 1e-300 + (number == 0))


def _counterexample(call: Call) -> Iterator[tuple[str, Any]]:
    lhs, relation, rhs = call.arguments[:3]
    other = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}.get(relation)
    yield "a sentence that is true", call.again(lhs, other, rhs) if other else call.again(lhs, "=", lhs)


def _computes(call: Call) -> Iterator[tuple[str, Any]]:
    shipped = call.arguments[0]
    yield "a float that drifts", call.again(lambda points: np.asarray(shipped(points)) * (1 + 1e-9) + 3e-9)
    yield "one nan", call.again(lambda points: np.where(points == points[3], np.nan, shipped(points)))


def _checked(call: Call) -> Iterator[tuple[str, Any]]:
    said, errors = call.arguments[:2]
    within = call.options["within"]
    yield "an error beyond what is allowed", call.again(said, lambda rng: np.asarray(errors(rng)) + 2 * within + 1e-300)
    yield "no number", call.again(said, lambda rng: np.asarray(errors(rng)) * np.nan)


def _exactly(call: Call) -> Iterator[tuple[str, Any]]:
    said, case = call.arguments[:2]

    def wrong(rng: Any) -> Any:
        lhs, relation, rhs = case(rng)
        return (lhs + 1, relation, rhs) if relation == "=" else (rhs + 1, relation, rhs)

    yield "one side larger by 1", call.again(said, wrong)
    yield "floats", call.again(said, lambda rng: tuple(float(x) if i != 1 else x for i, x in enumerate(case(rng))))


def _sides(call: Call) -> Iterator[tuple[str, Any]]:
    (e, *_) = call.arguments
    yield "the sign turned", call.again(tuple(-side for side in e))


def _best_constant(call: Call) -> Iterator[tuple[str, Any]]:
    first, second, names = call.arguments[:3]
    low = call.step.terms[4] * (1 - sp.Rational(1, 1000))
    smaller = tuple(low * g - f for f, g in zip(first, second))
    yield "a smaller constant", lambda: rules.at_least_zero(smaller, names[0])  # type: ignore[arg-type]


def _root(call: Call) -> Iterator[tuple[str, Any]]:
    e, x, low, high = call.arguments[:4]
    yield "no change of sign", call.again(e**2 + 1, x, low, high)
    before = (sp.Rational(str(low)) + call.step.terms[2]) / 2
    yield "a bracket without the root", call.again(e, x, low, str(before))


def _encloses(call: Call) -> Iterator[tuple[str, Any]]:
    divergence, p, q, equals = call.arguments[:4]
    wrong = sp.Integer(1) if sp.sympify(equals).is_infinite else equals + sp.Rational(1, 10**6)
    yield "another value", call.again(divergence, p, q, wrong)


def _between(call: Call) -> Iterator[tuple[str, Any]]:
    divergence, p, q, low, high = call.arguments[:5]
    yield "higher", call.again(divergence, p, q, high, high + 1)
    yield "lower", call.again(divergence, p, q, low - 1, low)


def _ordered(call: Call) -> Iterator[tuple[str, Any]]:
    divergence, smaller, larger = call.arguments[:3]
    yield "exchanged", call.again(divergence, larger, smaller)
    yield "one law", call.again(divergence, smaller, smaller)


def _composed(call: Call) -> Iterator[tuple[str, Any]]:
    weights = call.arguments[3]
    yield "a weight below 0", _with(call, 3, tuple(-sp.sympify(weight) for weight in weights))


def _squares(call: Call) -> Iterator[tuple[str, Any]]:
    roots, weights = call.arguments[:2]
    yield "a weight below 0", call.again(roots, tuple(-sp.sympify(weight) for weight in weights))


def _combined(call: Call) -> Iterator[tuple[str, Any]]:
    e, parts = call.arguments[:2]
    yield "1e-20 less", call.again(tuple(side - TINY for side in e))
    yield "a part dropped", call.again(e, parts[1:])
    (k, step), *rest = parts
    yield "a part turned", call.again(e, [(tuple(-sp.sympify(one) for one in k), step), *rest])


def _in_the_mean(call: Call) -> Iterator[tuple[str, Any]]:
    yield "1e-20 less", _with(call, 2, call.arguments[2] - TINY)


def _chosen(call: Call) -> Iterator[tuple[str, Any]]:
    yield "1e-20 less", _with(call, 4, call.arguments[4] - TINY)
    yield "another value", _with(call, 2, call.arguments[2] * (1 + TINY))


def _integrated(call: Call) -> Iterator[tuple[str, Any]]:
    weights, multiple = call.arguments[2:4]
    yield "another weight", _with(call, 2, (weights[0] + TINY, weights[1]))
    yield "another multiple", _with(call, 3, multiple + TINY)


def _cited(call: Call) -> Iterator[tuple[str, Any]]:
    yield "no source", call.again(call.arguments[0], " ")


def _nothing(call: Call) -> Iterator[tuple[str, Any]]:
    yield from ()


SPOILERS: dict[str, Callable[[Call], Iterator[tuple[str, Any]]]] = {
    "identity": _identity,
    "derivative": _derivative,
    "limit": _limit,
    "positive": _sign,
    "nonnegative": _sign,
    "unique_maximum": _extremum,
    "unique_minimum": _extremum,
    "perspective": _nothing,  # their premises are dropped and narrowed
    "least": _nothing,
    "greatest": _nothing,
    "substituted": _nothing,
    "integrated": _integrated,
    "rounds": _rounds,
    "counterexample": _counterexample,
    "computes": _computes,
    "checked": _checked,
    "cited": _cited,
    "exactly": _exactly,
    "cheapest": _nothing,  # it is asked inside `exactly`
    "at_least_zero": _sides,
    "best_constant": _best_constant,
    "root": _root,
    "encloses": _encloses,
    "between": _between,
    "ordered": _ordered,
    "composed": _composed,
    "squares": _squares,
    "combined": _combined,
    "in_the_mean": _in_the_mean,
    "chosen": _chosen,
    "follows": _nothing,
}


# --- tokens


def tokens(e: Expr) -> Iterator[tuple[str, Expr]]:
    """The expression with one token changed, for every token: a number, a sign, a function, a symbol."""
    for place in _places(e):
        for what, other in _changed(_at(e, place)):
            yield what, _put(e, place, other)


def _places(e: Expr, here: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield here
    for i, part in enumerate(e.args):
        yield from _places(part, (*here, i))


def _at(e: Expr, place: tuple[int, ...]) -> Expr:
    for i in place:
        e = e.args[i]
    return e


def _put(e: Expr, place: tuple[int, ...], other: Expr) -> Expr:
    if not place:
        return other
    parts = list(e.args)
    parts[place[0]] = _put(parts[place[0]], place[1:], other)
    return e.func(*parts)


def _changed(e: Expr) -> Iterator[tuple[str, Expr]]:
    if e.is_Rational:
        yield f"{e} becomes {e + 1}", e + 1
    elif e.is_Symbol or e.is_Add:
        yield f"the sign of {e} turned", -e
    elif e.func is sp.log:
        yield "log becomes exp", sp.exp(e.args[0])
    elif e.func is sp.exp:
        yield "exp becomes its inverse", 1 / e


def _same(one: Expr, other: Expr) -> bool:
    """Whether a change changed nothing, seen in floats at two points; what is no number there counts as changed."""
    symbols = sorted((one - other).free_symbols, key=str)
    for start in (0.37, 0.61):
        at = {symbol: start + 0.13 * i for i, symbol in enumerate(symbols)}
        value = complex((one - other).evalf(30, subs=at))
        if not abs(value) < 1e-15:
            return False
    return True
