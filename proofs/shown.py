"""One claim with its proof, step by step: as text, and in LaTeX."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .claim import Claim
from .ledger import Entry
from .render import plain
from .rules import Line

WIDTH = 100
ROOT = Path(__file__).parents[1]


def place(claim: Claim) -> tuple[str, int, int]:
    """The file that checks the claim, from the project's root, with its first and last line."""
    steps: Callable[..., Any] = claim.steps.func if isinstance(claim.steps, partial) else claim.steps
    lines, first = inspect.getsourcelines(inspect.unwrap(steps))
    path = Path(inspect.getsourcefile(steps) or "")
    named = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return named.as_posix(), first, first + len(lines) - 1


def whereabouts(claim: Claim) -> str:
    """`proofs/article.py:176-186`."""
    file, first, last = place(claim)
    return f"{file}:{first}-{last}"


def text(entry: Entry) -> str:
    """The statement, what it rests on, and every step with its evidence, for a terminal."""
    claim = entry.claim
    lines = [f"{claim.name}  ({entry.verdict})", "", *_wrapped(plain(claim.statement), "  ")]
    for word, said in _about(claim):
        lines += _wrapped(f"{word}: {plain(said)}", "  ")
    lines += [f"  Checked by {whereabouts(claim)}", ""]
    for number, step in enumerate(entry.steps, 1):
        lines += _wrapped(f"{number}. {step.rule}, for {plain(_domain(step))}:", "  ")
        lines += _wrapped(plain(step.statement), "       ")
        lines += _wrapped(f"[{step.evidence}]", "     ")
        lines += _wrapped(plain(step.words), "     ") if step.words else []
    if entry.reason:
        lines += _wrapped(f"It fails: {entry.reason}", "  ")
    return "\n".join(lines)


def latex(entry: Entry) -> str:
    """The same as a theorem and its proof; needs amsthm, and \\newtheorem{theorem}{Theorem}."""
    claim = entry.claim
    lines = [rf"\begin{{theorem}}[{_escaped(claim.name)}, {entry.verdict}]", _mixed(claim.statement), r"\end{theorem}"]
    lines += [rf"\noindent {word}: {_mixed(said)}\par" for word, said in _about(claim)]
    lines += [r"\begin{proof}", rf"Checked by \texttt{{{_escaped(whereabouts(claim))}}}."]
    if entry.steps:
        lines += [r"\begin{enumerate}"]
        for step in entry.steps:
            lines += [rf"\item {_escaped(step.rule)}, for {_mixed(_domain(step))}:", rf"\[ {step.statement} \]"]
            lines += [_mixed(step.words)] if step.words else []
            lines += [f"({_escaped(step.evidence)})"]
        lines += [r"\end{enumerate}"]
    return "\n".join([*lines, r"\end{proof}"])


def _about(claim: Claim) -> Iterator[tuple[str, str]]:
    if claim.article:
        yield "The article", claim.article
    if claim.truth:
        yield "The truth", claim.truth
    if claim.rests_on:
        yield "Rests on", ", ".join(claim.rests_on)
    if claim.cites:
        yield "Source", "; ".join(claim.cites)


def _domain(step: Line) -> str:
    """`x in (0, oo)` in LaTeX between dollars, `one point` as it is."""
    said = step.domain.replace("-oo", r"-\infty").replace("oo", r"\infty")
    return re.sub(r"(\S+) in (\([^()]*\))", r"$\1 \\in \2$", said)


def _wrapped(said: str, indent: str) -> list[str]:
    return textwrap.wrap(
        said, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False
    ) or [indent]


def _mixed(said: str) -> str:
    """Escaped outside of dollars."""
    return "".join(part if i % 2 else _escaped(part) for i, part in enumerate(re.split(r"(\$[^$]*\$)", said)))


def _escaped(said: str) -> str:
    marks = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return re.sub(r"[\\&%$#_{}^~]", lambda m: marks.get(m[0], "\\" + m[0]), said)
