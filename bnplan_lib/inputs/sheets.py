"""What stands in a table that somebody sent: CSV or a sheet of a workbook, as text?"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bnplan_lib.errors import Fault, PlanError
from bnplan_lib.inputs.tables import MAX_BYTES

MOST_ROWS: Final = 20_000
ABOUT: Final = "about_"  # columns that help whoever fills in a sheet and are not read


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet under its heading: texts, blank cells ''; `lines` are their file's.

    `header` names the columns; one without a name is ''. `faults` are cells or rows that cannot be read as text.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    faults: tuple[Fault, ...] = ()


def read_any_sheet(path: Path, header: Sequence[str]) -> Sheet:
    """Read a sheet with some columns from a CSV file or a workbook.

    Raises
    ------
    PlanError
        If the file is neither, or not fit to be read.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return _read_csv(path)
    if kind in (".xlsx", ".xlsm", ".xls"):
        from bnplan_lib.inputs.workbook import read_sheet

        return read_sheet(path, header)
    raise PlanError(f"{path}: must be a .csv or an .xlsx file")


def _read_csv(path: Path) -> Sheet:
    """Return a CSV file as a sheet; its header is its first line."""
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise PlanError(f"{path}: a table holds at most {MAX_BYTES:,} bytes, found {size:,}")
        text = unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise PlanError(f"{path}: must be a file that can be read, {error.strerror}") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path}: must be UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    faults: list[Fault] = []
    try:
        header = tuple(next(reader, []))
        if len(header) == 1 and ";" in header[0]:
            raise PlanError(f"{path}: its cells are apart by semicolons; save it with commas")
        for cells in reader:
            if len(rows) == MOST_ROWS:
                raise PlanError(f"{path}: a sheet holds at most {MOST_ROWS:,} rows")
            if len(cells) == len(header):
                rows.append(tuple(cells))
                lines.append(reader.line_num)
            elif cells:
                rule = f"must have {len(header)} cells"
                faults.append(Fault(f"{path.name}:{reader.line_num}", rule, str(len(cells))))
    except csv.Error as error:
        raise PlanError(f"{path}:{reader.line_num + 1}: must be well-formed CSV, {error}") from None
    return Sheet(path.name, header, tuple(rows), tuple(lines), tuple(faults))
