"""What the two players minimise, as functions of the logits: rows, least squares, hinge, Wasserstein, relativistic.

An objective is three functions of a logit v, on the vocabulary of ops.py: the discriminator minimises
E_data real(v) + E_g fake(v), the generator minimises E_g generator(v). A *paired* objective sees v_data - v_g of
samples drawn together, and the generator v_g - v_data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidParameter
from ..generators import GENERATORS, Generator
from ..ops import words
from .losses import refuse_steps
from .rows import named_row
from .suggestions import suggest

Array = Any
Term = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Objective:
    """`real(v, o)`, `fake(v, o)` and `generator(v, o)`, each per sample; `paired` where v is a difference of logits."""

    name: str
    formula: str
    real: Term
    fake: Term
    generator: Term
    paired: bool = False

    def __repr__(self) -> str:
        return f"<objective {self.name}>"

    def discriminator_loss(self, real: Array, fake: Array) -> Array:
        """What the discriminator minimises; logits (..., n), result (...)."""
        o = words(real, fake)
        if self.paired:
            return o.xp.mean(self.real(real - fake, o), axis=-1)
        return o.xp.mean(self.real(real, o), axis=-1) + o.xp.mean(self.fake(fake, o), axis=-1)

    def generator_loss(self, fake: Array, real: Array | None = None) -> Array:
        """What the generator minimises; logits (..., n), result (...). `real` is needed by paired objectives only."""
        o = words(fake)
        if self.paired and real is None:
            raise InvalidParameter(
                f"{self.name} compares samples with data", argument="real", remedy="hand in the logits of data too"
            )
        return o.xp.mean(self.generator(fake - real if self.paired else fake, o), axis=-1)


def from_row(row: Generator, *, saturating: bool = True) -> Objective:
    """The losses of `losses.py`: at the best critic the discriminator's is -D_f(p_data||p_g)."""
    refuse_steps(row)
    return Objective(
        row.name if saturating else f"{row.name}, non-saturating",
        "−E T(v) + E R(v)",
        lambda v, o: -row.critic(v, o),
        lambda v, o: row.penalty(v, o),
        (lambda v, o: -row.penalty(v, o)) if saturating else (lambda v, o: -row.critic(v, o)),
    )


# the best critic is p/(p + q), at which the discriminator's loss is (1 - triangular)/4
LEAST_SQUARES = Objective(
    "least_squares",
    "½ E (v − 1)² + ½ E v²",
    lambda v, o: (v - 1) * (v - 1) / 2,
    lambda v, o: v * v / 2,
    lambda v, o: (v - 1) * (v - 1) / 2,
)

# the best critic is sign(p - q), at which the discriminator's loss is 2 - 2 total_variation
HINGE = Objective(
    "hinge",
    "E max(0, 1 − v) + E max(0, 1 + v)",
    lambda v, o: o.positive_part(1 - v),
    lambda v, o: o.positive_part(1 + v),
    lambda v, o: -v,
)

# over critics with Lipschitz constant L the least loss is -L W1
WASSERSTEIN = Objective("wasserstein", "−E v + E v", lambda v, o: -v, lambda v, o: v, lambda v, o: -v)

RELATIVISTIC = Objective(
    "relativistic",
    "−E log σ(v_data − v_g)",
    lambda v, o: o.softplus(-v),
    lambda v, o: o.softplus(v),
    lambda v, o: o.softplus(-v),
    paired=True,
)

OBJECTIVES: dict[str, Objective] = {o.name: o for o in (LEAST_SQUARES, HINGE, WASSERSTEIN, RELATIVISTIC)}


def named(name: str, argument: str = "objective") -> Objective:
    """An objective by its name, or the saturating one of a row."""
    known = [*OBJECTIVES, *GENERATORS]
    if name not in known and not name.startswith("power("):
        raise InvalidParameter(f"no objective is called {name!r}", argument=argument, remedy=suggest(name, known))
    return OBJECTIVES[name] if name in OBJECTIVES else from_row(named_row(name, argument))
