"""Does the document agree with itself, row by row? Sums, order, units, blanks, names, numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.finding import Finding, natural
from bnplan_lib.analysis.sums import explain_sum
from bnplan_lib.model.quarters import quarter_number

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
MARKED_FORMER = " cũ"  # a former name that says so is no slip
MOST_EDITS = 2  # letters by which two names may differ and still be one body
NEAR_NAME = 8  # letters below which names are too short to be compared


def document_findings(programme: Programme) -> list[Finding]:
    """Return what the tables of the document show without any relation between indicators."""
    rules = (_sums, _bounds, _same_figure, _same_project, _units, _periods, _blanks, _former_names, _bodies, _numbering)
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


def _same_figure(programme: Programme) -> Iterator[Finding]:
    """Yield figures that are stated twice: with two values, or twice in one list."""
    targets = programme.targets
    key = [targets["name_en"].str.casefold(), targets["unit"], targets["kind"], targets["year"]]
    again = targets[pd.concat(key, axis=1).duplicated(keep=False)]
    for _, rows in again.groupby([one.loc[again.index] for one in key], sort=False, dropna=False):
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
    columns = (targets[name] for name in ("id", "unit", "printed", "low", "high", "source"))
    for key, unit, printed, low, high, source in zip(*columns, strict=True):
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


@dataclass(slots=True)
class _Item:
    """One task or project with its phases: first and last quarter as numbers, None where none is printed."""

    table: str
    id: str
    printed: str
    source: str
    phases: list[tuple[int, int | None, int | None]] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Its earliest date; of a milestone only the date is known."""
        return min(date for _, *dates in self.phases for date in dates if date is not None)

    @property
    def last(self) -> int | None:
        """Its latest date, None where a phase is open."""
        ends = [end for _, _, end in self.phases if end is not None]
        return max(ends) if len(ends) == len(self.phases) else None

    @property
    def in_years(self) -> bool:
        """Whether its period is of whole years, which say nothing of the quarter in which it begins."""
        return self.last is not None and self.first % 4 == 0 and self.last % 4 == 3


def _items(programme: Programme) -> list[_Item]:
    items: dict[tuple[str, str], _Item] = {}
    for table in ("tasks", "projects"):
        frame = getattr(programme, table)
        for key, printed, source in zip(frame["id"], frame["printed_period"], frame["source"], strict=True):
            items[(table, key)] = _Item(table, key, printed, source)
    tasks, phases = programme.tasks, programme.project_phases
    rows = (
        *(("tasks", key, 1, *dates) for key, *dates in zip(tasks["id"], tasks["start"], tasks["end"], strict=True)),
        *(
            ("projects", *row)
            for row in zip(*(phases[name] for name in ("project_id", "phase", "start", "end")), strict=True)
        ),
    )
    numbers: dict[Any, int | None] = {
        quarter: quarter_number(quarter)
        for *_, start, end in rows
        for quarter in (start, end)
        if isinstance(quarter, str)
    }
    for table, key, phase, start, end in rows:
        items[(table, key)].phases.append((phase, numbers.get(start), numbers.get(end)))
    return [item for item in items.values() if any(date is not None for _, *dates in item.phases for date in dates)]


def _periods(programme: Programme) -> Iterator[Finding]:
    """Yield periods that end before they start, lie outside the programme, or overlap in one project."""
    start, end = quarter_number(f"{programme.years[0]}Q1"), quarter_number(f"{programme.years[-1]}Q4")
    signed = str(programme.properties["programme"].get("signed", ""))
    over = _last_whole_quarter(signed) if signed else start - 1
    beyond: dict[str, list[_Item]] = {"before": [], "after": [], "signed": []}
    for item in _items(programme):
        for phase, first, last in item.phases:
            if first is not None and last is not None and first > last:
                suffix = f"{item.table}.{item.id}" + (f".{phase}" if phase > 1 else "")
                yield _period("reversed", [item], "error", "certain", suffix)
        for (_, _, earlier), (_, later, _) in pairwise(sorted(item.phases, key=itemgetter(0))):
            if earlier is not None and later is not None and later <= earlier:
                yield _period("phases", [item], "note", "likely", f"{item.table}.{item.id}")
        if item.first > end or (item.last is not None and item.last < start):
            yield _period("outside", [item], "tension", "certain", f"{item.table}.{item.id}")
            continue
        if item.first < start:
            beyond["before"].append(item)
        if item.last is not None and item.last > end:
            beyond["after"].append(item)
        if item.table == "tasks" and item.first <= over and not item.in_years:
            beyond["signed"].append(item)
    for message, items in beyond.items():
        if items:
            yield _period(message, items, "note", "certain", signed=signed)


def _period(message: str, items: list[_Item], severity: str, confidence: str, suffix: str = "", **more: Any) -> Finding:
    return Finding(
        id=f"period:{message}" + (f":{suffix}" if suffix else ""),
        rule="period",
        severity=severity,
        confidence=confidence,
        message=f"period_{message}",
        places=tuple(item.id for item in items),
        sources=tuple(item.source for item in items),
        printed=items[0].printed if len(items) == 1 else "",
        values={"count": len(items), "table": items[0].table, **more},
    )


def _last_whole_quarter(day: str) -> int:
    """Return the number of the last quarter that is over at the end of a day."""
    date = pd.Timestamp(day)
    quarter = int(date.year) * 4 + (int(date.month) - 1) // 3
    return quarter if (date + pd.Timedelta(days=1)).month != date.month and date.month % 3 == 0 else quarter - 1


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


def _former_names(programme: Programme) -> Iterator[Finding]:
    """Yield rows that name a former unit as if it were still there."""
    former = programme.former_names
    if former.empty:
        return
    by_name = {row["name"]: row for row in former.to_dict("records")}
    longest = sorted(by_name, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)(?!{MARKED_FORMER})")
    for table, column in (("targets", "name_vi"), ("tasks", "title_vi"), ("projects", "name_vi")):
        frame = getattr(programme, table)
        for row in frame[frame[column].str.contains(pattern)].to_dict("records"):
            names = list(dict.fromkeys(pattern.findall(row[column])))
            yield Finding(
                id=f"name:{table}.{row['id']}",
                rule="name",
                severity="note",
                confidence="certain",
                message="former_name",
                places=(row["id"],),
                sources=(row["source"],),
                printed=", ".join(names),
                values={"names": [by_name[name] for name in names]},
            )


def _bodies(programme: Programme) -> Iterator[Finding]:
    """Yield bodies under several spellings, and bodies that look like one under two ids."""
    agencies = programme.agencies
    known = set(agencies["id"])
    named = agencies[(agencies["kind"] != "collective") & agencies["spellings"].str.contains("|", regex=False)]
    if len(named):
        yield Finding(
            id="name:spellings",
            rule="name",
            severity="note",
            confidence="certain",
            message="spellings",
            places=tuple(named["id"]),
            printed="; ".join(spellings.replace(" | ", " = ") for spellings in named["spellings"]),
            values={"count": len(named)},
        )
    plain = [_plain(name) for name in agencies["name_vi"]]
    rows = agencies.to_dict("records")
    for one, other in _near_pairs(plain):
        yield Finding(
            id=f"name:{rows[one]['id']}={rows[other]['id']}",
            rule="name",
            severity="tension",
            confidence="likely",
            message="one_body_twice",
            places=(rows[one]["id"], rows[other]["id"]),
            printed=f"{rows[one]['name_vi']} | {rows[other]['name_vi']}",
        )
    for table in ("targets", "tasks", "directives"):
        frame = getattr(programme, table)
        named = [column for column in ("leads", "coordinates") if column in frame.columns]
        for key, source, *cells in zip(frame["id"], frame["source"], *(frame[name] for name in named), strict=True):
            bodies = {body for cell in cells if isinstance(cell, str) for body in cell.split(";")}
            for body in sorted(bodies - known):
                yield Finding(
                    id=f"name:{table}.{key}.{body}",
                    rule="name",
                    severity="error",
                    confidence="certain",
                    message="unknown_body",
                    places=(key,),
                    sources=(source,),
                    printed=body,
                )


def _plain(name: str) -> str:
    """Return a name without marks, capitals and signs: what spelling slips leave alike."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "", letters)


def _near_pairs(names: list[str]) -> list[tuple[int, int]]:
    """Return the pairs of names that differ by a letter or two at most."""
    if not names:
        return []
    counts = np.array([[name.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"] for name in names])
    pairs = []
    for place, own in enumerate(counts):
        apart = np.abs(counts[place + 1 :] - own).sum(axis=1)
        for other in (np.flatnonzero(apart <= 2 * MOST_EDITS) + place + 1).tolist():
            short = min(len(names[place]), len(names[other])) < NEAR_NAME
            if names[place] == names[other] or (not short and _edits(names[place], names[other]) <= MOST_EDITS):
                pairs.append((place, other))
    return pairs


def _edits(one: str, other: str) -> int:
    """Return how many letters must be put in, left out or changed to turn one name into the other."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        above, row[0] = row[0], place
        for column, second in enumerate(other, 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (letter != second))
    return row[-1]


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
