"""float32, bfloat16 and float16: the worst error in units in the last place of the true value, ours beside torch's.

The masses are rounded to the dtype first and the truth is that of the rounded masses, so that what is measured is the
arithmetic alone. Near pairs are a few last places apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from mpmath import mpf
from torch.nn import functional

import divergence as dv

from . import exact

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
ROWS = ("kl", "reverse_kl", "jeffreys", "js", "total_variation", "squared_hellinger", "pearson", "neyman", "triangular")
SIZES = (2, 10, 300)


def pairs(dtype: torch.dtype, near: bool) -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    found = []
    for k in SIZES:
        for _ in range(6):
            p, q = (torch.distributions.Dirichlet(torch.ones(k, dtype=torch.float64)).sample() for _ in range(2))
            p = p.to(dtype)
            if near:
                steps = torch.randint(-2, 3, (k,), generator=generator)
                q = (p.double() * (1 + steps * torch.finfo(dtype).eps)).to(dtype)
            found.append((p, q.to(dtype)))
    return found


def ulps(found: torch.Tensor, truth: Any) -> float:
    kind = torch.finfo(found.dtype)
    if truth > kind.max:
        return 0.0 if found == math.inf else math.inf
    if truth == 0:
        return float(found != 0)
    place = mpf(2) ** math.floor(math.log2(max(float(truth), kind.smallest_normal))) * kind.eps
    return float(abs(mpf(float(found)) - truth) / place)


def torch_kl(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return functional.kl_div(q.log(), p, reduction="sum")


def lines() -> list[str]:
    torch.manual_seed(0)
    cases = {(kind, near): pairs(dtype, near) for kind, dtype in DTYPES.items() for near in (False, True)}
    found = [
        f"Worst error in units in the last place of the true value, masses of {', '.join(map(str, SIZES))} atoms",
        "",
        f"{'':20}{'':16}" + "".join(f"{kind + (', near' if near else ''):16}" for kind, near in cases).rstrip(),
    ]
    functions: list[tuple[str, str, Callable[..., Any]]] = [(name, "ours", getattr(dv, name)) for name in ROWS]
    functions.insert(1, ("kl", "torch kl_div", torch_kl))
    for name, label, function in functions:
        cells = []
        for laws in cases.values():
            errors = [ulps(function(p, q), exact.summed(name, p.tolist(), q.tolist())) for p, q in laws]
            cells.append(f"{max(errors):<16.2g}")
        found.append(f"{name:20}{label:16}" + "".join(cells).rstrip())
    return found
