"""Pictures of the investment list: who pays, for what, how concentrated, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.investment import (
    NOT_STATED,
    SIZE_CLASSES,
    composition,
    concentration,
    group_totals,
    largest_projects,
    load_by_year,
)
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    FAINT,
    GREY,
    INK,
    SOURCE_STYLE,
    YEARS_SHOWN_AFTER,
    frame,
    labelled_bars,
    pattern,
    rows_table,
    safe,
)
from bnplan_lib.model.investment import phase_investment

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def class_names(programme: Programme, by: str, say: Language) -> dict[str, str]:
    """Return what each class of a classification is called."""
    if by != "size_class":
        return {**say.labels(programme.codes, by), NOT_STATED: say("Not stated")}
    limits = [
        say("under 1,000 bn VND"),
        say("1,000 to 5,000 bn VND"),
        say("5,000 to 20,000 bn VND"),
        say("20,000 to 100,000 bn VND"),
        say("100,000 bn VND and more"),
    ]
    return {**dict(zip(SIZE_CLASSES, limits, strict=True)), NOT_STATED: say("No cost printed")}


def composition_bars(programme: Programme, by: str, lang: str) -> go.Figure:
    """Draw the cost of the projects by one classification, largest first."""
    say = speak(lang)
    names = class_names(programme, by, say)
    table = composition(programme, by)
    if by == "size_class":
        order = [*SIZE_CLASSES[::-1], NOT_STATED]
        table = table.sort_values(by, key=lambda codes: codes.map(order.index))
    shown = table[table["cost_bn_vnd"] > 0].iloc[::-1]
    labels = [names[code] for code in shown[by]]
    text = [
        f"{say.number(row.cost_bn_vnd)} · {say.percent(row.share)} · {_projects(say, row.projects)}"
        for row in shown.itertuples()
    ]
    figure = go.Figure()
    for code, label, cost, told in zip(shown[by], labels, shown["cost_bn_vnd"], text, strict=True):
        labelled_bars(figure, [label], [cost / 1000], [told], pattern(*SOURCE_STYLE.get(code, (BLUE, ""))))
    figure.update_layout(barmode="overlay")
    rows = [
        (
            names[row[by]],
            say.number(row["projects"]),
            say.number(row["without_cost"]),
            say.number(row["cost_bn_vnd"], 1),
            say.percent(row["share"]),
        )
        for row in table.to_dict("records")
    ]
    first = table.loc[table["share"].idxmax()]
    columns = [say("Class"), say("Projects"), say("Without a cost"), say("Cost, bn VND"), say("Share")]
    figure.update_xaxes(title=say("thousand bn VND"), range=[0, float(shown["cost_bn_vnd"].max()) / 1000 * 1.75])
    return frame(
        figure,
        say,
        title=say("{name}: {share} of the cost", name=names[first[by]], share=say.percent(first["share"], 0)),
        subtitle=say("Cost of the priority projects, thousand bn VND; label: bn VND, share, number of projects"),
        source=source_line("investment", say),
        table=rows_table(columns, rows),
        height=170 + 34 * len(shown),
        least_width=680,
    )


def printed_totals(programme: Programme, lang: str) -> go.Figure:
    """Draw each group's printed total beside the sum of its rows."""
    say = speak(lang)
    names = say.labels(programme.codes, "capital_source")
    table = group_totals(programme)
    labels = [f"{row.group}. {names[row.capital_source]}" for row in table.itertuples()]
    figure = go.Figure()
    for column, name, style in (
        ("printed_bn_vnd", say("Printed total"), pattern(GREY, "")),
        ("sum_bn_vnd", say("Sum of the rows"), pattern(BLUE, "/")),
    ):
        texts = [say.number(value, 1) for value in table[column]]
        labelled_bars(figure, labels, table[column] / 1000, texts, style, name)
    off = table[table["difference_bn_vnd"].abs() >= 0.5]
    if len(off) == 1:
        row = off.iloc[0]
        title = say(
            "Group {group} misses its printed total by {amount}",
            group=row["group"],
            amount=say.money(abs(row["difference_bn_vnd"])),
        )
    else:
        title = say.plural(
            "{count} group misses its printed total", "{count} groups miss their printed totals", len(off)
        )
    columns = [
        say("Group"),
        say("Projects"),
        say("Printed, bn VND"),
        say("Sum, bn VND"),
        say("Difference"),
        say("Same as row"),
    ]
    rows = [
        (
            label,
            say.number(row.projects),
            say.number(row.printed_bn_vnd),
            say.number(row.sum_bn_vnd, 1),
            say.number(row.difference_bn_vnd, 1),
            row.same_as,
        )
        for label, row in zip(labels, table.itertuples(), strict=True)
    ]
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=say("thousand bn VND"), range=[0, float(table["sum_bn_vnd"].max()) / 1000 * 1.2])
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Cost by group, thousand bn VND; labels in bn VND; rows in million VND corrected"),
        source=source_line("investment", say),
        table=rows_table(columns, rows),
        height=360,
        least_width=480,
    )


def largest_bars(programme: Programme, largest: int, lang: str) -> go.Figure:
    """Draw the largest projects by cost, with their share added up."""
    say = speak(lang)
    sources = say.labels(programme.codes, "capital_source")
    table = largest_projects(programme, largest)
    order = [f"{row['id']}  {safe(say.of(row, 'label'))}" for row in table.to_dict("records")][::-1]
    figure = go.Figure()
    for code, (color, shape) in SOURCE_STYLE.items():
        part = table[table["capital_source"] == code]
        labels = [f"{row['id']}  {safe(say.of(row, 'label'))}" for row in part.to_dict("records")]
        texts = [f"{say.number(row.cost_bn_vnd)} · {say.percent(row.share)}" for row in part.itertuples()]
        labelled_bars(figure, labels, part["cost_bn_vnd"] / 1000, texts, pattern(color, shape), sources[code])
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(categoryorder="array", categoryarray=order)
    figure.update_xaxes(title=say("thousand bn VND"), range=[0, float(table["cost_bn_vnd"].max()) / 1000 * 1.5])
    measured = concentration(programme, largest)
    columns = [say("Row"), say("Project"), say("Capital source"), say("Cost, bn VND"), say("Share"), say("Added up")]
    rows = [
        (
            row["id"],
            say.of(row, "label"),
            sources[row["capital_source"]],
            say.number(row["cost_bn_vnd"]),
            say.percent(row["share"]),
            say.percent(row["cumulative_share"]),
        )
        for row in table.to_dict("records")
    ]
    return frame(
        figure,
        say,
        title=say.plural(
            "The largest project holds {share} of the cost",
            "The {count} largest projects hold {share} of the cost",
            len(table),
            share=say.percent(measured["largest_share"], 0),
        ),
        subtitle=say(
            "Cost, thousand bn VND; label: bn VND and share of all {number} projects with a cost",
            number=say.number(measured["projects"]),
        ),
        source=source_line("investment", say),
        table=rows_table(columns, rows),
        height=190 + 30 * len(table),
        least_width=680,
    )


def lorenz(programme: Programme, lang: str) -> go.Figure:
    """Draw the Lorenz curve of project costs."""
    say = speak(lang)
    cost = np.sort(programme.projects["cost_bn_vnd"].dropna().to_numpy(float))
    projects = np.arange(len(cost) + 1) / len(cost) * 100
    money = np.concatenate([[0.0], np.cumsum(cost)]) / cost.sum() * 100
    measured = concentration(programme)
    hover = [
        say(
            "The smallest {projects} of projects hold {money} of the cost",
            projects=say.percent(one / 100, 0),
            money=say.percent(two / 100),
        )
        for one, two in zip(projects, money, strict=True)
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name=say("All projects equal"),
        line={"color": FAINT, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=projects,
        y=money,
        mode="lines",
        name=say("The programme's projects"),
        line={"color": BLUE, "width": 3},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_xaxes(title=say("per cent of projects, smallest first"), range=[0, 100])
    figure.update_yaxes(title=say("per cent of cost"), range=[0, 101])
    half = float(np.interp(50, projects, money))
    rows = [
        (say("Projects with a cost"), say.number(measured["projects"])),
        (say("Gini coefficient (0 equal, 1 one project)"), say.number(measured["gini"], 3)),
        (say("Herfindahl-Hirschman index (1/n equal, 1 one project)"), say.number(measured["herfindahl"], 3)),
        (say("Cost share of the smaller half"), say.percent(half / 100)),
    ]
    return frame(
        figure,
        say,
        title=say("The smaller half of the projects holds {share}", share=say.percent(half / 100)),
        subtitle=say(
            "Lorenz curve of project cost; Gini {gini}, Herfindahl-Hirschman {herfindahl}",
            gini=say.number(measured["gini"], 2),
            herfindahl=say.number(measured["herfindahl"], 3),
        ),
        source=source_line("investment", say),
        table=rows_table([say("Measure"), say("Value")], rows),
        height=430,
    )


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
    figure.add_vrect(
        x0=programme.years[0] - 0.5, x1=programme.years[-1] + 0.5, fillcolor=BAND, line_width=0, layer="below"
    )
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
    subtitle = say("Thousand bn VND, cost spread evenly over each printed period; shaded: the programme's years")
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
        source=source_line("investment", say),
        table=rows_table(columns, rows),
        height=450,
        least_width=520,
    )


def _load_title(programme: Programme, total: pd.Series, say: Language) -> str:
    if not total.sum():
        return say("The scenario leaves no money to spend")
    inside = total.reindex(programme.years).sum() / total.sum()
    share = say.percent(inside, 0)
    return say("The load peaks in {year}; {share} falls in 2026–2030", year=total.idxmax(), share=share)


def _projects(say: Language, count: int) -> str:
    return say.plural("{count} project", "{count} projects", int(count))
