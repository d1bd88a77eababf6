"""The transport problem, min Σ π_ij c_ij over plans π of given marginals, solved on the few pairs that matter.

A plan uses n + m of the n m pairs, and which ones is known once good potentials are. So: solve a coarse problem, extend
its potentials to all points, keep for each point the few pairs of least reduced cost c_ij − u_i − v_j, solve on these,
and add the pairs whose reduced cost is negative until there are none. Then u and v are feasible for all pairs, and what
is optimal on the few is optimal among all. Memory is O(n + m) and one tile. Source: Schmitzer 2016; Gerber & Maggioni
2017.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..errors import NotConverged
from ..evaluation import Evaluation
from .flow import Flow, sharpened
from .pair_cost import PairCost

WHOLE = 100  # points on either side up to which all pairs are taken
COARSER = 2  # how many times fewer points the coarse problem has
NEAREST = 15  # pairs that each point starts with
NEAR = 1e-6  # the reduced cost, in the largest cost, up to which a pair is tight but for rounding
ROUNDS, TRIES = 100, 20


Engine = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], Flow]  # of a, b, i, j and costs


def solve(a: np.ndarray, b: np.ndarray, cost: PairCost, engine: Engine) -> Flow:
    """An optimal plan and potentials for positive masses a (n,), b (m,) of one total."""
    flow, pairs = _optimal(a, b, cost, engine)
    return _refined(flow, pairs, a, b, cost, engine)


def _refined(flow: Flow, pairs: np.ndarray, a: np.ndarray, b: np.ndarray, cost: PairCost, engine: Engine) -> Flow:
    """The same among the tight pairs, in a unit in which the rounding of the solver is below that of the costs."""
    m = cost.shape[1]
    i, j = np.divmod(pairs, m)
    c = cost.at(i, j)
    unit = NEAR * float(np.abs(c).max())
    if not unit:
        return flow
    near = np.union1d(pairs[c - flow.u[i] - flow.v[j] <= unit], flow.i * m + flow.j)
    for _ in range(TRIES):
        i, j = np.divmod(near, m)
        c = cost.at(i, j)
        found = engine(a, b, i, j, (c - flow.u[i] - flow.v[j]) / unit)
        better = sharpened(replace(found, u=flow.u + unit * found.u, v=flow.v + unit * found.v), a, b, i, j, c)
        known = len(near)
        near = np.union1d(near, _violated(cost, better.u, better.v))
        if len(near) == known:
            return better
    return flow  # whose potentials are optimal but for the solver's rounding


def _optimal(a: np.ndarray, b: np.ndarray, cost: PairCost, engine: Engine) -> tuple[Flow, np.ndarray]:
    """An optimal plan, but for the rounding of the solver, and the pairs i m + j that it was found on."""
    n, m = cost.shape
    if max(n, m) <= WHOLE:
        i, j = np.divmod(np.arange(n * m), m)
        c = cost.at(i, j)
        return sharpened(engine(a, b, i, j, c), a, b, i, j, c), i * m + j
    u, v = _coarse(a, b, cost, engine)
    pairs = np.unique(np.concatenate([_staircase(a, b), _nearest(cost, v), _nearest(cost.transposed(), u, m)]))
    rounds = 0
    while True:
        i, j = np.divmod(pairs, m)
        c = cost.at(i, j)
        found = engine(a, b, i, j, c - u[i] - v[j])
        flow = sharpened(replace(found, u=u + found.u, v=v + found.v), a, b, i, j, c)
        u, v = flow.u, flow.v
        known = len(pairs)
        pairs = np.union1d(pairs, _violated(cost, u, v))
        if len(pairs) == known:
            return flow, pairs
        rounds += 1
        if rounds == ROUNDS:
            value = float(flow.mass @ cost.at(flow.i, flow.j))
            raise NotConverged(
                f"{len(pairs)} pairs were not enough after {ROUNDS} rounds",
                argument="cost",
                evaluation=Evaluation(value, np.inf, "a plan, perhaps not optimal"),
                remedy="give fewer points, or write sinkhorn(epsilon)",
            )


def conjugate(cost: PairCost, u: np.ndarray) -> np.ndarray:
    """The c-transform min_i (c_ij − u_i), (m,): the largest v with u_i + v_j ≤ c_ij."""
    v = np.full(cost.shape[1], np.inf)
    for rows, tile in cost.tiles():
        tile -= u[rows, None]
        np.minimum(v, tile.min(axis=0), out=v)
    return v


def _coarse(a: np.ndarray, b: np.ndarray, cost: PairCost, engine: Engine) -> tuple[np.ndarray, np.ndarray]:
    """Potentials of all points from an optimal plan between every other of them."""
    n, m = cost.shape
    i, j = (np.linspace(0, k - 1, max(k // COARSER, min(k, WHOLE))).astype(int) for k in (n, m))
    few, _ = _optimal(a[i] / a[i].sum(), b[j] / b[j].sum(), cost.among(i, j), engine)
    u = conjugate(cost.among(np.arange(n), j).transposed(), few.v)
    return u, conjugate(cost, u)


def _staircase(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The pairs of the north-west corner plan, so that there is a plan at all."""
    n, m = len(a), len(b)
    levels = np.concatenate([np.cumsum(a), np.cumsum(b)])
    ends = np.argsort(levels, kind="stable") < n
    i, j = np.cumsum(ends) - ends, np.cumsum(~ends) - ~ends
    i, j = np.minimum(i, n - 1), np.minimum(j, m - 1)
    return np.unique(np.concatenate([i * m + j, (n - 1) * m + j, i * m + m - 1]))


def _nearest(cost: PairCost, v: np.ndarray, across: int = 0) -> np.ndarray:
    """For each source its pairs of least reduced cost, as i m + j; of a transposed cost where `across` is m."""
    m = cost.shape[1]
    k = min(NEAREST, m)
    found = []
    for rows, tile in cost.tiles():
        tile -= v  # u_i is the same along a row
        j = np.argpartition(tile, k - 1, axis=1)[:, :k]
        i = np.arange(rows.start, rows.stop)[:, None]
        found.append((j * across + i if across else i * m + j).ravel())
    return np.concatenate(found)


def _violated(cost: PairCost, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """For each source the pairs of most negative reduced cost, as i m + j."""
    m = cost.shape[1]
    k = min(NEAREST, m)
    found = [np.zeros(0, dtype=np.int64)]
    for rows, tile in cost.tiles():
        slack = 8 * np.finfo(float).eps * (np.abs(u[rows]) + np.abs(v).max())
        tile -= u[rows, None]
        tile -= v
        bad = np.flatnonzero(tile.min(axis=1) < -slack)
        tile = tile[bad]
        j = np.argpartition(tile, k - 1, axis=1)[:, :k]
        r, column = np.nonzero(np.take_along_axis(tile, j, axis=1) < -slack[bad, None])
        found.append((rows.start + bad[r]) * m + j[r, column])
    return np.concatenate(found)
