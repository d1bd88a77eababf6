"""Permutation and bootstrap, written once for every statistic of two samples.

Resampling never moves a point. Pool the n points of x and the m points of y: what is resampled is a pair of weight
vectors on the N = n + m pooled points, one for each law. A permutation deals the labels anew, a bootstrap counts how
often each point was drawn, and the samples themselves are the weights (1, …, 1, 0, …, 0) and (0, …, 0, 1, …, 1). So a
statistic prepares the pooled points once (sorts them, say) and then maps weights (B, N) to values (B,), and the code
here knows nothing else about it. W1, sliced W1 and energy even need only the difference of the two laws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from .. import ops
from ..errors import InvalidParameter, ShapeMismatch
from ..measure import Samples

BLOCK = 5 * 10**6  # numbers in one block of weights, 40 MB as float64: what bounds the memory of a resampling
TIE = 1e-10  # values this close, relative to the observed one, are ties: far above rounding, far below any noise


@dataclass(frozen=True)
class Draws:
    """B pairs of weight vectors x, y on N pooled points, each (B, N), nonnegative, of any positive total."""

    x: np.ndarray
    y: np.ndarray

    @cached_property
    def difference(self) -> np.ndarray:
        """(B, N): the law of x minus the law of y."""
        p, q = _laws(self)
        p -= q
        return p


Evaluator = Callable[[Draws], np.ndarray]


class Statistic(Protocol):
    """What can be resampled: anything that prepares pooled points (N,) or (N, d).

    T**`root` is a metric, and `norm` says whether it is a norm of the difference of the two laws.
    """

    @property
    def name(self) -> str: ...
    @property
    def root(self) -> float: ...
    @property
    def norm(self) -> bool: ...

    def on_pooled(self, points: np.ndarray, rng: np.random.Generator) -> Evaluator: ...


def generator(rng: Any, argument: str = "rng") -> np.random.Generator:
    """The numpy Generator of a seed or a Generator; InvalidParameter for anything else, None included."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(rng)
    raise InvalidParameter(
        f"{rng!r} is no source of randomness",
        argument=argument,
        value=rng,
        remedy="write a seed, rng=0, or hand in numpy.random.default_rng(0); randomness is always a parameter",
    )


def check_resampling(resamples: Any, confidence: Any) -> tuple[int, float]:
    """resamples as an int of at least 1, confidence as a float in (0, 1)."""
    if isinstance(resamples, bool) or not isinstance(resamples, int | np.integer) or resamples < 1:
        raise InvalidParameter(
            f"{resamples!r} is no number of resamples", argument="resamples", value=resamples, remedy="write 999"
        )
    if not isinstance(confidence, int | float | np.floating) or not 0 < confidence < 1:
        raise InvalidParameter(
            f"{confidence!r} is not between 0 and 1", argument="confidence", value=confidence, remedy="write 0.95"
        )
    return int(resamples), float(confidence)


def pooled(x: Any, y: Any) -> tuple[np.ndarray, int, int]:
    """x and y as float64 in one array, x first, (N,) on the line and (N, d) elsewhere, and how many each has."""
    a, b = (ops.to_numpy(Samples(s, argument=name).points).astype(np.float64) for s, name in ((x, "x"), (y, "y")))
    a, b = (s[:, None] if s.ndim == 1 else s for s in (a, b))
    if a.shape[1] != b.shape[1]:
        raise ShapeMismatch(
            f"samples of dimension {b.shape[1]}, and x has dimension {a.shape[1]}",
            argument="y",
            remedy="give both as (n,) or (n, d) with one d",
        )
    points = np.concatenate([a, b])
    return (points[:, 0] if points.shape[1] == 1 else points), len(a), len(b)


def observed(n: int, m: int, x_weights: np.ndarray | None = None, y_weights: np.ndarray | None = None) -> Draws:
    """The two samples as they are, a block of one."""
    x, y = np.zeros((1, n + m)), np.zeros((1, n + m))
    x[0, :n] = 1 if x_weights is None else x_weights
    y[0, n:] = 1 if y_weights is None else y_weights
    return Draws(x, y)


def permutations(n: int, m: int, resamples: int, rng: np.random.Generator) -> Iterator[Draws]:
    """The labels of the pooled points dealt anew, n of them to x, in blocks."""
    labels = np.arange(n + m) < n
    for size in _blocks(n + m, resamples):
        x = rng.permuted(np.tile(labels, (size, 1)), axis=1)
        yield Draws(x, ~x)


def bootstraps(
    n: int,
    m: int,
    resamples: int,
    rng: np.random.Generator,
    x_weights: np.ndarray | None = None,
    y_weights: np.ndarray | None = None,
) -> Iterator[Draws]:
    """n points of x and m of y drawn with replacement, each within its own sample, in blocks.

    A weighted point carries its weight along, as importance weights ask for.
    """
    for size in _blocks(n + m, resamples):
        x, y = _counts(n, size, rng), _counts(m, size, rng)
        x = x if x_weights is None else x * x_weights
        y = y if y_weights is None else y * y_weights
        yield Draws(np.pad(x, ((0, 0), (0, m))), np.pad(y, ((0, 0), (n, 0))))


def merged(points: np.ndarray) -> tuple[np.ndarray, Callable[[Draws], Draws]]:
    """The distinct points of (N,) or (N, d), and draws on all of them as draws on these.

    What x and y have at one point is summed for each before it is divided, and sums of counts are exact: so two equal
    samples differ by weights of exactly 0, in whatever order their points come.
    """
    rows = points.reshape(len(points), -1)
    order = np.lexsort(rows.T[::-1])
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[order[1:]] != rows[order[:-1]]).any(axis=1)
    if new.all():
        return points, lambda draws: draws
    starts = np.flatnonzero(new)

    def merge(draws: Draws) -> Draws:
        x, y = (
            np.add.reduceat(w[:, order], starts, axis=1, dtype=np.float64 if w.dtype.kind == "f" else np.int64)
            for w in (draws.x, draws.y)
        )
        return Draws(x, y)

    return points[order[starts]], merge


def values(
    evaluators: Sequence[Evaluator], draws: Iterable[Draws], progress: Callable[[int], None] | None = None
) -> np.ndarray:
    """(B, S): each of S statistics on the same B draws; `progress` hears how many values each step found."""
    rows = []
    for block in draws:
        columns = []
        for evaluate in evaluators:
            columns.append(evaluate(block))
            if progress is not None:
                progress(len(columns[-1]))
        rows.append(np.stack(columns, axis=1))
    return np.concatenate(rows)


def deviations(
    statistics: Sequence[Statistic],
    evaluators: Sequence[Evaluator],
    draws: Iterable[Draws],
    sample: Draws,
    progress: Callable[[int], None] | None = None,
) -> np.ndarray:
    """(B, S): how far each of B bootstrap draws moved, in the metric Tʳᵒᵒᵗ, from the `sample` it was drawn from.

    A norm moves by ‖(P* − P̂) − (Q* − Q̂)‖, which is twice the distance of the mixtures (P* + Q̂)/2 and (P̂ + Q*)/2; any
    other metric by D(P*, P̂) + D(Q*, Q̂).
    """
    rows = []
    p, q = _laws(sample)
    for block in draws:
        columns = []
        x, y = _laws(block)
        mixtures = Draws(x + q, p + y)
        for statistic, evaluate in zip(statistics, evaluators):
            if statistic.norm:
                columns.append(2 * np.maximum(evaluate(mixtures), 0) ** statistic.root)
            else:
                one, other = (Draws(z, np.broadcast_to(law, z.shape)) for z, law in ((x, p), (y, q)))
                columns.append(sum(np.maximum(evaluate(d), 0) ** statistic.root for d in (one, other)))
            if progress is not None:
                progress(len(x))
        rows.append(np.stack(columns, axis=1))
    return np.concatenate(rows)


def interval(value: float, moved: np.ndarray, confidence: float, root: float) -> tuple[float, float]:
    """The confidence interval value ± c in the metric Tʳᵒᵒᵗ, c the quantile of the `deviations`, and never below 0.

    By the triangle inequality |T(P̂, Q̂) − T(P, Q)| is at most the distance that the two samples lie from their laws,
    and that distance can be bootstrapped wherever P and Q lie. The bootstrap of T itself cannot: it fails where P is
    near Q (Sommerfeld & Munk 2018), and covers 70% there instead of 95% (benchmarks/results/coverage.txt). The price is
    an interval that is longer than need be where P is far from Q.
    """
    c = float(np.quantile(moved, confidence, method="higher"))
    metric = max(value, 0.0) ** root
    return max(0.0, metric - c) ** (1 / root), (metric + c) ** (1 / root)


def p_value(value: np.ndarray, null: np.ndarray) -> np.ndarray:
    """(1 + #{T* ≥ T}) / (B + 1), T (...) against null (B, ...): valid at every B, and never 0.

    Values within rounding of T count as equal to it. Source: Phipson & Smyth 2010.
    """
    return (1 + np.sum(null >= value - TIE * np.abs(value), axis=0)) / (null.shape[0] + 1)


def _laws(draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """The weights divided by their totals."""
    return tuple(w / w.sum(axis=1, keepdims=True, dtype=np.float64) for w in (draws.x, draws.y))  # type: ignore[return-value]


def _counts(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """(size, n): how often each of n points is drawn in n draws with replacement."""
    drawn = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
    return np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.int32)


def _blocks(points: int, resamples: int) -> Iterator[int]:
    size = max(1, BLOCK // points)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)
