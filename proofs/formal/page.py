"""The tables of docs/formal.md: statement, Coq theorem, claims of the ledger, axioms.

They are written from the theories and from what the gate found, the text above them by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import gate, theories
from .gate import WHITELIST
from .theories import Unsound

PAGE = Path("docs/formal.md")  # of the folder from which the command was called
MARK = "<!-- all below is written by python -m proofs.formal page -->"
# the order in which the theories are told; another comes after these
READING = (
    "discriminator",
    "game_finite",
    "game_lebesgue",
    "game_interval",
    "game_functional",
    "gibbs",
    "total_variation",
    "comparison",
    "definitions",
    "young",
    "young_families",
    "conjugates",
    "critics",
    "processing",
    "transport",
)
AXIOMS = {name: number for number, name in enumerate(WHITELIST, 1)}


def tables(axioms: Mapping[str, Sequence[str]], sources: Mapping[str, str] | None = None) -> str:
    """The generated part of the page, given the axioms under each theory."""
    return "\n".join([MARK, "", *_theories(axioms, sources or theories.texts()), *_legend(), ""])


def _theories(axioms: Mapping[str, Sequence[str]], sources: Mapping[str, str]) -> Iterator[str]:
    for theory in sorted(sources, key=lambda name: READING.index(name) if name in READING else len(READING)):
        text = sources[theory]
        if not (every := list(theories.theorems(theory, text))):
            continue
        numbers = " ".join(str(AXIOMS[name]) for name in sorted(axioms[theory], key=AXIOMS.__getitem__))
        yield from (f"### {_plain(theories.title(text))}", "", f"`{theory}.v`, on axioms {numbers or 'none'}", "")
        yield from ("| theorem | statement | in the ledger |", "|---|---|---|")
        for one in every:
            cells = (one.name.partition(".")[2], one.says, ", ".join(one.claims))
            yield f"| {' | '.join(map(_plain, cells))} |"
        yield ""


def _plain(words: str) -> str:
    """Words of a theory as Markdown that reads as they do."""
    for sign, better in {"<=": "≤", ">=": "≥", "^2": "²"}.items():
        words = words.replace(sign, better)
    return re.sub(r"([|*\[\]])", r"\\\1", words)


def _legend() -> Iterator[str]:
    yield from ("### The axioms", "", "| | axiom | says |", "|---|---|---|")
    for name, number in AXIOMS.items():
        yield f"| {number} | `{name}` | {WHITELIST[name]} |"


def read(text: str) -> dict[str, list[str]]:
    """The axioms under each theory, as a page says."""
    names = {str(number): name for name, number in AXIOMS.items()}
    said = re.findall(r"^`(\w+)\.v`, on axioms ([\d ]+|none)$", text.partition(MARK)[2], re.MULTILINE)
    return {theory: [names[number] for number in re.findall(r"\d+", numbers)] for theory, numbers in said}


def must_be_up_to_date(axioms: Mapping[str, Sequence[str]]) -> None:
    """Raises Unsound where the page, if there is one, says something else than what was found."""
    if PAGE.exists() and PAGE.read_text(encoding="utf-8").partition(MARK)[2] != tables(axioms).partition(MARK)[2]:
        raise Unsound(f"{PAGE} is not about these theories: write it anew by python -m proofs.formal page")


def write() -> None:
    """Bring the page up to date, compiling first where these sources have not been."""
    axioms = gate.recorded() or gate.pass_gate()
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0] if PAGE.exists() else ""
    PAGE.write_text(text + tables(axioms), encoding="utf-8")
    print(f"wrote {PAGE}")
