"""MMD² against double sums, energy, its laws and its own null."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from divergence import Discrete, energy, mmd, two_sample_test
from divergence.errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw
from divergence.kernels import KERNELS, median_distance

FORMULAS = {
    "gaussian": lambda r: np.exp(-(r**2) / 2),
    "laplace": lambda r: np.exp(-r),
    "matern32": lambda r: (1 + np.sqrt(3) * r) * np.exp(-np.sqrt(3) * r),
    "matern52": lambda r: (1 + np.sqrt(5) * r + 5 / 3 * r**2) * np.exp(-np.sqrt(5) * r),
    "inverse_multiquadric": lambda r: 1 / np.sqrt(1 + r**2),
    "distance": lambda r: -r,
}
kernels = pytest.mark.parametrize("kernel", sorted(KERNELS))


def of(kernel, scale=0.8):
    return mmd(kernel) if kernel == "distance" else mmd(kernel, scale=scale)


def gram(kernel, x, y, scale=0.8):
    return FORMULAS[kernel](cdist(x, y) / (1.0 if kernel == "distance" else scale))


def brute(kernel, p, x, q, y):
    return p @ gram(kernel, x, x) @ p + q @ gram(kernel, y, y) @ q - 2 * p @ gram(kernel, x, y) @ q


def laws(seed=0, n=7, m=9, d=3):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n)), rng.normal(size=(n, d)), rng.dirichlet(np.ones(m)), rng.normal(size=(m, d)) + 0.5


def test_every_kernel_has_a_formula_here():
    assert set(FORMULAS) == set(KERNELS)


@kernels
def test_histograms_against_the_double_sum(kernel):
    p, x, q, y = laws()
    found = of(kernel)(Discrete(p, x), Discrete(q, y))
    assert found == pytest.approx(brute(kernel, p, x, q, y), rel=1e-12)
    assert of(kernel)(Discrete(p, x), Discrete(p.copy(), x.copy())) == 0.0
    line = of(kernel)(Discrete(p, x[:, 0]), Discrete(q, y[:, 0]))
    assert line == pytest.approx(brute(kernel, p, x[:, :1], q, y[:, :1]), rel=1e-11)


def test_of_the_distance_it_is_energy():
    p, x, q, y = laws(1)
    assert mmd("distance")(Discrete(p, x), Discrete(q, y)) == pytest.approx(energy(Discrete(p, x), Discrete(q, y)))


@kernels
def test_statistics_against_their_definitions(kernel):
    _, x, _, y = laws(2, 9, 12)
    xx, yy, xy = gram(kernel, x, x), gram(kernel, y, y), gram(kernel, x, y)
    v = xx.mean() + yy.mean() - 2 * xy.mean()
    found = of(kernel).estimate(x, y, rng=0, resamples=49)
    assert found.value == pytest.approx(v, rel=1e-12)
    assert found.lower < found.value < found.upper
    u = (xx.sum() - np.trace(xx)) / 72 + (yy.sum() - np.trace(yy)) / 132 - 2 * xy.mean()
    assert of(kernel).estimate(x, y, statistic="U").value == pytest.approx(u, rel=1e-11)
    i = np.arange(0, 8, 2)
    h = xx[i, i + 1] + yy[i, i + 1] - xy[i, i + 1] - xy[i + 1, i]
    linear = of(kernel).estimate(x, y, statistic="linear")
    assert linear.value == pytest.approx(h.mean(), rel=1e-12)
    assert linear.error == pytest.approx(1.959964 * h.std(ddof=1) / 2, rel=1e-6)


def test_the_median_is_stated_and_invariant():
    _, x, _, y = laws(3, 30, 40)
    both = np.concatenate([x, y])
    median = np.median(cdist(both, both)[np.triu_indices(70, 1)])
    scale, text = median_distance(both)
    assert scale == pytest.approx(median, rel=1e-14)
    found = mmd().estimate(x, y)
    assert text in found.method
    assert found.value == mmd(scale=scale).estimate(x, y).value
    assert mmd().estimate(100 * x, 100 * y).value == pytest.approx(found.value, rel=1e-12)
    assert "every 2th point" in median_distance(np.random.default_rng(0).normal(size=(3999, 2)))[1]


def test_two_sample_test_and_linear_interval():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(60, 2)), rng.normal(0.8, 1.0, size=(50, 2))
    found = two_sample_test(x, y, statistic=mmd(), rng=0, resamples=199)
    assert found.p_value == 0.005
    assert found.statistic == "mmd(gaussian, scale=median)"
    assert two_sample_test(x[:30], x[30:], statistic=mmd("laplace"), rng=0, resamples=199).p_value > 0.05
    # MMD² of N(0, 1) and N(1, 1) at scale 1: E k of N(0, 1) ⊗ N(s, 1) is exp(−s²/6)/√3
    truth = 2 / np.sqrt(3) * (1 - np.exp(-1 / 6))
    inside = []
    for _ in range(100):
        x, y = rng.normal(size=400), rng.normal(1, 1, size=400)
        linear = mmd(scale=1.0).estimate(x, y, statistic="linear")
        inside.append(linear.lower <= truth <= linear.upper)
    assert 88 <= sum(inside) <= 100


@pytest.mark.parametrize("kernel", ["gaussian", "laplace", "distance"])
def test_tiles_libraries_and_gradients(kernel, monkeypatch):
    p, x, q, y = laws(5)
    rows = np.stack([p, p[::-1]])
    here = of(kernel)(Discrete(rows, x), Discrete(q, y))
    a, s, b, t = (array_api_strict.asarray(v) for v in (rows, x, q, y))
    np.testing.assert_allclose(np.asarray(of(kernel)(Discrete(a, s), Discrete(b, t))), here, rtol=1e-12)
    logits, s, t = (torch.tensor(v, requires_grad=True) for v in (np.log(rows), x, y))

    def value(logits, s, t):
        return of(kernel)(Discrete(torch.softmax(logits, -1), s), Discrete(torch.tensor(q), t))

    assert torch.autograd.gradcheck(value, (logits, s, t))
    whole = torch.autograd.grad(value(logits, s, t).sum(), (logits, s, t))
    monkeypatch.setattr("divergence.integral_metric.SIDE", 4)
    np.testing.assert_allclose(value(logits, s, t).detach().numpy(), here, rtol=1e-12)
    tiled = torch.autograd.grad(value(logits, s, t).sum(), (logits, s, t))
    for one, other in zip(whole, tiled):
        torch.testing.assert_close(one, other)
    np.testing.assert_allclose(of(kernel)(Discrete(rows, x), Discrete(q, y)), here, rtol=1e-12)
    assert torch.autograd.gradcheck(value, (logits, s, t))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mmd("cosine"), InvalidParameter, "kernel: 'cosine' is no kernel.*gaussian"),
        (lambda: mmd(scale=0.0), InvalidParameter, "scale"),
        (lambda: mmd("distance", scale=1.0), InvalidParameter, "scale"),
        (lambda: mmd()([0.5, 0.5], [0.5, 0.5]), UnsupportedLaw, "p: a bare list"),
        (lambda: mmd()(Discrete([1.0], [0.0]), Discrete([1.0], [0.0])), InvalidParameter, "scale: the median"),
        (lambda: mmd().estimate([1.0, 2.0], [1.0, np.nan]), InvalidMeasure, r"y\[1\]"),
        (lambda: mmd().estimate([1.0, 2.0], np.zeros((3, 2))), ShapeMismatch, "y: samples of dimension 2"),
        (lambda: mmd().estimate([1.0, 2.0], [1.0, 2.0], statistic="W"), InvalidParameter, "statistic"),
        (lambda: mmd().estimate([1.0, 2.0], [1.0, 2.0], statistic="linear"), InvalidParameter, "statistic"),
        (lambda: mmd().estimate([1.0, 2.0], [1.0, 2.0], rng="a"), InvalidParameter, "rng"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("array", [np.asarray, torch.tensor])
@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_at_any_scale(array, scale):
    """Squares of coordinates may be beyond floats where distances are not."""
    p, x, q, y = laws()
    near, far = ([Discrete(array(w), array(s * z)) for w, z in ((p, x), (q, y))] for s in (1.0, scale))
    assert float(energy(*far)) / scale == pytest.approx(float(energy(*near)), rel=1e-9)
    assert float(mmd()(*far)) == pytest.approx(float(mmd()(*near)), rel=1e-9)


@pytest.mark.parametrize("kernel", ["gaussian", "laplace", "distance"])
@pytest.mark.parametrize("scale", [1.0, 1e200])
def test_neighbours_are_entries_of_the_kernel_at_any_scale(kernel, scale):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) + 1
    unit = {} if kernel == "distance" else {"scale": scale}
    plain = dict.fromkeys(unit, 1.0)
    found, near = (
        mmd(kernel, **options).estimate(s * x, s * y, statistic="linear")
        for s, options in ((scale, unit), (1.0, plain))
    )
    times = scale if kernel == "distance" else 1.0
    assert found.value / times == pytest.approx(near.value, rel=1e-12)
    assert found.error / times == pytest.approx(near.error, rel=1e-12)
    row = KERNELS[kernel]
    np.testing.assert_allclose(row.neighbours(x, y, 1.5), np.diag(row.entries(x, y, 1.5)), rtol=1e-12)
