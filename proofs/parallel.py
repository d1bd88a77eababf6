"""Claims judged in several processes, the longest first, beside what earlier runs have found."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from threading import Event

from . import kept
from .claim import Claim
from .ledger import Finding, Verdict, judge, known

WORTH_A_PROCESS = 12  # claims; fewer are judged here, sooner than another process has loaded what it needs


def judged(
    claims: Iterable[Claim],
    *,
    processes: int | None = None,
    keep: bool = True,
    on_finding: Callable[[str], None] | None = None,
    stopped: Event | None = None,
) -> tuple[dict[str, Finding], dict[str, Finding]]:
    """The findings of the claims: those of earlier runs on the same sources, and those of this one, which are kept.

    With `stopped` it is meant for a thread beside other work: every claim has a process, where its time is limited, and
    once the event is set no other claim is begun.
    """
    every = {claim.name: claim for claim in claims}
    old = kept.read(every.values()) if keep else {}
    tell = on_finding or (lambda _: None)
    for name in old:
        tell(name)
    rest = [claim for name, claim in every.items() if name not in old]
    workers = min(processes or os.cpu_count() or 1, len(rest))
    new: dict[str, Finding] = {}
    if not rest or (stopped is None and (workers < 2 or len(rest) < WORTH_A_PROCESS)):
        for claim in rest:
            new[claim.name] = judge(claim)
            tell(claim.name)
    else:
        before = kept.seconds()
        rest.sort(key=lambda claim: -before.get(claim.name, 1.0))
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            jobs = {pool.submit(_judged, claim.name): claim.name for claim in rest}
            for job in as_completed(jobs):
                if stopped is not None and stopped.is_set():
                    pool.shutdown(wait=False, cancel_futures=True)
                    return old, new
                name, error = jobs[job], job.exception()
                new[name] = job.result() if error is None else Finding(Verdict.FAILED, (), 0.0, f"no worker: {error}")
                tell(name)
    if keep:
        kept.write(every, new)
    return old, new


def _judged(name: str) -> Finding:
    return judge(known()[name])
