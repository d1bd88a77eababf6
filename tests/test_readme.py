"""What the README and the docs promise is what happens."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import divergence as dv
from divergence.generators import GENERATORS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.S)


@pytest.fixture(scope="module")
def names():
    """The names that the ten lines leave behind, and what their expressions gave."""
    space: dict = {"values": []}
    lines = BLOCKS[0].splitlines()
    assert len([line for line in lines if line.strip()]) <= 12
    for line in lines:
        code = line.split("  #")[0].strip()
        try:
            space["values"].append(eval(code, space))
        except SyntaxError:
            exec(code, space)
    return space


def test_ten_lines_give_what_their_comments_say(names, capsys):
    kl, js, _, laws, wasserstein, _ = names["values"]
    assert float(laws) == pytest.approx(0.0720932, rel=1e-6)
    assert tuple(map(float, kl)) == (0.6931471805599453, float("inf"))
    assert float(js) == pytest.approx(5.0e-19, rel=1e-3)
    np.testing.assert_allclose(names["P"].grad.numpy(), [0.1438, 0.1438, -np.inf], atol=5e-5)
    assert float(wasserstein) == 0.75


def test_refusals_read_as_shown(names):
    shown = [line[2:] for line in BLOCKS[1].splitlines() if line.startswith("# ")]
    for code, expected in zip([line for line in BLOCKS[1].splitlines() if line.startswith("dv.")], shown):
        with pytest.raises(dv.DivergenceError) as caught:
            eval(code, names)
        kind, _, message = expected.partition(": ")
        assert type(caught.value).__name__ == kind
        for part in message.split("..."):
            assert part.strip() in str(caught.value)


def test_every_row_is_named():
    table = (ROOT / "docs" / "definitions.md").read_text()
    for name in GENERATORS:
        assert f"`{name}`" in README
        assert f"| `{name}` |" in table


def test_every_link_and_file_is_there():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_definitions_state_the_boundary_of_the_rows():
    """f(0) and f'(inf) of the table in docs/definitions.md, against the rows."""
    numbers = {"1": 1.0, "½": 0.5, "∞": float("inf"), "½ log 2": np.log(2) / 2, "0": 0.0}
    for line in (ROOT / "docs" / "definitions.md").read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and cells[0].strip("`") in GENERATORS:
            row = GENERATORS[cells[0].strip("`")]
            assert row.at_zero == pytest.approx(numbers[cells[3]], rel=1e-15), row.name
            assert row.slope == pytest.approx(numbers[cells[4]], rel=1e-15), row.name
            expected = row.name if cells[5] == "itself" else cells[5].strip("`")
            assert row.reverse.name == expected


def test_the_example_suggests_commands_that_work_from_here(tmp_path):
    """The digits without their GAN: the commands it prints exist, and no report overwrites another."""
    script = [sys.executable, str(ROOT / "examples" / "digits.py"), "--steps", "0", "--out", "data"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    suggested = [shlex.split(line) for line in out.splitlines() if "--out" in line]
    assert [words[-1] for words in suggested] == ["compare-threes-eights", "compare-split"]
    for words in suggested:
        assert all((tmp_path / word).exists() for word in words[-4:-2])
        answer = subprocess.run(
            [*words[: words.index("compare")], "--version"], cwd=tmp_path, env=environment, capture_output=True
        )
        assert answer.returncode == 0
    in_readme = re.findall(r"divergence compare (examples/.*) --out (\S+)", README)
    assert len({folder for _, folder in in_readme}) == 3
    assert {words[-1] for words in suggested} <= {folder for _, folder in in_readme}
