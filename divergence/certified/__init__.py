"""Certified values: intervals that contain the divergence of two laws on the line, as a theorem of ball arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..density import Density
from ..errors import InvalidParameter, UnsupportedLaw
from ..evaluation import Evaluation
from ..generators import Generator


def certify(
    row: Generator, p: Density, q: Density, width: float = 1e-12, hopeless: Callable[[], bool] = lambda: False
) -> Evaluation:
    """An interval [lower, upper] that contains ∫ q f(p/q) of the laws whose parameters are exactly the given floats.

    upper - lower <= width · max(upper, width): relative to the value down to values of `width`, absolute below. The
    weights of a mixture count relative to their sum. An infinite value is returned where it is proved. `hopeless` is
    asked once, where the first digits show no upper bound: whether the value is known to be no float, so as to give up.

    Raises UnsupportedLaw for a law of no known family and for tails that no bound is known for, NotConverged, carrying
    the interval found, where 512 bits leave it wider.
    """
    if not 2**-50 <= width < math.inf:
        raise InvalidParameter(
            f"{width!r} is no width", argument="width", value=width, remedy="give a number from 1e-15, where floats end"
        )
    if row.critic is None:
        raise UnsupportedLaw(
            f"{row.name} is written in functions that have no enclosure",
            argument="row",
            remedy="use a row of the table",
        )
    try:
        import flint  # noqa: F401
    except ImportError as error:
        raise UnsupportedLaw(
            "certified values need python-flint",
            argument="certify",
            remedy="pip install 'divergence-toolkit[certified]'",
        ) from error
    from .certificate import enclosure

    return enclosure(row, p, q, float(width), hopeless)
