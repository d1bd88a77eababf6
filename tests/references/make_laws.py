"""Divergences of 50-odd pairs of laws in 50 digits, written to laws.json beside this file. A quarter of an hour.

    python tests/references/make_laws.py

Nothing here comes from the library or from scipy. Integrals run over u, with x = e^u, sinh u or a logistic curve
between two ends, in panels of 48 Gauss-Legendre points that are halved until the sums agree in 45 digits, cut where
either density has a kink and where p = q or p = 2q. A value that is infinite is so for the reason beside the pair.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from mpmath import besseli, beta, exp, inf, log, loggamma, mp, mpf, pi, sinh, sqrt
from mpmath.calculus.quadrature import GaussLegendre

mp.dps = 90  # a row near p = q cancels twice the digits of p − q
DIGITS = 50
Log = Callable[[Any], Any]
LINE, HALF = (-inf, inf), (mpf(0), inf)


def normal(mean: Any, sd: Any) -> Log:
    return lambda x: -(((x - mean) / sd) ** 2) / 2 - log(sd * sqrt(2 * pi))


def student(df: Any, loc: Any, scale: Any) -> Log:
    level = loggamma((df + 1) / 2) - loggamma(df / 2) - log(df * pi) / 2 - log(scale)
    return lambda x: level - (df + 1) / 2 * log(1 + ((x - loc) / scale) ** 2 / df)


def gamma_power(shape: Any, scale: Any, power: Any) -> Log:
    """X with X^power ~ Gamma(shape, scale^power)."""
    level = log(abs(power)) - loggamma(shape) - log(scale)
    return lambda x: level + (shape * power - 1) * log(x / scale) - (x / scale) ** power


def beta_law(a: Any, b: Any) -> Log:
    level = log(beta(a, b))
    return lambda x: (a - 1) * log(x) + (b - 1) * log(1 - x) - level


def gumbel(loc: Any, scale: Any) -> Log:
    # e^230 is beyond all that matters, and its exponential still a number that fits
    return lambda x: -(x - loc) / scale - exp(min(-(x - loc) / scale, mpf(230))) - log(scale)


def inverse_gaussian(mean: Any, shape: Any) -> Log:
    return lambda x: log(shape / (2 * pi * x**3)) / 2 - shape * (x - mean) ** 2 / (2 * mean**2 * x)


def lognormal(sd: Any, scale: Any) -> Log:
    return lambda x: normal(log(scale), sd)(log(x)) - log(x)


def logistic(loc: Any, scale: Any) -> Log:
    return lambda x: -abs(x - loc) / scale - 2 * log(1 + exp(-abs(x - loc) / scale)) - log(scale)


def von_mises(k: Any, angle: Any) -> Log:
    level = log(2 * pi * besseli(0, k))
    return lambda x: k * mp.cos(x - angle) - level


# scipy's names and parameters: log-density, support, kinks
CONTINUOUS: dict[str, Callable[..., tuple[Log, tuple[Any, Any], tuple[Any, ...]]]] = {
    "norm": lambda loc=0, scale=1: (normal(loc, scale), LINE, ()),
    "laplace": lambda loc=0, scale=1: (lambda x: -abs(x - loc) / scale - log(2 * scale), LINE, (loc,)),
    "logistic": lambda loc=0, scale=1: (logistic(loc, scale), LINE, (loc,)),
    "gumbel_r": lambda loc=0, scale=1: (gumbel(loc, scale), LINE, ()),
    "t": lambda df, loc=0, scale=1: (student(df, loc, scale), LINE, ()),
    "cauchy": lambda loc=0, scale=1: (student(mpf(1), loc, scale), LINE, ()),
    "gamma": lambda a, scale=1: (gamma_power(a, scale, mpf(1)), HALF, ()),
    "expon": lambda scale=1: (gamma_power(mpf(1), scale, mpf(1)), HALF, ()),
    "chi2": lambda df: (gamma_power(df / 2, mpf(2), mpf(1)), HALF, ()),
    "invgamma": lambda a, scale=1: (gamma_power(a, scale, mpf(-1)), HALF, ()),
    "weibull_min": lambda c, scale=1: (gamma_power(mpf(1), scale, c), HALF, ()),
    "rayleigh": lambda scale=1: (gamma_power(mpf(1), scale * sqrt(2), mpf(2)), HALF, ()),
    "maxwell": lambda scale=1: (gamma_power(mpf(3) / 2, scale * sqrt(2), mpf(2)), HALF, ()),
    "halfnorm": lambda scale=1: (gamma_power(mpf(1) / 2, scale * sqrt(2), mpf(2)), HALF, ()),
    "lognorm": lambda s, scale=1: (lognormal(s, scale), HALF, ()),
    # scipy's invgauss(mu, scale): mean mu scale, shape scale
    "invgauss": lambda mu, scale=1: (inverse_gaussian(mu * scale, scale), HALF, ()),
    "pareto": lambda b, scale=1: (lambda x: log(b) + b * log(scale) - (b + 1) * log(x), (scale, inf), ()),
    "beta": lambda a, b: (beta_law(a, b), (mpf(0), mpf(1)), ()),
    "uniform": lambda loc=0, scale=1: (lambda x: -log(scale), (loc, loc + scale), ()),
    "vonmises": lambda kappa, loc=0: (von_mises(kappa, loc), (-pi, pi), ()),
}


def choose(n: Any, k: Any) -> Any:
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


# log-mass, support
DISCRETE: dict[str, Callable[..., tuple[Log, tuple[Any, Any]]]] = {
    "poisson": lambda mu: (lambda k: k * log(mu) - mu - loggamma(k + 1), (0, inf)),
    "binom": lambda n, p: (lambda k: choose(n, k) + k * log(p) + (n - k) * log(1 - p), (0, n)),
    "bernoulli": lambda p: (lambda k: log(p) if k else log(1 - p), (0, 1)),
    "geom": lambda p: (lambda k: log(p) + (k - 1) * log(1 - p), (1, inf)),
    "nbinom": lambda n, p: (
        lambda k: loggamma(k + n) - loggamma(k + 1) - loggamma(n) + n * log(p) + k * log(1 - p),
        (0, inf),
    ),
}

Terms = Callable[[Any, Any], Any]
ROWS: dict[str, Terms] = {
    "kl": lambda p, q: p * log(p / q) - p + q,
    "reverse_kl": lambda p, q: q * log(q / p) - q + p,
    "jeffreys": lambda p, q: (p - q) * log(p / q),
    "js": lambda p, q: (p * log(2 * p / (p + q)) + q * log(2 * q / (p + q))) / 2,
    "total_variation": lambda p, q: abs(p - q) / 2,
    "squared_hellinger": lambda p, q: (sqrt(p) - sqrt(q)) ** 2 / 2,
    "pearson": lambda p, q: (p - q) ** 2 / q,
    "neyman": lambda p, q: (p - q) ** 2 / p,
    "triangular": lambda p, q: (p - q) ** 2 / (p + q) / 2,
    "power(0.3)": lambda p, q: (
        (p ** mpf(0.3) * q ** (1 - mpf(0.3)) - mpf(0.3) * p - (1 - mpf(0.3)) * q) / (mpf(0.3) * (mpf(0.3) - 1))
    ),
    "hockey_stick(2)": lambda p, q: max(p - 2 * q, mpf(0)),
}
# per unit of q where p has none, and of p where q has none
ENDS = {
    "kl": (1, inf),
    "reverse_kl": (inf, 1),
    "jeffreys": (inf, inf),
    "js": (log(mpf(2)) / 2,) * 2,
    "total_variation": (mpf(1) / 2,) * 2,
    "squared_hellinger": (mpf(1) / 2,) * 2,
    "pearson": (1, inf),
    "neyman": (inf, 1),
    "triangular": (mpf(1) / 2,) * 2,
    "power(0.3)": (1 / mpf(0.3), 1 / (1 - mpf(0.3))),
    "hockey_stick(2)": (0, 1),
}
FEW = ("kl", "js", "total_variation", "squared_hellinger")
FIVE = (*FEW, "reverse_kl")
CHI = ("neyman", "pearson")
UNLIKE = ("kl", "reverse_kl", "jeffreys", *CHI)
BOUNDED = ("js", "total_variation", "squared_hellinger", "triangular", "power(0.3)", "hockey_stick(2)")
EVERY = tuple(ROWS)

Law = tuple[str, dict[str, Any]]


def n(loc: float, scale: float) -> Law:
    return "norm", {"loc": loc, "scale": scale}


def mixture(weights: list[float], *laws: Law) -> Law:
    return "mixture", {"weights": weights, "laws": list(laws)}


TWO = mixture([0.5, 0.5], n(-2, 0.5), n(2, 1))
THREE = mixture([0.25, 0.5, 0.25], n(-3, 1), n(0, 0.25), n(4, 2))
# p, q, rows, rows that are infinite and why
PAIRS: list[tuple[Law, Law, tuple[str, ...], str, tuple[str, ...]]] = [
    (n(0, 1), n(1, 2), EVERY, "2/σ_p² < 1/σ_q²: the tail of q²/p grows", ("neyman",)),
    (n(0, 1), n(2.0**-13, 1), EVERY, "", ()),
    (n(0, 1), n(2.0**-30, 1), ("kl", "js", "squared_hellinger", "pearson"), "", ()),
    (n(0, 1), n(40, 1), (*FEW, "hockey_stick(2)"), "", ()),
    (n(0, 1), n(0, 2.0**-20), BOUNDED, "", ()),
    (n(3, 2.0**-10), n(0, 1), ("kl", *BOUNDED), "", ()),
    (n(1000, 1), n(1001, 1), EVERY, "", ()),
    (("laplace", {}), ("laplace", {"loc": 1, "scale": 2}), EVERY, "the tail of q²/p does not fall", ("neyman",)),
    (("laplace", {}), n(0, 1), ("kl", "reverse_kl", *BOUNDED, "pearson"), "p²/q grows as exp(x²/2)", ("pearson",)),
    (n(0.5, 1), ("laplace", {"scale": 0.5}), ("kl", "reverse_kl", *BOUNDED, "pearson"), "", ()),
    (("t", {"df": 3}), n(0, 1), ("kl", "reverse_kl", *BOUNDED, "pearson"), "p²/q grows", ("pearson",)),
    (n(0, 1), ("t", {"df": 3}), (*FEW, "pearson"), "", ()),
    (("cauchy", {}), ("cauchy", {"loc": 1, "scale": 2}), EVERY, "", ()),
    (("cauchy", {}), ("t", {"df": 2, "scale": 3}), (*FEW, "reverse_kl", "triangular"), "", ()),
    (n(0, 1), ("cauchy", {}), FIVE, "E_q x² = ∞", ("reverse_kl",)),
    (("t", {"df": 5}), ("t", {"df": 5, "loc": 1}), EVERY, "", ()),
    (("t", {"df": 0.5}), ("t", {"df": 0.75, "loc": 1}), FEW, "", ()),
    (("logistic", {}), n(0, 2), EVERY, "p²/q grows", ("pearson",)),
    (("gumbel_r", {}), n(0.5, 1), ("kl", *BOUNDED), "", ()),
    (("gamma", {"a": 2}), ("gamma", {"a": 3.5, "scale": 0.5}), EVERY, "p²/q = exp(−2x + 2x) x^-0.5", ("pearson",)),
    (("gamma", {"a": 2.0**-6}), ("gamma", {"a": 2.0**-5}), (*FEW, "pearson"), "p²/q ~ 1/x at 0", ("pearson",)),
    (("gamma", {"a": 1e5}), ("gamma", {"a": 1e5 + 1}), FEW, "", ()),
    (("expon", {}), ("gamma", {"a": 2}), (*FEW, "pearson"), "p²/q ~ 1/x at 0", ("pearson",)),
    (("expon", {"scale": 2}), ("lognorm", {"s": 1}), ("kl", "reverse_kl", *BOUNDED), "", ()),
    (("lognorm", {"s": 0.5}), ("gamma", {"a": 4, "scale": 0.25}), FIVE, "", ()),
    (("lognorm", {"s": 1}), ("lognorm", {"s": 2, "scale": 3}), (*FEW, "power(0.3)"), "", ()),
    (("weibull_min", {"c": 2}), ("weibull_min", {"c": 3, "scale": 2}), FIVE, "", ()),
    (("weibull_min", {"c": 1.5}), ("gamma", {"a": 2, "scale": 0.5}), (*FEW, "triangular"), "", ()),
    (("pareto", {"b": 2}), ("pareto", {"b": 3}), EVERY, "", ()),
    (("pareto", {"b": 2, "scale": 2}), ("pareto", {"b": 3}), FEW, "", ()),
    (("pareto", {"b": 2}), ("expon", {}), FIVE, "q charges (0, 1), where p has none", ("reverse_kl",)),
    (("rayleigh", {}), ("maxwell", {}), FIVE, "", ()),
    (("halfnorm", {}), ("expon", {}), (*FEW, "pearson"), "", ()),
    (("chi2", {"df": 3}), ("chi2", {"df": 5}), FIVE, "", ()),
    (("invgamma", {"a": 2}), ("invgamma", {"a": 3, "scale": 2}), FIVE, "", ()),
    (("invgauss", {"mu": 0.5, "scale": 2}), ("invgauss", {"mu": 3}), FIVE, "", ()),
    (("invgauss", {"mu": 1}), ("lognorm", {"s": 1}), FEW, "", ()),
    (("beta", {"a": 2, "b": 3}), ("beta", {"a": 0.5, "b": 4}), (*FEW, "neyman"), "q²/p ~ x^-2 at 0", ("neyman",)),
    (("beta", {"a": 0.125, "b": 0.125}), ("beta", {"a": 0.25, "b": 0.5}), ("kl", "reverse_kl", *BOUNDED), "", ()),
    (("beta", {"a": 2, "b": 3}), ("uniform", {}), ("kl", "reverse_kl", *BOUNDED), "", ()),
    (("beta", {"a": 64, "b": 32}), ("beta", {"a": 32, "b": 64}), EVERY, "q²/p ~ 1/x at 0", CHI),
    (("uniform", {"scale": 2}), ("uniform", {"loc": 1, "scale": 2}), EVERY, "either sticks out", UNLIKE),
    (("uniform", {"loc": -1, "scale": 2}), n(0, 1), EVERY, "q sticks out", ("reverse_kl", "jeffreys", "neyman")),
    (("vonmises", {"kappa": 2}), ("vonmises", {"kappa": 4, "loc": 0.5}), EVERY, "", ()),
    (TWO, THREE, EVERY, "p²/q and q²/p", ("neyman",)),
    (TWO, n(0, 2), EVERY, "q²/p grows", ("neyman",)),
    (mixture([0.5, 0.5], n(-3, 2.0**-10), n(7, 2.0**-10)), n(0, 4), ("kl", *BOUNDED), "", ()),
    (mixture([0.75, 0.25], n(0, 1), ("laplace", {"loc": 1})), ("logistic", {}), (*FEW, "triangular"), "", ()),
    (("poisson", {"mu": 3}), ("poisson", {"mu": 4.5}), EVERY, "", ()),
    (("poisson", {"mu": 1e4}), ("poisson", {"mu": 10050}), FEW, "", ()),
    (("poisson", {"mu": 5}), ("binom", {"n": 50, "p": 0.125}), FIVE, "p sticks out", ("kl",)),
    (("binom", {"n": 10, "p": 0.5}), ("binom", {"n": 10, "p": 0.75}), EVERY, "", ()),
    (
        ("binom", {"n": 10, "p": 0.25}),
        ("binom", {"n": 12, "p": 0.25}),
        ("kl", "reverse_kl"),
        "q > p = 0",
        ("reverse_kl",),
    ),
    (("bernoulli", {"p": 0.25}), ("bernoulli", {"p": 0.75}), EVERY, "", ()),
    (("geom", {"p": 0.25}), ("geom", {"p": 0.375}), EVERY, "", ()),
    (("geom", {"p": 0.5}), ("poisson", {"mu": 2}), FEW, "", ()),
    (("nbinom", {"n": 2.5, "p": 0.5}), ("nbinom", {"n": 3, "p": 0.625}), FIVE, "", ()),
]


def build(law: Law) -> tuple[Log, tuple[Any, Any], tuple[Any, ...]]:
    name, parameters = law
    if name == "mixture":
        parts = [build(part) for part in parameters["laws"]]
        weights = [mpf(w) for w in parameters["weights"]]
        kinks = tuple(k for part in parts for k in part[2])
        return lambda x: log(sum(w * exp(part[0](x)) for w, part in zip(weights, parts))), LINE, kinks
    return CONTINUOUS[name](**{key: mpf(value) for key, value in parameters.items()})


def scale_of(law: Law) -> list[tuple[Any, Any]]:
    """Places of a law and its width there, where cuts shall be."""
    name, parameters = law
    if name == "mixture":
        return [place for part in parameters["laws"] for place in scale_of(part)]
    return [(mpf(parameters.get("loc", 0)), mpf(parameters.get("scale", 1)))]


NODES = GaussLegendre(mp).calc_nodes(5, mp.prec)


def integrals(p_law: Law, q_law: Law, rows: tuple[str, ...]) -> dict[str, Any]:
    (log_p, p_ends, p_kinks), (log_q, q_ends, q_kinks) = build(p_law), build(q_law)
    low, high = max(p_ends[0], q_ends[0]), min(p_ends[1], q_ends[1])
    if low == -inf:
        to, back = (sinh, lambda u: mp.cosh(u)), mp.asinh
    elif high == inf:
        to, back = (lambda u: low + exp(u), exp), lambda x: log(x - low)
    else:
        width = high - low
        to = (lambda u: low + width / (1 + exp(-u)), lambda u: width / (2 * mp.cosh(u / 2)) ** 2)
        back = lambda x: log((x - low) / (high - x))  # noqa: E731

    def bare(u: Any) -> bool:
        """Whether nothing is left out there."""
        x, jacobian = to[0](u), to[1](u)
        return not low < x < high or max(exp(f(x)) for f in (log_p, log_q)) * jacobian < mpf(10) ** -66

    places = [
        x + side * s * mpf(2) ** k
        for x, s in (*scale_of(p_law), *scale_of(q_law))
        for side in (-1, 0, 1)
        for k in range(-3, 6)
    ]
    kinks = [x for x in (*p_kinks, *q_kinks, *places) if low < x < high]
    rings = [mpf(20) * mpf(5) ** i / mpf(4) ** i for i in range(40)]
    reach = [side * u for side in (-1, 1) for u in rings[: 1 + next(i for i, u in enumerate(rings) if bare(side * u))]]
    marks = sorted({mpf(i) / 2 for i in range(-40, 41)} | {back(x) for x in kinks} | set(reach))
    gap = lambda u: log_p(to[0](u)) - log_q(to[0](u))  # noqa: E731
    cuts = list(marks)
    for a, b in pairwise(marks):
        for level in (0, log(mpf(2))):
            cuts += crossings(lambda u, level=level: gap(u) - level, a, b)
    cuts = sorted(set(cuts))

    def integrand(u: Any) -> list[Any]:
        x, jacobian = to[0](u), to[1](u)
        p, q = exp(log_p(x)) * jacobian, exp(log_q(x)) * jacobian
        # where one underflows even here it is nothing
        return [p, q, *(ROWS[row](p, q) if p and q else mpf(0) for row in rows)]

    totals = [mpf(0)] * (2 + len(rows))
    for a, b in pairwise(cuts):
        for i, part in enumerate(panel(integrand, a, b, quad(integrand, a, b))):
            totals[i] += part
    p_in, q_in = totals[:2]
    p_out, q_out = 1 - p_in, 1 - q_in
    sticks = [(p_ends[0], q_ends[0]), (p_ends[1], q_ends[1])]
    p_sticks = sticks[0][0] < sticks[0][1] or sticks[1][0] > sticks[1][1]
    q_sticks = sticks[0][1] < sticks[0][0] or sticks[1][1] > sticks[1][0]
    assert p_sticks or abs(p_out) < mpf(10) ** -DIGITS, (p_law, mp.nstr(p_out, 5))
    assert q_sticks or abs(q_out) < mpf(10) ** -DIGITS, (q_law, mp.nstr(q_out, 5))
    values = {}
    for row, value in zip(rows, totals[2:]):
        at_zero, slope = ENDS[row]
        values[row] = value + (q_out * at_zero if q_sticks else 0) + (p_out * slope if p_sticks else 0)
    return values


def crossings(f: Log, a: Any, b: Any) -> list[Any]:
    grid = [a + (b - a) * i / 16 for i in range(17)]
    values = [f(u) for u in grid]
    found = []
    for u, v, x, y in zip(grid, grid[1:], values, values[1:]):
        if mp.isfinite(x) and mp.isfinite(y) and x * y < 0:
            found.append(mp.findroot(f, (u, v), solver="anderson", tol=mpf(10) ** -170, verify=False))
    return found


def quad(f: Callable[[Any], list[Any]], a: Any, b: Any) -> list[Any]:
    middle, half = (a + b) / 2, (b - a) / 2
    totals: list[Any] = []
    for x, w in NODES:
        values = f(middle + half * x)
        totals = [t + half * w * v for t, v in zip(totals or [mpf(0)] * len(values), values)]
    return totals


def panel(f: Callable[[Any], list[Any]], a: Any, b: Any, whole: list[Any], depth: int = 0) -> list[Any]:
    if all(abs(x) < mpf(10) ** -66 for x in whole):
        return whole
    m = (a + b) / 2
    left, right = quad(f, a, m), quad(f, m, b)
    both = [x + y for x, y in zip(left, right)]
    if depth > 40 or all(abs(x - y) <= mpf(10) ** -54 * (abs(x) + mpf(10) ** -14) for x, y in zip(both, whole)):
        return both
    return [x + y for x, y in zip(panel(f, a, m, left, depth + 1), panel(f, m, b, right, depth + 1))]


def sums(p_law: Law, q_law: Law, rows: tuple[str, ...]) -> dict[str, Any]:
    built = [
        DISCRETE[name](**{key: mpf(value) for key, value in parameters.items()}) for name, parameters in (p_law, q_law)
    ]
    lows, highs = zip(*(ends for _, ends in built))
    first, last = int(min(lows)), max(highs)
    middle = max(int(parameters.get("mu", 0)) for _, parameters in (p_law, q_law))
    k, values, mass = first, {row: mpf(0) for row in rows}, [mpf(0), mpf(0)]
    while k <= last:
        p, q = (exp(f(mpf(k))) if ends[0] <= k <= ends[1] else mpf(0) for f, ends in built)
        mass = [mass[0] + p, mass[1] + q]
        for row in rows:
            at_zero, slope = ENDS[row]
            values[row] += ROWS[row](p, q) if p and q else q * at_zero if q else p * slope if p else 0
        if k > middle and max(p, q) < mpf(10) ** -90:
            break
        k += 1
    assert all(abs(m - 1) < mpf(10) ** -DIGITS for m in mass), (p_law, q_law)
    return values


def main() -> None:
    entries = []
    for p, q, rows, reason, infinite in PAIRS:
        finite = tuple(row for row in rows if row not in infinite)
        find = sums if p[0] in DISCRETE else integrals
        # where 1 − x decides far into the end of a beta law, x needs the digits
        shapes = [law[1].get(name, 1) for law in (p, q) if law[0] == "beta" for name in ("a", "b")]
        with mp.workdps(620 if min(shapes, default=1) < 0.5 else mp.dps):
            values = find(p, q, finite)
        print(p, q, {row: mp.nstr(value, 8) for row, value in values.items()}, flush=True)
        for row in rows:
            value = "inf" if row in infinite else mp.nstr(values[row], DIGITS)
            entries.append(
                {"p": p, "q": q, "row": row, "value": value, **({"reason": reason} if value == "inf" else {})}
            )
            assert value == "inf" or math.isfinite(float(value)), (p, q, row)
    target = Path(__file__).with_name("laws.json")
    scratch = target.with_suffix(".part")
    scratch.write_text("[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries) + "\n]\n")
    scratch.replace(target)
    print(f"{len(entries)} values of {len(PAIRS)} pairs in {target.name}")


if __name__ == "__main__":
    main()
