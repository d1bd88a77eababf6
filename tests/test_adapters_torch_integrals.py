"""Integrals of torch laws that reach up to a finite end: their values, and gradients in what the laws are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import distributions as td

import divergence as dv

Make = Callable[[Any], Any]
# densities that do not vanish at an end that is no float's neighbourhood
LAWS: dict[str, Make] = {
    "von Mises": lambda s: td.VonMises(torch.ones_like(s), s),
    "Pareto": lambda s: td.Pareto(torch.ones_like(s), s),
    "relaxed Bernoulli": lambda s: td.RelaxedBernoulli(torch.ones_like(s), 0.3 * s),
    "beta, flat at one end": lambda s: td.Beta(2 * torch.ones_like(s), s),
}


def wide(x: float, **options: Any) -> Any:
    return torch.tensor(x, dtype=torch.float64, **options)


@pytest.mark.parametrize("name", LAWS)
def test_value_and_gradient_up_to_the_end(name: str) -> None:
    make, h = LAWS[name], 1e-4
    s = wide(1.0, requires_grad=True)
    found = dv.js(make(s), make(wide(1.5)))
    found.backward()

    def at(x: float) -> Any:
        return dv.js(make(wide(x)), make(wide(1.5))).item()

    known = dv.js.evaluate(make(wide(1.0)), make(wide(1.5)))
    assert abs(found.item() - known.value) <= known.error
    slope = (8 * (at(1 + h) - at(1 - h)) - (at(1 + 2 * h) - at(1 - 2 * h))) / (12 * h)
    assert s.grad.item() == pytest.approx(slope, rel=1e-9)


def test_a_value_is_given_where_no_gradient_is_known() -> None:
    # (1 - x)^(-1/2): 1e-4 of the mass lies where 1 - x has no digits
    p, q = td.Beta(wide(2.0), wide(0.5)), td.Beta(wide(2.0), wide(0.75))
    assert dv.js(p, q).item() == pytest.approx(dv.js.evaluate(p, q).value, rel=1e-12)
    with pytest.raises(dv.NotConverged, match=r"no gradient is known there.*detach") as caught:
        dv.js(td.Beta(wide(2.0), wide(0.5, requires_grad=True)), q)
    assert caught.value.evaluation.value == pytest.approx(dv.js(p, q).item(), rel=1e-12)


def test_a_uniform_law_within_another_has_a_gradient() -> None:
    s = wide(1.0, requires_grad=True)
    dv.total_variation(td.Uniform(-s, s), td.Uniform(wide(-1.5), wide(1.5))).backward()
    assert s.grad.item() == pytest.approx(-1 / 1.5)  # of 1 - s/1.5
    s.grad = None
    dv.js(td.Uniform(-s, s), td.Uniform(wide(-1.5), wide(1.5))).backward()
    r, t = wide(1.0, requires_grad=True), wide(1.5)
    m = (r + t) / (2 * r * t)  # JS by hand, of the height 1/(2s) on 2s and the height 1/3 beside it
    value = (0.5 * torch.log(1 / (r * m)) + r / t * 0.5 * torch.log(1 / (t * m))) + 0.5 * (1 - r / t) * torch.log(
        wide(2.0)
    )
    value.backward()
    assert s.grad.item() == pytest.approx(r.grad.item(), rel=1e-12)
