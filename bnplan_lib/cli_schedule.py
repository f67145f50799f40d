"""`bnplan schedule`: what systemd, cron, Windows or GitHub need to start runs by themselves."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, tell
from bnplan_lib.errors import PlanError


class Kind(StrEnum):
    """Who starts the runs."""

    systemd = "systemd"
    cron = "cron"
    windows = "windows"
    github = "github"


class Every(StrEnum):
    """How often: on Mondays, on the first of each month, or on the first after each quarter."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"


def schedule(
    kind: Annotated[Kind, typer.Argument(help="Who starts the runs.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="Folder for the pages.", show_default="reports")] = None,
    runs: Annotated[Path | None, typer.Option(help="TOML file that says what to run, as in bnplan run.")] = None,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Time of day; of this machine, on GitHub UTC.")] = "04:30",
    every: Annotated[
        Every, typer.Option(help="How often; a week begins on Monday, month and quarter on the first.")
    ] = Every.quarter,
    to: Annotated[Path | None, typer.Option("--to", help="Folder to write the files into; else stdout.")] = None,
    data: Data = None,
) -> None:
    """Write what starts `bnplan run` by itself: a systemd service and timer, a line for cron, a task, a workflow."""
    from bnplan_lib.report.folder import write_files
    from bnplan_lib.report.schedule import Schedule, schedule_files, to_install

    given = {"--out": out, "--runs": runs, "--data": data}
    if kind is Kind.github and (also := [name for name, path in given.items() if path is not None]):
        raise PlanError(f"github: the workflow runs `make report` in its own checkout, so leave out {', '.join(also)}")
    if data is None and (named := os.environ.get("BNPLAN_DATA")):  # whoever starts the runs has no such variable
        data = Path(named)
    whole = {name: path and path.resolve() for name, path in (("runs", runs), ("data", data))}
    plan = Schedule((out or Path("reports")).resolve(), whole["runs"], whole["data"], at, every.value)
    files = schedule_files(kind.value, plan, to)
    if to is None:
        for name, content in files.items():
            if len(files) > 1:
                typer.echo(f"# {name}")
            typer.echo(content, nl=False)  # bytes: encoding and line ends stay as their reader wants them
        return
    paths = write_files(files, to.resolve())
    for path in paths:
        typer.echo(path)
    for command in to_install(kind.value, paths, plan):
        tell(command)
