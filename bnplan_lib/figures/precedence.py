"""What must wait for what, how much slack is there, and what does a slip do to the rest?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.chain import goal_of, margins, pairs_of, propagate
from bnplan_lib.analysis.precedence import precedence_slack
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import place, source_line
from bnplan_lib.figures.style import BLUE, GREY, ORANGE, RED, frame, pattern, rows_table, safe
from bnplan_lib.figures.waiting import item_label
from bnplan_lib.model.quarters import quarter_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LANE_PX = 34


def precedence_chart(programme: Programme, story: Scenario, slips: Mapping[str, int], lang: str) -> go.Figure:
    """Draw the items that wait for each other, the links between them, and where slips push them.

    Parameters
    ----------
    slips
        Quarters by key, such as {"tasks:II.6": 4}.
    """
    say = speak(lang)
    effect = propagate(programme, story, slips)
    slack = precedence_slack(programme, story)
    goal, room = goal_of(programme), margins(programme, story).set_index("item")
    starts = effect["start"].fillna(effect["end"]).map(quarter_number)
    order = effect.assign(first=starts, last=effect["end"].map(quarter_number))
    order["aside"] = ~order["item"].isin({goal, *room.index})  # what the goal does not wait for comes below it
    order = order.sort_values(["aside", "first", "last"], kind="stable")
    at = {key: height for height, key in enumerate(order["item"])}
    critical = set(room.index[room["critical"]])
    figure = go.Figure()
    _periods(figure, say, programme, order, at, critical)
    _links(figure, say, programme, slack, order.set_index("item"), at)
    _pushed(figure, say, order, at)
    last = (
        max(quarter_number(end) for end in order["end_then"]) + 1
        if len(order)
        else quarter_number(f"{programme.years[-1]}Q4")
    )
    figure.update_yaxes(
        tickvals=list(at.values()),
        ticktext=[_label(programme, say, key) for key in at],
        range=[len(at) - 0.4, -0.6],
        tickfont={"size": 11},
        showgrid=False,
    )
    _words(figure, at, [_said(say, row, room) for row in order.itertuples()])
    figure.update_xaxes(
        tickvals=list(range(programme.years[0] - 1, last // 4 + 1)),
        tickformat="d",
        tickangle=0,
        tickfont={"size": 11},
        range=[programme.years[0] - 1.05, last / 4 + 0.1],
    )
    figure.update_layout(barmode="overlay", bargap=0)
    violated = int(((slack["slack_quarters"] < 0) & (slack["confidence"] != "possible")).sum())
    return frame(
        figure,
        say,
        title=_title(say, programme, story, effect, slips, violated),
        subtitle=say(
            "Periods, and lines from what comes first to what waits for it. "
            "On the right: how many quarters are left before the goal comes too late"
        ),
        source=source_line("timeline", programme, say),
        table=_pair_rows(programme, say, slack),
        height=240 + LANE_PX * len(at),
        axis_on_top=True,
        least_width=700,
    )


def _periods(
    figure: go.Figure,
    say: Language,
    programme: Programme,
    order: pd.DataFrame,
    at: Mapping[str, int],
    critical: set[str],
) -> None:
    """Add the periods: those on the critical chain to the goal stand out."""
    dated = order[order["start"].notna()]
    for chosen, name, style in (
        (True, say("Tightest chain to the goal"), pattern(BLUE, "")),
        (False, say("Other"), pattern(GREY, "/")),
    ):
        part = dated[dated["item"].isin(critical) == chosen]
        figure.add_bar(
            y=part["item"].map(dict(at)),
            base=part["first"] / 4,
            x=(part["last"] + 1 - part["first"]) / 4,
            orientation="h",
            width=0.5,
            name=name,
            marker=style,
            customdata=[_hover(programme, say, row.item, row.start, row.end) for row in part.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    goals = order[order["start"].isna()]
    figure.add_scatter(
        x=(goals["last"] + 1) / 4,
        y=goals["item"].map(dict(at)),
        mode="markers",
        name=say("Goal with a date"),
        marker={"symbol": "star", "size": 15, "color": ORANGE, "line": {"color": "white", "width": 1}},
        customdata=[_hover(programme, say, row.item, None, row.end) for row in goals.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _links(
    figure: go.Figure,
    say: Language,
    programme: Programme,
    slack: pd.DataFrame,
    spans: pd.DataFrame,
    at: Mapping[str, int],
) -> None:
    """Add a line from the end of what comes first to the start, or the end, of what waits for it."""
    pairs = {pair.id: pair for pair in pairs_of(programme)}
    links = []
    for row in slack.dropna(subset="slack_quarters").to_dict("records"):
        pair = pairs[row["id"]]
        begin = (int(spans["last"][pair.before]) + 1) / 4
        end = (
            spans["first"][pair.after] / 4 if pair.link == "finish_start" else (int(spans["last"][pair.after]) + 1) / 4
        )
        kind = 0 if row["slack_quarters"] >= 0 else 1 if row["confidence"] == "possible" else 2
        links.append((kind, begin, at[pair.before], end, at[pair.after]))
    for kind, name, color, width, dash in (
        (0, say("in order"), GREY, 1.2, "dot"),
        (1, say("out of order by one reading"), ORANGE, 2.5, "dash"),
        (2, say("dated out of order"), RED, 2.5, "solid"),
    ):
        own = [link for link in links if link[0] == kind]
        figure.add_scatter(
            x=[value for _, begin, _, end, _ in own for value in (begin, end, None)],
            y=[value for _, _, one, _, other in own for value in (one, other, None)],
            mode="lines+markers",
            name=name,
            line={"color": color, "width": width, "dash": dash},
            marker={"size": 5, "color": color},
            hoverinfo="skip",
        )


def _pushed(figure: go.Figure, say: Language, order: pd.DataFrame, at: Mapping[str, int]) -> None:
    """Add hollow bars where slips push items to."""
    part = order[(order["caused_quarters"] > 0) & order["start"].notna()]
    figure.add_bar(
        y=part["item"].map(dict(at)),
        base=(part["first"] + part["moved_quarters"]) / 4,
        x=(part["last"] + 1 - part["first"]) / 4,
        orientation="h",
        width=0.72,
        name=say("Where it is pushed to"),
        marker={"color": "rgba(0,0,0,0)", "line": {"color": RED, "width": 1.5}},
        customdata=[
            say(
                "quarters later by the slip: {caused}; ends {end}",
                caused=row.caused_quarters,
                end=say.quarter(row.end_then),
            )
            for row in part.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _said(say: Language, row: Any, room: pd.DataFrame) -> str:
    """Return how far an item may slip, and where it is pushed to."""
    margin = int(room["margin_quarters"][row.item]) if row.item in room.index else None
    then = f"→ {say.quarter(row.end_then)}" if row.caused_quarters else ""
    slip = say.plural("slips {count} quarter", "slips {count} quarters", row.own_slip) if row.own_slip else ""
    return " · ".join(filter(None, (slip or _margin_text(say, margin), then)))


def _words(figure: go.Figure, at: Mapping[str, int], words: list[str]) -> None:
    """Write what is said of each item on an axis of its own on the right, which keeps the room it needs."""
    figure.add_scatter(x=[], y=[], yaxis="y2", showlegend=False, hoverinfo="skip")
    figure.update_layout(
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "tickvals": list(at.values()),
            "ticktext": words,
            "range": [len(at) - 0.4, -0.6],
            "tickfont": {"size": 11},
            "showgrid": False,
        }
    )


def _title(
    say: Language,
    programme: Programme,
    story: Scenario,
    effect: pd.DataFrame,
    slips: Mapping[str, int],
    violated: int,
) -> str:
    if any(slips.values()):
        return _slip_title(say, programme, effect.set_index("item"), slips)
    goal = goal_of(programme)
    pairs = say.plural("{count} pair out of order", "{count} pairs out of order", violated)
    room = margins(programme, story)
    if goal is None or room.empty or (least := int(room["margin_quarters"].iloc[0])) < 0:
        return pairs
    slack = say.plural("{count} quarter’s slack", "{count} quarters’ slack", least)
    return say("“{goal}”: {slack}", goal=_label(programme, say, goal), slack=slack) + (f"; {pairs}" if violated else "")


def slip_line(programme: Programme, story: Scenario, slips: Mapping[str, int], say: Language) -> str:
    """Return in a sentence what items that are late in the chain do; nothing where none is."""
    if not any(slips.values()):
        return ""
    return _slip_title(say, programme, propagate(programme, story, slips).set_index("item"), slips) + "."


def _slip_title(say: Language, programme: Programme, effect: pd.DataFrame, slips: Mapping[str, int]) -> str:
    """Return what slips do: to the goal, else to other items, else nothing."""
    goal = goal_of(programme)
    pushed = int((effect.drop(index=list(slips))["caused_quarters"] > 0).sum())
    if goal is None or goal not in effect.index or not effect["caused_quarters"][goal]:
        if not pushed:
            return say("Slack swallows the slip: nothing else moves")
        return say.plural("The slip pushes {count} other item", "The slip pushes {count} other items", pushed)
    name = _label(programme, say, goal)
    caused, needed = int(effect["caused_quarters"][goal]), int(effect["needed_quarters"][goal])
    if needed:
        return say.plural(
            "The slip makes “{goal}” {count} quarter later still",
            "The slip makes “{goal}” {count} quarters later still",
            caused,
            goal=name,
        )
    return say.plural(
        "After the slip “{goal}” comes {count} quarter too late",
        "After the slip “{goal}” comes {count} quarters too late",
        caused,
        goal=name,
    )


def _margin_text(say: Language, margin: int | None) -> str:
    if margin is None:
        return ""
    if margin < 0:
        return say.plural("{count} quarter too late", "{count} quarters too late", -margin)
    return say.plural("{count} quarter left", "{count} quarters left", margin)


def _pair_rows(programme: Programme, say: Language, slack: pd.DataFrame) -> pd.DataFrame:
    words = {
        "stated": say("stated"),
        "inferred": say("inferred"),
        "finish_start": say("is over before it starts"),
        "finish_finish": say("is over before it ends"),
    }
    sure = say.labels(programme.codes, "confidence")
    rows = [
        (
            _label(programme, say, f"{row['before_table']}:{row['before_id']}"),
            words[row["link"]],
            _label(programme, say, f"{row['after_table']}:{row['after_id']}"),
            "–" if pd.isna(row["slack_quarters"]) else say.number(row["slack_quarters"]),
            f"{words[row['basis']]}, {sure[row['confidence']].lower()}",
            say.of(row, "reason"),
            place(row["source"], say),
        )
        for row in slack.sort_values("slack_quarters", kind="stable").to_dict("records")
    ]
    columns = [
        say("Comes first"),
        say("Link"),
        say("Waits for it"),
        say("Slack, quarters"),
        say("Basis"),
        say("Reason"),
        say("Place"),
    ]
    return rows_table(columns, rows)


def _hover(programme: Programme, say: Language, key: str, start: str | None, end: str) -> str:
    period = say.quarter(end) if start is None else f"{say.quarter(start)} – {say.quarter(end)}"
    table, _, item = key.partition(":")
    items = getattr(programme, table)
    source = items.loc[items["id"] == item, "source"].iloc[0]
    return f"{_label(programme, say, key)}<br>{period}<br>{place(source, say)}"


def _label(programme: Programme, say: Language, key: str) -> str:
    return safe(item_label(programme, key, say))
