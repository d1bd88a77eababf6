"""Why a survivor survives: a change that changes no value, or one that no claim is about yet."""

from __future__ import annotations

from .changes import Change

# (part of the file, of what it is inside, of the change): whether it is equivalent, and why
WHY: tuple[tuple[str, str, str, bool, str], ...] = (
    ("f_divergence.py", "skew", "5e-324", True, "the next float below twice the smallest is the smallest itself"),
    (
        "generators.py",
        "hockey_stick",
        "positive_part becomes abs",
        True,
        "the completed conjugate asks it at u >= 0 only",
    ),
    ("pieces.py", "_laplace_gap", "o.like(less, 0)", True, "what stands in a place that `where` throws away"),
    ("pieces.py", "_apart", "0 * d", True, "0 * d is there for its shape; 0 / d has it too"),
    ("pieces.py", "_pareto_between", "0 * d", True, "0 * d is there for its shape; 0 / d, and -, have it too"),
    ("pieces.py", "_rates", "* 0", True, "x * 0 is there for its shape; x - x of it has it too"),
    ("stirling.py", "curvature", "series = 0.0", True, "the start of a series at y^16 <= 1e-16, below its rounding"),
    ("stirling.py", "remainder", "- 1)", True, "a constant, and only differences of the remainder are taken"),
    ("stirling.py", "bregman", "not wanted", True, "what stands in a place that `where` throws away"),
)


def reason(change: Change) -> tuple[bool, str]:
    for file, around, what, same, why in WHY:
        if file in change.file and around in change.around and what in change.what:
            return same, why
    return False, "no claim is about it"
