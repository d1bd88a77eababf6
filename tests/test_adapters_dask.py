"""Lazy arrays stay lazy: nothing is computed by a call, and what is computed later is numpy's number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from laws import ALL, random_masses

import divergence as dv
from divergence import ops
from divergence.f_divergence import FDivergence

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

RNG = np.random.default_rng(0)
P, Q = random_masses(RNG, 3, 4, 7), random_masses(RNG, 3, 4, 7)
P[0, 0], Q[0, 0] = [1, 0, 0, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0, 0]
P[0, 1] = Q[0, 1]
with ops.quiet():
    LOG_P, LOG_Q = np.log(P), np.log(Q)
everyone = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)


class Computed(Exception):
    """Something asked for values."""


def refuse(*args: Any, **options: Any) -> None:
    raise Computed


@pytest.fixture
def still() -> Iterator[None]:
    """Whoever computes in here is told off."""
    with dask.config.set(scheduler=refuse):
        yield


def lazy(x: np.ndarray, chunks: Any = (2, 3, 4)) -> Any:
    return da.from_array(x, chunks=chunks)


def value(x: Any) -> np.ndarray:
    return x.compute(scheduler="synchronous")


def test_the_alarm_works(still: None) -> None:
    with pytest.raises(Computed):
        lazy(P).sum().compute()


@everyone
def test_nothing_is_computed_before_it_is_asked_for(divergence: FDivergence, still: None) -> None:
    cases = (divergence, P, Q), (divergence.from_log, LOG_P, LOG_Q), (divergence.from_logits, LOG_P + 3, LOG_Q)
    for function, x, y in cases:
        found = function(lazy(x), lazy(y))
        assert isinstance(found, da.Array)
        assert found.shape == (3, 4)
        assert found.dtype == np.float64
        np.testing.assert_allclose(value(found), function(x, y), rtol=1e-15)


def test_axes_batches_and_chunks(still: None) -> None:
    """The chunks of p need not be those of q, and the atoms may lie in several."""
    for axis in (0, 1, -1):
        p, q = np.moveaxis(P, -1, axis), np.moveaxis(Q, -1, axis)
        found = dv.js(lazy(p, 2), lazy(q, 3), axis=axis)
        np.testing.assert_allclose(value(found), dv.js(p, q, axis=axis), rtol=1e-15)
    found = dv.kl(lazy(P[:, :1]), lazy(Q[0, 2], 5))
    np.testing.assert_allclose(value(found), dv.kl(P[:, :1], Q[0, 2]), rtol=1e-15)
    logits = dv.kl.from_logits(lazy(P[:, :1]), lazy(Q[0, 2], 5), temperature=2.0)
    np.testing.assert_allclose(value(logits), dv.kl.from_logits(P[:, :1], Q[0, 2], temperature=2.0), rtol=1e-15)


def test_more_atoms_than_a_block_holds(still: None) -> None:
    p, q = random_masses(RNG, 100_000), random_masses(RNG, 100_000)
    found = dv.kl(lazy(p, 9_999), lazy(q, 10_001))
    np.testing.assert_allclose(value(found), dv.kl(p, q), rtol=1e-15)


def test_forms_are_refused_at_once_and_values_never(still: None) -> None:
    with pytest.raises(dv.ShapeMismatch):
        dv.kl(lazy(P), lazy(Q[..., :6]))
    with pytest.raises(dv.InvalidMeasure, match="dtype int64"):
        dv.kl(lazy(np.ones((3, 2), dtype=int), 1), lazy(P[0, :3, :2], 1))
    wrong = dv.kl(lazy(2 * P), lazy(Q))
    np.testing.assert_allclose(value(wrong)[1], dv.kl(P, Q)[1] * 2 + 2 * np.log(2) - 1, rtol=1e-12)


def test_discrete_and_your_own_row(still: None) -> None:
    p, q = dv.Discrete(lazy(P)), dv.Discrete(lazy(Q))
    np.testing.assert_allclose(value(dv.triangular(p, q)), dv.triangular(P, Q), rtol=1e-15)
    vincze = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0)
    np.testing.assert_allclose(value(vincze(lazy(P), lazy(Q))), vincze(P, Q), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dtypes_are_kept(dtype: str, still: None) -> None:
    p, q = np.array([0.5, 0.5], dtype=dtype), np.array([0.25, 0.75], dtype=dtype)
    for function in (dv.kl, dv.kl.from_logits):
        found = function(lazy(p, 1), lazy(q, 1))
        assert found.dtype == dtype
        assert value(found) == function(p, q)
