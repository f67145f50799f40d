"""As of a quarter: what should be over, what is due, what has not begun?"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import HTML

from bnplan_lib.analysis.standing import standing
from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import row_number
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SHORT = 16  # items listed openly; a longer list is behind its number
KINDS = ("tasks", "projects", "directives", "targets")
QUARTERS_AFTER_SIGNING = 1  # "at once": within three months of signing


def standing_table(programme: Programme, story: Scenario, as_of: str, lang: str) -> HTML:
    """Return where every task, project and dated order stands in a quarter, as lists that open."""
    say = speak(lang)
    table = standing(programme, story, as_of)
    now = say.quarter(as_of)
    lines: list[tuple[str, pd.Series]] = [
        (say("Should be over before {quarter}", quarter=now), table["standing"] == "ended"),
        (say("Due in {quarter}", quarter=now), table["standing"] == "due"),
        (say("Running, due later"), table["standing"] == "running"),
        (say("Not begun"), table["standing"] == "ahead"),
    ]
    if signed := programme.properties["programme"].get("signed"):
        name = say("Due at the latest three months after signing ({date})", date=say.date(str(signed)))
        lines.append((name, table["after_signing"] <= QUARTERS_AFTER_SIGNING))
    rows = [row for name, chosen in lines for row in _rows(programme, say, name, table[chosen])]
    heads = [say("As of the beginning of {quarter}", quarter=now), say("Number"), say("Which")]
    note = say("By the printed periods and the scenario: whether anything is done is not recorded here.")
    return html_table("standing", heads, rows, numbers=(1,), note=note)


def _rows(programme: Programme, say: Language, name: str, items: pd.DataFrame) -> list[tuple[str | HTML, ...]]:
    """Return a row for each kind of item, the name of the line in the first alone."""
    found = [(kind, own) for kind in KINDS if len(own := items[items["table"] == kind])]
    if not found:
        return [(name, "–", "–")]
    return [
        (
            name if place == 0 else "",
            counted(say, kind, len(own)),
            listed([_line(programme, say, row) for row in own.to_dict("records")], say),
        )
        for place, (kind, own) in enumerate(found)
    ]


def counted(say: Language, kind: str, count: int) -> str:
    """Return how many items of a table there are, in words."""
    return {
        "tasks": say.plural("{count} task", "{count} tasks", count).replace(" ", NBSP),
        "projects": say.plural("{count} project", "{count} projects", count).replace(" ", NBSP),
        "directives": say.plural("{count} dated order", "{count} dated orders", count),
        "targets": say.plural("{count} dated target", "{count} dated targets", count),
    }[kind]


def listed(lines: Sequence[str], say: Language) -> HTML:
    """Return lines as one text, behind a fold where there are many."""
    told = html.escape("; ".join(lines))
    if len(lines) <= SHORT:
        return markup(told)
    summary = html.escape(say("list"))
    return markup(f"<details><summary>{summary}</summary>{told}</details>")


def _line(programme: Programme, say: Language, row: dict[str, Any]) -> str:
    items = getattr(programme, row["table"])
    item = items[items["id"] == row["id"]].iloc[0]
    told = say.of(item, {"directives": "summary", "targets": "name"}.get(row["table"], "label"))
    if row["standing"] == "ahead":
        when = say("from {quarter}", quarter=say.quarter(row["start"]))
    elif row["table"] == "projects" and row["id"] in _without_end(programme):
        when = say("no end printed, taken as {quarter}", quarter=say.quarter(row["end"]))
    else:
        when = say("to {quarter}", quarter=say.quarter(row["end"]))
    return f"{row_number(row['id'])} {told} ({when})"


def _without_end(programme: Programme) -> set[str]:
    """Return the projects of which no end is printed."""
    phases = programme.project_phases
    return set(phases.loc[phases["open_ended"], "project_id"])
