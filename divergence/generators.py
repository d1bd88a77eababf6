"""The table: one row per f-divergence, and nothing about a divergence is written anywhere else.

D_f(P||Q) = sum of q f(p/q). A row gives the centred generator f (f(1) = 0 is its minimum), the best critic
T(v) = f'(e^v) as a function of the log-ratio v = log p/q, the conjugate f*(u) = sup_t (u t - f(t)) where the
supremum is met inside, and the name of the reverse row t f(1/t), which is the divergence with its arguments exchanged.
Boundary terms, range, penalty and completed conjugate follow from these four.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .ops import ArrayWords, numpy_words, quiet, ratio_of_log
from .tangent import derivative


@dataclass(frozen=True, eq=False)
class Generator:
    """A row. `f(t, s, o)` with t = p/q and s = (p - q)/q, `critic(v, o)`, `conjugate(u, o)`; `o` is the vocabulary.

    `kinks` lists the t at which f is not differentiable; D**`root` is a metric where `root` is a number; `additive`
    says that D adds up over independent parts, which only a KL + b reverse KL does. `powers` are pairs (c, a) with
    f = Σ c f_a, f_a being the row power(a), for a row that is such a sum: whoever knows ∫ p^a q^(1−a) knows it.
    """

    name: str
    formula: str
    f: Callable[[Any, Any, Any], Any]
    critic: Any  # a function of (v, o), None for a row that only has f
    conjugate: Any  # a function of (u, o), None where f* is not elementary
    reversed: str | Callable[[], Generator]
    kinks: tuple[Any, ...] = ()
    root: float | None = None
    additive: bool = False
    powers: tuple[tuple[Any, Any], ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def reverse(self) -> Generator:
        """t f(1/t): the row whose divergence is this one with its arguments exchanged."""
        return GENERATORS.get(self.reversed, self) if isinstance(self.reversed, str) else self._made_reverse

    @cached_property
    def _made_reverse(self) -> Generator:
        assert not isinstance(self.reversed, str)
        return self.reversed()

    @property
    def symmetric(self) -> bool:
        return self.reversed == self.name

    @property
    def steepness(self) -> float:
        """|a| where f grows as a power t^a: so many times a relative error of t weighs in f."""
        row = self.parameters.get("row")
        return row.steepness if row is not None else abs(self.parameters.get("a", 0))

    @cached_property
    def at_zero(self) -> float:
        """f(0), what an atom of q without p contributes per unit of q."""
        with quiet():
            return float(self.f(np.zeros(()), -np.ones(()), numpy_words()))

    @property
    def slope(self) -> float:
        """f'(inf) = lim f(t)/t, what an atom of p without q contributes per unit of p."""
        return self.reverse.at_zero

    @cached_property
    def is_open(self) -> bool:
        """Whether f(0) or f'(inf) is not known, which an atom that one law lacks would need."""
        return math.isnan(self.bound)

    @cached_property
    def blow_up(self) -> tuple[float, float]:
        """(c, log C) with f(t) ~ C t^-c as t falls to 0, read off where f still is a float; c = 0 where it stays one.

        So that a row which overflows at a tiny ratio can still be weighed with a tiny mass.
        """

        def log_f(depths: Any) -> Any:
            v = -depths
            t = np.exp(v)
            return np.log(self.f(t, np.expm1(v), ArrayWords(np, ratio_of_log(t, v, numpy_words()))))

        depth, depths = 0.0, 2.0 ** np.arange(-10, 21)
        with quiet():
            for _ in range(3):  # ever closer to the depth at which f overflows
                first = int(np.argmax(log_f(depths) == math.inf))
                if first == 0:
                    return 0.0, 0.0
                depth = float(depths[first - 1])
                depths = np.linspace(depth, depths[first], 65)
            highest = float(log_f(depth))

            def fall(step: float) -> float:
                return (highest - float(log_f(depth - step))) / step

            c = fall(depth / 1024)
            if not c * depth > 88:  # 1 for a logarithm, which is no power
                return 0.0, 0.0
            c, wide = fall(88 / c), fall(depth / 2)
        c = wide if abs(wide - c) < 1e-9 * c else c  # a skewed row is a power of t only far down
        return c, highest - c * depth

    @cached_property
    def bend_at_zero(self) -> tuple[float, float, float]:
        """(c, log |C|, sign C) with T'(log t) = t f''(t) ~ C t^c as t falls to 0; C = 0 where f is straight."""
        o, depth = numpy_words(), 100.0
        with quiet():
            while depth > 1:
                bend = derivative(self.critic, np.asarray([-depth, -depth / 2]), o)
                log_bend = np.log(np.abs(bend))
                if np.isfinite(log_bend).all():
                    c = round(float(log_bend[1] - log_bend[0]) / (depth / 2), 14)
                    return c, float(log_bend[0]) + c * depth, float(np.sign(bend[0]))
                depth /= 2
        return 0.0, -math.inf, 0.0

    def settle(self) -> None:
        """Find now the numbers that belong to the row, which torch.compile could not trace."""
        for row in (self, self.reverse):
            _ = row.at_zero, row.blow_up, row.is_open, row.critic and row.bend_at_zero

    @property
    def bound(self) -> float:
        """f(0) + f'(inf), the largest value of the divergence, met by laws with disjoint supports."""
        return self.at_zero + self.slope

    def __repr__(self) -> str:
        return f"<row {self.name}: {self.formula}>"

    def __reduce__(self) -> Any:
        if GENERATORS.get(self.name) is self:
            return _named, (self.name,)
        family = FAMILIES.get(self.name.split("(")[0])
        # a row of yours may be called like one of ours, but has no parameters
        return (family, tuple(self.parameters.values())) if family and self.parameters else super().__reduce__()

    def penalty(self, v: Any, o: Any) -> Any:
        """R(v) = f*(T(v)) = -T_reverse(-v), the other half of the variational bound E_p T - E_q R."""
        return -self.reverse.critic(-v, o)

    def completed_conjugate(self, u: Any, o: Any) -> Any:
        """f* on the whole line: -f(0) left of f'(0+), the row's formula between, +inf right of f'(inf)."""
        with quiet():
            left, right = (float(self.critic(np.asarray(end), numpy_words())) for end in (-math.inf, math.inf))
            inside = o.where(u < left, o.like(u, left), u) if math.isfinite(left) else u
            value = self.conjugate(inside, o)
        if math.isfinite(left):
            value = o.where(u <= left, o.like(u, -self.at_zero), value)
        return o.where(u > right, o.like(u, math.inf), value) if math.isfinite(right) else value


GENERATORS: dict[str, Generator] = {
    row.name: row
    for row in (
        Generator(
            "kl",
            "Σ p log(p/q)",
            f=lambda t, s, o: o.klfun(t, s),
            critic=lambda v, o: v,
            conjugate=lambda u, o: o.expm1(u),
            reversed="reverse_kl",
            additive=True,
            powers=((1, 1),),
        ),
        Generator(
            "reverse_kl",
            "Σ q log(q/p)",
            f=lambda t, s, o: -o.log_excess(t, s),
            critic=lambda v, o: -o.expm1(-v),
            conjugate=lambda u, o: -o.log1p(-u),
            reversed="kl",
            additive=True,
            powers=((1, 0),),
        ),
        Generator(
            "jeffreys",
            "Σ (p − q) log(p/q)",
            f=lambda t, s, o: s * (s + o.log_excess(t, s)),
            critic=lambda v, o: v - o.expm1(-v),
            conjugate=None,  # 1/w - 1 - log w with w + log w = 1 - u: not elementary; the penalty needs no conjugate
            reversed="jeffreys",
            additive=True,
            powers=((1, 1), (1, 0)),
        ),
        Generator(
            "js",
            "½ Σ p log(p/m) + ½ Σ q log(q/m), m = (p + q)/2",
            f=lambda t, s, o: (
                (1 + t) / 4 * (o.klfun(2 * t / (1 + t), s / (1 + t)) + o.klfun(2 / (1 + t), -s / (1 + t)))
            ),
            critic=lambda v, o: -o.log_mean_exp(-v) / 2,
            conjugate=lambda u, o: -o.log1p(-o.expm1(2 * u)) / 2,
            reversed="js",
            root=0.5,
        ),
        Generator(
            "total_variation",
            "½ Σ |p − q|",
            f=lambda t, s, o: o.abs(s) / 2,
            critic=lambda v, o: o.sign(v) / 2,
            conjugate=lambda u, o: u,
            reversed="total_variation",
            kinks=(1,),
            root=1.0,
        ),
        Generator(
            "squared_hellinger",
            "½ Σ (√p − √q)²",
            f=lambda t, s, o: (s / (o.sqrt(t) + 1)) ** 2 / 2,
            critic=lambda v, o: -o.expm1(-v / 2) / 2,
            conjugate=lambda u, o: u / (1 - 2 * u),
            reversed="squared_hellinger",
            root=0.5,
            powers=((1 / 4, 1 / 2),),
        ),
        Generator(
            "pearson",
            "Σ (p − q)²/q",
            f=lambda t, s, o: s * s,
            critic=lambda v, o: 2 * o.expm1(v),
            conjugate=lambda u, o: u + u * u / 4,
            reversed="neyman",
            powers=((2, 2),),
        ),
        Generator(
            "neyman",
            "Σ (p − q)²/p",
            f=lambda t, s, o: s * s / t,
            critic=lambda v, o: -o.expm1(-2 * v),
            conjugate=lambda u, o: 2 * u / (1 + o.sqrt(1 - u)),
            reversed="pearson",
            powers=((2, -1),),
        ),
        Generator(
            "triangular",
            "½ Σ (p − q)²/(p + q)",
            f=lambda t, s, o: s * s / (1 + t) / 2,
            critic=lambda v, o: o.tanh(v / 2) * (1 + 2 * o.sigmoid(-v)) / 2,
            conjugate=lambda u, o: u * (3 - o.sqrt(1 - 2 * u)) / (1 + o.sqrt(1 - 2 * u)),
            reversed="triangular",
            root=0.5,
        ),
    )
}


def power(a: Any) -> Generator:
    """Σ q (t^a − a t + a − 1)/(a (a − 1)), t = p/q: KL at a = 1, reverse KL at a = 0. `a` may be a symbol."""
    return Generator(
        f"power({a})",
        "Σ q (tᵃ − a t + a − 1)/(a (a − 1)), t = p/q",
        f=lambda t, s, o: o.power_excess(t, s, a),
        critic=lambda v, o: o.expm1_ratio(v, a - 1),
        conjugate=lambda u, o: o.expm1_ratio(o.log1p_ratio(u, a - 1), a),
        reversed=lambda: power(1 - a),
        additive=a in (0, 1),
        powers=((1, a),),
        parameters={"a": a},
    )


def hockey_stick(gamma: Any) -> Generator:
    """Σ max(p − γ q, 0), γ ≥ 1. `gamma` may be a symbol."""
    return Generator(
        f"hockey_stick({gamma})",
        "Σ max(p − γ q, 0)",
        f=lambda t, s, o: o.positive_part(s if gamma == 1 else t - gamma),
        critic=lambda v, o: o.step(v - o.log(gamma)),
        conjugate=lambda u, o: gamma * o.positive_part(u),
        reversed=lambda: reverse_hockey_stick(gamma),
        kinks=(gamma,),
        parameters={"gamma": gamma},
    )


def reverse_hockey_stick(gamma: Any) -> Generator:
    """Σ max(q − γ p, 0), γ ≥ 1: the hockey stick with its arguments exchanged."""
    return Generator(
        f"reverse_hockey_stick({gamma})",
        "Σ max(q − γ p, 0)",
        f=lambda t, s, o: o.positive_part(-s if gamma == 1 else 1 - gamma * t),
        critic=lambda v, o: -gamma * o.step(-v - o.log(gamma)),
        conjugate=lambda u, o: u / gamma,
        reversed=lambda: hockey_stick(gamma),
        kinks=(1 / gamma,),
        parameters={"gamma": gamma},
    )


FAMILIES: dict[str, Callable[..., Generator]] = {
    family.__name__: family for family in (power, hockey_stick, reverse_hockey_stick)
}


def _named(name: str) -> Generator:
    """A row of the table sent from another process."""
    return GENERATORS[name]
