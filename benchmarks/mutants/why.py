"""Why a survivor survives: a change that changes no value, or one that no claim is about yet."""

from __future__ import annotations

from .changes import Change

AWAY = "what stands in a place that `where` throws away"
SHAPE = "a term that is 0, or 1, for its shape alone"
PLACE = "where a law lies, of which no formula asks, but of shifts alone"
CONSTANT = "a constant, and only differences of the remainder are taken"
SERIES = "the start of a series, far below its rounding"
SEARCH = "where the search begins or how it steps: what it finds is the same to the last bit"

# (part of the file, of what it is inside, of the change): whether it is equivalent, and why
WHY: tuple[tuple[str, str, str, bool, str], ...] = (
    ("generators.py", "blow_up", "depth, depths = 0.0", True, SEARCH),
    ("generators.py", "blow_up", "range(3)", True, SEARCH),
    ("generators.py", "blow_up", "65 becomes", True, SEARCH),
    ("generators.py", "blow_up", "1024 becomes", True, SEARCH),
    ("generators.py", "blow_up", "88 becomes 89", True, SEARCH),
    (
        "generators.py",
        "blow_up",
        "log becomes log1p",
        True,
        "asked at f above 1e16 only, where it is the same",
    ),
    ("generators.py", "bend_at_zero", "100.0 becomes", True, SEARCH),
    ("generators.py", "bend_at_zero", "14 becomes 15", True, SEARCH),
    ("generators.py", "bend_at_zero", "depth /= 2", True, SEARCH),
    ("f_divergence.py", "skew", "5e-324", True, "the next float below twice the smallest is the smallest itself"),
    (
        "generators.py",
        "hockey_stick",
        "positive_part becomes abs",
        True,
        "the completed conjugate asks it at u >= 0 only",
    ),
    ("pieces.py", "_laplace_gap", "o.like(less, 0)", True, "what stands in a place that `where` throws away"),
    ("pieces.py", "_apart", "0 * d", True, "0 * d is there for its shape; 0 / d has it too"),
    ("pieces.py", "_pareto_between", "+ becomes -", True, SHAPE),
    ("pieces.py", "_pareto_between", "0 becomes 1  in  return (o.like(d, 0)", True, PLACE),
    ("pieces.py", "_rates", "* 0", True, "x * 0 is there for its shape; x - x of it has it too"),
    ("stirling.py", "curvature", "series = 0.0", True, "the start of a series at y^16 <= 1e-16, below its rounding"),
    ("stirling.py", "remainder", "- 1)", True, CONSTANT),
    ("stirling.py", "bregman", "not wanted", True, "what stands in a place that `where` throws away"),
    ("members.py", "log_ratio", "o.like(s, 0)", True, AWAY),
    ("members.py", "_binomial_gap", "o.like(excess, 0), excess)", True, AWAY),
    ("members.py", "_binomial_gap", "0.5 becomes 0.505", True, AWAY),
    ("members.py", "_negative_binomial_gap", "o.like(excess, 0), excess)", True, AWAY),
    ("members.py", "_negative_binomial_gap", "0.5 becomes 0.505", True, AWAY),
    ("members.py", "_negative_binomial_gap", "o.like(log_failure, -1)", True, AWAY),
    ("members.py", "_log_product.blend", "o.where(none, o.like(x, 0), x)", True, AWAY),
    ("exponential.py", "gap", "o.like(x, 0)", True, AWAY),
    ("stirling.py", "bregman", "o.like(d, 0)", True, AWAY),
    ("bessel.py", "variance", "o.like(k, 1)", True, AWAY),
    ("bessel.py", "variance", "o.like(k, 0)", True, AWAY),
    ("bessel.py", "log_bessel_bregman", "o.like(d, 0)", True, AWAY),
    ("pieces.py", "_one_less_ratio", "1 becomes 2", True, AWAY),
    ("pieces.py", "_shifted_kl", "o.like(d, 0)", True, AWAY),
    ("pieces.py", "_apart", "o.like(d, 0)", True, AWAY),
    ("pieces.py", "_laplace_gap", "scale + 0 * d", True, SHAPE),
    ("pieces.py", "_rates", "scale * 0", True, SHAPE),
    ("pieces.py", "_shifted_gap", "+ becomes -", True, SHAPE),
    ("pieces.py", "_pareto_gap", "+ becomes -", True, SHAPE),
    ("members.py", "_inverse_gaussian_between", "* becomes /  in  base = shape / mean, o.like", True, SHAPE),
    ("members.py", "_binomial_gap", "+ becomes -  in  x, y =", True, SHAPE),
    ("members.py", "_negative_binomial_gap", "+ becomes -  in  x, y =", True, SHAPE),
    ("members.py", "_inverse_gaussian_of_scale", "1 / ratio + 0 * scale", True, SHAPE),
    (
        "members.py",
        "_inverse_gaussian_of_scale",
        "+ becomes -  in  return base, (step",
        True,
        SHAPE,
    ),
    ("members.py", "_normal_between", "o.like(shift, 0)", True, PLACE),
    ("members.py", "_normal_part", "base[0] + to[0]", True, PLACE),
    ("members.py", "_von_mises_part", "angle + aside", True, PLACE),
    ("members.py", "_multivariate_between", "o.like(shift, 0)", True, PLACE),
    ("members.py", "_inverse_gaussian_part", "shape / here * squares", True, "p's shape is the unit, 1"),
    ("stirling.py", "remainder_slope", "series = 0.0", True, SERIES),
    ("bessel.py", "_shortfall", "series = 0.0", True, SERIES),
    ("bessel.py", "variance", "series = 0.0", True, SERIES),
    ("stirling.py", "remainder", "series = 0.0", True, SERIES),
    ("stirling.py", "remainder", "total = 0.0", True, CONSTANT),
    (
        "stirling.py",
        "remainder",
        "- becomes +  in  total",
        True,
        CONSTANT,
    ),
    (
        "stirling.py",
        "remainder",
        "1 becomes 2  in  total",
        True,
        CONSTANT,
    ),
    ("stirling.py", "log_gamma_bregman", "/ becomes *", True, "it is asked at x = 1 alone"),
    ("bessel.py", "", "LARGE = 60.0", True, "where one way gives over to another, both exact there"),
    ("stirling.py", "16", "leggauss(16)", True, "one node more, and the same digits"),
    ("stirling.py", "", "STEPS = 10", True, "one step more, and the same digits"),
    ("closed_form.py", "ClosedForm", "axes: int = 0", True, "a default, and every caller says it"),
    ("f_divergence.py", "certify.hopeless", "1e-3", True, "how closely a first look looks; what it tells is the same"),
)


def reason(change: Change) -> tuple[bool, str]:
    for file, around, what, same, why in WHY:
        if file in change.file and around in change.around and what in change.what:
            return same, why
    return False, "no claim is about it"
