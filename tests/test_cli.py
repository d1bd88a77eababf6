"""The command line: what it prints, its exit status, and that nothing is left half-written."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
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
        (["gan", "fit", "--divergence", "squared_helinger"], "did you mean 'squared_hellinger'?"),
        (["gan", "fit", "--divergence", "total_variation", *SHORT], "step"),
        (["gan", "dirak"], "EXPERIMENT: no experiment is called 'dirak'. Remedy: did you mean 'dirac'?"),
        (["gan", "dirac", "--divergence", "frobnicate"], "--divergence: no row is called 'frobnicate'"),
        (["gan", "dirac", "--device", "abacus"], "device: torch has no device 'abacus'"),
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
    assert main(["gan", "fit", "--divergence", "js", "--out", str(tmp_path / "out"), *SHORT]) == 1
    out = capsys.readouterr().out
    assert "misses the optimum" in out
    assert out.strip().endswith("index.html")
    assert os.listdir(tmp_path / "out") == ["index.html"]


def test_gan_lists_its_experiments(capsys):
    assert main(["gan", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    assert lines[0].startswith("fit ")


def test_gan_keeps_numbers_beside_figures(tmp_path, capsys):
    assert main(["gan", "dirac", "--quick", "--out", str(tmp_path)]) == 0
    assert sorted(os.listdir(tmp_path)) == ["dirac-convergence.png", "dirac-portraits.png", "dirac.json", "index.html"]
    found = json.loads((tmp_path / "dirac.json").read_text())
    assert found["verdict"] == "as predicted"
    assert {"seeds", "device", "seconds", "checks"} <= found.keys()
    assert "as predicted" in capsys.readouterr().out


@pytest.fixture
def files(tmp_path):
    """Two .csv files of one law under a long name, which the terminal has to shorten."""
    rng = np.random.default_rng(0)
    for name in ("a.csv", "b.csv"):
        rows = [f"{'x' * 300},[b]", *(f"{u},{v}" for u, v in rng.normal(size=(40, 2)))]
        (tmp_path / name).write_text("\n".join(rows))
    return [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]


QUICK = ["--resamples", "59", "--projections", "3"]


def test_compare_prints_what_the_verdict_rests_on(files, tmp_path, capsys):
    assert main(["compare", *files, "--out", str(tmp_path / "out"), *QUICK]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines[:6]), "the table fits a terminal"
    assert "own chance" in lines[0]
    assert [line[:7] for line in lines[2:6]] == ["energy ", "sliced ", "W1 of x", "W1 of ["]
    assert "overall p = " in out
    assert "times three for looking three times" in out
    assert os.listdir(tmp_path / "out") == ["report.html"]


def test_compare_settles_a_header_of_numbers(tmp_path, capsys):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("2019,2020\n" + "\n".join(f"{i / 7:.3f},{i / 9:.3f}" for i in range(1, 30)))
    asked = ["compare", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "--out", str(tmp_path / "out"), *QUICK]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "note: the first line of a.csv, 2019,2020, was read as data" in said
    assert "was read as data" in (tmp_path / "out" / "report.html").read_text()
    assert main([*asked, "--header"]) == 0
    out = capsys.readouterr().out
    assert "note" not in out
    assert "W1 of 2019" in out


@pytest.mark.parametrize("out", ["file", "taken"])
def test_compare_refuses_a_bad_folder_before_the_work(files, tmp_path, out, capsys, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "taken" / "report.html").mkdir(parents=True)
    monkeypatch.setattr("divergence.compare.compare", lambda *_, **__: pytest.fail("computed first"))
    assert main(["compare", *files, "--out", str(tmp_path / out)]) == 2
    assert capsys.readouterr().err.startswith(f"error: --out: {tmp_path / out}")


def test_an_input_error_is_one_line_without_a_progress_bar(files, tmp_path, capsys):
    (tmp_path / "c.csv").write_text("a\n1\n2\n")
    assert main(["compare", files[0], str(tmp_path / "c.csv"), "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: FAKE")
    assert err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_closed_pipe_ends_quietly(files, tmp_path):
    job = subprocess.Popen(
        [sys.executable, "-m", "divergence", "compare", *files, "--out", str(tmp_path / "out"), *QUICK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    job.stdout.close()
    with job.stderr:
        err = job.stderr.read()
    assert job.wait(timeout=120) == 141
    assert "error" not in err.lower()
    assert (tmp_path / "out" / "report.html").exists()


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
    from divergence.gan.experiments import fit as experiments

    monkeypatch.setattr(experiments, "best_fit", lambda *_: pytest.fail("the exact fit was computed"))
    with pytest.raises(InvalidParameter, match="a step"):
        experiments.fit_one(GENERATORS["total_variation"], experiments.TWO_MODES, experiments.Settings())


def test_missing_extra_is_named(monkeypatch, capsys):
    for module in [name for name in sys.modules if name == "divergence.cli"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "typer", None)
    assert main(["--help"]) == 2
    assert "pip install '.[all]'" in capsys.readouterr().err
