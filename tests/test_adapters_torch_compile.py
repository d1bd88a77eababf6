"""torch.compile takes a divergence as one graph, forward and backward, and changes no number of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

import divergence as dv

# said inside torch itself, about what it calls while it traces and compiles
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning"),
]

P = [[0.5, 0.5, 0.0], [0.2, 0.8, 0.0]]
Q = [[0.25, 0.5, 0.25], [0.3, 0.7, 0.0]]
POWER = dv.power(-0.5)
OWN = dv.f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0)


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def tensors(logs: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    p, q = (torch.tensor(x, dtype=torch.float64) for x in (P, Q))
    if logs:
        p, q = p.log(), q.log()
    return p.requires_grad_(), q.requires_grad_()


def same(function: Callable[..., Any], logs: bool = False, rtol: float = 0.0, **options: Any) -> None:
    """Compiled as one graph, the values and the gradients of `function`."""
    p, q = tensors(logs)
    compiled = torch.compile(function, fullgraph=True, **options)
    found, expected = compiled(p, q), function(p, q)
    torch.testing.assert_close(found, expected, rtol=rtol, atol=0)
    for x, y in zip(torch.autograd.grad(found.sum(), (p, q)), torch.autograd.grad(expected.sum(), (p, q))):
        torch.testing.assert_close(x, y, rtol=rtol, atol=0, equal_nan=True)
    assert not torch.isnan(found).any()


@pytest.mark.parametrize("divergence", [dv.kl, dv.js, POWER], ids=lambda d: d.name)
def test_masses(divergence: Any) -> None:
    same(lambda p, q: divergence(p, q), backend="aot_eager")


@pytest.mark.parametrize("divergence", [dv.kl, POWER], ids=lambda d: d.name)
def test_log_masses(divergence: Any) -> None:
    same(divergence.from_log, logs=True, backend="aot_eager")


def test_logits() -> None:
    same(lambda a, b: dv.kl.from_logits(a, b, temperature=2.0), backend="aot_eager")
    same(dv.total_variation.from_logits, backend="aot_eager")


def test_axis_and_your_own_row() -> None:
    same(lambda p, q: dv.reverse_kl(q.T, p.T, axis=0), backend="aot_eager")
    p, q = tensors()
    torch.testing.assert_close(torch.compile(OWN, backend="aot_eager", fullgraph=True)(p, q), OWN(p, q))


def test_the_gradient_is_right_where_autograd_s_is_nan() -> None:
    """At a zero of p the slope is -inf for KL, and at a zero of both it is nothing."""
    p, q = tensors()
    value = torch.compile(dv.kl, backend="aot_eager", fullgraph=True)(p, q)
    (by_p,) = torch.autograd.grad(value.sum(), p)
    assert by_p[:, 2].tolist() == [-math.inf, 0.0]
    by_p = torch.compile(torch.func.grad(lambda p: dv.kl(p, q).sum()), backend="aot_eager", fullgraph=True)(p)
    assert by_p[:, 2].tolist() == [-math.inf, 0.0]


def test_what_is_made_of_rows() -> None:
    same(dv.renyi(0.5), backend="aot_eager")
    same(dv.bhattacharyya.from_log, logs=True, backend="aot_eager")
    same(dv.cross_entropy, backend="aot_eager")
    same(lambda p, q: dv.entropy(p) * dv.jensen_shannon(q), backend="aot_eager")


def test_to_machine_code() -> None:
    same(dv.kl.from_logits, rtol=1e-14)


def test_batches_of_any_size() -> None:
    compiled = torch.compile(dv.js, backend="aot_eager", fullgraph=True, dynamic=True)
    for n in (2, 3, 5):
        p, q = (torch.softmax(torch.randn(n, 4, dtype=torch.float64), -1) for _ in range(2))
        torch.testing.assert_close(compiled(p, q), dv.js(p, q), rtol=0, atol=0)


def test_forms_are_refused_while_tracing_and_values_are_not() -> None:
    compiled = torch.compile(dv.kl, backend="aot_eager", fullgraph=True)
    wrong, right = torch.tensor([0.5, 0.6]), torch.tensor([0.5, 0.5])
    assert torch.isfinite(compiled(wrong, right))
    with pytest.raises(dv.InvalidMeasure):
        dv.kl(wrong, right)


def test_vmap_within_keeps_the_values() -> None:
    """Only them: torch.compile looks through an autograd.Function under vmap, so take batches for gradients."""
    p, q = (x.detach() for x in tensors())
    compiled = torch.compile(torch.func.vmap(dv.kl), backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(p, q), dv.kl(p, q), rtol=0, atol=0)


def test_differentiating_twice_is_refused() -> None:
    p, q = tensors()
    value = torch.compile(dv.js, backend="aot_eager", fullgraph=True)(p, q)
    (by_p,) = torch.autograd.grad(value.sum(), p, create_graph=True)
    with pytest.raises(RuntimeError, match="double backward"):
        torch.autograd.grad(by_p.sum(), p)
