"""Do the tables say what the document says? Every cell of theirs that it prints, held against its text.

What is held: of each target its number, its printed figure, its bodies and the figures
that its row prints besides; of each task and project every printed cell; of each order its
number, its bodies and its printed date; the groups with their totals; the headings with
their counts; number and day of the document. Names of targets and summaries of orders are
the tables' own words: of a target's name the figures are held, and that most of its words
are the document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bnplan_lib.inputs.document import Document, Row, bodies, clean

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
LEFT_OVER: Final = re.compile(r"[^\s,;.]+")
JOINTS: Final = ("và", "có", "liên", "quan", "trên", "địa", "bàn", "tỉnh", "toàn")  # what may stand between bodies
BETWEEN: Final = re.compile(
    r"[\s,;.]+|và\b|với\b|có liên quan|trên địa bàn(?: toàn)? tỉnh|chủ trì|phối hợp", re.IGNORECASE
)
LEAD, JOIN = "chủ trì", "phối hợp"
ASKED: Final = "đề nghị "  # an order that only asks names those who are asked after this
ALIKE: Final = 0.5  # share of a target's name that must be in its row
DAY: Final = re.compile(r"ngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that document and tables do not say alike; blank where one says nothing, `explained` by a note."""

    table: str
    id: str
    column: str
    line: int
    document: str
    data: str
    explained: str = ""


def compare_source(programme: Programme, document: Document) -> list[Difference]:
    """Return every difference between a document and the tables of a programme, in the order of the document."""
    found = [
        *_head(programme, document),
        *_targets(programme, document),
        *_tasks(programme, document),
        *_projects(programme, document),
        *_orders(programme, document),
    ]
    notes = {(row["table"], row["row_id"]): row["text_en"] for row in programme.notes.to_dict("records")}
    return [
        one if one.data or (one.table, one.id) not in notes else _explained(one, notes[(one.table, one.id)])
        for one in found
    ]


def _explained(one: Difference, note: str) -> Difference:
    """Return a difference with the note of a row that the tables leave to `notes`."""
    return Difference(one.table, one.id, one.column, one.line, one.document, one.data, note)


def _head(programme: Programme, document: Document) -> Iterator[Difference]:
    about = programme.properties["programme"]
    number, signed = str(about.get("number", "")), str(about.get("signed", ""))
    if number not in document.text:
        yield Difference("programme", "number", "number", 0, "", number)
    match = DAY.search(document.text)
    day = f"{int(match[3]):04d}-{int(match[2]):02d}-{int(match[1]):02d}" if match else ""
    if day != signed:
        yield Difference("programme", "signed", "signed", 0, day, signed)


def _targets(programme: Programme, document: Document) -> Iterator[Difference]:
    spellings = _spellings(programme)
    table = programme.targets
    listed = table[table["list"].isin([one.id for one in document.lists])]
    own = {one: rows.to_dict("records") for one, rows in listed.groupby(listed["id"].map(_numbered), sort=False)}
    printed: dict[str, list[Row]] = {}
    for row in document.targets:
        printed.setdefault(row.id, []).append(row)
    yield from _both("targets", printed, own)
    for name in printed:
        if name in own:
            yield from _target(programme, printed[name], own[name], spellings)
    yield from _counts(programme, document)
    yield from _in_text(table[~table["list"].isin([one.id for one in document.lists])], document)


def _target(
    programme: Programme, printed: Sequence[Row], own: Sequence[dict[str, Any]], spellings: Sequence[tuple[str, str]]
) -> Iterator[Difference]:
    """Yield what differs between the rows of one number and the targets taken from them."""
    used: dict[int, list[dict[str, Any]]] = {}
    for target in own:
        fit = [row for row in printed if _stands(target["printed"], row.cells[0])]
        named = max(fit, key=lambda row: _shared(target["name_vi"], row.cells[0]), default=None)
        if named is None:
            yield Difference(
                "targets", target["id"], "printed", printed[0].line, printed[0].cells[0], target["printed"]
            )
            continue
        used.setdefault(named.line, []).append(target)
        if _shared(target["name_vi"], named.cells[0]) < ALIKE:
            yield Difference("targets", target["id"], "name_vi", named.line, named.cells[0], target["name_vi"])
        yield from _bodies("targets", target["id"], "leads", named.line, named.cells[1], target["leads"], spellings)
    for row in printed:
        targets = used.get(row.line, [])
        told = " ".join(f"{one['printed']} {one['name_vi']}" for one in targets)
        known = {*FIGURE.findall(clean(told)), *map(str, (programme.years[0], programme.years[-1]))}
        if other := [figure for figure in FIGURE.findall(row.cells[0]) if figure not in known]:
            name = targets[0]["id"] if targets else row.id
            yield Difference("targets", name, "printed", row.line, ", ".join(other), told if targets else "")


def _counts(programme: Programme, document: Document) -> Iterator[Difference]:
    """Yield headings that claim another number of targets than the list has."""
    numbers = programme.targets.groupby("list")["row"].nunique()
    claimed = programme.assumptions.set_index("id")["low"]
    for heading in document.lists:
        told = re.search(r"\((\d+) chỉ tiêu\)", heading.cells[0])
        key = f"targets_in_list_{heading.id.lower()}"
        data = claimed[key] if key in claimed.index else numbers.get(heading.id, 0)
        if told and int(told[1]) != data:
            yield Difference("targets", heading.id, "count", heading.line, told[1], f"{data:.0f}")


def _in_text(targets: pd.DataFrame, document: Document) -> Iterator[Difference]:
    """Yield figures of the body text that the order they are named after does not print."""
    orders: dict[str, str] = {}
    for order in document.orders:
        orders[re.sub(r"\.[b-z]$", "", order.id)] = orders.get(re.sub(r"\.[b-z]$", "", order.id), "") + " " + order.text
    lines = {order.id: order.line for order in document.orders}
    for target in targets.to_dict("records"):
        row = target["row"].removeprefix("text.")
        text = orders.get(row, document.text if row not in orders else "")
        if not _stands(target["printed"], text):
            yield Difference("targets", target["id"], "printed", lines.get(row, 0), "", target["printed"])


def _tasks(programme: Programme, document: Document) -> Iterator[Difference]:
    spellings = _spellings(programme)
    labels = programme.codes[programme.codes["list"] == "task_group"].set_index("code")["label_vi"]
    own = {row["id"]: row for row in programme.tasks.to_dict("records")}
    rows = {row["group"]: row for row in own.values()}
    for group in document.task_groups:
        label = labels.get(group.id, "")
        if group.id in rows and _shared(label, group.cells[0]) < 1:
            yield Difference("tasks", group.id, "group", group.line, group.cells[0], label)
        elif group.id not in rows:
            yield Difference("tasks", group.id, "id", group.line, group.cells[0], "")
    printed = _unique(document.tasks)
    yield from _both("tasks", printed, own)
    for name, rows_ in printed.items():
        if name not in own:
            continue
        (title, leads, joins, period, issuer), line, task = rows_[0].cells, rows_[0].line, own[name]
        yield from _same("tasks", name, "title_vi", line, title, task["title_vi"])
        yield from _bodies("tasks", name, "leads", line, leads, task["leads"], spellings)
        yield from _bodies("tasks", name, "coordinates", line, joins, task["coordinates"], spellings)
        yield from _same("tasks", name, "printed_period", line, period, task["printed_period"])
        yield from _bodies("tasks", name, "issuer", line, issuer, task["issuer"], spellings)


def _projects(programme: Programme, document: Document) -> Iterator[Difference]:
    groups = {row["id"]: row for row in programme.project_groups.to_dict("records")}
    printed = _unique(document.project_groups)
    yield from _both("project_groups", printed, groups)
    for name in printed:
        if name in groups:
            (title, total, _), line = printed[name][0].cells, printed[name][0].line
            yield from _same("project_groups", name, "name_vi", line, title, groups[name]["name_vi"])
            yield from _same("project_groups", name, "printed_total", line, total, groups[name]["printed_total"])
    own = {row["id"]: row for row in programme.projects.to_dict("records")}
    listed = _unique(document.projects)
    yield from _both("projects", listed, own)
    for name in listed:
        if name in own:
            (title, cost, period), line = listed[name][0].cells, listed[name][0].line
            yield from _same("projects", name, "name_vi", line, title, own[name]["name_vi"])
            yield from _same("projects", name, "printed_cost", line, cost, own[name]["printed_cost"])
            yield from _same("projects", name, "printed_period", line, period, own[name]["printed_period"])


def _orders(programme: Programme, document: Document) -> Iterator[Difference]:
    spellings = _spellings(programme)
    own = {row["id"]: row for row in programme.directives.to_dict("records")}
    printed: dict[str, list[Any]] = {}
    for order in document.orders:
        printed.setdefault(order.id, []).append(order)
    yield from _both("directives", printed, own)
    for name, orders in printed.items():
        if name not in own:
            continue
        order, row = orders[0], own[name]
        leads, joins = addressees(order.text, spellings)
        for column, found in (("leads", leads), ("coordinates", joins)):
            expected = row[column].split(";") if isinstance(row[column], str) else []
            if found != expected:
                yield Difference("directives", name, column, order.line, ";".join(found), ";".join(expected))
        due = row["printed_due"]
        if isinstance(due, str) and not _stands(due, order.text):
            yield Difference("directives", name, "printed_due", order.line, "", due)


def addressees(text: str, spellings: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return who leads an order and who joins in, as its first words name them.

    All lead where nobody is said to; who is asked and not ordered joins in.
    """
    at = text.find(ASKED) + len(ASKED) if ASKED in text[:120] else 0
    asked = at > 0
    at = at or (len("Giao ") if text.startswith("Giao ") else 0)
    leads: list[str] = []
    joins: list[str] = []
    now = joins if asked else leads
    led = asked
    lowered = text.casefold()
    while at < len(text):
        body = next(((one, name) for one, name in spellings if lowered.startswith(one, at)), None)
        if body:
            now.append(body[1])
            at += len(body[0])
            continue
        joint = BETWEEN.match(text, at)
        if joint is None:
            break
        if joint[0].casefold() == LEAD and not led:
            now, led = joins, True
        elif joint[0].casefold() == JOIN and joins:
            break
        at = joint.end()
    return leads, joins


def _spellings(programme: Programme) -> list[tuple[str, str]]:
    """Return every spelling of every body with its id, the longest first."""
    pairs = [
        (clean(spelling).casefold(), row["id"])
        for row in programme.agencies.to_dict("records")
        for spelling in row["spellings"].split(" | ")
    ]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _bodies(
    table: str, name: str, column: str, line: int, cell: str, ids: Any, spellings: Sequence[tuple[str, str]]
) -> Iterator[Difference]:
    """Yield a difference unless a cell names just the bodies of a list of ids, in its order."""
    found, rest = bodies(cell, spellings)
    unknown = [word for word in LEFT_OVER.findall(rest) if word.casefold() not in JOINTS]
    expected = ids if isinstance(ids, str) else ""
    if ";".join(found) != expected or unknown:
        yield Difference(table, name, column, line, cell, expected)


def _same(table: str, name: str, column: str, line: int, printed: str, data: Any) -> Iterator[Difference]:
    held = clean(data) if isinstance(data, str) else ""
    if printed != held:
        yield Difference(table, name, column, line, printed, held)


def _unique(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return found


def _both(table: str, printed: Mapping[str, Sequence[Any]], own: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield rows that only one side has, and numbers that the document uses twice where parts do not share them."""
    for name, rows in printed.items():
        first = rows[0]
        if name not in own:
            yield Difference(table, name, "id", first.line, _begin(first), "")
        elif table != "targets" and len(rows) > 1:
            yield Difference(table, name, "id", rows[1].line, f"stands twice: {_begin(rows[1])}", name)
    for name in own:
        if name not in printed:
            yield Difference(table, name, "id", 0, "", name)


def _begin(row: Any) -> str:
    return str(row.text if hasattr(row, "text") else row.cells[0])[:80]


def _numbered(target: str) -> str:
    return re.sub(r"\.[a-z][a-z0-9_]*$", "", target)


def _shared(name: str, text: str) -> float:
    """Return the share of a name's words that a text has."""
    words = re.findall(r"\w+", clean(name).casefold())
    there = set(re.findall(r"\w+", text.casefold()))
    return sum(word in there for word in words) / max(len(words), 1)


def _stands(words: str, text: str) -> bool:
    """Return whether words stand in a text, no digit or letter longer."""
    sought = re.escape(clean(words).casefold())
    return re.search(rf"(?<![\w.,]){sought}(?![\w])(?![.,]\d)", clean(text).casefold()) is not None
