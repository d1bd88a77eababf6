"""The GAN laboratory's full run: every experiment, prediction against measurement with its interval over seeds.

    python -m benchmarks.gan_lab [--device cpu] [--seed 0] [--quick] [--only NAME …] [--out FOLDER]

writes benchmarks/results/gan_lab.txt. Each finished experiment is kept as FOLDER/NAME.json with its figures, and a
later call with the same seed, device and mode goes on with those that are missing, so that an interruption costs one
experiment at most. Remove the folder to begin anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from divergence.gan.experiments import EXPERIMENTS, Setup, run
from divergence.laboratory import keep as keep_outcome
from divergence.laboratory import number

from .record import RESULTS, heading, keep


def done(file: Path, setup: Setup) -> dict[str, Any] | None:
    """What an earlier call found, where it was made in the same way."""
    if not file.exists():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    same = (setup.seed, setup.device, "quick" if setup.quick else "full")
    return found if (found["seed"], found["device"], found["mode"]) == same else None


def table(found: dict[str, Any]) -> list[str]:
    """The lines of one experiment."""
    lines = [
        "",
        f"{found['experiment']}: {found['question']}",
        f"  {found['verdict']}; {found['seeds'] or 'no'} seeds, {found['device']}, {found['seconds']} s",
    ]
    for check in found["checks"]:
        ends = check["interval"]
        span = "" if ends is None else f" [{', '.join(number(float(end)) for end in ends)}]"
        verdict = "holds " if check["holds"] else "MISSED"
        measured = f"{float(check['measured']):.7g}" if ends is None else number(float(check["measured"]))
        lines.append(f"  {verdict} {check['what']}: predicted {check['predicted']}, measured {measured}{span}")
    return lines + [f"  note: {note}" for note in found["notes"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(EXPERIMENTS))
    parser.add_argument("--out", type=Path, default=Path("gan-lab"))
    options = parser.parse_args()
    setup = Setup(options.seed, options.device, options.quick)
    found: list[dict[str, Any]] = []
    for name in options.only:
        file = options.out / name / f"{name}.json"
        kept = done(file, setup)
        if kept is None:
            keep_outcome(run(name, setup), file.parent)
            kept = json.loads(file.read_text(encoding="utf-8"))
        found.append(kept)
        print(f"{name}: {kept['verdict']} ({kept['seconds']} s)", file=sys.stderr, flush=True)
    confirmed = sum(all(check["holds"] for check in one["checks"]) for one in found)
    total = sum(one["seconds"] for one in found)
    lines = [
        "the GAN laboratory: predictions computed by the library against training; 95% intervals over seeds",
        heading("torch", "numpy", "scipy", "scikit-learn"),
        f"{'quick' if setup.quick else 'full'} mode, seed {setup.seed}, device {setup.device}, {total:.0f} s in all: "
        f"{confirmed} of {len(found)} experiments as predicted",
    ]
    if setup.device == "cpu":
        lines.append("not measured on a GPU")
    for one in found:
        lines += table(one)
    keep(RESULTS / ("gan_lab.txt" if not setup.quick else "gan_lab_quick.txt"), lines)


if __name__ == "__main__":
    main()
