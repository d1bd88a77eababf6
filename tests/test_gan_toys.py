"""The toy mixture: its density, its samples, what it refuses."""

import numpy as np
import pytest
import torch
from scipy import stats

import divergence as dv
from divergence.gan.toys import NormalMixture, log_normal, normal_density

TOY = NormalMixture((0.3, 0.7), (-2.0, 1.0), (0.5, 1.5))


def test_density_against_scipy():
    x = np.linspace(-60, 60, 401)
    plain = np.log(0.3 * stats.norm(-2, 0.5).pdf(x[150:250]) + 0.7 * stats.norm(1, 1.5).pdf(x[150:250]))
    np.testing.assert_allclose(TOY.log_density(x[150:250]), plain, rtol=1e-13)
    assert np.isfinite(TOY.log_density(x)).all(), "no underflow far out"
    np.testing.assert_allclose(TOY.log_density(torch.tensor(x)).numpy(), TOY.log_density(x), rtol=1e-15)


def test_log_normal_against_scipy():
    x = np.linspace(-5, 5, 11)
    np.testing.assert_allclose(log_normal(x, 0.5, 2.0), stats.norm(0.5, 2).logpdf(x), rtol=1e-14)


def test_samples_have_the_law():
    x = TOY.sample((40000,), torch.Generator().manual_seed(3)).double().numpy()

    def cdf(points):
        return 0.3 * stats.norm(-2, 0.5).cdf(points) + 0.7 * stats.norm(1, 1.5).cdf(points)

    assert stats.kstest(x, cdf).pvalue > 0.01
    assert (x.mean(), x.std()) == pytest.approx((TOY.mean, TOY.sd), abs=0.03)


def test_the_mixture_is_a_density():
    assert dv.kl.evaluate(TOY.density, TOY.density).value == 0.0
    assert dv.kl.evaluate(TOY.density, normal_density(0.0, 2.0)).value > 0


@pytest.mark.parametrize(
    ("weights", "means", "sds", "named"),
    [
        ((0.5, 0.6), (0.0, 1.0), (1.0, 1.0), "weights"),
        ((1.0,), (0.0, 1.0), (1.0, 1.0), "weights"),
        ((0.5, 0.5), (0.0, 1.0), (1.0, 0.0), r"sds\[1\]"),
        ((1.5, -0.5), (0.0, 1.0), (1.0, 1.0), r"weights\[1\]"),
        ((float("nan"), 0.5), (0.0, 1.0), (1.0, 1.0), r"weights\[0\]"),
        ((), (), (), "weights"),
    ],
)
def test_bad_mixtures(weights, means, sds, named):
    with pytest.raises(dv.InvalidParameter, match=f"^{named}.*Remedy"):
        NormalMixture(weights, means, sds)
