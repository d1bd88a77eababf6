"""The two engines of the rules, each held against what is known."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from proofs import algebra, balls
from proofs.symbols import Rejected, S, c, p, q, t, v, x

mpmath.mp.dps = 80
POINT = {t: sp.Rational(3, 7), c: sp.Rational(5, 3), v: sp.Rational(-9, 4)}
EXPRESSIONS = [
    t**3 - 1 / t,
    sp.sqrt(t) + t ** sp.Rational(-3, 2),
    t**c,
    t ** (-c),
    sp.log(t) * sp.exp(v),
    sp.tanh(v / 2),
    sp.Abs(v) + sp.sign(v),
    sp.Max(v, 0) + sp.Min(v, t) + sp.Max(t, c),
    sp.Heaviside(v) + sp.Heaviside(t),
    sp.pi + sp.E,
    t**0 + v**40,
    S.log_mean_exp(v),
]


@pytest.mark.parametrize("e", EXPRESSIONS)
def test_ball_holds_the_number(e):
    found = balls.ball(e, POINT)
    truth = mpmath.mpf(str(sp.N(e.subs(POINT), 70)))
    assert abs(mpmath.mpf(found.str(60, radius=False)) - truth) <= abs(truth) * mpmath.mpf(10) ** -55
    assert float(found.rad()) < 1e-100


@pytest.mark.parametrize("e", EXPRESSIONS)
@pytest.mark.parametrize("x", [t, v, c])
def test_series_holds_the_slope(e, x):
    truth = sp.N(sp.diff(e, x).subs(POINT), 50)
    if truth.has(sp.DiracDelta):
        truth = sp.Integer(0)
    assert abs(float(balls.slope_ball(e, x, POINT)) - float(truth)) < 1e-12


@pytest.mark.parametrize(
    "e", [sp.log(v), sp.sqrt(v), v**c, 1 / (t - sp.Rational(3, 7)), sp.nan, sp.oo, sp.Float(1.5), sp.gamma(t), p, sp.I]
)
def test_no_finite_real_number(e):
    with pytest.raises(Rejected):
        balls.ball(e, POINT)


@pytest.mark.parametrize("e", [sp.Abs(v), sp.sign(v), sp.Max(v, 0), sp.Heaviside(v)])
def test_no_slope_at_a_kink(e):
    with pytest.raises(Rejected):
        balls.slope_ball(e, v, {v: sp.Integer(0)})


def test_precision_is_restored():
    before = balls.ctx.prec
    balls.ball(sp.log(t), POINT, bits=5000)
    assert balls.ctx.prec == before


def test_cancellation_is_seen_through():
    e = sp.exp(t) - sum(t**k / sp.factorial(k) for k in range(60))
    tiny = {t: sp.Rational(1, 10**3)}
    assert 0 < balls.relative_ball(e, tiny) < 1e-250
    with pytest.raises(Rejected):
        balls.relative_ball(sp.sqrt(3 + 2 * sp.sqrt(2)) - 1 - sp.sqrt(2), {})  # zero, which no ball can tell


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        (t, {1}),
        (v, {-1, 0, 1}),
        (v**2, {0, 1}),
        (-(v**2), {-1, 0}),
        (v**3, {-1, 0, 1}),
        (1 / v**2, {-1, 0, 1}),  # no number at 0
        (t + v**2, {1}),
        (t - 1, {-1, 0, 1}),
        (-t - 1, {-1}),
        (sp.log(1 + t), {1}),
        (sp.log(t / (1 + t)), {-1}),
        (sp.log(v), {-1, 0, 1}),
        (sp.exp(v), {1}),
        (t**v, {1}),
        (sp.sqrt(v), {-1, 0, 1}),
        (sp.Integer(0), {0}),
        (sp.Abs(v), {-1, 0, 1}),  # kinks are none of its business
    ],
)
def test_signs(e, expected):
    assert algebra.signs(e) == expected


@pytest.mark.parametrize(
    "e",
    [
        sp.log(p * q) - sp.log(p) - sp.log(q),
        sp.exp(sp.log(t) / 2) - sp.sqrt(t),
        sp.exp((c / (1 + c) - 1) * sp.log(t)) - t ** (c / (1 + c)) / t,
        sp.exp(p + q) - sp.exp(p) * sp.exp(q),
        sp.sqrt(4 / (1 + t) ** 2) - 2 / (1 + t),
        sp.tanh(sp.log(t) / 2) - (t - 1) / (t + 1),
    ],
)
def test_vanishes(e):
    assert algebra.vanishes(e)


@pytest.mark.parametrize("e", [sp.sqrt(v**2) - v, sp.log(v**2) - 2 * sp.log(v), sp.log(x**2) - sp.log(x), t - 1])
def test_does_not_vanish(e):
    assert not algebra.vanishes(e)
