"""The stable words against 80 digits, on every library; sums and truth values where libraries differ."""

from __future__ import annotations

from typing import Any

import array_api_strict
import numpy as np
import pytest
import torch
from mpmath import log, mp, mpf

from divergence import ops
from divergence.symbol_words import SymbolWords

# s = t - 1 exactly, for t on both sides of one and through the seam of series and plain spelling
NEAR = [sign * 2.0**-k for k in (1, 2, 3, 5, 10, 20, 30, 40, 49) for sign in (1, -1)]
FAR = [-0.75, -0.5 - 2**-20, -0.5 + 2**-20, 0.5 - 2**-20, 0.5 + 2**-20, 1.0, 3.0, 1e3, 1e10]
EXCESSES = [0.0, *NEAR, *FAR]
POWERS = (-50.0, -20.0, -2.0, -1.0, -0.5, -1e-9, 0, 1e-9, 0.25, 0.5, 1 - 1e-9, 1, 1.5, 2, 3, 10, 100.0)


def check(xp: Any, found: Any, exact: list[Any], ulps: float) -> None:
    for value, truth in zip(xp.floats(found).tolist(), exact):
        if truth == 0:
            assert value == 0
        elif abs(truth) < mpf(float(xp.library.finfo(xp.dtype).max)):
            assert abs(mpf(value) - truth) <= ulps * xp.eps * abs(truth), (value, truth)


@pytest.fixture
def grid(xp: Any) -> tuple[Any, Any, list[Any]]:
    """t and s = t - 1 in the library, and s again in 80 digits; those s only for which t is a float of the dtype."""
    kept = [s for s in EXCESSES if float(xp.floats(xp.array([1 + s]))[0]) - 1 == s]
    return xp.array([1 + s for s in kept]), xp.array(kept), [mpf(s) for s in kept]


def test_log_excess(xp: Any, grid: Any) -> None:
    t, s, exact = grid
    check(xp, ops.words(t).log_excess(t, s), [log(1 + x) - x for x in exact], 4)


def test_klfun(xp: Any, grid: Any) -> None:
    t, s, exact = grid
    check(xp, ops.words(t).klfun(t, s), [(1 + x) * log(1 + x) - x for x in exact], 8)


@pytest.mark.parametrize("a", POWERS)
def test_power_excess(xp: Any, grid: Any, a: float) -> None:
    t, s, exact = grid
    exponent = mpf(a)

    def plain(x: Any) -> Any:
        if a in (0, 1):
            return x - log(1 + x) if a == 0 else (1 + x) * log(1 + x) - x
        return ((1 + x) ** exponent - 1 - exponent * x) / (exponent * (exponent - 1))

    with ops.quiet():
        found = ops.words(t).power_excess(t, s, a)
    # e^(a log t) knows its exponent to eps; masses only meet t <= 1
    allowed = 8 + 2 * abs(a) * (1 + float(max(abs(log(1 + x)) for x in exact)))
    check(xp, found, [plain(x) for x in exact], allowed)


def test_klfun_and_power_at_zero(xp: Any) -> None:
    t, s = xp.array([0.0]), xp.array([-1.0])
    with ops.quiet():
        o = ops.words(t)
        assert xp.floats(o.klfun(t, s)).tolist() == [1.0]
        assert xp.floats(o.power_excess(t, s, 2)).tolist() == [0.5]
        assert xp.floats(o.power_excess(t, s, 0.5)).tolist() == [2.0]
        assert xp.floats(o.power_excess(t, s, -1)).tolist() == [np.inf]


@pytest.mark.parametrize("c", [-2.0, -1e-12, 0.0, 1e-12, 0.5, 1.0, 3.0])
def test_ratios_of_expm1_and_log1p(xp: Any, c: float) -> None:
    values = [-0.25, -(2.0**-30), 0.0, 2.0**-30, 0.25]
    x, exact = xp.array(values), [mpf(v) for v in values]
    o = ops.words(x)
    step = mpf(c)
    check(xp, o.expm1_ratio(x, c), [v if c == 0 else mp.expm1(step * v) / step for v in exact], 4)
    check(xp, o.log1p_ratio(x, c), [v if c == 0 else mp.log1p(step * v) / step for v in exact], 4)


def test_softplus_sigmoid_and_log_mean_exp(xp: Any) -> None:
    values = [-80.0, -2.0, -1.0, -0.5, -(2.0**-20), 0.0, 2.0**-20, 0.5, 1.0, 2.0, 80.0]
    x, exact = xp.array(values), [mpf(v) for v in values]
    o = ops.words(x)
    check(xp, o.softplus(x), [log(1 + mp.exp(v)) for v in exact], 4)
    check(xp, o.sigmoid(x), [1 / (1 + mp.exp(-v)) for v in exact], 160)  # e^-softplus: eps times its exponent
    check(xp, o.log_mean_exp(x), [log((1 + mp.exp(v)) / 2) for v in exact], 4)


def test_softplus_at_the_ends_and_its_slope_at_zero() -> None:
    x = torch.tensor([-torch.inf, 0.0, torch.inf], dtype=torch.float64, requires_grad=True)
    value = ops.words(x).softplus(x)
    assert value.tolist() == [0.0, np.log(2.0), np.inf]
    assert torch.autograd.grad(value.sum(), x)[0].tolist() == [0.0, 0.5, 1.0]


def test_step_and_positive_part(xp: Any) -> None:
    x = xp.array([-1.0, 0.0, 2.0])
    o = ops.words(x)
    assert xp.floats(o.positive_part(x)).tolist() == [0.0, 0.0, 2.0]
    assert xp.floats(o.step(x)).tolist() == [0.0, 0.0, 1.0]
    assert o.like(x, 3).dtype == xp.dtype


def test_a_ratio_keeps_what_is_known_of_it() -> None:
    t, v = np.array([0.0]), np.array([-1000.0])
    o = ops.ArrayWords(ops.namespace(t), ops.ratio_of_log(t, v, ops.words(t)))
    assert o.log(t).tolist() == [-1000.0]
    assert o.pow(t, 0.5).tolist() == [np.exp(-500.0)]
    assert o.pow(np.array([4.0]), 0.5).tolist() == [2.0]
    assert o.log(2) == np.log(2.0)
    with ops.quiet():
        ratio = o.over(t, np.array([1e-300]))  # e^-1000 is no float, and this is
    exact = mp.exp(-1000) / mpf(1e-300)
    assert ratio[0] == pytest.approx(float(exact), rel=1e-12)
    assert o.log(ratio)[0] == pytest.approx(float(mp.log(exact)), rel=1e-15)
    assert o.pow(ratio, -2)[0] == pytest.approx(float(exact**-2), rel=1e-12)


def test_symbols_are_the_plain_spelling() -> None:
    import sympy

    o = SymbolWords()
    x = sympy.Symbol("x", real=True)
    t = sympy.Symbol("t", positive=True)
    assert sympy.simplify(o.klfun(t, t - 1) - (t * sympy.log(t) - t + 1)) == 0
    assert sympy.simplify(o.log_excess(t, t - 1) - (sympy.log(t) - t + 1)) == 0
    assert sympy.simplify(o.power_excess(t, t - 1, 2) - (t - 1) ** 2 / 2) == 0
    assert sympy.simplify(o.power_excess(t, t - 1, 0) - (t - 1 - sympy.log(t))) == 0
    assert sympy.simplify(o.power_excess(t, t - 1, 1) - (t * sympy.log(t) - t + 1)) == 0
    assert o.expm1(x) == sympy.exp(x) - 1
    assert o.log1p_ratio(x, 0) == x == o.expm1_ratio(x, 0)
    assert o.softplus(x) == sympy.log(1 + sympy.exp(x))
    assert o.sigmoid(x).subs(x, 0) == sympy.Rational(1, 2)
    assert o.log_mean_exp(x).subs(x, 0) == 0
    assert o.step(x).subs(x, -1) == 0
    assert o.positive_part(x).subs(x, -1) == 0
    assert o.like(x, 1) == 1


@pytest.mark.parametrize("word", ["log_excess", "klfun", "power_excess"])
def test_symbols_and_arrays_agree(word: str) -> None:
    import sympy

    extra = (sympy.Rational(3, 2),) if word == "power_excess" else ()
    for t in (0.25, 0.75, 1.5, 4.0):
        exact = getattr(SymbolWords(), word)(sympy.Rational(t), sympy.Rational(t - 1), *extra)
        array = np.array([t])
        found = getattr(ops.words(array), word)(array, array - 1, *map(float, extra))
        assert float(found[0]) == pytest.approx(float(exact), rel=1e-15)


def test_total_is_pairwise_whatever_the_layout() -> None:
    x = np.full((1_000_000, 2), 0.1, dtype=np.float32)
    assert ops.total(x.T).tolist() == pytest.approx([1e5, 1e5], rel=1e-6)
    assert ops.total(x).shape == (1_000_000,)
    assert ops.total(torch.ones(2, 3)).tolist() == [3.0, 3.0]


def test_holds_is_silent_about_what_is_not_known_yet() -> None:
    assert ops.holds(np.array([False, True]))
    assert not ops.holds(np.array([False]))
    seen = []

    def look(x: Any) -> Any:
        seen.append(ops.holds(x > 0))
        return x

    torch.func.vmap(look)(torch.ones(2))
    assert seen == [False]


def test_kinds_of_arrays() -> None:
    strict = array_api_strict.asarray([1.0])
    assert ops.is_array(strict)
    assert not ops.is_array([1.0])
    assert ops.is_numpy(np.float64(1))
    assert not ops.is_numpy(1.0)
    assert ops.is_torch(torch.ones(1))
    assert not ops.is_torch(strict)
    assert ops.as_array(strict) is strict
    assert type(ops.as_array(np.ones(1).view(type("Sub", (np.ndarray,), {})))) is np.ndarray
    assert ops.is_masked(np.ma.array([1.0]))
    assert ops.is_sparse(torch.ones(1).to_sparse())
    assert ops.is_dtype(strict, "real floating")
    assert not ops.is_dtype(np.array(["a"]), "real floating")
    with pytest.raises(TypeError):
        ops.namespace(strict, np.ones(1))


def test_to_numpy_and_plain() -> None:
    half = torch.tensor([0.5], dtype=torch.bfloat16, requires_grad=True)
    assert ops.to_numpy(half).tolist() == [0.5]
    assert ops.to_numpy(array_api_strict.asarray([2.0])).tolist() == [2.0]
    assert isinstance(ops.plain(np.array(1.0)), np.float64)
    assert isinstance(ops.plain(np.ones(2)), np.ndarray)
