"""The integral of a row over the line, with an error that covers the truth."""

from __future__ import annotations

import math

import numpy as np

from ..density import Density
from ..evaluation import Evaluation
from ..generators import Generator
from .batch import Rule, over_pairs
from .single import find


def integrate_row(row: Generator, p: Density, q: Density, rtol: float = 1e-10) -> Evaluation:
    """∫ q f(p/q) dx. The error adds up what the rule, the rounding of log p and log q and the masses leave unknown.

    Infinite where one density vanishes on a set that the other charges and f says so, and where the integrand does not
    decay. Raises InvalidMeasure for a density whose integral is not 1, NotConverged where the rule misses `rtol`; where
    rounding alone keeps it from that, the error says so.
    """
    found, method = find(row, p, q, rtol)
    return Evaluation(math.inf, 0.0, method) if found.infinite else Evaluation(found.value, found.error, method)


def integrate_rows(row: Generator, p: Density, q: Density, rtol: float = 1e-10) -> tuple[np.ndarray, np.ndarray]:
    """∫ q f(p/q) dx for each pair of two batches of laws, which broadcast, and its error; inf where it is infinite.

    Raises InvalidMeasure and NotConverged as `integrate_row` does, naming the pair.
    """
    rule = over_pairs(row, p, q, rtol, nodes=False)
    return rule.value, rule.error


def rule_of_row(row: Generator, p: Density, q: Density, rtol: float = 1e-10) -> Rule:
    """The same integrals with the rule that found them; a pair with an infinite one has no nodes."""
    return over_pairs(row, p, q, rtol, nodes=True)
