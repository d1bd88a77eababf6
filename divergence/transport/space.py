"""W_p in R^d, d > 1: of finite laws from an optimal plan, of normal laws in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_points
from ..density import Density, Lattice
from ..errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from ..evaluation import Evaluation
from ..integral_metric import Pair, pair
from ..measure import Discrete, Samples, common_namespace
from ..product import Product
from ..promotion import as_law
from .exact import atoms, in_a_unit
from .gaussian import gaussian_wasserstein
from .wasserstein import cost

Array = Any


def in_space(law: Any) -> bool:
    """Whether a law, or samples, lie in R^d with d > 1."""
    points = law.points if isinstance(law, Discrete | Samples) else None
    return points is not None and points.ndim == 2 and points.shape[1] > 1


def distances(p: Any, q: Any, order: float) -> Array:
    """W_p of Discrete p and q, masses (..., k), differentiable in masses and points where they are torch tensors.

    Derivatives are those of Σ π c + Σ u a + Σ v b at a fixed plan and fixed potentials, by the envelope theorem.
    """
    order = _finite(order)
    _check_atoms(p, q)
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
    apart = unit * xp.linalg.vector_norm(laws.x[i, :] / unit - laws.y[j, :] / unit, axis=-1)
    value = cost(apart, xp.zeros_like(apart), moved, order)
    if ops.is_numpy(a) or not float(ops.fixed(value)):
        return value
    slope = unit * (ops.fixed(value) / unit) ** (1 - order) / order
    return value + slope * (xp.sum(u * (a - ops.fixed(a))) + xp.sum(v * (b - ops.fixed(b))))


def _check_atoms(p: Any, q: Any) -> None:
    """Refuses a law that is no Discrete beside one in R^d."""
    for law, other, name in ((p, q, "p"), (q, p, "q")):
        if isinstance(as_law(law, name), Density | Lattice | Product):
            raise UnsupportedLaw(
                f"a law on the line or without atoms, beside atoms in {other.points.shape[1]} dimensions",
                argument=name,
                remedy=f"write Discrete(masses, points) for {name} too, or sliced_wasserstein(order, projections)"
                ".estimate(x, y, rng=0) for samples",
            )


def points_of(many: Sequence[Any], argument: str) -> list[Array]:
    """The points (n,) or (n, d) of each of many samples."""
    return [s.points if isinstance(s, Samples) else check_points(s, f"{argument}[{k}]") for k, s in enumerate(many)]


def between_all(xs: Sequence[Any], ys: Sequence[Any] | None, order: float) -> Array:
    """(m, n): W_p of each of m samples (n, d) with each of n, or of m with one another."""
    order = _finite(order)
    samples, others = points_of(xs, "x"), [] if ys is None else points_of(ys, "y")
    if ys is not None and not others:
        raise InvalidMeasure("is empty", argument="y", remedy="give at least one sample of points")
    for many, name in ((samples, "x"), (others, "y")):
        for k, s in enumerate(many):
            common_namespace(samples[0], s, ("x[0]", f"{name}[{k}]"))
            if s.shape[1:] != samples[0].shape[1:]:
                raise ShapeMismatch(
                    f"points {tuple(s.shape)}, but those of x[0] are {tuple(samples[0].shape)}",
                    argument=f"{name}[{k}]",
                    remedy="all samples must live in the same space: (n, d) with one d",
                )
    rows = [_empirical(s) for s in samples]
    columns = rows if ys is None else [_empirical(s) for s in others]
    xp = ops.namespace(samples[0])
    found: dict[tuple[int, int], Array] = {}
    for i, x in enumerate(rows):
        for j, y in enumerate(columns):
            # W is symmetric: below the diagonal it is known
            found[i, j] = found[j, i] if ys is None and j < i else xp.asarray(distances(x, y, order))
    return xp.stack([xp.stack([found[i, j] for j in range(len(columns))]) for i in range(len(rows))])


def _empirical(x: Array) -> Discrete:
    xp = ops.namespace(x)
    wide = x.dtype if ops.limits(x).bits >= 32 else xp.float32
    return Discrete(xp.full((x.shape[0],), 1 / x.shape[0], dtype=wide, device=x.device), xp.astype(x, wide, copy=False))


def _finite(order: float) -> float:
    if order == math.inf:
        raise InvalidParameter(
            "the order inf is for the line, and these laws lie in several dimensions",
            argument="order",
            value=order,
            remedy="choose a finite order, such as wasserstein(2)",
        )
    return order


def estimate(x: Any, y: Any, x_weights: Any, y_weights: Any, order: float, rng: Any) -> Evaluation:
    """W_p of the empirical laws of samples (n, d) and (m, d), each of mass 1/n where no weights are given."""
    order = _finite(order)
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
    if in_space(p) or in_space(q):
        _check_atoms(p, q)
    if in_space(p) and in_space(q):
        (a, x), (b, y) = atoms(p, "p"), atoms(q, "q")
        return _evaluation(a, x, b, y, _finite(order))
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
