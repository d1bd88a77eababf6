"""The Dirac-GAN of Mescheder, Geiger and Nowozin (2018), the smallest GAN whose training can be wrong.

Data are the point 0, the generator is the point θ, the discriminator is x -> ψx. Its game is L(θ, ψ) = f(ψθ) + f(0)
with f(t) = -log(1 + e^-t); ψ climbs, θ descends, and the only equilibrium is (0, 0). Every method of training is a
vector field (θ', ψ') written on the vocabulary of ops.py, so that numpy and torch follow it, dual numbers differentiate
it and sympy proves things about the same lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InvalidParameter
from ..ops import ArrayWords, as_array, numpy_words, words
from ..tangent import Dual, TangentWords

Array = Any
Pair = tuple[Array, Array]


def slope(t: Array, o: Any) -> Array:
    """f'(t) = 1/(1 + e^t), where f(t) = -log(1 + e^-t)."""
    return o.sigmoid(-t)


def bend(t: Array, o: Any) -> Array:
    """f''(t) = -1/((1 + e^t)(1 + e^-t))."""
    return -(o.sigmoid(t) * o.sigmoid(-t))


def game(theta: Array, psi: Array, o: Any) -> Pair:
    """(-∂L/∂θ, ∂L/∂ψ) = (-ψ f'(θψ), θ f'(θψ))."""
    push = slope(theta * psi, o)
    return -psi * push, theta * push


def non_saturating(theta: Array, psi: Array, o: Any) -> Pair:
    """(-ψ f'(-θψ), θ f'(θψ)): θ climbs f(-ψθ) in place of descending f(ψθ)."""
    t = theta * psi
    return -psi * slope(-t, o), theta * slope(t, o)


def relativistic(theta: Array, psi: Array, o: Any) -> Pair:
    """Both players see f(±(D(fake) - D(real))); D(real) = ψ·0, so this is `non_saturating`, word for word."""
    return non_saturating(theta, psi, o)


def wasserstein(theta: Array, psi: Array, o: Any) -> Pair:
    """(-ψ, θ): f(t) = t."""
    return -psi, theta


def gradient_penalty(theta: Array, psi: Array, o: Any, gamma: Any, aim: Any) -> Pair:
    """WGAN-GP: ψ also descends γ/2 (|D'| - aim)², D' = ψ; the field jumps by 2 γ aim across ψ = 0."""
    down, up = wasserstein(theta, psi, o)
    return down, up - gamma * (psi - aim * o.sign(psi))


def r1(theta: Array, psi: Array, o: Any, gamma: Any) -> Pair:
    """ψ also descends γ/2 E_data |D'|² = γ/2 ψ²."""
    down, up = game(theta, psi, o)
    return down, up - gamma * psi


def r2(theta: Array, psi: Array, o: Any, gamma: Any) -> Pair:
    """ψ also descends γ/2 E_g |D'|², which is γ/2 ψ² too, as D' is ψ everywhere."""
    return r1(theta, psi, o, gamma)


def r1_r2(theta: Array, psi: Array, o: Any, gamma: Any) -> Pair:
    """Both penalties, γ ψ² together."""
    return r1(theta, psi, o, 2 * gamma)


def consensus(theta: Array, psi: Array, o: Any, gamma: Any) -> Pair:
    """Both players also descend γ/2 |v|², v the field of `game`, |v|² = (θ² + ψ²) f'(θψ)²."""
    t = theta * psi
    down, up = game(theta, psi, o)
    f1, bent = slope(t, o), (theta * theta + psi * psi) * bend(t, o)
    return down - gamma * f1 * (theta * f1 + psi * bent), up - gamma * f1 * (psi * f1 + theta * bent)


def instance_noise(theta: Array, psi: Array, o: Any, variance: Any, noise: Any) -> Pair:
    """(-ψ E f'(ψ(θ+ε)), E[(θ+ε) f'(ψ(θ+ε))] - E[ε f'(-ψε)]): data and samples both carry ε of that variance.

    `noise` lists (node, weight) of a standardised law: Gauss-Hermite for normal noise; ±1 with ½ each has the same
    Jacobian at (0, 0), which sees nothing but the variance.
    """
    sd = o.sqrt(variance) if not isinstance(variance, (int, float)) else math.sqrt(variance)
    down, up = 0 * theta, 0 * psi
    for node, weight in noise:
        fake, real = theta + sd * node, sd * node
        push = slope(psi * fake, o)
        down = down - weight * (psi * push)
        up = up + weight * (fake * push - real * slope(-psi * real, o))
    return down, up


def normal_nodes(count: int = 24) -> tuple[tuple[float, float], ...]:
    """(node, weight) with Σ weight g(node) = E g(N(0, 1)) for polynomials of degree below 2 `count`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return tuple(zip(nodes.tolist(), (weights / weights.sum()).tolist()))


@dataclass(frozen=True)
class Method:
    """One way to train the Dirac-GAN: its field, the parameters it is shown with, and `reach`, to which |ψ| is cut.

    `smooth` says that the field has a Jacobian at the equilibrium.
    """

    name: str
    formula: str
    vector: Callable[..., Pair]
    parameters: dict[str, Any] = field(default_factory=dict)
    reach: float = math.inf
    smooth: bool = True

    def field(self, theta: Array, psi: Array, o: Any = None, **parameters: Any) -> Pair:
        """(θ', ψ') at every (θ, ψ), by arrays, symbols or dual numbers, whichever words `o` are given."""
        unknown = sorted(parameters.keys() - self.parameters.keys())
        if unknown:
            raise InvalidParameter(
                f"{self.name} has no parameter {unknown[0]!r}",
                argument=unknown[0],
                remedy=f"one of {', '.join(self.parameters)}" if self.parameters else "it has none",
            )
        if o is None:
            theta, psi = as_array(theta), as_array(psi)
            o = words(theta, psi)
        return self.vector(theta, psi, o, **{**self.parameters, **parameters})

    def jacobian(self, theta: float = 0.0, psi: float = 0.0, **parameters: Any) -> np.ndarray:
        """∂(θ', ψ')/∂(θ, ψ), (2, 2), by dual numbers."""
        if not self.smooth and psi == 0:
            raise InvalidParameter(
                f"the field of {self.name} jumps across psi = 0", argument="psi", value=psi, remedy="another psi"
            )
        o = TangentWords(numpy_words())
        at, zero, one = (np.asarray(theta, float), np.asarray(psi, float)), np.zeros(()), np.ones(())
        columns = []
        for along in range(2):
            moving = [Dual(x, one if i == along else zero) for i, x in enumerate(at)]
            columns.append([float(part.dx) for part in self.field(moving[0], moving[1], o, **parameters)])
        return np.array(columns).T

    def eigenvalues(self, **parameters: Any) -> np.ndarray:
        """Of the Jacobian at the equilibrium, (2,) complex, by falling imaginary part."""
        found: Any = np.linalg.eigvals(self.jacobian(**parameters)).astype(complex)
        return np.asarray(sorted(found.tolist(), key=lambda z: (-round(z.imag, 12), -z.real)))


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("gan", "(−ψ f′, θ f′)", game),
        Method("non_saturating", "(−ψ f′(−θψ), θ f′)", non_saturating),
        Method("relativistic", "(−ψ f′(−θψ), θ f′)", relativistic),
        Method("wgan", "(−ψ, θ)", wasserstein),
        Method("wgan_clipped", "(−ψ, θ), |ψ| ≤ 1", wasserstein, reach=1.0),
        Method(
            "wgan_gp",
            "(−ψ, θ − γ (ψ − sign ψ))",
            gradient_penalty,
            {"gamma": 1.0, "aim": 1.0},
            smooth=False,
        ),
        Method("instance_noise", "E over ε", instance_noise, {"variance": 1.0, "noise": normal_nodes()}),
        Method("r1", "(−ψ f′, θ f′ − γ ψ)", r1, {"gamma": 0.5}),
        Method("r2", "(−ψ f′, θ f′ − γ ψ)", r2, {"gamma": 0.5}),
        Method("r1_r2", "(−ψ f′, θ f′ − 2γ ψ)", r1_r2, {"gamma": 0.5}),
        Method("consensus", "v − γ ∇ ½|v|²", consensus, {"gamma": 1.0}),
    )
}


def one_step(
    method: Method, theta: Array, psi: Array, h: Any, o: Any, *, alternating: bool = False, **parameters: Any
) -> Pair:
    """(θ + h θ', ψ + h ψ'), not cut; `alternating` shows ψ the θ that has moved."""
    down, up = method.field(theta, psi, o, **parameters)
    theta = theta + h * down
    if alternating:
        up = method.field(theta, psi, o, **parameters)[1]
    return theta, psi + h * up


def simulate(
    method: Method,
    start: tuple[Array, Array],
    step: float,
    steps: int,
    *,
    alternating: bool = False,
    **parameters: Any,
) -> np.ndarray:
    """The path (steps + 1, 2, …) of (θ, ψ) from `start` by gradient steps of length `step`.

    θ moves first; `alternating` shows ψ the θ that has moved, else both move at once. |ψ| is cut to the method's
    `reach`. A start may be two arrays of one shape, many paths at once; a path that overflows goes on as nan.
    """
    if not (math.isfinite(step) and step > 0):
        raise InvalidParameter(f"{step} is not positive", argument="step", value=step, remedy="a number above 0")
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise InvalidParameter(f"{steps!r} is no number of steps", argument="steps", value=steps, remedy="0 or more")
    theta, psi = np.broadcast_arrays(*(np.asarray(x, float) for x in start))
    path = np.empty((steps + 1, 2, *theta.shape))
    path[0] = theta, psi
    o = ArrayWords(np)
    with np.errstate(all="ignore"):
        for i in range(steps):
            theta, psi = one_step(method, theta, psi, step, o, alternating=alternating, **parameters)
            if math.isfinite(method.reach):
                psi = np.where(np.abs(psi) > method.reach, np.sign(psi) * method.reach, psi)
            path[i + 1] = theta, psi
    return path


def update(jacobian: np.ndarray, step: float, *, alternating: bool = False) -> np.ndarray:
    """The Jacobian of one step of `simulate` at the equilibrium: I + hJ, or its two half steps one after the other."""
    first, second = (np.diag(mask) @ jacobian for mask in ((1.0, 0.0), (0.0, 1.0)))
    one = np.eye(2)
    return (one + step * second) @ (one + step * first) if alternating else one + step * jacobian


def largest_step(method: Method, *, alternating: bool = False, **parameters: Any) -> float:
    """The h below which every step length draws the iteration to the equilibrium; 0 where none does.

    Jury's conditions on a 2×2 update, 1 − det > 0 and 1 + det ± trace > 0, are polynomials in h; the first root above
    0 of any of them is the answer.
    """
    (a, b), (c, d) = method.jacobian(**parameters)
    cross = b * c
    det = np.array([a * d - (0 if alternating else cross), a + d, 1.0])  # of h², h and 1
    trace = np.array([cross if alternating else 0.0, a + d, 2.0])
    one, ends = np.array([0.0, 0.0, 1.0]), [math.inf]
    for condition in (one - det, one + det + trace, one + det - trace):
        # where it is 0 at h = 0, its first other coefficient decides which way it goes
        if next((k for k in condition[::-1] if abs(k) > 1e-13), 0.0) <= 0:
            return 0.0
        roots: Any = np.roots(condition).astype(complex)
        ends += roots.real[(abs(roots.imag) < 1e-12) & (roots.real > 1e-12)].tolist()
    return float(min(ends))


def portrait(method: Method, reach: float = 2.0, points: int = 21, **parameters: Any) -> tuple[np.ndarray, ...]:
    """(θ, ψ, θ', ψ') on a square grid around the equilibrium, each (points, points): what a phase portrait draws."""
    side = np.linspace(-reach, reach, points)
    theta, psi = np.meshgrid(side, side)
    return theta, psi, *method.field(theta, psi, **parameters)
