"""Random variables of scipy.stats 1.15 and later as laws of ours: Normal, made ones, shifted, truncated, mixtures."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .. import ops
from ..density import Density, Lattice, Member
from ..mixing import mixed
from .landmarks import LOW, finite
from .members import check_integers, ends, gathered, gathered_landmarks, law_of_member
from .scipy_families import SYMMETRIC, member_of
from .scipy_laws import refuse_parameters

Array = Any


def variable_law(x: Any, stats: Any, argument: str) -> Density | Lattice | None:
    """The law of a random variable; None where x is none."""
    if isinstance(x, stats.Mixture):
        parts = [variable_law(part, stats, argument) for part in x.components]
        return mixed(np.asarray(x.weights), tuple(parts), name=_name(x))  # type: ignore[arg-type]
    if not all(hasattr(x, part) for part in ("support", "icdf", "_parameters", "_original_parameters")):
        return None
    refuse_parameters(np.asarray(x._invalid), _name(x), argument)
    member = _member(x, stats)
    if member is not None:
        return law_of_member(member, name=_name(x), argument=argument)
    return _law(x, stats, argument)


def _standard(x: Any, stats: Any) -> tuple[str, tuple[Array, ...], Array, Array] | None:
    """The old name of a variable, its shapes, its location and its scale; None where it has no such name."""
    p, kind = x._parameters, type(x).__name__
    if not type(x).__module__.startswith("scipy.stats."):
        return None  # a class of the user's own may be anything
    if isinstance(x, stats.Normal):
        return "norm", (), p.get("mu", 0.0), p.get("sigma", 1.0)
    if kind == "Logistic":
        return "logistic", (), 0.0, 1.0
    if isinstance(x, stats.Uniform):
        return "uniform", (), p["a"], p["b"] - p["a"]
    if kind == "Binomial":
        return "binom", (p["n"], p["p"]), 0.0, 1.0
    if kind == "CustomDistribution":
        return _made(x, stats)
    if kind == "ShiftedScaledDistribution":
        inner = _standard(x._dist, stats)
        if inner is None:
            return None
        name, shapes, loc, scale = inner
        if np.any(p["scale"] < 0) and name not in SYMMETRIC:
            return None
        return name, shapes, p["loc"] + p["scale"] * loc, np.abs(p["scale"]) * scale
    if kind == "FoldedDistribution":
        inner = _standard(x._dist, stats)
        if inner and inner[0] == "norm" and np.all(inner[2] == 0):
            return "halfnorm", (), 0.0, inner[3]
    if kind == "MonotonicTransformedDistribution" and x._g is np.exp:
        inner = _standard(x._dist, stats)
        if inner and inner[0] == "norm":
            return "lognorm", (inner[3],), 0.0, np.exp(inner[2])
    return None


def _made(x: Any, stats: Any) -> tuple[str, tuple[Array, ...], Array, Array] | None:
    """A variable of make_distribution(stats.gamma): the generic law whose methods its class has borrowed."""
    generic = stats.rv_continuous | stats.rv_discrete
    methods = (getattr(x, f"_{word}_formula", None) for word in ("pdf", "logpdf", "pmf", "logpmf"))
    owners = (getattr(method, "__self__", None) for method in methods)
    dist = next((owner for owner in owners if isinstance(owner, generic)), None)
    if dist is None:
        return None
    shapes = tuple(x._parameters[name.strip()] for name in (dist.shapes or "").split(",") if name.strip())
    return dist.name, shapes, 0.0, 1.0


def _member(x: Any, stats: Any) -> Member | None:
    if type(x) is stats.Uniform:
        p = x._parameters
        return Member("uniform", (np.asarray(p["a"], dtype=float), np.asarray(p["b"], dtype=float)))
    if type(x).__name__ == "MonotonicTransformedDistribution" and x._g is np.exp:
        inner = _standard(x._dist, stats)
        if inner and inner[0] == "norm":  # the mean of the logarithm itself, not the logarithm of its exponential
            mean, sd = (np.asarray(v, dtype=float) for v in inner[2:])
            return Member("lognormal", (mean, sd), (np.asarray(0.0),))
        return None
    standard = _standard(x, stats)
    return standard and member_of(*standard)


def _law(x: Any, stats: Any, argument: str, landmarks: Any = None) -> Density | Lattice:
    """By what scipy knows of the variable."""
    batch = tuple(np.shape(x.support()[0]))
    lattice = _is_discrete(x)
    log_density = x.logpmf if lattice else x.logpdf
    support = ends(x.support(), batch)

    def logarithm(y: Array) -> np.ndarray:
        y = np.asarray(y, dtype=float)
        inside = (y >= support[0]) & (y <= support[1])
        with ops.quiet():
            return np.where(inside, np.asarray(log_density(y), dtype=float), -np.inf)

    def at(index: Array) -> Any:
        return _law(_gathered(x, batch, index), stats, argument, gathered_landmarks(law.landmarks, batch, index))

    if landmarks is None:
        p = LOW.reshape(-1, *[1] * len(batch))
        with ops.quiet():
            # scipy would search for the quantiles of |X|; those of X, folded, are as good
            inner, fold = (x._dist, np.abs) if type(x).__name__ == "FoldedDistribution" else (x, np.asarray)
            found = [inner.icdf(p), inner.icdf(1 - p[-4:]) if lattice else inner.iccdf(p[:-1])]
            landmarks = finite(fold(np.concatenate(found)) + np.zeros(batch), support)
    if lattice:
        check_integers(support[0], argument)
    law = (Lattice if lattice else Density)(
        logarithm, support, landmarks, name=_name(x), batch=batch, at=at if batch else None
    )
    return law


def _is_discrete(x: Any) -> bool:
    return any(kind.__name__ == "DiscreteDistribution" for kind in type(x).__mro__)


def _gathered(x: Any, batch: tuple[int, ...], index: Array) -> Any:
    """A variable like x with its parameters at flat indices, and likewise what it was made of."""
    if not x._parameterizations:
        return x
    there = object.__new__(type(x))  # copy() would make a StandardNormal of a Normal
    vars(there).update(vars(x))
    if hasattr(x, "_dist"):
        there._dist = _gathered(x._dist, batch, index)
    given = {k: gathered(np.asarray(v), batch, index) for k, v in x._original_parameters.items() if v is not None}
    there._original_parameters = {}
    there._update_parameters(**given)
    return there


def _name(x: Any) -> str:
    """Normal(mu=0.0, sigma=1.0): as scipy writes it, in one line and without the types of its numbers."""
    text = re.sub(r"np\.float64\(([^)]*)\)", r"\1", repr(x))
    text = re.sub(r"\s*\n\s*", "", re.sub(r",\s*\n\s*", ", ", text)).replace(", ]", "]").replace(", )", ")")
    return text if len(text) < 200 else type(x).__name__
