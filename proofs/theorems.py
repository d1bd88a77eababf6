"""`python -m proofs.theorems [FOLDER]`: run the ledger, write docs/theorems, a page for each theory and an index."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from . import lengths, shown
from .claim import Claim, resolved
from .dependencies import figure, stem
from .ledger import Entry, Verdict

FOLDER = Path(__file__).parents[1] / "docs" / "theorems"
MADE = "<!-- made by `python -m proofs.theorems`: edit the claims in proofs/, not this page -->"
NUMBERS = ("best constant", "root")  # rules whose steps say a number that was found
WORTH = {
    Verdict.FORMAL: "proved, certified or exact, and stated by theorems that Coq compiled from these sources and rows",
    Verdict.PROVED: "every step is exact, and was cross-examined in 400-bit balls",
    Verdict.CERTIFIED: "inequalities and integrals enclosed by ball arithmetic",
    Verdict.EXACT: "finite cases in rational numbers",
    Verdict.CHECKED: "random cases on the shipped numerics",
    Verdict.REFUTED: "a popular sentence that is wrong, with a certified counterexample",
    Verdict.CITED: "taken from the literature",
    Verdict.FAILED: "not established",
}


def pages(entries: Sequence[Entry]) -> dict[str, str]:
    """The text of every page by its file's name."""
    known = {entry.claim.name: entry.claim for entry in entries}
    theories: dict[str, list[Entry]] = {}
    for entry in entries:
        theories.setdefault(entry.claim.theory, []).append(entry)
    found = {f"{name}.md": _page(name, own, known) for name, own in theories.items()}
    return {"index.md": _index(entries, theories), **found}


def _lead(theory: str) -> str:
    """What the theory's own file says of itself, in one line."""
    module = sys.modules[f"proofs.{theory}"]
    return " ".join((module.__doc__ or "").strip().split("\n\n")[0].split()).replace("*", r"\*")


def _page(theory: str, entries: Sequence[Entry], known: Mapping[str, Claim]) -> str:
    schemas: dict[str, list[Entry]] = {}
    for entry in entries:
        schemas.setdefault(stem(entry.claim.name), []).append(entry)
    lines = [MADE, "", f"# {theory}", "", _lead(theory), "", f"[All theories](index.md) · `proofs/{theory}.py`", ""]
    for name, own in schemas.items():
        lines += _section(name, own, known)
    return "\n".join(lines)


def _section(name: str, entries: Sequence[Entry], known: Mapping[str, Claim]) -> Iterator[str]:
    """A claim, or one for each of its rows, which share the statement."""
    claim = entries[0].claim
    yield from (f"## {name}", "", claim.statement, "")
    if claim.article:
        yield from (f"> {claim.article}", "")
    if claim.truth:
        yield from (f"**What is true:** {claim.truth}", "")
    for step in entries[0].steps:
        if step.level == "counterexample" and step.words:
            yield from (f"**{'Counterexample' if claim.refutes else 'Example'}:** {step.words}", "")
    if len(entries) == 1:
        yield f"- **{entries[0].verdict}**: {_evidence(entries)}"
    else:
        counts = Counter(entry.verdict for entry in entries)
        yield f"- **{', '.join(f'{count} {verdict}' for verdict, count in counts.items())}**: {_evidence(entries)}"
        subjects = [entry.claim.name.partition("[")[2][:-1] for entry in entries]
        yield f"- for {', '.join(f'`{subject}`' for subject in subjects)}"
    for entry in entries:
        found = [step.statement for step in entry.steps if step.rule in NUMBERS]
        subject = f"`{entry.claim.name.partition('[')[2][:-1]}`: " if len(entries) > 1 else "found: "
        if found and len(found) <= 3:
            yield f"    - {subject}" + ", ".join(f"${statement}$" for statement in found)
    below = dict.fromkeys(stem(other) for entry in entries for other in resolved(entry.claim, known))
    if below:
        theory = {stem(other.name): other.theory for other in known.values()}
        links = (f"[{other}]({theory[other]}.md#{other})" if other in theory else other for other in below)
        yield f"- rests on {', '.join(links)}"
    if claim.cites:
        yield f"- source: {'; '.join(claim.cites)}"
    yield f"- checked by `{shown.whereabouts(claim)}`; `python -m proofs {name} --show` prints the steps"
    yield ""


def _evidence(entries: Sequence[Entry]) -> str:
    """Which rules accepted its steps."""
    rules = dict.fromkeys(step.rule for entry in entries for step in entry.steps)
    failed = [entry.reason for entry in entries if entry.reason]
    return f"by {', '.join(rules)}" if rules and not failed else "; ".join(failed) or "no step"


def _index(entries: Sequence[Entry], theories: Mapping[str, Sequence[Entry]]) -> str:
    lines = [MADE, "", "# Theorems", ""]
    lines += ["Every statement is a claim about the functions that compute, and every verdict was found by running its"]
    lines += ["steps. A claim is worth no more than the weakest that it rests on.", ""]
    counts = Counter(entry.verdict for entry in entries)
    lines += ["| verdict | claims | what it means |", "|---|---|---|"]
    lines += [f"| **{verdict}** | {counts[verdict]} | {WORTH[verdict]} |" for verdict in Verdict if counts[verdict]]
    lines += ["", "| theory | claims | about |", "|---|---|---|"]
    lines += [f"| [{name}]({name}.md) | {len(own)} | {_cell(_lead(name))} |" for name, own in theories.items()]
    lines += ["", "![What rests on what](graph.svg)", "", "## The article, sentence by sentence", ""]
    lines += ["“The Math Behind Deepfakes” is a popular introduction to GANs. Its sentences, in our words.", ""]
    lines += ["| verdict | sentence | what is true, or the statement that was checked |", "|---|---|---|"]
    for entry in entries:
        claim = entry.claim
        if claim.article:
            link = f"[{entry.verdict}]({claim.theory}.md#{stem(claim.name)})"
            lines.append(f"| {link} | {_cell(claim.article)} | {_cell(claim.truth or claim.statement)} |")
    return "\n".join([*lines, ""])


def _cell(said: str) -> str:
    """In a table a bar would end the cell: it is written out, in formulas as LaTeX has it."""
    parts = re.split(r"(\$[^$]*\$)", said)
    formulas = (part.replace(r"\|", r"\Vert ").replace("|", r"\vert ") for part in parts[1::2])
    texts = (part.replace("|", "&#124;") for part in parts[::2])
    return "".join(part for pair in zip_longest(texts, formulas, fillvalue="") for part in pair)


def write(folder: Path, entries: Sequence[Entry]) -> None:
    from matplotlib import rc_context

    folder.mkdir(parents=True, exist_ok=True)
    for name, said in pages(entries).items():
        (folder / name).write_text(said, encoding="utf-8")
    with rc_context({"svg.hashsalt": "theorems"}):
        figure({entry.claim.name: entry.claim for entry in entries}).savefig(
            folder / "graph.svg", metadata={"Date": None}
        )


def main(arguments: Sequence[str] | None = None) -> int:
    from . import ledger, parallel, progress

    arguments = sys.argv[1:] if arguments is None else arguments
    claims = ledger.needed()
    with progress.bar(len(claims)) as step:
        old, new = parallel.judged(claims, on_finding=lambda _: step())
    entries = ledger.run(findings=old | new)
    folder = Path(arguments[0]) if arguments else FOLDER
    write(folder, entries)
    if folder == FOLDER and not ledger.failed(entries):
        record = {entry.claim.name: Counter(step.rule for step in entry.steps) for entry in entries}
        lengths.FILE.write_text(lengths.text(record), encoding="utf-8")
    print(folder)
    return 1 if ledger.failed(entries) else 0


if __name__ == "__main__":
    sys.exit(main())
