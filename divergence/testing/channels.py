"""Hypothesis strategies for channels: what blurs or merges atoms, and so cannot make two laws easier to tell apart."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from .pairs import dyadic


@st.composite
def channels(draw: st.DrawFn, atoms: int, outputs: int | None = None, bits: int = 8) -> np.ndarray:
    """W (atoms, outputs), rows that sum to one, of multiples of 2^-bits: p @ W are the masses after the channel.

    Half of them only merge atoms, and a counterexample shrinks towards those; `outputs` is 2 to atoms + 1 unless told.
    Masses of multiples of 2^-b pass without any rounding while b + bits is at most the 53 bits of a float64.

    >>> from hypothesis import find
    >>> find(channels(3, 2), lambda W: W[0, 0] != W[2, 0]).tolist()
    [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    outputs = draw(st.integers(2, atoms + 1)) if outputs is None else outputs
    merges = draw(st.sampled_from((True, False)))
    to = st.integers(0, outputs - 1).map(lambda target: np.eye(outputs)[target])
    row = to if merges else st.one_of(to, _spread(outputs, bits))
    return np.stack(draw(st.tuples(*[row] * atoms)))


@cache
def _spread(outputs: int, bits: int) -> st.SearchStrategy[np.ndarray]:
    """A row that sends an atom to several outputs: the gaps between cuts of [0, 1] at multiples of 2^-bits."""
    cuts = st.tuples(*[dyadic(bits)] * (outputs - 1))
    return cuts.map(lambda places: np.diff([0, *sorted(places), 2**bits]) / 2**bits)
