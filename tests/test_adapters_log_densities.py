"""The log-densities of the families against mpmath, where plain formulas lose their digits, and their derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from mpmath import mp

from divergence.adapters.log_densities import log_density, support
from divergence.adapters.members import law_of_member
from divergence.density import Member
from tests import families
from tests.families import close

MEMBERS = [
    Member("normal", (0.5, 2.0)),
    Member("lognormal", (0.5, 2.0), (1.0,)),
    *(
        Member("gamma", (a, 2.0, power), (1.0,))
        for a in (0.5, 1.0, 14.0, 16.0, 3e5)
        for power in (1.0, 2.0, -1.0, 0.3, -3.0)
    ),
    *(Member("beta", (a, b), (1.0, 2.0)) for a in (0.5, 1.0, 40.0, 1e6) for b in (0.3, 1.0, 1e6)),
    Member("uniform", (1.0, 4.0)),
    Member("laplace", (1.0, 4.0)),
    Member("logistic", (1.0, 4.0)),
    *(Member("student", (df, 1.0, 2.0)) for df in (0.5, 3.0, 29.0, 31.0, 1e7)),
    Member("cauchy", (1.0, 4.0)),
    Member("pareto", (1.5, 4.0), (-2.0,)),
    Member("inverse_gaussian", (1.5, 4.0), (-2.0,)),
    *(Member("von_mises", (1.0, k)) for k in (0.0, 0.1, 50.0, 1e5)),
    *(Member("poisson", (rate,), (2.0,)) for rate in (0.1, 14.0, 1e6)),
    *(Member("binomial", (p, n), (0.0,)) for p in (0.0, 1e-4, 0.5, 1.0) for n in (1.0, 40.0, 1e6)),
    *(Member("negative_binomial", (p, r), (1.0,)) for p in (1e-3, 0.5, 1.0) for r in (0.3, 1.0, 1e5)),
]
SMOOTH = [m for m in MEMBERS if not (m.family == "binomial" and m.parameters[0] in (0.0, 1.0))]


def arrays(member: Member, library: type | None = None) -> Member:
    make = np.asarray if library is None else (lambda x: torch.tensor(x, dtype=torch.float64))
    return Member(member.family, tuple(map(make, member.parameters)), tuple(map(make, member.frame)))


def points(member: Member) -> np.ndarray:
    """Landmarks that are strictly inside, so that mpmath has a logarithm."""
    law = law_of_member(arrays(member))
    x = np.asarray(law.landmarks)
    low, high = law.support
    if member.family in ("poisson", "binomial", "negative_binomial"):
        p = member.parameters[0]
        return x[x == {0.0: low, 1.0: high if member.family == "binomial" else low}.get(p, x)]
    return x[(x > low) & (x < high) & (np.abs(x) < 1e100)]


class TestAgainstMpmath:
    @pytest.mark.parametrize("member", MEMBERS, ids=str)
    def test_numpy(self, member: Member) -> None:
        x = points(member)
        assert len(x)
        expected = families.log_density(arrays(member), x)
        # the point itself is rounded: a density that is steep in it moves by that much
        steep = (
            np.abs(families.log_density(arrays(member), np.nextafter(x, np.inf)) - expected) if _on_line(member) else 0
        )
        found = log_density(arrays(member), x)
        assert (np.abs(found - expected) <= 4e-13 * (1 + np.abs(expected)) + 4 * steep).all(), found - expected

    @pytest.mark.parametrize("member", MEMBERS, ids=str)
    def test_torch_as_numpy(self, member: Member) -> None:
        x = points(member)
        found = log_density(arrays(member, torch.Tensor), torch.tensor(x))
        close(found.numpy(), log_density(arrays(member), x), 1e-12)

    def test_multivariate_normal(self) -> None:
        from scipy import stats

        rng = np.random.default_rng(0)
        root = rng.normal(size=(3, 3))
        mean, covariance = rng.normal(size=3), root @ root.T
        x = rng.normal(size=(9, 3))
        member = Member("multivariate_normal", (mean, covariance))
        close(log_density(member, x), stats.multivariate_normal(mean, covariance).logpdf(x), 1e-12)

    @pytest.mark.parametrize("a", [(1.0, 2.0, 3.0), (0.5, 0.5, 4.0, 1.0), (1e5, 2e5, 3e5)])
    def test_dirichlet(self, a: tuple[float, ...]) -> None:
        share = np.array(a) / sum(a)
        share[0], share[1] = share[0] * 1.001, 1 - share[0] * 1.001 - share[2:].sum()
        found = log_density(Member("dirichlet", (np.array(a),)), share[None, :-1])
        last = 1 - mp.fsum(map(mp.mpf, share[:-1]))
        level = mp.loggamma(mp.fsum(a)) - mp.fsum(mp.loggamma(k) for k in a)
        expected = level + mp.fsum((k - 1) * mp.log(s) for k, s in zip(a, (*map(mp.mpf, share[:-1]), last)))
        close(found, [float(expected)], 1e-10)


def _on_line(member: Member) -> bool:
    return member.family not in ("poisson", "binomial", "negative_binomial")


class TestEdges:
    @pytest.mark.parametrize("member", MEMBERS, ids=str)
    def test_nothing_outside(self, member: Member) -> None:
        low, high = law_of_member(arrays(member)).support
        outside = [x for x in (low - 1, low - 1e-9, high + 1e-9, high + 1) if not low <= x <= high and math.isfinite(x)]
        assert (log_density(arrays(member), np.array(outside)) == -np.inf).all()

    @pytest.mark.parametrize(
        ("shape", "power", "expected"),
        [
            (1.0, 1.0, math.log(0.5)),
            (2.0, 1.0, -math.inf),
            (0.5, 1.0, math.inf),
            (0.5, 2.0, None),
            (3.0, -1.0, -math.inf),
        ],
    )
    def test_the_end_of_a_gamma_law(self, shape: float, power: float, expected: float | None) -> None:
        found = log_density(arrays(Member("gamma", (shape, 2.0, power), (0.0,))), np.array([0.0]))
        close(found, math.log(2 / 2 / math.gamma(0.5)) if expected is None else expected)

    def test_tails_beyond_the_floats_of_a_density(self) -> None:
        close(log_density(arrays(Member("laplace", (0.0, 1.0))), np.array([2000.0])), -2000 - math.log(2))
        close(
            log_density(arrays(Member("cauchy", (0.0, 1.0))), np.array([1e200])),
            -math.log(math.pi) - 400 * math.log(10),
        )

    def test_half_integers_have_no_mass(self) -> None:
        assert log_density(arrays(Member("poisson", (2.0,), (0.0,))), np.array([0.5])) == -np.inf

    def test_support(self) -> None:
        assert support(Member("multivariate_normal", (np.zeros(2), np.eye(2)))) == ((-math.inf, math.inf),) * 2
        assert support(Member("dirichlet", (np.ones(3),))) == ((0.0, 1.0),) * 2


class TestDerivatives:
    @pytest.mark.parametrize("member", SMOOTH, ids=str)
    def test_by_differences(self, member: Member) -> None:
        """Against central differences of the logarithm by mpmath, in each parameter."""
        x = points(member)
        x = x[[len(x) // 3, len(x) // 2]]
        given = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in member.parameters]
        frame = tuple(torch.tensor(f, dtype=torch.float64) for f in member.frame)
        for y in x:
            value = log_density(Member(member.family, tuple(given), frame), torch.tensor([y]))
            found = torch.autograd.grad(value.sum(), given, allow_unused=True)
            for i, slope in enumerate(found):
                p = member.parameters[i]
                if (member.family, i) == ("binomial", 1) or (member.family == "negative_binomial" and p == 1.0):
                    continue
                if (member.family, p) == ("von_mises", 0.0):
                    continue
                h = mp.mpf(10) ** -15 * max(1, abs(p))
                with mp.workdps(50):
                    near = [
                        families.LOG_DENSITIES[member.family](
                            mp.mpf(float(y)),
                            *(mp.mpf(v) + (side * h if j == i else 0) for j, v in enumerate(member.parameters)),
                            *map(mp.mpf, member.frame),
                        )
                        for side in (-1, 1)
                    ]
                    expected = float((near[1] - near[0]) / (2 * h))
                scale = 1 + abs(expected) + 1e-4 * abs(float(value.detach()))
                assert abs(float(slope) - expected) <= 1e-7 * scale, (member, y, i, float(slope), expected)

    def test_points_outside_leave_no_nan(self) -> None:
        shape = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        one, zero = torch.tensor(1.0, dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64)
        x = torch.tensor([-1.0, 0.0, 0.5, 2.0], dtype=torch.float64)
        for member in (
            Member("gamma", (shape, one, one), (zero,)),
            Member("gamma", (one, shape, shape), (zero,)),
            Member("beta", (shape, one), (zero, one)),
            Member("lognormal", (zero, shape), (zero,)),
            Member("pareto", (shape, one), (zero,)),
            Member("inverse_gaussian", (shape, one), (zero,)),
            Member("poisson", (shape,), (zero,)),
        ):
            value = log_density(member, x)
            (slope,) = torch.autograd.grad(value[torch.isfinite(value)].sum(), shape)
            assert torch.isfinite(slope), member
