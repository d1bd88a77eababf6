"""An integral that is known as a number, as a tensor that torch differentiates in what the laws are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..generators import Generator

Array = Any


def integrals(row: Generator, p: Any, q: Any, rule: Any, terms: Callable[..., Any]) -> Array:
    """The values of `rule`, with the gradients of Σ weights · q f(p/q) over its nodes; infinite ones have none."""
    from . import log_terms_with_gradient

    tensor = next(law.like for law in (p, q) if law.like is not None)
    batch, double = rule.value.shape, tensor.new_zeros(()).double()
    value = double.new_tensor(rule.value)
    x, weights = double.new_tensor(rule.x), double.new_tensor(rule.weights)
    logs = [_log_density(law, batch, rule.index, x) for law in (p, q)]
    if not any(y.requires_grad for y in logs):
        return value
    if rule.trouble is not None:
        raise rule.trouble
    found = log_terms_with_gradient(row, logs[0], logs[1], None, terms)
    index = value.new_tensor(rule.index).long()
    sums = value.new_zeros(math.prod(batch)).index_add(0, index, weights * found).reshape(batch)
    return value + (sums - sums.detach())


def _log_density(law: Any, batch: tuple[int, ...], index: np.ndarray, x: Array) -> Array:
    """log p at the nodes, each under the law of its pair."""
    if law.batch:
        own = np.broadcast_to(np.arange(math.prod(law.batch)).reshape(law.batch), batch).ravel()
        law = law.at(own[index])
    if law.log_prob is not None:
        return law.log_prob(x)
    logarithm = getattr(law, "logpdf", None) or law.logpmf
    return x.new_tensor(logarithm(x.detach().cpu().numpy()))
