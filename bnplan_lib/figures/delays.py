"""What if projects are late? Pictures of what leaves the programme's years, and of GRDP lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.delays import grdp_forgone, if_late
from bnplan_lib.figures.investment import nothing_left
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, GREY, SOURCE_STYLE, frame, labelled_bars, pattern, rows_table, safe
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def late_bars(programme: Programme, story: Scenario, quarters: int, largest: int, lang: str) -> go.Figure:
    """Draw the GRDP lost over the programme's years if one project at a time is late by so many quarters."""
    say = speak(lang)
    table = if_late(programme, story, "project", quarters)
    if table.empty:
        return nothing_left(programme, say)
    projects = programme.projects.set_index("id")
    names = say.labels(programme.codes, "capital_source")
    shown = table.head(largest)
    labels = {key: f"{key}  {safe(say.of(projects.loc[key], 'label'))}" for key in table["project"]}
    figure = go.Figure()
    for code, (color, shape) in SOURCE_STYLE.items():
        part = shown[projects.loc[shown["project"], "capital_source"].to_numpy() == code]
        texts = [say.number(value) for value in part["forgone_bn_vnd"]]
        own = [labels[key] for key in part["project"]]
        labelled_bars(figure, own, part["forgone_bn_vnd"] / 1000, texts, pattern(color, shape), names[code])
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(categoryorder="array", categoryarray=[labels[key] for key in shown["project"]][::-1])
    top = max(float(shown["forgone_bn_vnd"].max()) / 1000, 1e-3)
    figure.update_xaxes(title=say("thousand bn VND"), range=[0, top * 1.25])
    heads = [
        say("Project"),
        say("Cost, bn VND"),
        say("Leaves the years, bn VND"),
        say("GRDP lost, bn VND"),
        say("Peak year then"),
        say("Change of the peak, bn VND"),
    ]
    rows = [
        (
            labels[row.project],
            say.number(row.cost_bn_vnd, 1),
            say.number(row.leaves_window_bn_vnd, 1),
            say.number(row.forgone_bn_vnd, 1),
            str(row.peak_year),
            say.number(row.peak_change_bn_vnd, 1),
        )
        for row in table.itertuples()
    ]
    return frame(
        figure,
        say,
        title=say(
            "{project} costs the most GRDP if {quarters} quarters late",
            project=table["project"].iloc[0],
            quarters=quarters,
        ),
        subtitle=say(
            "GRDP lost in {first}–{last} if one project at a time is late, thousand bn VND; label: bn VND",
            first=programme.years[0],
            last=programme.years[-1],
        ),
        source=source_line("envelope", programme, say),
        table=rows_table(heads, rows),
        height=190 + 30 * len(shown),
        least_width=680,
    )


def late_table(programme: Programme, story: Scenario, quarters: int, lang: str) -> HTML:
    """Return what happens if a capital source, a sector or everything is late by so many quarters."""
    say = speak(lang)
    rows = []
    for by in ("capital_source", "sector", "all"):
        names = {**say.labels(programme.codes, by), "all": say("All projects")}
        rows += [
            (
                names[row[by]],
                say.number(row["projects"]),
                say.number(row["cost_bn_vnd"]),
                say.number(row["leaves_window_bn_vnd"]),
                say.number(row["forgone_bn_vnd"]),
                f"{row['peak_year']}: {say.number(row['peak_bn_vnd'])}",
            )
            for row in if_late(programme, story, by, quarters).to_dict("records")
        ]
    heads = [
        say("Late by {quarters} quarters", quarters=quarters),
        say("Projects"),
        say("Cost, bn VND"),
        say("Leaves the years, bn VND"),
        say("GRDP lost, bn VND"),
        say("Peak year, bn VND"),
    ]
    note = say(
        "GRDP lost: capital that is not in place by the end of a year lowers that year's GRDP by 1/ICOR of it. An "
        "upper bound: other investment may take the place of what is late."
    )
    return html_table("late", heads, rows, numbers=(1, 2, 3, 4, 5), note=note)


def forgone_lines(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw what is spent by the end of each year, as printed and under the scenario, and the GRDP lost between."""
    say = speak(lang)
    table = grdp_forgone(programme, story)
    years = table["year"].tolist()
    figure = go.Figure()
    for column, name, color, dash in (
        ("planned_bn_vnd", say("As printed"), GREY, "dash"),
        ("now_bn_vnd", say("Under the scenario"), BLUE, "solid"),
    ):
        figure.add_scatter(
            x=years,
            y=table[column] / 1000,
            mode="lines+markers",
            name=name,
            line={"color": color, "dash": dash, "width": 2.5},
            customdata=[
                f"{name}, {year}: {say.money(value)}" for year, value in zip(years, table[column], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_xaxes(dtick=1, tickformat="d")
    figure.update_yaxes(title=say("thousand bn VND"), rangemode="tozero")
    heads = [
        say("Year"),
        say("Spent by its end, as printed"),
        say("Under the scenario"),
        say("GRDP lost, bn VND"),
        say("With the ends of target {target}", target=row_number(programme.target_of("icor"))),
        say("Share of GRDP"),
    ]
    rows = [
        (
            str(row.year),
            say.number(row.planned_bn_vnd),
            say.number(row.now_bn_vnd),
            say.number(row.forgone_bn_vnd),
            f"{say.number(row.low_bn_vnd)} – {say.number(row.high_bn_vnd)}",
            say.percent(row.share),
        )
        for row in table.itertuples()
    ]
    lost = float(table["forgone_bn_vnd"].sum())
    if abs(lost) < 0.5:
        title = say("The scenario delays no project")
    elif lost < 0:
        title = say("Ahead of the list: {money} more GRDP", money=say.money(-lost))
    else:
        title = say("The scenario's delays cost {money} of GRDP", money=say.money(lost))
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Spent on the list by the end of each year, thousand bn VND, overruns left out"),
        source=source_line("envelope", programme, say),
        table=rows_table(heads, rows),
        height=400,
        least_width=520,
    )
