"""The laws catch what breaks them: mutants that must be refuted, and the pairs that must be drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, find, given, settings

import divergence as dv
from divergence import testing
from divergence.testing import LAWS, Promises, law

Function = Callable[[np.ndarray, np.ndarray], Any]


def plain_kl(p: np.ndarray, q: np.ndarray) -> Any:
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0.0).sum(axis=-1)


def verdict(name: str, function: Any, promises: Promises | None = None, max_examples: int = 100) -> testing.Verdict:
    return testing.examine(function, promises, laws=[law(name)], max_examples=max_examples).verdicts[0]


@pytest.mark.parametrize(
    ("broken_law", "mutant"),
    [
        ("nonnegative", lambda p, q: plain_kl(p, q) - 1e-9),
        ("nonnegative", lambda p, q: np.log1p(((p - q) ** 3).sum(axis=-1))),
        ("zero", lambda p, q: plain_kl(p, q) + 1e-9),
        ("zero", lambda p, q: plain_kl(p + 1e-6, q)),
        ("data processing", lambda p, q: ((p - q) ** 2).sum(axis=-1)),
        ("joint convexity", lambda p, q: np.sqrt(np.abs(p - q).sum(axis=-1))),
        ("splitting", lambda p, q: ((p - q) ** 2).sum(axis=-1)),
        ("relabelling", lambda p, q: np.abs(np.cumsum(p - q, axis=-1)).sum(axis=-1) * np.arange(len(p)).sum()),
        ("batch", lambda p, q: np.abs(p - q).sum()),
        ("nonnegative", lambda p, q: np.nan * p.sum(axis=-1)),
        ("zero", lambda p, q: p @ "text"),
    ],
)
def test_a_mutant_is_refuted(broken_law: str, mutant: Function) -> None:
    found = verdict(broken_law, mutant)
    assert found.outcome == "refuted"
    assert "p = [" in found.counterexample


@pytest.mark.parametrize(
    ("broken_law", "divergence", "promises"),
    [
        ("symmetric", dv.kl, Promises(symmetric=True)),
        ("range", dv.jeffreys, Promises(bound=10.0)),
        ("range", dv.js, Promises(bound=0.69)),
        ("triangle", dv.kl, Promises(root=0.5)),
        ("triangle", dv.js, Promises(root=1.0)),
        ("triangle", dv.squared_hellinger, Promises(root=1.0)),
    ],
)
def test_a_promise_that_is_not_kept_is_refuted(broken_law: str, divergence: Any, promises: Promises) -> None:
    assert verdict(broken_law, divergence, promises, max_examples=300).outcome == "refuted"


def test_logarithms_and_reverse_catch_a_row_that_contradicts_itself() -> None:
    from dataclasses import replace

    wrong = dv.FDivergence(replace(dv.kl.generator, name="wrong", reversed="pearson"))
    assert verdict("reverse", wrong).outcome == "refuted"
    shifted = dv.FDivergence(replace(dv.js.generator, f=lambda t, s, o: s * s))
    assert verdict("disjoint", shifted).outcome == "refuted"


def test_your_own_divergence() -> None:
    vincze = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0, name="vincze")
    report = testing.check(vincze, max_examples=25)
    assert report.ok
    assert str(report).splitlines()[0] == "vincze"
    assert len(report.verdicts) == len(LAWS)
    assert {v.outcome for v in report.verdicts} == {"holds", "not promised"}
    kept = testing.check(vincze, Promises(symmetric=True, bound=2.0, root=0.5), max_examples=25)
    assert {v.outcome for v in kept.verdicts} == {"holds"}


def test_a_plain_function_of_two_arrays() -> None:
    def half_l1(p: np.ndarray, q: np.ndarray) -> Any:
        return np.abs(p - q).sum(axis=-1) / 2

    report = testing.check(half_l1, Promises(symmetric=True, bound=1.0, root=1.0), max_examples=25)
    assert report.subject == "half_l1"
    assert {v.law for v in report.verdicts if v.outcome == "not promised"} == {
        "disjoint",
        "reverse",
        "logarithms",
        "axis",
    }


def test_check_raises_with_the_counterexample() -> None:
    def squares(p: np.ndarray, q: np.ndarray) -> Any:
        return ((p - q) ** 2).sum(axis=-1)

    with pytest.raises(AssertionError, match=r"refuted +splitting[\s\S]*p = \["):
        testing.check(squares)
    assert testing.check(squares, laws=[law("zero"), law("nonnegative")]).ok


def test_the_arrays_can_be_those_of_any_library() -> None:
    seen = set()

    def spy(p: Any, q: Any) -> Any:
        seen.add(type(p))
        return dv.kl(p, q)

    assert testing.check(spy, array=torch.asarray, laws=[law("zero")], max_examples=5).ok
    assert seen == {torch.Tensor}


def test_a_missing_slope_is_reported_as_what_it_is() -> None:
    found = verdict("nonnegative", dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1)))
    assert found.outcome == "refuted"
    assert "slope" in found.counterexample


class TestPairs:
    """The strategies reach the corners that they promise."""

    @given(testing.pairs())
    def test_sum_to_one(self, pair: Any) -> None:
        for masses in pair:
            assert masses.sum() == pytest.approx(1, abs=1e-15)
            assert np.all(masses >= 0)

    @pytest.mark.parametrize(
        "corner",
        [
            lambda p, q: bool(np.any((p == 0) & (q > 0))),
            lambda p, q: bool(np.any((q == 0) & (p > 0))),
            lambda p, q: bool(np.all(p * q == 0)),
            lambda p, q: bool(np.any((p > 0) & (p < 2.3e-308))),
            lambda p, q: bool(np.any(p != q)) and float(np.max(np.abs(p - q))) < 1e-12,
        ],
        ids=["zero in p", "zero in q", "disjoint", "subnormal", "nearly equal"],
    )
    def test_corner(self, corner: Callable[..., bool]) -> None:
        find(testing.pairs(), lambda pair: corner(*pair), settings=settings(phases=[Phase.generate], max_examples=2000))

    @given(testing.exact(3))
    def test_exact_masses_mix_without_rounding(self, triple: Any) -> None:
        for masses in triple:
            assert math.fsum(masses) == masses.sum() == 1.0
            assert np.all(masses * 2**40 == np.floor(masses * 2**40))

    @given(testing.disjoint(4))
    def test_disjoint(self, pair: Any) -> None:
        assert np.all(pair[0] * pair[1] == 0)
