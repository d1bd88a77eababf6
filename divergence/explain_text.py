"""An explanation in words: the value, the atoms that make it, and what it means, in 80 columns."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

import numpy as np

from .generators import GENERATORS, Generator
from .perspective import terms_of_masses

WIDTH = 80
LONGEST = 20  # columns of a label


@dataclass(frozen=True)
class Reading:
    """What a finite value of a row means, in a sentence; how an atom's part is spelt where the formula differs."""

    sentence: Callable[[float, dict[str, Any]], str]
    part: str | None = None
    nats: bool = False


_KL = Reading(
    lambda d, _: (
        f"Predicting draws of p with q instead of p costs {_units(d)} of log-loss a draw, "
        "which is also the mean of log p/q over draws of p."
    ),
    part="p log(p/q) − p + q",
    nats=True,
)
_REVERSE_KL = Reading(
    lambda d, _: (
        f"Predicting draws of q with p instead of q costs {_units(d)} of log-loss a draw, "
        "which is also the mean of log q/p over draws of q."
    ),
    part="q log(q/p) + p − q",
    nats=True,
)

READINGS: dict[str, Reading] = {
    "kl": _KL,
    "reverse_kl": _REVERSE_KL,
    "power(1.0)": _KL,
    "power(0.0)": _REVERSE_KL,
    "jeffreys": Reading(
        lambda d, _: f"The mean of log p/q over draws of p exceeds its mean over draws of q by {_units(d)}.",
        nats=True,
    ),
    "js": Reading(
        lambda d, _: (
            f"A draw from p or q, at even odds, tells {d / math.log(2):.4g} of the 1 bit that says which of the two it "
            "came from."
        ),
        nats=True,
    ),
    "total_variation": Reading(lambda d, _: f"No event has probabilities that differ by more than {d:.4g}."),
    "squared_hellinger": Reading(
        lambda d, _: f"The overlap Σ √(p q) is 1 − D = {max(1 - d, 0):.4g}, and that of n draws its n-th power."
    ),
    "pearson": Reading(
        lambda d, _: (
            f"The variance of p/q over draws of q is {d:.4g}: weighted by p/q, n draws of q are worth "
            f"about n/(1 + D) = {1 / (1 + d):.4g} n draws of p."
        )
    ),
    "neyman": Reading(
        lambda d, _: (
            f"The variance of q/p over draws of p is {d:.4g}: weighted by q/p, n draws of p are worth "
            f"about n/(1 + D) = {1 / (1 + d):.4g} n draws of q."
        )
    ),
    "triangular": Reading(
        lambda d, _: (
            "The best forecast of which of the two a draw came from, at even odds, has a mean squared error of "
            f"(1 − D)/4 = {max(1 - d, 0) / 4:.4g}, where ¼ is blind."
        )
    ),
    "power": Reading(
        lambda d, given: (
            f"The mean of (p/q)ᵃ over draws of q, a = {given['a']:g}, is 1 + a (a − 1) D = "
            f"{1 + given['a'] * (given['a'] - 1) * d:.4g}."
        )
    ),
    "hockey_stick": Reading(
        lambda d, given: (
            f"P(A) ≤ {given['gamma']:g} Q(A) + {d:.4g} for every event A: (ε, δ)-privacy with "
            f"ε = log γ = {math.log(given['gamma']):.4g} and δ = D."
        )
    ),
}


def text(found: Any, top: int = 10) -> str:
    """Paragraphs with an empty line between."""
    blocks = [_head(found), _infinity(found), _table(found, top), _meaning(found)]
    return "\n\n".join(block for block in blocks if block)


def reading(row: Generator) -> Reading | None:
    """That of a row, or of its family."""
    return READINGS.get(row.name) or READINGS.get(row.name.split("(")[0])


def headline(found: Any) -> str:
    """kl(p, q) = 0.1438 nats."""
    known, value = reading(found.row), found.value.value
    unit = " nats" if known and known.nats and math.isfinite(value) else ""
    return f"{found.name}(p, q) = {value:.6g}{unit}"


def _head(found: Any) -> str:
    known, value = reading(found.row), found.value
    bits = f" = {value.value / math.log(2):.6g} bits" if known and known.nats and math.isfinite(value.value) else ""
    off = f", rounding error at most {_up(value.error, 2)}" if value.error else ""
    return f"{headline(found)}{bits}\n{textwrap.fill(found.formula, WIDTH)}\n{value.method}{off}"


def _infinity(found: Any) -> str:
    """Which atoms make the value infinite, and why."""
    if math.isfinite(found.value.value):
        return ""
    atoms = found.infinite
    p, q = found.p[atoms], found.q[atoms]
    lines = []
    for x, y, name, other, limit in ((q, p, "q", "p", "f'(∞)"), (p, q, "p", "q", "f(0)")):
        if (x == 0).any():
            lines.append(
                f"Infinite: {name} has no mass on {_listed(found, atoms[x == 0])}, where {other} has "
                f"{y[x == 0].sum():.4g}, and {limit} of {found.name} is infinite."
            )
    beyond = atoms[(p > 0) & (q > 0)]
    if beyond.size or not atoms.size:
        lines.append(f"Beyond the largest float: {_listed(found, beyond) if beyond.size else 'the sum of all atoms'}.")
    bounded = float(terms_of_masses(GENERATORS["js"], found.p, found.q).sum())
    lines.append(f"A row whose f(0) and f'(∞) are finite never is: dv.js(p, q) = {bounded:.6g}.")
    return "\n".join(_filled(line) for line in lines)


def _listed(found: Any, atoms: np.ndarray, limit: int = 5) -> str:
    by_size = atoms[np.argsort(-np.maximum(found.p[atoms], found.q[atoms]), kind="stable")]
    names = [_cut(found.label(int(i))) for i in by_size[:limit]]
    if atoms.size > limit:
        names.append(f"{atoms.size - limit:,} more")
    return ("atom " if atoms.size == 1 else "atoms ") + " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _table(found: Any, top: int) -> str:
    """The largest contributions, then the others together."""
    shown, others = found.order[:top], found.order[top:]
    rows = [
        (
            _cut(found.label(int(i))),
            found.p[i],
            found.q[i],
            f"{found.log_ratio[i]:+.3g}" if found.p[i] or found.q[i] else "",
            found.contributions[i],
        )
        for i in shown
    ]
    if others.size:
        name = f"{others.size:,} other{'s' if others.size > 1 else ''}"
        rows.append((name, *(x[others].sum() for x in (found.p, found.q)), "", found.contributions[others].sum()))
    total, so_far = found.contributions.sum(), 0.0
    wide = max(_columns("atom"), *(_columns(row[0]) for row in rows)) if rows else 4
    columns = f"{'p':>11}{'q':>11}{'log p/q':>10}{'part of D':>11}"
    relative = 0 < abs(total) < math.inf
    lines = [_padded("atom", wide) + columns + (f"{'share':>8}{'so far':>8}" if relative else "")]
    for name, p, q, ratio, part in rows:
        so_far += part
        shares = f"{part / total:>8.1%}{so_far / total:>8.1%}" if relative else ""
        lines.append(f"{_padded(name, wide)}{p:>11.4g}{q:>11.4g}{ratio:>10}{part:>11.4g}{shares}")
    known = reading(found.row)
    if known and known.part:
        lines.append(f"part of D: {known.part}, never negative; the masses cancel in the sum")
    elif (found.contributions < 0).any():
        lines.append("part of D: q f(p/q), negative where f is; f + c (t − 1) has the same D")
    return "\n".join(lines)


def _meaning(found: Any) -> str:
    """What the value says, and what p and q say themselves about telling them apart."""
    known, value = reading(found.row), found.value.value
    lines = []
    if known and math.isfinite(value):
        lines += [_filled(known.sentence(value, found.row.parameters)), ""]
    low, high = found.draws(0.05)
    lines += [
        "Which of the two did a draw come from, at even odds?",
        f"  best advantage   {found.optimal_advantage:.4g}, the total variation of p and q",
        f"  Bayes error      {found.bayes_error:.4g}, where a blind guess errs 0.5",
        f"  below 5% error   {_draws(low, high)}",
    ]
    least, most = found.implied_advantage
    if most > 1e-150 and least < most * (1 - 1e-6):  # not what total variation says of itself, nor underflow
        lines.append(f"  from D alone     {_implied(_down(least), _up(most))}")
    return "\n".join(lines)


def _implied(least: str, most: str) -> str:
    if (least, most) == ("0", "1"):
        return "next to nothing: laws far apart and laws close may have it"
    bounds = f"at most {most}" if least == "0" else f"between {least} and {most}"
    return f"total variation {bounds}"


def _draws(low: float, high: float) -> str:
    if math.isinf(low):
        return "never: p and q cannot be told apart"
    if high == 1:
        return "with 1 draw"
    fewest, most = (f"{low:,}", f"{high:,}") if high < 1e6 else (_down(low, 3), _up(high, 3))
    return f"with {fewest if low == high else f'{fewest} to {most}'} draws from the same one"


def _units(nats: float) -> str:
    return f"{nats:.4g} nats ({nats / math.log(2):.4g} bits)"


def _down(x: float, digits: int = 4) -> str:
    return _rounded(x, digits, ROUND_FLOOR)


def _up(x: float, digits: int = 4) -> str:
    return _rounded(x, digits, ROUND_CEILING)


def _rounded(x: float, digits: int, way: str) -> str:
    """x with so many digits, a bound still; what floats add beyond twelve digits is not worth a digit."""
    return f"{float(Context(prec=digits, rounding=way).create_decimal(f'{x:.12g}')):.{digits}g}"


def _filled(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_on_hyphens=False)


def _columns(name: str) -> int:
    """How many columns of a terminal a name takes."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in name)


def _cut(name: str) -> str:
    if _columns(name) <= LONGEST:
        return name
    while _columns(name) >= LONGEST:
        name = name[:-1]
    return name + "…"


def _padded(name: str, wide: int) -> str:
    return name + " " * (wide - _columns(name))
