"""What earlier runs found is used exactly while the sources behind a claim are the same, and only where it passed."""

from __future__ import annotations

import json

import pytest

from proofs import kept, ledger, parallel, sources
from proofs.ledger import Finding, Verdict

NAMES = ("critic[kl]", "js_is_symmetric")


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("DIVERGENCE_CACHE", str(tmp_path))
    return tmp_path / "ledger.json"


@pytest.fixture
def claims():
    return {name: ledger.known()[name] for name in NAMES}


def test_a_second_run_finds_what_the_first_kept(book, claims):
    old, new = parallel.judged(claims.values())
    assert (set(old), set(new)) == (set(), set(NAMES))
    again, more = parallel.judged(claims.values())
    assert (set(again), set(more)) == (set(NAMES), set())
    assert {name: (one.verdict, one.steps) for name, one in again.items()} == {
        name: (one.verdict, one.steps) for name, one in new.items()
    }
    assert parallel.judged(claims.values(), keep=False)[0] == {}


def test_changed_sources_are_run_again(book, claims, monkeypatch):
    parallel.judged(claims.values())
    monkeypatch.setattr(kept, "fingerprint", lambda module: f"changed {module}")
    assert kept.read(claims.values()) == {}


def test_failures_are_not_kept(book, claims):
    kept.write(claims, {NAMES[0]: Finding(Verdict.FAILED, (), 0.1, "no")})
    assert kept.read(claims.values()) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"critic[kl]": 1}', '{"critic[kl]": {"mark": "x"}}', "{"])
def test_a_spoiled_book_is_empty(book, claims, text):
    book.write_text(text)
    assert kept.read(claims.values()) == {}


def test_a_page_without_its_steps_is_not_believed(book, claims):
    parallel.judged(claims.values())
    pages = json.loads(book.read_text())
    pages[NAMES[0]]["steps"][0].pop("rule")
    pages[NAMES[1]]["verdict"] = "splendid"
    book.write_text(json.dumps(pages))
    assert kept.read(claims.values()) == {}


def test_nowhere_to_keep(monkeypatch, claims):
    monkeypatch.setenv("DIVERGENCE_CACHE", "")
    kept.write(claims, {NAMES[0]: Finding(Verdict.PROVED, (), 0.1)})
    assert kept.folder() is None
    assert kept.read(claims.values()) == {}


def test_sources_behind_a_theory():
    behind = sources.behind("proofs.rows")
    assert {"proofs.rows", "proofs.rules.symbolic", "divergence.generators", "divergence.ops"} <= behind
    assert "divergence.gan.losses" in sources.behind("proofs.fgan")
    assert "divergence.gan.dirac" in sources.behind("proofs.dirac")
    assert "divergence.plot" not in behind
    assert sources.fingerprint("proofs.rows") != sources.fingerprint("proofs.dirac")


def test_an_import_inside_a_function_counts():
    assert "divergence.certified.line" in sources.behind("proofs.gaussians")


def test_in_processes_as_alone(book, monkeypatch):
    monkeypatch.setattr(parallel, "WORTH_A_PROCESS", 2)
    claims = ledger.matching("critic[kl]") + ledger.matching("js_is_symmetric")
    _, here = parallel.judged(claims, processes=1, keep=False)
    told = []
    _, there = parallel.judged(claims, processes=2, keep=False, on_finding=told.append)
    assert sorted(told) == sorted(claim.name for claim in claims)
    assert {name: (one.verdict, one.steps) for name, one in here.items()} == {
        name: (one.verdict, one.steps) for name, one in there.items()
    }
