"""Pictures of when the money falls: by year, by spending profile, inside the programme's years or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.envelope import in_window
from bnplan_lib.analysis.investment import load_by_profile, load_by_year
from bnplan_lib.figures.investment import nothing_left
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SOURCE_STYLE,
    YEARS_SHOWN_AFTER,
    frame,
    pattern,
    rows_table,
    safe,
)
from bnplan_lib.model.investment import phase_investment

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

PROFILE_STYLE = {
    "uniform": (BLUE, "solid"),
    "front": (ORANGE, "dash"),
    "back": (PURPLE, "dot"),
    "s_curve": (GREEN, "dashdot"),
}


def yearly_load(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw the money falling in each year by capital source, the programme's years shaded."""
    say = speak(lang)
    names = say.labels(programme.codes, "capital_source")
    table = load_by_year(programme, phase_investment(programme, story))
    wide = (
        table.pivot(index="year", columns="capital_source", values="amount_bn_vnd")
        .reindex(columns=list(SOURCE_STYLE))
        .fillna(0.0)
    )
    total = wide.sum(axis=1)
    last = programme.years[-1] + YEARS_SHOWN_AFTER
    shown = wide.loc[:last]
    figure = go.Figure()
    _shade(figure, programme)
    for code, (color, shape) in SOURCE_STYLE.items():
        hover = [f"{names[code]}, {year}: {say.money(value)}" for year, value in shown[code].items()]
        figure.add_bar(
            x=shown.index,
            y=shown[code] / 1000,
            name=names[code],
            marker=pattern(color, shape),
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(
        x=shown.index,
        y=total.loc[:last] / 1000,
        mode="text",
        textposition="top center",
        showlegend=False,
        hoverinfo="skip",
        text=[f"<b>{say.number(value / 1000, 0 if value >= 10_000 else 1)}</b>" for value in total.loc[:last]],
        textfont={"color": INK},
    )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(dtick=1, tickformat="d")
    highest = float(total.max()) if len(total) else 0.0
    figure.update_yaxes(title=say("thousand bn VND"), range=[0, highest / 1000 * 1.1 or 1])
    later = total.loc[last + 1 :]
    subtitle = say("Thousand bn VND by capital source; shaded: the programme's years")
    if len(later):
        subtitle += say(
            "; {money} more fall in {first}–{last}",
            money=say.money(later.sum()),
            first=later.index[0],
            last=later.index[-1],
        )
    columns = [say("Year"), *(names[code] for code in SOURCE_STYLE), say("All, bn VND")]
    rows = [
        (str(year), *(say.number(value) for value in row), say.number(total[year])) for year, row in wide.iterrows()
    ]
    return frame(
        figure,
        say,
        title=_load_title(programme, total, say),
        subtitle=subtitle,
        source=source_line("investment", programme, say),
        table=rows_table(columns, rows),
        height=450,
        least_width=520,
    )


def profile_lines(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw the money of each year if all projects spent evenly, at the front, at the back or along an S-curve."""
    say = speak(lang)
    names = say.labels(programme.codes, "profile")
    wide = load_by_profile(programme, story).pivot(index="year", columns="profile", values="amount_bn_vnd")
    if wide.empty:
        return nothing_left(programme, say)
    wide = wide[list(PROFILE_STYLE)]
    shown = wide.loc[: programme.years[-1] + YEARS_SHOWN_AFTER]
    figure = go.Figure()
    _shade(figure, programme)
    for profile, (color, dash) in PROFILE_STYLE.items():
        figure.add_scatter(
            x=shown.index,
            y=shown[profile] / 1000,
            mode="lines+markers",
            name=names[profile],
            line={"color": color, "width": 2.5, "dash": dash},
            customdata=[f"{names[profile]}, {year}: {say.money(value)}" for year, value in shown[profile].items()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_xaxes(dtick=1, tickformat="d")
    figure.update_yaxes(title=say("thousand bn VND"), rangemode="tozero")
    columns = [say("Year"), *(", ".join([names[profile], say("bn VND")]) for profile in PROFILE_STYLE)]
    rows = [(str(year), *(say.number(value) for value in row)) for year, row in wide.iterrows()]
    peaks = wide.idxmax()
    return frame(
        figure,
        say,
        title=say(
            "Spent evenly: peak in {even}; along an S-curve: {curve}", even=peaks["uniform"], curve=peaks["s_curve"]
        )
        if peaks["uniform"] != peaks["s_curve"]
        else say("Evenly or along an S-curve: peak in {year}", year=peaks["uniform"]),
        subtitle=say("Money of each year if all projects follow one spending profile; shaded: the programme's years"),
        source=source_line("investment", programme, say),
        table=rows_table(columns, rows),
        height=430,
        least_width=520,
    )


def window_bars(programme: Programme, story: Scenario, largest: int, lang: str) -> go.Figure:
    """Draw how much of the largest projects' cost falls before, in and after the programme's years."""
    say = speak(lang)
    table = in_window(programme, story)
    if table.empty:
        return nothing_left(programme, say)
    years = say("{first}–{last}", first=programme.years[0], last=programme.years[-1])
    parts = {
        "before_bn_vnd": (say("Before"), GREY, "x"),
        "inside_bn_vnd": (years, BLUE, ""),
        "after_bn_vnd": (say("After"), ORANGE, "/"),
    }
    projects = programme.projects.set_index("id")
    ordered = table.sort_values("cost_bn_vnd", ascending=False, kind="stable")
    labels = {key: f"{key}  {safe(say.of(projects.loc[key], 'label'))}" for key in ordered["project_id"]}
    shown = ordered.head(largest).iloc[::-1]
    figure = go.Figure()
    for column, (name, color, shape) in parts.items():
        hover = [
            f"{labels[key]}, {name}: {say.money(value)}"
            for key, value in zip(shown["project_id"], shown[column], strict=True)
        ]
        figure.add_bar(
            y=[labels[key] for key in shown["project_id"]],
            x=shown[column] / 1000,
            orientation="h",
            name=name,
            marker=pattern(color, shape),
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title=say("thousand bn VND"))
    sums = table[list(parts)].sum()
    heads = [say("Project"), *(name for name, _, _ in parts.values()), say("Cost, bn VND")]
    rows = [
        (
            labels[row["project_id"]],
            *(say.number(row[column], 1) for column in parts),
            say.number(row["cost_bn_vnd"], 1),
        )
        for row in ordered.to_dict("records")
    ]
    rows.append((say("All"), *(say.number(sums[column], 1) for column in parts), say.number(sums.sum(), 1)))
    share = say.percent(sums["inside_bn_vnd"] / sums.sum(), 0)
    return frame(
        figure,
        say,
        title=say("{share} of the cost falls in {years}", share=share, years=years),
        subtitle=say(
            "Thousand bn VND; of all: {before} before, {after} after",
            before=say.percent(sums["before_bn_vnd"] / sums.sum(), 0),
            after=say.percent(sums["after_bn_vnd"] / sums.sum(), 0),
        ),
        source=source_line("investment", programme, say),
        table=rows_table(heads, rows),
        height=190 + 30 * len(shown),
        least_width=680,
    )


def _shade(figure: go.Figure, programme: Programme) -> None:
    figure.add_vrect(
        x0=programme.years[0] - 0.5, x1=programme.years[-1] + 0.5, fillcolor=BAND, line_width=0, layer="below"
    )


def _load_title(programme: Programme, total: pd.Series, say: Language) -> str:
    if not total.sum():
        return say("The scenario leaves no money to spend")
    inside = total.reindex(programme.years).sum() / total.sum()
    share = say.percent(inside, 0)
    return say("The load peaks in {year}; {share} falls in 2026–2030", year=total.idxmax(), share=share)
