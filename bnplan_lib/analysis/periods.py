"""Do the periods of tasks and projects make sense? Order, the programme's years, phases, the day it was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pandas as pd

from bnplan_lib.analysis.finding import Finding, rows_of
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


@dataclass(slots=True)
class _Item:
    """One task or project with its phases: first and last quarter as numbers, None where none is printed."""

    table: str
    id: str
    printed: str
    source: str
    phases: list[tuple[int, int | None, int | None]] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Its earliest date; of a milestone only the date is known."""
        return min(date for _, *dates in self.phases for date in dates if date is not None)

    @property
    def last(self) -> int | None:
        """Its latest date, None where a phase is open."""
        ends = [end for _, _, end in self.phases if end is not None]
        return max(ends) if len(ends) == len(self.phases) else None

    @property
    def in_years(self) -> bool:
        """Whether its period is of whole years, which say nothing of the quarter in which it begins."""
        return self.last is not None and self.first % 4 == 0 and self.last % 4 == 3


def _items(programme: Programme) -> list[_Item]:
    items: dict[tuple[str, str], _Item] = {}
    for table in ("tasks", "projects"):
        frame = getattr(programme, table)
        for key, printed, source in rows_of(frame, "id", "printed_period", "source"):
            items[(table, key)] = _Item(table, key, printed, source)
    tasks, phases = programme.tasks, programme.project_phases
    rows = (
        *(("tasks", key, 1, *dates) for key, *dates in rows_of(tasks, "id", "start", "end")),
        *(("projects", *row) for row in rows_of(phases, "project_id", "phase", "start", "end")),
    )
    numbers: dict[Any, int | None] = {
        quarter: quarter_number(quarter)
        for *_, start, end in rows
        for quarter in (start, end)
        if isinstance(quarter, str)
    }
    for table, key, phase, start, end in rows:
        items[(table, key)].phases.append((phase, numbers.get(start), numbers.get(end)))
    return [item for item in items.values() if any(date is not None for _, *dates in item.phases for date in dates)]


def period_findings(programme: Programme) -> Iterator[Finding]:
    """Yield periods that end before they start, lie outside the programme, or overlap in one project."""
    start, end = quarter_number(f"{programme.years[0]}Q1"), quarter_number(f"{programme.years[-1]}Q4")
    signed = str(programme.properties["programme"].get("signed", ""))
    over = last_whole_quarter(signed) if signed else start - 1
    beyond: dict[str, list[_Item]] = {"before": [], "after": [], "signed": []}
    for item in _items(programme):
        for phase, first, last in item.phases:
            if first is not None and last is not None and first > last:
                suffix = f"{item.table}.{item.id}" + (f".{phase}" if phase > 1 else "")
                yield _period("reversed", [item], "error", "certain", suffix)
        for (_, _, earlier), (_, later, _) in pairwise(sorted(item.phases, key=itemgetter(0))):
            if earlier is not None and later is not None and later <= earlier:
                yield _period("phases", [item], "note", "likely", f"{item.table}.{item.id}")
        if item.first > end or (item.last is not None and item.last < start):
            yield _period("outside", [item], "tension", "certain", f"{item.table}.{item.id}")
            continue
        if item.first < start:
            beyond["before"].append(item)
        if item.last is not None and item.last > end:
            beyond["after"].append(item)
        if item.table == "tasks" and item.first <= over and not item.in_years:
            beyond["signed"].append(item)
    for message, items in beyond.items():
        if items:
            yield _period(message, items, "note", "certain", signed=signed)


def _period(message: str, items: list[_Item], severity: str, confidence: str, suffix: str = "", **more: Any) -> Finding:
    return Finding(
        id=f"period:{message}" + (f":{suffix}" if suffix else ""),
        rule="period",
        severity=severity,
        confidence=confidence,
        message=f"period_{message}",
        places=tuple(item.id for item in items),
        sources=tuple(item.source for item in items),
        printed=items[0].printed if len(items) == 1 else "",
        values={"count": len(items), "table": items[0].table, **more},
    )


def last_whole_quarter(day: str) -> int:
    """Return the number of the last quarter that is over at the end of a day."""
    date = pd.Timestamp(day)
    quarter = int(date.year) * 4 + (int(date.month) - 1) // 3
    return quarter if (date + pd.Timedelta(days=1)).month != date.month and date.month % 3 == 0 else quarter - 1
