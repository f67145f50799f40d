"""Concurrency, overlaps and workload, by hand and by law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.timeline import allen_relation, duties
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_number
from bnplan_lib.model.schedule import project_schedule

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


def test_concurrency_by_hand(toy):
    table = bn.concurrency(*toy).set_index("quarter")
    assert table.loc["2026Q2", ["running_projects", "running_tasks"]].tolist() == [2, 2]
    assert table.loc["2027Q1", ["running_projects", "running_tasks", "load_bn_vnd"]].tolist() == [3, 0, 15]
    assert table.loc["2030Q4", "running_projects"] == 1
    assert len(table) == 20


def test_the_airport_counts_once_where_its_phases_overlap():
    alone = {f"projects.{key}.dropped": True for key in PROGRAMME.projects["id"] if key != "II.1"}
    table = bn.concurrency(PROGRAMME, move_levers(MIDDLE, alone)).set_index("quarter")
    assert table.loc["2030Q2", "running_projects"] == 1


def test_running_quarters_add_up_to_the_lengths_of_all_projects():
    total = bn.concurrency(PROGRAMME, MIDDLE)["running_projects"].sum()
    phases = project_schedule(PROGRAMME, MIDDLE)
    quarters = {(row.project_id, number) for row in phases.itertuples() for number in range(row.first, row.last + 1)}
    assert total == len(quarters)


def test_almost_every_project_runs_in_2026():
    table = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")
    assert table.loc["2026Q2", ["running_projects", "running_tasks"]].tolist() == [55, 16]


def test_a_delay_of_all_projects_moves_the_whole_load():
    late = {f"projects.{key}.delay_quarters": 4 for key in PROGRAMME.projects["id"]} | {"phasing.delay_from": "2025Q1"}
    before = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")["load_bn_vnd"]
    after = bn.concurrency(PROGRAMME, move_levers(MIDDLE, late)).set_index("quarter")["load_bn_vnd"]
    assert after["2027Q1"] == pytest.approx(before["2026Q1"])
    assert after.index[0] == "2026Q1"


def test_overlaps_by_hand(toy):
    row = bn.overlaps(*toy, "place").iloc[0]
    assert row[["place", "first_id", "second_id", "overlap_quarters", "relation"]].tolist() == [
        "gia_binh", "I.1", "I.2", 4, "finished-by",
    ]  # fmt: skip
    assert (row["from_quarter"], row["to_quarter"], row["cost_bn_vnd"]) == ("2027Q1", "2027Q4", 100)


def test_projects_that_do_not_meet_are_no_pair(toy):
    programme, story = toy
    assert bn.overlaps(programme, move_levers(story, {"projects.I.2.delay_quarters": 4}), "place").empty


def test_a_project_in_two_places_meets_the_projects_of_both():
    pairs = bn.overlaps(PROGRAMME, MIDDLE, "place")
    kinh_bac = pairs[pairs["place"] == "kinh_bac"]
    assert set(kinh_bac["first_id"]) | set(kinh_bac["second_id"]) == {"I.15", "I.16"}


def test_an_unknown_classification_is_refused():
    with pytest.raises(UnknownName, match="no classification 'corridors'; nearest: corridor"):
        bn.overlaps(PROGRAMME, MIDDLE, "corridors")


ALLEN = {
    ((1, 2), (4, 5)): "before", ((1, 3), (4, 5)): "meets", ((1, 4), (3, 6)): "overlaps", ((1, 2), (1, 5)): "starts",
    ((2, 3), (1, 5)): "during", ((4, 5), (1, 5)): "finishes", ((1, 5), (1, 5)): "equals",
}  # fmt: skip
INVERSE = {"before": "after", "meets": "met-by", "overlaps": "overlapped-by", "starts": "started-by",
           "during": "contains", "finishes": "finished-by", "equals": "equals"}  # fmt: skip


@pytest.mark.parametrize(("periods", "relation"), ALLEN.items())
def test_allens_relations_by_hand_and_their_inverses(periods, relation):
    assert allen_relation(*periods) == relation
    assert allen_relation(*reversed(periods)) == INVERSE[relation]


spans = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted).map(tuple)


@given(spans, spans)
def test_two_periods_share_quarters_unless_one_is_before_or_meets(one, other):
    shared = set(range(one[0], one[1] + 1)) & set(range(other[0], other[1] + 1))
    apart = allen_relation(one, other) in ("before", "after", "meets", "met-by")
    assert bool(shared) != apart


def test_workload_by_hand(toy):
    table = bn.workload(toy[0]).set_index(["agency_id", "quarter"])
    assert table.loc[("finance", "2026Q2")].tolist() == [2, 1]
    assert table.loc[("finance", "2026Q1")].tolist() == [1, 0]
    assert table.loc[("health", "2026Q2")].tolist() == [1, 1]


def test_seven_leads_make_one_task_count_seven_times():
    table = bn.workload(PROGRAMME)
    assert table.loc[table["quarter"] == "2029Q1", "shared_tasks"].sum() == 7


def test_finance_leads_fourteen_orders_by_hand():
    # 1.1 1.4 1.5 1.7 1.8 3.2 4.1 4.2 4.3 4.4 4.5 5.2 5.3 and III.2
    table = duties(PROGRAMME).set_index("agency_id")
    assert table.loc["finance", ["tasks_led", "orders_led", "targets_led"]].tolist() == [3, 14, 13]


def test_a_task_stands_where_its_quarters_put_it():
    table = bn.standing(PROGRAMME, "2026Q4").set_index("task_id")["standing"]
    assert table[["II.2", "II.5", "II.8"]].tolist() == ["ended", "running", "ahead"]


@given(st.integers(quarter_number("2020Q1"), quarter_number("2040Q4")))
def test_every_task_stands_somewhere_and_time_only_ends_more(number):
    from bnplan_lib.model.quarters import quarter_name

    now, later = (bn.standing(PROGRAMME, quarter_name(one))["standing"] for one in (number, number + 1))
    assert (now == "ended").sum() <= (later == "ended").sum()
    assert set(now) <= {"ended", "running", "ahead"}
