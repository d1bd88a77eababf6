"""Ctrl-C while the command line still loads: one line, as later on.

The package is imported before its `__main__` runs, so nothing there could catch it. Where the package is a library,
nothing is changed.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def is_command_line() -> bool:
    """Whether this process is `divergence` or `python -m divergence`."""
    words = sys.orig_argv
    run_as_module = "-m" in words and words[words.index("-m") + 1 :][:1] == ["divergence"]
    return run_as_module or os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0] == "divergence"


def end_in_one_line() -> None:
    """An interrupt that nobody catches prints a line, not a traceback, and the exit status is 130."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
            return
        print("interrupted: nothing was written", file=sys.stderr, flush=True)
        os._exit(130)

    sys.excepthook = hook


if is_command_line():
    end_in_one_line()
