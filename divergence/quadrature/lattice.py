"""The sum of a row over the integers, with an error that covers the truth."""

from __future__ import annotations

import math

import numpy as np

from ..density import Lattice
from ..evaluation import Evaluation
from ..generators import Generator
from .batch import Rule, over_pairs
from .single import find


def sum_row(row: Generator, p: Lattice, q: Lattice, rtol: float = 1e-10) -> Evaluation:
    """Σ q f(p/q) over the integers. Where the terms change slowly, 21 of a block stand for all of it.

    The error adds up what these leave unknown, the rounding of log p and log q, the masses and the tail. Infinite,
    refused and not converged as `integrate_row` says.
    """
    found, method = find(row, p, q, rtol)
    return Evaluation(math.inf, 0.0, method) if found.infinite else Evaluation(found.value, found.error, method)


def sum_rows(row: Generator, p: Lattice, q: Lattice, rtol: float = 1e-10) -> tuple[np.ndarray, np.ndarray]:
    """Σ q f(p/q) for each pair of two batches of laws, which broadcast, and its error; inf where it is infinite."""
    rule = over_pairs(row, p, q, rtol, nodes=False)
    return rule.value, rule.error


def rule_of_sum(row: Generator, p: Lattice, q: Lattice, rtol: float = 1e-10) -> Rule:
    """The same sums with the rule that found them; a pair with an infinite one has no nodes."""
    return over_pairs(row, p, q, rtol, nodes=True)
