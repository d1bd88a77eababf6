"""Relative errors of everything on finite alphabets against references in many digits, ours beside the peers'.

    python -m benchmarks.accuracy

writes benchmarks/results/accuracy.txt. The columns of torchmetrics and dit are there where they are installed.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mpmath import mp

from . import long, masses, narrow, rows_of_rows

RESULTS = Path(__file__).parents[1] / "results" / "accuracy.txt"


def heading() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    packages = []
    for name in ("numpy", "scipy", "torch", "numba", "torchmetrics", "dit"):
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{datetime.date.today()}, commit {commit.stdout.strip() or 'unknown'}, {platform.machine()}, "
        f"Python {platform.python_version()}, {', '.join(packages)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=RESULTS)
    out = parser.parse_args().out
    found = [heading()]
    print(found[0])
    for section in (masses, rows_of_rows, narrow, long):
        mp.dps = 400 if section is narrow else 100
        lines = ["", *section.lines()]
        print("\n".join(lines), flush=True)
        found += lines
    beside = out.with_suffix(".part")
    beside.write_text("\n".join(found) + "\n", encoding="utf-8")
    os.replace(beside, out)


if __name__ == "__main__":
    main()
