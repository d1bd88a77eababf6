"""The Dirac-GAN: every field against the derivatives of its game, every prediction against the simulation."""

import math

import numpy as np
import pytest
import sympy as sp
import torch

import divergence as dv
from divergence.gan.dirac import METHODS, largest_step, normal_nodes, portrait, simulate, update
from divergence.symbol_words import SymbolWords

SMOOTH = [method for method in METHODS.values() if method.smooth]
CONVERGENT = ["instance_noise", "r1", "r2", "r1_r2", "consensus"]
methods = pytest.mark.parametrize("name", list(METHODS))
THETA, PSI = 0.7, -1.3


def f(t):
    return -torch.nn.functional.softplus(-t)


def losses(name, theta, psi, noise):
    """What θ and ψ descend, written out once more: the torch loss of each player."""
    g, value = METHODS[name].parameters.get("gamma"), f(psi * theta) + math.log(2)
    if name == "instance_noise":
        value = sum(w * (f(psi * (theta + e)) + f(-psi * e)) for e, w in noise)
    if name.startswith("wgan"):
        value = psi * theta
    generator = -f(-psi * theta) if name in ("non_saturating", "relativistic") else value
    extra = {
        "r1": lambda: g / 2 * psi**2,
        "r2": lambda: g / 2 * psi**2,
        "r1_r2": lambda: g * psi**2,
        "wgan_gp": lambda: g / 2 * (psi.abs() - 1) ** 2,
    }
    return generator, -value + extra.get(name, lambda: 0 * psi)()


@methods
def test_fields_are_the_gradients_of_their_losses(name):
    theta, psi = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (THETA, PSI))
    first, second = losses(name, theta, psi, normal_nodes())
    expected = [
        -torch.autograd.grad(first, theta, create_graph=True)[0],
        -torch.autograd.grad(second, psi, create_graph=True)[0],
    ]
    if name == "consensus":
        energy = METHODS[name].parameters["gamma"] / 2 * (expected[0] ** 2 + expected[1] ** 2)
        expected = [v - slope for v, slope in zip(expected, torch.autograd.grad(energy, (theta, psi)))]
    found = METHODS[name].field(torch.tensor(THETA, dtype=torch.float64), torch.tensor(PSI, dtype=torch.float64))
    assert [float(v) for v in found] == pytest.approx([float(v.detach()) for v in expected], rel=1e-12)


@methods
def test_numpy_torch_and_sympy_follow_one_field(name):
    method = METHODS[name]
    plain = method.field(np.asarray(THETA), np.asarray(PSI))
    tensors = method.field(torch.tensor(THETA, dtype=torch.float64), torch.tensor(PSI, dtype=torch.float64))
    symbols = method.field(sp.Rational(7, 10), sp.Rational(-13, 10), SymbolWords())
    assert [float(v) for v in tensors] == pytest.approx([float(v) for v in plain], rel=1e-14)
    assert [float(v) for v in symbols] == pytest.approx([float(v) for v in plain], rel=1e-12)


@pytest.mark.parametrize("method", SMOOTH, ids=lambda method: method.name)
def test_jacobian_against_differences(method):
    at, h = np.array([0.3, -0.4]), 1e-6
    columns = [(np.array(method.field(*(at + d))) - np.array(method.field(*(at - d)))) / (2 * h) for d in np.eye(2) * h]
    np.testing.assert_allclose(method.jacobian(*at), np.array(columns).T, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("gan", {}, 0.5j),
        ("non_saturating", {}, 0.5j),
        ("relativistic", {}, 0.5j),
        ("wgan", {}, 1j),
        ("r1", {"gamma": 0.6}, -0.3 + 0.4j),
        ("r2", {"gamma": 0.6}, -0.3 + 0.4j),
        ("r1_r2", {"gamma": 0.3}, -0.3 + 0.4j),
        ("consensus", {"gamma": 2.0}, -0.5 + 0.5j),
        ("instance_noise", {"variance": 1.2}, -0.3 + 0.4j),
    ],
)
def test_eigenvalues_at_the_equilibrium(name, parameters, expected):
    assert METHODS[name].eigenvalues(**parameters)[0] == pytest.approx(expected, abs=1e-12)


def test_noise_of_two_points_has_the_jacobian_of_normal_noise():
    two = METHODS["instance_noise"].jacobian(noise=((-1.0, 0.5), (1.0, 0.5)))
    np.testing.assert_allclose(two, METHODS["instance_noise"].jacobian(), atol=1e-14)


@pytest.mark.parametrize("alternating", [False, True])
@pytest.mark.parametrize("name", list(METHODS))
def test_largest_step_divides_convergence_from_divergence(name, alternating):
    method = METHODS[name]
    if not method.smooth:
        return
    h = largest_step(method, alternating=alternating)
    assert (h > 0) == (name in CONVERGENT)
    if h:
        below, above = (
            max(abs(np.linalg.eigvals(update(method.jacobian(), h * by, alternating=alternating))))
            for by in (1 - 1e-6, 1 + 1e-6)
        )
        assert below < 1 < above
        near = simulate(method, (0.01, 0.01), 0.9 * h, 400, alternating=alternating)
        assert np.hypot(*near[-1]) < 1e-6


def test_the_closed_forms_of_the_largest_step():
    """Simultaneous 4γ for R1 up to γ = 1, beyond it 4/(γ + √(γ² − 1)); alternating 4 (√(γ² + 1) − γ)."""
    for gamma in (0.1, 0.5, 1.0, 1.7):
        simultaneous = 4 * gamma if gamma <= 1 else 4 / (gamma + math.sqrt(gamma**2 - 1))
        assert largest_step(METHODS["r1"], gamma=gamma) == pytest.approx(simultaneous, rel=1e-6)
        alternating = 4 * (math.sqrt(gamma**2 + 1) - gamma)
        assert largest_step(METHODS["r1"], gamma=gamma, alternating=True) == pytest.approx(alternating, rel=1e-12)


def test_radius_of_the_game_grows_by_its_exact_factor():
    h, path = 0.3, simulate(METHODS["gan"], (0.5, -0.2), 0.3, 50)
    squares, t = (path**2).sum(1), path[:, 0] * path[:, 1]
    np.testing.assert_allclose(squares[1:] / squares[:-1], (1 + (h / (1 + np.exp(t))) ** 2)[:-1], rtol=1e-13)


def test_non_saturating_settles_on_the_circle_of_radius_root_2h():
    path = simulate(METHODS["non_saturating"], (1.0, 1.0), 0.02, 40_000)
    assert np.hypot(*path[-2000:].T).mean() == pytest.approx(math.sqrt(2 * 0.02), rel=0.02)


def test_clipping_keeps_the_critic_within_reach():
    path = simulate(METHODS["wgan_clipped"], (np.array([1.0, 0.1]), np.array([5.0, 0.0])), 0.1, 300)
    assert path.shape == (301, 2, 2)
    assert np.abs(path[1:, 1]).max() <= 1


def test_portrait_is_the_field_on_a_grid():
    theta, psi, down, up = portrait(METHODS["r1"], 1.5, 7, gamma=2.0)
    assert theta.shape == (7, 7)
    assert (down[3, 3], up[3, 3]) == (0, 0)
    assert float(METHODS["r1"].field(theta[0, 2], psi[0, 2], gamma=2.0)[1]) == up[0, 2]


def test_bad_input():
    with pytest.raises(dv.InvalidParameter, match="r1 has no parameter 'lam'"):
        METHODS["r1"].field(1.0, 1.0, lam=2)
    with pytest.raises(dv.InvalidParameter, match="jumps across psi = 0"):
        METHODS["wgan_gp"].jacobian()
    with pytest.raises(dv.InvalidParameter, match="step"):
        simulate(METHODS["gan"], (1.0, 1.0), 0.0, 3)
    with pytest.raises(dv.InvalidParameter, match="steps: -3"):
        simulate(METHODS["gan"], (1.0, 1.0), 0.1, -3)
