"""The proof that a plan is optimal: potentials u_i + v_j ≤ c_ij make Σ u a + Σ v b ≤ Σ π c for every plan π.

The checker knows nothing of the solver. In floats its two sides are an interval up to rounding, which it counts; in
fractions they must be equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..errors import InvalidParameter
from .flow import Flow
from .pair_cost import PairCost

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Bounds:
    """lower ≤ min Σ π c ≤ upper, but for `rounding`; `slackness` is the largest c − u − v on the plan."""

    lower: float
    upper: float
    rounding: float
    slackness: float

    @property
    def error(self) -> float:
        return max(self.upper - self.lower, 0.0) + self.rounding


def bounds(flow: Flow, a: np.ndarray, b: np.ndarray, cost: PairCost) -> Bounds:
    """What a plan and potentials prove about the value, for marginals a (n,) and b (m,).

    Where potentials are infeasible by δ the lower bound is lowered by δ, where marginals are off by δ in total the
    rounding is larger by δ times the largest cost: a wrong plan or wrong potentials show as a wide interval.

    Raises InvalidParameter for a plan with a negative mass.
    """
    negative = flow.mass < 0
    if negative.any():
        e = int(np.argmax(negative))
        raise InvalidParameter(
            f"moves {float(flow.mass[e])!r}",
            argument="plan",
            index=(int(flow.i[e]), int(flow.j[e])),
            value=float(flow.mass[e]),
            remedy="masses are moved forward: a plan is nonnegative",
        )
    violation, largest = 0.0, 0.0
    for rows, tile in cost.tiles():
        largest = max(largest, float(np.abs(tile).max()))
        tile -= flow.u[rows, None]
        tile -= flow.v
        violation = max(violation, -float(tile.min()))
    c = cost.at(flow.i, flow.j)
    sums = np.bincount(flow.i, flow.mass, len(a)), np.bincount(flow.j, flow.mass, len(b))
    off = sum(float(np.abs(total - masses).sum()) for total, masses in zip(sums, (a, b)))
    dual = (flow.u, a), (flow.v, b)
    lower = sum(float(x @ masses) for x, masses in dual) - violation * float(a.sum())
    upper = float(flow.mass @ c)
    size = sum(float(np.abs(x) @ masses) for x, masses in dual) + float(flow.mass @ np.abs(c))
    slack = c - flow.u[flow.i] - flow.v[flow.j]
    return Bounds(lower, upper, off * largest + 4 * EPS * size, float(slack.max(initial=0.0)))


def exact_value(
    p: Sequence[Fraction],
    q: Sequence[Fraction],
    cost: Sequence[Sequence[Fraction]],
    plan: Mapping[tuple[int, int], Fraction],
    u: Sequence[Fraction],
    v: Sequence[Fraction],
) -> Fraction | None:
    """The value, if `plan` is a coupling of p and q, (u, v) are feasible and both values are equal; else None."""
    rows, columns, value = [Fraction(0)] * len(p), [Fraction(0)] * len(q), Fraction(0)
    for (i, j), mass in plan.items():
        if mass < 0:
            return None
        rows[i] += mass
        columns[j] += mass
        value += mass * cost[i][j]
    if rows != list(p) or columns != list(q):
        return None
    if any(u[i] + v[j] > c for i, row in enumerate(cost) for j, c in enumerate(row)):
        return None
    dual = sum((x * m for x, m in zip(u, p)), Fraction(0)) + sum((x * m for x, m in zip(v, q)), Fraction(0))
    return value if dual == value else None
