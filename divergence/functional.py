"""What every functional of two laws on one alphabet is asked for: masses, log-masses, logits, all pairs, an error.

A functional says how a value is found from masses and from log-masses that are already checked, of one shape and wide
enough to add in; the boundary, the dtypes and the routes are here, once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ops
from .checks import Law, check_axis, check_floating, check_form, log_mass_doubts, logit_doubts, mass_doubts, settle
from .errors import InvalidParameter, ShapeMismatch, UnsupportedLaw
from .evaluation import Evaluation
from .measure import Discrete, same_alphabet, same_number_of_atoms, same_points
from .pairwise import all_pairs
from .product import singles
from .promotion import as_law, promote

if TYPE_CHECKING:
    from .families.closed_form import ClosedForm
    from .routes import Route

Array = Any
RTOL = 1e-10  # the relative accuracy of integrals
Look = Callable[[], None]


class Functional(ABC):
    """A number for each pair of laws. Call it on masses, on two `Discrete`, or on any two laws."""

    @property
    @abstractmethod
    def name(self) -> str:
        """How it is called."""

    @property
    @abstractmethod
    def bound(self) -> float:
        """The largest value."""

    @abstractmethod
    def _of_masses(self, p: Array, q: Array, look: Look) -> Array:
        """The value of each pair of rows of p and q (..., k); `look` refuses what is no mass, and must be called."""

    @abstractmethod
    def _of_logs(self, log_p: Array, log_q: Array, v: Array | None) -> Array:
        """The same from log-masses, and from v = log p/q where it is known better than by their difference."""

    @abstractmethod
    def _of_densities(self, p: Any, q: Any, rtol: float) -> Evaluation:
        """The value for two `Density`, or two `Lattice`, with its error."""

    def _of_laws(self, p: Any, q: Any, batch: tuple[int, ...], rtol: float) -> Array:
        """The values of a batch of pairs of them, here one by one; tensors where a law is made of some."""
        pairs = zip(singles(p, batch), singles(q, batch))
        return np.asarray([self._of_densities(x, y, rtol).value for x, y in pairs]).reshape(batch)

    def _of_coordinates(self, each: Callable[[Functional], Array]) -> Array | None:
        """The value for independent coordinates from `each` of a functional on them (..., d), where that is enough."""
        return None

    def _closes(self, form: ClosedForm) -> bool:
        """Whether it is a function of what the closed form knows."""
        return False

    def _of_form(self, form: ClosedForm) -> Array:
        """The value from a closed form, if that closes it."""
        raise NotImplementedError

    def _rounding(self, value: float) -> float:
        """How many eps the value of masses may be off."""
        return 8 * value

    def __call__(self, p: Any, q: Any, *, axis: int = -1) -> Array:
        given = p, q = as_law(p, "p"), as_law(q, "q")
        kind, p, q = promote(p, q, axis, check=check_form)
        if kind == "laws":
            return self._route(p, q).values(RTOL)
        p, q, dtype = _wide(p, q)
        return _narrow(self._of_masses(p, q, lambda: _look(given, axis)), dtype)

    def from_log(self, log_p: Any, log_q: Any, *, axis: int = -1) -> Array:
        """The same from log-masses (..., k), -inf where there is none.

        >>> import divergence as dv
        >>> float(dv.kl.from_log([0.0, -1000.0], [-1000.0, 0.0]))
        1000.0
        """
        x, y = _form(log_p, "log_p", axis, "log-masses"), _form(log_q, "log_q", axis, "log-masses")
        log_p, log_q = same_alphabet(x, y, axis, ("log_p", "log_q"))
        settle(log_mass_doubts(x, "log_p", axis) + log_mass_doubts(y, "log_q", axis))
        log_p, log_q, dtype = _wide(log_p, log_q)
        return _narrow(self._of_logs(log_p, log_q, None), dtype)

    def from_logits(self, a: Any, b: Any, *, temperature: float = 1.0, axis: int = -1) -> Array:
        """The same for p = softmax(a/temperature) and q = softmax(b/temperature), a and b (..., k), -inf allowed.

        Never through the masses, so that logits of ±10⁴ neither overflow nor vanish, and as accurate near p = q as the
        logits are: log p/q is found from a - b. A constant added to a or b changes nothing.

        >>> import divergence as dv
        >>> float(dv.kl.from_logits([1e4, 0.0], [0.0, 1e4]))
        10000.0
        >>> float(dv.kl.from_logits([0.0, 1e-9], [0.0, 0.0]))  # 1e-18/8
        1.25e-19

        Raises InvalidMeasure for a logit that is nan or +inf and for a row of -inf alone.
        """
        x, y = _form(a, "a", axis, "logits"), _form(b, "b", axis, "logits")
        a, b = same_alphabet(x, y, axis, ("a", "b"))
        settle(logit_doubts(x, "a", axis) + logit_doubts(y, "b", axis))
        a, b, dtype = _wide(a, b)
        return _narrow(self._of_logs(*_log_softmax(a, b, _temperature(temperature))), dtype)

    def pairwise(self, p: Any, q: Any | None = None) -> Array:
        """The value of each of p (m, k) with each of q (n, k), or of p itself: (m, n), in bounded memory.

        >>> import divergence as dv
        >>> dv.total_variation.pairwise([[1.0, 0.0], [0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]).tolist()
        [[0.0, 1.0, 0.75], [0.5, 0.5, 0.25]]

        Raises InvalidMeasure as a call does, ShapeMismatch for what is no table of laws.
        """
        sides = [(p, "p"), (p if q is None else q, "q")]
        tables = [x.masses if isinstance(x, Discrete) else check_form(x, name) for x, name in sides]
        for x, (_, name) in zip(tables, sides):
            if x.ndim != 2:
                raise ShapeMismatch(
                    f"shape {tuple(x.shape)} is no table of laws", argument=name, remedy="give laws as rows, (m, k)"
                )
            if x.shape[0] == 0:
                raise ShapeMismatch("has no laws", argument=name, remedy="give at least one row")
        if all(isinstance(x, Discrete) for x, _ in sides):
            same_points(sides[0][0], sides[1][0], ("p", "q"))
        same_number_of_atoms(*tables)
        a, b, dtype = _wide(*tables)
        _look((sides[0][0], sides[1][0]), -1)
        return _narrow(self._of_pairs(a, b), dtype)

    def _of_pairs(self, p: Array, q: Array) -> Array:
        return all_pairs(lambda x, y: self._of_masses(x, y, lambda: None), p, q)

    def _by_chance(self, p: Any, q: Any, method: str, rng: Any, n: int, confidence: float) -> Evaluation:
        if method != "monte_carlo":
            raise InvalidParameter(
                f"{method!r} is no method",
                argument="method",
                value=method,
                remedy='write "monte_carlo", or none',
            )
        raise UnsupportedLaw(
            f"{self.name} is no mean", argument="method", remedy="estimate an f-divergence, such as power(a)"
        )

    def _route(self, p: Any, q: Any) -> Route:
        from .routes import route

        return route(self, p, q)

    def plan(self, p: Any, q: Any) -> str:
        """The route that `self(p, q)` takes, in words.

        >>> import divergence as dv
        >>> from scipy import stats
        >>> dv.kl.plan(stats.norm(0, 1), stats.norm(1, 2)), dv.js.plan(stats.norm(0, 1), stats.norm(1, 2))
        ('closed form: normal family', 'integral over (-inf, inf)')
        """
        kind, p, q = promote(p, q)
        return self._route(p, q).text if kind == "laws" else f"sum over {p.shape[-1]} atoms"

    def evaluate(
        self,
        p: Any,
        q: Any,
        *,
        rtol: float = RTOL,
        method: str | None = None,
        rng: Any = None,
        n: int = 100_000,
        confidence: float = 0.95,
    ) -> Evaluation:
        """The value of one pair with a bound on its error: rounding for masses, quadrature for densities.

        With `method="monte_carlo"` the mean over n random points of two densities, in any dimension, with its
        confidence interval; `rng` is a seed or a numpy Generator. Without it nothing is random.

        Raises NotConverged, carrying what was found, where the integral misses the relative accuracy `rtol`.
        """
        if isinstance(rtol, bool) or not isinstance(rtol, int | float | np.number) or not 0 <= rtol < math.inf:
            raise InvalidParameter(
                f"{rtol!r} is no relative accuracy",
                argument="rtol",
                value=rtol,
                remedy="a number from 0, such as 1e-10",
            )
        if method is not None:
            return self._by_chance(p, q, method, rng, n, confidence)
        kind, a, b = promote(p, q)
        if kind == "laws":
            return self._route(a, b).of_one_pair(self.name).evaluate(rtol)
        if a.ndim > 1:
            raise ShapeMismatch(
                f"a batch of shape {tuple(a.shape[:-1])} where one pair belongs",
                argument="p, q",
                remedy=f"call {self.name}(p, q) for a batch, or evaluate it pair by pair",
            )
        value = float(ops.to_numpy(self(a, b)))
        eps = float(ops.limits(a).eps)
        return Evaluation(value, eps * self._rounding(value) if np.isfinite(value) else 0.0, self.plan(p, q))


def _look(given: tuple[Any, Any], axis: int) -> None:
    """Refuse bare arrays that hold no masses; a Discrete was looked at when it was made."""
    bare = [(ops.as_array(x), argument) for x, argument in zip(given, ("p", "q")) if not isinstance(x, Law)]
    settle([doubt for x, argument in bare for doubt in mass_doubts(x, argument, axis)])


def _wide(p: Array, q: Array) -> tuple[Array, Array, Any]:
    """p and q in their common dtype, half precisions as float32, and the dtype that the answer shall have."""
    xp = ops.namespace(p, q)
    dtype = xp.result_type(p, q)
    wide = dtype if xp.finfo(dtype).bits >= 32 else xp.float32
    return xp.astype(p, wide, copy=False), xp.astype(q, wide, copy=False), dtype


def _narrow(value: Array, dtype: Any) -> Array:
    with ops.quiet():
        return ops.plain(ops.namespace(value).astype(value, dtype, copy=False))


def _form(x: Any, argument: str, axis: int, what: str) -> Array:
    """x as an array that may hold `what` along `axis`, for all that its dtype and its shape tell."""
    x = check_floating(x, argument, what, f"write {argument}.astype(float)")
    check_axis(x, argument, axis)
    return x


def _temperature(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if isinstance(value, str) or not 0 < number < np.inf:
        raise InvalidParameter(
            f"{value!r} is no temperature", argument="temperature", value=value, remedy="give a positive finite number"
        )
    return number


def _log_softmax(a: Array, b: Array, temperature: float) -> tuple[Array, Array, Array]:
    """log p, log q and v = log p/q of p = softmax(a/temperature), q = softmax(b/temperature)."""
    if ops.is_dask(a):
        from .adapters.dask import by_rows

        return by_rows(lambda a, b: _log_softmax(a, b, temperature), a, b)
    xp = ops.namespace(a, b)

    def logarithms(x: Array) -> Array:
        z = (x - xp.max(ops.fixed(x), axis=-1, keepdims=True)) / temperature
        return z - xp.log(xp.sum(xp.exp(z), axis=-1, keepdims=True))

    with ops.quiet():
        return logarithms(a), logarithms(b), _log_ratio(ops.fixed(a), ops.fixed(b), temperature)


def _log_ratio(a: Array, b: Array, temperature: float) -> Array:
    """log p/q of two softmaxes: a - b less their tops, kept in two floats, and then less its level.

    Where a is b plus a constant plus 1e-9, the difference of log p and log q would hold seven digits; this holds all.
    """
    xp, o = ops.namespace(a, b), ops.words(a, b)
    top_a, top_b = (xp.max(x, axis=-1, keepdims=True) for x in (a, b))
    z, w = (a - top_a) / temperature, (b - top_b) / temperature
    (high, low), (level_high, level_low) = _difference(a, b), _difference(top_a, top_b)
    gap = ((high - level_high) + (low - level_low)) / temperature
    both, neither = (a > -xp.inf) & (b > -xp.inf), (a == -xp.inf) & (b == -xp.inf)

    def total(x: Array, where: Array) -> Array:
        return xp.sum(o.where(where, x, o.like(x, 0)), axis=-1, keepdims=True)

    weight, over = xp.exp(z), xp.exp(w)
    common_p, common_q, only_p, only_q = (total(x, m) for m in (both, ~both) for x in (weight, over))
    apart = xp.log(common_p + only_p) - xp.log(common_q + only_q)
    # the same level from what the weights differ by, e^z - e^w = e^w expm1(gap), on the atoms that both have
    step = o.where(gap > 1, weight - over, over * xp.expm1(o.where(both & (gap <= 1), gap, o.like(gap, 0))))
    close = xp.log1p(total(step, both) / common_q) + xp.log1p(only_p / common_p) - xp.log1p(only_q / common_q)
    level = o.where((o.abs(apart) < 1) & (common_p > 0) & (common_q > 0), close, apart)
    return o.where(neither, o.like(gap, 0), gap - level)


def _difference(x: Array, y: Array) -> tuple[Array, Array]:
    """x - y as an unevaluated sum of two floats; the second is 0 where the first is infinite."""
    o = ops.words(x, y)
    high = x - y
    back = high - x
    low = (x - (high - back)) - (y + back)
    return high, o.where(o.xp.isfinite(high), low, o.like(high, 0))
