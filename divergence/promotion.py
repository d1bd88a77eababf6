"""What two arguments have in common: masses on one alphabet, densities in one space, laws on the integers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from . import adapters, ops
from .checks import Law, check_masses
from .density import Density, Lattice
from .errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from .measure import Discrete, Samples, same_alphabet, same_points
from .product import Product, batch_of

Array = Any


def promote(
    p: Any, q: Any, axis: int = -1, names: tuple[str, str] = ("p", "q"), check: Callable[..., Array] = check_masses
) -> tuple[str, Any, Any]:
    """The most specific representation that p and q share: ("masses", p, q), or ("laws", P, Q).

    Laws are two `Density` or two `Lattice`, or one of each kind, which are singular to each other; or two `Product` of
    as many coordinates. Bare arrays go through `check`: `check_form` for who looks at the values himself.
    """
    p, q = (as_law(x, name) for x, name in zip((p, q), names))
    if isinstance(p, Product) or isinstance(q, Product):
        return "laws", *_products(p, q, names)
    if isinstance(p, Density | Lattice) or isinstance(q, Density | Lattice):
        return "laws", *_in_one_space(p, q, names)
    if isinstance(p, Discrete) and isinstance(q, Discrete):
        same_points(p, q, names)
    masses = [x.masses if isinstance(x, Discrete) else check(x, n, axis) for x, n in zip((p, q), names)]
    if axis != -1 and (isinstance(p, Discrete) or isinstance(q, Discrete)):
        raise InvalidParameter(
            f"axis {axis} for Discrete", argument="axis", value=axis, remedy="Discrete has its atoms on the last axis"
        )
    return "masses", *same_alphabet(*masses, axis=axis, names=names)


def as_law(x: Any, argument: str) -> Any:
    """x as one of our own laws; bare arrays and sequences pass, for `check` to look at."""
    if isinstance(x, Samples):
        raise UnsupportedLaw(
            "samples where a distribution belongs",
            argument=argument,
            remedy="use an estimator, such as wasserstein(1).estimate(x, y), or histogram them with "
            "Discrete.normalised(counts)",
        )
    if x is None or isinstance(x, Law | list | tuple | int | float) or ops.is_array(x):
        return x
    found = adapters.law(x, argument)
    if found is None and not hasattr(x, "__array__") and not hasattr(x, "__len__"):
        raise UnsupportedLaw(
            f"{type(x).__module__}.{type(x).__qualname__} is no law that is known here",
            argument=argument,
            remedy="hand in masses, a frozen law of scipy.stats, a law of torch.distributions, or write its "
            "log-density as Density(logpdf, support=...)",
        )
    return x if found is None else found


def _products(p: Any, q: Any, names: tuple[str, str]) -> tuple[Any, Any]:
    """Two products coordinate by coordinate, anything else as densities of whole points."""
    if isinstance(p, Product) and isinstance(q, Product) and p.axes == q.axes:
        kind, x, y = promote(p.coordinates, q.coordinates, names=names)
        x, y = (x, y) if kind == "laws" else (p.coordinates, q.coordinates)
        inner = [batch_of(law)[len(batch_of(law)) - p.axes :] for law in (x, y)]
        if inner[0] == inner[1]:
            return replace(p, coordinates=x), replace(q, coordinates=y)
    p, q = (x.joint() if isinstance(x, Product) else x for x in (p, q))
    return _in_one_space(p, q, names)


def _in_one_space(p: Any, q: Any, names: tuple[str, str]) -> tuple[Any, Any]:
    """Both as Density or Lattice, of one dimension and of batches that broadcast."""
    for x, y, name in ((p, q, names[0]), (q, p, names[1])):
        if not isinstance(x, Law):
            kind = "a Density" if isinstance(y, Density) else "a law on the integers"
            raise UnsupportedLaw(
                f"{type(x).__name__} against {kind}",
                argument=name,
                remedy="write it as a law too: Density(logpdf, support=...), or Discrete(masses, points)",
            )
    if isinstance(p, Lattice | Discrete) and isinstance(q, Lattice | Discrete):
        p, q = (x if isinstance(x, Lattice) else _on_the_integers(x, name) for x, name in zip((p, q), names))
    dimensions = [x.dimension if isinstance(x, Density) else 1 for x in (p, q)]
    if dimensions[0] != dimensions[1]:
        raise ShapeMismatch(
            f"a law in {dimensions[1]} dimensions, but {names[0]} is one in {dimensions[0]}",
            argument=names[1],
            remedy="give both laws in one space",
        )
    batches = [() if isinstance(x, Discrete) else x.batch for x in (p, q)]
    try:
        np.broadcast_shapes(*batches)
    except ValueError as error:
        raise ShapeMismatch(
            f"batch {batches[1]} does not broadcast with {batches[0]} of {names[0]}",
            argument=names[1],
            remedy="the shapes of the parameters must be equal, or 1, axis by axis",
        ) from error
    return p, q


def _on_the_integers(law: Discrete, argument: str) -> Lattice:
    """Masses at integer points as a law on the integers."""
    if law.points is None or law.points.ndim != 1 or law.masses.ndim != 1:
        raise UnsupportedLaw(
            "masses without points on the line, against a law on the integers",
            argument=argument,
            remedy="say where the masses lie: Discrete(masses, points) with integer points (k,)",
        )
    points, masses = (ops.to_numpy(x).astype(float) for x in (law.points, law.masses))
    order = np.argsort(points)
    points, masses = points[order], masses[order]
    if (points != np.round(points)).any() or (np.diff(points) == 0).any():
        raise UnsupportedLaw(
            "points that are no different integers, against a law on the integers",
            argument=argument,
            remedy="give masses at integers, each once",
        )
    with ops.quiet():
        logs = np.log(masses)

    def logpmf(k: np.ndarray) -> np.ndarray:
        place = np.minimum(np.searchsorted(points, k), points.size - 1)
        return np.where(points[place] == k, logs[place], -np.inf)

    return Lattice(logpmf, (float(points[0]), float(points[-1])), tuple(points[masses > 0]), name=repr(law))
