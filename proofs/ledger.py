"""The ledger: what each claim is worth, found by running its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from . import formal, lengths, rules
from .budget import OutOfTime, at_most
from .claim import Claim, resolved
from .rules import Level, Line
from .symbols import Rejected


class Verdict(StrEnum):
    """From the strongest to the weakest; a claim is worth no more than what it rests on."""

    FORMAL = "formal"  # proved, certified or exact, and stated by theorems that Coq compiled from these very sources
    PROVED = "proved"  # every step is symbolic
    CERTIFIED = "certified"  # some step is an inequality or an integral enclosed in balls
    EXACT = "exact"  # some step is a number of finite cases in rational numbers
    CHECKED = "checked"  # some step is a number of random cases on the shipped code
    REFUTED = "refuted"  # the claim is a popular sentence, and a certified counterexample was exhibited
    CITED = "cited"  # some step is taken from the literature
    FAILED = "failed"


# what a claim is worth at most that has a step of this kind, weakest first
WORTH: dict[Level, Verdict] = {
    "cited": Verdict.CITED,
    "numeric": Verdict.CHECKED,
    "exact": Verdict.EXACT,
    "certified": Verdict.CERTIFIED,
    "symbolic": Verdict.PROVED,
    "counterexample": Verdict.PROVED,
}
INHERITED = (Verdict.CHECKED, Verdict.EXACT, Verdict.CERTIFIED)  # from what a claim rests on, weakest first


@dataclass(frozen=True)
class Finding:
    """What the steps of one claim came to, whatever it rests on."""

    verdict: Verdict
    steps: tuple[Line, ...]
    seconds: float
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A claim with the verdict of this run, what its steps said, and for a failure the reason."""

    claim: Claim
    verdict: Verdict
    steps: tuple[Line, ...]
    seconds: float
    reason: str = ""
    theorems: tuple[str, ...] = ()  # of Coq, that state it

    @property
    def cases(self) -> int:
        """The number of floats and random cases on which the shipped code was tried."""
        return sum(step.cases for step in self.steps)


def known() -> dict[str, Claim]:
    """Every claim of every theory, in the order in which they are written."""
    from . import theories

    return theories.CLAIMS


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


def needed(pattern: str | None = None, claims: Mapping[str, Claim] | None = None) -> list[Claim]:
    """The claims that match, and those that they rest on, each after what it rests on."""
    every = known() if claims is None else claims
    found: dict[str, Claim] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name not in every or name in found or name in above:
            return
        for other in resolved(every[name], every):
            add(other, (*above, name))
        found[name] = every[name]

    for claim in matching(pattern, every):
        add(claim.name, ())
    return list(found.values())


def run(
    pattern: str | None = None,
    *,
    claims: Mapping[str, Claim] | None = None,
    findings: Mapping[str, Finding] | None = None,
    on_entry: Callable[[Entry], None] | None = None,
) -> list[Entry]:
    """Run the claims that match, and what they rest on, in this process; the entries of those that match, in order.

    `on_entry` is told each of them as it is found, `claims` replaces the known ones, and `findings` are of claims that
    ran elsewhere (`parallel`) or before.
    """
    every = known() if claims is None else claims
    stated = formal.established()
    found: dict[str, Entry] = {}
    entries = []
    for claim in matching(pattern, every):
        entries.append(_formal(_settle(claim.name, every, found, (), findings or {}), stated))
        if on_entry is not None:
            on_entry(entries[-1])
    return entries


def _formal(entry: Entry, stated: Mapping[str, tuple[str, ...]]) -> Entry:
    """A claim without a doubt left that compiled theorems state too."""
    if entry.verdict not in (Verdict.PROVED, Verdict.CERTIFIED, Verdict.EXACT) or entry.claim.name not in stated:
        return entry
    return replace(entry, verdict=Verdict.FORMAL, theorems=stated[entry.claim.name])


def failed(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.verdict is Verdict.FAILED]


def _settle(
    name: str,
    every: Mapping[str, Claim],
    found: dict[str, Entry],
    above: tuple[str, ...],
    findings: Mapping[str, Finding],
) -> Entry:
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
            below.append(_settle(other, every, found, (*above, name), findings))
            if below[-1].verdict in (Verdict.FAILED, Verdict.REFUTED):
                reason = reason or f"rests on {other}, which is {below[-1].verdict}"
    own = findings[name] if name in findings else judge(claim)
    verdict = own.verdict
    if reason:
        verdict = Verdict.FAILED
    elif verdict in (Verdict.PROVED, *INHERITED):
        worths = [verdict, *(lower.verdict for lower in below)]
        verdict = next((worth for worth in INHERITED if worth in worths), verdict)
    found[name] = Entry(claim, verdict, own.steps, own.seconds, own.reason or reason)
    return found[name]


def judge(claim: Claim) -> Finding:
    """What the steps of one claim come to, whatever it rests on."""
    steps: list[rules.Step] = []
    start = time.perf_counter()
    try:
        with at_most(claim.budget):
            for step in claim.steps():
                if not rules.made(step):
                    raise Rejected(f"{step!r} was not made by a rule")
                steps.append(step)
        verdict, reason = _verdict(claim, steps)
        if verdict is not Verdict.FAILED and (less := lengths.lost(claim.name, [step.rule for step in steps])):
            verdict, reason = Verdict.FAILED, less
    except (Rejected, OutOfTime) as no:
        verdict, reason = Verdict.FAILED, str(no)
    except Exception as error:  # a row that is broken may break anywhere, and the ledger goes on
        verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
    return Finding(verdict, tuple(step.line for step in steps), time.perf_counter() - start, reason)


def _verdict(claim: Claim, steps: list[rules.Step]) -> tuple[Verdict, str]:
    levels = {step.level for step in steps}
    if not steps:
        return Verdict.FAILED, "no step was given"
    if claim.refutes:
        exhibited = "counterexample" in levels
        return (Verdict.REFUTED, "") if exhibited else (Verdict.FAILED, "no counterexample was exhibited")
    if "cited" in levels and not claim.cites:
        return Verdict.FAILED, "a citation without its source in cites"
    return next(worth for level, worth in WORTH.items() if level in levels), ""
