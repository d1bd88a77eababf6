"""Rows broken on purpose: the ledger must fail for the claims about the part that is broken, and for no others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from divergence import generators
from divergence.generators import GENERATORS, Generator
from proofs import ledger
from proofs.__main__ import main
from proofs.ledger import Verdict, judge

KINDS = ("centred", "critic", "reverse", "at_zero", "tail_slope", "fenchel", "penalty", "is_its_definition")
FAMILIES = {
    "power(a)": "power",
    "hockey_stick(gamma)": "hockey_stick",
    "reverse_hockey_stick(gamma)": "reverse_hockey_stick",
}
OTHER = {"kl": "pearson", "reverse_kl": "neyman", "pearson": "kl", "neyman": "reverse_kl"}

Mutation = Callable[[Generator], Generator]


def f_doubled(row: Generator) -> Generator:
    return dataclasses.replace(row, f=lambda t, s, o: 2 * row.f(t, s, o))


def f_turned(row: Generator) -> Generator:
    return dataclasses.replace(row, f=lambda t, s, o: -row.f(t, s, o))


def f_raised(row: Generator) -> Generator:
    return dataclasses.replace(row, f=lambda t, s, o: row.f(t, s, o) + o.like(t, 1))


def f_tilted(row: Generator) -> Generator:
    return dataclasses.replace(row, f=lambda t, s, o: row.f(t, s, o) + s)


def critic_doubled(row: Generator) -> Generator:
    return dataclasses.replace(row, critic=lambda v, o: 2 * row.critic(v, o))


def critic_turned(row: Generator) -> Generator:
    return dataclasses.replace(row, critic=lambda v, o: -row.critic(v, o))


def critic_shifted(row: Generator) -> Generator:
    return dataclasses.replace(row, critic=lambda v, o: row.critic(v, o) + o.like(v, 1))


def conjugate_doubled(row: Generator) -> Generator:
    return dataclasses.replace(row, conjugate=lambda u, o: 2 * row.conjugate(u, o))


def conjugate_shifted(row: Generator) -> Generator:
    return dataclasses.replace(row, conjugate=lambda u, o: row.conjugate(u, o) + o.like(u, 1))


def conjugate_lost(row: Generator) -> Generator:
    return dataclasses.replace(row, conjugate=None)


def misnamed(row: Generator) -> Generator:
    wrong = OTHER.get(row.name, "kl")
    return dataclasses.replace(row, reversed=lambda: GENERATORS[wrong])


# the claims that must fail, whatever the row; others may, where the broken part shows there too
MUST: dict[Mutation, set[str]] = {
    f_doubled: {"critic", "is_its_definition"},
    f_turned: {"critic", "is_its_definition"},
    f_raised: {"centred", "is_its_definition"},
    f_tilted: {"critic", "is_its_definition"},
    critic_doubled: {"critic"},
    critic_turned: {"critic"},
    critic_shifted: {"critic"},
    conjugate_doubled: {"fenchel"},
    conjugate_shifted: {"fenchel"},
    conjugate_lost: {"fenchel"},
    misnamed: {"reverse"},
}
ROWS = [*GENERATORS, *FAMILIES]


@pytest.fixture(autouse=True)
def _claims_are_known():
    ledger.known()


def break_row(name: str, mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    if name in FAMILIES:
        make = getattr(generators, FAMILIES[name])
        monkeypatch.setattr(generators, FAMILIES[name], lambda parameter: mutation(make(parameter)))
    else:
        monkeypatch.setitem(GENERATORS, name, mutation(GENERATORS[name]))


def failing(name: str) -> set[str]:
    """The kinds of claims about the row that fail by their own steps."""
    claims = ledger.known()
    mine = {kind: claims[f"{kind}[{name}]"] for kind in KINDS if f"{kind}[{name}]" in claims}
    hurried = {kind: dataclasses.replace(claim, budget=5) for kind, claim in mine.items()}  # undecided is failed
    return {kind for kind, claim in hurried.items() if judge(claim).verdict is Verdict.FAILED}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("mutation", MUST, ids=lambda mutation: mutation.__name__)
def test_every_part_of_every_row(name, mutation, monkeypatch):
    if name == "jeffreys" and "conjugate" in mutation.__name__:
        pytest.skip("jeffreys has no elementary conjugate")
    break_row(name, mutation, monkeypatch)
    found = failing(name)
    assert MUST[mutation] <= found
    if "conjugate" in mutation.__name__:
        assert found == {"fenchel"}
    if mutation is misnamed:
        assert found <= {"reverse", "tail_slope", "penalty"}


def doubled(row: Generator) -> Generator:
    """Twice the row in all its parts: where its reverse is doubled too, every part agrees with every other."""
    conjugate = row.conjugate and (lambda u, o: 2 * row.conjugate(u / 2, o))
    return dataclasses.replace(critic_doubled(f_doubled(row)), conjugate=conjugate)


@pytest.fixture
def all_doubled(monkeypatch):
    for name in ROWS:
        break_row(name, doubled, monkeypatch)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_is_consistently_wrong(name, all_doubled):
    """No two parts contradict each other, so only what the name stands for can tell."""
    assert failing(name) == {"is_its_definition"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_at_another_parameter(family, monkeypatch):
    """Each member is a whole row, and says so of itself: of the parameter it was not asked for."""
    make = getattr(generators, FAMILIES[family])
    monkeypatch.setattr(generators, FAMILIES[family], lambda parameter: make(1 + parameter))
    assert "is_its_definition" in failing(family)


def test_the_ledger_fails_for_a_doubled_row(all_doubled, capsys):
    assert main(["is_its_definition[total_variation]"]) == 1
    assert "failed" in capsys.readouterr().out


def test_whole_rows_pass():
    assert all(not failing(name) for name in ROWS)


def test_the_ledger_fails_for_the_broken_row_only(monkeypatch, capsys):
    """A critic off by a factor: everything that rests on it fails, and nothing else does."""
    break_row("pearson", critic_doubled, monkeypatch)
    failed = {entry.claim.name for theory in ("rows", "definitions") for entry in ledger.failed(ledger.run(theory))}
    assert failed == {
        "critic[pearson]",
        "fenchel[pearson]",
        "completed_conjugate[pearson]",
        "penalty[pearson]",
        "penalty[neyman]",  # its penalty is the critic of its reverse
    }
    assert main(["critic[pearson]"]) == 1
    assert "failed" in capsys.readouterr().out
    assert main(["critic[neyman]"]) == 0


def test_a_broken_js_fails_in_the_article(monkeypatch, capsys):
    break_row("js", f_doubled, monkeypatch)
    failed = {entry.claim.name for entry in ledger.failed(ledger.run("article"))}
    assert {"value_of_the_game", "least_value_of_the_game"} <= failed
    assert "best_answer" not in failed
    assert main(["value_of_the_game"]) == 1
    capsys.readouterr()


def test_a_float_that_is_not_the_reading(monkeypatch):
    """The symbols stay true while the numbers drift by 1e-13: only what compares floats can tell."""
    row = GENERATORS["kl"]

    def drifting(t, s, o):
        value = row.f(t, s, o)
        return value * (1 + 1e-13) if hasattr(value, "dtype") else value

    monkeypatch.setitem(GENERATORS, "kl", dataclasses.replace(row, f=drifting))
    assert failing("kl") == {"at_zero"}  # f(0) is one of the numbers
    assert judge(ledger.known()["computes[kl]"]).verdict is Verdict.FAILED


def test_a_float_that_cancels(monkeypatch):
    """The textbook spelling t log t - t + 1 is the same function, and loses all its digits near t = 1."""
    row = GENERATORS["kl"]
    monkeypatch.setitem(GENERATORS, "kl", dataclasses.replace(row, f=lambda t, s, o: t * o.log(t) - t + 1))
    assert judge(ledger.known()["convex[kl]"]).verdict is Verdict.PROVED
    assert judge(ledger.known()["computes[kl]"]).verdict is Verdict.FAILED


def test_the_familiar_conjugate_of_pearson_is_wrong_below_its_end(monkeypatch):
    """u^2/4 + u on the whole line, as often printed, is not the conjugate left of f'(0) = -2."""
    row = GENERATORS["pearson"]

    class Printed(Generator):
        def completed_conjugate(self, u, o):
            return self.conjugate(u, o)

    parts = {part.name: getattr(row, part.name) for part in dataclasses.fields(row)}
    monkeypatch.setitem(GENERATORS, "pearson", Printed(**parts))
    assert judge(ledger.known()["completed_conjugate[pearson]"]).verdict is Verdict.FAILED
    assert judge(ledger.known()["fenchel[pearson]"]).verdict is Verdict.PROVED
