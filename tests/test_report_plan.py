"""What a command or a file of runs asks for is planned whole, or refused whole, before anything starts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4

from bnplan_lib.errors import ParameterError, PlanError
from bnplan_lib.report.clean import read_clean, short_paths
from bnplan_lib.report.execute import led_to_pages
from bnplan_lib.report.matrix import as_text, read_grid, read_runs
from bnplan_lib.report.notebooks import value_of
from bnplan_lib.report.plan import Selection, plan_jobs

GROWTH = "01_growth_targets"
STORY = 'title_en = "Own"\ntitle_vi = "Riêng"\nwhy = "a test"\n'


def planned(**asked):
    """Return the jobs of one selection of the first notebook in English."""
    return plan_jobs([Selection(**{"notebooks": (GROWTH,), "languages": ("en",), **asked})])


def write(path, text):
    """Write a file and return its path as text."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_notebook_scenario_and_language_is_a_run():
    jobs = plan_jobs([Selection(("01_growth_targets", "03_timeline_overlaps"), ("low", "high"))])
    assert len({job.stem for job in jobs}) == len(jobs) == 8


def test_every_combination_of_a_grid_is_a_run():
    jobs = planned(grid={"goal": ("11", "12"), "growth.industry": ("12", "13", "14")})
    told = {(job.parameters["goal"], job.parameters["levers"]["growth.industry"]) for job in jobs}
    assert told == {(goal, rate) for goal in (11, 12) for rate in (12, 13, 14)}


def test_a_run_asked_for_twice_runs_once():
    assert len(planned(scenarios=("low", "low"))) == 1
    assert len(plan_jobs([Selection((GROWTH,))] * 2)) == 2


def test_a_thousand_runs_have_a_thousand_names():
    grid = {"growth.industry": tuple(str(5 + number / 100) for number in range(1000))}
    assert len({job.stem for job in planned(grid=grid)}) == 1000


def test_a_parameter_says_where_it_comes_from():
    origins = planned(settings=("goal=12", "growth.industry=13"))[0].origins
    assert origins == {
        **dict.fromkeys(("uncertainty", "draws", "seed"), "notebook"),
        "goal": "--set",
        "levers": "--set",
        "scenario": "--scenario",
        "lang": "--lang",
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"settings": ("password=x",)}, "--set password: named like a secret"),
        ({"settings": ("api_key=x",)}, "--set api_key: named like a secret"),
        ({"grid": {"auth_token": ("x",)}}, "--set auth_token: named like a secret"),
        ({"grid": {"goal": ("11", "99")}}, "--set goal: must be a number from 0 to 25"),
        ({"notebooks": ("../secrets",)}, "no notebook '../secrets'"),
        ({"scenarios": ("../../etc/passwd",)}, "no scenario '../../etc/passwd'"),
    ],
)
def test_what_is_wrong_is_refused(asked, told):
    with pytest.raises(PlanError, match=told):
        planned(**asked)


def test_a_notebook_that_declares_a_secret_is_refused(tmp_path):
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": 'db_password: str = ""  # of the base'}
    path = write(tmp_path / "leak.ipynb", json.dumps({"cells": [cell]}))
    with pytest.raises(ParameterError, match="leak: parameter db_password: named like a secret"):
        planned(notebooks=(path,))


@pytest.mark.parametrize(
    "name", ["a:b", "a*b", "-rf", ".hidden", "tab\tbed", "line\nbreak", 'quo"te', "end ", "x" * 130]
)
def test_a_name_unfit_for_a_file_elsewhere_is_refused(tmp_path, name):
    story = write(tmp_path / f"{name}.toml", STORY)
    with pytest.raises(PlanError, match="its file's name must"):
        planned(scenarios=(story,))


def test_faults_of_several_selections_are_told_at_once():
    with pytest.raises(PlanError) as told:
        plan_jobs(
            [Selection(("nothing",)), Selection((GROWTH,), ("hihg",)), Selection((GROWTH,), settings=("gaol=1",))]
        )
    assert [word in str(told.value) for word in ("'nothing'", "'hihg'", "gaol")] == [True] * 3


def test_of_a_copy_that_was_half_written_the_notebook_is_left(tmp_path):
    job, executed = planned()[0], tmp_path / "executed.ipynb"
    write(executed, job.notebook.text[:200])
    assert len(read_clean(job, executed, "").cells) == len(json.loads(job.notebook.text)["cells"])


# What a run rests on


def test_the_same_plan_has_the_same_fingerprints():
    assert [job.fingerprint for job in planned()] == [job.fingerprint for job in planned()]


@pytest.mark.parametrize("asked", [{"scenarios": ("low",)}, {"settings": ("goal=12",)}, {"languages": ("vi",)}])
def test_what_is_asked_for_changes_the_fingerprint(asked):
    assert planned(**asked)[0].fingerprint != planned()[0].fingerprint


def test_a_word_in_a_scenario_file_or_in_the_one_below_changes_the_fingerprint(tmp_path):
    below = tmp_path / "below.toml"
    write(below, STORY + "[growth]\nindustry = 12\n")
    story = write(tmp_path / "own.toml", STORY + 'base = "below.toml"\n')
    before = planned(scenarios=(story,))[0].fingerprint
    write(below, STORY + "[growth]\nindustry = 13\n")
    assert planned(scenarios=(story,))[0].fingerprint != before


def test_a_scenario_file_that_moved_changes_nothing(tmp_path):
    (tmp_path / "there").mkdir()
    first, second = (write(tmp_path / place, STORY) for place in ("own.toml", "there/own.toml"))
    assert planned(scenarios=(first,))[0].fingerprint == planned(scenarios=(second,))[0].fingerprint


def test_each_thing_a_run_rests_on_changes_the_fingerprint():
    job = planned()[0]
    for name in job.hashes:
        other = replace(job, hashes={**job.hashes, name: "other"})
        assert other.fingerprint != job.fingerprint, name
    assert set(job.hashes) == {"notebook", "scenario", "data", "library", "environment"}


def test_a_scenario_to_compare_with_may_be_a_file(tmp_path, monkeypatch):
    write(tmp_path / "own.toml", STORY)
    monkeypatch.chdir(tmp_path)
    job = plan_jobs([Selection(("05_scenario_comparison",), settings=('against=["low", "own.toml"]',))])[0]
    assert job.parameters["against"] == ["low", str(tmp_path / "own.toml")]
    assert short_paths(job.parameters)["against"] == ["low", "own.toml"]


def test_a_run_knows_the_pages_of_those_that_run_with_it():
    jobs = plan_jobs([Selection(("00_overview", GROWTH), ("low",), ("vi",), settings=("goal=12",))])
    assert jobs[0].siblings == {GROWTH: f"{jobs[1].stem}.html"}
    assert jobs[1].siblings == {"00_overview": "00_overview.low.vi.html"}


def test_a_link_to_a_notebook_leads_to_its_page_or_is_plain_text():
    text = "See [growth](01_growth_targets.ipynb) and [money](02_investment_composition.ipynb), [more](x.html)."
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(text)])
    led = led_to_pages(notebook, {GROWTH: "01_growth_targets.a b.vi.html"}).cells[0].source
    assert led == "See [growth](01_growth_targets.a%20b.vi.html) and money, [more](x.html)."
    assert notebook.cells[0].source == text


# A file of runs


def test_a_file_of_runs_is_read(tmp_path):
    text = (
        '[[runs]]\nnotebooks = ["01_growth_targets"]\nscenarios = ["low", "own.toml"]\nlanguages = ["vi"]\n'
        "set = { goal = 12, growth.services = 9 }\ngrid = { draws = [1000, 2000] }\n[[runs]]\n"
    )
    first, second = read_runs(write(tmp_path / "runs.toml", text))
    assert first == Selection(
        ("01_growth_targets",),
        ("low", str(tmp_path / "own.toml")),
        ("vi",),
        ("goal=12", "growth.services=9"),
        {"draws": ("1000", "2000")},
    )
    assert second == Selection()


def test_ids_with_dots_and_mappings_are_told_apart(tmp_path):
    text = '[[runs]]\n[runs.set]\n"projects.II.1.delay_quarters" = 8\nslips = { "tasks:II.6" = 4 }\nagainst = ["low"]\n'
    found = dict(one.split("=", 1) for one in read_runs(write(tmp_path / "runs.toml", text))[0].settings)
    assert {key: value_of(value) for key, value in found.items()} == {
        "projects.II.1.delay_quarters": 8,
        "slips": {"tasks:II.6": 4},
        "against": ["low"],
    }


def test_every_fault_of_a_file_of_runs_is_told_at_once(tmp_path):
    text = (
        'top = 1\n[[runs]]\nnotebook = ["x"]\nlanguages = ["fr"]\nscenarios = "low"\nset = { goal = 12 }\n'
        "grid = { goal = [11], draws = 5, seed = [] }\n"
    )
    with pytest.raises(ParameterError) as told:
        read_runs(write(tmp_path / "runs.toml", text))
    assert [str(fault).split(": ")[0] for fault in told.value.faults] == [
        "runs.toml:top",
        "runs.toml:runs[1].notebook",
        "runs.toml:runs[1].scenarios",
        "runs.toml:runs[1].languages",
        "runs.toml:runs[1].grid.goal",
        "runs.toml:runs[1].grid.draws",
        "runs.toml:runs[1].grid.seed",
    ]


@pytest.mark.parametrize("text", ["", "runs = 1", "runs = []", "[runs]\n"])
def test_a_file_without_runs_is_refused(tmp_path, text):
    with pytest.raises(ParameterError, match=r"runs\.toml:runs: must be one or more tables"):
        read_runs(write(tmp_path / "runs.toml", text))


@pytest.mark.parametrize("text", ["goal", "goal=12", "goal=[]", "=[1]", "goal=[1"])
def test_a_grid_that_is_no_list_is_refused(text):
    with pytest.raises(ParameterError, match="must be KEY="):
        read_grid([text])


values = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e9, 1e9)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_a_value_survives_the_command_line(value):
    assert value_of(as_text(value)) == value


def test_what_the_programme_does_not_know_is_refused_before_a_run():
    asked = Selection(("06_progress_report",), settings=("year=2040", "agency=helth"))
    with pytest.raises(
        PlanError, match=r"year: must be one from 2026 to 2030, found 2040(?s:.*)agency: no body that leads anything"
    ):
        plan_jobs([asked])
    with pytest.raises(PlanError, match=r"measured: growth does not decide it; nearest: A\.I\.7"):
        plan_jobs([Selection(("05_scenario_comparison",), settings=("measured=A.I.9",))])
