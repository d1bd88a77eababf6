"""A sentence such as `total_variation^2 <= kl/2`, read by a grammar of its own.

    sentence := sum ("<=" | ">=" | "<" | ">") sum
    sum      := product (("+" | "-") product)*
    product  := signed (("*" | "/") signed)*
    signed   := "-" signed | atom ("^" signed)?
    atom     := number | "(" sum ")" | ("log" | "sqrt" | "exp") "(" sum ")" | functional
    functional := name [ "(" number, ... ")" ] [ "(" law, law ")" ]

A bare functional is that of the laws p and q. Numbers are exact: 0.1 is 1/10.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from divergence.errors import InvalidParameter
from divergence.generators import GENERATORS

from .sentence import Binary, Call, Node, Number, Sentence, Value, constant, fold, values

FUNCTIONS = ("log", "sqrt", "exp")
FAMILIES = {"power": "a", "hockey_stick": "gamma", "renyi": "a"}  # each with the name of its parameter
NAMES = (*GENERATORS, "bhattacharyya", *FAMILIES)
RELATIONS = {"<=": "<=", ">=": ">=", "<": "<", ">": ">", "≤": "<=", "≥": ">="}
MEANT = {  # what others call them
    "tv": "total_variation", "jsd": "js", "jensen_shannon": "js", "chi2": "pearson", "chi_square": "pearson",
    "hellinger": "sqrt(squared_hellinger)", "h2": "squared_hellinger", "kullback_leibler": "kl", "rkl": "reverse_kl",
    "ln": "log", "alpha": "power", "tsallis": "power", "bc": "exp(-bhattacharyya)",
}  # fmt: skip
DEEPEST, LONGEST = 40, 2000  # brackets in brackets, characters


class _Sizes:
    """The words of a number, in floats."""

    number, log, sqrt, exp, power = float, math.log, math.sqrt, math.exp, lambda x, c: x ** float(c)


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)|(?P<name>[^\W\d]\w*)|(?P<sign><=|>=|\*\*|[-+*/^(),<>≤≥−·]))"
)
_SPELLED = {"**": "^", "−": "-", "·": "*"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Sentence:
    """The sentence; InvalidParameter, with a caret under the place, where it is none."""
    if not isinstance(text, str):
        raise InvalidParameter(
            f"{text!r} is no sentence", argument="sentence", value=text, remedy='write text, such as "js <= kl"'
        )
    if len(text) > LONGEST:
        raise InvalidParameter(
            f"{len(text)} characters are more than {LONGEST}", argument="sentence", remedy="say it shorter"
        )
    return _Reader(text).sentence()


class _Reader:
    """One sentence, read from left to right by recursive descent."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = list(self._split())
        self.place = self.depth = 0

    def _split(self) -> Iterator[_Token]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None:
                at += len(self.text[at:]) - len(self.text[at:].lstrip())
                sign = self.text[at]
                remedy = "write <= or >=" if sign in "=!" else "write names, numbers, + - * / ^ ( ) , and <= >= < >"
                self.refuse(f"{sign!r} means nothing here", at, remedy)
            assert found is not None
            kind = str(found.lastgroup)
            text = found.group(kind)
            yield _Token(kind, _SPELLED.get(text, text), found.start(kind))
            at = found.end()
        yield _Token("end", "", end)

    def refuse(self, problem: str, at: int, remedy: str) -> None:
        pointed = f"{problem}\n    {self.text}\n    {' ' * at}^\n"
        raise InvalidParameter(pointed, argument="sentence", index=at, value=self.text, remedy=remedy)

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> bool:
        if self.next.kind == "sign" and self.next.text in texts:
            self.place += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            self.refuse(f"{text!r} is missing before {self._seen()}", self.next.at, f"write {text!r} here")

    def _seen(self) -> str:
        return repr(self.next.text) if self.next.text else "the end"

    def sentence(self) -> Sentence:
        left = self.sum()
        relation = RELATIONS.get(self.next.text) if self.next.kind == "sign" else None
        if relation is None:
            self.refuse(
                f"<= or >= is missing before {self._seen()}", self.next.at, "compare two sides, as kl <= pearson"
            )
        assert relation is not None
        self.place += 1
        right = self.sum()
        if self.next.kind != "end":
            again = self.next.text in RELATIONS
            remedy = "say one inequality at a time" if again else "join the two with + - * or /"
            self.refuse(f"{self._seen()} is one too many", self.next.at, remedy)
        said = Sentence(self.text.strip(), left, relation, right)
        if not 2 <= len(said.laws) <= 3:
            number = ("no", "one")[len(said.laws)] if len(said.laws) < 2 else len(said.laws)
            self.refuse(
                f"a sentence about {number} law{'s' * (number != 'one')}",
                0,
                "compare functionals of two or three laws, such as kl(p, q)",
            )
        return said

    def sum(self) -> Node:
        node = self.product()
        while self.next.kind == "sign" and self.next.text in "+-":
            operator = self.next.text
            self.place += 1
            node = Binary(operator, node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.next.kind == "sign" and self.next.text in "*/":
            operator, at = self.next.text, self.next.at
            self.place += 1
            right = self.signed()
            if operator == "/" and constant(right) == 0:
                self.refuse("a division by zero", at, "divide by something else")
            node = Binary(operator, node, right)
        return node

    def signed(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse("brackets too deep", self.next.at, "say it flatter")
        if self.take("-"):
            inner = self.signed()
            node: Node = Number(-inner.value) if isinstance(inner, Number) else Binary("*", Number(Fraction(-1)), inner)
        else:
            node = self.atom()
            at = self.next.at
            if self.take("^"):
                exponent = constant(self.signed())
                if exponent is None or abs(exponent) > 64:
                    self.refuse(
                        "an exponent that is no number up to 64", at + 1, "write a number, such as ^2 or ^(1/2)"
                    )
                assert exponent is not None
                node = Binary("^", node, Number(exponent))
                self._refuse_out_of_reach(node, at)
        self.depth -= 1
        return node

    def _refuse_out_of_reach(self, node: Node, at: int) -> None:
        """A number such as 9^64^64 would take for ever to write down."""
        if not any(values(node)):
            try:
                size = abs(fold(node, _Sizes, lambda value: math.nan))
            except (ArithmeticError, ValueError):
                size = math.inf
            if not 1e-99 < size < 1e99:
                self.refuse("a number that is 0, undefined or out of reach", at, "write a number from 1e-99 to 1e99")

    def atom(self) -> Node:
        token = self.next
        if self.take("("):
            node = self.sum()
            self.need(")")
            return node
        self.place += 1
        if token.kind == "number":
            return Number(Fraction(token.text))
        if token.kind == "name":
            if token.text in FUNCTIONS:
                self.need("(")
                argument = self.sum()
                self.need(")")
                return Call(token.text, argument)
            return self.functional(token)
        self.place -= 1
        self.refuse(f"a functional or a number is missing before {self._seen()}", token.at, "name one, such as kl")
        raise AssertionError

    def functional(self, token: _Token) -> Value:
        name = token.text
        if name not in NAMES:
            meant = MEANT.get(name.lower()) or next(
                iter(get_close_matches(name.lower(), (*NAMES, *FUNCTIONS), 1, 0.65)), ""
            )
            remedy = f"did you mean {meant}?" if meant else f"one of {', '.join(NAMES)}"
            self.refuse(f"no functional is called {name!r}", token.at, remedy)
        parameters: tuple[Fraction, ...] = ()
        if name in FAMILIES:
            at = self.next.at
            example = f"write {name}({'3/2' if name != 'power' else '1/2'})"
            if not self.take("("):
                self.refuse(f"{name} needs its {FAMILIES[name]}", at, example)
            parameter = constant(self.sum())
            self.need(")")
            if parameter is None:
                self.refuse(f"the {FAMILIES[name]} of {name} is a number", at + 1, example)
            assert parameter is not None
            low = {"renyi": 0, "hockey_stick": 1}.get(name, -50)
            if parameter > 50 or parameter < low or (name == "renyi" and parameter == 0):
                self.refuse(f"{name}({parameter}) is not defined or not served here", at + 1, example)
            parameters = (parameter,)
        return Value(name, parameters, self.pair())

    def pair(self) -> tuple[str, str]:
        """(p, r), or nothing, which means (p, q)."""
        if not self.take("("):
            return "p", "q"
        names = [self.law()]
        self.need(",")
        names.append(self.law())
        self.need(")")
        return names[0], names[1]

    def law(self) -> str:
        token = self.next
        if token.kind != "name" or token.text in (*NAMES, *FUNCTIONS):
            self.refuse("the name of a law is missing here", token.at, "name two laws, as in kl(p, q)")
        self.place += 1
        return token.text
