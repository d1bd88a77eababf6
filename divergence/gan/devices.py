"""Where torch computes."""

from __future__ import annotations

import torch

from ..errors import InvalidParameter


def chosen(name: str) -> str:
    """`auto` is a GPU where torch sees one, else the CPU; any other name is itself."""
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def refuse_device(device: str) -> None:
    """InvalidParameter for a device that torch does not have here."""
    try:
        if torch.empty(1, device=device).is_meta:
            raise NotImplementedError("it holds no numbers")
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InvalidParameter(
            f"torch has no device {device!r} on this machine", argument="device", value=device, remedy="write cpu"
        ) from error
