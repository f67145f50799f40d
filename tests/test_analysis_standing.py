"""What should be over, is due or has not begun, by hand and by law."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.standing import standing
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name, quarter_number

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
NUMBERS = ["quarters_past", "passed_share", "after_signing"]
quarters = st.integers(quarter_number("2020Q1"), quarter_number("2055Q4"))


def order_row(key, due):
    return {"id": key, "row": key, "section": "III", "leads": "finance", "summary_vi": key, "summary_en": key,
            "due": due, "source": f"section-3:{key}"}  # fmt: skip


def read(folder, **tables):
    write_toy(folder, **tables)
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The toy with one order that is due and one that is not."""
    return read(tmp_path_factory.mktemp("toy"), directives=[order_row("1", "2026Q2"), order_row("2", "")])


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return read(tmp_path_factory.mktemp("empty"), projects=[], project_phases=[], project_groups=[], tasks=[])


def stands(programme, story, as_of):
    table = standing(programme, story, as_of)
    return dict(zip(zip(table["table"], table["id"], strict=True), table["standing"], strict=True))


def tasks_of(table):
    return set(table.loc[table["table"] == "tasks", "id"])


def test_standing_by_hand(toy):
    # tasks I.1 2026Q1-Q2 and I.2 2026Q2; projects I.1 2026-2027, I.2 2027, II.1 2026-2030
    assert stands(*toy, "2026Q2") == {
        ("tasks", "I.1"): "due",
        ("tasks", "I.2"): "due",
        ("projects", "I.1"): "running",
        ("projects", "I.2"): "ahead",
        ("projects", "II.1"): "running",
        ("directives", "1"): "due",
    }


def test_what_ended_the_quarter_before_is_over(toy):
    found = stands(*toy, "2026Q3")
    assert [found["tasks", "I.1"], found["tasks", "I.2"], found["directives", "1"]] == ["ended"] * 3


def test_what_begins_and_ends_in_the_quarter_is_due(toy):
    assert stands(*toy, "2026Q1")["tasks", "I.2"] == "ahead"
    assert stands(*toy, "2026Q2")["tasks", "I.2"] == "due"


def test_what_begins_in_the_quarter_and_goes_on_is_running(toy):
    assert stands(*toy, "2027Q1")["projects", "I.2"] == "running"


def test_periods_and_numbers_by_hand(toy):
    table = standing(*toy, "2026Q3").set_index(["table", "id"])
    project = table.loc[("projects", "I.1")]
    assert project[["start", "end"]].tolist() == ["2026Q1", "2027Q4"]
    # two of eight quarters gone, five to go to the one in which it ends, seven after the signing in 2026Q1
    assert project[NUMBERS].tolist() == [-5, 0.25, 7]


def test_a_task_that_is_over_has_passed_whole(toy):
    task = standing(*toy, "2026Q3").set_index(["table", "id"]).loc[("tasks", "I.1")]
    assert task[NUMBERS].tolist() == [1, 1, 1]


def test_nothing_has_passed_of_what_has_not_begun(toy):
    project = standing(*toy, "2026Q3").set_index(["table", "id"]).loc[("projects", "I.2")]
    assert project[NUMBERS].tolist() == [-5, 0, 7]


def test_an_order_has_only_an_end(toy):
    order = standing(*toy, "2026Q1").set_index(["table", "id"]).loc[("directives", "1")]
    assert order["start"] is None or order["start"] != order["start"]
    assert order["end"] == "2026Q2"


def test_an_order_without_a_date_stands_nowhere(toy):
    table = standing(*toy, "2026Q2")
    assert table.loc[table["table"] == "directives", "id"].tolist() == ["1"]


def test_a_delay_moves_where_an_item_stands(toy):
    programme, story = toy
    late = move_levers(story, {"tasks.group:I.delay_quarters": 2, "projects.I.2.delay_quarters": -4})
    found = stands(programme, late, "2026Q3")
    assert (found["tasks", "I.1"], found["tasks", "I.2"]) == ("running", "ahead")
    assert found["projects", "I.2"] == "running"


def test_a_dropped_project_stands_nowhere(toy):
    programme, story = toy
    found = stands(programme, move_levers(story, {"projects.*.dropped": True}), "2026Q2")
    assert {table for table, _ in found} == {"tasks", "directives"}


def test_without_items_the_table_is_empty_with_the_types_of_a_full_one(empty):
    table, full = (standing(*one, "2026Q2") for one in (empty, (PROGRAMME, MIDDLE)))
    assert table.empty
    assert list(table.columns) == list(full.columns)
    assert table[[*NUMBERS, "end", "standing"]].dtypes.equals(full[[*NUMBERS, "end", "standing"]].dtypes)


def test_orders_stand_where_there_are_no_projects_and_tasks(tmp_path):
    nothing = {"projects": [], "project_phases": [], "project_groups": [], "tasks": []}
    programme, story = read(tmp_path, **nothing, directives=[order_row("1", "2026Q2")])
    assert stands(programme, story, "2026Q3") == {("directives", "1"): "ended"}


def signed_on(programme, **told):
    about = {key: value for key, value in programme.properties["programme"].items() if key != "signed"}
    return replace(programme, properties={**programme.properties, "programme": about | told})


@pytest.mark.parametrize(("day", "after"), [("2026-03-30", 2), ("2026-03-31", 1), ("2026-05-15", 1), ("2026-06-30", 0)])
def test_quarters_after_signing_count_from_the_last_that_was_over(day, after):
    table = standing(signed_on(PROGRAMME, signed=day), MIDDLE, "2026Q2")
    # task I.1 ends in 2026Q2
    assert table.set_index(["table", "id"]).loc[("tasks", "I.1"), "after_signing"] == after


def test_without_a_day_of_signing_nothing_is_counted_from_it():
    table = standing(signed_on(PROGRAMME), MIDDLE, "2026Q2")
    assert table["after_signing"].isna().all()
    assert table.drop(columns="after_signing").equals(
        standing(PROGRAMME, MIDDLE, "2026Q2").drop(columns="after_signing")
    )


def test_a_quarter_that_is_none_is_refused():
    with pytest.raises(ValueError, match="a quarter is written 2026Q1, found '2026'"):
        standing(PROGRAMME, MIDDLE, "2026")


def test_a_task_stands_where_its_quarters_put_it():
    table = stands(PROGRAMME, MIDDLE, "2026Q4")
    assert [table["tasks", key] for key in ("II.2", "II.5", "II.7", "II.8")] == ["ended", "due", "running", "ahead"]


@settings(max_examples=20)
@given(quarters)
def test_every_item_stands_in_one_place(number):
    found = stands(PROGRAMME, MIDDLE, quarter_name(number))
    # 21 tasks, 56 projects, one order and four targets with a date
    assert len(found) == 82
    assert set(found.values()) <= {"ended", "due", "running", "ahead"}


@settings(max_examples=20)
@given(quarters)
def test_an_item_stands_as_its_period_says(number):
    for row in standing(PROGRAMME, MIDDLE, quarter_name(number)).itertuples():
        last = quarter_number(row.end)
        first = quarter_number(row.start) if isinstance(row.start, str) else min(last, 8104)  # 2026Q1
        gone = len([one for one in range(first, last + 1) if one < number])
        assert row.quarters_past == number - last
        assert row.passed_share == pytest.approx(gone / (last - first + 1))
        assert {"ended": last < number, "due": last == number, "running": first <= number < last,
                "ahead": number < first}[row.standing]  # fmt: skip


@settings(max_examples=20)
@given(quarters)
def test_time_only_moves_items_on(number):
    now, later = (stands(PROGRAMME, MIDDLE, quarter_name(one)) for one in (number, number + 1))
    order = ("ahead", "running", "due", "ended")
    assert all(order.index(now[item]) <= order.index(later[item]) for item in now)


def test_what_is_due_in_a_quarter_is_over_in_the_next():
    found = {number: stands(PROGRAMME, MIDDLE, quarter_name(number)) for number in range(8104, 8125)}
    for number in range(8104, 8124):
        due = {item for item, word in found[number].items() if word == "due"}
        assert due == {item for item, word in found[number + 1].items() if word == "ended"} - {
            item for item, word in found[number].items() if word == "ended"
        }


def test_no_task_was_over_by_the_signing_by_hand():
    # signed on 31 March 2026; the earliest end in Appendix II is Quý II/2026
    table = standing(PROGRAMME, MIDDLE, "2026Q2")
    assert table["after_signing"].min() == 1


def test_the_tasks_to_be_over_within_three_months_of_signing_by_hand():
    # Appendix II, the rows that print Quý II/2026 or Quý I-II/2026
    table = standing(PROGRAMME, MIDDLE, "2026Q2")
    assert tasks_of(table[table["after_signing"] <= 1]) == {
        "I.1", "II.1", "II.3", "II.10", "II.11", "II.12", "III.1", "III.2", "III.3", "III.4", "IV.3",
    }  # fmt: skip


def test_the_one_dated_order_is_due_by_the_end_of_april_2026_by_hand():
    # section III.1: "báo cáo Chủ tịch UBND tỉnh trong tháng 4/2026"
    table = standing(PROGRAMME, MIDDLE, "2026Q2")
    orders = table[table["table"] == "directives"]
    assert orders[["id", "end", "standing", "after_signing"]].to_numpy().tolist() == [["III.1", "2026Q2", "due", 1]]


def test_the_tasks_to_be_over_before_the_end_of_2026_by_hand():
    # Appendix II: the eleven of the second quarter and II.2 II.6 IV.2 of the third; II.5 is due in the fourth
    table = standing(PROGRAMME, MIDDLE, "2026Q4")
    assert len(tasks_of(table[table["standing"] == "ended"])) == 14
    assert tasks_of(table[table["standing"] == "due"]) == {"II.5"}
    assert tasks_of(table[table["standing"] == "running"]) == {"II.7", "III.5", "IV.1"}
    assert tasks_of(table[table["standing"] == "ahead"]) == {"II.4", "II.8", "II.9"}


def test_the_projects_due_at_the_end_of_2026_by_hand():
    # Appendix III: II.3 to II.6 print 2025-2026, III.31 Quý IV/2025 - Quý IV/2026
    table = standing(PROGRAMME, MIDDLE, "2026Q4")
    due = table[(table["table"] == "projects") & (table["standing"] == "due")]
    assert due["id"].tolist() == ["II.3", "II.4", "II.5", "II.6", "III.31"]
