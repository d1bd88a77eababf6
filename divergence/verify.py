"""The main job: check the theory, train the toy GANs, draw the figures, and write one page about all of it."""

from __future__ import annotations

import math
import multiprocessing
import re
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from pathlib import Path
from threading import Event
from typing import Any

from . import laboratory, plot, report
from .gan.experiments.fit import FitComparison, Trained
from .gan.fits import landscape
from .plot import normal_name

# what is run beside the fits, which are f-GAN's experiment already
LABORATORY = (
    "seeking",
    "phases",
    "critic",
    "critic_steps",
    "saturation",
    "distance",
    "lines",
    "dirac",
    "modes",
    "infogan",
    "digits",
)

TITLES = {
    "kl": "Forward KL covers both modes",
    "js": "Jensen–Shannon lies between",
    "reverse_kl": "Reverse KL seeks one mode",
}

LEADS = {
    "kl": r"$\mathrm{KL}(p_{\text{data}}\|p_g)$ punishes every place where data are and the model is not, so the fit "
    "spreads: its mean and variance are those of the data, mode or no mode.",
    "js": r"$\mathrm{JSD}$ is what the original GAN minimises at its best discriminator. It forgives a little of both "
    "mistakes.",
    "reverse_kl": r"$\mathrm{KL}(p_g\|p_{\text{data}})$ punishes every place where the model is and data are not, so "
    "the fit withdraws to the heavier mode and forgets the other.",
}


def row_view(trained: Trained) -> dict[str, Any]:
    """What a page tells about one row's GANs."""
    name = trained.row.name
    title = TITLES.get(name, name)
    about = f"{title}: data in blue, model in red"
    stages = [report.picture(figure, f"{about}, {stage}") for stage, figure in plot.fit_panels(trained)]
    pair = [
        report.picture(plot.paths(trained, landscape), f"{title}: paths of the GANs to the exact optimum"),
        report.picture(plot.critic(trained), f"{title}: trained discriminators against D*"),
    ]
    best, flow, excess, members = trained.best, trained.flow, trained.excess, len(trained.run.finite)
    return {
        "name": name,
        "title": title,
        "lead": LEADS.get(name, f"The row {name}: {trained.row.formula}."),
        "panels": [stages, pair],
        "members": members,
        "gans": "one GAN" if members == 1 else f"{members} independent GANs",
        "trained": "one trained GAN" if members == 1 else f"{members} trained GANs, 95% interval",
        "lands": trained.lands,
        "verdict": trained.verdict.capitalize(),
        "best_mean": _signed(f"{best.mean:.4f}"),
        "best_sd": f"{best.sd:.4f}",
        "best_value": f"{best.divergence.value:.6f} ± {_short(best.divergence.error, ROUND_CEILING)}",
        "flow_mean": _signed(f"{flow.mean:.4f}"),
        "flow_sd": f"{flow.sd:.4f}",
        "flow_value": f"{flow.divergence.value:.6f}",
        "mean": _signed(_with_interval(trained.mean)),
        "sd": _with_interval(trained.sd),
        "excess": f"optimum + {_range(excess)}",
        "critic_error": _range(trained.critic_error),
        "critic_gap": _range(trained.critic_gap),
    }


def gan_page(trained: Trained) -> str:
    return report.page(
        "gan.html", title=f"A GAN trained by {trained.row.name}", rows=[row_view(trained)], made=_made(trained)
    )


def verify_page(entries: Sequence[Any], comparison: FitComparison, outcomes: Sequence[Any] = ()) -> str:
    """The page of `divergence verify`, from the ledger's entries, the fits and the laboratory's outcomes."""
    from proofs.dependencies import figure

    names = [trained.row.name for trained in comparison.rows]
    cross = [
        {
            "name": name,
            "cells": [{"text": f"{value:.4f}", "best": value == line.min()} for value in line.tolist()],
        }
        for name, line in zip(names, comparison.cross)
    ]
    counts = Counter(entry.verdict for entry in entries)
    cited = counts["cited"]
    return report.page(
        "verify.html",
        title="What is proved, what is wrong, what training shows",
        counts=sorted(counts.items(), key=lambda item: -item[1]),
        cited=cited and ("one statement is" if cited == 1 else f"{cited} statements are"),
        landed=sum(trained.lands for trained in comparison.rows),
        rows=[row_view(trained) for trained in comparison.rows],
        cross=cross,
        cross_names=names,
        diagonal=comparison.diagonal_wins,
        experiments=[laboratory.view(outcome) for outcome in outcomes],
        article=[_article_view(entry) for entry in entries if entry.claim.article],
        ledger=_by_theory(entries),
        graph=report.picture(
            figure({entry.claim.name: entry.claim for entry in entries}),
            "What rests on what: each claim of the ledger to the right of those that it rests on",
        ),
        made=_made(comparison.rows[0]),
    )


def verify(
    out: Path,
    settings: Any,
    *,
    on_claim: Callable[[Any], Any],
    on_step: Callable[[str, int], Any],
    on_experiment: Callable[[str], Any] = lambda name: None,
) -> tuple[Path, list[Any], FitComparison, list[Any]]:
    """Run everything, the laboratory in its quick mode, then write `out`/index.html in one move.

    The ledger is run by other processes meanwhile, for the training is one thread.
    """
    from proofs import ledger, parallel

    from .gan.experiments import Setup, run
    from .gan.experiments.fit import compare_fits

    stopped, outcomes = Event(), []
    with ThreadPoolExecutor(1) as beside:
        theory = beside.submit(parallel.judged, ledger.needed(), on_finding=on_claim, stopped=stopped)
        try:
            comparison = compare_fits(settings=settings, progress=on_step)
            for name in LABORATORY:
                outcomes.append(run(name, Setup(settings.seed, settings.device, quick=True)))
                on_experiment(name)
            old, new = theory.result()
        except BaseException:  # Ctrl-C among them: nobody waits for claims that are being judged
            stopped.set()
            for child in multiprocessing.active_children():
                child.terminate()
            raise
    entries = ledger.run(findings=old | new)
    path = report.write(out / "index.html", verify_page(entries, comparison, outcomes))
    return path, entries, comparison, outcomes


def summary(comparison: FitComparison) -> list[tuple[str, str, str, str]]:
    """Per row: name, exact fit, trained fit, verdict."""
    return [
        (
            trained.row.name,
            normal_name(trained.best.mean, trained.best.sd),
            normal_name(trained.mean[0], trained.sd[0]),
            trained.verdict,
        )
        for trained in comparison.rows
    ]


def _article_view(entry: Any) -> dict[str, Any]:
    claim = entry.claim
    exhibited = [step for step in entry.steps if step.level == "counterexample"]
    return {
        "verdict": entry.verdict,
        "sentence": claim.article,
        "truth": claim.truth,
        "statement": claim.statement,
        "counterexample": _typeset(exhibited[0].words) if exhibited else None,
    }


def _by_theory(entries: Sequence[Any]) -> list[dict[str, Any]]:
    from proofs.shown import whereabouts

    theories: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        view = {
            "name": entry.claim.name,
            "verdict": entry.verdict,
            "statement": entry.claim.statement,
            "reason": entry.reason,
            "steps": [_shown(step) for step in entry.steps],
            "cites": "; ".join(entry.claim.cites),
            "theorems": ", ".join(entry.theorems),
            "rests_on": ", ".join(entry.claim.rests_on),
            "lines": whereabouts(entry.claim),
        }
        theories.setdefault(entry.claim.theory, []).append(view)
    return [{"name": f"proofs/{name}.py", "entries": views} for name, views in theories.items()]


def _shown(step: Any) -> str:
    """What a step says and on what evidence, LaTeX between dollar signs."""
    return f"${step.statement}$ ({step.rule}: {_typeset(step.evidence)})"


def _typeset(text: str) -> str:
    """Powers of ten and minus signs for 1e-16, 10^-30 and -0.5, outside of dollar signs."""
    text = re.sub(r"(\d)e([+-]\d+)", lambda power: f"{power[1]}·{_power_of_ten(power[2])}", text)
    text = re.sub(r"10\^(-?\d+)", lambda power: _power_of_ten(power[1]), text)
    return re.sub(r"(?<![\w.)}^])-(?=\d)", "−", text)


def _with_interval(found: Sequence[float]) -> str:
    """A value and its interval; one member alone has none."""
    value, low, high = found
    return f"{value:.4f}" + (f"  [{low:.4f}, {high:.4f}]" if math.isfinite(high - low) else "")


def _range(values: Sequence[float]) -> str:
    """From the least to the largest, where they differ in what is shown."""
    low, high = _short(min(values)), _short(max(values))
    return low if low == high else f"{low} to {high}"


def _short(value: float, rounding: str = ROUND_HALF_EVEN) -> str:
    """One significant digit and a power of ten; an error is rounded up."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exact = Decimal(value)
    digit = exact.scaleb(-exact.adjusted()).quantize(Decimal(1), rounding)  # 9.6 becomes 10
    digits, exponent = f"{float(digit.scaleb(exact.adjusted())):.0e}".split("e")
    return _signed(f"{digits}·{_power_of_ten(exponent)}")


def _power_of_ten(exponent: str) -> str:
    return f"10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _signed(text: str) -> str:
    """With minus signs for hyphens: for numbers alone."""
    return text.replace("-", "−")


def _made(trained: Trained) -> str:
    s = trained.run.settings
    gans = f"{s.members} GAN{'s' * (s.members != 1)}"
    return (
        f"{report.versions()}. {gans} per row, {s.steps} generator steps with {s.critic_steps} discriminator "
        f"steps each on batches of {s.batch}, seed {s.seed}, device {s.device}; start {normal_name(*s.start)}."
    )
