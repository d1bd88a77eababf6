"""Seeds: which there are, and those of the members of an experiment."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidParameter


def check_seed(seed: Any, argument: str = "seed") -> None:
    """InvalidParameter for what is no integer from 0 to 2**63 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise InvalidParameter(f"{seed!r} is no seed", argument=argument, value=seed, remedy="0 to 2**63 - 1")


def member_seeds(seed: int, members: int) -> list[int]:
    """The seeds of the members of an experiment, unlike those of any other seed.

    >>> member_seeds(0, 3)[:2] == member_seeds(0, 2)
    True
    """
    check_seed(seed)
    children = [np.random.SeedSequence([seed, member]) for member in range(members)]
    return [int(child.generate_state(1, np.uint64)[0] >> np.uint64(1)) for child in children]
