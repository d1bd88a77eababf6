"""What a run depends on: who plays for what, and by which schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidParameter, ShapeMismatch
from .networks import Network


@dataclass(frozen=True)
class Contest:
    """Who plays for what: `data`, `generator` and `objective` are one for all members, or a tuple with one each.

    The generator gets points (E, n, `latent`) from N(0, 1), or from `source` where that is given. The other numbers
    are weights of penalties, 0 for none: `r1` and `r2` (γ of γ/2 E |D'|²), `penalty` (λ of WGAN-GP, `one_sided` or
    not), `consensus` (γ), `reach` (weights are cut to it), `noise` (sd of instance noise), `pack` (samples judged
    together). With a `reader` the last inputs are a code, one of as many as the reader has outputs, and the generator
    and the reader together raise `information` times InfoGAN's bound.
    """

    data: Any
    generator: Any
    critic: Network
    objective: Any
    latent: int = 1
    source: Any = None
    r1: float = 0.0
    r2: float = 0.0
    penalty: float = 0.0
    one_sided: bool = False
    consensus: float = 0.0
    reach: float = math.inf
    noise: float = 0.0
    pack: int = 1
    information: float = 0.0
    reader: Network | None = None

    def each(self, name: str, members: int) -> tuple[Any, ...]:
        """The field `name` once per member."""
        value = getattr(self, name)
        if not isinstance(value, tuple):
            return (value,) * members
        if len(value) != members:
            raise ShapeMismatch(
                f"{len(value)} of them for {members} members", argument=name, remedy="give one, or one per member"
            )
        return value


@dataclass(frozen=True)
class Schedule:
    """How it is played. Rates are one number, or a tuple with one per member; they fall on a half cosine.

    The critic's falls to a tenth, the generator's to nothing; `falling` False leaves both as they are. `warm_up` steps
    at the start move the critic alone. With `plain` the generator steps along its gradient itself, without Adam.
    """

    steps: int = 1000
    critic_steps: int = 3
    batch: int = 256
    critic_rate: Any = 4e-3
    generator_rate: Any = 1e-2
    betas: tuple[float, float] = (0.5, 0.99)
    warm_up: int = 0
    falling: bool = True
    plain: bool = False

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("critic_steps", 1), ("batch", 1), ("warm_up", 0)):
            value = getattr(self, name)
            if value < least:
                raise InvalidParameter(
                    f"{value} is below {least}", argument=name, value=value, remedy=f"at least {least}"
                )
        for name in ("critic_rate", "generator_rate"):
            rates = getattr(self, name)
            for rate in rates if isinstance(rates, tuple) else (rates,):
                if not (math.isfinite(rate) and rate >= 0) or (name == "critic_rate" and rate == 0):
                    raise InvalidParameter(
                        f"{rate} is not positive", argument=name, value=rate, remedy="a number above 0"
                    )
