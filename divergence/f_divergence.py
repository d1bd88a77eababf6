"""f-divergences of masses, log-masses and densities: everything that is asked of them comes from the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from . import derived_rows, generators, ops
from .adapters import log_terms_with_gradient, terms_with_gradient
from .checks import sum_tolerance, watchful
from .density import Density, Lattice
from .errors import InvalidMeasure, InvalidParameter, NotConverged, UnsupportedLaw
from .evaluation import GROWN, Evaluation
from .functional import Functional, Look
from .generators import GENERATORS, Generator
from .pairwise import js_pairs, kl_pairs
from .perspective import terms_of_logs, terms_of_masses
from .product import Product
from .promotion import promote
from .summation import BIG, FLOATS, pair_sums, streams, sums

if TYPE_CHECKING:
    from .explain import Explanation
    from .families.closed_form import ClosedForm

Array = Any


@dataclass(frozen=True)
class FDivergence(Functional):
    """D_f(P||Q) = Σ q f(p/q) ≥ 0 in nats, for masses and densities; infinite where f says so.

    Call it on masses p and q (..., k), numpy or any array-API library, batches broadcast; or on two `Discrete`, or two
    `Density`. Returns the divergence of each pair, shape (...), in the dtype and on the device of the input.

    >>> import numpy as np
    >>> float(kl(np.array([0.5, 0.5]), np.array([0.25, 0.75])))
    0.14384103622589045
    >>> float(js(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    0.6931471805599453
    >>> kl(np.array([0.5, 0.5]), np.array([0.5, 0.6]))
    Traceback (most recent call last):
    divergence.errors.InvalidMeasure: sum of q: 1.1 is not 1. Remedy: ...

    Raises InvalidMeasure for a negative, nan or integer mass and a sum that is not one, ShapeMismatch for alphabets
    or batches that do not fit, UnsupportedLaw for samples. Source: Liese & Vajda 2006.
    """

    generator: Generator

    def __post_init__(self) -> None:
        self.generator.settle()

    @property
    def name(self) -> str:
        return self.generator.name

    @property
    def bound(self) -> float:
        """The largest value, f(0) + f'(inf)."""
        return self.generator.bound

    def explain(self, p: Any, q: Any, *, labels: Any = None) -> Explanation:
        """What each atom contributes to one pair, why a value is infinite, and what it means; also as `.figure()`.

        Atoms are called by `labels` (k,), by the points of a `Discrete`, or by their indices.

        >>> found = kl.explain([0.5, 0.5, 0.0], [0.25, 0.0, 0.75], labels=["a", "b", "c"])
        >>> print(str(found).splitlines()[4])
        Infinite: q has no mass on atom b, where p has 0.5, and f'(∞) of kl is infinite.

        Raises ShapeMismatch for a batch, UnsupportedLaw for densities.
        """
        from .explain import explain

        return explain(self, p, q, labels)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.generator.formula}, in [0, {self.bound:g}]>"

    def _of_masses(self, p: Array, q: Array, look: Look) -> Array:
        if streams(p, q) and not self.generator.is_open:
            found = sums(self.generator, p, q)
            # what was given is looked at on its own only where the sums tell to
            off = (~(np.abs(total - 1) <= sum_tolerance(x, x.shape[-1])) for x, total in ((p, found.p), (q, found.q)))
            if watchful() and (found.signed or any(np.any(x) for x in off)):
                look()
            return found.value.astype(p.dtype, copy=False)
        look()
        return self._total(terms_with_gradient(self.generator, p, q, terms_of_masses), p < q)

    def _of_logs(self, log_p: Array, log_q: Array, v: Array | None) -> Array:
        terms = log_terms_with_gradient(self.generator, log_p, log_q, v, terms_of_logs)
        return self._total(terms, log_p < log_q)

    def _of_pairs(self, p: Array, q: Array) -> Array:
        row = self.generator
        if not ops.is_numpy(p) or p.dtype not in FLOATS or len(p) * q.size < BIG or row.is_open:
            return super()._of_pairs(p, q)
        if p.dtype == np.float64:
            if row is GENERATORS["kl"]:
                return kl_pairs(row, p, q)
            if row is GENERATORS["reverse_kl"]:
                return kl_pairs(row.reverse, q, p).T
            if row is GENERATORS["js"]:
                return js_pairs(row, GENERATORS["kl"], p, q)
        return pair_sums(row, p, q).astype(p.dtype, copy=False)

    def _of_coordinates(self, each: Callable[[Functional], Array]) -> Array | None:
        row = self.generator
        if row.additive:
            return ops.total(each(self))
        if not row.powers:
            return None
        return sum(c * _of_product(a, each(FDivergence(generators.power(a)))) for c, a in row.powers)

    def _closes(self, form: ClosedForm) -> bool:
        powers = self.generator.powers
        return bool(powers) and all(form.knows(a) for _, a in powers)

    def _of_form(self, form: ClosedForm) -> Array:
        return sum(c * form.power(a) for c, a in self.generator.powers)

    def _of_densities(self, p: Any, q: Any, rtol: float) -> Evaluation:
        from . import quadrature

        if isinstance(p, Lattice):
            return quadrature.sum_row(self.generator, p, q, rtol)
        if p.dimension > 1:
            return quadrature.integrate_box(self.generator, p, q, rtol)
        return quadrature.integrate_row(self.generator, p, q, rtol)

    def _of_laws(self, p: Any, q: Any, batch: tuple[int, ...], rtol: float) -> Array:
        from . import quadrature

        if 0 in batch:
            return np.empty(batch)
        on_integers = isinstance(p, Lattice)
        if not on_integers and p.dimension > 1:
            return super()._of_laws(p, q, batch, rtol)
        if p.log_prob or q.log_prob:
            from .adapters.torch_integrals import integrals

            find: Any = quadrature.rule_of_sum if on_integers else quadrature.rule_of_row
            return integrals(self.generator, p, q, find(self.generator, p, q, rtol), terms_of_logs)
        if not batch:
            return self._of_densities(p, q, rtol).value
        find = quadrature.sum_rows if on_integers else quadrature.integrate_rows
        return find(self.generator, p, q, rtol)[0]

    def _by_chance(self, p: Any, q: Any, method: str, rng: Any, n: int, confidence: float) -> Evaluation:
        if method != "monte_carlo":
            return super()._by_chance(p, q, method, rng, n, confidence)
        from .quadrature import monte_carlo_row

        kind, *laws = promote(p, q)
        pair = [law.joint() if isinstance(law, Product) else law for law in laws]
        for law, argument in zip(pair, ("p", "q")):
            if kind == "masses" or not isinstance(law, Density):
                raise UnsupportedLaw(
                    "a law without a density",
                    argument=argument,
                    remedy="its sum is found without chance: leave method=",
                )
            if law.draw is None:
                raise UnsupportedLaw(
                    "nothing is known that draws from this density",
                    argument=argument,
                    remedy="write Density(logpdf, support=..., draw=lambda rng, n: ...)",
                )
        if isinstance(rng, int | np.integer):
            rng = np.random.default_rng(rng)
        p, q = pair
        return monte_carlo_row(self.generator, p, q, p.draw, q.draw, rng=rng, n=n, confidence=confidence)

    def certify(self, p: Any, q: Any, *, width: float = 1e-12) -> Evaluation:
        """A rigorous interval for two laws on the line, by ball arithmetic: it contains the value, as a theorem.

        Normal, Laplace, logistic, Student, Cauchy, gamma, beta, uniform laws, their kin by a logarithm or a power, and
        mixtures of all these. Parameters are taken as exact, and where a law of another library was brought to its
        standard form, those of that form: the float log(scale) of a lognormal law, √2 scale of a Rayleigh law.
        upper − lower ≤ width · max(upper, width). Needs the extra `certified`.

        >>> from scipy import stats
        >>> found = kl.certify(stats.norm(0, 1), stats.norm(1, 2))
        >>> found.lower <= 0.44314718055994531 <= found.upper < found.lower + 1e-12
        True

        Raises UnsupportedLaw, naming what is missing, where nothing can be proved; NotConverged where `width` is not
        reached.
        """
        from .certified import certify

        kind, first, second = promote(p, q)
        if kind == "masses" or not (isinstance(first, Density) and isinstance(second, Density)):
            raise UnsupportedLaw(
                "no densities on the line",
                argument="p, q",
                remedy=f"call {self.name}.evaluate(p, q): the error of a sum is its rounding",
            )

        def hopeless() -> bool:  # quadrature proves nothing, but sees at once what no float holds
            try:
                return self._of_densities(first, second, 1e-3).method.endswith(GROWN)
            except (InvalidMeasure, NotConverged):
                return False

        return certify(self.generator, first, second, width, hopeless)

    def _total(self, terms: Array, p_smaller: Array) -> Array:
        xp = ops.namespace(terms)
        if self.generator.is_open and ops.holds(xp.isnan(terms)):  # never so for a row of the table
            if ops.holds(xp.isnan(terms) & p_smaller):
                raise InvalidParameter(
                    "f(0) is nan, and p has no mass where q has some",
                    argument="f",
                    remedy="let f return its limit at 0, as scipy.special.xlogy(t, t) does for t log t; inf is allowed",
                )
            raise InvalidParameter(
                "f'(inf) is unknown, and q has no mass where p has some",
                argument="slope",
                remedy="write f_divergence(f, slope=lim f(t)/t); inf is allowed",
            )
        with ops.quiet():
            return ops.total(terms)

    def _rounding(self, value: float) -> float:
        """How many eps the value of masses may be off: a few of its own, and of one where f may cancel."""
        row = self.generator
        steepness = row.steepness
        cancels = row.critic is None or any(kink != 1 for kink in row.kinks)
        return (8 + steepness) * value + (8 if cancels else 0) * (1 + abs(value))


def _of_product(a: float, each: Array) -> Array:
    """power(a) of a product from that of its coordinates (..., d): the integrals ∫ p^a q^(1−a) multiply."""
    o, c = ops.words(each), a * (a - 1)
    if c == 0:
        return ops.total(each)
    with ops.quiet():
        return o.expm1(ops.total(o.log1p(c * each))) / c


def _checked(value: Any, argument: str, low: float, remedy: str) -> float:
    """A real parameter: a finite number, at least `low`."""
    try:
        number = np.nan if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not (np.isfinite(number) and number >= low):
        raise InvalidParameter(f"{value!r} is outside its domain", argument=argument, value=value, remedy=remedy)
    return number


@lru_cache(maxsize=256)
def member(family: Callable[[float], Generator], parameter: float) -> FDivergence:
    """One divergence for one parameter: what is compiled for a row is found again when the row is asked for again."""
    return FDivergence(family(parameter))


def power(a: float) -> FDivergence:
    """Σ q (tᵃ − a t + a − 1)/(a (a − 1)), t = p/q: KL at a = 1, reverse KL at a = 0, half Pearson at a = 2.

    >>> import numpy as np
    >>> p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    >>> abs(float(power(1)(p, q) - kl(p, q))) < 1e-16
    True
    """
    return member(generators.power, _checked(a, "a", -np.inf, "a is a finite number"))


def hockey_stick(gamma: float) -> FDivergence:
    """Σ max(p − γ q, 0), γ ≥ 1: total variation at γ = 1, the δ of (log γ, δ)-differential privacy.

    >>> import numpy as np
    >>> float(hockey_stick(2)(np.array([0.75, 0.25]), np.array([0.25, 0.75])))
    0.25
    """
    remedy = "γ is at least 1; for γ < 1 exchange p and q: Σ max(p − γ q, 0) = 1 − γ + γ Σ max(q − p/γ, 0)"
    return member(generators.hockey_stick, _checked(gamma, "gamma", 1.0, remedy))


def skew(divergence: FDivergence, weight: float) -> FDivergence:
    """D(P ‖ (1 − w) P + w Q), 0 < w ≤ 1: finite where D(P‖Q) is not, D itself at w = 1.

    >>> import divergence as dv
    >>> float(dv.skew(dv.kl, 0.5)([1.0, 0.0], [0.0, 1.0]))  # log 2
    0.6931471805599453

    The skewed row of `kl` is the K-divergence at w = 1/2, whose symmetrised row is `js`. Raises InvalidParameter for a
    weight outside (0, 1]. Source: Lee 1999; Lin 1991.
    """
    remedy = "w is above 0 and at most 1: the weight of Q in the mixture"
    weight = _checked(weight, "weight", 5e-324, remedy)
    if weight > 1:
        raise InvalidParameter(f"{weight!r} is outside its domain", argument="weight", value=weight, remedy=remedy)
    return FDivergence(derived_rows.skew(_row(divergence), weight))


def symmetrised(divergence: FDivergence) -> FDivergence:
    """½ D(P‖Q) + ½ D(Q‖P).

    >>> import divergence as dv
    >>> p, q = [0.5, 0.5], [0.25, 0.75]
    >>> abs(float(dv.symmetrised(dv.kl)(p, q) - dv.jeffreys(p, q) / 2)) < 1e-16
    True
    """
    return FDivergence(derived_rows.symmetrised(_row(divergence)))


def _row(divergence: Any) -> Generator:
    if not isinstance(divergence, FDivergence):
        raise InvalidParameter(
            f"{type(divergence).__name__} is no f-divergence",
            argument="divergence",
            value=divergence,
            remedy="hand in a row, such as dv.kl, dv.power(2) or f_divergence(f)",
        )
    return divergence.generator


kl, reverse_kl, jeffreys, js, total_variation, squared_hellinger, pearson, neyman, triangular = (
    FDivergence(row) for row in GENERATORS.values()
)

ROWS: dict[str, FDivergence] = {
    d.name: d for d in (kl, reverse_kl, jeffreys, js, total_variation, squared_hellinger, pearson, neyman, triangular)
}


def in_bits(nats: Any) -> Any:
    """nats / log 2.

    >>> float(in_bits(js([1.0, 0.0], [0.0, 1.0])))
    1.0
    """
    return nats / np.log(2.0)
