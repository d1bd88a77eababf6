"""Five errors, each with its argument, index, value and remedy, all of them caught by the built-in kind too."""

from __future__ import annotations

import copy
import pickle

import pytest

import divergence as dv
from divergence.errors import DivergenceError

KINDS = {
    dv.InvalidMeasure: ValueError,
    dv.ShapeMismatch: ValueError,
    dv.UnsupportedLaw: TypeError,
    dv.InvalidParameter: ValueError,
}


@pytest.mark.parametrize(("kind", "builtin"), KINDS.items())
def test_is_one_of_ours_and_of_python_s(kind: type[DivergenceError], builtin: type[Exception]) -> None:
    assert issubclass(kind, DivergenceError)
    assert issubclass(kind, builtin)
    assert issubclass(dv.NotConverged, ArithmeticError)


@pytest.mark.parametrize(
    ("index", "place"), [(None, "p: "), (3, "p[3]: "), ((1, 2), "p[1, 2]: "), ((4,), "p[4]: "), (0, "p[0]: ")]
)
def test_the_message_names_place_problem_and_remedy(index: object, place: str) -> None:
    error = dv.InvalidMeasure("is wrong", argument="p", index=index, value=-1.0, remedy="put it right")
    assert str(error) == f"{place}is wrong. Remedy: put it right"
    assert (error.problem, error.argument, error.index) == ("is wrong", "p", index)
    assert (error.value, error.remedy) == (-1.0, "put it right")


@pytest.mark.parametrize("kind", KINDS)
def test_survives_another_process(kind: type[DivergenceError]) -> None:
    error = kind("is wrong", argument="p", index=(1,), value=2.0, remedy="put it right")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_not_converged_carries_what_was_found() -> None:
    found = dv.Evaluation(1.0, 0.5, "integral")
    error = dv.NotConverged("stopped", evaluation=found, argument="p, q", remedy="help it")
    assert error.evaluation is error.value is found
    again = pickle.loads(pickle.dumps(error))
    assert again.evaluation == found
    assert str(again) == str(error)
