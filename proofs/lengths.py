"""How many steps of each rule every claim has, as written down with the pages: a proof that has lost one is noticed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("lengths.json")


@cache
def written() -> dict[str, dict[str, int]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def lost(name: str, rules: Iterable[str]) -> str:
    """What the claim called `name` lacks beside the record, where steps by these `rules` are all that it has."""
    missing = Counter(written().get(name, {})) - Counter(rules)
    said = ", ".join(f"{number} of {rule}" for rule, number in missing.items())
    return f"it has fewer steps than lengths.json records: {said} missing" if said else ""


def text(lengths: dict[str, Counter[str]]) -> str:
    """The record, a claim in a line."""
    lines = (f"{json.dumps(name)}: {json.dumps(dict(sorted(count.items())))}" for name, count in lengths.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
