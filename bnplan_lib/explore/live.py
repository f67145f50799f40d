"""What does a page need to answer "what if" without a kernel? What the forms of all topics share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bnplan_lib.explore.presence import person_present
from bnplan_lib.explore.scale import scale_of
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.levers import lever_suffix
from bnplan_lib.inputs.scenario import scenario_names, scenario_of
from bnplan_lib.inputs.scenario_text import scenario_text
from bnplan_lib.model.averages import RATE

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.explore.live_widget import LiveForm
    from bnplan_lib.inputs.levers import Lever
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LIVE: Final = "application/vnd.bnplan.live+json"
PLOTLY: Final = "application/vnd.plotly.v1+json"


class Live:
    """A figure that a page can move: what the browser computes from, and the figure as the scenario has it."""

    def __init__(self, spec: Mapping[str, Any], figure: go.Figure) -> None:
        self.spec, self.figure = spec, figure

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        drawn = json.loads(self.figure.to_json())
        title = drawn["layout"]["meta"]["title"]
        return {LIVE: dict(self.spec), PLOTLY: drawn, "text/plain": title}


def here(live: Live) -> Live | LiveForm:
    """Return what a page needs as a widget where a person is at the kernel, as it is in a run."""
    if not person_present():
        return live
    from bnplan_lib.explore.live_widget import LiveForm

    return LiveForm(live)


def file_around(programme: Programme, story: Scenario, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a setting's file has beside the levers moved: `head`, the levers of the form it keeps, `tail`.

    It rests on the scenario of the suite that is shown; on nothing where that is no scenario of the suite.
    """
    below = _of_the_suite(programme, story)
    before = below.changes if below else {}
    own = {key: value for key, value in story.changes.items() if key not in before or before[key] != value}
    others = replace(story, changes={key: value for key, value in own.items() if key not in values})
    if below:
        others = replace(others, uncertainty={}, correlations={})
    titles = f"{story.title_en}, moved by hand", f"{story.title_vi}, đã điều chỉnh"
    head, _, tail = scenario_text(others, *titles, "Set with the sliders of a page.").partition("\n\n")
    lines = [*head.strip().split("\n"), *([f'base = "{below.name}"'] if below else [])]
    return {"head": lines, "kept": [key for key in own if key in values], "tail": tail}


def _of_the_suite(programme: Programme, story: Scenario) -> Scenario | None:
    """Return the scenario of the suite that a scenario is, but for levers moved by hand."""
    name = story.name.rstrip("*")
    if name not in scenario_names(programme.folder):
        return None
    found = scenario_of(programme, name)
    return found if found.title_en == story.title_en else None  # a file elsewhere may have the same name


def lever_row(lever: Lever, value: float, say: Language) -> dict[str, Any]:
    """Return what a slider of a form needs: its key, words, ends and steps, and the value it begins with."""
    scale = scale_of(lever, value)
    title = lever.title_vi if say.code == "vi" else lever.title_en
    return {
        "key": lever.key,
        "title": title,
        "label": title + lever_suffix(lever.unit, say),
        "rate": lever.unit == RATE,
        "low": scale.low,
        "high": scale.high,
        "step": scale.step,
        "digits": scale.digits,
        "value": value,
    }


def words_of_form(say: Language) -> dict[str, str]:
    """Return what every form says while it is used."""
    return {
        "nothing": say("nothing yet"),
        "copied": say("Copied. Save it as mine.toml, then: bnplan run --scenario mine.toml"),
        "select": say("Copy the text below and save it as mine.toml, then: bnplan run --scenario mine.toml"),
    }
