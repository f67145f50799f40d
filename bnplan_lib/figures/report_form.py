"""What does a body fill in for its yearly report? One sheet with its targets, tasks, orders and projects."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bnplan_lib.analysis.delivery import answered_for, duties
from bnplan_lib.analysis.document import figures_of
from bnplan_lib.analysis.observed import observed
from bnplan_lib.errors import PlanError, UnknownName, shorten
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import row_number
from bnplan_lib.figures.spreadsheet import CREATED
from bnplan_lib.model.observations import STATUSES, measures_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

# name, width in letters, whether it is to be filled in; those that begin with about_ are not read back
COLUMNS: Final = (
    ("table", 10, False),
    ("id", 24, False),
    ("about_row", 9, False),
    ("about_name", 46, False),
    ("about_asked", 24, False),
    ("measure", 17, False),
    ("about_unit", 14, False),
    ("about_known", 20, False),
    ("period", 10, False),
    ("value", 13, True),
    ("status", 14, True),
    ("source", 34, True),
    ("reason", 26, True),
)
PLACE: Final = {name: place for place, (name, _, _) in enumerate(COLUMNS)}
HIDDEN: Final = ("table", "id")
LINE: Final = 15  # points a line of text is high
FIRST: Final = len(HIDDEN)  # column that is seen first
HEAD: Final = 4  # rows above the first to fill in: what it is, how to fill it in, headings, column names
NAMES: Final = {"targets": "name", "tasks": "title", "directives": "summary", "projects": "name"}
ASKED: Final = {"targets": "printed", "tasks": "printed_period", "directives": "printed_due"}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure that is asked of a body: what it is, and what is known of it."""

    table: str
    id: str
    name: str
    asked: str
    measure: str
    unit: str
    known: str
    period: str
    value: float | None = None
    status: str = ""
    source: str = ""


def report_form(programme: Programme, agency: str, year: int, lang: str) -> bytes:
    """Return a workbook of one sheet in which a body reports a year; `bnplan observe` reads it back.

    Headings and what the programme says are locked; value, status, source and reason are to
    be filled in, and the quarter by which something was done. What is known already stands
    in it. The same programme gives the same bytes.

    Raises
    ------
    UnknownName
        If there is no such agency.
    PlanError
        If the year is not of the programme, or nothing is asked of the body.
    """
    if agency not in set(programme.agencies["id"]):
        raise UnknownName("agency", agency, programme.agencies["id"])
    first, last = programme.years[0] - 1, programme.years[-1]
    if isinstance(year, bool) or not isinstance(year, int) or not first <= year <= last:
        raise PlanError(f"--year: must be from {first} to {last}, found {shorten(year)}")
    say = speak(lang)
    parts = list(_parts(programme, say, agency, year))
    if not any(lines for _, lines in parts):
        raise PlanError(f"{agency}: leads no target, task or order, and no project")
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": CREATED})
        _fill(book, programme, say, agency, year, parts)
    return file.getvalue()


def duties_of(programme: Programme) -> set[str]:
    """Return the bodies that have something to report."""
    return set(duties(programme))


def _parts(programme: Programme, say: Language, agency: str, year: int) -> Iterator[tuple[str, list[Line]]]:
    """Yield each part of the sheet with its lines; a figure that stands twice is asked for once."""
    seen = observed(programme, year)
    headings = {
        "targets": say("Targets"),
        "tasks": say("Programme tasks"),
        "directives": say("Orders"),
        "projects": say("Listed projects"),
    }
    targets = programme.targets.assign(figure=figures_of(programme.targets))
    own = answered_for(programme, agency)
    for table, heading in headings.items():
        if table != "targets" and year < programme.years[0]:
            continue  # of the base year only the targets' figures are wanted
        frame = targets if table == "targets" else getattr(programme, table)
        frame = frame[frame["id"].isin([row_id for name, row_id in own if name == table])]
        rows = (frame.drop_duplicates("figure") if table == "targets" else frame).to_dict("records")
        yield heading, [line for row in rows for line in _lines(programme, say, table, row, seen, year)]


def _lines(
    programme: Programme, say: Language, table: str, row: dict[str, Any], seen: pd.DataFrame, year: int
) -> Iterator[Line]:
    measures = say.labels(programme.codes, "observation_measure")
    statuses = say.labels(programme.codes, "observation_status")
    units = say.labels(programme.codes, "unit")
    for measure in measures_of(table, row.get("unit", "")):
        known = seen[(seen["table"] == table) & (seen["id"] == row["id"]) & (seen["measure"] == measure)]
        known = known.sort_values("period")
        own = known[known["period"].str[:4] == str(year)].tail(1).to_dict("records")
        before = known[known["period"].str[:4] < str(year)].tail(1).to_dict("records")
        told = "".join(
            f"{one['period']}: {say.number(one['value'], _digits(one['value']))} ({statuses[one['status']]})"
            for one in before
        )
        asked = _asked(say, table, row)
        unit = units[row["unit"]] if measure == "value" else "%" if measure == "done_percent" else units["bn_vnd"]
        period = f"{year}Q4" if measure == "done_percent" else str(year)
        base = Line(table, row["id"], say.of(row, NAMES[table]), asked, measures[measure], unit, told, period)
        if own:
            filled = own[0]
            word = statuses[filled["status"]]
            base = replace(base, period=filled["period"], value=filled["value"], status=word, source=filled["source"])
        yield base


def _digits(value: float) -> int:
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def _asked(say: Language, table: str, row: dict[str, Any]) -> str:
    if table == "projects":
        cost = say.money(row["cost_bn_vnd"]) if not pd.isna(row["cost_bn_vnd"]) else ""
        return "; ".join(one for one in (cost, row["printed_period"]) if one)
    value = row[ASKED[table]]
    return "" if pd.isna(value) else str(value)


def _fill(
    book: Any, programme: Programme, say: Language, agency: str, year: int, parts: list[tuple[str, list[Line]]]
) -> None:
    body = programme.agencies.set_index("id").loc[agency]
    page = book.add_worksheet(say("Report {year}", year=year))
    look = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B8C0C8"}
    locked = book.add_format({**look, "bg_color": "#F3F5F7"})
    free = book.add_format({**look, "locked": False})
    number = book.add_format({**look, "locked": False, "num_format": "#,##0.######", "align": "right"})
    head = book.add_format({**look, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"})
    band = book.add_format({**look, "bold": True, "bg_color": "#DCE4EE"})
    page.set_row(0, 24)
    title = say("{agency}: report on {year}", agency=say.of(body, "name"), year=year)
    page.write_string(0, FIRST, title, book.add_format({"bold": True, "font_size": 14}))
    how = say(
        "Fill in the white cells: the value in the unit given, how sure it is, and the document it is taken from or "
        "that proves it. Leave blank what is not known. A value that corrects one already reported needs a reason."
    )
    page.merge_range(1, FIRST, 1, len(COLUMNS) - 1, how, book.add_format({"text_wrap": True, "valign": "top"}))
    page.set_row(1, 34)
    for place, (name, width, _) in enumerate(COLUMNS):
        page.write_string(2, place, _headings(say)[name], head)
        page.write_string(3, place, name)
        page.set_column(place, place, width, None, {"hidden": True} if name in HIDDEN else None)
    page.set_row(3, None, None, {"hidden": True})
    row = HEAD
    for heading, lines in parts:
        if not lines:
            continue
        page.merge_range(row, FIRST, row, len(COLUMNS) - 1, heading, band)
        row += 1
        for line in lines:
            _write(page, row, line, locked, free, number)
            _restrict(page, row, line, programme, say, year)
            row += 1
    page.freeze_panes(HEAD, PLACE["about_name"] + 1)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer("&L" + say.of(body, "name").replace("&", "&&") + "&R&P / &N")


def _headings(say: Language) -> dict[str, str]:
    return {
        "table": say("Table"),
        "id": say("Row"),
        "about_row": say("Row"),
        "about_name": say("What is reported"),
        "about_asked": say("What the programme asks for"),
        "measure": say("What is measured"),
        "about_unit": say("Unit"),
        "about_known": say("Known so far"),
        "period": say("Period"),
        "value": say("Value"),
        "status": say("Status"),
        "source": say("Source or evidence"),
        "reason": say("Reason, if a value is corrected"),
    }


def _write(page: Any, row: int, line: Line, locked: Any, free: Any, number: Any) -> None:
    cells = {
        "table": line.table,
        "id": line.id,
        "about_row": row_number(line.id),
        "about_name": line.name,
        "about_asked": line.asked,
        "measure": line.measure,
        "about_unit": line.unit,
        "about_known": line.known,
        "period": line.period,
    }
    widths = {name: width for name, width, _ in COLUMNS}
    deep = max(-(-len(text) // max(widths[name] - 2, 1)) for name, text in (*cells.items(), ("source", line.source)))
    page.set_row(row, LINE * max(deep, 1))
    for name, text in cells.items():
        page.write_string(row, PLACE[name], text, free if name == "period" and "Q" in line.period else locked)
    if line.value is None:
        page.write_blank(row, PLACE["value"], None, number)
    else:
        page.write_number(row, PLACE["value"], line.value, number)
    for name, text in (("status", line.status), ("source", line.source), ("reason", "")):
        page.write_string(row, PLACE[name], text, free) if text else page.write_blank(row, PLACE[name], None, free)


def _restrict(page: Any, row: int, line: Line, programme: Programme, say: Language, year: int) -> None:
    """Offer what may be chosen, and refuse what the reading would refuse."""
    labels = say.labels(programme.codes, "observation_status")
    page.data_validation(
        row, PLACE["status"], row, PLACE["status"], {"validate": "list", "source": [labels[one] for one in STATUSES]}
    )
    if "Q" in line.period:
        quarters = [f"{one}Q{place}" for one in programme.years if one <= year for place in range(1, 5)]
        page.data_validation(
            row, PLACE["period"], row, PLACE["period"], {"validate": "list", "source": quarters or [line.period]}
        )
        bounds: dict[str, Any] = {"criteria": "between", "minimum": 0, "maximum": 100}
        told = say("A number from {low} to {high}", low=0, high=100)
    else:
        bounds = {"criteria": "between", "minimum": -1e12, "maximum": 1e12}
        told = say("A number, such as {example}", example=say.number(12.5, 1))
    rule = {"validate": "decimal", **bounds, "error_title": say("Value"), "error_message": told}
    page.data_validation(row, PLACE["value"], row, PLACE["value"], rule)
