"""The theories as text: their theorems, what each says in words, and the claims of the ledger that it states.

A `Theorem` is a main statement and must be introduced by a comment, `(** words. Claims: name, name. *)`; a `Lemma` is a
step on the way. Nothing may be assumed but inside a section, as a hypothesis that the theorems then carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import emit

SOURCES = Path(__file__).parent
NAMESPACE = "Divergence"


class Unsound(Exception):
    """A theory assumes what it should prove, or is not what the gate can read."""


@dataclass(frozen=True)
class Theorem:
    """A main statement: `name` is theory.theorem, `says` the words, `statement` the Coq."""

    name: str
    says: str
    statement: str
    claims: tuple[str, ...]
    line: int


def texts() -> dict[str, str]:
    """Every theory by name, that of the rows as they are now included."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.v"))}
    return {"rows": emit.rows(), **written}


def title(text: str) -> str:
    """What a theory is about: the first line of its header."""
    found = re.match(r"\(\*\* \* (.+)", text)
    if not found:
        raise Unsound("a theory begins with a header, (** * Title, then what it defines *)")
    return found[1].removesuffix("*)").strip()


def requires(text: str) -> tuple[str, ...]:
    """The theories that one rests on."""
    found = re.findall(rf"^From {NAMESPACE} Require(?: Import| Export)? ([\w\s]+)\.", text, re.MULTILINE)
    return tuple(name for names in found for name in names.split())


_THEOREM = re.compile(
    r"(?:\(\*\*\s(?P<words>(?:(?!\*\)).)*)\*\)\s*)?^(?:Theorem|Corollary)\s+(?P<name>\w+)(?P<statement>.*?)\.\s*^Proof",
    re.DOTALL | re.MULTILINE,
)


def theorems(theory: str, text: str) -> Iterator[Theorem]:
    """The main statements of a theory, in order."""
    for found in _THEOREM.finditer(text):
        name = f"{theory}.{found['name']}"
        if not found["words"]:
            raise Unsound(f"{name} is a Theorem without words: write (** what it says. *) above it")
        says, _, claims = " ".join(found["words"].split()).partition("Claims:")
        names = tuple(one.strip() for one in claims.strip().removesuffix(".").split(",") if one.strip())
        statement = " ".join(found["statement"].split()).removeprefix(": ")
        yield Theorem(name, says.strip(), statement, names, text.count("\n", 0, found.start("name")) + 1)


def every_theorem(sources: Mapping[str, str] | None = None) -> list[Theorem]:
    """The main statements of all theories."""
    return [one for theory, text in (sources or texts()).items() for one in theorems(theory, text)]


# what would let a file compile without its proofs, or with rules of its own
_FORBIDDEN = (
    r"Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Primitive|Declare\s+Module|bypass_check"
    r"|Unset\s+\w+\s+Checking|Admit\s+Obligations"
)
_ASSUMING = r"Variables?|Hypothes[ie]s|Context"
_WORDS = re.compile(rf"(?<!\w)(?P<word>{_FORBIDDEN}|{_ASSUMING}|Section|End|Module)(?!\w)")


def review(theory: str, text: str) -> None:
    """Refuse a theory that assumes anything outside a section. Comments may speak of what they like.

    Raises Unsound, which names the word and the line.
    """
    depth = 0
    code = without_comments(text)
    for found in _WORDS.finditer(code):
        word, line = found["word"], code.count("\n", 0, found.start()) + 1
        if word == "Section":
            depth += 1
        elif word == "End":
            depth -= 1
        elif word == "Module" or re.fullmatch(_FORBIDDEN, word):
            raise Unsound(f"{theory}.v, line {line}: {word} has no place in a proof")
        elif depth == 0 and re.fullmatch(_ASSUMING, word):
            raise Unsound(f"{theory}.v, line {line}: {word} outside a section is an axiom")


def without_comments(text: str) -> str:
    """The text with (* comments (* nested *) *) blanked, line breaks kept."""
    depth, kept = 0, []
    for piece in re.split(r"(\(\*|\*\))", text):
        if piece == "(*":
            depth += 1
        elif piece == "*)" and depth:
            depth -= 1
        else:
            kept.append(piece if not depth else "\n" * piece.count("\n"))
    return "".join(kept)
