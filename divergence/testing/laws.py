"""What every divergence obeys, and what some promise: each law a statement and a way to tell that it is broken."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .. import ops
from ..errors import InvalidParameter, ShapeMismatch
from ..f_divergence import FDivergence
from .channels import channels
from .pairs import disjoint, exact, pairs
from .promises import Promises

Array = Any
ATOMS = 4  # at most, where masses are exact: enough to merge, and quick to make small


@dataclass(frozen=True)
class Subject:
    """A divergence, its promises, and the arrays it is tried on: `array` makes one from floats of numpy."""

    divergence: Any
    promises: Promises
    array: Callable[[np.ndarray], Array] = np.asarray

    @cached_property
    def eps(self) -> float:
        made = self.array(np.ones(1))
        return float(ops.namespace(made).finfo(made.dtype).eps)

    @property
    def slack(self) -> float:
        """The absolute rounding that is forgiven."""
        return 64 * self.eps if self.promises.slack is None else self.promises.slack

    def __call__(self, p: np.ndarray, q: np.ndarray) -> Any:
        """D(p, q) of one pair (k,), whatever kind of number comes back."""
        value = self.of(self.divergence, p, q)
        if value.size != 1:
            raise ShapeMismatch(
                f"one pair of {p.size} masses gives shape {value.shape}",
                argument="divergence",
                remedy="return one number: sum over the last axis",
            )
        return value.reshape(())[()]

    def batch(self, p: np.ndarray, q: np.ndarray, **options: Any) -> np.ndarray:
        """D of each pair of a batch (n, k)."""
        return self.of(self.divergence, p, q, **options)

    def of(self, function: Callable[..., Any], p: np.ndarray, q: np.ndarray, **options: Any) -> np.ndarray:
        """`function` of the arrays made from p and q, as float64 of numpy."""
        return ops.to_numpy(function(self.array(p), self.array(q), **options)).astype(float)

    def held(self, x: np.ndarray) -> np.ndarray:
        """x as the arrays hold it."""
        return ops.to_numpy(self.array(x)).astype(float)

    @cached_property
    def least(self) -> float:
        """The smallest float of the arrays: by as much each term below the normal floats is rounded."""
        made = self.array(np.ones(1))
        return float(ops.limits(made).smallest_normal) * self.eps

    def apart(self, x: Any, y: Any, allowed: float = 0.0) -> bool:
        """Whether x and y differ by more than `allowed` and what the promises forgive."""
        with np.errstate(invalid="ignore"):
            gap = np.where(x == y, 0.0, np.abs(np.asarray(x, float) - y))
        rounding = self.promises.ulps * self.eps * np.fmin(np.abs(x), np.abs(y))
        return bool(np.any(~(gap <= rounding + allowed + self.slack + 8 * self.least)))

    def above(self, x: Any, y: Any) -> bool:
        """Whether x exceeds y by more than rounding."""
        return bool(np.any(~(np.asarray(x) <= y))) and self.apart(np.maximum(x, y), y)


@dataclass(frozen=True)
class Law:
    """A statement, the strategy of its arguments for a `Subject`, and `breaks`: None, or how it is broken."""

    name: str
    statement: str
    arguments: Callable[[Subject], st.SearchStrategy[tuple[Any, ...]]]
    breaks: Callable[..., str | None]
    promised: Callable[[Subject], bool] = lambda subject: True
    names: str = "pqrs"


def _any_pair(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    return pairs()


def _exact(count: int) -> Callable[[Subject], st.SearchStrategy[tuple[Any, ...]]]:
    # eight bits are left for mixing and channels: a float64 holds 53, a float32 24
    return lambda subject: exact(count, ATOMS, bits=40 if subject.eps < 1e-9 else 16)


def _exact_or_any(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.one_of(_exact(2)(subject), pairs())


def _exact_or_reversed(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    # the same masses in another order: what takes masses for samples cannot tell them apart
    return st.one_of(_exact(2)(subject), _exact(1)(subject).map(lambda drawn: (drawn[0], drawn[0][::-1].copy())))


def _channel(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    def fitted(drawn: tuple[tuple[np.ndarray, np.ndarray], np.ndarray]) -> tuple[np.ndarray, ...]:
        (p, q), channel = drawn
        kept = p + q > 0  # an atom that neither law has only makes a counterexample longer
        return tuple(x[: p.size][kept if kept.sum() > 1 else slice(None)] for x in (p, q, channel))

    return st.tuples(_exact(2)(subject), channels(ATOMS, bits=8)).map(fitted)


def _two_pairs(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    # so that the products of two masses are floats
    return exact(4, ATOMS, bits=26 if subject.eps < 1e-9 else 12)


def _nonnegative(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, q)
    return None if value >= -d.slack else f"D(p, q) = {value}"


def _zero(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, p)
    return None if abs(value) <= d.slack else f"D(p, p) = {value}"


def _separates(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, q)
    # nearer laws may have a divergence that is lost in rounding
    return f"D(p, q) = {value}" if np.abs(p - q).max() >= 1 / 16 and not value > d.slack else None


def _bounded(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, q)
    return f"D(p, q) = {value} above {d.promises.bound}" if d.above(value, d.promises.bound) else None


def _disjoint(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, q)
    return f"D(p, q) = {value}, not {d.promises.bound}" if d.apart(value, d.promises.bound) else None


def _symmetric(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    there, back = d(p, q), d(q, p)
    return f"D(p, q) = {there}, D(q, p) = {back}" if d.apart(there, back) else None


def _reverse(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    there, back = d.of(FDivergence(d.divergence.generator.reverse), p, q), d(q, p)
    return f"D_rev(p, q) = {there}, D(q, p) = {back}" if d.apart(there, back) else None


def _triangle(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray) -> str | None:
    root, long, first, second = d.promises.root or 1.0, d(p, r), d(p, q), d(q, r)
    # a root magnifies the rounding of small values, so what is forgiven is forgiven under it
    least = np.maximum(long - d.slack, 0) ** root
    most = np.maximum(first + d.slack, 0) ** root + np.maximum(second + d.slack, 0) ** root
    return f"{long}^{root:g} > {first}^{root:g} + {second}^{root:g}" if d.above(least, most) else None


def _processing(d: Subject, p: np.ndarray, q: np.ndarray, channel: np.ndarray) -> str | None:
    before, after = d(p, q), d(p @ channel, q @ channel)
    return f"D(pW, qW) = {after}, D(p, q) = {before}" if d.above(after, before) else None


def _additive(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> str | None:
    whole, first, second = d(np.outer(p, r).ravel(), np.outer(q, s).ravel()), d(p, q), d(r, s)
    return f"{whole} for the products, {first} + {second} for the factors" if d.apart(whole, first + second) else None


def _convex(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> str | None:
    for weight in (0.125, 0.5):
        mixed = d(weight * p + (1 - weight) * r, weight * q + (1 - weight) * s)
        mean = weight * d(p, q) + (1 - weight) * d(r, s)
        if d.above(mixed, mean):
            return f"{mixed} at the mixture, {mean} the mean of both, weight {weight}"
    return None


def _splitting(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    if any(np.any(2 * d.held(x / 2) != d.held(x)) for x in (p, q)):
        return None  # half of a subnormal mass may be no float
    whole, halves = d(p, q), d(np.repeat(p / 2, 2), np.repeat(q / 2, 2))
    return f"{whole}, but {halves} with each atom in two halves" if d.apart(whole, halves) else None


def _relabelled(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    here, there = d(p, q), d(np.append(p[::-1], 0.0), np.append(q[::-1], 0.0))
    return f"{here}, but {there} in reverse order with an atom of no mass" if d.apart(here, there) else None


def _logarithms(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    with np.errstate(divide="ignore"):
        log_p, log_q = np.log(d.held(p)), np.log(d.held(q))
    plain, logs = d(p, q), d.of(d.divergence.from_log, log_p, log_q)
    # the logarithms are rounded, and so move each mass by eps |log p|
    moved = d.promises.ulps / 2 * d.eps * np.max(np.abs([x for x in (*log_p, *log_q, 1.0) if np.isfinite(x)]))
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = moved * (plain + (1 if d.divergence.generator.kinks else np.sqrt(plain) + moved))
    return f"{plain} from masses, {logs} from log-masses" if d.apart(plain, logs, allowed=allowed) else None


def _batched(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray) -> str | None:
    left, right = np.stack([p, q, r]), np.stack([q, r, r])
    loop = np.asarray([d(a, b) for a, b in zip(left, right)])
    batch = d.batch(left, right)
    if batch.shape == loop.shape:
        differ = ~(np.isnan(batch) & np.isnan(loop))  # a nan breaks other laws, not this one
        batch, loop = batch[differ], loop[differ]
    if batch.shape != loop.shape or d.apart(batch, loop):
        return f"{batch} as a batch, {loop} one by one"
    return None


def _axis(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray) -> str | None:
    left, right = np.stack([p, q]), np.stack([q, r])
    rows, columns = d.batch(left, right), d.batch(left.T, right.T, axis=0)
    return f"{rows} by rows, {columns} by columns" if d.apart(rows, columns) else None


def _is_row(subject: Subject) -> bool:
    return isinstance(subject.divergence, FDivergence)


LAWS: tuple[Law, ...] = (
    Law("nonnegative", "D(P, Q) ≥ 0", _any_pair, _nonnegative),
    Law("zero", "D(P, P) = 0", _any_pair, _zero),
    Law("separation", "D(P, Q) > 0 unless P = Q", _exact_or_reversed, _separates, lambda d: d.promises.separates),
    Law(
        "range",
        "D(P, Q) ≤ its bound, f(0) + f'(∞) for a row",
        _any_pair,
        _bounded,
        lambda d: d.promises.bound < math.inf,
    ),
    Law(
        "disjoint",
        "D(P, Q) = f(0) + f'(∞) where P and Q share no atom",
        lambda d: st.integers(2, 5).flatmap(disjoint),
        _disjoint,
        lambda d: _is_row(d) and not math.isnan(d.divergence.bound),
    ),
    Law("symmetric", "D(P, Q) = D(Q, P)", _any_pair, _symmetric, lambda d: d.promises.symmetric),
    Law("reverse", "D◇(P, Q) = D(Q, P), f◇(t) = t f(1/t)", _any_pair, _reverse, _is_row),
    Law("triangle", "D^r(P, R) ≤ D^r(P, Q) + D^r(Q, R)", _exact(3), _triangle, lambda d: d.promises.root is not None),
    Law("data processing", "D(PW, QW) ≤ D(P, Q) through any channel W", _channel, _processing, names="pqW"),
    Law(
        "joint convexity",
        "D(λP+μR, λQ+μS) ≤ λD(P, Q) + μD(R, S), λ+μ = 1",
        _exact(4),
        _convex,
        lambda d: d.promises.convex,
    ),
    Law("additivity", "D(P×R, Q×S) = D(P, Q) + D(R, S)", _two_pairs, _additive, lambda d: d.promises.additive),
    Law("splitting", "D does not change when each atom is split in halves", _exact_or_any, _splitting),
    Law("relabelling", "D does not see the order of atoms, nor an atom of no mass", _any_pair, _relabelled),
    Law("logarithms", "D(p, q) = D.from_log(log p, log q)", _any_pair, _logarithms, _is_row),
    Law("batch", "a batch is a loop", _exact(3), _batched, lambda d: d.promises.batch),
    Law("axis", "D(p.T, q.T, axis=0) = D(p, q)", _exact(3), _axis, _is_row),
)


def law(name: str) -> Law:
    """The law of that name.

    >>> law("zero").statement
    'D(P, P) = 0'

    Raises InvalidParameter where there is none.
    """
    named = {found.name: found for found in LAWS}
    if name not in named:
        remedy = f"the laws are {', '.join(named)}"
        raise InvalidParameter(f"{name!r} is no law", argument="name", value=name, remedy=remedy)
    return named[name]
