"""What ran, with what, and how did it end? The record beside the pages."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = ("bnplan", "pandas", "numpy", "plotly", "papermill", "nbconvert", "ipykernel")
RECORD: Final = "run.json"
GOOD: Final = ".run.json"  # how the records of single runs end
BAD: Final = ".failed.run.json"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of one notebook; files are names in the output folder.

    `cells` has number, status and seconds of each cell of code, `files` the hash of each file written. `run` is
    the number of the command that ran it, `fingerprint` a hash of all that the page depends on.
    """

    notebook: str
    scenario: str
    scenario_title: str
    lang: str
    parameters: Mapping[str, Any]
    origins: Mapping[str, str]  # of each parameter: notebook, --set, --scenario or --lang
    settings: tuple[str, ...]
    changes: Mapping[str, Any]  # levers in effect that differ from the programme
    status: str  # done or failed
    started: str
    seconds: float
    page: str
    executed: str
    title: str
    headline: str
    cells: tuple[Mapping[str, Any], ...]
    hashes: Mapping[str, str]
    fingerprint: str
    versions: Mapping[str, str]
    error: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    run: int = 0

    @property
    def key(self) -> Key:
        """What makes two runs the same page: notebook, scenario, language."""
        return self.notebook, self.scenario, self.lang

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return ".".join(self.key)


@dataclass(frozen=True, slots=True)
class Product:
    """What a run brings forth: how it ended, and the content of its files by name."""

    outcome: Outcome
    files: Mapping[str, bytes]


@cache
def versions() -> dict[str, str]:
    """Return the versions that a run rests on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


@dataclass(frozen=True, slots=True)
class Records:
    """What the records beside the pages of a folder say, by page: the latest good run, and one that failed after it.

    What cannot be read, or was written by another version, is passed over, so that it runs again.
    """

    good: Mapping[Key, Outcome]
    failed: Mapping[Key, Outcome]

    @property
    def latest(self) -> list[Outcome]:
        """The latest outcome of each page in the order of their names; one that failed hides the good one before it."""
        return sorted({**self.good, **self.failed}.values(), key=lambda one: one.key)


def read_records(folder: Path) -> Records:
    """Return the records of a folder."""
    good = {one.key: one for one in _read(folder.glob(f"*{GOOD}")) if (folder / one.page).is_file()}
    failed = {one.key: one for one in _read(folder.glob(f"*{BAD}"))}
    return Records({key: one for key, one in sorted(good.items()) if one.status == "done"}, failed)


def _read(paths: Iterable[Path]) -> Iterable[Outcome]:
    known = {one.name for one in fields(Outcome)}
    for path in paths:
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            if set(told) == known and _is_sound(told, path.name):
                yield Outcome(**{**told, "settings": tuple(told["settings"]), "cells": tuple(told["cells"])})
        except (OSError, ValueError, TypeError):
            continue


def _is_sound(told: Mapping[str, Any], name: str) -> bool:
    """Return whether a record could be one of ours: a hand may have been at it."""
    texts = [
        told[key] for key in ("notebook", "scenario", "lang", "status", "page", "executed", "fingerprint", "error")
    ]
    if not all(isinstance(text, str) for text in texts) or type(told["run"]) is not int:
        return False
    files = told["files"]
    whole = isinstance(files, dict) and {told["page"], told["executed"]} <= set(files)
    return whole and all(Path(one).name == one for one in files) and name.startswith(".".join(texts[:3]) + ".")


def record_name(outcome: Outcome) -> str:
    """Return the name of the record beside a page."""
    return outcome.stem + (BAD if outcome.error else GOOD)


def as_json(value: Any) -> str:
    """Return a record as text."""
    told = asdict(value) if isinstance(value, Outcome) else value
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def read_head(folder: Path) -> dict[str, Any]:
    """Return run.json of a folder without its runs; empty if there is none that can be read."""
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {key: value for key, value in told.items() if key != "runs"}
    except (OSError, ValueError, AttributeError):
        return {}
