"""A run keeps what is good, says what failed, and refuses what is wrong before it starts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import browser as look
import nbformat
import pytest
from nbformat import v4
from rough import read_only
from small import bnplan
from toy import DATA

from bnplan_lib.report.notebooks import notebook_folder
from bnplan_lib.report.pages import write_page
from bnplan_lib.report.plan import Selection, plan_jobs

NOTEBOOK = "01_growth_targets"
PAGES = [f"{NOTEBOOK}.middle.{lang}.html" for lang in ("vi", "en")]

pytestmark = pytest.mark.slow


def papermill(target, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the first notebook with papermill alone."""
    source = notebook_folder() / "01_growth_targets.ipynb"
    command = [sys.executable, "-m", "papermill", str(source), str(target), "--cwd", str(target.parent), *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_exporting_a_run_twice_gives_the_same_bytes(reports):
    notebook = nbformat.read(reports / "03_timeline_overlaps.middle.vi.ipynb", as_version=4)
    assert write_page(notebook, "vi", {}, {}) == write_page(notebook, "vi", {}, {})


def test_running_again_elsewhere_gives_the_same_pages(reports, tmp_path):
    bnplan("run", NOTEBOOK, "--out", str(tmp_path / "again"))
    assert [(tmp_path / "again" / name).read_bytes() for name in PAGES] == [
        (reports / name).read_bytes() for name in PAGES
    ]


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """Run a notebook, spoil it and run it again: the output folder, the good page, the second run's end."""
    folder = tmp_path_factory.mktemp("failed")
    parameters = 'scenario: str = "middle"  # one\nlang: str = "en"  # two\nlevers: dict = {}  # three'
    for code in ("print('water')", "raise ValueError('the well is dry')"):
        cells = [v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), v4.new_code_cell(code)]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), folder / "well.ipynb")
        done = bnplan("run", str(folder / "well.ipynb"), "--lang", "en", "--out", str(folder / "out"))
        if done.returncode == 0:
            good = (folder / "out" / "well.middle.en.html").read_bytes()
    return folder / "out", good, done


def test_failed_notebook_leaves_with_4_and_its_error(failed):
    assert failed[2].returncode == 4
    assert "the well is dry" in failed[2].stderr
    assert "Traceback" not in failed[2].stderr


def test_failed_notebook_leaves_the_good_page_as_it_was(failed):
    assert (failed[0] / "well.middle.en.html").read_bytes() == failed[1]


def test_page_of_a_failed_run_is_branded_as_such(failed):
    page = (failed[0] / "well.middle.en.failed.html").read_text(encoding="utf-8")
    assert re.search(r'<div class="failed" role="alert">|<div role="alert" class="failed">', page)


def test_good_page_is_not_branded(failed):
    assert b'role="alert"' not in failed[1]


def test_front_page_names_the_failed_run(failed):
    found = look.Addresses((failed[0] / "index.html").read_text(encoding="utf-8")).found
    assert {("a", "well.middle.en.html"), ("a", "well.middle.en.failed.html")} <= set(found)


def test_file_in_place_of_the_output_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "out").write_text("taken", encoding="utf-8")
    done = bnplan("run", NOTEBOOK, "--lang", "en", "--out", str(tmp_path / "out"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "the output folder must be writable" in done.stderr


def test_read_only_output_folder_is_refused_in_one_line(tmp_path):
    with read_only(tmp_path / "out") as out:
        done = bnplan("run", NOTEBOOK, "--lang", "en", "--out", str(out))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "the output folder must be writable" in done.stderr


def test_misspelt_setting_is_refused_before_anything_starts(tmp_path):
    done = bnplan("run", "--set", "gaol=12", "--out", str(tmp_path / "out"))
    assert (done.returncode, (tmp_path / "out").exists()) == (2, False)
    assert "--set gaol: unknown parameter; nearest: goal" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("scenaro", "high", "parameter scenaro: unknown; nearest: scenario"),
        ("scenario", "hihg", "no scenario 'hihg'; nearest: high"),
        ("lang", "fr", "parameter lang: must be one of en, vi"),
    ],
)
def test_plain_papermill_stops_at_a_wrong_parameter(tmp_path, name, value, told):
    done = papermill(tmp_path / "out.ipynb", "-p", name, value)
    assert done.returncode != 0
    assert told in done.stderr


def test_plain_papermill_runs_with_right_parameters(tmp_path):
    assert papermill(tmp_path / "out.ipynb", "-p", "scenario", "high", "-p", "lang", "vi").returncode == 0
    assert "Kịch bản" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")


def test_a_scenario_file_leaves_no_path_in_what_is_written(tmp_path):
    story = tmp_path / "own story.toml"
    story.write_text('title_en = "Own"\ntitle_vi = "Riêng"\nwhy = "a test"\nbase = "high"\n', encoding="utf-8")
    done = bnplan("run", NOTEBOOK, "--lang", "vi", "--scenario", str(story), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    written = [path for path in (tmp_path / "out").iterdir() if path.suffix in (".html", ".ipynb", ".json")]
    assert f"{NOTEBOOK}.own story.vi.html" in {path.name for path in written}
    assert [path.name for path in written if str(tmp_path) in path.read_text(encoding="utf-8")] == []


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        text = f'title_en = "Own"\ntitle_vi = "Riêng"\nwhy = "test {folder}"\n'
        (tmp_path / folder / "own.toml").write_text(text, encoding="utf-8")
    stories = [word for folder in ("one", "two") for word in ("-s", str(tmp_path / folder / "own.toml"))]
    done = bnplan("run", NOTEBOOK, *stories, "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "two runs would write the same page" in done.stderr


def test_other_settings_write_other_pages():
    asked = [Selection((NOTEBOOK,), languages=("en",), settings=settings) for settings in ((), ("goal=12",))]
    plain, moved = (job.stem for job in plan_jobs(asked))
    assert plain == f"{NOTEBOOK}.middle.en"
    assert re.fullmatch(rf"{NOTEBOOK}\.middle-[0-9a-f]{{10}}\.en", moved)


def test_braces_and_signs_in_names_do_no_harm(tmp_path):
    story = tmp_path / "a{b}#50%.toml"
    story.write_text('title_en = "Own"\ntitle_vi = "Riêng"\nwhy = "a test"\n', encoding="utf-8")
    out = tmp_path / "out {x}"
    done = bnplan("run", NOTEBOOK, "--lang", "en", "--scenario", str(story), "--out", str(out))
    assert done.returncode == 0, done.stderr
    page = f"{NOTEBOOK}.a{{b}}#50%.en.html"
    assert (out / page).is_file()
    assert ("a", quote(page)) in look.Addresses((out / "index.html").read_text(encoding="utf-8")).found


def test_a_data_folder_given_relative_to_here_is_found_by_the_kernel(tmp_path, monkeypatch):
    monkeypatch.chdir(DATA.parent)
    monkeypatch.setenv("BNPLAN_DATA", "data")
    assert bnplan("run", NOTEBOOK, "--lang", "en", "--out", str(tmp_path / "out")).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_second_interrupt_ends_a_run_at_once(tmp_path):
    command = [sys.executable, "-m", "bnplan_lib.cli", "run", "--workers", "2", "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(4)
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == 130
