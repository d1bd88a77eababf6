"""`divergence` and `python -m divergence`: the command line, or one line that says what is missing."""

from __future__ import annotations

import io
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 well, 1 refuted by the run, 2 bad input, 130 on Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a sign gets its number, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from .cli import run

        return run(arguments)
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.split(".")[0] in ("divergence", "proofs"):
            raise
        remedy = "pip install '.[all]' in the project's folder"
        print(f"error: {missing.name} is not installed. Remedy: {remedy}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
