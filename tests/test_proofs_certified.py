"""The certified and the exact rules: each accepts a truth and rejects its falsifications, traps and near misses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy import stats

from divergence.f_divergence import kl, pearson
from divergence.transport import rational
from proofs import rules, unit
from proofs.inequalities import ROOT, TV, B, D, V, sides
from proofs.symbols import POINT, Rejected, box, c, oo, t, x

KL, JS, HELLINGER, PEARSON = (sides(name) for name in ("kl", "js", "squared_hellinger", "pearson"))
EVERY_C = box({c: (0, oo)})


def refused(rule, *arguments, **options) -> str:
    with pytest.raises(Rejected) as info:
        rule(*arguments, **options)
    return str(info.value)


def less(first, factor, second):
    return tuple(f - factor * g for f, g in zip(first, second))


class TestAtLeastZero:
    def test_truths(self):
        assert rules.at_least_zero(less(KL, 2, HELLINGER), "KL - 2 H^2").level == "certified"
        rules.at_least_zero(less(JS, sp.log(2), HELLINGER), "JSD - log 2 H^2")
        rules.at_least_zero((t * 0 + 1, t), "1")

    @pytest.mark.parametrize(
        "wrong",
        [
            less(KL, sp.Rational(201, 100), HELLINGER),
            less(JS, sp.Rational(70, 100), HELLINGER),
            less(HELLINGER, sp.Rational(1001, 1000), JS),
            less(sides("jeffreys"), 8 + sp.Rational(1, 10**9), JS),  # wrong near 1 only
            tuple(-side for side in KL),
            ((t - 1) ** 3, -((t - 1) ** 3) / t**2),  # a contact of odd order
            (sp.nan, t),
            (x, t),
        ],
    )
    def test_falsehoods(self, wrong):
        refused(rules.at_least_zero, wrong, "F")

    def test_one_side_is_not_enough(self):
        right = less(KL, 2, HELLINGER)
        refused(rules.at_least_zero, (right[0], -right[1]), "F")
        refused(rules.at_least_zero, (-right[0], right[1]), "F")

    def test_a_dip_between_two_boxes(self):
        # at least 0 but for an interval of width 2e-6
        place = sp.Rational(1, 3)
        dip = (t - place) ** 2 - sp.Rational(1, 10**12)
        assert "is" in refused(unit.nonnegative, dip, t)

    def test_undecided_is_refused(self):
        assert "undecided" in refused(unit.nonnegative, (t - sp.sqrt(2) / 2) ** 2, t)  # touches 0 off every box


class TestBestConstant:
    def test_at_an_end(self):
        step = rules.best_constant(JS, HELLINGER, ("js", "h"))
        assert step.terms[4:] == (1, 1)
        assert rules.best_constant(HELLINGER, JS, ("h", "js")).terms[4] == 1 / sp.log(2)

    def test_inside(self):
        low, high = rules.best_constant(sides("triangular"), KL, ("triangular", "kl")).terms[4:]
        grid = np.linspace(0.1, 0.5, 4001)
        ratio = (grid - 1) ** 2 / (grid + 1) / 2 / (grid * np.log(grid) - grid + 1)
        assert low <= ratio.max() * (1 + 1e-7)
        assert ratio.max() < high < ratio.max() * (1 + 2e-7)

    def test_none(self):
        refused(rules.best_constant, KL, JS, ("kl", "js"))

    def test_follows(self):
        step = rules.best_constant(HELLINGER, KL, ("h", "kl"))
        rules.follows(step, sp.Rational(1, 2), HELLINGER, KL, ("h", "kl"))
        rules.follows(step, sp.Integer(1), HELLINGER, KL, ("h", "kl"))
        refused(rules.follows, step, sp.Rational(49, 100), HELLINGER, KL, ("h", "kl"))
        refused(rules.follows, step, sp.Integer(1), JS, KL, ("js", "kl"))


class TestMeans:
    def square(self):
        gap = 1 - t
        return rules.squares((gap - c, gap / t - c), (sp.Integer(1), t), EVERY_C, "(|t - 1| - c)^2")

    def test_chain(self):
        mean = rules.in_the_mean(self.square(), {D: PEARSON, V: TV}, D - 4 * c * V + c**2)
        domain = box({D: (0, oo), V: (0, 1)})
        rules.chosen(mean, c, 2 * V, sp.Integer(1), D - 4 * V**2, domain)
        refused(rules.chosen, mean, c, 2 * V, sp.Integer(1), D - 5 * V**2, domain)
        refused(rules.chosen, mean, c, V - 1, sp.Integer(1), D - 4 * c * V + c**2, domain)  # a value below 0
        refused(rules.chosen, mean, c, 2 * V, sp.Integer(-1), 4 * V**2 - D, domain)
        refused(rules.chosen, mean, c, 2 * V, sp.Integer(1), D - 4 * V**2, box({D: (0, oo)}))

    def test_another_mean(self):
        refused(rules.in_the_mean, self.square(), {D: PEARSON, V: TV}, D - 4 * c * V)
        refused(rules.in_the_mean, self.square(), {D: KL, V: TV}, D - 4 * c * V + c**2)
        refused(rules.in_the_mean, self.square(), {D: PEARSON, B: ROOT}, D - 4 * c * B + c**2)
        refused(rules.in_the_mean, self.square(), {D: PEARSON, V: TV}, D**2 - 4 * c * V + c**2)
        refused(rules.in_the_mean, rules.identity(t, t, box({t: (0, oo)})), {D: PEARSON}, D)

    def test_a_negative_weight(self):
        refused(rules.squares, (t, t), (sp.Integer(-1), t), EVERY_C, "w")


class TestRoot:
    def test_truth(self):
        step = rules.root(x**2 - 2, x, "1", "2", digits=20)
        low, high = step.terms[2:]
        assert low < sp.sqrt(2) < high
        assert high - low < 1e-18

    @pytest.mark.parametrize(
        ("e", "low", "high"),
        [(x**2 - 2, "2", "3"), (x**2 + 1, "0.5", "1"), ((x - 1) ** 2, "0.5", "2"), (sp.nan, "0.5", "2")],
    )
    def test_falsehoods(self, e, low, high):
        refused(rules.root, e, x, low, high)


class TestIntegrals:
    P, Q = stats.norm(0, 1), stats.norm(1, 2)

    def test_truths(self):
        value = sp.log(2) - sp.Rational(1, 4)
        assert rules.encloses(kl, self.P, self.Q, value).level == "certified"
        rules.encloses(pearson, self.Q, self.P, oo)
        rules.between(kl, self.P, self.Q, 0.443147, 0.443148)
        rules.ordered(kl, (self.P, self.Q), (self.Q, self.P), ("a", "b"))

    def test_falsehoods(self):
        refused(rules.encloses, kl, self.P, self.Q, sp.log(2) - sp.Rational(1, 4) + sp.Rational(1, 10**9))
        refused(rules.encloses, kl, self.P, self.Q, oo)
        refused(rules.encloses, pearson, self.Q, self.P, sp.Integer(10**9))
        refused(rules.between, kl, self.P, self.Q, 0.44315, 1.0)
        refused(rules.ordered, kl, (self.Q, self.P), (self.P, self.Q), ("a", "b"))
        refused(rules.ordered, kl, (self.P, self.Q), (self.P, self.Q), ("a", "b"))
        assert "undecided" in refused(rules.encloses, kl, self.P, stats.skewnorm(1), sp.Integer(1))


class TestExact:
    def test_truth(self):
        step = rules.exactly("x = x", lambda rng: ((x := Fraction(rng.randint(1, 9), 7)), "=", x))
        assert (step.level, step.cases) == ("exact", 40)

    @pytest.mark.parametrize(
        "case", [(1, "=", 2), (2, "<=", 1), (1, "<", 1), (1.0, "=", 1.0), (1, "~", 1), (True, "=", 1)]
    )
    def test_falsehoods(self, case):
        refused(rules.exactly, "a falsehood", lambda rng: case)

    def test_no_case(self):
        refused(rules.exactly, "nothing", lambda rng: (1, "=", 1), cases=0)

    @pytest.mark.parametrize("broken", ["value", "plan", "u"])
    def test_a_solver_need_not_be_trusted(self, broken, monkeypatch):
        half = [Fraction(1, 2)] * 2
        costs = [[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]]
        other = [Fraction(1, 3), Fraction(2, 3)]
        assert rules.cheapest(half, other, costs) == Fraction(1, 6)
        found = rational.rational_transport(half, other, costs)
        wrong = {
            "value": {"value": found.value + 1},
            "plan": {"plan": {(0, 0): Fraction(1, 2), (1, 1): Fraction(1, 2)}},
            "u": {"u": [one + 1 for one in found.u]},
        }[broken]
        import dataclasses

        from proofs.rules import exact

        monkeypatch.setattr(exact, "rational_transport", lambda *_: dataclasses.replace(found, **wrong))
        refused(rules.cheapest, half, other, costs)


def test_constants_have_no_symbols():
    refused(rules.encloses, kl, stats.norm(0, 1), stats.norm(1, 1), x)
    assert rules.identity(sp.Integer(1), 1, POINT).level == "symbolic"
