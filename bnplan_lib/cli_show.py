"""`bnplan show`: the tables of the programme, and what follows from a scenario."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bnplan_lib.cli_options import Data, Format, Scenarios, print_table
from bnplan_lib.errors import PlanError

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


class View(StrEnum):
    """What can be shown."""

    targets = "targets"
    tasks = "tasks"
    projects = "projects"
    phases = "phases"
    directives = "directives"
    agencies = "agencies"
    levers = "levers"
    growth = "growth"
    growth_targets = "growth_targets"
    macro = "macro"
    investment = "investment"
    timeline = "timeline"
    overlaps = "overlaps"
    workload = "workload"
    precedences = "precedences"
    audit = "audit"
    observations = "observations"
    progress = "progress"
    delivery = "delivery"
    disbursement = "disbursement"


OF_A_YEAR = (View.progress, View.delivery, View.disbursement)


def show(
    view: Annotated[View, typer.Argument(help="What to show.", show_default=False)],
    scenario: Scenarios = None,
    by: Annotated[
        str | None,
        typer.Option(help="For overlaps: what the two share, such as place or agency; a row for each."),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="For progress, delivery, disbursement: the year; the programme's first.")
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", "-a", metavar="ID", help="For these: what one body answers for.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    data: Data = None,
) -> None:
    """Show a table of the programme, or what follows from a scenario."""
    import pandas as pd

    from bnplan_lib.inputs.programme import read_programme

    programme = read_programme(data)
    computed = _computed(by or "corridor", year or programme.years[0], agency or "")
    if view not in OF_A_YEAR and not (year is None and agency is None):
        raise PlanError(f"--year, --agency: only {', '.join(OF_A_YEAR)} have them, not {view.value}")
    if by is not None and view is not View.overlaps:
        raise PlanError(f"--by: only overlaps have it, not {view.value}")
    if view in computed:
        from bnplan_lib.inputs.scenario import read_scenario

        stories = [read_scenario(name, folder=data) for name in scenario or ["middle"]]
        table = pd.concat([computed[view](programme, story) for story in stories], ignore_index=True)
    elif scenario:
        raise PlanError(f"--scenario: only {', '.join(sorted(computed))} depend on a scenario, not {view.value}")
    else:
        table = {View.phases: programme.project_phases}.get(view, getattr(programme, view.value, None))
    if view is View.audit and format_ is Format.table:
        table = table[["id", "severity", "confidence", "printed", "expected", "sentence"]]
    print_table(table, format_)


def _computed(by: str, year: int, agency: str) -> dict[View, Callable[[Programme, Scenario], pd.DataFrame]]:
    """Return what each view that depends on a scenario is made with."""
    from bnplan_lib.analysis.delivery import delivery, disbursement
    from bnplan_lib.analysis.precedence import precedence_slack
    from bnplan_lib.analysis.target_progress import target_progress
    from bnplan_lib.analysis.timeline import concurrency, overlaps
    from bnplan_lib.analysis.workload import workload
    from bnplan_lib.model.economy import macro_path
    from bnplan_lib.model.growth import growth_path
    from bnplan_lib.model.investment import phase_investment

    def told(
        compute: Callable[[Programme, Scenario], pd.DataFrame],
    ) -> Callable[[Programme, Scenario], pd.DataFrame]:
        def rows(programme: Programme, story: Scenario) -> pd.DataFrame:
            table = compute(programme, story)
            table.insert(0, "scenario", story.name)
            return table

        return rows

    return {
        View.growth: growth_path,
        View.growth_targets: _target_rows,
        View.macro: macro_path,
        View.investment: phase_investment,
        View.timeline: concurrency,
        View.overlaps: told(lambda programme, story: overlaps(programme, story, by)),
        View.workload: told(workload),
        View.precedences: told(precedence_slack),
        View.audit: _audit_rows,
        View.progress: told(lambda programme, story: target_progress(programme, story, year, agency)),
        View.delivery: told(lambda programme, story: delivery(programme, story, year, agency)),
        View.disbursement: told(lambda programme, story: disbursement(programme, story, year, agency)),
    }


def _target_rows(programme: Programme, story: Scenario) -> pd.DataFrame:
    from bnplan_lib.analysis.growth import growth_targets

    return growth_targets(programme, story).assign(scenario=story.name)


def _audit_rows(programme: Programme, story: Scenario) -> pd.DataFrame:
    from bnplan_lib.analysis.consistency import audit as find
    from bnplan_lib.figures.findings import findings_frame

    return findings_frame(programme, find(programme, story), "en")
