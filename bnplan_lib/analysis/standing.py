"""What should be over, what is due, what has not begun, as of a quarter?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.periods import last_whole_quarter
from bnplan_lib.analysis.presence import presence
from bnplan_lib.model.quarters import quarter_name, quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def standing(programme: Programme, story: Scenario, as_of: str) -> pd.DataFrame:
    """Return where the period of each task, project, dated order and dated target stands in a quarter.

    The programme reports no outcome: `ended` says the period is over, not that the
    work is done.

    Returns
    -------
    DataFrame
        One row an item, in the order of the document: `table` (tasks, projects,
        directives or targets), `id, start, end, standing` (ended: before the quarter; due: in it;
        running; ahead: not begun), `quarters_past` (since the end; negative: still to
        go), `passed_share` (of its time when the quarter begins), `after_signing` (the
        quarters from the last that was over when the programme was signed to the end: 0
        or less was over by then, 1 within three months; missing where the day of signing
        is). A dated order or target has only an end, and stands from the beginning.
    """
    now = quarter_number(as_of)
    items = presence(programme, story).items
    orders = programme.directives.dropna(subset="due")
    goals = programme.targets[programme.targets["kind"] == "by_date"]
    dated = pd.concat(
        [
            pd.DataFrame({"table": "directives", "id": orders["id"], "last": orders["due"].map(quarter_number)}),
            pd.DataFrame({"table": "targets", "id": goals["id"], "last": goals["year"] * 4 + 3}),
        ]
    )
    # an order or a target stands from the beginning
    dated["first"] = dated["last"].clip(upper=quarter_number(f"{programme.years[0]}Q1"))
    parts = [items[items["table"] == "tasks"], items[items["table"] == "projects"], dated]
    table = pd.concat(parts, ignore_index=True).astype({"first": int, "last": int})
    first, last = table["first"], table["last"]
    words = np.select([last < now, last == now, first > now], ["ended", "due", "ahead"], "running")
    signed = programme.properties["programme"].get("signed")
    begun = np.where(table["table"].isin(["directives", "targets"]), None, first.map(quarter_name))
    return pd.DataFrame(
        {
            "table": table["table"],
            "id": table["id"],
            "start": begun,
            "end": pd.array([quarter_name(number) for number in last], dtype="str"),
            "standing": words,
            "quarters_past": now - last,
            "passed_share": ((now - first) / (last + 1 - first)).clip(0, 1),
            "after_signing": last - (last_whole_quarter(str(signed)) if signed else np.nan),
        }
    )
