"""What does a kilometre, a hectare or a home of a project cost, and how does that compare?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

SCOPES = ("same_works", "same_line", "same_asset", "listed")  # closest first
# A unit cost is far off beyond this many times its yardsticks: outside sources price one and the same
# works up to 1.3 times apart, so a factor of 2 is no matter of the date or maker of an estimate.
FAR = 2.0


def unit_costs(programme: Programme) -> pd.DataFrame:
    """Return what a unit of each project costs, beside its closest yardsticks.

    Returns
    -------
    DataFrame
        One row per row of `project_quantities`, in its order: `project_id, phase, unit,
        quantity, covers, table, ref, cost_bn_vnd, unit_cost_bn_vnd, scope, yardsticks,
        reference_low_bn_vnd, reference_high_bn_vnd, ratio_low, ratio_high, verdict`.
        Costs in bn VND, those of a unit in bn VND per `unit`; `yardsticks` counts those
        of the closest `scope` that has any, the references are the lowest and highest
        of them, the ratios the unit cost over each: `ratio_low` over the highest. All
        are missing where there is no yardstick. `verdict` is high or low where the unit
        cost is more than `FAR` times above or below every yardstick, else near; it
        is missing where nothing can be concluded: against projects of the same list,
        where the scope is unclear, and for a part of the works, whose unit cost is an
        upper bound, unless that bound is low.
    """
    table = _costs(programme)
    closest = yardstick_pairs(programme)
    closest = closest[closest["scope"] == closest.groupby("row")["scope"].transform("min")]
    found = closest.groupby("row").agg(
        scope=("scope", "first"),
        yardsticks=("yardstick", "size"),
        reference_low_bn_vnd=("low_bn_vnd", "min"),
        reference_high_bn_vnd=("high_bn_vnd", "max"),
    )
    table = table.join(found)
    table["scope"] = table["scope"].astype("str")
    table["yardsticks"] = table["yardsticks"].fillna(0).astype(int)
    table["ratio_low"] = table["unit_cost_bn_vnd"] / table["reference_high_bn_vnd"]
    table["ratio_high"] = table["unit_cost_bn_vnd"] / table["reference_low_bn_vnd"]
    return table.assign(verdict=_verdict(table)).drop(columns="asset")


def yardstick_pairs(programme: Programme) -> pd.DataFrame:
    """Return every yardstick that each quantity can be held against: same kind of works, same unit.

    Returns
    -------
    DataFrame
        One row per quantity and yardstick: `row` (of `project_quantities`, from 0),
        `project_id, scope, table` (where its cost stands: facts, assumptions, or projects
        for another project of the list), `yardstick` (its id), `low_bn_vnd, high_bn_vnd` per unit, the same but for
        an assumed range. Closest scope first. Only a project whose quantity is the
        whole of its works serves as a yardstick.
    """
    own = _costs(programme)[["project_id", "asset", "unit", "covers", "unit_cost_bn_vnd"]].rename_axis("row")
    own = own.reset_index()
    outside = own.merge(_outside(programme), on=["asset", "unit"], suffixes=("", "_about"))
    about_it = outside["project_id"] == outside["project_id_about"]
    outside["scope"] = outside["scope"].where(about_it, "same_asset")
    whole = own[own["covers"] == "whole"].dropna(subset="unit_cost_bn_vnd")
    listed = own.merge(whole, on=["asset", "unit"], suffixes=("", "_other"))
    listed = listed[listed["project_id"] != listed["project_id_other"]]
    listed = listed.assign(
        scope="listed",
        table="projects",
        yardstick=listed["project_id_other"],
        low_bn_vnd=listed["unit_cost_bn_vnd_other"],
        high_bn_vnd=listed["unit_cost_bn_vnd_other"],
    )
    columns = ["row", "project_id", "scope", "table", "yardstick", "low_bn_vnd", "high_bn_vnd"]
    pairs = pd.concat([outside[columns], listed[columns]], ignore_index=True)
    pairs["scope"] = pd.Categorical(pairs["scope"], SCOPES, ordered=True)
    return pairs.sort_values(["row", "scope"], kind="stable", ignore_index=True)


def _costs(programme: Programme) -> pd.DataFrame:
    """Return each quantity with the cost that pays for it, of its phase or of the whole project, and its asset."""
    columns = ["project_id", "phase", "unit", "quantity", "covers", "table", "ref"]
    table = programme.project_quantities[columns].copy()
    projects = programme.projects.set_index("id")
    phases = programme.project_phases.set_index(["project_id", "phase"])["cost_bn_vnd"]
    keys = pd.MultiIndex.from_frame(table[["project_id", "phase"]])
    of_phase = phases.reindex(keys).to_numpy(float)
    of_project = table["project_id"].map(projects["cost_bn_vnd"]).to_numpy(float)
    table["cost_bn_vnd"] = np.where(table["phase"].notna(), of_phase, of_project)
    table["unit_cost_bn_vnd"] = table["cost_bn_vnd"] / table["quantity"]
    return table.assign(asset=table["project_id"].map(projects["asset"]))


def _outside(programme: Programme) -> pd.DataFrame:
    """Return the yardsticks that do not come from the list, in bn VND per unit."""
    facts = dict(zip(programme.facts["id"], programme.facts["value"], strict=True))
    ranges = programme.assumptions.set_index("id")[["low", "high"]]
    ends = []
    for row in programme.yardsticks.to_dict("records"):
        named = row["quantity_facts"]
        quantity = sum(facts[one] for one in named.split(";")) if isinstance(named, str) else 1.0
        cost = ranges.loc[row["cost_ref"]] if row["cost_table"] == "assumptions" else [facts[row["cost_ref"]]] * 2
        ends.append([float(end) / quantity for end in cost])
    values = pd.DataFrame(ends, columns=["low_bn_vnd", "high_bn_vnd"], dtype=float)
    columns = {"id": "yardstick", "cost_table": "table"}
    table = programme.yardsticks[["id", "asset", "unit", "project_id", "scope", "cost_table"]].rename(columns=columns)
    return table.assign(low_bn_vnd=values["low_bn_vnd"], high_bn_vnd=values["high_bn_vnd"])


def _verdict(table: pd.DataFrame) -> pd.Series:
    judged = table["scope"].isin(SCOPES[:-1]) & table["unit_cost_bn_vnd"].notna()
    whole, part = (judged & (table["covers"] == covers) for covers in ("whole", "part"))
    low = (whole | part) & (table["ratio_high"] < 1 / FAR)
    high = whole & (table["ratio_low"] > FAR)
    verdict = np.select([low, high, whole], ["low", "high", "near"], default="")
    return pd.Series(verdict, index=table.index).astype("str").replace("", np.nan)
