"""A sentence about divergences as a tree: two expressions and what is said between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Number:
    value: Fraction


@dataclass(frozen=True)
class Value:
    """A functional of two laws."""

    name: str
    parameters: tuple[Fraction, ...] = ()
    laws: tuple[str, str] = ("p", "q")

    def __str__(self) -> str:
        parameters = f"({', '.join(map(str, self.parameters))})" if self.parameters else ""
        laws = f"({', '.join(self.laws)})" if self.laws != ("p", "q") else ""
        return self.name + parameters + laws


@dataclass(frozen=True)
class Call:
    function: str
    argument: Node


@dataclass(frozen=True)
class Binary:
    operator: str
    left: Node
    right: Node


Node = Number | Value | Call | Binary


@dataclass(frozen=True)
class Sentence:
    """left `relation` right, where `smaller` is said to be at most, or below, `larger`."""

    text: str
    left: Node
    relation: str
    right: Node

    @property
    def strict(self) -> bool:
        return len(self.relation) == 1

    @property
    def sides(self) -> tuple[Node, Node]:
        """The smaller, the larger."""
        return (self.left, self.right) if self.relation[0] == "<" else (self.right, self.left)

    @property
    def laws(self) -> tuple[str, ...]:
        """The names of the laws, two or three."""
        return tuple(sorted({law for value in values(self.left, self.right) for law in value.laws}))


def values(*nodes: Node) -> Iterator[Value]:
    """The functionals in expressions, each time they are written."""
    for node in nodes:
        if isinstance(node, Value):
            yield node
        elif isinstance(node, Call):
            yield from values(node.argument)
        elif isinstance(node, Binary):
            yield from values(node.left, node.right)


def fold(node: Node, words: Any, of: Callable[[Value], Any]) -> Any:
    """The expression in other terms: `words` has number, log, sqrt, exp and power, `of` reads a functional."""
    if isinstance(node, Number):
        return words.number(node.value)
    if isinstance(node, Value):
        return of(node)
    if isinstance(node, Call):
        return getattr(words, node.function)(fold(node.argument, words, of))
    left = fold(node.left, words, of)
    if node.operator == "^":
        return words.power(left, constant(node.right))
    right = fold(node.right, words, of)
    if node.operator == "+":
        return left + right
    if node.operator == "-":
        return left - right
    return left * right if node.operator == "*" else left / right


def constant(node: Node) -> Fraction | None:
    """The rational number that an expression is, None where it is none."""
    if isinstance(node, Number):
        return node.value
    if not isinstance(node, Binary):
        return None
    left, right = constant(node.left), constant(node.right)
    if left is None or right is None:
        return None
    if node.operator == "^":
        whole = right.denominator == 1 and abs(right) < 64 and (left != 0 or right > 0)
        return Fraction(left**right.numerator) if whole else None
    if node.operator == "/":
        return left / right if right else None
    return left + right if node.operator == "+" else left - right if node.operator == "-" else left * right
