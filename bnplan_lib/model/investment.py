"""When does the money of each project fall?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.model.profiles import share_spent
from bnplan_lib.model.projects import UNCERTAIN, project_values
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import Plan, Timetable, plan_of, timetable

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Spending:
    """What the phases of the projects spend, under one setting of the levers or many draws of them.

    `cost_bn_vnd` has one row a phase, its overrun included, 0 where no cost is printed,
    and draws as its last axis.
    """

    plan: Plan
    times: Timetable
    cost_bn_vnd: np.ndarray

    def until(self, quarter: float) -> np.ndarray:
        """Return what each phase has spent when a quarter, counted from year 0, begins: phases by draws."""
        position = self.times.position(quarter)
        share = np.empty_like(position)
        for profile in dict.fromkeys(self.plan.profile):
            rows = [one == profile for one in self.plan.profile]
            share[rows] = share_spent(profile, position[rows])
        return self.cost_bn_vnd * share

    def by_year(self, years: Iterable[int], classes: np.ndarray | None = None) -> np.ndarray:
        """Return what falls in each of some years in a row: years by draws, or classes by years by draws.

        Parameters
        ----------
        classes
            Weight of each phase in each class, classes by phases; all as one where None.
        """
        ends = [4 * year for year in years]
        edges = [*ends, ends[-1] + 4] if ends else []
        weights = np.ones((1, len(self.plan.project))) if classes is None else classes
        totals = np.stack([weights @ self.until(edge) for edge in edges])
        found = np.diff(totals, axis=0)
        return found[:, 0] if classes is None else np.moveaxis(found, 1, 0)


def spending_of(
    programme: Programme, values: Mapping[str, Any], moved: Mapping[str, np.ndarray] | None = None
) -> Spending:
    """Return what the projects spend under a setting of the levers.

    Parameters
    ----------
    moved
        Levers `overrun`, `delay_quarters` and `stretch` of all projects, projects by
        draws, in the unit of the files; those of the setting where None.
    """
    plan = plan_of(programme, values)
    if moved is None:
        moved = {lever: np.array(project_values(programme.projects, values, lever), float) for lever in UNCERTAIN}
        moved = {lever: value[:, None] for lever, value in moved.items()}
    overrun, delay, stretch = (moved[lever][plan.project] for lever in ("overrun", "delay_quarters", "stretch"))
    times = timetable(plan, quarter_number(values["phasing.delay_from"]), delay, stretch / 100)
    return Spending(plan, times, np.nan_to_num(plan.cost_bn_vnd)[:, None] * (1 + overrun / 100))


def phase_investment(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Spread every project's cost over the quarters of its phases, each by its spending profile.

    Returns
    -------
    DataFrame
        One row per project and quarter with money in it: `scenario, project_id,
        quarter, amount_bn_vnd`. A project's amounts add up to its cost; a project
        without a printed cost has no rows. Prices as printed, taken as of 2025.

    References
    ----------
    Profiles: `share_spent`; periods and delays: `plan_of`, `timetable`.
    """
    money = spending_of(programme, story.values)
    first, end = _range(money.times.begin, money.times.end)
    spent = np.hstack([money.until(quarter) for quarter in range(first, end + 1)])
    amounts = np.zeros((len(programme.projects), end - first))
    np.add.at(amounts, money.plan.project, np.diff(spent, axis=1))
    project, place = np.nonzero(amounts)
    names = np.array([quarter_name(number) for number in range(first, end)], object)
    return pd.DataFrame(
        {
            "scenario": story.name,
            "project_id": programme.projects["id"].to_numpy(object)[project],
            # a scenario may leave no rows: the column is text even then
            "quarter": pd.array(names[place], dtype="str"),
            "amount_bn_vnd": amounts[project, place],
        }
    )


def _range(begin: np.ndarray, end: np.ndarray) -> tuple[int, int]:
    """Return the first quarter in which anything runs, and the one after the last."""
    return (int(np.floor(begin.min())), int(np.ceil(end.max()))) if begin.size else (0, 0)
