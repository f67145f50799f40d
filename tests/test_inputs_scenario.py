"""A scenario moves known levers within their bounds, or is refused with every fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.errors import ScenarioError, UnknownName
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.scenario import read_levers, read_scenario, scenario_names

HEAD = 'title_en = "a"\ntitle_vi = "b"\nwhy = "c"\n'


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
    "[growth]\nindustry = true\n": "must be a number such as 10.5, found True",
    "[growth]\nindustry = [1, 2]\n": "must be one number or 5, one a year, found [1, 2]",
    "[growth]\nindustry = [1, 2, 3, 4, 'x']\n": "must be a number such as 10.5",
    "[base_year]\ngrdp_bn_vnd = [1, 2, 3, 4, 5]\n": "must be one number",
    "[projects.'I.99']\noverrun = 10\n": "no such project; nearest: I.9",
    "[projects.'I.1']\ndelay_quarters = 1.5\n": "must be a whole number, found 1.5",
    "[projects.'I.1']\ndropped = 1\n": "must be true or false, found 1",
    "[phasing]\nopen_end = '2030'\n": "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '2030'",
    "[phasing]\nopen_end = '9999Q4'\n": "from 2000Q1 to 2100Q4, found '9999Q4'",
    "base = 'nothing'\n": "own.toml:base: no scenario 'nothing'",
    "[base_year]\nshare_services = 25\n": "four shares of 2025 must add up to 100, found 6.3 + 71.3 + 25 + 2.9 = 105.5",
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
    with pytest.raises(ScenarioError, match="without markup"):
        read_scenario(write("", head='title_en = "<script>"\ntitle_vi = "b"\nwhy = "c"\n'))


def test_a_file_that_is_not_toml_is_refused(write):
    with pytest.raises(ScenarioError, match="must be a readable TOML file"):
        read_scenario(write("[growth\n"))


def test_a_value_outside_the_usual_range_is_said_and_not_refused():
    story = read_scenario("middle", {"growth.industry": 30.0})
    assert "unusual: mostly between -10 and 20" in str(story.unusual[0])


@given(st.sampled_from(["growth.industry", "growth.services"]), st.floats(-90, 100))
def test_every_number_within_the_hard_bounds_is_taken(key, value):
    assert read_scenario("middle", {key: value}).values[key] == value


def test_every_lever_is_titled_described_and_bounded():
    programme = read_programme()
    for lever in read_levers(programme).values():
        assert lever.title_vi
        assert lever.title_en
        assert (lever.hard is None) == (lever.type in ("quarter", "boolean"))
        assert lever.soft is None or (lever.hard[0] <= lever.soft[0] < lever.soft[1] <= lever.hard[1])


def test_a_base_is_found_beside_its_own_file(write, tmp_path, monkeypatch):
    write("[growth]\nindustry = 9.0\n", "below")
    above = write('base = "./below.toml"\n', "above")
    monkeypatch.chdir("/")
    assert read_scenario(above).values["growth.industry"] == 9.0


def test_a_name_too_long_for_a_file_is_refused():
    with pytest.raises(UnknownName, match="no scenario"):
        read_scenario("x" * 300)
