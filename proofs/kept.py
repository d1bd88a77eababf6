"""Findings of earlier runs, each good for as long as the sources behind its claim are the same to the byte.

Only what passed is kept. Nothing is read where the folder cannot be written; DIVERGENCE_CACHE names another, or none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .claim import Claim
from .ledger import Finding, Verdict
from .lengths import lost
from .rules import Line
from .sources import fingerprint


def folder() -> Path | None:
    chosen = os.environ.get("DIVERGENCE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    with suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "divergence-proofs"
    return None


def _read() -> dict[str, Any]:
    place = folder()
    if place is None:
        return {}
    try:
        found = json.loads((place / "ledger.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def mark(claim: Claim) -> str:
    """What the claim rests on, as a digest."""
    return fingerprint(f"proofs.{claim.theory}")


def read(claims: Iterable[Claim]) -> dict[str, Finding]:
    """The findings of those claims whose sources are as they were."""
    book, found = _read(), {}
    for claim in claims:
        page = book.get(claim.name)
        if not isinstance(page, dict) or page.get("mark") != mark(claim):
            continue
        with suppress(KeyError, TypeError, ValueError):
            steps = tuple(Line(**step) for step in page["steps"])
            if lost(claim.name, [step.rule for step in steps]):
                continue
            found[claim.name] = Finding(Verdict(page["verdict"]), steps, float(page["seconds"]))
    return found


def seconds() -> dict[str, float]:
    """How long each claim last took, whatever its sources were."""
    return {name: page["seconds"] for name, page in _read().items() if isinstance(page, dict) and "seconds" in page}


def write(claims: Mapping[str, Claim], findings: Mapping[str, Finding]) -> None:
    """Keep those that passed."""
    place = folder()
    if place is None:
        return
    book = _read()
    for name, finding in findings.items():
        if finding.verdict is Verdict.FAILED:
            book.pop(name, None)
        else:
            steps = [asdict(step) for step in finding.steps]
            page = {"mark": mark(claims[name]), "verdict": finding.verdict, "seconds": finding.seconds, "steps": steps}
            book[name] = page
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        beside = place / f"ledger.{os.getpid()}.part"
        beside.write_text(json.dumps(book), encoding="utf-8")
        os.replace(beside, place / "ledger.json")
