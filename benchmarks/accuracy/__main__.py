"""Relative errors of everything on finite alphabets against references in many digits, ours beside the peers'.

    python -m benchmarks.accuracy

writes benchmarks/results/accuracy.txt. The columns of torchmetrics and dit are there where they are installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mpmath import mp

from ..record import RESULTS, heading, keep
from . import long, masses, narrow, rows_of_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=RESULTS / "accuracy.txt")
    out = parser.parse_args().out
    found = [heading("numpy", "scipy", "torch", "numba", "torchmetrics", "dit")]
    print(found[0])
    for section in (masses, rows_of_rows, narrow, long):
        mp.dps = 400 if section is narrow else 100
        lines = ["", *section.lines()]
        print("\n".join(lines), flush=True)
        found += lines
    keep(out, found)


if __name__ == "__main__":
    main()
