"""Files that are read, and files that are refused with the place and the remedy."""

from __future__ import annotations

import io
import os
import re
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from divergence.errors import DivergenceError
from divergence.table import read_table

VALUES = np.array([[1.0, 2.5], [3.0, -4.0], [0.0, 1e-3]])


def parquet(**columns):
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def npy(array, pickle=False):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=pickle)
    return stream.getvalue()


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


CSV = b"a,b\n1,2.5\n3,-4\n0,1e-3\n"


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("t.csv", CSV, ("a", "b")),
        ("t.csv", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n") + b"\r\n\r\n", ("a", "b")),
        ("t.csv", b'"a", b\n 1 ,2.5\n\n3,-4\n0,0.001', ("a", "b")),
        ("t.csv", CSV[4:], ("column 0", "column 1")),
        ("T.CSV", CSV, ("a", "b")),
        ("t.parquet", parquet(a=[1, 3, 0], b=[2.5, -4.0, 1e-3]), ("a", "b")),
        ("t.npy", npy(VALUES), ("column 0", "column 1")),
        ("t.npz", npz(x=VALUES), ("column 0", "column 1")),
        ("t.npz:y", npz(x=VALUES[:2], y=VALUES), ("column 0", "column 1")),
    ],
)
def test_reads(tmp_path, name, content, columns):
    (tmp_path / name.split(":")[0]).write_bytes(content)
    table = read_table(tmp_path / name)
    np.testing.assert_array_equal(table.values, VALUES)
    assert table.values.dtype == np.float64
    assert table.columns == columns
    assert table.named == (columns == ("a", "b"))


@pytest.mark.parametrize(
    ("content", "columns", "said"),
    [
        ("0,1,2\n5,6,7\n8,9,10\n", ("0", "1", "2"), "0,1,2, was read as names of columns"),
        ("1,2,3\n5,6,7\n8,9,10\n", ("1", "2", "3"), "names of columns.*--no-header"),
        ("0,1\n0.5,-1.25\n1.5,2.5e-3\n", ("0", "1"), "names of columns.*--no-header"),
        ("0\n0.5\n1.5\n", ("0",), "names of columns"),
        ("0,1\n5,6\n8,9\n", None, "data, but it lies far.*--header"),
        ("0,1\n3,-1\n0,2\n", None, "data, but it counts the columns"),
        ("2019,2020\n0.5,-1.25\n1.5,2.5\n", None, "2019,2020, was read as data, but it holds integers"),
        ("2019,2020\n5,1\n7,2\n", None, "data, but it lies far from all other lines"),
        ("3,4\n0.5,1\n2,4.5\n", None, None),
        ("0.5,1\n0.25,2\n2.5,4\n", None, None),
        ("7,1\n5,6\n8,2\n", None, None),
    ],
)
def test_a_first_line_of_numbers_is_never_judged_in_silence(tmp_path, content, columns, said):
    """A header of numbers as pandas writes it is read as one; wherever that is in doubt, a note says what was done."""
    file = tmp_path / "t.csv"
    file.write_text(content)
    lines = content.count("\n")
    found = read_table(file)
    assert found.values.shape[0] == lines - (columns is not None)
    assert found.columns == (columns or tuple(f"column {i}" for i in range(found.values.shape[1])))
    assert len(found.notes) == (said is not None)
    if said:
        assert re.search(said, found.notes[0])
    for header in (True, False):
        settled = read_table(file, header=header)
        assert settled.notes == ()
        assert settled.values.shape[0] == lines - header
        assert settled.named == header


def test_header_settles_a_line_that_mixes_names_and_numbers(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a,2020\n1,2\n3,4\n")
    assert read_table(file, header=True).columns == ("a", "2020")
    with pytest.raises(DivergenceError, match=r"\[line 1, column 0\]: 'a' is text"):
        read_table(file, header=False)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.uint8])
def test_converts_numbers(tmp_path, dtype):
    np.save(tmp_path / "t.npy", np.arange(4, dtype=dtype))
    assert read_table(tmp_path / "t.npy").values.tolist() == [[0.0], [1.0], [2.0], [3.0]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", r"the file is empty"),
        ("t.csv", b"\n\n", r"holds no rows"),
        ("t.csv", b"a,b\n", r"a header and no rows"),
        ("t.csv", b"a,b\n1,2\n", r"1 row of numbers.*two rows"),
        ("t.csv", b"a,b\n1,2\n3,tall\n", r"\[line 3, column 'b'\]: 'tall' is text"),
        ("t.csv", b"1,2\n3,4\n5,1_0\n", r"\[line 3, column 1\]: '1_0' is text"),
        ("t.csv", b"a,b\n1,2\n3,\n", r"\[line 3, column 'b'\]: the cell is empty"),
        ("t.csv", b"a,b\n1,2\n3,nan\n", r"\[line 3, column 'b'\]: 'nan' is no finite number"),
        ("t.csv", b"a,b\n1,-inf\n3,4\n", r"\[line 2, column 'b'\]"),
        ("t.csv", b"a,b\n1,1e200\n3,4\n", r"'b'\]: 1e\+200 is too large"),
        ("t.csv", b"a,b\n1,2\n3,4,5\n", r"\[line 3\]: 3 cells, but the first line has 2"),
        ("t.csv", b"a;b\n1;2\n3;4\n", r"\[line 2, column 'a;b'\]: '1;2' is text.*commas"),
        ("t.csv", b",a\n0,1\n1,2\n", r"\[line 1\]: the cell of column 0 is empty.*index=False"),
        ("t.csv", b"1,x\n2,3\n4,5\n", r"\[line 1\]: mixes a name, 'x', with a number, '1'"),
        ("t.csv", b"a,a\n1,2\n3,4\n", r"two columns are named 'a'"),
        ("t.csv", b'a,b\n1,"2\n3,4\n', r"is not CSV"),
        ("t.csv", b"a,b\n1,2\n3,\xff\n", r"is not UTF-8"),
        ("t.csv", b"\x00\x01\x02\x03", r"t\.csv\)"),
        ("t.txt", b"1\n2\n", r"unknown kind of file '\.txt'.*\.parquet"),
        ("t", b"1\n2\n", r"unknown kind of file"),
        ("t.npy", npy(VALUES)[:-10], r"truncated or corrupt"),
        ("t.npy", npy(VALUES)[:20], r"truncated or corrupt|no array file"),
        ("t.npy", b"not an array", r"no array file"),
        ("t.npy", npy(np.array([1, "a"], dtype=object), pickle=True), r"Python objects.*astype\(float\)"),
        ("t.npy", npy(VALUES * 1j), r"complex numbers.*columns"),
        ("t.npy", npy(VALUES > 0), r"booleans"),
        ("t.npy", npy(np.array(["a", "b"])), r"<U1, not real numbers"),
        ("t.npy", npy(np.zeros((2, 2, 2))), r"shape \(2, 2, 2\).*reshape\(len\(x\), -1\)"),
        ("t.npy", npy(np.float64(3)), r"shape \(\)"),
        ("t.npy", npy(np.zeros((0, 2))), r"0 rows"),
        ("t.npy", npy(np.zeros((2, 0))), r"no columns"),
        ("t.npy", npy(np.array([[1.0, np.nan], [0, 0]])), r"\[row 0, column 'column 1'\]: nan is no finite number"),
        ("t.npy", npz(x=VALUES), r"archive.*rename it to \.npz"),
        ("t.npz", npz(x=VALUES, y=VALUES), r"holds 2 arrays; its keys are 'x', 'y'.*t\.npz:x"),
        ("t.npz:z", npz(x=VALUES), r"holds no array 'z'; its keys are 'x'"),
        ("t.npz", npz(x=VALUES)[:-40], r"truncated or corrupt"),
        ("t.npz", npy(VALUES), r"one array, not an archive.*rename it to \.npy"),
        ("t.npz", b"junk", r"truncated or corrupt|no array file"),
        ("t.parquet", parquet(a=[1.0, 2.0])[:-9], r"truncated or corrupt"),
        ("t.parquet", b"PAR1junkPAR1", r"truncated or corrupt"),
        ("t.parquet", parquet(a=[1.0, 2.0], b=["x", "y"]), r"\[row 0, column 'b'\]: 'x' of type string is no number"),
        ("t.parquet", parquet(a=[1.0, None]), r"\[row 1, column 'a'\]: the value is missing"),
        ("t.parquet", parquet(a=[1.0, float("nan")]), r"\[row 1, column 'a'\]: nan"),
        ("t.parquet", parquet(a=[1.0, 2.0], __index_level_0__=[0, 1]), r"index=False"),
        ("t.parquet", parquet(a=[True, False]), r"of type bool"),
    ],
)
def test_refuses(tmp_path, name, content, message):
    (tmp_path / name.split(":")[0]).write_bytes(content)
    with pytest.raises(DivergenceError, match=message) as caught:
        read_table(tmp_path / name, "REAL")
    error = caught.value
    assert error.argument.startswith("REAL (")
    assert error.remedy
    assert "\n" not in str(error)
    assert "Traceback" not in str(error)


def test_refuses_paths(tmp_path):
    with pytest.raises(DivergenceError, match=r"FAKE \(.*nothing\.csv\): no such file"):
        read_table(tmp_path / "nothing.csv", "FAKE")
    with pytest.raises(DivergenceError, match="is a directory"):
        read_table(tmp_path)
    empty = tmp_path / "e.npz"
    with zipfile.ZipFile(empty, "w"):
        pass
    with pytest.raises(DivergenceError, match="holds no arrays"):
        read_table(empty)
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("notes.txt", "no array")
    with pytest.raises(DivergenceError):
        read_table(empty)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_refuses_what_may_not_be_read(tmp_path):
    file = tmp_path / "t.csv"
    file.write_bytes(CSV)
    file.chmod(0)
    with pytest.raises(DivergenceError, match="cannot be read"):
        read_table(file)
