"""The Dirac-GAN that runs: its fields against slopes of the objectives in floats, its steps against the field."""

import numpy as np
import pytest

from divergence.errors import InvalidParameter
from divergence.gan.dirac import GAMES, alternating, simultaneous, trajectory
from divergence.ops import numpy_words

WORDS = numpy_words()
POINTS = np.random.default_rng(0).normal(size=(20, 2))


def f(x):
    return -np.logaddexp(0, -x)


def noisy(theta, psi, gamma):
    s = np.sqrt(gamma)
    return (f((theta + s) * psi) + f((theta - s) * psi) + f(s * psi) + f(-s * psi)) / 2


OBJECTIVES = {
    "gan": lambda t, p, g: (f(t * p), f(t * p)),
    "non_saturating": lambda t, p, g: (-f(-t * p), f(t * p)),
    "wgan": lambda t, p, g: (t * p, t * p),
    "wgan_gp": lambda t, p, g: (t * p, t * p - g / 2 * (abs(p) - 1) ** 2),
    "instance_noise": lambda t, p, g: (noisy(t, p, g),) * 2,
    "r1": lambda t, p, g: (f(t * p), f(t * p) - g / 2 * p**2),
    "r1_r2": lambda t, p, g: (f(t * p), f(t * p) - g * p**2),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_field_is_the_slope_of_the_objectives(name):
    step, gamma = 1e-6, 0.7
    for theta, psi in POINTS:
        objective = OBJECTIVES[name]
        down = -(objective(theta + step, psi, gamma)[0] - objective(theta - step, psi, gamma)[0]) / (2 * step)
        up = (objective(theta, psi + step, gamma)[1] - objective(theta, psi - step, gamma)[1]) / (2 * step)
        found = GAMES[name].field(np.asarray(theta), np.asarray(psi), np.asarray(gamma), WORDS)
        assert np.allclose(found, (down, up), atol=1e-8)


def test_consensus_adds_the_slope_of_half_the_square():
    step = 1e-6
    for theta, psi in POINTS:

        def half(t, p):
            down, up = GAMES["gan"].field(np.asarray(t), np.asarray(p), None, WORDS)
            return (down**2 + up**2) / 2

        slopes = (
            (half(theta + step, psi) - half(theta - step, psi)) / (2 * step),
            (half(theta, psi + step) - half(theta, psi - step)) / (2 * step),
        )
        plain = GAMES["gan"].field(np.asarray(theta), np.asarray(psi), None, WORDS)
        found = GAMES["consensus"].field(np.asarray(theta), np.asarray(psi), 0.3, WORDS)
        assert np.allclose(found, np.subtract(plain, 0.3 * np.asarray(slopes)), atol=1e-8)


@pytest.mark.parametrize("name", GAMES)
def test_steps_follow_the_field(name):
    game, (theta, psi), gamma = GAMES[name], (0.3, -0.2), 0.5
    down, up = game.field(np.asarray(theta), np.asarray(psi), np.asarray(gamma), WORDS)
    assert np.allclose(simultaneous(game, theta, psi, gamma, 0.1, WORDS), (theta + 0.1 * down, psi + 0.1 * up))
    moved = theta + 0.1 * down
    up = game.field(np.asarray(moved), np.asarray(psi), np.asarray(gamma), WORDS)[1]
    assert np.allclose(alternating(game, theta, psi, gamma, 0.1, WORDS), (moved, psi + 0.1 * up))
    path = trajectory(game, (theta, psi), h=0.1, steps=3, gamma=gamma, alternate=True)
    assert path.shape == (4, 2)
    assert np.allclose(path[1], (moved, np.clip(psi + 0.1 * up, -gamma, gamma) if game.clips else psi + 0.1 * up))


def test_damped_games_arrive_and_others_do_not():
    ends = {
        name: np.linalg.norm(trajectory(game, (0.4, 0.3), h=0.2, steps=3000, gamma=0.5)[-1])
        for name, game in GAMES.items()
    }
    assert {name for name, end in ends.items() if end < 1e-3} == {name for name, game in GAMES.items() if game.damped}


@pytest.mark.parametrize(("name", "value"), [("h", -0.1), ("gamma", float("nan"))])
def test_bad_steps_are_refused(name, value):
    with pytest.raises(InvalidParameter, match=name):
        trajectory(GAMES["gan"], (1, 1), **{"h": 0.1, "steps": 1, name: value})
