"""The arrays on which everything is tried, and the one hypothesis profile: no randomness, no deadline, no memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import settings
from mpmath import mp

from divergence import ops

os.environ["MPLBACKEND"] = "Agg"
os.environ["DIVERGENCE_CACHE"] = ""  # what a broken row leaves behind shall not be read by the next test
settings.register_profile("still", derandomize=True, deadline=None, database=None)
settings.load_profile("still")
torch.manual_seed(0)
mp.dps = 80  # digits of every reference


@dataclass(frozen=True)
class Arrays:
    """One array library at one precision: `array` makes its arrays, `floats` reads them as float64 of numpy."""

    name: str
    library: Any
    dtype: Any

    def array(self, x: Any) -> Any:
        return self.library.asarray(np.asarray(x, dtype=float).tolist(), dtype=self.dtype)

    def floats(self, x: Any) -> np.ndarray:
        return ops.to_numpy(x).astype(float)

    @property
    def eps(self) -> float:
        return float(self.library.finfo(self.dtype).eps)

    def __str__(self) -> str:
        return self.name


LIBRARIES = (
    Arrays("numpy", np, np.dtype("float64")),
    Arrays("numpy32", np, np.dtype("float32")),
    Arrays("torch", torch, torch.float64),
    Arrays("torch32", torch, torch.float32),
    Arrays("strict", array_api_strict, array_api_strict.float64),
)


@pytest.fixture(params=LIBRARIES, ids=str)
def xp(request: pytest.FixtureRequest) -> Arrays:
    return request.param
