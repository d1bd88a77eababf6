"""Hypothesis strategies for the masses on which divergences break."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from hypothesis import strategies as st
from scipy import special

Pair = tuple[np.ndarray, np.ndarray]


def masses(atoms: int, zeros: bool = True) -> st.SearchStrategy[np.ndarray]:
    """Masses (atoms,): of all sizes down to the subnormal, and zeros where `zeros`; they sum to one within rounding."""
    plain = st.floats(0.01, 1.0)
    tiny = st.tuples(plain, st.integers(1, 323)).map(lambda drawn: drawn[0] * 10.0 ** -drawn[1])
    weight = st.one_of(plain, tiny, st.just(0.0)) if zeros else st.one_of(plain, tiny.map(lambda w: max(w, 5e-324)))
    return st.lists(weight, min_size=atoms, max_size=atoms).filter(lambda w: max(w) >= 0.01).map(_normalised)


def near(q: np.ndarray) -> st.SearchStrategy[np.ndarray]:
    """Masses q (1 ± 10^-j), j from 1 to 15."""

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


def subnormal(atoms: int) -> st.SearchStrategy[Pair]:
    """p and q (atoms,), one with a mass below 2.2e-308 where the other has any or none: ratios leave the floats."""
    plain, tiny = st.floats(0.01, 1.0), st.integers(1, 2**52 - 1).map(lambda count: count * 5e-324)
    others = st.lists(plain, min_size=atoms - 2, max_size=atoms - 2).map(lambda weights: [1.0, *weights])

    def with_mass(mass: float, weights: list[float], place: int) -> np.ndarray:
        if mass >= 0.01:
            return _normalised(np.insert(weights, place, mass))
        return np.insert(_normalised(weights), place, mass)  # too little to be seen in the sum

    def pair(drawn: tuple[float, float, list[float], list[float], int, bool]) -> Pair:
        first, second, left, right, place, exchanged = drawn
        p, q = with_mass(first, left, place), with_mass(second, right, place)
        return (q, p) if exchanged else (p, q)

    against = st.one_of(plain, tiny, st.just(0.0))
    return st.tuples(tiny, against, others, others, st.integers(0, atoms - 1), st.booleans()).map(pair)


CARRIERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "geometric": lambda k: 0.0 * k,
    "binomial": lambda k: -special.betaln(k + 1, k[::-1] + 1),
    "Poisson": lambda k: -special.gammaln(k + 1),
    "normal": lambda k: -((k - (k.size - 1) / 2) ** 2) / 2,
}


def families(atoms: int) -> st.SearchStrategy[Pair]:
    """p and q (atoms,) of one family on 0, 1, ...: its masses ∝ exp(c(k) + k η) at η, and η' near η or far from it.

    The carrier c makes it binomial, or a geometric, Poisson or discretised normal law cut off after `atoms`.
    """
    k = np.arange(float(atoms))

    def pair(drawn: tuple[str, float, float, int]) -> Pair:
        name, eta, other, digits = drawn
        log_masses = [CARRIERS[name](k) + k * x for x in (eta, eta + other * 10.0**-digits)]
        first, second = (_normalised(np.exp(log - log.max())) for log in log_masses)
        return first, second

    far = st.floats(-30, 30)
    return st.tuples(st.sampled_from(sorted(CARRIERS)), far, far, st.integers(0, 15)).map(pair)


KINDS = {"disjoint": disjoint, "families": families, "subnormal": subnormal}


@st.composite
def pairs(draw: st.DrawFn, max_atoms: int = 6) -> Pair:
    """p and q (k,), k ≤ max_atoms: unrelated, with zeros, positive, q (1 ± 10^-j) against q, or of a kind above."""
    atoms = draw(st.integers(2, max_atoms))
    kind = draw(st.sampled_from(("unrelated", "positive", "near", "disjoint", "families", "subnormal")))
    if kind in KINDS:
        return draw(KINDS[kind](atoms))
    q = draw(masses(atoms, zeros=kind != "positive"))
    return draw(near(q) if kind == "near" else masses(atoms, zeros=kind != "positive")), q


@cache  # a strategy is dear to make, and is asked for at every example
def dyadic(bits: int) -> st.SearchStrategy[int]:
    """n of the fractions n/2^bits in [0, 1]; the simplest are 0, 1, 1/2, 1/4, 3/4, 1/8, so that is what is reported."""

    def fraction(index: int) -> int:
        # an integer with its bits in reverse order, so that a small one has few of them
        return 2**bits if index == 1 else int(f"{max(index - 1, 0):0{bits}b}"[::-1], 2)

    indices = st.integers(0, 2**bits).map(fraction)
    return st.one_of(indices, st.integers(0, 2**bits))  # the latter for fractions near 0


@st.composite
def exact(draw: st.DrawFn, count: int, max_atoms: int = 6, bits: int = 40) -> tuple[np.ndarray, ...]:
    """`count` mass vectors (k,) of multiples of 2^-bits: they sum to one, and mix and merge, without any rounding."""
    atoms, whole = draw(st.integers(2, max_atoms)), 2**bits
    cuts_of_one = st.tuples(*[dyadic(bits)] * (max_atoms - 1))

    def one() -> list[int]:
        drawn = draw(cuts_of_one)
        cuts = sorted(drawn[: atoms - 1])  # so that a counterexample can lose atoms and keep the rest
        return [b - a for a, b in zip([0, *cuts], [*cuts, whole])]

    def moved(counts: list[int]) -> list[int]:
        """A share 2^-k of one atom sent to another: for a small k far, for a large one near."""
        source, away = draw(st.integers(0, atoms - 1)), draw(st.integers(1, atoms - 1))
        step = min(counts[source], max(counts[source] >> draw(st.integers(0, bits)), 1))
        target = (source + away) % atoms
        return [c - step * (i == source) + step * (i == target) for i, c in enumerate(counts)]

    found = [one()]
    while len(found) < count:
        found.append(moved(found[0]) if draw(st.booleans()) else one())
    return tuple(np.asarray(counts, dtype=float) / whole for counts in found)


def _normalised(weights: np.ndarray | list[float]) -> np.ndarray:
    weights = np.asarray(weights, dtype=float)
    return weights / weights.sum()
