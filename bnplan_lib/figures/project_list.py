"""What is set for each project, and what follows for it? The table behind the panel, and to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.delays import grdp_forgone
from bnplan_lib.analysis.envelope import in_window, investment_envelope
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.tables import small_table
from bnplan_lib.model.projects import project_values

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SET = ("delay_quarters", "stretch", "overrun", "profile", "dropped")


def project_list(programme: Programme, story: Scenario, lang: str) -> pd.DataFrame:
    """Return every project with its cost, what the scenario sets for it, and where its money then falls.

    Returns
    -------
    DataFrame
        One row a project, in the order of the document; numbers are numbers, heads are
        in the language.
    """
    say = speak(lang)
    projects = programme.projects
    names = {name: say.labels(programme.codes, name) for name in ("capital_source", "asset", "profile")}
    levers = {name: project_values(projects, story.values, name) for name in SET}
    money = in_window(programme, story).set_index("project_id").reindex(projects["id"])
    unit = say("bn VND")
    first, last = programme.years[0], programme.years[-1]
    before = say("Before {year}, bn VND", year=first)
    after = say("After {year}, bn VND", year=last)
    return pd.DataFrame(
        {
            say("Row"): projects["id"].astype(object),
            say("Project"): projects[f"label_{lang}"].astype(object),
            say("Capital source"): projects["capital_source"].map(names["capital_source"]).astype(object),
            say("Kind of asset"): projects["asset"].map(names["asset"]).astype(object),
            say("Period as printed"): projects["printed_period"].astype(object),
            say("Printed cost, bn VND"): projects["cost_bn_vnd"].astype(float),
            say("Delay, quarters"): np.array(levers["delay_quarters"], float),
            say("Longer by, %"): np.array(levers["stretch"], float),
            say("Overrun, %"): np.array(levers["overrun"], float),
            say("Spending profile"): [names["profile"][code] for code in levers["profile"]],
            say("Dropped"): [say("yes") if dropped else say("no") for dropped in levers["dropped"]],
            say("Cost then, bn VND"): money["cost_bn_vnd"].to_numpy(),
            before: money["before_bn_vnd"].to_numpy(),
            f"{first}–{last}, {unit}": money["inside_bn_vnd"].to_numpy(),
            after: money["after_bn_vnd"].to_numpy(),
        }
    )


def load_lines(programme: Programme, story: Scenario, lang: str, beside: Scenario) -> str:
    """Return the sums of a scenario as a small HTML table: cost, load, share of investment, peak, GRDP lost.

    Parameters
    ----------
    beside
        The setting to compare with: the programme without a move.
    """
    say = speak(lang)
    names = [
        say("Cost of the list"),
        say("Falls in {first}–{last}", first=programme.years[0], last=programme.years[-1]),
        say("Share of the scenario's investment"),
        say("Peak year"),
        say("GRDP lost by delays"),
    ]
    heads = [say("What follows"), say("Nothing moved"), say("Now")]
    sides = [_sums(programme, setting, say) for setting in (beside, story)]
    return small_table("bn-load", heads, list(zip(names, *sides, strict=True)))


def _sums(programme: Programme, story: Scenario, say: Language) -> list[str]:
    table = investment_envelope(programme, story)
    listed, envelope = table["listed_bn_vnd"].sum(), table["envelope_bn_vnd"].sum()
    peak = table.loc[table["listed_bn_vnd"].idxmax()]
    return [
        say.money(in_window(programme, story)["cost_bn_vnd"].sum()),
        say.money(listed),
        say.percent(listed / envelope),
        f"{peak['year']}: {say.money(peak['listed_bn_vnd'])}, {say.percent(peak['listed_share'])}",
        say.money(grdp_forgone(programme, story)["forgone_bn_vnd"].sum()),
    ]


def words_of_table(say: Language) -> dict[str, Any]:
    """Return what a live table says around its rows."""
    return {
        "search": say("Find:"),
        "info": say("_START_ to _END_ of _TOTAL_"),
        "infoEmpty": say("nothing found"),
        "infoFiltered": "",
        "zeroRecords": say("nothing found"),
        "lengthMenu": say("_MENU_ rows"),
        "select": {"rows": {"_": say("%d picked"), "0": ""}},
        "decimal": say.separators[0],
        "thousands": say.separators[1],
    }
