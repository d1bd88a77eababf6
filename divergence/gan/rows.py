"""Rows by their names, as a command line gives them."""

from __future__ import annotations

import math

from ..errors import InvalidParameter
from ..generators import GENERATORS, Generator, power
from .losses import refuse_steps
from .suggestions import suggest


def named_row(name: str, argument: str = "divergence") -> Generator:
    """A smooth row by its name; power(a) for a number a.

    >>> named_row("power(0.5)").parameters
    {'a': 0.5}

    Raises InvalidParameter for names of no row, with the nearest one, and for rows whose best critic is a step.
    """
    row = GENERATORS.get(name)
    if row is None and name.startswith("power(") and name.endswith(")"):
        try:
            a = float(name[6:-1])
            row = power(a) if math.isfinite(a) else None
        except ValueError:
            row = None
    if row is None:
        raise InvalidParameter(
            f"no row is called {name!r}", argument=argument, remedy=suggest(name, [*GENERATORS, "power(0.5)"])
        )
    refuse_steps(row)
    return row
