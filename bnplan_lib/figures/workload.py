"""Pictures of duties: who leads how much and when, and who works with whom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.workload import busiest, duties, partners, workload
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.squares import SHADES, draw_squares
from bnplan_lib.figures.style import BLUE, GREY, INK, ORANGE, frame, middles, rows_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

MARGIN, COLUMN = 0.3, 0.62  # of a year: what the columns beside the grid take


def workload_grid(programme: Programme, story: Scenario, lang: str) -> go.Figure:
    """Draw how many tasks each body leads in each quarter, and beside it its standing orders and targets."""
    say = speak(lang)
    table, most = workload(programme, story), busiest(programme, story)
    order = list(most["agency_id"])[::-1]
    at = {key: height for height, key in enumerate(order)}
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    names = dict(zip(programme.agencies["id"], programme.agencies[f"name_{lang}"], strict=True))
    figure = go.Figure()
    led = table[table["tasks_led"] > 0]
    draw_squares(
        figure,
        (middles(led["quarter"]), led["agency_id"].map(at)),
        [str(count) for count in led["tasks_led"]],
        [min(count + 2, len(SHADES) - 1) for count in led["tasks_led"]],
        [_told(say, row, names) for row in led.itertuples()],
        21,
    )
    width = _columns(figure, say, programme, order)
    labels = [shorts[key] for key in order]
    figure.update_yaxes(tickvals=list(at.values()), ticktext=labels, range=[-0.6, len(order) + 0.9], showgrid=False)
    end = programme.years[-1] + 1 + width
    figure.update_xaxes(tickvals=list(programme.years), tickformat="d", range=[programme.years[0], end])
    return frame(
        figure,
        say,
        title=_most_led(say, most, shorts),
        subtitle=say(
            "Tasks of Appendix II led in each quarter, a task with several leads counted for each; "
            "on the right: all tasks, orders and targets"
        ),
        source=source_line("agencies", programme, say),
        table=_busiest_rows(say, most, names),
        height=230 + 27 * len(order),
        axis_on_top=True,
        least_width=720,
    )


def partner_network(programme: Programme, lang: str) -> go.Figure:
    """Draw which bodies the orders, tasks and targets name together, the most connected one on top."""
    say = speak(lang)
    pairs = partners(programme)
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    ends = pd.concat(
        [
            pairs[["first_id", "shared"]].set_axis(["id", "n"], axis=1),
            pairs[["second_id", "shared"]].set_axis(["id", "n"], axis=1),
        ]
    )
    total = ends.groupby("id")["n"].sum().sort_values(ascending=False, kind="stable")
    seats = _ring(list(total.index))
    figure = go.Figure()
    for low, high, width, color, name in (
        (1, 2, 1.0, "#c3ccd6", say("one or two together")),
        (3, 5, 2.5, GREY, say("three to five")),
        (6, math.inf, 5.0, ORANGE, say("six or more")),
    ):
        part = pairs[pairs["shared"].between(low, high)]
        figure.add_scatter(
            x=[value for row in part.itertuples() for value in (seats[row.first_id][0], seats[row.second_id][0], None)],
            y=[value for row in part.itertuples() for value in (seats[row.first_id][1], seats[row.second_id][1], None)],
            mode="lines",
            name=name,
            line={"width": width, "color": color},
            hoverinfo="skip",
        )
    largest = total.max() if len(total) else 1
    figure.add_scatter(
        x=[seats[key][0] for key in total.index],
        y=[seats[key][1] for key in total.index],
        mode="markers",
        showlegend=False,
        marker={
            "opacity": 1,
            "color": BLUE,
            "size": [10 + 22 * (n / largest) ** 0.5 for n in total],
            "line": {"color": "white", "width": 1},
        },
        customdata=[_partners_of(say, key, pairs, shorts) for key in total.index],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for key in total.index:
        _name_seat(figure, seats[key], shorts[key])
    figure.update_xaxes(visible=False, range=[-2.0, 2.0])
    figure.update_yaxes(visible=False, range=[-1.25, 1.25])
    columns = [
        say("Body"),
        say("Works with"),
        say("Named together"),
        say("Orders"),
        say("Tasks"),
        say("Targets"),
        say("Led by both"),
    ]
    rows = [
        (
            shorts[row.first_id],
            shorts[row.second_id],
            *(str(n) for n in (row.shared, row.orders, row.tasks, row.targets, row.both_lead)),
        )
        for row in pairs.itertuples()
    ]
    return frame(
        figure,
        say,
        title=_closest(say, pairs, shorts),
        subtitle=say("Bodies that one order, task or target names together; those named only as a whole are left out"),
        source=source_line("agencies", programme, say),
        table=rows_table(columns, rows),
        height=620,
        least_width=720,
    )


def _columns(figure: go.Figure, say: Language, programme: Programme, order: list[str]) -> float:
    """Write beside the grid how much each body has in all; return the width of that in years."""
    table = duties(programme).set_index("agency_id")
    heads = {
        "tasks_led": say("tasks<br>led"),
        "orders_led": say("orders<br>led"),
        "orders_joined": say("orders<br>joined"),
        "targets_led": say("targets<br>led"),
    }
    for place, (measure, head) in enumerate(heads.items()):
        x = programme.years[-1] + 1 + MARGIN + COLUMN * place
        figure.add_scatter(
            x=[x] * len(order),
            y=list(range(len(order))),
            mode="text",
            text=[str(table.loc[key, measure] or "·") for key in order],
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_annotation(x=x, y=len(order) - 0.45, text=head, showarrow=False, yanchor="bottom", font={"size": 10})
    return MARGIN + COLUMN * len(heads)


def _told(say: Language, row: Any, names: dict[str, str]) -> str:
    return say(
        "{body}, {quarter}: leads {tasks}, {shared} of them together with others; helps with {joined}",
        body=names[row.agency_id],
        quarter=say.quarter(row.quarter),
        tasks=say.plural("{count} task", "{count} tasks", row.tasks_led),
        shared=row.shared_tasks,
        joined=row.tasks_joined,
    )


def _most_led(say: Language, most: pd.DataFrame, shorts: dict[str, str]) -> str:
    led = int(most["tasks_led"].max()) if len(most) else 0
    if led == 0:
        return say("No body leads a task in these years")
    leaders = list(most.loc[most["tasks_led"] == led, "agency_id"])
    if len(leaders) == 1:
        return say("{body} leads most tasks at once: {most}", body=shorts[leaders[0]], most=led)
    return say("{count} bodies lead {most} tasks at once", count=len(leaders), most=led)


def _busiest_rows(say: Language, most: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    columns = [
        say("Body"),
        say("Most loaded in"),
        say("Tasks led then"),
        say("of them shared"),
        say("Tasks joined then, at most"),
        say("Orders led"),
        say("Orders joined"),
        say("Targets led"),
        say("Rows of Appendix II"),
    ]
    rows = [
        (
            names[row.agency_id],
            say.quarter(row.quarter),
            *(str(n) for n in (row.tasks_led, row.shared_tasks, row.tasks_joined)),
            *(str(n) for n in (row.orders_led, row.orders_joined, row.targets_led)),
            ", ".join(row.tasks) or "–",
        )
        for row in most.itertuples()
    ]
    return rows_table(columns, rows)


def _ring(keys: list[str]) -> dict[str, tuple[float, float]]:
    """Return a seat on a ring for each, the first on top, those that follow far apart: their lines cross the middle."""
    if not keys:
        return {}
    count = len(keys)
    step = next(one for one in range(round(count * 0.382), count + 2) if math.gcd(one, count) == 1)
    angles = [2 * math.pi * (place * step % count) / count for place in range(count)]
    return {key: (math.sin(angle), math.cos(angle)) for key, angle in zip(keys, angles, strict=True)}


def _name_seat(figure: go.Figure, seat: tuple[float, float], name: str) -> None:
    x, y = seat
    figure.add_annotation(
        x=x * 1.09,
        y=y * 1.09,
        text=name,
        showarrow=False,
        font={"size": 11, "color": INK},
        xanchor="left" if x > 0.05 else "right" if x < -0.05 else "center",
        yanchor="bottom" if y > 0.98 else "top" if y < -0.98 else "middle",
    )


def _partners_of(say: Language, key: str, pairs: pd.DataFrame, shorts: dict[str, str]) -> str:
    own = pairs[(pairs["first_id"] == key) | (pairs["second_id"] == key)]
    others = [row.second_id if row.first_id == key else row.first_id for row in own.itertuples()]
    lines = [f"{shorts[one]}: {n}" for one, n in zip(others, own["shared"], strict=True)][:6]
    return "<br>".join(
        [
            f"<b>{shorts[key]}</b>",
            say.plural("works with {count} other, most with:", "works with {count} others, most with:", len(own)),
            *lines,
        ]
    )


def _closest(say: Language, pairs: pd.DataFrame, shorts: dict[str, str]) -> str:
    if pairs.empty:
        return say("No two bodies are named together")
    top = pairs.iloc[0]
    return say.plural(
        "{first} and {other}: {count} duty together",
        "{first} and {other}: {count} duties together",
        top["shared"],
        first=shorts[top["first_id"]],
        other=shorts[top["second_id"]],
    )
