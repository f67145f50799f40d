"""Which project and which task runs in which quarter, with how much money, and what do they belong to?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.investment import spending_of
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import project_schedule, task_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

OF_TIME = ("phasing", "projects", "tasks")  # sections of levers
KINDS = ("capital_source", "sector", "asset", "place", "corridor", "group", "agency")
ALIKE = 1e-9  # share of an amount within which another is the same: sums differ in their last digits


@dataclass(frozen=True, slots=True)
class Presence:
    """The projects and tasks that a scenario keeps, by quarter.

    `items` has one row an item: `table` (projects or tasks), `id`, and `first` and
    `last`, the quarter numbers of its first and last quarter, both included; projects
    come first. `runs` and `load_bn_vnd` are items by quarters, from the quarter number
    `start` on to the last in which anything runs; tasks and projects without a printed
    cost carry no money.
    """

    items: pd.DataFrame
    start: int
    runs: np.ndarray
    load_bn_vnd: np.ndarray

    @property
    def quarters(self) -> list[str]:
        """Names of the quarters, such as 2026Q1."""
        return [quarter_name(self.start + place) for place in range(self.runs.shape[1])]


def presence(programme: Programme, story: Scenario) -> Presence:
    """Return what runs when under a scenario. A project whose phases overlap counts once a quarter."""
    phases, tasks = project_schedule(programme, story), task_schedule(programme, story)
    spans = pd.concat(
        [
            phases.rename(columns={"project_id": "id"}).assign(table="projects"),
            tasks.rename(columns={"task_id": "id"}).assign(table="tasks"),
        ]
    )[["table", "id", "first", "last"]]
    items = spans.groupby(["table", "id"], sort=False, as_index=False).agg(first=("first", "min"), last=("last", "max"))
    if items.empty:
        return Presence(items, 0, np.zeros((0, 0), bool), np.zeros((0, 0)))
    start, end = int(items["first"].min()), int(items["last"].max()) + 1
    row = spans.groupby(["table", "id"], sort=False).ngroup().to_numpy()
    quarters = np.arange(start, end)
    runs = np.zeros((len(items), len(quarters)), bool)
    np.logical_or.at(
        runs, row, (spans["first"].to_numpy()[:, None] <= quarters) & (quarters <= spans["last"].to_numpy()[:, None])
    )
    load = np.zeros(runs.shape)
    money = spending_of(programme, story.values)
    spent = np.hstack([money.until(quarter) for quarter in range(start, end + 1)])
    np.add.at(load, row[: len(phases)], np.diff(spent, axis=1))
    return Presence(items, start, runs, load)


def as_printed(story: Scenario) -> Scenario:
    """Return a scenario with time and money of projects and tasks as the programme has them; growth as it is."""
    kept = {key: value for key, value in story.values.items() if key.partition(".")[0] not in OF_TIME}
    own = {key: value for key, value in story.defaults.items() if key.partition(".")[0] in OF_TIME}
    return replace(story, values=kept | own)


def first_largest(amounts: np.ndarray) -> int:
    """Return the place of the largest amount, the first of those that differ from it by no more than rounding."""
    return int((amounts >= amounts.max() * (1 - ALIKE)).argmax())


def membership(programme: Programme, by: str) -> pd.DataFrame:
    """Return what each project and task belongs to.

    Parameters
    ----------
    by
        capital_source, sector, asset, place or corridor of projects; group of tasks;
        agency: the bodies that lead a task, and those that lead the order which covers a
        project. Bodies named together as one, such as all departments, are left out.

    Returns
    -------
    DataFrame
        `table, id, class`: a row for each, several where an item belongs to several.

    Raises
    ------
    UnknownName
        If there is no such classification.
    """
    if by not in KINDS:
        raise UnknownName("classification", by, KINDS)
    if by == "agency":
        orders = programme.project_orders.merge(programme.directives, left_on="directive_id", right_on="id")
        named = [
            _rows("projects", orders["project_id"], orders["leads"]),
            _rows("tasks", programme.tasks["id"], programme.tasks["leads"]),
        ]
        table = pd.concat(named, ignore_index=True)
        collective = programme.agencies.loc[programme.agencies["kind"] == "collective", "id"]
        return table[~table["class"].isin(collective)].drop_duplicates(ignore_index=True)
    items = programme.tasks if by == "group" else programme.projects
    return _rows("tasks" if by == "group" else "projects", items["id"], items[by])


def _rows(table: str, ids: pd.Series, classes: pd.Series) -> pd.DataFrame:
    rows = pd.DataFrame({"table": table, "id": ids, "class": classes.str.split(";")}).explode("class")
    return rows.dropna(subset="class").reset_index(drop=True)
