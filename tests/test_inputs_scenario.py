"""A scenario moves known levers within their bounds, or is refused with every fault."""

import math
import tempfile
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bnplan_lib.errors import PlanError, ScenarioError, UnknownName
from bnplan_lib.inputs.distributions import SHARES
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.scenario import move_levers, read_scenario, scenario_names
from bnplan_lib.inputs.scenario_text import SECTIONS, check_target, save_scenario, scenario_text, title_problem
from bnplan_lib.model.profiles import PROFILES

HEAD = 'title_en = "a"\ntitle_vi = "b"\nwhy = "c"\n'
LEVERS = read_levers(read_programme())
NAMED_ITEMS = {  # whose levers may be set, in each section that has items
    "projects": ["*", "sector:airport", "corridor:ring_road_4", *sorted(read_programme().projects["id"])],
    "tasks": ["*", "group:II", *sorted(read_programme().tasks["id"])],
}
NUMBERS = {key: lever for key, lever in LEVERS.items() if lever.type in ("number", "integer") and key not in SHARES}
NAMED = ("Tăng trưởng “cao”", 'Nói "thật" \\\\ không', "Vì sao?", "it's = [so] # far", "tab and 日本 𝛼")


def within(lever):
    low, high = lever.hard
    return st.integers(int(low), int(high)) if lever.type == "integer" else st.floats(low, high)


def outside(lever):
    low, high = lever.hard
    if lever.type == "integer":
        return st.integers(max_value=int(low) - 1) | st.integers(min_value=int(high) + 1)
    return st.floats(max_value=low, exclude_max=True) | st.floats(min_value=high, exclude_min=True) | st.just(math.nan)


@st.composite
def lever_values(draw):
    """A lever, of a project or a task where it is one of theirs, and a value within its bounds."""
    key = draw(st.sampled_from(sorted(set(LEVERS) - set(SHARES))))
    lever = LEVERS[key]
    if lever.type == "quarter":
        value = f"{draw(st.integers(2000, 2100))}Q{draw(st.integers(1, 4))}"
    elif lever.type == "boolean":
        value = draw(st.booleans())
    elif lever.type == "choice":
        value = draw(st.sampled_from(sorted(PROFILES)))
    else:
        one = within(lever)
        value = draw(one | st.tuples(*[one] * 5) if lever.yearly else one)
    names = NAMED_ITEMS.get(key.split(".")[0])
    return key.replace("*", draw(st.sampled_from(names))) if names else key, value


def read_again(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.toml"
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)


@pytest.fixture
def write(tmp_path):
    def write_scenario(text, name="own", head=HEAD):
        path = tmp_path / f"{name}.toml"
        path.write_text(head + text, encoding="utf-8")
        return path

    return write_scenario


def test_low_middle_and_high_come_with_the_suite():
    assert {"low", "middle", "high"} <= set(scenario_names())


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_of_the_suite_is_valid_and_titled(name):
    story = read_scenario(name)
    assert story.title_en
    assert story.title_vi
    assert story.why


def test_a_scenario_without_changes_is_the_programme_as_printed():
    assert read_scenario("middle").changes == {}


def test_the_ends_of_the_ranges_are_positions_nought_and_one():
    assert [read_scenario(name).values["targets.position"] for name in ("low", "middle", "high")] == [0.0, 0.5, 1.0]


def test_defaults_come_from_the_facts():
    assert read_scenario("middle").values["base_year.grdp_bn_vnd"] == 522618


def test_a_scenario_is_laid_over_its_base(write):
    story = read_scenario(write('base = "high"\n[growth]\nindustry = 10.0\n'))
    assert (story.values["targets.position"], story.values["growth.industry"]) == (1.0, 10.0)


def test_bases_in_a_circle_are_refused(write, tmp_path):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    write(f'base = "{two}"\n', "one")
    write(f'base = "{one}"\n', "two")
    with pytest.raises(ScenarioError, match=r"one.toml -> two.toml -> one.toml"):
        read_scenario(one)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UnknownName, match="no scenario 'hihg'; nearest: high"):
        read_scenario("hihg")


WRONG = {
    "[growth]\nindustri = 12\n": "own.toml:growth.industri: unknown lever; nearest: growth.industry",
    "[growth]\nindustry = '10,5'\n": "own.toml:growth.industry: must be a number such as 10.5, found '10,5'",
    "[growth]\nindustry = nan\n": "must lie between -90 and 100 (percent per year), found nan",
    "[growth]\nindustry = inf\n": "must lie between -90 and 100",
    "[growth]\nindustry = 101\n": "must lie between -90 and 100 (percent per year), found 101",
    "[growth]\nindustry = true\n": "must be a number such as 10.5, found true",
    "[growth]\nindustry = [1, 2]\n": "must be one number or 5, one a year, found [1, 2]",
    "[growth]\nindustry = [1, 2, 3, 4, 'x']\n": "must be a number such as 10.5",
    "[base_year]\ngrdp_bn_vnd = [1, 2, 3, 4, 5]\n": "must be one number",
    "[projects.'I.99']\noverrun = 10\n": "no such project; nearest: I.9",
    "[projects.'I.1']\ndelay_quarters = 1.5\n": "must be a whole number, found 1.5",
    "[projects.'I.1']\ndropped = 1\n": "must be true or false, found 1",
    "[phasing]\nopen_end = '2030'\n": "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '2030'",
    "[phasing]\nopen_end = '9999Q4'\n": "from 2000Q1 to 2100Q4, found '9999Q4'",
    "base = 'nothing'\n": "own.toml:base: no scenario 'nothing'",
    "[base_year]\nshare_services = 25\n": "four base-year shares must add up to 100, found 6.3 + 71.3 + 25",
    "[grwoth]\nindustry = 1\n": "own.toml:grwoth: unknown key; nearest: growth",
    "growth = 12\n": "own.toml:growth: must be a table of levers, found 12",
    "note = 'x'\n": "own.toml:note: unknown key",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_a_wrong_lever_is_refused_with_file_key_and_value(write, text, message):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(text))
    assert message in str(caught.value)


def test_all_faults_are_listed_at_once(write):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write("[growth]\na = 1\nb = 2\nindustry = 'x'\n"))
    assert len(caught.value.faults) == 3


def test_a_title_in_each_language_and_a_reason_are_needed(write):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write("", head=""))
    assert [fault.place for fault in caught.value.faults] == [
        f"own.toml:{key}" for key in ("title_en", "title_vi", "why")
    ]


def test_markup_in_a_title_is_refused(write):
    with pytest.raises(ScenarioError, match="must not hold markup"):
        read_scenario(write("", head='title_en = "<script>"\ntitle_vi = "b"\nwhy = "c"\n'))


def test_a_file_that_is_not_toml_is_refused(write):
    with pytest.raises(ScenarioError, match=r"own\.toml:4: must be TOML"):
        read_scenario(write("[growth\n"))


def test_a_value_outside_the_usual_range_is_said_and_not_refused():
    story = read_scenario("middle", {"growth.industry": 30.0})
    assert "unusual: mostly between -10 and 20" in str(story.unusual[0])


@settings(max_examples=40)
@given(st.fixed_dictionaries({key: within(lever) for key, lever in NUMBERS.items()}))
def test_every_number_within_the_hard_bounds_is_taken(numbers):
    story = read_scenario("middle", numbers)
    assert {key: story.values[key] for key in numbers} == numbers


@settings(max_examples=40)
@given(st.fixed_dictionaries({key: outside(lever) for key, lever in NUMBERS.items()}))
def test_every_number_outside_the_hard_bounds_is_refused(numbers):
    with pytest.raises(ScenarioError) as caught:
        read_scenario("middle", numbers)
    assert {fault.place: fault.rule.split(" (")[0] for fault in caught.value.faults} == {
        f"levers:{key}": f"must lie between {lever.hard[0]:g} and {lever.hard[1]:g}" for key, lever in NUMBERS.items()
    }


@pytest.mark.parametrize("end", [0, 1])
def test_both_hard_bounds_themselves_are_taken(end):
    numbers = {
        key: int(lever.hard[end]) if lever.type == "integer" else lever.hard[end] for key, lever in NUMBERS.items()
    }
    assert read_scenario("middle", numbers).changes == numbers


@pytest.mark.parametrize("year", range(5))
def test_one_year_outside_the_hard_bounds_is_refused(year):
    yearly = {key: lever.hard for key, lever in NUMBERS.items() if lever.yearly}
    values = {
        key: [low] * year + [math.nextafter(high, math.inf)] + [low] * (4 - year) for key, (low, high) in yearly.items()
    }
    with pytest.raises(ScenarioError) as caught:
        read_scenario("middle", values)
    assert [fault.place for fault in caught.value.faults] == [f"levers:{key}" for key in yearly]


def test_every_lever_is_titled_described_and_bounded():
    programme = read_programme()
    for lever in read_levers(programme).values():
        assert lever.title_vi
        assert lever.title_en
        assert (lever.hard is None) == (lever.type in ("quarter", "boolean", "choice"))
        assert lever.soft is None or (lever.hard[0] <= lever.soft[0] < lever.soft[1] <= lever.hard[1])


def test_a_base_is_found_beside_its_own_file(write, tmp_path, monkeypatch):
    write("[growth]\nindustry = 9.0\n", "below")
    above = write('base = "./below.toml"\n', "above")
    monkeypatch.chdir("/")
    assert read_scenario(above).values["growth.industry"] == 9.0


def test_a_name_too_long_for_a_file_is_refused():
    with pytest.raises(UnknownName, match="no scenario"):
        read_scenario("x" * 300)


@settings(max_examples=40)
@given(st.lists(lever_values(), max_size=12).map(dict))
@example(
    {"growth.industry": (5e-324, -0.0, 1e-7, 12.65, 100.0), "projects.*.overrun": 1e-05, "projects.II.1.dropped": True}
)
def test_a_scenario_written_and_read_again_moves_the_same_levers(changes):
    story = read_scenario("middle", changes)
    again = read_again(scenario_text(story, "a", "b", "c"))
    assert (again.changes, again.values) == (story.changes, story.values)


def test_the_four_shares_are_written_and_read_again():
    story = read_scenario("middle", dict(zip(SHARES, (6.1, 71.5, 19.5, 2.9), strict=True)))
    assert read_again(scenario_text(story, "a", "b", "c")).changes == story.changes


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_of_the_suite_is_the_same_after_writing_and_reading(name):
    story = read_scenario(name)
    again = read_again(scenario_text(story, story.title_en, story.title_vi, story.why))
    parts = ("title_en", "title_vi", "why", "changes", "values", "unusual", "uncertainty", "correlations")
    assert [getattr(again, part) for part in parts] == [getattr(story, part) for part in parts]


@settings(max_examples=30)
@given(st.tuples(*[st.sampled_from(NAMED) | st.text(max_size=40).filter(lambda text: not title_problem(text))] * 3))
def test_titles_and_the_reason_come_back_as_written(head):
    again = read_again(scenario_text(read_scenario("middle"), *head))
    assert (again.title_en, again.title_vi, again.why) == tuple(unicodedata.normalize("NFC", one) for one in head)


@given(st.text(max_size=40))
def test_any_text_is_escaped_as_toml_reads_it(text):
    from bnplan_lib.inputs.scenario_text import _written

    assert tomllib.loads(f"a = {_written(text)}") == {"a": text}


def test_a_written_lever_has_its_unit_beside_it_and_stands_in_its_section():
    story = read_scenario("middle", {"projects.II.1.delay_quarters": 8, "growth.industry": 12.65})
    assert scenario_text(story, "a", "b", "c") == HEAD + (
        '\n[growth]\nindustry = 12.65  # percent per year\n\n[projects."II.1"]\ndelay_quarters = 8  # quarters\n'
    )


def test_sections_are_written_in_the_order_of_the_design():
    changes = {
        "tasks.II.7.delay_quarters": 4,
        "projects.I.1.overrun": 1,
        "macro.icor": 4,
        "growth.tilt": 1,
        "targets.position": 1,
        "phasing.open_end": "2031Q1",
    }
    text = scenario_text(read_scenario("middle", changes), "a", "b", "c")
    found = [line[1:].split("]")[0].split(".")[0] for line in text.splitlines() if line.startswith("[")]
    assert found == [section for section in SECTIONS if section != "base_year"]


TASKS_TOML = "".join(
    f'[tasks."{name}"]\ndelay_quarters = {late}\n' for name, late in (("*", 1), ("group:II", 2), ("II.7", 4))
)


def test_tasks_are_delayed_all_by_group_or_by_id(write):
    assert read_scenario(write(TASKS_TOML)).changes == {
        "tasks.*.delay_quarters": 1, "tasks.group:II.delay_quarters": 2, "tasks.II.7.delay_quarters": 4,
    }  # fmt: skip


def test_a_task_of_its_own_delay_is_laid_over_the_base(write):
    write(TASKS_TOML, "below")
    story = read_scenario(write('base = "./below.toml"\n[tasks."II.7"]\ndelay_quarters = -1\n', "above"))
    assert story.values["tasks.II.7.delay_quarters"] == -1
    assert story.values["tasks.group:II.delay_quarters"] == 2


def test_no_task_is_late_by_default():
    assert read_scenario("middle").values["tasks.*.delay_quarters"] == 0


def test_a_lever_of_a_task_is_set_without_a_file():
    story = read_scenario("middle", {"tasks.II.7.delay_quarters": 4})
    assert story.changes == {"tasks.II.7.delay_quarters": 4}
    assert story.name == "middle*"


@pytest.mark.parametrize(("key", "value", "message"), [
    ("tasks.II.77.delay_quarters", 4, r"levers:tasks\.II\.77\.delay_quarters: no such task; nearest: II\.7; "),
    ("tasks.groop:II.delay_quarters", 4, r"no such task; nearest: group:II; "),
    ("tasks.group:VI.delay_quarters", 4, r"no task is of this class; nearest: group:I; .*'group:VI'$"),
    ("tasks.sector:airport.delay_quarters", 4, r"no such task; there are: \*, I\.1, .*'sector:airport'$"),
    ("tasks.II.7.delay", 4, r"unknown lever; nearest: tasks\.\*\.delay_quarters; "),
    ("tasks.II.7", 4, r"levers:tasks\.II\.7: unknown lever; "),
    ("tasks.II.7.delay_quarters", 4.0, r"levers:tasks\.II\.7\.delay_quarters: must be a whole number, found 4\.0$"),
    ("tasks.II.7.delay_quarters", [1, 2, 3, 4, 5], r"must be one number, found \[1, 2, 3, 4, 5\]$"),
])  # fmt: skip
def test_a_wrong_lever_of_a_task_is_refused_without_a_file(key, value, message):
    with pytest.raises(ScenarioError, match=message):
        read_scenario("middle", {key: value})


def test_a_long_delay_of_a_task_is_said_and_not_refused():
    (fault,) = read_scenario("middle", {"tasks.II.7.delay_quarters": 9}).unusual
    assert str(fault) == "tasks.II.7.delay_quarters: unusual: mostly between 0 and 8, found 9"


def test_delays_of_tasks_are_written_each_under_its_name_with_its_unit():
    story = read_scenario("middle", {"tasks.group:II.delay_quarters": 2, "tasks.II.7.delay_quarters": 4})
    assert scenario_text(story, "a", "b", "c") == HEAD + (
        '\n[tasks."group:II"]\ndelay_quarters = 2  # quarters\n\n[tasks."II.7"]\ndelay_quarters = 4  # quarters\n'
    )


def test_delays_of_tasks_written_and_read_again_are_the_same(write):
    story = read_scenario(write(TASKS_TOML))
    again = read_again(scenario_text(story, "a", "b", "c"))
    assert (again.changes, again.values) == (story.changes, story.values)


def test_a_lever_moved_without_a_file_is_written_as_any_other():
    story = move_levers(read_scenario("high"), {"growth.industry": 11})
    assert read_again(scenario_text(story, "a", "b", "c")).changes == {"targets.position": 1.0, "growth.industry": 11.0}


def test_a_title_that_no_scenario_may_have_is_not_written():
    with pytest.raises(ScenarioError) as caught:
        scenario_text(read_scenario("middle"), "", "a\nb", "c")
    assert [fault.place for fault in caught.value.faults] == ["title_en", "title_vi"]


@pytest.mark.parametrize("name", ["", " ", "."])
def test_a_scenario_saved_under_no_name_is_told_so(name):
    with pytest.raises(PlanError, match=r"^no file name: a scenario's file must have a name that ends in \.toml$"):
        check_target(name)


def test_a_scenario_is_not_written_over_another(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("kept", encoding="utf-8")
    with pytest.raises(PlanError, match=r"own\.toml: exists already; choose another name"):
        save_scenario(read_scenario("middle"), path, "a", "b", "c")
    assert path.read_text(encoding="utf-8") == "kept"


def test_a_scenario_that_cannot_be_written_is_told_with_the_reason(tmp_path):
    with pytest.raises(PlanError, match=r"own\.toml: cannot be written, No such file or directory"):
        save_scenario(read_scenario("middle"), tmp_path / "none" / "own.toml", "a", "b", "c")
