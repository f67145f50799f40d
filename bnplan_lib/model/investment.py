"""When does the money of each project fall?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.model.projects import project_values
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import phase_times, plan_of, spent_by

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


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
    plan = plan_of(programme, story.values)
    times = phase_times(programme, story.values, plan)
    overrun = np.array(project_values(programme.projects, story.values, "overrun"), float)
    cost = (plan.cost_bn_vnd * (1 + overrun[plan.project] / 100))[:, None]
    first, end = _range(times.begin, times.end)
    spent = np.hstack([spent_by(plan, times, cost, quarter) for quarter in range(first, end + 1)])
    amounts = np.zeros((len(programme.projects), end - first))
    np.add.at(amounts, plan.project, np.nan_to_num(np.diff(spent, axis=1)))
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
