"""compare: what it finds, what it says about itself, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from divergence.compare import Table, _max_t, compare
from divergence.compare_page import compare_page, shown
from divergence.errors import DivergenceError, InvalidParameter, ShapeMismatch
from divergence.estimate.tests import two_sample_test
from divergence.integral_metric import energy
from divergence.plot import marginals
from divergence.transport.wasserstein import wasserstein

QUICK = {"resamples": 99, "projections": 10}


def table(values, name="t", columns=None):
    columns = columns or tuple(f"c{i}" for i in range(values.shape[1]))
    return Table(name, columns, values)


def pair(n=60, m=50, d=3, shift=0.0, seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    y[:, 0] += shift
    return table(x, "real"), table(y, "fake")


def test_sees_the_column_that_differs():
    real, fake = pair(shift=1.5)
    found = compare(real, fake, **QUICK)
    assert found.differ
    assert found.verdict.startswith("The two files differ: overall p = 0.03, three times the smallest")
    assert "1 of 3 columns differs, most of all 'c0'" in found.verdict
    assert [f.p_value <= 0.05 for f in found.columns] == [True, False, False]
    assert found.most_different(1)[0].name == "c0"
    assert found.columns[0].value == wasserstein(1).estimate(real.values[:, 0], fake.values[:, 0]).value
    assert found.columns[0].evaluation.lower < 1.5 < found.columns[0].evaluation.upper
    assert found.energy.value == pytest.approx(energy.estimate(real.values, fake.values, rng=0, resamples=1).value)
    assert found.energy.level < found.energy.value
    assert found.notes == ()
    rows = found.to_rows()
    assert [r["name"] for r in rows] == ["energy", "sliced_wasserstein(1, 10)", "c0", "c1", "c2"]
    assert all(r["lower"] <= r["value"] <= r["upper"] for r in rows)


def test_sees_nothing_where_there_is_nothing():
    found = compare(*pair(), **QUICK)
    assert not found.differ
    assert found.verdict.startswith("No difference seen at this sample size (60 and 50 rows)")
    assert "no proof" in found.verdict
    assert found.energy.evaluation.lower == 0


@pytest.mark.parametrize("case", ["equal lengths", "other lengths", "subsets", "columns in another order", "scaled"])
def test_exchanging_the_files_exchanges_nothing_but_names(case):
    real, fake = pair(n=60, m=60 if case == "equal lengths" else 50, shift=0.4)
    settings = QUICK | {"max_rows": 30 if case == "subsets" else 5000, "standardise": case == "scaled"}
    if case == "columns in another order":
        fake = Table("fake", ("c2", "c0", "c1"), fake.values[:, [2, 0, 1]])
    one, other = compare(real, fake, **settings), compare(fake, real, **settings)
    of_one, of_other = ({r["name"]: (r["value"], r["upper"], r["p_value"]) for r in c.to_rows()} for c in (one, other))
    assert of_one == of_other
    assert (one.differ, one.p_value) == (other.differ, other.p_value)
    assert [f.name for f in other.columns] == list(fake.columns)
    assert one.verdict.replace(f"60 and {len(fake.values)}", f"{len(fake.values)} and 60") == other.verdict


def test_the_p_value_of_the_verdict_and_its_rule_are_stated():
    real, fake = pair(d=2, shift=0.35, seed=7)
    found = compare(real, fake, **QUICK)
    smallest = min(f.p_value for f in (found.energy, found.sliced, *found.columns))
    assert found.p_value == min(1, 3 * smallest)
    assert 0 < smallest < 0.05 < found.p_value, "a p-value below 0.05 beside a verdict of no difference"
    assert not found.differ
    assert f"overall p = {found.p_value:.3g}, three times the smallest of three" in found.verdict
    assert f"overall p = {found.p_value:.3g}: the smallest of three p-values (energy " in found.basis
    assert "times three for looking three times. A difference is seen where it is 0.05 or less" in found.basis
    assert f"by about {3 * np.sqrt(smallest * (1 - smallest) / 99):.1g}" in found.basis
    page = compare_page(found)
    assert found.basis[1:] in page
    assert found.on_columns in page
    assert "Where they differ" not in page
    assert "of 2 columns alike in both files about 0.1 would exceed" in found.on_columns


def test_a_difference_of_no_single_column_is_put_in_words():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 1))
    real, fake = np.hstack([x, x]), np.hstack([x, -x])
    found = compare(table(real), table(fake), resamples=199, projections=10)
    assert found.differ
    assert found.verdict.endswith("; no column differs by itself.")


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("whole", [True, False])
def test_a_file_against_itself_is_at_distance_exactly_0(d, whole):
    """Repeated points too, whose weights would else be summed in an order that leaves a rounding error."""
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2, size=(30, d)) / 3 if whole else rng.normal(size=(30, d))
    found = compare(table(values), table(values[::-1]), **QUICK)
    assert [f.value for f in (found.energy, found.sliced, *found.columns)] == [0.0] * (2 + d)
    assert all(row["lower"] == 0 <= row["upper"] for row in found.to_rows())
    assert not found.differ
    assert energy.estimate(values, values[::-1], rng=0, resamples=19).value == 0


def test_files_of_one_point_claim_nothing():
    flat = table(np.ones((5, 2)))
    found = compare(flat, flat, **QUICK)
    assert not found.differ
    assert found.verdict.startswith("Nothing to compare: all 5 and 5 rows are one and the same point")
    assert "up to 0" not in found.verdict


def test_a_long_name_leaves_room_for_the_numbers():
    real, fake = pair(shift=3.0)
    names = ("x" * 300, "b", "c")
    found = compare(Table("r", names, real.values), Table("f", names, fake.values), **QUICK)
    assert len(found.verdict) < 400
    line = shown(found.columns[0], found)
    assert len(line["name"]) <= 32
    assert line["full"] == f"W1 of {names[0]}"
    assert f'<td title="W1 of {names[0]}">' in compare_page(found)


def test_notes_of_the_files_are_passed_on(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("2019,2020\n0.5,1.5\n0.25,2.5\n0.75,3.5\n")
    found = compare(tmp_path / "a.csv", tmp_path / "b.csv", **QUICK)
    assert any("a.csv, 2019,2020, was read as data" in note for note in found.notes)
    settled = compare(tmp_path / "a.csv", tmp_path / "b.csv", header=True, **QUICK)
    assert [f.name for f in settled.columns] == ["2019", "2020"]
    assert not any("first line" in note for note in settled.notes)


def test_is_deterministic_in_the_seed():
    real, fake = pair(shift=0.3)
    assert compare(real, fake, seed=3, **QUICK).to_rows() == compare(real, fake, seed=3, **QUICK).to_rows()
    assert compare(real, fake, seed=3, **QUICK).to_rows() != compare(real, fake, seed=4, **QUICK).to_rows()


def test_false_alarms_are_as_rare_as_promised():
    alarms = [compare(*pair(n=20, m=20, seed=s), resamples=59, projections=3).differ for s in range(120)]
    assert np.mean(alarms) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)


def test_adjusted_p_values():
    """One column is no adjustment; more columns never lower a p-value; a column without spread has p = 1."""
    rng = np.random.default_rng(0)
    null, found = rng.exponential(size=(199, 4)), np.array([9.0, 1.0, 0.2, 0.0])
    null[:, 3] = 0
    alone = np.array([_max_t(found[[i]], null[:, [i]])[0] for i in range(4)])
    np.testing.assert_array_equal(alone[:3], [(1 + np.sum(null[:, i] >= found[i])) / 200 for i in range(3)])
    together = _max_t(found, null)
    assert np.all(together >= alone)
    assert together[0] == 1 / 200
    assert together[3] == alone[3] == 1.0


def test_one_column_is_the_two_sample_test():
    real, fake = pair(d=1, shift=0.4)
    found = compare(real, fake, resamples=999, projections=5)
    alone = two_sample_test(real.values, fake.values, statistic=wasserstein(1), rng=1, resamples=999)
    assert found.columns[0].p_value == pytest.approx(alone.p_value, abs=0.04)
    assert found.columns[0].level == pytest.approx(alone.level, rel=0.1)
    assert found.sliced.value == pytest.approx(found.columns[0].value, rel=1e-12)


def test_constant_columns_and_units_are_noted():
    real, fake = pair()
    real.values[:, 1] = fake.values[:, 1] = 7.0
    real.values[:, 2] *= 1e4
    fake.values[:, 2] *= 1e4
    found = compare(real, fake, **QUICK)
    assert (found.columns[1].value, found.columns[1].p_value) == (0.0, 1.0)
    assert any("'c1' is constant" in n for n in found.notes)
    assert any("standardise" in n and "'c2' against 'c0'" in n for n in found.notes)
    both = compare(real, fake, standardise=True, **QUICK)
    assert any("standard deviation" in n for n in both.notes)
    assert not any("factor" in n for n in both.notes)
    assert both.columns[2].value == pytest.approx(found.columns[2].value / 1e4, rel=0.3)
    flat = table(np.ones((5, 2)))
    assert not compare(flat, flat, **QUICK).differ


def test_constants_that_differ_are_seen():
    found = compare(table(np.zeros((30, 1))), table(np.ones((30, 1))), **QUICK)
    assert found.differ
    assert found.columns[0].value == pytest.approx(1.0, rel=1e-15)


def test_rows_beyond_the_limit_are_never_dropped_in_silence():
    real, fake = pair(n=400, m=300, shift=0.5)
    found = compare(real, fake, max_rows=100, **QUICK)
    assert found.columns[0].value == wasserstein(1).estimate(real.values[:, 0], fake.values[:, 0]).value
    assert any("400 and 300 rows" in n and "100 and 100" in n for n in found.notes)
    whole = compare(real, fake, **QUICK)
    assert whole.notes == ()
    assert found.columns[1].level == pytest.approx(whole.columns[1].level, rel=0.35)
    one, two = (f.columns[0].evaluation for f in (found, whole))
    assert one.upper - one.lower == pytest.approx(two.upper - two.lower, rel=0.35)


def test_columns_are_matched_by_name():
    real, fake = pair(shift=1.0)
    turned = Table("fake", fake.columns[::-1], fake.values[:, ::-1])
    found = compare(real, turned, **QUICK)
    assert [f.value for f in found.columns] == [f.value for f in compare(real, fake, **QUICK).columns]
    assert any("matched by name" in n for n in found.notes)
    unnamed = Table("fake.npy", ("column 0", "column 1", "column 2"), fake.values, named=False)
    found = compare(real, unnamed, **QUICK)
    assert [f.name for f in found.columns] == ["c0", "c1", "c2"]
    assert any("fake.npy names no columns" in n for n in found.notes)


def test_progress_reaches_its_end():
    heard = []
    compare(*pair(), progress=lambda done, total: heard.append((done, total)), **QUICK)
    assert heard[0][0] == 0
    assert heard[-1][0] == heard[-1][1]
    assert [h[0] for h in heard] == sorted(h[0] for h in heard)


def test_files_of_different_kinds(tmp_path):
    real, fake = pair(shift=2.0)
    np.save(tmp_path / "real.npy", real.values)
    lines = ["c0,c1,c2", *(",".join(map(str, row)) for row in fake.values.tolist())]
    (tmp_path / "fake.csv").write_text("\n".join(lines))
    found = compare(tmp_path / "real.npy", str(tmp_path / "fake.csv"), **QUICK)
    assert found.differ
    assert found.columns[0].name == "c0"


def test_columns_that_differ_are_named():
    real, fake = pair()
    other = Table("fake", ("c0", "c1", "weight"), fake.values)
    with pytest.raises(ShapeMismatch, match=r"FAKE \(fake\): lacks 'c2' and has 'weight' besides"):
        compare(real, other, **QUICK)
    with pytest.raises(ShapeMismatch, match=r"lacks 'c2', compared"):
        compare(real, Table("fake", ("c0", "c1"), fake.values[:, :2]), **QUICK)
    with pytest.raises(ShapeMismatch, match="2 columns, but REAL"):
        compare(real, Table("fake", ("c0", "c1"), fake.values[:, :2], named=False), **QUICK)


@pytest.mark.parametrize(
    ("settings", "argument"),
    [
        ({"resamples": 58}, "resamples"),
        ({"resamples": 0}, "resamples"),
        ({"projections": 0}, "projections"),
        ({"confidence": 1.0}, "confidence"),
        ({"max_rows": 1}, "max_rows"),
        ({"seed": None}, "seed"),
    ],
)
def test_bad_settings(settings, argument):
    with pytest.raises(InvalidParameter) as caught:
        compare(*pair(), **settings)
    assert caught.value.argument == argument


def test_a_missing_file_is_named():
    with pytest.raises(DivergenceError, match=r"^REAL \(nowhere\.csv\): no such file"):
        compare("nowhere.csv", "nowhere.csv")


@pytest.mark.parametrize("columns", [1, 3, 12, 20])
def test_marginals_draw_what_they_say(columns):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(700, columns)), rng.integers(0, 3, size=(500, columns)).astype(float)
    real[:, -1] = fake[:, -1] = 0
    w1 = [wasserstein(1).estimate(a, b).value for a, b in zip(real.T, fake.T)]
    names = [f"a $ column with a long name {i}" for i in range(columns)]
    figure = marginals(real, fake, names, w1, labels=("a$b.csv", "c.csv"))
    figure.canvas.draw()
    drawn = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert len(drawn) == min(columns, 12)
    title = figure.get_suptitle()
    assert ("12 most different of 20" in title) == (columns == 20)
    assert f"W1 = {w1[0]:.3g}" in [axes.get_title(loc="right") for axes in drawn] or columns == 20


def test_marginals_cut_names_by_their_width():
    """Letters of full width take two places, so that a name never runs into the W1 beside it."""
    values = np.arange(6.0).reshape(2, 3)
    figure = marginals(values, values, ["身" * 30, "a" * 18, "b" * 19], [0.0, 0.0, 0.0])
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert [title for title in titles if title] == ["身" * 8 + "…", "a" * 18, "b" * 17 + "…"]
