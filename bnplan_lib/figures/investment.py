"""Pictures of the investment list: who pays, for what, how concentrated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from bnplan_lib.analysis.investment import (
    NOT_STATED,
    SIZE_CLASSES,
    composition,
    concentration,
    group_totals,
    largest_projects,
    lorenz_curve,
)
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BLUE,
    FAINT,
    GREY,
    SOURCE_STYLE,
    frame,
    labelled_bars,
    pattern,
    rows_table,
    safe,
)

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


MOST_CLASSES = 12  # bars at most in a chart; all classes are in its table


def class_names(programme: Programme, by: str, say: Language) -> dict[str, str]:
    """Return what each class of a classification is called."""
    if by == "start_year":
        years = programme.project_phases["start"].dropna().str[:4]
        return {**{year: year for year in years}, NOT_STATED: say("Milestones only")}
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


def composition_bars(programme: Programme, story: Scenario, by: str, lang: str) -> go.Figure:
    """Draw the cost of the projects by one classification, largest first; sizes and years in their order."""
    say = speak(lang)
    names = class_names(programme, by, say)
    table = composition(programme, by, story)
    if not table["cost_bn_vnd"].sum():
        return nothing_left(programme, say)
    order = {"size_class": [*SIZE_CLASSES[::-1], NOT_STATED], "start_year": [*sorted(names)]}.get(by)
    if order:
        table = table.sort_values(by, key=lambda codes: codes.map(order.index))
    few = table[table["cost_bn_vnd"] > 0].head(MOST_CLASSES)
    shown = few.iloc[::-1]
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
    subtitle = say("Cost of the priority projects, thousand bn VND; label: bn VND, share, number of projects")
    if left := (table["cost_bn_vnd"] > 0).sum() - len(few):
        subtitle += say("; {count} more classes in the table", count=say.number(left))
    name = (
        say("Begun in {year}", year=first[by]) if by == "start_year" and first[by] != NOT_STATED else names[first[by]]
    )
    return frame(
        figure,
        say,
        title=say("{name}: {share} of the cost", name=name, share=say.percent(first["share"], 0)),
        subtitle=subtitle,
        source=source_line("investment", programme, say),
        table=rows_table(columns, rows),
        height=170 + 34 * len(shown),
        least_width=680,
    )


def compositions(programme: Programme, story: Scenario, lang: str) -> list[go.Figure]:
    """Draw what the money is for, where it goes, how large the projects are and when they begin."""
    classes = ("sector", "asset", "place", "size_class", "start_year")
    return [composition_bars(programme, story, by, lang) for by in classes]


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
        source=source_line("investment", programme, say),
        table=rows_table(columns, rows),
        height=360,
        least_width=480,
    )


def largest_bars(programme: Programme, story: Scenario, largest: int, lang: str) -> go.Figure:
    """Draw the largest projects by cost, with their share added up."""
    say = speak(lang)
    sources = say.labels(programme.codes, "capital_source")
    table = largest_projects(programme, largest, story)
    if table.empty:
        return nothing_left(programme, say)
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
    measured = concentration(programme, largest, story)
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
        source=source_line("investment", programme, say),
        table=rows_table(columns, rows),
        height=190 + 30 * len(table),
        least_width=680,
    )


def lorenz(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw the Lorenz curve of project costs."""
    say = speak(lang)
    curve = lorenz_curve(programme, story)
    if len(curve) < 2:
        return nothing_left(programme, say)
    projects, money = (curve[name].to_numpy() * 100 for name in ("projects_share", "cost_share"))
    measured = concentration(programme, story=story)
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
        source=source_line("investment", programme, say),
        table=rows_table([say("Measure"), say("Value")], rows),
        height=430,
    )


def nothing_left(programme: Programme, say: Language) -> go.Figure:
    """Return the figure of a list without a cost: it says so, and draws nothing."""
    figure = go.Figure()
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return frame(
        figure,
        say,
        title=say("The scenario leaves no money to spend"),
        subtitle=say("Every project with a cost is dropped"),
        source=source_line("investment", programme, say),
        table=rows_table([say("Project")], []),
        height=170,
    )


def _projects(say: Language, count: int) -> str:
    return say.plural("{count} project", "{count} projects", int(count))
