"""Pictures of duties: who leads how much, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from bnplan_lib.analysis.timeline import duties, workload
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import BLUE, GREY, ORANGE, frame, pattern, rows_table
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


def workload_grid(programme: Programme, lang: str) -> go.Figure:
    """Draw how many tasks each lead body has in each quarter, as a grid of squares."""
    say = speak(lang)
    table = workload(programme)
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    names = dict(zip(programme.agencies["id"], programme.agencies[f"name_{lang}"], strict=True))
    busiest = table.groupby("agency_id")["tasks_led"].max()
    total = table.groupby("agency_id")["tasks_led"].sum()
    order = sorted(busiest.index, key=lambda key: (-busiest[key], -total[key], key))
    at = (table["quarter"].map(quarter_number) + 0.5) / 4
    hover = [
        say(
            "{body}, {quarter}: leads {tasks}, {shared} of them together with others",
            body=names[row.agency_id],
            quarter=say.quarter(row.quarter),
            tasks=say.plural("{count} task", "{count} tasks", row.tasks_led),
            shared=row.shared_tasks,
        )
        for row in table.itertuples()
    ]
    shades = {1: "#7ea6d3", 2: "#3f74b5", 3: "#123a6d"}
    figure = go.Figure()
    figure.add_scatter(
        x=at,
        y=[shorts[key] for key in table["agency_id"]],
        mode="markers+text",
        showlegend=False,
        marker={
            "symbol": "square",
            "size": 22,
            "color": [shades.get(count, "#0b2447") for count in table["tasks_led"]],
        },
        text=[str(count) for count in table["tasks_led"]],
        textfont={"color": ["black" if count == 1 else "white" for count in table["tasks_led"]], "size": 12},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_yaxes(categoryorder="array", categoryarray=[shorts[key] for key in order][::-1])
    figure.update_xaxes(dtick=1, tickformat="d", range=[programme.years[0], programme.years[-1] + 1])
    most = int(busiest.max())
    leaders = [shorts[key] for key in order if busiest[key] == most]
    title = (
        say("{body} leads most tasks at once: {most}", body=leaders[0], most=most)
        if len(leaders) == 1
        else say("{count} bodies lead {most} tasks at once", count=len(leaders), most=most)
    )
    columns = [say("Body"), say("Most tasks in one quarter"), say("In"), say("Quarters with a task")]
    rows = []
    for key in order:
        own = table[table["agency_id"] == key]
        when = own.loc[own["tasks_led"] == busiest[key], "quarter"].iloc[0]
        rows.append((names[key], say.number(busiest[key]), say.quarter(when), say.number(len(own))))
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Tasks of Appendix II led in each quarter; a task with several leads counts for each"),
        source=source_line("timeline", say),
        table=rows_table(columns, rows),
        height=210 + 30 * len(order),
        axis_on_top=True,
        least_width=680,
    )


def duty_bars(programme: Programme, lang: str) -> go.Figure:
    """Draw how many orders, tasks and targets each body leads."""
    say = speak(lang)
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    table = duties(programme)
    table = table[table[["tasks_led", "orders_led", "targets_led"]].sum(axis=1) > 0]
    table = table.assign(led=table[["tasks_led", "orders_led", "targets_led"]].sum(axis=1)).sort_values(
        "led", kind="stable"
    )
    labels = [shorts[key] for key in table["agency_id"]]
    figure = go.Figure()
    for column, name, style in (
        ("orders_led", say("Orders of sections II and III"), pattern(BLUE, "")),
        ("tasks_led", say("Tasks of Appendix II"), pattern(ORANGE, "/")),
        ("targets_led", say("Targets of Appendix I and the text"), pattern(GREY, ".")),
    ):
        figure.add_bar(
            y=labels,
            x=table[column],
            orientation="h",
            name=name,
            marker=style,
            customdata=[f"{label}: {name}, {count}" for label, count in zip(labels, table[column], strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(
        y=labels,
        x=table["led"],
        mode="text",
        textposition="middle right",
        showlegend=False,
        hoverinfo="skip",
        text=[f" {count}" for count in table["led"]],
    )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title=say("number led"), range=[0, table["led"].max() * 1.08])
    columns = [say("Body"), say("Orders led"), say("Orders joined"), say("Tasks led"), say("Targets led")]
    rows = [
        (
            shorts[row.agency_id],
            *(say.number(value) for value in (row.orders_led, row.orders_joined, row.tasks_led, row.targets_led)),
        )
        for row in table.iloc[::-1].itertuples()
    ]
    top = table.iloc[-1]
    return frame(
        figure,
        say,
        title=say("{body} leads {count} duties", body=shorts[top["agency_id"]], count=top["led"]),
        subtitle=say("Orders, tasks and targets led by each body; shared ones count for each"),
        source=source_line("agencies", say),
        table=rows_table(columns, rows),
        height=170 + 24 * len(table),
        least_width=560,
    )
