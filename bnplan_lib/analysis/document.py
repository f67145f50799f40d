"""Does the document agree with itself, row by row? Sums, order, units, blanks, names, numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.finding import Finding, natural, rows_of
from bnplan_lib.analysis.naming import bodies, former_names
from bnplan_lib.analysis.periods import period_findings
from bnplan_lib.analysis.sums import explain_sum

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

HALF_STEP = 0.5  # totals are printed in whole bn VND
# what the printed text of a target shows if it names its unit
UNIT_MARKS = {
    "percent_per_year": "/năm",
    "percentage_points_per_year": "/năm",
    "usd_per_head": "USD",
    "bn_usd": "tỷ USD",
}


def document_findings(programme: Programme) -> list[Finding]:
    """Return what the tables of the document show without any relation between indicators."""
    rules = (
        *(_sums, _bounds, _same_figure, _same_project, _units),
        *(period_findings, _blanks, former_names, bodies, _numbering),
    )
    return [finding for rule in rules for finding in rule(programme)]


def printed_values(programme: Programme, table: str, column: str) -> pd.Series:
    """Return a column of figures as the document prints it: default corrections undone."""
    frame = getattr(programme, table)
    fixed = programme.corrections
    fixed = fixed[(fixed["table"] == table) & (fixed["column"] == column) & (fixed["reading"] == "default")]
    undone = dict(zip(fixed["row_id"], fixed["printed_value"].astype(float), strict=True))
    printed = frame[column].astype(float).copy()
    if undone:
        printed = printed.where(~frame["id"].isin(list(undone)), frame["id"].map(undone))
    return printed


def read_otherwise(programme: Programme) -> Programme:
    """Return the programme with every correction's other reading in place of the one used."""
    tables: dict[str, pd.DataFrame] = {}
    others = programme.corrections[programme.corrections["reading"] == "alternative"]
    for name, rows in others.groupby("table"):
        table = getattr(programme, name).copy()
        for row in rows.itertuples():
            table.loc[table["id"] == row.row_id, row.column] = float(row.value)
        tables[name] = table
    return replace(programme, **tables)


def _sums(programme: Programme) -> Iterator[Finding]:
    """Yield groups of projects whose rows miss their printed total."""
    projects = programme.projects.assign(printed=printed_values(programme, "projects", "cost_bn_vnd"))
    sums = projects.groupby("capital_source")["printed"].sum()
    groups = programme.project_groups
    added = sums.reindex(groups["capital_source"], fill_value=0.0).to_numpy(float)
    for group in groups[np.abs(added - groups["total_bn_vnd"].to_numpy(float)) > HALF_STEP].itertuples():
        rows = projects[projects["capital_source"] == group.capital_source]
        costed = rows[rows["printed"].notna()]
        miss = math.fsum(costed["printed"]) - group.total_bn_vnd
        slips = explain_sum(costed["printed"].to_numpy(float), group.total_bn_vnd, HALF_STEP)
        ids = costed["id"].tolist()
        explained = [(slip, tuple(ids[place] for place in slip.rows)) for slip in slips]
        mended = math.fsum(costed["cost_bn_vnd"])
        used = abs(mended - group.total_bn_vnd) <= HALF_STEP
        rounding = abs(miss) <= HALF_STEP * (len(costed) + 1)
        first = explained[0][1] if explained else ()
        sources = dict(zip(rows["id"], rows["source"], strict=True))
        yield Finding(
            id=f"sum:{group.id}",
            rule="sum",
            severity="note" if rounding else "error",
            confidence="likely" if rounding else "certain",
            message="sum",
            places=(group.id, *first),
            sources=(group.source, *(sources[one] for one in first)),
            printed=group.printed_total,
            expected=(mended if used else math.fsum(costed["printed"]),) * 2,
            unit="bn_vnd",
            values={
                "group": group.id,
                "rows": len(costed),
                "blank": tuple(rows.loc[rows["printed"].isna(), "id"]),
                "sum": math.fsum(costed["printed"]),
                "miss": miss,
                "slips": explained,
                "mended": mended if used else None,
                "rounding": rounding,
            },
        )


def _bounds(programme: Programme) -> Iterator[Finding]:
    """Yield targets whose printed lower value exceeds the upper one."""
    targets = programme.targets
    low, high = (printed_values(programme, "targets", column) for column in ("low", "high"))
    readings = programme.corrections[programme.corrections["table"] == "targets"]
    for row in targets[low > high].to_dict("records"):
        own = readings[(readings["row_id"] == row["id"]) & (readings["reading"] == "default")]
        other = readings[(readings["row_id"] == row["id"]) & (readings["reading"] == "alternative")]
        alternative = {one["column"]: float(one["value"]) for one in other.to_dict("records")}
        used = row["low"], row["high"]
        yield Finding(
            id=f"order:{row['id']}",
            rule="order",
            severity="error",
            confidence="certain",
            message="bounds",
            places=(row["id"],),
            sources=(row["source"],),
            facts=tuple(own["fact_id"].dropna()),
            printed=row["printed"],
            expected=natural(min(used), max(used), row["unit"]),
            unit=row["unit"],
            values={
                "corrected": not own.empty,
                "other": (alternative.get("low", row["low"]), alternative.get("high", row["high"]))
                if alternative
                else None,
            },
        )


def figures_of(targets: pd.DataFrame) -> pd.Series:
    """Return a number for each target, the same for rows that state one figure: name, unit, kind and year agree."""
    key = [targets["name_en"].str.casefold(), targets["unit"], targets["kind"], targets["year"]]
    return targets.groupby(key, sort=False, dropna=False).ngroup()


def _same_figure(programme: Programme) -> Iterator[Finding]:
    """Yield figures that are stated twice: with two values, or twice in one list."""
    targets = programme.targets
    figures = figures_of(targets)
    again = targets[figures.duplicated(keep=False)]
    for _, rows in again.groupby(figures.loc[again.index], sort=False):
        values = rows[["low", "high"]].drop_duplicates()
        if len(values) == 1 and rows["list"].is_unique:
            continue  # said twice, with one value: as it should be
        first = rows.iloc[0]
        differ = len(values) > 1
        yield Finding(
            id="identity:" + "=".join(rows["id"]),
            rule="identity",
            severity="error" if differ else "note",
            confidence="certain" if differ else "likely",
            message="same_figure" if differ else "repeated_figure",
            places=tuple(rows["id"]),
            sources=tuple(dict.fromkeys(rows["source"])),
            printed=" | ".join(rows["printed"]),
            unit=first["unit"],
            values={"target": first.to_dict()},
        )


def _same_project(programme: Programme) -> Iterator[Finding]:
    """Yield projects that the list holds twice under one name."""
    names = programme.projects["name_vi"].str.casefold().str.replace(r"\W+", " ", regex=True).str.strip()
    again = programme.projects[names.duplicated(keep=False)]
    for _, rows in again.groupby(names.loc[again.index], sort=False):
        yield Finding(
            id="identity:" + "=".join(rows["id"]),
            rule="identity",
            severity="error",
            confidence="likely",
            message="same_project",
            places=tuple(rows["id"]),
            sources=tuple(rows["source"]),
            printed=" | ".join(rows["printed_cost"].fillna("–")),
            values={"project": rows.iloc[0].to_dict()},
        )


def _units(programme: Programme) -> Iterator[Finding]:
    """Yield targets whose printed figure does not name the unit it is read in."""
    targets = programme.targets
    for key, unit, printed, low, high, source in rows_of(targets, "id", "unit", "printed", "low", "high", "source"):
        if unit in UNIT_MARKS and UNIT_MARKS[unit] not in printed:
            yield Finding(
                id=f"unit:{key}",
                rule="unit",
                severity="note",
                confidence="likely",
                message="unit",
                places=(key,),
                sources=(source,),
                printed=printed,
                expected=natural(low, high, unit),
                unit=unit,
                values={"mark": UNIT_MARKS[unit]},
            )


BLANKS = (
    ("projects", "cost_bn_vnd", "cost"),
    ("targets", "leads", "leads"),
    ("tasks", "leads", "leads"),
    ("tasks", "issuer", "issuer"),
)


def _blanks(programme: Programme) -> Iterator[Finding]:
    """Yield cells that the document leaves blank, and periods without an end or a start."""
    for table, column, what in BLANKS:
        frame = getattr(programme, table)
        empty = frame[frame[column].isna()]
        if table == "targets":
            empty = empty[empty["list"] != "text"]  # the body text names no body for each figure
        for row in empty.to_dict("records"):
            yield _blank(f"{table}.{row['id']}", what, [row])
    phases = programme.project_phases.merge(programme.projects[["id", "source"]], left_on="project_id", right_on="id")
    for what, missing in (("end", phases["end"].isna()), ("start", phases["start"].isna() & phases["end"].notna())):
        rows = phases[missing].drop_duplicates("id").to_dict("records")
        if rows:
            yield _blank(what, what, rows)
    orders = programme.directives[(programme.directives["section"] == "II") & programme.directives["due"].isna()]
    rows = orders.drop_duplicates("row").to_dict("records")
    if rows:
        yield _blank("due", "due", rows)


def _blank(suffix: str, what: str, rows: list[dict[str, Any]]) -> Finding:
    return Finding(
        id=f"blank:{suffix}",
        rule="blank",
        severity="note",
        confidence="certain",
        message=f"blank_{what}",
        places=tuple(row["id"] for row in rows),
        sources=tuple(row["source"] for row in rows),
        values={"count": len(rows)},
    )


def _numbering(programme: Programme) -> Iterator[Finding]:
    """Yield numbers that a list of the document leaves out or uses twice, and headings that repeat."""
    appendix = programme.targets[programme.targets["list"] != "text"]
    series = {
        "targets": appendix.drop_duplicates("row")["row"],
        "tasks": programme.tasks["id"],
        "projects": programme.projects["id"],
        "directives": programme.directives.drop_duplicates("row")["row"],
    }
    for table, ids in series.items():
        parts = ids.str.extract(r"^(?P<list>.*?)\.?(?P<number>\d+)$").dropna()
        for prefix, numbers in parts["number"].astype(int).groupby(parts["list"], sort=False):
            wanted = set(range(1, int(numbers.max()) + 1))
            if missing := sorted(wanted - set(numbers)):
                if table == "directives" and prefix == "":
                    continue  # sections without orders of their own
                name = f"{prefix}." if prefix else ""
                yield Finding(
                    id=f"numbering:{table}.{prefix}",
                    rule="numbering",
                    severity="error",
                    confidence="certain",
                    message="numbering",
                    places=tuple(f"{name}{number}" for number in missing),
                    values={"count": len(missing), "table": table},
                )
    for row in programme.notes[programme.notes["kind"] == "structure"].to_dict("records"):
        yield Finding(
            id=f"numbering:{row['id']}",
            rule="numbering",
            severity="note",
            confidence="certain",
            message="structure",
            places=(row["row_id"],),
            sources=(row["source"],),
            values={"note": row},
        )
