"""`bnplan schedule` writes what systemd, cron, Windows and GitHub understand, and what they start does run."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4

from bnplan_lib import cli
from bnplan_lib.errors import ParameterError
from bnplan_lib.report.rhythms import MONTHS, RHYTHMS
from bnplan_lib.report.schedule import NAMES, TEMPLATES, Schedule, own_program, schedule_files

ROOT = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name != "posix", reason="a command for POSIX systems")
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
ODD = "a b 5% $HOME & 'một' \"hai\" ;x"
odd_texts = st.text(st.sampled_from(" \\\"'%$&;<>{}=#~*aà"), min_size=1, max_size=12)
# after noon of Thursday 15 January 2026, worked out on a calendar
DUE = {
    "day": ["2026-01-16", "2026-01-17", "2026-01-18"],
    "week": ["2026-01-19", "2026-01-26", "2026-02-02"],
    "month": ["2026-02-01", "2026-03-01", "2026-04-01"],
    "quarter": ["2026-04-01", "2026-07-01", "2026-10-01"],
}
SINCE = datetime(2026, 1, 15, 12)


def text_of(kind: str, schedule: Schedule, name: str = "") -> str:
    """Return the text of a file, the only one where no name is given."""
    return schedule_files(kind, schedule)[name or NAMES[kind][0]].decode()


def task_of(schedule: Schedule) -> ElementTree.Element:
    """Return a task as XML, read by the encoding it declares."""
    return ElementTree.fromstring(schedule_files("windows", schedule)["bnplan-task.xml"])  # noqa: S314, our own


def value_of(text: str, key: str) -> str:
    """Return what stands after `key=` in a unit."""
    return re.search(rf"^{key}=(.*)$", text, re.MULTILINE)[1]


def read_by_systemd(line: str) -> list[str]:
    """Return the words of a line as systemd.syntax(7) has it; all of them stand in double quotes here."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', line)
    assert " ".join(f'"{word}"' for word in words) == line
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


def started_by_systemd(text: str) -> list[str]:
    """Return the words of ExecStart as systemd.service(5) has it: $$ is $ in arguments."""
    program, *words = read_by_systemd(value_of(text, "ExecStart"))
    return [program, *(word.replace("$$", "$") for word in words)]


def started_by_cron(text: str) -> str:
    """Return what cron gives to the shell, as crontab(5) has it: up to a %, unless a backslash stands before it."""
    command = text.splitlines()[-1].split(" ", 5)[5]
    return re.split(r"(?<!\\)%", command)[0].replace(r"\%", "%")


def read_by_windows(line: str) -> list[str]:
    """Return the arguments that a C program finds in its command line on Windows."""
    words, word, quoted, begun = [], "", False, False
    for slashes, sign in re.findall(r"(\\*)([^\\]|$)", line):
        word += "\\" * (len(slashes) // 2 if sign == '"' else len(slashes))
        begun = begun or bool(slashes)
        if sign == '"' and len(slashes) % 2 == 0:
            quoted, begun = not quoted, True
        elif sign in (" ", "\t", "") and not quoted:
            words += [word] if begun else []
            word, begun = "", False
        else:
            word, begun = word + sign, True
    return words


@pytest.fixture(scope="module")
def analyze():
    """Run `systemd-analyze` with the clock in UTC; without it tests are skipped, but fail in continuous integration."""
    if not shutil.which("systemd-analyze"):
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("no systemd-analyze found: install systemd to test its units")

    def run(*words):
        command = ["systemd-analyze", "--no-pager", *map(str, words)]
        env = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, timeout=30)

    return run


@pytest.fixture
def bnplan(capsysbinary, monkeypatch):
    """Run `bnplan schedule` in this process and return its code, stdout as bytes, and stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["bnplan", "schedule", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsysbinary.readouterr()
        return left.value.code or 0, out, err.decode()

    return run


@pytest.fixture
def well(tmp_path):
    """A schedule of one small notebook, in a folder of an odd name."""
    folder = tmp_path / ODD
    folder.mkdir()
    parameters = 'scenario: str = "middle"  # one\nlang: str = "en"  # two\nlevers: dict = {}  # three'
    cells = [v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), v4.new_code_cell("print('water')")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), folder / "well.ipynb")
    (folder / "runs.toml").write_text('[[runs]]\nnotebooks = ["well.ipynb"]\nlanguages = ["en"]\n', encoding="utf-8")
    return Schedule(folder / "out", folder / "runs.toml")


def run_bare(words, home, **more):
    """Run a command with no more around it than cron gives."""
    env = {"HOME": str(home), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", **more}
    return subprocess.run(words, env=env, cwd="/", capture_output=True, text=True, timeout=60)


@POSIX
@pytest.mark.slow
def test_what_cron_starts_writes_a_page_and_says_nothing(well, tmp_path):
    (tmp_path / "home").mkdir()
    done = run_bare(["/bin/sh", "-c", started_by_cron(text_of("cron", well))], tmp_path / "home")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "water" in (well.out / "latest" / "well.middle.en.html").read_text(encoding="utf-8")


@POSIX
@pytest.mark.slow
def test_what_systemd_starts_writes_a_page_and_nothing_at_home(well, tmp_path):
    unit = text_of("systemd", well, "bnplan.service")
    words = " ".join(re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)).replace("%t", str(tmp_path / "run")).split()
    (tmp_path / "run" / "bnplan").mkdir(parents=True)  # RuntimeDirectory
    (tmp_path / "home").mkdir(mode=0o500)
    done = run_bare(started_by_systemd(unit), tmp_path / "home", **dict(word.split("=") for word in words))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "water" in (well.out / "latest" / "well.middle.en.html").read_text(encoding="utf-8")
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("every", RHYTHMS)
def test_systemd_finds_nothing_wrong_with_the_units(analyze, tmp_path, every):
    program = tmp_path / "a 5% $HOME & một" / "bnplan"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    for name, content in schedule_files(
        "systemd", Schedule(tmp_path / ODD, every=every, program=(str(program),))
    ).items():
        (tmp_path / name).write_bytes(content)
    done = analyze("verify", *(tmp_path / name for name in NAMES["systemd"]))
    assert (done.returncode, [line for line in done.stderr.splitlines() if "bnplan" in line]) == (0, [])


def test_systemd_would_say_so_if_a_unit_were_wrong(analyze, tmp_path):
    unit = text_of("systemd", Schedule(tmp_path, program=("/nowhere/bnplan",)), "bnplan.service")
    (tmp_path / "bnplan.service").write_text(unit.replace("KillMode=mixed", "KillMode=kindly"), encoding="utf-8")
    done = analyze("verify", tmp_path / "bnplan.service")
    assert "Failed to parse kill mode specification, ignoring: kindly" in done.stderr
    assert "/nowhere/bnplan is not executable" in done.stderr


@pytest.mark.parametrize(("every", "days"), DUE.items())
def test_systemd_starts_runs_on_the_days_that_are_meant(analyze, every, days):
    calendar = value_of(text_of("systemd", Schedule(ROOT, every=every, at="05:07"), "bnplan.timer"), "OnCalendar")
    done = analyze("calendar", "--iterations=3", f"--base-time={SINCE} UTC", calendar)
    found = re.findall(r"(?:elapse|#\d+): \w{3} (\S+ \S+) UTC", done.stdout)
    assert found == [f"{day} 05:07:00" for day in days]


@pytest.mark.parametrize(("every", "days"), DUE.items())
def test_cron_starts_runs_on_the_days_that_are_meant(every, days):
    line = text_of("cron", Schedule(ROOT, every=every, at="05:07")).splitlines()[-1]
    dates = croniter(" ".join(line.split()[:5]), SINCE)
    assert [dates.get_next(datetime).isoformat(" ") for _ in days] == [f"{day} 05:07:00" for day in days]


@pytest.mark.parametrize(("every", "days"), DUE.items())
def test_windows_starts_runs_on_the_days_that_are_meant(every, days):
    trigger = task_of(Schedule(ROOT, every=every, at="05:07")).find(f".//{TASK}CalendarTrigger")
    assert trigger.find(f"{TASK}StartBoundary").text == "2026-01-01T05:07:00"
    names = [part.tag.removeprefix(TASK) for part in trigger.iter()][3:]
    months = [MONTHS[datetime.fromisoformat(day).month - 1] for day in days]
    if every == "day":
        assert names == ["ScheduleByDay", "DaysInterval"]
    elif every == "week":
        assert names == ["ScheduleByWeek", "WeeksInterval", "DaysOfWeek", "Monday"]
    else:
        assert names[:4] == ["ScheduleByMonth", "DaysOfMonth", "Day", "Months"]
        assert set(months) <= set(names[4:])
        assert len(names[4:]) == {"month": 12, "quarter": 4}[every]


@pytest.mark.parametrize("every", RHYTHMS)
def test_no_two_runs_lie_further_apart_than_health_allows(every):
    dates = croniter(f"30 4 {RHYTHMS[every].days}", datetime(2026, 1, 1))
    days = [dates.get_next(datetime) for _ in range(40)]
    longest = max(later - earlier for earlier, later in itertools.pairwise(days))
    assert timedelta(hours=6) < timedelta(hours=RHYTHMS[every].hours) - longest <= timedelta(hours=12)


@given(odd_texts)
def test_systemd_reads_any_path_as_it_was_given(name):
    schedule = Schedule(Path("/", name), program=("/a 5% $x/bnplan",))
    unit = text_of("systemd", schedule, "bnplan.service")
    assert started_by_systemd(unit) == schedule.words
    assert read_by_systemd(value_of(unit, "ReadWritePaths")) == [str(schedule.out)]


@given(odd_texts.filter(lambda text: "\\" not in text))
def test_cron_and_the_shell_read_any_path_as_it_was_given(name):
    schedule = Schedule(Path("/", name))
    assert shlex.split(started_by_cron(text_of("cron", schedule))) == schedule.words


@given(odd_texts.filter(lambda text: text.count("%") < 2))
def test_windows_reads_any_path_as_it_was_given(name):
    schedule = Schedule(PureWindowsPath("C:\\", name), program=("C:\\a & b\\bnplan.exe",))
    action = task_of(schedule).find(f".//{TASK}Exec")
    assert action.find(f"{TASK}Command").text == "C:\\a & b\\bnplan.exe"
    assert read_by_windows(action.find(f"{TASK}Arguments").text) == schedule.words[1:]


def test_a_task_is_utf_16_with_the_line_ends_of_windows():
    schedule = Schedule(Path("/Hà Nội"))
    content = schedule_files("windows", schedule)["bnplan-task.xml"]
    assert content.startswith('\ufeff<?xml version="1.0" encoding="UTF-16"?>\r\n'.encode("utf-16-le"))
    assert task_of(schedule).tag == f"{TASK}Task"


@pytest.mark.parametrize(
    ("setting", "value"),
    {"MultipleInstancesPolicy": "IgnoreNew", "StartWhenAvailable": "true", "ExecutionTimeLimit": "PT6H"}.items(),
)
def test_a_task_runs_once_at_a_time_late_rather_than_never_and_not_for_ever(setting, value):
    task = task_of(Schedule(ROOT))
    assert task.find(f"{TASK}Settings/{TASK}{setting}").text == value


def test_the_workflow_makes_what_the_makefile_knows_and_keeps_the_latest_report():
    workflow = yaml.safe_load(text_of("github", Schedule(ROOT, every="week", at="05:07")))
    steps = workflow["jobs"]["report"]["steps"]
    targets = [step["run"].split()[1] for step in steps if step.get("run", "").startswith("make ")]
    assert targets == [step["run"].removeprefix("make ") for step in steps if "run" in step] == ["report"]
    assert re.search(r"^report:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [step["with"]["path"] for step in steps if step.get("with", {}).get("name") == "reports"] == [
        "reports/latest/"
    ]


def test_the_workflow_starts_by_the_clock_and_by_hand_and_never_twice_at_once():
    workflow = yaml.safe_load(text_of("github", Schedule(ROOT, every="week", at="05:07")))
    assert workflow[True] == {
        "schedule": [{"cron": "7 5 * * 1"}],
        "workflow_dispatch": None,
    }  # YAML 1.1 reads on as true
    assert workflow["concurrency"] == {"group": "bnplan", "cancel-in-progress": False}


@pytest.mark.parametrize("name", [name for names in NAMES.values() for name in names])
def test_a_template_names_no_place_of_a_machine(name):
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.findall(r"(?:^|[\s=\"'>])(?:/|[A-Z]:\\)\w", text) == []


def test_a_command_is_the_script_beside_the_interpreter_or_the_module(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert own_program() == (str(tmp_path / "python"), "-m", "bnplan_lib.cli")
    script = tmp_path / ("bnplan.exe" if os.name == "nt" else "bnplan")
    script.touch()
    assert own_program() == (str(script),)


@pytest.mark.parametrize(
    ("kind", "schedule", "told"),
    [
        ("cron", Schedule(Path("/a\\b")), "--out: must have no backslash"),
        ("windows", Schedule(Path("/%TEMP%")), "--out: must not look like a variable"),
        ("windows", Schedule(Path("/$(Arg0)")), "--out: must not look like a variable"),
        ("systemd", Schedule(ROOT, program=("/it's/bnplan",)), "interpreter: must have no quote or backslash"),
        ("systemd", Schedule(Path("/a\nExecStart=b")), "--out: must be one line without control characters"),
        ("cron", Schedule(Path("/a\rb")), "--out: must be one line without control characters"),
        ("windows", Schedule(Path("/a\udcffb")), "--out: must be one line without control characters"),
    ],
)
def test_what_could_be_read_otherwise_is_refused(kind, schedule, told):
    with pytest.raises(ParameterError, match=re.escape(told)):
        schedule_files(kind, schedule)


@pytest.mark.parametrize("at", ["24:00", "4:30", "04:60", "0430", "04:30\n", "٠٤:٣٠", ""])
def test_a_time_that_is_none_is_refused(at):
    with pytest.raises(ParameterError, match="--at: must be a time of day such as 04:30"):
        schedule_files("cron", Schedule(ROOT, at=at))


def test_all_faults_are_listed_at_once(bnplan, tmp_path):
    (tmp_path / "crontab").write_text("kept", encoding="utf-8")
    (tmp_path / "runs.toml").write_text("[[runs]]\nnotebook = 1\nlanguages = 2\n", encoding="utf-8")
    words = ["--at", "25:00", "--out", "a\tb", "--data", tmp_path / "none", "--runs", tmp_path / "runs.toml"]
    code, out, err = bnplan("cron", *words, "--to", tmp_path)
    assert (code, out, len(err.splitlines())) == (2, b"", 6)
    assert (tmp_path / "crontab").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("kind", NAMES)
def test_files_are_listed_on_stdout_and_stderr_says_what_puts_them_to_use(bnplan, tmp_path, kind):
    code, out, err = bnplan(kind, "--to", tmp_path / "new folder")
    paths = [tmp_path / "new folder" / name for name in NAMES[kind]]
    assert (code, out.decode().splitlines()) == (0, list(map(str, paths)))
    assert sorted(paths) == sorted((tmp_path / "new folder").iterdir())
    assert 2 <= len(err.splitlines()) <= 4
    assert all(path.name in err for path in paths)


@POSIX
def test_the_first_thing_said_for_systemd_puts_units_where_it_looks_for_them(bnplan, tmp_path):
    err = bnplan("systemd", "--out", tmp_path / ODD, "--to", tmp_path / "new folder")[2]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", err.splitlines()[0]], env=env, check=True)
    assert sorted(path.name for path in (tmp_path / ".config/systemd/user").iterdir()) == list(NAMES["systemd"])
    assert (tmp_path / ODD).is_dir()


def test_what_is_printed_is_what_would_be_written(bnplan):
    for kind in ("cron", "windows"):
        out = bnplan(kind, "--out", ROOT / "Hà Nội")[1]
        assert out == next(iter(schedule_files(kind, Schedule(ROOT / "Hà Nội")).values()))


def test_a_data_folder_that_a_variable_names_here_is_named_in_the_command(bnplan, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("BNPLAN_DATA", "data")
    assert started_by_cron(bnplan("cron")[1].decode()).endswith(shlex.join(["--data", str(ROOT / "data")]))


def test_two_files_are_printed_under_their_names(bnplan):
    lines = bnplan("systemd")[1].decode().splitlines()
    assert [line for line in lines if line in ("# bnplan.service", "# bnplan.timer")] == [
        "# bnplan.service",
        "# bnplan.timer",
    ]


def test_a_workflow_takes_no_paths_of_this_machine(bnplan):
    code, _, err = bnplan("github", "--out", "reports", "--runs", "runs.toml")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "so leave out --out, --runs" in err


def test_a_folder_that_cannot_be_written_is_said_in_one_line(bnplan, tmp_path):
    (tmp_path / "file").touch()
    code, out, err = bnplan("cron", "--to", tmp_path / "file" / "in it")
    assert (code, out, len(err.splitlines())) == (2, b"", 1)
    assert "the folder must be writable" in err
