"""Two-sample tests: is there a difference at all? Exact at every sample size, by permutation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import UnsupportedLaw
from .resampling import Statistic, check_resampling, generator, observed, p_value, permutations, pooled, values


@dataclass(frozen=True)
class TwoSampleTest:
    """The statistic's `value`, its permutation `p_value`, and `level`: what the statistic of two samples of one law
    exceeds with probability 1 − `confidence`.

    >>> TwoSampleTest("energy", 0.5, 0.002, 0.1, 0.95, 499, "by hand").p_value
    0.002
    """

    statistic: str
    value: float
    p_value: float
    level: float
    confidence: float
    resamples: int
    method: str

    def __str__(self) -> str:
        return (
            f"{self.statistic} {self.value:.6g}, p = {self.p_value:.4g} "
            f"({self.confidence:.0%} of equal laws stay below {self.level:.6g}), {self.method}"
        )


def two_sample_test(
    x: Any, y: Any, *, statistic: Statistic, rng: Any, resamples: int = 999, confidence: float = 0.95
) -> TwoSampleTest:
    """p = (1 + #{T* ≥ T})/(B + 1) over B = `resamples` random permutations of the pooled samples.

    H₀: x (n,) or (n, d) and y (m, …) come from one law. P(p ≤ α) ≤ α under H₀ at every n, m and B. `statistic` is
    one of this library's: wasserstein(order), sliced_wasserstein(order, projections), energy, mmd(kernel).

    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=50), rng.normal(2.0, 1.0, size=50)
    >>> from divergence.integral_metric import energy
    >>> two_sample_test(x, y, statistic=energy, rng=0).p_value
    0.001

    Raises InvalidMeasure for nan, integers or fewer than two samples, ShapeMismatch where dimensions differ,
    UnsupportedLaw for a statistic that cannot be resampled, InvalidParameter for resamples, confidence or rng.
    Source: Phipson & Smyth 2010.
    """
    if not hasattr(statistic, "on_pooled"):
        raise UnsupportedLaw(
            f"{statistic!r} cannot be resampled",
            argument="statistic",
            remedy="write wasserstein(1), sliced_wasserstein(1, 100), energy or mmd()",
        )
    resamples, confidence = check_resampling(resamples, confidence)
    rng = generator(rng)
    points, n, m = pooled(x, y)
    evaluate = statistic.on_pooled(points, rng)
    value = float(evaluate(observed(n, m))[0])
    null = values([evaluate], permutations(n, m, resamples, rng))[:, 0]
    return TwoSampleTest(
        statistic.name,
        value,
        float(p_value(np.asarray(value), null)),
        float(np.quantile(null, confidence, method="higher")),
        confidence,
        resamples,
        f"{resamples} permutations of {n} and {m} samples",
    )
