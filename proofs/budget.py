"""So many seconds for a computation that may never end."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTime(BaseException):
    """Not an Exception, so that no `except Exception` on the way swallows it."""


PATIENCE = 10  # seconds of the clock for one of the processor, where others want it too


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stop after so many seconds of this process, where the platform can: a simplification may never end.

    A machine that is busy with other things fails no claim.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, PATIENCE * seconds))

    def stop(number: int, frame: FrameType | None) -> None:
        if _is_lost(frame):
            (timer,) = (timer for timer, signalled, _ in timers if signalled == number)
            signal.setitimer(timer, 0.01)
            return
        raise OutOfTime(f"undecided: out of time after {seconds:g} s")

    before = [(number, signal.signal(number, stop)) for _, number, _ in timers]
    for timer, _, limit in timers:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)


def _is_lost(frame: FrameType | None) -> bool:
    """Whether what is raised here goes no further: the collector of garbage swallows what it calls."""
    called = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in called or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
