"""Pictures of time: what runs when, how much at once, who is swamped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bnplan_lib.analysis.timeline import concurrency, standing
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    RED,
    SOURCE_STYLE,
    YEARS_SHOWN_AFTER,
    frame,
    pattern,
    rows_table,
    safe,
)
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

GROUP_STYLE = {"I": (PURPLE, "."), "II": (BLUE, ""), "III": (GREEN, "/"), "IV": (GREY, "x")}


def project_gantt(programme: Programme, story: Scenario, as_of: str, lang: str) -> go.Figure:
    """Draw one lane a project: its phases as bars, milestones as marks, open ends as arrows."""
    say = speak(lang)
    sources = say.labels(programme.codes, "capital_source")
    phases = project_schedule(programme, story)
    projects = programme.projects[programme.projects["id"].isin(phases["project_id"])].set_index("id")
    lanes = {key: f"{key}  {safe(say.of(row, 'label'))}" for key, row in projects.iterrows()}
    last = quarter_number(f"{programme.years[-1] + YEARS_SHOWN_AFTER}Q4") + 1
    figure = go.Figure()
    for code, (color, shape) in SOURCE_STYLE.items():
        part = phases[phases["project_id"].map(projects["capital_source"]) == code]
        stop = (part["last"] + 1).clip(upper=last)
        figure.add_bar(
            y=[lanes[key] for key in part["project_id"]],
            base=part["first"] / 4,
            x=(stop - part["first"]).clip(lower=0) / 4,
            orientation="h",
            name=sources[code],
            marker=pattern(color, shape),
            width=0.66,
            customdata=[_phase_text(say, row, projects.loc[row.project_id]) for row in part.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _marks(figure, say, phases, lanes, last)
    _window(figure, programme)
    _now(figure, say, as_of)
    _lay_lanes(figure, lanes)
    figure.update_xaxes(range=[programme.years[0] - 1.05, last / 4 + 0.45])
    rows = [
        (
            row.project_id,
            say.of(projects.loc[row.project_id], "label"),
            str(row.phase),
            _span(say, row.first, row.last),
            str(projects.loc[row.project_id, "printed_period"]),
            say.number(row.cost_bn_vnd, 1),
        )
        for row in phases.itertuples()
    ]
    columns = [say("Row"), say("Project"), say("Phase"), say("Period"), say("Printed"), say("Cost, bn VND")]
    lasting = int((phases.groupby("project_id")["last"].max() >= quarter_number(f"{programme.years[-1]}Q4") + 1).sum())
    return frame(
        figure,
        say,
        title=say.plural(
            "{count} project runs beyond {year}",
            "{count} projects run beyond {year}",
            lasting,
            year=programme.years[-1],
        ),
        subtitle=say(
            "Period of each project; ◆ a printed milestone, ► no end printed or beyond the axis; "
            "shaded: the programme's years"
        ),
        source=source_line("timeline", say),
        table=rows_table(columns, rows),
        height=210 + 20 * len(lanes),
        axis_on_top=True,
        least_width=680,
    )


def task_gantt(programme: Programme, as_of: str, lang: str) -> go.Figure:
    """Draw one lane a task, and a line where the reader stands in time."""
    say = speak(lang)
    groups = say.labels(programme.codes, "task_group")
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    tasks = programme.tasks.merge(task_schedule(programme), left_on="id", right_on="task_id")
    lanes = {row["id"]: f"{row['id']}  {safe(say.of(row, 'label'))}" for row in tasks.to_dict("records")}
    place = standing(programme, as_of).set_index("task_id")["standing"]
    words = {"ended": say("period over"), "running": say("running"), "ahead": say("ahead")}
    figure = go.Figure()
    for code, (color, shape) in GROUP_STYLE.items():
        part = tasks[tasks["group"] == code]
        hover = [_task_text(say, row, words[place[row["id"]]], shorts) for row in part.to_dict("records")]
        figure.add_bar(
            y=[lanes[key] for key in part["id"]],
            base=part["first"] / 4,
            x=(part["last"] - part["first"] + 1) / 4,
            orientation="h",
            name=groups.get(code, code),
            marker=pattern(color, shape),
            width=0.66,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    _now(figure, say, as_of)
    _lay_lanes(figure, lanes)
    figure.update_xaxes(range=[programme.years[0] - 0.05, programme.years[-1] + 1.05])
    counts = place.value_counts()
    columns = [
        say("Row"),
        say("Task"),
        say("Lead"),
        say("Period"),
        say("Printed"),
        say("Standing in {quarter}", quarter=say.quarter(as_of)),
    ]
    rows = [
        (
            row["id"],
            say.of(row, "label"),
            _bodies(row["leads"], shorts),
            _span(say, row["first"], row["last"]),
            row["printed_period"],
            words[place[row["id"]]],
        )
        for row in tasks.to_dict("records")
    ]
    return frame(
        figure,
        say,
        title=say(
            "{ended} of {all} tasks were due before {quarter}",
            quarter=say.quarter(as_of),
            ended=counts.get("ended", 0),
            all=len(tasks),
        ),
        subtitle=say(
            "Period of each task; the line marks the beginning of {quarter}; "
            "whether a task is done is not recorded here",
            quarter=say.quarter(as_of),
        ),
        source=source_line("timeline", say),
        table=rows_table(columns, rows),
        height=210 + 22 * len(lanes),
        axis_on_top=True,
        least_width=680,
    )


def running_at_once(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw the number of running projects and tasks and the phased money, quarter by quarter."""
    say = speak(lang)
    table = concurrency(programme, story)
    number = table["quarter"].map(quarter_number)
    last = quarter_number(f"{programme.years[-1] + YEARS_SHOWN_AFTER}Q4")
    shown, at = table[number <= last], (number[number <= last] + 0.5) / 4
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.11, row_heights=[0.55, 0.45])
    quarters = [say.quarter(quarter) for quarter in shown["quarter"]]
    for column, name, style, row, scale in (
        ("running_projects", say("Projects"), pattern(BLUE, ""), 1, 1),
        ("running_tasks", say("Tasks"), pattern(ORANGE, "/"), 1, 1),
        ("load_bn_vnd", say("Money"), pattern(GREY, ""), 2, 1000),
    ):
        values = shown[column]
        texts = [say.money(value) if row == 2 else f"{name}: {say.number(value)}" for value in values]
        figure.add_bar(
            x=at,
            y=values / scale,
            width=0.22,
            name=name,
            marker=style,
            row=row,
            col=1,
            customdata=[f"{quarter}<br>{text}" for quarter, text in zip(quarters, texts, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
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
    figure.update_yaxes(title=say("running at once"), row=1, col=1)
    figure.update_yaxes(title=say("thousand bn VND a quarter"), row=2, col=1)
    peak = table.loc[(table["running_projects"] + table["running_tasks"]).idxmax()]
    columns = [say("Quarter"), say("Projects"), say("Tasks"), say("Money, bn VND")]
    rows = [
        (
            say.quarter(row.quarter),
            say.number(row.running_projects),
            say.number(row.running_tasks),
            say.number(row.load_bn_vnd),
        )
        for row in table.itertuples()
    ]
    return frame(
        figure,
        say,
        title=say(
            "Most runs in {quarter}: {projects} projects and {tasks} tasks",
            quarter=say.quarter(peak["quarter"]),
            projects=peak["running_projects"],
            tasks=peak["running_tasks"],
        ),
        subtitle=say(
            "Running projects and tasks, and money falling in each quarter, cost spread evenly; "
            "shaded: the programme's years; later quarters stand in the table"
        ),
        source=source_line("timeline", say),
        table=rows_table(columns, rows),
        height=520,
        least_width=560,
    )


def _marks(figure: go.Figure, say: Language, phases: pd.DataFrame, lanes: dict[str, str], last: int) -> None:
    """Add a diamond where a milestone is printed, an arrow where a period has no end or leaves the axis."""
    miles = phases[phases["milestone"] & (phases["last"] < last)]
    onward = phases[phases["open_ended"] | (phases["last"] >= last)]
    for part, symbol, color, end, name in (
        (miles, "diamond", RED, miles["last"] + 1, say("Printed milestone")),
        (
            onward,
            "triangle-right",
            INK,
            (onward["last"] + 1).clip(upper=last),
            say("No printed end, or beyond the axis"),
        ),
    ):
        figure.add_scatter(
            y=[lanes[key] for key in part["project_id"]],
            x=end / 4 + (0 if symbol == "diamond" else 0.1),
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": 10, "color": color, "line": {"color": "white", "width": 1}},
            hoverinfo="skip",
        )


def _lay_lanes(figure: go.Figure, lanes: dict[str, str]) -> None:
    """Order the lanes from the top as in the document."""
    figure.update_layout(barmode="overlay", bargap=0)
    order = list(lanes.values())[::-1]
    figure.update_yaxes(categoryorder="array", categoryarray=order, tickfont={"size": 11})


def _window(figure: go.Figure, programme: Programme) -> None:
    """Shade the programme's years."""
    figure.add_vrect(x0=programme.years[0], x1=programme.years[-1] + 1, fillcolor=BAND, line_width=0, layer="below")


def _now(figure: go.Figure, say: Language, as_of: str) -> None:
    """Draw the line at the beginning of the reader's quarter."""
    now = quarter_number(as_of) / 4
    figure.add_vline(x=now, line={"color": RED, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=now,
        y=0,
        yref="paper",
        yanchor="top",
        showarrow=False,
        text=say.quarter(as_of),
        font={"color": RED, "size": 11},
    )
    figure.update_xaxes(dtick=1, tickformat="d", linecolor=FAINT)


def _task_text(say: Language, row: dict[str, Any], standing_word: str, shorts: dict[str, str]) -> str:
    period = _span(say, row["first"], row["last"])
    return f"{safe(say.of(row, 'label'))}<br>{period} · {standing_word}<br>{_bodies(row['leads'], shorts)}"


def _phase_text(say: Language, row: Any, project: pd.Series) -> str:
    cost = say.money(row.cost_bn_vnd, 1) if pd.notna(row.cost_bn_vnd) else say("no cost printed")
    period = _span(say, row.first, row.last)
    printed = say("printed: {period}", period=safe(project["printed_period"]))
    return f"{safe(say.of(project, 'label'))}<br>{period} ({printed})<br>{cost}"


def _span(say: Language, first: int, last: int) -> str:
    start, end = say.quarter(quarter_name(first)), say.quarter(quarter_name(last))
    return start if first == last else f"{start} – {end}"


def _bodies(leads: str | float, shorts: dict[str, str]) -> str:
    return ", ".join(shorts[key] for key in leads.split(";")) if isinstance(leads, str) else "–"
