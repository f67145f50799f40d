"""What does the page of the timeline need to answer "what if"? Projects, tasks, what waits for what, and the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bnplan_lib.analysis.chain import goal_of, pairs_of
from bnplan_lib.analysis.presence import as_printed
from bnplan_lib.explore.live import Live, file_around, words_of_form
from bnplan_lib.explore.live_items import (
    PHASING,
    item_choices,
    item_levers,
    item_names_of,
    item_setting,
    item_sliders,
    project_choices,
    project_rows,
)
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.style import YEARS_SHOWN_AFTER
from bnplan_lib.figures.waiting import item_label

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

NUMBERS = ("delay_quarters", "stretch")
SECTIONS = ("projects", "tasks")


def live_timeline(programme: Programme, story: Scenario, figure: go.Figure, say: Language) -> Live:
    """Return the figure of what runs at once with the dates of projects and tasks and the pairs that must wait."""
    setting, goal, shift = item_setting(story, *SECTIONS), goal_of(programme), say("Shift later by, quarters")
    levers, sliders = item_levers(programme, say), item_sliders(programme, NUMBERS, setting, say)
    levers["delay_quarters"]["title"] = sliders[0]["title"] = sliders[0]["label"] = shift  # of tasks as well
    spec = {
        "form": "timeline",
        "lang": say.code,
        "basis": timeline_basis(programme),
        "values": setting | {key: story.values[key] for key in PHASING},
        "printed": _printed(story),
        "last": programme.years[-1] + YEARS_SHOWN_AFTER,
        "traces": list(range(len(figure.data))),
        "levers": levers,
        "sliders": sliders,
        "profiles": {},
        "choices": project_choices(programme, say) + _task_choices(programme, say),
        "pairs": [
            (pair.id, *(item_label(programme, key, say) for key in (pair.before, pair.after)))
            for pair in pairs_of(programme)
        ],
        "goal": item_label(programme, goal, say) if goal else "",
        **file_around(programme, story, setting),
        "texts": {
            **words_of_form(say),
            "unit": say("bn VND"),
            "yes": say("yes"),
            "no": say("no"),
            "narrower": say("A narrower setting wins: {names}"),
            "projects": say("Projects"),
            "tasks": say("Tasks"),
            "runs": say("{quarter} (projects: {projects}, tasks: {tasks})"),
            "load": say("{quarter}: {amount}"),
            "title": say("Most runs in {quarter}: {projects} projects and {tasks} tasks"),
            "nothing_runs": say("Nothing runs"),
        },
    }
    return Live(spec, figure)


def timeline_basis(programme: Programme) -> dict[str, Any]:
    """Return projects, tasks, dated goals and pairs as the script computes from them."""
    goals = programme.targets[programme.targets["kind"] == "by_date"]
    return {
        "projects": project_rows(programme),
        "tasks": [
            {"names": item_names_of("tasks", row), "start": row["start"], "end": row["end"]}
            for row in programme.tasks.to_dict("records")
        ],
        "goals": {f"targets.{key}": f"{year}Q4" for key, year in zip(goals["id"], goals["year"], strict=True)},
        "goal": _own(goal_of(programme) or ""),
        "pairs": [
            {"before": _own(pair.before), "after": _own(pair.after), "link": pair.link} for pair in pairs_of(programme)
        ],
    }


def _printed(story: Scenario) -> dict[str, Any]:
    """Return what holds for time and money where nothing is moved."""
    printed = as_printed(story)
    return item_setting(printed, *SECTIONS) | {key: printed.values[key] for key in PHASING}


def _own(key: str) -> str:
    """Return the name under which levers of an item are set: tasks.II.7 of tasks:II.7."""
    return key.replace(":", ".", 1)


def _task_choices(programme: Programme, say: Language) -> list[dict[str, Any]]:
    def reach(rows: pd.DataFrame) -> str:
        return say.plural("{count} task", "{count} tasks", len(rows))

    def single(row: dict[Any, Any]) -> tuple[str, str]:
        first, last = (say.quarter(row[name]) for name in ("start", "end"))
        label = item_label(programme, f"tasks:{row['id']}", say)
        return label, say("{first} to {last} as printed", first=first, last=last)

    return item_choices(programme, "tasks", (say("All tasks"), say("Single tasks")), reach, single, say)
