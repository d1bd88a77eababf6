"""The steps of the claims left out or said wrong, in a token, a premise or a domain; all must be refused."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator


def _refused(job: tuple[str, int]) -> tuple[Counter[str], list[str]]:
    """What was asked of one claim, by kind, and the wrong steps that were accepted."""
    name, most = job
    os.environ["DIVERGENCE_CACHE"] = ""
    from proofs import ledger, lengths, spoiled

    asked: Counter[str] = Counter()
    accepted: list[str] = []
    with spoiled.recorded() as calls:
        told = [step.rule for step in ledger.judge(ledger.known()[name]).steps]
    for i, rule in enumerate(told):
        asked[f"{rule}: the step dropped"] += 1
        if not lengths.lost(name, told[:i] + told[i + 1 :]):
            accepted.append(f"{name}: {rule}: step {i + 1} dropped")
    rng = random.Random(name)
    for call in calls:
        wrong = list(spoiled.spoiled(call))
        if len(wrong) > most:
            wrong = wrong[:1] + rng.sample(wrong[1:], most - 1)
        for what, ask in wrong:
            asked[f"{call.rule}: {_kind(what)}"] += 1
            if spoiled.accepted(ask):
                accepted.append(f"{name}: {call.rule}: {what}")
    return asked, accepted


def _kind(what: str) -> str:
    for word in ("premise", "narrower", "becomes", "sign", "inside"):
        if word in what:
            named = {"premise": "a premise dropped", "narrower": "a premise on a narrower domain", "becomes": "a token"}
            return named.get(word, "a token" if word == "sign" else "a premise dropped")
    return what


def refused(processes: int, most: int) -> Iterator[tuple[Counter[str], list[str]]]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        names: Iterable[str] = pool.apply(_names)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_refused, [(name, most) for name in names])


def _names() -> list[str]:
    from proofs import ledger

    return list(ledger.known())
