"""The shipped code changed one token at a time, each change in a process of its own that then runs the ledger.

What a claim touches is recorded once, so that a change is put only to the claims that run the function it is in, the
quickest first, until one fails. This process must not import the project: its children import it changed.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

import flint  # noqa: F401
import numpy  # noqa: F401  # loaded here, once for all the children
import scipy.optimize
import scipy.stats  # noqa: F401
import sympy  # noqa: F401

from .changes import Change, changed, changes

ROOT = Path(__file__).parents[2]
FILES = (
    "divergence/generators.py",
    "divergence/f_divergence.py",
    "divergence/gan/losses.py",
    "divergence/families/members.py",
    "divergence/families/exponential.py",
    "divergence/families/closed_form.py",
    "divergence/families/stirling.py",
    "divergence/families/bessel.py",
    "divergence/families/pieces.py",
)
Place = tuple[str, int]  # a file and the line on which a function begins


@dataclass(frozen=True)
class Trace:
    """Which claims run a function, and how long each claim takes; `at_import` run before any claim does."""

    claims: dict[str, frozenset[Place]]
    seconds: dict[str, float]
    at_import: frozenset[Place]


@dataclass(frozen=True)
class Outcome:
    change: Change
    caught_by: str  # the claim, empty where none caught it
    claims: int  # that were asked
    seconds: float


def all_changes() -> list[Change]:
    return [change for file in FILES for change in changes(file, (ROOT / file).read_text(encoding="utf-8"))]


def _listening(into: set[Place]) -> Callable[..., None]:
    wanted = {str(ROOT / file): file for file in FILES}

    def heard(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_filename in wanted:
                into.add((wanted[code.co_filename], code.co_firstlineno))

    return heard


def _touched_at_import(_: None) -> frozenset[Place]:
    found: set[Place] = set()
    sys.setprofile(_listening(found))
    _known()
    sys.setprofile(None)
    return frozenset(found)


def _known() -> dict[str, Any]:
    os.environ["DIVERGENCE_CACHE"] = ""
    from proofs import ledger

    return ledger.known()


def _touched(names: list[str]) -> list[tuple[str, frozenset[Place], float, str]]:
    claims, result = _known(), []
    from proofs import ledger

    for name in names:
        found: set[Place] = set()
        sys.setprofile(_listening(found))
        start = time.perf_counter()
        entry = ledger.judge(replace(claims[name], budget=600))
        sys.setprofile(None)
        result.append((name, frozenset(found), time.perf_counter() - start, str(entry.verdict)))
    return result


def _names(_: None) -> list[str]:
    return list(_known())


def _pool(processes: int) -> Any:
    return multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1)


def traced(processes: int) -> Trace:
    """Run every claim once and listen. Raises where one fails: mutants are counted against a ledger that is green."""
    with _pool(1) as pool:
        (at_import,) = pool.map(_touched_at_import, [None])
    with _pool(1) as pool:
        (names,) = pool.map(_names, [None])
    groups = [names[i : i + 8] for i in range(0, len(names), 8)]
    claims, seconds = {}, {}
    with _pool(processes) as pool:
        for group in pool.imap_unordered(_touched, groups):
            for name, places, taken, verdict in group:
                if verdict == "failed":
                    raise SystemExit(f"the ledger is not green: {name} failed")
                claims[name], seconds[name] = places, taken
    return Trace(claims, seconds, at_import)


def put(change: Change, trace: Trace) -> list[str]:
    """The claims that the change is put to, the likeliest first: those about what it is in, then the quickest."""
    place = (change.file, change.line)
    asked = [name for name, places in trace.claims.items() if place in places]
    if not change.line:  # a constant of the module: whatever runs something of the file
        asked = [name for name, places in trace.claims.items() if any(file == change.file for file, _ in places)]
    if place in trace.at_import:  # found once and kept: whoever reads it does not run it again
        asked += [name for name in trace.claims if name not in asked and name.startswith(("at_zero", "tail_slope"))]
    around = set(change.around.split("."))

    def first(name: str) -> tuple[bool, float]:
        subject = name.partition("[")[2].rstrip("]").partition("(")[0]
        return subject not in around, trace.seconds[name]

    return sorted(asked, key=first)


class _Finder:
    """Imports one module from changed code."""

    def __init__(self, module: str, path: Path, code: Any):
        self.module, self.path, self.code = module, path, code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        loader = SourceFileLoader(name, str(self.path))
        loader.get_code = lambda _: self.code  # type: ignore[method-assign]
        return importlib.util.spec_from_file_location(name, self.path, loader=loader)


def _judged(job: tuple[Change, list[str], dict[str, float]]) -> Outcome:
    change, asked, seconds = job
    path, start = ROOT / change.file, time.perf_counter()
    code = changed(path.read_text(encoding="utf-8"), change, str(path))
    module = change.file.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Finder(module, path, code))  # type: ignore[arg-type]
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        claims = _known()
        from proofs.ledger import Verdict, judge
    except Exception as error:
        return Outcome(change, f"import: {type(error).__name__}", 0, time.perf_counter() - start)
    for number, name in enumerate(asked, 1):
        limit = min(30.0, 5 + 5 * seconds[name])
        if judge(replace(claims[name], budget=limit)).verdict is Verdict.FAILED:
            return Outcome(change, name, number, time.perf_counter() - start)
    return Outcome(change, "", len(asked), time.perf_counter() - start)


def judged(chosen: Iterable[Change], trace: Trace, processes: int) -> Iterable[Outcome]:
    jobs = [(change, put(change, trace), trace.seconds) for change in chosen]
    with _pool(processes) as pool:
        yield from pool.imap_unordered(_judged, jobs)
