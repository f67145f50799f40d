"""Pictures of time draw each period where its quarters are, and say what collides and what must wait."""

import re

import pytest

import bnplan_lib as bn
from bnplan_lib.analysis.presence import presence
from bnplan_lib.figures.lanes import members, used_classes
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.waiting import goal_line, order_line, waiting_lines
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_number

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
LATE = bn.read_scenario("airport_late")
F = bn.figures


def plain(text):
    """Text without markup and with ordinary blanks."""
    return re.sub(r"<[^>]+>", " ", text).replace("\N{NO-BREAK SPACE}", " ")


def lane_names(figure):
    return dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))


def bars(figure):
    """Return the bars of each lane as (begin, end) in years, by the row that the lane's label begins with."""
    names = lane_names(figure)
    found = {}
    for trace in figure.select_traces({"type": "bar"}):
        for height, begin, length in zip(trace.y, trace.base, trace.x, strict=True):
            row = names[round(height)].split("  ")[0]
            found.setdefault(row, []).append((begin, begin + length))
    return found


def traces(figure, name):
    return next(figure.select_traces({"name": name}))


def test_a_lane_holds_the_quarters_of_its_project():
    drawn = bars(F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en"))
    assert len(drawn) == 56
    assert drawn["I.7"] == [(2027, 2031)]
    assert drawn["III.30"] == [(2025.75, 2027.5)]


def test_two_phases_that_run_at_once_share_a_lane_side_by_side():
    figure = F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en")
    ppp = traces(figure, "Public-private partnership")
    numbers = next(figure.select_traces(lambda trace: trace.text is not None and "1" in trace.text))
    airport = [place for place, hover in enumerate(ppp.customdata) if "phase" in hover]
    own = [place for place, height in enumerate(numbers.y) if height in {ppp.y[place] for place in airport}]
    assert [numbers.text[place] for place in own] == ["1", "2"]
    one, other = (ppp.y[place] for place in airport)
    assert round(one) == round(other)
    assert other - one >= max(ppp.width[place] for place in airport)


def test_a_late_airport_moves_in_its_lane_and_leaves_a_line_where_it_was():
    figure = F.project_gantt(PROGRAMME, LATE, "2026Q4", "en")
    assert bars(figure)["II.2"] == [(2028, 2030)]  # printed 2026-2027, two years late
    line = traces(figure, "As printed")
    height = next(height for height, name in lane_names(figure).items() if name.startswith("II.2 "))
    assert (2026.0, 2028.0) in [
        (line.x[place], line.x[place + 1]) for place, y in enumerate(line.y) if y and height < y < height + 1
    ]


def test_the_programme_as_printed_has_no_line_of_what_was():
    names = {trace.name for trace in F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en").data}
    assert "As printed" not in names


def test_milestones_are_drawn_where_they_are_printed():
    marks = traces(F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en"), "Printed milestone")
    assert list(marks.x) == [2029.25, 2035.25]  # the ends of the first quarters of 2029 and 2035


def test_lanes_stand_under_the_heading_of_their_class():
    figure = F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en", "corridor")
    names = list(lane_names(figure).values())
    place = names.index("<b>Khuôn Thần</b>")
    assert [name.split("  ")[0] for name in names[place + 1 : place + 4]] == ["III.5", "III.6", "III.7"]


def test_hover_tells_cost_period_as_printed_and_row():
    figure = F.project_gantt(PROGRAMME, MIDDLE, "2026Q4", "en")
    told = next(text for trace in figure.data for text in trace.customdata or [] if "Kim Chân" in text)
    assert "printed: 2026-2030" in told
    assert plain(told).endswith("Appendix III, row I.5")
    assert "bn VND" in plain(told)


def test_a_moved_task_moves_in_its_lane():
    late = move_levers(MIDDLE, {"tasks.II.7.delay_quarters": 4})
    assert bars(F.task_gantt(PROGRAMME, late, "2026Q4", "en"))["II.7"] == [(2027.75, 2028.25)]


def test_the_line_of_the_reader_stands_at_the_beginning_of_the_quarter():
    figure = F.task_gantt(PROGRAMME, MIDDLE, "2027Q3", "en")
    assert [line.x0 for line in figure.layout.shapes if line.line.dash == "dot"] == [2027.5]


def test_running_at_once_stacks_what_the_count_says():
    figure = F.running_at_once(PROGRAMME, MIDDLE, "en")
    table = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")
    at = list(traces(figure, "Projects").x).index((quarter_number("2026Q2") + 0.5) / 4)
    assert [traces(figure, name).y[at] for name in ("Projects", "Tasks")] == [55, 16]
    assert traces(figure, "Money").y[at] == pytest.approx(table["load_bn_vnd"]["2026Q2"] / 1000)


def test_running_at_once_can_show_one_class_alone():
    figure = F.running_at_once(PROGRAMME, MIDDLE, "en", ("corridor", "khuon_than"))
    assert max(traces(figure, "Projects").y) == 3
    assert sum(traces(figure, "Tasks").y) == 0


def test_a_class_of_which_nothing_runs_is_said_to_be_empty():
    gone = move_levers(MIDDLE, {f"projects.III.{row}.dropped": True for row in (5, 6, 7)})
    figure = F.running_at_once(PROGRAMME, gone, "en", ("corridor", "khuon_than"))
    assert figure.layout.meta["title"] == "Nothing runs"


def test_the_standing_table_counts_what_should_be_over():
    told = plain(F.standing_table(PROGRAMME, MIDDLE, "2026Q4", "en").data)
    # of 21 tasks all but II.4, II.5, II.7 to II.9, III.5 and IV.1 end by Q3 2026
    assert re.search(r"Should be over before Q4 2026\s+14 tasks", told)
    assert "IV.2 Commune military and militia scheme (to Q3 2026)" in told


def test_peaks_name_the_quarter_and_who_is_in_it():
    told = plain(F.peak_table(PROGRAMME, MIDDLE, "corridor", "en").data)
    row = re.search(r"Gia Bình airport and what serves it\s+6 projects(.*?)Khuôn Thần", told, re.S)[1]
    assert "II.6 Gia Bình free-trade zone (FTZ)" in row
    assert "Q1 2026" in row


def test_the_grid_counts_what_runs_of_each_class():
    figure = F.class_grid(PROGRAMME, MIDDLE, "corridor", "en")
    row = list(figure.layout.yaxis.ticktext).index("Ring Road 5")
    cells = {x: text for x, y, text in zip(figure.data[0].x, figure.data[0].y, figure.data[0].text, strict=True)
             if y == row}  # fmt: skip
    assert cells[2026.125] == "2"  # I.13 from 2026 to 2031 and I.14 from 2026 to 2030
    assert len(cells) == 20


def test_the_matrix_counts_pairs_within_a_corridor_on_its_diagonal():
    figure = F.meeting_matrix(PROGRAMME, MIDDLE, "corridor", "en")
    names = [name.rpartition("  ")[0] for name in figure.layout.yaxis.ticktext]
    cells = {(names[y], names[x]): text for x, y, text in zip(*(figure.data[0][key] for key in "xy"),
                                                               figure.data[0].text, strict=True)}  # fmt: skip
    assert cells["Khuôn Thần", "Khuôn Thần"] == "3"  # III.5, III.6 and III.7, two by two
    assert cells["Ring Road 5", "Ring Road 4"] == "2"  # I.11 with I.13 and with I.14


def test_bodies_are_counted_with_a_word_of_caution():
    told = F.meeting_matrix(PROGRAMME, MIDDLE, "agency", "en").layout.meta["subtitle"]
    assert "counts whole for every body that leads the order over it" in told


def test_public_money_is_the_load_of_public_projects():
    figure = F.public_money(PROGRAMME, MIDDLE, "en")
    spent = bn.phase_investment(PROGRAMME, MIDDLE).merge(PROGRAMME.projects, left_on="project_id", right_on="id")
    public = spent[(spent["capital_source"] == "public") & (spent["quarter"] == "2027Q1")]["amount_bn_vnd"].sum()
    drawn = sum(trace.y[list(trace.x).index(2027.125)] for trace in figure.data)
    assert drawn == pytest.approx(public)


def test_the_fullest_bodies_are_the_first_of_the_grid():
    figure = F.workload_grid(PROGRAMME, MIDDLE, "en")
    assert figure.layout.meta["title"] == "3 bodies lead 3 tasks at once"
    assert list(figure.layout.yaxis.ticktext)[-3:] == ["Home Affairs", "Agriculture and Environment", "Finance"]


def test_beside_the_grid_stands_what_each_body_has_in_all():
    figure = F.workload_grid(PROGRAMME, MIDDLE, "en")
    columns = [list(trace.text) for trace in figure.data if trace.mode == "text"]
    place = list(figure.layout.yaxis.ticktext).index("Home Affairs")
    # tasks I.1 II.3 II.4 II.5 IV.1; orders 1.8 5.4 and the schools of 5.2, joined 5.5 5.6 5.7; one target
    assert [column[place] for column in columns] == ["5", "3", "3", "1"]


def test_a_slip_pushes_the_chain_to_the_goal():
    figure = F.precedence_chart(PROGRAMME, MIDDLE, {"tasks:II.6": 10}, "en")
    # II.6 ends in 2029Q1, so II.7 takes 2029Q2-Q3, II.9 2029Q4, II.4 2030Q1-Q2; the city was due in 2029Q4
    assert figure.layout.meta["title"] == "After the slip “Centrally-run city” comes 2 quarters too late"
    pushed = traces(figure, "Where it is pushed to")
    names = lane_names(figure)
    ends = {names[y]: begin + length for y, begin, length in zip(pushed.y, pushed.base, pushed.x, strict=True)}
    assert ends["task II.4  Scheme founding Bắc Ninh city"] == 2030.5


def test_a_small_slip_pushes_others_and_not_the_goal():
    # II.6 ends in 2027Q1: II.5 ends with it, II.7 begins after it and II.8 ends with that; II.9 of 2028Q2 stays
    title = F.precedence_chart(PROGRAMME, MIDDLE, {"tasks:II.6": 2}, "en").layout.meta["title"]
    assert title == "The slip pushes 3 other items"


def test_a_slip_of_what_nothing_waits_for_moves_nothing_else():
    title = F.precedence_chart(PROGRAMME, MIDDLE, {"tasks:II.3": 0, "projects:II.2": 1}, "en").layout.meta["title"]
    assert title == "Slack swallows the slip: nothing else moves"


def test_a_goal_that_is_late_anyway_is_not_blamed_on_the_slip():
    late = move_levers(MIDDLE, {"tasks.II.4.delay_quarters": 6})
    title = F.precedence_chart(PROGRAMME, late, {"tasks:II.3": 1}, "en").layout.meta["title"]
    assert title == "The slip pushes 1 other item"  # II.5, which waits for it


@pytest.mark.parametrize("levers", [
    {"projects.III.10.dropped": True}, {"projects.capital_source:ppp.dropped": True},
    {"projects.capital_source:public.dropped": True}, {"projects.*.delay_quarters": 40},
    {"tasks.*.delay_quarters": 60},
])  # fmt: skip
def test_a_scenario_that_leaves_a_kind_of_bar_without_items_is_drawn(levers):
    story = move_levers(MIDDLE, levers)
    assert F.project_gantt(PROGRAMME, story, "2026Q4", "en").data
    assert F.task_gantt(PROGRAMME, story, "2026Q4", "vi").data
    assert F.workload_grid(PROGRAMME, story, "en").data


def test_a_doubtful_pair_is_named_and_not_said_to_be_wrong():
    said = order_line(PROGRAMME, MIDDLE, speak("en"))
    assert said.startswith("To be made clear, out of order by one reading: project II.1")
    assert "project II.6" in said


def test_an_end_that_is_not_printed_is_said_to_be_assumed():
    told = plain(F.standing_table(PROGRAMME, MIDDLE, "2026Q4", "en").data)
    assert "III.13 Trung Kênh port cluster (no end printed, taken as Q4 2030)" in told


def test_what_belongs_to_no_class_has_a_row_of_its_own():
    figure = F.class_grid(PROGRAMME, MIDDLE, "place", "en")
    assert figure.layout.yaxis.ticktext[0] == "Not assigned"


def test_money_says_that_it_is_spread_and_no_plan_of_payments():
    even, curved = MIDDLE, move_levers(MIDDLE, {"projects.*.profile": "s_curve"})
    told = [F.running_at_once(PROGRAMME, story, "en").layout.meta["subtitle"] for story in (even, curved)]
    assert ["spread evenly" in text for text in told] == [True, False]
    assert all("not a plan of payments" in text for text in told)


def test_what_each_item_may_slip_stands_on_the_right():
    figure = F.precedence_chart(PROGRAMME, MIDDLE, {}, "en")
    words = dict(zip(lane_names(figure).values(), figure.layout.yaxis2.ticktext, strict=True))
    assert words["task II.4  Scheme founding Bắc Ninh city"] == "4 quarters left"  # ends 2028Q4, due 2029Q4
    assert words["project II.2  Gia Bình airport – Hà Nội road"] == ""  # the goal does not wait for it


def test_every_pair_has_its_basis_and_reason_in_the_table():
    rows = F.precedence_chart(PROGRAMME, MIDDLE, {}, "en").layout.meta["table"]["rows"]
    assert len(rows) == len(PROGRAMME.precedences)
    assert all(row[4].startswith(("stated, ", "inferred, ")) and row[5] and row[6] for row in rows)


def test_the_levelled_figure_holds_before_after_and_bound():
    figure = F.levelled_bars(PROGRAMME, MIDDLE, "running", 4, "en")
    assert max(traces(figure, "As the scenario has it").y) == 55
    assert max(traces(figure, "With staggered starts").y) == 50
    assert set(traces(figure, "No plan under the same rules peaks lower").y) == {50}
    assert "No plan under these rules peaks lower" in figure.layout.meta["subtitle"]


def test_levelling_that_cannot_help_says_so():
    figure = F.levelled_bars(PROGRAMME, MIDDLE, "load", 0, "en")
    assert figure.layout.meta["title"] == "No later start lowers the peak"
    assert figure.layout.meta["table"]["rows"] == []


def test_the_headline_says_what_is_left_before_the_goal():
    said = goal_line(PROGRAMME, MIDDLE, speak("en"))
    assert said.startswith("The chain to “Centrally-run city” ends 4 quarters before its date; ")


@pytest.mark.parametrize(("quarters", "told"), [
    (4, "has no slack: a quarter lost there is a quarter lost at the goal."),
    (5, "comes 1 quarter too late."),
])  # fmt: skip
def test_a_late_scheme_uses_up_the_slack_and_then_the_goal(quarters, told):
    late = move_levers(MIDDLE, {"tasks.II.4.delay_quarters": quarters})
    assert goal_line(PROGRAMME, late, speak("en")).endswith(told)


def test_live_lines_show_the_pairs_that_a_shift_puts_out_of_order():
    late = move_levers(MIDDLE, {"tasks.II.6.delay_quarters": 1})
    told = plain(waiting_lines(PROGRAMME, late, "en"))
    assert re.search(r"task II.6 .*?task II.7 .*?\s0\s+−1\s", told)


def test_members_and_classes_agree_with_what_runs():
    say = speak("en")
    found = presence(PROGRAMME, MIDDLE).items
    keys = set(found["table"] + ":" + found["id"])
    assert set(members(PROGRAMME, None)) == keys
    for by in ("sector", "agency", "group"):
        for name in used_classes(PROGRAMME, by, say):
            assert set(members(PROGRAMME, (by, name))) <= keys, name
