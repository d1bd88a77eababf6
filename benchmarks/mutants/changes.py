"""Every change of one arithmetic token of a source file: an operator, a sign, a constant, the name of a function.

Left alone are comparisons, indices, slices, axes, decorators, annotations, strings, and functions of error estimates.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
NAMES = {
    "log": "log1p",
    "log1p": "log",
    "exp": "expm1",
    "expm1": "exp",
    "sqrt": "abs",
    "abs": "sign",
    "sign": "abs",
    "tanh": "sigmoid",
    "sigmoid": "tanh",
    "step": "sign",
    "positive_part": "abs",
    "softplus": "exp",
    "log_mean_exp": "softplus",
    "klfun": "log_excess",
    "log_excess": "klfun",
    "exp_excess": "expm1",
    "expm1_ratio": "log1p_ratio",
    "log1p_ratio": "expm1_ratio",
    "sin": "cos",
    "mean": "sum",
    "sum": "mean",
}
SKIPPED_NAMES = ("_rounding", "RELATIVE_ERROR")  # bounds on errors: a wider one is not wrong
SKIPPED_KEYWORDS = ("axis", "keepdims", "maxsize", "ndmin", "ranks")


@dataclass(frozen=True)
class Change:
    """`index` finds the node again in a walk of the file; `line` is that of the innermost function around it, or 0."""

    file: str
    index: int
    line: int
    row: int
    what: str
    around: str  # the names of what it is inside


def changes(file: str, source: str) -> list[Change]:
    tree = ast.parse(source)
    numbers = {id(node): i for i, node in enumerate(ast.walk(tree))}
    lines = source.splitlines()
    found = []
    for node, function, names in _inside(tree, 0, ()):
        what = _what(node)
        if what is not None:
            text = lines[node.lineno - 1].strip()  # type: ignore[attr-defined]
            found.append(Change(file, numbers[id(node)], function, node.lineno, f"{what}  in  {text}", ".".join(names)))  # type: ignore[attr-defined]
    return found


def _inside(node: ast.AST, function: int, names: tuple[str, ...]) -> Iterator[tuple[ast.AST, int, tuple[str, ...]]]:
    """Every node that may be changed, with the line of the function that it is in."""
    if isinstance(node, ast.Compare | ast.Subscript | ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        if node.name in SKIPPED_NAMES:
            return
        names = (*names, node.name)
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in SKIPPED_NAMES:
        return
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        names = (*names, str(node.args[0].value))  # Generator("kl", ...)
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        decorators = getattr(node, "decorator_list", [])
        function = decorators[0].lineno if decorators else node.lineno  # as its code object has it
        children: list[ast.AST] = [*node.body] if isinstance(node, ast.FunctionDef) else [node.body]
    elif isinstance(node, ast.AnnAssign):
        children = [node.value] if node.value else []
    elif isinstance(node, ast.keyword):
        children = [] if node.arg in SKIPPED_KEYWORDS else [node.value]
    else:
        children = list(ast.iter_child_nodes(node))
    yield node, function, names
    for child in children:
        yield from _inside(child, function, names)


def _what(node: ast.AST) -> str | None:
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return f"{SIGNS[type(node.op)]} becomes {SIGNS[OPERATORS[type(node.op)]]}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "- is dropped"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return f"{node.value!r} becomes {_other(node.value)!r}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
        return f"{node.func.attr} becomes {NAMES[node.func.attr]}"
    return None


def _other(value: float) -> float:
    return value + 1 if isinstance(value, int) or value == 0 else value * 1.01


def changed(source: str, change: Change, path: str) -> CodeType:
    """The file with that one change, compiled."""
    tree = ast.parse(source)
    node = next(node for i, node in enumerate(ast.walk(tree)) if i == change.index)
    if isinstance(node, ast.BinOp):
        node.op = OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Constant):
        node.value = _other(node.value)  # type: ignore[arg-type]
    elif isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Attribute)
        node.func.attr = NAMES[node.func.attr]
    elif isinstance(node, ast.UnaryOp):
        inner = copy.deepcopy(node.operand)
        for parent in ast.walk(tree):
            for name, value in ast.iter_fields(parent):
                if value is node:
                    setattr(parent, name, inner)
                elif isinstance(value, list):
                    setattr(parent, name, [inner if one is node else one for one in value])
    return compile(ast.fix_missing_locations(tree), path, "exec")
