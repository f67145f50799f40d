"""Who is swamped: what does each body lead, help with and own, and whom does it work with?"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import task_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

ALL = "all_departments"  # named together as one; each body of these kinds is one of them
ONE_OF_ALL = ("department", "authority", "office", "force", "central_branch")
MEASURES = ("tasks_led", "shared_tasks", "tasks_joined", "orders_led", "orders_joined", "targets_led")


def workload(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return what each body has on its desk in each quarter.

    Returns
    -------
    DataFrame
        One row per single body and quarter of the programme in which it has anything:
        `agency_id, quarter, tasks_led, shared_tasks, tasks_joined, orders_led,
        orders_joined, targets_led`. A task with several leads counts once for each;
        `shared_tasks` says how many of those led are such. `tasks_joined` are running
        tasks that the body helps with: by name, or as one of all departments. An order
        runs through the whole programme, or until the quarter in which it is due; a
        target until the end of its year. Orders of all departments are no single body's.
    """
    start, end = quarter_number(f"{programme.years[0]}Q1"), quarter_number(f"{programme.years[-1]}Q4")
    duties = pd.DataFrame(_running_duties(programme, story, start, end), columns=["agency_id", "measure", "quarter"])
    table = duties.groupby(["agency_id", "quarter", "measure"]).size().unstack(fill_value=0)
    table = table.reindex(columns=MEASURES, fill_value=0).reset_index()
    order = {agency: place for place, agency in enumerate(programme.agencies["id"])}
    table = table.sort_values(["agency_id", "quarter"], key=lambda column: column.map(order).fillna(column))
    table["quarter"] = table["quarter"].map(quarter_name)
    table.columns.name = None
    return table.reset_index(drop=True)


def busiest(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return the most loaded quarter of each body: most tasks led, then most joined, the first where several are alike.

    Returns
    -------
    DataFrame
        One row per single body with a duty, most tasks led first: the columns of
        `workload` in that quarter, and `tasks`, the ids of those it leads then.
    """
    table = workload(programme, story)
    order = ["tasks_led", "tasks_joined"]
    ranked = table.sort_values(order, ascending=False, kind="stable").drop_duplicates("agency_id")
    leads = _listed(programme.tasks, "leads")
    spans = task_schedule(programme, story).set_index("task_id")
    own = [
        tuple(
            task
            for task, body in leads
            if body == row.agency_id and spans["first"][task] <= quarter_number(row.quarter) <= spans["last"][task]
        )
        for row in ranked.itertuples()
    ]
    return ranked.assign(tasks=pd.Series(own, ranked.index, dtype=object)).reset_index(drop=True)


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
        "tasks_led": _counted(programme.tasks, "leads", "id"),
        "orders_led": _counted(programme.directives, "leads", "row"),
        "orders_joined": _counted(programme.directives, "coordinates", "row"),
        "targets_led": _counted(programme.targets, "leads", "row"),
    }
    table = pd.DataFrame(columns, index=single.rename("agency_id")).fillna(0).astype(int)
    order = ["tasks_led", "orders_led", "targets_led"]
    return table.sort_values(order, ascending=False, kind="stable").reset_index()


def partners(programme: Programme) -> pd.DataFrame:
    """Return who works with whom: the single bodies that one order, task or target names together.

    Returns
    -------
    DataFrame
        One row per pair, most shared first: `first_id, second_id, tasks, orders,
        targets` (numbers of each that name both, as lead or as helper; of a numbered row
        with several parts, in one of them), `shared` (their sum), `both_lead` (of these,
        led by both).
    """
    rows: dict[tuple[str, str, str, str], bool] = {}
    for kind, table, key in (
        ("tasks", programme.tasks, "id"),
        ("orders", programme.directives, "row"),
        ("targets", programme.targets, "row"),
    ):
        leads = set(_listed(table, "leads"))
        helped = set(_listed(table, "coordinates")) if "coordinates" in table else set()
        named = pd.DataFrame(sorted(leads | helped), columns=["id", "agency_id"])
        numbered = dict(zip(table["id"], table[key], strict=True))
        for part, group in named.groupby("id", sort=False):
            for pair in combinations(_in_order(programme, group["agency_id"]), 2):
                together = all((part, body) in leads for body in pair)
                one = (*pair, kind, numbered[part])
                rows[one] = rows.get(one, False) or together
    columns = ["first_id", "second_id", "kind", "both_lead"]
    found = pd.DataFrame([(*one[:3], led) for one, led in rows.items()], columns=columns).astype({"both_lead": int})
    counts = found.groupby(["first_id", "second_id", "kind"]).size().unstack(fill_value=0)
    table = counts.reindex(columns=["tasks", "orders", "targets"], fill_value=0)
    table["shared"] = table.sum(axis=1)
    table["both_lead"] = found.groupby(["first_id", "second_id"])["both_lead"].sum()
    table.columns.name = None
    return table.reset_index().sort_values("shared", ascending=False, kind="stable", ignore_index=True)


def _running_duties(programme: Programme, story: Scenario, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    """Yield a row for each body, duty and quarter in which the duty stands."""
    spans = {row.task_id: (row.first, row.last) for row in task_schedule(programme, story).itertuples()}
    leads = _listed(programme.tasks, "leads")
    shared = programme.tasks.set_index("id")["leads"].str.contains(";")
    standing = [(body, "tasks_led", *spans[task]) for task, body in leads]
    standing += [(body, "shared_tasks", *spans[task]) for task, body in leads if shared[task]]
    standing += [(body, "tasks_joined", *spans[task]) for task, body in _joined(programme, set(leads))]
    # an order of several parts ends with the last of them
    dues = [quarter_number(due) if isinstance(due, str) else end for due in programme.directives["due"]]
    due = pd.Series(dues, dtype=int).groupby(programme.directives["row"]).max()
    for column, measure in (("leads", "orders_led"), ("coordinates", "orders_joined")):
        orders = dict.fromkeys(_listed(programme.directives, column, "row"))
        standing += [(body, measure, start, due[row]) for row, body in orders]
    ends = programme.targets.groupby("row")["year"].max().map(lambda year: quarter_number(f"{year:.0f}Q4"))
    owned = dict.fromkeys(_listed(programme.targets, "leads", "row"))
    standing += [(body, "targets_led", start, ends[row]) for row, body in owned]
    single = set(programme.agencies.loc[programme.agencies["kind"] != "collective", "id"])
    for body, measure, first, last in standing:
        for quarter in range(max(first, start), min(last, end) + 1) if body in single else ():
            yield body, measure, quarter


def _joined(programme: Programme, leads: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the tasks that each body helps with and does not lead: by name, or as one of all departments."""
    every = programme.agencies.loc[programme.agencies["kind"].isin(ONE_OF_ALL), "id"]
    named = _listed(programme.tasks, "coordinates")
    rows = [(task, one) for task, body in named for one in (every if body == ALL else (body,))]
    return [row for row in dict.fromkeys(rows) if row not in leads]


def _listed(table: pd.DataFrame, column: str, key: str = "id") -> list[tuple[str, str]]:
    """Return a row's key beside each body that a column of it names."""
    named = table[[key, column]].dropna()
    rows = named.assign(**{column: named[column].str.split(";")}).explode(column)
    return list(zip(rows[key], rows[column], strict=True))


def _counted(table: pd.DataFrame, column: str, key: str) -> pd.Series:
    rows = pd.DataFrame(list(dict.fromkeys(_listed(table, column, key))), columns=[key, column])
    return rows.groupby(column).size()


def _in_order(programme: Programme, bodies: pd.Series) -> list[str]:
    """Return the single bodies among some, in the order of the list of bodies."""
    named = set(bodies)
    agencies = programme.agencies[programme.agencies["kind"] != "collective"]
    return [body for body in agencies["id"] if body in named]
