"""The discriminator against D* during training, and the gap between the divergence and the bound it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops import numpy_words, quiet
from ..rows import named_row
from ..toys import log_normal
from ..univariate import Run, Settings, train_rows
from .fit import TWO_MODES
from .outcome import Check, Outcome, Setup, within


def run(setup: Setup) -> Outcome:
    """Each row's GANs on the line, the discriminators scored on a grid every few steps."""
    names = [setup.divergence] if setup.divergence else setup.pick(["js"], ["js", "kl", "reverse_kl"])
    rows = [named_row(name) for name in names]
    settings = Settings(
        members=setup.pick(3, 16), steps=setup.pick(200, 1200), seed=setup.seed, device=setup.device, warm_up=30
    )
    progress = setup.bar(f"critics of {', '.join(names)}", settings.steps)
    runs = train_rows(rows, TWO_MODES, settings, watched=setup.pick(15, 30), progress=progress)
    checks, curves = [], {}
    for row, found in zip(rows, runs):
        error, gap = scores(row, found)
        curves[row.name] = {"steps": np.asarray(found.seen), "error": error, "gap": gap}
        late = slice(-max(2, len(error) // 4), None)
        checks += [
            Check(
                f"{row.name}: least gap D_f − bound over all steps and members",
                "at least 0",
                float(gap.min()),
                bool(gap.min() > -1e-6),
            ),
            within(f"{row.name}: mean |D − D*| late in training", error[late].mean(0), 0, 0.04, "below 0.04"),
            within(
                f"{row.name}: late gap over the first",
                gap[late].mean(0) / gap[0],
                0,
                0.5,
                "below ½",
            ),
        ]
    return Outcome(
        "critic",
        "Does the discriminator follow D*, and how far below V(D*) does V(D) stay?",
        tuple(checks),
        settings.members,
        setup,
        {
            name: {key: value.mean(-1) if value.ndim > 1 else value for key, value in c.items()}
            for name, c in curves.items()
        },
        {"critic": lambda: figure(curves)},
        notes=("For the js row V = 2·bound − log 4, so its gap in V is twice the gap shown.",),
    )


def scores(row: Any, found: Run) -> tuple[np.ndarray, np.ndarray]:
    """(T, members) each: E |D − D*| under (p + q)/2, and D_f − bound, by sums on the grid."""
    assert found.during is not None
    assert found.seen is not None
    x, o = found.grid, numpy_words()
    step, log_p = x[1] - x[0], TWO_MODES.log_density(x)
    means, sds = found.means[:, :, None], found.sds[:, :, None]
    log_q = log_normal(x, means, sds)
    p, q, best, v = np.exp(log_p), np.exp(log_q), log_p - log_q, found.during
    error = step * ((p + q) / 2 * np.abs(o.sigmoid(v) - o.sigmoid(best))).sum(-1)
    with quiet():
        reached, most = (step * (p * row.critic(u, o) - q * row.penalty(u, o)).sum(-1) for u in (v, best))
    return error, most - reached


def figure(curves: dict[str, Any]) -> Any:
    from ...plot import DATA, FIT, THIRD, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(8.6, 3.2, 1, 2)
        for (name, c), color in zip(curves.items(), (DATA, FIT, THIRD)):
            for ax, key in zip(axes[0], ("error", "gap")):
                low, mid, high = np.quantile(c[key], [0.1, 0.5, 0.9], axis=1)
                ax.fill_between(c["steps"], low, high, color=color, alpha=0.2, linewidth=0)
                ax.plot(c["steps"], mid, color=color, linewidth=1.6, label=name)
                ax.set(xlabel="generator steps", yscale="log")
        axes[0, 0].set_title("E |D − D*|", fontsize=10.5)
        axes[0, 1].set_title("divergence less the bound reached", fontsize=10.5)
        axes[0, 0].legend(fontsize=9, title="median, 80% of members", title_fontsize=8)
        return drawn

    return draw()
