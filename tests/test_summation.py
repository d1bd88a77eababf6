"""Big arrays: the answer of the small ones, by numpy and compiled, and the same refusals."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from mpmath import mpf

import divergence as dv
from divergence import summation
from divergence.perspective import terms_of_masses

RNG = np.random.default_rng(0)
LONG = RNG.dirichlet(np.ones(150_001), size=2)
MANY = RNG.dirichlet(np.ones(37), size=(2, 1500))
MANY[0, 3, :5], MANY[1, 3, 5:9], MANY[0, 4, 2] = 0, 0, 5e-324
MANY /= MANY.sum(axis=-1, keepdims=True)


@pytest.fixture(params=["numpy", "compiled"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(summation, "WORTH_COMPILING", 0 if request.param == "compiled" else 2**62)
    return request.param


@pytest.mark.parametrize("row", [dv.kl, dv.js, dv.power(1.5)], ids=str)
@pytest.mark.parametrize("laws", [LONG, MANY], ids=["one long pair", "many pairs"])
def test_sums_are_those_of_the_terms(route: str, row: Any, laws: np.ndarray) -> None:
    assert summation.streams(*laws)
    expected = terms_of_masses(row.generator, *laws).sum(axis=-1)
    found = row(*laws)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=2e-15)


@pytest.mark.usefixtures("route")
class TestShapes:
    def test_one_row_against_many(self) -> None:
        np.testing.assert_allclose(dv.kl(MANY[0, 0], MANY[1]), [dv.kl(MANY[0, 0], q) for q in MANY[1]], rtol=2e-15)

    def test_batches_that_cross(self) -> None:
        p, q = MANY[0, :50, None], MANY[1, :40]
        found = dv.kl(p, q)
        assert found.shape == (50, 40)
        assert found[7, 9] == pytest.approx(dv.kl(MANY[0, 7], MANY[1, 9]), rel=2e-15)

    def test_an_axis(self) -> None:
        np.testing.assert_array_equal(dv.kl(MANY[0].T, MANY[1].T, axis=0), dv.kl(*MANY))

    def test_both_repeated(self) -> None:
        p, q = (np.broadcast_to(x, (1000, 37)) for x in (MANY[0, 0], MANY[1, 0]))
        np.testing.assert_allclose(dv.kl(p, q), np.full(1000, dv.kl(MANY[0, 0], MANY[1, 0])), rtol=2e-15)

    def test_three_axes(self) -> None:
        shaped = MANY.reshape(2, 30, 50, 37)
        np.testing.assert_array_equal(dv.js(*shaped), dv.js(*MANY).reshape(30, 50))

    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_the_dtype_is_kept_and_adding_is_wider(self, dtype: Any) -> None:
        p, q = (dv.Discrete.normalised(x.astype(dtype)).masses for x in MANY)
        found = dv.js(p, q)
        assert found.dtype == dtype
        wide = terms_of_masses(dv.js.generator, p.astype(float), q.astype(float)).sum(axis=-1)
        np.testing.assert_allclose(found, wide, rtol=4 * float(np.finfo(dtype).eps))

    def test_equal_laws_are_exactly_at_zero(self) -> None:
        assert not dv.kl(LONG[0], LONG[0].copy()).any()


@pytest.mark.usefixtures("route")
class TestRefusals:
    def test_a_negative_mass_by_its_index(self) -> None:
        p = LONG[0].copy()
        p[70_000] *= -1
        with pytest.raises(dv.InvalidMeasure, match=r"p\[70000\]: .* is negative"):
            dv.kl(p, LONG[1])

    def test_nan_by_its_index(self) -> None:
        q = MANY[1].copy()
        q[5, 6] = np.nan
        with pytest.raises(dv.InvalidMeasure, match=r"q\[5, 6\]: nan"):
            dv.kl(MANY[0], q)

    def test_a_sum_by_its_row(self) -> None:
        q = MANY[1].copy()
        q[8] *= 1 + 1e-12
        with pytest.raises(dv.InvalidMeasure, match=r"sum of q\[8\]"):
            dv.kl(MANY[0], q)

    def test_infinity(self) -> None:
        p = LONG[0].copy()
        p[3] = np.inf
        with pytest.raises(dv.InvalidMeasure, match=r"p\[3\]: inf"):
            dv.kl(p, LONG[1])

    def test_a_negative_zero_is_a_zero(self) -> None:
        p = MANY[0].copy()
        p[3, 0] = -0.0
        assert np.isfinite(dv.js(p, MANY[1])).all()

    def test_nothing_is_refused_where_nobody_looks(self) -> None:
        with dv.unchecked():
            assert dv.kl(2 * LONG[0], LONG[1]) > 0


def halves(k: int, x: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Two laws whose terms are all equal, and so may all round to one side; and their χ²."""
    p = np.repeat([(1 + x) / k, (1 - x) / k], k // 2)
    gaps = [mpf(float(p[i])) - mpf(1) / k for i in (0, -1)]
    return p, np.full(k, 1 / k), float(sum(gap**2 for gap in gaps) * k * k / 2)


@pytest.mark.parametrize("x", [0.123, 0.0409735, 0.31, 0.4999])
def test_equal_terms_stay_within_the_error_that_is_stated(route: str, x: float) -> None:
    p, q, truth = halves(2**17, x)
    found = dv.pearson.evaluate(p, q)
    assert abs(found.value - truth) <= min(found.error, 1e-15 * truth)


def test_a_long_row_of_pairs(route: str) -> None:
    p, q, truth = halves(2**20, 0.0409735)
    for row, expected in ((dv.pearson, truth), (dv.total_variation, float(np.abs(p[0] - q[0])) * 2**19)):
        assert row.pairwise(p[None], q[None])[0, 0] == pytest.approx(expected, rel=1e-15)


def test_threads_are_as_many_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for threads in ("1", "3", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert dv.kl(*LONG) == pytest.approx(float(terms_of_masses(dv.kl.generator, *LONG).sum()), rel=2e-15)


def test_compiling_waits_until_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summation, "_seen", {})
    monkeypatch.setattr(summation, "WORTH_COMPILING", 2 * LONG.shape[1])
    row = dv.kl.generator
    assert summation._compiled(row, LONG[:1], LONG[1:], LONG.shape[1]) is None
    assert summation._compiled(row, LONG[:1], LONG[1:], LONG.shape[1]) is not None
    assert summation._compiled(dv.power(3).generator, LONG[:1].astype(np.float16), LONG[1:], LONG.shape[1]) is None


def test_a_family_made_anew_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summation, "WORTH_COMPILING", 0)
    runs = [
        [summation._compiled(row, LONG[:1], LONG[1:], LONG.shape[1]) for row in rows]
        for rows in ([d.generator for d in (dv.power(2.75), dv.hockey_stick(3), dv.renyi(2.75)._power)] for _ in "ab")
    ]
    assert runs[0] == runs[1]
    assert runs[0][0] is runs[0][2]


def test_a_numba_that_does_not_load_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "divergence.compiled.kernel", None)  # whose import raises ImportError
    monkeypatch.delattr("divergence.compiled.kernel", raising=False)
    monkeypatch.setattr(summation, "_has_numba", summation._has_numba.__wrapped__)
    monkeypatch.setattr(summation, "WORTH_COMPILING", 0)
    assert summation._compiled(dv.kl.generator, LONG[:1], LONG[1:], LONG.shape[1]) is None


def test_big_arrays_while_the_interpreter_shuts_down() -> None:
    code = (
        "import atexit, numpy as np, divergence as dv\n"
        "p = np.full(2**16, 2.0**-16)\n"
        "atexit.register(lambda: print(float(dv.kl(p, p))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0.0\n", "")


def test_without_numba_numpy_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summation, "_has_numba", lambda: False)
    monkeypatch.setattr(summation, "WORTH_COMPILING", 0)
    assert summation._compiled(dv.kl.generator, LONG[:1], LONG[1:], LONG.shape[1]) is None
