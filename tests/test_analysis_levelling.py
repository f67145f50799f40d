"""Staggered starts: by hand, against every plan there is, and by a checker that knows nothing of the solver."""

from collections import Counter
from dataclasses import replace
from itertools import product
from math import inf, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.levelling import level
from bnplan_lib.analysis.precedence import precedence_slack
from bnplan_lib.errors import FaultyInput, UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name, quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

REAL = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
SECONDS = 60.0  # far more than the hardest here takes

# begun in 2025, 15 a quarter; 10 a quarter in 2026 and 2027; 3 a quarter in 2026
PROJECTS = (
    ("I.1", "public", "120", "2025-2026", "roads_bridges", ""),
    ("I.2", "public", "80", "2026-2027", "roads_bridges", ""),
    ("I.3", "ppp", "12", "2026", "airport", ""),
)
PHASES = (("I.1", "2025Q1", "2026Q4"), ("I.2", "2026Q1", "2027Q4"), ("I.3", "2026Q1", "2026Q4"))


def pair_row(before, after, link, number=0):
    (before_table, before_id), (after_table, after_id) = before.split(":"), after.split(":")
    return {
        "id": f"pair-{chr(97 + number)}", "before_table": before_table, "before_id": before_id,
        "after_table": after_table, "after_id": after_id, "link": link, "basis": "stated", "confidence": "certain",
        "reason_vi": "a", "reason_en": "a", "source": "section-2:4.1",
    }  # fmt: skip


def toy_of(folder, *pairs):
    write_toy(
        folder,
        projects=[project_row(*row) for row in PROJECTS],
        project_phases=[phase_row(*row) for row in PHASES],
        project_groups=[],
        precedences=[pair_row(*pair) for pair in pairs],
    )
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_of(tmp_path_factory.mktemp("toy"))


def moves(plan):
    return dict(zip(plan.moved["project_id"], plan.moved["later_quarters"], strict=True))


# by hand: 28 a quarter in 2026 and 10 in 2027


def test_money_is_levelled_by_hand(toy):
    # with both out of 2026 it has the 15 that have begun, and 2027 has 10 and 3
    plan = level(*toy, "load", 4)
    assert (plan.before, plan.after, plan.bound, plan.gap_share) == (28, 15, 15, 0)
    assert moves(plan) == {"I.2": 4, "I.3": 4}
    assert (plan.lower, plan.unit, plan.status) == ("load", "bn_vnd_per_quarter", "optimal")


def test_money_is_levelled_by_hand_where_ends_are_kept(toy):
    # I.2 spends its 80 in 2027, 20 a quarter; I.3 may not take less than half of 2026, so 2026 has 15 and 3
    plan = level(*toy, "load", 4, keep_end=True)
    assert (plan.before, plan.after) == (28, 20)
    assert plan.levers == {"projects.I.2.delay_quarters": 4, "projects.I.2.stretch": -50.0}


def test_running_projects_are_levelled_by_hand(toy):
    # three run in 2026. Without I.2 or without I.3 two do, and no more in 2027: what stands further down moves
    plan = level(*toy, "running", 4)
    assert (plan.before, plan.after, plan.bound, plan.unit) == (3, 2, 2, "projects")
    assert plan.levers == {"projects.I.3.delay_quarters": 4}


def test_running_projects_are_levelled_by_hand_where_ends_are_kept(toy):
    # I.3 may leave the first half of 2026 at most, I.2 all of it
    plan = level(*toy, "running", 4, keep_end=True)
    assert (plan.before, plan.after, moves(plan)) == (3, 2, {"I.2": 4})


def test_where_no_move_lowers_the_peak_nothing_moves(toy):
    # by three quarters neither leaves 2026Q4, where 28 fall whatever moves
    plan = level(*toy, "load", 3)
    assert (plan.before, plan.after, plan.bound, plan.status) == (28, 28, 28, "optimal")
    assert (plan.levers, len(plan.moved), plan.movable) == ({}, 0, 2)


def test_with_no_quarter_to_move_the_plan_is_the_scenario(toy):
    plan = level(*toy, "running", 0)
    assert (plan.before, plan.after, plan.bound, plan.levers) == (3, 3, 3, {})


def test_what_moved_is_told_with_quarters_and_cost(toy):
    plan = level(toy[0], move_levers(toy[1], {"projects.I.2.overrun": 50.0}), "load", 4)
    assert plan.moved.iloc[0].to_dict() == {
        "project_id": "I.2", "later_quarters": 4, "start_before": "2026Q1", "end_before": "2027Q4",
        "start_after": "2027Q1", "end_after": "2028Q4", "cost_bn_vnd": 120,
    }  # fmt: skip


def test_the_quarters_run_from_the_first_to_the_last_with_anything_in_it(toy):
    # 15 in 2025, 28 in 2026, 10 in 2027; then 15, 10 and 3, and the 10 of I.2 in 2028
    table = level(*toy, "load", 4).quarters.set_index("quarter")
    assert table.index.tolist() == [f"{year}Q{place}" for year in range(2025, 2029) for place in range(1, 5)]
    assert table["before"].tolist() == [15] * 4 + [28] * 4 + [10] * 4 + [0] * 4
    assert table["after"].tolist() == [15] * 4 + [15] * 4 + [13] * 4 + [10] * 4


def test_a_peak_that_is_past_cannot_be_lowered(toy):
    # I.1 alone takes 15 in 2025: seen from 2027 on less falls whatever moves
    programme, story = toy
    plan = level(programme, move_levers(story, {"phasing.delay_from": "2027Q1"}), "load", 4)
    assert (plan.before, plan.after, plan.bound, plan.levers) == (28, 28, 28, {})


def test_urgent_works_stay(toy):
    programme, story = toy
    urgent = programme.projects.assign(urgent=[key == "I.2" for key in programme.projects["id"]])
    assert "I.2" not in moves(level(replace(programme, projects=urgent), story, "load", 4))


def test_one_capital_source_is_levelled_alone():
    # 19 public projects in 2027: 4,219.963 bn VND a quarter, 99.0625 of it for I.7, the only one to begin then
    plan = level(REAL, MIDDLE, "load", 4, capital="public")
    assert (plan.before, plan.after) == (pytest.approx(4219.963, abs=1e-3), pytest.approx(4219.963 - 99.0625, abs=1e-3))
    assert moves(plan) == {"I.7": 4}


def test_an_unknown_capital_source_is_refused(toy):
    with pytest.raises(UnknownName, match="no capital source 'publik'; nearest: public"):
        level(*toy, capital="publik")


def test_a_pair_that_holds_is_not_broken(tmp_path):
    # I.3 ends with the first phase of I.1, slack 0: it stays, and 2026 has 15 and 3
    plan = level(*toy_of(tmp_path, ("projects:I.3", "projects:I.1", "finish_finish")), "load", 4)
    assert (plan.after, moves(plan)) == (18, {"I.2": 4})


def test_slack_of_a_pair_may_be_used_up(tmp_path):
    # I.3 ends four quarters before I.2 does: both may move, or I.3 alone by all of it
    plan = level(*toy_of(tmp_path, ("projects:I.3", "projects:I.2", "finish_finish")), "running", 4)
    assert moves(plan) == {"I.3": 4}


def test_a_pair_that_is_broken_gets_no_worse(tmp_path):
    # I.3 should end before I.2 starts and ends three quarters later: it may move with I.2, not alone
    plan = level(*toy_of(tmp_path, ("projects:I.3", "projects:I.2", "finish_start")), "running", 4)
    assert moves(plan) == {"I.2": 4}


def test_a_task_holds_a_project_and_stays(tmp_path):
    # task I.2 of 2026Q2 should start after I.3 of 2026 ends: broken, so I.3 stays
    plan = level(*toy_of(tmp_path, ("projects:I.3", "tasks:I.2", "finish_start")), "load", 4)
    assert (plan.after, moves(plan)) == (18, {"I.2": 4})


def test_only_what_begins_when_delays_act_or_later_moves(toy):
    # from 2025Q1 on I.1 may move too; from 2026Q2 nothing may
    programme, story = toy
    movable = [
        level(programme, move_levers(story, {"phasing.delay_from": quarter}), "load", 1).movable
        for quarter in ("2025Q1", "2025Q2", "2026Q1", "2026Q2")
    ]
    assert movable == [3, 2, 2, 0]


def test_shifts_add_to_the_delay_of_the_scenario(toy):
    # I.3 is a quarter late, so two run in 2026Q1; three later still, one more than its four, is out of 2026
    story = move_levers(toy[1], {"projects.I.3.delay_quarters": 1})
    plan = level(toy[0], story, "running", 3)
    assert plan.levers == {"projects.I.3.delay_quarters": 4}
    assert plan.moved[["start_before", "start_after"]].to_numpy().tolist() == [["2026Q2", "2027Q1"]]


def test_a_project_brought_forward_as_far_as_may_be_moves_from_where_it_is(toy):
    # ten quarters early, no earlier than delays act, is 2026Q1: four quarters from there, not from ten before
    story = move_levers(toy[1], {"projects.I.3.delay_quarters": -10})
    assert level(toy[0], story, "running", 4).levers == {"projects.I.3.delay_quarters": 4}


@pytest.mark.parametrize(("earlier", "moved"), [(0, {}), (1, {"I.3": 1})])
def test_a_shift_that_the_lever_cannot_express_is_left_out(toy, earlier, moved):
    # I.2 ends in the quarter in which I.3 starts; to start a quarter later I.3 needs 81 quarters of delay, or 80
    late = {"projects.I.2.delay_quarters": 73 - earlier, "projects.I.3.delay_quarters": 80 - earlier}
    plan = level(toy[0], move_levers(toy[1], late), "running", 1)
    assert (plan.before, moves(plan)) == (2, moved)


@pytest.mark.parametrize(("late", "moved"), [(2, {"I.3": 2}), (1, {})])
def test_where_ends_are_kept_half_of_the_time_is_the_least(toy, late, moved):
    # I.1 runs to the end of 2026, the four quarters of I.3 start two or three before: to leave 2026 it has two, or one
    story = move_levers(toy[1], {"projects.I.2.dropped": True, "projects.I.3.delay_quarters": late})
    plan = level(toy[0], story, "running", 3, keep_end=True)
    assert (plan.before, moves(plan)) == (2, moved)


def test_a_project_whose_phases_would_not_move_alike_stays(toy):
    # phases of 2027 and 2028, both eight quarters early in 2026: a quarter later they would be a year apart again
    programme, story = toy
    phases = pd.concat([programme.project_phases, programme.project_phases.iloc[[2]].assign(phase=2)])
    phases["start"] = ["2025Q1", "2026Q1", "2027Q1", "2028Q1"]
    phases["end"] = ["2026Q4", "2027Q4", "2027Q4", "2028Q4"]
    early = move_levers(story, {"projects.I.3.delay_quarters": -8, "projects.I.2.dropped": True})
    plan = level(replace(programme, project_phases=phases), early, "load", 4)
    # 12 in two phases, 6 each in 2026
    assert (plan.before, plan.after, plan.movable, plan.levers) == (15 + 1.5 + 1.5, 18, 0, {})


def test_a_project_makes_room_for_the_first_phase_of_the_one_before_it(tmp_path):
    # I.2 in phases of 2026 and 2027, and I.3 of 2027 at 1 a quarter, which starts when the first has ended: 25 in 2026.
    # All 80 in 2027, 20 a quarter, the first phase ends in its second quarter: I.3 has the other half, at 2
    programme, story = toy_of(tmp_path, ("projects:I.2", "projects:I.3", "finish_start"))
    phases = pd.concat([programme.project_phases, programme.project_phases.iloc[[1]].assign(phase=2)])
    phases["start"] = ["2025Q1", "2026Q1", "2027Q1", "2027Q1"]
    phases["end"] = ["2026Q4", "2026Q4", "2027Q4", "2027Q4"]
    costs = programme.projects.assign(cost_bn_vnd=[120.0, 80.0, 4.0])
    plan = level(replace(programme, projects=costs, project_phases=phases), story, "load", 4, keep_end=True)
    assert (plan.before, plan.after, moves(plan)) == (25, 22, {"I.2": 4, "I.3": 2})


def test_the_order_of_the_rows_of_phases_does_not_matter():
    # the two phases of the airport, the second first, which may all move as of 2025
    phases = REAL.project_phases
    second = (phases["project_id"] == "II.1") & (phases["phase"] == 2)
    turned = replace(REAL, project_phases=pd.concat([phases[second], phases[~second]], ignore_index=True))
    story = move_levers(MIDDLE, {"phasing.delay_from": "2025Q1"})
    plans = [level(programme, story, "running", 1, seconds=SECONDS) for programme in (REAL, turned)]
    assert [plan.status for plan in plans] == ["optimal", "optimal"]
    assert plans[0].levers == plans[1].levers


def test_a_dropped_project_neither_counts_nor_moves(toy):
    plan = level(toy[0], move_levers(toy[1], {"projects.I.3.dropped": True}), "load", 4)
    assert (plan.before, plan.after, plan.movable, moves(plan)) == (25, 15, 1, {"I.2": 4})


@pytest.mark.parametrize("lower", ["load", "running"])
def test_a_scenario_that_drops_every_project_has_nothing_to_level(lower):
    plan = level(REAL, move_levers(MIDDLE, {"projects.*.dropped": True}), lower)
    assert (plan.before, plan.after, plan.bound, plan.gap_share, plan.status) == (0, 0, 0, 0, "optimal")
    assert (plan.movable, plan.moved.empty, plan.quarters.empty, plan.levers) == (0, True, True, {})


@pytest.mark.parametrize(("wrong", "message"), [
    ({"most_later": -1}, "most_later: must be a whole number of quarters from 0 to 40, found -1"),
    ({"most_later": 41}, "most_later: must be a whole number of quarters from 0 to 40, found 41"),
    ({"most_later": 4.0}, "most_later: must be a whole number of quarters from 0 to 40, found 4.0"),
    ({"most_later": True}, "most_later: must be a whole number of quarters from 0 to 40, found True"),
    ({"most_later": "4"}, "most_later: must be a whole number of quarters from 0 to 40, found '4'"),
    ({"seconds": 0}, "seconds: must be a number above 0, found 0"),
    ({"seconds": -1.5}, "seconds: must be a number above 0, found -1.5"),
    ({"seconds": nan}, "seconds: must be a number above 0, found nan"),
    ({"seconds": "10"}, "seconds: must be a number above 0, found '10'"),
    ({"most_later": None, "seconds": None},
     "most_later: must be a whole number of quarters from 0 to 40, found None\n"
     "seconds: must be a number above 0, found None"),
])  # fmt: skip
def test_a_wrong_limit_is_refused(toy, wrong, message):
    with pytest.raises(FaultyInput) as caught:
        level(*toy, **wrong)
    assert str(caught.value) == message


def test_another_thing_to_lower_is_refused(toy):
    with pytest.raises(UnknownName, match="no thing to lower 'runing'; nearest: running; there are: load, running"):
        level(*toy, "runing")


# the checker: from the levers of a plan alone, by the model


def profile(programme, story, lower):
    """Return what falls or how many run in each quarter, by quarter."""
    if lower == "load":
        table = bn.phase_investment(programme, story)
        return table.groupby("quarter")["amount_bn_vnd"].sum().to_dict()
    phases = project_schedule(programme, story)
    quarters = {(row.project_id, number) for row in phases.itertuples() for number in range(row.first, row.last + 1)}
    return Counter(quarter_name(number) for _, number in quarters)


def periods(programme, story):
    phases = project_schedule(programme, story).groupby("project_id")
    return pd.DataFrame({"first": phases["first"].min(), "last": phases["last"].max()})


def check(programme, story, plan):
    """Assert that a plan is what it says, and keeps the rules of `level`."""
    levelled = move_levers(story, plan.levers)
    for told, setting in ((plan.quarters["before"], story), (plan.quarters["after"], levelled)):
        found = profile(programme, setting, plan.lower)
        assert dict(zip(plan.quarters["quarter"], told, strict=True)) == pytest.approx(
            {quarter: found.get(quarter, 0) for quarter in plan.quarters["quarter"]}, abs=1e-6
        )
        assert {quarter for quarter, much in found.items() if much > 1e-6} <= set(plan.quarters["quarter"])
    assert max(profile(programme, levelled, plan.lower).values(), default=0) == pytest.approx(plan.after)
    assert max(profile(programme, story, plan.lower).values(), default=0) == pytest.approx(plan.before)
    assert plan.bound <= plan.after <= plan.before * (1 + 1e-9)
    assert plan.gap_share == pytest.approx(plan.after / plan.bound - 1 if plan.bound else 0, abs=1e-12)
    check_moves(programme, story, levelled, plan)
    check_rest(programme, story, levelled)


def check_moves(programme, story, levelled, plan):
    was, now, later = periods(programme, story), periods(programme, levelled), moves(plan)
    since = quarter_number(story.values["phasing.delay_from"])
    printed = programme.project_phases.groupby("project_id")["start"].min()
    for key in was.index:
        shift = later.get(key, 0)
        assert now.loc[key, "first"] - was.loc[key, "first"] == shift
        assert now.loc[key, "last"] - was.loc[key, "last"] == (0 if plan.keep_end else shift)
    assert all(0 < shift <= plan.most_later and was.loc[key, "first"] >= since for key, shift in later.items())
    assert not any(quarter_number(printed[key]) < since for key in later if isinstance(printed[key], str))
    names = plan.moved.set_index("project_id")
    for key in later:
        told = names.loc[key, ["start_before", "end_before", "start_after", "end_after"]].tolist()
        assert told == [quarter_name(int(number)) for number in (*was.loc[key], *now.loc[key])]
    parts = {"delay_quarters", "stretch"} if plan.keep_end else {"delay_quarters"}
    assert set(plan.levers) == {f"projects.{key}.{part}" for key in later for part in parts}


def check_rest(programme, story, levelled):
    slack = [precedence_slack(programme, one)["slack_quarters"].dropna() for one in (story, levelled)]
    assert (slack[1] >= slack[0].clip(upper=0)).all()
    pd.testing.assert_frame_equal(task_schedule(programme, story), task_schedule(programme, levelled))
    costs = [
        bn.phase_investment(programme, one).groupby("project_id")["amount_bn_vnd"].sum() for one in (story, levelled)
    ]
    pd.testing.assert_series_equal(*costs, rtol=1e-9)


# against every plan that there is: one project that has begun and three that may move


@st.composite
def programmes(draw):
    """Draw periods as quarters from 2026Q1 on, costs that may be blank, and pairs that make no circle."""
    spans = [(-2, draw(st.integers(0, 5)))]
    for _ in range(3):
        first = draw(st.integers(0, 3))
        spans.append((first, first + draw(st.integers(0, 5))))
    costs = draw(st.lists(st.none() | st.integers(1, 60), min_size=4, max_size=4))
    order = draw(st.permutations(["projects:I.1", "projects:I.2", "projects:I.3", "projects:I.4", "tasks:I.2"]))
    forward = [(one, other) for place, one in enumerate(order) for other in order[place + 1 :]]
    chosen = draw(st.lists(st.sampled_from(forward), unique=True, max_size=3))
    return spans, costs, [(*pair, draw(st.sampled_from(["finish_start", "finish_finish"]))) for pair in chosen]


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Four projects to replace in memory: reading takes longer than what is tested."""
    folder = tmp_path_factory.mktemp("four")
    rows = [(f"I.{number}", "public", "1", "2026", "roads_bridges", "") for number in range(1, 5)]
    write_toy(
        folder,
        projects=[project_row(*row) for row in rows],
        project_phases=[phase_row(row[0], "2026Q1", "2026Q4") for row in rows],
        project_groups=[],
    )
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


def drawn(programme, drawing):
    spans, costs, pairs = drawing
    start, end = ([quarter_name(8104 + span[side]) for span in spans] for side in (0, 1))
    return replace(
        programme,
        projects=programme.projects.assign(cost_bn_vnd=pd.array(costs, dtype="Float64").to_numpy(float, na_value=nan)),
        project_phases=programme.project_phases.assign(start=start, end=end),
        precedences=pd.DataFrame([pair_row(*pair, number) for number, pair in enumerate(pairs)])
        if pairs
        else programme.precedences,
    )


def slack_of(pair, spans):
    before, after, link = pair
    return (spans[after][0] - 1 if link == "finish_start" else spans[after][1]) - spans[before][1]


def all_plans(drawing, lower, most_later, keep_end):
    """Yield peak, quarters moved and how far down in the list, of every plan that keeps the rules."""
    spans, costs, pairs = drawing
    keys = [f"projects:I.{number}" for number in range(1, 5)]
    given = dict(zip(keys, spans, strict=True)) | {"tasks:I.2": (1, 1)}
    shifts = [
        [k for k in range(most_later + 1) if k == 0 or not keep_end or 2 * k <= last - first + 1]
        for first, last in spans[1:]
    ]
    for chosen in product([0], *shifts):
        moved = {
            key: (first + k, last if keep_end else last + k)
            for key, (first, last), k in zip(keys, spans, chosen, strict=True)
        }
        then = given | moved
        if any(slack_of(pair, then) < min(slack_of(pair, given), 0) for pair in pairs):
            continue
        height = Counter()
        for (first, last), cost in zip(moved.values(), costs, strict=True):
            for quarter in range(max(first, 0), last + 1):
                height[quarter] += 1 if lower == "running" else (cost or 0) / (last - first + 1)
        yield max(height.values()), sum(chosen), sum(place * k for place, k in enumerate(chosen))


@settings(max_examples=40)
@given(programmes(), st.sampled_from(["load", "running"]), st.integers(0, 3), st.booleans())
def test_no_plan_has_a_lower_peak_or_the_same_with_less_moved(four, drawing, lower, most_later, keep_end):
    programme, story = drawn(four[0], drawing), four[1]
    plan = level(programme, story, lower, most_later, keep_end, SECONDS)
    plans = list(all_plans(drawing, lower, most_later, keep_end))
    peak = min(plan[0] for plan in plans)
    fewest, down = min((quarters, -down) for height, quarters, down in plans if height < peak + 1e-7)
    assert (plan.after, plan.bound, plan.status) == (pytest.approx(peak), pytest.approx(peak), "optimal")
    places = [int(key[-1]) - 1 for key in plan.moved["project_id"]]
    assert plan.moved["later_quarters"].sum() == fewest
    assert plan.moved["later_quarters"].mul(places).sum() == -down
    check(programme, story, plan)


# the real programme


@pytest.fixture(scope="module")
def levelled():
    """Levelled plans of the programme, each solved once."""
    plans = {}

    def solve(lower, most_later, keep_end):
        key = lower, most_later, keep_end
        plans[key] = plans.get(key) or level(REAL, MIDDLE, *key, SECONDS)
        return plans[key]

    return solve


@pytest.mark.parametrize(("lower", "most_later", "keep_end"), [
    ("load", 4, False), ("load", 4, True), ("load", 8, False),
    ("running", 4, False), ("running", 4, True), ("running", 8, False), ("running", 8, True),
])  # fmt: skip
def test_a_levelled_programme_is_what_it_says(levelled, lower, most_later, keep_end):
    plan = levelled(lower, most_later, keep_end)
    check(REAL, MIDDLE, plan)
    assert (plan.status, plan.movable) == ("optimal", 32)  # 20 of 56 projects have begun in 2025, four are urgent
    assert plan.gap_share < 1e-9
    assert bn.read_scenario("middle", plan.levers).values == move_levers(MIDDLE, plan.levers).values


def test_by_four_quarters_five_of_fifty_five_projects_leave_2026(levelled):
    # all but I.7 run in 2026, 55; five end with it, so with I.7 51 run in 2027Q1 and Q2, then III.30 has ended: 50.
    # No less by four quarters: what moves out of 2026 runs in 2027. Five leave 2026, by four each; I.7 the first half
    # of 2027; of those that may go the last five of the list
    plan = levelled("running", 4, False)
    assert (plan.before, plan.after, plan.bound) == (55, 50, 50)
    assert moves(plan) == {"I.7": 2, "III.25": 4, "III.26": 4, "III.27": 4, "III.28": 4, "III.29": 4}


def test_by_eight_quarters_ten_leave_2026_and_five_2027(levelled):
    # four of the 50 end with 2027: 46 in 2028, of which only I.7 may leave, by eight. 45 in 2027 then needs five more
    # absent in its first half and four in its second, and 45 in 2026 ten in all: 8 + 4 x 8 + 6 + 5 x 4
    plan = levelled("running", 8, False)
    assert (plan.before, plan.after, plan.bound) == (55, 45, 45)
    assert plan.moved["later_quarters"].sum() == 66


def test_by_four_quarters_the_money_of_2026_falls_to_that_of_2027(levelled):
    # 2026 needs 52,543.4 a quarter. III.26, 186,966 in 16 quarters, is 11,685.4 of it; what may not leave 2027Q2 is
    # all but I.7, 48,448.5, so I.7 starts when III.30 has ended
    plan = levelled("load", 4, False)
    assert (plan.before, plan.after) == (pytest.approx(52_543.4, abs=0.05), pytest.approx(48_448.5, abs=0.05))
    assert moves(plan) == {"I.7": 2, "III.26": 4}
    quarters = plan.quarters.set_index("quarter")
    assert (quarters["before"] - quarters["after"])["2026Q1"] == pytest.approx(186_966 / 16)


@pytest.mark.parametrize(("lower", "keep_end"), [("load", False), ("running", False), ("running", True)])
def test_more_room_gives_no_higher_peak(levelled, lower, keep_end):
    assert levelled(lower, 8, keep_end).after <= levelled(lower, 4, keep_end).after


def test_to_keep_ends_gives_no_lower_peak_of_money(levelled):
    assert levelled("load", 4, False).after <= levelled("load", 4, True).after


@pytest.mark.parametrize(("lower", "keep_end"), [("load", True), ("running", False)])
def test_the_same_question_gets_the_same_answer(levelled, lower, keep_end):
    again, plan = level(REAL, MIDDLE, lower, 4, keep_end, SECONDS), levelled(lower, 4, keep_end)
    pd.testing.assert_frame_equal(again.quarters, plan.quarters, check_exact=True)
    pd.testing.assert_frame_equal(again.moved, plan.moved, check_exact=True)
    assert (again.levers, again.after, again.bound) == (plan.levers, plan.after, plan.bound)


LOWEST = (
    44_250.662  # of load with eight quarters and ends kept, solved to its end once: half a minute of a slow machine
)


def test_a_solver_stopped_at_once_leaves_the_scenario_and_says_so():
    plan = level(REAL, MIDDLE, "load", 8, keep_end=True, seconds=1e-9)
    assert (plan.status, plan.levers, plan.after) == ("time_limit", {}, plan.before)
    assert 0 < plan.bound <= LOWEST
    check(REAL, MIDDLE, plan)


def test_a_solver_stopped_on_its_way_has_a_plan_that_keeps_the_rules_and_a_sound_bound():
    plan = level(REAL, MIDDLE, "load", 8, keep_end=True, seconds=0.5)
    check(REAL, MIDDLE, plan)
    assert plan.bound <= LOWEST <= plan.after + 0.001
    assert plan.status == "time_limit"


def test_without_a_limit_of_time_the_solver_finishes(toy):
    assert level(*toy, "load", 4, seconds=inf).status == "optimal"


STORIES = st.fixed_dictionaries(
    {},
    optional={
        "projects.*.delay_quarters": st.integers(-4, 6),
        "projects.capital_source:off_budget.delay_quarters": st.integers(-8, 8),
        "projects.capital_source:public.stretch": st.floats(-40, 60),
        "projects.III.10.stretch": st.floats(-60, 60),
        "projects.II.1.stretch": st.floats(-30, 30),
        "projects.sector:airport.dropped": st.booleans(),
        "projects.*.overrun": st.floats(-20, 50),
        "projects.*.profile": st.sampled_from(["front", "s_curve"]),
        "phasing.delay_from": st.sampled_from(["2024Q4", "2025Q1", "2026Q1", "2026Q3", "2027Q1", "2060Q1"]),
        "tasks.*.delay_quarters": st.integers(-2, 4),
    },
)


@settings(max_examples=15)
@given(STORIES, st.sampled_from(["load", "running"]), st.integers(1, 3), st.booleans())
def test_whatever_the_scenario_a_plan_keeps_the_rules(moved, lower, most_later, keep_end):
    story = move_levers(MIDDLE, moved)
    check(REAL, story, level(REAL, story, lower, most_later, keep_end, seconds=0.3))
