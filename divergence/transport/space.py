"""W_p in R^d, d > 1: of finite laws from an optimal plan, of normal laws in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..density import Density
from ..errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from ..evaluation import Evaluation
from ..integral_metric import Pair, pair
from ..measure import Discrete, Samples
from ..product import Product
from ..promotion import as_law
from .exact import atoms, in_a_unit
from .gaussian import gaussian_wasserstein
from .wasserstein import check_order, cost

Array = Any


def in_space(law: Any) -> bool:
    """Whether a law, or samples, lie in R^d with d > 1."""
    points = law.points if isinstance(law, Discrete | Samples) else None
    return points is not None and points.ndim == 2 and points.shape[1] > 1


def distances(p: Any, q: Any, order: float) -> Array:
    """W_p of Discrete p and q, masses (..., k), differentiable in masses and points where they are torch tensors.

    Derivatives are those of Σ π c + Σ u a + Σ v b at a fixed plan and fixed potentials, by the envelope theorem.
    """
    order = check_order(order)
    laws = pair(p, q, f"wasserstein({order:g})", line=False)
    xp = laws.xp
    batch = np.broadcast_shapes(tuple(laws.p.shape[:-1]), tuple(laws.q.shape[:-1]))
    a, b = (xp.broadcast_to(masses, (*batch, masses.shape[-1])) for masses in (laws.p, laws.q))
    found = [_distance(laws, a[index], b[index], order) for index in np.ndindex(*batch)]
    return laws.result(xp.reshape(xp.stack(found), batch))


def normal_distance(p: Any, q: Any, order: float) -> Array | None:
    """W_2 of two normal laws in R^d; None where they are not that."""
    laws = [x.joint() if isinstance(x, Product) else x for x in (as_law(p, "p"), as_law(q, "q"))]
    members = [law.member for law in laws if isinstance(law, Density) and law.member is not None]
    if [member.family for member in members] != ["multivariate_normal"] * 2:
        return None
    if order != 2:
        raise UnsupportedLaw(
            f"no closed form of wasserstein({order:g}) between normal laws in several dimensions",
            argument="p",
            remedy="write wasserstein(2), or draw samples: wasserstein(order).estimate(x, y)",
        )
    (mean, cov), (other, other_cov) = (member.parameters for member in members)
    value = gaussian_wasserstein(mean, cov, other, other_cov)
    like = next((law.like for law in laws if ops.is_torch(law.like)), None)
    return value if like is None else value.to(like.dtype)


def _distance(laws: Pair, a: Array, b: Array, order: float) -> Array:
    xp = laws.xp
    (masses, points), (others, ends) = (
        atoms(Discrete(ops.fixed(m), ops.fixed(x)), name) for m, x, name in ((a, laws.x, "p"), (b, laws.y, "q"))
    )
    found, unit = in_a_unit(masses, points, others, ends, order)
    i, j, moved, u, v = (
        xp.asarray(s, device=a.device) for s in (found.sources, found.targets, found.masses, found.u, found.v)
    )
    moved, u, v = (xp.astype(s, a.dtype, copy=False) for s in (moved, u, v))
    apart = xp.linalg.vector_norm(laws.x[i, :] - laws.y[j, :], axis=-1)
    value = cost(apart, xp.zeros_like(apart), moved, order)
    if ops.is_numpy(a) or not float(ops.fixed(value)):
        return value
    slope = unit * (ops.fixed(value) / unit) ** (1 - order) / order
    return value + slope * (xp.sum(u * (a - ops.fixed(a))) + xp.sum(v * (b - ops.fixed(b))))


def estimate(x: Any, y: Any, x_weights: Any, y_weights: Any, order: float, rng: Any) -> Evaluation:
    """W_p of the empirical laws of samples (n, d) and (m, d), each of mass 1/n where no weights are given."""
    order = check_order(order)
    laws = [
        Samples(s, argument=name) if w is None else Discrete(w, Samples(s, argument=name).points, argument=weights)
        for s, w, name, weights in ((x, x_weights, "x", "x_weights"), (y, y_weights, "y", "y_weights"))
    ]
    (a, x), (b, y) = (atoms(law, name) for law, name in zip(laws, ("x", "y")))
    if x.shape[1] != y.shape[1]:
        raise ShapeMismatch(
            f"points of dimension {y.shape[1]}, but those of x are of dimension {x.shape[1]}",
            argument="y",
            remedy="both samples must live in the same space",
        )
    if rng is not None:
        raise InvalidParameter(
            "an interval needs a thousand optimal plans",
            argument="rng",
            value=rng,
            remedy="leave rng away for the distance of the empirical laws, or write "
            "sliced_wasserstein(order, projections).estimate(x, y, rng=0), which has an interval",
        )
    return _evaluation(a, x, b, y, order, "exact distance of the empirical laws, ")


def evaluate(p: Any, q: Any, order: float) -> Evaluation | None:
    """W_p of two Discretes or of two normal laws in R^d with its error; None where they are neither."""
    if in_space(p) and in_space(q):
        (a, x), (b, y) = atoms(p, "p"), atoms(q, "q")
        return _evaluation(a, x, b, y, check_order(order))
    value = normal_distance(p, q, order)
    if value is None:
        return None
    conditions = []
    for x, name in ((p, "p"), (q, "q")):
        law = as_law(x, name)
        law = law.joint() if isinstance(law, Product) else law
        assert law.member is not None
        conditions.append(float(np.max(np.linalg.cond(ops.to_numpy(law.member.parameters[1])))))
    found = float(ops.to_numpy(value))
    return Evaluation(found, 2.0**-50 * max(conditions) * found, "closed form: multivariate normal family")


def _evaluation(a: Array, x: Array, b: Array, y: Array, order: float, what: str = "") -> Evaluation:
    found, unit = in_a_unit(a, x, b, y, order)
    value, lower = (max(one, 0.0) ** (1 / order) for one in (found.cost.value, found.cost.lower))
    return Evaluation(unit * value, unit * (value - lower), f"{what}{found.cost.method}")
