"""Writes docs/laws.md: which laws are taken, by which routes, how accurately; from the code and the references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import divergence as dv
from divergence.pair_table import FAMILIES

from ..record import keep
from .accuracy import Found

PAGE = Path(__file__).parents[2] / "docs" / "laws.md"
HEAD = """\
# Laws

<!-- written by `python -m benchmarks.laws`; change benchmarks/laws/page.py instead -->

Any two laws get a value, the way it was found, and an error:

```python
from scipy import stats
import divergence as dv

dv.kl(stats.norm(0, 1), stats.laplace(0, 1))              # a float: scipy's frozen laws, also of its new kind
dv.js.evaluate(stats.t(3), stats.norm(0, 1))              # value, error, method
dv.kl(dv.Density(lambda x: -x, support=(0, float("inf"))), stats.gamma(2))       # your own log-density
dv.kl(dv.Lattice(lambda k: -(k + 1) * 0.6931471805599453), stats.poisson(2))     # your own log-masses on 0, 1, 2, ...
dv.js(dv.Mixture([0.3, 0.7], [stats.norm(-1, 1), stats.norm(2, 1)]), stats.norm(1, 2))
dv.kl(torch.distributions.Normal(mean, 1.0), torch.distributions.StudentT(3.0))  # a tensor, with gradients to `mean`
dv.kl(stats.norm(means, 1), stats.norm(0, 1))             # a batch: one call, vectorised
dv.kl.plan(P, Q)                                          # the route, in words
```

- **Closed forms** hold for every order of ∫ pᵃ q¹⁻ᵃ: one pair of functions for each family, its own KL and the step
  along its natural parameters, gives KL both ways, Rényi, Bhattacharyya, Hellinger, χ², power(a) and Chernoff. They
  keep their digits near equality and at extreme parameters (Gamma(1e5), Beta(1e6, 1e6)), to a relative error of 1e-12,
  and are `inf` where the parameter leaves the domain.
- **Integrals and sums** serve every other pair, to a relative accuracy of 1e-10 unless `rtol=` says otherwise; the
  error that is stated covers what the rule, the rounding of the log-densities and the tails leave unknown. Where that
  cannot be reached, `NotConverged` carries what was found; a density whose integral is not 1 is refused.
- **Certified intervals**, `dv.kl.certify(P, Q)`, are theorems: ball arithmetic (Arb) with bounded tails, for normal,
  lognormal, Laplace, logistic, Student, Cauchy, gamma (with all its powers), beta and uniform laws and their mixtures,
  every row; a tenth of a second each. What cannot be enclosed is refused, naming what is missing.
- **What one law lacks** counts exactly: where p has mass and q none, f'(∞) per unit of p, and f(0) the other way round.

## Routes

`print(dv.pairs())` prints this table. Divergences that take the same routes everywhere share a column.

"""


def routes() -> Iterator[str]:
    """The table of routes, in Markdown."""
    table = dv.pairs()
    for i, names in enumerate(table.columns):
        yield f"- **{chr(65 + i)}**: {', '.join(f'`{name}`' for name in names)}"
    yield ""
    letters = [chr(65 + i) for i in range(len(table.columns))]
    yield f"| pair | scipy.stats | torch | {' | '.join(letters)} |"
    yield f"|---|---|---|{'---|' * len(letters)}"
    for i, pair in enumerate(table):
        scipy, torch = (FAMILIES[pair][0], FAMILIES[pair][3]) if pair in FAMILIES else ("", "")
        cells = " | ".join(column[i] for column in table.columns.values())
        yield f"| {pair} | {f'`{scipy}`' if scipy else ''} | {f'`{torch}`' if torch else ''} | {cells} |"


def accuracy(values: list[Found]) -> Iterator[str]:
    """The corpus, in Markdown: a line for each pair."""
    yield "| pair | values | worst relative error | largest error stated | covered | certified |"
    yield "|---|---|---|---|---|---|"
    for pair in dict.fromkeys(x.pair for x in values):
        here = [x for x in values if x.pair == pair]
        worst, stated = (max(getattr(x, what) for x in here) for what in ("error", "stated"))
        covered, sure = sum(x.covered for x in here), sum(x.inside for x in here)
        cells = (
            pair,
            len(here),
            f"{worst:.0e}",
            f"{stated:.0e}",
            f"{covered} of {len(here)}",
            f"{sure} of {len(here)}",
        )
        yield f"| {' | '.join(map(str, cells))} |"


def write(values: list[Found]) -> None:
    covered = sum(x.covered for x in values)
    text = [
        HEAD + "\n".join(routes()),
        "",
        "## Accuracy",
        "",
        f"{len(values)} values of {len({x.pair for x in values})} pairs, against references in 50 digits "
        "(`tests/references/make_laws.py`). *Stated* is the error that `evaluate` gives, relative to the value; it "
        f"covers the true one {covered} times of {len(values)}. An infinite value that is found counts as exact. "
        "*Certified* values have an interval by ball arithmetic, no wider than 1e-12, that holds the reference; the "
        "others are refused: laws on the integers, Pareto, inverse Gaussian, von Mises and Gumbel laws.",
        "",
        *accuracy(values),
    ]
    keep(PAGE, text)
