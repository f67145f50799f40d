"""At which value of its lever is each target only just met?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.goals import solve
from bnplan_lib.model.economy import economy
from bnplan_lib.model.measures import Goal, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def turning_points(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return, for each target that growth decides, where the lever that moves it most turns it.

    Returns
    -------
    DataFrame
        One row a target, as in `growth_targets`: `target_id, lever, unit, before, at,
        change, reachable, closest`. The lever, in its unit, goes from `before` to `at`
        for the target to be only just met, the rest of the scenario held; the lever
        `growth` stands for all five sectors, moved by the same points, and has a
        `change` only. Where no usual value does it, `closest` is the figure that comes
        nearest, in the target's natural unit.
    """
    now = economy(programme, story)
    rows = []
    for target_id, goal in goals_of(programme).items():
        value = float(goal.measure.of(now)[0])
        lever = goal.measure.lever
        if np.isnan(value):
            rows.append((target_id, lever, "", np.nan, np.nan, np.nan, False, np.nan))
            continue
        found = solve(programme, story, {target_id: _edge(goal, value)}, [lever])
        moves = found.levers.iloc[found.levers["change"].abs().argmax()]
        before, at = (np.nan, np.nan) if lever == "growth" else (moves["before"], moves["after"])
        closest = found.targets["after"].iloc[0]
        rows.append((target_id, lever, moves["unit"], before, at, moves["change"], found.feasible, closest))
    columns = ["target_id", "lever", "unit", "before", "at", "change", "reachable", "closest"]
    return pd.DataFrame(rows, columns=columns)


def _edge(goal: Goal, value: float) -> float:
    """Return the end of a target's range that decides whether a value meets it."""
    ends = {"higher": goal.low, "lower": goal.high}
    nearer = goal.low if abs(value - goal.low) <= abs(value - goal.high) else goal.high
    return float(ends.get(goal.measure.better, nearer))
