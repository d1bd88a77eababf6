"""InfoGAN on the ring: codes that find the modes without being told them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...entropies import mutual_information
from ...generators import GENERATORS
from ..information import information_bound, log_posterior, uniform_entropy
from ..networks import Perceptron
from ..objectives import from_row
from ..plane import Coded, ring
from ..seeds import member_seeds
from ..streams import Streams
from ..train import Contest, Schedule, Trained, train
from .outcome import Check, Outcome, Setup, within

CODES = 8
RING = ring(8, 1.0, 0.08)


def run(setup: Setup) -> Outcome:
    """With the information term and without it: I(code; mode) of the samples, and the bound that the reader reaches."""
    n = setup.pick(3, 8)
    with_term, without = (_train(setup, weight, n) for weight in (1.0, 0.0))
    results = [_measure(setup, found, n) for found in (with_term, without)]
    (known, bounds, tables, samples), (plain, _, _, _) = results
    most = uniform_entropy(CODES)
    checks = (
        within(
            "with the term: I(code; mode) of 8 codes and 8 modes, in nats of log 8", known / most, 0.6, 1.2, "above 0.6"
        ),
        within("without it: the same", plain / most, -0.3, 0.6, "below 0.6"),
        Check(
            "the reader's bound less log 8, largest",
            "at most 0",
            float((bounds - most).max()),
            bool((bounds <= most + 1e-6).all()),
        ),
        within("gain of the term, per seed", (known - plain) / most, 0.1, 1.0, "above 0.1"),
    )
    return Outcome(
        "infogan",
        "Do the codes of an InfoGAN find the modes without labels?",
        checks,
        n,
        setup,
        {
            "information": known,
            "without the term": plain,
            "bound": bounds,
            "code by mode of the first member": tables[0],
        },
        {"infogan": lambda: figure(samples, tables)},
    )


def _train(setup: Setup, weight: float, n: int) -> Trained:
    steps = setup.pick(600, 3000)
    contest = Contest(
        RING,
        Perceptron((2 + CODES, 64, 64, 2), activation="relu", last=1.0),
        Perceptron((2, 64, 64, 1), activation="leaky_relu"),
        from_row(GENERATORS["js"], saturating=False),
        source=Coded(2, CODES),
        information=weight,
        reader=Perceptron((2, 32, CODES)),
        noise=0.05,
    )
    schedule = Schedule(steps, 1, 100, critic_rate=2e-3, generator_rate=1e-3)
    name = "InfoGAN" if weight else "the same without its term"
    return train(contest, schedule, member_seeds(setup.seed, n), device=setup.device, progress=setup.bar(name, steps))


def _measure(setup: Setup, found: Trained, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Per member: I(code; nearest mode) of 4000 samples, the reader's bound, the joint table; samples with codes."""
    streams = Streams([seed + 1 for seed in member_seeds(setup.seed, n)], setup.device)
    inputs = streams.draw(lambda _, g: Coded(2, CODES).draw((4000,), g))
    x, codes = found.make(inputs), inputs[..., 2:].argmax(-1)
    assert found.contest.reader is not None
    bounds = information_bound(log_posterior(found.contest.reader(found.reader, x), codes), uniform_entropy(CODES))
    points = torch.tensor(RING.points, device=x.device)
    near = torch.cdist(x, points.expand(n, -1, -1)).argmin(-1).cpu().numpy()
    tables = np.zeros((n, CODES, len(RING.points)))
    for member in range(n):
        np.add.at(tables[member], (codes[member].cpu().numpy(), near[member]), 1 / near.shape[1])
    information = np.array([float(mutual_information(table)) for table in tables])
    shown = np.concatenate([x.cpu().numpy(), codes.cpu().numpy()[..., None]], axis=-1)
    return information, bounds.cpu().numpy(), tables, shown[:, :1500]


def figure(samples: np.ndarray, tables: np.ndarray) -> Any:
    from ...plot import FAINT, canvas, in_style

    @in_style
    def draw() -> Any:
        drawn, axes = canvas(7.6, 3.5, 1, 2)
        left, right = axes[0]
        points = np.array(RING.points)
        left.scatter(points[:, 0], points[:, 1], s=150, facecolors="none", edgecolors=FAINT)
        left.scatter(samples[0, :, 0], samples[0, :, 1], s=4, c=samples[0, :, 2], cmap="tab10", vmin=0, vmax=9)
        left.set(aspect="equal", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), xticks=[], yticks=[])
        left.set_title("samples, coloured by their code", fontsize=10.5)
        right.imshow(tables[0] * CODES, cmap="Blues", vmin=0, vmax=1)
        right.set(xlabel="nearest mode", ylabel="code", xticks=range(8), yticks=range(8))
        right.set_title("share of each code on each mode", fontsize=10.5)
        return drawn

    return draw()
