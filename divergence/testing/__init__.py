"""Laws that divergences obey, and the pairs of laws on which they break: for our tests and for a divergence of yours.

    from divergence.testing import check_divergence, examine
    check_divergence(my_function, promises={"symmetric": True, "bound": 1.0})   # AssertionError, or a report
    print(examine(my_function))                                                 # the same report, never an error

`my_function` takes two arrays of masses (..., k), or (k,) with `promises={"batch": False}`, and returns floats, numpy
or torch. Every divergence is held to D ≥ 0, D(P, P) = 0, data processing, and to not seeing how atoms are ordered or
split; what else it promises (see `Promises`) is read from its row where it has one and told where it has none. A broken
law comes with the smallest counterexample found. Needs hypothesis, the `testing` extra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

try:
    from hypothesis import HealthCheck, Phase, assume, given, settings
except ImportError as error:  # pragma: no cover
    raise ImportError("divergence.testing needs hypothesis: pip install 'divergence-toolkit[testing]'") from error

from .channels import channels as channels
from .laws import LAWS as LAWS
from .laws import Law as Law
from .laws import Subject as Subject
from .laws import law as law
from .pairs import disjoint as disjoint
from .pairs import dyadic as dyadic
from .pairs import exact as exact
from .pairs import families as families
from .pairs import masses as masses
from .pairs import near as near
from .pairs import pairs as pairs
from .pairs import subnormal as subnormal
from .promises import Promises as Promises

Array = Any
Told = Promises | Mapping[str, Any] | Iterable[str] | None


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
            shown = ", ".join(f"{name} = {x.tolist()}" for name, x in zip(found.names, arguments))
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
    promises: Told = None,
    *,
    laws: Iterable[Law] = LAWS,
    array: Callable[[np.ndarray], Array] = np.asarray,
    max_examples: int = 100,
) -> Report:
    """Which laws hold for `divergence`, a function of two arrays of masses that returns D: floats, numpy or torch.

    `promises` are `Promises`, a mapping such as {"symmetric": True, "bound": 1.0}, or a set of names that hold; on top
    of those of its row where it has one. `array` makes the arguments from numpy's float64 (torch.asarray, a float32).
    A law counts as refuted, too, where the function raises. Raises InvalidParameter for a promise that there is not.

    >>> import divergence as dv
    >>> print(examine(lambda p, q: ((p - q) ** 2).sum(axis=-1), laws=[law("zero"), law("splitting")]))
    <lambda>
      holds         zero                D(P, P) = 0
      refuted       splitting           D does not change when each atom is split in halves
                    ..., but ... with each atom in two halves
                    at p = [...], q = [...]
    """
    subject = Subject(divergence, Promises.of(divergence, promises), array)
    verdicts = []
    for found in laws:
        if not found.promised(subject):
            verdicts.append(Verdict(found.name, found.statement, "not promised"))
            continue
        broken = hunt(found, subject, max_examples)
        outcome = "refuted" if broken else "holds"
        verdicts.append(Verdict(found.name, found.statement, outcome, broken or ""))
    return Report(getattr(divergence, "name", None) or getattr(divergence, "__name__", "divergence"), tuple(verdicts))


def check_divergence(divergence: Callable[..., Any], promises: Told = None, **options: Any) -> Report:
    """`examine`, and an AssertionError that carries the report where a law is refuted: for a test of your own.

    >>> import numpy as np
    >>> def half_l1(p, q):
    ...     return np.abs(p - q).sum(axis=-1) / 2
    >>> check_divergence(half_l1, promises={"symmetric": True, "bound": 1.0, "root": 1}, max_examples=20).ok
    True
    >>> check_divergence(half_l1, promises={"additive"}, max_examples=20)
    Traceback (most recent call last):
    AssertionError: half_l1 ...

    Takes the options of `examine`, and raises InvalidParameter as it does.
    """
    report = examine(divergence, promises, **options)
    assert report.ok, str(report)
    return report
