"""`python -m proofs.formal [check | page | rows]`: compile and audit the theories; exit status 1 if anything fails.

`check` lets coqchk go over what was compiled, a second opinion; `page` writes the tables of docs/formal.md; `rows`
prints the rows as Coq.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from . import build, emit, gate, page, theories
from .build import NAMESPACE, Broken
from .theories import Unsound


def main(arguments: Sequence[str]) -> int:
    commands = {(): make, ("check",): check, ("page",): page.write, ("rows",): lambda: print(emit.rows())}
    if (command := commands.get(tuple(arguments))) is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        command()
    except (Broken, Unsound, NotImplementedError) as no:
        print(f"formal: {no}", file=sys.stderr)
        return 1
    return 0


def make() -> None:
    """Compile and audit; say what passed."""
    start, sources = time.perf_counter(), theories.texts()
    axioms = gate.pass_gate(sources, on_theory=lambda name: print(f"  {name}.v", flush=True))
    page.must_be_up_to_date(axioms)
    proved, assumed = len(theories.every_theorem(sources)), len(set().union(*axioms.values()))
    print(f"{proved} theorems in {len(axioms)} theories, on {assumed} axioms: {time.perf_counter() - start:.0f} s")


def check() -> None:
    """coqchk on the compiled theories: the kernel alone, without the tactics that made the proofs."""
    sources = theories.texts()
    if not gate.recorded(sources):
        gate.pass_gate(sources)
    names = [f"{NAMESPACE}.{name}" for name in sources]
    norec = [part for name in names for part in ("-norec", name)]
    done = build.call(["coqchk", "-silent", "-Q", ".", NAMESPACE, *norec], build.folder(sources))
    if done.returncode:
        raise Broken(f"coqchk does not accept the compiled theories: {(done.stdout + done.stderr).strip()}")
    print(f"coqchk accepts {len(names)} theories")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
