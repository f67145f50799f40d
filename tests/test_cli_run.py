"""A scheduler runs what changed, hears what it asked to hear, and finds the last good report where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from small import bnplan, written

from bnplan_lib.errors import PlanError
from bnplan_lib.report import workers

pytestmark = pytest.mark.slow


def run(*words, **env):
    """Run notebooks in English."""
    return bnplan("run", *words, "--lang", "en", **env)


def records(out):
    """Return the record of each page by name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*.run.json"))}


def head(out):
    """Return the record of the last command."""
    return json.loads((out / "run.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """Two notebooks run, one of them changed, both run again: the output folder and both ends."""
    folder = tmp_path_factory.mktemp("twice")
    one, two = written(folder / "one.ipynb", "1"), written(folder / "two.ipynb", "2")
    first = run(one, two, "--out", folder / "out")
    before = (folder / "out" / "latest").resolve()
    written(two, "22")
    second = run(one, two, "--out", folder / "out")
    return folder / "out", first, second, before


def test_only_what_changed_runs_again(twice):
    assert [twice[1].stderr.count(" unchanged"), twice[1].returncode] == [0, 0]
    assert {name: told["run"] for name, told in records(twice[0]).items()} == {
        "one.middle.en.run.json": 1,
        "two.middle.en.run.json": 2,
    }
    assert "1 of 1 pages written, 1 unchanged" in twice[2].stderr


def test_each_good_report_is_kept_whole(twice):
    kept = sorted(path.name for path in (twice[0] / "runs").iterdir())
    pages = [nbformat.read(twice[0] / "runs" / name / "two.middle.en.ipynb", 4).cells[-1].source for name in kept]
    assert (kept, pages) == (["0001", "0002"], ["2", "22"])


def test_latest_leads_to_the_last_good_report(twice):
    assert (twice[3].name, (twice[0] / "latest").resolve().name) == ("0001", "0002")
    assert {path.name for path in (twice[0] / "latest").iterdir()} >= {"index.html", "run.json", "levers.en.html"}


def test_a_record_tells_what_a_page_rests_on(twice):
    told = records(twice[0])["two.middle.en.run.json"]
    assert told["parameters"] == {"scenario": "middle", "lang": "en", "levers": {}, "goal": 11.5}
    assert told["origins"] == {"scenario": "--scenario", "lang": "--lang", "levers": "notebook", "goal": "notebook"}
    assert set(told["hashes"]) == {"notebook", "scenario", "data", "library", "environment"}
    assert [cell["status"] for cell in told["cells"]] == ["completed"] * 3
    assert {"python", "pandas", "papermill"} <= set(told["versions"])


def test_nothing_written_names_this_machine_or_its_user(twice):
    words = [str(twice[0].parent), str(Path.home()), sys.prefix, f"/{os.environ.get('USER', 'root')}/"]
    texts = {path.name: path.read_text("utf-8") for path in twice[0].iterdir() if path.is_file()}
    assert [(name, word) for name, text in texts.items() for word in words if word in text] == []


def test_a_run_in_which_nothing_changed_leaves_files_as_they_are(twice):
    before = {path: path.stat().st_mtime_ns for path in twice[0].rglob("*.html")}
    notebooks = [twice[0].parent / name for name in ("one.ipynb", "two.ipynb")]
    assert "0 of 0 pages written, 2 unchanged" in run(*notebooks, "--out", twice[0]).stderr
    assert {path: path.stat().st_mtime_ns for path in twice[0].rglob("*.html")} == before


def test_force_runs_all(tmp_path):
    one = written(tmp_path / "one.ipynb", "1")
    for _ in range(2):
        run(one, "--out", tmp_path / "out", "--force")
    assert records(tmp_path / "out")["one.middle.en.run.json"]["run"] == 2


def test_only_so_many_good_reports_are_kept_and_the_newest_of_them(tmp_path):
    one = written(tmp_path / "one.ipynb", "1")
    for _ in range(4):
        run(one, "--out", tmp_path / "out", "--force", "--keep", "2")
    assert sorted(path.name for path in (tmp_path / "out" / "runs").iterdir()) == ["0003", "0004"]


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """A good report, then a notebook of it fails: output folder and end of the second command, JSON on stderr."""
    folder = tmp_path_factory.mktemp("failing")
    good, bad = written(folder / "good.ipynb", "1"), written(folder / "bad.ipynb", "1")
    run(good, bad, "--out", folder / "out")
    written(bad, "fine = 1", "1 / 0")
    script = folder / "called.py"
    script.write_text("import sys; print('called with', sys.argv[1])", encoding="utf-8")
    call = f"{sys.executable} {script}"
    return folder / "out", run(good, bad, "--out", folder / "out", "--log-json", "--on-failure", call)


def test_json_logs_hold_an_object_a_line(failing):
    lines = [json.loads(line) for line in failing[1].stderr.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["run", "run", "end", "failed"]
    assert (lines[1]["status"], lines[1]["level"], lines[2]["failed"]) == ("failed", "error", 1)
    assert datetime.fromisoformat(lines[0]["time"]).tzinfo == UTC


def test_a_command_is_started_after_a_failure(failing):
    assert f"called with {failing[0] / 'run.json'}" in failing[1].stderr


def test_the_cell_that_failed_is_named_and_those_after_it_are_pending(failing):
    assert "bad (middle, en) failed: cell 4: ZeroDivisionError: division by zero" in failing[1].stderr
    cells = records(failing[0])["bad.middle.en.failed.run.json"]["cells"]
    assert [cell["status"] for cell in cells] == ["completed", "completed", "completed", "failed"]


def test_after_a_failure_latest_stays(failing):
    assert (failing[1].returncode, (failing[0] / "latest").resolve().name) == (4, "0001")
    assert head(failing[0])["status"] == "failed"


def test_health_is_one_line_and_the_code_of_a_failure(failing):
    done = bnplan("health", "--out", failing[0])
    assert (done.returncode, done.stdout.count("\n")) == (4, 1)
    assert done.stdout.startswith("FAILED bnplan run=2 status=failed done=0 unchanged=1 failed=1 left=0")


def test_what_failed_runs_again_and_a_good_run_takes_its_traces_away(failing):
    bad = written(failing[0].parent / "bad.ipynb", "2")
    done = run(failing[0].parent / "good.ipynb", bad, "--out", failing[0], "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(failing[0].glob("*.failed.*")) == []
    assert bnplan("health", "--out", failing[0]).stdout.startswith("OK bnplan run=3 status=done done=1 unchanged=1")


def test_health_asks_how_long_ago_a_run_was(twice):
    told = head(twice[0])
    before = datetime.now(UTC) - timedelta(hours=3)
    (twice[0] / "run.json").write_text(json.dumps({**told, "started": before.isoformat()}), encoding="utf-8")
    assert [bnplan("health", "--out", twice[0], "--within", hours).returncode for hours in ("2", "4")] == [4, 0]


def test_health_of_a_folder_without_a_run_is_bad(tmp_path):
    done = bnplan("health", "--out", tmp_path)
    assert (done.returncode, done.stdout) == (4, "FAILED bnplan status=none\n")


def test_a_file_of_runs_runs_and_the_pages_say_their_settings(tmp_path):
    written(tmp_path / "one.ipynb", "goal")
    text = '[[runs]]\nnotebooks = ["one.ipynb"]\nlanguages = ["en"]\ngrid = { goal = [11, 12] }\n'
    (tmp_path / "runs.toml").write_text(text, encoding="utf-8")
    done = bnplan("run", "--runs", tmp_path / "runs.toml", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {told["settings"][0] for told in records(tmp_path / "out").values()} == {"goal=11", "goal=12"}
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "<code>goal=11</code>" in index and "<code>goal=12</code>" in index


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--runs", "x.toml", "--lang", "vi", "--set", "a=1"], "what to run, so leave out --set, --lang"),
        (["--grid", "goal=11"], "--grid goal=11: must be KEY=[VALUE, …]"),
        (["--workers", "99"], "--workers"),
    ],
)  # fmt: skip
def test_wrong_use_leaves_with_2(tmp_path, words, told):
    done = bnplan("run", *words, "--out", tmp_path / "out")
    assert (done.returncode, told in done.stderr, (tmp_path / "out").exists()) == (2, True, False)


def test_a_dry_run_lists_each_run_and_starts_nothing(tmp_path):
    done = bnplan("run", "01_growth_targets", "--grid", "goal=[11, 12]", "--dry-run", "--out", tmp_path / "out")
    assert done.stdout.splitlines()[0] == "bnplan run 01_growth_targets --scenario middle --lang vi --set goal=11"
    assert (len(done.stdout.splitlines()), (tmp_path / "out").exists()) == (4, False)


def test_json_logs_hold_what_is_wrong_too(tmp_path):
    done = run("01_growth_targets", "--set", "gaol=1", "--log-json", "--out", tmp_path / "out")
    told = json.loads(done.stderr)
    assert (done.returncode, told["event"], told["level"], told["code"]) == (2, "fault", "error", 2)
    assert told["message"].startswith("--set gaol: unknown parameter; nearest: goal")


def test_a_command_is_started_where_nothing_could_run(tmp_path):
    (tmp_path / "called.py").write_text("print('called')", encoding="utf-8")
    done = run("--scenario", "hihg", "--on-failure", f"{sys.executable} {tmp_path / 'called.py'}", "--out", tmp_path)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "called")


def test_where_no_process_can_be_started_those_that_run_go_on():
    def begin():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    busy = SimpleNamespace(job=("job", 1))
    assert workers._idle([busy], 2, begin) is None
    with pytest.raises(PlanError, match="no process can be started for notebooks, Resource temporarily unavailable"):
        workers._idle([], 2, begin)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    paths = [written(tmp_path / f"{name}.ipynb", "import time; time.sleep(1)") for name in "abcd"]
    command = [sys.executable, "-m", "bnplan_lib.cli", "run", *map(str, paths), "--lang", "en", "--workers", "1"]
    running = subprocess.Popen([*command, "--out", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "out").glob("*.run.json")):
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=30)[1]
    before = len(records(tmp_path / "out"))
    done = bnplan("run", "--resume", "--out", tmp_path / "out")
    assert (running.returncode, done.returncode, 0 < before < 4) == (130, 0, True), told
    assert f"{before} unchanged" in done.stderr
    assert len(records(tmp_path / "out")) == 4
    assert "no run is unfinished" in bnplan("run", "--resume", "--out", tmp_path / "out").stderr
