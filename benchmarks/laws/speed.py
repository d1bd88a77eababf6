"""Seconds for laws beside scipy.integrate.quad and torch's registry of KL, in one run; medians of rounds in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from scipy import integrate, stats

import divergence as dv

ROUNDS = 7


def works() -> Iterator[tuple[str, str, Callable[[], Any], str, Callable[[], Any]]]:
    """What, the peer's name, the peer's call, the aim, our call."""
    rng = np.random.default_rng(0)
    p, q = stats.norm(0, 1), stats.norm(1, 2)
    t, laplace = stats.t(3), stats.laplace(0.5, 2)

    def by_quad(x: Any, y: Any) -> float:
        return integrate.quad(lambda u: x.pdf(u) * (x.logpdf(u) - y.logpdf(u)), -30, 30, epsrel=1e-10, limit=200)[0]

    def js_by_quad(x: Any, y: Any) -> float:
        def integrand(u: float) -> float:
            a, b = x.logpdf(u), y.logpdf(u)
            m = np.logaddexp(a, b) - np.log(2)
            return (np.exp(a) * (a - m) + np.exp(b) * (b - m)) / 2

        return integrate.quad(integrand, -40, 40, epsrel=1e-10, limit=200)[0]

    yield "JS of two normals", "quad, [−40, 40]", lambda: js_by_quad(p, q), "5 ms", lambda: dv.js(p, q)
    yield (
        "KL of Student t(3) and Laplace",
        "quad, [−30, 30]",
        lambda: by_quad(laplace, t),
        "",
        lambda: dv.kl(laplace, t),
    )
    yield "KL of two normals", "quad, [−30, 30]", lambda: by_quad(p, q), "", lambda: dv.kl(p, q)

    normals = torch.distributions.Normal(torch.zeros(()).double(), 1.0), torch.distributions.Normal(1.0, 2.0)
    registry = torch.distributions.kl_divergence
    yield "KL of two normals, torch", "registry", lambda: registry(*normals), "", lambda: dv.kl(*normals)
    means = torch.tensor(rng.normal(size=1000))
    many = torch.distributions.Normal(means, 1.0), torch.distributions.Normal(0.0, 2.0)
    yield "KL of 1000 pairs of normals, torch", "registry", lambda: registry(*many), "", lambda: dv.kl(*many)
    shapes = torch.tensor(rng.uniform(1, 9, 1000))
    gammas = torch.distributions.Gamma(shapes, 1.0), torch.distributions.Gamma(2.0, 3.0)
    yield "KL of 1000 pairs of gammas, torch", "registry", lambda: registry(*gammas), "", lambda: dv.kl(*gammas)

    places = rng.normal(size=(4, 1000))
    first = [stats.norm(places[0], 1), stats.norm(places[1] + 2, 0.5)]
    second = [stats.norm(places[2], 1), stats.norm(places[3] - 2, 0.5)]

    def one_by_one() -> float:
        total = 0.0
        for i in range(0, 1000, 50):  # twenty of them, for a thousand take a minute
            a, b = ([(0.3, c[0, i], 1.0), (0.7, c[1, i] + s, 0.5)] for c, s in ((places[:2], 2), (places[2:], -2)))

            def density(x: float, parts: list[tuple[float, float, float]]) -> float:
                return sum(w * np.exp(-(((x - m) / s) ** 2) / 2) / s for w, m, s in parts) / np.sqrt(2 * np.pi)

            def integrand(x: float, a: Any = a, b: Any = b) -> float:
                u, v = density(x, a), density(x, b)
                return u * np.log(u / v)

            total += integrate.quad(integrand, -12, 12, epsrel=1e-10, limit=200)[0]
        return total

    def together() -> Any:
        return dv.kl(dv.Mixture([0.3, 0.7], first), dv.Mixture([0.3, 0.7], second))

    yield "KL of 1000 pairs of mixtures", "quad, 20 pairs × 50", one_by_one, "1 s", together


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def lines() -> Iterator[str]:
    yield f"{'milliseconds, medians':40}{'peer':22}{'peer':>10}{'ours':>10}{'aim':>7}   ours/peer [least, most]"
    for name, peer_name, peer, aim, ours in works():
        times = 50 if "× 50" in peer_name else 1
        ours(), peer()
        rounds = [(times * seconds(peer), seconds(ours)) for _ in range(ROUNDS)]
        theirs, mine = (statistics.median(column) for column in zip(*rounds))
        ratios = sorted(m / p for p, m in rounds)
        yield (
            f"{name:40}{peer_name:22}{theirs * 1e3:10.2f}{mine * 1e3:10.2f}{aim:>7}"
            f"   {statistics.median(ratios):.3g} [{ratios[0]:.3g}, {ratios[-1]:.3g}]"
        )
