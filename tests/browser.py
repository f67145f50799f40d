"""What browser tests share: a Chromium without a network, pages that remember, what they say and show."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bnplan_lib.report.paper import switches

OUTSIDE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
DATA = Path(__file__).resolve().parents[1] / "data"
BOTH = {
    "bnplan",
    *("flyvbjerg", "holm", "buhl", "gardner", "vietnam", "wikipedia"),  # authors and publishers cited
    "csv",
    "github",
    "jupyterlab",
    "gini",
    "lorenz",
    "herfindahl",
    "hirschman",
    "true",
    "false",
}  # the same in either language
WORD = re.compile(r"[^\W\d_]{3,}")  # shorter ones are numerals, units and parts of ids

# Every text a reader can meet: written, drawn, hovered or read aloud; not code, nor the names of outside sources,
# nor what is marked as in another language.
SAID = """() => {
  const skip = 'script, style, code, pre, footer dd, a[href^="http"], body [lang]', said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest(skip)) said.push(walk.currentNode.data);
  document.querySelectorAll('[aria-label]').forEach(one => said.push(one.getAttribute('aria-label')));
  const strings = one => typeof one === 'string' ? said.push(one.replace(/<[^>]*>/g, ' '))
    : one && typeof one === 'object' && Object.values(one).forEach(strings);
  document.querySelectorAll('.js-plotly-plot').forEach(plot =>
    plot.data.forEach(trace => [trace.name, trace.text, trace.customdata].forEach(strings)));
  return said.join('\\n');
}"""

# A letter is missing if it leaves no ink, or the same ink as a code that no font may hold.
MISSING = """([letters, font]) => {
  const canvas = document.createElement('canvas'), pen = canvas.getContext('2d', { willReadFrequently: true });
  const ink = letter => {
    canvas.width = canvas.height = 80;
    pen.font = '40px ' + font; pen.fillText(letter, 20, 55);
    return pen.getImageData(0, 0, 80, 80).data.filter((_, place) => place % 4 === 3);
  };
  const box = ink('\\uffff').join();
  const bare = letter => letter.normalize('NFD')[0];
  return letters.filter(letter => {
    const drawn = ink(letter), same = drawn.join();
    return !drawn.some(Boolean) || same === box || (bare(letter) !== letter && same === ink(bare(letter)).join());
  });
}"""

# Charts of no size, and traces with values of which nothing is to be seen.
EMPTY = """() => [...document.querySelectorAll('.plot')].flatMap(plot => {
  const seen = node => { const box = node.getBoundingClientRect(); return box.width > 0 || box.height > 0; };
  const svg = plot.querySelector('.main-svg').getBoundingClientRect();
  const drawn = [...plot.querySelectorAll('.trace')].filter(one => [...one.querySelectorAll('path, text')].some(seen));
  const wanted = plot._fullData.filter(trace => trace.visible === true && [...trace.y].length);
  const enough = svg.width * svg.height > 0 && drawn.length >= wanted.length;
  return enough ? [] : [`${plot.closest('figure').id}: ${drawn.length} of ${wanted.length}`];
})"""

# Texts of charts whose ink reaches over the edge of their chart, or of the part of it that they are clipped to.
CUT = """() => [...document.querySelectorAll('.plot svg text')].filter(text => {
  const box = text.getBoundingClientRect(), pen = document.createElement('canvas').getContext('2d');
  pen.font = getComputedStyle(text).font;
  const of = pen.measureText(text.textContent), line = of.fontBoundingBoxAscent + of.fontBoundingBoxDescent;
  const upright = box.height < 1.5 * line, aside = upright ? 1 : line / 3;  // a line of text is higher than its ink
  const top = box.top + upright * (of.fontBoundingBoxAscent - of.actualBoundingBoxAscent);
  const bottom = box.bottom - upright * (of.fontBoundingBoxDescent - of.actualBoundingBoxDescent);
  const over = (left, low, right, high) =>
    box.left < left - aside || box.right > right + aside || top < low || bottom > high;
  const edge = text.closest('.plot').getBoundingClientRect();
  let cut = over(edge.left, edge.top, edge.right, edge.bottom);
  for (let node = text; node.getAttribute && !cut; node = node.parentNode) {
    const clip = /#([^'")]+)/.exec(node.getAttribute('clip-path') || ''), at = clip && node.getScreenCTM();
    const rect = clip && document.getElementById(clip[1]).querySelector('rect');
    if (!rect) continue;
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(name => +rect.getAttribute(name));
    cut = over(at.e + x, at.f + y, at.e + x + width, at.f + y + height);
  }
  return cut && box.width && text.textContent.trim();
}).map(text => text.closest('figure').id + ': ' + text.textContent)"""

# Charts wider than their frame that no reader can scroll.
STUCK = """() => [...document.querySelectorAll('.plot')].filter(plot => {
  const frame = plot.closest('figure');
  for (let node = plot; node !== frame; node = node.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(node).overflowX)) return false;
  return plot.scrollWidth > frame.clientWidth;
}).map(plot => plot.closest('figure').id)"""

# Pairs of texts of one chart that lie on each other.
COVERED = """() => [...document.querySelectorAll('figure.chart')].flatMap(figure => {
  const texts = [...figure.querySelectorAll('.plot svg text')].filter(text => text.textContent.trim());
  const boxes = texts.map(text => text.getBoundingClientRect());
  const shared = (a, b, low, high) => Math.min(a[high], b[high]) - Math.max(a[low], b[low]);
  return texts.flatMap((text, i) => texts.slice(i + 1).flatMap((other, j) => {
    const a = boxes[i], b = boxes[i + 1 + j];
    const meet = shared(a, b, 'left', 'right') > 2 && shared(a, b, 'top', 'bottom') > 8;
    return meet ? [figure.id + ': ' + text.textContent + ' / ' + other.textContent] : [];
  }));
})"""


DRAWN = "() => [...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg'))"


def arguments() -> list[str]:
    """Return Chromium's switches; no outside host resolves."""
    return [*switches(), OUTSIDE]


@dataclass
class Visit:
    """A page in the browser, and what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def visit(context: Any, address: str) -> Visit:
    """Open an address in a new page and wait until its charts are drawn."""
    seen = Visit(context.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("console", lambda told: seen.complaints.append(told.text) if told.type == "error" else None)
    seen.page.goto(address)
    seen.page.wait_for_function(DRAWN, timeout=10_000)
    return seen


def missing_letters(page: Any, text: str, font: str) -> list[str]:
    """Return the letters of a text that a font stack does not draw."""
    return page.evaluate(MISSING, [sorted(set(text) - {" "}), font])


def data_cells(ending: str) -> list[str]:
    """Return the texts of every data column whose name ends so."""
    cells = set()
    for path in (*DATA.glob("programme/*.csv"), *DATA.glob("context/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            cells |= {text for row in csv.DictReader(file) for name, text in row.items() if name.endswith(ending)}
    return sorted(cells - {""})


def code_words() -> set[str]:
    """Return the words of column names and codes, which are the same in either language."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    fields = [field for table in package["resources"] for field in table["schema"]["fields"]]
    codes = [code for field in fields for code in field.get("constraints", {}).get("enum", [])]
    names = [entry["name"] for entry in (*package["resources"], *fields)]
    names += [field.get("codeList", "") for field in fields]
    return words(" ".join(map(str, [*codes, *names])))


def unquoted(said: str) -> str:
    """Return a text without the document's own words, which stay as printed, and without ids of rows and places."""
    ids = [one for one in (*data_cells("id"), *data_cells("key"), *data_cells("source")) if "." in one]
    for quote in sorted([*data_cells("printed"), *data_cells("printed_period"), *ids], key=len, reverse=True):
        said = said.replace(quote, " ")
    return said


def words(text: str) -> set[str]:
    """Return the words of a text, in small letters."""
    return {word.casefold() for word in WORD.findall(text)}


def english_words(vietnamese: str, english: str) -> set[str]:
    """Return the words that two editions share and that no Vietnamese text of the data has."""
    return words(unquoted(vietnamese)) & words(english) - words(" ".join(data_cells("_vi"))) - BOTH


def vietnamese_words(english: str) -> set[str]:
    """Return the words with Vietnamese letters in an English text that are in no English name of the data."""
    known = words(" ".join(data_cells("_en")))
    return {word for word in words(unquoted(english)) - known if not word.isascii()}


class Addresses(HTMLParser):
    """Collects what a page's elements point to: pairs of element and address."""

    POINTING = ("src", "href", "srcset", "action", "data", "poster", "xlink:href")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the addresses of one element."""
        self.found += [(tag, value or "") for name, value in attrs if name in self.POINTING]
