"""Which member of a family a law of torch.distributions is, and laws like it with other parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import distributions as td

from ..density import Member
from .members import dirichlet, multivariate_normal

Array = Any
Change = Callable[[Array, tuple[int, ...], int], Array]  # of a parameter, the batch it belongs to, axes of its own


def like(x: Any) -> Array:
    """An empty tensor of the dtype and on the device of the law's parameters."""
    inner = getattr(x, "base_dist", None) or getattr(x, "component_distribution", None)
    if inner is not None:
        return like(inner)
    tensors = (getattr(x, name) for name in _names(x))
    return (
        next((t for t in tensors if torch.is_tensor(t) and t.is_floating_point()), torch.empty(0)).new_empty(0).detach()
    )


def wide(x: Array) -> Array:
    """In float64, with its graph."""
    return torch.as_tensor(x).to(torch.float64)


def probabilities(x: Any, *, exact: bool = False) -> Array:
    """Probabilities of a Bernoulli-like law or, `exact`, masses of a categorical one, in float64."""
    name = given(x)
    if name == "probs":
        p = wide(x.probs)
        return p / p.sum(-1, keepdim=True) if exact else p
    logits = wide(x.logits)
    return torch.softmax(logits, -1) if exact else torch.sigmoid(logits)


def given(x: Any) -> str:
    """Whether the law was made of "probs" or of "logits"."""
    made_of = getattr(x, "_param", None)
    if made_of is not None and "logits" in vars(x):
        return "logits" if made_of is x.logits or "probs" not in vars(x) else "probs"
    return "probs" if "probs" in vars(x) else "logits"


def member_of(x: Any, kind: str) -> Member | None:
    """The member of a family that the law is, None where it is none of ours."""
    if kind not in _MEMBERS or (kind in _CERTAINTIES and _nearly_certain(x, kind)):
        return None
    found = _MEMBERS[kind](x, lambda name: wide(getattr(x, name)))
    found = found if found is None or isinstance(found, Member) else _member(*found)
    if found is None or kind not in _GIVEN:
        return found
    entry, *given = _GIVEN[kind](lambda name: wide(getattr(x, name)))
    return replace(found, given=(entry, _member("", tuple(given)).parameters))


def _nearly_certain(x: Any, kind: str) -> bool:
    """Whether a probability p was given by so large a logit that 1 - p would lose digits of the law's own precision."""
    made_of = given(x)
    limit = math.log(max(torch.finfo(getattr(x, made_of).dtype).eps, 2.0**-44) / 2.0**-53)
    if kind == "NegativeBinomial":  # whose p is one less the probability that was given
        p = x.probs if made_of == "probs" else None
        return bool((x.logits < -limit).any() if p is None else ((p > 0) & (p < math.exp(-limit))).any())
    return made_of == "logits" and bool((x.logits > limit).any())


_CERTAINTIES = ("Bernoulli", "Binomial", "Geometric", "NegativeBinomial")


def _member(family: str, parameters: tuple[Array, ...], *frame: Array) -> Member:
    tensor = next(p for p in parameters if torch.is_tensor(p))

    def full(p: Array) -> Array:
        return p if torch.is_tensor(p) else torch.as_tensor(float(p), dtype=tensor.dtype, device=tensor.device)

    return Member(family, tuple(map(full, parameters)), tuple(map(full, frame)))


def covariance(x: Any) -> Array:
    """From whichever of its forms was given."""
    if hasattr(x, "cov_factor"):
        factor = wide(x.cov_factor)
        return factor @ factor.mT + torch.diag_embed(wide(x.cov_diag))
    if "covariance_matrix" in vars(x):
        return wide(x.covariance_matrix)
    if "precision_matrix" in vars(x):
        return torch.linalg.inv(wide(x.precision_matrix))
    root = torch.tril(wide(x.scale_tril))
    return root @ root.mT


def _circle(x: Any, of: Callable[[str], Array]) -> Any:
    turns = torch.round(of("loc").detach() / (2 * math.pi))
    return "von_mises", (of("loc") - 2 * math.pi * turns, of("concentration"))


def _failures(x: Any, of: Callable[[str], Array]) -> Any:
    # torch counts the successes before `total_count` failures
    p = 1 - wide(x.probs) if given(x) == "probs" else torch.sigmoid(-wide(x.logits))
    return "negative_binomial", (p, of("total_count")), 0


def _excesses(x: Any, of: Callable[[str], Array]) -> Any:
    """Pareto, exponential or beta as its concentration is positive, zero or negative; none where signs differ."""
    c, loc, scale = of("concentration"), of("loc"), of("scale")
    if bool((c > 0).all()):
        return "pareto", (1 / c, scale / c), loc - scale / c
    if bool((c < 0).all()):
        return "beta", (1, -1 / c), loc, -scale / c
    return ("gamma", (1, scale, 1), loc) if bool((c == 0).all()) else None


_MEMBERS: dict[str, Callable[[Any, Callable[[str], Array]], Any]] = {
    "Normal": lambda x, of: ("normal", (of("loc"), of("scale"))),
    "LogNormal": lambda x, of: ("lognormal", (of("loc"), of("scale")), 0),
    "Gamma": lambda x, of: ("gamma", (of("concentration"), 1 / of("rate"), 1), 0),
    "Chi2": lambda x, of: ("gamma", (of("concentration"), 1 / of("rate"), 1), 0),
    "Exponential": lambda x, of: ("gamma", (1, 1 / of("rate"), 1), 0),
    "InverseGamma": lambda x, of: ("gamma", (of("concentration"), of("rate"), -1), 0),
    "HalfNormal": lambda x, of: ("gamma", (0.5, math.sqrt(2) * of("scale"), 2), 0),
    "Weibull": lambda x, of: ("gamma", (1, of("scale"), of("concentration")), 0),
    "Beta": lambda x, of: ("beta", (of("concentration1"), of("concentration0")), 0, 1),
    "Dirichlet": lambda x, of: dirichlet(of("concentration")),
    "MultivariateNormal": lambda x, of: multivariate_normal(of("loc"), covariance(x)),
    "LowRankMultivariateNormal": lambda x, of: multivariate_normal(of("loc"), covariance(x)),
    "Uniform": lambda x, of: ("uniform", (of("low"), of("high"))),
    "Laplace": lambda x, of: ("laplace", (of("loc"), of("scale"))),
    "StudentT": lambda x, of: ("student", (of("df"), of("loc"), of("scale"))),
    "Cauchy": lambda x, of: ("cauchy", (of("loc"), of("scale"))),
    "Pareto": lambda x, of: ("pareto", (of("alpha"), of("scale")), 0),
    "GeneralizedPareto": _excesses,
    "VonMises": _circle,
    "Poisson": lambda x, of: ("poisson", (of("rate"),), 0),
    "Bernoulli": lambda x, of: ("binomial", (probabilities(x), 1), 0),
    "Binomial": lambda x, of: ("binomial", (probabilities(x), of("total_count")), 0),
    "Geometric": lambda x, of: ("negative_binomial", (probabilities(x), 1), 0),
    "NegativeBinomial": _failures,
}


def powers_of_beta(x: Any) -> tuple[Member, list[Any]]:
    """A Kumaraswamy law as the image of a beta law under a power."""
    beta = _member("beta", (1, wide(x.concentration0)), 0, 1)
    return beta, [td.PowerTransform(1 / wide(x.concentration1))]


def reduced(base: Any, transforms: list[Any]) -> Member | None:
    """The member that a transformed member is; None where a step leaves our families."""
    member = getattr(base, "member", None)
    for step in flattened(transforms):
        if member is None:
            return None
        member = _moved(member, step)
    return member


def flattened(transforms: list[Any]) -> list[Any]:
    return [part for t in transforms for part in (flattened(t.parts) if isinstance(t, td.ComposeTransform) else [t])]


def _moved(member: Member, step: Any) -> Member | None:
    family, p, frame = member.family, member.parameters, member.frame
    zero = 0 * p[0].detach()
    if isinstance(step, td.ExpTransform) and family == "normal":
        return Member("lognormal", p, (zero,))
    if isinstance(step, td.PowerTransform) and family == "gamma" and bool((frame[0] == 0).all()):
        e = wide(step.exponent).to(p[0].device)
        return Member("gamma", (p[0], p[1] ** e, p[2] / e), frame)
    logit = isinstance(step, type(td.SigmoidTransform().inv)) and isinstance(step.inv, td.SigmoidTransform)
    if logit and family == "uniform" and bool((p[0] == 0).all() and (p[1] == 1).all()):
        return Member("logistic", (zero, zero + 1))
    if not isinstance(step, td.AffineTransform) or step.event_dim:
        return None
    a, b = wide(step.loc).to(p[0].device), wide(step.scale).to(p[0].device)
    if family in ("normal", "laplace", "logistic", "cauchy"):
        return Member(family, (a + b * p[0], b.abs() * p[1]))
    if family == "student":
        return Member(family, (p[0], a + b * p[1], b.abs() * p[2]))
    if not bool((b > 0).all()):
        return None
    moved = {
        "uniform": lambda: ((a + b * p[0], a + b * p[1]), ()),
        "lognormal": lambda: ((p[0] + b.log(), p[1]), (a + b * frame[0],)),
        "gamma": lambda: ((p[0], b * p[1], p[2]), (a + b * frame[0],)),
        "pareto": lambda: ((p[0], b * p[1]), (a + b * frame[0],)),
        "beta": lambda: (p, (a + b * frame[0], b * frame[1])),
    }.get(family)
    return Member(family, *moved()) if moved else None


# the parameters that are given, where the standard ones are rounded functions of them
_GIVEN: dict[str, Callable[[Callable[[str], Array]], tuple[Any, ...]]] = {
    "Gamma": lambda of: ("gamma_of_rate", of("concentration"), of("rate"), 1),
    "Exponential": lambda of: ("gamma_of_rate", 1, of("rate"), 1),
    "HalfNormal": lambda of: ("scaled_gamma", 0.5, of("scale"), 2),
}


def select(x: Any, axis: int, i: int) -> Any:
    """The law at i along one axis of its batch."""
    return rebuilt(x, lambda t, batch, core: t.expand(*batch, *t.shape[t.ndim - core :]).select(axis, i))


def rebuilt(x: Any, change: Change) -> Any:
    """A law like x with each of its parameters changed, unvalidated; TypeError where nobody knows how to make it."""
    batch = tuple(x.batch_shape)
    if isinstance(x, td.Independent):
        return td.Independent(rebuilt(x.base_dist, change), x.reinterpreted_batch_ndims, validate_args=False)
    if isinstance(x, td.MixtureSameFamily):
        weights = rebuilt(x.mixture_distribution.expand(batch), change)
        return td.MixtureSameFamily(weights, rebuilt(x.component_distribution, change), validate_args=False)
    if type(x) is td.TransformedDistribution:
        steps = [rebuilt_transform(step, lambda t: change(t, batch, 0)) for step in flattened(x.transforms)]
        return td.TransformedDistribution(rebuilt(x.base_dist, change), steps, validate_args=False)
    if isinstance(x, td.MultivariateNormal | td.LowRankMultivariateNormal):
        return td.MultivariateNormal(
            change(wide(x.loc), batch, 1), change(covariance(x), batch, 2), validate_args=False
        )
    if not type(x).__module__.startswith("torch.distributions."):
        raise TypeError("a class of the user's own may hold more than the arguments that it names")
    if isinstance(x, td.GeneralizedPareto):
        raise TypeError("torch computes it in float32 only")
    constraints = _constraints(x)
    core = {name: getattr(constraints[name], "event_dim", 0) for name in _names(x) if name in constraints}
    if isinstance(x, td.LogisticNormal):
        core = dict.fromkeys(core, 1)
    if isinstance(x, td.Categorical | td.OneHotCategorical):
        core = dict.fromkeys(core, 1)
    fixed = {name: getattr(x, name) for name in _names(x) if name not in core}
    changed = {name: change(torch.as_tensor(getattr(x, name)), batch, core[name]) for name in core}
    return type(x)(**fixed, **changed, validate_args=False)


def rebuilt_transform(step: Any, change: Callable[[Array], Array]) -> Any:
    """A transform like this with its parameters changed; TypeError where they are not known."""
    if isinstance(step, td.AffineTransform) and not step.event_dim:
        return td.AffineTransform(change(torch.as_tensor(step.loc)), change(torch.as_tensor(step.scale)))
    if isinstance(step, td.PowerTransform):
        return td.PowerTransform(change(torch.as_tensor(step.exponent)))
    if isinstance(step, type(td.ExpTransform().inv)):
        return rebuilt_transform(step.inv, change).inv
    if any(torch.is_tensor(v) and v.ndim for v in vars(step).values()):
        raise TypeError(f"{type(step).__name__} has parameters of its own")
    return step


def _names(x: Any) -> list[str]:
    """The names of the arguments of which the law was made."""
    names = list(_constraints(x))
    if "probs" in names and "logits" in names:
        names.remove("logits" if given(x) == "probs" else "probs")
    return ["temperature", *names] if "Relaxed" in type(x).__name__ else names


def _constraints(x: Any) -> dict[str, Any]:
    try:
        return x.arg_constraints
    except NotImplementedError:  # a class of the user's own
        return {}
