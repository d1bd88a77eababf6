"""What a value says about total variation: sharp curves, against closed forms and against laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from laws import ALL, TABLE

import divergence as dv
from divergence.f_divergence import FDivergence
from divergence.generators import GENERATORS
from divergence.joint_range import implied_total_variation, least, two_atoms

TVS = (1e-9, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999)
rows = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)


def implied(divergence: FDivergence, value: float) -> tuple[float, float]:
    return implied_total_variation(divergence.generator, value)


def sparse_pairs(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of laws (count, k) from close to far, some without common atoms."""
    atoms = int(rng.integers(2, 6))
    p, q = (rng.dirichlet(np.full(atoms, 0.6), count) for _ in range(2))
    mixed = np.arange(count) % 3 == 0
    p[mixed] = 0.9 * q[mixed] + 0.1 * p[mixed]
    p[1::3, 0] = 0
    return p / p.sum(axis=1, keepdims=True), q


@rows
def test_no_pair_lies_below_the_curve_nor_above_the_line(divergence: FDivergence) -> None:
    """g(TV) ≤ D ≤ (f(0) + f'(inf)) TV for random laws."""
    rng = np.random.default_rng(0)
    for _ in range(4):
        p, q = sparse_pairs(rng, 12)
        tv, values = dv.total_variation(p, q), divergence(p, q)
        assert all(v >= least(divergence.generator, float(t)) * (1 - 1e-9) for t, v in zip(tv, values))
        if math.isfinite(divergence.bound):
            assert np.all(values <= divergence.bound * tv * (1 + 1e-9))


@rows
def test_the_interval_holds_the_total_variation(divergence: FDivergence) -> None:
    p, q = sparse_pairs(np.random.default_rng(1), 9)
    for tv, value in zip(dv.total_variation(p, q), divergence(p, q)):
        low, high = implied(divergence, float(value))
        assert low * (1 - 1e-9) <= tv <= high * (1 + 1e-9)


@rows
@pytest.mark.parametrize("tv", [0.01, 0.4, 0.95])
def test_the_curve_is_met_by_two_atoms(divergence: FDivergence, tv: float) -> None:
    p, q = two_atoms(divergence.generator, tv)
    assert float(dv.total_variation(p, q)) == pytest.approx(tv, rel=1e-12)
    assert float(divergence(p, q)) == pytest.approx(least(divergence.generator, tv), rel=1e-9, abs=1e-13)
    near = implied(divergence, float(divergence(p, q)))[1]
    assert near >= tv * (1 - 1e-9)
    if "stick" not in divergence.name:  # whose curve is flat up to 1 - 1/γ
        assert near == pytest.approx(tv, rel=1e-9)


@pytest.mark.parametrize("divergence", [d for d in ALL if math.isfinite(d.bound)], ids=lambda d: d.name)
def test_the_line_is_met_by_three_atoms(divergence: FDivergence) -> None:
    p, q = np.array([0.75, 0.25, 0.0]), np.array([0.75, 0.0, 0.25])
    assert implied(divergence, float(divergence(p, q)))[0] == pytest.approx(0.25, rel=1e-14)


@rows
def test_brute_force_over_two_atoms_finds_nothing_lower(divergence: FDivergence) -> None:
    for tv in (0.2, 0.8):
        b = np.linspace(0, 1 - tv, 4001)
        p, q = (np.stack([x, 1 - x], axis=1) for x in (b + tv, b))
        lowest = divergence(np.abs(p), np.abs(q)).min()
        assert least(divergence.generator, tv) <= lowest * (1 + 1e-12)
        assert least(divergence.generator, tv) == pytest.approx(lowest, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("total_variation", lambda v: v),
        ("squared_hellinger", lambda v: 1 - math.sqrt((1 - v) * (1 + v))),  # TV ≤ H sqrt(2 - H²)
        ("triangular", lambda v: v * v),
        ("jeffreys", lambda v: 2 * v * (math.log1p(v) - math.log1p(-v))),
        ("js", lambda v: ((1 + v) * math.log1p(v) + (1 - v) * math.log1p(-v)) / 2),  # log 2 - h((1 - TV)/2)
        ("pearson", lambda v: 4 * v * v if v < 0.5 else v / (1 - v)),
        ("neyman", lambda v: 4 * v * v if v < 0.5 else v / (1 - v)),
    ],
)
def test_closed_forms(name: str, curve: Callable[[float], float]) -> None:
    for tv in TVS:
        plain = 1e-16 if name in ("squared_hellinger", "js") else 0  # where the closed form itself cancels
        assert least(GENERATORS[name], tv) == pytest.approx(curve(tv), rel=1e-11, abs=plain)


def test_the_other_side_of_hellinger() -> None:
    assert [implied(dv.squared_hellinger, d)[0] for d in (0.1, 0.9)] == [0.1, 0.9]  # TV ≥ H²


def test_pinsker_is_its_beginning_and_bretagnolle_huber_lies_outside() -> None:
    """2 TV² + 4/9 TV⁴ + ..., above both 2 TV² and -log(1 - TV²)."""
    for tv in TVS:
        value = least(GENERATORS["kl"], tv)
        assert value >= 2 * tv**2 * (1 - 1e-12)
        assert value >= -math.log1p(-(tv**2)) * (1 - 1e-12)
        assert value == pytest.approx(least(GENERATORS["reverse_kl"], tv), rel=1e-9)
    series = 2 * 0.05**2 + 4 / 9 * 0.05**4 + 32 / 135 * 0.05**6
    assert least(GENERATORS["kl"], 0.05) == pytest.approx(series, rel=1e-8)


def test_hockey_stick_in_closed_form() -> None:
    for gamma, value in ((2, 0.1), (2, 0.5), (10, 0.0), (1, 0.3)):
        low, high = implied(dv.hockey_stick(gamma), value)
        assert (low, high) == pytest.approx((value, (value + gamma - 1) / gamma), rel=1e-12)


@pytest.mark.parametrize("divergence", TABLE, ids=lambda d: d.name)
def test_grows_with_the_value(divergence: FDivergence) -> None:
    highs = [implied(divergence, d)[1] for d in (1e-20, 1e-6, 0.1, 0.5, 0.9)]
    assert all(a < b for a, b in pairwise(highs) if b < 1)
    assert implied(divergence, divergence.bound)[1] == 1
    assert implied(divergence, 0.0)[0] == 0
    assert implied(divergence, 0.0)[1] < 1e-150 or divergence.name == "total_variation"


def test_a_row_of_your_own() -> None:
    mine = dv.f_divergence(lambda t: t * np.log(t), slope=math.inf)  # KL, not centred, f(0) unknown to floats
    assert implied(mine, 0.5)[1] == pytest.approx(implied(dv.kl, 0.5)[1], rel=1e-9)
    vincze = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0)
    assert implied(vincze, 0.5) == pytest.approx((0.25, 0.5), rel=1e-9)
