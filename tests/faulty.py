"""A clean copy of the programme, in which nothing disagrees, and faults planted into it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from bnplan_lib.inputs.programme import Programme
from bnplan_lib.model.enclosure import cumulative

# figures moved until they agree; per cent, USD, bn VND as in the files
TARGETS = {
    "A.I.1": (11, 11.5),
    "A.I.2": (10_000, 11_000),
    "A.I.4": (38, 40),
    "A.I.5": (3, 4),
    "A.I.6": (52, 52),
    "A.I.7": (1300, 1300),
    "A.I.8.revenue": (520_000, 520_000),
    "A.II.3": (9.8, 9.8),
    "A.III.1": (97.8, 97.8),
    "B.I.1": (39, 39),
    "B.I.2": (13, 13),
    "text.1.7.growth": (10, 11),
}
FACTS = {
    "poverty_rate.2022.bn_old": 8,
    "investment_plan.2025": 200_000,
    "investment_target.2026_2030": 1_600_000,
    "airport_access_road_cost.2025": 4098,
    "airport_hanoi_road_cost_bac_ninh.2025.bt_proposal": 50_254,
}
FREE_TRADE_ZONE_COST = 100.0


def clean_programme(programme: Programme) -> Programme:
    """Return a copy of the programme that the audit has nothing to say about."""
    targets = programme.targets.set_index("id")
    for key, (low, high) in TARGETS.items():
        targets.loc[key, ["low", "high"]] = float(low), float(high)
    targets.loc["A.I.1.4", "printed"] += "/năm"
    targets.loc["A.I.1.2", "leads"] = "industry_trade"
    facts = programme.facts.set_index("id")
    for key, value in FACTS.items():
        facts.loc[key, "value"] = float(value)
    facts.loc["budget_revenue_target.2030", "value"] = _last_of_path(72_500, 520_000)
    projects = programme.projects.set_index("id")
    projects.loc["II.6", "cost_bn_vnd"] = FREE_TRADE_ZONE_COST
    for former in ("thành phố Bắc Giang", "tỉnh Bắc Giang", "TPBG"):
        projects["name_vi"] = projects["name_vi"].str.replace(former, "tỉnh Bắc Ninh", regex=False)
    groups = programme.project_groups.set_index("id")
    sums = projects.groupby("capital_source")["cost_bn_vnd"].sum().round()
    groups["total_bn_vnd"] = groups["capital_source"].map(sums)
    tasks = programme.tasks.set_index("id")
    tasks["start"] = tasks["start"].replace("2026Q1", "2026Q2")
    tasks.loc["II.8", ["start", "end"]] = "2027Q2"
    tasks["issuer"] = tasks["issuer"].fillna("people_committee")
    agencies = programme.agencies.assign(spellings=programme.agencies["name_vi"])
    return replace(
        programme,
        targets=targets.reset_index(),
        facts=facts.reset_index(),
        projects=projects.reset_index(),
        project_groups=groups.reset_index(),
        tasks=tasks.reset_index(),
        project_phases=_phases(programme),
        agencies=agencies,
        directives=programme.directives.assign(due="2026Q2"),
        corrections=programme.corrections.iloc[:0],
        notes=programme.notes.iloc[:0],
    )


def _phases(programme: Programme) -> pd.DataFrame:
    """Return one phase a project, inside the programme's years."""
    phases = programme.project_phases.drop_duplicates("project_id").copy()
    start = phases["start"].fillna("2026Q1")
    phases["start"] = start.where(start >= "2026Q1", "2026Q1")
    end = phases["end"].fillna("2030Q4")
    phases["end"] = end.where(end <= "2030Q4", "2030Q4").where(phases["project_id"] != "II.6", "2030Q4")
    return phases.assign(open_ended=False, milestone=False)


def _last_of_path(base: float, total: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if base * cumulative(middle, 5) < total else (low, middle)
    return base * (1 + low) ** 5


@dataclass(frozen=True)
class Fault:
    """A planted fault: the faulty copy, and the ids of which one must be named by a finding."""

    kind: str
    programme: Programme
    places: frozenset[str]


def plant(clean: Programme, kind: str, seed: int) -> Fault:
    """Return a copy with one random fault of a kind; the same seed plants the same fault."""
    changed, places = KINDS[kind](clean, random.Random(f"{kind}-{seed}"))
    return Fault(kind, changed, frozenset(places))


Planted = tuple[Programme, set[str]]


def _set(programme: Programme, table: str, key: str, **cells: Any) -> Programme:
    frame = getattr(programme, table).copy()
    for column, value in cells.items():
        frame.loc[frame["id"] == key, column] = value
    return replace(programme, **{table: frame})


def _group_of(programme: Programme, project: str) -> str:
    source = programme.projects.set_index("id").loc[project, "capital_source"]
    return str(programme.project_groups.set_index("capital_source").loc[source, "id"])


def _cost(programme: Programme, key: str) -> float:
    return float(programme.projects.set_index("id").loc[key, "cost_bn_vnd"])


def _unit_slip(clean: Programme, dice: random.Random) -> Planted:
    key = dice.choice(list(clean.projects["id"]))
    factor = dice.choice((1000.0, 0.001))
    return _set(clean, "projects", key, cost_bn_vnd=_cost(clean, key) * factor), {_group_of(clean, key)}


def _transposed_digits(clean: Programme, dice: random.Random) -> Planted:
    while True:
        key = dice.choice(list(clean.projects["id"]))
        digits = list(f"{_cost(clean, key):.0f}")
        place = dice.randrange(len(digits) - 1)
        if digits[place] != digits[place + 1] and digits[place + 1] != "0":
            break
    digits[place : place + 2] = reversed(digits[place : place + 2])
    return _set(clean, "projects", key, cost_bn_vnd=float("".join(digits))), {_group_of(clean, key)}


def _changed_total(clean: Programme, dice: random.Random) -> Planted:
    group = dice.choice(clean.project_groups.to_dict("records"))
    members = clean.projects[clean.projects["capital_source"] == group["capital_source"]]
    row = float(dice.choice(list(members["cost_bn_vnd"])))
    total = dice.choice((group["total_bn_vnd"] - row, group["total_bn_vnd"] + row, group["total_bn_vnd"] * 10))
    return _set(clean, "project_groups", group["id"], total_bn_vnd=total), {group["id"]}


def _dropped_row(clean: Programme, dice: random.Random) -> Planted:
    if dice.random() < 0.5:
        used = set(clean.operands["ref"]) | set(clean.precedences["before_id"]) | set(clean.precedences["after_id"])
        key = dice.choice([key for key in clean.projects["id"] if key not in used])
        phases = clean.project_phases[clean.project_phases["project_id"] != key]
        kept = clean.projects[clean.projects["id"] != key]
        return replace(clean, projects=kept, project_phases=phases), {key, _group_of(clean, key)}
    used = set(clean.operands.loc[clean.operands["table"] == "targets", "ref"])
    rows = clean.targets[clean.targets["list"] != "text"].groupby("row")["id"].agg(set)
    row = dice.choice([row for row, ids in rows.items() if not ids & used])
    heading = {"A": "targets_in_list_a", "B": "targets_in_list_b"}[row[0]]
    return replace(clean, targets=clean.targets[clean.targets["row"] != row]), {row, heading, row[0]}


def _swapped_bounds(clean: Programme, dice: random.Random) -> Planted:
    ranges = clean.targets[clean.targets["low"] < clean.targets["high"]]
    row = dice.choice(ranges.to_dict("records"))
    return _set(clean, "targets", row["id"], low=row["high"], high=row["low"]), {row["id"]}


def _reversed_period(clean: Programme, dice: random.Random) -> Planted:
    if dice.random() < 0.5:
        row = dice.choice(clean.tasks[clean.tasks["start"] < clean.tasks["end"]].to_dict("records"))
        return _set(clean, "tasks", row["id"], start=row["end"], end=row["start"]), {row["id"]}
    phases = clean.project_phases.copy()
    place = dice.choice(list(phases.index[phases["start"] < phases["end"]]))
    phases.loc[place, ["start", "end"]] = phases.loc[place, ["end", "start"]].tolist()
    return replace(clean, project_phases=phases), {phases.loc[place, "project_id"]}


def _duplicated_target(clean: Programme, dice: random.Random) -> Planted:
    row = dice.choice(clean.targets[clean.targets["low"].notna()].to_dict("records"))
    again = {**row, "id": f"{row['id']}.again", "row": row["row"]}
    if dice.random() < 0.7:
        again |= {"low": row["low"] + 1, "high": row["high"] + 1}
    targets = pd.concat([clean.targets, pd.DataFrame([again])], ignore_index=True).astype(clean.targets.dtypes)
    return replace(clean, targets=targets), {row["id"]}


def _duplicated_project(clean: Programme, dice: random.Random) -> Planted:
    row = dice.choice(clean.projects.to_dict("records"))
    again = pd.DataFrame([{**row, "id": f"{row['id']}.again"}])
    projects = pd.concat([clean.projects, again], ignore_index=True).astype(clean.projects.dtypes)
    return replace(clean, projects=projects), {row["id"], _group_of(clean, row["id"])}


def _wrong_weight(clean: Programme, dice: random.Random) -> Planted:
    shares = ("agriculture", "industry_construction", "services", "product_taxes")
    key = f"share_{dice.choice(shares)}.2025"
    value = float(clean.facts.set_index("id").loc[key, "value"])
    away = dice.uniform(0.3, 3) * dice.choice((-1, 1))
    return _set(clean, "facts", key, value=max(value + away, 0.1)), {key}


def _wrong_mix(clean: Programme, dice: random.Random) -> Planted:
    """Move one part of a mean out of reach: the block of industry and construction, or clean water."""
    key = dice.choice(("A.I.1.2", "A.III.1", "A.III.1.rural", "A.I.9"))
    row = clean.targets.set_index("id").loc[key]
    away = {"A.I.1.2": 3.0, "A.III.1": -2.0, "A.III.1.rural": -8.0, "A.I.9": -30.0}[key] * dice.uniform(0.8, 1.5)
    return _set(clean, "targets", key, low=row["low"] + away, high=row["high"] + away), {key}


def _misspelt_body(clean: Programme, dice: random.Random) -> Planted:
    single = clean.agencies[clean.agencies["kind"] != "collective"]
    body = dice.choice([row for row in single.to_dict("records") if len(row["name_vi"]) > 9])
    place = dice.randrange(3, len(body["name_vi"]) - 1)
    typo = body["name_vi"][:place] + body["name_vi"][place + 1 :]
    if dice.random() < 0.5:
        return _set(clean, "agencies", body["id"], spellings=f"{body['name_vi']} | {typo}"), {body["id"]}
    again = pd.DataFrame([{**body, "id": f"{body['id']}_again", "name_vi": typo, "spellings": typo}])
    agencies = pd.concat([clean.agencies, again], ignore_index=True).astype(clean.agencies.dtypes)
    return replace(clean, agencies=agencies), {body["id"]}


def _unknown_body(clean: Programme, dice: random.Random) -> Planted:
    key = dice.choice(list(clean.tasks["id"]))
    return _set(clean, "tasks", key, leads="finanse"), {key}


def _former_name(clean: Programme, dice: random.Random) -> Planted:
    row = dice.choice(clean.projects.to_dict("records"))
    former = dice.choice(list(clean.former_names["name"]))
    return _set(clean, "projects", row["id"], name_vi=f"{row['name_vi']}, {former}"), {row["id"]}


def _blank(clean: Programme, dice: random.Random) -> Planted:
    table, column = dice.choice(
        (("projects", "cost_bn_vnd"), ("tasks", "leads"), ("tasks", "issuer"), ("targets", "leads"))
    )
    frame = getattr(clean, table)
    used = set(clean.operands["ref"])
    rows = frame[frame["list"] != "text"] if table == "targets" else frame[~frame["id"].isin(used)]
    key = dice.choice(list(rows["id"]))
    return _set(clean, table, key, **{column: None}), {key}


def _broken_precedence(clean: Programme, dice: random.Random) -> Planted:
    pairs = clean.precedences[
        (clean.precedences["after_table"] == "tasks") & (clean.precedences["link"] == "finish_start")
    ]
    row = dice.choice(pairs.to_dict("records"))
    return _set(clean, "tasks", row["after_id"], start="2026Q2", end="2026Q2"), {row["after_id"]}


def _outside_period(clean: Programme, dice: random.Random) -> Planted:
    key = dice.choice(list(clean.tasks["id"]))
    year = dice.choice((2023, 2032))
    return _set(clean, "tasks", key, start=f"{year}Q1", end=f"{year}Q4"), {key}


def _lost_unit(clean: Programme, dice: random.Random) -> Planted:
    row = dice.choice(clean.targets[clean.targets["unit"] == "percent_per_year"].to_dict("records"))
    return _set(clean, "targets", row["id"], printed=row["printed"].replace("/năm", "")), {row["id"]}


KINDS: Mapping[str, Callable[[Programme, random.Random], Planted]] = {
    "unit slip": _unit_slip,
    "transposed digits": _transposed_digits,
    "changed total": _changed_total,
    "dropped row": _dropped_row,
    "swapped bounds": _swapped_bounds,
    "reversed period": _reversed_period,
    "duplicated target": _duplicated_target,
    "duplicated project": _duplicated_project,
    "wrong weight": _wrong_weight,
    "wrong mix": _wrong_mix,
    "misspelt body": _misspelt_body,
    "unknown body": _unknown_body,
    "former name": _former_name,
    "blank cell": _blank,
    "broken precedence": _broken_precedence,
    "period outside": _outside_period,
    "lost unit": _lost_unit,
}
