"""The corpus of pairs of masses: every row, ours beside the peers', worst relative error by kind of pair.

The corpus is tests/references/f_divergences.json: from disjoint laws to p = q (1 ± 1e-15), subnormal masses, zeros on
either side. "wrong" where a finite value was called nan, inf or negative, or infinity finite.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from mpmath import mp, mpf
from scipy import spatial, special, stats
from torch.nn import functional

import divergence as dv

from .exact import REFERENCES

KINDS = {
    "zeros": ("disjoint", "zero in", "with zeros", "half"),
    "apart": ("two atoms", "uniform", "wide"),
    "near": ("near", "one ulp"),
    "tiny": ("tiny",),
    "equal": ("equal", "one atom"),
}
Function = Callable[[np.ndarray, np.ndarray], Any]


def jeffreys(p: np.ndarray, q: np.ndarray) -> Any:
    return special.rel_entr(p, q).sum() + special.rel_entr(q, p).sum()


def torch_kl(p: np.ndarray, q: np.ndarray) -> Any:
    return functional.kl_div(torch.tensor(q).log(), torch.tensor(p), reduction="sum")


def torchmetrics_kl(p: np.ndarray, q: np.ndarray) -> Any:
    from torchmetrics.functional import kl_divergence

    return kl_divergence(torch.tensor(p)[None], torch.tensor(q)[None])


def dit_of(name: str) -> Function:
    def function(p: np.ndarray, q: np.ndarray) -> Any:
        import dit

        laws = [dit.Distribution([chr(0x4E00 + i) for i in range(len(x))], x.tolist()) for x in (p, q)]
        if name == "jensen_shannon_divergence":
            return dit.divergences.jensen_shannon_divergence(laws) * math.log(2)
        return getattr(dit.divergences, name)(*laws) * math.log(2)

    return function


PEERS: dict[str, dict[str, Function]] = {
    "kl": {
        "scipy rel_entr": lambda p, q: special.rel_entr(p, q).sum(),
        "scipy kl_div": lambda p, q: special.kl_div(p, q).sum(),
        "scipy entropy": stats.entropy,
        "torch kl_div": torch_kl,
        "torchmetrics": torchmetrics_kl,
        "dit, bits · log 2": dit_of("kullback_leibler_divergence"),
    },
    "jeffreys": {"scipy rel_entr": jeffreys},
    "js": {
        "scipy jensenshannon²": lambda p, q: spatial.distance.jensenshannon(p, q) ** 2,
        "dit, bits · log 2": dit_of("jensen_shannon_divergence"),
    },
    "total_variation": {"numpy": lambda p, q: np.abs(p - q).sum() / 2},
    "squared_hellinger": {
        "numpy, 1 − Σ √(p q)": lambda p, q: 1 - np.sqrt(p * q).sum(),
        "numpy, ½ Σ (√p − √q)²": lambda p, q: ((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2,
    },
    "pearson": {"scipy chisquare": lambda p, q: stats.chisquare(p, q).statistic},
    "neyman": {},
    "triangular": {},
    "reverse_kl": {},
}


def error(found: float, exact: Any) -> float:
    """Relative, in units of the smallest normal number below it; nan for what is wrong in kind."""
    if mp.isinf(exact) or exact > mpf(np.finfo(float).max):
        return 0.0 if found == math.inf else math.nan
    if not math.isfinite(found) or found < 0:
        return math.nan
    return float(abs(mpf(found) - exact) / max(exact, mpf(2) ** -1022))


def worst(function: Function, name: str, cases: list[dict[str, Any]]) -> str:
    errors = []
    for case in cases:
        p, q = np.array(case["p"]), np.array(case["q"])
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = float(function(p, q))
            except Exception:  # chisquare refuses sums that differ in the last digit, dit what it calls no distribution
                found = math.nan
        errors.append(error(found, mpf(case["values"][name])))
    wrong = sum(math.isnan(e) for e in errors)
    rest = max((e for e in errors if not math.isnan(e)), default=math.nan)
    return f"{rest:.1e}" + (f" ({wrong} of {len(errors)} wrong)" if wrong else "")


def lines() -> list[str]:
    corpus = [case for case in json.loads((REFERENCES / "f_divergences.json").read_text()) if case["kind"] == "masses"]
    groups = {kind: [c for c in corpus if c["name"].startswith(starts)] for kind, starts in KINDS.items()}
    found = [
        f"Worst relative error over {len(corpus)} pairs of masses, float64; references: the centred sums in 80 digits,",
        "so that a peer without p - q in its terms is charged for sums that are one only within rounding, near p = q",
        "",
        f"{'':20}{'':26}" + "".join(f"{f'{kind}, {len(cases)}':25}" for kind, cases in groups.items()).rstrip(),
    ]
    for name, peers in PEERS.items():
        for label, function in {"ours": getattr(dv, name), **peers}.items():
            package = label.split()[0].rstrip(",")
            if package in ("torchmetrics", "dit") and find_spec(package) is None:
                found.append(f"{name:20}{label:26}not installed here")
                continue
            cells = "".join(f"{worst(function, name, cases):25}" for cases in groups.values())
            found.append(f"{name:20}{label:26}{cells}".rstrip())
    for name in [row for row in corpus[0]["values"] if "(" in row]:
        family, _, parameters = name[:-1].partition("(")
        arguments = [getattr(dv, x) if x in PEERS else float(x) for x in parameters.split(", ")]
        function = getattr(dv, family)(*arguments)
        cells = "".join(f"{worst(function, name, cases):25}" for cases in groups.values())
        found.append(
            f"{name:20}{'ours':26}{cells}".rstrip() if len(name) < 20 else f"{name:28}{'ours':18}{cells}".rstrip()
        )
    return found
