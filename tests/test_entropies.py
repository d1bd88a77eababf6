"""Entropies against 80 digits, down to 1e-15 from independence and from equality."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from laws import random_masses
from mpmath import log, mpf

import divergence as dv

STEPS = (1.0, 1e-3, 1e-8, 1e-12, 1e-15)


def kl(p: Any, q: Any) -> Any:
    return q if p == 0 else p * log(p / q) - p + q


@pytest.mark.parametrize("step", STEPS)
def test_mutual_information_near_independence(step: float) -> None:
    rng = np.random.default_rng(0)
    joint = np.outer(rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(5))) * (1 + step * (rng.random((7, 5)) - 0.5))
    joint /= joint.sum()
    exact = [[mpf(float(x)) for x in row] for row in joint]
    rows, columns = [sum(row) for row in exact], [sum(column) for column in zip(*exact)]
    truth = sum(kl(x, rows[i] * columns[j]) for i, row in enumerate(exact) for j, x in enumerate(row))
    assert abs(mpf(float(dv.mutual_information(joint))) - truth) <= mpf(1e-15) * truth


@pytest.mark.parametrize("step", STEPS)
def test_jensen_shannon_near_equality(step: float) -> None:
    rng = np.random.default_rng(1)
    laws = rng.dirichlet(np.ones(6)) * (1 + step * (rng.random((4, 6)) - 0.5))
    laws /= laws.sum(axis=-1, keepdims=True)
    weights = rng.dirichlet(np.ones(4))
    exact, w = [[mpf(float(x)) for x in law] for law in laws], [mpf(float(x)) for x in weights]
    middle = [sum(a * law[k] for a, law in zip(w, exact)) for k in range(6)]
    truth = sum(a * kl(x, m) for a, law in zip(w, exact) for x, m in zip(law, middle))
    assert abs(mpf(float(dv.jensen_shannon(laws, weights))) - truth) <= mpf(1e-15) * truth


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "joint",
    [
        np.diag([0.5, 0.5, 1e-170]),
        np.diag([0.5, 0.5, 1e-23]),
        np.diag([1.0, 1e-21]),
        np.diag([1.0, 1e-158]),
        np.diag([1.0, 5e-324]),
        np.array([[1.0, 1e-300], [1e-300, 1e-300]]),
        np.array([[1.0, 1e-160], [1e-160, 1e-160]]),
        np.array([[0.5, 1e-150], [0.5, 3e-150]]),
        np.array([[0.25, 1e-150, 0.25], [0.25, 1.0000001e-150, 0.25]]),
    ],
    ids=str,
)
def test_mutual_information_of_tiny_masses(joint: np.ndarray, dtype: Any) -> None:
    joint = joint.astype(dtype)
    exact = [[mpf(float(x)) for x in row] for row in joint]
    rows, columns = [sum(row) for row in exact], [sum(column) for column in zip(*exact)]
    truth = sum(
        kl(x, rows[i] * columns[j]) for i, row in enumerate(exact) for j, x in enumerate(row) if rows[i] * columns[j]
    )
    assert abs(mpf(float(dv.mutual_information(joint))) - truth) <= mpf(4 * float(np.finfo(dtype).eps)) * truth + mpf(
        5e-324
    )


def test_jensen_shannon_of_tiny_masses() -> None:
    found = float(dv.jensen_shannon([[1.0, 1e-300], [1.0, 0.0], [1.0, 3e-324]]))
    assert found == pytest.approx(1e-300 * math.log(3) / 3, rel=1e-15)
    assert math.isfinite(float(dv.jensen_shannon([[1.0, 5e-324], [1.0, 0.0], [1.0, 0.0]])))


@pytest.mark.parametrize("m", [3, 7, 49])
def test_equal_weights_sum_to_one(m: int) -> None:
    p = np.random.default_rng(m).dirichlet(np.ones(5))
    assert float(dv.jensen_shannon(np.tile(p, (m, 1)))) == 0.0
    laws = np.tile([0.5, 0.25, 0.25], (m, 1))
    laws[0] += np.array([2, -1, -1]) * 2.0**-52
    exact = [[mpf(float(x)) for x in law] for law in laws]
    middle = [sum(column) / m for column in zip(*exact)]
    truth = sum(kl(x, y) for law in exact for x, y in zip(law, middle)) / m
    assert abs(mpf(float(dv.jensen_shannon(laws))) - truth) <= mpf(1e-15) * truth


def test_entropy_and_cross_entropy(xp: Any) -> None:
    rng = np.random.default_rng(2)
    p, q = random_masses(rng, 4, 6), random_masses(rng, 4, 6)
    a, b = xp.array(p), xp.array(q)
    np.testing.assert_allclose(xp.floats(dv.entropy(a)), -(p * np.log(p)).sum(axis=-1), rtol=8 * xp.eps)
    np.testing.assert_allclose(xp.floats(dv.cross_entropy(a, b)), -(p * np.log(q)).sum(axis=-1), rtol=8 * xp.eps)
    both = xp.floats(dv.entropy(a)) + xp.floats(dv.kl(a, b))
    np.testing.assert_allclose(xp.floats(dv.cross_entropy(a, b)), both, rtol=8 * xp.eps)
    np.testing.assert_allclose(xp.floats(dv.entropy(xp.array(p.T), axis=0)), xp.floats(dv.entropy(a)), rtol=8 * xp.eps)


def test_many_laws_and_joint_tables_in_every_library(xp: Any) -> None:
    rng = np.random.default_rng(3)
    laws, joint = random_masses(rng, 2, 3, 5), random_masses(rng, 2, 15).reshape(2, 3, 5)
    product = joint.sum(axis=-1, keepdims=True) * joint.sum(axis=-2, keepdims=True)
    expected = dv.kl(joint.reshape(2, 15), product.reshape(2, 15))
    np.testing.assert_allclose(xp.floats(dv.mutual_information(xp.array(joint))), expected, rtol=64 * xp.eps)
    mixture = laws.mean(axis=-2, keepdims=True)
    mean = dv.kl(laws, mixture).mean(axis=-1)
    np.testing.assert_allclose(xp.floats(dv.jensen_shannon(xp.array(laws))), mean, rtol=64 * xp.eps)
    np.testing.assert_allclose(dv.jensen_shannon(laws[:, :2]), dv.js(laws[:, 0], laws[:, 1]), rtol=2e-15)


def test_edges() -> None:
    assert float(dv.entropy([1.0, 0.0])) == 0.0
    assert float(dv.cross_entropy([0.5, 0.5], [1.0, 0.0])) == math.inf
    assert float(dv.cross_entropy([1.0, 0.0], [1.0, 0.0])) == 0.0
    assert float(dv.mutual_information(np.full((2, 4), 0.125))) == 0.0
    assert float(dv.mutual_information(np.eye(3) / 3)) == pytest.approx(math.log(3), rel=1e-15)
    assert float(dv.jensen_shannon(np.eye(3), [0.5, 0.25, 0.25])) == pytest.approx(1.5 * math.log(2), rel=1e-15)
    assert float(dv.jensen_shannon([[0.3, 0.7], [0.3, 0.7]])) == 0.0


def test_gradients() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    weights = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    for function in (
        lambda x: dv.entropy(x.softmax(-1)),
        lambda x: dv.cross_entropy(x[0].softmax(-1), x[1].softmax(-1)),
        lambda x: dv.mutual_information(x.reshape(-1).softmax(0).reshape(3, 4)),
        lambda x: dv.jensen_shannon(x.softmax(-1), weights),
    ):
        assert torch.autograd.gradcheck(function, (x,))
    tiny = torch.tensor([[0.5, 0.0], [0.5, 1e-200]], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(dv.mutual_information(tiny), tiny)
    assert found.tolist()[1] == pytest.approx([0.0, math.log(2)])
    p = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(dv.entropy(p), p)
    assert found.tolist() == [-1.0, math.inf]


def test_refusals() -> None:
    with pytest.raises(dv.InvalidMeasure, match="sum of p"):
        dv.entropy([0.5, 0.6])
    with pytest.raises(dv.ShapeMismatch, match="3 atoms"):
        dv.cross_entropy([0.5, 0.5], [0.25, 0.25, 0.5])
    with pytest.raises(dv.ShapeMismatch, match="no two axes"):
        dv.mutual_information([0.5, 0.5])
    with pytest.raises(dv.InvalidMeasure, match=r"joint\[1, 1\]: -0.5 is negative"):
        dv.mutual_information([[0.5, 0.5], [0.5, -0.5]])
    with pytest.raises(dv.InvalidMeasure, match="sum of joint"):
        dv.mutual_information([[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(dv.ShapeMismatch, match="one law"):
        dv.jensen_shannon([0.5, 0.5])
    with pytest.raises(dv.ShapeMismatch, match="2 weights for 3 laws"):
        dv.jensen_shannon(np.eye(3), [0.5, 0.5])
    with pytest.raises(dv.InvalidMeasure, match="sum of weights"):
        dv.jensen_shannon(np.eye(2), [0.5, 0.6])
    with pytest.raises(dv.UnsupportedLaw, match=r"laws: dtype object holds no masses.*js\(p, q\)"):
        dv.jensen_shannon([object(), object()], [0.5, 0.5])
