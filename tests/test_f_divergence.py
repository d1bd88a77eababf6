"""f-divergences of masses: laws, digits, boundaries, dtypes, and what is refused."""

from __future__ import annotations

import math
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest
import torch
from laws import ALL, CASES, TABLE, named, obeys, random_masses
from mpmath import mp, mpf

import divergence as dv
from divergence.f_divergence import FDivergence
from divergence.testing import LAWS

EPS = 2.0**-52
LARGEST = mpf(np.finfo(float).max)
SMALLEST_NORMAL = mpf(np.finfo(float).smallest_normal)
ROW_NAMES = sorted(CASES[0]["values"])


def overflows(case: dict[str, Any]) -> bool:
    """Whether q/p or p/q of some atom is beyond the floats, though no mass is 0."""
    ratios = [mpf(min(x, y)) / mpf(max(x, y)) for x, y in zip(case["p"], case["q"]) if min(x, y) > 0]
    return any(1 / r > LARGEST for r in ratios)


def relative_error(value: float, exact: Any) -> float:
    """Relative, and absolute in units of the smallest normal number below it."""
    if mp.isinf(exact) or exact > LARGEST:
        return 0.0 if value == math.inf else math.inf
    return float(abs(mpf(value) - exact) / max(exact, SMALLEST_NORMAL)) if math.isfinite(value) else math.inf


class TestLaws:
    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name.replace(" ", "-"))
    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_on_numpy(self, divergence: FDivergence, law: Any) -> None:
        from conftest import LIBRARIES

        obeys(divergence, (law,), LIBRARIES[0], max_examples=25)

    @pytest.mark.parametrize(
        "divergence",
        [dv.kl, dv.js, dv.total_variation, dv.jeffreys, dv.power(-0.5), dv.power(3), dv.hockey_stick(1.5)],
        ids=lambda d: d.name,
    )
    def test_on_every_library(self, divergence: FDivergence, xp: Any) -> None:
        obeys(divergence, LAWS, xp, max_examples=5)


class TestDigits:
    """Against references from the definition in 80 digits, over floats as different as 5e-324 and q(1 ± 1e-15)."""

    @pytest.mark.parametrize("name", ROW_NAMES)
    def test_masses(self, name: str) -> None:
        row = named(name)
        steepness = row.generator.steepness
        stick = row.generator.parameters.get("gamma", 1) != 1
        for case in CASES:
            exact = mpf(case["values"][name])
            if case["kind"] != "masses" or overflows(case):
                continue
            found = row.evaluate(case["p"], case["q"])
            error = relative_error(found.value, exact)
            # a hockey stick subtracts γ q from p, and loses what they share
            allowed = 2e-15 * max(1.0, steepness / 8, float(8 * EPS / max(exact, mpf(1e-300)) / 2e-15) if stick else 0)
            assert error <= allowed, (case["name"], found.value, case["values"][name], error)
            if math.isfinite(found.value):
                assert float(abs(mpf(found.value) - exact)) <= max(found.error, 5e-324), (case["name"], found)

    @pytest.mark.parametrize("name", ROW_NAMES)
    def test_a_ratio_beyond_the_floats(self, name: str) -> None:
        """A steep row goes through logarithms there, of size 745, and keeps twelve digits."""
        for case in CASES:
            if case["kind"] == "masses" and overflows(case):
                value = float(named(name)(case["p"], case["q"]))
                assert relative_error(value, mpf(case["values"][name])) <= 1e-12, (case["name"], value)

    @pytest.mark.parametrize(
        ("a", "p", "q"),
        [(-701, 1e-300, 3e-300), (800, 4e-200, 1e-200), (-500, 1e-150, 5e-150), (4, 1.5e-186, 2.7e-312)],
    )
    def test_a_power_of_the_ratio_beyond_the_floats(self, a: float, p: float, q: float) -> None:
        x, y = mpf(p), mpf(q)
        exact = (x**a * y ** (1 - a) - a * x + (a - 1) * y) / (a * (a - 1))
        assert relative_error(float(dv.power(a)([p, 1.0], [q, 1.0])), exact) <= 4e-13

    @pytest.mark.parametrize(
        ("a", "weight", "p"),
        [
            (-2, 1e-120, 1e-200),
            (-2, 1e-155, 1e-200),
            (-3, 1e-120, 1e-200),
            (-1, 1e-50, 1e-310),
            (-1, 1e-15, 5e-324),
            (-2, 1e-150, 5e-324),
            (-2, 1e-100, 1e-310),
            (2.5, 1e-100, 1e-310),
        ],
    )
    def test_skewed_by_a_small_weight(self, a: float, weight: float, p: float) -> None:
        w, exact = mpf(weight), mpf(0)
        with mp.workdps(400):
            for x, y in ((mpf(p), mpf(0.3)), (mpf(1), mpf(0.7))):
                m = (1 - w) * x + w * y
                exact += m * ((x / m) ** mpf(a) - a * x / m + a - 1) / (mpf(a) * (a - 1))
        row = dv.skew(dv.power(a), weight)
        assert relative_error(float(row([p, 1.0], [0.3, 0.7])), exact) <= 1e-13
        assert relative_error(float(row.from_log(np.log([p, 1.0]), np.log([0.3, 0.7]))), exact) <= 1e-12

    def test_a_skewed_row_keeps_the_digits_of_subnormal_masses(self) -> None:
        m = mpf(5e-324) + mpf(1e-15) * mpf(0.3)
        exact = m**2 / mpf(5e-324)
        assert relative_error(float(dv.skew(dv.neyman, 1e-15)([5e-324, 1.0], [0.3, 0.7])), exact) <= 1e-15

    @pytest.mark.parametrize("name", ROW_NAMES)
    def test_log_masses(self, name: str) -> None:
        row = named(name)
        steepness = 1 + row.generator.steepness
        for case in CASES:
            if case["kind"] != "logs":
                continue
            p, q = ([-math.inf if x is None else x for x in case[side]] for side in "pq")
            exact = mpf(case["values"][name])
            largest = max([1.0, *(abs(x) for x in (*p, *q) if math.isfinite(x))])
            value = float(row.from_log(p, q))
            # e^x of a float x is known to eps |x| only
            allowed = 2e-15 * steepness * largest
            stick = row.generator.kinks and row.generator.kinks != (1,)
            assert relative_error(value, exact) <= allowed or (stick and abs(value - float(exact)) <= 8 * EPS), (
                case["name"],
                value,
                case["values"][name],
            )

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_single_precision_is_as_good_as_its_digits(self, divergence: FDivergence, xp: Any) -> None:
        rng = np.random.default_rng(1)
        p, q = (rng.multinomial(2**16 - 30, random_masses(rng, 20, 30)) + 1.0 for _ in "pq")
        p, q = p / 2**16, q / 2**16  # which single precision holds exactly
        # by another road: log-masses in double precision
        truth = divergence.from_log(np.log(p), np.log(q))
        steepness = 1 + divergence.generator.steepness
        found = xp.floats(divergence(xp.array(p), xp.array(q)))
        slack = 16 * xp.eps if divergence.generator.kinks else 0.0
        assert np.all(np.abs(found - truth) <= 16 * steepness * xp.eps * truth + slack)

    @pytest.mark.parametrize("k", range(1, 16))
    def test_near_equality_in_closed_form(self, k: int) -> None:
        """p = ½(1 ± ε), q = ½: Pearson is ε², total variation ε/2, triangular ε²/4 + O(ε⁴)."""
        step = 2.0 ** -(3 * k)
        p, q = np.array([0.5 + step / 2, 0.5 - step / 2]), np.array([0.5, 0.5])
        assert float(dv.pearson(p, q)) == pytest.approx(step**2, rel=4e-16)
        assert float(dv.total_variation(p, q)) == step / 2
        assert float(dv.kl(p, q)) == pytest.approx(step**2 / 2 + step**4 / 12 + step**6 / 30, rel=step**6 + 2e-15)

    def test_axis_first_adds_as_accurately_as_axis_last(self) -> None:
        """numpy adds a strided axis naively, which in single precision loses half the digits of a million atoms."""
        rng = np.random.default_rng(0)
        p, q = (rng.dirichlet(np.ones(300_000), 2).astype(np.float32) for _ in "pq")
        across = dv.kl(np.ascontiguousarray(p.T), np.ascontiguousarray(q.T), axis=0)
        np.testing.assert_allclose(across, dv.kl(p, q), rtol=3e-7)


class TestBoundary:
    """Atoms that one law lacks, from f(0) and f'(∞)."""

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_disjoint_is_the_bound(self, divergence: FDivergence, xp: Any) -> None:
        value = xp.floats(divergence(xp.array([0.25, 0.75, 0, 0]), xp.array([0, 0, 0.5, 0.5])))
        assert value == divergence.bound or abs(value / divergence.bound - 1) <= 2 * xp.eps

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_each_side(self, divergence: FDivergence, xp: Any) -> None:
        row = divergence.generator
        p, q = xp.array([0.5, 0.5, 0, 0]), xp.array([0.5, 0, 0.5, 0])
        assert float(divergence(p, q)) == pytest.approx(row.at_zero / 2 + row.slope / 2, rel=4 * xp.eps)
        log_p, log_q = (xp.array([-math.inf if x == 0 else math.log(x) for x in xp.floats(y)]) for y in (p, q))
        assert float(divergence.from_log(log_p, log_q)) == pytest.approx((row.at_zero + row.slope) / 2, rel=4 * xp.eps)

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_equal_is_exactly_zero(self, divergence: FDivergence, xp: Any) -> None:
        p = xp.array([0.1, 0.2, 0.0, 0.7])
        assert float(divergence(p, p)) == 0.0
        assert float(divergence(xp.array([1.0]), xp.array([1.0]))) == 0.0
        logs = xp.array([-math.inf, math.log(0.5), math.log(0.5)])
        assert float(divergence.from_log(logs, logs)) == 0.0

    def test_below_underflow(self) -> None:
        far = ([0.0, -1000.0], [-1000.0, 0.0])
        assert float(dv.kl.from_log(*far)) == 1000.0
        assert float(dv.reverse_kl.from_log(*far)) == 1000.0
        assert float(dv.power(-0.5).from_log(*far)) == pytest.approx(math.exp(500) / 0.75, rel=1e-12)
        assert float(dv.js.from_log(*far)) == pytest.approx(math.log(2), rel=1e-15)
        assert float(dv.pearson.from_log([0.0, -800.0], [0.0, -1100.0])) == pytest.approx(math.exp(-500), rel=1e-12)

    def test_a_mass_below_underflow_on_nothing_is_still_infinite(self) -> None:
        assert float(dv.kl.from_log([0.0, -800.0], [0.0, -math.inf])) == math.inf
        assert float(dv.js.from_log([0.0, -800.0], [0.0, -math.inf])) == 0.0


class TestArrays:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_dtype_and_device_are_kept(self, dtype: torch.dtype) -> None:
        p, q = torch.tensor([0.5, 0.5], dtype=dtype), torch.tensor([0.25, 0.75], dtype=dtype)
        for value in (dv.kl(p, q), dv.kl.from_log(p.log(), q.log())):
            assert value.dtype == dtype
            assert value.device == p.device
            assert value.shape == ()
            assert float(value) == pytest.approx(0.14384103622589045, rel=4 * torch.finfo(dtype).eps)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4", ">f8"])
    def test_dtypes_of_numpy(self, dtype: Any) -> None:
        p, q = np.array([0.5, 0.5], dtype=dtype), np.array([0.25, 0.75], dtype=dtype)
        value = dv.kl(p, q)
        assert value.dtype == np.dtype(dtype).newbyteorder("=")
        assert float(value) == pytest.approx(0.14384103622589045, rel=4 * max(float(np.finfo(p.dtype).eps), EPS))

    def test_the_wider_dtype_wins(self) -> None:
        assert dv.kl(np.array([0.5, 0.5], np.float16), np.array([0.5, 0.5])).dtype == np.float64
        assert dv.kl(torch.tensor([0.5, 0.5]), torch.tensor([0.5, 0.5], dtype=torch.float64)).dtype == torch.float64

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_half_precision_of_a_vocabulary(self, dtype: torch.dtype) -> None:
        """50 000 masses: the sum is taken in single precision, and rounded masses are not refused."""
        a, b = torch.randn(2, 50_000, generator=torch.Generator().manual_seed(0))
        truth = float(dv.kl.from_log(a.double().log_softmax(-1), b.double().log_softmax(-1)))
        masses = dv.kl(a.to(dtype).softmax(-1), b.to(dtype).softmax(-1))
        logs = dv.kl.from_log(a.to(dtype).log_softmax(-1), b.to(dtype).log_softmax(-1))
        assert float(masses) == pytest.approx(truth, rel=0.1)
        assert float(logs) == pytest.approx(truth, rel=0.1)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_half_precision_does_not_excuse_everything(self, dtype: torch.dtype) -> None:
        with pytest.raises(dv.InvalidMeasure, match="sum of p"):
            dv.kl(torch.zeros(300, dtype=dtype), torch.zeros(300, dtype=dtype))

    def test_batches_broadcast(self, xp: Any) -> None:
        rng = np.random.default_rng(0)
        p, q = random_masses(rng, 4, 1, 5), random_masses(rng, 3, 5)
        value = dv.js(xp.array(p), xp.array(q))
        assert value.shape == (4, 3)
        loop = [[float(dv.js(a, b)) for b in q] for a in p[:, 0]]
        np.testing.assert_allclose(xp.floats(value), loop, rtol=20 * xp.eps)

    def test_any_axis(self, xp: Any) -> None:
        rng = np.random.default_rng(0)
        p, q = random_masses(rng, 3, 4, 5), random_masses(rng, 3, 4, 5)
        rows = xp.floats(dv.kl(xp.array(p), xp.array(q)))
        for axis in (0, 1, -2, np.int64(1)):
            moved = dv.kl(xp.array(np.moveaxis(p, -1, axis)), xp.array(np.moveaxis(q, -1, axis)), axis=axis)
            np.testing.assert_allclose(xp.floats(moved), rows, rtol=8 * xp.eps)
            logs = (xp.array(np.moveaxis(np.log(x), -1, axis)) for x in (p, q))
            np.testing.assert_allclose(xp.floats(dv.kl.from_log(*logs, axis=axis)), rows, rtol=100 * xp.eps)

    def test_empty_batch(self, xp: Any) -> None:
        nothing = xp.library.reshape(xp.array([]), (0, 3))
        assert dv.kl(nothing, nothing).shape == (0,)

    def test_lists_and_tuples(self) -> None:
        assert float(dv.kl([0.5, 0.5], (0.25, 0.75))) == 0.14384103622589045

    def test_pandas(self) -> None:
        pandas = pytest.importorskip("pandas")
        assert float(dv.kl(pandas.Series([0.5, 0.5]), pandas.Series([0.25, 0.75]))) == 0.14384103622589045
        frame = pandas.DataFrame([[0.5, 0.5], [0.25, 0.75]])
        assert dv.kl(frame, frame).tolist() == [0.0, 0.0]

    def test_layouts_of_numpy(self) -> None:
        p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
        frozen = p.copy()
        frozen.flags.writeable = False
        spread = np.array([0.25, 9.0, 0.75, 9.0])[::2]
        assert dv.kl(frozen, spread) == dv.kl(p, q) == dv.kl(p[::-1], q[::-1])
        assert dv.kl(np.broadcast_to(p, (3, 2)), q).tolist() == [dv.kl(p, q)] * 3

    def test_the_input_is_not_written_to(self, xp: Any) -> None:
        p, q = xp.array([0.5, 0.5, 0.0]), xp.array([0.25, 0.75, 0.0])
        dv.jeffreys(p, q)
        assert xp.floats(p).tolist() == [0.5, 0.5, 0.0]
        assert xp.floats(q).tolist() == [0.25, 0.75, 0.0]

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_no_warning_ever(self, divergence: FDivergence) -> None:
        p = np.array([5e-324, 0.0, 0.5, 0.5, 0.0])
        q = np.array([0.5, 0.0, 5e-324, 0.0, 0.5])
        single = np.array([1e-45, 0.0, 0.5, 0.5, 0.0], dtype=np.float32)
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            divergence(p, q)
            divergence(single, single[::-1])
            divergence.from_log([0.0, -2000.0, -math.inf], [-2000.0, 0.0, -math.inf])


def test_f_zero_slope_and_bound() -> None:
    assert (dv.kl.bound, dv.js.bound, dv.total_variation.bound) == (math.inf, math.log(2), 1.0)
    assert (dv.squared_hellinger.bound, dv.triangular.bound) == (1.0, 1.0)
    assert dv.power(0.5).bound == 4.0
    assert dv.hockey_stick(3).bound == 1.0


def test_plan_and_evaluate() -> None:
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert dv.kl.plan(p, q) == "sum over 2 atoms"
    found = dv.kl.evaluate(p, q)
    assert float(found) == float(dv.kl(p, q))
    assert found.lower < float(found) < found.upper
    assert dv.kl.evaluate([1.0, 0.0], [0.0, 1.0]).error == 0.0
    tensor = torch.tensor([0.5, 0.5], dtype=torch.float64, requires_grad=True)
    assert dv.kl.evaluate(tensor, tensor).value == 0.0
    with pytest.raises(dv.ShapeMismatch, match="batch of shape"):
        dv.kl.evaluate([p, q], [q, p])


def test_repr_tells_the_formula_and_the_range() -> None:
    assert repr(dv.js).startswith("<js: ½ Σ p log(p/m)")
    assert "in [0, 0.693147]" in repr(dv.js)


@pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
def test_pickle(divergence: FDivergence) -> None:
    again = pickle.loads(pickle.dumps(divergence))
    assert again.name == divergence.name
    assert again([0.3, 0.7], [0.6, 0.4]) == divergence([0.3, 0.7], [0.6, 0.4])


class TestRefusals:
    """What is wrong, in which argument, at which index, and what to write instead."""

    P, Q = (0.5, 0.5), (0.25, 0.75)

    @pytest.mark.parametrize("divergence", [*TABLE, dv.power(0.5), dv.hockey_stick(2)], ids=lambda d: d.name)
    def test_negative(self, divergence: FDivergence, xp: Any) -> None:
        with pytest.raises(dv.InvalidMeasure) as caught:
            divergence(xp.array(self.P), xp.array([[0.5, 0.5], [1.25, -0.25]]))
        error = caught.value
        assert (error.argument, error.index, error.value) == ("q", (1, 1), -0.25)
        assert str(error).startswith("q[1, 1]: -0.25 is negative. Remedy: ")

    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            ([math.nan, 1.0], r"p\[0\]: nan is no mass"),
            ([0.5, math.inf], r"p\[1\]: inf is no mass"),
            ([0.5, 0.6], r"sum of p: 1\.1\d* is not 1.*Discrete.normalised\(p\)"),
            ([0.5, 0.5 + 1e-4], r"sum of p"),
            ([[0.5, 0.5], [0.5, 0.25]], r"sum of p\[1\]: 0\.75 is not 1"),
            ([0.0, 0.0], r"sum of p: 0\.0 is not 1"),
            ([-1e-300, 1.0], r"p\[0\]: -1e-300 is negative"),
        ],
    )
    def test_values(self, bad: Any, message: str) -> None:
        with pytest.raises(dv.InvalidMeasure, match=message):
            dv.kl(np.array(bad), np.array(self.Q))

    @pytest.mark.parametrize(
        ("bad", "kind", "message"),
        [
            (np.array([1, 0]), dv.InvalidMeasure, r"p: dtype int64 .*Discrete.normalised\(p\)"),
            ([1, 0], dv.InvalidMeasure, "p: dtype int64"),
            (np.array([True, False]), dv.InvalidMeasure, "p: dtype bool"),
            (np.array([0.5j, 0.5]), dv.InvalidMeasure, "p: dtype complex128 holds no masses"),
            (["a", "b"], dv.InvalidMeasure, "p: dtype <U1 holds no masses"),
            ("heads", dv.InvalidMeasure, "holds no masses"),
            (None, dv.UnsupportedLaw, "holds no masses"),
            ({0: 0.5}, dv.UnsupportedLaw, "holds no masses"),
            ([[0.5, 0.5], [1.0]], dv.UnsupportedLaw, "list is no array of masses"),
            (np.ma.array([0.5, 0.5], mask=[0, 1]), dv.InvalidMeasure, "masked.*filled"),
            (np.array(1.0), dv.ShapeMismatch, r"p: no axis -1 in shape \(\)"),
            (0.5, dv.ShapeMismatch, r"p: no axis -1 in shape \(\)"),
            ([], dv.ShapeMismatch, "p: has no atoms"),
            (np.zeros((3, 0)), dv.ShapeMismatch, "p: has no atoms"),
            (torch.tensor([0.5, 0.5]), dv.UnsupportedLaw, "q: numpy array, but p is a torch array"),
            (array_api_strict.asarray([0.5, 0.5]), dv.UnsupportedLaw, "q: numpy array, but p is"),
            (torch.tensor([0.5, 0.5]).to_sparse(), dv.UnsupportedLaw, "p: a sparse tensor"),
            (dv.Samples([0.5, 0.5]), dv.UnsupportedLaw, "p: samples where a distribution belongs.*estimate"),
            (dv.Density(lambda x: -x, (0, math.inf)), dv.UnsupportedLaw, "q: ndarray against a Density"),
        ],
    )
    def test_kinds(self, bad: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.kl(bad, np.array(self.Q))

    @pytest.mark.parametrize("axis", [None, 1.0, (0,), "rows", True])
    def test_axis_of_no_kind(self, axis: Any) -> None:
        with pytest.raises(dv.InvalidParameter, match="axis"):
            dv.kl(self.P, self.Q, axis=axis)

    @pytest.mark.parametrize("axis", [1, -2, 5])
    def test_axis_that_is_not_there(self, axis: int) -> None:
        with pytest.raises(dv.ShapeMismatch, match=rf"p: no axis {axis} in shape \(2,\)"):
            dv.kl(self.P, self.Q, axis=axis)

    def test_the_wrong_axis_is_named_as_a_remedy(self) -> None:
        columns = np.array([[0.5, 0.25], [0.5, 0.75]])
        with pytest.raises(dv.InvalidMeasure, match=r"sum of p\[0\].*axis="):
            dv.kl(columns, columns)
        assert dv.kl(columns, columns, axis=0).tolist() == [0.0, 0.0]

    def test_shapes(self, xp: Any) -> None:
        with pytest.raises(dv.ShapeMismatch, match="q: 3 atoms, but p has 2"):
            dv.kl(xp.array(self.P), xp.array([0.2, 0.3, 0.5]))
        with pytest.raises(dv.ShapeMismatch, match=r"q: batch \(3,\) does not broadcast with \(2,\) of p"):
            dv.kl(xp.array([self.P] * 2), xp.array([self.Q] * 3))

    def test_points(self) -> None:
        p = dv.Discrete(self.P, [0.0, 1.0])
        with pytest.raises(dv.ShapeMismatch, match=r"points of q\[1\]: point 2.0 differs from 1.0 of p"):
            dv.kl(p, dv.Discrete(self.Q, [0.0, 2.0]))
        with pytest.raises(dv.ShapeMismatch, match="q: points"):
            dv.kl(p, dv.Discrete([0.2, 0.3, 0.5], [0.0, 1.0, 2.0]))
        with pytest.raises(dv.InvalidParameter, match="axis 0 for Discrete"):
            dv.kl(p, p, axis=0)
        assert dv.kl(p, dv.Discrete(self.Q, [0.0, 1.0])) == dv.kl(p, np.array(self.Q)) == dv.kl(self.P, self.Q)

    @pytest.mark.parametrize(
        ("logs", "kind", "message"),
        [
            ([0.0, 0.0], dv.InvalidMeasure, r"sum of exp of log_p: 2\.0 is not 1.*logsumexp"),
            ([0.0, math.nan], dv.InvalidMeasure, r"log_p\[1\]: nan is no log-mass"),
            ([0.0, math.inf], dv.InvalidMeasure, r"log_p\[1\]: inf is no log-mass"),
            ([1000.0, 0.0], dv.InvalidMeasure, "sum of exp of log_p: inf"),
            ([0, 0], dv.InvalidMeasure, "log_p: dtype int64"),
            (0.0, dv.ShapeMismatch, "log_p: no axis -1"),
            ([], dv.ShapeMismatch, "log_p: has no atoms"),
            ([0.0], dv.ShapeMismatch, "log_q: 2 atoms, but log_p has 1"),
            (dv.Discrete([0.5, 0.5]), dv.UnsupportedLaw, "Discrete where log-masses belong"),
            (torch.tensor([0.0, -math.inf]), dv.UnsupportedLaw, "log_q: numpy array, but log_p is a torch array"),
        ],
    )
    def test_log_masses(self, logs: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.kl.from_log(logs, [0.0, -math.inf])

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: dv.power(math.nan), "a: nan is outside its domain"),
            (lambda: dv.power(math.inf), "a: inf is outside"),
            (lambda: dv.power("x"), "a: 'x' is outside"),  # type: ignore[arg-type]
            (lambda: dv.power("2"), "a: '2' is outside"),  # type: ignore[arg-type]
            (lambda: dv.power(np.array([1.0, 2.0])), "a: array"),  # type: ignore[arg-type]
            (lambda: dv.hockey_stick(0.5), "gamma: 0.5 is outside its domain.*exchange p and q"),
        ],
    )
    def test_parameters(self, make: Callable[[], Any], message: str) -> None:
        with pytest.raises(dv.InvalidParameter, match=message):
            make()


class TestYourOwn:
    """f_divergence(f)."""

    def test_vincze(self, xp: Any) -> None:
        vincze = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0)
        p, q = xp.array([0.5, 0.5, 0.0]), xp.array([0.25, 0.5, 0.25])
        assert float(vincze(p, q)) == pytest.approx(2 * float(dv.triangular(p, q)), rel=4 * xp.eps)
        assert vincze.bound == 2.0

    def test_gradient_is_left_to_autograd(self) -> None:
        mine = dv.f_divergence(lambda t: (t - 1) ** 2, slope=math.inf)
        p = torch.tensor([0.5, 0.5], dtype=torch.float64, requires_grad=True)
        q = torch.tensor([0.25, 0.75], dtype=torch.float64)
        (gradient,) = torch.autograd.grad(mine(p, q), p)
        np.testing.assert_allclose(gradient.numpy(), (2 * (p - q) / q).detach().numpy(), rtol=1e-14)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: dv.f_divergence(3), "f: f does not take an array"),  # type: ignore[arg-type]
            (lambda: dv.f_divergence(math.log), "f: f does not take an array"),
            (lambda: dv.f_divergence(lambda t: 0.0), "f: f of shape"),
            (lambda: dv.f_divergence(lambda t: t), r"f: f\(1\) is 1.*subtract"),
            (lambda: dv.f_divergence(lambda t: -((t - 1) ** 2)), "f: f is not convex near t"),
            (lambda: dv.f_divergence(lambda t: t - 1, slope="steep"), "slope: 'steep' is no slope"),  # type: ignore[arg-type]
        ],
    )
    def test_refused(self, make: Callable[[], Any], message: str) -> None:
        with pytest.raises(dv.InvalidParameter, match=message):
            make()

    def test_a_limit_that_is_needed_is_asked_for(self) -> None:
        mine = dv.f_divergence(lambda t: t * np.log(t) - t + 1)
        assert float(mine([0.5, 0.5], [0.25, 0.75])) == pytest.approx(float(dv.kl([0.5, 0.5], [0.25, 0.75])))
        with pytest.raises(dv.InvalidParameter, match=r"f: f\(0\) is nan"):
            mine([0.0, 1.0], [0.5, 0.5])
        with pytest.raises(dv.InvalidParameter, match=r"slope: f'\(inf\) is unknown"):
            mine([0.5, 0.5], [0.0, 1.0])


def test_in_bits() -> None:
    assert dv.in_bits(math.log(2)) == 1.0
    assert float(dv.in_bits(dv.js([1.0, 0.0], [0.0, 1.0]))) == 1.0
