"""Laws that divergences obey, and the pairs of laws on which they break: for our tests and for a divergence of yours.

    from divergence import testing
    testing.check(my_divergence)        # AssertionError with the smallest counterexample, or a report
    print(testing.examine(my_divergence))

`my_divergence` is any function of two arrays of masses (..., k). What it promises (a bound, symmetry, a metric root)
is read from its row where it has one, and told by `Promises` where it has none. Needs hypothesis, the `testing` extra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

try:
    from hypothesis import HealthCheck, Phase, assume, given, settings
except ImportError as error:  # pragma: no cover
    raise ImportError("divergence.testing needs hypothesis: pip install 'divergence-toolkit[testing]'") from error

from .laws import LAWS as LAWS
from .laws import Law as Law
from .laws import Promises as Promises
from .laws import Subject as Subject
from .laws import law as law
from .pairs import disjoint as disjoint
from .pairs import exact as exact
from .pairs import masses as masses
from .pairs import near as near
from .pairs import pairs as pairs

Array = Any


@dataclass(frozen=True)
class Verdict:
    """What became of one law: "holds", "refuted" with its counterexample, or "not promised"."""

    law: str
    statement: str
    outcome: str
    counterexample: str = ""


@dataclass(frozen=True)
class Report:
    """The verdicts on one divergence; `ok` where no promised law was refuted, `str` is a table."""

    subject: str
    verdicts: tuple[Verdict, ...] = ()

    @property
    def ok(self) -> bool:
        return all(verdict.outcome != "refuted" for verdict in self.verdicts)

    def __str__(self) -> str:
        lines = [self.subject]
        for verdict in self.verdicts:
            lines.append(f"  {verdict.outcome:<12}  {verdict.law:<18}  {verdict.statement}")
            lines += [f"  {'':<12}  {line}" for line in verdict.counterexample.splitlines()]
        return "\n".join(lines)


def hunt(found: Law, subject: Subject, max_examples: int = 100) -> str | None:
    """The smallest counterexample to `found` that hypothesis meets, in words; None where it meets none."""

    @settings(
        max_examples=max_examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    )
    @given(found.arguments(subject))
    def attempt(arguments: tuple[Any, ...]) -> None:
        assume(all(np.isfinite(x).all() for x in arguments))
        try:
            broken = found.breaks(subject, *arguments)
        except Exception as error:
            broken = f"raised {type(error).__name__}: {error}"
        if broken:
            shown = ", ".join(f"{name} = {x.tolist()}" for name, x in zip("pqrs", arguments))
            raise _Broken(f"{broken}\nat {shown}")

    try:
        attempt()
    except _Broken as counterexample:
        return str(counterexample)
    return None


class _Broken(AssertionError):
    """A counterexample, on its way through hypothesis, which makes it small."""


def examine(
    divergence: Callable[..., Any],
    promises: Promises | None = None,
    *,
    laws: Iterable[Law] = LAWS,
    array: Callable[[np.ndarray], Array] = np.asarray,
    max_examples: int = 100,
) -> Report:
    """Which laws hold for `divergence`, any function of two arrays of masses; `array` makes them, in numpy or not.

    >>> import divergence as dv
    >>> print(examine(lambda p, q: ((p - q) ** 2).sum(axis=-1), laws=[law("zero"), law("splitting")]))
    <lambda>
      holds         zero                D(P, P) = 0
      refuted       splitting           D does not change when each atom is split in halves
                    ..., but ... with each atom in two halves
                    at p = [...], q = [...]
    """
    subject = Subject(divergence, Promises.of(divergence) if promises is None else promises, array)
    verdicts = []
    for found in laws:
        if not found.promised(subject):
            verdicts.append(Verdict(found.name, found.statement, "not promised"))
            continue
        broken = hunt(found, subject, max_examples)
        outcome = "refuted" if broken else "holds"
        verdicts.append(Verdict(found.name, found.statement, outcome, broken or ""))
    return Report(getattr(divergence, "name", None) or getattr(divergence, "__name__", "divergence"), tuple(verdicts))


def check(divergence: Callable[..., Any], promises: Promises | None = None, **options: Any) -> Report:
    """`examine`, and an AssertionError that carries the report where a law is refuted.

    >>> import divergence as dv
    >>> check(dv.triangular, max_examples=20).ok
    True
    """
    report = examine(divergence, promises, **options)
    assert report.ok, str(report)
    return report
