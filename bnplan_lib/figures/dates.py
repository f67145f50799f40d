"""What does a calendar say of each task, dated order, dated target and printed milestone?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.dates import Dated, dated_items
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import number_of, place, row_number

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar; `key` is of the table and id, `first` and `last` are days, both included."""

    key: str
    first: date
    last: date
    summary: str
    description: str
    category: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The entries of a calendar, in the order of the document, under its title."""

    title: str
    entries: tuple[Entry, ...]


def agenda(programme: Programme, story: Scenario, lang: str, agencies: Iterable[str] = ()) -> Agenda:
    """Return what has a date as entries of a calendar; `agencies` and errors as of `dated_items`.

    A task has two entries, its period and the last day of it: Outlook, Google and
    Thunderbird remind before a beginning, not an end, so a deadline needs a day of its
    own, and a to-do (VTODO) would not do, as Google leaves it out.
    """
    say, chosen = speak(lang), tuple(dict.fromkeys(agencies))
    items = dated_items(programme, story, chosen)
    entries = tuple(entry for item in items for entry in _entries(programme, story, item, say))
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    parts = [say("Programme {number}: deadlines and milestones", number=_number(programme))]
    if chosen:
        parts.append("; ".join(shorts[one] for one in chosen))
    if any(item.moved for item in items):
        parts.append(_title(story, say))
    return Agenda(" – ".join(parts), entries)


def _entries(programme: Programme, story: Scenario, item: Dated, say: Language) -> Iterator[Entry]:
    """Yield the entries of an item: a task's period and its end, one day of all others."""
    row = _row(programme, item)
    label = say.of(row, {"directives": "summary", "targets": "name"}.get(item.table, "label"))
    lines = [_full_name(item, row, say), *_bodies(programme, item, say), *_dates(programme, story, item, row, say)]
    text = "\n".join(line for line in lines if line not in ("", label))
    category = _category(programme, item, row, say)
    key, number = f"{item.table}-{item.id}", row_number(item.id)
    if item.table == "tasks":
        yield Entry(key, item.first, item.last, f"{number} {label}", text, category, item.moved)
        key, told = f"{key}-due", say("Due: {id} {label}", id=number, label=label)
    elif item.table == "directives":
        told = say("Order {id} due: {label}", id=number, label=label)
    elif item.table == "targets":
        told = say("Target {id}: {label}", id=number, label=label)
    else:
        key = f"{key}-{item.phase}"
        told = say("Milestone {id}, phase {phase}: {label}", id=number, phase=item.phase, label=label)
    yield Entry(key, item.last, item.last, told, text, category, item.moved)


def _full_name(item: Dated, row: Mapping[str, Any], say: Language) -> str:
    return say.of(row, {"tasks": "title", "directives": "summary"}.get(item.table, "name"))


def _bodies(programme: Programme, item: Dated, say: Language) -> Iterator[str]:
    """Yield a line for those who lead and one for those who help, or for those who lead the orders over a project."""
    names = dict(zip(programme.agencies["id"], programme.agencies[f"name_{say.code}"], strict=True))
    leads, others = ("; ".join(names[one] for one in bodies) for bodies in (item.leads, item.coordinates))
    if item.orders:  # the document names nobody for a project
        yield say("Covered by order {orders}, led by: {bodies}", orders=", ".join(item.orders), bodies=leads)
        return
    if leads:
        yield say("Lead: {bodies}", bodies=leads)
    if others:
        yield say("Co-ordination: {bodies}", bodies=others)


def _dates(programme: Programme, story: Scenario, item: Dated, row: Mapping[str, Any], say: Language) -> Iterator[str]:
    """Yield lines on the date: as printed, as the scenario moves it, its place in the document, and any doubt."""
    printed = next(row[column] for column in ("printed_period", "printed_due", "printed") if column in row)
    if isinstance(printed, str):
        yield say("As printed: {text}", text=printed)
    if item.moved:
        days = (item.first, item.last)
        quarters = dict.fromkeys(say.quarter(f"{day.year}Q{(day.month + 2) // 3}") for day in days)
        period = " – ".join(quarters)
        yield say("Moved by the scenario “{scenario}”: {period}", scenario=_title(story, say), period=period)
    yield say("Programme {number}, {place}", number=_number(programme), place=place(row["source"], say))
    if item.table == "targets":
        yield say.of(row, "note")
    notes = programme.notes
    doubts = notes[(notes["table"] == "project_phases") & (notes["row_id"] == item.id)]
    if item.table == "project_phases":
        yield from (say.of(note, "text") for note in doubts.to_dict("records"))


def _category(programme: Programme, item: Dated, row: Mapping[str, Any], say: Language) -> str:
    """Return the group of an item: as its part of the document is divided."""
    if item.table == "directives":
        return say("Dated orders")
    column, codes = {"tasks": ("group", "task_group"), "targets": ("domain", "domain")}.get(
        item.table, ("capital_source", "capital_source")
    )
    return say.labels(programme.codes, codes)[row[column]]


def _row(programme: Programme, item: Dated) -> Mapping[str, Any]:
    table = programme.projects if item.table == "project_phases" else getattr(programme, item.table)
    found: dict[str, Any] = table[table["id"] == item.id].iloc[0].to_dict()
    return found


def _title(story: Scenario, say: Language) -> str:
    return story.title_vi if say.code == "vi" else story.title_en


def _number(programme: Programme) -> str:
    return number_of(programme)
