"""Entropy, cross-entropy, mutual information and the Jensen–Shannon divergence of many laws, of masses.

The last two are sums of the row `kl` against a law that is computed, a product of marginals or a mixture. What is left
of p − q after that law was rounded would be noise near independence and near equality, so the law and the difference
are kept in two floats.
"""

from __future__ import annotations

from typing import Any

from . import ops, slopes
from .adapters import terms_with_slopes
from .checks import check_form, check_masses, entry_doubts, mass_doubts, settle
from .errors import InvalidParameter, ShapeMismatch
from .generators import GENERATORS
from .measure import Discrete, same_alphabet
from .perspective import terms_of_masses

Array = Any
SPLIT = 2.0**27 + 1  # parts a float64 in two halves of 26 bits
DEEP = 2.0**-400  # products of two masses above it keep all their digits
LIFT = 2.0**600  # by which smaller ones are made larger


def entropy(p: Any, *, axis: int = -1) -> Array:
    """H(P) = −Σ p log p in nats, in [0, log k], of masses p (..., k); returns (...).

    >>> import divergence as dv
    >>> float(dv.in_bits(dv.entropy([0.25, 0.25, 0.25, 0.25])))
    2.0

    Raises InvalidMeasure as a divergence does. In torch the slope at a mass of 0 is ∞. Source: Cover & Thomas 2006.
    """
    p, dtype = _law(p, "p", axis)
    o = ops.words(p)
    none = p == 0

    def value(p: Array) -> Array:
        return o.where(none, o.like(p, 0), -p * o.xp.log(o.where(none, o.like(p, 1), p)))

    with ops.quiet():
        return _total(terms_with_slopes(value, lambda p: (-o.xp.log(p) - 1,), p), dtype)


def cross_entropy(p: Any, q: Any, *, axis: int = -1) -> Array:
    """H(P, Q) = −Σ p log q = H(P) + KL(P‖Q) in nats, in [0, ∞], of masses p and q (..., k); returns (...).

    >>> import divergence as dv
    >>> float(dv.in_bits(dv.cross_entropy([0.5, 0.5], [0.25, 0.75])))
    1.207518749639422

    Infinite where q misses an atom of p. Raises InvalidMeasure and ShapeMismatch as a divergence does.
    """
    (p, _), (q, _) = _law(p, "p", axis), _law(q, "q", axis)
    p, q = same_alphabet(p, q, -1)
    o = ops.words(p, q)
    none = p == 0

    def value(p: Array, q: Array) -> Array:
        return o.where(none, o.like(p, 0), -p * o.xp.log(o.where(none, o.like(q, 1), q)))

    def slopes(p: Array, q: Array) -> tuple[Array, Array]:
        return -o.xp.log(q), o.where(none, o.like(p, 0), -p / q)

    with ops.quiet():
        return _total(terms_with_slopes(value, slopes, p, q), ops.namespace(p, q).result_type(p, q))


def mutual_information(joint: Any) -> Array:
    """I(X; Y) = Σ p(x, y) log(p(x, y)/(p(x) p(y))) in nats ≥ 0, of joint masses (..., m, n); returns (...).

    At most log min(m, n); 0 exactly where the variables are independent to the last digit. It keeps its digits near
    independence, where I is 1e-20 and less.

    >>> import divergence as dv
    >>> float(dv.mutual_information([[0.5, 0.0], [0.0, 0.5]]))
    0.6931471805599453

    Raises InvalidMeasure as a divergence does, ShapeMismatch where there are not two axes.
    """
    x = joint.masses if isinstance(joint, Discrete) else ops.as_array(joint)
    if ops.is_array(x) and x.ndim < 2:
        raise ShapeMismatch(
            f"shape {tuple(x.shape)} has no two axes", argument="joint", remedy="give p(x, y) as an array (..., m, n)"
        )
    if ops.is_array(x):
        table = check_form(ops.namespace(x).reshape(x, (*x.shape[:-2], -1)), "joint")
        settle([*entry_doubts(x, "joint"), *mass_doubts(table, "joint")])
    p = _widest(x)
    rows, columns = _sum_in_two(ops.fixed(p), -1), _sum_in_two(ops.fixed(p), -2)
    lifts = _lift(rows[0]), _lift(columns[0])
    product = _product_in_two(*((y * lift, z * lift) for (y, z), lift in zip((rows, columns), lifts)))
    return _total(_kl_against(p, *product, lifts), x.dtype, axes=2)


def jensen_shannon(laws: Any, weights: Any = None) -> Array:
    """JS_w(P₁, ..., Pₘ) = Σ wᵢ KL(Pᵢ‖M), M = Σ wᵢ Pᵢ, in nats, of laws (..., m, k) and weights (m,); returns (...).

    In [0, H(w)], equal to the entropy of the weights where the laws are disjoint; equal weights unless told. Of two
    laws with equal weights it is `js`.

    >>> import divergence as dv
    >>> round(float(dv.jensen_shannon([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])), 12)  # log 3
    1.098612288668

    Raises InvalidMeasure for what is no law or no weights, ShapeMismatch where their numbers differ. Source: Lin 1991.
    """
    p, dtype = _law(laws, "laws", -1)
    p = _widest(p)
    if p.ndim < 2 or p.shape[-2] == 0:
        raise ShapeMismatch(
            f"shape {tuple(p.shape)} is {'one law' if p.ndim < 2 else 'no law'}",
            argument="laws",
            remedy="give laws as (..., m, k)",
        )
    xp, o, m = ops.namespace(p), ops.words(p), p.shape[-2]
    total = 1
    if weights is None:  # of weight one each, and in total m: 1/m would be rounded
        w, total = o.like(p[..., 0], 1), m
    else:
        w, _ = _law(weights, "weights", -1)
        if w.ndim != 1 or w.shape[-1] != m:
            raise ShapeMismatch(f"{w.shape[-1]} weights for {m} laws", argument="weights", remedy="give one per law")
        w = xp.astype(w, p.dtype, copy=False)
    w = o.xp.expand_dims(w, axis=-1)
    fixed, weight = ops.fixed(p), ops.fixed(w)
    lift = _lift(xp.max(fixed, axis=-2, keepdims=True))
    high, low = _product(fixed * lift, weight + o.like(fixed, 0))
    mixture, rest = _sum_in_two(high, -2)
    rest = rest + o.xp.sum(low, axis=-2, keepdims=True)
    terms = _kl_against(p, mixture + o.like(fixed, 0), rest + o.like(fixed, 0), (lift, o.like(lift, total)))
    return _total(w / total * terms, dtype, axes=2)


def _law(x: Any, argument: str, axis: int) -> tuple[Array, Any]:
    """The masses of x along the last axis, wide enough to add, and the dtype that the answer shall have."""
    if isinstance(x, Discrete):
        if axis != -1:
            raise InvalidParameter(
                f"axis {axis} for Discrete", argument="axis", value=axis, remedy="its atoms lie on the last axis"
            )
        return _wider(x.masses)
    return _wider(ops.last(check_masses(x, argument, axis), axis))


def _wider(x: Array) -> tuple[Array, Any]:
    xp = ops.namespace(x)
    return (x if ops.limits(x).bits >= 32 else xp.astype(x, xp.float32)), x.dtype


def _widest(x: Array) -> Array:
    xp = ops.namespace(x)
    return xp.astype(x, xp.float64, copy=False)


def _lift(x: Array) -> Array:
    """What small masses are multiplied by, so that neither a product of two nor its error underflows."""
    o = ops.words(x)
    return o.where(x < DEEP, o.like(x, LIFT), o.like(x, 1))


def _total(terms: Array, dtype: Any, axes: int = 1) -> Array:
    for _ in range(axes):
        terms = ops.total(terms)
    with ops.quiet():
        return ops.plain(ops.namespace(terms).astype(terms, dtype, copy=False))


def _kl_against(p: Array, high: Array, low: Array, scales: tuple[Array, Array]) -> Array:
    """The terms of KL against the masses (high + low)/(a b), (a, b) = `scales`, a a power of 2.

    Their slope by p is log p/q, since the law moves with p.
    """
    o, (a, b) = ops.words(p), scales

    def scaled(p: Array) -> tuple[Array, Array]:
        x, rest = _product(p * a, b + o.like(p, 0))
        return x, (x - high) + (rest - low)

    def value(p: Array) -> Array:
        x, gap = scaled(p)
        return terms_of_masses(GENERATORS["kl"], x, high, gap=gap) / a / b

    def slope(p: Array) -> tuple[Array]:
        x, gap = scaled(p)
        return (slopes.log_ratio(x, high, o, gap),)

    with ops.quiet():
        return terms_with_slopes(value, slope, p)


def _sum_in_two(x: Array, axis: int) -> tuple[Array, Array]:
    """The sum over `axis`, kept as an axis of one, as an unevaluated sum of two floats: by halves, errors aside."""
    xp = ops.namespace(x)
    high = xp.moveaxis(x, axis, -1)
    low = ops.words(x).like(high, 0)
    while high.shape[-1] > 1:
        half, odd = high.shape[-1] // 2, high.shape[-1] % 2
        total, error = _plus(high[..., :half], high[..., half : 2 * half])
        rest = low[..., :half] + low[..., half : 2 * half] + error
        if odd:
            total, rest = (xp.concat([y, z[..., -1:]], axis=-1) for y, z in ((total, high), (rest, low)))
        high, low = total, rest
    return xp.moveaxis(high, -1, axis), xp.moveaxis(low, -1, axis)


def _plus(x: Array, y: Array) -> tuple[Array, Array]:
    """x + y and its error (Knuth)."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


def _product(x: Array, y: Array) -> tuple[Array, Array]:
    """x y and its error (Dekker), of float64 that are at most LIFT, so that nothing overflows."""
    product = x * y
    (a, b), (c, d) = _halves(x), _halves(y)
    return product, ((a * c - product) + a * d + b * c) + b * d


def _halves(x: Array) -> tuple[Array, Array]:
    scaled = SPLIT * x
    high = scaled - (scaled - x)
    return high, x - high


def _product_in_two(x: tuple[Array, Array], y: tuple[Array, Array]) -> tuple[Array, Array]:
    """(x₀ + x₁)(y₀ + y₁), broadcast, as an unevaluated sum of two floats."""
    o = ops.words(x[0])
    shape = o.like(x[0] * y[0], 0)
    product, error = _product(x[0] + shape, y[0] + shape)
    return _plus(product, error + x[0] * y[1] + x[1] * y[0])
