"""The definitions in many digits: those that made the references of the tests, and those of laws made of rows."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mpmath import findroot, log, log1p, mp, mpf

REFERENCES = Path(__file__).parents[2] / "tests" / "references"


def _rows() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("references_make", REFERENCES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ROWS


ROWS = _rows()  # name: the term of one atom, from p and q as mpf


def summed(name: str, p: Iterable[Any], q: Iterable[Any]) -> Any:
    """Σ over atoms of the row's term."""
    return sum((ROWS[name](mpf(x), mpf(y)) for x, y in zip(p, q)), mpf(0))


def affinity_excess(a: Any, p: Sequence[float], q: Sequence[float]) -> Any:
    """Σ p^a q^(1-a) - a p - (1 - a) q, which is the affinity less one where the masses sum to one."""
    total, order = mpf(0), mpf(a)
    for x, y in zip(map(mpf, p), map(mpf, q)):
        if x and not y and a > 1:
            return mpf(math.inf)
        both = x**order * y ** (1 - order) if x and y else mpf(0)
        total += both - order * x - (1 - order) * y
    return total


def renyi(a: float, p: Sequence[float], q: Sequence[float]) -> Any:
    excess = affinity_excess(a, p, q)
    return mpf(math.inf) if excess == -1 or excess == math.inf else log1p(excess) / (mpf(a) - 1)


def chernoff(p: Sequence[float], q: Sequence[float]) -> Any:
    """The largest -log(1 + affinity excess) over the order, where the derivative of the excess vanishes."""
    atoms = [(mpf(x), mpf(y)) for x, y in zip(p, q)]

    def slope(a: Any) -> Any:
        return sum((x**a * y ** (1 - a) * log(x / y) if x and y else 0) - (x - y) for x, y in atoms)

    order = findroot(slope, (mpf(0), mpf(1)), solver="ridder", tol=mp.eps, maxsteps=200, verify=False)
    return -log1p(affinity_excess(order, p, q))


def entropy(p: Sequence[float]) -> Any:
    return -sum(mpf(x) * log(mpf(x)) for x in p if x)


def cross_entropy(p: Sequence[float], q: Sequence[float]) -> Any:
    return -sum(mpf(x) * log(mpf(y)) for x, y in zip(p, q) if x)


def mutual_information(joint: Sequence[Sequence[float]]) -> Any:
    exact = [[mpf(x) for x in row] for row in joint]
    rows, columns = [sum(row) for row in exact], [sum(column) for column in zip(*exact)]
    return sum(ROWS["kl"](x, rows[i] * columns[j]) for i, row in enumerate(exact) for j, x in enumerate(row))


def jensen_shannon(laws: Sequence[Sequence[float]], weights: Sequence[float]) -> Any:
    exact, w = [[mpf(x) for x in law] for law in laws], [mpf(x) for x in weights]
    middle = [sum(a * law[k] for a, law in zip(w, exact)) for k in range(len(exact[0]))]
    return sum(a * ROWS["kl"](x, m) for a, law in zip(w, exact) for x, m in zip(law, middle))
