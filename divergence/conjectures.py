"""Conjectures about divergences: an inequality in, a verdict out, with the best constant or a counterexample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .errors import UnsupportedLaw


@dataclass(frozen=True)
class Conjecture:
    """The verdict on a sentence, "proved", "refuted" or "open"; `print` it for all that was found.

    `constant` is the best number in place of the one on the right side, the least for <= and the largest for >=; it is
    infinite, or 0, where none will do, and None where it is not known. `interval` bounds it: each end that is not 0 or
    infinite was seen in ball arithmetic, and `exact` names it where a simple number is an end. `counterexample` has one
    vector of fractions for each of `laws`, at which the sides of the sentence have the `values`.
    """

    sentence: str
    verdict: str
    laws: tuple[str, ...]
    relation: str
    constant: float | None
    interval: tuple[float, float]
    counterexample: tuple[tuple[Fraction, ...], ...] | None = None
    values: tuple[float, float] | None = None
    exact: str = ""
    how: str = ""
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.sentence}"]
        if self.counterexample is not None and self.values is not None:
            for name, law in zip(self.laws, self.counterexample):
                lines.append(f"  {name} = ({', '.join(map(str, law))})")
            left, right = self.values
            lines.append(f"  there the left side is {left:.10g}, the right side {right:.10g}")
        lines.append(f"  {self.how}")
        lines += [f"  {self._about_the_constant()}"] * bool(self._about_the_constant())
        return "\n".join(lines)

    def _about_the_constant(self) -> str:
        least = "least" if self.relation[0] == "<" else "largest"
        low, high = self.interval
        if self.constant is not None and (self.constant == 0 or math.isinf(self.constant)):
            return "no constant on the right side is enough: the ratio of the sides is unbounded"
        if self.constant is not None:
            shown = f"{self.constant:.10g}"
            name = f"{self.exact} = {shown}" if self.exact and self.exact != shown else shown
            return f"the {least} constant on the right side is {name}"
        if low > 0 and math.isfinite(high):
            return f"the {least} constant on the right side lies in [{low:.10g}, {high:.10g}]"
        if least == "least" and low > 0:
            return f"the least constant on the right side is at least {low:.10g}"
        if least == "largest" and math.isfinite(high):
            return f"the largest constant on the right side is at most {high:.10g}"
        return ""


def conjecture(sentence: str) -> Conjecture:
    """Search for laws that refute an inequality between divergences, and try to prove it for all laws.

    The sentence is two expressions with <=, >=, < or > between them: numbers, + - * / ^ and brackets, log, sqrt, exp,
    every row of the table, power(a), hockey_stick(gamma), renyi(a) and bhattacharyya. A bare `kl` is kl(p, q); with
    the laws written out there may be three. It is parsed, never run as Python.

    >>> import divergence as dv
    >>> print(dv.conjecture("total_variation^2 <= kl"))
    proved: total_variation^2 <= kl
      for all laws: on two atoms, by its slope away from p = q
      the least constant on the right side is 1/2 = 0.5

    "refuted" is certain: both sides were enclosed in balls at the counterexample. "proved" rests on exact factors,
    certified inequalities, and the theorem that two atoms are enough (Harremoës & Vajda 2011). "open" says neither:
    laws of two and three atoms were searched in floats.

    Raises InvalidParameter for a sentence that cannot be read, with its place, or is not defined; UnsupportedLaw
    without the extra `proofs`.
    """
    try:
        import flint  # noqa: F401
        import sympy  # noqa: F401
    except ImportError as error:
        raise UnsupportedLaw(
            f"{error.name} is not installed", argument="conjecture", remedy="pip install 'divergence-toolkit[proofs]'"
        ) from error
    from proofs.search.reader import parse
    from proofs.search.settle import settle

    said = parse(sentence)
    found = settle(said)
    example = found.counterexample
    verdict = "refuted" if example else "proved" if found.proof else "open"
    low, high = found.low, found.high
    known = low == high or bool(found.exact) or (high - low) < 1e-6 * abs(low)
    if example is not None:
        size = max(part.denominator for law in example.laws.values() for part in law)
        # one with both sides finite is preferred
        finite = " with both sides finite" if math.isfinite(example.smaller) and math.isfinite(example.larger) else ""
        how = (
            f"no laws of two atoms with a smaller common denominator refute it{finite}"
            if example.smallest
            else f"denominators up to {size}"
        )
    elif found.proof is not None:
        how = f"for all laws: {found.proof.way}"
    else:
        assert found.worst is not None
        seen = f"the largest ratio of the sides seen is {found.worst.ratio:.8g}"
        how = f"no proof, and no counterexample on two or three atoms; {seen}"
    values = None
    if example is not None:
        grows = said.relation[0] == "<"
        values = (example.smaller, example.larger) if grows else (example.larger, example.smaller)
    return Conjecture(
        said.text,
        verdict,
        said.laws,
        said.relation,
        constant=(high if said.relation[0] == "<" or not math.isfinite(low) else low) if known else None,
        interval=(low, high),
        counterexample=tuple(example.laws[name] for name in said.laws) if example else None,
        values=values,
        exact=found.exact,
        how=how,
        evidence=found.proof.evidence if found.proof else (),
    )
