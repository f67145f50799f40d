"""Does what has come in fit the programme: its rows, its units, its history?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from bnplan_lib.errors import Fault, nearest
from bnplan_lib.inputs.tables import Table
from bnplan_lib.model.observations import MEASURES_OF, measures_of

SHARES: Final = ("percent", "percent_of_households")  # a level of these is a part of a whole


def check_observations(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every observation of a row that is not there, out of bounds, or without its predecessor."""
    table = tables["observations"]
    facts = {row["id"]: row for _, row in tables["facts"].rows()}
    rows = {name: {row["id"]: row for _, row in tables[name].rows()} for name in MEASURES_OF}
    histories: dict[tuple[Any, ...], list[tuple[int, dict[str, Any]]]] = {}
    for position, row in table.rows():
        if row["table"] is None or row["id"] is None or row["measure"] is None:
            continue  # said already
        for column, rule, found in observation_faults(row, rows):
            yield Fault(table.place(position, column), rule, found)
        yield from _check_fact(table, position, row, facts)
        key = tuple(row[name] for name in ("table", "id", "measure", "period", "status"))
        histories.setdefault(key, []).append((position, row))
    for versions in histories.values():
        yield from _check_history(table, versions)


def observation_faults(
    row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Iterator[tuple[str, str, str]]:
    """Yield column, broken rule and found value of each fault of one observation.

    `rows` has the rows of targets, tasks, directives and projects by id.
    """
    item = rows[row["table"]].get(row["id"])
    if item is None:
        yield "id", f"must be a row of {row['table']}{nearest(row['id'], rows[row['table']])}", repr(row["id"])
        return
    allowed = measures_of(row["table"], item.get("unit") or "")
    measure, period, value = row["measure"], row["period"], row["value"]
    if measure not in allowed:
        yield "measure", f"{row['id']}: must be {' or '.join(allowed)}", measure
        return
    if period is not None and (len(period) == 4) == (measure == "done_percent"):
        rule = "a quarter such as 2026Q4" if measure == "done_percent" else "a year such as 2026"
        yield "period", f"{measure} is of {rule}", period
    if value is not None:
        low, high = _bounds(measure, item)
        if not low <= value <= high:
            yield "value", f"{row['id']}: {_said(low, high)}", f"{value:.12g}"
    if row["recorded"] is not None and not _is_day(row["recorded"]):
        yield "recorded", "must be a day such as 2026-12-31", row["recorded"]


def _bounds(measure: str, item: Mapping[str, Any]) -> tuple[float, float]:
    if measure == "done_percent":
        return 0.0, 100.0
    if measure == "disbursed_bn_vnd":
        return 0.0, float("inf")
    if item["kind"] in ("average_rate", "yearly_change"):
        return -100.0, float("inf")
    whole = item["unit"] in SHARES and item["kind"] in ("level", "by_date")
    return (0.0, 100.0) if whole else (float("-inf") if item["kind"] == "average_ratio" else 0.0, float("inf"))


def _said(low: float, high: float) -> str:
    if high == float("inf"):
        return f"must be at least {low:g}"
    return f"must be from {low:g} to {high:g} (per cent)"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _check_fact(table: Table, position: int, row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Fault]:
    fact = facts.get(row["fact_id"])
    if fact is None:
        return
    for column, name in (("value", "value"), ("period", "period")):
        if row[column] is not None and row[column] != fact[name]:
            found = row[column] if column == "period" else f"{row[column]:.12g}"
            told = fact[name] if column == "period" else f"{fact[name]:.12g}"
            yield Fault(table.place(position, column), f"{row['id']}: must be {told} as {row['fact_id']} says", found)


def _check_history(table: Table, versions: list[tuple[int, dict[str, Any]]]) -> Iterator[Fault]:
    """Yield versions that do not follow one another, with a reason and a day each."""
    ordered = sorted(versions, key=lambda one: one[1]["version"] or 0)
    earlier = ""
    for expected, (position, row) in enumerate(ordered, 1):
        if row["version"] is not None and row["version"] != expected:
            rule = f"{row['id']}: version {expected} must come before it"
            yield Fault(table.place(position, "version"), rule, str(row["version"]))
        if expected > 1 and row["reason"] is None:
            yield Fault(table.place(position, "reason"), f"{row['id']}: a correction must have a reason", "")
        if expected == 1 and row["reason"] is not None:
            yield Fault(
                table.place(position, "reason"), f"{row['id']}: a first version corrects nothing", row["reason"]
            )
        if row["recorded"] is not None:
            if row["recorded"] < earlier:
                rule = f"{row['id']}: must not be before its predecessor, {earlier}"
                yield Fault(table.place(position, "recorded"), rule, row["recorded"])
            earlier = max(earlier, row["recorded"])
