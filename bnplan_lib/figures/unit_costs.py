"""Are the costs plausible: what does a kilometre, a hectare or a home come to?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import HTML

from bnplan_lib.analysis.unit_costs import FAR, unit_costs, yardstick_pairs
from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import place
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

MOST_NAMED = 3  # yardsticks told one by one; of more than these, how many and from where to where


def unit_cost_table(programme: Programme, lang: str) -> HTML:
    """Return what a unit of each project costs, where its quantity is known, beside the closest yardsticks."""
    say = speak(lang)
    projects = programme.projects.set_index("id")
    names = {key: say.labels(programme.codes, key) for key in ("quantity_unit", "covers", "yardstick_scope")}
    pairs = yardstick_pairs(programme)
    notes = programme.project_quantities.to_dict("records")
    rows = []
    for number, (row, note) in enumerate(zip(unit_costs(programme).to_dict("records"), notes, strict=True)):
        closest = pairs[(pairs["row"] == number) & (pairs["scope"] == row["scope"])]
        cells = (
            _project(row, projects, say),
            _quantity(programme, row, names, say),
            say.number(row["cost_bn_vnd"], _digits(row["cost_bn_vnd"])),
            _bound(row) + _figure(row["unit_cost_bn_vnd"], say),
            _yardsticks(programme, closest, names, say),
            _times(row, say),
            " ".join(part for part in (_remark(row, closest, say), say.of(note, "note")) if part) or "–",
        )
        rows.append(cells)
    heads = [
        say("Project"),
        say("Quantity and where it is from"),
        say("Cost, bn VND"),
        say("Cost of a unit, bn VND"),
        say("Held against, bn VND a unit"),
        say("Times"),
        say("Remarks"),
    ]
    note = say(
        "≤: the quantity is a part of the works, so a unit costs at most this. Times: the cost of a unit over its "
        "yardsticks, at the prices of each source. Other projects on the list do not show what is right."
    )
    return html_table("unit-costs", heads, rows, numbers=(2, 3, 5), note=note)


def _project(row: dict[str, Any], projects: pd.DataFrame, say: Language) -> str:
    named = f"{row['project_id']} {say.of(projects.loc[row['project_id']], 'label')}"
    return named if pd.isna(row["phase"]) else say("{project}, phase {phase}", project=named, phase=row["phase"])


def _quantity(programme: Programme, row: dict[str, Any], names: dict[str, dict[str, str]], say: Language) -> HTML:
    """Return a quantity with its unit, what it covers and where it stands."""
    value = row["quantity"]
    figure = f"{say.number(value, _digits(value))} {names['quantity_unit'][row['unit']]}"
    covers = "" if row["covers"] == "whole" else names["covers"][row["covers"]]
    told = "; ".join(html.escape(part) for part in (figure, covers) if part)
    return markup(f"{told}; {_from(programme, row, say)}")


def _from(programme: Programme, row: dict[str, Any], say: Language) -> str:
    if row["table"] == "projects":
        projects = programme.projects.set_index("id")
        told = say("name of the project, {place}", place=place(projects.loc[row["ref"], "source"], say))
        return html.escape(told)
    if row["table"] == "targets":
        return html.escape(place(programme.target(row["ref"])["source"], say))
    facts = [programme.fact(one) for one in row["ref"].split(";")]
    return ", ".join(dict.fromkeys(f"{_link(fact)}, {say.date(fact['published'])}" for fact in facts))


def _link(fact: pd.Series) -> str:
    """Return who published a fact, linked to the page where there is one."""
    publisher = html.escape(fact["publisher"])
    return f'<a href="{html.escape(fact["url"])}">{publisher}</a>' if isinstance(fact["url"], str) else publisher


def _yardsticks(
    programme: Programme, pairs: pd.DataFrame, names: dict[str, dict[str, str]], say: Language
) -> str | HTML:
    """Return the closest yardsticks in words; a dash where there is none."""
    if pairs.empty:
        return "–"
    scope = names["yardstick_scope"][pairs["scope"].iloc[0]]
    if len(pairs) > MOST_NAMED:
        ends = (_figure(pairs["low_bn_vnd"].min(), say), _figure(pairs["high_bn_vnd"].max(), say))
        told = say.plural("{count} figure, {low}–{high}", "{count} figures, {low}–{high}", len(pairs), low=ends[0],
                          high=ends[1])  # fmt: skip
        return f"{scope}. {told}"
    told = "; ".join(_yardstick(programme, pair, say) for pair in pairs.to_dict("records"))
    return markup(f"{html.escape(scope)}. {told}")


def _yardstick(programme: Programme, pair: dict[str, Any], say: Language) -> str:
    low, high = (_figure(pair[end], say) for end in ("low_bn_vnd", "high_bn_vnd"))
    value = low if low == high else f"{low}–{high}"
    if pair["table"] == "projects":
        project = programme.projects.set_index("id").loc[pair["yardstick"]]
        return html.escape(f"{pair['yardstick']} {say.of(project, 'label')}: {value}")
    row = programme.yardsticks.set_index("id").loc[pair["yardstick"]]
    named = html.escape(f"{say.of(row, 'name')}: {value}")
    return named if row["cost_table"] == "assumptions" else f"{named} ({_link(programme.fact(row['cost_ref']))})"


def _times(row: dict[str, Any], say: Language) -> str:
    if not row["yardsticks"]:
        return "–"
    low, high = (_figure(row[end], say) for end in ("ratio_low", "ratio_high"))
    return _bound(row) + (high if row["covers"] == "part" or low == high else f"{low}–{high}")


def _remark(row: dict[str, Any], closest: pd.DataFrame, say: Language) -> str:
    """Return what follows from the yardsticks: nothing where they leave it open."""
    if closest.empty:
        return say("No yardstick is known.")
    if row["scope"] == "listed":
        return say("Only projects of the list to compare with.")
    if (closest["table"] == "assumptions").all() and row["ratio_low"] <= 1 <= row["ratio_high"]:
        return say("Inside the assumed range.")
    verdicts = {
        "high": say("High: more than {far} times outside figures.", far=say.number(FAR)),
        "low": say("Low: outside figures are more than {far} times as much.", far=say.number(FAR)),
        "near": say("Within {far} times of outside figures.", far=say.number(FAR)),
    }
    return verdicts.get(row["verdict"], "")


def _digits(value: float) -> int:
    """Return how many decimals a number needs, two at most."""
    return next((count for count in range(2) if abs(value - round(value, count)) < 1e-9), 2)


def _bound(row: dict[str, Any]) -> str:
    """Return the sign of an upper bound: a part of the works is divided into the cost of all."""
    return f"≤{NBSP}" if row["covers"] == "part" else ""


def _figure(value: float, say: Language) -> str:
    """Return a number with about three digits."""
    return say.number(value, 0 if value >= 100 else 1 if value >= 10 else 2)
