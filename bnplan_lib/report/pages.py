"""How does an executed notebook become a page that opens anywhere? No network, no kernel."""

from __future__ import annotations

import base64
import copy
import csv
import hashlib
import html
import io
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnplan_lib.errors import shorten
from bnplan_lib.explore.live import LIVE
from bnplan_lib.figures.language import LANGUAGES, Language, speak
from bnplan_lib.figures.results import RESULTS
from bnplan_lib.figures.spreadsheet import inert
from bnplan_lib.figures.style import SOURCE_NAME, SOURCE_PX, TITLE_PX
from bnplan_lib.report.live import form_html, live_script
from bnplan_lib.report.scroll import scroll_area, swipe_hint

if TYPE_CHECKING:
    from nbconvert.exporters.html import HTMLExporter
    from nbformat import NotebookNode

HERE = Path(__file__).parent
HEADING = re.compile(r"##? ")
NUMERIC = re.compile(r"[−\d.,\s%]+|–|")
PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
NARROW_PX = 480  # a figure that needs more is wider than a phone
PRINTED_ROWS = 25  # of a longer table behind a figure paper has only the count


def write_page(
    notebook: NotebookNode, lang: str, footer: dict[str, str], others: dict[str, str], failed: bool = False
) -> str:
    """Return the page of an executed notebook: one HTML file that needs nothing else.

    Parameters
    ----------
    footer
        What the page says of its making: parameters, data, command, versions.
    others
        Links in the page's head: text to address.
    failed
        Brand the page as one of a failed run.
    """
    say = speak(lang)
    page = prepare(notebook, say)
    scripts = {
        "plotly": plotly_script() if _holds(page, 'class="chart"') else "",
        "own": (HERE / "static" / "page.js").read_text(encoding="utf-8"),
        "live": live_script() if _holds(page, 'class="live"') else "",
    }
    scripts = {name: _tidy(script) for name, script in scripts.items()}
    resources = {
        "page": {
            "lang": lang,
            "title": _title(page),
            "say": say,
            "contents": _contents(page),
            "footer": footer,
            "others": others,
            "failed": failed,
            "languages": LANGUAGES,
            "css": (HERE / "static" / "page.css").read_text(encoding="utf-8"),
            "scripts": scripts,
            "allowed": " ".join(f"'{script_hash(script)}'" for script in scripts.values() if script),
        }
    }
    body, _ = _exporter().from_notebook_node(page, resources=resources)
    return _tidy(body) + "\n"


def _tidy(text: str) -> str:
    """Return a text whose lines end in no blanks."""
    return "\n".join(line.rstrip() for line in text.splitlines())


@lru_cache
def script_hash(script: str) -> str:
    """Return what a content-security policy calls a script that may run: no other one does."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def prepare(notebook: NotebookNode, say: Language) -> NotebookNode:
    """Return the notebook in one language, its figures as HTML, without its panels.

    Code that shows nothing is folded away together with the cell that follows.
    """
    page = copy.deepcopy(notebook)
    unwanted = {"panel", *(f"lang-{code}" for code in LANGUAGES if code != say.code)}
    page.cells = [cell for cell in page.cells if not unwanted & set(cell.metadata.get("tags", []))]
    page.metadata.pop("widgets", None)
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if RESULTS not in output.get("data", {})]
    waiting: list[str] = []
    for cell in page.cells:
        if cell.cell_type == "code" and not cell.outputs:
            waiting.append(cell.source)
        elif cell.cell_type == "code":
            cell.source = "\n\n".join([*waiting, cell.source])
            waiting = []
    page.cells = [cell for cell in page.cells if cell.cell_type != "code" or cell.outputs]
    heading = "#"
    for place, cell in enumerate(page.cells):
        if cell.cell_type == "markdown":
            heading = next((line for line in reversed(cell.source.splitlines()) if HEADING.match(line)), heading)
        for number, output in enumerate(cell.get("outputs", [])):
            _dress(output.get("data", {}), f"figure-{place}-{number}", heading, say)
    return page


def _dress(data: dict[str, Any], name: str, heading: str, say: Language) -> None:
    """Turn what an output shows into HTML; `heading` is the line of Markdown it stands under."""
    marks, _, title = heading.partition(" ")
    data.pop(WIDGET, None)
    if "<table" in data.get("text/html", ""):
        table = data["text/html"]
        data["text/html"] = swipe_hint(say) + (table if 'class="scroll"' in table else scroll_area(table, title))
    if LIVE in data:  # its own table follows the levers
        data[PLOTLY]["layout"]["meta"].pop("table", None)
    if PLOTLY in data:
        data["text/html"] = figure_html(data.pop(PLOTLY), name, say, len(marks) + 1)
    if LIVE in data:
        data["text/html"] = form_html(data.pop(LIVE), data["text/html"], name, say, script_safe)


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


@lru_cache
def plotly_script() -> str:
    """Return plotly.js, its basic bundle, fit to stand inside a script element."""
    return (HERE / "static" / "plotly-basic.min.js").read_text(encoding="utf-8").replace("</script", "<\\/script")


@lru_cache
def _exporter() -> HTMLExporter:
    from nbconvert.exporters.html import HTMLExporter

    return HTMLExporter(
        template_name="page", extra_template_basedirs=[str(HERE / "templates")], exclude_anchor_links=True
    )


def _holds(page: NotebookNode, mark: str) -> bool:
    outputs = [output for cell in page.cells for output in cell.get("outputs", [])]
    return any(mark in str(output.get("data", {}).get("text/html", "")) for output in outputs)


def _title(page: NotebookNode) -> str:
    first = next((cell.source for cell in page.cells if cell.source.startswith("# ")), "# bnplan")
    return shorten_title(first.splitlines()[0][2:])


def shorten_title(text: str, limit: int = 120) -> str:
    """Return a title of at most `limit` characters."""
    return text if len(text) <= limit else shorten(text, limit)


def _contents(page: NotebookNode) -> list[tuple[str, str]]:
    """Return anchor and text of each heading of the second level, as nbconvert numbers them."""
    lines = [line for cell in page.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    heads = [line[3:] for line in lines if line.startswith("## ")]
    return [(head.replace(" ", "-"), head) for head in heads]
