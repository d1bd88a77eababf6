r"""A claim: a statement, the steps that establish it, and what it rests on.

    @claim(over=ROWS, rests_on=("convex",))
    def fenchel(subject):
        r"$f^*(f'(t)) = t f'(t) - f(t)$."
        yield rules.identity(...)

The docstring is the statement, the function's name its name; a claim over rows is registered once for each of them, as
`fenchel[kl]`. What a claim is worth is never written down: the ledger finds it from the steps of its last run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from .rules import Step

CLAIMS: dict[str, Claim] = {}


class Named(Protocol):
    """What a claim can range over."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Claim:
    """`article` is the popular sentence that the claim judges; if it `refutes` it, `truth` is what is true instead."""

    name: str
    statement: str
    steps: Callable[[], Iterator[Step]]
    theory: str
    rests_on: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    refutes: bool = False
    article: str | None = None
    truth: str | None = None
    budget: float = 30.0  # seconds after which it is undecided

    def __post_init__(self) -> None:
        if not self.statement:
            raise ValueError(f"the claim {self.name} states nothing: write its statement as the docstring")
        if self.refutes and not (self.article and self.truth):
            raise ValueError(f"the claim {self.name} refutes a sentence: quote it as article=, and write truth=")
        if self.truth and not self.refutes:
            raise ValueError(f"the claim {self.name} has truth= beside a sentence that it does not refute")


def claim(
    *,
    over: Iterable[Named] | None = None,
    rests_on: tuple[str, ...] = (),
    cites: tuple[str, ...] = (),
    refutes: bool = False,
    article: str | None = None,
    truth: str | None = None,
    budget: float = 30.0,
) -> Callable[[Callable[..., Iterator[Step]]], Callable[..., Iterator[Step]]]:
    """Register a generator of steps as a claim, or as one claim for each of `over`, which it is then called with.

    A name in `rests_on` means the claim of that name about the same row where there is one.
    """

    def register(function: Callable[..., Iterator[Step]]) -> Callable[..., Iterator[Step]]:
        statement = " ".join((inspect.getdoc(function) or "").split())
        theory = function.__module__.rpartition(".")[2]
        made: list[tuple[str, Callable[[], Iterator[Step]]]] = (
            [(function.__name__, function)]
            if over is None
            else [(f"{function.__name__}[{subject.name}]", partial(function, subject)) for subject in over]
        )
        for name, steps in made:
            if name in CLAIMS:
                raise ValueError(f"there are two claims called {name}")
            CLAIMS[name] = Claim(name, statement, steps, theory, rests_on, cites, refutes, article, truth, budget)
        return function

    return register


def resolved(claim: Claim, known: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in `rests_on`, those about rows completed with the claim's own row."""
    row = claim.name[claim.name.index("[") :] if "[" in claim.name else ""
    return tuple(name + row if name + row in known else name for name in claim.rests_on)
