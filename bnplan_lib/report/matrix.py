"""How does a file say what is to run? As tables of notebooks x scenarios x languages x settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bnplan_lib.errors import Fault, ParameterError, nearest
from bnplan_lib.inputs.parameters import LANGUAGES
from bnplan_lib.inputs.scenario import names_a_file
from bnplan_lib.inputs.scenario_text import place, read_toml, shown
from bnplan_lib.report.notebooks import value_of
from bnplan_lib.report.plan import Selection

LISTS: Final = ("notebooks", "scenarios", "languages")
KEYS: Final = (*LISTS, "set", "grid")


def read_runs(path: str | Path) -> list[Selection]:
    """Return what a file of runs asks for: one selection for each of its tables `[[runs]]`.

    Each may have lists `notebooks`, `scenarios` and `languages`, settings in `set`, and in `grid` a list of values
    for each of some settings, of which every combination runs. Files are named relative to this one.

    Raises
    ------
    ScenarioError
        If it is no TOML file.
    ParameterError
        With every fault of the file as file:key.
    """
    path = Path(path)
    content = read_toml(path)
    faults = [Fault(place(path.name, key), f"unknown key{nearest(key, ['runs'])}") for key in content if key != "runs"]
    tables = content.get("runs")
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise ParameterError([*faults, Fault(place(path.name, "runs"), "must be one or more tables [[runs]]")])
    for number, table in enumerate(tables, 1):
        faults += [
            Fault(place(path.name, f"runs[{number}]", *keys), rule, found) for keys, rule, found in _wrong(table)
        ]
    if faults:
        raise ParameterError(faults)
    return [_selection(table, path.parent) for table in tables]


def _wrong(table: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str, str]]:
    found: list[tuple[tuple[str, ...], str, str]] = []
    found += [((key,), f"unknown key{nearest(key, KEYS)}", "") for key in table if key not in KEYS]
    for key in LISTS:
        value = table.get(key, ["en"])
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            found.append(((key,), "must be a list of names", shown(value)))
        elif key == "languages" and (odd := [one for one in value if one not in LANGUAGES]):
            found.append(((key,), f"must be of {', '.join(LANGUAGES)}", shown(odd[0])))
    odd_tables = [key for key in ("set", "grid") if not isinstance(table.get(key, {}), dict)]
    found += [((key,), "must be a table of settings", shown(table[key])) for key in odd_tables]
    grid = table.get("grid", {})
    for key, value in grid.items() if isinstance(grid, dict) else ():
        if not isinstance(value, list) or not value:
            found.append((("grid", key), "must be a list of one or more values", shown(value)))
        elif key in table.get("set", {}):
            found.append((("grid", key), "stands in set too", shown(value)))
    return found


def _selection(table: Mapping[str, Any], beside: Path) -> Selection:
    def named(key: str) -> tuple[str, ...]:
        names = table.get(key, ())
        return tuple(str(beside / name) if names_a_file(name) or name.endswith(".ipynb") else name for name in names)

    return Selection(
        named("notebooks"),
        named("scenarios"),
        tuple(table.get("languages", ("vi", "en"))),
        tuple(f"{key}={as_text(value)}" for key, value in _flat(table.get("set", {})).items()),
        {key: tuple(map(as_text, values)) for key, values in _flat(table.get("grid", {})).items()},
    )


def _flat(settings: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return settings with the dots of levers in their keys, whether these were quoted or are tables.

    A parameter that is a mapping itself, such as `slips`, is one whose keys have a colon.
    """
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, dict) and value and not any(":" in inner for inner in value):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = value
    return found


def as_text(value: Any) -> str:
    """Return a value as it is written after `--set KEY=`."""
    if isinstance(value, str) and value_of(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML has it in no text


def read_grid(texts: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each setting from texts `KEY=[VALUE, …]`.

    Raises
    ------
    ParameterError
        With every fault at once.
    """
    grid, faults = {}, []
    for text in texts:
        key, equals, listed = text.partition("=")
        values = value_of(listed)
        if not (key and equals and isinstance(values, list) and values):
            faults.append(Fault(f"--grid {text}", "must be KEY=[VALUE, …], such as growth.industry=[11, 12]"))
        else:
            grid[key] = tuple(map(as_text, values))
    if faults:
        raise ParameterError(faults)
    return grid
