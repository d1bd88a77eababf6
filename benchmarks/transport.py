"""Seconds for W_p on the line, the circle and slices, beside scipy and POT in one run: medians of rounds, as ratios.

    python -m benchmarks.transport [--rounds 15] [--small]

writes benchmarks/results/transport.txt. Each line is one piece of work: what the peer takes, what we take, what the
floor takes, our time over each with its smallest and largest value over the rounds, and the ratios that are aimed at.
The peer's answer and ours are compared. Each time is that of the second of two calls in a row. The floor of samples is
sorting them, on one thread. POT is measured where it is installed.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

import divergence as dv
from divergence.transport.sliced import along, power_mean

from .record import RESULTS, heading, keep
from .speed import seconds


@dataclass(frozen=True)
class Work:
    """One piece of work; `aim` is for ours over the peer or, if `of_floor`, over the floor."""

    name: str
    peer_name: str
    peer: Callable[[], Any]
    ours: Callable[[], Any]
    floor_name: str
    floor: Callable[[], Any]
    aim: float | None = None
    of_floor: bool = False


def works(small: bool) -> list[Work]:
    rng = np.random.default_rng(0)
    n, rows, pairs = (10**5, 100, 100) if small else (10**6, 1000, 1000)
    x, y = rng.normal(size=n), rng.normal(0.1, 1, size=n)
    fewer = y[: n - n // 7]
    u, v = (w / w.sum() for w in rng.random((2, n)))
    a, b = rng.normal(size=(2, rows, 1000))
    points = np.sort(rng.normal(size=256))
    p, q = rng.dirichlet(np.ones(256), (2, pairs))
    w1, w2 = dv.wasserstein(1), dv.wasserstein(2)

    def sorts() -> tuple[np.ndarray, np.ndarray]:
        return np.sort(x), np.sort(y)

    def sorts_of_rows() -> tuple[np.ndarray, np.ndarray]:
        return np.sort(a, axis=-1), np.sort(b, axis=-1)

    def by_cdist() -> np.ndarray:
        gaps = np.diff(points)
        return cdist(np.cumsum(p, axis=1)[:, :-1] * gaps, np.cumsum(q, axis=1)[:, :-1] * gaps, "cityblock")

    def loop() -> np.ndarray:
        return np.array([wasserstein_distance(s, t) for s, t in zip(a, b)])

    def every(k: int) -> np.ndarray:
        return np.array([[wasserstein_distance(points, points, s, t) for t in q[:k]] for s in p[:k]])

    k = 20 if small else 60
    first, other = (dv.Discrete(w[:k], points) for w in (p, q))
    two, sort_two = f"of two samples of {n:.0e}", "two sorts"
    found = [
        Work(
            f"W1 {two}",
            "scipy",
            lambda: wasserstein_distance(x, y),
            lambda: w1.estimate(x, y),
            sort_two,
            sorts,
            1.2,
            True,
        ),
        Work(
            f"W1 {two}, weighted",
            "scipy",
            lambda: wasserstein_distance(x, y, u, v),
            lambda: w1.estimate(x, y, u, v),
            sort_two,
            sorts,
            0.6,
        ),
        Work(
            f"W1 {two}, sizes differ",
            "scipy",
            lambda: wasserstein_distance(x, fewer),
            lambda: w1.estimate(x, fewer),
            sort_two,
            sorts,
        ),
        Work(
            f"W1 of {rows} pairs of rows of 1000",
            "scipy in a loop",
            loop,
            lambda: w1.between_samples(a, b),
            "the sorts",
            sorts_of_rows,
            1.2,
            True,
        ),
        Work(
            f"W1 of all pairs of {k} × {k} histograms of 256",
            "scipy in a loop",
            lambda: every(k),
            lambda: w1.pairwise(first, other),
            "a product",
            lambda: p[:k] @ q[:k].T,
        ),
        Work(
            f"W1 of all pairs of {pairs} × {pairs} histograms of 256",
            "scipy cdist by hand",
            by_cdist,
            lambda: w1.pairwise(dv.Discrete(p, points), dv.Discrete(q, points)),
            "a product",
            lambda: p @ q.T,
        ),
    ]
    try:
        import ot
    except ImportError:
        return found
    angles, others = rng.vonmises(0, 1, (2, n // 20)) % (2 * np.pi)

    def circle(order: int) -> Work:
        d = dv.circular_wasserstein(order, period=1)
        s, t = angles / (2 * np.pi), others / (2 * np.pi)
        return Work(
            f"W{order} on the circle of two samples of {len(s):.0e}",
            "POT",
            lambda: float(ot.wasserstein_circle(s, t, p=order)[0]) ** (1 / order),
            lambda: d.between_samples(s, t),
            sort_two,
            lambda: (np.sort(s), np.sort(t)),
        )

    clouds, shifted = rng.normal(size=(2, n // 100, 64))
    shifted = shifted + 0.1
    directions = rng.normal(size=(64, 100))
    directions /= np.linalg.norm(directions, axis=0)
    return [
        *found,
        Work(
            f"the 100 W2 of sliced W2, {n // 100} points × 64",
            "POT",
            lambda: ot.sliced_wasserstein_distance(clouds, shifted, projections=directions, p=2),
            lambda: power_mean(along(clouds, shifted, directions, 2)[None], 2)[0],
            "products and sorts",
            lambda: [np.sort(directions.T @ s.T, axis=1) for s in (clouds, shifted)],
            1.2,
            True,
        ),
        Work(
            f"W1 {two}", "POT", lambda: float(ot.wasserstein_1d(x, y, p=1)), lambda: w1.estimate(x, y), sort_two, sorts
        ),
        Work(
            f"W1 {two}, weighted",
            "POT",
            lambda: float(ot.wasserstein_1d(x, y, u, v, p=1)),
            lambda: w1.estimate(x, y, u, v),
            sort_two,
            sorts,
        ),
        Work(
            f"W2 {two}",
            "POT",
            lambda: float(ot.wasserstein_1d(x, y, p=2)) ** 0.5,
            lambda: w2.estimate(x, y),
            sort_two,
            sorts,
        ),
        Work(
            f"W1 of {rows} pairs of rows of 1000",
            "POT, in one call",
            lambda: ot.wasserstein_1d(a.T, b.T, p=1),
            lambda: w1.between_samples(a, b),
            "the sorts",
            sorts_of_rows,
        ),
        circle(1),
        circle(2),
    ]


def value(found: Any) -> np.ndarray:
    return np.asarray(found.value if isinstance(found, dv.Evaluation) else found)


def warmed(call: Callable[[], Any]) -> float:
    """Seconds of a second call, so that none of the three pays for the caches that another one filled."""
    call()
    return seconds(call)


def line(work: Work, rounds: int) -> str:
    theirs, ours = value(work.peer()), value(work.ours())
    apart = float(np.max(np.abs(theirs - ours) / np.abs(ours)))
    times = [(warmed(work.peer), warmed(work.ours), warmed(work.floor)) for _ in range(rounds)]
    peer, mine, floor = (statistics.median(column) for column in zip(*times))
    shown = []
    for place, aimed in ((0, not work.of_floor), (2, work.of_floor)):
        ratios = sorted(t[1] / t[place] for t in times)
        aim = f"{work.aim:4.1f}" if work.aim and aimed else "    "
        shown.append(f"{statistics.median(ratios):8.3f} [{ratios[0]:.3f}, {ratios[-1]:.3f}] {aim}")
    return (
        f"{work.name:52}{work.peer_name:20}{peer * 1e3:9.1f}{mine * 1e3:9.1f}{floor * 1e3:9.1f}  "
        f"{shown[0]:34}{shown[1]:34}{apart:.0e}"
    )


COLUMNS = (
    f"{'milliseconds, medians':52}{'peer':20}{'peer':>9}{'ours':>9}{'floor':>9}  "
    f"{'ours/peer [least, most] aim':34}{'ours/floor [least, most] aim':34}apart"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--small", action="store_true", help="a tenth of the size, to try it")
    parser.add_argument("--out", type=Path, default=RESULTS / "transport.txt")
    settings = parser.parse_args()
    lines = [heading("numpy", "scipy", "POT"), "", COLUMNS]
    print("\n".join(lines))
    for work in works(settings.small):
        lines.append(line(work, settings.rounds))
        print(lines[-1], flush=True)
    keep(settings.out, lines)


if __name__ == "__main__":
    main()
