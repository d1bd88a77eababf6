"""The formal theories: what may pass the gate, what the emitted rows say, and what breaks when a row is changed."""

from __future__ import annotations

import dataclasses
import json
import math
import operator
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from divergence import generators
from divergence.ops import numpy_words
from proofs import formal, ledger
from proofs.claim import Claim
from proofs.formal import __main__ as command
from proofs.formal import build, emit, gate, page, theories
from proofs.formal.build import Broken
from proofs.formal.theories import Unsound
from proofs.ledger import Verdict

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason=f"coqc is missing: apt-get install {' '.join(build.PACKAGES)}"
)
WORDS = numpy_words()
SOUND = """(** * One *)

Lemma one : 1 = 1.
Proof. reflexivity. Qed.

(** It is. *)
Theorem two : 2 = 2.
Proof. reflexivity. Qed.
"""
# the rows as Coq, by name; where families are tried; what the ledger is told
DEFINED = dict(re.findall(r"^Definition (\w+) \([\w ]+ : R\) : R := (.+)\.$", emit.rows(), re.MULTILINE))
PLACES = {"power": 2.5, "hockey_stick": 1.5, "reverse_hockey_stick": 1.5}
STATED = {"best_answer": ("discriminator.best_answer",)}


class TestTheories:
    def test_pass_the_review(self):
        for name, text in theories.texts().items():
            theories.review(name, text)
            assert theories.title(text)

    def test_state_claims_of_the_ledger(self):
        named = {claim for one in theories.every_theorem() for claim in one.claims}
        assert {"best_discriminator", "value_of_the_game", "fenchel[js]"} <= named
        assert named <= set(ledger.known())

    @pytest.mark.parametrize("name", [*generators.GENERATORS, *emit.FAMILIES])
    def test_speak_of_every_row(self, name):
        texts = theories.texts()
        for kind in ("sums", "processing", "critic", "penalty"):
            assert any(one.name.endswith(f".{kind}_{name}") for one in theories.every_theorem(texts)), kind
        conjugates = re.findall(r"Met (?:\()?(\w+)_f", texts["conjugates"])
        assert (name in conjugates) == (name != "jeffreys")  # whose conjugate is not elementary

    def test_theorems_are_read(self):
        (one,) = theories.theorems("one", SOUND)
        assert (one.name, one.says, one.statement, one.claims) == ("one.two", "It is.", "2 = 2", ())

    def test_every_theorem_is_read(self):
        for name, text in theories.texts().items():
            written = re.findall(r"^(?:Theorem|Corollary) (\w+)", theories.without_comments(text), re.MULTILINE)
            assert [one.name for one in theories.theorems(name, text)] == [f"{name}.{one}" for one in written]

    def test_a_theorem_says_what_it_says(self):
        with pytest.raises(Unsound, match="without words"):
            list(theories.theorems("one", "Theorem two : 2 = 2.\nProof. reflexivity. Qed.\n"))

    @pytest.mark.parametrize(
        "planted",
        [
            "Lemma cheat : 0 = 1.\nAdmitted.",
            "Lemma cheat : 0 = 1.\nProof. admit. Admitted.",
            "Axiom cheat : 0 = 1.",
            "Parameter cheat : 0 = 1.",
            "Conjecture cheat : 0 = 1.",
            "Hypothesis cheat : 0 = 1.",
            "Section S.\nHypothesis fine : 0 = 0.\nEnd S.\nVariable cheat : 0 = 1.",
            "Unset Guard Checking.",
            "#[bypass_check(guard)] Fixpoint f (n : nat) : 0 = 1 := f n.",
        ],
    )
    def test_what_assumes_is_refused(self, planted):
        with pytest.raises(Unsound, match=r"one\.v, line \d+"):
            theories.review("one", f"{SOUND}\n{planted}\n")

    def test_a_comment_or_a_section_may_speak_of_it(self):
        theories.review("one", SOUND + "(* no (* Admitted *) Axiom *)\nSection S.\nHypothesis h : 0 = 0.\nEnd S.\n")


def _value(text: str, at: dict[str, float]) -> float:
    """A term of Coq's R as a float: a reader of its own, for what the emitter writes."""
    tokens = re.findall(r"[()+*^/]|-?\w+", text)
    words = {
        "ln": math.log,
        "exp": math.exp,
        "sqrt": math.sqrt,
        "Rabs": abs,
        "tanh": math.tanh,
        "sign": np.sign,
        "step": lambda x: np.heaviside(x, 0.5),
        "Rmax": max,
        "Rpower": math.pow,
    }
    signs = {"+": operator.add, "*": operator.mul, "/": operator.truediv, "^": operator.pow}

    def atom() -> float:
        token = tokens.pop(0)
        if token == "/":
            return 1 / atom()
        if token != "(":
            return at[token] if token in at else float(token)
        if tokens[0] in words:
            function, arguments = words[tokens.pop(0)], []
            while tokens[0] != ")":
                arguments.append(atom())
            value = function(*arguments)
        else:
            value = atom()
            while (sign := tokens[0]) != ")":
                tokens.pop(0)
                right = atom()
                value = signs[sign](value, right)
        assert tokens.pop(0) == ")"
        return value

    return atom()


class TestEmit:
    @pytest.mark.parametrize("name", [*generators.GENERATORS, *emit.FAMILIES])
    def test_says_what_computes(self, name):
        place = PLACES.get(name)
        row = generators.GENERATORS[name] if place is None else generators.FAMILIES[name](place)
        at = {} if place is None else {"a": place, "gamma": place}
        for t in (0.1, 0.7, 1.0, 1.9, 8.0):
            f, reverse = (float(one.f(np.float64(t), np.float64(t - 1), WORDS)) for one in (row, row.reverse))
            assert _value(DEFINED[f"{name}_f"], at | {"t": t}) == pytest.approx(f, rel=1e-12, abs=1e-15)
            assert _value(DEFINED[f"{name}_reverse_f"], at | {"t": t}) == pytest.approx(reverse, rel=1e-12, abs=1e-15)
            critic = float(row.critic(np.float64(math.log(t)), WORDS))
            assert _value(DEFINED[f"{name}_critic"], at | {"v": math.log(t)}) == pytest.approx(critic, abs=1e-14)
            penalty = float(row.penalty(np.float64(math.log(t)), WORDS))
            assert _value(DEFINED[f"{name}_penalty"], at | {"v": math.log(t)}) == pytest.approx(penalty, abs=1e-13)
            if row.conjugate is not None:
                conjugate = float(row.conjugate(np.float64(critic), WORDS))
                found = _value(DEFINED[f"{name}_conjugate"], at | {"u": critic})
                assert found == pytest.approx(conjugate, rel=1e-12, abs=1e-14)

    def test_an_unknown_word_is_refused(self):
        with pytest.raises(NotImplementedError, match="no word of Coq"):
            emit.real(emit.sp.gamma(emit.t))

    def test_a_changed_row_is_another_file(self, monkeypatch):
        before = build.key(theories.texts())
        _double(monkeypatch, "kl")
        assert build.key(theories.texts()) != before


def _double(monkeypatch, name: str) -> None:
    row = generators.GENERATORS[name]
    broken = dataclasses.replace(row, f=lambda t, s, o: 2 * row.f(t, s, o))
    monkeypatch.setitem(generators.GENERATORS, name, broken)


class TestPage:
    def test_is_up_to_date(self):
        text = (Path(__file__).parents[1] / page.PAGE).read_text(encoding="utf-8")
        assert page.tables(page.read(text)) == text[text.index(page.MARK) :]

    def test_must_be(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        axioms = {name: [] for name in theories.texts()}
        page.must_be_up_to_date(axioms)  # there is none
        page.PAGE.parent.mkdir()
        page.PAGE.write_text("words\n\n" + page.tables(axioms), encoding="utf-8")
        page.must_be_up_to_date(axioms)
        with pytest.raises(Unsound, match="write it anew"):
            page.must_be_up_to_date(axioms | {"gibbs": ["Classical_Prop.classic"]})


class TestLedger:
    def record(self, builds: Path) -> Path:
        sources = theories.texts()
        into = build.folder(sources, builds)
        into.mkdir(parents=True)
        (into / "gibbs.vo").write_bytes(b"compiled")
        record = {"axioms": {name: [] for name in sources}, "compiled": gate._compiled(into)}
        (into / gate.RECORD).write_text(json.dumps(record), encoding="utf-8")
        return into

    def test_nothing_is_formal_before_it_is_compiled(self, tmp_path):
        assert formal.established(tmp_path) == formal.established(tmp_path / "none") == {}

    def test_what_passed_is(self, tmp_path):
        self.record(tmp_path)
        assert "discriminator.best_answer" in formal.established(tmp_path)["best_answer"]

    def test_until_a_row_changes(self, tmp_path, monkeypatch):
        self.record(tmp_path)
        _double(monkeypatch, "kl")
        assert formal.established(tmp_path) == {}

    def test_or_what_was_compiled_does(self, tmp_path):
        (self.record(tmp_path) / "gibbs.vo").write_bytes(b"other")
        assert formal.established(tmp_path) == {}

    def test_a_proved_claim_becomes_formal(self, monkeypatch):
        monkeypatch.setattr(formal, "established", lambda: STATED)
        (entry,) = ledger.run("best_answer", claims={"best_answer": ledger.known()["best_answer"]})
        assert (entry.verdict, entry.theorems) == (Verdict.FORMAL, STATED["best_answer"])

    def test_a_failed_one_does_not(self, monkeypatch):
        monkeypatch.setattr(formal, "established", lambda: STATED)
        claims = {"best_answer": Claim("best_answer", "a statement", lambda: iter(()), "test")}
        assert ledger.run(claims=claims)[0].verdict is Verdict.FAILED


def test_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert command.main([]) == 1
    said = capsys.readouterr().err
    assert "apt-get install" in said
    assert all(package in said for package in build.PACKAGES)


def test_bad_usage(capsys):
    assert command.main(["no such command"]) == 2
    assert "check" in capsys.readouterr().err


@needs_coq
class TestGate:
    def test_passes_what_is_proved(self, tmp_path):
        assert gate.pass_gate({"one": SOUND}, tmp_path) == {"one": []}
        assert gate.recorded({"one": SOUND}, tmp_path) == {"one": []}

    @pytest.mark.parametrize("planted", ["Admitted.", "Proof. Fail reflexivity. Admitted."])
    def test_catches_a_planted_admitted(self, planted, tmp_path):
        text = SOUND.replace("Theorem two : 2 = 2.\nProof. reflexivity. Qed.", f"Theorem two : 2 = 3.\n{planted}")
        with pytest.raises(Unsound, match="Admitted"):
            gate.pass_gate({"one": text}, tmp_path)
        assert gate.recorded({"one": text}, tmp_path) == {}

    def test_catches_it_by_asking_the_kernel_too(self, tmp_path):
        text = SOUND.replace("Lemma one : 1 = 1.\nProof. reflexivity. Qed.", "Lemma one : 2 = 3.\nAdmitted.")
        text = text.replace(
            "Theorem two : 2 = 2.\nProof. reflexivity. Qed.", "Theorem two : 2 = 3.\nProof. exact one. Qed."
        )
        build.compile_all({"one": text}, tmp_path / "one")  # coqc has nothing against it
        with pytest.raises(Unsound, match=r"one\.two rests on one\.one"):
            gate.audit("one", list(theories.theorems("one", text)), tmp_path / "one")

    def test_a_false_proof_is_broken(self, tmp_path):
        with pytest.raises(Broken, match=r"one\.v does not compile"):
            gate.pass_gate({"one": SOUND.replace("2 = 2", "2 = 3")}, tmp_path)

    def test_a_circle_is_broken(self, tmp_path):
        sources = {one: f"From Divergence Require {other}.\n{SOUND}" for one, other in (("one", "two"), ("two", "one"))}
        with pytest.raises(Broken, match="rest on each other"):
            build.compile_all(sources, tmp_path / "circle")


@pytest.fixture(scope="module")
def below_young(tmp_path_factory) -> Path:
    """What young.v rests on beside the rows, compiled."""
    into = tmp_path_factory.mktemp("formal") / "theories"
    sources = theories.texts()
    build.compile_all({name: sources[name] for name in ("logarithm", "discriminator")}, into)
    (into / "young.v").write_text(sources["young"], encoding="utf-8")
    return into


@needs_coq
class TestRows:
    def young(self, into: Path) -> None:
        (into / "rows.v").write_text(emit.rows(), encoding="utf-8")
        build.compile_theory("rows", into)
        build.compile_theory("young", into)

    def test_the_shipped_ones_fit(self, below_young):
        self.young(below_young)

    @pytest.mark.parametrize("name", ["kl", "js", "total_variation"])
    def test_a_broken_one_does_not(self, name, below_young, monkeypatch):
        _double(monkeypatch, name)
        with pytest.raises(Broken, match=r"young\.v does not compile"):
            self.young(below_young)
