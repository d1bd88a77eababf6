"""What the affinity A(a) = Σ p^a q^(1−a) says of two laws: Rényi's divergences, Bhattacharyya's and Chernoff's.

log A keeps its digits everywhere: near p = q it is log1p(a (a − 1) D) with the row power(a), where A is small it is the
logarithm of the sum itself, and beyond the floats it is found from logarithms alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from . import generators, ops, slopes
from .errors import InvalidParameter, NotConverged, UnsupportedLaw
from .evaluation import GROWN, Evaluation
from .f_divergence import FDivergence, member
from .functional import Functional, Look
from .generators import Generator
from .measure import Density
from .product import singles

if TYPE_CHECKING:
    from .families.closed_form import ClosedForm

Array = Any
Logs = Callable[[Array], tuple[Array, Array]]  # of the pairs where a mask holds; anything that is finite elsewhere
DEEP = 1e-290  # an affinity below it may have lost terms to underflow


def affinity(a: float) -> FDivergence:
    """Σ p^a q^(1−a), summed as a row is; no divergence, for it falls from 1."""
    return FDivergence(_affinity_row(a))


def _affinity_row(a: float) -> Generator:
    return Generator(
        f"affinity({a})",
        "Σ p^a q^(1−a)",
        f=lambda t, s, o: o.pow(t, a),
        critic=lambda v, o: a * o.exp((a - 1) * v),
        conjugate=None,
        reversed=lambda: _affinity_row(1 - a),
        parameters={"a": a},
    )


generators.FAMILIES["affinity"] = _affinity_row  # so that it can be sent to another process


def _log_affinity(a: float, excess: Array, direct: Callable[[], Array], logs: Logs) -> Array:
    """log A from A − 1, from A itself where that is small, from log p and log q where both fail."""
    o = ops.words(excess)
    with ops.quiet():
        near = (excess > -0.5) & (excess < math.inf)
        value = o.log1p(o.where(near, excess, o.like(excess, 0)))
        if o.nowhere(~near):
            return value
        far = ~near
        if a < 1:
            total = direct()
            here = far & (total > DEEP)
            value = o.where(here, o.xp.log(o.where(here, total, o.like(total, 1))), value)
            far = far & ~here
        if o.nowhere(far):
            return value
        log_p, log_q = logs(o.xp.expand_dims(far, axis=-1))
        return o.where(far, _log_sum(o.where(log_p == -math.inf, log_p, a * log_p + (1 - a) * log_q), o), value)


def _log_sum(x: Array, o: ops.ArrayWords) -> Array:
    """log Σ e^x over the last axis, ±inf included."""
    top = o.xp.max(ops.fixed(x), axis=-1, keepdims=True)
    level = o.where(o.xp.isfinite(top), top, o.like(top, 0))
    return o.xp.log(ops.total(o.exp(x - level))) + level[..., 0]


@dataclass(frozen=True)
class Renyi(Functional):
    """R_a(P‖Q) = log Σ p^a q^(1−a) / (a − 1) ≥ 0 in nats, 0 ≤ a ≤ ∞; `scale` times that.

    `scale` is 1 − a for the Bhattacharyya distance, −log Σ √(p q). Made by `renyi`; `bhattacharyya` is one.

    >>> import divergence as dv
    >>> round(float(dv.bhattacharyya([0.5, 0.5], [0.25, 0.75])), 12)
    0.034668232098

    Differentiable in torch and jax where it is finite.
    """

    order: float
    scale: float = 1.0
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or f"renyi({self.order})"

    @property
    def bound(self) -> float:
        return math.inf

    def __repr__(self) -> str:
        return f"<{self.name}: log Σ pᵃ q¹⁻ᵃ · {self.scale:g}/(a − 1), a = {self.order:g}, in [0, inf]>"

    def __post_init__(self) -> None:
        if 0 < self.order < math.inf:
            _ = self._power, self._affinity  # made now, for torch.compile cannot

    @cached_property
    def _power(self) -> FDivergence:
        return member(generators.power, self.order)

    @cached_property
    def _affinity(self) -> FDivergence:
        return affinity(self.order)

    def _of_masses(self, p: Array, q: Array, look: Look) -> Array:
        if self.order in (0, math.inf):
            look()
            without = p == 0
            x, y = _only(p, ~without, 1), _only(q, ~without, 1)
            with ops.quiet():
                return self._extreme(q, without, slopes.log_ratio(x, y, ops.words(x, y)))
        found = self._power._of_masses(p, q, look)
        return self._of_power(
            found,
            lambda: self._affinity._of_masses(p, q, lambda: None),
            lambda wanted: _logarithms(_only(p, wanted, 1), _only(q, wanted, 1)),
        )

    def _of_logs(self, log_p: Array, log_q: Array, v: Array | None) -> Array:
        if self.order in (0, math.inf):
            o, without = ops.words(log_q), log_p == -math.inf
            return self._extreme(o.exp(log_q), without, _only(log_p, ~without, 0) - _only(log_q, ~without, 0))
        found = self._power._of_logs(log_p, log_q, v)
        return self._of_power(
            found,
            lambda: self._affinity._of_logs(log_p, log_q, v),
            lambda wanted: (_only(log_p, wanted, 0), _only(log_q, wanted, 0)),
        )

    def _of_power(self, found: Array, direct: Callable[[], Array], logs: Logs) -> Array:
        a = self.order
        if a == 1:
            return self.scale * found
        with ops.quiet():
            return self.scale / (a - 1) * _log_affinity(a, a * (a - 1) * found, direct, logs) + 0.0

    def _extreme(self, q: Array, without: Array, log_ratio: Array) -> Array:
        """a = 0: −log of the mass that Q gives to where P has some; a = ∞: the largest log p/q of any event."""
        o = ops.words(q)
        with ops.quiet():
            if self.order == 0:
                beyond, within = (ops.total(o.where(m, q, o.like(q, 0))) for m in (without, ~without))
                small = beyond < 0.5
                return -o.where(small, o.log1p(-o.where(small, beyond, o.like(beyond, 0))), o.xp.log(within))
            highest = o.xp.max(o.where(without, o.like(log_ratio, -math.inf), log_ratio), axis=-1)
            return o.where(highest > 0, highest, o.like(highest, 0))  # the sure event has ratio 1

    def _of_coordinates(self, each: Callable[[Functional], Array]) -> Array | None:
        return ops.total(each(self))

    def _closes(self, form: ClosedForm) -> bool:
        return 0 < self.order < math.inf and form.knows(self.order)

    def _of_form(self, form: ClosedForm) -> Array:
        return self.scale * self.order * form.scaled_gap(self.order)

    def _of_laws(self, p: Any, q: Any, batch: tuple[int, ...], rtol: float) -> Array:
        self._refuse_extremes()
        found = self._power._of_laws(p, q, batch, rtol)
        found = found if ops.is_array(found) else np.asarray(found)

        def deep(wanted: Array) -> tuple[Array, Array]:
            """Logs that make the pairs infinite which are; NotConverged for one of which that is not known."""
            asked = np.broadcast_to(ops.to_numpy(ops.fixed(wanted))[..., 0], batch)
            for i, one, other in zip(np.ndindex(batch), singles(p, batch), singles(q, batch)):
                if asked[i]:
                    self._surely(one, other, rtol, i or None)
            nothing = ops.words(found).like(wanted + found[..., None], 0)
            return nothing + (math.inf if self.order > 1 else -math.inf), nothing

        return self._of_power(found, lambda: self._affinity._of_laws(p, q, batch, rtol), deep)

    def _surely(self, p: Any, q: Any, rtol: float, index: tuple[int, ...] | None) -> None:
        try:
            self._of_densities(p, q, rtol)
        except NotConverged as error:
            raise NotConverged(
                error.problem, evaluation=error.evaluation, argument="p, q", index=index, remedy=error.remedy
            ) from error

    def _refuse_extremes(self) -> None:
        if self.order in (0, math.inf):
            raise UnsupportedLaw(
                f"{self.name} of densities", argument="p, q", remedy="choose an order above 0 and below infinity"
            )

    def _of_densities(self, p: Any, q: Any, rtol: float) -> Evaluation:
        self._refuse_extremes()
        a = self.order
        found = self._power._of_densities(p, q, rtol)
        if a == 1:
            return Evaluation(self.scale * found.value, self.scale * found.error, found.method)
        excess, factor = a * (a - 1) * found.value, self.scale / (a - 1)
        if found.value == math.inf and found.method.endswith(GROWN):
            raise _beyond_floats("∫ p^a q^(1−a) is larger than any float", found)
        if excess > -0.5:
            with ops.quiet():
                error = abs(self.scale * a * found.error / (1 + excess)) if math.isfinite(excess) else 0.0
                return Evaluation(float(factor * np.log1p(excess)), error, found.method)
        direct = self._affinity._of_densities(p, q, rtol)
        if direct.value <= DEEP:
            if _apart(p, q):
                return Evaluation(math.inf, 0.0, f"{direct.method}: infinite, the supports are disjoint")
            raise _beyond_floats(f"∫ p^a q^(1−a) is below {DEEP:g}", direct)
        with ops.quiet():
            value = float(factor * np.log(direct.value))
        return Evaluation(value, abs(factor) * direct.error / direct.value, direct.method)


def _apart(p: Any, q: Any) -> bool:
    """Whether no point, or but a border, is in both supports."""
    sides = [law.support if isinstance(law.support[0], tuple) else (law.support,) for law in (p, q)]
    gaps = [max(a[0], b[0]) - min(a[1], b[1]) for a, b in zip(*sides)]
    return max(gaps) > 0 or (max(gaps) == 0 and isinstance(p, Density))


def _beyond_floats(problem: str, found: Evaluation) -> NotConverged:
    return NotConverged(
        problem,
        evaluation=found,
        argument="p, q",
        remedy="the laws are too far apart for integrals; closed forms of families reach further",
    )


def _only(x: Array, wanted: Array, filler: float) -> Array:
    """x where wanted: a pair that is not asked for shall not be differentiated either."""
    o = ops.words(x)
    return o.where(wanted, x, o.like(x, filler))


def _logarithms(p: Array, q: Array) -> tuple[Array, Array]:
    o = ops.words(p, q)
    with ops.quiet():
        return o.xp.log(p), o.xp.log(q)


def renyi(a: float) -> Renyi:
    """log Σ pᵃ q¹⁻ᵃ / (a − 1), 0 ≤ a ≤ ∞: KL at a = 1, −log Q(p > 0) at a = 0, log max p/q at a = ∞.

    >>> import divergence as dv
    >>> round(float(dv.renyi(2)([0.5, 0.5], [0.25, 0.75])), 12)  # log(1 + χ²)
    0.287682072452
    >>> float(dv.renyi(0.5)([1.0, 0.0], [0.0, 1.0]))
    inf

    Nats, on masses, log-masses, logits and densities, as for a row. Raises InvalidParameter for an order below 0.
    Source: van Erven & Harremoës 2014.
    """
    try:
        order = float(a)
    except (TypeError, ValueError):
        order = math.nan
    if isinstance(a, str) or not order >= 0:
        raise InvalidParameter(
            f"{a!r} is outside its domain", argument="a", value=a, remedy="the order is at least 0; math.inf is one"
        )
    return Renyi(order)


bhattacharyya = Renyi(0.5, 0.5, "bhattacharyya")
