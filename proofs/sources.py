"""The sources that a theory rests on: its own file and every file of the project that it imports, however deep.

Read from the import statements, those inside functions included, so that what is not loaded yet counts too.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

import divergence

from . import __file__ as _here

ROOTS = {"proofs": Path(_here).parent, "divergence": Path(divergence.__file__ or "").parent}
ENGINES = ("sympy", "python-flint", "numpy", "scipy")


@cache
def behind(module: str) -> frozenset[str]:
    """The modules of the project that `module`, such as "proofs.rows", is made of."""
    found: set[str] = set()
    rest = [module]
    while rest:
        name = rest.pop()
        if name in found or _file(name) is None:
            continue
        found.add(name)
        rest += [*_imports(name), *_parents(name)]
    return frozenset(found)


@cache
def fingerprint(module: str) -> str:
    """A digest of those sources, and of the versions of what they compute with."""
    digest = hashlib.sha256()
    for name in sorted(behind(module)):
        digest.update(name.encode() + b"\0" + (_file(name) or Path()).read_bytes() + b"\0")
    for name in ENGINES:
        try:
            digest.update(f"{name} {version(name)}\0".encode())
        except PackageNotFoundError:
            continue
    digest.update(python_version().encode())
    return digest.hexdigest()


@cache
def _file(module: str) -> Path | None:
    """Where a module of the project is, None for any other name."""
    root, *rest = module.split(".")
    if root not in ROOTS:
        return None
    path = ROOTS[root].joinpath(*rest)
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)


def _parents(module: str) -> Iterator[str]:
    """The packages around a module, which are imported with it; that of `divergence` only hands out names."""
    parts = module.split(".")
    yield from (".".join(parts[:i]) for i in range(2, len(parts)))


@cache
def _imports(module: str) -> tuple[str, ...]:
    file = _file(module)
    assert file is not None
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(_named(ast.parse(file.read_text(encoding="utf-8")), package))


def _named(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from names
            # a root only hands out names: it counts where one of them is not a module of its own
            if base not in ROOTS or any(_file(name) is None for name in names):
                yield base
        else:
            yield from _named(node, package)
