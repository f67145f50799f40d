"""Do the sector targets add up to the headline, and what would make them?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import Infeasible, UnknownName
from bnplan_lib.model.economy import economy
from bnplan_lib.model.growth import BLOCK, SECTORS, basis_of, growth_path
from bnplan_lib.model.measures import goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def average_growth(path: pd.DataFrame) -> pd.Series:
    """Return each sector's average growth over the path, a share per year.

    Index: the sectors, `industry_construction` for their block, `grdp`.
    The geometric mean of the yearly rates, from the base year to the last.
    """
    levels = path.pivot(index="sector", columns="year", values="level_bn_vnd")
    levels.loc[BLOCK] = levels.loc["industry"] + levels.loc["construction"]
    first, last = levels.columns.min(), levels.columns.max()
    average = (levels[last] / levels[first]) ** (1 / (last - first)) - 1
    return average.loc[[*SECTORS, BLOCK, "grdp"]].rename("average_growth")


def growth_targets(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return each target that growth decides beside what a scenario gives.

    Returns
    -------
    DataFrame
        One row a target, in the order of the document: `target_id, sector, unit, low,
        high, value, gap, standing, met`. Natural units, shares as fractions. `gap` is
        the distance to the nearer end of the range, negative below it and 0 inside.
        `standing` is below, inside, above, or none where there is no value. `met`
        counts a value above the range where more is better, below it where less is.
        `sector` is blank for targets that are not growth of a sector or of GRDP.

    References
    ----------
    METHODS section 1; `model.measures` says which figure each target is held against.
    """
    now = economy(programme, story)
    rows = []
    for target_id, goal in goals_of(programme).items():
        value = float(goal.measure.of(now)[0])
        gap = goal.gap(value)
        standing = "none" if np.isnan(value) else "below" if gap < 0 else "above" if gap > 0 else "inside"
        met = bool(goal.met(np.asarray(value)))
        rows.append((target_id, goal.measure.sector, goal.unit, goal.low, goal.high, value, gap, standing, met))
    columns = ["target_id", "sector", "unit", "low", "high", "value", "gap", "standing", "met"]
    return pd.DataFrame(rows, columns=columns)


def headline_range(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return the headline that the sector ranges give at their low end, middle and high end.

    Returns
    -------
    DataFrame
        Three rows, `position` 0, 0.5 and 1: `position, average` as a share per
        year. Every sector rate follows its target; the scenario's base holds.
    """
    values = {key: value for key, value in story.values.items() if not key.startswith("growth.")}
    rows = []
    for position in (0.0, 0.5, 1.0):
        moved = replace(story, values={**values, "targets.position": position})
        rows.append((position, average_growth(growth_path(programme, moved))["grdp"]))
    return pd.DataFrame(rows, columns=["position", "average"])


def required_rate(programme: Programme, story: Scenario, sector: str, goal: float) -> float:
    """Return the constant growth of one sector that makes the headline average meet a goal.

    The other sectors keep the rates of the scenario. Shares per year; exact, since
    the headline's last level fixes the sector's.

    Raises
    ------
    UnknownName
        If there is no such sector.
    Infeasible
        If the others alone already pass the goal.
    """
    if sector not in SECTORS:
        raise UnknownName("sector", sector, SECTORS)
    levels = growth_path(programme, story).pivot(index="sector", columns="year", values="level_bn_vnd")
    first, last = levels.columns.min(), levels.columns.max()
    years = last - first
    if not levels.loc[sector, first]:
        raise Infeasible(f"{sector}: has no value added in {first}, so no rate of it can change the headline")
    others = levels.loc["grdp", last] - levels.loc[sector, last]
    needed = levels.loc["grdp", first] * (1 + goal) ** years - others
    if needed <= 0:
        reached = (others / levels.loc["grdp", first]) ** (1 / years) - 1
        raise Infeasible(f"{sector}: the other sectors alone already give {reached:.2%} a year, above {goal:.2%}")
    return float((needed / levels.loc[sector, first]) ** (1 / years) - 1)


def closing_rates(programme: Programme, story: Scenario, goal: float) -> pd.DataFrame:
    """Return, sector by sector, the rate that alone would bring the headline to a goal.

    Returns
    -------
    DataFrame
        One row per sector: `sector, average, required, rise, within_range`; shares
        per year; `required` is missing where no rate of that sector can do it, and
        `within_range` says whether it lies inside the sector's own printed target.
    """
    average = average_growth(growth_path(programme, story))
    rows, basis = [], basis_of(programme)
    for sector in SECTORS:
        low, high = basis.known_range(f"growth.{sector}")
        try:
            needed = required_rate(programme, story, sector, goal)
        except Infeasible:
            needed = np.nan
        rows.append((sector, average[sector], needed, needed - average[sector], low - 1e-12 <= needed <= high + 1e-12))
    return pd.DataFrame(rows, columns=["sector", "average", "required", "rise", "within_range"])
