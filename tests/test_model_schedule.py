"""Delays, longer schedules and classes of projects, delays of tasks: by hand, and their laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.projects import project_values, task_values, with_all
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import project_schedule, task_schedule

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
COSTS = PROGRAMME.projects.set_index("id")["cost_bn_vnd"].dropna()
# begun in 2025 and lasting two years; to begin in 2027
TOY = (("I.1", "public", "80", "2025-2026", "roads_bridges", ""), ("I.2", "ppp", "20", "2027", "airport", ""))


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(
        tmp_path_factory.mktemp("toy"),
        projects=[project_row(*row) for row in TOY],
        project_phases=[phase_row("I.1", "2025Q1", "2026Q4"), phase_row("I.2", "2027Q1", "2027Q4")],
        project_groups=[],
    )
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


def load(toy, project, **levers):
    """Return what a project spends by quarter, with levers of its own."""
    programme, story = toy
    moved = {f"projects.{project}.{name}": value for name, value in levers.items()}
    table = bn.phase_investment(programme, move_levers(story, moved))
    return table[table["project_id"] == project].set_index("quarter")["amount_bn_vnd"].round(9).to_dict()


def test_what_has_begun_ends_later_and_keeps_what_was_spent(toy):
    # 40 of 80 spent by the end of 2025; the other 40 over eight quarters instead of four
    late = load(toy, "I.1", delay_quarters=4)
    assert {quarter: late[quarter] for quarter in ("2025Q1", "2025Q4")} == {"2025Q1": 10, "2025Q4": 10}
    assert [late[f"{year}Q{place}"] for year in (2026, 2027) for place in range(1, 5)] == [5] * 8


def test_what_has_not_begun_moves_as_a_whole(toy):
    assert load(toy, "I.2", delay_quarters=2) == {"2027Q3": 5, "2027Q4": 5, "2028Q1": 5, "2028Q2": 5}


def test_a_longer_schedule_lengthens_what_is_left(toy):
    # four quarters left, half as long again: six quarters at 40 / 6
    assert load(toy, "I.1", stretch=50)["2027Q2"] == pytest.approx(40 / 6)
    # eight quarters after 2026Q4 begins at 2027Q1 by plan, so the project's own clock starts there: 4 x 1.5 quarters
    assert load(toy, "I.2", stretch=50) == pytest.approx(
        {f"2027Q{n}": 20 / 6 for n in range(1, 5)} | {"2028Q1": 20 / 6, "2028Q2": 20 / 6}
    )


def test_a_schedule_need_not_end_with_a_quarter(toy):
    # 4 x 1.1 quarters: the last has 0.4 of a quarter's money
    longer = load(toy, "I.2", stretch=10)
    assert longer["2028Q1"] == pytest.approx(20 / 4.4 * 0.4)


def test_nothing_is_brought_forward_before_delays_act(toy):
    assert min(load(toy, "I.2", delay_quarters=-12)) == "2026Q1"


def test_what_is_left_takes_a_quarter_at_least(toy):
    assert load(toy, "I.1", delay_quarters=-40) == {**{f"2025Q{n}": 10 for n in range(1, 5)}, "2026Q1": 40}


def test_a_quarter_of_a_front_loaded_project(toy):
    # 1 - (1 - 1/4)^2 = 7/16 of 20 in the first of four quarters
    assert load(toy, "I.2", profile="front")["2027Q1"] == pytest.approx(20 * 7 / 16)


def test_the_rest_of_an_s_curve_keeps_its_shape(toy):
    late = load(toy, "I.1", profile="s_curve", delay_quarters=4)
    # half of the curve lies before 2026; a quarter into the eight left is 1/2 + 1/16 of the time by plan
    time = 0.5 + 1 / 16
    assert late["2026Q1"] == pytest.approx(80 * (3 * time**2 - 2 * time**3 - 0.5))


def test_a_class_wins_over_all_and_a_project_over_its_class():
    moved = {
        "projects.*.overrun": 1.0,
        "projects.capital_source:ppp.overrun": 2.0,
        "projects.sector:roads_bridges.overrun": 3.0,
        "projects.asset:road.overrun": 4.0,
        "projects.corridor:gia_binh_airport.overrun": 5.0,
        "projects.II.3.overrun": 6.0,
    }
    found = dict(zip(PROGRAMME.projects["id"], project_values(PROGRAMME.projects, moved, "overrun"), strict=True))
    # a factory; a bridge; a road; the airport and its road; that one by its own
    assert [found[key] for key in ("III.26", "I.3", "I.1", "II.1", "II.2", "II.3")] == [1, 3, 4, 5, 5, 6]


def test_levers_of_all_projects_replace_what_was_set_for_some():
    values = {"projects.II.1.overrun": 5.0, "projects.II.1.dropped": True, "growth.tilt": 0.0}
    assert with_all(values, overrun=0.0) == {
        "projects.II.1.dropped": True,
        "growth.tilt": 0.0,
        "projects.*.overrun": 0.0,
    }


def test_a_late_project_that_has_begun_still_shows_its_first_quarter():
    late = move_levers(MIDDLE, {"projects.I.1.delay_quarters": 4})
    row = project_schedule(PROGRAMME, late).set_index("project_id").loc["I.1"]
    before = project_schedule(PROGRAMME, MIDDLE).set_index("project_id").loc["I.1"]
    assert (row["first"], row["last"]) == (before["first"], before["last"] + 4)


settings = st.fixed_dictionaries(
    {
        "delay_quarters": st.integers(-40, 80),
        "stretch": st.floats(-90, 500),
        "profile": st.sampled_from(sorted(PROFILES)),
    }
)


@given(settings, st.integers(2020, 2040))
def test_whatever_the_schedule_every_cost_is_spent(levers, since):
    moved = {f"projects.*.{name}": value for name, value in levers.items()} | {"phasing.delay_from": f"{since}Q1"}
    table = bn.phase_investment(PROGRAMME, move_levers(MIDDLE, moved))
    spent = table.groupby("project_id")["amount_bn_vnd"].sum()
    assert np.allclose(spent[COSTS.index], COSTS, rtol=1e-9)
    assert (table["amount_bn_vnd"] > 0).all()


@given(settings, st.integers(2024, 2032))
def test_what_falls_before_delays_act_stays(levers, since):
    levers = {**levers, "profile": "uniform"}
    moved = {f"projects.*.{name}": value for name, value in levers.items()} | {"phasing.delay_from": f"{since}Q1"}
    before, after = (
        table[table["quarter"] < f"{since}Q1"].set_index(["project_id", "quarter"])["amount_bn_vnd"]
        for table in (bn.phase_investment(PROGRAMME, story) for story in (MIDDLE, move_levers(MIDDLE, moved)))
    )
    pd.testing.assert_series_equal(before, after, rtol=1e-9)


def test_no_delay_changes_nothing():
    moved = move_levers(MIDDLE, {"projects.*.delay_quarters": 0, "projects.*.stretch": 0.0, "projects.*.overrun": 0.0})
    pd.testing.assert_frame_equal(bn.phase_investment(PROGRAMME, moved), bn.phase_investment(PROGRAMME, MIDDLE))


def runs(programme, story, task, **levers):
    """Return the first and the last quarter of a task with some levers moved."""
    table = task_schedule(programme, move_levers(story, levers)).set_index("task_id")
    return quarter_name(table.loc[task, "first"]), quarter_name(table.loc[task, "last"])


@pytest.mark.parametrize(("since", "delay", "period"), [
    ("2026Q1", 0, ("2026Q1", "2026Q2")),
    ("2026Q1", 3, ("2026Q4", "2027Q1")),  # not begun: moves as a whole
    ("2025Q1", -2, ("2025Q3", "2025Q4")),
    ("2026Q1", -2, ("2026Q1", "2026Q2")),  # no earlier than delays act
    ("2026Q2", 3, ("2026Q1", "2027Q1")),  # begun: ends later
    ("2026Q2", -2, ("2026Q1", "2026Q2")),  # what is left takes a quarter at least
    ("2026Q3", 3, ("2026Q1", "2026Q2")),  # over: stays
])  # fmt: skip
def test_a_task_moves_as_a_project_does(toy, since, delay, period):
    # task I.1 of 2026Q1-Q2
    levers = {"phasing.delay_from": since, "tasks.I.1.delay_quarters": delay}
    assert runs(*toy, "I.1", **levers) == period


def test_a_delay_of_a_task_moves_no_other(toy):
    assert runs(*toy, "I.2", **{"tasks.I.1.delay_quarters": 3}) == ("2026Q2", "2026Q2")


def test_a_delay_of_projects_moves_no_task(toy):
    assert runs(*toy, "I.2", **{"projects.*.delay_quarters": 3}) == ("2026Q2", "2026Q2")


def test_a_group_wins_over_all_tasks_and_a_task_over_its_group():
    moved = {"tasks.*.delay_quarters": 1, "tasks.group:II.delay_quarters": 2, "tasks.II.7.delay_quarters": 3}
    found = dict(zip(PROGRAMME.tasks["id"], task_values(PROGRAMME.tasks, moved, "delay_quarters"), strict=True))
    assert [found[key] for key in ("I.1", "II.6", "II.7", "III.1")] == [1, 2, 3, 1]


def test_without_delays_tasks_run_as_printed():
    table = task_schedule(PROGRAMME, MIDDLE)
    assert table["task_id"].tolist() == PROGRAMME.tasks["id"].tolist()
    assert table["first"].map(quarter_name).tolist() == PROGRAMME.tasks["start"].tolist()
    assert table["last"].map(quarter_name).tolist() == PROGRAMME.tasks["end"].tolist()


@given(st.integers(-40, 80), st.integers(2024, 2032), st.integers(1, 4))
def test_a_task_keeps_its_length_or_its_first_quarter(delay, year, place):
    since = f"{year}Q{place}"
    levers = {"tasks.*.delay_quarters": delay, "phasing.delay_from": since}
    before, after = (task_schedule(PROGRAMME, story) for story in (MIDDLE, move_levers(MIDDLE, levers)))
    whole = after["last"] - after["first"] == before["last"] - before["first"]
    assert (whole | (after["first"] == before["first"])).all()
    over = before["last"].map(quarter_name) < since
    assert after[over].equals(before[over])
