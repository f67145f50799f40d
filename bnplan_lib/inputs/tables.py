"""Is this table fit to use? Read CSV by its schema and list every fault at once."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bnplan_lib.errors import Fault, nearest, shorten
from bnplan_lib.inputs.texts import text_problem

MAX_BYTES = 64 * 2**20
MAX_CELL = 2_000
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?")
DTYPES = {"string": "str", "number": "float64", "integer": "Int64", "boolean": "boolean"}

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: its columns, the file it came from, the file line of each row."""

    name: str
    file: str
    columns: Mapping[str, list[Any]]
    lines: tuple[int, ...]
    schema: Schema

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each row with its position, missing cells as None."""
        for position, cells in enumerate(zip(*self.columns.values(), strict=True)):
            yield position, dict(zip(self.columns, cells, strict=True))

    def frame(self) -> pd.DataFrame:
        """Return the table as a frame of the schema's types."""
        types = {field["name"]: DTYPES[field["type"]] for field in self.schema["fields"]}
        return pd.DataFrame({name: pd.array(cells, dtype=types[name]) for name, cells in self.columns.items()})

    def place(self, position: int, column: str) -> str:
        """Return file:row:column of a row counted from 0."""
        return f"{self.file}:{self.lines[position]}:{column}"


def read_table(path: Path, name: str, schema: Schema) -> tuple[Table, list[Fault]]:
    """Return the table and its faults; a faulty cell is missing in the table.

    Text is normalised to NFC. An empty cell is missing, never zero. Foreign keys
    and code lists are checked by `check_keys` once all tables are read.
    """
    rows, lines, faults = _read_rows(path, [field["name"] for field in schema["fields"]])
    columns: dict[str, list[Any]] = {}
    for position, field in enumerate(schema["fields"]):
        cells = [read_cell(row[position], field) for row in rows]
        columns[field["name"]] = [value for value, _ in cells]
        for line, row, (_, problem) in zip(lines, rows, cells, strict=True):
            if problem:
                faults.append(Fault(f"{path.name}:{line}:{field['name']}", problem, shorten(row[position])))
    table = Table(name, path.name, columns, tuple(lines), schema)
    return table, faults + list(_repeated(table))


def read_cell(text: str, field: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the value of a cell and the rule it breaks ('' if none)."""
    limits = field.get("constraints", {})
    if text == "":
        return None, "must not be blank" if limits.get("required") else ""
    if problem := _unfit(text):
        return None, problem
    value, problem = CONVERT[field["type"]](text)
    if problem:
        return None, problem
    if "pattern" in limits and re.fullmatch(limits["pattern"], text) is None:
        return None, f"must match {limits['pattern']}"
    if "enum" in limits and text not in limits["enum"]:
        return None, f"not an allowed value{nearest(text, limits['enum'])}"
    if "minimum" in limits and value < limits["minimum"]:
        return None, f"must be at least {limits['minimum']}"
    if "maximum" in limits and value > limits["maximum"]:
        return None, f"must be at most {limits['maximum']}"
    return value, ""


def check_keys(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every reference that points nowhere: foreign keys, code lists, id lists."""
    codes: dict[str, set[str]] = {}
    for _, row in tables["codes"].rows():
        codes.setdefault(row["list"], set()).add(row["code"])
    for table in tables.values():
        for key in table.schema.get("foreignKeys", []):
            reference = key["reference"]
            known = set(tables[reference["resource"]].columns[reference["fields"]])
            yield from _unknown(table, key["fields"], known, reference["resource"])
        for field in table.schema["fields"]:
            separator = field.get("itemSeparator")
            if "codeList" in field:
                known = codes.get(field["codeList"], set())
                yield from _unknown(table, field["name"], known, f"code list {field['codeList']}", separator)
            elif separator:
                known = set(tables[field["itemReference"]].columns["id"])
                yield from _unknown(table, field["name"], known, field["itemReference"], separator)


def check_ends(table: Table) -> Iterator[Fault]:
    """Yield every row whose `low` exceeds its `high`."""
    for position, row in table.rows():
        if None not in (row["low"], row["high"]) and row["low"] > row["high"]:
            found = f"{row['low']:g} and {row['high']:g}"
            yield Fault(table.place(position, "low"), f"{row['id']}: low must not exceed high", found)


def _read_rows(path: Path, header: list[str]) -> tuple[list[list[str]], list[int], list[Fault]]:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return [], [], [Fault(f"{path.name}:1", f"a table holds at most {MAX_BYTES} bytes", str(size))]
        raw = path.read_bytes()
        text = unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except OSError as error:
        return [], [], [Fault(path.name, "the file must be there and readable", str(error.strerror))]
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return [], [], [Fault(f"{path.name}:{line}", "must be UTF-8 text", f"byte {raw[error.start]:#04x}")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, faults = [], [], []
    try:
        found = next(reader, [])
        if found != header:
            return [], [], [Fault(f"{path.name}:1", f"columns must be {','.join(header)}", _header_hint(found))]
        for row in reader:
            if len(row) == len(header):
                rows.append(row)
                lines.append(reader.line_num)
            else:
                faults.append(Fault(f"{path.name}:{reader.line_num}", f"must have {len(header)} cells", str(len(row))))
    except csv.Error as error:
        faults.append(Fault(f"{path.name}:{reader.line_num + 1}", "must be well-formed CSV", str(error)))
    return rows, lines, faults


def _header_hint(found: list[str]) -> str:
    joined = ",".join(found)
    separated = " (separated by semicolons: save it with commas)" if len(found) == 1 and ";" in joined else ""
    return shorten(joined, 200) + separated


def _unfit(text: str) -> str:
    if len(text) > MAX_CELL:
        return f"a cell holds at most {MAX_CELL} characters"
    if problem := text_problem(text):
        return problem
    return "must not begin or end with a blank" if text != text.strip() else ""


def _number(text: str) -> tuple[Any, str]:
    if NUMBER.fullmatch(text) is None:
        return None, "must be a number such as 1234.5"
    return float(text), ""


def _integer(text: str) -> tuple[Any, str]:
    if re.fullmatch(r"-?\d{1,15}", text) is None:
        return None, "must be a whole number"
    return int(text), ""


def _boolean(text: str) -> tuple[Any, str]:
    return (text == "true", "") if text in ("true", "false") else (None, "must be true or false")


CONVERT: Mapping[str, Callable[[str], tuple[Any, str]]] = {
    "string": lambda text: (text, ""),
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}


def _repeated(table: Table) -> Iterator[Fault]:
    key = table.schema["primaryKey"]
    seen: set[tuple[Any, ...]] = set()
    for position, row in table.rows():
        values = tuple(row[column] for column in key)
        if values in seen and None not in values:
            yield Fault(table.place(position, "+".join(key)), "must be unique", shorten(" ".join(map(str, values))))
        seen.add(values)


def _unknown(table: Table, column: str, known: set[Any], where: str, separator: str | None = None) -> Iterator[Fault]:
    for position, cell in enumerate(table.columns[column]):
        for item in [] if cell is None else cell.split(separator) if separator else [cell]:
            if item not in known:
                rule = f"not in {where}{nearest(item, known - {None})}"
                yield Fault(table.place(position, column), rule, shorten(item))
