"""Do figures that are tied to each other agree, over their whole ranges?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.finding import Finding, natural, rows_of, scale
from bnplan_lib.analysis.solving import solve
from bnplan_lib.errors import Infeasible, PlanError
from bnplan_lib.model.enclosure import FormulaError, Interval
from bnplan_lib.model.formula import YEARS, Formula, read_formula
from bnplan_lib.model.growth import BLOCK_MEASURE, construction_interval, target_ids

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SLACK = 1e-9  # relative: figures that differ by less are the same
OUTSIDE = ("facts", "assumptions", "derived")  # where figures stand that the document does not print


@dataclass(frozen=True, slots=True)
class Operand:
    """One figure of a relation: its range in natural units, shares as fractions.

    `low` and `high` allow for the step to which the figure is rounded; `end` is low or
    high where only that end of a range is meant; `open_top` says that the document sets
    no upper limit, so that `high` is the highest value there can be.
    """

    name: str
    table: str
    ref: str
    unit: str
    low: float
    high: float
    rounding: float = 0.0
    end: str = ""
    open_top: bool = False

    @property
    def stated(self) -> Interval:
        """The range as stated, without the room for rounding that `low` and `high` give it."""
        return self.low + self.rounding / 2, self.high - self.rounding / 2


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation over the programme's figures.

    `verdict` is all, some or none: whether the printed figure agrees with what
    follows from the others for all their values, for some or for none. `printed`
    and `expected` are the two sides; `common` is the part of `printed` that can hold
    and `gap` how far the sides are apart. `covered` says whether every printed value
    can hold.
    """

    relation_id: str
    kind: str
    formula: Formula
    operands: tuple[Operand, ...]
    printed: Interval
    expected: Interval
    verdict: str
    covered: bool
    common: Interval | None
    gap: float

    @property
    def left(self) -> Operand:
        """The figure the relation is about."""
        return self.operands[0]

    @property
    def unit(self) -> str:
        """Unit of `printed`, `expected` and `gap`."""
        return self.left.unit


def evaluate_ties(programme: Programme, story: Scenario | None = None) -> tuple[Tie, ...]:
    """Return every relation of the data, evaluated over the whole ranges of its figures.

    Parameters
    ----------
    story
        A scenario whose base year replaces the facts it rests on.

    Raises
    ------
    PlanError
        If a formula has no value over the ranges of its figures.
    """
    figures = _figures(programme, story)
    years = float(len(programme.years))
    own: dict[str, dict[str, Operand]] = {}
    for row in programme.operands.to_dict("records"):
        operand = _operand(row, figures)
        own.setdefault(row["relation_id"], {})[operand.name] = operand
    ties = []
    for row in programme.relations[["id", "kind", "formula"]].to_dict("records"):
        formula = read_formula(row["formula"])
        operands = tuple(own[row["id"]][name] for name in formula.names)
        try:
            ties.append(_tie(row["id"], row["kind"], formula, operands, years))
        except FormulaError as error:
            raise PlanError(f"relation {row['id']}: {error}") from None
    return tuple(ties)


def relation_findings(programme: Programme, ties: tuple[Tie, ...]) -> list[Finding]:
    """Return the ties that fail as findings, with what would reconcile each and while it stands."""
    rows = {row["id"]: row for row in programme.relations.to_dict("records")}
    places = _places(programme)
    years = float(len(programme.years))
    found = list(_joint_share(programme))
    for tie in ties:
        row = rows[tie.relation_id]
        severity = row["if_none"] if tie.verdict == "none" else row["if_some"] if not tie.covered else None
        if not isinstance(severity, str):
            continue
        inside = [one for one in tie.operands if one.table not in OUTSIDE]
        sources = [places[(one.table, one.ref)] for one in inside if (one.table, one.ref) in places]
        found.append(
            Finding(
                id=f"{tie.kind}:{tie.relation_id}",
                rule=tie.kind,
                severity=severity,
                confidence=row["confidence"],
                message="relation",
                places=tuple(dict.fromkeys(one.ref for one in inside)),
                sources=tuple(dict.fromkeys(sources)),
                facts=tuple(one.ref for one in tie.operands if one.table == "facts"),
                printed=_as_printed(programme, tie.left),
                expected=tie.expected,
                unit=tie.unit,
                values={"tie": tie, "relation": row, "ways": reconciling(tie, years)},
            )
        )
    return found


def _joint_share(programme: Programme) -> Iterator[Finding]:
    """Yield a finding where no share of construction makes both ends of the block's range come out."""
    if not (programme.operands["table"] == "derived").any():
        return
    try:
        construction_interval(programme)
    except Infeasible:
        targets = target_ids(programme)
        names = (BLOCK_MEASURE, "growth.industry", "growth.construction")
        parts = [targets[name] for name in names if name in targets]
        if len(parts) < len(names):
            return
        rows = programme.targets.set_index("id").loc[parts]
        yield Finding(
            id="weighted_mean:construction_share",
            rule="weighted_mean",
            severity="error",
            confidence="certain",
            message="joint_share",
            places=tuple(parts),
            sources=tuple(rows["source"]),
            printed=rows["printed"].iloc[0],
            unit=rows["unit"].iloc[0],
        )


def reconciling(tie: Tie, years: float) -> dict[str, Interval | None]:
    """Return, for each figure, the values at which the printed ones could hold.

    The others keep their ranges; None where no value of that figure alone helps.
    A finding that rests on a fact stands outside the fact's values given here.
    """
    box = {one.name: (one.low, one.high) for one in tie.operands} | {YEARS: (years, years)}
    missed = _missed(tie)
    ways: dict[str, Interval | None] = {}
    for one in tie.operands:
        sides = dict(box) if one is tie.left else {**box, tie.left.name: missed}
        ways[one.name] = solve(tie.formula, sides, one.name, domain(one))
    return ways


def domain(operand: Operand) -> Interval:
    """Return how far a figure may be moved in search of agreement, by its unit."""
    if operand.unit in ("percent_per_year", "percentage_points_per_year"):
        return (operand.low - 0.1, operand.high + 0.1)
    if operand.unit.startswith("percent"):
        return (0.0, 1.0)
    largest = max(abs(operand.low), abs(operand.high), 1e-9)
    return (largest / 100, largest * 100)


def _tie(relation_id: str, kind: str, formula: Formula, operands: tuple[Operand, ...], years: float) -> Tie:
    box = {one.name: (one.low, one.high) for one in operands} | {YEARS: (years, years)}
    printed, expected = box[formula.left], formula.right.range(box)
    fuzz = SLACK * max(abs(printed[0]), abs(printed[1]), abs(expected[0]), abs(expected[1]))
    (low, high), (first, last) = printed, expected
    if formula.sign == "=":
        inside = low - fuzz <= first and last <= high + fuzz
        apart = max(first - high, low - last)
        covered = first - fuzz <= low and high <= last + fuzz
        common = (max(low, first), min(high, last))
    elif formula.sign == "<=":
        inside, apart, covered = high <= first + fuzz, low - last, high <= last + fuzz
        common = (low, min(high, last))
    else:
        inside, apart, covered = low >= last - fuzz, first - high, low >= first - fuzz
        common = (max(low, first), high)
    verdict = "none" if apart > fuzz else "all" if inside else "some"
    return Tie(
        relation_id,
        kind,
        formula,
        operands,
        printed,
        expected,
        verdict,
        covered or inside,
        None if verdict == "none" else _within(common, operands[0].stated),
        max(apart, 0.0) if verdict == "none" else 0.0,
    )


def _within(part: Interval, whole: Interval) -> Interval:
    """Return the part of a range that lies in the range as stated, without room for rounding."""
    low, high = max(part[0], whole[0]), min(part[1], whole[1])
    return (low, high) if low <= high else part


def _missed(tie: Tie) -> Interval:
    """Return the part of the printed range that must be met: all of it, or the end out of reach."""
    low, high = tie.printed
    if tie.verdict == "none":
        return tie.printed
    first, last = tie.expected
    if tie.formula.sign != ">=" and high > last:
        return (high, high)
    return (low, low) if low < first else tie.printed


def _figures(programme: Programme, story: Scenario | None) -> dict[str, dict[str, tuple[float, float, str]]]:
    """Return every figure a relation may name: low, high and unit, as in the files."""
    targets = programme.targets
    facts = dict(zip(programme.facts["id"], programme.facts["value"], strict=True))
    if story is not None:
        levers = programme.levers.dropna(subset="fact_id")
        facts |= {
            fact: story.values.get(key, facts[fact]) for key, fact in zip(levers["key"], levers["fact_id"], strict=True)
        }
    projects, groups = programme.projects, programme.project_groups
    sums = projects.groupby("capital_source")["cost_bn_vnd"].sum()
    rows = targets.groupby("list")["row"].nunique()
    return {
        "targets": {key: (low, top, unit) for key, low, top, unit in rows_of(targets, "id", "low", "high", "unit")},
        "facts": {
            key: (facts[key], facts[key], unit)
            for key, unit in zip(programme.facts["id"], programme.facts["unit"], strict=True)
        },
        "assumptions": {row.id: (row.low, row.high, row.unit) for row in programme.assumptions.itertuples()},
        "projects": {key: (cost, cost, "bn_vnd") for key, cost in rows_of(projects, "id", "cost_bn_vnd")},
        "project_groups": {row.id: (row.total_bn_vnd, row.total_bn_vnd, "bn_vnd") for row in groups.itertuples()},
        "sums": {key: (float(value), float(value), "bn_vnd") for key, value in sums.items()},
        "rows": {key: (float(value), float(value), "rows") for key, value in rows.items()},
        "derived": {"construction_share": (*_construction_share(programme, story), "percent")}
        if (programme.operands["table"] == "derived").any()
        else {},
    }


def _roof(low: float, unit: str) -> float:
    """Return the highest value of a target without an upper limit."""
    return 100.0 if unit.startswith("percent") else low * 1000


def _construction_share(programme: Programme, story: Scenario | None) -> Interval:
    """Return construction's part of its block in 2025, per cent; anything where the ranges allow none."""
    set_by = story.values.get("base_year.construction_share") if story else None
    if set_by is not None:
        return float(set_by), float(set_by)
    try:
        low, high = construction_interval(programme)
    except Infeasible:
        return 0.0, 100.0
    return low * 100, high * 100


def _operand(row: dict[str, Any], figures: Mapping[str, Mapping[str, tuple[float, float, str]]]) -> Operand:
    low, high, unit = figures[row["table"]][row["ref"]]
    open_top = math.isnan(high)
    high = _roof(low, unit) if open_top else high
    end = row["end"] if isinstance(row["end"], str) else ""
    if end:
        low, high = (low, low) if end == "low" else (high, high)
    rounding = 0.0 if math.isnan(row["rounding"]) else row["rounding"]
    low, high = natural(low - rounding / 2, high + rounding / 2, unit)
    return Operand(
        row["name"], row["table"], row["ref"], unit, low, high, rounding * scale(unit), end, open_top and not end
    )


def _places(programme: Programme) -> dict[tuple[str, str], str]:
    tables = ("targets", "projects", "project_groups")
    frames = [(name, getattr(programme, name)) for name in tables]
    return {(name, key): place for name, frame in frames for key, place in rows_of(frame, "id", "source")}


def _as_printed(programme: Programme, operand: Operand) -> str:
    """Return what the document prints for a figure; '' for a figure from elsewhere."""
    column = {"targets": "printed", "projects": "printed_cost", "project_groups": "printed_total"}.get(operand.table)
    if column is None:
        return ""
    frame = getattr(programme, operand.table)
    return str(frame.loc[frame["id"] == operand.ref, column].iloc[0])
