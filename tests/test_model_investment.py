"""Money on quarters by hand on the toy programme, and its laws on the real one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import project_schedule

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
COSTS = PROGRAMME.projects.set_index("id")["cost_bn_vnd"]
IDS = list(COSTS.index)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


def spent(programme, story):
    return bn.phase_investment(programme, story).groupby("project_id")["amount_bn_vnd"].sum()


def test_a_cost_falls_evenly_on_its_quarters(toy):
    table = bn.phase_investment(*toy).set_index(["project_id", "quarter"])["amount_bn_vnd"]
    assert table["I.1", "2026Q1"] == pytest.approx(10)
    assert table["I.2", "2027Q4"] == pytest.approx(5)
    assert len(table) == 8 + 4


def test_a_project_without_a_cost_has_no_money(toy):
    assert "II.1" not in set(bn.phase_investment(*toy)["project_id"])


def test_amounts_add_up_to_every_cost():
    total = spent(PROGRAMME, MIDDLE)
    assert np.allclose(total, COSTS.dropna().loc[total.index], rtol=1e-12)
    assert len(total) == 55


def test_a_slow_loop_gives_the_same_load():
    expected: dict[str, float] = {}
    phases = PROGRAMME.project_phases[PROGRAMME.project_phases["project_id"] != "II.1"]
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in phases.to_dict("records"):
        known = spans.setdefault(row["project_id"], [])
        first = row["start"] if isinstance(row["start"], str) else None
        start = quarter_number(first) if first else (known[-1][1] + 1 if known else quarter_number("2026Q1"))
        known.append((start, quarter_number(row["end"]) if isinstance(row["end"], str) else quarter_number("2030Q4")))
    for project, parts in spans.items():
        quarters = [number for first, last in parts for number in range(first, last + 1)]
        for number in quarters if pd.notna(COSTS[project]) else []:
            name = quarter_name(number)
            expected[name] = expected.get(name, 0) + COSTS[project] / len(quarters)
    story = move_levers(MIDDLE, {"projects.II.1.dropped": True})
    load = bn.phase_investment(PROGRAMME, story).groupby("quarter")["amount_bn_vnd"].sum()
    assert load.to_dict() == pytest.approx(expected, rel=1e-12)


def test_the_airport_is_shared_by_the_cost_of_its_phases():
    table = project_schedule(PROGRAMME, MIDDLE).set_index(["project_id", "phase"])["cost_bn_vnd"]
    # by hand: 196,378 x 141,230 / (141,230 + 55,140)
    assert table["II.1", 1] == pytest.approx(196_378 * 141_230 / 196_370)
    assert table["II.1", 1] + table["II.1", 2] == pytest.approx(196_378)


def test_an_open_end_follows_its_rule():
    moved = move_levers(MIDDLE, {"phasing.open_end": "2028Q2"})
    row = project_schedule(PROGRAMME, moved).set_index("project_id").loc["III.13"]
    assert quarter_name(row["last"]) == "2028Q2"


def test_a_milestone_begins_by_its_rule_and_the_next_right_after():
    moved = move_levers(MIDDLE, {"phasing.milestone_start": "2027Q1"})
    rows = project_schedule(PROGRAMME, moved).set_index("project_id").loc["III.10"]
    spans = [(quarter_name(first), quarter_name(last)) for first, last in zip(rows["first"], rows["last"], strict=True)]
    assert spans == [("2027Q1", "2029Q1"), ("2029Q2", "2035Q1")]


@given(st.sampled_from(IDS), st.integers(-8, 40))
def test_a_delay_moves_the_money_and_keeps_the_amount(project, quarters):
    before = bn.phase_investment(PROGRAMME, MIDDLE)
    moved = {f"projects.{project}.delay_quarters": quarters, "phasing.delay_from": "2015Q1"}
    after = bn.phase_investment(PROGRAMME, move_levers(MIDDLE, moved))
    one, two = (
        table[table["project_id"] == project].set_index("quarter")["amount_bn_vnd"] for table in (before, after)
    )
    one.index = [quarter_name(quarter_number(name) + quarters) for name in one.index]
    assert one.to_dict() == pytest.approx(two.to_dict())


@given(st.sampled_from(IDS), st.floats(-90, 500))
def test_an_overrun_scales_the_project_alone(project, overrun):
    total = spent(PROGRAMME, move_levers(MIDDLE, {f"projects.{project}.overrun": overrun}))
    expected = COSTS.dropna().copy()
    if project in expected.index:
        expected[project] *= 1 + overrun / 100
    assert np.allclose(total.loc[expected.index], expected, rtol=1e-12)


@given(st.sampled_from(IDS))
def test_a_dropped_project_takes_exactly_its_cost_away(project):
    total = spent(PROGRAMME, move_levers(MIDDLE, {f"projects.{project}.dropped": True})).sum()
    cost = COSTS[project] if COSTS[project] == COSTS[project] else 0
    assert total == pytest.approx(COSTS.sum() - cost)


periods = st.tuples(st.integers(2020, 2040), st.integers(0, 25))
registers = st.lists(st.tuples(periods, st.one_of(st.none(), st.integers(0, 10**6))), min_size=1, max_size=8)


@given(registers)
def test_any_register_keeps_its_total(tmp_path_factory, register):
    rows = [(f"I.{place}", "public", f"{cost}" if cost is not None else "", f"{start}-{start + length}", "airport", "")
            for place, ((start, length), cost) in enumerate(register, 1)]  # fmt: skip
    folder = write_toy(
        tmp_path_factory.mktemp("register"),
        projects=[project_row(*row) for row in rows],
        project_phases=[phase_row(row[0], f"{row[3][:4]}Q1", f"{row[3][-4:]}Q4") for row in rows],
    )
    table = bn.phase_investment(bn.read_programme(folder), bn.read_scenario("middle", folder=folder))
    assert table["amount_bn_vnd"].sum() == pytest.approx(sum(cost or 0 for _, cost in register), rel=1e-9)
