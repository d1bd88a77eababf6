"""Which divergences are held to which laws, on which arrays: the test-side use of `divergence.testing`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import divergence as dv
from divergence import testing
from divergence.f_divergence import ROWS, FDivergence
from divergence.testing import Law, Subject

POWERS = tuple(dv.power(a) for a in (-2, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 3))
STICKS = tuple(dv.hockey_stick(gamma) for gamma in (1, 1.5, 2, 10))
TABLE: tuple[FDivergence, ...] = tuple(ROWS.values())
DERIVED = (dv.skew(dv.kl, 0.5), dv.skew(dv.neyman, 0.25), dv.symmetrised(dv.power(3)))
ALL: tuple[FDivergence, ...] = TABLE + POWERS + STICKS + DERIVED
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "references" / "f_divergences.json").read_text())


def named(name: str) -> FDivergence:
    """kl, power(0.5), skew(kl, 0.5) ... from their names in the references."""
    if name in ROWS:
        return ROWS[name]
    family, _, parameters = name[:-1].partition("(")
    return getattr(dv, family)(*(ROWS[x] if x in ROWS else float(x) for x in parameters.split(", ")))


def obeys(divergence: Any, laws: tuple[Law, ...], xp: Any, max_examples: int) -> None:
    """Fail with the counterexample to the first of the promised laws that `divergence` breaks on the arrays of `xp`."""
    subject = Subject(divergence, testing.Promises.of(divergence), xp.array)
    for law in laws:
        if law.promised(subject):
            broken = testing.hunt(law, subject, max_examples)
            assert broken is None, f"{divergence!r}: {law.statement} is broken: {broken}"


def random_masses(rng: np.random.Generator, *shape: int) -> np.ndarray:
    weights = rng.random(shape) + 1e-3
    return weights / weights.sum(axis=-1, keepdims=True)
