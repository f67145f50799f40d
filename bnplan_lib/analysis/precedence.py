"""What must wait for what, and does the timetable let it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bnplan_lib.analysis.finding import Finding, rows_of
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


def precedence_slack(programme: Programme) -> pd.DataFrame:
    """Return each pair of the precedence table with the quarters between them.

    Returns
    -------
    DataFrame
        One row per pair: the columns of `precedences`, then `before_end`,
        `after_start`, `after_end` as printed and `slack_quarters`, negative where the
        second cannot wait for the first, missing where a date is blank. Of a project
        with phases the first counts; a dated target falls due in the last quarter of
        its year. Slack is 0 where the second starts in the quarter after the first
        has ended, or ends in the same quarter.
    """
    spans = _spans(programme)
    rows = []
    for row in programme.precedences.to_dict("records"):
        _, end = spans[(row["before_table"], row["before_id"])]
        first, last = spans[(row["after_table"], row["after_id"])]
        wait, limit = (first, 1) if row["link"] == "finish_start" else (last, 0)
        slack = quarter_number(wait) - quarter_number(end) - limit if wait and end else None
        rows.append({**row, "before_end": end, "after_start": first, "after_end": last, "slack_quarters": slack})
    columns = [*programme.precedences.columns, "before_end", "after_start", "after_end", "slack_quarters"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"slack_quarters": "Int64"})


def precedence_findings(programme: Programme) -> list[Finding]:
    """Return the pairs whose second item cannot wait for the first."""
    table = precedence_slack(programme)
    sources = {
        (name, key): place
        for name in ("tasks", "projects", "targets")
        for key, place in rows_of(getattr(programme, name), "id", "source")
    }
    return [
        Finding(
            id=f"precedence:{row['id']}",
            rule="precedence",
            severity="tension",
            confidence=row["confidence"],
            message="precedence",
            places=(row["before_id"], row["after_id"]),
            sources=tuple(sources[(row[f"{side}_table"], row[f"{side}_id"])] for side in ("before", "after")),
            printed=row["after_start"] if row["link"] == "finish_start" else row["after_end"],
            unit="quarter",
            values={"pair": row},
        )
        for row in table[table["slack_quarters"] < 0].to_dict("records")
    ]


def _spans(programme: Programme) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """Return the first and last quarter of every item, None where none is printed."""
    tasks = rows_of(programme.tasks, "id", "start", "end")
    phases = programme.project_phases.sort_values("phase", kind="stable").drop_duplicates("project_id")
    projects = rows_of(phases, "project_id", "start", "end")
    dated = programme.targets[programme.targets["kind"] == "by_date"]
    due = ((key, None, f"{year}Q4") for key, year in rows_of(dated, "id", "year"))
    spans: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for table, rows in (("tasks", tasks), ("projects", projects), ("targets", due)):
        for key, start, end in rows:
            spans[(table, key)] = (None if pd.isna(start) else start, None if pd.isna(end) else end)
    return spans
