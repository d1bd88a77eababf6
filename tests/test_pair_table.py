"""The table of routes: what is planned in it is what is done."""

from __future__ import annotations

from scipy import stats

import divergence as dv
from divergence.pair_table import FAMILIES


def test_it_is_the_plan() -> None:
    table = dv.pairs()
    for name, (scipy, p, q, _) in FAMILIES.items():
        first, second = getattr(stats, scipy)(**p), getattr(stats, scipy)(**q)
        assert table[name]["js"] == dv.js.plan(first, second)
        assert table[name]["kl"] == dv.kl.plan(first, second)


def test_it_prints() -> None:
    table = dv.pairs()
    text = str(table)
    assert len(text.splitlines()) == len(table) + len(table.columns) + 2
    assert all(len(line) <= 80 for line in text.splitlines()[len(table.columns) :])
    assert "normal                        closed        integral      closed" in text


def test_many_families_are_closed() -> None:
    table = dv.pairs()
    closed = {name for name in FAMILIES if table[name]["kl"].startswith("closed")}
    every = {name for name in FAMILIES if table[name]["renyi(a)"].startswith("closed")}
    assert len(closed) >= 22
    assert closed - every == {"Cauchy", "Weibull, two shapes"}
