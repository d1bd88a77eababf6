"""Compile the theories with coqc, each once those that it rests on are there, in a folder of its own.

The folder is called by a hash of all the theories, the rows as they are now among them: what lies in it was compiled
from exactly these sources.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from . import theories
from .theories import NAMESPACE

BUILDS = Path("build/formal")  # of the folder from which the command was called, like report/
PACKAGES = ("coq", "libcoq-coquelicot", "libcoq-mathcomp-analysis")
INSTALL = f"on Debian and Ubuntu: apt-get install --no-install-recommends {' '.join(PACKAGES)}"


class Broken(Exception):
    """A theory does not compile, or there is nothing to compile it with."""


def key(sources: Mapping[str, str]) -> str:
    """A hash of the theories, by name and text."""
    digest = hashlib.sha256()
    for name, text in sorted(sources.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:16]


def folder(sources: Mapping[str, str], builds: Path = BUILDS) -> Path:
    """Where these very sources are compiled."""
    return builds / key(sources)


def tool(name: str) -> str:
    """The path of a program of Coq. Raises Broken, which says what to install."""
    if (found := shutil.which(name)) is None:
        raise Broken(f"{name} is missing; {INSTALL}")
    return found


def call(arguments: list[str], into: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of Coq on the theories in a folder."""
    command = [tool(arguments[0]), *arguments[1:]]
    return subprocess.run(command, cwd=into, capture_output=True, text=True, encoding="utf-8", check=False)


def compile_theory(name: str, into: Path) -> None:
    """Raises Broken with what coqc says."""
    done = call(["coqc", "-q", "-w", "none", "-Q", ".", NAMESPACE, f"{name}.v"], into)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        missing = "Coquelicot" in said or "mathcomp" in said
        hint = f"\nIs a library missing? {INSTALL}" if missing and "load" in said.lower() else ""
        raise Broken(f"{name}.v does not compile: {said}{hint}")


def compile_all(sources: Mapping[str, str], into: Path, on_theory: Callable[[str], object] | None = None) -> None:
    """Write the theories into a folder made anew and compile them, as many at a time as there are processors.

    Raises Broken at the first that fails.
    """
    tool("coqc")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name, text in sources.items():
        (into / f"{name}.v").write_text(text, encoding="utf-8")
    waiting = {name: set(theories.requires(text)) for name, text in sources.items()}
    if unknown := set().union(*waiting.values()) - set(waiting):
        raise Broken(f"no theory is called {', '.join(sorted(unknown))}")
    done: set[str] = set()
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            while waiting or running:
                for name in [name for name, below in waiting.items() if below <= done]:
                    del waiting[name]
                    running[pool.submit(compile_theory, name, into)] = name
                if not running:
                    raise Broken(f"these theories rest on each other: {', '.join(sorted(waiting))}")
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    future.result()
                    done.add(name)
                    if on_theory is not None:
                        on_theory(name)
        finally:
            pool.shutdown(cancel_futures=True)
