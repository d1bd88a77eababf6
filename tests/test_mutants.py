"""The changes that mutants are made by: every arithmetic token once, and nothing else."""

from __future__ import annotations

import pytest

from benchmarks.mutants import changes
from benchmarks.mutants.why import reason

SOURCE = '''
"""A text with 1 + 1 in it."""
LIMIT = 3
ROWS = (Row("first", f=lambda t, o: -o.log(t) * 2, axis=-1),)


class Shape:
    @property
    def area(self):
        return self.a * self.b - 1

    def _rounding(self):
        return 8 * self.a


def shift(x, n: int = 0):
    if x < 1e-3:
        return x[-1]
    return x**2 + n / 4
'''


def test_every_arithmetic_token_once():
    found = changes.changes("some.py", SOURCE)
    said = sorted(change.what.partition("  in  ")[0] for change in found)
    assert said == sorted(
        (
            *("3 becomes 4", "* becomes /", "- is dropped", "log becomes log1p", "2 becomes 3"),
            *("- becomes +", "* becomes /", "1 becomes 2"),
            *("+ becomes -", "** becomes *", "2 becomes 3", "/ becomes *", "4 becomes 5"),
        )
    )
    assert {change.line for change in found} == {0, 4, 8, 16}, "a decorated function begins at its decorator"
    assert next(change for change in found if "log becomes" in change.what).around == "first"


@pytest.mark.parametrize("i", range(13))
def test_each_changes_the_code_in_one_place(i):
    found = changes.changes("some.py", SOURCE)
    code = changes.changed(SOURCE, found[i], "some.py")
    assert code != compile(SOURCE, "some.py", "exec")
    assert len({changes.changed(SOURCE, change, "some.py") for change in found}) == len(found)


def test_a_survivor_is_not_excused_unless_it_is_named():
    change = changes.changes("divergence/some.py", SOURCE)[0]
    assert reason(change) == (False, "no claim is about it")
