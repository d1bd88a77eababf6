"""What can be seen of an expression in divergences: its sign, how it grows, whether it bends, and other spellings."""

from __future__ import annotations

from fractions import Fraction

from .sentence import Binary, Call, Node, Number, Value, constant, values

Bend = str  # "affine", "concave", "convex" or ""
_TURNED = {"affine": "affine", "concave": "convex", "convex": "concave", "": ""}


def nonnegative(node: Node) -> bool:
    """Whether the expression is seen to be at least 0."""
    if isinstance(node, Number):
        return node.value >= 0
    if isinstance(node, Value):
        return True
    if isinstance(node, Call):
        inside = constant(node.argument)
        return node.function in ("sqrt", "exp") or (inside is not None and inside >= 1)
    if node.operator == "^":
        power = constant(node.right)
        return (power is not None and power.numerator % 2 == 0) or nonnegative(node.left)
    return node.operator in "+*/" and nonnegative(node.left) and nonnegative(node.right)


def trend(node: Node) -> dict[Value, int]:
    """For each functional 1 where the expression grows with it, -1 where it falls, 0 where that is not seen."""
    if isinstance(node, Number):
        return {}
    if isinstance(node, Value):
        return {node: 1}
    if isinstance(node, Call):
        return trend(node.argument)
    left, right = trend(node.left), trend(node.right)
    if node.operator in "+-":
        return _together(left, _scaled(right, 1 if node.operator == "+" else -1))
    if node.operator == "^":
        power = constant(node.right) or Fraction(0)
        return _scaled(left, _sign(power) if nonnegative(node.left) else 0)
    for factor, rest in ((node.left, right), (node.right, left)):
        c = _number(factor)
        if c is not None and (node.operator == "*" or factor is node.right):
            return _scaled(rest, c)
    signed = nonnegative(node.left) and nonnegative(node.right)
    other = _scaled(right, 1 if node.operator == "*" else -1)
    return _together(left if signed else _scaled(left, 0), other if signed else _scaled(other, 0))


def _number(node: Node) -> int | None:
    """The sign of a number, log(2) included; None of anything else."""
    if any(values(node)):
        return None
    c = constant(node)
    return _sign(c) if c is not None else 1 if nonnegative(node) else None


def _sign(c: Fraction) -> int:
    return (c > 0) - (c < 0)


def _scaled(found: dict[Value, int], c: int) -> dict[Value, int]:
    return {value: c * way for value, way in found.items()}


def _together(one: dict[Value, int], other: dict[Value, int]) -> dict[Value, int]:
    return {v: one.get(v, other.get(v, 0)) if one.get(v, other.get(v)) == other.get(v, one.get(v)) else 0
            for v in {**one, **other}}  # fmt: skip


def bend(node: Node) -> Bend:
    """How the expression bends as a function of its functionals, by the rules of convex programming."""
    if isinstance(node, Number | Value):
        return "affine"
    if isinstance(node, Call):
        inside = bend(node.argument)
        if not any(values(node)):
            return "affine"
        wanted, found = ("convex", "convex") if node.function == "exp" else ("concave", "concave")
        return found if inside in ("affine", wanted) else ""
    left, right = bend(node.left), bend(node.right)
    if node.operator in "+-":
        return _sum(left, right if node.operator == "+" else _TURNED[right])
    if node.operator == "^":
        return _of_power(node.left, left, constant(node.right) or Fraction(1))
    for factor, rest, other in ((node.left, node.right, right), (node.right, node.left, left)):
        sign = _number(factor)
        if sign is not None and (node.operator == "*" or factor is node.right):
            return other if sign >= 0 else _TURNED[other]
        if sign is not None and node.operator == "/" and other in ("affine", "concave") and nonnegative(rest):
            return "convex" if sign >= 0 else "concave"  # c/x
    return ""


def _sum(one: Bend, other: Bend) -> Bend:
    if "" in (one, other):
        return ""
    return other if one == "affine" else one if other in ("affine", one) else ""


def _of_power(base: Node, inside: Bend, power: Fraction) -> Bend:
    if power in (0, 1) or not any(values(base)):
        return "affine" if power != 1 else inside
    if power == 2 and inside == "affine":
        return "convex"
    if not nonnegative(base):
        return ""
    if power > 1:
        return "convex" if inside in ("affine", "convex") else ""
    if power > 0:
        return "concave" if inside in ("affine", "concave") else ""
    return "convex" if inside in ("affine", "concave") else ""


# --- other spellings


def peeled(smaller: Node, larger: Node) -> tuple[Node, Node]:
    """The same inequality with roots squared away and an exponential undone, where signs allow it."""
    for _ in range(4):
        before = smaller, larger
        smaller, larger = _without_exponential(*_without_root(smaller, larger))
        if (smaller, larger) == before:
            break
    return smaller, larger


def _without_root(smaller: Node, larger: Node) -> tuple[Node, Node]:
    rooted = _squared(smaller), _squared(larger)
    if rooted != (None, None) and nonnegative(smaller) and nonnegative(larger):
        two = Number(Fraction(2))
        return rooted[0] or Binary("^", smaller, two), rooted[1] or Binary("^", larger, two)
    return smaller, larger


def _squared(node: Node) -> Node | None:
    """c² A for c sqrt(A), None for anything else."""
    if isinstance(node, Call) and node.function == "sqrt":
        return node.argument
    if isinstance(node, Binary) and node.operator == "^" and constant(node.right) == Fraction(1, 2):
        return node.left
    if isinstance(node, Binary) and node.operator in "*/":
        for factor, rest in ((node.left, node.right), (node.right, node.left)):
            c, inside = constant(factor), _squared(rest)
            if c is not None and inside is not None and (node.operator == "*" or factor is node.right):
                return Binary(
                    node.operator, *((Number(c * c), inside) if node.operator == "*" else (inside, Number(c * c)))
                )
    return None


def _without_exponential(smaller: Node, larger: Node) -> tuple[Node, Node]:
    """A <= log(rest) or log(rest) <= A from the one term k exp(A) of the difference."""
    terms = [*_terms(larger, Fraction(1)), *_terms(smaller, Fraction(-1))]
    grown = [term for term in terms if isinstance(term[1], Call) and term[1].function == "exp" and any(values(term[1]))]
    if len(grown) != 1:
        return smaller, larger
    ((k, call),) = grown
    assert isinstance(call, Call)
    rest: Node | None = None
    for c, node in terms:
        if (c, node) != grown[0]:
            part = Binary("*", Number(-c / k), node)
            rest = part if rest is None else Binary("+", rest, part)
    if rest is None:
        return smaller, larger
    logarithm = Call("log", rest)
    return (logarithm, call.argument) if k > 0 else (call.argument, logarithm)


def _terms(node: Node, c: Fraction) -> list[tuple[Fraction, Node]]:
    """The expression as a sum of multiples."""
    if isinstance(node, Number):
        return [(c * node.value, Number(Fraction(1)))] if node.value else []
    if isinstance(node, Binary):
        if node.operator in "+-":
            return [*_terms(node.left, c), *_terms(node.right, c if node.operator == "+" else -c)]
        left, right = constant(node.left), constant(node.right)
        if node.operator == "*" and left is not None:
            return _terms(node.right, c * left) if left else []
        if node.operator == "*" and right is not None:
            return _terms(node.left, c * right) if right else []
        if node.operator == "/" and right:
            return _terms(node.left, c / right)
    return [(c, node)]
