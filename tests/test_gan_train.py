"""The loop that trains many GANs: a member is itself whoever is beside it, a run goes on where it stopped."""

import dataclasses
import math

import numpy as np
import pytest
import torch

import divergence as dv
from divergence.gan.networks import LocationScale, Perceptron
from divergence.gan.objectives import HINGE, LEAST_SQUARES, RELATIVISTIC, WASSERSTEIN, from_row
from divergence.gan.seeds import member_seeds
from divergence.gan.toys import NormalMixture
from divergence.gan.train import Contest, Schedule, train
from divergence.generators import GENERATORS

TOY = NormalMixture((0.7, 0.3), (-1.0, 2.0), (0.6, 0.4))
JS = from_row(GENERATORS["js"])
CRITIC = Perceptron((1, 8, 8, 1))
CONTEST = Contest(TOY, LocationScale((0.5, 1.0)), CRITIC, JS)
SHORT = Schedule(steps=37, critic_steps=2, batch=32, warm_up=3)
OTHERS = [
    Contest(TOY, LocationScale((0.5, 1.0)), CRITIC, objective, **extra)
    for objective, extra in [
        (LEAST_SQUARES, {"r1": 0.5, "r2": 0.2}),
        (HINGE, {"noise": 0.3}),
        (WASSERSTEIN, {"penalty": 1.0}),
        (WASSERSTEIN, {"reach": 0.1}),
        (RELATIVISTIC, {}),
        (JS, {"consensus": 0.5}),
    ]
]
OTHERS.append(dataclasses.replace(CONTEST, critic=Perceptron((4, 8, 1)), pack=4))


def place(generator, critic):
    return {"place": generator[0]}


@pytest.mark.parametrize("contest", [CONTEST, *OTHERS], ids=range(8))
def test_a_member_is_the_same_trained_alone(contest):
    seeds = member_seeds(3, 4)
    both = train(contest, SHORT, seeds, watch=place)
    alone = train(contest, SHORT, seeds[2:3], watch=place)
    np.testing.assert_allclose(both.history["place"][:, 2], alone.history["place"][:, 0], rtol=2e-4, atol=2e-4)
    assert len(np.unique(both.history["place"][-1, :, 0])) == 4
    assert both.finite.all()


@pytest.mark.parametrize("contest", OTHERS, ids=range(7))
def test_equal_seeds_give_equal_runs_bit_by_bit(contest):
    runs = [train(contest, dataclasses.replace(SHORT, steps=9), [1, 2]) for _ in range(2)]
    for a, b in zip(runs[0].generator + runs[0].critic, runs[1].generator + runs[1].critic):
        assert torch.equal(a, b)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")  # torch asks it
@pytest.mark.parametrize("contest", [OTHERS[0], *OTHERS[4:]], ids=["penalties", "paired", "consensus", "packed"])
def test_compiled_losses_are_the_losses(contest, monkeypatch):
    """Traced as for a GPU, and run as traced: to machine code would take half a minute each."""
    traced, compile = [], torch.compile
    monkeypatch.setattr(torch, "compile", lambda f: traced.append(f) or compile(f, backend="eager"))
    short = dataclasses.replace(SHORT, steps=5)
    found, expected = (train(contest, short, [1, 2], compiled=compiled) for compiled in (True, False))
    torch._dynamo.reset()
    assert len(traced) == (0 if contest.consensus else 2)
    for a, b in zip(found.generator + found.critic, expected.generator + expected.critic):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_members_with_their_own_data_start_rate_and_objective():
    shifted = NormalMixture((1.0,), (4.0,), (0.5,))
    contest = Contest(
        (TOY, shifted), (LocationScale((0.0, 1.0)), LocationScale((3.0, 1.0))), CRITIC, (LEAST_SQUARES, JS)
    )
    schedule = dataclasses.replace(SHORT, generator_rate=(0.0, 1e-2))
    both = train(contest, schedule, [5, 6], watch=place)
    alone = train(Contest(shifted, LocationScale((3.0, 1.0)), CRITIC, JS), SHORT, [6], watch=place)
    assert (both.history["place"][:, 0] == both.history["place"][0, 0]).all(), "its rate is 0"
    np.testing.assert_allclose(both.history["place"][:, 1], alone.history["place"][:, 0], rtol=2e-4, atol=2e-4)


def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path):
    file, seen = tmp_path / "run.pt", []
    whole = train(CONTEST, SHORT, [1, 2], watch=place)

    def stop(done):
        seen.append(done)
        if sum(seen) == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(CONTEST, SHORT, [1, 2], watch=place, save=file, save_every=1, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
    again = []
    resumed = train(CONTEST, SHORT, [1, 2], watch=place, save=file, save_every=1, progress=again.append)
    assert again[0] == 16, "what the file held is reported at once"
    assert sum(again) == 37
    for name in ("place",):
        assert np.array_equal(whole.history[name], resumed.history[name])
    assert all(torch.equal(a, b) for a, b in zip(whole.critic, resumed.critic))
    finished = train(CONTEST, SHORT, [1, 2], watch=place, save=file)
    assert np.array_equal(finished.history["place"], whole.history["place"])
    with pytest.raises(dv.InvalidParameter, match="state of another run"):
        train(CONTEST, SHORT, [1, 3], watch=place, save=file)
    file.write_bytes(b"nothing")
    with pytest.raises(dv.InvalidParameter, match="no state"):
        train(CONTEST, SHORT, [1, 2], watch=place, save=file)


def test_a_diverged_member_is_marked_and_hurts_no_other():
    schedule = dataclasses.replace(SHORT, critic_rate=(4e-3, 1e30), steps=40)
    both = train(CONTEST, schedule, [1, 2], watch=place)
    assert both.finite.tolist() == [True, False]
    assert 0 <= both.lost_at[1] <= 16
    alone = train(CONTEST, dataclasses.replace(schedule, critic_rate=4e-3), [1], watch=place)
    np.testing.assert_allclose(both.history["place"][:, 0], alone.history["place"][:, 0], rtol=2e-4, atol=2e-4)


def test_what_is_seen_and_when():
    done = []
    run = train(CONTEST, SHORT, [1], watch=place, every=10, progress=done.append)
    assert run.seen.tolist() == [0, 10, 20, 30, 37]
    assert run.history["place"].shape == (5, 1, 2)
    assert sum(done) == 37
    assert run.make(torch.zeros(1, 3, 1)).shape == (1, 3, 1)
    assert run.logits(torch.zeros(1, 3, 1)).shape == (1, 3)


def test_weights_are_cut():
    run = train(OTHERS[3], SHORT, [1])
    assert max(float(part.abs().max()) for part in run.critic) <= 0.1 + 1e-7


def test_training_reaches_the_data():
    """Every objective brings N(3, 1) home to N(0, 1)."""
    contest = Contest(
        NormalMixture((1.0,), (0.0,), (1.0,)),
        LocationScale((3.0, 1.0)),
        Perceptron((1, 16, 16, 1)),
        (JS, LEAST_SQUARES, HINGE, RELATIVISTIC),
        r1=0.1,
    )
    run = train(contest, Schedule(steps=400, batch=128, warm_up=20, generator_rate=3e-2), [7] * 4, watch=place)
    ends = run.history["place"][-100:].mean(0)
    assert np.abs(ends).max() < 0.25


class Broken:
    def draw(self, shape, generator):
        return torch.full((*shape, 1), math.nan)


@pytest.mark.parametrize(
    ("contest", "schedule", "said"),
    [
        (dataclasses.replace(CONTEST, pack=2), dataclasses.replace(SHORT, batch=1), "a batch of 1 is no whole number"),
        (dataclasses.replace(CONTEST, generator=Perceptron((1, 2))), SHORT, "points of 2 numbers, the data have 1"),
        (dataclasses.replace(CONTEST, data=Broken()), SHORT, "member 0 hold nan"),
        (dataclasses.replace(CONTEST, objective=(JS, JS, JS)), SHORT, "3 of them for 2 members"),
    ],
    ids=range(4),
)
def test_bad_input_is_refused_before_the_first_step(contest, schedule, said):
    with pytest.raises(dv.DivergenceError, match=said):
        train(contest, schedule, [1, 2])


@pytest.mark.parametrize("name", ["steps", "critic_steps", "batch"])
def test_schedules_are_checked(name):
    with pytest.raises(dv.InvalidParameter, match=f"^{name}: 0 is below 1"):
        Schedule(**{name: 0})


def test_a_device_that_is_not_there():
    with pytest.raises(dv.InvalidParameter, match=r"^device"):
        train(CONTEST, SHORT, [1], device="abacus")
