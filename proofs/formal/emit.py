"""The shipped rows as Coq definitions: what the formal theories speak about is what computes.

Each row is run on sympy symbols, as everywhere in the proofs, and what it answers is written down as it is, in the
words of Coq's real numbers. The theories prove things about `kl_f`, `kl_critic`, `kl_conjugate`; change a row's
formula, and they are about another function, which they no longer fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from divergence import generators
from divergence.generators import Generator

from ..symbols import Expr, S, t, u, v

a = sp.Symbol("a", real=True)
gamma = sp.Symbol("gamma", positive=True)

HEAD = """(** * The rows, as they compute

    Generated from the table of rows: do not edit. f is a function of the ratio t, the critic of v = log t, the
    conjugate of a slope u; [reverse_f] is the f of the row that is named as the one with its arguments exchanged,
    and the penalty what training makes of the critic of that row. *)

From Coq Require Import Reals.
Open Scope R_scope.

Definition sign (x : R) : R := if Rlt_dec 0 x then 1 else if Rlt_dec x 0 then -1 else 0.
Definition step (x : R) : R := if Rlt_dec 0 x then 1 else if Rlt_dec x 0 then 0 else / 2.
"""

FAMILIES: Mapping[str, sp.Symbol] = {"power": a, "hockey_stick": gamma, "reverse_hockey_stick": gamma}
PARTS = {"f": t, "critic": v, "conjugate": u}  # and the symbol that each is a function of


def rows() -> str:
    """The file of definitions, from the rows as they are now."""
    return "\n".join([HEAD, *_definitions()])


def _definitions() -> Iterator[str]:
    for name, row in generators.GENERATORS.items():
        yield from _row(name, row, ())
    for name, parameter in FAMILIES.items():
        yield from _row(name, generators.FAMILIES[name](parameter), (parameter,))
    for place in (0, 1):  # where the formula of the family is a limit
        yield from _row(f"power{place}", generators.FAMILIES["power"](sp.Integer(place)), ())


def _row(name: str, row: Generator, parameters: tuple[sp.Symbol, ...]) -> Iterator[str]:
    yield f"(** {row.formula} *)"
    for part, symbol in PARTS.items():
        if (function := getattr(row, part)) is not None:
            said = sp.sympify(function(symbol, symbol - 1, S) if part == "f" else function(symbol, S))
            yield _definition(f"{name}_{part}", (*parameters, symbol), said)
    yield _definition(f"{name}_reverse_f", (*parameters, t), sp.sympify(row.reverse.f(t, t - 1, S)))
    yield _definition(f"{name}_penalty", (*parameters, v), sp.sympify(row.penalty(v, S)))


def _definition(name: str, symbols: tuple[sp.Symbol, ...], said: Expr) -> str:
    if strange := said.free_symbols - set(symbols):
        raise NotImplementedError(f"{name} speaks of {sorted(map(str, strange))}, which it is no function of")
    return f"Definition {name} ({' '.join(map(str, symbols))} : R) : R := {real(said)}."


_WORDS = {
    sp.log: "ln",
    sp.exp: "exp",
    sp.Abs: "Rabs",
    sp.tanh: "tanh",
    sp.sign: "sign",
    sp.Heaviside: "step",
}


def real(e: Expr) -> str:
    """A sympy expression as a term of Coq's R.

    >>> real(sp.sqrt(1 - u) / 2)
    '(/ 2 * (sqrt (1 + ((-1) * u))))'
    """
    if e.is_Symbol:
        return str(e)
    if e.is_Integer:
        return str(e) if e >= 0 else f"({e})"
    if e.is_Rational:
        return f"({e.p} / {e.q})" if e.p != 1 else f"/ {e.q}"
    if e.is_Add:
        return f"({' + '.join(map(real, _ordered(e)))})"
    if e.is_Mul:
        return f"({' * '.join(map(real, _ordered(e)))})"
    if isinstance(e, sp.Max):
        return f"(Rmax {' '.join(map(real, _ordered(e)))})"
    if e.is_Pow:
        return _power(*e.args)
    for function, word in _WORDS.items():
        if isinstance(e, function):
            return f"({word} {real(e.args[0])})"
    raise NotImplementedError(f"no word of Coq for {e}, of type {type(e).__name__}")


def _power(base: Expr, exponent: Expr) -> str:
    if exponent == sp.S.Half:
        return f"(sqrt {real(base)})"
    if exponent.is_Integer:
        power = real(base) if abs(exponent) == 1 else f"({real(base)} ^ {abs(exponent)})"
        return power if exponent > 0 else f"(/ {power})"
    return f"(Rpower {real(base)} {real(exponent)})"


def _ordered(e: Expr) -> tuple[Expr, ...]:
    return e.as_ordered_factors() if e.is_Mul else tuple(sorted(e.args, key=sp.default_sort_key))
