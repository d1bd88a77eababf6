"""The Fréchet distance of two samples, known as FID on features: W_2² of the normal laws that have their moments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_points
from ..errors import InvalidMeasure, ShapeMismatch
from ..evaluation import Evaluation
from .gaussian import bures

CHUNK = 2**21  # numbers of samples that are worked on at a time
CANCELLED = 1e-3  # the part of the traces below which their difference has lost digits
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Moments:
    """Number, mean (d,) and scatter Σ (x − mean)(x − mean)ᵀ (d, d) of the samples seen so far; `+` merges two.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1000, 3))
    >>> seen = Moments.of(x[:400]) + Moments.of(x[400:])
    >>> bool(np.allclose(seen.covariance, np.cov(x.T)))
    True
    """

    n: int
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def of(cls, x: Any, *, argument: str = "x") -> Moments:
        """The moments of samples (n, d) of any floating dtype, added up in float64 a few thousand rows at a time."""
        x = ops.to_numpy(check_points(x, argument))
        x = x[:, None] if x.ndim == 1 else x
        if not len(x):
            raise InvalidMeasure("holds no samples", argument=argument, remedy="give samples as (n, d)")
        step = max(1, CHUNK // x.shape[1])
        parts = [cls._of_rows(x[start : start + step].astype(np.float64)) for start in range(0, len(x), step)]
        return sum(parts[1:], parts[0])

    @classmethod
    def of_chunks(cls, chunks: Iterable[Any], *, argument: str = "x") -> Moments:
        """The moments of samples that come chunk by chunk, (n, d) each, of which only one is held."""
        total = None
        for chunk in chunks:
            found = cls.of(chunk, argument=argument)
            total = found if total is None else total + found
        if total is None:
            raise InvalidMeasure("holds no samples", argument=argument, remedy="give at least one chunk (n, d)")
        return total

    @classmethod
    def _of_rows(cls, x: np.ndarray) -> Moments:
        mean = x.mean(axis=0)
        centred = x - mean
        return cls(len(x), mean, centred.T @ centred)

    def __add__(self, other: Moments) -> Moments:
        if self.mean.shape != other.mean.shape:
            raise ShapeMismatch(
                f"{other.mean.shape[0]} columns after {self.mean.shape[0]}", argument="x", remedy="give chunks of one d"
            )
        n, apart = self.n + other.n, other.mean - self.mean
        mean = self.mean + apart * (other.n / n)
        between = np.outer(apart, apart) * (self.n * other.n / n)
        return Moments(n, mean, self.scatter + other.scatter + between)

    @property
    def covariance(self) -> np.ndarray:
        """The unbiased one, divided by n − 1."""
        return self.scatter / (self.n - 1)


def frechet(x: Any, y: Any) -> Evaluation:
    """|m_x − m_y|² + tr(A + B − 2 (A^½ B A^½)^½) for the means and the unbiased covariances of x (n, d) and y (m, d).

    x and y are samples or `Moments`, which take samples chunk by chunk. The value is that of the empirical moments
    and the error bounds its rounding. It is too large on average, by an amount that falls like 1/n: `method` says by
    how much for normal samples of one law. By Gelbrich's inequality W_2² of the two laws is at least the value at their
    own moments.

    >>> rng = np.random.default_rng(0)
    >>> found = frechet(rng.normal(size=(5000, 4)), rng.normal(size=(5000, 4)) + 1.0)
    >>> 3.8 < found.value < 4.2
    True

    Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ.
    Source: Heusel et al. 2017; the bias, Chong & Forsyth 2020.
    """
    first, second = (s if isinstance(s, Moments) else Moments.of(s, argument=name) for s, name in ((x, "x"), (y, "y")))
    for one, name in ((first, "x"), (second, "y")):
        if one.n < 2:
            raise InvalidMeasure("one sample has no covariance", argument=name, remedy="give at least two samples")
    if first.mean.shape != second.mean.shape:
        raise ShapeMismatch(
            f"{second.mean.shape[0]} columns, but x has {first.mean.shape[0]}",
            argument="y",
            remedy="give the same features of both samples",
        )
    a, b = first.covariance, second.covariance
    shift = first.mean - second.mean
    spread, off = _spread(a, b)
    value = float(shift @ shift) + spread
    d = len(shift)
    coordinate = max(float(np.abs(first.mean).max()), float(np.abs(second.mean).max()))
    off += 2 * EPS * d * coordinate * (float(np.linalg.norm(shift)) + EPS * d * coordinate)
    method = (
        f"moments of {first.n} and {second.n} samples in {d} dimensions; too large by {bias(first, second):.2g} on "
        "average for normal samples of one law"
    )
    return Evaluation(value, off, method)


def _spread(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """tr(A + B − 2 (A^½ B A^½)^½) and a bound on its rounding; by the nuclear norm of A^½ B^½ if it does not cancel."""
    total = float(np.trace(a) + np.trace(b))
    rounding = len(a) * EPS * total
    try:
        first, second = np.linalg.cholesky(a), np.linalg.cholesky(b)
        spread = total - 2 * float(np.linalg.svd(second.T @ first, compute_uv=False).sum())
        if spread > CANCELLED * total:
            return spread, rounding
    except np.linalg.LinAlgError:  # singular
        pass
    distance, off = float(bures(a, b)), len(a) * EPS * total**0.5
    return distance * distance, 2 * off * distance + off * off


def bias(first: Moments, second: Moments) -> float:
    """What noise alone gives: the mean Fréchet distance of n and m samples of one normal law, but for terms in 1/n².

    (1/n + 1/m) (Σ λ_i + Σ_ij (1 + δ_ij) λ_i λ_j / (2 (λ_i + λ_j))), λ the spectrum of the pooled covariance.
    """
    pooled = (first.scatter + second.scatter) / (first.n + second.n - 2)
    values = np.linalg.eigvalsh(pooled)
    values = values[values > len(values) * EPS * values[-1]]
    harmonic = values[:, None] / (values[:, None] + values) * values / 2
    return float((1 / first.n + 1 / second.n) * (values.sum() + harmonic.sum() + np.trace(harmonic)))
