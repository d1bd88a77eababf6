"""GANs on the line against the exact best fit: what training does with each row, in numbers with uncertainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InvalidMeasure
from ...generators import GENERATORS, Generator
from ...ops import numpy_words, quiet
from ..fits import Fit, best_fit, divergence_from, flow_end
from ..losses import refuse_steps
from ..toys import NormalMixture, log_normal
from ..univariate import Run, Settings, train_rows
from .outcome import student_interval

TWO_MODES = NormalMixture(weights=(0.75, 0.25), means=(-1.0, 2.5), sds=(0.8, 0.5))


@dataclass(frozen=True)
class Trained:
    """One row: the exact best fit, where the exact gradient flow ends, and what the GANs did.

    `mean` and `sd` are averages over the finite members, each with its 95% Student interval over members.
    """

    row: Generator
    data: NormalMixture
    best: Fit
    flow: Fit
    run: Run
    mean: tuple[float, float, float]
    sd: tuple[float, float, float]
    excess: tuple[float, ...]
    critic_error: tuple[float, ...]
    critic_gap: tuple[float, ...]

    tolerance = 0.005

    @property
    def lands(self) -> bool:
        """Whether every member ends within half a percent of the least divergence there is."""
        limit = self.tolerance * self.best.divergence.value
        return bool(self.run.finite.all()) and all(excess <= limit for excess in self.excess)

    @property
    def verdict(self) -> str:
        lost = int((~self.run.finite).sum())
        if lost:
            return f"{lost} of {len(self.run.finite)} members left the finite numbers"
        share = max(self.excess) / self.best.divergence.value
        if self.lands:
            return f"lands on the optimum: at most {_at_most(share)} above the least divergence"
        return f"misses the optimum: up to {_at_most(share)} above the least divergence"


@dataclass(frozen=True)
class FitComparison:
    """Every row's GAN on the same data; `cross[i, j]` is divergence i of the data from the law that GAN j found."""

    data: NormalMixture
    rows: tuple[Trained, ...]
    cross: np.ndarray

    @property
    def diagonal_wins(self) -> bool:
        """Whether each GAN is, by its own divergence, the best of all of them."""
        return bool((self.cross.argmin(axis=1) == np.arange(len(self.rows))).all())

    @property
    def confirmed(self) -> bool:
        return self.diagonal_wins and all(trained.lands for trained in self.rows)


def compare_fits(
    names: Sequence[str] = ("kl", "js", "reverse_kl"),
    data: NormalMixture = TWO_MODES,
    settings: Settings | None = None,
    *,
    progress: Callable[[str, int], Any] | None = None,
) -> FitComparison:
    """Fit N(mean, sd²) to `data` by each row, exactly and adversarially, and hold the two against each other."""
    settings = settings or Settings()
    rows = [GENERATORS[name] for name in names]
    trained = fit_rows(rows, data, settings, progress=progress)
    cross = np.array([[divergence_from(r, data, t.mean[0], t.sd[0]).value for t in trained] for r in rows])
    return FitComparison(data, trained, cross)


def fit_one(
    row: Generator,
    data: NormalMixture,
    settings: Settings,
    *,
    progress: Callable[[str, int], Any] | None = None,
) -> Trained:
    return fit_rows([row], data, settings, progress=progress)[0]


def fit_rows(
    rows: Sequence[Generator],
    data: NormalMixture,
    settings: Settings,
    *,
    progress: Callable[[str, int], Any] | None = None,
) -> tuple[Trained, ...]:
    """Every row's exact fit, and the GANs of all rows trained in one batch; `progress` gets their names and steps."""
    for row in rows:
        refuse_steps(row)  # before the exact fits, which take their time
    exact = [(best_fit(row, data), flow_end(row, data, settings.start)) for row in rows]
    names = ", ".join(row.name for row in rows)
    runs = train_rows(rows, data, settings, progress=None if progress is None else lambda done: progress(names, done))
    return tuple(_judged(row, data, best, flow, run) for row, (best, flow), run in zip(rows, exact, runs))


def _judged(row: Generator, data: NormalMixture, best: Fit, flow: Fit, run: Run) -> Trained:
    ends = run.ends()[run.finite]
    if len(ends) == 0:
        raise InvalidMeasure(
            f"all {run.settings.members} GANs trained by {row.name} left the finite numbers",
            argument="settings",
            remedy="lower critic_rate and generator_rate, or raise batch",
        )
    excess = tuple(divergence_from(row, data, m, s).value - best.divergence.value for m, s in ends.tolist())
    errors, gaps = critic_scores(row, data, run)
    mean, sd = (student_interval(ends[:, i]) for i in (0, 1))
    return Trained(row, data, best, flow, run, mean, sd, excess, errors, gaps)


def _at_most(share: float) -> str:
    """A share in hundredths of a percent, rounded up, so that it is a bound; never 0, which nothing shows."""
    return f"{max(math.ceil(share * 1e4), 1) / 1e4:.2%}" if math.isfinite(share) else f"{share:.0%}"


def critic_scores(row: Generator, data: NormalMixture, run: Run) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Per finite member: the mean of |D − D*| under (p + q)/2, and D_f minus the bound that its critic reaches."""
    x, o = run.grid, numpy_words()
    step, log_p = x[1] - x[0], data.log_density(x)
    errors, gaps = [], []
    for member in np.flatnonzero(run.finite):
        mean, sd = float(run.means[-1, member]), float(run.sds[-1, member])
        log_q, v = log_normal(x, mean, sd), run.logits[member]
        p, q, best = np.exp(log_p), np.exp(log_q), log_p - log_q
        errors.append(float(step * np.sum((p + q) / 2 * np.abs(o.sigmoid(v) - o.sigmoid(best)))))
        with quiet():
            reached, sup = ((p * row.critic(u, o) - q * row.penalty(u, o)).sum() * step for u in (v, best))
        gaps.append(float(sup - reached))
    return tuple(errors), tuple(gaps)
