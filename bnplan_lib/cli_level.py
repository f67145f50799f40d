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
    later: Annotated[int, typer.Option(min=0, max=40, help="Quarters by which a project may start later.")] = 4,
    keep_end: Annotated[
        bool, typer.Option("--keep-end", help="A project that starts later still ends when it would have.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="For the solver; past them the best plan so far, with its gap.")] = 60,
    capital: Annotated[
        str | None, typer.Option(help="The projects of one source alone: public, ppp or off_budget.")
    ] = None,
    scenario: Annotated[str, typer.Option("--scenario", "-s", help="Start from: a name or a file.")] = "middle",
    save: Annotated[Path | None, typer.Option(help="Write the plan as a scenario file.")] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    data: Data = None,
) -> None:
    """Say which projects would start later, and how far the plan is from the best; no ranking of merit."""
    from bnplan_lib.analysis.levelling import level as find
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import move_levers, read_scenario
    from bnplan_lib.inputs.scenario_text import check_target, save_scenario

    programme = read_programme(data)
    story = read_scenario(scenario, folder=data)
    if save is not None:
        check_target(save)
    plan = find(programme, story, lower.value, later, keep_end, seconds, capital)
    if save is not None:
        words = ["bnplan level", f"--lower {lower}", f"--later {later}", *(["--keep-end"] if keep_end else [])]
        words += [f"--capital {capital}"] if capital else []
        command = " ".join([*words, f"--scenario {Path(scenario).name}"])
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
    proof = "proven to be the lowest" if plan.lowest else f"at most {plan.gap_share:.2%} above the lowest"
    tell(
        f"peak of {unit}: {plan.before:,.0f} before, {plan.after:,.0f} after; {proof}; {plan.movable} projects may move"
    )
    if plan.status != "optimal":
        what = "fewer moves may do" if plan.lowest else "a lower peak may be found"
        tell(f"the solver was stopped by its time limit, {what}: --seconds gives it more")
