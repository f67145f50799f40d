"""When does each project and task run under a scenario?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def project_schedule(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return every phase of every project that the scenario keeps.

    Rules: an open-ended period ends in `phasing.open_end`; a milestone's phase
    begins in `phasing.milestone_start`, later ones right after the milestone
    before. A delay shifts all phases. A project's cost, with its overrun, is shared
    among its phases by their own costs where all are known, else by their length.

    Returns
    -------
    DataFrame
        `project_id, phase, first, last, cost_bn_vnd, open_ended, milestone`; `first`
        and `last` are quarter numbers, both included; cost is missing where none
        is printed.
    """
    phases = programme.project_phases
    opens = quarter_number(story.values["phasing.open_end"])
    begins = quarter_number(story.values["phasing.milestone_start"])
    costs = dict(zip(programme.projects["id"], programme.projects["cost_bn_vnd"], strict=True))
    rows: list[dict[str, Any]] = []
    for project, group in phases.groupby("project_id", sort=False):
        if story.of_project(project, "dropped"):
            continue
        spans = _spans(group, begins, opens)
        cost = costs[project] * (1 + story.of_project(project, "overrun") / 100)
        delay = story.of_project(project, "delay_quarters")
        for (first, last), share, row in zip(spans, _shares(group, spans), group.itertuples(), strict=True):
            rows.append(
                {
                    "project_id": project,
                    "phase": row.phase,
                    "first": first + delay,
                    "last": last + delay,
                    "cost_bn_vnd": cost * share,
                    "open_ended": bool(row.open_ended),
                    "milestone": bool(row.milestone),
                }
            )
    columns = ["project_id", "phase", "first", "last", "cost_bn_vnd", "open_ended", "milestone"]
    return pd.DataFrame(rows, columns=columns)


def task_schedule(programme: Programme) -> pd.DataFrame:
    """Return the tasks with quarter numbers: `task_id, first, last`, both included."""
    tasks = programme.tasks
    return pd.DataFrame(
        {
            "task_id": tasks["id"],
            "first": [quarter_number(quarter) for quarter in tasks["start"]],
            "last": [quarter_number(quarter) for quarter in tasks["end"]],
        }
    )


def _spans(group: pd.DataFrame, begins: int, opens: int) -> list[tuple[int, int]]:
    spans = []
    for row in group.itertuples():
        first = quarter_number(row.start) if isinstance(row.start, str) else begins
        last = quarter_number(row.end) if isinstance(row.end, str) else max(opens, first)
        spans.append((min(first, last), last))
        begins = last + 1
    return spans


def _shares(group: pd.DataFrame, spans: list[tuple[int, int]]) -> np.ndarray:
    own = group["cost_bn_vnd"].to_numpy(float)
    weights = np.array([last - first + 1 for first, last in spans], float) if np.isnan(own).any() else own
    return weights / weights.sum()
