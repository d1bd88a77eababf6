"""Mutants of the shipped code, and of the steps of proofs, that the ledger catches.

    python -m benchmarks.mutants [--share 0.2] [--seed 0] [--processes 2] [--steps 6]

writes benchmarks/results/mutants.txt. With a share below 1 that part of the changes is drawn with the seed, and nothing
is written. With --kept what was caught is kept in a file, and a later call asks again only of the others: of what an
interruption left, or of survivors once there are more claims. Remove the file where a claim was changed or taken away.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from divergence.whole_file import write

from ..record import RESULTS, heading, keep
from . import code, steps
from .why import reason


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=6, help="wrong versions of each step of a proof, 0 for none")
    parser.add_argument("--trace", default="", help="a file that keeps what each claim touches")
    parser.add_argument("--kept", default="", help="a file that keeps which changes were caught")
    parser.add_argument("--only", default="", help="files whose name holds this")
    options = parser.parse_args()
    lines = [heading("numpy", "scipy", "sympy", "python-flint"), ""]
    lines += [*_code(options), "", *(_steps(options) if options.steps else [])]
    print("\n".join(lines))
    if options.share == 1 and not options.only:
        keep(RESULTS / "mutants.txt", lines)


def _kept(path: str) -> Any:
    if not path or not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return pickle.load(file)


def _keep(path: str, what: Any) -> None:
    if path:
        write(Path(path), pickle.dumps(what))


def _code(options: argparse.Namespace) -> list[str]:
    start = time.perf_counter()
    every = [change for change in code.all_changes() if options.only in change.file]
    chosen = every
    if options.share < 1:
        chosen = random.Random(options.seed).sample(every, round(options.share * len(every)))
    trace = code.traced(options.processes, _kept(options.trace))
    _keep(options.trace, trace)
    print(f"{len(chosen)} of {len(every)} changes; traced in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    before: dict[Any, code.Outcome] = _kept(options.kept) or {}
    found = [before[change] for change in chosen if change in before]
    for outcome in code.judged([change for change in chosen if change not in before], trace, options.processes):
        found.append(outcome)
        if not outcome.caught_by:
            print(f"survived ({outcome.claims} claims): {outcome.change}", file=sys.stderr)
        if len(found) % 25 == 0:
            _keep(options.kept, {one.change: one for one in found if one.caught_by})
            print(f"{len(found)} after {time.perf_counter() - start:.0f} s", file=sys.stderr)
    _keep(options.kept, {one.change: one for one in found if one.caught_by})
    lines = [f"{'file':38} {'changes':>8} {'caught':>7} {'equivalent':>11} {'survived':>9} {'caught of the rest':>19}"]
    alive = [outcome for outcome in found if not outcome.caught_by]
    explained = {id(outcome): reason(outcome.change) for outcome in alive}
    for file in (*code.FILES, ""):
        here = [outcome for outcome in found if outcome.change.file == file or not file]
        left = [outcome for outcome in here if not outcome.caught_by]
        same = sum(explained[id(outcome)][0] for outcome in left)
        rest = len(here) - same
        share = 100 * (len(here) - len(left)) / rest if rest else 100
        lines.append(
            f"{file or 'all':38} {len(here):8} {len(here) - len(left):7} {same:11} {len(left) - same:9} {share:18.1f}%"
        )
    by = Counter(outcome.caught_by.partition("[")[0].partition(":")[0] for outcome in found if outcome.caught_by)
    lines += ["", "caught first by: " + ", ".join(f"{name} {count}" for name, count in by.most_common(12))]
    lines += ["", "survivors:"]
    for outcome in sorted(alive, key=lambda one: (one.change.file, one.change.row)):
        same, why = explained[id(outcome)]
        where = f"{outcome.change.file}:{outcome.change.row}"
        lines.append(f"  {where:44} {outcome.change.what[:90]}")
        lines.append(f"  {'':44} {'equivalent: ' if same else 'not caught: '}{why}")
    return lines


def _steps(options: argparse.Namespace) -> list[str]:
    asked: Counter[str] = Counter()
    accepted: list[str] = []
    for more, wrong in steps.refused(options.processes, options.steps):
        asked += more
        accepted += wrong
    total = sum(asked.values())
    lines = [f"steps of proofs said wrong: {total}, refused {total - len(accepted)}"]
    lines += [f"  {count:6}  {what}" for what, count in asked.most_common()]
    return lines + [f"  accepted: {one}" for one in accepted]


if __name__ == "__main__":
    main()
