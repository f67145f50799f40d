"""`bnplan solve` and `bnplan compare`: backwards from a target, and scenarios side by side."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bnplan_lib.cli_options import Data, Edition, Format, print_table, tell
from bnplan_lib.errors import Fault, ParameterError, PlanError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.analysis.goals import Solution
    from bnplan_lib.inputs.programme import Programme


class Rule(StrEnum):
    """How several levers share what is needed."""

    equal = "equal"
    proportional = "proportional"
    smallest = "smallest"


class Bounds(StrEnum):
    """How far a lever may go."""

    usual = "usual"
    possible = "possible"
    targets = "targets"


def solve(
    target: Annotated[
        list[str],
        typer.Option("--target", "-t", metavar="ID=VALUE", help="Goal in the target's own unit; repeatable."),
    ],
    by: Annotated[
        list[str],
        typer.Option("--by", "-b", help="Lever, one year of it (growth.industry.2028), or growth for all; repeatable."),
    ],
    how: Annotated[Rule, typer.Option(help="How several levers move.")] = Rule.equal,
    within: Annotated[Bounds, typer.Option(help="Bounds of each lever.")] = Bounds.usual,
    scenario: Annotated[str, typer.Option("--scenario", "-s", help="Start from: a name or a file.")] = "middle",
    save: Annotated[Path | None, typer.Option(help="Write the answer as a scenario file.")] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    lang: Annotated[Edition, typer.Option(help="Language of the table.")] = Edition.en,
    data: Data = None,
) -> None:
    """Say what it would take to meet a target, or how close one can come."""
    from bnplan_lib.analysis.goals import solve as find
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import read_scenario

    programme = read_programme(data)
    story = read_scenario(scenario, folder=data)
    found = find(programme, story, _goals(programme, target), by, how.value, within.value)
    if save is not None:
        moved = [*(f"--target {one}" for one in target), *(f"--by {one}" for one in by)]
        command = " ".join(
            ["bnplan solve", f"--scenario {Path(scenario).name}", *moved, f"--how {how}", f"--within {within}"]
        )
        _save(found, save, ", ".join(target), f"Solved backwards: {command}")
    if format_ is Format.table:
        from bnplan_lib.figures.goals import told_in_lines

        for line in told_in_lines(programme, found, lang.value):
            typer.echo(line)
    else:
        print_table(_rows(found), format_)
    if not found.feasible and found.levers["change"].abs().max() < 1e-9:
        tell("none of these levers moves it any closer")
    elif not found.feasible:
        tell("out of reach within these bounds; the closest is shown")


def _goals(programme: Programme, targets: list[str]) -> dict[str, float]:
    """Return goals in natural units from `ID=VALUE` texts."""
    from bnplan_lib.model.measures import goals_of

    known = goals_of(programme)
    goals: dict[str, float] = {}
    faults = []
    for text in targets:
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            faults.append(Fault(f"--target {name}", "must be ID=NUMBER such as A.I.1=11.5", repr(number)))
            continue
        if name not in known:
            faults.append(Fault(f"--target {name}", f"growth does not decide it{nearest(name, known)}"))
        elif name in goals:
            faults.append(Fault(f"--target {name}", "may be given once"))
        elif value != value or value in (float("inf"), float("-inf")):
            faults.append(Fault(f"--target {name}", "must be a number such as 11.5", number))
        else:
            goals[name] = value / (100 if known[name].unit.startswith("percent") else 1)
    if faults:
        raise ParameterError(faults)
    return goals


def _rows(found: Solution) -> pd.DataFrame:
    """Return a solution as rows: goals, then levers; shares as fractions."""
    import pandas as pd

    goals = found.targets.rename(columns={"target_id": "id"}).assign(kind="target")
    levers = found.levers.rename(columns={"lever": "id"}).assign(kind="lever")
    per_cent = levers["unit"].str.startswith("percent")
    numbers = ["before", "after", "change", "low", "high"]
    levers.loc[per_cent, numbers] = levers.loc[per_cent, numbers] / 100
    table = pd.concat([goals, levers], ignore_index=True).assign(feasible=found.feasible)
    return table[
        ["kind", "id", "unit", "goal", "before", "after", "change", "shortfall", "low", "high", "binding", "feasible"]
    ]


def _save(found: Solution, path: Path, asked: str, reason: str) -> None:
    from bnplan_lib.inputs.scenario_text import save_scenario

    story = found.story
    save_scenario(
        story,
        path,
        f"Solved for {asked}, from: {story.title_en}",
        f"Tính ngược cho {asked}, từ: {story.title_vi}",
        reason,
    )
    tell(f"written: {path}")


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Names or files; the first is what others are held against. Or the folders of two runs."),
    ],
    explain: Annotated[
        str | None,
        typer.Option(help="A target's id: divide the difference of the second to the first among the levers."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    data: Data = None,
) -> None:
    """Show scenarios side by side, or say which levers make two differ, or what changed from one run to another."""
    import pandas as pd

    from bnplan_lib.report.changes import compare_runs, holds_a_run

    if any(map(holds_a_run, scenarios)):
        if len(scenarios) != 2 or explain is not None:
            raise PlanError(f"compare: needs two runs, without --explain, found {len(scenarios)}")
        changed = compare_runs(*map(Path, scenarios))
        print_table(changed, format_)
        tell(f"{len(changed)} differences")
        return

    from bnplan_lib.analysis.comparison import compare as side_by_side
    from bnplan_lib.analysis.comparison import explain_difference
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import read_scenario

    programme = read_programme(data)
    stories = [read_scenario(name, folder=data) for name in scenarios]
    if explain is not None:
        if len(stories) != 2:
            raise PlanError(f"--explain: needs two scenarios, found {len(stories)}")
        table = explain_difference(programme, stories[0], stories[1], explain)
        units = dict(zip(programme.levers["key"], programme.levers["unit"], strict=True))
        for column in ("first_value", "other_value"):
            values = zip(table["lever"], table[column], strict=True)
            table[column] = pd.Series(
                [_natural(value, units.get(lever, "percent")) for lever, value in values], dtype=object
            )
        if table.empty:
            tell("no lever that enters growth differs")
        print_table(table, format_)
        return
    table = side_by_side(programme, stories)
    if format_ is Format.table:  # what one screen holds: the figure of each target, and whether it is met
        from bnplan_lib.figures.comparison import target_figures

        table = target_figures(programme, stories, table, "en")
    print_table(table, format_)


def _natural(value: Any, unit: str) -> Any:
    """Return a lever's value with per cent as fractions; several values as a list."""
    if isinstance(value, tuple):
        return [_natural(one, unit) for one in value]
    return value / 100 if isinstance(value, float) and unit.startswith("percent") else value
