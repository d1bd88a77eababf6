"""A bar on a terminal's error stream, and nothing where that is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WIDTH = 40


@contextmanager
def bar(total: int) -> Iterator[Callable[[], None]]:
    """Hands out what is to be called after each of `total` steps; the bar is gone at the end."""
    stream, start, done = sys.stderr, time.perf_counter(), 0
    shown = stream.isatty()

    def step() -> None:
        nonlocal done
        done += 1
        if shown:
            full = WIDTH * done // max(total, 1)
            line = f"[{'=' * full}{' ' * (WIDTH - full)}] {done}/{total}, {time.perf_counter() - start:.0f} s"
            stream.write(f"\r{line}")
            stream.flush()

    try:
        yield step
    finally:
        if shown and done:
            stream.write("\r" + " " * (WIDTH + 30) + "\r")
            stream.flush()
