"""Each row against the textbook: the sums that the names stand for, written out here without the rows.

Every other claim about a row compares its parts with each other, so a row that is consistently wrong, twice what its
name says for example, passes them all. This one does not ask the row what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp

from . import rules
from .claim import claim
from .rules import Step
from .symbols import ROWS, Expr, Piece, Reading, Subject, box, oo, p, q

ZERO, ONE = sp.Integer(0), sp.Integer(1)


@dataclass(frozen=True)
class Textbook:
    """What is summed over the atoms, and the constant k for which the row sums `term` + k (p - q).

    The row is centred, the textbook need not be; k weighs the difference of two masses, each of which is one. Where
    the textbook has bars or a maximum, `turn` is what stands in it and `term` what it comes to where that is positive,
    `below` where it is negative.
    """

    term: Expr
    k: Expr = ZERO
    turn: Expr | None = None
    below: Expr = ZERO


m = (p + q) / 2
KL, REVERSE_KL = Textbook(p * sp.log(p / q), k=-ONE), Textbook(q * sp.log(q / p), k=ONE)


def _power(a: Expr) -> Textbook:
    """Cressie and Read's p ((p/q)^(a - 1) - 1)/(a (a - 1)), whose limits are the two KL."""
    if a in (0, 1):
        return KL if a == 1 else REVERSE_KL
    return Textbook(p * ((p / q) ** (a - 1) - 1) / (a * (a - 1)), k=-1 / a)


# the name of a row or of a family, and its textbook at the parameter
TEXTBOOKS: dict[str, Callable[[Expr], Textbook]] = {
    "kl": lambda _: KL,
    "reverse_kl": lambda _: REVERSE_KL,
    "jeffreys": lambda _: Textbook((p - q) * sp.log(p / q)),
    "js": lambda _: Textbook((p * sp.log(p / m) + q * sp.log(q / m)) / 2),
    "total_variation": lambda _: Textbook((p - q) / 2, turn=p - q, below=(q - p) / 2),
    "squared_hellinger": lambda _: Textbook((sp.sqrt(p) - sp.sqrt(q)) ** 2 / 2),
    "pearson": lambda _: Textbook((p - q) ** 2 / q),
    "neyman": lambda _: Textbook((p - q) ** 2 / p),
    "triangular": lambda _: Textbook((p - q) ** 2 / (p + q) / 2),
    "power(a)": _power,
    "hockey_stick(gamma)": lambda gamma: Textbook(p - gamma * q, turn=p - gamma * q),
    "reverse_hockey_stick(gamma)": lambda gamma: Textbook(q - gamma * p, turn=q - gamma * p),
}


@claim(over=ROWS)
def is_its_definition(subject: Subject) -> Iterator[Step]:
    r"""$q f(p/q)$ is the term of the textbook's sum plus $k (p - q)$, with a constant $k$, whose sum over two laws is
    0: the row computes the divergence of its name."""
    for reading in subject.readings():
        book = TEXTBOOKS[subject.name](reading.place)
        for piece in reading.pieces():
            yield from (_smooth if book.turn is None else _split)(reading, piece, book)


def _smooth(reading: Reading, piece: Piece, book: Textbook) -> Iterator[Step]:
    found = q * piece.f(reading.row).subs(piece.t, p / q)
    domain = reading.parameters.times(box({p: (0, oo), q: (0, oo)}))
    yield rules.identity(found, book.term + book.k * (p - q), domain, name="q f(p/q)")


def _split(reading: Reading, piece: Piece, book: Textbook) -> Iterator[Step]:
    """On one side of a kink, where p = q t: what stands in the bars has one sign, and the row is what they come to."""
    domain, here = piece.domain.times(box({q: (0, oo)})), {p: q * piece.t}
    turn: Expr = sp.sympify(book.turn).subs(here)
    above = bool(turn.subs(dict.fromkeys(domain.symbols, 1)) > 0)  # at one point: a proposal, for the rule to accept
    yield rules.positive(turn if above else -turn, domain)
    term = (book.term if above else book.below) + book.k * (p - q)
    yield rules.identity(q * piece.f(reading.row), term.subs(here), domain, name="q f(p/q)")
