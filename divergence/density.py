"""Laws by their log-density: on the line or in a box, `Density`; on the integers, `Lattice`.

A user writes the log-density and its support. An adapter that knows a law of another library hands in more: its name,
the member of a family that it is, its batch of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .checks import Law
from .errors import InvalidParameter

Array = Any
Draw = Callable[[np.random.Generator, int], Any]


@dataclass(frozen=True)
class Member:
    """A member of a family of laws: the family's name and its standard parameters, in the family's order.

    Parameters are arrays of one library that broadcast to the batch. `frame` are parameters of a map, such as a shift,
    under which two members must agree before the family's closed forms hold for them. `given` are an entry of the
    closed forms and the parameters that it takes, where the standard ones are rounded, as √2 scale is: near equality
    the difference of two scales is lost in that.
    """

    family: str
    parameters: tuple[Array, ...]
    frame: tuple[Array, ...] = ()
    given: tuple[str, tuple[Array, ...]] | None = None


class Deferred:
    """Landmarks that are found when they are first asked for, which a closed form never does."""

    def __init__(self, find: Callable[[], Any]):
        self._find = find

    @cached_property
    def _found(self) -> Any:
        return self._find()

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self._found, dtype=dtype)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, i: int) -> Any:
        return self._found[i]


@dataclass(frozen=True)
class Distribution:
    """F and 1 − F, each with its own digits in its tail, and F⁻¹ from either tail; each maps (n,) to (n,).

    `quantile(u)` is F⁻¹(u), `upper_quantile(v)` is F⁻¹(1 − v); None where nobody knows a formula.
    """

    below: Callable[[Array], Array]
    above: Callable[[Array], Array]
    quantile: Callable[[Array], Array] | None = None
    upper_quantile: Callable[[Array], Array] | None = None


@dataclass(frozen=True)
class Density(Law):
    """A law by its log-density: `logpdf` maps an array of shape (n,) to (n,), -inf where there is no mass.

    `support` is the interval outside which the density is 0; in d dimensions, d = 2, 3, ..., a tuple of d intervals,
    and `logpdf` maps (n, d) to (n,). `landmarks` are places an integrator must not miss, such as the centres of narrow
    modes. With `normalise=True` the density is divided by its integral, otherwise that must be 1. `draw(rng, n)`, n
    points of the law by a numpy Generator, is needed beyond three dimensions alone.

    >>> import numpy as np
    >>> Density(lambda x: -x, support=(0, np.inf)).support
    (0, inf)
    """

    logpdf: Callable[[Array], Array]
    support: Any = (-math.inf, math.inf)
    landmarks: Any = ()
    normalise: bool = False
    # what adapters know
    name: str = field(default="", kw_only=True)
    member: Member | None = field(default=None, kw_only=True)
    # of a batch of laws, support ends and landmarks (m, ...) have its shape or broadcast to it, logpdf takes one point
    # for each law, (..., *batch), and `at(index)` are the laws of flat indices (n,) as one law of batch (n,)
    batch: tuple[int, ...] = field(default=(), kw_only=True)
    at: Callable[[Array], Density] | None = field(default=None, kw_only=True)
    # its distribution function; where it is not known the density is integrated, and members of families need none
    distribution: Distribution | None = field(default=None, kw_only=True)
    # weights (..., k) and k laws, where it is a mixture
    parts: tuple[Array, tuple[Density, ...]] | None = field(default=None, kw_only=True)
    # the same log-density on tensors, differentiable in what the law is made of
    log_prob: Callable[[Array], Array] | None = field(default=None, kw_only=True)
    # an array that has the dtype and the device which an answer about this law shall have
    like: Array | None = field(default=None, kw_only=True)
    # `draw(rng, n)` are n points of the law, for integrals by chance
    draw: Draw | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_function(self.logpdf, "logpdf", "log-densities")
        if self.batch:
            return
        for interval in self.support if self.dimension > 1 else (self.support,):
            check_interval(interval, self.support, "support=(low, high), low < high")

    @property
    def dimension(self) -> int:
        """d; the support of a batch in d dimensions is a tuple of d tuples (low, high), its points (..., *batch, d)."""
        if self.batch:
            return len(self.support) if all(isinstance(x, tuple) for x in self.support) else 1
        try:
            nested = len(self.support) > 1 and all(np.ndim(x) == 1 for x in self.support)
        except (TypeError, ValueError):
            return 1
        return len(self.support) if nested else 1

    def __repr__(self) -> str:
        return self.name or f"Density(on {self.support})"


@dataclass(frozen=True)
class Lattice(Law):
    """A law on the integers by its log-masses: `logpmf` maps integers, as floats (n,), to (n,), -inf where none is.

    `support` are the first and the last integer that may have mass; infinite ends are allowed. `landmarks` are places
    where much of the mass lies, for a law far from 0.

    >>> import numpy as np
    >>> Lattice(lambda k: -(k + 1) * np.log(2), support=(0, np.inf)).support
    (0, inf)
    """

    logpmf: Callable[[Array], Array]
    support: Any = (0, math.inf)
    landmarks: Any = ()
    name: str = field(default="", kw_only=True)
    member: Member | None = field(default=None, kw_only=True)
    batch: tuple[int, ...] = field(default=(), kw_only=True)
    at: Callable[[Array], Lattice] | None = field(default=None, kw_only=True)
    parts: tuple[Array, tuple[Lattice, ...]] | None = field(default=None, kw_only=True)
    log_prob: Callable[[Array], Array] | None = field(default=None, kw_only=True)
    like: Array | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_function(self.logpmf, "logpmf", "log-masses")
        if not self.batch:
            check_interval(self.support, self.support, "support=(first, last), integers or infinite", closed=True)
            for end in self.support:
                if math.isfinite(end) and end != int(end):
                    raise InvalidParameter(
                        f"{end!r} is no integer", argument="support", value=self.support, remedy="give integers"
                    )

    def __repr__(self) -> str:
        return self.name or f"Lattice(on {self.support})"


def check_function(x: Any, argument: str, values: str) -> None:
    if not callable(x):
        raise InvalidParameter(
            f"{type(x).__name__} is no function",
            argument=argument,
            remedy=f"hand in a function from (n,) points to (n,) {values}",
        )


def check_interval(interval: Any, support: Any, remedy: str, *, closed: bool = False) -> None:
    try:
        low, high = interval
        proper = bool(low < high or (closed and low == high and math.isfinite(low)))
    except (TypeError, ValueError):
        proper = False
    if not proper:
        raise InvalidParameter(
            f"{support!r} is not an interval", argument="support", value=support, remedy=f"write {remedy}"
        )
