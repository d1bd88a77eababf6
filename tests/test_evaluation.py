"""A value, its error and its method."""

from __future__ import annotations

import dataclasses

import pytest

import divergence as dv


def test_bounds_from_the_error() -> None:
    found = dv.Evaluation(0.25, 0.125, "by hand")
    assert (found.lower, found.upper, float(found)) == (0.125, 0.375, 0.25)
    assert str(found) == "0.25  [0.125, 0.375], by hand"


def test_bounds_from_an_interval_that_is_not_centred() -> None:
    found = dv.Evaluation(0.25, 0.2, "bootstrap", confidence=0.95, interval=(0.1, 0.5))
    assert (found.lower, found.upper) == (0.1, 0.5)
    assert str(found) == "0.25  [0.1, 0.5] at 95% confidence, bootstrap"


def test_is_a_value() -> None:
    found = dv.Evaluation(0.25, 0.0, "by hand")
    assert found == dv.Evaluation(0.25, 0.0, "by hand")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.value = 1.0  # type: ignore[misc]
