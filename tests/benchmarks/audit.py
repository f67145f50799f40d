"""How fast is the audit, and how many planted faults does it find?

python tests/benchmarks/audit.py [SEEDS A KIND]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from faulty import KINDS, clean_programme, plant

import bnplan_lib as bn
from bnplan_lib.inputs.programme import Programme

TARGETS, PROJECTS, REPEATS = 10_000, 100_000, 9


def enlarged(programme: Programme, targets: int, projects: int) -> Programme:
    """Return a register of many provinces: copies of the programme, each with relations of its own."""
    provinces = -(-targets // len(programme.targets))
    lists = -(-projects // len(programme.projects))
    rows = [_province(programme, number) for number in range(provinces)]
    listed = [_list(programme, number) for number in range(lists)]
    tables = {name: pd.concat([row[name] for row in rows], ignore_index=True) for name in rows[0]}
    tables |= {name: pd.concat([one[name] for one in listed], ignore_index=True) for name in listed[0]}
    return replace(programme, **tables)


def _province(programme: Programme, number: int) -> dict[str, pd.DataFrame]:
    mark = "" if number == 0 else f"p{number}:"
    operands = programme.operands
    own = operands["table"].isin(["targets", "rows"])
    return {
        "targets": programme.targets.assign(
            id=mark + programme.targets["id"],
            list=programme.targets["list"].where(programme.targets["list"] == "text", mark + programme.targets["list"]),
            row=mark + programme.targets["row"],
            name_en=mark + programme.targets["name_en"],
        ),
        "relations": programme.relations.assign(id=programme.relations["id"] + f"_{number}"),
        "operands": operands.assign(
            relation_id=operands["relation_id"] + f"_{number}",
            ref=operands["ref"].where(~own, mark + operands["ref"]),
        ),
    }


def _list(programme: Programme, number: int) -> dict[str, pd.DataFrame]:
    mark = "" if number == 0 else f"p{number}:"
    projects, phases, groups = programme.projects, programme.project_phases, programme.project_groups
    return {
        "projects": projects.assign(
            id=mark + projects["id"],
            capital_source=mark + projects["capital_source"],
            name_vi=mark + projects["name_vi"],
        ),
        "project_phases": phases.assign(project_id=mark + phases["project_id"]),
        "project_groups": groups.assign(id=mark + groups["id"], capital_source=mark + groups["capital_source"]),
    }


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of a call, one warm call left out."""
    action()
    measured = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        measured.append(time.perf_counter() - begin)
    return statistics.median(measured)


def main(seeds: int) -> None:
    """Measure the audit against reading the data, then count the planted faults that are found."""
    programme = bn.read_programme()
    reading = seconds(bn.read_programme)
    for name, action in (
        ("read_programme()", bn.read_programme),
        ("evaluate_ties()", lambda: bn.evaluate_ties(programme)),
        ("audit()", lambda: bn.audit(programme)),
        ("baskets()", lambda: bn.baskets(programme)),
    ):
        median = seconds(action, 3 if name == "baskets()" else REPEATS)
        print(f"{name:20} {median * 1000:8.1f} ms  {median / reading:6.1f} x read_programme()")
    clean = clean_programme(programme)
    large = enlarged(clean, TARGETS, PROJECTS)
    begin = time.perf_counter()
    found = bn.audit(large)
    spent = time.perf_counter() - begin
    sizes = f"{len(large.targets):,} targets, {len(large.projects):,} projects, {len(large.relations):,} relations"
    print(f"{'audit() at scale':20} {spent:8.2f} s   {sizes}, {len(found)} findings")
    print(f"false alarms on the clean copy: {len(bn.audit(clean))}")
    caught = {kind: sum(is_found(plant(clean, kind, seed)) for seed in range(seeds)) for kind in KINDS}
    for kind, count in caught.items():
        print(f"  {kind:20} {count:4} of {seeds}")
    total, planted = sum(caught.values()), seeds * len(KINDS)
    print(f"{total} of {planted} planted faults found ({total / planted:.1%})")


def is_found(fault) -> bool:
    """Return whether a finding names the row a fault was planted in."""
    return any({*one.places, *one.facts} & fault.places for one in bn.audit(fault.programme))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
