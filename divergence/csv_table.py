"""CSV as names and numbers, refused with the line and the remedy; and whether a first line of numbers is a header."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np

from .errors import InvalidMeasure, ShapeMismatch

Names = tuple[str, ...]


def read_csv(file: Path, where: str, header: bool | None) -> tuple[Names | None, np.ndarray, tuple[str, ...]]:
    """The names of the columns if there are any, the numbers (n, d), and notes on what was decided.

    `header` says whether the first line holds names; at None it does if it holds text, and a first line of numbers is
    judged by the rows below it.
    """
    columns: Names | None = None
    first: list[str] | None = None
    numbers: list[list[float]] = []
    whole = np.zeros(0, dtype=bool)  # which columns hold a cell written as an integer below the first line
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells) and len(cells) <= 1:
                    continue  # a blank line
                if first is None:
                    first, whole = cells, np.zeros(len(cells), dtype=bool)
                    if header is not False and (header or _holds_names(cells, where)):
                        columns = _header(cells, where)
                    else:
                        numbers.append(_numbers(cells, None, where, reader.line_num))
                    continue
                if len(cells) != len(first):
                    raise ShapeMismatch(
                        f"{len(cells)} cells, but the first line has {len(first)}",
                        argument=where,
                        index=f"line {reader.line_num}",
                        remedy="give every line one cell per column, separated by commas",
                    )
                numbers.append(_numbers(cells, columns, where, reader.line_num))
                if columns is None and header is None and not whole.all():
                    whole |= [_is_integer(cell) for cell in cells]
        except csv.Error as error:
            raise InvalidMeasure(
                f"is not CSV ({error})",
                argument=where,
                index=f"line {reader.line_num}",
                remedy="separate cells by commas and close every quote",
            ) from error
    if not numbers or first is None:
        what = "holds a header and no rows" if columns else "holds no rows"
        raise InvalidMeasure(what, argument=where, remedy="give at least two rows of numbers")
    values = np.array(numbers)
    if columns is not None or header is False or len(values) < 2:
        return columns, values, ()
    names, doubt = _judged(first, values, whole)
    if names is not None:
        return names, values[1:], (_note(first, file, "names of columns", doubt),)
    return None, values, (_note(first, file, "data", doubt),) if doubt else ()


# ---------------------------------------------------------------- the first line


def _judged(first: list[str], values: np.ndarray, whole: np.ndarray) -> tuple[Names | None, str]:
    """The names in a first line of numbers, None if it is data; and why it may be otherwise, "" if nothing says so.

    Names of numbers are written as integers. 0, 1, 2, … or 1, 2, 3, … are names where there are three of them or more,
    or where no cell below is written as an integer; any other numbers are data, however little they look like it.
    """
    cells = [cell.strip() for cell in first]
    if not all(map(_is_integer, cells)):
        return None, ""
    d, below = len(cells), values[1:]
    counted = cells in ([str(i) for i in range(d)], [str(i) for i in range(1, d + 1)])
    if counted and (d > 2 or not whole.any()):
        return tuple(cells), "they count the columns"
    low, high = below.min(axis=0), below.max(axis=0)
    away = np.maximum(low - values[0], values[0] - high)
    if not whole.all():
        return None, "it holds integers where no other line does"
    if (len(below) > 1) and np.any(away > high - low):
        return None, "it lies far from all other lines"
    return None, "it counts the columns" if counted else ""


def _note(first: list[str], file: Path, taken: str, why: str) -> str:
    cells = ",".join(cell.strip() for cell in first)
    shown = cells if len(cells) <= 24 else cells[:24] + "…"
    otherwise = "--header (header=True)" if taken == "data" else "--no-header (header=False)"
    but = "but" if taken == "data" else "since"
    return (
        f"the first line of {file.name}, {shown}, was read as {taken}, {but} {why}: pass {otherwise} if that is wrong, "
        "or write a line of names above it"
    )


def _is_integer(cell: str) -> bool:
    return re.fullmatch(r"\s*[+-]?\d+\s*", cell) is not None


def _holds_names(cells: list[str], where: str) -> bool:
    """Whether the first line holds text in every cell; text in some cells and numbers in others are refused."""
    _refuse_empty(cells, where)
    numbers = [_is_number(cell) for cell in cells]
    if any(numbers) and not all(numbers):
        name, number = cells[numbers.index(False)].strip(), cells[numbers.index(True)].strip()
        raise InvalidMeasure(
            f"mixes a name, {name[:40]!r}, with a number, {number!r}",
            argument=where,
            index="line 1",
            value=name,
            remedy="name every column or none, or pass --header (header=True); drop columns of text",
        )
    return not any(numbers)


def _refuse_empty(cells: list[str], where: str) -> None:
    for i, cell in enumerate(cells):
        if not cell.strip():
            raise InvalidMeasure(
                f"the cell of column {i} is empty: a missing number, or row numbers saved without a name",
                argument=where,
                index="line 1",
                remedy="fill it, or leave row numbers out: frame.to_csv(path, index=False)",
            )


def _header(cells: list[str], where: str) -> Names:
    _refuse_empty(cells, where)
    names = tuple(cell.strip() for cell in cells)
    refuse_repeated(names, where)
    return names


def refuse_repeated(names: tuple[str, ...], where: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ShapeMismatch(
                f"two columns are named {name!r}", argument=where, index=f"column {i}", remedy="rename one of them"
            )


# ---------------------------------------------------------------- the numbers


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _numbers(cells: list[str], columns: Names | None, where: str, line: int) -> list[float]:
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
