"""`bnplan check-source`: prove that the tables say what the document says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, Format, print_table, tell


def check_source(
    file: Annotated[Path, typer.Argument(help="Text of the document: UTF-8, table cells apart by tabs.")],
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print the differences.")] = Format.table,
    data: Data = None,
) -> None:
    """Read the document's text again and list every difference from the tables; exit 5 where one is not explained.

    Held are numbers, figures, names of tasks and projects, periods, bodies, totals and counts. A row that the tables
    leave to their notes is explained by its note.
    """
    import pandas as pd

    from bnplan_lib.inputs.document import read_document
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.source_check import Difference, compare_source

    programme = read_programme(data)
    document = read_document(file)
    found = compare_source(programme, document)
    columns = list(Difference.__slots__)
    table = pd.DataFrame([[getattr(one, name) for name in columns] for one in found], columns=columns)
    if len(found) or format_ is not Format.table:
        print_table(table, format_)
    rows = len(document.targets) + len(document.tasks) + len(document.projects) + len(document.orders)
    unexplained = sum(not one.explained for one in found)
    tell(
        f"{file}: {rows} rows held against the tables; {unexplained} differences, {len(found) - unexplained} explained"
    )
    if unexplained:
        raise typer.Exit(5)
