"""`bnplan observe`: add what agencies report, or correct it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bnplan_lib.cli_options import Data, tell
from bnplan_lib.errors import PlanError, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def observe(
    files: Annotated[
        list[Path], typer.Argument(help="CSV files or workbooks, such as `bnplan export --for-agency` makes.")
    ],
    recorded: Annotated[
        str | None, typer.Option("--recorded", metavar="DAY", help="Day of the record, such as 2027-01-15; today's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and tell, write nothing.")] = False,
    data: Data = None,
) -> None:
    """Add reported values to data/observations, each with its status and source; a correction keeps its predecessor.

    Columns: table, id, measure, period, value, status, source, and reason where a value that is known changes.
    A file is taken whole or not at all.
    """
    from bnplan_lib.inputs.observe import observe as take_in

    day = _day(recorded)
    for path in files:
        intake = take_in(data, path, day, dry_run)
        for word, rows in (("new", intake.added), ("corrected", intake.corrected)):
            for line in _lines(word, rows):
                typer.echo(line)
        counts = f"{len(intake.added)} new, {len(intake.corrected)} corrected, {intake.unchanged} known"
        tell(f"{path}: {counts}, {intake.blank} blank" + ("; nothing is written" if dry_run else ""))


def _lines(word: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        version = f", version {row['version']}" if row["version"] > 1 else ""
        value = f"{row['value']:.12g} ({row['status']}{version})"
        yield f"{word}: {row['table']} {row['id']} {row['measure']} {row['period']} = {value}"


def _day(text: str | None) -> str:
    if text is None:
        return datetime.now(UTC).astimezone().date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise PlanError(f"--recorded: must be a day such as 2027-01-15, found {shorten(text)}") from None
