"""Pictures of growth: targets and path, contributions, levels, what would close the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.growth import average_growth, closing_rates, growth_targets, headline_range
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    GREY,
    INK,
    ORANGE,
    SECTOR_STYLE,
    bold_last,
    frame,
    labelled_bars,
    pattern,
    rows_table,
)
from bnplan_lib.model.growth import HEADLINE, SECTORS, growth_path

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def sector_names(say: Language) -> dict[str, str]:
    """Return what each sector is called."""
    return {
        "agriculture": say("Agriculture, forestry, fishery"),
        "industry": say("Industry"),
        "construction": say("Construction"),
        "industry_construction": say("Industry and construction"),
        "services": say("Services"),
        "product_taxes": say("Product taxes less subsidies"),
        "grdp": say("GRDP"),
    }


def targets_and_path(programme: Programme, story: Scenario, lang: str, beside: Scenario | None = None) -> go.Figure:
    """Draw each growth target as a range and the scenario's average as a mark, around it that of another setting.

    Parameters
    ----------
    beside
        The setting to compare with: the programme without a move.
    """
    say = speak(lang)
    names = sector_names(say)
    table = growth_targets(programme, story)
    targets = table[table["sector"] != ""].iloc[::-1]
    labels = bold_last([names[sector] for sector in targets["sector"]])
    low, high = targets["low"] * 100, targets["high"] * 100
    words = {"below": say("below"), "inside": say("inside"), "above": say("above"), "none": "–"}
    hover = [
        say(
            "{name}: {average} a year, target {low} to {high}, {standing}",
            name=names[row.sector],
            average=say.percent(row.value, 2),
            low=say.percent(row.low),
            high=say.percent(row.high),
            standing=words[row.standing],
        )
        for row in targets.itertuples()
    ]
    figure = go.Figure()
    figure.add_bar(
        y=labels,
        x=high - low,
        base=low,
        orientation="h",
        name=say("Target range"),
        width=0.36,
        marker={"color": BAND, "line": {"color": BLUE, "width": 1}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        y=labels,
        x=targets["value"] * 100,
        mode="markers+text",
        name=say("Scenario, average 2026–2030"),
        marker={"symbol": "diamond", "size": 11, "color": ORANGE, "line": {"color": "white", "width": 1}},
        text=[say.percent(value, 2) for value in targets["value"]],
        textposition="top center",
        cliponaxis=False,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    if beside is not None:
        others = growth_targets(programme, beside).set_index("target_id")["value"]
        figure.add_scatter(
            y=labels,
            x=others[targets["target_id"]] * 100,
            mode="markers",
            name=say("Nothing moved"),
            marker={"symbol": "diamond-open", "size": 14, "color": INK, "line": {"width": 1.5}},
            cliponaxis=False,
            hoverinfo="skip",
        )
    figure.update_yaxes(range=[-0.6, len(labels) - 0.35])  # room for the first label
    inside = int((targets["standing"] == "inside").sum())
    rows = [
        (
            names[row.sector],
            f"{say.percent(row.low)} – {say.percent(row.high)}",
            say.percent(row.value, 2),
            words[row.standing],
        )
        for row in targets.iloc[::-1].itertuples()
    ]
    figure.update_xaxes(title=say("per cent a year"), rangemode="tozero")
    return frame(
        figure,
        say,
        title=say("The scenario lies inside {inside} of {all} growth targets", inside=inside, all=len(targets)),
        subtitle=say("Average growth 2026–2030, per cent a year, constant 2025 prices"),
        source=source_line("growth", programme, say),
        table=rows_table([say("Sector"), say("Target"), say("Scenario"), say("Standing")], rows),
        height=430,
    )


def bottom_up(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw the headline that the sector ranges give, against the printed 11 to 12 per cent."""
    say = speak(lang)
    headline = programme.target(programme.target_of(HEADLINE))
    table = headline_range(programme, story)
    labels = [say("All sectors at their low end"), say("All at the middle"), say("All at their high end")]
    figure = go.Figure()
    figure.add_vrect(x0=headline["low"], x1=headline["high"], fillcolor=BAND, line_width=0, layer="below")
    texts = [say.percent(value, 2) for value in table["average"]]
    labelled_bars(figure, labels, table["average"] * 100, texts, pattern(BLUE, ""))
    figure.add_annotation(
        x=(headline["low"] + headline["high"]) / 2,
        y=1.02,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text=say("printed target"),
        font={"size": 12, "color": INK},
    )
    floor = table["average"].iloc[0] - headline["low"] / 100
    title = (
        say("The sector targets' low ends miss the headline")
        if floor < -1e-9
        else say("The sector targets reach the headline throughout")
    )
    figure.update_xaxes(
        title=say("per cent a year"), range=[0, max(float(table["average"].max()) * 100, headline["high"]) * 1.45]
    )
    figure.update_yaxes(autorange="reversed")
    rows = [(label, say.percent(value, 2)) for label, value in zip(labels, table["average"], strict=True)]
    rows.append(
        (say("printed target"), f"{say.percent(headline['low'] / 100)} – {say.percent(headline['high'] / 100)}")
    )
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Average GRDP growth 2026–2030 that follows from the sector ranges"),
        source=source_line("growth", programme, say),
        table=rows_table([say("Sector targets"), say("GRDP growth")], rows),
        height=320,
    )


def contributions(programme: Programme, path: pd.DataFrame, lang: str) -> go.Figure:
    """Draw what each sector adds to headline growth, year by year, in percentage points."""
    say = speak(lang)
    names = sector_names(say)
    points = path.dropna(subset="contribution").pivot(index="year", columns="sector", values="contribution") * 100
    years = [str(year) for year in points.index]
    figure = go.Figure()
    for sector in SECTORS:
        _sector_bars(figure, sector, names[sector], points[sector], [say.number(value, 2) for value in points[sector]])
    figure.add_scatter(
        x=years,
        y=points[list(SECTORS)].clip(lower=0).sum(axis=1),
        mode="text",
        textposition="top center",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
        text=[f"<b>{say.percent(value / 100)}</b>" for value in points["grdp"]],
    )
    rows = [
        (str(year), *(say.number(row[sector], 2) for sector in SECTORS), say.number(row["grdp"], 2))
        for year, row in points.iterrows()
    ]
    figure.update_layout(barmode="relative")
    top = float(points[list(SECTORS)].clip(lower=0).sum(axis=1).max())
    bottom = float(points[list(SECTORS)].clip(upper=0).sum(axis=1).min())
    figure.update_yaxes(title=say("percentage points"), range=[bottom * 1.05, max(top * 1.1, -bottom * 0.12)])
    return frame(
        figure,
        say,
        title=_leading_title(points[list(SECTORS)].mean(), names, say),
        subtitle=say("Contribution to GRDP growth, percentage points a year; the figure on top is GRDP growth"),
        source=source_line("growth", programme, say),
        table=rows_table([say("Year"), *(names[sector] for sector in SECTORS), names["grdp"]], rows),
        height=460,
    )


def _sector_bars(figure: go.Figure, sector: str, name: str, values: pd.Series, told: list[str]) -> None:
    """Add a sector's bar for each year of the index, what it tells to hover text."""
    years = [str(year) for year in values.index]
    figure.add_bar(
        x=years,
        y=values,
        name=name,
        marker=pattern(*SECTOR_STYLE[sector]),
        customdata=[f"{name}, {year}: {one}" for year, one in zip(years, told, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _leading_title(average: pd.Series, names: dict[str, str], say: Language) -> str:
    """Say who leads: as a share where all pull one way, in points where they pull against each other."""
    leader = average.abs().idxmax()
    if average.abs().max() < 5e-5:
        return say("No sector grows")
    if (average >= 0).all() and average.sum() > 0:
        share = say.percent(average[leader] / average.sum(), 0)
        return say("{sector}: {share} of all growth", sector=names[leader], share=share)
    return say("{sector}: {points} points a year", sector=names[leader], points=say.number(average[leader], 1))


def levels(programme: Programme, path: pd.DataFrame, lang: str) -> go.Figure:
    """Draw the size of the economy by sector and year, constant 2025 prices."""
    say = speak(lang)
    names = sector_names(say)
    table = path.pivot(index="year", columns="sector", values="level_bn_vnd")
    years = [str(year) for year in table.index]
    figure = go.Figure()
    for sector in SECTORS:
        _sector_bars(figure, sector, names[sector], table[sector] / 1000, [say.money(value) for value in table[sector]])
    figure.add_scatter(
        x=years,
        y=table["grdp"] / 1000,
        mode="text",
        textposition="top center",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
        text=[f"<b>{say.number(value / 1000)}</b>" for value in table["grdp"]],
    )
    ratio = table["grdp"].iloc[-1] / table["grdp"].iloc[0]
    rows = [
        (str(year), *(say.number(row[sector]) for sector in SECTORS), say.number(row["grdp"]))
        for year, row in table.iterrows()
    ]
    figure.update_layout(barmode="stack")
    figure.update_yaxes(title=say("thousand bn VND"), range=[0, float(table["grdp"].max()) / 1000 * 1.1])
    return frame(
        figure,
        say,
        title=say("The economy of 2030 is {ratio} times that of 2025", ratio=say.number(ratio, 2)),
        subtitle=say("GRDP by sector, thousand bn VND, constant 2025 prices; the table is in bn VND"),
        source=source_line("growth", programme, say),
        table=rows_table([say("Year"), *(names[sector] for sector in SECTORS), names["grdp"]], rows),
        height=460,
    )


def closing(programme: Programme, story: Scenario, goal: float, lang: str) -> go.Figure:
    """Draw the growth that each sector alone would need for the headline to meet a goal in per cent."""
    say = speak(lang)
    names = sector_names(say)
    table = closing_rates(programme, story, goal / 100)
    labels = [names[sector] for sector in table["sector"]]
    figure = go.Figure()
    for column, name, marker in (
        ("average", say("Scenario"), pattern(GREY, "")),
        ("required", say("Needed if this sector alone moves"), pattern(ORANGE, "/")),
    ):
        texts = [say.percent(value, 2) for value in table[column]]
        labelled_bars(figure, labels, table[column] * 100, texts, marker, name)
    able = [names[row.sector] for row in table.itertuples() if row.within_range]
    reached = average_growth(growth_path(programme, story))["grdp"] >= goal / 100 - 1e-12
    title = (
        say("The scenario already reaches {goal}", goal=say.percent(goal / 100))
        if reached
        else say("Within its own target only {sector} can do it", sector=able[0])
        if len(able) == 1
        else say.plural(
            "{count} sector can do it within its target", "{count} sectors can do it within their targets", len(able)
        )
        if able
        else say("No sector alone can do it within its target")
    )
    words = {True: say("yes"), False: say("no")}
    rows = [
        (names[row.sector], say.percent(row.average, 2), say.percent(row.required, 2), words[bool(row.within_range)])
        for row in table.itertuples()
    ]
    rates = table[["average", "required"]].to_numpy(float) * 100
    widest, narrowest = float(np.nanmax(rates)), float(np.nanmin(rates))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(
        title=say("per cent a year"),
        range=[narrowest - 0.12 * (widest - narrowest) if narrowest < 0 else 0, max(widest, 0) * 1.15 or 1],
    )
    return frame(
        figure,
        say,
        title=title,
        subtitle=say(
            "Growth needed for GRDP to average {goal} a year, other sectors as in the scenario ({now})",
            goal=say.percent(goal / 100),
            now=say.percent(average_growth(growth_path(programme, story))["grdp"], 2),
        ),
        source=source_line("growth", programme, say),
        table=rows_table([say("Sector"), say("Scenario"), say("Needed"), say("Within its target range?")], rows),
        height=420,
        least_width=520,
    )
