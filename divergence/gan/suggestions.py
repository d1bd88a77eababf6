"""The remedy for a name that does not exist: the nearest one that does, or all of them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, known: Iterable[str]) -> str:
    """What to write instead of `name`.

    >>> suggest("pearsn", ["kl", "pearson"])
    "did you mean 'pearson'? one of kl, pearson"
    """
    known = list(known)
    near = get_close_matches(name, known, 1, 0.6)
    return (f"did you mean {near[0]!r}? " if near else "") + f"one of {', '.join(known)}"
