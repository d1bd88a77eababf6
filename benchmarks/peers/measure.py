"""Runs every peer of the table in an interpreter that has it, and keeps what it returned with its version.

    python -m benchmarks.peers.measure --python A/bin/python --python B/bin/python
    python -m benchmarks.peers.page

writes benchmarks/results/peers.json, then docs/peers.md. A peer is run by the first of the interpreters that has it, in
a process of its own; one that none has is kept as missing. Two environments have them all:

    pip install torch==2.13.0 scipy==1.17.1 torchmetrics dit infomeasure POT scikit-learn statsmodels
    pip install divergence==1.1.0       # by another author: its import name is ours, so never beside this library
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import run
from .case import PRELUDES
from .cases import CASES

RESULTS = Path(__file__).parents[1] / "results" / "peers.json"


def load() -> dict[str, Any]:
    """What was measured last."""
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def ask(python: str, system: str) -> dict[str, Any]:
    """What one interpreter, which sees neither this library nor our environment, returns for the cases of a peer."""
    request = {"distribution": system, "prelude": PRELUDES[system]}
    request["codes"] = [case.peer for case in CASES if case.system == system]  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [python, "-I", run.__file__], input=json.dumps(request), capture_output=True, text=True, cwd=nowhere
        )
    if done.returncode:
        raise RuntimeError(f"{python} failed for {system}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])  # a peer may print


def measure(pythons: list[str]) -> dict[str, Any]:
    """The systems with their versions, and what each case returned."""
    systems: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for system in PRELUDES:
        answers = (ask(python, system) for python in pythons)
        answer = next((a for a in answers if a["version"]), None)
        if answer is None:
            systems[system] = {"missing": "not installed in any interpreter asked"}
            continue
        systems[system] = {"version": answer["version"], "python": answer["python"]}
        mine = [case for case in CASES if case.system == system]
        for case, outcome in zip(mine, answer["outcomes"], strict=True):
            found[case.name] = {"code": case.peer, **outcome}
        print(f"{system} {answer['version']}: {len(mine)} cases", flush=True)
    return {
        "date": datetime.date.today().isoformat(),
        "platform": f"{platform.system()} {platform.machine()}, CPU",
        "systems": systems,
        "cases": {case.name: found[case.name] for case in CASES if case.name in found},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", action="append", help="an interpreter to ask; again for another one")
    settings = parser.parse_args()
    results = measure(settings.python or [sys.executable])
    beside = RESULTS.with_suffix(".part")
    beside.write_text(json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(beside, RESULTS)
    missing = [name for name, system in results["systems"].items() if "missing" in system]
    print(f"wrote {RESULTS}; missing: {', '.join(missing) or 'none'}")


if __name__ == "__main__":
    main()
