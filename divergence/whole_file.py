"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import InvalidParameter


def write(path: Path, content: str | bytes) -> Path:
    """Write beside `path` and move into place: either the old file or the whole new one is there, never a part."""
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException as error:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # the file that was asked for, not the one beside it
        raise
    return path


def refuse_unwritable(path: Path, argument: str) -> None:
    """InvalidParameter where `path` cannot be written, before anything is computed; leaves nothing behind."""
    folder = next(above for above in path.absolute().parents if above.exists())
    problem = "is a directory" if path.is_dir() else "" if folder.is_dir() else f"is in the way of {path}"
    if not problem:
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            problem = f"cannot be written to ({error.strerror or error})"
    if problem:
        where = path if path.is_dir() else folder
        raise InvalidParameter(
            f"{where} {problem}", argument=argument, value=str(path), remedy="name a folder that can be written to"
        )
