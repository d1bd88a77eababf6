"""W_p of two laws on the line, with an error: closed forms, W1 by ∫ |F − G|, other orders by quantiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..density import Density, Lattice
from ..errors import NotConverged, ShapeMismatch, UnsupportedLaw
from ..evaluation import Evaluation
from ..integral_metric import check_positioned
from ..measure import Discrete
from ..product import batch_of, singles
from . import closed_form
from .coupling import EPS, cost, coupling
from .distribution import LawOnLine, on_line
from .gap import Gap, integral

Array = Any
DEEPEST = -230.0  # log of the probability farthest out at which quantiles are asked for
HALF = math.log(0.5)
MOST_CELLS, MOST_ATOMS = 200_000, 400_000


def distances(p: Any, q: Any, order: float) -> Array:
    """W_p of each pair of two laws or batches of laws, which broadcast; a tensor where a law is torch's."""
    p, q = (_checked(law, name, order) for law, name in ((p, "p"), (q, "q")))
    batch = _common_batch(p, q)
    like = next((x for x in (_like(p), _like(q)) if ops.is_torch(x)), None)
    closed = closed_form.of(p, q, order)
    if closed is not None:
        value = ops.namespace(closed).broadcast_to(closed, batch)
        return _like_input(value, like)
    for law, name in ((p, "p"), (q, "q")):
        if _has_graph(law):
            raise UnsupportedLaw(
                f"W_p of {law!r} is integrated, and that is not differentiable in its parameters",
                argument=name,
                remedy="detach the parameters, or differentiate through samples: wasserstein(order).between_samples("
                "p.rsample((n,)), q.rsample((n,)), axis=0)",
            )
    values = [
        _evaluate(a, b, order, 1e-6 if order == math.inf else 1e-8).value
        for a, b in zip(singles(p, batch), singles(q, batch))
    ]
    return _like_input(np.asarray(values, dtype=float).reshape(batch), like)


def evaluate(p: Any, q: Any, order: float, rtol: float) -> Evaluation:
    """W_p of one pair of laws."""
    p, q = (_checked(law, name, order) for law, name in ((p, "p"), (q, "q")))
    if _common_batch(p, q):
        raise ShapeMismatch(
            f"a batch of laws of shape {_common_batch(p, q)}",
            argument="p, q",
            remedy="evaluate answers for one pair; call the distance itself on batches",
        )
    closed = closed_form.of(p, q, order)
    if closed is not None:
        value = float(ops.to_numpy(closed))
        family = p.member.family.replace("_", " ")
        error = 0.0 if math.isinf(value) else closed_form.rounding(p, q, value)
        return Evaluation(value, error, f"closed form: {family} family")
    return _evaluate(p, q, order, rtol)


def _evaluate(p: Any, q: Any, order: float, rtol: float) -> Evaluation:
    p, q = on_line(p, "p"), on_line(q, "q")
    endless = _endless(p, q, order)
    if endless is not None:
        return endless
    _check_atoms(p, q)
    if p.discrete and q.discrete:
        found = _of_atoms(p, q, order)
    elif order == math.inf:
        found = _largest(p, q, rtol)
    else:
        found = _by_distribution_functions(p, q, rtol) if order == 1 else _by_quantiles(p, q, order, rtol)
    if found.value != math.inf and not found.error <= rtol * found.value + 1e-10 * _spread(p, q):
        raise NotConverged(
            f"the distance is known as {found} only",
            evaluation=found,
            argument="p, q",
            remedy="ask for a larger rtol, or name the narrow places of a Density as landmarks=(...)",
        )
    return found


def _check_atoms(p: LawOnLine, q: LawOnLine) -> None:
    for law, other, name in ((p, q, "p"), (q, p, "q")):
        if law.points is not None and not other.discrete and len(law.points) > MOST_ATOMS:
            raise UnsupportedLaw(
                f"{len(law.points)} atoms, each to be integrated up to the next",
                argument=name,
                remedy="compare it with another law of atoms, or write a Density near it",
            )


def _endless(p: LawOnLine, q: LawOnLine, order: float) -> Evaluation | None:
    """Infinite where the atoms of one law have no moment of this order, or, at order ∞, where it alone has no end."""
    one_sided = any(math.isinf(a) != math.isinf(b) for a, b in ((p.low, q.low), (p.high, q.high)))
    if order == math.inf and one_sided:
        return Evaluation(math.inf, 0.0, "infinite, one law reaches to infinity where the other ends")
    heavy = [law for law in (p, q) if law.discrete and law.tail <= order < math.inf]
    if len(heavy) == 1 and (q if p is heavy[0] else p).light(order):
        return Evaluation(math.inf, 0.0, f"infinite, the moment of order {order:g} of one law is")
    hidden = order == math.inf and (p.discrete or q.discrete) and math.isinf(p.high - p.low)
    if (heavy or hidden) and not p.same_atoms(q):
        raise NotConverged(
            "the tails of both laws matter, and their difference is out of sight",
            evaluation=Evaluation(math.nan, math.inf, "quantiles"),
            argument="p, q",
            remedy="choose a smaller order",
        )
    return None


def _spread(p: LawOnLine, q: LawOnLine) -> float:
    """The larger distance between quartiles: what is far smaller than that is rounding."""
    quarter = np.asarray([0.25])
    return max(float(law.upper_quantile(quarter)[0] - law.quantile(quarter)[0]) for law in (p, q))


# ---------------------------------------------------------------- atoms against atoms


def _of_atoms(p: LawOnLine, q: LawOnLine, order: float) -> Evaluation:
    assert p.points is not None
    assert p.masses is not None
    assert q.points is not None
    assert q.masses is not None
    method = f"coupling of {len(p.points)} and {len(q.points)} atoms"
    if p.same_atoms(q):
        return Evaluation(0.0, 0.0, f"{method}, which are the same")
    pieces = len(p.points) + len(q.points)
    span = float(np.ptp(p.points) + np.ptp(q.points))
    if order == 1:
        points = np.union1d(p.points, q.points)
        upward = np.abs(p.below(points) - q.below(points))
        downward = np.abs(p.above(points) - q.above(points))
        apart = np.where(p.below(points) + q.below(points) < 1, upward, downward)[:-1]
        value, rounding = float(apart @ np.diff(points)), pieces * EPS * span
    else:
        widths, i, j = coupling(p.masses, q.masses)
        value = float(cost(p.points[i], q.points[j], widths, order))
        rounding = 0.0 if order == math.inf else (2 * pieces * EPS) ** (1 / order) * span * 1e-3
    error = (16 + math.log2(pieces)) * EPS * value + min(rounding, 1e-9 * value) + (p.unknown + q.unknown) * value
    left = sum(law.beyond(order) for law in (p, q))
    return Evaluation(value, error + (value**order + left) ** (1 / order) - value if left else error, method)


# ---------------------------------------------------------------- W1


def _by_distribution_functions(p: LawOnLine, q: LawOnLine, rtol: float) -> Evaluation:
    """∫ |F − G| dx, on either side of the middle from the tail that has its digits."""

    precision = max(p.precision, q.precision)

    def difference(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a, b, c, d = p.below(x), q.below(x), p.above(x), q.above(x)
        up, down = np.maximum(a, b), np.maximum(c, d)
        lower = up < down
        return np.where(lower, a - b, d - c), precision * np.where(lower, up, down)

    gap = Gap.on_places(p, q, difference)
    return _settled(integral(gap, 0.5 * rtol), 1.0, 1.0, p, q, gap.method)


# ---------------------------------------------------------------- quantiles


def _by_quantiles(p: LawOnLine, q: LawOnLine, order: float, rtol: float) -> Evaluation:
    """∫ |F⁻¹ − G⁻¹|ᵖ du over each half of (0, 1), in the logarithm of the probability."""
    u = np.exp(HALF - np.asarray([0.0, 0.1, 0.5, 1.0, 2.0, 4.0]))
    unit = float(
        max(np.max(np.abs(p.quantile(u) - q.quantile(u))), np.max(np.abs(p.upper_quantile(u) - q.upper_quantile(u))))
    )
    unit, precision = unit or 1.0, max(p.precision, q.precision)
    total, error, infinite = 0.0, 0.0, False
    for name, tail in (("quantile", "below"), ("upper_quantile", "above")):
        first, second = getattr(p, name), getattr(q, name)

        def powers(u: np.ndarray, first: Any = first, second: Any = second) -> tuple[np.ndarray, np.ndarray]:
            x, y = first(u), second(u)
            d = np.abs(x - y) / unit
            sign = np.where(x < y, -1.0, 1.0)
            slack = precision * np.maximum(np.abs(x), np.abs(y)) / unit
            with ops.quiet():
                return sign * d**order, order * (d + slack) ** (order - 1) * slack

        found = integral(Gap.on_probabilities(p, q, powers, tail), 0.5 * rtol * min(order, 4.0))
        total, error, infinite = total + found[0], error + found[1], infinite or found[2]
    return _settled((total, error, infinite), unit, order, p, q, "integral of quantiles over (0, 1)")


def _settled(
    found: tuple[float, float, bool], unit: float, order: float, p: LawOnLine, q: LawOnLine, method: str
) -> Evaluation:
    """The root of an integral, with its error and that of the masses."""
    total, error, infinite = found
    if infinite:
        return Evaluation(math.inf, 0.0, f"{method}: infinite, the integrand does not decay")
    error += sum(law.beyond(order) for law in (p, q)) / unit**order
    value = unit * total ** (1 / order)
    above = unit * (total + error) ** (1 / order)
    below = unit * max(total - error, 0.0) ** (1 / order)
    return Evaluation(
        value, max(above - value, value - below) + 8 * EPS * value + (p.unknown + q.unknown) * value, method
    )


def _largest(p: LawOnLine, q: LawOnLine, rtol: float) -> Evaluation:
    """sup |F⁻¹ − G⁻¹|: both are monotone, so the ends of a cell of probabilities bound what lies in it."""
    method = "largest difference of quantiles, cells halved"
    best, bound = 0.0, 0.0
    for name, ends in (("quantile", (p.low, q.low)), ("upper_quantile", (p.high, q.high))):
        first, second = getattr(p, name), getattr(q, name)
        s = np.linspace(DEEPEST, HALF, 257)
        x, y = first(np.exp(s)), second(np.exp(s))
        if math.isinf(ends[0]):
            deep = np.abs(x - y)[[0, 16, 32]]
            if deep[0] > deep[1] * (1 + 1e-9) > deep[2] * (1 + 2e-9):
                return Evaluation(math.inf, 0.0, f"{method}: infinite, it grows without end in the tail")
        else:
            s, x, y = np.append(-np.inf, s), np.append(ends[0], x), np.append(ends[1], y)
        best = max(best, float(np.max(np.abs(x - y))))
        best, most = _halved(first, second, (s[:-1], s[1:], x[:-1], x[1:], y[:-1], y[1:]), best, rtol)
        bound = max(bound, most)
    return Evaluation(best, max(bound - best, 0.0) + 8 * EPS * best, method)


def _halved(first: Any, second: Any, cells: tuple[np.ndarray, ...], best: float, rtol: float) -> tuple[float, float]:
    """The largest difference seen, `best` to begin with, and a bound of it over cells of log-probabilities."""
    bound = best
    for sweep in range(60):
        low, high, a, b, c, d = cells
        most = np.max(np.abs([a - c, a - d, b - c, b - d]), axis=0)
        open_ = most > best * (1 + 0.25 * rtol)
        bound = max(bound, float(np.max(most[~open_], initial=0.0)))
        if not open_.any():
            break
        if sweep == 59 or open_.sum() > MOST_CELLS:
            return best, max(bound, float(most.max()))
        low, high, a, b, c, d = (z[open_] for z in cells)
        middle = np.where(np.isinf(low), high - 100.0, low / 2 + high / 2)
        x, y = first(np.exp(middle)), second(np.exp(middle))
        best = max(best, float(np.max(np.abs(x - y))))
        pairs = ((low, middle), (middle, high), (a, x), (x, b), (c, y), (y, d))
        cells = tuple(np.concatenate(pair) for pair in pairs)
    return best, bound


# ---------------------------------------------------------------- what comes in and goes out


def _checked(law: Any, name: str, order: float) -> Any:
    if not isinstance(law, Density | Lattice):
        check_positioned(law, name, f"wasserstein({order:g})")
    return law


def _common_batch(p: Any, q: Any) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(batch_of(p), batch_of(q))
    except ValueError as error:
        raise ShapeMismatch(
            f"batch {batch_of(q)} does not broadcast with {batch_of(p)} of p",
            argument="q",
            remedy="the shapes of the parameters must be equal, or 1, axis by axis",
        ) from error


def _like(law: Any) -> Array | None:
    return law.masses if isinstance(law, Discrete) else law.like


def _has_graph(law: Any) -> bool:
    if isinstance(law, Discrete):
        return bool(getattr(law.masses, "requires_grad", False) or getattr(law.points, "requires_grad", False))
    parts: list[Any] = []
    if law.member is not None:
        parts += [*law.member.parameters, *law.member.frame]
    if law.parts is not None:
        return bool(getattr(law.parts[0], "requires_grad", False)) or any(map(_has_graph, law.parts[1]))
    return any(bool(getattr(x, "requires_grad", False)) for x in parts)


def _like_input(value: Array, like: Array | None) -> Array:
    if like is None:
        return ops.plain(ops.to_numpy(value))
    xp = ops.namespace(like)
    value = value if ops.is_torch(value) else xp.asarray(np.asarray(value), device=like.device)
    return xp.astype(value, like.dtype, copy=False)
