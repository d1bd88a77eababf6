"""Why a survivor survives: a change that changes no value, or one that no claim is about yet."""

from __future__ import annotations

from .changes import Change

SEARCH = "where the search begins or how it steps: what it finds is the same to the last bit"

# (part of the file, of what it is inside, of the change): whether it is equivalent, and why
WHY: tuple[tuple[str, str, str, bool, str], ...] = (
    ("generators.py", "blow_up", "depth, depths = 0.0", True, SEARCH),
    ("generators.py", "blow_up", "range(3)", True, SEARCH),
    ("generators.py", "blow_up", "65 becomes", True, SEARCH),
    ("generators.py", "blow_up", "1024 becomes", True, SEARCH),
    ("generators.py", "blow_up", "88 becomes 89", True, SEARCH),
    (
        "generators.py",
        "blow_up",
        "log becomes log1p",
        True,
        "asked at f above 1e16 only, where it is the same",
    ),
    ("generators.py", "bend_at_zero", "100.0 becomes", True, SEARCH),
    ("generators.py", "bend_at_zero", "14 becomes 15", True, SEARCH),
    ("generators.py", "bend_at_zero", "depth /= 2", True, SEARCH),
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
