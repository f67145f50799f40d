"""What of this machine would an executed notebook tell? Nothing is left of it: no path, no folder of a user."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from bnplan_lib.inputs.parameters import SCENARIOS
from bnplan_lib.inputs.scenario import names_a_file
from bnplan_lib.report.fingerprint import PACKAGE
from bnplan_lib.report.plan import Job


def read_clean(job: Job, executed: Path, folder: str) -> Any:
    """Return the executed notebook, or as much of it as there is, without paths of this machine."""
    from papermill.translators import PythonTranslator

    notebook = _as_far_as_it_came(job, executed)
    about = notebook.metadata.get("papermill", {})
    about.update({"input_path": f"{job.notebook.name}.ipynb", "output_path": f"{job.stem}.ipynb"})
    about.get("parameters", {}).update(short_paths(job.parameters))
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            for path in _paths(job.parameters):
                whole, short = map(PythonTranslator.translate, (path, Path(path).name))
                cell.source = cell.source.replace(whole, short)
        if cell.cell_type == "code":
            cell.outputs = [without_paths(output, folder) for output in cell.outputs]
    return notebook


def _as_far_as_it_came(job: Job, executed: Path) -> Any:
    import nbformat

    with suppress(OSError, ValueError):  # it was not begun, or there was no room for the whole of it
        return nbformat.reads(executed.read_text(encoding="utf-8"), as_version=4)
    return nbformat.reads(job.notebook.text, as_version=4)


def without_paths(value: Any, folder: str) -> Any:
    """Return an output in which nothing tells where this machine keeps what a run uses: tracebacks do."""
    if isinstance(value, str):
        for place, told in places(folder):
            value = value.replace(place, told)
        return value
    if isinstance(value, dict):
        for key, inner in value.items():
            value[key] = without_paths(inner, folder)
        return value
    return [without_paths(inner, folder) for inner in value] if isinstance(value, list) else value


@lru_cache(maxsize=4)
def places(folder: str) -> list[tuple[str, str]]:
    """Return folders that outputs may name, and what stands for each, the longest first."""
    told = {str(Path.home()): "~", sys.base_prefix: "python", sys.prefix: "python", str(PACKAGE.parent): "bnplan"}
    told |= {folder: "…"} if folder else {}
    return sorted(((place, name) for place, name in told.items() if len(place) > 1), key=lambda one: -len(one[0]))


def short_paths(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters in which a scenario's file is told by its name alone."""

    def short(value: Any) -> Any:
        if isinstance(value, str):
            return Path(value).name if names_a_file(value) else value
        return [short(one) for one in value]

    return {key: short(value) if key in SCENARIOS else value for key, value in parameters.items()}


def _paths(parameters: Mapping[str, Any]) -> list[str]:
    named = [parameters[key] for key in SCENARIOS & set(parameters)]
    names = [name for value in named for name in ([value] if isinstance(value, str) else value)]
    return [name for name in names if names_a_file(name)]
