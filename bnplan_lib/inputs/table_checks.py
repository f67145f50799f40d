"""Do the tables agree with one another, with what the document prints, and with what the model asks?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bnplan_lib.errors import Fault
from bnplan_lib.inputs.observations import check_observations
from bnplan_lib.inputs.periods import Period, read_period
from bnplan_lib.inputs.printed import printed_numbers
from bnplan_lib.inputs.quantities import check_quantities
from bnplan_lib.inputs.relations import check_relations
from bnplan_lib.inputs.tables import Table, check_ends, check_keys
from bnplan_lib.model.economy import MACRO
from bnplan_lib.model.growth import SECTORS
from bnplan_lib.model.profiles import PROFILES

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


def check_tables(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every fault that shows only when rows, columns or tables are held against one another."""
    yield from check_keys(tables)
    yield from _check_printed(tables)
    yield from _check_facts(tables["facts"])
    yield from _check_measures(tables["targets"])
    yield from _check_phase_costs(tables)
    yield from _check_levers(tables["levers"])
    yield from _check_assumptions(tables)
    yield from check_relations(tables)
    yield from check_quantities(tables)
    yield from check_observations(tables)


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
    yield from check_ends(tables["targets"])
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
