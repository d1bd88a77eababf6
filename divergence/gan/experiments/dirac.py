"""The Dirac-GAN: eigenvalues predicted, trajectories simulated, method by method."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dirac import METHODS, largest_step, portrait, simulate
from .outcome import Check, Outcome, Setup, near

STEP = 0.1
CONVERGENT = ("instance_noise", "r1", "r2", "r1_r2", "consensus")


def run(setup: Setup) -> Outcome:
    """Every method from many starts, simultaneous and alternating; no network and no sampling, so no interval."""
    rng = np.random.default_rng(setup.seed)
    count, steps = setup.pick(16, 64), setup.pick(800, 6000)
    starts = rng.uniform(0.3, 1.0, count) * np.exp(2j * np.pi * rng.uniform(size=count))
    checks, table, ends = [], [], {}
    for name, method in METHODS.items():
        eigenvalues = method.eigenvalues() if method.smooth else np.full(2, np.nan)
        line: dict[str, Any] = {"method": name, "eigenvalues": [str(np.round(z, 6)) for z in eigenvalues.tolist()]}
        for alternating in (False, True):
            how = "alternating" if alternating else "simultaneous"
            path = simulate(method, (starts.real, starts.imag), STEP, steps, alternating=alternating)
            radius = np.hypot(path[:, 0], path[:, 1])
            ends[name, how] = radius[-1]
            converges = bool((radius[-1] < 1e-6).all())
            line[how] = {"largest_step": largest_step(method, alternating=alternating) if method.smooth else 0.0}
            line[how]["end"] = float(np.median(radius[-1]))
            predicted = name in CONVERGENT
            checks.append(
                Check(
                    f"{name}, {how}: share of starts that reach 0",
                    "all" if predicted else "none",
                    float((radius[-1] < 1e-6).mean()),
                    converges if predicted else not (radius[-1] < 1e-6).any(),
                )
            )
        table.append(line)
    h, path = 0.3, simulate(METHODS["gan"], (0.5, -0.2), 0.3, 40)
    growth = (path[1:] ** 2).sum(1) / (path[:-1] ** 2).sum(1)
    exact = 1 + (h / (1 + np.exp(path[:-1, 0] * path[:-1, 1]))) ** 2
    checks.append(
        near(
            "gan: r² grows by 1 + h² f'(θψ)² a step, largest deviation", float(abs(growth / exact - 1).max()), 0, 1e-12
        )
    )
    circle = simulate(METHODS["non_saturating"], (1.0, 1.0), STEP, 4000)
    rest = float(np.hypot(*circle[-2000:].T).mean())
    checks.append(near("non_saturating, simultaneous: radius of rest, √(2h)", rest, math.sqrt(2 * STEP), 0.01))
    for name, parameter, sizes in (("r1", "gamma", (0.3, 1.0, 1.7)), ("instance_noise", "variance", (0.5, 2.0, 3.0))):
        for size in sizes:
            checks.append(_divides(METHODS[name], {parameter: size}))
    return Outcome(
        "dirac",
        "The Dirac-GAN: do simulations follow the predicted eigenvalues, method by method?",
        tuple(checks),
        count,
        setup,
        {"step": STEP, "steps": steps, "methods": table},
        {"portraits": portraits, "convergence": lambda: convergence(steps)},
    )


def _divides(method: Any, parameters: dict[str, float]) -> Check:
    """Just below the largest step the iteration comes home from nearby, just above it does not."""
    h = largest_step(method, alternating=False, **parameters)
    ends = [
        np.hypot(*simulate(method, (1e-2, 1e-2), by * h, 800, alternating=False, **parameters)[-1])
        for by in (0.96, 1.04)
    ]
    said = ", ".join(f"{name} {value:g}" for name, value in parameters.items())
    return Check(
        f"{method.name}, {said}: largest stable step",
        f"{h:.6g}",
        h,
        bool(ends[0] < 1e-3 and not ends[1] < 1e-2),
    )


def portraits() -> Any:
    """The field of every method, and two paths of simultaneous steps."""
    from ...plot import DATA, FAINT, FIT, INK, canvas, in_style

    @in_style
    def draw() -> Any:
        figure, axes = canvas(11, 8.4, 3, 4)
        for ax, (name, method) in zip(axes.flat, METHODS.items()):
            theta, psi, down, up = portrait(method, 1.6, 25)
            ax.streamplot(theta, psi, down, up, color=FAINT, linewidth=0.5, arrowsize=0.6, density=0.9)
            for start, color in (((1.0, 0.6), FIT), ((-0.5, -0.2), DATA)):
                path = simulate(method, start, STEP, 400)
                ax.plot(path[:, 0], path[:, 1], color=color, linewidth=1.1)
                ax.plot(*start, "o", color=color, markersize=3.5)
            ax.plot(0, 0, "+", color=INK, markersize=9)
            ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            ax.set_title(name.replace("_", " "), fontsize=10)
        for ax in axes[-1]:
            ax.set_xlabel("θ")
        for ax in axes[:, 0]:
            ax.set_ylabel("ψ")
        last = axes.flat[len(METHODS)]
        last.axis("off")
        words = "field (grey) and two paths of\nsimultaneous steps, h = 0.1\n\n+ is the equilibrium (0, 0)"
        last.text(0.05, 0.6, words, va="center", fontsize=9.5)
        return figure

    return draw()


def convergence(steps: int) -> Any:
    """The distance to the equilibrium against steps, for both ways to step."""
    from ...plot import canvas, in_style

    @in_style
    def draw() -> Any:
        figure, axes = canvas(10, 3.8, 1, 2, sharey=True)
        lines = ("gan", "non_saturating", "wgan", "wgan_clipped", "wgan_gp", "r1", "r1_r2", "consensus")
        colors = ("#222222", "#8a8f98", "#c8322b", "#e08a3c", "#b0538f", "#2166ac", "#6baed6", "#1b7f5c")
        for ax, alternating in zip(axes[0], (False, True)):
            for name, color in zip(lines, colors):
                path = simulate(METHODS[name], (0.7, 0.4), STEP, 1500, alternating=alternating)
                radius = np.hypot(path[:, 0], path[:, 1])
                ax.semilogy(radius, color=color, linewidth=1.5, label=name.replace("_", " "))
            ax.set(ylim=(1e-8, 30), xlabel="steps", xlim=(0, 1500))
            ax.set_title("alternating steps" if alternating else "simultaneous steps")
        axes[0, 0].set_ylabel("distance to (0, 0)")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right center", fontsize=9)
        return figure

    return draw()
