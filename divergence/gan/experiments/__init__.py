"""Experiments: what theory predicts, what training does, and whether they agree, in numbers with uncertainty."""

from __future__ import annotations

import dataclasses
import importlib
import time

from ...errors import InvalidParameter
from ..suggestions import suggest
from .outcome import Outcome as Outcome
from .outcome import Setup as Setup

EXPERIMENTS = {
    "table": "Do GANs trained by every row land on the exact best fits of f-GAN's univariate experiment?",
    "seeking": "Is forward KL mean-seeking and reverse KL mode-seeking, and when?",
    "critic": "Does the discriminator follow D*, and how far below V(D*) does V(D) stay?",
    "saturation": "How much stronger is the gradient of −log D than that of log(1 − D), early on?",
    "distance": "Does the gradient of JS vanish with distance where that of W1 does not?",
    "lines": "Parallel lines: which losses bring θ to 0?",
    "dirac": "The Dirac-GAN: do simulations follow the predicted eigenvalues, method by method?",
    "modes": "Ring and grid: how many modes does a GAN reach, and does packing help?",
    "infogan": "Do the codes of an InfoGAN find the modes without labels?",
    "critic_steps": "What do k discriminator steps per generator step buy, for k from 1 to 10?",
    "digits": "8×8 digits by several rows, scored by the library's own estimators: do GANs beat a normal fit?",
    "phases": "When does a divergence turn from covering to mode-seeking?",
}


def run(name: str, setup: Setup) -> Outcome:
    """Run one experiment.

    Raises InvalidParameter for an unknown one, with the nearest name, for an unknown row, and for a device that is
    not there.
    """
    if name not in EXPERIMENTS:
        raise InvalidParameter(
            f"no experiment is called {name!r}", argument="experiment", remedy=suggest(name, EXPERIMENTS)
        )
    from ..rows import named_row
    from ..train import refuse_device

    refuse_device(setup.device)
    if setup.divergence is not None:
        named_row(setup.divergence, "--divergence")
    module = importlib.import_module(f".{name}", __name__)
    start = time.perf_counter()
    return dataclasses.replace(module.run(setup), seconds=time.perf_counter() - start)
