"""Tables of numbers from files: .csv, .parquet, .npy and .npz, read whole or refused with the place and the remedy."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .csv_table import read_csv, refuse_repeated
from .errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch

LARGEST = 1e150  # the square of a distance must not overflow
KINDS = (".csv", ".parquet", ".npy", ".npz")


@dataclass(frozen=True)
class Table:
    """`values` (n, d), float64 and finite, one row a sample; `columns` are d names, real ones where `named`.

    `notes` say what was decided in reading the file that could have been decided otherwise.
    """

    name: str
    columns: tuple[str, ...]
    values: np.ndarray
    named: bool = True
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {self.values.shape[0]} rows, {self.values.shape[1]} columns)"


def read_table(path: str | os.PathLike[str], argument: str = "path", *, header: bool | None = None) -> Table:
    """The table in a file, by its extension; FILE.npz:KEY names one array of several.

    A .csv has one row a line, cells separated by commas, and a header if its first line holds names. `header` True or
    False settles it; at None a first line of numbers is read by what it looks like (0, 1, 2, … are the names that
    pandas writes), and the table's `notes` say how wherever that may be wrong. Errors give the lines of a .csv as an
    editor counts them, from 1, and the rows of the other kinds as numpy does, from 0. Integers become floats; nothing
    else is converted, dropped or filled.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("height,weight\\n1.7,60\\n1.8,75\\n")
    >>> read_table(file).columns
    ('height', 'weight')

    Raises InvalidParameter for a path that is no readable file of these kinds, InvalidMeasure for what is in it: no
    rows, one row, text, nan, infinities, missing cells, complex numbers, objects; ShapeMismatch for ragged rows,
    repeated names and arrays that are not (n,) or (n, d).
    """
    path, _, key = _split_key(os.fspath(path))
    file, where = Path(path), f"{argument} ({path})"
    kind = file.suffix.lower()
    if not file.exists():
        raise InvalidParameter("no such file", argument=where, value=path, remedy="check the path")
    if file.is_dir():
        raise InvalidParameter("is a directory", argument=where, value=path, remedy="name one file in it")
    if kind not in KINDS:
        raise InvalidParameter(
            f"unknown kind of file {kind!r}",
            argument=where,
            value=kind,
            remedy=f"write it as one of {', '.join(KINDS)}",
        )
    try:
        if file.stat().st_size == 0:
            raise InvalidMeasure("the file is empty", argument=where, remedy="write at least two rows of numbers to it")
        notes: tuple[str, ...] = ()
        if kind == ".csv":
            columns, values, notes = read_csv(file, where, header)
        else:
            columns, values = {".parquet": _parquet, ".npy": _npy, ".npz": _npz}[kind](file, key, where)
    except DivergenceError:
        raise
    except UnicodeDecodeError as error:
        raise InvalidMeasure("is not UTF-8 text", argument=where, remedy="save it as CSV in UTF-8") from error
    except OSError as error:
        raise InvalidParameter(
            f"cannot be read ({error.strerror or error})", argument=where, value=path, remedy="check its permissions"
        ) from error
    except MemoryError as error:
        raise InvalidParameter(
            "does not fit into memory", argument=where, value=path, remedy="write fewer rows to it"
        ) from error
    named = columns is not None
    columns = columns or tuple(f"column {i}" for i in range(values.shape[1]))
    if values.shape[0] < 2:
        raise InvalidMeasure(
            f"{values.shape[0]} row{'' if values.shape[0] == 1 else 's'} of numbers: that tells nothing about a law",
            argument=where,
            remedy="give at least two rows, one a sample",
        )
    if values.shape[1] == 0:
        raise ShapeMismatch("has no columns", argument=where, remedy="give at least one column of numbers")
    _refuse_unusable(values, columns, where)
    return Table(path + (f":{key}" if key else ""), tuple(columns), values, named, notes)


def _split_key(path: str) -> tuple[str, str, str]:
    """FILE.npz:KEY as (FILE.npz, ':', KEY); any path that exists as it stands is left as it is."""
    match = re.fullmatch(r"(.+\.npz)(:)(.+)", path, flags=re.IGNORECASE | re.DOTALL)
    return (path, "", "") if match is None or os.path.exists(path) else (match[1], match[2], match[3])


# ---------------------------------------------------------------- arrays


def _npy(file: Path, key: str, where: str) -> tuple[None, np.ndarray]:
    try:
        with file.open("rb") as stream:
            array = np.load(stream, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _unreadable(error, where, ".npy") from error
    if not isinstance(array, np.ndarray):
        raise InvalidMeasure("is an archive of arrays, not one array", argument=where, remedy="rename it to .npz")
    return None, _as_matrix(array, where)


def _npz(file: Path, key: str, where: str) -> tuple[None, np.ndarray]:
    try:
        with file.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                raise InvalidMeasure("is one array, not an archive", argument=where, remedy="rename it to .npy")
            keys = list(archive.files)
            if not keys:
                raise InvalidMeasure("holds no arrays", argument=where, remedy="write one with numpy.savez(path, x=x)")
            if (key and key not in keys) or (not key and len(keys) > 1):
                problem = f"holds no array {key!r}" if key else f"holds {len(keys)} arrays"
                raise InvalidParameter(
                    f"{problem}; its keys are {', '.join(map(repr, keys))}",
                    argument=where,
                    value=key or None,
                    remedy=f"name one of them: {file}:{keys[0]}",
                )
            array = archive[key or keys[0]]
    except DivergenceError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(error, where, ".npz") from error
    if not isinstance(array, np.ndarray):
        raise InvalidMeasure("holds something other than arrays", argument=where, remedy="write it with numpy.savez")
    return None, _as_matrix(array, where)


def _unreadable(error: Exception, where: str, kind: str) -> InvalidMeasure:
    if "Object arrays" in str(error) or "pickled" in str(error):
        return InvalidMeasure(
            "holds Python objects, not numbers, or is no array file",
            argument=where,
            remedy="write an array of floats: numpy.save(path, x.astype(float))",
        )
    return InvalidMeasure(
        f"is no whole {kind} file: truncated or corrupt", argument=where, remedy="write or copy the file again"
    )


def _as_matrix(array: np.ndarray, where: str) -> np.ndarray:
    if array.dtype.kind not in "fiu":
        what = {"c": "complex numbers", "O": "Python objects", "b": "booleans"}.get(array.dtype.kind, str(array.dtype))
        remedy = "save real and imaginary parts as columns" if array.dtype.kind == "c" else "save it as floats"
        raise InvalidMeasure(f"holds {what}, not real numbers", argument=where, value=array.dtype, remedy=remedy)
    if array.ndim not in (1, 2):
        raise ShapeMismatch(
            f"shape {array.shape} is neither (n,) nor (n, d)",
            argument=where,
            remedy="reshape it, one row a sample: x.reshape(len(x), -1)" if array.ndim else "save an array of samples",
        )
    return (array[:, None] if array.ndim == 1 else array).astype(np.float64)


def _parquet(file: Path, key: str, where: str) -> tuple[tuple[str, ...], np.ndarray]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidParameter(
            "reading .parquet needs pyarrow", argument=where, remedy="pip install pyarrow, or save the table as .csv"
        ) from error
    try:
        table = pq.ParquetFile(file).read()
    except (pa.ArrowException, OSError) as error:
        raise InvalidMeasure(
            "is no whole .parquet file: truncated or corrupt", argument=where, remedy="write or copy the file again"
        ) from error
    refuse_repeated(tuple(table.column_names), where)
    columns = [_numeric(name, table.column(name), where, pa) for name in table.column_names]
    return tuple(table.column_names), np.column_stack(columns) if columns else np.empty((table.num_rows, 0))


def _numeric(name: str, column: Any, where: str, pa: Any) -> np.ndarray:
    kind = column.type
    if name.startswith("__index_level_"):
        raise InvalidMeasure(
            "is the index of a data frame, not a column",
            argument=where,
            index=f"column {name!r}",
            remedy="leave it out: frame.to_parquet(path, index=False)",
        )
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        first = next((repr(v) for v in column.slice(0, 1).to_pylist() if v is not None), "nothing")
        shown = first if len(first) <= 40 else first[:40] + "…"
        raise InvalidMeasure(
            f"{shown} of type {kind} is no number",
            argument=where,
            index=("row 0", f"column {name!r}"),
            remedy="drop the column, or save it as floats",
        )
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy()))
        raise InvalidMeasure(
            "the value is missing",
            argument=where,
            index=(f"row {row}", f"column {name!r}"),
            remedy="fill it, or drop the row",
        )
    return column.cast(pa.float64(), safe=False).to_numpy()


def _refuse_unusable(values: np.ndarray, columns: tuple[str, ...], where: str) -> None:
    wrong = ~(np.abs(values) <= LARGEST)
    if wrong.any():
        row, column = (int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
        raise InvalidMeasure(
            f"{values[row, column]} is {'too large' if np.isfinite(values[row, column]) else 'no finite number'}",
            argument=where,
            index=(f"row {row}", f"column {columns[column]!r}"),
            value=float(values[row, column]),
            remedy=f"drop the rows that hold nan, inf or numbers beyond {LARGEST:g}",
        )
