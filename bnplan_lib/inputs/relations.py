"""Can the audit use this relation? Formulas, operands and pairs, checked before anything is computed."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from bnplan_lib.errors import Fault, nearest, shorten
from bnplan_lib.inputs.tables import Table, check_ends
from bnplan_lib.model.enclosure import FormulaError
from bnplan_lib.model.formula import read_formula

DERIVED = ("construction_share",)
SIDES = ("printed", "expected")  # what a sentence may name besides the operands


def check_relations(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every relation, operand, assumption and pair that cannot be evaluated."""
    operands: dict[str, set[str]] = {}
    for _, row in tables["operands"].rows():
        operands.setdefault(row["relation_id"], set()).add(row["name"])
    table = tables["relations"]
    for position, row in table.rows():
        yield from _check_relation(table, position, row, operands.get(row["id"], set()))
    yield from _check_operands(tables)
    yield from check_ends(tables["assumptions"])
    yield from _check_pairs(tables)


def _check_relation(table: Table, position: int, row: dict[str, Any], known: set[str]) -> Iterator[Fault]:
    try:
        formula = read_formula(row["formula"] or "")
    except FormulaError as error:
        yield Fault(table.place(position, "formula"), f"{row['id']}: {error}", shorten(row["formula"]))
        return
    for name in formula.names:
        if name not in known:
            rule = f"{row['id']}: every name needs a row in operands{nearest(name, known)}"
            yield Fault(table.place(position, "formula"), rule, name)
    for name in sorted(known - set(formula.names)):
        yield Fault(table.place(position, "formula"), f"{row['id']}: holds every operand of its own", f"no {name}")
    for column in ("sentence_vi", "sentence_en"):
        try:
            parts = [part for part in string.Formatter().parse(row[column] or "") if part[1] is not None]
        except ValueError as error:
            yield Fault(table.place(position, column), f"{row['id']}: {error}")
            continue
        if any(spec or conversion for _, _, spec, conversion in parts):
            yield Fault(table.place(position, column), f"{row['id']}: braces hold a name and nothing else")
        gaps = {str(name) for _, name, _, _ in parts}
        for name in sorted(gaps - {*known, *SIDES}):
            rule = f"{row['id']}: braces name an operand{nearest(name, {*known, *SIDES})}"
            yield Fault(table.place(position, column), rule, shorten(name))
    for column in ("resolve_vi", "resolve_en"):
        if (row["if_none"] or row["if_some"]) and not row[column]:
            yield Fault(
                table.place(position, column), f"{row['id']}: a relation that can fail says what would resolve it"
            )


def _check_operands(tables: Mapping[str, Table]) -> Iterator[Fault]:
    values = {
        "targets": {row["id"]: row["low"] for _, row in tables["targets"].rows()},
        "facts": {row["id"]: row["value"] for _, row in tables["facts"].rows()},
        "assumptions": {row["id"]: row["low"] for _, row in tables["assumptions"].rows()},
        "projects": {row["id"]: row["cost_bn_vnd"] for _, row in tables["projects"].rows()},
        "project_groups": {row["id"]: row["total_bn_vnd"] for _, row in tables["project_groups"].rows()},
        "sums": dict.fromkeys((row["capital_source"] for _, row in tables["project_groups"].rows()), 0.0),
        "rows": dict.fromkeys((row["list"] for _, row in tables["targets"].rows()), 0.0),
        "derived": dict.fromkeys(DERIVED, 0.0),
    }
    table = tables["operands"]
    for position, row in table.rows():
        known = values.get(row["table"], {})
        if row["table"] in values and row["ref"] not in known:
            rule = f"{row['relation_id']}: not in {row['table']}{nearest(row['ref'] or '', known)}"
            yield Fault(table.place(position, "ref"), rule, shorten(row["ref"]))
        elif row["table"] in values and known[row["ref"]] is None:
            yield Fault(table.place(position, "ref"), f"{row['relation_id']}: must have a number", shorten(row["ref"]))


def _check_pairs(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield pairs of unknown items, pairs without a date to hold, and pairs that wait for each other in a circle."""
    known = {name: set(tables[name].columns["id"]) for name in ("tasks", "projects", "targets")}
    dated = {row["id"] for _, row in tables["targets"].rows() if row["kind"] == "by_date"}
    table = tables["precedences"]
    waits: dict[str, list[str]] = {}
    for position, row in table.rows():
        for side in ("before", "after"):
            name, item = row[f"{side}_table"], row[f"{side}_id"]
            if name in known and item not in known[name]:
                rule = f"{row['id']}: not in {name}{nearest(item or '', known[name])}"
                yield Fault(table.place(position, f"{side}_id"), rule, shorten(item))
        if row["after_table"] == "targets" and row["after_id"] in known["targets"] - dated:
            rule = f"{row['id']}: a target that others come before must be one of a date"
            yield Fault(table.place(position, "after_id"), rule, shorten(row["after_id"]))
        if row["after_table"] == "targets" and row["link"] == "finish_start":
            yield Fault(
                table.place(position, "link"), f"{row['id']}: a target has no start: finish_finish", "finish_start"
            )
        after = f"{row['after_table']}:{row['after_id']}"
        waits.setdefault(after, []).append(f"{row['before_table']}:{row['before_id']}")
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = " before ".join(error.args[1])
        yield Fault(table.file, "items must not wait for each other in a circle", circle)
