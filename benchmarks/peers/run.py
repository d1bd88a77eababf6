"""Runs pieces of code: what the last expression of each is worth, or how it failed.

It is also a script, which an interpreter of its own runs for a peer that must not be loaded beside this library:

    echo '{"distribution": "scipy", "prelude": "import math", "codes": ["math.log(2)"]}' | python -I run.py

so it imports the standard library alone.
"""

from __future__ import annotations

import ast
import json
import math
import sys
import warnings
from importlib import metadata
from typing import Any


def run(prelude: str, code: str) -> dict[str, Any]:
    """{"value": ...} or {"error": type, "message": ...}, with the "warnings" that were given if there were any."""
    space: dict[str, Any] = {}
    body = ast.parse(code).body
    last = body[-1]
    if not isinstance(last, ast.Expr):
        raise SyntaxError(f"the last line of {code!r} is no expression")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(prelude, space)
    found: dict[str, Any] = {}
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            exec(compile(ast.Module(body[:-1], []), "<code>", "exec"), space)
            found["value"] = plain(eval(compile(ast.Expression(last.value), "<code>", "eval"), space))
        except Exception as error:
            found["error"], found["message"] = type(error).__name__, " ".join(str(error).split())
    if given:
        found["warnings"] = sorted({f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in given})
    return found


def plain(x: Any) -> Any:
    """x as a float or nested lists of floats, those that JSON has no name for as strings."""
    if hasattr(x, "method"):  # an Evaluation
        x = x.value
    if hasattr(x, "tolist"):  # numpy and torch
        x = x.tolist()
    if isinstance(x, list | tuple):
        return [plain(item) for item in x]
    x = float(x)
    return x if math.isfinite(x) else str(x)


def installed(distribution: str) -> str | None:
    """Its version, None where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What this interpreter finds for one distribution."""
    version = installed(request["distribution"])
    outcomes = [run(request["prelude"], code) for code in request["codes"]] if version else []
    return {"version": version, "python": sys.version.split()[0], "outcomes": outcomes}


if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin)), allow_nan=False))
