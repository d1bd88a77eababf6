"""Corners of laws, of transport and of samples."""

from .case import Case

CASES = (
    Case(
        "torch-student",
        "laws",
        "torch",
        "td.kl_divergence(td.StudentT(3.), td.StudentT(5.))",
        "integral(student(3), student(5), -inf, 0, inf)",
        "dv.kl(td.StudentT(3.), td.StudentT(5.))",
        "There is no closed form, and an integral with its error is an answer.",
        1e-6,
    ),
    Case(
        "torch-normal-student",
        "laws",
        "torch",
        "td.kl_divergence(td.Normal(0., 1.), td.StudentT(3.))",
        "integral(normal(0, 1), student(3), -inf, 0, inf)",
        "dv.kl(td.Normal(0., 1.), td.StudentT(3.))",
        "The same.",
        1e-6,
    ),
    Case(
        "torch-weibull",
        "laws",
        "torch",
        "td.kl_divergence(td.Weibull(1., 2.), td.Weibull(2., 1.))",
        "log(4) - euler / 2 - 1 + gamma(1.5) / 2",
        "dv.kl(td.Weibull(1., 2.), td.Weibull(2., 1.))",
        "A closed form exists, and is not there.",
        1e-6,
    ),
    Case(
        "torch-lognormal-gamma",
        "laws",
        "torch",
        "td.kl_divergence(td.LogNormal(0., 1.), td.Gamma(1., 1.))",
        "sqrt(exp(1)) - (1 + log(2 * pi)) / 2",
        "dv.kl(td.LogNormal(0., 1.), td.Gamma(1., 1.))",
        "An integral.",
        1e-6,
    ),
    Case(
        "torch-von-mises",
        "laws",
        "torch",
        "td.kl_divergence(td.VonMises(0., 1.), td.VonMises(0., 2.))",
        "log(besseli(0, 2) / besseli(0, 1)) - besseli(1, 1) / besseli(0, 1)",
        "dv.kl(td.VonMises(0., 1.), td.VonMises(0., 2.))",
        "On the circle, too.",
        1e-6,
    ),
    Case(
        "torch-mixture",
        "laws",
        "torch",
        "parts = td.Normal(torch.tensor([-2., 2.]), torch.ones(2))\n"
        "p = td.MixtureSameFamily(td.Categorical(torch.ones(2)), parts)\ntd.kl_divergence(p, td.Normal(0., 2.))",
        "integral(lambda x: (normal(-2, 1)(x) + normal(2, 1)(x)) / 2, normal(0, 2), -inf, -2, 0, 2, inf)",
        "parts = td.Normal(torch.tensor([-2., 2.]), torch.ones(2))\n"
        "p = td.MixtureSameFamily(td.Categorical(torch.ones(2)), parts)\ndv.kl(p, td.Normal(0., 2.))",
        "Mixtures are asked for most, and have none.",
        1e-6,
    ),
    Case(
        "torch-negative-binomial",
        "laws",
        "torch",
        "td.kl_divergence(td.NegativeBinomial(3., torch.tensor(.5)), td.NegativeBinomial(3., torch.tensor(.25)))",
        "3 * log(mpf(.5) / mpf(.75)) + 3 * log(2)",
        "dv.kl(td.NegativeBinomial(3., torch.tensor(.5)), td.NegativeBinomial(3., torch.tensor(.25)))",
        "A closed form exists, and is not there.",
        1e-6,
    ),
    Case(
        "scipy-wasserstein-histograms",
        "transport",
        "scipy",
        "stats.wasserstein_distance([.2, .8], [.8, .2])  # meant as histograms on 0 and 1",
        "mpf(3) / 5",
        "x = np.array([0., 1.])\ndv.wasserstein(1)(dv.Discrete([.2, .8], x), dv.Discrete([.8, .2], x))",
        "Bare lists are positions to it, so these are two samples with the same values. With the masses as third and "
        "fourth argument it is right. We refuse bare arrays here: are these masses or positions?",
    ),
    Case(
        "pot-sinkhorn",
        "transport",
        "POT",
        "x, a = np.linspace(0, 1, 5), np.full(5, .2)\nC = (x[:, None] - 10 * x)**2\not.sinkhorn2(a, a, C, reg=1e-3)",
        "mpf(243) / 8",
        "x, a = np.linspace(0, 1, 5), np.full(5, .2)\ndv.wasserstein(2)(dv.Discrete(a, x), dv.Discrete(a, 10 * x))**2",
        "exp(−C/reg) underflows. The penalty moves the cost of the best plan by less than 1e-200, so the truth is what "
        "ot.emd2 finds.",
    ),
    Case(
        "pot-sinkhorn-log",
        "transport",
        "POT",
        "x, a = np.linspace(0, 1, 5), np.full(5, .2)\nC = (x[:, None] - 10 * x)**2\n"
        "ot.sinkhorn2(a, a, C, reg=1e-3, method='sinkhorn_log')",
        "mpf(243) / 8",
        "x, a = np.linspace(0, 1, 5), np.full(5, .2)\ndv.wasserstein(2)(dv.Discrete(a, x), dv.Discrete(a, 10 * x))**2",
        "Nothing underflows in logarithms, but 1000 iterations are too few; ot.sinkhorn says so, sinkhorn2 does not.",
    ),
    Case(
        "divergence-knn",
        "samples",
        "divergence",
        "rng = np.random.default_rng(0)\nx, y = (rng.normal(m, 1, 500).round(1) for m in (0, 1))\n"
        "divergence.knn_kl_divergence(x, y)",
        "mpf(1) / 2",
        "rng = np.random.default_rng(0)\nx, y = (rng.normal(m, 1, 500).round(1) for m in (0, 1))\n"
        "dv.kl(dv.Samples(x), dv.Samples(y))",
        "Ties put neighbours at distance 0, and the guard against log 0 becomes the answer.",
        refuses=("UnsupportedLaw", "samples where a distribution belongs"),
    ),
    Case(
        "infomeasure-knn",
        "samples",
        "infomeasure",
        "rng = np.random.default_rng(0)\nx, y = (rng.normal(m, 1, 500).round(1) for m in (0, 1))\n"
        "infomeasure.kld(x, y, approach='metric')",
        "mpf(1) / 2",
        "rng = np.random.default_rng(0)\nx, y = (rng.normal(m, 1, 500).round(1) for m in (0, 1))\n"
        "dv.kl(dv.Samples(x), dv.Samples(y))",
        "The same ties, other guards; a little noise is added, so the number changes from run to run.",
        refuses=("UnsupportedLaw", "samples where a distribution belongs"),
    ),
    Case(
        "divergence-tv-samples",
        "samples",
        "divergence",
        "rng = np.random.default_rng(0)\nx, y = rng.normal(0, 1, 500), rng.normal(10, 1, 500)\n"
        "divergence.total_variation_distance(x, y)",
        "erf(5 / sqrt(2))",
        "rng = np.random.default_rng(0)\nx, y = rng.normal(0, 1, 500), rng.normal(10, 1, 500)\n"
        "dv.total_variation(dv.Samples(x), dv.Samples(y))",
        "The integral runs over the range of one sample, so what the other has elsewhere is lost.",
        refuses=("UnsupportedLaw", "samples where a distribution belongs"),
    ),
)
