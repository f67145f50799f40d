"""When does each project and task run under a scenario, and how far is it at any time?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.model.projects import project_values, task_values
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SHORTEST = 1  # quarter that what is left of a phase takes at least, however far it is brought forward
TINY = 1e-9  # of a quarter: what rounding may carry over its end


@dataclass(frozen=True, slots=True)
class Plan:
    """The phases of the projects that a scenario keeps, as planned: before delays and longer schedules.

    Arrays have one row a phase. `project` is the row of its project in the programme's
    table; `begin` and `end` are quarters counted from year 0, the end excluded; `opening`
    is the first quarter of its project; `cost_bn_vnd` is printed, missing where none is.
    """

    project: np.ndarray
    phase: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    opening: np.ndarray
    cost_bn_vnd: np.ndarray
    profile: tuple[str, ...]
    open_ended: np.ndarray
    milestone: np.ndarray


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the phases of a plan run: one row a phase, and draws as the last axis.

    Up to `resume` a phase runs as planned and a share `passed` of its time goes by;
    what is left runs from there to `end`. Quarters counted from year 0, the end excluded,
    and need not be whole.
    """

    begin: np.ndarray
    resume: np.ndarray
    passed: np.ndarray
    end: np.ndarray

    def position(self, quarter: float) -> np.ndarray:
        """Return the share of each phase's time that has passed when a quarter begins."""
        before = self.passed * (quarter - self.begin) / np.maximum(self.resume - self.begin, 1)  # none where 0 passed
        after = 1 - (1 - self.passed) * (self.end - quarter) / (self.end - self.resume)  # 1 at the end, exactly
        return np.clip(np.where(quarter < self.resume, before, after), 0.0, 1.0)


def plan_of(programme: Programme, values: Mapping[str, Any]) -> Plan:
    """Return the phases under a setting of the levers, those of dropped projects left out.

    Rules: an open-ended period ends in `phasing.open_end`; a milestone's phase begins in
    `phasing.milestone_start`, later ones right after the milestone before. A project's
    cost is shared among its phases by their own costs where all are known, else by their
    length.
    """
    projects, phases = programme.projects, programme.project_phases
    profiles = project_values(projects, values, "profile")
    kept = [not dropped for dropped in project_values(projects, values, "dropped")]
    number = {project: row for row, project in enumerate(projects["id"]) if kept[row]}
    # phases of one project stand together, in the order of the projects
    own = phases[phases["project_id"].isin(number)]
    place = own["project_id"].map(number).to_numpy(int)
    order = np.argsort(place, kind="stable")
    own, place = own.iloc[order], place[order]
    begin, end = _spans(own, place, values)
    opening = np.minimum.reduceat(begin, first_rows(place)) if len(place) else begin
    which = np.cumsum(np.diff(place, prepend=-1) > 0) - 1  # of the projects that have phases
    cost = projects["cost_bn_vnd"].to_numpy(float)[place] * _shares(own, which, end - begin)
    return Plan(
        project=place,
        phase=own["phase"].to_numpy(int),
        begin=begin,
        end=end,
        opening=opening[which],
        cost_bn_vnd=cost,
        profile=tuple(profiles[row] for row in place),
        open_ended=own["open_ended"].to_numpy(bool),
        milestone=own["milestone"].to_numpy(bool),
    )


def timetable(plan: Plan, since: int, delay_quarters: np.ndarray, stretch: np.ndarray) -> Timetable:
    """Return when the phases run if projects are late or take longer.

    What falls before a quarter stays: a phase that has begun by then ends later, one
    that has not moves as a whole. No phase is brought forward before that quarter, and
    what is left of one takes a quarter at least.

    Parameters
    ----------
    since
        Quarter from which delays act.
    delay_quarters, stretch
        Quarters, and share of the planned time that is left (0.5 takes half as long
        again), one row a phase, draws as the last axis.
    """
    return moved_times(plan.begin, plan.end, plan.opening, since, delay_quarters, stretch)


def moved_times(
    begin: np.ndarray,
    end: np.ndarray,
    opening: np.ndarray,
    since: int,
    delay_quarters: np.ndarray,
    stretch: np.ndarray,
) -> Timetable:
    """Return when periods run under the rules of `timetable`, one row a period."""
    begin, end = begin[:, None], end[:, None]
    anchor = np.maximum(opening[:, None], since)
    slower = 1 + stretch
    ahead, running = begin >= since, end > since

    def choose(moved: Any, begun: Any, over: Any) -> np.ndarray:
        return np.where(ahead, moved, np.where(running, begun, over))

    # one that has not begun moves as a whole, one that has ends later, one that is over stays
    start = np.maximum(anchor + (begin - anchor) * slower + delay_quarters, since)
    later = np.maximum(anchor + (end - anchor) * slower + delay_quarters, since + SHORTEST)
    return Timetable(
        begin=choose(start, begin, begin),
        resume=choose(start, since, begin),
        passed=choose(0.0, (since - begin) / (end - begin), 0.0),
        end=choose(start + (end - begin) * slower, later, end),
    )


def phase_times(programme: Programme, values: Mapping[str, Any], plan: Plan) -> Timetable:
    """Return the timetable of a plan under one setting of the levers: a single draw."""
    delay, stretch = (
        np.array(project_values(programme.projects, values, lever), float)[plan.project][:, None]
        for lever in ("delay_quarters", "stretch")
    )
    return timetable(plan, quarter_number(values["phasing.delay_from"]), delay, stretch / 100)


def project_schedule(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return every phase of every project that the scenario keeps.

    Returns
    -------
    DataFrame
        `project_id, phase, first, last, cost_bn_vnd, open_ended, milestone`; `first`
        and `last` are quarter numbers, both included, a quarter that is partly used
        among them; cost has its overrun and is missing where none is printed. Rules:
        `plan_of`, `timetable`.
    """
    plan = plan_of(programme, story.values)
    times = phase_times(programme, story.values, plan)
    first, last = whole_quarters(times)
    overrun = np.array(project_values(programme.projects, story.values, "overrun"), float)
    return pd.DataFrame(
        {
            "project_id": programme.projects["id"].to_numpy(object)[plan.project],
            "phase": plan.phase,
            "first": first[:, 0],
            "last": last[:, 0],
            "cost_bn_vnd": plan.cost_bn_vnd * (1 + overrun[plan.project] / 100),
            "open_ended": plan.open_ended,
            "milestone": plan.milestone,
        }
    )


def task_schedule(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return the tasks with quarter numbers: `task_id, first, last`, both included. Delays act as in `timetable`."""
    tasks = programme.tasks
    begin = np.array([quarter_number(quarter) for quarter in tasks["start"]], float)
    end = np.array([quarter_number(quarter) + 1 for quarter in tasks["end"]], float)
    delay = np.array(task_values(tasks, story.values, "delay_quarters"), float)
    since = quarter_number(story.values["phasing.delay_from"])
    times = moved_times(begin, end, begin, since, delay[:, None], np.zeros((len(tasks), 1)))
    return pd.DataFrame(
        {
            "task_id": tasks["id"],
            "first": times.begin[:, 0].astype(int),
            "last": times.end[:, 0].astype(int) - 1,
        }
    )


def whole_quarters(times: Timetable) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last quarter number of each phase, partly used ones among them: phases by draws."""
    return np.floor(times.begin + TINY).astype(int), np.ceil(times.end - TINY).astype(int) - 1


def first_rows(place: np.ndarray) -> np.ndarray:
    """Return where each project's phases start in rows that are ordered by project."""
    return np.flatnonzero(np.diff(place, prepend=-1))


def _spans(phases: pd.DataFrame, place: np.ndarray, values: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first quarter of each phase, and the one after its last."""
    opens = quarter_number(values["phasing.open_end"])
    begins = start = quarter_number(values["phasing.milestone_start"])
    spans, before = [], -1
    for project, first, last in zip(place, phases["start"], phases["end"], strict=True):
        begins = begins if project == before else start
        one = quarter_number(first) if isinstance(first, str) else begins
        other = quarter_number(last) if isinstance(last, str) else max(opens, one)
        spans.append((min(one, other), other + 1))
        begins, before = other + 1, project
    begin, end = np.array(spans, float).reshape(-1, 2).T
    return begin, end


def _shares(phases: pd.DataFrame, which: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return each phase's share of its project: by cost where all of its phases have one, else by length."""
    own = phases["cost_bn_vnd"].to_numpy(float)
    known = np.bincount(which, np.isnan(own)) == 0
    weights = np.where(known[which], own, length)
    shares: np.ndarray = weights / np.bincount(which, weights)[which]
    return shares
