"""Write f_divergences.json: pairs of masses or log-masses and their f-divergences, from the definition in 80 digits.

    python tests/references/make.py

The formulas below are written a second time on purpose, plainly, straight from the definitions in centred form
(Σ q f(p/q) with f(1) = f'(1) = 0, so that sums of masses that are one only within rounding do not matter), and share
nothing with the library. The floats are taken as exact; the values are rounded to 25 digits.
"""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from mpmath import exp, inf, log, mp, mpf, sqrt

HERE = Path(__file__).parent
POWERS = (-20.0, -2.0, -1.0, -0.5, -1e-9, 0.0, 1e-3, 0.25, 0.5, 0.75, 1.0, 1.000000001, 1.5, 2.0, 3.0, 60.0)
STICKS = (1.0, 1.5, 2.0, 10.0)


def kl(p: Any, q: Any) -> Any:
    if p == 0:
        return q
    return inf if q == 0 else p * log(p / q) - p + q


def js(p: Any, q: Any) -> Any:
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def chi2(p: Any, q: Any) -> Any:
    if p == q:
        return mpf(0)
    return inf if q == 0 else (p - q) ** 2 / q


def power(a: float) -> Any:
    def term(p: Any, q: Any) -> Any:
        if a in (0, 1):
            return kl(p, q) if a == 1 else kl(q, p)
        if p == q:
            return mpf(0)
        if p == 0:
            return inf if a < 0 else q / mpf(a)
        if q == 0:
            return inf if a > 1 else p / (1 - mpf(a))
        t, b = p / q, mpf(a)
        return q * (t**b - b * t + b - 1) / (b * (b - 1))

    return term


ROWS: dict[str, Any] = {
    "kl": kl,
    "reverse_kl": lambda p, q: kl(q, p),
    "jeffreys": lambda p, q: kl(p, q) + kl(q, p),
    "js": js,
    "total_variation": lambda p, q: abs(p - q) / 2,
    "squared_hellinger": lambda p, q: (sqrt(p) - sqrt(q)) ** 2 / 2,
    "pearson": chi2,
    "neyman": lambda p, q: chi2(q, p),
    "triangular": lambda p, q: (p - q) ** 2 / (p + q) / 2 if p + q else mpf(0),
    **{f"power({a})": power(a) for a in POWERS},
    **{f"hockey_stick({g})": lambda p, q, g=g: max(p - g * q, mpf(0)) for g in STICKS},
}


def skew(row: Any, weight: float) -> Any:
    return lambda p, q: row(p, (1 - mpf(weight)) * p + mpf(weight) * q)


ROWS |= {
    "skew(kl, 0.5)": skew(kl, 0.5),
    "skew(kl, 0.001)": skew(kl, 0.001),
    "skew(reverse_kl, 0.25)": skew(lambda p, q: kl(q, p), 0.25),
    "skew(pearson, 0.75)": skew(chi2, 0.75),
    "symmetrised(kl)": lambda p, q: (kl(p, q) + kl(q, p)) / 2,
}


def normalised(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [w / total for w in weights]


def pairs() -> dict[str, tuple[list[float], list[float]]]:
    rng = random.Random(20260101)
    found: dict[str, tuple[list[float], list[float]]] = {
        "equal": ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]),
        "one atom": ([1.0], [1.0]),
        "two atoms": ([0.5, 0.5], [0.25, 0.75]),
        "half": ([2 / 3, 1 / 3], [1 / 3, 2 / 3]),
        "disjoint": ([0.0, 0.4, 0.6, 0.0], [0.3, 0.0, 0.0, 0.7]),
        "zero in p": ([0.0, 0.4, 0.6], [0.1, 0.5, 0.4]),
        "zero in q": ([0.1, 0.5, 0.4], [0.0, 0.4, 0.6]),
        "zero in both": ([0.0, 0.4, 0.6, 0.0], [0.0, 0.5, 0.5, 0.0]),
        "one ulp": ([0.5 + 2**-53, 0.5], [0.5, 0.5]),
    }
    for low in (5e-324, 1e-320, 3e-310, 2.3e-308, 1e-300, 1e-200, 1e-100, 1e-30, 1e-17, 1e-5):
        found[f"tiny in p, {low}"] = ([low, 1.0 - low], [0.3, 0.7])
        found[f"tiny in q, {low}"] = ([0.3, 0.7], [low, 1.0 - low])
        found[f"tiny in both, {low}"] = ([low, 1.0 - low], [3 * low, 1.0 - 3 * low])
        found[f"tiny against small, {low}"] = ([low, 0.4, 0.6 - low], [1e-8, 0.5, 0.5 - 1e-8])
    for k in range(1, 16):
        q = normalised([rng.random() + 0.01 for _ in range(12)])
        p = [x * (1 + rng.choice((-1, 1)) * 10.0**-k * rng.random()) for x in q]
        total = sum(p)
        found[f"near, 1e-{k}"] = ([x / total for x in p], q)
        found[f"near on wide masses, 1e-{k}"] = near_and_wide(rng, k)
    for n in (2, 3, 10, 50):
        for trial in range(3):
            p, q = (normalised([rng.random() for _ in range(n)]) for _ in "pq")
            found[f"uniform {n}, {trial}"] = (p, q)
            p, q = (normalised([rng.expovariate(1.0) ** 8 + 1e-300 for _ in range(n)]) for _ in "pq")
            found[f"wide {n}, {trial}"] = (p, q)
            p, q = (normalised([rng.random() * (rng.random() < 0.6) for _ in range(n - 1)] + [1.0]) for _ in "pq")
            found[f"with zeros {n}, {trial}"] = (p, q)
    return found


def near_and_wide(rng: random.Random, k: int) -> tuple[list[float], list[float]]:
    """Masses over thirty decades, p = q (1 ± 10^-k) with the plus and minus in pairs, so that both sum to one."""
    q = normalised([w for i in range(6) for w in [10.0 ** (-5 * i) * (1 + rng.random())] * 2])
    p = list(q)
    for i, j in pairwise(range(0, 12)):
        if i % 2 == 0:
            p[i], p[j] = q[i] * (1 + 10.0**-k), q[j] * (1 - 10.0**-k)
    return p, q


def log_pairs() -> dict[str, tuple[list[float], list[float]]]:
    """Log-masses; None stands for -inf, which JSON does not have."""
    rng = random.Random(20260102)
    found: dict[str, tuple[list[Any], list[Any]]] = {
        "logs, thousand": ([0.0, -1000.0], [-1000.0, 0.0]),
        "logs, none": ([0.0, None, None], [-1.0, math.log1p(-math.exp(-1)), None]),
        "logs, deep": ([0.0, -800.0], [0.0, -1100.0]),
        "logs, abyss": ([0.0, -5000.0], [0.0, -5300.0]),
        "logs, equal": ([math.log(0.5), math.log(0.5)], [math.log(0.5), math.log(0.5)]),
    }
    for k in range(1, 15):
        p, q = near_and_wide(rng, k)
        found[f"logs, near, 1e-{k}"] = ([math.log(x) for x in p], [math.log(x) for x in q])
    for trial in range(5):
        logits = [[rng.gauss(0, 4.0**trial) for _ in range(8)] for _ in "pq"]
        found[f"logs, spread {trial}"] = tuple(  # type: ignore[assignment]
            [x - max(row) - math.log(math.fsum(math.exp(y - max(row)) for y in row)) for x in row] for row in logits
        )
    return found


def evaluated(name: str, kind: str, p: list[Any], q: list[Any], exact: list[tuple[Any, Any]]) -> dict[str, Any]:
    values = {row: mp.nstr(mp.fsum(term(x, y) for x, y in exact), 25) for row, term in ROWS.items()}
    return {"name": name, "kind": kind, "p": p, "q": q, "values": values}


def main() -> None:
    mp.dps = 80
    cases = []
    for name, (p, q) in pairs().items():
        cases.append(evaluated(name, "masses", p, q, [(mpf(x), mpf(y)) for x, y in zip(p, q)]))
    for name, (p, q) in log_pairs().items():
        exact = [[mpf(0) if x is None else exp(mpf(x)) for x in row] for row in (p, q)]
        cases.append(evaluated(name, "logs", p, q, list(zip(*exact))))
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "f_divergences.json").write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} pairs, {len(ROWS)} rows")


if __name__ == "__main__":
    main()
