"""Why a divergence is what it is: each atom's part, where infinity comes from, what the number means."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from .evaluation import Evaluation
from .generators import GENERATORS, Generator
from .joint_range import implied_total_variation
from .measure import Discrete
from .perspective import terms_of_masses
from .promotion import promote

Array = Any


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """D_f(P||Q) atom by atom: `print` it, or draw it with `figure()`.

    `contributions` (k,) are q f(p/q), whose sum is the value; `order` sorts the atoms by them, largest first.

    >>> import divergence as dv
    >>> found = dv.kl.explain([0.5, 0.5], [0.25, 0.75], labels=["heads", "tails"])
    >>> print(found)
    kl(p, q) = 0.143841 nats = 0.207519 bits
    Σ p log(p/q)
    sum over 2 atoms, rounding error at most 2.6e-16
    <BLANKLINE>
    atom           p          q   log p/q  part of D   share  so far
    heads        0.5       0.25    +0.693    0.09657   67.1%   67.1%
    tails        0.5       0.75    -0.405    0.04727   32.9%  100.0%
    part of D: p log(p/q) − p + q, never negative; the masses cancel in the sum
    <BLANKLINE>
    Predicting draws of p with q instead of p costs 0.1438 nats (0.2075 bits) of
    log-loss a draw, which is also the mean of log p/q over draws of p.
    <BLANKLINE>
    Which of the two did a draw come from, at even odds?
      best advantage   0.25, the total variation of p and q
      Bayes error      0.375, where a blind guess errs 0.5
      below 5% error   with 24 to 67 draws from the same one
      from D alone     total variation at most 0.2661
    >>> found.order.tolist(), found.optimal_advantage, found.bayes_error, found.draws(0.01)
    ([0, 1], 0.25, 0.375, (47, 113))
    """

    row: Generator
    value: Evaluation
    p: np.ndarray
    q: np.ndarray
    contributions: np.ndarray
    labels: Sequence[Any] | None = None

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def formula(self) -> str:
        return self.row.formula

    @cached_property
    def order(self) -> np.ndarray:
        """The atoms by the size of their contributions, then by their masses, then as they came."""
        return np.lexsort((-np.maximum(self.p, self.q), -np.abs(self.contributions)))

    @cached_property
    def infinite(self) -> np.ndarray:
        """The atoms whose contribution is infinite, as indices."""
        return np.flatnonzero(np.isposinf(self.contributions))

    @cached_property
    def log_ratio(self) -> np.ndarray:
        """log p/q (k,), with all digits near p = q; 0 where neither has mass."""
        p, q = self.p, self.q
        with ops.quiet():
            near = np.abs(p - q) < q / 2
            s = np.where(near, p - q, 0) / np.where(near, q, 1)
            return np.where(near, np.log1p(s), np.where(p == q, 0, np.log(p) - np.log(np.where(p == q, 1, q))))

    @cached_property
    def optimal_advantage(self) -> float:
        """Total variation: how much more often the best test says "p" on a draw from p than on a draw from q."""
        return self._sum("total_variation")

    @cached_property
    def bayes_error(self) -> float:
        """½ Σ min(p, q) = (1 - TV)/2, how often the best guess between p and q errs, at even odds and from one draw."""
        return float(np.minimum(self.p, self.q).sum()) / 2

    @cached_property
    def log_affinity(self) -> float:
        """log Σ sqrt(p q), minus the Bhattacharyya distance; n draws have n times as much."""
        with ops.quiet():
            apart, overlap = self._sum("squared_hellinger"), float((np.sqrt(self.p) * np.sqrt(self.q)).sum())
            return math.log1p(-apart) if apart < 0.5 else float(np.log(overlap))

    def draws(self, error: float = 0.05) -> tuple[float, float]:
        """How many draws bring the error of the best guess down to `error`: at least so many, at most so many.

        From ½ (1 - sqrt(1 - B²ⁿ)) ≤ error of n draws ≤ ½ Bⁿ, B = Σ sqrt(p q), rounded outward; (inf, inf) where no
        float counts them. Raises InvalidParameter for an error outside (0, ½).
        """
        if not 0 < error < 0.5:
            raise InvalidParameter(
                f"{error!r} is no error to reach", argument="error", value=error, remedy="give one between 0 and 1/2"
            )
        if self.bayes_error <= error:
            return 1, 1
        rounding = 16 * np.finfo(float).eps
        if self.log_affinity > -1e-300:  # so many that no float counts them
            return math.inf, math.inf
        fewest = (math.log(4 * error) + math.log1p(-error)) / (2 * self.log_affinity)
        most = math.log(2 * error) / self.log_affinity
        return max(2, math.ceil(fewest * (1 - rounding))), max(2, math.ceil(most * (1 + rounding)))

    @cached_property
    def implied_advantage(self) -> tuple[float, float]:
        """The least and the largest total variation of any pair with this value of this row: sharp for every row."""
        return implied_total_variation(self.row, self.value.lower, self.value.upper)

    def label(self, atom: int) -> str:
        """What an atom is called: its label, its point, or its index."""
        return _shown(atom if self.labels is None else self.labels[atom])

    @property
    def title(self) -> str:
        """The value in one line: kl(p, q) = 0.143841 nats."""
        from .explain_text import headline

        return headline(self)

    def text(self, top: int = 10) -> str:
        """The explanation in at most 80 columns, with the `top` largest contributions."""
        from .explain_text import text

        return text(self, top)

    def figure(self, top: int = 20) -> Any:
        """The masses and the contributions of the `top` atoms as a matplotlib Figure."""
        from .plot import contributions

        return contributions(self, top)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__  # so that a prompt shows it

    def _repr_html_(self) -> str:
        """For notebooks: the text, and the figure where matplotlib is there."""
        try:
            buffer = io.StringIO()
            self.figure().savefig(buffer, format="svg", metadata={"Date": None})
        except ImportError:
            drawing = ""
        else:
            drawing = buffer.getvalue()
        return f"<pre>{html.escape(str(self))}</pre>{drawing[max(drawing.find('<svg'), 0) :]}"

    def _sum(self, name: str) -> float:
        return float(terms_of_masses(GENERATORS[name], self.p, self.q).sum())


def explain(divergence: Any, p: Any, q: Any, labels: Any = None) -> Explanation:
    """What `FDivergence.explain` answers."""
    kind, a, b = promote(p, q)
    if kind == "laws":
        raise UnsupportedLaw(
            "densities have no atoms",
            argument="p, q",
            remedy=f"call {divergence.name}.evaluate(p, q) for the number, or give the masses of bins, as Discrete",
        )
    row, value = divergence.generator, divergence.evaluate(p, q)
    p_masses, q_masses = _floats(a), _floats(b)
    if labels is None:
        labels = next((x.points for x in (p, q) if isinstance(x, Discrete) and x.points is not None), None)
    names = None if labels is None else _names(labels, p_masses.size)
    return Explanation(row, value, p_masses, q_masses, terms_of_masses(row, p_masses, q_masses), names)


def _floats(masses: Array) -> np.ndarray:
    x = ops.to_numpy(masses)
    return x.astype(np.promote_types(x.dtype, np.float64))  # a copy, for what was explained may change


def _names(labels: Any, atoms: int) -> Sequence[Any]:
    try:
        if isinstance(labels, set | frozenset):
            raise TypeError("a set has no order")
        names = list(ops.to_numpy(labels) if ops.is_array(labels) else labels)
    except TypeError as error:
        raise InvalidParameter(
            f"{type(labels).__name__} is no sequence of labels ({error})",
            argument="labels",
            remedy="give a list, one label per atom, in the order of the masses",
        ) from error
    if len(names) != atoms:
        raise ShapeMismatch(
            f"{len(names)} labels for {atoms} atoms",
            argument="labels",
            remedy="give one label per atom, in the order of the masses",
        )
    return names


def _shown(label: Any) -> str:
    """A label on one line: strings with spaces at their ends or signs that do not print as Python writes them."""
    if isinstance(label, float | np.floating):
        return f"{label:.6g}"
    if isinstance(label, np.ndarray) and label.ndim == 1:
        return f"({', '.join(f'{x:.4g}' for x in label)})"
    text = str(label)
    return text if text and text.isprintable() and text == text.strip() else repr(text)
