"""One number in every library, numpy's to 1e-15: for masses, log-masses and logits, at zeros and next to equality."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import array_api_strict
import numpy as np
import pytest
import torch
from laws import ALL, random_masses

import divergence as dv
from divergence import ops
from divergence.f_divergence import FDivergence


def corpus() -> tuple[np.ndarray, np.ndarray]:
    """Pairs of laws on six atoms: far and near, with zeros, disjoint, equal, far below underflow, subnormal."""
    rng = np.random.default_rng(20260102)
    p, q = random_masses(rng, 4, 6), random_masses(rng, 4, 6)
    near = []
    for epsilon in (1e-3, 1e-7, 1e-10, 1e-13):
        step = rng.normal(size=6)
        near.append(q[0] * (1 + epsilon * (step - step @ q[0])))
    zeros_p = [[0, 0, 0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0, 0, 0], q[0], [1, 1e-30, 1e-200, 1e-300, 0, 0]]
    zeros_q = [[0.5, 0, 0.25, 0.25, 0, 0], [0, 0, 0.5, 0.5, 0, 0], q[0], [1e-300, 1, 1e-150, 1e-280, 0, 0]]
    tiny_p = [[1, 5e-324, 1e-310, 3e-320, 0, 0], [0.5, 0.5, 1e-309, 0, 0, 0]]
    tiny_q = [[5e-324, 1, 2e-310, 0, 4e-320, 0], [0.5, 0.5, 1.5e-309, 0, 0, 0]]
    return np.vstack([p, near, zeros_p, tiny_p]), np.vstack([q, np.tile(q[0], (4, 1)), zeros_q, tiny_q])


P, Q = corpus()
with ops.quiet():
    LOG_P, LOG_Q = np.log(P), np.log(Q)
SHIFT = np.random.default_rng(1).normal(size=(len(P), 1))
FORMS: dict[str, tuple[Callable[[FDivergence], Any], np.ndarray, np.ndarray]] = {
    "masses": (lambda d: d, P, Q),
    "log-masses": (lambda d: d.from_log, LOG_P, LOG_Q),
    "logits": (lambda d: d.from_logits, LOG_P + SHIFT, LOG_Q - SHIFT),
}
forms = pytest.mark.parametrize("form", FORMS)
everyone = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)


def agree(divergence: FDivergence, form: str, make: Callable[..., Any], read: Callable[..., Any], least: float) -> None:
    """Where the divergence is at least `least`, numpy's number; where it is smaller, a number between 0 and `least`."""
    get, x, y = FORMS[form]
    expected = get(divergence)(x, y)
    result = get(divergence)(make(x), make(y))
    assert type(result) is type(make(x))
    found = np.asarray(read(result))
    # at a kink f is no more accurate than the masses: 1e-16 of one
    slack = 1e-16 if divergence.generator.kinks else 0
    # the a-th power of a ratio is off by a times what its logarithm is
    steepness = 1 if form == "masses" else max(1, abs(divergence.generator.parameters.get("a", 1)))
    there = expected >= least
    np.testing.assert_allclose(found[there], expected[there], rtol=1e-15 * steepness, atol=slack)
    assert ((found >= 0) & (found < max(least, 1e-300)))[~there].all()


@forms
@everyone
def test_strict(divergence: FDivergence, form: str) -> None:
    agree(divergence, form, array_api_strict.asarray, np.asarray, 0.0)


@forms
@everyone
def test_torch(divergence: FDivergence, form: str) -> None:
    agree(divergence, form, torch.tensor, lambda x: x.numpy(), 2.3e-308)


@forms
@everyone
def test_dask(divergence: FDivergence, form: str) -> None:
    da = pytest.importorskip("dask.array")
    agree(divergence, form, lambda x: da.from_array(x, chunks=(5, 4)), lambda x: x.compute(scheduler="sync"), 0.0)


class TestJax:
    """XLA flushes subnormal numbers to 0 on the CPU: masses, and divergences below 2.3e-308. All else is the same."""

    @pytest.fixture(autouse=True)
    def wide(self) -> Iterator[None]:
        jax = pytest.importorskip("jax")
        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
        yield
        jax.config.update("jax_enable_x64", before)

    @forms
    @everyone
    def test_each_word_by_itself(self, divergence: FDivergence, form: str) -> None:
        import jax.numpy as jnp

        agree(divergence, form, jnp.asarray, np.asarray, 2.3e-308)

    @forms
    @pytest.mark.parametrize("divergence", [dv.kl, dv.js, dv.power(-0.5)], ids=lambda d: d.name)
    def test_compiled(self, divergence: FDivergence, form: str) -> None:
        import jax

        get, x, y = FORMS[form]
        expected = get(divergence)(x, y)
        found = np.asarray(jax.jit(get(divergence))(x, y))
        there = expected >= 2.3e-308
        np.testing.assert_allclose(found[there], expected[there], rtol=1e-15)
        assert ((found >= 0) & (found < 2.3e-308))[~there].all()
