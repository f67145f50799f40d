"""When does the money of each project fall?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import project_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def phase_investment(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Spread every project's cost evenly over the quarters of its phases.

    Returns
    -------
    DataFrame
        One row per project and quarter with money in it: `scenario, project_id,
        quarter, amount_bn_vnd`. A project's amounts add up to its cost; a project
        without a printed cost has no rows. Prices as printed, taken as of 2025.
    """
    phases = project_schedule(programme, story).dropna(subset="cost_bn_vnd")
    length = (phases["last"] - phases["first"] + 1).to_numpy(int)
    first = np.repeat(phases["first"].to_numpy(int), length)
    # position of each row within its own phase: 0, 1, 2 … of the first, then of the next
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    spread = pd.DataFrame(
        {
            "project_id": np.repeat(phases["project_id"].to_numpy(object), length),
            "number": first + within,
            "amount_bn_vnd": np.repeat(phases["cost_bn_vnd"].to_numpy(float) / length, length),
        }
    )
    merged = spread.groupby(["project_id", "number"], sort=False, as_index=False)["amount_bn_vnd"].sum()
    merged.insert(0, "scenario", story.name)
    # a scenario may leave no rows: the column is text even then
    merged["quarter"] = pd.array([quarter_name(number) for number in merged["number"]], dtype="str")
    return merged[["scenario", "project_id", "quarter", "amount_bn_vnd"]]
