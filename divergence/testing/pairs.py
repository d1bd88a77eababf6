"""Hypothesis strategies for the masses on which divergences break."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

Pair = tuple[np.ndarray, np.ndarray]


def masses(atoms: int, zeros: bool = True) -> st.SearchStrategy[np.ndarray]:
    """Masses (atoms,): of all sizes down to the subnormal, and zeros where `zeros`; they sum to one within rounding."""
    plain = st.floats(0.01, 1.0)
    tiny = st.tuples(plain, st.integers(1, 323)).map(lambda drawn: drawn[0] * 10.0 ** -drawn[1])
    weight = st.one_of(plain, tiny, st.just(0.0)) if zeros else st.one_of(plain, tiny.map(lambda w: max(w, 5e-324)))
    return st.lists(weight, min_size=atoms, max_size=atoms).filter(lambda w: max(w) >= 0.01).map(_normalised)


def near(q: np.ndarray) -> st.SearchStrategy[np.ndarray]:
    """Masses q (1 ± 10^-k), k from 1 to 15."""

    def moved(drawn: tuple[int, list[float]]) -> np.ndarray:
        return _normalised(q * (1 + 10.0 ** -drawn[0] * np.asarray(drawn[1])))

    return st.tuples(st.integers(1, 15), st.lists(st.floats(-1, 1), min_size=q.size, max_size=q.size)).map(moved)


def disjoint(atoms: int) -> st.SearchStrategy[Pair]:
    """p and q (atoms,) that share no atom, atoms at least 2."""

    def split(drawn: tuple[np.ndarray, int]) -> Pair:
        weights, cut = drawn
        left = np.arange(atoms) < cut
        return _normalised(np.where(left, weights, 0)), _normalised(np.where(left, 0, weights))

    weights = st.lists(st.floats(0.01, 1.0), min_size=atoms, max_size=atoms).map(np.asarray)
    return st.tuples(weights, st.integers(1, atoms - 1)).map(split)


@st.composite
def pairs(draw: st.DrawFn, max_atoms: int = 6) -> Pair:
    """p and q (k,), k ≤ max_atoms: unrelated, with zeros on either side, disjoint, or q (1 ± 10^-k) against q."""
    atoms = draw(st.integers(2, max_atoms))
    kind = draw(st.sampled_from(("unrelated", "positive", "near", "disjoint")))
    if kind == "disjoint":
        return draw(disjoint(atoms))
    q = draw(masses(atoms, zeros=kind != "positive"))
    return draw(near(q) if kind == "near" else masses(atoms, zeros=kind != "positive")), q


@st.composite
def exact(draw: st.DrawFn, count: int, max_atoms: int = 6, bits: int = 40) -> tuple[np.ndarray, ...]:
    """`count` mass vectors (k,) of multiples of 2^-bits: they sum to one, and mix and merge, without any rounding."""
    atoms, whole = draw(st.integers(2, max_atoms)), 2**bits

    def one() -> list[int]:
        cuts = sorted(draw(st.lists(st.integers(0, whole), min_size=atoms - 1, max_size=atoms - 1)))
        return [b - a for a, b in zip([0, *cuts], [*cuts, whole])]

    def moved(counts: list[int]) -> list[int]:
        step = draw(st.integers(0, 2 ** draw(st.integers(0, bits // 2))))
        source, target = draw(st.integers(0, atoms - 1)), draw(st.integers(0, atoms - 1))
        step = min(step, counts[source])
        return [c - step * (i == source) + step * (i == target) for i, c in enumerate(counts)]

    found = [one()]
    while len(found) < count:
        found.append(moved(found[0]) if draw(st.booleans()) else one())
    return tuple(np.asarray(counts, dtype=float) / whole for counts in found)


def _normalised(weights: np.ndarray | list[float]) -> np.ndarray:
    weights = np.asarray(weights, dtype=float)
    return weights / weights.sum()
