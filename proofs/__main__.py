"""`python -m proofs [pattern] [--verbose] [--show [text|latex]] [--again] [--processes N]`: print the ledger.

Exit status 0, 1 if a claim failed, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Sequence
from difflib import get_close_matches


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proofs", description="Run the claims and print what each is worth."
    )
    parser.add_argument("pattern", nargs="?", help="claims by name or theory, such as js, 'fenchel*' or article")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the steps of each claim")
    parser.add_argument(
        "--show", nargs="?", const="text", choices=("text", "latex"), help="print proofs step by step, or in LaTeX"
    )
    parser.add_argument("--again", action="store_true", help="run every claim, also where its sources have not changed")
    parser.add_argument(
        "--processes", type=int, metavar="N", help="how many to run at a time, one for each core if not told"
    )
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a sign gets its number, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser.parse_args(argv)
    except SystemExit as exit:  # argparse has said why, or has shown the help
        return 2 if exit.code else 0
    try:
        from . import ledger, parallel, progress, render, shown
    except ModuleNotFoundError as missing:
        print(f"{missing.name} is missing: pip install 'divergence-toolkit[proofs]'", file=sys.stderr)
        return 2
    chosen = ledger.matching(options.pattern)
    if not chosen:
        near = get_close_matches(options.pattern, {name.partition("[")[0] for name in ledger.known()}, 3, 0.5)
        tried = " or ".join(near) or "a name such as fenchel[kl], or rows, article"
        print(f"no claim matches {options.pattern!r}: try {tried}", file=sys.stderr)
        return 2
    names, start = render.columns(chosen), time.perf_counter()
    claims = ledger.needed(options.pattern)
    with progress.bar(len(claims)) as step:
        old, new = parallel.judged(
            claims, processes=options.processes, keep=not options.again, on_finding=lambda _: step()
        )
    entries = ledger.run(options.pattern, findings=old | new)
    if options.show:
        proof = shown.latex if options.show == "latex" else shown.text
        print("\n\n".join(map(proof, entries)), flush=True)
        return 1 if ledger.failed(entries) else 0
    for entry in entries:
        print(render.line(entry, names, verbose=options.verbose, kept=entry.claim.name in old), flush=True)
    print(f"\n{render.summary(entries, time.perf_counter() - start, kept=sum(e.claim.name in old for e in entries))}")
    return 1 if ledger.failed(entries) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
