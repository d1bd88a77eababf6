"""Tables of numbers from files: .csv, .parquet, .npy and .npz, read whole or refused with the place and the remedy."""

from __future__ import annotations

import csv
import math
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import DivergenceError, InvalidMeasure, InvalidParameter, ShapeMismatch

LARGEST = 1e150  # the square of a distance must not overflow
KINDS = (".csv", ".parquet", ".npy", ".npz")


@dataclass(frozen=True)
class Table:
    """`values` (n, d), float64 and finite, one row a sample; `columns` are d names, real ones where `named`."""

    name: str
    columns: tuple[str, ...]
    values: np.ndarray
    named: bool = True

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {self.values.shape[0]} rows, {self.values.shape[1]} columns)"


def read_table(path: str | os.PathLike[str], argument: str = "path") -> Table:
    """The table in a file, by its extension; FILE.npz:KEY names one array of several.

    A .csv has one row a line, cells separated by commas, and a header if its first line holds names (0, 1, 2, … too,
    which pandas writes). Errors give its lines as an editor counts them, from 1, and the rows of the other kinds as
    numpy does, from 0. Integers become floats; nothing else is converted, dropped or filled.

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
        columns, values = {".csv": _csv, ".parquet": _parquet, ".npy": _npy, ".npz": _npz}[kind](file, key, where)
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
    return Table(path + (f":{key}" if key else ""), tuple(columns), values, named)


def _split_key(path: str) -> tuple[str, str, str]:
    """FILE.npz:KEY as (FILE.npz, ':', KEY); any path that exists as it stands is left as it is."""
    match = re.fullmatch(r"(.+\.npz)(:)(.+)", path, flags=re.IGNORECASE | re.DOTALL)
    return (path, "", "") if match is None or os.path.exists(path) else (match[1], match[2], match[3])


# ---------------------------------------------------------------- text


def _csv(file: Path, key: str, where: str) -> tuple[tuple[str, ...] | None, np.ndarray]:
    columns: tuple[str, ...] | None = None
    width = None
    numbers: list[list[float]] = []
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells) and len(cells) <= 1:
                    continue  # a blank line
                if width is None:
                    width = len(cells)
                    if _is_header(cells, where):
                        columns = _header(cells, where)
                        continue
                if len(cells) != width:
                    raise ShapeMismatch(
                        f"{len(cells)} cells, but the first line has {width}",
                        argument=where,
                        index=f"line {reader.line_num}",
                        remedy="give every line one cell per column, separated by commas",
                    )
                numbers.append(_numbers(cells, columns, where, reader.line_num))
        except csv.Error as error:
            raise InvalidMeasure(
                f"is not CSV ({error})",
                argument=where,
                index=f"line {reader.line_num}",
                remedy="separate cells by commas and close every quote",
            ) from error
    if not numbers:
        what = "holds a header and no rows" if columns else "holds no rows"
        raise InvalidMeasure(what, argument=where, remedy="give at least two rows of numbers")
    return columns, np.array(numbers)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _is_header(cells: list[str], where: str) -> bool:
    """Whether the first line holds names; 0, 1, 2, … are the names that pandas gives to three columns or more."""
    for i, cell in enumerate(cells):
        if not cell.strip():
            raise InvalidMeasure(
                f"the cell of column {i} is empty: a missing number, or row numbers saved without a name",
                argument=where,
                index="line 1",
                remedy="fill it, or leave row numbers out: frame.to_csv(path, index=False)",
            )
    numbers = [_is_number(cell) for cell in cells]
    if any(numbers) and not all(numbers):
        name, number = cells[numbers.index(False)].strip(), cells[numbers.index(True)].strip()
        raise InvalidMeasure(
            f"mixes a name, {name[:40]!r}, with a number, {number!r}",
            argument=where,
            index="line 1",
            value=name,
            remedy="name every column or none; drop columns of text",
        )
    return not any(numbers) or (
        len(cells) > 2 and [cell.strip() for cell in cells] == [str(i) for i in range(len(cells))]
    )


def _header(cells: list[str], where: str) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    _refuse_repeated(names, where)
    return names


def _numbers(cells: list[str], columns: tuple[str, ...] | None, where: str, line: int) -> list[float]:
    try:
        row = [float(cell) for cell in cells]
        if all(map(math.isfinite, row)) and not any("_" in cell for cell in cells):
            return row
    except ValueError:
        pass
    for i, cell in enumerate(cells):
        place = (f"line {line}", f"column {columns[i]!r}" if columns else f"column {i}")
        if not cell.strip():
            raise InvalidMeasure("the cell is empty", argument=where, index=place, remedy="fill it, or drop the row")
        if not _is_number(cell):
            shown = cell if len(cell) <= 40 else cell[:40] + "…"
            raise InvalidMeasure(
                f"{shown!r} is text where a number belongs",
                argument=where,
                index=place,
                value=cell,
                remedy="write numbers with a decimal point, separated by commas; drop columns of text",
            )
        if not math.isfinite(float(cell)):
            raise InvalidMeasure(
                f"{cell.strip()!r} is no finite number", argument=where, index=place, value=cell, remedy="drop the row"
            )
    raise AssertionError("a row that was refused holds a cell that is refused")


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
    _refuse_repeated(tuple(table.column_names), where)
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


def _refuse_repeated(names: tuple[str, ...], where: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ShapeMismatch(
                f"two columns are named {name!r}", argument=where, index=f"column {i}", remedy="rename one of them"
            )


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
