"""The page of `divergence compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import plot, report
from .compare import Comparison, Finding, short


def compare_page(found: Comparison) -> str:
    """One page about two files: the verdict, the table, the marginals, every column."""
    real, fake = _short_names(found)
    image = report.picture(
        plot.marginals(
            found.real.values,
            found.fake.values,
            found.real.columns,
            [finding.value for finding in found.columns],
            labels=(real, fake),
        ),
        f"Distribution functions of the columns of {real} and {fake}",
    )
    few = found.most_different(10)
    lines = [shown(finding, found) for finding in (found.energy, found.sliced, *few)]
    rest = found.most_different(len(found.columns)) if len(found.columns) > len(few) else ()
    return report.page(
        "compare.html",
        title=f"{real} and {fake}",
        real=real,
        fake=fake,
        verdict=found.verdict,
        basis=found.basis,
        on_columns=found.on_columns,
        differ=found.differ,
        rows=(len(found.real.values), len(found.fake.values)),
        columns=len(found.columns),
        confidence=f"{found.confidence:.0%}",
        resamples=found.resamples,
        lines=lines,
        rest=[shown(finding, found) for finding in rest],
        notes=found.notes,
        image=image,
        made=f"{found.real.name}, {found.fake.name}; seed {found.seed}. {report.versions(('numpy', 'scipy'))}.",
    )


def shown(finding: Finding, found: Comparison) -> dict[str, Any]:
    """A finding as words: columns by their names, p-values never as 0."""
    evaluation = finding.evaluation
    if finding is found.energy:
        name = "energy distance"
    elif finding is found.sliced:
        name = "sliced W1"
    else:
        name = f"W1 of {finding.name}"
    return {
        "name": short(name),
        "full": name,
        "value": f"{finding.value:.4g}",
        "interval": f"[{evaluation.lower:.4g}, {evaluation.upper:.4g}]",
        "level": f"{finding.level:.4g}",
        "p": f"{finding.p_value:.3g}",
        "beyond": finding.p_value <= 1 - found.confidence,
    }


def _short_names(found: Comparison) -> tuple[str, str]:
    """The files without their folders, where that tells them apart."""
    real, fake = (Path(table.name).name for table in (found.real, found.fake))
    return (real, fake) if real != fake else (found.real.name, found.fake.name)
