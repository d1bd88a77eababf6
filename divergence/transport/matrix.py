"""W_p of all pairs of many histograms, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..errors import ShapeMismatch
from ..integral_metric import Line, pair
from ..measure import Discrete
from .space import in_space

if TYPE_CHECKING:
    from .wasserstein import Wasserstein

Array = Any
BLOCK = 2**22  # numbers worked on at a time, 32 MiB as float64


def of_histograms(p: Any, q: Any, functional: Wasserstein) -> Array:
    """(m, n) from masses (m, k) and (n, l)."""
    for law, name in ((p, "p"), (q, "q")):
        if isinstance(law, Discrete) and law.masses.ndim != 2:
            raise ShapeMismatch(
                f"masses of shape {tuple(law.masses.shape)}",
                argument=name,
                remedy="give one histogram a row: Discrete(masses, points), masses (m, k)",
            )
    if functional.order == 1 and not (in_space(p) or in_space(q)):
        one = Discrete(p.masses[:, None, :], p.points) if isinstance(p, Discrete) else p
        laws = pair(one, q, functional.name, line=True)
        return laws.result(_by_distribution_functions(laws))
    if not (isinstance(p, Discrete) and isinstance(q, Discrete)):
        return functional(p, q)  # which refuses them
    step = max(1, BLOCK // (q.masses.shape[0] * (p.masses.shape[1] + q.masses.shape[1])))
    rows = [
        functional(_rows(p, slice(i, i + step)), Discrete(q.masses[None], q.points))
        for i in range(0, p.masses.shape[0], step)
    ]
    return ops.namespace(p.masses).concat(rows)


def _rows(law: Discrete, rows: slice) -> Discrete:
    return Discrete(law.masses[rows, None, :], law.points)


def _by_distribution_functions(laws: Any) -> Array:
    """∫ |F − G| as a city-block distance: the distribution functions, each level times the gap it holds on."""
    xp = laws.xp
    p, q, x = laws.p[:, 0, :], laws.q, laws.x
    m, n = p.shape[0], q.shape[0]
    if not laws.shared:
        x = xp.concat([laws.x, laws.y])
        p, q = (
            xp.concat([p, xp.zeros((m, laws.y.shape[0]), dtype=p.dtype, device=p.device)], axis=-1),
            xp.concat([xp.zeros((n, laws.x.shape[0]), dtype=q.dtype, device=q.device), q], axis=-1),
        )
    line = Line.of(x)
    a, b = (xp.cumulative_sum(xp.take(w, line.order, axis=-1), axis=-1)[:, :-1] * line.gaps for w in (p, q))
    if ops.is_numpy(a):
        from scipy.spatial.distance import cdist

        return cdist(a, b, "cityblock").astype(a.dtype, copy=False)
    step = max(1, BLOCK // max(1, n * a.shape[1]))
    return xp.concat([xp.sum(xp.abs(a[i : i + step, None, :] - b), axis=-1) for i in range(0, m, step)])
