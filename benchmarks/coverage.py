"""How often the intervals cover and how often the tests raise a false alarm, by simulation.

    python benchmarks/coverage.py [--repetitions 400]

writes benchmarks/results/coverage.txt. Two normal samples of 100 each, one moved by a shift or spread by a scale; the
truth is known in closed form or by quadrature. Beside the intervals that the library gives, those of the bootstrap of
the distance itself, which it does not give: this table is why.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy import integrate, stats

from divergence.compare import Table, compare
from divergence.estimate.resampling import bootstraps, deviations, interval, observed, values
from divergence.estimate.tests import two_sample_test
from divergence.integral_metric import energy
from divergence.transport.sliced import sliced_wasserstein
from divergence.transport.wasserstein import wasserstein

N, RESAMPLES, LEVEL = 100, 199, 0.95
LAWS = [(0.0, 1.0), (0.1, 1.0), (0.2, 1.0), (0.5, 1.0), (2.0, 1.0), (0.0, 1.2), (0.0, 2.0)]  # N(shift, scale²)


def truths(shift: float, scale: float) -> dict[str, float]:
    """W1, W2 and energy distance between N(0, 1) and N(shift, scale²)."""

    def gap(t: float) -> float:
        return abs(stats.norm.cdf(t) - stats.norm.cdf(t, shift, scale))

    def total(power: int) -> float:
        return integrate.quad(lambda t: gap(t) ** power, -15, 15, points=[0.0, shift], limit=200)[0]

    return {"W1": total(1), "W2": float(np.hypot(shift, scale - 1)), "energy": 2 * total(2)}


def coverage(repetitions: int, rng: np.random.Generator) -> Iterator[str]:
    yield f"coverage of {LEVEL:.0%} intervals and their mean length, {N} and {N} samples, {RESAMPLES} resamples,"
    yield f"{repetitions} repetitions (standard error {np.sqrt(LEVEL * (1 - LEVEL) / repetitions):.3f}); P = N(0, 1)"
    yield ""
    yield f"{'distance':9}{'Q':14}{'truth':>8}   {'library':>15}   {'basic bootstrap':>15}   {'percentile':>15}"
    for shift, scale in LAWS:
        truth = truths(shift, scale)
        for name, statistic in (("W1", wasserstein(1)), ("W2", wasserstein(2)), ("energy", energy)):
            hits, lengths = np.zeros(3), np.zeros(3)
            for _ in range(repetitions):
                points = np.concatenate([rng.normal(size=N), rng.normal(shift, scale, size=N)])
                for k, (low, high) in enumerate(intervals(statistic, points, rng)):
                    hits[k] += low - 1e-12 <= truth[name] <= high
                    lengths[k] += high - low
            cells = "   ".join(f"{h:8.3f} {w:6.3f}" for h, w in zip(hits / repetitions, lengths / repetitions))
            yield f"{name:9}{f'N({shift:g}, {scale:g}²)':14}{truth[name]:8.3f}   {cells}"


def intervals(statistic, points: np.ndarray, rng: np.random.Generator) -> list[tuple[float, float]]:
    """The library's interval, the basic bootstrap's and the percentile bootstrap's, from the same resamples."""
    evaluate, sample, draws = statistic.on_pooled(points), observed(N, N), list(bootstraps(N, N, RESAMPLES, rng))
    value = float(evaluate(sample)[0])
    again = values([evaluate], draws)[:, 0]
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    moved = deviations([statistic], [evaluate], draws, sample)
    ours = interval(value, moved, LEVEL, statistic.root)
    return [ours, (max(0.0, 2 * value - high), max(0.0, 2 * value - low)), (low, high)]


def false_alarms(repetitions: int, rng: np.random.Generator) -> Iterator[str]:
    yield ""
    yield f"false alarms at 5%: 20 and 25 samples of one law in 3-d, {RESAMPLES} permutations, {repetitions} times"
    yield ""
    alarms = {"W1 of column 0": 0, "sliced W1": 0, "energy": 0, "compare: verdict": 0, "compare: any column": 0}
    for seed in range(repetitions):
        x, y = rng.standard_t(3, size=(20, 3)), rng.standard_t(3, size=(25, 3))
        for name, statistic, a, b in (
            ("W1 of column 0", wasserstein(1), x[:, 0], y[:, 0]),
            ("sliced W1", sliced_wasserstein(1, 10), x, y),
            ("energy", energy, x, y),
        ):
            alarms[name] += two_sample_test(a, b, statistic=statistic, resamples=RESAMPLES, rng=seed).p_value <= 0.05
        columns = ("a", "b", "c")
        found = compare(Table("x", columns, x), Table("y", columns, y), resamples=RESAMPLES, projections=10, seed=seed)
        alarms["compare: verdict"] += found.differ
        alarms["compare: any column"] += min(f.p_value for f in found.columns) <= 0.05
    for name, count in alarms.items():
        yield f"{name:22}{count / repetitions:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=400)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "coverage.txt")
    settings = parser.parse_args()
    rng, start = np.random.default_rng(0), time.perf_counter()
    lines: list[str] = []
    parts: list[Callable[[int, np.random.Generator], Iterator[str]]] = [coverage, false_alarms]
    for part in parts:
        for line in part(settings.repetitions, rng):
            print(line, flush=True)
            lines.append(line)
    beside = settings.out.with_suffix(".part")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(beside, settings.out)
    print(f"\nwrote {settings.out} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
