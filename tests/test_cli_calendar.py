"""`bnplan calendar` writes the programme's dates as an iCalendar file, whole or not at all."""

import os
import subprocess
import sys

import icalendar
import pytest
from toy import write_toy

from bnplan_lib import cli

LATE = """title_vi = "Chậm"
title_en = "Late"
why = "A test."
tasks."II.7".delay_quarters = 2
"""


@pytest.fixture
def bnplan(capsysbinary, monkeypatch):
    """Run `bnplan calendar` in this process and return its code, stdout as bytes, and stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["bnplan", "calendar", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsysbinary.readouterr()
        return left.value.code or 0, out, err.decode()

    return run


def test_the_calendar_goes_to_stdout_and_its_count_to_stderr(bnplan):
    code, out, err = bnplan()
    assert (code, err) == (0, "stdout: 49 entries, 0 of them moved by the scenario middle\n")
    assert len(icalendar.Calendar.from_ical(out).walk("VEVENT")) == 49


def test_a_file_holds_what_stdout_shows(bnplan, tmp_path):
    path = tmp_path / "bnplan.ics"
    code, out, err = bnplan("--lang", "vi", "--to", path)
    assert (code, out) == (0, b"")
    assert err.startswith(f"{path}: 49 entries")
    assert path.read_bytes() == bnplan("--lang", "vi")[1]


def test_the_bytes_depend_on_neither_hash_seed_nor_encoding():
    command = [sys.executable, "-m", "bnplan_lib.cli", "calendar", "--lang", "vi", "--agency", "finance"]
    runs = [
        subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed, **more})
        for seed, more in (("1", {}), ("2", {"PYTHONIOENCODING": "latin-1"}))
    ]
    assert runs[0].stdout == runs[1].stdout
    assert "Sở Tài chính".encode() in runs[0].stdout.replace(b"\r\n ", b"")


def test_a_scenario_file_moves_an_entry(bnplan, tmp_path):
    path = tmp_path / "late.toml"
    path.write_text(LATE, encoding="utf-8")
    _, out, err = bnplan("--scenario", path)
    assert err == "stdout: 49 entries, 2 of them moved by the scenario late\n"
    assert b"DTSTART;VALUE=DATE:20270930" in out
    assert b"DTSTART;VALUE=DATE:20270930" not in bnplan()[1]


# Appendix II: finance leads rows II.1, II.6 and II.12; order 1.4, led by it among others, covers two milestones
def test_a_body_gets_its_own_calendar(bnplan):
    _, out, err = bnplan("--agency", "finance")
    assert err.startswith("stdout: 9 entries")
    assert b"UID:tasks-II.12-due@bnplan" in out
    assert b"UID:tasks-II.7@bnplan" not in out


def test_another_programme_is_read_with_data(bnplan, tmp_path):
    out = bnplan("--data", write_toy(tmp_path))[1]
    uids = [str(event["UID"]) for event in icalendar.Calendar.from_ical(out).walk("VEVENT")]
    assert uids == [f"tasks-{row}{end}@bnplan" for row in ("I.1", "I.2") for end in ("", "-due")]


WRONG_USE = {
    ("--agency", "finanse"): "bnplan: agency finanse: no such body; nearest: finance; ",
    ("--agency", "people_committee"): "bnplan: nothing dated is led or co-ordinated by people_committee",
    ("--scenario", "hihg"): "bnplan: no scenario 'hihg'; nearest: high",
    ("--lang", "fr"): "'fr' is not one of",
    ("--to", "/dev/null"): "bnplan: /dev/null: must be a file, found a device",
    ("--to", "/nowhere/bnplan.ics"): "bnplan: /nowhere/bnplan.ics: must be a file in a folder that can be written, ",
}


@pytest.mark.parametrize(("words", "message"), WRONG_USE.items(), ids=lambda value: " ".join(value[:2]))
def test_wrong_use_leaves_with_2_and_says_why(bnplan, words, message):
    code, out, err = bnplan(*words)
    assert (code, out) == (2, b"")
    assert message in err
    assert "Traceback" not in err


def test_all_unknown_bodies_are_listed_at_once(bnplan):
    err = bnplan("--agency", "finanse", "--agency", "finance", "--agency", "cultur")[2]
    assert [line.split(":")[0] for line in err.splitlines()] == ["agency finanse", "agency cultur"]


def test_invalid_data_leave_with_3(bnplan, tmp_path):
    path = write_toy(tmp_path) / "programme" / "tasks.csv"
    path.write_text(path.read_text("utf-8").replace("2026Q1", "2026Q5"), "utf-8")
    code, out, err = bnplan("--data", tmp_path)
    assert (code, out) == (3, b"")
    assert "tasks.csv:2:start" in err


@pytest.mark.parametrize("target", ["taken", "file.txt/bnplan.ics", "missing/bnplan.ics"])
def test_a_target_that_cannot_be_written_leaves_nothing_behind(bnplan, tmp_path, target):
    (tmp_path / "taken").mkdir()
    (tmp_path / "file.txt").write_text("kept", encoding="utf-8")
    code, _, err = bnplan("--to", tmp_path / target)
    assert (code, len(err.splitlines())) == (2, 1)
    assert f"{target}: must be a file" in err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.txt", "taken"]


def test_a_refused_request_keeps_the_file_of_before(bnplan, tmp_path):
    path = tmp_path / "bnplan.ics"
    path.write_bytes(b"before")
    assert bnplan("--agency", "people_committee", "--to", path)[0] == 2
    assert path.read_bytes() == b"before"


def test_a_link_stays_a_link_to_the_new_calendar(bnplan, tmp_path):
    real, link = tmp_path / "real.ics", tmp_path / "link.ics"
    real.write_bytes(b"before")
    link.symlink_to(real)
    assert bnplan("--to", link)[0] == 0
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_command_line_loads_no_calendar_library_before_it_is_needed():
    code = "import sys, bnplan_lib.cli, bnplan_lib.report.dates; print('icalendar' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
