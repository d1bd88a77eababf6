"""W_p on the circle: the monotone couplings of the line, one for each way to cut the circle, and the best of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..errors import InvalidParameter, UnsupportedLaw
from ..integral_metric import pair
from ..measure import Discrete, common_namespace
from .coupling import cost
from .samples import check_rows, common_batch
from .wasserstein import check_order

Array = Any
HALVINGS = 200


def circular_wasserstein(order: float, period: float = 2 * math.pi) -> CircularWasserstein:
    """W_p on a circle of circumference `period`, where x and x + period are one point; |x − y| is the shorter arc.

    >>> import numpy as np
    >>> from divergence import Discrete
    >>> hours = np.array([1.0, 12.0, 23.0])
    >>> p, q = Discrete(np.array([1.0, 0.0, 0.0]), hours), Discrete(np.array([0.0, 0.0, 1.0]), hours)
    >>> float(circular_wasserstein(1, period=24)(p, q))
    2.0

    Raises InvalidParameter for an order that is no finite number >= 1 and a period that is no positive number.
    """
    try:
        length = math.nan if isinstance(period, str | bytes | bool) else float(period)
    except (TypeError, ValueError):
        length = math.nan
    if not 0 < length < math.inf:
        raise InvalidParameter(
            f"{period!r} is no circumference",
            argument="period",
            value=period,
            remedy="write a positive number, such as 2 * math.pi for angles or 24 for hours",
        )
    return CircularWasserstein(check_order(order), length)


@dataclass(frozen=True)
class CircularWasserstein:
    """W_p(P, Q) = (min over θ of ∫₀¹ |F⁻¹(u) − G⁻¹(u − θ)|ᵖ du)^(1/p), F⁻¹ and G⁻¹ continued around the circle.

    Call it on `Discrete(p, points)` and `Discrete(q, points)`, masses (..., k), points (k,) any real numbers; batches
    broadcast. `between_samples` takes samples. Returns (...), in the dtype and on the device of the input.

    W1 is min over c of ∫ |F − G − c|, c a median of F − G, differentiable in masses and points in torch. For other
    orders the integral is convex in θ and linear between the levels where atoms meet; θ is found by bisection, and W_p
    is differentiable in the points. Source: Delon, Salomon & Sobolevski 2010; Rabin, Delon & Gousseau 2011.
    """

    order: float
    period: float

    @property
    def name(self) -> str:
        return f"circular_wasserstein({self.order:g}, {self.period:g})"

    def __repr__(self) -> str:
        return (
            f"<{self.name}: W_{self.order:g} on a circle of circumference {self.period:g}, in [0, {self.period / 2:g}]>"
        )

    def __call__(self, p: Any, q: Any) -> Array:
        laws = pair(p, q, self.name, line=True, verb="between_samples")
        batch = np.broadcast_shapes(tuple(laws.p.shape[:-1]), tuple(laws.q.shape[:-1]))
        if self.order == 1:
            points, signed = laws.signed()
            return laws.result(self._by_median(points, signed))
        for law, name in ((p, "p"), (q, "q")):
            if getattr(law.masses, "requires_grad", False):
                raise UnsupportedLaw(
                    f"{self.name} is differentiable in the points only",
                    argument=name,
                    remedy="write circular_wasserstein(1), or detach the masses",
                )
        xp = laws.xp
        a, b = (xp.reshape(xp.broadcast_to(w, (*batch, w.shape[-1])), (-1, w.shape[-1])) for w in (laws.p, laws.q))
        values = [self._on_rows(laws.x, a[k, :], laws.y, b[k, :]) for k in range(a.shape[0])]
        return laws.result(xp.reshape(xp.stack(values), batch))

    def between_samples(self, x: Any, y: Any, *, axis: int = -1) -> Array:
        """W_p of the empirical laws of samples along `axis` of x (..., n) and y (..., m); the batches broadcast.

        >>> import numpy as np
        >>> float(circular_wasserstein(2, period=24).between_samples(np.array([23.0, 1.0]), np.array([0.0, 2.0])))
        1.0
        """
        x, y = (ops.last(check_rows(s, name, axis), axis) for s, name in ((x, "x"), (y, "y")))
        xp = common_namespace(x, y, ("x", "y"))
        batch = common_batch(x, y)
        rows = [xp.reshape(xp.broadcast_to(s, (*batch, s.shape[-1])), (-1, s.shape[-1])) for s in (x, y)]
        values = [
            self(Discrete(_uniform(a[k, :]), a[k, :]), Discrete(_uniform(b[k, :]), b[k, :]))
            for a, b in [rows]
            for k in range(a.shape[0])
        ]
        return ops.plain(xp.reshape(xp.stack(values), batch))

    def _by_median(self, points: Array, signed: Array) -> Array:
        """min over c of Σ gaps |F − G − c|, the last gap across the cut."""
        xp = ops.namespace(points, signed)
        turned = points - self.period * xp.floor(points / self.period)
        order = xp.argsort(turned, stable=True)
        turned = xp.take(turned, order)
        gaps = xp.concat([turned[1:] - turned[:-1], turned[:1] + self.period - turned[-1:]])
        difference = xp.cumulative_sum(xp.take(signed, order, axis=-1), axis=-1)
        by_size = xp.argsort(difference, axis=-1)
        level = xp.cumulative_sum(
            xp.take_along_axis(xp.broadcast_to(gaps, difference.shape), by_size, axis=-1), axis=-1
        )
        middle = xp.argmax(xp.astype(level >= self.period / 2, xp.int8), axis=-1, keepdims=True)
        median = xp.take_along_axis(difference, xp.take_along_axis(by_size, middle, axis=-1), axis=-1)
        return xp.matmul(xp.abs(difference - median), gaps)

    def _on_rows(self, x: Array, p: Array, y: Array, q: Array) -> Array:
        """One pair of histograms: the best coupling by numpy, what it costs in the library of the points."""
        xp = ops.namespace(x, y, p, q)
        sides = [ops.to_numpy(z).astype(float) for z in (x, p, y, q)]
        lifted = Lifted.of(*sides, order=self.order, period=self.period)
        widths, i, j, laps = lifted.coupling(lifted.best())
        keep = widths > 0
        i, j = (xp.asarray(k[keep], device=x.device) for k in (lifted.by_x[i], lifted.by_y[j]))
        widths = xp.asarray(widths[keep], dtype=x.dtype, device=x.device)
        turns = xp.asarray(laps[keep] + lifted.turns(i, j), dtype=x.dtype, device=x.device)
        return cost(xp.take(x, i), xp.take(y, j) + self.period * turns, widths, self.order)


@dataclass(frozen=True)
class Lifted:
    """Two histograms on the circle, cut at 0 and continued: atoms in order, with their levels."""

    x: np.ndarray
    up: np.ndarray
    y: np.ndarray
    uq: np.ndarray
    by_x: np.ndarray
    by_y: np.ndarray
    whole: tuple[np.ndarray, np.ndarray]
    order: float
    period: float

    @classmethod
    def of(cls, x: np.ndarray, p: np.ndarray, y: np.ndarray, q: np.ndarray, order: float, period: float) -> Lifted:
        sides, whole = [], []
        for points, masses in ((x, p), (y, q)):
            laps = np.floor(points / period)
            turned = points - period * laps
            by_place = np.argsort(turned, kind="stable")
            by_place = by_place[masses[by_place] > 0]
            levels = np.cumsum(masses[by_place])
            sides.append((turned[by_place], levels / levels[-1], by_place))
            whole.append(laps.astype(int))
        (x, up, by_x), (y, uq, by_y) = sides
        return cls(x, up, y, uq, by_x, by_y, (whole[0], whole[1]), order, period)

    def turns(self, i: Array, j: Array) -> np.ndarray:
        """What whole turns the points as given are apart from the points as lifted."""
        i, j = ops.to_numpy(i), ops.to_numpy(j)
        return self.whole[0][i] - self.whole[1][j]

    def coupling(self, theta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Widths of the pieces of [0, 1], the atom of x and of y on each, and the turns that y has made."""
        shifted = self.uq + theta
        levels = np.sort(np.concatenate([[0.0], self.up, shifted - np.floor(shifted)]))
        widths, middle = np.diff(levels), levels[:-1] / 2 + levels[1:] / 2
        i = np.minimum(np.searchsorted(self.up, middle), len(self.up) - 1)
        laps = np.floor(middle - theta)
        j = np.minimum(np.searchsorted(self.uq, middle - theta - laps), len(self.uq) - 1)
        return widths, i, j, laps

    def cost(self, theta: float) -> float:
        widths, i, j, laps = self.coupling(theta)
        return float(widths @ self._power(self.x[i] - self.y[j] - self.period * laps))

    def slope(self, theta: float) -> float:
        """The right derivative: each border between two atoms of y moves to the right, into an atom of x."""
        border = self.uq + theta
        laps = np.floor(border)
        i = np.searchsorted(self.up, border - laps, side="right")
        laps, i = laps + (i == len(self.up)), i % len(self.up)
        left, right = self.y, np.append(self.y[1:], self.y[0] + self.period)
        x = self.x[i] + self.period * laps
        return float(np.sum(self._power(x - left) - self._power(x - right)))

    def best(self) -> float:
        """The θ of the least cost: bisection on the slope, then the place where the two tangents meet."""
        low, high = -1.0, 1.0
        while self.slope(low) > 0:
            low -= 1
        while self.slope(high) < 0:
            high += 1
        for _ in range(HALVINGS):
            middle = low / 2 + high / 2
            if not low < middle < high:
                break
            if self.slope(middle) < 0:
                low = middle
            else:
                high = middle
        levels = (self.up[:, None] - self.uq).ravel() if len(self.up) * len(self.uq) < 10**6 else np.empty(0)
        near = levels - np.round(levels - high)
        near = near[np.abs(near - high) < 1e-12]
        return min((high, low, *near), key=self.cost)

    def _power(self, distance: np.ndarray) -> np.ndarray:
        return np.abs(distance / self.period) ** self.order


def _uniform(x: Array) -> Array:
    xp = ops.namespace(x)
    return xp.full(x.shape, 1 / x.shape[0], dtype=x.dtype, device=x.device)
