"""PacGAN: the discriminator judges several samples of one source at once, so that it sees a lack of variety."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidParameter


def pack(x: Any, size: int) -> Any:
    """(E, n, d) as (E, n/size, size·d): `size` samples side by side, one decision about all of them.

    >>> import numpy as np
    >>> pack(np.arange(8.0).reshape(1, 4, 2), 2).shape
    (1, 2, 4)

    Raises InvalidParameter where n is no multiple of `size`.
    """
    refuse_unpackable(x.shape[1], size)
    return x if size == 1 else x.reshape(x.shape[0], x.shape[1] // size, size * x.shape[2])


def refuse_unpackable(batch: int, size: int) -> None:
    """InvalidParameter unless a batch is a whole number of packs."""
    if size < 1 or batch % size:
        raise InvalidParameter(
            f"a batch of {batch} is no whole number of packs of {size}",
            argument="pack",
            value=size,
            remedy=f"a batch of {max(size, 1) * max(1, round(batch / max(size, 1)))}, or pack 1",
        )
