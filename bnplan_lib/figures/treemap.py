"""A picture of the whole list: each project an area as large as its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
import squarify

from bnplan_lib.analysis.investment import listed_projects
from bnplan_lib.figures.investment import nothing_left
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import SOURCE_STYLE, frame, rows_table, safe

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

WIDTH, HEIGHT = 160.0, 100.0
SMALLEST_TEXT_PX = 9


def treemap(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw every project as an area as large as its cost, within its capital source.

    Rectangles are bars: the small plotly bundle has no treemap of its own. The row's
    number, which the legend explains, tells the capital source without colour.
    """
    say = speak(lang)
    projects = listed_projects(programme, story).dropna(subset="cost_bn_vnd")
    projects = projects[projects["cost_bn_vnd"] > 0].sort_values("cost_bn_vnd", ascending=False, kind="stable")
    if projects.empty:
        return nothing_left(programme, say)
    names = say.labels(programme.codes, "capital_source")
    groups = projects.groupby("capital_source")["cost_bn_vnd"].sum().sort_values(ascending=False, kind="stable")
    total = float(groups.sum())
    figure = go.Figure()
    outer = squarify.squarify(squarify.normalize_sizes(groups, WIDTH, HEIGHT), 0, 0, WIDTH, HEIGHT)
    for code, place in zip(groups.index, outer, strict=True):
        own = projects[projects["capital_source"] == code]
        sizes = squarify.normalize_sizes(own["cost_bn_vnd"], place["dx"], place["dy"])
        boxes = squarify.squarify(sizes, place["x"], place["y"], place["dx"], place["dy"])
        labels = [safe(say.of(row, "label")) for row in own.to_dict("records")]
        hover = [
            f"{row.id} {label}<br>{say.money(row.cost_bn_vnd)} · {say.percent(row.cost_bn_vnd / total)}"
            for row, label in zip(own.itertuples(), labels, strict=True)
        ]
        figure.add_bar(
            x=[box["x"] + box["dx"] / 2 for box in boxes],
            y=[box["dy"] for box in boxes],
            base=[box["y"] for box in boxes],
            width=[box["dx"] for box in boxes],
            name=f"{own['id'].iloc[0].partition('.')[0]} {names[code]} · {say.percent(groups[code] / total, 0)}",
            marker={"color": SOURCE_STYLE[code][0], "line": {"color": "white", "width": 1.5}},
            text=[_text(row.id, label, box) for row, label, box in zip(own.itertuples(), labels, boxes, strict=True)],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            insidetextfont={"color": "white"},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="overlay", uniformtext={"mode": "hide", "minsize": SMALLEST_TEXT_PX})
    figure.update_xaxes(visible=False, range=[0, WIDTH])
    figure.update_yaxes(visible=False, range=[0, HEIGHT])
    heads = [say("Row"), say("Project"), say("Capital source"), say("Cost, bn VND"), say("Share")]
    rows = [
        (
            row["id"],
            say.of(row, "label"),
            names[row["capital_source"]],
            say.number(row["cost_bn_vnd"], 1),
            say.percent(row["cost_bn_vnd"] / total, 2),
        )
        for row in projects.to_dict("records")
    ]
    half = int((projects["cost_bn_vnd"].cumsum() < total / 2).sum()) + 1
    return frame(
        figure,
        say,
        title=say.plural("{count} project holds half of the cost", "{count} projects hold half of the cost", half),
        subtitle=say("Area: cost of each of {number} projects with a cost", number=say.number(len(projects))),
        source=source_line("investment", programme, say),
        table=rows_table(heads, rows),
        height=520,
        least_width=680,
    ).update_layout(margin={"b": 28})


def _text(project: str, label: str, box: dict[str, float]) -> str:
    """Return what stands in a project's area: its name, its row where that is too long, nothing in a sliver."""
    if box["dx"] < 4 or box["dy"] < 5:
        return ""
    across = int(box["dx"] / 1.25)  # letters that fit beside each other
    lines, rest = [], label.split()
    while rest:
        line = rest.pop(0)
        while rest and len(line) + 1 + len(rest[0]) <= across:
            line += " " + rest.pop(0)
        lines.append(line)
    fits = max(map(len, lines)) <= across and len(lines) <= box["dy"] / 4.5 - 1
    return "<br>".join([project, *lines]) if fits else project
