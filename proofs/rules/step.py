"""What a rule has accepted: a `Step`, which only a rule can make, and the questions that all rules put first."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import sympy as sp

from ..symbols import Domain, Expr, Rejected, oo

Level = Literal["symbolic", "certified", "exact", "numeric", "counterexample", "cited"]
Sides = tuple[Expr, Expr]  # a function F of t on (0, 1), and t F(1/t) there, which is F on (1, inf)
POINTS = 8  # random rational points at which balls are asked

_SEAL = object()


@dataclass(frozen=True)
class Line:
    """What a reader is told of a step: it proves nothing by itself, and can be kept and sent."""

    rule: str
    domain: str
    statement: str
    evidence: str
    level: Level
    cases: int = 0
    words: str = ""


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

    @property
    def line(self) -> Line:
        return Line(self.rule, str(self.domain), self.statement, self.evidence, self.level, self.cases, self.words)

    def _content(self) -> tuple[Any, ...]:
        return self.rule, self.terms, self.domain, self.statement, self.level, self.cases


_MADE: WeakKeyDictionary[Step, tuple[Any, ...]] = WeakKeyDictionary()


def made(step: object) -> bool:
    """Whether a rule made this very object, as it is now."""
    return isinstance(step, Step) and step in _MADE and _MADE[step] == step._content()


# --- what the rules share


def well_formed(domain: Domain, *expressions: Expr) -> None:
    """Only symbols of the domain, exact numbers, nothing infinite or undefined."""
    for e in expressions:
        if e.has(sp.Float, sp.I, sp.nan, sp.zoo, oo, -oo):
            raise Rejected(f"{e} holds a float, an imaginary, an infinite or an undefined number")
        if not e.free_symbols <= domain.symbols:
            raise Rejected(f"{e} holds symbols outside the domain {domain}")


def about(step: Step, rule: str) -> tuple[Any, ...]:
    """What a premise is about, once it is seen to be a step of that rule."""
    if not made(step) or step.rule != rule:
        raise Rejected(f"a step of the rule {rule} is needed, not {step!r}")
    return step.terms


def premise(step: Step, rule: str, terms: tuple[Any, ...], domain: Domain) -> None:
    if about(step, rule) != terms:
        raise Rejected(f"a step of the rule {rule} is needed about {terms}, not about {step.terms}")
    if step.domain != domain:
        raise Rejected(f"a side lemma is proved on {step.domain}, and needed on {domain}")


def tex(e: Expr) -> str:
    return sp.latex(e, fold_short_frac=False)


def plain(e: Expr) -> str:
    text = str(e)
    return text.replace("_", "") if len(text) < 60 else "one form"


def accepted(
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
