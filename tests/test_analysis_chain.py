"""What a slip does to the rest and how far each item may slip: by hand, by law, and on the printed programme."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import RATES, phase_row, project_row, target_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.chain import goal_of, margins, pairs_of, propagate
from bnplan_lib.errors import FaultyInput, UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name, quarter_number

REAL = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
GOAL = "targets:text.I.3.central_city"


def pair_row(before, after, link="finish_start", number=0):
    (before_table, before_id), (after_table, after_id) = before.split(":"), after.split(":")
    return {
        "id": f"pair-{chr(97 + number)}", "before_table": before_table, "before_id": before_id,
        "after_table": after_table, "after_id": after_id, "link": link, "basis": "stated", "confidence": "certain",
        "reason_vi": "a", "reason_en": "a", "source": "section-2:4.1",
    }  # fmt: skip


def printed(start, end):
    one, other = (f"{('I', 'II', 'III', 'IV')[int(quarter[5]) - 1]}/{quarter[:4]}" for quarter in (start, end))
    return f"Quý {one} - {other}"


def task_row(key, start, end):
    return {
        "id": key, "group": "I", "title_vi": key, "title_en": key, "label_vi": key, "label_en": key,
        "leads": "finance", "printed_period": printed(start, end), "start": start, "end": end,
        "source": f"appendix-2:{key}",
    }  # fmt: skip


# a diamond: I.1 before I.2 and the project II.1, both before I.3, which the goal of 2027 waits for
TASKS = [
    task_row("I.1", "2026Q1", "2026Q2"),
    task_row("I.2", "2026Q4", "2026Q4"),  # a quarter after I.1
    task_row("I.3", "2027Q2", "2027Q2"),  # a quarter after I.2, in the quarter after the project
    task_row("I.4", "2026Q1", "2026Q1"),  # beside the others
]
PROJECTS = [
    project_row("II.1", "ppp", "10", printed("2026Q2", "2027Q1"), "airport", ""),
    project_row("II.2", "ppp", "10", "Từ năm 2026", "airport", ""),
]
PHASES = [phase_row("II.1", "2026Q2", "2027Q1"), {**phase_row("II.2", "2026Q1", ""), "open_ended": "true"}]
TARGETS = [target_row(key, *bounds) for key, bounds in RATES.items()]
CITY = "targets:text.T.1.city"
CITY_ROW = {**target_row("text.T.1.city", 1, 1), "kind": "by_date"}
PAIRS = [
    ("tasks:I.1", "tasks:I.2"),
    ("tasks:I.2", "tasks:I.3"),
    ("tasks:I.1", "projects:II.1", "finish_finish"),
    ("projects:II.1", "tasks:I.3"),
    ("tasks:I.3", CITY, "finish_finish"),
]


def toy_of(folder, pairs, tasks=TASKS, goal_year=2027):
    write_toy(
        folder,
        tasks=tasks,
        projects=PROJECTS,
        project_phases=PHASES,
        project_groups=[],
        targets=[*TARGETS, {**CITY_ROW, "year": goal_year}],
        precedences=[pair_row(*pair, number=number) for number, pair in enumerate(pairs)],
    )
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_of(tmp_path_factory.mktemp("toy"), PAIRS)


def moved(programme, story, slips, column="moved_quarters"):
    return propagate(programme, story, slips).set_index("item")[column].to_dict()


def test_slack_in_between_swallows_a_slip(toy):
    # I.1 ends 2026Q3 instead of Q2: I.2 of 2026Q4 still starts in the quarter after
    assert moved(*toy, {"tasks:I.1": 1}) == {
        "tasks:I.1": 1, "tasks:I.2": 0, "projects:II.1": 0, "tasks:I.3": 0, CITY: 0,
    }  # fmt: skip


def test_what_slack_swallows_is_pushed_by_nothing(toy):
    assert propagate(*toy, {"tasks:I.1": 1})["pushed_by"].isna().all()


def test_a_slip_beyond_the_slack_pushes_the_rest_by_what_is_left(toy):
    # I.1 ends 2027Q1; I.2 then 2027Q2, two late; I.3 2027Q3, one late; the goal of 2027Q4 waits
    found = propagate(*toy, {"tasks:I.1": 3}).set_index("item")
    assert found["moved_quarters"].to_dict() == {
        "tasks:I.1": 3, "tasks:I.2": 2, "projects:II.1": 0, "tasks:I.3": 1, CITY: 0,
    }  # fmt: skip
    assert found.loc["tasks:I.2", ["start", "end", "end_then", "pushed_by"]].tolist() == [
        "2026Q4", "2026Q4", "2027Q2", "tasks:I.1",
    ]  # fmt: skip


def test_of_two_paths_the_longer_pushes(toy):
    # the project ends 2027Q2: I.3 starts a quarter later; I.2, on time, asks for nothing
    found = propagate(*toy, {"projects:II.1": 1}).set_index("item")
    assert found.loc["tasks:I.3", ["moved_quarters", "pushed_by"]].tolist() == [1, "projects:II.1"]


def test_what_must_end_together_moves_only_past_the_end(toy):
    # I.1 ends 2027Q2, a quarter after the project of 2027Q1; through it, I.3 would move one, through I.2 two
    found = propagate(*toy, {"tasks:I.1": 4}).set_index("item")
    assert found.loc["projects:II.1", "moved_quarters"] == 1
    assert found.loc["tasks:I.3", ["moved_quarters", "pushed_by"]].tolist() == [2, "tasks:I.2"]


def test_a_slip_of_its_own_may_be_more_than_a_push(toy):
    found = propagate(*toy, {"tasks:I.1": 3, "tasks:I.3": 4}).set_index("item").loc["tasks:I.3"]
    assert (found["own_slip"], found["moved_quarters"], found["end_then"]) == (4, 4, "2028Q2")


def test_the_goal_falls_as_late_as_the_last_before_it(toy):
    # I.3 of 2027Q2 five quarters late ends 2028Q3, three after the end of 2027
    found = propagate(*toy, {"tasks:I.3": 5}).set_index("item").loc[CITY]
    assert (found["moved_quarters"], found["end_then"]) == (3, "2028Q3")
    assert found[["start"]].isna().all()


def test_a_pair_that_is_broken_as_dated_is_counted_apart_from_the_slips(tmp_path):
    # I.3 of 2027Q2 before I.1 of 2026Q1: five quarters and one more, whether or not anything slips
    toy = toy_of(tmp_path, [("tasks:I.3", "tasks:I.1")])
    found = propagate(*toy, {"tasks:I.3": 2}).set_index("item").loc["tasks:I.1"]
    assert found[["needed_quarters", "moved_quarters", "caused_quarters"]].tolist() == [6, 8, 2]


def test_an_item_without_dates_binds_nothing_and_has_no_row(tmp_path):
    toy = toy_of(tmp_path, [("tasks:I.3", "projects:II.2"), ("projects:II.2", "tasks:I.1", "finish_finish")])
    assert moved(*toy, {"tasks:I.3": 9}) == {"tasks:I.3": 9, "tasks:I.1": 0}


def test_a_dropped_project_binds_nothing(toy):
    programme, story = toy
    without = move_levers(story, {"projects.II.1.dropped": True})
    assert "projects:II.1" not in moved(programme, without, {})
    assert moved(programme, without, {"tasks:I.2": 0})["tasks:I.3"] == 0


def test_a_slip_of_what_the_scenario_drops_is_refused(toy):
    programme, story = toy
    without = move_levers(story, {"projects.II.1.dropped": True})
    with pytest.raises(FaultyInput, match=r"slip of projects:II\.1: has no date, or is not in this scenario"):
        propagate(programme, without, {"projects:II.1": 9})


def test_a_delay_of_the_scenario_comes_before_the_slip(toy):
    # I.1 two quarters late by the scenario ends 2026Q4; one more, as slip, pushes I.2 from 2026Q4 to 2027Q2
    programme, story = toy
    late = move_levers(story, {"tasks.I.1.delay_quarters": 2})
    assert moved(programme, late, {"tasks:I.1": 1})["tasks:I.2"] == 2
    assert moved(programme, late, {"tasks:I.1": 1}, "caused_quarters")["tasks:I.2"] == 1


@pytest.mark.parametrize(("slips", "message"), [
    ({"tasks:I.9": 1}, "slip of tasks:I.9: no item of the precedence table; nearest: tasks:I.3; there are: projects:"),
    ({"tasks:I.4": 1}, "slip of tasks:I.4: no item of the precedence table"),
    ({"I.1": 1}, "slip of I.1: no item of the precedence table; nearest: tasks:I.1"),
    ({"tasks:I.1": -1}, "slip of tasks:I.1: must be a whole number of quarters from 0 to 80, found -1"),
    ({"tasks:I.1": 81}, "from 0 to 80, found 81"),
    ({"tasks:I.1": 1.0}, "from 0 to 80, found 1.0"),
    ({"tasks:I.1": True}, "from 0 to 80, found True"),
    ({"tasks:I.1": "2"}, "from 0 to 80, found '2'"),
    ({"tasks:I.1": None}, "from 0 to 80, found None"),
])  # fmt: skip
def test_a_wrong_slip_is_refused(toy, slips, message):
    with pytest.raises(FaultyInput) as caught:
        propagate(*toy, slips)
    assert message in str(caught.value)


def test_all_wrong_slips_are_listed_at_once(toy):
    with pytest.raises(FaultyInput, match="slip of ") as caught:
        propagate(*toy, {"tasks:I.9": 1, "tasks:I.1": -1, "tasks:I.2": 0.5})
    assert len(caught.value.faults) == 3


def test_the_longest_slip_is_taken(toy):
    assert moved(*toy, {"tasks:I.3": 80})[CITY] == 78


def test_margins_by_hand(toy):
    # I.3 may end 2027Q4: 2. I.2 and the project then in 2027Q3: 3 and 2. I.1 in 2027Q2 for I.2, 2027Q3 for the project
    found = margins(*toy).set_index("item")
    assert found["latest_end"].to_dict() == {
        "tasks:I.3": "2027Q4", "projects:II.1": "2027Q3", "tasks:I.2": "2027Q3", "tasks:I.1": "2027Q2",
    }  # fmt: skip
    assert found["margin_quarters"].tolist() == [2, 2, 3, 4]


def test_the_critical_chain_follows_the_least_margin_back_from_the_goal(toy):
    # from I.3 to the project, which has 2 quarters and not 3 as I.2; I.1 is held by I.2 and not by the project
    found = margins(*toy)
    assert found.loc[found["critical"], "item"].tolist() == ["tasks:I.3", "projects:II.1"]


def test_a_broken_pair_draws_the_critical_chain_to_it(tmp_path):
    # the goal is 2027Q4: I.2 of 2026Q1 has 7 quarters, I.3 of 2026Q2 has 6; but I.1, which should end before I.2
    # starts and ends in 2026Q2, has to end by 2027Q3: 5
    tasks = [task_row("I.1", "2026Q1", "2026Q2"), task_row("I.2", "2026Q1", "2026Q1")]
    tasks += [task_row("I.3", "2026Q2", "2026Q2")]
    pairs = [("tasks:I.1", "tasks:I.2"), ("tasks:I.2", CITY, "finish_finish"), ("tasks:I.3", CITY, "finish_finish")]
    found = margins(*toy_of(tmp_path, pairs, tasks)).set_index("item")
    assert found["margin_quarters"].to_dict() == {"tasks:I.1": 5, "tasks:I.3": 6, "tasks:I.2": 7}
    assert found["critical"].to_dict() == {"tasks:I.1": True, "tasks:I.3": False, "tasks:I.2": True}


def test_of_equal_margins_the_later_is_critical(tmp_path):
    # I.2 of 2027Q2 has two quarters to the end of 2027: so has I.1, which ends the quarter before, and I.3, with it
    tasks = [task_row("I.1", "2027Q1", "2027Q1"), task_row("I.2", "2027Q2", "2027Q2")]
    tasks += [task_row("I.3", "2027Q2", "2027Q2")]
    pairs = [("tasks:I.1", "tasks:I.2"), ("tasks:I.3", "tasks:I.2", "finish_finish")]
    pairs += [("tasks:I.2", CITY, "finish_finish")]
    found = margins(*toy_of(tmp_path, pairs, tasks)).set_index("item")
    assert set(found["margin_quarters"]) == {2}
    assert found["critical"].to_dict() == {"tasks:I.2": True, "tasks:I.3": True, "tasks:I.1": False}


def test_an_item_that_a_pair_beside_the_chain_holds_is_not_critical(tmp_path):
    # I.3 has two quarters and would let I.1 end in 2027Q3; I.2 takes three quarters and needs I.1 by 2027Q1
    tasks = [task_row("I.1", "2026Q1", "2026Q2"), task_row("I.2", "2026Q3", "2027Q1")]
    tasks += [task_row("I.3", "2027Q2", "2027Q2")]
    pairs = [("tasks:I.1", "tasks:I.2"), ("tasks:I.1", "tasks:I.3")]
    pairs += [("tasks:I.2", CITY, "finish_finish"), ("tasks:I.3", CITY, "finish_finish")]
    found = margins(*toy_of(tmp_path, pairs, tasks)).set_index("item")
    assert found["margin_quarters"].to_dict() == {"tasks:I.3": 2, "tasks:I.2": 3, "tasks:I.1": 3}
    assert found["critical"].to_dict() == {"tasks:I.3": True, "tasks:I.2": False, "tasks:I.1": False}


def test_a_goal_that_is_too_late_as_dated_has_negative_margins(tmp_path):
    # the goal at the end of 2026: I.3 of 2027Q2 is two late; what comes before it shares that
    toy = toy_of(tmp_path, PAIRS, goal_year=2026)
    found = margins(*toy).set_index("item")["margin_quarters"].to_dict()
    assert found == {"tasks:I.3": -2, "projects:II.1": -2, "tasks:I.2": -1, "tasks:I.1": 0}
    assert moved(*toy, {})[CITY] == 2


def test_any_dated_item_that_others_come_before_may_be_the_goal(toy):
    # I.3 keeps 2027Q2: I.2 and the project may end in 2027Q1
    found = margins(*toy, "tasks:I.3").set_index("item")["margin_quarters"]
    assert found.to_dict() == {"projects:II.1": 0, "tasks:I.2": 1, "tasks:I.1": 2}


@pytest.mark.parametrize(("goal", "hint"), [
    ("targets:text.T.1.cities", "; nearest: targets:text.T.1.city"),
    ("tasks:I.1", "; nearest: tasks:I.3"),
    ("", ""),
])  # fmt: skip
def test_a_goal_that_nothing_leads_to_is_refused(toy, goal, hint):
    known = "projects:II.1, targets:text.T.1.city, tasks:I.2, tasks:I.3"
    with pytest.raises(UnknownName) as caught:
        margins(*toy, goal)
    assert str(caught.value) == f"no dated goal that others come before {goal!r}{hint}; there are: {known}"


def test_a_goal_without_dates_is_refused(tmp_path):
    toy = toy_of(tmp_path, [("tasks:I.1", "projects:II.2"), ("tasks:I.1", "tasks:I.2")])
    with pytest.raises(UnknownName, match=r"before 'projects:II\.2'; nearest: tasks:I\.2; there are: tasks:I\.2$"):
        margins(*toy, "projects:II.2")


def test_a_programme_without_a_dated_goal_has_no_margins(tmp_path):
    toy = toy_of(tmp_path, [("tasks:I.1", "tasks:I.2")])
    assert goal_of(toy[0]) is None
    assert margins(*toy).empty


def test_the_goal_is_the_first_target_of_the_table(tmp_path):
    assert goal_of(toy_of(tmp_path, PAIRS)[0]) == CITY
    assert goal_of(REAL) == GOAL


def test_without_pairs_nothing_moves(tmp_path):
    assert propagate(*toy_of(tmp_path, []), {}).empty


# laws on toy programmes of five tasks, each in pairs with later ones of a drawn order; dates and pairs are replaced
# in memory, as reading takes longer than what is tested
KEYS = [f"I.{number}" for number in range(1, 6)]


@st.composite
def programmes(draw):
    """Draw the first quarters and lengths of five tasks, and pairs that make no circle."""
    spans = draw(st.lists(st.tuples(st.integers(8104, 8115), st.integers(0, 3)), min_size=5, max_size=5))
    tasks = [
        task_row(key, quarter_name(first), quarter_name(first + more))
        for key, (first, more) in zip(KEYS, spans, strict=True)
    ]
    order = draw(st.permutations(KEYS))
    forward = [(f"tasks:{one}", f"tasks:{other}") for place, one in enumerate(order) for other in order[place + 1 :]]
    chosen = draw(st.lists(st.sampled_from(forward), unique=True, max_size=7))
    pairs = [(*pair, draw(st.sampled_from(["finish_start", "finish_finish"]))) for pair in chosen]
    ends = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1, max_size=2))
    pairs += [(f"tasks:{key}", CITY, "finish_finish") for key in ends]
    return tasks, [pair_row(*pair, number=number) for number, pair in enumerate(pairs)]


def drawn(toy, drawing, slips=()):
    """Return the drawn programme with its scenario, and of the slips those of items that stand in a pair."""
    tasks, pairs = map(pd.DataFrame, drawing)
    programme = replace(toy[0], tasks=tasks, precedences=pairs)
    known = {one for pair in pairs_of(programme) for one in (pair.before, pair.after)}
    return programme, toy[1], {key: slip for key, slip in dict(slips).items() if key in known}


slip_maps = st.dictionaries(st.sampled_from([f"tasks:{key}" for key in KEYS]), st.integers(0, 12))
few = settings(max_examples=25)


def spans_of(programme):
    rows = programme.tasks[["id", "start", "end"]].itertuples(index=False)
    spans = {f"tasks:{key}": (quarter_number(start), quarter_number(end)) for key, start, end in rows}
    return spans | {CITY: (None, quarter_number("2027Q4"))}


def slack_of(pair, spans):
    start, end = spans[pair.after]
    return (start - 1 if pair.link == "finish_start" else end) - spans[pair.before][1]


def longest_paths(programme, slips):
    """Return how far each item moves: of all paths that lead to it, the most that a slip is more than the slack."""
    spans, pairs = spans_of(programme), pairs_of(programme)

    def pushes(key):
        yield slips.get(key, 0)
        for pair in pairs:
            if pair.after == key:
                yield from (push - slack_of(pair, spans) for push in pushes(pair.before))

    return {key: max(pushes(key)) for pair in pairs for key in (pair.before, pair.after)}


@few
@given(programmes(), slip_maps)
def test_an_item_moves_by_the_longest_path_to_it(toy, drawing, slips):
    programme, story, slips = drawn(toy, drawing, slips)
    assert moved(programme, story, slips) == longest_paths(programme, slips)


@few
@given(programmes(), slip_maps, slip_maps)
def test_more_slip_moves_nothing_less(toy, drawing, slips, more):
    programme, story, slips = drawn(toy, drawing, slips)
    less = moved(programme, story, slips)
    further = moved(programme, story, {key: slip + more.get(key, 0) for key, slip in slips.items()})
    assert all(less[key] <= further[key] for key in less)


@few
@given(programmes())
def test_no_slip_causes_nothing(toy, drawing):
    programme, story, _ = drawn(toy, drawing)
    assert set(moved(programme, story, {}, "caused_quarters").values()) == {0}


@few
@given(programmes(), st.integers(0, 9))
def test_the_goal_is_late_by_what_a_slip_is_more_than_the_margin(toy, drawing, slip):
    programme, story, _ = drawn(toy, drawing)
    room = margins(programme, story).set_index("item")["margin_quarters"]
    late = moved(programme, story, {})[CITY]
    assert late == max(0, -room.min())
    for key, margin in room.items():
        assert moved(programme, story, {key: slip})[CITY] == max(late, slip - margin)


@few
@given(programmes(), slip_maps)
def test_after_the_moves_every_pair_holds(toy, drawing, slips):
    programme, story, slips = drawn(toy, drawing, slips)
    spans, far = spans_of(programme), moved(programme, story, slips)
    for pair in pairs_of(programme):
        assert slack_of(pair, spans) + far[pair.after] - far[pair.before] >= 0


@few
@given(programmes())
def test_the_critical_chain_holds_the_least_margin_and_starts_before_the_goal(toy, drawing):
    programme, story, _ = drawn(toy, drawing)
    found = margins(programme, story)
    chain = found[found["critical"]]
    assert chain["margin_quarters"].min() == found["margin_quarters"].min()
    assert any(pair.before in set(chain["item"]) for pair in pairs_of(programme) if pair.after == CITY)


# the real programme, from the periods printed in Appendix II, tasks II.3 to II.9 (lines 285-293 of the document)


def test_the_pair_that_cannot_wait_needs_four_years():
    # the free-trade zone, project II.6 of 2025-2026, would end with phase 1 of the airport, 2030
    needed = propagate(REAL, MIDDLE, {}).set_index("item")["needed_quarters"]
    assert needed[needed > 0].to_dict() == {"projects:II.6": 16}


def test_the_critical_chain_to_a_centrally_run_city():
    # before 2030 is by IV/2029. II.4, III-IV/2028, may end then: 4. It takes two quarters, so II.9 of II/2028 may end
    # II/2029: 4. II.7, which ends I/2027, by I/2029: 8; so may II.8, but that II.9 waits for it is less sure. II.7
    # takes two quarters, so II.6, which ends III/2026, by III/2028: 8
    found = margins(REAL, MIDDLE)
    chain = found[found["critical"]].set_index("item")
    assert chain["latest_end"].to_dict() == {
        "tasks:II.4": "2029Q4", "tasks:II.9": "2029Q2", "tasks:II.7": "2029Q1",
        "tasks:II.6": "2028Q3",
    }  # fmt: skip
    assert chain["margin_quarters"].tolist() == [4, 4, 8, 8]


def test_three_tasks_beside_the_chain_have_as_much_room_or_more():
    # II.5, III-IV/2026, by I/2029, before II.9: 9. It takes two quarters, so II.3, I-II/2026, by III/2028: 9
    found = margins(REAL, MIDDLE)
    beside = found[~found["critical"]].set_index("item")["margin_quarters"]
    assert beside.to_dict() == {"tasks:II.8": 8, "tasks:II.5": 9, "tasks:II.3": 9}


def test_five_quarters_lost_at_the_provincial_plan_are_one_at_the_city_scheme():
    # II.6 ends IV/2027: II.7 in I-II/2028, five late; II.8 ends with it: five; II.5 with II.6: four; II.9 in III/2028
    # and II.4 in IV/2028-I/2029, one late each, a year before 2030
    found = moved(REAL, MIDDLE, {"tasks:II.6": 5})
    late = {key: found[f"tasks:{key}"] for key in ("II.3", "II.5", "II.7", "II.8", "II.9", "II.4")}
    assert late == {"II.3": 0, "II.5": 4, "II.7": 5, "II.8": 5, "II.9": 1, "II.4": 1}
    assert found[GOAL] == 0


@pytest.mark.parametrize("key", margins(REAL, MIDDLE)["item"])
def test_an_item_that_slips_by_its_margin_keeps_the_goal_and_one_more_does_not(key):
    margin = int(margins(REAL, MIDDLE).set_index("item").loc[key, "margin_quarters"])
    assert [moved(REAL, MIDDLE, {key: slip})[GOAL] for slip in (margin, margin + 1)] == [0, 1]


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(propagate(REAL, MIDDLE, {})["item"].tolist()), st.integers(0, 80)))
def test_no_item_moves_by_more_than_the_longest_slip(slips):
    found = propagate(REAL, MIDDLE, slips)
    assert (found["moved_quarters"] >= found["own_slip"]).all()
    assert found["caused_quarters"].between(0, max(slips.values(), default=0)).all()
