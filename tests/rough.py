"""What tests of faults share: a command in surroundings of its own, and somebody who reads the report meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from small import written

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
MARK = "FAULTS_OF"  # variable by which every process of a command is known, whoever its parent is


def springs(folder: Path, water: object, count: int = 6, seconds: float = 0.0) -> list[Path]:
    """Write notebooks `n0`, `n1` … that print what water they hold."""
    code = f"import time\ntime.sleep({seconds})\nprint('water {water}.')"
    return [written(folder / f"n{place}.ipynb", code) for place in range(count)]


@dataclass
class Place:
    """A folder for one command after another: its output, its home, its temporary files, its processes."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        for name in ("home", "temporary"):
            (self.folder / name).mkdir(exist_ok=True)
        self.out = self.folder / "out"

    def start(
        self, *words: object, before: tuple[str, ...] = (), stderr: Any = subprocess.PIPE, **env: str | None
    ) -> subprocess.Popen[str]:
        """Start `bnplan run` in English, by way of another command; a variable that is None is taken away."""
        own = {"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "temporary"), MARK: self.mark}
        told = {key: value for key, value in {**os.environ, **own, **env}.items() if value is not None}
        told.pop("PYTEST_CURRENT_TEST", None)
        command = [*before, sys.executable, "-m", "bnplan_lib.cli", "run", *map(str, words)]
        if any(isinstance(word, Path) for word in words):  # notebooks, not what an earlier command was asked for
            command += ["--lang", "en"]
        command += ["--workers", "2", "--out", str(self.out)]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": stderr}
        return subprocess.Popen(command, **streams, text=True, encoding="utf-8", env=told, start_new_session=True)

    def run(self, *words: object, **more) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        running = self.start(*words, **more)
        return ended(running)

    def records(self) -> dict[str, tuple[int, int]]:
        """Return what tells whether the record of each page was written anew."""
        found = {}
        for path in self.out.glob("n*.run.json"):
            with suppress(FileNotFoundError):
                told = path.stat()
                found[path.name.partition(".")[0]] = told.st_ino, told.st_mtime_ns
        return found

    def pages(self) -> dict[str, bytes]:
        """Return the pages by notebook."""
        return {path.name.partition(".")[0]: path.read_bytes() for path in self.out.glob("n*.en.html")}

    def processes(self) -> dict[int, str]:
        """Return every process that one of the commands started, directly or not, and that runs still."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return found

    def left(self, seconds: float = 5) -> list[str]:
        """Return processes and files that commands have left: there should be none."""
        end = time.monotonic() + seconds
        while self.processes() and time.monotonic() < end:
            time.sleep(0.05)
        links = [str(path) for path in (self.folder / "home").rglob("kernel-*.json")]
        temporary = [str(path) for path in (self.folder / "temporary").rglob("*")]
        return [*self.processes().values(), *links, *temporary, *strange(self.out)]


def ended(running: subprocess.Popen[str], seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Return how a command ended; one that does not end is killed."""
    try:
        told = running.communicate(timeout=seconds)
    finally:
        running.kill()
    return subprocess.CompletedProcess(running.args, running.returncode, *told)


@contextmanager
def placed(folder: Path) -> Iterator[Place]:
    """Give a place; whatever its commands left running is ended."""
    place = Place(folder)
    try:
        yield place
    finally:
        for pid in place.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def strange(out: Path) -> list[str]:
    """Return the files of an output folder that are half, or should not be there."""
    found = [str(path) for path in out.rglob(".*") if path.name != ".bnplan"]
    own = ("lock", "plan.json", "guides.json")
    found += [str(path) for path in (out / ".bnplan").rglob("*") if path.name not in own]
    found += [str(path) for path in out.rglob("*.html") if not whole(path.read_bytes())]
    return found + [str(path) for end in ("json", "ipynb") for path in out.rglob(f"*.{end}") if not reads(path)]


def whole(page: bytes) -> bool:
    """Return whether a page has its beginning and its end."""
    return page.lower().startswith(b"<!doctype html>") and page.rstrip().endswith(b"</html>")


def reads(path: Path) -> bool:
    """Return whether a file is JSON."""
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False


class Reader(Thread):
    """Somebody who opens a report again and again, and complains of what is missing or half."""

    def __init__(self, out: Path, page: str = "n0.middle.en.html") -> None:
        super().__init__(daemon=True)
        self.out, self.over, self.times = out, Event(), 0
        self.paths = [out / "latest" / "index.html", out / "latest" / page, out / page, out / "index.html"]
        self.complaints: list[str] = []

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        """Read until told to stop."""
        while not self.over.wait(0.003):
            for path in self.paths:
                self._read(path)
            self.times += 1

    def _read(self, path: Path) -> None:
        try:
            if not whole(path.read_bytes()):
                self.complaints.append(f"{path}: half")
        except OSError as error:
            self.complaints.append(f"{path}: {error}")


def wait_for(what: Callable[[], object], running: subprocess.Popen[str], seconds: float = 60) -> None:
    """Wait until something is so, for as long as a command runs."""
    end = time.monotonic() + seconds
    while not what():
        assert running.poll() is None, f"ended too soon: {running.communicate()}"
        assert time.monotonic() < end
        time.sleep(0.0002)


@contextmanager
def mounted(folder: Path, size: str, *options: str) -> Iterator[Path]:
    """Mount a small file system in memory."""
    if not ROOT or not shutil.which("mount"):
        pytest.skip("only root may mount a file system")
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "none", str(folder)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Make a folder one that nobody may write, root neither."""
    if ROOT:
        with mounted(folder, "1m", "ro") as place:
            yield place
        return
    folder.mkdir(exist_ok=True)
    folder.chmod(0o500)
    try:
        yield folder
    finally:
        folder.chmod(0o700)


def fill(folder: Path, but: int) -> Path:
    """Fill a file system but for some bytes; return the file that does it."""
    ballast = folder / "ballast"
    free = os.statvfs(folder)
    size = max(free.f_bavail * free.f_frsize - but, 0)
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for _ in range(size // 4096):
            file.write(b"x" * 4096)
    return ballast


def copied(good: Path, place: Place) -> Place:
    """Give a place the good report of another one, with the names that share a file."""
    subprocess.run(["cp", "-a", f"{good}/.", str(place.out)], check=True)
    return place


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return which records were written since."""
    return {name for name, told in after.items() if before.get(name) != told}


def half_pages(out: Path) -> list[str]:
    """Return the pages that a reader may open and that are half."""
    pages = (path for path in out.rglob("*.html") if ".bnplan" not in path.parts)
    return [str(path) for path in pages if not whole(path.read_bytes())]


def says(place: Place, water: int) -> list[str]:
    """Return which pages of the last good report hold this water."""
    pages = (place.out / "latest").glob("n*.en.html")
    return sorted(path.name.partition(".")[0] for path in pages if f"water {water}." in path.read_text("utf-8"))
