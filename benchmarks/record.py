"""What stands above a kept result, and how it is kept: whole, or not at all."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def heading(*packages: str) -> str:
    """Date, commit, machine and the versions of those packages that are installed."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{datetime.date.today()}, commit {commit.stdout.strip() or 'unknown'}, {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {', '.join(found)}"
    )


def keep(path: Path, lines: Iterable[str]) -> None:
    """Write the lines beside `path`, then move them there."""
    beside = path.with_suffix(".part")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(beside, path)
