"""The gradient (T, -R) in jax: forward, reverse, twice, mapped and compiled, with 64 bits and with 32."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from laws import ALL, random_masses

import divergence as dv
from divergence import ops
from divergence.f_divergence import FDivergence

jax = pytest.importorskip("jax")
jnp = jax.numpy

O = ops.numpy_words()  # noqa: E741
LOG2 = math.log(2)
everyone = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
few = pytest.mark.parametrize("divergence", [dv.js, dv.power(-0.5)], ids=lambda d: d.name)
# inside, then at zeros, at equality and far apart; few shapes in this file, since jax compiles each word for each shape
RNG = np.random.default_rng(0)
P = np.vstack([random_masses(RNG, 2, 4), [[0.5, 0.0, 0.0, 0.5], [0.25, 0.25, 0.5, 0.0], [1e-300, 1.0, 0.0, 0.0]]])
Q = np.vstack([random_masses(RNG, 2, 4), [[0.0, 0.5, 0.0, 0.5], [0.25, 0.25, 0.5, 0.0], [1.0, 1e-300, 0.0, 0.0]]])
with ops.quiet():
    LOGS = np.log(P), np.log(Q)


@pytest.fixture(autouse=True)
def wide() -> Iterator[None]:
    """64 bits, as `jax.config.update("jax_enable_x64", True)` gives."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def gradients(function: Any, p: Any, q: Any) -> tuple[np.ndarray, np.ndarray]:
    found = jax.grad(lambda p, q: function(p, q).sum(), argnums=(0, 1))(jnp.asarray(p), jnp.asarray(q))
    return np.asarray(found[0]), np.asarray(found[1])


@everyone
def test_gradient_is_that_of_torch(divergence: FDivergence) -> None:
    """Inside, at zeros, at equality; of masses and of log-masses."""
    import torch

    cases = (divergence, P, Q), (divergence.from_log, *LOGS)
    for function, x, y in cases:
        tensors = tuple(torch.tensor(z, requires_grad=True) for z in (x, y))
        expected = torch.autograd.grad(function(*tensors).sum(), tensors)
        for found, exact in zip(gradients(function, x, y), expected):
            np.testing.assert_allclose(found, exact.numpy(), rtol=2e-15, atol=1e-300)


@everyone
def test_equality_is_a_critical_point(divergence: FDivergence) -> None:
    if divergence.generator.kinks == (1.0,) and divergence.name.startswith("hockey"):
        pytest.skip("at its kink the hockey stick takes the slope from the left")
    for function, x in ((divergence, P), (divergence.from_log, LOGS[0])):
        for found in gradients(function, x, x):
            assert found.tolist() == [[0.0] * 4] * 5


@few
def test_logits_never_nan_to_the_second_order(divergence: FDivergence) -> None:
    """Where the divergence is finite: an infinite one pulls at its logits with inf - inf."""
    finite = np.isfinite(divergence(P, Q))
    for found in gradients(divergence.from_logits, *LOGS):
        assert np.isfinite(found[finite]).all()
    for line in jax.hessian(divergence.from_logits, argnums=(0, 1))(*(jnp.asarray(x[3]) for x in LOGS)):
        assert np.isfinite(line).all()


@few
def test_hessian_is_that_of_torch(divergence: FDivergence) -> None:
    """Which is held against differences: of masses, log-masses and logits."""
    import torch

    p, q, a, b = P[0], Q[0], LOGS[0][0], LOGS[1][0]
    for function, x, y in ((divergence, p, q), (divergence.from_log, a, b), (divergence.from_logits, a + 1, b)):
        tensors = tuple(torch.tensor(z, requires_grad=True) for z in (x, y))
        expected = torch.autograd.functional.hessian(function, tensors)
        found = jax.hessian(function, argnums=(0, 1))(jnp.asarray(x), jnp.asarray(y))
        for lines in zip(found, expected):
            for block, exact in zip(*lines):
                np.testing.assert_allclose(block, exact.detach().numpy(), rtol=1e-14, atol=1e-15)


def test_forward_and_reverse_agree() -> None:
    p, q = jnp.asarray(P[0]), jnp.asarray(Q[0])
    np.testing.assert_allclose(jax.jacfwd(dv.kl)(p, q), jax.grad(dv.kl)(p, q), rtol=1e-15)
    bent = jax.hessian(dv.kl)(p, q)
    np.testing.assert_allclose(bent, jax.jacrev(jax.jacrev(dv.kl))(p, q), rtol=1e-14)
    np.testing.assert_allclose(bent, jax.jacrev(jax.jacfwd(dv.kl))(p, q), rtol=1e-14)
    np.testing.assert_allclose(bent, jax.jacfwd(jax.jacfwd(dv.kl))(p, q), rtol=1e-14)


def test_second_derivatives_where_p_has_no_mass() -> None:
    """KL: 1/p, -1/q and p/q². Pearson: 2/q, -2p/q² and 2p²/q³, which a careless rule makes 0/0."""
    p, q = jnp.asarray([1.0, 0.0, 0.0, 0.0]), jnp.asarray([0.5, 0.5, 0.0, 0.0])

    def diagonals(divergence: FDivergence) -> list[Any]:
        bent = jax.hessian(divergence, argnums=(0, 1))(p, q)
        return [jnp.diagonal(block).tolist() for line in bent for block in line]

    found = [[*diagonal[:2]] for diagonal in diagonals(dv.kl)]
    assert found == [[1.0, math.inf], [-2.0, -2.0], [-2.0, -2.0], [4.0, 0.0]]
    found = [[*diagonal] for diagonal in diagonals(dv.pearson)]
    expected = [[4.0, 4.0, 0, 0], [-8.0, 0, 0, 0], [-8.0, 0, 0, 0], [16.0, 0, 0, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_pair_that_nothing_weighs_and_a_mass_that_nothing_moves() -> None:
    p, q = jnp.asarray([1.0, 0.0, 0.0, 0.0]), jnp.asarray([0.5, 0.5, 0.0, 0.0])
    assert jax.grad(lambda p: 0.0 * dv.kl(p, q))(p).tolist() == [0.0] * 4
    _, moved = jax.jvp(lambda p: dv.kl(p, q), (p,), (jnp.asarray([1.0, 0.0, 0.0, 0.0]),))
    np.testing.assert_allclose(moved, LOG2, rtol=1e-15)


def test_vmap_and_jit() -> None:
    p, q = jnp.asarray(P), jnp.asarray(Q)
    plain, by_p = dv.kl(p, q), gradients(dv.kl, p, q)[0]
    np.testing.assert_allclose(jax.vmap(dv.kl)(p, q), plain, rtol=1e-15)
    np.testing.assert_allclose(jax.vmap(dv.kl, in_axes=(None, 0))(p[0], q), dv.kl(p[:1], q), rtol=1e-15)
    np.testing.assert_allclose(jax.jit(dv.kl)(p, q), plain, rtol=1e-15)
    np.testing.assert_allclose(jax.jit(jax.vmap(jax.grad(dv.kl)))(p, q), by_p, rtol=1e-15)
    mapped = jax.jit(jax.vmap(jax.hessian(dv.kl.from_logits)))(*(jnp.asarray(x[:2]) for x in LOGS))
    for found, p, q in zip(mapped, P, Q):
        pull = np.log(p / q) - dv.kl(p, q)
        spread = np.diag(p) - np.outer(p, p)
        np.testing.assert_allclose(found, spread * (1 + pull[:, None]) - np.outer(p, p * pull), rtol=1e-12)


def test_traced_values_are_not_looked_at_and_others_are() -> None:
    bad, good = jnp.asarray([0.5, 0.6]), jnp.asarray([0.5, 0.5])
    assert bool(jnp.isfinite(jax.jit(dv.kl)(bad, good)))
    with pytest.raises(dv.InvalidMeasure, match=r"sum of p: 1\.1 is not 1"):
        dv.kl(bad, good)
    with pytest.raises(dv.ShapeMismatch):
        jax.jit(dv.kl)(bad, jnp.asarray([1.0]))


def test_32_bits() -> None:
    jax.config.update("jax_enable_x64", False)
    p, q = jnp.asarray([0.5, 0.5, 0.0]), jnp.asarray([0.25, 0.25, 0.5])
    value, by_p = jax.jit(jax.value_and_grad(dv.kl))(p, q)
    assert value.dtype == by_p.dtype == p.dtype == jnp.float32
    np.testing.assert_allclose(value, LOG2, rtol=1e-6)
    np.testing.assert_allclose(by_p, [LOG2, LOG2, -math.inf], rtol=1e-6)
    by_a = jax.jit(jax.grad(dv.kl.from_logits))(jnp.log(p), jnp.log(q))
    assert by_a.dtype == jnp.float32
    np.testing.assert_allclose(by_a, [0.0, 0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_dtypes_are_kept(name: str) -> None:
    p, q = jnp.asarray([0.5, 0.5], dtype=name), jnp.asarray([0.25, 0.75], dtype=name)
    assert dv.kl(p, q).dtype == name
    by_p = jax.grad(dv.kl)(p, q)
    assert by_p.dtype == name
    np.testing.assert_allclose(by_p.astype(float), [LOG2, math.log(2 / 3)], rtol=4 * float(jnp.finfo(name).eps))


def test_subnormal_numbers_are_zero_for_jax() -> None:
    """XLA flushes them on the CPU: a mass of 1e-310 is no mass, a divergence of 1e-310 is 0, and nothing is nan."""
    p, q = jnp.asarray([1.0, 1e-310]), jnp.asarray([1.0, 0.0])
    assert float(dv.kl(p, q)) == 0.0
    assert float(dv.kl(np.asarray(p), np.asarray(q))) == math.inf
    assert not any(np.isnan(x).any() for x in gradients(dv.kl, p, q))
