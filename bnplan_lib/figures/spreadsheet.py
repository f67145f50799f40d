"""How does a table leave the suite? Files that harm no spreadsheet."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CREATED = datetime(2000, 1, 1)
WIDEST = 60  # letters of a column


def inert(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not run."""
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell


def to_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no text runs as a formula."""
    text = table.select_dtypes(include=["string", "object"]).columns
    joined = table.assign(**{column: table[column].map(_joined) for column in text})
    harmless = joined.assign(**{column: joined[column].map(inert, na_action="ignore") for column in text})
    return str(harmless.to_csv(index=False, lineterminator="\n"))


def to_xlsx(table: pd.DataFrame, sheet: str) -> bytes:
    """Return a table as a workbook of one sheet: text as text, numbers as numbers, a filter on each column.

    Parameters
    ----------
    sheet
        What the sheet is called, at most 31 letters.
    """
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "nan_inf_to_errors": False}) as book:
        book.set_properties({"created": CREATED})
        page = book.add_worksheet(sheet)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        number = book.add_format({"num_format": "#,##0.0##"})
        for place, column in enumerate(table.columns):
            page.write_string(0, place, column, head)
            cells = [_joined(cell) for cell in table[column]]
            for row, cell in enumerate(cells, 1):
                _write(page, row, place, cell, number)
            widest = max([len(column) / 2, *(len(str(cell)) for cell in cells)])
            page.set_column(place, place, min(widest + 2, WIDEST))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
    return file.getvalue()


def _write(page: Any, row: int, place: int, cell: Any, number: Any) -> None:
    """Write one cell: a text stays text, whatever it begins with, and a missing one stays empty."""
    if isinstance(cell, str):
        page.write_string(row, place, cell)
    elif not pd.isna(cell):
        page.write_boolean(row, place, cell) if isinstance(cell, bool) else page.write_number(row, place, cell, number)


def _joined(value: Any) -> Any:
    """Return a list of ids as one cell."""
    return ";".join(map(str, value)) if isinstance(value, list) else value
