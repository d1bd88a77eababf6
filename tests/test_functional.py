"""What every functional is asked for: logits, against 80 digits, and what is refused there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from mpmath import exp, log, mpf

import divergence as dv

NONE = -math.inf


def softmax(logits: list[float], temperature: float = 1.0) -> list[Any]:
    weights = [mpf(0) if x == NONE else exp(mpf(x) / mpf(temperature)) for x in logits]
    return [w / sum(weights) for w in weights]


def exact_kl(a: list[float], b: list[float], temperature: float = 1.0) -> Any:
    """Of finite logits b, so that it is finite."""
    pairs = zip(softmax(a, temperature), softmax(b, temperature))
    return sum((p * log(p / q) if p else mpf(0)) - p + q for p, q in pairs)


def cases() -> list[Any]:
    rng = np.random.default_rng(0)
    found = []
    for size in (1.0, 30.0, 3000.0):
        for step in (1.0, 1e-4, 1e-9, 1e-14):
            for shift in (0.0, 5.0, -1e4):
                b = size * rng.normal(size=12)
                found.append(pytest.param(b + step * rng.normal(size=12) + shift, b, id=f"{size:g} {step:g} {shift:g}"))
    holes = rng.normal(size=12)
    holes[[2, 5]] = NONE
    found.append(pytest.param(holes, np.where(holes == NONE, -40.0, holes + 1e-9), id="holes over tiny masses"))
    found.append(pytest.param(np.array([1e4, 0.0]), np.array([0.0, 1e4]), id="far"))
    return found


class TestLogits:
    @pytest.mark.parametrize(("a", "b"), cases())
    def test_digits(self, a: np.ndarray, b: np.ndarray) -> None:
        """A mass e^x is known to eps |x|, and so is its term; the ratio of the masses is known to eps."""
        for name, (x, y) in {"kl": (a, b), "reverse_kl": (b, a)}.items():
            if NONE in y:
                assert float(getattr(dv, name).from_logits(a, b)) == math.inf
                continue
            truth = exact_kl(x.tolist(), y.tolist())
            found = float(getattr(dv, name).from_logits(a, b))
            heavy = max(abs(float(log(q))) for q in softmax(y.tolist()) if q > mpf(10) ** -300)
            floor = mpf(10) ** -300
            assert abs(mpf(found) - truth) <= max(truth, floor) * (2e-15 + 2.3e-16 * heavy), (name, found, float(truth))

    def test_temperature(self) -> None:
        a, b = [1.0, 2.0, 4.0], [0.5, 2.5, 3.0]
        for temperature in (0.01, 0.7, 30.0):
            found = float(dv.kl.from_logits(a, b, temperature=temperature))
            assert found == pytest.approx(float(exact_kl(a, b, temperature)), rel=2e-15)

    def test_a_constant_changes_nothing(self, xp: Any) -> None:
        a, b = xp.array([0.25, 1.5, -2.0, -math.inf]), xp.array([0.5, 1.0, -1.75, -3.0])
        assert float(dv.js.from_logits(a + 64, b - 32)) == float(dv.js.from_logits(a, b))

    @pytest.mark.parametrize("divergence", [dv.kl, dv.js, dv.total_variation, dv.power(-0.5), dv.hockey_stick(1.5)])
    def test_every_library_and_axis(self, divergence: dv.FDivergence, xp: Any) -> None:
        rng = np.random.default_rng(0)
        a, b = rng.normal(size=(2, 4, 5))
        p, q = (np.exp(x) / np.exp(x).sum(axis=0) for x in (a, b))
        found = xp.floats(divergence.from_logits(xp.array(a), xp.array(b), axis=0))
        np.testing.assert_allclose(found, divergence(p, q, axis=0), rtol=100 * xp.eps, atol=4 * xp.eps)

    def test_no_mass_in_common(self) -> None:
        assert float(dv.js.from_logits([0.0, NONE], [NONE, 0.0])) == pytest.approx(math.log(2), rel=1e-15)
        assert float(dv.kl.from_logits([0.0, NONE, NONE], [0.0, -1.0, NONE])) == pytest.approx(math.log1p(1 / math.e))

    @pytest.mark.parametrize("divergence", [dv.kl, dv.reverse_kl, dv.js, dv.squared_hellinger])
    def test_gradient(self, divergence: dv.FDivergence) -> None:
        generator = torch.Generator().manual_seed(0)
        a, b = (torch.randn(2, 5, dtype=torch.float64, generator=generator, requires_grad=True) for _ in "ab")
        assert torch.autograd.gradcheck(lambda x, y: divergence.from_logits(x, y, temperature=1.5), (a, b))

    def test_gradient_near_equality_and_at_no_mass(self) -> None:
        """∇_b KL(softmax a ‖ softmax b) = q - p."""
        b = torch.tensor([0.3, -0.2, 1.0, NONE], dtype=torch.float64, requires_grad=True)
        a = (b + 2.0**-40 * torch.tensor([1.0, -1.0, 0.0, 0.0], dtype=torch.float64)).detach()
        (found,) = torch.autograd.grad(dv.kl.from_logits(a, b), b)
        p, q = softmax(a.tolist()), softmax(b.tolist())
        for x, mass, other in zip(found.tolist(), p, q):
            assert abs(x - float(other - mass)) <= 1e-27 + 1e-12 * abs(x)
        assert found[3] == 0

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
    def test_dtypes(self, dtype: torch.dtype) -> None:
        a, b = torch.tensor([0.0, 1.0], dtype=dtype), torch.tensor([0.0, 0.5], dtype=dtype)
        found = dv.kl.from_logits(a, b)
        assert found.dtype == dtype
        assert float(found) == pytest.approx(float(exact_kl([0, 1], [0, 0.5])), rel=4 * torch.finfo(dtype).eps)

    def test_refusals(self) -> None:
        good = [0.0, 1.0]
        with pytest.raises(dv.InvalidMeasure, match=r"a\[1\]: nan is no logit"):
            dv.kl.from_logits([0.0, math.nan], good)
        with pytest.raises(dv.InvalidMeasure, match=r"b\[0\]: inf is no logit"):
            dv.kl.from_logits(good, [math.inf, 0.0])
        with pytest.raises(dv.InvalidMeasure, match=r"largest of b\[1\].*no mass"):
            dv.kl.from_logits([good, good], [good, [NONE, NONE]])
        with pytest.raises(dv.ShapeMismatch, match="3 atoms"):
            dv.kl.from_logits(good, [0.0, 1.0, 2.0])
        with pytest.raises(dv.InvalidMeasure, match="dtype int64 holds no logits"):
            dv.kl.from_logits([0, 1], good)
        for temperature in (0.0, -1.0, math.nan, math.inf, "hot"):
            with pytest.raises(dv.InvalidParameter, match="temperature"):
                dv.kl.from_logits(good, good, temperature=temperature)
