"""What a divergence says of itself, and how much rounding it asks to be forgiven."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from .. import ops
from ..errors import InvalidParameter
from ..f_divergence import FDivergence


@dataclass(frozen=True)
class Promises:
    """What a divergence says of itself beyond D ≥ 0, D(P, P) = 0 and data processing, which every one is held to.

    separates   D(P, Q) = 0 for P = Q alone: True unless told; not so for the hockey sticks of γ > 1
    symmetric   D(P, Q) = D(Q, P)
    bound       D ≤ bound
    root        D^root obeys the triangle inequality
    additive    D(P × R, Q × S) = D(P, Q) + D(R, S)
    convex      D is jointly convex: True unless told, as it is for f-divergences; not so for Rényi's of order above 1
    batch       masses (..., k) give values (...): True unless told; False for a function of one pair
    slack       absolute rounding that is forgiven, 64 eps of the arrays unless told
    ulps        relative rounding that is forgiven, in eps of the arrays

    Raises InvalidParameter for a value that the promise cannot have.

    >>> import divergence as dv
    >>> promises = Promises.of(dv.js)
    >>> promises.symmetric, promises.root, round(promises.bound, 6), promises.additive
    (True, 0.5, 0.693147, False)
    """

    separates: bool = True
    symmetric: bool = False
    bound: float = math.inf
    root: float | None = None
    additive: bool = False
    convex: bool = True
    batch: bool = True
    slack: float | None = None
    ulps: float = 16.0

    def __post_init__(self) -> None:
        for name in ("separates", "symmetric", "additive", "convex", "batch"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise _refused(self, name, "is neither True nor False", "write True or False")
        if not _number(self.bound) >= 0:
            raise _refused(self, "bound", "is no bound", "write {'bound': the largest value}, in nats as D is")
        if self.root is not None and not 0 < _number(self.root) < math.inf:
            raise _refused(self, "root", "is no root", "write {'root': r} where D**r obeys the triangle inequality")
        if self.slack is not None and not 0 <= _number(self.slack) < math.inf:
            raise _refused(self, "slack", "is no slack", "write the absolute error to forgive, such as 1e-12")
        if not 0 <= _number(self.ulps) < math.inf:
            raise _refused(self, "ulps", "is no number of roundings", "write how many eps of the value to forgive")

    @classmethod
    def of(cls, divergence: Any, told: Promises | Mapping[str, Any] | Iterable[str] | None = None) -> Promises:
        """Those of a row, or the least where there is no row, then what is `told`: a mapping, or names that hold.

        >>> import divergence as dv
        >>> Promises.of(dv.f_divergence(lambda t: abs(t - 1), slope=1.0), {"symmetric": True, "bound": 2.0}).bound
        2.0
        >>> Promises.of(dv.kl, {"symetric"})
        Traceback (most recent call last):
        divergence.errors.InvalidParameter: promises[symetric]: is no promise. Remedy: ...

        Raises InvalidParameter for a promise that there is not.
        """
        if isinstance(told, cls):
            return told
        kept = _of_row(divergence) if isinstance(divergence, FDivergence) else cls()
        if told is None:
            return kept
        if isinstance(told, str) or not isinstance(told, Iterable):
            raise InvalidParameter(
                f"{told!r} is neither a mapping nor a set of names",
                argument="promises",
                value=told,
                remedy="write {'symmetric': True, 'bound': 1.0}, {'symmetric', 'additive'} or Promises(...)",
            )
        changes = dict(told) if isinstance(told, Mapping) else dict.fromkeys(told, True)
        known = [field.name for field in fields(cls)]
        for name in changes:
            if name not in known:
                raise InvalidParameter(
                    "is no promise",
                    argument="promises",
                    index=name,
                    value=changes[name],
                    remedy=f"the promises are {', '.join(known)}",
                )
        return replace(kept, **changes)


def _of_row(divergence: FDivergence) -> Promises:
    row = divergence.generator
    with ops.quiet():
        beside = row.f(np.asarray([63.0, 65.0]) / 64, np.asarray([-1.0, 1.0]) / 64, ops.numpy_words())
    return Promises(
        separates=bool(np.any(np.asarray(beside) > 0)),  # unlike laws have ratios on both sides of 1: one is enough
        symmetric=row.symmetric,
        bound=math.inf if math.isnan(row.bound) else row.bound,  # nan where the slope was not told
        root=row.root,
        additive=row.additive,
        slack=None if row.critic is None else 0.0,  # only a row of one's own may cancel
        ulps=16 * (1 + row.steepness),  # a steep row magnifies the rounding of p/q
    )


def _number(value: Any) -> float:
    """value as a float, nan where it is none: True is none."""
    if isinstance(value, bool | np.bool_ | str):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _refused(promises: Promises, name: str, problem: str, remedy: str) -> InvalidParameter:
    value = getattr(promises, name)
    return InvalidParameter(f"{value!r} {problem}", argument="promises", index=name, value=value, remedy=remedy)
