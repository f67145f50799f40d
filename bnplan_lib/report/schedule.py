"""How does a run start by itself? By files that systemd, cron, Windows or GitHub read, filled in for this machine."""

from __future__ import annotations

import codecs
import html
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Final

from bnplan_lib.errors import Fault, FaultyInput, ParameterError, shorten
from bnplan_lib.report.matrix import read_runs
from bnplan_lib.report.rhythms import RHYTHMS

TEMPLATES: Final = Path(__file__).with_name("schedules")
NAMES: Final = {
    "systemd": ("bnplan.service", "bnplan.timer"),
    "cron": ("crontab",),
    "windows": ("bnplan-task.xml",),
    "github": ("bnplan.yml",),
}
TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # ends a line, or is no text
# what cannot be written so that whoever reads it understands it
AMBIGUOUS: Final = {
    "cron": (re.compile(r"\\"), "must have no backslash, which one cron reads otherwise than another"),
    "systemd interpreter": (re.compile(r"[\\\"']"), "must have no quote or backslash, or systemd does not start it"),
    "windows": (re.compile(r"%[^%]+%|\$\("), "must not look like a variable, %NAME% or $(NAME)"),
}


def own_program() -> tuple[str, ...]:
    """Return what starts `bnplan` as it was started here, whatever the PATH of whoever starts it next."""
    script = Path(sys.executable).with_name("bnplan.exe" if os.name == "nt" else "bnplan")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "bnplan_lib.cli")


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is to run, and when; `every` is a key of `RHYTHMS`, files and folders are whole paths."""

    out: Path
    runs: Path | None = None
    data: Path | None = None
    at: str = "04:30"
    every: str = "quarter"
    program: tuple[str, ...] = field(default_factory=own_program)

    @property
    def words(self) -> list[str]:
        """The command, word by word."""
        given = {"--out": self.out, "--runs": self.runs, "--data": self.data}
        named = [word for key, path in given.items() if path is not None for word in (key, str(path))]
        return [*self.program, "run", "--quiet", *named]


def schedule_files(kind: str, schedule: Schedule, to: Path | None = None) -> dict[str, bytes]:
    """Return the content of each file of a kind by its name, fit to be written into a folder where one is given.

    Raises
    ------
    ParameterError
        With every fault at once.
    """
    faults = [*_faults(kind, schedule)]
    if to is not None:
        rule = "is there already: remove it or choose another --to"
        faults += [Fault(str(to / name), rule) for name in NAMES[kind] if os.path.lexists(to / name)]
    if faults:
        raise ParameterError(faults)
    values = FILL[kind](schedule) | {"when": f"{RHYTHMS[schedule.every].when} at {schedule.at}"}
    texts = {name: Template((TEMPLATES / name).read_text(encoding="utf-8")) for name in NAMES[kind]}
    encode = _for_windows if kind == "windows" else str.encode
    return {name: encode(text.substitute(values)) for name, text in texts.items()}


def _faults(kind: str, schedule: Schedule) -> Iterator[Fault]:
    if not TIME.fullmatch(schedule.at):
        yield Fault("--at", "must be a time of day such as 04:30", shorten(schedule.at))
    named = {"--out": schedule.out, "--runs": schedule.runs, "--data": schedule.data}
    texts = {key: str(path) for key, path in named.items() if path is not None}
    for place, text in [*texts.items(), *(("interpreter", word) for word in schedule.program)]:
        odd, rule = AMBIGUOUS.get(kind) or AMBIGUOUS.get(f"{kind} {place}") or (UNFIT, "")
        if UNFIT.search(text):
            yield Fault(place, "must be one line without control characters", shorten(text))
        elif odd.search(text):
            yield Fault(place, rule, shorten(text))
    if schedule.runs is not None:
        try:
            read_runs(schedule.runs)
        except FaultyInput as error:
            yield from error.faults
    if schedule.data is not None and not schedule.data.is_dir():
        yield Fault("--data", "must be a folder", shorten(str(schedule.data)))


def _systemd(schedule: Schedule) -> dict[str, str]:
    program, *words = schedule.words
    return {
        # a $ begins a variable in arguments alone
        "command": " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in words)]),
        "out": _quoted(str(schedule.out)),
        "calendar": f"{RHYTHMS[schedule.every].calendar} {schedule.at}:00",
    }


def _quoted(text: str) -> str:
    """Return a word as systemd reads it: a backslash escapes, and a % begins a specifier."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%")
    return f'"{escaped}"'


def _cron(schedule: Schedule) -> dict[str, str]:
    hours, minutes = schedule.at.split(":")
    return {
        "cron": f"{int(minutes)} {int(hours)} {RHYTHMS[schedule.every].days}",
        "command": shlex.join(schedule.words).replace("%", r"\%"),  # cron reads % as the end of a line
    }


def _windows(schedule: Schedule) -> dict[str, str]:
    program, *words = schedule.words
    return {
        "at": schedule.at,
        "trigger": RHYTHMS[schedule.every].trigger,
        "program": html.escape(program, quote=False),
        "arguments": html.escape(subprocess.list2cmdline(words), quote=False),
    }


def _for_windows(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le")


FILL: Final[Mapping[str, Callable[[Schedule], dict[str, str]]]] = {
    "systemd": _systemd,
    "cron": _cron,
    "windows": _windows,
    "github": _cron,
}


def to_install(kind: str, paths: list[Path], schedule: Schedule) -> list[str]:
    """Return the commands that put written files to use, and the one that says later whether runs come about."""
    names, out = shlex.join(map(str, paths)), shlex.quote(str(schedule.out))
    health = f"bnplan health --within {RHYTHMS[schedule.every].hours} --out"
    if kind == "systemd":
        return [
            f"mkdir -p {out} && install -D -m 644 -t ~/.config/systemd/user {names}",
            "systemctl --user daemon-reload && systemctl --user enable --now bnplan.timer",
            "loginctl enable-linger  # to run while nobody is logged in",
            f"{health} {out}",
        ]
    if kind == "cron":
        return [f"(crontab -l 2>/dev/null; cat {names}) | crontab -", f"{health} {out}"]
    if kind == "windows":
        return [
            f'schtasks /Create /TN bnplan /XML "{paths[0]}"',
            "  and, to run while nobody is logged on: /RU NAME /RP *",
            f'{health} "{schedule.out}"',
        ]
    return [
        f"install -D -m 644 -t .github/workflows {names}",
        "git add .github/workflows/bnplan.yml  # runs once pushed to the default branch",
    ]
