"""The laws catch what breaks them: mutants that must be refuted, and the pairs that must be drawn."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from laws import ALL
from scipy import special, stats

import divergence as dv
from divergence import testing
from divergence.testing import LAWS, Promises, Subject, law
from divergence.testing.pairs import CARRIERS

Function = Callable[[np.ndarray, np.ndarray], Any]


def plain_kl(p: np.ndarray, q: np.ndarray) -> Any:
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0.0).sum(axis=-1)


def renyi(a: float) -> Function:
    """By logarithms: a power of a subnormal mass is 0 or infinite, and "zero" sees it."""

    def value(p: np.ndarray, q: np.ndarray) -> Any:
        with np.errstate(all="ignore"):
            shared, infinite = (p > 0) & (q > 0), (a > 1) & ((p > 0) & (q == 0)).any(axis=-1)
            logs = np.where(shared, a * np.log(p) + (1 - a) * np.log(q), -np.inf)
            return np.where(infinite, np.inf, special.logsumexp(logs, axis=-1) / (a - 1))

    return value


def renyi_by_powers(p: np.ndarray, q: np.ndarray) -> Any:
    with np.errstate(all="ignore"):
        return np.log(np.where((p > 0) & (q > 0), p**3 * q**-2, 0.0).sum(axis=-1)) / 2


def half_l1(p: np.ndarray, q: np.ndarray) -> Any:
    return np.abs(p - q).sum(axis=-1) / 2


def squares(p: np.ndarray, q: np.ndarray) -> Any:
    return ((p - q) ** 2).sum(axis=-1)


def verdict(name: str, function: Any, promises: Any = None, max_examples: int = 100) -> testing.Verdict:
    return testing.examine(function, promises, laws=[law(name)], max_examples=max_examples).verdicts[0]


class OtherLogarithms(dv.FDivergence):
    def from_log(self, log_p: Any, log_q: Any, **options: Any) -> Any:
        return super().from_log(log_q, log_p, **options)


class DeafToAxis(dv.FDivergence):
    def __call__(self, p: Any, q: Any, *, axis: int = -1) -> Any:
        return super().__call__(p, q) if p.shape[-1] == p.shape[0] else np.zeros(p.shape[1 + axis])


WRONG_REVERSE = dv.FDivergence(replace(dv.kl.generator, name="wrong", reversed="pearson"))
WRONG_ENDS = dv.FDivergence(replace(dv.js.generator, f=lambda t, s, o: s * s))
MUTANTS: list[tuple[str, Any, Any]] = [
    ("nonnegative", lambda p, q: plain_kl(p, q) - 1e-9, None),
    ("nonnegative", lambda p, q: np.log1p(((p - q) ** 3).sum(axis=-1)), None),
    ("nonnegative", lambda p, q: np.nan * p.sum(axis=-1), None),
    ("zero", lambda p, q: plain_kl(p, q) + 1e-9, None),
    ("zero", lambda p, q: plain_kl(p + 1e-6, q), None),
    ("zero", renyi_by_powers, None),
    ("zero", lambda p, q: p @ "text", None),
    ("zero", lambda p, q: p - q, None),
    ("separation", dv.hockey_stick(2), {"separates"}),
    ("separation", lambda p, q: np.abs(np.sort(p) - np.sort(q)).sum(axis=-1), None),
    ("separation", lambda p, q: np.abs(p[..., 0] - q[..., 0]), None),
    ("range", dv.jeffreys, {"bound": 10.0}),
    ("range", dv.js, {"bound": 0.69}),
    ("disjoint", WRONG_ENDS, None),
    ("symmetric", dv.kl, {"symmetric"}),
    ("reverse", WRONG_REVERSE, None),
    ("triangle", dv.kl, {"root": 0.5}),
    ("triangle", dv.js, {"root": 1.0}),
    ("triangle", dv.squared_hellinger, {"root": 1.0}),
    ("data processing", squares, None),
    # merging alone never shows these two: they grow only where an atom is spread
    ("data processing", lambda p, q: np.count_nonzero(p != q, axis=-1), None),
    ("data processing", lambda p, q: np.sqrt(np.abs(p - q)).sum(axis=-1), None),
    ("joint convexity", lambda p, q: np.sqrt(np.abs(p - q).sum(axis=-1)), None),
    ("joint convexity", renyi(3.0), None),
    ("additivity", dv.js, {"additive"}),
    ("additivity", lambda p, q: np.expm1(plain_kl(p, q)), {"additive"}),
    ("splitting", squares, None),
    ("splitting", lambda p, q: plain_kl(np.maximum(p, 1e-100), np.maximum(q, 1e-100)), None),
    ("relabelling", lambda p, q: np.abs(np.cumsum(p - q, axis=-1)).sum(axis=-1) * np.arange(len(p)).sum(), None),
    ("logarithms", OtherLogarithms(dv.kl.generator), None),
    ("batch", lambda p, q: np.abs(p - q).sum(), None),
    ("batch", lambda p, q: float(np.dot(p, p) - np.dot(q, p)), None),
    ("axis", DeafToAxis(dv.kl.generator), None),
]


@pytest.mark.parametrize(("broken_law", "mutant", "promises"), MUTANTS)
def test_a_mutant_is_refuted(broken_law: str, mutant: Any, promises: Any) -> None:
    found = verdict(broken_law, mutant, promises, max_examples=300)
    assert found.outcome == "refuted"
    assert "p = [" in found.counterexample


def test_every_law_has_a_mutant() -> None:
    assert {name for name, _, _ in MUTANTS} == {found.name for found in LAWS}


class TestRows:
    """The rows promise what they keep, and nothing less."""

    @pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
    def test_only_what_is_additive_promises_it(self, divergence: dv.FDivergence) -> None:
        """That those keep it is a law like others; here, that the rest would break it."""
        p, q, r, s = ([x, 1 - x] for x in np.array([14, 1, 13, 2]) / 16)  # far enough apart for every hockey stick
        broken = law("additivity").breaks(Subject(divergence, Promises()), *map(np.asarray, (p, q, r, s)))
        assert (broken is None) == divergence.generator.additive == divergence.generator.reverse.additive

    def test_all_but_the_hockey_sticks_separate(self) -> None:
        kept = {divergence.name: Promises.of(divergence).separates for divergence in ALL}
        assert [name for name, separates in kept.items() if not separates] == [
            f"hockey_stick({gamma})" for gamma in (1.5, 2.0, 10.0)
        ]

    @pytest.mark.parametrize("divergence", [dv.kl, dv.jeffreys, dv.js, dv.power(3)], ids=lambda d: d.name)
    def test_on_families_and_subnormal_masses(self, divergence: dv.FDivergence) -> None:
        for name in ("families", "subnormal"):
            strategy = st.integers(2, 8).flatmap(getattr(testing, name))
            for found in ("nonnegative", "zero", "reverse", "relabelling", "logarithms"):
                narrowed = replace(law(found), arguments=lambda subject, strategy=strategy: strategy)
                assert testing.examine(divergence, laws=[narrowed], max_examples=30).ok, (name, found)


class TestPromises:
    def test_may_be_told_in_three_ways(self) -> None:
        as_names, as_mapping = Promises.of(half_l1, {"symmetric"}), Promises.of(half_l1, {"symmetric": True})
        assert as_names == as_mapping == Promises.of(half_l1, Promises(symmetric=True)) == Promises(symmetric=True)

    def test_are_told_on_top_of_the_row(self) -> None:
        assert Promises.of(dv.js, {"bound": 0.7}) == replace(Promises.of(dv.js), bound=0.7)
        assert Promises.of(dv.kl).additive
        assert not Promises.of(dv.js).additive

    @pytest.mark.parametrize(
        ("told", "message"),
        [
            (
                {"symetric": True},
                r"promises\[symetric\]: is no promise. Remedy: the promises are separates, symmetric, bound",
            ),
            ({"symmetric", "unbiased"}, r"promises\[unbiased\]"),
            ("symmetric", "neither a mapping nor a set of names"),
            (3, "neither a mapping nor a set of names"),
            ({"bound"}, r"promises\[bound\]: True is no bound. Remedy: write \{'bound': the largest"),
            ({"bound": math.nan}, "no bound"),
            ({"root": 0}, "no root"),
            ({"root": "half"}, "no root"),
            ({"batch": "no"}, "neither True nor False"),
            ({"slack": -1e-9}, "no slack"),
            ({"ulps": math.inf}, "no number of roundings"),
        ],
    )
    def test_refuses_what_is_no_promise(self, told: Any, message: str) -> None:
        with pytest.raises(dv.InvalidParameter, match=message):
            testing.check_divergence(half_l1, promises=told)

    def test_rounding_is_forgiven_as_much_as_told(self) -> None:
        def low(p: np.ndarray, q: np.ndarray) -> Any:
            return half_l1(p, q) - 1e-9

        def lopsided(p: np.ndarray, q: np.ndarray) -> Any:
            return half_l1(p, q) * (1 + 1e-9 * (p[..., 0] > p[..., -1]))

        for function, broken, enough in ((low, "zero", {"slack": 1e-8}), (lopsided, "relabelling", {"ulps": 1e7})):
            assert verdict(broken, function).outcome == "refuted"
            assert verdict(broken, function, enough).outcome == "holds"

    def test_forgives_a_float32_its_own_rounding(self) -> None:
        def in_single(x: np.ndarray) -> np.ndarray:
            return np.asarray(x, dtype=np.float32)

        report = testing.check_divergence(plain_kl, {"additive"}, array=in_single, max_examples=40)
        assert report.ok


def test_a_law_that_there_is_not() -> None:
    with pytest.raises(dv.InvalidParameter, match=r"'nonsense' is no law\. Remedy: the laws are nonnegative, zero"):
        law("nonsense")


class TestFunctions:
    """What a function takes and returns is its own affair, as long as it is told."""

    def test_of_one_pair_in_plain_floats(self) -> None:
        def loop(p: np.ndarray, q: np.ndarray) -> float:
            return float(sum(abs(a - b) for a, b in zip(p.tolist(), q.tolist(), strict=True)) / 2)

        told = {"symmetric": True, "bound": 1.0, "root": 1}
        refuted = [v.law for v in testing.examine(loop, told, max_examples=20).verdicts if v.outcome == "refuted"]
        assert refuted == ["batch"]
        assert testing.check_divergence(loop, {**told, "batch": False}, max_examples=20).ok

    def test_that_returns_torch(self) -> None:
        def value(p: np.ndarray, q: np.ndarray) -> torch.Tensor:
            return torch.tensor(p - q, requires_grad=True).abs().sum(-1)

        assert testing.check_divergence(value, {"symmetric"}, max_examples=20).ok

    def test_that_returns_an_array_of_one(self) -> None:
        def value(p: np.ndarray, q: np.ndarray) -> np.ndarray:
            return np.atleast_1d(half_l1(p, q))

        assert testing.check_divergence(value, max_examples=20).ok

    def test_that_forgets_to_sum_is_told_so(self) -> None:
        found = verdict("zero", lambda p, q: p - q)
        assert "gives shape (2,). Remedy: return one number: sum over the last axis" in found.counterexample

    def test_renyi_keeps_its_promises(self) -> None:
        assert testing.check_divergence(renyi(0.5), {"symmetric", "additive"}, max_examples=25).ok
        steep = {"additive": True, "convex": False, "ulps": 256, "slack": 1e-12}
        assert testing.check_divergence(renyi(3.0), steep, max_examples=25).ok


def test_your_own_divergence() -> None:
    vincze = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0, name="vincze")
    report = testing.check_divergence(vincze, max_examples=25)
    assert report.ok
    assert str(report).splitlines()[0] == "vincze"
    assert len(report.verdicts) == len(LAWS)
    assert {v.outcome for v in report.verdicts} == {"holds", "not promised"}
    kept = testing.check_divergence(vincze, Promises(symmetric=True, bound=2.0, root=0.5), max_examples=10)
    assert {v.law for v in kept.verdicts if v.outcome != "holds"} == {"additivity"}


def test_a_plain_function_of_two_arrays() -> None:
    report = testing.check_divergence(half_l1, {"symmetric": True, "bound": 1.0, "root": 1.0}, max_examples=25)
    assert report.subject == "half_l1"
    assert {v.law for v in report.verdicts if v.outcome == "not promised"} == {
        "additivity",
        "axis",
        "disjoint",
        "logarithms",
        "reverse",
    }


def test_check_divergence_raises_with_the_counterexample() -> None:
    with pytest.raises(AssertionError, match=r"refuted +splitting[\s\S]*p = \[") as caught:
        testing.check_divergence(squares, laws=[law("zero"), law("splitting")])
    assert "2.0, but 1.0 with" in str(caught.value)  # the smallest: all mass on one atom, all on the other
    assert testing.check_divergence(squares, laws=[law("zero"), law("nonnegative")]).ok


def test_the_arrays_can_be_those_of_any_library() -> None:
    seen = set()

    def spy(p: Any, q: Any) -> Any:
        seen.add(type(p))
        return dv.kl(p, q)

    assert testing.check_divergence(spy, array=torch.asarray, laws=[law("zero")], max_examples=5).ok
    assert seen == {torch.Tensor}


def test_a_missing_slope_is_reported_as_what_it_is() -> None:
    found = verdict("nonnegative", dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1)))
    assert found.outcome == "refuted"
    assert "slope" in found.counterexample


@cache
def peers_under_law() -> Any:
    path = Path(__file__).parents[1] / "benchmarks" / "peers_under_law.py"
    spec = importlib.util.spec_from_file_location("peers_under_law", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


class TestPeers:
    """The page about functions of other libraries, and the script that writes its table."""

    def test_the_table_has_the_laws_and_the_peers_of_today(self) -> None:
        script = peers_under_law()
        written = script.PAGE.read_text().split(script.MARKER)[1]
        rows = [line.split(" | ") for line in written.splitlines() if line.startswith("| ")]
        assert rows[0][3:] == [*(found.name for found in script.COLUMNS[:-1]), f"{script.COLUMNS[-1].name} |"]
        assert [row[1].strip("`") for row in rows[1:]] == [peer.call for peer in script.PEERS]
        assert len(rows) > 10

    def test_histograms_taken_for_samples_are_seen(self) -> None:
        script = peers_under_law()
        trap = next(peer for peer in script.PEERS if "wasserstein_distance" in peer.call)
        report = script.tried(trap, 30, [law("zero"), law("separation")])
        assert [verdict.law for verdict in script.refuted(report)] == ["separation"]
        text = "\n".join(script.page([(trap, report)], ["nowhere"], 30))
        assert f"`{trap.call}` | {trap.meant}" in text
        assert "not tried: nowhere" in text
        assert "separation: D(p, q) = 0.0\n    at p = [" in text


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

    @given(testing.subnormal(4))
    def test_subnormal(self, pair: Any) -> None:
        assert any(np.any((masses > 0) & (masses < 2.3e-308)) for masses in pair)
        for masses in pair:
            assert masses.sum() == pytest.approx(1, abs=1e-15)

    @given(testing.families(12))
    def test_families_are_one_exponential_family(self, pair: Any) -> None:
        """log p/q is linear in the place, where no mass is near the end of the floats."""
        p, q = pair
        kept = np.minimum(p, q) > 1e-290
        assert p.sum() == pytest.approx(1, abs=1e-15)
        if kept.sum() > 2:
            place, ratio = np.flatnonzero(kept), np.log(p[kept] / q[kept])
            np.testing.assert_allclose(
                np.diff(ratio) / np.diff(place), (ratio[-1] - ratio[0]) / np.ptp(place), atol=1e-11
            )

    @pytest.mark.parametrize(
        ("name", "law_of"),
        [
            ("binomial", lambda k, x: stats.binom(k[-1], special.expit(x)).pmf(k)),
            ("Poisson", lambda k, x: stats.poisson(np.exp(x)).pmf(k)),
            ("geometric", lambda k, x: stats.geom(1 - np.exp(-abs(x)), loc=-1).pmf(k)),
            ("normal", lambda k, x: stats.norm(k[-1] / 2 + x).pdf(k)),
        ],
    )
    def test_families_are_what_they_are_called(self, name: str, law_of: Callable[..., np.ndarray]) -> None:
        k = np.arange(9.0)
        x = -0.7  # the natural parameter; a geometric law needs it negative
        masses, known = np.exp(CARRIERS[name](k) + k * x), law_of(k, x)
        np.testing.assert_allclose(masses / masses.sum(), known / known.sum(), rtol=1e-13)

    @given(st.integers(2, 5).flatmap(lambda n: st.tuples(testing.exact(1, max_atoms=n), testing.channels(n))))
    def test_channels_are_stochastic_and_exact(self, drawn: Any) -> None:
        (p,), channel = drawn
        assert np.all(channel >= 0)
        assert np.all(channel.sum(axis=1) == 1)
        exactly = [sum(Fraction(x) * Fraction(w) for x, w in zip(p, column)) for column in channel[: p.size].T]
        assert (p @ channel[: p.size]).tolist() == exactly

    @pytest.mark.parametrize("merges", [True, False])
    def test_channels_merge_and_spread(self, merges: bool) -> None:
        find(testing.channels(3), lambda W: bool(np.all((W == 0) | (W == 1))) == merges)

    @given(testing.disjoint(4))
    def test_disjoint(self, pair: Any) -> None:
        assert np.all(pair[0] * pair[1] == 0)
