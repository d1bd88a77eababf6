"""Which pairs of laws are served, and how: asked of the routes themselves, so that the table cannot be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .affinity import bhattacharyya, renyi
from .chernoff_information import chernoff
from .density import Density
from .f_divergence import ROWS, hockey_stick, power
from .mixture import Mixture

# what stands for a family: two members as scipy.stats calls them, and the name in torch.distributions
FAMILIES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "normal": ("norm", {"loc": 0, "scale": 1}, {"loc": 1, "scale": 2}, "Normal"),
    "lognormal": ("lognorm", {"s": 1}, {"s": 2, "scale": 3}, "LogNormal"),
    "multivariate normal": (
        "multivariate_normal",
        {"mean": [0, 0], "cov": [[1, 0.5], [0.5, 2]]},
        {"mean": [1, 0], "cov": [[2, 0], [0, 1]]},
        "MultivariateNormal",
    ),
    "exponential": ("expon", {"scale": 1}, {"scale": 2}, "Exponential"),
    "exponential, shifted": ("expon", {"loc": 1}, {"scale": 2}, ""),
    "gamma": ("gamma", {"a": 2}, {"a": 3, "scale": 0.5}, "Gamma"),
    "chi-square": ("chi2", {"df": 3}, {"df": 5}, "Chi2"),
    "inverse gamma": ("invgamma", {"a": 2}, {"a": 3}, "InverseGamma"),
    "half-normal": ("halfnorm", {"scale": 1}, {"scale": 2}, "HalfNormal"),
    "Rayleigh": ("rayleigh", {"scale": 1}, {"scale": 2}, ""),
    "Maxwell": ("maxwell", {"scale": 1}, {"scale": 2}, ""),
    "Weibull, one shape": ("weibull_min", {"c": 2}, {"c": 2, "scale": 3}, "Weibull"),
    "Weibull, two shapes": ("weibull_min", {"c": 2}, {"c": 3}, "Weibull"),
    "beta": ("beta", {"a": 2, "b": 3}, {"a": 0.5, "b": 4}, "Beta"),
    "Dirichlet": ("dirichlet", {"alpha": [1, 2, 3]}, {"alpha": [3, 2, 1]}, "Dirichlet"),
    "uniform": ("uniform", {"scale": 1}, {"scale": 2}, "Uniform"),
    "Laplace": ("laplace", {}, {"loc": 1, "scale": 2}, "Laplace"),
    "Pareto": ("pareto", {"b": 2}, {"b": 3}, "Pareto"),
    "inverse Gaussian": ("invgauss", {"mu": 1}, {"mu": 2}, ""),
    "von Mises": ("vonmises", {"kappa": 1}, {"kappa": 2, "loc": 1}, "VonMises"),
    "Cauchy": ("cauchy", {}, {"loc": 1}, "Cauchy"),
    "Student": ("t", {"df": 3}, {"df": 5}, "StudentT"),
    "logistic": ("logistic", {}, {"loc": 1}, ""),
    "Gumbel": ("gumbel_r", {}, {"loc": 1}, "Gumbel"),
    "Poisson": ("poisson", {"mu": 3}, {"mu": 4}, "Poisson"),
    "Bernoulli": ("bernoulli", {"p": 0.25}, {"p": 0.5}, "Bernoulli"),
    "binomial, one n": ("binom", {"n": 5, "p": 0.25}, {"n": 5, "p": 0.5}, "Binomial"),
    "binomial, two n": ("binom", {"n": 5, "p": 0.25}, {"n": 6, "p": 0.5}, "Binomial"),
    "geometric": ("geom", {"p": 0.25}, {"p": 0.5}, "Geometric"),
    "negative binomial, one r": ("nbinom", {"n": 3, "p": 0.25}, {"n": 3, "p": 0.5}, "NegativeBinomial"),
    "negative binomial, two r": ("nbinom", {"n": 3, "p": 0.25}, {"n": 4, "p": 0.5}, "NegativeBinomial"),
}
WORDS = {"closed form": "closed", "integral": "integral", "sum": "sum", "cubature": "cubature", "f(0)": "f(0) + f'(∞)"}


@dataclass(frozen=True)
class Pairs(Mapping[str, Mapping[str, str]]):
    """For each kind of pair, by name, the route of each divergence, by name. Printed as a table.

    Divergences that take the same routes everywhere share a column.
    """

    routes: dict[str, dict[str, str]]
    torch: dict[str, str]

    def __getitem__(self, name: str) -> Mapping[str, str]:
        return self.routes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.routes)

    def __len__(self) -> int:
        return len(self.routes)

    @property
    def columns(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """The divergences that share their routes, and these routes."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name in next(iter(self.routes.values())):
            found.setdefault(tuple(self.short(pair, name) for pair in self), []).append(name)
        return {tuple(names): column for column, names in found.items()}

    def short(self, pair: str, divergence: str) -> str:
        """The route in a word or two."""
        route = self.routes[pair][divergence]
        return next(word for start, word in WORDS.items() if route.startswith(start))

    def __str__(self) -> str:
        columns = self.columns
        lines = [f"{chr(65 + i)}  {', '.join(names)}" for i, names in enumerate(columns)]
        width = max(map(len, self)) + 2
        head = "".join(f"{chr(65 + i):14}" for i in range(len(columns)))
        table = [
            f"{pair:{width}}{''.join(f'{column[i]:14}' for column in columns.values())}".rstrip()
            for i, pair in enumerate(self)
        ]
        return "\n".join([*lines, "", f"{'':{width}}{head}".rstrip(), *table])

    __repr__ = __str__  # so that a prompt shows it


def pairs() -> Pairs:
    """The routes of pairs of laws: families by divergences.

    >>> import divergence as dv
    >>> table = dv.pairs()
    >>> table["gamma"]["kl"], table["gamma"]["js"], table["Weibull, two shapes"]["renyi(a)"]
    ('closed form: gamma family', 'integral over (0, inf)', 'integral over (0, inf)')

    Any two laws of one space are served, also of different families; what a table of families shows is where the answer
    is a closed form. `dv.kl.plan(P, Q)` tells the route of any one pair.
    """
    from scipy import stats

    kinds: dict[str, tuple[Any, Any]] = {
        name: (getattr(stats, scipy)(**p), getattr(stats, scipy)(**q)) for name, (scipy, p, q, _) in FAMILIES.items()
    }
    mixtures = [Mixture([0.5, 0.5], [stats.norm(m, 1), stats.norm(-m, 1)]) for m in (1, 2)]
    own = [Density(lambda x, m=m: stats.norm.logpdf(x, m, 1)) for m in (1, 2)]
    kinds |= {
        "two families on the line": (stats.norm(0, 1), stats.laplace(0, 1)),
        "two families on the integers": (stats.poisson(3), stats.geom(0.5)),
        "mixtures": (mixtures[0], mixtures[1]),
        "your own density": (own[0], own[1]),
        "a density and atoms": (stats.norm(0, 1), stats.poisson(3)),
    }
    routes = {
        kind: {name: divergence.plan(p, q) for name, divergence in _divergences().items()}
        for kind, (p, q) in kinds.items()
    }
    return Pairs(routes, {name: family[3] for name, family in FAMILIES.items()})


def _divergences() -> dict[str, Any]:
    """By name; a family by a member of no special order."""
    return {
        **ROWS,
        "power(a)": power(0.3),
        "hockey_stick(γ)": hockey_stick(2),
        "renyi(a)": renyi(0.3),
        "bhattacharyya": bhattacharyya,
        "chernoff": chernoff,
    }
