"""The integral of a row by random points, on request: in any dimension, with a confidence interval.

Half of the points come from p and half from q, so from the mixture m = (p + q)/2, and the mean of q f(p/q)/m is the
divergence. What is averaged is at most twice the row's bound, however far apart the laws are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..density import Density
from ..errors import InvalidMeasure, InvalidParameter
from ..evaluation import Evaluation
from ..generators import Generator
from ..perspective import terms_of_logs

Draw = Callable[[np.random.Generator, int], Any]
FAR_OFF = 6.0  # standard errors by which a mass may miss 1


def monte_carlo_row(
    row: Generator,
    p: Density,
    q: Density,
    draw_p: Draw,
    draw_q: Draw,
    *,
    rng: np.random.Generator,
    n: int = 100_000,
    confidence: float = 0.95,
) -> Evaluation:
    """The mean of q f(p/q)/m over n points of m = (p + q)/2, and its normal confidence interval.

    `draw_p(rng, k)` are k points of p, (k,) or (k, d). Infinite where a point of one law has no density of the other
    and f says so. Raises InvalidMeasure where the points tell that they are not of the density.

    >>> from divergence.generators import GENERATORS
    >>> laws = [Density(lambda x, m=m: -((x - m) ** 2) / 2 - math.log(2 * math.pi) / 2) for m in (0.0, 1.0)]
    >>> draws = [lambda rng, k, m=m: rng.normal(m, 1.0, k) for m in (0.0, 1.0)]
    >>> found = monte_carlo_row(GENERATORS["kl"], *laws, *draws, rng=np.random.default_rng(0))
    >>> found.lower < 0.5 < found.upper
    True
    """
    if not isinstance(rng, np.random.Generator):
        raise InvalidParameter(
            f"{rng!r} is no source of randomness",
            argument="rng",
            value=rng,
            remedy="hand in numpy.random.default_rng(0); randomness is always a parameter",
        )
    if not (isinstance(n, int | np.integer) and n >= 100):
        raise InvalidParameter(f"{n!r} points", argument="n", value=n, remedy="draw at least 100")
    if not 0 < confidence < 1:
        raise InvalidParameter(
            f"{confidence!r} is outside (0, 1)", argument="confidence", value=confidence, remedy="0.95, say"
        )
    from scipy.special import ndtri

    means, variances = [], []
    for draw in (draw_p, draw_q):
        x = np.asarray(draw(rng, n // 2), dtype=float)
        log_p, log_q = (_logarithm(law, x, name) for law, name in ((p, "p"), (q, "q")))
        with ops.quiet():
            level = np.logaddexp(log_p, log_q) - math.log(2)
            if not np.isfinite(level).all():
                raise InvalidMeasure(
                    "a point that was drawn has no density",
                    argument="draw_p" if draw is draw_p else "draw_q",
                    remedy="let it draw from the law itself",
                )
            terms = terms_of_logs(row, log_p - level, log_q - level)
            columns = np.stack([terms, np.exp(log_p - level), np.exp(log_q - level)])
        if np.isinf(terms).any():
            return Evaluation(
                math.inf, 0.0, f"{n} random points: infinite, one law charges a set where the other has no density"
            )
        means.append(columns.mean(axis=1))
        variances.append(columns.var(axis=1, ddof=1) / columns.shape[1])
    mean, error = np.mean(means, axis=0), np.sqrt(np.sum(variances, axis=0)) / 2
    for name, mass, slack in (("p", mean[1], error[1]), ("q", mean[2], error[2])):
        if not abs(mass - 1) <= FAR_OFF * slack + 1e-6:
            raise InvalidMeasure(
                f"the density integrates to {mass:.4g} over the points drawn, not 1",
                argument=name,
                value=float(mass),
                remedy="normalise logpdf, and let the draws come from that density",
            )
    half = float(ndtri((1 + confidence) / 2) * error[0])
    return Evaluation(float(mean[0]), half, f"mean over {2 * (n // 2)} random points of (p + q)/2", confidence)


def _logarithm(law: Density, x: np.ndarray, name: str) -> np.ndarray:
    with ops.quiet():
        values = np.asarray(law.logpdf(x), dtype=float)
    ends = np.reshape(np.asarray(law.support, dtype=float), (-1, 2))
    inside = ((x.reshape(len(x), -1) >= ends[:, 0]) & (x.reshape(len(x), -1) <= ends[:, 1])).all(axis=1)
    values = np.where(inside, values, -np.inf)
    if np.isnan(values).any():
        raise InvalidMeasure(
            f"logpdf({x[np.isnan(values)][0]}) is nan", argument=name, remedy="return -inf where there is no mass"
        )
    return values
