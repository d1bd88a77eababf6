"""The state of a run in a file: written beside and moved into place, read back only by the run that wrote it."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import torch

from ..errors import InvalidParameter
from ..whole_file import write


def save(path: Path, identity: str, state: dict[str, Any]) -> None:
    """Keep `state` for the run called `identity`."""
    buffer = io.BytesIO()
    torch.save({"identity": identity, **state}, buffer)
    write(path, buffer.getvalue())


def load(path: Path, identity: str, device: str) -> dict[str, Any]:
    """The state that `save` kept for this run; InvalidParameter for that of another, and for what is no state."""
    try:
        found = torch.load(path, map_location=device, weights_only=True)
        known = found.get("identity")
    except (RuntimeError, EOFError, ValueError, AttributeError, OSError, pickle.UnpicklingError) as error:
        raise InvalidParameter(
            f"{path} holds no state of a run", argument="save", value=str(path), remedy="name another file"
        ) from error
    if known != identity:
        raise InvalidParameter(
            f"{path} holds the state of another run", argument="save", value=str(path), remedy="name another file"
        )
    return found
