"""Sinkhorn beside POT and GeomLoss: values, seconds of one hundred iterations and to one accuracy, memory at 50,000.

    python -m benchmarks.sinkhorn [--small]

writes benchmarks/results/sinkhorn.txt. Ratios are of runs taken in turns, with their smallest and largest. GeomLoss has
½|x − y|² and its own schedule of ε, finer as `scaling` nears 1: values are compared at two, its time at 0.9. POT and
GeomLoss are measured where they are installed. The work at 50,000 points runs once, in a process of its own, so that
its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

import divergence as dv
from divergence.transport.entropic import Problem, iterate
from divergence.transport.gibbs import Gibbs, Squares

from .record import RESULTS, heading, keep

EPSILON = 0.1  # of the work at one hundred iterations
ITERATIONS = 100
AT_LARGE = 0.5  # ε at 50,000 points, whose squared distances are about 7


def clouds(n: int, d: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5
    return np.full(n, 1 / n), x, y


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(ours: Callable[[], Any], theirs: Callable[[], Any], times: int) -> str:
    """Both medians, and the ratio of theirs to ours with its range."""
    ours()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(times)]
    ratios = sorted(b / a for a, b in pairs)
    one, other = (median(side) for side in zip(*pairs))
    return f"{one:9.3f} {other:9.3f} {median(ratios):8.1f}  ({ratios[0]:.1f} to {ratios[-1]:.1f})"


def hundred(n: int, held: bool) -> Callable[[], Any]:
    """One hundred of our iterations at one ε, as a matrix or in tiles."""
    w, x, y = clouds(n)
    problem = Problem(Squares(x, y), w, w, EPSILON)

    def work() -> None:
        gibbs = Gibbs(problem.cost, EPSILON)
        gibbs.most_held = gibbs.most_held if held else 0
        iterate(problem, gibbs, np.zeros(n), np.zeros(n), 0.0, ITERATIONS)

    return work


def pot_hundred(n: int) -> Callable[[], Any]:
    import ot  # pyright: ignore[reportMissingImports]

    w, x, y = clouds(n)
    costs = ot.dist(x, y)

    def work() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ot.sinkhorn2(w, w, costs, EPSILON, method="sinkhorn_log", numItermax=ITERATIONS, stopThr=0)

    return work


def our_value(n: int, epsilon: float, debias: bool) -> Any:
    w, x, y = clouds(n)
    return dv.sinkhorn(epsilon, debias=debias).evaluate(dv.Discrete(w, x), dv.Discrete(w, y))


def pot_value(n: int, epsilon: float) -> float:
    """OT_ε: POT's plan, and its cost and KL by hand."""
    import ot  # pyright: ignore[reportMissingImports]

    w, x, y = clouds(n)
    costs = ot.dist(x, y)
    plan = ot.sinkhorn(w, w, costs, epsilon, method="sinkhorn_log", numItermax=20_000, stopThr=1e-10)
    there = plan > 0
    return float((plan * costs).sum() + epsilon * (plan[there] * np.log(plan[there] / w[0] ** 2)).sum())


def geomloss(n: int, epsilon: float, scaling: float = 0.9) -> Callable[[], float]:
    import torch
    from geomloss import SamplesLoss  # pyright: ignore[reportMissingImports]

    _, x, y = clouds(n)
    loss = SamplesLoss("sinkhorn", p=2, blur=(epsilon / 2) ** 0.5, scaling=scaling, backend="tensorized")
    return lambda: 2 * float(loss(torch.tensor(x), torch.tensor(y)))


def large(n: int) -> dict[str, Any]:
    """A value at n points, and the peak of memory of the process, libraries included."""
    w, x, y = clouds(n)
    p, q = dv.Discrete(w, x), dv.Discrete(w, y)
    start = time.perf_counter()
    found = dv.sinkhorn(AT_LARGE, debias=False, rtol=1e-3).evaluate(p, q)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"value": found.value, "gap": found.error, "seconds": taken, "MiB": peak / 1024, "count": found.iterations}


def lines(small: bool) -> Any:
    n, times = (300, 3) if small else (2000, 3)
    yield heading("numpy", "scipy", "torch", "POT", "geomloss")
    yield ""
    yield f"seconds{'ours':>45} {'theirs':>9} {'ratio':>8}"
    if find_spec("ot"):
        for text, held in (("as a matrix", True), ("in tiles", False)):
            work = in_turns(hundred(n, held), pot_hundred(n), times)
            yield f"{f'{ITERATIONS} iterations, {n} points, {text}; POT':42} {work}"
    if find_spec("geomloss"):
        work = in_turns(lambda: our_value(n, 1.0, True), geomloss(n, 1.0), times)
        yield f"{f'S of {n} points, ε = 1; GeomLoss':42} {work}"
    yield ""
    yield f"values{'':24} {'ours':>16} {'gap':>9} {'theirs':>16}"
    few = 200 if small else 500
    for epsilon in (1.0, 0.1):
        if find_spec("ot"):
            found = our_value(few, epsilon, False)
            theirs = pot_value(few, epsilon)
            yield f"{f'OT, ε = {epsilon}; POT':30} {found.value:16.10f} {found.error:9.1e} {theirs:16.10f}"
        if find_spec("geomloss"):
            found = our_value(few, epsilon, True)
            for scaling in (0.9, 0.99):
                theirs = geomloss(few, epsilon, scaling)()
                name = f"S, ε = {epsilon}; GeomLoss, {scaling}"
                yield f"{name:30} {found.value:16.10f} {found.error:9.1e} {theirs:16.10f}"
    yield ""
    most = 5000 if small else 50_000
    command = [sys.executable, "-m", "benchmarks.sinkhorn", "--large", str(most)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    yield (
        f"OT of {most} points in 3 dimensions, ε = {AT_LARGE:g}: {found['value']:.6g}, gap {found['gap']:.1e}, "
        f"{found['count']} iterations, {found['seconds']:.1f} s, {found['MiB']:.0f} MiB of memory in all"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--large", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        print(json.dumps(large(options.large)))
        return
    kept = []
    for line in lines(options.small):
        print(line, flush=True)
        kept.append(line)
    if not options.small:
        keep(RESULTS / "sinkhorn.txt", kept)


if __name__ == "__main__":
    main()
