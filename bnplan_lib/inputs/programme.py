"""What does the programme say? Its tables, checked against what the document prints."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bnplan_lib.errors import DataError, Fault, UnknownName, shorten
from bnplan_lib.inputs.table_checks import check_tables
from bnplan_lib.inputs.tables import DTYPES, Table, read_table
from bnplan_lib.inputs.texts import text_problem

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
    faults += check_tables(tables)
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
    if unfit := [Fault(f"{path}:{place}", rule, shorten(text)) for place, text, rule in _unfit_texts(package)]:
        raise DataError(unfit)
    if wrong := [f"{path}:{name}" for resource in package["resources"] for name in _undescribed(resource)]:
        raise DataError([Fault(place, "must have name, type and, for a table, path and key") for place in wrong])
    return package, raw


def _unfit_texts(value: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield where a text stands that may not stand in a page, the text, and the rule it breaks."""
    if isinstance(value, str):
        if problem := text_problem(value):
            yield place, value, problem
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _unfit_texts(key, place)
            yield from _unfit_texts(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _unfit_texts(inner, f"{place}.{name}")


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
