"""Proofs shown to a reader: step by step, as pages of docs/theorems, and as a figure of what rests on what."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from proofs import dependencies, ledger, lengths, shown, theorems
from proofs.__main__ import main
from proofs.claim import resolved

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "theorems"
CLAIMS = dict(ledger.known())
THEORIES = list(dict.fromkeys(one.theory for one in CLAIMS.values()))


@pytest.fixture(scope="module")
def entries():
    """Every claim, with steps for those of one small theory only."""
    run = {entry.claim.name: entry for entry in ledger.run("closed_forms") + ledger.run("mirrored_in_height")}
    stub = ledger.Finding(ledger.Verdict.PROVED, (), 0.0)
    findings = {name: stub for name in CLAIMS if name not in run}
    return [run.get(entry.claim.name, entry) for entry in ledger.run(findings=findings)]


def said(text: str) -> list[str]:
    """The names and statements of a page: what does not depend on the run."""
    return re.findall(r"^## .*\n\n.*$|^> .*$|^\*\*What is true.*$", text, flags=re.M)


@pytest.mark.parametrize("theory", THEORIES)
def test_pages_are_up_to_date(theory, entries):
    """Run `python -m proofs.theorems` where this fails."""
    new = theorems.pages(entries)[f"{theory}.md"]
    assert said((PAGES / f"{theory}.md").read_text(encoding="utf-8")) == said(new)


def test_a_step_that_is_left_out_is_missed():
    """Every claim is on record, and a claim that yields one step fewer fails, whichever it is."""
    assert lengths.written().keys() == CLAIMS.keys()
    claim = CLAIMS["least_squares_generator"]
    steps = list(claim.steps())
    assert ledger.judge(claim).verdict is ledger.Verdict.PROVED
    for i in range(len(steps)):
        fewer = ledger.judge(replace(claim, steps=lambda i=i: iter(steps[:i] + steps[i + 1 :])))
        assert fewer.verdict is ledger.Verdict.FAILED
        assert f"1 of {steps[i].rule} missing" in fewer.reason


def test_there_is_no_page_too_many_and_each_is_in_the_site():
    assert {path.stem for path in PAGES.glob("*.md")} == {*THEORIES, "index"}
    site = (ROOT / "docs" / "mkdocs" / "mkdocs.yml").read_text()
    assert all(f"theorems/{theory}.md" in site for theory in THEORIES)


def test_every_verdict_is_explained():
    assert set(theorems.WORTH) == set(ledger.Verdict)


def test_the_article_is_in_the_index(entries):
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    for one in CLAIMS.values():
        if one.article:
            assert theorems._cell(one.article) in index
    for line in index.splitlines():
        assert not line.startswith("|") or line.count("|") == 4, "a bar inside a cell"


def test_links_lead_somewhere():
    for path in PAGES.glob("*.md"):
        for page, name in re.findall(r"\]\((\w+\.md)(?:#(\w+))?\)", path.read_text(encoding="utf-8")):
            assert not name or f"\n## {name}\n" in (PAGES / page).read_text(encoding="utf-8"), f"{path.name}: {name}"


@pytest.mark.parametrize("name", ["best_discriminator", "fenchel[kl]", "mirrored_in_height"])
def test_lines_are_those_of_the_claim(name):
    file, first, last = shown.place(CLAIMS[name])
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()[first - 1 : last]
    assert lines[0].startswith("@claim")
    assert any(line.startswith(f"def {dependencies.stem(name)}(") for line in lines)


def test_a_proof_as_text(capsys):
    assert main(["mirrored_in_height", "--show"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("mirrored_in_height  (refuted)")
    assert "1. counterexample, for x ∈ (0, 1):" in out
    assert re.search(r"Checked by proofs/article\.py:\d+-\d+", out)
    assert "The truth: " in out


def test_a_proof_in_latex(capsys):
    assert main(["mirrored_in_height", "--show", "latex"]) == 0
    out = capsys.readouterr().out
    for part in (
        r"\begin{theorem}[mirrored\_in\_height, refuted]",
        r"\begin{enumerate}",
        r"for $x \in (0, 1)$:",
        r"\[",
    ):
        assert part in out
    assert out.count(r"\begin{") == out.count(r"\end{")
    outside = re.sub(r"\\\[.*?\\\]|\$[^$]*\$", "", out)
    assert not re.search(r"(?<!\\)[_^&%#]", outside), "a mark that LaTeX would read"


def test_a_name_that_is_nearly_right(capsys):
    assert main(["optimal_discriminator"]) == 2
    assert "best_discriminator" in capsys.readouterr().err


def test_the_figure_puts_each_claim_right_of_what_it_rests_on():
    below = dependencies.edges(CLAIMS)
    depth = dependencies.depths(below)
    for one in CLAIMS.values():
        for other in resolved(one, CLAIMS):
            name, lower = dependencies.stem(one.name), dependencies.stem(other)
            assert name == lower or (lower in below[name] and depth[lower] < depth[name])
    drawn = dependencies.figure(CLAIMS)
    texts = {text.get_text() for text in drawn.axes[0].texts}
    assert {name for name, others in below.items() if others} <= texts
    assert len({one.theory for one in CLAIMS.values()}) <= len(dependencies.COLOURS)
