"""Does the list fit into what the province can invest?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.investment import spending_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SOURCES = ("public", "ppp", "off_budget")
# what the targets measure that the list is held against
RATIO, ABOUT, SPENDING = "investment_share", "social_investment_share", "local_spending"
PRIVATE = "private_investment_share"
REPORTED = "investment_target"  # indicator: what the press reports of the five-year target


def investment_envelope(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return what the listed projects take of the province's investment, year by year.

    Returns
    -------
    DataFrame
        One row a year of the programme: `scenario, year, public_bn_vnd, ppp_bn_vnd,
        off_budget_bn_vnd, listed_bn_vnd` (their sum), `grdp_bn_vnd, envelope_bn_vnd`
        (GRDP times the scenario's investment ratio), `low_bn_vnd, high_bn_vnd` (times
        the ends of the target for `investment_share`), `about_bn_vnd` (times that for
        `social_investment_share`), `need_rise_bn_vnd, need_yearly_bn_vnd` (what the ICOR
        asks for, by both definitions), `rest_bn_vnd` (envelope less list) and `listed_share`
        (list over envelope). Constant 2025 prices; a target that the programme does not have leaves its column missing.
    """
    basis = basis_of(programme)
    one = Economy(basis, story.values)
    grdp, envelope = one.grdp[1:, 0], one.investment[1:, 0]
    listed = listed_by_source(programme, story)
    low, high = basis.known_range(RATIO)
    table = pd.DataFrame({"scenario": story.name, "year": list(basis.years)})
    for source, amounts in zip(SOURCES, listed, strict=True):
        table[f"{source}_bn_vnd"] = amounts
    return table.assign(
        listed_bn_vnd=listed.sum(axis=0),
        grdp_bn_vnd=grdp,
        envelope_bn_vnd=envelope,
        low_bn_vnd=low * grdp,
        high_bn_vnd=high * grdp,
        about_bn_vnd=sum(basis.known_range(ABOUT)) / 2 * grdp,
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
    basis = basis_of(programme)
    spending = basis.known_range(SPENDING)
    private = [end * totals["envelope_bn_vnd"] for end in basis.known_range(PRIVATE)]
    fact = programme.fact_of(REPORTED, f"{programme.years[0]}-{programme.years[-1]}")
    reported = np.nan if fact is None else float(fact["value"])
    ids = {name: programme.target_of(name) for name in (RATIO, ABOUT, SPENDING, PRIVATE)}
    rows = [
        ("envelope", "listed", totals["envelope_bn_vnd"], totals["envelope_bn_vnd"], ""),
        ("target_ratio", "listed", totals["low_bn_vnd"], totals["high_bn_vnd"], ids[RATIO]),
        ("about_ratio", "listed", totals["about_bn_vnd"], totals["about_bn_vnd"], ids[ABOUT]),
        ("need_rise", "listed", totals["need_rise_bn_vnd"], totals["need_rise_bn_vnd"], ""),
        ("need_yearly", "listed", totals["need_yearly_bn_vnd"], totals["need_yearly_bn_vnd"], ""),
        ("reported", "listed", reported, reported, "" if fact is None else fact["id"]),
        ("local_spending", "public", *spending, ids[SPENDING]),
        ("private_share", "off_budget", *private, ids[PRIVATE]),
        ("private_share", "private", *private, ids[PRIVATE]),
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
