"""What runs when? A lane for each project and task, with phases, milestones and open ends."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.presence import as_printed, presence
from bnplan_lib.analysis.standing import standing
from bnplan_lib.figures.lanes import Lanes, draw_lanes, lay_lanes
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import place, source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    FAINT,
    GREEN,
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

GROUP_STYLES = ((PURPLE, "."), (BLUE, ""), (GREEN, "/"), (ORANGE, "x"))  # of the groups of tasks, in turn
LANE_PX = 20
WIDE, NARROW = 0.66, 0.32  # of a lane: a bar, and one of two phases that run at once


def project_gantt(
    programme: Programme, story: Scenario, as_of: str, lang: str, lanes: str = "capital_source"
) -> go.Figure:
    """Draw one lane a project: its phases as bars, milestones as marks, open ends as arrows.

    Parameters
    ----------
    as_of
        Quarter at whose beginning a line stands.
    lanes
        What the lanes are grouped by: capital_source, sector, asset, place, corridor or
        agency (which leads the order that covers a project).
    """
    say = speak(lang)
    phases = _heights(project_schedule(programme, story))
    projects = programme.projects[programme.projects["id"].isin(phases["project_id"])].set_index("id")
    labels = {key: f"{key}  {safe(say.of(row, 'label'))}" for key, row in projects.iterrows()}
    laid = lay_lanes(programme, "projects", projects.index, lanes, labels, say)
    last = quarter_number(f"{programme.years[-1] + YEARS_SHOWN_AFTER}Q4") + 1
    figure = go.Figure()
    sources = say.labels(programme.codes, "capital_source")
    for code, style in SOURCE_STYLE.items():
        part = phases[phases["project_id"].map(projects["capital_source"]) == code]
        _bars(
            figure,
            laid,
            part,
            "project_id",
            last,
            sources[code],
            style,
            [_phase_text(say, row, projects.loc[row.project_id]) for row in part.itertuples()],
        )
    _marks(figure, say, phases, laid, last)
    _before(figure, say, programme, story, "projects", laid, last)
    _frame_of_time(figure, say, programme, as_of)
    draw_lanes(figure, laid)
    figure.update_xaxes(range=[programme.years[0] - 1.05, last / 4 + 0.45])
    lasting = int((phases.groupby("project_id")["last"].max() >= quarter_number(f"{programme.years[-1]}Q4") + 1).sum())
    return frame(
        figure,
        say,
        title=say.plural(
            "At least {count} project runs beyond {year}",
            "At least {count} projects run beyond {year}",
            lasting,
            year=programme.years[-1],
        ),
        subtitle=say(
            "Period of each project; ◆ a printed milestone, ► no end printed or beyond the axis; "
            "shaded: the programme's years"
        ),
        source=source_line("timeline", programme, say),
        table=_project_rows(say, phases, projects),
        height=230 + LANE_PX * laid.count,
        axis_on_top=True,
        least_width=680,
    )


def task_gantt(programme: Programme, story: Scenario, as_of: str, lang: str, lanes: str = "group") -> go.Figure:
    """Draw one lane a task, and a line where the reader stands in time; lanes by group or agency."""
    say = speak(lang)
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    tasks = programme.tasks.merge(task_schedule(programme, story), left_on="id", right_on="task_id")
    labels = {row["id"]: f"{row['id']}  {safe(say.of(row, 'label'))}" for row in tasks.to_dict("records")}
    by = lanes if lanes == "agency" else "group"  # tasks know no place, sector or source
    laid = lay_lanes(programme, "tasks", tasks["id"], by, labels, say)
    table = standing(programme, story, as_of)
    own = table[table["table"] == "tasks"].set_index("id")["standing"]
    words = {"ended": say("period over"), "due": say("due now"), "running": say("running"), "ahead": say("ahead")}
    figure = go.Figure()
    names = say.labels(programme.codes, "task_group")
    end = quarter_number(f"{programme.years[-1] + 1}Q4") + 1
    for code, style in zip(dict.fromkeys(programme.tasks["group"]), itertools.cycle(GROUP_STYLES), strict=False):
        part = tasks[tasks["group"] == code].assign(offset=0.0, width=WIDE)
        hover = [_task_text(say, row, words[own[row["id"]]], shorts) for row in part.to_dict("records")]
        _bars(figure, laid, part, "id", end, names.get(code, code), style, hover)
    beyond = tasks[tasks["last"] >= end].assign(offset=0.0)
    if len(beyond):
        _mark(figure, laid, beyond, "id", end, "triangle-right", say("Ends beyond the axis"))
    _before(figure, say, programme, story, "tasks", laid, end)
    _frame_of_time(figure, say, programme, as_of)
    draw_lanes(figure, laid)
    latest = max([*(tasks["last"] + 1), quarter_number(f"{programme.years[-1]}Q4") + 1])
    figure.update_xaxes(range=[programme.years[0] - 0.05, min(latest, end) / 4 + (0.25 if len(beyond) else 0.05)])
    counts = own.value_counts()
    rows = [
        (
            row["id"],
            say.of(row, "label"),
            _bodies(row["leads"], shorts),
            _span(say, row["first"], row["last"]),
            row["printed_period"],
            words[own[row["id"]]],
        )
        for row in tasks.to_dict("records")
    ]
    now = say.quarter(as_of)
    columns = [
        say("Row"),
        say("Task"),
        say("Lead"),
        say("Period"),
        say("Printed"),
        say("Standing in {quarter}", quarter=now),
    ]
    return frame(
        figure,
        say,
        title=say(
            "{ended} of {all} tasks were due before {quarter}",
            quarter=now,
            ended=counts.get("ended", 0),
            all=len(tasks),
        ),
        subtitle=say(
            "Period of each task; the line marks the beginning of {quarter}; "
            "whether a task is done is not recorded here",
            quarter=now,
        ),
        source=source_line("timeline", programme, say),
        table=rows_table(columns, rows),
        height=230 + LANE_PX * laid.count,
        axis_on_top=True,
        least_width=680,
    )


def _heights(phases: pd.DataFrame) -> pd.DataFrame:
    """Return the phases with their place in the lane: those of one project that run at once share it."""
    count = phases.groupby("project_id")["phase"].transform("size")
    before = phases.groupby("project_id")["last"].shift().fillna(-1)
    after = phases.groupby("project_id")["first"].shift(-1).fillna(10**6)
    met = (phases["first"] <= before) | (after <= phases["last"])
    place_of = phases.groupby("project_id").cumcount()
    return phases.assign(
        offset=((place_of % 2) * 0.34 - 0.17).where(met, 0.0),
        width=pd.Series(WIDE, phases.index).where(~met, NARROW),
        mark=phases["phase"].astype(str).where(count > 1, ""),
    )


def _bars(
    figure: go.Figure,
    lanes: Lanes,
    part: pd.DataFrame,
    key: str,
    end: int,
    name: str,
    style: tuple[str, str],
    hover: list[str],
) -> None:
    stop = (part["last"] + 1).clip(upper=end)
    figure.add_bar(
        y=part[key].map(dict(lanes.at)).astype(float) + part["offset"],
        base=part["first"] / 4,
        x=(stop - part["first"]).clip(lower=0) / 4,
        orientation="h",
        name=name,
        marker=pattern(*style),
        width=part["width"],
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _before(
    figure: go.Figure, say: Language, programme: Programme, story: Scenario, table: str, lanes: Lanes, end: int
) -> None:
    """Draw a thin line where the programme has an item that the scenario moves."""
    spans = [
        one.items[one.items["table"] == table].set_index("id")[["first", "last"]]
        for one in (presence(programme, as_printed(story)), presence(programme, story))
    ]
    printed, now = spans[0].loc[spans[1].index], spans[1]
    moved = printed[(printed != now).any(axis=1)]
    if moved.empty:
        return
    figure.add_scatter(
        x=[at for row in moved.itertuples() for at in (row.first / 4, min(row.last + 1, end) / 4, None)],
        y=[at for key in moved.index for at in (lanes.at[key] + 0.44, lanes.at[key] + 0.44, None)],
        mode="lines",
        name=say("As printed"),
        line={"color": INK, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )


def _marks(figure: go.Figure, say: Language, phases: pd.DataFrame, lanes: Lanes, last: int) -> None:
    """Add a diamond where a milestone is printed, an arrow where a period goes on, and the numbers of phases."""
    miles = phases[phases["milestone"] & (phases["last"] < last)]
    onward = phases[phases["open_ended"] | (phases["last"] >= last)]
    _mark(figure, lanes, miles, "project_id", last, "diamond", say("Printed milestone"))
    _mark(figure, lanes, onward, "project_id", last, "triangle-right", say("No printed end, or beyond the axis"))
    numbered = phases[(phases["mark"] != "") & (phases["first"] < last)]
    figure.add_scatter(
        y=numbered["project_id"].map(dict(lanes.at)).astype(float) + numbered["offset"],
        x=numbered["first"] / 4 + 0.25,
        mode="markers+text",
        text=numbered["mark"],
        textfont={"color": INK, "size": 10},
        marker={"symbol": "square", "size": 12, "color": "white"},
        showlegend=False,
        hoverinfo="skip",
    )


def _mark(figure: go.Figure, lanes: Lanes, part: pd.DataFrame, key: str, last: int, symbol: str, name: str) -> None:
    diamond = symbol == "diamond"
    figure.add_scatter(
        y=part[key].map(dict(lanes.at)).astype(float) + part["offset"],
        x=(part["last"] + 1).clip(upper=last) / 4 + (0 if diamond else 0.1),
        mode="markers",
        name=name,
        marker={"symbol": symbol, "size": 10, "color": RED if diamond else INK, "line": {"color": "white", "width": 1}},
        hoverinfo="skip",
    )


def _frame_of_time(figure: go.Figure, say: Language, programme: Programme, as_of: str) -> None:
    """Shade the programme's years, and draw the line at the beginning of the reader's quarter."""
    figure.add_vrect(x0=programme.years[0], x1=programme.years[-1] + 1, fillcolor=BAND, line_width=0, layer="below")
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


def _project_rows(say: Language, phases: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
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
    return rows_table(columns, rows)


def _task_text(say: Language, row: dict[str, Any], standing_word: str, shorts: dict[str, str]) -> str:
    period = _span(say, row["first"], row["last"])
    printed = say("printed: {period}", period=safe(row["printed_period"]))
    lines = [
        safe(say.of(row, "label")),
        f"{period} ({printed}) · {standing_word}",
        _bodies(row["leads"], shorts),
        place(row["source"], say),
    ]
    return "<br>".join(lines)


def _phase_text(say: Language, row: Any, project: pd.Series) -> str:
    cost = say.money(row.cost_bn_vnd, 1) if pd.notna(row.cost_bn_vnd) else say("no cost printed")
    printed = say("printed: {period}", period=safe(project["printed_period"]))
    phase = say("phase {number}", number=row.phase) + ", " if row.mark else ""
    lines = [
        safe(say.of(project, "label")),
        f"{phase}{_span(say, row.first, row.last)} ({printed})",
        cost,
        place(project["source"], say),
    ]
    return "<br>".join(lines)


def _span(say: Language, first: int, last: int) -> str:
    start, end = say.quarter(quarter_name(first)), say.quarter(quarter_name(last))
    return start if first == last else f"{start} – {end}"


def _bodies(leads: str | float, shorts: dict[str, str]) -> str:
    return ", ".join(shorts[key] for key in leads.split(";")) if isinstance(leads, str) else "–"
