"""All pairs against a loop over pairs: near, far, with zeros, in every library; and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from laws import ALL, random_masses

import divergence as dv
from divergence import pairwise

RNG = np.random.default_rng(0)
CENTRE = RNG.dirichlet(np.ones(64))


def near(step: float, count: int) -> np.ndarray:
    found = CENTRE * (1 + step * (RNG.random((count, 64)) - 0.5))
    return found / found.sum(axis=-1, keepdims=True)


def zeros(count: int) -> np.ndarray:
    weights = RNG.random((count, 64)) * (RNG.random((count, 64)) < 0.7)
    weights[:, 0] = 1
    return weights / weights.sum(axis=-1, keepdims=True)


TABLES = {
    "far": (RNG.dirichlet(np.ones(64), 40), RNG.dirichlet(np.ones(64), 30)),
    "near": (near(1e-3, 40), near(1e-3, 30)),
    "nearer": (near(1e-9, 40), near(1e-9, 30)),
    "far, and some near": (np.concatenate([RNG.dirichlet(np.ones(64), 20), near(1e-6, 20)]), near(1e-7, 30)),
    "zeros": (zeros(40), zeros(30)),
    "zeros of p alone": (zeros(40), RNG.dirichlet(np.ones(64), 30)),
    "the same": (near(1.0, 35), near(1.0, 35)),
    "peaks": (
        RNG.dirichlet(np.full(64, 0.05), 40) * 0.9 + 0.1 / 64,
        RNG.dirichlet(np.full(64, 0.05), 30) * 0.9 + 0.1 / 64,
    ),
    "disjoint": (np.eye(64)[:40], np.eye(64)[30:64]),
}


@pytest.mark.parametrize("divergence", [dv.kl, dv.reverse_kl, dv.js, dv.pearson], ids=lambda d: d.name)
@pytest.mark.parametrize("name", TABLES)
def test_it_is_a_loop(name: str, divergence: dv.FDivergence) -> None:
    p, q = TABLES[name]
    assert p.size * q.shape[0] >= pairwise.BLOCK // 2**8  # the product is what is tried
    loop = np.array([[divergence(x, y) for y in q] for x in p])
    found = divergence.pairwise(p, q)
    np.testing.assert_allclose(found, loop, rtol=1e-13)
    itself = divergence.pairwise(p)
    assert np.all(np.diagonal(itself) == 0)
    assert np.all(itself >= 0)


@pytest.mark.parametrize("functional", [*ALL, dv.renyi(2), dv.bhattacharyya, dv.chernoff], ids=lambda d: d.name)
def test_every_functional_in_every_library(functional: Any, xp: Any) -> None:
    rng = np.random.default_rng(1)
    p, q = random_masses(rng, 3, 5), random_masses(rng, 4, 5)
    found = xp.floats(functional.pairwise(xp.array(p), xp.array(q)))
    loop = [[xp.floats(functional(xp.array(x), xp.array(y))) for y in q] for x in p]
    np.testing.assert_allclose(found, loop, rtol=64 * xp.eps, atol=4 * xp.eps)


@pytest.mark.parametrize(("m", "n", "k", "mass"), [(128, 128, 129, 5e-324), (40, 40, 33, 1e-322)])
def test_an_atom_too_small_for_a_mean(m: int, n: int, k: int, mass: float) -> None:
    q = np.zeros((n, k))
    q[:, :-1] = 1 / (k - 1)
    p = q[:1].repeat(m, axis=0)
    p[0, -1] = mass
    for found in (dv.kl.pairwise(p, q), dv.reverse_kl.pairwise(q, p).T):
        assert np.all(found[0] == math.inf)
        assert np.all(found[1:] == 0)
    assert dv.js.pairwise(p, q)[0, 0] == dv.js(p[0], q[0])


@pytest.mark.parametrize("scale", [1e-5, 1e-100, 1e-290])
def test_differences_on_small_masses(scale: float) -> None:
    rng = np.random.default_rng(0)
    p, q = np.zeros((2, 100, 4))
    for x in (p, q):
        x[:, 1:] = scale * rng.uniform(1, 20, (100, 3))
        x[:, 0] = 1 - x[:, 1:].sum(axis=1)
    np.testing.assert_allclose(dv.kl.pairwise(p, q), dv.kl(p[:, None], q), rtol=1e-14)


@pytest.mark.parametrize("divergence", [dv.kl, dv.js], ids=lambda d: d.name)
def test_long_rows(divergence: dv.FDivergence) -> None:
    k, x = 2**20, 0.04097352393619469
    p, q = np.repeat([(1 + x) / k, (1 - x) / k], k // 2), np.full(k, 1 / k)
    found = divergence.pairwise(p[None], q[None])[0, 0]
    assert found == pytest.approx(float(divergence(p, q)), rel=2e-15)


@pytest.mark.skipif(np.finfo(np.longdouble).eps == np.finfo(float).eps, reason="no longer doubles here")
def test_long_doubles() -> None:
    laws = RNG.dirichlet(np.ones(64), 60).astype(np.longdouble)
    laws /= laws.sum(axis=-1, keepdims=True)
    found = dv.kl.pairwise(laws)
    assert found.dtype == np.longdouble
    assert abs(found[3, 5] / dv.kl(laws[3], laws[5]) - 1) <= 4 * np.finfo(np.longdouble).eps
    assert dv.pearson.pairwise(laws).dtype == np.longdouble


def test_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    p, q = TABLES["far"]
    whole = dv.js.pairwise(p, q)
    monkeypatch.setattr(pairwise, "BLOCK", 5000)
    np.testing.assert_allclose(dv.js.pairwise(p, q), whole, rtol=2e-15)
    np.testing.assert_allclose(
        dv.kl.pairwise(*TABLES["nearer"]), dv.kl(*(x[..., :] for x in _outer("nearer"))), rtol=1e-13
    )


def _outer(name: str) -> tuple[np.ndarray, np.ndarray]:
    p, q = TABLES[name]
    return p[:, None], q[None]


def test_dtype_and_discrete() -> None:
    p, q = (x.astype(np.float32) for x in TABLES["far"])
    assert dv.kl.pairwise(p, q).dtype == np.float32
    left, right = dv.Discrete([[0.5, 0.5]]), dv.Discrete([[0.25, 0.75], [1.0, 0.0]])
    np.testing.assert_allclose(dv.kl.pairwise(left, right), [[0.14384103622589045, math.inf]], rtol=1e-15)


def test_refusals() -> None:
    good = [[0.5, 0.5]]
    with pytest.raises(dv.ShapeMismatch, match="no table of laws"):
        dv.kl.pairwise([0.5, 0.5], good)
    with pytest.raises(dv.ShapeMismatch, match="no laws"):
        dv.kl.pairwise(np.zeros((0, 2)), good)
    with pytest.raises(dv.ShapeMismatch, match=r"3 atoms.*\(5, 2\) and \(4, 3\)"):
        dv.kl.pairwise(np.full((5, 2), 1 / 2), np.full((4, 3), 1 / 3))
    with pytest.raises(dv.ShapeMismatch, match="point 7"):
        dv.kl.pairwise(dv.Discrete(good, np.array([0.0, 1.0])), dv.Discrete(good, np.array([7.0, 9.0])))
    with pytest.raises(dv.ShapeMismatch, match="3 atoms"):
        dv.kl.pairwise(good, [[0.25, 0.25, 0.5]])
    with pytest.raises(dv.InvalidMeasure, match=r"sum of q\[1\]"):
        dv.kl.pairwise(good, [[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(dv.InvalidMeasure, match=r"p\[0, 1\]: -0.5"):
        dv.kl.pairwise([[1.5, -0.5]])
