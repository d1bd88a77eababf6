"""Explanations: the parts add up, the reasons name the right atoms, the errors are those of the best tests."""

from __future__ import annotations

import builtins
import itertools
import math
import re
import subprocess
import sys
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from laws import ALL, TABLE
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text

import divergence as dv
from divergence import plot
from divergence.explain import Explanation
from divergence.explain_text import READINGS
from divergence.f_divergence import FDivergence
from divergence.testing import exact, pairs

ROOT = Path(__file__).parents[1]
COIN, BENT = [0.5, 0.5], [0.25, 0.75]
rows = pytest.mark.parametrize("divergence", ALL, ids=lambda d: d.name)


def big(atoms: int = 50_000) -> Explanation:
    rng = np.random.default_rng(0)
    p = 1 / np.arange(1, atoms + 1)
    q = p * np.exp(rng.normal(0, 0.5, atoms))
    return dv.kl.explain(p / p.sum(), q / q.sum(), labels=[f" word{i}" for i in range(atoms)])


class TestParts:
    @rows
    def test_they_sum_to_the_value(self, divergence: FDivergence) -> None:
        @settings(max_examples=25)
        @given(pairs())
        def attempt(pair: tuple[np.ndarray, np.ndarray]) -> None:
            found = divergence.explain(*pair)
            assert found.value == divergence.evaluate(*pair)
            assert found.contributions.sum() == pytest.approx(float(divergence(*pair)), rel=1e-14)
            assert np.all(found.contributions >= 0)
            assert all(a >= b for a, b in itertools.pairwise(found.contributions[found.order]))
            assert sorted(found.order) == list(range(len(pair[0])))

        attempt()

    @rows
    def test_the_infinite_ones_are_those_that_the_row_cannot_bear(self, divergence: FDivergence) -> None:
        p, q = np.array([0.0, 0.5, 0.25, 0.25, 0.0]), np.array([0.5, 0.0, 0.25, 0.25, 0.0])
        found = divergence.explain(p, q)
        expected = [0] * (divergence.generator.at_zero == math.inf) + [1] * (divergence.generator.slope == math.inf)
        assert found.infinite.tolist() == expected
        assert str(found).count("Infinite: ") == len(expected)
        assert (found.value.value == math.inf) == bool(expected)

    def test_ratios_keep_their_digits(self) -> None:
        p = np.array([0.5 + 1e-12, 0.5 - 1e-12, 0.0, 0.0])
        found = dv.kl.explain(p, np.array([0.5, 0.25, 0.25, 0.0]))
        assert found.log_ratio[0] == pytest.approx(math.log1p((p[0] - 0.5) / 0.5), rel=1e-15)
        assert found.log_ratio[2:].tolist() == [-math.inf, 0.0]
        assert dv.kl.explain([0.5, 0.5, 0.0], [0.5, 0.0, 0.5]).log_ratio.tolist() == [0.0, math.inf, -math.inf]

    def test_any_array(self, xp: Any) -> None:
        found = dv.js.explain(xp.array(COIN), xp.array(BENT), labels=["a", "b"])
        assert float(found.contributions.sum()) == pytest.approx(found.value.value, rel=8 * xp.eps)
        assert found.p.dtype == np.float64
        assert "rounding error" in str(found)

    def test_low_precision_and_gradients(self) -> None:
        tensor = torch.tensor(COIN, dtype=torch.bfloat16, requires_grad=True)
        assert dv.kl.explain(tensor, torch.tensor(BENT, dtype=torch.bfloat16)).optimal_advantage == 0.25
        assert dv.kl.explain(np.array(COIN, np.longdouble), np.array(BENT)).bayes_error == 0.375

    def test_keeps_its_own_masses(self) -> None:
        p = np.array(COIN)
        found = dv.kl.explain(p, BENT)
        p[:] = BENT
        assert found.p.tolist() == COIN


class TestTelling:
    @settings(max_examples=100)
    @given(exact(2))
    def test_bayes_error_is_that_of_the_best_of_all_tests(self, pair: tuple[np.ndarray, np.ndarray]) -> None:
        p, q = ([Fraction(float(m)) for m in masses] for masses in pair)
        answers = itertools.product((0, 1), repeat=len(p))
        best = min(sum((b if says_p else a) for a, b, says_p in zip(p, q, answer)) for answer in answers) / 2
        found = dv.kl.explain(*pair)
        assert found.bayes_error == pytest.approx(float(best), rel=1e-15, abs=0)
        assert found.optimal_advantage == pytest.approx(float(1 - 2 * best), rel=1e-15, abs=0)

    @pytest.mark.parametrize("error", [Fraction(1, 20), Fraction(1, 5), Fraction(1, 100)])
    def test_draws_hold_the_exact_number(self, error: Fraction) -> None:
        """Against Σ C(n, k) min(aᵏ (1-a)ⁿ⁻ᵏ, bᵏ (1-b)ⁿ⁻ᵏ)/2 in rational arithmetic."""

        def bayes(a: Fraction, b: Fraction, n: int) -> Fraction:
            return sum(
                math.comb(n, k) * min(a**k * (1 - a) ** (n - k), b**k * (1 - b) ** (n - k)) for k in range(n + 1)
            ) / Fraction(2)

        for i, j in itertools.combinations(range(0, 17, 2), 2):
            a, b = Fraction(i, 16), Fraction(j, 16)
            low, high = dv.js.explain([float(a), float(1 - a)], [float(b), float(1 - b)]).draws(float(error))
            if high <= 60:
                assert bayes(a, b, int(high)) <= error
                assert low == 1 or bayes(a, b, int(low) - 1) > error

    def test_draws_at_the_ends(self) -> None:
        assert dv.kl.explain(COIN, COIN).draws() == (math.inf, math.inf)
        assert dv.kl.explain([1e-320, 1.0], [2e-320, 1.0]).draws() == (math.inf, math.inf)
        assert dv.kl.explain([1.0, 0.0], [0.0, 1.0]).draws() == (1, 1)
        low, high = dv.kl.explain([0.5 + 1e-9, 0.5 - 1e-9], COIN).draws()  # 1 - Σ sqrt(p q) is 5e-19
        assert low == pytest.approx(math.log(1 / 0.19) / (2 * 5e-19), rel=1e-6)
        assert high == pytest.approx(math.log(10) / 5e-19, rel=1e-6)
        for error in (0, 0.5, math.nan, -1):
            with pytest.raises(dv.InvalidParameter, match="error"):
                dv.kl.explain(COIN, BENT).draws(error)

    @rows
    def test_what_the_value_implies_is_true(self, divergence: FDivergence) -> None:
        @settings(max_examples=6)
        @given(exact(2))
        def attempt(pair: tuple[np.ndarray, np.ndarray]) -> None:
            found = divergence.explain(*pair)
            low, high = found.implied_advantage
            assert low * (1 - 1e-12) <= found.optimal_advantage <= high * (1 + 1e-12)

        attempt()


class TestReadings:
    """What a sentence says is so."""

    P, Q = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.25, 0.25, 0.25, 0.25])

    def said(self, divergence: FDivergence) -> str:
        return READINGS[divergence.name.split("(")[0]].sentence(
            float(divergence(self.P, self.Q)), divergence.generator.parameters
        )

    def test_every_row_of_the_table_has_one(self) -> None:
        assert {d.name for d in TABLE} <= set(READINGS)
        assert READINGS["power(1.0)"] is READINGS["kl"]
        assert "log-loss" in str(dv.power(1).explain(self.P, self.Q))

    @pytest.mark.parametrize(
        ("divergence", "number"),
        [
            (dv.kl, (P * np.log(P / Q)).sum()),
            (dv.reverse_kl, (Q * np.log(Q / P)).sum()),
            (dv.jeffreys, ((P - Q) * np.log(P / Q)).sum()),
            (dv.js, ((P * np.log2(2 * P / (P + Q))).sum() + (Q * np.log2(2 * Q / (P + Q))).sum()) / 2),
            (dv.total_variation, np.maximum(P - Q, 0).sum()),
            (dv.squared_hellinger, np.sqrt(P * Q).sum()),
            (dv.pearson, (Q * (P / Q) ** 2).sum() - 1),
            (dv.pearson, 1 / (Q * (P / Q) ** 2).sum()),
            (dv.neyman, (P * (Q / P) ** 2).sum() - 1),
            (dv.neyman, 1 / (P * (Q / P) ** 2).sum()),
            (dv.triangular, ((P + Q) / 2 * (P * Q) / (P + Q) ** 2).sum()),  # the mean of D* (1 - D*)
            (dv.power(3), (Q * (P / Q) ** 3).sum()),
            (dv.hockey_stick(1.5), np.maximum(P - 1.5 * Q, 0).sum()),
        ],
    )
    def test_its_number(self, divergence: FDivergence, number: float) -> None:
        assert f"{number:.4g}" in self.said(divergence)


class TestText:
    def test_the_others_together(self) -> None:
        found = big()
        lines = str(found).splitlines()
        assert "' word12'" in lines[5]
        assert lines[15].startswith("49,990 others")
        assert lines[15].endswith(" 100.0%")
        assert "49,997 others" in found.text(3)
        assert "others" not in dv.kl.explain(COIN, BENT).text()
        assert "1 other " in dv.kl.explain(COIN, BENT).text(1)

    @pytest.mark.parametrize(
        "found",
        [
            *(d.explain([0.2, 0.3, 0.5, 0.0], [0.25, 0.35, 0.0, 0.4]) for d in ALL),
            *(d.explain([0.2, 0.3, 0.5], [0.25, 0.35, 0.4]) for d in ALL),
            *(d.explain(COIN, COIN) for d in TABLE),
            dv.kl.explain(np.full(9, 1 / 9), np.array([1.0] + [0.0] * 8), labels=["a very long label " * 3] * 9),
            dv.neyman.explain([5e-324, 1.0], COIN, labels=["\n", "漢字" * 20]),
            dv.js.explain([1 / 3, 2 / 3], [1 / 3 + 1e-15, 2 / 3 - 1e-15]),
        ],
        ids=lambda found: found.name,
    )
    def test_fits_80_columns(self, found: Explanation) -> None:
        def columns(line: str) -> int:
            return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line)

        text = str(found)
        assert max(columns(line) for line in text.splitlines()) <= 80
        assert "nan" not in text

    def test_why_it_is_infinite(self) -> None:
        p, q = [0.5, 0.25, 0.25, 0.0], [0.0, 0.0, 0.25, 0.75]
        text = " ".join(str(dv.jeffreys.explain(p, q, labels="abcd")).split())
        assert "q has no mass on atoms a and b, where p has 0.75, and f'(∞) of jeffreys is infinite" in text
        assert "p has no mass on atom d, where q has 0.75, and f(0) of jeffreys is infinite" in text
        assert f"dv.js(p, q) = {float(dv.js(p, q)):.6g}" in text
        assert "share" not in text
        many = np.full(50, 0.02)
        assert "atoms 1, 2, 3, 4, 5 and 44 more" in str(dv.kl.explain(many, np.eye(50)[0]))

    def test_beyond_the_floats(self) -> None:
        assert "Beyond the largest float: atom 0." in str(dv.neyman.explain([5e-324, 1.0], COIN))
        tiny = 1e-30
        single = [np.array([m, 1 - m, 0], np.float32) for m in (tiny, 0.5)]
        assert "the sum of all atoms" in str(dv.power(-1.5).explain(*single))

    def test_labels(self) -> None:
        def shown(p: Any, q: Any, **options: Any) -> list[str]:
            found = dv.kl.explain(p, q, **options)
            return [found.label(i) for i in range(2)]

        line, plane = np.array([0.5, 1e6]), np.array([[0.0, 1.0], [2.0, 3.5]])
        assert shown(COIN, BENT) == ["0", "1"]
        assert shown(dv.Discrete(COIN, line), BENT) == ["0.5", "1e+06"]
        assert shown(COIN, dv.Discrete(BENT, plane)) == ["(0, 1)", "(2, 3.5)"]
        assert shown(dv.Discrete(COIN, line), BENT, labels=["x", ""]) == ["x", "''"]
        assert shown(COIN, BENT, labels=[" a", "b\t"]) == ["' a'", r"'b\t'"]
        assert shown(COIN, BENT, labels=np.array(["x", "y"])) == ["x", "y"]
        assert shown(COIN, BENT, labels=torch.tensor([3, 4])) == ["3", "4"]

    def test_what_a_value_alone_says(self) -> None:
        triangular = dv.triangular.explain([0.75, 0.25], [0.25, 0.75])  # TV² ≤ D ≤ TV
        assert str(triangular).endswith("total variation between 0.25 and 0.5")
        assert str(dv.pearson.explain(COIN, [0.75, 0.25])).endswith("total variation at most 0.2887")
        assert "next to nothing" in str(dv.kl.explain([1.0, 0.0], [0.0, 1.0]))
        assert "from D alone" not in str(dv.total_variation.explain(COIN, BENT))
        assert "never" in str(dv.kl.explain(COIN, COIN))

    def test_parts_below_zero(self) -> None:
        mine = dv.f_divergence(lambda t: t * np.log(t), slope=math.inf)  # not centred
        assert "negative where f is" in str(mine.explain([0.2, 0.8], [0.4, 0.6]))

    def test_in_a_notebook(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = dv.kl.explain(COIN, BENT, labels=["<a>", "b"])
        page = found._repr_html_()
        assert page.startswith("<pre>kl(p, q)")
        assert "&lt;a&gt;" in page
        assert page.count("<svg") == 1
        monkeypatch.delitem(sys.modules, "divergence.plot")
        loaded = builtins.__import__

        def without(name: str, *args: Any, **options: Any) -> Any:
            if name.startswith("matplotlib"):
                raise ImportError(name)
            return loaded(name, *args, **options)

        monkeypatch.setattr(builtins, "__import__", without)
        assert found._repr_html_().endswith("</pre>")


class TestRefusals:
    def test_batches(self) -> None:
        with pytest.raises(dv.ShapeMismatch, match="a batch of shape"):
            dv.kl.explain([COIN, BENT], [BENT, COIN])

    def test_densities(self) -> None:
        density = dv.Density(lambda x: -x, (0, math.inf))
        with pytest.raises(dv.UnsupportedLaw, match=r"no atoms.*kl.evaluate.*Discrete"):
            dv.kl.explain(density, density)

    def test_masses_that_are_none(self) -> None:
        with pytest.raises(dv.InvalidMeasure, match="sum of q"):
            dv.kl.explain(COIN, [0.5, 0.6])

    @pytest.mark.parametrize(
        ("labels", "kind", "message"),
        [
            (["a"], dv.ShapeMismatch, "1 labels for 2 atoms"),
            ({"a", "b"}, dv.InvalidParameter, "a set has no order"),
            (3, dv.InvalidParameter, "int is no sequence of labels"),
        ],
    )
    def test_labels(self, labels: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            dv.kl.explain(COIN, BENT, labels=labels)


def test_an_explanation_loads_no_matplotlib() -> None:
    code = "import sys, divergence as dv; str(dv.kl.explain([.5, .5], [.25, .75])); print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "False\n"


def test_the_page_shows_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    page, names = (ROOT / "docs" / "explain.md").read_text(), {}
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, flags=re.S)
    assert len(blocks) == 3
    for code, shown in blocks:
        exec(code, names)
        assert capsys.readouterr().out == shown


FIGURES = {
    "two": dv.kl.explain(COIN, BENT, labels=["heads", "$\\frac$"]),
    "equal": dv.kl.explain(COIN, COIN),
    "infinite": dv.jeffreys.explain([0.5, 0.3, 0.0, 0.2], [0.25, 0.0, 0.55, 0.2]),
    "all infinite": dv.jeffreys.explain([1.0, 0.0], [0.0, 1.0]),
    "many": big(),
    "twenty-one": dv.js.explain(np.full(21, 1 / 21), np.arange(1, 22) / 231, labels=["a long label " * 3] * 21),
    "signed": dv.f_divergence(lambda t: t * np.log(t), slope=math.inf).explain([0.2, 0.3, 0.5], [0.25, 0.35, 0.4]),
    "tiny": dv.js.explain([0.5 + 1e-15, 0.5 - 1e-15], COIN),
}


class TestFigure:
    @pytest.mark.parametrize("name", FIGURES)
    def test_bars_are_the_numbers(self, name: str) -> None:
        found = FIGURES[name]
        left, right = found.figure().axes
        shown = found.order[:20]
        assert len(left.patches) == 2 * len(shown)
        assert len(right.patches) == len(shown)
        np.testing.assert_array_equal([bar.get_width() for bar in left.patches], [*found.p[shown], *found.q[shown]])
        parts = found.contributions[shown]
        for bar, part in zip(right.patches, parts):
            assert bar.get_width() == (part if math.isfinite(part) else right.get_xlim()[1])
            assert bool(bar.get_hatch()) == math.isinf(part)
        words = [text.get_text() for text in right.texts]
        assert words.count("inf") == np.isinf(parts).sum()
        assert len(words) == len(shown) + (found.p.size > 20)

    @pytest.mark.parametrize("name", FIGURES)
    def test_no_text_lies_on_another_or_outside(self, name: str) -> None:
        figure = FIGURES[name].figure()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        left, right = figure.axes
        texts = [figure._suptitle, left.title, right.title, *left.get_yticklabels()]
        texts += [t for axes in (left, right) for t in (axes._left_title, axes._right_title, *axes.texts)]
        texts += [t for legend in figure.legends for t in legend.get_texts()]
        for axes in (left, right):
            low, high = axes.get_xlim()
            texts += [t for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
        boxes = [(t.get_text(), box(t, canvas)) for t in texts if t.get_text()]
        for (one, a), (two, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), f"{one!r} lies on {two!r}"
        width, height = figure.bbox.width, figure.bbox.height
        for text, a in boxes:
            assert min(a.x0, a.y0) >= -1, text
            assert a.x1 <= width + 1, text
            assert a.y1 <= height + 1, text

    @pytest.mark.parametrize("divergence", [dv.kl, dv.neyman, dv.power(30), dv.power(-30), dv.js], ids=lambda d: d.name)
    def test_at_the_ends_of_the_floats(self, divergence: FDivergence) -> None:
        for p, q in (([1e-320, 1.0], [2e-320, 1.0]), ([5e-324, 1.0], COIN), ([1.0, 0.0], [0.0, 1.0]), ([1.0], [1.0])):
            found = divergence.explain(p, q)
            FigureCanvasAgg(found.figure()).draw()
            assert "nan" not in str(found)

    def test_colours_say_who_has_more(self) -> None:
        _, right = FIGURES["two"].figure().axes
        colours = [bar.get_facecolor()[:3] for bar in right.patches]
        assert colours[0][2] > colours[0][0], "p > q is blue"
        assert colours[1][0] > colours[1][2], "q > p is red"
        assert plot.DATA != plot.FIT


def box(text: Text, canvas: FigureCanvasAgg) -> Any:
    """Where the letters are; for an annotation that is not where its point is."""
    renderer = canvas.get_renderer()
    return Text.get_window_extent(text, renderer) if isinstance(text, Annotation) else text.get_window_extent(renderer)
