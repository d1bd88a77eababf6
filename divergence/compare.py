"""Two files of samples side by side: which columns differ, by how much, and could chance have done it?

Every distance is given with a confidence interval and with the level that two samples of one law would reach; one set
of permutations serves all of them, so the p-values of the columns can be adjusted for their number exactly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .errors import InvalidParameter, ShapeMismatch
from .estimate.resampling import (
    Statistic,
    bootstraps,
    check_resampling,
    deviations,
    generator,
    interval,
    observed,
    p_value,
    permutations,
    values,
)
from .evaluation import Evaluation
from .integral_metric import energy
from .table import Table as Table
from .table import read_table as read_table
from .transport.sliced import sliced_wasserstein
from .transport.wasserstein import wasserstein

TESTS = 3  # the columns together, the sliced distance, the energy distance: each gets a third of the error
UNITS = 100.0  # standard deviations of columns further apart than this factor are unlikely to share a unit


@dataclass(frozen=True)
class Finding:
    """One distance: `evaluation` with its interval, the `level` that samples of one law stay below, and its p-value.

    `p_value` of a column is adjusted for the number of columns.
    """

    name: str
    evaluation: Evaluation
    level: float
    p_value: float

    @property
    def value(self) -> float:
        return self.evaluation.value


@dataclass(frozen=True)
class Comparison:
    """What `compare` found. `columns` has one W1 a column, in the order of the file; `real` and `fake` are the tables.

    `differ` is the verdict and `p_value` the one it rests on, adjusted for the three tests made; `notes` say in plain
    words whatever was done to the data besides reading it, and what was decided in reading it.
    """

    real: Table
    fake: Table
    columns: tuple[Finding, ...]
    sliced: Finding
    energy: Finding
    differ: bool
    p_value: float
    verdict: str
    notes: tuple[str, ...]
    confidence: float
    resamples: int
    seed: int
    standardised: bool

    @property
    def basis(self) -> str:
        """The p-value that the verdict rests on, the rule that makes it, and how far it depends on the permutations."""
        columns = min(f.p_value for f in self.columns)
        smallest = min(columns, self.sliced.p_value, self.energy.p_value)
        error = TESTS * np.sqrt(smallest * (1 - smallest) / self.resamples)
        return (
            f"overall p = {self.p_value:.3g}: the smallest of three p-values (energy {self.energy.p_value:.3g}, "
            f"sliced W1 {self.sliced.p_value:.3g}, columns {columns:.3g}), times three for looking three times"
            f"{', at most 1' if TESTS * smallest > 1 else ''}. A difference is seen where it is "
            f"{1 - self.confidence:.3g} or less; with other permutations it would move by about {error:.1g} (its "
            "standard error)."
        )

    @property
    def on_columns(self) -> str:
        """How the numbers of the columns are to be read together, "" where there is only one."""
        d, chance = len(self.columns), 1 - self.confidence
        if d == 1:
            return ""
        return (
            f"Every interval and chance level is that of one distance alone: of {d} columns alike in both files about "
            f"{d * chance:.2g} would exceed their own level ({chance:.3g} of them). The p-values of the columns are "
            "adjusted for their number, so judge columns by these."
        )

    def to_rows(self) -> list[dict[str, Any]]:
        """One dict a distance, energy and sliced first: name, value, lower, upper, level, p_value, method."""
        return [
            {
                "name": f.name,
                "value": f.value,
                "lower": f.evaluation.lower,
                "upper": f.evaluation.upper,
                "level": f.level,
                "p_value": f.p_value,
                "method": f.evaluation.method,
            }
            for f in (self.energy, self.sliced, *self.columns)
        ]

    def most_different(self, limit: int = 12) -> tuple[Finding, ...]:
        """The columns with the smallest p-values, among equals those furthest above their level."""
        above = [f.value / f.level if f.level > 0 else 0.0 for f in self.columns]
        ranked = sorted(range(len(above)), key=lambda i: (self.columns[i].p_value, -above[i]))
        return tuple(self.columns[i] for i in ranked[:limit])


def compare(
    real: str | os.PathLike[str] | Table,
    fake: str | os.PathLike[str] | Table,
    *,
    resamples: int = 999,
    projections: int = 100,
    confidence: float = 0.95,
    standardise: bool = False,
    max_rows: int = 5000,
    seed: int = 0,
    header: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """W1 of every column, sliced W1 and energy distance between two tables, each with an interval and a p-value.

    H₀: the rows of both tables come from one law. The p-values are from `resamples` permutations of the rows, those of
    the columns adjusted by single-step max-T (Westfall & Young 1993); the verdict takes the smallest of the three
    families, times three. Intervals are separate, at `confidence` each. With more than `max_rows` rows a seeded subset
    stands in wherever rows are resampled or paired, and `notes` say so. `standardise` subtracts each column's mean
    over both tables and divides by its standard deviation. `header` is that of `read_table`. `progress(done, total)`
    is called as work is done. Equal seeds give equal results, and exchanging the tables exchanges nothing but names.

    Raises what `read_table` raises, ShapeMismatch where columns differ, InvalidParameter for parameters outside their
    domain.
    """
    resamples, confidence = check_resampling(resamples, confidence)
    if TESTS / (resamples + 1) > 1 - confidence + 1e-12:
        needed = int(np.ceil(TESTS / (1 - confidence) - 1e-9)) - 1
        raise InvalidParameter(
            f"{resamples} permutations cannot reach p = {1 - confidence:.3g} in {TESTS} tests",
            argument="resamples",
            value=resamples,
            remedy=f"write at least {needed}",
        )
    if isinstance(max_rows, bool) or not isinstance(max_rows, int | np.integer) or max_rows < 2:
        raise InvalidParameter(f"{max_rows!r} rows", argument="max_rows", value=max_rows, remedy="write 2 or more")
    rng = generator(seed, "seed")
    sliced = sliced_wasserstein(1, projections)
    real = real if isinstance(real, Table) else read_table(real, "REAL", header=header)
    fake = fake if isinstance(fake, Table) else read_table(fake, "FAKE", header=header)
    real, fake, order, notes = _aligned(real, fake)
    # what is drawn is drawn for the tables in an order of their contents, so that no draw depends on which is REAL
    exchanged = _comes_later(real.values[:, order], fake.values[:, order])
    first, second = (_reordered(table, order) for table in ((fake, real) if exchanged else (real, fake)))
    x, y, units = _in_units(first, second, standardise)
    notes = (*real.notes, *fake.notes, *notes, *units)

    n, m = min(len(x), max_rows), min(len(y), max_rows)
    points = np.concatenate([_subset(x, n, rng), _subset(y, m, rng)])
    sizes, kept = ((len(y), len(x)), (m, n)) if exchanged else ((len(x), len(y)), (n, m))
    shrink = np.sqrt((1 / len(x) + 1 / len(y)) / (1 / n + 1 / m))  # noise of all rows over noise of the rows kept
    if shrink < 1:
        notes += (
            f"{sizes[0]} and {sizes[1]} rows: the W1 of each column uses all of them; its interval and level come from "
            f"{kept[0]} and {kept[1]} rows drawn with seed {seed}, scaled by {shrink:.3g} to the full number; sliced "
            "W1 and energy use these rows only",
        )

    w1 = wasserstein(1)
    statistics: list[Statistic] = [*(w1 for _ in real.columns), sliced, energy]
    evaluators = [
        *(w1.on_pooled(column) for column in points.T),
        *(s.on_pooled(points[:, 0] if points.shape[1] == 1 else points, rng) for s in (sliced, energy)),
    ]
    tick = _ticker(progress, 2 * resamples * len(evaluators))
    scale = np.array([*(shrink for _ in real.columns), 1.0, 1.0])
    sample = observed(n, m)
    found = values(evaluators, [sample])[0]
    found[:-2] = [w1.estimate(a, b).value for a, b in zip(x.T, y.T)]
    null = scale * values(evaluators, permutations(n, m, resamples, rng), tick)
    moved = scale * deviations(statistics, evaluators, bootstraps(n, m, resamples, rng), sample, tick)

    levels = np.quantile(null, confidence, axis=0, method="higher")
    p_values = np.concatenate([_max_t(found[:-2], null[:, :-2]), p_value(found[-2:], null[:, -2:])])
    names = [*first.columns, sliced.name, energy.name]
    method = f"{kept[0]} and {kept[1]} rows, triangle inequality on {resamples} bootstrap resamples"
    findings = [
        Finding(name, _evaluation(value, moves, confidence, statistic.root, method), float(level), float(p))
        for name, value, moves, statistic, level, p in zip(names, found, moved.T, statistics, levels, p_values)
    ]
    columns = tuple(findings[i] for i in np.argsort(order))
    by_slices, by_energy = findings[-2:]
    smallest = min(1.0, TESTS * float(p_values.min()))
    differ = smallest <= 1 - confidence + 1e-12
    result = Comparison(
        real, fake, columns, by_slices, by_energy, differ, smallest, "", notes, confidence, resamples, seed, standardise
    )
    return replace(result, verdict=_verdict(result, *sizes))


# ---------------------------------------------------------------- the parts


def _max_t(found: np.ndarray, null: np.ndarray) -> np.ndarray:
    """(d,) p-values adjusted over d columns: how often the most extreme column of a permutation is as extreme.

    Columns are put on one scale by mean and standard deviation over the permutations and the samples as they are, which
    a permutation does not change, so the adjusted p-values are valid at every B. A column without spread has p = 1.
    """
    every = np.concatenate([found[None, :], null])
    spread = every.std(axis=0)
    varies = spread > 1e-12 * np.abs(every).max(axis=0)
    z = (every - every.mean(axis=0)) / np.where(varies, spread, 1.0)
    z = np.where(varies, z, -np.inf)
    most = z.max(axis=1)
    p = p_value(np.where(varies, z[0], 0.0), np.broadcast_to(most[1:, None], null.shape))
    return np.where(varies, p, 1.0)


def _evaluation(value: float, moved: np.ndarray, confidence: float, root: float, method: str) -> Evaluation:
    low, high = interval(float(value), moved, confidence, root)
    return Evaluation(float(value), (high - low) / 2, method, confidence, (low, high))


def _subset(x: np.ndarray, rows: int, rng: np.random.Generator) -> np.ndarray:
    return x if len(x) == rows else x[np.sort(rng.choice(len(x), rows, replace=False))]


def _ticker(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None] | None:
    if progress is None:
        return None
    done = 0

    def tick(step: int) -> None:
        nonlocal done
        done += step
        progress(done, total)

    progress(0, total)
    return tick


def _comes_later(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether x comes after y: the longer table is first, and of equally long ones that with the smaller numbers."""
    if len(x) != len(y):
        return len(x) < len(y)
    where = np.flatnonzero((x != y).any(axis=1))
    return len(where) > 0 and x[where[0]].tolist() > y[where[0]].tolist()


def _reordered(table: Table, order: list[int]) -> Table:
    return replace(table, columns=tuple(table.columns[i] for i in order), values=table.values[:, order])


def _aligned(real: Table, fake: Table) -> tuple[Table, Table, list[int], tuple[str, ...]]:
    """Both tables with the same columns in the order of REAL, an order that is the same with FAKE first, and notes."""
    here, there = real.columns, fake.columns
    as_it_is = list(range(len(here)))
    where = f"FAKE ({fake.name})"
    if not (real.named and fake.named):
        if len(here) != len(there):
            raise ShapeMismatch(
                f"{len(there)} columns, but REAL ({real.name}) has {len(here)}",
                argument=where,
                value=len(there),
                remedy="give both files the same columns",
            )
        if real.named == fake.named:
            return real, fake, as_it_is, ()
        unnamed, columns = (real.name, there) if fake.named else (fake.name, here)
        note = f"{unnamed} names no columns: they are taken in the order of the other file"
        return replace(real, columns=columns), replace(fake, columns=columns), as_it_is, (note,)
    missing, more = [c for c in here if c not in there], [c for c in there if c not in here]
    if missing or more:
        parts = [f"lacks {_listed(missing)}"] * bool(missing) + [f"has {_listed(more)} besides"] * bool(more)
        raise ShapeMismatch(
            f"{' and '.join(parts)}, compared with REAL ({real.name})",
            argument=where,
            value=tuple(missing + more),
            remedy="give both files the same columns",
        )
    if here == there:
        return real, fake, as_it_is, ()
    order = [there.index(c) for c in here]
    note = "the columns of FAKE are in another order: they were matched by name"
    return real, _reordered(fake, order), sorted(as_it_is, key=lambda i: here[i]), (note,)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(short(name)) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def short(name: str, most: int = 32) -> str:
    """A name that leaves room for numbers beside it."""
    return name if len(name) <= most else name[: most - 1] + "…"


def _in_units(real: Table, fake: Table, standardise: bool) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The values of both tables, standardised if asked, and a note where columns seem to have different units."""
    x, y = real.values, fake.values
    both = np.concatenate([x, y])
    constant = np.ptp(both, axis=0) == 0
    sd = np.where(constant, 0.0, both.std(axis=0))
    notes: tuple[str, ...] = ()
    if constant.any():
        names = [name for name, flat in zip(real.columns, constant) if flat]
        are = "is" if len(names) == 1 else "are"
        notes += (f"{_listed(names)} {are} constant and equal in both files: W1 = 0, p = 1",)
    if standardise:
        mean, unit = both.mean(axis=0), np.where(constant, 1.0, sd)
        return (x - mean) / unit, (y - mean) / unit, (*notes, "every column is in units of its standard deviation")
    if not constant.all():
        large, small = int(np.argmax(sd)), int(np.argmin(np.where(constant, np.inf, sd)))
        if sd[large] > UNITS * sd[small]:
            notes += (
                f"columns differ in scale by a factor of {sd[large] / sd[small]:.3g} ({short(real.columns[large])!r} "
                f"against {short(real.columns[small])!r}), so sliced W1 and energy see little but the largest: "
                "standardise if their units differ",
            )
    return x, y, notes


def _verdict(c: Comparison, n: int, m: int) -> str:
    """The finding in one plain sentence, or two."""
    e = c.energy.evaluation
    distance = f"energy distance {e.value:.3g} [{e.lower:.3g}, {e.upper:.3g}]"
    chance = f"its own p = {c.energy.p_value:.3g} of {c.resamples} permutations"
    if not np.ptp(np.concatenate([c.real.values, c.fake.values]), axis=0).any():
        return (
            f"Nothing to compare: all {n} and {m} rows are one and the same point. The files do not differ, and "
            "without any spread they say nothing about what else their laws may hold."
        )
    overall = f"overall p = {c.p_value:.3g}, three times the smallest of three p-values"
    if not c.differ:
        return (
            f"No difference seen at this sample size ({n} and {m} rows): {overall}; {distance}, {chance}; two samples "
            f"of one law stay below {c.energy.level:.3g} {c.confidence:.0%} of the time. That is no proof that there "
            f"is none: the data are compatible with an energy distance of up to {e.upper:.3g}."
        )
    beyond = sum(f.p_value <= 1 - c.confidence for f in c.columns)
    best = c.most_different(1)[0]
    seen = "no column differs by itself"
    if beyond:
        count = f"{beyond} of {len(c.columns)} columns {'differs' if beyond == 1 else 'differ'}"
        seen = f"{count}, most of all {short(best.name)!r} (W1 {best.value:.3g}, p = {best.p_value:.3g})"
    slices = f"sliced W1 {c.sliced.value:.3g}, p = {c.sliced.p_value:.3g}"
    return f"The two files differ: {overall}; {distance}, {chance}; {slices}; {seen}."
