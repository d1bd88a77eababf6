"""What peers get wrong, run against us with its truth; and that the page which says so says what was measured."""

from __future__ import annotations

import collections

import pytest
from mpmath import mp

from benchmarks.peers.case import OURS, PRELUDES, THEMES, Case
from benchmarks.peers.cases import CASES
from benchmarks.peers.measure import load
from benchmarks.peers.page import PAGE, page
from benchmarks.peers.run import installed, run
from benchmarks.peers.truths import DIGITS, fails, near, truth

RESULTS = load()
BESIDE_US = set(PRELUDES) - {"divergence"}  # which takes our import name
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def exact(case: Case):
    return None if case.truth is None else truth(case.truth)


class TestOurs:
    @cases
    def test_is_true(self, case: Case) -> None:
        found = run(OURS, case.ours)
        if case.refuses:
            kind, part = case.refuses
            assert found.get("error") == kind, found
            assert part in found["message"]
            assert "Remedy: " in found["message"]
        else:
            assert "error" not in found, found
            assert near(found["value"], exact(case), case.rtol), (found["value"], exact(case))

    @cases
    def test_is_silent(self, case: Case) -> None:
        """No warning of numpy, scipy or torch leaves us."""
        assert "warnings" not in run(OURS, case.ours)


class TestTable:
    def test_is_large_enough_and_each_case_has_its_name(self) -> None:
        assert len(CASES) >= 20
        assert max(collections.Counter(case.name for case in CASES).values()) == 1
        assert {case.theme for case in CASES} == set(THEMES)
        assert {case.system for case in CASES} == set(PRELUDES)

    @cases
    def test_an_error_is_the_truth_only_where_we_refuse(self, case: Case) -> None:
        assert case.truth is not None or case.refuses

    @cases
    def test_truth_has_its_digits(self, case: Case) -> None:
        """The same to 50 digits, computed with 30 more."""
        if case.truth is None:
            return
        some, more = truth(case.truth), truth(case.truth, DIGITS + 30)
        for a, b in zip(some if isinstance(some, list) else [some], more if isinstance(more, list) else [more]):
            with mp.workdps(DIGITS + 30):
                assert a == b or abs(a - b) <= abs(b) * mp.mpf(10) ** (1 - DIGITS)


class TestPeers:
    @cases
    def test_what_was_recorded_is_of_this_very_call(self, case: Case) -> None:
        assert ("missing" in RESULTS["systems"][case.system]) == (case.name not in RESULTS["cases"])
        if case.name in RESULTS["cases"]:
            assert RESULTS["cases"][case.name]["code"] == case.peer

    @cases
    def test_what_was_recorded_is_far_from_the_truth(self, case: Case) -> None:
        if case.name in RESULTS["cases"]:
            assert fails(RESULTS["cases"][case.name], exact(case))

    @cases
    def test_still_so_here(self, case: Case) -> None:
        """Where the peer is installed; the page speaks of the version that was measured, so another may do better."""
        version = installed(case.system) if case.system in BESIDE_US else None
        if version is None:
            pytest.skip(f"{case.system} is not here")
        measured = RESULTS["systems"][case.system].get("version")
        if not fails(run(PRELUDES[case.system], case.peer), exact(case)):
            pytest.skip(f"mended: {case.system} {version} here, {measured} on the page; measure again")

    def test_a_peer_that_is_right_is_not_accused(self) -> None:
        """Negative controls of `fails`."""
        right = run("import math", "math.log(2)")
        assert not fails(right, truth("log(2)"))
        assert fails(right, None)
        assert fails(run("import math", "math.nan"), truth("log(2)"))
        assert fails(run("import math", "1 / 0"), truth("log(2)"))
        assert not fails({"value": "inf"}, truth("inf"))
        assert not fails({"value": [1.0, "-inf"]}, truth("[log(2), -inf]"))
        assert fails({"value": [1.0, 0.0]}, truth("[log(2), -inf]"))
        assert not fails({"error": "ValueError", "message": "no"}, None)


class TestPage:
    def test_is_what_the_table_and_the_measurements_make(self) -> None:
        assert PAGE.read_text(encoding="utf-8") == page(RESULTS), "run: python -m benchmarks.peers.page"

    def test_names_every_version_measured(self) -> None:
        text = PAGE.read_text(encoding="utf-8")
        for name, system in RESULTS["systems"].items():
            assert f"{name} {system['version']}" in text if "version" in system else "not installed" in text

    def test_a_peer_that_could_not_be_measured_is_said_to_be_so(self) -> None:
        systems = {**RESULTS["systems"], "dit": {"missing": "not installed in any interpreter asked"}}
        text = page({**RESULTS, "systems": systems, "cases": {}})
        assert "Not measured, because not installed: dit" in text
        assert text.count("| not measured |") == len(CASES)
