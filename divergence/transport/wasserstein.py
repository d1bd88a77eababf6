"""W_p on the line: histograms, samples and laws, W1 from the distribution functions and other orders from quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..density import Density, Lattice
from ..errors import InvalidParameter
from ..estimate.resampling import (
    Draws,
    Evaluator,
    bootstraps,
    check_resampling,
    deviations,
    generator,
    interval,
    observed,
)
from ..evaluation import Evaluation
from ..integral_metric import CACHE, Line, on_line, pair
from ..measure import Samples
from ..product import Product
from ..promotion import as_law
from .coupling import cost as cost
from .coupling import coupling as coupling
from .samples import all_pairs, between, empirical, line_samples

if TYPE_CHECKING:
    from .exact import Transport

Array = Any


def wasserstein(order: float) -> Wasserstein:
    """W_p(P, Q) = (∫₀¹ |F⁻¹(u) − G⁻¹(u)|ᵖ du)^(1/p), the order p any number ≥ 1; at p = ∞ the largest |F⁻¹ − G⁻¹|.

    >>> import numpy as np
    >>> from divergence import Discrete
    >>> line = np.array([0.0, 1.0])
    >>> float(wasserstein(1)(Discrete(np.array([0.2, 0.8]), line), Discrete(np.array([0.8, 0.2]), line)))
    0.6...
    >>> wasserstein(0.5)
    Traceback (most recent call last):
    divergence.errors.InvalidParameter: order: 0.5 is no order. Remedy: the order is a number >= 1, or math.inf
    """
    return Wasserstein(check_order(order, infinite=True))


@dataclass(frozen=True)
class Wasserstein:
    """W_p(P, Q) = (inf E|X − Y|ᵖ)^(1/p) over all couplings; in [0, ∞], in the unit of the points.

    Call it on

    - histograms `Discrete(p, points)`, `Discrete(q, points)`, masses (..., k), points (k,), which may differ; batches
      broadcast. Returns (...), in the dtype and on the device of the input, differentiable in masses and points where
      they are torch tensors; 0 is taken as the derivative where W_p is 0 and has none;
    - two laws: of scipy.stats or torch.distributions, Density, Lattice or Mixture, each of any kind, a Discrete too.
      `evaluate` gives the error.

    In R^d, points (k, d), it comes from an optimal plan, see `optimal_transport`; between normal laws W2 has a closed
    form, see `gaussian_wasserstein`.

    Samples have verbs of their own: `estimate`, `between_samples` (rows, losses) and `pairwise_samples`.

    W1 is ∫ |F − G|, exact near P = Q on a shared alphabet and exactly 0 at P = Q. W_p is the cost of the monotone
    coupling: two laws without moments can lie at a finite distance, as two Cauchy laws that differ by a shift do.

    Raises UnsupportedLaw for bare arrays (are they masses or positions?) and samples, InvalidMeasure without points,
    ShapeMismatch for dimensions or batches that do not fit. Source: Villani 2003, section 2.2.
    """

    order: float

    @property
    def name(self) -> str:
        return f"wasserstein({self.order:g})"

    @property
    def root(self) -> float:
        return 1.0

    @property
    def norm(self) -> bool:
        return self.order == 1

    def __repr__(self) -> str:
        if self.order == math.inf:
            return f"<{self.name}: sup |F⁻¹ − G⁻¹|, in [0, inf]>"
        return f"<{self.name}: (∫ |F⁻¹ − G⁻¹|^{self.order:g})^(1/{self.order:g}), in [0, inf]>"

    def __call__(self, p: Any, q: Any) -> Array:
        from . import space

        if space.in_space(p) or space.in_space(q):
            return space.distances(p, q, self.order)
        if (closed := space.normal_distance(p, q, self.order)) is not None:
            return closed
        p, q = _as_laws(p, q)
        if _is_law(p) or _is_law(q):
            from .laws import distances

            return distances(p, q, self.order)
        laws = pair(p, q, self.name, line=True)
        if self.order == 1:
            points, signed = laws.signed()
            return laws.result(Line.of(points).integral(signed, ops.namespace(signed).abs))
        xp = laws.xp
        by_x, by_y = xp.argsort(laws.x, stable=True), xp.argsort(laws.y, stable=True)
        masses = xp.take(laws.p, by_x, axis=-1), xp.take(laws.q, by_y, axis=-1)
        widths, i, j = coupling(*masses, shared=laws.shared)
        return laws.result(cost(_at(laws.x, by_x, i), _at(laws.y, by_y, j), widths, self.order))

    def evaluate(self, p: Any, q: Any, *, rtol: float = 1e-8) -> Evaluation:
        """W_p of two laws, or of two Discretes, with a bound on its error and how it was found.

        >>> from scipy import stats
        >>> found = wasserstein(2).evaluate(stats.norm(0, 1), stats.norm(1, 2))
        >>> found.value, found.method
        (1.4142135623730951, 'closed form: normal family')

        Infinite where the integral is. Raises NotConverged where `rtol` is out of reach, InvalidMeasure for a density
        whose integral is not 1.
        """
        from . import space
        from .laws import evaluate

        if isinstance(rtol, bool) or not isinstance(rtol, int | float | np.floating) or not 0 < rtol < 1:
            raise InvalidParameter(
                f"{rtol!r} is no relative error", argument="rtol", value=rtol, remedy="write a number in (0, 1)"
            )
        if (found := space.evaluate(p, q, self.order)) is not None:
            return found
        p, q = _as_laws(p, q)
        if not (_is_law(p) or _is_law(q)):
            pair(p, q, self.name, line=True)  # to refuse what is no pair of histograms
        return evaluate(p, q, self.order, float(rtol))

    def between_samples(self, x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, *, axis: int = -1) -> Array:
        """W_p of the empirical laws of samples along `axis` of x (..., n) and y (..., m); the batches broadcast.

        Weights are masses, (n,) for all rows or in the shape of x; without them each sample has mass 1/n. Returns
        (...), in the dtype and on the device of the input, differentiable in torch: a loss.

        >>> import numpy as np
        >>> wasserstein(1).between_samples(np.array([[0.0, 1.0], [0.0, 5.0]]), np.array([2.0, 3.0]))
        array([2., 2.])

        Raises InvalidMeasure for nan, integers or weights that are no masses, ShapeMismatch for batches or weights
        that do not fit.
        """
        return between(x, y, x_weights, y_weights, self.order, axis)

    def pairwise(self, p: Any, q: Any = None) -> Array:
        """(m, n): W_p of each of m histograms with each of n, `Discrete` of masses (m, k) and (n, l); p with p if None.

        >>> import numpy as np
        >>> from divergence import Discrete
        >>> wasserstein(1).pairwise(Discrete(np.eye(3), np.array([0.0, 1.0, 3.0])))
        array([[0., 1., 3.],
               [1., 0., 2.],
               [3., 2., 0.]])

        In memory bounded by that of the answer and of the masses. Off W1 of a pair alone by rounding in the unit of the
        points, where the pair is near equal.
        """
        from .matrix import of_histograms

        return of_histograms(p, p if q is None else q, self)

    def pairwise_samples(self, xs: Sequence[Any], ys: Sequence[Any] | None = None) -> Array:
        """(m, n): W_p of each of m samples with each of n, of any sizes; xs with xs if ys is None.

        Samples are (n,), or (n, d) for an optimal plan of each pair.

        >>> import numpy as np
        >>> wasserstein(1).pairwise_samples([np.array([0.0, 1.0]), np.array([2.0]), np.array([0.0, 0.0, 3.0])])
        array([[0.        , 1.5       , 0.83333333],
               [1.5       , 0.        , 1.66666667],
               [0.83333333, 1.66666667, 0.        ]])
        """
        from . import space

        if any(s.ndim == 2 and s.shape[1] > 1 for s in space.points_of(xs, "x")):
            return space.between_all(xs, ys, self.order)
        return all_pairs(xs, ys, self.order, self.name)

    def estimate(
        self,
        x: Any,
        y: Any,
        x_weights: Any = None,
        y_weights: Any = None,
        *,
        confidence: float = 0.95,
        resamples: int = 999,
        rng: Any = None,
    ) -> Evaluation:
        """W_p between the empirical laws of samples x (n,) and y (m,), with masses `x_weights` (n,), each 1/n if None.

        Without `rng` the Evaluation is that distance and a bound on its rounding: it says nothing about the laws
        behind the samples. With `rng` it carries a confidence interval for the distance of these laws: by the triangle
        inequality the value is off by at most what the samples lie from their laws, which the bootstrap tells; it
        covers at least as often as it says. A weighted point is drawn like any other and carries its weight. Samples
        (n, d), d > 1, have the distance from an optimal plan, with the gap to its dual as the error, and no `rng`.

        >>> found = wasserstein(2).estimate([0.0, 1.0, 2.0], [3.0, 4.0, 5.0])
        >>> found.value, found.error < 1e-13
        (3.0, True)

        Raises InvalidMeasure for nan, integers, fewer than two samples or weights that are no masses, ShapeMismatch
        for dimensions and weights that do not fit, InvalidParameter for confidence, resamples or rng.
        """
        from . import space

        resamples, confidence = check_resampling(resamples, confidence)
        if space.in_space(Samples(x, argument="x")):
            return space.estimate(x, y, x_weights, y_weights, self.order, rng)
        (a, u), (b, v) = (
            line_samples(s, w, name, self.name) for s, w, name in ((x, x_weights, "x"), (y, y_weights, "y"))
        )
        value, error = empirical(a, u, b, v, self.order)
        sizes = f"{len(a)} and {len(b)} {'samples' if u is None and v is None else 'weighted samples'}"
        if rng is None:
            method = f"exact distance of the empirical laws of {sizes}; for an interval about their laws write rng=0"
            return Evaluation(value, error, method)
        if self.order == math.inf:
            raise InvalidParameter(
                "the bootstrap says nothing about the ends of a law, which is what the order inf measures",
                argument="rng",
                value=rng,
                remedy="leave rng out for the distance of the samples, or choose a finite order",
            )
        evaluate = self.on_pooled(np.concatenate([a, b]))
        sample, draws = observed(len(a), len(b), u, v), bootstraps(len(a), len(b), resamples, generator(rng), u, v)
        low, high = interval(value, deviations([self], [evaluate], draws, sample), confidence, self.root)
        method = f"distance of the empirical laws of {sizes}, triangle inequality on {resamples} bootstrap resamples"
        return Evaluation(value, (high - low) / 2, method, confidence, (low, high))

    def transport(self, p: Any, q: Any) -> Transport:
        """The optimal plan and the potentials of Discrete or Samples p and q at the cost |x − y|ᵖ, with their proof.

        >>> from divergence import Samples
        >>> found = wasserstein(2).transport(Samples([0.0, 1.0]), Samples([3.0, 2.0]))
        >>> found.plan.toarray().tolist(), float(found)
        ([[0.0, 0.5], [0.5, 0.0]], 4.0)
        """
        from .exact import optimal_transport

        return optimal_transport(p, q, order=self.order)

    def on_pooled(self, points: np.ndarray, rng: Any = None) -> Evaluator:
        """The statistic for resampling, on pooled points (N,)."""
        points = on_line(points, "points", self.name)
        if self.order == 1:
            return Line.of(points).evaluator(np.abs)
        order = np.argsort(points, stable=True)
        z, rows = points[order], max(1, CACHE // len(points))

        def evaluate(draws: Draws) -> np.ndarray:
            found = []
            for start in range(0, len(draws.x), rows):
                block = slice(start, start + rows)
                widths, i, j = coupling(draws.x[block][:, order], draws.y[block][:, order])
                found.append(cost(z[i], z[j], widths, self.order))
            return np.concatenate(found)

        return evaluate


def check_order(order: Any, infinite: bool = False) -> float:
    """The order as a float; InvalidParameter unless it is a number >= 1, a finite one if not `infinite`."""
    try:
        number = math.nan if isinstance(order, str | bytes | bool | np.bool_) else float(order)
    except (TypeError, ValueError):
        number = math.nan
    if not (number >= 1 and (infinite or number < math.inf)):
        remedy = "the order is a number >= 1, or math.inf" if infinite else "the order is a finite number >= 1"
        raise InvalidParameter(f"{order!r} is no order", argument="order", value=order, remedy=remedy)
    return number


def _as_laws(p: Any, q: Any) -> tuple[Any, Any]:
    """What comes from another library as ours, and independent coordinates as one point; the rest is for `pair`."""
    found = []
    for law, name in ((p, "p"), (q, "q")):
        law = law if ops.is_array(law) or hasattr(law, "points") else as_law(law, name)
        found.append(law.joint() if isinstance(law, Product) else law)
    return found[0], found[1]


def _is_law(law: Any) -> bool:
    return isinstance(law, Density | Lattice)


def _at(points: Array, order: Array, index: Array) -> Array:
    """points[order][index] for points (k,) and an index of any shape."""
    xp = ops.namespace(points, index)
    return xp.reshape(xp.take(xp.take(points, order), xp.reshape(index, (-1,))), index.shape)
