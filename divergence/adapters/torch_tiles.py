"""Tiles of distances in torch, and sums over tiles whose derivatives it finds again instead of keeping every tile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

Array = Any


def found_again(function: Callable[..., Array], *arrays: Array) -> Array:
    """function(*arrays), computed a second time for its derivatives, so that nothing in between is held."""
    return checkpoint(function, *arrays, use_reentrant=False, preserve_rng_state=False)


def distances(x: Array, y: Array) -> Array:
    """|x_i − y_j| for points (n, d) and (m, d), from differences; its slope is 0 where it is 0."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
