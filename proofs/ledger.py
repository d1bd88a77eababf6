"""The ledger: what each claim is worth, found by running its steps."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from . import formal, rules
from .claim import CLAIMS, Claim, resolved
from .rules import Step
from .symbols import Rejected


class Verdict(StrEnum):
    """From the strongest to the weakest; a claim is worth no more than what it rests on."""

    FORMAL = "formal"  # proved, and theorems that say so were compiled by Coq from these very sources and rows
    PROVED = "proved"  # every step is symbolic
    CHECKED = "checked"  # some step is a number of random cases on the shipped code
    REFUTED = "refuted"  # the claim is a popular sentence, and a certified counterexample was exhibited
    CITED = "cited"  # some step is taken from the literature
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """A claim with the verdict of this run, the steps it came from, and for a failure the reason."""

    claim: Claim
    verdict: Verdict
    steps: tuple[Step, ...]
    seconds: float
    reason: str = ""
    theorems: tuple[str, ...] = ()  # of Coq, that state it

    @property
    def cases(self) -> int:
        """The number of floats and random cases on which the shipped code was tried."""
        return sum(step.cases for step in self.steps)


def known() -> dict[str, Claim]:
    """Every claim of every theory, in the order in which they are written."""
    from . import article, definitions, distances, rows  # noqa: F401

    return CLAIMS


def matching(pattern: str | None = None, claims: Mapping[str, Claim] | None = None) -> list[Claim]:
    """The claims whose name, or theory, matches a pattern such as `js`, `fenchel*` or `article`; all without one."""
    every = (known() if claims is None else claims).values()
    if pattern is None:
        return list(every)
    return [claim for claim in every if _matches(pattern, claim)]


def _matches(pattern: str, claim: Claim) -> bool:
    # the brackets of fenchel[kl] are part of a name, not a set of letters
    glob = pattern.replace("[", "[[]")
    return pattern in claim.name or pattern == claim.theory or fnmatchcase(claim.name, glob)


def run(
    pattern: str | None = None,
    *,
    claims: Mapping[str, Claim] | None = None,
    on_entry: Callable[[Entry], None] | None = None,
) -> list[Entry]:
    """Run the claims that match, and what they rest on; the entries of those that match, in order.

    `on_entry` is told each of them as it is found, `claims` replaces the known ones.
    """
    every = known() if claims is None else claims
    stated = formal.established()
    found: dict[str, Entry] = {}
    entries = []
    for claim in matching(pattern, every):
        entries.append(_formal(_settle(claim.name, every, found, ()), stated))
        if on_entry is not None:
            on_entry(entries[-1])
    return entries


def _formal(entry: Entry, stated: Mapping[str, tuple[str, ...]]) -> Entry:
    """A proved claim that compiled theorems state too."""
    if entry.verdict is not Verdict.PROVED or entry.claim.name not in stated:
        return entry
    return replace(entry, verdict=Verdict.FORMAL, theorems=stated[entry.claim.name])


def failed(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.verdict is Verdict.FAILED]


def _settle(name: str, every: Mapping[str, Claim], found: dict[str, Entry], above: tuple[str, ...]) -> Entry:
    """The entry of a claim, after those of what it rests on."""
    if name in found:
        return found[name]
    claim, reason, below = every[name], "", []
    for other in resolved(claim, every):
        if other not in every:
            reason = reason or f"rests on {other}, which is no claim"
        elif other in (*above, name):
            reason = reason or f"rests on itself, by way of {other}"
        else:
            below.append(_settle(other, every, found, (*above, name)))
            if below[-1].verdict in (Verdict.FAILED, Verdict.REFUTED):
                reason = reason or f"rests on {other}, which is {below[-1].verdict}"
    entry = judge(claim)
    if reason:
        entry = Entry(claim, Verdict.FAILED, entry.steps, entry.seconds, entry.reason or reason)
    elif entry.verdict is Verdict.PROVED and any(lower.verdict is Verdict.CHECKED for lower in below):
        entry = Entry(claim, Verdict.CHECKED, entry.steps, entry.seconds)
    found[name] = entry
    return entry


def judge(claim: Claim) -> Entry:
    """The entry of one claim by its own steps, whatever it rests on."""
    steps: list[Step] = []
    start = time.perf_counter()
    try:
        with _at_most(claim.budget):
            for step in claim.steps():
                if not rules.made(step):
                    raise Rejected(f"{step!r} was not made by a rule")
                steps.append(step)
        verdict, reason = _verdict(claim, steps)
    except (Rejected, _OutOfTime) as no:
        verdict, reason = Verdict.FAILED, str(no)
    except Exception as error:  # a row that is broken may break anywhere, and the ledger goes on
        verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
    return Entry(claim, verdict, tuple(steps), time.perf_counter() - start, reason)


def _verdict(claim: Claim, steps: list[Step]) -> tuple[Verdict, str]:
    levels = {step.level for step in steps}
    if not steps:
        return Verdict.FAILED, "no step was given"
    if claim.refutes:
        exhibited = "counterexample" in levels
        return (Verdict.REFUTED, "") if exhibited else (Verdict.FAILED, "no counterexample was exhibited")
    if "cited" in levels:
        return (Verdict.CITED, "") if claim.cites else (Verdict.FAILED, "a citation without its source in cites")
    return (Verdict.CHECKED if "numeric" in levels else Verdict.PROVED), ""


class _OutOfTime(BaseException):
    """Not an Exception, so that no `except Exception` on the way swallows it."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Stop after so many seconds, where the platform can: a simplification may never end."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise _OutOfTime(f"undecided after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
