"""Two logarithms of densities on a wide ball, by their Taylor series about its centre.

On a ball of radius r the difference of two nearly equal functions, each enclosed on its own, is off by their slopes
times r. The coefficients at the centre are numbers, and subtract with no such loss; only the remainder, the last
coefficient on the whole ball times r^n, sees its width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, acb_series, arb, ctx

TERMS = 6

Logs = Callable[[Any, bool], tuple[Any, Any]]  # of a ball or of a series: (log p, log q)


def enclosed(logs: Logs, w: acb, analytic: bool) -> tuple[acb, acb, acb]:
    """log p, log q and log p/q on the ball w; not finite where they are not analytic and shall be."""
    log_p, log_q = logs(w, analytic)
    direct = log_p, log_q, log_p - log_q
    if not direct[2].is_finite() or w.rad() < arb(2) ** (-ctx.prec // 2):
        return direct
    before, ctx.cap = ctx.cap, TERMS + 1
    try:
        centre, whole = (_coefficients(logs(acb_series([x, 1]), False)) for x in (w.mid(), w))
    finally:
        ctx.cap = before
    step = w - w.mid()
    found = []
    for plain, near, wide in zip(direct, centre, whole):
        value = wide[TERMS]
        for c in reversed(near[:TERMS]):
            value = value * step + c
        found.append(value if value.overlaps(plain) and value.rad() < plain.rad() else plain)
    return found[0], found[1], found[2]


def _coefficients(logs: tuple[Any, Any]) -> list[list[acb]]:
    log_p, log_q = ([x[k] if isinstance(x, acb_series) else x * (k == 0) for k in range(TERMS + 1)] for x in logs)
    return [log_p, log_q, [a - b for a, b in zip(log_p, log_q)]]


def logarithm(x: Any, analytic: bool) -> Any:
    """log x of a ball, on which it must be analytic where that is asked for, or of a series."""
    return x.log() if isinstance(x, acb_series) else x.log(analytic=analytic)


def middle(x: Any) -> arb:
    """A point of the real part of a ball, or of where a series is taken."""
    return (x[0] if isinstance(x, acb_series) else x).real.mid()
