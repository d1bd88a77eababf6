"""Reports are whole or not there, self-contained, and readable on a phone."""

import base64
import os
import re

import pytest
from matplotlib.figure import Figure

from divergence import report
from divergence.errors import InvalidParameter


def test_write_replaces_in_one_move(tmp_path):
    path = tmp_path / "new" / "index.html"
    assert report.write(path, "first") == path
    report.write(path, b"second")
    assert path.read_text() == "second"
    assert os.listdir(path.parent) == ["index.html"], "nothing is left beside it"
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_the_old_page(tmp_path, monkeypatch, fault):
    path = report.write(tmp_path / "index.html", "old")

    def broken(_):
        raise fault

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(fault if isinstance(fault, type) else OSError):
        report.write(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["index.html"]


def test_mathematics_becomes_mathml_and_text_is_escaped():
    out = str(report.mathematics(r"if $f(1) < \frac{a}{b}$ & <b>so</b>"))
    assert "<math" in out
    assert "<mfrac>" in out
    assert "&amp; &lt;b&gt;so&lt;/b&gt;" in out
    assert "$" not in out


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [
        (r"a \log x", 2),
        (r"\log 2", 1),
        (r"\log(1 - x)", 0),
        (r"2 \log{\left(x \right)}", 1),
        (r"(p - q) \log \frac{p}{q}", 2),
        (r"2 \mathrm{JSD}(P\|Q)", 1),
        (r"x - 1", 0),
    ],
)
def test_names_stand_apart_from_what_is_beside_them(latex, spaces):
    assert str(report.mathematics(f"${latex}$")).count("<mspace") == spaces


def test_what_the_converter_would_set_badly():
    assert "<mi>∞</mi>" in report.mathematics(r"from $\infty$ to 0"), "as an operator it has space on both sides"
    assert "\\" not in report.mathematics(r"$\arg\max_{x} x$")
    assert "<mi>JSD</mi>" in report.mathematics(r"$\mathrm{JSD}$")
    assert 'form="prefix"' in report.mathematics(r"$x \to -\infty$")
    assert "form=" not in report.mathematics(r"$(p) - q$")


def test_picture_is_inline_with_a_description():
    out = str(report.picture(Figure(figsize=(2, 1)), 'a "figure"'))
    assert out.startswith('<img src="data:image/svg+xml;base64,')
    assert "&#34;figure&#34;" in out
    assert 'width="192" height="96"' in out


def test_letters_that_no_font_of_ours_has_are_left_to_the_reader_s_fonts(recwarn):
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.set_title("身長 (cm)")
    axes.plot([0, 1])
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", str(report.picture(figure, "")))[1]).decode()
    assert "身長 (cm)</text>" in svg
    assert not recwarn.list
    axes.set_title("height")
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", str(report.picture(figure, "")))[1]).decode()
    assert "<text" not in svg


def test_versions_name_what_ran():
    assert re.match(r"Python 3\.\d+\.\d+.*, divergence-toolkit \d.*numpy \d", report.versions())
    assert report.versions(("no-such-package",)).count(",") == 1


@pytest.mark.parametrize("out", ["file", "file/deeper", "taken"])
def test_a_target_that_cannot_be_written_is_refused_by_its_option(tmp_path, out):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "taken" / "report.html").mkdir(parents=True)
    with pytest.raises(InvalidParameter, match=r"^--out: .*(in the way|is a directory)") as caught:
        report.refuse_unwritable(tmp_path / out / "report.html", "--out")
    assert str(tmp_path / out.split("/")[0]) in str(caught.value)
    report.refuse_unwritable(tmp_path / "new" / "deeper" / "report.html", "--out")
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"], "asking leaves nothing behind"


def test_a_failing_write_names_the_file_that_was_asked_for(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device", "something.tmp")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        report.write(tmp_path / "index.html", "new")
    assert caught.value.filename == str(tmp_path / "index.html")
