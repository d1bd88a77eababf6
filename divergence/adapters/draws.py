"""Points of foreign laws, drawn by their own libraries from our source of randomness."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..density import Draw


def draws(x: Any, dimension: int) -> Draw | None:
    """n points of one law, (n,) or (n, d); of a law on a simplex its first d coordinates."""
    if hasattr(x, "rvs"):
        take: Any = lambda rng, n: x.rvs(size=n, random_state=rng)  # noqa: E731
    elif hasattr(x, "arg_constraints") or hasattr(x, "has_rsample"):
        take = lambda rng, n: _of_torch(x, rng, n)  # noqa: E731
    elif hasattr(x, "sample"):
        take = lambda rng, n: x.sample(n, rng=rng)  # noqa: E731
    else:
        return None

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        points = np.asarray(take(rng, n), dtype=float).reshape(n, -1)[:, :dimension]
        return points[:, 0] if dimension == 1 else points

    return draw


def _of_torch(x: Any, rng: np.random.Generator, n: int) -> np.ndarray:
    """torch draws from its global state alone, which is left as it was."""
    import torch

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(int(rng.integers(2**63)))
        return ops.to_numpy(x.sample((n,)))
