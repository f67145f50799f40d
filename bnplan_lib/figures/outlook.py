"""Pictures of what growth means: each target's standing, growth accounting, the investment it needs."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.analysis.turning import turning_points
from bnplan_lib.figures.amounts import exact
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import change_of, lever_amount, lever_title
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, GREY, ORANGE, PURPLE, frame, pattern, rows_table
from bnplan_lib.figures.tables import html_table
from bnplan_lib.model.economy import economy, lever_value, macro_path

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

CELL = "padding: 2px 14px 2px 0; text-align: left"
PARTS = {"capital_part": (BLUE, ""), "labour_part": (PURPLE, "."), "tfp_part": (ORANGE, "/")}


def outlook_table(programme: Programme, story: Scenario, lang: str) -> HTML:
    """Return every target that growth decides: printed, what the scenario gives, met or not, and what decides it."""
    say = speak(lang)
    targets = programme.targets.set_index("id")
    turns = turning_points(programme, story).set_index("target_id")
    rows = []
    for row in growth_targets(programme, story).to_dict("records"):
        target = targets.loc[row["target_id"]]
        value = exact(row["value"], row["unit"], say)
        rows.append(
            (
                f"{row_number(row['target_id'])} {say.of(target, 'name')}",
                target["printed"],
                value,
                say("met") if row["met"] else say("not met"),
                _turn(programme, turns.loc[row["target_id"]], row, say),
            )
        )
    heads = [say("Target"), say("As printed"), say("Scenario"), say("Standing"), say("What decides it")]
    note = say(
        "The last column moves one lever, the rest of the scenario held, within its usual range. "
        "A.I.5 is held against investment of all years over the rise of GRDP, A.I.4 and B.I.1 against the same ratio."
    )
    return html_table("outlook", heads, rows, numbers=(2,), note=note)


def _turn(programme: Programme, turn: Any, row: dict[str, Any], say: Language) -> str:
    """Return a sentence on the lever value at which a target is only just met."""
    title = lever_title(programme, turn["lever"], say)
    if not turn["reachable"]:
        closest = exact(turn["closest"], row["unit"], say)
        return say("{lever}: no usual value is enough; the closest gives {closest}", lever=title, closest=closest)
    if turn["lever"] == "growth":
        points = change_of(turn["change"], turn["unit"], say)
        if row["met"]:
            return say("holds until every sector grows {points} slower", points=points)
        return say("needs every sector to grow {points} faster", points=points)
    values = {
        "lever": title,
        "at": lever_amount(turn["at"], turn["unit"], say),
        "now": lever_amount(turn["before"], turn["unit"], say),
    }
    if row["met"] and turn["change"] < 0:
        return say("{lever}: holds down to {at}, now {now}", **values)
    if row["met"]:
        return say("{lever}: holds up to {at}, now {now}", **values)
    return say("{lever}: needs {at}, now {now}", **values)


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
    share = float(now.tfp_share[0])
    bottom = float(table[list(PARTS)].clip(upper=0).sum(axis=1).min()) * 100
    figure.update_layout(barmode="relative")
    figure.update_yaxes(title=say("percentage points"), range=[bottom * 1.05, float(tops.max()) * 1.12])
    rows = [
        (str(year), *(say.number(row[part] * 100, 2) for part in PARTS), say.number(row["growth"] * 100, 2))
        for year, row in table.iterrows()
    ]
    shares = [float(now.accounting[name].sum() / now.growth.sum()) for name in ("capital", "labour", "tfp")]
    rows.append((say("Share of five years"), *(say.percent(part) for part in shares), say.percent(1.0)))
    return frame(
        figure,
        say,
        title=say("TFP carries {share} of growth over the five years", share=say.percent(share, 0)),
        subtitle=say(
            "Percentage points a year; capital's share of income {capital}, capital at {ratio} times GRDP in 2025",
            capital=lever_amount(lever_value(now.basis, now.values, "macro.capital_share"), "percent", say),
            ratio=lever_amount(lever_value(now.basis, now.values, "macro.capital_output_ratio"), "ratio", say),
        ),
        source=source_line("outlook", say),
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
        title=say(
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
        source=source_line("outlook", say),
        table=rows_table([say("Year"), *(name for name, _ in series.values())], rows),
        height=440,
    )


def outlook_lines(programme: Programme, story: Scenario, lang: str) -> str:
    """Return the targets beyond growth itself as a small table of HTML, for a panel that redraws it at each move."""
    say = speak(lang)
    targets = programme.targets.set_index("id")
    rows = []
    for row in growth_targets(programme, story).to_dict("records"):
        if row["sector"]:
            continue
        target = targets.loc[row["target_id"]]
        told = say("met") if row["met"] else say("not met")
        cells = [
            f"{row_number(row['target_id'])} {say.of(target, 'name')}",
            target["printed"],
            exact(row["value"], row["unit"], say),
            f"{'✓' if row['met'] else '✗'} {told}",
        ]
        rows.append("<tr>" + "".join(f'<td style="{CELL}">{html.escape(cell)}</td>' for cell in cells) + "</tr>")
    heads = [say("Target"), say("As printed"), say("Scenario"), say("Standing")]
    head = "".join(f'<th style="{CELL}">{html.escape(text)}</th>' for text in heads)
    return f'<table class="bn-outlook"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
