"""How does an executed notebook become a page that opens anywhere? No network, no kernel."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnplan_lib.errors import shorten
from bnplan_lib.explore.live import LIVE
from bnplan_lib.explore.live_form import form_html
from bnplan_lib.explore.scripts import live_script, page_style, plotly_script
from bnplan_lib.figures.language import LANGUAGES, Language, speak
from bnplan_lib.figures.page_figure import figure_html
from bnplan_lib.figures.results import RESULTS
from bnplan_lib.figures.scroll import scroll_area, swipe_hint

if TYPE_CHECKING:
    from nbconvert.exporters.html import HTMLExporter
    from nbformat import NotebookNode

HERE = Path(__file__).parent
HEADING = re.compile(r"##? ")
ANCHOR = re.compile(r'<a class="anchor-link"[^>]*></a>')  # a link to itself in each heading, which says nothing
PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"


def write_page(
    notebook: NotebookNode,
    lang: str,
    footer: dict[str, str],
    others: dict[str, str],
    failed: bool = False,
    dark: bool = True,
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
    dark
        Let the page be dark where its reader's screen is.
    """
    say = speak(lang)
    page = prepare(notebook, say)
    scripts = {
        "plotly": plotly_script() if _holds(page, 'class="chart"') else "",
        "own": _static("page.js"),
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
            "css": page_style() + (_static("dark.css") if dark else ""),
            "scripts": scripts,
            "allowed": " ".join(f"'{script_hash(script)}'" for script in scripts.values() if script),
        }
    }
    body, _ = _exporter().from_notebook_node(page, resources=resources)
    return _tidy(ANCHOR.sub("", body)) + "\n"


@lru_cache
def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


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
        data["text/html"] = form_html(data.pop(LIVE), data["text/html"], name, say)


@lru_cache
def _exporter() -> HTMLExporter:
    from nbconvert.exporters.html import HTMLExporter

    return HTMLExporter(template_name="page", extra_template_basedirs=[str(HERE / "templates")], anchor_link_text="")


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
