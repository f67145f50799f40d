"""When could each project start under a scenario, and what would then fall or run in each quarter?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bnplan_lib.model.investment import Spending, spending_of
from bnplan_lib.model.projects import UNCERTAIN, project_values
from bnplan_lib.model.quarters import quarter_number
from bnplan_lib.model.schedule import TINY, Plan, Timetable, first_rows, phase_times, plan_of, whole_quarters

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

FASTEST = -50.0  # per cent: where the end is kept, half of the planned time is the least to build in


@dataclass(frozen=True, slots=True)
class StartOptions:
    """When each movable project may run: one entry an option, projects in order, each as the scenario has it first.

    `project` is the row of its project in the programme's table; `delay_quarters` and
    `stretch` are the levers that make the option. `begin` and `end` are quarters counted
    from year 0, the end excluded; `first` and `last` quarter numbers of its first phase.
    `amounts` is quarters, from `start` on, the first in which anything runs, by options;
    `given` is what falls or runs in each of them whatever moves.
    """

    start: int
    project: np.ndarray
    later: np.ndarray
    delay_quarters: np.ndarray
    stretch: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    amounts: np.ndarray
    given: np.ndarray

    def profile(self, chosen: np.ndarray) -> np.ndarray:
        """Return what falls or runs in each quarter if some options are chosen, one for each project."""
        total: np.ndarray = self.given + self.amounts[:, chosen].sum(axis=1)
        return total


def start_options(programme: Programme, story: Scenario, lower: str, later: np.ndarray, keep_end: bool) -> StartOptions:
    """Return the options of the movable projects: the model's draws, one for each number of quarters later."""
    plan = plan_of(programme, story.values)
    firsts = first_rows(plan.project)
    kept = plan.project[firsts]
    levers, allowed = _shifts(programme, story, plan, later, keep_end)
    money = spending_of(programme, story.values, levers)
    begin, end = _extent(money.times, firsts)
    # phases that the scenario brings forward as far as may be do not all move with the delay
    missed = abs(begin - begin[:, :1] - later) + abs(end - end[:, :1] - (0 if keep_end else later))
    allowed = allowed[kept] & (missed < TINY)
    first, last = whole_quarters(money.times)
    start = int(first.min(initial=quarter_number(story.values["phasing.delay_from"])))
    amounts = _amounts(money, firsts, start, lower)
    one = np.lexsort((plan.phase, plan.project))[firsts]  # the row of each project's first phase
    return StartOptions(
        start=start,
        project=np.repeat(kept, allowed.sum(axis=1)),
        later=np.nonzero(allowed)[1],
        delay_quarters=levers["delay_quarters"][kept][allowed],
        stretch=levers["stretch"][kept][allowed],
        begin=begin[allowed],
        end=end[allowed],
        first=first[one][allowed],
        last=last[one][allowed],
        amounts=amounts[:, allowed],
        given=amounts[:, ~allowed[:, 0], 0].sum(axis=1),
    )


def _shifts(
    programme: Programme, story: Scenario, plan: Plan, later: np.ndarray, keep_end: bool
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the levers that start projects later, and which of them may be used: projects by quarters later."""
    own = {name: np.array(project_values(programme.projects, story.values, name), float) for name in UNCERTAIN}
    levers = {name: np.repeat(value[:, None], len(later), axis=1) for name, value in own.items()}
    firsts = first_rows(plan.project)
    kept, opening = plan.project[firsts], plan.opening[firsts][:, None]
    begin, end = _extent(phase_times(programme, story.values, plan), firsts)
    delay = begin - opening + later
    stretch, fastest = levers["stretch"][kept], -np.inf
    if keep_end:
        planned = np.maximum.reduceat(plan.end, firsts)[:, None] - opening
        stretch, fastest = np.round(100 * (end - begin - later) / planned - 100, 10), FASTEST
    may = _within(programme, "delay_quarters", delay) & _within(programme, "stretch", stretch) & (stretch >= fastest)
    may[:, 0] = True
    may &= ~programme.projects["urgent"].to_numpy(bool)[kept][:, None]
    may &= opening >= quarter_number(story.values["phasing.delay_from"])
    for name, value in (("delay_quarters", delay), ("stretch", stretch)):
        levers[name][kept] = np.where(may & (later > 0), value, levers[name][kept])
    allowed = np.zeros(levers["stretch"].shape, bool)
    allowed[kept] = may
    return levers, allowed


def _within(programme: Programme, name: str, values: np.ndarray) -> np.ndarray:
    bounds = programme.levers.set_index("key").loc[f"projects.*.{name}"]
    return (bounds["hard_low"] <= values) & (values <= bounds["hard_high"])


def _extent(times: Timetable, firsts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when each project begins and ends: projects by draws."""
    return np.minimum.reduceat(times.begin, firsts), np.maximum.reduceat(times.end, firsts)


def _amounts(money: Spending, firsts: np.ndarray, start: int, lower: str) -> np.ndarray:
    """Return what falls, or whether anything runs, in each quarter from one on: quarters by projects by draws."""
    first, last = whole_quarters(money.times)
    edges = range(start, int(last.max(initial=start - 1)) + 2)
    if lower == "load":
        spent = np.stack([money.until(edge) for edge in edges])
        return np.add.reduceat(np.diff(spent, axis=0), firsts, axis=1)
    quarter = np.array(edges[:-1])[:, None, None]
    return np.logical_or.reduceat((first <= quarter) & (quarter <= last), firsts, axis=1).astype(float)
