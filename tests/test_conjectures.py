"""`conjecture`: sentences whose truth is known, the smallest counterexamples, and what is said of each."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

import divergence as dv
from divergence.__main__ import main
from divergence.conjectures import Conjecture
from divergence.errors import InvalidParameter, UnsupportedLaw
from proofs.budget import OutOfTime, at_most
from proofs.search import functionals, proving, shape
from proofs.search.reader import parse

LOG2 = math.log(2)
# the sentence, its verdict and the best constant on the right side, None where it is not known
KNOWN = [
    ("kl <= pearson", "proved", 1),
    ("kl(q, p) <= neyman", "proved", 1),
    ("total_variation^2 <= kl/2", "proved", 1 / 2),  # Pinsker
    ("kl >= 2*total_variation^2", "proved", 2),
    ("total_variation <= sqrt(1 - exp(-kl))", "proved", 1),  # Bretagnolle and Huber
    ("kl <= log(1 + pearson)", "proved", 1),
    ("exp(kl) - 1 <= pearson", "proved", 1),
    ("js <= log(2)*total_variation", "proved", LOG2),  # Lin
    ("js <= 1", "proved", LOG2),
    ("js < 1", "proved", LOG2),
    ("js >= total_variation^2/2", "proved", 1 / 2),
    ("js <= kl/2", "proved", LOG2 / 2),
    ("squared_hellinger >= 1 - sqrt(1 - total_variation^2)", "proved", 1),  # Le Cam
    ("triangular >= total_variation^2", "proved", 1),
    ("bhattacharyya <= -log(1 - total_variation)", "proved", None),
    ("hockey_stick(2) <= total_variation", "proved", 1),
    ("kl >= 0", "proved", None),
    ("kl <= 0", "refuted", None),
    ("kl <= 2*total_variation", "refuted", math.inf),
    ("total_variation^2 <= kl/3", "refuted", 1 / 2),
    ("kl <= 0.99*pearson", "refuted", 1),
    ("total_variation <= squared_hellinger", "refuted", math.inf),
    ("js < log(2)", "refuted", LOG2),
    ("hockey_stick(2) <= total_variation/3", "refuted", None),
    ("renyi(2) <= 2*renyi(1/2)", "refuted", math.inf),
    ("pearson <= 100*kl", "refuted", math.inf),
    ("kl(p, r) <= kl(p, q) + kl(q, r)", "refuted", None),
    ("js(p, r) <= js(p, q) + js(q, r)", "refuted", None),
    ("sqrt(js(p, r)) <= sqrt(js(p, q)) + sqrt(js(q, r))", "open", None),
]


@pytest.fixture(scope="module")
def found() -> dict[str, Conjecture]:
    return {sentence: dv.conjecture(sentence) for sentence, _, _ in KNOWN}


@pytest.mark.parametrize(("sentence", "verdict", "constant"), KNOWN)
def test_known_sentences(sentence, verdict, constant, found):
    answer = found[sentence]
    assert answer.verdict == verdict
    low, high = answer.interval
    assert low <= high
    if constant is not None:
        assert answer.constant == pytest.approx(constant, rel=1e-6)
        assert low * (1 - 1e-9) <= constant <= high * (1 + 1e-9)
    assert str(answer).startswith(f"{verdict}: {sentence}")
    assert (answer.counterexample is not None) == (verdict == "refuted")


@pytest.mark.parametrize("sentence", [sentence for sentence, verdict, _ in KNOWN if verdict == "refuted"])
def test_counterexamples_are_laws_with_those_values(sentence, found):
    answer = found[sentence]
    assert all(sum(law) == 1 and min(law) >= 0 for law in answer.counterexample)
    left, right = answer.values
    assert left >= right if answer.relation == "<" else left > right
    assert answer.sentence == sentence


def test_the_smallest_is_the_smallest(found):
    """Against every pair of laws of two atoms of a smaller denominator, one at a time."""
    p, q = found["kl <= 2*total_variation"].counterexample
    assert max(part.denominator for part in (*p, *q)) == 5
    assert float(dv.kl(np.array(p, float), np.array(q, float))) == pytest.approx(math.log(5))
    for n in range(1, 5):
        for i in range(n + 1):
            for j in range(n + 1):
                law, other = (np.array([k / n, 1 - k / n]) for k in (i, j))
                value = float(dv.kl(law, other))
                assert math.isinf(value) or value <= 2 * float(dv.total_variation(law, other)) + 1e-15


def test_triangle_of_three_laws(found):
    answer = found["js(p, r) <= js(p, q) + js(q, r)"]
    assert answer.laws == ("p", "q", "r")
    half = Fraction(1, 2)
    assert answer.counterexample == ((0, 1), (half, half), (1, 0))
    assert answer.interval[0] == pytest.approx(2, rel=1e-6)


def test_nothing_is_said_of_a_multiple_of_nothing(found):
    assert "constant" not in str(found["kl >= 0"]) + str(found["kl <= 0"])


def test_says_that_no_constant_is_enough(found):
    assert "no constant on the right side is enough" in str(found["kl <= 2*total_variation"])
    assert "1/2 = 0.5" in str(found["total_variation^2 <= kl/3"])


@pytest.mark.parametrize(
    ("sentence", "said", "at"),
    [
        ("kl <= tv", "did you mean total_variation?", 6),
        ("kl <= 2*(js", "')' is missing", 11),
        ("kl == js", "write <= or >=", 3),
        ("kl <= js <= 1", "one inequality at a time", 9),
        ("kl <= js js", "join the two", 9),
        ("2 <= 3", "no laws", 0),
        ("kl(p, p) <= 1", "one law\n", 0),
        ("kl(p, q) <= kl(r, s)", "4 laws", 0),
        ("hockey_stick <= 1", "needs its gamma", 13),
        ("renyi(kl) <= 1", "is a number", 6),
        ("kl^js <= 1", "no number", 3),
        ("kl/0 <= 1", "division by zero", 2),
        ("kl <= (9^64)^64", "out of reach", 12),
        ("__import__(os) <= kl", "no functional", 0),
        ("", "missing", 0),
        ("(" * 100 + "kl <= 1", "too deep", 40),
        ("log(1 - kl) <= 1", "not defined at", None),
    ],
)
def test_bad_sentences_are_refused_with_their_place(sentence, said, at):
    with pytest.raises(InvalidParameter) as refused:
        dv.conjecture(sentence)
    assert said in str(refused.value)
    assert refused.value.index == at
    if at is not None and sentence:
        text, caret = str(refused.value).splitlines()[1:3]
        assert text.strip() == sentence
        assert caret.index("^") == 4 + at


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidParameter, match="sentence: 3 is no sentence"):
        dv.conjecture(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sentence",
    [
        "renyi(3/2) <= bhattacharyya + 3",
        "power(1/3)(q, p) <= neyman",
        "exp(-renyi(1/2)) <= js + 2",
        "kl(p, r) <= js(q, p)",
    ],
)
def test_balls_and_expressions_say_what_the_shipped_numerics_say(sentence):
    said = parse(sentence)
    laws = dict(
        zip(
            said.laws,
            [(Fraction(1, 4), Fraction(3, 4)), (Fraction(2, 3), Fraction(1, 3)), (Fraction(1, 7), Fraction(6, 7))],
        )
    )
    for side in said.sides:
        shipped = functionals.floats(side, {name: np.array([law], float) for name, law in laws.items()})
        canonical = functionals.canonical(side, said.laws)
        assert float(functionals.in_balls(canonical, laws)) == pytest.approx(float(shipped.ravel()[0]), rel=1e-13)
        assert float(functionals.exact(canonical, laws)) == pytest.approx(float(shipped.ravel()[0]), rel=1e-13)


@pytest.mark.parametrize(
    ("false", "way"),
    [
        ("total_variation^2 <= kl/2.01", proving._on_two_atoms),
        ("kl <= log(1 + 0.99*pearson)", proving._on_two_atoms),
        ("js <= 0.999*squared_hellinger", proving._pointwise),
        ("js <= 0.693", proving._at_ceilings),
        ("js >= 0.501*total_variation^2", proving._on_equal_overlaps),
        ("squared_hellinger >= 1.001*(1 - sqrt(1 - total_variation^2))", proving._on_equal_overlaps),
        ("kl >= total_variation", proving._on_equal_overlaps),  # of a row that is not symmetric
    ],
)
def test_no_way_proves_what_is_false(false, way):
    said = parse(false)
    smaller, larger = (functionals.canonical(side, said.laws) for side in said.sides)
    with pytest.raises((*proving.UNDECIDED, OutOfTime)), at_most(1):
        way(smaller, larger)


@pytest.mark.parametrize(
    ("expression", "bends", "ways"),
    [
        ("kl - total_variation^2", "concave", {"kl": 1, "total_variation": -1}),
        ("log(1 + pearson) - kl", "concave", {"pearson": 1, "kl": -1}),
        ("exp(kl) - sqrt(js)", "convex", {"kl": 1, "js": -1}),
        ("kl*js", "", {"kl": 1, "js": 1}),
        ("2/(1 + js)", "convex", {"js": -1}),
        ("kl - kl^2", "concave", {"kl": 0}),
    ],
)
def test_shapes(expression, bends, ways):
    node = parse(f"{expression} <= 1").left
    assert shape.bend(node) == bends
    assert {value.name: way for value, way in shape.trend(node).items()} == ways


@pytest.mark.parametrize("missing", ["sympy", "flint"])
def test_the_extra_is_named(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UnsupportedLaw, match=r"divergence-toolkit\[proofs\]"):
        dv.conjecture("kl <= pearson")


@pytest.mark.parametrize(
    ("sentence", "status", "said"),
    [
        ("kl <= pearson", 0, "proved"),
        ("kl <= total_variation", 1, "refuted"),
        ("kl <= nothing", 2, "no functional is called 'nothing'"),
        ("sqrt(js(p, r)) <= sqrt(js(p, q)) + sqrt(js(q, r))", 3, "open"),
    ],
)
def test_command_line(sentence, status, said, capsys):
    assert main(["refute", sentence]) == status
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
    assert "Traceback" not in shown.err


def test_a_ratio_without_end_is_no_error():
    found = dv.conjecture("1/total_variation <= 5")
    assert found.verdict == "refuted"
    assert "with both sides finite" in str(dv.conjecture("kl <= 2*total_variation"))
