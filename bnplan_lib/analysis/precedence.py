"""What must wait for what, and does the timetable let it?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from bnplan_lib.analysis.finding import Finding, rows_of
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


class Span(NamedTuple):
    """The quarter numbers of an item's first and last quarter, both included; a target has no first."""

    first: int | None
    last: int

    @property
    def start(self) -> str | None:
        """The name of the first quarter."""
        return None if self.first is None else quarter_name(self.first)

    @property
    def end(self) -> str:
        """The name of the last quarter."""
        return quarter_name(self.last)


def precedence_slack(programme: Programme, story: Scenario | None = None) -> pd.DataFrame:
    """Return each pair of the precedence table with the quarters between them.

    Parameters
    ----------
    story
        Moves projects and tasks; without it the printed dates.

    Returns
    -------
    DataFrame
        One row per pair: the columns of `precedences`, then `before_end`,
        `after_start`, `after_end` and `slack_quarters`, negative where the
        second cannot wait for the first, missing where a date is blank. Of a project
        with phases the first counts; a dated target falls due in the last quarter of
        its year. Slack is 0 where the second starts in the quarter after the first
        has ended, or ends in the same quarter.
    """
    spans = item_spans(programme, story)
    rows = []
    for row in programme.precedences.to_dict("records"):
        before = spans.get(f"{row['before_table']}:{row['before_id']}")
        after = spans.get(f"{row['after_table']}:{row['after_id']}")
        slack = latest_end(row["link"], after, after.last) - before.last if before and after else None
        rows.append(
            {
                **row,
                "before_end": before.end if before else None,
                "after_start": after.start if after else None,
                "after_end": after.end if after else None,
                "slack_quarters": slack,
            }
        )
    columns = [*programme.precedences.columns, "before_end", "after_start", "after_end", "slack_quarters"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"slack_quarters": "Int64"})


def latest_end(link: str, after: Span, end: int) -> int:
    """Return the last quarter in which the first of a pair may end if the second is to end in a quarter."""
    if link == "finish_start" and after.first is not None:
        return end - (after.last - after.first) - 1
    return end


def precedence_findings(programme: Programme) -> list[Finding]:
    """Return the pairs whose second item cannot wait for the first: a note where the pair is only possible."""
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
            severity="note" if row["confidence"] == "possible" else "tension",
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


def item_spans(programme: Programme, story: Scenario | None = None) -> dict[str, Span]:
    """Return when each task, project and dated target runs, by key such as tasks:II.7.

    Without a scenario as printed. Items whose dates are blank, or that the scenario
    drops, are left out; of a project with phases the first counts.
    """
    phases = programme.project_phases.sort_values("phase", kind="stable").drop_duplicates("project_id")
    printed = phases[phases["start"].notna() & phases["end"].notna()]["project_id"]
    if story is None:
        shown = phases[phases["project_id"].isin(printed)]
        projects = _numbered(rows_of(shown, "project_id", "start", "end"))
        tasks = _numbered(rows_of(programme.tasks, "id", "start", "end"))
    else:
        schedule = project_schedule(programme, story).sort_values("phase", kind="stable").drop_duplicates("project_id")
        projects = rows_of(schedule[schedule["project_id"].isin(printed)], "project_id", "first", "last")
        tasks = rows_of(task_schedule(programme, story), "task_id", "first", "last")
    dated = programme.targets[programme.targets["kind"] == "by_date"]
    spans = {f"tasks:{key}": Span(first, last) for key, first, last in tasks}
    spans |= {f"projects:{key}": Span(first, last) for key, first, last in projects}
    return spans | {
        f"targets:{key}": Span(None, quarter_number(f"{year}Q4")) for key, year in rows_of(dated, "id", "year")
    }


def _numbered(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return ((key, quarter_number(first), quarter_number(last)) for key, first, last in rows)
