"""Families against their log-normalisers in many digits: far, near, at extreme parameters, in every library."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import besseli, log, loggamma, matrix, mp, mpf, sqrt, workdps
from mpmath import cos as mcos
from mpmath import det as mdet
from mpmath import sin as msin

from divergence.families import members
from divergence.families.exponential import Family, scaled_gap

Numbers = list[Any]
ORDERS = (-1.0, -0.25, 0.0, 1e-9, 0.3, 0.5, 0.9, 1.0, 1.2, 2.0, 5.0)


def natural_normal(mean: Any, sd: Any) -> Numbers:
    return [mean / sd**2, -1 / (2 * sd**2)]


def normaliser_normal(x: Any, y: Any) -> Any:
    return -x * x / (4 * y) - log(-2 * y) / 2 if y < 0 else mpf(math.inf)


def normaliser_gamma(k: Any, minus_rate: Any) -> Any:
    return loggamma(k).real - k * log(-minus_rate) if k > 0 and minus_rate < 0 else mpf(math.inf)


def normaliser_dirichlet(*alpha: Any) -> Any:
    return sum(loggamma(x).real for x in alpha) - loggamma(sum(alpha)).real if min(alpha) > 0 else mpf(math.inf)


def normaliser_negative_binomial(theta: Any, r: Any) -> Any:
    return -r * log(1 - mp.exp(theta)) if theta < 0 else mpf(math.inf)


def normaliser_inverse_gaussian(x: Any, y: Any) -> Any:
    return -log(-2 * y) / 2 - 2 * sqrt(x * y) if y < 0 and x <= 0 else mpf(math.inf)


def natural_multivariate(mean: Any, covariance: Any) -> Numbers:
    precision = matrix(covariance) ** -1
    return [precision * matrix(mean), precision]


def normaliser_multivariate(eta: Any, precision: Any) -> Any:
    n = precision.rows
    if any(mdet(precision[: i + 1, : i + 1]) <= 0 for i in range(n)):
        return mpf(math.inf)
    return (eta.T * (precision**-1) * eta)[0] / 2 - log(mdet(precision)) / 2


class Case:
    """A family, its natural parameters and its log-normaliser, and pairs of members."""

    def __init__(self, family: Family, natural: Callable[..., Numbers], normaliser: Callable[..., Any], *pairs: Any):
        self.family, self.natural, self.normaliser, self.pairs = family, natural, normaliser, pairs

    def exact(self, a: float, p: Any, q: Any) -> Any:
        """−log ∫ p^a q^(1−a) / (a (1−a)); at 0 and 1 its limit."""
        with workdps(200):
            order = mpf(a) + (mpf(10) ** -60 if a in (0, 1) else 0)
            x, y = self.natural(*_mp(p)), self.natural(*_mp(q))
            middle = [order * s + (1 - order) * t for s, t in zip(x, y)]
            top = self.normaliser(*middle)
            if top == math.inf:
                return top
            return (order * self.normaliser(*x) + (1 - order) * self.normaliser(*y) - top) / (order * (1 - order))


def _mp(x: Any) -> Any:
    return [_mp(y) for y in x] if isinstance(x, list | tuple) else mpf(x)


def _scaled(power: int) -> Callable[..., Numbers]:
    return lambda k, scale, _: [k, -(scale**-power)]


CASES = {
    "normal": Case(
        members.normal,
        natural_normal,
        normaliser_normal,
        *(((0.0, 1.0), (1.0, 2.0)), ((0.0, 1.0), (1e-4, 1.0)), ((0.0, 1.0), (1e-9, 1 + 1e-9))),
        *(((3.0, 1e-5), (-2.0, 1e5)), ((1e8, 1.0), (1e8 + 1, 1.5)), ((0.0, 2.0), (0.0, 2.0 + 1e-12))),
    ),
    "gamma": Case(
        members.gamma,
        _scaled(1),
        normaliser_gamma,
        *(((2.0, 1.0, 1), (3.5, 0.5, 1)), ((1e5, 1.0, 1), (1e5 + 1, 1.0, 1)), ((1e5, 1e-5, 1), (1e5 + 1, 1e-5, 1))),
        *(((1e-3, 1.0, 1), (2.0, 7.0, 1)), ((0.7, 1.0, 1), (0.7 + 1e-9, 1.0, 1)), ((1e5, 2.0, 1), (3.0, 1e4, 1))),
        *(((1e8, 1e-8, 1), (1e8 + 10, 1e-8, 1)), ((4.0, 1.0, 1), (1e7, 1e-7, 1))),
    ),
    "inverse gamma, by its powers": Case(
        members.gamma, _scaled(-1), normaliser_gamma, ((2.0, 3.0, -1), (3.0, 4.0, -1)), ((9.0, 1.0, -1), (9.0, 1.1, -1))
    ),
    "Rayleigh, by its powers": Case(
        members.gamma, _scaled(2), normaliser_gamma, ((1.0, 3.0, 2), (1.0, 4.0, 2)), ((1.0, 1.0, 2), (1.0, 1 + 1e-9, 2))
    ),
    "beta": Case(
        members.dirichlet,
        lambda x: x,
        normaliser_dirichlet,
        *((([2.0, 3.0],), ([0.5, 4.0],)), (([1e6, 1e6],), ([1e6 + 1, 1e6],)), (([1e-3, 5.0],), ([1e3, 5.0],))),
        *((([0.5, 0.5],), ([0.5 + 1e-9, 0.5],)), (([1e6, 1.0],), ([1e6 + 3, 1.0],)), (([3e4, 7.0],), ([2.0, 4e5],))),
    ),
    "Dirichlet": Case(
        members.dirichlet,
        lambda x: x,
        normaliser_dirichlet,
        *((([1.0, 2.0, 3.0],), ([3.0, 2.0, 1.5],)), (([1e4, 2.0, 0.1],), ([1e4, 2.0 + 1e-7, 0.1],))),
    ),
    "Poisson": Case(
        members.poisson,
        lambda rate: [log(rate)],
        mp.exp,
        *(((3.0,), (4.5,)), ((1e-5,), (1e3,)), ((1e6,), (1e6 + 1,)), ((2.0,), (2.0 + 1e-11,))),
    ),
    "binomial": Case(
        members.binomial,
        lambda p, n: [log(p / (1 - p)), n],
        lambda theta, n: n * log(1 + mp.exp(theta)),
        *(((0.5, 10.0), (0.7, 10.0)), ((1e-9, 5.0), (0.3, 5.0)), ((0.3, 1.0), (0.3 + 1e-10, 1.0))),
        *(((0.25, 1.0), (1e-100, 1.0)), ((1e-3, 8.0), (1e-80, 8.0)), ((1 - 2.0**-50, 3.0), (0.25, 3.0))),
    ),
    "negative binomial": Case(
        members.negative_binomial,
        lambda p, r: [log(1 - p), r],
        normaliser_negative_binomial,
        *(((0.5, 2.5), (0.7, 2.5)), ((1e-6, 1.0), (0.3, 1.0)), ((0.25, 1.0), (0.25 + 1e-10, 1.0))),
        *(((0.25, 1.0), (1e-12, 1.0)), ((1e-3, 2.5), (1e-6, 2.5)), ((1 - 1e-12, 1.0), (1e-9, 1.0))),
    ),
    "inverse Gaussian": Case(
        members.inverse_gaussian,
        lambda mean, shape: [-shape / (2 * mean**2), -shape / 2],
        normaliser_inverse_gaussian,
        *(
            ((1.0, 2.0), (3.0, 1.0)),
            ((1.0, 1.0), (1.0, 1 + 1e-9)),
            ((1e3, 1e-2), (0.1, 5.0)),
            ((2.0, 3.0), (2.0001, 3.0)),
        ),
    ),
    "von Mises": Case(
        members.von_mises,
        lambda angle, k: [k * mcos(angle), k * msin(angle)],
        lambda x, y: log(besseli(0, sqrt(x * x + y * y))),
        *(
            ((0.0, 1.0), (1.0, 2.0)),
            ((0.0, 1.0), (1e-9, 1.0)),
            ((2.0, 700.0), (2.1, 650.0)),
            ((0.0, 40.0), (0.01, 41.0)),
        ),
        *(((0.5, 1e-3), (0.0, 1e-4)), ((0.5, 3.0), (0.5 + math.pi, 2.0)), ((0.0, 0.2), (0.0, 90.0))),
        *(((0.0, 1e7), (0.5, 0.1)), ((0.5, 1e-6), (0.5, 1e7)), ((0.0, 1e4), (3.0, 1.2e4))),
    ),
    "multivariate normal": Case(
        members.multivariate_normal,
        natural_multivariate,
        normaliser_multivariate,
        (([0.0, 1.0], [[2.0, 0.3], [0.3, 1.0]]), ([1.0, 1.0], [[1.0, -0.2], [-0.2, 3.0]])),
        (([0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]]), ([1e-6, 0.0], [[1.0, 0.5 + 1e-7], [0.5 + 1e-7, 1.0]])),
    ),
}
TOLERANCE = 1e-12
SHARED = {members.gamma: 2, members.binomial: 1, members.negative_binomial: 1}  # what two members have in common
PAIRS = [
    pytest.param(case, p, q, id=f"{name}-{i}") for name, case in CASES.items() for i, (p, q) in enumerate(case.pairs)
]


def _arrays(point: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(x, dtype=float) for x in point)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("a", ORDERS)
def test_every_order(name: str, a: float) -> None:
    case = CASES[name]
    for p, q in case.pairs:
        truth = case.exact(a, p, q)
        found = float(scaled_gap(case.family, a, _arrays(p), _arrays(q)))
        if truth == math.inf:
            assert found == math.inf, (p, q, found)
        else:
            assert abs(mpf(found) - truth) <= TOLERANCE * truth, (p, q, found, float(truth))


@pytest.mark.parametrize(("case", "p", "q"), PAIRS)
def test_gradients(case: Case, p: Any, q: Any) -> None:
    """Of what torch differentiates, against differences of the exact values in many digits."""
    torch = pytest.importorskip("torch")
    for a in (0.0, 0.5, 1.0, 1.2):
        if case.exact(a, p, q) == math.inf:
            continue
        tensors = [[torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in law] for law in (p, q)]
        scaled_gap(case.family, a, *(tuple(law) for law in tensors)).backward()
        for side, law in enumerate((p, q)):
            for i, x in enumerate(law):
                found = None if isinstance(x, list) or i == SHARED.get(case.family) else tensors[side][i].grad
                if found is None:
                    continue
                with workdps(120):
                    step = mpf(10) ** -40 * (abs(mpf(x)) or 1)
                    values = []
                    for sign in (1, -1):
                        moved = [[_mp(y) for y in one] for one in (p, q)]
                        moved[side][i] = mpf(x) + sign * step
                        values.append(case.exact(a, *moved))
                    truth = (values[0] - values[1]) / (2 * step)
                slack = 1e-7 * abs(truth) + 1e-9 * case.exact(a, p, q) / (abs(x) or 1)
                assert abs(float(found) - truth) <= slack, (a, side, i, float(found), float(truth))
