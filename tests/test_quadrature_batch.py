"""Batches of pairs: the same numbers as one by one, a rule that can be differentiated, errors that name the pair."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import divergence as dv
from divergence.perspective import terms_of_logs
from divergence.quadrature import integrate_row, integrate_rows, rule_of_row
from divergence.quadrature.densities import one_of

KL = dv.kl.generator
Z = np.asarray([-37.0, -20, -12, -6, -3, -1, 0, 1, 3, 6, 12, 20, 37])


def normals(mean: Any, sd: Any, *, marked: bool = True, mass: Any = 1.0) -> dv.Density:
    """N(mean, sd²) times `mass`, a batch of the shape of `mean`."""
    mean, sd, mass = np.broadcast_arrays(np.asarray(mean, float), np.asarray(sd, float), np.asarray(mass, float))
    shape = mean.shape

    def laws(m: np.ndarray, s: np.ndarray, c: np.ndarray, batch: tuple[int, ...], marks: Any) -> dv.Density:
        def logpdf(x: np.ndarray) -> np.ndarray:
            return -(((x - m) / s) ** 2) / 2 - np.log(s * math.sqrt(2 * math.pi)) + np.log(c)

        return dv.Density(
            logpdf,
            landmarks=marks,
            batch=batch,
            at=lambda i: laws(*(y.reshape(-1)[i] for y in (mean, sd, mass)), (len(i),), ()),
        )

    marks = tuple(mean + z * sd for z in Z) if marked else ()
    return laws(mean, sd, mass, shape, marks)


def truth(m: Any, s: Any, n: Any, t: Any) -> np.ndarray:
    m, s, n, t = (np.asarray(x, float) for x in (m, s, n, t))
    return np.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5


M, S = np.asarray([[0.0, 1.0, 5.0], [-2.0, 0.0, 300.0]]), np.asarray([[1.0, 2.0, 1e-3], [0.5, 1e3, 1.0]])
N, T = np.asarray([0.5, 0.0, 1.0]), np.asarray([1.0, 3.0, 2.0])


@pytest.mark.parametrize("marked", [True, False])
def test_batches_broadcast(marked: bool) -> None:
    value, error = integrate_rows(KL, normals(M, S, marked=marked), normals(N, T, marked=marked))
    assert value.shape == error.shape == (2, 3)
    assert np.all(np.abs(value - truth(M, S, N, T)) <= error)
    assert np.all(error <= 1e-10 * value)


def test_against_one_law() -> None:
    value, _ = integrate_rows(KL, normals(M, S), dv.Density(normals([1.0], [2.0]).at(np.zeros(1, int)).logpdf))
    assert value == pytest.approx(truth(M, S, 1, 2), rel=1e-10)


@pytest.mark.parametrize("row", ["js", "total_variation", "squared_hellinger", "reverse_kl"])
def test_the_same_as_one_by_one(row: str) -> None:
    rng = np.random.default_rng(0)
    p, q = (normals(rng.normal(0, 3, 40), np.exp(rng.normal(0, 1, 40))) for _ in range(2))
    row_ = getattr(dv, row).generator
    value, error = integrate_rows(row_, p, q)
    for i in range(0, 40, 4):
        found = integrate_row(row_, one_of(p, i), one_of(q, i))
        assert abs(found.value - value[i]) <= found.error + error[i]
    assert np.all(error <= 1e-10 * value)


def test_an_infinite_pair_is_infinite_and_leaves_the_rest() -> None:
    value, error = integrate_rows(dv.pearson.generator, normals([0, 0, 1], [1, 1, 1]), normals([1, 0, 1], [1, 0.5, 1]))
    assert value[0] == pytest.approx(math.expm1(1), rel=1e-10)
    assert (value[1], error[1]) == (math.inf, 0.0)
    assert value[2] == 0.0
    rule = rule_of_row(dv.pearson.generator, normals([0, 0], [1, 1]), normals([1, 0], [1, 0.5]))
    assert set(rule.index.tolist()) == {0}


def test_the_rule_sums_to_the_value() -> None:
    p, q = normals(M, S), normals(N, T)
    rule = rule_of_row(KL, p, q)
    index = np.unravel_index(rule.index, (2, 3))
    terms = terms_of_logs(KL, p.at(rule.index).logpdf(rule.x), q.at(index[1]).logpdf(rule.x))
    assert np.bincount(rule.index, rule.weights * terms).reshape(2, 3) == pytest.approx(rule.value, rel=1e-12)
    assert np.all(np.abs(rule.value - truth(M, S, N, T)) <= rule.error)


def test_the_rule_carries_gradients() -> None:
    torch = pytest.importorskip("torch")
    mean = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    rule = rule_of_row(KL, normals([0.3], [1.0]), normals([1.0], [2.0]))
    x, w = torch.as_tensor(rule.x), torch.as_tensor(rule.weights)
    log_p = -((x - mean) ** 2) / 2 - math.log(2 * math.pi) / 2
    log_q = -(((x - 1) / 2) ** 2) / 2 - math.log(2 * math.sqrt(2 * math.pi))
    value = (w * terms_of_logs(KL, log_p, log_q)).sum()
    value.backward()
    assert float(value.detach()) == pytest.approx(rule.value[0], rel=1e-12)
    assert float(mean.grad) == pytest.approx((0.3 - 1) / 4, rel=1e-9)


def test_a_single_pair_has_a_rule_too() -> None:
    p, q = one_of(normals([0.0], [1.0]), 0), one_of(normals([1.0], [2.0]), 0)
    rule = rule_of_row(KL, p, q)
    assert rule.value.shape == ()
    assert set(rule.index.tolist()) == {0}
    terms = terms_of_logs(KL, p.logpdf(rule.x), q.logpdf(rule.x))
    assert np.sum(rule.weights * terms) == pytest.approx(float(rule.value), rel=1e-13)


class TestErrors:
    def test_a_mass_names_its_pair(self) -> None:
        mass = np.ones((2, 3))
        mass[1, 2] = 2
        with pytest.raises(dv.InvalidMeasure, match=r"p\[1, 2\]: the density integrates to 2, not 1"):
            integrate_rows(KL, normals(M, S, mass=mass), normals(N, T))

    def test_what_does_not_converge_names_its_pair(self) -> None:
        def logpdf(x: np.ndarray) -> np.ndarray:
            return np.log(1 + 0.5 * np.where(np.sin(1e7 * x) > 0, 1.0, -1.0))

        rough = dv.Density(logpdf, support=(0.0, 1.0), landmarks=(0.1, 0.3, 0.5, 0.7, 0.9))
        batch = dv.Density(logpdf, (0.0, 1.0), (0.1, 0.3, 0.5, 0.7, 0.9), batch=(2,), at=lambda i: rough)
        flat = dv.Density(lambda x: 0 * x, support=(0.0, 1.0))
        with pytest.raises((dv.NotConverged, dv.InvalidMeasure), match=r"\[0\]"):
            integrate_rows(KL, batch, flat)

    def test_batches_that_do_not_fit(self) -> None:
        with pytest.raises(dv.ShapeMismatch, match="does not broadcast"):
            integrate_rows(KL, normals(M, S), normals([0, 1], [1, 1]))
        with pytest.raises(dv.ShapeMismatch, match="one pair"):
            integrate_row(KL, normals(M, S), normals(N, T))
