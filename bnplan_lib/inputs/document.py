"""What does the text of an action programme hold? Its numbered orders, and the rows of its three appendices.

The text is that of the document as it was typed: a line a paragraph, the cells of a table
apart by tabs. Tables are known by their headings, rows by their numbers, so that another
province's programme of the same form is read as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bnplan_lib.errors import PlanError

MOST_BYTES: Final = 16 * 2**20
# the words of form: how a table is headed, how an order begins, and how a list says how long it is
NUMBER_HEADS: Final = ("tt", "stt")
TABLE_HEADS: Final = {"targets": "chỉ tiêu", "tasks": "nội dung", "projects": "công trình"}
WIDTHS: Final = {"targets": 3, "tasks": 6, "projects": 4}
ORDER: Final = "Giao "
COUNT: Final = re.compile(r"\((\d+) chỉ tiêu\)")
ROMAN: Final = re.compile(r"[IVX]+")
MARKS: Final = re.compile(r"</?[a-z]+>|\*+")
DASHES: Final = re.compile("[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its id as the tables have it, its line in the text, its cells after the number."""

    id: str
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of section II or III: its number, its line, and its text with what belongs to it."""

    id: str
    line: int
    text: str


@dataclass(slots=True)
class Document:
    """A document as read; `lists` are the headings of the lists of targets."""

    file: str
    text: str
    targets: list[Row] = field(default_factory=list)
    lists: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    projects: list[Row] = field(default_factory=list)
    task_groups: list[Row] = field(default_factory=list)
    project_groups: list[Row] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def read_document(path: Path) -> Document:
    """Read the text of a programme.

    Raises
    ------
    PlanError
        If the file is no UTF-8 text, is too large, or has none of the three tables.
    """
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise PlanError(f"{path}: a document holds at most {MOST_BYTES:,} bytes, found {size:,}")
        text = unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise PlanError(f"{path}: must be a file that can be read, {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: must be UTF-8 text, found byte {error.object[error.start]:#04x}") from None
    lines = text.splitlines()
    document = Document(path.name, "\n".join(map(clean, lines)))
    tables, first = _tables(path, lines)
    for kind, rows in tables.items():
        read = {"targets": _read_targets, "tasks": _read_tasks, "projects": _read_projects}[kind]
        read(document, rows)
    document.orders = list(_orders(lines[:first]))
    return document


def clean(text: str) -> str:
    """Return a text without marks of layout: tags, asterisks, double blanks; every dash is a hyphen."""
    return re.sub(r"[ \u00a0]+", " ", DASHES.sub("-", MARKS.sub("", unicodedata.normalize("NFC", text)))).strip()


def _tables(path: Path, lines: Sequence[str]) -> tuple[dict[str, list[tuple[int, list[str]]]], int]:
    """Return the rows of each table with their lines, and where the first table begins."""
    tables: dict[str, list[tuple[int, list[str]]]] = {}
    kind, first = "", len(lines)
    for number, line in enumerate(lines, 1):
        if "\t" not in line:
            continue
        cells = [clean(cell) for cell in line.split("\t")]
        if cells[0].casefold() in NUMBER_HEADS:
            kind = next((one for one, head in TABLE_HEADS.items() if cells[1].casefold().startswith(head)), "")
            first = min(first, number - 1)
        elif kind:
            width = WIDTHS[kind]
            tables.setdefault(kind, []).append((number, (cells + [""] * width)[:width]))
    if missing := sorted(set(TABLE_HEADS) - set(tables)):
        raise PlanError(f"{path}: has no table of {' and none of '.join(missing)}; cells must be apart by tabs")
    return tables, first


def _read_targets(document: Document, rows: Sequence[tuple[int, list[str]]]) -> None:
    """Read lists headed by a letter, domains by a Roman number, items by numbers, and their parts."""
    name = domain = item = ""
    for line, cells in rows:
        number, text = cells[0].rstrip("."), cells[1]
        if re.fullmatch(r"[A-Z]", number) and COUNT.search(text):
            taken = {one.id for one in document.lists}
            name = next(letter for letter in map(chr, range(ord(number), ord("Z") + 1)) if letter not in taken)
            document.lists.append(Row(name, line, (text,)))
        elif ROMAN.fullmatch(number):
            domain = number
        else:  # a part without a number is its item's
            item = f"{name}.{domain}.{number}" if number else item
            document.targets.append(Row(item, line, tuple(cells[1:])))


def _read_tasks(document: Document, rows: Sequence[tuple[int, list[str]]]) -> None:
    document.tasks = list(_grouped(document.task_groups, rows))


def _read_projects(document: Document, rows: Sequence[tuple[int, list[str]]]) -> None:
    document.projects = list(_grouped(document.project_groups, rows))


def _grouped(groups: list[Row], rows: Sequence[tuple[int, list[str]]]) -> Iterator[Row]:
    """Yield rows numbered within groups of a Roman number."""
    group = ""
    for line, cells in rows:
        number = cells[0].rstrip(".")
        if ROMAN.fullmatch(number):
            group = number
            groups.append(Row(group, line, tuple(cells[1:])))
        else:
            yield Row(f"{group}.{number}", line, tuple(cells[1:]))


def _orders(lines: Sequence[str]) -> Iterator[Order]:
    """Yield the orders of sections II and III, each with the paragraphs up to the next one.

    A further paragraph that gives an order within a number gets a letter, from b on; an order
    without a number of its own is called as its heading.
    """
    section = heading = ""
    found: list[tuple[str, int, list[str]]] = []
    for number, raw in enumerate(lines, 1):
        line = clean(raw)
        if match := re.match(r"([IVX]+)\. ", line):
            section, heading = match[1], ""
        elif section == "II" and (match := re.match(r"(\d+\.\d+)\.? ", line)):
            found.append((match[1], number, [line[match.end() :]]))
        elif section in ("II", "III") and (match := re.match(r"(\d+)\. ", line)):
            heading = match[1]
            if section == "III":
                found.append((f"III.{heading}", number, [line[match.end() :]]))
        elif section == "II" and line.startswith(ORDER):
            own = found[-1][0] if found and found[-1][0].partition(".")[0] == heading else ""
            found.append((_next_part(own) if own else heading, number, [line]))
        elif line and found and section in ("II", "III"):
            found[-1][2].append(line)
    for name, number, parts in found:
        yield Order(name, number, "\n".join(parts))


def _next_part(name: str) -> str:
    """Return the name of the next order within a number: 5.2, 5.2.b, 5.2.c."""
    head, _, letter = name.rpartition(".")
    return f"{head}.{chr(ord(letter) + 1)}" if letter.isalpha() else f"{name}.b"


def bodies(text: str, spellings: Sequence[tuple[str, str]]) -> tuple[list[str], str]:
    """Return the bodies that a cell names, in order, and what is left of it.

    Parameters
    ----------
    spellings
        Pairs of a spelling and an id, the longest spelling first.
    """
    found, rest, at = [], "", 0
    lowered = text.casefold()
    while at < len(text):
        match = next(((one, body) for one, body in spellings if lowered.startswith(one, at)), None)
        if match:
            found.append(match[1])
            at += len(match[0])
        else:
            rest += text[at]
            at += 1
    return found, rest
