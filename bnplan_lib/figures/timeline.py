"""How much runs at once, when is the peak, and who is in it?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML
from plotly.subplots import make_subplots

from bnplan_lib.analysis.presence import as_printed
from bnplan_lib.analysis.timeline import concurrency, concurrency_by, peaks
from bnplan_lib.figures.lanes import agency_note, class_names, kind_name, spread_note
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    GREY,
    INK,
    ORANGE,
    YEARS_SHOWN_AFTER,
    frame,
    in_years,
    middles,
    pattern,
    rows_table,
)
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

PAYERS = 3  # of a peak, named in the table


def running_at_once(programme: Programme, story: Scenario, lang: str, only: tuple[str, str] | None = None) -> go.Figure:
    """Draw the number of running projects and tasks and the phased money, quarter by quarter.

    Where the scenario moves anything, a line shows the programme before.

    Parameters
    ----------
    only
        A classification as of `membership` and one of its classes, such as ("sector", "airport"): what
        belongs to it alone. Without it everything.
    """
    say = speak(lang)
    table, before = _counted(programme, story, only), _counted(programme, as_printed(story), only)
    last = programme.years[-1] + YEARS_SHOWN_AFTER
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.11, row_heights=[0.55, 0.45])
    shown = in_years(table, last)
    quarters = [say.quarter(quarter) for quarter in shown["quarter"]]
    for column, name, style, row, scale in (
        ("running_projects", say("Projects"), pattern(BLUE, ""), 1, 1),
        ("running_tasks", say("Tasks"), pattern(ORANGE, "/"), 1, 1),
        ("load_bn_vnd", say("Money"), pattern(GREY, ""), 2, 1000),
    ):
        values = shown[column]
        texts = [say.money(value) if row == 2 else f"{name}: {say.number(value)}" for value in values]
        figure.add_bar(
            x=middles(shown["quarter"]),
            y=values / scale,
            width=0.22,
            name=name,
            marker=style,
            row=row,
            col=1,
            customdata=[f"{quarter}<br>{text}" for quarter, text in zip(quarters, texts, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    moved = not before.equals(table)
    _outline(figure, say, before, last, moved)
    figure.update_layout(barmode="stack")
    for row in (1, 2):
        figure.add_vrect(
            x0=programme.years[0],
            x1=programme.years[-1] + 1,
            fillcolor=BAND,
            line_width=0,
            layer="below",
            row=row,
            col=1,
        )
    figure.update_xaxes(dtick=1, tickformat="d")
    figure.update_yaxes(title=say("running at once"), rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title=say("thousand bn VND a quarter"), rangemode="tozero", row=2, col=1)
    peak = table.loc[(table["running_projects"] + table["running_tasks"]).idxmax()] if len(table) else None
    return frame(
        figure,
        say,
        title=say("Nothing runs")
        if peak is None
        else say(
            "Most runs in {quarter}: {projects} projects and {tasks} tasks",
            quarter=say.quarter(peak["quarter"]),
            projects=peak["running_projects"],
            tasks=peak["running_tasks"],
        ),
        subtitle=say("Running projects and tasks, and money, in each quarter; shaded: the programme's years.")
        + " "
        + spread_note(story, say),
        source=source_line("timeline", programme, say),
        table=_quarter_rows(say, table, before, moved),
        height=540,
        least_width=560,
    )


def peak_table(programme: Programme, story: Scenario, by: str, lang: str) -> HTML:
    """Return when most runs at once and when most money falls, of all and of each class, with the members.

    Parameters
    ----------
    by
        As of `membership`, such as capital_source, sector, place, corridor or agency.
    """
    say = speak(lang)
    names = class_names(programme, by, say)
    whole = peaks(programme, story).assign(**{by: None})
    rows = [
        (
            say("All") if row[by] is None else names[row[by]],
            _members(programme, say, row["members"], row["running_projects"], row["running_tasks"]),
            say.quarter(row["quarter"]),
            say.number(row["load_bn_vnd"], 0) if row["payers"] else "–",
            say.quarter(row["load_quarter"]) if row["payers"] else "–",
            ", ".join(_label(programme, say, key) for key in row["payers"][:PAYERS]) or "–",
        )
        for row in [*whole.to_dict("records"), *peaks(programme, story, by).to_dict("records")]
    ]
    heads = [
        kind_name(by, say),
        say("Most at once"),
        say("First in"),
        say("Most money in a quarter, bn VND"),
        say("First in"),
        say("Mostly for"),
    ]
    note = say("What belongs to several counts in each; open a number to see what runs then.")
    note += f" {spread_note(story, say)}{agency_note(by, say)}"
    return html_table(f"peaks-{by}", heads, rows, numbers=(2, 3, 4), note=note)


def _counted(programme: Programme, story: Scenario, only: tuple[str, str] | None) -> pd.DataFrame:
    if only is None:
        return concurrency(programme, story).drop(columns="scenario")
    by, name = only
    table = concurrency_by(programme, story, by)
    return table[table[by] == name].drop(columns=by).reset_index(drop=True)


def _outline(figure: go.Figure, say: Language, before: pd.DataFrame, last: int, moved: bool) -> None:
    """Draw the programme as it stands as a stepped line; no points where the scenario moves nothing."""
    shown = in_years(before, last) if moved else before.head(0)
    at = middles(shown["quarter"])
    counts = shown["running_projects"] + shown["running_tasks"]
    for row, values in ((1, counts), (2, shown["load_bn_vnd"] / 1000)):
        figure.add_scatter(
            x=at,
            y=values,
            mode="lines",
            line={"color": INK, "width": 1.5, "shape": "hvh", "dash": "dot"},
            name=say("As printed, spread evenly"),
            showlegend=row == 1 and moved,
            hoverinfo="skip",
            row=row,
            col=1,
        )


def _quarter_rows(say: Language, table: pd.DataFrame, before: pd.DataFrame, moved: bool) -> pd.DataFrame:
    columns = [say("Quarter"), say("Projects"), say("Tasks"), say("Money, bn VND")]
    joined = table.set_index("quarter")
    if moved:
        columns += [
            say("Projects in the programme"),
            say("Tasks in the programme"),
            say("Money in the programme, bn VND"),
        ]
        own = before.set_index("quarter").add_suffix("_before")
        joined = joined.join(own, how="outer").fillna(0)
    rows = [
        (say.quarter(quarter), *(say.number(value, 0) for value in values)) for quarter, *values in joined.itertuples()
    ]
    return rows_table(columns, rows)


def _members(programme: Programme, say: Language, members: tuple[str, ...], projects: int, tasks: int) -> HTML:
    parts = [
        say.plural("{count} project", "{count} projects", projects) if projects else "",
        say.plural("{count} task", "{count} tasks", tasks) if tasks else "",
    ]
    told = html.escape(" + ".join(filter(None, parts)))
    listed = "".join(f"<li>{html.escape(_label(programme, say, key))}</li>" for key in members)
    return markup(f"<details><summary>{told}</summary><ul>{listed}</ul></details>")


def _label(programme: Programme, say: Language, key: str) -> str:
    """Return how an item is told in a line: its row and its short label."""
    table, _, item = key.partition(":")
    items = getattr(programme, table)
    return f"{item} {say.of(items[items['id'] == item].iloc[0], 'label')}"
