"""Pairs of laws against references in 50 digits: the value, the error that is stated, the route that is planned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mpmath import inf, mpf
from scipy import stats

import divergence as dv
from divergence.f_divergence import ROWS

ENTRIES = json.loads((Path(__file__).parent / "references" / "laws.json").read_text(encoding="utf-8"))
PAIRS = [list(pair) for pair in dict.fromkeys((json.dumps(e["p"]), json.dumps(e["q"])) for e in ENTRIES)]
CLOSED, INTEGRAL, TINY = mpf(10) ** -12, mpf(10) ** -10, mpf(10) ** -300
# so near that the rounding of the log-densities leaves fewer digits, and the error says so
LOOSE = {(json.dumps(["norm", {"loc": 0, "scale": 1}]), json.dumps(["norm", {"loc": 2.0**-30, "scale": 1}])): 10**6}


def law(spec: Any) -> Any:
    name, parameters = spec
    if name == "mixture":
        return dv.Mixture(parameters["weights"], [law(part) for part in parameters["laws"]])
    return getattr(stats, name)(**parameters)


def functional(name: str) -> Any:
    if "(" not in name:
        return ROWS[name]
    family, parameter = name.rstrip(")").split("(")
    return {"power": dv.power, "hockey_stick": dv.hockey_stick}[family](float(parameter))


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_pair(p: str, q: str) -> None:
    first, second = law(json.loads(p)), law(json.loads(q))
    for entry in ENTRIES:
        if json.dumps(entry["p"]) != p or json.dumps(entry["q"]) != q:
            continue
        divergence, truth = functional(entry["row"]), mpf(entry["value"])
        found = divergence.evaluate(first, second)
        if truth == inf:
            assert found.value == inf, (entry, str(found))
            continue
        off, note = abs(mpf(found.value) - truth), (entry["row"], str(found), entry["value"][:20])
        assert off <= found.error + TINY, note
        assert found.method.startswith(divergence.plan(first, second)), note
        closed = found.method.startswith("closed form")
        assert off <= (CLOSED if closed else INTEGRAL * LOOSE.get((p, q), 1)) * truth + TINY, note
        assert found.error <= INTEGRAL * LOOSE.get((p, q), 1) * truth + TINY, note
