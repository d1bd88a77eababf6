"""Every rule accepts a truth and rejects its falsifications: wrong constants, wrong domains, traps, forgeries."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import sympy as sp

from proofs import rules
from proofs.rules import Step
from proofs.symbols import POINT, Domain, Rejected, a, b, box, c, oo, p, q, t, v, w, x

RATIO, LINE, UNIT = box({t: (0, oo)}), box({v: (-oo, oo)}), box({x: (0, 1)})
PAIR = box({p: (0, oo), q: (0, oo)})
TINY = sp.Rational(1, 10**20)


def refused(rule, *arguments, **options) -> str:
    with pytest.raises(Rejected) as info:
        rule(*arguments, **options)
    return str(info.value)


class TestDomain:
    def test_vacuous(self):
        assert "vacuous" in refused(box, {x: (1, 1)})
        assert "vacuous" in refused(box, {x: (1, 0)})

    def test_assumption_must_hold_on_it(self):
        assert "assumed positive" in refused(box, {t: (-1, 1)})
        assert box({t: (0, 1)}).ends(t) == (0, 1)

    def test_only_real_and_positive_symbols(self):
        refused(box, {sp.Symbol("n", integer=True): (0, 1)})
        refused(box, {sp.Symbol("z"): (0, 1)})
        refused(box, {sp.Symbol("n", negative=True): (-1, 0)})

    def test_only_rational_ends(self):
        refused(box, {v: (0, sp.pi)})
        refused(box, {v: (0, 0.5)})
        refused(box, {v: (sp.nan, 1)})

    def test_order_does_not_matter(self):
        assert box({p: (0, oo), q: (0, 1)}) == box({q: (0, 1), p: (0, oo)})

    def test_points_are_inside_and_repeatable(self):
        domain = box({v: (-oo, 2), t: (1, oo), x: (0, 1)})
        points = list(domain.points(50))
        assert points == list(domain.points(50))
        assert all(point[v] < 2 and point[t] > 1 and 0 < point[x] < 1 for point in points)

    def test_shared_symbols(self):
        refused(PAIR.times, box({p: (0, 1)}))


class TestIdentity:
    def test_truths(self):
        assert rules.identity(sp.log(p / q), sp.log(p) - sp.log(q), PAIR).level == "symbolic"
        rules.identity(sp.sqrt((t - 1) ** 2 + 4 * t), t + 1, RATIO)
        rules.identity(sp.Abs(v) ** 2, v**2, LINE)
        rules.identity(sp.tanh(v), (1 - sp.exp(-2 * v)) / (1 + sp.exp(-2 * v)), LINE)
        rules.identity(t**c * t, sp.exp((c + 1) * sp.log(t)), box({t: (0, oo), c: (0, oo)}))

    @pytest.mark.parametrize(
        ("lhs", "rhs", "domain"),
        [
            (sp.log(t) + 1, sp.log(t) + 1 + TINY, RATIO),
            (sp.log(t), sp.log(t) * (1 + TINY), RATIO),
            (2 * sp.log(t), sp.log(t), RATIO),
            (sp.sqrt(v**2), v, LINE),  # true on one half only
            (sp.log(v**2), 2 * sp.log(v), LINE),
            (sp.log(x - 1) + sp.log(x - 1), sp.log((x - 1) ** 2), UNIT),  # not real
            (sp.sqrt(x - 1), sp.sqrt(x - 1), UNIT),
            (sp.Abs(t - 1), t - 1, RATIO),
            (sp.Max(t, 1), t, RATIO),
            (sp.exp(t), 1 + t + t**2 / 2, RATIO),
            (sp.nan, sp.nan, RATIO),
            (sp.zoo, sp.zoo, POINT),
            (oo, oo, POINT),
            (t, t + sp.Float("1e-20"), RATIO),
            (sp.Float(0.5) * t, t / 2, RATIO),
            (t, t, UNIT),  # another symbol than the domain's
            (sp.Symbol("t", real=True), t, RATIO),  # another symbol of the same name
            (sp.I * t, sp.I * t, RATIO),
            (sp.gamma(t + 1), t * sp.gamma(t), RATIO),  # outside the vocabulary
        ],
    )
    def test_falsehoods(self, lhs, rhs, domain):
        refused(rules.identity, lhs, rhs, domain)

    def test_true_but_undecided_is_refused(self):
        message = refused(rules.identity, sp.sqrt(3 + 2 * sp.sqrt(2)), 1 + sp.sqrt(2), POINT)
        assert "undecided" in message

    def test_true_at_the_first_points_only(self):
        # zero at every point that the balls try, so that only the normal form can tell
        domain = box({v: (0, 1)})
        bump = sp.Mul(*(v - point[v] for point in domain.points(rules.POINTS)))
        assert "undecided" in refused(rules.identity, bump, 0, domain)


class TestDerivative:
    def test_truth(self):
        rules.derivative(t * sp.log(t), t, sp.log(t) + 1, RATIO)
        rules.derivative(t**c, t, c * t ** (c - 1), box({t: (0, oo), c: (0, oo)}))

    @pytest.mark.parametrize(
        ("f", "equals", "domain"),
        [
            (t * sp.log(t), sp.log(t), RATIO),
            (t * sp.log(t), sp.log(t) + 1 + TINY, RATIO),
            (t**2, 2 * t, UNIT),
            (sp.log(t), -1 / t, RATIO),
            (sp.nan, sp.nan, RATIO),
            (t**2 / 2, sp.Float(1.0) * t, RATIO),
        ],
    )
    def test_falsehoods(self, f, equals, domain):
        refused(rules.derivative, f, t, equals, domain)

    def test_kink(self):
        refused(rules.derivative, sp.Abs(v), v, 1, LINE)

    def test_a_wrong_derivative_of_sympy_is_caught(self, monkeypatch):
        monkeypatch.setattr(sp, "diff", lambda f, x: 3 * t)
        assert "differs" in refused(rules.derivative, t**2, t, 3 * t, RATIO)


class TestLimit:
    def test_truths(self):
        rules.limit(t * sp.log(t), t, 0, 0, RATIO)
        rules.limit(sp.log(t), t, 0, -oo, RATIO)
        rules.limit(sp.log(1 - x), x, 1, -oo, UNIT, side="-")
        rules.limit(t ** (1 + c) / t, t, oo, oo, box({t: (0, oo), c: (0, oo)}))

    @pytest.mark.parametrize(
        ("e", "to", "equals"),
        [
            (t * sp.log(t), 0, TINY),
            (sp.log(t), 0, oo),
            (sp.log(t), 0, 0),
            (1 / t, 0, 0),
            (t, 0, sp.nan),
            (t, 0, sp.Float(0.0)),
            (sp.sin(1 / t), 0, 0),
            (sp.log(2) + t, oo, sp.log(2)),
            (t, 0, v),  # a limit outside the domain
        ],
    )
    def test_falsehoods(self, e, to, equals):
        refused(rules.limit, e, t, to, equals, RATIO)

    def test_from_outside(self):
        refused(rules.limit, sp.log(x), x, 0, -oo, UNIT, side="-")
        refused(rules.limit, sp.log(x), x, 1, 0, UNIT, side="+")
        refused(rules.limit, sp.log(x), x, 2, sp.log(2), UNIT)
        refused(rules.limit, t, t, -oo, -oo, RATIO)
        refused(rules.limit, t, t, 1, 1, RATIO, side="both")

    def test_a_wrong_limit_of_sympy_is_caught(self):
        # t^(1 + c)/t grows without bound, and sympy once found a finite limit of a sum that holds it
        domain = box({t: (0, oo), c: (0, oo)})
        e = sp.expand((t ** (c + 1) - (c + 1) * (t - 1) - 1) / (c * (c + 1)) / t)
        found = sp.limit(e, t, oo)
        refused(rules.limit, e, t, oo, -1 / c, domain)
        if found != oo:
            refused(rules.limit, e, t, oo, found, domain)

    def test_lies_told_on_purpose(self, monkeypatch):
        monkeypatch.setattr(sp, "limit", lambda *_: sp.Integer(1))
        assert "balls" in refused(rules.limit, t, t, 0, 1, RATIO)
        monkeypatch.setattr(sp, "limit", lambda *_: oo)
        assert "balls" in refused(rules.limit, 1 - t, t, 0, oo, RATIO)


class TestSigns:
    def test_truths(self):
        rules.positive(1 / (t * (1 + t)), RATIO)
        rules.positive(sp.log(1 + w), box({w: (0, oo)}))
        rules.positive(-sp.log(x), UNIT)
        rules.positive(t**2 + 2 * t + 1, RATIO)
        rules.positive(x - sp.Rational(1, 2), box({x: (sp.Rational(1, 2), 1)}))
        rules.positive(sp.exp(v), LINE)
        rules.nonnegative(v**2, LINE)
        rules.nonnegative(0, POINT)

    @pytest.mark.parametrize("rule", [rules.positive, rules.nonnegative])
    @pytest.mark.parametrize(
        ("e", "domain"),
        [
            (sp.log(t), RATIO),
            (1 / x - 1 - TINY, box({x: (0, 2)})),
            (t - 1, RATIO),
            (-t, RATIO),
            (v, LINE),
            (sp.nan, RATIO),
            (sp.Float(1.0), POINT),
            (sp.exp(v * sp.log(v)), LINE),  # not real for v < 0
            (sp.sqrt(v), LINE),
            (1 / (x - 1) ** 2, box({x: (0, 2)})),  # no number at x = 1
            (t, UNIT),
            (-TINY, POINT),
        ],
    )
    def test_falsehoods(self, rule, e, domain):
        refused(rule, e, domain)

    def test_zero_is_not_positive(self):
        refused(rules.positive, 0, POINT)
        refused(rules.positive, v**2, LINE)
        refused(rules.positive, sp.Abs(v), LINE)

    def test_true_but_invisible_is_refused(self):
        # (t - 1)^2 + 1 expanded: positive, but not by the signs of its parts
        assert "undecided" in refused(rules.positive, t**2 - 2 * t + 2, RATIO)


GAIN = a * sp.log(x) + b * sp.log(1 - x)
AT = a / (a + b)
WEIGHTS = box({a: (0, oo), b: (0, oo)})
ANSWER = WEIGHTS.times(UNIT)


def lemmas(answer: Domain = ANSWER, weights: Domain = WEIGHTS) -> dict:
    slope = a / x - b / (1 - x)
    curvature = sp.diff(slope, x)
    return {
        "slope": rules.derivative(GAIN, x, slope, answer),
        "stationary": rules.identity(slope.subs(x, AT), 0, weights),
        "curvature": rules.derivative(slope, x, curvature, answer),
        "concave": rules.positive(-curvature, answer),
        "inside": (rules.positive(AT, weights), rules.positive(1 - AT, weights)),
    }


class TestUniqueMaximum:
    def test_truth(self):
        assert rules.unique_maximum(GAIN, x, AT, **lemmas()).terms == (GAIN, x, AT)

    def test_another_place(self):
        refused(rules.unique_maximum, GAIN, x, b / (a + b), **lemmas())

    def test_another_function(self):
        refused(rules.unique_maximum, 2 * GAIN, x, AT, **lemmas())

    def test_another_variable(self):
        refused(rules.unique_maximum, GAIN, a, AT, **lemmas())

    def test_a_minimum_is_no_maximum(self):
        refused(
            rules.unique_minimum, GAIN, x, AT, **{("convex" if k == "concave" else k): e for k, e in lemmas().items()}
        )

    @pytest.mark.parametrize("name", ["slope", "stationary", "curvature", "concave", "inside"])
    def test_a_lemma_on_a_narrower_domain(self, name):
        narrow = lemmas(box({a: (0, oo), b: (0, 1), x: (0, 1)}), box({a: (0, oo), b: (0, 1)}))
        refused(rules.unique_maximum, GAIN, x, AT, **{**lemmas(), name: narrow[name]})

    def test_a_narrower_interval(self):
        # AT is not always inside (0, 1/2): the lemma that it is cannot be had, and those at hand are about (0, 1)
        half = box({a: (0, oo), b: (0, oo), x: (0, sp.Rational(1, 2))})
        refused(rules.unique_maximum, GAIN, x, AT, **{**lemmas(half), "inside": lemmas()["inside"]})

    @pytest.mark.parametrize("name", ["slope", "stationary", "curvature", "concave"])
    def test_another_lemma(self, name):
        refused(rules.unique_maximum, GAIN, x, AT, **{**lemmas(), name: rules.identity(a, a, ANSWER)})
        refused(rules.unique_maximum, GAIN, x, AT, **{**lemmas(), name: "trust me"})

    def test_missing_or_doubled_inside(self):
        above, below = lemmas()["inside"]
        for inside in ((), (above,), (above, above), (below, above), (above, below, below)):
            refused(rules.unique_maximum, GAIN, x, AT, **{**lemmas(), "inside": inside})


F = t * sp.log(t) - t + 1


def kl_minimum() -> Step:
    return rules.unique_minimum(
        F,
        t,
        sp.Integer(1),
        slope=rules.derivative(F, t, sp.log(t), RATIO),
        stationary=rules.identity(0, 0, POINT),
        curvature=rules.derivative(sp.log(t), t, 1 / t, RATIO),
        convex=rules.positive(1 / t, RATIO),
        inside=(rules.positive(1, POINT),),
    )


def kl_term() -> Step:
    return rules.perspective(kl_minimum(), rules.identity(0, 0, POINT), p, q)


class TestFromPointsToIntegrals:
    def test_perspective(self):
        assert kl_term().terms[0] == q * F.subs(t, p / q)

    def test_perspective_needs_its_premises(self):
        zero = rules.identity(0, 0, POINT)
        refused(rules.perspective, zero, zero, p, q)
        refused(rules.perspective, kl_minimum(), rules.identity(1, 1, POINT), p, q)
        refused(rules.perspective, kl_minimum(), rules.identity(0, 0, UNIT), p, q)
        refused(rules.perspective, kl_minimum(), zero, p, p)
        refused(rules.perspective, kl_minimum(), zero, t, q)

    def test_perspective_needs_the_whole_half_line(self):
        part = box({t: (0, 2)})
        minimum = rules.unique_minimum(
            F,
            t,
            sp.Integer(1),
            slope=rules.derivative(F, t, sp.log(t), part),
            stationary=rules.identity(0, 0, POINT),
            curvature=rules.derivative(sp.log(t), t, 1 / t, part),
            convex=rules.positive(1 / t, part),
            inside=(rules.positive(1, POINT), rules.positive(1, POINT)),
        )
        refused(rules.perspective, minimum, rules.identity(0, 0, POINT), p, q)

    def test_integrated(self):
        term = kl_term()
        pointwise = rules.identity(p * sp.log(p / q), p - q + term.terms[0], PAIR)
        total = rules.integrated(pointwise, term, (1, -1), 1)
        assert total.terms[:3] == (p * sp.log(p / q), 0, 1)
        assert rules.least(total, term).terms[1] == 0

    def test_integrated_refuses_what_was_not_shown(self):
        term = kl_term()
        lhs = p * sp.log(p / q)
        pointwise = rules.identity(lhs, p - q + term.terms[0], PAIR)
        for weights, multiple in (((1, 1), 1), ((1, -1), 2), ((1, -1 + TINY), 1), ((1, -1), -1), ((1, sp.nan), 1)):
            refused(rules.integrated, pointwise, term, weights, multiple)
        refused(rules.integrated, rules.identity(lhs, lhs, PAIR), term, (1, -1), 1)
        refused(rules.integrated, pointwise, pointwise, (1, -1), 1)
        small = box({p: (0, 1), q: (0, 1)})
        refused(rules.integrated, rules.identity(lhs, p - q + term.terms[0], small), term, (1, -1), 1)

    def test_a_weight_may_not_depend_on_the_densities(self):
        term = kl_term()
        pointwise = rules.identity(2 * p**2 + term.terms[0], p * (2 * p) + term.terms[0], PAIR)
        refused(rules.integrated, pointwise, term, (2 * p, 0), 1)

    def test_a_negative_multiple_has_no_least_value(self):
        term = kl_term()
        pointwise = rules.identity(-term.terms[0], -term.terms[0], PAIR)
        refused(rules.integrated, pointwise, term, (0, 0), -1)

    def test_least_needs_the_same_remainder(self):
        term = kl_term()
        total = rules.integrated(rules.identity(p + term.terms[0], p + term.terms[0], PAIR), term, (1, 0), 1)
        refused(rules.least, term, term)
        refused(rules.least, total, total)

    def test_greatest(self):
        maximum = rules.unique_maximum(GAIN, x, AT, **lemmas())
        bounded = rules.positive(-GAIN, ANSWER)
        assert rules.greatest(maximum, bounded).terms == (GAIN, x, AT)
        refused(rules.greatest, bounded, bounded)
        refused(rules.greatest, maximum, rules.positive(1, ANSWER))
        refused(rules.greatest, maximum, "surely bounded")
        refused(rules.greatest, maximum, rules.positive(-GAIN, box({a: (0, 1), b: (0, 1), x: (0, 1)})))


class TestRounds:
    def test_truths(self):
        rules.rounds(float(np.log(2)), sp.log(2))
        rules.rounds(float("inf"), oo)
        rules.rounds(0.0, 0)

    @pytest.mark.parametrize(
        ("number", "exact"),
        [
            (0.693147, sp.log(2)),
            (float(np.log(2)) * (1 + 1e-14), sp.log(2)),
            (float("nan"), sp.log(2)),
            (float("nan"), oo),
            (float("inf"), sp.log(2)),
            (float("inf"), -oo),
            (1e308, oo),
            (float("nan"), sp.nan),
            (1e-20, 0),
            (1.0, t),
        ],
    )
    def test_falsehoods(self, number, exact):
        refused(rules.rounds, number, exact)


class TestCounterexample:
    def test_truths(self):
        assert rules.counterexample(x, "=", 1 - x, {x: sp.Rational(1, 3)}, UNIT).level == "counterexample"
        rules.counterexample(2, "<=", 1, {}, POINT)

    def test_what_holds_is_not_refuted(self):
        refused(rules.counterexample, x, "=", x, {x: sp.Rational(1, 3)}, UNIT)
        refused(rules.counterexample, x, "=", 1 - x, {x: sp.Rational(1, 2)}, UNIT)
        refused(rules.counterexample, 1, "<=", 1 + TINY)
        refused(rules.counterexample, 1, ">=", 1)
        refused(rules.counterexample, 2, ">", 1)

    def test_the_point_is_in_the_domain(self):
        for point in (
            {x: 2},
            {x: 0},
            {x: 0.25},
            {},
            {x: sp.Rational(1, 3), t: 1},
            {t: sp.Rational(1, 3)},
            {x: sp.pi / 4},
        ):
            refused(rules.counterexample, x, "=", 1 - x, point, UNIT)

    def test_not_a_number_and_no_relation(self):
        refused(rules.counterexample, sp.nan, "=", 1)
        refused(rules.counterexample, sp.log(x - 1), "=", 1, {x: sp.Rational(1, 3)}, UNIT)
        refused(rules.counterexample, 1, "~", 2)


class TestComputes:
    POINTS = np.geomspace(1e-8, 1e8, 50)

    def test_truth(self):
        step = rules.computes(np.log1p, sp.log(1 + t), t, self.POINTS)
        assert (step.level, step.cases) == ("numeric", 50)

    def test_overflow_is_infinity(self):
        rules.computes(np.exp, sp.exp(t), t, np.linspace(1, 1000, 20))

    def test_falsehoods(self):
        for shipped in (
            lambda z: np.log(1 + z),  # loses its digits near 0
            lambda z: np.log1p(z) * (1 + 1e-13),
            lambda z: np.where(z == z[7], np.nan, np.log1p(z)),
            lambda z: np.where(z == z[7], np.inf, np.log1p(z)),
            lambda z: np.log1p(z)[:-1],
            lambda z: 0.0,
            np.float32,
        ):
            refused(rules.computes, shipped, sp.log(1 + t), t, self.POINTS)

    def test_too_few_or_no_points(self):
        refused(rules.computes, np.log1p, sp.log(1 + t), t, self.POINTS[:3])
        refused(rules.computes, np.log1p, sp.log(1 + t), t, np.full(20, np.nan))

    def test_a_symbol_without_value(self):
        refused(rules.computes, np.log1p, sp.log(c + t), t, self.POINTS)


class TestChecked:
    def test_truth(self):
        step = rules.checked("a truth", lambda rng: rng.uniform(0, 1e-13), cases=30, within=1e-12)
        assert (step.level, step.cases) == ("numeric", 30)
        assert rules.checked("in batches", lambda rng: np.zeros(7), cases=30, within=0).cases == 35

    @pytest.mark.parametrize("error", [1e-3, float("nan"), float("inf"), -1.0, np.array([0, np.nan]), np.array([])])
    def test_falsehoods(self, error):
        refused(rules.checked, "a falsehood", lambda rng: error, cases=10, within=1e-12)

    def test_rare_failure(self):
        refused(rules.checked, "mostly true", lambda rng: float(rng.uniform() > 0.98), cases=500, within=0)

    def test_the_first_offender_is_named(self):
        with pytest.raises(Rejected, match=r"case 3 of a batch has the error 0\.5; 1e-12") as no:
            rules.checked("a batch", lambda rng: np.r_[0.0, 0, 0, 0.5, np.zeros(996)], within=1e-12)
        assert len(str(no.value)) < 80

    def test_no_case(self):
        refused(rules.checked, "nothing tried", lambda rng: 0.0, cases=0, within=1)


def test_a_citation_names_its_source():
    refused(rules.cited, "a theorem", " ")
    assert rules.cited("a theorem", "its author").level == "cited"


class TestSeal:
    def test_made_by_hand(self):
        refused(Step, "identity", (1, 2), POINT, "1 = 2", "because")
        refused(Step, "identity", (1, 2), POINT, "1 = 2", "because", seal=object())

    def test_changed_or_copied(self):
        step = rules.identity(t, t, RATIO)
        with pytest.raises((Rejected, ValueError)):
            dataclasses.replace(step, terms=(t, 2 * t))
        with pytest.raises(dataclasses.FrozenInstanceError):
            step.terms = (t, 2 * t)  # type: ignore[misc]
        assert rules.made(step)
        assert not rules.made(copy.copy(step))
        object.__setattr__(step, "terms", (t, 2 * t))
        assert not rules.made(step)

    def test_born_without_a_rule(self):
        forged = object.__new__(Step)
        for name, value in vars(rules.identity(t, t, RATIO)).items():
            object.__setattr__(forged, name, value)
        assert not rules.made(forged)
        refused(rules.perspective, forged, forged, p, q)
