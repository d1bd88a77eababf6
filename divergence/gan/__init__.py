"""Toy GANs in torch: losses from any row, a training loop, exact fits to compare with, experiments, a diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnosis import diagnose as diagnose


def __getattr__(name: str) -> Any:
    if name == "diagnose":  # torch is loaded with it
        from .diagnosis import diagnose

        return diagnose
    raise AttributeError(f"module 'divergence.gan' has no attribute {name!r}")
