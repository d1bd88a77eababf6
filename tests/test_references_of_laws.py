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


REFUSED = ("gumbel_r", "pareto", "invgauss", "vonmises", "poisson", "binom", "bernoulli", "geom", "nbinom")


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_certified_intervals_hold_the_truth(p: str, q: str) -> None:
    """Of the first row and the last; the others are compared in benchmarks/results/laws.txt."""
    pytest.importorskip("flint")
    first, second = law(json.loads(p)), law(json.loads(q))
    here = [entry for entry in ENTRIES if (json.dumps(entry["p"]), json.dumps(entry["q"])) == (p, q)]
    for entry in (here[0], here[-1]):
        divergence, truth = functional(entry["row"]), mpf(entry["value"])
        if json.loads(p)[0] in REFUSED:
            with pytest.raises(dv.UnsupportedLaw, match=r"no enclosure|no densities"):
                divergence.certify(first, second)
            continue
        sure, found = divergence.certify(first, second), divergence.evaluate(first, second)
        # the logarithm of a lognormal law's scale is a float, hence another law by so much
        slack = mpf(2) ** -52 * truth if any("lognorm" in name for name in (p, q)) else 0
        assert mpf(sure.lower) - slack <= truth <= mpf(sure.upper) + slack
        assert sure.lower == sure.upper or sure.upper - sure.lower <= 1e-12 * max(sure.upper, 1e-12)
        assert found.lower <= sure.upper
        assert sure.lower <= found.upper
