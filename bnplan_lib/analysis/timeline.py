"""What runs at once, who is swamped, and which projects meet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.investment import phase_investment
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SHARED = ("corridor", "place", "sector", "capital_source")


def concurrency(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return how much runs in each quarter.

    Returns
    -------
    DataFrame
        One row per quarter from the first to the last in which anything runs:
        `scenario, quarter, running_projects, running_tasks, load_bn_vnd`. A
        project whose phases overlap counts once.
    """
    projects, tasks = project_schedule(programme, story), task_schedule(programme)
    spans = pd.concat([projects[["first", "last"]], tasks[["first", "last"]]])
    start, stop = int(spans["first"].min()), int(spans["last"].max()) + 1
    running = pd.DataFrame({"number": range(start, stop)})
    running["running_projects"] = _running(projects, "project_id", start, stop)
    running["running_tasks"] = _running(tasks, "task_id", start, stop)
    load = phase_investment(programme, story).groupby("quarter")["amount_bn_vnd"].sum()
    running["quarter"] = [quarter_name(number) for number in running["number"]]
    running["load_bn_vnd"] = running["quarter"].map(load).fillna(0.0)
    running.insert(0, "scenario", story.name)
    return running[["scenario", "quarter", "running_projects", "running_tasks", "load_bn_vnd"]]


def overlaps(programme: Programme, story: Scenario, shared: str = "corridor") -> pd.DataFrame:
    """Return the pairs of projects that run at the same time and share something.

    Parameters
    ----------
    shared
        corridor, place, sector or capital_source; projects without one are left out.

    Returns
    -------
    DataFrame
        One row per pair, longest first: `<shared>, first_id, second_id,
        overlap_quarters, relation, from_quarter, to_quarter, cost_bn_vnd`.
        `relation` is Allen's, of the whole periods; `cost_bn_vnd` is of both.
    """
    if shared not in SHARED:
        raise UnknownName("classification", shared, SHARED)
    spans = (
        project_schedule(programme, story)
        .groupby("project_id", sort=False)
        .agg(first=("first", "min"), last=("last", "max"))
    )
    projects = programme.projects.set_index("id").loc[spans.index]
    classes = projects[shared].dropna().str.split(";").explode()
    rows = []
    for name, members in classes.groupby(classes):
        ids = list(members.index)
        for place, one in enumerate(ids):
            rows += [(name, one, other, *_overlap(spans, one, other)) for other in ids[place + 1 :]]
    columns = [shared, "first_id", "second_id", "overlap_quarters", "relation", "from_quarter", "to_quarter"]
    table = pd.DataFrame(rows, columns=columns)
    table = table[table["overlap_quarters"] > 0]
    cost = projects["cost_bn_vnd"]
    table["cost_bn_vnd"] = table["first_id"].map(cost) + table["second_id"].map(cost)
    order = ["overlap_quarters", "cost_bn_vnd"]
    return table.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def allen_relation(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Return which of Allen's thirteen relations the first period has to the second.

    Periods are first and last quarter, both included: one that ends in the quarter
    before the other begins meets it.
    """
    (a, b), (c, d) = (first[0], first[1] + 1), (second[0], second[1] + 1)
    if (a, b) == (c, d):
        return "equals"
    if b < c or d < a:
        return "before" if b < c else "after"
    if b == c or d == a:
        return "meets" if b == c else "met-by"
    if a == c:
        return "starts" if b < d else "started-by"
    if b == d:
        return "finishes" if a > c else "finished-by"
    if a > c and b < d:
        return "during"
    if a < c and b > d:
        return "contains"
    return "overlaps" if a < c else "overlapped-by"


def workload(programme: Programme) -> pd.DataFrame:
    """Return the tasks that each body leads in each quarter.

    Returns
    -------
    DataFrame
        One row per lead body and quarter in which it leads a task: `agency_id,
        quarter, tasks_led, shared_tasks`. A task with several leads counts once
        for each; `shared_tasks` says how many of them.
    """
    tasks = programme.tasks.merge(task_schedule(programme), left_on="id", right_on="task_id").dropna(subset="leads")
    tasks = tasks.assign(agency_id=tasks["leads"].str.split(";"), shared=tasks["leads"].str.contains(";").astype(int))
    tasks["number"] = [list(range(first, last + 1)) for first, last in zip(tasks["first"], tasks["last"], strict=True)]
    rows = tasks.explode("agency_id").explode("number")
    table = rows.groupby(["agency_id", "number"])["shared"].agg(tasks_led="size", shared_tasks="sum").reset_index()
    table["quarter"] = [quarter_name(number) for number in table["number"]]
    return table[["agency_id", "quarter", "tasks_led", "shared_tasks"]]


def duties(programme: Programme) -> pd.DataFrame:
    """Return how many tasks, orders and targets each body leads or helps with.

    Returns
    -------
    DataFrame
        One row per single body (collective ones left out), most tasks first:
        `agency_id, tasks_led, orders_led, orders_joined, targets_led`. An order is
        a numbered order of sections II and III, a target a numbered row; each
        counts once for a body.
    """
    single = programme.agencies.loc[programme.agencies["kind"] != "collective", "id"]
    columns = {
        "tasks_led": _named(programme.tasks, "leads", "id"),
        "orders_led": _named(programme.directives, "leads", "row"),
        "orders_joined": _named(programme.directives, "coordinates", "row"),
        "targets_led": _named(programme.targets, "leads", "row"),
    }
    table = pd.DataFrame(columns, index=single.rename("agency_id")).fillna(0).astype(int)
    order = ["tasks_led", "orders_led", "targets_led"]
    return table.sort_values(order, ascending=False, kind="stable").reset_index()


def standing(programme: Programme, as_of: str) -> pd.DataFrame:
    """Return where each task's period stands in a quarter: ended, running or ahead.

    The programme reports no outcome: `ended` says the period is over, not that the
    task is done. Columns: `task_id, start, end, standing`.
    """
    now = quarter_number(as_of)
    schedule = task_schedule(programme)
    ended, ahead = schedule["last"] < now, schedule["first"] > now
    table = programme.tasks[["id", "start", "end"]].rename(columns={"id": "task_id"})
    return table.assign(standing=np.select([ended, ahead], ["ended", "ahead"], "running"))


def _running(spans: pd.DataFrame, item: str, start: int, stop: int) -> np.ndarray:
    grid = np.zeros((spans[item].nunique(), stop - start), bool)
    for row, (_, group) in enumerate(spans.groupby(item, sort=False)):
        for first, last in zip(group["first"], group["last"], strict=True):
            grid[row, first - start : last + 1 - start] = True
    return grid.sum(axis=0)


def _overlap(spans: pd.DataFrame, one: str, other: str) -> tuple[int, str, str, str]:
    first, second = (tuple(spans.loc[key, ["first", "last"]]) for key in (one, other))
    start, end = max(first[0], second[0]), min(first[1], second[1])
    return max(end - start + 1, 0), allen_relation(first, second), quarter_name(start), quarter_name(end)


def _named(table: pd.DataFrame, column: str, counted: str) -> pd.Series:
    named = table[[counted, column]].dropna().assign(**{column: lambda frame: frame[column].str.split(";")})
    return named.explode(column).drop_duplicates().groupby(column).size()
