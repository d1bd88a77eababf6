"""Foreign libraries become ours here; each is imported only when its own arrays or laws come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..generators import Generator

Terms = Callable[..., Any]


def terms_with_gradient(row: Generator, p: Any, q: Any, terms: Terms) -> Any:
    """`terms(row, p, q)`, with the row's own gradient where the library of p and q differentiates."""
    if row.critic is not None and ops.is_torch(p):
        from .torch import perspective

        return perspective(row, p, q, terms)
    return terms(row, p, q)


def log_terms_with_gradient(row: Generator, log_p: Any, log_q: Any, v: Any, terms: Terms) -> Any:
    """`terms(row, log_p, log_q, v)` likewise; v = log p/q, or None for log_p - log_q."""
    if row.critic is not None and ops.is_torch(log_p):
        from .torch import log_perspective

        return log_perspective(row, log_p, log_q, v, terms)
    return terms(row, log_p, log_q, v)
