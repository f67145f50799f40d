"""How is an output folder kept? One command at a time writes to it, files come whole, and good reports stay.

Beside the pages of the newest runs stand `runs/0001` and so on, each a whole good report that shares its files with
them, and `latest`, which leads to the newest of these. `.bnplan` is for a command that runs.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.whole import write_whole
from bnplan_lib.report.record import BAD, Outcome, Product, as_json, record_name

OWN: Final = ".bnplan"
ASIDE: Final = "aside"  # in it, what a command needs while it runs
LATEST: Final = "latest"
KEPT: Final = "runs"
PLAN: Final = "plan.json"


@contextmanager
def hold(out: Path) -> Iterator[Path]:
    """Keep a folder to oneself; give a place in it for what is needed meanwhile.

    What a command that was killed left there is cleared away.

    Raises
    ------
    PlanError
        If it cannot be written, or another command holds it.
    """
    own = out / OWN
    with writable(out):
        own.mkdir(parents=True, exist_ok=True)
        lock = FileLock(own / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise PlanError(f"{out}: {_holder(own)} writes here; wait for its end or choose another --out") from None
    place = (own / ASIDE).resolve()  # notebooks run in folders of their own
    try:
        with writable(out):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            about = {"process": os.getpid(), "host": socket.gethostname(), "since": _now()}
            write_whole(own / "holder.json", json.dumps(about))
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        (own / "holder.json").unlink(missing_ok=True)
        lock.release()


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Say in one line that a folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise PlanError(f"{out}: the output folder must be writable, {error.strerror or error}") from error


def _holder(own: Path) -> str:
    try:
        about = json.loads((own / "holder.json").read_text(encoding="utf-8"))
        return f"another run (process {about['process']} on {about['host']}, since {about['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def remember(out: Path, asked: Mapping[str, Any]) -> None:
    """Keep what was asked of a command, until `forget`."""
    write_whole(out / OWN / PLAN, json.dumps(asked, ensure_ascii=False, indent=2))


def forget(out: Path) -> None:
    """Drop what was asked of a command: all of it is done."""
    (out / OWN / PLAN).unlink(missing_ok=True)


def unfinished(out: Path) -> dict[str, Any]:
    """Return what was asked of a command that did not come to a good end; empty if there is none."""
    try:
        asked = json.loads((out / OWN / PLAN).read_text(encoding="utf-8"))
        return asked if isinstance(asked, dict) else {}
    except (OSError, ValueError):
        return {}


def put(out: Path, product: Product) -> None:
    """Write what a run brought forth, its record last; a good one takes away what a failed one before it left."""
    for name, content in product.files.items():
        write_whole(out / name, content)
    if not product.outcome.error:
        for ending in (BAD, ".failed.html", ".failed.ipynb"):
            (out / f"{product.outcome.stem}{ending}").unlink(missing_ok=True)
    write_whole(out / record_name(product.outcome), as_json(product.outcome))


def publish(out: Path, number: int, outcomes: list[Outcome], more: Mapping[str, str], keep: int) -> None:
    """Keep good pages as a report of its own, and let `latest` lead to it, in one step.

    `more` are the front pages and the record. Of such reports the newest `keep` stay.
    """
    aside = out / OWN / ASIDE / "report"
    aside.mkdir()
    for name in [name for one in outcomes for name in (*one.files, record_name(one))]:
        _share(out / name, aside / name)
    for name, text in more.items():
        write_whole(aside / name, text)
    target = out / KEPT / f"{number:04}"
    target.parent.mkdir(exist_ok=True)
    aside.rename(target)
    _lead(out, target)
    for path in kept_runs(out)[:-keep]:
        shutil.rmtree(path, ignore_errors=True)


def kept_runs(out: Path) -> list[Path]:
    """Return the good reports that a folder keeps, the oldest first, by number: a clock may go backwards."""
    return sorted(
        (path for path in (out / KEPT).glob("*") if path.name.isdecimal() and path.is_dir()),
        key=lambda path: int(path.name),
    )


def newest_report(out: Path) -> Path:
    """Return the folder of the newest good report.

    Raises
    ------
    PlanError
        If the folder keeps none.
    """
    if not (kept := kept_runs(out)):
        raise PlanError(f"{out}: no good report is kept here; `bnplan run --out {out}` makes one")
    return kept[-1]


def _share(path: Path, other: Path) -> None:
    """Give a file a second name, for files here are replaced and never changed; a copy where that is not to be had."""
    try:
        other.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, other)


def _lead(out: Path, target: Path) -> None:
    """Let `latest` lead to a folder; where links are not to be had it is a file with the folder's name."""
    aside = out / OWN / ASIDE / LATEST
    if (out / LATEST).is_dir() and not (out / LATEST).is_symlink():
        raise IsADirectoryError(errno.EISDIR, f"{LATEST} is a folder, remove it so that it can lead to {target.name}")
    try:
        aside.symlink_to(target.relative_to(out), target_is_directory=True)
        aside.replace(out / LATEST)
    except OSError:
        write_whole(out / f"{LATEST}.txt", target.relative_to(out).as_posix() + "\n")


def write_files(files: Mapping[str, bytes], to: Path) -> list[Path]:
    """Write files into a folder and return their paths.

    Raises
    ------
    PlanError
        If the folder cannot be written.
    """
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_whole(to / name, content)
    except OSError as error:
        raise PlanError(f"{to}: the folder must be writable, {error.strerror or error}") from error
    return [to / name for name in files]


def write_out(to: Path, content: str | bytes) -> None:
    """Write a file that a reader asked for, whole or not at all; a link is followed.

    Raises
    ------
    PlanError
        If the file cannot be written.
    """
    try:
        if to.exists() and not to.is_file():  # moving a file in would replace the device
            raise PlanError(f"{to}: must be a file, found {'a folder' if to.is_dir() else 'a device'}")
        write_whole(to.resolve(), content)
    except OSError as error:
        raise PlanError(f"{to}: must be a file in a folder that can be written, {error.strerror}") from error
