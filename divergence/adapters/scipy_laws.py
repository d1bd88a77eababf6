"""Laws of scipy.stats as laws of ours: what was frozen, what has no parameters, and the kinds that are elsewhere.

A member of a family is one of ours, with our own log-density; anything else asks scipy for its log-density.
"""

from __future__ import annotations

import math
import sys
from functools import partial
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_masses
from ..density import Density, Distribution, Lattice
from ..errors import InvalidParameter, UnsupportedLaw
from ..measure import Discrete
from .landmarks import LOW, finite
from .members import check_integers, ends, gathered, gathered_landmarks, law_of_member
from .scipy_families import member_of

Array = Any
FEW = np.array([1e-3, 0.05, 0.5])  # where each quantile is a search
WIDEST = 10**6  # integers further apart than this are points that are not summed over one by one


def scipy_law(x: Any, argument: str = "law") -> Density | Lattice | Discrete | None:
    """The law of scipy.stats that x is, or None. Nothing is imported that x does not come from.

    >>> from scipy import stats
    >>> scipy_law(stats.gamma(3, scale=2))
    gamma(3, scale=2)
    >>> scipy_law(stats.gamma(3, scale=2)).member.family
    'gamma'
    """
    stats = sys.modules.get("scipy.stats")
    if stats is None:
        return None
    found = _univariate(x, stats, argument)
    if found is None and any(kind.__module__.startswith("scipy.stats.") for kind in type(x).__mro__):
        from .scipy_multivariate import multivariate_law
        from .scipy_variables import variable_law

        found = variable_law(x, stats, argument)
        return multivariate_law(x, stats, argument) if found is None else found
    return found


def _univariate(x: Any, stats: Any, argument: str) -> Density | Lattice | Discrete | None:
    generic = (stats.rv_continuous, stats.rv_discrete)
    if isinstance(x, generic):  # not frozen: a histogram or values of its own have no parameters and need none
        if x.numargs:
            raise UnsupportedLaw(
                f"{x.name} without its parameters",
                argument=argument,
                remedy=f"give them, as stats.{x.name}({', '.join(x.shapes.split(', '))})",
            )
        dist, args, keywords = x, (), {}
    elif isinstance(getattr(x, "dist", None), generic) and hasattr(x, "args") and hasattr(x, "kwds"):
        dist, args, keywords = x.dist, x.args, x.kwds
    else:
        return None
    if dist.name == "poisson_binom":  # its shape is a vector
        return _of_frozen(x, dist, argument)
    shapes, loc, scale = dist._parse_args(*args, **keywords)
    name = _called(type(dist).__name__ if dist.name in (None, "", "Distribution") else dist.name, args, keywords)
    _check_parameters(dist, shapes, loc, scale, name, argument)
    if hasattr(dist, "xk"):
        if np.ndim(loc):
            raise UnsupportedLaw(
                "a batch of places for one set of values",
                argument=argument,
                remedy="give Discrete(masses, points), masses (..., k) a batch on common points",
            )
        return _of_values(dist.xk + loc, dist.pk, f"rv_discrete({len(dist.xk)} values)", argument)
    member = member_of(str(dist.name), shapes, loc, scale) if type(dist).__module__.startswith("scipy.") else None
    if member is not None:
        return law_of_member(member, name=name, argument=argument)
    return _law(dist, shapes, loc, scale, name, argument)


def _law(
    dist: Any, shapes: tuple[Array, ...], loc: Array, scale: Array, name: str, argument: str, landmarks: Any = None
) -> Density | Lattice:
    """The law loc + scale · X, X the standard law of `dist`, by what scipy knows of it."""
    given = tuple(np.asarray(x, dtype=float) for x in (*shapes, loc, scale))
    batch = np.broadcast_shapes(*(x.shape for x in given))
    *shapes_, loc, scale = given
    continuous = hasattr(dist, "logpdf")
    options: dict[str, Any] = {"loc": loc, "scale": scale} if continuous else {"loc": loc}
    log_density = dist.logpdf if continuous else dist.logpmf

    def logarithm(x: Array) -> np.ndarray:
        with ops.quiet():
            return np.asarray(log_density(np.asarray(x, dtype=float), *shapes_, **options), dtype=float)

    def at(index: Array) -> Any:
        *here, loc, scale = (gathered(x, batch, index) for x in given)
        marks = gathered_landmarks(law.landmarks, batch, index)
        return _law(dist, tuple(here), loc, scale, name, argument, marks)

    support = ends(dist.support(*shapes_, **options), batch)
    if landmarks is None:
        landmarks = finite(_quantiles(dist, shapes_, options, batch), support)
    if not continuous:
        check_integers(loc, argument)
        landmarks = tuple(sorted(set(map(round, landmarks)))) if not batch else np.round(landmarks)
    more: Any = {"distribution": _distribution(dist, shapes_, options)} if continuous else {}
    law = (Density if continuous else Lattice)(
        logarithm, support, landmarks, name=name, batch=batch, at=at if batch else None, **more
    )
    return law


def _distribution(dist: Any, shapes: list[Array], options: dict[str, Any]) -> Distribution | None:
    """Where scipy has formulas of its own for both tails; quantiles that it would search for are left out."""
    generic = next(k for k in type(dist).__mro__ if k.__name__ == "rv_continuous")
    own = {
        word: getattr(type(dist), f"_{word}") is not getattr(generic, f"_{word}")
        for word in ("cdf", "sf", "ppf", "isf")
    }
    if not (own["cdf"] and own["sf"]):
        return None
    of = {word: partial(_values, getattr(dist, word), shapes, options) for word in own}
    return Distribution(of["cdf"], of["sf"], *(of[word] if own[word] else None for word in ("ppf", "isf")))


def _values(function: Any, shapes: list[Array], options: dict[str, Any], x: Array) -> np.ndarray:
    with ops.quiet():
        return np.asarray(function(np.asarray(x, dtype=float), *shapes, **options), dtype=float)


def _quantiles(dist: Any, shapes: list[Array], options: dict[str, Any], batch: tuple[int, ...]) -> np.ndarray:
    """Quantiles (m, *batch) from both tails to the median; few of them where scipy has to search for each."""
    if hasattr(dist, "_hbins") and not batch:  # a histogram bends at its edges, all of them
        return options["loc"] + options["scale"] * np.asarray(dist._hbins, dtype=float)
    generic = next(k for k in type(dist).__mro__ if k.__name__ in ("rv_continuous", "rv_discrete"))
    searched = type(dist)._ppf is generic._ppf
    column = (-1, *[1] * len(batch))
    for p in (FEW,) if searched else (LOW, LOW[4:], FEW):
        p = p.reshape(column)
        try:
            with ops.quiet():
                low, high = dist.ppf(p, *shapes, **options), dist.isf(p[:-1], *shapes, **options)
            return np.concatenate([low, high]) + np.zeros(batch)
        except (ArithmeticError, RuntimeError, ValueError):  # quantiles as far out as this are none to scipy
            continue
    return np.zeros((0, *batch))


def _of_frozen(x: Any, dist: Any, argument: str) -> Lattice:
    """A law on the integers by the methods of its frozen object."""
    first, last = (float(end) for end in x.support())
    check_integers(np.asarray(first), argument)
    places = finite(np.asarray(x.ppf([1e-3, 0.05, 0.5, 0.95, 0.999])))

    def logpmf(k: Array) -> np.ndarray:
        with ops.quiet():
            return np.asarray(x.logpmf(np.asarray(k)), dtype=float)

    return Lattice(logpmf, (first, last), places, name=_called(dist.name, x.args, x.kwds))


def _of_values(points: np.ndarray, masses: np.ndarray, name: str, argument: str) -> Lattice | Discrete:
    """Masses at points; on the integers, so that they meet other laws there, if these are not too far apart."""
    points, masses = np.asarray(points, dtype=float), check_masses(np.asarray(masses, dtype=float), argument)
    if not ((points == np.floor(points)).all() and points[-1] - points[0] < WIDEST):
        return Discrete(masses, points, argument=argument)
    with ops.quiet():
        log_masses = np.log(masses)

    def logpmf(k: Array) -> np.ndarray:
        k = np.asarray(k, dtype=float)
        here = np.minimum(np.searchsorted(points, k), len(points) - 1)
        return np.where(points[here] == k, log_masses[here], -math.inf)

    heavy = np.sort(points[np.argsort(-masses)[:64]])
    return Lattice(logpmf, (float(points[0]), float(points[-1])), tuple(heavy.tolist()), name=name)


def _check_parameters(dist: Any, shapes: tuple[Array, ...], loc: Array, scale: Array, name: str, argument: str) -> None:
    """scipy answers nan for parameters outside their domain; here they are refused."""
    with ops.quiet():
        proper = (
            np.asarray(dist._argcheck(*map(np.asarray, shapes)), dtype=bool)
            & (np.asarray(scale) > 0)
            & np.isfinite(scale)
            & np.isfinite(loc)
        )
    refuse_parameters(~proper, name, argument)


def refuse_parameters(mask: Array, name: str, argument: str) -> None:
    if np.any(mask):
        raise InvalidParameter(
            f"{name} has parameters outside their domain",
            argument=argument,
            index=tuple(map(int, np.argwhere(mask)[0])) or None,
            remedy="see its domain in the documentation of scipy.stats; loc is finite, scale positive and finite",
        )


def _called(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """norm(0, scale=2): the law in the user's own words."""
    return f"{name}({', '.join([*map(shown, args), *(f'{k}={shown(x)}' for k, x in keywords.items())])})"


def shown(x: Any) -> str:
    """A parameter as a number, or as its shape where it has many."""
    a = np.asarray(x)
    return f"{a.item():.12g}" if a.ndim == 0 and a.dtype.kind in "iuf" else f"array {a.shape}"
