"""W_2 between normal laws, the Bures–Wasserstein distance: its value, its optimal map, its gradient.

W_2² = |m₁ − m₂|² + ‖A^½ − B^½ U‖²_F with U the orthogonal matrix nearest to B^½ A^½: a sum of squares, where the
trace of A + B − 2 (A^½ B A^½)^½ cancels. Near A = B, where this loses digits too, it is tr(E A E) with the optimal map
I + E from E A + A E + E A E = B − A, which starts from the difference that is given. Source: Bhatia, Jain & Lim 2019.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..checks import check_floating, refuse
from ..errors import ShapeMismatch
from ..measure import common_namespace

Array = Any
NEAR = 1 / 64  # how far from the identity a map is found from the difference of the covariances
STEPS = 12  # of a fixed point that gains at least five bits a step


def gaussian_wasserstein(mean1: Any, cov1: Any, mean2: Any, cov2: Any) -> Array:
    """W_2(N(m₁, A), N(m₂, B)) for means (..., d) and covariances (..., d, d), which may be singular; batches broadcast.

    Returns (...), differentiable once where the arguments are torch tensors; 0 is taken as the derivative where it
    is 0 and has none. By Gelbrich's inequality no two laws with these moments are nearer to each other.

    >>> float(gaussian_wasserstein([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [3.0, 0.0], [[4.0, 0.0], [0.0, 16.0]]))
    4.358898943540674

    Raises InvalidMeasure for a covariance that is not symmetric or has a negative eigenvalue, ShapeMismatch for
    dimensions that differ.
    """
    (mean1, cov1), (mean2, cov2) = moments(mean1, cov1, "1"), moments(mean2, cov2, "2")
    xp = common_namespace(cov1, cov2, ("cov1", "cov2"))
    _check_dimensions(mean1, mean2)
    dtype = xp.result_type(mean1, cov1, mean2, cov2)
    wide = dtype if xp.finfo(dtype).bits >= 32 else xp.float32
    mean1, cov1, mean2, cov2 = (xp.astype(x, wide, copy=False) for x in (mean1, cov1, mean2, cov2))
    apart = _length(xp, mean1 - mean2)
    return ops.plain(xp.astype(_hypot(xp, apart, bures(cov1, cov2)), dtype, copy=False))


def bures(a: Array, b: Array) -> Array:
    """The distance of the covariances alone, (...), that is W_2 of normal laws of one mean."""
    xp = ops.namespace(a, b)
    moved, excess = _moved(ops.fixed(a), ops.fixed(b))
    value = xp.sqrt(xp.sum(moved * moved, axis=(-2, -1)))
    if ops.is_numpy(a):
        return value
    back = _moved(ops.fixed(b), ops.fixed(a))[1]
    steps = (-excess * (a - ops.fixed(a)), -back * (b - ops.fixed(b)))  # dW² = tr((I − T) dA) + tr((I − T⁻¹) dB)
    change = sum(xp.sum(step, axis=(-2, -1)) for step in steps)
    zero = value == 0
    return value + xp.where(zero, 0 * change, change / (2 * xp.where(zero, xp.ones_like(value), value)))


def gaussian_map(mean1: Any, cov1: Any, mean2: Any, cov2: Any) -> tuple[Array, Array]:
    """(T, s) of the optimal map x ↦ T x + s from N(m₁, A) to N(m₂, B): T A T = B, T symmetric and positive.

    >>> linear, shift = gaussian_map([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0], [[4.0, 0.0], [0.0, 9.0]])
    >>> linear.round(12).tolist(), shift.round(12).tolist()
    ([[2.0, 0.0], [0.0, 3.0]], [1.0, 0.0])

    Raises InvalidMeasure where no map reaches the second law, since the first lies in a subspace that is too small.
    """
    (mean1, cov1), (mean2, cov2) = moments(mean1, cov1, "1"), moments(mean2, cov2, "2")
    xp = common_namespace(cov1, cov2, ("cov1", "cov2"))
    _check_dimensions(mean1, mean2)
    linear = xp.eye(cov1.shape[-1], dtype=cov1.dtype, device=cov1.device) + _moved(cov1, cov2)[1]
    scale = xp.max(xp.abs(cov2), axis=(-2, -1))
    missed = xp.max(xp.abs(linear @ cov1 @ linear - cov2), axis=(-2, -1)) / xp.where(scale > 0, scale, 1 + 0 * scale)
    refuse(
        missed > xp.finfo(cov1.dtype).eps ** 0.5,
        missed,
        "cov1",
        "of the covariance cov2 is out of reach of a map, so that singular is cov1",
        "take the distance, which exists, or add to cov1 what it lacks",
    )
    return linear, mean2 - (linear @ xp.expand_dims(mean1, axis=-1))[..., 0]


def roots(covariance: Array) -> tuple[Array, Array]:
    """Eigenvalues (..., d), in order, those that rounding made negative as 0, and axes (..., d, d)."""
    xp = ops.namespace(covariance)
    values, axes = xp.linalg.eigh((covariance + xp.matrix_transpose(covariance)) / 2)
    return xp.where(values > 0, values, 0 * values), axes


def apart_from_zero(values: Array) -> Array:
    """Which eigenvalues (..., d), in order, are more than the rounding of the largest."""
    return values > values.shape[-1] * ops.limits(values).eps * values[..., -1:]


def factor(covariance: Array) -> Array:
    """K with K Kᵀ = A, from the spectrum of the correlations, which knows small variances beside large ones."""
    xp = ops.namespace(covariance)
    variances = xp.linalg.diagonal(covariance)
    unit = xp.sqrt(xp.where(variances > 0, variances, xp.ones_like(variances)))
    values, axes = roots(covariance / (unit[..., :, None] * unit[..., None, :]))
    kept = xp.where(apart_from_zero(values), values, 0 * values)
    return unit[..., :, None] * axes * xp.sqrt(kept)[..., None, :]


def _moved(a: Array, b: Array) -> tuple[Array, Array]:
    """Z with ‖Z‖_F the distance of A and B, and E = T − I with T the optimal map from A to B."""
    xp = ops.namespace(a, b)
    a, b = xp.broadcast_arrays(a, b)
    values, axes = roots(a)
    kept = xp.where(apart_from_zero(values), values, 0 * values)
    near, small = _near(kept, xp.matrix_transpose(axes) @ (b - a) @ axes)
    near = near[..., None, None]
    if ops.is_numpy(near) and near.all():
        return small * xp.sqrt(kept)[..., None, :], axes @ small @ xp.matrix_transpose(axes)
    far, excess = _far(factor(a), factor(b))
    return xp.where(near, small * xp.sqrt(kept)[..., None, :], far), xp.where(
        near, axes @ small @ xp.matrix_transpose(axes), excess
    )


def _far(first: Array, second: Array) -> tuple[Array, Array]:
    """From factors A = K Kᵀ and B = L Lᵀ: Z = L U − K with U the orthogonal factor of Lᵀ K, and T − I."""
    xp = ops.namespace(first, second)
    left, singular, right = xp.linalg.svd(xp.matrix_transpose(second) @ first, full_matrices=False)
    rounding = singular.shape[-1] * xp.finfo(singular.dtype).eps * singular[..., :1]
    some = singular > rounding
    inverse = xp.where(some, 1 / xp.where(some, singular, xp.ones_like(singular)), 0 * singular)
    reach = second @ left
    linear = (reach * inverse[..., None, :]) @ xp.matrix_transpose(reach)
    return reach @ right - first, linear - xp.eye(second.shape[-1], dtype=second.dtype, device=second.device)


def _near(values: Array, difference: Array) -> tuple[Array, Array]:
    """E of E Λ + Λ E + E Λ E = D where it is small, and whether it was: D is the difference, in the axes of Λ."""
    xp = ops.namespace(values, difference)
    sums = values[..., :, None] + values[..., None, :]
    nothing = sums == 0
    largest = xp.max(xp.abs(difference), axis=(-2, -1))
    eps = values.shape[-1] * xp.finfo(values.dtype).eps
    outside = xp.max(xp.abs(xp.where(nothing, difference, 0 * difference)), axis=(-2, -1)) > eps * largest

    def solved(right: Array) -> Array:
        return xp.where(nothing, 0 * right, right / xp.where(nothing, xp.ones_like(sums), sums))

    start = solved(difference)
    small = xp.max(xp.abs(start), axis=(-2, -1)) < NEAR / values.shape[-1]
    start = xp.where(small[..., None, None], start, 0 * start)
    if ops.is_numpy(small) and not small.any():
        return small, start
    excess = before = start
    with ops.quiet():
        for _ in range(STEPS):
            before = excess
            excess = solved(difference - (excess * values[..., None, :]) @ excess)
            excess = xp.where(small[..., None, None], excess, 0 * excess)
        settled = xp.max(xp.abs(excess - before), axis=(-2, -1)) <= eps * xp.max(xp.abs(excess), axis=(-2, -1))
    near = small & settled & ~outside
    return near, xp.where(near[..., None, None], excess, 0 * excess)


def _length(xp: Any, z: Array) -> Array:
    """|z| along the last axis, the largest entry taken out, so that no square overflows or vanishes."""
    largest = xp.max(xp.abs(ops.fixed(z)), axis=-1, keepdims=True)
    unit = xp.where(largest > 0, largest, xp.ones_like(largest))
    return unit[..., 0] * xp.linalg.vector_norm(z / unit, axis=-1)


def _hypot(xp: Any, x: Array, y: Array) -> Array:
    """√(x² + y²), whose derivative at 0 is taken as 0."""
    x, y = xp.broadcast_arrays(x, y)
    largest = ops.fixed(xp.where(x > y, x, y))
    zero = largest == 0
    unit = xp.where(zero, xp.ones_like(largest), largest)
    total = (x / unit) ** 2 + (y / unit) ** 2
    return unit * xp.where(zero, 0 * total, xp.sqrt(xp.where(zero, xp.ones_like(total), total)))


def moments(mean: Any, covariance: Any, which: str) -> tuple[Array, Array]:
    """A mean (..., d) and a covariance (..., d, d) that is symmetric and has no negative eigenvalue."""
    names = f"mean{which}", f"cov{which}"
    mean, covariance = (
        check_floating(x, name, "moments", "give moments as floats, such as float64")
        for x, name in zip((mean, covariance), names)
    )
    xp = common_namespace(mean, covariance, names)
    d = mean.shape[-1] if mean.ndim else 0
    if not mean.ndim or covariance.ndim < 2 or tuple(covariance.shape[-2:]) != (d, d):
        raise ShapeMismatch(
            f"shape {tuple(covariance.shape)} with a mean of shape {tuple(mean.shape)}",
            argument=names[1],
            remedy="give a mean (..., d) and a covariance (..., d, d)",
        )
    if d == 0:
        raise ShapeMismatch(
            f"shape {tuple(mean.shape)}", argument=names[0], remedy="give a mean (..., d) with d at least 1"
        )
    finite = xp.isfinite(ops.fixed(mean))
    refuse(~finite, mean, names[0], "is not finite", "find where it came from")
    fixed = ops.fixed(covariance)
    refuse(~xp.isfinite(fixed), fixed, names[1], "is not finite", "find where it came from")
    scale = xp.max(xp.abs(fixed), axis=(-2, -1), keepdims=True)
    slack = 8 * d * xp.finfo(fixed.dtype).eps * scale
    across = xp.abs(fixed - xp.matrix_transpose(fixed))
    refuse(across > slack, fixed, names[1], "differs from the entry across the diagonal", "write (cov + cov.T) / 2")
    spectrum = xp.linalg.eigvalsh(fixed)
    refuse(
        spectrum < -slack[..., 0],
        spectrum,
        f"eigenvalues of {names[1]}",
        "is negative",
        "a covariance has none that is",
    )
    return mean, covariance


def _check_dimensions(mean1: Array, mean2: Array) -> None:
    if mean1.shape[-1] != mean2.shape[-1]:
        raise ShapeMismatch(
            f"dimension {mean2.shape[-1]}, but mean1 has {mean1.shape[-1]}",
            argument="mean2",
            remedy="give both laws in one space",
        )
