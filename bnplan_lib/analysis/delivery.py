"""What was due, what is done, what is late, and has the money gone out as the periods say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from bnplan_lib.analysis.observed import check_question, latest_done, observed
from bnplan_lib.analysis.presence import membership
from bnplan_lib.analysis.standing import standing
from bnplan_lib.model.investment import phase_investment
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

STATES: Final = ("done", "done_late", "overdue", "not_reported", "running", "silent", "ahead", "undated")


def delivery(programme: Programme, story: Scenario, year: int, agency: str = "") -> pd.DataFrame:
    """Return whether each task, order and project is done, late or on its way at the end of a year.

    Periods are those of the scenario. What nobody has reported is not taken for undone.

    Parameters
    ----------
    agency
        Id of a body: what it leads, and the projects that an order it leads covers.

    Returns
    -------
    DataFrame
        One row an item, tasks, orders and projects, each in the order of the document:
        `table, id, start, end` (quarters, missing where none is printed), `state` (done;
        done_late; overdue: its period is over and less than all is reported done;
        not_reported: it is over and nothing is reported; running, with a report; silent:
        running without one; ahead: not begun; undated: no period and nothing reported),
        `done` (a share), `reported` and `finished` (quarters), `late` (quarters that it
        was or is late, 0 where it is not), `expected` (share of its time that has
        passed), `status, source` (the evidence).
    """
    check_question(programme, year, agency)
    last = year * 4 + 3
    periods = standing(programme, story, f"{year + 1}Q1").set_index(["table", "id"])
    reports = latest_done(observed(programme, year)).set_index(["table", "id"])
    rows = []
    for table, row_id in answered_for(programme, agency):
        if table == "targets":
            continue
        plan = periods.loc[(table, row_id)] if (table, row_id) in periods.index else None
        report = reports.loc[(table, row_id)] if (table, row_id) in reports.index else None
        rows.append((table, row_id, *_row(plan, report, last)))
    columns = ["start", "end", "state", "done", "reported", "finished", "late", "expected", "status", "source"]
    return pd.DataFrame(rows, columns=["table", "id", *columns])


def disbursement(programme: Programme, story: Scenario, year: int, agency: str = "") -> pd.DataFrame:
    """Return what projects have spent beside what their cost and period would have them spend.

    Parameters
    ----------
    agency
        Id of a body whose projects alone are wanted, as of `delivery`.

    Returns
    -------
    DataFrame
        One row a project and year, from the first year of the programme on:
        `project_id, year, planned_bn_vnd` (the phased cost, missing where no cost is
        printed), `disbursed_bn_vnd` (missing where nothing is reported), `status, source`.
    """
    check_question(programme, year, agency)
    seen = observed(programme, year)
    own = seen[seen["measure"] == "disbursed_bn_vnd"].assign(year=lambda table: table["period"].astype(int))
    amounts = phase_investment(programme, story)
    planned = amounts.groupby([amounts["project_id"], amounts["quarter"].str[:4].astype(int)])["amount_bn_vnd"].sum()
    priced = set(programme.projects.dropna(subset="cost_bn_vnd")["id"])
    projects = [row_id for table, row_id in answered_for(programme, agency) if table == "projects"]
    years = range(programme.years[0], year + 1)
    index = pd.MultiIndex.from_product([projects, years], names=["project_id", "year"])
    table = pd.DataFrame(index=index).reset_index()
    keys = list(zip(table["project_id"], table["year"], strict=True))
    table["planned_bn_vnd"] = [planned.get(key, 0.0) if key[0] in priced else np.nan for key in keys]
    known = own.rename(columns={"id": "project_id", "value": "disbursed_bn_vnd"})
    return table.merge(
        known[["project_id", "year", "disbursed_bn_vnd", "status", "source"]], on=["project_id", "year"], how="left"
    )


def answered_for(programme: Programme, agency: str = "") -> list[tuple[str, str]]:
    """Return what a body answers for, all there is where none is named: pairs of a table and an id.

    The targets, tasks and orders it leads, and the projects that an order it leads covers;
    in the order of the document.
    """
    if agency:
        return duties(programme).get(agency, [])
    tables = ("targets", "tasks", "directives", "projects")
    return [(table, row_id) for table in tables for row_id in getattr(programme, table)["id"]]


def duties(programme: Programme) -> dict[str, list[tuple[str, str]]]:
    """Return what each body answers for, as of `answered_for`, by its id; a body without any is left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table in ("targets", "tasks", "directives"):
        frame = getattr(programme, table)
        for row_id, leads in zip(frame["id"], frame["leads"], strict=True):
            for lead in leads.split(";") if isinstance(leads, str) else []:
                found.setdefault(lead, []).append((table, row_id))
    covered: dict[str, set[str]] = {}
    led = membership(programme, "agency")
    for table, row_id, lead in zip(led["table"], led["id"], led["class"], strict=True):
        if table == "projects":
            covered.setdefault(row_id, set()).add(lead)
    for row_id in programme.projects["id"]:
        for lead in covered.get(row_id, ()):
            found.setdefault(lead, []).append(("projects", row_id))
    return found


def _row(plan: Any, report: Any, last: int) -> tuple[Any, ...]:
    start, end = (None, None) if plan is None else (plan["start"], plan["end"])
    done = finished = quarter = status = source = None
    if report is not None:
        done, finished, quarter = report["done"], report["finished"] or None, report["quarter"]
        status, source = report["status"], report["source"]
    over = end is not None and quarter_number(end) <= last
    late = 0
    if end is not None and (finished or over):
        late = max((quarter_number(finished) if finished else last) - quarter_number(end), 0)
    if finished:
        state = "done_late" if late else "done"
    elif over:
        state = "not_reported" if report is None else "overdue"
    elif report is not None:
        state = "running"
    elif plan is None:
        state = "undated"
    else:
        state = "ahead" if start is not None and quarter_number(start) > last else "silent"
    expected = np.nan if plan is None or start is None else float(plan["passed_share"])
    return start, end, state, np.nan if done is None else done, quarter, finished, late, expected, status, source
