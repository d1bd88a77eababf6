"""The time limit of a claim: it ends a computation, also one that is caught where raising does nothing."""

import gc
import signal
import time

import pytest

from proofs.budget import OutOfTime, at_most

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_it_ends_a_computation_and_clears_its_timers():
    with pytest.raises(OutOfTime, match=r"out of time after 0\.05 s"), at_most(0.05):
        spin(5)
    assert signal.getitimer(signal.ITIMER_PROF)[0] == signal.getitimer(signal.ITIMER_REAL)[0] == 0
    with at_most(5):
        spin(0.01)


@pytest.mark.filterwarnings("error")
def test_it_is_heard_after_the_collector_of_garbage():
    """What is raised in a callback of the collector is swallowed: it is said again, without a warning."""

    def callback(phase, info):
        if phase == "start":
            spin(0.2)

    def work():
        with at_most(0.05):
            gc.collect()
            spin(5)

    gc.callbacks.append(callback)
    try:
        with pytest.raises(OutOfTime):
            work()
    finally:
        gc.callbacks.remove(callback)
