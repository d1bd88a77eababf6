"""What counts as proved: compiled from these very sources, and resting on nothing but the usual axioms.

coqc is content with a theorem whose proof is missing; so the main theorems are asked what they assume, and the text of
the theories is searched for words that assume. Only then is the record written from which the ledger says *formal*.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import build, theories
from .build import BUILDS, NAMESPACE, Broken
from .theories import Theorem, Unsound

# the axioms of Coq's real numbers and of the libraries, and what each says
WHITELIST: Mapping[str, str] = {
    "ClassicalDedekindReals.sig_forall_dec": "a decidable property of numbers holds of all, or there is one without it",
    "ClassicalDedekindReals.sig_not_dec": "a negation holds or does not",
    "FunctionalExtensionality.functional_extensionality_dep": "functions with equal values are equal",
    "Classical_Prop.classic": "excluded middle",
    "Epsilon.epsilon_statement": "choice of a witness",
    "boolp.propositional_extensionality": "equivalent propositions are equal",
    "boolp.functional_extensionality_dep": "functions with equal values are equal",
    "boolp.constructive_indefinite_description": "choice of a witness",
}
RECORD = "record.json"


def assumptions(theory: str, audited: Sequence[Theorem], into: Path) -> list[str]:
    """The axioms under some theorems of a theory compiled in a folder, all together, as the kernel lists them."""
    every = ", ".join(f"@{NAMESPACE}.{one.name}" for one in audited)
    text = f"From {NAMESPACE} Require {theory}.\nDefinition audited := ({every}, tt).\nPrint Assumptions audited.\n"
    (into / f"audit_{theory}.v").write_text(text, encoding="utf-8")
    done = build.call(["coqc", "-q", "-w", "none", "-Q", ".", NAMESPACE, f"audit_{theory}.v"], into)
    if done.returncode:
        raise Broken(f"the audit of {theory}.v does not compile: {done.stderr.strip()}")
    if "Closed under the global context" in done.stdout:
        return []
    said = done.stdout.partition("Axioms:")[2]
    if not (found := sorted(re.findall(r"^([\w.']+)\s*(?::|$)", said, re.MULTILINE))):
        raise Broken(f"the audit of {theory}.v says nothing that can be read: {done.stdout.strip()}")
    return found


def audit(theory: str, audited: Sequence[Theorem], into: Path) -> list[str]:
    """The axioms under the theorems of a theory. Raises Unsound, which names the theorem, for one that is not usual."""
    found = assumptions(theory, audited, into)
    if strange := [axiom for axiom in found if axiom not in WHITELIST]:
        guilty = next((one for one in audited if set(assumptions(theory, [one], into)) & set(strange)), audited[0])
        raise Unsound(f"{guilty.name} rests on {', '.join(strange)}, which is not an axiom of the real numbers")
    return found


def pass_gate(
    sources: Mapping[str, str] | None = None,
    builds: Path = BUILDS,
    on_theory: Callable[[str], object] | None = None,
) -> dict[str, list[str]]:
    """Compile, audit and record: the axioms under the main theorems of each theory.

    Raises Unsound for a theory that assumes, Broken for one that does not compile.
    """
    start = time.perf_counter()
    sources = theories.texts() if sources is None else sources
    for name, text in sources.items():
        theories.title(text)
        theories.review(name, text)
    into = build.folder(sources, builds)
    build.compile_all(sources, into, on_theory)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        stated = {name: every for name, text in sources.items() if (every := list(theories.theorems(name, text)))}
        found = dict(zip(stated, pool.map(lambda name: audit(name, stated[name], into), stated)))
    record = {"axioms": found, "compiled": _compiled(into), "seconds": round(time.perf_counter() - start, 1)}
    (into / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    for other in builds.iterdir():  # what older sources left
        if other != into:
            shutil.rmtree(other, ignore_errors=True)
    return found


def _compiled(into: Path) -> dict[str, str]:
    """A hash of each compiled theory."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(into.glob("*.vo"))}


def recorded(sources: Mapping[str, str] | None = None, builds: Path = BUILDS) -> dict[str, list[str]]:
    """The axioms under each theory that passed the gate with these very sources; none where that was not done."""
    into = build.folder(theories.texts() if sources is None else sources, builds)
    try:
        record = json.loads((into / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    usual = all(axiom in WHITELIST for axioms in record["axioms"].values() for axiom in axioms)
    return record["axioms"] if usual and record["compiled"] == _compiled(into) else {}


def established(builds: Path = BUILDS) -> dict[str, tuple[str, ...]]:
    """The claims of the ledger that compiled theorems state, with their names: for the sources and rows as they are."""
    if not builds.is_dir():
        return {}
    try:
        sources = theories.texts()
    except Exception:  # a broken row has no Coq, and so no theorem; the ledger says what is wrong with it
        return {}
    passed = recorded(sources, builds)
    found: dict[str, tuple[str, ...]] = {}
    for one in theories.every_theorem(sources) if passed else ():
        for claim in one.claims:
            found[claim] = (*found.get(claim, ()), one.name)
    return found
