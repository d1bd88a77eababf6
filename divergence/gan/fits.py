"""Exact fits: the normal law nearest to a mixture by any row, found by quadrature, to hold trained GANs against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidParameter
from ..evaluation import Evaluation
from ..generators import Generator
from ..ops import numpy_words, quiet
from ..perspective import terms_of_logs
from ..quadrature import integrate_row
from .toys import NormalMixture, log_normal, normal_density

Point = tuple[float, float]


@dataclass(frozen=True)
class Fit:
    """N(mean, sd²) and its divergence from the data; `residual` is the length of the gradient left there."""

    mean: float
    sd: float
    divergence: Evaluation
    residual: float


def divergence_from(row: Generator, data: NormalMixture, mean: float, sd: float) -> Evaluation:
    """D_f(data || N(mean, sd²)) by adaptive quadrature."""
    return integrate_row(row, data.density, normal_density(mean, sd), rtol=1e-9)


def best_fit(row: Generator, data: NormalMixture) -> Fit:
    """The global minimiser of D_f(data || N(mean, sd²)), from starts on every mode and on the whole.

    The optimum is a zero of the gradient (d/dmean, d/dlog sd) = -E_q[R(v) ∇ log q], v = log p/q; where the divergence
    is minimised and where its gradient vanishes come from two different formulas, so each checks the other.
    """
    starts = [(data.mean, data.sd), *zip(data.means, data.sds)]
    starts += [((m + data.mean) / 2, (s + data.sd) / 2) for m, s in zip(data.means, data.sds)]
    return min((_descend(row, data, start) for start in starts), key=lambda fit: fit.divergence.value)


def flow_end(row: Generator, data: NormalMixture, start: Point) -> Fit:
    """Where the exact gradient flow in (mean, log sd) from `start` comes to rest: what training can hope for."""
    from scipy.integrate import solve_ivp

    grid = _grid(data)
    if not np.isfinite(_value_and_gradient(row, grid, np.array([start[0], np.log(start[1])]))[0]):
        raise InvalidParameter(
            f"{row.name} of the data from N({start[0]:g}, {start[1]:g}²) is infinite, and has no gradient",
            argument="divergence",
            value=row.name,
            remedy="another row, or a start that is narrower",
        )
    path = solve_ivp(
        lambda _, point: -_value_and_gradient(row, grid, point)[1],
        (0.0, 1e4),
        [start[0], np.log(start[1])],
        method="BDF",
        rtol=1e-7,
        atol=1e-9,
    )
    return _descend(row, data, (path.y[0, -1], np.exp(path.y[1, -1])))


def landscape(row: Generator, data: NormalMixture, means: np.ndarray, sds: np.ndarray) -> np.ndarray:
    """D_f(data || N(mean, sd²)) for every pair, (len(sds), len(means)), for contours."""
    x, log_p, step = _grid(data)
    return np.array(
        [[step * terms_of_logs(row, log_p, log_normal(x, m, s)).sum() for m in means.tolist()] for s in sds.tolist()]
    )


def _descend(row: Generator, data: NormalMixture, start: Point) -> Fit:
    from scipy.optimize import minimize, root

    grid = _grid(data)
    # the grid resolves nothing narrower than half the narrowest component, and no best fit is
    limits = [(min(data.means), max(data.means)), (np.log(min(data.sds) / 2), np.log(2 * max(data.sd, *data.sds)))]
    first = [start[0], np.log(start[1])]
    with quiet():
        rough = minimize(
            lambda point: _value_and_gradient(row, grid, point), first, jac=True, method="L-BFGS-B", bounds=limits
        ).x
        fine = root(lambda point: _value_and_gradient(row, grid, point)[1], rough, tol=1e-13).x
    end = fine if np.abs(fine - rough).max() < 1e-3 else rough
    residual = float(np.linalg.norm(_value_and_gradient(row, grid, end)[1]))
    mean, sd = float(end[0]), float(np.exp(end[1]))
    return Fit(mean, sd, divergence_from(row, data, mean, sd), residual)


def _grid(data: NormalMixture) -> tuple[np.ndarray, np.ndarray, float]:
    """An even grid, its log-density and its step: the trapezoidal rule is exact to rounding for such analytic tails."""
    reach, step = 14 * max(data.sd, *data.sds), min(data.sds) / 6
    x = np.arange(min(data.means) - reach, max(data.means) + reach, step)
    return x, data.log_density(x), step


def _value_and_gradient(
    row: Generator, grid: tuple[np.ndarray, np.ndarray, float], point: np.ndarray
) -> tuple[float, np.ndarray]:
    """D_f and its gradient in (mean, log sd) on the grid."""
    x, log_p, step = grid
    mean, sd = float(point[0]), float(np.exp(point[1]))
    z = (x - mean) / sd
    log_q = log_normal(x, mean, sd)
    with quiet():
        weight = np.exp(log_q) * row.penalty(log_p - log_q, numpy_words())
        value = float(step * terms_of_logs(row, log_p, log_q).sum())
    weight = np.where(np.isfinite(weight), weight, 0.0) if np.isfinite(value) else np.full_like(x, np.nan)
    return value, -step * np.array([np.sum(weight * z / sd), np.sum(weight * (z * z - 1))])
