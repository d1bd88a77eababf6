"""Entropy, cross-entropy, mutual information and the Jensen–Shannon divergence of many laws, of masses.

The last two are sums of the row `kl` against a law that is computed, a product of marginals or a mixture. What is left
of p − q after that law was rounded would be noise near independence and near equality, so the law and the difference
are kept in two floats.
"""

from __future__ import annotations

from typing import Any

from . import ops
from .adapters import terms_with_slopes
from .checks import check_masses
from .errors import InvalidParameter, ShapeMismatch
from .generators import GENERATORS
from .measure import Discrete, same_alphabet
from .perspective import terms_of_masses

Array = Any
SPLIT = 2.0**27 + 1  # parts a float64 in two halves of 26 bits


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
        check_masses(ops.namespace(x).reshape(x, (*x.shape[:-2], -1)), "joint")
    p, dtype = _wider(x)
    rows, columns = _sum_in_two(ops.fixed(p), -1), _sum_in_two(ops.fixed(p), -2)
    return _total(_kl_against(p, *_product_in_two(rows, columns)), dtype, axes=2)


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
    if p.ndim < 2 or p.shape[-2] == 0:
        raise ShapeMismatch(
            f"shape {tuple(p.shape)} is {'one law' if p.ndim < 2 else 'no law'}",
            argument="laws",
            remedy="give laws as (..., m, k)",
        )
    xp, o, m = ops.namespace(p), ops.words(p), p.shape[-2]
    if weights is None:
        w = o.like(p[..., 0], 1 / m)
    else:
        w, _ = _law(weights, "weights", -1)
        if w.ndim != 1 or w.shape[-1] != m:
            raise ShapeMismatch(f"{w.shape[-1]} weights for {m} laws", argument="weights", remedy="give one per law")
        w = xp.astype(w, p.dtype, copy=False)
    w = o.xp.expand_dims(w, axis=-1)
    fixed, weight = ops.fixed(p), ops.fixed(w)
    high, low = _product(fixed, weight + o.like(fixed, 0))
    mixture, rest = _sum_in_two(high, -2)
    rest = rest + o.xp.sum(low, axis=-2, keepdims=True)
    terms = _kl_against(p, mixture + o.like(fixed, 0), rest + o.like(fixed, 0))
    return _total(w * terms, dtype, axes=2)


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


def _total(terms: Array, dtype: Any, axes: int = 1) -> Array:
    for _ in range(axes):
        terms = ops.total(terms)
    with ops.quiet():
        return ops.plain(ops.namespace(terms).astype(terms, dtype, copy=False))


def _kl_against(p: Array, high: Array, low: Array) -> Array:
    """The terms of KL against the masses high + low; their slope by p is log p/q, since the law moves with p."""
    o = ops.words(p)

    def value(p: Array) -> Array:
        return terms_of_masses(GENERATORS["kl"], p, high, gap=(p - high) - low)

    def slopes(p: Array) -> tuple[Array]:
        gap = (p - high) - low
        near = o.abs(gap) < high / 2
        empty = high == 0
        s = gap / o.where(empty, o.like(high, 1), high)
        ratio = o.xp.log(p) - o.xp.log(high)
        found = o.where(near, o.log1p(o.where(near, s, o.like(s, 0))), ratio)
        return (o.where(empty, o.like(p, 0), found),)

    with ops.quiet():
        return terms_with_slopes(value, slopes, p)


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
    """x y and its error (Dekker); masses are at most 1, so that nothing overflows."""
    if ops.limits(x).bits < 64:  # in which the product of two such floats is exact
        xp = ops.namespace(x)
        exact = xp.astype(x, xp.float64) * xp.astype(y, xp.float64)
        high = xp.astype(exact, x.dtype)
        return high, xp.astype(exact - xp.astype(high, xp.float64), x.dtype)
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
