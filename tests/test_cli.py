"""The command line says what is wrong in one message and leaves with the right code."""

import csv
import io
import json
import subprocess
import sys
from typing import NamedTuple

import pytest
from toy import write_toy

from bnplan_lib import cli


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def bnplan(capsys, monkeypatch):
    """Run the command line in this process; one test below starts it as a user does."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["bnplan", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return Done(left.value.code or 0, out, err)

    return run


def test_the_command_leaves_with_its_code_and_one_line():
    command = [sys.executable, "-m", "bnplan_lib.cli", "show", "growth", "-s", "hihg"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bnplan: no scenario 'hihg'; nearest: high")


def test_growth_as_json_holds_one_row_a_sector_and_year(bnplan):
    rows = json.loads(bnplan("show", "growth", "--scenario", "high", "--format", "json").stdout)
    assert len(rows) == 6 * 6
    assert list(rows[0]) == ["scenario", "sector", "year", "level_bn_vnd", "growth", "contribution"]
    assert rows[0]["growth"] is None
    base = next(row for row in rows if (row["sector"], row["year"]) == ("grdp", 2025))
    assert base["level_bn_vnd"] == pytest.approx(522_618)


def test_two_scenarios_come_one_after_the_other(bnplan):
    rows = json.loads(bnplan("show", "timeline", "-s", "low", "-s", "high", "-f", "json").stdout)
    assert {row["scenario"] for row in rows} == {"low", "high"}


def test_a_missing_cost_is_null_in_json_and_blank_in_csv(bnplan):
    rows = json.loads(bnplan("show", "projects", "-f", "json").stdout)
    assert next(row for row in rows if row["id"] == "II.6")["cost_bn_vnd"] is None
    table = csv.DictReader(io.StringIO(bnplan("show", "projects", "-f", "csv").stdout))
    assert next(row for row in table if row["id"] == "II.6")["cost_bn_vnd"] == ""


@pytest.mark.parametrize(
    "view",
    [
        "targets",
        "tasks",
        "projects",
        "phases",
        "directives",
        "agencies",
        "growth",
        "investment",
        "timeline",
        "levers",
        "overlaps",
        "workload",
    ],
)
def test_everything_can_be_shown(bnplan, view):
    done = bnplan("show", view)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 20


WRONG_USE = {
    ("show", "nothing"): "'nothing' is not one of",
    (
        "show",
        "tasks",
        "-s",
        "low",
    ): "workload depend on a scenario",
    ("show", "growth", "-s", "hihg"): "no scenario 'hihg'; nearest: high",
    ("run", "/nowhere/01_growth_targets.ipynb", "--dry-run"): "no notebook '/nowhere/01_growth_targets.ipynb'",
    ("run", "01_growth", "--dry-run"): "no notebook '01_growth'; nearest: 01_growth_targets",
    ("run", "--set", "largest=99", "--dry-run"): "--set largest: must be a whole number from 1 to 30, found '99'",
    ("run", "--set", "goal=11,5", "--dry-run"): "--set goal: must be a number from 0 to 25",
    ("run", "--set", "as_off=2026Q1", "--dry-run"): "unknown parameter; nearest: as_of",
    ("run", "--set", "lang=vi", "--dry-run"): "--set lang: use --lang",
    ("run", "--set", "growth.industri=12", "--dry-run"): "unknown lever; nearest: growth.industry",
    ("run", "--set", "growth.industry=10,5", "--dry-run"): "must be a number such as 10.5, found '10,5'",
    ("run", "--set", "growth.industry=nan", "--dry-run"): "must lie between -90 and 100",
    ("run", "--set", "projects.II.9.overrun=5", "--dry-run"): "no such project",
    ("run", "--lang", "fr"): "'fr' is not one of",
    ("run", "--set", 'slips={"tasks:II.66"=4}', "--dry-run"): "parameter slips: no item of the precedence table",
    ("run", "--set", 'slips={"tasks:II.6": -1}', "--dry-run"): "must be a mapping from items to quarters from 0 to 80",
    ("show", "overlaps", "--by", "plac"): "no classification 'plac'; nearest: place",
    ("show", "tasks", "--by", "place"): "--by: only overlaps have it, not tasks",
    ("level", "--lower", "money"): "'money' is not one of",
    ("level", "--lower", "load", "--later", "41"): "Invalid value for '--later'",
    ("level", "--lower", "load", "--seconds", "0"): "seconds: must be a number above 0",
    ("level", "--lower", "running", "--save", "mine.txt"): "must have a name that ends in .toml",
    ("validate", "-s", "hihg"): "no scenario 'hihg'",
    ("solve", "-t", "A.I.1=11,5", "-b", "growth"): "--target A.I.1: must be ID=NUMBER such as A.I.1=11.5, found '11,5'",
    ("solve", "-t", "A.I.1=nan", "-b", "growth"): "--target A.I.1: must be a number such as 11.5",
    ("solve", "-t", "A.I.1", "-b", "growth"): "must be ID=NUMBER",
    ("solve", "-t", "A.I.9=65", "-b", "growth"): "--target A.I.9: growth does not decide it",
    ("solve", "-t", "A.I.1=11", "-t", "A.I.1=12", "-b", "growth"): "--target A.I.1: may be given once",
    ("solve", "-t", "A.I.1=11", "-b", "growth.industri"): "'growth.industri'; nearest: growth.industry",
    ("solve", "-t", "A.I.1=11", "-b", "growth.industry.2040"): "growth.industry.2040: takes a year from 2026 to 2030",
    ("solve", "-t", "A.I.1=11", "-b", "growth", "--how", "least"): "'least' is not one of",
    ("solve", "-t", "A.I.1=11", "-b", "growth", "--save", "mine.txt"): "must have a name that ends in .toml",
    ("compare", "middle", "hihg"): "no scenario 'hihg'; nearest: high",
    ("compare", "middle", "middle"): "needs scenarios of different names",
    ("compare", "low", "middle", "high", "--explain", "A.I.1"): "--explain: needs two scenarios, found 3",
    ("compare", "low", "high", "--explain", "A.I.9"): "no target that growth decides 'A.I.9'",
}


@pytest.mark.parametrize(
    ("words", "message"), WRONG_USE.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_wrong_use_leaves_with_2_and_no_traceback(bnplan, words, message):
    done = bnplan(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_all_wrong_settings_are_listed_at_once(bnplan):
    done = bnplan("run", "--set", "largest=0", "--set", "as_of=x", "--set", "nope=1", "--dry-run")
    assert len(done.stderr.splitlines()) == 3


def test_invalid_data_leave_with_3_and_every_fault(bnplan, tmp_path):
    folder = write_toy(tmp_path)
    path = folder / "programme" / "projects.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("roads_bridges", "roads"), encoding="utf-8")
    done = bnplan("validate", "--data", folder)
    assert done.returncode == 3
    assert [line.split(":")[:3] for line in done.stderr.splitlines()] == [
        ["projects.csv", "2", "sector"],
        ["projects.csv", "3", "sector"],
    ]


def test_valid_data_say_so(bnplan):
    done = bnplan("validate")
    assert (done.returncode, done.stdout) == (0, "")
    assert "are valid" in done.stderr


def test_the_data_option_shows_another_programme(bnplan, tmp_path):
    rows = json.loads(bnplan("show", "projects", "-f", "json", "--data", write_toy(tmp_path)).stdout)
    assert [row["id"] for row in rows] == ["I.1", "I.2", "II.1"]


def test_a_dry_run_lists_what_would_run_and_writes_nothing(bnplan, tmp_path):
    done = bnplan("run", "-s", "low", "-s", "high", "--lang", "vi", "--dry-run", "--out", tmp_path / "pages")
    assert len(done.stdout.splitlines()) == 14
    assert "bnplan run 01_growth_targets --scenario low --lang vi" in done.stdout
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_holds_every_table_whole(bnplan, tmp_path, kind):
    done = bnplan("export", "--to", tmp_path / "out", "--format", kind)
    assert done.returncode == 0
    assert len(list((tmp_path / "out").glob(f"*.{kind}"))) == 22
    text = (tmp_path / "out" / f"projects.{kind}").read_text(encoding="utf-8")
    rows = json.loads(text) if kind == "json" else list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["id"], len(rows)) == ("I.1", 56)


def test_an_exported_formula_is_neutralised(bnplan, tmp_path):
    folder = write_toy(tmp_path / "data")
    path = folder / "programme" / "projects.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("I.2,I.2,", "I.2,=1+1,"), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("public,I.2,", "public,=1+1,", 1), encoding="utf-8")
    bnplan("export", "--to", tmp_path / "out", "--data", folder)
    assert ",'=1+1," in (tmp_path / "out" / "projects.csv").read_text(encoding="utf-8")


def test_an_export_into_a_file_is_refused_with_one_line(bnplan, tmp_path):
    (tmp_path / "out").write_text("in the way")
    done = bnplan("export", "--to", tmp_path / "out")
    assert done.returncode == 2
    assert "the folder must be writable" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_teaches_with_examples(bnplan):
    text = bnplan("run", "--help").stdout
    assert "bnplan run 03_timeline_overlaps --set as_of=2027Q1" in " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["not json", "{}", '{"cells": [{"source": "x: int = (", "metadata": {"tags": ["parameters"]}}]}']
)
def test_what_is_no_notebook_is_refused(bnplan, tmp_path, text):
    path = tmp_path / "broken.ipynb"
    path.write_text(text, encoding="utf-8")
    done = bnplan("run", path, "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "broken.ipynb: must be a notebook" in done.stderr


DESIGN_COLUMNS = ["id", "rule", "severity", "confidence", "places", "printed", "expected", "sentence"]


@pytest.mark.parametrize("words", [("audit",), ("show", "audit"), ("show", "audit", "-s", "high")])
def test_the_audit_as_json_holds_what_others_rely_on(bnplan, words):
    done = bnplan(*words, "--format", "json")
    rows = json.loads(done.stdout)
    assert set(DESIGN_COLUMNS) <= set(rows[0])
    one = next(row for row in rows if row["id"] == "ratio:mobilisation")
    assert one["places"] == ["B.I.2", "A.I.8.revenue", "A.I.1"]
    assert 0.08 < one["expected_low"] < one["expected_high"] < 0.1


def test_the_audit_as_csv_joins_the_places(bnplan):
    rows = list(csv.DictReader(io.StringIO(bnplan("audit", "--format", "csv").stdout)))
    assert next(row for row in rows if row["id"] == "sum:III")["places"] == "III;III.13"


def test_the_audit_speaks_vietnamese(bnplan):
    done = bnplan("audit", "--lang", "vi")
    assert done.returncode == 0
    assert "Phụ lục III" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("error", 5), ("tension", 5)])
def test_the_audit_fails_where_open_findings_reach_the_level(bnplan, level, code):
    done = bnplan("audit", "--fail-on", level)
    assert done.returncode == code
    assert f"--fail-on {level}: " in done.stderr


def test_accepted_findings_do_not_fail_the_audit_and_gone_ones_are_told(bnplan, tmp_path):
    rows = json.loads(bnplan("audit", "--format", "json").stdout)
    grave = [row["id"] for row in rows if row["severity"] in ("error", "tension")]
    path = tmp_path / "accepted.csv"
    lines = "".join(f"{key},known,2026-11-01\n" for key in [*grave, "sum:IX"])
    path.write_text("finding_id,reason,accepted\n" + lines, encoding="utf-8")
    done = bnplan("audit", "--fail-on", "tension", "--accepted", path)
    assert done.returncode == 0
    assert "The accepted finding sum:IX no longer occurs." in done.stdout


def test_a_faulty_file_of_accepted_findings_leaves_with_2(bnplan, tmp_path):
    path = tmp_path / "accepted.csv"
    path.write_text("finding_id,reason,accepted\nsum:III,,2026\n", encoding="utf-8")
    done = bnplan("audit", "--accepted", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "accepted.csv:2:reason: must not be blank" in done.stderr


def test_a_clean_toy_passes_the_audit(bnplan, tmp_path):
    folder = write_toy(tmp_path / "data", project_groups=[])
    assert bnplan("audit", "--data", folder, "--fail-on", "error").returncode == 0


def test_a_trail_is_printed_step_by_step(bnplan):
    done = bnplan("trace", "A.I.2", "sum:III")
    assert done.stdout.startswith("A.I.2 GRDP per head")
    assert "sum:III: " in done.stdout


def test_a_trail_of_nothing_leaves_with_2(bnplan):
    done = bnplan("trace", "A.I.22")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no figure 'A.I.22'" in done.stderr


def test_solve_says_what_it_takes_in_both_languages(bnplan):
    done = bnplan("solve", "--target", "A.I.1=11.5", "--by", "growth.industry")
    assert "growth.industry  Growth of industry: 12.65% → 12.94%" in done.stdout
    done = bnplan("solve", "--target", "A.I.1=11.5", "--by", "growth.industry", "--lang", "vi")
    assert "từ 11,29" in done.stdout


def test_solve_in_json_is_a_list_of_rows_with_fractions(bnplan):
    rows = json.loads(bnplan("solve", "-t", "A.I.1=11.5", "-b", "growth.industry", "-f", "json").stdout)
    assert [row["kind"] for row in rows] == ["target", "lever"]
    assert rows[0]["after"] == pytest.approx(0.115, abs=1e-9)
    assert rows[1]["after"] == pytest.approx(0.12940618, abs=1e-8)


def test_a_goal_out_of_reach_is_said_and_the_closest_shown(bnplan):
    done = bnplan("solve", "-t", "A.I.1=12", "-b", "growth", "--within", "targets")
    assert done.returncode == 0
    assert "out of reach" in done.stderr
    assert done.stdout.count("(at its upper bound)") == 5


def test_a_solution_saved_is_a_scenario_that_meets_the_target(bnplan, tmp_path):
    path = tmp_path / "mine.toml"
    bnplan("solve", "-t", "A.I.1=11.5", "-b", "growth", "--how", "proportional", "--save", path)
    rows = json.loads(bnplan("show", "growth_targets", "-s", path, "-f", "json").stdout)
    assert rows[0]["value"] == pytest.approx(0.115, abs=1e-9)
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert bnplan("solve", "-t", "A.I.1=11", "-b", "growth", "--save", path).returncode == 2


def test_compare_shows_each_target_for_each_scenario(bnplan):
    lines = bnplan("compare", "low", "high").stdout.splitlines()
    assert lines[0].split() == ["target", "printed", "low", "high"]
    assert lines[1].split()[0] == "A.I.1"
    assert "10.73%" in lines[1]
    assert lines[1].count("✓") == lines[1].count("✗") == 1


def test_the_parts_of_a_difference_add_up_on_the_command_line(bnplan):
    rows = json.loads(bnplan("compare", "middle", "trend_2021_2025", "--explain", "A.I.1", "-f", "json").stdout)
    assert sum(row["part"] for row in rows) == pytest.approx(0.0898 - 0.11291247, abs=1e-7)


def test_overlaps_share_what_by_says(bnplan):
    rows = json.loads(bnplan("show", "overlaps", "--by", "corridor", "-f", "json").stdout)
    khuon_than = [(row["first_id"], row["second_id"]) for row in rows if row["corridor"] == "khuon_than"]
    assert sorted(khuon_than) == [("III.5", "III.6"), ("III.5", "III.7"), ("III.6", "III.7")]
    assert rows[0]["scenario"] == "middle"


def test_precedences_show_their_slack(bnplan):
    rows = {row["id"]: row for row in json.loads(bnplan("show", "precedences", "-f", "json").stdout)}
    # the scheme founding the city is to end in 2028Q4, the city itself is due by the end of 2029
    assert rows["city-scheme-before-goal"]["slack_quarters"] == 4


def test_workload_shows_what_a_body_leads(bnplan):
    rows = json.loads(bnplan("show", "workload", "-f", "json").stdout)
    row = next(row for row in rows if (row["agency_id"], row["quarter"]) == ("finance", "2026Q2"))
    assert (row["tasks_led"], row["orders_led"], row["targets_led"]) == (3, 14, 13)


def test_a_levelled_plan_saved_as_a_scenario_has_the_peak_that_was_told(bnplan, tmp_path):
    done = bnplan("level", "--lower", "running", "--later", "8", "--save", tmp_path / "flat.toml", "-f", "json")
    assert "peak of projects running: 55 before, 45 after; proven to be the lowest" in done.stderr
    shown = json.loads(bnplan("show", "timeline", "-s", tmp_path / "flat.toml", "-f", "json").stdout)
    assert max(row["running_projects"] for row in shown) == 45
    assert {row["later_quarters"] for row in json.loads(done.stdout)} <= set(range(1, 9))
