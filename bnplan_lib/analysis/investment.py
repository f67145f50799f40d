"""What is on the list, who pays, and how concentrated is it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

SIZE_LIMITS_BN_VND = (1_000, 5_000, 20_000, 100_000)
SIZE_CLASSES = ("under_1000", "1000_to_5000", "5000_to_20000", "20000_to_100000", "from_100000")
NOT_STATED = "not_stated"


def composition(programme: Programme, by: str = "capital_source") -> pd.DataFrame:
    """Return the number and cost of projects by one classification.

    Parameters
    ----------
    by
        capital_source, sector, asset, corridor or size_class.

    Returns
    -------
    DataFrame
        One row per class, largest cost first: `<by>, projects, without_cost,
        cost_bn_vnd, share`. A project without a printed cost is counted in
        `without_cost` and adds nothing. Shares add up to 1.
    """
    projects = programme.projects.assign(size_class=size_class(programme.projects["cost_bn_vnd"]))
    allowed = ("capital_source", "sector", "asset", "corridor", "size_class")
    if by not in allowed:
        raise UnknownName("classification", by, allowed)
    groups = projects.assign(**{by: projects[by].fillna(NOT_STATED)}).groupby(by)["cost_bn_vnd"]
    table = pd.DataFrame(
        {"projects": groups.size(), "without_cost": groups.size() - groups.count(), "cost_bn_vnd": groups.sum()}
    )
    table["share"] = table["cost_bn_vnd"] / table["cost_bn_vnd"].sum()
    return table.sort_values("cost_bn_vnd", ascending=False, kind="stable").reset_index()


def size_class(cost_bn_vnd: pd.Series) -> pd.Series:
    """Return the size class of each cost; missing costs are `not_stated`."""
    position = np.searchsorted(SIZE_LIMITS_BN_VND, cost_bn_vnd.to_numpy(float), side="right")
    classes = np.array([*SIZE_CLASSES, NOT_STATED], object)
    return pd.Series(np.where(cost_bn_vnd.isna(), NOT_STATED, classes[position]), index=cost_bn_vnd.index)


def group_totals(programme: Programme) -> pd.DataFrame:
    """Return each group's printed total beside the sum of its rows.

    Returns
    -------
    DataFrame
        One row per group: `group, capital_source, projects, without_cost,
        printed_bn_vnd, sum_bn_vnd, difference_bn_vnd, same_as`. The printed totals
        are whole numbers, so a difference under 0.5 is rounding; `same_as` names
        the row whose cost equals a larger difference, if one does.
    """
    rows = []
    for group in programme.project_groups.itertuples():
        members = programme.projects[programme.projects["capital_source"] == group.capital_source]
        total = members["cost_bn_vnd"].sum()
        difference = total - group.total_bn_vnd
        alike = members.loc[(members["cost_bn_vnd"] - abs(difference)).abs() < 0.5, "id"]
        same = ";".join(alike) if abs(difference) >= 0.5 else ""
        missing = int(members["cost_bn_vnd"].isna().sum())
        rows.append(
            (group.id, group.capital_source, len(members), missing, group.total_bn_vnd, total, difference, same)
        )
    columns = [
        *("group", "capital_source", "projects", "without_cost"),
        *("printed_bn_vnd", "sum_bn_vnd", "difference_bn_vnd", "same_as"),
    ]
    return pd.DataFrame(rows, columns=columns)


def concentration(programme: Programme, largest: int = 5) -> pd.Series:
    """Return how concentrated the costs are.

    Returns
    -------
    Series
        `projects` with a cost, `largest` how many are meant, `largest_share` their
        share, `herfindahl` (sum of squared shares, 1/n to 1), `gini` (0 to 1).
    """
    cost = np.sort(programme.projects["cost_bn_vnd"].dropna().to_numpy(float))
    count, share = len(cost), cost / cost.sum()
    rank = np.arange(1, count + 1)
    values = {
        "projects": count,
        "largest": min(largest, count),
        "largest_share": share[-largest:].sum(),
        "herfindahl": (share**2).sum(),
        "gini": (2 * rank - count - 1) @ share / count,
    }
    return pd.Series(values, name="concentration")


def load_by_year(programme: Programme, phased: pd.DataFrame, by: str = "capital_source") -> pd.DataFrame:
    """Return the phased money by year and class.

    Parameters
    ----------
    phased
        As `phase_investment` returns it.

    Returns
    -------
    DataFrame
        One row per year and class: `year, <by>, amount_bn_vnd, in_programme`;
        years without money are left out, `in_programme` marks 2026 to 2030.
    """
    classes = programme.projects.set_index("id")[by].fillna(NOT_STATED)
    keyed = phased.assign(year=phased["quarter"].str[:4].astype(int), **{by: phased["project_id"].map(classes)})
    table = keyed.groupby(["year", by], as_index=False)["amount_bn_vnd"].sum()
    return table.assign(in_programme=table["year"].isin(programme.years))


def largest_projects(programme: Programme, largest: int = 10) -> pd.DataFrame:
    """Return the projects with the largest cost, largest first.

    Returns
    -------
    DataFrame
        One row per project: `id, label_vi, label_en, capital_source, sector,
        cost_bn_vnd, share, cumulative_share`; shares of the cost of all.
    """
    projects = programme.projects.dropna(subset="cost_bn_vnd")
    ordered = projects.sort_values("cost_bn_vnd", ascending=False, kind="stable")
    share = ordered["cost_bn_vnd"] / ordered["cost_bn_vnd"].sum()
    table = ordered.assign(share=share, cumulative_share=share.cumsum()).head(largest)
    columns = ["id", "label_vi", "label_en", "capital_source", "sector", "cost_bn_vnd", "share", "cumulative_share"]
    return table[columns].reset_index(drop=True)
