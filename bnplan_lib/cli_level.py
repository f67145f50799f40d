"""`bnplan level`: stagger starts so that the highest quarter is as low as can be."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, Format, print_table, tell


class Lower(StrEnum):
    """What is to peak lower."""

    load = "load"
    running = "running"


def level(
    lower: Annotated[Lower, typer.Option(help="What is to peak lower: money a quarter, or projects running.")],
    later: Annotated[int, typer.Option(help="Quarters by which a project may start later, 0 to 40.")] = 4,
    keep_end: Annotated[
        bool, typer.Option("--keep-end", help="A project that starts later still ends when it would have.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="For the solver; past them the best plan so far, with its gap.")] = 60,
    scenario: Annotated[str, typer.Option("--scenario", "-s", help="Start from: a name or a file.")] = "middle",
    save: Annotated[Path | None, typer.Option(help="Write the plan as a scenario file.")] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    data: Data = None,
) -> None:
    """Say which projects would start later, and how far the plan is from the best; no ranking of merit."""
    from bnplan_lib.analysis.levelling import level as find
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import move_levers, read_scenario
    from bnplan_lib.inputs.scenario_text import save_scenario

    programme = read_programme(data)
    story = read_scenario(scenario, folder=data)
    plan = find(programme, story, lower.value, later, keep_end, seconds)
    if save is not None:
        command = (
            f"bnplan level --lower {lower} --later {later}{' --keep-end' * keep_end} --scenario {Path(scenario).name}"
        )
        save_scenario(
            move_levers(story, plan.levers),
            save,
            f"Starts staggered, from: {story.title_en}",
            f"Giãn thời điểm khởi công, từ: {story.title_vi}",
            f"Peak lowered: {command}",
        )
        tell(f"written: {save}")
    print_table(plan.moved, format_)
    unit = {"load": "bn VND a quarter", "running": "projects running"}[plan.lower]
    proof = "proven to be the lowest" if plan.gap_share < 1e-9 else f"at most {plan.gap_share:.2%} above the lowest"
    tell(
        f"peak of {unit}: {plan.before:,.0f} before, {plan.after:,.0f} after; {proof}; {plan.movable} projects may move"
    )
    if plan.status != "optimal":
        tell("the solver was stopped by its time limit: --seconds gives it more")
