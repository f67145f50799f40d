"""The calendar says every date of the programme once, in a form that any reader of RFC 5545 takes."""

import csv
import re
from datetime import UTC, date, datetime

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import DATA

from bnplan_lib.errors import ParameterError, PlanError
from bnplan_lib.figures.dates import Agenda, Entry, agenda
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.scenario import read_scenario
from bnplan_lib.report.dates import to_icalendar

STAMP = datetime(2026, 3, 31, tzinfo=UTC)
LATE = {"tasks.II.7.delay_quarters": 2, "projects.III.10.delay_quarters": 3}


def written(lang="en", levers=None, agencies=()):
    return to_icalendar(agenda(read_programme(), read_scenario("middle", levers), lang, agencies), STAMP)


def plain(text):
    """Read a calendar without the library: unfold, split, undo the escapes; one mapping an event, by UID."""
    events = {}
    for block in text.replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]:
        lines = block.partition("END:VEVENT")[0].split("\r\n")
        pairs = [line.partition(":") for line in lines if line]
        event = {name.partition(";")[0]: unescaped(value) for name, _, value in pairs}
        events[event["UID"]] = event
    return events


def unescaped(value):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def rows(path):
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days(events, uid):
    return events[uid]["DTSTART"], events[uid]["DTEND"]


def one(text):
    """Return the calendar of one entry with a text in each place that takes one."""
    day = date(2026, 4, 30)
    return to_icalendar(Agenda(text, (Entry("tasks-I.1", day, day, text, text, text, False),)), STAMP)


def test_every_row_with_a_date_has_its_entry_and_a_task_one_for_its_end():
    tasks = [f"tasks-{row['id']}" for row in rows("programme/tasks.csv")]
    orders = [f"directives-{row['id']}" for row in rows("programme/directives.csv") if row["due"]]
    targets = [f"targets-{row['id']}" for row in rows("programme/targets.csv") if row["kind"] == "by_date"]
    phases = [row for row in rows("programme/project_phases.csv") if row["milestone"] == "true"]
    milestones = [f"project_phases-{row['project_id']}-{row['phase']}" for row in phases]
    keys = [*tasks, *(f"{key}-due" for key in tasks), *orders, *targets, *milestones]
    assert sorted(re.findall(r"UID:(\S+)", written())) == sorted(f"{key}@bnplan" for key in keys)
    assert len(keys) == 21 + 21 + 1 + 4 + 2


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_library_reads_back_what_a_plain_reader_reads(lang):
    text = written(lang)
    events = [event for event in icalendar.Calendar.from_ical(text).walk("VEVENT") if not event.errors]
    told = {
        str(event["UID"]): (str(event["SUMMARY"]), str(event["DESCRIPTION"]), f"{event['DTEND'].dt:%Y%m%d}")
        for event in events
    }
    assert told == {uid: (one["SUMMARY"], one["DESCRIPTION"], one["DTEND"]) for uid, one in plain(text).items()}


# printed Quý IV/2026 - I/2027: from 1 October 2026 to 31 March 2027, the end excluded
def test_a_task_spans_its_quarters_and_is_due_on_the_last_day():
    events = plain(written())
    assert days(events, "tasks-II.7@bnplan") == ("20261001", "20270401")
    assert days(events, "tasks-II.7-due@bnplan") == ("20270331", "20270401")


# printed "trong tháng 4/2026": the last day of April, not of the quarter
def test_an_order_is_due_at_the_end_of_the_month_it_prints():
    assert days(plain(written()), "directives-III.1@bnplan") == ("20260430", "20260501")


# printed "Đến hết năm 2027"
def test_a_target_is_due_at_the_end_of_its_year():
    assert days(plain(written()), "targets-A.II.4@bnplan") == ("20271231", "20280101")


# printed "GD1: Quý I/2029 GD2: Quý I/2035"
def test_a_milestone_is_the_last_day_of_its_quarter():
    events = plain(written())
    assert days(events, "project_phases-III.10-1@bnplan") == ("20290331", "20290401")
    assert days(events, "project_phases-III.10-2@bnplan") == ("20350331", "20350401")


def test_a_scenario_moves_the_tasks_and_milestones_it_delays():
    events = plain(written(levers=LATE))
    assert days(events, "tasks-II.7@bnplan") == ("20270401", "20271001")
    assert days(events, "tasks-II.7-due@bnplan") == ("20270930", "20271001")
    assert days(events, "project_phases-III.10-1@bnplan") == ("20291231", "20300101")


def test_only_what_a_scenario_moves_says_so():
    moved = {uid for uid, event in plain(written(levers=LATE)).items() if "Moved by" in event["DESCRIPTION"]}
    assert moved == {
        f"{key}@bnplan"
        for key in ("tasks-II.7", "tasks-II.7-due", "project_phases-III.10-1", "project_phases-III.10-2")
    }


def test_a_dropped_project_has_no_milestone():
    uids = set(plain(written())) - set(plain(written(levers={"projects.III.10.dropped": True})))
    assert uids == {"project_phases-III.10-1@bnplan", "project_phases-III.10-2@bnplan"}


def test_an_entry_says_who_when_and_where_in_the_document():
    event = plain(written())["tasks-II.7-due@bnplan"]
    assert (event["SUMMARY"], event["CATEGORIES"]) == ("Due: II.7 General urban plan", "Economy")
    assert event["DESCRIPTION"].splitlines() == [
        "General urban plan of Bắc Ninh to 2050, vision to 2075",
        "Lead: Department of Construction",
        "Co-ordination: All departments, branches and agencies; People's Committees of communes and wards",
        "As printed: Quý IV/2026 - I/2027",
        "Programme 261/CTr-UBND, Appendix II, row II.7",
    ]


def test_a_milestone_names_the_order_behind_its_bodies_and_the_doubt_about_its_date():
    text = plain(written())["project_phases-III.10-1@bnplan"]["DESCRIPTION"]
    assert "Covered by order 1.4, led by: Department of Industry and Trade; " in text
    assert "read as the completion date, not certain" in text


def test_the_vietnamese_edition_names_tasks_and_bodies_in_vietnamese():
    event = plain(written("vi"))["tasks-II.7@bnplan"]
    assert event["SUMMARY"] == "II.7 Quy hoạch chung đô thị"
    assert "Sở Xây dựng" in event["DESCRIPTION"]
    assert event["CATEGORIES"] == "Kinh tế"


# Appendix II: rows II.2 and II.10 led, IV.1 among seven; all departments lead order III.1; Appendix I: A.II.4; 5.6
def test_a_body_has_what_it_leads_and_what_all_departments_lead():
    tasks = [f"tasks-{row}{end}" for row in ("II.2", "II.10", "IV.1") for end in ("", "-due")]
    keys = [*tasks, "directives-III.1", "targets-A.II.4", "targets-text.5.6.no_poor"]
    assert set(plain(written(agencies=["agriculture_environment"]))) == {f"{key}@bnplan" for key in keys}


def test_a_body_has_what_it_co_ordinates_by_name():
    helped = [row["id"] for row in rows("programme/tasks.csv") if "communes" in row["coordinates"].split(";")]
    tasks = {uid for uid in plain(written(agencies=["communes"])) if uid.startswith("tasks-")}
    assert tasks == {f"tasks-{row}{end}@bnplan" for row in helped for end in ("", "-due")}


def test_two_bodies_have_what_either_has():
    each = [set(plain(written(agencies=[one]))) for one in ("finance", "culture")]
    assert set(plain(written(agencies=["finance", "culture"]))) == each[0] | each[1]


def test_every_unknown_body_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match=r"agency finanse: no such body; nearest: finance[^\n]*\nagency cultur: "):
        written(agencies=["finanse", "cultur"])


def test_a_body_without_a_date_is_refused():
    with pytest.raises(PlanError, match="nothing dated is led or co-ordinated by people_committee"):
        written(agencies=["people_committee"])


def test_the_title_names_the_bodies_and_the_scenario_that_moved_something():
    story = read_scenario("middle", LATE)
    assert agenda(read_programme(), story, "en", ["construction"]).title == (
        f"Programme 261/CTr-UBND: deadlines and milestones – Construction – {story.title_en}"
    )


def test_all_days_are_shown_as_free_and_nothing_rings():
    text = written()
    assert text.count("TRANSP:TRANSPARENT\r\n") == text.count("BEGIN:VEVENT\r\n") == 49
    assert "VALARM" not in text


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_line_is_whole_utf_8_of_at_most_75_octets(lang):
    lines = written(lang).encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [
        line for line in lines if b"\n" in line or "\N{REPLACEMENT CHARACTER}" in line.decode("utf-8", "replace")
    ] == []
    assert lines.pop() == b""


def test_the_same_inputs_give_the_same_bytes():
    assert written("vi", LATE) == written("vi", LATE)


def test_commas_semicolons_and_line_ends_survive():
    told = "Sở Văn hoá, Thể thao và Du lịch; \\n không phải xuống dòng:\n" * 3
    event = icalendar.Calendar.from_ical(one(told)).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == str(event["DESCRIPTION"]) == told
    assert r"hoá\, Thể" in one(told).replace("\r\n ", "")


def test_a_comma_does_not_divide_the_category():
    event = icalendar.Calendar.from_ical(one("Quốc phòng, an ninh; đối ngoại")).walk("VEVENT")[0]
    assert [str(name) for name in event.categories] == ["Quốc phòng, an ninh; đối ngoại"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.just("\n"), max_size=200))
def test_any_text_is_read_back_as_it_was(text):
    assert plain(one(text))["tasks-I.1@bnplan"]["SUMMARY"] == text
