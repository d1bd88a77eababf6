"""What the GAN experiments leave behind: a page, the numbers as JSON, the figures as PNG."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import report

TITLES = {
    "table": "f-GAN's univariate table",
    "seeking": "Mean-seeking and mode-seeking",
    "critic": "The discriminator and D*",
    "saturation": "Saturation",
    "distance": "The gradient over distance",
    "lines": "Parallel lines",
    "dirac": "The Dirac-GAN",
    "modes": "Ring and grid",
    "infogan": "InfoGAN",
    "critic_steps": "Discriminator steps",
    "digits": "Digits",
    "phases": "Phases of mode-seeking",
}


def keep(outcome: Any, folder: Path) -> Path:
    """Write NAME.json, a PNG for each figure, a GIF for each animation and index.html into `folder`.

    Returns the page.
    """
    for name, draw in outcome.figures.items():
        report.write(folder / f"{outcome.name}-{name}.png", report.png(draw()))
    for name, animate in outcome.animations.items():
        report.write(folder / f"{outcome.name}-{name}.gif", animate())
    text = json.dumps(outcome.as_json(), indent=1, ensure_ascii=False, allow_nan=False)
    report.write(folder / f"{outcome.name}.json", text + "\n")
    return report.write(folder / "index.html", page([outcome]))


def page(outcomes: Sequence[Any]) -> str:
    """One page about some outcomes."""
    first = outcomes[0]
    title = TITLES[first.name] if len(outcomes) == 1 else "The GAN laboratory"
    mode = "quick" if first.setup.quick else "full"
    made = f"{report.versions()}. Seed {first.setup.seed}, device {first.setup.device}, {mode} mode."
    return report.page("laboratory.html", title=title, experiments=[view(o) for o in outcomes], made=made)


def view(outcome: Any) -> dict[str, Any]:
    """What a page tells about one outcome."""
    title = TITLES[outcome.name]
    return {
        "name": outcome.name,
        "title": title,
        "question": outcome.question,
        "confirmed": outcome.confirmed,
        "images": [
            report.picture(draw(), f"{title}: {name.replace('_', ' ')}") for name, draw in outcome.figures.items()
        ],
        "seeds": f"{outcome.seeds} seeds" if outcome.seeds else "no randomness",
        "checks": [
            {
                "what": check.what,
                "predicted": check.predicted,
                "measured": number(check.measured),
                "interval": interval(check),
                "holds": check.holds,
            }
            for check in outcome.checks
        ],
        "notes": outcome.notes,
    }


def number(value: float) -> str:
    """Four digits; six where a threshold is compared to so many is for the JSON."""
    return f"{value:.4g}".replace("-", "−")


def interval(check: Any) -> str:
    """[low, high], or nothing where nothing was random."""
    if not (math.isfinite(check.low) and math.isfinite(check.high)):
        return ""
    return f"[{number(check.low)}, {number(check.high)}]"
