"""Mixtures Σ w f of laws of any one kind: yours, scipy's or torch's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import ops
from .adapters import law as adapted
from .checks import check_masses
from .density import Density, Lattice
from .errors import ShapeMismatch, UnsupportedLaw
from .measure import Discrete
from .mixing import mixed
from .product import Product

Array = Any


def Mixture(weights: Array, laws: Sequence[Any]) -> Density | Lattice | Discrete:
    """Σ w_i f_i of k laws by weights (..., k), which are masses: a Density, a Lattice, or Discrete on common points.

    >>> from scipy import stats
    >>> m = Mixture([0.25, 0.75], [stats.norm(-1, 1), stats.norm(1, 1)])
    >>> m.support, round(float(m.logpdf(0.0)), 12)
    ((-inf, inf), -1.418938533205)

    Differentiable in the weights and in the parameters of torch laws. Raises InvalidMeasure for weights that are not
    masses, ShapeMismatch where the number of laws is not that of the weights, UnsupportedLaw for laws of several kinds.
    """
    w = check_masses(weights, "weights")
    given = list(laws)
    if len(given) != w.shape[-1]:
        raise ShapeMismatch(
            f"{len(given)} laws for {w.shape[-1]} weights",
            argument="laws",
            remedy="give one law for each weight: weights (..., k) with k laws",
        )
    ours = [_ours(x, i) for i, x in enumerate(given)]
    tensors = (x for x in (*(getattr(law, "like", None) for law in ours), w) if ops.is_torch(x))
    return mixed(_wide(w), ours, like=next(tensors, None))


def _ours(x: Any, i: int) -> Density | Lattice | Discrete:
    found = x if isinstance(x, Density | Lattice | Discrete | Product) else adapted(x, f"laws[{i}]")
    if found is None:
        raise UnsupportedLaw(
            f"{type(x).__name__} is no law",
            argument="laws",
            index=i,
            remedy="give a law of scipy.stats or torch.distributions, a Density, or Discrete(masses, points)",
        )
    return found.joint() if isinstance(found, Product) else found


def _wide(w: Array) -> Array:
    xp = ops.namespace(w)
    return xp.astype(w, xp.float64, copy=False)
