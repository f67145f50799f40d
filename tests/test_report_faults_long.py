"""Killed, stopped or short of room at any moment, many times over, and 200 runs: nothing is lost and nothing grows."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from rough import (
    MARK,
    ROOT,
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
    written,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="processes and file systems are looked at as Linux has them"),
]
EVERY = [f"n{number}" for number in range(6)]
LONGEST = 5.0  # seconds that a command of six notebooks takes about


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The folder of a good report with water 0 in it."""
    with placed(tmp_path_factory.mktemp("good")) as here:
        done = here.run(*springs(here.folder, 0))
        assert done.returncode == 0, done.stderr
        yield here.out


@pytest.fixture(scope="module")
def again(good, tmp_path_factory):
    """A place whose report every try below replaces."""
    with placed(tmp_path_factory.mktemp("again")) as here:
        yield copied(good, here)


@pytest.fixture
def place(tmp_path):
    """A place for commands, nothing in it."""
    with placed(tmp_path) as here:
        yield here


@pytest.fixture
def report(good, place):
    """A place with a good report."""
    return copied(good, place)


def interrupted(place: Place, water: int, number: int, *words: object) -> tuple[int, dict, set[str], dict]:
    """Replace a report and send the command a signal at a moment drawn by lot: its code, and what it had done."""
    before, dice = place.records(), random.Random(water)
    running = place.start(*springs(place.folder, water, seconds=0.1), *words)
    time.sleep(dice.uniform(0.3, LONGEST))
    with suppress(ProcessLookupError):
        os.kill(running.pid, number)
    code = ended(running).returncode
    after = place.records()
    return code, after, changed(before, after), place.pages()


def resumed(place: Place, *words: object) -> subprocess.CompletedProcess[str]:
    """Go on; a command that was killed before it had said what it was asked for is asked again."""
    told = [] if (place.out / ".bnplan" / "plan.json").exists() else words
    return place.run("--resume", *told)


@pytest.mark.parametrize("water", range(1, 13))
def test_a_command_killed_at_any_moment_loses_nothing_and_resume_runs_the_rest(again, water):
    with Reader(again.out) as reader:
        _, after, done, pages = interrupted(again, water, signal.SIGKILL)
        assert half_pages(again.out) == []
        ending = resumed(again, *springs(again.folder, water, seconds=0.1))
    assert ending.returncode == 0, ending.stderr
    assert (reader.complaints, says(again, water)) == ([], EVERY)
    assert changed(after, again.records()) == set(EVERY) - done
    assert {name: again.pages()[name] for name in done} == {name: pages[name] for name in done}
    assert (strange(again.out), again.processes()) == ([], {})


@pytest.mark.parametrize("water", range(21, 25))
def test_a_forced_command_killed_at_any_moment_goes_on_with_what_it_had_not_run(again, water):
    assert again.run(*springs(again.folder, water, seconds=0.1)).returncode == 0
    _, after, done, _ = interrupted(again, water, signal.SIGKILL, "--force")
    begun = (again.out / ".bnplan" / "plan.json").exists()
    assert resumed(again).returncode == 0
    assert changed(after, again.records()) == (set(EVERY) - done if begun else set())


@pytest.mark.parametrize("water", range(31, 39))
def test_a_command_stopped_at_any_moment_leaves_nothing_and_resume_runs_the_rest(report, water):
    with Reader(report.out) as reader:
        code, after, done, _ = interrupted(report, water, signal.SIGTERM)
        left = report.left()
        ending = resumed(report, *springs(report.folder, water, seconds=0.1))
    assert code in (143, -signal.SIGTERM) or (code == 0 and done == set(EVERY))
    assert (left, reader.complaints) == ([], [])
    assert (ending.returncode, says(report, water)) == (0, EVERY)
    assert changed(after, report.records()) == set(EVERY) - done


def test_the_first_command_of_all_killed_between_pages_goes_on_with_the_rest(place):
    running = place.start(*springs(place.folder, 1, seconds=0.3))
    wait_for(lambda: len(place.records()) >= 2, running)
    running.kill()
    running.wait()
    before = place.records()
    assert place.run("--resume").returncode == 0
    assert changed(before, place.records()) == set(EVERY) - set(before)
    assert (says(place, 1), strange(place.out)) == (EVERY, [])


@pytest.mark.parametrize("room", [4_096, 16_384, 65_536, 90_000, 150_000, 220_000, 300_000])
def test_a_disk_that_fills_up_anywhere_in_a_run_spoils_nothing(good, place, room):
    with mounted(place.folder / "disk", "3m") as disk:
        place.out = disk / "out"
        copied(good, place)
        ballast, paths = fill(disk, room), springs(place.folder, 1)
        with Reader(place.out) as reader:
            done = place.run(*paths)
            half = strange(place.out)
            ballast.unlink()
            ending = place.run("--resume", *paths)
        assert (reader.complaints, half, "Traceback" in done.stderr) == ([], [], False)
        assert done.returncode == 0 or "No space left on device" in done.stderr
        assert done.returncode in ((0, 4) if (place.out / "run.json").exists() else (2,)) or done.returncode == 2
        assert (ending.returncode, says(place, 1), strange(place.out)) == (0, EVERY, [])
        told = [path for path in place.out.rglob("*.*") if path.is_file() and str(disk) in path.read_text("utf-8")]
        assert told == []


def test_of_many_commands_into_one_folder_one_runs_at_a_time(place):
    paths = springs(place.folder, 1, 2, seconds=0.5)
    for _ in range(4):
        ends = [ended(one) for one in [place.start(*paths, "--force") for _ in range(3)]]
        assert sorted({one.returncode for one in ends}) in ([0], [0, 2])
        assert all("writes here" in one.stderr for one in ends if one.returncode == 2)
        assert not any("Traceback" in one.stderr for one in ends)
    assert (sorted(place.pages()), place.left()) == (["n0", "n1"], [])


# Surroundings


def test_a_command_runs_where_no_temporary_folder_can_be_written(place):
    springs(place.folder, 1, 2)
    hide = "mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o ro none /var/tmp && cd /proc"
    script = f'mount --bind "$1" /mnt && {hide} && shift && exec "$@"'
    if not ROOT or subprocess.run(["unshare", "-m", "true"]).returncode:
        pytest.skip("only root may hide the temporary folders")
    command = [sys.executable, "-m", "bnplan_lib.cli", "run", "/mnt/n0.ipynb", "/mnt/n1.ipynb", "--lang", "en"]
    env = {**os.environ, MARK: place.mark, "TMPDIR": "/tmp", "HOME": "/proc/nowhere"}  # noqa: S108
    words = ["unshare", "-m", "sh", "-c", script, "sh", str(place.folder), *command, "--out", "/mnt/out"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (sorted(place.pages()), place.left()) == (["n0", "n1"], [])


def test_a_link_to_a_folder_may_be_the_output_folder(report):
    report.out.rename(report.folder / "elsewhere")
    report.out.symlink_to(report.folder / "elsewhere", target_is_directory=True)
    assert report.run(*springs(report.folder, 2)).returncode == 0
    assert (says(report, 2), report.out.is_symlink(), report.left()) == (EVERY, True, [])


@pytest.mark.skipif(not ROOT, reason="only root may make a folder immutable")
def test_a_folder_that_becomes_read_only_during_a_run_fails_it_and_resume_ends_it(report):
    running = report.start(*springs(report.folder, 2, seconds=0.5))
    before = report.records()
    wait_for(lambda: changed(before, report.records()), running)
    if subprocess.run(["chattr", "+i", str(report.out)], capture_output=True).returncode:
        pytest.skip("this file system makes no folder immutable")
    try:
        done = ended(running)
    finally:
        subprocess.run(["chattr", "-i", str(report.out)], check=True)
    assert done.returncode == 4
    assert "not written: Operation not permitted" in done.stderr
    assert "Traceback" not in done.stderr
    assert says(report, 0) == EVERY
    assert report.run("--resume").returncode == 0
    assert (says(report, 2), strange(report.out)) == (EVERY, [])


def test_a_kernel_whose_ports_others_have_taken_meanwhile_is_started_again(place):
    """Few ports make likely what seldom happens with many: two kernels are told of the same."""
    few = 'ip link set lo up && echo "40000 40099" > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"'
    if not ROOT or not shutil.which("ip") or subprocess.run(["unshare", "-n", "true"]).returncode:
        pytest.skip("only root may have a network of its own")
    paths = springs(place.folder, 1, 12)
    running = place.start(*paths, before=("unshare", "-n", "sh", "-c", few, "sh"))
    done = ended(running, 200)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@contextmanager
def without_links(folder: Path):
    """Mount a file system that has neither hard nor symbolic links."""
    made, mount = shutil.which("mkfs.exfat"), shutil.which("mount.exfat-fuse")
    if not (ROOT and made and mount and shutil.which("losetup")):
        pytest.skip("needs root, exfatprogs and exfat-fuse")
    folder.mkdir()
    image = folder.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(64_000_000)
    looped = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    if looped.returncode:
        pytest.skip("no loop device is to be had")
    device = looped.stdout.strip()
    try:
        subprocess.run([made, device], check=True, capture_output=True)
        if subprocess.run([mount, device, str(folder)], capture_output=True, timeout=30).returncode:
            pytest.skip("exfat cannot be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def test_a_file_system_without_links_keeps_whole_reports_and_says_which_is_the_last(place):
    with without_links(place.folder / "disk") as disk:
        place.out = disk / "out"
        for water in (1, 2):
            assert place.run(*springs(place.folder, water)).returncode == 0
        last = place.out / (place.out / "latest.txt").read_text("utf-8").strip()
        pages = {path.name: path.read_text("utf-8") for path in last.glob("n*.html")}
        assert (len(pages), [name for name, text in pages.items() if "water 2." not in text]) == (6, [])
        assert (len(list((place.out / "runs").iterdir())), strange(place.out)) == (2, [])


# A clock that is set back: what a program asks of the system for the time of day is told less some seconds
CLOCK = """
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long away(void) {
  long seconds = 0;
  FILE *file = fopen(getenv("CLOCK_AWAY"), "r");
  if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
  return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = syscall(SYS_clock_gettime, clock, now);
  if (!failed && clock == CLOCK_REALTIME) now->tv_sec += away();
  return failed;
}
int gettimeofday(struct timeval *now, void *zone) {
  struct timespec told;
  int failed = clock_gettime(CLOCK_REALTIME, &told);
  now->tv_sec = told.tv_sec;
  now->tv_usec = told.tv_nsec / 1000;
  return failed;
}
time_t time(time_t *now) {
  struct timespec told;
  clock_gettime(CLOCK_REALTIME, &told);
  if (now) *now = told.tv_sec;
  return told.tv_sec;
}
"""


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """A library that tells another time of day, as many seconds away as a file says."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(CLOCK, encoding="utf-8")
    if not shutil.which("cc"):
        pytest.skip("needs a C compiler")
    words = ["cc", "-shared", "-fPIC", "-o", str(folder / "clock.so"), str(folder / "clock.c")]
    subprocess.run(words, check=True, capture_output=True)
    return {"LD_PRELOAD": str(folder / "clock.so"), "CLOCK_AWAY": str(folder / "away")}


def test_a_clock_that_goes_back_a_year_between_two_runs_makes_the_second_the_last(report, clock):
    Path(clock["CLOCK_AWAY"]).write_text("-31536000", encoding="utf-8")
    done = report.run(*springs(report.folder, 1), **clock)
    head = json.loads((report.out / "run.json").read_text("utf-8"))
    kept = json.loads((report.out / "runs" / "0001" / "run.json").read_text("utf-8"))
    assert (done.returncode, says(report, 1)) == (0, EVERY)
    assert head["started"] < kept["started"]
    assert report.run(*springs(report.folder, 1)).stderr.count("unchanged\n") == 6


def test_a_clock_that_goes_back_during_a_run_harms_no_time_limit_and_no_length(report, clock):
    away = Path(clock["CLOCK_AWAY"])
    away.write_text("0", encoding="utf-8")
    running = report.start(*springs(report.folder, 1, seconds=1), "--time-limit", 20, **clock)
    before = report.records()
    wait_for(lambda: changed(before, report.records()), running)
    away.write_text("-86400", encoding="utf-8")
    assert ended(running).returncode == 0
    told = json.loads((report.out / "latest" / "run.json").read_text("utf-8"))
    spans = [told["seconds"], *(one["seconds"] for one in told["runs"])]
    assert (says(report, 1), all(0 < span < 60 for span in spans)) == (EVERY, True)


def test_cells_that_a_clock_set_back_ran_over_take_no_negative_time(report, clock):
    away = Path(clock["CLOCK_AWAY"])
    away.write_text("0", encoding="utf-8")
    code = f"open({str(away)!r}, 'w').write('-86400')"
    assert report.run(written(report.folder / "n0.ipynb", code), **clock).returncode == 0
    told = json.loads((report.out / "n0.middle.en.run.json").read_text("utf-8"))
    assert [cell for cell in told["cells"] if cell["seconds"] is not None and cell["seconds"] < 0] == []


# 200 runs

GROUPS = {"command": "bnplan_lib.cli", "server": "kernel_server", "fork server": "multiprocessing.forkserver"}


def sample(place: Place) -> dict[str, tuple[float, int]]:
    """Return memory in MB and open files of the processes that live as long as a command."""
    found: dict[str, tuple[float, int]] = {}
    for pid, line in place.processes().items():
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            held = process.memory_info().rss / 1e6, process.num_fds()
            kind = next((kind for kind, word in GROUPS.items() if word in line), "")
            if kind and process.create_time() < time.time() - 3:
                found[f"{kind} {pid}"] = held
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """200 runs of one command: the place, its end, what was left, and samples by the number of runs done."""
    with placed(tmp_path_factory.mktemp("many")) as here:
        values = [round(9 + step / 100, 2) for step in range(200)]
        code = "import pandas\nlevers\nprint(pandas.Series(range(1000)).sum())"
        path = written(here.folder / "n0.ipynb", code)
        log = here.folder / "log"
        with log.open("wb") as file:
            running = here.start(path, "--grid", f"growth.industry={values}", stderr=file)
            samples: dict[int, dict[str, tuple[float, int]]] = {}
            while running.poll() is None:
                found = sample(here)
                samples[log.read_text("utf-8").count(": done")] = found
                time.sleep(0.3)
        yield here, running.returncode, log.read_text("utf-8"), here.left(), samples


def test_200_runs_end_well(many):
    assert many[1] == 0, many[2][-2000:]
    assert "200 of 200 pages written" in many[2]


def test_200_runs_leave_no_process_no_file_and_no_socket(many):
    assert many[3] == []


def grown(samples: dict[int, dict[str, tuple[float, int]]], what: int) -> dict[str, tuple[float, float]]:
    """Return of each process the most that it held about run 40 and about run 200."""

    def most(first: int, last: int) -> dict[str, float]:
        held = [one for count, one in samples.items() if first <= count <= last]
        return {name: max(one[name][what] for one in held if name in one) for one in held for name in one}

    early, late = most(20, 70), most(150, 200)
    return {name: (early[name], late[name]) for name in early.keys() & late.keys()}


def test_200_runs_take_no_more_memory_than_40(many):
    held = grown(many[4], 0)
    assert len(held) >= 4, many[4]
    assert {name: pair for name, pair in held.items() if pair[1] > pair[0] + 10} == {}


def test_200_runs_open_no_more_files_than_40(many):
    held = grown(many[4], 1)
    assert {name: pair for name, pair in held.items() if pair[1] > pair[0] + 4} == {}


def test_no_kernel_of_200_runs_failed_to_start(many):
    assert re.findall(r"Address already in use|Kernel didn't respond", many[2]) == []
