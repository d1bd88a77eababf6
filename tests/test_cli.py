"""The command line: what it prints, its exit status, and that nothing is left half-written."""

import os
import signal
import subprocess
import sys
import time

import pytest

from divergence.__main__ import main
from divergence.errors import InvalidParameter
from divergence.generators import GENERATORS

SHORT = ["--steps", "3", "--members", "2"]


def test_help_and_version(capsys):
    assert main(["--help"]) == 0
    assert "compare" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("divergence-toolkit ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gan", "--row", "hellinger"], "--row: no row is called 'hellinger'"),
        (["gan", "--row", "total_variation", *SHORT], "step"),
        (["gan", "--steps", "0"], "steps: 0 is below 1"),
        (["gan", "--steps", "many"], "--steps"),
        (["verify", "--device", "cuda:9"], "device"),
        (["verify", "--device", "abacus"], "device"),
        (["compare", "nowhere.csv", "nothing.csv"], "nowhere.csv"),
        (["compare", "only-one.csv"], "FAKE"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_is_one_clear_message_and_status_2(arguments, said, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_gan_writes_its_page_and_says_no_when_untrained(tmp_path, capsys):
    assert main(["gan", "--row", "js", "--out", str(tmp_path / "out"), *SHORT]) == 1
    out = capsys.readouterr().out
    assert "misses the optimum" in out
    assert out.strip().endswith("index.html")
    assert os.listdir(tmp_path / "out") == ["index.html"]


def test_unwritable_report_folder(tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert main(["gan", "--out", str(blocked / "report"), *SHORT]) == 2
    err = capsys.readouterr().err
    assert "Remedy" in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_leaves_no_report(tmp_path):
    out = tmp_path / "report"
    job = subprocess.Popen(
        [sys.executable, "-m", "divergence", "gan", "--out", str(out), "--steps", "100000"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    time.sleep(6)
    assert job.poll() is None
    job.send_signal(signal.SIGINT)
    _, err = job.communicate(timeout=60)
    assert job.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not out.exists()


def test_ctrl_c_while_loading(tmp_path):
    (tmp_path / "numpy.py").write_text("raise KeyboardInterrupt")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", os.getcwd())])
    environment = {**os.environ, "PYTHONPATH": path}
    for command in (["-m", "divergence", "--help"], ["-c", "import divergence"]):
        job = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, check=False)
        assert ("Traceback" in job.stderr) == (command[0] == "-c"), "as a library, it leaves interrupts alone"
        assert job.returncode == 130 or command[0] == "-c"
    assert "KeyboardInterrupt" in job.stderr


def test_a_row_that_trains_nothing_is_refused_before_any_work(monkeypatch):
    from divergence.gan import experiments

    monkeypatch.setattr(experiments, "best_fit", lambda *_: pytest.fail("the exact fit was computed"))
    with pytest.raises(InvalidParameter, match="a step"):
        experiments.fit_one(GENERATORS["total_variation"], experiments.TWO_MODES, experiments.Settings())


def test_missing_extra_is_named(monkeypatch, capsys):
    for module in [name for name in sys.modules if name == "divergence.cli"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "typer", None)
    assert main(["--help"]) == 2
    assert "pip install 'divergence-toolkit[all]'" in capsys.readouterr().err
