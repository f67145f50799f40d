"""What does a report add to what is known? Each value checked, told from what stood before, and kept with it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from bnplan_lib.errors import DataError, Fault, FaultyInput, PlanError, nearest, shorten
from bnplan_lib.inputs.observations import observation_faults
from bnplan_lib.inputs.programme import Programme, data_folder, read_programme, read_schema
from bnplan_lib.inputs.sheets import ABOUT, Sheet, read_any_sheet
from bnplan_lib.inputs.tables import read_cell
from bnplan_lib.inputs.whole import write_whole
from bnplan_lib.model.observations import MEASURES_OF

NEEDED: Final = ("table", "id", "measure", "period", "value", "status", "source")
OPTIONAL: Final = ("reason",)
FILLED: Final = ("value", "source", "reason")  # a row in which none of these is filled in says nothing
KEY: Final = ("table", "id", "measure", "period", "status")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a report brings: rows of `observations` that are new, those that correct, and how many say nothing new."""

    added: list[dict[str, Any]] = field(default_factory=list)
    corrected: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    blank: int = 0


def read_report(programme: Programme, path: Path, recorded: str) -> Intake:
    """Read a report from CSV or XLSX and hold it against what is known.

    Columns: `table, id, measure, period, value, status, source`, of `reason` where a value
    is corrected; those that begin with `about_` are left alone. Codes may be written as
    such or as their label in either language. A row without value, source and reason
    reports nothing.

    Parameters
    ----------
    recorded
        The day of the record, such as 2027-01-15.

    Raises
    ------
    FaultyInput
        With every fault as file:row:column.
    PlanError
        If the file is neither a table nor a workbook.
    """
    sheet = read_any_sheet(path, NEEDED)
    schema = next(one for one in read_schema(programme.folder)["resources"] if one["name"] == "observations")["schema"]
    fields = {one["name"]: one for one in schema["fields"]}
    if faults := list(_column_faults(sheet, fields)):
        raise FaultyInput(faults)
    items = {name: _by_id(getattr(programme, name)) for name in MEASURES_OF}
    known = _histories(programme)
    codes = _codes(programme)
    intake, seen, blank = Intake(), dict[tuple[Any, ...], int](), 0
    faults, unread = list(sheet.faults), {fault.place for fault in sheet.faults}
    for line, cells in zip(sheet.lines, sheet.rows, strict=True):
        texts = dict(zip(sheet.header, cells, strict=True))
        if not any(texts.get(name) for name in FILLED):
            blank += 1
            continue
        row, found = _row(sheet, line, texts, fields, codes)
        row |= {"version": 1, "fact_id": None, "recorded": recorded}
        faults += [fault for fault in found if fault.place not in unread]
        if found:
            continue
        told = [
            Fault(f"{sheet.file}:{line}:{column}", rule, what) for column, rule, what in observation_faults(row, items)
        ]
        faults += told
        key = tuple(row[name] for name in KEY)
        if key in seen and not told:
            faults.append(
                Fault(f"{sheet.file}:{line}:id", f"must stand once, stands in row {seen[key]} too", row["id"])
            )
        seen[key] = line
        faults += _sort_in(intake, row, known.get(key, []), f"{sheet.file}:{line}")
    if faults:  # from the first row down
        raise FaultyInput(sorted(faults, key=lambda fault: int(fault.place.split(":")[1])))
    unchanged = len(seen) - len(intake.added) - len(intake.corrected)
    return Intake(intake.added, intake.corrected, unchanged, blank)


def observe(folder: Path | str | None, path: Path, recorded: str, dry_run: bool = False) -> Intake:
    """Add a report to the observations of a data folder: all of it or nothing.

    Rows are added at the end; what stands there stays as it is, byte for byte.

    Raises
    ------
    FaultyInput, PlanError
        As of `read_report`; or if the folder cannot be written, or somebody else writes to it.
    """
    root = data_folder(folder)
    resource = next(one for one in read_schema(root)["resources"] if one["name"] == "observations")
    table = root / resource["path"]
    if dry_run:
        return read_report(read_programme(root), path, recorded)
    try:
        with FileLock(table.with_name(".observations.lock"), timeout=10):
            programme = read_programme(root)
            intake = read_report(programme, path, recorded)
            if rows := [*intake.added, *intake.corrected]:
                _append(programme, table, resource["schema"], rows)
    except Timeout:
        raise PlanError(f"{table}: another command writes here; wait for its end") from None
    except OSError as error:
        raise PlanError(f"{table}: must be writable, {error.strerror or error}") from None
    return intake


def _append(programme: Programme, path: Path, schema: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    """Write a table with some rows more, once it is known that it can be read."""
    names = [one["name"] for one in schema["fields"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in names})
    before = path.read_bytes()
    write_whole(path, before + (b"" if before.endswith(b"\n") else b"\n") + text.getvalue().encode())
    try:
        read_programme(programme.folder)
    except DataError:
        write_whole(path, before)
        raise


def _column_faults(sheet: Sheet, fields: Mapping[str, Any]) -> Iterator[Fault]:
    named = [name for name in sheet.header if name and not name.startswith(ABOUT)]
    allowed = (*NEEDED, *OPTIONAL)
    for name in named:
        if name not in allowed:
            rule = "is set by the command" if name in fields else f"unknown column{nearest(name, allowed)}"
            yield Fault(f"{sheet.file}:heading", rule, shorten(name))
    for name in allowed:
        if (count := named.count(name)) > 1 or (count == 0 and name in NEEDED):
            yield Fault(f"{sheet.file}:heading", f"must have the column {name} once", str(count))


def _row(
    sheet: Sheet, line: int, texts: Mapping[str, str], fields: Mapping[str, Any], codes: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, Any], list[Fault]]:
    row: dict[str, Any] = {}
    faults = []
    for name in (*NEEDED, *OPTIONAL):
        text = unicodedata.normalize("NFC", texts.get(name, ""))
        text = codes.get(name, {}).get(text.casefold(), text)
        row[name], problem = read_cell(text, fields[name])
        if problem:
            faults.append(Fault(f"{sheet.file}:{line}:{name}", problem, shorten(text) if text else ""))
    return row, faults


def _codes(programme: Programme) -> dict[str, dict[str, str]]:
    """Return the code of each label of status and measure, in either language."""
    found: dict[str, dict[str, str]] = {}
    for row in programme.codes.to_dict("records"):
        if row["list"].startswith("observation_"):
            own = found.setdefault(row["list"].removeprefix("observation_"), {})
            own.update({row[label].casefold(): row["code"] for label in ("label_vi", "label_en")})
    return found


def _by_id(frame: Any) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in frame.to_dict("records")}


def _histories(programme: Programme) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the versions of each value, the newest last."""
    known: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in programme.observations.sort_values("version", kind="stable").to_dict("records"):
        known.setdefault(tuple(row[name] for name in KEY), []).append(row)
    return known


def _sort_in(intake: Intake, row: dict[str, Any], before: list[dict[str, Any]], place: str) -> Iterator[Fault]:
    """Put a row where it belongs; yield what keeps it from there."""
    if not before:
        if row["reason"] is not None:
            yield Fault(f"{place}:reason", f"{row['id']}: a first value corrects nothing", shorten(row["reason"]))
        intake.added.append(row)
        return
    last = before[-1]
    if (row["value"], row["source"]) == (last["value"], last["source"]):
        return
    if row["reason"] is None:
        known = f"{last['value']:.12g} ({last['source']}, recorded {last['recorded']})"
        yield Fault(f"{place}:reason", f"{row['id']}: a value that corrects {known} must have a reason")
    if row["recorded"] < last["recorded"]:
        rule = f"{row['id']}: the record must not be before that of the value it corrects, {last['recorded']}"
        yield Fault(f"{place}:value", rule, row["recorded"])
    intake.corrected.append(row | {"version": int(last["version"]) + 1})


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
