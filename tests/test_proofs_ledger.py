"""Verdicts come from steps: what a claim is worth in every case, and how the ledger is printed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time

import pytest
import sympy as sp

from proofs import ledger, render, rules
from proofs.__main__ import main
from proofs.claim import CLAIMS, Claim, claim
from proofs.ledger import Verdict, judge, run
from proofs.rules import Step
from proofs.symbols import POINT, Rejected, box, oo, t, x

RATIO = box({t: (0, oo)})


def proof():
    yield rules.identity(t, t, RATIO)


def check():
    yield rules.checked("a truth", lambda rng: 0.0, cases=5, within=0)


def citation():
    yield rules.cited("a theorem", "its author")


def refutation():
    yield rules.counterexample(x, "=", 1 - x, {x: sp.Rational(1, 3)}, box({x: (0, 1)}))


def nothing():
    yield from ()


def falsehood():
    yield rules.identity(t, t, RATIO)
    yield rules.identity(t, t + 1, RATIO)


def crash():
    yield rules.identity(t, t, RATIO)
    raise KeyError("a row that is not there")


def stranger():
    yield "believe me"


def make(name, steps, **options) -> Claim:
    return Claim(name, "a statement", steps, "test", **options)


def verdicts(*claims: Claim) -> dict[str, Verdict]:
    entries = run(claims={one.name: one for one in claims})
    return {entry.claim.name: entry.verdict for entry in entries}


class TestVerdict:
    @pytest.mark.parametrize(
        ("steps", "verdict"),
        [
            (proof, Verdict.PROVED),
            (check, Verdict.CHECKED),
            (refutation, Verdict.PROVED),  # "not every ..." is proved by exhibiting one
            (nothing, Verdict.FAILED),
            (falsehood, Verdict.FAILED),
            (crash, Verdict.FAILED),
            (stranger, Verdict.FAILED),
            (citation, Verdict.FAILED),  # without its source
        ],
    )
    def test_by_steps(self, steps, verdict):
        assert judge(make("one", steps)).verdict is verdict

    def test_weakest_step(self):
        def both():
            yield from proof()
            yield from check()

        assert judge(make("one", both)).verdict is Verdict.CHECKED

    def test_cited(self):
        assert judge(make("one", citation, cites=("its author",))).verdict is Verdict.CITED

    def test_refuted_needs_a_counterexample(self):
        options = {"refutes": True, "article": "a sentence", "truth": "the truth"}
        assert judge(make("one", refutation, **options)).verdict is Verdict.REFUTED
        assert judge(make("one", proof, **options)).verdict is Verdict.FAILED
        assert judge(make("one", nothing, **options)).verdict is Verdict.FAILED

    def test_reasons(self):
        assert "no step" in judge(make("one", nothing)).reason
        assert "KeyError" in judge(make("one", crash)).reason
        assert "not made by a rule" in judge(make("one", stranger)).reason
        assert judge(make("one", proof)).reason == ""

    def test_forged_step(self):
        def forged():
            step = object.__new__(Step)
            object.__setattr__(step, "level", "symbolic")
            yield step

        assert judge(make("one", forged)).verdict is Verdict.FAILED

    def test_out_of_time(self):
        def endless():
            yield rules.identity(t, t, RATIO)
            while True:
                with contextlib.suppress(Exception):  # which must not swallow the end of the time
                    time.sleep(0.01)

        entry = judge(make("one", endless, budget=0.2))
        assert entry.verdict is Verdict.FAILED
        assert "undecided" in entry.reason

    def test_interruption_passes(self):
        def interrupted():
            yield rules.identity(t, t, RATIO)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            judge(make("one", interrupted))

    def test_certified_and_exact(self):
        def enclosed():
            yield rules.root(x**2 - 2, x, "1", "2")

        def fractions():
            yield rules.exactly("1 = 1", lambda rng: (1, "=", 1))

        def all_three():
            yield from (*enclosed(), *fractions(), *proof())

        assert judge(make("one", enclosed)).verdict is Verdict.CERTIFIED
        assert judge(make("one", fractions)).verdict is Verdict.EXACT
        assert judge(make("one", all_three)).verdict is Verdict.EXACT
        found = verdicts(make("a", enclosed), make("b", proof, rests_on=("a",)))
        assert found["b"] is Verdict.CERTIFIED


class TestRestsOn:
    def test_failure_is_inherited(self):
        found = verdicts(make("a", falsehood), make("b", proof, rests_on=("a",)), make("c", proof, rests_on=("b",)))
        assert set(found.values()) == {Verdict.FAILED}

    def test_a_refuted_sentence_carries_nothing(self):
        wrong = make("a", refutation, refutes=True, article="a sentence", truth="the truth")
        assert verdicts(wrong, make("b", proof, rests_on=("a",)))["b"] is Verdict.FAILED

    def test_no_more_than_what_it_rests_on(self):
        assert verdicts(make("a", check), make("b", proof, rests_on=("a",)))["b"] is Verdict.CHECKED

    def test_unknown(self):
        assert verdicts(make("b", proof, rests_on=("a",)))["b"] is Verdict.FAILED

    def test_circular(self):
        found = verdicts(make("a", proof, rests_on=("b",)), make("b", proof, rests_on=("a",)))
        assert Verdict.FAILED in found.values()
        assert verdicts(make("a", proof, rests_on=("a",)))["a"] is Verdict.FAILED

    def test_about_the_same_row(self):
        claims = {
            one.name: one
            for one in (make("f[kl]", falsehood), make("f[js]", proof), make("g[js]", proof, rests_on=("f",)))
        }
        assert run("g", claims=claims)[0].verdict is Verdict.PROVED

    def test_what_it_rests_on_is_run_and_not_listed(self):
        claims = {one.name: one for one in (make("below", falsehood), make("g", proof, rests_on=("below",)))}
        (entry,) = run("g", claims=claims)
        assert entry.verdict is Verdict.FAILED
        assert "rests on below" in entry.reason


class TestClaim:
    def test_frozen(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            make("a", proof).name = "b"  # type: ignore[misc]

    def test_states_something(self):
        with pytest.raises(ValueError, match="states nothing"):
            Claim("a", "", proof, "test")

    def test_a_refutation_quotes_and_corrects(self):
        with pytest.raises(ValueError, match="truth"):
            make("a", refutation, refutes=True, article="a sentence")
        with pytest.raises(ValueError, match="truth"):
            make("a", refutation, refutes=True, truth="the truth")
        with pytest.raises(ValueError, match="truth"):
            make("a", proof, truth="the truth")

    def test_registered_once(self):
        name = next(iter(ledger.known()))

        def again():
            """A statement."""
            yield from ()

        again.__name__ = name
        before = dict(CLAIMS)
        with pytest.raises(ValueError, match="two claims"):
            claim()(again)
        assert before == CLAIMS


class TestMatching:
    @pytest.mark.parametrize(
        ("pattern", "some"),
        [
            ("fenchel[kl]", "fenchel[kl]"),
            ("fenchel*", "fenchel[js]"),
            ("article", "best_answer"),
            ("*[power(a)]", "convex[power(a)]"),
        ],
    )
    def test_found(self, pattern, some):
        assert some in {one.name for one in ledger.matching(pattern)}

    def test_a_bracket_is_a_bracket(self):
        assert [one.name for one in ledger.matching("fenchel[kl]")] == ["fenchel[kl]"]
        assert {one.name.partition("[")[2] for one in ledger.matching("[kl]")} == {"kl]"}

    def test_nothing(self):
        assert ledger.matching("no such claim") == []


class TestMain:
    def test_passes(self, capsys):
        assert main(["critic[kl]"]) == 0
        said = capsys.readouterr().out
        assert "proved" in said
        assert "1 claim in" in said

    def test_verbose_shows_the_steps(self, capsys):
        assert main(["mirrored*", "--verbose"]) == 0
        said = capsys.readouterr().out
        assert "counterexample" in said
        assert "the truth" in said

    @pytest.mark.parametrize("arguments", [["no such claim"], ["--no-such-option"], ["kl", "js"]])
    def test_bad_usage(self, arguments, capsys):
        assert main(arguments) == 2
        said = capsys.readouterr()
        assert said.err.strip()
        assert "Traceback" not in said.err

    def test_help(self, capsys):
        assert main(["--help"]) == 0
        assert "pattern" in capsys.readouterr().out

    def test_failure(self, monkeypatch, capsys):
        broken = dataclasses.replace(ledger.known()["critic[kl]"], steps=falsehood)
        monkeypatch.setitem(CLAIMS, "critic[kl]", broken)
        assert main(["critic[kl]"]) == 1
        assert "because" in capsys.readouterr().out


class TestRender:
    def test_text(self):
        entries = run(claims={one.name: one for one in (make("one", proof), make("another", falsehood))})
        said = render.text(entries).splitlines()
        assert said[0].startswith("proved     one      a statement")
        assert said[1].startswith("failed     another  a statement")
        assert "because" in said[2]
        assert said[-1].endswith("1 proved, 1 failed")

    @pytest.mark.parametrize(
        ("latex", "said"),
        [
            (r"$f'' \ge 0$", "f'' ≥ 0"),
            (r"$\frac12 \log \frac{p}{p + q}$", "1/2 log p/(p + q)"),
            (r"$D(P\|Q)$, $y \in \{0, 1\}$", "D(P‖Q), y ∈ {0, 1}"),
            (r"$\mathrm{KL}(P)$", "KL(P)"),
            (r"$\lim_{t \to 0^+} \sqrt{t}$", "lim_(t → 0^+) √t"),
            (r"$\neg\left(x = 1\right)$", "not (x = 1)"),
        ],
    )
    def test_plain(self, latex, said):
        assert render.plain(latex) == said


def test_rejection_in_the_middle_keeps_the_steps_before():
    entry = judge(make("one", falsehood))
    assert [step.rule for step in entry.steps] == ["identity"]


def test_constants_have_a_domain_too():
    assert rules.identity(sp.log(4), 2 * sp.log(2), POINT).domain == POINT
    with pytest.raises(Rejected):
        rules.identity(sp.log(4), 3 * sp.log(2), POINT)


def test_light_to_import():
    heavy = ["matplotlib", "torch", "typer", "rich", "pandas", "jinja2"]
    code = f"import sys, proofs.ledger as l; l.known(); print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_terminal_without_the_signs():
    job = subprocess.run(
        [sys.executable, "-m", "proofs", "js_is_a_metric"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert job.returncode == 0, job.stderr
    assert "\\u2264" in job.stdout
