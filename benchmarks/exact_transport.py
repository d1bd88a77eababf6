"""Seconds and memory for exact transport, beside POT and scipy's assignment, and for the Fréchet distance beside sqrtm.

    python -m benchmarks.exact_transport [--small] [--most 20000]

writes benchmarks/results/exact_transport.txt. Each piece of work runs once, in a process of its own, so that its peak
of memory is its own; `error` is that of our Evaluation. POT is measured where it is installed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import divergence as dv

from .record import RESULTS, heading, keep

WHOLE = 4000  # points up to which the solvers that hold the whole matrix are asked too


def clouds(n: int, weighted: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, 5)), rng.normal(size=(n, 5)) + 0.5
    a, b = rng.exponential(size=(2, n)) if weighted else np.ones((2, n))
    return a / a.sum(), x, b / b.sum(), y


def ours(n: int, weighted: bool) -> tuple[float, float]:
    a, x, b, y = clouds(n, weighted)
    found = dv.optimal_transport(dv.Discrete(a, x), dv.Discrete(b, y))
    return found.cost.value, found.cost.error


def ours_without_pot(n: int, weighted: bool) -> tuple[float, float]:
    from divergence.transport import engines

    engines.find_spec = lambda name: None  # type: ignore[assignment]
    return ours(n, weighted)


def pot(n: int, weighted: bool) -> tuple[float, float]:
    import ot  # pyright: ignore[reportMissingImports]

    a, x, b, y = clouds(n, weighted)
    return float(ot.emd2(a, b, ot.dist(x, y), numItermax=10**9)), float("nan")


def assignment(n: int, weighted: bool) -> tuple[float, float]:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    _, x, _, y = clouds(n, weighted)
    costs = cdist(x, y, "sqeuclidean")
    return float(costs[linear_sum_assignment(costs)].mean()), float("nan")


def features(d: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    scales = np.geomspace(1, 1e-2, d)
    return rng.normal(size=(3 * d, d)) * scales, rng.normal(size=(3 * d, d)) * scales**0.8 + 0.05


def our_frechet(d: int, _: bool) -> tuple[float, float]:
    found = dv.frechet(*features(d))
    return found.value, found.error


def frechet_by_sqrtm(d: int, _: bool) -> tuple[float, float]:
    from scipy.linalg import sqrtm

    x, y = features(d)
    a, b = np.cov(x.T), np.cov(y.T)
    apart = x.mean(0) - y.mean(0)
    return float(apart @ apart + np.trace(a + b - 2 * sqrtm(a @ b).real)), float("nan")


WORKS: dict[str, Callable[[int, bool], tuple[float, float]]] = {
    "ours": ours,
    "ours, by scipy alone": ours_without_pot,
    "POT emd2": pot,
    "linear_sum_assignment": assignment,
    "frechet": our_frechet,
    "by sqrtm": frechet_by_sqrtm,
}


def plan(small: bool, most: int) -> list[tuple[str, int, bool]]:
    sizes = [n for n in ((500, 1000) if small else (1000, WHOLE, 20_000)) if n <= most]
    found = []
    for n in sizes:
        for weighted in (False, True):
            names = ["ours", "ours, by scipy alone", "POT emd2"][: 3 if n <= WHOLE else 1]
            found += [(name, n, weighted) for name in names]
            if n <= WHOLE and not weighted:
                found.append(("linear_sum_assignment", n, weighted))
    found += [(name, 128 if small else 1024, False) for name in ("frechet", "by sqrtm")]
    return [work for work in found if work[0] != "POT emd2" or find_spec("ot")]


def measured(name: str, n: int, weighted: bool) -> dict[str, Any]:
    """One piece of work in this process; what is loaded beforehand is not counted."""
    if find_spec("ot"):
        import ot.lp.emd_wrap  # noqa: F401  # pyright: ignore[reportMissingImports]
    WORKS[name](50, weighted)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    value, error = WORKS[name](n, weighted)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"value": value, "error": error, "seconds": taken, "MiB": peak / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--most", type=int, default=20_000)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, n, weighted = options.one
        print(json.dumps(measured(name, int(n), weighted == "True")))
        return
    lines = [heading("numpy", "scipy", "POT"), "", f"{'work':44} {'seconds':>9} {'MiB':>8} {'value':>22} {'error':>9}"]
    print("\n".join(lines))
    for name, n, weighted in plan(options.small, options.most):
        command = [sys.executable, "-m", "benchmarks.exact_transport", "--one", name, str(n), str(weighted)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        kind = f"{n} dimensions" if "frechet" in name or "sqrtm" in name else f"{n} points{', weighted' * weighted}"
        lines.append(
            f"{f'{name}, {kind}':44} {found['seconds']:9.2f} {found['MiB']:8.0f} {found['value']:22.16g} "
            f"{found['error']:9.1e}"
        )
        print(lines[-1], flush=True)
    if not options.small:
        keep(RESULTS / "exact_transport.txt", lines)


if __name__ == "__main__":
    main()
