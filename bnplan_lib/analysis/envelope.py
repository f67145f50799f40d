"""Does the list fit into what the province can invest?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.investment import spending_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SOURCES = ("public", "ppp", "off_budget")
RATIO, ABOUT, SPENDING, PRIVATE = "A.I.4", "B.I.1", "A.I.8.spending", "text.1.7.investment_share"
REPORTED = "investment_target.2026_2030"  # fact: what the press reports of the five-year target
NO_RANGE = (np.nan, np.nan)


def investment_envelope(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return what the listed projects take of the province's investment, year by year.

    Returns
    -------
    DataFrame
        One row a year of the programme: `scenario, year, public_bn_vnd, ppp_bn_vnd,
        off_budget_bn_vnd, listed_bn_vnd` (their sum), `grdp_bn_vnd, envelope_bn_vnd`
        (GRDP times the scenario's investment ratio), `low_bn_vnd, high_bn_vnd` (times
        the ends of target A.I.4), `about_bn_vnd` (times target B.I.1), `need_rise_bn_vnd,
        need_yearly_bn_vnd` (what the ICOR asks for, by both definitions), `rest_bn_vnd`
        (envelope less list) and `listed_share` (list over envelope). Constant 2025
        prices; a target that the programme does not have leaves its column missing.
    """
    basis = basis_of(programme)
    one = Economy(basis, story.values)
    grdp, envelope = one.grdp[1:, 0], one.investment[1:, 0]
    listed = listed_by_source(programme, story)
    low, high = basis.ranges.get(RATIO, NO_RANGE)
    table = pd.DataFrame({"scenario": story.name, "year": list(basis.years)})
    for source, amounts in zip(SOURCES, listed, strict=True):
        table[f"{source}_bn_vnd"] = amounts
    return table.assign(
        listed_bn_vnd=listed.sum(axis=0),
        grdp_bn_vnd=grdp,
        envelope_bn_vnd=envelope,
        low_bn_vnd=low * grdp,
        high_bn_vnd=high * grdp,
        about_bn_vnd=sum(basis.ranges.get(ABOUT, NO_RANGE)) / 2 * grdp,
        need_rise_bn_vnd=one.need[:, 0],
        need_yearly_bn_vnd=one.need_yearly[:, 0],
        rest_bn_vnd=envelope - listed.sum(axis=0),
        listed_share=listed.sum(axis=0) / envelope,
    )


def listed_by_source(programme: Programme, story: Scenario) -> np.ndarray:
    """Return what falls in each year of the programme from each capital source, bn VND: sources by years."""
    money = spending_of(programme, story.values)
    source = programme.projects["capital_source"].to_numpy(object)[money.plan.project]
    classes = np.array([source == name for name in SOURCES], float)
    return money.by_year(programme.years, classes)[..., 0]


def yardsticks(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return what the list takes of each five-year sum that the programme or a source names.

    Returns
    -------
    DataFrame
        One row a yardstick: `yardstick, part, part_bn_vnd, low_bn_vnd, high_bn_vnd,
        share_low, share_high, basis`. `part` says which projects are held against it
        (`listed`, `public`, `off_budget`, `private`: off-budget and PPP); shares are the
        part over the yardstick's high and low end. `basis` is the id of its target or
        fact, blank for what the scenario gives. A yardstick that the programme does not
        have is left out.

    Notes
    -----
    Budget spending and the reported target are at the prices of each year, the list at
    those printed.
    """
    table = investment_envelope(programme, story)
    totals = table.select_dtypes("number").sum(min_count=1)
    parts = {
        "listed": totals["listed_bn_vnd"],
        "public": totals["public_bn_vnd"],
        "off_budget": totals["off_budget_bn_vnd"],
        "private": totals["off_budget_bn_vnd"] + totals["ppp_bn_vnd"],
    }
    ranges = basis_of(programme).ranges
    spending = ranges.get(SPENDING, NO_RANGE)
    private = [end * totals["envelope_bn_vnd"] for end in ranges.get(PRIVATE, NO_RANGE)]
    reported = _fact(programme, REPORTED)
    rows = [
        ("envelope", "listed", totals["envelope_bn_vnd"], totals["envelope_bn_vnd"], ""),
        ("target_ratio", "listed", totals["low_bn_vnd"], totals["high_bn_vnd"], RATIO),
        ("about_ratio", "listed", totals["about_bn_vnd"], totals["about_bn_vnd"], ABOUT),
        ("need_rise", "listed", totals["need_rise_bn_vnd"], totals["need_rise_bn_vnd"], ""),
        ("need_yearly", "listed", totals["need_yearly_bn_vnd"], totals["need_yearly_bn_vnd"], ""),
        ("reported", "listed", reported, reported, REPORTED),
        ("local_spending", "public", *spending, SPENDING),
        ("private_share", "off_budget", *private, PRIVATE),
        ("private_share", "private", *private, PRIVATE),
    ]
    found = [
        (name, part, parts[part], low, high, parts[part] / high, parts[part] / low, basis)
        for name, part, low, high, basis in rows
        if low == low
    ]
    ends = ("part_bn_vnd", "low_bn_vnd", "high_bn_vnd", "share_low", "share_high")
    return pd.DataFrame(found, columns=["yardstick", "part", *ends, "basis"])


def in_window(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return how much of each project's cost falls before, in and after the years of the programme.

    Returns
    -------
    DataFrame
        One row a project with a cost that the scenario keeps: `project_id, cost_bn_vnd,
        before_bn_vnd, inside_bn_vnd, after_bn_vnd`; the three add up to the cost, its
        overrun included.
    """
    money = spending_of(programme, story.values)
    edges = [4 * programme.years[0], 4 * programme.years[-1] + 4]
    before, until = (money.until(edge)[:, 0] for edge in edges)
    parts = np.array([money.cost_bn_vnd[:, 0], before, until - before, money.cost_bn_vnd[:, 0] - until])
    rows = np.zeros((len(programme.projects), 4))
    np.add.at(rows, money.plan.project, parts.T)
    table = pd.DataFrame(rows, columns=["cost_bn_vnd", "before_bn_vnd", "inside_bn_vnd", "after_bn_vnd"])
    table.insert(0, "project_id", programme.projects["id"])
    return table[table["cost_bn_vnd"] > 0].reset_index(drop=True)


def _fact(programme: Programme, key: str) -> float:
    try:
        return float(programme.fact(key)["value"])
    except UnknownName:
        return np.nan
