"""Whatever goes wrong in a run, the last good report is there and whole, and what failed is named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from rough import (
    Place,
    Reader,
    changed,
    copied,
    ended,
    fill,
    half_pages,
    mounted,
    placed,
    says,
    springs,
    strange,
    wait_for,
    whole,
    written,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes and file systems are looked at as Linux has them"),
]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The folder of a good report with water 1 in it."""
    with placed(tmp_path_factory.mktemp("good")) as here:
        done = here.run(*springs(here.folder, 1))
        assert done.returncode == 0, done.stderr
        yield here.out


@pytest.fixture
def place(tmp_path):
    """A place for commands, nothing in it."""
    with placed(tmp_path) as here:
        yield here


@pytest.fixture
def report(good, place):
    """A place with a good report."""
    return copied(good, place)


EVERY = [f"n{number}" for number in range(6)]


# Killed


@dataclass
class Killed:
    """What a killed command left, who read meanwhile, and what `--resume` made of it."""

    place: Place
    reader: Reader
    done: set[str]
    pages: dict[str, bytes]
    half: list[str]
    resumed: subprocess.CompletedProcess[str]
    anew: set[str]


MOMENTS = {
    "before the first page": lambda place, before: (place.out / ".bnplan" / "plan.json").exists(),
    "between pages": lambda place, before: len(changed(before, place.records())) >= 2,
    "while it publishes": lambda place, before: (place.out / ".bnplan" / "aside" / "report").exists(),
}


@pytest.fixture(scope="module", params=list(MOMENTS))
def killed(good, tmp_path_factory, request):
    """A command that replaces all pages, killed at some moment, and the one that goes on with it."""
    with placed(tmp_path_factory.mktemp("killed")) as here, Reader(copied(good, here).out) as reader:
        before = here.records()
        running = here.start(*springs(here.folder, 2, seconds=0.1))
        wait_for(lambda: MOMENTS[request.param](here, before), running)
        running.kill()
        running.wait()
        after, pages, half = here.records(), here.pages(), half_pages(here.out)
        resumed = here.run("--resume")
        yield Killed(here, reader, changed(before, after), pages, half, resumed, changed(after, here.records()))


def test_the_last_good_report_is_readable_before_and_after_a_kill(killed):
    assert killed.reader.complaints == []
    assert killed.reader.times > 100


def test_a_killed_command_leaves_no_half_page(killed):
    assert killed.half == []


def test_what_was_killed_comes_to_a_good_end_with_resume(killed):
    assert killed.resumed.returncode == 0, killed.resumed.stderr
    assert says(killed.place, 2) == EVERY


def test_resume_runs_what_was_missing_and_nothing_else(killed):
    assert killed.anew == set(EVERY) - killed.done


def test_pages_that_were_done_before_a_kill_keep_their_bytes(killed):
    now = killed.place.pages()
    assert {name: now[name] for name in killed.done} == {name: killed.pages[name] for name in killed.done}


def test_after_resume_nothing_of_a_killed_command_runs_or_is_left_in_its_folder(killed):
    left = [one for one in killed.place.left() if str(killed.place.folder / "temporary") not in one]
    assert left == []


def test_after_resume_no_temporary_file_of_a_killed_command_is_left(killed):
    left = [path for path in (killed.place.folder / "temporary").iterdir() if not path.name.startswith("pymp-")]
    assert left == []  # but for an empty socket of Python's own


# Stopped

CHILDREN = """
import os, subprocess, time
plain = subprocess.Popen(["sleep", "600"])
apart = subprocess.Popen(["sleep", "600"], start_new_session=True)
os.system("sleep 600 & nohup sleep 600 > /dev/null &")
open("begun", "w").close()
time.sleep(600)
"""


def to_it(running: subprocess.Popen[str]) -> None:
    """Stop a command as a shell or a scheduler does."""
    running.terminate()


def to_all(running: subprocess.Popen[str]) -> None:
    """Stop a command as a service manager does: with every process that belongs to it."""
    main = psutil.Process(running.pid)
    for process in [main, *main.children(recursive=True)]:
        process.terminate()


@pytest.fixture(scope="module", params=[to_it, to_all], ids=["the command", "all its processes"])
def stopped(good, tmp_path_factory, request):
    """A command stopped while one notebook has children: the place, its end, and what was left of it."""
    with placed(tmp_path_factory.mktemp("stopped")) as here, Reader(copied(good, here).out) as reader:
        paths = [*springs(here.folder, 2, 2), written(here.folder / "n2.ipynb", CHILDREN)]
        running = here.start(*paths)
        wait_for(lambda: list((here.out / ".bnplan" / "aside").glob("run-*/here/begun")), running)
        request.param(running)
        yield here, ended(running), here.left(), reader


def test_a_stopped_command_leaves_with_143_and_says_how_to_go_on(stopped):
    assert stopped[1].returncode == 143
    assert "go on with --resume" in stopped[1].stderr
    assert "Traceback" not in stopped[1].stderr


def test_a_stopped_command_leaves_no_process_no_temporary_file_and_no_half_page(stopped):
    assert stopped[2] == []


def test_the_last_good_report_is_readable_when_a_command_is_stopped(stopped):
    assert stopped[3].complaints == []


def test_a_command_stopped_while_it_plans_leaves_with_143(place):
    running = place.start(*springs(place.folder, 1, 1))
    maps = Path(f"/proc/{running.pid}/maps")
    wait_for(lambda: "/pydantic_core/" in maps.read_text(encoding="utf-8"), running)  # it reads its scenario
    running.terminate()
    assert ended(running).returncode == 143


def test_ctrl_c_lets_running_notebooks_end_and_leaves_with_130(place):
    running = place.start(*springs(place.folder, 1, 4, seconds=1))
    wait_for(
        lambda: len(list(place.out.glob(".bnplan/aside/run-*"))) > 1,
        running,
    )
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    assert (ended(running).returncode, sorted(place.pages())) == (130, ["n0", "n1"])
    assert place.left() == []


# Notebooks that misbehave

LOUD = "for _ in range(1000):\n    print('x' * 100_000)"
BAD = {
    "1_good": ["print('water')"],
    "2_raises": ["print('one')", "raise ValueError('dry')", "print('three')"],
    "3_hangs": ["import time; time.sleep(600)"],
    "4_hangs_in_c": ["import re; re.match('(a*)*b', 'a' * 60)"],
    "5_hoards": ["water = []\nwhile True: water.append(bytearray(b'x') * 20_000_000)"],
    "6_child_hoards": [
        "import subprocess, sys\ncode = 'import time; water = bytearray(b\"x\") * 900_000_000; time.sleep(600)'\n"
        "_ = subprocess.run([sys.executable, '-c', code], start_new_session=True)"
    ],
    "7_loud": [LOUD],
    "8_loud_at_once": ["print('x' * 100_000_000)"],
    "9_kills_itself": ["import os; os.kill(os.getpid(), 9)"],
    "a_kills_its_process": ["import os; os.kill(int(os.environ['JPY_PARENT_PID']), 9)"],
    "b_leaves_a_child": ["import subprocess\n_ = subprocess.Popen(['sleep', '600'])"],
    "c_good": ["print('water')"],
}
TOLD = {  # the second cell of each is the one papermill adds
    "2_raises": "cell 4: ValueError: dry",
    "3_hangs": "cell 3: CellTimeoutError",
    "4_hangs_in_c": "cell 3: CellTimeoutError",
    "5_hoards": "cell 3: LimitReached: took",
    "6_child_hoards": "cell 3: LimitReached: took",
    "7_loud": "cell 3: LimitReached: wrote more than 20 MB",
    "8_loud_at_once": "cell 3: LimitReached: wrote more than 20 MB",
    "9_kills_itself": "cell 3: DeadKernelError",
    "a_kills_its_process": "its process was killed 2 times",
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A batch of notebooks most of which go wrong: the place, the end of the command, and what was left."""
    with placed(tmp_path_factory.mktemp("bad")) as here:
        paths = [written(here.folder / f"{name}.ipynb", *cells) for name, cells in BAD.items()]
        done = here.run(*paths, "--time-limit", 5, "--memory-limit", 700, "--output-limit", 20)
        yield here, done, here.left()


def test_a_batch_with_bad_notebooks_leaves_with_4_and_without_a_traceback(bad):
    assert bad[1].returncode == 4
    assert "Traceback" not in bad[1].stderr


@pytest.mark.parametrize("name", list(TOLD))
def test_the_summary_names_what_failed_and_in_which_cell(bad, name):
    assert f"{name} (middle, en) failed: {TOLD[name]}" in bad[1].stderr


@pytest.mark.parametrize("name", sorted(set(BAD) - set(TOLD)))
def test_the_others_go_on(bad, name):
    assert whole((bad[0].out / f"{name}.middle.en.html").read_bytes())


@pytest.mark.parametrize("name", list(TOLD))
def test_a_bad_notebook_leaves_a_whole_page_that_is_marked_as_failed(bad, name):
    page = (bad[0].out / f"{name}.middle.en.failed.html").read_bytes()
    assert whole(page)
    assert b'role="alert"' in page


def test_bad_notebooks_leave_no_process_and_no_half_file(bad):
    assert bad[2] == []


def test_pages_of_bad_notebooks_stay_small(bad):
    assert max(path.stat().st_size for path in bad[0].out.glob("*.html")) < 25_000_000


def test_bad_notebooks_tell_nothing_of_this_machine(bad):
    homes = (str(bad[0].folder), str(Path(sys.prefix)), str(Path(__file__).parents[1]))
    texts = {path.name: path.read_text("utf-8") for path in bad[0].out.iterdir() if path.is_file()}
    assert [(name, home) for name, text in texts.items() for home in homes if home in text] == []


def test_what_stops_a_notebook_is_told_as_well_where_the_output_folder_is_named_from_here(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    place.out = Path("out")
    done = place.run(written(place.folder / "n0.ipynb", "import time; time.sleep(600)"), "--time-limit", 1)
    assert "n0 (middle, en) failed: cell 3: CellTimeoutError" in done.stderr


INSIDE = "import json\njson.loads('{')"


def test_an_error_inside_a_library_tells_no_path_of_this_machine(place):
    assert place.run(written(place.folder / "n0.ipynb", INSIDE)).returncode == 4
    page = (place.out / "n0.middle.en.failed.html").read_text("utf-8")
    assert "JSONDecodeError" in page
    assert [home for home in (sys.prefix, sys.base_prefix, str(place.folder)) if home in page] == []


TURNING = "from pathlib import Path\nif Path({!r}).exists(): raise ValueError('dry')"


def test_a_page_whose_newest_run_failed_is_not_passed_over_as_unchanged(place):
    dry = place.folder / "dry"
    path = written(place.folder / "n0.ipynb", TURNING.format(str(dry)))
    assert place.run(path).returncode == 0
    dry.touch()
    assert place.run(path, "--force").returncode == 4
    dry.unlink()
    assert place.run(path).returncode == 0
    assert sorted(one.name for one in place.out.glob("*.failed.*")) == []


# No room, no right to write


@pytest.fixture(scope="module", params=[0, 110_000], ids=["nothing", "some pages"])
def full(good, tmp_path_factory, request):
    """A disk with little room left, in the middle of a run: reader, end of the command, and of the one with room."""
    with placed(tmp_path_factory.mktemp("full")) as here, mounted(here.folder / "disk", "2m") as disk:
        here.out = disk / "out"
        copied(good, here)
        ballast = fill(disk, request.param)
        paths = springs(here.folder, 2)
        with Reader(here.out) as reader:
            done = here.run(*paths)
            half = strange(here.out)
            ballast.unlink()
            again = here.run("--resume", *paths)
        yield here, reader, done, half, again


def test_the_last_good_report_is_readable_when_the_disk_is_full(full):
    assert full[1].complaints == []
    assert full[1].times > 100


def test_a_full_disk_is_said_and_the_exit_code_is_right(full):
    assert full[2].returncode in (2, 4)
    assert "No space left on device" in full[2].stderr
    assert "Traceback" not in full[2].stderr


def test_a_full_disk_leaves_no_half_file(full):
    assert full[3] == []


def test_with_room_again_the_run_comes_to_a_good_end(full):
    assert full[4].returncode == 0, full[4].stderr
    assert (says(full[0], 2), strange(full[0].out)) == (EVERY, [])


def test_a_read_only_output_folder_is_refused_and_its_report_stays_readable(good, place):
    with mounted(place.folder / "disk", "2m") as disk:
        place.out = disk / "out"
        copied(good, place)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with Reader(place.out) as reader:
            done = place.run(*springs(place.folder, 2))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "the output folder must be writable, Read-only file system" in done.stderr
        assert reader.complaints == []


NOWHERE = {
    "a home that is not there": {"HOME": "/proc/nowhere"},
    "no home": {"HOME": None},
    "a temporary folder that is not there": {"TMPDIR": "/proc/nowhere"},
}


@pytest.mark.parametrize("env", list(NOWHERE.values()), ids=list(NOWHERE))
def test_a_command_runs_with(place, env):
    done = place.run(*springs(place.folder, 1, 1), **env)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert place.left() == []


def test_a_command_runs_with_a_temporary_folder_and_a_home_that_are_full(place):
    with mounted(place.folder / "disk", "1m") as disk:
        fill(disk, 0)
        done = place.run(*springs(place.folder, 1, 1), TMPDIR=str(disk), HOME=str(disk))
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)


# Two at once


def test_of_two_commands_into_one_folder_one_runs_and_the_other_says_who_holds_it(place):
    paths = springs(place.folder, 1, 2, seconds=1)
    pair = [place.start(*paths) for _ in range(2)]
    ends = sorted((ended(one) for one in pair), key=lambda one: one.returncode)
    assert [one.returncode for one in ends] == [0, 2]
    assert "writes here; wait for its end or choose another --out" in ends[1].stderr
    assert (sorted(place.pages()), place.left()) == (["n0", "n1"], [])


# Records and pages that were spoiled


def cut(path: Path) -> None:
    """Leave half of a file."""
    content = path.read_bytes()
    path.unlink()  # the report that is kept shares the file
    path.write_bytes(content[: len(content) // 2])


def edit(path: Path) -> None:
    """Change a file by hand."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content.replace(b"water 1", b"water 9"))


def empty(path: Path) -> None:
    """Leave nothing in a file."""
    path.unlink()
    path.touch()


SPOILED = {
    "n0": (cut, "html"),
    "n1": (edit, "html"),
    "n2": (cut, "run.json"),
    "n3": (empty, "run.json"),
    "n4": (edit, "ipynb"),
}


@pytest.fixture(scope="module")
def mended(good, tmp_path_factory):
    """A report whose files were spoiled, run again: the place, the end of the command, and what it wrote anew."""
    with placed(tmp_path_factory.mktemp("spoiled")) as here:
        copied(good, here)
        for name, (spoil, end) in SPOILED.items():
            spoil(here.out / f"{name}.middle.en.{end}")
        cut(here.out / "run.json")
        before = here.records()
        done = here.run(*springs(here.folder, 1))
        yield here, done, changed(before, here.records())


def test_a_spoiled_record_of_the_run_stops_nothing(mended):
    assert mended[1].returncode == 0, mended[1].stderr
    assert json.loads((mended[0].out / "run.json").read_text("utf-8"))["status"] == "done"


@pytest.mark.parametrize("name", list(SPOILED))
def test_what_was_spoiled_runs_again_and_is_whole(mended, name):
    assert name in mended[2]
    assert "water 1." in (mended[0].out / f"{name}.middle.en.html").read_text("utf-8")


def test_what_was_not_spoiled_does_not_run_again(mended):
    assert mended[2] == set(SPOILED)


def test_after_spoiled_files_the_last_good_report_is_whole(mended):
    assert (says(mended[0], 1), strange(mended[0].out)) == (EVERY, [])


ODD = {"no files": {"files": None}, "no list of files": {"files": {}}, "no number": {"run": None}}


@pytest.mark.parametrize("told", list(ODD.values()), ids=list(ODD))
def test_a_record_that_was_edited_by_hand_has_its_page_run_again(report, told):
    path = report.out / "n0.middle.en.run.json"
    text = json.dumps({**json.loads(path.read_text("utf-8")), **told})
    path.unlink()
    path.write_text(text, encoding="utf-8")
    before = report.records()
    done = report.run(*springs(report.folder, 1))
    assert done.returncode == 0, done.stderr[-500:]
    assert changed(before, report.records()) == {"n0"}


def test_the_trace_of_a_failure_that_a_killed_command_left_beside_a_good_page_goes(report):
    """A kill after the good record is written and before the failed one is taken away leaves both."""
    told = json.loads((report.out / "n0.middle.en.run.json").read_text("utf-8"))
    failed = {"page": "n0.middle.en.failed.html", "executed": "n0.middle.en.failed.ipynb", "files": {}}
    odd = json.dumps({**told, **failed, "status": "failed", "error": "cell 2: ValueError: dry"})
    (report.out / "n0.middle.en.failed.run.json").write_text(odd, encoding="utf-8")
    shutil.copy(report.out / "n0.middle.en.html", report.out / "n0.middle.en.failed.html")
    done = report.run(*springs(report.folder, 1))
    assert (done.returncode, list(report.out.glob("*.failed.*"))) == (0, [])
    assert "This run failed" not in (report.out / "index.html").read_text("utf-8")


# What stands in the way of `latest`


def folder_instead(latest: Path) -> None:
    """Put a copy of the report there, as a copy of the whole folder that follows links does."""
    kept = latest.resolve()
    latest.unlink()
    shutil.copytree(kept, latest)


def file_instead(latest: Path) -> None:
    """Put a file there."""
    latest.unlink()
    latest.write_text("taken", encoding="utf-8")


def link_elsewhere(latest: Path) -> None:
    """Put a link there that leads out of the folder."""
    latest.unlink()
    latest.symlink_to(latest.parents[1] / "home", target_is_directory=True)


@pytest.mark.parametrize("instead", [folder_instead, file_instead, link_elsewhere])
def test_something_in_place_of_latest_is_replaced_or_said(report, instead):
    instead(report.out / "latest")
    done = report.run(*springs(report.folder, 2))
    assert says(report, 2) == EVERY or (done.returncode, "latest" in done.stderr) == (4, True)
    assert list((report.folder / "home").glob("*.html")) == []
