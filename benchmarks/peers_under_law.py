"""Functions of other libraries, held to the laws of `divergence.testing`; what is found goes into docs/testing.md.

    python benchmarks/peers_under_law.py [--examples 200] [--only scipy]

replaces all that follows the marker in docs/testing.md (with --only it prints instead). A library that is not installed
is skipped, and named. Needs hypothesis; the peers: scipy, torch, torchmetrics, scikit-learn, statsmodels, POT and dit.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from divergence.testing import LAWS, Law, Report, Subject, examine
from divergence.testing.promises import Promises

PAGE = Path(__file__).parents[1] / "docs" / "testing.md"
MARKER = "<!-- all below is written by benchmarks/peers_under_law.py -->"


@dataclass(frozen=True)
class Peer:
    """A call as its users write it, in p and q: the text that is shown is the text that is run."""

    package: str  # as it is installed
    modules: str  # as they are imported
    call: str
    meant: str
    promises: Mapping[str, Any] = field(default_factory=dict)
    torch: bool = False

    def function(self) -> Callable[..., Any]:
        names = {module.split(".")[0]: import_module(module.split(".")[0]) for module in self.modules.split()}
        for module in self.modules.split():
            import_module(module)
        return eval(f"lambda p, q: {self.call}", {**names, "np": np})


KL = {"additive": True}
JS = {"symmetric": True, "bound": log(2), "root": 0.5}
TV = {"symmetric": True, "bound": 1.0, "root": 1.0}
ONE_PAIR = {"batch": False}  # the function takes one pair of 1-D arrays, and says so

PEERS = (
    Peer("scipy", "scipy.special", "scipy.special.rel_entr(p, q).sum(-1)", "KL", KL),
    Peer("scipy", "scipy.special", "scipy.special.kl_div(p, q).sum(-1)", "KL", KL),
    Peer("scipy", "scipy.stats", "scipy.stats.entropy(p, q, axis=-1)", "KL", KL),
    Peer("scipy", "scipy.spatial.distance", "scipy.spatial.distance.jensenshannon(p, q, axis=-1)**2", "JS", JS),
    Peer("scipy", "scipy.stats", "scipy.stats.power_divergence(p, q, axis=-1).statistic", "Pearson"),
    Peer(
        "scipy",
        "scipy.stats",
        "scipy.stats.wasserstein_distance(p, q)",
        "W1 of histograms",
        {"symmetric": True, "root": 1.0, **ONE_PAIR},
    ),
    Peer(
        "torch",
        "torch.nn.functional",
        "torch.nn.functional.kl_div(q.log(), p, reduction='none').sum(-1)",
        "KL",
        KL,
        torch=True,
    ),
    Peer(
        "torch",
        "torch.distributions",
        "torch.distributions.kl_divergence(*map(torch.distributions.Categorical, (p, q)))",
        "KL",
        KL,
        torch=True,
    ),
    Peer(
        "torchmetrics",
        "torch torchmetrics.functional",
        "torchmetrics.functional.kl_divergence(*map(torch.atleast_2d, (p, q)), reduction='none')",
        "KL",
        KL,
        torch=True,
    ),
    Peer(
        "torchmetrics",
        "torch torchmetrics.functional.regression",
        "torchmetrics.functional.regression.jensen_shannon_divergence("
        "*map(torch.atleast_2d, (p, q)), reduction='none')",
        "JS",
        JS,
        torch=True,
    ),
    Peer(
        "scikit-learn",
        "sklearn.metrics.pairwise",
        "-sklearn.metrics.pairwise.additive_chi2_kernel([p], [q]) / 2",
        "triangular",
        {"symmetric": True, "bound": 1.0, "root": 0.5, **ONE_PAIR},
    ),
    Peer(
        "statsmodels",
        "statsmodels.stats.gof",
        "statsmodels.stats.gof.chisquare_effectsize(q, p, cohen=False, axis=-1)",
        "Pearson",
    ),
    Peer("POT", "ot", "ot.emd2(p, q, 1 - np.eye(len(p)))", "total variation", {**TV, **ONE_PAIR}),
    Peer("POT", "ot", "ot.sinkhorn2(p, q, 1 - np.eye(len(p)), reg=0.1)", "total variation, nearly", {**TV, **ONE_PAIR}),
    Peer(
        "dit",
        "dit.divergences.pmf",
        "dit.divergences.pmf.relative_entropy(p, q)",
        "KL in bits",
        {**KL, **ONE_PAIR},
    ),
    Peer(
        "dit",
        "dit.divergences.pmf",
        "dit.divergences.pmf.jensen_shannon_divergence(np.stack([p, q]))",
        "JS in bits",
        {"symmetric": True, "bound": 1.0, "root": 0.5, **ONE_PAIR},
    ),
)

# the laws of any function of masses: the rest are about a row
COLUMNS = [
    found
    for found in LAWS
    if found.promised(Subject(None, Promises(bound=1.0, root=1.0, symmetric=True, additive=True)))
]
SIGNS = {"holds": "✓", "refuted": "**✗**", "not promised": "·"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=200, help="cases tried per law")
    parser.add_argument("--only", default="", help="run the peers whose call contains this, and print what is found")
    settings = parser.parse_args()
    warnings.simplefilter("ignore")  # what a peer warns of is seen in what it returns

    found: list[tuple[Peer, Report]] = []
    missing: list[str] = []
    for peer in PEERS:
        if settings.only not in peer.call:
            continue
        try:
            report = tried(peer, settings.examples)
        except (ImportError, PackageNotFoundError):
            missing.append(peer.package)
            print(f"skipped     {peer.call}: {peer.package} is not installed", file=sys.stderr)
            continue
        found.append((peer, report))
        print(f"{len(refuted(report))} refuted   {peer.call}", file=sys.stderr)
    text = "\n".join(page(found, sorted(set(missing)), settings.examples)) + "\n"
    if settings.only:
        print(text)
        return
    introduction = PAGE.read_text().split(MARKER)[0]
    PAGE.write_text(f"{introduction}{MARKER}\n\n{text}")


def tried(peer: Peer, examples: int, laws: Sequence[Law] = COLUMNS) -> Report:
    version(peer.package)
    function = peer.function()
    arrays = {"array": import_module("torch").asarray} if peer.torch else {}
    with np.errstate(all="ignore"):
        report = examine(function, peer.promises, laws=laws, max_examples=examples, **arrays)
    return replace(report, subject=peer.call)


def refuted(report: Report) -> list[Any]:
    return [verdict for verdict in report.verdicts if verdict.outcome == "refuted"]


def page(found: list[tuple[Peer, Report]], missing: list[str], examples: int) -> Iterator[str]:
    """The table, then every counterexample."""
    versions = ", ".join(
        f"{name} {version(name)}" for name in sorted({peer.package for peer, _ in found}, key=str.lower)
    )
    yield f"## {len(found)} functions under law"
    yield ""
    yield f"Up to {examples} cases for each law, in float64, with {versions}."
    if missing:
        yield f"Not installed where this was run, and so not tried: {', '.join(missing)}."
    yield ""
    yield "✓ no counterexample was met, **✗** refuted, · not promised by this function."
    yield ""
    yield "| | call | meant as | " + " | ".join(law.name for law in COLUMNS) + " |"
    yield "|" + "---|" * (len(COLUMNS) + 3)
    for number, (peer, report) in enumerate(found, 1):
        signs = " | ".join(SIGNS[verdict.outcome] for verdict in report.verdicts)
        yield f"| {number} | `{peer.call}` | {peer.meant} | {signs} |"
    yield ""
    yield "## The counterexamples"
    yield ""
    yield "Each is the smallest that was met."
    for number, (peer, report) in enumerate(found, 1):
        if not report.ok:
            yield ""
            yield f"**{number}.** `{peer.call}`"
            yield ""
            yield "```text"
            for verdict in refuted(report):
                words, place = short(verdict.counterexample)
                yield f"{verdict.law}: {words}"
                yield f"    {place}"
            yield "```"


def short(counterexample: str) -> tuple[str, str]:
    """What is broken, in one line of bearable length, and where."""
    words, _, place = counterexample.rpartition("\nat ")
    words = " ".join(words.split())
    return words if len(words) <= 160 else words[:157] + "...", f"at {place}"


if __name__ == "__main__":
    main()
