"""Each row against itself: f, critic, conjugate and reverse are four spellings of one convex function."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from divergence import derived_rows, f_divergence, generators, ops
from divergence.generators import GENERATORS, Generator

ROWS = [
    *GENERATORS.values(),
    *(generators.power(a) for a in (-2, -0.5, 0, 0.5, 1, 1.5, 3)),
    *(generators.hockey_stick(gamma) for gamma in (1, 1.5, 4)),
    generators.reverse_hockey_stick(2),
    *(derived_rows.skew(GENERATORS[name], w) for name in ("kl", "reverse_kl", "js", "neyman") for w in (0.1, 0.5, 0.9)),
    derived_rows.skew(generators.power(-0.5), 0.25),
    derived_rows.skew(generators.hockey_stick(1.5), 0.5),
    derived_rows.symmetrised(GENERATORS["kl"]),
    derived_rows.symmetrised(generators.power(3)),
    derived_rows.symmetrised(derived_rows.skew(GENERATORS["pearson"], 0.3)),
]
T = np.array([1e-3, 0.2, 0.7, 0.99, 1.0, 1.01, 1.3, 3.0, 50.0])
V = np.log(T)
O = ops.numpy_words()  # noqa: E741
everywhere = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def f(row: Generator, t: Any) -> Any:
    t = np.asarray(t, dtype=float)
    return row.f(t, t - 1, O)


@everywhere
def test_centred_and_convex(row: Generator) -> None:
    assert float(f(row, 1.0)) == 0.0
    t = np.geomspace(1e-4, 1e4, 2001)
    values = f(row, t)
    assert np.all(values >= 0)
    middle = f(row, (t[1:] + t[:-1]) / 2)
    assert np.all(middle <= (values[1:] + values[:-1]) / 2 * (1 + 1e-12) + 1e-14)


@everywhere
def test_reverse_is_t_f_of_one_over_t(row: Generator) -> None:
    np.testing.assert_allclose(f(row.reverse, T), T * f(row, 1 / T), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(f(row.reverse.reverse, T), f(row, T), rtol=1e-14)
    if row.symmetric:
        assert row.reverse is row


@everywhere
def test_critic_is_the_slope_of_f(row: Generator) -> None:
    smooth = ~np.isin(T, row.kinks)
    # the four-point rule, whose error is h⁴ f⁽⁵⁾/30
    h = T * 2.0**-10
    slope = (8 * (f(row, T + h) - f(row, T - h)) - (f(row, T + 2 * h) - f(row, T - 2 * h))) / (12 * h)
    assert row.critic is not None
    far_from_kinks = smooth & np.all([np.abs(T - k) > 3 * h for k in (*row.kinks, math.inf)], axis=0)
    np.testing.assert_allclose(row.critic(V, O)[far_from_kinks], slope[far_from_kinks], rtol=1e-8, atol=1e-9)


@everywhere
def test_critic_grows_and_vanishes_at_one(row: Generator) -> None:
    assert row.critic is not None
    values = row.critic(np.linspace(-20, 20, 401), O)
    assert np.all(np.diff(values) >= -4e-16 * (1 + np.abs(values[1:])))
    if 1 not in row.kinks and row.name not in ("hockey_stick(1)", "reverse_hockey_stick(1)"):
        assert float(row.critic(np.zeros(()), O)) == 0.0


@everywhere
def test_penalty_is_the_conjugate_of_the_critic(row: Generator) -> None:
    """R(v) = f*(T(v)) = t f'(t) - f(t), which is -T◇(-v)."""
    assert row.critic is not None
    critic = row.critic(V, O)
    smooth = ~np.isin(T, row.kinks)
    np.testing.assert_allclose(
        row.penalty(V, O)[smooth], (T * critic - f(row, T))[smooth], rtol=1e-11, atol=1e-12 * T[-1]
    )
    if row.conjugate is not None:
        np.testing.assert_allclose(row.conjugate(critic, O)[smooth], row.penalty(V, O)[smooth], rtol=1e-10, atol=1e-13)


@everywhere
def test_completed_conjugate_is_the_supremum(row: Generator) -> None:
    if row.conjugate is None:
        pytest.skip("the row has no elementary conjugate")
    t = np.sort(np.concatenate([[0.0, *row.kinks], np.geomspace(1e-8, 1e8, 400_001)]))
    with ops.quiet():
        values = f(row, t)
    kept = np.isfinite(values)
    for u in (-5.0, -2.0, -1.0, -0.5, -0.1, 0.0, 0.05, 0.2, 0.4, 0.9, 1.5):
        line = u * t[kept] - values[kept]
        supremum = float(line.max())
        found = float(row.completed_conjugate(np.asarray(u), O))
        if supremum > 1e4:  # still growing at the end of the grid: u is beyond f'(∞), or f* is large
            assert found > 1e3
        elif found == math.inf:
            assert line[-1] == supremum > 100  # growing still
        else:
            assert found == pytest.approx(supremum, rel=1e-6, abs=1e-6)


def test_the_familiar_pearson_conjugate_is_completed() -> None:
    """u²/4 + u is wrong below -2, where the supremum sits at t = 0."""
    row = GENERATORS["pearson"]
    u = np.array([-4.0, -2.0, 0.0, 2.0])
    assert row.completed_conjugate(u, O).tolist() == [-1.0, -1.0, 0.0, 3.0]


@pytest.mark.parametrize(
    ("name", "at_zero", "slope"),
    [
        ("kl", 1.0, math.inf),
        ("reverse_kl", math.inf, 1.0),
        ("jeffreys", math.inf, math.inf),
        ("js", math.log(2) / 2, math.log(2) / 2),
        ("total_variation", 0.5, 0.5),
        ("squared_hellinger", 0.5, 0.5),
        ("pearson", 1.0, math.inf),
        ("neyman", math.inf, 1.0),
        ("triangular", 0.5, 0.5),
    ],
)
def test_boundary_terms(name: str, at_zero: float, slope: float) -> None:
    row = GENERATORS[name]
    assert (row.at_zero, row.slope) == (pytest.approx(at_zero, rel=1e-15), pytest.approx(slope, rel=1e-15))


@pytest.mark.parametrize("a", [-1.5, -0.5, 0.25, 0.5, 0.75, 2.0, 3.0])
def test_boundary_terms_of_powers(a: float) -> None:
    """f(0) = 1/a for a > 0 and f'(∞) = 1/(1 - a) for a < 1, infinite otherwise."""
    row = generators.power(a)
    assert row.at_zero == (pytest.approx(1 / a) if a > 0 else math.inf)
    assert row.slope == (pytest.approx(1 / (1 - a)) if a < 1 else math.inf)


@pytest.mark.parametrize("gamma", [1.0, 2.0, 5.0])
def test_boundary_terms_of_hockey_sticks(gamma: float) -> None:
    row = generators.hockey_stick(gamma)
    assert (row.at_zero, row.slope) == (0.0, 1.0)
    assert (row.reverse.at_zero, row.reverse.slope) == (1.0, 0.0)


@pytest.mark.parametrize("a", [-1, 0, 0.5, 1, 2])
def test_powers_meet_the_table(a: float) -> None:
    name, factor = {
        -1: ("neyman", 2),
        0: ("reverse_kl", 1),
        0.5: ("squared_hellinger", 0.25),
        1: ("kl", 1),
        2: ("pearson", 2),
    }[a]
    np.testing.assert_allclose(factor * f(generators.power(a), T), f(GENERATORS[name], T), rtol=2e-14)


@pytest.mark.parametrize(
    ("row", "c"),
    [
        (GENERATORS["neyman"], 1),
        (generators.power(-701), 701),
        (generators.power(800).reverse, 799),
        (generators.power(-0.001), 0.001),
        (derived_rows.skew(generators.power(-2), 1e-120), 2),
        (GENERATORS["reverse_kl"], 0),
        (GENERATORS["jeffreys"], 0),
        (f_divergence(lambda t: -np.log(t)).generator, 0),
    ],
    ids=lambda x: getattr(x, "name", str(x)),
)
def test_how_a_row_blows_up(row: Generator, c: float) -> None:
    assert row.blow_up[0] == pytest.approx(c, rel=1e-12)


@everywhere
def test_against_many_digits(row: Generator) -> None:
    """f at 3 and 1/3 in the formula of a textbook."""
    plain = {
        "kl": lambda t: t * mp.log(t) - t + 1,
        "reverse_kl": lambda t: t - 1 - mp.log(t),
        "jeffreys": lambda t: (t - 1) * mp.log(t),
        "js": lambda t: (t * mp.log(2 * t / (1 + t)) + mp.log(2 / (1 + t))) / 2,
        "total_variation": lambda t: abs(t - 1) / 2,
        "squared_hellinger": lambda t: (mp.sqrt(t) - 1) ** 2 / 2,
        "pearson": lambda t: (t - 1) ** 2,
        "neyman": lambda t: (t - 1) ** 2 / t,
        "triangular": lambda t: (t - 1) ** 2 / (t + 1) / 2,
    }
    if row.name not in plain:
        pytest.skip("powers and hockey sticks are in test_ops")
    for t in (3.0, 0.25):
        assert float(f(row, t)) == pytest.approx(float(plain[row.name](mpf(t))), rel=4e-16)


@pytest.mark.parametrize("name", ["kl", "power(2)", "skew(kl, 0.5)"])
def test_a_row_of_your_own_stays_its_own_whatever_it_is_called(name: str) -> None:
    mine = f_divergence(lambda t: 5 * (t - 1) ** 2, slope=math.inf, name=name).generator
    np.testing.assert_array_equal(f(copy.deepcopy(mine), T), f(mine, T))
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(mine)


@everywhere
def test_pickle(row: Generator) -> None:
    again = pickle.loads(pickle.dumps(row))
    assert again.name == row.name
    assert np.array_equal(f(again, T), f(row, T))
    if row.name in GENERATORS:
        assert again is row
