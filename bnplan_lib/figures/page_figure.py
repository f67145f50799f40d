"""How does a figure stand in a page? Title, source and table around it, and the numbers it is drawn from."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
from typing import Any

from bnplan_lib.figures.language import Language
from bnplan_lib.figures.scroll import scroll_area, swipe_hint
from bnplan_lib.figures.spreadsheet import inert
from bnplan_lib.figures.style import SOURCE_NAME, SOURCE_PX, TITLE_PX

NUMERIC = re.compile(r"[−\d.,\s%]+|–|")
NARROW_PX = 480  # a figure that needs more is wider than a phone
PRINTED_ROWS = 25  # of a longer table behind a figure paper has only the count


def figure_html(figure: dict[str, Any], figure_id: str, say: Language, level: int = 3) -> str:
    """Return a figure with its title, source and table around it; plotly draws it in place.

    To a screen reader the drawing is a picture that its title describes; the numbers stand in the table. `level` is
    that of the title among the headings of the page.
    """
    layout = dict(figure["layout"])
    meta = layout.pop("meta", None) or {}
    layout.pop("template", None)
    if meta:  # the page sets title, subtitle and source in HTML: the figure gives up their room
        layout.pop("title", None)
        margin = layout.get("margin", {})
        layout["margin"] = {**margin, "t": margin.get("t", 80) - TITLE_PX, "b": margin.get("b", 80) - SOURCE_PX}
        layout["height"] = layout.get("height", 450) - TITLE_PX - SOURCE_PX
        layout["annotations"] = [one for one in layout.get("annotations", []) if one.get("name") != SOURCE_NAME]
    spec = script_safe({"data": figure["data"], "layout": layout})
    wide = meta.get("least_width", 0) > NARROW_PX
    hint = swipe_hint(say) if wide else ""
    title, subtitle = (html.escape(str(meta.get(key, ""))) for key in ("title", "subtitle"))
    style = f"height:{layout.get('height', 400)}px;min-width:{meta.get('least_width', 340)}px"
    drawing = scroll_area(f'<div class="plot" style="{style}"></div>', str(meta.get("title", "")), "img")
    return (
        f'<figure class="chart" id="{figure_id}" aria-label="{title}. {subtitle}">'
        f"<figcaption><h{level}>{title}</h{level}><p>{subtitle}</p></figcaption>{drawing}{hint}"
        f'<script type="application/json">{spec}</script>'
        f'<p class="source">{html.escape(str(meta.get("source", "")))}</p>'
        f"{table_html(meta.get('table'), figure_id, meta.get('title', ''), say)}</figure>"
    )


def table_html(table: dict[str, Any] | None, name: str, title: str, say: Language) -> str:
    """Return a figure's table behind a fold, with a link that saves it as CSV; paper shows it if it is short."""
    if not table:
        return ""
    columns = zip(*table["rows"], strict=True) if table["rows"] else [[] for _ in table["columns"]]
    marks = [' class="number"' if all(map(NUMERIC.fullmatch, cells)) else "" for cells in columns]
    head = _row("th", table["columns"], marks)
    rows = "".join(_row("td", row, marks) for row in table["rows"])
    content = base64.b64encode(table_csv(table).encode("utf-8-sig")).decode()
    told = html.escape(say("Table"))
    count = html.escape(say("{count} rows", count=say.number(len(table["rows"]))))
    mark = ' class="long"' if len(table["rows"]) > PRINTED_ROWS else ""
    more = f'<span class="count"> ({count})</span>' if mark else ""
    save = html.escape(say("Download as CSV"))
    link = f'<a download="{name}.csv" href="data:text/csv;base64,{content}">{save}</a>'
    whole = scroll_area(f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>", title)
    return f"<details{mark}><summary>{told}{more}</summary>{whole}{link}</details>"


def _row(tag: str, cells: list[str], marks: list[str]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    inner = (f"<{tag}{scope}{mark}>{html.escape(cell)}</{tag}>" for mark, cell in zip(marks, cells, strict=True))
    return f"<tr>{''.join(inner)}</tr>"


def table_csv(table: dict[str, Any]) -> str:
    """Return a table as CSV in which no cell runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in [table["columns"], *table["rows"]]:
        writer.writerow([inert(cell) for cell in row])
    return text.getvalue()


def script_safe(value: Any) -> str:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
