"""What ran, with what, and how did it end? The record beside the pages."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("bnplan", "pandas", "numpy", "plotly", "papermill", "nbconvert", "ipykernel")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of one notebook; files are names in the output folder."""

    notebook: str
    scenario: str
    scenario_title: str
    lang: str
    parameters: Mapping[str, Any]
    changes: Mapping[str, Any]  # levers in effect that differ from the programme
    status: str  # done or failed
    seconds: float
    page: str
    executed: str
    title: str
    headline: str
    error: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two runs the same page: notebook, scenario, language."""
        return self.notebook, self.scenario, self.lang


def versions() -> dict[str, str]:
    """Return the versions that a run rests on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def read_outcomes(folder: Path) -> list[Outcome]:
    """Return the outcomes that an earlier run recorded in a folder, none if it has no record."""
    try:
        runs = json.loads((folder / "run.json").read_text(encoding="utf-8"))["runs"]
        return [outcome for outcome in (Outcome(**run) for run in runs) if isinstance(outcome.page, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # no record, or one of another version: the folder starts anew


def write_record(folder: Path, outcomes: list[Outcome], head: Mapping[str, Any]) -> None:
    """Write run.json: the head of the newest run and the latest outcome of every page."""
    record = {**head, "runs": [asdict(outcome) for outcome in outcomes]}
    write_whole(folder / "run.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it in, so that a reader never sees half of it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
