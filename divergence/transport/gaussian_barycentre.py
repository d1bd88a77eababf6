"""The barycentre of normal laws for W_2: the normal law of least mean squared distance to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..checks import check_masses
from ..errors import InvalidParameter, NotConverged, ShapeMismatch
from ..evaluation import Evaluation
from .gaussian import apart_from_zero, gaussian_wasserstein, moments, roots

STEPS = 500


@dataclass(frozen=True)
class GaussianBarycentre:
    """N(mean, covariance), the `spread` Σ w_k W_2² that it makes least, and how nearly it does.

    `residual` is ‖Σ w_k (A_k^½ S A_k^½)^½ − S‖ against ‖S‖ in the equation that the covariance S solves, conjugated by
    its square root; `steps` are those of the fixed point.
    """

    mean: np.ndarray
    covariance: np.ndarray
    spread: float
    residual: float
    steps: int


def gaussian_barycentre(
    means: Any, covariances: Any, weights: Any = None, *, tolerance: float = 1e-12
) -> GaussianBarycentre:
    """argmin over normal laws of Σ w_k W_2²(N(m_k, A_k), ·): means (K, d), covariances (K, d, d), weights (K,).

    Weights are equal if None. The mean is Σ w m, the covariance a fixed point,
    S ↦ S^{-½} (Σ w_k (S^½ A_k S^½)^½)² S^{-½}.

    >>> found = gaussian_barycentre([[0.0, 0.0], [2.0, 0.0]], [np.eye(2), 9 * np.eye(2)])
    >>> found.mean.tolist(), found.covariance.round(9).tolist()
    ([1.0, 0.0], [[4.0, 0.0], [0.0, 4.0]])

    Raises InvalidParameter where every covariance is singular, NotConverged where the residual stays above the
    tolerance. Source: Álvarez-Esteban et al. 2016.
    """
    means, covariances = moments(means, covariances, "s")
    if means.ndim != 2 or covariances.ndim != 3:
        raise ShapeMismatch(
            f"means {tuple(means.shape)} and covariances {tuple(covariances.shape)}",
            argument="means",
            remedy="give (K, d) and (K, d, d)",
        )
    means, covariances = (ops.to_numpy(x).astype(np.float64) for x in (means, covariances))
    count = len(means)
    if count == 0 or len(covariances) != count:
        raise ShapeMismatch(
            f"{len(covariances)} for {count} means",
            argument="covariances",
            remedy="give one mean and one covariance per law, at least one law",
        )
    w = np.full(count, 1 / count) if weights is None else ops.to_numpy(check_masses(weights, "weights")).astype(float)
    if w.shape != (count,):
        raise ShapeMismatch(f"shape {w.shape} for {count} laws", argument="weights", remedy="give one weight per law")
    mean = w @ means
    regular = [k for k in np.flatnonzero(w > 0) if apart_from_zero(roots(covariances[k])[0]).all()]
    if not regular:
        raise InvalidParameter(
            "are singular, all of them",
            argument="covariances",
            remedy="give at least one of full rank; only then is the barycentre one law",
        )
    found, steps, residual = np.einsum("k,kij->ij", w, covariances), 0, np.inf
    while steps < STEPS:
        steps += 1
        values, axes = roots(found)
        root = (axes * np.sqrt(values)) @ axes.T
        inverse = (axes / np.sqrt(values)) @ axes.T
        inner = root @ covariances @ root
        spectra, turns = roots(inner)
        mixed = np.einsum("k,kij->ij", w, (turns * np.sqrt(spectra)[:, None, :]) @ np.swapaxes(turns, -1, -2))
        residual = float(np.linalg.norm(mixed - found) / np.linalg.norm(found))
        if residual <= tolerance:
            break
        step = inverse @ mixed
        found = step @ step.T
    spread = float(w @ np.asarray(gaussian_wasserstein(means, covariances, mean, found)) ** 2)
    if residual > tolerance:
        raise NotConverged(
            f"the residual is {residual:.2g} after {STEPS} steps, above {tolerance:g}",
            argument="tolerance",
            evaluation=Evaluation(spread, np.inf, "fixed point, not converged"),
            remedy="ask for less, or drop directions in which the covariances are almost singular",
        )
    return GaussianBarycentre(mean, found, spread, residual, steps)
