"""Which member of a family a law of scipy.stats is, by its name, its shapes, its location and its scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..density import Member

Array = Any


def member_of(name: str, shapes: tuple[Array, ...], loc: Array, scale: Array) -> Member | None:
    """The member of a family that loc + scale · X is, X the standard law of this name; None where there is none."""
    if name not in _MEMBERS:
        return None
    family, parameters, *frame = _MEMBERS[name](*(np.asarray(x, dtype=float) for x in (loc, scale, *shapes)))
    if family is None:
        return None
    standard, place = (tuple(np.asarray(x, dtype=float) for x in y) for y in (parameters, frame))
    kind = _GIVEN.get(name)
    return Member(family, standard, place, None if kind is None else (kind, _as_given(kind, standard, scale, *shapes)))


def _as_given(kind: str, standard: tuple[Array, ...], scale: Array, *shapes: Array) -> tuple[Array, ...]:
    scale = np.asarray(scale, dtype=float)
    if kind == "scaled_gamma":
        shape, _, power = standard
        return shape, scale, power
    return (*(np.asarray(x, dtype=float) for x in shapes), scale)


def _von_mises(loc: Array, scale: Array, kappa: Array) -> Any:
    """Turned back into the circle [-π, π]; one of another radius is no member."""
    turn = loc - 2 * math.pi * np.round(np.asarray(loc) / (2 * math.pi))
    return ("von_mises", (turn, kappa)) if np.all(np.equal(scale, 1)) else (None, ())


def _excesses(loc: Array, scale: Array, c: Array) -> Any:
    """Pareto, exponential or beta as c is positive, zero or negative; none of them where signs differ."""
    if np.all(c > 0):
        return "pareto", (1 / c, scale / c), loc - scale / c
    if np.all(c < 0):
        return "beta", (1, -1 / c), loc, -scale / c
    return ("gamma", (1, scale, 1), loc) if np.all(c == 0) else (None, ())


def _powers(
    shape: Callable[..., Array], scale: Callable[..., Array], power: Callable[..., Array]
) -> Callable[..., Any]:
    """The family of the gamma law: (X - loc)^power is Gamma(shape, scale^power)."""
    return lambda loc, s, *a: ("gamma", (shape(*a), s * scale(*a), power(*a)), loc)


def _one(*shapes: Array) -> float:
    return 1.0


_gamma = _powers(lambda a: a, _one, _one)

_MEMBERS: dict[str, Callable[..., Any]] = {
    "norm": lambda loc, s: ("normal", (loc, s)),
    "lognorm": lambda loc, s, sigma: ("lognormal", (np.log(s), sigma), loc),
    "gamma": _gamma,
    "erlang": _gamma,
    "expon": _powers(_one, _one, _one),
    "chi2": _powers(lambda df: df / 2, lambda df: 2, _one),
    "chi": _powers(lambda df: df / 2, lambda df: math.sqrt(2), lambda df: 2),
    "rayleigh": _powers(_one, lambda: math.sqrt(2), lambda: 2),
    "maxwell": _powers(lambda: 1.5, lambda: math.sqrt(2), lambda: 2),
    "halfnorm": _powers(lambda: 0.5, lambda: math.sqrt(2), lambda: 2),
    "nakagami": _powers(lambda nu: nu, lambda nu: 1 / np.sqrt(nu), lambda nu: 2),
    "weibull_min": _powers(_one, _one, lambda c: c),
    "invweibull": _powers(_one, _one, lambda c: -c),
    "gengamma": _powers(lambda a, c: a, _one, lambda a, c: c),
    "invgamma": _powers(lambda a: a, _one, lambda a: -1),
    "levy": _powers(lambda: 0.5, lambda: 0.5, lambda: -1),
    "beta": lambda loc, s, a, b: ("beta", (a, b), loc, s),
    "arcsine": lambda loc, s: ("beta", (0.5, 0.5), loc, s),
    "powerlaw": lambda loc, s, a: ("beta", (a, 1), loc, s),
    "rdist": lambda loc, s, c: ("beta", (c / 2, c / 2), loc - s, 2 * s),
    "semicircular": lambda loc, s: ("beta", (1.5, 1.5), loc - s, 2 * s),
    "uniform": lambda loc, s: ("uniform", (loc, loc + s)),
    "laplace": lambda loc, s: ("laplace", (loc, s)),
    "logistic": lambda loc, s: ("logistic", (loc, s)),
    "t": lambda loc, s, df: ("student", (df, loc, s)),
    "cauchy": lambda loc, s: ("cauchy", (loc, s)),
    "pareto": lambda loc, s, b: ("pareto", (b, s), loc),
    "lomax": lambda loc, s, c: ("pareto", (c, s), loc - s),
    "genpareto": _excesses,
    "invgauss": lambda loc, s, mu: ("inverse_gaussian", (mu * s, s), loc),
    "wald": lambda loc, s: ("inverse_gaussian", (s, s), loc),
    "vonmises": _von_mises,
    "poisson": lambda loc, s, mu: ("poisson", (mu,), loc),
    "binom": lambda loc, s, n, p: ("binomial", (p, n), loc),
    "bernoulli": lambda loc, s, p: ("binomial", (p, 1), loc),
    "nbinom": lambda loc, s, n, p: ("negative_binomial", (p, n), loc),
    "geom": lambda loc, s, p: ("negative_binomial", (p, 1), loc + 1),
}
# the scale that is given, where the standard parameters hold but a rounded function of it
_GIVEN = {
    "lognorm": "lognormal_of_scale",
    "rayleigh": "scaled_gamma",
    "maxwell": "scaled_gamma",
    "halfnorm": "scaled_gamma",
    "chi": "scaled_gamma",
    "levy": "scaled_gamma",
    "invgauss": "inverse_gaussian_of_scale",
}
SYMMETRIC = ("norm", "laplace", "logistic", "t", "cauchy")  # X and -X alike, so that a negative scale is a positive one
