"""How far each value of the references is off, and whether the error that is stated covers it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpmath import inf, mpf
from scipy import stats

import divergence as dv
from divergence.f_divergence import ROWS

TINY = mpf(10) ** -300  # below it a float is 0
REFERENCES = Path(__file__).parents[2] / "tests" / "references" / "laws.json"


@dataclass(frozen=True)
class Found:
    """One value: the pair and the row, by which route, its relative error and the relative error that was stated."""

    pair: str
    row: str
    route: str
    error: float
    stated: float
    certified: dv.Evaluation | None  # None where it is refused
    inside: bool  # whether that holds the truth

    @property
    def covered(self) -> bool:
        return self.error <= self.stated


def law(spec: Any) -> Any:
    name, parameters = spec
    if name == "mixture":
        return dv.Mixture(parameters["weights"], [law(part) for part in parameters["laws"]])
    return getattr(stats, name)(**parameters)


def called(spec: Any) -> str:
    name, parameters = spec
    if name == "mixture":
        return " + ".join(f"{w:g} {called(part)}" for w, part in zip(parameters["weights"], parameters["laws"]))
    return f"{name}({', '.join(f'{k}={v:g}' for k, v in parameters.items())})"


def functional(name: str) -> Any:
    """A row by the name that the references give it, such as power(0.3)."""
    if "(" not in name:
        return ROWS[name]
    family, parameter = name.rstrip(")").split("(")
    return {"power": dv.power, "hockey_stick": dv.hockey_stick}[family](float(parameter))


def found() -> Iterator[Found]:
    """Every value of the references."""
    for entry in json.loads(REFERENCES.read_text(encoding="utf-8")):
        p, q, truth = law(entry["p"]), law(entry["q"]), mpf(entry["value"])
        divergence = functional(entry["row"])
        evaluation = divergence.evaluate(p, q)
        route = divergence.plan(p, q).split(" (")[0].split(":")[0].replace(" over", "")
        if truth == inf or truth < mpf(10) ** -300:
            error = (
                0.0 if evaluation.value in (float(truth), inf) and (truth != inf) == (evaluation.value < inf) else inf
            )
            stated = 0.0
        else:
            error = float(abs(mpf(evaluation.value) - truth) / truth)
            stated = float(evaluation.error / truth)
        try:
            sure = divergence.certify(p, q)
        except dv.UnsupportedLaw:
            sure = None
        # the logarithm of a lognormal law's scale is a float, hence another law by so much
        slack = mpf(2) ** -52 * truth if "lognorm" in json.dumps(entry) and truth != inf else 0
        inside = sure is not None and mpf(sure.lower) - slack <= truth <= mpf(sure.upper) + slack
        pair = f"{called(entry['p'])} ‖ {called(entry['q'])}"
        yield Found(pair, entry["row"], route, float(error), stated, sure, inside)


def lines(values: list[Found]) -> Iterator[str]:
    """A line for each pair: its routes, the worst error, the largest error that was stated, what is certified."""
    yield f"{'pair':76}{'values':>7}{'worst':>9}{'stated':>9}  {'covered':10}{'certified':11}routes"
    for pair in dict.fromkeys(x.pair for x in values):
        here = [x for x in values if x.pair == pair]
        short = pair if len(pair) < 76 else pair[:72] + "..."
        covered = sum(x.covered for x in here)
        routes = ", ".join(sorted({x.route for x in here}))
        worst, stated = max(x.error for x in here), max(x.stated for x in here)
        sure = sum(x.inside for x in here)
        share = f"{covered:3} of {len(here):<4}{sure:3} of {len(here):<4}"
        yield f"{short:76}{len(here):7}{worst:9.0e}{stated:9.0e}  {share}{routes}"
    missed = sum(x.certified is not None and not x.inside for x in values)
    yield f"{sum(x.inside for x in values)} values certified, {missed} intervals miss the truth"
