"""`bnplan calendar`: the programme's deadlines and milestones for Outlook, Google or Thunderbird."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, Edition, tell


def calendar(
    scenario: Annotated[
        str,
        typer.Option("--scenario", "-s", help="A name or a TOML file; each goes into a calendar of its own."),
    ] = "middle",
    lang: Annotated[Edition, typer.Option(help="Language of the entries.")] = Edition.en,
    agency: Annotated[
        list[str] | None,
        typer.Option(
            "--agency",
            "-a",
            metavar="ID",
            help="Only what this body leads or co-ordinates, by its id in `bnplan show agencies`. May be repeated.",
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="File to write, such as bnplan.ics; else stdout.")] = None,
    data: Data = None,
) -> None:
    """Write the periods and deadlines of tasks, dated orders and targets, and milestones as an iCalendar file."""
    from bnplan_lib.figures.dates import agenda
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import read_scenario
    from bnplan_lib.report.dates import to_icalendar
    from bnplan_lib.report.folder import write_out
    from bnplan_lib.report.stamp import day_signed

    programme = read_programme(data)
    story = read_scenario(scenario, folder=data)
    plan = agenda(programme, story, lang.value, agency or ())
    text = to_icalendar(plan, day_signed(programme))
    if to is None:
        typer.echo(text.encode(), nl=False)  # bytes: line ends stay as they are, whatever the terminal's encoding
    else:
        write_out(to, text)
    moved = sum(entry.moved for entry in plan.entries)
    tell(f"{to or 'stdout'}: {len(plan.entries)} entries, {moved} of them moved by the scenario {story.name}")
