"""The scalar words against 80 digits, and compiled passes against the array words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mpmath import log, mpf

from divergence import f_divergence
from divergence.compiled import words
from divergence.compiled.kernel import kernel, spoken
from divergence.generators import GENERATORS, hockey_stick, power
from divergence.perspective import terms_of_masses

RNG = np.random.default_rng(0)
BIG = RNG.random(800) + 0.1
RATIOS = np.concatenate([RNG.random(400), 1 - 10.0 ** -RNG.uniform(0, 15, 200), 10.0 ** -RNG.uniform(0, 300, 200)])
SMALL = RATIOS * BIG
T, S = SMALL / BIG, (SMALL - BIG) / BIG
EXACT = [mpf(float(a)) / mpf(float(b)) for a, b in zip(SMALL, BIG)]


def ulps(found: list[float], truth: list[Any]) -> float:
    return max(float(abs(mpf(float(x)) - y) / abs(y)) * 2**52 for x, y in zip(found, truth) if y)


def test_log_excess() -> None:
    assert ulps([words.log_excess(t, s) for t, s in zip(T, S)], [log(x) - (x - 1) for x in EXACT]) < 4


def test_klfun() -> None:
    assert ulps([words.klfun(t, s) for t, s in zip(T, S)], [x * log(x) - (x - 1) for x in EXACT]) < 4


def test_klfun_beyond_one() -> None:
    # Jensen-Shannon asks for it on [1, 2]
    s = RNG.random(300)
    truth = [(1 + mpf(x)) * log(1 + mpf(x)) - mpf(x) for x in s.tolist()]
    assert ulps([words.klfun(1 + x, x) for x in s], truth) < 6


@pytest.mark.parametrize("a", [-3.0, -0.5, -1e-9, 0.0, 1e-9, 0.3, 0.5, 0.9, 1.0, 1 + 1e-9, 1.5, 2.0, 10.0])
def test_power_excess(a: float) -> None:
    def exact(x: Any) -> Any:
        if a in (0, 1):
            return (x * log(x) if a else -log(x)) - (x - 1) * (1 if a else -1)
        return (x**a - 1 - mpf(a) * (x - 1)) / (mpf(a) * (mpf(a) - 1))

    kept = [i for i in range(len(EXACT)) if a >= 0 or RATIOS[i] > 1e-90]
    found = [words.power_excess(T[i], S[i], a) for i in kept]
    assert ulps(found, [exact(EXACT[i]) for i in kept]) < 8 + 2 * abs(a)


@pytest.mark.parametrize("row", [*GENERATORS.values(), power(1.5), hockey_stick(1.5)], ids=lambda row: row.name)
def test_every_row_of_the_table_is_spoken(row: Any) -> None:
    assert spoken(row)


def test_a_word_that_is_missing_is_not_spoken() -> None:
    assert not spoken(f_divergence(lambda t: np.abs(t - 1), slope=1.0).generator)


COMPILED = (("kl", np.float64), ("kl", np.float32), ("js", np.float64), ("neyman", np.float64))
MASSES = RNG.dirichlet(np.ones(3000), size=(2, 2))
MASSES[0, 0, :7], MASSES[1, 0, 3:9] = 0.0, 0.0
MASSES[0, 1, 5] = 1e-200


@pytest.mark.parametrize(("name", "dtype"), COMPILED)
def test_a_compiled_pass_is_the_pass_of_numpy(name: str, dtype: Any) -> None:
    row = GENERATORS[name]
    p, q = MASSES.astype(dtype)
    sums = np.empty((3, 2))
    assert kernel(row)(p, q, 0, 0, 3000, sums) in (0, 2)
    wide = [x.astype(float) for x in (p, q)]
    for line, expected in zip(sums, (terms_of_masses(row, *wide), *wide)):
        np.testing.assert_allclose(line, expected.sum(axis=-1), rtol=1e-15)


class TestState:
    def state(self, p: list[float], q: list[float]) -> int:
        return kernel(GENERATORS["kl"])(np.array([p]), np.array([q]), 0, 0, len(p), np.empty((3, 1)))

    def test_nothing_to_report(self) -> None:
        assert self.state([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]) == 0

    def test_a_negative_mass(self) -> None:
        assert self.state([1.5, -0.5], [0.5, 0.5]) & 1

    def test_a_ratio_below_the_normal_floats(self) -> None:
        assert self.state([1.0, 1e-310], [0.5, 0.5]) == 2
