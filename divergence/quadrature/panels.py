"""Panels of the line, each with the Gauss-Kronrod rule on it, for many pairs of laws at once.

A panel is an interval of a coordinate s: x = origin + s where `turn` is 0, x = origin ± e^s where it is ±1. In the
second, a power law is an exponential, on which a rule converges however steep it is, and 300 decades are few panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

# nodes t >= 0 of the 21-point Kronrod rule on [-1, 1], its weights, and those of the 10-point Gauss rule inside it
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
GAUSS_WEIGHTS = (
    0.066671344308688137593568809893332, 0.149451349150580593145863396957658, 0.219086362515982043995534934228163,
    0.269266719309996355091226921569469, 0.295524224714752870173815619188769,
)  # fmt: skip


TRIFLE = 1e-14  # of a panel's width, by which a node may be off


@cache
def kronrod() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (21,), weights of both rules as columns (21, 2), and D with g' = D g for polynomials of degree 20."""
    half, heavy = np.asarray(KRONROD_NODES), np.asarray(KRONROD_WEIGHTS)
    light = np.zeros(11)
    light[1:10:2] = GAUSS_WEIGHTS
    t = np.concatenate([-half, half[-2::-1]])
    weights = np.stack([np.concatenate([w, w[-2::-1]]) for w in (heavy, light)], axis=-1)
    gaps = t[:, None] - t + np.eye(21)
    balance = 1 / np.prod(gaps, axis=1)
    slopes = balance / balance[:, None] / gaps - np.eye(21)
    slopes -= np.diag(slopes.sum(axis=1))
    return t, weights, slopes


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
        """x (n, 21), log |dx/ds| there (n, 21), the weights of both rules in s (n, 21, 2), and x's rounding (n,)."""
        t, weights, slopes = kronrod()
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
        shifted = np.flatnonzero(coarse > TRIFLE * scale)
        measure = half[:, None, None] * weights
        off = np.zeros(len(self))
        if len(shifted):
            with np.errstate(divide="ignore"):
                place = np.where(curved[shifted, None], np.log(away[shifted]), distance[shifted])
            shift = (place - nominal[shifted]) / half[shifted, None]
            stretch[shifted] = np.where(curved[shifted, None], place, 0.0)
            moved = np.einsum("ni,ik,ij->njk", shift, weights, slopes)
            measure[shifted] = half[shifted, None, None] * (weights - moved)
            off[shifted] = np.abs(shift).max(axis=1)
        return x, stretch, measure, off
