"""What has a date: on which days do tasks, dated orders, dated targets and printed milestones fall?"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bnplan_lib.analysis.finding import rows_of
from bnplan_lib.analysis.workload import ALL, ONE_OF_ALL
from bnplan_lib.errors import Fault, ParameterError, PlanError, nearest
from bnplan_lib.model.quarters import quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

MONTH = re.compile(r"tháng (0?[1-9]|1[0-2])/(\d{4})")  # as orders print their due date


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of the document with its days under a scenario.

    `table` is tasks, directives, targets or project_phases, `id` the row's, of a phase
    its project's. `first` and `last` are days, both included: the period of a task, one
    day of the others. `moved` says that the scenario has it at another time than printed.
    `leads` and `coordinates` are ids of bodies; a project has those of the `orders` that
    cover it.
    """

    table: str
    id: str
    phase: int
    first: date
    last: date
    moved: bool
    leads: tuple[str, ...]
    coordinates: tuple[str, ...]
    orders: tuple[str, ...] = ()


def dated_items(programme: Programme, story: Scenario, agencies: Iterable[str] = ()) -> list[Dated]:
    """Return what has a date, in the order of the document.

    Parameters
    ----------
    agencies
        Keep what one of these bodies leads or co-ordinates. What all departments lead
        together is each one's; what they merely help with is not, for it is everything.

    Raises
    ------
    ParameterError
        With every body that does not exist.
    PlanError
        If nothing is left.
    """
    chosen = tuple(agencies)
    known = set(programme.agencies["id"])
    if unknown := [name for name in dict.fromkeys(chosen) if name not in known]:
        raise ParameterError([Fault(f"agency {name}", f"no such body{nearest(name, known)}") for name in unknown])
    single = set(programme.agencies.loc[programme.agencies["kind"].isin(ONE_OF_ALL), "id"])
    items = [*_tasks(programme, story), *_orders(programme), *_targets(programme), *_milestones(programme, story)]
    if chosen:
        items = [item for item in items if set(chosen) & _bodies(item, single)]
    if not items:
        raise PlanError(f"nothing dated is led or co-ordinated by {', '.join(chosen)}" if chosen else "nothing dated")
    return items


def first_day(quarter: int) -> date:
    """Return the first day of a quarter number."""
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def last_day(quarter: int) -> date:
    """Return the last day of a quarter number."""
    return first_day(quarter + 1) - timedelta(days=1)


def due_day(due: str, printed: object) -> date:
    """Return the last day of the month that is printed, `tháng 4/2026`, if it lies in the quarter due; else of that."""
    quarter = quarter_number(due)
    month = MONTH.search(printed) if isinstance(printed, str) else None
    if month is not None:
        of_year, year = int(month[1]), int(month[2])
        if year * 4 + (of_year - 1) // 3 == quarter:
            return date(year, of_year, monthrange(year, of_year)[1])
    return last_day(quarter)


def _tasks(programme: Programme, story: Scenario) -> Iterator[Dated]:
    times = rows_of(task_schedule(programme, story), "first", "last")
    rows = rows_of(programme.tasks, "id", "start", "end", "leads", "coordinates")
    for (key, start, end, leads, coordinates), (first, last) in zip(rows, times, strict=True):
        moved = (first, last) != (quarter_number(start), quarter_number(end))
        yield Dated("tasks", key, 1, first_day(first), last_day(last), moved, _ids(leads), _ids(coordinates))


def _orders(programme: Programme) -> Iterator[Dated]:
    dated = programme.directives.dropna(subset="due")
    for key, due, printed, leads, coordinates in rows_of(dated, "id", "due", "printed_due", "leads", "coordinates"):
        day = due_day(due, printed)
        yield Dated("directives", key, 1, day, day, False, _ids(leads), _ids(coordinates))


def _targets(programme: Programme) -> Iterator[Dated]:
    dated = programme.targets[programme.targets["kind"] == "by_date"]
    for key, year, leads in rows_of(dated, "id", "year", "leads"):
        day = date(int(year), 12, 31)
        yield Dated("targets", key, 1, day, day, False, _ids(leads), ())


def _milestones(programme: Programme, story: Scenario) -> Iterator[Dated]:
    """Yield the milestones of the projects that the scenario keeps, with the bodies of the orders that cover them."""
    phases = programme.project_phases
    printed = {(key, phase): end for key, phase, end in rows_of(phases, "project_id", "phase", "end")}
    orders = programme.project_orders.merge(programme.directives, left_on="directive_id", right_on="id")
    schedule = project_schedule(programme, story)
    for key, phase, last in rows_of(schedule[schedule["milestone"]], "project_id", "phase", "last"):
        own = orders[orders["project_id"] == key]
        leads, coordinates = (_ids(*own[column]) for column in ("leads", "coordinates"))
        moved = last != quarter_number(printed[key, phase])
        day, covered = last_day(last), tuple(own["directive_id"])
        yield Dated("project_phases", key, phase, day, day, moved, leads, coordinates, covered)


def _bodies(item: Dated, single: set[str]) -> set[str]:
    """Return the bodies that an item concerns: those it names, and each department if all lead it."""
    # an order that covers a project names all departments for the whole order, not for the project
    each = ALL in item.leads and item.table != "project_phases"
    return {*item.leads, *item.coordinates} | (single if each else set())


def _ids(*cells: object) -> tuple[str, ...]:
    """Return the ids in cells such as `finance;tax`, each once."""
    return tuple(dict.fromkeys(one for cell in cells if isinstance(cell, str) for one in cell.split(";")))
