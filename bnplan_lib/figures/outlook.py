"""Pictures of what growth means: each target's standing, growth accounting, the investment it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.analysis.turning import turning_points
from bnplan_lib.figures.amounts import amount, exact, unit_words
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import change_of, lever_amount, lever_title
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, GREY, ORANGE, PURPLE, frame, pattern, rows_table
from bnplan_lib.figures.tables import html_table, small_table
from bnplan_lib.model.economy import economy, lever_value, macro_path
from bnplan_lib.model.measures import Goal, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

ROUNDED = 1e-6  # part of a target above which its room is that of its rounding
PARTS = {"capital_part": (BLUE, ""), "labour_part": (PURPLE, "."), "tfp_part": (ORANGE, "/")}


def outlook_table(programme: Programme, story: Scenario, lang: str) -> HTML:
    """Return every target that growth decides: printed, what the scenario gives, met or not, and what decides it."""
    say = speak(lang)
    targets = programme.targets.set_index("id")
    turns = turning_points(programme, story).set_index("target_id")
    goals = goals_of(programme)
    readings = other_readings(programme, goals)
    rows, notes = [], []
    for row in growth_targets(programme, story).to_dict("records"):
        target = targets.loc[row["target_id"]]
        value = exact(row["value"], row["unit"], say, with_unit=False, goal=goals[row["target_id"]])
        rows.append(
            (
                _titled(row, target, say),
                target["printed"] + (" *" if row["target_id"] in readings else ""),
                value,
                say("met") if row["met"] else say("not met"),
                _turn(programme, turns.loc[row["target_id"]], row, say),
            )
        )
        if row["target_id"] in readings:
            notes.append(_reading(row, goals[row["target_id"]], readings[row["target_id"]], say))
    heads = [say("Target"), say("As printed"), say("Scenario"), say("Standing"), say("What decides it")]
    rounded = ", ".join(
        row_number(name) for name, goal in goals.items() if goal.room > ROUNDED * max(abs(goal.low), 1.0)
    )
    notes.append(
        say(
            "A figure above a target of growth, productivity, income, trade or revenue meets it too; {rounded} are "
            "given the rounding of their print. ICOR is held against investment of all years over the rise of "
            "GRDP. The last column moves one lever within its usual range and holds the others: growth does not answer "
            "to investment or to jobs here.",
            rounded=rounded or "–",
        )
    )
    return html_table("outlook", heads, rows, numbers=(2,), note=" ".join(notes))


def _titled(row: dict[str, Any], target: Any, say: Language) -> str:
    """Return a target's number in the document and its name, with the unit of its figures."""
    unit = unit_words(row["unit"], say)
    return f"{row_number(row['target_id'])} {say.of(target, 'name')}" + (f", {unit}" if unit else "")


def other_readings(programme: Programme, goals: Mapping[str, Goal]) -> dict[str, Goal]:
    """Return the targets that can be read in a second way, as they would then be."""
    table = programme.corrections
    rows = table[(table["table"] == "targets") & (table["reading"] == "alternative")]
    read: dict[str, Goal] = {}
    for row_id, column, value in zip(rows["row_id"], rows["column"], rows["value"], strict=True):
        if row_id in goals and column in ("low", "high"):
            unit = 100 if goals[row_id].unit.startswith("percent") else 1
            goal, end = read.get(row_id, goals[row_id]), float(value) / unit
            read[row_id] = replace(goal, low=end) if column == "low" else replace(goal, high=end)
    return read


def _reading(row: dict[str, Any], goal: Goal, other: Goal, say: Language) -> str:
    """Return how a target is read, and what its other reading would change."""
    values = {
        "target": row_number(row["target_id"]),
        "used": amount((goal.low, goal.high), goal.unit, say),
        "other": amount((other.low, other.high), goal.unit, say),
    }
    if bool(other.met(row["value"])) == row["met"]:
        return say("* {target} is read as {used}; read as {other} the verdict is the same.", **values)
    if row["met"]:
        return say("* {target} is read as {used}; read as {other} it would not be met.", **values)
    return say("* {target} is read as {used}; read as {other} it would be met.", **values)


def _turn(programme: Programme, turn: Any, row: dict[str, Any], say: Language) -> str:
    """Return a sentence on the values of its lever at which a target holds."""
    if row["standing"] == "none":
        return say("no value in this scenario")
    low, high = (None if np.isinf(turn[end]) else turn[end] for end in ("low", "high"))
    if turn["lever"] == "growth" and not np.isnan(turn["low"]):
        return _growth_turn(row["met"], low, high, say)
    values = {
        "lever": lever_title(programme, turn["lever"], say),
        "now": lever_amount(turn["before"], turn["unit"], say),
        "low": "" if low is None else lever_amount(low, turn["unit"], say),
        "high": "" if high is None else lever_amount(high, turn["unit"], say),
        "closest": exact(turn["closest"], row["unit"], say),
    }
    if np.isnan(turn["low"]):
        return say("{lever}: no usual value is enough; the closest gives {closest}", **values)
    if low is None and high is None:
        return say("{lever}: holds for every usual value", **values)
    if low is not None and high is not None:
        if row["met"]:
            return say("{lever}: holds from {low} to {high}, now {now}", **values)
        return say("{lever}: needs {low} to {high}, now {now}", **values)
    if low is not None:
        if row["met"]:
            return say("{lever}: holds down to {low}, now {now}", **values)
        return say("{lever}: needs at least {low}, now {now}", **values)
    if row["met"]:
        return say("{lever}: holds up to {high}, now {now}", **values)
    return say("{lever}: needs at most {high}, now {now}", **values)


def _growth_turn(met: bool, low: float | None, high: float | None, say: Language) -> str:
    """Return a sentence on how much faster or slower all sectors must or may grow."""
    edge = low if low is not None and (met or low > 0) else high if high is not None else low
    if edge is None:
        return say("holds whatever the growth of the sectors")
    points = change_of(edge, "percent_per_year", say)
    if met:
        if edge <= 0:
            return say("holds until every sector grows {points} slower", points=points)
        return say("holds until every sector grows {points} faster", points=points)
    if edge > 0:
        return say("needs every sector to grow {points} faster", points=points)
    return say("needs every sector to grow {points} slower", points=points)


def accounting(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw growth of each year split into capital, labour and what is left to TFP."""
    say = speak(lang)
    now = economy(programme, story)
    table = macro_path(programme, story).iloc[1:].set_index("year")
    years = [str(year) for year in table.index]
    names = {"capital_part": say("Capital"), "labour_part": say("Labour"), "tfp_part": say("TFP")}
    figure = go.Figure()
    for part, style in PARTS.items():
        points = table[part] * 100
        figure.add_bar(
            x=years,
            y=points,
            name=names[part],
            marker=pattern(*style),
            customdata=[
                f"{names[part]}, {year}: {say.number(point, 2)}" for year, point in zip(years, points, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    tops = table[list(PARTS)].clip(lower=0).sum(axis=1) * 100
    figure.add_scatter(
        x=years,
        y=tops,
        mode="text",
        textposition="top center",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
        text=[f"<b>{say.percent(value)}</b>" for value in table["growth"]],
    )
    shares = [float(now.shares_of_growth[name][0]) for name in ("capital", "labour", "tfp")]
    bottom = float(table[list(PARTS)].clip(upper=0).sum(axis=1).min()) * 100
    figure.update_layout(barmode="relative")
    figure.update_yaxes(title=say("percentage points"), range=[bottom * 1.05, float(tops.max()) * 1.12])
    rows = [
        (str(year), *(say.number(row[part] * 100, 2) for part in PARTS), say.number(row["growth"] * 100, 2))
        for year, row in table.iterrows()
    ]
    rows.append(
        (
            say("Share of five years"),
            *(say.percent(part) for part in shares),
            "–" if np.isnan(shares[0]) else say.percent(1.0),
        )
    )
    return frame(
        figure,
        say,
        title=say("GRDP does not grow: nothing to share out")
        if np.isnan(shares[2])
        else say("TFP carries {share} of growth over the five years", share=say.percent(shares[2], 0)),
        subtitle=say(
            "Percentage points a year; capital's share of income {capital}, capital at {ratio} times GRDP in 2025",
            capital=lever_amount(lever_value(now.basis, now.values, "macro.capital_share"), "percent", say),
            ratio=lever_amount(lever_value(now.basis, now.values, "macro.capital_output_ratio"), "ratio", say),
        ),
        source=source_line("outlook", programme, say),
        table=rows_table([say("Year"), *names.values(), say("GRDP")], rows),
        height=440,
    )


def investment_need(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw what the scenario invests each year beside what the target ICOR asks for, by both definitions."""
    say = speak(lang)
    now = economy(programme, story)
    table = macro_path(programme, story).iloc[1:].set_index("year")
    years = [str(year) for year in table.index]
    series = {
        "investment_bn_vnd": (say("Invested in the scenario"), pattern(BLUE, "")),
        "need_rise_bn_vnd": (say("Needed by the rise of GRDP"), pattern(ORANGE, "/")),
        "need_yearly_bn_vnd": (say("Needed by the yearly ratio"), pattern(GREY, ".")),
    }
    figure = go.Figure()
    for column, (name, marker) in series.items():
        figure.add_bar(
            x=years,
            y=table[column] / 1000,
            name=name,
            marker=marker,
            customdata=[f"{name}, {year}: {say.money(value)}" for year, value in table[column].items()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    totals = table[list(series)].sum()
    grdp = table["grdp_bn_vnd"].sum()
    rows = [(str(year), *(say.number(row[column]) for column in series)) for year, row in table.iterrows()]
    rows.append((say("Five years"), *(say.number(totals[column]) for column in series)))
    rows.append((say("Share of GRDP"), *(say.percent(totals[column] / grdp) for column in series)))
    figure.update_yaxes(title=say("thousand bn VND"), rangemode="tozero")
    return frame(
        figure,
        say,
        title=say("GRDP does not rise: ICOR has no meaning")
        if totals.iloc[1] <= 0
        else say(
            "ICOR target: {least} to {most} of GRDP; invested {invested}",
            invested=say.percent(totals.iloc[0] / grdp, 1),
            least=say.percent(min(totals.iloc[1:]) / grdp, 1),
            most=say.percent(max(totals.iloc[1:]) / grdp, 1),
        ),
        subtitle=say(
            "Thousand bn VND a year, constant 2025 prices, at an ICOR of {icor}; the yearly ratio takes growth "
            "times the GRDP of the same year; the table is in bn VND",
            icor=lever_amount(lever_value(now.basis, now.values, "macro.icor"), "ratio", say),
        ),
        source=source_line("outlook", programme, say),
        table=rows_table([say("Year"), *(name for name, _ in series.values())], rows),
        height=440,
    )


def outlook_lines(programme: Programme, story: Scenario, lang: str, beside: Scenario) -> str:
    """Return the targets beyond growth itself as a small table of HTML, for a panel that redraws it at each move.

    Parameters
    ----------
    beside
        The setting to compare with: the programme without a move.
    """
    say = speak(lang)
    targets = programme.targets.set_index("id")
    others = growth_targets(programme, beside).set_index("target_id")["value"]
    rows = []
    for row in growth_targets(programme, story).to_dict("records"):
        if row["sector"]:
            continue
        target = targets.loc[row["target_id"]]
        told = say("met") if row["met"] else say("not met")
        cells = [
            f"{row_number(row['target_id'])} {say.of(target, 'name')}",
            target["printed"],
            exact(others[row["target_id"]], row["unit"], say),
            exact(row["value"], row["unit"], say),
            f"{'✓' if row['met'] else '✗'} {told}",
        ]
        rows.append(cells)
    heads = [say("Target"), say("As printed"), say("Nothing moved"), say("Now"), say("Standing")]
    return small_table("bn-outlook", heads, rows)
