"""What is done, what is late, and who has not reported?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from IPython.display import HTML

from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.report_form import NAMES
from bnplan_lib.figures.standing import listed
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme

TABLES: Final = ("tasks", "directives", "projects")


def state_names(say: Language) -> dict[str, str]:
    """Return what each state of a task, order or project is called."""
    return {
        "done": say("Done in time"),
        "done_late": say("Done late"),
        "overdue": say("Overdue: reported, not done"),
        "not_reported": say("Due by the end of the year, nothing reported"),
        "running": say("Running, reported"),
        "silent": say("Running, nothing reported"),
        "ahead": say("Not begun"),
        "undated": say("Without a date, nothing reported"),
    }


def delivery_table(programme: Programme, now: Progress, lang: str) -> HTML:
    """Return tasks, orders and projects by state at the end of a year, as lists that open, each with its evidence."""
    say = speak(lang)
    rows = []
    for state, name in state_names(say).items():
        chosen = now.items[now.items["state"] == state]
        parts = [(table, own) for table in TABLES if len(own := chosen[chosen["table"] == table])]
        for place, (table, own) in enumerate(parts):
            told = [_line(programme, say, row) for row in own.to_dict("records")]
            rows.append((name if place == 0 else "", _counted(say, table, len(own)), listed(told, say)))
    heads = [say("At the end of {year}", year=now.year), say("Number"), say("Which")]
    note = say("By the printed periods and the scenario. What nobody has reported is not taken for undone.")
    return html_table("delivery", heads, rows, numbers=(1,), note=note)


def _counted(say: Language, table: str, count: int) -> str:
    return {
        "tasks": say.plural("{count} task", "{count} tasks", count),
        "directives": say.plural("{count} order", "{count} orders", count),
        "projects": say.plural("{count} project", "{count} projects", count),
    }[table].replace(" ", NBSP)


def _line(programme: Programme, say: Language, row: dict[str, Any]) -> str:
    frame_ = getattr(programme, row["table"])
    item = frame_[frame_["id"] == row["id"]].iloc[0]
    words = []
    if isinstance(row["end"], str):
        words.append(say("to {quarter}", quarter=say.quarter(row["end"])))
    if isinstance(row["finished"], str):
        words.append(say("done in {quarter}", quarter=say.quarter(row["finished"])))
    elif row["done"] == row["done"]:
        words.append(
            say("{share} done in {quarter}", share=say.percent(row["done"], 0), quarter=say.quarter(row["reported"]))
        )
    if row["late"] and row["state"] != "not_reported":
        words.append(say.plural("{count} quarter late", "{count} quarters late", row["late"]))
    if isinstance(row["source"], str) and row["source"]:
        words.append(row["source"])
    name = say.of(item, NAMES[row["table"]] if row["table"] == "directives" else "label")
    return f"{row['id']} {name}" + (f" ({'; '.join(words)})" if words else "")


def missing_table(programme: Programme, now: Progress, lang: str) -> HTML:
    """Return how much of what each body answers for it has reported for the year."""
    say = speak(lang)
    names = programme.agencies.set_index("id")
    table = now.missing[now.missing["agency"] == now.agency] if now.agency else now.missing
    rows = [
        (
            say.of(names.loc[row["agency"]], "name"),
            *(_of(row[f"{part}_reported"], row[part], say) for part in ("targets", "due", "projects")),
        )
        for row in table.to_dict("records")
    ]
    heads = [
        say("Body"),
        say("Targets with a value for {year}", year=now.year),
        say("Tasks and dated orders due, with a report"),
        say("Projects running, with a report for {year}", year=now.year),
    ]
    note = say("What has several lead bodies counts for each of them.")
    return html_table("missing", heads, rows, numbers=(1, 2, 3), note=note)


def _of(reported: int, asked: int, say: Language) -> str:
    return say("{reported} of {asked}", reported=say.number(reported), asked=say.number(asked)) if asked else "–"
