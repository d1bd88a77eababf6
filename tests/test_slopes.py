"""First and second derivatives of q f(p/q) against f″ of the table, from 1e-300 to 1e300 and at the zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws import ALL
from mpmath import log, mp, mpf

from divergence import slopes
from divergence.affinity import affinity
from divergence.f_divergence import FDivergence
from divergence.ops import quiet, words
from divergence.perspective import terms_of_logs

SMOOTH = [d for d in ALL if not d.generator.kinks]
smooth = pytest.mark.parametrize("divergence", SMOOTH, ids=lambda d: d.name)
P = np.array([1e-300, 1e-40, 1e-20, 1e-9, 0.1, 0.3, 0.5, 0.5, 0.7, 0.9, 1.0, 1.0])
Q = np.array([1.0, 0.5, 0.3, 1.0, 0.3, 0.3, 0.5 - 1e-12, 1e-9, 1e-20, 1e-40, 1e-200, 1e-300])
CURVATURES = {
    "kl": lambda t: 1 / t,
    "reverse_kl": lambda t: 1 / t**2,
    "jeffreys": lambda t: 1 / t + 1 / t**2,
    "js": lambda t: 1 / (2 * t * (1 + t)),
    "squared_hellinger": lambda t: t ** mpf(-1.5) / 4,
    "pearson": lambda t: mpf(2),
    "neyman": lambda t: 2 / t**3,
    "triangular": lambda t: 4 / (1 + t) ** 3,
    "skew(kl, 0.5)": lambda t: 1 / (t * (1 + t) ** 2),
    "skew(neyman, 0.25)": lambda t: 1 / (8 * t**3),
    "symmetrised(power(3.0))": lambda t: (t + t**-4) / 2,
}


def curvature(divergence: FDivergence) -> Any:
    """f″(t)."""
    a = divergence.generator.parameters.get("a")
    return CURVATURES[divergence.name] if a is None else lambda t: t ** mpf(a - 2)


def floats(values: list[Any]) -> np.ndarray:
    return np.array([float(x) for x in values])


def close(found: np.ndarray, expected: np.ndarray, rtol: float) -> None:
    """Equal, where the exact value is a float."""
    beyond = ~np.isfinite(expected) | (np.abs(expected) < 1e-300)
    np.testing.assert_allclose(found[~beyond], expected[~beyond], rtol=rtol)
    assert not np.isnan(found).any()


def test_the_ratio_of_small_masses_keeps_its_digits() -> None:
    p = np.array([5.414572199144789e-201, 0.7, 3e-310, 0.3, 5e-324, 1.0])
    q = np.array([2.3852241445790096e-201, 5e-200, 1e-311, 0.3 - 2.0**-54, 1.0, 5e-324])
    expected = [float(log(mpf(x) / mpf(y))) for x, y in zip(p.tolist(), q.tolist())]
    with quiet():
        found = slopes.log_ratio(p, q, words(p, q))
    np.testing.assert_allclose(found, expected, rtol=4e-16)


@smooth
def test_second_derivatives_of_masses(divergence: FDivergence) -> None:
    f2, row = curvature(divergence), divergence.generator
    pairs = [(mpf(float(p)), mpf(float(q))) for p, q in zip(P, Q)]
    by_pp = floats([f2(p / q) / q for p, q in pairs])
    by_pq = floats([-p / q * f2(p / q) / q for p, q in pairs])
    by_qq = floats([(p / q) ** 2 * f2(p / q) / q for p, q in pairs])
    found = slopes.bends_of_masses(row, P, Q)
    close(found[0], by_pp, 1e-12)
    close(found[1], by_pq, 1e-12)
    found = slopes.bends_of_masses(row.reverse, Q, P)
    close(found[0], by_qq, 1e-12)
    close(found[1], by_pq, 1e-12)


@smooth
def test_second_derivatives_at_the_zeros_are_limits(divergence: FDivergence) -> None:
    """At t = 0 and at its other end; inf where f″ is, and nothing for an atom that neither has."""
    f2, row = curvature(divergence), divergence.generator
    p, q = np.array([0.0, 0.25, 0.0]), np.array([0.25, 0.0, 0.0])
    small, large = mpf(10) ** -3000, mpf(10) ** 3000
    ends = [(f2(t) * 4, -t * f2(t) * 4, t**2 * f2(t) * 4) for t in (small,)]
    ends += [(t * f2(t) * 4, -(t**2) * f2(t) * 4, t**3 * f2(t) * 4) for t in (large,)]
    limits = np.array([[mp.inf * mp.sign(x) if abs(x) > 1e30 else x for x in end] for end in ends], dtype=float)
    limits[np.abs(limits) < 1e-30] = 0
    found = np.array([*slopes.bends_of_masses(row, p, q), slopes.bends_of_masses(row.reverse, q, p)[0]]).T
    np.testing.assert_allclose(found[:2], limits, rtol=1e-13)
    assert found[2].tolist() == [0.0, 0.0, 0.0]


@smooth
def test_bend_of_log_masses(divergence: FDivergence) -> None:
    """p T'(v) = p t f″(t), also where p, q and their ratio are no floats."""
    f2, row = curvature(divergence), divergence.generator
    log_p = np.array([-0.5, -300.0, -0.1, -800.0, -0.1, -20.0, -900.0, -1000.0])
    log_q = np.array([-0.5, -0.1, -300.0, -0.1, -800.0, -20.0 - 1e-9, -1000.0, -900.0])
    t = [mp.exp(mpf(float(a)) - mpf(float(b))) for a, b in zip(log_p, log_q)]
    expected = floats([mp.exp(mpf(float(a))) * r * f2(r) for a, r in zip(log_p, t)])
    found = slopes.bend_of_logs(row, log_p, log_q, None)
    close(found, expected, 1e-11)
    np.testing.assert_array_equal(found == 0, expected < 1e-320)


@pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
def test_no_mass_no_derivative_in_log_space(divergence: FDivergence) -> None:
    none, some = np.array([-np.inf, -np.inf, -1.0]), np.array([-1.0, -np.inf, -np.inf])
    row = divergence.generator
    by_none, by_some = slopes.of_logs(row, none, some, None, terms_of_logs(row, none, some))
    assert by_none[:2].tolist() == [0.0, 0.0]
    assert by_some[1:].tolist() == [0.0, 0.0]
    assert slopes.bend_of_logs(row, none, some, None).tolist() == [0.0, 0.0, 0.0]


def test_a_concave_row_bends_the_other_way() -> None:
    """t^(1/2), of which affinities are sums: f'' = -t^(-3/2)/4."""
    row = affinity(0.5).generator
    p, q = np.array([1e-60, 0.3, 1e-9]), np.array([1.0, 0.3, 0.5])
    np.testing.assert_allclose(slopes.bends_of_masses(row, p, q)[0], -((p / q) ** -1.5) / 4 / q, rtol=1e-13)
    np.testing.assert_allclose(slopes.bends_of_masses(row.reverse, q, p)[0], -((p / q) ** 0.5) / 4 / q, rtol=1e-13)
