"""A diagnosis of discriminators whose worth is known."""

import math

import numpy as np
import pytest
import torch

import divergence as dv


def normal(n, mean, seed):
    return torch.randn(n, 1, generator=torch.Generator().manual_seed(seed)) + mean


REAL, FAKE = normal(4000, 0.0, 1), normal(4000, 1.0, 2)


def best(x):
    """log p/q of N(0, 1) against N(1, 1)."""
    return 0.5 - x


def test_the_best_discriminator_is_calibrated_and_implies_the_true_divergences():
    found = dv.gan.diagnose(best, REAL, FAKE)
    assert found.calibration_error < 0.03
    assert not found.asleep
    assert found.verdict.startswith("the critic is awake, calibrated")
    laws = [dv.Density(lambda x, m=m: -((x - m) ** 2) / 2 - math.log(2 * math.pi) / 2) for m in (0.0, 1.0)]
    for name in ("kl", "js", "squared_hellinger", "reverse_kl", "triangular"):
        assert found.implied[name] == pytest.approx(float(getattr(dv, name)(*laws)), abs=0.06)
        assert found.fresh[name] <= found.implied[name] + 0.03
    assert abs(found.gap) < 0.02
    assert sum(b.count for b in found.calibration) == 4000


def test_half_everywhere_is_sleep_on_bad_samples_and_success_on_good_ones():
    asleep = dv.gan.diagnose(lambda x: 0 * x[:, 0], REAL, FAKE)
    assert asleep.asleep
    assert "asleep" in asleep.verdict
    assert asleep.implied["js"] == 0
    assert asleep.gap > 0.08
    success = dv.gan.diagnose(lambda x: 0 * x, REAL, normal(4000, 0.0, 3))
    assert not success.asleep
    assert success.verdict.startswith("no critic tells")


def test_a_boastful_discriminator_is_not_calibrated():
    found = dv.gan.diagnose(lambda x: 8 * best(x), REAL, FAKE, steps=50)
    assert found.calibration_error > 0.15
    assert found.implied["kl"] < found.fresh["kl"]


def test_equal_seeds_give_equal_answers():
    a, b = (dv.gan.diagnose(best, REAL[:300], FAKE[:300], steps=20, rng=5) for _ in range(2))
    assert a == b


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((best, REAL, torch.zeros(100, 2)), "points of 1 and of 2 numbers"),
        ((best, REAL[:10], FAKE), "real: 10 points"),
        ((best, REAL, torch.full((100, 1), math.nan)), "fake"),
        ((lambda x: torch.zeros(len(x), 2), REAL, FAKE), "return one logit a point"),
        ((lambda x: x * math.nan, REAL, FAKE), "logits hold nan"),
        ((best, np.zeros(100), FAKE), r"points \(n, d\)"),
        ((3, REAL, FAKE), "a int cannot be called"),
        ((lambda x: np.zeros(len(x)), REAL, FAKE), "returns a ndarray"),
    ],
    ids=range(8),
)
def test_bad_input(arguments, said):
    with pytest.raises(dv.DivergenceError, match=said):
        dv.gan.diagnose(*arguments)


@pytest.mark.parametrize(
    ("real", "options", "said"),
    [
        (REAL, {"bins": 0}, "bins: 0 is no number of bins"),
        (REAL, {"width": -3}, "width: -3"),
        (REAL, {"steps": 1.5}, "steps: 1.5"),
        (REAL, {"rng": None}, "rng: None is no seed"),
        (None, {}, "real: no points can be read"),
        (np.array([["a"]] * 100), {}, "real: no points can be read"),
        (REAL + 0j, {}, "they are complex"),
    ],
    ids=range(7),
)
def test_bad_options_and_points(real, options, said):
    with pytest.raises(dv.DivergenceError, match=said):
        dv.gan.diagnose(best, real, FAKE, **options)


def test_probabilities_are_doubted():
    found = dv.gan.diagnose(lambda x: torch.sigmoid(best(x)), REAL[:300], FAKE[:300], steps=5)
    assert "torch.logit" in found.verdict
    assert "torch.logit" not in dv.gan.diagnose(best, REAL[:300], FAKE[:300], steps=5).verdict


def test_points_keep_their_own_dtype():
    """A network of doubles takes doubles, and what lies far from 0 keeps the digits that tell."""
    layer = torch.nn.Linear(1, 1).double()
    far = [x[:400].double() + 1e9 for x in (REAL, FAKE)]
    assert "no critic tells" not in dv.gan.diagnose(layer, *far, steps=100).verdict


@pytest.mark.parametrize("kind", ["array", "half", "double", "integer"])
def test_points_come_in_the_dtype_of_the_network(kind):
    points = {
        "array": lambda x: x.double().numpy(),
        "half": torch.Tensor.half,
        "double": torch.Tensor.double,
        "integer": lambda x: (10 * x).long(),
    }[kind]
    layer = torch.nn.Linear(1, 1)
    real, fake = (points(x[:200]) for x in (REAL, FAKE))
    assert dv.gan.diagnose(layer, real, fake, steps=5).calibration
    if kind != "double":  # of a function nothing is known: tensors of doubles are taken as they are
        assert dv.gan.diagnose(lambda x: layer(x), real, fake, steps=5).calibration
