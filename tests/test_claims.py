"""The ledger itself: every claim passes, none passes without its steps, no step is accepted when said wrong."""

from __future__ import annotations

import dataclasses
import random

import pytest

from proofs import ledger, spoiled
from proofs.claim import resolved
from proofs.ledger import Verdict, judge

CLAIMS = dict(ledger.known())
KINDS = {"numeric": "checked", "exact": "exact", "certified": "certified", "cited": "cited"}


@pytest.mark.parametrize("name", CLAIMS)
def test_holds_and_can_say_no(name):
    """The claim passes; for each rule that it uses one of its steps, chosen by its name, is said wrong and refused."""
    with spoiled.recorded() as calls:
        found = judge(CLAIMS[name])
    assert found.verdict is not Verdict.FAILED, found.reason
    assert found.steps
    levels = {step.level for step in found.steps}
    if found.verdict is Verdict.REFUTED:
        assert "counterexample" in levels
    assert (found.verdict is Verdict.PROVED) <= (levels <= {"symbolic", "counterexample"})
    by_rule: dict[str, list[spoiled.Call]] = {}
    for call in calls:
        by_rule.setdefault(call.rule, []).append(call)
    rng = random.Random(name)
    wrong = [(call, next(iter(spoiled.spoiled(call)), None)) for call in map(rng.choice, by_rule.values())]
    accepted = [f"{call.rule}: {control[0]}" for call, control in wrong if control and spoiled.accepted(control[1])]
    assert not accepted
    assert any(control is not None for _, control in wrong), "a claim without a negative control"


@pytest.mark.parametrize("name", CLAIMS)
def test_fails_without_its_steps(name):
    emptied = dataclasses.replace(CLAIMS[name], steps=lambda: iter(()))
    assert judge(emptied).verdict is Verdict.FAILED


def test_every_rule_has_a_negative_control():
    assert set(spoiled.NAMES) == set(spoiled.SPOILERS)


def test_every_refutation_is_corrected():
    refuting = [one for one in CLAIMS.values() if one.refutes]
    assert len(refuting) >= 10
    assert all(one.truth and one.article for one in refuting)


def test_what_is_rested_on_exists():
    for one in CLAIMS.values():
        assert all(name in CLAIMS for name in resolved(one, CLAIMS)), one.name
        assert not any(CLAIMS[name].refutes for name in resolved(one, CLAIMS)), one.name


def test_every_row_has_its_claims():
    rows = {name.partition("[")[2] for name in CLAIMS if name.startswith("centred[")}
    for kind in ("convex", "critic", "reverse", "at_zero", "tail_slope", "penalty", "computes", "is_its_definition"):
        assert {name.partition("[")[2] for name in CLAIMS if name.startswith(f"{kind}[")} == rows


def test_the_article_is_judged():
    sentences = [one for one in CLAIMS.values() if one.article]
    assert len(sentences) >= 40
    assert len({one.article for one in sentences}) == len(sentences)


def test_there_are_many():
    assert len({name.partition("[")[0] for name in CLAIMS}) >= 90
