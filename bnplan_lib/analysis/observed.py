"""Which of the values that have come in counts? The surest of a period, in its newest version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.document import figures_of
from bnplan_lib.errors import PlanError, UnknownName, shorten
from bnplan_lib.model.observations import STATUSES
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


@dataclass(frozen=True, slots=True)
class Value:
    """What a target's figure was in a year: in natural units, with the row it was reported under."""

    value: float
    status: str
    source: str
    under: str


def check_question(programme: Programme, year: Any, agency: str) -> None:
    """Raise PlanError unless a year is one of the programme's and an agency is known or blank."""
    first, last = programme.years[0], programme.years[-1]
    if isinstance(year, bool) or not isinstance(year, int | np.integer) or not first <= year <= last:
        raise PlanError(f"progress: the year must be one from {first} to {last}, found {shorten(year)}")
    if agency and agency not in set(programme.agencies["id"]):
        raise UnknownName("agency", agency, programme.agencies["id"])


def observed(programme: Programme, year: int) -> pd.DataFrame:
    """Return the observations that count as of the end of a year, one a row, measure and period.

    Final values count before preliminary ones, those before estimates; of one status the
    highest version counts. Periods after the year are left out.

    Returns
    -------
    DataFrame
        The columns of the table `observations`, with `superseded`: how many other values
        of the period there are.
    """
    table = programme.observations
    table = table[table["period"].str[:4].astype(int) <= year]
    ranked = table.assign(rank=table["status"].map({status: place for place, status in enumerate(STATUSES)}))
    key = ["table", "id", "measure", "period"]
    ranked = ranked.sort_values([*key, "rank", "version"], kind="stable")
    counts = ranked.groupby(key, sort=False)["value"].transform("size") - 1
    last = ranked.assign(superseded=counts).drop_duplicates(key, keep="last")
    return last.drop(columns="rank").sort_index().reset_index(drop=True)


def target_values(programme: Programme, seen: pd.DataFrame) -> dict[str, dict[int, Value]]:
    """Return the values of each target by year, natural units, shares as fractions.

    A figure that the document states twice is reported once: a row without a value of its
    own takes that of its double.
    """
    targets = programme.targets
    units = dict(zip(targets["id"], targets["unit"], strict=True))
    own: dict[str, dict[int, Value]] = {target: {} for target in units}
    for row in seen[(seen["table"] == "targets") & (seen["measure"] == "value")].to_dict("records"):
        value = row["value"] / scale(units[row["id"]])
        own[row["id"]][int(row["period"])] = Value(value, row["status"], row["source"], row["id"])
    for _, ids in targets.groupby(figures_of(targets), sort=False)["id"]:
        if len(ids) > 1:
            whole = {year: value for target in reversed(list(ids)) for year, value in own[target].items()}
            own.update({target: {**whole, **own[target]} for target in ids})
    return own


def scale(unit: str) -> float:
    """Return what a value in a file is divided by to be in natural units."""
    return 100.0 if unit.startswith("percent") else 1.0


def latest_done(seen: pd.DataFrame) -> pd.DataFrame:
    """Return, of each row that reports per cent done, the last report, and when it was done.

    Returns
    -------
    DataFrame
        One row an item: `table, id, quarter, done` (a share), `finished` (the first
        quarter with all done from which it stayed so, blank while it is not), `status,
        source`.
    """
    own = seen[seen["measure"] == "done_percent"]
    rows = []
    for (table, row_id), reports in own.groupby(["table", "id"], sort=False):
        ordered = reports.assign(number=reports["period"].map(quarter_number)).sort_values("number")
        last = ordered.iloc[-1]
        finished = ""
        for report in ordered.to_dict("records"):
            finished = (finished or report["period"]) if report["value"] >= 100 else ""
        rows.append((table, row_id, last["period"], last["value"] / 100, finished, last["status"], last["source"]))
    return pd.DataFrame(rows, columns=["table", "id", "quarter", "done", "finished", "status", "source"])
