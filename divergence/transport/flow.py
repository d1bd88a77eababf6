"""A plan with potentials, and the rounding of thousands of pivots taken out of both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

SWEEPS = 100


@dataclass(frozen=True)
class Flow:
    """Masses (e,) moved along pairs i, j (e,), and potentials u (n,), v (m,)."""

    i: np.ndarray
    j: np.ndarray
    mass: np.ndarray
    u: np.ndarray
    v: np.ndarray


def sharpened(flow: Flow, a: np.ndarray, b: np.ndarray, i: np.ndarray, j: np.ndarray, c: np.ndarray) -> Flow:
    """The same plan and potentials with less rounding: optimal marginals (n,), (m,) a, b, on sorted pairs of cost c."""
    flow = _covering(flow, i, j, c)
    mass = _balanced(flow, a, b)
    kept = mass > 0
    if np.unique(flow.i[kept]).size < len(a):  # a mass below the rounding of the others
        return flow
    flow = Flow(flow.i[kept], flow.j[kept], mass[kept], flow.u, flow.v)
    u, v = _tight(flow, a, b, i, j, c)
    return replace(flow, u=u, v=v)


def _covering(flow: Flow, i: np.ndarray, j: np.ndarray, c: np.ndarray) -> Flow:
    """With the tightest pair of each atom whose mass was so small that the solver took it for none."""
    reduced = c - flow.u[i] - flow.v[j]
    for side, size in (("j", len(flow.v)), ("i", len(flow.u))):
        ends = j if side == "j" else i
        bare = np.bincount(getattr(flow, side), minlength=size) == 0
        there = np.flatnonzero(bare[ends])
        there = there[np.argsort(reduced[there], kind="stable")]
        there = there[np.unique(ends[there], return_index=True)[1]]
        added = np.append(flow.i, i[there]), np.append(flow.j, j[there]), np.append(flow.mass, np.zeros(len(there)))
        flow = Flow(*added, flow.u, flow.v)
    return flow


def _balanced(flow: Flow, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The masses on the pairs of a plan from its marginals: a leaf of its forest tells the mass of its pair.

    Where the graph has a cycle the masses stay as they are.
    """
    n = len(a)
    ends = np.stack([flow.i, n + flow.j])
    # the pairs at a vertex are remembered as their number and the sum of their indices
    degree = np.bincount(ends.ravel(), minlength=n + len(b)).tolist()
    pairs = np.bincount(ends.ravel(), np.tile(np.arange(len(flow.i)), 2), n + len(b)).astype(np.int64).tolist()
    total, left, right = np.concatenate([a, b]).tolist(), *ends.tolist()
    mass = [0.0] * len(flow.i)
    leaves = [k for k, d in enumerate(degree) if d == 1]
    settled = 0
    while leaves:
        k = leaves.pop()
        if degree[k] != 1:
            continue
        e = pairs[k]
        other = right[e] if left[e] == k else left[e]
        mass[e] = total[k]
        total[other] -= total[k]
        degree[k], degree[other] = 0, degree[other] - 1
        pairs[other] -= e
        settled += 1
        if degree[other] == 1:
            leaves.append(other)
    return np.asarray(mass) if settled == len(mass) else flow.mass


def _tight(
    flow: Flow, a: np.ndarray, b: np.ndarray, i: np.ndarray, j: np.ndarray, c: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The potentials as sharp as the sorted pairs i, j of cost c can tell.

    Bellman and Ford's sweeps: v_j = min over pairs of c_ij − u_i, then u_i = max over the plan of c_ij − v_j, which
    stand still where every pair is feasible and every pair of the plan is tight. The best dual value of all is kept.
    """
    by_target = np.argsort(j, kind="stable")
    starts = np.searchsorted(j[by_target], np.arange(len(b)))
    on_plan = c[np.searchsorted(i * len(b) + j, flow.i * len(b) + flow.j)]
    by_source = np.argsort(flow.i, kind="stable")
    first = np.searchsorted(flow.i[by_source], np.arange(len(a)))
    u, best, found = flow.u, -np.inf, (flow.u, flow.v)
    for _ in range(SWEEPS):
        v = np.minimum.reduceat((c - u[i])[by_target], starts)
        value = float(a @ u + b @ v)
        if value <= best:
            break
        best, found = value, (u, v)
        u = np.maximum.reduceat((on_plan - v[flow.j])[by_source], first)
    return found
