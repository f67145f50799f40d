"""What is on the list, who pays, and how concentrated is it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.investment import spending_of
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.projects import project_values, with_all

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SIZE_LIMITS_BN_VND = (1_000, 5_000, 20_000, 100_000)
SIZE_CLASSES = ("under_1000", "1000_to_5000", "5000_to_20000", "20000_to_100000", "from_100000")
NOT_STATED = "not_stated"
CLASSIFICATIONS = ("capital_source", "sector", "asset", "place", "corridor", "size_class", "start_year")


def listed_projects(programme: Programme, story: Scenario | None = None) -> pd.DataFrame:
    """Return the projects as printed, or as a scenario has them: costs with overruns, dropped ones left out.

    Returns
    -------
    DataFrame
        As the table `projects`, with `size_class` and `start_year`, the year in which
        the printed period begins, as text; missing where only milestones are printed.
    """
    projects = programme.projects
    if story is not None:
        overrun = np.array(project_values(projects, story.values, "overrun"), float)
        kept = [not dropped for dropped in project_values(projects, story.values, "dropped")]
        projects = projects.assign(cost_bn_vnd=projects["cost_bn_vnd"] * (1 + overrun / 100)).loc[np.array(kept, bool)]
    starts = programme.project_phases.dropna(subset="start").groupby("project_id")["start"].min().str[:4]
    return projects.assign(size_class=size_class(projects["cost_bn_vnd"]), start_year=projects["id"].map(starts))


def composition(programme: Programme, by: str = "capital_source", story: Scenario | None = None) -> pd.DataFrame:
    """Return the number and cost of projects by one classification.

    Parameters
    ----------
    by
        One of `CLASSIFICATIONS`.
    story
        A scenario whose overruns and dropped projects count; the list as printed where
        None.

    Returns
    -------
    DataFrame
        One row per class, largest cost first: `<by>, projects, without_cost,
        cost_bn_vnd, share`. A project without a printed cost is counted in
        `without_cost` and adds nothing. A project in several places counts in each, its
        cost in equal parts. Shares add up to 1.
    """
    if by not in CLASSIFICATIONS:
        raise UnknownName("classification", by, CLASSIFICATIONS)
    projects = listed_projects(programme, story)
    classes = projects[by].fillna(NOT_STATED).str.split(";")
    parts = projects.assign(**{by: classes, "cost_bn_vnd": projects["cost_bn_vnd"] / classes.str.len()}).explode(by)
    groups = parts.groupby(by)["cost_bn_vnd"]
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


def concentration(programme: Programme, largest: int = 5, story: Scenario | None = None) -> pd.Series:
    """Return how concentrated the costs are, as printed or under a scenario.

    Returns
    -------
    Series
        `projects` with a cost, `largest` how many are meant, `largest_share` their
        share, `herfindahl` (sum of squared shares, 1/n to 1), `gini` (0 to 1).
    """
    cost = np.sort(listed_projects(programme, story)["cost_bn_vnd"].dropna().to_numpy(float))
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


def lorenz_curve(programme: Programme, story: Scenario | None = None) -> pd.DataFrame:
    """Return the Lorenz curve of the costs, as printed or under a scenario.

    Returns
    -------
    DataFrame
        One row for each number of projects, the smallest first, from none to all:
        `projects_share, cost_share`, both from 0 to 1; no row where no project has a cost.
    """
    cost = np.sort(listed_projects(programme, story)["cost_bn_vnd"].dropna().to_numpy(float))
    if not len(cost):
        return pd.DataFrame({"projects_share": [], "cost_share": []})
    counted = np.arange(len(cost) + 1) / len(cost)
    return pd.DataFrame({"projects_share": counted, "cost_share": np.append(0.0, np.cumsum(cost)) / cost.sum()})


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


def load_by_profile(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return the money by year if every project followed the same spending profile.

    Returns
    -------
    DataFrame
        One row a profile and year, from the first to the last year with money:
        `profile, year, amount_bn_vnd`; the amounts of each profile add up to the same.
    """
    parts = []
    for profile in PROFILES:
        money = spending_of(programme, with_all(story.values, profile=profile))
        spent = money.cost_bn_vnd[:, 0] > 0
        if not spent.any():
            break
        years = range(int(money.times.begin[spent].min()) // 4, int(np.ceil(money.times.end[spent].max() / 4)))
        parts.append(pd.DataFrame({"profile": profile, "year": years, "amount_bn_vnd": money.by_year(years)[:, 0]}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["profile", "year", "amount_bn_vnd"])


def largest_projects(programme: Programme, largest: int = 10, story: Scenario | None = None) -> pd.DataFrame:
    """Return the projects with the largest cost, largest first, as printed or under a scenario.

    Returns
    -------
    DataFrame
        One row per project: `id, label_vi, label_en, capital_source, sector,
        cost_bn_vnd, share, cumulative_share`; shares of the cost of all.
    """
    projects = listed_projects(programme, story).dropna(subset="cost_bn_vnd")
    ordered = projects.sort_values("cost_bn_vnd", ascending=False, kind="stable")
    share = ordered["cost_bn_vnd"] / ordered["cost_bn_vnd"].sum()
    table = ordered.assign(share=share, cumulative_share=share.cumsum()).head(largest)
    columns = ["id", "label_vi", "label_en", "capital_source", "sector", "cost_bn_vnd", "share", "cumulative_share"]
    return table[columns].reset_index(drop=True)
