"""What a row reports of its two ends, beside f(0) and the tail slope: how fast it grows, how its critic bends."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import mpmath
import numpy as np
import sympy as sp

from divergence import derived_rows
from divergence.convex_function import f_divergence
from divergence.errors import InvalidParameter
from divergence.f_divergence import ROWS, total_variation
from divergence.f_divergence import hockey_stick as shipped
from divergence.families import stirling
from divergence.generators import GENERATORS, Generator, hockey_stick, power

from . import balls, rules
from .claim import claim
from .rows import _curvature
from .rules import Step
from .symbols import S, Subject, box, oo, read, t

METRICS = "Endres & Schindelin 2003; Österreicher & Vajda 2003, A new class of metric divergences"
SMOOTH = tuple(Subject(name, lambda name=name: (read(name),)) for name, row in GENERATORS.items() if not row.kinks)
GROWTH = {
    "neyman": (GENERATORS["neyman"], 1, sp.Integer(1)),
    "power(-2)": (power(-2), 2, sp.Rational(1, 6)),
    "power(-7/2)": (power(-3.5), sp.Rational(7, 2), 1 / (sp.Rational(7, 2) * sp.Rational(9, 2))),
}


@claim(over=tuple(Subject(name, lambda: ()) for name in GROWTH))
def blow_up(subject: Subject) -> Iterator[Step]:
    r"""$f(t) \sim C t^{-c}$ as $t \to 0$ with the $c$ and $\log C$ that the code reads off floats, where $f$
    overflows."""
    row, c, factor = GROWTH[subject.name]
    exact = power(-c) if subject.name != "neyman" else row
    yield rules.limit(exact.f(t, t - 1, S) * t**c, t, 0, factor, box({t: (0, oo)}))
    found = row.blow_up
    yield rules.checked(r"c", lambda rng: abs(found[0] - float(c)), cases=1, within=1e-12)
    yield rules.checked(r"\log C", lambda rng: abs(found[1] - float(sp.log(factor))), cases=1, within=1e-9)


@claim()
def no_blow_up() -> Iterator[Step]:
    r"""The rows whose $f$ stays a float on all floats, or grows like a logarithm only, report no growth: $c = 0$."""
    rows = [GENERATORS[name] for name in ("kl", "reverse_kl", "jeffreys", "js", "pearson", "triangular")]
    # as a user writes it, without the words for it: this one overflows at the smallest ratios
    rows.append(f_divergence(lambda ratio: ratio - 1 - np.log(ratio), name="minus_log").generator)

    def wrong(rng: np.random.Generator) -> float:
        return float(sum(row.blow_up != (0.0, 0.0) for row in (*rows, power(0.5), hockey_stick(2.0))))

    yield rules.checked(r"c = 0", wrong, cases=1, within=0)


@claim(over=SMOOTH, rests_on=("critic",))
def bend_at_zero(subject: Subject) -> Iterator[Step]:
    r"""$T'(\log t) = t f''(t) \sim C t^c$ as $t \to 0$, with the $c$, $\log|C|$ and sign of $C$ that the code reads
    off its critic."""
    (reading,) = subject.readings()
    row = reading.row
    (piece,) = reading.pieces()
    bend = t * _curvature(row, piece)
    c, log_size, sign = row.bend_at_zero

    def error(rng: np.random.Generator) -> float:
        depth = int(rng.integers(40, 80))
        there = balls.relative_ball(bend, {t: sp.Rational(1, 10**depth)}, 20)
        return abs(float(there.log()) - (log_size - c * depth * float(np.log(10)))) + abs(sign - 1)

    yield rules.checked(r"\log t f''(t) - \log C - c \log t", error, cases=20, within=1e-9)


@claim()
def no_bend() -> Iterator[Step]:
    r"""A row that is straight near 0, such as total variation, reports no bend: $C = 0$."""

    def wrong(rng: np.random.Generator) -> float:
        straight = (GENERATORS["total_variation"], hockey_stick(2.0))
        return float(sum(row.bend_at_zero != (0.0, -np.inf, 0.0) for row in straight))

    yield rules.checked(r"C = 0", wrong, cases=1, within=0)


@claim()
def steepness() -> Iterator[Step]:
    r"""A small relative error $e$ of $t$ is one of $|a| e$ of $t^a$, to first order: the steepness of power(a) and of
    what is made of it is $|a|$, that of the other rows 0."""

    def wrong(rng: np.random.Generator) -> float:
        a = float(rng.uniform(-4, 4))
        rows: list[tuple[Generator, float]] = [(power(a), abs(a)), (derived_rows.skew(power(a), 0.5), abs(a))]
        rows += [(row, 0.0) for row in GENERATORS.values()]
        return float(sum(row.steepness != value for row, value in rows))

    yield rules.checked(r"|a|", wrong, cases=10, within=0)


@claim()
def families_of_rows_are_found_again() -> Iterator[Step]:
    r"""A row sent to another process comes back with its numbers: the table by name, families by their parameters."""

    def wrong(rng: np.random.Generator) -> float:
        rows = (GENERATORS["js"], power(2.5), hockey_stick(3.0), derived_rows.skew(GENERATORS["kl"], 0.25))
        back = [pickle.loads(pickle.dumps(row)) for row in rows]
        return float(sum(a.name != b.name or a.bound != b.bound for a, b in zip(rows, back)))

    yield rules.checked(r"\text{names and bounds}", wrong, cases=1, within=0)


@claim()
def hockey_stick_at_one() -> Iterator[Step]:
    r"""At $\gamma = 1$ the hockey stick is total variation, and the code takes every $\gamma \ge 1$ and none below."""

    def error(rng: np.random.Generator) -> float:
        first, second = rng.dirichlet(np.full(4, 0.7), size=2)
        found = 0
        for gamma in (1 - 1e-9, 0.5, -2.0):
            try:
                shipped(gamma)
            except InvalidParameter:
                found += 1
        return abs(float(shipped(1.0)(first, second)) - float(total_variation(first, second))) + abs(found - 3)

    yield rules.checked(r"D_1 = \mathrm{TV}", error, cases=20, within=1e-15)


@claim(over=tuple(Subject(name, lambda: ()) for name, row in GENERATORS.items() if row.root), cites=(METRICS,))
def metric_root(subject: Subject) -> Iterator[Step]:
    r"""$D^r$, $r$ the root that the row reports, obeys the triangle inequality; a root a hundredth larger does not, by
    way of the middle of two laws that are near."""
    divergence, root = ROWS[subject.name], GENERATORS[subject.name].root
    assert root is not None

    def error(rng: np.random.Generator) -> float:
        laws = rng.dirichlet(np.full(3, 0.5), 3)
        if rng.uniform() < 0.3:  # three laws on a line, close together
            step = 10 ** rng.uniform(-4, -1) * np.array([1.0, -1.0, 0.0])
            laws = np.full(3, 1 / 3) + np.array([-1, 0, 1])[:, None] * step / 3
        direct, first, second = (float(divergence(laws[i], laws[j])) ** root for i, j in ((0, 2), (0, 1), (1, 2)))
        return float(np.maximum(0.0, direct - first - second)) / direct

    yield rules.checked(r"D^r(P, R) \le D^r(P, Q) + D^r(Q, R)", error, cases=200, within=1e-12)

    def kept(rng: np.random.Generator) -> float:
        ends = np.array([[0.5 - 0.001, 0.5 + 0.001], [0.5, 0.5], [0.5 + 0.001, 0.5 - 0.001]])
        direct, first, second = (float(divergence(ends[i], ends[j])) for i, j in ((0, 2), (0, 1), (1, 2)))
        larger = 1.01 * root
        return float(direct**larger <= first**larger + second**larger)

    yield rules.checked(r"\text{a larger root breaks it}", kept, cases=1, within=0)


@claim()
def bernoulli_numbers() -> Iterator[Step]:
    r"""The numbers of Stirling's series are the Bernoulli numbers $B_2, B_4, \ldots, B_{16}$, and with them the code
    has $\psi'(x) - 1/x$ to the last digits."""
    for k, number in enumerate(stirling.BERNOULLI, 1):
        yield rules.rounds(number, sp.bernoulli(2 * k), ulps=1)

    def error(rng: np.random.Generator) -> float:
        place = float(10 ** rng.uniform(-1, 3))
        with mpmath.workdps(40):
            exact = mpmath.psi(1, mpmath.mpf(place)) - 1 / mpmath.mpf(place)
            return float(abs(exact - float(stirling.curvature(np.asarray(place)))) / exact)

    yield rules.checked(r"\psi'(x) - 1/x", error, cases=40, within=2e-15)
