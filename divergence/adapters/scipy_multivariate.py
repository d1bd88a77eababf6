"""Laws of scipy.stats in d dimensions, and kernel estimates, as densities of ours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..density import Density, Lattice, Member
from ..errors import UnsupportedLaw
from .members import dirichlet, law_of_member, multivariate_normal

Array = Any
CENTRES = 64  # landmarks of a kernel estimate


def multivariate_law(x: Any, stats: Any, argument: str) -> Density | Lattice | None:
    """The law in d dimensions that x is, None for what is no law."""
    if isinstance(x, stats.gaussian_kde):
        return _kernel_estimate(x)
    kind = type(x).__name__
    if kind == "multivariate_normal_frozen":
        return _normal(x, argument)
    if kind == "dirichlet_frozen":
        return law_of_member(dirichlet(np.asarray(x.alpha, dtype=float)), name=_named(x, alpha=x.alpha))
    if kind == "multivariate_t_frozen":
        return _student(x, argument)
    if not hasattr(x, "_dist") and not kind.endswith(("_frozen", "_gen")):
        return None
    if kind.endswith("_gen"):
        raise UnsupportedLaw(
            f"{kind.removesuffix('_gen')} without its parameters",
            argument=argument,
            remedy=f"give them, as stats.{kind.removesuffix('_gen')}(...)",
        )
    raise UnsupportedLaw(
        f"{kind.removesuffix('_frozen')} of scipy.stats is no density on a box",
        argument=argument,
        remedy="write Density(logpdf, support=((low, high), ...)) in coordinates in which it is one",
    )


def _normal(x: Any, argument: str) -> Density | Lattice:
    mean, covariance = np.asarray(x.mean, dtype=float), np.asarray(x.cov, dtype=float)
    _check_rank(x.cov_object.rank, x.dim, argument)
    return law_of_member(multivariate_normal(mean, covariance), name=_named(x, mean=mean, cov=covariance))


def _student(x: Any, argument: str) -> Density | Lattice:
    _check_rank(x.shape_info.rank, x.dim, argument)
    loc, shape, df = (np.asarray(a, dtype=float) for a in (x.loc, x.shape, x.df))
    name = _named(x, loc=loc, shape=shape, df=df)
    if math.isinf(df):
        return law_of_member(multivariate_normal(loc, shape), name=name)
    if x.dim == 1:
        return law_of_member(Member("student", (df, loc[0], np.sqrt(shape[0, 0]))), name=name)
    columns = np.linalg.cholesky(shape).T
    reach = np.array([6.0, -6.0, 100.0, -100.0]) if df < 5 else np.array([6.0, -6.0])
    landmarks = np.concatenate([loc[None], *(loc + step * columns for step in reach)])
    return Density(_quietly(x.logpdf), ((-math.inf, math.inf),) * x.dim, landmarks, name=name)


def _kernel_estimate(x: Any) -> Density:
    """The mean of normal densities around the data; its centres are landmarks."""
    name = f"gaussian_kde({x.n} points)" if x.d == 1 else f"gaussian_kde({x.n} points in {x.d}-d)"
    if x.d == 1:
        centres = np.unique(x.dataset[0])
        width = 6 * math.sqrt(float(x.covariance[0, 0]))
        places = [centres[0] - width, *centres[:: -(-len(centres) // CENTRES)], centres[-1], centres[-1] + width]
        return Density(_quietly(x.logpdf), landmarks=tuple(map(float, sorted(set(places)))), name=name)
    centres = x.dataset.T[:: -(-x.n // CENTRES)]
    return Density(_quietly(lambda y: x.logpdf(y.T)), ((-math.inf, math.inf),) * x.d, centres, name=name)


def _quietly(logpdf: Any) -> Any:
    def on_floats(y: Array) -> np.ndarray:
        with ops.quiet():
            return np.asarray(logpdf(np.asarray(y, dtype=float)), dtype=float).reshape(len(y))

    return on_floats


def _check_rank(rank: int, dimension: int, argument: str) -> None:
    if rank < dimension:
        raise UnsupportedLaw(
            f"a covariance of rank {rank} in {dimension} dimensions leaves no density",
            argument=argument,
            remedy=f"describe the law in the {rank} coordinates in which it has one",
        )


def _named(x: Any, **parameters: Any) -> str:
    from .scipy_laws import shown

    given = (
        f"{k}={list(map(float, v)) if np.ndim(v) == 1 and len(v) < 5 else shown(v)}" for k, v in parameters.items()
    )
    return f"{type(x).__name__.removesuffix('_frozen')}({', '.join(given)})"
