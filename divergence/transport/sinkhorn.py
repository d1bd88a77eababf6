"""The Sinkhorn divergence: entropic optimal transport, debiased, with a primal-dual gap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..errors import InvalidParameter, NotConverged, ShapeMismatch
from ..evaluation import Evaluation
from ..integral_metric import Pair, pair
from ..measure import Discrete, Samples
from .debiased import Found, Side, identical, same_law, terms
from .envelope import mass_slopes, point_slopes
from .wasserstein import check_order

Array = Any


def sinkhorn(
    epsilon: float | None = None,
    *,
    accuracy: float | None = None,
    order: float = 2,
    cost: Any = None,
    reach: float | None = None,
    debias: bool = True,
    rtol: float | None = None,
    iterations: int = 5000,
) -> Sinkhorn:
    """S_ε(P, Q) = OT_ε(P, Q) − ½ OT_ε(P, P) − ½ OT_ε(Q, Q), OT_ε = min Σ π c + ε KL(π | P ⊗ Q), c = |x − y|^order.

    >>> from divergence import Discrete
    >>> p = Discrete(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [1.0, 0.0]]))
    >>> q = Discrete(np.array([0.5, 0.5]), np.array([[0.0, 3.0], [1.0, 3.0]]))
    >>> float(sinkhorn(0.5)(p, q)), float(sinkhorn(0.5)(p, p))  # of a shift it is the squared length, at every ε
    (9.0, 0.0)

    - `epsilon` has the unit of the cost. S_ε falls to the exact cost of `wasserstein(order)` to the power of the order
      as ε → 0, and to E c(X, Y) − ½ E c(X, X') − ½ E c(Y, Y') as ε → ∞, half the `energy` where order = 1. Other
      libraries: ε here is `reg` of POT for OT_ε relative to P ⊗ Q, and 2 blur² of GeomLoss's S, doubled, for p = 2.
    - `accuracy` in its place chooses ε for each pair of laws such that S_ε is off the exact cost by at most so much:
      0 ≤ OT_ε(P, Q) − OT(P, Q) ≤ ε min(H(P), H(Q)) and 0 ≤ OT_ε(P, P) ≤ ε H(P), with H(P) = −Σ p log p, hence
      ε = accuracy/(½ H(P) + ½ H(Q)), or accuracy/min(H(P), H(Q)) where it is not debiased.
    - `cost` is a function of points (..., d) and (..., d) that broadcast, or a matrix (n, m); where it is debiased
      it must be symmetric, and a matrix one of one alphabet. With a matrix masses need no points and may be bare.
    - `reach`: plans may leave their marginals and pay reach^order KL for each; None keeps them.
    - `debias=False` is OT_ε(P, Q) alone, which is not 0 at P = Q.
    - `rtol` is how far the primal value may lie above the dual, relative to |OT_ε(P, Q)| + ε: 1e-6, and 1e-3 where
      torch computes in float32, if None. Beyond `iterations`, NotConverged is raised, with what was found.

    Raises InvalidParameter for parameters outside their domain. Source: Feydy et al. 2019; Séjourné et al. 2019.
    """
    if (epsilon is None) == (accuracy is None):
        raise InvalidParameter(
            "one of epsilon and accuracy is needed", argument="epsilon", remedy="write sinkhorn(0.1) or accuracy=0.1"
        )
    for value, name in ((epsilon, "epsilon"), (accuracy, "accuracy"), (reach, "reach"), (rtol, "rtol")):
        if value is not None:
            _check_positive(value, name)
    if isinstance(iterations, bool) or not isinstance(iterations, int | np.integer) or iterations < 1:
        raise InvalidParameter(
            f"{iterations!r} is no number of iterations", argument="iterations", value=iterations, remedy="write 5000"
        )
    if accuracy is not None and (reach is not None or (cost is not None and debias)):
        raise InvalidParameter(
            "its bound is one for plans that keep their marginals, and for costs |x − y|^order where it is debiased",
            argument="accuracy",
            value=accuracy,
            remedy="write epsilon",
        )
    return Sinkhorn(epsilon, accuracy, check_order(order), cost, reach, bool(debias), rtol, int(iterations))


@dataclass(frozen=True, eq=False, repr=False)
class EntropicTransport(Evaluation):
    """The value, the primal-dual gap as its error, and the potentials.

    `u` (n,) and `v` (m,) solve the problem from p to q: π_ij = p_i q_j exp((u_i + v_j − c_ij)/ε), which is `plan`;
    `u_self` and `v_self` those from p to p and from q to q, None where it is not debiased.
    """

    u: Array = None
    v: Array = None
    u_self: Array = None
    v_self: Array = None
    epsilon: float = math.nan
    iterations: int = 0
    _plan: Callable[[], Array] | None = None

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def plan(self) -> Array:
        """π (n, m) from p to q, dense: the only n m numbers here."""
        assert self._plan is not None
        return self._plan()


@dataclass(frozen=True)
class Sinkhorn:
    """Entropic transport, debiased or not; in the unit of the cost.

    Call it on `Discrete(p, points)` and `Discrete(q, points)`, masses (..., k), points (k,) or (k, d); batches
    broadcast, the points may differ. Returns (...), in the dtype and on the device of the input. Torch computes in its
    dtype and where it is, everything else in float64 of numpy. Memory is O(n + m) beside a matrix of costs.

    Debiased it is exactly 0 where both laws have the same masses at the same points, and ≥ 0 for costs |x − y|^order,
    order ≤ 2. It is differentiable in masses and points of torch, once, by the envelope theorem; a gradient with
    respect to masses that are kept is one up to a constant.

    Raises NotConverged, UnsupportedLaw for bare arrays and samples, InvalidMeasure without points, ShapeMismatch for
    dimensions that differ.
    """

    epsilon: float | None
    accuracy: float | None
    order: float
    cost: Any
    reach: float | None
    debias: bool
    rtol: float | None
    iterations: int

    @property
    def name(self) -> str:
        size = f"accuracy={self.accuracy:g}" if self.epsilon is None else f"{self.epsilon:g}"
        return f"sinkhorn({size})"

    def __repr__(self) -> str:
        cost = f"|x − y|^{self.order:g}" if self.cost is None else "cost"
        less = " − ½ OT_ε(P, P) − ½ OT_ε(Q, Q)" if self.debias else ""
        return f"<{self.name}: OT_ε(P, Q){less}, cost {cost}>"

    def __call__(self, p: Any, q: Any) -> Array:
        laws = pair(self._placed(p, "p"), self._placed(q, "q"), self.name, line=False)
        xp = laws.xp
        batch = np.broadcast_shapes(tuple(laws.p.shape[:-1]), tuple(laws.q.shape[:-1]))
        a, b = (xp.broadcast_to(w, (*batch, w.shape[-1])) for w in (laws.p, laws.q))
        x, y = (xp.reshape(s, (s.shape[0], -1)) for s in (laws.x, laws.y))
        found = [self._differentiable(a[(*index, ...)], x, b[(*index, ...)], y) for index in np.ndindex(*batch)]
        return laws.result(xp.reshape(xp.stack(found), batch))

    def evaluate(self, p: Any, q: Any) -> EntropicTransport:
        """The value of one pair of Discretes, with the gap as its error, the potentials and the iterations.

        >>> from divergence import Discrete
        >>> p, q = (Discrete(np.array([0.5, 0.5]), np.array([0.0, x])) for x in (1.0, 2.0))
        >>> found = sinkhorn(0.1).evaluate(p, q)
        >>> round(found.value, 4), found.error < 1e-6, found.plan.round(3).tolist()
        (0.5, True, [[0.5, 0.0], [0.0, 0.5]])

        With `accuracy` the error is that about the exact cost: the gap and what ε may add.
        """
        laws = pair(self._placed(p, "p"), self._placed(q, "q"), self.name, line=False)
        _check_single(laws)
        return self._of(laws, "")

    def estimate(self, x: Any, y: Any, x_weights: Any = None, y_weights: Any = None, *, rng: Any = None) -> Evaluation:
        """The value between the empirical laws of samples x (n,) or (n, d) and y (m, d), each of mass 1/n, or weights.

        It says nothing about the laws behind the samples: `rng` is refused, since √S_ε is not known to obey the
        triangle inequality that the intervals of `wasserstein`, `energy` and `mmd` rest on, and the bootstrap fails
        where the laws are equal.

        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(100, 3)), rng.normal(size=(80, 3)) + 1.0
        >>> sinkhorn(1.0).estimate(x, y).error < 1e-4
        True
        """
        if rng is not None:
            raise InvalidParameter(
                "no interval is known that covers where the laws are equal",
                argument="rng",
                value=rng,
                remedy="leave rng away for the value of the samples, or write mmd(kernel).estimate(x, y, rng=0) or "
                "sliced_wasserstein(order, projections).estimate(x, y, rng=0), which have intervals",
            )
        sides = []
        for s, w, name in ((x, x_weights, "x"), (y, y_weights, "y")):
            points = Samples(s, argument=name).points
            xp = ops.namespace(points)
            n, dtype = points.shape[0], points.dtype if ops.limits(points).bits >= 32 else xp.float32
            masses = xp.full((n,), 1 / n, dtype=dtype, device=points.device) if w is None else w
            sides.append(Discrete(masses, points, argument=f"{name}_weights"))
        laws = pair(sides[0], sides[1], self.name, line=False)
        n, m = laws.p.shape[0], laws.q.shape[0]
        return self._of(laws, f"between the empirical laws of {n} and {m} samples: ")

    def _placed(self, law: Any, name: str) -> Any:
        """A law as it is; where a matrix says what it costs, atoms without points are told apart by their numbers."""
        if self.cost is None or callable(self.cost):
            return law
        if ops.is_array(law) or isinstance(law, list | tuple):
            law = Discrete(law, argument=name)
        if not isinstance(law, Discrete) or law.points is not None:
            return law
        xp, masses = ops.namespace(law.masses), law.masses
        return Discrete(masses, xp.arange(masses.shape[-1], dtype=masses.dtype, device=masses.device), argument=name)

    def _of(self, laws: Pair, what: str) -> EntropicTransport:
        a, x, b, y = (_native(s) for s in (laws.p, laws.x, laws.q, laws.y))
        return self._solve(a, _in_rows(x), b, _in_rows(y), what)[0]

    def _differentiable(self, a: Array, x: Array, b: Array, y: Array) -> Array:
        """The value, with its derivatives where torch tracks any."""
        found, problems = self._solve(_native(a), _native(x), _native(b), _native(y))
        xp = ops.namespace(a)
        value = xp.asarray(found.value, dtype=a.dtype, device=a.device)
        if not ops.is_torch(a):
            return value
        for array, masses, first in ((a, True, True), (x, False, True), (b, True, False), (y, False, False)):
            if not (array * 1.0).requires_grad:
                continue
            if not problems:  # equal laws are where it is least
                value = value + xp.sum(0.0 * array)
                continue
            main, own = problems["pq"], problems.get("pp" if first else "qq")
            if masses:
                slope = mass_slopes(main)[0 if first else 1] - (0.0 if own is None else mass_slopes(own)[0])
            elif self.cost is not None and not callable(self.cost):
                continue
            else:
                slope = point_slopes(main, first) - (0.0 if own is None else point_slopes(own, True))
            value = value + xp.sum(slope * (array - ops.fixed(array)))
        return value

    def _solve(
        self, a: Array, x: Array, b: Array, y: Array, what: str = ""
    ) -> tuple[EntropicTransport, dict[str, Found]]:
        p, q = Side.of(a, x), Side.of(b, y)
        epsilon, bound = self._epsilon(p, q)
        rtol = self.rtol or (1e-6 if ops.limits(a).bits > 32 else 1e-3)
        rho = None if self.reach is None else self.reach**self.order
        term = terms(p, q, self.cost, self.order, epsilon, rho)
        equal = self.debias and identical(p, q)
        problems: dict[str, Found] = {}
        if self.debias:
            problems["pp"] = term("pp").solve(rtol, self.iterations, symmetric=True)
            problems["qq"] = problems["pp"] if equal else term("qq").solve(rtol, self.iterations, symmetric=True)
        near = (problems["pp"], problems["qq"]) if self.debias else None
        pq = problems["pq"] = problems["pp"] if equal else term("pq").solve(rtol, self.iterations, near=near)
        value, gap = pq.value, pq.gap
        if near is not None:
            value -= sum(one.value for one in near) / 2
            gap = max(gap, sum(one.gap for one in near) / 2)
            equal = equal or ((self.cost is None or callable(self.cost)) and same_law(p, q))
            if equal:
                value, gap = 0.0, 0.0
            elif value < 0 and self.cost is None and self.order <= 2:
                value = 0.0  # a theorem says so (Feydy et al. 2019), and what is below it is error
        count = sum(one.iterations for one in {id(one): one for one in problems.values()}.values())
        kind = "Sinkhorn divergence" if self.debias else "entropic transport"
        method = f"{what}{kind} at ε = {epsilon:.3g}, {count} iterations, primal-dual gap {gap:.2g}"
        found = EntropicTransport(
            value,
            gap + (bound if self.accuracy is not None else 0.0),
            method,
            u=pq.f,
            v=pq.g,
            u_self=problems["pp"].f if self.debias else None,
            v_self=problems["qq"].f if self.debias else None,
            epsilon=epsilon,
            iterations=count,
            _plan=pq.plan,
        )
        if not all(one.converged for one in problems.values()):
            worst = max(problems.values(), key=lambda one: one.gap)
            raise NotConverged(
                f"the primal-dual gap {worst.gap:.2g} is above rtol = {rtol:g} of |OT_ε| + ε after "
                f"{worst.iterations} iterations",
                argument="iterations",
                evaluation=found,
                remedy="raise epsilon, rtol or iterations; in float32, use float64; optimal_transport is exact",
            )
        return found, {} if equal and self.debias else problems

    def _epsilon(self, p: Side, q: Side) -> tuple[float, float]:
        """ε, and how far it may put the value off the exact cost."""
        h, k = (_entropy(side.positive) for side in (p, q))
        factor = (h + k) / 2 if self.debias else min(h, k)
        if self.epsilon is not None:
            return self.epsilon, self.epsilon * factor
        assert self.accuracy is not None
        return (self.accuracy / factor if factor > 0 else self.accuracy), self.accuracy if factor > 0 else 0.0


def _entropy(masses: Array) -> float:
    xp = ops.namespace(masses)
    return max(-float(xp.sum(masses * xp.log(masses))), 0.0)


def _native(x: Array) -> Array:
    """As torch computes in, off the graph; everything else as float64 of numpy."""
    return ops.fixed(x) if ops.is_torch(x) else ops.to_numpy(x).astype(np.float64)


def _in_rows(points: Array) -> Array:
    return points.reshape((points.shape[0], -1))


def _check_positive(value: Any, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < math.inf:
        raise InvalidParameter(
            f"{value!r} is no positive number", argument=name, value=value, remedy="write a finite number > 0"
        )


def _check_single(laws: Pair) -> None:
    for w, name in ((laws.p, "p"), (laws.q, "q")):
        if w.ndim != 1:
            raise ShapeMismatch(f"masses {tuple(w.shape)}", argument=name, remedy="give one law; a call takes batches")
