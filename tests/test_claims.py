"""The ledger itself: every claim passes, none passes without its steps, every refutation is corrected."""

from __future__ import annotations

import dataclasses

import pytest

from proofs import ledger
from proofs.claim import resolved
from proofs.ledger import Verdict, judge

CLAIMS = dict(ledger.known())


@pytest.fixture(scope="module")
def entries():
    return {entry.claim.name: entry for entry in ledger.run()}


@pytest.mark.parametrize("name", CLAIMS)
def test_holds(name, entries):
    entry = entries[name]
    assert entry.verdict is not Verdict.FAILED, entry.reason
    assert entry.steps


@pytest.mark.parametrize("name", CLAIMS)
def test_fails_without_its_steps(name):
    emptied = dataclasses.replace(CLAIMS[name], steps=lambda: iter(()))
    assert judge(emptied).verdict is Verdict.FAILED


def test_every_refutation_is_corrected_and_exhibited(entries):
    refuted = [entry for entry in entries.values() if entry.verdict is Verdict.REFUTED]
    assert refuted
    for entry in refuted:
        assert entry.claim.refutes
        assert entry.claim.truth
        assert entry.claim.article
        assert any(step.level == "counterexample" for step in entry.steps)
    assert {one.name for one in CLAIMS.values() if one.refutes} == {entry.claim.name for entry in refuted}


def test_verdicts_are_those_of_the_steps(entries):
    for entry in entries.values():
        numeric = any(step.level == "numeric" for step in entry.steps)
        assert (entry.verdict is Verdict.PROVED) <= (not numeric)
        assert (entry.cases > 0) == numeric


def test_what_is_rested_on_exists():
    for one in CLAIMS.values():
        assert all(name in CLAIMS for name in resolved(one, CLAIMS)), one.name


def test_every_row_has_its_claims():
    rows = {name.partition("[")[2] for name in CLAIMS if name.startswith("centred[")}
    for kind in ("convex", "critic", "reverse", "at_zero", "tail_slope", "penalty", "computes", "is_its_definition"):
        assert {name.partition("[")[2] for name in CLAIMS if name.startswith(f"{kind}[")} == rows


def test_the_article_is_judged():
    sentences = [one for one in CLAIMS.values() if one.article]
    assert len(sentences) >= 20
    assert len({one.article for one in sentences}) == len(sentences)
