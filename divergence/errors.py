"""The five errors. Each names the argument, the place in it, the offending value and what to write instead."""

from __future__ import annotations

from typing import Any


class DivergenceError(Exception):
    """What every error of this library is; `argument`, `index`, `value` and `remedy` are also attributes."""

    def __init__(self, problem: str, *, argument: str, index: Any = None, value: Any = None, remedy: str):
        self.problem, self.argument, self.index, self.value, self.remedy = problem, argument, index, value, remedy
        place = argument if index is None else f"{argument}[{_shown(index)}]"
        super().__init__(f"{place}: {problem}. Remedy: {remedy}")

    def __reduce__(self) -> Any:
        where = {name: x for name, x in vars(self).items() if name not in ("problem", "__notes__")}
        return _rebuilt, (type(self), self.problem, where)


class InvalidMeasure(DivergenceError, ValueError):
    """The argument is not what it claims to be: masses, a density or a sample."""


class ShapeMismatch(DivergenceError, ValueError):
    """Two arguments do not fit together: alphabets, dimensions, columns or axes differ."""


class UnsupportedLaw(DivergenceError, TypeError):
    """No route leads from this kind of argument to this functional."""


class InvalidParameter(DivergenceError, ValueError):
    """A parameter of a family or of a method is outside its domain."""


class NotConverged(DivergenceError, ArithmeticError):
    """A numerical method stopped short of the accuracy asked for; `evaluation` carries what it found."""

    def __init__(self, problem: str, *, evaluation: Any, **where: Any):
        self.evaluation = evaluation
        super().__init__(problem, **{"value": evaluation, **where})


def _rebuilt(kind: type[DivergenceError], problem: str, where: dict[str, Any]) -> DivergenceError:
    """An error sent from another process."""
    return kind(problem, **where)


def _shown(index: Any) -> str:
    return ", ".join(map(str, index)) if isinstance(index, tuple) else str(index)
