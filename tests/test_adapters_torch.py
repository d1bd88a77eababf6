"""The gradient (T, -R): right where autograd would give nan, and twice differentiable."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from laws import ALL, TABLE, random_masses
from torch.utils._python_dispatch import TorchDispatchMode

import divergence as dv
from divergence import ops
from divergence.f_divergence import FDivergence

SMOOTH = [d for d in ALL if not d.generator.kinks]
O = ops.numpy_words()  # noqa: E741
LOG2 = math.log(2)
everyone = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)
smooth = pytest.mark.parametrize("divergence", SMOOTH, ids=lambda d: d.name)


def tensor(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)


def gradients(function: Any, p: Any, q: Any) -> tuple[np.ndarray, np.ndarray]:
    left, right = tensor(p), tensor(q)
    found = torch.autograd.grad(function(left, right).sum(), (left, right))
    return found[0].numpy(), found[1].numpy()


def logits(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


def curvature_at_one(divergence: FDivergence) -> float:
    """f''(1)."""
    return {"jeffreys": 2, "js": 0.25, "squared_hellinger": 0.25, "pearson": 2, "neyman": 2, "triangular": 0.5}.get(
        divergence.name, 1
    )


@everyone
def test_interior_is_critic_and_penalty(divergence: FDivergence) -> None:
    rng = np.random.default_rng(0)
    p, q = random_masses(rng, 4, 5), random_masses(rng, 4, 5)
    by_p, by_q = gradients(divergence, p, q)
    row, v = divergence.generator, np.log(p / q)
    assert row.critic is not None
    np.testing.assert_allclose(by_p, row.critic(v, O), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(by_q, -row.penalty(v, O), rtol=1e-12, atol=1e-14)


@smooth
def test_gradcheck(divergence: FDivergence) -> None:
    def loss(a: torch.Tensor, b: torch.Tensor) -> Any:
        return divergence(torch.softmax(a, -1), torch.softmax(b, -1))

    a, b = logits((3,), 0), logits((3,), 1)
    assert torch.autograd.gradcheck(loss, (a, b))
    assert torch.autograd.gradgradcheck(loss, (a, b))


@smooth
def test_gradcheck_from_log(divergence: FDivergence) -> None:
    def loss(a: torch.Tensor, b: torch.Tensor) -> Any:
        return divergence.from_log(torch.log_softmax(a, -1), torch.log_softmax(b, -1))

    a, b = logits((3,), 2), logits((3,), 3)
    assert torch.autograd.gradcheck(loss, (a, b))
    assert torch.autograd.gradgradcheck(loss, (a, b))


@smooth
def test_gradcheck_from_logits(divergence: FDivergence) -> None:
    """Past the log-ratio, which is a constant for autograd."""

    def loss(a: torch.Tensor, b: torch.Tensor) -> Any:
        return divergence.from_logits(a, b, temperature=1.5)

    a, b = logits((3,), 4), logits((3,), 5)
    assert torch.autograd.gradcheck(loss, (a, b))
    assert torch.autograd.gradgradcheck(loss, (a, b))


@smooth
def test_second_order_of_logs_at_equality_and_without_mass(divergence: FDivergence) -> None:
    """q f''(1) on the diagonal of the log-masses at p = q; nothing moves where there is no mass."""
    p = np.array([0.2, 0.3, 0.5, 0.0])
    with ops.quiet():
        logs = tensor(np.log(p)), tensor(np.log(p))
    curvature = curvature_at_one(divergence)
    hessian = torch.autograd.functional.hessian(divergence.from_log, logs)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        expected = np.diag((1 if i == j else -1) * curvature * p)
        np.testing.assert_allclose(hessian[i][j].numpy(), expected, rtol=1e-15)
    hessian = torch.autograd.functional.hessian(divergence.from_logits, logs)
    expected = curvature * (np.diag(p) - np.outer(p, p))
    np.testing.assert_allclose(hessian[0][0].numpy(), expected, rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(hessian[0][1].numpy(), -expected, rtol=1e-14, atol=1e-16)


@everyone
def test_never_nan_to_the_second_order_from_logits(divergence: FDivergence) -> None:
    """Where the divergence is finite: an infinite one pulls at its logits with inf - inf."""
    a = tensor([[0.0, -math.inf, 1.0, -800.0], [1e4, 0.0, -math.inf, -1e4], [1.0, 2.0, 3.0, -math.inf]])
    b = tensor([[0.0, -math.inf, 2.0, 0.0], [0.0, 1e4, -math.inf, -1e4], [1.0, 2.0, 3.0, -math.inf]])
    value = divergence.from_logits(a, b)
    finite = torch.isfinite(value)
    first = torch.autograd.grad(value[finite].sum(), (a, b), create_graph=True)
    weights = torch.arange(1.0, 5.0)
    second = torch.autograd.grad(sum((weights * x[finite]).sum() for x in first), (a, b))
    for found in (*first, *second):
        assert not torch.isnan(found[finite]).any()


@everyone
def test_equality_is_a_critical_point(divergence: FDivergence) -> None:
    p = [0.2, 0.3, 0.5, 0.0]
    if divergence.generator.kinks == (1.0,) and divergence.name.startswith("hockey"):
        pytest.skip("at its kink the hockey stick takes the slope from the left")
    for found in gradients(divergence, p, p):
        assert found.tolist() == [0.0] * 4
    logs = [math.log(x) if x else -math.inf for x in p]
    for found in gradients(divergence.from_log, logs, logs):
        assert found.tolist() == [0.0] * 4


@smooth
@pytest.mark.parametrize("k", [3, 6, 9, 12, 15])
def test_near_equality_the_gradient_keeps_its_digits(divergence: FDivergence, k: int) -> None:
    """T(log(1 + s)) = f''(1) s + O(s²): a difference of logarithms would lose k digits."""
    step = 10.0**-k
    p, q = np.array([0.5 + step, 0.5 - step]), np.array([0.5, 0.5])
    excess = (p - q) / q
    by_p, by_q = gradients(divergence, p, q)
    row = divergence.generator
    assert row.critic is not None
    np.testing.assert_allclose(by_p, row.critic(np.log1p(excess), O), rtol=1e-13)
    np.testing.assert_allclose(by_q, -row.penalty(np.log1p(excess), O), rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "by_p", "by_q"),
    [
        # p = (1, 0, 0), q = (1/2, 1/2, 0): T(log 2), T(-inf) and -R(log 2), -R(-inf)
        ("kl", (LOG2, -math.inf), (-1.0, 1.0)),
        ("reverse_kl", (0.5, -math.inf), (-LOG2, math.inf)),
        ("jeffreys", (LOG2 + 0.5, -math.inf), (-1 - LOG2, math.inf)),
        ("js", (-math.log(0.75) / 2, -math.inf), (-math.log(1.5) / 2, LOG2 / 2)),
        ("total_variation", (0.5, -0.5), (-0.5, 0.5)),
        ("squared_hellinger", ((1 - math.sqrt(0.5)) / 2, -math.inf), ((1 - math.sqrt(2)) / 2, 0.5)),
        ("pearson", (2.0, -2.0), (-3.0, 1.0)),
        ("neyman", (0.75, -math.inf), (-1.0, math.inf)),
        ("triangular", (5 / 18, -1.5), (-7 / 18, 0.5)),
    ],
)
def test_where_p_has_no_mass(name: str, by_p: tuple[float, float], by_q: tuple[float, float]) -> None:
    row = next(d for d in TABLE if d.name == name)
    found_p, found_q = gradients(row, [1.0, 0.0, 0.0], [0.5, 0.5, 0.0])
    np.testing.assert_allclose(found_p, [*by_p, 0.0], rtol=1e-14)
    np.testing.assert_allclose(found_q, [*by_q, 0.0], rtol=1e-14)
    # and with the arguments exchanged, by the reverse row
    other = FDivergence(row.generator.reverse)
    swapped_q, swapped_p = gradients(other, [0.5, 0.5, 0.0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(swapped_p, found_p, rtol=1e-14)
    np.testing.assert_allclose(swapped_q, found_q, rtol=1e-14)


@everyone
def test_never_nan(divergence: FDivergence) -> None:
    p = [0.5, 0.0, 0.0, 0.5, 5e-324, 0.0]
    q = [0.0, 0.5, 0.0, 0.5, 0.0, 5e-324]
    for found in gradients(divergence, p, q):
        assert not np.isnan(found).any()
    logs = [
        [-LOG2, -math.inf, -math.inf, -LOG2, -2000.0, -900.0],
        [-math.inf, -LOG2, -math.inf, -LOG2, -900.0, -2000.0],
    ]
    for found in gradients(divergence.from_log, *logs):
        assert not np.isnan(found).any()


@everyone
def test_from_log_is_p_times_the_slope(divergence: FDivergence) -> None:
    rng = np.random.default_rng(3)
    p, q = random_masses(rng, 5), random_masses(rng, 5)
    by_p, by_q = gradients(divergence, p, q)
    log_p, log_q = gradients(divergence.from_log, np.log(p), np.log(q))
    np.testing.assert_allclose(log_p, p * by_p, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(log_q, q * by_q, rtol=1e-11, atol=1e-15)


def test_from_log_far_below_underflow() -> None:
    by_p, by_q = gradients(dv.reverse_kl.from_log, [0.0, -1000.0], [-1000.0, 0.0])
    # p T(v) = p - q and q T◇(-v) = q log(q/p), in both atoms
    np.testing.assert_allclose(by_p, [1.0, -1.0], rtol=1e-12)
    np.testing.assert_allclose(by_q, [0.0, 1000.0], atol=1e-300)
    by_p, by_q = gradients(dv.kl.from_log, [0.0, -math.inf], [-LOG2, -LOG2])
    np.testing.assert_allclose(by_p, [LOG2, 0.0])
    np.testing.assert_allclose(by_q, [-0.5, 0.5])


@smooth
def test_second_derivatives_at_equality(divergence: FDivergence) -> None:
    """The Hessian of q f(p/q) is f''(1)/q at p = q, with the opposite sign across; f''(1) is 2 D/s² near s = 0."""
    p = np.array([0.2, 0.3, 0.5])
    hessian = torch.autograd.functional.hessian(divergence, (tensor(p), tensor(p)))
    step = 1e-8
    close = np.array([0.5 + step, 0.5 - step])
    curvature = 2 * float(divergence(close, np.array([0.5, 0.5]))) / (2 * step) ** 2
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        sign = 1 if i == j else -1
        expected = np.diag(sign * curvature / p)
        np.testing.assert_allclose(hessian[i][j].detach().numpy(), expected, rtol=1e-6, atol=1e-12)


def test_second_derivatives_where_p_has_no_mass() -> None:
    """KL: 1/p, -1/q and p/q²."""
    p, q = [1.0, 0.0], [0.5, 0.5]
    hessian = torch.autograd.functional.hessian(dv.kl, (tensor(p), tensor(q)))
    assert hessian[0][0].diagonal().tolist() == [1.0, math.inf]
    assert hessian[0][1].diagonal().tolist() == [-2.0, -2.0]
    assert hessian[1][0].diagonal().tolist() == [-2.0, -2.0]
    assert hessian[1][1].diagonal().tolist() == [4.0, 0.0]


def test_a_pair_that_nothing_weighs_adds_nothing() -> None:
    p, q = tensor([[1.0, 0.0], [0.5, 0.5]]), tensor([[0.5, 0.5], [0.25, 0.75]])
    weighted = (torch.tensor([0.0, 1.0], dtype=torch.float64) * dv.kl(p, q)).sum()
    (by_p,) = torch.autograd.grad(weighted, p)
    assert by_p[0].tolist() == [0.0, 0.0]
    assert bool(torch.isfinite(by_p).all())


@pytest.mark.parametrize("divergence", [dv.kl, dv.js, dv.power(-0.5)], ids=lambda d: d.name)
def test_vmap_and_functional_gradients(divergence: FDivergence) -> None:
    rng = np.random.default_rng(5)
    p, q = torch.tensor(random_masses(rng, 3, 4)), torch.tensor(random_masses(rng, 3, 4))
    assert torch.equal(torch.func.vmap(divergence)(p, q), divergence(p, q))
    by_p, _ = gradients(divergence, p.numpy(), q.numpy())
    mapped = torch.func.vmap(torch.func.grad(divergence))(p, q)
    np.testing.assert_allclose(mapped.numpy(), by_p, rtol=1e-14)
    bent = torch.func.vmap(torch.func.jacrev(torch.func.grad(divergence)))(p, q)
    expected = torch.autograd.functional.hessian(lambda x: divergence(x, q[0]), p[0])
    np.testing.assert_allclose(bent[0].numpy(), expected.numpy(), rtol=1e-14)
    logs = torch.func.vmap(torch.func.grad(divergence.from_log))(p.log(), q.log())
    np.testing.assert_allclose(logs.numpy(), p.numpy() * by_p, rtol=1e-11)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_gradients_keep_the_dtype(dtype: torch.dtype) -> None:
    p = torch.tensor([0.5, 0.5], dtype=dtype, requires_grad=True)
    q = torch.tensor([0.25, 0.75], dtype=dtype)
    (by_p,) = torch.autograd.grad(dv.kl(p, q), p)
    assert by_p.dtype == dtype
    np.testing.assert_allclose(by_p.float().numpy(), [LOG2, math.log(2 / 3)], rtol=4 * torch.finfo(dtype).eps)


def test_gradient_descent_through_log_softmax_reaches_the_target() -> None:
    target = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64)
    parameter = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([parameter], lr=0.5)
    for _ in range(200):
        optimiser.zero_grad()
        loss = dv.kl(target, torch.softmax(parameter, -1))
        loss.backward()
        optimiser.step()
    assert 0 <= loss.item() < 1e-3


def test_an_infinite_divergence_spoils_its_own_row_alone() -> None:
    a, b = tensor([[0.0, 0.0], [0.0, 1.0]]), tensor([[0.0, -math.inf], [1.0, 0.0]])
    value = dv.kl.from_logits(a, b)
    assert value[0] == math.inf
    (by_a,) = torch.autograd.grad(value.sum(), a)
    assert not torch.isfinite(by_a[0]).any()
    assert torch.isfinite(by_a[1]).all()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch calls what it has given up
def test_forward_mode_is_refused() -> None:
    p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
    with pytest.raises(RuntimeError, match="jvp"):
        torch.func.hessian(dv.kl)(p, q)


class Questions(TorchDispatchMode):
    """Counts how often a value is fetched from a tensor, which on a device is a synchronisation."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.asked += func in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.item.default)
        return func(*args, **(kwargs or {}))


@everyone
def test_a_call_asks_for_one_value(divergence: FDivergence) -> None:
    """Whether anything is wrong with its arguments; unchecked it asks for none, and nor does a gradient."""
    p, q = tensor([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]), tensor([[0.5, 0.0, 0.5], [0.7, 0.2, 0.1]])
    for function, x, y in ((divergence, p, q), (divergence.from_log, p.log(), q.log()), (divergence.from_logits, p, q)):
        with Questions() as questions:
            value = function(x, y)
        assert questions.asked == 1
        with Questions() as questions, dv.unchecked():
            function(x, y)
            torch.autograd.grad(value.sum(), (x, y))
        assert questions.asked == 0


@everyone
def test_no_value_is_needed(divergence: FDivergence) -> None:
    """On the meta device there are shapes and dtypes alone."""
    p, q = torch.rand(2, 3, device="meta", requires_grad=True), torch.rand(3, device="meta", dtype=torch.float64)
    for function in (divergence, divergence.from_log, divergence.from_logits):
        value = function(p, q)
        assert (value.device.type, value.shape, value.dtype) == ("meta", (2,), torch.float64)
        (by_p,) = torch.autograd.grad(value.sum(), p)
        assert (by_p.device.type, by_p.shape, by_p.dtype) == ("meta", (2, 3), torch.float32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@everyone
def test_cuda(divergence: FDivergence) -> None:
    rng = np.random.default_rng(7)
    p, q = tensor(random_masses(rng, 3, 5)), tensor(random_masses(rng, 3, 5))
    for function, x, y in ((divergence, p, q), (divergence.from_log, p.log(), q.log()), (divergence.from_logits, p, q)):
        value, far = function(x, y), function(x.cuda(), y.cuda())
        assert far.device.type == "cuda"
        slack = 1e-16 if divergence.generator.kinks else 0
        np.testing.assert_allclose(far.detach().cpu(), value.detach(), rtol=1e-14, atol=slack)
        for found, expected in zip(torch.autograd.grad(far.sum(), (p, q)), torch.autograd.grad(value.sum(), (p, q))):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
