"""How do a notebook's results stand beside its page? One JSON file for all of a run, a Parquet file for each table."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bnplan_lib.figures.results import RESULTS
from bnplan_lib.report.record import Outcome

SUFFIX: Final = ".results.json"


def take_results(notebook: Any) -> dict[str, Any]:
    """Return the results that the cells of an executed notebook show, by name: columns and rows.

    The keys of rows stand in the order of the columns, which a notebook's file does not keep.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found: dict[str, Any] = {}
    for output in outputs:
        for name, table in output.get("data", {}).get(RESULTS, {}).items():
            rows = [{column: row[column] for column in table["columns"]} for row in table["rows"]]
            found[name] = {"columns": table["columns"], "rows": rows}
    return found


def result_files(stem: str, tables: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of a run's results: all tables as lists of row objects, and each as Parquet."""
    if not tables:
        return {}
    rows = {name: table["rows"] for name, table in tables.items()}
    files = {stem + SUFFIX: (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()}
    for name, table in tables.items():
        content = io.BytesIO()
        pd.DataFrame(table["rows"], columns=table["columns"]).to_parquet(content, index=False)
        files[f"{stem}.{name}.parquet"] = content.getvalue()
    return files


def read_results(folder: Path, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the tables of a run's results, none where it has none."""
    name = outcome.stem + SUFFIX
    if name not in outcome.files:
        return {}
    tables = json.loads((folder / name).read_text(encoding="utf-8"))
    return {table: pd.DataFrame(rows) for table, rows in tables.items()}
