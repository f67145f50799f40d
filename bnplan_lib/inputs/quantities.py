"""Is a project's quantity the figure it cites, and can a yardstick be computed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bnplan_lib.errors import Fault, nearest, shorten
from bnplan_lib.inputs.tables import Table

Figures = Mapping[str, tuple[float | None, str]]


def check_quantities(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every quantity that is not the name, target or facts it cites, and every yardstick without a value."""
    figures: dict[str, Figures] = {
        "facts": {row["id"]: (row["value"], row["unit"]) for _, row in tables["facts"].rows()},
        "targets": {row["id"]: (row["low"], row["unit"]) for _, row in tables["targets"].rows()},
        "assumptions": {row["id"]: (row["low"], row["unit"]) for _, row in tables["assumptions"].rows()},
    }
    phases = {(row["project_id"], row["phase"]) for _, row in tables["project_phases"].rows() if row["cost_bn_vnd"]}
    names = {row["id"]: row["name_vi"] or "" for _, row in tables["projects"].rows()}
    table = tables["project_quantities"]
    for position, row in table.rows():
        if row["quantity"] == 0:
            yield Fault(table.place(position, "quantity"), f"{row['project_id']}: must be above 0", "0")
        if row["phase"] is not None and (row["project_id"], row["phase"]) not in phases:
            rule = f"{row['project_id']}: must be a phase with a cost of its own"
            yield Fault(table.place(position, "phase"), rule, str(row["phase"]))
        if row["table"] == "projects":
            yield from _check_printed(table, position, row, names)
        elif row["table"] in figures:
            known = figures[row["table"]]
            yield from _check_cited(table, position, row, known)
    yield from _check_yardsticks(tables["yardsticks"], figures)


def _check_printed(table: Table, position: int, row: dict[str, Any], names: Mapping[str, str]) -> Iterator[Fault]:
    """Yield a quantity read from a name that is another project's, or from words that the name does not hold."""
    if row["ref"] != row["project_id"]:
        yield Fault(table.place(position, "ref"), f"must be {row['project_id']}, whose name it is", shorten(row["ref"]))
    elif not row["printed"] or row["printed"] not in names.get(row["project_id"], ""):
        rule = f"{row['project_id']}: must be words of the project's name"
        yield Fault(table.place(position, "printed"), rule, shorten(row["printed"]))


def _check_cited(table: Table, position: int, row: dict[str, Any], known: Figures) -> Iterator[Fault]:
    """Yield a quantity that is not the sum of the figures it cites, in their unit."""
    cited = (row["ref"] or "").split(";")
    if missing := [one for one in cited if one not in known]:
        rule = f"not in {row['table']}{nearest(missing[0], known)}"
        yield Fault(table.place(position, "ref"), rule, shorten(missing[0]))
        return
    if units := {known[one][1] for one in cited} - {row["unit"]}:
        yield Fault(table.place(position, "unit"), f"must be {' and '.join(sorted(units))} as {row['ref']} has it")
    total = sum(known[one][0] or 0.0 for one in cited)
    if row["quantity"] is not None and abs(row["quantity"] - total) > 1e-9 * total:
        rule = f"must be {total:.12g} as {row['ref']} says"
        yield Fault(table.place(position, "quantity"), rule, f"{row['quantity']:.12g}")


def _check_yardsticks(table: Table, figures: Mapping[str, Figures]) -> Iterator[Fault]:
    """Yield yardsticks whose cost is no amount of money, or whose quantity is none or in another unit."""
    for position, row in table.rows():
        known = figures.get(row["cost_table"], {})
        if row["cost_ref"] not in known:
            rule = f"{row['id']}: not in {row['cost_table']}{nearest(row['cost_ref'] or '', known)}"
            yield Fault(table.place(position, "cost_ref"), rule, shorten(row["cost_ref"]))
        elif known[row["cost_ref"]][1] != "bn_vnd" or not known[row["cost_ref"]][0]:
            rule = f"{row['id']}: must be an amount in bn_vnd above 0"
            yield Fault(table.place(position, "cost_ref"), rule, shorten(row["cost_ref"]))
        if (row["project_id"] is None) != (row["scope"] is None):
            rule = f"{row['id']}: says how close it is where it is about a project, and only there"
            yield Fault(table.place(position, "scope"), rule, str(row["scope"] or ""))
        parts = [one for one in (row["quantity_facts"] or "").split(";") if one in figures["facts"]]
        for one in parts:
            value, unit = figures["facts"][one]
            if unit != row["unit"] or not value:
                rule = f"{row['id']}: must be a quantity in {row['unit']} above 0"
                yield Fault(table.place(position, "quantity_facts"), rule, one)
