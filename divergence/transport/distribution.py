"""Distribution functions and quantiles of laws on the line, with digits in both tails.

Every law becomes a `LawOnLine`. Where a formula is known it comes from scipy; a mixture adds those of its parts; any
other density is integrated once, panel by panel.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import ops
from ..density import Density, Distribution, Lattice, Member
from ..errors import InvalidMeasure, ShapeMismatch, UnsupportedLaw
from ..measure import Discrete
from .atoms import enumerated
from .coupling import EPS

Array = Any
Function = Callable[[np.ndarray], np.ndarray]
FARTHEST = 1e150
MAGNITUDE = np.int64(2**63 - 1)  # the bits of a float but for its sign


@dataclass(frozen=True)
class LawOnLine:
    """F = `below` and 1 − F = `above`, F⁻¹(u) = `quantile` and F⁻¹(1 − v) = `upper_quantile` for u, v ≤ 1/2.

    `low` and `high` are the ends of the support, `marks` places to cut an integral at. A law of atoms has their
    `points`, in order, and `masses`; `unknown` is what its total mass may be off by.
    Quantiles are infinite where they lie farther out than they are looked for.
    """

    low: float
    high: float
    marks: np.ndarray
    below: Function
    above: Function
    quantile: Function
    upper_quantile: Function
    points: np.ndarray | None = None
    masses: np.ndarray | None = field(default=None, repr=False)
    unknown: float = 0.0
    precision: float = 4 * EPS  # relative, of F and of 1 − F in their tails and of quantiles
    tail: float = math.inf  # the mass of atoms beyond the last named falls as (distance)^-tail

    @property
    def discrete(self) -> bool:
        return self.points is not None

    def same_atoms(self, other: LawOnLine) -> bool:
        if self.points is None or other.points is None or self.masses is None or other.masses is None:
            return False
        return np.array_equal(self.points, other.points) and np.array_equal(self.masses, other.masses)

    def beyond(self, order: float) -> float:
        """The part of E|X|ᵖ that atoms farther out than those named hold."""
        if self.points is None or self.masses is None or not order < self.tail < math.inf:
            return 0.0
        return float(self.masses[-1] * abs(self.points[-1]) ** (order + 1) / (self.tail - order))

    def light(self, order: float) -> bool:
        """Whether the tails hold next to nothing of E|X|ᵖ."""
        far = np.asarray([1e15])
        mass = float(self.below(-far)[0] + self.above(far)[0])
        return self.tail > order and mass * 1e15**order < 1e-3


def on_line(law: Density | Lattice | Discrete, argument: str) -> LawOnLine:
    """One law, not a batch."""
    if isinstance(law, Discrete):
        points, masses = _positions(law, argument)
        return _of_atoms(points, masses, (float(points[0]), float(points[-1])))
    if isinstance(law, Lattice):
        points, masses, unknown, tail = enumerated(law, argument)
        low, high = (float(end) for end in law.support)
        ends = low if math.isinf(low) else float(points[0]), high if math.isinf(high) else float(points[-1])
        return _of_atoms(points, masses, ends, unknown, tail)
    if law.dimension > 1:
        raise ShapeMismatch(
            f"a law in {law.dimension} dimensions, and this distance is computed on the line",
            argument=argument,
            remedy="write sliced_wasserstein(order, projections).estimate(x, y, rng=0) for samples, or one coordinate "
            "at a time",
        )
    if law.parts is not None:
        return _of_mixture(law, argument)
    known = law.distribution or (of_member(law.member) if law.member else None)
    if known is None or law.normalise:
        from .integrated import integrated

        return integrated(law, argument)
    found = _of_known(law, known)
    if found is None:
        from .integrated import integrated

        return integrated(law, argument)
    return found


def _of_known(law: Density, known: Distribution) -> LawOnLine | None:
    """By formulas; None where they do not reach into the tails, and are too slow to be inverted."""
    low, high = (float(end) for end in law.support)
    marks = _places(law.landmarks, low, high)
    below, above = _to_the_ends(known.below, marks, 0.0, 1.0), _to_the_ends(known.above, marks, 1.0, 0.0)
    quantile, upper = _kept(known.quantile, below), _kept(known.upper_quantile, above)
    if law.member is None and (quantile is None or upper is None):
        return None
    quantile = quantile or inverse(below, 1.0, low, high)
    upper = upper or inverse(above, -1.0, low, high)
    return LawOnLine(low, high, marks, below, above, quantile, upper)


def _to_the_ends(of: Function, marks: np.ndarray, before: float, after: float) -> Function:
    """F or 1 − F, with what it is beyond all marks where a formula says nan."""

    def function(x: np.ndarray) -> np.ndarray:
        with ops.quiet():
            values = np.asarray(of(x), dtype=float)
        lost = np.isnan(values)
        if not lost.any() or not len(marks):
            return values
        values = np.where(lost & (x < marks[0]), before, values)
        return np.where(lost & (x > marks[-1]), after, values)

    return function


def _kept(quantile: Function | None, of: Function) -> Function | None:
    """A formula for quantiles, if it inverts the distribution function from the middle to the far tail."""
    if quantile is None:
        return None
    u = np.exp(np.asarray([-0.7, -3.0, -20.0, -115.0, -230.0, -460.0, -690.0]))
    try:
        with ops.quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            x = np.asarray(quantile(u), dtype=float)
            off, before, after = (of(y) - u for y in (x, np.nextafter(x, -np.inf), np.nextafter(x, np.inf)))
    except (ArithmeticError, RuntimeError, ValueError):  # a quantile that far out is none to scipy
        return None
    near = (np.abs(off) < 1e-9 * u) | (before * after <= 0)
    return _quietly(quantile) if np.isfinite(x).all() and near.all() else None


def _of_mixture(law: Density, argument: str) -> LawOnLine:
    """F = Σ w F_i; a quantile lies between the least and the greatest of those of the parts."""
    assert law.parts is not None
    weights = np.ravel(np.asarray(ops.to_numpy(law.parts[0]), dtype=float))
    given = [(w, on_line(_single(part), argument)) for w, part in zip(weights, law.parts[1]) if w > 0]
    w = np.asarray([weight for weight, _ in given])
    laws = [part for _, part in given]

    def total(name: str) -> Function:
        return lambda x: np.stack([getattr(part, name)(x) for part in laws], axis=-1) @ w

    def between(name: str, of: Function, sign: float) -> Function:
        def quantile(u: np.ndarray) -> np.ndarray:
            found = np.stack([getattr(part, name)(u) for part in laws])
            return root(of, u, found.min(axis=0), found.max(axis=0), sign)

        return quantile

    below, above = total("below"), total("above")
    return LawOnLine(
        min(part.low for part in laws),
        max(part.high for part in laws),
        np.unique(np.concatenate([part.marks for part in laws])),
        below,
        above,
        between("quantile", below, 1.0),
        between("upper_quantile", above, -1.0),
        unknown=float(w @ [part.unknown for part in laws]),
        precision=max(part.precision for part in laws),
    )


def _single(law: Any) -> Any:
    """A part of a mixture that was taken out of a batch, by itself."""
    if not getattr(law, "batch", ()):
        return law
    from ..product import singles

    return next(singles(law, law.batch))


def _of_atoms(
    points: np.ndarray,
    masses: np.ndarray,
    ends: tuple[float, float],
    unknown: float = 0.0,
    tail: float = math.inf,
) -> LawOnLine:
    total = masses.sum()
    up = np.concatenate([[0.0], np.cumsum(masses) / total])
    down = np.concatenate([np.cumsum(masses[::-1])[::-1] / total, [0.0]])
    last = len(points) - 1

    def below(x: np.ndarray) -> np.ndarray:
        return up[np.searchsorted(points, x, side="right")]

    def above(x: np.ndarray) -> np.ndarray:
        return down[np.searchsorted(points, x, side="right")]

    def quantile(u: np.ndarray) -> np.ndarray:
        return points[np.minimum(np.searchsorted(up[1:], u, side="left"), last)]

    def upper_quantile(v: np.ndarray) -> np.ndarray:  # the least point with no more than v above it
        return points[np.minimum(np.searchsorted(-down[1:], -v, side="left"), last)]

    return LawOnLine(*ends, points, below, above, quantile, upper_quantile, points, masses / total, unknown, tail=tail)


def _positions(law: Discrete, argument: str) -> tuple[np.ndarray, np.ndarray]:
    """Distinct points in order, with their masses."""
    from ..integral_metric import on_line as column

    if law.points is None:
        raise InvalidMeasure(
            "has no points, and distances need positions",
            argument=argument,
            remedy=f"write Discrete({argument}, points)",
        )
    if law.masses.ndim > 1:
        raise UnsupportedLaw("a batch where one law belongs", argument=argument, remedy="hand in one law at a time")
    points = ops.to_numpy(column(law.points, f"points of {argument}", "W_p")).astype(float)
    masses = ops.to_numpy(law.masses).astype(float)
    points, places = np.unique(points, return_inverse=True)
    masses = np.bincount(places.ravel(), masses, len(points))
    return points[masses > 0], masses[masses > 0]


# ---------------------------------------------------------------- quantiles by bisection


def inverse(of: Function, sign: float, low: float, high: float) -> Function:
    """The quantile of F (sign 1) or of 1 − F (sign −1) on a support."""
    first, last = max(low, -FARTHEST), min(high, FARTHEST)

    def quantile(u: np.ndarray) -> np.ndarray:
        x = bisected(of, u, np.full(u.shape, first), np.full(u.shape, last), sign)
        return np.where(np.abs(x) > FARTHEST / 1e3, np.copysign(np.inf, x), x)

    return quantile


def root(of: Function, u: np.ndarray, low: np.ndarray, high: np.ndarray, sign: float) -> np.ndarray:
    """The x in [low, high] where F(x) = u (sign 1) or 1 − F(x) = u (sign −1), by Chandrupatla's method or halving."""
    from scipy.optimize import elementwise

    def off(x: np.ndarray, target: np.ndarray) -> np.ndarray:
        return sign * (of(x.ravel()).reshape(x.shape) - target) / target

    with ops.quiet():
        found = elementwise.find_root(off, (low, high), args=(u,), maxiter=40)
    x = np.where(high > low, found.x, high)
    lost = (high > low) & ~found.success
    if lost.any():
        x[lost] = bisected(of, u[lost], low[lost], high[lost], sign)
    return x


def bisected(of: Function, u: np.ndarray, low: np.ndarray, high: np.ndarray, sign: float) -> np.ndarray:
    """The same between neighbouring floats, from ends however far apart."""
    low, high = _ordinals(low), _ordinals(high)
    for _ in range(64):
        open_ = high - low != 1
        open_ &= high != low
        if not open_.any():
            break
        a, b = low[open_], high[open_]
        middle = (a & b) + ((a ^ b) >> 1)  # (a + b)/2, which cannot overflow
        right = (of(_floats(middle)) - u[open_]) * sign < 0
        low[open_], high[open_] = np.where(right, middle, a), np.where(right, b, middle)
    return _floats(high)


def _ordinals(x: np.ndarray) -> np.ndarray:
    """The places of floats in their order: neighbours differ by 1, and halving takes 64 steps from anywhere."""
    bits = (np.array(x, dtype=float) + 0.0).view(np.int64)
    return np.where(bits < 0, -(bits & MAGNITUDE), bits)


def _floats(ordinals: np.ndarray) -> np.ndarray:
    return np.where(ordinals < 0, (-ordinals) | ~MAGNITUDE, ordinals).view(float)


# ---------------------------------------------------------------- formulas


def of_member(member: Member) -> Distribution | None:
    """By the formulas of scipy.stats; None where it has none that holds for one law."""
    if member.family not in _SCIPY:
        return None
    from scipy import stats

    x = [np.ravel(np.asarray(ops.to_numpy(y), dtype=float))[0] for y in (*member.parameters, *member.frame)]
    name, shapes, loc, scale = _SCIPY[member.family](*x)
    law: Any = getattr(stats, name)(*shapes, loc=loc, scale=scale)
    return Distribution(law.cdf, law.sf, law.ppf, law.isf)


def _gamma(shape: float, scale: float, power: float, loc: float) -> Any:
    return ("gamma", (shape,), loc, scale) if power == 1 else ("gengamma", (shape, power), loc, scale)


_SCIPY: dict[str, Callable[..., Any]] = {
    "normal": lambda mean, sd: ("norm", (), mean, sd),
    "lognormal": lambda mean, sd, loc: ("lognorm", (sd,), loc, math.exp(mean)),
    "gamma": _gamma,
    "beta": lambda a, b, loc, scale: ("beta", (a, b), loc, scale),
    "uniform": lambda low, high: ("uniform", (), low, high - low),
    "laplace": lambda loc, scale: ("laplace", (), loc, scale),
    "logistic": lambda loc, scale: ("logistic", (), loc, scale),
    "student": lambda df, loc, scale: ("t", (df,), loc, scale),
    "cauchy": lambda loc, scale: ("cauchy", (), loc, scale),
    "pareto": lambda shape, minimum, loc: ("pareto", (shape,), loc, minimum),
    "inverse_gaussian": lambda mean, shape, loc: ("invgauss", (mean / shape,), loc, shape),
}


def _quietly(function: Function) -> Function:
    def quiet(x: np.ndarray) -> np.ndarray:
        with ops.quiet():
            return np.asarray(function(x), dtype=float)

    return quiet


def _places(landmarks: Any, low: float, high: float) -> np.ndarray:
    marks = np.unique(np.ravel(np.asarray(ops.to_numpy(ops.as_array(landmarks)), dtype=float)))
    return marks[np.isfinite(marks) & (marks >= low) & (marks <= high)]
