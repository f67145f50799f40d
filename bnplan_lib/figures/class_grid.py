"""How much of each group runs in each quarter, and how much money falls on it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from bnplan_lib.analysis.timeline import concurrency_by
from bnplan_lib.figures.lanes import NONE, agency_note, class_names, kind_name, spread_note
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.squares import draw_squares, shade_of
from bnplan_lib.figures.style import frame, in_years, middles, rows_table, safe

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def class_grid(programme: Programme, story: Scenario, by: str, lang: str) -> go.Figure:
    """Draw a row for each class: how many projects and tasks run in each quarter, darker where more money falls.

    Parameters
    ----------
    by
        As of `membership`, such as capital_source, sector, place, corridor or agency.
    """
    say = speak(lang)
    names = {**class_names(programme, by, say), NONE: say("Not assigned")}
    table = concurrency_by(programme, story, by, unassigned=True)
    shown = in_years(table, programme.years[-1], programme.years[0])
    order = [name for name in names if name in set(shown[by])]
    at = {name: height for height, name in enumerate(reversed(order))}
    most = float(shown["load_bn_vnd"].max()) if len(shown) else 0.0
    draw_squares(
        figure := go.Figure(),
        (middles(shown["quarter"]), shown[by].map(at)),
        [str(row.running_projects + row.running_tasks) for row in shown.itertuples()],
        [shade_of(load, most) for load in shown["load_bn_vnd"]],
        [
            f"{safe(names[name])}, {say.quarter(quarter)}<br>"
            + say(
                "projects: {projects}, tasks: {tasks}, money: {amount}",
                projects=projects,
                tasks=tasks,
                amount=say.money(load),
            )
            for name, quarter, projects, tasks, load in shown.itertuples(index=False)
        ],
        22,
    )
    labels = [safe(names[name]) for name in at]
    figure.update_yaxes(tickvals=list(at.values()), ticktext=labels, range=[-0.6, len(at) - 0.4], showgrid=False)
    figure.update_xaxes(
        tickvals=list(programme.years), tickformat="d", range=[programme.years[0], programme.years[-1] + 1.02]
    )
    title = say("Nothing runs")
    if most > 0:
        top = shown.loc[shown["load_bn_vnd"].idxmax()]
        title = say("Most money in a quarter: {name}, {amount}", name=names[top[by]], amount=say.money(most))
    elif len(shown):
        title = say("No money falls in these years")
    columns = [kind_name(by, say), say("Quarter"), say("Projects"), say("Tasks"), say("Money, bn VND")]
    rows = [
        (names[name], say.quarter(quarter), say.number(projects), say.number(tasks), say.number(load))
        for name, quarter, projects, tasks, load in table.itertuples(index=False)
    ]
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Projects and tasks that run in each quarter; the darker, the more money.")
        + f" {spread_note(story, say)}{agency_note(by, say)}",
        source=source_line("timeline", programme, say),
        table=rows_table(columns, rows),
        height=200 + 28 * len(at),
        axis_on_top=True,
        least_width=700,
    )
