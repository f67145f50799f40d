"""How do all tables stand in one workbook, with what each column means and where each figure comes from?"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.spreadsheet import CREATED, WIDEST

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

NAME: Final = 31  # letters that the name of a sheet may have
HEAD: Final = 2  # rows above the first of a table: titles for people, names for programs
NARROW: Final = 8
LINE: Final = 15  # points a line of text is high
FORMATS: Final = {"number": "#,##0.######", "integer": "0", "boolean": "General", "string": "@"}
PLAIN: Final = ("year", "phase", "version")  # numbers that are no amounts


def whole_workbook(programme: Programme, resources: Sequence[Mapping[str, Any]], lang: str) -> bytes:
    """Return every table of a programme as one workbook: contents, a sheet a table, dictionary, sources.

    A table has its titles in its first row, its column names in the second with a filter on
    each, and its cells below: text as text, whatever it begins with, numbers as numbers,
    missing ones empty. The same programme gives the same bytes.

    Parameters
    ----------
    resources
        The tables as the data package describes them, in its order.
    """
    import xlsxwriter

    say = speak(lang)
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": CREATED, "title": _said(programme.properties, "title", say)})
        looks = {kind: book.add_format({"num_format": form, "valign": "top"}) for kind, form in FORMATS.items()}
        looks |= {
            "plain": book.add_format({"num_format": "0", "valign": "top"}),
            "wrapped": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DFE8F3"}),
            "name": book.add_format({"italic": True, "font_color": "#66717A", "bottom": 1}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "link": book.add_format({"font_color": "#1F5FA8", "underline": 1, "valign": "top"}),
        }
        sheets = _sheet_names([_said(one, "title", say) for one in resources], say)
        contents = book.add_worksheet(say("Contents"))
        for resource, sheet in zip(resources, sheets, strict=True):
            _table(book.add_worksheet(sheet), getattr(programme, resource["name"]), resource, say, looks)
        _rows(book.add_worksheet(say("Dictionary")), *_dictionary(resources, say), looks)
        _rows(book.add_worksheet(say("Sources")), *_sources(programme, say), looks)
        _contents(contents, programme, resources, sheets, say, looks)
    return file.getvalue()


def _said(about: Mapping[str, Any], key: str, say: Language) -> str:
    """Return what the data package says in a language."""
    return str(about.get(f"{key}_vi" if say.code == "vi" else key) or about.get(key, ""))


def _sheet_names(titles: Sequence[str], say: Language) -> list[str]:
    """Return names that a workbook allows, no two alike."""
    names: list[str] = []
    taken = {say("Contents").casefold(), say("Dictionary").casefold(), say("Sources").casefold()}
    for title in titles:
        name = re.sub(r"[\[\]:*?/\\']", " ", title).strip() or "table"
        name = name if len(name) <= NAME else name[: NAME - 1].rpartition(" ")[0].strip() + "…"
        number = 2
        while name.casefold() in taken:
            name = f"{name[: NAME - 3].strip()} {number}"
            number += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _table(
    page: Any, table: pd.DataFrame, resource: Mapping[str, Any], say: Language, looks: Mapping[str, Any]
) -> None:
    widths: list[float] = []
    for place, field in enumerate(resource["schema"]["fields"]):
        unit = f" ({field['unit']})" if field.get("unit") else ""
        title = _said(field, "title", say) + unit
        page.write_string(0, place, title, looks["head"])
        page.write_string(1, place, field["name"], looks["name"])
        cells = table[field["name"]].tolist()
        widest = max([len(title) / 2 + 1, len(field["name"]) + 3, NARROW, *(len(_text(cell)) + 1 for cell in cells)])
        wide = widest > WIDEST
        look = looks["plain" if field["name"] in PLAIN else "wrapped" if wide else field["type"]]
        for row, cell in enumerate(cells, HEAD):
            _write(page, row, place, cell, look)
        widths.append(min(widest, WIDEST))
        page.set_column(place, place, widths[-1])
    for row, cells in enumerate(table.to_numpy(object).tolist(), HEAD):
        _heighten(page, row, [_text(cell) for cell in cells], widths)
    page.set_row(0, 3 * LINE)
    page.freeze_panes(HEAD, 1)
    page.autofilter(1, 0, max(len(table) + 1, 1), len(resource["schema"]["fields"]) - 1)
    _paper(page, HEAD)


def _write(page: Any, row: int, place: int, cell: Any, look: Any) -> None:
    """Write a cell as what it is; a missing one stays empty."""
    if isinstance(cell, str):
        page.write_string(row, place, cell, look)
    elif not pd.isna(cell):
        page.write_boolean(row, place, cell) if isinstance(cell, bool) else page.write_number(row, place, cell, look)


def _paper(page: Any, heads: int) -> None:
    """Set a sheet on paper: landscape, its columns on one page, its headings on each."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, heads - 1)


def _heighten(page: Any, row: int, texts: Sequence[str], widths: Sequence[float]) -> None:
    """Give a row the lines that its longest text takes: not every program does so by itself."""
    lines = max((-(-len(text) // max(int(width) - 2, 1)) for text, width in zip(texts, widths, strict=True)), default=1)
    if lines > 1:
        page.set_row(row, LINE * lines)


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if pd.isna(cell) else f"{cell:,.6g}"


def _dictionary(resources: Sequence[Mapping[str, Any]], say: Language) -> tuple[list[str], list[list[str]]]:
    heads = [say("Table"), say("Column"), say("Title"), say("Kind"), say("Unit"), say("Meaning"), say("Allowed values")]
    kinds = {
        "string": say("text"),
        "number": say("number"),
        "integer": say("whole number"),
        "boolean": say("yes or no"),
    }
    rows = []
    for resource in resources:
        for field in resource["schema"]["fields"]:
            limits = field.get("constraints", {})
            allowed = ", ".join(limits.get("enum", [])) or str(limits.get("pattern", ""))
            if "codeList" in field:
                allowed = say("code list {name}", name=field["codeList"])
            title, meaning = (_said(field, key, say) for key in ("title", "description"))
            kind = kinds[field["type"]]
            rows.append([resource["name"], field["name"], title, kind, field.get("unit", ""), meaning, allowed])
    return heads, rows


def _sources(programme: Programme, say: Language) -> tuple[list[str], list[list[str]]]:
    """Return the documents that the data rest on, then every outside source with its address as text."""
    heads = [say("Source"), say("Publisher"), say("Published"), say("Address")]
    about = programme.properties
    rows = [[str(one.get("title", "")), "", "", str(one.get("path", ""))] for one in about.get("sources", [])]
    facts = programme.facts[["source_title", "publisher", "published", "url"]].drop_duplicates()
    rows += [["" if pd.isna(cell) else str(cell) for cell in row] for row in facts.to_numpy().tolist()]
    licences = ", ".join(str(one.get("name", "")) for one in about.get("licenses", []))
    rows += [[say("Licence"), licences, "", ""], [say("Data"), str(about.get("version", "")), "", programme.data_hash]]
    return heads, rows


def _rows(page: Any, heads: list[str], rows: list[list[str]], looks: Mapping[str, Any]) -> None:
    widths: list[float] = []
    for place, head in enumerate(heads):
        page.write_string(0, place, head, looks["head"])
        widest = max([len(head) + 2, NARROW, *(len(row[place]) + 1 for row in rows)])
        for line, row in enumerate(rows, 1):
            if row[place]:
                page.write_string(line, place, row[place], looks["wrapped"])
        widths.append(min(widest, WIDEST))
        page.set_column(place, place, widths[-1])
    for line, row in enumerate(rows, 1):
        _heighten(page, line, row, widths)
    _paper(page, 1)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


def _contents(
    page: Any,
    programme: Programme,
    resources: Sequence[Mapping[str, Any]],
    sheets: Sequence[str],
    say: Language,
    looks: Mapping[str, Any],
) -> None:
    page.write_string(0, 0, _said(programme.properties, "title", say), looks["title"])
    heads = [say("Sheet"), say("Table"), say("Rows"), say("What it is")]
    for place, head in enumerate(heads):
        page.write_string(2, place, head, looks["head"])
    for line, (resource, sheet) in enumerate(zip(resources, sheets, strict=True), 3):
        page.write_url(line, 0, f"internal:'{sheet}'!A1", looks["link"], _said(resource, "title", say))
        page.write_string(line, 1, resource["name"], looks["string"])
        page.write_number(line, 2, len(getattr(programme, resource["name"])), looks["integer"])
        told = _said(resource, "description", say)
        page.write_string(line, 3, told, looks["wrapped"])
        _heighten(page, line, [told], [100])
    _paper(page, 3)
    for place, width in enumerate((36, 22, 8, 100)):
        page.set_column(place, place, width)
    page.activate()
