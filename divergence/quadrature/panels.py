"""Panels of the line, each with the Gauss-Kronrod rule on it, for many pairs of laws at once.

A panel is an interval of a coordinate s: x = origin + s where `turn` is 0, x = origin ± e^s where it is ±1. In the
second, a power law is an exponential, on which a rule converges however steep it is, and 300 decades are few panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

# nodes t >= 0 of the 21-point Kronrod rule on [-1, 1], from the ends to the middle, and its weights
KRONROD_NODES = (
    0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508,
    0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126603103866,
    0.148874338981631210884826001129720, 0.0,
)  # fmt: skip
KRONROD_WEIGHTS = (
    0.011694638867371874278064396062192, 0.032558162307964727478818972459390, 0.054755896574351996031381300244580,
    0.075039674810919952767043140916190, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717,
    0.147739104901338491374841515972068, 0.149445554002916905664936468389821,
)  # fmt: skip
END = 0.9999  # two more nodes, ±END, without weight, tell of what happens beyond the outermost of these
LAST = slice(17, 21)  # degrees of the Legendre coefficients that tell what is left
TRIFLE = 1e-14  # of a panel's width, by which a node may be off


@cache
def kronrod() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (23,), weights (23,), D (23, 23) with g' = D g, and what `unresolved` reads (23, 6)."""
    half, heavy = np.asarray(KRONROD_NODES), np.asarray(KRONROD_WEIGHTS)
    inner, weights = np.concatenate([-half, half[-2::-1]]), np.concatenate([heavy, heavy[-2::-1]])
    t = np.concatenate([[-END], inner, [END]])
    legendre = np.polynomial.legendre
    coefficients = np.linalg.inv(legendre.legvander(inner, 20))
    slopes = np.zeros((23, 23))
    slopes[:, 1:-1] = np.stack([legendre.Legendre.basis(j).deriv()(t) for j in range(21)], axis=-1) @ coefficients
    look = np.zeros((23, 6))
    look[1:-1, :4] = coefficients[LAST].T
    look[1:-1, 4:] = -(legendre.legvander(t[[0, -1]], 20) @ coefficients).T
    look[[0, -1], [4, 5]] = 1
    return t, np.pad(weights, 1), slopes, look


def unresolved(seen: np.ndarray, gap: float) -> np.ndarray:
    """The mean error of a rule, from its last Legendre coefficients and from how far g(±END) are off the polynomial.

    A quarter of the largest of four coefficients covers what a kink costs, wherever it is, and more than covers what
    is smooth; the difference between two rules does not: it is 0 for a kink here and there.
    """
    size = np.abs(seen)
    return 0.25 * size[..., :4].max(axis=-1) + (gap * size[..., 4:].sum(axis=-1) if gap else 0.0)


@dataclass(frozen=True)
class Panels:
    """n panels [low, high] of the coordinates that `origin` and `turn` name, each of the pair `index`."""

    index: np.ndarray
    low: np.ndarray
    high: np.ndarray
    origin: np.ndarray
    turn: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, chosen: np.ndarray | slice) -> Panels:
        return type(self)(*(x[chosen] for x in self.fields))

    @property
    def fields(self) -> tuple[np.ndarray, ...]:
        return self.index, self.low, self.high, self.origin, self.turn

    @classmethod
    def joined(cls, *parts: Panels) -> Panels:
        return cls(*(np.concatenate(x) for x in zip(*(part.fields for part in parts))))

    def halves(self) -> Panels:
        middle = (self.low + self.high) / 2
        kind = type(self)
        return kind.joined(
            kind(self.index, self.low, middle, self.origin, self.turn),
            kind(self.index, middle, self.high, self.origin, self.turn),
        )

    def nodes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """x (n, 23), log |dx/ds| there, the weights of the rule in s (n, 23), and how far nodes are off (n, 23)."""
        t, weights, slopes, _ = kronrod()
        half = (self.high - self.low) / 2
        nominal = ((self.low + self.high) / 2)[:, None] + half[:, None] * t
        origin, turn = self.origin[:, None], self.turn[:, None]
        curved = self.turn != 0
        if curved.all():
            x = origin + turn * np.exp(nominal)
        elif not curved.any():
            x = origin + nominal
        else:
            x = origin + np.where(turn == 0, nominal, turn * np.exp(np.where(turn == 0, 0.0, nominal)))
        # a float x beside the origin is an exact place, only not the one that was meant: the rule moves there with it
        distance = x - origin
        away = np.abs(distance)
        stretch = np.where(turn == 0, 0.0, nominal)
        coarse = np.spacing(np.abs(x[:, [0, -1]])).max(axis=1)
        scale = half * np.where(curved, away[:, [0, -1]].min(axis=1), 1.0)
        moved = np.flatnonzero(coarse > TRIFLE * scale)
        measure, shift = half[:, None] * weights, np.zeros(x.shape)
        if len(moved):
            with np.errstate(divide="ignore"):
                place = np.where(curved[moved, None], np.log(away[moved]), distance[moved])
            shift[moved] = (place - nominal[moved]) / half[moved, None]
            stretch[moved] = np.where(curved[moved, None], place, 0.0)
            measure[moved] = half[moved, None] * (weights - (shift[moved] * weights) @ slopes)
        return x, stretch, measure, shift

    def missed(self, values: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """The error of the integral of g over each panel, from its values at the nodes."""
        _, _, slopes, look = kronrod()
        moved = np.flatnonzero(shift.any(axis=1))
        if len(moved):
            values = values.copy()
            values[moved] -= shift[moved] * (values[moved] @ slopes.T)
        return (self.high - self.low) * unresolved(values @ look, 2 * (1 - KRONROD_NODES[0]))

    def noise(self, values: np.ndarray) -> np.ndarray:
        """The part of g on each panel that no polynomial of degree 12 has: on small panels its noise."""
        table = np.polynomial.legendre.legvander(kronrod()[0], 12)
        return np.max(np.abs(values @ (np.eye(23) - table @ np.linalg.pinv(table))), axis=1)
