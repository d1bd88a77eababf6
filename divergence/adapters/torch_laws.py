"""Laws of torch.distributions as laws of ours: parameters keep their graph, log-densities are taken in float64."""

from __future__ import annotations

import re
import sys
from typing import Any

from ..density import Density, Lattice
from ..errors import UnsupportedLaw
from ..measure import Discrete
from ..mixing import mixed
from ..product import Product
from .members import law_of_member

Array = Any


def torch_law(x: Any, argument: str = "law") -> Density | Lattice | Discrete | Product | None:
    """The law of torch.distributions that x is, or None. Nothing is imported that x does not come from.

    `Independent` is a Product; Categorical and OneHotCategorical are Discrete, in their own dtype.

    >>> import torch
    >>> torch_law(torch.distributions.Normal(0.0, torch.tensor(2.0, requires_grad=True))).member.parameters[1]
    tensor(2., dtype=torch.float64, grad_fn=<ToCopyBackward0>)
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(x, torch.distributions.Distribution):
        return None
    return _law(x, argument)


def _law(x: Any, argument: str) -> Density | Lattice | Discrete | Product:
    import torch
    from torch import distributions as td

    from . import torch_densities as densities
    from . import torch_in_space as in_space
    from .torch_families import like, member_of, powers_of_beta, reduced

    kind, name = _kind(x), _name(x)
    if kind == "Categorical":
        return Discrete(x.probs, torch.arange(x.probs.shape[-1]).to(x.probs), argument=argument)
    if kind in ("OneHotCategorical", "OneHotCategoricalStraightThrough"):
        return Discrete(x.probs, argument=argument)
    if kind == "Independent":
        coordinates = _law(x.base_dist, argument)
        axes = x.reinterpreted_batch_ndims
        return Product(coordinates, axes, name=name) if axes else coordinates  # type: ignore[arg-type]
    if kind == "MixtureSameFamily":
        return _mixture(x, name, argument)
    member = member_of(x, kind)
    if member is not None:
        return law_of_member(member, name=name, like=like(x), argument=argument)
    if kind == "Geometric":  # torch computes it by 1 - p, and this by the logit
        x = td.NegativeBinomial(torch.ones_like(x.logits), logits=-x.logits, validate_args=False)
    if kind == "LogisticNormal":
        return in_space.logistic_normal(x, name, like(x))
    if kind == "Kumaraswamy":
        base, steps = powers_of_beta(x)
        return densities.transformed(law_of_member(base), steps, tuple(x.batch_shape), name, like(x), argument)  # type: ignore[arg-type]
    if kind in ("TransformedDistribution", "RelaxedBernoulli") and not x.event_shape:
        base = _law(x.base_dist, argument)
        member = reduced(base, x.transforms)
        if member is not None:
            return law_of_member(member, name=name, like=like(x), argument=argument)
        if isinstance(base, Density) and base.dimension == 1:
            return densities.transformed(base, x.transforms, tuple(x.batch_shape), name, like(x), argument)
    if not x.event_shape:
        return densities.by_its_own(x, name, like(x), argument)
    if len(x.event_shape) == 1:
        return in_space.in_a_box(x, name, like(x), argument)
    raise in_space.no_box(x, argument)


def _mixture(x: Any, name: str, argument: str) -> Any:
    """Σ w f over the last axis of the batch of its components."""
    from .torch_families import like, probabilities, select

    components, axis = x.component_distribution, len(x.component_distribution.batch_shape) - 1
    try:
        laws = [_law(select(components, axis, i), argument) for i in range(components.batch_shape[axis])]
    except TypeError as error:
        if isinstance(error, UnsupportedLaw):
            raise
        raise UnsupportedLaw(
            f"nobody knows how to take a batch of {type(components).__name__} apart",
            argument=argument,
            remedy="write Mixture(weights, laws) of laws that are made one by one",
        ) from error
    densities = [law.joint() if isinstance(law, Product) else law for law in laws]
    return mixed(probabilities(x.mixture_distribution, exact=True), densities, name, like(x))


def _kind(x: Any) -> str:
    """The name of its class, if that is torch's own."""
    return type(x).__name__ if type(x).__module__.startswith("torch.distributions.") else ""


def _name(x: Any) -> str:
    """Normal(loc: 0.0, scale: 1.0): as torch writes it, and where it is silent by what the law is made of."""
    kind = _kind(x)
    if kind == "MixtureSameFamily":
        return f"MixtureSameFamily({_name(x.component_distribution)})"
    if kind == "Independent":
        return f"Independent({_name(x.base_dist)}, {x.reinterpreted_batch_ndims})"
    if kind == "TransformedDistribution":
        text = f"{_name(x.base_dist)} under {', '.join(map(str, x.transforms))}"
    else:
        text = repr(x)
        if text.endswith("()") and kind:
            values = ((name, getattr(x, name)) for name in x.arg_constraints)
            text = f"{kind}({', '.join(f'{k}: {v.item() if v.ndim == 0 else v.shape}' for k, v in values)})"
    text = re.sub(r"torch\.Size\(\[([^\]]*)\]\)", lambda m: _shape(m[1]), re.sub(r"\s+", " ", text))
    return text if len(text) < 200 else type(x).__name__


def _shape(sizes: str) -> str:
    return f"({sizes})" if "," in sizes else f"({sizes},)"
