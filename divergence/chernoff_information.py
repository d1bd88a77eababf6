"""The Chernoff information: the rate at which the error of the best test of P against Q falls with the draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ops
from .affinity import Renyi
from .errors import UnsupportedLaw
from .evaluation import Evaluation
from .functional import Functional, Look
from .measure import Density
from .product import singles

if TYPE_CHECKING:
    from .families.closed_form import ClosedForm

Array = Any


@dataclass(frozen=True)
class Chernoff(Functional):
    """max over 0 ≤ a ≤ 1 of −log Σ pᵃ q¹⁻ᵃ, in nats, in [0, ∞]; −log of the error of n draws tends to n times that.

    >>> import divergence as dv
    >>> p, q = [0.9, 0.1], [0.1, 0.9]
    >>> round(float(dv.chernoff(p, q)), 12)  # by symmetry a = 1/2, and so the Bhattacharyya distance
    0.510825623766
    >>> round(dv.chernoff.order([0.5, 0.5], [0.25, 0.75]), 6)  # the a that attains it
    0.511923

    Symmetric, finite where the laws share an atom. Pairs are taken one by one. Differentiable in torch, at fixed a, for
    the maximum does not move to first order. Source: Cover & Thomas 2006, section 11.9.
    """

    @property
    def name(self) -> str:
        return "chernoff"

    @property
    def bound(self) -> float:
        return math.inf

    def __repr__(self) -> str:
        return "<chernoff: max over a of −log Σ pᵃ q¹⁻ᵃ, in [0, inf]>"

    def order(self, p: Any, q: Any) -> float:
        """The a at which −log Σ pᵃ q¹⁻ᵃ is largest, for one pair of masses."""
        for x, argument in ((p, "p"), (q, "q")):
            if isinstance(x, Density):
                raise UnsupportedLaw(
                    "a Density", argument=argument, remedy="chernoff.evaluate(p, q).method names the a"
                )
        self.evaluate(p, q)  # which refuses what is no pair of masses
        return _order(_sides_of_masses(*(getattr(x, "masses", x) for x in (p, q))))

    def _of_masses(self, p: Array, q: Array, look: Look) -> Array:
        look()

        def one(x: Array, y: Array) -> Array:
            a = _order(_sides_of_masses(x, y))
            if a == 1:
                x, y, a = y, x, 0.0
            return Renyi(a, 1 - a)._of_masses(x, y, lambda: None)

        return _pair_by_pair(one, p, q)

    def _of_logs(self, log_p: Array, log_q: Array, v: Array | None) -> Array:
        def one(x: Array, y: Array, gap: Array | None = None) -> Array:
            a = _order(_sides_of_logs(x, y, gap))
            if a == 1:
                x, y, gap, a = y, x, None if gap is None else -gap, 0.0
            return Renyi(a, 1 - a)._of_logs(x, y, gap)

        return _pair_by_pair(one, log_p, log_q, *([] if v is None else [v]))

    def _closes(self, form: ClosedForm) -> bool:
        return not form.only_kl

    def _of_form(self, form: ClosedForm) -> Array:
        from scipy.optimize import minimize_scalar
        from scipy.special import expit

        def at(a: float, pair: ClosedForm) -> Array:
            return a * (1 - a) * pair.scaled_gap(a)

        def best(pair: ClosedForm) -> float:
            if at(0.5, pair) == math.inf:  # and so at every a
                return 0.5
            # in log(a/(1 − a)), for the a that attains it may lie near an end
            found: Any = minimize_scalar(
                lambda z: -float(at(expit(z), pair)), bounds=(-30, 30), options={"xatol": 1e-7}
            )
            return float(expit(found.x))

        values = [at(best(pair.fixed()), pair) for pair in form.pairs()]
        if not values:
            return np.empty(form.batch)
        xp = ops.namespace(*values)
        return xp.reshape(xp.stack(values), form.batch)

    def _of_laws(self, p: Any, q: Any, batch: tuple[int, ...], rtol: float) -> Array:
        values = []
        for x, y in zip(singles(p, batch), singles(q, batch)):
            a = self._best(x, y, rtol)
            values.append(Renyi(a, 1 - a)._of_laws(x, y, (), rtol))
        if any(ops.is_torch(x) for x in values):
            xp = ops.namespace(*values)
            return xp.reshape(xp.stack(values), batch)
        return np.asarray(values).reshape(batch)

    def _best(self, p: Any, q: Any, rtol: float) -> float:
        from scipy.optimize import minimize_scalar

        def less(a: float) -> float:
            return -Renyi(a, 1 - a)._of_densities(p, q, rtol).value

        if less(0.5) == -math.inf:  # and so at every a
            return 0.5
        found: Any = minimize_scalar(less, bounds=(1e-6, 1 - 1e-6), options={"xatol": 1e-7})
        return float(found.x)

    def _of_densities(self, p: Any, q: Any, rtol: float) -> Evaluation:
        a = self._best(p, q, rtol)
        found = Renyi(a, 1 - a)._of_densities(p, q, rtol)
        if found.value == math.inf:
            return found
        return Evaluation(found.value, found.error + 1e-12 * found.value, f"{found.method}, largest at a = {a:.6f}")


def _pair_by_pair(one: Any, *arrays: Array) -> Array:
    xp, k = ops.namespace(*arrays), arrays[0].shape[-1]
    if not ops.known(arrays[0]):
        raise UnsupportedLaw(
            "arrays whose values are not known yet", argument="p, q", remedy="compute them first, outside the transform"
        )
    batch = tuple(arrays[0].shape[:-1])
    flat = [xp.reshape(x, (-1, k)) for x in arrays]
    rows = [one(*(x[i, :] for x in flat)) for i in range(flat[0].shape[0])]
    return xp.reshape(xp.stack(rows), batch) if rows else xp.sum(arrays[0], axis=-1)


@dataclass(frozen=True)
class _Sides:
    """Of the atoms that have mass, in float64: the larger mass, t = smaller/larger, and which is which."""

    big: np.ndarray
    log_big: np.ndarray
    log_t: np.ndarray
    excess: np.ndarray  # log t - (t - 1)
    up: np.ndarray  # whether p is the smaller


def _sides_of_masses(p: Array, q: Array) -> _Sides:
    p, q = (ops.to_numpy(ops.fixed(ops.as_array(x))).astype(float) for x in (p, q))
    p, q = p[p + q > 0], q[p + q > 0]
    big, small, o = np.maximum(p, q), np.minimum(p, q), ops.numpy_words()
    with ops.quiet():
        t, s = small / big, (small - big) / big
        log_t = np.where(s > -0.5, np.log1p(np.where(s > -0.5, s, 0.0)), np.log(small) - np.log(big))
        return _Sides(big, np.log(big), log_t, o.log_excess(t, s), p <= q)


def _sides_of_logs(log_p: Array, log_q: Array, gap: Array | None) -> _Sides:
    x, y = (ops.to_numpy(ops.fixed(z)).astype(float) for z in (log_p, log_q))
    kept, o = (x > -math.inf) | (y > -math.inf), ops.numpy_words()
    with ops.quiet():
        v = (x - y if gap is None else ops.to_numpy(ops.fixed(gap)).astype(float))[kept]
        log_big, log_t = np.maximum(x, y)[kept], -np.abs(v)
        t, s = np.exp(log_t), np.expm1(log_t)
        excess = np.where(s > -0.5, o.log_excess(t, s), log_t - s)
        return _Sides(np.exp(log_big), log_big, log_t, excess, v <= 0)


def _order(x: _Sides) -> float:
    """The a in [0, 1] at which A(a) = Σ pᵃ q¹⁻ᵃ is least.

    A′ is found as Σ q (tᵃ log t − (t − 1)), whose terms near p = q are as small as it is; where the laws are far apart
    and A′ is lost beside those terms, (log A)′ as the mean of log p/q by the weights pᵃ q¹⁻ᵃ.
    """
    from scipy.optimize import brentq

    gone = x.log_t == -math.inf
    if gone.all():
        return 0.5
    level = np.where(gone, 0.0, x.log_t)
    log_ratio = np.where(x.up, level, -level)

    def power(a: float) -> np.ndarray:
        return np.where(x.up, a, 1 - a) * level  # p^a q^(1-a) is `big` times e^this

    def centred(a: float) -> float:
        terms = np.where(gone, 1.0, x.excess + level * np.expm1(power(a)))
        return float((x.big * np.where(x.up, terms, -terms)).sum())

    def weighted(a: float) -> float:
        logs = np.where(gone, -math.inf, x.log_big + power(a))
        weights = np.exp(logs - logs.max())
        return float((weights * log_ratio).sum() / weights.sum())

    # log A is convex and at most 0, so that its least value is at least 2 log A(1/2)
    near = (x.big * np.where(gone, 0.0, np.exp(level / 2))).sum() > 0.5
    slope = centred if near else weighted
    low, high = slope(0.0), slope(1.0)
    if low >= 0 or high <= 0:
        return 0.0 if low >= 0 else 1.0
    return float(brentq(slope, 0.0, 1.0, xtol=1e-14))  # type: ignore[arg-type]


chernoff = Chernoff()
