"""What is refused at the boundary: the first offending entry, by argument and index, with a remedy.

Checks look at values, and never change them. Inside a torch or jax transform (vmap, jit, torch.compile), and for arrays
whose values are not there yet (dask, torch's meta device), there is nothing to look at and nothing is refused: a lazy
array is never computed in order to be checked. Dtypes and shapes are looked at always. All doubts of one call are one
question, hence one synchronisation with a device. `unchecked` skips the look where it was taken before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from . import ops
from .errors import InvalidMeasure, InvalidParameter, ShapeMismatch, UnsupportedLaw

Array = Any
_watchful: ContextVar[bool] = ContextVar("watchful", default=True)


class Law:
    """What stands for a distribution and is no bare array."""


@contextmanager
def unchecked() -> Iterator[None]:
    """Within it nobody looks at the values of masses: for hot loops whose masses are known to be right.

    >>> import divergence as dv
    >>> with dv.unchecked():
    ...     float(dv.kl([0.5, 0.5], [0.25, 0.75]))
    0.14384103622589045

    What it answers for masses that are not masses is not defined. Dtypes and shapes are still looked at.
    """
    token = _watchful.set(False)
    try:
        yield
    finally:
        _watchful.reset(token)


def watchful() -> bool:
    """Whether values are looked at here."""
    return not ops.compiling() and _watchful.get()


class Doubt(NamedTuple):
    """What shall be refused where `mask` holds, in the words of `refuse`."""

    mask: Array
    values: Array
    argument: str
    problem: str
    remedy: str


def settle(doubts: list[Doubt]) -> None:
    """Raise InvalidMeasure for the first of the doubts that holds anywhere; whether one does is asked once for all."""
    if not doubts:
        return
    xp = ops.namespace(doubts[0].mask)
    some = xp.any(doubts[0].mask)
    for doubt in doubts[1:]:
        some = some | xp.any(doubt.mask)
    if ops.holds(some):
        for doubt in doubts:
            refuse(*doubt)


def refuse(mask: Array, values: Array, argument: str, problem: str, remedy: str) -> None:
    """Raise InvalidMeasure at the first index where `mask` holds."""
    if not ops.holds(mask):
        return
    xp = ops.namespace(mask)
    flat = int(xp.argmax(xp.astype(xp.reshape(mask, (-1,)), xp.int8)))
    index = []
    for size in reversed(mask.shape):
        flat, here = divmod(flat, size)
        index.append(here)
    place = tuple(reversed(index))
    value = float(values[place])
    raise InvalidMeasure(f"{value!r} {problem}", argument=argument, index=place or None, value=value, remedy=remedy)


def check_floating(x: Any, argument: str, what: str, remedy: str) -> Array:
    """x as an array of real floating dtype; sequences become numpy arrays, and integers are refused."""
    if isinstance(x, Law):
        raise UnsupportedLaw(f"{type(x).__name__} where {what} belong", argument=argument, remedy=remedy)
    if ops.is_masked(x):
        raise InvalidMeasure(
            f"a masked array does not say what its masked {what} are",
            argument=argument,
            remedy=f"write {argument}.filled(0) if the masked entries hold nothing",
        )
    if ops.is_sparse(x):
        raise UnsupportedLaw("a sparse tensor", argument=argument, remedy=f"write {argument}.to_dense()")
    try:
        array = ops.as_array(x)
        ops.namespace(array)
    except (TypeError, ValueError) as error:
        raise UnsupportedLaw(
            f"{type(x).__name__} is no array of {what} ({error})",
            argument=argument,
            remedy="hand in a numpy, torch or other array-API array",
        ) from error
    if not ops.is_dtype(array, "real floating"):
        counts = ops.is_dtype(array, ("bool", "integral"))
        if str(array.dtype) == "object":
            raise UnsupportedLaw(
                f"dtype object holds no {what}",
                argument=argument,
                value=array.dtype,
                remedy=f"{what} are arrays of numbers here; two laws are taken by a divergence, such as js(p, q)",
            )
        raise InvalidMeasure(
            f"dtype {array.dtype} holds no {what}",
            argument=argument,
            value=array.dtype,
            remedy=remedy if counts else f"{what} are real numbers of a floating dtype, such as float64",
        )
    return array


def check_masses(p: Any, argument: str, axis: int = -1) -> Array:
    """p itself, if it holds masses along `axis`: floating, not nan, none negative, each sum one within rounding."""
    p = check_form(p, argument, axis)
    settle(mass_doubts(p, argument, axis))
    return p


def check_form(p: Any, argument: str, axis: int = -1) -> Array:
    """p itself, if it may hold masses along `axis` for all that its dtype and its shape tell."""
    p = check_floating(
        p,
        argument,
        "masses",
        f"write Discrete.normalised({argument}) for counts; samples go to an estimator, such as "
        "wasserstein(1).estimate(x, y)",
    )
    check_axis(p, argument, axis)
    return p


def check_axis(p: Array, argument: str, axis: int) -> None:
    """Refuse an `axis` that p does not have, or one without atoms."""
    if not hasattr(axis, "__index__") or isinstance(axis, bool):
        raise InvalidParameter(
            f"{axis!r} is no axis",
            argument="axis",
            value=axis,
            remedy="axis is one integer; flatten the array if its atoms lie along several",
        )
    if p.ndim == 0 or not -p.ndim <= axis < p.ndim:
        raise ShapeMismatch(
            f"no axis {axis} in shape {tuple(p.shape)}",
            argument=argument,
            remedy="masses lie along one axis of an array; name it with axis=",
        )
    if p.shape[axis] == 0:
        raise ShapeMismatch("has no atoms", argument=argument, remedy="a distribution needs at least one atom")


def mass_doubts(p: Array, argument: str, axis: int = -1) -> list[Doubt]:
    """An entry that is no mass, and sums along `axis` that are not one."""
    doubts = entry_doubts(p, argument)
    return [*doubts, _sum_doubt(p, argument, axis, exponents=False)] if doubts else []


def entry_doubts(p: Array, argument: str) -> list[Doubt]:
    """An entry that is nan, negative or infinite."""
    if not (watchful() and ops.known(p)):
        return []
    xp = ops.namespace(p)
    samples = "samples go to an estimator, such as wasserstein(1).estimate(x, y)"
    return [
        Doubt(xp.isnan(p), p, argument, "is no mass", "find where the nan came from, or drop that atom"),
        Doubt(p < 0, p, argument, "is negative", f"masses are at least 0; {samples}"),
        Doubt(xp.isinf(p), p, argument, "is no mass", f"masses are at most 1; {samples}"),
    ]


def log_mass_doubts(x: Array, argument: str, axis: int) -> list[Doubt]:
    """An entry that is nan or +inf, and sums of exp along `axis` that are not one."""
    if not (watchful() and ops.known(x)):
        return []
    xp = ops.namespace(x)
    remedy = "log-masses are numbers at most 0, or -inf"
    return [
        Doubt(xp.isnan(x) | (x == math.inf), x, argument, "is no log-mass", remedy),
        _sum_doubt(x, argument, axis, exponents=True),
    ]


def logit_doubts(x: Array, argument: str, axis: int) -> list[Doubt]:
    """An entry that is nan or +inf, and rows of -inf alone."""
    if not (watchful() and ops.known(x) and x.shape and math.prod(x.shape)):
        return []
    xp = ops.namespace(x)
    highest = xp.max(x, axis=axis)
    return [
        Doubt(xp.isnan(x) | (x == math.inf), x, argument, "is no logit", "logits are finite, or -inf for no mass"),
        Doubt(highest == -math.inf, highest, f"the largest of {argument}", "leaves no mass", "give one finite logit"),
    ]


def sum_tolerance(p: Array, n: int, *, exponents: bool = False) -> float:
    """How far from one n masses of the dtype of p may sum to, or exp of n log-masses where `exponents`.

    4 eps for each mass and their scale, half a subnormal for each of n, and 16 eps sqrt(n) for adding them, where eps
    is that of the dtype which adds, float32 or better.
    """
    info, eps = ops.limits(p), float(ops.limits(p).eps)
    adding = eps if info.bits >= 32 else 2.0**-23
    # a logarithm of size log n is off by eps log n, and so is its mass
    return (
        4 * eps
        + n * float(info.smallest_normal) * eps / 2
        + 16 * adding * math.sqrt(n)
        + (eps * math.log(n) if exponents else 0)
    )


def _sum_doubt(p: Array, argument: str, axis: int, *, exponents: bool) -> Doubt:
    """Sums of masses, or of exp of log-masses where `exponents`, that are off by more than rounding."""
    xp, tolerance = ops.namespace(p), sum_tolerance(p, p.shape[axis], exponents=exponents)
    wide = p if ops.limits(p).bits >= 32 else xp.astype(p, xp.float32)
    with ops.quiet():
        total = ops.total(ops.last(xp.exp(wide) if exponents else wide, axis))
    advice = f"write Discrete.normalised({argument}) if these are weights"
    if exponents:
        advice = f"write {argument} - logsumexp({argument}) if these are logits"
    return Doubt(
        xp.abs(total - 1) > tolerance,
        total,
        f"sum of {'exp of ' if exponents else ''}{argument}",
        "is not 1",
        f"{advice}, axis= if the masses lie along another axis; samples go to an estimator, such "
        "as wasserstein(1).estimate(x, y)",
    )


def check_points(x: Any, argument: str) -> Array:
    """Points of the line (n,) or of space (n, d): finite, floating."""
    remedy = "points are numbers of a floating dtype: convert them, as astype(float) does"
    x = check_floating(x, argument, "points", remedy)
    xp = ops.namespace(x)
    if x.ndim not in (1, 2):
        raise ShapeMismatch(
            f"shape {tuple(x.shape)} is neither (n,) nor (n, d)", argument=argument, remedy="reshape it to (n, d)"
        )
    if x.shape[0] == 0:
        raise InvalidMeasure("is empty", argument=argument, remedy="give at least one point")
    if x.ndim == 2 and x.shape[1] == 0:
        raise InvalidMeasure("has no coordinates", argument=argument, remedy="give points (n, d) with d at least 1")
    refuse(~xp.isfinite(x), x, argument, "is no point", "drop the rows that hold nan or inf")
    return x
