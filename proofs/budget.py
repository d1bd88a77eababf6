"""So many seconds for a computation that may never end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OutOfTime(BaseException):
    """Not an Exception, so that no `except Exception` on the way swallows it."""


PATIENCE = 10  # seconds of the clock for one of the processor, where others want it too
AGAIN = 0.5  # seconds after which it is said again


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stop after so many seconds of this process, where the platform can: a simplification may never end.

    A machine that is busy with other things fails no claim.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, PATIENCE * seconds))

    def stop(*_: object) -> None:
        raise OutOfTime(f"undecided: out of time after {seconds:g} s")

    # raised in a callback of the collector of garbage it is swallowed: so it is raised again, and that is not told
    told, before = sys.unraisablehook, [(number, signal.signal(number, stop)) for _, number, _ in timers]
    sys.unraisablehook = lambda lost: None if lost.exc_type is OutOfTime else told(lost)
    for timer, _, limit in timers:
        signal.setitimer(timer, limit, AGAIN)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)
        sys.unraisablehook = told
