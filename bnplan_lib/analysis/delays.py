"""What does it cost the economy if projects are late?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.economy import Economy, lever_value
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.investment import Spending, spending_of
from bnplan_lib.model.projects import CLASSES, UNCERTAIN, project_values, with_all

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SETS = ("project", *CLASSES, "all")


def grdp_forgone(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return the GRDP that is lost, year by year, while the scenario's projects lag behind the list.

    Returns
    -------
    DataFrame
        One row a year of the programme: `scenario, year, planned_bn_vnd, now_bn_vnd`
        (spent by the end of the year, by the list as printed and under the scenario),
        `missing_bn_vnd` (their difference, negative where the scenario is ahead),
        `forgone_bn_vnd` (that over the ICOR), `low_bn_vnd, high_bn_vnd` (over the ends of
        target A.I.5), `share` (of the year's GRDP). Constant 2025 prices.

    Notes
    -----
    Capital not yet in place by the end of a year lowers that year's GRDP by 1/ICOR of it,
    and every later year's until it is made up. Overruns are left out: they buy no more
    capital. A dropped project counts as never made up. An upper bound where other
    investment takes the place of the list's.
    """
    basis = basis_of(programme)
    years = [*basis.years]
    planned, now = (
        np.array([money.until(4 * year + 4).sum() for year in years])
        for money in (_as_planned(programme, story.values), _at_list_price(programme, story.values))
    )
    icor = lever_value(basis, story.values, "macro.icor")
    low, high = basis.known_range("icor")
    missing = planned - now
    return pd.DataFrame(
        {
            "scenario": story.name,
            "year": years,
            "planned_bn_vnd": planned,
            "now_bn_vnd": now,
            "missing_bn_vnd": missing,
            "forgone_bn_vnd": missing / icor,
            "low_bn_vnd": missing / high,
            "high_bn_vnd": missing / low,
            "share": missing / icor / Economy(basis, story.values).grdp[1:, 0],
        }
    )


def if_late(programme: Programme, story: Scenario, by: str = "project", delay_quarters: int = 8) -> pd.DataFrame:
    """Return what happens if one project, or one class of projects, is late by so many quarters more.

    Parameters
    ----------
    by
        project, capital_source, sector, asset, corridor or all.

    Returns
    -------
    DataFrame
        One row a project or class that has a cost, the most GRDP lost first: `<by>,
        projects, cost_bn_vnd, leaves_window_bn_vnd` (money that falls out of the
        programme's years), `peak_year, peak_bn_vnd` (of the whole list, then),
        `peak_change_bn_vnd, forgone_bn_vnd` (GRDP of the five years that is lost
        against the scenario, by `grdp_forgone`). Constant 2025 prices.

    Raises
    ------
    UnknownName
        If projects are not classed by that.
    """
    if by not in SETS:
        raise UnknownName("set of projects", by, SETS)
    projects = programme.projects
    codes = projects[{"project": "id"}.get(by, by)] if by != "all" else pd.Series("all", index=projects.index)
    names = list(dict.fromkeys(codes.dropna()))
    values = {lever: np.array(project_values(projects, story.values, lever), float) for lever in UNCERTAIN}
    # one draw a class: its own projects late, the others as they are; the last draw is the scenario itself
    moved = {lever: np.repeat(value[:, None], len(names) + 1, axis=1) for lever, value in values.items()}
    member = (codes.to_numpy(object)[:, None] == np.array([*names, None], object)) & codes.notna().to_numpy()[:, None]
    moved["delay_quarters"] = moved["delay_quarters"] + delay_quarters * member
    money = spending_of(programme, story.values, moved)
    load = money.by_year(programme.years)
    at_price = spending_of(programme, story.values, {**moved, "overrun": np.zeros_like(moved["overrun"])})
    spent = np.array([at_price.until(4 * year + 4).sum(axis=0) for year in programme.years])
    lost = (spent[:, -1:] - spent).sum(axis=0) / lever_value(basis_of(programme), story.values, "macro.icor")
    own = np.zeros(len(projects))
    np.add.at(own, money.plan.project, money.cost_bn_vnd[:, -1])
    table = pd.DataFrame(
        {
            by: names,
            "projects": member[:, :-1].sum(axis=0),
            "cost_bn_vnd": own @ member[:, :-1],
            "leaves_window_bn_vnd": _less(load.sum(axis=0)),
            "peak_year": np.array(programme.years)[load.argmax(axis=0)][:-1],
            "peak_bn_vnd": load.max(axis=0)[:-1],
            "peak_change_bn_vnd": -_less(load.max(axis=0)),
            "forgone_bn_vnd": lost[:-1],
        }
    )
    table = table[table["cost_bn_vnd"] > 0]
    return table.sort_values("forgone_bn_vnd", ascending=False, kind="stable", ignore_index=True)


def _less(totals: np.ndarray) -> np.ndarray:
    """Return how much less each total is than the last one, rounding left out."""
    less = totals[-1] - totals[:-1]
    return np.where(np.abs(less) < 1e-9 * totals[-1], 0.0, less)


def _at_list_price(programme: Programme, values: Mapping[str, Any]) -> Spending:
    """Return the spending of a scenario without its overruns."""
    return spending_of(programme, with_all(values, overrun=0.0))


def _as_planned(programme: Programme, values: Mapping[str, Any]) -> Spending:
    """Return the spending of the list as printed, spread as the scenario spreads it: no project late or dropped."""
    return spending_of(programme, with_all(values, overrun=0.0, delay_quarters=0, stretch=0.0, dropped=False))
