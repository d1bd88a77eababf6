"""InfoGAN's term: a lower bound of the mutual information between a code and what the generator makes of it."""

from __future__ import annotations

import math
from typing import Any

from ..ops import words

Array = Any


def information_bound(log_posterior: Array, entropy: float) -> Array:
    """E log Q(c|x) + H(c) <= I(c; x), with equality at the posterior; log Q(c|x) (..., n) at the codes drawn."""
    o = words(log_posterior)
    return o.xp.mean(log_posterior, axis=-1) + entropy


def log_posterior(logits: Array, codes: Array) -> Array:
    """log Q(c|x) of the codes (..., n) drawn, Q the softmax of logits (..., n, k)."""
    o = words(logits)
    top = o.xp.max(logits, axis=-1, keepdims=True)
    shifted = logits - top
    log_total = o.log(o.xp.sum(o.exp(shifted), axis=-1))
    chosen = o.xp.take_along_axis(shifted, codes[..., None], axis=-1)[..., 0]
    return chosen - log_total


def uniform_entropy(count: int) -> float:
    """H(c) = log k of a code that is uniform on k values."""
    return math.log(count)
