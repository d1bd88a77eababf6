"""What an experiment returns: checks of predictions against measurements, with intervals, data and figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..seeds import check_seed


@dataclass(frozen=True)
class Setup:
    """What an experiment is run with; `divergence` restricts those that compare rows to one of them.

    `progress`(what, done, total) is called as training goes on.
    """

    seed: int = 0
    device: str = "cpu"
    quick: bool = False
    divergence: str | None = None
    progress: Callable[[str, int, int], Any] | None = None

    def __post_init__(self) -> None:
        check_seed(self.seed)

    def pick(self, quick: Any, full: Any) -> Any:
        """The quick mode's number or the full one's."""
        return quick if self.quick else full

    def bar(self, what: str, total: int) -> Callable[[int], Any]:
        """A callback for the training loop that reports under the name `what`."""
        done = [0]

        def report(steps: int) -> None:
            done[0] += steps
            if self.progress is not None:
                self.progress(what, done[0], total)

        return report


@dataclass(frozen=True)
class Check:
    """One line of the table; `low` and `high` are the ends of the interval of `measured` over seeds, nan for none."""

    what: str
    predicted: str
    measured: float
    holds: Any  # true or false, of Python or numpy
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Outcome:
    """`data` are JSON's kinds of value, `figures` and `animations` (GIF) are made when called.

    `notes` say what differs from the source.
    """

    name: str
    question: str
    checks: tuple[Check, ...]
    seeds: int
    setup: Setup
    data: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Callable[[], Any]] = field(default_factory=dict)
    animations: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = math.nan

    @property
    def confirmed(self) -> bool:
        return all(bool(check.holds) for check in self.checks)

    @property
    def verdict(self) -> str:
        missed = [check.what for check in self.checks if not check.holds]
        return "as predicted" if not missed else f"{len(missed)} of {len(self.checks)} missed: {'; '.join(missed)}"

    def as_json(self) -> dict[str, Any]:
        """Everything but the figures; numbers that JSON does not have are written as words."""
        checks = [
            {
                "what": c.what,
                "predicted": c.predicted,
                "measured": c.measured,
                "interval": None if math.isnan(c.low) else [c.low, c.high],
                "holds": c.holds,
            }
            for c in self.checks
        ]
        found = {
            "experiment": self.name,
            "question": self.question,
            "verdict": self.verdict,
            "checks": checks,
            "seeds": self.seeds,
            "seed": self.setup.seed,
            "device": self.setup.device,
            "mode": "quick" if self.setup.quick else "full",
            "seconds": round(self.seconds, 1) if math.isfinite(self.seconds) else None,
            "notes": list(self.notes),
            "data": self.data,
        }
        return _plain(found)


def within(what: str, values: Any, low: float, high: float, predicted: str | None = None) -> Check:
    """Whether the 95% Student interval of the mean of `values` lies between `low` and `high`."""
    centre, bottom, top = student_interval(np.asarray(values, float))
    said = predicted or f"{low:.4g} to {high:.4g}"
    return Check(what, said, centre, bool(low <= bottom and top <= high), bottom, top)


def share(what: str, hits: Any, low: float, high: float, predicted: str | None = None) -> Check:
    """Whether the share of `hits` is between `low` and `high`, with its 95% Clopper-Pearson interval."""
    hits = np.asarray(hits, bool)
    found = float(hits.mean())
    bottom, top = proportion_interval(int(hits.sum()), len(hits))
    return Check(what, predicted or f"{low:.0%} to {high:.0%}", found, bool(low <= found <= high), bottom, top)


def near(what: str, value: float, target: float, tolerance: float) -> Check:
    """An exact number against another; no interval, because nothing is random."""
    return Check(what, f"{target:.6g} ± {tolerance:.1g}", value, bool(abs(value - target) <= tolerance))


def student_interval(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """The mean and its Student interval; a single value tells nothing about its spread, so its interval is the line."""
    from scipy.special import stdtrit

    centre, n = float(values.mean()), len(values)
    if n < 2:
        return centre, -np.inf, np.inf
    half = float(stdtrit(n - 1, (1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(n))
    return centre, centre - half, centre + half


def proportion_interval(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    return low, float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else repr(float(value))
    return value
