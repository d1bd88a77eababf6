"""Transport between laws of rational masses at rational costs: the value as a fraction, proved by the checker.

Floats propose the pairs of a plan; fractions decide. A spanning tree of n + m − 1 pairs has one plan and one pair of
potentials, both exact; while a pair has negative reduced cost the tree is exchanged by the rules of the simplex method.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from numbers import Rational
from typing import Any

import numpy as np

from ..errors import InvalidMeasure, InvalidParameter, NotConverged, ShapeMismatch
from ..evaluation import Evaluation
from .certificate import exact_value
from .engines import engine
from .network import solve
from .pair_cost import Matrix

Pair = tuple[int, int]


@dataclass(frozen=True)
class RationalTransport:
    """min Σ π_ij c_ij as a fraction, a plan {(i, j): mass} and potentials (u, v) whose values are both equal to it."""

    value: Fraction
    plan: dict[Pair, Fraction]
    u: list[Fraction]
    v: list[Fraction]

    def __float__(self) -> float:
        return float(self.value)


def rational_transport(p: Sequence[Any], q: Sequence[Any], cost: Sequence[Sequence[Any]]) -> RationalTransport:
    """Exact optimal transport for masses (n,), (m,) and costs (n, m) that are integers or fractions; totals are equal.

    >>> half = Fraction(1, 2)
    >>> rational_transport([half, half], [Fraction(1, 3), Fraction(2, 3)], [[0, 1], [1, 0]]).value
    Fraction(1, 6)

    Plain arithmetic in Python: some hundred atoms on either side take seconds.

    Raises InvalidMeasure for masses that are negative or of different totals, InvalidParameter for floats,
    ShapeMismatch where the cost does not fit.
    """
    p, q = (_fractions(x, name) for x, name in ((p, "p"), (q, "q")))
    costs = [_fractions(row, f"cost[{i}]") for i, row in enumerate(cost)]
    if len(costs) != len(p) or any(len(row) != len(q) for row in costs):
        raise ShapeMismatch(
            f"shape {(len(costs), len(costs[0]) if costs else 0)}, but p has {len(p)} atoms and q has {len(q)}",
            argument="cost",
            remedy="give one cost for each pair",
        )
    for masses, name in ((p, "p"), (q, "q")):
        for k, mass in enumerate(masses):
            if mass < 0:
                raise InvalidMeasure(
                    f"{mass} is negative", argument=name, index=k, value=mass, remedy="masses are at least 0"
                )
    if sum(p) != sum(q) or not sum(p):
        raise InvalidMeasure(
            f"the total is {sum(q)}, that of p is {sum(p)}{'' if sum(q) else ', and a law has some mass'}",
            argument="q",
            remedy="divide counts by their total, Fraction(count, total), on both sides",
        )
    tree = _proposed(p, q, costs)
    for _ in range(10 * len(p) * len(q)):
        flow, (u, v) = _plan(tree, p, q), _potentials(tree, costs, len(p), len(q))
        entering = next(((i, j) for i, j in product(range(len(p)), range(len(q))) if u[i] + v[j] > costs[i][j]), None)
        if entering is None:
            plan = {pair: mass for pair, mass in flow.items() if mass}
            value = exact_value(p, q, costs, plan, u, v)
            if value is not None:
                return RationalTransport(value, plan, u, v)
            break
        tree = _exchanged(tree, flow, entering, len(p))
    raise NotConverged(
        "the simplex method did not end",
        argument="cost",
        evaluation=Evaluation(float("nan"), float("inf"), "no optimal tree"),
        remedy="write optimal_transport, which works in floats",
    )


def _fractions(x: Sequence[Any], argument: str) -> list[Fraction]:
    found = []
    for k, value in enumerate(x):
        if isinstance(value, bool) or not isinstance(value, Rational | np.integer):
            raise InvalidParameter(
                f"{value!r} is no fraction",
                argument=argument,
                index=k,
                value=value,
                remedy="write Fraction(n, m), or Fraction(x) for what a float x is exactly",
            )
        found.append(Fraction(int(value)) if isinstance(value, np.integer) else Fraction(value))
    return found


def _proposed(p: list[Fraction], q: list[Fraction], costs: list[list[Fraction]]) -> list[Pair]:
    """A tree with a nonnegative plan: the pairs that floats use, then those of least reduced cost; else a staircase."""
    total = sum(p)
    a, b = (np.array([float(x / total) for x in masses]) for masses in (p, q))
    c = np.array([[float(x) for x in row] for row in costs])
    i, j = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
    found = solve(a[i], b[j], Matrix(c[np.ix_(i, j)]), engine(c.size)[1])
    used = {(int(i[s]), int(j[t])) for s, t in zip(found.i, found.j)}
    reduced = np.full(c.shape, np.inf)
    reduced[np.ix_(i, j)] = c[np.ix_(i, j)] - found.u[:, None] - found.v
    pairs = sorted(product(range(len(p)), range(len(q))), key=lambda e: (e not in used, reduced[e]))
    tree = _spanning(pairs, len(p), len(q))
    return tree if min(_plan(tree, p, q).values()) >= 0 else _staircase(p, q)


def _spanning(pairs: list[Pair], n: int, m: int) -> list[Pair]:
    """The first pairs that close no cycle, by Kruskal's rule."""
    parent = list(range(n + m))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    tree = []
    for i, j in pairs:
        a, b = root(i), root(n + j)
        if a != b:
            parent[a] = b
            tree.append((i, j))
    return tree


def _staircase(p: list[Fraction], q: list[Fraction]) -> list[Pair]:
    """The tree of the north-west corner plan."""
    i, j, left, right = 0, 0, p[0], q[0]
    tree = [(0, 0)]
    while (i, j) != (len(p) - 1, len(q) - 1):
        if j == len(q) - 1 or (i < len(p) - 1 and left <= right):
            i, left, right = i + 1, p[i + 1], right - left
        else:
            j, left, right = j + 1, left - right, q[j + 1]
        tree.append((i, j))
    return tree


def _neighbours(tree: list[Pair], n: int) -> dict[int, list[int]]:
    near: dict[int, list[int]] = {}
    for i, j in tree:
        near.setdefault(i, []).append(n + j)
        near.setdefault(n + j, []).append(i)
    return near


def _walk(near: dict[int, list[int]], start: int) -> Iterator[tuple[int, int]]:
    """(vertex, the one before it) of a tree, from `start` outwards, without `start` itself."""
    stack, seen = [start], {start}
    while stack:
        here = stack.pop()
        for there in near[here]:
            if there not in seen:
                seen.add(there)
                stack.append(there)
                yield there, here


def _pair(a: int, b: int, n: int) -> Pair:
    return (a, b - n) if a < n else (b, a - n)


def _plan(tree: list[Pair], p: list[Fraction], q: list[Fraction]) -> dict[Pair, Fraction]:
    """The masses on the tree that have the marginals p and q: leaves first."""
    n, rest = len(p), [*p, *q]
    flow = {}
    for there, here in reversed(list(_walk(_neighbours(tree, n), 0))):
        flow[_pair(there, here, n)] = rest[there]
        rest[here] -= rest[there]
    return flow


def _potentials(tree: list[Pair], costs: list[list[Fraction]], n: int, m: int) -> tuple[list[Fraction], list[Fraction]]:
    """u and v with u_i + v_j = c_ij on the tree."""
    found = [Fraction(0)] * (n + m)
    for there, here in _walk(_neighbours(tree, n), 0):
        i, j = _pair(there, here, n)
        found[there] = costs[i][j] - found[here]
    return found[:n], found[n:]


def _exchanged(tree: list[Pair], flow: dict[Pair, Fraction], entering: Pair, n: int) -> list[Pair]:
    """The tree with `entering` in it and without the first pair of its cycle that runs empty, by Bland's rule."""
    i, j = entering
    before = dict(_walk(_neighbours(tree, n), n + j))
    path, k = [], i
    while k != n + j:
        path.append(_pair(k, before[k], n))
        k = before[k]
    falling = path[0::2]
    least = min(flow[pair] for pair in falling)
    leaving = min(pair for pair in falling if flow[pair] == least)
    return [pair for pair in tree if pair != leaving] + [entering]
