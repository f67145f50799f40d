"""What must wait for what: slack in quarters, and pairs whose second cannot wait."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.precedence import precedence_findings, precedence_slack
from bnplan_lib.inputs.scenario import move_levers

REAL = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
SLACK = precedence_slack(REAL).set_index("id")["slack_quarters"]


@pytest.mark.parametrize(("pair", "slack"), [
    ("provincial-plan-before-urban-plan", 0),  # ends 2026Q3, starts 2026Q4
    ("urban-plan-before-programme", 0),  # ends 2027Q1, ends 2027Q1
    ("programme-before-classification", 4),  # 2027Q1 to 2028Q2
    ("urban-plan-before-classification", 4),  # the same two quarters
    ("classification-before-city", 0),  # 2028Q2 to 2028Q3
    ("wards-before-classification", 5),  # 2026Q4 to 2028Q2
    ("city-scheme-before-goal", 4),  # ends 2028Q4, due 2029Q4
    ("airport-before-free-trade-zone", -16),  # ends 2030Q4, ends 2026Q4
    ("airport-road-before-airport", 12),  # ends 2027Q4, ends 2030Q4
])  # fmt: skip
def test_slack_is_counted_in_quarters(pair, slack):
    assert SLACK[pair] == slack


def test_there_are_a_dozen_pairs_each_with_reason_and_basis():
    pairs = REAL.precedences
    assert len(pairs) >= 12
    assert pairs[["reason_vi", "reason_en", "basis", "source"]].notna().all(axis=None)


def test_only_negative_slack_is_a_finding():
    assert {one.id for one in precedence_findings(REAL)} == {f"precedence:{key}" for key in SLACK[SLACK < 0].index}


PAIR = {
    "id": "one", "before_table": "tasks", "before_id": "I.1", "after_table": "tasks", "after_id": "I.2",
    "link": "finish_start", "basis": "stated", "confidence": "certain", "reason_vi": "a", "reason_en": "a",
    "source": "section-2:4.1",
}  # fmt: skip


@pytest.mark.parametrize(("link", "slack"), [("finish_start", -1), ("finish_finish", 0)])
def test_a_toy_pair_is_measured_by_its_link(tmp_path, link, slack):
    # task I.1 runs 2026Q1 to Q2, task I.2 in Q2
    toy = bn.read_programme(write_toy(tmp_path, precedences=[{**PAIR, "link": link}]))
    assert precedence_slack(toy)["slack_quarters"].tolist() == [slack]
    assert len(precedence_findings(toy)) == (slack < 0)


def test_a_blank_date_gives_no_slack_and_no_finding():
    open_end = REAL.project_phases.copy()
    open_end.loc[open_end["project_id"] == "II.6", "end"] = None
    without = replace(REAL, project_phases=open_end)
    slack = precedence_slack(without).set_index("id")["slack_quarters"]
    assert slack.isna()["airport-before-free-trade-zone"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    # task I.1 of 2026Q1-Q2 before task I.2 of 2026Q2, and before project I.2 of 2027 ends
    to_project = {**PAIR, "id": "two", "after_table": "projects", "after_id": "I.2", "link": "finish_finish"}
    folder = write_toy(tmp_path_factory.mktemp("toy"), precedences=[PAIR, to_project])
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


def told(toy, pair, **levers):
    """Return the quarters of a pair and its slack with some levers moved."""
    row = precedence_slack(toy[0], move_levers(toy[1], levers)).set_index("id").loc[pair]
    return row[["before_end", "after_start", "after_end", "slack_quarters"]].tolist()


@pytest.mark.parametrize(("one", "two", "found"), [
    (0, 0, ["2026Q2", "2026Q2", "2026Q2", -1]),
    (0, 1, ["2026Q2", "2026Q3", "2026Q3", 0]),
    (2, 0, ["2026Q4", "2026Q2", "2026Q2", -3]),
    (2, 2, ["2026Q4", "2026Q4", "2026Q4", -1]),
])  # fmt: skip
def test_slack_is_that_of_the_tasks_as_the_scenario_moves_them(toy, one, two, found):
    levers = {"tasks.I.1.delay_quarters": one, "tasks.I.2.delay_quarters": two}
    assert told(toy, "one", **levers) == found


def test_a_task_that_has_begun_ends_later_and_starts_as_printed(toy):
    # I.1 has begun by 2026Q2, I.2 begins then and moves as a whole
    levers = {"tasks.*.delay_quarters": 3, "phasing.delay_from": "2026Q2"}
    assert told(toy, "one", **levers) == ["2027Q1", "2027Q1", "2027Q1", -1]


def test_slack_is_that_of_the_projects_as_the_scenario_moves_them(toy):
    # 2026Q2 to the end of 2027 is six quarters, of which a project two quarters early leaves four
    assert told(toy, "two") == ["2026Q2", "2027Q1", "2027Q4", 6]
    assert told(toy, "two", **{"projects.I.2.delay_quarters": -2}) == ["2026Q2", "2026Q3", "2027Q2", 4]


def test_a_quarter_that_is_partly_used_counts(toy):
    # four quarters and a tenth more end in 2028Q1
    assert told(toy, "two", **{"projects.I.2.stretch": 10.0}) == ["2026Q2", "2027Q1", "2028Q1", 7]


def test_a_dropped_project_has_no_slack(toy):
    programme, story = toy
    row = precedence_slack(programme, move_levers(story, {"projects.I.2.dropped": True})).set_index("id").loc["two"]
    assert row[["after_start", "after_end", "slack_quarters"]].isna().all()
    assert row["before_end"] == "2026Q2"


def test_an_open_end_stays_blank_whatever_the_scenario_takes_it_for():
    open_end = REAL.project_phases.copy()
    open_end.loc[open_end["project_id"] == "II.6", "end"] = None
    slack = precedence_slack(replace(REAL, project_phases=open_end), MIDDLE).set_index("id")["slack_quarters"]
    assert slack.isna()["airport-before-free-trade-zone"]


def test_of_a_project_with_phases_the_first_counts_when_it_moves_too():
    # phase 1 of the airport, 2025 to 2030, has begun: eight quarters late it ends 2032Q4, 24 after II.6
    late = precedence_slack(REAL, move_levers(MIDDLE, {"projects.II.1.delay_quarters": 8})).set_index("id")
    assert late.loc["airport-before-free-trade-zone", ["before_end", "slack_quarters"]].tolist() == ["2032Q4", -24]


def test_a_scenario_that_moves_nothing_has_the_printed_slack():
    pd.testing.assert_frame_equal(precedence_slack(REAL, MIDDLE), precedence_slack(REAL))


@given(st.integers(0, 20))
def test_pairs_of_tasks_that_are_all_late_keep_their_slack(late):
    moved = precedence_slack(REAL, move_levers(MIDDLE, {"tasks.*.delay_quarters": late}))
    among = (moved["before_table"] == "tasks") & (moved["after_table"] == "tasks")
    to_goal = (moved["before_table"] == "tasks") & (moved["after_table"] == "targets")
    printed = precedence_slack(REAL)["slack_quarters"]
    assert moved.loc[among, "slack_quarters"].equals(printed[among])
    assert moved.loc[to_goal, "slack_quarters"].equals(printed[to_goal] - late)
