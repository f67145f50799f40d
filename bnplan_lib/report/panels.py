"""What do people see who want no notebook? Its question, its answer and its panel, and a page that lists the panels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bnplan_lib.errors import PlanError
from bnplan_lib.figures.language import speak
from bnplan_lib.inputs.parameters import INJECTED
from bnplan_lib.report.index import bare_page, cards, tile
from bnplan_lib.report.notebooks import find_notebooks
from bnplan_lib.report.plan import Job, Selection, plan_jobs

PANEL: Final = "bn.explore."  # what a cell with a panel calls
ANSWER: Final = "bn.headline("  # what the cell with the answer calls


def plan_panels(names: list[str], scenario: str, lang: str, folder: Path | None) -> list[Job]:
    """Return the notebooks to serve with their parameters, all that have a panel where none is named.

    Raises
    ------
    PlanError
        If a notebook or scenario is unknown or at fault, or a notebook that is named has no panel.
    """
    found = find_notebooks(names)
    bare = [one.name for one in found if PANEL not in one.text]
    if names and bare:
        able = ", ".join(one.name for one in find_notebooks() if PANEL in one.text)
        raise PlanError(f"{', '.join(bare)}: has no panel to serve; there are: {able}")
    chosen = tuple(names or [one.name for one in found if PANEL in one.text])
    return plan_jobs([Selection(chosen, (scenario,), (lang,))], folder)


def panel_notebook(job: Job) -> dict[str, Any]:
    """Return a notebook cut down to its question, its answer and its panels, with the parameters of the job."""
    notebook: dict[str, Any] = json.loads(job.notebook.text)
    notebook["cells"] = list(_kept(notebook["cells"], job))
    notebook["metadata"]["title"] = job.notebook.title_vi if job.lang == "vi" else job.notebook.title_en
    return notebook


def write_panels(jobs: Sequence[Job], folder: Path) -> None:
    """Write the notebook of each panel into a folder."""
    for job in jobs:
        text = json.dumps(panel_notebook(job), ensure_ascii=False)
        (folder / f"{job.notebook.name}.ipynb").write_text(text, encoding="utf-8")


def panel_list(jobs: Sequence[Job], addresses: Mapping[str, str], lang: str) -> str:
    """Return the page that lists the panels with their questions, each led to its address."""
    say = speak(lang)
    text = "# " + say("Question the programme") + "\n\n"
    text += say("Move what the programme rests on, and see at once what follows.")
    tiles = [
        tile(addresses[job.notebook.name], panel_notebook(job)["metadata"]["title"], _question(job)) for job in jobs
    ]
    return bare_page([text], cards(say("Scenario: {title}", title=jobs[0].scenario_title), tiles), lang, {}, dark=False)


def _kept(cells: Sequence[dict[str, Any]], job: Job) -> Iterator[dict[str, Any]]:
    """Return the cells up to the answer, parameters put in, and each panel with the text before it."""
    own = [one for one in cells if one["cell_type"] == "code" or f"lang-{job.lang}" in _tags(one)]
    answered = False
    for place, cell in enumerate(own):
        if not answered or any(map(_is_panel, own[place : place + 2])):
            yield cell
        if "parameters" in _tags(cell):
            lines = [INJECTED, *(f"{name} = {value!r}" for name, value in job.parameters.items())]
            yield {**cell, "id": "injected", "metadata": {"tags": ["injected-parameters"]}, "source": "\n".join(lines)}
        answered = answered or ANSWER in "".join(cell["source"])


def _question(job: Job) -> str:
    """Return the heading above the panel."""
    texts = ["".join(cell["source"]) for cell in panel_notebook(job)["cells"] if cell["cell_type"] == "markdown"]
    return texts[-1].splitlines()[0].lstrip("# ")


def _is_panel(cell: Mapping[str, Any]) -> bool:
    return cell["cell_type"] == "code" and PANEL in "".join(cell["source"])


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))
