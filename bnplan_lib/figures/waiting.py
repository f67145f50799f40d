"""What does a shift do: to the peaks, to the pairs that wait for each other, to the goal? A few live lines."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.chain import goal_of, margins
from bnplan_lib.analysis.precedence import precedence_slack
from bnplan_lib.analysis.presence import as_printed
from bnplan_lib.analysis.timeline import peaks
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.tables import small_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def item_label(programme: Programme, key: str, say: Language) -> str:
    """Return how an item such as tasks:II.7 is told: a project or task by row and label, a target by its name."""
    table, _, item = key.partition(":")
    items = getattr(programme, table)
    row = items[items["id"] == item].iloc[0]
    if table == "targets":
        return say.of(row, "name")
    kind = say("project") if table == "projects" else say("task")
    return f"{kind} {item}  {say.of(row, 'label')}"


def goal_line(programme: Programme, story: Scenario, say: Language) -> str:
    """Return in a sentence how much slack the chain to the dated goal has; nothing where there is no such goal."""
    goal, room = goal_of(programme), margins(programme, story)
    if goal is None or room.empty:
        return ""
    least, name = int(room["margin_quarters"].iloc[0]), item_label(programme, goal, say)
    if least == 0:
        return say("The chain to “{goal}” has no slack: a quarter lost there is a quarter lost at the goal.", goal=name)
    if least > 0:
        return say.plural(
            "The chain to “{goal}” ends {count} quarter before its date; steps that the programme does not list "
            "have to fit in there.",
            "The chain to “{goal}” ends {count} quarters before its date; steps that the programme does not list "
            "have to fit in there.",
            least,
            goal=name,
        )
    return say.plural(
        "As dated, “{goal}” comes {count} quarter too late.",
        "As dated, “{goal}” comes {count} quarters too late.",
        -least,
        goal=name,
    )


def order_line(programme: Programme, story: Scenario, say: Language) -> str:
    """Return in a sentence which pairs are out of order, those that are only possible by their names."""
    slack = precedence_slack(programme, story)
    late = slack[slack["slack_quarters"] < 0]
    doubtful = late[late["confidence"] == "possible"]
    sure, told = len(late) - len(doubtful), []
    if sure:
        told.append(
            say.plural(
                "{count} pair of items is dated out of order.", "{count} pairs of items are dated out of order.", sure
            )
        )
    if len(doubtful):
        pairs = "; ".join(
            f"{item_label(programme, f'{row.before_table}:{row.before_id}', say)} – "
            f"{item_label(programme, f'{row.after_table}:{row.after_id}', say)}"
            for row in doubtful.itertuples()
        )
        told.append(say("To be made clear, out of order by one reading: {pairs}.", pairs=pairs))
    return " ".join(told)


def waiting_lines(programme: Programme, story: Scenario, lang: str) -> str:
    """Return as HTML when most runs and most money falls, and the pairs that cannot wait or whose slack changed."""
    say = speak(lang)
    goal = f"<div>{html.escape(goal_line(programme, story, say))}</div>"
    parts = [*_peak_lines(programme, story, say), goal, _pairs(programme, story, say)]
    return '<div class="bn-waiting">' + "".join(parts) + "</div>"


def _peak_lines(programme: Programme, story: Scenario, say: Language) -> list[str]:
    lines = []
    for name, setting in ((say("As printed"), as_printed(story)), (say("Now"), story)):
        top = peaks(programme, setting)
        if top.empty:
            continue
        row = top.iloc[0]
        told = say(
            "most runs in {quarter}: {projects} projects and {tasks} tasks; most money falls in {other}: {amount}",
            quarter=say.quarter(row["quarter"]),
            projects=row["running_projects"],
            tasks=row["running_tasks"],
            other=say.quarter(row["load_quarter"]) if row["payers"] else "–",
            amount=say.money(row["load_bn_vnd"]),
        )
        lines.append(f"<div><b>{html.escape(name)}</b>: {html.escape(told)}</div>")
    return lines


def _pairs(programme: Programme, story: Scenario, say: Language) -> str:
    now = precedence_slack(programme, story)
    before = precedence_slack(programme, as_printed(story))["slack_quarters"]
    shown = now.assign(before=before)
    shown = shown[(shown["slack_quarters"] < 0) | (shown["slack_quarters"] != shown["before"]).fillna(False)]
    if shown.empty:
        return ""
    heads = [
        say("Comes first"),
        say("Waits for it"),
        say("Slack as printed, quarters"),
        say("Slack now, quarters"),
    ]
    rows = [
        [
            item_label(programme, f"{row['before_table']}:{row['before_id']}", say),
            item_label(programme, f"{row['after_table']}:{row['after_id']}", say),
            *("–" if pd.isna(row[name]) else say.number(row[name]) for name in ("before", "slack_quarters")),
        ]
        for row in shown.to_dict("records")
    ]
    late = np.flatnonzero(shown["slack_quarters"].fillna(0) < 0).tolist()
    note = say("Bold: dated out of order.")
    return f"{small_table('bn-pairs', heads, rows, late)}<div>{html.escape(note)}</div>"
