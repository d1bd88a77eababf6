"""What is taken for a distribution, what is refused, and in which words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import divergence as dv
from divergence.checks import check_points
from divergence.promotion import promote


class TestDiscrete:
    def test_holds_what_it_was_given(self, xp: Any) -> None:
        masses, points = xp.array([0.25, 0.75]), xp.array([0.0, 1.0])
        law = dv.Discrete(masses, points)
        assert law.masses is masses
        assert law.points is points
        assert repr(law) == "Discrete(2 atoms, points (2,))"
        assert repr(dv.Discrete(masses)) == "Discrete(2 atoms)"

    @pytest.mark.parametrize(
        ("masses", "points", "kind", "message"),
        [
            ([0.5, 0.6], None, dv.InvalidMeasure, "sum of masses: 1.1"),
            ([1.5, -0.5], None, dv.InvalidMeasure, r"masses\[1\]: -0.5 is negative"),
            ([0.5, 0.5], [0.0], dv.ShapeMismatch, "points: 1 points for 2 masses"),
            ([0.5, 0.5], [0.0, math.nan], dv.InvalidMeasure, r"points of masses\[1\]: nan is no point"),
            ([0.5, 0.5], [[[0.0]], [[1.0]]], dv.ShapeMismatch, r"neither \(n,\) nor \(n, d\)"),
            ([0.5, 0.5], ["a", "b"], dv.InvalidMeasure, "holds no points"),
        ],
    )
    def test_refused(self, masses: Any, points: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.Discrete(masses, points)


class TestNormalised:
    """The one place where anything is renormalised."""

    def test_counts(self) -> None:
        assert dv.Discrete.normalised([3, 1]).masses.tolist() == [0.75, 0.25]
        assert dv.Discrete.normalised([True, False]).masses.tolist() == [1.0, 0.0]
        assert dv.Discrete.normalised(torch.tensor([1, 3])).masses.tolist() == [0.25, 0.75]

    def test_batches_and_dtypes(self, xp: Any) -> None:
        law = dv.Discrete.normalised(xp.array([[1, 1], [1, 3]]))
        assert xp.floats(law.masses).tolist() == [[0.5, 0.5], [0.25, 0.75]]
        assert law.masses.dtype == xp.dtype

    def test_sums_that_half_precision_cannot_hold(self) -> None:
        law = dv.Discrete.normalised(np.full(10_000, 100, np.float16))
        assert law.masses.dtype == np.float16
        assert float(law.masses[0]) == pytest.approx(1e-4, rel=1e-3)

    def test_subnormal_weights(self) -> None:
        assert dv.Discrete.normalised([5e-324, 5e-324]).masses.tolist() == [0.5, 0.5]

    @pytest.mark.parametrize(
        ("weights", "kind", "message"),
        [
            ([1, -1], dv.InvalidMeasure, r"weights\[1\]: -1.0 is negative"),
            ([1.0, math.inf], dv.InvalidMeasure, r"weights\[1\]: inf is not finite"),
            ([1.0, math.nan], dv.InvalidMeasure, r"weights\[1\]: nan is not finite"),
            ([0, 0], dv.InvalidMeasure, "sum of weights: 0.0 is no scale"),
            ([[1, 1], [0, 0]], dv.InvalidMeasure, r"sum of weights\[1\]: 0.0"),
            ([1e308, 1e308], dv.InvalidMeasure, "sum of weights: inf is no scale.*divide"),
            ([], dv.ShapeMismatch, "weights: has no atoms"),
            (3.0, dv.ShapeMismatch, "weights: no axis"),
            (["a"], dv.InvalidMeasure, "weights: dtype <U1"),
            ([1j], dv.InvalidMeasure, "weights: dtype complex128"),
            (np.ma.array([1.0, 2.0]), dv.InvalidMeasure, "masked"),
            (dv.Samples([1.0, 2.0]), dv.UnsupportedLaw, "Samples where weights belong"),
        ],
    )
    def test_refused(self, weights: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.Discrete.normalised(weights)


class TestSamples:
    def test_shapes(self, xp: Any) -> None:
        assert repr(dv.Samples(xp.array([1.0, 2.0]))) == "Samples(2,)"
        assert repr(dv.Samples(xp.array([[1.0, 2.0], [3.0, 4.0]]))) == "Samples(2, 2)"

    @pytest.mark.parametrize(
        ("x", "kind", "message"),
        [
            ([1.0], dv.InvalidMeasure, "x: one sample tells nothing.*at least two"),
            ([], dv.InvalidMeasure, "x: is empty"),
            ([1.0, math.nan], dv.InvalidMeasure, r"x\[1\]: nan is no point"),
            ([[1.0, 2.0], [3.0, -math.inf]], dv.InvalidMeasure, r"x\[1, 1\]: -inf is no point"),
            ([1, 2], dv.InvalidMeasure, "x: dtype int64 holds no points.*astype"),
            (["one", "two"], dv.InvalidMeasure, "x: dtype <U3 holds no points"),
            (np.zeros((2, 2, 2)), dv.ShapeMismatch, "neither"),
            (np.zeros((3, 0)), dv.InvalidMeasure, "no coordinates"),
            (1.0, dv.ShapeMismatch, "neither"),
        ],
    )
    def test_refused(self, x: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.Samples(x)

    def test_the_argument_is_named_as_the_caller_names_it(self) -> None:
        with pytest.raises(dv.InvalidMeasure, match=r"real\[0\]: nan"):
            check_points(np.array([math.nan]), "real")


class TestDensity:
    def test_defaults(self) -> None:
        assert dv.Density(lambda x: x).support == (-math.inf, math.inf)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: dv.Density(3), "logpdf: int is no function"),  # type: ignore[arg-type]
            (lambda: dv.Density(lambda x: x, (1.0, 0.0)), r"support: \(1.0, 0.0\) is not an interval"),
            (lambda: dv.Density(lambda x: x, (1.0, 1.0)), "support"),
            (lambda: dv.Density(lambda x: x, (math.nan, 1.0)), "support"),
            (lambda: dv.Density(lambda x: x, 5.0), "support: 5.0 is not an interval"),  # type: ignore[arg-type]
        ],
    )
    def test_refused(self, make: Callable[[], Any], message: str) -> None:
        with pytest.raises(dv.InvalidParameter, match=message):
            make()


class TestPromote:
    """The most specific representation that two arguments share."""

    def test_arrays_and_discretes_are_masses(self) -> None:
        for p in ([0.5, 0.5], dv.Discrete([0.5, 0.5]), dv.Discrete([0.5, 0.5], [0.0, 1.0])):
            kind, a, b = promote(p, [0.25, 0.75])
            assert (kind, a.tolist(), b.tolist()) == ("masses", [0.5, 0.5], [0.25, 0.75])

    def test_two_densities(self) -> None:
        law = dv.Density(lambda x: x)
        assert promote(law, law) == ("laws", law, law)

    def test_names_are_the_caller_s(self) -> None:
        with pytest.raises(dv.UnsupportedLaw, match="real: samples where"):
            promote(dv.Samples([1.0, 2.0]), [1.0], names=("real", "fake"))


@pytest.mark.parametrize("n", [1, 10, 10_000])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_not_one_means_off_by_more_than_rounding(n: int, dtype: type) -> None:
    weights = np.random.default_rng(0).random(n)
    rounded = (weights / weights.sum()).astype(dtype)
    dv.Discrete(rounded)
    if dtype is not np.float16:
        with pytest.raises(dv.InvalidMeasure, match="sum of masses"):
            dv.Discrete(rounded * dtype(1 + 100 * math.sqrt(n) * np.finfo(dtype).eps))
