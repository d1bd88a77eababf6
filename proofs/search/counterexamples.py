"""The search: laws of two and three atoms on grids, by the shipped numerics, and what balls say of what is found.

An inequality that is concave in f-divergences holds for all laws when it holds for laws of two atoms (Harremoës &
Vajda 2011), and the functionals of a sentence rarely need more than three to disagree with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb

from divergence import checks
from divergence.errors import InvalidParameter

from .. import algebra
from . import functionals
from .sentence import Sentence

Masses = Mapping[str, np.ndarray]
RationalLaws = dict[str, tuple[Fraction, ...]]
TWO_ATOMS, THREE_ATOMS = {2: 64, 3: 20}, {2: 10, 3: 6}  # the largest denominators of all of which laws are tried
FINER = (100, 1000, 10**4, 10**5, 10**6, 10**8, 10**10, 10**12)
STEEPER = tuple(dict.fromkeys(round(m * 10**k) for k in range(2, 12) for m in (1, 1.5, 2, 3, 4, 5, 7)))
ROUNDING = 1e-12  # of either side: a smaller excess in floats is not looked at
FAR = 14.0  # logits of the search


@dataclass(frozen=True)
class Counterexample:
    """Rational laws at which balls see the smaller side above the larger, or not below it where that is said."""

    laws: RationalLaws
    smaller: float
    larger: float
    smallest: bool  # no law of a smaller denominator, of two atoms at least, does


@dataclass(frozen=True)
class Worst:
    """The largest ratio, smaller side over larger, that was seen: in floats, and at rational laws in balls."""

    ratio: float
    masses: dict[str, np.ndarray]
    below: float  # a rational law has at least this ratio


@dataclass(frozen=True)
class Search:
    """A sentence and what balls evaluate of it."""

    sentence: Sentence

    @property
    def names(self) -> tuple[str, ...]:
        return self.sentence.laws

    def floats(self, masses: Masses) -> tuple[np.ndarray, np.ndarray]:
        with checks.unchecked():
            smaller, larger = (functionals.floats(side, masses) for side in self.sentence.sides)
        shape = masses[self.names[0]].shape[:1]
        return np.broadcast_to(smaller, shape), np.broadcast_to(larger, shape)

    def balls(self, laws: RationalLaws) -> tuple[arb, arb]:
        canonical = (functionals.canonical(side, self.names) for side in self.sentence.sides)
        smaller, larger = (functionals.in_balls(side, laws) for side in canonical)
        return smaller, larger

    def refutes(self, laws: RationalLaws) -> tuple[arb, arb] | None:
        """Both sides at the laws, where balls see that the sentence is false."""
        smaller, larger = self.balls(laws)
        if smaller.is_nan() or larger.is_nan():
            return None
        false = smaller > larger or (self.sentence.strict and self._equal(smaller - larger, laws))
        return (smaller, larger) if false else None

    def _equal(self, gap: arb, laws: RationalLaws) -> bool:
        """Whether both sides are one finite number: so narrow a ball around 0, and the same normal form."""
        if not abs(gap) < arb(1e-60):
            return False
        first, second = (
            functionals.exact(functionals.canonical(side, self.names), laws) for side in self.sentence.sides
        )
        return bool(algebra.vanishes(first - second))

    # --- the smallest

    def smallest(self) -> Counterexample | None:
        """The counterexample of the least common denominator, with finite sides if there is one."""
        infinite = None
        for denominator in range(1, TWO_ATOMS[len(self.names)] + 1):
            for atoms in (2, 3) if denominator <= THREE_ATOMS[len(self.names)] else (2,):
                for finite, laws in self._suspects(denominator, atoms):
                    sides = self.refutes(laws) if finite or infinite is None else None
                    if sides is not None:
                        found = Counterexample(laws, float(sides[0]), float(sides[1]), True)
                        if finite:
                            return found
                        infinite = found
        return infinite

    def _suspects(self, denominator: int, atoms: int) -> Iterator[tuple[bool, RationalLaws]]:
        """Laws of that denominator, of no smaller one, at which floats see the sentence fail; the clearest first."""
        laws = np.asarray(list(_compositions(denominator, atoms)))
        places = np.indices((len(laws),) * len(self.names)).reshape(len(self.names), -1)
        places = places[:, places[0] <= len(laws) // 2] if atoms == 2 else places  # the atoms may change places
        new = np.gcd.reduce(np.concatenate([laws[at] for at in places], axis=1), axis=1, initial=denominator) == 1
        places = places[:, new]
        masses = {name: laws[at] / denominator for name, at in zip(self.names, places)}
        smaller, larger = self.floats(masses)
        self._refuse_undefined(smaller, larger, masses)
        with np.errstate(invalid="ignore"):
            excess = smaller - larger
            size = np.abs(smaller) + np.abs(larger)
            wrong = excess >= 0 if self.sentence.strict else excess > ROUNDING * np.where(size < np.inf, size, 0)
        finite = np.isfinite(size)
        order = np.lexsort((-np.where(wrong, excess, 0), ~finite))
        for i in order[wrong[order]][:5]:
            counts = [laws[at[i]] for at in places]
            named = (tuple(Fraction(int(n), denominator) for n in count) for count in counts)
            yield bool(finite[i]), dict(zip(self.names, named))

    def _refuse_undefined(self, smaller: np.ndarray, larger: np.ndarray, masses: Masses) -> None:
        """A logarithm of a negative number, say, is no value; inf − inf and 0/0 at P = Q are left out."""
        undefined = np.isnan(smaller) | np.isnan(larger)
        inside = np.all([(mass > 0).all(axis=-1) for mass in masses.values()], axis=0)
        first, *others = masses.values()
        apart = np.any([(first != other).any(axis=-1) for other in others], axis=0)
        for i in np.flatnonzero(undefined & inside & apart)[:1]:
            place = ", ".join(f"{name} = {np.round(mass[i], 4).tolist()}" for name, mass in masses.items())
            raise InvalidParameter(
                f"{self.sentence.text} is not defined at {place}",
                argument="sentence",
                remedy="keep what is under log and sqrt positive for all laws",
            )

    # --- the worst

    def worst(self) -> Worst:
        """The largest ratio on the grids, then improved by Nelder and Mead's simplex in logits."""
        starts: list[tuple[float, np.ndarray]] = []
        for logits in self._grids():
            ratio = self._ratio({name: _softmax(logits[:, i]) for i, name in enumerate(self.names)})
            i = int(np.argmax(ratio))
            starts.append((float(ratio[i]), logits[i]))
        starts.sort(key=lambda start: -start[0])
        if starts[0][0] in (0.0, np.inf):
            return self._certain(starts[0][0], self._masses(starts[0][1]))
        return self._certain(*max((self._polished(*start) for start in starts[:2]), key=lambda pair: pair[0]))

    def _masses(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        return {name: _softmax(logits[i]) for i, name in enumerate(self.names)}

    def _ratio(self, masses: Masses) -> np.ndarray:
        """smaller/larger, 0 where it says nothing; an infinity counts only where a mass is 0, for others round."""
        smaller, larger = self.floats(masses)
        ended = np.any([(mass == 0).any(axis=-1) for mass in masses.values()], axis=0)
        with np.errstate(all="ignore"):
            ratio = np.where((larger > 0) & (larger < np.inf), smaller / larger, 0)
        return np.where(np.isnan(ratio) | (np.isinf(ratio) & ~ended), 0, ratio)

    def _grids(self) -> Iterator[np.ndarray]:
        """Logits (n, laws, atoms - 1)."""
        number = len(self.names)
        line = np.linspace(-12, 12, {2: 97, 3: 33}[number])
        yield np.stack(np.meshgrid(*[line] * number), axis=-1).reshape(-1, number, 1)
        near = np.stack([line, line + 1e-3], axis=-1)  # the two laws nearly equal
        yield (near if number == 2 else np.concatenate([near, near[:, :1] + 5e-4], axis=1))[..., None]
        ends = np.asarray([-np.inf, -2, 0, 2, np.inf])
        yield np.stack(np.meshgrid(*[ends] * number), axis=-1).reshape(-1, number, 1)
        plane = np.asarray(list(itertools.product((-6.0, -2, 0, 2, 6) if number == 2 else (-4.0, 0, 4), repeat=2)))
        yield plane[np.asarray(list(itertools.product(range(len(plane)), repeat=number)))]

    def _polished(self, ratio: float, logits: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        from scipy.optimize import minimize

        def place(flat: np.ndarray) -> np.ndarray:
            return np.minimum(np.maximum(flat, -FAR), FAR).reshape(logits.shape)

        def objective(flat: np.ndarray) -> float:
            return -float(self._ratio({name: mass[None] for name, mass in self._masses(place(flat)).items()})[0])

        if not np.isfinite(logits).all():
            return ratio, self._masses(logits)
        options = {"maxfev": 200, "xatol": 1e-7, "fatol": 1e-12}
        found = minimize(objective, logits.ravel(), method="Nelder-Mead", options=options)
        return (
            (float(-found.fun), self._masses(place(found.x))) if -found.fun > ratio else (ratio, self._masses(logits))
        )

    def _certain(self, ratio: float, masses: dict[str, np.ndarray]) -> Worst:
        """With what balls say of the ratio at these very floats, and at laws between them, on the way to P = Q."""
        laws = {name: exactly(mass) for name, mass in masses.items()}
        last = laws[self.names[-1]]
        below = 0.0
        for share in (Fraction(1), *(Fraction(1, 2**k) for k in (8, 16, 24, 32))):
            mixed = {name: tuple(share * x + (1 - share) * y for x, y in zip(law, last)) for name, law in laws.items()}
            smaller, larger = self.balls(mixed)
            here = smaller / larger if larger > 0 else arb(0)
            below = below if here.is_nan() else max(below, float(here.lower()))
        return Worst(max(ratio, below), masses, below)

    def near(self, worst: Worst) -> Counterexample | None:
        """A counterexample of a larger denominator: with masses near 0, ½ and 1, else the worst laws rounded."""
        for denominator in STEEPER:
            parts = sorted({0, 1, 2, *(denominator * i // 8 for i in range(9)), denominator - 1})
            laws = [(Fraction(n, denominator), Fraction(denominator - n, denominator)) for n in parts]
            grid = np.asarray(laws, float)
            places = np.indices((len(laws),) * len(self.names)).reshape(len(self.names), -1)
            smaller, larger = self.floats({name: grid[at] for name, at in zip(self.names, places)})
            with np.errstate(invalid="ignore"):
                wrong = (smaller > larger * (1 + ROUNDING)) & np.isfinite(smaller)
            for i in np.flatnonzero(wrong)[:3]:
                named = {name: laws[at[i]] for name, at in zip(self.names, places)}
                sides = self.refutes(named)
                if sides is not None:
                    return Counterexample(named, float(sides[0]), float(sides[1]), False)
        for denominator in FINER if worst.masses else ():
            sides = self.refutes(laws := rounded(worst.masses, denominator))
            if sides is not None:
                return Counterexample(laws, float(sides[0]), float(sides[1]), False)
        return None


def exactly(mass: np.ndarray) -> tuple[Fraction, ...]:
    """The floats as fractions, the largest of them changed so that they add up to 1."""
    parts = [Fraction(float(x)) for x in mass]
    most = max(range(len(parts)), key=lambda i: parts[i])
    parts[most] += 1 - sum(parts)
    return tuple(parts)


def rounded(masses: Masses, denominator: int) -> RationalLaws:
    """Laws of that denominator near the masses: the last atom takes what is left."""
    found = {}
    for name, mass in masses.items():
        parts = [Fraction(round(float(x) * denominator), denominator) for x in mass[:-1]]
        parts = parts if sum(parts) <= 1 else [part / sum(parts) for part in parts]
        found[name] = (*parts, 1 - sum(parts))
    return found


def _compositions(total: int, parts: int) -> Iterator[Sequence[int]]:
    """The ways to write `total` as a sum of so many whole numbers from 0 on, in order."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _softmax(logits: np.ndarray) -> np.ndarray:
    """(n, k) masses of (n, k - 1) logits against the last atom."""
    whole = np.concatenate([logits, np.zeros((*logits.shape[:-1], 1))], axis=-1)
    if whole.shape[-1] == 2:  # with infinite logits too
        x = whole[..., 0]
        with np.errstate(over="ignore"):
            return np.stack([1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x))], axis=-1)
    weights = np.exp(whole - whole.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
