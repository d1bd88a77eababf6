"""What is made of rows: Rényi, Bhattacharyya, Chernoff, the entropies, mutual information, JS of many laws.

Pairs are p and p (1 + step · noise), from far to 1e-15; tables are as far from independence, laws from one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import mpf
from scipy import stats

import divergence as dv

from . import exact

STEPS = (1.0, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15)
SIZES = (2, 5, 40)
ORDERS = (0.1, 0.5, 0.9, 1.5, 2.0, 5.0)


def pairs(step: float) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    found = []
    for k in SIZES:
        p = rng.dirichlet(np.ones(k), 4)
        q = rng.dirichlet(np.ones(k), 4) if step == 1 else p * (1 + step * (rng.random((4, k)) - 0.5))
        found += list(zip(p, q / q.sum(axis=-1, keepdims=True)))
    return found


def tables(step: float) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    found = []
    for m, n in ((2, 2), (5, 7), (20, 3)):
        joint = np.outer(rng.dirichlet(np.ones(m)), rng.dirichlet(np.ones(n))) * (1 + step * (rng.random((m, n)) - 0.5))
        found.append(joint / joint.sum())
    return found


def many(step: float) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(2)
    found = []
    for m, k in ((2, 2), (4, 6), (20, 10)):
        laws = rng.dirichlet(np.ones(k)) * (1 + step * (rng.random((m, k)) - 0.5))
        found.append((laws / laws.sum(axis=-1, keepdims=True), rng.dirichlet(np.ones(m))))
    return found


def worst(ours: Callable[..., Any], truth: Callable[..., Any], cases: list[tuple[Any, ...]]) -> float:
    errors = [0.0]
    for case in cases:
        right, found = truth(*(x.tolist() for x in case)), float(ours(*case))
        errors.append(float(abs(mpf(found) - right) / right) if right else float(found != 0))
    return max(errors)


def scipy_mutual_information(joint: np.ndarray) -> Any:
    product = joint.sum(axis=-1, keepdims=True) * joint.sum(axis=-2, keepdims=True)
    return stats.entropy(joint.ravel(), product.ravel())


def lines() -> list[str]:
    works: list[tuple[str, str, Callable[..., Any], Callable[..., Any], Callable[[float], list[Any]]]] = [
        *((f"renyi({a})", "ours", dv.renyi(a), lambda p, q, a=a: exact.renyi(a, p, q), pairs) for a in ORDERS),
        ("bhattacharyya", "ours", dv.bhattacharyya, lambda p, q: exact.renyi(0.5, p, q) / 2, pairs),
        ("chernoff", "ours", dv.chernoff, exact.chernoff, pairs),
        ("entropy", "ours", lambda p, q: dv.entropy(p), lambda p, q: exact.entropy(p), pairs),
        ("entropy", "scipy entropy", lambda p, q: stats.entropy(p), lambda p, q: exact.entropy(p), pairs),
        ("cross_entropy", "ours", dv.cross_entropy, exact.cross_entropy, pairs),
        ("mutual_information", "ours", dv.mutual_information, exact.mutual_information, tables),
        ("mutual_information", "scipy entropy", scipy_mutual_information, exact.mutual_information, tables),
        ("jensen_shannon", "ours", dv.jensen_shannon, exact.jensen_shannon, many),
    ]
    found = [
        "Worst relative error of what is made of rows, float64, by the distance from equality or from independence",
        "",
        f"{'':20}{'':16}" + "".join(f"{step:<10.0e}" for step in STEPS).rstrip(),
    ]
    for name, label, ours, truth, cases in works:
        errors = []
        for step in STEPS:
            listed = [case if isinstance(case, tuple) else (case,) for case in cases(step)]
            with np.errstate(all="ignore"):
                errors.append(worst(ours, truth, listed))
        found.append(f"{name:20}{label:16}" + "".join(f"{e:<10.1e}" for e in errors).rstrip())
    return found
