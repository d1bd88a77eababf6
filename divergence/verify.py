"""The main job: check the theory, train the toy GANs, draw the figures, and write one page about all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import plot, report
from .gan.experiments import FitComparison, Trained
from .gan.fits import landscape
from .plot import normal_name

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
    best, flow, excess = trained.best, trained.flow, trained.excess
    return {
        "name": name,
        "title": title,
        "lead": LEADS.get(name, f"The row {name}: {trained.row.formula}."),
        "panels": [stages, pair],
        "members": len(trained.run.finite),
        "lands": trained.lands,
        "verdict": trained.verdict.capitalize(),
        "best_mean": _signed(f"{best.mean:.4f}"),
        "best_sd": f"{best.sd:.4f}",
        "best_value": f"{best.divergence.value:.6f} ± {_short(best.divergence.error)}",
        "flow_mean": _signed(f"{flow.mean:.4f}"),
        "flow_sd": f"{flow.sd:.4f}",
        "flow_value": f"{flow.divergence.value:.6f}",
        "mean": _signed("{:.4f}  [{:.4f}, {:.4f}]".format(*trained.mean)),
        "sd": "{:.4f}  [{:.4f}, {:.4f}]".format(*trained.sd),
        "excess": f"optimum + {_range(excess)}",
        "critic_error": _range(trained.critic_error),
        "critic_gap": _range(trained.critic_gap),
    }


def gan_page(trained: Trained) -> str:
    return report.page(
        "gan.html", title=f"A GAN trained by {trained.row.name}", rows=[row_view(trained)], made=_made(trained)
    )


def verify_page(entries: Sequence[Any], comparison: FitComparison) -> str:
    """The page of `divergence verify`, from the ledger's entries and the fits."""
    names = [trained.row.name for trained in comparison.rows]
    cross = [
        {
            "name": name,
            "cells": [{"text": f"{value:.4f}", "best": value == line.min()} for value in line.tolist()],
        }
        for name, line in zip(names, comparison.cross)
    ]
    counts = Counter(entry.verdict for entry in entries)
    return report.page(
        "verify.html",
        title="What is proved, what is wrong, what training shows",
        counts=sorted(counts.items(), key=lambda item: -item[1]),
        landed=sum(trained.lands for trained in comparison.rows),
        rows=[row_view(trained) for trained in comparison.rows],
        cross=cross,
        cross_names=names,
        diagonal=comparison.diagonal_wins,
        article=[_article_view(entry) for entry in entries if entry.claim.article],
        ledger=_by_theory(entries),
        made=_made(comparison.rows[0]),
    )


def verify(
    out: Path, settings: Any, *, on_claim: Callable[[Any], Any], on_step: Callable[[str, int], Any]
) -> tuple[Path, list[Any], FitComparison]:
    """Run everything, then write `out`/index.html in one move."""
    from proofs import ledger

    from .gan.experiments import compare_fits

    entries = ledger.run(on_entry=on_claim)
    comparison = compare_fits(settings=settings, progress=on_step)
    return report.write(out / "index.html", verify_page(entries, comparison)), entries, comparison


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
        "counterexample": _shown(exhibited[0]) if exhibited else None,
    }


def _by_theory(entries: Sequence[Any]) -> list[dict[str, Any]]:
    theories: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        view = {
            "name": entry.claim.name,
            "verdict": entry.verdict,
            "statement": entry.claim.statement,
            "reason": entry.reason,
            "steps": [_shown(step) for step in entry.steps],
            "cites": "; ".join(entry.claim.cites),
        }
        theories.setdefault(entry.claim.theory, []).append(view)
    return [{"name": f"proofs/{name}.py", "entries": views} for name, views in theories.items()]


def _shown(step: Any) -> str:
    """What a step says and on what evidence, LaTeX between dollar signs."""
    return f"${step.statement}$ ({step.rule}: {step.evidence})"


def _range(values: Sequence[float]) -> str:
    return f"{_short(min(values))} to {_short(max(values))}"


def _short(value: float) -> str:
    """One significant digit and a power of ten."""
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _signed(text: str) -> str:
    """With minus signs for hyphens: for numbers alone."""
    return text.replace("-", "−")


def _made(trained: Trained) -> str:
    s = trained.run.settings
    return (
        f"{report.versions()}. {s.members} GANs per row, {s.steps} generator steps with {s.critic_steps} discriminator "
        f"steps each on batches of {s.batch}, seed {s.seed}, device {s.device}; start {normal_name(*s.start)}."
    )
