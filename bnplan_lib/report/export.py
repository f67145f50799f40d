"""How do the tables leave the suite? CSV and JSON that harm no spreadsheet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bnplan_lib.errors import PlanError
from bnplan_lib.figures.results import rows_of
from bnplan_lib.figures.spreadsheet import to_csv
from bnplan_lib.inputs.programme import TABLES
from bnplan_lib.report.folder import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme


def export_tables(programme: Programme, to: Path, kind: str) -> list[Path]:
    """Write every table into a folder as csv or json and return the files.

    Raises
    ------
    PlanError
        If the folder cannot be written.
    """
    written = []
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name in sorted(TABLES):
            path = to / f"{name}.{kind}"
            table = getattr(programme, name)
            write_whole(path, to_json(table) + "\n" if kind == "json" else to_csv(table))
            written.append(path)
    except OSError as error:
        raise PlanError(f"{error.filename or to}: the folder must be writable, {error.strerror}") from error
    return written


def to_json(table: pd.DataFrame) -> str:
    """Return a table as a JSON list of row objects; missing is null."""
    return json.dumps(rows_of(table), ensure_ascii=False, indent=1)
