"""What every divergence obeys, and what some promise: each law a statement and a way to tell that it is broken."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .. import ops
from ..f_divergence import FDivergence
from .pairs import disjoint, exact, pairs

Array = Any


@dataclass(frozen=True)
class Promises:
    """What a divergence says of itself. `slack` is the absolute rounding that it asks to be forgiven.

    >>> import divergence as dv
    >>> promises = Promises.of(dv.js)
    >>> promises.symmetric, promises.root, round(promises.bound, 6)
    (True, 0.5, 0.693147)
    """

    symmetric: bool = False
    bound: float = math.inf
    root: float | None = None
    kinked: bool = False
    steepness: float = 1.0
    slack: float = 64 * 2.0**-52

    @classmethod
    def of(cls, divergence: Any) -> Promises:
        """Those of a row; for any other function, none but what every divergence promises."""
        if not isinstance(divergence, FDivergence):
            return cls()
        row = divergence.generator
        bound = row.bound
        return cls(
            symmetric=row.symmetric,
            bound=math.inf if math.isnan(bound) else bound,
            root=row.root,
            kinked=bool(row.kinks),
            steepness=1 + row.steepness,
            slack=cls.slack if row.critic is None else 0.0,
        )


@dataclass(frozen=True)
class Subject:
    """A divergence, its promises, and the arrays it is tried on: `array` makes one from floats of numpy."""

    divergence: Any
    promises: Promises
    array: Callable[[np.ndarray], Array] = np.asarray

    @property
    def eps(self) -> float:
        made = self.array(np.ones(1))
        return float(ops.namespace(made).finfo(made.dtype).eps)

    def __call__(self, p: np.ndarray, q: np.ndarray, **options: Any) -> np.ndarray:
        return self.of(self.divergence, p, q, **options)

    def of(self, function: Callable[..., Any], p: np.ndarray, q: np.ndarray, **options: Any) -> np.ndarray:
        """`function` of the arrays made from p and q, as float64 of numpy."""
        return ops.to_numpy(function(self.array(p), self.array(q), **options)).astype(float)

    def apart(self, x: Any, y: Any, ulps: float = 16, allowed: float = 0.0) -> bool:
        """Whether x and y differ by more than `ulps` roundings, `allowed` and what the promises forgive."""
        with np.errstate(invalid="ignore"):
            gap = np.where(x == y, 0.0, np.abs(np.asarray(x, float) - y))
        rounding = ulps * self.promises.steepness * self.eps * np.fmin(np.abs(x), np.abs(y))
        return bool(np.any(~(gap <= rounding + allowed + self.promises.slack)))

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


def _any_pair(subject: Subject) -> st.SearchStrategy[tuple[Any, ...]]:
    return pairs()


def _exact(count: int) -> Callable[[Subject], st.SearchStrategy[tuple[Any, ...]]]:
    # mixing with weights of eighths takes three more bits, and a float32 holds 24
    return lambda subject: exact(count, bits=40 if subject.eps < 1e-9 else 16)


def _nonnegative(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, q)
    return None if value >= -d.promises.slack else f"D(p, q) = {value}"


def _zero(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    value = d(p, p)
    return None if abs(value) <= d.promises.slack else f"D(p, p) = {value}"


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
    root = d.promises.root or 1.0
    long, first, second = d(p, r) ** root, d(p, q) ** root, d(q, r) ** root
    return f"{long} > {first} + {second}" if d.above(long, first + second) else None


def _processing(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    whole = d(p, q)
    merged = d(np.append(p[2:], p[0] + p[1]), np.append(q[2:], q[0] + q[1]))
    return f"{merged} after merging two atoms, {whole} before" if d.above(merged, whole) else None


def _convex(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> str | None:
    for weight in (0.125, 0.5):
        mixed = d(weight * p + (1 - weight) * r, weight * q + (1 - weight) * s)
        mean = weight * d(p, q) + (1 - weight) * d(r, s)
        if d.above(mixed, mean):
            return f"{mixed} at the mixture, {mean} the mean of both, weight {weight}"
    return None


def _splitting(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    whole, halves = d(p, q), d(np.repeat(p / 2, 2), np.repeat(q / 2, 2))
    return f"{whole}, but {halves} with each atom in two halves" if d.apart(whole, halves) else None


def _relabelled(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    here, there = d(p, q), d(np.append(p[::-1], 0.0), np.append(q[::-1], 0.0))
    return f"{here}, but {there} in reverse order with an atom of no mass" if d.apart(here, there) else None


def _logarithms(d: Subject, p: np.ndarray, q: np.ndarray) -> str | None:
    with np.errstate(divide="ignore"):  # of the masses as the arrays hold them
        log_p, log_q = (np.log(ops.to_numpy(d.array(x)).astype(float)) for x in (p, q))
    plain, logs = d(p, q), d.of(d.divergence.from_log, log_p, log_q)
    # the logarithms are rounded, and so move each mass by eps |log p|
    moved = 8 * d.eps * d.promises.steepness * np.max(np.abs([x for x in (*log_p, *log_q, 1.0) if np.isfinite(x)]))
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = moved * (plain + (1 if d.promises.kinked else np.sqrt(plain) + moved))
    return f"{plain} from masses, {logs} from log-masses" if d.apart(plain, logs, allowed=allowed) else None


def _batched(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray) -> str | None:
    left, right = np.stack([p, q, r]), np.stack([q, r, r])
    loop = np.asarray([d(a, b) for a, b in zip(left, right)])
    batch = d(left, right)
    if batch.shape != (3,) or d.apart(batch, loop):
        return f"{batch} as a batch, {loop} one by one"
    return None


def _axis(d: Subject, p: np.ndarray, q: np.ndarray, r: np.ndarray) -> str | None:
    left, right = np.stack([p, q]), np.stack([q, r])
    rows, columns = d(left, right), d(left.T, right.T, axis=0)
    return f"{rows} by rows, {columns} by columns" if d.apart(rows, columns) else None


def _is_row(subject: Subject) -> bool:
    return isinstance(subject.divergence, FDivergence)


LAWS: tuple[Law, ...] = (
    Law("nonnegative", "D(P, Q) ≥ 0", _any_pair, _nonnegative),
    Law("zero", "D(P, P) = 0", _any_pair, _zero),
    Law("range", "D(P, Q) ≤ f(0) + f'(∞)", _any_pair, _bounded, lambda d: d.promises.bound < math.inf),
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
    Law("data processing", "D does not grow when atoms are merged", _exact(2), _processing),
    Law("joint convexity", "D(λP+μR, λQ+μS) ≤ λD(P, Q) + μD(R, S), λ+μ = 1", _exact(4), _convex),
    Law("splitting", "D does not change when each atom is split in halves", _exact(2), _splitting),
    Law("relabelling", "D does not see the order of atoms, nor an atom of no mass", _any_pair, _relabelled),
    Law("logarithms", "D(p, q) = D.from_log(log p, log q)", _any_pair, _logarithms, _is_row),
    Law("batch", "a batch is a loop", _exact(3), _batched),
    Law("axis", "D(p.T, q.T, axis=0) = D(p, q)", _exact(3), _axis, _is_row),
)


def law(name: str) -> Law:
    """The law of that name.

    >>> law("zero").statement
    'D(P, P) = 0'
    """
    return next(found for found in LAWS if found.name == name)
