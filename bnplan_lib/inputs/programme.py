"""What does the programme say? Its tables, checked against what the document prints."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bnplan_lib.errors import DataError, Fault, UnknownName
from bnplan_lib.inputs.observations import check_observations
from bnplan_lib.inputs.periods import Period, read_period
from bnplan_lib.inputs.printed import printed_numbers
from bnplan_lib.inputs.quantities import check_quantities
from bnplan_lib.inputs.relations import check_relations
from bnplan_lib.inputs.tables import DTYPES, Table, check_keys, read_table
from bnplan_lib.model.economy import MACRO
from bnplan_lib.model.growth import SECTORS
from bnplan_lib.model.profiles import PROFILES

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, eq=False)  # one is another only if it is the same: tables do not compare
class Programme:
    """The programme as tables; `data/datapackage.json` describes every column.

    Values are those used: corrected where `corrections` says so, per cent and
    bn VND as in the files. `properties` is the head of the data package.
    """

    folder: Path
    data_hash: str
    properties: Mapping[str, Any]
    targets: pd.DataFrame
    tasks: pd.DataFrame
    projects: pd.DataFrame
    project_phases: pd.DataFrame
    project_quantities: pd.DataFrame
    project_groups: pd.DataFrame
    directives: pd.DataFrame
    agencies: pd.DataFrame
    corrections: pd.DataFrame
    notes: pd.DataFrame
    codes: pd.DataFrame
    facts: pd.DataFrame
    yardsticks: pd.DataFrame
    levers: pd.DataFrame
    relations: pd.DataFrame
    operands: pd.DataFrame
    assumptions: pd.DataFrame
    precedences: pd.DataFrame
    project_orders: pd.DataFrame
    former_names: pd.DataFrame
    accepted: pd.DataFrame
    observations: pd.DataFrame

    @property
    def years(self) -> range:
        """Years of the programme: 2026 to 2030."""
        return range(self.properties["programme"]["first_year"], self.properties["programme"]["last_year"] + 1)

    def target(self, target_id: str) -> pd.Series:
        """Return the row of one target; UnknownName if there is none."""
        return _row(self.targets, target_id, "target")

    def target_of(self, measure: str) -> str:
        """Return the id of the target that measures a figure of the model, such as `growth`; blank if there is none."""
        found = self.targets.loc[self.targets["measure"] == measure, "id"]
        return str(found.iloc[0]) if len(found) else ""

    def fact_of(self, indicator: str, period: str) -> pd.Series | None:
        """Return the default fact of an indicator and a period; None if there is none."""
        facts = self.facts
        found = facts[(facts["indicator"] == indicator) & (facts["period"] == period) & facts["is_default"]]
        return found.iloc[0] if len(found) else None

    @property
    def compared(self) -> tuple[str, ...]:
        """Scenarios that a comparison holds against the first one where none is named."""
        return tuple(self.properties["programme"].get("compared", ()))

    @property
    def base_year(self) -> int:
        """The year before the programme, on which its paths start: 2025."""
        return self.years[0] - 1

    def fact(self, fact_id: str) -> pd.Series:
        """Return the row of one outside fact; UnknownName if there is none."""
        return _row(self.facts, fact_id, "fact")


def data_folder(folder: str | Path | None = None) -> Path:
    """Return the data folder: the one given, else BNPLAN_DATA, the checkout's, or the wheel's copy."""
    if folder or (folder := os.environ.get("BNPLAN_DATA")):
        return Path(folder)
    checkout = PACKAGE.parent / "data"
    return checkout if (checkout / "datapackage.json").exists() else PACKAGE / "_data"


def read_programme(folder: str | Path | None = None) -> Programme:
    """Read and check every table of a data folder.

    Raises
    ------
    DataError
        With every fault of every table as file:row:column.
    """
    root = data_folder(folder)
    package, package_bytes = _read_package(root)
    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    digest = hashlib.sha256(package_bytes)
    for resource in package["resources"]:
        path = root / resource["path"]
        tables[resource["name"]], found = read_table(path, resource["name"], resource["schema"])
        faults += found
        digest.update(path.read_bytes() if path.is_file() else b"")
    faults += check_keys(tables)
    faults += _check_printed(tables)
    faults += _check_facts(tables["facts"])
    faults += _check_measures(tables["targets"])
    faults += _check_phase_costs(tables)
    faults += _check_levers(tables["levers"])
    faults += _check_assumptions(tables)
    faults += check_relations(tables)
    faults += check_quantities(tables)
    faults += check_observations(tables)
    if faults:
        raise DataError(faults)
    properties = {key: value for key, value in package.items() if key != "resources"}
    frames = {name: table.frame() for name, table in tables.items()}
    return Programme(root, digest.hexdigest(), properties, **frames)


def read_schema(folder: str | Path | None = None) -> dict[str, Any]:
    """Return the data package's description of every table and column."""
    return _read_package(data_folder(folder))[0]


def _read_package(root: Path) -> tuple[dict[str, Any], bytes]:
    path = root / "datapackage.json"
    try:
        raw = path.read_bytes()
        package = json.loads(raw)
    except OSError as error:
        raise DataError([Fault(str(path), "the data folder must hold datapackage.json", str(error.strerror))]) from None
    except ValueError as error:
        raise DataError([Fault(str(path), "must be JSON", str(error))]) from None
    resources = package.get("resources", []) if isinstance(package, dict) else []
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        raise DataError([Fault(f"{path}:resources", "must be a list of tables")])
    missing = TABLES - {resource.get("name") for resource in resources}
    if missing:
        raise DataError([Fault(str(path), f"must describe the table {name}") for name in sorted(missing)])
    package["resources"] = [resource for resource in package["resources"] if resource["name"] in TABLES]
    about = package.get("programme", {})
    if not all(isinstance(about.get(name), int) for name in ("first_year", "last_year")) or "version" not in package:
        raise DataError([Fault(f"{path}:programme", "must give first_year and last_year, and the package its version")])
    if wrong := [f"{path}:{name}" for resource in package["resources"] for name in _undescribed(resource)]:
        raise DataError([Fault(place, "must have name, type and, for a table, path and key") for place in wrong])
    return package, raw


def _undescribed(resource: Mapping[str, Any]) -> list[str]:
    """Return the table or the columns that a resource does not describe well enough to be read."""
    schema = resource.get("schema", {})
    if not isinstance(resource.get("path"), str) or not isinstance(schema.get("primaryKey"), list):
        return [resource["name"]]
    fields = schema.get("fields", [])
    return [f"{resource['name']}.{field.get('name')}" for field in fields if field.get("type") not in DTYPES]


TABLES = set(Programme.__dataclass_fields__) - {"folder", "data_hash", "properties"}


def _row(frame: pd.DataFrame, row_id: str, kind: str) -> pd.Series:
    found = frame[frame["id"] == row_id]
    if found.empty:
        raise UnknownName(kind, row_id, frame["id"])
    return found.iloc[0]


def _check_printed(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every used value that differs from the printed one without a correction."""
    corrected = {
        (row["table"], row["row_id"], row["column"])
        for _, row in tables["corrections"].rows()
        if row["reading"] == "default"
    }
    yield from _check_corrections(tables)
    yield from _check_numbers(tables["targets"], "printed", ("low", "high"), corrected)
    yield from _check_numbers(tables["projects"], "printed_cost", ("cost_bn_vnd",), corrected)
    yield from _check_numbers(tables["project_groups"], "printed_total", ("total_bn_vnd",), corrected)
    targets = tables["targets"]
    for position, row in targets.rows():
        if None not in (row["low"], row["high"]) and row["low"] > row["high"]:
            found = f"{row['low']:g} and {row['high']:g}"
            yield Fault(targets.place(position, "low"), f"{row['id']}: low must not exceed high", found)
    yield from _check_periods(tables)


def _check_numbers(
    table: Table, printed: str, used: tuple[str, ...], corrected: set[tuple[str, str, str]]
) -> Iterator[Fault]:
    for position, row in table.rows():
        try:
            numbers = printed_numbers(row[printed] or "")
        except ValueError as error:
            yield Fault(table.place(position, printed), str(error))
            continue
        for column, figures in zip(used, (numbers[:1], numbers[-1:]), strict=False):
            open_top = column == "high" and row["comparator"] in ("at_least", "above")
            expected = figures[0] if figures and not open_top else None
            if row[column] != expected and (table.name, row["id"], column) not in corrected:
                told = f"must be {_cell(expected)} as printed ({row[printed] or 'blank'})"
                rule = f"{row['id']}: {told}, or have a row in corrections"
                yield Fault(table.place(position, column), rule, _cell(row[column]))


def _check_corrections(tables: Mapping[str, Table]) -> Iterator[Fault]:
    table = tables["corrections"]
    for position, row in table.rows():
        target = tables.get(row["table"])
        if target is None or row["column"] not in target.columns or "id" not in target.columns:
            name = f"{row['table']}.{row['column']}"
            yield Fault(table.place(position, "column"), "must name a column of a table with ids", name)
        elif row["row_id"] not in target.columns["id"]:
            yield Fault(table.place(position, "row_id"), f"must be a row of {row['table']}", repr(row["row_id"]))
        elif row["printed_value"] not in _printed_values(target, row["row_id"]):
            yield Fault(
                table.place(position, "printed_value"), f"must be what {target.file} prints", row["printed_value"]
            )
        elif row["reading"] == "default":
            used = target.columns[row["column"]][target.columns["id"].index(row["row_id"])]
            if row["value"] not in used if isinstance(used, str) else _cell(used) != row["value"]:
                rule = f"must be what {target.file} uses, {_cell(used)}"
                yield Fault(table.place(position, "value"), rule, repr(row["value"]))


def _printed_values(table: Table, row_id: str) -> set[str]:
    """Return what a row prints: its figures, and the words of its name."""
    row = next(one for _, one in table.rows() if one["id"] == row_id)
    texts = [row.get(name) or "" for name in ("printed", "printed_cost", "printed_total")]
    words = (row.get("name_vi") or "").split()
    try:
        figures = {_cell(number) for text in texts for number in printed_numbers(text)}
    except ValueError:
        return set()
    return figures | {" ".join(words[start:stop]) for start in range(len(words)) for stop in (start + 1, start + 2)}


def _check_phase_costs(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield phase costs that are not the fact they rest on."""
    facts = {row["id"]: row["value"] for _, row in tables["facts"].rows()}
    table = tables["project_phases"]
    for position, row in table.rows():
        expected = facts.get(row["cost_source"])
        if row["cost_bn_vnd"] != expected or row["cost_bn_vnd"] == 0:
            rule = f"must be {_cell(expected)} as {row['cost_source'] or 'no fact'} says, and above 0"
            yield Fault(table.place(position, "cost_bn_vnd"), rule, _cell(row["cost_bn_vnd"]))


def _check_periods(tables: Mapping[str, Table]) -> Iterator[Fault]:
    phases: dict[str, list[Period]] = {}
    for _, row in tables["project_phases"].rows():
        period = Period(row["phase"], row["start"], row["end"], row["open_ended"], row["milestone"])
        phases.setdefault(row["project_id"], []).append(period)
    for name in ("tasks", "projects"):
        table = tables[name]
        for position, row in table.rows():
            try:
                printed = list(read_period(row["printed_period"] or ""))
            except ValueError as error:
                yield Fault(table.place(position, "printed_period"), f"{row['id']}: {error}")
                continue
            used = phases.get(row["id"], []) if name == "projects" else [Period(1, row["start"], row["end"])]
            if used != printed:
                where = "project_phases" if name == "projects" else "start and end"
                rule = f"{row['id']}: {where} must say {_spell(printed)} as printed"
                yield Fault(table.place(position, "printed_period"), rule, _spell(used))


def _spell(periods: list[Period]) -> str:
    return " and ".join(f"{one.start or ''}..{one.end or ''}" for one in periods) or "nothing"


def _cell(value: Any) -> str:
    return "blank" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def _check_facts(table: Table) -> Iterator[Fault]:
    """Yield every second default of one indicator and period."""
    seen: set[tuple[str, str]] = set()
    for position, row in table.rows():
        key = (row["indicator"], row["period"])
        if row["is_default"] and key in seen:
            rule = f"{row['indicator']} of {row['period']} must have one default"
            yield Fault(table.place(position, "is_default"), rule, row["id"])
        if row["is_default"]:
            seen.add(key)


def _check_measures(table: Table) -> Iterator[Fault]:
    """Yield a second target for one figure of the model."""
    seen: dict[str, str] = {}
    for position, row in table.rows():
        measure = row["measure"]
        if measure in seen:
            yield Fault(table.place(position, "measure"), f"must stand once, {seen[measure]} has it too", measure)
        if measure is not None:
            seen.setdefault(measure, row["id"])


def _check_levers(table: Table) -> Iterator[Fault]:
    """Yield levers that the model needs and does not find, and those whose bounds or default cannot be used."""
    for key in sorted(LEVERS - set(table.columns["key"])):
        yield Fault(f"{table.file}:key", "must hold every lever of the model", f"no {key}")
    bounds = ("hard_low", "soft_low", "soft_high", "hard_high")
    for position, row in table.rows():
        limits = [row[name] for name in bounds]
        needed = row["type"] in ("number", "integer")
        if (None in limits) == needed or (needed and limits != sorted(limits)):
            rule = f"{row['key']}: numbers need four bounds in rising order, others none"
            yield Fault(table.place(position, "hard_low"), rule, ", ".join(map(_cell, limits)))
        within = limits[0] is not None and row["type"] in ("number", "integer") and _is_number(row["default"])
        if within and not limits[0] <= float(row["default"]) <= limits[-1]:
            rule = f"{row['key']}: default must lie within its bounds"
            yield Fault(table.place(position, "default"), rule, repr(row["default"]))
        pattern = LEVER_DEFAULTS.get(row["type"], "")
        if row["default"] is not None and re.fullmatch(pattern, row["default"]) is None:
            rule = f"{row['key']}: default must be of type {row['type']}"
            yield Fault(table.place(position, "default"), rule, repr(row["default"]))


def _check_assumptions(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield assumptions of the audit that differ from the usual range of the lever of the same name."""
    usual = {row["key"]: (row["soft_low"], row["soft_high"]) for _, row in tables["levers"].rows()}
    table = tables["assumptions"]
    for position, row in table.rows():
        expected = usual.get(f"macro.{row['id']}")
        if expected and (row["low"], row["high"]) != expected:
            told = f"{expected[0]:g} to {expected[1]:g}"
            rule = f"{row['id']}: must be the usual range of the lever macro.{row['id']}, {told}"
            yield Fault(table.place(position, "low"), rule, f"{row['low']:g} to {row['high']:g}")


def _is_number(text: str | None) -> bool:
    return text is not None and re.fullmatch(LEVER_DEFAULTS["number"], text) is not None


# what the model asks of every scenario; the table gives their titles, defaults and bounds
LEVERS = {
    "growth.tilt",
    *(f"macro.{name}" for name in MACRO),
    "targets.position",
    *(f"growth.{sector}" for sector in SECTORS),
    *(f"base_year.{name}" for name in ("grdp_bn_vnd", "construction_share")),
    *(f"base_year.share_{part}" for part in ("agriculture", "industry_construction", "services", "product_taxes")),
    *(f"phasing.{name}" for name in ("open_end", "milestone_start", "delay_from", "risk_correlation")),
    *(f"projects.*.{name}" for name in ("delay_quarters", "stretch", "overrun", "profile", "dropped")),
    "tasks.*.delay_quarters",
}
LEVER_DEFAULTS = {
    "number": r"-?\d+(\.\d+)?",
    "integer": r"-?\d+",
    "boolean": "true|false",
    "quarter": r"[0-9]{4}Q[1-4]",
    "choice": "|".join(PROFILES),
}
