"""Integrals over boxes in two and three dimensions against closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import divergence as dv
from divergence.quadrature import integrate_box

KL, JS = dv.kl.generator, dv.js.generator
LINE = (-math.inf, math.inf)


def normal(mean: Any, covariance: Any) -> dv.Density:
    m, c = np.asarray(mean, float), np.asarray(covariance, float)
    root = np.linalg.inv(np.linalg.cholesky(c))
    level = np.log(np.diag(root)).sum() - len(m) / 2 * math.log(2 * math.pi)
    return dv.Density(lambda x: level - (((x - m) @ root.T) ** 2).sum(axis=1) / 2, support=(LINE,) * len(m))


def kl(m: Any, c: Any, n: Any, d: Any) -> float:
    m, c, n, d = (np.asarray(x, float) for x in (m, c, n, d))
    gap = np.linalg.solve(d, c)
    return float(np.trace(gap) - np.linalg.slogdet(gap)[1] + (n - m) @ np.linalg.solve(d, n - m) - len(m)) / 2


TILTED = [[2.0, 0.5], [0.5, 1.0]]


@pytest.mark.parametrize(
    ("m", "c", "n", "d"),
    [
        ([0, 0], np.eye(2), [1, 0], TILTED),
        ([0, 0], [[1, 0.99], [0.99, 1]], [1, 0], TILTED),
        ([0, 0], [[1e-6, 0], [0, 1]], [1, 0], TILTED),
        ([30, 0], np.eye(2), [0, 0], TILTED),
        ([0, 0], np.eye(2), [1e-4, 0], np.eye(2)),
    ],
    ids=["round", "tilted", "narrow", "apart", "near"],
)
def test_normals_of_the_plane(m: Any, c: Any, n: Any, d: Any) -> None:
    found = integrate_box(KL, normal(m, c), normal(n, d))
    assert abs(found.value - kl(m, c, n, d)) <= found.error
    assert found.error <= (1e-8 if m[0] or n[0] >= 1 else 1e-7) * found.value  # near p = q log p/q is no better
    assert found.method == "integral over (-inf, inf) × (-inf, inf)"


def test_three_dimensions() -> None:
    a, b = ([0, 0, 0], np.eye(3)), ([0.5, 0, 0], 1.2 * np.eye(3))
    found = integrate_box(KL, normal(*a), normal(*b), rtol=1e-4)
    assert abs(found.value - kl(*a, *b)) <= found.error <= 1e-4 * found.value


def test_bounded_rows() -> None:
    found = integrate_box(JS, normal([0, 0], np.eye(2)), normal([50, 0], np.eye(2)))
    assert found.value == pytest.approx(math.log(2), rel=1e-8)
    heavy = dv.Density(lambda x: -1.5 * np.log1p((x**2).sum(axis=1)) - math.log(2 * math.pi), support=(LINE, LINE))
    found = integrate_box(JS, heavy, normal([0, 0], np.eye(2)))
    r = np.exp(np.arange(-30, 30, 1 / 256))
    p, q = (1 + r**2) ** -1.5 / (2 * math.pi), np.exp(-(r**2) / 2) / (2 * math.pi)
    with np.errstate(under="ignore", divide="ignore", invalid="ignore"):
        halves = p * np.log(2 * p / (p + q)) + np.where(q > 0, q * np.log(2 * q / (p + q)), 0)
    assert found.value == pytest.approx(float(np.sum(halves / 2 * 2 * math.pi * r * r) / 256), rel=1e-7)


def test_a_crossing_is_met_by_halving() -> None:
    found = integrate_box(dv.total_variation.generator, normal([0, 0], np.eye(2)), normal([1, 1], np.eye(2)), rtol=1e-4)
    assert abs(found.value - math.erf(0.5)) <= found.error <= 1e-4


class TestBoxes:
    flat = dv.Density(lambda x: np.zeros(len(x)), support=((0.0, 1.0), (0.0, 1.0)))
    wide = dv.Density(lambda x: np.full(len(x), -math.log(6)), support=((0.0, 2.0), (0.0, 3.0)))

    def test_one_within_another(self) -> None:
        assert integrate_box(KL, self.flat, self.wide).value == pytest.approx(math.log(6), rel=1e-9)
        found = integrate_box(KL, self.wide, self.flat)
        assert (found.value, found.error) == (math.inf, 0.0)
        assert "infinite" in found.method

    def test_half_lines(self) -> None:
        a, b = (
            dv.Density(lambda x, c=c: 2 * math.log(c) - c * x.sum(axis=1), support=((0, math.inf), (0, math.inf)))
            for c in (1.0, 2.0)
        )
        assert integrate_box(KL, a, b).value == pytest.approx(2 * (1 - math.log(2)), rel=1e-8)

    def test_masses(self) -> None:
        cut = dv.Density(lambda x: -x.sum(axis=1), support=((0.0, 2.0), (0.0, 2.0)))
        with pytest.raises(dv.InvalidMeasure, match=r"p: the density integrates to 0.747645"):
            integrate_box(JS, cut, self.flat)
        whole = dv.Density(cut.logpdf, cut.support, normalise=True)
        found = integrate_box(dv.reverse_kl.generator, whole, self.flat)
        assert "p divided by its integral 0.747645" in found.method
        assert found.value == pytest.approx(1 + 2 * math.log(-math.expm1(-2)), rel=1e-8)

    def test_dimensions(self) -> None:
        with pytest.raises(dv.ShapeMismatch, match="dimensions"):
            integrate_box(KL, self.flat, normal([0, 0, 0], np.eye(3)))
        with pytest.raises(dv.UnsupportedLaw, match="monte_carlo"):
            integrate_box(KL, normal([0] * 4, np.eye(4)), normal([0] * 4, np.eye(4)))


def test_infinity() -> None:
    found = integrate_box(dv.pearson.generator, normal([0, 0], np.eye(2)), normal([0, 0], 0.4 * np.eye(2)))
    assert found.value == math.inf
    heavy = dv.Density(lambda x: -1.5 * np.log1p((x**2).sum(axis=1)) - math.log(2 * math.pi), support=(LINE, LINE))
    with pytest.raises(dv.NotConverged):
        integrate_box(KL, heavy, normal([0, 0], np.eye(2)))
