"""What stands in a workbook that somebody sent? Its cells as text, read without trusting the file."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bnplan_lib.errors import Fault, PlanError, shorten
from bnplan_lib.inputs.sheets import ABOUT, MOST_ROWS, Sheet

MOST_BYTES: Final = 16 * 2**20
MOST_UNPACKED: Final = 128 * 2**20
MOST_PARTS: Final = 500
MOST_COLUMNS: Final = 100
HEAD_ROWS: Final = 10  # the heading stands among the first of these
OLD: Final = b"\xd0\xcf\x11\xe0"  # an .xls, or a workbook with a password
# parts that run, fetch or hide something: none has a place in a table
REFUSED: Final = {
    "vbaproject": "macros",
    "macrosheets": "macros",
    "externallinks": "links to other workbooks",
    "activex": "controls that run",
    "embeddings": "embedded files",
    "connections": "connections to data elsewhere",
    "querytables": "queries of data elsewhere",
}


def read_sheet(path: Path, header: Sequence[str]) -> Sheet:
    """Read the sheet that has a row with all of some column names among its first ten, and what stands below.

    Numbers come as text with twelve digits, so that 11.4 stays 11.4; a formula, an error, a
    date and a yes or no are faults. Cells and sheets that the heading does not name are left
    alone.

    Raises
    ------
    PlanError
        If the file is no workbook, is too large, holds macros, links or embedded files,
        or no sheet has the heading.
    """
    _check_package(path)
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a package that is sound and a workbook that is not: openpyxl raises what it likes
        raise PlanError(f"{path}: must be a workbook, {type(error).__name__}: {shorten(str(error))}") from None
    try:
        for sheet in book.worksheets:
            if found := _from_heading(path, sheet, header):
                return found
    except PlanError:
        raise
    except Exception as error:
        raise PlanError(f"{path}: cannot be read, {type(error).__name__}: {shorten(str(error))}") from None
    finally:
        book.close()
    raise PlanError(f"{path}: no sheet has a row with the columns {','.join(header)}")


def _check_package(path: Path) -> None:
    """Raise PlanError unless a file is a package of sane size without anything that runs."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        raise PlanError(f"{path}: must be a file that can be read, {error.strerror}") from None
    if size > MOST_BYTES:
        raise PlanError(f"{path}: a workbook holds at most {MOST_BYTES:,} bytes, found {size:,}")
    if begin == OLD:
        raise PlanError(f"{path}: must be an .xlsx workbook without a password; save it as one")
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _check_parts(path, parts)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with package.open(part) as file:
                        if b"<!DOCTYPE" in (head := file.read(4096)) or b"<!ENTITY" in head:
                            raise PlanError(f"{path}: must not define entities, found in {shorten(part.filename)}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise PlanError(f"{path}: must be an .xlsx workbook, {shorten(str(error))}") from None


def _check_parts(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if "[content_types].xml" not in names:
        raise PlanError(f"{path}: must be an .xlsx workbook")
    if len(parts) > MOST_PARTS or len(set(names)) < len(names):
        raise PlanError(f"{path}: a workbook has at most {MOST_PARTS} parts, each once, found {len(parts)}")
    if (unpacked := sum(part.file_size for part in parts)) > MOST_UNPACKED:
        raise PlanError(f"{path}: a workbook unpacks to at most {MOST_UNPACKED:,} bytes, found {unpacked:,}")
    for name in names:
        for piece, what in REFUSED.items():
            if piece in name:
                raise PlanError(f"{path}: must not hold {what}; save the sheet alone as .xlsx, found {shorten(name)}")


def _from_heading(path: Path, sheet: Any, header: Sequence[str]) -> Sheet | None:
    """Return the rows under the heading, None where a sheet has none."""
    sheet.reset_dimensions()  # what a file says of its size need not be so
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)
    names: tuple[str, ...] = ()
    line = 0
    for line, cells in enumerate(rows, 1):
        names = tuple(_plain(cell.value) for cell in cells)
        if set(header) <= set(names):
            break
        if line == HEAD_ROWS:
            return None
    else:
        return None
    used = len(names) - next(place for place, name in enumerate(reversed(names)) if name)
    return _below(path, names[:used], rows, line)


def _below(path: Path, names: tuple[str, ...], rows: Iterator[Any], line: int) -> Sheet:
    kept, lines, faults = [], [], []
    for number, cells in enumerate(rows, line + 1):
        if number > line + MOST_ROWS:
            raise PlanError(f"{path}: a sheet holds at most {MOST_ROWS:,} rows under its heading")
        texts = []
        for name, cell in zip(names, cells, strict=False):
            text, problem = _text(cell)
            if problem and name and not name.startswith(ABOUT):
                faults.append(Fault(f"{path.name}:{number}:{name}", problem, shorten(str(cell.value))))
            texts.append(text)
        texts += [""] * (len(names) - len(texts))
        if any(texts):
            kept.append(tuple(texts))
            lines.append(number)
    return Sheet(path.name, names, tuple(kept), tuple(lines), tuple(faults))


def _text(cell: Any) -> tuple[str, str]:
    """Return a cell as text and the rule it breaks ('' if none)."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return "", ""
    if kind == "f":
        return "", "must be a value, not a formula"
    if kind == "e":
        return "", "must be a value, not an error"
    if isinstance(value, bool):
        return "", "must be a number or a text, not yes or no"
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return "", "must be a number"
        return f"{value:.12g}" if abs(value) < 1e12 else f"{value:.0f}", ""
    if not isinstance(value, str):
        return "", "must be a number or a text, not a date; write it as text"
    return value.strip(), ""


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
