"""The f-divergence of a convex function of your own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import ops
from .errors import InvalidParameter
from .f_divergence import FDivergence
from .generators import Generator

Array = Any


def _slope(value: Any) -> float:
    """f'(inf): a number, or inf."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if np.isnan(number) or number == -np.inf:
        raise InvalidParameter(f"{value!r} is no slope", argument="slope", value=value, remedy="give a number, or inf")
    return number


def f_divergence(f: Callable[[Array], Array], *, slope: float | None = None, name: str = "f") -> FDivergence:
    """Σ q f(p/q) for your own convex f with f(1) = 0; `slope` is f'(inf) = lim f(t)/t, needed where q has a zero.

    f takes and returns arrays, t ≥ 0; near p = q it is as accurate as you wrote it.

    >>> import numpy as np
    >>> vincze = f_divergence(lambda t: (t - 1) ** 2 / (t + 1), slope=1.0)
    >>> float(vincze(np.array([1.0, 0.0]), np.array([0.5, 0.5])))
    0.6666666666666666

    Raises InvalidParameter where f(1) is not 0 or f is seen not to be convex.
    """
    grid = np.geomspace(1e-3, 1e3, 241)
    try:
        with ops.quiet():
            values, middle = np.asarray(f(grid), float), np.asarray(f((grid[1:] + grid[:-1]) / 2), float)
            at_one = float(f(np.ones(())))
            shaped = values.shape == grid.shape
    except (TypeError, ValueError) as error:
        raise InvalidParameter(
            f"f does not take an array of ratios ({error})",
            argument="f",
            remedy="write f(t) for an array t, with numpy's functions",
        ) from error
    if not shaped:
        raise InvalidParameter(
            f"f of shape {grid.shape} has shape {values.shape}", argument="f", remedy="f works atom by atom"
        )
    if slope is not None:
        slope = _slope(slope)
    if not abs(at_one) <= 1e-12:
        raise InvalidParameter(f"f(1) is {at_one:g}", argument="f", value=at_one, remedy="subtract f(1) from f")
    rounding = 1e-9 * (1 + np.abs(values[1:]) + np.abs(values[:-1]))
    above = middle > (values[1:] + values[:-1]) / 2 + rounding
    if above.any():
        t = float(grid[int(np.argmax(above))])
        raise InvalidParameter(f"f is not convex near t = {t:.3g}", argument="f", value=t, remedy="hand in a convex f")

    def reverse(t: Array, s: Array, o: Any) -> Array:
        at_zero = o.like(t, np.nan if slope is None else slope)  # nan is refused where an atom needs it
        outer = f(1 / t)
        beyond = (t < o.xp.finfo(t.dtype).eps) & ~o.xp.isfinite(outer)  # f overflows there, its slope does not
        return o.where((t == 0) | beyond, at_zero, t * outer)

    forward = Generator(name, "Σ q f(p/q)", lambda t, s, o: f(t), None, None, lambda: backward)
    backward = Generator(f"reverse_{name}", "Σ p f(q/p)", reverse, None, None, lambda: forward)
    return FDivergence(forward)
