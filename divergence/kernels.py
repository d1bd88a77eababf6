"""Characteristic kernels as rows: k(x, y) = κ(|x − y|/scale), each with a name and what it is.

A kernel is characteristic where two laws with the same mean embedding E k(X, ·) are equal; all of these are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidParameter

Array = Any
MOST = 2000  # points whose distances are all looked at for their median


@dataclass(frozen=True)
class Kernel:
    """κ as a function of r = |x − y|/scale, or of r² where `squares`; `scaled` unless it has none."""

    name: str
    text: str
    squares: bool
    of: Callable[[Array], Array]
    scaled: bool = True

    def entries(self, x: Array, y: Array, scale: float) -> Array:
        """k(x_i, y_j) for points (n, d) and (m, d), from differences, since the squares of near points cancel."""
        if scale != 1:
            x, y = x / scale, y / scale  # before they are a tile
        return self.of(_apart(x, y, self.squares))

    def neighbours(self, x: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
        """k(x_i, y_i), (n,), for points (n, d) and (n, d) of numpy."""
        x, y = x / scale, y / scale
        unit = 1.0 if self.squares else _unit(x, y)
        squares = np.sum((x / unit - y / unit) ** 2, axis=1)
        return self.of(squares if self.squares else unit * np.sqrt(squares))


def _apart(x: Array, y: Array, squares: bool) -> Array:
    """|x_i − y_j|, or its square."""
    if not squares and (unit := _unit(x, y)) != 1:
        return unit * _apart(x / unit, y / unit, False)
    if ops.is_numpy(x):
        from scipy.spatial.distance import cdist

        return cdist(x, y, "sqeuclidean" if squares else "euclidean").astype(x.dtype, copy=False)
    if ops.is_torch(x):
        from .adapters.torch_tiles import distances

        return distances(x, y) ** 2 if squares else distances(x, y)
    xp = ops.namespace(x, y)
    differences = x[:, None, :] - y[None, :, :]
    return xp.sum(differences**2, axis=-1) if squares else xp.linalg.vector_norm(differences, axis=-1)


def _unit(*points: Array) -> float:
    """What to divide coordinates by lest their squares overflow or vanish: 1 but for extreme ones."""
    largest = max((float(ops.namespace(z).max(ops.namespace(z).abs(ops.fixed(z)))) for z in points), default=0.0)
    bound = float(ops.limits(points[0]).max) ** 0.375
    return 1.0 if largest == 0 or 1 / bound < largest < bound else 2.0 ** min(math.frexp(largest)[1], 1023)


def _exp(x: Array) -> Array:
    return ops.namespace(x).exp(x)


def _matern32(r: Array) -> Array:
    r = math.sqrt(3) * r
    return (1 + r) * _exp(-r)


def _matern52(r: Array) -> Array:
    r = math.sqrt(5) * r
    return (1 + r + r * r / 3) * _exp(-r)


KERNELS = {
    kernel.name: kernel
    for kernel in (
        Kernel("gaussian", "exp(−r²/2)", True, lambda r2: _exp(-r2 / 2)),
        Kernel("laplace", "exp(−r)", False, lambda r: _exp(-r)),
        Kernel("matern32", "(1 + √3 r) exp(−√3 r)", False, _matern32),
        Kernel("matern52", "(1 + √5 r + 5 r²/3) exp(−√5 r)", False, _matern52),
        Kernel("inverse_multiquadric", "(1 + r²)^(−1/2)", True, lambda r2: (1 + r2) ** -0.5),
        Kernel("distance", "−r", False, lambda r: -r, scaled=False),
    )
}


def kernel_named(name: Any) -> Kernel:
    if not isinstance(name, str) or name not in KERNELS:
        raise InvalidParameter(
            f"{name!r} is no kernel", argument="kernel", value=name, remedy=f"write one of {', '.join(KERNELS)}"
        )
    return KERNELS[name]


def median_distance(points: np.ndarray) -> tuple[float, str]:
    """The median of |z_i − z_j|, i < j, over points (N, d), and in words; over every k-th point of more than MOST.

    Raises InvalidParameter where it is 0.
    """
    from scipy.spatial.distance import pdist

    step = -(-len(points) // MOST)
    some = points[::step]
    unit = _unit(some)
    found = unit * float(np.median(pdist(some / unit))) if len(some) > 1 else 0.0
    if not found > 0:
        raise InvalidParameter(
            "the median distance of the points is 0",
            argument="scale",
            remedy="more than half of all pairs of points coincide; write the scale of the kernel, such as scale=1.0",
        )
    which = "all points" if step == 1 else f"every {step}th point"
    return found, f"scale {found:.6g}, the median distance of {which}"
