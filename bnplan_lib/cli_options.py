"""What the commands of `bnplan` share: options, and how results and messages are printed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.errors import PlanError


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Edition(StrEnum):
    """One language."""

    en = "en"
    vi = "vi"


Data = Annotated[Path | None, typer.Option("--data", help="Data folder; the suite's own where not given.")]
Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenario", "-s", help="A name in data/scenarios or the path of a TOML file. May be repeated."),
]


def print_table(table: pd.DataFrame, format_: Format) -> None:
    """Print a table to stdout in the format asked for."""
    from bnplan_lib.report.export import to_csv, to_json

    if format_ is Format.json:
        typer.echo(to_json(table))
    elif format_ is Format.csv:
        typer.echo(to_csv(table), nl=False)
    else:
        typer.echo(table.to_string(index=False, na_rep="", max_colwidth=44))


def fault_text(error: PlanError) -> str:
    """Return what is said of an error: its own lines, or one that says who speaks."""
    return str(error) if "\n" in str(error) else f"bnplan: {error}"


def tell(message: str) -> None:
    """Print a message to stderr."""
    typer.echo(message, err=True)
