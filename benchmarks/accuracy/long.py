"""Long masses: a pattern of a thousand pairs of atoms, repeated and shuffled to 10⁵ and 10⁷, whose truth is known.

Each atom of the pattern is worth as many terms as it was repeated, summed in many digits. Over 2²³ atoms it is the
compiled pass that answers, where numba is installed, so both roads are measured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mpf
from scipy import spatial, special

import divergence as dv

from . import exact

PATTERN = 1000
LENGTHS = (10**5, 10**7)
ROWS = ("kl", "reverse_kl", "jeffreys", "js", "total_variation", "squared_hellinger", "pearson", "neyman", "triangular")
PEERS = {
    "kl": ("scipy rel_entr", lambda p, q: special.rel_entr(p, q).sum()),
    "js": ("scipy jensenshannon²", lambda p, q: spatial.distance.jensenshannon(p, q) ** 2),
}


def patterns() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(PATTERN), 2)
    tiny = np.where(rng.random(PATTERN) < 0.3, 1e-310, p)
    holes = [np.where(rng.random(PATTERN) < 0.2, 0.0, x) for x in (p, q)]
    found = {"apart": (p, q), "subnormal": (tiny, np.where(tiny < p, 3e-310, q)), "zeros": (holes[0], holes[1])}
    found |= {f"near {step:g}": (p, p * (1 + step * (rng.random(PATTERN) - 0.5))) for step in (1e-3, 1e-9, 1e-15)}
    return {kind: (x / x.sum(), y / y.sum()) for kind, (x, y) in found.items()}


def error(found: float, truth: Any) -> float:
    if truth == np.inf:
        return 0.0 if found == np.inf else np.nan
    return float(abs(mpf(found) - truth) / truth)


def lines() -> list[str]:
    kinds = patterns()
    found = [
        f"Relative error for long masses, a shuffled pattern of {PATTERN} pairs of atoms; 'wrong' is nan or negative",
        "",
        f"{'':32}{'':22}" + "".join(f"{kind:12}" for kind in kinds).rstrip(),
    ]
    for length in LENGTHS:
        repeat = length // PATTERN
        order = np.random.default_rng(1).permutation(length)
        cells: dict[tuple[str, str], list[str]] = {}
        for p, q in kinds.values():
            long_p, long_q = (np.tile(x / repeat, repeat)[order] for x in (p, q))
            short_p, short_q = ((x / repeat).tolist() for x in (p, q))
            for name in ROWS:
                truth = repeat * exact.summed(name, short_p, short_q)
                for label, function in (("ours", getattr(dv, name)), *([PEERS[name]] if name in PEERS else [])):
                    with np.errstate(all="ignore"):
                        value = float(function(long_p, long_q))
                    cell = "wrong" if not value >= 0 else f"{error(value, truth):.1e}"
                    cells.setdefault((name, label), []).append(cell)
        for (name, label), row in cells.items():
            found.append(f"{f'{name}, {length:.0e} atoms':32}{label:22}" + "".join(f"{c:12}" for c in row).rstrip())
    return found
