"""Experiments: intervals against scipy, outcomes as JSON and as pages, a quick run of some."""

import json
import math

import numpy as np
import pytest

import divergence as dv
from divergence import laboratory
from divergence.gan.experiments import EXPERIMENTS, Setup, run
from divergence.gan.experiments.outcome import Check, Outcome, near, proportion_interval, share, within


def test_clopper_pearson_against_scipy():
    from scipy.stats import binomtest

    for hits, n in ((0, 10), (3, 10), (10, 10)):
        expected = binomtest(hits, n).proportion_ci(0.95, method="exact")
        assert proportion_interval(hits, n) == pytest.approx((expected.low, expected.high))


def test_checks_hold_when_the_whole_interval_does():
    assert within("x", [1.0, 1.1, 0.9], 0.7, 1.3).holds
    assert not within("x", [1.0, 1.1, 0.9], 0.95, 1.05).holds
    assert not within("x", [1.0], 0.9, 1.1).holds, "one seed has no interval"
    assert share("x", [True] * 10, 0.9, 1.0).holds
    assert not near("x", 1.0, 1.1, 0.05).holds


def made(*checks):
    return Outcome("dirac", "Why?", checks, 3, Setup(), {"a": np.array([1.0, math.inf])})


def test_an_outcome_says_what_it_missed_and_is_json():
    good, bad = Check("good", "1", 1.0, True), Check("bad", "1", math.inf, np.bool_(False), 0.5, 2.0)
    assert made(good).confirmed
    assert made(good).verdict == "as predicted"
    assert made(good, bad).verdict == "1 of 2 missed: bad"
    found = json.loads(json.dumps(made(good, bad).as_json(), allow_nan=False))
    assert found["checks"][1] == {
        "what": "bad", "predicted": "1", "measured": "inf", "interval": [0.5, 2.0], "holds": False,
    }  # fmt: skip
    assert found["data"] == {"a": [1.0, "inf"]}
    page = laboratory.page([made(good, bad)])
    assert "not as predicted" in page
    assert "[0.5, 2]" in page


def test_every_experiment_has_a_title_and_a_module():
    import importlib

    assert laboratory.TITLES.keys() == EXPERIMENTS.keys()
    for name in EXPERIMENTS:
        assert callable(importlib.import_module(f"divergence.gan.experiments.{name}").run)


@pytest.mark.parametrize("name", ["critic", "modes", "lines"])
def test_a_quick_run(name, tmp_path):
    seen = []
    outcome = run(name, Setup(quick=True, progress=lambda *what: seen.append(what)))
    assert outcome.confirmed, outcome.verdict
    assert all(done <= total for _, done, total in seen)
    assert seen[-1][1] == seen[-1][2]
    page = laboratory.keep(outcome, tmp_path)
    assert page.read_text().count("data:image/svg+xml") == len(outcome.figures)
    assert json.loads((tmp_path / f"{name}.json").read_text())["mode"] == "quick"


@pytest.mark.parametrize(
    ("name", "setup", "said"),
    [
        ("linez", Setup(), "did you mean 'lines'"),
        ("lines", Setup(device="abacus"), "device"),
        ("critic", Setup(divergence="jsd"), "no row is called 'jsd'"),
        ("critic", Setup(divergence="total_variation"), "a step"),
    ],
    ids=range(4),
)
def test_bad_input(name, setup, said):
    with pytest.raises(dv.InvalidParameter, match=said):
        run(name, setup)


def test_animations_are_gifs_that_move():
    import io

    from PIL import Image

    from divergence.gan import animation

    steps = [0, 5, 9]
    history = np.random.default_rng(0).normal(size=(3, 50, 2))
    found = Image.open(io.BytesIO(animation.clouds(history, np.eye(2), steps, "two")))
    assert (found.format, found.n_frames) == ("GIF", 3)
    first = np.asarray(found.convert("RGB"))
    found.seek(2)
    assert not np.array_equal(first, np.asarray(found.convert("RGB")))


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(dv.InvalidParameter, match="is no seed"):
        Setup(seed)
