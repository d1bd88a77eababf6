"""The ledger as plain text."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable

from .claim import Claim
from .ledger import Entry, Verdict

_WIDTH = 9  # of the longest verdict


def columns(claims: Iterable[Claim]) -> int:
    """The width of the column of names."""
    return max((len(claim.name) for claim in claims), default=0)


def line(entry: Entry, names: int, *, verbose: bool = False, width: int | None = None, kept: bool = False) -> str:
    """One entry: verdict, name, statement; its steps below if verbose, and the reason of a failure always."""
    indent = " " * (_WIDTH + names + 4)
    head = f"{entry.verdict:<{_WIDTH}}  {entry.claim.name:<{names}}  "
    statement = plain(entry.claim.statement)
    room = max((width or shutil.get_terminal_size((140, 24)).columns) - len(head), 40)
    lines = [head + (statement if len(statement) <= room or verbose else statement[: room - 1] + "…")]
    if entry.reason:
        lines.append(f"{indent}because: {textwrap.shorten(entry.reason, 400)}")
    if verbose:
        lines += [f"{indent}found by an earlier run on the same sources"] * kept
        lines += [f"{indent}the article: {plain(entry.claim.article or '')}"] * bool(entry.claim.article)
        lines += [f"{indent}the truth: {plain(entry.claim.truth or '')}"] * bool(entry.claim.truth)
        lines += [f"{indent}rests on {name}" for name in entry.claim.rests_on]
        lines += [f"{indent}source: {source}" for source in entry.claim.cites]
        lines += [f"{indent}Coq: {name}" for name in entry.theorems]
        lines += [
            f"{indent}{number}. {step.rule}, {step.domain}: {plain(step.statement)}  [{step.evidence}]"
            for number, step in enumerate(entry.steps, 1)
        ]
    return "\n".join(lines)


def summary(entries: list[Entry], seconds: float, kept: int = 0) -> str:
    """How many claims have each verdict, and how many of them were found by earlier runs."""
    counts = Counter(entry.verdict for entry in entries)
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return f"{len(entries)} claim{'s' * (len(entries) != 1)} in {seconds:.1f} s: {said}" + (
        f" ({kept} found by an earlier run on the same sources; --again runs them anew)" if kept else ""
    )


def text(entries: list[Entry], *, verbose: bool = False, width: int | None = None) -> str:
    """The whole ledger, with its summary."""
    names = columns(entry.claim for entry in entries)
    lines = [line(entry, names, verbose=verbose, width=width) for entry in entries]
    return "\n".join([*lines, "", summary(entries, sum(entry.seconds for entry in entries))])


def plain(latex: str) -> str:
    r"""LaTeX for a terminal: without dollars and braces, the commonest commands as the signs they stand for.

    >>> plain(r"$\lim_{t \to \infty} f(t)/t \ge \frac12$")
    'lim_(t → ∞) f(t)/t ≥ 1/2'
    """
    said = latex.replace("$", "").replace(r"\|", "‖").replace(r"\{", "⦃").replace(r"\}", "⦄")
    said = re.sub(r"\\(?:mathrm|text|operatorname)\s*\{([^{}]*)\}", r"\1", said)
    for command, sign in _SIGNS.items():
        said = re.sub(rf"\\{command}(?![a-zA-Z])", sign, said)
    said = re.sub(r"\\frac\s*(\w)\s*(\w)", r"\1/\2", said)
    before = ""
    while said != before:
        before = said
        said = re.sub(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", lambda m: f"{_group(m[1])}/{_group(m[2])}", said)
        said = re.sub(r"([_^√])\s*\{([^{}]*)\}", lambda m: m[1] + _group(m[2]), said)
        said = re.sub(r"(?<![_^√}])(?<!frac)\{([^{}]*)\}", r"\1", said)
    said = re.sub(r"\\[,;! ]", " ", said).replace("\\", "").replace("⦃", "{").replace("⦄", "}")
    return re.sub(r" +\)", ")", " ".join(said.split()))


def _group(part: str) -> str:
    """In round brackets, unless it is one word."""
    return part if re.fullmatch(r"\w*|∞", part.strip()) else f"({part.strip()})"


_SIGNS = {
    "infty": "∞",
    "to": "→",
    "ge": "≥",
    "le": "≤",
    "ne": "≠",
    "in": "∈",
    "neg": "not ",
    "int": "∫",
    "diamond": "◇",
    "sqrt": "√",
    "approx": "≈",
    "left": "",
    "right": "",
}
