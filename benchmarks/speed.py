"""Seconds for masses, side by side with the best peer in the same run: medians of rounds taken in turns, as ratios.

    python -m benchmarks.speed [--rounds 7] [--small]

writes benchmarks/results/speed.txt. Each line is one piece of work: what the peer takes, what we take, and our time
over the peer's with its smallest and largest value over the rounds, beside the ratio that is aimed at; README.md in
this folder says where it is missed and why. The peer's answer and ours are compared, and their relative difference is
shown, so that nothing fast is wrong. The floor is what reading the same arrays costs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, jensenshannon
from scipy.special import rel_entr
from scipy.stats import entropy

import divergence as dv

from .record import RESULTS, heading, keep

WARM = 4.0  # seconds of calls after which what is worth compiling is compiled


@dataclass(frozen=True)
class Work:
    """One piece of work: the peer's call, ours, the floor's, and the ratio to the peer that is aimed at."""

    name: str
    aim: float
    peer_name: str
    peer: Callable[[], Any]
    ours: Callable[[], Any]
    floor_name: str
    floor: Callable[[], Any]


def works(small: bool) -> list[Work]:
    rng = np.random.default_rng(0)
    n, rows, pairs = (10**6, 10**4, 200) if small else (10**7, 10**5, 1000)
    p, q = (x / x.sum() for x in rng.random((2, n)) + 1e-9)
    a, b = (x / x.sum(axis=-1, keepdims=True) for x in rng.random((2, rows, 100)) + 1e-9)
    x, y = rng.dirichlet(np.ones(256), (2, pairs))

    def product() -> np.ndarray:
        return (x * np.log(x)).sum(axis=-1)[:, None] - x @ np.log(y).T

    def read() -> float:
        return float(p.sum() + q.sum())

    def rows_read() -> float:
        return float(a.sum() + b.sum())

    one, many = f"of {n:.0e} atoms", f"of {rows:.0e} rows of 100"
    every = f"of all pairs of {pairs} × {pairs} rows of 256"
    return [
        Work(f"KL {one}", 0.044, "scipy rel_entr", lambda: rel_entr(p, q).sum(), lambda: dv.kl(p, q), "two sums", read),
        Work(f"KL {one}", 0.048, "scipy entropy", lambda: entropy(p, q), lambda: dv.kl(p, q), "two sums", read),
        Work(
            f"JS {one}",
            0.046,
            "scipy jensenshannon²",
            lambda: jensenshannon(p, q) ** 2,
            lambda: dv.js(p, q),
            "two sums",
            read,
        ),
        Work(
            f"JS {many}",
            0.055,
            "scipy jensenshannon²",
            lambda: jensenshannon(a, b, axis=-1) ** 2,
            lambda: dv.js(a, b),
            "two sums",
            rows_read,
        ),
        Work(f"KL {every}", 2.0, "matrix product", product, lambda: dv.kl.pairwise(x, y), "matrix product", product),
        Work(
            f"JS {every}",
            0.081,
            "scipy cdist²",
            lambda: cdist(x, y, "jensenshannon") ** 2,
            lambda: dv.js.pairwise(x, y),
            "matrix product",
            product,
        ),
    ]


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def line(work: Work, rounds: int) -> str:
    theirs, ours = np.asarray(work.peer()), np.asarray(work.ours())
    start = time.perf_counter()
    while time.perf_counter() - start < WARM:
        work.ours()
    apart = float(np.max(np.abs(theirs - ours) / np.abs(ours)))
    times = [(seconds(work.peer), seconds(work.ours), seconds(work.floor)) for _ in range(rounds)]
    peer, mine, floor = (statistics.median(column) for column in zip(*times))
    ratios = sorted(m / p for p, m, _ in times)
    return (
        f"{work.name:46}{work.peer_name:22}{peer * 1e3:8.1f}{mine * 1e3:8.1f}{floor * 1e3:8.1f}"
        f"   {statistics.median(ratios):6.3f} [{ratios[0]:.3f}, {ratios[-1]:.3f}]   {work.aim:5.3f} {floor / peer:6.3f}"
        f"   {apart:.0e}"
    )


COLUMNS = (
    f"{'milliseconds, medians':46}{'peer':22}{'peer':>8}{'ours':>8}{'floor':>8}   ours/peer [least, most]     aim"
    "  floor/peer  apart"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a tenth of the size, to try it")
    parser.add_argument("--out", type=Path, default=RESULTS / "speed.txt")
    settings = parser.parse_args()
    lines = [heading("numpy", "scipy", "numba"), "", COLUMNS]
    print("\n".join(lines))
    for work in works(settings.small):
        lines.append(line(work, settings.rounds))
        print(lines[-1], flush=True)
    keep(settings.out, lines)


if __name__ == "__main__":
    main()
