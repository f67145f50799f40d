"""Which tables are a notebook's results? Those that a run writes beside its page, as JSON and Parquet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from bnplan_lib.errors import PlanError

RESULTS: Final = "application/vnd.bnplan.results+json"
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class Results:
    """Tables by name, for the program that runs the notebook; a reader in JupyterLab sees their names and sizes."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = dict(tables)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        sizes = [f"{name} {len(table)} × {len(table.columns)}" for name, table in self.tables.items()]
        content = {
            name: {"columns": list(table.columns), "rows": rows_of(table)} for name, table in self.tables.items()
        }
        return {"text/plain": " · ".join(sizes), RESULTS: content}


def results(**tables: pd.DataFrame) -> Results:
    """Return tables as the results of a notebook; put last in a cell, a run writes them beside the page.

    Tidy tables, the columns that tell rows apart first, units in the names of the others.

    Raises
    ------
    PlanError
        If something is no table, or its name is not one word of small letters.
    """
    for name, table in tables.items():
        if not isinstance(table, pd.DataFrame):
            raise PlanError(f"results: {name} must be a table, found {type(table).__name__}")
        if not NAME.fullmatch(name):
            raise PlanError(f"results: {name} must be small letters, digits and _")
    return Results(tables)


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as row objects that JSON can hold; missing is None."""
    return [{key: plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Return a value of a table as JSON can hold it; lists stay lists."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
