"""What is closed about two members: laws in pieces against integrals in many digits, and who belongs together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import exp, gamma, log, mp, mpf, workdps
from scipy import stats

import divergence as dv
from divergence.density import Member
from divergence.families.closed_form import closed_form, uniform_masses

Curve = Callable[[Any], Any]
FAR = [2**k for k in range(1, 12)]


def laplace(mean: float, scale: float) -> Curve:
    return lambda x: -abs(x - mpf(mean)) / scale - log(2 * mpf(scale))


def pareto_of_log(shape: float, minimum: float) -> Curve:
    """The log-density of log X."""
    return lambda y: log(mpf(shape)) + shape * (log(mpf(minimum)) - y)


def cauchy(location: float, scale: float) -> Curve:
    return lambda x: -log(mp.pi * scale * (1 + ((x - location) / mpf(scale)) ** 2))


def exact(log_p: Curve, log_q: Curve, a: float, cuts: list[Any]) -> Any:
    with workdps(30):
        if a in (0, 1):
            first, second = (log_p, log_q) if a else (log_q, log_p)
            return mp.quad(lambda x: exp(first(x)) * (first(x) - second(x)), cuts)
        order = mpf(a)
        total = mp.quad(lambda x: exp(order * log_p(x) + (1 - order) * log_q(x)), cuts)
        return -log(total) / (order * (1 - order))


def found(p: Member, q: Member, a: float) -> float:
    form = closed_form(p, q)
    assert form is not None
    assert form.knows(a)
    return float(form.scaled_gap(a))


@pytest.mark.parametrize("a", [0.0, 1.0, 0.3, 0.5, 0.999, 1.2, -0.2])
@pytest.mark.parametrize(
    ("p", "q"),
    [((0.0, 1.0), (1.0, 2.0)), ((0.0, 1.0), (1.0, 1.0)), ((0.0, 2.0), (-3.0, 0.5)), ((0.0, 1.0), (1e-4, 1.0))],
)
def test_laplace(p: Any, q: Any, a: float) -> None:
    value = found(Member("laplace", p), Member("laplace", q), a)
    if a / p[1] + (1 - a) / q[1] <= 0:
        assert value == math.inf
        return
    middle = sorted({mpf(p[0]), mpf(q[0])})
    truth = exact(laplace(*p), laplace(*q), a, [-4 - x for x in reversed(FAR)] + middle + [4 + x for x in FAR])
    assert abs(value - truth) <= 1e-13 * truth


@pytest.mark.parametrize("a", [0.0, 1.0, 0.3, 0.5, 0.999, 1.2, -0.2])
@pytest.mark.parametrize(
    ("p", "q"), [((2.0, 2.0), (3.0, 1.0)), ((2.0, 2.0), (2.0, 1.0)), ((2.0, 1.0), (3.0, 2.0)), ((2.0, 2.0), (2.1, 2.0))]
)
def test_pareto_and_shifted_exponentials(p: Any, q: Any, a: float) -> None:
    value = found(Member("pareto", p, (0.0,)), Member("pareto", q, (0.0,)), a)
    out = (a >= 1 and p[1] < q[1]) or (a <= 0 and q[1] < p[1])
    if out:
        assert value == math.inf
    else:
        start = log(mpf(max(p[1], q[1])))
        truth = exact(pareto_of_log(*p), pareto_of_log(*q), a, [start, *(start + x for x in FAR)])
        assert abs(value - truth) <= 1e-13 * truth
    shifted = [Member("gamma", (1.0, 1 / shape, 1.0), (math.log(low),)) for shape, low in (p, q)]
    assert found(*shifted, a) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("a", [0.0, 1e-9, 0.5, 1 + 1e-9, 2.0])
@pytest.mark.parametrize(("shape", "other"), [(0.5, 0.5 * (1 - 1e-13)), (3.0, 3.0 + 1e-9), (1e8, 0.5), (1e-3, 7.0)])
def test_pareto_laws_of_one_minimum_keep_their_digits(shape: float, other: float, a: float) -> None:
    value = found(Member("pareto", (shape, 1.5), (0.0,)), Member("pareto", (other, 1.5), (0.0,)), a)
    with workdps(120):
        x, y, w = mpf(shape), mpf(other), mpf(a) + (mpf(10) ** -25 if a in (0, 1) else 0)
        middle = w * x + (1 - w) * y
        if middle <= 0:
            assert value == math.inf
            return
        truth = (log(middle) - w * log(x) - (1 - w) * log(y)) / (w * (1 - w))
        assert abs(value - truth) <= 1e-13 * truth


def test_cauchy() -> None:
    p, q = Member("cauchy", (0.0, 1.0)), Member("cauchy", (1.0, 2.0))
    cuts = [-mp.inf, *(-(10**k) for k in (6, 4, 2, 1)), 0, 1, *(10**k for k in (1, 2, 4, 6)), mp.inf]
    truth = exact(cauchy(0.0, 1.0), cauchy(1.0, 2.0), 1, cuts)
    assert abs(found(p, q, 1) - truth) <= 1e-13 * truth
    form = closed_form(p, q)
    assert form is not None
    assert not form.knows(0.5)


@pytest.mark.parametrize(
    ("p", "q"),
    [((2.0, 1.0), (3.0, 2.0)), ((0.7, 1.0), (1.5, 2.0)), ((2.0, 1.0), (2.0 + 1e-7, 1.0)), ((1.0, 3.0), (9.0, 1e-3))],
)
def test_weibull_of_different_shapes(p: Any, q: Any) -> None:
    def truth(shape: Any, scale: Any, other: Any, other_scale: Any) -> Any:
        level = log(shape) - shape * log(scale) - log(other) + other * log(other_scale)
        return (
            level
            + (shape - other) * (log(scale) - mp.euler / shape)
            + (scale / other_scale) ** other * gamma(other / shape + 1)
            - 1
        )

    x, y = (Member("gamma", (1.0, scale, shape)) for shape, scale in (p, q))
    inverse_x, inverse_y = (Member("gamma", (1.0, 1 / scale, -shape)) for shape, scale in (p, q))
    with workdps(50):
        for a, first, second in ((1, p, q), (0, q, p)):
            expected = truth(*map(mpf, first), *map(mpf, second))
            assert abs(found(x, y, a) - expected) <= 1e-12 * expected
            assert found(inverse_x, inverse_y, a) == pytest.approx(float(expected), rel=1e-12)


def test_uniform_laws_are_three_masses() -> None:
    def masses(p: Any, q: Any) -> list[Any]:
        both = uniform_masses(Member("uniform", p), Member("uniform", q))
        assert both is not None
        return [x.tolist() for x in both]

    assert masses((0.0, 1.0), (0.5, 2.5)) == [[0.5, 0.5, 0.0], [0.25, 0.0, 0.75]]
    assert masses((0.0, 1.0), (5.0, 6.0)) == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert masses((0.0, 4.0), (1.0, 2.0)) == [[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]]
    assert masses((np.array([0.0, 1.0]), 2.0), (1.0, 2.0)) == [[[0.5, 0.5, 0], [1, 0, 0]], [[1, 0, 0], [1, 0, 0]]]
    assert uniform_masses(Member("uniform", (0.0, 1.0)), None) is None


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Member("normal", (0.0, 1.0)), Member("laplace", (0.0, 1.0))),
        (Member("student", (2.0, 0.0, 1.0)), Member("student", (2.0, 0.0, 1.0))),
        (Member("binomial", (0.5, 3.0)), Member("binomial", (0.5, 4.0))),
        (Member("beta", (2.0, 3.0), (0.0, 1.0)), Member("beta", (2.0, 3.0), (0.0, 2.0))),
        (Member("gamma", (2.0, 3.0, 1.0), (0.0,)), Member("gamma", (2.0, 3.0, 1.0), (0.5,))),
        (Member("gamma", (2.0, 3.0, 1.0)), Member("gamma", (2.0, 3.0, 2.0))),
        (Member("normal", (0.0, 1.0)), None),
    ],
)
def test_what_has_no_closed_form(p: Member, q: Member | None) -> None:
    assert closed_form(p, q) is None


def test_coordinates_add_up() -> None:
    means = np.array([[0.0, 1.0, 2.0]])
    p, q = Member("normal", (means, np.ones(3))), Member("normal", (means + 1, 2 * np.ones(3)))
    each, together = closed_form(p, q), closed_form(p, q, axes=1)
    assert each is not None
    assert together is not None
    for a in (0.0, 0.5, 1.0, 2.0):
        np.testing.assert_allclose(together.scaled_gap(a), each.scaled_gap(a).sum(axis=-1), rtol=1e-14)
    np.testing.assert_allclose(together.power(2), (np.prod(1 + 2 * each.power(2), axis=-1) - 1) / 2, rtol=1e-13)


def test_a_tensor_makes_both_tensors() -> None:
    torch = pytest.importorskip("torch")
    mean = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    form = closed_form(Member("normal", (mean, 1.0)), Member("normal", (np.array(1.0), np.array(2.0))))
    assert form is not None
    form.scaled_gap(1).backward()
    assert float(mean.grad) == pytest.approx(-0.25)  # type: ignore[arg-type]


GIVEN = {
    "lognorm": lambda s: stats.lognorm(0.7, scale=3 * s),
    "rayleigh": lambda s: stats.rayleigh(scale=s),
    "maxwell": lambda s: stats.maxwell(scale=s),
    "halfnorm": lambda s: stats.halfnorm(scale=s),
    "chi": lambda s: stats.chi(3.5, scale=s),
    "levy": lambda s: stats.levy(scale=s),
    "invgauss": lambda s: stats.invgauss(0.7, scale=s),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("gap", [1e-3, 1e-8, 1e-14])
def test_a_scale_that_is_given_keeps_its_digits(name: str, gap: float) -> None:
    """KL in the ratio r of the scales, to which the standard parameters, √2 scale or its logarithm, are rounded."""
    p, q = (GIVEN[name](s) for s in (1.0, 1 - gap))
    with workdps(60):
        r = mpf(1) / mpf(1 - gap)
        if name == "lognorm":
            r = mpf(3.0) / mpf(3 * (1 - gap))
            truth = (log(r) / mpf(0.7)) ** 2 / 2
        elif name == "invgauss":  # E of log p/q at mean 0.7, shape 1 against mean 0.7/r, shape 1/r
            truth = (log(r) - 1 + 1 / r) / 2 + (1 / r) * (r - 1) ** 2 / (2 * mpf(0.7))
        else:
            shape, power = {"chi": (3.5 / 2, 2), "levy": (0.5, -1), "rayleigh": (1, 2)}.get(name, (0, 2))
            shape = shape or {"maxwell": 1.5, "halfnorm": 0.5}[name]
            truth = shape * (r**power - 1 - power * log(r))
        assert abs(mpf(float(dv.kl(p, q))) - truth) <= 1e-12 * truth


@pytest.mark.parametrize("row", [dv.kl, dv.reverse_kl, dv.renyi(0.3), dv.squared_hellinger], ids=lambda row: row.name)
@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.invgauss(0.7, scale=1.0), stats.invgauss(1.5, scale=0.25)),
        (stats.lognorm(0.7, scale=3.0), stats.lognorm(1.5, scale=0.25)),
        (stats.maxwell(scale=2.0), stats.rayleigh(scale=1.5)),
        (stats.rayleigh(scale=2.0), stats.weibull_min(2, scale=1.5)),
    ],
    ids=["invgauss", "lognorm", "two names", "given and standard"],
)
def test_given_parameters_against_integrals(row: Any, p: Any, q: Any) -> None:
    assert row.plan(p, q).startswith("closed form")
    bare = [dv.Density(law.logpdf, (0.0, math.inf)) for law in (p, q)]
    assert row(p, q) == pytest.approx(row(*bare), rel=1e-10)


@pytest.mark.parametrize("gap", [1e-4, 1e-9, 1e-14])
def test_rates_and_scales_of_torch_keep_their_digits(gap: float) -> None:
    torch = pytest.importorskip("torch")
    one, other = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (3.0, 3.0 * (1 - gap)))
    laws = torch.distributions
    for make, shape, power in (
        (laws.Exponential, 1, 1),
        (lambda rate: laws.Gamma(2.5 * torch.ones_like(rate), rate), 2.5, 1),
        (laws.HalfNormal, 0.5, -2),
    ):
        found = dv.kl(make(one), make(other))
        (slope,) = torch.autograd.grad(found, other)
        with workdps(60):
            r = (mpf(other.item()) / mpf(3)) ** power
            truth = mpf(shape) * (r - 1 - log(r))
            assert abs(mpf(found.item()) - truth) <= 1e-12 * truth
            exact = mpf(shape) * power * (r - 1) / mpf(other.item())
            assert abs(mpf(slope.item()) - exact) <= 1e-11 * abs(exact)
