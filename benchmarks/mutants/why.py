"""Why a survivor survives: a change that changes no value, or one that no claim is about yet."""

from __future__ import annotations

from .changes import Change

# (part of the file, of what it is inside, of the change): whether it is equivalent, and why
WHY: tuple[tuple[str, str, str, bool, str], ...] = ()


def reason(change: Change) -> tuple[bool, str]:
    for file, around, what, same, why in WHY:
        if file in change.file and around in change.around and what in change.what:
            return same, why
    return False, "no claim is about it"
