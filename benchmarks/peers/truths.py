"""What is true, from the definitions, in mpmath, with no line shared with the library; and what is far from it.

A truth is the text of an expression in these names and those of mpmath. A float in it stands for exactly the number
that it is, so that 0.5 + 1e-9 is the input that a peer was given and not the decimal that was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

DIGITS = 50
GUARD = 700  # digits on the way, where the smallest floats meet 1
HALF = mpf(2) ** -1075  # of the smallest float: nothing nearer can be asked of a float
Masses = Sequence[float]


def truth(expression: str, digits: int = DIGITS) -> Any:
    """The number, or the list of numbers, to `digits` digits."""
    own = {f.__name__: f for f in (cressie_read, float32, integral, js, kl, normal, normalised, student)}
    with mp.workdps(digits + 10):
        return eval(expression, vars(mpmath) | own)


def float32(x: float) -> Any:
    """The single-precision number that stands for x."""
    return mpf(float(np.float32(x)))


def kl(p: Masses, q: Masses, centred: bool = False) -> Any:
    """Σ p log(p/q), `centred`: Σ p log(p/q) − p + q, which is the same where both sum to one."""
    with mp.workdps(GUARD):
        p, q = [mpf(x) for x in p], [mpf(x) for x in q]
        if any(a and not b for a, b in zip(p, q, strict=True)):
            return mpmath.inf
        return sum((a * mpmath.log(a / b) for a, b in zip(p, q) if a), mpf(0)) + centred * (sum(q) - sum(p))


def normalised(p: Masses) -> list[Any]:
    """p/Σp, where floats sum to one within rounding only."""
    with mp.workdps(GUARD):
        total = sum(mpf(x) for x in p)
        return [mpf(x) / total for x in p]


def js(p: Masses, q: Masses) -> Any:
    """½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2."""
    with mp.workdps(GUARD):
        m = [(mpf(a) + mpf(b)) / 2 for a, b in zip(p, q, strict=True)]
        return (kl(p, m) + kl(q, m)) / 2


def cressie_read(observed: Masses, expected: Masses, exponent: Any) -> Any:
    """2/(λ(λ+1)) Σ o ((o/e)^λ − 1), the statistic of Cressie and Read."""
    with mp.workdps(GUARD):
        terms = (mpf(o) * ((mpf(o) / mpf(e)) ** exponent - 1) for o, e in zip(observed, expected, strict=True) if o)
        return 2 / (exponent * (exponent + 1)) * sum(terms)


def integral(p: Callable[[Any], Any], q: Callable[[Any], Any], *cuts: Any) -> Any:
    """∫ p log(p/q) between the cuts."""
    return mpmath.quad(lambda x: (d := p(x)) and d * mpmath.log(d / q(x)), cuts)


def normal(mean: Any, sd: Any) -> Callable[[Any], Any]:
    """The density of N(mean, sd²)."""
    return lambda x: mpmath.npdf(x, mean, sd)


def student(df: Any) -> Callable[[Any], Any]:
    """The density of Student's t."""
    scale = mpmath.gamma((df + 1) / mpf(2)) / mpmath.sqrt(df * mpmath.pi) / mpmath.gamma(df / mpf(2))
    return lambda x: scale * (1 + x * x / df) ** (-(df + 1) / mpf(2))


def near(value: Any, exact: Any, rtol: float) -> bool:
    """Whether a number, or each of a list of numbers, is `exact` to `rtol`."""
    if isinstance(exact, list):
        return len(value) == len(exact) and all(near(v, e, rtol) for v, e in zip(value, exact))
    value = mpf(value)
    return value == exact if mpmath.isinf(exact) else bool(abs(value - exact) <= rtol * abs(exact) + HALF)


def fails(outcome: dict[str, Any], exact: Any) -> bool:
    """Whether an outcome is far from the truth: off by a tenth, of the wrong kind, or an error where there is a value.

    Lists are gradients by masses, which are told up to a constant: there only nan and misplaced infinities count.
    """
    if exact is None:
        return "error" not in outcome
    if "error" in outcome:
        return True
    if isinstance(exact, list):
        pairs = [(mpf(v), e) for v, e in zip(outcome["value"], exact, strict=True)]
        return any(mpmath.isnan(v) or ((mpmath.isinf(v) or mpmath.isinf(e)) and v != e) for v, e in pairs)
    return not near(outcome["value"], exact, 0.1)
