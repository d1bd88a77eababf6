"""The shipped code changed one token at a time, each change in a process of its own that then runs the ledger.

What a claim touches is recorded once, so that a change is put only to the claims that run the function it is in, the
quickest first, until one fails. A change inside a function is made to the live function in a fork of this process; one
of a constant of a module, in a fresh process that imports the module changed.
"""

from __future__ import annotations

import gc
import importlib.util
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

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
Job = tuple[Change, list[str], dict[str, float]]
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


def _known() -> dict[str, Any]:
    os.environ["DIVERGENCE_CACHE"] = ""
    from proofs import ledger

    return ledger.known()


def _touched(names: list[str]) -> list[tuple[str, frozenset[Place], float, str]]:
    claims, result = _known(), []
    from proofs import ledger

    for name in names:
        _forget()
        found: set[Place] = set()
        sys.setprofile(_listening(found))
        start = time.perf_counter()
        entry = ledger.judge(replace(claims[name], budget=600))
        sys.setprofile(None)
        result.append((name, frozenset(found), time.perf_counter() - start, str(entry.verdict)))
    return result


def traced(processes: int, before: Trace | None = None) -> Trace:
    """Run every claim that `before` lacks and listen. Raises where one fails: the ledger must be green to count by."""
    at_import: set[Place] = set()
    sys.setprofile(_listening(at_import))
    names = list(_known())
    sys.setprofile(None)
    claims = dict(before.claims) if before else {}
    seconds = dict(before.seconds) if before else {}
    names = [name for name in names if name not in claims]
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        for group in pool.imap_unordered(_touched, [names[i : i + 4] for i in range(0, len(names), 4)]):
            for name, places, taken, verdict in group:
                if verdict == "failed":
                    raise SystemExit(f"the ledger is not green: {name} failed")
                claims[name], seconds[name] = places, taken
    return Trace(claims, seconds, frozenset(at_import))


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


def _imported(job: Job) -> Outcome:
    """In a process that has not imported the project: import it with the change."""
    change, asked, seconds = job
    path = ROOT / change.file
    code = changed(path.read_text(encoding="utf-8"), change, str(path))
    module = change.file.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Finder(module, path, code))  # type: ignore[arg-type]
    try:
        _known()
    except ModuleNotFoundError:
        raise  # that is not the change, but this machine
    except Exception as error:
        return Outcome(change, f"import: {type(error).__name__}", 0, 0.0)
    return _judged(change, asked, seconds)


def _replaced(job: Job) -> Outcome:
    """In a fork of a process that has imported the project: give the live functions their changed code."""
    change, asked, seconds = job
    path = str(ROOT / change.file)
    source = Path(path).read_text(encoding="utf-8")
    pairs = list(_different(compile(source, path, "exec"), changed(source, change, path)))
    hit = 0
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == path:
            for old, new in pairs:
                if thing.__code__ == old:
                    thing.__code__, hit = new, hit + 1
                    break
    _forget()
    return _judged(change, asked, seconds) if hit else Outcome(change, "", 0, 0.0)


def _forget() -> None:
    """Drop what rows and functions have found once and kept."""
    from functools import _lru_cache_wrapper, cached_property

    from divergence.generators import Generator

    kept = [name for name, value in vars(Generator).items() if isinstance(value, cached_property)]
    for thing in gc.get_objects():
        if isinstance(thing, Generator):
            for name in kept:
                vars(thing).pop(name, None)
        elif isinstance(thing, _lru_cache_wrapper) and str(thing.__module__).startswith(("divergence", "proofs.fits")):
            thing.cache_clear()


def _different(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions inside, however deep, whose code is not the same, the outer ones first."""
    for one, other in zip(old.co_consts, new.co_consts):
        if isinstance(one, CodeType) and isinstance(other, CodeType) and one != other:
            yield one, other
            yield from _different(one, other)


def _judged(change: Change, asked: list[str], seconds: dict[str, float]) -> Outcome:
    from proofs.ledger import Verdict, judge

    start, claims = time.perf_counter(), _known()
    for number, name in enumerate(asked, 1):
        limit = min(30.0, 5 + 3 * seconds[name])
        if judge(replace(claims[name], budget=limit)).verdict is Verdict.FAILED:
            return Outcome(change, name, number, time.perf_counter() - start)
    return Outcome(change, "", len(asked), time.perf_counter() - start)


def _unchanged() -> Outcome:
    """A control: the quick claims of the table, with nothing changed."""
    _forget()
    names = [name for name in _known() if name.startswith(("critic", "at_zero", "computes", "losses"))]
    return _judged(Change("", 0, 0, 0, "", ""), names, dict.fromkeys(names, 5.0))


def judged(chosen: Iterable[Change], trace: Trace, processes: int) -> Iterator[Outcome]:
    _known()  # so that forks have the functions to change
    with multiprocessing.get_context("fork").Pool(1) as pool:
        if pool.apply(_unchanged).caught_by:
            raise SystemExit("the ledger fails in a fork where nothing was changed")
    jobs = [(change, put(change, trace), trace.seconds) for change in chosen]
    for way, method, of_module in ((_replaced, "fork", False), (_imported, "spawn", True)):
        mine = [job for job in jobs if (job[0].line == 0) is of_module]
        if mine:
            with multiprocessing.get_context(method).Pool(processes, maxtasksperchild=1) as pool:
                yield from pool.imap_unordered(way, mine)
