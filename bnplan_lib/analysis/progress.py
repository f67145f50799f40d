"""What has come true by the end of a year: targets, tasks, orders, projects, money, and what nobody has reported?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bnplan_lib.analysis.delivery import answered_for, delivery, disbursement, duties
from bnplan_lib.analysis.observed import observed, target_values
from bnplan_lib.analysis.pace import SLACK_SHARE
from bnplan_lib.analysis.target_progress import target_progress, target_ways
from bnplan_lib.errors import PlanError

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a programme stands at the end of a year, for all bodies or one.

    `targets` as of `target_progress`, `ways` as of `target_ways`, `items` as of `delivery`,
    `money` as of `disbursement`; `observed` are the values that count, `revisions` those of
    the body that took the place of another; `missing` has one row a body: `agency`, and how
    much of what it answers for it has reported for the year: `targets, targets_reported,
    due, due_reported` (tasks and dated orders whose period is over), `projects,
    projects_reported` (those running, with money or per cent done).
    """

    year: int
    agency: str
    slack: float
    targets: pd.DataFrame
    ways: pd.DataFrame
    items: pd.DataFrame
    money: pd.DataFrame
    observed: pd.DataFrame
    revisions: pd.DataFrame
    missing: pd.DataFrame


def progress(
    programme: Programme,
    story: Scenario,
    year: int,
    agency: str = "",
    slack: float = SLACK_SHARE,
    draws: int = 20_000,
    seed: int = 1,
) -> Progress:
    """Return where the programme stands at the end of a year by what has been reported.

    Nothing is made up: what nobody has reported reads no data, and is listed as missing.

    Parameters
    ----------
    story
        Its periods say what is due, its economy weighs the years of a ratio, and its
        uncertainty gives the chances.
    year
        One of the programme's; later observations do not count.
    agency
        Id of a body, for what it answers for alone; all where blank.
    slack
        Share by which the pace that is needed may exceed the planned one for a target to
        be behind and not far behind.
    draws, seed
        As of `simulate`, for the chances.

    Raises
    ------
    PlanError
        If the year is not of the programme, the agency not known or without anything to
        report, or slack no share.

    References
    ----------
    METHODS section 6.
    """
    targets = target_progress(programme, story, year, agency, slack, draws, seed)
    if agency and not answered_for(programme, agency):
        raise PlanError(f"progress: {agency} leads no target, task or order, so it has nothing to report")
    seen = observed(programme, year)
    return Progress(
        year,
        agency,
        slack,
        targets,
        target_ways(programme, year, agency),
        delivery(programme, story, year, agency),
        disbursement(programme, story, year, agency),
        seen,
        _revisions(programme, year, agency),
        _missing(programme, story, year, seen),
    )


def _revisions(programme: Programme, year: int, agency: str) -> pd.DataFrame:
    """Return every version but the first, with the value it took the place of."""
    table = programme.observations
    key = ["table", "id", "measure", "period", "status"]
    ordered = table.sort_values([*key, "version"], kind="stable")
    before = ordered.groupby(key, sort=False)["value"].shift()
    due = ordered["period"].str[:4].astype(int) <= year
    later = ordered.assign(before=before)[(ordered["version"] > 1) & due]
    own = set(answered_for(programme, agency))
    kept = [(name, row_id) in own for name, row_id in zip(later["table"], later["id"], strict=True)]
    return later.loc[kept].sort_index().reset_index(drop=True)


def _missing(programme: Programme, story: Scenario, year: int, seen: pd.DataFrame) -> pd.DataFrame:
    """Return, body by body, how much it was to report and has."""
    of_year = seen[seen["period"].str[:4] == str(year)]
    reported = set(zip(of_year["table"], of_year["id"], strict=True))
    reported |= {("targets", target) for target, own in target_values(programme, seen).items() if year in own}
    states = delivery(programme, story, year).set_index(["table", "id"])
    over = set(states.index[states["state"].isin(["done", "done_late", "overdue", "not_reported"])])
    told = set(states.index[states["reported"].notna()])
    begun = set(states.index[~states["state"].isin(["ahead", "undated"])])
    rows, led = [], duties(programme)
    for agency in programme.agencies["id"]:
        own = led.get(agency, [])
        targets = [one for one in own if one[0] == "targets"]
        due = [one for one in own if one[0] in ("tasks", "directives") and one in over]
        projects = [one for one in own if one[0] == "projects" and one in begun]
        if targets or due or projects:
            counts = (
                *(len(targets), len(reported.intersection(targets)), len(due), len(told.intersection(due))),
                *(len(projects), len(reported.intersection(projects))),
            )
            rows.append((agency, *counts))
    columns = ["targets", "targets_reported", "due", "due_reported", "projects", "projects_reported"]
    return pd.DataFrame(rows, columns=["agency", *columns])
